/*
 * client.h
 *		Waiting, and the life of a client.
 *
 * One epoll descriptor lives as long as the client; connections and the pipe
 * of htable_quorum are registered in it.  rc_client_wait is the only place of
 * the library that waits (rc_host.wait), and rc_client_pump, run after each
 * wait, the only one that lets received bytes in.
 */
#ifndef RC_CLIENT_H
#define RC_CLIENT_H

#include "core.h"

/* Waits for what the last steps wanted, then pumps; RC_OK or RC_INTERRUPTED. */
extern rc_status rc_client_wait(rc_client *client, rc_error *err);
extern void rc_client_pump(rc_client *client);

/* The same without waiting, for an operation that was away for a while. */
extern void rc_client_look(rc_client *client);

/* What a step that returned RC_AGAIN wanted: until when it would wait; forgets it. */
extern int64_t rc_client_wanted(rc_client *client);

/* Makes the client's epoll descriptor readable at `until`, if nothing does before. */
extern rc_status rc_client_arm(rc_client *client, int64_t until, rc_error *err);

extern void rc_client_adopt(rc_client *client, rc_child *child);
extern void rc_client_disown(rc_child *child);

#endif							/* RC_CLIENT_H */
