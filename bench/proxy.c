/*
 * proxy.c - a TCP proxy that makes loopback as far away as a network.
 *
 *	proxy DELAY_US LISTEN_ADDRESS TARGET_ADDRESS PORT...
 *
 * Listens on every PORT of one address and forwards to the same port of the other.
 * Bytes leave DELAY_US after they came, each way; nothing limits how many do: a
 * direction may hold CHUNKS_MAX chunks, so that with 1 ms its bound is above
 * 10 GB/s.  A connection's set-up is not delayed.
 *
 * Prints "ready".  For every line on standard input it prints how many bytes went to
 * the servers and to the clients so far; it ends with standard input.
 *
 * One thread, edge-triggered epoll and one timer: connections are few, so each turn
 * looks at all of them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_BYTES (64 * 1024)	/* read at once */
#define CHUNKS_MAX 1024			/* held by a direction: at most 64 MB */
#define CONNECTIONS_MAX 4096
#define EVENTS_MAX 64

typedef struct chunk
{
	struct chunk *next;
	int64_t		due;			/* ns of the monotonic clock */
	size_t		len;			/* 0: the sender has ended */
	size_t		sent;
	char		data[CHUNK_BYTES];
} chunk;

/* One way of a connection: from one socket to the other. */
typedef struct direction
{
	int			from;
	int			to;
	chunk	   *first;
	chunk	   *last;
	int			chunks;
	bool		readable;		/* until a read would block */
	bool		writable;		/* until a write would block */
	bool		ended;			/* nothing more will be read */
	bool		closed;			/* the end was passed on */
	uint64_t   *count;			/* of bytes passed on */
} direction;

typedef struct connection
{
	direction	way[2];			/* to the server, to the client */
	int			index;			/* in the list of all */
} connection;

static int64_t delay;
static int	epoll;
static struct in_addr target;
static connection *connections[CONNECTIONS_MAX];
static int	connection_count;
static chunk *free_chunks;
static uint64_t bytes[2];

static void
die(const char *what)
{
	fprintf(stderr, "proxy: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

static chunk *
chunk_new(void)
{
	chunk	   *c = free_chunks;

	if (c != NULL)
		free_chunks = c->next;
	else if ((c = malloc(sizeof(chunk))) == NULL)
		die("malloc");
	return c;
}

static void
chunk_free(chunk *c)
{
	c->next = free_chunks;
	free_chunks = c;
}

/* What the epoll descriptor knows of a descriptor: a connection, or a number for the rest. */
static void
watch(int fd, uint32_t events, void *ptr)
{
	struct epoll_event e = {.events = events, .data.ptr = ptr};

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) != 0)
		die("epoll_ctl");
}

static void
connection_close(connection *c)
{
	for (int i = 0; i < 2; i++)
	{
		while (c->way[i].first != NULL)
		{
			chunk	   *gone = c->way[i].first;

			c->way[i].first = gone->next;
			chunk_free(gone);
		}
		close(c->way[i].from);
	}
	connections[c->index] = connections[--connection_count];
	connections[c->index]->index = c->index;
	free(c);
}

static void
connection_open(int client, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = target};
	int			server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int			one = 1;
	connection *c;

	if (server < 0 || connection_count == CONNECTIONS_MAX ||
		(connect(server, (struct sockaddr *) &address, sizeof address) != 0 && errno != EINPROGRESS))
	{
		close(client);
		if (server >= 0)
			close(server);
		return;
	}
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if ((c = calloc(1, sizeof *c)) == NULL)
		die("calloc");
	for (int i = 0; i < 2; i++)
		c->way[i] = (direction) {.from = i ? server : client, .to = i ? client : server, .count = &bytes[i]};
	c->index = connection_count;
	connections[connection_count++] = c;
	watch(client, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, c);
	watch(server, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, c);
}

/* Takes what has come; false when the connection is broken. */
static bool
direction_read(direction *d)
{
	while (d->readable && !d->ended && d->chunks < CHUNKS_MAX)
	{
		chunk	   *c = chunk_new();
		ssize_t		n = read(d->from, c->data, CHUNK_BYTES);

		if (n < 0)
		{
			chunk_free(c);
			/* ENOTCONN: the connection to the server is not there yet */
			d->readable = false;
			return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
		}
		c->next = NULL;
		c->due = now_ns() + delay;
		c->len = n;
		c->sent = 0;
		d->ended = n == 0;
		*(d->first ? &d->last->next : &d->first) = c;
		d->last = c;
		d->chunks++;
	}
	return true;
}

/* Passes on what is due; false when the connection is broken. */
static bool
direction_write(direction *d, int64_t now)
{
	while (d->first != NULL && d->first->due <= now && d->writable)
	{
		chunk	   *c = d->first;

		if (c->len == 0)
		{
			shutdown(d->to, SHUT_WR);
			d->closed = true;
		}
		while (c->sent < c->len)
		{
			ssize_t		n = send(d->to, c->data + c->sent, c->len - c->sent, MSG_NOSIGNAL);

			if (n < 0)
			{
				d->writable = false;
				return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
			}
			c->sent += n;
			*d->count += n;
		}
		d->first = c->next;
		d->chunks--;
		chunk_free(c);
	}
	return true;
}

/* Moves what can be moved; the return is when to come again, in ns, or 0. */
static int64_t
turn(void)
{
	int64_t		now = now_ns();
	int64_t		next = 0;

	for (int i = connection_count - 1; i >= 0; i--)
	{
		direction  *way = connections[i]->way;
		bool		alive = true;

		for (int j = 0; j < 2; j++)
			alive = alive && direction_write(&way[j], now) && direction_read(&way[j]);
		if (!alive || (way[0].closed && way[1].closed))
		{
			connection_close(connections[i]);
			continue;
		}
		for (int j = 0; j < 2; j++)
			if (way[j].first != NULL && way[j].writable && (next == 0 || way[j].first->due < next))
				next = way[j].first->due;
	}
	return next;
}

static int
listen_on(struct in_addr address, int port)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address};
	int			fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int			one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (fd < 0 || bind(fd, (struct sockaddr *) &name, sizeof name) != 0 || listen(fd, 128) != 0)
		die("listen");
	return fd;
}

static void
accept_all(int listener, int port)
{
	int			fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		connection_open(fd, port);
}

/* A line asks for the counts; the end of input ends us. */
static void
answer_questions(void)
{
	char		buf[256];
	ssize_t		n = read(STDIN_FILENO, buf, sizeof buf);

	if (n <= 0)
		exit(0);
	for (ssize_t i = 0; i < n; i++)
		if (buf[i] == '\n')
			printf("%" PRIu64 " %" PRIu64 "\n", bytes[0], bytes[1]);
	fflush(stdout);
}

static void
note_event(const struct epoll_event *e)
{
	connection *c = e->data.ptr;

	/* Of which of its two sockets is not told: try both. */
	for (int i = 0; i < 2; i++)
	{
		c->way[i].readable |= (e->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
		c->way[i].writable |= (e->events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
	}
}

int
main(int argc, char **argv)
{
	struct in_addr address;
	int			timer;
	int			ports = argc - 4;
	int		   *listener = calloc(ports > 0 ? ports : 1, sizeof *listener);

	if (ports < 1 || listener == NULL || inet_aton(argv[2], &address) == 0 || inet_aton(argv[3], &target) == 0)
	{
		fprintf(stderr, "usage: proxy DELAY_US LISTEN_ADDRESS TARGET_ADDRESS PORT...\n");
		return 2;
	}
	delay = atoll(argv[1]) * 1000;
	signal(SIGPIPE, SIG_IGN);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	watch(timer, EPOLLIN | EPOLLET, &timer);
	watch(STDIN_FILENO, EPOLLIN, NULL);
	for (int i = 0; i < ports; i++)
	{
		listener[i] = listen_on(address, atoi(argv[4 + i]));
		watch(listener[i], EPOLLIN, &listener[i]);
	}
	printf("ready\n");
	fflush(stdout);

	for (;;)
	{
		struct epoll_event events[EVENTS_MAX];
		int			n = epoll_wait(epoll, events, EVENTS_MAX, -1);
		int64_t		next;

		if (n < 0 && errno != EINTR)
			die("epoll_wait");
		for (int i = 0; i < n; i++)
		{
			int		   *p = events[i].data.ptr;

			if (p == NULL)
				answer_questions();
			else if (p >= listener && p < listener + ports)
				accept_all(*p, atoi(argv[4 + (p - listener)]));
			else if (p != &timer)
				note_event(&events[i]);
		}
		next = turn();
		if (next != 0)
		{
			struct itimerspec when = {.it_value = {next / 1000000000, next % 1000000000}};

			timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
		}
	}
}
