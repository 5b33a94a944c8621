/*
 * rangescan.c
 *		Reads many ranges by one scan, whose filter keeps their rows.
 *
 * The scan goes from the first range to the last, and the server jumps over
 * what lies between them.  A split, merge or move changes nothing: the filter
 * may hold ranges that are not in the region.
 *
 * Invariant: no row is given out that lies in none of the ranges.
 */
#include "rangescan.h"

#include "filters.h"
#include "regionscan.h"

struct rc_rangescan
{
	rc_client  *client;
	rc_readspec spec;			/* the read's, with another filter */
	Htable__Wire__Filter filter;
	rc_buf		body;			/* of the filter */
	const rc_range *ranges;
	size_t		n;
	size_t		at;				/* ranges passed, in the order of the scan */
	rc_range	span;
	rc_regionscan *scan;
	bool		failed;			/* error says why; it stands behind the rows that are here */
	rc_error	error;
};

static const rc_range *
range_at(const rc_rangescan *scan, size_t i)
{
	return &scan->ranges[scan->spec.reversed ? scan->n - 1 - i : i];
}

static bool
begins_before(const rc_range *range, rc_bytes key)
{
	int			cmp = rc_bytes_compare(range->start, key);

	return cmp < 0 || (cmp == 0 && range->start_inclusive);
}

static bool
ends_behind(const rc_range *range, rc_bytes key)
{
	int			cmp = rc_bytes_compare(range->stop, key);

	return cmp > 0 || (cmp == 0 && range->stop_inclusive);
}

/* Is the row in one of the ranges?  Rows come in order. */
static bool
is_wanted(rc_rangescan *scan, rc_bytes key)
{
	bool		reversed = scan->spec.reversed;

	for (; scan->at < scan->n; scan->at++)
	{
		const rc_range *range = range_at(scan, scan->at);

		if (reversed ? begins_before(range, key) : ends_behind(range, key))
			return reversed ? ends_behind(range, key) : begins_before(range, key);
	}
	return false;
}

/* Takes what has come, and has one answer more than the one that is read. */
static void
advance(rc_rangescan *scan, rc_retry *retry)
{
	rc_status	status = RC_OK;

	while (!scan->failed && status == RC_OK)
	{
		bool		ask = rc_regionscan_waiting(scan->scan) == 0;

		status = rc_regionscan_advance(scan->scan, retry, ask, &scan->error);
		scan->failed = status != RC_OK && status != RC_AGAIN;
		if (!ask || !rc_regionscan_can_ask(scan->scan))
			break;
	}
}

static rc_status
check(rc_rangescan *scan, const rc_row **row, rc_error *err)
{
	if (is_wanted(scan, (*row)->key))
		return RC_OK;
	*row = NULL;
	rc_error_set(err, RC_PROTOCOL, "response to Scan has a row that was not asked for");
	rc_regionscan_blame(scan->scan, err);
	return RC_PROTOCOL;
}

rc_status
rc_rangescan_step(rc_rangescan *scan, rc_retry *retry, const rc_row **row, rc_error *err)
{
	for (;;)
	{
		rc_status	status = rc_regionscan_row(scan->scan, row, err);

		if (status != RC_OK)
			return status;
		if (*row != NULL)
			return check(scan, row, err);
		status = rc_regionscan_turn(scan->scan, err);
		if (status != RC_OK && status != RC_AGAIN)
			return status;
		/* also while rows are read: the server is to be at work on the next */
		advance(scan, retry);
		if (status == RC_OK || rc_regionscan_has_rows(scan->scan))
			continue;
		if (rc_regionscan_ended(scan->scan))
			return RC_OK;
		if (!scan->failed)
			return RC_AGAIN;
		*err = scan->error;
		return err->status;
	}
}

/* Puts the ranges into the filter and begins the scan; false: out of memory. */
static bool
prepare(rc_rangescan *scan, uint64_t limit, rc_scanner_stats *stats)
{
	if (scan->n > 1)
	{
		if (!rc_filter_of_ranges(scan->ranges, scan->n, scan->spec.filter, &scan->body, &scan->filter))
			return false;
		scan->spec.filter = &scan->filter;
		scan->spec.filtered = true;
		scan->spec.jumps = true;
		stats->filtered_ranges += scan->n;
	}
	scan->span = scan->ranges[0];
	scan->span.stop = scan->ranges[scan->n - 1].stop;
	scan->span.stop_inclusive = scan->ranges[scan->n - 1].stop_inclusive;
	scan->scan = rc_regionscan_create(&scan->spec, &scan->span, limit, scan->spec.whole, stats);
	return scan->scan != NULL;
}

rc_rangescan *
rc_rangescan_create(const rc_readspec *spec, const rc_range *ranges, size_t n,
					uint64_t limit, rc_scanner_stats *stats)
{
	rc_rangescan *scan = rc_client_alloc(spec->client, sizeof(rc_rangescan));

	if (scan == NULL)
		return NULL;
	scan->client = spec->client;
	scan->spec = *spec;
	scan->ranges = ranges;
	scan->n = n;
	rc_buf_init(&scan->body, &spec->client->host);
	if (prepare(scan, limit, stats))
		return scan;
	rc_rangescan_close(scan, false);
	return NULL;
}

void
rc_rangescan_close(rc_rangescan *scan, bool cancelled)
{
	if (scan == NULL)
		return;
	rc_regionscan_close(scan->scan, cancelled);
	rc_buf_free(&scan->body);
	rc_client_free(scan->client, scan);
}
