/*
 * insert.c
 *		INSERT and COPY.
 *
 * In mode insert rows are gathered into batches.  A batch is looked up, which
 * finds rows that are there by whichever program, and then sent, each row under
 * the condition that its sentinel is absent, which is exact against all that
 * write the sentinel.  Nothing is sent of a batch in which the look finds a
 * row that is there.
 * In mode upsert a row is sent as it comes; only where it removes cells (NULL,
 * maps) the batch is looked up first, since a delete marker carries the
 * timestamp of what it deletes, never the current time: it would hide the puts
 * of the same millisecond.
 */
#include "insert.h"

#include "scan.h"

#include "access/sysattr.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "utils/memutils.h"

/* A batch is sent when it has so many bytes, whatever its number of rows. */
#define BATCH_BYTES		(1024 * 1024)

/* ---- conflicts ---- */

static void
raise_conflict(const HtableModify *modify, rc_bytes key)
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
	if (!insert->skips || insert->releasing)
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
bool
htable_returns_column(List *returning, AttrNumber attnum)
{
	List	   *vars = pull_var_clause((Node *) returning,
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
check_upsert_returning(const HtableModify *modify, Bitmapset *named, List *returning)
{
	for (int i = 0; i < modify->mapping->natts; i++)
	{
		const HtableColumn *column = modify->mapping->columns[i];

		if (column != NULL &&
			(column->kind == HTABLE_COLUMN_CELL || column->kind == HTABLE_COLUMN_MAP) &&
			!bms_is_member(column->attnum, named) &&
			htable_returns_column(returning, column->attnum))
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("RETURNING cannot show column \"%s\" of foreign table \"%s\"",
							column->name, modify->mapping->relname),
					 errdetail("With \"insert_mode\" \"upsert\" a column that the statement does not name keeps what it has."),
					 errhint("Name the column in the statement, or leave it out of RETURNING.")));
	}
}

/* Rows are held, so some things are not known when the statement must. */
static void
refuse_unknown(const HtableModify *modify)
{
	const HtableInsert *insert = modify->insert;
	bool		skips = insert->skips && modify->mapping->shape != HTABLE_SHAPE_ROW;

	if (!skips && !insert->stamps)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 skips
			 ? errmsg("ON CONFLICT DO NOTHING is not supported for foreign table \"%s\" in a statement that reads its HBase table",
					  modify->mapping->relname)
			 : errmsg("RETURNING cannot show column \"%s\" of foreign table \"%s\" in a statement that reads its HBase table",
					  modify->mapping->timestamp->name, modify->mapping->relname),
			 errdetail("Such a statement writes at its end.")));
}

void
htable_insert_begin(HtableModify *modify, OnConflictAction on_conflict, List *returning)
{
	const HtableMapping *mapping = modify->mapping;
	const TriggerDesc *triggers = modify->relinfo->ri_TrigDesc;
	HtableInsert *insert = palloc0(sizeof(HtableInsert));
	Bitmapset  *named = named_columns(modify);

	insert->skips = on_conflict == ONCONFLICT_NOTHING;
	insert->upsert = mapping->insert_mode == HTABLE_INSERT_MODE_UPSERT && !insert->skips;
	insert->stamps = mapping->timestamp != NULL &&
		htable_returns_column(returning, mapping->timestamp->attnum);
	insert->awaits = insert->skips || insert->stamps ||
		(triggers != NULL &&
		 (triggers->trig_insert_before_row || triggers->trig_insert_after_row ||
		  triggers->trig_insert_after_statement));
	if (insert->upsert)
		check_upsert_returning(modify, named, returning);
	insert->encoder = htable_encoder_make(mapping, NULL, insert->upsert ? named : NULL, true);
	insert->listener = (HtableListener) {modify, row_refused, raise_refused, NULL};
	htable_rows_init(&insert->rows);
	modify->insert = insert;
	if (modify->holds)
		refuse_unknown(modify);
	if (modify->holds && modify->sender != NULL)
		htable_hold_begin(modify);
}

/*
 * What core may hand over together: rows whose outcomes are awaited, unless
 * something of core's must see each row before the next.  Rows that are not
 * awaited make batches here.
 */
int
htableGetForeignModifyBatchSize(ResultRelInfo *relinfo)
{
	HtableModify *modify = relinfo->ri_FdwState;

	if (modify == NULL || modify->insert == NULL || !modify->insert->awaits ||
		relinfo->ri_projectReturning != NULL || relinfo->ri_WithCheckOptions != NIL ||
		(relinfo->ri_TrigDesc != NULL && relinfo->ri_TrigDesc->trig_insert_before_row))
		return 1;
	return modify->mapping->batch_size;
}

/* ---- sending ---- */

/* Sends a row: what goes, then what comes, with the timestamp that the row has, or the server's. */
void
htable_insert_send(HtableModify *modify, int place, const rc_cell *deletes, int ndeletes,
				   const rc_condition *condition)
{
	HtableRow  *row = &modify->insert->rows.rows[place];
	rc_mutation mutations[2];
	rc_action	action = {.row = row->key, .mutations = mutations};

	if (condition != NULL)
		action.condition = *condition;
	for (int i = 0; i < row->ncells && row->timestamp >= 0; i++)
		row->cells[i].timestamp = row->timestamp;
	if (ndeletes > 0)
		mutations[action.nmutations++] = (rc_mutation) {RC_DELETE, deletes, ndeletes, 0};
	mutations[action.nmutations++] = (rc_mutation) {RC_PUT, row->cells, row->ncells, row->ttl};
	action.resend = row->timestamp >= 0;
	htable_sender_send(modify->sender, &modify->insert->listener, place, &action);
}

/* A row of which is known what HBase has; NULL: nothing. */
static void
send_row(HtableModify *modify, int place, HtableKnown *known)
{
	HtableInsert *insert = modify->insert;
	HtableRow  *row = &insert->rows.rows[place];
	rc_condition absent = {
		.kind = RC_CONDITION_ABSENT,
		.family = modify->sentinel.family,
		.qualifier = modify->sentinel.qualifier
	};

	if (row->timestamp < 0 && known != NULL && known->newest_marker >= 0)
		row->timestamp = Max(htable_modify_clock(), known->newest_marker + 1);
	else if (row->timestamp < 0 && insert->stamps)
		row->timestamp = htable_modify_clock();
	htable_insert_send(modify, place, known ? known->deletes : NULL, known ? known->ndeletes : 0,
					   !insert->upsert && modify->sentinel.exists ? &absent : NULL);
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

/* The row is there: it is skipped, or ends the statement. */
void
htable_insert_conflict(HtableModify *modify, int place)
{
	HtableInsert *insert = modify->insert;

	insert->conflicts++;
	if (!insert->skips || insert->releasing)
	{
		htable_sender_halt(modify->sender);
		raise_refused(modify, place, insert->rows.rows[place].key);
	}
	insert->lost[place] = true;
}

/* A given timestamp cannot be raised above a delete marker's. */
void
htable_insert_refuse_hidden(const HtableModify *modify, int place, int64 marker)
{
	htable_sender_halt(modify->sender);
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("row of foreign table \"%s\" was deleted at a later time than it is inserted at",
					modify->mapping->relname),
			 errdetail("Key %s has a delete marker at " INT64_FORMAT " ms, which hides cells of that time and before.",
					   htable_key_show(modify->mapping, modify->insert->rows.rows[place].key), marker)));
}

/*
 * Looks rows up, which are in the order of their keys: those that are there, or
 * come twice, are skipped or end the statement.
 */
static void
find_conflicts(HtableModify *modify, const int *order, int n, HtableKnown *known)
{
	HtableInsert *insert = modify->insert;
	int		   *unique = palloc(sizeof(int) * n);
	int			nunique = 0;

	for (int i = 0; i < n; i++)
	{
		if (i > 0 && htable_rows_same_key(&insert->rows, order[i], order[i - 1]))
			htable_insert_conflict(modify, order[i]);
		else
			unique[nunique++] = order[i];
	}
	htable_insert_probe(modify, &insert->rows, unique, nunique, NULL, known);
	for (int i = 0; i < nunique; i++)
	{
		const HtableKnown *k = &known[unique[i]];
		int64		timestamp = insert->rows.rows[unique[i]].timestamp;

		if (k->exists)
			htable_insert_conflict(modify, unique[i]);
		else if (timestamp >= 0 && timestamp <= k->newest_marker)
			htable_insert_refuse_hidden(modify, unique[i], k->newest_marker);
	}
}

/*
 * Mode insert: looks the batch up, then sends it.  Nothing is sent of a batch
 * that ends the statement.
 */
static void
insert_batch(HtableModify *modify, const int *order, int n, HtableKnown *known)
{
	HtableInsert *insert = modify->insert;

	/* without a condition, only what is written by then is found */
	if (!modify->sentinel.exists)
		htable_sender_flush(modify->sender);
	find_conflicts(modify, order, n, known);
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
	bool		deletes = false;

	while (n > 0)
	{
		int			nround = 0;
		int			left = 0;

		for (int i = 0; i < n; i++)
		{
			if (nround > 0 && htable_rows_same_key(&insert->rows, order[i], round[nround - 1]))
				order[left++] = order[i];
			else
				round[nround++] = order[i];
		}
		htable_sender_flush(modify->sender);
		htable_insert_probe(modify, &insert->rows, round, nround, insert->encoder, known);
		for (int i = 0; i < nround; i++)
		{
			send_row(modify, round[i], &known[round[i]]);
			deletes = deletes || known[round[i]].ndeletes > 0;
		}
		n = left;
	}
	/* what follows may be put without a look */
	if (deletes)
		htable_sender_flush(modify->sender);
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

/* The places of the rows that have been gathered, by their keys; the rows are ready to be used. */
static int *
close_batch(HtableModify *modify)
{
	HtableInsert *insert = modify->insert;
	int			n = insert->rows.nrows;
	int		   *order = palloc(sizeof(int) * n);

	reserve_lost(modify, n);
	htable_rows_fix(&insert->rows);
	for (int i = 0; i < n; i++)
		order[i] = i;
	qsort_arg(order, n, sizeof(int), compare_places, insert->rows.rows);
	return order;
}

/* Sends the rows that have been gathered. */
static void
send_batch(HtableModify *modify)
{
	HtableInsert *insert = modify->insert;
	int			n = insert->rows.nrows;
	MemoryContext caller;
	int		   *order;

	if (n == 0)
		return;
	caller = MemoryContextSwitchTo(modify->temp);
	order = close_batch(modify);
	if (modify->mapping->shape != HTABLE_SHAPE_ROW)
		htable_insert_versions(modify, order, n);
	else if (insert->upsert)
		upsert_batch(modify, order, n, palloc(sizeof(HtableKnown) * n));
	else
		insert_batch(modify, order, n, palloc(sizeof(HtableKnown) * n));
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
	if (modify->mapping->shape != HTABLE_SHAPE_ROW && row->timestamp < 0)
		row->nnulls = 0;		/* nothing is there of a time that has just come */
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

void
htable_insert_add(HtableModify *modify, TupleTableSlot *slot)
{
	add_row(modify, slot);
	if (is_full(modify))
	{
		send_batch(modify);
		forget_batch(modify);
	}
}

/* Shape cells: the family that goes without saying, for what looks at the row later. */
static void
show_family(const HtableModify *modify, TupleTableSlot *slot)
{
	const HtableColumn *column = modify->mapping->family;

	if (column == NULL || modify->mapping->nfamilies == 0)
		return;
	slot_getallattrs(slot);
	if (!slot->tts_isnull[column->attnum - 1])
		return;
	ExecMaterializeSlot(slot);
	column->codec->decode(column->codec, (const char *) modify->mapping->families[0].data,
						  modify->mapping->families[0].len,
						  &slot->tts_values[column->attnum - 1], NULL);
	slot->tts_isnull[column->attnum - 1] = false;
}

/* What the slot shows of a timestamp that was decided here. */
static void
show_timestamp(HtableModify *modify, TupleTableSlot *slot, int place)
{
	const HtableColumn *column = modify->mapping->timestamp;
	const HtableRow *row = &modify->insert->rows.rows[place];

	if (row->timestamp < 0)
		return;
	ExecMaterializeSlot(slot);
	slot->tts_values[column->attnum - 1] = htable_instant_show(column, row->timestamp);
	slot->tts_isnull[column->attnum - 1] = false;
}

/* Rows of a statement that writes at its end: which of them will not be written? */
static void
hold_rows(HtableModify *modify, TupleTableSlot **slots, int n)
{
	HtableInsert *insert = modify->insert;
	MemoryContext caller = MemoryContextSwitchTo(modify->temp);

	if (!insert->skips)
		reserve_lost(modify, n);
	else
	{
		int		   *order;

		for (int i = 0; i < n; i++)
			htable_encode_row(insert->encoder, slots[i], &insert->rows);
		order = close_batch(modify);
		find_conflicts(modify, order, n, palloc(sizeof(HtableKnown) * n));
		htable_hold_remember(modify);
	}
	for (int i = 0; i < n; i++)
	{
		if (!insert->lost[i])
			htable_hold_row(modify, slots[i]);
	}
	MemoryContextSwitchTo(caller);
}

/* Rows whose outcomes core waits for, or that are held. */
static void
take_rows(HtableModify *modify, TupleTableSlot **slots, int n)
{
	for (int i = 0; i < n; i++)
	{
		show_family(modify, slots[i]);
		htable_modify_check_row(modify, slots[i]);
	}
	if (modify->insert->held != NULL)
	{
		hold_rows(modify, slots, n);
		return;
	}
	for (int i = 0; i < n; i++)
		add_row(modify, slots[i]);
	send_batch(modify);
}

TupleTableSlot *
htableExecForeignInsert(EState *estate, ResultRelInfo *relinfo, TupleTableSlot *slot,
						TupleTableSlot *plan_slot)
{
	HtableModify *modify = relinfo->ri_FdwState;
	HtableInsert *insert = modify->insert;
	bool		lost;

	if (likely(!insert->awaits && insert->held == NULL))
	{
		show_family(modify, slot);
		htable_modify_check_row(modify, slot);
		htable_insert_add(modify, slot);
		return slot;
	}
	take_rows(modify, &slot, 1);
	lost = insert->lost[0];
	if (!lost && insert->stamps)
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

	take_rows(modify, slots, *nslots);
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
	if (modify->insert->held != NULL)
		htable_hold_release(modify);
	send_batch(modify);
	forget_batch(modify);
}
