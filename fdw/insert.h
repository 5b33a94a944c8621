/*
 * insert.h
 *		What the files of INSERT share: insert.c (rows, batches), insert_probe.c
 *		(what HBase has of them), insert_versions.c (shapes whose rows are parts of
 *		HBase's), insert_hold.c (statements that write at their end).
 */
#ifndef HTABLE_INSERT_H
#define HTABLE_INSERT_H

#include "modify.h"

#include "utils/tuplestore.h"

struct HtableInsert
{
	bool		upsert;
	bool		skips;			/* ON CONFLICT DO NOTHING */
	bool		awaits;			/* each row has its outcome before the next one comes */
	bool		stamps;			/* RETURNING shows the timestamp */
	HtableEncoder *encoder;
	HtableListener listener;
	HtableRows	rows;			/* the batch under way */
	bool	   *lost;			/* by row of the batch: it was there, and is skipped */
	int			max_lost;
	Tuplestorestate *held;		/* rows that are sent at the statement's end; NULL: sent as they come */
	TupleTableSlot *held_slot;
	struct heldkeys_hash *held_keys;	/* with `skips`: of these rows */
	bool		releasing;		/* the end has come */
	int64		conflicts;
};

/* ---- insert.c ---- */

/* Does RETURNING show the column, or the row as a whole? */
extern bool htable_returns_column(List *returning, AttrNumber attnum);

/* The row is there: it is skipped, or ends the statement. */
extern void htable_insert_conflict(HtableModify *modify, int place);
extern void htable_insert_refuse_hidden(const HtableModify *modify, int place, int64 marker);

/* Gathers a row, and sends the batch when it is full. */
extern void htable_insert_add(HtableModify *modify, TupleTableSlot *slot);
extern void htable_insert_send(HtableModify *modify, int place, const rc_cell *deletes,
							   int ndeletes, const rc_condition *condition);

/* ---- insert_probe.c: what HBase has of rows that are to be inserted ---- */

typedef struct HtableKnown
{
	bool		exists;			/* the row has a cell in the declared families */
	int64		newest_marker;	/* of its delete markers; -1: none */
	rc_cell    *deletes;		/* markers for what the row removes, if asked for */
	int			ndeletes;
} HtableKnown;

/*
 * Looks the rows up whose places are in `order`, by ascending keys that differ;
 * known by place.  `encoder`: finds out what each row removes, too; NULL: does
 * not.  Memory is the current context's.
 */
extern void htable_insert_probe(HtableModify *modify, const HtableRows *rows, const int *order,
								int n, const HtableEncoder *encoder, HtableKnown *known);

/* Hands all that HBase has of such rows, delete markers and what they hide, to `take`. */
typedef void (*HtableTakeRow) (void *ctx, int place, const rc_row *row);
extern void htable_insert_look_up(HtableModify *modify, const HtableRows *rows,
								  const int *order, int n, HtableTakeRow take, void *ctx);

/* ---- insert_versions.c ---- */

extern void htable_insert_versions(HtableModify *modify, const int *order, int n);

/* ---- insert_hold.c ---- */

extern void htable_hold_begin(HtableModify *modify);
extern void htable_hold_row(HtableModify *modify, TupleTableSlot *slot);

/* Marks rows of the batch as lost whose keys are held already, and remembers the others' keys. */
extern void htable_hold_remember(HtableModify *modify);

/* Inserts the rows that were held. */
extern void htable_hold_release(HtableModify *modify);

#endif							/* HTABLE_INSERT_H */
