/*
 * test_writer_faults.c
 *		What the writer makes of servers that fail, fall silent and lie.
 */
#include "writer_scene.h"

#define NOT_SERVING	"org.apache.hadoop.hbase.NotServingRegionException"
#define QUEUE_FULL	"org.apache.hadoop.hbase.CallQueueTooBigException"
#define THROTTLED	"org.apache.hadoop.hbase.quotas.RpcThrottlingException"
#define BUSY		"org.apache.hadoop.hbase.RegionTooBusyException"
#define FINAL		"org.apache.hadoop.hbase.DoNotRetryIOException"
#define TOO_LARGE	"org.apache.hadoop.hbase.MultiActionResultTooLarge"
#define JAVA_IO		"java.io.IOException"

/* ----- failures that pass ----- */

static void
passing(const char *name, fake_fault which, const char *java_class, const char *text)
{
	int			most;

	begin(2);
	exception(which, 2, java_class, text);
	put_rows(40, false);
	write_flush(&w, writer);
	ok(outcomes(40, 0, 0, 0) && count_rows(40, &most) == 40 && most == 1,
	   "%s: tried again, applied once (%s)", name, shown());
	ok(w.stats.retries > 0, "... and counted as a retry");
	end();
}

static void
passing_failures(void)
{
	passing("a full queue", FAULT_EXCEPTION, QUEUE_FULL, "queue");
	passing("a throttled call", FAULT_EXCEPTION, THROTTLED, "write size limit exceeded - wait 3sec");
	passing("a throttled region", FAULT_REGION_EXCEPTION, THROTTLED, "wait 282ms");
	passing("a busy region", FAULT_REGION_EXCEPTION, BUSY, "memstore");
	passing("a region that is not there", FAULT_REGION_EXCEPTION, NOT_SERVING, "not here");
	passing("actions of a region that is not there", FAULT_ODD_EXCEPTION, NOT_SERVING, "closing");
	passing("a row lock", FAULT_ODD_EXCEPTION, JAVA_IO, "Timed out waiting for lock for row: r in region t");
	passing("a result that grew too large", FAULT_TAIL_EXCEPTION, TOO_LARGE, "100 MB");
	passing("a server that starts", FAULT_EXCEPTION, "org.apache.hadoop.hbase.ipc.ServerNotRunningYetException", "x");
}

static void
moved_regions(void)
{
	int			most;

	begin(2);
	put_rows(10, false);
	write_flush(&w, writer);
	fake_set_regions(&server, 5, 2);
	put_rows(200, false);
	write_flush(&w, writer);
	ok(outcomes(210, 0, 0, 0) && count_rows(200, &most) == 200, "regions that were split are found anew (%s)", shown());
	fake_set_regions(&server, 1, 3);
	put_rows(200, false);
	write_flush(&w, writer);
	ok(outcomes(410, 0, 0, 0) && w.stats.waiting == 0, "... and those that were merged (%s)", shown());
	end();
}

static void
halving(void)
{
	int			most;

	begin(1);
	fault(FAULT_TOO_BIG, -1);
	fake_written.most = 7;
	put_rows(100, false);
	write_flush(&w, writer);
	ok(outcomes(100, 0, 0, 0) && count_rows(100, &most) == 100 && most == 1,
	   "a request too big is sent in halves (%s)", shown());
	fake_written.most = 0;
	put_rows(1, false);
	write_flush(&w, writer);
	ok(outcomes(100, 0, 1, 0) && w.status == RC_REQUEST_TOO_LARGE, "... down to one row, which fails (%s)", shown());
	end();
}

static void
not_reached(void)
{
	int			most;

	begin(1);
	put_rows(1, false);
	write_flush(&w, writer);
	for (int i = 0; i < FAKE_MAX_CONNS; i++)
		fake_reset(&server.conns[i]);
	fake_refuse(&server, true);
	put_rows(20, false);
	/* nobody is there for good: the time of the operation ends */
	server.config.operation_timeout = 3000;
	write_flush(&w, writer);
	ok(outcomes(1, 0, 20, 0) || w.outcomes[RC_UNKNOWN] == 20,
	   "a server that is gone is an error in time (%s)", shown());
	fake_refuse(&server, false);
	count_rows(20, &most);
	ok(most == 1, "... and nothing was applied");
	end();
}

static void
unsent(void)
{
	static char big[512 * 1024];
	one			o;

	config.batch_bytes = 48 * 1024 * 1024;
	config.window_bytes = 256 * 1024 * 1024;
	memset(big, 'x', sizeof(big) - 1);
	begin(1);
	put_rows(1, false);
	write_flush(&w, writer);
	for (int i = 1; i < 80; i++)
	{
		rc_action  *a = one_put(&o, key(i), big);

		a->want_result = true;
		write_add(&w, writer, a);
	}
	/* the connection ends while the request is being sent: it is not all there */
	server.cut_request = 100 * 1024;
	server.step = 0;
	{
		rc_error	err;

		server.interrupt_every = 2;
		rc_writer_flush(writer, &err);
		server.interrupt_every = 0;
		server.cut_request = 0;
	}
	write_flush(&w, writer);
	ok(outcomes(80, 0, 0, 0), "a request of which a part was sent is surely not applied, and sent again (%s)", shown());
	end();
	memset(&config, 0, sizeof(config));
}

/* ----- failures that leave open what happened ----- */

static void
open_ended(const char *name, fake_fault which, bool applied)
{
	int			most;

	begin(2);
	fault(which, 1);
	put_rows(30, false);
	write_flush(&w, writer);
	ok(outcomes(0, 0, 0, 30), "%s: nobody knows whether it was applied (%s)", name, shown());
	ok(count_rows(30, &most) == (applied ? 30 : 0), "... and it is not sent again");
	end();
	begin(2);
	fault(which, 1);
	put_rows(30, true);
	write_flush(&w, writer);
	ok(outcomes(30, 0, 0, 0) && count_rows(30, &most) == 30 && most == (applied ? 2 : 1),
	   "%s: what may be applied twice is sent again (%s)", name, shown());
	end();
}

static void
open_failures(void)
{
	one			o;

	open_ended("a cut before the answer", FAULT_CUT_APPLIED, true);
	open_ended("a cut before anything", FAULT_CUT, false);
	open_ended("no answer in time", FAULT_SILENCE, false);
	open_ended("no answer in time to what was done", FAULT_SILENCE_APPLIED, true);

	begin(1);
	fault(FAULT_CUT_APPLIED, 1);
	for (int i = 0; i < 3; i++)
	{
		rc_action  *a = one_increment(&o, key(i), 5);

		a->want_result = true;
		write_add(&w, writer, a);
	}
	write_flush(&w, writer);
	ok(outcomes(3, 0, 0, 0) && fake_write_number("r0000", "f:n") == 5 && w.amount == 5,
	   "an Increment is sent again, and counts once (%s)", shown());
	end();

	begin(1);
	fault(FAULT_CUT_APPLIED, 1);
	{
		rc_action  *a = one_increment(&o, "a", 5);
		rc_error	err;

		a->want_result = true;
		write_add(&w, writer, a);
		server.interrupt_every = 3;
		while (fake_written.delivered == 0 && rc_writer_flush(writer, &err) == RC_INTERRUPTED)
			;
		server.interrupt_every = 0;
	}
	fake_set_regions(&server, 1, 2);
	write_flush(&w, writer);
	ok(outcomes(0, 0, 0, 1) && fake_write_number("a", "f:n") == 5, "... unless its region was opened anew, which forgets (%s)", shown());
	end();

	begin(1);
	write_add(&w, writer, one_increment(&o, "a", 1));
	write_flush(&w, writer);
	fault(FAULT_CUT_APPLIED, 1);
	{
		rc_action  *a = one_increment(&o, "a", 5);

		a->want_result = true;
		a->condition.kind = RC_CONDITION_PRESENT;
		a->condition.family = o.cell.family;
		a->condition.qualifier = o.cell.qualifier;
		write_add(&w, writer, a);
	}
	write_flush(&w, writer);
	ok(outcomes(1, 0, 0, 0) && w.amount == 6 && fake_write_number("a", "f:n") == 6,
	   "an Increment under a condition likewise (%s)", shown());
	end();

	begin(1);
	fault(FAULT_CUT_APPLIED, 1);
	{
		rc_action  *a = one_absent(&o, "a", "1");

		a->resend = true;
		write_add(&w, writer, a);
	}
	write_flush(&w, writer);
	ok(outcomes(0, 0, 0, 1) && fake_write_is("a", "f:q", "1"),
	   "a condition that is false when it is tested again says nothing (%s)", shown());
	end();

	begin(1);
	fault(FAULT_CUT, 1);
	{
		rc_action  *a = one_absent(&o, "a", "1");

		a->resend = a->want_result = true;
		write_add(&w, writer, a);
	}
	write_flush(&w, writer);
	ok(outcomes(1, 0, 0, 0), "... but when it holds the action is applied (%s)", shown());
	end();

	begin(1);
	exception(FAULT_ODD_EXCEPTION, -1, JAVA_IO, "the write-ahead log");
	put_rows(10, false);
	write_flush(&w, writer);
	ok(outcomes(5, 0, 0, 5) && w.status == RC_SERVER_IO, "trouble of the server leaves it open (%s)", shown());
	end();

	begin(1);
	exception(FAULT_ODD_EXCEPTION, -1, FINAL, "no");
	put_rows(10, false);
	write_flush(&w, writer);
	ok(outcomes(5, 0, 5, 0) && w.status == RC_SERVER_FINAL, "an error of one action is not that of others (%s)", shown());
	end();
}

/* A cut after each byte of the answer. */
static void
cut_answers(void)
{
	int			wrong = 0;
	int			most;
	size_t		cut;

	for (cut = 0; cut < 200; cut++)
	{
		fake_start(&server, 200, 2);
		fake_write_reset();
		memset(&w, 0, sizeof(w));
		client = write_open(&server, &config, &writer);
		fault(FAULT_CUT_ANSWER, 1);
		fake_written.cut = cut;
		put_rows(12, false);
		write_flush(&w, writer);
		wrong += w.invalid > 0 || count_rows(12, &most) != 12 || most != 1 ||
			!(outcomes(0, 0, 0, 12) || outcomes(12, 0, 0, 0));
		write_close(client, writer);
		fake_stop(&server);
	}
	ok(wrong == 0, "an answer cut anywhere is no answer (%d wrong, last %s)", wrong, shown());
}

/* ----- lies ----- */

static void
lie(const char *name, fake_fault which, int applied, int unknown)
{
	int			most;
	one			o;

	begin(2);
	warm();
	fault(which, 1);
	for (int i = 0; i < 5; i++)
	{
		rc_action  *a = one_put(&o, key(i), "v");

		a->want_result = true;
		write_add(&w, writer, a);
	}
	write_add(&w, writer, one_absent(&o, "r0150", "v"));
	write_flush(&w, writer);
	ok(outcomes(applied, 0, 0, unknown) && w.status == RC_PROTOCOL && count_rows(5, &most) == 5,
	   "%s: what is not told is unknown (%s)", name, shown());
	memset(&w, 0, sizeof(w));
	put_rows(20, false);
	write_flush(&w, writer);
	ok(outcomes(20, 0, 0, 0), "... and the writer is of use after that (%s)", shown());
	end();
}

static void
lies(void)
{
	lie("a missing result", FAULT_MISSING, 4, 1);
	lie("two results", FAULT_TWICE, 4, 1);
	lie("an index of nothing", FAULT_INDEX, 0, 6);
	lie("neither result nor error", FAULT_NEITHER, 4, 1);
	lie("a condition without an answer", FAULT_NO_PROCESSED, 5, 1);
	lie("a missing region", FAULT_NO_REGION, 5, 1);
	lie("a region too many", FAULT_EXTRA_REGION, 0, 6);
	lie("cells of nothing", FAULT_EXTRA_CELLS, 0, 6);
	lie("an answer that does not parse", FAULT_GARBAGE, 0, 6);
}

int
main(void)
{
	passing_failures();
	moved_regions();
	halving();
	not_reached();
	unsent();
	open_failures();
	cut_answers();
	lies();
	return tap_done();
}
