/*
 * scanend.h
 *		Closing scanners on region servers, without waiting.
 */
#ifndef RC_SCANEND_H
#define RC_SCANEND_H

#include "link.h"

/* Tells the server that a scanner is no longer needed; the answer is of no interest. */
extern void rc_scanend_send(rc_link *link, rc_client *client, uint64_t scanner_id);

/*
 * The answer to a Scan that nobody waits for any more (rc_call.orphan): closes
 * the scanner it speaks of.
 */
extern void rc_scanend_orphan(rc_link *link, rc_call *call);

#endif							/* RC_SCANEND_H */
