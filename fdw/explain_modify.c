/*
 * explain_modify.c
 *		What EXPLAIN shows of a relation that a statement writes to: how its rows
 *		become mutations, whether that is exact, and with ANALYZE what came of it.
 */
#include "change.h"

static char *
sentinel_name(const HtableSentinel *sentinel)
{
	StringInfoData out;

	initStringInfo(&out);
	htable_explain_column(&out, sentinel->family, sentinel->qualifier);
	return out.data;
}

/* Whether an INSERT surely finds out that a row is there. */
static char *
exactness(const HtableModify *modify)
{
	if (modify->mapping->shape == HTABLE_SHAPE_CELLS)
		return pstrdup("exact, by the cell itself");
	if (modify->sentinel.exists)
		return psprintf("exact, by %s %s", modify->sentinel.reason,
						sentinel_name(&modify->sentinel));
	return psprintf("not exact: %s", modify->sentinel.reason);
}

static const char *
insert_mutation(const HtableModify *modify)
{
	const HtableInsert *insert = modify->insert;

	if (insert->upsert)
		return modify->mapping->shape == HTABLE_SHAPE_CELLS ? "Put" : "Put, Delete for NULL";
	if (modify->mapping->shape == HTABLE_SHAPE_CELLS)
		return "Put if the cell is absent";
	if (!modify->sentinel.exists)
		return "Put after a look";
	return psprintf("Put if %s is absent", sentinel_name(&modify->sentinel));
}

static void
explain_insert(const HtableModify *modify, ExplainState *es)
{
	ExplainPropertyText("Insert Mode", modify->insert->upsert ? "upsert" :
						psprintf("insert, %s", exactness(modify)), es);
	ExplainPropertyText("HBase Mutation", insert_mutation(modify), es);
	ExplainPropertyInteger("Batch Size", NULL, modify->mapping->batch_size, es);
}

/* ---- UPDATE and DELETE ---- */

static char *
compared_columns(const HtableTargetRel *target)
{
	StringInfoData out;
	const rc_bytes none = {NULL, 0};

	initStringInfo(&out);
	for (int i = 0; i < target->ncells; i++)
	{
		if (target->cells[i].compared)
			htable_explain_column(&out, target->cells[i].family, target->cells[i].qualifier);
	}
	for (int i = 0; i < target->nmaps; i++)
	{
		const HtableColumn *map = target->maps[i].column;

		if (target->maps[i].compared)
			htable_explain_column(&out, map->family, map->qualifier.len > 0 ? map->qualifier : none);
	}
	if (target->values)
		appendStringInfo(&out, "%sthe value", out.len > 0 ? ", " : "");
	return out.len > 0 ? out.data : pstrdup("none, the row must be there");
}

static const char *
change_mutation(const HtableModify *modify)
{
	if (modify->operation == CMD_UPDATE)
		return "Put, Delete for NULL, if the row is as it was read";
	if (modify->mapping->shape == HTABLE_SHAPE_ROW)
		return "DeleteFamily if the row is as it was read";
	return "Delete if the row is as it was read";
}

static void
explain_change(const HtableModify *modify, ExplainState *es)
{
	ExplainPropertyText("HBase Mutation", change_mutation(modify), es);
	ExplainPropertyText("Compared Columns", compared_columns(modify->change->target), es);
	if (modify->operation == CMD_UPDATE)
		ExplainPropertyInteger("Batch Size", NULL, modify->mapping->batch_size, es);
}

static void
explain_analyze(HtableModify *modify, ExplainState *es)
{
	rc_writer_stats stats;

	htable_sender_get_stats(modify->sender, &stats);
	ExplainPropertyUInteger("HBase Mutations", NULL, stats.mutations, es);
	if (modify->insert != NULL)
		ExplainPropertyInteger("HBase Conflicts", NULL, modify->insert->conflicts, es);
	else
		ExplainPropertyInteger("HBase Conflicts", NULL, modify->change->conflicts, es);
	ExplainPropertyUInteger("HBase RPCs", NULL, stats.rpcs + modify->probed.rpcs, es);
	ExplainPropertyUInteger("HBase Retries", NULL, stats.retries + modify->probed.retries, es);
}

void
htableExplainForeignModify(ModifyTableState *mtstate, ResultRelInfo *relinfo, List *private,
						   int subplan_index, ExplainState *es)
{
	HtableModify *modify = relinfo->ri_FdwState;

	if (es->verbose)
		ExplainPropertyText("HBase Table", modify->mapping->table_name, es);
	ExplainPropertyText("Write Mode",
						modify->holds ? "through, when the statement ends" : "through", es);
	if (modify->insert != NULL)
		explain_insert(modify, es);
	else
		explain_change(modify, es);
	if (!es->analyze || modify->sender == NULL)
		return;
	/* the numbers are of what was sent: the rest goes now, not when the statement ends */
	if (modify->insert != NULL)
		htable_insert_end(modify);
	else
		htable_change_end(modify);
	htable_sender_flush(modify->sender);
	if (es->verbose)
		explain_analyze(modify, es);
}
