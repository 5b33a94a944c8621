/*
 * keyrange.c
 *		Pure algebra of byte ranges over row keys and the strings of their parts.
 *
 * A range set is sorted and disjoint; it holds no empty range.  Strings
 * compare as unsigned bytes, a prefix first, as HBase compares keys.  No row
 * key is empty and none is longer than HBASE_KEY_MAX bytes: htable_ranges_keys
 * brings bounds beyond that back, exactly, so that no caller cuts a key.
 *
 * Everything is allocated in the current memory context; bytes of bounds are
 * shared with the arguments where they need no change.
 */
#include "htable_fdw.h"
#include "keyrange.h"

/* HConstants.MAX_ROW_LENGTH: the length of a row key is a signed short. */
#define HBASE_KEY_MAX	32767

static const uint8_t no_bytes[1] = {0};

static HtableBytes
bytes_empty(void)
{
	HtableBytes b = {no_bytes, 0};

	return b;
}

/* < 0 when a begins before b */
static int
lower_compare(const HtableRange *a, const HtableRange *b)
{
	int			cmp = htable_bytes_compare(a->lower, b->lower);

	if (cmp != 0)
		return cmp;
	return (int) b->lower_inclusive - (int) a->lower_inclusive;
}

/* < 0 when a ends before b */
static int
upper_compare(const HtableRange *a, const HtableRange *b)
{
	int			cmp;

	if (!a->has_upper || !b->has_upper)
		return (int) !a->has_upper - (int) !b->has_upper;
	cmp = htable_bytes_compare(a->upper, b->upper);
	if (cmp != 0)
		return cmp;
	return (int) a->upper_inclusive - (int) b->upper_inclusive;
}

static bool
range_is_empty(const HtableRange *r)
{
	int			cmp;

	if (!r->has_upper)
		return false;
	cmp = htable_bytes_compare(r->lower, r->upper);
	return cmp > 0 || (cmp == 0 && !(r->lower_inclusive && r->upper_inclusive));
}

static HtableRangeSet *
set_make(int capacity)
{
	HtableRangeSet *set = palloc(sizeof(HtableRangeSet));

	set->nranges = 0;
	set->ranges = palloc(sizeof(HtableRange) * Max(capacity, 1));
	return set;
}

static void
set_add(HtableRangeSet *set, HtableRange range)
{
	if (!range_is_empty(&range))
		set->ranges[set->nranges++] = range;
}

HtableRangeSet *
htable_ranges_none(void)
{
	return set_make(0);
}

HtableRangeSet *
htable_ranges_all(void)
{
	return htable_ranges_between(NULL, true, NULL, true);
}

/* NULL bounds are open. */
HtableRangeSet *
htable_ranges_between(const HtableBytes *lower, bool lower_inclusive,
					  const HtableBytes *upper, bool upper_inclusive)
{
	HtableRangeSet *set = set_make(1);
	HtableRange range;

	range.lower = lower ? *lower : bytes_empty();
	range.lower_inclusive = lower ? lower_inclusive : true;
	range.has_upper = upper != NULL;
	range.upper = upper ? *upper : bytes_empty();
	range.upper_inclusive = upper ? upper_inclusive : false;
	set_add(set, range);
	return set;
}

HtableRangeSet *
htable_ranges_point(HtableBytes key)
{
	return htable_ranges_between(&key, true, &key, true);
}

/*
 * The end of the strings that begin with prefix, the first one behind them:
 * its last byte below 0xFF increased and the rest cut off.  False: there is
 * none, since the prefix is only 0xFF.
 */
static bool
behind_prefix(HtableBytes prefix, HtableBytes *end)
{
	uint8_t    *copy;

	while (prefix.len > 0 && prefix.data[prefix.len - 1] == 0xFF)
		prefix.len--;
	if (prefix.len == 0)
		return false;
	copy = palloc(prefix.len);
	memcpy(copy, prefix.data, prefix.len);
	copy[prefix.len - 1]++;
	end->data = copy;
	end->len = prefix.len;
	return true;
}

HtableRangeSet *
htable_ranges_prefix(HtableBytes prefix)
{
	HtableBytes end;

	return htable_ranges_between(&prefix, true, behind_prefix(prefix, &end) ? &end : NULL, false);
}

HtableRangeSet *
htable_ranges_compare(HtableCompare op, HtableBytes b)
{
	switch (op)
	{
		case HTABLE_LT:
			return htable_ranges_between(NULL, true, &b, false);
		case HTABLE_LE:
			return htable_ranges_between(NULL, true, &b, true);
		case HTABLE_EQ:
			return htable_ranges_point(b);
		case HTABLE_GE:
			return htable_ranges_between(&b, true, NULL, true);
		case HTABLE_GT:
			break;
	}
	return htable_ranges_between(&b, false, NULL, true);
}

HtableBytes
htable_bytes_join(HtableBytes a, HtableBytes b)
{
	uint8_t    *data = palloc(Max(a.len + b.len, 1));
	HtableBytes both = {data, a.len + b.len};

	if (a.len > 0)
		memcpy(data, a.data, a.len);
	if (b.len > 0)
		memcpy(data + a.len, b.data, b.len);
	return both;
}

HtableRangeSet *
htable_ranges_intersect(const HtableRangeSet *a, const HtableRangeSet *b)
{
	HtableRangeSet *set = set_make(a->nranges + b->nranges);
	int			i = 0;
	int			j = 0;

	while (i < a->nranges && j < b->nranges)
	{
		const HtableRange *x = &a->ranges[i];
		const HtableRange *y = &b->ranges[j];
		const HtableRange *later = lower_compare(x, y) >= 0 ? x : y;
		const HtableRange *sooner = upper_compare(x, y) <= 0 ? x : y;
		HtableRange both = *later;

		both.has_upper = sooner->has_upper;
		both.upper = sooner->upper;
		both.upper_inclusive = sooner->upper_inclusive;
		set_add(set, both);
		if (sooner == x)
			i++;
		else
			j++;
	}
	return set;
}

static int
range_qsort_compare(const void *a, const void *b)
{
	return lower_compare(a, b);
}

/* May `next` (which begins no sooner) be joined to `range`? */
static bool
range_touches(const HtableRange *range, const HtableRange *next)
{
	int			cmp;

	if (!range->has_upper)
		return true;
	cmp = htable_bytes_compare(next->lower, range->upper);
	return cmp < 0 ||
		(cmp == 0 && (next->lower_inclusive || range->upper_inclusive));
}

/* The union of a List of HtableRangeSet. */
HtableRangeSet *
htable_ranges_union(List *sets)
{
	HtableRangeSet *all;
	HtableRangeSet *set;
	ListCell   *lc;
	int			n = 0;

	foreach(lc, sets)
		n += ((HtableRangeSet *) lfirst(lc))->nranges;
	all = set_make(n);
	foreach(lc, sets)
	{
		HtableRangeSet *one = lfirst(lc);

		memcpy(all->ranges + all->nranges, one->ranges,
			   sizeof(HtableRange) * one->nranges);
		all->nranges += one->nranges;
	}
	qsort(all->ranges, all->nranges, sizeof(HtableRange), range_qsort_compare);

	set = set_make(n);
	for (int i = 0; i < all->nranges; i++)
	{
		HtableRange *next = &all->ranges[i];
		HtableRange *last = set->nranges > 0 ? &set->ranges[set->nranges - 1] : NULL;

		if (last == NULL || !range_touches(last, next))
			set->ranges[set->nranges++] = *next;
		else if (upper_compare(last, next) < 0)
		{
			last->has_upper = next->has_upper;
			last->upper = next->upper;
			last->upper_inclusive = next->upper_inclusive;
		}
	}
	return set;
}

bool
htable_range_is_point(const HtableRange *range)
{
	return range->has_upper && range->lower_inclusive && range->upper_inclusive &&
		htable_bytes_compare(range->lower, range->upper) == 0;
}

bool
htable_ranges_are_points(const HtableRangeSet *set)
{
	for (int i = 0; i < set->nranges; i++)
	{
		if (!htable_range_is_point(&set->ranges[i]))
			return false;
	}
	return true;
}

bool
htable_ranges_same(const HtableRangeSet *a, const HtableRangeSet *b)
{
	if (a->nranges != b->nranges)
		return false;
	for (int i = 0; i < a->nranges; i++)
	{
		if (lower_compare(&a->ranges[i], &b->ranges[i]) != 0 ||
			upper_compare(&a->ranges[i], &b->ranges[i]) != 0)
			return false;
	}
	return true;
}

/* ---- whole keys ---- */

/* Brings a bound longer than any key back to one that parts the keys the same way. */
static void
range_clip(HtableRange *r)
{
	/* key >= or > long bound: key > its first HBASE_KEY_MAX bytes */
	if (r->lower.len > HBASE_KEY_MAX)
	{
		r->lower.len = HBASE_KEY_MAX;
		r->lower_inclusive = false;
	}
	/* key <= or < long bound: key <= its first HBASE_KEY_MAX bytes */
	if (r->has_upper && r->upper.len > HBASE_KEY_MAX)
	{
		r->upper.len = HBASE_KEY_MAX;
		r->upper_inclusive = true;
	}
}

HtableRangeSet *
htable_ranges_keys(const HtableRangeSet *set)
{
	HtableRangeSet *keys = set_make(set->nranges);

	for (int i = 0; i < set->nranges; i++)
	{
		HtableRange range = set->ranges[i];

		range_clip(&range);
		if (range.lower.len == 0)
			range.lower_inclusive = true;
		/* no key is <= '' */
		if (!range.has_upper || range.upper.len > 0)
			set_add(keys, range);
	}
	return keys;
}

/*
 * A range over the strings of a part as one over the keys head + string (open:
 * + other bytes).  What makes it right when it is open:
 *	- No string of the part is the beginning of another, nor of a bound.  So a
 *	  key is on the side of an inclusive lower or exclusive upper bound where
 *	  its string is: they part at a byte of the string.
 *	- The other kinds of bound are whole strings, which no longer one begins
 *	  with.  So "string > bound" is "string behind all that begin with bound",
 *	  and that again is true of the keys.
 */
static void
add_behind(HtableRangeSet *keys, HtableBytes head, const HtableRange *range, bool open)
{
	HtableRange r;
	HtableBytes end;

	r.lower = htable_bytes_join(head, range->lower);
	r.lower_inclusive = range->lower_inclusive;
	if (open && !range->lower_inclusive)
	{
		if (!behind_prefix(r.lower, &end))
			return;
		r.lower = end;
		r.lower_inclusive = true;
	}
	r.upper_inclusive = range->has_upper && range->upper_inclusive && !open;
	r.upper = range->has_upper ? htable_bytes_join(head, range->upper) : head;
	r.has_upper = true;
	if (!range->has_upper || (open && range->upper_inclusive))
	{
		r.has_upper = behind_prefix(r.upper, &end);
		r.upper = r.has_upper ? end : bytes_empty();
	}
	set_add(keys, r);
}

HtableRangeSet *
htable_ranges_behind(HtableBytes head, const HtableRangeSet *set, bool open)
{
	HtableRangeSet *keys = set_make(set->nranges);

	for (int i = 0; i < set->nranges; i++)
		add_behind(keys, head, &set->ranges[i], open);
	return keys;
}
