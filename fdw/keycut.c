/*
 * keycut.c
 *		Keys that cut a range into parts of about the same size.
 *
 * Of two keys nothing is known but their bytes.  Behind what they have in
 * common these are taken for a number, whose digits are those that both keys
 * are made of: decimal, hexadecimal, printable characters or any bytes.  Where
 * keys are spread otherwise the parts are of unequal size, and that is all.
 */
#include "scan.h"

/* What keys are made of, the narrowest first. */
typedef struct Digits
{
	int			base;
	const char *all;			/* NULL: `base` bytes in a row from `first` on */
	uint8_t		first;
	int			length;			/* so many of them are a number below 2^62 */
} Digits;

static const Digits digits[] = {
	{10, "0123456789", '0', 18},
	{16, "0123456789abcdef", '0', 15},
	{16, "0123456789ABCDEF", '0', 15},
	{95, NULL, ' ', 9},
	{256, NULL, 0, 7},
};

/* The digit that a byte is, -1: none. */
static int
digit_of(const Digits *d, uint8_t byte)
{
	const char *found;

	if (d->all == NULL)
		return byte >= d->first && byte < d->first + d->base ? byte - d->first : -1;
	found = memchr(d->all, byte, d->base);
	return found != NULL ? (int) (found - d->all) : -1;
}

static uint8_t
byte_of(const Digits *d, int digit)
{
	return d->all != NULL ? (uint8_t) d->all[digit] : (uint8_t) (d->first + digit);
}

/* The number that the bytes begin with; false: some of them are no digits. */
static bool
to_number(const Digits *d, rc_bytes in, uint64 *number)
{
	*number = 0;
	for (int i = 0; i < d->length; i++)
	{
		int			digit = i < in.len ? digit_of(d, in.data[i]) : 0;

		if (digit < 0)
			return false;
		*number = *number * d->base + digit;
	}
	return true;
}

/* `head`, then the number's digits without the zeros at their end. */
static rc_bytes
to_key(const Digits *d, rc_bytes head, uint64 number)
{
	uint8_t    *key = palloc(head.len + d->length);
	size_t		len = head.len + d->length;

	memcpy(key, head.data, head.len);
	for (size_t i = len; i > head.len; i--)
	{
		key[i - 1] = byte_of(d, number % d->base);
		number /= d->base;
	}
	while (len > head.len && key[len - 1] == d->first)
		len--;
	return (rc_bytes) {key, len};
}

static rc_bytes
behind(rc_bytes key, size_t n)
{
	return (rc_bytes) {key.data + n, key.len - n};
}

/*
 * Writes at most n - 1 keys to `cuts`, ascending, each above `lower` and below
 * `upper`, which part what lies between; returns how many.
 */
int
htable_keycut(rc_bytes lower, rc_bytes upper, int n, rc_bytes *cuts)
{
	size_t		common = 0;
	const Digits *d = digits;
	uint64		from;
	uint64		to;
	int			found = 0;

	if (htable_bytes_compare(lower, upper) >= 0)
		return 0;
	while (common < lower.len && lower.data[common] == upper.data[common])
		common++;
	/* any bytes are digits of the last kind */
	while (!to_number(d, behind(lower, common), &from) || !to_number(d, behind(upper, common), &to))
		d++;
	for (int i = 1; i < n && to > from; i++)
	{
		uint64		step = (to - from) / n * i + (to - from) % n * i / n;
		rc_bytes	key = to_key(d, (rc_bytes) {lower.data, common}, from + step);

		if (htable_bytes_compare(key, found > 0 ? cuts[found - 1] : lower) > 0 &&
			htable_bytes_compare(key, upper) < 0)
			cuts[found++] = key;
	}
	return found;
}
