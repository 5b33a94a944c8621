/*
 * shape_versions.c
 *		Shape "versions": one slot per row key and timestamp at which a declared
 *		column has a cell, newest first.
 *
 * HBase sends a row's cells by column, then by timestamp; here they are sorted
 * by timestamp.  A row is held whole: its size is bounded by the server option
 * max_response_size, and its cells stay views into the client's buffer.
 */
#include "target.h"

/* One cell of the current row. */
typedef struct HtableVersion
{
	int64		timestamp;
	int			place;			/* in scan->wanted, or -1: no column is declared */
	int			cell;			/* in the row */
} HtableVersion;

static int
compare_versions(const void *a, const void *b)
{
	const HtableVersion *x = a;
	const HtableVersion *y = b;

	if (x->timestamp != y->timestamp)
		return x->timestamp > y->timestamp ? -1 : 1;
	return x->cell - y->cell;
}

static void
reserve_versions(HtableScan *scan, size_t n)
{
	MemoryContext context = GetMemoryChunkContext(scan);

	if (n <= (size_t) scan->max_versions)
		return;
	if (scan->versions != NULL)
		pfree(scan->versions);
	scan->max_versions = (int) Max(n, 64);
	scan->versions = MemoryContextAllocHuge(context,
											sizeof(HtableVersion) * (Size) scan->max_versions);
}

void
htable_shape_versions_load(HtableScan *scan)
{
	const rc_row *row = scan->row;
	int			place = 0;

	reserve_versions(scan, row->ncells);
	scan->nversions = 0;
	scan->next_version = 0;
	for (size_t c = 0; c < row->ncells; c++)
	{
		HtableVersion *version = &scan->versions[scan->nversions];
		const rc_cell *cell = &row->cells[c];
		int			found = -1;

		if (scan->nwanted > 0)
		{
			/* versions of one column follow one another; else it is the next column */
			found = htable_shape_find(scan, cell, place);
			if (found < 0)
				continue;
			place = found;
		}
		version->timestamp = (int64) cell->timestamp;
		version->place = found;
		version->cell = (int) c;
		scan->nversions++;
	}
	if (scan->nversions > 1)
		qsort(scan->versions, scan->nversions, sizeof(HtableVersion), compare_versions);
}

/* All SQL columns that show this cell. */
static void
store_cell(HtableScan *scan, const HtableVersion *version, TupleTableSlot *slot)
{
	const rc_cell *cell = &scan->row->cells[version->cell];
	int			place = version->place;

	if (place < 0)
		return;
	do
	{
		htable_shape_decode_cell(scan, &scan->wanted[place], cell, slot);
		place++;
	} while (place < scan->nwanted &&
			 htable_shape_find(scan, cell, place) == place);
}

bool
htable_shape_versions_store(HtableScan *scan, TupleTableSlot *slot)
{
	int64		timestamp;

	if (scan->next_version >= scan->nversions)
		return false;
	memset(slot->tts_isnull, true, sizeof(bool) * slot->tts_tupleDescriptor->natts);
	if (!htable_shape_decode_key(scan, slot))
	{
		scan->next_version = scan->nversions;
		return false;
	}
	timestamp = scan->versions[scan->next_version].timestamp;
	if (scan->want_timestamp)
	{
		int			i = scan->mapping->timestamp->attnum - 1;

		slot->tts_values[i] = htable_instant_show(scan->mapping->timestamp, timestamp);
		slot->tts_isnull[i] = false;
	}
	htable_shape_store_as_of(scan, slot);
	htable_feed_begin(scan);
	while (scan->next_version < scan->nversions &&
		   scan->versions[scan->next_version].timestamp == timestamp)
	{
		const HtableVersion *version = &scan->versions[scan->next_version++];

		htable_feed_cell(scan, &scan->row->cells[version->cell]);
		store_cell(scan, version, slot);
	}
	htable_feed_finish(scan, slot);
	return true;
}
