/*
 * test_lists.c
 *		Lists of keys and of ranges come whole and in order, by Gets and by scans.
 */
#include "scan_check.h"

#define NOT_SERVING "org.apache.hadoop.hbase.NotServingRegionException"
#define QUEUE_FULL	"org.apache.hadoop.hbase.CallQueueTooBigException"
#define UNKNOWN_SCANNER "org.apache.hadoop.hbase.UnknownScannerException"

#define ROWS	2000

static fake_server server;
static rc_range list[ROWS];
static char keys[ROWS][2][16];

static void
begin(int regions, bool (*hook) (fake_server *, fake_request *))
{
	fake_start(&server, ROWS, regions);
	server.hook = hook;
	server.max_rows = 1000;
}

/* n ranges of `rows` rows, one every `step` rows, from row `first` on. */
static void
make_list(int first, int n, int step, int rows)
{
	for (int i = 0; i < n; i++)
	{
		snprintf(keys[i][0], sizeof(keys[i][0]), "r%04d", first + i * step);
		snprintf(keys[i][1], sizeof(keys[i][1]), "r%04d", first + i * step + rows - 1);
		list[i] = check_range(keys[i][0], true, keys[i][1], true);
	}
}

static rc_read
list_read(int n, bool filter)
{
	rc_read		read = check_read(list, (size_t) n);

	read.filter_ranges = filter;
	read.scan_window = 16 << 20;
	read.scan_concurrency = 4;
	return read;
}

/* Rows that are not next to each other: each must be the next of the list. */
typedef struct outcome
{
	rc_status	status;
	rc_error	err;
	int			rows;
	bool		in_order;
	int			interrupts;
	rc_scanner_stats stats;
} outcome;

/* The number of the row-th row of the list in the order of the read. */
static int
row_number(const rc_read *read, int first, int step, int rows, int row)
{
	int			n = (int) read->nranges * rows;

	if (read->reversed)
		row = n - 1 - row;
	return first + row / rows * step + row % rows;
}

static void
run_client(outcome *o, rc_client *client, const rc_read *read, int first, int step, int rows, int most)
{
	rc_scanner *scanner;
	const rc_row *row;

	memset(o, 0, sizeof(*o));
	o->in_order = true;
	o->status = rc_scanner_open(client, read, &scanner, &o->err);
	while (o->status == RC_OK && (most < 0 || o->rows < most))
	{
		char		key[16];

		while ((o->status = rc_scanner_next(scanner, &row, &o->err)) == RC_INTERRUPTED)
			o->interrupts++;
		if (o->status != RC_OK || row == NULL)
			break;
		snprintf(key, sizeof(key), "r%04d", row_number(read, first, step, rows, o->rows));
		if (!rc_bytes_equal(row->key, rc_bytes_cstr(key)) ||
			!rc_bytes_equal(row->cells[0].value, row->key))
			o->in_order = false;
		o->rows++;
	}
	rc_scanner_get_stats(scanner, &o->stats);
	rc_scanner_close(scanner, false);
}

static outcome
run(const rc_read *read, int first, int step, int rows)
{
	rc_client  *client = check_open(&server);
	outcome		o;

	run_client(&o, client, read, first, step, rows, -1);
	rc_client_close(client);
	return o;
}

static bool
complete(const outcome *o, int rows)
{
	return o->status == RC_OK && o->rows == rows && o->in_order && server.open_scanners == 0;
}

static const char *
text_of(const outcome *o)
{
	return o->status == RC_OK ? "no error" : o->err.message;
}

/* ----- which way ----- */

static void
ways(void)
{
	for (int reversed = 0; reversed < 2; reversed++)
	{
		const char *direction = reversed ? "reversed" : "forward";
		rc_read		read = list_read(1000, true);
		rc_client  *client;
		int			multis;
		outcome		o;

		read.reversed = reversed == 1;
		make_list(0, 1000, 2, 1);
		begin(2, NULL);
		o = run(&read, 0, 2, 1);
		ok(complete(&o, 1000) && server.filtered >= 2 && server.count[FAKE_MULTI] == 0,
		   "many keys in a region are read by scans that jump (%s, %d scanners, %d rows, %s)", direction,
		   server.filtered, o.rows, text_of(&o));
		fake_stop(&server);

		begin(2, NULL);
		read.filter_ranges = false;
		o = run(&read, 0, 2, 1);
		ok(complete(&o, 1000) && server.filtered == 0 && server.count[FAKE_MULTI] > 0,
		   "... by Gets where that is not wanted (%s)", direction);
		fake_stop(&server);

		begin(5, NULL);
		read = list_read(60, true);
		read.reversed = reversed == 1;
		make_list(500, 60, 1, 1);
		o = run(&read, 500, 1, 1);
		ok(complete(&o, 60) && server.filtered > 0 && server.count[FAKE_MULTI] == 0,
		   "... so are fewer that are near to each other (%s)", direction);
		make_list(402, 60, 6, 1);
		server.filtered = 0;
		o = run(&read, 402, 6, 1);
		ok(complete(&o, 60) && server.filtered == 0, "... but not when they are all over the region (%s)", direction);
		fake_stop(&server);

		begin(5, NULL);
		read = list_read(100, true);
		read.reversed = reversed == 1;
		make_list(3, 100, 19, 1);
		client = check_open(&server);
		run_client(&o, client, &read, 3, 19, 1, -1);
		ok(complete(&o, 100) && server.filtered == 0, "keys that are thin are read by Gets (%s)", direction);
		multis = server.count[FAKE_MULTI];
		run_client(&o, client, &read, 3, 19, 1, -1);
		ok(complete(&o, 100) && server.count[FAKE_MULTI] == multis + 2,
		   "... of many regions together, once these are known (%d)", server.count[FAKE_MULTI] - multis);
		rc_client_close(client);
		fake_stop(&server);

		begin(4, NULL);
		read = list_read(40, true);
		read.reversed = reversed == 1;
		make_list(5, 40, 50, 3);
		o = run(&read, 5, 50, 3);
		ok(complete(&o, 120) && server.filtered == 4 && server.count[FAKE_OPEN] == 4,
		   "many ranges are a scan for each region (%s, %d scanners)", direction, server.count[FAKE_OPEN]);
		read.filter_ranges = false;
		o = run(&read, 5, 50, 3);
		ok(complete(&o, 120) && server.filtered == 4, "... or one for each range (%s, %d scanners)", direction,
		   server.count[FAKE_OPEN]);
		fake_stop(&server);
	}
}

/* Dense in the first region, thin in the others, and a range over a border; the rows in it. */
static int
make_mixed_list(rc_read *read)
{
	int			n = 0;
	int			expected = 0;

	for (int i = 0; i < 160; i++)
	{
		int			first = i < 100 ? i * 3 : 400 + (i - 100) * 25;
		int			rows = first == 975 ? 30 : i % 10 == 9 ? 2 : 1;

		if (first == 1000)		/* in the range before it */
			continue;
		snprintf(keys[n][0], sizeof(keys[n][0]), "r%04d", first);
		snprintf(keys[n][1], sizeof(keys[n][1]), "r%04d", first + rows - 1);
		list[n] = check_range(keys[n][0], true, keys[n][1], true);
		n++;
		expected += rows;
	}
	read->nranges = (size_t) n;
	return expected;
}

static void
mixed_lists(void)
{
	for (int reversed = 0; reversed < 2; reversed++)
	{
		rc_read		read = list_read(0, true);
		int			expected = make_mixed_list(&read);
		rc_client  *client;
		rc_scanner *scanner;
		const rc_row *row;
		rc_error	err;
		rc_status	status;
		char		last[8] = "";
		bool		in_order = true;
		int			rows = 0;

		read.reversed = reversed == 1;
		begin(4, NULL);
		client = check_open(&server);
		rc_scanner_open(client, &read, &scanner, &err);
		while ((status = rc_scanner_next(scanner, &row, &err)) == RC_OK && row != NULL)
		{
			int			cmp = rc_bytes_compare(row->key, rc_bytes_cstr(last));

			in_order = in_order && (rows == 0 || (reversed ? cmp < 0 : cmp > 0));
			snprintf(last, sizeof(last), "%.*s", (int) row->key.len, (const char *) row->key.data);
			rows++;
		}
		rc_scanner_close(scanner, false);
		rc_client_close(client);
		ok(status == RC_OK && rows == expected && in_order && server.filtered > 0 && server.open_scanners == 0,
		   "dense and thin parts and a range over a border in one list (%s, %d of %d rows)",
		   reversed ? "reversed" : "forward", rows, expected);
		fake_stop(&server);
	}
}

/* ----- several in flight ----- */

static rc_buf held[2];
static fake_conn *held_conn;
static int	nheld;
static int	pairs;

/* Multis are answered in pairs, the later one first. */
static bool
answer_backwards(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_MULTI)
		return false;
	fake_buf(&held[nheld]);
	held_conn = r->conn;
	fake_answer(s, r, &held[nheld++]);
	if (nheld < 2)
		return true;
	while (nheld > 0)
	{
		nheld--;
		fake_send(held_conn, held[nheld].data, held[nheld].len);
		rc_buf_free(&held[nheld]);
	}
	pairs++;
	return true;
}

static int	asked_keys;
static int	most_keys;

static bool
count_keys(fake_server *s, fake_request *r)
{
	int			n = 0;

	(void) s;
	if (r->kind != FAKE_MULTI)
		return false;
	for (size_t i = 0; i < r->multi->n_region_action; i++)
		n += (int) r->multi->region_action[i]->n_action;
	asked_keys += n;
	if (n > most_keys)
		most_keys = n;
	return false;
}

static void
several(void)
{
	for (int reversed = 0; reversed < 2; reversed++)
	{
		rc_read		read = list_read(960, false);
		outcome		o;

		make_list(0, ROWS, 1, 1);
		read.reversed = reversed == 1;
		begin(1, answer_backwards);
		pairs = 0;
		o = run(&read, 0, 1, 1);
		ok(complete(&o, 960) && pairs == 2, "answers of several Multis that come in another order (%s, %d pairs, %s)",
		   reversed ? "reversed" : "forward", pairs, text_of(&o));
		fake_stop(&server);
	}
	for (int limit = 3; limit < 400; limit *= 100)
	{
		rc_read		read = list_read(ROWS, false);
		outcome		o;

		read.limit = (uint64_t) limit;
		begin(3, count_keys);
		asked_keys = most_keys = 0;
		o = run(&read, 0, 1, 1);
		ok(complete(&o, limit) && asked_keys <= (limit < 16 ? 16 : 2 * limit) && (int) o.stats.rows == limit,
		   "a limit of %d is not asked for much more (%d keys)", limit, asked_keys);
		read.filter_ranges = true;
		o = run(&read, 0, 1, 1);
		ok(complete(&o, limit) && (int) o.stats.rows == limit && server.filtered > 0, "... nor is a scan");
		fake_stop(&server);
	}
	begin(3, count_keys);
	{
		rc_read		read = list_read(ROWS, false);
		outcome		o = run(&read, 0, 1, 1);

		ok(complete(&o, ROWS) && most_keys <= 1000, "no Multi has more than a server takes (%d)", most_keys);
	}
	fake_stop(&server);
}

/* ----- faults ----- */

/* The second Multi meets a table that was cut anew. */
static bool
split_in_second(fake_server *s, fake_request *r)
{
	if (r->kind == FAKE_MULTI && s->count[FAKE_MULTI] == 2)
		fake_set_regions(s, 7, 2);
	return false;
}

static bool
merge_in_second(fake_server *s, fake_request *r)
{
	if (r->kind == FAKE_MULTI && s->count[FAKE_MULTI] == 2)
		fake_set_regions(s, 1, 2);
	return false;
}

static bool
fail_second(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_MULTI || s->count[FAKE_MULTI] % 3 != 2)
		return false;
	fake_fail(r, QUEUE_FULL, "fake");
	return true;
}

/* In the second Multi the actions of one region fail. */
static bool
fail_one_region(fake_server *s, fake_request *r)
{
	Htable__Wire__RegionSpecifier *region;

	if (r->kind != FAKE_MULTI || s->count[FAKE_MULTI] != 2)
		return false;
	region = r->multi->region_action[0]->region;
	region->value.data[region->value.len - 2] ^= 1;	/* no such region */
	fake_serve(s, r);
	region->value.data[region->value.len - 2] ^= 1;
	return true;
}

static bool
split_second_scan(fake_server *s, fake_request *r)
{
	if (r->kind == FAKE_OPEN && s->count[FAKE_OPEN] == 2)
		fake_set_regions(s, s->nregions * 2, 2);
	return false;
}

static bool
merge_second_scan(fake_server *s, fake_request *r)
{
	if (r->kind == FAKE_OPEN && s->count[FAKE_OPEN] == 2)
		fake_set_regions(s, 1, 2);
	return false;
}

/* The scanners are lost while they are read, every third time. */
static bool
lose_scanners(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_NEXT || s->step++ % 3 != 1)
		return false;
	fake_lose_scanner(s, r->scan->scanner_id);
	fake_fail(r, UNKNOWN_SCANNER, "fake");
	return true;
}

static bool
hang_up_on_opens(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_OPEN || s->count[FAKE_OPEN] % 4 != 2)
		return false;
	fake_lose_scanner(s, 0);
	fake_hang_up(s, r);
	return true;
}

static void
fault(const char *name, bool filter, bool (*hook) (fake_server *, fake_request *), int max_rows)
{
	for (int reversed = 0; reversed < 2; reversed++)
	{
		rc_read		read = list_read(1500, filter);
		outcome		o;

		make_list(0, 1500, 1, 1);
		read.reversed = reversed == 1;
		begin(2, hook);
		server.max_rows = max_rows;
		o = run(&read, 0, 1, 1);
		/* a reversed scanner is asked once, so none is there to be lost */
		ok(complete(&o, 1500) && (o.stats.retries > 0 || (reversed && hook == lose_scanners)), "%s (%s, %d rows, %s)", name,
		   reversed ? "reversed" : "forward", o.rows, text_of(&o));
		fake_stop(&server);
	}
}

static void
faults(void)
{
	fault("a split under several Multis", false, split_in_second, 1000);
	fault("a merge under several Multis", false, merge_in_second, 1000);
	fault("one Multi of several fails", false, fail_second, 1000);
	fault("one region of one Multi fails", false, fail_one_region, 1000);
	fault("a split under scans of a list", true, split_second_scan, 1000);
	fault("a merge under scans of a list", true, merge_second_scan, 1000);
	fault("scans of a list lose their scanners", true, lose_scanners, 7);
	fault("scans of a list lose their connection", true, hang_up_on_opens, 50);
}

/* ----- lies ----- */

/* A row of the second Multi has no answer. */
static bool
leave_one_out(fake_server *s, fake_request *r)
{
	Htable__Wire__RegionAction *ra;
	Htable__Wire__Action *last;

	if (r->kind != FAKE_MULTI || s->count[FAKE_MULTI] != 2)
		return false;
	ra = r->multi->region_action[0];
	last = ra->action[ra->n_action - 1];
	ra->n_action--;
	fake_serve(s, r);
	ra->action[ra->n_action++] = last;
	return true;
}

/* The scan gives rows that its filter does not keep. */
static bool
forget_filter(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind == FAKE_OPEN && r->scan->scan->filter != NULL)
	{
		htable__wire__filter__free_unpacked(r->scan->scan->filter, NULL);
		r->scan->scan->filter = NULL;
	}
	return false;
}

static void
lie(const char *name, bool filter, bool (*hook) (fake_server *, fake_request *), int rows_before)
{
	for (int reversed = 0; reversed < 2; reversed++)
	{
		rc_read		read = list_read(filter ? 700 : 192, filter);
		rc_client  *client;
		rc_client_stats stats;
		outcome		o;

		make_list(0, 700, 2, 1);
		read.reversed = reversed == 1;
		begin(1, hook);
		client = check_open(&server);
		run_client(&o, client, &read, 0, 2, 1, -1);
		rc_client_get_stats(client, &stats);
		ok(o.status == RC_PROTOCOL && o.in_order && o.rows == rows_before && stats.links == 0 &&
		   strncmp(o.err.server, "127.0.0.1:", 10) == 0, "%s: an error after %d rows (%s, %d: %s)",
		   name, rows_before, reversed ? "reversed" : "forward", o.rows, text_of(&o));
		rc_client_close(client);
		fake_stop(&server);
	}
}

static void
lies(void)
{
	lie("a row that the second Multi leaves out", false, leave_one_out, 64);
	lie("rows that the list does not have", true, forget_filter, 1);
}

/* ----- with a filter of the read's own ----- */

static int	whole_filters;

/* Counts scans whose filter is the list's ranges, then the read's own filter. */
static bool
check_filters(fake_server *s, fake_request *r)
{
	const Htable__Wire__Filter *filter;
	Htable__Wire__FilterList *both;

	(void) s;
	if (r->kind != FAKE_OPEN)
		return false;
	filter = r->scan->scan->filter;
	both = htable__wire__filter_list__unpack(NULL, filter->serialized_filter.len, filter->serialized_filter.data);
	whole_filters += both != NULL && both->n_filters == 2 &&
		both->operator_ == HTABLE__WIRE__FILTER_LIST__OPERATOR__MUST_PASS_ALL &&
		strstr(both->filters[0]->name, "MultiRowRangeFilter") != NULL &&
		strstr(both->filters[1]->name, "FirstKeyOnlyFilter") != NULL;
	if (both != NULL)
		htable__wire__filter_list__free_unpacked(both, NULL);
	return false;
}

static void
own_filter(void)
{
	rc_filter  *filter = rc_filter_first_key_only(&rc_host_standalone);
	rc_read		read = list_read(600, true);
	outcome		o;

	rc_filter_encode(filter, &read.filter);
	make_list(0, 600, 2, 1);
	begin(1, check_filters);
	o = run(&read, 0, 2, 1);
	ok(complete(&o, 600) && server.filtered > 0 && whole_filters == server.count[FAKE_OPEN],
	   "the filter of a read goes with the ranges, behind them (%d)", whole_filters);
	fake_stop(&server);
	rc_host_standalone.free(NULL, (void *) read.filter.data);
	rc_filter_free(filter);
}

/* ----- interrupts, leaving early ----- */

static void
leaving(void)
{
	for (int filter = 0; filter < 2; filter++)
	{
		rc_read		read = list_read(1800, filter == 1);
		rc_client  *client;
		outcome		o;

		make_list(0, 1800, 1, 1);
		begin(3, filter ? hang_up_on_opens : fail_second);
		server.interrupt_every = 2;
		o = run(&read, 0, 1, 1);
		ok(complete(&o, 1800) && o.interrupts > 2, "an interrupted list goes on by %s (%d interrupts)",
		   filter ? "scans" : "Gets", o.interrupts);
		fake_stop(&server);

		begin(4, NULL);
		server.max_rows = 10;
		client = check_open(&server);
		run_client(&o, client, &read, 0, 1, 1, 5);
		ok(o.status == RC_OK && o.rows == 5, "a list is left early");
		run_client(&o, client, &read, 0, 1, 1, -1);
		ok(complete(&o, 1800) && server.accepted == 1, "... and nothing is left open (%d)", server.open_scanners);
		fake_stop(&server);
		rc_client_close(client);
	}
}

int
main(void)
{
	ways();
	mixed_lists();
	several();
	faults();
	lies();
	own_filter();
	leaving();
	return tap_done();
}
