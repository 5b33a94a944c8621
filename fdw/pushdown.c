/*
 * pushdown.c
 *		Values of this (re)scan as bounds of a column's bytes, and time ranges.
 *
 * Comparisons are strict: a NULL value makes a condition match nothing.
 * Constants outside a key's type match everything or nothing, fractions are
 * rounded outwards, so that no caller needs to cast first.
 */
#include "plan.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

/* A value as an integer: floor, or beyond all of them. */
typedef struct IntegerBound
{
	int64		floor;
	bool		exact;			/* the value is floor, else it lies between floor and floor + 1 */
	int			beyond;			/* -1 / +1: below / above every int64 */
} IntegerBound;

static HtableBytes
bytes_of(const void *data, Size len)
{
	HtableBytes b = {(const uint8_t *) data, len};

	return b;
}

static IntegerBound
integer_bound(int64 value)
{
	IntegerBound b = {value, true, 0};

	return b;
}

static IntegerBound
float_bound(double value)
{
	IntegerBound b = {0, true, 0};
	double		down = floor(value);

	/* NaN is greater than every number */
	if (isnan(value) || down >= 9223372036854775808.0)
		b.beyond = 1;
	else if (down < -9223372036854775808.0)
		b.beyond = -1;
	else
	{
		b.floor = (int64) down;
		b.exact = down == value;
	}
	return b;
}

static int
numeric_compare(Datum a, Datum b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, a, b));
}

static IntegerBound
numeric_bound(Datum value)
{
	IntegerBound b = {0, true, 0};
	Datum		down;

	if (numeric_is_nan(DatumGetNumeric(value)))
		b.beyond = 1;
	else if (numeric_compare(value, NumericGetDatum(int64_to_numeric(PG_INT64_MIN))) < 0)
		b.beyond = -1;
	else
	{
		if (numeric_is_inf(DatumGetNumeric(value)))
		{
			b.beyond = 1;
			return b;
		}
		down = DirectFunctionCall1(numeric_floor, value);
		if (numeric_compare(down, NumericGetDatum(int64_to_numeric(PG_INT64_MAX))) > 0)
			b.beyond = 1;
		else
		{
			b.floor = DatumGetInt64(DirectFunctionCall1(numeric_int8, down));
			b.exact = numeric_compare(down, value) == 0;
		}
	}
	return b;
}

/* Microseconds of PostgreSQL as milliseconds since 1970. */
static IntegerBound
timestamp_bound(int64 us)
{
	IntegerBound b = {0, true, 0};

	if (TIMESTAMP_IS_NOBEGIN(us))
		b.beyond = -1;
	else if (TIMESTAMP_IS_NOEND(us))
		b.beyond = 1;
	else
	{
		int64		ms = us / 1000;

		if (us % 1000 < 0)
			ms--;
		b.exact = us % 1000 == 0;
		b.floor = ms + HTABLE_EPOCH_SHIFT_MS;
	}
	return b;
}

/* A value of `type` against an integer, or a timestamp, of type `column_type`. */
static IntegerBound
bound_of(Datum value, Oid type, Oid column_type)
{
	switch (type)
	{
		case INT2OID:
			return integer_bound(DatumGetInt16(value));
		case INT4OID:
			return integer_bound(DatumGetInt32(value));
		case INT8OID:
			return integer_bound(DatumGetInt64(value));
		case FLOAT4OID:
			return float_bound(DatumGetFloat4(value));
		case FLOAT8OID:
			return float_bound(DatumGetFloat8(value));
		case NUMERICOID:
			return numeric_bound(value);
		case TIMESTAMPTZOID:
			return timestamp_bound(DatumGetTimestampTz(value));
		case TIMESTAMPOID:
			if (column_type == TIMESTAMPTZOID)
				value = DirectFunctionCall1(timestamp_timestamptz, value);
			return timestamp_bound(DatumGetTimestamp(value));
		case DATEOID:
			value = DirectFunctionCall1(column_type == TIMESTAMPTZOID
										? date_timestamptz : date_timestamp, value);
			return timestamp_bound(DatumGetTimestamp(value));
		default:
			elog(ERROR, "unexpected type %u in a pushed condition", type);
	}
}

/*
 * The integers n in min .. max with `n op bound`, inclusive at both ends;
 * false: none.
 */
static bool
integer_interval(IntegerBound b, HtableCompare op, int64 min, int64 max,
				 int64 *lower, int64 *upper)
{
	bool		wants_above = op == HTABLE_GT || op == HTABLE_GE;

	*lower = min;
	*upper = max;
	if (b.beyond != 0)
		return op != HTABLE_EQ && wants_above == (b.beyond < 0);
	if (op == HTABLE_EQ && !b.exact)
		return false;

	if (op == HTABLE_EQ || wants_above)
	{
		/* the smallest n: floor itself, or the next */
		bool		next = op == HTABLE_GT || (op == HTABLE_GE && !b.exact);

		if (next && b.floor == PG_INT64_MAX)
			return false;
		*lower = Max(min, b.floor + (next ? 1 : 0));
	}
	if (op == HTABLE_EQ || !wants_above)
	{
		bool		before = op == HTABLE_LT && b.exact;

		if (before && b.floor == PG_INT64_MIN)
			return false;
		*upper = Min(max, b.floor - (before ? 1 : 0));
	}
	return *lower <= *upper;
}

/* The same for a key of `width` bytes and a value of `type`. */
static bool
key_interval(const HtableColumn *key, int width, HtableCompare op, Datum value, Oid type,
			 int64 *lower, int64 *upper)
{
	int64		max = width == 8 ? PG_INT64_MAX : ((int64) 1 << (width * 8 - 1)) - 1;

	return integer_interval(bound_of(value, type, getBaseType(key->typid)), op,
							-max - 1, max, lower, upper);
}

static HtableRangeSet *
signed_ranges(const HtableColumn *key, HtableCompare op, Datum value, Oid type)
{
	int			width = key->codec->width;
	int64		lower;
	int64		upper;

	if (!key_interval(key, width, op, value, type, &lower, &upper))
		return htable_ranges_none();
	return htable_ranges_signed(width, true, lower, true, upper);
}

HtableBytes
htable_pushdown_bytes(const HtableColumn *key, Datum value)
{
	StringInfoData buf;

	initStringInfo(&buf);
	key->codec->encode_bound(key->codec, value, &buf);
	return bytes_of(buf.data, buf.len);
}

/* ---- OrderedBytes ---- */

/* Bytes written in ascending order, as a key has them. */
static HtableBytes
ordered_bytes(const HtableColumn *key, const uint8_t *data, Size len)
{
	uint8_t    *copy = palloc(len);

	memcpy(copy, data, len);
	if (key->codec->descending)
		rc_ordered_flip(copy, len);
	return bytes_of(copy, len);
}

/* Keys between two values, both inclusive. */
static HtableRangeSet *
ordered_between(const HtableColumn *key, const uint8_t *first, const uint8_t *last, Size len)
{
	HtableBytes lower = ordered_bytes(key, key->codec->descending ? last : first, len);
	HtableBytes upper = ordered_bytes(key, key->codec->descending ? first : last, len);

	return htable_ranges_between(&lower, true, &upper, true);
}

static void
put_ordered_integer(uint8_t *out, int width, int64 value)
{
	if (width == 2)
		rc_ordered_put_int16(out, (int16) value);
	else if (width == 4)
		rc_ordered_put_int32(out, (int32) value);
	else
		rc_ordered_put_int64(out, value);
}

static HtableRangeSet *
ordered_integer_ranges(const HtableColumn *key, HtableCompare op, Datum value, Oid type)
{
	int			width = key->codec->width - 1;	/* without the header */
	int64		lower;
	int64		upper;
	uint8_t		first[9];
	uint8_t		last[9];

	if (!key_interval(key, width, op, value, type, &lower, &upper))
		return htable_ranges_none();
	put_ordered_integer(first, width, lower);
	put_ordered_integer(last, width, upper);
	return ordered_between(key, first, last, key->codec->width);
}

static void
put_ordered_float(uint8_t *out, int width, double value)
{
	if (width == 4)
		rc_ordered_put_float(out, (float) value);
	else
		rc_ordered_put_double(out, value);
}

static HtableRangeSet *
ordered_float_ranges(const HtableColumn *key, HtableCompare op, double value)
{
	int			width = key->codec->width - 1;	/* without the header */
	double		lower;
	double		upper;
	uint8_t		first[9];
	uint8_t		last[9];

	if (!htable_float_interval(width, op, value, &lower, &upper))
		return htable_ranges_none();
	put_ordered_float(first, width, lower);
	put_ordered_float(last, width, upper);
	return ordered_between(key, first, last, key->codec->width);
}

static HtableCompare
compare_flip(HtableCompare op)
{
	switch (op)
	{
		case HTABLE_LT:
			return HTABLE_GT;
		case HTABLE_LE:
			return HTABLE_GE;
		case HTABLE_EQ:
			break;
		case HTABLE_GE:
			return HTABLE_LE;
		case HTABLE_GT:
			return HTABLE_LT;
	}
	return HTABLE_EQ;
}

/*
 * Strings and numerics: the keys on one side of a value, without those whose
 * header is of another type.  Every value ends itself, none is the beginning
 * of another, so that the complement of all bytes turns the order around.
 */
static HtableRangeSet *
ordered_ranges(const HtableColumn *key, HtableCompare op, Datum value)
{
	bool		descending = key->codec->descending;
	HtableBytes b = htable_pushdown_bytes(key, value);
	bool		is_text = (descending ? (uint8_t) ~b.data[0] : b.data[0]) == RC_ORDERED_STRING;
	uint8_t		first = is_text ? RC_ORDERED_STRING : RC_ORDERED_NUMERIC_FIRST;
	uint8_t		last = is_text ? RC_ORDERED_STRING : RC_ORDERED_NUMERIC_LAST;
	HtableBytes header = ordered_bytes(key, descending ? &last : &first, 1);
	HtableBytes behind = ordered_bytes(key, descending ? &first : &last, 1);

	((uint8_t *) behind.data)[0]++;
	return htable_ranges_intersect(htable_ranges_compare(descending ? compare_flip(op) : op, b),
								   htable_ranges_between(&header, true, &behind, false));
}

/* A blob is stored in one of two ways: two keys.  The copied one, descending, holds no zero byte. */
static HtableRangeSet *
ordered_blob_ranges(const HtableColumn *key, HtableCompare op, Datum value)
{
	bool		descending = key->codec->descending;
	bytea	   *blob = DatumGetByteaPP(value);
	Size		len = VARSIZE_ANY_EXHDR(blob);
	HtableRangeSet *packed = htable_ranges_point(htable_pushdown_bytes(key, value));
	HtableRangeSet *copied;
	uint8_t    *copy;

	Assert(op == HTABLE_EQ);
	if (descending && memchr(VARDATA_ANY(blob), 0, len) != NULL)
		return packed;
	copy = palloc(len + 2);
	copy[0] = RC_ORDERED_BLOB_COPY;
	memcpy(copy + 1, VARDATA_ANY(blob), len);
	copy[len + 1] = 0;
	copied = htable_ranges_point(ordered_bytes(key, copy, len + (descending ? 2 : 1)));
	return htable_ranges_union(list_make2(packed, copied));
}

static double
float_of(Datum value, Oid type)
{
	return type == FLOAT4OID ? (double) DatumGetFloat4(value) : DatumGetFloat8(value);
}

/* false is before true, as in SQL. */
static HtableRangeSet *
bool_ranges(HtableCompare op, bool value)
{
	static const uint8_t bytes[] = {0x00, 0x01, 0xFF};
	HtableBytes first = bytes_of(&bytes[1], 1);
	HtableBytes last = bytes_of(&bytes[2], 1);
	List	   *sets = NIL;

	if (op == HTABLE_EQ ? !value : (op == HTABLE_LE || (op == HTABLE_LT && value) ||
									(op == HTABLE_GE && !value)))
		sets = lappend(sets, htable_ranges_point(bytes_of(&bytes[0], 1)));
	if (op == HTABLE_EQ ? value : (op == HTABLE_GE || (op == HTABLE_GT && !value) ||
								   (op == HTABLE_LE && value)))
		sets = lappend(sets, htable_ranges_between(&first, true, &last, true));
	return htable_ranges_union(sets);
}

HtableRangeSet *
htable_pushdown_compare(const HtableColumn *column, HtableCompare op, Datum value, Oid type)
{
	switch (column->codec->key_order)
	{
		case HTABLE_KEY_SIGNED:
			return signed_ranges(column, op, value, type);
		case HTABLE_KEY_FLOAT:
			return htable_ranges_float(column->codec->width, op, float_of(value, type));
		case HTABLE_KEY_BYTES:
			return htable_ranges_compare(op, htable_pushdown_bytes(column, value));
		case HTABLE_KEY_ORDERED:
			return ordered_ranges(column, op, value);
		case HTABLE_KEY_ORDERED_INTEGER:
			return ordered_integer_ranges(column, op, value, type);
		case HTABLE_KEY_ORDERED_FLOAT:
			return ordered_float_ranges(column, op, float_of(value, type));
		case HTABLE_KEY_ORDERED_BLOB:
			return ordered_blob_ranges(column, op, value);
		case HTABLE_KEY_BOOL:
			return bool_ranges(op, DatumGetBool(value));
		case HTABLE_KEY_OPAQUE:
			break;
	}
	elog(ERROR, "a condition was pushed on a column without order");
}

int
htable_pushdown_elements(Datum array, Oid *type, Datum **elements, bool **nulls)
{
	ArrayType  *values = DatumGetArrayTypeP(array);
	int16		typlen;
	bool		typbyval;
	char		typalign;
	int			n;

	*type = ARR_ELEMTYPE(values);
	get_typlenbyvalalign(*type, &typlen, &typbyval, &typalign);
	deconstruct_array(values, *type, typlen, typbyval, typalign, elements, nulls, &n);
	return n;
}

bool
htable_pushdown_like_head(Datum pattern, StringInfo head)
{
	text	   *string = DatumGetTextPP(pattern);
	const char *p = VARDATA_ANY(string);
	const char *end = p + VARSIZE_ANY_EXHDR(string);

	for (; p < end && *p != '%' && *p != '_'; p++)
	{
		if (*p == '\\' && ++p == end)
			break;				/* LIKE itself raises an error for this pattern */
		appendStringInfoChar(head, *p);
	}
	return p == end;
}

/* ---- timestamps ---- */

/*
 * What lies beyond PostgreSQL's timestamps is shown as infinity, so a
 * comparison with infinity is one with the first millisecond that is.
 */
static IntegerBound
time_bound(const HtableColumn *column, Datum value, Oid type)
{
	IntegerBound b = bound_of(value, type, column->typid);

	if (b.beyond > 0 && column->typid == TIMESTAMPTZOID)
	{
		b.beyond = 0;
		b.floor = HTABLE_FIRST_INFINITE_MS;
	}
	return b;
}

/*
 * Raises *from to the first cell time for which a comparison may hold; false:
 * there is none.  Infinity stands for every time from the first that
 * PostgreSQL has not.
 */
static bool
raise_from(const HtableColumn *column, HtableCompare op, Datum value, Oid type, int64 *from)
{
	IntegerBound b = time_bound(column, value, type);
	int64		lower;
	int64		upper;

	if (column->typid == TIMESTAMPTZOID && b.beyond == 0 && b.floor >= HTABLE_FIRST_INFINITE_MS)
	{
		if (op == HTABLE_GT)
			return false;
		op = HTABLE_GE;
	}
	/* HBase's times begin at 0; the last one is no time (it stands for "now") */
	if (!integer_interval(b, op, 0, PG_INT64_MAX - 1, &lower, &upper))
		return false;
	*from = Max(*from, lower);
	return true;
}

static bool
eval_time(List *cond, const HtableColumn *column, const HtableValues *values, int64 *from)
{
	HtableCondTag tag = intVal(linitial(cond));
	int			place;

	if (tag == HTABLE_COND_NOTHING)
		return false;
	if (tag == HTABLE_COND_AND)
		return true;			/* IS NOT NULL: no member */
	place = intVal(llast(cond));
	if (values->nulls[place])
		return false;
	return raise_from(column, intVal(lsecond(cond)), values->values[place],
					  values->types[place], from);
}

bool
htable_pushdown_times(List *conds, const HtableColumn *timestamp, const HtableValues *values,
					  int64 *from)
{
	ListCell   *lc;

	*from = 0;
	foreach(lc, conds)
	{
		if (!eval_time(lfirst(lc), timestamp, values, from))
			return false;
	}
	return true;
}
