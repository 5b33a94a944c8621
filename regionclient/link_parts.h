/*
 * link_parts.h
 *		A connection, as its own files see it: link.c and link_read.c.
 */
#ifndef RC_LINK_PARTS_H
#define RC_LINK_PARTS_H

#include "address.h"
#include "inbox.h"
#include "link.h"
#include "outbox.h"

typedef enum link_state
{
	LINK_CONNECTING,
	LINK_UP,
	LINK_DEAD
} link_state;

struct rc_link
{
	rc_source	source;			/* first member: events arrive with it */
	rc_client  *client;
	rc_link    *next;
	char		host[256];
	uint16_t	port;
	const char *service;
	char		name[280];		/* host:port, for errors */
	link_state	state;

	rc_addresses addresses;
	int			address_at;		/* the one being tried */
	int64_t		connect_started;
	int64_t		connect_expires;

	rc_call    *calls;			/* in flight, oldest first */
	rc_call   **calls_end;
	uint32_t	next_id;
	int64_t		used_at;
	bool		heard;			/* a byte has arrived */
	int64_t		heard_at;		/* the last one */

	rc_outbox	out;
	bool		watch_out;

	rc_inbox	in;
};

/* ----- link.c ----- */

/* Ends a call; the link still is the one it was on, for an orphan's last word. */
extern void rc_link_finish_call(rc_link *link, rc_call *call, rc_status status);
extern void rc_link_fail_call(rc_link *link, rc_call *call, const rc_error *err);

/* Ends the connection, its calls with it. */
extern void rc_link_fail_with(rc_link *link, rc_status status, const char *message);

/*
 * The server closed.  It does that without a word when it does not like the
 * connection header; so it may also when it stops, hence the counting.
 */
extern void rc_link_ended(rc_link *link, int error);

/* ----- link_read.c ----- */

/* Reads and delivers all that is there. */
extern void rc_link_read(rc_link *link);

#endif							/* RC_LINK_PARTS_H */
