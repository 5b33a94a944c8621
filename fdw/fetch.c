/*
 * fetch.c
 *		The rows of a read, straight from a scanner or found by time first.
 *
 * In shape row a condition "timestamp >= t" is about the newest cell of a row,
 * but a time range would leave out the row's older cells.  So a finder reads
 * the keys of rows that have a cell from t on, for which region servers skip
 * the files that are older, and these rows are then read whole, some at a time.
 * A row that changes in between is the newer row; the condition is checked
 * again on what came.
 */
#include "scan.h"

#include "miscadmin.h"
#include "utils/memutils.h"

/* Rows read whole at a time: few at first, since a LIMIT may need no more. */
#define FIRST_BATCH		32
#define LAST_BATCH		1024

void
htable_stats_add(rc_scanner_stats *total, const rc_scanner_stats *stats)
{
	total->regions += stats->regions;
	total->rpcs += stats->rpcs;
	total->rows += stats->rows;
	total->cells += stats->cells;
	total->bytes += stats->bytes;
	total->retries += stats->retries;
	total->timeouts += stats->timeouts;
	total->filtered_ranges += stats->filtered_ranges;
}

static void
add_stats(rc_scanner_stats *total, const rc_scanner *scanner)
{
	rc_scanner_stats stats;

	if (scanner == NULL)
		return;
	rc_scanner_get_stats(scanner, &stats);
	htable_stats_add(total, &stats);
}

static void
close_scanner(HtableFetch *fetch, rc_scanner **scanner, bool cancelled)
{
	if (*scanner == NULL)
		return;
	add_stats(&fetch->total, *scanner);
	rc_scanner_close(*scanner, cancelled);
	*scanner = NULL;
}

/* Ends the fetch; never waits, never raises.  Its totals stay. */
void
htable_fetch_close(HtableFetch *fetch, bool cancelled)
{
	close_scanner(fetch, &fetch->scanner, cancelled);
	close_scanner(fetch, &fetch->finder, cancelled);
	fetch->awaited = NULL;
	fetch->peeked = false;
	fetch->open = false;
}

void
htable_fetch_get_stats(const HtableFetch *fetch, rc_scanner_stats *stats)
{
	*stats = fetch->total;
	add_stats(stats, fetch->scanner);
	add_stats(stats, fetch->finder);
}

static void
raise_error(const HtableFetch *fetch, const rc_error *err)
{
	htable_host_raise(err, htable_session_server_name(fetch->connection), fetch->table_name);
}

static void
open_scanner(HtableFetch *fetch, const rc_read *read, rc_scanner **scanner)
{
	rc_error	err;

	if (rc_scanner_open(htable_session_client(fetch->connection), read, scanner, &err) != RC_OK)
		raise_error(fetch, &err);
}

/* The table lacks a family of the read, and that was foreseen: reads what is left of it. */
static void
read_otherwise(HtableFetch *fetch)
{
	const rc_read *read = fetch->otherwise;

	fetch->otherwise = NULL;
	close_scanner(fetch, &fetch->scanner, false);
	if (fetch->claims != NULL)
		htable_parallel_restart(fetch->claims);
	if (read->nranges > 0 || read->more_ranges != NULL)
		open_scanner(fetch, read, &fetch->scanner);
}

/*
 * Lets what is awaited go on while somebody else's rows are taken: receives, and
 * asks for more.  What comes of it is for the next call for a row.
 */
void
htable_fetch_peek(HtableFetch *fetch)
{
	if (fetch->awaited == NULL || fetch->peeked)
		return;
	fetch->peeked_status = rc_scanner_poll(fetch->awaited, &fetch->peeked_row,
										   &fetch->peeked_error);
	fetch->peeked = fetch->peeked_status != RC_AGAIN;
}

/* One step of a scanner, which may have been made already. */
static rc_status
next_row(HtableFetch *fetch, rc_scanner *scanner, const rc_row **row, rc_error *err)
{
	if (fetch->peeked)
	{
		fetch->peeked = false;
		*row = fetch->peeked_row;
		if (fetch->peeked_status != RC_OK)
			*err = fetch->peeked_error;
		return fetch->peeked_status;
	}
	return fetch->no_wait ? rc_scanner_poll(scanner, row, err) :
		rc_scanner_next(scanner, row, err);
}

/* The next row of a scanner; NULL at the end, and when there is nothing yet. */
static const rc_row *
step(HtableFetch *fetch, rc_scanner *scanner)
{
	const rc_row *row;
	rc_error	err;

	htable_session_set_deadline(fetch->connection);
	fetch->awaited = NULL;
	for (;;)
	{
		rc_status	status = next_row(fetch, scanner, &row, &err);

		if (likely(status == RC_OK))
		{
			/* from now on a family that is missing was dropped: rows must not come again */
			fetch->otherwise = NULL;
			return row;
		}
		if (status == RC_AGAIN)
		{
			fetch->awaited = scanner;
			return NULL;
		}
		if (status == RC_FAMILY_MISSING && fetch->otherwise != NULL)
		{
			read_otherwise(fetch);
			if (fetch->scanner == NULL)
				return NULL;
			scanner = fetch->scanner;
		}
		else if (status != RC_INTERRUPTED)
			raise_error(fetch, &err);
		CHECK_FOR_INTERRUPTS();
	}
}

/* ---- parts of reads ---- */

rc_range *
htable_fetch_ranges(const HtableRangeSet *set)
{
	rc_range   *ranges = palloc(sizeof(rc_range) * Max(set->nranges, 1));

	for (int i = 0; i < set->nranges; i++)
	{
		const HtableRange *r = &set->ranges[i];

		ranges[i].start = r->lower;
		ranges[i].start_inclusive = r->lower_inclusive;
		ranges[i].stop.data = r->has_upper ? r->upper.data : NULL;
		ranges[i].stop.len = r->has_upper ? r->upper.len : 0;
		ranges[i].stop_inclusive = r->has_upper && r->upper_inclusive;
	}
	return ranges;
}

rc_bytes
htable_fetch_key_filter(HtableConnection *connection)
{
	const rc_host *hooks = htable_host_hooks(htable_session_host(connection));
	rc_filter  *both[2];

	both[0] = rc_filter_first_key_only(hooks);
	both[1] = rc_filter_key_only(hooks);
	return htable_host_filter_encode(rc_filter_list(hooks, true, both, 2),
									 htable_session_host(connection));
}

/* A filter that lets every cell pass, without its value. */
rc_bytes
htable_fetch_no_values_filter(HtableConnection *connection)
{
	return htable_host_filter_encode(rc_filter_key_only(htable_host_hooks(htable_session_host(connection))),
									 htable_session_host(connection));
}

/* ---- rows found by time ---- */

/* Of each row with a cell in the time range its key: the first such cell without its value. */
static void
open_finder(HtableFetch *fetch, const rc_read *read)
{
	rc_read		keys = *read;

	keys.filter = htable_fetch_key_filter(fetch->connection);
	keys.max_versions = 1;
	keys.limit = 0;
	open_scanner(fetch, &keys, &fetch->finder);

	fetch->whole = *read;
	fetch->whole.time_from = 0;
	fetch->whole.more_ranges = NULL;
	fetch->batch = FIRST_BATCH;
	fetch->nfound = 0;
	fetch->keys = palloc(sizeof(rc_range) * LAST_BATCH);
	fetch->keys_context = AllocSetContextCreate(CurrentMemoryContext, "htable_fdw found keys",
												ALLOCSET_DEFAULT_SIZES);
}

static void
point_at(rc_range *range, rc_bytes key, MemoryContext context)
{
	uint8_t    *copy = MemoryContextAlloc(context, Max(key.len, 1));

	memcpy(copy, key.data, key.len);
	range->start.data = copy;
	range->start.len = key.len;
	range->stop = range->start;
	range->start_inclusive = true;
	range->stop_inclusive = true;
}

/* Opens the scanner of the next rows found; false: there are none (yet). */
static bool
open_batch(HtableFetch *fetch)
{
	int			n = fetch->nfound;

	if (n == 0)
		MemoryContextReset(fetch->keys_context);
	while (n < fetch->batch)
	{
		const rc_row *found = step(fetch, fetch->finder);

		if (found == NULL)
			break;
		/* keys are given in ascending order also where they are met from last to first */
		point_at(&fetch->keys[fetch->whole.reversed ? LAST_BATCH - ++n : n++], found->key,
				 fetch->keys_context);
	}
	fetch->nfound = fetch->awaited != NULL ? n : 0;
	if (n == 0 || fetch->awaited != NULL)
		return false;
	fetch->whole.ranges = fetch->whole.reversed ? &fetch->keys[LAST_BATCH - n] : fetch->keys;
	fetch->whole.nranges = n;
	fetch->batch = Min(fetch->batch * 4, LAST_BATCH);
	open_scanner(fetch, &fetch->whole, &fetch->scanner);
	return true;
}

static const rc_row *
next_found(HtableFetch *fetch)
{
	for (;;)
	{
		if (fetch->scanner != NULL)
		{
			const rc_row *row = step(fetch, fetch->scanner);

			if (row != NULL || fetch->awaited != NULL)
				return row;
			close_scanner(fetch, &fetch->scanner, false);
		}
		if (!open_batch(fetch))
			return NULL;
	}
}

/* ---- for all ---- */

/*
 * Begins to fetch; no I/O.  What it keeps is in the current memory context,
 * which must live until htable_fetch_close.  `found_by_time`: the read's
 * time_from is what some cell of a row must have, not each.
 */
void
htable_fetch_open(HtableFetch *fetch, const rc_read *read, bool found_by_time)
{
	fetch->otherwise = NULL;
	fetch->claims = NULL;
	if (found_by_time)
		open_finder(fetch, read);
	else
		open_scanner(fetch, read, &fetch->scanner);
	fetch->open = true;
}

/* The next row, valid until the next call; NULL at the end, and as long as something is awaited. */
const rc_row *
htable_fetch_next(HtableFetch *fetch)
{
	return likely(fetch->finder == NULL) ? step(fetch, fetch->scanner) : next_found(fetch);
}
