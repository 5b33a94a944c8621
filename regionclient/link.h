/*
 * link.h
 *		One TCP connection to one service of one server, with its calls.
 *
 * Any number of calls may be in flight; answers come in any order.  A call is
 * owned by the operation that made it until rc_call_free or rc_call_abandon.
 * When a connection ends, every call in flight is done with that error.
 */
#ifndef RC_LINK_H
#define RC_LINK_H

#include "core.h"
#include "frame.h"

typedef struct rc_link rc_link;
typedef struct rc_call rc_call;

struct rc_call
{
	rc_client  *client;
	rc_link    *link;			/* NULL once done */
	rc_call    *next;
	rc_call   **prev;			/* what points here */
	uint32_t	id;
	uint64_t	ends;			/* the number of the byte after its last one (outbox.h) */
	bool		once;			/* as in rc_request */
	int64_t		sent;
	int64_t		expires;
	bool		done;
	bool		abandoned;		/* nobody waits: freed when it is done */

	/* on abandoned calls: what to do with an answer, e.g. close the scanner it opened */
	void		(*orphan) (rc_link *link, rc_call *call);

	/* when done */
	rc_status	status;			/* RC_OK, else error says why */
	bool		undelivered;	/* the connection ended before all of the request was sent */
	rc_chunk	chunk;			/* holds what response points to */
	size_t		size;			/* bytes of the answer */
	rc_response response;
	rc_error	error;			/* server = where a region moved to, else this one */
};

/*
 * The connection to a server, made (or begun) if need be.  RC_CONNECT_FAILED
 * at once when the name does not resolve or the server just did not answer.
 */
extern rc_status rc_link_get(rc_client *client, const char *host, uint16_t port,
							 const char *service, rc_link **link, rc_error *err);

/* The same, but NULL when there is none yet. */
extern rc_link *rc_link_find(rc_client *client, const char *host, uint16_t port, const char *service);

/*
 * Sends a request (call_id and timeout are filled in here).  The call is given
 * up by RC_RPC_TIMEOUT at `expires`; the connection stays.
 */
extern rc_status rc_link_send(rc_link *link, rc_request *request, int64_t expires,
							  rc_call **call, rc_error *err);

/* What is waited for as long as a call is not done: its connection, or `answer`. */
extern rc_wait_kind rc_call_wait_kind(const rc_call *call, rc_wait_kind answer);

/* For a call that is done, or NULL: gives back the answer's memory. */
extern void rc_call_free(rc_call *call);

/* Nobody wants the answer any more; orphan may be NULL.  call may be NULL, or done. */
extern void rc_call_abandon(rc_call *call, void (*orphan) (rc_link *link, rc_call *call));

/* Ends a connection: all its calls are done with this error. */
extern void rc_link_fail(rc_link *link, const rc_error *err);

/*
 * The contents of an answer were at fault: puts the server into err unless one
 * is named there, and ends its connection when it broke the protocol.
 */
extern void rc_link_blame(rc_client *client, const char *host, uint16_t port, rc_error *err);

/* For client.c: time-outs; the next of them; closing what may be closed; freeing. */
extern rc_link *rc_link_after(const rc_link *link);
extern void rc_link_tick(rc_link *link, int64_t now);
extern int64_t rc_link_next_tick(const rc_link *link);
extern void rc_link_pause(rc_link *link, int64_t since, int64_t now);	/* nobody has looked from then on */
extern bool rc_link_close_idle(rc_client *client);
extern void rc_link_reap(rc_client *client);
extern void rc_link_trim(rc_client *client);	/* gives back memory of big requests */
extern void rc_link_free_all(rc_client *client);

#endif							/* RC_LINK_H */
