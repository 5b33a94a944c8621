/*
 * clause.c
 *		One clause -> exact, superset or local, with the reason.
 *
 * A clause goes to HBase as a range of row keys, as a range of timestamps or
 * as a filter on cells.  It is exact when the rows that HBase then returns are
 * just those for which the clause is true (it is dropped here), superset when
 * they are those and perhaps more (it stays as a filter here), else local.
 *
 * Rules kept here:
 *	- A clause is not moved before a security barrier that it might leak from.
 *	- In an OR every arm must be pushed, and all as the same kind, else none is.
 *	  So a clause is tried twice: as a range, and as a filter on cells.
 */
#include "clause.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/restrictinfo.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

static HtableClause classify(HtableClauseContext *cx, Node *clause);

const char	htable_clause_not_ours[] = "no condition on the row key or a cell";
static const char mixed_arms[] = "the arms of OR are not all key ranges, nor all value filters";

static const char *const target_names[] = {
	[HTABLE_TARGET_KEY] = "key range",
	[HTABLE_TARGET_TIME] = "time range",
	[HTABLE_TARGET_AS_OF] = "end of the time range",
	[HTABLE_TARGET_CELLS] = "value filter"
};

/* Of shape cells, where tests are on family and qualifier. */
static const char columns_name[] = "columns";

HtableClause
htable_clause_local(const char *reason)
{
	HtableClause c = {HTABLE_CLAUSE_LOCAL, HTABLE_TARGET_KEY, NIL, reason};

	return c;
}

HtableClause
htable_clause_pushed(HtableClauseState state, HtableTarget target, List *cond)
{
	HtableClause c = {state, target, cond, target_names[target]};

	return c;
}

/* Do conditions on the column become tests of cells? */
static bool
is_tested(const HtableColumn *column)
{
	return column->kind != HTABLE_COLUMN_KEY && column->kind != HTABLE_COLUMN_TIMESTAMP &&
		column->kind != HTABLE_COLUMN_AS_OF && column->kind != HTABLE_COLUMN_TTL;
}

const char *
htable_clause_column_refusal(HtableClauseContext *cx, const HtableColumn *column)
{
	if (cx->as_cells != is_tested(column))
		return htable_clause_not_ours;
	switch (column->kind)
	{
		case HTABLE_COLUMN_KEY:
			if (!htable_enable_key_range)
				return "htable_fdw.enable_key_range is off";
			if (column->codec->key_order == HTABLE_KEY_OPAQUE ||
				column->codec->key_order == HTABLE_KEY_BOOL)
				return "the key's encoding has no usable order for this type";
			break;
		case HTABLE_COLUMN_TIMESTAMP:
			if (!htable_enable_time_range)
				return "htable_fdw.enable_time_range is off";
			break;
		case HTABLE_COLUMN_AS_OF:
			return htable_clause_not_ours;
		case HTABLE_COLUMN_TTL:
			return "HBase does not tell how long cells live";
		case HTABLE_COLUMN_CELL:
			if (cx->mapping->shape != HTABLE_SHAPE_ROW)
				return "a filter tests only the newest cells of a row";
			if (!htable_enable_value_filter)
				return "htable_fdw.enable_value_filter is off";
			break;
		case HTABLE_COLUMN_MAP:
			return "HBase has no test for whole families";
		case HTABLE_COLUMN_FAMILY:
		case HTABLE_COLUMN_QUALIFIER:
			if (!htable_enable_projection)
				return "htable_fdw.enable_projection is off";
			break;
		case HTABLE_COLUMN_VALUE:
			return "HBase would count versions after the test";
		case HTABLE_COLUMN_TYPE:
			return "HBase has no test for types of cells";
	}
	return NULL;
}

/* Column op expression, for OpExpr and the arrays of ScalarArrayOpExpr. */
static HtableClause
classify_compare(HtableClauseContext *cx, HtableOperand operand, Oid opno, Oid collation,
				 Node *right, bool is_array, bool any)
{
	const char *refusal;

	if ((refusal = htable_clause_column_refusal(cx, operand.column)) != NULL ||
		(refusal = htable_operand_right_refusal(cx, right)) != NULL)
		return htable_clause_local(refusal);
	if (is_tested(operand.column))
		return htable_clause_cell_compare(cx, operand, opno, collation, right, is_array, any);
	if (is_array && !any)
		return htable_clause_local("an ALL comparison");
	if (operand.column->kind == HTABLE_COLUMN_TIMESTAMP)
		return htable_clause_time_compare(cx, operand, opno, collation, right, is_array);
	return htable_clause_key_compare(cx, operand, opno, collation, right, is_array);
}

/* text LIKE pattern, ^@ prefix, starts_with(text, prefix): safe under any deterministic collation. */
static HtableClause
classify_prefix(HtableClauseContext *cx, Node *left, Node *right, Oid collation, bool is_like)
{
	HtableOperand operand = htable_operand_match(cx, left);
	const char *refusal;
	HtableClauseState state = HTABLE_CLAUSE_EXACT;

	if (operand.column == NULL)
		return htable_clause_local(htable_clause_not_ours);
	if ((refusal = htable_clause_column_refusal(cx, operand.column)) != NULL ||
		(refusal = htable_operand_right_refusal(cx, right)) != NULL)
		return htable_clause_local(refusal);
	if (is_tested(operand.column) &&
		(refusal = htable_filterplan_refusal(operand.column)) != NULL)
		return htable_clause_local(refusal);
	if (operand.type != TEXTOID || operand.column->kind == HTABLE_COLUMN_TIMESTAMP)
		return htable_clause_local("the operator is no range of keys");
	if ((refusal = htable_operand_collation_refusal(TEXTOID, collation, HTABLE_LT, true)) != NULL)
		return htable_clause_local(refusal);

	if (is_like && !htable_operand_pattern_is_exact(right))
		state = HTABLE_CLAUSE_SUPERSET;
	if (is_tested(operand.column))
		return htable_clause_cell_prefix(cx, operand.column, state, right, is_like);
	return htable_clause_key_prefix(cx, operand.column, state, right, is_like);
}

/* map ? 'key': whether there is such a cell, whatever is in it. */
static HtableClause
classify_exists(HtableClauseContext *cx, Node *node)
{
	HtableColumn *map;
	HtableColumn *member;
	char	   *key;
	const char *refusal;

	if (htable_mapuse_match(node, cx->rel->relid, cx->mapping, &map, &key) != HTABLE_MAPUSE_EXISTS ||
		(member = htable_mapuse_member(cx->mapping, map, key)) == NULL)
		return htable_clause_local(htable_clause_not_ours);
	if ((refusal = htable_clause_column_refusal(cx, member)) != NULL)
		return htable_clause_local(refusal);
	return htable_clause_pushed(HTABLE_CLAUSE_EXACT, HTABLE_TARGET_CELLS,
								htable_clause_cond(HTABLE_COND_CELL_NOT_NULL,
												   list_make1(makeInteger(member->attnum))));
}

static HtableClause
classify_op(HtableClauseContext *cx, OpExpr *op)
{
	HtableOperand operand;
	Node	   *left;
	Node	   *right;
	Oid			opno = op->opno;
	RegProcedure code;

	if (list_length(op->args) != 2)
		return htable_clause_local("not a comparison");
	left = linitial(op->args);
	right = lsecond(op->args);
	code = get_opcode(opno);
	if (code == F_JSONB_EXISTS)
		return classify_exists(cx, (Node *) op);
	if (code == F_TEXTLIKE || code == F_STARTS_WITH)
		return classify_prefix(cx, left, right, op->inputcollid, code == F_TEXTLIKE);

	operand = htable_operand_match(cx, left);
	if (operand.column == NULL)
	{
		operand = htable_operand_match(cx, right);
		right = left;
		opno = get_commutator(opno);
	}
	if (operand.column == NULL)
		return htable_clause_local(htable_clause_not_ours);
	if (!OidIsValid(opno))
		return htable_clause_local("the operator has no commutator");
	return classify_compare(cx, operand, opno, op->inputcollid, right, false, false);
}

static HtableClause
classify_array(HtableClauseContext *cx, ScalarArrayOpExpr *op)
{
	HtableOperand operand = htable_operand_match(cx, linitial(op->args));

	if (operand.column == NULL)
		return htable_clause_local(htable_clause_not_ours);
	return classify_compare(cx, operand, op->opno, op->inputcollid, lsecond(op->args), true,
							op->useOr);
}

/* IS NULL of what is never NULL, or of a cell. */
static HtableClause
classify_null_test(HtableClauseContext *cx, NullTest *test)
{
	HtableOperand operand = htable_operand_match(cx, (Node *) test->arg);
	const char *refusal;

	if (operand.column == NULL || test->argisrow)
		return htable_clause_local(htable_clause_not_ours);
	if ((refusal = htable_clause_column_refusal(cx, operand.column)) != NULL)
		return htable_clause_local(refusal);
	if (is_tested(operand.column))
		return htable_clause_cell_null(operand.column, test->nulltesttype == IS_NULL);
	if (operand.column->kind == HTABLE_COLUMN_KEY)
		return htable_clause_key_null(cx, operand.column, test->nulltesttype == IS_NULL);
	return htable_clause_pushed(HTABLE_CLAUSE_EXACT, HTABLE_TARGET_TIME,
								htable_clause_cond(test->nulltesttype == IS_NULL
												   ? HTABLE_COND_NOTHING : HTABLE_COND_AND, NIL));
}

/* A boolean column as a condition of its own: column, NOT column, column IS TRUE or FALSE. */
static HtableClause
classify_bool(HtableClauseContext *cx, Node *node, bool value)
{
	HtableOperand operand = htable_operand_match(cx, node);
	const char *refusal;

	if (operand.column == NULL || getBaseType(operand.column->typid) != BOOLOID)
		return htable_clause_local(htable_clause_not_ours);
	if ((refusal = htable_clause_column_refusal(cx, operand.column)) != NULL)
		return htable_clause_local(refusal);
	if (!is_tested(operand.column))
		return htable_clause_local(htable_clause_not_ours);
	if ((refusal = htable_filterplan_refusal(operand.column)) != NULL)
		return htable_clause_local(refusal);
	return htable_clause_cell(cx, operand.column, HTABLE_COND_CELL_COMPARE, HTABLE_EQ,
							  makeBoolConst(value, false));
}

/* All arms are conditions on the same thing, or the whole stays here. */
static HtableClause
classify_or(HtableClauseContext *cx, BoolExpr *expr)
{
	List	   *saved = list_copy(cx->exprs);
	List	   *conds = NIL;
	HtableClause whole = {HTABLE_CLAUSE_EXACT, HTABLE_TARGET_KEY, NIL, NULL};
	ListCell   *lc;

	if (cx->as_cells && list_length(expr->args) > HTABLE_FILTER_VALUES_MAX)
		return htable_clause_local("too many values for a filter");
	foreach(lc, expr->args)
	{
		HtableClause arm = classify(cx, lfirst(lc));

		if (arm.state == HTABLE_CLAUSE_LOCAL ||
			(conds != NIL && arm.target != whole.target))
		{
			cx->exprs = saved;
			return htable_clause_local(mixed_arms);
		}
		if (arm.state == HTABLE_CLAUSE_SUPERSET)
			whole.state = HTABLE_CLAUSE_SUPERSET;
		whole.target = arm.target;
		whole.reason = arm.reason;
		conds = lappend(conds, arm.cond);
	}
	if (whole.target == HTABLE_TARGET_TIME)
	{
		/* a scan has one time range: the hull of the arms would not be exact */
		cx->exprs = saved;
		return htable_clause_local("a scan takes one time range");
	}
	whole.cond = whole.target == HTABLE_TARGET_KEY ? htable_clause_key_join(HTABLE_COND_OR, conds)
		: htable_clause_cond(HTABLE_COND_OR, conds);
	return whole;
}

/* An AND inside an OR: what can be pushed narrows it, the rest makes it a superset. */
static HtableClause
classify_and(HtableClauseContext *cx, BoolExpr *expr)
{
	List	   *conds = NIL;
	HtableTarget target = cx->as_cells ? HTABLE_TARGET_CELLS : HTABLE_TARGET_KEY;
	HtableClause whole = {HTABLE_CLAUSE_EXACT, target, NIL, target_names[target]};
	ListCell   *lc;

	foreach(lc, expr->args)
	{
		List	   *saved = list_copy(cx->exprs);
		HtableClause part = classify(cx, lfirst(lc));

		if (part.state != HTABLE_CLAUSE_EXACT || part.target != target)
			whole.state = HTABLE_CLAUSE_SUPERSET;
		if (part.state == HTABLE_CLAUSE_LOCAL || part.target != target)
		{
			cx->exprs = saved;
			continue;
		}
		conds = lappend(conds, part.cond);
	}
	if (conds == NIL)
		return htable_clause_local(htable_clause_not_ours);
	whole.cond = target == HTABLE_TARGET_KEY ? htable_clause_key_join(HTABLE_COND_AND, conds)
		: htable_clause_cond(HTABLE_COND_AND, conds);
	return whole;
}

static HtableClause
classify_bool_expr(HtableClauseContext *cx, BoolExpr *expr)
{
	HtableClause clause;

	if (expr->boolop == NOT_EXPR)
		return classify_bool(cx, linitial(expr->args), false);
	if (cx->as_cells && cx->depth == HTABLE_FILTER_DEPTH_MAX)
		return htable_clause_local("nested too deeply for a filter");
	cx->depth++;
	clause = expr->boolop == OR_EXPR ? classify_or(cx, expr) : classify_and(cx, expr);
	cx->depth--;
	return clause;
}

static HtableClause
classify(HtableClauseContext *cx, Node *clause)
{
	switch (nodeTag(clause))
	{
		case T_OpExpr:
			return classify_op(cx, (OpExpr *) clause);
		case T_ScalarArrayOpExpr:
			return classify_array(cx, (ScalarArrayOpExpr *) clause);
		case T_RowCompareExpr:
			return htable_clause_key_row(cx, (RowCompareExpr *) clause);
		case T_NullTest:
			return classify_null_test(cx, (NullTest *) clause);
		case T_FuncExpr:
			{
				FuncExpr   *func = (FuncExpr *) clause;

				if (func->funcid == F_STARTS_WITH)
					return classify_prefix(cx, linitial(func->args), lsecond(func->args),
										   func->inputcollid, false);
				break;
			}
		case T_BoolExpr:
			return classify_bool_expr(cx, (BoolExpr *) clause);
		case T_BooleanTest:
			{
				BooleanTest *test = (BooleanTest *) clause;

				if (test->booltesttype == IS_TRUE || test->booltesttype == IS_FALSE)
					return classify_bool(cx, (Node *) test->arg, test->booltesttype == IS_TRUE);
				break;
			}
		case T_Var:
		case T_RelabelType:
			return classify_bool(cx, clause, true);
		default:
			break;
	}
	return htable_clause_local(htable_clause_not_ours);
}

/* As a range of keys or times, else as a filter on cells. */
static HtableClause
classify_either(HtableClauseContext *cx, Node *clause)
{
	HtableClause range;
	HtableClause cells;

	cx->as_cells = false;
	range = classify(cx, clause);
	if (range.state != HTABLE_CLAUSE_LOCAL)
		return range;
	cx->as_cells = true;
	cells = classify(cx, clause);
	if (cells.state != HTABLE_CLAUSE_LOCAL)
		return cells;
	/* the reason that tells more */
	return cells.reason == htable_clause_not_ours || (cells.reason == mixed_arms && range.reason != htable_clause_not_ours)
		? range : cells;
}

HtableClause
htable_clause_classify(HtableClauseContext *cx, RestrictInfo *rinfo)
{
	HtableClause clause;

	if (rinfo->pseudoconstant)
		return htable_clause_local("decided before the scan");
	if (!restriction_is_securely_promotable(rinfo, cx->rel))
		return htable_clause_local("may not run before a security barrier");
	if (htable_asof_clause(cx, (Node *) rinfo->clause, &clause))
		return clause;
	clause = classify_either(cx, (Node *) rinfo->clause);
	if (clause.state != HTABLE_CLAUSE_LOCAL && clause.target == HTABLE_TARGET_CELLS &&
		cx->mapping->shape == HTABLE_SHAPE_CELLS)
		clause.reason = columns_name;
	return clause;
}
