/*
 * keyrange_part.c
 *		Pure algebra of byte ranges over the parts of a key whose bytes are the
 *		value's own: text and bytea with an end.
 *
 * The values here are those that a key can hold.  A value v is compared as SQL
 * compares it, as bytes, a prefix first; S(v) is the string it makes in a key:
 *
 *	fixed length	v, of just that length
 *	padded			v and zero bytes up to the length; v holds none
 *	terminated		v and the terminator T, which begins nowhere before
 *
 * None of these strings begins another one of its part (htable_ranges_behind
 * needs that), and a bound here has none of them as its beginning.
 */
#include "plan.h"

/* So many single strings beside a range, before a wider range takes them all in. */
#define MAX_BESIDE	32

static HtableBytes
head_of(HtableBytes b, size_t len)
{
	b.len = len;
	return b;
}

/* An operator for a bound between the values: `value op b`, where no value is b. */
static HtableCompare
beside(HtableCompare op)
{
	return op == HTABLE_LT || op == HTABLE_LE ? HTABLE_LT : HTABLE_GE;
}

/* An operator for the head of a longer bound, where the head is before the bound. */
static HtableCompare
with_head(HtableCompare op)
{
	return op == HTABLE_LT || op == HTABLE_LE ? HTABLE_LE : HTABLE_GT;
}

/*
 * A longer b is behind its head, and so is a value only where it is behind the
 * head; a shorter b is the beginning of values that are behind it.
 */
static HtableRangeSet *
compare_fixed(const HtableKeyPart *part, HtableCompare op, HtableBytes b)
{
	size_t		len = (size_t) part->length;

	if (b.len == len)
		return htable_ranges_compare(op, b);
	if (op == HTABLE_EQ)
		return htable_ranges_none();
	if (b.len > len)
		return htable_ranges_compare(with_head(op), head_of(b, len));
	return htable_ranges_compare(beside(op), b);
}

/* Zero bytes sort below all that a value holds: S keeps the order. */
static HtableRangeSet *
compare_padded(const HtableKeyPart *part, HtableCompare op, HtableBytes b)
{
	uint8_t    *zeros;
	HtableBytes padding;

	if (b.len >= (size_t) part->length)
		return compare_fixed(part, op, b);
	padding.len = (size_t) part->length - b.len;
	padding.data = zeros = palloc0(padding.len);
	return htable_ranges_compare(op, htable_bytes_join(b, padding));
}

/*
 * Strings S(u) of the values u before a bound that holds no terminator, unless
 * at its end.
 *
 * S(u) < bound gives u < bound: from u >= bound follows S(u) >= bound, whether
 * u begins with it or they part at a byte.  The other way u < bound gives S(u)
 * < bound where they part at a byte.  What is left are the u that the bound
 * begins with: their strings are named one by one, as far as they lie behind
 * it, or taken in up to the last of them.
 */
static HtableRangeSet *
before_bound(const HtableKeyPart *part, HtableBytes bound)
{
	List	   *sets = list_make1(htable_ranges_compare(HTABLE_LT, bound));
	HtableBytes last = bound;
	int			n = 0;

	for (size_t len = 0; len < bound.len; len++)
	{
		HtableBytes rest = {bound.data + len, bound.len - len};
		HtableBytes s;

		if (htable_bytes_compare(part->terminator, rest) < 0)
			continue;
		s = htable_bytes_join(head_of(bound, len), part->terminator);
		if (n == 0 || htable_bytes_compare(s, last) > 0)
			last = s;
		if (n++ < MAX_BESIDE)
			sets = lappend(sets, htable_ranges_point(s));
	}
	return n > MAX_BESIDE ? htable_ranges_compare(HTABLE_LE, last) : htable_ranges_union(sets);
}

/*
 * A terminator that sorts below all bytes of values keeps their order.  With
 * any other, values up to a bound are found as before_bound says; those behind
 * it have strings behind it, as have some that are before it.  (A superset.)
 *
 * A value b that holds a terminator is in no key.  Values are on the same side
 * of b as of its head up to and with the first terminator, since none begins
 * with that.
 */
static HtableRangeSet *
compare_terminated(const HtableKeyPart *part, HtableCompare op, HtableBytes b)
{
	HtableBytes t = part->terminator;
	HtableBytes s = htable_bytes_join(b, t);
	size_t		first = (const uint8_t *) memmem(s.data, s.len, t.data, t.len) - s.data;
	bool		possible = first == b.len;	/* else it ends sooner: no key has it */
	HtableBytes bound = first + t.len <= b.len ? head_of(b, first + t.len) : b;
	HtableRangeSet *before;

	if (op == HTABLE_EQ)
		return possible ? htable_ranges_point(s) : htable_ranges_none();
	if (part->keeps_order)
		return possible ? htable_ranges_compare(op, s) : htable_ranges_compare(with_head(op), bound);
	if (op == HTABLE_GE || op == HTABLE_GT)
		return htable_ranges_compare(HTABLE_GE, bound);
	before = before_bound(part, bound);
	if (op == HTABLE_LE && possible)
		before = htable_ranges_union(list_make2(before, htable_ranges_point(s)));
	return before;
}

HtableRangeSet *
htable_ranges_part_compare(const HtableKeyPart *part, HtableCompare op, HtableBytes b)
{
	switch (part->end)
	{
		case HTABLE_PART_WIDTH:
			return compare_fixed(part, op, b);
		case HTABLE_PART_PADDED:
			return compare_padded(part, op, b);
		case HTABLE_PART_TERMINATED:
			return compare_terminated(part, op, b);
		case HTABLE_PART_REST:
		case HTABLE_PART_ORDERED:
			break;
	}
	return htable_ranges_compare(op, b);
}

/*
 * Exact, but for a terminator of several bytes that begins with one that values
 * hold: its beginning may stand for the end of the prefix.
 */
HtableRangeSet *
htable_ranges_part_prefix(const HtableKeyPart *part, HtableBytes prefix)
{
	bool		is_fixed = part->end == HTABLE_PART_WIDTH || part->end == HTABLE_PART_PADDED;

	if (is_fixed && prefix.len > (size_t) part->length)
		return htable_ranges_none();
	if (part->end == HTABLE_PART_TERMINATED &&
		memmem(prefix.data, prefix.len, part->terminator.data, part->terminator.len) != NULL)
		return htable_ranges_none();
	return htable_ranges_prefix(prefix);
}
