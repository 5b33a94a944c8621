/*
 * change.h
 *		What the files of UPDATE and DELETE share: change.c (rows as they come),
 *		change_hold.c (statements that write at their end), condition.c (what must
 *		still be as it was read), update.c, delete.c.
 */
#ifndef HTABLE_CHANGE_H
#define HTABLE_CHANGE_H

#include "insert.h"
#include "target.h"

/* An encoder of some columns. */
typedef struct HtableChosenColumns
{
	Bitmapset  *attnos;
	HtableEncoder *encoder;
} HtableChosenColumns;

struct HtableChange
{
	HtableTargetRel *target;
	HtableRowStore *store;		/* NULL: no row was read, or EXPLAIN only */
	AttrNumber	place_attno;	/* junk columns of the plan below */
	AttrNumber	row_attno;		/* InvalidAttrNumber: none */
	bool		joined;			/* a row may come several times */
	bool		awaits;			/* each row has its outcome before the next one comes */
	HtableListener listener;
	rc_bytes	exists;			/* a filter that rows with a declared cell pass */
	int64		conflicts;

	/* UPDATE */
	Bitmapset  *set;			/* columns that the statement writes */
	bool		by_trigger;		/* a trigger may have changed others */
	bool		shows_time;		/* RETURNING shows the timestamp, which is given here then */
	int64		shown_time;		/* ... of the row that was sent last */
	List	   *chosen;			/* HtableChosenColumns met so far */
	HtableRows	rows;			/* the batch under way, and what else is known of its rows: */
	HtableStoredRow *stored;
	HtableEncoder **encoders;
	bool		unclear;		/* delete markers must be looked for */

	/* DELETE in shapes versions and cells: parts of one row of HBase */
	HtableStoredRow *parts;
	int			nparts;
	int			max_parts;

	/* rows that are sent at the statement's end */
	Tuplestorestate *held;		/* NULL: sent as they come */
	Tuplestorestate *held_places;
	TupleTableSlot *held_slot;
	TupleTableSlot *held_place;
};

/* ---- change.c ---- */

/* Sends an action on a row, under the condition that it is as it was read. */
extern void htable_change_send(HtableModify *modify, const HtableStoredRow *row, int64 time,
							   const rc_mutation *mutations, int nmutations, bool resend);

/* ---- change_hold.c ---- */

extern void htable_change_hold_begin(HtableModify *modify);
extern void htable_change_hold(HtableModify *modify, TupleTableSlot *slot,
							   const ItemPointerData *place, Bitmapset *attnos);
extern void htable_change_release(HtableModify *modify);

/* ---- condition.c ---- */

/* A filter that the first cell in the declared families passes, in the current memory context. */
extern rc_bytes htable_condition_exists(const HtableModify *modify);

/*
 * That the row is as it was read; time: only cells of that time count, -1: all.
 * In the current memory context.
 */
extern rc_condition htable_condition_make(const HtableModify *modify, const HtableStoredRow *row,
										  int64 time);

/* ---- update.c ---- */

extern void htable_update_begin(HtableModify *modify);

/* The columns that the row writes: those that are set, and those that a trigger has changed. */
extern Bitmapset *htable_update_columns(HtableModify *modify, TupleTableSlot *slot,
										TupleTableSlot *plan_slot);

/* Changes a row in these columns. */
extern void htable_update_row(HtableModify *modify, TupleTableSlot *slot,
							  const ItemPointerData *place, Bitmapset *attnos);
extern void htable_update_flush(HtableModify *modify);

/* ---- delete.c ---- */

extern void htable_delete_row(HtableModify *modify, const ItemPointerData *place);
extern void htable_delete_flush(HtableModify *modify);

#endif							/* HTABLE_CHANGE_H */
