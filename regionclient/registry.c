/*
 * registry.c
 *		Where hbase:meta and the active master are: what is known, and who is asked.
 *
 * A question first looks at what other clients of the host know.  An answer
 * that proved wrong is not taken from them again: who notices first asks anew,
 * the others wait for that and take it over.
 *
 * Invariant: a question is open from begin() until finish() or
 * rc_registry_stop(); in REGISTRY_ASKING one source, the one the client's
 * configuration names, works on it.
 */
#include "registry.h"

#include <string.h>

#include "bootstrap.h"
#include "quorum_run.h"

/* How often to look whether another client has found out (ms). */
#define SHARED_POLL		50

typedef enum registry_phase
{
	REGISTRY_IDLE,
	REGISTRY_LOOKING,			/* at what other clients know, or find out */
	REGISTRY_ASKING
} registry_phase;

struct rc_registry
{
	rc_client  *client;
	rc_quorum  *quorum;			/* one of the two */
	rc_bootstrap *bootstrap;
	registry_phase phase;
	unsigned	runs;			/* questions so far */
	int64_t		patience;		/* until when others are waited for */
	uint64_t	stale;			/* generation of the answer that was not good enough */
	bool		claimed;		/* others wait for us to find out */

	/* the last answer */
	bool		known;
	rc_cluster	cluster;
	uint64_t	generation;		/* 0: shared with nobody */
	rc_error	error;
};

/* ----- the open question ----- */

static bool
is_open(const rc_registry *registry)
{
	return registry->phase != REGISTRY_IDLE;
}

/* The last answer, if there was one, is not good enough: begins to look for another. */
static void
begin(rc_registry *registry)
{
	rc_client  *client = registry->client;

	registry->stale = registry->generation;
	registry->patience = rc_client_now(client) + client->config.connect_timeout;
	registry->phase = REGISTRY_LOOKING;
	registry->runs++;
}

/* The question ends: with an answer, or with registry->error. */
static void
finish(rc_registry *registry, rc_status status, const rc_cluster *cluster)
{
	registry->phase = REGISTRY_IDLE;
	registry->known = status == RC_OK;
	if (!registry->known)
		return;
	registry->cluster = *cluster;
	rc_client_log(registry->client, RC_LOG_INFO, "cluster %s has hbase:meta at %s:%u",
				  cluster->id, cluster->meta.host, cluster->meta.port);
	if (cluster->master.port != 0)
		rc_client_log(registry->client, RC_LOG_INFO, "cluster %s has its master at %s:%u",
					  cluster->id, cluster->master.host, cluster->master.port);
}

/* Tells other clients what was found, or, when they wait for that, that nothing was. */
static void
publish(rc_registry *registry, const rc_cluster *cluster)
{
	const rc_host *host = &registry->client->host;

	if (host->shared_publish != NULL && (cluster != NULL || registry->claimed))
		host->shared_publish(host->ctx, cluster, &registry->generation);
	registry->claimed = false;
}

static void
ask(rc_registry *registry)
{
	rc_status	status = RC_OK;

	if (registry->quorum != NULL)
		status = rc_quorum_begin(registry->quorum, &registry->error);
	else
		rc_bootstrap_begin(registry->bootstrap);
	registry->phase = REGISTRY_ASKING;
	if (status == RC_OK)
	{
		registry->client->stats.registry_reads++;
		return;
	}
	publish(registry, NULL);
	finish(registry, status, NULL);
}

/* Looks at what others know; asks when nobody else does. */
static void
look_at_others(rc_registry *registry)
{
	rc_client  *client = registry->client;
	const rc_host *host = &client->host;
	int64_t		now = rc_client_now(client);
	rc_shared	shared = RC_SHARED_UNKNOWN;
	rc_cluster	cluster;

	if (host->shared_look != NULL)
		shared = host->shared_look(host->ctx, registry->stale, &cluster, &registry->generation);
	if (shared == RC_SHARED_KNOWN)
		finish(registry, RC_OK, &cluster);
	else if (shared == RC_SHARED_PENDING && now < registry->patience)
		rc_client_want(client, now + SHARED_POLL, RC_WAIT_SHARED);
	else
	{
		registry->claimed = shared == RC_SHARED_UNKNOWN;
		ask(registry);
	}
}

/* Takes the source's answer in if it is there. */
static void
look_at_source(rc_registry *registry)
{
	rc_cluster	cluster;
	rc_status	status;

	if (registry->quorum != NULL)
		status = rc_quorum_poll(registry->quorum, &cluster, &registry->error);
	else
		status = rc_bootstrap_step(registry->bootstrap, &cluster, &registry->error);
	if (status == RC_AGAIN)
		return;
	publish(registry, status == RC_OK ? &cluster : NULL);
	finish(registry, status, &cluster);
}

static bool
answered(const rc_registry *registry, bool want_master)
{
	return registry->known && (!want_master || registry->cluster.master.port != 0);
}

/* See rc_registry_meta_step. */
static rc_status
step(rc_registry *registry, bool want_master, unsigned *run, rc_error *err)
{
	bool		ours = *run == registry->runs && *run != 0;

	*run = 0;
	if (!is_open(registry) && !ours && !answered(registry, want_master))
		begin(registry);
	if (registry->phase == REGISTRY_LOOKING)
		look_at_others(registry);
	if (registry->phase == REGISTRY_ASKING)
		look_at_source(registry);
	if (answered(registry, want_master))
		return RC_OK;
	if (is_open(registry))
	{
		*run = registry->runs;
		return RC_AGAIN;
	}
	/* it failed; the next call starts another */
	if (registry->known)
		return rc_error_set(err, RC_MASTER_UNAVAILABLE, "HBase has no active master");
	*err = registry->error;
	return err->status;
}

rc_status
rc_registry_meta_step(rc_registry *registry, unsigned *run, rc_server_name *server, rc_error *err)
{
	rc_status	status = step(registry, false, run, err);

	if (status == RC_OK)
		*server = registry->cluster.meta;
	return status;
}

rc_status
rc_registry_master_step(rc_registry *registry, unsigned *run, rc_server_name *server, rc_error *err)
{
	rc_status	status = step(registry, true, run, err);

	if (status == RC_OK)
		*server = registry->cluster.master;
	return status;
}

/* ----- what failed, and who gives up ----- */

void
rc_registry_forget_meta(rc_registry *registry, const rc_server_name *server)
{
	/* another operation may have learned better already */
	if (registry->known && rc_server_name_equal(&registry->cluster.meta, server))
		registry->known = false;
}

void
rc_registry_forget_master(rc_registry *registry, const rc_server_name *server)
{
	if (registry->known && rc_server_name_equal(&registry->cluster.master, server))
		registry->known = false;
}

void
rc_registry_stop(rc_registry *registry)
{
	if (!is_open(registry))
		return;
	if (registry->phase == REGISTRY_ASKING && registry->quorum != NULL)
		rc_quorum_stop(registry->quorum);
	else if (registry->phase == REGISTRY_ASKING)
		rc_bootstrap_stop(registry->bootstrap);
	publish(registry, NULL);
	registry->phase = REGISTRY_IDLE;
	/* whoever else waited for this answer begins another */
	registry->runs++;
}

void
rc_registry_tick(rc_registry *registry, int64_t now)
{
	if (registry->phase == REGISTRY_ASKING && registry->quorum != NULL)
		rc_quorum_tick(registry->quorum, now);
}

int64_t
rc_registry_next_tick(const rc_registry *registry)
{
	return registry->phase == REGISTRY_ASKING && registry->quorum != NULL ?
		rc_quorum_next_tick(registry->quorum) : INT64_MAX;
}

const char *
rc_registry_cluster_id(const rc_registry *registry)
{
	return registry->cluster.id;
}

rc_registry *
rc_registry_create(rc_client *client, rc_error *err)
{
	rc_registry *registry = rc_client_alloc(client, sizeof(rc_registry));

	if (registry == NULL)
	{
		rc_error_set(err, RC_NO_MEMORY, "out of memory");
		return NULL;
	}
	registry->client = client;
	if (client->config.bootstrap != NULL)
		registry->bootstrap = rc_bootstrap_create(client, err);
	else
		registry->quorum = rc_quorum_create(client, err);
	if (registry->bootstrap != NULL || registry->quorum != NULL)
		return registry;
	rc_client_free(client, registry);
	return NULL;
}

void
rc_registry_destroy(rc_registry *registry)
{
	if (registry == NULL)
		return;
	rc_registry_stop(registry);
	rc_quorum_destroy(registry->quorum);
	rc_bootstrap_destroy(registry->bootstrap);
	rc_client_free(registry->client, registry);
}
