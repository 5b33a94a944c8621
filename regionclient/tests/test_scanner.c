/*
 * test_scanner.c
 *		A scan delivers every row once and in order, whatever the server does.
 */
#include "scan_check.h"

#define NOT_SERVING "org.apache.hadoop.hbase.NotServingRegionException"
#define QUEUE_FULL	"org.apache.hadoop.hbase.CallQueueTooBigException"

static fake_server server;
static rc_range all;

static void
begin(int rows, int regions, bool (*hook) (fake_server *, fake_request *))
{
	fake_start(&server, rows, regions);
	server.hook = hook;
}

static void
whole(const char *name, bool reversed, int rows)
{
	rc_read		read = check_read(&all, 1);
	check		c;

	read.reversed = reversed;
	check_fresh(&c, &server, &read, reversed ? rows - 1 : 0);
	ok(c.status == RC_OK && c.rows == rows && c.in_order, "%s (%s: %d rows, %s)", name,
	   reversed ? "reversed" : "forward", c.rows, c.status == RC_OK ? "no error" : c.err.message);
	ok(server.open_scanners == 0, "... and leaves no scanner open");
}

/* Runs a whole scan in both directions with the same faults. */
static void
both(const char *name, int rows, int regions, bool (*hook) (fake_server *, fake_request *))
{
	for (int reversed = 0; reversed < 2; reversed++)
	{
		begin(rows, regions, hook);
		whole(name, reversed == 1, rows);
		fake_stop(&server);
	}
}

/* ----- faults ----- */

/* Every third next fails with the exception in `fault_class`. */
static const char *fault_class;
static bool fault_ends_scanner;

static bool
fail_some_nexts(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_NEXT || s->count[FAKE_NEXT] % 3 != 0)
		return false;
	if (fault_ends_scanner)
		fake_lose_scanner(s, r->scan->scanner_id);
	fake_fail(r, fault_class, "fake");
	return true;
}

/* The second open of each region fails. */
static bool
fail_some_opens(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_OPEN || s->count[FAKE_OPEN] % 2 == 0)
		return false;
	fake_fail(r, fault_class, "fake");
	return true;
}

static bool
split_while_scanning(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_NEXT || s->step++ != 2)
		return false;
	fake_set_regions(s, s->nregions * 2, 2);
	fake_lose_scanner(s, 0);
	fake_fail(r, NOT_SERVING, "region has changed");
	return true;
}

static bool
merge_while_scanning(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_NEXT || s->step++ != 2)
		return false;
	fake_set_regions(s, 1, 2);
	fake_lose_scanner(s, 0);
	fake_fail(r, NOT_SERVING, "region has changed");
	return true;
}

static bool
hang_up_on_some(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_NEXT || s->count[FAKE_NEXT] % 4 != 0)
		return false;
	/* the lease of this scanner would end it */
	fake_lose_scanner(s, 0);
	fake_hang_up(s, r);
	return true;
}

static bool
cut_some_frames(fake_server *s, fake_request *r)
{
	rc_buf		frame;

	if (r->kind != FAKE_NEXT || s->count[FAKE_NEXT] % 4 != 0)
		return false;
	fake_buf(&frame);
	fake_answer(s, r, &frame);
	fake_send(r->conn, frame.data, frame.len / 2);
	rc_buf_free(&frame);
	fake_lose_scanner(s, 0);
	fake_hang_up(s, r);
	return true;
}

/* Silence: the call times out, the scanner must be opened again. */
static bool
swallow_some(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_NEXT || s->count[FAKE_NEXT] % 4 != 0)
		return false;
	fake_lose_scanner(s, 0);
	return true;
}

/* The answer comes when the client has given up: it must be skipped. */
static rc_buf late;

static bool
answer_late(fake_server *s, fake_request *r)
{
	if (late.len > 0 && s->clock > 1000000 + s->config.rpc_timeout)
	{
		fake_send(r->conn, late.data, late.len);
		rc_buf_reset(&late);
	}
	if (r->kind != FAKE_NEXT || s->step++ != 1)
		return false;
	fake_answer(s, r, &late);
	fake_lose_scanner(s, 0);
	return true;
}

static bool
empty_heartbeats(fake_server *s, fake_request *r)
{
	static const uint8_t flags[] = {0x18, 1, 0x40, 1, 0x48, 1};
	rc_buf		message;
	rc_buf		cells;
	rc_buf		frame;

	if (r->kind != FAKE_NEXT || s->step++ % 3 == 2)
		return false;
	fake_buf(&message);
	fake_buf(&cells);
	fake_buf(&frame);
	rc_buf_put(&message, flags, sizeof(flags));
	fake_frame(&frame, r->call_id, &message, &cells);
	fake_send(r->conn, frame.data, frame.len);
	for (int i = 0; i < FAKE_MAX_SCANNERS; i++)
		if (s->scanners[i].id == r->scan->scanner_id)
			s->scanners[i].next_seq++;
	rc_buf_free(&message);
	rc_buf_free(&frame);
	return true;
}

static void
faults(void)
{
	both("a scan reads all rows of one region", 700, 1, NULL);
	both("a scan crosses regions", 700, 7, NULL);
	fault_class = QUEUE_FULL;
	both("CallQueueTooBig on next: the same call is sent again", 400, 1, fail_some_nexts);
	both("CallQueueTooBig on open: opened again", 400, 4, fail_some_opens);
	fault_ends_scanner = true;
	fault_class = "org.apache.hadoop.hbase.UnknownScannerException";
	both("an expired lease: reopened after the last row", 400, 2, fail_some_nexts);
	fault_class = "org.apache.hadoop.hbase.exceptions.ScannerResetException";
	both("a reset scanner: reopened after the last row", 400, 2, fail_some_nexts);
	fault_ends_scanner = false;
	fault_class = "org.apache.hadoop.hbase.exceptions.OutOfOrderScannerNextException";
	both("an out of order next: closed and reopened", 400, 2, fail_some_nexts);
	fault_class = "org.apache.hadoop.hbase.regionserver.LeaseException";
	both("a lease in use: closed and reopened", 400, 2, fail_some_nexts);
	fault_class = "java.io.IOException";
	both("an error of the server that goes away", 400, 2, fail_some_nexts);
	both("a split while scanning", 400, 2, split_while_scanning);
	both("a merge while scanning", 400, 4, merge_while_scanning);
	both("connections that end", 400, 2, hang_up_on_some);
	both("connections that end within a frame", 400, 2, cut_some_frames);
	both("calls without an answer", 400, 2, swallow_some);
	both("heartbeats without rows", 400, 2, empty_heartbeats);
	fake_buf(&late);
	both("a late answer is skipped", 400, 2, answer_late);
	rc_buf_free(&late);
}

/* ----- partial rows ----- */

static void
partial_rows(void)
{
	for (int reversed = 0; reversed < 2; reversed++)
		for (int flags = 0; flags < 2; flags++)
		{
			rc_read		read = check_read(&all, 1);
			check		c;

			begin(40, 2, NULL);
			server.pieces = 3;
			server.duplicate_flags = flags == 1;
			read.reversed = reversed == 1;
			check_fresh(&c, &server, &read, reversed ? 39 : 0);
			ok(c.status == RC_OK && c.rows == 40 && c.cells == 120 && c.in_order,
			   "rows in pieces are put together%s%s", flags ? ", also when the last piece says there are more" : "",
			   reversed ? " (reversed)" : "");
			fake_stop(&server);
		}
	fault_class = "org.apache.hadoop.hbase.UnknownScannerException";
	for (int reversed = 0; reversed < 2; reversed++)
	{
		rc_read		read = check_read(&all, 1);
		check		c;

		begin(40, 2, fail_some_nexts);
		server.pieces = 2;
		read.reversed = reversed == 1;
		check_fresh(&c, &server, &read, reversed ? 39 : 0);
		ok(c.status == RC_OK && c.rows == 40 && c.cells == 80 && c.in_order,
		   "a row that was half there is read again as a whole");
		fake_stop(&server);
	}
}

/* ----- ranges and limits ----- */

static void
range(const char *start, bool start_inclusive, const char *stop, bool stop_inclusive,
	  int first, int rows, bool reversed, uint64_t limit)
{
	rc_range	r = check_range(start, start_inclusive, stop, stop_inclusive);
	rc_read		read = check_read(&r, 1);
	check		c;

	read.reversed = reversed;
	read.limit = limit;
	begin(300, 3, NULL);
	check_fresh(&c, &server, &read, first);
	ok(c.status == RC_OK && c.rows == rows && c.in_order && server.open_scanners == 0,
	   "%c%s, %s%c %s, limit %d: %d rows from %d (%d)", start_inclusive ? '[' : '(', start, stop,
	   stop_inclusive ? ']' : ')', reversed ? "reversed" : "forward", (int) limit, rows, first, c.rows);
	fake_stop(&server);
}

static void
ranges(void)
{
	range("r0010", true, "r0020", false, 10, 10, false, 0);
	range("r0010", false, "r0020", true, 11, 10, false, 0);
	range("r0010", true, "r0020", false, 19, 10, true, 0);
	range("r0010", false, "r0020", true, 20, 10, true, 0);
	range("r0100", true, "r0200", false, 100, 100, false, 0);
	range("r0100", true, "r0200", true, 100, 101, false, 0);
	range("r0100", true, "r0200", true, 200, 101, true, 0);
	range("r0100", false, "r0200", false, 199, 99, true, 0);
	range("", true, "r0100", true, 0, 101, false, 0);
	range("", true, "r0100", true, 100, 101, true, 0);
	range("r0250", true, "", false, 250, 50, false, 0);
	range("r0250", true, "", false, 299, 50, true, 0);
	range("r0300", true, "", false, 0, 0, false, 0);
	range("r0300", true, "", false, 0, 0, true, 0);
	range("r0020", true, "r0010", false, 0, 0, false, 0);
	range("r0020", true, "r0020", false, 0, 0, false, 0);
	range("", true, "", false, 0, 1, false, 1);
	range("", true, "", false, 299, 1, true, 1);
	range("", true, "", false, 0, 150, false, 150);
	range("", true, "", false, 299, 150, true, 150);
	range("r0050", true, "", false, 50, 60, false, 60);
	range("r0020", true, "r0020", true, 20, 1, false, 0);
	range("r0020", true, "r0020", true, 20, 1, true, 0);
	range("q", true, "q", true, 0, 0, false, 0);
}

static void
one_round_trip(void)
{
	rc_read		read = check_read(&all, 1);
	check		c;

	begin(300, 3, NULL);
	read.limit = 1;
	check_fresh(&c, &server, &read, 0);
	ok(c.stats.rpcs == 1 && server.count[FAKE_CLOSE] == 0, "LIMIT 1 is one call");
	fake_stop(&server);
}

static void
long_keys(void)
{
	static char key[40001];
	rc_range	r = {0};
	rc_read		read = check_read(&r, 1);
	check		c;

	memset(key, 'r', 40000);
	memcpy(key, "r0149", 5);
	r = check_range(key, true, "", false);
	begin(300, 3, NULL);
	check_fresh(&c, &server, &read, 150);
	ok(c.status == RC_OK && c.rows == 150 && c.in_order, "a start key longer than any row key is cut safely");
	r.stop = r.start;
	r.stop_inclusive = true;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 0, "a point longer than any row key is no row");
	fake_stop(&server);
}

/* Counts the reads of rows that do not say "raw" as HBase wants it (or that do, when none should). */
static bool raw_wanted;
static int	raw_wrong;

static bool
check_attributes(fake_server *s, fake_request *r)
{
	size_t		n;
	Htable__Wire__NameBytesPair **attribute;

	(void) s;
	if (r->kind == FAKE_OPEN)
	{
		n = r->scan->scan->n_attribute;
		attribute = r->scan->scan->attribute;
	}
	else if (r->kind == FAKE_GET)
	{
		n = r->get->get->n_attribute;
		attribute = r->get->get->attribute;
	}
	else
		return false;
	if (n != (raw_wanted ? 1 : 0) ||
		(n == 1 && (strcmp(attribute[0]->name, "_raw_") != 0 ||
					attribute[0]->value.len != 1 || attribute[0]->value.data[0] != 0xFF)))
		raw_wrong++;
	return false;
}

static void
raw_reads(void)
{
	rc_range	point = check_range("r0020", true, "r0020", true);

	for (int raw = 0; raw < 2; raw++)
	{
		rc_read		scan = check_read(&all, 1);
		rc_read		get = check_read(&point, 1);
		check		c;

		begin(300, 3, check_attributes);
		raw_wanted = scan.raw = get.raw = raw == 1;
		raw_wrong = 0;
		check_fresh(&c, &server, &scan, 0);
		check_fresh(&c, &server, &get, 20);
		ok(raw_wrong == 0 && server.count[FAKE_OPEN] >= 3 && server.count[FAKE_GET] == 1,
		   "scans and Gets %s", raw ? "of raw reads say so" : "are not raw otherwise");
		fake_stop(&server);
	}
}

/* ----- points ----- */

#define NPOINTS 3000

static rc_range points[NPOINTS];
static char point_keys[NPOINTS][16];

static void
make_points(int n)
{
	for (int i = 0; i < n; i++)
	{
		snprintf(point_keys[i], sizeof(point_keys[i]), "r%04d", i);
		points[i] = check_range(point_keys[i], true, point_keys[i], true);
	}
}

static void
read_points(const char *name, int n, int rows, bool reversed, uint64_t limit)
{
	rc_read		read = check_read(points, (size_t) n);
	int			expect = n < rows ? n : rows;
	check		c;

	read.reversed = reversed;
	read.limit = limit;
	if (limit > 0 && expect > (int) limit)
		expect = (int) limit;
	check_fresh(&c, &server, &read, reversed ? (n < rows ? n : rows) - 1 : 0);
	ok(c.status == RC_OK && c.rows == expect && c.in_order, "%s (%s, %d of %d rows, %s)", name,
	   reversed ? "reversed" : "forward", c.rows, expect, c.status == RC_OK ? "no error" : c.err.message);
}

static bool
fail_first_multis(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_MULTI || s->count[FAKE_MULTI] > 3)
		return false;
	if (s->count[FAKE_MULTI] == 1)
		fake_fail(r, QUEUE_FULL, "fake");
	else if (s->count[FAKE_MULTI] == 2)
		fake_hang_up(s, r);
	else
	{
		fake_set_regions(s, 5, 2);
		return false;
	}
	return true;
}

/* Answers that are too large for us, unless few rows were asked for. */
static bool
large_multis(fake_server *s, fake_request *r)
{
	static const uint8_t big[] = {0x7f, 0, 0, 0, 2, 0x08};
	uint8_t		head[8];
	size_t		n = 0;

	(void) s;
	if (r->kind != FAKE_MULTI)
		return false;
	for (size_t i = 0; i < r->multi->n_region_action; i++)
		n += r->multi->region_action[i]->n_action;
	if (n <= 20)
		return false;
	memcpy(head, big, sizeof(big));
	head[6] = (uint8_t) (0x80 | (r->call_id & 0x7f));
	head[7] = (uint8_t) (r->call_id >> 7);
	fake_send(r->conn, head, sizeof(head));
	fake_send(r->conn, point_keys, 100);
	return true;
}

static void
point_reads(void)
{
	make_points(NPOINTS);
	for (int reversed = 0; reversed < 2; reversed++)
	{
		begin(NPOINTS - 100, 5, NULL);
		read_points("points over several windows and regions, some without a row", NPOINTS, NPOINTS - 100,
					reversed == 1, 0);
		read_points("points with a limit", NPOINTS, NPOINTS - 100, reversed == 1, 7);
		read_points("one point", 1, NPOINTS - 100, reversed == 1, 0);
		fake_stop(&server);
		begin(NPOINTS, 3, fail_first_multis);
		read_points("points: what failed is asked again", NPOINTS, NPOINTS, reversed == 1, 0);
		fake_stop(&server);
		begin(NPOINTS, 3, large_multis);
		read_points("points: answers too large are asked for in smaller parts", 500, NPOINTS, reversed == 1, 0);
		fake_stop(&server);
	}
}

static void
mixed_ranges(void)
{
	rc_range	r[4] = {0};
	rc_read		read = check_read(r, 4);
	check		c;

	r[0] = check_range("r0000", true, "r0000", true);
	r[1] = check_range("r0001", true, "r0001", true);
	r[2] = check_range("r0002", true, "r0150", false);
	r[3] = check_range("r0150", true, "r0150", true);
	begin(300, 3, NULL);
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 151 && c.in_order, "points and ranges in one read");
	read.reversed = true;
	check_fresh(&c, &server, &read, 150);
	ok(c.status == RC_OK && c.rows == 151 && c.in_order, "... also reversed");
	read.limit = 3;
	check_fresh(&c, &server, &read, 150);
	ok(c.status == RC_OK && c.rows == 3 && c.in_order, "... and the limit counts over all of them");
	fake_stop(&server);
}

/* ----- lies ----- */

/* Rows before the range. */
static bool
rows_before(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind == FAKE_OPEN)
	{
		bool		reversed = r->scan->scan->reversed;

		memcpy(r->scan->scan->start_row.data, reversed ? "r0299" : "r0000", 5);
		memcpy(r->scan->scan->stop_row.data, reversed ? "r0000" : "r0299", 5);
	}
	return false;
}

/* Some rows twice. */
static bool
rows_again(fake_server *s, fake_request *r)
{
	if (r->kind == FAKE_NEXT && s->count[FAKE_NEXT] == 2)
		for (int i = 0; i < FAKE_MAX_SCANNERS; i++)
			s->scanners[i].at -= 3;
	/* reversed scanners are asked once: the next one begins too early */
	if (r->kind == FAKE_OPEN && s->count[FAKE_OPEN] == 2 && r->scan->scan->reversed)
		r->scan->scan->has_start_row = false;
	return false;
}

static bool
no_answer_to_one(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind == FAKE_MULTI)
	{
		Htable__Wire__RegionAction *ra = r->multi->region_action[0];
		Htable__Wire__Action *last = ra->action[ra->n_action - 1];

		ra->n_action--;
		fake_serve(s, r);
		ra->action[ra->n_action++] = last;
	}
	return r->kind == FAKE_MULTI;
}

static bool
same_answer_twice(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind == FAKE_MULTI)
		r->multi->region_action[0]->action[1]->index = 0;
	return false;
}

static bool
another_row(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind == FAKE_GET)
		memcpy(r->get->get->row.data, "r0007", 5);
	return false;
}

static void
lie(const char *name, bool (*hook) (fake_server *, fake_request *), const rc_range *r, size_t n, bool reversed)
{
	rc_read		read = check_read(r, n);
	rc_client  *client;
	check		c;

	begin(300, 1, hook);
	server.max_rows = 20;
	read.reversed = reversed;
	client = check_open(&server);
	check_scan(&c, client, &read, 0, -1);
	ok(c.status == RC_PROTOCOL && c.client_stats.links == 0 && strncmp(c.err.server, "127.0.0.1:", 10) == 0,
	   "%s%s: %s", name, reversed ? ", reversed" : "", c.status == RC_OK ? "no error" : c.err.message);
	rc_client_close(client);
	fake_stop(&server);
}

static void
lies(void)
{
	rc_range	some = check_range("r0100", true, "r0200", false);

	lie("rows out of range", rows_before, &some, 1, false);
	lie("rows out of range", rows_before, &some, 1, true);
	lie("rows that come again", rows_again, &some, 1, false);
	lie("rows that come again", rows_again, &some, 1, true);
	lie("a Multi that leaves a row out", no_answer_to_one, points, 10, false);
	lie("a Multi that answers a row twice", same_answer_twice, points, 10, false);
	lie("a Get that answers with another row", another_row, points, 1, false);
}

/* ----- interrupts ----- */

static void
interrupts(void)
{
	rc_read		read = check_read(&all, 1);
	rc_read		gets = check_read(points, 500);
	check		c;

	begin(400, 4, hang_up_on_some);
	server.interrupt_every = 2;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 400 && c.in_order && c.interrupts > 5,
	   "an interrupted scan goes on, calls in flight included (%d interrupts)", c.interrupts);
	check_fresh(&c, &server, &gets, 0);
	ok(c.status == RC_OK && c.rows == 400 && c.in_order && c.interrupts > 2,
	   "interrupted Gets go on (%d interrupts)", c.interrupts);
	fake_stop(&server);
}

/* ----- closing ----- */

static void
closing(void)
{
	rc_read		read = check_read(&all, 1);
	rc_client  *client;
	rc_scanner *scanner;
	const rc_row *row;
	check		c;

	begin(1000, 1, NULL);
	server.max_rows = 10;
	client = check_open(&server);
	check_scan(&c, client, &read, 0, 15);
	/* another operation lets the answer in that the first left behind */
	check_scan(&c, client, &read, 0, -1);
	ok(c.rows == 1000 && server.open_scanners == 0, "an abandoned scanner is closed when its answer comes");
	ok(server.accepted == 1, "... on the same connection");

	rc_scanner_open(client, &read, &scanner, &c.err);
	rc_scanner_next(scanner, &row, &c.err);
	rc_scanner_close(scanner, true);
	rc_client_get_stats(client, &c.client_stats);
	ok(c.client_stats.links == 0, "a cancelled scan drops the connection its call is on");

	rc_scanner_open(client, &read, &scanner, &c.err);
	rc_scanner_next(scanner, &row, &c.err);
	rc_client_close(client);
	ok(true, "closing a client closes its scanners");
	fake_stop(&server);
}

/* ----- the same with several regions at a time ----- */

static void
whatever_regions_do(const char *how, size_t window, bool any_order)
{
	printf("# %s\n", how);
	check_overlap.window = window;
	check_overlap.concurrency = 4;
	check_overlap.whole = any_order;
	check_overlap.any_order = any_order;
	faults();
	partial_rows();
	ranges();
	mixed_ranges();
	interrupts();
	memset(&check_overlap, 0, sizeof(check_overlap));
}

static void
one_region_at_a_time(void)
{
	whatever_regions_do("one region at a time", 0, false);
}

static void
several_in_order(void)
{
	whatever_regions_do("several regions at a time", 1024 * 1024, false);
}

static void
several_in_any_order(void)
{
	whatever_regions_do("several regions at a time, in any order", 512 * 1024, true);
}

int
main(void)
{
	all = check_range("", true, "", false);
	make_points(NPOINTS);
	one_region_at_a_time();
	several_in_order();
	several_in_any_order();
	one_round_trip();
	long_keys();
	raw_reads();
	point_reads();
	lies();
	closing();
	return tap_done();
}
