/*
 * quorum_run.h
 *		Where hbase:meta and the master are, asked of ZooKeeper by the program
 *		htable_quorum.
 */
#ifndef RC_QUORUM_RUN_H
#define RC_QUORUM_RUN_H

#include "cluster.h"
#include "core.h"

typedef struct rc_quorum rc_quorum;

extern rc_quorum *rc_quorum_create(rc_client *client, rc_error *err);
extern void rc_quorum_destroy(rc_quorum *quorum);

/* Starts the program; none must be running. */
extern rc_status rc_quorum_begin(rc_quorum *quorum, rc_error *err);

/* RC_OK: what it found; RC_AGAIN: wait; else why it found nothing. */
extern rc_status rc_quorum_poll(rc_quorum *quorum, rc_cluster *cluster, rc_error *err);

/* Nobody waits any more: ends the program if it runs. */
extern void rc_quorum_stop(rc_quorum *quorum);

/* While it runs: its time-out. */
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
