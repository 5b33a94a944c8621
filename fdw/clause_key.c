/*
 * clause_key.c
 *		Conditions on a part of the row key, which become ranges of keys.
 *
 * What a condition is here holds where the parts of the key before its own are
 * fixed; whether they are is decided for all clauses together
 * (clause_parts.c).
 */
#include "clause.h"

#include "utils/lsyscache.h"

/* A condition on one part alone. */
static List *
part_cond(const HtableColumn *column, List *cond)
{
	return htable_clause_cond(HTABLE_COND_PART, list_make2(makeInteger(column->part), cond));
}

static List *
compare_cond(const HtableColumn *column, HtableCompare compare, Node *place)
{
	return part_cond(column, htable_clause_cond(HTABLE_COND_COMPARE,
												list_make2(makeInteger(compare), place)));
}

/* Ranges of values that bytes keep together, else more than them. */
static HtableClauseState
range_state(HtableClauseContext *cx, const HtableColumn *column)
{
	return cx->mapping->keys[column->part].keeps_order ? HTABLE_CLAUSE_EXACT
		: HTABLE_CLAUSE_SUPERSET;
}

/* NULL when bytes decide on part op value, else why not. */
static const char *
compare_refusal(HtableOperand operand, Oid opno, Oid collation, HtableCompare *compare)
{
	bool		by_bytes;

	if (!htable_operand_compare(opno, operand.type, &by_bytes, compare))
		return "the operator is no range of keys";
	if (*compare != HTABLE_EQ && operand.column->codec->key_order == HTABLE_KEY_ORDERED_BLOB)
		return "the key's encoding does not keep the order of blobs";
	return htable_operand_refusal(operand, opno, collation, *compare, by_bytes);
}

/* Part op expression. */
HtableClause
htable_clause_key_compare(HtableClauseContext *cx, HtableOperand operand, Oid opno,
						  Oid collation, Node *right, bool is_array)
{
	HtableCompare compare;
	const char *refusal = compare_refusal(operand, opno, collation, &compare);
	Node	   *place;

	if (refusal != NULL)
		return htable_clause_local(refusal);
	place = htable_operand_place(cx, (Expr *) right);
	return htable_clause_pushed(compare == HTABLE_EQ ? HTABLE_CLAUSE_EXACT
								: range_state(cx, operand.column), HTABLE_TARGET_KEY,
								is_array
								? part_cond(operand.column,
											htable_clause_cond(HTABLE_COND_ANY,
															   list_make2(makeInteger(compare), place)))
								: compare_cond(operand.column, compare, place));
}

/*
 * Part LIKE pattern, or with a prefix; the state is what the pattern makes of
 * it.  The beginning of a longer terminator may look like the prefix's end.
 */
HtableClause
htable_clause_key_prefix(HtableClauseContext *cx, const HtableColumn *column,
						 HtableClauseState state, Node *right, bool is_like)
{
	const HtableKeyPart *part = &cx->mapping->keys[column->part];

	if (part->end == HTABLE_PART_TERMINATED && !part->keeps_order && part->terminator.len > 1)
		state = HTABLE_CLAUSE_SUPERSET;
	return htable_clause_pushed(state, HTABLE_TARGET_KEY,
								part_cond(column,
										  htable_clause_cond(is_like ? HTABLE_COND_LIKE
															 : HTABLE_COND_PREFIX,
															 list_make1(htable_operand_place(cx, (Expr *) right)))));
}

/* IS [NOT] NULL: only OrderedBytes has a null, and only beside other parts. */
HtableClause
htable_clause_key_null(HtableClauseContext *cx, const HtableColumn *column, bool is_null)
{
	List	   *cond;

	if (cx->mapping->keys[column->part].nullable)
		cond = part_cond(column, htable_clause_cond(is_null ? HTABLE_COND_NULL
													: HTABLE_COND_NOT_NULL, NIL));
	else
		cond = htable_clause_cond(is_null ? HTABLE_COND_NOTHING : HTABLE_COND_AND, NIL);
	return htable_clause_pushed(HTABLE_CLAUSE_EXACT, HTABLE_TARGET_KEY, cond);
}

/* The part that a condition is about alone; -1: several, or none. */
static int
only_part(List *cond)
{
	return intVal(linitial(cond)) == HTABLE_COND_PART ? intVal(lsecond(cond)) : -1;
}

List *
htable_clause_key_join(HtableCondTag tag, List *conds)
{
	int			part = only_part(linitial(conds));
	List	   *inner = NIL;
	ListCell   *lc;

	foreach(lc, conds)
	{
		if (part < 0 || only_part(lfirst(lc)) != part)
			return htable_clause_cond(tag, conds);
		inner = lappend(inner, lthird((List *) lfirst(lc)));
	}
	return htable_clause_cond(HTABLE_COND_PART,
							  list_make2(makeInteger(part), htable_clause_cond(tag, inner)));
}

/* ---- (a, b) op (x, y) ---- */

/* A pair that is compared: our side, and the place of the other one. */
typedef struct Pair
{
	HtableColumn *column;
	HtableCompare compare;		/* with our side on the left */
	Node	   *place;
} Pair;

/* NULL when the pair is a part of the key and a value that bounds it, else why not. */
static const char *
take_pair(HtableClauseContext *cx, Node *left, Node *right, Oid opno, Oid collation, Pair *pair)
{
	HtableOperand operand = htable_operand_match(cx, left);
	const char *refusal;

	if (operand.column == NULL)
	{
		operand = htable_operand_match(cx, right);
		right = left;
		opno = get_commutator(opno);
	}
	if (operand.column == NULL || operand.column->kind != HTABLE_COLUMN_KEY)
		return htable_clause_not_ours;
	if (!OidIsValid(opno))
		return "the operator has no commutator";
	if ((refusal = htable_clause_column_refusal(cx, operand.column)) != NULL ||
		(refusal = htable_operand_right_refusal(cx, right)) != NULL ||
		(refusal = compare_refusal(operand, opno, collation, &pair->compare)) != NULL)
		return refusal;
	pair->column = operand.column;
	pair->place = htable_operand_place(cx, (Expr *) right);
	return NULL;
}

static HtableCompare
without_equality(HtableCompare compare)
{
	return compare == HTABLE_LE ? HTABLE_LT : compare == HTABLE_GE ? HTABLE_GT : compare;
}

static HtableCompare
with_equality(HtableCompare compare)
{
	return compare == HTABLE_LT ? HTABLE_LE : compare == HTABLE_GT ? HTABLE_GE : compare;
}

/*
 * (a, b, c) < (x, y, z) is a < x OR (a = x AND (b < y OR (b = y AND c < z))).
 * That is what SQL says of NULLs too: a pair that decides is not undone by a
 * NULL behind it, and at a NULL before that nothing is true.
 *
 * Where a pair is none of ours the ones before it remain, with equality: a
 * superset.
 */
HtableClause
htable_clause_key_row(HtableClauseContext *cx, RowCompareExpr *expr)
{
	int			n = list_length(expr->opnos);
	Pair	   *pairs = palloc(sizeof(Pair) * n);
	int			taken = 0;
	const char *refusal = NULL;
	HtableClauseState state = HTABLE_CLAUSE_EXACT;
	List	   *cond;

	if (cx->as_cells)
		return htable_clause_local(htable_clause_not_ours);
	for (; taken < n; taken++)
	{
		refusal = take_pair(cx, list_nth(expr->largs, taken), list_nth(expr->rargs, taken),
							list_nth_oid(expr->opnos, taken),
							list_nth_oid(expr->inputcollids, taken), &pairs[taken]);
		if (refusal != NULL)
			break;
		if (range_state(cx, pairs[taken].column) != HTABLE_CLAUSE_EXACT)
			state = HTABLE_CLAUSE_SUPERSET;
	}
	if (taken == 0)
		return htable_clause_local(refusal);
	if (taken < n)
	{
		state = HTABLE_CLAUSE_SUPERSET;
		pairs[taken - 1].compare = with_equality(pairs[taken - 1].compare);
	}

	cond = compare_cond(pairs[taken - 1].column, pairs[taken - 1].compare, pairs[taken - 1].place);
	for (int i = taken - 2; i >= 0; i--)
	{
		const Pair *pair = &pairs[i];
		List	   *equal = list_make2(compare_cond(pair->column, HTABLE_EQ, pair->place), cond);
		List	   *before = compare_cond(pair->column, without_equality(pair->compare), pair->place);

		cond = htable_clause_key_join(HTABLE_COND_OR,
									  list_make2(before,
												 htable_clause_key_join(HTABLE_COND_AND, equal)));
	}
	return htable_clause_pushed(state, HTABLE_TARGET_KEY, cond);
}
