/*
 * outbox.h
 *		The sending half of a connection: requests in, bytes out.  No I/O.
 *
 * Every byte that was put in has a number, counted from the beginning of the
 * connection: so it can be told of each request whether all of it was sent.
 */
#ifndef RC_OUTBOX_H
#define RC_OUTBOX_H

#include "frame.h"

typedef struct rc_outbox
{
	rc_buf		buf;
	size_t		at;				/* bytes of it that are sent */
	uint64_t	sent;			/* bytes sent in all */
} rc_outbox;

extern void rc_outbox_init(rc_outbox *outbox, const rc_host *host);
extern void rc_outbox_free(rc_outbox *outbox);

/* Appends a request; false: out of memory, or above RC_MAX_REQUEST, and nothing is appended. */
extern bool rc_outbox_put(rc_outbox *outbox, const rc_request *request);

/* The number of the byte after the last one. */
extern uint64_t rc_outbox_end(const rc_outbox *outbox);

/* What is still to be sent; and so many bytes of it were. */
extern rc_bytes rc_outbox_pending(const rc_outbox *outbox);
extern void rc_outbox_sent(rc_outbox *outbox, size_t n);

/* Gives memory of big requests back, unless there is something to be sent. */
extern void rc_outbox_trim(rc_outbox *outbox);

#endif							/* RC_OUTBOX_H */
