/*
 * test_link.c
 *		Connections: what a server may do to them, and what the client makes of it.
 */
#include <unistd.h>

#include "scan_check.h"

static fake_server server;
static rc_range all;

static bool contains(const char *text, const char *part);

/* Sends these bytes in place of the first answer to an open. */
static const char *junk;
static size_t junk_len;

static bool
send_junk(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind != FAKE_OPEN)
		return false;
	fake_send(r->conn, junk, junk_len);
	return true;
}

static void
lie(const char *name, const char *bytes, size_t len, rc_status status)
{
	rc_read		read = check_read(&all, 1);
	rc_client  *client;
	check		c;

	fake_start(&server, 100, 2);
	server.hook = send_junk;
	junk = bytes;
	junk_len = len;
	client = check_open(&server);
	check_scan(&c, client, &read, 0, -1);
	ok(c.status == status && c.client_stats.links == 0 && contains(c.err.server, "127.0.0.1:"),
	   "%s: %s (%s)", name, c.status == RC_OK ? "no error" : rc_status_name(c.status), c.err.message);
	server.hook = NULL;
	check_scan(&c, client, &read, 0, -1);
	ok(c.status == RC_OK && c.rows == 100 && c.in_order, "... and the client is of use after that");
	rc_client_close(client);
	fake_stop(&server);
}

static bool
contains(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

#define LIE(name, bytes, status) lie(name, bytes, sizeof(bytes) - 1, status)

static void
lies(void)
{
	LIE("an empty frame", "\0\0\0\0", RC_PROTOCOL);
	LIE("a frame of no meaning", "\0\0\0\4\377\377\377\377", RC_PROTOCOL);
	LIE("a frame of negative length", "\377\377\377\377\2\10\0zzzzzzzzzzzz", RC_PROTOCOL);
	/* the call after one look-up has id 1 */
	LIE("a frame above max_response_size", "\177\0\0\0\2\10\1zzzzzzzzzzzzz", RC_TOO_LARGE);
	/* an answer to the preamble: call_id -1, FatalConnectionException */
	LIE("a refused connection",
		"\0\0\0\x2e\x2d\x08\xff\xff\xff\xff\x0f\x12\x25\x0a\x1e"
		"x.ipc.FatalConnectionException\x12\x03" "bad", RC_CONNECTION_REFUSED_BY_SERVER);
}

/* An answer with an id nobody waits for, and answers in the wrong order. */
static bool
strange_ids(fake_server *s, fake_request *r)
{
	rc_buf		empty;
	rc_buf		frame;

	(void) s;
	fake_buf(&empty);
	fake_buf(&frame);
	fake_frame(&frame, r->call_id + 1000, &empty, &empty);
	fake_send(r->conn, frame.data, frame.len);
	rc_buf_free(&frame);
	return false;
}

/* Every answer byte by byte. */
static rc_buf slow;

static bool
slow_answers(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_OPEN && r->kind != FAKE_NEXT)
		return false;
	fake_answer(s, r, &slow);
	for (size_t i = 0; i < slow.len; i++)
	{
		fake_send(r->conn, slow.data + i, 1);
		if (i % 100 == 0)
			usleep(1);
	}
	rc_buf_reset(&slow);
	return true;
}

static void
oddities(void)
{
	rc_read		read = check_read(&all, 1);
	check		c;

	fake_start(&server, 300, 2);
	server.hook = strange_ids;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 300 && c.in_order && server.accepted == 1,
	   "an answer to an unknown call is skipped, the connection stays");
	fake_stop(&server);
	fake_buf(&slow);
	fake_start(&server, 300, 2);
	server.hook = slow_answers;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 300 && c.in_order, "answers in crumbs");
	fake_stop(&server);
	rc_buf_free(&slow);
}

/* Hangs up on whatever comes, or only on scans. */
static bool
hang_up(fake_server *s, fake_request *r)
{
	fake_hang_up(s, r);
	return true;
}

static bool
silent(fake_server *s, fake_request *r)
{
	(void) s;
	return r->kind == FAKE_OPEN;
}

static void
unreachable(void)
{
	rc_read		read = check_read(&all, 1);
	int64_t		before;
	check		c;

	fake_start(&server, 10, 1);
	fake_refuse(&server, true);
	before = server.clock;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_CONNECT_FAILED && contains(c.err.message, "refused") && contains(c.err.server, "127.0.0.1:"),
	   "a refused connection: %s (%s)", c.err.message, c.err.server);
	ok(server.clock - before < 2 * server.config.connect_timeout,
	   "... is reported soon when the cluster was never reached (%d ms)", (int) (server.clock - before));
	fake_stop(&server);

	fake_start(&server, 10, 1);
	server.hook = hang_up;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_CONNECTION_REFUSED_BY_SERVER, "connections closed after the header count as refused: %s",
	   c.err.message);
	fake_stop(&server);

	fake_start(&server, 10, 1);
	server.hook = silent;
	before = server.clock;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OPERATION_TIMEOUT && contains(c.err.message, "did not answer"),
	   "a server that never answers: %s (%s)", rc_status_name(c.status), c.err.message);
	ok(server.clock - before == server.config.operation_timeout && c.err.elapsed == server.config.operation_timeout,
	   "... exactly at operation_timeout (%d ms)", (int) (server.clock - before));
	fake_stop(&server);
}

static void
deadlines(void)
{
	rc_read		read = check_read(&all, 1);
	rc_client  *client;
	int64_t		before;
	check		c;

	fake_start(&server, 10, 1);
	server.hook = silent;
	client = check_open(&server);
	before = server.clock;
	rc_client_set_deadline(client, before + 700);
	check_scan(&c, client, &read, 0, -1);
	ok(c.status == RC_OPERATION_TIMEOUT && server.clock == before + 700, "a deadline set by the host is kept");
	rc_client_close(client);
	fake_stop(&server);
}

/* A cursor at rest for longer than any time-out loses nothing. */
static void
pauses(void)
{
	rc_read		read = check_read(&all, 1);
	rc_scanner *scanner;
	const rc_row *row;
	rc_client  *client;
	rc_error	err;
	int			rows = 0;

	fake_start(&server, 600, 1);
	client = check_open(&server);
	rc_scanner_open(client, &read, &scanner, &err);
	while (rc_scanner_next(scanner, &row, &err) == RC_OK && row != NULL)
	{
		rows += check_row(row, rows, 0, false);
		server.clock += server.config.operation_timeout;
	}
	ok(rows == 600 && server.count[FAKE_OPEN] == 1, "time between calls is not the server's fault");
	rc_scanner_close(scanner, false);
	rc_client_close(client);
	fake_stop(&server);
}

/* A client at rest gives the next server no more time than any other. */
static void
rest(void)
{
	rc_read		read = check_read(&all, 1);
	rc_client  *client;
	int64_t		before;
	check		c;

	fake_start(&server, 10, 1);
	client = check_open(&server);
	check_scan(&c, client, &read, 0, -1);
	server.clock += 3600 * 1000;
	server.hook = silent;
	before = server.clock;
	check_scan(&c, client, &read, 0, -1);
	ok(c.status == RC_OPERATION_TIMEOUT && server.clock - before == server.config.operation_timeout,
	   "after an hour at rest, a server that does not answer is an error as soon as ever (%d ms)",
	   (int) (server.clock - before));
	rc_client_close(client);
	fake_stop(&server);
}

static void
descriptors(void)
{
	rc_read		read = check_read(&all, 1);
	int			before;
	int			after;
	check		c;

	fake_start(&server, 100, 2);
	before = dup(0);
	close(before);
	for (int i = 0; i < 50; i++)
		check_fresh(&c, &server, &read, 0);
	while (server.host.wait(server.host.ctx, 0, server.clock, RC_WAIT_SCAN_NEXT) != RC_OK)
		;
	fake_stop(&server);
	after = dup(0);
	close(after);
	ok(after <= before, "descriptors do not leak (%d, %d)", before, after);
}

int
main(void)
{
	all = check_range("", true, "", false);
	lies();
	oddities();
	unreachable();
	deadlines();
	pauses();
	rest();
	descriptors();
	return tap_done();
}
