/*
 * selectivity.c
 *		Which part of a table's rows clauses let through.
 *
 * PostgreSQL's own statistics know best where a table was analyzed.  Before
 * that, conditions on the row key whose values are known are turned into the
 * ranges of keys that a scan would read, and these are held against the regions
 * of the table.
 */
#include "clause.h"
#include "statistics.h"

#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"

/* The values of right sides that are known while planning; false: one is not. */
static bool
known_values(PlannerInfo *root, List *exprs, HtableValues *values)
{
	ListCell   *lc;

	values->n = 0;
	values->values = palloc(sizeof(Datum) * Max(list_length(exprs), 1));
	values->nulls = palloc(sizeof(bool) * Max(list_length(exprs), 1));
	values->types = palloc(sizeof(Oid) * Max(list_length(exprs), 1));
	foreach(lc, exprs)
	{
		Node	   *expr = estimate_expression_value(root, lfirst(lc));

		if (!IsA(expr, Const))
			return false;
		values->values[values->n] = ((Const *) expr)->constvalue;
		values->nulls[values->n] = ((Const *) expr)->constisnull;
		values->types[values->n] = exprType(lfirst(lc));
		values->n++;
	}
	return true;
}

/* Is the clause a condition on the key with values that are known? */
static bool
is_known(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping, RestrictInfo *rinfo)
{
	HtableClauseContext cx = {root, rel, mapping, NIL};
	HtableClause clause = htable_clause_classify(&cx, rinfo);
	HtableValues values;

	return clause.state != HTABLE_CLAUSE_LOCAL && clause.target == HTABLE_TARGET_KEY &&
		known_values(root, cx.exprs, &values);
}

/*
 * The ranges of keys of conditions whose values are all known; NULL: they
 * cannot be made.  Conditions that have no part in them, since others before
 * them are not known, are added to *others.
 */
static HtableRangeSet *
ranges_of(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping, List *rinfos,
		  List **others)
{
	HtableClauseContext cx = {root, rel, mapping, NIL};
	HtableClauses result = htable_clauses_classify(&cx, rinfos);
	HtableRangeSet *volatile ranges = NULL;
	MemoryContext caller = CurrentMemoryContext;
	HtableValues values;
	List	   *conds = NIL;

	for (int i = 0; i < list_length(rinfos); i++)
	{
		if (result.clauses[i].state != HTABLE_CLAUSE_LOCAL)
			conds = lappend(conds, result.clauses[i].cond);
		else
			*others = lappend(*others, list_nth(rinfos, i));
	}
	if (!known_values(root, cx.exprs, &values))
		return NULL;

	/*
	 * A value that cannot be a key is an error of the scan, should there be one.
	 * Encoding it leaves nothing behind but memory.
	 */
	PG_TRY();
	{
		ranges = htable_pushdown_ranges(conds, mapping, &values);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		if (ERRCODE_TO_CATEGORY(geterrcode()) != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();
		FlushErrorState();
	}
	PG_END_TRY();
	return ranges;
}

/* The part of the relation's rows for which all clauses hold; size NULL: PostgreSQL's estimate. */
double
htable_selectivity(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping,
				   const HtableTableSize *size, List *rinfos)
{
	HtableRangeSet *ranges = NULL;
	List	   *known = NIL;
	List	   *others = NIL;
	ListCell   *lc;

	if (size == NULL)
		return clauselist_selectivity(root, rinfos, 0, JOIN_INNER, NULL);
	foreach(lc, rinfos)
	{
		if (is_known(root, rel, mapping, lfirst_node(RestrictInfo, lc)))
			known = lappend(known, lfirst(lc));
		else
			others = lappend(others, lfirst(lc));
	}
	if (known != NIL)
		ranges = ranges_of(root, rel, mapping, known, &others);
	if (ranges == NULL)
		return clauselist_selectivity(root, rinfos, 0, JOIN_INNER, NULL);
	return htable_tablesize_part(size, ranges) *
		clauselist_selectivity(root, others, 0, JOIN_INNER, NULL);
}
