/*
 * clause_key.c
 *		Conditions on the row key, which become ranges of keys.
 */
#include "clause.h"

/* Key op expression. */
HtableClause
htable_clause_key_compare(HtableClauseContext *cx, HtableOperand operand, Oid opno,
						  Oid collation, Node *right, bool is_array)
{
	HtableCompare compare;
	bool		by_bytes;
	const char *refusal;
	double		points = 0;

	if (!htable_operand_compare(opno, operand.type, &by_bytes, &compare))
		return htable_clause_local("the operator is no range of keys");
	if (compare != HTABLE_EQ && operand.column->codec->key_order == HTABLE_KEY_ORDERED_BLOB)
		return htable_clause_local("the key's encoding does not keep the order of blobs");
	if ((refusal = htable_operand_refusal(operand, opno, collation, compare, by_bytes)) != NULL)
		return htable_clause_local(refusal);

	if (compare == HTABLE_EQ)
		points = is_array ? compat_estimate_array_length(cx->root, right) : 1;
	return htable_clause_pushed(HTABLE_CLAUSE_EXACT, HTABLE_TARGET_KEY,
								htable_clause_cond(is_array ? HTABLE_COND_ANY : HTABLE_COND_COMPARE,
												   list_make2(makeInteger(compare),
															  htable_operand_place(cx, (Expr *) right))),
								points);
}

/* Key LIKE pattern, or with a prefix; the state is what the pattern makes of it. */
HtableClause
htable_clause_key_prefix(HtableClauseContext *cx, HtableClauseState state, Node *right,
						 bool is_like)
{
	return htable_clause_pushed(state, HTABLE_TARGET_KEY,
								htable_clause_cond(is_like ? HTABLE_COND_LIKE : HTABLE_COND_PREFIX,
												   list_make1(htable_operand_place(cx, (Expr *) right))),
								0);
}
