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

/* A znode that names this server: MetaRegionServer and Master are alike. */
static void
print_znode(fake_server *server, FILE *f, const char *name)
{
	rc_buf		server_name;
	rc_buf		znode;

	fake_buf(&server_name);
	fake_buf(&znode);
	fake_put_string(&server_name, 1, "127.0.0.1", 9);
	fake_put_number(&server_name, 2, (uint64_t) server->port);
	rc_buf_put(&znode, "PBUF", 4);
	fake_put_message(&znode, 1, &server_name);
	fprintf(f, "echo %s ", name);
	for (size_t i = 0; i < znode.len; i++)
		fprintf(f, "%02x", znode.data[i]);
	fprintf(f, "\n");
	rc_buf_free(&server_name);
	rc_buf_free(&znode);
}

/* A script that prints what htable_quorum would. */
void
fake_write_program(fake_server *server)
{
	FILE	   *f = fopen(server->program, "w");

	if (f == NULL)
		fake_die("fopen");
	fprintf(f, "#!/bin/sh\n");
	print_znode(server, f, "meta-region-server");
	if (!server->no_master)
		print_znode(server, f, "master");
	fprintf(f, "echo end\n");
	fclose(f);
	chmod(server->program, 0700);
}

void
fake_bootstrap(fake_server *server, const char *servers)
{
	char	   *out = server->bootstrap;

	for (const char *p = servers; *p != '\0'; p++)
		if (p[0] == '%' && p[1] == 'd')
		{
			out += sprintf(out, "%d", server->port);
			p++;
		}
		else
			*out++ = *p;
	*out = '\0';
	server->config.quorum = NULL;
	server->config.bootstrap = server->bootstrap;
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
	int			fd;

	snprintf(server->program, sizeof(server->program), "/tmp/fake_quorum.XXXXXX");
	fd = mkstemp(server->program);
	if (fd < 0)
		fake_die("mkstemp");
	close(fd);
	fake_write_program(server);
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
