/*
 * clause_cell.c
 *		Conditions on cells, which become filters.
 */
#include "clause.h"

/*
 * A test of a cell, as the plan holds it.  An array of unknown length may prove
 * too long for a filter, and is then checked here.
 */
HtableClause
htable_clause_cell(HtableClauseContext *cx, const HtableColumn *column, HtableCondTag tag,
				   HtableCompare compare, Node *right)
{
	bool		equality = compare == HTABLE_EQ &&
		(tag == HTABLE_COND_CELL_COMPARE || tag == HTABLE_COND_CELL_ANY);
	HtableClauseState state = htable_filterplan_compare_state(column, equality);
	List	   *rest = list_make1(htable_operand_place(cx, (Expr *) right));

	if (tag == HTABLE_COND_CELL_COMPARE || tag == HTABLE_COND_CELL_ANY)
		rest = lcons(makeInteger(compare), rest);
	if ((tag == HTABLE_COND_CELL_ANY || tag == HTABLE_COND_CELL_NONE) &&
		htable_operand_array_length(right) < 0)
		state = HTABLE_CLAUSE_SUPERSET;
	return htable_clause_pushed(state, HTABLE_TARGET_CELLS,
								htable_clause_cond(tag, lcons(makeInteger(column->attnum), rest)));
}

/* Cell op expression; of arrays ANY, or "<>" with ALL. */
HtableClause
htable_clause_cell_compare(HtableClauseContext *cx, HtableOperand operand, Oid opno,
						   Oid collation, Node *right, bool is_array, bool any)
{
	HtableCompare compare = HTABLE_EQ;
	bool		by_bytes = false;
	bool		differs;
	Oid			equality;
	const char *refusal;
	HtableCondTag tag;

	if ((refusal = htable_filterplan_refusal(operand.column)) != NULL)
		return htable_clause_local(refusal);
	differs = htable_operand_inequality(opno, operand.type, &equality);
	if (!differs && !htable_operand_compare(opno, operand.type, &by_bytes, &compare))
		return htable_clause_local("the operator is no comparison of bytes");
	if ((refusal = htable_operand_refusal(operand, opno, collation, compare, by_bytes)) != NULL)
		return htable_clause_local(refusal);
	if (is_array && any == differs)
		return htable_clause_local(any ? "an inequality with ANY" : "an ALL comparison");
	if (is_array && htable_operand_array_length(right) > HTABLE_FILTER_VALUES_MAX)
		return htable_clause_local("too many values for a filter");
	if (is_array)
		tag = any ? HTABLE_COND_CELL_ANY : HTABLE_COND_CELL_NONE;
	else
		tag = differs ? HTABLE_COND_CELL_DIFFERS : HTABLE_COND_CELL_COMPARE;
	return htable_clause_cell(cx, operand.column, tag, compare, right);
}

/* A test for a prefix, as the plan holds it; what passes need not decode. */
HtableClause
htable_clause_cell_prefix(HtableClauseContext *cx, const HtableColumn *column,
						  HtableClauseState state, Node *right, bool is_like)
{
	if (htable_filterplan_compare_state(column, false) == HTABLE_CLAUSE_SUPERSET)
		state = HTABLE_CLAUSE_SUPERSET;
	return htable_clause_pushed(state, HTABLE_TARGET_CELLS,
								htable_clause_cond(is_like ? HTABLE_COND_CELL_LIKE
												   : HTABLE_COND_CELL_PREFIX,
												   list_make2(makeInteger(column->attnum),
															  htable_operand_place(cx, (Expr *) right))));
}

/* IS [NOT] NULL of a cell. */
HtableClause
htable_clause_cell_null(const HtableColumn *column, bool is_null)
{
	HtableClauseState state = htable_filterplan_null_state(column, is_null);

	if (state == HTABLE_CLAUSE_LOCAL)
		return htable_clause_local("a cell may be there and be read as NULL");
	return htable_clause_pushed(state, HTABLE_TARGET_CELLS,
								htable_clause_cond(is_null ? HTABLE_COND_CELL_NULL
												   : HTABLE_COND_CELL_NOT_NULL,
												   list_make1(makeInteger(column->attnum))));
}
