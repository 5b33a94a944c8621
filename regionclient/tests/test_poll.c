/*
 * test_poll.c
 *		Scans whose ranges are asked for one by one, and rows without waiting:
 *		what scans by several processes and asynchronous ones are made of.
 */
#include <poll.h>
#include <unistd.h>

#include "scan_check.h"

static fake_server server;
static rc_range all;

static void
begin(int rows, int regions, bool (*hook) (fake_server *, fake_request *))
{
	fake_start(&server, rows, regions);
	server.hook = hook;
}

/* ----- faults ----- */

static bool
lose_some_scanners(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_NEXT || s->count[FAKE_NEXT] % 3 != 0)
		return false;
	fake_lose_scanner(s, r->scan->scanner_id);
	fake_fail(r, "org.apache.hadoop.hbase.UnknownScannerException", "fake");
	return true;
}

/* Each region is busy when it is asked first. */
static bool
put_off_some_opens(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_OPEN || s->count[FAKE_OPEN] % 2 == 0)
		return false;
	fake_fail(r, "org.apache.hadoop.hbase.RegionTooBusyException", "fake");
	return true;
}

static bool
no_answer_to_opens(fake_server *s, fake_request *r)
{
	(void) s;
	return r->kind == FAKE_OPEN;
}

/* ----- ranges that are asked for, and rows without waiting ----- */

/* Ranges given out one by one, some of them empty, in the order of the scan. */
static struct
{
	rc_range	ranges[8];
	int			n;
	int			given;
}			source;

static bool
next_range(void *ctx, rc_range *range)
{
	if (ctx != &source || source.given == source.n)
		return false;
	*range = source.ranges[source.given++];
	return true;
}

static rc_read
sourced_read(int n)
{
	rc_read		read = check_read(NULL, 0);

	source.n = n;
	source.given = 0;
	read.more_ranges = next_range;
	read.more_ctx = &source;
	return read;
}

static void
asked_ranges(void)
{
	rc_read		read;
	check		c;

	source.ranges[0] = check_range("", true, "r0100", false);
	source.ranges[1] = check_range("r0100", true, "r0100", true);
	source.ranges[2] = check_range("r0101", true, "r0101", false);
	source.ranges[3] = check_range("r0100", false, "r0250", true);
	source.ranges[4] = check_range("r0251", true, "", false);
	begin(300, 4, NULL);
	read = sourced_read(5);
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 300 && c.in_order && source.given == 5,
	   "ranges that are asked for one by one: a range, a point, none, ranges over regions");
	read = sourced_read(5);
	read.limit = 110;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 110 && c.in_order, "... with a limit");
	read = sourced_read(0);
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 0, "... and there are none");
	read = sourced_read(4);
	read.ranges = &source.ranges[0];
	read.nranges = 1;
	source.given = 1;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 251 && c.in_order, "... after others");
	fake_stop(&server);

	source.ranges[0] = check_range("r0251", true, "", false);
	source.ranges[1] = check_range("r0100", false, "r0250", true);
	source.ranges[2] = check_range("", true, "r0100", true);
	begin(300, 4, NULL);
	read = sourced_read(3);
	read.reversed = true;
	check_fresh(&c, &server, &read, 299);
	ok(c.status == RC_OK && c.rows == 300 && c.in_order, "... reversed");
	fake_stop(&server);
	begin(300, 4, lose_some_scanners);
	server.max_rows = 7;
	read = sourced_read(3);
	read.reversed = true;
	check_fresh(&c, &server, &read, 299);
	ok(c.status == RC_OK && c.rows == 300 && c.in_order, "... with lost scanners");
	fake_stop(&server);
}

/* Is the descriptor readable now? */
static bool
readable(int fd)
{
	struct pollfd p = {fd, POLLIN, 0};

	return poll(&p, 1, 0) == 1;
}

/* A read that a test goes through by polling. */
typedef struct polled
{
	rc_scanner *scanner;
	int			rows;
	bool		in_order;
	bool		ended;
	int			first;
	bool		reversed;
} polled;

static polled
polled_open(rc_client *client, const rc_read *read, int first)
{
	polled		p = {.in_order = true, .first = first, .reversed = read->reversed};
	rc_error	err;

	if (rc_scanner_open(client, read, &p.scanner, &err) != RC_OK)
		bail_out("rc_scanner_open: %s", err.message);
	return p;
}

/* Takes all rows that are there: RC_OK at the end, else RC_AGAIN or an error. */
static rc_status
polled_step(polled *p)
{
	const rc_row *row;
	rc_error	err;
	rc_status	status;

	while ((status = rc_scanner_poll(p->scanner, &row, &err)) == RC_OK && row != NULL)
		p->in_order = p->in_order && check_row(row, p->first, p->rows++, p->reversed);
	p->ended = status == RC_OK;
	return status;
}

/* What a host's own wait does: waits for the descriptor, while servers answer. */
static bool
host_waits(polled *p)
{
	rc_error	err;
	int			fd;

	for (int i = 0; i < 1000; i++)
	{
		if (rc_scanner_watch(p->scanner, &fd, &err) != RC_OK)
			return false;
		if (readable(fd))
			return true;
		if (!fake_serve_all(&server))
			usleep(1000);
	}
	return false;
}

static void
polls(void)
{
	rc_client  *client;
	rc_read		read = check_read(&all, 1);
	rc_error	err;
	polled		one;
	polled		two;
	const rc_row *row;
	int			waits = 0;
	int			fd;
	int			other;

	begin(300, 3, NULL);
	server.max_rows = 20;
	client = check_open(&server);
	one = polled_open(client, &read, 0);
	while (polled_step(&one) == RC_AGAIN && host_waits(&one))
		waits++;
	ok(one.ended && one.rows == 300 && one.in_order && waits > 3, "a scan by polling: %d rows, %d waits", one.rows, waits);
	rc_scanner_close(one.scanner, false);
	ok(server.open_scanners == 0, "... leaves no scanner open");

	/* two of one client, of which one goes the other way */
	one = polled_open(client, &read, 0);
	read.reversed = true;
	two = polled_open(client, &read, 299);
	read.reversed = false;
	for (int i = 0; i < 10000 && !(one.ended && two.ended); i++)
	{
		bool		waited = true;

		if (!one.ended && polled_step(&one) == RC_AGAIN)
			waited = host_waits(&one);
		if (!two.ended && polled_step(&two) == RC_AGAIN)
			waited = waited && host_waits(&two);
		if (!waited)
			break;
	}
	ok(one.rows == 300 && one.in_order && two.rows == 300 && two.in_order, "two scans of one client by polling in turns");
	ok(rc_scanner_watch(one.scanner, &fd, &err) == RC_OK && rc_scanner_watch(two.scanner, &other, &err) == RC_OK &&
	   fd == other, "... have one descriptor");
	rc_scanner_close(one.scanner, false);
	rc_scanner_close(two.scanner, false);

	/* what one has let in wakes the other */
	one = polled_open(client, &read, 0);
	two = polled_open(client, &read, 0);
	ok(rc_scanner_poll(one.scanner, &row, &err) == RC_AGAIN && rc_scanner_poll(two.scanner, &row, &err) == RC_AGAIN,
	   "two scans have asked");
	while (fake_serve_all(&server))
		;
	ok(rc_scanner_poll(two.scanner, &row, &err) == RC_OK && row != NULL, "... and one has taken what came");
	ok(rc_scanner_watch(one.scanner, &fd, &err) == RC_OK && (usleep(1000), readable(fd)), "... then the other is woken");
	ok(rc_scanner_poll(one.scanner, &row, &err) == RC_OK && row != NULL, "... and has its row");
	rc_scanner_close(one.scanner, false);
	rc_scanner_close(two.scanner, false);

	/* polling and waiting may take turns */
	one = polled_open(client, &read, 0);
	while (rc_scanner_poll(one.scanner, &row, &err) == RC_AGAIN)
		if (rc_scanner_next(one.scanner, &row, &err) != RC_OK || row == NULL || !check_row(row, 0, one.rows++, false))
			break;
	ok(row != NULL && check_row(row, 0, one.rows, false), "a poll goes on where a wait ended");
	rc_scanner_close(one.scanner, true);
	rc_client_close(client);
	fake_stop(&server);
}

/* Time too makes the descriptor readable: a pause before another try, a call without an answer. */
static void
polled_time(void)
{
	rc_client  *client;
	rc_read		read = check_read(&all, 1);
	rc_status	status;
	polled		one;

	begin(60, 2, put_off_some_opens);
	server.host.now = rc_host_standalone.now;
	client = check_open(&server);
	one = polled_open(client, &read, 0);
	while ((status = polled_step(&one)) == RC_AGAIN && host_waits(&one))
		;
	ok(status == RC_OK && one.rows == 60 && one.in_order, "a pause before another try ends without a wait");
	rc_scanner_close(one.scanner, false);
	rc_client_close(client);
	fake_stop(&server);

	begin(60, 2, no_answer_to_opens);
	server.host.now = rc_host_standalone.now;
	server.config.rpc_timeout = 60;
	server.config.operation_timeout = 150;
	client = check_open(&server);
	one = polled_open(client, &read, 0);
	while ((status = polled_step(&one)) == RC_AGAIN && host_waits(&one))
		;
	ok(status == RC_OPERATION_TIMEOUT && one.rows == 0, "... and so does a call without an answer");
	ok(polled_step(&one) == RC_INVALID, "after an error there is only closing");
	rc_scanner_close(one.scanner, true);
	rc_client_close(client);
	fake_stop(&server);
}

int
main(void)
{
	all = check_range("", true, "", false);
	asked_ranges();
	polls();
	polled_time();
	return tap_done();
}
