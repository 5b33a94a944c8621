/*
 * client.c
 *		Opening and closing a client, its memory, its descriptors and its one wait.
 *
 * See client.h for the rules.  Upstream counterpart: AsyncConnectionImpl, but
 * without threads: nothing moves unless an operation waits here.
 */
#include "client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "link.h"
#include "locate.h"
#include "registry.h"

#define DEFAULT_ZNODE_PARENT	"/hbase"
#define DEFAULT_ZOOKEEPER_PORT	":2181"
#define DEFAULT_MASTER_PORT		":16000"

/* Ready descriptors taken from the kernel at a time; the rest stay ready. */
#define EVENTS_AT_ONCE			16

/* Time that passed outside of waits is not counted against calls, from this on (ms). */
#define PAUSE_NOTICED			50

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * A cursor may rest for minutes between two fetches, with a call in flight
 * whose answer nobody reads.  That time is the caller's, not the server's.
 */
static void
forgive_pause(rc_client *client, int64_t now)
{
	if (now - client->active_at < PAUSE_NOTICED)
		return;
	for (rc_link *link = client->links; link != NULL; link = rc_link_after(link))
		rc_link_pause(link, client->active_at, now);
}

int64_t
rc_client_wanted(rc_client *client)
{
	int64_t		until = client->want_until;

	for (rc_link *link = client->links; link != NULL; link = rc_link_after(link))
		until = earlier(until, rc_link_next_tick(link));
	client->want_until = INT64_MAX;
	return earlier(until, rc_registry_next_tick(client->registry));
}

rc_status
rc_client_wait(rc_client *client, rc_error *err)
{
	int64_t		until;
	rc_status	status;

	forgive_pause(client, rc_client_now(client));
	until = rc_client_wanted(client);
	status = client->host.wait(client->host.ctx, client->epoll_fd, until, client->want_kind);
	if (status != RC_OK)
	{
		client->active_at = rc_client_now(client);
		return rc_error_set(err, status, "interrupted");
	}
	rc_client_pump(client);
	return RC_OK;
}

void
rc_client_look(rc_client *client)
{
	forgive_pause(client, rc_client_now(client));
	rc_client_pump(client);
}

static void
timer_ready(rc_source *source, uint32_t events)
{
	rc_client  *client = (rc_client *) ((char *) source - offsetof(rc_client, timer));
	uint64_t	fired;

	(void) events;
	if (read(source->fd, &fired, sizeof(fired)) == sizeof(fired))
		client->timer_until = INT64_MAX;
}

static rc_status
open_timer(rc_client *client, rc_error *err)
{
	if (!rc_client_fd_acquire(client))
		return rc_error_set(err, RC_NO_DESCRIPTORS, "too many open files");
	client->timer.ready = timer_ready;
	client->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (client->timer.fd >= 0 && rc_client_watch(client, &client->timer, EPOLLIN))
		return RC_OK;
	rc_error_set(err, RC_NO_DESCRIPTORS, "could not create a timer: %s", strerror(errno));
	if (client->timer.fd >= 0)
		rc_client_fd_close(client, &client->timer);
	else
		client->host.fd_release(client->host.ctx);
	return RC_NO_DESCRIPTORS;
}

rc_status
rc_client_arm(rc_client *client, int64_t until, rc_error *err)
{
	struct itimerspec when = {{0, 0}, {0, 0}};
	int64_t		left = until - rc_client_now(client);

	if (client->timer.fd < 0)
	{
		rc_status	status = open_timer(client, err);

		if (status != RC_OK)
			return status;
	}
	if (until >= client->timer_until)
		return RC_OK;
	client->timer_until = until;
	/* a timer of no time would be none */
	if (left <= 0)
		when.it_value.tv_nsec = 1;
	else
	{
		when.it_value.tv_sec = left / 1000;
		when.it_value.tv_nsec = left % 1000 * 1000000;
	}
	timerfd_settime(client->timer.fd, 0, &when, NULL);
	return RC_OK;
}

void
rc_client_pump(rc_client *client)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int			n;

	rc_link_reap(client);
	n = epoll_wait(client->epoll_fd, events, EVENTS_AT_ONCE, 0);
	for (int i = 0; i < n; i++)
	{
		rc_source  *source = events[i].data.ptr;

		client->arrivals += source != &client->timer;
		/* an earlier event may have closed it */
		if (source->fd >= 0)
			source->ready(source, events[i].events);
	}
	client->active_at = rc_client_now(client);
	for (rc_link *link = client->links; link != NULL; link = rc_link_after(link))
		rc_link_tick(link, client->active_at);
	rc_registry_tick(client->registry, client->active_at);
}

void
rc_client_set_deadline(rc_client *client, int64_t deadline)
{
	client->deadline = deadline;
}

void
rc_client_adopt(rc_client *client, rc_child *child)
{
	child->next = client->children;
	child->link = &client->children;
	if (child->next != NULL)
		child->next->link = &child->next;
	client->children = child;
}

void
rc_client_disown(rc_child *child)
{
	*child->link = child->next;
	if (child->next != NULL)
		child->next->link = child->link;
}

void
rc_client_get_stats(const rc_client *client, rc_client_stats *stats)
{
	*stats = client->stats;
}

const char *
rc_client_cluster_id(const rc_client *client)
{
	return rc_registry_cluster_id(client->registry);
}

static char *
copy_string(rc_client *client, const char *s)
{
	size_t		len = strlen(s) + 1;
	char	   *copy = client->host.alloc(client->host.ctx, len);

	if (copy != NULL)
		memcpy(copy, s, len);
	return copy;
}

/*
 * Splits "name=address,..." in place.  RC_INVALID for an entry without a name
 * or an address.
 */
static rc_status
parse_hosts(rc_client *client, char *hosts, rc_error *err)
{
	size_t		n = 1;
	char	   *rest = hosts;

	for (const char *p = hosts; *p != '\0'; p++)
		n += *p == ',';
	client->aliases = rc_client_alloc(client, n * sizeof(rc_alias));
	if (client->aliases == NULL)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	while (rest != NULL && *rest != '\0')
	{
		char	   *entry = rest + strspn(rest, " ");
		char	   *equals;

		rest = strchr(entry, ',');
		if (rest != NULL)
			*rest++ = '\0';
		entry[strcspn(entry, " ")] = '\0';
		equals = strchr(entry, '=');
		if (equals == NULL || equals == entry || equals[1] == '\0')
			return rc_error_set(err, RC_INVALID, "invalid hosts entry \"%s\": expected name=address", entry);
		*equals = '\0';
		client->aliases[client->naliases++] = (rc_alias) {entry, equals + 1};
	}
	return RC_OK;
}

/* A port in 1 .. 65535, and nothing after it. */
static bool
valid_port(const char *s, size_t len)
{
	unsigned	port = 0;

	if (len == 0 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++)
	{
		if (s[i] < '0' || s[i] > '9')
			return false;
		port = port * 10 + (unsigned) (s[i] - '0');
	}
	return port >= 1 && port <= UINT16_MAX;
}

/* Appends one member "host[:port]" with its alias and its port filled in. */
static bool
put_member(rc_client *client, rc_buf *out, const char *member, size_t len, const char *default_port)
{
	const char *colon = NULL;
	char		host[256];
	size_t		host_len = len;

	for (size_t i = 0; i < len; i++)
	{
		if (member[i] <= ' ' || member[i] == '/')
			return false;
		if (member[i] == ':')
			colon = member + i;
	}
	/* the colons of "[::1]" are the host's */
	if (colon != NULL && memchr(colon, ']', (size_t) (member + len - colon)) != NULL)
		colon = NULL;
	if (colon != NULL)
		host_len = (size_t) (colon - member);
	if (host_len == 0 || host_len >= sizeof(host))
		return false;
	if (colon != NULL && !valid_port(colon + 1, len - host_len - 1))
		return false;
	memcpy(host, member, host_len);
	host[host_len] = '\0';
	rc_buf_put(out, rc_client_alias(client, host), strlen(rc_client_alias(client, host)));
	if (colon == NULL)
		rc_buf_put(out, default_port, strlen(default_port));
	else
		rc_buf_put(out, colon, len - host_len);
	return true;
}

/* A list of servers as ZooKeeper's library wants it: aliases replaced, every port given. */
static rc_status
copy_servers(rc_client *client, const char *list, const char *default_port,
			 const char **copy, rc_error *err)
{
	rc_buf		out;
	const char *at = list;

	rc_buf_init(&out, &client->host);
	for (;;)
	{
		size_t		skip = strspn(at, " ");
		size_t		len = strcspn(at + skip, ", ");
		const char *member = at + skip;

		at = member + len + strspn(member + len, " ");
		if ((*at != ',' && *at != '\0') || !put_member(client, &out, member, len, default_port))
		{
			rc_buf_free(&out);
			return rc_error_set(err, RC_INVALID, "invalid list of servers \"%s\": expected host[:port],...", list);
		}
		if (*at++ == '\0')
			break;
		rc_buf_put_u8(&out, ',');
	}
	rc_buf_put_u8(&out, '\0');
	if (out.failed)
	{
		rc_buf_free(&out);
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	}
	*copy = (char *) out.data;
	return RC_OK;
}

static rc_status
copy_config(rc_client *client, const rc_config *config, rc_error *err)
{
	const char *parent = config->znode_parent ? config->znode_parent : DEFAULT_ZNODE_PARENT;
	rc_status	status;

	client->config = *config;
	client->config.quorum = client->config.bootstrap = NULL;
	client->config.znode_parent = copy_string(client, parent);
	client->config.hosts = copy_string(client, config->hosts ? config->hosts : "");
	client->config.user = copy_string(client, config->user);
	client->config.quorum_program = copy_string(client, config->quorum_program);
	if (!client->config.znode_parent || !client->config.hosts ||
		!client->config.user || !client->config.quorum_program)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	if (parent[0] != '/')
		return rc_error_set(err, RC_INVALID, "invalid znode_parent \"%s\": expected an absolute path", parent);
	if (config->user[0] == '\0')
		return rc_error_set(err, RC_INVALID, "the HBase user name is empty");
	status = parse_hosts(client, (char *) client->config.hosts, err);
	if (status != RC_OK)
		return status;
	if ((config->quorum == NULL) == (config->bootstrap == NULL))
		return rc_error_set(err, RC_INVALID, "expected either a quorum or bootstrap servers");
	if (config->bootstrap != NULL)
		return copy_servers(client, config->bootstrap, DEFAULT_MASTER_PORT, &client->config.bootstrap, err);
	return copy_servers(client, config->quorum, DEFAULT_ZOOKEEPER_PORT, &client->config.quorum, err);
}

static rc_status
open_epoll(rc_client *client, rc_error *err)
{
	if (!rc_client_fd_acquire(client))
		return rc_error_set(err, RC_NO_DESCRIPTORS, "too many open files");
	client->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (client->epoll_fd >= 0)
		return RC_OK;
	client->host.fd_release(client->host.ctx);
	return rc_error_set(err, RC_NO_DESCRIPTORS, "could not create an epoll descriptor: %s",
						strerror(errno));
}

static rc_status
open_parts(rc_client *client, const rc_config *config, rc_error *err)
{
	rc_status	status = copy_config(client, config, err);

	if (status != RC_OK)
		return status;
	client->regions = rc_regions_create(client);
	if (client->regions == NULL)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	client->registry = rc_registry_create(client, err);
	return client->registry == NULL ? err->status : open_epoll(client, err);
}

rc_status
rc_client_open(const rc_host *host, const rc_config *config,
			   rc_client **client, rc_error *err)
{
	rc_client  *new = host->alloc(host->ctx, sizeof(rc_client));
	rc_status	status;

	*client = NULL;
	if (new == NULL)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	memset(new, 0, sizeof(rc_client));
	new->host = *host;
	new->epoll_fd = -1;
	new->make_room = rc_link_close_idle;
	new->want_until = new->timer_until = INT64_MAX;
	new->timer.fd = -1;
	new->active_at = rc_client_now(new);
	/* never zero; differs between processes and clients */
	new->random = ((uint64_t) getpid() << 32) ^ (uint64_t) (uintptr_t) new ^
		(uint64_t) new->active_at ^ UINT64_C(0x9E3779B97F4A7C15);
	new->random |= 1;
	status = open_parts(new, config, err);
	if (status != RC_OK)
	{
		rc_client_close(new);
		return status;
	}
	*client = new;
	return RC_OK;
}

void
rc_client_close(rc_client *client)
{
	rc_host		host;

	if (client == NULL)
		return;
	while (client->children != NULL)
		client->children->close(client->children);
	rc_link_free_all(client);
	rc_registry_destroy(client->registry);
	rc_regions_destroy(client->regions);
	for (int i = 0; i < RC_SPARE_CHUNKS; i++)
		rc_client_free(client, client->spares[i].data);
	rc_client_fd_close(client, &client->timer);
	if (client->epoll_fd >= 0)
	{
		close(client->epoll_fd);
		client->host.fd_release(client->host.ctx);
	}
	rc_client_free(client, client->aliases);
	rc_client_free(client, (char *) client->config.quorum);
	rc_client_free(client, (char *) client->config.bootstrap);
	rc_client_free(client, (char *) client->config.znode_parent);
	rc_client_free(client, (char *) client->config.hosts);
	rc_client_free(client, (char *) client->config.user);
	rc_client_free(client, (char *) client->config.quorum_program);
	host = client->host;
	host.free(host.ctx, client);
}
