/*
 * cluster.c
 *		What is to be known of a cluster before anything can be asked of it.
 *
 * Upstream: HBase.proto (ServerName), ClusterId.proto.
 */
#include "cluster.h"

#include <string.h>

#include "field.h"

bool
rc_server_name_parse(rc_bytes message, rc_server_name *server)
{
	rc_reader	r;
	rc_field	f;
	uint64_t	port = 0;
	rc_bytes	host = {NULL, 0};

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			host = f.bytes;
		else if (f.number == 2 && rc_field_is(&r, &f, RC_FIELD_VARINT))
			port = f.value;
	}
	if (r.failed || host.len == 0 || host.len >= sizeof(server->host) ||
		memchr(host.data, '\0', host.len) != NULL || port < 1 || port > UINT16_MAX)
		return false;
	memcpy(server->host, host.data, host.len);
	server->host[host.len] = '\0';
	server->port = (uint16_t) port;
	return true;
}

bool
rc_server_name_equal(const rc_server_name *a, const rc_server_name *b)
{
	return a->port == b->port && strcmp(a->host, b->host) == 0;
}

bool
rc_cluster_set_id(rc_cluster *cluster, rc_bytes id)
{
	if (id.len >= sizeof(cluster->id) || (id.len > 0 && memchr(id.data, '\0', id.len) != NULL))
		return false;
	/* shown to users: whatever is not text becomes that */
	rc_text_copy(cluster->id, sizeof(cluster->id), id);
	return true;
}
