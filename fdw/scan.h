/*
 * scan.h
 *		Shared declarations of a running scan: fetching rows, the scan itself,
 *		and rows into slots.  Grouped by file, as htable_fdw.h is.
 */
#ifndef HTABLE_SCAN_H
#define HTABLE_SCAN_H

#include "plan.h"

#include "access/parallel.h"

/* parallel.c's: what the processes of a scan share, and how one of them claims its part */
typedef struct HtableShared HtableShared;
typedef struct HtableClaims HtableClaims;

/* target.h's: a relation whose rows are changed, and what is kept of them */
typedef struct HtableTargetRel HtableTargetRel;
typedef struct HtableRowStore HtableRowStore;

/* increment.c's: what the rows of an UPDATE are changed by instead of being read */
typedef struct HtableIncrement HtableIncrement;

/* ---- fetch.c: the rows of a read ---- */

typedef struct HtableFetch
{
	HtableConnection *connection;	/* set by the owner, as is the next */
	const char *table_name;
	bool		no_wait;		/* ... and "nothing yet" is an answer */
	bool		open;			/* rows can be asked for */
	rc_scanner *scanner;		/* of the rows that are handed out */
	rc_scanner_stats total;		/* of scanners that have ended */
	rc_scanner *awaited;		/* by what has nothing yet; NULL: it has a row, or has ended */
	bool		peeked;			/* what it has now is known: */
	rc_status	peeked_status;
	const rc_row *peeked_row;
	rc_error	peeked_error;

	/*
	 * Set by the owner after opening: what is read instead when the table lacks
	 * a family of the read (no ranges: nothing); NULL: that is an error.
	 */
	const rc_read *otherwise;
	HtableClaims *claims;		/* likewise: where the read's ranges come from, or NULL */

	/* rows found by time */
	rc_scanner *finder;			/* of their keys; NULL: none is needed */
	rc_read		whole;			/* how such rows are read */
	rc_range   *keys;
	MemoryContext keys_context;
	int			batch;			/* rows to find before they are read */
	int			nfound;			/* of them so far */
} HtableFetch;

/* The ranges in the form that a read takes, in the current memory context. */
extern rc_range *htable_fetch_ranges(const HtableRangeSet *set);

/* A filter that lets one cell of each row pass, without its value. */
extern rc_bytes htable_fetch_key_filter(HtableConnection *connection);

/* A filter that lets every cell pass, without its value. */
extern rc_bytes htable_fetch_no_values_filter(HtableConnection *connection);

extern void htable_fetch_open(HtableFetch *fetch, const rc_read *read, bool found_by_time);
extern const rc_row *htable_fetch_next(HtableFetch *fetch);
extern void htable_fetch_peek(HtableFetch *fetch);
extern void htable_fetch_close(HtableFetch *fetch, bool cancelled);
extern void htable_fetch_get_stats(const HtableFetch *fetch, rc_scanner_stats *stats);
extern void htable_stats_add(rc_scanner_stats *total, const rc_scanner_stats *stats);

/* ---- keycut.c: keys that cut a range into parts of about the same size ---- */

extern int	htable_keycut(rc_bytes lower, rc_bytes upper, int n, rc_bytes *cuts);

/* ---- pieces.c: ranges cut into pieces that several processes can share ---- */

extern HtableRangeSet *htable_pieces_make(HtableConnection *connection,
										  const HtableMapping *mapping,
										  const HtableRangeSet *ranges, int wanted);

/* ---- scan.c: begin / iterate / rescan / end ---- */

/* One column to decode, in the order in which HBase sends cells. */
typedef struct HtableWanted
{
	HtableColumn *column;
	int			index;			/* attnum - 1; -1: not decoded */
	rc_bytes	name;			/* of a cell: family and qualifier side by side, as in rc_cell */
	size_t		family_len;
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
	HtableRangeSet *ranges;		/* unless processes share them */
	int			nranges;		/* of this (re)scan; -1: not known yet */
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

	/* rows that the statement changes; NULL: it only reads them */
	HtableTargetRel *target;
	HtableRowStore *store;
	HtableIncrement *increment;

	/* by several processes */
	HtableShared *shared;		/* NULL: this one reads alone */
	HtableClaims *claims;
	rc_scanner_stats others;	/* what workers did that have ended */

	int			async_fd;		/* what an Append waits for, -1: none yet */
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
extern HtableRangeSet *htable_scan_decide(ForeignScanState *node, bool *found_by_time);
extern void htable_scan_report_bad(HtableScan *scan);

/* ---- parallel.c: one scan by several processes ---- */

extern bool htableIsForeignScanParallelSafe(PlannerInfo *root, RelOptInfo *rel,
											RangeTblEntry *rte);
extern Size htableEstimateDSMForeignScan(ForeignScanState *node, ParallelContext *pcxt);
extern void htableInitializeDSMForeignScan(ForeignScanState *node, ParallelContext *pcxt,
										   void *coordinate);
extern void htableReInitializeDSMForeignScan(ForeignScanState *node, ParallelContext *pcxt,
											 void *coordinate);
extern void htableInitializeWorkerForeignScan(ForeignScanState *node, shm_toc *toc,
											  void *coordinate);
extern void htableShutdownForeignScan(ForeignScanState *node);

/* The ranges of the read are what this process claims of those that all share. */
extern void htable_parallel_fill(HtableScan *scan, rc_read *read);
extern bool htable_parallel_found_by_time(const HtableScan *scan);
extern void htable_parallel_restart(HtableClaims *claims);

/* Leaves the counts of bad cells and keys to the leader, while it takes them. */
extern void htable_parallel_count_bad(HtableScan *scan);

/* ---- async.c: scans below an asynchronous Append ---- */

extern bool htableIsForeignPathAsyncCapable(ForeignPath *path);
extern void htableForeignAsyncRequest(AsyncRequest *areq);
extern void htableForeignAsyncConfigureWait(AsyncRequest *areq);
extern void htableForeignAsyncNotify(AsyncRequest *areq);
extern void htable_async_end(HtableScan *scan);

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
extern int	htable_shape_search(const HtableScan *scan, const rc_cell *cell);

static inline bool
htable_cell_is(const rc_cell *cell, const HtableWanted *wanted)
{
	rc_bytes	name = {cell->family.data, cell->family.len + cell->qualifier.len};

	return cell->family.len == wanted->family_len && rc_bytes_equal(name, wanted->name);
}

/*
 * The first place in scan->wanted whose column the cell belongs to, or -1.
 * `guess` is where it probably is.
 */
static inline int
htable_shape_find(const HtableScan *scan, const rc_cell *cell, int guess)
{
	if (likely(guess < scan->nwanted && htable_cell_is(cell, &scan->wanted[guess])))
		return guess;
	return htable_shape_search(scan, cell);
}
extern void htable_shape_store_as_of(const HtableScan *scan, TupleTableSlot *slot);

/* ---- explain.c ---- */

/* Appends "family:qualifier" to a list. */
extern void htable_explain_column(StringInfo out, rc_bytes family, rc_bytes qualifier);
extern void htableExplainForeignScan(ForeignScanState *node, ExplainState *es);

/* The conditions that HBase keeps. */
extern void htable_explain_pushed(ForeignScanState *node, ExplainState *es);

#endif							/* HTABLE_SCAN_H */
