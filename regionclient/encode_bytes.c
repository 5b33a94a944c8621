/*
 * encode_bytes.c
 *		Scalars of org.apache.hadoop.hbase.util.Bytes, the encoding "binary".
 *
 * Integers and IEEE 754 numbers are big-endian.  A BigDecimal is a 4-byte
 * scale and then the unscaled value, two's complement, in as few bytes as
 * hold it (java.math.BigInteger.toByteArray); readers take longer forms too.
 */
#include <string.h>

#include "bytes.h"

/* What PostgreSQL's numeric can hold: digits before and after the point. */
#define MAX_WHOLE_DIGITS	131072
#define MAX_SCALE			16383
#define MAX_DIGITS			(MAX_WHOLE_DIGITS + MAX_SCALE)

/* Bytes of the largest such number: log(10) / log(256) = 0.41525, and a sign. */
#define MAX_UNSCALED		(MAX_DIGITS * 5 / 12 + 1)

/* Big numbers are arrays of these, the least significant first. */
#define DIGITS				9
#define BASE				1000000000U /* 10 ^ DIGITS */

void
rc_binary_put_int16(uint8_t *out, int16_t value)
{
	rc_store_u16(out, (uint16_t) value);
}

void
rc_binary_put_int32(uint8_t *out, int32_t value)
{
	rc_store_u32(out, (uint32_t) value);
}

void
rc_binary_put_int64(uint8_t *out, int64_t value)
{
	rc_store_u64(out, (uint64_t) value);
}

void
rc_binary_put_float(uint8_t *out, float value)
{
	uint32_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	rc_store_u32(out, bits);
}

void
rc_binary_put_double(uint8_t *out, double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	rc_store_u64(out, bits);
}

bool
rc_binary_get_int16(rc_bytes in, int16_t *value)
{
	if (in.len != 2)
		return false;
	*value = (int16_t) rc_load_u16(in.data);
	return true;
}

bool
rc_binary_get_int32(rc_bytes in, int32_t *value)
{
	if (in.len != 4)
		return false;
	*value = (int32_t) rc_load_u32(in.data);
	return true;
}

bool
rc_binary_get_int64(rc_bytes in, int64_t *value)
{
	if (in.len != 8)
		return false;
	*value = (int64_t) rc_load_u64(in.data);
	return true;
}

bool
rc_binary_get_float(rc_bytes in, float *value)
{
	uint32_t	bits;

	if (in.len != 4)
		return false;
	bits = rc_load_u32(in.data);
	memcpy(value, &bits, sizeof(bits));
	return true;
}

bool
rc_binary_get_double(rc_bytes in, double *value)
{
	uint64_t	bits;

	if (in.len != 8)
		return false;
	bits = rc_load_u64(in.data);
	memcpy(value, &bits, sizeof(bits));
	return true;
}

/* number = number * factor + plus, in the given base (2^32 at most); returns its new length. */
static size_t
multiply_add(uint32_t *number, size_t len, uint64_t base, uint64_t factor, uint32_t plus)
{
	uint64_t	carry = plus;

	for (size_t i = 0; i < len; i++)
	{
		/* below base * factor <= 10^9 * 2^32, so no overflow */
		uint64_t	v = number[i] * factor + carry;

		number[i] = (uint32_t) (v % base);
		carry = v / base;
	}
	while (carry > 0)
	{
		number[len++] = (uint32_t) (carry % base);
		carry /= base;
	}
	return len;
}

/*
 * Magnitude of a two's complement number, in base BASE.  `number` has room
 * for in.len * 8 / 29 + 2 digits (BASE is more than 2^29).
 */
static size_t
magnitude_from_bytes(rc_bytes in, uint32_t *number)
{
	bool		negative = (in.data[0] & 0x80) != 0;
	uint32_t	first = (uint32_t) (in.len % 4);
	size_t		len = 0;
	size_t		at = 0;

	/* -x = ~x + 1, and ~x is not negative: no carry runs out at the top */
	while (at < in.len)
	{
		size_t		take = at == 0 && first > 0 ? first : 4;
		uint32_t	word = 0;

		for (size_t i = 0; i < take; i++)
			word = word << 8 | (negative ? (uint8_t) ~in.data[at + i] : in.data[at + i]);
		len = multiply_add(number, len, BASE, (uint64_t) 1 << (8 * take), word);
		at += take;
	}
	if (negative)
		len = multiply_add(number, len, BASE, 1, 1);
	return len;
}

/* Decimal digits of a number in base BASE, without leading zeros; "0" for zero. */
static size_t
digits_of(const uint32_t *number, size_t len, char *out)
{
	size_t		n = 0;

	for (size_t i = len; i > 0; i--)
	{
		uint32_t	unit = BASE / 10;

		for (int d = 0; d < DIGITS; d++, unit /= 10)
		{
			char		c = (char) ('0' + number[i - 1] / unit % 10);

			if (n > 0 || c != '0')
				out[n++] = c;
		}
	}
	if (n == 0)
		out[n++] = '0';
	return n;
}

/* Writes sign, digits and point; out has room for what text_size says. */
static void
write_decimal(char *out, bool negative, const char *digits, size_t ndigits, int32_t scale)
{
	size_t		fraction = scale > 0 ? (size_t) scale : 0;
	size_t		whole = ndigits > fraction ? ndigits - fraction : 0;

	if (negative)
		*out++ = '-';
	memcpy(out, digits, whole);
	out += whole;
	if (whole == 0)
		*out++ = '0';
	if (scale < 0 && digits[0] != '0')
	{
		memset(out, '0', (size_t) -scale);
		out += -scale;
	}
	if (fraction > 0)
	{
		size_t		zeros = fraction - (ndigits - whole);

		*out++ = '.';
		memset(out, '0', zeros);
		memcpy(out + zeros, digits + whole, ndigits - whole);
		out += fraction;
	}
	*out = '\0';
}

rc_status
rc_binary_decimal_to_text(const rc_host *host, rc_bytes in, char **text)
{
	rc_bytes	unscaled;
	int32_t		scale;
	size_t		number_size;
	size_t		digits_size;
	uint32_t   *number;
	char	   *digits;
	size_t		ndigits;
	rc_status	status = RC_NO_MEMORY;

	if (in.len < 5 || in.len > 4 + MAX_UNSCALED)
		return RC_INVALID;
	scale = (int32_t) rc_load_u32(in.data);
	if (scale < -MAX_SCALE || scale > MAX_SCALE)
		return RC_INVALID;
	unscaled = rc_bytes_of(in.data + 4, in.len - 4);
	number_size = unscaled.len * 8 / 29 + 2;
	digits_size = number_size * DIGITS;

	number = host->alloc(host->ctx, number_size * sizeof(*number));
	digits = host->alloc(host->ctx, digits_size);
	if (number != NULL && digits != NULL)
	{
		ndigits = digits_of(number, magnitude_from_bytes(unscaled, number), digits);
		/* sign, "0" before a point, point, zeros of the scale, end */
		*text = host->alloc(host->ctx, ndigits + (size_t) (scale < 0 ? -scale : scale) + 4);
		if (*text != NULL)
		{
			write_decimal(*text, (unscaled.data[0] & 0x80) != 0, digits, ndigits, scale);
			status = RC_OK;
		}
	}
	host->free(host->ctx, number);
	host->free(host->ctx, digits);
	return status;
}

/* A decimal text taken apart. */
typedef struct decimal
{
	bool		negative;
	const char *digits;			/* from the first one that counts on, with the point */
	size_t		ndigits;		/* without the point */
	int32_t		scale;
} decimal;

/* Takes [-]digits[.digits] apart, or says that the text is something else. */
static bool
parse_decimal(const char *text, decimal *number)
{
	size_t		whole;
	size_t		fraction = 0;

	number->negative = *text == '-';
	if (number->negative)
		text++;
	if (*text < '0' || *text > '9')
		return false;
	while (text[0] == '0' && text[1] >= '0' && text[1] <= '9')
		text++;
	number->digits = text;
	whole = strspn(text, "0123456789");
	text += whole;
	if (*text == '.')
	{
		fraction = strspn(++text, "0123456789");
		text += fraction;
		if (fraction == 0)
			return false;
	}
	if (*text != '\0' || whole > MAX_WHOLE_DIGITS || fraction > MAX_SCALE)
		return false;
	number->ndigits = whole + fraction;
	number->scale = (int32_t) fraction;
	return true;
}

/* The digits as a number in base 2^32; room for ndigits / 9 + 1 words. */
static size_t
magnitude_from_digits(const decimal *d, uint32_t *number)
{
	const char *at = d->digits;
	size_t		left = d->ndigits;
	size_t		len = 0;

	while (left > 0)
	{
		size_t		take = left % DIGITS > 0 ? left % DIGITS : DIGITS;
		uint32_t	factor = 1;
		uint32_t	plus = 0;

		left -= take;
		for (; take > 0; at++)
		{
			if (*at == '.')
				continue;
			plus = plus * 10 + (uint32_t) (*at - '0');
			factor *= 10;
			take--;
		}
		len = multiply_add(number, len, (uint64_t) 1 << 32, factor, plus);
	}
	return len;
}

/*
 * Writes a magnitude in base 2^32 as two's complement in len * 4 + 1 bytes,
 * then moves the shortest form of it to the front.  Returns its length.
 */
static size_t
write_unscaled(const uint32_t *number, size_t len, bool negative, uint8_t *out)
{
	size_t		size = len * 4 + 1;
	size_t		skip = 0;

	out[0] = 0;
	for (size_t i = 0; i < len; i++)
		rc_store_u32(out + 1 + 4 * i, number[len - 1 - i]);
	for (size_t i = size, carry = 1; negative && i > 0; i--)
	{
		carry += (uint8_t) ~out[i - 1];
		out[i - 1] = (uint8_t) carry;
		carry >>= 8;
	}
	/* a first byte goes when the next one repeats its sign */
	while (skip + 1 < size &&
		   ((out[skip] == 0x00 && out[skip + 1] < 0x80) ||
			(out[skip] == 0xff && out[skip + 1] >= 0x80)))
		skip++;
	memmove(out, out + skip, size - skip);
	return size - skip;
}

rc_status
rc_binary_decimal_from_text(const rc_host *host, const char *text, rc_bytes *out)
{
	decimal		d;
	uint32_t   *number;
	uint8_t    *bytes;
	size_t		max_words;
	size_t		len;
	rc_status	status = RC_NO_MEMORY;

	if (!parse_decimal(text, &d))
		return RC_INVALID;
	max_words = d.ndigits / DIGITS + 1;
	number = host->alloc(host->ctx, max_words * sizeof(*number));
	bytes = host->alloc(host->ctx, 4 + max_words * 4 + 1);
	if (number != NULL && bytes != NULL)
	{
		rc_binary_put_int32(bytes, d.scale);
		len = magnitude_from_digits(&d, number);
		*out = rc_bytes_of(bytes, 4 + write_unscaled(number, len, d.negative, bytes + 4));
		bytes = NULL;			/* the caller's now */
		status = RC_OK;
	}
	host->free(host->ctx, number);
	host->free(host->ctx, bytes);
	return status;
}
