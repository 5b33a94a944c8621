/*
 * test_writer.c
 *		What the writer promises: each action has one outcome, and the right one.
 */
#include "writer_scene.h"

#define BUSY		"org.apache.hadoop.hbase.RegionTooBusyException"
#define TOO_LARGE	"org.apache.hadoop.hbase.MultiActionResultTooLarge"

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
	no_table();
	pressure();
	halts();
	interruptions();
	beside_scans();
	closing();
	pauses();
	return tap_done();
}
