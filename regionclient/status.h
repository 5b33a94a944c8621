/*
 * status.h
 *		What the client does about each status: one table.
 */
#ifndef RC_STATUS_H
#define RC_STATUS_H

#include "regionclient.h"

typedef enum rc_remedy
{
	RC_SURFACE,					/* final: hand it to the caller */
	RC_RETRY_NOW,				/* at once, no try counted (moved with target, resend the rest) */
	RC_RETRY_HERE,				/* back off, same location */
	RC_RELOCATE,				/* drop the cached location, back off, locate again */
	RC_REOPEN,					/* scanner classes: open again at the resume point */
	RC_FEW_TRIES				/* back off, but give up after a few tries without progress */
} rc_remedy;

typedef struct rc_status_info
{
	rc_status	status;
	const char *name;
	rc_remedy	action;
	bool		slow;			/* overload: use the longer pause */

	/*
	 * A mutation that failed with it was surely not applied, as far as HBase's
	 * own code goes: a coprocessor may throw anything after the fact.
	 */
	bool		untouched;
} rc_status_info;

extern const rc_status_info *rc_status_lookup(rc_status status);

/*
 * Status of an exception.  do_not_retry decides only for classes the table
 * does not hold; in a Multi, where that flag is missing, pass false: classes
 * known to be DoNotRetryIOExceptions are in the table.
 */
extern rc_status rc_status_from_java(rc_bytes java_class, rc_bytes message, bool do_not_retry);

/* The wait of an RpcThrottlingException in ms ("... wait 1min, 1sec, 250ms"), or -1. */
extern int64_t rc_throttle_wait(const char *message);

#endif							/* RC_STATUS_H */
