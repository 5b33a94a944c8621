/*
 * increment.c
 *		Increments: one for each key, under the condition that the column has a
 *		value to which k can be added without overflow, which HBase would let pass.
 *
 * A row that HBase refuses is looked at: it may be missing, which is no row; or
 * have no value, which stays NULL; or too large a one, which is an error; or it
 * has come to have one by now, then it is tried again.
 */
#include "increment.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/memutils.h"

typedef enum KeyState
{
	KEY_SENT,
	KEY_REFUSED,
	KEY_DONE,					/* value, or NULL */
	KEY_MISSING
} KeyState;

typedef struct IncrementedKey
{
	rc_bytes	key;
	KeyState	state;
	bool		isnull;
	int64		value;
} IncrementedKey;

struct HtableIncrement
{
	HtableModify *modify;
	const HtableColumn *column;
	ExprState  *amount_expr;
	bool		minus;
	bool		sets_tag;
	bool		done;
	MemoryContext context;		/* of the keys */
	IncrementedKey *keys;		/* ascending */
	int			nkeys;
	int			next;			/* to be returned */
	HtableListener listener;
	bool		unset;			/* k is NULL */
	bool		wraps;			/* it is n - (-2^63): n + (-2^63) are the same bytes */
	int64		amount;
	uint8_t		amount_bytes[8];
	rc_condition condition;
	int64		looks;			/* rows that were looked at */
};

/* ---- begin and end ---- */

static bool
key_refused(void *ctx, uint64 number, rc_bytes row)
{
	((HtableIncrement *) ctx)->keys[number].state = KEY_REFUSED;
	return true;
}

static void
key_applied(void *ctx, uint64 number, const rc_result *result)
{
	IncrementedKey *key = &((HtableIncrement *) ctx)->keys[number];

	key->state = KEY_DONE;
	key->isnull = result->ncells != 1 || result->cells[0].value.len != 8 ||
		!rc_binary_get_int64(result->cells[0].value, &key->value);
}

void
htableBeginDirectModify(ForeignScanState *node, int eflags)
{
	EState	   *estate = node->ss.ps.state;
	HtableIncrement *increment = palloc0(sizeof(HtableIncrement));
	bool		explain_only = (eflags & EXEC_FLAG_EXPLAIN_ONLY) != 0;
	HtableScan *scan;
	List	   *planned;

	htableBeginForeignScan(node, eflags);
	scan = node->fdw_state;
	scan->increment = increment;
	planned = (List *) htable_scan_private(scan, HTABLE_PRIVATE_INCREMENT);
	increment->modify = htable_modify_begin(estate, node->resultRelInfo, CMD_UPDATE, explain_only);
	increment->column = scan->mapping->columns[intVal(list_nth(planned, HTABLE_INCREMENT_ATTNO)) - 1];
	increment->amount_expr = list_nth(scan->exprs,
									  intVal(list_nth(planned, HTABLE_INCREMENT_PLACE)));
	increment->minus = boolVal(list_nth(planned, HTABLE_INCREMENT_MINUS));
	increment->sets_tag = boolVal(list_nth(planned, HTABLE_INCREMENT_SET_TAG));
	increment->listener = (HtableListener) {increment, key_refused, NULL, key_applied};
	increment->context = AllocSetContextCreate(estate->es_query_cxt, "htable_fdw incremented keys",
											   ALLOCSET_DEFAULT_SIZES);
}

void
htableEndDirectModify(ForeignScanState *node)
{
	HtableScan *scan = node->fdw_state;

	if (scan == NULL || scan->increment == NULL || scan->increment->modify->sender == NULL)
		return;
	htable_sender_end(scan->increment->modify->sender);
	htableEndForeignScan(node);
}

/* ---- the condition ---- */

static rc_bytes
bytes_of(int64 value, uint8_t *buffer)
{
	rc_binary_put_int64(buffer, value);
	return (rc_bytes) {buffer, 8};
}

/*
 * That there is a value n for which n + k is none too large.  Stored bytes sort
 * negative numbers behind the others, so the values allowed are two ranges.
 */
static void
make_condition(HtableIncrement *increment, HtableHost *host)
{
	const rc_host *hooks = htable_host_hooks(host);
	rc_bytes	family = increment->column->family;
	rc_bytes	qualifier = increment->column->qualifier;
	uint8_t		first[8];
	uint8_t		second[8];
	rc_bytes	least = bytes_of(PG_INT64_MIN, first);
	rc_bytes	bound;
	rc_filter  *arms[2];
	int			n = 0;

	if (increment->wraps)
		arms[n++] = rc_filter_column_value(hooks, family, qualifier, RC_GREATER_OR_EQUAL, least, true);
	else if (increment->amount > 0)
	{
		bound = bytes_of(PG_INT64_MAX - increment->amount, second);
		arms[n++] = rc_filter_column_value(hooks, family, qualifier, RC_LESS_OR_EQUAL, bound, true);
		arms[n++] = rc_filter_column_value(hooks, family, qualifier, RC_GREATER_OR_EQUAL, least, true);
	}
	else if (increment->amount < 0)
	{
		arms[n++] = rc_filter_column_value(hooks, family, qualifier, RC_LESS, least, true);
		if (increment->amount != PG_INT64_MIN)
		{
			bound = bytes_of(PG_INT64_MIN - increment->amount, second);
			arms[n++] = rc_filter_column_value(hooks, family, qualifier, RC_GREATER_OR_EQUAL, bound,
											   true);
		}
	}
	else
		arms[n++] = rc_filter_column_exists(hooks, family, qualifier, true);
	increment->condition.kind = RC_CONDITION_FILTER;
	increment->condition.filter =
		htable_host_filter_encode(n == 1 ? arms[0] : rc_filter_list(hooks, false, arms, n), host);
}

/* ---- keys ---- */

static void
raise_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("bigint out of range")));
}

static void
evaluate_amount(ForeignScanState *node, HtableIncrement *increment)
{
	Datum		value = ExecEvalExpr(increment->amount_expr, node->ss.ps.ps_ExprContext,
									 &increment->unset);

	if (increment->unset)
		return;
	switch (exprType((Node *) increment->amount_expr->expr))
	{
		case INT2OID:
			increment->amount = DatumGetInt16(value);
			break;
		case INT4OID:
			increment->amount = DatumGetInt32(value);
			break;
		default:
			increment->amount = DatumGetInt64(value);
			break;
	}
	if (!increment->minus)
		return;
	increment->wraps = increment->amount == PG_INT64_MIN;
	if (!increment->wraps)
		increment->amount = -increment->amount;
}

static void
list_keys(ForeignScanState *node, HtableIncrement *increment)
{
	bool		by_time;
	HtableRangeSet *ranges = htable_scan_decide(node, &by_time);

	if (!htable_ranges_are_points(ranges))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many row keys for foreign table \"%s\"",
						increment->modify->mapping->relname)));
	increment->nkeys = ranges->nranges;
	increment->keys = MemoryContextAllocExtended(CurrentMemoryContext,
												 sizeof(IncrementedKey) * Max(ranges->nranges, 1),
												 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < ranges->nranges; i++)
		increment->keys[i].key = (rc_bytes) {ranges->ranges[i].lower.data, ranges->ranges[i].lower.len};
}

/* ---- sending ---- */

static void
send_increment(HtableIncrement *increment, int i)
{
	rc_cell		cell = {
		.family = increment->column->family,
		.qualifier = increment->column->qualifier,
		.value = {increment->amount_bytes, 8},
		.timestamp = RC_TIMESTAMP_LATEST
	};
	rc_mutation mutation = {RC_INCREMENT, &cell, 1, 0};
	rc_action	action = {
		.row = increment->keys[i].key,
		.mutations = &mutation,
		.nmutations = 1,
		.condition = increment->condition,
		.want_result = true
	};

	increment->keys[i].state = KEY_SENT;
	htable_sender_send(increment->modify->sender, &increment->listener, i, &action);
}

/* NULL of a column that is not to be NULL, as core says it. */
static void
take_null(const HtableIncrement *increment, IncrementedKey *key)
{
	if (increment->column->not_null)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("null value in column \"%s\" of relation \"%s\" violates not-null constraint",
						increment->column->name, increment->modify->mapping->relname),
				 errtablecol(increment->modify->relinfo->ri_RelationDesc,
							 increment->column->attnum)));
	key->state = KEY_DONE;
	key->isnull = true;
}

/* n + NULL: the cell goes, with a marker of its own time. */
static void
send_delete(HtableIncrement *increment, IncrementedKey *key, const rc_row *row,
			const rc_cell *cell)
{
	rc_cell		marker = {
		.family = increment->column->family,
		.qualifier = increment->column->qualifier,
		.timestamp = cell->timestamp,
		.type = RC_CELL_DELETE_COLUMN
	};
	rc_mutation mutation = {RC_DELETE, &marker, 1, 0};
	rc_action	action = {
		.row = key->key,
		.mutations = &mutation,
		.nmutations = 1,
		.condition = {.kind = RC_CONDITION_PRESENT, .family = marker.family, .qualifier = marker.qualifier},
		.resend = true
	};

	if (row->ncells == 1)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("row of foreign table \"%s\" would have no value besides its key",
						increment->modify->mapping->relname),
				 errdetail("HBase has no rows without cells."),
				 errhint("The option \"row_marker\" of the foreign table gives each row a cell.")));
	take_null(increment, key);
	htable_sender_send(increment->modify->sender, &increment->listener,
					   key - increment->keys, &action);
}

/* ---- looking ---- */

static const rc_cell *
find_cell(const HtableColumn *column, const rc_row *row)
{
	for (size_t i = 0; i < row->ncells; i++)
	{
		if (rc_bytes_equal(row->cells[i].qualifier, column->qualifier) &&
			rc_bytes_equal(row->cells[i].family, column->family))
			return &row->cells[i];
	}
	return NULL;
}

/* What becomes of a key whose row was read. */
static void
settle_key(HtableIncrement *increment, IncrementedKey *key, const rc_row *row)
{
	const rc_cell *cell = find_cell(increment->column, row);
	Datum		value;
	int64		sum;

	if (cell == NULL)
	{
		take_null(increment, key);
		return;
	}
	/* bytes of another length are an error, with or without a look */
	increment->column->codec->decode(increment->column->codec, (const char *) cell->value.data,
									 cell->value.len, &value, NULL);
	if (increment->unset)
		send_delete(increment, key, row, cell);
	else if (increment->wraps ? DatumGetInt64(value) >= 0 :
			 pg_add_s64_overflow(DatumGetInt64(value), increment->amount, &sum))
		raise_range();
	/* else it is tried again */
}

static void
fill_read(const HtableIncrement *increment, rc_read *read)
{
	const HtableMapping *mapping = increment->modify->mapping;
	rc_column  *columns = palloc0(sizeof(rc_column) * Max(mapping->nfamilies, 1));
	rc_range   *ranges = palloc(sizeof(rc_range) * increment->nkeys);

	for (int i = 0; i < mapping->nfamilies; i++)
	{
		columns[i].family = mapping->families[i];
		columns[i].any_qualifier = true;
	}
	for (int i = 0; i < increment->nkeys; i++)
	{
		if (increment->keys[i].state == KEY_REFUSED)
			ranges[read->nranges++] = (rc_range) {increment->keys[i].key, increment->keys[i].key, true, true};
	}
	read->table = (rc_bytes) {(const uint8_t *) mapping->table_name, strlen(mapping->table_name)};
	read->columns = columns;
	read->ncolumns = mapping->nfamilies;
	read->time_to = INT64_MAX;
	read->max_versions = 1;
	read->scan_window = mapping->scan_window;
	read->scan_concurrency = mapping->scan_concurrency;
	read->whole = true;
	read->ranges = ranges;
}

/* Rows come in the order of keys; one that does not come is missing. */
static void
take_rows(HtableIncrement *increment, HtableFetch *fetch)
{
	const rc_row *row = htable_fetch_next(fetch);

	for (int i = 0; i < increment->nkeys; i++)
	{
		IncrementedKey *key = &increment->keys[i];

		if (key->state != KEY_REFUSED)
			continue;
		increment->looks++;
		if (row == NULL || !rc_bytes_equal(row->key, key->key))
		{
			key->state = KEY_MISSING;
			continue;
		}
		settle_key(increment, key, row);
		row = htable_fetch_next(fetch);
	}
}

/* Looks at the rows that were refused; false: there were none. */
static bool
look_at_refused(HtableIncrement *increment)
{
	HtableFetch fetch = {0};
	rc_read		read = {0};

	fill_read(increment, &read);
	if (read.nranges == 0)
		return false;
	fetch.connection = htable_sender_connection(increment->modify->sender);
	fetch.table_name = increment->modify->mapping->table_name;
	PG_TRY();
	{
		htable_fetch_open(&fetch, &read, false);
		take_rows(increment, &fetch);
	}
	PG_FINALLY();
	{
		htable_fetch_close(&fetch, true);
	}
	PG_END_TRY();
	htable_stats_add(&increment->modify->probed, &fetch.total);
	return true;
}

/* Increments all keys. */
static void
increment_all(ForeignScanState *node, HtableIncrement *increment)
{
	HtableModify *modify = increment->modify;
	HtableConnection *connection = htable_sender_connection(modify->sender);

	evaluate_amount(node, increment);
	list_keys(node, increment);
	increment->done = true;
	if (increment->nkeys == 0)
		return;
	if (!increment->unset)
		make_condition(increment, htable_session_host(connection));
	bytes_of(increment->amount, increment->amount_bytes);
	for (int i = 0; i < increment->nkeys; i++)
		increment->keys[i].state = KEY_REFUSED;
	/* what becomes NULL is deleted, which needs a look */
	if (increment->unset)
	{
		look_at_refused(increment);
		htable_sender_flush(modify->sender);
		return;
	}
	do
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < increment->nkeys; i++)
		{
			if (increment->keys[i].state == KEY_REFUSED)
				send_increment(increment, i);
		}
		htable_sender_flush(modify->sender);
	} while (look_at_refused(increment));
}

/* ---- rows ---- */

/* The key as SQL shows it, and the new value. */
static void
store_row(HtableScan *scan, const IncrementedKey *key, TupleTableSlot *slot)
{
	const HtableColumn *column = scan->increment->column;
	rc_row		row = {.key = key->key};

	memset(slot->tts_isnull, true, sizeof(bool) * slot->tts_tupleDescriptor->natts);
	scan->row = &row;
	htable_shape_decode_key(scan, slot);
	scan->row = NULL;
	slot->tts_isnull[column->attnum - 1] = key->isnull;
	if (!key->isnull)
		slot->tts_values[column->attnum - 1] = Int64GetDatum(key->value);
	ExecStoreVirtualTuple(slot);
}

static void
count_rows(ForeignScanState *node, HtableIncrement *increment)
{
	int64		n = 0;

	for (int i = 0; i < increment->nkeys; i++)
		n += increment->keys[i].state == KEY_DONE;
	increment->next = increment->nkeys;
	if (increment->sets_tag)
		node->ss.ps.state->es_processed += n;
	if (node->ss.ps.instrument != NULL)
		node->ss.ps.instrument->tuplecount += n;
}

TupleTableSlot *
htableIterateDirectModify(ForeignScanState *node)
{
	HtableScan *scan = node->fdw_state;
	HtableIncrement *increment = scan->increment;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;
	ProjectionInfo *returning = node->resultRelInfo->ri_projectReturning;

	ExecClearTuple(slot);
	if (!increment->done)
	{
		MemoryContext caller = MemoryContextSwitchTo(increment->context);

		increment_all(node, increment);
		MemoryContextSwitchTo(caller);
		if (returning == NULL)
			count_rows(node, increment);
	}
	while (increment->next < increment->nkeys)
	{
		const IncrementedKey *key = &increment->keys[increment->next++];

		if (key->state != KEY_DONE)
			continue;
		store_row(scan, key, slot);
		if (increment->sets_tag)
			node->ss.ps.state->es_processed++;
		returning->pi_exprContext->ecxt_scantuple = slot;
		return slot;
	}
	return slot;
}

/* ---- EXPLAIN ---- */

void
htableExplainDirectModify(ForeignScanState *node, ExplainState *es)
{
	HtableScan *scan = node->fdw_state;
	const HtableIncrement *increment = scan->increment;
	rc_writer_stats stats;
	StringInfoData column;

	htable_explain_pushed(node, es);
	if (es->verbose)
		ExplainPropertyText("HBase Table", scan->mapping->table_name, es);
	ExplainPropertyText("Write Mode", "through", es);
	initStringInfo(&column);
	htable_explain_column(&column, increment->column->family, increment->column->qualifier);
	ExplainPropertyText("HBase Mutation",
						psprintf("Increment if %s has a value", column.data), es);
	if (!es->analyze || !es->verbose || increment->modify->sender == NULL)
		return;
	htable_sender_get_stats(increment->modify->sender, &stats);
	ExplainPropertyUInteger("HBase Mutations", NULL, stats.mutations, es);
	ExplainPropertyInteger("HBase Looks", NULL, increment->looks, es);
	ExplainPropertyUInteger("HBase RPCs", NULL, stats.rpcs + increment->modify->probed.rpcs, es);
	ExplainPropertyUInteger("HBase Retries", NULL,
							stats.retries + increment->modify->probed.retries, es);
}
