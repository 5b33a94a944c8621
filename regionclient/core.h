/*
 * core.h
 *		What all operations of one cluster and user share, below connections and
 *		look-ups: the struct itself, memory, descriptors, the clock.
 *
 * Operations are state machines: a step returns RC_AGAIN after it said with
 * rc_client_want until when it would wait, and is called again after a wait
 * (client.h).  All that a step needs is in its objects, so a wait that ends
 * with RC_INTERRUPTED loses nothing.
 */
#ifndef RC_CORE_H
#define RC_CORE_H

#include "bytes.h"

struct rc_link;
struct rc_regions;
struct rc_registry;

/* A descriptor in the client's epoll set; fd < 0 once it is closed. */
typedef struct rc_source
{
	int			fd;
	void		(*ready) (struct rc_source *source, uint32_t events);
} rc_source;

/* Memory of one received frame. */
typedef struct rc_chunk
{
	uint8_t    *data;
	size_t		cap;
} rc_chunk;

/*
 * Big frames are kept for reuse: fresh memory of that size costs a page fault
 * per 4 KiB, every time.  A scan has some in turn; between scans fewer rest.
 */
#define RC_SPARE_CHUNKS		8
#define RC_RESTING_CHUNKS	2

/* One entry of the hosts map: name -> address. */
typedef struct rc_alias
{
	const char *name;
	const char *address;
} rc_alias;

/* What is remembered of a server that gave trouble when it was connected to. */
typedef struct rc_trouble rc_trouble;

/* An object the client closes when it is closed itself; first member of its owner. */
typedef struct rc_child
{
	struct rc_child *next;
	struct rc_child **link;		/* what points here */
	void		(*close) (struct rc_child *child);
} rc_child;

struct rc_client
{
	rc_host		host;
	rc_config	config;			/* its strings are ours */
	rc_alias   *aliases;
	size_t		naliases;
	int			epoll_fd;
	bool		(*make_room) (rc_client *client);	/* closes an idle descriptor; false: none */
	int64_t		deadline;		/* rc_client_set_deadline; 0 = none */
	int64_t		active_at;		/* when received bytes were last let in */
	uint64_t	random;			/* state of the generator for jitter */

	/* what the step in progress waits for */
	int64_t		want_until;
	rc_wait_kind want_kind;

	/* for hosts that wait themselves: a timer in the epoll set */
	rc_source	timer;
	int64_t		timer_until;	/* when it fires, INT64_MAX: not */
	uint64_t	arrivals;		/* times bytes were let in */

	struct rc_link *links;
	rc_trouble *troubles;
	struct rc_regions *regions;
	struct rc_registry *registry;
	rc_child   *children;
	rc_chunk	spares[RC_SPARE_CHUNKS];
	bool		cluster_seen;	/* hbase:meta or the master has answered once */
	rc_client_stats stats;
};

extern int64_t rc_client_now(const rc_client *client);
extern void *rc_client_alloc(rc_client *client, size_t size);	/* zeroed */
extern void rc_client_free(rc_client *client, void *ptr);
extern uint32_t rc_client_random(rc_client *client);
extern void rc_client_log(rc_client *client, rc_log_level level, const char *format,...)
			__attribute__((format(printf, 3, 4)));

/* The address to use in place of a host name; the name itself when the map has none. */
extern const char *rc_client_alias(const rc_client *client, const char *name);

/* Descriptors: counted by the host, and in the epoll set. */
extern bool rc_client_fd_acquire(rc_client *client);
extern void rc_client_fd_close(rc_client *client, rc_source *source);
extern bool rc_client_watch(rc_client *client, rc_source *source, uint32_t events);
extern bool rc_client_rewatch(rc_client *client, rc_source *source, uint32_t events);

/* Memory for frames.  take: at least min bytes, up to `wish` when that is spare. */
extern bool rc_client_chunk_take(rc_client *client, size_t min, size_t wish, rc_chunk *chunk);
extern void rc_client_chunk_give(rc_client *client, rc_chunk *chunk);

/* A scan is over: spare memory beyond RC_RESTING_CHUNKS is freed. */
extern void rc_client_chunks_trim(rc_client *client);

/* Called by a step that returns RC_AGAIN: it wants to be called at `until` at the latest. */
extern void rc_client_want(rc_client *client, int64_t until, rc_wait_kind kind);

/* The same on top of what a part of it wants, which has named the kind. */
extern void rc_client_want_also(rc_client *client, int64_t until);

/* The latest time for what starts now, by operation_timeout and rc_client_set_deadline. */
extern int64_t rc_client_deadline(const rc_client *client, int64_t now);

#endif							/* RC_CORE_H */
