/*
 * test_mutation.c
 *		Mutations and Multis of them are what HBase's own client sends.
 */
#include "cells.h"
#include "field.h"
#include "frame.h"
#include "golden.h"
#include "multi_answer.h"
#include "mutation.h"
#include "tap.h"

#define REGION	"t1,,1795166404470.49ff305e0a1c9e13218235f0d5e7a6d4."
#define CELLS	1024

static rc_cell
cell_of(const char *family, const char *qualifier, const char *value, uint64_t timestamp)
{
	rc_cell		cell = {.family = rc_bytes_cstr(family), .qualifier = rc_bytes_cstr(qualifier),
		.value = rc_bytes_cstr(value), .timestamp = timestamp};

	return cell;
}

/* Do the packed message and the cells make the request that was captured? */
static bool
sends(const char *exchange, const char *method, uint32_t call_id, const rc_buf *packed, const rc_action *action)
{
	static uint8_t cells[CELLS];
	rc_bytes	block = {cells, 0};
	rc_request	request = {.call_id = call_id, .method = method, .cells = &block, .ncells = 1};
	rc_buf		out;
	bool		same;

	rc_action_cells(action, &block.len);
	if (block.len > CELLS)
		bail_out("too many cells");
	rc_action_write_cells(action, cells);
	request.packed = rc_bytes_of(packed->data, packed->len);
	rc_buf_init(&out, &test_host);
	rc_frame_put_request(&out, &request);
	same = !out.failed && rc_bytes_equal(rc_bytes_of(out.data, out.len), golden_line(exchange, '>', 0));
	rc_buf_free(&out);
	return same;
}

/* A MutateRequest, which holds the same parts as a Multi. */
static bool
sends_mutate(const char *exchange, uint32_t call_id, const rc_action *action, uint64_t nonce, uint64_t group)
{
	rc_buf		packed;
	rc_buf		part;
	size_t		begin;
	bool		same;

	rc_buf_init(&packed, &test_host);
	rc_buf_init(&part, &test_host);
	begin = rc_field_begin(&packed, 1);
	rc_field_put_varint(&packed, 1, 1);
	rc_field_put_bytes(&packed, 2, rc_bytes_cstr(REGION));
	rc_field_end(&packed, begin);
	rc_buf_put_u8(&packed, 2 << 3 | RC_FIELD_BYTES);
	rc_action_put_mutations(&packed, action, RC_DURABILITY_USE_DEFAULT, nonce);
	rc_action_put_condition(&part, action);
	if (part.len > 0)
		rc_field_put_bytes(&packed, 3, rc_bytes_of(part.data, part.len));
	if (group != 0)
		rc_field_put_varint(&packed, 4, group);
	same = sends(exchange, "Mutate", call_id, &packed, action);
	rc_buf_free(&packed);
	rc_buf_free(&part);
	return same;
}

static void
put(void)
{
	rc_cell		cell = cell_of("f", "a", "v4", 7);
	rc_mutation m = {RC_PUT, &cell, 1, 0};
	rc_action	action = {.row = rc_bytes_cstr("r4"), .mutations = &m, .nmutations = 1};

	ok(sends_mutate("Put", 2, &action, 0, 0), "a Put is as captured");
	cell = cell_of("f", "a", "v5", 8);
	action.condition = (rc_condition) {.kind = RC_CONDITION_ABSENT, .family = rc_bytes_cstr("f"),
		.qualifier = rc_bytes_cstr("a")};
	ok(sends_mutate("check-and-mutate, column absent", 3, &action, 0, 0), "... under a condition, too");
}

static void
increment(void)
{
	uint8_t		amount[8];
	rc_cell		cell = cell_of("g", "n", "", RC_TIMESTAMP_LATEST);
	rc_mutation m = {RC_INCREMENT, &cell, 1, 0};
	rc_action	action = {.row = rc_bytes_cstr("r9"), .mutations = &m, .nmutations = 1, .want_result = true};

	rc_binary_put_int64(amount, 5);
	cell.value = rc_bytes_of(amount, 8);
	ok(sends_mutate("Increment with a nonce", 5, &action, 2, 1), "an Increment with its nonce is as captured");
}

/* The Multi that was captured, of one Put under a condition. */
static void
multi(void)
{
	rc_cell		cell = cell_of("f", "a", "v6", 10);
	rc_mutation m = {RC_PUT, &cell, 1, 0};
	rc_action	action = {.row = rc_bytes_cstr("r5"), .mutations = &m, .nmutations = 1};
	rc_buf		packed;
	rc_buf		mutations;
	rc_buf		condition;
	uint32_t	index = 0;
	size_t		begin;

	action.condition = (rc_condition) {.kind = RC_CONDITION_COMPARE, .family = rc_bytes_cstr("f"),
		.qualifier = rc_bytes_cstr("a"), .op = RC_EQUAL, .value = rc_bytes_cstr("v5")};
	rc_buf_init(&packed, &test_host);
	rc_buf_init(&mutations, &test_host);
	rc_buf_init(&condition, &test_host);
	rc_action_put_mutations(&mutations, &action, RC_DURABILITY_USE_DEFAULT, 0);
	rc_action_put_condition(&condition, &action);
	begin = rc_region_action_begin(&packed, rc_bytes_cstr(REGION), true);
	rc_region_action_put(&packed, rc_bytes_of(mutations.data, mutations.len), &index);
	rc_region_action_end(&packed, begin, rc_bytes_of(condition.data, condition.len));
	ok(index == 1 && sends("Multi with a condition", "Multi", 16, &packed, &action),
	   "a Multi with a condition is as captured");
	rc_buf_free(&packed);
	rc_buf_free(&mutations);
	rc_buf_free(&condition);
}

/* ... and its answer. */
static void
answer(void)
{
	rc_bytes	frame = golden_line("Multi with a condition", '<', 0);
	rc_response response;
	rc_multi_answer a;
	rc_multi_loads loads;
	rc_region_pressure pressure;
	rc_bytes	region;
	rc_error	err;

	ok(rc_frame_parse(rc_bytes_of(frame.data + 4, frame.len - 4), &response, &err) == RC_OK, "its answer is a frame");
	rc_multi_answer_begin(&a, response.message);
	ok(rc_multi_answer_next_region(&a) && a.has_processed && a.processed, "... which says that the condition held");
	ok(rc_multi_answer_next_in_region(&a) && a.item.index == 0 && !a.item.failed && !a.item.has_result &&
	   !rc_multi_answer_next_in_region(&a) && !rc_multi_answer_next_region(&a) && rc_multi_answer_good(&a),
	   "... of one action");
	rc_multi_loads_begin(&loads, response.message);
	ok(!rc_multi_loads_next(&loads, &region, &pressure), "... and nothing of loads");
}

/* What the wire's order of fields and the server's reverse test make of conditions. */
static void
conditions(void)
{
	static const struct
	{
		rc_compare	op;
		uint8_t		wire;
	}			ops[] = {{RC_LESS, 5}, {RC_LESS_OR_EQUAL, 4}, {RC_EQUAL, 2}, {RC_NOT_EQUAL, 3},
	{RC_GREATER_OR_EQUAL, 1}, {RC_GREATER, 0}};
	rc_action	action = {.row = rc_bytes_cstr("r")};
	rc_buf		out;

	rc_buf_init(&out, &test_host);
	action.condition = (rc_condition) {.kind = RC_CONDITION_COMPARE, .family = rc_bytes_cstr("f"),
		.qualifier = rc_bytes_cstr("q"), .value = rc_bytes_cstr("v")};
	for (size_t i = 0; i < 6; i++)
	{
		rc_buf_reset(&out);
		action.condition.op = ops[i].op;
		rc_action_put_condition(&out, &action);
		/* row, family and qualifier of 1 byte take 9 bytes */
		ok(out.len > 10 && out.data[9] == 0x20 && out.data[10] == ops[i].wire,
		   "\"cell op value\" is sent as \"value op cell\" (%d)", (int) ops[i].op);
	}
	rc_buf_reset(&out);
	action.condition.kind = RC_CONDITION_PRESENT;
	rc_action_put_condition(&out, &action);
	ok(out.data[10] == 3, "present is not equal to nothing");
	rc_buf_reset(&out);
	action.condition = (rc_condition) {.kind = RC_CONDITION_FILTER, .filter = rc_bytes_cstr("FILTER"),
		.time_from = 1, .time_to = 300};
	rc_action_put_condition(&out, &action);
	ok(rc_bytes_equal(rc_bytes_of(out.data, out.len), golden_hex("0a0172 3205 0801 10ac02 3a06 46494c544552")),
	   "a filter and a time range");
	rc_buf_free(&out);
}

/* Attributes, durability and nonces. */
static void
attributes(void)
{
	rc_cell		cell = cell_of("f", "q", "v", RC_TIMESTAMP_LATEST);
	rc_mutation m = {RC_PUT, &cell, 1, 5};
	rc_action	action = {.row = rc_bytes_cstr("r"), .mutations = &m, .nmutations = 1};
	rc_buf		out;

	rc_buf_init(&out, &test_host);
	rc_action_put_mutations(&out, &action, RC_DURABILITY_SKIP_WAL, 9);
	ok(rc_bytes_equal(rc_bytes_of(out.data, out.len),
					  golden_hex("1b 0a0172 1002 2a10 0a045f74746c 12080000000000000005 3001 4001")),
	   "a time to live is eight bytes of ms, and a Put has no nonce");
	rc_buf_reset(&out);
	m = (rc_mutation) {RC_INCREMENT, &cell, 1, 0};
	rc_action_put_mutations(&out, &action, RC_DURABILITY_USE_DEFAULT, 9);
	ok(rc_bytes_equal(rc_bytes_of(out.data, out.len),
					  golden_hex("14 0a0172 1001 2a09 0a045f72725f 120100 4001 4809")),
	   "an Increment has its nonce, and says when its result is not wanted");
	rc_buf_free(&out);
}

/* Lengths of two and three bytes in front of what was written already. */
static void
lengths(void)
{
	static const size_t sizes[] = {0, 1, 127, 128, 16383, 16384, 100000};
	static uint8_t data[100000];
	rc_buf		out;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
	{
		rc_reader	r;
		rc_field	f;
		size_t		begin;

		memset(data, (int) i + 1, sizeof(data));
		rc_buf_init(&out, &test_host);
		rc_buf_put_u8(&out, 0x08);
		rc_buf_put_u8(&out, 0x01);
		begin = rc_field_begin(&out, 2);
		rc_buf_put(&out, data, sizes[i]);
		rc_field_end(&out, begin);
		rc_field_put_varint(&out, 3, 7);
		rc_reader_init(&r, rc_bytes_of(out.data, out.len));
		ok(rc_field_next(&r, &f) && f.number == 1 && rc_field_next(&r, &f) && f.number == 2 &&
		   rc_bytes_equal(f.bytes, rc_bytes_of(data, sizes[i])) && rc_field_next(&r, &f) && f.value == 7 &&
		   rc_reader_left(&r) == 0, "a message of %zu bytes gets its length in front", sizes[i]);
		rc_buf_free(&out);
	}
}

/* Results with cells in the message. */
static void
results(void)
{
	rc_bytes	result = golden_hex("0a 17 0a0172 120166 1a016e 2007 2804 3208 0000000000000005 1001");
	rc_reader	r;
	rc_cell		cell;
	int64_t		n = 0;

	rc_result_cells_begin(&r, result);
	ok(rc_result_cell_next(&r, &cell) && rc_binary_get_int64(cell.value, &n) && n == 5 && cell.timestamp == 7 &&
	   cell.type == RC_CELL_PUT && rc_bytes_equal(cell.qualifier, rc_bytes_cstr("n")),
	   "a cell in a message is read");
	ok(!rc_result_cell_next(&r, &cell) && !r.failed, "... and that there is no other");
	rc_result_cells_begin(&r, golden_hex("0a 17 0a0172"));
	ok(!rc_result_cell_next(&r, &cell) && r.failed, "... unless it is cut");
}

int
main(int argc, char **argv)
{
	golden_init(argc, argv);
	test_host_fail(-1);
	put();
	increment();
	multi();
	answer();
	conditions();
	attributes();
	lengths();
	results();
	ok(test_host_live == 0, "nothing is left behind");
	return tap_done();
}
