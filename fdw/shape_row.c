/*
 * shape_row.c
 *		Shape "row": one slot per HBase row, and what both shapes share.
 *
 * Cells arrive sorted by family and qualifier, as scan->wanted is, so the
 * column of a cell is nearly always the one after the last.  Datums are made
 * in the executor's per-tuple context, which is current here.
 */
#include "target.h"

/* htable_shape_find where the guess was wrong. */
int
htable_shape_search(const HtableScan *scan, const rc_cell *cell)
{
	int			low = 0;
	int			high = scan->nwanted - 1;

	while (low <= high)
	{
		int			middle = (low + high) / 2;
		const HtableColumn *column = scan->wanted[middle].column;
		int			cmp = htable_bytes_compare(cell->family, column->family);

		if (cmp == 0)
			cmp = htable_bytes_compare(cell->qualifier, column->qualifier);
		if (cmp == 0)
		{
			/* two SQL columns may show one cell: the first of them */
			while (middle > 0 && htable_cell_is(cell, &scan->wanted[middle - 1]))
				middle--;
			return middle;
		}
		if (cmp < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return -1;
}

/* A value that does not decode is NULL in this column. */
static pg_noinline bool
decode_or_null(HtableScan *scan, HtableColumn *column, rc_bytes value, Datum *datum)
{
	HtableBadValue bad;

	if (column->codec->decode(column->codec, (const char *) value.data, value.len, datum, &bad))
		return true;
	scan->bad_values++;
	return false;
}

void
htable_shape_decode_cell(HtableScan *scan, const HtableWanted *wanted, const rc_cell *cell,
						 TupleTableSlot *slot)
{
	HtableColumn *column = wanted->column;
	HtableCodec *codec = column->codec;
	rc_bytes	value = cell->value;
	int			i = wanted->index;

	if (i < 0 || htable_codec_is_null(codec, value))
		return;
	scan->decoding = column;
	if (unlikely(column->on_bad == HTABLE_ON_BAD_NULL))
		slot->tts_isnull[i] = !decode_or_null(scan, column, value, &slot->tts_values[i]);
	else
		slot->tts_isnull[i] = !codec->decode(codec, (const char *) value.data, value.len,
											 &slot->tts_values[i], NULL);
	scan->decoding = NULL;
}

/* Decodes the part at the head of *rest if it is wanted; false: it does not decode. */
static inline bool
decode_part(HtableScan *scan, int i, rc_bytes *rest, TupleTableSlot *slot, HtableBadValue *bad)
{
	const HtableKeyPart *part = &scan->mapping->keys[i];
	HtableColumn *column = part->column;
	rc_bytes	bytes;

	scan->decoding = column;
	if (likely(part->end == HTABLE_PART_REST))
	{
		bytes = *rest;
		rest->len = 0;
	}
	else if (unlikely(!htable_keypart_take(part, rest, &bytes, bad)))
		return false;
	if (!scan->want_part[i] || (part->nullable && htable_codec_is_null(column->codec, bytes)))
		return true;
	if (unlikely(!htable_codec_decode_key(column->codec, bytes,
										  &slot->tts_values[column->attnum - 1], bad)))
		return false;
	slot->tts_isnull[column->attnum - 1] = false;
	return true;
}

/* False: the key does not decode and the row is to be left out. */
bool
htable_shape_decode_key(HtableScan *scan, TupleTableSlot *slot)
{
	const HtableMapping *mapping = scan->mapping;
	HtableBadValue buffer;
	HtableBadValue *bad = mapping->on_bad_key == HTABLE_ON_BAD_SKIP ? &buffer : NULL;
	rc_bytes	rest = scan->row->key;
	size_t		prefix = Min(mapping->key_prefix.len, rest.len);
	bool		good = true;

	if (!scan->want_key)
		return true;
	/* no key without the prefix is asked for */
	rest.data += prefix;
	rest.len -= prefix;
	for (int i = 0; i < mapping->nkeys && good; i++)
		good = decode_part(scan, i, &rest, slot, bad);
	if (good && unlikely(rest.len > 0))
		good = htable_keypart_left_over(rest, bad);
	scan->decoding = NULL;
	if (!good)
		scan->bad_keys++;
	return good;
}

/* The moment as of which rows are read, when the query asks for it. */
void
htable_shape_store_as_of(const HtableScan *scan, TupleTableSlot *slot)
{
	int			i;

	if (likely(!scan->want_as_of))
		return;
	i = scan->mapping->as_of->attnum - 1;
	slot->tts_values[i] = scan->as_of.shown;
	slot->tts_isnull[i] = false;
}

static int64
newest_timestamp(const rc_row *row)
{
	uint64		newest = row->cells[0].timestamp;

	for (size_t i = 1; i < row->ncells; i++)
		newest = Max(newest, row->cells[i].timestamp);
	return (int64) newest;
}

static void
decode_map(HtableScan *scan, const HtableWanted *map, TupleTableSlot *slot)
{
	scan->decoding = map->column;
	slot->tts_isnull[map->index] = !htable_map_decode(map->column, scan->row,
													  &slot->tts_values[map->index],
													  &scan->bad_values);
	scan->decoding = NULL;
}

bool
htable_shape_row_store(HtableScan *scan, TupleTableSlot *slot)
{
	const rc_row *row = scan->row;
	int			guess = 0;

	memset(slot->tts_isnull, true, sizeof(bool) * slot->tts_tupleDescriptor->natts);
	if (!htable_shape_decode_key(scan, slot))
		return false;
	if (scan->want_timestamp)
	{
		int			i = scan->mapping->timestamp->attnum - 1;

		slot->tts_values[i] = htable_instant_show(scan->mapping->timestamp,
												  newest_timestamp(row));
		slot->tts_isnull[i] = false;
	}
	htable_shape_store_as_of(scan, slot);
	for (int i = 0; i < scan->nmaps; i++)
		decode_map(scan, &scan->maps[i], slot);
	if (unlikely(scan->target != NULL))
		htable_feed_row(scan, slot);
	if (scan->nwanted == 0)
		return true;
	for (size_t c = 0; c < row->ncells; c++)
	{
		const rc_cell *cell = &row->cells[c];
		int			place = htable_shape_find(scan, cell, guess);

		if (place < 0)
			continue;
		do
		{
			htable_shape_decode_cell(scan, &scan->wanted[place], cell, slot);
			place++;
		} while (unlikely(place < scan->nwanted && htable_cell_is(cell, &scan->wanted[place])));
		guess = place;
	}
	return true;
}
