/*
 * test_overlap.c
 *		Several regions at a time: what is bounded, what is kept, what is let go.
 *
 * That no row is lost or doubled, whatever regions do meanwhile, is in
 * test_scanner.c.
 */
#include "scan_check.h"

static fake_server server;
static rc_range all;
static int	most_open;

static bool
watch_open(fake_server *s, fake_request *r)
{
	(void) r;
	if (s->open_scanners > most_open)
		most_open = s->open_scanners;
	return false;
}

static void
begin(int rows, int regions, int rows_of_answer)
{
	fake_start(&server, rows, regions);
	server.hook = watch_open;
	server.max_rows = rows_of_answer;
	most_open = 0;
}

/* A read of all rows with a window of so many answers. */
static rc_read
read_of(int answers, int concurrency)
{
	rc_read		read = check_read(&all, 1);

	read.scan_window = (size_t) answers * server.config.fetch_bytes;
	read.scan_concurrency = concurrency;
	read.whole = true;
	return read;
}

static void
regions_at_a_time(int answers, int concurrency, int least, int most)
{
	rc_read		read;
	check		c;

	begin(800, 8, 10);
	read = read_of(answers, concurrency);
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 800 && c.in_order && most_open >= least && most_open <= most,
	   "a window of %d answers and %d scanners a server: %d open at a time", answers, concurrency, most_open);
	fake_stop(&server);
}

static void
bounds(void)
{
	regions_at_a_time(8, 4, 3, 4);
	regions_at_a_time(8, 2, 2, 2);
	regions_at_a_time(16, 8, 6, 8);
	regions_at_a_time(2, 8, 2, 2);
	regions_at_a_time(0, 8, 1, 1);
}

/* Reads one row, gives the servers all the time they want, and counts their answers. */
static int
answers_ahead(int answers, bool whole)
{
	rc_client  *client = check_open(&server);
	rc_read		read = read_of(answers, 4);
	rc_scanner *scanner;
	const rc_row *row;
	rc_error	err;
	int			n;

	read.whole = whole;
	server.count[FAKE_OPEN] = server.count[FAKE_NEXT] = 0;
	rc_scanner_open(client, &read, &scanner, &err);
	for (int i = 0; i < 3; i++)
	{
		rc_status	status = rc_scanner_next(scanner, &row, &err);

		if (status != RC_OK || row == NULL)
			bail_out("no row: %s", status == RC_OK ? "the end" : err.message);
		while (fake_serve_all(&server))
			;
	}
	n = server.count[FAKE_OPEN] + server.count[FAKE_NEXT];
	rc_scanner_close(scanner, false);
	rc_client_close(client);
	return n;
}

static void
ahead(void)
{
	int			n;

	begin(800, 8, 5);
	server.config.fetch_bytes = 350;	/* what five rows take */
	n = answers_ahead(4, true);
	ok(n >= 4 && n <= 6, "a reader that rests has its window asked for, and no more (%d answers of 4)", n);
	n = answers_ahead(4, false);
	ok(n == 2, "a reader that may want a few rows only has one answer asked for ahead (%d in all)", n);
	fake_stop(&server);
}

/* A reader that rests now and then, so that several answers of a region wait. */
static void
rests(bool any_order)
{
	rc_client  *client;
	rc_read		read;
	rc_scanner *scanner;
	const rc_row *row;
	rc_error	err;
	rc_status	status;
	check		c = {0};
	bool		seen[10000] = {false};
	int			n = 0;

	begin(800, 4, 5);
	server.config.fetch_bytes = 350;	/* what five rows take */
	read = read_of(12, 4);
	read.any_order = any_order;
	client = check_open(&server);
	rc_scanner_open(client, &read, &scanner, &err);
	while ((status = rc_scanner_next(scanner, &row, &err)) == RC_OK && row != NULL)
	{
		if (any_order ? !check_new(&c, row, seen) : !check_row(row, 0, n, false))
			break;
		c.rows = ++n;
		if (n % 7 == 0)
			while (fake_serve_all(&server))
				;
	}
	ok(status == RC_OK && row == NULL && n == 800 && c.reordered == any_order,
	   "answers that wait are given out one after the other, %s (%d rows)",
	   any_order ? "of any region" : "in order", n);
	rc_scanner_close(scanner, false);
	rc_client_close(client);
	fake_stop(&server);
}

/* With a limit of its own a scan asks the first region, and only then the next. */
static void
limits(void)
{
	rc_read		read;
	check		c;

	begin(800, 8, 1000);
	read = read_of(8, 4);
	read.whole = false;
	read.limit = 50;
	check_fresh(&c, &server, &read, 0);
	ok(c.rows == 50 && c.stats.regions == 1, "LIMIT 50 of a region of 100 rows asks one region");
	read.limit = 150;
	check_fresh(&c, &server, &read, 0);
	ok(c.rows == 150 && c.stats.regions == 2, "LIMIT 150 asks two");
	fake_stop(&server);
}

/* ----- order ----- */

/* Answers of the first region come last of all. */
static int	held_back;
static rc_buf held[64];
static fake_conn *held_conn;

static bool
hold_first_region(fake_server *s, fake_request *r)
{
	bool		first = false;

	if (r->kind == FAKE_OPEN)
		first = !r->scan->scan->has_start_row || r->scan->scan->start_row.len == 0;
	else if (r->kind == FAKE_NEXT)
		for (int i = 0; i < FAKE_MAX_SCANNERS; i++)
			first |= s->scanners[i].id == r->scan->scanner_id && s->scanners[i].region == 0;
	if (!first || s->step > 0)
		return false;
	fake_buf(&held[held_back]);
	fake_answer(s, r, &held[held_back++]);
	held_conn = r->conn;
	return true;
}

static bool
release_when_idle(fake_server *s, fake_request *r)
{
	bool		holds = hold_first_region(s, r);

	/* the other regions are done or wait for room */
	if (r->kind == FAKE_NEXT && s->count[FAKE_NEXT] > 40 && held_back > 0)
	{
		s->step = 1;
		for (int i = 0; i < held_back; i++)
		{
			fake_send(held_conn, held[i].data, held[i].len);
			rc_buf_free(&held[i]);
		}
		held_back = 0;
	}
	return holds;
}

static void
order(void)
{
	rc_read		read;
	check		c;

	begin(800, 8, 5);
	read = read_of(2, 8);
	read.any_order = true;
	server.hook = release_when_idle;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 800 && c.in_order && c.reordered,
	   "rows come from other regions when the first is slow and the window full, if they may (%d rows, %s)",
	   c.rows, c.status == RC_OK ? "no error" : c.err.message);
	fake_stop(&server);

	begin(40, 8, 100);
	read = read_of(8, 8);
	read.any_order = true;
	check_fresh(&c, &server, &read, 0);
	ok(c.rows == 40 && c.in_order && !c.reordered, "as long as the window has room they come in the order of keys");
	fake_stop(&server);
}

/* ----- errors ----- */

static bool
third_region_is_broken(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind != FAKE_OPEN || !r->scan->scan->has_start_row || r->scan->scan->start_row.len != 5 ||
		memcmp(r->scan->scan->start_row.data, "r0200", 5) != 0)
		return false;
	fake_fail(r, "org.apache.hadoop.hbase.security.AccessDeniedException", "not there");
	return true;
}

static void
errors(void)
{
	rc_read		read;
	check		c;

	begin(800, 8, 20);
	read = read_of(8, 8);
	server.hook = third_region_is_broken;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_ACCESS_DENIED && c.rows == 200 && c.in_order,
	   "an error of a region read ahead stands behind the rows before it (%d rows, %s)", c.rows,
	   rc_status_name(c.status));
	read.limit = 11000;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_ACCESS_DENIED && c.rows == 200, "... also with a limit that is not reached");
	fake_stop(&server);
}

/* ----- ranges one by one ----- */

typedef struct source
{
	rc_range	ranges[8];
	int			n;
	int			given;
} source;

static bool
more(void *ctx, rc_range *range)
{
	source	   *s = ctx;

	if (s->given == s->n)
		return false;
	*range = s->ranges[s->given++];
	return true;
}

static void
sources(void)
{
	source		s = {.n = 5};
	rc_read		read;
	check		c;

	s.ranges[0] = check_range("r0010", true, "r0210", false);
	s.ranges[1] = check_range("r0210", true, "r0210", false);	/* empty */
	s.ranges[2] = check_range("r0210", true, "r0210", true);
	s.ranges[3] = check_range("r0211", true, "r0500", true);
	s.ranges[4] = check_range("r0501", true, "", false);
	for (int window = 0; window <= 8; window += 8)
	{
		begin(800, 8, 20);
		read = read_of(window, 4);
		read.nranges = 0;
		read.more_ranges = more;
		read.more_ctx = &s;
		s.given = 0;
		check_fresh(&c, &server, &read, 10);
		ok(c.status == RC_OK && c.rows == 790 && c.in_order && s.given == 5,
		   "ranges asked for one by one, a point and an empty one among them (window of %d)", window);
		fake_stop(&server);
	}
}

int
main(void)
{
	all = check_range("", true, "", false);
	bounds();
	ahead();
	rests(false);
	rests(true);
	limits();
	order();
	errors();
	sources();
	return tap_done();
}
