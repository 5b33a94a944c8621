/*
 * explain.c
 *		What EXPLAIN shows of a scan.
 *
 * EXPLAIN: the conditions that HBase itself keeps, as index scans show theirs.
 * VERBOSE: table, columns or marker rule, direction, limit, and of each clause
 * what becomes of it and why.  ANALYZE: ranges, regions, RPCs, rows, bytes,
 * retries.
 */
#include "scan.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "utils/builtins.h"
#include "utils/ruleutils.h"

/* Does the plan tree below `plan` hold `wanted`?  Collects the way to it, innermost first. */
static bool
find_ancestors(Plan *plan, const Plan *wanted, List **ancestors)
{
	List	   *below = NIL;
	ListCell   *lc;

	if (plan == NULL)
		return false;
	if (plan == wanted)
		return true;
	if (plan->lefttree != NULL)
		below = lappend(below, plan->lefttree);
	if (plan->righttree != NULL)
		below = lappend(below, plan->righttree);
	if (IsA(plan, Append))
		below = list_concat(below, ((Append *) plan)->appendplans);
	else if (IsA(plan, MergeAppend))
		below = list_concat(below, ((MergeAppend *) plan)->mergeplans);
	else if (IsA(plan, SubqueryScan))
		below = lappend(below, ((SubqueryScan *) plan)->subplan);
	foreach(lc, below)
	{
		if (find_ancestors(lfirst(lc), wanted, ancestors))
		{
			*ancestors = lappend(*ancestors, plan);
			return true;
		}
	}
	return false;
}

/*
 * The plan nodes above the scan, which name the parameters they pass down.
 * EXPLAIN does not hand them to a foreign-data wrapper.  In a place not looked
 * into, parameters show as $0, $1, ...
 */
static List *
scan_ancestors(ForeignScanState *node, ExplainState *es)
{
	List	   *ancestors = NIL;

	find_ancestors(es->pstmt->planTree, node->ss.ps.plan, &ancestors);
	return ancestors;
}

static char *
clause_text(ForeignScanState *node, ExplainState *es, List *ancestors, Node *clause)
{
	List	   *context = set_deparse_context_plan(es->deparse_cxt, node->ss.ps.plan, ancestors);

	return deparse_expression(clause, context, list_length(es->rtable) > 1 || es->verbose, false);
}

/* "cf:umur", the bytes as text where they are printable. */
static void
append_bytes(StringInfo out, rc_bytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
	{
		if (bytes.data[i] >= 0x20 && bytes.data[i] < 0x7F)
			appendStringInfoChar(out, (char) bytes.data[i]);
		else
			appendStringInfo(out, "\\x%02X", bytes.data[i]);
	}
}

void
htable_explain_column(StringInfo out, rc_bytes family, rc_bytes qualifier)
{
	if (out->len > 0)
		appendStringInfoString(out, ", ");
	append_bytes(out, family);
	appendStringInfoChar(out, ':');
	append_bytes(out, qualifier);
}

/* The columns asked for one by one. */
static char *
listed_columns(const HtableScan *scan, HtableMarkerRule rule, AttrNumber marker_attno)
{
	StringInfoData out;
	HtableMapping *mapping = scan->mapping;
	bool		has_marker = false;

	initStringInfo(&out);
	for (int i = 0; i < scan->nwanted; i++)
	{
		HtableColumn *column = scan->wanted[i].column;

		htable_explain_column(&out, column->family, column->qualifier);
		has_marker = has_marker || column->attnum == marker_attno;
	}
	for (int i = 0; i < scan->nmaps; i++)
	{
		const HtableColumn *map = scan->maps[i].column;

		for (int j = 0; j < map->nkeys; j++)
			htable_explain_column(&out, map->family, map->keys[j]);
	}
	if (rule == HTABLE_MARKER_COLUMN && marker_attno == 0)
		htable_explain_column(&out, mapping->marker_family, mapping->marker_qualifier);
	else if (rule == HTABLE_MARKER_COLUMN && !has_marker)
		htable_explain_column(&out, mapping->columns[marker_attno - 1]->family,
					  mapping->columns[marker_attno - 1]->qualifier);
	return out.data;
}

static char *
all_families(const HtableMapping *mapping)
{
	StringInfoData out;
	rc_bytes	none = {NULL, 0};

	if (mapping->nfamilies == 0)
		return pstrdup("all families");
	initStringInfo(&out);
	for (int i = 0; i < mapping->nfamilies; i++)
		htable_explain_column(&out, mapping->families[i], none);
	return out.data;
}

static void
explain_columns(const HtableScan *scan, ExplainState *es)
{
	HtableMarkerRule rule = intVal(htable_scan_private(scan, HTABLE_PRIVATE_MARKER));
	AttrNumber	marker_attno = intVal(htable_scan_private(scan, HTABLE_PRIVATE_MARKER_ATTNO));
	const char *rows = "whole families";
	const char *chosen = "";
	bool		listed = false;

	switch (rule)
	{
		case HTABLE_MARKER_FAMILIES:
			break;
		case HTABLE_MARKER_TIMES:
			chosen = ", without values";
			break;
		case HTABLE_MARKER_CLAUSE:
			rows = "clause rejects rows without the column";
			listed = true;
			break;
		case HTABLE_MARKER_COLUMN:
			rows = marker_attno == 0 ? "row_marker" : "NOT NULL column";
			listed = true;
			break;
		case HTABLE_MARKER_FIRST_CELL:
			rows = "first cell of each row";
			break;
		case HTABLE_MARKER_FIRST_KEY:
			rows = "first cell of each row, without its value";
			break;
		case HTABLE_MARKER_FILTER:
			rows = "first cell of each row and the wanted columns, by filter";
			break;
		case HTABLE_MARKER_DECLARED:
			rows = "declared columns";
			listed = scan->nwanted > 0;
			break;
		case HTABLE_MARKER_CELLS:
			rows = scan->mapping->raw ? "each cell and delete marker" : "each cell";
			if (htable_scan_private(scan, HTABLE_PRIVATE_CELL_CONDS) != NULL)
				chosen = ", by condition";
			break;
	}
	ExplainPropertyText("HBase Columns", listed
						? listed_columns(scan, rule, marker_attno)
						: psprintf("%s%s", all_families(scan->mapping), chosen), es);
	ExplainPropertyText("Row Existence", rows, es);
	if (rule == HTABLE_MARKER_CELLS && !htable_columnset_wants_values(scan->mapping, scan->attnos))
		ExplainPropertyText("HBase Values", "left out", es);
}

/* The clauses that HBase keeps, joined by AND. */
static void
explain_pushed(ForeignScanState *node, List *ancestors, ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;

	if (plan->fdw_recheck_quals == NIL)
		return;
	ExplainPropertyText("HBase Cond",
						clause_text(node, es, ancestors,
									(Node *) make_ands_explicit(plan->fdw_recheck_quals)), es);
}

/* Of each clause what becomes of it: a line each in text, else a list. */
static void
explain_clauses(ForeignScanState *node, List *ancestors, ExplainState *es)
{
	HtableScan *scan = node->fdw_state;
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	List	   *clauses = list_concat_copy(plan->fdw_recheck_quals, plan->scan.plan.qual);
	List	   *reasons = list_concat_copy((List *) htable_scan_private(scan, HTABLE_PRIVATE_PUSHED_REASONS),
										   (List *) htable_scan_private(scan, HTABLE_PRIVATE_LOCAL_REASONS));
	List	   *lines = NIL;
	ListCell   *clause;
	ListCell   *reason;

	forboth(clause, clauses, reason, reasons)
	{
		char	   *line = psprintf("%s: %s", clause_text(node, es, ancestors, lfirst(clause)),
									strVal(lfirst(reason)));

		if (es->format == EXPLAIN_FORMAT_TEXT)
			ExplainPropertyText("Clause", line, es);
		else
			lines = lappend(lines, line);
	}
	if (lines != NIL)
		ExplainPropertyList("Clauses", lines, es);
}

static void
explain_limit(ForeignScanState *node, List *ancestors, ExplainState *es)
{
	HtableScan *scan = node->fdw_state;
	List	   *exprs = ((ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	List	   *places = (List *) htable_scan_private(scan, HTABLE_PRIVATE_LIMIT);
	StringInfoData out;

	if (places == NIL)
		return;
	initStringInfo(&out);
	for (int i = 0; i < 2; i++)
	{
		int			place = list_nth_int(places, i);

		if (place < 0)
			continue;
		if (out.len > 0)
			appendStringInfoString(&out, " + ");
		appendStringInfoString(&out, clause_text(node, es, ancestors, list_nth(exprs, place)));
	}
	ExplainPropertyText("HBase Limit", out.data, es);
}

/* How rows are met by the time of their cells. */
static void
explain_time(const HtableScan *scan, ExplainState *es)
{
	static const HtableColumn moment = {.typid = TIMESTAMPTZOID};
	HtableAsOf	as_of = htable_asof_declared(scan->mapping);

	if (htable_scan_private(scan, HTABLE_PRIVATE_AS_OF_CONDS) == NULL && as_of.given)
		ExplainPropertyText("HBase As Of",
							DatumGetCString(DirectFunctionCall1(timestamptz_out,
																htable_instant_show(&moment, as_of.time_to - 1))),
							es);
	if (htable_scan_private(scan, HTABLE_PRIVATE_TIME_CONDS) != NULL &&
		scan->mapping->shape == HTABLE_SHAPE_ROW)
		ExplainPropertyText("Row Search", "found by time range, then read by key", es);
}

static void
explain_verbose(ForeignScanState *node, List *ancestors, ExplainState *es)
{
	HtableScan *scan = node->fdw_state;

	ExplainPropertyText("HBase Table", scan->mapping->table_name, es);
	explain_columns(scan, es);
	explain_time(scan, es);
	ExplainPropertyText("HBase Direction",
						boolVal(htable_scan_private(scan, HTABLE_PRIVATE_REVERSED))
						? "reversed" : "forward", es);
	explain_limit(node, ancestors, es);
	explain_clauses(node, ancestors, es);
}

static void
explain_analyze(const HtableScan *scan, ExplainState *es)
{
	rc_scanner_stats stats;

	htable_fetch_get_stats(&scan->fetch, &stats);
	htable_stats_add(&stats, &scan->others);
	if (scan->nranges >= 0)
		ExplainPropertyInteger("HBase Ranges", NULL, scan->nranges, es);
	if (stats.filtered_ranges > 0)
		ExplainPropertyUInteger("HBase Filtered Ranges", NULL, stats.filtered_ranges, es);
	ExplainPropertyUInteger("HBase Regions", NULL, stats.regions, es);
	ExplainPropertyUInteger("HBase RPCs", NULL, stats.rpcs, es);
	ExplainPropertyUInteger("HBase Rows", NULL, stats.rows, es);
	ExplainPropertyUInteger("HBase Bytes", NULL, stats.bytes, es);
	ExplainPropertyUInteger("HBase Retries", NULL, stats.retries, es);
}

void
htable_explain_pushed(ForeignScanState *node, ExplainState *es)
{
	explain_pushed(node, scan_ancestors(node, es), es);
}

void
htableExplainForeignScan(ForeignScanState *node, ExplainState *es)
{
	HtableScan *scan = node->fdw_state;
	List	   *ancestors = scan_ancestors(node, es);

	explain_pushed(node, ancestors, es);
	if (es->verbose)
		explain_verbose(node, ancestors, es);
	if (es->analyze && es->verbose)
		explain_analyze(scan, es);
}
