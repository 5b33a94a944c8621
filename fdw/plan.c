/*
 * plan.c
 *		Paths, and the plan's private list.
 *
 * What a path pushes is decided in clause*.c, and priced in cost.c; here it is
 * put together.  The plan holds plain nodes only, and nothing of the user.
 */
#include "plan.h"

#include "target.h"

#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

/*
 * Unwanted bytes of a row from which it is cheaper to let the server pick the
 * columns: picking costs the server about 0.5 us a row.
 */
#define WIDE_ROW_BYTES		400

/* A first cell of so many bytes is asked for without its value. */
#define WIDE_CELL_BYTES		300

/*
 * A scan whose rows fill its window goes faster when they may come in any
 * order: then all its regions are at work.  Part of the cost of fetching.
 */
#define KEY_ORDER_SURCHARGE	0.3

/* ---- paths ---- */

/* Is the relation one of an Append's, or all of a subquery that may be one? */
static bool
below_append(PlannerInfo *root, RelOptInfo *rel)
{
	return rel->reloptkind == RELOPT_OTHER_MEMBER_REL ||
		(root->parent_root != NULL && root->parent_root->append_rel_list != NIL &&
		 bms_equal(root->all_baserels, rel->relids));
}

/*
 * May a scan that is not shared be run by whichever process, or by several, each
 * for itself?  Not when it may have to warn: that is to be seen once.  Nor as a
 * partition of an Append that is to be asynchronous, which core does not make of
 * scans that are safe in workers.
 */
static bool
by_any_process(PlannerInfo *root, RelOptInfo *rel)
{
	const HtableMapping *mapping = ((HtableRelInfo *) rel->fdw_private)->mapping;
	bool		past = mapping->as_of != NULL || htable_asof_declared(mapping).given;

	if (enable_async_append && mapping->async_capable && below_append(root, rel))
		return false;
	return mapping->full_scan != HTABLE_FULL_SCAN_WARN &&
		!(past && mapping->past_reads == HTABLE_PAST_READS_WARN) &&
		!htable_mapping_lets_bad_pass(mapping);
}

/* What rows in the order of their keys cost besides what fetching them does. */
static Cost
order_surcharge(RelOptInfo *rel, double rows, Cost fetching)
{
	HtableRelInfo *info = rel->fdw_private;

	return rows * rel->reltarget->width > info->mapping->scan_window ?
		fetching * KEY_ORDER_SURCHARGE : 0;
}

static void
add_scan_path(PlannerInfo *root, RelOptInfo *rel, List *pathkeys, bool reversed,
			  Relids required_outer, ParamPathInfo *param_info)
{
	ForeignPath *path;
	double		rows;
	Cost		startup;
	Cost		total;

	htable_cost_scan(root, rel, param_info, &rows, &startup, &total);
	if (pathkeys != NIL && param_info == NULL)
		total += order_surcharge(rel, rows, total - startup);
	path = compat_create_foreignscan_path(root, rel, rows, startup, total, pathkeys,
										  required_outer);
	path->fdw_private = list_make1(makeBoolean(reversed));
	if (!by_any_process(root, rel))
		path->path.parallel_safe = false;
	add_path(rel, (Path *) path);
}

/* The same, shared by several processes; Gather or Gather Merge is put above it. */
static void
add_shared_path(PlannerInfo *root, RelOptInfo *rel, List *pathkeys, bool reversed)
{
	int			workers = 0;
	ForeignPath *path;
	double		rows;
	Cost		startup;
	Cost		total;

	if (rel->consider_parallel && rel->lateral_relids == NULL)
		workers = htable_cost_workers(root, rel);
	if (workers == 0)
		return;
	htable_cost_shared_scan(root, rel, workers, &rows, &startup, &total);
	if (pathkeys != NIL)
		total += order_surcharge(rel, rows, total - startup);
	path = compat_create_foreignscan_path(root, rel, rows, startup, total, pathkeys, NULL);
	path->fdw_private = list_make1(makeBoolean(reversed));
	path->path.parallel_aware = true;
	path->path.parallel_workers = workers;
	add_partial_path(rel, (Path *) path);
}

static void
add_unparameterised_paths(PlannerInfo *root, RelOptInfo *rel, List *pathkeys, bool reversed)
{
	add_scan_path(root, rel, pathkeys, reversed, rel->lateral_relids, NULL);
	add_shared_path(root, rel, pathkeys, reversed);
}

static bool
member_is_part(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec,
			   EquivalenceMember *em, void *arg)
{
	const HtableColumn *column = arg;
	Node	   *expr = (Node *) em->em_expr;

	while (IsA(expr, RelabelType))
		expr = (Node *) ((RelabelType *) expr)->arg;
	return IsA(expr, Var) && ((Var *) expr)->varno == (int) rel->relid &&
		((Var *) expr)->varattno == column->attnum;
}

/*
 * The parameterisation by some relations, when a clause that needs them narrows
 * the keys; else NULL.  A clause on cells goes along where there is one, but is
 * no reason to read the whole table for each row of the other side.
 */
static ParamPathInfo *
parameterise(PlannerInfo *root, RelOptInfo *rel, Relids outer)
{
	HtableRelInfo *info = rel->fdw_private;
	HtableClauseContext cx = {root, rel, info->mapping, NIL};
	ParamPathInfo *param_info = get_baserel_parampathinfo(root, rel, outer);
	HtableClauses result = htable_clauses_classify(&cx,
												   list_concat_copy(param_info->ppi_clauses,
																	rel->baserestrictinfo));

	for (int i = 0; i < list_length(param_info->ppi_clauses); i++)
	{
		if (result.clauses[i].state != HTABLE_CLAUSE_LOCAL &&
			result.clauses[i].target != HTABLE_TARGET_CELLS)
			return param_info;
	}
	return NULL;
}

/* The relations that a join clause needs for this scan, added to the list once. */
static List *
add_outer(RelOptInfo *rel, RestrictInfo *rinfo, List *outers)
{
	Relids		outer;
	ListCell   *lc;

	if (!join_clause_is_movable_to(rinfo, rel))
		return outers;
	outer = bms_union(rinfo->clause_relids, rel->lateral_relids);
	outer = bms_del_members(outer, rel->relids);
	if (bms_is_empty(outer))
		return outers;
	foreach(lc, outers)
	{
		if (bms_equal(lfirst(lc), outer))
			return outers;
	}
	return lappend(outers, outer);
}

/* Paths by the rows of other relations: of each clause's, and of all together. */
static void
add_parameterised_paths(PlannerInfo *root, RelOptInfo *rel)
{
	HtableRelInfo *info = rel->fdw_private;
	HtableMapping *mapping = info->mapping;
	List	   *outers = NIL;
	Relids		all = NULL;
	ListCell   *lc;

	foreach(lc, rel->joininfo)
		outers = add_outer(rel, lfirst_node(RestrictInfo, lc), outers);
	for (int i = 0; rel->has_eclass_joins && i < mapping->nkeys; i++)
	{
		List	   *clauses = generate_implied_equalities_for_column(root, rel, member_is_part,
																	 mapping->keys[i].column,
																	 rel->lateral_referencers);

		foreach(lc, clauses)
			outers = add_outer(rel, lfirst_node(RestrictInfo, lc), outers);
	}
	if (mapping->nkeys > 1)
	{
		foreach(lc, outers)
			all = bms_union(all, lfirst(lc));
	}
	foreach(lc, outers)
	{
		if (bms_equal(lfirst(lc), all))
			all = NULL;
	}
	if (all != NULL)
		outers = lappend(outers, all);
	foreach(lc, outers)
	{
		ParamPathInfo *param_info = parameterise(root, rel, lfirst(lc));

		if (param_info != NULL)
			add_scan_path(root, rel, NIL, false, param_info->ppi_req_outer, param_info);
	}
}

void
htableGetForeignPaths(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	HtableRelInfo *info = rel->fdw_private;
	HtableClauseContext cx = {root, rel, info->mapping, NIL};
	HtableClauses result = htable_clauses_classify(&cx, rel->baserestrictinfo);
	bool		reversed;
	List	   *order = htable_order_for_joins(root, rel, info->mapping, &reversed);

	add_unparameterised_paths(root, rel, NIL, false);
	if (order != NIL)
		add_unparameterised_paths(root, rel, order, reversed);
	order = htable_order_of_query(root, rel, info->mapping, result.single, &reversed);
	if (order != NIL)
		add_unparameterised_paths(root, rel, order, reversed);
	add_parameterised_paths(root, rel);
}

/* ---- the marker rule: how the scan sees every row ---- */

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
		bytes = htable_cost_cell_bytes(mapping, column);
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

		if (column != NULL &&
			(column->kind == HTABLE_COLUMN_CELL ||
			 (column->kind == HTABLE_COLUMN_MAP && column->nkeys > 0)) &&
			bms_is_member(column->attnum, wanted) &&
			compat_clauses_reject_null(clauses, relid, column->attnum))
			return true;
	}
	return false;
}

/*
 * Which form of a row's first cell to ask for.  A server needs a quarter more
 * time to leave out values, whose bytes cost more than that when they are many.
 */
static HtableMarkerRule
first_cell_rule(const HtableRelInfo *info)
{
	return htable_cost_first_cell_bytes(info) > WIDE_CELL_BYTES ? HTABLE_MARKER_FIRST_KEY
		: HTABLE_MARKER_FIRST_CELL;
}

/*
 * A row exists when it has any cell in the declared families, whatever columns
 * the query wants, and HBase returns no row that has none of the columns asked
 * for.  Picks the cheapest exact way.
 */
static HtableMarkerRule
marker_rule(const HtableRelInfo *info, Index relid, List *clauses, Bitmapset *wanted,
			AttrNumber *marker_attno)
{
	const HtableMapping *mapping = info->mapping;
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
			/* a map takes its family whole, or some cells of a family that may be wide */
			if (bms_is_member(column->attnum, wanted) && column->nkeys < 0)
				return HTABLE_MARKER_FAMILIES;
			if (bms_is_member(column->attnum, wanted))
				nwanted += column->nkeys;
			unwanted_bytes += WIDE_ROW_BYTES + 1;
		}
		if (column == NULL || column->kind != HTABLE_COLUMN_CELL)
			continue;
		if (bms_is_member(column->attnum, wanted))
			nwanted++;
		else
			unwanted_bytes += htable_cost_cell_bytes(mapping, column);
	}
	if (nwanted == 0 && mapping->nfamilies <= 1 && !mapping->has_marker)
		return first_cell_rule(info);

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
	return nwanted == 0 ? first_cell_rule(info) : HTABLE_MARKER_FAMILIES;
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
	HtableRelInfo *info = rel->fdw_private;
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

/* Are all rows wanted, as far as is known?  Cursors and LIMIT begin with a few. */
static bool
takes_whole(PlannerInfo *root)
{
	return root->tuple_fraction <= 0 && root->limit_tuples < 0;
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
	bool		points;			/* they fix the row keys */
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
	HtableClauses result = htable_clauses_classify(cx, rinfos);

	memset(division, 0, sizeof(*division));
	division->points = result.keys > 0;
	for (int i = 0; i < list_length(rinfos); i++)
	{
		RestrictInfo *rinfo = list_nth_node(RestrictInfo, rinfos, i);
		HtableClause clause = result.clauses[i];

		if (rinfo->pseudoconstant)
			continue;
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
	HtableRelInfo *info = rel->fdw_private;
	HtableClauseContext cx = {root, rel, info->mapping, NIL};
	Division	division;
	List	   *deciding;
	List	   *limit = NIL;
	Bitmapset  *wanted;
	List	   *uses;
	HtableMarkerRule rule;
	AttrNumber	marker_attno;
	List	   *target;
	List	   *private;

	divide_clauses(&cx, clauses, &division);
	/* which of the processes delivers the rows of a LIMIT nobody knows */
	if (!path->path.parallel_aware && limit_is_ours(root, rel, path, division.local))
		limit = push_limit(&cx, root->parse);

	/*
	 * Cells that HBase has tested are decoded all the same: bytes of another
	 * length may pass, and must then be the error they are without the test.
	 */
	deciding = list_concat_copy(division.local, division.tested);
	wanted = wanted_columns(rel, info->mapping, deciding);
	uses = htable_mapuse_find(root, rel, info->mapping, clauses);
	htable_mapuse_apply(info->mapping, uses);
	target = htable_target_plan(root, rel->relid, info->mapping);
	rule = marker_rule(info, rel->relid, deciding, wanted, &marker_attno);
	if (target != NIL && info->mapping->shape == HTABLE_SHAPE_ROW)
		rule = htable_target_wants_times_only(target, wanted, info->mapping)
			? HTABLE_MARKER_TIMES : HTABLE_MARKER_FAMILIES;

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
	private = lappend(private, uses);
	private = lappend(private, htable_mapuse_members(info->mapping));
	private = lappend(private, makeBoolean(takes_whole(root)));
	private = lappend(private, makeBoolean(takes_whole(root) && htable_enable_any_order &&
										   path->path.pathkeys == NIL));
	private = lappend(private, target);
	private = lappend(private, makeBoolean(division.points));
	private = lappend(private, NIL);
	return make_foreignscan(tlist, division.local, rel->relid, cx.exprs, private, NIL,
							division.pushed, outer_plan);
}
