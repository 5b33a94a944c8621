/*
 * insert.c
 *		INSERT and COPY.
 *
 * In mode insert rows are gathered into batches.  A batch is looked up, which
 * finds rows that are there by whichever program, and then sent, each row under
 * the condition that its sentinel is absent, which is exact against all that
 * write the sentinel.  Nothing of a batch is sent that has a row which is there.
 * In mode upsert a row is sent as it comes; only where it removes cells (NULL,
 * maps) the batch is looked up first, since a delete marker carries the
 * timestamp of what it deletes, never the current time: it would hide the puts
 * of the same millisecond.
 */
#include "modify.h"

#include "scan.h"

#include "access/sysattr.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

/* A batch is sent when it has so many bytes, whatever its number of rows. */
#define BATCH_BYTES		(1024 * 1024)

struct HtableInsert
{
	bool		upsert;
	bool		skips;			/* ON CONFLICT DO NOTHING */
	bool		awaits;			/* each row has its outcome before the next one comes */
	bool		stamps;			/* RETURNING shows the timestamp */
	int			core_batch;		/* rows that core hands over together */
	HtableEncoder *encoder;
	HtableListener listener;
	HtableRows	rows;			/* the batch under way */
	bool	   *lost;			/* by row of the batch: it was there, and is skipped */
	int			max_lost;
	Tuplestorestate *held;		/* rows that are sent at the statement's end */
	TupleTableSlot *held_slot;
	bool		replaying;		/* ... which has come */
	int64		conflicts;
};

/* ---- conflicts ---- */

static void
raise_conflict(HtableModify *modify, rc_bytes key)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("duplicate row key in foreign table \"%s\"", modify->mapping->relname),
			 errdetail("Key %s already exists.", htable_key_show(modify->mapping, key)),
			 errtable(modify->relinfo->ri_RelationDesc)));
}

/* The condition of a row did not hold: somebody has inserted it after it was looked up, or before in this statement. */
static bool
row_refused(void *ctx, uint64 number, rc_bytes key)
{
	HtableModify *modify = ctx;
	HtableInsert *insert = modify->insert;

	insert->conflicts++;
	if (!insert->skips || insert->replaying)
		return false;
	insert->lost[number] = true;
	return true;
}

static void
raise_refused(void *ctx, uint64 number, rc_bytes key)
{
	HtableModify *modify = ctx;

	if (modify->insert->skips)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not insert into foreign table \"%s\" due to concurrent inserts",
						modify->mapping->relname),
				 errdetail("Key %s exists meanwhile.", htable_key_show(modify->mapping, key)),
				 errhint("The statement may succeed if it is run again.")));
	raise_conflict(modify, key);
}

/* ---- begin and end ---- */

/* Does RETURNING show the column, or the row as a whole? */
static bool
returns_column(const ResultRelInfo *relinfo, AttrNumber attnum)
{
	List	   *vars = pull_var_clause((Node *) relinfo->ri_returningList,
									   PVC_RECURSE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS |
									   PVC_RECURSE_PLACEHOLDERS);
	ListCell   *lc;

	foreach(lc, vars)
	{
		Var		   *var = lfirst_node(Var, lc);

		if (var->varattno == attnum || var->varattno == 0)
			return true;
	}
	return false;
}

/* The columns that the statement names, by attribute numbers. */
static Bitmapset *
named_columns(HtableModify *modify)
{
	Bitmapset  *inserted = ExecGetInsertedCols(modify->relinfo, modify->estate);
	TupleDesc	desc = RelationGetDescr(modify->relinfo->ri_RelationDesc);
	Bitmapset  *named = NULL;

	for (int i = 1; i <= desc->natts; i++)
	{
		if (bms_is_member(i - FirstLowInvalidHeapAttributeNumber, inserted) ||
			TupleDescAttr(desc, i - 1)->attgenerated != '\0')
			named = bms_add_member(named, i);
	}
	return named;
}

/* An upsert leaves columns alone that it does not name: nobody knows what is in them. */
static void
check_upsert_returning(const HtableModify *modify, Bitmapset *named)
{
	for (int i = 0; i < modify->mapping->natts; i++)
	{
		const HtableColumn *column = modify->mapping->columns[i];

		if (column != NULL &&
			(column->kind == HTABLE_COLUMN_CELL || column->kind == HTABLE_COLUMN_MAP) &&
			!bms_is_member(column->attnum, named) &&
			returns_column(modify->relinfo, column->attnum))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("RETURNING cannot show column \"%s\" of foreign table \"%s\"",
							column->name, modify->mapping->relname),
					 errdetail("With \"insert_mode\" \"upsert\" a column that the statement does not name keeps what it has."),
					 errhint("Name the column in the statement, or leave it out of RETURNING.")));
	}
}

/*
 * What core can hand over together: rows whose outcomes it waits for, unless
 * each must be seen by what runs before the next one.
 */
static int
core_batch_of(const HtableModify *modify, bool skips)
{
	const ResultRelInfo *relinfo = modify->relinfo;
	const TriggerDesc *triggers = relinfo->ri_TrigDesc;
	bool		after = triggers != NULL &&
		(triggers->trig_insert_after_row || triggers->trig_insert_after_statement);

	if (relinfo->ri_projectReturning != NULL || relinfo->ri_WithCheckOptions != NIL ||
		(triggers != NULL && triggers->trig_insert_before_row))
		return 1;
	return skips || after ? modify->mapping->batch_size : 1;
}

HtableInsert *
htable_insert_begin(HtableModify *modify, OnConflictAction on_conflict)
{
	const HtableMapping *mapping = modify->mapping;
	const TriggerDesc *triggers = modify->relinfo->ri_TrigDesc;
	HtableInsert *insert = palloc0(sizeof(HtableInsert));
	Bitmapset  *named = named_columns(modify);

	insert->skips = on_conflict == ONCONFLICT_NOTHING;
	insert->upsert = mapping->insert_mode == HTABLE_INSERT_MODE_UPSERT && !insert->skips;
	insert->core_batch = core_batch_of(modify, insert->skips);
	insert->stamps = mapping->timestamp != NULL &&
		returns_column(modify->relinfo, mapping->timestamp->attnum);
	insert->awaits = insert->skips || insert->stamps ||
		(triggers != NULL &&
		 (triggers->trig_insert_before_row || triggers->trig_insert_after_row ||
		  triggers->trig_insert_after_statement));
	if (insert->upsert)
		check_upsert_returning(modify, named);
	insert->encoder = htable_encoder_make(mapping, NULL, insert->upsert ? named : NULL, true);
	insert->listener = (HtableListener) {modify, row_refused, raise_refused, NULL};
	htable_rows_init(&insert->rows);
	if (modify->holds)
	{
		insert->held = tuplestore_begin_heap(false, false, work_mem);
		insert->held_slot = MakeSingleTupleTableSlot(RelationGetDescr(modify->relinfo->ri_RelationDesc),
													 &TTSOpsMinimalTuple);
	}
	return insert;
}

int
htableGetForeignModifyBatchSize(ResultRelInfo *relinfo)
{
	HtableModify *modify = relinfo->ri_FdwState;

	return modify != NULL && modify->insert != NULL ? modify->insert->core_batch : 1;
}

/* ---- sending ---- */

static void
send_row(HtableModify *modify, int place, HtableKnown *known)
{
	HtableInsert *insert = modify->insert;
	HtableRow  *row = &insert->rows.rows[place];
	rc_mutation mutations[2];
	rc_action	action = {.row = row->key, .mutations = mutations};
	int64		stamp = row->timestamp;

	if (stamp < 0 && known != NULL && known->newest_marker >= 0)
		stamp = Max(htable_modify_clock(), known->newest_marker + 1);
	else if (stamp < 0 && insert->stamps)
		stamp = htable_modify_clock();
	if (stamp >= 0)
	{
		for (int i = 0; i < row->ncells; i++)
			row->cells[i].timestamp = stamp;
		row->timestamp = stamp;
	}
	if (known != NULL && known->ndeletes > 0)
		mutations[action.nmutations++] = (rc_mutation) {RC_DELETE, known->deletes, known->ndeletes, 0};
	if (row->ncells > 0)
		mutations[action.nmutations++] = (rc_mutation) {RC_PUT, row->cells, row->ncells, row->ttl};
	if (!insert->upsert && modify->sentinel.exists)
	{
		action.condition.kind = RC_CONDITION_ABSENT;
		action.condition.family = modify->sentinel.family;
		action.condition.qualifier = modify->sentinel.qualifier;
	}
	action.resend = stamp >= 0;
	htable_sender_send(modify->sender, &insert->listener, place, &action);
}

static int
compare_places(const void *a, const void *b, void *arg)
{
	const HtableRow *rows = arg;
	int			x = *(const int *) a;
	int			y = *(const int *) b;
	int			cmp = htable_bytes_compare(rows[x].key, rows[y].key);

	return cmp != 0 ? cmp : x - y;
}

static bool
same_key(const HtableRows *rows, int x, int y)
{
	return rc_bytes_equal(rows->rows[x].key, rows->rows[y].key);
}

/* The row is there: it is skipped, or ends the statement. */
static void
meet_conflict(HtableModify *modify, int place)
{
	HtableInsert *insert = modify->insert;

	insert->conflicts++;
	if (!insert->skips)
		raise_conflict(modify, insert->rows.rows[place].key);
	if (insert->replaying)
		raise_refused(modify, place, insert->rows.rows[place].key);
	insert->lost[place] = true;
}

/* A given timestamp cannot be raised above a delete marker's. */
static void
check_hidden(HtableModify *modify, int place, const HtableKnown *known)
{
	const HtableRow *row = &modify->insert->rows.rows[place];

	if (row->timestamp < 0 || row->timestamp > known->newest_marker)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("row of foreign table \"%s\" was deleted at a later time than it is inserted at",
					modify->mapping->relname),
			 errdetail("Key %s has a delete marker at " INT64_FORMAT " ms, which hides cells of that time and before.",
					   htable_key_show(modify->mapping, row->key), known->newest_marker)));
}

/*
 * Mode insert: looks the batch up, then sends it.  Nothing is sent of a batch
 * that ends the statement.
 */
static void
insert_batch(HtableModify *modify, const int *order, int n, HtableKnown *known)
{
	HtableInsert *insert = modify->insert;
	int		   *unique = palloc(sizeof(int) * n);
	int			nunique = 0;

	/* without a condition, only what is written by then is found */
	if (!modify->sentinel.exists)
		htable_sender_flush(modify->sender);
	for (int i = 0; i < n; i++)
	{
		if (i > 0 && same_key(&insert->rows, order[i], order[i - 1]))
			meet_conflict(modify, order[i]);
		else
			unique[nunique++] = order[i];
	}
	htable_insert_probe(modify, &insert->rows, unique, nunique, NULL, known);
	for (int i = 0; i < nunique; i++)
	{
		if (known[unique[i]].exists)
			meet_conflict(modify, unique[i]);
		else
			check_hidden(modify, unique[i], &known[unique[i]]);
	}
	for (int i = 0; i < n; i++)
	{
		if (!insert->lost[i])
			send_row(modify, i, &known[i]);
	}
}

/* May cells have to go for what the row does not have? */
static bool
removes_cells(const HtableRow *row)
{
	return row->nnulls > 0 || row->replaced != 0;
}

/*
 * Mode upsert: what rows remove must be looked up when what was written before
 * is there, so a key that comes again waits for another round.
 */
static void
upsert_batch(HtableModify *modify, int *order, int n, HtableKnown *known)
{
	HtableInsert *insert = modify->insert;
	int		   *round = palloc(sizeof(int) * n);

	while (n > 0)
	{
		int			nround = 0;
		int			left = 0;

		for (int i = 0; i < n; i++)
		{
			if (nround > 0 && same_key(&insert->rows, order[i], round[nround - 1]))
				order[left++] = order[i];
			else
				round[nround++] = order[i];
		}
		htable_sender_flush(modify->sender);
		htable_insert_probe(modify, &insert->rows, round, nround, insert->encoder, known);
		for (int i = 0; i < nround; i++)
			send_row(modify, round[i], &known[round[i]]);
		n = left;
	}
}

static void
reserve_lost(HtableModify *modify, int n)
{
	HtableInsert *insert = modify->insert;

	if (n > insert->max_lost)
	{
		insert->max_lost = Max(n, 2 * insert->max_lost);
		insert->lost = MemoryContextAlloc(modify->estate->es_query_cxt,
										  sizeof(bool) * insert->max_lost);
	}
	memset(insert->lost, false, sizeof(bool) * n);
}

/* Sends the rows that have been gathered. */
static void
send_batch(HtableModify *modify)
{
	HtableInsert *insert = modify->insert;
	int			n = insert->rows.nrows;
	MemoryContext caller;
	int		   *order;
	HtableKnown *known;

	if (n == 0)
		return;
	caller = MemoryContextSwitchTo(modify->temp);
	reserve_lost(modify, n);
	htable_rows_fix(&insert->rows);
	order = palloc(sizeof(int) * n);
	known = palloc(sizeof(HtableKnown) * n);
	for (int i = 0; i < n; i++)
		order[i] = i;
	qsort_arg(order, n, sizeof(int), compare_places, insert->rows.rows);
	if (insert->upsert)
		upsert_batch(modify, order, n, known);
	else
		insert_batch(modify, order, n, known);
	if (insert->awaits)
		htable_sender_flush(modify->sender);
	MemoryContextSwitchTo(caller);
}

static void
forget_batch(HtableModify *modify)
{
	htable_rows_reset(&modify->insert->rows);
	MemoryContextReset(modify->temp);
}

/* ---- rows ---- */

/* A row that would have no cell, or no sentinel. */
static void
check_cells(HtableModify *modify, const HtableRow *row, const TupleTableSlot *slot)
{
	const HtableColumn *column = modify->sentinel.column;
	const rc_cell *cells = &modify->insert->rows.cells[row->first_cell];
	size_t		len = 0;

	if (row->ncells == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("row of foreign table \"%s\" has no value besides its key",
						modify->mapping->relname),
				 errdetail("HBase has no rows without cells."),
				 errhint("The option \"row_marker\" of the foreign table gives each row a cell.")));
	if (column == NULL || column->codec->never_empty)
		return;
	for (int i = 0; i < row->ncells; i++)
	{
		if (cells[i].qualifier.data == column->qualifier.data)
			len = cells[i].value.len;
	}
	if (len == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("column \"%s\" of foreign table \"%s\" is its row marker and must not be empty",
						column->name, modify->mapping->relname)));
}

/* Gathers a row, or sends it. */
static void
add_row(HtableModify *modify, TupleTableSlot *slot)
{
	HtableInsert *insert = modify->insert;
	MemoryContext caller = MemoryContextSwitchTo(modify->temp);
	HtableRow  *row = htable_encode_row(insert->encoder, slot, &insert->rows);
	bool		alone = insert->rows.nrows == 1;

	check_cells(modify, row, slot);
	if (insert->upsert && alone && !insert->awaits && !removes_cells(row))
	{
		htable_rows_fix(&insert->rows);
		send_row(modify, 0, NULL);
		MemoryContextSwitchTo(caller);
		forget_batch(modify);
		return;
	}
	MemoryContextSwitchTo(caller);
}

static bool
is_full(const HtableModify *modify)
{
	const HtableRows *rows = &modify->insert->rows;

	return rows->nrows >= modify->mapping->batch_size || rows->bytes.len >= BATCH_BYTES;
}

/* What the slot shows of a timestamp that was decided here. */
static void
show_timestamp(HtableModify *modify, TupleTableSlot *slot, int place)
{
	const HtableColumn *column = modify->mapping->timestamp;
	const HtableRow *row = &modify->insert->rows.rows[place];

	if (!modify->insert->stamps || row->timestamp < 0)
		return;
	ExecMaterializeSlot(slot);
	slot->tts_values[column->attnum - 1] = htable_instant_show(column, row->timestamp);
	slot->tts_isnull[column->attnum - 1] = false;
}

TupleTableSlot *
htableExecForeignInsert(EState *estate, ResultRelInfo *relinfo, TupleTableSlot *slot,
						TupleTableSlot *plan_slot)
{
	HtableModify *modify = relinfo->ri_FdwState;
	HtableInsert *insert = modify->insert;
	bool		lost;

	htable_modify_check_row(modify, slot);
	add_row(modify, slot);
	if (!insert->awaits && !is_full(modify))
		return slot;
	send_batch(modify);
	lost = insert->awaits && insert->rows.nrows > 0 && insert->lost[0];
	if (!lost && insert->rows.nrows > 0)
		show_timestamp(modify, slot, 0);
	forget_batch(modify);
	return lost ? NULL : slot;
}

TupleTableSlot **
htableExecForeignBatchInsert(EState *estate, ResultRelInfo *relinfo, TupleTableSlot **slots,
							 TupleTableSlot **plan_slots, int *nslots)
{
	HtableModify *modify = relinfo->ri_FdwState;
	int			kept = 0;

	for (int i = 0; i < *nslots; i++)
	{
		htable_modify_check_row(modify, slots[i]);
		add_row(modify, slots[i]);
	}
	send_batch(modify);
	for (int i = 0; i < *nslots; i++)
	{
		TupleTableSlot *slot = slots[i];

		if (modify->insert->lost[i])
			continue;
		/* each slot is used again, so none may go */
		slots[i] = slots[kept];
		slots[kept++] = slot;
	}
	forget_batch(modify);
	*nslots = kept;
	return slots;
}

void
htable_insert_end(HtableModify *modify)
{
	send_batch(modify);
	forget_batch(modify);
}
