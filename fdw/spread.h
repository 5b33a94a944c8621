/*
 * spread.h
 *		Where ANALYZE looks (spread.c).
 */
#ifndef HTABLE_SPREAD_H
#define HTABLE_SPREAD_H

#include "statistics.h"

/* A region, or a run of regions. */
typedef struct HtableSpan
{
	rc_range	range;
	double		bytes;
	HtableBytes first;			/* keys that are there */
	HtableBytes last;
} HtableSpan;

/* From one place that was looked at to the next in the same span. */
typedef struct HtableSegment
{
	int			span;
	HtableBytes lower;			/* the place */
	int			n;				/* rows read there; fewer than a cluster: all of the segment */
	HtableBytes first;
	HtableBytes last;
	double		weight;
} HtableSegment;

typedef struct HtablePlace
{
	HtableBytes key;
	int			segment;
} HtablePlace;

typedef struct HtableSpread
{
	/* set by the owner */
	HtableConnection *connection;
	const char *table_name;
	const rc_read *read;		/* of all that is wanted, without ranges and limit */
	rc_scanner_stats *stats;
	double		budget;			/* bytes that may be read */

	/* what came of looking around */
	bool		crowded;		/* rows are closer to each other than to random keys */
	double		rows;			/* how many there seem to be */
	double		sampled_rows;
	double		sampled_bytes;

	/* spread.c's own */
	int			cluster;
	HtableKeySpace *space;
	HtableSpan *spans;
	int			nspans;
	HtableSegment *segments;
	int			nsegments;
	double		weight;			/* of all segments */
	HtableSegment *found;		/* in the round that goes on */
} HtableSpread;

extern void htable_spread_look(HtableSpread *spread, const HtableMapping *mapping,
							   const HtableRegion *regions, int nregions, int most);
extern rc_range *htable_spread_ranges(HtableSpread *spread, int wanted, int *n);

#endif							/* HTABLE_SPREAD_H */
