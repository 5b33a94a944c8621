/*
 * regionscan.c
 *		Reads one range of keys by region scanners, region after region.
 *
 * Two things go on side by side: rows of answers that are here are given out
 * (scanrows.c), and the answer after them is on its way (`call`).  Errors of
 * that call are looked at when all rows before it are out, so the resume point
 * is always behind the last row given out.
 *
 * Invariants:
 *	- Where to open next is the further (in the direction of the scan) of two
 *	  points: `pos`, moved when a region is done, and the last row given out.
 *	  A key of no bytes never means "from the start" here: `pos_unbounded` does.
 *	- One call per scanner at a time; a next is sent again only when the server
 *	  said that it was not run.  After anything else: a new scanner.
 *	- Boundaries are our duty: the server scans any rows of its region.
 *	- A reversed scanner is asked once.  When a flush or compaction changes the
 *	  files below one that is open, region servers (2.6.4) go on one row too
 *	  far, and nothing tells: so none is left open between answers.
 * Upstream: AsyncScanSingleRegionRpcRetryingCaller, AsyncClientScanner,
 * RSRpcServices.scan.
 */
#include "regionscan.h"

#include <string.h>

#include "link.h"
#include "locate.h"
#include "scanend.h"
#include "scanrows.h"
#include "status.h"

#define SERVICE			"ClientService"

/* Rows of the first answer, and growth from answer to answer; then bytes decide. */
#define FIRST_ROWS		100
#define ROWS_GROWTH		8
#define MOST_ROWS		INT32_MAX

/* A scan limited to so few rows is short: read without streaming, no look ahead. */
#define SHORT_LIMIT		100

/* An answer is quick when it takes so small a part of rpc_timeout. */
#define QUICK_PART		20

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
	bool		reopens;		/* the next scanner is of the same region */
	rc_error	send_error;
	bool		scanner_open;	/* on the server, as far as we know */
	uint64_t	scanner_id;
	uint64_t	next_seq;
	uint32_t	rows_wanted;
	bool		quick;			/* the last answer was */

	rc_scan_answer parsed;		/* the last answer that came */
	rc_scanrows rows;
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
	point		last = {false, scan->rows.last, false};
	int			cmp;

	if (!scan->rows.has_last)
		return pos;
	/* keys of hbase:meta have another order; it is one region, so pos never moves */
	if (pos.unbounded || scan->spec->meta)
		return last;
	cmp = rc_bytes_compare(last.key, pos.key);
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

/* Rows of a limit that are not here yet. */
static uint64_t
rows_to_ask(const rc_regionscan *scan)
{
	return scan->left > scan->rows.waiting_rows ? scan->left - scan->rows.waiting_rows : 0;
}

static bool
has_enough(const rc_regionscan *scan)
{
	return scan->limited && rows_to_ask(scan) == 0;
}

/*
 * Heartbeats are for scans that may go on for long without a row.  Servers look
 * at the clock four times a row for them, a tenth of what a scan costs, so a
 * scan that passes over no rows does without while its answers are quick.
 * Should one be late all the same, by masses of deleted rows, the scan goes on
 * from where it was, with heartbeats to its end.
 */
static bool
wants_heartbeats(const rc_regionscan *scan, bool opens)
{
	return opens || !scan->spec->dense || !scan->quick || scan->stats->timeouts > 0;
}

/* What open and next have in common. */
static void
fill_request(rc_regionscan *scan, Htable__Wire__ScanRequest *request, bool opens)
{
	uint64_t	ask = scan->limited ? rows_to_ask(scan) : scan->rows_wanted;

	if (ask > MOST_ROWS)
		ask = MOST_ROWS;
	request->has_number_of_rows = true;
	request->number_of_rows = (uint32_t) ask;

	/* reversed scanners end with their answer (take_answer), which must be whole rows then */
	request->has_client_handles_partials = true;
	request->client_handles_partials = !scan->reversed;
	request->has_client_handles_heartbeats = true;
	request->client_handles_heartbeats = wants_heartbeats(scan, opens);
	request->has_limit_of_rows = scan->limited;
	request->limit_of_rows = (uint32_t) ask;
	if (scan->rows_wanted < MOST_ROWS / ROWS_GROWTH)
		scan->rows_wanted *= ROWS_GROWTH;
	if (scan->rows_wanted > 10000)
		scan->rows_wanted = MOST_ROWS;
}

/* Rows behind the region need no bound, against which the server holds every row. */
static bool
needs_stop(const rc_regionscan *scan)
{
	rc_bytes	end = scan->region->end;
	rc_bytes	stop = scan->range.stop;

	if (scan->reversed || scan->spec->meta)
		return true;
	return stop.len > 0 && (end.len == 0 || rc_bytes_compare(stop, end) < 0);
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
	if (needs_stop(scan))
		message->stop_row = rc_binary_data(scan->reversed ? range->start : range->stop);
	/* both always: a missing include_stop_row may turn a scan into a Get */
	message->has_include_start_row = message->has_include_stop_row = true;
	message->include_start_row = at->unbounded || at->inclusive;
	message->include_stop_row = scan->reversed ? range->start_inclusive : range->stop_inclusive;
	/* not DEFAULT: that one cuts answers when it changes its mind about streaming */
	message->has_read_type = true;
	message->read_type = is_short(scan) || spec->jumps ? HTABLE__WIRE__SCAN__READ_TYPE__PREAD :
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
send_open(rc_regionscan *scan, rc_retry *retry)
{
	Htable__Wire__ScanRequest request = HTABLE__WIRE__SCAN_REQUEST__INIT;
	Htable__Wire__RegionSpecifier region = HTABLE__WIRE__REGION_SPECIFIER__INIT;
	Htable__Wire__Scan message = HTABLE__WIRE__SCAN__INIT;
	point		at = resume_point(scan);

	region.type = HTABLE__WIRE__REGION_SPECIFIER__TYPE__REGION_NAME;
	region.value = rc_binary_data(scan->region->name);
	fill_scan(scan, &message, &at);
	fill_request(scan, &request, true);
	request.region = &region;
	request.scan = &message;
	scan->call_opens = true;
	scan->next_seq = 0;
	scan->stats->regions += !scan->reopens;
	scan->reopens = false;
	send(scan, retry, &request);
}

static void
send_next(rc_regionscan *scan, rc_retry *retry)
{
	Htable__Wire__ScanRequest request = HTABLE__WIRE__SCAN_REQUEST__INIT;

	fill_request(scan, &request, false);
	request.has_scanner_id = true;
	request.scanner_id = scan->scanner_id;
	request.has_next_call_seq = true;
	request.next_call_seq = scan->next_seq++;
	scan->call_opens = false;
	send(scan, retry, &request);
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
		rc_scanend_send(link, scan->client, scan->scanner_id);
	scan->scanner_open = false;
}

/* ----- answers ----- */

/*
 * Rows came together with "the scan is over".  That is so when the limit is
 * reached; if it is not, our counts differ, and we rather ask once more.
 */
static bool
is_over(const rc_regionscan *scan)
{
	const rc_scan_answer *parsed = &scan->parsed;

	return !parsed->more_results && scan->limited &&
		scan->rows.waiting_rows + parsed->partial >= scan->left;
}

/* Counts as progress, for the clock and the tries. */
static void
note_progress(rc_regionscan *scan, rc_retry *retry)
{
	const rc_scan_answer *parsed = &scan->parsed;

	if (parsed->nresults > 0 || !parsed->more_results || !parsed->more_in_region)
		rc_retry_progress(retry);
	else if (!scan->rows.tail_partial && follow_cursor(scan, parsed->cursor))
		rc_retry_progress(retry);
	else if (!scan->call_opens)
		rc_retry_alive(retry);
}

static rc_status
no_memory(rc_error *err)
{
	return rc_error_set(err, RC_NO_MEMORY, "out of memory");
}

/* What the answer says of those to come. */
static rc_status
take_message(rc_regionscan *scan, rc_call *call, bool opened, rc_error *err)
{
	rc_scan_answer *parsed = &scan->parsed;
	rc_status	status = rc_scan_answer_parse(parsed, call->response.message,
											  call->response.cells.len, err);

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
	return rc_scanrows_push(&scan->rows, call, scan->region, parsed, !scan->scanner_open) ? RC_OK :
		no_memory(err);
}

static rc_status
take_answer(rc_regionscan *scan, rc_retry *retry, rc_error *err)
{
	rc_call    *call = scan->call;
	const rc_scan_answer *parsed = &scan->parsed;
	rc_status	status;

	scan->call = NULL;
	scan->stats->bytes += call->size;
	scan->quick = rc_client_now(scan->client) - call->sent < scan->client->config.rpc_timeout / QUICK_PART;
	status = take_message(scan, call, scan->call_opens, err);
	if (status != RC_OK)
	{
		rc_call_free(call);
		return status;
	}
	note_progress(scan, retry);
	if (is_over(scan))
		scan->phase = SCAN_END;
	else if (!parsed->more_results)
		scan->phase = SCAN_OPEN;
	else if (parsed->more_in_region && scan->reversed && !scan->spec->meta && parsed->nresults > 0)
	{
		close_scanner(scan);
		scan->reopens = true;
		scan->phase = SCAN_OPEN;
	}
	else if (parsed->more_in_region)
		scan->phase = SCAN_NEXT;
	else if (!leave_region(scan))
		return no_memory(err);
	return RC_OK;
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
	scan->stats->timeouts += why.status == RC_RPC_TIMEOUT;
	rc_locate_learn(scan->region, &why, retry);
	rc_scanrows_drop_partial(&scan->rows);
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
	send_open(scan, retry);
	return RC_OK;
}

static rc_status
step_next(rc_regionscan *scan, rc_retry *retry, rc_error *err)
{
	rc_status	status = rc_retry_ready(retry, err);

	if (status == RC_OK)
		send_next(scan, retry);
	return status;
}

static bool
call_succeeded(const rc_regionscan *scan)
{
	return scan->call != NULL && scan->call->done && scan->call->status == RC_OK;
}

static rc_status
step_wait(rc_regionscan *scan, rc_retry *retry, rc_error *err)
{
	rc_status	status;

	if (scan->call != NULL && !scan->call->done)
	{
		rc_client_want(scan->client, rc_retry_deadline(retry),
					   rc_call_wait_kind(scan->call, scan->call_opens ?
										 RC_WAIT_SCAN_OPEN : RC_WAIT_SCAN_NEXT));
		return RC_AGAIN;
	}
	if (call_succeeded(scan))
		return take_answer(scan, retry, err);
	status = call_failed(scan, retry, err);
	return status == RC_AGAIN ? RC_OK : status;
}

bool
rc_regionscan_can_ask(const rc_regionscan *scan)
{
	if (has_enough(scan))
		return false;
	return scan->phase == SCAN_NEXT || (scan->phase == SCAN_OPEN && scan->rows.items == NULL);
}

static rc_status
advance(rc_regionscan *scan, rc_retry *retry, bool ask, rc_error *err)
{
	rc_status	status = RC_OK;

	while (status == RC_OK)
	{
		if (scan->phase == SCAN_WAIT)
		{
			/* rows first: where to go on after a failure depends on them */
			if (scan->rows.items != NULL && scan->call == NULL)
				break;
			if (scan->rows.items != NULL && scan->call->done && !call_succeeded(scan))
				break;
			status = step_wait(scan, retry, err);
		}
		else if (!ask || !rc_regionscan_can_ask(scan))
			break;
		else if (scan->phase == SCAN_OPEN)
		{
			status = step_open(scan, retry, err);
			ask = scan->phase != SCAN_WAIT;
		}
		else
		{
			status = step_next(scan, retry, err);
			ask = false;
		}
	}
	return status;
}

/* The contents of an answer were at fault; it may be hbase:meta that lied. */
static void
blame(rc_regionscan *scan, const rc_region *region, rc_error *err)
{
	if (region == NULL || (err->status != RC_PROTOCOL && err->status != RC_TOO_LARGE))
		return;
	rc_link_blame(scan->client, region->server.host, region->server.port, err);
	if (err->status == RC_PROTOCOL && !scan->spec->meta)
		rc_regions_evict(scan->client->regions, region);
}

rc_status
rc_regionscan_advance(rc_regionscan *scan, rc_retry *retry, bool ask, rc_error *err)
{
	rc_status	status = advance(scan, retry, ask, err);

	if (status != RC_OK && status != RC_AGAIN)
		blame(scan, scan->region, err);
	return status;
}

size_t
rc_regionscan_load(const rc_regionscan *scan)
{
	size_t		load = scan->rows.waiting_bytes;

	if (scan->call != NULL)
		load += scan->call->done ? scan->call->size : scan->client->config.fetch_bytes;
	return load;
}

size_t
rc_regionscan_waiting(const rc_regionscan *scan)
{
	return scan->rows.waiting_bytes;
}

/* ----- rows ----- */

rc_status
rc_regionscan_row(rc_regionscan *scan, const rc_row **row, rc_error *err)
{
	rc_status	status;

	*row = NULL;
	if (scan->limited && scan->left == 0)
		return RC_OK;
	status = rc_scanrows_next(&scan->rows, row, err);
	if (status != RC_OK)
		blame(scan, rc_scanrows_region(&scan->rows), err);
	else if (*row != NULL && scan->limited)
		scan->left--;
	return status;
}

void
rc_regionscan_blame(rc_regionscan *scan, rc_error *err)
{
	blame(scan, rc_scanrows_region(&scan->rows), err);
}

rc_status
rc_regionscan_turn(rc_regionscan *scan, rc_error *err)
{
	rc_status	status = rc_scanrows_turn(&scan->rows, err);

	if (status != RC_OK && status != RC_AGAIN)
		blame(scan, rc_scanrows_region(&scan->rows), err);
	return status;
}

bool
rc_regionscan_has_rows(const rc_regionscan *scan)
{
	return scan->rows.items != NULL && !(scan->limited && scan->left == 0);
}

bool
rc_regionscan_working(const rc_regionscan *scan)
{
	return scan->phase != SCAN_END;
}

bool
rc_regionscan_ended(const rc_regionscan *scan)
{
	return (scan->limited && scan->left == 0) ||
		(scan->phase == SCAN_END && scan->rows.items == NULL);
}

/* ----- making and closing ----- */

rc_regionscan *
rc_regionscan_create(const rc_readspec *spec, const rc_range *range,
					 uint64_t limit, bool wide, rc_scanner_stats *stats)
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
	scan->rows_wanted = wide ? MOST_ROWS : FIRST_ROWS;
	rc_buf_init(&scan->pos, &client->host);
	rc_locate_init(&scan->locate, client);
	rc_scan_answer_init(&scan->parsed, &client->host);
	rc_scanrows_init(&scan->rows, spec, &scan->range, stats);
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
			rc_scanend_orphan(link, call);
		rc_call_free(call);
	}
	else if (cancelled)
	{
		rc_error_set(&err, RC_DISCONNECTED, "connection dropped to cancel a scan");
		rc_link_fail(call->link, &err);
		rc_call_free(call);
	}
	else
		rc_call_abandon(call, rc_scanend_orphan);
}

void
rc_regionscan_close(rc_regionscan *scan, bool cancelled)
{
	if (scan == NULL)
		return;
	stop_server(scan, cancelled);
	rc_locate_reset(&scan->locate);
	rc_region_unref(scan->region);
	rc_scan_answer_free(&scan->parsed);
	rc_scanrows_free(&scan->rows);
	rc_buf_free(&scan->pos);
	rc_client_free(scan->client, scan);
}
