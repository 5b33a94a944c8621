/*
 * probe.c
 *		What region servers tell for statistics: sizes of regions, and a few rows
 *		of many ranges.
 *
 * Client objects are closed on every way out.  What HBase refuses is handed to
 * the caller, who knows whether an estimate or a command depends on it.
 */
#include "scan.h"
#include "statistics.h"

#include "miscadmin.h"

#define MEGABYTE	(1024.0 * 1024.0)

/* Short reads on their way at a time. */
#define IN_FLIGHT	32

/* Per cell of a file besides family, qualifier and value: lengths, timestamp, type, MVCC. */
#define CELL_BYTES	21

static rc_bytes
name_bytes(const char *table_name)
{
	return (rc_bytes) {(const uint8_t *) table_name, strlen(table_name)};
}

/* ---- sizes ---- */

/*
 * A size in whole MB, cut off, is up to 1 MB greater.  HBase says 1 for the
 * smallest sizes too.
 */
static void
add_megabytes(HtableRegion *region, uint64 mb)
{
	if (mb > 1)
		region->least += mb * MEGABYTE;
	if (mb > 0)
		region->most += (mb + 1) * MEGABYTE;
}

/* Regions whose server did not tell are as large as the others. */
static void
guess_unknown(HtableRegion *regions, const rc_region_size *sizes, size_t n)
{
	double		least = 0;
	double		most = 0;
	size_t		known = 0;

	for (size_t i = 0; i < n; i++)
	{
		known += sizes[i].known;
		least += regions[i].least;
		most += regions[i].most;
	}
	for (size_t i = 0; i < n && known > 0; i++)
	{
		if (!sizes[i].known)
		{
			regions[i].least = least / known;
			regions[i].most = most / known;
		}
		regions[i].bytes = (regions[i].least + regions[i].most) / 2;
	}
}

static HtableRegion *
make_regions(const rc_region_size *sizes, size_t n)
{
	HtableRegion *regions = palloc0(sizeof(HtableRegion) * Max(n, 1));

	for (size_t i = 0; i < n; i++)
	{
		regions[i].start = htable_bytes_copy(sizes[i].start);
		if (i > 0)
			regions[i - 1].end = regions[i].start;
		add_megabytes(&regions[i], sizes[i].stored_mb);
		add_megabytes(&regions[i], sizes[i].memory_mb);
	}
	guess_unknown(regions, sizes, n);
	return regions;
}

HtableRegion *
htable_probe_regions(HtableConnection *connection, const char *table_name, int *n, rc_error *err)
{
	HtableRegion *volatile regions = NULL;
	rc_sizing  *sizing;
	const rc_region_size *sizes;
	size_t		nsizes;
	rc_status	status;

	if (rc_sizing_open(htable_session_client(connection), name_bytes(table_name), &sizing,
					   err) != RC_OK)
		return NULL;
	PG_TRY();
	{
		while ((status = rc_sizing_read(sizing, &sizes, &nsizes, err)) == RC_INTERRUPTED)
			CHECK_FOR_INTERRUPTS();
		if (status == RC_OK)
		{
			regions = make_regions(sizes, nsizes);
			*n = (int) nsizes;
		}
	}
	PG_FINALLY();
	{
		rc_sizing_close(sizing);
	}
	PG_END_TRY();
	return regions;
}

/* ---- rows ---- */

rc_status
htable_probe_rows(HtableConnection *connection, const rc_read *read, HtableProbeRow take,
				  void *arg, rc_scanner_stats *stats, rc_error *err)
{
	volatile bool cancelled = true;
	rc_probes  *probes;
	rc_status	status = rc_probes_open(htable_session_client(connection), read, IN_FLIGHT,
										&probes, err);

	if (status != RC_OK)
		return status;
	PG_TRY();
	{
		const rc_row *row;
		size_t		range;

		for (;;)
		{
			status = rc_probes_next(probes, &range, &row, err);
			if (status == RC_INTERRUPTED)
				CHECK_FOR_INTERRUPTS();
			else if (status != RC_OK || row == NULL || !take(arg, range, row))
				break;
		}
		cancelled = status != RC_OK;
	}
	PG_FINALLY();
	{
		rc_scanner_stats one;

		rc_probes_get_stats(probes, &one);
		htable_stats_add(stats, &one);
		rc_probes_close(probes, cancelled);
	}
	PG_END_TRY();
	return status;
}

double
htable_probe_bytes(const rc_row *row)
{
	double		bytes = 0;

	for (size_t i = 0; i < row->ncells; i++)
	{
		const rc_cell *cell = &row->cells[i];

		bytes += CELL_BYTES + cell->row.len + cell->family.len + cell->qualifier.len +
			cell->value.len;
	}
	return bytes;
}

static bool
is_declared(const HtableMapping *mapping, const rc_cell *cell)
{
	for (int i = 0; i < mapping->nfamilies; i++)
	{
		if (htable_bytes_compare(mapping->families[i], cell->family) == 0)
			return true;
	}
	return mapping->nfamilies == 0;
}

/* Does a column of the foreign table show the cell? */
static bool
is_shown(const HtableMapping *mapping, const rc_cell *cell)
{
	for (int i = 0; i < mapping->natts; i++)
	{
		HtableColumn *column = mapping->columns[i];

		if (column != NULL && column->kind == HTABLE_COLUMN_CELL &&
			htable_bytes_compare(column->qualifier, cell->qualifier) == 0 &&
			htable_bytes_compare(column->family, cell->family) == 0)
			return true;
	}
	return false;
}

/* Has a cell before the n-th, which is shown too, the same timestamp? */
static bool
is_same_version(const HtableMapping *mapping, const rc_row *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (row->cells[i].timestamp == row->cells[n].timestamp && is_shown(mapping, &row->cells[i]))
			return true;
	}
	return false;
}

int
htable_probe_sql_rows(const HtableMapping *mapping, const rc_row *row)
{
	int			rows = 0;

	for (size_t i = 0; i < row->ncells; i++)
	{
		const rc_cell *cell = &row->cells[i];

		if (mapping->shape == HTABLE_SHAPE_VERSIONS)
			rows += is_shown(mapping, cell) && !is_same_version(mapping, row, i);
		else
			rows += is_declared(mapping, cell);
	}
	return mapping->shape == HTABLE_SHAPE_ROW ? Min(rows, 1) : rows;
}

bool
htable_probe_range(const HtableMapping *mapping, const HtableRegion *region, rc_range *range)
{
	HtableRangeSet *mine = htable_ranges_prefix(mapping->key_prefix);
	HtableRangeSet *both = htable_ranges_intersect(mine,
												   htable_ranges_between(&region->start, true,
																		 region->end.len > 0 ? &region->end : NULL,
																		 false));

	if (both->nranges == 0)
		return false;
	range->start = both->ranges[0].lower;
	range->start_inclusive = both->ranges[0].lower_inclusive;
	range->stop = both->ranges[0].has_upper ? both->ranges[0].upper : (HtableBytes) {(const uint8_t *) "", 0};
	range->stop_inclusive = both->ranges[0].has_upper && both->ranges[0].upper_inclusive;
	return true;
}
