/*
 * codec_map.c
 *		Maps: the cells of a column family, or those whose qualifiers have a
 *		prefix, as one jsonb or json object.
 *
 * Keys are qualifiers as text; values are JSON strings of the cells' text, or of
 * their bytes in hexadecimal as bytea shows them.  A cell that is no text is a
 * bad value: an error, or null.  A qualifier that is none cannot be a key: an
 * error, or left out.
 */
#include "codec.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"

/* An object under way, of either type. */
typedef struct MapWriter
{
	bool		is_jsonb;
	CompatJsonbState jsonb;
	StringInfoData json;
} MapWriter;

/* The value as bytea shows it; zero-terminated. */
static char *
hex_of(rc_bytes bytes, Size *len)
{
	char	   *hex;

	if (bytes.len > (MaxAllocSize - 3) / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("cell of %zu bytes is too large for a map", bytes.len)));
	hex = palloc(bytes.len * 2 + 3);
	memcpy(hex, "\\x", 2);
	*len = 2 + hex_encode((const char *) bytes.data, bytes.len, hex + 2);
	hex[*len] = '\0';
	return hex;
}

static void
json_string(StringInfo out, const char *string, Size len)
{
	char	   *copy = pnstrdup(string, len);

	escape_json(out, copy);
	pfree(copy);
}

static void
writer_begin(MapWriter *writer, Oid typid)
{
	memset(writer, 0, sizeof(*writer));
	writer->is_jsonb = typid == JSONBOID;
	if (writer->is_jsonb)
		compat_jsonb_push(&writer->jsonb, WJB_BEGIN_OBJECT, NULL);
	else
	{
		initStringInfo(&writer->json);
		appendStringInfoChar(&writer->json, '{');
	}
}

/* value NULL: null */
static void
writer_add(MapWriter *writer, const char *key, Size key_len, const char *value, Size value_len)
{
	if (writer->is_jsonb)
	{
		JsonbValue	item;

		item.type = jbvString;
		item.val.string.val = unconstify(char *, key);
		item.val.string.len = (int) key_len;
		compat_jsonb_push(&writer->jsonb, WJB_KEY, &item);
		item.type = value != NULL ? jbvString : jbvNull;
		item.val.string.val = unconstify(char *, value);
		item.val.string.len = (int) value_len;
		compat_jsonb_push(&writer->jsonb, WJB_VALUE, &item);
		return;
	}
	if (writer->json.len > 1)
		appendStringInfoString(&writer->json, ", ");
	json_string(&writer->json, key, key_len);
	appendStringInfoString(&writer->json, ": ");
	if (value != NULL)
		json_string(&writer->json, value, value_len);
	else
		appendStringInfoString(&writer->json, "null");
}

static Datum
writer_end(MapWriter *writer)
{
	if (!writer->is_jsonb)
	{
		appendStringInfoChar(&writer->json, '}');
		return PointerGetDatum(cstring_to_text_with_len(writer->json.data, writer->json.len));
	}
	compat_jsonb_push(&writer->jsonb, WJB_END_OBJECT, NULL);
	return JsonbPGetDatum(JsonbValueToJsonb(writer->jsonb.result));
}

/* Adds the cell as an entry; false: some part of it is bad and was let pass. */
static bool
add_cell(MapWriter *writer, const HtableColumn *column, const rc_cell *cell)
{
	HtableBadValue bad;
	HtableBadValue *let_pass = column->on_bad == HTABLE_ON_BAD_NULL ? &bad : NULL;
	Size		key_len;
	Size		value_len = 0;
	const char *key = htable_text_to_server((const char *) cell->qualifier.data,
											cell->qualifier.len, &key_len, let_pass);
	const char *value;

	if (key == NULL)
		return false;
	if (column->map_encoding == HTABLE_MAP_HEX)
		value = hex_of(cell->value, &value_len);
	else
		value = htable_text_to_server((const char *) cell->value.data, cell->value.len,
									  &value_len, let_pass);
	writer_add(writer, key, key_len, value, value_len);
	return value != NULL;
}

static bool
belongs(const HtableColumn *column, const rc_cell *cell)
{
	return cell->family.len == column->family.len &&
		memcmp(cell->family.data, column->family.data, column->family.len) == 0 &&
		cell->qualifier.len >= column->qualifier.len &&
		memcmp(cell->qualifier.data, column->qualifier.data, column->qualifier.len) == 0;
}

/*
 * The map of a column out of a row's cells, one version of each; false: the row
 * has none of them.  *bad is raised by the cells let pass by on_bad_value.
 */
bool
htable_map_decode(const HtableColumn *column, const rc_row *row, Datum *value, int64 *bad)
{
	MapWriter	writer;
	bool		found = false;

	for (size_t i = 0; i < row->ncells; i++)
	{
		if (!belongs(column, &row->cells[i]))
		{
			if (found)
				break;			/* they follow one another */
			continue;
		}
		if (!found)
			writer_begin(&writer, column->typid);
		found = true;
		if (!add_cell(&writer, column, &row->cells[i]))
			(*bad)++;
	}
	if (found)
		*value = writer_end(&writer);
	return found;
}
