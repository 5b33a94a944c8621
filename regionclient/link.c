/*
 * link.c
 *		One TCP connection to one service of one server, with its calls.
 *
 * Invariants:
 *	- The socket never blocks.  Connecting, writing and reading go on in
 *	  link_ready, which rc_client_pump calls.
 *	- A call is in the list of its connection exactly while it is not done.
 *	- A dead connection keeps its struct until rc_link_reap, outside of events.
 * Upstream: org.apache.hadoop.hbase.ipc.NettyRpcConnection and AbstractRpcClient.
 */
#include "link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link_parts.h"
#include "trouble.h"

/* The server takes no shorter time-out (hbase.ipc.min.client.request.timeout). */
#define MIN_TIMEOUT		20

/* A server that did not answer a connect is not tried again for so long (ms). */
#define TROUBLE_TIME	2000

/* Connections closed without a word after the header, in a row, until that is the answer. */
#define MAX_EARLY_ENDS	3

/* A connection that rested for so long (ms) may have been closed by the server: look first. */
#define RESTED			1000

static void link_connect(rc_link *link, int error);
static void link_ready(rc_source *source, uint32_t events);

/* ----- calls ----- */

static void
call_append(rc_link *link, rc_call *call)
{
	call->link = link;
	call->prev = link->calls_end;
	*link->calls_end = call;
	link->calls_end = &call->next;
}

static void
call_unlink(rc_link *link, rc_call *call)
{
	*call->prev = call->next;
	if (call->next != NULL)
		call->next->prev = call->prev;
	else
		link->calls_end = call->prev;
	call->link = NULL;
}

/* Has the socket taken all of the request? */
static bool
is_sent(const rc_link *link, const rc_call *call)
{
	return link->out.sent >= call->ends;
}

void
rc_link_finish_call(rc_link *link, rc_call *call, rc_status status)
{
	call_unlink(link, call);
	call->done = true;
	call->status = status;
	if (!call->abandoned)
		return;
	if (call->orphan != NULL && status == RC_OK)
		call->orphan(link, call);
	rc_call_free(call);
}

void
rc_link_fail_call(rc_link *link, rc_call *call, const rc_error *err)
{
	call->error = *err;
	call->undelivered = link->state == LINK_DEAD && !is_sent(link, call);
	if (call->error.server[0] == '\0')
		snprintf(call->error.server, sizeof(call->error.server), "%s", link->name);
	rc_link_finish_call(link, call, err->status);
}

rc_wait_kind
rc_call_wait_kind(const rc_call *call, rc_wait_kind answer)
{
	return call->link != NULL && call->link->state == LINK_CONNECTING ? RC_WAIT_CONNECT : answer;
}

void
rc_call_free(rc_call *call)
{
	if (call == NULL)
		return;
	rc_client_chunk_give(call->client, &call->chunk);
	rc_client_free(call->client, call);
}

void
rc_call_abandon(rc_call *call, void (*orphan) (rc_link *link, rc_call *call))
{
	if (call == NULL)
		return;
	call->abandoned = true;
	call->orphan = orphan;
	if (call->done)
		rc_call_free(call);
}

/* ----- the end of a connection ----- */

void
rc_link_fail(rc_link *link, const rc_error *err)
{
	if (link->state == LINK_DEAD)
		return;
	rc_client_log(link->client, RC_LOG_DEBUG, "connection to %s ends: %s", link->name, err->message);
	link->state = LINK_DEAD;
	rc_client_fd_close(link->client, &link->source);
	link->client->stats.links--;
	while (link->calls != NULL)
		rc_link_fail_call(link, link->calls, err);
}

void
rc_link_fail_with(rc_link *link, rc_status status, const char *message)
{
	rc_error	err;

	rc_error_set(&err, status, "%s", message);
	snprintf(err.server, sizeof(err.server), "%s", link->name);
	rc_link_fail(link, &err);
}

void
rc_link_ended(rc_link *link, int error)
{
	rc_trouble *t;

	if (link->heard || error != 0)
	{
		rc_link_fail_with(link, RC_DISCONNECTED,
					   error ? strerror(error) : "server closed the connection");
		return;
	}
	t = rc_trouble_get(link->client, link->name);
	if (t != NULL && ++t->early_ends >= MAX_EARLY_ENDS)
	{
		t->early_ends = 0;
		rc_link_fail_with(link, RC_CONNECTION_REFUSED_BY_SERVER,
					   "server closes connections after the connection header");
	}
	else
		rc_link_fail_with(link, RC_DISCONNECTED, "server closed the connection without an answer");
}

/* ----- connecting ----- */

/* Remembers a server that let a connect time out, so that not every call waits for it. */
static void
link_unreachable(rc_link *link, int error)
{
	rc_error	err;
	rc_trouble *t;

	rc_error_set(&err, RC_CONNECT_FAILED, "%s", strerror(error));
	snprintf(err.server, sizeof(err.server), "%s", link->name);
	err.elapsed = rc_client_now(link->client) - link->connect_started;
	if (error == ETIMEDOUT && (t = rc_trouble_get(link->client, link->name)) != NULL)
	{
		t->until = rc_client_now(link->client) + TROUBLE_TIME;
		t->error = err;
	}
	rc_link_fail(link, &err);
}

static void
set_options(rc_client *client, int fd)
{
	int			on = 1;
	unsigned	dead_after = (unsigned) client->config.rpc_timeout;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	/* a peer that vanished: sent bytes without acknowledgement end the connection */
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_after, sizeof(dead_after));
}

/* Begins to connect to one address; 0 or an errno. */
static int
connect_begin(rc_link *link, const rc_address *address)
{
	rc_client  *client = link->client;

	link->source.fd = socket(address->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link->source.fd < 0)
	{
		client->host.fd_release(client->host.ctx);
		return errno;
	}
	set_options(client, link->source.fd);
	if (connect(link->source.fd, (const struct sockaddr *) &address->sa, address->len) < 0 &&
		errno != EINPROGRESS && errno != EINTR)
		return errno;
	link->watch_out = true;
	link->connect_expires = rc_client_now(client) + client->config.connect_timeout;
	if (!rc_client_watch(client, &link->source, EPOLLIN | EPOLLOUT))
		return errno;
	return 0;
}

/* Tries the addresses not tried yet; `error` is that of the last one. */
static void
link_connect(rc_link *link, int error)
{
	while (link->address_at < link->addresses.n)
	{
		const rc_address *address = &link->addresses.address[link->address_at++];

		rc_client_fd_close(link->client, &link->source);
		if (!rc_client_fd_acquire(link->client))
		{
			rc_link_fail_with(link, RC_NO_DESCRIPTORS, "too many open files");
			return;
		}
		error = connect_begin(link, address);
		if (error == 0)
			return;
	}
	link_unreachable(link, error);
}

static void
link_connected(rc_link *link)
{
	int			error = 0;
	socklen_t	len = sizeof(error);

	if (getsockopt(link->source.fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error != 0)
	{
		link_connect(link, error);
		return;
	}
	link->state = LINK_UP;
	link->client->stats.connects++;
}

/* ----- writing ----- */

static void
link_write(rc_link *link)
{
	rc_bytes	pending;

	while ((pending = rc_outbox_pending(&link->out)).len > 0)
	{
		ssize_t		n = send(link->source.fd, pending.data, pending.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0)
		{
			rc_link_ended(link, errno);
			return;
		}
		rc_outbox_sent(&link->out, (size_t) n);
	}
	if ((pending.len > 0) != link->watch_out)
	{
		link->watch_out = pending.len > 0;
		rc_client_rewatch(link->client, &link->source, EPOLLIN | (link->watch_out ? EPOLLOUT : 0));
	}
}

static void
link_ready(rc_source *source, uint32_t events)
{
	rc_link    *link = (rc_link *) source;

	if (link->state == LINK_CONNECTING)
		link_connected(link);
	if (link->state == LINK_UP && link->watch_out)
		link_write(link);
	if (link->state == LINK_UP && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
		rc_link_read(link);
}

/* ----- making and finding connections ----- */

static rc_link *
link_create(rc_client *client, const char *host, uint16_t port, const char *service)
{
	rc_link    *link = rc_client_alloc(client, sizeof(rc_link));

	if (link == NULL)
		return NULL;
	link->source.fd = -1;
	link->source.ready = link_ready;
	link->client = client;
	snprintf(link->host, sizeof(link->host), "%s", host);
	snprintf(link->name, sizeof(link->name), "%s:%u", host, port);
	link->port = port;
	link->service = service;
	link->calls_end = &link->calls;
	rc_inbox_init(&link->in, client);
	rc_outbox_init(&link->out, &client->host);
	rc_frame_put_preamble(&link->out.buf, client->config.user, service);
	if (link->out.buf.failed)
	{
		rc_client_free(client, link);
		return NULL;
	}
	link->connect_started = rc_client_now(client);
	link->next = client->links;
	client->links = link;
	client->stats.links++;
	return link;
}

rc_link *
rc_link_find(rc_client *client, const char *host, uint16_t port, const char *service)
{
	rc_link    *link = client->links;

	while (link != NULL &&
		   (link->state == LINK_DEAD || link->port != port ||
			strcmp(link->host, host) != 0 || strcmp(link->service, service) != 0))
		link = link->next;
	return link;
}

/* A connection that still stands, as far as can be seen without asking. */
static rc_link *
link_reuse(rc_client *client, const char *host, uint16_t port, const char *service)
{
	rc_link    *link = rc_link_find(client, host, port, service);

	if (link != NULL && link->state == LINK_UP && link->calls == NULL &&
		rc_client_now(client) - link->used_at > RESTED)
		rc_link_read(link);
	return link != NULL && link->state != LINK_DEAD ? link : NULL;
}

rc_status
rc_link_get(rc_client *client, const char *host, uint16_t port,
			const char *service, rc_link **link, rc_error *err)
{
	rc_link    *new;
	rc_trouble *t;
	rc_addresses addresses;
	char		name[280];
	rc_status	status;

	*link = link_reuse(client, host, port, service);
	if (*link != NULL)
		return RC_OK;
	snprintf(name, sizeof(name), "%s:%u", host, port);
	t = rc_trouble_find(client, name);
	if (t != NULL && t->until > rc_client_now(client))
	{
		*err = t->error;
		return err->status;
	}
	status = rc_address_resolve(rc_client_alias(client, host), port, &addresses, err);
	if (status != RC_OK)
	{
		snprintf(err->server, sizeof(err->server), "%s", name);
		return status;
	}
	new = link_create(client, host, port, service);
	if (new == NULL)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	new->addresses = addresses;
	/* an error shows in the first call */
	*link = new;
	return RC_OK;
}

/* ----- calls, from outside ----- */

static rc_status
call_put(rc_link *link, rc_request *request, int64_t timeout, rc_error *err)
{
	request->call_id = link->next_id;
	if (timeout < MIN_TIMEOUT)
		timeout = MIN_TIMEOUT;
	request->timeout = timeout < INT32_MAX ? (uint32_t) timeout : INT32_MAX;
	if (rc_outbox_put(&link->out, request))
	{
		link->next_id = (link->next_id + 1) & INT32_MAX;
		return RC_OK;
	}
	return rc_error_set(err, RC_NO_MEMORY, "out of memory for a request");
}

rc_status
rc_link_send(rc_link *link, rc_request *request, int64_t expires,
			 rc_call **call, rc_error *err)
{
	rc_client  *client = link->client;
	rc_call    *new = rc_client_alloc(client, sizeof(rc_call));
	rc_status	status;

	*call = NULL;
	if (new == NULL)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	new->client = client;
	new->expires = expires;
	new->id = link->next_id;
	link->used_at = new->sent = rc_client_now(client);
	status = call_put(link, request, expires - link->used_at, err);
	if (status != RC_OK)
	{
		rc_client_free(client, new);
		return status;
	}
	new->ends = rc_outbox_end(&link->out);
	new->once = request->once;
	call_append(link, new);
	client->stats.rpcs++;
	*call = new;
	if (link->state == LINK_CONNECTING && link->source.fd < 0)
		link_connect(link, EHOSTUNREACH);
	else if (link->state == LINK_UP)
		link_write(link);
	return RC_OK;
}

void
rc_link_blame(rc_client *client, const char *host, uint16_t port, rc_error *err)
{
	if (err->server[0] == '\0')
		snprintf(err->server, sizeof(err->server), "%s:%u", host, port);
	for (rc_link *link = client->links; link != NULL; link = link->next)
		if (err->status == RC_PROTOCOL && link->port == port && strcmp(link->host, host) == 0)
			rc_link_fail(link, err);
}

/* ----- for client.c ----- */

rc_link *
rc_link_after(const rc_link *link)
{
	return link->next;
}

/*
 * A request that must not be carried out once it is given up is still to be
 * sent: only the end of the connection keeps it back.
 */
static bool
is_held_up(const rc_link *link, const rc_call *call)
{
	return call->once && !is_sent(link, call);
}

/*
 * A call got no answer in time.  Was it the connection?  When nothing arrived
 * for half of the call's time, answers will not come either: the server is
 * stuck, or it announced more bytes than it sends, and what it says next would
 * be taken for the rest of them.
 */
static bool
is_silent(const rc_link *link, const rc_call *call, int64_t now)
{
	return link->state == LINK_UP && now - link->heard_at >= (now - call->sent) / 2;
}

void
rc_link_tick(rc_link *link, int64_t now)
{
	bool		silent = false;
	rc_call    *next;

	if (link->state == LINK_CONNECTING && link->source.fd >= 0 && now >= link->connect_expires)
		link_connect(link, ETIMEDOUT);
	for (rc_call *call = link->calls; call != NULL; call = next)
	{
		rc_error	err;

		next = call->next;
		if (now < call->expires)
			continue;
		if (is_held_up(link, call))
		{
			rc_link_fail_with(link, RC_DISCONNECTED, "connection dropped because the server takes no requests");
			return;
		}
		silent |= is_silent(link, call, now);
		if (link->state == LINK_CONNECTING)
			rc_error_set(&err, RC_CONNECT_FAILED, "%s", strerror(ETIMEDOUT));
		else
			rc_error_set(&err, RC_RPC_TIMEOUT, "server did not answer in time");
		rc_link_fail_call(link, call, &err);
	}
	if (silent)
		rc_link_fail_with(link, RC_DISCONNECTED, "connection dropped because the server is silent");
}

int64_t
rc_link_next_tick(const rc_link *link)
{
	int64_t		at = INT64_MAX;

	if (link->state == LINK_CONNECTING && link->source.fd >= 0)
		at = link->connect_expires;
	for (const rc_call *call = link->calls; call != NULL; call = call->next)
		if (call->expires < at)
			at = call->expires;
	return at;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* What has begun since the pause did has not waited all of it. */
void
rc_link_pause(rc_link *link, int64_t since, int64_t now)
{
	link->connect_expires += now - later(since, link->connect_expires - link->client->config.connect_timeout);
	link->heard_at += now - since;
	for (rc_call *call = link->calls; call != NULL; call = call->next)
	{
		int64_t		ms = now - later(since, call->sent);

		call->sent += ms;
		if (call->expires < INT64_MAX - ms)
			call->expires += ms;
	}
}

bool
rc_link_close_idle(rc_client *client)
{
	rc_link    *oldest = NULL;
	rc_error	err;

	for (rc_link *link = client->links; link != NULL; link = link->next)
		if (link->state == LINK_UP && link->calls == NULL &&
			(oldest == NULL || link->used_at < oldest->used_at))
			oldest = link;
	if (oldest == NULL)
		return false;
	rc_error_set(&err, RC_DISCONNECTED, "closed to make room");
	rc_link_fail(oldest, &err);
	return true;
}

static void
link_free(rc_link *link)
{
	rc_inbox_free(&link->in);
	rc_outbox_free(&link->out);
	rc_client_free(link->client, link);
}

void
rc_link_trim(rc_client *client)
{
	for (rc_link *link = client->links; link != NULL; link = link->next)
		rc_outbox_trim(&link->out);
}

void
rc_link_reap(rc_client *client)
{
	for (rc_link **at = &client->links; *at != NULL;)
	{
		rc_link    *link = *at;

		if (link->state != LINK_DEAD)
		{
			at = &link->next;
			continue;
		}
		*at = link->next;
		link_free(link);
	}
}

void
rc_link_free_all(rc_client *client)
{
	rc_error	err;

	rc_error_set(&err, RC_DISCONNECTED, "client closed");
	for (rc_link *link = client->links; link != NULL; link = link->next)
		rc_link_fail(link, &err);
	rc_link_reap(client);
	while (client->troubles != NULL)
		rc_trouble_forget(client, client->troubles->name);
}
