/*
 * core.c
 *		A client's memory, descriptors, clock and log.
 */
#include "core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Frames below this go back to the allocator, bigger ones may be kept. */
#define SMALL_CHUNK				((size_t) 16 * 1024)

int64_t
rc_client_now(const rc_client *client)
{
	return client->host.now(client->host.ctx);
}

void *
rc_client_alloc(rc_client *client, size_t size)
{
	void	   *ptr = client->host.alloc(client->host.ctx, size);

	if (ptr != NULL)
		memset(ptr, 0, size);
	return ptr;
}

void
rc_client_free(rc_client *client, void *ptr)
{
	client->host.free(client->host.ctx, ptr);
}

/* xorshift64*: for jitter only. */
uint32_t
rc_client_random(rc_client *client)
{
	client->random ^= client->random >> 12;
	client->random ^= client->random << 25;
	client->random ^= client->random >> 27;
	return (uint32_t) ((client->random * UINT64_C(2685821657736338717)) >> 32);
}

void
rc_client_log(rc_client *client, rc_log_level level, const char *format,...)
{
	char		message[600];
	va_list		args;

	if (client->host.log == NULL)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	client->host.log(client->host.ctx, level, message);
}

const char *
rc_client_alias(const rc_client *client, const char *name)
{
	for (size_t i = 0; i < client->naliases; i++)
		if (strcmp(client->aliases[i].name, name) == 0)
			return client->aliases[i].address;
	return name;
}

/* When the host allows no more descriptors, an idle connection makes room. */
bool
rc_client_fd_acquire(rc_client *client)
{
	do
	{
		if (client->host.fd_acquire(client->host.ctx))
			return true;
	} while (client->make_room(client));
	return false;
}

void
rc_client_fd_close(rc_client *client, rc_source *source)
{
	if (source->fd < 0)
		return;
	/* closing takes it out of the epoll set: nobody else holds a duplicate */
	close(source->fd);
	source->fd = -1;
	client->host.fd_release(client->host.ctx);
}

bool
rc_client_watch(rc_client *client, rc_source *source, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = source};

	return epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD, source->fd, &ev) == 0;
}

bool
rc_client_rewatch(rc_client *client, rc_source *source, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = source};

	return epoll_ctl(client->epoll_fd, EPOLL_CTL_MOD, source->fd, &ev) == 0;
}

bool
rc_client_chunk_take(rc_client *client, size_t min, size_t wish, rc_chunk *chunk)
{
	if (wish >= SMALL_CHUNK)
		for (int i = 0; i < RC_SPARE_CHUNKS; i++)
			if (client->spares[i].cap >= min)
			{
				*chunk = client->spares[i];
				client->spares[i] = (rc_chunk) {NULL, 0};
				return true;
			}
	chunk->data = client->host.alloc(client->host.ctx, min > 0 ? min : 1);
	chunk->cap = chunk->data != NULL ? min : 0;
	return chunk->data != NULL;
}

void
rc_client_chunks_trim(rc_client *client)
{
	for (int i = RC_RESTING_CHUNKS; i < RC_SPARE_CHUNKS; i++)
	{
		rc_client_free(client, client->spares[i].data);
		client->spares[i] = (rc_chunk) {NULL, 0};
	}
}

/* Keeps the bigger ones. */
void
rc_client_chunk_give(rc_client *client, rc_chunk *chunk)
{
	rc_chunk	rest = *chunk;

	*chunk = (rc_chunk) {NULL, 0};
	if (rest.cap >= SMALL_CHUNK)
		for (int i = 0; i < RC_SPARE_CHUNKS; i++)
			if (client->spares[i].cap < rest.cap)
			{
				rc_chunk	smaller = client->spares[i];

				client->spares[i] = rest;
				rest = smaller;
			}
	rc_client_free(client, rest.data);
}

void
rc_client_want(rc_client *client, int64_t until, rc_wait_kind kind)
{
	if (until < client->want_until)
		client->want_until = until;
	client->want_kind = kind;
}

void
rc_client_want_also(rc_client *client, int64_t until)
{
	rc_client_want(client, until, client->want_kind);
}

int64_t
rc_client_deadline(const rc_client *client, int64_t now)
{
	int64_t		deadline = now + client->config.operation_timeout;

	if (client->deadline != 0 && client->deadline < deadline)
		return client->deadline;
	return deadline;
}
