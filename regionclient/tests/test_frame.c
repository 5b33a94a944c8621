/*
 * test_frame.c
 *		Promises of frame.c and wire.proto, on captured frames.
 */
#include "frame.h"

#include <string.h>

#include "cells.h"
#include "golden.h"
#include "tap.h"
#include "wire.pb-c.h"

#define REGION	"t1,,1795166404470.49ff305e0a1c9e13218235f0d5e7a6d4."
/* of the captured scan */
#define SCANNER	UINT64_C(0x765d966c00000007)
#define BYTES(s)	((ProtobufCBinaryData) {strlen(s), (uint8_t *) (s)})

static bool
is(rc_bytes b, const char *text)
{
	return rc_bytes_equal(b, rc_bytes_cstr(text));
}

/* The frame of an answer, without its length word. */
static rc_bytes
answer(const char *exchange, int index)
{
	rc_bytes	line = golden_line(exchange, '<', index);

	if (line.len < 4 || rc_load_u32(line.data) != line.len - 4)
		bail_out("bad vector: %s", exchange);
	return rc_bytes_of(line.data + 4, line.len - 4);
}

static rc_response
parsed(const char *exchange, int index)
{
	rc_response response;

	if (rc_frame_parse(answer(exchange, index), &response, NULL) != RC_OK)
		bail_out("does not parse: %s", exchange);
	return response;
}

/* Is the encoded frame the captured one?  Frees the buffer. */
static bool
sends(rc_buf *buf, const char *exchange, int index)
{
	bool		same = !buf->failed &&
		rc_bytes_equal(rc_bytes_of(buf->data, buf->len), golden_line(exchange, '>', index));

	rc_buf_free(buf);
	return same;
}

static rc_buf
request(uint32_t call_id, const char *method, const ProtobufCMessage *param, uint32_t priority)
{
	rc_request	r = {.call_id = call_id, .method = method, .param = param, .priority = priority};
	rc_buf		buf;

	rc_buf_init(&buf, &test_host);
	rc_frame_put_request(&buf, &r);
	return buf;
}

static Htable__Wire__RegionSpecifier
region_of(const char *name)
{
	Htable__Wire__RegionSpecifier region = HTABLE__WIRE__REGION_SPECIFIER__INIT;

	region.type = HTABLE__WIRE__REGION_SPECIFIER__TYPE__REGION_NAME;
	region.value = BYTES(name);
	return region;
}

static void
test_connect(void)
{
	rc_buf		buf;

	rc_buf_init(&buf, &test_host);
	rc_frame_put_preamble(&buf, "hbase", "ClientService");
	ok(sends(&buf, "connect + first Get", 0), "preamble and connection header are as captured");
}

static rc_buf
get_request(uint32_t call_id, const char *row, const char *family)
{
	Htable__Wire__RegionSpecifier region = region_of(REGION);
	Htable__Wire__Column column = HTABLE__WIRE__COLUMN__INIT;
	Htable__Wire__Column *columns = &column;
	Htable__Wire__Get get = HTABLE__WIRE__GET__INIT;
	Htable__Wire__GetRequest param = HTABLE__WIRE__GET_REQUEST__INIT;

	get.row = BYTES(row);
	if (family != NULL)
	{
		column.family = BYTES(family);
		get.n_column = 1;
		get.column = &columns;
	}
	param.region = &region;
	param.get = &get;
	return request(call_id, "Get", &param.base, RC_PRIORITY_NORMAL);
}

static void
test_get(void)
{
	rc_buf		buf = get_request(0, "r1", "f");
	rc_response r = parsed("connect + first Get", 0);
	Htable__Wire__GetResponse *m;
	rc_cell		cell;

	ok(sends(&buf, "connect + first Get", 1), "a Get is sent as captured");
	m = htable__wire__get_response__unpack(NULL, r.message.len, r.message.data);
	ok(r.call_id == 0 && !r.failed && m != NULL && m->result->associated_cell_count == 2,
	   "an answer to Get counts its cells");
	ok(rc_cell_read(&r.cells, &cell) && is(cell.row, "r1") && is(cell.family, "f") &&
	   is(cell.qualifier, "a") && is(cell.value, "v1") && cell.timestamp == 1 &&
	   rc_cell_read(&r.cells, &cell) && is(cell.qualifier, "b") && cell.value.len == 0 &&
	   cell.timestamp == 2 && r.cells.len == 0, "its cells are in the cell block");
	htable__wire__get_response__free_unpacked(m, NULL);

	buf = get_request(1, "nope", NULL);
	ok(sends(&buf, "Get, no such row", 0), "a Get of a whole row is sent as captured");
	r = parsed("Get, no such row", 0);
	m = htable__wire__get_response__unpack(NULL, r.message.len, r.message.data);
	ok(r.call_id == 1 && r.cells.len == 0 && m != NULL && m->result->has_associated_cell_count &&
	   m->result->associated_cell_count == 0, "a row that does not exist has no cells");
	htable__wire__get_response__free_unpacked(m, NULL);
}

/* A next, or a close when seq is negative. */
static rc_buf
scanner_request(uint32_t call_id, uint64_t scanner, uint32_t rows, int64_t seq)
{
	Htable__Wire__ScanRequest param = HTABLE__WIRE__SCAN_REQUEST__INIT;

	param.has_scanner_id = true;
	param.scanner_id = scanner;
	param.has_number_of_rows = true;
	param.number_of_rows = rows;
	if (seq < 0)
	{
		param.has_close_scanner = true;
		param.close_scanner = true;
	}
	else
	{
		param.has_next_call_seq = true;
		param.next_call_seq = (uint64_t) seq;
	}
	param.has_client_handles_partials = true;
	param.client_handles_partials = true;
	param.has_client_handles_heartbeats = true;
	param.client_handles_heartbeats = true;
	return request(call_id, "Scan", &param.base, RC_PRIORITY_NORMAL);
}

/* The part that all captured *opens* have. */
static void
fill_open(Htable__Wire__ScanRequest *param, Htable__Wire__Scan *scan, uint32_t rows)
{
	param->scan = scan;
	param->has_number_of_rows = true;
	param->number_of_rows = rows;
	param->has_client_handles_partials = true;
	param->client_handles_partials = true;
	param->has_client_handles_heartbeats = true;
	param->client_handles_heartbeats = true;
	scan->has_max_result_size = true;
	scan->max_result_size = 2 * 1024 * 1024;
	scan->has_include_stop_row = true;
	scan->has_read_type = true;
	scan->read_type = HTABLE__WIRE__SCAN__READ_TYPE__STREAM;
}

static void
test_scan_requests(void)
{
	Htable__Wire__RegionSpecifier region = region_of(REGION);
	Htable__Wire__Column column = HTABLE__WIRE__COLUMN__INIT;
	Htable__Wire__Column *columns = &column;
	Htable__Wire__Scan scan = HTABLE__WIRE__SCAN__INIT;
	Htable__Wire__ScanRequest param = HTABLE__WIRE__SCAN_REQUEST__INIT;
	Htable__Wire__Scan once = HTABLE__WIRE__SCAN__INIT;
	Htable__Wire__ScanRequest one_shot = HTABLE__WIRE__SCAN_REQUEST__INIT;
	rc_buf		buf;

	column.family = BYTES("f");
	scan.n_column = 1;
	scan.column = &columns;
	param.region = &region;
	fill_open(&param, &scan, 2);
	buf = request(7, "Scan", &param.base, RC_PRIORITY_NORMAL);
	ok(sends(&buf, "Scan open, 2 rows", 0), "an open is sent as captured");

	buf = scanner_request(8, SCANNER, 2, 0);
	ok(sends(&buf, "Scan next (seq 0), end of region", 0), "a next is sent as captured");
	buf = scanner_request(9, SCANNER, 0, -1);
	ok(sends(&buf, "Scan close after a server-side close", 0), "a close is sent as captured");

	one_shot.region = &region;
	fill_open(&one_shot, &once, 10);
	once.has_reversed = true;
	once.reversed = true;
	once.read_type = HTABLE__WIRE__SCAN__READ_TYPE__PREAD;
	one_shot.has_close_scanner = true;
	one_shot.close_scanner = true;
	one_shot.has_limit_of_rows = true;
	one_shot.limit_of_rows = 1;
	buf = request(10, "Scan", &one_shot.base, RC_PRIORITY_NORMAL);
	ok(sends(&buf, "one shot: reversed, LIMIT 1", 0), "a one-shot reversed scan is sent as captured");
}

static Htable__Wire__ScanResponse *
scan_answer(const char *exchange, int index, rc_response *r)
{
	Htable__Wire__ScanResponse *m;

	*r = parsed(exchange, index);
	m = htable__wire__scan_response__unpack(NULL, r->message.len, r->message.data);
	if (m == NULL)
		bail_out("does not unpack: %s", exchange);
	return m;
}

static void
test_scan_answers(void)
{
	rc_response r;
	Htable__Wire__ScanResponse *m = scan_answer("Scan open, 2 rows", 0, &r);
	rc_cell		cell;

	ok(m->n_cells_per_result == 2 && m->cells_per_result[0] == 2 && m->cells_per_result[1] == 1 &&
	   m->scanner_id == SCANNER && m->more_results && m->more_results_in_region && m->ttl == 60000 && m->has_mvcc_read_point,
	   "an open's answer holds rows, ttl and both flags");
	htable__wire__scan_response__free_unpacked(m, NULL);

	m = scan_answer("Scan next (seq 0), end of region", 0, &r);
	ok(m->scanner_id == SCANNER && m->more_results && m->has_more_results_in_region &&
	   !m->more_results_in_region && rc_cell_read(&r.cells, &cell) && is(cell.row, "r3") &&
	   is(cell.value, "v3"), "the end of a region comes with its last rows");
	htable__wire__scan_response__free_unpacked(m, NULL);

	m = scan_answer("Scan close after a server-side close", 0, &r);
	ok(m->scanner_id == SCANNER && m->n_cells_per_result == 0 && !m->has_more_results,
	   "a close is answered with the id alone");
	htable__wire__scan_response__free_unpacked(m, NULL);

	m = scan_answer("one shot: reversed, LIMIT 1", 0, &r);
	ok(m->has_more_results && !m->more_results && m->n_cells_per_result == 1 &&
	   rc_cell_read(&r.cells, &cell) && is(cell.row, "r3"), "a reached limit ends the scan");
	htable__wire__scan_response__free_unpacked(m, NULL);

	m = scan_answer("heartbeat with cursor", 0, &r);
	ok(m->heartbeat_message && m->n_cells_per_result == 0 && r.cells.len == 0 &&
	   m->more_results_in_region && m->cursor != NULL &&
	   is(rc_bytes_of(m->cursor->row.data, m->cursor->row.len), "h180"),
	   "a heartbeat says where the scan stands");
	htable__wire__scan_response__free_unpacked(m, NULL);
}

static void
test_partial_rows(void)
{
	static const char *const values[] = {"v1", "", "\0\0\0\0\0\0\0\7"};
	bool		good = true;

	for (int i = 0; i < 3; i++)
	{
		rc_response r;
		Htable__Wire__ScanResponse *m = scan_answer("partial rows", i, &r);
		rc_cell		cell;

		good = good && m->n_partial_flag_per_result == 1 &&
			m->partial_flag_per_result[0] == (i < 2) &&
			rc_cell_read(&r.cells, &cell) && is(cell.row, "r1") &&
			rc_bytes_equal(cell.value, rc_bytes_of(values[i], i == 2 ? 8 : strlen(values[i])));
		htable__wire__scan_response__free_unpacked(m, NULL);
	}
	ok(good, "the pieces of a row say whether more follow");
}

/* partial_flag_per_result and cells_per_result may come packed as well. */
static void
test_packed(void)
{
	rc_bytes	packed = golden_hex("0a020201 3a020001");
	Htable__Wire__ScanResponse *m =
		htable__wire__scan_response__unpack(NULL, packed.len, packed.data);

	ok(m != NULL && m->n_cells_per_result == 2 && m->cells_per_result[0] == 2 &&
	   m->n_partial_flag_per_result == 2 && m->partial_flag_per_result[1],
	   "repeated numbers are read packed too");
	htable__wire__scan_response__free_unpacked(m, NULL);
}

static void
test_multi(void)
{
	rc_response r = parsed("Multi with one failed action", 0);
	Htable__Wire__MultiResponse *m =
		htable__wire__multi_response__unpack(NULL, r.message.len, r.message.data);
	Htable__Wire__RegionActionResult *result = m->region_action_result[0];
	Htable__Wire__ResultOrException *failed = result->result_or_exception[3];
	rc_response exception = {0};
	rc_error	err;
	rc_cell		cell;
	size_t		cells = 0;

	ok(m->n_region_action_result == 1 && result->n_result_or_exception == 4 &&
	   result->result_or_exception[0]->index == 1 &&
	   result->result_or_exception[0]->result->associated_cell_count == 2 &&
	   result->result_or_exception[1]->index == 3 &&
	   result->result_or_exception[1]->result->associated_cell_count == 1 &&
	   result->result_or_exception[2]->index == 0 && failed->index == 2 &&
	   failed->result == NULL, "a Multi's results carry the index of their action");
	while (rc_cell_read(&r.cells, &cell))
		cells++;
	ok(cells == 3 && r.cells.len == 0, "its cells follow in the order of the results");

	exception.exception_class = rc_bytes_cstr(failed->exception->name);
	exception.exception_text = rc_bytes_of(failed->exception->value.data, failed->exception->value.len);
	ok(rc_frame_exception(&exception, &err) == RC_FAMILY_MISSING && err.status == RC_FAMILY_MISSING &&
	   strncmp(err.message, "Column family zz does not exist in region t1,", 45) == 0 &&
	   strstr(err.message, "\tat") == NULL, "an action's exception is known by its class");
	htable__wire__multi_response__free_unpacked(m, NULL);
}

/* What we send in a Multi of Gets, read back. */
static void
test_multi_request(void)
{
	Htable__Wire__RegionSpecifier region = region_of(REGION);
	Htable__Wire__Get get = HTABLE__WIRE__GET__INIT;
	Htable__Wire__Action action = HTABLE__WIRE__ACTION__INIT;
	Htable__Wire__Action *actions = &action;
	Htable__Wire__RegionAction regional = HTABLE__WIRE__REGION_ACTION__INIT;
	Htable__Wire__RegionAction *regionals = &regional;
	Htable__Wire__MultiRequest param = HTABLE__WIRE__MULTI_REQUEST__INIT;
	rc_buf		buf;

	get.row = BYTES("r2");
	action.has_index = true;
	action.index = 1;
	action.get = &get;
	regional.region = &region;
	regional.n_action = 1;
	regional.action = &actions;
	param.n_region_action = 1;
	param.region_action = &regionals;
	rc_buf_init(&buf, &test_host);
	rc_frame_put_message(&buf, &param.base);
	/* the Get of the captured Multi stands in it with the same bytes */
	rc_bytes	captured = golden_line("Multi with one failed action", '>', 0);
	rc_bytes	tail = golden_hex("1a0808011a040a027232");
	bool		found = false;

	for (size_t i = 0; i + tail.len <= captured.len; i++)
		found = found || memcmp(captured.data + i, tail.data, tail.len) == 0;
	ok(found && buf.len > tail.len &&
	   memcmp(buf.data + buf.len - tail.len, tail.data, tail.len) == 0,
	   "a Get in a Multi is sent as captured");
	rc_buf_free(&buf);
}

static void
test_meta_request(void)
{
	Htable__Wire__RegionSpecifier region = region_of("hbase:meta,,1");
	Htable__Wire__Column column = HTABLE__WIRE__COLUMN__INIT;
	Htable__Wire__Column *columns = &column;
	Htable__Wire__Scan scan = HTABLE__WIRE__SCAN__INIT;
	Htable__Wire__ScanRequest param = HTABLE__WIRE__SCAN_REQUEST__INIT;
	rc_buf		buf;

	column.family = BYTES("info");
	scan.n_column = 1;
	scan.column = &columns;
	scan.has_start_row = true;
	scan.start_row = BYTES("t1,r2,99999999999999");
	scan.has_stop_row = true;
	scan.stop_row = BYTES("t1,,");
	scan.has_max_versions = true;
	scan.max_versions = 1;
	scan.has_reversed = true;
	scan.reversed = true;
	param.region = &region;
	fill_open(&param, &scan, 1);
	scan.include_stop_row = true;
	scan.read_type = HTABLE__WIRE__SCAN__READ_TYPE__PREAD;
	param.has_close_scanner = true;
	param.close_scanner = true;
	param.has_limit_of_rows = true;
	param.limit_of_rows = 1;
	buf = request(0, "Scan", &param.base, RC_PRIORITY_SYSTEM);
	ok(sends(&buf, "locate row r2 of t1 in hbase:meta", 0), "a look-up in meta is sent as captured");
}

static void
test_meta_answer(void)
{
	rc_response r;
	Htable__Wire__ScanResponse *m = scan_answer("locate row r2 of t1 in hbase:meta", 0, &r);
	Htable__Wire__RegionInfo *info = NULL;
	rc_cell		cell;
	bool		server = false;
	bool		state = false;
	bool		keys = true;

	ok(m->n_cells_per_result == 1 && m->cells_per_result[0] == 6, "a region in meta is one row");
	htable__wire__scan_response__free_unpacked(m, NULL);
	while (rc_cell_read(&r.cells, &cell))
	{
		keys = keys && is(cell.row, REGION) && is(cell.family, "info");
		if (is(cell.qualifier, "regioninfo") && cell.value.len > 4)
			info = htable__wire__region_info__unpack(NULL, cell.value.len - 4, cell.value.data + 4);
		server = server || (is(cell.qualifier, "server") && is(cell.value, "localhost:35973"));
		state = state || (is(cell.qualifier, "state") && is(cell.value, "OPEN"));
	}
	ok(r.cells.len == 0 && keys && server && state, "it holds server and state");
	ok(info != NULL && info->region_id == UINT64_C(1795166404470) && !info->split && !info->offline &&
	   info->has_start_key && info->start_key.len == 0 && info->end_key.len == 0 &&
	   is(rc_bytes_of(info->table_name->qualifier.data, info->table_name->qualifier.len), "t1") &&
	   is(rc_bytes_of(info->table_name->namespace_.data, info->table_name->namespace_.len), "default"),
	   "it holds the region's bounds and table");
	if (info != NULL)
		htable__wire__region_info__free_unpacked(info, NULL);
}

static void
test_table_state(void)
{
	rc_response r = parsed("table state", 0);
	Htable__Wire__TableState *state = NULL;
	rc_cell		cell;

	if (rc_cell_read(&r.cells, &cell))
		state = htable__wire__table_state__unpack(NULL, cell.value.len, cell.value.data);
	ok(state != NULL && state->has_state && state->state == HTABLE__WIRE__TABLE_STATE__STATE__ENABLED,
	   "a table's state is read");
	if (state != NULL)
		htable__wire__table_state__free_unpacked(state, NULL);
}

/* What follows the ZooKeeper envelope and "PBUF". */
static rc_bytes
znode(const char *exchange)
{
	rc_bytes	b = golden_line(exchange, '=', 0);
	rc_reader	r;

	rc_reader_init(&r, b);
	rc_reader_u8(&r);
	rc_reader_bytes(&r, rc_reader_u32(&r));
	rc_reader_bytes(&r, 4);
	return rc_reader_bytes(&r, rc_reader_left(&r));
}

static void
test_znodes(void)
{
	rc_bytes	b = znode("znode meta-region-server");
	Htable__Wire__MetaRegionServer *meta =
		htable__wire__meta_region_server__unpack(NULL, b.len, b.data);
	Htable__Wire__Master *master;
	Htable__Wire__ClusterId *id;

	ok(meta != NULL && strcmp(meta->server->host_name, "localhost") == 0 &&
	   meta->server->port == 35973 && meta->server->start_code == UINT64_C(1795166388552) &&
	   meta->state == 3, "the place of meta is read");
	b = znode("znode master");
	master = htable__wire__master__unpack(NULL, b.len, b.data);
	ok(master != NULL && master->master->port == 26000 && master->info_port == UINT32_MAX,
	   "the master's address is read, with its web page off");
	b = znode("znode hbaseid");
	id = htable__wire__cluster_id__unpack(NULL, b.len, b.data);
	ok(id != NULL && strcmp(id->cluster_id, "db0768f3-2d6e-4981-981f-25cdac03843b") == 0,
	   "the cluster's id is read");
	htable__wire__meta_region_server__free_unpacked(meta, NULL);
	htable__wire__master__free_unpacked(master, NULL);
	htable__wire__cluster_id__free_unpacked(id, NULL);
}

static rc_status
exception(const char *exchange, rc_response *r, rc_error *err)
{
	memset(err, 'x', sizeof(*err));
	*r = parsed(exchange, 0);
	return r->failed ? rc_frame_exception(r, err) : RC_OK;
}

static void
test_exceptions(void)
{
	rc_response r;
	rc_error	err;

	ok(exception("exception: NotServingRegion", &r, &err) == RC_NOT_SERVING &&
	   strcmp(err.java_class, "org.apache.hadoop.hbase.NotServingRegionException") == 0 &&
	   strcmp(err.message, "t1,,1.00000000000000000000000000000000. is not online on "
			  "localhost,35973,1795166388552") == 0 && err.server[0] == '\0',
	   "an exception's message is its first line without the class");
	ok(r.call_id == 17 && !r.do_not_retry && r.message.len == 0 && r.cells.len == 0,
	   "an exception comes with its call and nothing else");

	ok(exception("exception: unknown method", &r, &err) == RC_SERVER_FINAL && r.do_not_retry &&
	   strstr(err.message, "is unable to read call parameter") != NULL,
	   "an exception without its class in the text keeps the text");

	ok(exception("fatal: wrong version", &r, &err) == RC_CONNECTION_REFUSED_BY_SERVER &&
	   r.call_id == RC_PREAMBLE_CALL_ID && strstr(err.message, "serverVersion=0") != NULL,
	   "a refused preamble has a call id of its own");
	ok(exception("preamble Securi", &r, &err) == RC_SERVER_UNKNOWN && r.call_id == RC_PREAMBLE_CALL_ID,
	   "an exception unknown to us is told by its class");

	ok(exception("exception: CallQueueTooBig", &r, &err) == RC_QUEUE_FULL && r.overloaded &&
	   !r.do_not_retry && strstr(err.message, "too many items queued ?") != NULL,
	   "a full queue is overload");

	ok(exception("exception: RegionMoved", &r, &err) == RC_REGION_MOVED &&
	   is(r.exception_host, "localhost") && r.exception_port == 35973 &&
	   strcmp(err.server, "localhost:35973") == 0, "a moved region says where it is");
	r.exception_host = rc_bytes_of(NULL, 0);
	r.exception_port = 0;
	ok(rc_frame_exception(&r, &err) == RC_REGION_MOVED && strcmp(err.server, "localhost:35973") == 0,
	   "the text says it too, for Multi");
	r.exception_text = rc_bytes_cstr("Region moved to: hostname= port=99999 startCode=1.");
	ok(rc_frame_exception(&r, &err) == RC_REGION_MOVED && err.server[0] == '\0' &&
	   rc_frame_exception(&r, NULL) == RC_REGION_MOVED, "a target that makes no sense is none");
}

static void
test_odd_exceptions(void)
{
	rc_response r = {.overloaded = true};
	rc_error	err;

	ok(rc_frame_exception(&r, &err) == RC_QUEUE_FULL && err.message[0] == '\0',
	   "overload counts without a known class");
	r = (rc_response){.exception_class = rc_bytes_cstr("a.B"), .exception_text = rc_bytes_cstr("a.B\n\tat x")};
	ok(rc_frame_exception(&r, &err) == RC_SERVER_UNKNOWN && strcmp(err.message, "a.B") == 0,
	   "an exception without a message is named by its class");
	ok(is(rc_frame_exception_message(rc_bytes_cstr("a.B"), rc_bytes_cstr("a.BC: x")), "a.BC: x") &&
	   is(rc_frame_exception_message(rc_bytes_cstr("a.B"), rc_bytes_cstr("a.B: a.B: x\r\ny")), "a.B: x"),
	   "only the class itself is cut off, once");
	r.exception_class = rc_bytes_cstr("org.apache.hadoop.hbase.quotas.RpcThrottlingException");
	r.exception_text = rc_bytes_cstr("x\xff\x01");
	ok(rc_frame_exception(&r, &err) == RC_THROTTLED && strcmp(err.message, "x? ") == 0,
	   "bytes that are no text do not get into messages");
}

/* Every captured answer, cut after every byte. */
static void
test_truncations(void)
{
	rc_bytes	line;
	size_t		position = 0;
	size_t		frames = 0;
	bool		good = true;

	while (golden_next('<', &position, &line))
	{
		rc_error	err;

		frames++;
		for (size_t len = 0; len < line.len - 4; len++)
		{
			rc_bytes	cut = golden_exact(rc_bytes_of(line.data + 4, len));
			rc_response r;

			good = good && rc_frame_parse(cut, &r, &err) == RC_PROTOCOL && err.status == RC_PROTOCOL;
			golden_free(cut);
		}
	}
	ok(good && frames >= 20, "an answer cut anywhere is a protocol violation");
}

/* Every captured answer with any one byte replaced: views stay inside, whatever comes out. */
static void
test_corruption(void)
{
	static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	rc_bytes	line;
	size_t		position = 0;
	unsigned	sum = 0;

	while (golden_next('<', &position, &line))
	{
		rc_bytes	frame = golden_exact(rc_bytes_of(line.data + 4, line.len - 4));
		uint8_t    *data = (uint8_t *) frame.data;

		for (size_t i = 0; i < frame.len * sizeof(values); i++)
		{
			size_t		at = i / sizeof(values);
			uint8_t		saved = data[at];
			rc_response r;
			rc_error	err;
			rc_cell		cell;

			data[at] = values[i % sizeof(values)];
			if (rc_frame_parse(frame, &r, &err) == RC_OK)
			{
				if (r.failed)
					sum += (unsigned) rc_frame_exception(&r, &err);
				while (rc_cell_read(&r.cells, &cell))
					sum += cell.row.data[0];
			}
			data[at] = saved;
		}
		golden_free(frame);
	}
	ok(sum > 0, "a corrupt answer is never read outside its bytes");
}

static bool
parses(const char *hex, rc_response *r)
{
	rc_bytes	in = golden_exact(golden_hex(hex));
	bool		good = rc_frame_parse(in, r, NULL) == RC_OK;

	golden_free(in);
	return good;
}

static void
test_headers(void)
{
	rc_response r;

	ok(parses("02 0805 00", &r) && r.call_id == 5 && r.message.len == 0 && !r.failed,
	   "an empty message is a zero byte");
	/* fields 15 (varint), 16 (8 bytes), 17 (delimited), 18 (4 bytes) */
	ok(parses("18 0805 7801 8101 0102030405060708 8a0101aa 950101020304 00", &r) && r.call_id == 5,
	   "fields unknown to us are skipped");
	ok(parses("06 0805 12022801", &r) && r.failed && r.do_not_retry, "an exception needs no class");
	ok(parses("06 0805 12022801 ff", &r) && r.failed && r.message.len == 0,
	   "what follows an exception is not read");
	ok(parses("0b 08ffffffffffffffffff01 00", &r) && r.call_id == -1,
	   "a negative call id may have ten bytes");
	ok(!parses("00 00", &r), "an answer without a call id is refused");
	ok(!parses("02 0d05 00", &r) && !parses("03 0a0105 00", &r), "a call id of another type is refused");
	ok(!parses("03 08051b 00", &r) && !parses("04 08050001 00", &r),
	   "groups and field number 0 are refused");
	ok(!parses("04 08051205 2801 00", &r), "an exception longer than its header is refused");
	ok(!parses("02 0805 00 aa", &r), "bytes that nobody announced are refused");
	ok(!parses("06 08051a020802 00 aa", &r) && !parses("06 08051a020801 00 aaaa", &r) &&
	   parses("06 08051a020801 00 aa", &r), "a cell block is as long as announced");
	ok(!parses("0f 08051a0b08ffffffffffffffffff01 00 aa", &r), "a cell block of 2^64 - 1 bytes is refused");
	ok(!parses("ffffffff0f 0805", &r) && !parses("ffffffffffffffffff01 0805", &r) &&
	   !parses("ffffffffffffffffffffff", &r), "a huge header is refused");
}

static void
test_requests(void)
{
	uint8_t		block[3] = {1, 2, 3};
	rc_bytes	cells[2] = {{block, 1}, {block + 1, 2}};
	rc_request	r = {.call_id = INT32_MAX, .method = "Get", .cells = cells, .ncells = 2, .timeout = 500};
	rc_buf		buf;

	rc_buf_init(&buf, &test_host);
	rc_frame_put_request(&buf, &r);
	ok(rc_bytes_equal(rc_bytes_of(buf.data, buf.len),
					  golden_hex("00000019 14 08ffffffff07 1a03476574 2001 2a020803 38f403 00 010203")),
	   "time-out, cell block and an empty message are sent");
	rc_frame_put_request(&buf, &r);
	ok(!buf.failed && buf.len == 58 && rc_load_u32(buf.data + 29) == 25,
	   "requests follow each other in a buffer");
	cells[1].len = RC_MAX_REQUEST;
	rc_frame_put_request(&buf, &r);
	ok(buf.failed, "a request above the server's limit is refused");
	rc_buf_free(&buf);
}

static void
test_no_memory(void)
{
	bool		good = true;
	long		n;

	for (n = 0; n < 100; n++)
	{
		rc_buf		buf;
		bool		sent;

		test_host_fail(n);
		rc_buf_init(&buf, &test_host);
		rc_frame_put_preamble(&buf, "hbase", "ClientService");
		sent = !buf.failed;
		rc_buf_free(&buf);
		buf = get_request(0, "r1", "f");
		sent = sent && !buf.failed;
		good = good && (sent || test_host_calls == n);
		rc_buf_free(&buf);
		good = good && test_host_live == 0;
		if (sent)
			break;
	}
	test_host_fail(-1);
	ok(good && n > 0 && n < 100, "any failing allocation of an encoder is reported and nothing leaks");
}

/* protobuf-c over the host's memory. */
static void
test_allocator(void)
{
	ProtobufCAllocator allocator = rc_protobuf_allocator(&test_host);
	rc_response r = parsed("Multi with one failed action", 0);
	Htable__Wire__MultiResponse *m = NULL;
	bool		good = true;
	long		n;

	for (n = 0; m == NULL && n < 1000; n++)
	{
		test_host_fail(n);
		m = htable__wire__multi_response__unpack(&allocator, r.message.len, r.message.data);
		good = good && (m != NULL) == (test_host_live > 0);
	}
	test_host_fail(-1);
	ok(good && m != NULL && n > 5, "protobuf gives back all of the host's memory, also when it runs out");
	htable__wire__multi_response__free_unpacked(m, &allocator);
	ok(test_host_live == 0, "a freed message holds no memory");
}

int
main(int argc, char **argv)
{
	golden_init(argc, argv);
	test_connect();
	test_get();
	test_scan_requests();
	test_scan_answers();
	test_partial_rows();
	test_packed();
	test_multi();
	test_multi_request();
	test_meta_request();
	test_meta_answer();
	test_table_state();
	test_znodes();
	test_exceptions();
	test_odd_exceptions();
	test_truncations();
	test_corruption();
	test_headers();
	test_requests();
	test_no_memory();
	test_allocator();
	return tap_done();
}
