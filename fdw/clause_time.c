/*
 * clause_time.c
 *		Conditions on the timestamp, which become the scan's time range.
 */
#include "clause.h"

/*
 * Timestamp op expression.
 *
 * In shape row the timestamp is that of the row's newest cell: from a time on,
 * rows are found by a time range and then read whole.  In the other shapes,
 * HBase counts a column's versions inside the time range.  From a time on,
 * they are the newest ones, as without a range; up to a time, older versions
 * that are no longer counted but not yet compacted away would come back.  So
 * only the lower end goes to the server.
 *
 * Not with a raw read: one whose time range begins after delete markers can keep
 * a region server's handler busy for ever (seen with HBase 2.6.4).
 */
HtableClause
htable_clause_time_compare(HtableClauseContext *cx, HtableOperand operand, Oid opno,
						   Oid collation, Node *right, bool is_array)
{
	HtableClauseState state = HTABLE_CLAUSE_EXACT;
	HtableCompare compare;
	bool		by_bytes;
	const char *refusal;

	if (!htable_operand_compare(opno, operand.type, &by_bytes, &compare))
		return htable_clause_local("the operator is no range of keys");
	if (cx->mapping->raw)
		return htable_clause_local("a raw read takes no time range");
	if (is_array)
		return htable_clause_local("a scan takes one time range");
	if ((refusal = htable_operand_refusal(operand, opno, collation, compare, by_bytes)) != NULL)
		return htable_clause_local(refusal);
	if (cx->mapping->shape == HTABLE_SHAPE_ROW)
	{
		if (compare == HTABLE_LT || compare == HTABLE_LE)
			return htable_clause_local("the newest timestamp of a row is known only here");
		state = HTABLE_CLAUSE_SUPERSET;
	}
	else if (compare == HTABLE_LT || compare == HTABLE_LE)
		return htable_clause_local("up to a time HBase shows versions it no longer counts");
	if (compare == HTABLE_EQ)
		state = HTABLE_CLAUSE_SUPERSET;
	return htable_clause_pushed(state, HTABLE_TARGET_TIME,
								htable_clause_cond(HTABLE_COND_COMPARE,
												   list_make2(makeInteger(compare),
															  htable_operand_place(cx, (Expr *) right))));
}
