/*
 * retry.h
 *		Deadlines, pauses, and which failure is tried again.
 *
 * One rc_retry goes with one operation (a scanner).  Its clock starts at the
 * first use within a public call and again whenever the servers make
 * progress; what a status deserves is in the table of status.c.
 */
#ifndef RC_RETRY_H
#define RC_RETRY_H

#include "core.h"

typedef struct rc_retry
{
	rc_client  *client;
	int			patience;		/* ms, less than operation_timeout; 0: no such limit */
	bool		begun;
	int64_t		started;
	int64_t		deadline;
	int64_t		wake;			/* no new try before; 0: at once */
	int			tries;			/* failures since there was progress */
	int			few;			/* ... of those that a few tries must cure */
	int			moves;			/* ... answered by a try at once */
	int			not_serving;	/* ... that may mean a disabled table */
	int			holes;			/* ... seen in hbase:meta, see locate.c */
	uint64_t	retries;		/* in all */
	rc_error	first;			/* the first failure since there was progress */
	rc_error	last;
} rc_retry;

extern void rc_retry_init(rc_retry *retry, rc_client *client);

/* A new public call: the clock starts anew when it is looked at. */
extern void rc_retry_restart(rc_retry *retry);

extern int64_t rc_retry_deadline(rc_retry *retry);

/* When a call sent now is given up. */
extern int64_t rc_retry_call_expires(rc_retry *retry);

/* Servers answer: the clock starts anew.  progress: failures are forgotten too. */
extern void rc_retry_alive(rc_retry *retry);
extern void rc_retry_progress(rc_retry *retry);

/* RC_OK: go on; RC_AGAIN: in a pause; RC_OPERATION_TIMEOUT. */
extern rc_status rc_retry_ready(rc_retry *retry, rc_error *err);

/*
 * Something failed.  RC_AGAIN: it is to be tried again once rc_retry_ready
 * says so; else the error to be handed to the caller.  `why` and `err` may be
 * the same.
 */
extern rc_status rc_retry_failed(rc_retry *retry, const rc_error *why, rc_error *err);

/*
 * The same for a failure to reach ZooKeeper, hbase:meta or the master: as long
 * as the cluster was never reached, it is handed out after connect_timeout.
 */
extern rc_status rc_retry_cluster_failed(rc_retry *retry, const rc_error *why, rc_error *err);

#endif							/* RC_RETRY_H */
