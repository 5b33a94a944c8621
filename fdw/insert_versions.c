/*
 * insert_versions.c
 *		INSERT into shapes "versions" and "cells", whose rows are parts of HBase's:
 *		the cells of a time, or one cell.
 *
 * A row without a time gets one that is newer than all that HBase's row has, so
 * that it is neither hidden by a delete marker nor takes the place of another
 * row.  For one with a time everything that HBase has of the row is looked up:
 * a cell of that time is a conflict, and a marker of that time or later would
 * hide the row.  The condition is then that there is no cell of that time.
 */
#include "insert.h"

/* A cell or marker that HBase has, or will have. */
typedef struct Entry
{
	rc_bytes	family;
	rc_bytes	qualifier;
	int64		timestamp;
	uint8_t		type;
} Entry;

/* What is known of a row of HBase. */
typedef struct History
{
	Entry	   *entries;
	int			n;
	int			max;
	int64		newest;			/* timestamp; -1: there is nothing */
} History;

static void
add_entry(History *history, Entry entry)
{
	if (history->n == history->max)
	{
		history->max = Max(2 * history->max, 32);
		history->entries = history->entries == NULL
			? MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Entry) * history->max)
			: repalloc_huge(history->entries, sizeof(Entry) * history->max);
	}
	history->entries[history->n++] = entry;
	history->newest = Max(history->newest, entry.timestamp);
}

/* ctx: histories by place. */
static void
take_row(void *ctx, int place, const rc_row *row)
{
	History    *history = &((History *) ctx)[place];
	rc_bytes	family = {NULL, 0};
	rc_bytes	qualifier = {NULL, 0};

	for (size_t i = 0; i < row->ncells; i++)
	{
		const rc_cell *cell = &row->cells[i];

		if (family.data == NULL || !rc_bytes_equal(family, cell->family))
			family = htable_bytes_copy(cell->family);
		if (qualifier.data == NULL || !rc_bytes_equal(qualifier, cell->qualifier))
			qualifier = htable_bytes_copy(cell->qualifier);
		add_entry(history, (Entry) {family, qualifier, (int64) cell->timestamp, cell->type});
	}
}

/* The timestamp of the marker that hides a cell of this time; -1: none does. */
static int64
hidden_by(const History *history, rc_bytes family, rc_bytes qualifier, int64 timestamp)
{
	for (int i = 0; i < history->n; i++)
	{
		const Entry *e = &history->entries[i];
		bool		hides = false;

		if (e->type == RC_CELL_PUT || !rc_bytes_equal(e->family, family))
			continue;
		switch (e->type)
		{
			case RC_CELL_DELETE_FAMILY:
				hides = e->timestamp >= timestamp;
				break;
			case RC_CELL_DELETE_FAMILY_VERSION:
				hides = e->timestamp == timestamp;
				break;
			case RC_CELL_DELETE_COLUMN:
				hides = e->timestamp >= timestamp && rc_bytes_equal(e->qualifier, qualifier);
				break;
			default:
				hides = e->timestamp == timestamp && rc_bytes_equal(e->qualifier, qualifier);
				break;
		}
		if (hides)
			return e->timestamp;
	}
	return -1;
}

/* Does the table show the cell as a row, or a part of one? */
static bool
is_shown(const HtableMapping *mapping, const Entry *entry)
{
	bool		any = false;

	for (int i = 0; i < mapping->natts; i++)
	{
		const HtableColumn *column = mapping->columns[i];

		if (column == NULL || column->kind != HTABLE_COLUMN_CELL)
			continue;
		any = true;
		if (rc_bytes_equal(column->qualifier, entry->qualifier) &&
			rc_bytes_equal(column->family, entry->family))
			return true;
	}
	return !any;
}

/* Is the row there: the cell itself, or a declared column of its time? */
static bool
is_there(const HtableModify *modify, const History *history, const HtableRow *row)
{
	for (int i = 0; i < history->n; i++)
	{
		const Entry *e = &history->entries[i];

		if (e->type != RC_CELL_PUT || e->timestamp != row->timestamp)
			continue;
		if (modify->mapping->shape == HTABLE_SHAPE_CELLS
			? !rc_bytes_equal(e->family, row->cells[0].family) ||
			!rc_bytes_equal(e->qualifier, row->cells[0].qualifier)
			: !is_shown(modify->mapping, e))
			continue;
		if (hidden_by(history, e->family, e->qualifier, e->timestamp) < 0)
			return true;
	}
	return false;
}

static void
remember(History *history, const HtableRow *row)
{
	for (int i = 0; i < row->ncells; i++)
		add_entry(history, (Entry) {row->cells[i].family, row->cells[i].qualifier,
				  row->timestamp, RC_CELL_PUT});
}

/* There is no cell of the row's time. */
static rc_condition
absent_then(const HtableModify *modify, const HtableRow *row)
{
	bool		cells = modify->mapping->shape == HTABLE_SHAPE_CELLS;

	return (rc_condition) {
		.kind = RC_CONDITION_ABSENT,
		.family = cells ? row->cells[0].family : modify->sentinel.family,
		.qualifier = cells ? row->cells[0].qualifier : modify->sentinel.qualifier,
		.time_from = row->timestamp,
		.time_to = row->timestamp + 1
	};
}

static void
check_hidden(const HtableModify *modify, const History *history, int place)
{
	const HtableRow *row = &modify->insert->rows.rows[place];

	for (int i = 0; i < row->ncells; i++)
	{
		int64		marker = hidden_by(history, row->cells[i].family, row->cells[i].qualifier,
									   row->timestamp);

		if (marker >= 0)
			htable_insert_refuse_hidden(modify, place, marker);
	}
}

/* Mode upsert: of the row's nulls those that have a cell of its time. */
static int
collect_deletes(History *history, const HtableRow *row, rc_cell *deletes)
{
	int			n = 0;

	for (int i = row->ncells; i < row->ncells + row->nnulls; i++)
	{
		rc_cell    *delete = &deletes[n];
		bool		there = false;

		*delete = row->cells[i];
		delete->type = RC_CELL_DELETE;
		delete->timestamp = (uint64) row->timestamp;
		delete->value = (rc_bytes) {NULL, 0};
		for (int j = 0; j < history->n && !there; j++)
			there = history->entries[j].type == RC_CELL_PUT &&
				history->entries[j].timestamp == row->timestamp &&
				rc_bytes_equal(history->entries[j].qualifier, delete->qualifier) &&
				rc_bytes_equal(history->entries[j].family, delete->family);
		if (!there || hidden_by(history, delete->family, delete->qualifier, row->timestamp) >= 0)
			continue;
		add_entry(history, (Entry) {delete->family, delete->qualifier, row->timestamp, RC_CELL_DELETE});
		n++;
	}
	return n;
}

/* What is decided of a row before any is sent. */
typedef struct Decision
{
	rc_cell    *deletes;
	int			ndeletes;
} Decision;

static void
decide(HtableModify *modify, History *history, int place, Decision *decision)
{
	HtableInsert *insert = modify->insert;
	HtableRow  *row = &insert->rows.rows[place];

	if (row->timestamp < 0)
		row->timestamp = Max(htable_modify_clock(), history->newest + 1);
	else if (insert->upsert)
	{
		decision->deletes = palloc(sizeof(rc_cell) * Max(row->nnulls, 1));
		decision->ndeletes = collect_deletes(history, row, decision->deletes);
		check_hidden(modify, history, place);
	}
	else if (is_there(modify, history, row))
	{
		htable_insert_conflict(modify, place);
		return;
	}
	else
		check_hidden(modify, history, place);
	remember(history, row);
}

/*
 * Rows in the order of their keys, those of one key as they came.  Conditions
 * are of no use to what comes again in one statement unless values are empty,
 * so that is found here.
 */
void
htable_insert_versions(HtableModify *modify, const int *order, int n)
{
	HtableInsert *insert = modify->insert;
	bool		exact = modify->mapping->shape == HTABLE_SHAPE_CELLS || modify->sentinel.exists;
	History    *histories = palloc0(sizeof(History) * n);
	Decision   *decisions = palloc0(sizeof(Decision) * n);
	int		   *unique = palloc(sizeof(int) * n);
	int			nunique = 0;
	int			first = 0;

	for (int i = 0; i < n; i++)
	{
		histories[i].newest = -1;
		if (i == 0 || !htable_rows_same_key(&insert->rows, order[i], order[i - 1]))
			unique[nunique++] = order[i];
	}
	htable_sender_flush(modify->sender);
	htable_insert_look_up(modify, &insert->rows, unique, nunique, take_row, histories);
	for (int i = 0; i < n; i++)
	{
		if (i == 0 || !htable_rows_same_key(&insert->rows, order[i], order[i - 1]))
			first = order[i];
		decide(modify, &histories[first], order[i], &decisions[order[i]]);
	}
	for (int i = 0; i < n; i++)
	{
		rc_condition absent = absent_then(modify, &insert->rows.rows[i]);

		if (!insert->lost[i])
			htable_insert_send(modify, i, decisions[i].deletes, decisions[i].ndeletes,
							   exact && !insert->upsert ? &absent : NULL);
	}
}
