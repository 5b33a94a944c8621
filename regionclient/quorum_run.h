/*
 * quorum_run.h
 *		Where hbase:meta and the master are, asked of ZooKeeper by the program
 *		htable_quorum.
 *
 * The answer is kept until a call to one of them fails.  All operations of a
 * client share one run of the program.
 */
#ifndef RC_QUORUM_RUN_H
#define RC_QUORUM_RUN_H

#include "core.h"

typedef struct rc_server_name
{
	char		host[256];
	uint16_t	port;
} rc_server_name;

/* What ZooKeeper says of a cluster. */
typedef struct rc_cluster
{
	rc_server_name meta;		/* serves hbase:meta */
	rc_server_name master;		/* the active one; port 0: there is none */
} rc_cluster;

typedef struct rc_quorum rc_quorum;

extern rc_quorum *rc_quorum_create(rc_client *client);
extern void rc_quorum_destroy(rc_quorum *quorum);

/*
 * The server of hbase:meta: RC_OK, RC_AGAIN while the program runs, or why it
 * found nothing.  `run` is the caller's, 0 at first, and not 0 while it waits:
 * it tells whether the run that ended is one the caller waited for.
 */
extern rc_status rc_quorum_meta_step(rc_quorum *quorum, unsigned *run,
									 rc_server_name *server, rc_error *err);

/* The same for the active master; RC_MASTER_UNAVAILABLE when there is none. */
extern rc_status rc_quorum_master_step(rc_quorum *quorum, unsigned *run,
									   rc_server_name *server, rc_error *err);

/* A call to this server of hbase:meta, or to this master, failed: ask again. */
extern void rc_quorum_forget_meta(rc_quorum *quorum, const rc_server_name *server);
extern void rc_quorum_forget_master(rc_quorum *quorum, const rc_server_name *server);

/* Nobody waits any more: ends the program if it runs. */
extern void rc_quorum_stop(rc_quorum *quorum);

extern void rc_quorum_tick(rc_quorum *quorum, int64_t now);
extern int64_t rc_quorum_next_tick(const rc_quorum *quorum);

/*
 * Reads the contents of the znode meta-region-server.  RC_NO_HBASE when it is
 * empty, RC_BAD_REGION_INFO when it is malformed.
 */
extern rc_status rc_quorum_parse_meta(rc_bytes znode, rc_server_name *server, rc_error *err);

/* The same for the znode master; an empty one, of a cluster without master, is RC_OK with port 0. */
extern rc_status rc_quorum_parse_master(rc_bytes znode, rc_server_name *server, rc_error *err);

/*
 * Reads the lines of a complete answer of htable_quorum, a string that is
 * changed on the way.  As rc_quorum_parse_meta; RC_NO_ZOOKEEPER and
 * RC_HELPER_FAILED as the program says.
 */
extern rc_status rc_quorum_parse_output(char *output, rc_cluster *cluster, rc_error *err);

#endif							/* RC_QUORUM_RUN_H */
