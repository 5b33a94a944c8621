/*
 * selectivity.c
 *		Which part of a table's rows clauses let through.
 *
 * Conditions on the row key whose values are known are turned into the ranges
 * of keys that a scan would read.  These are held against what is known of keys:
 * before ANALYZE the regions of the table, after it the histogram of the key,
 * if that is one column.  PostgreSQL would do the latter, but it places a text
 * between two others as if any of its bytes could be any letter or digit, by
 * which a range inside a bar of the histogram may be off a hundredfold; keys
 * show which bytes they are made of (keyspace.c).  All else is PostgreSQL's.
 */
#include "clause.h"
#include "statistics.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

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
 * Keys for which conditions hold; NULL: a value cannot be a key, which is for
 * the scan to say, should there be one.  Encoding leaves nothing behind but
 * memory.
 */
static HtableRangeSet *
try_ranges(List *conds, HtableMapping *mapping, const HtableValues *values)
{
	MemoryContext caller = CurrentMemoryContext;
	HtableRangeSet *volatile ranges = NULL;

	PG_TRY();
	{
		ranges = htable_pushdown_ranges(conds, mapping, values);
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

	return try_ranges(conds, mapping, &values);
}

/* ---- the histogram of the key ---- */

/* The key of a value of its one column; false: there is none. */
static bool
key_of_value(HtableMapping *mapping, Datum value, HtableBytes *key)
{
	List	   *equal = list_make3(makeInteger(HTABLE_COND_COMPARE), makeInteger(HTABLE_EQ),
								   makeInteger(0));
	bool		null = false;
	Oid			type = mapping->keys[0].column->typid;
	HtableValues values = {1, &value, &null, &type};
	HtableRangeSet *ranges = try_ranges(list_make1(list_make3(makeInteger(HTABLE_COND_PART),
															  makeInteger(0), equal)),
										mapping, &values);

	if (ranges == NULL || ranges->nranges == 0)
		return false;
	*key = ranges->ranges[0].lower;
	return true;
}

/* The bounds of a histogram as landmarks: between two of them are as many rows each time. */
static HtableTableSize *
size_of_histogram(HtableMapping *mapping, const AttStatsSlot *slot, double tuples)
{
	HtableBytes *keys = palloc(sizeof(HtableBytes) * slot->nvalues);
	int			n = 0;

	for (int i = 0; i < slot->nvalues; i++)
	{
		if (key_of_value(mapping, slot->values[i], &keys[n]))
			n++;
	}
	return n < 2 ? NULL : htable_tablesize_of_keys(keys, n, tuples);
}

/*
 * What the statistics of the key say; NULL: nothing of use.  Keys that are more
 * frequent than others are no row keys but those of several versions or cells.
 */
static HtableTableSize *
analyzed_size(RelOptInfo *rel, HtableMapping *mapping)
{
	HtableTableSize *size = NULL;
	AttStatsSlot slot;
	HeapTuple	tuple;

	if (mapping->nkeys != 1 || rel->tuples < 1)
		return NULL;
	tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(mapping->relid),
							Int16GetDatum(mapping->keys[0].column->attnum), BoolGetDatum(false));
	if (!HeapTupleIsValid(tuple))
		return NULL;
	if (!get_attstatsslot(&slot, tuple, STATISTIC_KIND_MCV, InvalidOid, 0) &&
		get_attstatsslot(&slot, tuple, STATISTIC_KIND_HISTOGRAM, InvalidOid, ATTSTATSSLOT_VALUES))
	{
		if (slot.valuetype == mapping->keys[0].column->typid)
			size = size_of_histogram(mapping, &slot, rel->tuples);
	}
	free_attstatsslot(&slot);
	ReleaseSysCache(tuple);
	return size;
}

/* ---- clauses ---- */

/* What is known of keys; NULL: nothing. */
static const HtableTableSize *
known_size(RelOptInfo *rel)
{
	HtableRelInfo *info = rel->fdw_private;

	if (info->analyzed && !info->looked_up)
	{
		info->looked_up = true;
		info->size = analyzed_size(rel, info->mapping);
	}
	return info->size;
}

/* The part of the relation's rows for which all clauses hold. */
double
htable_selectivity(PlannerInfo *root, RelOptInfo *rel, List *rinfos)
{
	HtableMapping *mapping = ((HtableRelInfo *) rel->fdw_private)->mapping;
	HtableRangeSet *ranges = NULL;
	List	   *known = NIL;
	List	   *others = NIL;
	ListCell   *lc;

	foreach(lc, rinfos)
	{
		if (is_known(root, rel, mapping, lfirst_node(RestrictInfo, lc)))
			known = lappend(known, lfirst(lc));
		else
			others = lappend(others, lfirst(lc));
	}
	if (known != NIL && known_size(rel) != NULL)
		ranges = ranges_of(root, rel, mapping, known, &others);
	if (ranges == NULL)
		return clauselist_selectivity(root, rinfos, 0, JOIN_INNER, NULL);
	return htable_tablesize_part(known_size(rel), ranges) *
		clauselist_selectivity(root, others, 0, JOIN_INNER, NULL);
}
