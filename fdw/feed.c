/*
 * feed.c
 *		What an UPDATE or DELETE needs of the rows of its scan, kept in the store.
 *
 * Cells come as HBase orders them, and so are those that are looked for.
 */
#include "target.h"

static const rc_bytes no_bytes = {NULL, 0};

/* The kept column of a cell, or NULL; *guess: where it probably is. */
static const HtableTargetCell *
find_cell(const HtableTargetRel *target, const rc_cell *cell, int *guess)
{
	for (int i = *guess; i < target->ncells; i++)
	{
		const HtableTargetCell *kept = &target->cells[i];
		int			cmp;

		if (rc_bytes_equal(kept->qualifier, cell->qualifier) &&
			rc_bytes_equal(kept->family, cell->family))
		{
			*guess = i + 1;
			return kept;
		}
		cmp = htable_bytes_compare(kept->family, cell->family);
		if (cmp > 0 || (cmp == 0 && htable_bytes_compare(kept->qualifier, cell->qualifier) > 0))
			break;
		*guess = i + 1;
	}
	return NULL;
}

/* What is kept of a cell in shapes row and versions. */
static void
find_uses(const HtableTargetRel *target, const rc_cell *cell, int *guess, bool *compared,
		  bool *written)
{
	const HtableTargetCell *kept = find_cell(target, cell, guess);

	*compared = kept != NULL && kept->compared;
	*written = kept != NULL && kept->written;
	for (int i = 0; i < target->nmaps; i++)
	{
		const HtableTargetCell *map = &target->maps[i];

		if (rc_bytes_equal(map->family, cell->family) && htable_map_has(map->column, cell->qualifier))
		{
			*compared = *compared || map->compared;
			*written = *written || map->written;
		}
	}
}

/* Values of no bytes are values, too. */
static rc_bytes
value_of(const rc_cell *cell)
{
	static const uint8_t nothing = 0;

	return cell->value.data != NULL ? cell->value : (rc_bytes) {&nothing, 0};
}

/* A DELETE's: the newest timestamp of each family. */
static void
add_families(const HtableScan *scan)
{
	const rc_row *row = scan->row;
	uint64		newest = 0;

	for (size_t i = 0; i < row->ncells; i++)
	{
		newest = Max(newest, row->cells[i].timestamp);
		if (i + 1 < row->ncells && rc_bytes_equal(row->cells[i].family, row->cells[i + 1].family))
			continue;
		htable_rowstore_add(scan->store, row->cells[i].family, no_bytes, newest,
							RC_CELL_DELETE_FAMILY, no_bytes);
		newest = 0;
	}
}

void
htable_feed_row(const HtableScan *scan, TupleTableSlot *slot)
{
	const rc_row *row = scan->row;
	const HtableTargetRel *target = scan->target;
	int64		others = -1;
	int			guess = 0;

	htable_rowstore_begin(scan->store, row->key);
	for (size_t i = 0; i < row->ncells; i++)
	{
		const rc_cell *cell = &row->cells[i];
		bool		compared;
		bool		written;

		find_uses(target, cell, &guess, &compared, &written);
		if (!written)
			others = Max(others, (int64) cell->timestamp);
		if (compared || written)
			htable_rowstore_add(scan->store, cell->family, cell->qualifier, cell->timestamp,
								RC_CELL_PUT, compared ? value_of(cell) : no_bytes);
	}
	if (target->operation == CMD_DELETE)
		add_families(scan);
	slot->tts_tid = htable_rowstore_finish(scan->store, others);
}

void
htable_feed_begin(const HtableScan *scan)
{
	if (scan->target != NULL)
		htable_rowstore_begin(scan->store, scan->row->key);
}

void
htable_feed_cell(const HtableScan *scan, const rc_cell *cell)
{
	bool		compared;
	bool		written;
	int			guess = 0;

	if (likely(scan->target == NULL))
		return;
	find_uses(scan->target, cell, &guess, &compared, &written);
	htable_rowstore_add(scan->store, cell->family, cell->qualifier, cell->timestamp, RC_CELL_PUT,
						compared || scan->target->values ? value_of(cell) : no_bytes);
}

void
htable_feed_finish(const HtableScan *scan, TupleTableSlot *slot)
{
	if (scan->target != NULL)
		slot->tts_tid = htable_rowstore_finish(scan->store, -1);
}
