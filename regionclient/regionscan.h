/*
 * regionscan.h
 *		Reads one range of keys by region scanners, region after region.
 */
#ifndef RC_REGIONSCAN_H
#define RC_REGIONSCAN_H

#include "readspec.h"
#include "retry.h"

typedef struct rc_regionscan rc_regionscan;

/*
 * The range is one of spec->ranges.  limit: rows wanted at most, 0 = all.
 * Counters are added to *stats.  NULL: out of memory.
 */
extern rc_regionscan *rc_regionscan_create(const rc_readspec *spec, const rc_range *range,
										   uint64_t limit, rc_scanner_stats *stats);

/*
 * RC_OK with the next row, or NULL at the end; RC_AGAIN; or the error.  The
 * row stays valid until the next step.
 */
extern rc_status rc_regionscan_step(rc_regionscan *scan, rc_retry *retry,
									const rc_row **row, rc_error *err);

/* See rc_scanner_close. */
extern void rc_regionscan_close(rc_regionscan *scan, bool cancelled);

#endif							/* RC_REGIONSCAN_H */
