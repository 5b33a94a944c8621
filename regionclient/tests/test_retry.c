/*
 * test_retry.c
 *		Pauses, deadlines, and when a failure is final.
 */
#include "retry.h"
#include "scan_check.h"

static fake_server server;
static rc_client *client;
static rc_retry retry;
static rc_error err;

static rc_status
fail(rc_status status, const char *message)
{
	rc_error	why;

	rc_error_set(&why, status, "%s", message);
	return rc_retry_failed(&retry, &why, &err);
}

static void
begin(void)
{
	fake_start(&server, 10, 1);
	client = check_open(&server);
	rc_retry_init(&retry, client);
}

static void
end(void)
{
	rc_client_close(client);
	fake_stop(&server);
}

static bool
pause_is(int64_t low, int64_t high)
{
	int64_t		pause = retry.wake - server.clock;

	return pause >= low && pause <= high;
}

static void
pauses(void)
{
	begin();
	ok(fail(RC_NOT_SERVING, "x") == RC_AGAIN && pause_is(100, 125), "the first pause");
	ok(fail(RC_NOT_SERVING, "x") == RC_AGAIN && pause_is(200, 250), "the second is longer");
	ok(fail(RC_QUEUE_FULL, "x") == RC_AGAIN && pause_is(1500, 1875), "an overloaded server is spared");
	rc_retry_progress(&retry);
	ok(fail(RC_REGION_BUSY, "x") == RC_AGAIN && pause_is(100, 125), "progress starts anew");
	for (int i = 0; i < 30; i++)
		fail(RC_CONNECT_FAILED, "x");
	ok(pause_is(1000, 1250), "a server that is away is looked for every second, however long");
	ok(fail(RC_QUEUE_FULL, "x") == RC_AGAIN && pause_is(25000, 31250), "one that is overloaded is not");
	rc_retry_progress(&retry);
	ok(fail(RC_THROTTLED, "x - wait 1sec, 250ms") == RC_AGAIN && pause_is(1250, 1250), "a quota says how long");
	ok(fail(RC_THROTTLED, "x - wait 10min") == RC_THROTTLED, "... and is the answer when that is too long");
	rc_retry_progress(&retry);
	ok(fail(RC_REGION_MOVED, "x") == RC_AGAIN && pause_is(0, 0), "a moved region is followed at once");
	fail(RC_REGION_MOVED, "x");
	fail(RC_REGION_MOVED, "x");
	ok(fail(RC_REGION_MOVED, "x") == RC_AGAIN && !pause_is(0, 0), "... but not to and fro for ever");
	end();
}

static void
limits(void)
{
	begin();
	ok(fail(RC_TABLE_MISSING, "gone") == RC_TABLE_MISSING && strcmp(err.message, "gone") == 0, "final is final");
	fail(RC_SERVER_IO, "the first");
	for (int i = 0; i < 3; i++)
		fail(RC_SERVER_IO, "another");
	ok(fail(RC_SERVER_IO, "another") == RC_SERVER_IO && strcmp(err.message, "the first") == 0,
	   "a few tries, then the first message");
	end();

	begin();
	ok(rc_retry_ready(&retry, &err) == RC_OK, "no pause at first");
	fail(RC_REGION_BUSY, "busy");
	ok(rc_retry_ready(&retry, &err) == RC_AGAIN, "a pause is waited for");
	server.clock = retry.wake;
	ok(rc_retry_ready(&retry, &err) == RC_OK, "... to its end");
	server.clock = rc_retry_deadline(&retry);
	ok(rc_retry_ready(&retry, &err) == RC_OPERATION_TIMEOUT && strstr(err.message, "busy") != NULL &&
	   err.elapsed == server.config.operation_timeout, "the deadline ends it, with the last error");
	end();

	begin();
	rc_client_set_deadline(client, server.clock + 10);
	ok(rc_retry_deadline(&retry) == server.clock + 10 && rc_retry_call_expires(&retry) == server.clock + 10,
	   "the host's deadline bounds calls");
	rc_client_set_deadline(client, 0);
	rc_retry_restart(&retry);
	ok(rc_retry_deadline(&retry) == server.clock + server.config.operation_timeout &&
	   rc_retry_call_expires(&retry) == server.clock + server.config.rpc_timeout, "... until it is taken back");
	end();
}

static void
cluster(void)
{
	rc_error	why;

	begin();
	rc_error_set(&why, RC_NO_ZOOKEEPER, "nobody");
	ok(rc_retry_cluster_failed(&retry, &why, &err) == RC_NO_ZOOKEEPER, "no quorum at first contact is final");
	client->cluster_seen = true;
	ok(rc_retry_cluster_failed(&retry, &why, &err) == RC_AGAIN, "... later it may come back");
	client->cluster_seen = false;
	rc_error_set(&why, RC_CONNECT_FAILED, "refused");
	ok(rc_retry_cluster_failed(&retry, &why, &err) == RC_AGAIN, "a refused connection is tried again");
	server.clock += server.config.connect_timeout;
	ok(rc_retry_cluster_failed(&retry, &why, &err) == RC_CONNECT_FAILED, "... for connect_timeout at first contact");
	end();
}

int
main(void)
{
	pauses();
	limits();
	cluster();
	return tap_done();
}
