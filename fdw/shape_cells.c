/*
 * shape_cells.c
 *		Shape "cells": one slot per cell, in the order in which HBase sends them:
 *		by family and qualifier, newest first.
 *
 * Nothing is declared of the cells but what they are made of, so every cell of
 * the families read is a row.  A row of HBase is held whole, as in shape
 * versions.
 */
#include "target.h"

#include "utils/builtins.h"

void
htable_shape_cells_load(HtableScan *scan)
{
	scan->next_cell = 0;
}

/* What HBase calls a type of cell (KeyValue.Type), and its place here. */
static const char *
type_name(uint8_t type, int *place)
{
	switch (type)
	{
		case RC_CELL_PUT:
			*place = 0;
			return "Put";
		case RC_CELL_DELETE:
			*place = 1;
			return "Delete";
		case RC_CELL_DELETE_FAMILY_VERSION:
			*place = 2;
			return "DeleteFamilyVersion";
		case RC_CELL_DELETE_COLUMN:
			*place = 3;
			return "DeleteColumn";
		case RC_CELL_DELETE_FAMILY:
			*place = 4;
			return "DeleteFamily";
		default:
			ereport(ERROR,
					(errcode(ERRCODE_PROTOCOL_VIOLATION),
					 errmsg("HBase sent a cell of unknown type %u", type)));
	}
}

/* The type as text, made once in a scan. */
static Datum
type_datum(HtableScan *scan, uint8_t type)
{
	int			place;
	const char *name = type_name(type, &place);

	if (scan->type_words[place] == (Datum) 0)
	{
		MemoryContext caller = MemoryContextSwitchTo(GetMemoryChunkContext(scan));

		scan->type_words[place] = CStringGetTextDatum(name);
		MemoryContextSwitchTo(caller);
	}
	return scan->type_words[place];
}

/* A part of the cell that goes through a codec. */
static void
store_bytes(HtableScan *scan, const HtableWanted *wanted, rc_bytes bytes, TupleTableSlot *slot)
{
	rc_cell		cell = {.value = bytes};

	htable_shape_decode_cell(scan, wanted, &cell, slot);
}

/* What one SQL column shows of the cell. */
static void
store_part(HtableScan *scan, const HtableWanted *wanted, const rc_cell *cell,
		   TupleTableSlot *slot)
{
	switch (wanted->column->kind)
	{
		case HTABLE_COLUMN_FAMILY:
			store_bytes(scan, wanted, cell->family, slot);
			break;
		case HTABLE_COLUMN_QUALIFIER:
			store_bytes(scan, wanted, cell->qualifier, slot);
			break;
		case HTABLE_COLUMN_VALUE:
			/* a delete marker has none */
			if (cell->type == RC_CELL_PUT)
				htable_shape_decode_cell(scan, wanted, cell, slot);
			break;
		case HTABLE_COLUMN_TYPE:
			slot->tts_values[wanted->index] = type_datum(scan, cell->type);
			slot->tts_isnull[wanted->index] = false;
			break;
		case HTABLE_COLUMN_TIMESTAMP:
		case HTABLE_COLUMN_AS_OF:
		case HTABLE_COLUMN_TTL:
		case HTABLE_COLUMN_KEY:
		case HTABLE_COLUMN_CELL:
		case HTABLE_COLUMN_MAP:
			break;
	}
}

bool
htable_shape_cells_store(HtableScan *scan, TupleTableSlot *slot)
{
	const rc_cell *cell;

	if (scan->next_cell >= scan->row->ncells)
		return false;
	memset(slot->tts_isnull, true, sizeof(bool) * slot->tts_tupleDescriptor->natts);
	if (!htable_shape_decode_key(scan, slot))
	{
		scan->next_cell = scan->row->ncells;
		return false;
	}
	cell = &scan->row->cells[scan->next_cell++];
	if (scan->want_timestamp)
	{
		int			i = scan->mapping->timestamp->attnum - 1;

		slot->tts_values[i] = htable_instant_show(scan->mapping->timestamp,
												  (int64) cell->timestamp);
		slot->tts_isnull[i] = false;
	}
	htable_shape_store_as_of(scan, slot);
	htable_feed_begin(scan);
	htable_feed_cell(scan, cell);
	htable_feed_finish(scan, slot);
	for (int i = 0; i < scan->nwanted; i++)
		store_part(scan, &scan->wanted[i], cell, slot);
	return true;
}
