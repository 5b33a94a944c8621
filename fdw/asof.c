/*
 * asof.c
 *		Reading the past: as of which moment a scan reads.
 *
 * ":as_of" is no data but a parameter: "as_of = expression" reads every cell as
 * it was then, by a time range that ends there.  So it can be said once, by an
 * equality at the top of WHERE, and of nothing that a join or the row itself
 * decides; everything else would give other rows than it says, and is refused
 * while planning.  Where a query says nothing, the option "as_of" of the
 * foreign table counts, then the setting htable_fdw.as_of; else everything is
 * read, and the column shows infinity.
 */
#include "clause.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

/* The setting: text as given, and its moment in ms (-1: none). */
static char *setting_text;
static int64 setting_ms = -1;

/* ---- the setting ---- */

static bool
check_setting(char **newval, void **extra, GucSource source)
{
	int64	   *ms = compat_guc_alloc(sizeof(int64));
	const char *reason;

	if (ms == NULL)
		return false;
	*ms = -1;
	*extra = ms;
	if (*newval == NULL || **newval == '\0')
		return true;
	reason = htable_instant_parse(*newval, ms);
	if (reason == NULL)
		return true;
	GUC_check_errdetail("%s", reason);
	GUC_check_errhint("Write it as in \"2024-05-31 12:00:00+02\", or as milliseconds since 1970.");
	return false;
}

static void
assign_setting(const char *newval, void *extra)
{
	setting_ms = *(int64 *) extra;
}

void
htable_asof_init(void)
{
	DefineCustomStringVariable("htable_fdw.as_of",
							   "Reads foreign tables of HBase as of this moment, where neither the query nor the table says another.",
							   NULL, &setting_text, "", PGC_USERSET, 0,
							   check_setting, assign_setting, NULL);
}

/* ---- planning ---- */

static void
refuse_use(const HtableMapping *mapping)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("column \"%s\" of foreign table \"%s\" can be in one condition only, \"%s = expression\"",
					mapping->as_of->name, mapping->relname, mapping->as_of->name),
			 errdetail("It says as of which moment the table is read. The expression must be stable and free of columns, and the condition must hold for the whole scan.")));
}

static bool
refers(const HtableMapping *mapping, Index relid, Node *node)
{
	Bitmapset  *attnos = NULL;

	pull_varattnos(node, relid, &attnos);
	return bms_is_member(mapping->as_of->attnum - FirstLowInvalidHeapAttributeNumber, attnos);
}

/* Can a value of this type be the moment? */
static bool
type_fits(const HtableColumn *as_of, Oid type)
{
	if (as_of->typid == INT8OID)
		return type == INT8OID || type == INT4OID || type == INT2OID;
	return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID;
}

/* Is the clause "as_of = expression"?  Then *right is the expression. */
static bool
match_clause(HtableClauseContext *cx, Node *clause, Node **right)
{
	const HtableColumn *as_of = cx->mapping->as_of;
	OpExpr	   *op = (OpExpr *) clause;
	HtableCompare compare;
	bool		by_bytes;
	Node	   *left;

	if (!IsA(clause, OpExpr) || list_length(op->args) != 2)
		return false;
	left = linitial(op->args);
	*right = lsecond(op->args);
	if (htable_operand_match(cx, left).column != as_of)
	{
		left = lsecond(op->args);
		*right = linitial(op->args);
	}
	return IsA(left, Var) && htable_operand_match(cx, left).column == as_of &&
		htable_operand_compare(op->opno, as_of->typid, &by_bytes, &compare) &&
		compare == HTABLE_EQ && type_fits(as_of, exprType(*right)) &&
		bms_is_empty(pull_varnos(cx->root, *right)) && !contain_volatile_functions(*right);
}

/* The condition on the moment, if the clause is one; else it is about something else. */
bool
htable_asof_clause(HtableClauseContext *cx, Node *clause, HtableClause *found)
{
	Node	   *right;

	if (cx->mapping->as_of == NULL || !match_clause(cx, clause, &right))
		return false;
	*found = htable_clause_pushed(HTABLE_CLAUSE_EXACT, HTABLE_TARGET_AS_OF,
								  htable_clause_cond(HTABLE_COND_COMPARE,
													 list_make2(makeInteger(HTABLE_EQ),
																htable_operand_place(cx, (Expr *) right))));
	return true;
}

/* The column's number in the table that the query names, of which rel may be a part. */
static AttrNumber
attno_above(PlannerInfo *root, Index *relid, AttrNumber attno)
{
	while (root->append_rel_array != NULL && root->append_rel_array[*relid] != NULL)
	{
		AppendRelInfo *info = root->append_rel_array[*relid];
		AttrNumber	above = 0;
		ListCell   *lc;

		foreach(lc, info->translated_vars)
		{
			Var		   *var = lfirst(lc);

			if (var != NULL && IsA(var, Var) && var->varattno == attno)
				above = foreach_current_index(lc) + 1;
		}
		*relid = info->parent_relid;
		attno = above;
	}
	return attno;
}

/* Is the column made equal to that of another table? */
static bool
is_joined(PlannerInfo *root, RelOptInfo *rel, const HtableMapping *mapping)
{
	Index		relid = rel->relid;
	AttrNumber	attno = attno_above(root, &relid, mapping->as_of->attnum);
	ListCell   *lc;

	foreach(lc, root->eq_classes)
	{
		EquivalenceClass *ec = lfirst(lc);
		ListCell   *lm;

		if (ec->ec_has_const || list_length(ec->ec_members) < 2)
			continue;
		foreach(lm, ec->ec_members)
		{
			Var		   *var = (Var *) ((EquivalenceMember *) lfirst(lm))->em_expr;

			if (IsA(var, Var) && var->varno == (int) relid && var->varattno == attno)
				return true;
		}
	}
	return false;
}

/*
 * Refuses every use of the column in a condition but one "as_of = expression".
 * That one leaves no row out, so its selectivity is 1.
 */
void
htable_asof_check(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping)
{
	HtableClauseContext cx = {root, rel, mapping, NIL};
	bool		said = false;
	ListCell   *lc;

	if (mapping->as_of == NULL)
		return;
	foreach(lc, rel->baserestrictinfo)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		Node	   *right;

		if (!refers(mapping, rel->relid, (Node *) rinfo->clause))
			continue;
		if (said || !match_clause(&cx, (Node *) rinfo->clause, &right) ||
			!restriction_is_securely_promotable(rinfo, rel))
			refuse_use(mapping);
		said = true;
		rinfo->norm_selec = 1.0;
		rinfo->outer_selec = 1.0;
	}
	foreach(lc, rel->joininfo)
	{
		if (refers(mapping, rel->relid, (Node *) lfirst_node(RestrictInfo, lc)->clause))
			refuse_use(mapping);
	}
	if (is_joined(root, rel, mapping))
		refuse_use(mapping);
}

/* ---- execution ---- */

/* The end of the time range (exclusive) of a read as of a moment; 0: there are no such cells. */
static int64
range_end(int64 ms)
{
	if (ms < 0)
		return 0;
	return ms >= PG_INT64_MAX - 1 ? PG_INT64_MAX : ms + 1;
}

static HtableAsOf
as_of_ms(const HtableColumn *column, int64 ms)
{
	HtableAsOf	as_of = {range_end(ms), 0, true};

	if (column != NULL)
		as_of.shown = htable_instant_show(column, ms);
	return as_of;
}

static HtableAsOf
as_of_moment(TimestampTz moment)
{
	HtableAsOf	as_of = {0, TimestampTzGetDatum(moment), true};

	if (TIMESTAMP_IS_NOEND(moment))
		as_of.time_to = PG_INT64_MAX;
	else if (!TIMESTAMP_IS_NOBEGIN(moment))
		as_of.time_to = range_end(htable_instant_floor(moment));
	return as_of;
}

/* What a condition says. */
static HtableAsOf
as_of_value(const HtableColumn *column, Datum value, Oid type)
{
	switch (type)
	{
		case INT2OID:
			return as_of_ms(column, DatumGetInt16(value));
		case INT4OID:
			return as_of_ms(column, DatumGetInt32(value));
		case INT8OID:
			return as_of_ms(column, DatumGetInt64(value));
		case TIMESTAMPOID:
			value = DirectFunctionCall1(timestamp_timestamptz, value);
			break;
		case DATEOID:
			value = DirectFunctionCall1(date_timestamptz, value);
			break;
		default:
			break;
	}
	return as_of_moment(DatumGetTimestampTz(value));
}

/* Without a condition: the foreign table's option, the setting, or the end of all times. */
HtableAsOf
htable_asof_declared(const HtableMapping *mapping)
{
	HtableAsOf	now = {PG_INT64_MAX, 0, false};

	if (mapping->as_of_option >= 0)
		return as_of_ms(mapping->as_of, mapping->as_of_option);
	if (setting_ms >= 0)
		return as_of_ms(mapping->as_of, setting_ms);
	if (mapping->as_of != NULL)
		now.shown = htable_instant_show(mapping->as_of, PG_INT64_MAX);
	return now;
}

/* The moment of this (re)scan; false: it is NULL, for which no row is read. */
bool
htable_asof_resolve(List *conds, const HtableMapping *mapping, const HtableValues *values,
					HtableAsOf *as_of)
{
	int			place;

	if (conds == NIL)
	{
		*as_of = htable_asof_declared(mapping);
		return true;
	}
	place = intVal(llast((List *) linitial(conds)));
	if (values->nulls[place])
		return false;
	*as_of = as_of_value(mapping->as_of, values->values[place], values->types[place]);
	return true;
}
