/*
 * rangescan.h
 *		Reads many ranges by one scan, whose filter keeps their rows.
 */
#ifndef RC_RANGESCAN_H
#define RC_RANGESCAN_H

#include "readspec.h"
#include "retry.h"

typedef struct rc_rangescan rc_rangescan;

/*
 * Reads n ranges, ascending, disjoint and bounded, which must live as long as
 * it; from last to first when spec->reversed.  They should lie in one region;
 * if they do not, the scan goes on with the next.  limit: rows wanted at most,
 * 0 = all.  Counters are added to *stats.  NULL: out of memory.
 */
extern rc_rangescan *rc_rangescan_create(const rc_readspec *spec, const rc_range *ranges, size_t n,
										 uint64_t limit, rc_scanner_stats *stats);

/*
 * RC_OK with the next row, or NULL at the end; RC_AGAIN; or the error.  The
 * row stays valid until the next step.
 */
extern rc_status rc_rangescan_step(rc_rangescan *scan, rc_retry *retry,
								   const rc_row **row, rc_error *err);

/* As rc_scanner_close says. */
extern void rc_rangescan_close(rc_rangescan *scan, bool cancelled);

#endif							/* RC_RANGESCAN_H */
