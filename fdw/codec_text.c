/*
 * codec_text.c
 *		Encoding "text": the UTF-8 of a value's text form in PostgreSQL.
 *
 * The commonest types are read and written here without their input and
 * output functions, with the same rules except that nothing is cut: a string
 * that is too long for varchar(n) or name is a bad value.  Everything else goes through
 * htable_input and htable_output.  bytea is its raw bytes.
 *
 * Numbers have several text forms ("7", "007"), so only strings are canonical.
 */
#include "codec.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

/* A number of this many bytes is copied to the stack. */
#define NUMBER_BUFFER	128

static bool
bad_syntax(HtableBadValue *bad, const char *type, const char *data, Size len)
{
	return htable_bad_value(bad, ERRCODE_INVALID_TEXT_REPRESENTATION,
							"invalid input syntax for type %s: \"%s\"",
							type, htable_show_bytes(data, len));
}

static bool
bad_range(HtableBadValue *bad, const char *type, const char *data, Size len)
{
	return htable_bad_value(bad, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
							"value \"%s\" is out of range for type %s",
							htable_show_bytes(data, len), type);
}

/* Moves both ends over white space, as input functions do. */
static void
trim(const char **data, Size *len)
{
	while (*len > 0 && isspace((unsigned char) **data))
	{
		(*data)++;
		(*len)--;
	}
	while (*len > 0 && isspace((unsigned char) (*data)[*len - 1]))
		(*len)--;
}

/* ---- strings ---- */

bool
htable_decode_text(HtableCodec *codec, const char *data, Size len,
				   Datum *value, HtableBadValue *bad)
{
	const char *string = htable_text_to_server(data, len, &len, bad);

	if (string == NULL)
		return false;
	*value = PointerGetDatum(cstring_to_text_with_len(string, len));
	return true;
}

/* The n of varchar(n) or char(n), or INT_MAX. */
static int
max_characters(HtableCodec *codec)
{
	int32		typmod = ((HtableCodecState *) codec)->base_typmod;

	return typmod < (int32) VARHDRSZ ? INT_MAX : typmod - VARHDRSZ;
}

static bool
bad_string_length(HtableBadValue *bad, const char *type, int n)
{
	return htable_bad_value(bad, ERRCODE_STRING_DATA_RIGHT_TRUNCATION,
							"value too long for type %s(%d)", type, n);
}

/* Spaces at the end count too: a key must not have two forms. */
bool
htable_decode_varchar(HtableCodec *codec, const char *data, Size len,
					  Datum *value, HtableBadValue *bad)
{
	int			n = max_characters(codec);
	const char *string = htable_text_to_server(data, len, &len, bad);

	if (string == NULL)
		return false;
	if (len > n && pg_mbstrlen_with_len(string, len) > n)
		return bad_string_length(bad, "character varying", n);
	*value = PointerGetDatum(cstring_to_text_with_len(string, len));
	return true;
}

/* Filled with spaces to n characters; more are cut when they are spaces. */
bool
htable_decode_bpchar(HtableCodec *codec, const char *data, Size len,
					 Datum *value, HtableBadValue *bad)
{
	int			n = max_characters(codec);
	const char *string = htable_text_to_server(data, len, &len, bad);
	int			characters;
	int			spaces = 0;
	text	   *result;

	if (string == NULL)
		return false;
	characters = pg_mbstrlen_with_len(string, len);
	if (n != INT_MAX && characters > n)
	{
		Size		kept = pg_mbcharcliplen(string, len, n);

		for (Size i = kept; i < len; i++)
		{
			if (string[i] != ' ')
				return bad_string_length(bad, "character", n);
		}
		len = kept;
	}
	else if (n != INT_MAX)
		spaces = n - characters;

	result = palloc(VARHDRSZ + len + spaces);
	SET_VARSIZE(result, VARHDRSZ + len + spaces);
	memcpy(VARDATA(result), string, len);
	memset(VARDATA(result) + len, ' ', spaces);
	*value = PointerGetDatum(result);
	return true;
}

void
htable_encode_text(HtableCodec *codec, Datum value, StringInfo out)
{
	text	   *string = DatumGetTextPP(value);
	char	   *data = VARDATA_ANY(string);
	int			len = VARSIZE_ANY_EXHDR(string);
	char	   *utf8 = pg_server_to_any(data, len, PG_UTF8);

	appendBinaryStringInfo(out, utf8, utf8 == data ? len : (int) strlen(utf8));
}

bool
htable_decode_bytea(HtableCodec *codec, const char *data, Size len,
					Datum *value, HtableBadValue *bad)
{
	*value = PointerGetDatum(cstring_to_text_with_len(data, len));
	return true;
}

void
htable_encode_bytea(HtableCodec *codec, Datum value, StringInfo out)
{
	bytea	   *bytes = DatumGetByteaPP(value);

	appendBinaryStringInfo(out, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

/* ---- boolean ---- */

static bool
decode_bool(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	const char *word = data;
	Size		word_len = len;
	bool		result;

	trim(&word, &word_len);
	if (!parse_bool_with_len(word, word_len, &result))
		return bad_syntax(bad, "boolean", data, len);
	*value = BoolGetDatum(result);
	return true;
}

static void
encode_bool(HtableCodec *codec, Datum value, StringInfo out)
{
	appendStringInfoString(out, DatumGetBool(value) ? "true" : "false");
}

/* ---- integers ---- */

/* Decimal only, whatever newer versions of PostgreSQL read besides. */
static bool
parse_integer(const char *data, Size len, int64 max, const char *type,
			  int64 *result, HtableBadValue *bad)
{
	const char *p = data;
	Size		left = len;
	uint64		number = 0;
	uint64		limit = max;
	bool		negative = false;

	trim(&p, &left);
	if (left > 0 && (*p == '-' || *p == '+'))
	{
		negative = *p == '-';
		limit += negative;
		p++;
		left--;
	}
	if (left == 0)
		return bad_syntax(bad, type, data, len);
	for (Size i = 0; i < left; i++)
	{
		unsigned int digit = (unsigned char) p[i] - '0';

		if (digit > 9)
			return bad_syntax(bad, type, data, len);
		/* once above the limit it stays there */
		if (number <= limit)
			number = number > PG_UINT64_MAX / 10 - 1 ? PG_UINT64_MAX : number * 10 + digit;
	}
	if (number > limit)
		return bad_range(bad, type, data, len);
	*result = negative ? (int64) (0 - number) : (int64) number;
	return true;
}

static bool
decode_int2(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	int64		number;

	if (!parse_integer(data, len, PG_INT16_MAX, "smallint", &number, bad))
		return false;
	*value = Int16GetDatum((int16) number);
	return true;
}

static bool
decode_int4(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	int64		number;

	if (!parse_integer(data, len, PG_INT32_MAX, "integer", &number, bad))
		return false;
	*value = Int32GetDatum((int32) number);
	return true;
}

static bool
decode_int8(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	int64		number;

	if (!parse_integer(data, len, PG_INT64_MAX, "bigint", &number, bad))
		return false;
	*value = Int64GetDatum(number);
	return true;
}

static void
append_integer(StringInfo out, int64 number)
{
	char		buf[MAXINT8LEN + 1];

	appendBinaryStringInfo(out, buf, pg_lltoa(number, buf));
}

static void
encode_int2(HtableCodec *codec, Datum value, StringInfo out)
{
	append_integer(out, DatumGetInt16(value));
}

static void
encode_int4(HtableCodec *codec, Datum value, StringInfo out)
{
	append_integer(out, DatumGetInt32(value));
}

static void
encode_int8(HtableCodec *codec, Datum value, StringInfo out)
{
	append_integer(out, DatumGetInt64(value));
}

/* ---- floating point ---- */

/*
 * Parses what strtod does (strtof when `single`), as core does: that includes
 * NaN, Infinity and inf.
 */
static bool
parse_float(const char *data, Size len, bool single, double *result, HtableBadValue *bad)
{
	const char *type = single ? "real" : "double precision";
	char		stack[NUMBER_BUFFER];
	const char *p = data;
	Size		left = len;
	char	   *copy;
	char	   *end;

	trim(&p, &left);
	if (left == 0)
		return bad_syntax(bad, type, data, len);
	copy = left < sizeof(stack) ? stack : palloc(left + 1);
	memcpy(copy, p, left);
	copy[left] = '\0';

	errno = 0;
	*result = single ? (double) strtof(copy, &end) : strtod(copy, &end);
	if (end != copy + left)
		return bad_syntax(bad, type, data, len);
	/* subnormal numbers give ERANGE too, and are fine */
	if (errno == ERANGE && (*result == 0 || isinf(*result)))
		return bad_range(bad, type, data, len);
	if (copy != stack)
		pfree(copy);
	return true;
}

static bool
decode_float4(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	double		number;

	if (!parse_float(data, len, true, &number, bad))
		return false;
	*value = Float4GetDatum((float4) number);
	return true;
}

static bool
decode_float8(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	double		number;

	if (!parse_float(data, len, false, &number, bad))
		return false;
	*value = Float8GetDatum(number);
	return true;
}

static void
encode_float4(HtableCodec *codec, Datum value, StringInfo out)
{
	char		buf[FLOAT_SHORTEST_DECIMAL_LEN];

	appendBinaryStringInfo(out, buf, float_to_shortest_decimal_buf(DatumGetFloat4(value), buf));
}

static void
encode_float8(HtableCodec *codec, Datum value, StringInfo out)
{
	char		buf[DOUBLE_SHORTEST_DECIMAL_LEN];

	appendBinaryStringInfo(out, buf, double_to_shortest_decimal_buf(DatumGetFloat8(value), buf));
}

/* ---- all other types ---- */

static bool
decode_other(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	const char *string = htable_text_to_server(data, len, &len, bad);

	if (string == NULL)
		return false;
	return htable_input((HtableCodecState *) codec, pnstrdup(string, len), value, bad);
}

/* namein would cut. */
static bool
decode_name(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	const char *string = htable_text_to_server(data, len, &len, bad);

	if (string == NULL)
		return false;
	if (len >= NAMEDATALEN)
		return htable_bad_value(bad, ERRCODE_STRING_DATA_RIGHT_TRUNCATION,
								"value too long for type name");
	return htable_input((HtableCodecState *) codec, pnstrdup(string, len), value, bad);
}

/* charin would cut, except the form \ooo of bytes above 127. */
static bool
decode_char(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	if (len > 1 && !(len == 4 && data[0] == '\\'))
		return htable_bad_value(bad, ERRCODE_STRING_DATA_RIGHT_TRUNCATION,
								"value too long for type \"char\"");
	return decode_other(codec, data, len, value, bad);
}

static void
encode_other(HtableCodec *codec, Datum value, StringInfo out)
{
	char	   *string = htable_output((HtableCodecState *) codec, value);

	appendStringInfoString(out, pg_server_to_any(string, strlen(string), PG_UTF8));
}

/* ---- the kinds ---- */

static const HtableCodecKind kinds[] = {
	{TEXTOID, htable_decode_text, htable_encode_text, true, HTABLE_KEY_BYTES, 0},
	{VARCHAROID, htable_decode_varchar, htable_encode_text, true, HTABLE_KEY_BYTES, 0},
	{BPCHAROID, htable_decode_bpchar, htable_encode_text, false, HTABLE_KEY_OPAQUE, 0},
	{BYTEAOID, htable_decode_bytea, htable_encode_bytea, true, HTABLE_KEY_BYTES, 0},
	{BOOLOID, decode_bool, encode_bool, false, HTABLE_KEY_OPAQUE, 0},
	{INT2OID, decode_int2, encode_int2, false, HTABLE_KEY_OPAQUE, 0},
	{INT4OID, decode_int4, encode_int4, false, HTABLE_KEY_OPAQUE, 0},
	{INT8OID, decode_int8, encode_int8, false, HTABLE_KEY_OPAQUE, 0},
	{FLOAT4OID, decode_float4, encode_float4, false, HTABLE_KEY_OPAQUE, 0},
	{FLOAT8OID, decode_float8, encode_float8, false, HTABLE_KEY_OPAQUE, 0},
	{NAMEOID, decode_name, encode_other, false, HTABLE_KEY_OPAQUE, 0},
	{CHAROID, decode_char, encode_other, false, HTABLE_KEY_OPAQUE, 0},
};

static const HtableCodecKind other_kind =
{InvalidOid, decode_other, encode_other, false, HTABLE_KEY_OPAQUE, 0};

const HtableCodecKind *
htable_text_kind(Oid typid)
{
	for (int i = 0; i < lengthof(kinds); i++)
	{
		if (kinds[i].typid == typid)
			return &kinds[i];
	}
	return &other_kind;
}
