/*
 * overlap.h
 *		Reads ranges of keys with several regions in flight.
 */
#ifndef RC_OVERLAP_H
#define RC_OVERLAP_H

#include "readspec.h"

typedef struct rc_overlap rc_overlap;

/*
 * feed gives the ranges to read, in the order of the read; false: there are no
 * more.  Their keys must live as long as the overlap.  limit: rows wanted at
 * most, 0 = all.  Counters are added to *stats.  NULL: out of memory.
 */
extern rc_overlap *rc_overlap_create(const rc_readspec *spec,
									 bool (*feed) (void *ctx, rc_range *range), void *feed_ctx,
									 uint64_t limit, rc_scanner_stats *stats);

/*
 * RC_OK with the next row, or NULL at the end; RC_AGAIN; or the error.  The
 * row stays valid until the next step.  fresh: a new public call, whose clock
 * begins when something has to be sent or waited for.
 */
extern rc_status rc_overlap_step(rc_overlap *overlap, bool fresh, const rc_row **row, rc_error *err);

/* See rc_scanner_close.  NULL is allowed. */
extern void rc_overlap_close(rc_overlap *overlap, bool cancelled);

#endif							/* RC_OVERLAP_H */
