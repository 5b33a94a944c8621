/*
 * codec_ordered.c
 *		Encoding "ordered": org.apache.hadoop.hbase.util.OrderedBytes.
 *
 * The bytes themselves are regionclient's (encode_ordered.c); here they become
 * Datums.  Not from OrderedBytes but by the convention of encoding "binary": a
 * timestamp is its milliseconds since 1970 as an int64.  Decoders see bytes in
 * ascending order, whatever the column's order is (codec.c).
 *
 * A cell that holds the null of OrderedBytes is NULL; codec.c says which bytes
 * those are, and they do not come here.
 */
#include "codec.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* Bytes of a bad value that are turned back for its message. */
#define MAX_SHOWN	65

static inline rc_bytes
view(const char *data, Size len)
{
	return (rc_bytes) {(const uint8_t *) data, len};
}

/* Bytes of another type, of the other order, or of none: 22P03. */
static bool
bad_ordered(HtableCodec *codec, const char *data, Size len, const char *expected,
			HtableBadValue *bad)
{
	uint8_t		shown[MAX_SHOWN];
	bool		other_order = false;
	const char *found = len > 0 ? rc_ordered_name((uint8_t) data[0], &other_order) : NULL;

	if (len == 0)
		return htable_bad_value(bad, ERRCODE_INVALID_BINARY_REPRESENTATION,
								"invalid length 0: expected %s of OrderedBytes", expected);
	if (found != NULL && other_order)
		return htable_bad_value(bad, ERRCODE_INVALID_BINARY_REPRESENTATION,
								"expected %s of OrderedBytes in %s order, found %s in the other order",
								expected, codec->descending ? "descending" : "ascending", found);
	if (found != NULL && strstr(expected, found) == NULL)
		return htable_bad_value(bad, ERRCODE_INVALID_BINARY_REPRESENTATION,
								"expected %s of OrderedBytes, found %s", expected, found);
	memcpy(shown, data, Min(len, MAX_SHOWN));
	if (codec->descending)
		rc_ordered_flip(shown, Min(len, MAX_SHOWN));
	return htable_bad_value(bad, ERRCODE_INVALID_BINARY_REPRESENTATION,
							"malformed %s of OrderedBytes: \"%s\"", expected,
							htable_show_bytes((char *) shown, Min(len, MAX_SHOWN)));
}

/* ---- numbers ---- */

static bool
decode_int2(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	int16_t		number;

	if (unlikely(!rc_ordered_get_int16(view(data, len), &number)))
		return bad_ordered(codec, data, len, "int16", bad);
	*value = Int16GetDatum(number);
	return true;
}

static bool
decode_int4(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	int32_t		number;

	if (unlikely(!rc_ordered_get_int32(view(data, len), &number)))
		return bad_ordered(codec, data, len, "int32", bad);
	*value = Int32GetDatum(number);
	return true;
}

static bool
decode_int8(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	int64_t		number;

	if (unlikely(!rc_ordered_get_int64(view(data, len), &number)))
		return bad_ordered(codec, data, len, "int64", bad);
	*value = Int64GetDatum(number);
	return true;
}

static bool
decode_float4(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	float		number;

	if (unlikely(!rc_ordered_get_float(view(data, len), &number)))
		return bad_ordered(codec, data, len, "float32", bad);
	*value = Float4GetDatum(number);
	return true;
}

static bool
decode_float8(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	double		number;

	if (unlikely(!rc_ordered_get_double(view(data, len), &number)))
		return bad_ordered(codec, data, len, "float64", bad);
	*value = Float8GetDatum(number);
	return true;
}

static void
encode_int2(HtableCodec *codec, Datum value, StringInfo out)
{
	uint8_t		buf[3];

	rc_ordered_put_int16(buf, DatumGetInt16(value));
	appendBinaryStringInfo(out, (char *) buf, sizeof(buf));
}

static void
encode_int4(HtableCodec *codec, Datum value, StringInfo out)
{
	uint8_t		buf[5];

	rc_ordered_put_int32(buf, DatumGetInt32(value));
	appendBinaryStringInfo(out, (char *) buf, sizeof(buf));
}

static void
append_int8(StringInfo out, int64 number)
{
	uint8_t		buf[9];

	rc_ordered_put_int64(buf, number);
	appendBinaryStringInfo(out, (char *) buf, sizeof(buf));
}

static void
encode_int8(HtableCodec *codec, Datum value, StringInfo out)
{
	append_int8(out, DatumGetInt64(value));
}

static void
encode_float4(HtableCodec *codec, Datum value, StringInfo out)
{
	uint8_t		buf[5];

	rc_ordered_put_float(buf, DatumGetFloat4(value));
	appendBinaryStringInfo(out, (char *) buf, sizeof(buf));
}

static void
encode_float8(HtableCodec *codec, Datum value, StringInfo out)
{
	uint8_t		buf[9];

	rc_ordered_put_double(buf, DatumGetFloat8(value));
	appendBinaryStringInfo(out, (char *) buf, sizeof(buf));
}

static bool
decode_numeric(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	char	   *text;
	bool		good;
	rc_status	status = rc_ordered_numeric_to_text(&htable_decimal_host, view(data, len), &text);

	htable_check_decimal_memory(status);
	if (status == RC_TOO_LARGE)
		return htable_bad_value(bad, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
								"value overflows numeric format");
	if (status != RC_OK)
		return bad_ordered(codec, data, len, "numeric", bad);
	good = htable_input((HtableCodecState *) codec, text, value, bad);
	pfree(text);
	return good;
}

static void
append_numeric(Datum value, size_t max_digits, StringInfo out)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, value));
	rc_bytes	bytes;
	rc_status	status;

	status = rc_ordered_numeric_from_text(&htable_decimal_host, text, max_digits, &bytes);
	htable_check_decimal_memory(status);
	if (status != RC_OK)
		elog(ERROR, "numeric value is no decimal number: %s", text);
	appendBinaryStringInfo(out, (const char *) bytes.data, bytes.len);
	pfree((void *) bytes.data);
	pfree(text);
}

/* Rounded to as many digits as OrderedBytes keeps. */
static void
encode_numeric(HtableCodec *codec, Datum value, StringInfo out)
{
	append_numeric(value, RC_ORDERED_DIGITS, out);
}

/* All digits: between two numbers that are written, none is another's bound. */
static void
bound_numeric(HtableCodec *codec, Datum value, StringInfo out)
{
	append_numeric(value, 0, out);
}

/* ---- timestamps: milliseconds since 1970 ---- */

static bool
decode_timestamp(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	int64_t		ms;

	if (unlikely(!rc_ordered_get_int64(view(data, len), &ms)))
		return bad_ordered(codec, data, len, "int64", bad);
	return htable_timestamp_from_ms(codec, ms, value, bad);
}

static void
encode_timestamp(HtableCodec *codec, Datum value, StringInfo out)
{
	append_int8(out, htable_timestamp_to_ms(codec, value));
}

/* ---- strings and blobs ---- */

static bool
decode_text(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	rc_bytes	string;

	if (unlikely(!rc_ordered_get_string(view(data, len), &string)))
		return bad_ordered(codec, data, len, "string", bad);
	return htable_decode_text(codec, (const char *) string.data, string.len, value, bad);
}

static bool
decode_varchar(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	rc_bytes	string;

	if (unlikely(!rc_ordered_get_string(view(data, len), &string)))
		return bad_ordered(codec, data, len, "string", bad);
	return htable_decode_varchar(codec, (const char *) string.data, string.len, value, bad);
}

/* PostgreSQL's strings hold no zero byte. */
static void
encode_text(HtableCodec *codec, Datum value, StringInfo out)
{
	appendStringInfoCharMacro(out, RC_ORDERED_STRING);
	htable_encode_text(codec, value, out);
	appendStringInfoCharMacro(out, '\0');
}

static bool
decode_bytea(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	rc_bytes	blob;
	bytea	   *result;
	size_t		result_len;

	if (rc_ordered_get_blob_copy(view(data, len), codec->descending, &blob))
		return htable_decode_bytea(codec, (const char *) blob.data, blob.len, value, bad);
	result = palloc(VARHDRSZ + len);
	if (!rc_ordered_get_blob(view(data, len), (uint8_t *) VARDATA(result), &result_len))
		return bad_ordered(codec, data, len, "blobvar or blobcopy", bad);
	SET_VARSIZE(result, VARHDRSZ + result_len);
	*value = PointerGetDatum(result);
	return true;
}

static void
encode_bytea(HtableCodec *codec, Datum value, StringInfo out)
{
	bytea	   *blob = DatumGetByteaPP(value);
	Size		len = VARSIZE_ANY_EXHDR(blob);

	enlargeStringInfo(out, rc_ordered_blob_size(len));
	out->len += rc_ordered_put_blob((uint8_t *) out->data + out->len,
									view(VARDATA_ANY(blob), len));
	out->data[out->len] = '\0';
}

/* ---- the kinds ---- */

static const HtableCodecKind kinds[] = {
	{INT2OID, decode_int2, encode_int2, true, HTABLE_KEY_ORDERED_INTEGER, 3},
	{INT4OID, decode_int4, encode_int4, true, HTABLE_KEY_ORDERED_INTEGER, 5},
	{INT8OID, decode_int8, encode_int8, true, HTABLE_KEY_ORDERED_INTEGER, 9},
	/* two zeros */
	{FLOAT4OID, decode_float4, encode_float4, false, HTABLE_KEY_ORDERED_FLOAT, 5},
	{FLOAT8OID, decode_float8, encode_float8, false, HTABLE_KEY_ORDERED_FLOAT, 9},
	{NUMERICOID, decode_numeric, encode_numeric, true, HTABLE_KEY_ORDERED, 0, bound_numeric},
	{TIMESTAMPOID, decode_timestamp, encode_timestamp, true, HTABLE_KEY_ORDERED_INTEGER, 9},
	{TIMESTAMPTZOID, decode_timestamp, encode_timestamp, true, HTABLE_KEY_ORDERED_INTEGER, 9},
	{TEXTOID, decode_text, encode_text, true, HTABLE_KEY_ORDERED, 0},
	{VARCHAROID, decode_varchar, encode_text, true, HTABLE_KEY_ORDERED, 0},
	/* two ways to write one */
	{BYTEAOID, decode_bytea, encode_bytea, false, HTABLE_KEY_ORDERED_BLOB, 0},
};

const HtableCodecKind *
htable_ordered_kind(Oid typid)
{
	for (int i = 0; i < lengthof(kinds); i++)
	{
		if (kinds[i].typid == typid)
			return &kinds[i];
	}
	return NULL;
}
