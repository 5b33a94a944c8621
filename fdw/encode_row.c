/*
 * encode_row.c
 *		Slots -> row keys and cells.
 *
 * Everything goes straight into one buffer that is used again and again; only
 * what codecs make on the way is in the caller's memory, which is reset.  NULL
 * is no cell.
 */
#include "modify.h"

#include "codec.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* HConstants.MAX_ROW_LENGTH */
#define MAX_KEY			32767

/* Phoenix's empty column has the same value. */
#define MARKER_VALUE	'x'

/* As HtableRow.replaced has bits. */
#define MAX_MAPS		64

/* In row.len of a cell whose views are offsets yet: which of them are. */
#define FAMILY_IS_OFFSET	1
#define QUALIFIER_IS_OFFSET	2

struct HtableEncoder
{
	const HtableMapping *mapping;
	HtableColumn **cells;		/* columns that are a cell each, in the order of the table's */
	int			ncells;
	bool	   *clears;			/* by column: it is to be NULL where it is */
	HtableColumn **maps;
	bool	   *clears_map;
	int			nmaps;
	bool		writes_timestamp;
	bool		writes_ttl;
	bool		adds_marker;	/* no column shows it */
	bool		may_collide;	/* two columns may be the same cell */
};

/* ---- buffers ---- */

void
htable_rows_init(HtableRows *rows)
{
	memset(rows, 0, sizeof(*rows));
	initStringInfo(&rows->bytes);
	rows->max_cells = 64;
	rows->cells = palloc(sizeof(rc_cell) * rows->max_cells);
	rows->max_rows = 16;
	rows->rows = palloc(sizeof(HtableRow) * rows->max_rows);
}

void
htable_rows_reset(HtableRows *rows)
{
	resetStringInfo(&rows->bytes);
	rows->ncells = 0;
	rows->nrows = 0;
}

void
htable_rows_fix(HtableRows *rows)
{
	const uint8_t *base = (const uint8_t *) rows->bytes.data;

	for (int i = 0; i < rows->ncells; i++)
	{
		rc_cell    *cell = &rows->cells[i];

		cell->value.data = base + (uintptr_t) cell->value.data;
		if (cell->row.len & FAMILY_IS_OFFSET)
			cell->family.data = base + (uintptr_t) cell->family.data;
		if (cell->row.len & QUALIFIER_IS_OFFSET)
			cell->qualifier.data = base + (uintptr_t) cell->qualifier.data;
		cell->row.len = 0;
	}
	for (int i = 0; i < rows->nrows; i++)
	{
		HtableRow  *row = &rows->rows[i];

		row->key.data = base + (uintptr_t) row->key.data;
		row->cells = &rows->cells[row->first_cell];
	}
}

static rc_bytes
offset_view(const HtableRows *rows, int begin)
{
	return (rc_bytes) {(const uint8_t *) (uintptr_t) begin, rows->bytes.len - begin};
}

static HtableRow *
add_row(HtableRows *rows)
{
	HtableRow  *row;

	if (rows->nrows == rows->max_rows)
	{
		rows->max_rows *= 2;
		rows->rows = repalloc_huge(rows->rows, sizeof(HtableRow) * rows->max_rows);
	}
	row = &rows->rows[rows->nrows++];
	memset(row, 0, sizeof(*row));
	row->timestamp = -1;
	row->first_cell = rows->ncells;
	return row;
}

static rc_cell *
add_cell(HtableRows *rows, rc_bytes family, rc_bytes qualifier)
{
	rc_cell    *cell;

	if (rows->ncells == rows->max_cells)
	{
		rows->max_cells *= 2;
		rows->cells = repalloc_huge(rows->cells, sizeof(rc_cell) * rows->max_cells);
	}
	cell = &rows->cells[rows->ncells++];
	cell->row = (rc_bytes) {NULL, 0};
	cell->family = family;
	cell->qualifier = qualifier;
	cell->value = (rc_bytes) {NULL, 0};
	cell->timestamp = RC_TIMESTAMP_LATEST;
	cell->type = RC_CELL_PUT;
	return cell;
}

/* ---- row keys ---- */

static void
refuse_null_key(const HtableMapping *mapping, const HtableColumn *column)
{
	ereport(ERROR,
			(errcode(ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("null value in key column \"%s\" of foreign table \"%s\"",
					column->name, mapping->relname),
			 errdetail("HBase has no rows without a row key.")));
}

/* Does the value end where its terminator begins, and not before? */
static void
check_terminated(const HtableKeyPart *part, StringInfo out, int begin)
{
	int			len = out->len - begin;

	appendBinaryStringInfo(out, (const char *) part->terminator.data, part->terminator.len);
	if (memmem(out->data + begin, out->len - begin, part->terminator.data,
			   part->terminator.len) != out->data + begin + len)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("value of key column \"%s\" holds the bytes that end it",
						part->column->name)));
	out->len = begin + len;
}

static void
check_width(const HtableKeyPart *part, StringInfo out, int begin)
{
	int			len = out->len - begin;

	if (len == part->length)
		return;
	if (len > part->length)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("value of %d bytes is too long for key column \"%s\" of %d bytes",
						len, part->column->name, part->length)));
	if (part->end == HTABLE_PART_WIDTH)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_LENGTH_MISMATCH),
				 errmsg("value of %d bytes is too short for key column \"%s\" of %d bytes",
						len, part->column->name, part->length)));
	enlargeStringInfo(out, part->length - len);
	memset(out->data + out->len, 0, part->length - len);
	out->len += part->length - len;
}

static void
encode_part(const HtableMapping *mapping, const HtableKeyPart *part, Datum value, bool isnull,
			StringInfo out)
{
	HtableCodec *codec = part->column->codec;
	int			begin = out->len;

	if (!isnull)
		codec->encode(codec, value, out);
	else if (part->nullable)
		appendBinaryStringInfo(out, (const char *) codec->null_form.data, codec->null_form.len);
	else
		refuse_null_key(mapping, part->column);
	if (part->end == HTABLE_PART_WIDTH || part->end == HTABLE_PART_PADDED)
		check_width(part, out, begin);
	else if (part->end == HTABLE_PART_TERMINATED)
		check_terminated(part, out, begin);
	if (part->terminator.len > 0)
		appendBinaryStringInfo(out, (const char *) part->terminator.data, part->terminator.len);
}

void
htable_encode_key(const HtableMapping *mapping, const Datum *values, const bool *nulls,
				  StringInfo out)
{
	int			begin = out->len;

	if (mapping->key_prefix.len > 0)
		appendBinaryStringInfo(out, (const char *) mapping->key_prefix.data,
							   mapping->key_prefix.len);
	for (int i = 0; i < mapping->nkeys; i++)
	{
		int			place = mapping->keys[i].column->attnum - 1;

		encode_part(mapping, &mapping->keys[i], values[place], nulls[place], out);
	}
	if (out->len == begin || out->len - begin > MAX_KEY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 out->len == begin
				 ? errmsg("row key of foreign table \"%s\" must not be empty", mapping->relname)
				 : errmsg("row key of foreign table \"%s\" is too long", mapping->relname),
				 out->len == begin
				 ? errdetail("HBase has no rows with an empty key.")
				 : errdetail("It has %d bytes, HBase's longest have %d.", out->len - begin, MAX_KEY)));
}

static void
show_value(StringInfo out, const HtableColumn *column, rc_bytes bytes, bool nullable)
{
	HtableBadValue bad;
	Datum		value;
	Oid			output;
	bool		is_varlena;

	if (nullable && htable_codec_is_null(column->codec, bytes))
		appendStringInfoString(out, "null");
	else if (!htable_codec_decode_key(column->codec, bytes, &value, &bad))
		appendStringInfoString(out, htable_show_bytes((const char *) bytes.data, bytes.len));
	else
	{
		getTypeOutputInfo(column->typid, &output, &is_varlena);
		appendStringInfoString(out, OidOutputFunctionCall(output, value));
	}
}

char *
htable_key_show(const HtableMapping *mapping, rc_bytes key)
{
	StringInfoData names;
	StringInfoData values;
	HtableBadValue bad;
	rc_bytes	rest = key;

	initStringInfo(&names);
	initStringInfo(&values);
	rest.data += mapping->key_prefix.len;
	rest.len -= mapping->key_prefix.len;
	for (int i = 0; i < mapping->nkeys; i++)
	{
		const HtableKeyPart *part = &mapping->keys[i];
		rc_bytes	bytes = rest;

		if (part->end != HTABLE_PART_REST && !htable_keypart_take(part, &rest, &bytes, &bad))
			bytes = rest;
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", part->column->name);
		appendStringInfoString(&values, i > 0 ? ", " : "");
		show_value(&values, part->column, bytes, part->nullable);
	}
	return psprintf("(%s)=(%s)", names.data, values.data);
}

/* ---- the encoder ---- */

static bool
same_cell(rc_bytes family, rc_bytes qualifier, const HtableColumn *column)
{
	return rc_bytes_equal(family, column->family) && rc_bytes_equal(qualifier, column->qualifier);
}

static bool
in_map(const HtableColumn *map, rc_bytes family, rc_bytes qualifier)
{
	return rc_bytes_equal(family, map->family) && htable_map_has(map, qualifier);
}

/* Could two of the columns, or the marker, be one cell? */
static bool
may_collide(const HtableEncoder *encoder)
{
	const HtableMapping *mapping = encoder->mapping;

	for (int i = 0; i < encoder->ncells; i++)
	{
		for (int j = 0; j < i; j++)
		{
			if (same_cell(encoder->cells[i]->family, encoder->cells[i]->qualifier, encoder->cells[j]))
				return true;
		}
	}
	for (int m = 0; m < encoder->nmaps; m++)
	{
		const HtableColumn *map = encoder->maps[m];

		if (mapping->has_marker && in_map(map, mapping->marker_family, mapping->marker_qualifier))
			return true;
		for (int i = 0; i < encoder->ncells; i++)
		{
			if (in_map(map, encoder->cells[i]->family, encoder->cells[i]->qualifier))
				return true;
		}
		for (int i = 0; i < m; i++)
		{
			if (rc_bytes_equal(map->family, encoder->maps[i]->family))
				return true;
		}
	}
	return false;
}

HtableEncoder *
htable_encoder_make(const HtableMapping *mapping, Bitmapset *attnos, Bitmapset *cleared,
					bool with_marker)
{
	HtableEncoder *encoder = palloc0(sizeof(HtableEncoder));

	encoder->mapping = mapping;
	encoder->cells = palloc(sizeof(HtableColumn *) * Max(mapping->natts, 1));
	encoder->maps = palloc(sizeof(HtableColumn *) * Max(mapping->natts, 1));
	encoder->clears = palloc0(sizeof(bool) * Max(mapping->natts, 1));
	encoder->clears_map = palloc0(sizeof(bool) * Max(mapping->natts, 1));
	encoder->adds_marker = with_marker && mapping->has_marker;
	for (int i = 0; i < mapping->natts; i++)
	{
		HtableColumn *column = mapping->columns[i];

		if (column == NULL || (attnos != NULL && !bms_is_member(i + 1, attnos)))
			continue;
		if (column->kind == HTABLE_COLUMN_CELL)
		{
			encoder->clears[encoder->ncells] = bms_is_member(i + 1, cleared);
			encoder->cells[encoder->ncells++] = column;
		}
		else if (column->kind == HTABLE_COLUMN_MAP)
		{
			encoder->clears_map[encoder->nmaps] = bms_is_member(i + 1, cleared);
			encoder->maps[encoder->nmaps++] = column;
		}
		else if (column->kind == HTABLE_COLUMN_TIMESTAMP)
			encoder->writes_timestamp = true;
		else if (column->kind == HTABLE_COLUMN_TTL)
			encoder->writes_ttl = true;
	}
	for (int i = 0; i < mapping->natts; i++)
	{
		HtableColumn *column = mapping->columns[i];

		if (mapping->has_marker && column != NULL && column->kind == HTABLE_COLUMN_CELL &&
			same_cell(mapping->marker_family, mapping->marker_qualifier, column))
			encoder->adds_marker = false;
	}
	if (encoder->nmaps > MAX_MAPS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("foreign table \"%s\" has more than %d maps, which cannot be written",
						mapping->relname, MAX_MAPS)));
	encoder->may_collide = may_collide(encoder);
	return encoder;
}

static bool
is_marker(const HtableMapping *mapping, const rc_cell *cell)
{
	return mapping->has_marker && rc_bytes_equal(cell->qualifier, mapping->marker_qualifier) &&
		rc_bytes_equal(cell->family, mapping->marker_family);
}

bool
htable_encoder_removes(const HtableEncoder *encoder, const HtableRow *row, const rc_cell *cell)
{
	bool		shown = false;

	if (is_marker(encoder->mapping, cell))
		return false;
	for (int i = 0; i < row->ncells + row->nnulls; i++)
	{
		if (rc_bytes_equal(cell->qualifier, row->cells[i].qualifier) &&
			rc_bytes_equal(cell->family, row->cells[i].family))
			return i >= row->ncells;
	}
	for (int m = 0; m < encoder->nmaps && !shown; m++)
		shown = (row->replaced & (UINT64CONST(1) << m)) != 0 &&
			in_map(encoder->maps[m], cell->family, cell->qualifier);
	return shown;
}

/* ---- columns ---- */

static void
encode_cell(const HtableColumn *column, Datum value, HtableRows *rows)
{
	rc_cell    *cell = add_cell(rows, column->family, column->qualifier);
	int			begin = rows->bytes.len;

	column->codec->encode(column->codec, value, &rows->bytes);
	cell->value = offset_view(rows, begin);
}

static void
encode_map(const HtableColumn *column, Datum value, HtableRows *rows)
{
	HtableMapReader *reader = htable_map_read(column, value);
	StringInfoData qualifier;
	StringInfoData bytes;

	initStringInfo(&qualifier);
	initStringInfo(&bytes);
	while (htable_map_next(reader, &qualifier, &bytes))
	{
		rc_cell    *cell = add_cell(rows, column->family, (rc_bytes) {NULL, 0});
		int			begin = rows->bytes.len;

		cell->row.len = QUALIFIER_IS_OFFSET;
		appendBinaryStringInfo(&rows->bytes, qualifier.data, qualifier.len);
		cell->qualifier = offset_view(rows, begin);
		begin = rows->bytes.len;
		appendBinaryStringInfo(&rows->bytes, bytes.data, bytes.len);
		cell->value = offset_view(rows, begin);
		resetStringInfo(&qualifier);
		resetStringInfo(&bytes);
	}
}

static rc_bytes
resolved(const HtableRows *rows, const rc_cell *cell, rc_bytes view, size_t flag)
{
	if (cell->row.len & flag)
		view.data = (const uint8_t *) rows->bytes.data + (uintptr_t) view.data;
	return view;
}

static bool
same_place(const HtableRows *rows, const rc_cell *a, const rc_cell *b)
{
	return rc_bytes_equal(resolved(rows, a, a->qualifier, QUALIFIER_IS_OFFSET),
						  resolved(rows, b, b->qualifier, QUALIFIER_IS_OFFSET)) &&
		rc_bytes_equal(a->family, b->family);
}

/* Of columns that are one cell all must say the same; NULL says nothing then. */
static void
settle_collisions(const HtableEncoder *encoder, HtableRows *rows, HtableRow *row)
{
	rc_cell    *cells = &rows->cells[row->first_cell];
	int			kept = 0;
	int			nputs = 0;

	for (int i = 0; i < row->ncells + row->nnulls; i++)
	{
		bool		is_put = i < row->ncells;
		bool		again = false;

		for (int j = 0; j < kept && !again; j++)
		{
			again = same_place(rows, &cells[i], &cells[j]);
			if (again && is_put &&
				(cells[i].value.len != cells[j].value.len ||
				 memcmp(rows->bytes.data + (uintptr_t) cells[i].value.data,
						rows->bytes.data + (uintptr_t) cells[j].value.data,
						cells[i].value.len) != 0))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("columns of foreign table \"%s\" give one cell two values",
								encoder->mapping->relname),
						 errdetail("The cell is \"%s:%s\".",
								   htable_show_bytes((const char *) cells[i].family.data,
													 cells[i].family.len),
								   htable_show_bytes((const char *) resolved(rows, &cells[i], cells[i].qualifier, QUALIFIER_IS_OFFSET).data,
													 cells[i].qualifier.len))));
		}
		if (again)
			continue;
		cells[kept++] = cells[i];
		if (is_put)
			nputs++;
	}
	rows->ncells = row->first_cell + kept;
	row->ncells = nputs;
	row->nnulls = kept - nputs;
}

static void
add_marker(const HtableEncoder *encoder, HtableRows *rows)
{
	rc_cell    *cell = add_cell(rows, encoder->mapping->marker_family,
								encoder->mapping->marker_qualifier);
	int			begin = rows->bytes.len;

	appendStringInfoChar(&rows->bytes, MARKER_VALUE);
	cell->value = offset_view(rows, begin);
}

static void
encode_columns(HtableEncoder *encoder, TupleTableSlot *slot, HtableRows *rows, HtableRow *row)
{
	for (int i = 0; i < encoder->ncells; i++)
	{
		HtableColumn *column = encoder->cells[i];

		if (!slot->tts_isnull[column->attnum - 1])
			encode_cell(column, slot->tts_values[column->attnum - 1], rows);
	}
	for (int i = 0; i < encoder->nmaps; i++)
	{
		HtableColumn *column = encoder->maps[i];

		if (!slot->tts_isnull[column->attnum - 1])
			encode_map(column, slot->tts_values[column->attnum - 1], rows);
		else if (!encoder->clears_map[i])
			continue;
		row->replaced |= UINT64CONST(1) << i;
	}
	if (encoder->adds_marker)
		add_marker(encoder, rows);
	row->ncells = rows->ncells - row->first_cell;
	for (int i = 0; i < encoder->ncells; i++)
	{
		HtableColumn *column = encoder->cells[i];

		if (encoder->clears[i] && slot->tts_isnull[column->attnum - 1])
			add_cell(rows, column->family, column->qualifier);
	}
	row->nnulls = rows->ncells - row->first_cell - row->ncells;
	if (unlikely(encoder->may_collide))
		settle_collisions(encoder, rows, row);
}

/* ---- shape cells ---- */

static bool
is_given(const HtableColumn *column, const TupleTableSlot *slot)
{
	return column != NULL && !slot->tts_isnull[column->attnum - 1];
}

static void
check_type(const HtableColumn *column, TupleTableSlot *slot)
{
	char	   *word;

	if (!is_given(column, slot))
		return;
	word = TextDatumGetCString(slot->tts_values[column->attnum - 1]);
	if (strcmp(word, "Put") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cells of type \"%s\" cannot be inserted", word),
				 errdetail("DELETE writes delete markers.")));
}

/* The bytes of a name column in `rows`; false: it is not given. */
static bool
encode_name(const HtableColumn *column, TupleTableSlot *slot, HtableRows *rows, rc_bytes *name)
{
	int			begin = rows->bytes.len;

	if (!is_given(column, slot))
		return false;
	column->codec->encode(column->codec, slot->tts_values[column->attnum - 1], &rows->bytes);
	*name = offset_view(rows, begin);
	return true;
}

/* The value: of several columns that show it those given must agree. */
static bool
encode_value(const HtableMapping *mapping, TupleTableSlot *slot, HtableRows *rows, rc_bytes *value)
{
	const HtableColumn *first = NULL;

	for (int i = 0; i < mapping->natts; i++)
	{
		const HtableColumn *column = mapping->columns[i];
		int			begin = rows->bytes.len;
		rc_bytes	bytes;

		if (column == NULL || column->kind != HTABLE_COLUMN_VALUE || !is_given(column, slot))
			continue;
		column->codec->encode(column->codec, slot->tts_values[i], &rows->bytes);
		bytes = offset_view(rows, begin);
		if (first == NULL)
			*value = bytes;
		else if (bytes.len != value->len ||
				 memcmp(rows->bytes.data + begin,
						rows->bytes.data + (uintptr_t) value->data, bytes.len) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("columns \"%s\" and \"%s\" give one cell two values",
							first->name, column->name)));
		if (first == NULL)
			first = column;
	}
	return first != NULL;
}

static void
refuse_no_part(const HtableMapping *mapping, const char *word)
{
	ereport(ERROR,
			(errcode(ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("a cell of foreign table \"%s\" has no \"%s\"", mapping->relname, word)));
}

static void
encode_one_cell(const HtableEncoder *encoder, TupleTableSlot *slot, HtableRows *rows,
				HtableRow *row)
{
	const HtableMapping *mapping = encoder->mapping;
	rc_cell    *cell = add_cell(rows, (rc_bytes) {NULL, 0}, (rc_bytes) {NULL, 0});

	check_type(mapping->type, slot);
	cell->row.len = FAMILY_IS_OFFSET | QUALIFIER_IS_OFFSET;
	if (!encode_name(mapping->family, slot, rows, &cell->family))
	{
		if (mapping->nfamilies == 0)
			refuse_no_part(mapping, ":family");
		cell->family = mapping->families[0];
		cell->row.len = QUALIFIER_IS_OFFSET;
	}
	else if (mapping->nfamilies > 0 &&
			 (cell->family.len != mapping->families[0].len ||
			  memcmp(rows->bytes.data + (uintptr_t) cell->family.data,
					 mapping->families[0].data, cell->family.len) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("foreign table \"%s\" shows column family \"%s\" only", mapping->relname,
						htable_show_bytes((const char *) mapping->families[0].data,
										  mapping->families[0].len))));
	if (!encode_name(mapping->qualifier, slot, rows, &cell->qualifier))
		refuse_no_part(mapping, ":qualifier");
	if (!encode_value(mapping, slot, rows, &cell->value))
		refuse_no_part(mapping, ":value");
	row->ncells = 1;
}

/* ---- rows ---- */

static void
take_ttl(const HtableColumn *column, TupleTableSlot *slot, HtableRow *row)
{
	Datum		value = slot->tts_values[column->attnum - 1];
	int64		ms;

	if (slot->tts_isnull[column->attnum - 1])
		return;
	if (column->typid == INT8OID)
		ms = DatumGetInt64(value);
	else
	{
		Interval   *interval = DatumGetIntervalP(value);

		if (interval->month != 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("months and years of column \"%s\" have no fixed length", column->name),
					 errhint("Write days or hours.")));
		if (interval->time / 1000 > PG_INT64_MAX / 2 || interval->time / 1000 < 0)
			ms = 0;
		else
			ms = (int64) interval->day * SECS_PER_DAY * 1000 + interval->time / 1000;
	}
	if (ms <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" must be at least one millisecond", column->name)));
	row->ttl = ms;
}

static void
take_moments(const HtableEncoder *encoder, TupleTableSlot *slot, HtableRow *row)
{
	const HtableMapping *mapping = encoder->mapping;

	if (encoder->writes_timestamp && is_given(mapping->timestamp, slot))
		row->timestamp = htable_instant_of(mapping->timestamp,
										   slot->tts_values[mapping->timestamp->attnum - 1]);
	if (encoder->writes_ttl)
		take_ttl(mapping->ttl, slot, row);
}

static void
refuse_as_of(const HtableMapping *mapping, TupleTableSlot *slot)
{
	if (is_given(mapping->as_of, slot))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of foreign table \"%s\" cannot be written",
						mapping->as_of->name, mapping->relname),
				 errdetail("An \":as_of\" column is a parameter of scans.")));
}

HtableRow *
htable_encode_row(HtableEncoder *encoder, TupleTableSlot *slot, HtableRows *rows)
{
	HtableRow  *row = add_row(rows);
	int			begin = rows->bytes.len;

	slot_getallattrs(slot);
	htable_encode_key(encoder->mapping, slot->tts_values, slot->tts_isnull, &rows->bytes);
	row->key = offset_view(rows, begin);
	take_moments(encoder, slot, row);
	refuse_as_of(encoder->mapping, slot);
	if (encoder->mapping->shape == HTABLE_SHAPE_CELLS)
		encode_one_cell(encoder, slot, rows, row);
	else
		encode_columns(encoder, slot, rows, row);
	return row;
}

HtableRow *
htable_encode_changes(HtableEncoder *encoder, TupleTableSlot *slot, rc_bytes key, HtableRows *rows)
{
	HtableRow  *row = add_row(rows);
	int			begin = rows->bytes.len;

	appendBinaryStringInfo(&rows->bytes, (const char *) key.data, (int) key.len);
	row->key = offset_view(rows, begin);
	take_moments(encoder, slot, row);
	encode_columns(encoder, slot, rows, row);
	return row;
}
