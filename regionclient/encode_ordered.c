/*
 * encode_ordered.c
 *		Values of org.apache.hadoop.hbase.util.OrderedBytes, the encoding
 *		"ordered".
 *
 * Bytes compare as the values do: memcmp order is value order among values of
 * one type.  BlobVar alone breaks that rule: the last group of bits lacks the
 * high bit that all others have, so 01 (80 40) sorts before 00 80 (80 A0 00).
 *
 * Every value has one form here, so that equality of values is equality of
 * bytes; only 0.0 and -0.0 are two values that SQL takes for one.  Readers
 * refuse other forms that a writer could make up (a longer varuint, zeros at an
 * end of the mantissa, a NaN with a payload, bits behind a blob).
 *
 * OrderedBytes picks the header of a numeric before it rounds: 0.99... with
 * more nines than it keeps is written as a number below 1 with an exponent of
 * -1 as an unsigned number.  It reads as too small a number, not as 1.
 */
#include <math.h>
#include <string.h>

#include "bytes.h"

/* What PostgreSQL's numeric can hold: digits before and after the point. */
#define MAX_WHOLE_DIGITS	131072
#define MAX_SCALE			16383

/* Headers of numerics (OrderedBytes.NEG_INF ... NAN); E is the base-100 exponent. */
#define NEG_INFINITY	0x07
#define NEG_LARGE		0x08	/* E > 10, which follows */
#define NEG_MEDIUM		0x13	/* less E, 1 to 10 */
#define NEG_SMALL		0x14	/* E <= 0, which follows */
#define ZERO			0x15
#define POS_SMALL		0x16
#define POS_MEDIUM		0x17	/* plus E */
#define POS_LARGE		0x22
#define POS_INFINITY	0x23
#define NOT_A_NUMBER	0x26

#define MAX_MEDIUM_E	10		/* larger ones have a header of their own */

/* A varuint64 has a length byte and at most 8 more. */
#define MAX_VARUINT		9

static const char *
name_of(uint8_t header)
{
	switch (header)
	{
		case RC_ORDERED_NULL:
			return "null";
		case RC_ORDERED_INT8:
			return "int8";
		case RC_ORDERED_INT16:
			return "int16";
		case RC_ORDERED_INT32:
			return "int32";
		case RC_ORDERED_INT64:
			return "int64";
		case RC_ORDERED_FLOAT:
			return "float32";
		case RC_ORDERED_DOUBLE:
			return "float64";
		case RC_ORDERED_STRING:
			return "string";
		case RC_ORDERED_BLOB_VAR:
			return "blobvar";
		case RC_ORDERED_BLOB_COPY:
			return "blobcopy";
		default:
			break;
	}
	if ((header >= NEG_INFINITY && header <= POS_INFINITY) || header == NOT_A_NUMBER)
		return "numeric";
	return NULL;
}

const char *
rc_ordered_name(uint8_t header, bool *descending)
{
	const char *name = name_of(header);

	*descending = name == NULL;
	return name != NULL ? name : name_of((uint8_t) ~header);
}

void
rc_ordered_flip(uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t) ~data[i];
}

/* ---- where a value ends ---- */

/* The bytes up to and with the first for which (byte ^ mask) & bits is 0; 0: there is none. */
static size_t
length_to_clear(rc_bytes in, size_t from, uint8_t mask, uint8_t bits)
{
	for (size_t i = from; i < in.len; i++)
	{
		if (((in.data[i] ^ mask) & bits) == 0)
			return i + 1;
	}
	return 0;
}

/* Bytes of a varuint by its first one. */
static size_t
varuint_length(uint8_t first)
{
	return first <= 240 ? 1 : first <= 248 ? 2 : (size_t) first - 246;
}

static size_t
numeric_length(rc_bytes in, uint8_t header, uint8_t mask)
{
	bool		negative = header < ZERO;
	bool		small = header == NEG_SMALL || header == POS_SMALL;
	size_t		digits = 1;

	if (header == ZERO || header == NEG_INFINITY || header == POS_INFINITY ||
		header == NOT_A_NUMBER)
		return 1;
	/* digits of negative numbers and exponents of small ones are complements */
	if (small || header == NEG_LARGE || header == POS_LARGE)
	{
		if (in.len < 2)
			return 0;
		digits += varuint_length(in.data[1] ^ mask ^ (negative != small ? 0xff : 0));
	}
	return length_to_clear(in, digits, negative ? mask ^ 0xff : mask, 0x01);
}

size_t
rc_ordered_length(rc_bytes in, bool descending)
{
	uint8_t		mask = descending ? 0xff : 0;
	uint8_t		header;
	size_t		len;

	if (in.len == 0)
		return 0;
	header = in.data[0] ^ mask;
	switch (header)
	{
		case RC_ORDERED_NULL:
			len = 1;
			break;
		case RC_ORDERED_INT8:
			len = 2;
			break;
		case RC_ORDERED_INT16:
			len = 3;
			break;
		case RC_ORDERED_INT32:
		case RC_ORDERED_FLOAT:
			len = 5;
			break;
		case RC_ORDERED_INT64:
		case RC_ORDERED_DOUBLE:
			len = 9;
			break;
		case RC_ORDERED_STRING:
			len = length_to_clear(in, 1, mask, 0xff);
			break;
		case RC_ORDERED_BLOB_VAR:
			len = length_to_clear(in, 1, mask, 0x80);
			break;
		case RC_ORDERED_BLOB_COPY:
			len = descending ? length_to_clear(in, 1, mask, 0xff) : 0;
			break;
		default:
			len = name_of(header) != NULL ? numeric_length(in, header, mask) : 0;
			break;
	}
	return len <= in.len ? len : 0;
}

/* ---- integers and floats ---- */

static bool
is_scalar(rc_bytes in, uint8_t header, size_t body)
{
	return in.len == 1 + body && in.data[0] == header;
}

void
rc_ordered_put_int8(uint8_t *out, int8_t value)
{
	out[0] = RC_ORDERED_INT8;
	out[1] = (uint8_t) value ^ 0x80;
}

void
rc_ordered_put_int16(uint8_t *out, int16_t value)
{
	out[0] = RC_ORDERED_INT16;
	rc_store_u16(out + 1, (uint16_t) value ^ 0x8000);
}

void
rc_ordered_put_int32(uint8_t *out, int32_t value)
{
	out[0] = RC_ORDERED_INT32;
	rc_store_u32(out + 1, (uint32_t) value ^ UINT32_C(0x80000000));
}

void
rc_ordered_put_int64(uint8_t *out, int64_t value)
{
	out[0] = RC_ORDERED_INT64;
	rc_store_u64(out + 1, (uint64_t) value ^ UINT64_C(0x8000000000000000));
}

bool
rc_ordered_get_int8(rc_bytes in, int8_t *value)
{
	if (!is_scalar(in, RC_ORDERED_INT8, 1))
		return false;
	*value = (int8_t) (in.data[1] ^ 0x80);
	return true;
}

bool
rc_ordered_get_int16(rc_bytes in, int16_t *value)
{
	if (!is_scalar(in, RC_ORDERED_INT16, 2))
		return false;
	*value = (int16_t) (rc_load_u16(in.data + 1) ^ 0x8000);
	return true;
}

bool
rc_ordered_get_int32(rc_bytes in, int32_t *value)
{
	if (!is_scalar(in, RC_ORDERED_INT32, 4))
		return false;
	*value = (int32_t) (rc_load_u32(in.data + 1) ^ UINT32_C(0x80000000));
	return true;
}

bool
rc_ordered_get_int64(rc_bytes in, int64_t *value)
{
	if (!is_scalar(in, RC_ORDERED_INT64, 8))
		return false;
	*value = (int64_t) (rc_load_u64(in.data + 1) ^ UINT64_C(0x8000000000000000));
	return true;
}

/* The sign bit of positive numbers, all bits of negative ones. */
static uint64_t
float_mask(bool negative, uint64_t sign)
{
	return negative ? sign | (sign - 1) : sign;
}

void
rc_ordered_put_float(uint8_t *out, float value)
{
	uint32_t	bits = UINT32_C(0x7fc00000);	/* Float.floatToIntBits of any NaN */

	if (!isnan(value))
		memcpy(&bits, &value, sizeof(bits));
	out[0] = RC_ORDERED_FLOAT;
	rc_store_u32(out + 1, bits ^ (uint32_t) float_mask(bits >> 31, UINT32_C(0x80000000)));
}

void
rc_ordered_put_double(uint8_t *out, double value)
{
	uint64_t	bits = UINT64_C(0x7ff8000000000000);	/* Double.doubleToLongBits of any NaN */

	if (!isnan(value))
		memcpy(&bits, &value, sizeof(bits));
	out[0] = RC_ORDERED_DOUBLE;
	rc_store_u64(out + 1, bits ^ float_mask(bits >> 63, UINT64_C(0x8000000000000000)));
}

bool
rc_ordered_get_float(rc_bytes in, float *value)
{
	uint32_t	bits;
	uint8_t		again[5];

	if (!is_scalar(in, RC_ORDERED_FLOAT, 4))
		return false;
	bits = rc_load_u32(in.data + 1);
	bits ^= (uint32_t) float_mask((bits >> 31) == 0, UINT32_C(0x80000000));
	memcpy(value, &bits, sizeof(bits));
	rc_ordered_put_float(again, *value);
	return memcmp(again, in.data, sizeof(again)) == 0;
}

bool
rc_ordered_get_double(rc_bytes in, double *value)
{
	uint64_t	bits;
	uint8_t		again[9];

	if (!is_scalar(in, RC_ORDERED_DOUBLE, 8))
		return false;
	bits = rc_load_u64(in.data + 1);
	bits ^= float_mask((bits >> 63) == 0, UINT64_C(0x8000000000000000));
	memcpy(value, &bits, sizeof(bits));
	rc_ordered_put_double(again, *value);
	return memcmp(again, in.data, sizeof(again)) == 0;
}

/* ---- strings and blobs ---- */

bool
rc_ordered_put_string(uint8_t *out, rc_bytes text)
{
	if (text.len > 0 && memchr(text.data, 0, text.len) != NULL)
		return false;
	out[0] = RC_ORDERED_STRING;
	if (text.len > 0)
		memcpy(out + 1, text.data, text.len);
	out[1 + text.len] = 0;
	return true;
}

/* What stands between the header and the only zero byte, which is the last. */
static bool
get_terminated(rc_bytes in, rc_bytes *body)
{
	if (in.len < 2 || memchr(in.data + 1, 0, in.len - 1) != in.data + in.len - 1)
		return false;
	*body = rc_bytes_of(in.data + 1, in.len - 2);
	return true;
}

bool
rc_ordered_get_string(rc_bytes in, rc_bytes *text)
{
	return in.len > 0 && in.data[0] == RC_ORDERED_STRING && get_terminated(in, text);
}

bool
rc_ordered_get_blob_copy(rc_bytes in, bool descending, rc_bytes *blob)
{
	if (in.len < 1 || in.data[0] != RC_ORDERED_BLOB_COPY)
		return false;
	if (descending)
		return get_terminated(in, blob);
	*blob = rc_bytes_of(in.data + 1, in.len - 1);
	return true;
}

/* Header and groups of 7 bits; an empty blob has one group as well. */
size_t
rc_ordered_blob_size(size_t len)
{
	return len == 0 ? 2 : 1 + len + (len + 6) / 7;
}

size_t
rc_ordered_put_blob(uint8_t *out, rc_bytes blob)
{
	uint8_t    *at = out;
	uint32_t	bits = 0;
	int			nbits = 0;

	*at++ = RC_ORDERED_BLOB_VAR;
	for (size_t i = 0; i < blob.len; i++)
	{
		bits = bits << 8 | blob.data[i];
		for (nbits += 8; nbits >= 7; nbits -= 7)
			*at++ = (uint8_t) (0x80 | bits >> (nbits - 7));
		bits &= (1U << nbits) - 1;
	}
	if (nbits > 0)
		*at++ = (uint8_t) (bits << (7 - nbits));
	else if (blob.len == 0)
		*at++ = 0;
	else
		at[-1] &= 0x7f;
	return (size_t) (at - out);
}

bool
rc_ordered_get_blob(rc_bytes in, uint8_t *out, size_t *len)
{
	uint32_t	bits = 0;
	int			nbits = 0;

	if (in.len < 2 || in.data[0] != RC_ORDERED_BLOB_VAR)
		return false;
	*len = 0;
	for (size_t i = 1; i < in.len; i++)
	{
		/* only the last group has the high bit clear */
		if ((in.data[i] & 0x80) == 0 && i + 1 < in.len)
			return false;
		bits = bits << 7 | (in.data[i] & 0x7f);
		nbits += 7;
		if (nbits >= 8)
		{
			nbits -= 8;
			out[(*len)++] = (uint8_t) (bits >> nbits);
		}
		bits &= (1U << nbits) - 1;
	}
	/* bits left over are padding; a whole group of them says nothing */
	return (in.data[in.len - 1] & 0x80) == 0 && bits == 0 &&
		rc_ordered_blob_size(*len) == in.len;
}

/* ---- numerics ---- */

/* Appends SQLite4's varuint64, complemented byte by byte if so asked; returns the end. */
static uint8_t *
put_varuint(uint8_t *out, uint32_t value, uint8_t mask)
{
	size_t		len;

	if (value <= 240)
	{
		out[0] = (uint8_t) value;
		len = 1;
	}
	else if (value <= 2287)
	{
		out[0] = (uint8_t) (241 + (value - 240) / 256);
		out[1] = (uint8_t) ((value - 240) % 256);
		len = 2;
	}
	else if (value <= 67823)
	{
		out[0] = 249;
		rc_store_u16(out + 1, (uint16_t) (value - 2288));
		len = 3;
	}
	else
	{
		/* no exponent of a numeric is that large */
		out[0] = 251;
		rc_store_u32(out + 1, value);
		len = 5;
	}
	for (size_t i = 0; i < len; i++)
		out[i] ^= mask;
	return out + len;
}

/* Reads one; only the shortest form of a value is one. */
static bool
get_varuint(rc_reader *r, uint8_t mask, uint64_t *value)
{
	uint8_t		first = rc_reader_u8(r) ^ mask;
	uint64_t	least;
	int			more;

	if (first <= 240)
	{
		*value = first;
		return !r->failed;
	}
	if (first <= 248)
	{
		*value = 240 + 256 * (uint64_t) (first - 241) + (rc_reader_u8(r) ^ mask);
		return !r->failed && *value > 240;
	}
	more = first == 249 ? 2 : first - 247;
	*value = 0;
	for (int i = 0; i < more; i++)
		*value = *value << 8 | (rc_reader_u8(r) ^ mask);
	if (first == 249)
		*value += 2288;
	least = first == 249 ? 2288 : first == 250 ? 67824 : UINT64_C(1) << (8 * (more - 1));
	return !r->failed && *value >= least;
}

/* A numeric taken apart: 0.(digits) * 100 ^ exponent. */
typedef struct numeric
{
	bool		negative;
	int64_t		exponent;
	rc_bytes	digits;			/* base 100: twice each, plus 1 unless it is the last */
	uint8_t		mask;			/* of the digits */
} numeric;

/* The digits end at the first even byte, which must be the last; none leads or ends in zero. */
static bool
check_digits(const numeric *n)
{
	for (size_t i = 0; i < n->digits.len; i++)
	{
		uint8_t		digit = n->digits.data[i] ^ n->mask;
		bool		last = i + 1 == n->digits.len;

		if ((digit & 1) == (last ? 1 : 0) || digit / 2 > 99 || (digit / 2 == 0 && (i == 0 || last)))
			return false;
	}
	return n->digits.len > 0;
}

/* Everything but zero, NaN and the infinities. */
static bool
parse_numeric(rc_bytes in, numeric *n)
{
	rc_reader	r;
	uint8_t		header;
	uint64_t	exponent;

	rc_reader_init(&r, in);
	header = rc_reader_u8(&r);
	n->negative = header < ZERO;
	n->mask = n->negative ? 0xff : 0;
	switch (header)
	{
		case NEG_LARGE:
		case POS_LARGE:
			if (!get_varuint(&r, n->mask, &exponent) || exponent <= MAX_MEDIUM_E)
				return false;
			n->exponent = exponent > INT32_MAX ? INT32_MAX : (int64_t) exponent;
			break;
		case NEG_SMALL:
		case POS_SMALL:
			if (!get_varuint(&r, (uint8_t) ~n->mask, &exponent))
				return false;
			n->exponent = exponent > INT32_MAX ? -INT32_MAX : -(int64_t) exponent;
			break;
		default:
			n->exponent = n->negative ? NEG_MEDIUM - header : header - POS_MEDIUM;
			if (n->exponent < 1 || n->exponent > MAX_MEDIUM_E)
				return false;
			break;
	}
	n->digits = rc_reader_bytes(&r, rc_reader_left(&r));
	return check_digits(n);
}

/* Decimal digit i of the mantissa, two to a byte; zero behind the end. */
static char
decimal_digit(const numeric *n, size_t i)
{
	uint8_t		pair;

	if (i / 2 >= n->digits.len)
		return '0';
	pair = (uint8_t) (n->digits.data[i / 2] ^ n->mask) / 2;
	return (char) ('0' + (i % 2 == 0 ? pair / 10 : pair % 10));
}

static bool
ends_in_zero(const numeric *n)
{
	return decimal_digit(n, 2 * n->digits.len - 1) == '0';
}

/* Writes the number out; out has room for what numeric_size says. */
static void
write_numeric(char *out, const numeric *n)
{
	int64_t		whole = 2 * n->exponent;	/* decimal digits before the point */
	size_t		end = 2 * n->digits.len;
	size_t		i = 0;

	end -= ends_in_zero(n);
	if (n->negative)
		*out++ = '-';
	if (whole <= 0)
		*out++ = '0';
	else if (decimal_digit(n, 0) == '0')
		i++;
	for (; (int64_t) i < whole; i++)
		*out++ = decimal_digit(n, i);
	if ((int64_t) end > whole)
		*out++ = '.';
	for (; whole < 0; whole++)
		*out++ = '0';
	for (; i < end; i++)
		*out++ = decimal_digit(n, i);
	*out = '\0';
}

/* Room for sign, a zero, digits and zeros on either side of the point, point and end. */
static size_t
numeric_size(const numeric *n)
{
	int64_t		zeros = n->exponent < 0 ? -n->exponent : n->exponent;

	return 2 * ((size_t) zeros + n->digits.len) + 4;
}

static rc_status
constant_to_text(const rc_host *host, const char *constant, char **text)
{
	*text = host->alloc(host->ctx, strlen(constant) + 1);
	if (*text == NULL)
		return RC_NO_MEMORY;
	strcpy(*text, constant);
	return RC_OK;
}

rc_status
rc_ordered_numeric_to_text(const rc_host *host, rc_bytes in, char **text)
{
	numeric		n;

	if (in.len == 1)
	{
		switch (in.data[0])
		{
			case NEG_INFINITY:
				return constant_to_text(host, "-Infinity", text);
			case ZERO:
				return constant_to_text(host, "0", text);
			case POS_INFINITY:
				return constant_to_text(host, "Infinity", text);
			case NOT_A_NUMBER:
				return constant_to_text(host, "NaN", text);
			default:
				break;
		}
	}
	if (!parse_numeric(in, &n))
		return RC_INVALID;
	if (n.exponent > MAX_WHOLE_DIGITS / 2 ||
		2 * ((int64_t) n.digits.len - n.exponent) - ends_in_zero(&n) > MAX_SCALE)
		return RC_TOO_LARGE;
	*text = host->alloc(host->ctx, numeric_size(&n));
	if (*text == NULL)
		return RC_NO_MEMORY;
	write_numeric(*text, &n);
	return RC_OK;
}

/* Significant decimal digits: 0.(digits) * 10 ^ point. */
typedef struct decimal
{
	bool		negative;
	char	   *digits;			/* without zeros at either end */
	size_t		ndigits;		/* 0: the number is zero */
	int64_t		point;
} decimal;

/* Takes [-]digits[.digits] apart; d->digits has room for all of the text. */
static rc_status
parse_decimal(const char *text, decimal *d)
{
	size_t		whole;
	size_t		fraction = 0;

	d->negative = *text == '-';
	text += d->negative;
	whole = strspn(text, "0123456789");
	if (text[whole] == '.')
	{
		fraction = strspn(text + whole + 1, "0123456789");
		if (fraction == 0)
			return RC_INVALID;
	}
	if (whole == 0 || text[whole + (fraction > 0 ? fraction + 1 : 0)] != '\0')
		return RC_INVALID;

	d->point = (int64_t) whole;
	d->ndigits = 0;
	for (; *text != '\0'; text++)
	{
		if (*text == '.')
			continue;
		if (d->ndigits == 0 && *text == '0')
			d->point--;
		else
			d->digits[d->ndigits++] = *text;
	}
	while (d->ndigits > 0 && d->digits[d->ndigits - 1] == '0')
		d->ndigits--;
	if (d->ndigits > 0 && (d->point > MAX_WHOLE_DIGITS || fraction > MAX_SCALE))
		return RC_TOO_LARGE;
	return RC_OK;
}

/* To at most max_digits digits, half away from zero (RoundingMode.HALF_UP). */
static void
round_decimal(decimal *d, size_t max_digits)
{
	bool		up;

	if (max_digits == 0 || d->ndigits <= max_digits)
		return;
	up = d->digits[max_digits] >= '5';
	d->ndigits = max_digits;
	while (up && d->ndigits > 0 && d->digits[d->ndigits - 1] == '9')
		d->ndigits--;
	if (up && d->ndigits == 0)
	{
		d->digits[d->ndigits++] = '1';
		d->point++;
	}
	else if (up)
		d->digits[d->ndigits - 1]++;
	while (d->digits[d->ndigits - 1] == '0')
		d->ndigits--;
}

/* out has room for a header, a varuint and a byte for each two digits begun. */
static size_t
write_ordered(const decimal *d, uint8_t *out)
{
	uint8_t    *at = out;
	uint8_t		mask = d->negative ? 0xff : 0;
	/* rounded up: an odd point leaves a zero before the first digit */
	int64_t		exponent = d->point > 0 ? (d->point + 1) / 2 : -(-d->point / 2);
	size_t		lead = (size_t) (2 * exponent - d->point);

	if (exponent > MAX_MEDIUM_E)
	{
		*at++ = d->negative ? NEG_LARGE : POS_LARGE;
		at = put_varuint(at, (uint32_t) exponent, mask);
	}
	else if (exponent > 0)
		*at++ = (uint8_t) (d->negative ? NEG_MEDIUM - exponent : POS_MEDIUM + exponent);
	else
	{
		*at++ = d->negative ? NEG_SMALL : POS_SMALL;
		at = put_varuint(at, (uint32_t) -exponent, (uint8_t) ~mask);
	}
	for (size_t i = 0; i < d->ndigits + lead; i += 2)
	{
		int			tens = i < lead ? 0 : d->digits[i - lead] - '0';
		int			ones = i + 1 - lead < d->ndigits ? d->digits[i + 1 - lead] - '0' : 0;
		bool		last = i + 2 >= d->ndigits + lead;

		*at++ = (uint8_t) (2 * (10 * tens + ones) + !last) ^ mask;
	}
	return (size_t) (at - out);
}

rc_status
rc_ordered_numeric_from_text(const rc_host *host, const char *text, size_t max_digits,
							 rc_bytes *out)
{
	size_t		len = strlen(text);
	uint8_t    *bytes = host->alloc(host->ctx, 1 + MAX_VARUINT + len / 2 + 1);
	decimal		d = {.digits = host->alloc(host->ctx, len + 1)};
	rc_status	status = RC_NO_MEMORY;

	*out = rc_bytes_of(bytes, 1);
	if (bytes == NULL || d.digits == NULL)
		goto done;
	status = RC_OK;
	if (strcmp(text, "NaN") == 0)
		bytes[0] = NOT_A_NUMBER;
	else if (strcmp(text, "Infinity") == 0)
		bytes[0] = POS_INFINITY;
	else if (strcmp(text, "-Infinity") == 0)
		bytes[0] = NEG_INFINITY;
	else if ((status = parse_decimal(text, &d)) == RC_OK)
	{
		bytes[0] = ZERO;
		if (d.ndigits > 0)
		{
			round_decimal(&d, max_digits);
			out->len = write_ordered(&d, bytes);
		}
	}

done:
	host->free(host->ctx, d.digits);
	if (status != RC_OK)
	{
		host->free(host->ctx, bytes);
		*out = rc_bytes_of(NULL, 0);
	}
	return status;
}
