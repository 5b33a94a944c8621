/*
 * scan.c
 *		Begin / iterate / rescan / end of a foreign scan.
 *
 * Begin resolves the declaration and takes a connection; the first iterate
 * after begin or rescan evaluates the right sides of the pushed conditions
 * and opens a scanner.  The scanner and the connection are given back by
 * EndForeignScan, or, when the query dies, by the reset of its memory context:
 * that never waits and never raises.
 */
#include "target.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* ---- owners ---- */

static void
end_fetch(HtableScan *scan, bool cancelled)
{
	htable_fetch_close(&scan->fetch, cancelled);
	scan->row = NULL;
}

/* Reset of the query's memory: after EndForeignScan there is nothing left to do. */
static void
release_scan(void *arg)
{
	HtableScan *scan = arg;

	if (scan->fetch.connection == NULL)
		return;
	htable_async_end(scan);
	end_fetch(scan, true);
	htable_session_release(scan->fetch.connection);
	scan->fetch.connection = NULL;
}

/* ---- begin ---- */

static int
compare_wanted(const void *a, const void *b)
{
	const HtableColumn *x = ((const HtableWanted *) a)->column;
	const HtableColumn *y = ((const HtableWanted *) b)->column;
	int			cmp = htable_bytes_compare(x->family, y->family);

	if (cmp == 0)
		cmp = htable_bytes_compare(x->qualifier, y->qualifier);
	return cmp;
}

/*
 * The parts of the key to decode.  No condition holds for one that does not
 * decode, so these must be looked at; and a bad key is left out whether or not
 * the query looks at it.
 */
static void
choose_parts(HtableScan *scan)
{
	Bitmapset  *conds = NULL;

	if (scan->private != NIL)
		conds = htable_pushdown_parts((List *) htable_scan_private(scan, HTABLE_PRIVATE_KEY_CONDS));
	for (int i = 0; i < scan->mapping->nkeys; i++)
	{
		if (bms_is_member(i, conds) || scan->mapping->on_bad_key == HTABLE_ON_BAD_SKIP)
			scan->want_part[i] = true;
		scan->want_key = scan->want_key || scan->want_part[i];
	}
}

static void
want_cell(HtableScan *scan, HtableColumn *column, int index)
{
	HtableWanted *wanted = &scan->wanted[scan->nwanted++];
	size_t		family = column->family.len;
	size_t		qualifier = column->qualifier.len;
	uint8_t    *name = palloc(Max(family + qualifier, 1));

	if (family > 0)
		memcpy(name, column->family.data, family);
	if (qualifier > 0)
		memcpy(name + family, column->qualifier.data, qualifier);
	wanted->column = column;
	wanted->index = index;
	wanted->name = (rc_bytes) {name, family + qualifier};
	wanted->family_len = family;
}

/*
 * The cells to decode.  Shape versions looks for every declared cell, since a
 * timestamp counts whichever of them has it; those the query does not want are
 * found but not decoded (index -1).
 */
void
htable_scan_choose_columns(HtableScan *scan, List *attnos)
{
	HtableMapping *mapping = scan->mapping;

	scan->wanted = palloc(sizeof(HtableWanted) * Max(mapping->natts, 1));
	scan->maps = palloc(sizeof(HtableWanted) * Max(mapping->natts, 1));
	scan->want_part = palloc0(sizeof(bool) * Max(mapping->nkeys, 1));
	for (int i = 0; i < mapping->natts; i++)
	{
		HtableColumn *column = mapping->columns[i];
		bool		wanted = list_member_int(attnos, i + 1);

		if (column == NULL)
			continue;
		if (wanted)
			scan->attnos = bms_add_member(scan->attnos, i + 1);
		if (column->kind == HTABLE_COLUMN_KEY)
			scan->want_part[column->part] = wanted;
		else if (column->kind == HTABLE_COLUMN_TIMESTAMP)
			scan->want_timestamp = scan->want_timestamp || wanted;
		else if (column->kind == HTABLE_COLUMN_AS_OF)
			scan->want_as_of = scan->want_as_of || wanted;
		else if (column->kind == HTABLE_COLUMN_TTL)
			continue;
		else if (column->kind == HTABLE_COLUMN_MAP)
		{
			if (wanted)
				scan->maps[scan->nmaps++] = (HtableWanted) {.column = column, .index = i};
		}
		else if (wanted || mapping->shape == HTABLE_SHAPE_VERSIONS)
			want_cell(scan, column, wanted ? i : -1);
	}
	if (mapping->shape != HTABLE_SHAPE_CELLS)
		qsort(scan->wanted, scan->nwanted, sizeof(HtableWanted), compare_wanted);

	choose_parts(scan);
}

void
htableBeginForeignScan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	EState	   *estate = node->ss.ps.state;
	HtableScan *scan = palloc0(sizeof(HtableScan));
	ListCell   *lc;
	int			i = 0;

	node->fdw_state = scan;
	scan->nranges = -1;
	scan->async_fd = -1;
	scan->private = plan->fdw_private;
	scan->mapping = htable_mapping_make(RelationGetRelid(node->ss.ss_currentRelation));
	scan->exprs = ExecInitExprList(plan->fdw_exprs, (PlanState *) node);
	scan->expr_types = palloc(sizeof(Oid) * Max(list_length(plan->fdw_exprs), 1));
	foreach(lc, plan->fdw_exprs)
		scan->expr_types[i++] = exprType(lfirst(lc));
	htable_mapuse_apply(scan->mapping, (List *) htable_scan_private(scan, HTABLE_PRIVATE_MAP_KEYS));
	htable_mapuse_restore(scan->mapping,
						  (List *) htable_scan_private(scan, HTABLE_PRIVATE_MAP_MEMBERS));
	htable_scan_choose_columns(scan, (List *) htable_scan_private(scan, HTABLE_PRIVATE_ATTNOS));
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;

	if (htable_scan_private(scan, HTABLE_PRIVATE_TARGET) != NULL)
	{
		scan->target = htable_target_make(scan->mapping,
										  (List *) htable_scan_private(scan, HTABLE_PRIVATE_TARGET));
		scan->store = htable_rowstore_find(estate->es_query_cxt, plan->scan.scanrelid, true);
	}
	scan->range_context = AllocSetContextCreate(estate->es_query_cxt, "htable_fdw key ranges",
												ALLOCSET_DEFAULT_SIZES);
	{
		MemoryContextCallback *callback = palloc0(sizeof(MemoryContextCallback));

		scan->fetch.table_name = scan->mapping->table_name;
		scan->fetch.connection = htable_session_acquire(scan->mapping->serverid,
														compat_scan_user(node));
		callback->func = release_scan;
		callback->arg = scan;
		MemoryContextRegisterResetCallback(estate->es_query_cxt, callback);
	}
}

/* ---- opening the scanner ---- */

static HtableValues
evaluate_exprs(ForeignScanState *node, HtableScan *scan)
{
	ExprContext *econtext = node->ss.ps.ps_ExprContext;
	HtableValues values;
	ListCell   *lc;
	int			i = 0;

	values.n = list_length(scan->exprs);
	values.values = palloc(sizeof(Datum) * Max(values.n, 1));
	values.nulls = palloc(sizeof(bool) * Max(values.n, 1));
	values.types = scan->expr_types;
	foreach(lc, scan->exprs)
	{
		values.values[i] = ExecEvalExpr((ExprState *) lfirst(lc), econtext, &values.nulls[i]);
		i++;
	}
	return values;
}

/* LIMIT + OFFSET in rows; 0: none (NULL counts as none), -1: no row is wanted. */
static int64
limit_of(HtableScan *scan, const HtableValues *values)
{
	List	   *places = (List *) htable_scan_private(scan, HTABLE_PRIVATE_LIMIT);
	int64		sum = 0;

	if (places == NIL)
		return 0;
	for (int i = 0; i < 2; i++)
	{
		int			place = list_nth_int(places, i);
		int64		value;

		if (place < 0 || (i == 1 && values->nulls[place]))
			continue;
		if (values->nulls[place])
			return 0;
		value = DatumGetInt64(values->values[place]);
		if (value < 0 || sum > PG_INT64_MAX - value)
			return 0;			/* the Limit node raises its error, or never ends */
		if (i == 0 && value == 0)
			return -1;
		sum += value;
	}
	return sum;
}

/* A limit ends a scan early unless a filter leaves rows out. */
static void
guard_full_scan(HtableScan *scan, const HtableRangeSet *ranges, int64 limit, bool filtered)
{
	HtableMapping *mapping = scan->mapping;
	bool		refuse = mapping->full_scan == HTABLE_FULL_SCAN_ERROR;

	if (mapping->full_scan == HTABLE_FULL_SCAN_ALLOW || (limit > 0 && !filtered) ||
		scan->full_scan_warned || !htable_pushdown_is_all(ranges, mapping))
		return;
	scan->full_scan_warned = true;
	ereport(refuse ? ERROR : WARNING,
			(errcode(refuse ? ERRCODE_FEATURE_NOT_SUPPORTED : ERRCODE_WARNING),
			 errmsg(refuse ? "full scan of HBase table \"%s\" is not allowed"
					: "full scan of HBase table \"%s\"", mapping->table_name),
			 mapping->nkeys == 0 ? 0
			 : errhint("Restrict key column \"%s\" of foreign table \"%s\", or change the option \"full_scan\".",
					   mapping->keys[0].column->name, mapping->relname)));
}

/*
 * Everything of the read but its ranges and limit; `test`: what rows must pass.
 * True: it names families that the table may lack (shape cells).
 */
static bool
fill_read(HtableScan *scan, const HtableTest *test, rc_read *read)
{
	HtableMapping *mapping = scan->mapping;

	read->table.data = (const uint8_t *) mapping->table_name;
	read->table.len = strlen(mapping->table_name);
	read->time_from = scan->time_from;
	read->time_to = scan->as_of.time_to;
	read->max_versions = mapping->max_versions;
	read->raw = mapping->raw;
	read->cache_blocks = mapping->cache_blocks;
	read->scan_window = htable_enable_overlap ? mapping->scan_window : 0;
	read->scan_concurrency = mapping->scan_concurrency;
	read->whole = boolVal(htable_scan_private(scan, HTABLE_PRIVATE_WHOLE));
	read->any_order = boolVal(htable_scan_private(scan, HTABLE_PRIVATE_ANY_ORDER));
	read->filter_ranges = htable_enable_range_filter;
	read->reversed = boolVal(htable_scan_private(scan, HTABLE_PRIVATE_REVERSED));
	if (mapping->shape == HTABLE_SHAPE_CELLS)
		return htable_columnset_fill_cells(read, mapping, scan->attnos, test, true,
										   htable_session_host(scan->fetch.connection));
	htable_columnset_fill(read, mapping,
						  intVal(htable_scan_private(scan, HTABLE_PRIVATE_MARKER)), scan->attnos,
						  intVal(htable_scan_private(scan, HTABLE_PRIVATE_MARKER_ATTNO)), test,
						  htable_session_host(scan->fetch.connection));
	return false;
}

/*
 * Shape cells: what is read when the table lacks a family that a condition
 * names.  That is no error but a condition that is never true: one family
 * leaves nothing; of several, the filter chooses those that are there.
 */
static const rc_read *
read_without_names(HtableScan *scan, const HtableTest *test, const rc_read *named)
{
	rc_read    *read = palloc(sizeof(rc_read));
	bool		one = true;

	*read = *named;
	for (size_t i = 1; i < named->ncolumns; i++)
		one = one && htable_bytes_compare(named->columns[i].family, named->columns[0].family) == 0;
	if (one)
	{
		read->nranges = 0;
		read->more_ranges = NULL;
	}
	else
		htable_columnset_fill_cells(read, scan->mapping, scan->attnos, test, false,
									htable_session_host(scan->fetch.connection));
	return read;
}

/* Is the time range about rows, not cells?  Single keys need not be found: their rows are read and tested here. */
static bool
found_by_time(const HtableScan *scan, const HtableRangeSet *ranges)
{
	return scan->mapping->shape == HTABLE_SHAPE_ROW && scan->time_from > 0 &&
		!htable_ranges_are_points(ranges);
}

/* What the values of a (re)scan make of the plan, without the ranges. */
typedef struct ReadValues
{
	HtableValues values;
	int64		limit;
	HtableTest *test;			/* what rows must pass, NULL: nothing */
	bool		nothing;		/* no row can match */
} ReadValues;

/* In the current memory context. */
static ReadValues
evaluate(ForeignScanState *node, HtableScan *scan)
{
	List	   *time_conds = (List *) htable_scan_private(scan, HTABLE_PRIVATE_TIME_CONDS);
	List	   *cell_conds = (List *) htable_scan_private(scan, HTABLE_PRIVATE_CELL_CONDS);
	List	   *as_of_conds = (List *) htable_scan_private(scan, HTABLE_PRIVATE_AS_OF_CONDS);
	ReadValues	found;

	found.values = evaluate_exprs(node, scan);
	found.limit = limit_of(scan, &found.values);
	found.test = htable_filterplan_make(cell_conds, scan->mapping, &found.values, &found.nothing);
	found.nothing = found.nothing || found.limit < 0 ||
		!htable_pushdown_times(time_conds, scan->mapping->timestamp, &found.values,
							   &scan->time_from) ||
		!htable_asof_resolve(as_of_conds, scan->mapping, &found.values, &scan->as_of) ||
		scan->time_from >= scan->as_of.time_to;
	return found;
}

/* May this be read, and does somebody want to know of it? */
static void
check_read(HtableScan *scan, const HtableRangeSet *ranges, const ReadValues *found)
{
	if (scan->mapping->raw && scan->as_of.given)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("foreign table \"%s\" cannot be read as of a moment", scan->mapping->relname),
				 errdetail("Its option \"raw\" asks for delete markers, over which HBase takes no time range.")));
	if (scan->target != NULL && scan->as_of.given)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rows of the past of foreign table \"%s\" cannot be changed",
						scan->mapping->relname),
				 errdetail("The statement reads the table as of a moment.")));
	htable_past_check(scan->fetch.connection, scan->mapping, &scan->as_of);
	guard_full_scan(scan, ranges, found->limit, found->test != NULL);
}

static HtableRangeSet *
decide_ranges(HtableScan *scan, const ReadValues *found)
{
	List	   *key_conds = (List *) htable_scan_private(scan, HTABLE_PRIVATE_KEY_CONDS);

	return htable_pushdown_ranges(key_conds, scan->mapping, &found->values);
}

/*
 * For all processes of a scan: the ranges that they read, none when no row can
 * match, and whether rows are found by time.  In the current memory context.
 */
HtableRangeSet *
htable_scan_decide(ForeignScanState *node, bool *by_time)
{
	HtableScan *scan = node->fdw_state;
	ReadValues	found = evaluate(node, scan);
	HtableRangeSet *ranges = found.nothing ? htable_ranges_none() : decide_ranges(scan, &found);

	*by_time = found_by_time(scan, ranges);
	if (ranges->nranges > 0)
		check_read(scan, ranges, &found);
	return ranges;
}

/* Opens what is fetched from; the ranges are this scan's own, or claimed. */
static void
open_fetch(HtableScan *scan, const ReadValues *found, bool by_time)
{
	rc_read		read = {0};
	bool		named;

	/* a time range over cells would leave out older ones of the same row */
	if (scan->mapping->shape == HTABLE_SHAPE_ROW && !by_time)
		scan->time_from = 0;
	named = fill_read(scan, found->test, &read);
	read.limit = (uint64) found->limit;
	if (scan->shared != NULL)
		htable_parallel_fill(scan, &read);
	else
	{
		read.ranges = htable_fetch_ranges(scan->ranges);
		read.nranges = scan->ranges->nranges;
	}
	htable_fetch_open(&scan->fetch, &read, by_time);
	scan->fetch.claims = scan->claims;
	if (named)
		scan->fetch.otherwise = read_without_names(scan, found->test, &read);
}

/* Begins to fetch for this (re)scan, unless no row can match. */
static void
begin_fetch(ForeignScanState *node, HtableScan *scan)
{
	MemoryContext caller = MemoryContextSwitchTo(scan->range_context);
	ReadValues	found = evaluate(node, scan);

	scan->begun = true;
	if (scan->shared != NULL)
	{
		if (!found.nothing)
			open_fetch(scan, &found, htable_parallel_found_by_time(scan));
	}
	else
	{
		scan->ranges = decide_ranges(scan, &found);
		scan->nranges = scan->ranges->nranges;
		if (!found.nothing && scan->nranges > 0)
		{
			check_read(scan, scan->ranges, &found);
			open_fetch(scan, &found, found_by_time(scan, scan->ranges));
		}
	}
	MemoryContextSwitchTo(caller);
}

/* ---- rows ---- */

/* Warns of what on_bad_value and on_bad_key let pass, and starts to count anew. */
void
htable_scan_report_bad(HtableScan *scan)
{
	if (scan->bad_values > 0)
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg_plural("%lld cell of foreign table \"%s\" did not decode and was read as NULL",
							   "%lld cells of foreign table \"%s\" did not decode and were read as NULL",
							   scan->bad_values, (long long) scan->bad_values,
							   scan->mapping->relname)));
	if (scan->bad_keys > 0)
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg_plural("%lld row of foreign table \"%s\" was left out because its key did not decode",
							   "%lld rows of foreign table \"%s\" were left out because their keys did not decode",
							   scan->bad_keys, (long long) scan->bad_keys,
							   scan->mapping->relname)));
	scan->bad_values = 0;
	scan->bad_keys = 0;
}

/* CONTEXT of errors raised while a row is decoded. */
void
htable_scan_decode_context(void *arg)
{
	HtableScan *scan = arg;
	StringInfoData key;
	rc_bytes	bytes;

	if (!scan->in_row)
		return;
	bytes = scan->row->key;
	initStringInfo(&key);
	for (size_t i = 0; i < Min(bytes.len, 100); i++)
	{
		if (bytes.data[i] >= 0x20 && bytes.data[i] < 0x7F && bytes.data[i] != '\\')
			appendStringInfoChar(&key, (char) bytes.data[i]);
		else
			appendStringInfo(&key, "\\x%02X", bytes.data[i]);
	}
	if (bytes.len > 100)
		appendStringInfoString(&key, "...");
	if (scan->decoding != NULL)
		errcontext("column \"%s\" of foreign table \"%s\", row key \"%s\"",
				   scan->decoding->name, scan->mapping->relname, key.data);
	else
		errcontext("foreign table \"%s\", row key \"%s\"", scan->mapping->relname, key.data);
}

/* The next slot of the current row, in a shape that makes several of one; false: none is left. */
static bool
next_of_row(HtableScan *scan, TupleTableSlot *slot)
{
	if (scan->mapping->shape == HTABLE_SHAPE_VERSIONS)
		return htable_shape_versions_store(scan, slot);
	return htable_shape_cells_store(scan, slot);
}

/* The next row in its shape; false at the end, and as long as the fetch awaits something. */
static bool
next_slot(HtableScan *scan, TupleTableSlot *slot)
{
	for (;;)
	{
		if (scan->mapping->shape != HTABLE_SHAPE_ROW)
		{
			scan->in_row = true;
			if (scan->row != NULL && next_of_row(scan, slot))
				return true;
		}
		scan->in_row = false;
		scan->row = htable_fetch_next(&scan->fetch);
		if (scan->row == NULL)
			return false;
		if (scan->mapping->shape == HTABLE_SHAPE_VERSIONS)
			htable_shape_versions_load(scan);
		else if (scan->mapping->shape == HTABLE_SHAPE_CELLS)
			htable_shape_cells_load(scan);
		else
		{
			scan->in_row = true;
			if (htable_shape_row_store(scan, slot))
				return true;
		}
	}
}

TupleTableSlot *
htableIterateForeignScan(ForeignScanState *node)
{
	HtableScan *scan = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	ErrorContextCallback callback;
	bool		found;

	ExecClearTuple(slot);
	if (unlikely(!scan->begun))
		begin_fetch(node, scan);
	if (!scan->fetch.open)
		return slot;

	callback.callback = htable_scan_decode_context;
	callback.arg = scan;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	found = next_slot(scan, slot);
	error_context_stack = callback.previous;

	if (!found && scan->fetch.awaited != NULL)
		return slot;
	if (!found)
	{
		end_fetch(scan, false);
		if (scan->shared != NULL)
			htable_parallel_count_bad(scan);
		else
			htable_scan_report_bad(scan);
		return slot;
	}
	return ExecStoreVirtualTuple(slot);
}

void
htableReScanForeignScan(ForeignScanState *node)
{
	HtableScan *scan = node->fdw_state;

	end_fetch(scan, false);
	scan->begun = false;
	scan->nversions = 0;
	scan->next_version = 0;
	if (scan->range_context != NULL)
		MemoryContextReset(scan->range_context);
	scan->ranges = NULL;
	scan->nranges = -1;
}

void
htableEndForeignScan(ForeignScanState *node)
{
	HtableScan *scan = node->fdw_state;

	if (scan == NULL || scan->fetch.connection == NULL)
		return;
	htable_async_end(scan);
	end_fetch(scan, false);
	htable_scan_report_bad(scan);
	htable_rowstore_end(scan->store);
	htable_session_release(scan->fetch.connection);
	scan->fetch.connection = NULL;
}
