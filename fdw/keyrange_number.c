/*
 * keyrange_number.c
 *		Pure algebra of byte ranges over numbers: two's complement and IEEE 754,
 *		whose bytes do not sort as the numbers do.
 */
#include "htable_fdw.h"
#include "keyrange.h"

#include <float.h>
#include <math.h>

/* The last `width` bytes of value, big-endian. */
static HtableBytes
number_bytes(uint64 value, int width)
{
	uint8_t    *data = palloc(width);
	HtableBytes b = {data, width};

	for (int i = width - 1; i >= 0; i--)
	{
		data[i] = (uint8_t) value;
		value >>= 8;
	}
	return b;
}

static HtableRangeSet *
number_range(int width, uint64 lower, uint64 upper)
{
	HtableBytes l = number_bytes(lower, width);
	HtableBytes u = number_bytes(upper, width);

	return htable_ranges_between(&l, true, &u, true);
}

/*
 * Big-endian two's complement of `width` bytes (2, 4, 8): as bytes the
 * negatives follow the others, so one range of numbers is up to two ranges.
 * Bounds are inclusive and inside the type.
 */
HtableRangeSet *
htable_ranges_signed(int width, bool has_lower, int64 lower,
					 bool has_upper, int64 upper)
{
	int64		max = width == 8 ? PG_INT64_MAX : ((int64) 1 << (width * 8 - 1)) - 1;
	int64		min = -max - 1;
	List	   *halves = NIL;

	if (!has_lower)
		lower = min;
	if (!has_upper)
		upper = max;
	if (lower > upper)
		return htable_ranges_none();
	if (upper >= 0)
		halves = lappend(halves, number_range(width, (uint64) Max(lower, 0), (uint64) upper));
	if (lower < 0)
		halves = lappend(halves, number_range(width, (uint64) lower, (uint64) Min(upper, -1)));
	return htable_ranges_union(halves);
}

/* What the float helpers need of a width: bits of the sign, infinity, a value's magnitude. */
typedef struct FloatForm
{
	int			width;
	uint64		sign;			/* the sign bit, which is also -0 */
	uint64		infinity;		/* magnitude of infinity; greater ones are NaNs */
	uint64		last;			/* the greatest magnitude */
} FloatForm;

static FloatForm
float_form(int width)
{
	FloatForm	form;

	form.width = width;
	form.sign = width == 4 ? UINT64CONST(0x80000000) : UINT64CONST(0x8000000000000000);
	form.infinity = width == 4 ? UINT64CONST(0x7F800000) : UINT64CONST(0x7FF0000000000000);
	form.last = form.sign - 1;
	return form;
}

/* Numbers without a sign whose magnitude lies in from .. to; none when from > to. */
static HtableRangeSet *
float_positive(FloatForm form, uint64 from, uint64 to)
{
	return from > to ? htable_ranges_none() : number_range(form.width, from, to);
}

/* The same for numbers with the sign bit. */
static HtableRangeSet *
float_negative(FloatForm form, uint64 from, uint64 to)
{
	return from > to ? htable_ranges_none()
		: number_range(form.width, form.sign | from, form.sign | to);
}

static HtableRangeSet *
union2(HtableRangeSet *a, HtableRangeSet *b)
{
	return htable_ranges_union(list_make2(a, b));
}

static HtableRangeSet *
float_nans(FloatForm form)
{
	return union2(float_positive(form, form.infinity + 1, form.last),
				  float_negative(form, form.infinity + 1, form.last));
}

/* Every number below (or, inclusive, up to) the non-NaN v of magnitude m. */
static HtableRangeSet *
float_below(FloatForm form, double v, uint64 m, bool inclusive)
{
	if (v == 0)
		return inclusive
			? union2(float_positive(form, 0, 0), float_negative(form, 0, form.infinity))
			: float_negative(form, 1, form.infinity);
	if (v < 0)
		return float_negative(form, inclusive ? m : m + 1, form.infinity);
	return union2(float_positive(form, 0, inclusive ? m : m - 1),
				  float_negative(form, 0, form.infinity));
}

/* Every number above (or from) v; NaNs count as greater than all, as in PostgreSQL. */
static HtableRangeSet *
float_above(FloatForm form, double v, uint64 m, bool inclusive)
{
	HtableRangeSet *nans = float_nans(form);

	if (v == 0)
		return union2(nans, inclusive
					  ? union2(float_positive(form, 0, form.infinity), float_negative(form, 0, 0))
					  : float_positive(form, 1, form.infinity));
	if (v > 0)
		return union2(nans, float_positive(form, inclusive ? m : m + 1, form.infinity));
	return union2(nans, union2(float_positive(form, 0, form.infinity),
							   float_negative(form, 0, inclusive ? m : m - 1)));
}

/* A double against 4-byte floats: the nearest float, and the operator to use with it. */
static double
float4_bound(double value, HtableCompare *op, bool *nothing)
{
	double		nearest = (double) (float) value;

	*nothing = false;
	if (nearest == value || isnan(value))
		return value;
	switch (*op)
	{
		case HTABLE_EQ:
			*nothing = true;
			break;
		case HTABLE_LT:
		case HTABLE_LE:
			*op = nearest > value ? HTABLE_LT : HTABLE_LE;
			break;
		case HTABLE_GT:
		case HTABLE_GE:
			*op = nearest > value ? HTABLE_GE : HTABLE_GT;
			break;
	}
	return nearest;
}

static uint64
float_magnitude(int width, double value)
{
	if (width == 4)
	{
		float		f = (float) fabs(value);
		uint32		bits;

		memcpy(&bits, &f, sizeof(bits));
		return bits;
	}
	else
	{
		double		d = fabs(value);
		uint64		bits;

		memcpy(&bits, &d, sizeof(bits));
		return bits;
	}
}

static HtableRangeSet *
float_against_nan(FloatForm form, HtableCompare op)
{
	switch (op)
	{
		case HTABLE_LT:
			return union2(float_positive(form, 0, form.infinity),
						  float_negative(form, 0, form.infinity));
		case HTABLE_LE:
			return union2(float_positive(form, 0, form.last),
						  float_negative(form, 0, form.last));
		case HTABLE_EQ:
		case HTABLE_GE:
			return float_nans(form);
		case HTABLE_GT:
			break;
	}
	return htable_ranges_none();
}

/*
 * Keys of big-endian IEEE 754 (width 4 or 8) with `key op value` true as
 * PostgreSQL sees it: -0 equals 0, every NaN equals every other and is
 * greater than all numbers.
 */
HtableRangeSet *
htable_ranges_float(int width, HtableCompare op, double value)
{
	FloatForm	form = float_form(width);
	uint64		m;
	bool		nothing = false;

	if (width == 4)
		value = float4_bound(value, &op, &nothing);
	if (nothing)
		return htable_ranges_none();
	if (isnan(value))
		return float_against_nan(form, op);

	m = float_magnitude(width, value);
	switch (op)
	{
		case HTABLE_LT:
			return float_below(form, value, m, false);
		case HTABLE_LE:
			return float_below(form, value, m, true);
		case HTABLE_GT:
			return float_above(form, value, m, false);
		case HTABLE_GE:
			return float_above(form, value, m, true);
		case HTABLE_EQ:
			break;
	}
	if (value == 0)
		return union2(float_positive(form, 0, 0), float_negative(form, 0, 0));
	return value > 0 ? float_positive(form, m, m) : float_negative(form, m, m);
}

/* The next number of a width after v, in the direction of the infinity `to`. */
static double
float_step(int width, double v, double to)
{
	return width == 4 ? (double) nextafterf((float) v, (float) to) : nextafter(v, to);
}

bool
htable_float_interval(int width, HtableCompare op, double value, double *first, double *last)
{
	bool		nothing = false;

	if (width == 4)
		value = float4_bound(value, &op, &nothing);
	if (nothing)
		return false;
	*first = -INFINITY;
	*last = NAN;
	if (isnan(value))
	{
		/* the last of all */
		if (op == HTABLE_LT)
			*last = INFINITY;
		else if (op != HTABLE_LE)
			*first = NAN;
		return op != HTABLE_GT;
	}

	/* -0 is the first of the zeros, +0 the last */
	if (op == HTABLE_EQ || op == HTABLE_GE)
		*first = value == 0 ? -0.0 : value;
	else if (op == HTABLE_GT)
		*first = value == INFINITY ? NAN : float_step(width, value, INFINITY);
	if (op == HTABLE_EQ || op == HTABLE_LE)
		*last = value == 0 ? 0.0 : value;
	else if (op == HTABLE_LT)
		*last = float_step(width, value, -INFINITY);
	return op != HTABLE_LT || value != -INFINITY;
}
