/*
 * registry.c
 *		Where hbase:meta and the active master are: what is known, and who is asked.
 *
 * Invariant: a question is open (`running`) from begin() until finish(); one
 * source, the one the client's configuration names, works on it meanwhile.
 */
#include "registry.h"

#include <string.h>

#include "bootstrap.h"
#include "quorum_run.h"

struct rc_registry
{
	rc_client  *client;
	rc_quorum  *quorum;			/* one of the two */
	rc_bootstrap *bootstrap;
	bool		running;
	unsigned	runs;			/* questions so far */

	/* the last answer */
	bool		known;
	rc_cluster	cluster;
	rc_error	error;
};

/* ----- the open question ----- */

static rc_status
begin(rc_registry *registry, rc_error *err)
{
	rc_status	status = RC_OK;

	if (registry->quorum != NULL)
		status = rc_quorum_begin(registry->quorum, err);
	else
		rc_bootstrap_begin(registry->bootstrap);
	if (status != RC_OK)
		return status;
	registry->running = true;
	registry->client->stats.registry_reads++;
	registry->runs++;
	return RC_OK;
}

/* Takes the answer in. */
static void
finish(rc_registry *registry, rc_status status, const rc_cluster *cluster)
{
	registry->running = false;
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

/* Takes the answer in if it is there. */
static void
look(rc_registry *registry)
{
	rc_cluster	cluster;
	rc_status	status;

	if (registry->quorum != NULL)
		status = rc_quorum_poll(registry->quorum, &cluster, &registry->error);
	else
		status = rc_bootstrap_step(registry->bootstrap, &cluster, &registry->error);
	if (status != RC_AGAIN)
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
	rc_status	status;

	*run = 0;
	if (!registry->running && !ours && !answered(registry, want_master))
	{
		status = begin(registry, err);
		if (status != RC_OK)
			return status;
	}
	if (registry->running)
		look(registry);
	if (answered(registry, want_master))
		return RC_OK;
	if (registry->running)
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
	if (!registry->running)
		return;
	if (registry->quorum != NULL)
		rc_quorum_stop(registry->quorum);
	else
		rc_bootstrap_stop(registry->bootstrap);
	registry->running = false;
	/* whoever else waited for this answer begins another */
	registry->runs++;
}

void
rc_registry_tick(rc_registry *registry, int64_t now)
{
	if (registry->running && registry->quorum != NULL)
		rc_quorum_tick(registry->quorum, now);
}

int64_t
rc_registry_next_tick(const rc_registry *registry)
{
	return registry->running && registry->quorum != NULL ?
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
	rc_quorum_destroy(registry->quorum);
	rc_bootstrap_destroy(registry->bootstrap);
	rc_client_free(registry->client, registry);
}
