/*
 * test_heartbeats.c
 *		Heartbeats are asked for wherever an answer may take long, and only there.
 */
#include "scan_check.h"

static fake_server server;
static rc_range all;

static int	slow_answers;		/* answers that take a second */
static int	dead_answers;		/* ... that never come, from the fourth next on */
static int	opens_with;			/* requests that came with heartbeats, and without */
static int	opens_without;
static int	nexts_with;
static int	nexts_without;

static bool
look(fake_server *s, fake_request *r)
{
	bool		with;

	if (r->kind != FAKE_OPEN && r->kind != FAKE_NEXT)
		return false;
	with = r->scan->client_handles_heartbeats;
	if (r->kind == FAKE_OPEN)
		*(with ? &opens_with : &opens_without) += 1;
	else
		*(with ? &nexts_with : &nexts_without) += 1;
	if (slow_answers > 0 && slow_answers-- > 0)
		s->clock += s->config.rpc_timeout / 10;
	if (r->kind != FAKE_NEXT || s->count[FAKE_NEXT] < 4 || dead_answers <= 0)
		return false;
	dead_answers--;
	fake_lose_scanner(s, r->scan->scanner_id);
	return true;
}

static void
scan(const char *name, bool dense, int slow, int dead, check *c)
{
	rc_read		read = check_read(&all, 1);

	fake_start(&server, 300, 3);
	server.hook = look;
	server.max_rows = 10;
	slow_answers = slow;
	dead_answers = dead;
	opens_with = opens_without = nexts_with = nexts_without = 0;
	read.dense = dense;
	check_fresh(c, &server, &read, 0);
	ok(c->status == RC_OK && c->rows == 300 && c->in_order, "%s: all rows come (%d, %s)", name,
	   c->rows, c->status == RC_OK ? "no error" : c->err.message);
	ok(opens_with >= 3 && opens_without == 0, "... every open asks for heartbeats");
}

int
main(void)
{
	check		c;

	all = check_range("", true, "", false);
	scan("rows may be left out", false, 0, 0, &c);
	ok(nexts_with > 20 && nexts_without == 0, "... and every next");
	fake_stop(&server);

	scan("no row is left out", true, 0, 0, &c);
	ok(nexts_without > 20 && nexts_with == 0, "... and no next, as answers are quick (%d with)", nexts_with);
	fake_stop(&server);

	scan("the first five answers are slow", true, 5, 0, &c);
	ok(nexts_with == 5 && nexts_without > 15, "... and the next behind each of these (%d)", nexts_with);
	fake_stop(&server);

	scan("an answer does not come in time", true, 0, 1, &c);
	ok(nexts_without == 4 && nexts_with > 20, "... and every next from then on (%d, %d before)",
	   nexts_with, nexts_without);
	ok(c.stats.retries == 1, "... after one retry");
	fake_stop(&server);
	return tap_done();
}
