/*
 * modify.h
 *		Shared declarations of writing statements, grouped by file: rows into
 *		cells, what a relation's writes need, INSERT.  What sends is in sender.h.
 */
#ifndef HTABLE_MODIFY_H
#define HTABLE_MODIFY_H

#include "sender.h"

#include "nodes/execnodes.h"
#include "nodes/plannodes.h"

/* ---- encode_row.c: slots -> keys and cells ---- */

/*
 * Rows under way.  Their bytes are in one growing buffer, so views into it are
 * offsets until htable_rows_fix.  Cells of a row: those to be put, then the
 * columns that are NULL, which have no value.
 */
typedef struct HtableRow
{
	rc_bytes	key;
	rc_cell    *cells;
	int			ncells;			/* to be put */
	int			nnulls;			/* after them: columns that shall have no cell */
	int64		timestamp;		/* of ':timestamp'; -1: not given */
	int64		ttl;			/* ms; 0: none */
	uint64		replaced;		/* bit n: the encoder's map n, which shows no other cells then */
	int			first_cell;		/* until fixed */
} HtableRow;

typedef struct HtableRows
{
	StringInfoData bytes;
	rc_cell    *cells;
	int			ncells;
	int			max_cells;
	HtableRow  *rows;
	int			nrows;
	int			max_rows;
} HtableRows;

extern void htable_rows_init(HtableRows *rows);
extern void htable_rows_reset(HtableRows *rows);

/* Makes views of offsets; rows may not be added before the next reset. */
extern void htable_rows_fix(HtableRows *rows);

static inline bool
htable_rows_same_key(const HtableRows *rows, int x, int y)
{
	return rc_bytes_equal(rows->rows[x].key, rows->rows[y].key);
}

typedef struct HtableEncoder HtableEncoder;

/*
 * Encodes the columns `attnos` of rows (NULL: all), in the current memory
 * context.  Columns in `cleared` that are NULL become the row's nulls, or maps
 * without a member; other columns that are NULL are left as they are in HBase.
 * `with_marker`: the row marker is among the cells.
 */
extern HtableEncoder *htable_encoder_make(const HtableMapping *mapping, Bitmapset *attnos,
										  Bitmapset *cleared, bool with_marker);

/*
 * Appends the slot's row, with its key.  Uses up the current memory context,
 * which the caller resets.  Errors: 23502, 22023, 22026, 22001, 22008 and those
 * of codecs.
 */
extern HtableRow *htable_encode_row(HtableEncoder *encoder, TupleTableSlot *slot,
									HtableRows *rows);

/* Likewise of a row that is there under this key: the encoder's columns only. */
extern HtableRow *htable_encode_changes(HtableEncoder *encoder, TupleTableSlot *slot,
										rc_bytes key, HtableRows *rows);

/* Appends a row key; values and nulls by attnum - 1. */
extern void htable_encode_key(const HtableMapping *mapping, const Datum *values,
							  const bool *nulls, StringInfo out);

/* Must the cell go because the row writes a map that shows it, or one of its nulls is it? */
extern bool htable_encoder_removes(const HtableEncoder *encoder, const HtableRow *row,
								   const rc_cell *cell);

/* "(id, d)=(7, x)" for messages: the key as the table's columns show it. */
extern char *htable_key_show(const HtableMapping *mapping, rc_bytes key);

/* ---- modify.c: a relation that a statement writes to ---- */

/*
 * The column that every row has and no value of which is empty: with it HBase
 * can tell whether a row is there.
 */
typedef struct HtableSentinel
{
	bool		exists;
	rc_bytes	family;
	rc_bytes	qualifier;
	const HtableColumn *column; /* NULL: the row marker, which no column shows */
	const char *reason;			/* for EXPLAIN */
} HtableSentinel;

typedef struct HtableInsert HtableInsert;
typedef struct HtableChange HtableChange;

typedef struct HtableModify
{
	CmdType		operation;
	ResultRelInfo *relinfo;
	EState	   *estate;
	HtableMapping *mapping;
	HtableSentinel sentinel;
	HtableSender *sender;		/* NULL: EXPLAIN only */
	MemoryContext temp;			/* reset for each row or batch */
	rc_scanner_stats probed;	/* reads before writes */
	bool		holds;			/* the statement reads the table: nothing is sent before its end */
	HtableInsert *insert;		/* INSERT and COPY; else NULL */
	HtableChange *change;		/* UPDATE and DELETE; else NULL */
} HtableModify;

extern int	htableIsForeignRelUpdatable(Relation rel);
extern List *htablePlanForeignModify(PlannerInfo *root, ModifyTable *plan, Index relation,
									 int subplan_index);
extern void htableBeginForeignModify(ModifyTableState *mtstate, ResultRelInfo *relinfo,
									 List *private, int subplan_index, int eflags);
extern void htableEndForeignModify(EState *estate, ResultRelInfo *relinfo);
extern void htableBeginForeignInsert(ModifyTableState *mtstate, ResultRelInfo *relinfo);
extern void htableEndForeignInsert(EState *estate, ResultRelInfo *relinfo);

/* What a statement needs to write to the relation; in the current memory context, which lives as long. */
extern HtableModify *htable_modify_begin(EState *estate, ResultRelInfo *relinfo,
										 CmdType operation, bool explain_only);

/* What core leaves to foreign-data wrappers: NOT NULL, CHECK, the partition's bounds, views. */
extern void htable_modify_check_row(HtableModify *modify, TupleTableSlot *slot);

/* ms since 1970, by this machine's clock. */
extern int64 htable_modify_clock(void);

/* ---- explain_modify.c ---- */

extern void htableExplainForeignModify(ModifyTableState *mtstate, ResultRelInfo *relinfo,
									   List *private, int subplan_index, ExplainState *es);

/* ---- change.c: UPDATE and DELETE ---- */

/* below: the plan that the rows come from; planned: of htable_target_plan. */
extern void htable_change_begin(HtableModify *modify, Plan *below, List *planned,
								List *returning);
extern void htable_change_end(HtableModify *modify);
extern TupleTableSlot *htableExecForeignUpdate(EState *estate, ResultRelInfo *relinfo,
											   TupleTableSlot *slot, TupleTableSlot *plan_slot);
extern TupleTableSlot *htableExecForeignDelete(EState *estate, ResultRelInfo *relinfo,
											   TupleTableSlot *slot, TupleTableSlot *plan_slot);

/* ---- truncate.c ---- */

extern void htableExecForeignTruncate(List *rels, DropBehavior behavior, bool restart_seqs);

/* ---- insert.c: INSERT and COPY ---- */

extern void htable_insert_begin(HtableModify *modify, OnConflictAction on_conflict,
								List *returning);
extern void htable_insert_end(HtableModify *modify);
extern TupleTableSlot *htableExecForeignInsert(EState *estate, ResultRelInfo *relinfo,
											   TupleTableSlot *slot, TupleTableSlot *plan_slot);
extern TupleTableSlot **htableExecForeignBatchInsert(EState *estate, ResultRelInfo *relinfo,
													 TupleTableSlot **slots,
													 TupleTableSlot **plan_slots, int *nslots);
extern int	htableGetForeignModifyBatchSize(ResultRelInfo *relinfo);

#endif							/* HTABLE_MODIFY_H */
