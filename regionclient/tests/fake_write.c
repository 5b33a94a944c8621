/*
 * fake_write.c
 *		Multis of mutations on the fake server (see fake_write.h).
 *
 * As on a region server: plain actions are answered by their indexes, atomic
 * and conditional ones by one result with `processed`, whose cells are in the
 * message; conditions test "constant op cell".
 */
#include "fake_write.h"

#include <stdio.h>
#include <string.h>

#include "field.h"

#define NOT_SERVING "org.apache.hadoop.hbase.NotServingRegionException"

/* A RegionAction, taken apart. */
typedef struct region_action
{
	rc_bytes	region;
	rc_bytes	condition;
	bool		atomic;
	rc_bytes	actions[8192];	/* each an Action */
	size_t		n;
} region_action;

/* An Action with a mutation. */
typedef struct mutation
{
	uint64_t	index;
	rc_bytes	row;
	uint64_t	type;
	uint64_t	ncells;
	uint64_t	nonce;
	bool		want_result;
} mutation;

static void
name_of(char *out, rc_bytes row)
{
	snprintf(out, 40, "%.*s", (int) row.len, (const char *) row.data);
}

static void
column_of(char *out, rc_bytes family, rc_bytes qualifier)
{
	snprintf(out, 40, "%.*s:%.*s", (int) family.len, (const char *) family.data,
			 (int) qualifier.len, (const char *) qualifier.data);
}

/* ----- requests ----- */

static rc_bytes
field_of(rc_bytes message, uint32_t number, uint64_t *value)
{
	rc_bytes	bytes = {NULL, 0};
	rc_reader	r;
	rc_field	f;

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
		if (f.number == number)
		{
			bytes = f.bytes;
			if (value != NULL)
				*value = f.value;
		}
	return bytes;
}

bool
fake_is_write(rc_bytes param)
{
	rc_bytes	action = field_of(field_of(param, 1, NULL), 3, NULL);

	return field_of(action, 2, NULL).len > 0;
}

static void
read_region_action(rc_bytes message, region_action *ra)
{
	uint64_t	atomic = 0;
	rc_reader	r;
	rc_field	f;

	ra->region = field_of(field_of(message, 1, NULL), 2, NULL);
	field_of(message, 2, &atomic);
	ra->atomic = atomic != 0;
	ra->condition = field_of(message, 4, NULL);
	ra->n = 0;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
		if (f.number == 3)
			ra->actions[ra->n++] = f.bytes;
}

static mutation
read_mutation(rc_bytes action)
{
	rc_bytes	message = field_of(action, 2, NULL);
	mutation	m = {0};

	field_of(action, 1, &m.index);
	m.row = field_of(message, 1, NULL);
	field_of(message, 2, &m.type);
	field_of(message, 8, &m.ncells);
	field_of(message, 9, &m.nonce);
	/* the only attribute of these tests is "no result" */
	m.want_result = field_of(message, 5, NULL).len == 0;
	return m;
}

static int
region_of(const fake_server *server, rc_bytes name)
{
	for (int i = 0; i < server->nregions; i++)
		if (!server->regions[i].split && rc_bytes_equal(rc_bytes_cstr(server->regions[i].name), name))
			return i;
	return -1;
}

/* ----- conditions ----- */

static bool
passes(int cmp, uint64_t op)
{
	switch (op)
	{
		case 0:
			return cmp < 0;
		case 1:
			return cmp <= 0;
		case 2:
			return cmp == 0;
		case 3:
			return cmp != 0;
		case 4:
			return cmp >= 0;
		default:
			return cmp > 0;
	}
}

static bool
condition_holds(rc_bytes condition)
{
	rc_bytes	value = field_of(field_of(field_of(field_of(condition, 5, NULL), 2, NULL), 1, NULL), 1, NULL);
	uint64_t	op = 0;
	char		row[40];
	char		column[40];
	const fake_cell *c;
	bool		empty;

	name_of(row, field_of(condition, 1, NULL));
	if (field_of(condition, 7, NULL).len > 0)
		return fake_store_has(row);
	column_of(column, field_of(condition, 2, NULL), field_of(condition, 3, NULL));
	field_of(condition, 4, &op);
	c = fake_store_cell(row, column);
	empty = !c->present || c->len == 0;
	if (value.len == 0)
		return op == 3 ? !empty : empty;
	return c->present && passes(rc_bytes_compare(value, rc_bytes_of(c->value, c->len)), op);
}

/* ----- applying ----- */

/* Has the Increment been applied before?  Remembers it if not. */
static bool
known_nonce(uint64_t group, uint64_t nonce)
{
	for (size_t i = 0; i < fake_written.nnonces && nonce != 0; i++)
		if (fake_written.nonces[i] == nonce && fake_written.groups[i] == group)
			return true;
	if (fake_written.nnonces == 4096)
		fake_die("too many nonces");
	fake_written.groups[fake_written.nnonces] = group;
	fake_written.nonces[fake_written.nnonces++] = nonce;
	return false;
}

static void
increment(fake_cell *c, const rc_cell *cell, bool known, rc_buf *out)
{
	uint64_t	value = c->present ? rc_load_u64(c->value) : 0;
	rc_cell		result = *cell;

	if (!known)
	{
		rc_store_u64(c->value, value + rc_load_u64(cell->value.data));
		c->len = 8;
		c->present = true;
		c->times++;
	}
	result.timestamp = 7;
	result.value = rc_bytes_of(c->value, fake_written.fault == FAULT_SHORT_AMOUNT ? 7 : 8);
	if (out != NULL)
		rc_cell_put(out, &result);
}

static void
erase(const char *row, const rc_cell *marker)
{
	char		column[40];

	column_of(column, marker->family, marker->qualifier);
	fake_store_cell(row, column)->times++;
	for (size_t i = 0; i < fake_written.n; i++)
	{
		fake_cell  *c = &fake_written.cells[i];

		if (strcmp(c->row, row) == 0 &&
			(marker->qualifier.len == 0 ? strncmp(c->column, column, strlen(column)) == 0 :
			 strcmp(c->column, column) == 0))
			c->present = false;
	}
}

/*
 * Takes the cells of a mutation off the block, and applies them unless it is
 * only to skip them.  What an Increment gives back goes to out; how many cells.
 */
static uint64_t
apply(const mutation *m, rc_bytes *cells, uint64_t group, bool skip, rc_buf *out)
{
	bool		known = m->type == 1 && !skip && known_nonce(group, m->nonce);
	char		row[40];
	rc_cell		cell;

	name_of(row, m->row);
	for (uint64_t i = 0; i < m->ncells; i++)
	{
		char		column[40];
		fake_cell  *c;

		if (!rc_cell_read(cells, &cell) || !rc_bytes_equal(cell.row, m->row))
			fake_die("cells of a mutation");
		if (skip)
			continue;
		column_of(column, cell.family, cell.qualifier);
		if (m->type == 3)
			erase(row, &cell);
		c = fake_store_cell(row, column);
		if (m->type == 1)
			increment(c, &cell, known, m->want_result ? out : NULL);
		if (m->type != 2)
			continue;
		c->len = cell.value.len < 64 ? cell.value.len : 64;
		memcpy(c->value, cell.value.data, c->len);
		c->present = true;
		c->times++;
	}
	return m->type == 1 && !skip && m->want_result ? m->ncells : 0;
}

/* ----- answers ----- */

/* ResultOrException with a Result of so many cells; no result when ncells is negative. */
static void
put_result(rc_buf *out, uint64_t index, int64_t ncells)
{
	rc_buf		one;
	rc_buf		result;

	fake_buf(&one);
	fake_buf(&result);
	fake_put_number(&one, 1, index);
	if (ncells > 0)
		fake_put_number(&result, 2, (uint64_t) ncells);
	if (ncells >= 0)
		fake_put_message(&one, 2, &result);
	fake_put_message(out, 1, &one);
	rc_buf_free(&one);
	rc_buf_free(&result);
}

static void
put_failure(rc_buf *out, uint64_t index)
{
	rc_buf		one;

	fake_buf(&one);
	fake_put_number(&one, 1, index);
	fake_put_exception(&one, 3, fake_written.java_class, fake_written.text);
	fake_put_message(out, 1, &one);
	rc_buf_free(&one);
}

/* The cells of an atomic action's result, in the message. */
static void
put_cells_in_message(rc_buf *out, rc_bytes cells)
{
	rc_buf		one;
	rc_buf		result;
	rc_cell		cell;

	fake_buf(&one);
	fake_buf(&result);
	while (rc_cell_read(&cells, &cell))
	{
		rc_buf		c;

		fake_buf(&c);
		fake_put_string(&c, 1, cell.row.data, cell.row.len);
		fake_put_string(&c, 2, cell.family.data, cell.family.len);
		fake_put_string(&c, 3, cell.qualifier.data, cell.qualifier.len);
		fake_put_number(&c, 4, cell.timestamp);
		fake_put_number(&c, 5, cell.type);
		fake_put_string(&c, 6, cell.value.data, cell.value.len);
		fake_put_message(&result, 1, &c);
		rc_buf_free(&c);
	}
	fake_put_number(&one, 1, 0);
	if (result.len > 0)
		fake_put_message(&one, 2, &result);
	fake_put_message(out, 1, &one);
	rc_buf_free(&one);
	rc_buf_free(&result);
}

/* Does the next action of the request fail? */
static bool
fails(void)
{
	size_t		nth = fake_written.nth++;

	switch (fake_written.fault)
	{
		case FAULT_ODD_EXCEPTION:
		case FAULT_ODD_AND_MISSING:
			return nth % 2 == 1;
		case FAULT_TAIL_EXCEPTION:
			return nth > 0;
		default:
			return false;
	}
}

static bool
is_missing(void)
{
	return fake_written.fault == FAULT_MISSING || fake_written.fault == FAULT_ODD_AND_MISSING;
}

/* The last plain action of the first region, under a fault. */
static void
put_lie(rc_buf *out, uint64_t index)
{
	if (is_missing())
		return;
	put_result(out, fake_written.fault == FAULT_INDEX ? index + 1000 : index,
			   fake_written.fault == FAULT_NEITHER ? -1 : 0);
	if (fake_written.fault == FAULT_TWICE)
		put_result(out, index, 0);
}

static void
answer_plain(const region_action *ra, rc_bytes *in, uint64_t group, bool first, rc_buf *out, rc_buf *cells)
{
	for (size_t i = 0; i < ra->n; i++)
	{
		mutation	m = read_mutation(ra->actions[i]);
		bool		failed = fails();
		uint64_t	n = apply(&m, in, group, failed, cells);

		if (failed)
			put_failure(out, m.index);
		else if (first && i == ra->n - 1 && n == 0)
			put_lie(out, m.index);
		else
			put_result(out, m.index, (int64_t) n);
	}
}

static void
skip_cells(const region_action *ra, rc_bytes *in)
{
	for (size_t i = 0; i < ra->n; i++)
	{
		mutation	m = read_mutation(ra->actions[i]);

		apply(&m, in, 0, true, NULL);
	}
}

/* The first action of all, an atomic one, under a fault; false: there is none. */
static bool
put_atomic_lie(rc_buf *out)
{
	if (fake_written.fault == FAULT_NEITHER)
		put_result(out, 0, -1);
	else if (fake_written.fault == FAULT_INDEX)
		put_result(out, 1000, 0);
	else
		return is_missing();
	return true;
}

static void
answer_atomic(const region_action *ra, rc_bytes *in, uint64_t group, bool first, rc_buf *out)
{
	bool		holds;
	uint64_t	n = 0;
	rc_buf		cells;

	if (fails())
	{
		skip_cells(ra, in);
		fake_put_exception(out, 2, fake_written.java_class, fake_written.text);
		return;
	}
	holds = ra->condition.len == 0 || condition_holds(ra->condition);
	fake_buf(&cells);
	for (size_t i = 0; i < ra->n; i++)
	{
		mutation	m = read_mutation(ra->actions[i]);

		n += apply(&m, in, group, !holds, &cells);
	}
	if (!first || !put_atomic_lie(out))
	{
		put_cells_in_message(out, rc_bytes_of(cells.data, n > 0 ? cells.len : 0));
		if (fake_written.fault != FAULT_NO_PROCESSED)
			fake_put_number(out, 3, holds);
	}
	rc_buf_free(&cells);
}

/* Notes what a test may ask about a request. */
static void
look(const region_action *ra, size_t *actions)
{
	static rc_bytes rows[8192];

	for (size_t i = 0; i < ra->n; i++)
	{
		mutation	m = read_mutation(ra->actions[i]);

		/* several mutations of an atomic action are of one row */
		if (i > 0 && ra->condition.len + ra->atomic > 0)
			continue;
		for (size_t j = 0; j < *actions; j++)
			fake_written.row_twice |= rc_bytes_equal(rows[j], m.row);
		rows[(*actions)++] = m.row;
	}
	if (*actions > fake_written.most_actions)
		fake_written.most_actions = *actions;
}

static void
put_loads(const region_action *ra, rc_buf *out)
{
	rc_buf		stats;
	rc_buf		part;

	fake_buf(&stats);
	fake_buf(&part);
	fake_put_number(&part, 1, 1);
	fake_put_string(&part, 2, ra->region.data, ra->region.len);
	fake_put_message(&stats, 1, &part);
	rc_buf_reset(&part);
	fake_put_number(&part, 1, 50);
	fake_put_number(&part, 2, 0);
	fake_put_number(&part, 3, 0);
	fake_put_message(&stats, 2, &part);
	fake_put_message(out, 3, &stats);
	rc_buf_free(&stats);
	rc_buf_free(&part);
}

/* Applies the Multi, and makes its answer. */
static void
answer(fake_server *server, fake_request *request, rc_buf *message, rc_buf *cells)
{
	static region_action ra;
	rc_bytes	in = request->cells;
	uint64_t	group = 0;
	size_t		regions = 0;
	size_t		n = 0;
	size_t		actions = 0;
	rc_reader	r;
	rc_field	f;

	fake_written.nth = 0;
	field_of(request->param, 2, &group);
	rc_reader_init(&r, request->param);
	while (rc_field_next(&r, &f))
		regions += f.number == 1;
	rc_reader_init(&r, request->param);
	while (rc_field_next(&r, &f))
	{
		rc_buf		result;

		if (f.number != 1)
			continue;
		read_region_action(f.bytes, &ra);
		look(&ra, &actions);
		fake_buf(&result);
		n++;
		if (fake_written.fault == FAULT_REGION_EXCEPTION)
			fake_put_exception(&result, 2, fake_written.java_class, fake_written.text);
		else if (region_of(server, ra.region) < 0)
			fake_put_exception(&result, 2, NOT_SERVING, "not here");
		if (result.len > 0)
			skip_cells(&ra, &in);
		else if (ra.atomic || ra.condition.len > 0)
			answer_atomic(&ra, &in, group, n == 1, &result);
		else
			answer_plain(&ra, &in, group, n == 1, &result, cells);
		if (n < regions || fake_written.fault != FAULT_NO_REGION)
			fake_put_message(message, 1, &result);
		if (n == regions && fake_written.fault == FAULT_EXTRA_REGION)
			fake_put_message(message, 1, &result);
		rc_buf_free(&result);
	}
	if (fake_written.loads)
		put_loads(&ra, message);
	if (fake_written.fault == FAULT_EXTRA_CELLS)
		fake_put_cell(cells, "x", "f", "q", "v", 1);
	if (fake_written.fault == FAULT_GARBAGE)
		rc_buf_put(message, "\xff\xff\xff", 3);
}

/* How many actions the request has. */
static size_t
count_actions(rc_bytes param)
{
	static region_action ra;
	size_t		n = 0;
	rc_reader	r;
	rc_field	f;

	rc_reader_init(&r, param);
	while (rc_field_next(&r, &f))
		if (f.number == 1)
		{
			read_region_action(f.bytes, &ra);
			n += ra.n;
		}
	return n;
}

/* Faults before anything is applied; true: the request is dealt with. */
static bool
refused(fake_server *server, fake_request *request)
{
	switch (fake_written.fault)
	{
		case FAULT_EXCEPTION:
			fake_fail(request, fake_written.java_class, fake_written.text);
			return true;
		case FAULT_TOO_BIG:
			if (count_actions(request->param) <= fake_written.most)
				return false;
			fake_fail(request, "org.apache.hadoop.hbase.exceptions.RequestTooBigException", "too big");
			return true;
		case FAULT_CUT:
			fake_hang_up(server, request);
			return true;
		case FAULT_SILENCE:
			return true;
		default:
			return false;
	}
}

/* Sends the answer, or as much of it as the fault allows. */
static void
reply(fake_server *server, fake_request *request, const rc_buf *message, const rc_buf *cells)
{
	rc_buf		frame;

	if (fake_written.fault == FAULT_SILENCE_APPLIED)
		return;
	if (fake_written.fault != FAULT_CUT_APPLIED && fake_written.fault != FAULT_CUT_ANSWER)
	{
		fake_reply(request, message, cells);
		return;
	}
	fake_buf(&frame);
	fake_frame(&frame, request->call_id, message, cells);
	if (fake_written.fault == FAULT_CUT_ANSWER)
		fake_send(request->conn, frame.data, fake_written.cut < frame.len ? fake_written.cut : frame.len);
	rc_buf_free(&frame);
	fake_hang_up(server, request);
}

void
fake_serve_write(fake_server *server, fake_request *request)
{
	fake_fault	fault = fake_written.fault;
	rc_buf		message;
	rc_buf		cells;

	fake_written.delivered++;
	if (fake_written.times == 0)
		fake_written.fault = FAULT_NONE;
	else if (fake_written.times > 0 && fault != FAULT_NONE)
		fake_written.times--;
	if (!refused(server, request))
	{
		fake_buf(&message);
		fake_buf(&cells);
		answer(server, request, &message, &cells);
		reply(server, request, &message, &cells);
		rc_buf_free(&message);
		rc_buf_free(&cells);
	}
	fake_written.fault = fault;
}

fake_fault
fake_fault_find(const char *name)
{
	static const char *const names[] = {
		[FAULT_EXCEPTION] = "exception",
		[FAULT_CUT] = "cut",
		[FAULT_CUT_APPLIED] = "cut_applied",
		[FAULT_CUT_ANSWER] = "cut_answer",
		[FAULT_SILENCE] = "silence",
		[FAULT_SILENCE_APPLIED] = "silence_applied",
		[FAULT_TOO_BIG] = "too_big",
		[FAULT_REGION_EXCEPTION] = "region_exception",
		[FAULT_ODD_EXCEPTION] = "odd_exception",
		[FAULT_TAIL_EXCEPTION] = "tail_exception",
		[FAULT_ODD_AND_MISSING] = "odd_and_missing",
		[FAULT_MISSING] = "missing",
		[FAULT_TWICE] = "twice",
		[FAULT_INDEX] = "index",
		[FAULT_NEITHER] = "neither",
		[FAULT_NO_PROCESSED] = "no_processed",
		[FAULT_NO_REGION] = "no_region",
		[FAULT_EXTRA_REGION] = "extra_region",
		[FAULT_EXTRA_CELLS] = "extra_cells",
		[FAULT_SHORT_AMOUNT] = "short_amount",
		[FAULT_GARBAGE] = "garbage",
	};

	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return (fake_fault) i;
	return FAULT_NONE;
}
