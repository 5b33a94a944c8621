/*
 * locate.h
 *		Finding regions: the cache, then hbase:meta.
 */
#ifndef RC_LOCATE_H
#define RC_LOCATE_H

#include "link.h"
#include "regions.h"
#include "retry.h"
#include "scan_answer.h"

typedef enum rc_locate_mode
{
	RC_LOCATE_AT,				/* the region that holds the key */
	RC_LOCATE_BEFORE,			/* the one that holds the keys just before it; empty: the last */
	RC_LOCATE_RUN				/* as AT, of a key known to start a region; learns the following ones too */
} rc_locate_mode;

typedef enum rc_locate_phase
{
	RC_LOCATE_BEGIN,
	RC_LOCATE_META,				/* the server of hbase:meta is being asked for */
	RC_LOCATE_REGION,			/* a scan of hbase:meta is in flight */
	RC_LOCATE_STATE				/* a Get of table:state is in flight */
} rc_locate_phase;

/*
 * One look-up.  Idle (all zero after rc_locate_init) between uses; an
 * interrupted one goes on when it is stepped again with the same key.
 */
typedef struct rc_locate
{
	rc_client  *client;
	rc_locate_phase phase;
	rc_locate_mode mode;
	unsigned	registry_run;
	rc_server_name server;		/* of hbase:meta */
	bool		check_state;	/* ask for the table's state before anything else */
	bool		state_known;	/* ... it is enabled, as of this look-up */
	rc_buf		from;			/* row of hbase:meta to go on after, or empty */
	rc_call    *call;
	rc_scan_answer answer;
} rc_locate;

extern void rc_locate_init(rc_locate *locate, rc_client *client);

/* Gives up what is in flight, and frees; may be used again. */
extern void rc_locate_reset(rc_locate *locate);

/*
 * RC_OK: *region with a reference for the caller; RC_AGAIN; RC_TABLE_MISSING,
 * RC_TABLE_DISABLED and whatever else is final.  Failures that may pass are
 * tried again under the rules of `retry`.
 */
extern rc_status rc_locate_step(rc_locate *locate, rc_bytes table, rc_bytes key,
								rc_locate_mode mode, rc_retry *retry,
								rc_region **region, rc_error *err);

/*
 * A call to the region failed: takes what that says about where it is now.
 * The end of our own patience (retry's deadline) says nothing.
 */
extern void rc_locate_learn(const rc_region *region, const rc_error *why, rc_retry *retry);

#endif							/* RC_LOCATE_H */
