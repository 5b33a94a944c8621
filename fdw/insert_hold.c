/*
 * insert_hold.c
 *		INSERT of a statement that also reads the HBase table: its rows are kept
 *		until it ends, so that it does not read what it writes.
 *
 * With ON CONFLICT DO NOTHING core must know at once which rows will be
 * written.  They are looked up then, and of rows that are held keys are
 * remembered; somebody who inserts one in between makes the statement fail.
 */
#include "insert.h"

#include "common/hashfn.h"
#include "executor/executor.h"
#include "miscadmin.h"

/* A key that is held. */
typedef struct HeldKey
{
	rc_bytes	key;
	char		status;
} HeldKey;

#define SH_PREFIX heldkeys
#define SH_ELEMENT_TYPE HeldKey
#define SH_KEY_TYPE rc_bytes
#define SH_KEY key
#define SH_HASH_KEY(table, k) hash_bytes((k).data, (int) (k).len)
#define SH_EQUAL(table, a, b) rc_bytes_equal(a, b)
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

void
htable_hold_begin(HtableModify *modify)
{
	HtableInsert *insert = modify->insert;
	TupleDesc	desc = RelationGetDescr(modify->relinfo->ri_RelationDesc);

	insert->held = tuplestore_begin_heap(false, false, work_mem);
	insert->held_slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	if (insert->skips)
		insert->held_keys = heldkeys_create(CurrentMemoryContext, 64, NULL);
}

void
htable_hold_row(HtableModify *modify, TupleTableSlot *slot)
{
	tuplestore_puttupleslot(modify->insert->held, slot);
}

void
htable_hold_remember(HtableModify *modify)
{
	HtableInsert *insert = modify->insert;

	for (int i = 0; i < insert->rows.nrows; i++)
	{
		rc_bytes	key = insert->rows.rows[i].key;
		MemoryContext caller;
		HeldKey    *entry;
		bool		found;

		if (insert->lost[i])
			continue;
		entry = heldkeys_insert(insert->held_keys, key, &found);
		if (found)
		{
			htable_insert_conflict(modify, i);
			continue;
		}
		caller = MemoryContextSwitchTo(insert->held_keys->ctx);
		entry->key = htable_bytes_copy(key);
		MemoryContextSwitchTo(caller);
	}
}

void
htable_hold_release(HtableModify *modify)
{
	HtableInsert *insert = modify->insert;

	insert->releasing = true;
	while (tuplestore_gettupleslot(insert->held, true, false, insert->held_slot))
		htable_insert_add(modify, insert->held_slot);
	ExecDropSingleTupleTableSlot(insert->held_slot);
	tuplestore_end(insert->held);
	insert->held = NULL;
}
