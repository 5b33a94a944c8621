/*
 * increment_plan.c
 *		UPDATE t SET n = n + k WHERE key = ...: an Increment of HBase, which needs
 *		no look at the row before it and meets no conflict.
 *
 * It is the only UPDATE that HBase does as SQL means it without a look: others
 * must know the timestamps of what they overwrite, and so must DELETE.
 */
#include "increment.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

/* The scan, if it and nothing else finds the rows, by keys that the statement fixes. */
static ForeignScan *
find_scan(PlannerInfo *root, ModifyTable *plan, Index rti)
{
	ForeignScan *scan = (ForeignScan *) outerPlan(plan);

	if (plan->operation != CMD_UPDATE || !IsA(scan, ForeignScan) || scan->scan.scanrelid != rti ||
		scan->scan.plan.qual != NIL || scan->operation != CMD_SELECT)
		return NULL;
	if (list_nth(scan->fdw_private, HTABLE_PRIVATE_TIME_CONDS) != NULL ||
		list_nth(scan->fdw_private, HTABLE_PRIVATE_CELL_CONDS) != NULL ||
		list_nth(scan->fdw_private, HTABLE_PRIVATE_AS_OF_CONDS) != NULL ||
		!boolVal(list_nth(scan->fdw_private, HTABLE_PRIVATE_POINTS)))
		return NULL;
	/* what else the statement reads may be the same HBase table */
	if (root->parse->hasSubLinks || root->parse->cteList != NIL || root->query_level != 1 ||
		root->glob->subplans != NIL || root->parse->resultRelation != (int) rti)
		return NULL;
	return scan;
}

/* Is there something of PostgreSQL's that must see the row? */
static bool
has_constraints(Oid relid)
{
	Relation	rel = table_open(relid, NoLock);
	TupleConstr *constr = RelationGetDescr(rel)->constr;
	bool		found = rel->rd_rel->relispartition ||
		(constr != NULL && (constr->num_check > 0 || constr->has_generated_stored));

	table_close(rel, NoLock);
	return found;
}

/* The only column that is set, with what it is set to. */
static TargetEntry *
only_assignment(PlannerInfo *root)
{
	TargetEntry *only = NULL;
	ListCell   *lc;

	foreach(lc, root->processed_tlist)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);

		if (tle->resjunk)
			continue;
		if (only != NULL)
			return NULL;
		only = tle;
	}
	return only != NULL && list_length(root->update_colnos) == 1 ? only : NULL;
}

static bool
is_column(Node *node, Index rti, AttrNumber attno)
{
	return IsA(node, Var) && ((Var *) node)->varno == (int) rti &&
		((Var *) node)->varattno == attno && ((Var *) node)->varlevelsup == 0;
}

/* What is added to (or taken from) the column, as bigint; NULL: the expression is something else. */
static Expr *
find_amount(PlannerInfo *root, Node *expr, Index rti, AttrNumber attno, bool *minus)
{
	OpExpr	   *op = (OpExpr *) expr;
	Node	   *amount = NULL;

	if (!IsA(expr, OpExpr) || list_length(op->args) != 2)
		return NULL;
	*minus = false;
	switch (get_opcode(op->opno))
	{
		case F_INT8MI:
		case F_INT84MI:
		case F_INT82MI:
			*minus = true;
			/* FALLTHROUGH */
		case F_INT8PL:
		case F_INT84PL:
		case F_INT82PL:
		case F_INT48PL:
		case F_INT28PL:
			if (is_column(linitial(op->args), rti, attno))
				amount = lsecond(op->args);
			else if (!*minus && is_column(lsecond(op->args), rti, attno))
				amount = linitial(op->args);
			break;
		default:
			break;
	}
	if (amount == NULL || bms_is_member(rti, pull_varnos(root, amount)) ||
		contain_volatile_functions(amount) || contain_subplans(amount))
		return NULL;
	return (Expr *) amount;
}

/* Does RETURNING show nothing but the key and the column? */
static bool
returns_known(const ModifyTable *plan, Index rti, const HtableMapping *mapping, AttrNumber attno)
{
	Bitmapset  *offsets = NULL;
	int			member = -1;

	pull_varattnos((Node *) plan->returningLists, rti, &offsets);
	while ((member = bms_next_member(offsets, member)) >= 0)
	{
		int			shown = member + FirstLowInvalidHeapAttributeNumber;

		if (shown <= 0 || mapping->columns[shown - 1] == NULL ||
			(shown != attno && mapping->columns[shown - 1]->kind != HTABLE_COLUMN_KEY))
			return false;
	}
	return true;
}

/* The scan's own target list is of the row before; nobody looks at what would be assigned. */
static void
forget_assignment(ForeignScan *scan)
{
	ListCell   *lc;

	foreach(lc, scan->scan.plan.targetlist)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);

		if (!tle->resjunk)
			tle->expr = (Expr *) makeNullConst(INT8OID, -1, InvalidOid);
	}
}

bool
htablePlanDirectModify(PlannerInfo *root, ModifyTable *plan, Index rti, int subplan_index)
{
	ForeignScan *scan = find_scan(root, plan, rti);
	TargetEntry *assigned;
	HtableMapping *mapping;
	const HtableColumn *column;
	Expr	   *amount;
	bool		minus;

	if (!htable_enable_increment || scan == NULL || (assigned = only_assignment(root)) == NULL)
		return false;
	mapping = htable_mapping_make(planner_rt_fetch(rti, root)->relid);
	column = mapping->columns[linitial_int(root->update_colnos) - 1];
	if (mapping->shape != HTABLE_SHAPE_ROW || column == NULL || column->kind != HTABLE_COLUMN_CELL ||
		column->typid != INT8OID || column->codec->encoding != HTABLE_ENCODING_BINARY ||
		has_constraints(mapping->relid) ||
		!returns_known(plan, rti, mapping, column->attnum))
		return false;
	amount = find_amount(root, (Node *) assigned->expr, rti, column->attnum, &minus);
	if (amount == NULL)
		return false;
	scan->operation = CMD_UPDATE;
	scan->resultRelation = rti;
	scan->fdw_exprs = lappend(scan->fdw_exprs, copyObject(amount));
	lfirst(list_nth_cell(scan->fdw_private, HTABLE_PRIVATE_TARGET)) = NULL;
	lfirst(list_nth_cell(scan->fdw_private, HTABLE_PRIVATE_INCREMENT)) =
		list_make4(makeInteger(column->attnum), makeBoolean(minus),
				   makeInteger(list_length(scan->fdw_exprs) - 1), makeBoolean(plan->canSetTag));
	forget_assignment(scan);
	return true;
}
