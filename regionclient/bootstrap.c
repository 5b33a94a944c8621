/*
 * bootstrap.c
 *		Where hbase:meta and the master are, asked of HBase's own servers
 *		(ClientMetaService, the "RPC registry").
 *
 * Masters answer since HBase 2.3, region servers since 2.5.  One server is
 * asked at a time, all of the questions at once; it has connect_timeout to
 * connect and to answer all of them, then the next one has its turn.
 * Successive runs begin with successive servers: that spreads the load, and
 * leaves behind a server whose knowledge is stale.
 * Upstream: RpcConnectionRegistry, AbstractRpcBasedConnectionRegistry, Registry.proto.
 */
#include "bootstrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "link.h"
#include "status.h"

#define SERVICE			"ClientMetaService"

/* The questions: all of them have empty requests. */
enum
{
	ASK_CLUSTER_ID,
	ASK_MASTER,
	ASK_META,
	QUESTIONS
};

static const char *const methods[QUESTIONS] = {
	[ASK_CLUSTER_ID] = "GetClusterId",
	[ASK_MASTER] = "GetActiveMaster",
	[ASK_META] = "GetMetaRegionLocations",
};

struct rc_bootstrap
{
	rc_client  *client;
	rc_server_name *servers;
	size_t		nservers;
	size_t		at;				/* the one being asked, or asked last */
	size_t		asked;			/* in this run, the one being asked included */
	rc_call    *calls[QUESTIONS];
	rc_error	error;			/* why the last one did not answer */
};

/* ----- answers ----- */

/* The one message (or string) of field 1; an answer without it is empty. */
static bool
only_field(rc_bytes message, rc_bytes *field)
{
	rc_reader	r;
	rc_field	f;

	*field = rc_bytes_of(NULL, 0);
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			*field = f.bytes;
	return !r.failed;
}

/* RegionInfo.replica_id; the default replica's is 0, or left out. */
static bool
is_default_replica(rc_bytes region_info, bool *is)
{
	rc_reader	r;
	rc_field	f;

	*is = true;
	rc_reader_init(&r, region_info);
	while (rc_field_next(&r, &f))
		if (f.number == 7 && rc_field_is(&r, &f, RC_FIELD_VARINT))
			*is = f.value == 0;
	return !r.failed;
}

/* A RegionLocation, into *server when it is that of the default replica. */
static bool
parse_location(rc_bytes message, rc_server_name *server)
{
	rc_reader	r;
	rc_field	f;
	rc_bytes	info = {NULL, 0};
	rc_bytes	name = {NULL, 0};
	bool		is_default;

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			info = f.bytes;
		else if (f.number == 2 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			name = f.bytes;
	}
	if (r.failed || !is_default_replica(info, &is_default))
		return false;
	/* a region in transition has no server */
	return !is_default || name.len == 0 || rc_server_name_parse(name, server);
}

static bool
parse_locations(rc_bytes message, rc_server_name *server)
{
	rc_reader	r;
	rc_field	f;

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
		if (f.number == 1 && (!rc_field_is(&r, &f, RC_FIELD_BYTES) || !parse_location(f.bytes, server)))
			return false;
	return !r.failed;
}

rc_status
rc_bootstrap_parse(rc_bytes id, rc_bytes master, rc_bytes meta, rc_cluster *cluster, rc_error *err)
{
	rc_bytes	field;

	memset(cluster, 0, sizeof(*cluster));
	if (!only_field(id, &field) || !rc_cluster_set_id(cluster, field) ||
		!only_field(master, &field) ||
		(field.len > 0 && !rc_server_name_parse(field, &cluster->master)) ||
		!parse_locations(meta, &cluster->meta))
		return rc_error_set(err, RC_PROTOCOL, "malformed answer of ClientMetaService");
	if (cluster->meta.port == 0)
		return rc_error_set(err, RC_NO_HBASE, "the server does not know where hbase:meta is");
	return RC_OK;
}

/* ----- one server ----- */

void
rc_bootstrap_stop(rc_bootstrap *bootstrap)
{
	for (int i = 0; i < QUESTIONS; i++)
	{
		rc_call_abandon(bootstrap->calls[i], NULL);
		bootstrap->calls[i] = NULL;
	}
}

static rc_status
ask_server(rc_bootstrap *bootstrap, rc_error *err)
{
	const rc_server_name *server = &bootstrap->servers[bootstrap->at];
	rc_client  *client = bootstrap->client;
	int64_t		expires = rc_client_now(client) + client->config.connect_timeout;
	rc_link    *link;
	rc_status	status;

	status = rc_link_get(client, server->host, server->port, SERVICE, &link, err);
	for (int i = 0; i < QUESTIONS && status == RC_OK; i++)
	{
		rc_request	request = {0};

		request.method = methods[i];
		request.priority = RC_PRIORITY_SYSTEM;
		status = rc_link_send(link, &request, expires, &bootstrap->calls[i], err);
	}
	return status;
}

/* RC_OK: all questions are answered.  RC_AGAIN: wait.  Else the first failure. */
static rc_status
look(rc_bootstrap *bootstrap, rc_error *err)
{
	for (int i = 0; i < QUESTIONS; i++)
	{
		const rc_call *call = bootstrap->calls[i];

		if (!call->done)
		{
			rc_client_want(bootstrap->client, call->expires,
						   rc_call_wait_kind(call, RC_WAIT_BOOTSTRAP));
			return RC_AGAIN;
		}
		if (call->status == RC_OK)
			continue;
		*err = call->error;
		return err->status;
	}
	return RC_OK;
}

static rc_status
take(rc_bootstrap *bootstrap, rc_cluster *cluster, rc_error *err)
{
	const rc_server_name *server = &bootstrap->servers[bootstrap->at];
	rc_call   **calls = bootstrap->calls;
	rc_status	status;

	status = rc_bootstrap_parse(calls[ASK_CLUSTER_ID]->response.message,
								calls[ASK_MASTER]->response.message,
								calls[ASK_META]->response.message, cluster, err);
	if (status != RC_OK)
		rc_link_blame(bootstrap->client, server->host, server->port, err);
	return status;
}

/* ----- all of them ----- */

/* Is this our own trouble, so that asking another server is no use? */
static bool
is_ours(rc_status status)
{
	return status == RC_NO_MEMORY || status == RC_NO_DESCRIPTORS;
}

/* May the same server answer later?  (What a server says for good is the better message.) */
static bool
is_passing(rc_status status)
{
	return status == RC_NO_HBASE || rc_status_lookup(status)->action != RC_SURFACE;
}

/* The server being asked failed with bootstrap->error: the next one; RC_AGAIN while there is one. */
static rc_status
next_server(rc_bootstrap *bootstrap, rc_error *err)
{
	const rc_error *last = &bootstrap->error;

	rc_bootstrap_stop(bootstrap);
	rc_client_log(bootstrap->client, RC_LOG_DEBUG, "bootstrap server %s: %s", last->server, last->message);
	if (!is_ours(last->status) && bootstrap->asked < bootstrap->nservers)
	{
		bootstrap->at = (bootstrap->at + 1) % bootstrap->nservers;
		bootstrap->asked++;
		return RC_AGAIN;
	}
	*err = *last;
	if (is_passing(last->status))
	{
		err->status = RC_NO_REGISTRY;
		if (bootstrap->nservers > 1)
			snprintf(err->message, sizeof(err->message), "none of %zu bootstrap servers answered, the last: %.400s",
					 bootstrap->nservers, last->message);
	}
	return err->status;
}

void
rc_bootstrap_begin(rc_bootstrap *bootstrap)
{
	bootstrap->at = (bootstrap->at + 1) % bootstrap->nservers;
	bootstrap->asked = 1;
}

rc_status
rc_bootstrap_step(rc_bootstrap *bootstrap, rc_cluster *cluster, rc_error *err)
{
	rc_status	status;

	do
	{
		status = RC_OK;
		if (bootstrap->calls[0] == NULL)
			status = ask_server(bootstrap, &bootstrap->error);
		if (status == RC_OK)
			status = look(bootstrap, &bootstrap->error);
		if (status == RC_AGAIN)
			return RC_AGAIN;
		if (status == RC_OK)
			status = take(bootstrap, cluster, &bootstrap->error);
		if (status == RC_OK)
		{
			rc_bootstrap_stop(bootstrap);
			return RC_OK;
		}
		status = next_server(bootstrap, err);
	} while (status == RC_AGAIN);
	return status;
}

/* ----- making one ----- */

/* One "host:port" of a list that client.c has put into shape; the host may be in brackets. */
static void
take_member(rc_server_name *server, const char *member, size_t len)
{
	size_t		colon = len;

	while (member[colon - 1] != ':')
		colon--;
	server->port = (uint16_t) atoi(member + colon);
	len = colon - 1;
	if (member[0] == '[')
	{
		member++;
		len -= 2;
	}
	memcpy(server->host, member, len);
	server->host[len] = '\0';
}

rc_bootstrap *
rc_bootstrap_create(rc_client *client, rc_error *err)
{
	rc_bootstrap *bootstrap = rc_client_alloc(client, sizeof(rc_bootstrap));
	const char *list = client->config.bootstrap;
	size_t		n = 1;

	for (const char *p = list; *p != '\0'; p++)
		n += *p == ',';
	if (bootstrap != NULL)
	{
		bootstrap->client = client;
		bootstrap->servers = rc_client_alloc(client, n * sizeof(rc_server_name));
	}
	if (bootstrap == NULL || bootstrap->servers == NULL)
	{
		rc_client_free(client, bootstrap);
		rc_error_set(err, RC_NO_MEMORY, "out of memory");
		return NULL;
	}
	for (const char *member = list; bootstrap->nservers < n; bootstrap->nservers++)
	{
		size_t		len = strcspn(member, ",");

		take_member(&bootstrap->servers[bootstrap->nservers], member, len);
		member += len + 1;
	}
	/* a thousand sessions do not all begin with the same one */
	bootstrap->at = rc_client_random(client) % n;
	return bootstrap;
}

void
rc_bootstrap_destroy(rc_bootstrap *bootstrap)
{
	if (bootstrap == NULL)
		return;
	rc_bootstrap_stop(bootstrap);
	rc_client_free(bootstrap->client, bootstrap->servers);
	rc_client_free(bootstrap->client, bootstrap);
}
