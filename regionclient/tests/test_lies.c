/*
 * test_lies.c
 *		A lie of a region server is the right error or does no harm, and the
 *		client goes on.  t/lies.pl tells the same lies through SQL.
 */
#include "lies.h"
#include "scan_check.h"

#define ROWS 5

static liar l;
static int	times = -1;			/* a lie is told so often; -1: always */
static rc_range all;
static rc_range some;			/* of r0001 ... r0003 */
static rc_range point;
static rc_range points[3];

typedef struct what
{
	const char *name;
	const rc_range *ranges;
	size_t		n;
	bool		reversed;
	int			regions;
} what;

static const what scan = {"a scan", &all, 1, false, 1};
static const what back = {"a reversed scan", &all, 1, true, 1};
static const what part = {"a scan of a range", &some, 1, false, 1};
static const what across = {"a scan of five regions", &all, 1, false, 5};
static const what across_back = {"a reversed scan of five regions", &all, 1, true, 5};
static const what get = {"a Get", &point, 1, false, 1};
static const what multi = {"a Multi", points, 3, false, 1};

/* Reads to the end; the rows. */
static int
read_all(rc_client *client, const what *w, check *c)
{
	rc_read		read = check_read(w->ranges, w->n);
	rc_column	family = {rc_bytes_cstr("f"), {NULL, 0}, true};
	rc_scanner *scanner;
	const rc_row *row = NULL;
	int			rows = 0;

	memset(c, 0, sizeof(*c));
	read.columns = &family;
	read.ncolumns = 1;
	read.reversed = w->reversed;
	c->status = rc_scanner_open(client, &read, &scanner, &c->err);
	if (c->status != RC_OK)
		return 0;
	while ((c->status = rc_scanner_next(scanner, &row, &c->err)) == RC_OK && row != NULL)
		rows++;
	rc_scanner_close(scanner, false);
	return rows;
}

/* Tells a lie in each answer of a kind; `status` must come of it. */
static void
lie_to(const what *w, unsigned kinds, const char *name, const char *argument, rc_status status)
{
	rc_client  *client;
	check		c;
	int			truth;
	int			rows;

	fake_start(&l.server, ROWS, w->regions);
	l.server.hook = lie_hook;
	l.server.config.operation_timeout = 20000;
	l.lie = NULL;
	client = check_open(&l.server);
	truth = read_all(client, w, &c);
	rc_client_close(client);
	client = check_open(&l.server);
	l.lie = lie_find(name);
	if (l.lie == NULL)
		bail_out("no such lie: %s", name);
	l.kinds = kinds;
	l.left = times;
	snprintf(l.text, sizeof(l.text), "%s", argument);
	l.number = strtoll(argument, NULL, 0);
	rows = read_all(client, w, &c);
	ok(c.status == status && (status != RC_OK || rows == truth) && l.told > 0, "%s %s to %s: %s (%s)", name,
	   argument, w->name, c.status == RC_OK ? "no error" : rc_status_name(c.status), c.err.message);
	l.lie = NULL;
	l.told = 0;
	rows = read_all(client, w, &c);
	ok(c.status == RC_OK && rows == truth, "... and the client is of use after that (%d rows, %s)", rows,
	   c.status == RC_OK ? "no error" : c.err.message);
	rc_client_close(client);
	fake_stop(&l.server);
}

static void
any_answer(const what *w, unsigned kinds)
{
	static const struct
	{
		const char *name;
		const char *argument;
		rc_status	status;
	}			cases[] = {
		{"frame_length", "0xFFFFFFFF", RC_PROTOCOL},
		{"frame_length", "0", RC_PROTOCOL},
		{"frame_length", "1000000", RC_OPERATION_TIMEOUT},
		{"frame_length_off", "-7", RC_PROTOCOL},
		{"header_length", "1000000", RC_PROTOCOL},
		{"header_length", "-1", RC_PROTOCOL},
		{"header_varint", "", RC_PROTOCOL},
		{"header_garbage", "", RC_PROTOCOL},
		{"header_empty", "", RC_PROTOCOL},
		{"message_length", "-1", RC_PROTOCOL},
		{"message_garbage", "", RC_PROTOCOL},
		{"message_cut", "", RC_PROTOCOL},
		{"message_empty", "", RC_PROTOCOL},
		{"frame_garbage", "5000", RC_PROTOCOL},
		{"cells_length", "-1", RC_PROTOCOL},
		{"cells_cut", "3", RC_PROTOCOL},
		{"cells_extra", "", RC_PROTOCOL},
		{"cells_compressed", "", RC_PROTOCOL},
		{"cell_total", "-1", RC_PROTOCOL},
		{"cell_key", "-1", RC_PROTOCOL},
		{"cell_value", "-1", RC_PROTOCOL},
		{"cell_row", "0", RC_PROTOCOL},
		{"cell_family", "255", RC_PROTOCOL},
		{"cell_type", "8", RC_PROTOCOL},
		{"call_id", "77", RC_OPERATION_TIMEOUT},
		{"call_id", "-1", RC_PROTOCOL},
		{"answer_twice", "", RC_OK},
		{"answer_foreign_first", "", RC_OK},
		{"silence", "", RC_OPERATION_TIMEOUT},
		{"reset_at", "10", RC_OPERATION_TIMEOUT},
		{"cut_at", "10", RC_OPERATION_TIMEOUT},
		{"exception_final", "org.example.UnheardOf", RC_SERVER_FINAL},
		{"exception_binary", "", RC_SERVER_FINAL},
		{"exception_garbage", "", RC_PROTOCOL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		lie_to(w, kinds, cases[i].name, cases[i].argument, cases[i].status);
}

static void
rows_that_cannot_be(void)
{
	lie_to(&scan, LIE_KIND(FAKE_OPEN), "rows", "r0000 r0002 r0001 r0003 r0004", RC_PROTOCOL);
	lie_to(&scan, LIE_KIND(FAKE_OPEN), "rows", "r0000 r0001 r0001 r0003 r0004", RC_PROTOCOL);
	lie_to(&back, LIE_KIND(FAKE_OPEN), "rows", "r0000 r0001 r0002 r0003 r0004", RC_PROTOCOL);
	lie_to(&part, LIE_KIND(FAKE_OPEN), "rows", "r0000 r0001 r0002", RC_PROTOCOL);
	lie_to(&part, LIE_KIND(FAKE_OPEN), "rows", "r0001 r0002 r0004", RC_PROTOCOL);
	/* of another region, and all is well after that: the rows between must not get lost */
	times = 1;
	lie_to(&across, LIE_KIND(FAKE_OPEN), "rows", "r0003", RC_PROTOCOL);
	lie_to(&across_back, LIE_KIND(FAKE_OPEN), "rows", "r0002", RC_PROTOCOL);
	times = -1;
	lie_to(&get, LIE_KIND(FAKE_GET), "rows", "r0004", RC_PROTOCOL);
	lie_to(&multi, LIE_KIND(FAKE_MULTI), "rows", "r0000 r0003 r0002", RC_PROTOCOL);
	lie_to(&scan, LIE_KIND(FAKE_OPEN), "other_family", "r0000 r0001 r0002 r0003 r0004", RC_PROTOCOL);
	lie_to(&get, LIE_KIND(FAKE_GET), "other_family", "r0003", RC_PROTOCOL);
	lie_to(&multi, LIE_KIND(FAKE_MULTI), "other_family", "r0000 r0002 r0003", RC_PROTOCOL);
}

static void
scans(void)
{
	lie_to(&scan, LIE_KIND(FAKE_OPEN), "scan_count", "0", RC_PROTOCOL);
	lie_to(&scan, LIE_KIND(FAKE_OPEN), "scan_count", "0x100000001", RC_PROTOCOL);
	lie_to(&scan, LIE_KIND(FAKE_OPEN), "scan_many_results", "100000", RC_PROTOCOL);
	lie_to(&scan, LIE_KIND(FAKE_OPEN), "scan_partial_first", "", RC_PROTOCOL);
	lie_to(&scan, LIE_KIND(FAKE_OPEN), "scan_without_id", "", RC_PROTOCOL);
	lie_to(&scan, LIE_KIND(FAKE_OPEN), "scan_rows_in_message", "", RC_PROTOCOL);
	lie_to(&scan, LIE_SCAN, "scan_endless_row", "60000", RC_TOO_LARGE);
	lie_to(&across, LIE_KIND(FAKE_OPEN), "scan_over", "0", RC_PROTOCOL);
	lie_to(&across, LIE_KIND(FAKE_OPEN), "scan_over", "1", RC_PROTOCOL);
	lie_to(&across, LIE_KIND(FAKE_OPEN), "scan_vanishes", "", RC_OK);
}

static void
multis(void)
{
	static const char *const names[] = {"multi_missing", "multi_twice", "multi_beyond", "multi_neither",
		"multi_region_missing", "multi_region_extra", "multi_both"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		lie_to(&multi, LIE_KIND(FAKE_MULTI), names[i], "", RC_PROTOCOL);
	lie_to(&get, LIE_KIND(FAKE_GET), "get_count", "2", RC_PROTOCOL);
	lie_to(&get, LIE_KIND(FAKE_GET), "get_count", "0", RC_PROTOCOL);
}

static void
meta(void)
{
	lie_to(&scan, LIE_KIND(FAKE_META_SCAN), "meta_row", "t,,1.00. regioninfo=JUNK", RC_BAD_REGION_INFO);
	lie_to(&scan, LIE_KIND(FAKE_META_SCAN), "meta_row", "t,,1.00. regioninfo=PBUF\\x1A\\x7F", RC_BAD_REGION_INFO);
	lie_to(&scan, LIE_KIND(FAKE_META_SCAN), "meta_row", "u,,1.00. regioninfo=PBUF\\x1A\\x00;server=h:1", RC_BAD_REGION_INFO);
	lie_to(&scan, LIE_KIND(FAKE_META_SCAN), "meta_row", "t,a,1.00. regioninfo=PBUF\\x1A\\x00;server=h:1", RC_BAD_REGION_INFO);
	lie_to(&scan, LIE_KIND(FAKE_META_SCAN), "meta_row", "t,,1.00. regioninfo=PBUF;server=h:99999", RC_BAD_REGION_INFO);
}

int
main(void)
{
	all = check_range("", true, "", false);
	some = check_range("r0001", true, "r0004", false);
	point = check_range("r0003", true, "r0003", true);
	points[0] = check_range("r0000", true, "r0000", true);
	points[1] = check_range("r0002", true, "r0002", true);
	points[2] = point;
	any_answer(&scan, LIE_KIND(FAKE_OPEN));
	any_answer(&get, LIE_KIND(FAKE_GET));
	any_answer(&multi, LIE_KIND(FAKE_MULTI));
	rows_that_cannot_be();
	scans();
	multis();
	meta();
	return tap_done();
}
