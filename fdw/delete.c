/*
 * delete.c
 *		DELETE.
 *
 * In shape row one marker for each declared family in which the row has cells,
 * with the newest timestamp that was read there: a marker of the current time
 * would hide what is put in the same millisecond, and would not hide a cell
 * stamped in the future.  In the other shapes just the cells that the row of SQL
 * shows go; those of one row of HBase that come one after the other go together.
 */
#include "change.h"

#include "utils/memutils.h"

/* Parts of a row that go together, at most. */
#define MOST_PARTS	1000

static void
delete_whole(HtableModify *modify, const HtableStoredRow *row)
{
	rc_cell    *markers = palloc0(sizeof(rc_cell) * Max(row->ncells, 1));
	rc_mutation mutation = {RC_DELETE, markers, 0, 0};

	for (int i = 0; i < row->ncells; i++)
	{
		if (row->cells[i].type != RC_CELL_DELETE_FAMILY)
			continue;
		markers[mutation.ncells].family = row->cells[i].family;
		markers[mutation.ncells].timestamp = row->cells[i].timestamp;
		markers[mutation.ncells++].type = RC_CELL_DELETE_FAMILY;
	}
	htable_change_send(modify, row, -1, &mutation, 1, true);
}

/* ---- parts of rows ---- */

/* Are values compared?  Then the parts' times must be told apart. */
static bool
compares(const HtableTargetRel *target)
{
	bool		found = target->values;

	for (int i = 0; i < target->ncells; i++)
		found = found || target->cells[i].compared;
	for (int i = 0; i < target->nmaps; i++)
		found = found || target->maps[i].compared;
	return found;
}

static bool
goes_along(const HtableChange *change, const HtableStoredRow *part)
{
	const HtableStoredRow *last;

	if (change->nparts == 0)
		return true;
	last = &change->parts[change->nparts - 1];
	return change->nparts < MOST_PARTS && rc_bytes_equal(last->key, part->key) &&
		(!compares(change->target) || last->cells[0].timestamp == part->cells[0].timestamp);
}

/* The parts that wait, as one row: their cells, and markers for them. */
void
htable_delete_flush(HtableModify *modify)
{
	HtableChange *change = modify->change;
	HtableStoredRow all = {0};
	rc_cell    *markers;
	rc_mutation mutation = {RC_DELETE};
	MemoryContext caller;
	bool		timed = compares(change->target);

	if (change->nparts == 0)
		return;
	caller = MemoryContextSwitchTo(modify->temp);
	for (int i = 0; i < change->nparts; i++)
		all.ncells += change->parts[i].ncells;
	all.key = change->parts[0].key;
	all.cells = palloc(sizeof(rc_cell) * all.ncells);
	all.ncells = 0;
	for (int i = 0; i < change->nparts; i++)
	{
		memcpy(&all.cells[all.ncells], change->parts[i].cells,
			   sizeof(rc_cell) * change->parts[i].ncells);
		all.ncells += change->parts[i].ncells;
	}
	markers = palloc(sizeof(rc_cell) * all.ncells);
	for (int i = 0; i < all.ncells; i++)
	{
		markers[i] = all.cells[i];
		markers[i].value = (rc_bytes) {NULL, 0};
		markers[i].type = RC_CELL_DELETE;
	}
	mutation.cells = markers;
	mutation.ncells = all.ncells;
	change->nparts = 0;
	htable_change_send(modify, &all, timed ? (int64) all.cells[0].timestamp : -1, &mutation, 1, true);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(modify->temp);
}

static void
delete_part(HtableModify *modify, const ItemPointerData *place)
{
	HtableChange *change = modify->change;
	MemoryContext caller = MemoryContextSwitchTo(modify->temp);
	HtableStoredRow part = htable_rowstore_get(change->store, place);

	if (!goes_along(change, &part))
	{
		htable_delete_flush(modify);
		part = htable_rowstore_get(change->store, place);
	}
	if (change->nparts == change->max_parts)
	{
		change->max_parts = Max(2 * change->max_parts, 16);
		change->parts = change->parts == NULL
			? MemoryContextAlloc(modify->estate->es_query_cxt,
								 sizeof(HtableStoredRow) * change->max_parts)
			: repalloc(change->parts, sizeof(HtableStoredRow) * change->max_parts);
	}
	change->parts[change->nparts++] = part;
	MemoryContextSwitchTo(caller);
}

void
htable_delete_row(HtableModify *modify, const ItemPointerData *place)
{
	HtableChange *change = modify->change;

	if (modify->mapping->shape == HTABLE_SHAPE_ROW)
	{
		MemoryContext caller = MemoryContextSwitchTo(modify->temp);
		HtableStoredRow row = htable_rowstore_get(change->store, place);

		delete_whole(modify, &row);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(modify->temp);
	}
	else
	{
		delete_part(modify, place);
		if (change->awaits)
			htable_delete_flush(modify);
	}
	if (change->awaits && !modify->holds)
		htable_sender_flush(modify->sender);
}
