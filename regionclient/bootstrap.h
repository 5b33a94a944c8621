/*
 * bootstrap.h
 *		Where hbase:meta and the master are, asked of HBase's own servers
 *		(ClientMetaService, the "RPC registry").
 */
#ifndef RC_BOOTSTRAP_H
#define RC_BOOTSTRAP_H

#include "cluster.h"
#include "core.h"

typedef struct rc_bootstrap rc_bootstrap;

/* Of the client's configuration; NULL: err says why. */
extern rc_bootstrap *rc_bootstrap_create(rc_client *client, rc_error *err);
extern void rc_bootstrap_destroy(rc_bootstrap *bootstrap);

/* Begins to ask, with the server that follows the one asked last. */
extern void rc_bootstrap_begin(rc_bootstrap *bootstrap);

/*
 * RC_OK: the answer of one server; RC_AGAIN: wait; else none of them gave one:
 * RC_NO_REGISTRY, or the status that no other server would cure.
 */
extern rc_status rc_bootstrap_step(rc_bootstrap *bootstrap, rc_cluster *cluster, rc_error *err);

/* Gives up what is in flight. */
extern void rc_bootstrap_stop(rc_bootstrap *bootstrap);

/* Reads the answers to GetClusterId, GetActiveMaster and GetMetaRegionLocations. */
extern rc_status rc_bootstrap_parse(rc_bytes id, rc_bytes master, rc_bytes meta,
									rc_cluster *cluster, rc_error *err);

#endif							/* RC_BOOTSTRAP_H */
