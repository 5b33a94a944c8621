/*
 * keyspace.c
 *		Where a key lies between two others, by the bytes that keys are made of.
 *
 * Keys are read as numbers whose digits are the bytes that occur at each
 * place: user0000123 has one letter at each of the first four places and ten
 * digits at the others, binary keys have 256.  What occurs is learned from
 * keys that are there.  Where several bytes were seen, others of their kind are
 * expected too: of digits all ten, of a to f and digits all sixteen.
 *
 * Two keys are compared from the first place where they differ on, so long
 * common heads cost no precision.
 */
#include "keyspace.h"

#include <math.h>

/* Places behind these say nothing that a double could hold. */
#define PRECISION	1e15

static inline bool
is_seen(const uint32 *seen, int byte)
{
	return (seen[byte / 32] >> (byte % 32)) & 1;
}

static inline void
see(uint32 *seen, int byte)
{
	seen[byte / 32] |= (uint32) 1 << (byte % 32);
}

void
htable_keyspace_learn(HtableKeySpace *space, HtableBytes key)
{
	for (size_t i = 0; i < Min(key.len, HTABLE_KEYSPACE_DEPTH); i++)
	{
		if (is_seen(space->seen[i], key.data[i]))
			continue;
		see(space->seen[i], key.data[i]);
		space->alphabets[i].size = 0;
	}
}

/* ---- what is expected at a place ---- */

/* How many bytes from first to last were seen. */
static int
count_seen(const uint32 *seen, int first, int last)
{
	int			n = 0;

	for (int byte = first; byte <= last; byte++)
		n += is_seen(seen, byte);
	return n;
}

static void
see_all(uint32 *seen, int first, int last)
{
	for (int byte = first; byte <= last; byte++)
		see(seen, byte);
}

/* Adds what belongs to the bytes that were seen; these are two at least. */
static void
widen(uint32 *seen)
{
	int			all = count_seen(seen, 0, 255);
	int			digits = count_seen(seen, '0', '9');
	int			lower = count_seen(seen, 'a', 'z');
	int			upper = count_seen(seen, 'A', 'Z');

	if (count_seen(seen, ' ', '~') < all)
	{
		see_all(seen, 0, 255);
		return;
	}
	if (digits > 0)
		see_all(seen, '0', '9');
	if (lower > 0 && lower == count_seen(seen, 'a', 'f') && digits + lower == all)
		see_all(seen, 'a', 'f');
	else if (lower > 0)
		see_all(seen, 'a', 'z');
	if (upper > 0 && upper == count_seen(seen, 'A', 'F') && digits + upper == all)
		see_all(seen, 'A', 'F');
	else if (upper > 0)
		see_all(seen, 'A', 'Z');
}

static void
put_together(const uint32 *seen, HtableAlphabet *alphabet)
{
	uint32		expected[8];

	memcpy(expected, seen, sizeof(expected));
	if (count_seen(expected, 0, 255) == 0)
		see_all(expected, 0, 255);
	else if (count_seen(expected, 0, 255) > 1)
		widen(expected);
	for (int byte = 0; byte < 256; byte++)
	{
		if (is_seen(expected, byte))
			alphabet->bytes[alphabet->size++] = (uint8) byte;
	}
}

static const HtableAlphabet *
alphabet_at(HtableKeySpace *space, size_t place)
{
	HtableAlphabet *alphabet = &space->alphabets[place];

	if (alphabet->size == 0)
		put_together(space->seen[place], alphabet);
	return alphabet;
}

/* How many bytes of the alphabet are below this one; *known: it is one of them. */
static int
rank_of(const HtableAlphabet *alphabet, uint8 byte, bool *known)
{
	int			rank = 0;

	while (rank < alphabet->size && alphabet->bytes[rank] < byte)
		rank++;
	*known = rank < alphabet->size && alphabet->bytes[rank] == byte;
	return rank;
}

/* ---- keys as numbers ---- */

/* The key from a place on, as a number from 0 to 1. */
static double
value_of(HtableKeySpace *space, HtableBytes key, size_t from)
{
	double		value = 0;
	double		scale = 1;

	for (size_t i = from; i < Min(key.len, HTABLE_KEYSPACE_DEPTH) && 1 / scale < PRECISION; i++)
	{
		const HtableAlphabet *alphabet = alphabet_at(space, i);
		bool		known;
		int			rank = rank_of(alphabet, key.data[i], &known);

		scale /= alphabet->size;
		value += rank * scale;
		if (!known)
			break;
	}
	return value;
}

static size_t
common_head(HtableKeySpan span)
{
	size_t		n = Min(span.lower.len, span.upper.len);
	size_t		i = 0;

	while (i < n && span.lower.data[i] == span.upper.data[i])
		i++;
	return i;
}

static bool
begins_with(HtableBytes key, HtableBytes with, size_t len)
{
	return key.len >= len && memcmp(key.data, with.data, len) == 0;
}

static int
compare(HtableBytes a, HtableBytes b)
{
	int			cmp = memcmp(a.data, b.data, Min(a.len, b.len));

	if (cmp != 0)
		return cmp;
	return a.len < b.len ? -1 : (a.len > b.len ? 1 : 0);
}

/* The numbers of both ends. */
static void
ends_of(HtableKeySpace *space, HtableKeySpan span, size_t from, double *lower, double *upper)
{
	*lower = value_of(space, span.lower, from);
	*upper = span.upper.len > 0 ? value_of(space, span.upper, from) : 1;
}

double
htable_keyspace_part(HtableKeySpace *space, HtableKeySpan span, HtableBytes key)
{
	size_t		from = common_head(span);
	double		lower;
	double		upper;
	double		value;

	if (compare(key, span.lower) <= 0)
		return 0;
	if (span.upper.len > 0 && compare(key, span.upper) >= 0)
		return 1;
	if (from > 0 && !begins_with(key, span.lower, from))
		return 0.5;				/* cannot be, between the two */
	ends_of(space, span, from, &lower, &upper);
	value = value_of(space, key, from);
	if (upper <= lower)
		return 0.5;
	return Max(0.0, Min(1.0, (value - lower) / (upper - lower)));
}

void
htable_keyspace_key(HtableKeySpace *space, HtableKeySpan span, double part, StringInfo key)
{
	size_t		from = common_head(span);
	size_t		len = Min(Max(span.lower.len, span.upper.len), HTABLE_KEYSPACE_DEPTH);
	double		lower;
	double		upper;
	double		left;
	double		scale = 1;

	ends_of(space, span, from, &lower, &upper);
	left = Min(lower + part * Max(upper - lower, 0), 1 - 1e-16);
	if (from > 0)
		appendBinaryStringInfo(key, (const char *) span.lower.data, (int) from);
	for (size_t i = from; i < len && scale < PRECISION; i++)
	{
		const HtableAlphabet *alphabet = alphabet_at(space, i);
		int			rank = Min((int) floor(left * alphabet->size), alphabet->size - 1);

		appendStringInfoChar(key, (char) alphabet->bytes[rank]);
		left = left * alphabet->size - rank;
		scale *= alphabet->size;
	}
}
