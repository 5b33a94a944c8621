/*
 * target.h
 *		Relations whose rows a statement changes: what must be known of each row,
 *		and keeping it while the relation is scanned.
 */
#ifndef HTABLE_TARGET_H
#define HTABLE_TARGET_H

#include "scan.h"
#include "rowstore.h"

/* ---- target.c: what an UPDATE or DELETE needs of its rows ---- */

/* A column's cell of which something is kept. */
typedef struct HtableTargetCell
{
	rc_bytes	family;
	rc_bytes	qualifier;
	const HtableColumn *column; /* NULL: the row marker */
	bool		compared;		/* its bytes must be as they were read */
	bool		written;		/* its timestamp decides on the new one's */
} HtableTargetCell;

struct HtableTargetRel
{
	CmdType		operation;
	Bitmapset  *compared;		/* attribute numbers */
	Bitmapset  *written;		/* likewise; columns that an UPDATE may write */
	HtableTargetCell *cells;	/* by family and qualifier, each once */
	int			ncells;
	HtableTargetCell *maps;
	int			nmaps;
	bool		values;			/* shape cells: the values are compared */
};

extern void htableAddForeignUpdateTargets(PlannerInfo *root, Index rti, RangeTblEntry *rte,
										  Relation rel);

/* For the plan: what the statement needs of the relation's rows; NIL: it does not change them. */
extern List *htable_target_plan(PlannerInfo *root, Index rti, const HtableMapping *mapping);

/* From that, in the current memory context. */
extern HtableTargetRel *htable_target_make(const HtableMapping *mapping, List *planned);

/* Does nothing of the rows' values need to be read? */
extern bool htable_target_wants_times_only(List *planned, Bitmapset *wanted,
										   const HtableMapping *mapping);

/* ---- feed.c: rows of the scan into the store ---- */

/* The current row in shape row; what a slot shows of it in the others. */
extern void htable_feed_row(const HtableScan *scan, TupleTableSlot *slot);
extern void htable_feed_begin(const HtableScan *scan);
extern void htable_feed_cell(const HtableScan *scan, const rc_cell *cell);
extern void htable_feed_finish(const HtableScan *scan, TupleTableSlot *slot);

#endif							/* HTABLE_TARGET_H */
