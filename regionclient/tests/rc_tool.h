/*
 * rc_tool.h
 *		What the tools rc_cat and rc_put have in common.
 */
#ifndef RC_TOOL_H
#define RC_TOOL_H

#include <stdio.h>

#include "regionclient.h"

static inline void
tool_defaults(rc_config *config, const char *name)
{
	config->user = name;
	config->quorum_program = "regionclient/htable_quorum";
	config->connect_timeout = 10000;
	config->rpc_timeout = 60000;
	config->operation_timeout = 120000;
	config->max_response_size = 64 * 1024 * 1024;
	config->fetch_bytes = 2 * 1024 * 1024;
}

static inline void
tool_log(void *ctx, rc_log_level level, const char *message)
{
	(void) ctx;
	(void) level;
	fprintf(stderr, "log: %s\n", message);
}

/* The exit status. */
static inline int
tool_failed(const char *name, const rc_error *err)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s: %s (server \"%s\", class \"%s\", after %lld ms)\n", name,
			rc_status_name(err->status), err->message, err->server, err->java_class,
			(long long) err->elapsed);
	return 1;
}

static inline void
tool_print_stats(const rc_client *client)
{
	rc_client_stats c;

	rc_client_get_stats(client, &c);
	fprintf(stderr, "client: links %d connects %llu rpcs %llu registry_reads %llu meta_lookups %llu bytes %llu\n",
			c.links, (unsigned long long) c.connects, (unsigned long long) c.rpcs,
			(unsigned long long) c.registry_reads, (unsigned long long) c.meta_lookups,
			(unsigned long long) c.bytes_received);
}

#endif							/* RC_TOOL_H */
