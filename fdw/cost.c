/*
 * cost.c
 *		Sizes of relations, rows and costs of their scans.
 *
 * Sizes come from ANALYZE.  Before that region servers are asked where a size
 * matters, and where they do not tell there is a default.
 */
#include "statistics.h"

#include <math.h>

#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "optimizer/prep.h"
#include "utils/lsyscache.h"

/* Rows of a table of which nothing is known: enough to prefer key ranges, not absurd for joins. */
#define DEFAULT_ROWS		100000.0

/* Rows of SQL of one row of HBase, likewise. */
#define DEFAULT_VERSIONS	3.0
#define DEFAULT_CELLS		10.0

/* One round trip, and one row over the network, in units of seq_page_cost (about 10 us). */
#define ROUND_TRIP_COST		15.0
#define ROW_TRANSFER_COST	0.03
#define BYTE_TRANSFER_COST	0.0001

/* A scan that the option full_scan would end with an error: any other plan is better. */
#define REFUSED_COST		1.0e10

/* One row that the region server tests, whether it sends it or not. */
#define ROW_TEST_COST		0.02

/* A worker's connection and its look-ups, beside the start of its process. */
#define CONNECTION_COST		(parallel_setup_cost / 2)

/* HBase's own bytes around each cell's value: lengths, family, qualifier, timestamp. */
#define CELL_OVERHEAD_BYTES 40

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
	bool		by_key;			/* some clause is on the key */
	double		keys;			/* so many keys, about; 0: no bound */
} Narrowed;

static Narrowed
narrow(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping, List *rinfos)
{
	HtableClauseContext cx = {root, rel, mapping, NIL};
	HtableClauses result = htable_clauses_classify(&cx, rinfos);
	Narrowed	narrowed = {.keys = result.keys};

	for (int i = 0; i < list_length(rinfos); i++)
	{
		HtableClause clause = result.clauses[i];

		if (clause.state == HTABLE_CLAUSE_LOCAL || clause.target == HTABLE_TARGET_AS_OF)
			continue;
		narrowed.sent = lappend(narrowed.sent, list_nth(rinfos, i));
		if (clause.target == HTABLE_TARGET_KEY)
			narrowed.by_key = true;
		if (clause.target != HTABLE_TARGET_CELLS)
			narrowed.read = lappend(narrowed.read, list_nth(rinfos, i));
	}
	return narrowed;
}

/* The most rows of SQL that so many keys have, about; 0: not known. */
static double
rows_of_keys(const HtableRelInfo *info, double keys)
{
	if (info->mapping->shape == HTABLE_SHAPE_ROW)
		return keys;
	/* the statistics of the key say it better */
	if (info->analyzed)
		return 0;
	return keys * (info->mapping->shape == HTABLE_SHAPE_CELLS ? DEFAULT_CELLS : DEFAULT_VERSIONS);
}

/*
 * Rows for which the clauses hold, of at most so many keys.  Where keys are
 * single ones their number says it: ranges are not worth the planning.
 */
static double
rows_of(PlannerInfo *root, RelOptInfo *rel, List *rinfos, double keys)
{
	double		most = rows_of_keys(rel->fdw_private, keys);

	if (most > 0)
		return clamp_row_est(Min(most, rel->tuples *
								 clauselist_selectivity(root, rinfos, 0, JOIN_INNER, NULL)));
	return clamp_row_est(rel->tuples * htable_selectivity(root, rel, rinfos));
}

void
htableGetForeignRelSize(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	HtableRelInfo *info = palloc0(sizeof(HtableRelInfo));
	double		keys;

	info->mapping = htable_mapping_make(relid);
	rel->fdw_private = info;
	refuse_row_locks(root, rel, info->mapping);
	htable_asof_check(root, rel, info->mapping);
	if (!COMPAT_SOFT_ERRORS_IN_PARALLEL && htable_mapping_lets_bad_pass(info->mapping))
		rel->consider_parallel = false;
	rel->rel_parallel_workers = info->mapping->parallel_workers;
	keys = narrow(root, rel, info->mapping, rel->baserestrictinfo).keys;
	info->analyzed = rel->tuples >= 0;
	/* single keys are few rows, whatever the size */
	if (!info->analyzed && info->mapping->use_remote_estimate && keys == 0)
		info->size = htable_tablesize_get(info->mapping,
										  OidIsValid(rel->userid) ? rel->userid : GetUserId());
	if (!info->analyzed)
		rel->tuples = info->size != NULL ? info->size->keys * info->size->sql_rows : DEFAULT_ROWS;
	rel->rows = rows_of(root, rel, rel->baserestrictinfo, keys);
}

/* ---- costs ---- */

void
htable_cost_scan(PlannerInfo *root, RelOptInfo *rel, ParamPathInfo *param_info,
				 double *rows, Cost *startup, Cost *total)
{
	HtableRelInfo *info = rel->fdw_private;
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
	if (rows_of_keys(info, narrowed.keys) > 0)
		*rows = Min(*rows, rows_of_keys(info, narrowed.keys));
	*rows = clamp_row_est(*rows);
	sent = rows_of(root, rel, narrowed.sent, narrowed.keys);

	cost_qual_eval(&quals, rinfos, root);
	*startup = ROUND_TRIP_COST + quals.startup + rel->reltarget->cost.startup;
	*total = *startup +
		sent * (ROW_TRANSFER_COST + BYTE_TRANSFER_COST * rel->reltarget->width +
				cpu_tuple_cost + quals.per_tuple) +
		*rows * rel->reltarget->cost.per_tuple;
	if (list_length(narrowed.sent) > list_length(narrowed.read))
		*total += ROW_TEST_COST * rows_of(root, rel, narrowed.read, narrowed.keys);
	if (info->mapping->full_scan == HTABLE_FULL_SCAN_ERROR && !narrowed.by_key)
	{
		*startup += REFUSED_COST;
		*total += REFUSED_COST;
	}
}

int
htable_cost_cell_bytes(const HtableMapping *mapping, const HtableColumn *column)
{
	int			width = get_attavgwidth(mapping->relid, column->attnum);

	if (width <= 0)
		width = get_typavgwidth(column->typid, column->typmod);
	return width + CELL_OVERHEAD_BYTES;
}

/* Is `a` before `b` in the order of a row's cells? */
static bool
sorts_before(const HtableColumn *a, const HtableColumn *b)
{
	int			cmp = htable_bytes_compare(a->family, b->family);

	return (cmp != 0 ? cmp : htable_bytes_compare(a->qualifier, b->qualifier)) < 0;
}

double
htable_cost_first_cell_bytes(const HtableRelInfo *info)
{
	const HtableMapping *mapping = info->mapping;
	const HtableColumn *first = NULL;

	if (!info->analyzed)
		return info->size != NULL ? info->size->bytes : 0;
	for (int i = 0; i < mapping->natts; i++)
	{
		HtableColumn *column = mapping->columns[i];

		if (column != NULL &&
			(column->kind == HTABLE_COLUMN_CELL || column->kind == HTABLE_COLUMN_MAP) &&
			(first == NULL || sorts_before(column, first)))
			first = column;
	}
	return first != NULL ? htable_cost_cell_bytes(mapping, first) : 0;
}

/* ---- scans that several processes share ---- */

/* Pages that the scan's rows would fill; 0 when nothing is known of the table's size. */
static double
pages_read(RelOptInfo *rel, double rows)
{
	HtableRelInfo *info = rel->fdw_private;
	double		bytes = 0;

	if (!info->analyzed && info->size == NULL)
		return 0;
	for (int i = 0; i < info->mapping->natts; i++)
	{
		HtableColumn *column = info->mapping->columns[i];

		if (column != NULL && column->kind != HTABLE_COLUMN_KEY)
			bytes += htable_cost_cell_bytes(info->mapping, column);
	}
	return ceil(rows * bytes / BLCKSZ);
}

int
htable_cost_workers(PlannerInfo *root, RelOptInfo *rel)
{
	HtableRelInfo *info = rel->fdw_private;
	Narrowed	narrowed = narrow(root, rel, info->mapping, rel->baserestrictinfo);
	double		pages;

	/* single keys are a few calls */
	if (narrowed.keys > 0)
		return 0;
	pages = pages_read(rel, rows_of(root, rel, narrowed.read, 0));
	/* core lets partitions be smaller, but each worker has to connect */
	if (rel->rel_parallel_workers < 0 && pages < min_parallel_table_scan_size)
		return 0;
	return compute_parallel_worker(rel, pages, -1, max_parallel_workers_per_gather);
}

/* Between how many processes the rows are divided, as core reckons it: the leader has other things to do. */
static double
divisor(int workers)
{
	double		leader = 1.0 - 0.3 * workers;

	return workers + (parallel_leader_participation && leader > 0 ? leader : 0);
}

void
htable_cost_shared_scan(PlannerInfo *root, RelOptInfo *rel, int workers,
						double *rows, Cost *startup, Cost *total)
{
	htable_cost_scan(root, rel, NULL, rows, startup, total);
	*total -= *startup;
	*rows = clamp_row_est(*rows / divisor(workers));
	*startup += CONNECTION_COST;
	*total = *startup + *total / divisor(workers);
}
