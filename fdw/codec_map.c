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
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
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
	if (cell->family.len != column->family.len ||
		memcmp(cell->family.data, column->family.data, column->family.len) != 0)
		return false;
	if (column->nkeys < 0)
		return htable_map_has(column, cell->qualifier);
	for (int i = 0; i < column->nkeys; i++)
	{
		if (htable_bytes_compare(column->keys[i], cell->qualifier) == 0)
			return true;
	}
	return false;
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
			continue;
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

/* ---- writing ---- */

struct HtableMapReader
{
	const HtableColumn *column;
	JsonbIterator *iterator;
};

HtableMapReader *
htable_map_read(const HtableColumn *column, Datum value)
{
	HtableMapReader *reader = palloc(sizeof(HtableMapReader));
	Jsonb	   *jsonb;
	JsonbValue	ignored;

	/* of fields that come twice in json the last counts */
	if (column->typid == JSONOID)
		value = DirectFunctionCall1(jsonb_in, CStringGetDatum(TextDatumGetCString(value)));
	jsonb = DatumGetJsonbP(value);
	if (!JB_ROOT_IS_OBJECT(jsonb))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("value of column \"%s\" is no JSON object", column->name),
				 errdetail("It stands for cells of a column family.")));
	reader->column = column;
	reader->iterator = JsonbIteratorInit(&jsonb->root);
	JsonbIteratorNext(&reader->iterator, &ignored, true);
	return reader;
}

static void
append_utf8(StringInfo out, const JsonbValue *string)
{
	char	   *text = pnstrdup(string->val.string.val, string->val.string.len);

	appendStringInfoString(out, pg_server_to_any(text, string->val.string.len, PG_UTF8));
}

/* The bytes that bytea shows as this string. */
static void
append_hex(StringInfo out, const HtableColumn *column, const JsonbValue *string)
{
	const char *hex = string->val.string.val;
	int			len = string->val.string.len;

	if (len < 2 || hex[0] != '\\' || hex[1] != 'x')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("members of column \"%s\" must be bytes in hexadecimal, as \"\\x00ff\"",
						column->name)));
	enlargeStringInfo(out, len / 2);
	out->len += (int) hex_decode(hex + 2, len - 2, out->data + out->len);
}

bool
htable_map_next(HtableMapReader *reader, StringInfo qualifier, StringInfo value)
{
	const HtableColumn *column = reader->column;
	rc_bytes	name;
	JsonbValue	item;

	for (;;)
	{
		int			begin = qualifier->len;

		if (JsonbIteratorNext(&reader->iterator, &item, true) != WJB_KEY)
			return false;
		append_utf8(qualifier, &item);
		name = (rc_bytes) {(uint8_t *) qualifier->data + begin, qualifier->len - begin};
		if (!htable_map_has(column, name))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("member \"%s\" of column \"%s\" is in another part of the family",
							pnstrdup(item.val.string.val, item.val.string.len), column->name),
					 errdetail("Names of its members begin with \"%s\".",
							   htable_show_bytes((const char *) column->qualifier.data,
												 column->qualifier.len))));
		JsonbIteratorNext(&reader->iterator, &item, true);
		if (item.type == jbvString)
			break;
		if (item.type != jbvNull)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("members of column \"%s\" must be strings or null", column->name),
					 errhint("Cells are bytes: write numbers as strings.")));
		qualifier->len = begin; /* no cell */
	}
	if (column->map_encoding == HTABLE_MAP_HEX)
		append_hex(value, column, &item);
	else
		append_utf8(value, &item);
	return true;
}
