/*
 * get.h
 *		Reads lists of keys, and of small ranges.
 */
#ifndef RC_GET_H
#define RC_GET_H

#include "readspec.h"
#include "retry.h"

typedef struct rc_getrun rc_getrun;

/*
 * How many ranges of the read make up one run, from the at-th on in its order;
 * 0: that one is to be read by itself.
 */
extern size_t rc_getrun_reach(const rc_readspec *spec, size_t at);

/*
 * A run of n ranges, ascending, disjoint and bounded, which must live as long
 * as the run; given out from last to first when spec->reversed.  limit: rows
 * wanted at most, 0 = all.  Counters are added to *stats.  NULL: out of memory.
 */
extern rc_getrun *rc_getrun_create(const rc_readspec *spec, const rc_range *ranges, size_t n,
								   uint64_t limit, rc_scanner_stats *stats);

/*
 * RC_OK with the next row, or NULL at the end; RC_AGAIN; or the error.  The
 * row stays valid until the next step.
 */
extern rc_status rc_getrun_step(rc_getrun *run, rc_retry *retry,
								const rc_row **row, rc_error *err);

/* Answers to Gets still to come are thrown away; scans end as rc_scanner_close says. */
extern void rc_getrun_close(rc_getrun *run, bool cancelled);

#endif							/* RC_GET_H */
