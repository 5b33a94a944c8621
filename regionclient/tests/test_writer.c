/*
 * test_writer.c
 *		What the writer promises: each action has one outcome, and the right one.
 */
#include "write_check.h"

#define NOT_SERVING	"org.apache.hadoop.hbase.NotServingRegionException"
#define QUEUE_FULL	"org.apache.hadoop.hbase.CallQueueTooBigException"
#define THROTTLED	"org.apache.hadoop.hbase.quotas.RpcThrottlingException"
#define BUSY		"org.apache.hadoop.hbase.RegionTooBusyException"
#define FINAL		"org.apache.hadoop.hbase.DoNotRetryIOException"
#define TOO_LARGE	"org.apache.hadoop.hbase.MultiActionResultTooLarge"
#define JAVA_IO		"java.io.IOException"

static fake_server server;
static rc_writer_config config;
static rc_client *client;
static rc_writer *writer;
static written w;

static void
begin(int nregions)
{
	fake_start(&server, 200, nregions);
	fake_write_reset();
	memset(&w, 0, sizeof(w));
	client = write_open(&server, &config, &writer);
}

static void
end(void)
{
	ok(w.invalid == 0, "... and each result is whole, and the counts add up");
	write_close(client, writer);
	fake_stop(&server);
}

static void
fault(fake_fault which, int times)
{
	fake_written.fault = which;
	fake_written.times = times;
}

static void
exception(fake_fault which, int times, const char *java_class, const char *text)
{
	fault(which, times);
	fake_written.java_class = java_class;
	fake_written.text = text;
}

static const char *
key(int i)
{
	static char name[16];

	snprintf(name, sizeof(name), "r%04d", i);
	return name;
}

/* Adds n rows with results, or without. */
static void
put_rows(int n, bool resend)
{
	for (int i = 0; i < n; i++)
	{
		one			o;
		rc_action  *action = one_put(&o, key(i), "v");

		action->resend = resend;
		action->want_result = true;
		write_add(&w, writer, action);
	}
}

/* Lets the client find all regions. */
static void
warm(void)
{
	one			o;

	for (int i = 0; i < server.nregions; i++)
		write_add(&w, writer, one_put(&o, server.regions[i].start[0] ? server.regions[i].start : "a", "warm"));
	write_flush(&w, writer);
	fake_write_reset();
}

/* How many of n rows are there, and how often each was written at most. */
static int
count_rows(int n, int *most)
{
	int			rows = 0;

	*most = 0;
	for (int i = 0; i < n; i++)
	{
		const fake_cell *c = fake_write_find(key(i), "f:q");

		rows += c->present;
		if (c->times > *most)
			*most = c->times;
	}
	return rows;
}

static bool
outcomes(int applied, int refused, int failed, int unknown)
{
	return w.outcomes[RC_APPLIED] == applied && w.outcomes[RC_REFUSED] == refused &&
		w.outcomes[RC_FAILED] == failed && w.outcomes[RC_UNKNOWN] == unknown;
}

static const char *
shown(void)
{
	static char text[700];

	snprintf(text, sizeof(text), "%d applied, %d refused, %d failed, %d unknown, %d not sent: %s %s",
			 w.outcomes[RC_APPLIED], w.outcomes[RC_REFUSED], w.outcomes[RC_FAILED],
			 w.outcomes[RC_UNKNOWN], w.outcomes[RC_NOT_SENT], rc_status_name(w.status), w.message);
	return text;
}

/* ----- without faults ----- */

static void
plain(void)
{
	int			most;
	one			o;

	begin(4);
	warm();
	put_rows(200, false);
	write_flush(&w, writer);
	ok(outcomes(200, 0, 0, 0) && count_rows(200, &most) == 200 && most == 1,
	   "rows of several regions are written once each (%s)", shown());
	ok(fake_written.delivered == 1 && w.stats.mutations == 204 && w.stats.cells == 204 && w.stats.retries == 0,
	   "... in one Multi for the server");
	write_add(&w, writer, one_put(&o, "r0001", "x"));
	write_flush(&w, writer);
	ok(w.results == 200 && w.stats.applied == 205 && fake_write_is("r0001", "f:q", "x"),
	   "an applied action that wants no result gives none");
	end();
}

static void
conditions(void)
{
	one			o;
	rc_action  *a;

	begin(1);
	a = one_absent(&o, "a", "1");
	a->want_result = true;
	write_add(&w, writer, a);
	write_add(&w, writer, one_absent(&o, "a", "2"));
	write_flush(&w, writer);
	ok(outcomes(1, 1, 0, 0) && fake_write_is("a", "f:q", "1"), "the second of two inserts of a row is refused (%s)", shown());
	a = one_absent(&o, "a", "3");
	a->condition.kind = RC_CONDITION_PRESENT;
	write_add(&w, writer, a);
	write_flush(&w, writer);
	ok(fake_write_is("a", "f:q", "3"), "a column that is there is present");
	a = one_absent(&o, "a", "4");
	a->condition.kind = RC_CONDITION_COMPARE;
	a->condition.op = RC_LESS;
	a->condition.value = rc_bytes_cstr("5");
	write_add(&w, writer, a);
	write_flush(&w, writer);
	ok(fake_write_is("a", "f:q", "4"), "a comparison is \"cell op value\"");
	a->condition.op = RC_GREATER;
	write_add(&w, writer, a);
	write_flush(&w, writer);
	ok(w.outcomes[RC_REFUSED] == 2, "... in both directions (%s)", shown());
	end();
}

static void
row_mutations(void)
{
	rc_cell		cells[2] = {{.family = rc_bytes_cstr("f"), .timestamp = 5, .type = RC_CELL_DELETE_FAMILY},
	{.family = rc_bytes_cstr("f"), .qualifier = rc_bytes_cstr("q"), .value = rc_bytes_cstr("new"), .timestamp = 6}};
	rc_mutation both[2] = {{RC_DELETE, &cells[0], 1, 0}, {RC_PUT, &cells[1], 1, 0}};
	rc_action	action = {.row = rc_bytes_cstr("a"), .mutations = both, .nmutations = 2};
	one			o;

	begin(1);
	write_add(&w, writer, one_put(&o, "a", "old"));
	write_add(&w, writer, &action);
	write_add(&w, writer, one_put(&o, "b", "other"));
	write_flush(&w, writer);
	ok(fake_write_is("a", "f:q", "new") && fake_write_find("a", "f:")->times == 1 &&
	   w.stats.applied == 3 && w.stats.mutations == 4, "several mutations of a row are applied in their order");
	action.condition = (rc_condition) {.kind = RC_CONDITION_COMPARE, .family = rc_bytes_cstr("f"),
		.qualifier = rc_bytes_cstr("q"), .op = RC_EQUAL, .value = rc_bytes_cstr("wrong")};
	write_add(&w, writer, &action);
	write_add(&w, writer, one_put(&o, "c", "behind"));
	write_flush(&w, writer);
	ok(outcomes(0, 1, 0, 0) && fake_write_find("a", "f:")->times == 1 && fake_write_is("c", "f:q", "behind"),
	   "... or not at all, and their cells do not become those of the next action");
	end();
}

static void
increments(void)
{
	one			o;
	rc_action  *a;

	begin(1);
	write_add(&w, writer, one_increment(&o, "a", 5));
	a = one_increment(&o, "a", 7);
	a->want_result = true;
	write_add(&w, writer, a);
	write_flush(&w, writer);
	ok(w.results == 1 && w.amount == 12 && fake_write_number("a", "f:n") == 12, "an Increment gives back what it made");
	a->condition.kind = RC_CONDITION_PRESENT;
	a->condition.family = o.cell.family;
	a->condition.qualifier = o.cell.qualifier;
	write_add(&w, writer, a);
	write_flush(&w, writer);
	ok(w.amount == 19 && w.results == 2, "... also under a condition");
	fault(FAULT_SHORT_AMOUNT, -1);
	a = one_increment(&o, "b", 7);
	a->want_result = true;
	write_add(&w, writer, a);
	write_flush(&w, writer);
	ok(w.outcomes[RC_UNKNOWN] == 1 && w.status == RC_PROTOCOL, "a result that is no amount is not believed");
	end();
}

static void
order(void)
{
	one			o;
	char		value[16];

	begin(2);
	for (int i = 0; i < 50; i++)
		for (int j = 0; j < 4; j++)
		{
			snprintf(value, sizeof(value), "%d", i);
			write_add(&w, writer, one_put(&o, key(j * 50), value));
		}
	write_flush(&w, writer);
	ok(fake_write_is("r0000", "f:q", "49") && fake_write_is("r0150", "f:q", "49") && !fake_written.row_twice,
	   "actions on one row take effect one after the other, in the order they were added");
	ok(fake_write_find("r0050", "f:q")->times == 50, "... all of them");
	end();
}

static void
refused_input(void)
{
	one			o;
	rc_action  *a = one_put(&o, "a", "v");
	static char big[32768];

	begin(1);
	memset(big, 'x', sizeof(big) - 1);
	a->row = rc_bytes_cstr("");
	ok(write_add(&w, writer, a) == RC_INVALID, "an empty row key is refused");
	a->row = rc_bytes_of(big, 32768);
	ok(write_add(&w, writer, a) == RC_INVALID, "a row key beyond 32767 bytes is refused");
	a->row = rc_bytes_cstr("a");
	a->nmutations = 0;
	ok(write_add(&w, writer, a) == RC_INVALID, "an action without mutations is refused");
	a = one_put(&o, "a", "v");
	o.mutation.kind = RC_DELETE;
	ok(write_add(&w, writer, a) == RC_INVALID, "a marker with a value is refused");
	o.cell.value.len = 0;
	o.cell.type = RC_CELL_DELETE;
	ok(write_add(&w, writer, a) == RC_INVALID, "a marker of one version without a timestamp is refused");
	a = one_increment(&o, "a", 1);
	o.cell.value.len = 7;
	ok(write_add(&w, writer, a) == RC_INVALID, "an amount of 7 bytes is refused");
	a = one_absent(&o, "a", "v");
	a->condition.kind = RC_CONDITION_COMPARE;
	ok(write_add(&w, writer, a) == RC_INVALID, "a comparison with an empty value is refused");
	a = one_put(&o, "a", big);
	rc_writer_close(writer, false);
	config.max_cell_size = 32767;
	if (rc_writer_open(client, rc_bytes_cstr("t"), &config, &writer, &(rc_error) {0}) != RC_OK)
		bail_out("rc_writer_open");
	memset(&config, 0, sizeof(config));
	ok(write_add(&w, writer, a) == RC_TOO_LARGE, "a cell larger than HBase takes is refused (%s)", w.message);
	ok(write_add(&w, writer, one_put(&o, "a", "v")) == RC_OK, "the writer lives on after that");
	write_flush(&w, writer);
	ok(w.stats.added == 1 && w.stats.applied == 1 && fake_written.delivered == 1, "... and nothing refused was sent");
	end();
}

/* ----- batches and the window ----- */

static void
batches(void)
{
	config.batch_actions = 10;
	begin(2);
	put_rows(95, false);
	write_flush(&w, writer);
	ok(outcomes(95, 0, 0, 0) && fake_written.most_actions <= 10 && w.stats.rpcs >= 10,
	   "no batch has more actions than it may (%zu)", fake_written.most_actions);
	end();
	memset(&config, 0, sizeof(config));
	config.batch_bytes = 1000;
	begin(1);
	put_rows(100, false);
	write_flush(&w, writer);
	ok(outcomes(100, 0, 0, 0) && w.stats.rpcs >= 5, "... or more bytes (%llu Multis)", (unsigned long long) w.stats.rpcs);
	end();
	memset(&config, 0, sizeof(config));
}

static size_t live;
static size_t most_live;

static void *
counted_alloc(void *ctx, size_t size)
{
	size_t	   *p = malloc(size + 16);

	(void) ctx;
	if (p == NULL)
		return NULL;
	*p = size;
	live += size;
	if (live > most_live)
		most_live = live;
	return p + 2;
}

static void
counted_free(void *ctx, void *ptr)
{
	(void) ctx;
	if (ptr == NULL)
		return;
	live -= ((size_t *) ptr)[-2];
	free((size_t *) ptr - 2);
}

static void *
counted_realloc(void *ctx, void *ptr, size_t size)
{
	void	   *new = counted_alloc(ctx, size);
	size_t		old = ptr != NULL ? ((size_t *) ptr)[-2] : 0;

	if (new != NULL && old > 0)
		memcpy(new, ptr, old < size ? old : size);
	counted_free(ctx, ptr);
	return new;
}

static void
window(void)
{
	size_t		before;
	one			o;

	config.window_bytes = 64 * 1024;
	config.batch_bytes = 8 * 1024;
	fake_start(&server, 200, 1);
	fake_write_reset();
	memset(&w, 0, sizeof(w));
	server.host.alloc = counted_alloc;
	server.host.realloc = counted_realloc;
	server.host.free = counted_free;
	client = write_open(&server, &config, &writer);
	write_add(&w, writer, one_put(&o, "r0000", "v"));
	write_flush(&w, writer);
	before = most_live = live;
	for (int i = 0; i < 20000; i++)
		write_add(&w, writer, one_put(&o, key(i % 200), "some value"));
	write_flush(&w, writer);
	ok(w.stats.applied == 20001 && most_live - before < 400 * 1024,
	   "what has no outcome yet is bounded by the window (%zu bytes)", most_live - before);
	end();
	ok(live == 0, "... and nothing is left behind (%zu)", live);
	memset(&config, 0, sizeof(config));
}

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

/* ----- what errors of look-ups, loads, halts and interrupts do ----- */

static void
no_table(void)
{
	begin(1);
	server.table_state = -1;
	server.nregions = 0;
	put_rows(50, false);
	write_flush(&w, writer);
	ok(outcomes(0, 0, 50, 0) && w.status == RC_TABLE_MISSING && server.count[FAKE_META_SCAN] < 5,
	   "a table that is not there fails all at once (%s, %d look-ups)", shown(), server.count[FAKE_META_SCAN]);
	end();
}

static void
pressure(void)
{
	int64_t		before;

	begin(1);
	fake_written.loads = true;
	put_rows(5, false);
	write_flush(&w, writer);
	before = server.clock;
	put_rows(5, false);
	write_flush(&w, writer);
	ok(outcomes(10, 0, 0, 0) && server.clock - before >= 5000,
	   "a region under pressure gets a pause (%d ms)", (int) (server.clock - before));
	end();
}

static void
halts(void)
{
	int			most;
	rc_error	err;

	config.batch_actions = 10;
	config.in_flight = 1;
	begin(1);
	put_rows(1, false);
	write_flush(&w, writer);
	put_rows(35, false);
	put_rows(5, false);			/* behind the same rows */
	server.interrupt_every = 1;
	ok(rc_writer_flush(writer, &err) == RC_INTERRUPTED, "a flush may be interrupted");
	server.interrupt_every = 0;
	rc_writer_get_stats(writer, &w.stats);
	ok(w.stats.in_flight == 10 && w.stats.waiting == 30 && write_counts_add_up(&w.stats),
	   "what is in flight and what waits is known (%d, %d)", (int) w.stats.in_flight, (int) w.stats.waiting);
	rc_writer_halt(writer);
	write_flush(&w, writer);
	ok(w.outcomes[RC_NOT_SENT] == 30 && w.outcomes[RC_APPLIED] == 11 && count_rows(40, &most) == 10,
	   "after a halt nothing more is sent, and what is in flight gets its outcome (%s)", shown());
	{
		one			o;

		ok(write_add(&w, writer, one_put(&o, "a", "v")) == RC_INVALID, "... and nothing can be added");
	}
	end();
	memset(&config, 0, sizeof(config));
}

/* Everything at once, with every n-th wait interrupted. */
static void
interruptions(void)
{
	int			wrong = 0;
	int			total = 0;
	int			most;

	for (int every = 1; every <= 7; every++)
	{
		config.batch_actions = 8;
		config.window_bytes = 8 * 1024;
		fake_start(&server, 200, 3);
		fake_write_reset();
		memset(&w, 0, sizeof(w));
		client = write_open(&server, &config, &writer);
		server.interrupt_every = every == 1 ? 2 : every;
		exception(FAULT_REGION_EXCEPTION, 2, BUSY, "memstore");
		put_rows(150, false);
		write_flush(&w, writer);
		wrong += !outcomes(150, 0, 0, 0) || count_rows(150, &most) != 150 || most != 1 || w.invalid > 0;
		total += w.interrupts;
		write_close(client, writer);
		fake_stop(&server);
	}
	ok(wrong == 0 && total > 20, "interrupts lose nothing and repeat nothing (%d interrupts, %d wrong)", total, wrong);
	memset(&config, 0, sizeof(config));
}

static void
beside_scans(void)
{
	rc_range	all = check_range("", true, "", false);
	rc_read		read = check_read(&all, 1);
	rc_scanner *scanner;
	const rc_row *row;
	rc_error	err;
	int			rows = 0;
	one			o;

	config.batch_actions = 4;
	begin(3);
	if (rc_scanner_open(client, &read, &scanner, &err) != RC_OK)
		bail_out("rc_scanner_open");
	while (rc_scanner_next(scanner, &row, &err) == RC_OK && row != NULL)
	{
		rows++;
		write_add(&w, writer, one_put(&o, key(rows - 1), "v"));
	}
	rc_scanner_close(scanner, false);
	write_flush(&w, writer);
	ok(rows == 200 && w.stats.applied == 200, "a scan of the same client goes on beside it");
	end();
	memset(&config, 0, sizeof(config));
}

static void
closing(void)
{
	rc_error	err;

	begin(2);
	put_rows(30, false);
	server.interrupt_every = 2;
	rc_writer_flush(writer, &err);
	put_rows(40, false);
	rc_writer_close(writer, true);
	ok(true, "a writer may be closed with calls in flight");
	server.interrupt_every = 0;
	if (rc_writer_open(client, rc_bytes_cstr("t"), &config, &writer, &err) != RC_OK)
		bail_out("rc_writer_open");
	put_rows(30, false);
	rc_client_close(client);
	ok(true, "... and its client before it");
	fake_stop(&server);
}

/* The host's own pauses are not the servers' time. */
static void
pauses(void)
{
	one			o;

	begin(1);
	warm();
	exception(FAULT_REGION_EXCEPTION, 1, BUSY, "memstore");
	put_rows(5, false);
	{
		rc_error	err;

		server.interrupt_every = 1;
		rc_writer_flush(writer, &err);
		server.interrupt_every = 3;
		rc_writer_flush(writer, &err);
		server.interrupt_every = 0;
	}
	server.clock += 3600 * 1000;
	write_add(&w, writer, one_put(&o, "x", "v"));
	write_flush(&w, writer);
	ok(outcomes(5, 0, 0, 0) && w.stats.applied == 7, "an hour between two calls is nobody's time-out (%s)", shown());
	end();
}

int
main(void)
{
	plain();
	conditions();
	row_mutations();
	increments();
	order();
	refused_input();
	batches();
	window();
	passing_failures();
	moved_regions();
	halving();
	not_reached();
	unsent();
	open_failures();
	cut_answers();
	lies();
	no_table();
	pressure();
	halts();
	interruptions();
	beside_scans();
	closing();
	pauses();
	return tap_done();
}
