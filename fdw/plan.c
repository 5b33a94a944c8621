/*
 * plan.c
 *		Sizes, paths, costs, and the plan's private list.
 *
 * Planning asks no server: sizes come from ANALYZE or from a default.  What a
 * path pushes is decided clause by clause in clause.c; here it is put together
 * and priced.  The plan holds plain nodes only, and nothing of the user.
 */
#include "htable_fdw.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "optimizer/prep.h"
#include "optimizer/restrictinfo.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/typcache.h"

/* Rows of a table that was never analyzed: enough to prefer key ranges, not absurd for joins. */
#define DEFAULT_ROWS		100000.0

/* One round trip, and one row over the network, in units of seq_page_cost (about 10 us). */
#define ROUND_TRIP_COST		15.0
#define ROW_TRANSFER_COST	0.03
#define BYTE_TRANSFER_COST	0.0001

/* One row that the region server tests, whether it sends it or not. */
#define ROW_TEST_COST		0.02

/* HBase's own bytes around each cell's value: lengths, family, qualifier, timestamp. */
#define CELL_OVERHEAD_BYTES 40

/*
 * Unwanted bytes of a row from which it is cheaper to let the server pick the
 * columns: picking costs the server about 0.5 us a row.
 */
#define WIDE_ROW_BYTES		400

/* rel->fdw_private */
typedef struct RelInfo
{
	HtableMapping *mapping;
} RelInfo;

/* ---- sizes ---- */

static void
refuse_row_locks(PlannerInfo *root, RelOptInfo *rel, const HtableMapping *mapping)
{
	PlanRowMark *mark = get_plan_rowmark(root->rowMarks, rel->relid);

	if (mark == NULL || mark->strength == LCS_NONE)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot lock rows of foreign table \"%s\"", mapping->relname),
			 errdetail("HBase has no row locks that last longer than one call."),
			 errhint("Name the tables to lock, as in FOR UPDATE OF local_table.")));
}

/* What the clauses of a path narrow. */
typedef struct Narrowed
{
	List	   *read;			/* clauses that bound what the server reads */
	List	   *sent;			/* these, and those that it tests on what it reads */
	double		points;			/* the smallest number of keys they allow; 0: no bound */
} Narrowed;

static Narrowed
narrow(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping, List *rinfos)
{
	HtableClauseContext cx = {root, rel, mapping, NIL};
	Narrowed	narrowed = {NIL, NIL, 0};
	ListCell   *lc;

	foreach(lc, rinfos)
	{
		HtableClause clause = htable_clause_classify(&cx, lfirst_node(RestrictInfo, lc));

		if (clause.state == HTABLE_CLAUSE_LOCAL || clause.target == HTABLE_TARGET_AS_OF)
			continue;
		narrowed.sent = lappend(narrowed.sent, lfirst(lc));
		if (clause.target != HTABLE_TARGET_CELLS)
			narrowed.read = lappend(narrowed.read, lfirst(lc));
		if (clause.points > 0 && (narrowed.points == 0 || clause.points < narrowed.points))
			narrowed.points = clause.points;
	}
	return narrowed;
}

void
htableGetForeignRelSize(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	RelInfo    *info = palloc0(sizeof(RelInfo));
	double		points;

	info->mapping = htable_mapping_make(relid);
	rel->fdw_private = info;
	refuse_row_locks(root, rel, info->mapping);
	htable_asof_check(root, rel, info->mapping);
	if (rel->tuples < 0)
		rel->tuples = DEFAULT_ROWS;

	rel->rows = rel->tuples *
		clauselist_selectivity(root, rel->baserestrictinfo, 0, JOIN_INNER, NULL);
	points = narrow(root, rel, info->mapping, rel->baserestrictinfo).points;
	if (points > 0 && info->mapping->shape == HTABLE_SHAPE_ROW)
		rel->rows = Min(rel->rows, points);
	rel->rows = clamp_row_est(rel->rows);
}

/* ---- costs ---- */

/* Rows for which the clauses hold, of at most `points` keys. */
static double
rows_of(PlannerInfo *root, RelOptInfo *rel, List *rinfos, double points)
{
	double		rows = rel->tuples * clauselist_selectivity(root, rinfos, 0, JOIN_INNER, NULL);

	return clamp_row_est(points > 0 ? Min(rows, points) : rows);
}

static void
cost_scan(PlannerInfo *root, RelOptInfo *rel, ParamPathInfo *param_info,
		  double *rows, Cost *startup, Cost *total)
{
	RelInfo    *info = rel->fdw_private;
	List	   *rinfos = rel->baserestrictinfo;
	Narrowed	narrowed;
	double		sent;
	QualCost	quals;

	*rows = rel->rows;
	if (param_info != NULL)
	{
		rinfos = list_concat_copy(param_info->ppi_clauses, rinfos);
		*rows = param_info->ppi_rows;
	}
	narrowed = narrow(root, rel, info->mapping, rinfos);
	if (narrowed.points > 0 && info->mapping->shape == HTABLE_SHAPE_ROW)
		*rows = Min(*rows, narrowed.points);
	*rows = clamp_row_est(*rows);
	sent = rows_of(root, rel, narrowed.sent, narrowed.points);

	cost_qual_eval(&quals, rinfos, root);
	*startup = ROUND_TRIP_COST + quals.startup + rel->reltarget->cost.startup;
	*total = *startup +
		sent * (ROW_TRANSFER_COST + BYTE_TRANSFER_COST * rel->reltarget->width +
				cpu_tuple_cost + quals.per_tuple) +
		*rows * rel->reltarget->cost.per_tuple;
	if (list_length(narrowed.sent) > list_length(narrowed.read))
		*total += ROW_TEST_COST * rows_of(root, rel, narrowed.read, narrowed.points);
}

static void
add_scan_path(PlannerInfo *root, RelOptInfo *rel, List *pathkeys, bool reversed,
			  Relids required_outer, ParamPathInfo *param_info)
{
	ForeignPath *path;
	double		rows;
	Cost		startup;
	Cost		total;

	cost_scan(root, rel, param_info, &rows, &startup, &total);
	path = compat_create_foreignscan_path(root, rel, rows, startup, total, pathkeys,
										  required_outer);
	path->fdw_private = list_make1(makeBoolean(reversed));
	add_path(rel, (Path *) path);
}

/* ---- order ---- */

/* The Var of a column, for this scan. */
static Expr *
column_var(RelOptInfo *rel, const HtableColumn *column)
{
	return (Expr *) makeVar(rel->relid, column->attnum, column->typid, column->typmod,
							column->collation, 0);
}

/* Is this sort key the column, compared in the way its bytes are? */
bool
htable_plan_pathkey_is_column(PathKey *pathkey, RelOptInfo *rel, const HtableColumn *column)
{
	EquivalenceClass *ec = pathkey->pk_eclass;
	TypeCacheEntry *entry = lookup_type_cache(getBaseType(column->typid),
											  TYPECACHE_BTREE_OPFAMILY);
	bool		is_text = entry->btree_opf != InvalidOid && type_is_collatable(entry->type_id);
	ListCell   *lc;

	if (pathkey->pk_opfamily != entry->btree_opf &&
		pathkey->pk_opfamily != lookup_type_cache(TEXTOID, TYPECACHE_BTREE_OPFAMILY)->btree_opf)
		return false;
	if (ec->ec_has_volatile || (is_text && !compat_collate_is_c(ec->ec_collation)))
		return false;
	foreach(lc, ec->ec_members)
	{
		EquivalenceMember *em = lfirst(lc);
		Node	   *expr = (Node *) em->em_expr;

		while (IsA(expr, RelabelType))
			expr = (Node *) ((RelabelType *) expr)->arg;
		if (!em->em_is_const && !em->em_is_child && IsA(expr, Var) &&
			bms_equal(em->em_relids, rel->relids) &&
			((Var *) expr)->varno == (int) rel->relid &&
			((Var *) expr)->varattno == column->attnum)
			return true;
	}
	return false;
}

/* Does the scan's relation have all it takes to compute this sort key? */
static bool
pathkey_is_local(PathKey *pathkey, RelOptInfo *rel)
{
	ListCell   *lc;

	if (pathkey->pk_eclass->ec_has_volatile)
		return false;
	foreach(lc, pathkey->pk_eclass->ec_members)
	{
		EquivalenceMember *em = lfirst(lc);

		if (!em->em_is_const && !em->em_is_child && bms_equal(em->em_relids, rel->relids))
			return true;
	}
	return false;
}

static bool
key_gives_order(const HtableMapping *mapping)
{
	if (!htable_enable_key_order || mapping->key == NULL)
		return false;
	switch (mapping->key->codec->key_order)
	{
		case HTABLE_KEY_BYTES:
		case HTABLE_KEY_ORDERED:
		case HTABLE_KEY_ORDERED_INTEGER:
		case HTABLE_KEY_ORDERED_FLOAT:
			return true;
		case HTABLE_KEY_OPAQUE:
		case HTABLE_KEY_SIGNED:
		case HTABLE_KEY_FLOAT:
		case HTABLE_KEY_BOOL:
		case HTABLE_KEY_ORDERED_BLOB:
			break;
	}
	return false;
}

static bool
pathkey_is_newest_first(PathKey *pathkey, RelOptInfo *rel, const HtableMapping *mapping)
{
	return mapping->timestamp != NULL && !compat_pathkey_is_ascending(pathkey) &&
		htable_plan_pathkey_is_column(pathkey, rel, mapping->timestamp);
}

/* Does a clause fix the row key to one value?  (Then it is no sort key any more.) */
static bool
has_single_key(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping)
{
	HtableClauseContext cx = {root, rel, mapping, NIL};
	ListCell   *lc;

	foreach(lc, rel->baserestrictinfo)
	{
		HtableClause clause = htable_clause_classify(&cx, lfirst_node(RestrictInfo, lc));

		if (clause.state == HTABLE_CLAUSE_EXACT && clause.target == HTABLE_TARGET_KEY &&
			intVal(linitial(clause.cond)) == HTABLE_COND_COMPARE &&
			intVal(lsecond(clause.cond)) == HTABLE_EQ)
			return true;
	}
	return false;
}

/*
 * The leading part of the query's order that a scan gives for free: the key in
 * either direction.  In shape row the key is unique, so whatever follows it is
 * ordered too; in shape versions the timestamps of a key come newest first, in
 * shape cells its cells in their order.
 * Where two keys are one value (0.0 and -0.0), nothing follows.
 */
static List *
free_order(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping, bool *reversed)
{
	List	   *wanted = root->query_pathkeys;
	bool		unique;
	int			n = 0;

	*reversed = false;
	if (wanted == NIL || !key_gives_order(mapping))
		return NIL;
	unique = mapping->key->codec->canonical;
	if (htable_plan_pathkey_is_column(linitial(wanted), rel, mapping->key))
	{
		*reversed = compat_pathkey_is_ascending(linitial(wanted)) ==
			mapping->key->codec->descending;
		n = 1;
	}
	else if (!unique || !has_single_key(root, rel, mapping))
		return NIL;
	if (!unique)
		return list_copy_head(wanted, n);
	if (mapping->shape == HTABLE_SHAPE_VERSIONS)
	{
		if (n < list_length(wanted) && pathkey_is_newest_first(list_nth(wanted, n), rel, mapping))
			n++;
	}
	else if (mapping->shape == HTABLE_SHAPE_CELLS)
		n = htable_cellorder_extend(root, rel, mapping, wanted, n);
	else
	{
		while (n > 0 && n < list_length(wanted) && pathkey_is_local(list_nth(wanted, n), rel))
			n++;
	}
	return list_copy_head(wanted, n);
}

/* Key order for merge joins, where the query itself asks for none. */
static List *
join_order(PlannerInfo *root, RelOptInfo *rel, const HtableMapping *mapping)
{
	TypeCacheEntry *entry;

	if (!key_gives_order(mapping) || !(rel->has_eclass_joins || rel->joininfo != NIL))
		return NIL;
	entry = lookup_type_cache(getBaseType(mapping->key->typid), TYPECACHE_LT_OPR);
	if (type_is_collatable(entry->type_id) && !compat_collate_is_c(mapping->key->collation))
		return NIL;
	if (getBaseType(mapping->key->typid) != mapping->key->typid ||
		mapping->key->typid == VARCHAROID)
		return NIL;				/* the planner compares those through a cast */
	return compat_build_expression_pathkey(root, column_var(rel, mapping->key),
										   entry->lt_opr, rel->relids);
}

/* ---- paths ---- */

static bool
member_is_key(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec,
			  EquivalenceMember *em, void *arg)
{
	const HtableColumn *key = arg;
	Node	   *expr = (Node *) em->em_expr;

	while (IsA(expr, RelabelType))
		expr = (Node *) ((RelabelType *) expr)->arg;
	return IsA(expr, Var) && ((Var *) expr)->varno == (int) rel->relid &&
		((Var *) expr)->varattno == key->attnum;
}

/*
 * The parameterisation that a join clause on the key allows, added to the list
 * once.  A clause on cells goes along where there is one, but is no reason to
 * read the whole table for each row of the other side.
 */
static List *
add_parameterisation(PlannerInfo *root, RelOptInfo *rel, RestrictInfo *rinfo, List *found)
{
	RelInfo    *info = rel->fdw_private;
	HtableClauseContext cx = {root, rel, info->mapping, NIL};
	HtableClause clause;
	Relids		outer;

	if (!join_clause_is_movable_to(rinfo, rel))
		return found;
	clause = htable_clause_classify(&cx, rinfo);
	if (clause.state == HTABLE_CLAUSE_LOCAL || clause.target == HTABLE_TARGET_CELLS)
		return found;
	outer = bms_union(rinfo->clause_relids, rel->lateral_relids);
	outer = bms_del_members(outer, rel->relids);
	if (bms_is_empty(outer))
		return found;
	return list_append_unique_ptr(found, get_baserel_parampathinfo(root, rel, outer));
}

static void
add_parameterised_paths(PlannerInfo *root, RelOptInfo *rel)
{
	RelInfo    *info = rel->fdw_private;
	List	   *found = NIL;
	ListCell   *lc;

	foreach(lc, rel->joininfo)
		found = add_parameterisation(root, rel, lfirst_node(RestrictInfo, lc), found);
	if (rel->has_eclass_joins && info->mapping->key != NULL)
	{
		List	   *clauses = generate_implied_equalities_for_column(root, rel, member_is_key,
																	 info->mapping->key,
																	 rel->lateral_referencers);

		foreach(lc, clauses)
			found = add_parameterisation(root, rel, lfirst_node(RestrictInfo, lc), found);
	}
	foreach(lc, found)
	{
		ParamPathInfo *param_info = lfirst(lc);

		add_scan_path(root, rel, NIL, false, param_info->ppi_req_outer, param_info);
	}
}

void
htableGetForeignPaths(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	RelInfo    *info = rel->fdw_private;
	bool		reversed;
	List	   *order = free_order(root, rel, info->mapping, &reversed);
	List	   *for_join = join_order(root, rel, info->mapping);

	add_scan_path(root, rel, for_join, for_join != NIL && info->mapping->key->codec->descending,
				  rel->lateral_relids, NULL);
	if (order != NIL)
		add_scan_path(root, rel, order, reversed, rel->lateral_relids, NULL);
	add_parameterised_paths(root, rel);
}

/* ---- the marker rule: how the scan sees every row ---- */

/* Average bytes of a column's cells. */
static int
cell_bytes(Oid relid, const HtableColumn *column)
{
	int			width = get_attavgwidth(relid, column->attnum);

	if (width <= 0)
		width = get_typavgwidth(column->typid, column->typmod);
	return width + CELL_OVERHEAD_BYTES;
}

/* A NOT NULL cell column to read along: one that is wanted anyhow, else the narrowest; 0: none. */
static AttrNumber
not_null_column(const HtableMapping *mapping, Bitmapset *wanted)
{
	AttrNumber	best = 0;
	int			best_bytes = 0;

	for (int i = 0; i < mapping->natts; i++)
	{
		HtableColumn *column = mapping->columns[i];
		int			bytes;

		if (column == NULL || column->kind != HTABLE_COLUMN_CELL || !column->not_null)
			continue;
		if (bms_is_member(column->attnum, wanted))
			return column->attnum;
		bytes = cell_bytes(mapping->relid, column);
		if (best == 0 || bytes < best_bytes)
		{
			best = column->attnum;
			best_bytes = bytes;
		}
	}
	return best;
}

/* Does a clause on a wanted cell discard the rows that lack the cell? */
static bool
clause_needs_cell(const HtableMapping *mapping, Index relid, List *clauses, Bitmapset *wanted)
{
	for (int i = 0; i < mapping->natts; i++)
	{
		HtableColumn *column = mapping->columns[i];

		if (column != NULL && column->kind == HTABLE_COLUMN_CELL &&
			bms_is_member(column->attnum, wanted) &&
			compat_clauses_reject_null(clauses, relid, column->attnum))
			return true;
	}
	return false;
}

/*
 * A row exists when it has any cell in the declared families, whatever columns
 * the query wants, and HBase returns no row that has none of the columns asked
 * for.  Picks the cheapest exact way.
 */
static HtableMarkerRule
marker_rule(const HtableMapping *mapping, Index relid, List *clauses, Bitmapset *wanted,
			AttrNumber *marker_attno)
{
	int			nwanted = 0;
	int			unwanted_bytes = 0;
	bool		has_marker;

	*marker_attno = 0;
	if (mapping->shape == HTABLE_SHAPE_CELLS)
		return HTABLE_MARKER_CELLS;
	if (mapping->shape == HTABLE_SHAPE_VERSIONS)
		return HTABLE_MARKER_DECLARED;
	if (!htable_enable_projection || (mapping->timestamp != NULL &&
									  bms_is_member(mapping->timestamp->attnum, wanted)))
		return HTABLE_MARKER_FAMILIES;
	for (int i = 0; i < mapping->natts; i++)
	{
		HtableColumn *column = mapping->columns[i];

		if (column != NULL && column->kind == HTABLE_COLUMN_MAP)
		{
			/* a map takes its family whole; families that are not wanted may be wide */
			if (bms_is_member(column->attnum, wanted))
				return HTABLE_MARKER_FAMILIES;
			unwanted_bytes += WIDE_ROW_BYTES + 1;
		}
		if (column == NULL || column->kind != HTABLE_COLUMN_CELL)
			continue;
		if (bms_is_member(column->attnum, wanted))
			nwanted++;
		else
			unwanted_bytes += cell_bytes(mapping->relid, column);
	}
	if (nwanted == 0 && mapping->nfamilies <= 1 && !mapping->has_marker)
		return HTABLE_MARKER_FIRST_CELL;

	*marker_attno = not_null_column(mapping, wanted);
	has_marker = mapping->has_marker || *marker_attno != 0;
	if (nwanted == 1 || unwanted_bytes > WIDE_ROW_BYTES)
	{
		if (nwanted > 0 && clause_needs_cell(mapping, relid, clauses, wanted))
			return HTABLE_MARKER_CLAUSE;
		if (has_marker && (nwanted == 0 || unwanted_bytes > WIDE_ROW_BYTES ||
						   bms_is_member(*marker_attno, wanted)))
			return HTABLE_MARKER_COLUMN;
		if (nwanted > 0 && unwanted_bytes > WIDE_ROW_BYTES)
			return HTABLE_MARKER_FILTER;
	}
	return nwanted == 0 ? HTABLE_MARKER_FIRST_CELL : HTABLE_MARKER_FAMILIES;
}

/* ---- the plan ---- */

/* A LIMIT or OFFSET whose value the scan itself can get. */
static bool
limit_is_plain(Node *expr)
{
	return expr == NULL || IsA(expr, Const) ||
		(IsA(expr, Param) && ((Param *) expr)->paramkind == PARAM_EXTERN);
}

/*
 * May the query's LIMIT go to the region servers?  Only when each row of HBase
 * is at least one row before the LIMIT: nothing left to filter, join, group or
 * sort here.
 */
static bool
limit_is_ours(PlannerInfo *root, RelOptInfo *rel, ForeignPath *path, List *local)
{
	RelInfo    *info = rel->fdw_private;
	Query	   *query = root->parse;

	return htable_enable_limit &&
		info->mapping->shape != HTABLE_SHAPE_VERSIONS &&
		info->mapping->on_bad_key == HTABLE_ON_BAD_ERROR &&
		rel->reloptkind == RELOPT_BASEREL && local == NIL &&
		query->commandType == CMD_SELECT && query->limitCount != NULL &&
		query->limitOption == LIMIT_OPTION_COUNT &&
		limit_is_plain(query->limitCount) && limit_is_plain(query->limitOffset) &&
		bms_equal(root->all_baserels, rel->relids) &&
		!query->hasAggs && !query->hasWindowFuncs && !query->hasTargetSRFs &&
		query->groupClause == NIL && query->groupingSets == NIL &&
		query->distinctClause == NIL && query->setOperations == NULL &&
		!root->hasHavingQual && root->rowMarks == NIL &&
		pathkeys_contained_in(root->sort_pathkeys, path->path.pathkeys);
}

/* The columns to decode: those of the target list and of the clauses. */
static Bitmapset *
wanted_columns(RelOptInfo *rel, const HtableMapping *mapping, List *clauses)
{
	Bitmapset  *offsets = NULL;
	Bitmapset  *wanted = NULL;

	pull_varattnos((Node *) rel->reltarget->exprs, rel->relid, &offsets);
	pull_varattnos((Node *) clauses, rel->relid, &offsets);
	for (int attnum = 1; attnum <= mapping->natts; attnum++)
	{
		if (mapping->columns[attnum - 1] == NULL)
			continue;
		if (bms_is_member(attnum - FirstLowInvalidHeapAttributeNumber, offsets) ||
			bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, offsets))
			wanted = bms_add_member(wanted, attnum);
	}
	return wanted;
}

static List *
bitmap_to_list(Bitmapset *set)
{
	List	   *list = NIL;
	int			member = -1;

	while ((member = bms_next_member(set, member)) >= 0)
		list = lappend_int(list, member);
	return list;
}

/* Right sides of LIMIT and OFFSET, by their place in fdw_exprs; -1: absent. */
static List *
push_limit(HtableClauseContext *cx, Query *query)
{
	List	   *places = NIL;
	Node	   *exprs[2];

	exprs[0] = query->limitCount;
	exprs[1] = query->limitOffset;
	for (int i = 0; i < 2; i++)
	{
		if (exprs[i] == NULL)
		{
			places = lappend_int(places, -1);
			continue;
		}
		cx->exprs = lappend(cx->exprs, copyObject(exprs[i]));
		places = lappend_int(places, list_length(cx->exprs) - 1);
	}
	return places;
}

/* What becomes of the clauses of a path. */
typedef struct Division
{
	List	   *conds[HTABLE_TARGET_CELLS + 1]; /* for HBase, by HtableTarget */
	List	   *pushed;			/* clauses that HBase keeps */
	List	   *tested;			/* of these, the ones on cells */
	List	   *local;			/* clauses that are checked here */
	List	   *pushed_reasons;
	List	   *local_reasons;
} Division;

/*
 * The clause with our column on its left, as index conditions are shown too;
 * which side the planner has put it on differs between versions.
 */
static Expr *
column_first(PlannerInfo *root, Expr *clause, Index relid)
{
	OpExpr	   *op = (OpExpr *) clause;

	if (!IsA(clause, OpExpr) || list_length(op->args) != 2 ||
		bms_is_member(relid, pull_varnos(root, linitial(op->args))) ||
		!OidIsValid(get_commutator(op->opno)))
		return clause;
	op = copyObject(op);
	CommuteOpExpr(op);
	return (Expr *) op;
}

static void
divide_clauses(HtableClauseContext *cx, List *rinfos, Division *division)
{
	ListCell   *lc;

	memset(division, 0, sizeof(*division));
	foreach(lc, rinfos)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		HtableClause clause;

		if (rinfo->pseudoconstant)
			continue;
		clause = htable_clause_classify(cx, rinfo);
		if (clause.state != HTABLE_CLAUSE_LOCAL)
			division->conds[clause.target] = lappend(division->conds[clause.target], clause.cond);
		if (clause.state == HTABLE_CLAUSE_EXACT)
		{
			division->pushed = lappend(division->pushed,
									   column_first(cx->root, rinfo->clause, cx->rel->relid));
			if (clause.target == HTABLE_TARGET_CELLS)
				division->tested = lappend(division->tested, rinfo->clause);
			division->pushed_reasons = lappend(division->pushed_reasons,
											   makeString(psprintf("%s, exact", clause.reason)));
			continue;
		}
		division->local = lappend(division->local, rinfo->clause);
		division->local_reasons = lappend(division->local_reasons,
										  makeString(clause.state == HTABLE_CLAUSE_SUPERSET
													 ? psprintf("%s, superset, checked again", clause.reason)
													 : psprintf("local, %s", clause.reason)));
	}
}

ForeignScan *
htableGetForeignPlan(PlannerInfo *root, RelOptInfo *rel, Oid relid, ForeignPath *path,
					 List *tlist, List *clauses, Plan *outer_plan)
{
	RelInfo    *info = rel->fdw_private;
	HtableClauseContext cx = {root, rel, info->mapping, NIL};
	Division	division;
	List	   *deciding;
	List	   *limit = NIL;
	Bitmapset  *wanted;
	HtableMarkerRule rule;
	AttrNumber	marker_attno;
	List	   *private;

	divide_clauses(&cx, clauses, &division);
	if (limit_is_ours(root, rel, path, division.local))
		limit = push_limit(&cx, root->parse);

	/*
	 * Cells that HBase has tested are decoded all the same: bytes of another
	 * length may pass, and must then be the error they are without the test.
	 */
	deciding = list_concat_copy(division.local, division.tested);
	wanted = wanted_columns(rel, info->mapping, deciding);
	rule = marker_rule(info->mapping, rel->relid, deciding, wanted, &marker_attno);

	/* in the order of HtablePrivate */
	private = list_make5(division.conds[HTABLE_TARGET_KEY], division.conds[HTABLE_TARGET_TIME],
						 division.conds[HTABLE_TARGET_CELLS], bitmap_to_list(wanted),
						 makeInteger(rule));
	private = lappend(private, makeInteger(marker_attno));
	private = lappend(private, linitial(path->fdw_private));
	private = lappend(private, limit);
	private = lappend(private, division.pushed_reasons);
	private = lappend(private, division.local_reasons);
	private = lappend(private, division.conds[HTABLE_TARGET_AS_OF]);
	return make_foreignscan(tlist, division.local, rel->relid, cx.exprs, private, NIL,
							division.pushed, outer_plan);
}
