/*
 * scan.h
 *		Shared declarations of a running scan: fetching rows, the scan itself,
 *		and rows into slots.  Grouped by file, as htable_fdw.h is.
 */
#ifndef HTABLE_SCAN_H
#define HTABLE_SCAN_H

#include "plan.h"

/* ---- fetch.c: the rows of a read ---- */

typedef struct HtableFetch
{
	HtableConnection *connection;	/* set by the owner, as is the next */
	const char *table_name;
	bool		open;			/* rows can be asked for */
	rc_scanner *scanner;		/* of the rows that are handed out */
	rc_scanner_stats total;		/* of scanners that have ended */

	/*
	 * Set by the owner after opening: what is read instead when the table lacks
	 * a family of the read (no ranges: nothing); NULL: that is an error.
	 */
	const rc_read *otherwise;

	/* rows found by time */
	rc_scanner *finder;			/* of their keys; NULL: none is needed */
	rc_read		whole;			/* how such rows are read */
	rc_range   *keys;
	MemoryContext keys_context;
	int			batch;			/* rows to find before they are read */
} HtableFetch;

extern void htable_fetch_open(HtableFetch *fetch, const rc_read *read, bool found_by_time);
extern const rc_row *htable_fetch_next(HtableFetch *fetch);
extern void htable_fetch_close(HtableFetch *fetch, bool cancelled);
extern void htable_fetch_get_stats(const HtableFetch *fetch, rc_scanner_stats *stats);

/* ---- scan.c: begin / iterate / rescan / end ---- */

/* One column to decode, in the order in which HBase sends cells. */
typedef struct HtableWanted
{
	HtableColumn *column;
	int			index;			/* attnum - 1 */
} HtableWanted;

typedef struct HtableScan
{
	/* what the plan says */
	HtableMapping *mapping;
	List	   *private;		/* NIL: none, ANALYZE reads */
	List	   *exprs;			/* ExprStates of the right sides */
	Oid		   *expr_types;

	Bitmapset  *attnos;			/* columns to decode */
	HtableWanted *wanted;		/* cells to decode, sorted by family and qualifier */
	int			nwanted;
	HtableWanted *maps;
	int			nmaps;
	bool	   *want_part;		/* by part of the key: decode it */
	bool		want_key;		/* keys are looked at */
	bool		want_timestamp;
	bool		want_as_of;

	/* running */
	HtableFetch fetch;
	bool		begun;
	MemoryContext range_context;	/* ranges and read of the current (re)scan */
	HtableRangeSet *ranges;
	int64		time_from;		/* cells from this time on, ms */
	HtableAsOf	as_of;
	const rc_row *row;			/* current row, NULL at the end */

	/* shape versions: the current row's cells by timestamp, newest first */
	struct HtableVersion *versions;
	int			nversions;
	int			max_versions;	/* allocated */
	int			next_version;

	/* shape cells */
	size_t		next_cell;		/* of the current row */
	Datum		type_words[5];	/* texts of ':type', made when first met; 0: not yet */

	/* bad cells and keys let pass by on_bad_value and on_bad_key */
	int64		bad_values;
	int64		bad_keys;
	bool		in_row;			/* errors from now on are about the current row */
	const HtableColumn *decoding;	/* ... and this column */

	bool		full_scan_warned;
} HtableScan;

/* An item of the plan's private list. */
static inline Node *
htable_scan_private(const HtableScan *scan, HtablePrivate place)
{
	return list_nth(scan->private, place);
}

extern void htableBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *htableIterateForeignScan(ForeignScanState *node);
extern void htableReScanForeignScan(ForeignScanState *node);
extern void htableEndForeignScan(ForeignScanState *node);

/* For analyze.c too: the columns to decode; CONTEXT of errors; WARNINGs of what was let pass. */
extern void htable_scan_choose_columns(HtableScan *scan, List *attnos);
extern void htable_scan_decode_context(void *arg);
extern void htable_scan_report_bad(HtableScan *scan);

/* ---- shape_row.c, shape_versions.c, shape_cells.c: cells -> slots ---- */

/*
 * Decodes the current row into the slot's values.  False: the key does not
 * decode and on_bad_key says to leave the row out.
 */
extern bool htable_shape_row_store(HtableScan *scan, TupleTableSlot *slot);

/* Takes in a new current row; then one slot per timestamp until false. */
extern void htable_shape_versions_load(HtableScan *scan);
extern bool htable_shape_versions_store(HtableScan *scan, TupleTableSlot *slot);

/* Takes in a new current row; then one slot per cell until false. */
extern void htable_shape_cells_load(HtableScan *scan);
extern bool htable_shape_cells_store(HtableScan *scan, TupleTableSlot *slot);

/* Shared by the shapes. */
extern bool htable_shape_decode_key(HtableScan *scan, TupleTableSlot *slot);
extern void htable_shape_decode_cell(HtableScan *scan, const HtableWanted *wanted,
									 const rc_cell *cell, TupleTableSlot *slot);
extern int	htable_shape_find(const HtableScan *scan, const rc_cell *cell, int guess);
extern void htable_shape_store_as_of(const HtableScan *scan, TupleTableSlot *slot);

/* ---- explain.c ---- */

extern void htableExplainForeignScan(ForeignScanState *node, ExplainState *es);

#endif							/* HTABLE_SCAN_H */
