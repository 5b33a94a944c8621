/*
 * admin.h
 *		What the operations of an rc_admin share: asking the master.
 */
#ifndef RC_ADMIN_H
#define RC_ADMIN_H

#include "link.h"
#include "retry.h"

#define RC_MASTER_SERVICE	"MasterService"

/* What an operation has asked so far. */
typedef enum admin_phase
{
	ADMIN_IDLE,
	ADMIN_STATE,
	ADMIN_DESCRIPTOR,
	ADMIN_NAMES,

	/* of a truncation: requests, and waits for their procedures */
	ADMIN_TRUNCATE_STATE,
	ADMIN_DISABLE,
	ADMIN_DISABLING,
	ADMIN_EMPTY,
	ADMIN_EMPTYING,
	ADMIN_ENABLE,
	ADMIN_ENABLING
} admin_phase;

struct rc_admin
{
	rc_child	child;			/* first member: the client may be closed first */
	rc_client  *client;
	rc_retry	retry;
	admin_phase phase;			/* not idle between calls: interrupted */
	unsigned	registry_run;
	rc_server_name server;
	rc_call    *call;			/* the question in flight, or its answer */
	bool		enabled;		/* the answer to ADMIN_STATE */

	/* of a truncation */
	rc_truncate_stage stage;
	rc_bytes	table;			/* ours */
	uint64_t	nonce_group;	/* the master knows a request again by these */
	uint64_t	nonce;
	uint64_t	procedure;
	int64_t		ask_at;			/* when to ask for it the next time */
	int64_t		pause;
	rc_error	why;			/* the failure after which the table is enabled again */
};

/* A question: what is sent, and how the answer is taken. */
typedef struct rc_question
{
	const char *method;
	const ProtobufCMessage *param;
} rc_question;

/* Asks until there is an answer, in admin->call, or a final error, or RC_INTERRUPTED. */
extern rc_status rc_admin_ask(rc_admin *admin, const rc_question *q, rc_error *err);

/*
 * The operation goes on to `phase`, whose answer has been read with this
 * status (ADMIN_IDLE: it ends).  An answer that broke the protocol ends the
 * connection.
 */
extern rc_status rc_admin_answered(rc_admin *admin, rc_status status, admin_phase phase, rc_error *err);

/* Begins with `phase`, or goes on after an interrupt. */
extern void rc_admin_begin(rc_admin *admin, admin_phase phase);

/* The question got no answer: an interrupt leaves all as it is. */
extern rc_status rc_admin_unanswered(rc_admin *admin, rc_status status);

/* Asks for the state of a table, into admin->enabled, and goes on to `phase`. */
extern rc_status rc_admin_ask_state(rc_admin *admin, rc_bytes table, admin_phase phase, rc_error *err);

/* The admin is closed: does without waiting what a truncation has to do still. */
extern void rc_truncate_abandon(rc_admin *admin);

#endif							/* RC_ADMIN_H */
