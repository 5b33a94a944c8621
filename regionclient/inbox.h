/*
 * inbox.h
 *		The receiving half of a connection: bytes in, whole frames out.  No I/O.
 *
 * The reader asks where to put bytes (rc_inbox_target), says how many came
 * (rc_inbox_added), and takes frames as long as there are some.
 */
#ifndef RC_INBOX_H
#define RC_INBOX_H

#include "core.h"

/* Small answers are read through this; big ones go straight to their own memory. */
#define RC_INBOX_STAGING	((size_t) 16 * 1024)

typedef struct rc_inbox
{
	rc_client  *client;
	uint8_t		staging[RC_INBOX_STAGING];
	size_t		staged;			/* bytes in it */
	size_t		staging_at;		/* ... of them used up */
	bool		in_frame;		/* chunk takes a frame of frame_len bytes */
	size_t		frame_len;
	size_t		frame_have;
	rc_chunk	chunk;
} rc_inbox;

extern void rc_inbox_init(rc_inbox *inbox, rc_client *client);
extern void rc_inbox_free(rc_inbox *inbox);

/* Where the next bytes go, and how many at most; false: out of memory. */
extern bool rc_inbox_target(rc_inbox *inbox, uint8_t **to, size_t *room);
extern void rc_inbox_added(rc_inbox *inbox, size_t n);

/*
 * RC_OK: a frame of *len bytes is complete, in *chunk, which is the caller's
 * to give back; RC_AGAIN: more bytes are needed; RC_TOO_LARGE: a frame above
 * max_response_size begins, *len bytes long (see rc_inbox_call_id);
 * RC_NO_MEMORY.
 */
extern rc_status rc_inbox_take(rc_inbox *inbox, rc_chunk *chunk, size_t *len);

/* The call id in the header of a frame that is too large; false when it does not say. */
extern bool rc_inbox_call_id(const rc_inbox *inbox, int32_t *id);

#endif							/* RC_INBOX_H */
