/*
 * update.c
 *		UPDATE: the columns that a row writes become a Put, those that become NULL
 *		delete markers beside it, under the condition that the row is as it was
 *		read.
 *
 * Timestamps.  A marker carries the timestamp of the cell that it deletes, never
 * the current time, which would hide what is put in the same millisecond.  A new
 * cell is stamped by the server, unless that may be hidden by what is there: a
 * cell or a marker that is younger than this machine's clock less what clocks
 * may differ.  Then it is stamped here, above that.  Markers are seen by a
 * lookup of their own; it is made where the row lacks a cell that is written,
 * since a cell that is there is above all markers of its column.
 */
#include "change.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "executor/executor.h"
#include "utils/datum.h"
#include "utils/memutils.h"

/* What the clocks of HBase's servers and this machine may differ by, ms. */
#define CLOCKS_DIFFER	1000

#define BATCH_BYTES		(1024 * 1024)

/* ---- begin ---- */

static Bitmapset *
set_columns(const HtableModify *modify)
{
	Bitmapset  *named = ExecGetUpdatedCols(modify->relinfo, modify->estate);
	Bitmapset  *generated = ExecGetExtraUpdatedCols(modify->relinfo, modify->estate);
	Bitmapset  *set = NULL;

	for (int i = 1; i <= modify->mapping->natts; i++)
	{
		if (bms_is_member(i - FirstLowInvalidHeapAttributeNumber, named) ||
			bms_is_member(i - FirstLowInvalidHeapAttributeNumber, generated))
			set = bms_add_member(set, i);
	}
	return set;
}

/* Columns that say something of the cells that are written, with none that is. */
static void
check_set(const HtableModify *modify)
{
	const HtableMapping *mapping = modify->mapping;
	const HtableColumn *alone = NULL;

	for (int i = 0; i < mapping->natts; i++)
	{
		const HtableColumn *column = mapping->columns[i];

		if (column == NULL || !bms_is_member(i + 1, modify->change->set))
			continue;
		if (column->kind == HTABLE_COLUMN_AS_OF)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("column \"%s\" of foreign table \"%s\" cannot be written",
							column->name, mapping->relname),
					 errdetail("An \":as_of\" column is a parameter of scans.")));
		if (column->kind != HTABLE_COLUMN_TIMESTAMP && column->kind != HTABLE_COLUMN_TTL)
			return;
		alone = column;
	}
	if (alone != NULL && !modify->change->by_trigger)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of foreign table \"%s\" cannot be updated alone",
						alone->name, mapping->relname),
				 errdetail("It is about the cells that the statement writes, and it writes none.")));
}

void
htable_update_begin(HtableModify *modify)
{
	HtableChange *change = modify->change;
	const TriggerDesc *triggers = modify->relinfo->ri_TrigDesc;

	change->set = set_columns(modify);
	change->by_trigger = triggers != NULL && triggers->trig_update_before_row;
	check_set(modify);
	if (change->shows_time && modify->holds)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("RETURNING cannot show column \"%s\" of foreign table \"%s\" in a statement that reads its HBase table, or joins its rows",
						modify->mapping->timestamp->name, modify->mapping->relname),
				 errdetail("Such a statement writes at its end.")));
	change->stored = palloc(sizeof(HtableStoredRow) * modify->mapping->batch_size);
	change->encoders = palloc(sizeof(HtableEncoder *) * modify->mapping->batch_size);
	htable_rows_init(&change->rows);
}

/* ---- which columns a row writes ---- */

/* The row as it was read, by attnum - 1, in the current memory context. */
static void
old_values(const HtableModify *modify, TupleTableSlot *plan_slot, Datum *values, bool *nulls)
{
	HeapTupleData tuple;
	bool		isnull;
	Datum		row = ExecGetJunkAttribute(plan_slot, modify->change->row_attno, &isnull);

	if (isnull)
		elog(ERROR, "a row to be updated was not read");
	tuple.t_data = DatumGetHeapTupleHeader(row);
	tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	heap_deform_tuple(&tuple, RelationGetDescr(modify->relinfo->ri_RelationDesc), values, nulls);
}

static bool
differs(const HtableModify *modify, int i, const TupleTableSlot *slot, const Datum *values,
		const bool *nulls)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(modify->relinfo->ri_RelationDesc), i);

	if (slot->tts_isnull[i] || nulls[i])
		return slot->tts_isnull[i] != nulls[i];
	return !datum_image_eq(slot->tts_values[i], values[i], att->attbyval, att->attlen);
}

static void
refuse_new_key(const HtableModify *modify, const HtableColumn *column)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("key column \"%s\" of foreign table \"%s\" cannot be changed",
					column->name, modify->mapping->relname),
			 errdetail("HBase has no way to give a row another key."),
			 errhint("Insert the new row, and delete the old one.")));
}

static bool
sets_key(const HtableModify *modify)
{
	for (int i = 0; i < modify->mapping->nkeys; i++)
	{
		if (bms_is_member(modify->mapping->keys[i].column->attnum, modify->change->set))
			return true;
	}
	return false;
}

Bitmapset *
htable_update_columns(HtableModify *modify, TupleTableSlot *slot, TupleTableSlot *plan_slot)
{
	const HtableMapping *mapping = modify->mapping;
	HtableChange *change = modify->change;
	MemoryContext caller;
	Bitmapset  *attnos = change->set;
	Datum	   *values;
	bool	   *nulls;

	if (!change->by_trigger && !sets_key(modify))
		return attnos;
	/* a batch under way keeps what is in modify->temp */
	caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(modify->estate));
	values = palloc(sizeof(Datum) * Max(mapping->natts, 1));
	nulls = palloc(sizeof(bool) * Max(mapping->natts, 1));
	old_values(modify, plan_slot, values, nulls);
	slot_getallattrs(slot);
	for (int i = 0; i < mapping->natts; i++)
	{
		const HtableColumn *column = mapping->columns[i];

		if (column == NULL || !differs(modify, i, slot, values, nulls))
			continue;
		if (column->kind == HTABLE_COLUMN_KEY)
			refuse_new_key(modify, column);
		if (column->kind != HTABLE_COLUMN_AS_OF && !bms_is_member(i + 1, attnos))
			attnos = bms_union(attnos, bms_make_singleton(i + 1));
	}
	MemoryContextSwitchTo(caller);
	return attnos;
}

static HtableEncoder *
encoder_of(HtableModify *modify, Bitmapset *attnos)
{
	HtableChange *change = modify->change;
	MemoryContext caller;
	HtableChosenColumns *chosen;
	ListCell   *lc;

	foreach(lc, change->chosen)
	{
		chosen = lfirst(lc);
		if (bms_equal(chosen->attnos, attnos))
			return chosen->encoder;
	}
	caller = MemoryContextSwitchTo(modify->estate->es_query_cxt);
	chosen = palloc(sizeof(HtableChosenColumns));
	chosen->attnos = bms_copy(attnos);
	chosen->encoder = htable_encoder_make(modify->mapping, chosen->attnos, chosen->attnos, true);
	change->chosen = lappend(change->chosen, chosen);
	MemoryContextSwitchTo(caller);
	return chosen->encoder;
}

/* ---- what is there already ---- */

/* Does the row write a cell that it lacks, so that delete markers count? */
static bool
is_unclear(const HtableModify *modify, const HtableStoredRow *stored, const TupleTableSlot *slot,
		   Bitmapset *attnos)
{
	const HtableMapping *mapping = modify->mapping;
	int			member = -1;

	if (mapping->has_marker &&
		htable_rowstore_cell(stored, mapping->marker_family, mapping->marker_qualifier) == NULL)
		return true;
	while ((member = bms_next_member(attnos, member)) >= 0)
	{
		const HtableColumn *column = mapping->columns[member - 1];

		if (column == NULL || slot->tts_isnull[member - 1])
			continue;
		if (column->kind == HTABLE_COLUMN_MAP ||
			(column->kind == HTABLE_COLUMN_CELL &&
			 htable_rowstore_cell(stored, column->family, column->qualifier) == NULL))
			return true;
	}
	return false;
}

/* A row that would have no cell. */
static void
check_cells(const HtableModify *modify, int place)
{
	const HtableChange *change = modify->change;
	const HtableRow *row = &change->rows.rows[place];
	const HtableStoredRow *stored = &change->stored[place];
	bool		left = row->ncells > 0 || stored->others >= 0;

	for (int i = 0; i < stored->ncells && !left; i++)
		left = !htable_encoder_removes(change->encoders[place], row, &stored->cells[i]);
	if (!left)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("row of foreign table \"%s\" would have no value besides its key",
						modify->mapping->relname),
				 errdetail("HBase has no rows without cells."),
				 errhint("The option \"row_marker\" of the foreign table gives each row a cell.")));
}

/* The row marker must stay a cell with a value. */
static void
check_marker(const HtableModify *modify, const HtableRow *row)
{
	const HtableSentinel *sentinel = &modify->sentinel;

	if (!modify->mapping->has_marker || sentinel->column == NULL)
		return;
	for (int i = 0; i < row->ncells + row->nnulls; i++)
	{
		const rc_cell *cell = &row->cells[i];

		if (cell->value.len == 0 && rc_bytes_equal(cell->qualifier, sentinel->qualifier) &&
			rc_bytes_equal(cell->family, sentinel->family))
			ereport(ERROR,
					(errcode(ERRCODE_NOT_NULL_VIOLATION),
					 errmsg("column \"%s\" of foreign table \"%s\" is its row marker and must not be empty",
							sentinel->column->name, modify->mapping->relname)));
	}
}

/* ---- mutations ---- */

static void
check_later(int64 last)
{
	if (last >= PG_INT64_MAX - 1)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a cell has the last timestamp there is, and cannot be overwritten")));
}

static void
refuse_hidden(const HtableModify *modify, const HtableRow *row, int64 last)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("row of foreign table \"%s\" was written at a later time than it is updated at",
					modify->mapping->relname),
			 errdetail("Key %s has a cell or delete marker at " INT64_FORMAT " ms, which hides what is written before.",
					   htable_key_show(modify->mapping, row->key), last)));
}

/* When what a cell of the row covers was written: its old version, or the newest marker; -1: nothing is there. */
static int64
covered_time(const HtableStoredRow *stored, const rc_cell *cell, int64 marker)
{
	const rc_cell *old = htable_rowstore_cell(stored, cell->family, cell->qualifier);

	return old != NULL ? (int64) old->timestamp : marker;
}

/* The time that the statement gives.  Over a cell of that very time it is a correction. */
static void
stamp_as_given(const HtableModify *modify, HtableRow *row, const HtableStoredRow *stored, int64 marker)
{
	for (int i = 0; i < row->ncells; i++)
	{
		rc_cell    *cell = &row->cells[i];
		bool		old = htable_rowstore_cell(stored, cell->family, cell->qualifier) != NULL;
		int64		last = covered_time(stored, cell, marker);

		if (last > row->timestamp || (last == row->timestamp && !old))
			refuse_hidden(modify, row, last);
		cell->timestamp = row->timestamp;
	}
}

/*
 * Stamps the cells that are put; marker: the newest delete marker, -1: none.
 * False: they are left to the server.  All cells get one time, so that no
 * reader of the past finds the row between two states; only a cell far in the
 * future is followed by one that is later than the others.
 */
static bool
stamp_cells(const HtableModify *modify, HtableRow *row, const HtableStoredRow *stored, int64 marker)
{
	int64		clock = htable_modify_clock();
	int64		common = clock;
	/* without cells there is nothing to be left to the server */
	bool		fresh = modify->change->shows_time || row->ncells == 0;

	if (row->timestamp >= 0)
	{
		stamp_as_given(modify, row, stored, marker);
		return true;
	}
	for (int i = 0; i < row->ncells; i++)
	{
		int64		last = covered_time(stored, &row->cells[i], marker);

		check_later(last);
		fresh = fresh || last >= clock - CLOCKS_DIFFER;
		if (last <= clock + CLOCKS_DIFFER)
			common = Max(common, last + 1);
	}
	for (int i = 0; i < row->ncells && fresh; i++)
		row->cells[i].timestamp = Max(common, covered_time(stored, &row->cells[i], marker) + 1);
	return fresh;
}

/* Markers for the cells that go, in the current memory context. */
static rc_cell *
delete_markers(const HtableChange *change, int place, size_t *n)
{
	const HtableStoredRow *stored = &change->stored[place];
	rc_cell    *markers = palloc0(sizeof(rc_cell) * Max(stored->ncells, 1));

	*n = 0;
	for (int i = 0; i < stored->ncells; i++)
	{
		const rc_cell *cell = &stored->cells[i];

		if (!htable_encoder_removes(change->encoders[place], &change->rows.rows[place], cell))
			continue;
		markers[*n].family = cell->family;
		markers[*n].qualifier = cell->qualifier;
		markers[*n].timestamp = cell->timestamp;
		markers[(*n)++].type = RC_CELL_DELETE_COLUMN;
	}
	return markers;
}

/* The newest time of the row's cells after the change. */
static int64
newest_time(const HtableChange *change, int place)
{
	const HtableRow *row = &change->rows.rows[place];
	const HtableStoredRow *stored = &change->stored[place];
	int64		newest = stored->others;

	for (int i = 0; i < row->ncells; i++)
		newest = Max(newest, (int64) row->cells[i].timestamp);
	for (int i = 0; i < stored->ncells; i++)
	{
		if (!htable_encoder_removes(change->encoders[place], row, &stored->cells[i]))
			newest = Max(newest, (int64) stored->cells[i].timestamp);
	}
	return newest;
}

static void
send_row(HtableModify *modify, int place, int64 marker)
{
	HtableChange *change = modify->change;
	HtableRow  *row = &change->rows.rows[place];
	rc_mutation mutations[2];
	int			n = 0;
	size_t		ndeletes;
	rc_cell    *deletes = delete_markers(change, place, &ndeletes);
	bool		stamped = stamp_cells(modify, row, &change->stored[place], marker);

	check_marker(modify, row);
	check_cells(modify, place);
	if (change->shows_time)
		change->shown_time = newest_time(change, place);
	if (ndeletes > 0)
		mutations[n++] = (rc_mutation) {RC_DELETE, deletes, ndeletes, 0};
	if (row->ncells > 0)
		mutations[n++] = (rc_mutation) {RC_PUT, row->cells, row->ncells, row->ttl};
	if (n > 0)
		htable_change_send(modify, &change->stored[place], -1, mutations, n, stamped);
}

/* ---- batches ---- */

static int
compare_places(const void *a, const void *b, void *arg)
{
	const HtableRow *rows = arg;

	return htable_bytes_compare(rows[*(const int *) a].key, rows[*(const int *) b].key);
}

/* Looks for delete markers of the batch's rows; by place. */
static HtableKnown *
look_for_markers(HtableModify *modify)
{
	HtableChange *change = modify->change;
	int			n = change->rows.nrows;
	HtableKnown *known = palloc(sizeof(HtableKnown) * n);
	int		   *order = palloc(sizeof(int) * n);

	for (int i = 0; i < n; i++)
		order[i] = i;
	qsort_arg(order, n, sizeof(int), compare_places, change->rows.rows);
	htable_insert_probe(modify, &change->rows, order, n, NULL, known);
	return known;
}

void
htable_update_flush(HtableModify *modify)
{
	HtableChange *change = modify->change;
	MemoryContext caller;
	HtableKnown *known = NULL;

	if (modify->operation != CMD_UPDATE || change->rows.nrows == 0)
		return;
	caller = MemoryContextSwitchTo(modify->temp);
	htable_rows_fix(&change->rows);
	if (change->unclear)
		known = look_for_markers(modify);
	for (int i = 0; i < change->rows.nrows; i++)
		send_row(modify, i, known != NULL ? known[i].newest_marker : -1);
	MemoryContextSwitchTo(caller);
	htable_rows_reset(&change->rows);
	change->unclear = false;
	MemoryContextReset(modify->temp);
}

void
htable_update_row(HtableModify *modify, TupleTableSlot *slot, const ItemPointerData *place,
				  Bitmapset *attnos)
{
	HtableChange *change = modify->change;
	MemoryContext caller = MemoryContextSwitchTo(modify->temp);
	int			n = change->rows.nrows;

	slot_getallattrs(slot);
	change->stored[n] = htable_rowstore_get(change->store, place);
	change->encoders[n] = encoder_of(modify, attnos);
	htable_encode_changes(change->encoders[n], slot, change->stored[n].key, &change->rows);
	change->unclear = change->unclear || is_unclear(modify, &change->stored[n], slot, attnos);
	MemoryContextSwitchTo(caller);
	if (change->unclear && !change->awaits && !change->shows_time && n + 1 < modify->mapping->batch_size &&
		change->rows.bytes.len < BATCH_BYTES)
		return;
	htable_update_flush(modify);
	if (change->awaits && !modify->holds)
		htable_sender_flush(modify->sender);
}
