/*
 * modify.c
 *		A relation that a statement writes to: may it, with what, and what core
 *		leaves to a foreign-data wrapper to check.
 *
 * Refusals are raised when the statement begins, with their reasons; core's own
 * message for what IsForeignRelUpdatable denies gives none.
 */
#include "modify.h"

#include "target.h"

#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "parser/parsetree.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* ---- may it? ---- */

int
htableIsForeignRelUpdatable(Relation rel)
{
	return htable_table_options(RelationGetRelid(rel))->updatable
		? 1 << CMD_INSERT | 1 << CMD_UPDATE | 1 << CMD_DELETE : 0;
}

List *
htablePlanForeignModify(PlannerInfo *root, ModifyTable *plan, Index relation, int subplan_index)
{
	if (plan->operation == CMD_INSERT)
		return NIL;
	return htable_target_plan(root, relation,
							  htable_mapping_make(planner_rt_fetch(relation, root)->relid));
}

static void
refuse(const HtableMapping *mapping, const char *reason, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("foreign table \"%s\" cannot be written to", mapping->relname),
			 errdetail_internal("%s", reason),
			 hint ? errhint("%s", hint) : 0));
}

/* Is it a family that the table reads? */
static bool
is_declared(const HtableMapping *mapping, rc_bytes family)
{
	for (int i = 0; i < mapping->nfamilies; i++)
	{
		if (rc_bytes_equal(mapping->families[i], family))
			return true;
	}
	return mapping->nfamilies == 0;
}

static void
check_writable(const HtableMapping *mapping)
{
	if (mapping->nkeys == 0)
		refuse(mapping, "No column of it is the row key.",
			   "Set the option \"column\" of the key's column to \":key\".");
	if (mapping->raw)
		refuse(mapping, "Its option \"raw\" shows delete markers and what they hide.", NULL);
	if (mapping->as_of_option >= 0)
		refuse(mapping, "Its option \"as_of\" shows the past.", NULL);
	if (mapping->shape != HTABLE_SHAPE_CELLS && mapping->nfamilies == 0 && !mapping->has_marker)
		refuse(mapping, "No column of it is a cell.", NULL);
	if (mapping->has_marker && !is_declared(mapping, mapping->marker_family))
		refuse(mapping, "Its row marker is in a column family that none of its columns is in.",
			   "Declare a column of that family, or use another \"row_marker\".");
}

/* ---- the sentinel ---- */

static HtableSentinel
find_sentinel(const HtableMapping *mapping)
{
	HtableSentinel sentinel = {0};

	if (mapping->shape == HTABLE_SHAPE_CELLS)
	{
		sentinel.reason = "the cell itself";
		return sentinel;
	}
	for (int i = 0; i < mapping->natts && !sentinel.exists; i++)
	{
		const HtableColumn *column = mapping->columns[i];

		if (column == NULL || column->kind != HTABLE_COLUMN_CELL)
			continue;
		if (mapping->has_marker
			? rc_bytes_equal(column->family, mapping->marker_family) &&
			rc_bytes_equal(column->qualifier, mapping->marker_qualifier)
			: column->not_null && column->codec->never_empty)
		{
			sentinel.exists = true;
			sentinel.column = column;
			sentinel.family = column->family;
			sentinel.qualifier = column->qualifier;
			sentinel.reason = mapping->has_marker ? "row_marker" : "NOT NULL column";
		}
	}
	if (mapping->has_marker && !sentinel.exists)
	{
		sentinel.exists = true;
		sentinel.family = mapping->marker_family;
		sentinel.qualifier = mapping->marker_qualifier;
		sentinel.reason = "row_marker";
	}
	if (!sentinel.exists)
		sentinel.reason = "no row_marker, and no NOT NULL column whose values are never empty";
	return sentinel;
}

/* ---- begin and end ---- */

/* Does the statement read the HBase table besides, by this foreign table or another, or write it elsewhere? */
static bool
reads_table(EState *estate, const HtableMapping *mapping, Index written)
{
	ListCell   *lc;
	int			rti = 0;

	if (estate->es_plannedstmt == NULL)
		return false;			/* COPY */
	foreach(lc, estate->es_range_table)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		rti++;
		if (rte->rtekind == RTE_RELATION && rte->relkind == RELKIND_FOREIGN_TABLE &&
			rti != (int) written &&
			GetFdwRoutineByRelId(rte->relid)->BeginForeignScan == htableBeginForeignScan &&
			strcmp(htable_table_options(rte->relid)->table_name, mapping->table_name) == 0)
			return true;
	}
	return false;
}

HtableModify *
htable_modify_begin(EState *estate, ResultRelInfo *relinfo, CmdType operation, bool explain_only)
{
	HtableModify *modify = palloc0(sizeof(HtableModify));

	modify->operation = operation;
	modify->relinfo = relinfo;
	modify->estate = estate;
	modify->mapping = htable_mapping_make(RelationGetRelid(relinfo->ri_RelationDesc));
	check_writable(modify->mapping);
	modify->sentinel = find_sentinel(modify->mapping);
	modify->holds = reads_table(estate, modify->mapping, relinfo->ri_RangeTableIndex);
	modify->temp = AllocSetContextCreate(estate->es_query_cxt, "htable_fdw rows to write",
										 ALLOCSET_DEFAULT_SIZES);
	if (!explain_only)
		modify->sender = htable_sender_begin(estate->es_query_cxt, modify->mapping,
											 compat_result_user(relinfo, estate));
	relinfo->ri_FdwState = modify;
	return modify;
}

static void
begin_insert(ModifyTableState *mtstate, ResultRelInfo *relinfo, List *returning,
			 bool explain_only)
{
	ModifyTable *plan = (ModifyTable *) mtstate->ps.plan;
	EState	   *estate = mtstate->ps.state;
	MemoryContext caller = MemoryContextSwitchTo(estate->es_query_cxt);
	HtableModify *modify = htable_modify_begin(estate, relinfo, CMD_INSERT, explain_only);

	htable_insert_begin(modify, plan ? plan->onConflictAction : ONCONFLICT_NONE, returning);
	MemoryContextSwitchTo(caller);
}

static void
begin_change(ModifyTableState *mtstate, ResultRelInfo *relinfo, List *planned, List *returning,
			 bool explain_only)
{
	EState	   *estate = mtstate->ps.state;
	MemoryContext caller = MemoryContextSwitchTo(estate->es_query_cxt);
	HtableModify *modify = htable_modify_begin(estate, relinfo, mtstate->operation, explain_only);

	htable_change_begin(modify, outerPlan(mtstate->ps.plan), planned, returning);
	MemoryContextSwitchTo(caller);
}

void
htableBeginForeignModify(ModifyTableState *mtstate, ResultRelInfo *relinfo, List *private,
						 int subplan_index, int eflags)
{
	ModifyTable *plan = (ModifyTable *) mtstate->ps.plan;
	List	   *returning = plan->returningLists == NIL ? NIL :
		list_nth(plan->returningLists, subplan_index);

	if (mtstate->operation != CMD_INSERT)
	{
		begin_change(mtstate, relinfo, private, returning,
					 (eflags & EXEC_FLAG_EXPLAIN_ONLY) != 0);
		return;
	}
	/* core has not put it into relinfo yet */
	begin_insert(mtstate, relinfo, returning, (eflags & EXEC_FLAG_EXPLAIN_ONLY) != 0);
}

/* COPY, and rows that come by way of a partitioned table. */
void
htableBeginForeignInsert(ModifyTableState *mtstate, ResultRelInfo *relinfo)
{
	ModifyTable *plan = (ModifyTable *) mtstate->ps.plan;

	if (plan != NULL && plan->operation == CMD_UPDATE &&
		(relinfo->ri_usesFdwDirectModify || relinfo->ri_FdwState != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot move rows into foreign table \"%s\", which the statement updates, too",
						RelationGetRelationName(relinfo->ri_RelationDesc))));
	if (!htable_table_options(RelationGetRelid(relinfo->ri_RelationDesc))->updatable)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("foreign table \"%s\" does not allow inserts",
						RelationGetRelationName(relinfo->ri_RelationDesc))));
	begin_insert(mtstate, relinfo, relinfo->ri_returningList, false);
}

void
htableEndForeignModify(EState *estate, ResultRelInfo *relinfo)
{
	HtableModify *modify = relinfo->ri_FdwState;

	if (modify == NULL || modify->sender == NULL)
		return;
	if (modify->insert != NULL)
		htable_insert_end(modify);
	else
		htable_change_end(modify);
	htable_sender_end(modify->sender);
}

void
htableEndForeignInsert(EState *estate, ResultRelInfo *relinfo)
{
	htableEndForeignModify(estate, relinfo);
}

/* ---- rows ---- */

void
htable_modify_check_row(HtableModify *modify, TupleTableSlot *slot)
{
	ResultRelInfo *relinfo = modify->relinfo;
	Relation	rel = relinfo->ri_RelationDesc;
	EState	   *estate = modify->estate;

	if (RelationGetDescr(rel)->constr != NULL)
		ExecConstraints(relinfo, slot, estate);
	if (modify->operation == CMD_INSERT && rel->rd_rel->relispartition &&
		(relinfo->ri_RootResultRelInfo == NULL ||
		 (relinfo->ri_TrigDesc != NULL && relinfo->ri_TrigDesc->trig_insert_before_row)))
		ExecPartitionCheck(relinfo, slot, estate, true);
	/* core looks again when the row is sent, which is too late */
	if (relinfo->ri_WithCheckOptions != NIL)
		ExecWithCheckOptions(WCO_VIEW_CHECK, relinfo, slot, estate);
}

int64
htable_modify_clock(void)
{
	return htable_instant_floor(GetCurrentTimestamp());
}
