/*
 * statistics.h
 *		Shared declarations of what is learned of tables for the planner:
 *		questions to region servers, sizes before any ANALYZE, ANALYZE itself.
 *		Grouped by file, as htable_fdw.h is.
 */
#ifndef HTABLE_STATISTICS_H
#define HTABLE_STATISTICS_H

#include "keyspace.h"
#include "plan.h"

/* ---- probe.c: sizes of regions, and a few rows of many ranges ---- */

/* A region, its size told by its server or guessed from the other regions. */
typedef struct HtableRegion
{
	HtableBytes start;			/* inclusive; empty: the first */
	HtableBytes end;			/* exclusive; empty: the last */
	double		least;			/* bytes that it has at least, and at most */
	double		most;
	double		bytes;			/* in between */
} HtableRegion;

/* All regions in key order, palloc'd; NULL and *err: there is no answer. */
extern HtableRegion *htable_probe_regions(HtableConnection *connection, const char *table_name,
										  int *n, rc_error *err);

/* Takes a row of the range at this place in read->ranges.  False: no more rows are wanted. */
typedef bool (*HtableProbeRow) (void *arg, size_t range, const rc_row *row);

/*
 * Reads the first (or last) rows of each range, as rc_probes does, and adds to
 * *stats.
 */
extern rc_status htable_probe_rows(HtableConnection *connection, const rc_read *read,
								   HtableProbeRow take, void *arg, rc_scanner_stats *stats,
								   rc_error *err);

/* Of a row: bytes as HBase stores them, and rows of SQL in the mapping's shape. */
extern double htable_probe_bytes(const rc_row *row);
extern int	htable_probe_sql_rows(const HtableMapping *mapping, const rc_row *row);

/* The keys of the foreign table inside a region; false: there are none. */
extern bool htable_probe_range(const HtableMapping *mapping, const HtableRegion *region,
							   rc_range *range);

/* ---- tablesize.c: sizes of tables that were never analyzed ---- */

/* So many rows of HBase have keys below this one. */
typedef struct HtableLandmark
{
	HtableBytes key;
	double		rows;
} HtableLandmark;

typedef struct HtableTableSize
{
	double		keys;			/* rows of HBase */
	double		sql_rows;		/* of SQL, of each of them */
	double		bytes;			/* of each of them */
	int			nlandmarks;		/* at least 2, or none: there are no rows */
	HtableLandmark *landmarks;	/* in key order: the first key, ... the last */
	HtableKeySpace *space;
} HtableTableSize;

/*
 * What is known of the size of a foreign table, asked of HBase at most once a
 * minute.  NULL: it does not tell, or not in time.  Lives as long as the
 * statement at least, unless it is asked for again.
 */
extern HtableTableSize *htable_tablesize_get(const HtableMapping *mapping, Oid userid);

/* Made of keys, in any order, between which are as many rows each time. */
extern HtableTableSize *htable_tablesize_of_keys(HtableBytes *keys, int n, double rows);

/* The part of the rows whose keys are in the ranges: 0 to 1. */
extern double htable_tablesize_part(const HtableTableSize *size, const HtableRangeSet *ranges);

/* ---- selectivity.c: which part of a table's rows clauses let through ---- */

extern double htable_selectivity(PlannerInfo *root, RelOptInfo *rel, List *rinfos);

/* ---- analyze.c ---- */

extern bool htableAnalyzeForeignTable(Relation relation, AcquireSampleRowsFunc *acquire,
									  BlockNumber *pages);

#endif							/* HTABLE_STATISTICS_H */
