/*
 * registry.h
 *		Where hbase:meta and the active master are: what is known, and who is asked.
 *
 * The answer comes from ZooKeeper (quorum_run.h) or from HBase's own servers
 * (bootstrap.h), or from other clients of the host that asked already, and is
 * kept until a call to one of the servers it names fails.  All operations of a
 * client share one question.
 */
#ifndef RC_REGISTRY_H
#define RC_REGISTRY_H

#include "cluster.h"
#include "core.h"

typedef struct rc_registry rc_registry;

extern rc_registry *rc_registry_create(rc_client *client, rc_error *err);
extern void rc_registry_destroy(rc_registry *registry);

/*
 * The server of hbase:meta: RC_OK, RC_AGAIN while the question is open, or why
 * there is no answer.  `run` is the caller's, 0 at first, and not 0 while it
 * waits: it tells whether the question that failed is one the caller waited for.
 */
extern rc_status rc_registry_meta_step(rc_registry *registry, unsigned *run,
									   rc_server_name *server, rc_error *err);

/* The same for the active master; RC_MASTER_UNAVAILABLE when there is none. */
extern rc_status rc_registry_master_step(rc_registry *registry, unsigned *run,
										 rc_server_name *server, rc_error *err);

/* A call to this server of hbase:meta, or to this master, failed: ask again. */
extern void rc_registry_forget_meta(rc_registry *registry, const rc_server_name *server);
extern void rc_registry_forget_master(rc_registry *registry, const rc_server_name *server);

/* Nobody waits any more: gives up the question if one is open. */
extern void rc_registry_stop(rc_registry *registry);

/* For client.c: time-outs, and the next of them. */
extern void rc_registry_tick(rc_registry *registry, int64_t now);
extern int64_t rc_registry_next_tick(const rc_registry *registry);

/* The id of the cluster, "" while it is not known. */
extern const char *rc_registry_cluster_id(const rc_registry *registry);

#endif							/* RC_REGISTRY_H */
