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
 * The keys of the range must live as long as the scan.  limit: rows wanted at
 * most, 0 = all.  wide: begins with full answers, else with small ones.
 * Counters are added to *stats.  NULL: out of memory.
 */
extern rc_regionscan *rc_regionscan_create(const rc_readspec *spec, const rc_range *range,
										   uint64_t limit, bool wide, rc_scanner_stats *stats);

/*
 * Takes what has come and does what is to be done, without waiting.  ask: one
 * more answer may be asked for (see can_ask).  RC_AGAIN: something is on its
 * way, or in a pause; RC_OK: nothing is; else the error, which stands behind
 * the rows that are here.
 */
extern rc_status rc_regionscan_advance(rc_regionscan *scan, rc_retry *retry, bool ask, rc_error *err);

/* Would it ask for another answer, if it may? */
extern bool rc_regionscan_can_ask(const rc_regionscan *scan);

/*
 * The next row of the answer at hand, valid until the next call for this scan;
 * NULL: it has no more.  turn: goes on to the next answer; RC_AGAIN: none is
 * here.
 */
extern rc_status rc_regionscan_row(rc_regionscan *scan, const rc_row **row, rc_error *err);
extern rc_status rc_regionscan_turn(rc_regionscan *scan, rc_error *err);

/* Is there something left to ask for? */
extern bool rc_regionscan_working(const rc_regionscan *scan);

/* Is an answer at hand, or waiting?  All rows given out, and none to come? */
extern bool rc_regionscan_has_rows(const rc_regionscan *scan);
extern bool rc_regionscan_ended(const rc_regionscan *scan);

/* Bytes of answers that wait for their turn; and with those asked for. */
extern size_t rc_regionscan_waiting(const rc_regionscan *scan);
extern size_t rc_regionscan_load(const rc_regionscan *scan);

/* The owner found the last row at fault: blames who is blamed for what is found here. */
extern void rc_regionscan_blame(rc_regionscan *scan, rc_error *err);

/* See rc_scanner_close. */
extern void rc_regionscan_close(rc_regionscan *scan, bool cancelled);

#endif							/* RC_REGIONSCAN_H */
