/*
 * increment.h
 *		SET n = n + k of rows whose keys the statement fixes.
 */
#ifndef HTABLE_INCREMENT_H
#define HTABLE_INCREMENT_H

#include "modify.h"
#include "scan.h"

/* ---- increment_plan.c: is an UPDATE such a statement? ---- */

/* Places in the private list's item HTABLE_PRIVATE_INCREMENT. */
typedef enum HtableIncrementPlan
{
	HTABLE_INCREMENT_ATTNO,		/* Integer: the column */
	HTABLE_INCREMENT_MINUS,		/* Boolean: n - k */
	HTABLE_INCREMENT_PLACE,		/* Integer: k's, in fdw_exprs */
	HTABLE_INCREMENT_SET_TAG	/* Boolean: its rows are those of the statement */
} HtableIncrementPlan;

extern bool htablePlanDirectModify(PlannerInfo *root, ModifyTable *plan, Index rti,
								   int subplan_index);

/* ---- increment.c ---- */

extern void htableBeginDirectModify(ForeignScanState *node, int eflags);
extern TupleTableSlot *htableIterateDirectModify(ForeignScanState *node);
extern void htableEndDirectModify(ForeignScanState *node);
extern void htableExplainDirectModify(ForeignScanState *node, ExplainState *es);

#endif							/* HTABLE_INCREMENT_H */
