/*
 * keyrange.h
 *		Byte ranges over row keys and the strings of their parts.
 *
 * All is allocated in the current memory context.
 */
#ifndef HTABLE_KEYRANGE_H
#define HTABLE_KEYRANGE_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "regionclient/regionclient.h"

/* ---- keyrange.c: pure algebra of byte ranges ---- */

typedef rc_bytes HtableBytes;

typedef enum HtableCompare
{
	HTABLE_LT, HTABLE_LE, HTABLE_EQ, HTABLE_GE, HTABLE_GT
} HtableCompare;

/* Strings k with lower <(=) k and, when has_upper, k <(=) upper. */
typedef struct HtableRange
{
	HtableBytes lower;			/* empty and inclusive: from the first string */
	HtableBytes upper;
	bool		lower_inclusive;
	bool		has_upper;
	bool		upper_inclusive;
} HtableRange;

/* A sorted list of disjoint, non-empty ranges; none: no strings. */
typedef struct HtableRangeSet
{
	int			nranges;
	HtableRange *ranges;
} HtableRangeSet;

extern HtableRangeSet *htable_ranges_all(void);
extern HtableRangeSet *htable_ranges_none(void);
extern HtableRangeSet *htable_ranges_point(HtableBytes key);
extern HtableRangeSet *htable_ranges_prefix(HtableBytes prefix);
extern HtableRangeSet *htable_ranges_between(const HtableBytes *lower, bool lower_inclusive,
											 const HtableBytes *upper, bool upper_inclusive);
extern HtableRangeSet *htable_ranges_compare(HtableCompare op, HtableBytes b);	/* x op b */
extern HtableRangeSet *htable_ranges_intersect(const HtableRangeSet *a, const HtableRangeSet *b);
extern HtableRangeSet *htable_ranges_union(List *sets);
extern bool htable_ranges_same(const HtableRangeSet *a, const HtableRangeSet *b);
extern bool htable_range_is_point(const HtableRange *range);
extern bool htable_ranges_are_points(const HtableRangeSet *set);

extern HtableBytes htable_bytes_join(HtableBytes a, HtableBytes b);

/* The keys that begin with `head` and go on with a string of the set; `open`: and then with others. */
extern HtableRangeSet *htable_ranges_behind(HtableBytes head, const HtableRangeSet *set,
											bool open);

/* The row keys of a set: none is empty or longer than HBase lets keys be. */
extern HtableRangeSet *htable_ranges_keys(const HtableRangeSet *set);

/* ---- keyrange_number.c: byte ranges of numbers ---- */

/* The two (or more) byte ranges of one range over numbers, by codec width. */
extern HtableRangeSet *htable_ranges_signed(int width, bool has_lower, int64 lower,
											bool has_upper, int64 upper);	/* both inclusive */

extern HtableRangeSet *htable_ranges_float(int width, HtableCompare op, double value);

/*
 * OrderedBytes float32 or float64 (width of the number 4 or 8): the first and
 * the last of the doubles or floats for which `key op value` is true, which lie
 * without a gap in the order of keys.  False: there are none.
 */
extern bool htable_float_interval(int width, HtableCompare op, double value,
								  double *first, double *last);

#endif							/* HTABLE_KEYRANGE_H */
