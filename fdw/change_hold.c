/*
 * change_hold.c
 *		UPDATE and DELETE of a statement that reads the HBase table besides, or
 *		may read a row of it again: what is to be done is kept until it ends, so
 *		that it does not read what it writes.
 */
#include "change.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"

void
htable_change_hold_begin(HtableModify *modify)
{
	HtableChange *change = modify->change;
	TupleDesc	desc = CreateTemplateTupleDesc(2);

	TupleDescInitEntry(desc, 1, "place", TIDOID, -1, 0);
	TupleDescInitEntry(desc, 2, "columns", BYTEAOID, -1, 0);
	change->held_places = tuplestore_begin_heap(false, false, work_mem);
	change->held_place = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	change->held = tuplestore_begin_heap(false, false, work_mem);
	change->held_slot = MakeSingleTupleTableSlot(RelationGetDescr(modify->relinfo->ri_RelationDesc),
												 &TTSOpsMinimalTuple);
}

/* A set of attribute numbers as bytes, and back. */
static Datum
pack(Bitmapset *attnos)
{
	bytea	   *packed = palloc(VARHDRSZ + sizeof(AttrNumber) * bms_num_members(attnos));
	int			member = -1;
	int			n = 0;

	while ((member = bms_next_member(attnos, member)) >= 0)
	{
		AttrNumber	attno = (AttrNumber) member;

		memcpy(VARDATA(packed) + sizeof(attno) * n++, &attno, sizeof(attno));
	}
	SET_VARSIZE(packed, VARHDRSZ + sizeof(AttrNumber) * n);
	return PointerGetDatum(packed);
}

static Bitmapset *
unpack(Datum datum)
{
	bytea	   *packed = DatumGetByteaPP(datum);
	Bitmapset  *attnos = NULL;

	for (Size i = 0; i < VARSIZE_ANY_EXHDR(packed); i += sizeof(AttrNumber))
	{
		AttrNumber	attno;

		memcpy(&attno, VARDATA_ANY(packed) + i, sizeof(attno));
		attnos = bms_add_member(attnos, attno);
	}
	return attnos;
}

void
htable_change_hold(HtableModify *modify, TupleTableSlot *slot, const ItemPointerData *place,
				   Bitmapset *attnos)
{
	HtableChange *change = modify->change;
	MemoryContext caller = MemoryContextSwitchTo(modify->temp);
	Datum		values[2] = {PointerGetDatum(place), pack(attnos)};
	bool		nulls[2] = {false, false};

	tuplestore_putvalues(change->held_places, change->held_place->tts_tupleDescriptor, values, nulls);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(modify->temp);
	if (modify->operation == CMD_UPDATE)
		tuplestore_puttupleslot(change->held, slot);
}

/* Does what was held, once. */
void
htable_change_release(HtableModify *modify)
{
	HtableChange *change = modify->change;

	if (change->held == NULL)
		return;
	while (tuplestore_gettupleslot(change->held_places, true, false, change->held_place))
	{
		bool		isnull;
		ItemPointerData place = *(ItemPointer) DatumGetPointer(slot_getattr(change->held_place, 1, &isnull));

		if (modify->operation == CMD_DELETE)
			htable_delete_row(modify, &place);
		else if (tuplestore_gettupleslot(change->held, true, false, change->held_slot))
		{
			Bitmapset  *attnos = unpack(slot_getattr(change->held_place, 2, &isnull));

			htable_update_row(modify, change->held_slot, &place, attnos);
			bms_free(attnos);
		}
	}
	ExecDropSingleTupleTableSlot(change->held_slot);
	ExecDropSingleTupleTableSlot(change->held_place);
	tuplestore_end(change->held);
	tuplestore_end(change->held_places);
	change->held = NULL;
}
