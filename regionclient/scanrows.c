/*
 * scanrows.c
 *		The answers of a region scan that have come, and the rows in them.
 *
 * Rows must come in order, within the range and within the region they came
 * from, and hold values of a family that was asked for: else the server lies.
 */
#include "scanrows.h"

#include <string.h>

void
rc_scanrows_init(rc_scanrows *rows, const rc_readspec *spec,
				 const rc_range *range, rc_scanner_stats *stats)
{
	rc_client  *client = spec->client;

	memset(rows, 0, sizeof(*rows));
	rows->spec = spec;
	rows->range = range;
	rows->stats = stats;
	rows->items_end = &rows->items;
	rc_buf_init(&rows->last_copy, &client->host);
	rc_rowreader_init(&rows->reader, &client->host, client->config.max_response_size);
	rows->reader.raw = spec->is_raw;
}

static void
item_free(rc_scanrows *rows)
{
	rc_scanrows_item *item = rows->items;

	rows->items = item->next;
	if (rows->items == NULL)
		rows->items_end = &rows->items;
	rc_call_free(item->call);
	rc_region_unref(item->region);
	rc_client_free(rows->spec->client, rows->spare);
	rows->spare = item->answer.cells;
	rows->spare_cap = item->answer.cap;
	rc_client_free(rows->spec->client, item);
	rows->begun = false;
}

void
rc_scanrows_free(rc_scanrows *rows)
{
	while (rows->items != NULL)
		item_free(rows);
	rc_client_free(rows->spec->client, rows->spare);
	rc_rowreader_free(&rows->reader);
	rc_buf_free(&rows->last_copy);
}

/* ----- answers ----- */

/* May the row at the end of this answer go on in the next? */
static bool
ends_within_row(bool before, const rc_scan_answer *parsed)
{
	if (parsed->nresults > 0)
		return parsed->partial;
	return before && parsed->heartbeat;
}

bool
rc_scanrows_push(rc_scanrows *rows, rc_call *call, rc_region *region,
				 rc_scan_answer *parsed, bool ends)
{
	rc_scanrows_item *item = rc_client_alloc(rows->spec->client, sizeof(rc_scanrows_item));

	if (item == NULL)
		return false;
	item->call = call;
	item->region = rc_region_ref(region);
	item->answer = *parsed;
	parsed->cells = rows->spare;
	parsed->cap = rows->spare_cap;
	rows->spare = NULL;
	rows->spare_cap = 0;
	item->ends = ends;
	*rows->items_end = item;
	rows->items_end = &item->next;
	rows->waiting_bytes += call->size;
	rows->waiting_rows += parsed->nresults - parsed->partial;
	rows->tail_partial = !ends && ends_within_row(rows->tail_partial, parsed);
	return true;
}

/* The last key given out outlives the answer it came in. */
static bool
keep_last(rc_scanrows *rows)
{
	if (!rows->has_last || rows->last.data == rows->last_copy.data)
		return true;
	rc_buf_reset(&rows->last_copy);
	rc_buf_put(&rows->last_copy, rows->last.data, rows->last.len);
	rows->last = rc_bytes_of(rows->last_copy.data, rows->last.len);
	return !rows->last_copy.failed;
}

rc_status
rc_scanrows_turn(rc_scanrows *rows, rc_error *err)
{
	rc_scanrows_item *item;

	if (!keep_last(rows))
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	if (rows->begun)
		item_free(rows);
	item = rows->items;
	if (item == NULL)
		return RC_AGAIN;
	rows->begun = true;
	rows->fresh = true;
	rows->waiting_bytes -= item->call->size;
	rc_rowreader_feed(&rows->reader, &item->answer, item->call->response.cells, item->ends);
	return RC_OK;
}

void
rc_scanrows_drop_partial(rc_scanrows *rows)
{
	rc_rowreader_drop_pending(&rows->reader);
	rows->tail_partial = false;
}

/* ----- rows ----- */

/* Does the row lie in the region that gave it?  Only its first row can come too early. */
static bool
is_in_region(const rc_scanrows *rows, rc_bytes key)
{
	const rc_region *region = rows->items->region;
	bool		reversed = rows->spec->reversed;

	if (rows->spec->meta)
		return true;
	if ((rows->fresh || reversed) && rc_bytes_compare(key, region->start) < 0)
		return false;
	/* a piece of a range that was cut at this very end was held against it already */
	return region->end.len == 0 || (reversed && !rows->fresh) ||
		(region->end.data == rows->range->stop.data && !rows->range->stop_inclusive) ||
		rc_bytes_compare(key, region->end) < 0;
}

/* Rows come in order and within the range, or the server lies. */
static bool
is_in_order(const rc_scanrows *rows, rc_bytes key)
{
	const rc_range *range = rows->range;
	bool		reversed = rows->spec->reversed;
	int			cmp;

	if (rows->spec->meta)
		return true;
	if (rows->has_last)
	{
		cmp = rc_bytes_compare(key, rows->last);
		if (reversed ? cmp >= 0 : cmp <= 0)
			return false;
	}
	/* the bound that was passed first need not be looked at again */
	if (!rows->has_last || reversed)
	{
		cmp = rc_bytes_compare(key, range->start);
		if (cmp < 0 || (cmp == 0 && !range->start_inclusive))
			return false;
	}
	if (range->stop.len > 0 && (!rows->has_last || !reversed))
	{
		cmp = rc_bytes_compare(key, range->stop);
		return cmp < 0 || (cmp == 0 && range->stop_inclusive);
	}
	return true;
}

static rc_status
give(rc_scanrows *rows, const rc_row *row, rc_error *err)
{
	if (!is_in_order(rows, row->key) || !is_in_region(rows, row->key))
		return rc_error_set(err, RC_PROTOCOL, "response to Scan has a row out of order or out of range");
	if (!rc_readspec_wants(rows->spec, row->cells[0].family))
		return rc_error_set(err, RC_PROTOCOL, "response to Scan has a cell that was not asked for");
	rows->fresh = false;
	rows->last = row->key;
	rows->has_last = true;
	/* pieces are overwritten before the answer is */
	if (rows->reader.from_pieces && !keep_last(rows))
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	rows->stats->rows++;
	rows->stats->cells += row->ncells;
	if (rows->waiting_rows > 0)
		rows->waiting_rows--;
	return RC_OK;
}

rc_status
rc_scanrows_next(rc_scanrows *rows, const rc_row **row, rc_error *err)
{
	rc_status	status;

	*row = NULL;
	if (!rows->begun)
		return RC_OK;
	status = rc_rowreader_next(&rows->reader, row, err);
	if (status == RC_OK && *row != NULL)
		status = give(rows, *row, err);
	if (status != RC_OK)
		*row = NULL;
	return status;
}
