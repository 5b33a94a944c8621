/*
 * standalone.c
 *		A host for programs and tests: malloc, poll(2), CLOCK_MONOTONIC.
 *
 * Nothing is logged and descriptors are not counted.  EINTR counts as an
 * interrupt, so a program can stop a wait with a signal.
 */
#include "regionclient.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

static void *
standalone_alloc(void *ctx, size_t size)
{
	(void) ctx;
	return malloc(size);
}

static void *
standalone_realloc(void *ctx, void *ptr, size_t size)
{
	(void) ctx;
	return realloc(ptr, size);
}

static void
standalone_free(void *ctx, void *ptr)
{
	(void) ctx;
	free(ptr);
}

static int64_t
standalone_now(void *ctx)
{
	struct timespec ts;

	(void) ctx;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static rc_status
standalone_wait(void *ctx, int fd, int64_t until, rc_wait_kind kind)
{
	struct pollfd p = {fd, POLLIN, 0};
	int64_t		left = until - standalone_now(ctx);

	(void) kind;
	if (left < 0)
		left = 0;
	/* a longer wait is cut: the caller looks at the clock and waits again */
	if (left > 3600 * 1000)
		left = 3600 * 1000;
	if (poll(&p, 1, (int) left) < 0 && errno == EINTR)
		return RC_INTERRUPTED;
	return RC_OK;
}

static void
standalone_log(void *ctx, rc_log_level level, const char *message)
{
	(void) ctx;
	(void) level;
	(void) message;
}

static bool
standalone_fd_acquire(void *ctx)
{
	(void) ctx;
	return true;
}

static void
standalone_fd_release(void *ctx)
{
	(void) ctx;
}

const rc_host rc_host_standalone = {
	.ctx = NULL,
	.alloc = standalone_alloc,
	.realloc = standalone_realloc,
	.free = standalone_free,
	.wait = standalone_wait,
	.now = standalone_now,
	.log = standalone_log,
	.fd_acquire = standalone_fd_acquire,
	.fd_release = standalone_fd_release,
};
