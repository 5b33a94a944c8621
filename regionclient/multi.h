/*
 * multi.h
 *		Rows by their keys, by Get and Multi.
 */
#ifndef RC_MULTI_H
#define RC_MULTI_H

#include "readspec.h"
#include "retry.h"

/* A server refuses Multis of some 1600 Gets: it counts 64 KiB of block for each. */
#define RC_MULTI_MAX	1000

typedef struct rc_multi rc_multi;

/*
 * Reads n points, ascending, at most RC_MULTI_MAX, which must live as long as
 * it; gives them out from last to first when spec->reversed.  Counters are
 * added to *stats.  NULL: out of memory.
 */
extern rc_multi *rc_multi_create(const rc_readspec *spec, const rc_range *points, size_t n,
								 rc_scanner_stats *stats);

/*
 * RC_OK with the next row, or NULL at the end; RC_AGAIN; or the error.  No row
 * is given out before all are here.  It stays valid until the next step.
 */
extern rc_status rc_multi_step(rc_multi *multi, rc_retry *retry,
							   const rc_row **row, rc_error *err);

/* Bytes of the answers so far. */
extern size_t rc_multi_bytes(const rc_multi *multi);

/* Answers still to come are thrown away: unlike a scan, a Multi cannot be stopped. */
extern void rc_multi_close(rc_multi *multi);

#endif							/* RC_MULTI_H */
