/*
 * codec_binary.c
 *		Encoding "binary": org.apache.hadoop.hbase.util.Bytes.
 *
 * The bytes themselves are regionclient's (encode_bytes.c); here they become
 * Datums.  Not from Bytes but by the convention of Spark and Flink: a
 * timestamp is its milliseconds since 1970 as a long; a uuid is its 16 bytes.
 */
#include "codec.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/uuid.h"

static inline rc_bytes
view(const char *data, Size len)
{
	return (rc_bytes) {(const uint8_t *) data, len};
}

/* ---- numbers ---- */

static bool
decode_int2(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	int16_t		number;

	if (unlikely(!rc_binary_get_int16(view(data, len), &number)))
		return htable_bad_length(bad, len, 2);
	*value = Int16GetDatum(number);
	return true;
}

static bool
decode_int4(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	int32_t		number;

	if (unlikely(!rc_binary_get_int32(view(data, len), &number)))
		return htable_bad_length(bad, len, 4);
	*value = Int32GetDatum(number);
	return true;
}

static bool
decode_int8(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	int64_t		number;

	if (unlikely(!rc_binary_get_int64(view(data, len), &number)))
		return htable_bad_length(bad, len, 8);
	*value = Int64GetDatum(number);
	return true;
}

static bool
decode_float4(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	float		number;

	if (unlikely(!rc_binary_get_float(view(data, len), &number)))
		return htable_bad_length(bad, len, 4);
	*value = Float4GetDatum(number);
	return true;
}

static bool
decode_float8(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	double		number;

	if (unlikely(!rc_binary_get_double(view(data, len), &number)))
		return htable_bad_length(bad, len, 8);
	*value = Float8GetDatum(number);
	return true;
}

static void
encode_int2(HtableCodec *codec, Datum value, StringInfo out)
{
	uint8_t		buf[2];

	rc_binary_put_int16(buf, DatumGetInt16(value));
	appendBinaryStringInfo(out, (char *) buf, sizeof(buf));
}

static void
encode_int4(HtableCodec *codec, Datum value, StringInfo out)
{
	uint8_t		buf[4];

	rc_binary_put_int32(buf, DatumGetInt32(value));
	appendBinaryStringInfo(out, (char *) buf, sizeof(buf));
}

static void
append_int8(StringInfo out, int64 number)
{
	uint8_t		buf[8];

	rc_binary_put_int64(buf, number);
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
	uint8_t		buf[4];

	rc_binary_put_float(buf, DatumGetFloat4(value));
	appendBinaryStringInfo(out, (char *) buf, sizeof(buf));
}

static void
encode_float8(HtableCodec *codec, Datum value, StringInfo out)
{
	uint8_t		buf[8];

	rc_binary_put_double(buf, DatumGetFloat8(value));
	appendBinaryStringInfo(out, (char *) buf, sizeof(buf));
}

/* ---- boolean: Bytes writes FF for true and reads any byte but 00 as true ---- */

static bool
decode_bool(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	if (unlikely(len != 1))
		return htable_bad_length(bad, len, 1);
	*value = BoolGetDatum(data[0] != 0);
	return true;
}

static void
encode_bool(HtableCodec *codec, Datum value, StringInfo out)
{
	appendStringInfoChar(out, DatumGetBool(value) ? '\xff' : '\0');
}

/* ---- numeric: BigDecimal ---- */

static bool
decode_numeric(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	char	   *text;
	bool		good;
	rc_status	status;

	/* 4 bytes of scale, and at least one of the number */
	if (len < 5)
		return htable_bad_value(bad, ERRCODE_INVALID_BINARY_REPRESENTATION,
								"invalid length %zu: expected at least 5 bytes", len);
	status = rc_binary_decimal_to_text(&htable_decimal_host, view(data, len), &text);
	htable_check_decimal_memory(status);
	if (status != RC_OK)
		return htable_bad_value(bad, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
								"value overflows numeric format");
	good = htable_input((HtableCodecState *) codec, text, value, bad);
	pfree(text);
	return good;
}

static void
encode_numeric(HtableCodec *codec, Datum value, StringInfo out)
{
	Numeric		number = DatumGetNumeric(value);
	rc_bytes	bytes;
	rc_status	status;
	char	   *text;

	text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
	if (numeric_is_nan(number) || numeric_is_inf(number))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("numeric value \"%s\" has no form in encoding \"binary\"", text)));
	status = rc_binary_decimal_from_text(&htable_decimal_host, text, &bytes);
	htable_check_decimal_memory(status);
	if (status != RC_OK)
		elog(ERROR, "numeric value is no decimal number: %s", text);
	appendBinaryStringInfo(out, (const char *) bytes.data, bytes.len);
	pfree((void *) bytes.data);
	pfree(text);
}

/* ---- timestamps: milliseconds since 1970 ---- */

static bool
decode_timestamp(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	int64_t		ms;

	if (unlikely(!rc_binary_get_int64(view(data, len), &ms)))
		return htable_bad_length(bad, len, 8);
	return htable_timestamp_from_ms(codec, ms, value, bad);
}

static void
encode_timestamp(HtableCodec *codec, Datum value, StringInfo out)
{
	append_int8(out, htable_timestamp_to_ms(codec, value));
}

/* ---- uuid ---- */

static bool
decode_uuid(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	pg_uuid_t  *uuid;

	if (unlikely(len != UUID_LEN))
		return htable_bad_length(bad, len, UUID_LEN);
	uuid = palloc(sizeof(pg_uuid_t));
	memcpy(uuid->data, data, UUID_LEN);
	*value = UUIDPGetDatum(uuid);
	return true;
}

static void
encode_uuid(HtableCodec *codec, Datum value, StringInfo out)
{
	appendBinaryStringInfo(out, (char *) DatumGetUUIDP(value)->data, UUID_LEN);
}

/* ---- the kinds ---- */

static const HtableCodecKind kinds[] = {
	{INT2OID, decode_int2, encode_int2, true, HTABLE_KEY_SIGNED, 2},
	{INT4OID, decode_int4, encode_int4, true, HTABLE_KEY_SIGNED, 4},
	{INT8OID, decode_int8, encode_int8, true, HTABLE_KEY_SIGNED, 8},
	/* two zeros and many NaNs */
	{FLOAT4OID, decode_float4, encode_float4, false, HTABLE_KEY_FLOAT, 4},
	{FLOAT8OID, decode_float8, encode_float8, false, HTABLE_KEY_FLOAT, 8},
	{BOOLOID, decode_bool, encode_bool, false, HTABLE_KEY_BOOL, 1},
	/* 1.0 and 1.00 */
	{NUMERICOID, decode_numeric, encode_numeric, false, HTABLE_KEY_OPAQUE, 0},
	{TIMESTAMPOID, decode_timestamp, encode_timestamp, true, HTABLE_KEY_SIGNED, 8},
	{TIMESTAMPTZOID, decode_timestamp, encode_timestamp, true, HTABLE_KEY_SIGNED, 8},
	{UUIDOID, decode_uuid, encode_uuid, true, HTABLE_KEY_BYTES, UUID_LEN},
	{TEXTOID, htable_decode_text, htable_encode_text, true, HTABLE_KEY_BYTES, 0},
	{VARCHAROID, htable_decode_varchar, htable_encode_text, true, HTABLE_KEY_BYTES, 0},
	{BPCHAROID, htable_decode_bpchar, htable_encode_text, false, HTABLE_KEY_OPAQUE, 0},
	{BYTEAOID, htable_decode_bytea, htable_encode_bytea, true, HTABLE_KEY_BYTES, 0},
};

const HtableCodecKind *
htable_binary_kind(Oid typid)
{
	for (int i = 0; i < lengthof(kinds); i++)
	{
		if (kinds[i].typid == typid)
			return &kinds[i];
	}
	return NULL;
}
