/*
 * change.c
 *		UPDATE and DELETE: rows of the plan below, which carry their places in the
 *		store, on their way to mutations.
 */
#include "change.h"

#include "access/sysattr.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "utils/memutils.h"

/* ---- conflicts ---- */

/* The condition of a row did not hold: somebody has changed it since it was read. */
static bool
row_refused(void *ctx, uint64 number, rc_bytes key)
{
	((HtableModify *) ctx)->change->conflicts++;
	return false;
}

static void
raise_refused(void *ctx, uint64 number, rc_bytes key)
{
	const HtableModify *modify = ctx;

	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 modify->operation == CMD_DELETE
			 ? errmsg("could not delete from foreign table \"%s\" due to concurrent update",
					  modify->mapping->relname)
			 : errmsg("could not update foreign table \"%s\" due to concurrent update",
					  modify->mapping->relname),
			 errdetail("The row with key %s was changed after it was read.",
					   htable_key_show(modify->mapping, key)),
			 errhint("The statement may succeed if it is run again."),
			 errtable(modify->relinfo->ri_RelationDesc)));
}

/* ---- begin and end ---- */

/* May the plan hand over a row twice, or read it again after it was changed?  Surely not what only scans. */
static bool
is_joined(Plan *plan)
{
	List	   *below = NIL;
	ListCell   *lc;

	if (plan == NULL)
		return false;
	if (IsA(plan, Append))
		below = ((Append *) plan)->appendplans;
	else if (IsA(plan, MergeAppend))
		below = ((MergeAppend *) plan)->mergeplans;
	else if (IsA(plan, Result))
		return is_joined(plan->lefttree);
	else
		return plan->lefttree != NULL || plan->righttree != NULL || IsA(plan, SubqueryScan);
	foreach(lc, below)
	{
		if (is_joined(lfirst(lc)))
			return true;
	}
	return false;
}

/* Must triggers see each row in HBase before the next one comes? */
static bool
awaits_rows(const HtableModify *modify)
{
	const TriggerDesc *triggers = modify->relinfo->ri_TrigDesc;

	if (triggers == NULL)
		return false;
	return modify->operation == CMD_UPDATE
		? triggers->trig_update_before_row || triggers->trig_update_after_row ||
		triggers->trig_update_after_statement
		: triggers->trig_delete_before_row || triggers->trig_delete_after_row ||
		triggers->trig_delete_after_statement;
}

void
htable_change_begin(HtableModify *modify, Plan *below, List *planned, List *returning)
{
	HtableChange *change = palloc0(sizeof(HtableChange));

	if (modify->operation == CMD_UPDATE && modify->mapping->shape != HTABLE_SHAPE_ROW)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("foreign table \"%s\" cannot be updated", modify->mapping->relname),
				 errdetail("Its rows are versions of cells, which HBase keeps as they are."),
				 errhint("DELETE and INSERT change single versions; a foreign table of shape \"row\" can be updated.")));
	modify->change = change;
	change->target = htable_target_make(modify->mapping, planned);
	change->place_attno = ExecFindJunkAttributeInTlist(below->targetlist, "ctid");
	change->row_attno = ExecFindJunkAttributeInTlist(below->targetlist, "wholerow");
	change->joined = is_joined(below);
	change->awaits = awaits_rows(modify);
	change->listener = (HtableListener) {modify, row_refused, raise_refused, NULL};
	change->shows_time = modify->operation == CMD_UPDATE && modify->mapping->timestamp != NULL &&
		htable_returns_column(returning, modify->mapping->timestamp->attnum);
	modify->holds = modify->holds || change->joined;
	if (modify->operation == CMD_UPDATE)
		htable_update_begin(modify);
	if (modify->sender == NULL)
		return;
	change->store = htable_rowstore_find(modify->estate->es_query_cxt,
										 modify->relinfo->ri_RangeTableIndex, false);
	change->exists = htable_condition_exists(modify);
	if (modify->holds)
		htable_change_hold_begin(modify);
}

/* Sends what waits; may be called again. */
void
htable_change_end(HtableModify *modify)
{
	htable_change_release(modify);
	htable_update_flush(modify);
	htable_delete_flush(modify);
}

/* ---- sending ---- */

void
htable_change_send(HtableModify *modify, const HtableStoredRow *row, int64 time,
				   const rc_mutation *mutations, int nmutations, bool resend)
{
	rc_action	action = {
		.row = row->key,
		.mutations = mutations,
		.nmutations = nmutations,
		.condition = htable_condition_make(modify, row, time),
		.resend = resend
	};

	htable_sender_send(modify->sender, &modify->change->listener, 0, &action);
}

/* ---- rows ---- */

/* Where the row is in the store; false: it has come before, and is not changed again. */
static bool
find_place(HtableModify *modify, TupleTableSlot *plan_slot, ItemPointerData *place)
{
	HtableChange *change = modify->change;
	MemoryContext caller;
	bool		isnull;
	bool		before;
	Datum		datum = ExecGetJunkAttribute(plan_slot, change->place_attno, &isnull);

	if (isnull || change->store == NULL)
		elog(ERROR, "a row to be changed was not read");
	*place = *(ItemPointer) DatumGetPointer(datum);
	if (!change->joined)
		return true;
	caller = MemoryContextSwitchTo(modify->temp);
	before = htable_rowstore_came_before(change->store, place,
										 modify->mapping->shape == HTABLE_SHAPE_ROW);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(modify->temp);
	return !before;
}

/* A row that leaves its partition would have to be written elsewhere. */
static void
check_partition(HtableModify *modify, TupleTableSlot *slot)
{
	ResultRelInfo *relinfo = modify->relinfo;

	if (!relinfo->ri_RelationDesc->rd_rel->relispartition ||
		ExecPartitionCheck(relinfo, slot, modify->estate, false))
		return;
	if (relinfo->ri_RootResultRelInfo == NULL)
		ExecPartitionCheckEmitError(relinfo, slot, modify->estate);
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot move a row out of foreign partition \"%s\"", modify->mapping->relname),
			 errdetail("In HBase it is changed where it is."),
			 errhint("Insert the new row, and delete the old one.")));
}

/* The row's time after the change, for RETURNING. */
static void
show_time(HtableModify *modify, TupleTableSlot *slot)
{
	const HtableColumn *column = modify->mapping->timestamp;

	ExecMaterializeSlot(slot);
	slot->tts_values[column->attnum - 1] = htable_instant_show(column, modify->change->shown_time);
	slot->tts_isnull[column->attnum - 1] = false;
}

TupleTableSlot *
htableExecForeignUpdate(EState *estate, ResultRelInfo *relinfo, TupleTableSlot *slot,
						TupleTableSlot *plan_slot)
{
	HtableModify *modify = relinfo->ri_FdwState;
	ItemPointerData place;
	Bitmapset  *attnos;

	if (!find_place(modify, plan_slot, &place))
		return NULL;
	check_partition(modify, slot);
	htable_modify_check_row(modify, slot);
	if (relinfo->ri_WithCheckOptions != NIL)
		ExecWithCheckOptions(WCO_RLS_UPDATE_CHECK, relinfo, slot, estate);
	attnos = htable_update_columns(modify, slot, plan_slot);
	if (modify->change->held != NULL)
		htable_change_hold(modify, slot, &place, attnos);
	else
		htable_update_row(modify, slot, &place, attnos);
	if (modify->change->shows_time)
		show_time(modify, slot);
	return slot;
}

/* The row as it was read, for RETURNING. */
static void
show_row(HtableModify *modify, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	HeapTupleData tuple;
	bool		isnull;
	Datum		row;

	if (modify->change->row_attno == InvalidAttrNumber)
		return;
	row = ExecGetJunkAttribute(plan_slot, modify->change->row_attno, &isnull);
	if (isnull)
		return;
	tuple.t_data = DatumGetHeapTupleHeader(row);
	tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = RelationGetRelid(modify->relinfo->ri_RelationDesc);
	ExecForceStoreHeapTuple(&tuple, slot, false);
	ExecMaterializeSlot(slot);
}

TupleTableSlot *
htableExecForeignDelete(EState *estate, ResultRelInfo *relinfo, TupleTableSlot *slot,
						TupleTableSlot *plan_slot)
{
	HtableModify *modify = relinfo->ri_FdwState;
	ItemPointerData place;

	if (!find_place(modify, plan_slot, &place))
		return NULL;
	if (modify->change->held != NULL)
		htable_change_hold(modify, NULL, &place, NULL);
	else
		htable_delete_row(modify, &place);
	show_row(modify, slot, plan_slot);
	return slot;
}
