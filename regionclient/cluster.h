/*
 * cluster.h
 *		What is to be known of a cluster before anything can be asked of it.
 */
#ifndef RC_CLUSTER_H
#define RC_CLUSTER_H

#include "bytes.h"

/* Reads a ServerName; false when it is malformed. */
extern bool rc_server_name_parse(rc_bytes message, rc_server_name *server);

extern bool rc_server_name_equal(const rc_server_name *a, const rc_server_name *b);

/* Takes over a cluster id as a server sends it; false when it is too long or holds a zero. */
extern bool rc_cluster_set_id(rc_cluster *cluster, rc_bytes id);

#endif							/* RC_CLUSTER_H */
