/*
 * get.h
 *		Reads single rows by their keys: Get for one, Multi for many.
 */
#ifndef RC_GET_H
#define RC_GET_H

#include "readspec.h"
#include "retry.h"

typedef struct rc_getrun rc_getrun;

/*
 * A run of n points, ascending, which must live as long as the run; given out
 * from last to first when spec->reversed.  limit: rows wanted at most, 0 = all.
 * Counters are added to *stats.  NULL: out of memory.
 */
extern rc_getrun *rc_getrun_create(const rc_readspec *spec, const rc_range *points, size_t n,
								   uint64_t limit, rc_scanner_stats *stats);

/*
 * RC_OK with the next row, or NULL at the end; RC_AGAIN; or the error.  The
 * row stays valid until the next step.
 */
extern rc_status rc_getrun_step(rc_getrun *run, rc_retry *retry,
								const rc_row **row, rc_error *err);

/* Answers still to come are thrown away: unlike a scan, a Multi cannot be stopped. */
extern void rc_getrun_close(rc_getrun *run);

#endif							/* RC_GET_H */
