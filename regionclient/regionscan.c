/*
 * regionscan.c
 *		Reads one range of keys by region scanners, region after region.
 *
 * Two things go on side by side: rows of the answer at hand are given out,
 * and the answer after it is on its way (`call`).  Errors of that call are
 * looked at when all rows before it are out, so the resume point is always
 * behind the last row given out.
 *
 * Invariants:
 *	- Where to open next is the further (in the direction of the scan) of two
 *	  points: `pos`, moved when a region is done, and the last row given out.
 *	  A key of no bytes never means "from the start" here: `pos_unbounded` does.
 *	- One call per scanner at a time; a next is sent again only when the server
 *	  said that it was not run.  After anything else: a new scanner.
 *	- Boundaries are our duty: the server scans any rows of its region.
 * Upstream: AsyncScanSingleRegionRpcRetryingCaller, AsyncClientScanner,
 * RSRpcServices.scan.
 */
#include "regionscan.h"

#include <string.h>

#include "link.h"
#include "locate.h"
#include "rowreader.h"
#include "status.h"

#define SERVICE			"ClientService"

/* Rows of the first answer, and growth from answer to answer; then bytes decide. */
#define FIRST_ROWS		100
#define ROWS_GROWTH		8
#define MOST_ROWS		INT32_MAX

/* A scan limited to so few rows is short: read without streaming, no look ahead. */
#define SHORT_LIMIT		100

typedef enum scan_phase
{
	SCAN_OPEN,					/* locate, then open */
	SCAN_NEXT,					/* the scanner is open: ask for more */
	SCAN_WAIT,					/* `call`, or send_error when it could not be sent */
	SCAN_END					/* no answer follows */
} scan_phase;

struct rc_regionscan
{
	rc_client  *client;
	const rc_readspec *spec;
	rc_range	range;
	rc_scanner_stats *stats;
	bool		reversed;
	bool		limited;
	uint64_t	left;			/* rows still wanted, when limited */

	scan_phase	phase;
	bool		pos_unbounded;	/* from the table's start (or end) */
	rc_buf		pos;
	bool		pos_inclusive;
	bool		pos_starts_region;	/* ... as far as we know */
	rc_locate	locate;
	rc_region  *region;			/* of the scanner */
	rc_call    *call;
	bool		call_opens;
	rc_error	send_error;
	bool		scanner_open;	/* on the server, as far as we know */
	uint64_t	scanner_id;
	uint64_t	next_seq;
	uint32_t	rows_wanted;

	rc_call    *answer;			/* whose rows are given out */
	rc_region  *answer_region;	/* which it is of */
	bool		answer_begins;	/* none of its rows has been given out */
	rc_scan_answer parsed;
	rc_rowreader reader;
	bool		has_last;
	rc_bytes	last;			/* key of the last row given out */
	rc_buf		last_copy;
};

/* ----- where to go on ----- */

/* The point at which to open a scanner. */
typedef struct point
{
	bool		unbounded;
	rc_bytes	key;
	bool		inclusive;
} point;

static point
resume_point(const rc_regionscan *scan)
{
	point		pos = {scan->pos_unbounded, rc_bytes_of(scan->pos.data, scan->pos.len),
		scan->pos_inclusive};
	point		last = {false, scan->last, false};
	int			cmp;

	if (!scan->has_last)
		return pos;
	/* keys of hbase:meta have another order; it is one region, so pos never moves */
	if (pos.unbounded || scan->spec->meta)
		return last;
	cmp = rc_bytes_compare(scan->last, pos.key);
	return (scan->reversed ? cmp <= 0 : cmp >= 0) ? last : pos;
}

/* Nothing of the range lies beyond the point. */
static bool
is_exhausted(const rc_regionscan *scan, const point *at)
{
	rc_bytes	far_end = scan->reversed ? scan->range.start : scan->range.stop;
	bool		far_inclusive = scan->reversed ? scan->range.start_inclusive : scan->range.stop_inclusive;
	int			cmp;

	if (at->unbounded || far_end.len == 0 || scan->spec->meta)
		return false;
	cmp = rc_bytes_compare(at->key, far_end);
	if (scan->reversed)
		cmp = -cmp;
	return cmp > 0 || (cmp == 0 && !(at->inclusive && far_inclusive));
}

static bool
set_pos(rc_regionscan *scan, rc_bytes key, bool inclusive)
{
	rc_buf_reset(&scan->pos);
	rc_buf_put(&scan->pos, key.data, key.len);
	scan->pos_unbounded = false;
	scan->pos_inclusive = inclusive;
	scan->pos_starts_region = false;
	return !scan->pos.failed;
}

/*
 * The region is done: moves to the next one.  False: out of memory.  The last
 * region of the range is told by its end, or by its start when reversed.
 */
static bool
leave_region(rc_regionscan *scan)
{
	rc_bytes	border = scan->reversed ? scan->region->start : scan->region->end;
	point		at = {false, border, !scan->reversed};

	if (border.len == 0 || is_exhausted(scan, &at))
	{
		scan->phase = SCAN_END;
		return true;
	}
	scan->phase = SCAN_OPEN;
	if (!set_pos(scan, border, !scan->reversed))
		return false;
	scan->pos_starts_region = !scan->reversed;
	return true;
}

/* A heartbeat tells how far a filter has come: rows before that need no second look. */
static bool
follow_cursor(rc_regionscan *scan, rc_bytes cursor)
{
	point		at = resume_point(scan);
	int			cmp;

	if (cursor.len == 0 || scan->spec->meta)
		return false;
	cmp = at.unbounded ? (scan->reversed ? -1 : 1) : rc_bytes_compare(cursor, at.key);
	if (scan->reversed ? cmp >= 0 : cmp <= 0)
		return false;
	/* without memory the old point is as good, only slower */
	if (!set_pos(scan, cursor, true))
	{
		scan->pos.failed = false;
		set_pos(scan, at.key, at.inclusive);
		scan->pos_unbounded = at.unbounded;
		return false;
	}
	return true;
}

/* ----- requests ----- */

static bool
is_short(const rc_regionscan *scan)
{
	return scan->limited && scan->left <= SHORT_LIMIT;
}

/* Rows still to be asked for when `coming` are here and not given out yet. */
static uint64_t
rows_to_ask(const rc_regionscan *scan, uint64_t coming)
{
	return scan->left > coming ? scan->left - coming : 0;
}

/* What open and next have in common. */
static void
fill_request(rc_regionscan *scan, Htable__Wire__ScanRequest *request, uint64_t coming)
{
	uint64_t	ask = scan->limited ? rows_to_ask(scan, coming) : scan->rows_wanted;

	if (ask > MOST_ROWS)
		ask = MOST_ROWS;
	request->has_number_of_rows = true;
	request->number_of_rows = (uint32_t) ask;
	request->has_client_handles_partials = request->client_handles_partials = true;
	request->has_client_handles_heartbeats = request->client_handles_heartbeats = true;
	request->has_limit_of_rows = scan->limited;
	request->limit_of_rows = (uint32_t) ask;
	if (scan->rows_wanted < MOST_ROWS / ROWS_GROWTH)
		scan->rows_wanted *= ROWS_GROWTH;
	if (scan->rows_wanted > 10000)
		scan->rows_wanted = MOST_ROWS;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
fill_scan(const rc_regionscan *scan, Htable__Wire__Scan *message, const point *at)
{
	const rc_readspec *spec = scan->spec;
	const rc_range *range = &scan->range;

	message->n_column = spec->ncolumns;
	message->column = spec->columns;
	message->n_attribute = spec->nattributes;
	message->attribute = (Htable__Wire__NameBytesPair **) spec->attributes;
	message->filter = spec->filter;
	message->time_range = spec->has_time_range ? (Htable__Wire__TimeRange *) &spec->time_range : NULL;
	message->has_max_versions = true;
	message->max_versions = spec->max_versions;
	message->has_cache_blocks = true;
	message->cache_blocks = spec->cache_blocks;
	message->has_max_result_size = true;
	message->max_result_size = smaller(scan->client->config.fetch_bytes,
									   scan->client->config.max_response_size);
	message->has_reversed = message->reversed = scan->reversed;
	message->has_start_row = !at->unbounded;
	message->start_row = rc_binary_data(at->key);
	message->has_stop_row = true;
	message->stop_row = rc_binary_data(scan->reversed ? range->start : range->stop);
	/* both always: a missing include_stop_row may turn a scan into a Get */
	message->has_include_start_row = message->has_include_stop_row = true;
	message->include_start_row = at->unbounded || at->inclusive;
	message->include_stop_row = scan->reversed ? range->start_inclusive : range->stop_inclusive;
	/* not DEFAULT: that one cuts answers when it changes its mind about streaming */
	message->has_read_type = true;
	message->read_type = is_short(scan) ? HTABLE__WIRE__SCAN__READ_TYPE__PREAD :
		HTABLE__WIRE__SCAN__READ_TYPE__STREAM;
	message->has_need_cursor_result = message->need_cursor_result = spec->filtered;

	/*
	 * Never: a server that reads the other families only for the rows that a
	 * filter keeps may put two states of a row together, loses families when a
	 * region splits, and refuses reversed scans.  It is the server's default.
	 */
	message->has_load_column_families_on_demand = spec->filtered;
}

/* Sends; what goes wrong is kept for when the answer would be looked at. */
static void
send(rc_regionscan *scan, rc_retry *retry, const Htable__Wire__ScanRequest *message)
{
	rc_request	request = {0};
	rc_link    *link;
	rc_status	status;

	request.method = "Scan";
	request.param = &message->base;
	request.priority = scan->region->meta ? RC_PRIORITY_SYSTEM : RC_PRIORITY_NORMAL;
	scan->phase = SCAN_WAIT;
	status = rc_link_get(scan->client, scan->region->server.host, scan->region->server.port,
						 SERVICE, &link, &scan->send_error);
	if (status == RC_OK)
		status = rc_link_send(link, &request, rc_retry_call_expires(retry), &scan->call,
							  &scan->send_error);
	if (status == RC_OK)
		scan->stats->rpcs++;
}

static void
send_open(rc_regionscan *scan, rc_retry *retry, uint64_t coming)
{
	Htable__Wire__ScanRequest request = HTABLE__WIRE__SCAN_REQUEST__INIT;
	Htable__Wire__RegionSpecifier region = HTABLE__WIRE__REGION_SPECIFIER__INIT;
	Htable__Wire__Scan message = HTABLE__WIRE__SCAN__INIT;
	point		at = resume_point(scan);

	region.type = HTABLE__WIRE__REGION_SPECIFIER__TYPE__REGION_NAME;
	region.value = rc_binary_data(scan->region->name);
	fill_scan(scan, &message, &at);
	fill_request(scan, &request, coming);
	request.region = &region;
	request.scan = &message;
	scan->call_opens = true;
	scan->next_seq = 0;
	scan->stats->regions++;
	send(scan, retry, &request);
}

static void
send_next(rc_regionscan *scan, rc_retry *retry, uint64_t coming)
{
	Htable__Wire__ScanRequest request = HTABLE__WIRE__SCAN_REQUEST__INIT;

	fill_request(scan, &request, coming);
	request.has_scanner_id = true;
	request.scanner_id = scan->scanner_id;
	request.has_next_call_seq = true;
	request.next_call_seq = scan->next_seq++;
	scan->call_opens = false;
	send(scan, retry, &request);
}

/* Tells the server that a scanner is no longer needed; the answer is of no interest. */
static void
close_by_link(rc_link *link, uint64_t scanner_id, int64_t expires)
{
	Htable__Wire__ScanRequest message = HTABLE__WIRE__SCAN_REQUEST__INIT;
	rc_request	request = {0};
	rc_call    *call;
	rc_error	err;

	message.has_scanner_id = true;
	message.scanner_id = scanner_id;
	message.has_number_of_rows = true;
	message.has_close_scanner = message.close_scanner = true;
	request.method = "Scan";
	request.param = &message.base;
	request.priority = RC_PRIORITY_SYSTEM;
	if (rc_link_send(link, &request, expires, &call, &err) == RC_OK)
		rc_call_abandon(call, NULL);
}

static int64_t
close_expires(const rc_client *client)
{
	return rc_client_now(client) + client->config.rpc_timeout;
}

/* The answer to an abandoned open or next: closes the scanner it speaks of. */
static void
close_orphan(rc_link *link, rc_call *call)
{
	rc_scan_answer answer;

	rc_scan_answer_init(&answer, &call->client->host);
	if (rc_scan_answer_parse(&answer, call->response.message, call->response.cells.len, NULL) == RC_OK &&
		answer.has_scanner_id && answer.more_results && answer.more_in_region)
		close_by_link(link, answer.scanner_id, close_expires(call->client));
	rc_scan_answer_free(&answer);
}

static rc_link *
region_link(const rc_regionscan *scan)
{
	return rc_link_find(scan->client, scan->region->server.host, scan->region->server.port, SERVICE);
}

static void
close_scanner(rc_regionscan *scan)
{
	rc_link    *link = scan->scanner_open ? region_link(scan) : NULL;

	if (link != NULL)
		close_by_link(link, scan->scanner_id, close_expires(scan->client));
	scan->scanner_open = false;
}

/* ----- answers ----- */

/* The last key given out outlives the answer it came in. */
static bool
keep_last(rc_regionscan *scan)
{
	if (!scan->has_last || scan->last.data == scan->last_copy.data)
		return true;
	rc_buf_reset(&scan->last_copy);
	rc_buf_put(&scan->last_copy, scan->last.data, scan->last.len);
	scan->last = rc_bytes_of(scan->last_copy.data, scan->last.len);
	return !scan->last_copy.failed;
}

/*
 * Rows came together with "the scan is over".  That is so when the limit is
 * reached; if it is not, our counts differ, and we rather ask once more.
 */
static bool
is_over(const rc_regionscan *scan)
{
	const rc_scan_answer *parsed = &scan->parsed;

	return !parsed->more_results && scan->limited && parsed->nresults >= scan->left;
}

/* Counts as progress, for the clock and the tries. */
static void
note_progress(rc_regionscan *scan, rc_retry *retry)
{
	const rc_scan_answer *parsed = &scan->parsed;

	if (parsed->nresults > 0 || !parsed->more_results || !parsed->more_in_region)
		rc_retry_progress(retry);
	else if (!scan->reader.pending && follow_cursor(scan, parsed->cursor))
		rc_retry_progress(retry);
	else if (!scan->call_opens)
		rc_retry_alive(retry);
}

/* Opens the next region already if the cache knows where it is. */
static void
open_ahead(rc_regionscan *scan, rc_retry *retry, uint64_t coming)
{
	rc_bytes	key = rc_bytes_of(scan->pos.data, scan->pos.len);
	rc_regions *regions = scan->client->regions;
	rc_region  *next = scan->reversed ? rc_regions_before(regions, scan->spec->table, key) :
		rc_regions_at(regions, scan->spec->table, key);

	if (next == NULL)
		return;
	rc_region_unref(scan->region);
	scan->region = rc_region_ref(next);
	send_open(scan, retry, coming);
}

/* The answer after this one, if it can be asked for without waiting. */
static rc_status
look_ahead(rc_regionscan *scan, rc_retry *retry, rc_error *err)
{
	const rc_scan_answer *parsed = &scan->parsed;
	uint64_t	whole = parsed->nresults - parsed->partial;
	bool		enough = scan->limited && rows_to_ask(scan, whole) == 0;

	if (is_over(scan))
		scan->phase = SCAN_END;
	else if (!parsed->more_results)
		scan->phase = SCAN_OPEN;
	else if (!parsed->more_in_region)
	{
		if (!leave_region(scan))
			return rc_error_set(err, RC_NO_MEMORY, "out of memory");
		if (scan->phase == SCAN_OPEN && !enough)
			open_ahead(scan, retry, parsed->nresults);
	}
	else if (enough)
		scan->phase = SCAN_NEXT;
	else
		send_next(scan, retry, whole);
	return RC_OK;
}

static rc_status
take_answer(rc_regionscan *scan, rc_retry *retry, rc_error *err)
{
	rc_call    *call = scan->call;
	rc_scan_answer *parsed = &scan->parsed;
	bool		opened = scan->call_opens;
	rc_status	status;

	rc_call_free(scan->answer);
	scan->answer = call;
	scan->call = NULL;
	if (scan->answer_region != scan->region)
	{
		rc_region_unref(scan->answer_region);
		scan->answer_region = rc_region_ref(scan->region);
	}
	scan->answer_begins = true;
	scan->stats->bytes += call->size;
	status = rc_scan_answer_parse(parsed, call->response.message, call->response.cells.len, err);
	if (status != RC_OK)
		return status;
	scan->scanner_open = parsed->more_results && parsed->more_in_region;
	if (opened && parsed->has_scanner_id)
		scan->scanner_id = parsed->scanner_id;
	else if (opened && scan->scanner_open)
		return rc_error_set(err, RC_PROTOCOL, "response to Scan has no scanner id");
	/* a limit comes with rows, and no filter of ours ends a scan */
	if (!parsed->more_results && parsed->nresults == 0)
		return rc_error_set(err, RC_PROTOCOL, "server ended a scan that is not at its end");
	note_progress(scan, retry);
	rc_rowreader_feed(&scan->reader, parsed, call->response.cells, !scan->scanner_open);
	return look_ahead(scan, retry, err);
}

/* ----- failures ----- */

/* The server has, or may have, the scanner of a next that failed so. */
static bool
may_be_alive(rc_status status)
{
	return status != RC_SCANNER_UNKNOWN && status != RC_SCANNER_RESET &&
		status != RC_RPC_TIMEOUT && rc_status_lookup(status)->action != RC_RELOCATE;
}

/* RC_AGAIN: to be tried again. */
static rc_status
call_failed(rc_regionscan *scan, rc_retry *retry, rc_error *err)
{
	rc_error	why = scan->call != NULL ? scan->call->error : scan->send_error;

	rc_call_free(scan->call);
	scan->call = NULL;
	scan->stats->retries++;
	if (!scan->call_opens && (why.status == RC_QUEUE_FULL || why.status == RC_THROTTLED))
	{
		/* not run: the same next again */
		scan->next_seq--;
		scan->phase = SCAN_NEXT;
		return rc_retry_failed(retry, &why, err);
	}
	if (!scan->call_opens && may_be_alive(why.status))
		close_scanner(scan);
	scan->scanner_open = false;
	rc_locate_learn(scan->region, &why, retry);
	rc_rowreader_drop_pending(&scan->reader);
	scan->phase = SCAN_OPEN;
	return rc_retry_failed(retry, &why, err);
}

/* ----- fetching ----- */

/* Locates the region of the resume point and opens a scanner there. */
static rc_status
step_open(rc_regionscan *scan, rc_retry *retry, rc_error *err)
{
	point		at = resume_point(scan);
	rc_locate_mode mode = RC_LOCATE_AT;
	rc_region  *region;
	rc_status	status;

	if (is_exhausted(scan, &at))
	{
		scan->phase = SCAN_END;
		return RC_OK;
	}
	if (scan->reversed && (at.unbounded || !at.inclusive))
		mode = RC_LOCATE_BEFORE;
	else if (scan->pos_starts_region && !is_short(scan))
		mode = RC_LOCATE_RUN;
	status = rc_locate_step(&scan->locate, scan->spec->table,
							at.unbounded ? rc_bytes_of(NULL, 0) : at.key, mode, retry, &region, err);
	if (status != RC_OK)
		return status;
	rc_region_unref(scan->region);
	scan->region = region;
	send_open(scan, retry, 0);
	return RC_OK;
}

static rc_status
step_wait(rc_regionscan *scan, rc_retry *retry, rc_error *err)
{
	if (scan->call != NULL && !scan->call->done)
	{
		rc_client_want(scan->client, rc_retry_deadline(retry),
					   rc_call_wait_kind(scan->call, scan->call_opens ?
										 RC_WAIT_SCAN_OPEN : RC_WAIT_SCAN_NEXT));
		return RC_AGAIN;
	}
	if (scan->call == NULL || scan->call->status != RC_OK)
	{
		rc_status	status = call_failed(scan, retry, err);

		return status == RC_AGAIN ? RC_OK : status;
	}
	return take_answer(scan, retry, err);
}

/* Works towards the next answer; RC_OK: something changed, look again. */
static rc_status
fetch(rc_regionscan *scan, rc_retry *retry, rc_error *err)
{
	rc_status	status;

	if (!keep_last(scan))
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	if (scan->phase == SCAN_OPEN)
		return step_open(scan, retry, err);
	if (scan->phase == SCAN_WAIT)
		return step_wait(scan, retry, err);
	status = rc_retry_ready(retry, err);
	if (status == RC_OK)
		send_next(scan, retry, 0);
	return status;
}

/* ----- rows ----- */

/* Does the row lie in the region that gave it?  Only its first row can come too early. */
static bool
is_in_region(const rc_regionscan *scan, rc_bytes key)
{
	const rc_region *region = scan->answer_region;

	if (scan->spec->meta)
		return true;
	if ((scan->answer_begins || scan->reversed) && rc_bytes_compare(key, region->start) < 0)
		return false;
	return region->end.len == 0 || (scan->reversed && !scan->answer_begins) ||
		rc_bytes_compare(key, region->end) < 0;
}

/* Rows come in order and within the range, or the server lies. */
static bool
is_in_order(const rc_regionscan *scan, rc_bytes key)
{
	const rc_range *range = &scan->range;
	int			cmp;

	if (scan->spec->meta)
		return true;
	if (scan->has_last)
	{
		cmp = rc_bytes_compare(key, scan->last);
		if (scan->reversed ? cmp >= 0 : cmp <= 0)
			return false;
	}
	/* the bound that was passed first need not be looked at again */
	if (!scan->has_last || scan->reversed)
	{
		cmp = rc_bytes_compare(key, range->start);
		if (cmp < 0 || (cmp == 0 && !range->start_inclusive))
			return false;
	}
	if (range->stop.len > 0 && (!scan->has_last || !scan->reversed))
	{
		cmp = rc_bytes_compare(key, range->stop);
		return cmp < 0 || (cmp == 0 && range->stop_inclusive);
	}
	return true;
}

static rc_status
give(rc_regionscan *scan, const rc_row *row, rc_error *err)
{
	if (!is_in_order(scan, row->key) || !is_in_region(scan, row->key))
		return rc_error_set(err, RC_PROTOCOL, "response to Scan has a row out of order or out of range");
	if (!rc_readspec_wants(scan->spec, row->cells[0].family))
		return rc_error_set(err, RC_PROTOCOL, "response to Scan has a cell that was not asked for");
	scan->answer_begins = false;
	scan->last = row->key;
	scan->has_last = true;
	/* pieces are overwritten before the answer is */
	if (scan->reader.from_pieces && !keep_last(scan))
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	scan->stats->rows++;
	scan->stats->cells += row->ncells;
	if (scan->limited)
		scan->left--;
	return RC_OK;
}

static rc_status
step(rc_regionscan *scan, rc_retry *retry, const rc_row **row, rc_error *err)
{
	rc_status	status;

	for (;;)
	{
		if (scan->limited && scan->left == 0)
			return RC_OK;
		status = rc_rowreader_next(&scan->reader, row, err);
		if (status == RC_OK && *row != NULL)
			return give(scan, *row, err);
		if (status == RC_OK && scan->phase == SCAN_END)
			return RC_OK;
		if (status == RC_OK)
			status = fetch(scan, retry, err);
		if (status != RC_OK)
			return status;
	}
}

rc_status
rc_regionscan_step(rc_regionscan *scan, rc_retry *retry, const rc_row **row, rc_error *err)
{
	rc_status	status;

	*row = NULL;
	status = step(scan, retry, row, err);
	if (status != RC_OK)
		*row = NULL;
	/* it may be hbase:meta that lied */
	if (status == RC_PROTOCOL && scan->answer_region != NULL && !scan->spec->meta)
		rc_regions_evict(scan->client->regions, scan->answer_region);
	if ((status == RC_PROTOCOL || status == RC_TOO_LARGE) && scan->region != NULL)
		rc_link_blame(scan->client, scan->region->server.host, scan->region->server.port, err);
	return status;
}

/* ----- making and closing ----- */

rc_regionscan *
rc_regionscan_create(const rc_readspec *spec, const rc_range *range,
					 uint64_t limit, rc_scanner_stats *stats)
{
	rc_client  *client = spec->client;
	rc_regionscan *scan = rc_client_alloc(client, sizeof(rc_regionscan));
	rc_bytes	from = spec->reversed ? range->stop : range->start;

	if (scan == NULL)
		return NULL;
	scan->client = client;
	scan->spec = spec;
	scan->range = *range;
	scan->stats = stats;
	scan->reversed = spec->reversed;
	scan->limited = limit > 0;
	scan->left = limit;
	scan->rows_wanted = FIRST_ROWS;
	rc_buf_init(&scan->pos, &client->host);
	rc_buf_init(&scan->last_copy, &client->host);
	rc_locate_init(&scan->locate, client);
	rc_scan_answer_init(&scan->parsed, &client->host);
	rc_rowreader_init(&scan->reader, &client->host, client->config.max_response_size);
	scan->reader.raw = spec->is_raw;
	scan->pos_unbounded = from.len == 0;
	if (!scan->pos_unbounded &&
		!set_pos(scan, from, spec->reversed ? range->stop_inclusive : range->start_inclusive))
	{
		rc_regionscan_close(scan, false);
		return NULL;
	}
	return scan;
}

/* Ends what goes on at the server, as rc_scanner_close says. */
static void
stop_server(rc_regionscan *scan, bool cancelled)
{
	rc_call    *call = scan->call;
	rc_error	err;

	scan->call = NULL;
	if (call == NULL)
		close_scanner(scan);
	else if (call->done)
	{
		rc_link    *link = region_link(scan);

		if (call->status == RC_OK && link != NULL)
			close_orphan(link, call);
		rc_call_free(call);
	}
	else if (cancelled)
	{
		rc_error_set(&err, RC_DISCONNECTED, "connection dropped to cancel a scan");
		rc_link_fail(call->link, &err);
		rc_call_free(call);
	}
	else
		rc_call_abandon(call, close_orphan);
}

void
rc_regionscan_close(rc_regionscan *scan, bool cancelled)
{
	if (scan == NULL)
		return;
	stop_server(scan, cancelled);
	rc_call_free(scan->answer);
	rc_locate_reset(&scan->locate);
	rc_region_unref(scan->region);
	rc_region_unref(scan->answer_region);
	rc_scan_answer_free(&scan->parsed);
	rc_rowreader_free(&scan->reader);
	rc_buf_free(&scan->pos);
	rc_buf_free(&scan->last_copy);
	rc_client_free(scan->client, scan);
}
