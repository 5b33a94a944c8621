/*
 * fake_host.c
 *		The host of a client that talks to a fake server, and a stand-in for
 *		htable_quorum (see fake_server.h).
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_server.h"

/* Real milliseconds to let loopback and child processes catch up. */
#define SETTLE		5
#define CHILD		5000

static int64_t
fake_now(void *ctx)
{
	return ((fake_server *) ctx)->clock;
}

static bool
readable(int fd, int ms)
{
	struct pollfd p = {fd, POLLIN, 0};

	return poll(&p, 1, ms) > 0;
}

static rc_status
fake_wait(void *ctx, int fd, int64_t until, rc_wait_kind kind)
{
	fake_server *server = ctx;

	if (server->interrupt_every > 0 && ++server->waits % server->interrupt_every == 0)
		return RC_INTERRUPTED;
	while (fake_serve_all(server))
		;
	if (readable(fd, kind == RC_WAIT_QUORUM ? CHILD : SETTLE) || fake_serve_all(server))
		return RC_OK;
	if (until == INT64_MAX)
		fake_die("the client waits for ever");
	if (until > server->clock)
		server->clock = until;
	return RC_OK;
}

/* A script that prints what htable_quorum would. */
static void
write_program(fake_server *server)
{
	rc_buf		name;
	rc_buf		znode;
	FILE	   *f;
	int			fd;

	snprintf(server->program, sizeof(server->program), "/tmp/fake_quorum.XXXXXX");
	fd = mkstemp(server->program);
	f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (f == NULL)
		fake_die("mkstemp");
	fake_buf(&name);
	fake_buf(&znode);
	/* ServerName {host_name, port} in MetaRegionServer.server */
	rc_buf_put(&name, "\x0a\x09" "127.0.0.1" "\x10", 12);
	rc_buf_put_varint(&name, (uint64_t) server->port);
	rc_buf_put(&znode, "PBUF\x0a", 5);
	rc_buf_put_varint(&znode, name.len);
	rc_buf_put(&znode, name.data, name.len);
	fprintf(f, "#!/bin/sh\necho meta-region-server ");
	for (size_t i = 0; i < znode.len; i++)
		fprintf(f, "%02x", znode.data[i]);
	fprintf(f, "\necho end\n");
	fclose(f);
	chmod(server->program, 0700);
	rc_buf_free(&name);
	rc_buf_free(&znode);
}

void
fake_refuse(fake_server *server, bool refuse)
{
	struct sockaddr_in sa = {0};
	socklen_t	len = sizeof(sa);
	int			on = 1;

	if (server->listener >= 0)
		close(server->listener);
	server->listener = -1;
	if (refuse)
		return;
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	sa.sin_family = AF_INET;
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sa.sin_port = htons((uint16_t) server->port);
	if (bind(server->listener, (struct sockaddr *) &sa, sizeof(sa)) < 0 || listen(server->listener, FAKE_MAX_CONNS) < 0)
		fake_die("bind");
	getsockname(server->listener, (struct sockaddr *) &sa, &len);
	server->port = ntohs(sa.sin_port);
}

void
fake_host(fake_server *server)
{
	write_program(server);
	server->config.quorum = "127.0.0.1";
	server->config.user = "tester";
	server->config.quorum_program = server->program;
	server->config.connect_timeout = 10000;
	server->config.rpc_timeout = 5000;
	server->config.operation_timeout = 60000;
	server->config.max_response_size = 1024 * 1024;
	server->config.fetch_bytes = 256 * 1024;
	server->host = rc_host_standalone;
	server->host.ctx = server;
	server->host.now = fake_now;
	server->host.wait = fake_wait;
}
