/*
 * regionclient.h
 *		The public header of regionclient, a client for Apache HBase in C; it
 *		takes in encode.h (values) and write.h (mutations).
 *
 * regionclient finds regions through ZooKeeper and hbase:meta, speaks HBase's
 * RPC (protobuf frames and KeyValue cell blocks) over TCP, and hands out rows
 * whose cells are views into the received frames.  It knows nothing of
 * PostgreSQL: memory, waiting, the clock and logging come from the host that
 * embeds it (rc_host).
 *
 * Rules that hold everywhere:
 *	- Nothing here raises, longjmps, sleeps or blocks outside rc_host.wait.
 *	- A function that may wait returns RC_INTERRUPTED when the host says so.
 *	  Its state is kept in its object: the same call may be made again and
 *	  goes on where it stood, calls in flight included.
 *	- All times are milliseconds of rc_host.now(); all sizes are bytes.
 *	- Strings of HBase (row key, family, qualifier, value) are bytes with a
 *	  length; they may hold zeros.
 *	- The last argument of a fallible function is the rc_error it fills.
 */
#ifndef REGIONCLIENT_H
#define REGIONCLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Everything that can happen, as one code.  The first block is decided on this
 * side; the second block names classes of server exceptions (status.c maps
 * Java class names to them and says what the client does about each).
 */
typedef enum rc_status
{
	RC_OK = 0,
	RC_AGAIN,					/* internal: nothing to do until something arrives */
	RC_INTERRUPTED,				/* the host wants control; call again to go on */
	RC_NO_MEMORY,
	RC_NO_DESCRIPTORS,			/* the host allows no further file descriptor */
	RC_INVALID,					/* a malformed argument (quorum string, hosts map ...) */
	RC_CONNECT_FAILED,			/* no route, refused, unresolvable, connect time-out */
	RC_DISCONNECTED,			/* an established connection ended */
	RC_OPERATION_TIMEOUT,		/* the operation's deadline passed */
	RC_RPC_TIMEOUT,				/* one call got no answer in time (retried inside) */
	RC_PROTOCOL,				/* the server sent what the protocol does not allow */
	RC_TOO_LARGE,				/* an answer, row or cell above max_response_size */
	RC_NO_ZOOKEEPER,			/* no member of the quorum could be reached */
	RC_NO_REGISTRY,				/* no bootstrap server answered */
	RC_NO_HBASE,				/* ZooKeeper answers but holds no HBase under znode_parent */
	RC_BAD_REGION_INFO,			/* a znode or a row of hbase:meta does not parse */
	RC_HELPER_FAILED,			/* htable_quorum could not be started or died */

	RC_TABLE_MISSING,
	RC_NAMESPACE_MISSING,
	RC_TABLE_DISABLED,
	RC_FAMILY_MISSING,
	RC_ACCESS_DENIED,
	RC_NOT_SERVING,				/* the region is not on this server */
	RC_REGION_MOVED,			/* ... and the server says where it went */
	RC_REGION_OPENING,
	RC_WRONG_REGION,			/* the row is not in this region */
	RC_SERVER_STOPPING,
	RC_SERVER_STARTING,
	RC_MASTER_UNAVAILABLE,		/* there is none, or it is not ready */
	RC_REGION_BUSY,
	RC_QUEUE_FULL,				/* server overloaded: back off longer */
	RC_THROTTLED,				/* quota: the error text holds the wait */
	RC_QUOTA,					/* quota violated for good */
	RC_RESULT_TOO_LARGE,		/* Multi cut at the server's limit: resend the rest */
	RC_REQUEST_TOO_LARGE,
	RC_SCANNER_UNKNOWN,			/* lease gone or server restarted */
	RC_SCANNER_RESET,			/* the server closed the scanner after an error */
	RC_SCANNER_OUT_OF_ORDER,
	RC_SCANNER_LEASE,
	RC_SERVER_TIMEOUT,			/* the server saw our deadline pass */
	RC_SERVER_IO,				/* java.io.IOException and the like: a few tries */
	RC_NO_SUCH_SERVICE,			/* UnknownProtocolException */
	RC_CONNECTION_REFUSED_BY_SERVER,	/* FatalConnectionException and its kin */
	RC_SERVER_FINAL,			/* any other exception that says do not retry */
	RC_SERVER_UNKNOWN			/* any other exception */
} rc_status;

/* The name of a status, for logs and tests, as "RC_OK". */
extern const char *rc_status_name(rc_status status);

/* What went wrong, in words.  Every field is a zero-terminated string, cut if need be. */
typedef struct rc_error
{
	rc_status	status;
	char		message[512];	/* the reason, one line, no stack trace */
	char		server[280];	/* "host:port" it concerns, or "" */
	char		java_class[160];	/* exception class as the server named it, or "" */
	int64_t		elapsed;		/* ms spent on the operation that failed */
} rc_error;

/* A view of bytes owned by somebody else. */
typedef struct rc_bytes
{
	const uint8_t *data;
	size_t		len;
} rc_bytes;

/*
 * Are the bytes the same?  Names and keys are short and compared for every
 * cell, so words are compared in place of a call.
 */
static inline bool
rc_bytes_equal(rc_bytes a, rc_bytes b)
{
	const uint8_t *p = a.data;
	const uint8_t *q = b.data;
	size_t		len = a.len;
	uint64_t	x;
	uint64_t	y;
	uint32_t	u[4];

	if (len != b.len)
		return false;
	if (len < 4)
		return len == 0 || (p[0] == q[0] && p[len - 1] == q[len - 1] && p[len / 2] == q[len / 2]);
	/* of two words the last may overlap the one before */
	if (len < 8)
	{
		memcpy(&u[0], p, 4);
		memcpy(&u[1], q, 4);
		memcpy(&u[2], p + len - 4, 4);
		memcpy(&u[3], q + len - 4, 4);
		return u[0] == u[1] && u[2] == u[3];
	}
	for (; len > 8; len -= 8, p += 8, q += 8)
	{
		memcpy(&x, p, 8);
		memcpy(&y, q, 8);
		if (x != y)
			return false;
		if (len < 16)
			break;
	}
	p = a.data + a.len - 8;
	q = b.data + b.len - 8;
	memcpy(&x, p, 8);
	memcpy(&y, q, 8);
	return x == y;
}

/* What is being waited for: lets the host name its wait events. */
typedef enum rc_wait_kind
{
	RC_WAIT_QUORUM,				/* the answer of htable_quorum */
	RC_WAIT_BOOTSTRAP,			/* the answer of a bootstrap server */
	RC_WAIT_SHARED,				/* another client, which asks the same */
	RC_WAIT_CONNECT,			/* TCP connect */
	RC_WAIT_META,				/* a look-up in hbase:meta */
	RC_WAIT_MASTER,				/* an answer of the active master */
	RC_WAIT_SIZES,				/* region servers, which tell the sizes of regions */
	RC_WAIT_SCAN_OPEN,			/* a new scanner's first rows */
	RC_WAIT_SCAN_NEXT,			/* more rows of a scanner */
	RC_WAIT_GET,				/* a Get or Multi */
	RC_WAIT_WRITE,				/* a Multi of mutations */
	RC_WAIT_BACKOFF,			/* a pause before a retry */
	RC_WAIT_KINDS
} rc_wait_kind;

typedef enum rc_log_level
{
	RC_LOG_DEBUG,
	RC_LOG_INFO
} rc_log_level;

/* A server of HBase. */
typedef struct rc_server_name
{
	char		host[256];
	uint16_t	port;
} rc_server_name;

/* What is to be known of a cluster before anything can be asked of it. */
typedef struct rc_cluster
{
	char		id[64];			/* "" when unknown */
	rc_server_name meta;		/* serves hbase:meta */
	rc_server_name master;		/* the active one; port 0: none, or unknown */
} rc_cluster;

/* What the host's other clients know of the cluster. */
typedef enum rc_shared
{
	RC_SHARED_UNKNOWN,			/* nothing: this client is to find out and to publish it */
	RC_SHARED_PENDING,			/* another client is finding out: look again soon */
	RC_SHARED_KNOWN
} rc_shared;

/*
 * The host: how regionclient gets memory, waits, and tells the time.  The
 * struct is copied by rc_client_open.  No hook may raise or longjmp.
 */
typedef struct rc_host
{
	void	   *ctx;			/* first argument of every hook */
	void	   *(*alloc) (void *ctx, size_t size);	/* NULL when out of memory */
	void	   *(*realloc) (void *ctx, void *ptr, size_t size);	/* ptr may be NULL */
	void		(*free) (void *ctx, void *ptr);	/* ptr may be NULL */

	/*
	 * Wait until fd is readable (an epoll descriptor that stays the same for
	 * the life of the client) or the time `until` (ms of now(); INT64_MAX =
	 * for ever).  RC_OK: readable or time is up, RC_INTERRUPTED: the host
	 * wants control.
	 */
	rc_status	(*wait) (void *ctx, int fd, int64_t until, rc_wait_kind kind);
	int64_t		(*now) (void *ctx);	/* monotonic clock, ms */
	void		(*log) (void *ctx, rc_log_level level, const char *message);
	bool		(*fd_acquire) (void *ctx);	/* may one more descriptor be opened? */
	void		(*fd_release) (void *ctx);	/* it was closed */

	/*
	 * What clients of the same cluster share; both NULL: nothing.  Each answer
	 * has a generation of its own, never 0.  look: fills *cluster and
	 * *generation with an answer other than the stale one, which was of no use.
	 * publish: an answer, whose generation it gives out; NULL: this client
	 * found none, another may try.
	 */
	rc_shared	(*shared_look) (void *ctx, uint64_t stale, rc_cluster *cluster, uint64_t *generation);
	void		(*shared_publish) (void *ctx, const rc_cluster *cluster, uint64_t *generation);
} rc_host;

/* A host on malloc, poll(2) and CLOCK_MONOTONIC, for programs and tests. */
extern const rc_host rc_host_standalone;

/*
 * A client: the connections to one cluster as one HBase user, and the cache of
 * its region locations.  Opening makes no I/O.  Closing frees everything that
 * was opened from it, without waiting.
 */
typedef struct rc_client rc_client;

typedef struct rc_config
{
	/*
	 * One of the two ways to find the cluster, the other is NULL: ZooKeeper, or
	 * masters and region servers (HBase 2.5; masters since 2.3).
	 */
	const char *quorum;			/* "host[:port],..." of ZooKeeper, default port 2181 */
	const char *bootstrap;		/* "host[:port],..." of HBase's servers, default port 16000 */
	const char *znode_parent;	/* of quorum; "/hbase" when NULL */
	const char *hosts;			/* "name=address,..." replaces name resolution; may be NULL */
	const char *user;			/* HBase user name (simple authentication) */
	const char *quorum_program; /* absolute path of htable_quorum */
	int			connect_timeout;	/* ms, for TCP and for ZooKeeper's session */
	int			rpc_timeout;	/* ms for one call */
	int			operation_timeout;	/* ms for one operation with its retries */
	size_t		max_response_size;	/* bytes of one answer, and of one row */
	size_t		fetch_bytes;	/* bytes wanted in one answer of a scan */
} rc_config;

extern rc_status rc_client_open(const rc_host *host, const rc_config *config,
								rc_client **client, rc_error *err);
extern void rc_client_close(rc_client *client);

/*
 * The operation deadline for what starts from now on, ms of now(); 0 goes back
 * to operation_timeout.  The host passes its statement_timeout here.
 */
extern void rc_client_set_deadline(rc_client *client, int64_t deadline);

/* What a client did since it was opened. */
typedef struct rc_client_stats
{
	int			links;			/* connections open now */
	uint64_t	connects;		/* connections made */
	uint64_t	rpcs;			/* calls sent */
	uint64_t	registry_reads; /* times ZooKeeper or a bootstrap server was asked for the cluster */
	uint64_t	meta_lookups;	/* scans of hbase:meta */
	uint64_t	bytes_received;
} rc_client_stats;

extern void rc_client_get_stats(const rc_client *client, rc_client_stats *stats);

/* The id of the cluster, "" while it is not known; valid as long as the client. */
extern const char *rc_client_cluster_id(const rc_client *client);

/*
 * One cell.  The views stay valid as long as the row they came in.  Of what was
 * read, family and qualifier lie side by side: they can be compared at once.
 */
typedef struct rc_cell
{
	rc_bytes	row;
	rc_bytes	family;
	rc_bytes	qualifier;
	rc_bytes	value;
	uint64_t	timestamp;		/* ms by convention */
	uint8_t		type;			/* RC_CELL_PUT ... */
} rc_cell;

#define RC_CELL_PUT						4
#define RC_CELL_DELETE					8	/* one version */
#define RC_CELL_DELETE_FAMILY_VERSION	10
#define RC_CELL_DELETE_COLUMN			12	/* all versions of a column */
#define RC_CELL_DELETE_FAMILY			14

/* One row: its cells in HBase's order (family, qualifier, timestamp descending). */
typedef struct rc_row
{
	rc_bytes	key;
	const rc_cell *cells;
	size_t		ncells;			/* at least 1 */
} rc_row;

/* A column wanted in the answer; a whole family when any_qualifier. */
typedef struct rc_column
{
	rc_bytes	family;
	rc_bytes	qualifier;
	bool		any_qualifier;
} rc_column;

/*
 * A range of row keys.  An empty start means the first row, an empty stop
 * means past the last; start and stop are given in ascending order also for
 * reversed scans.  A point is start = stop, both inclusive.
 */
typedef struct rc_range
{
	rc_bytes	start;
	rc_bytes	stop;
	bool		start_inclusive;
	bool		stop_inclusive;
} rc_range;

#define RC_ALL_VERSIONS	INT32_MAX

/* What to read.  rc_scanner_open copies all of it. */
typedef struct rc_read
{
	rc_bytes	table;			/* "table" or "namespace:table" */
	const rc_column *columns;	/* none: every family */
	size_t		ncolumns;
	rc_bytes	filter;			/* an encoded filter (rc_filter_encode), or empty */
	int64_t		time_from;		/* cells with time_from <= timestamp < time_to */
	int64_t		time_to;		/* 0 and INT64_MAX: no condition */
	int32_t		max_versions;	/* per column, newest first; at least 1 */

	/*
	 * Delete markers too, and what they and newer versions hide but no
	 * compaction has dropped yet.  HBase then takes whole families only.
	 */
	bool		raw;
	bool		cache_blocks;	/* keep what is read in the server's block cache */

	/*
	 * Where many ranges lie in one region, they may be read by one scan, with a
	 * MultiRowRangeFilter that jumps from one to the next.
	 */
	bool		filter_ranges;

	/*
	 * Sorted ascending, disjoint; at least one.  Points are fetched by Get and
	 * Multi where they are few, everything else by region scanners.
	 */
	const rc_range *ranges;
	size_t		nranges;

	/*
	 * Where more ranges come from when those are used up, in the same order
	 * (from last to first when reversed); NULL: nowhere.  False: there are no
	 * more.  It may be asked before the rows of earlier ranges are out, and must
	 * not wait.  The keys of a range must live as long as the scanner.
	 */
	bool		(*more_ranges) (void *ctx, rc_range *range);
	void	   *more_ctx;
	bool		reversed;		/* ranges, and rows in them, from last to first */
	uint64_t	limit;			/* rows to deliver in all, 0 = no limit */

	/*
	 * Several regions are read at a time, at most scan_concurrency (at least 1)
	 * on a server, while fewer than scan_window bytes of rows wait for their
	 * turn or are on their way; 0: one region after the other.
	 */
	size_t		scan_window;
	int			scan_concurrency;
	bool		whole;			/* all rows will be taken: no need to begin with a few */

	/*
	 * Neither the filter nor columns nor times leave out rows, but few: servers
	 * that answer quickly are spared looking at the clock for each row.
	 */
	bool		dense;

	/*
	 * Rows of different ranges and regions may come in any order, and do once
	 * scan_window is full; in each region they are in the order of keys.
	 */
	bool		any_order;
} rc_read;

/*
 * A scanner delivers the rows of an rc_read in key order (but see any_order),
 * each exactly once, whatever regions do meanwhile (split, move, merge, lose leases, restart), or
 * fails with an error.  It is not a snapshot across rows.
 */
typedef struct rc_scanner rc_scanner;

typedef struct rc_scanner_stats
{
	uint64_t	regions;		/* region scanners opened, or regions asked by Get */
	uint64_t	rpcs;			/* calls sent for it, without look-ups */
	uint64_t	rows;			/* rows received */
	uint64_t	cells;			/* cells received */
	uint64_t	bytes;			/* bytes of its answers */
	uint64_t	retries;		/* calls that had to be made again */
	uint64_t	timeouts;		/* ... because no answer came in rpc_timeout */
	uint64_t	filtered_ranges;	/* ranges asked for by filters (see filter_ranges) */
} rc_scanner_stats;

/* Makes the scanner; no I/O. */
extern rc_status rc_scanner_open(rc_client *client, const rc_read *read,
								 rc_scanner **scanner, rc_error *err);

/*
 * The next row, or *row = NULL at the end (and after it).  The row and its
 * cells stay valid until the next call on the scanner.  After an error other
 * than RC_INTERRUPTED only rc_scanner_close may follow.
 */
extern rc_status rc_scanner_next(rc_scanner *scanner, const rc_row **row, rc_error *err);

/*
 * For hosts that wait for several things at once: the same without waiting;
 * RC_AGAIN: nothing to hand out yet.  Then, and before each wait of the host,
 * rc_scanner_watch gives the descriptor that becomes readable when the scanner
 * may get further: by bytes that came, by time, or at once because another
 * scanner's poll has let in what this one waits for.  It is one descriptor for
 * all scanners of a client, and the host does not close it.
 */
extern rc_status rc_scanner_poll(rc_scanner *scanner, const rc_row **row, rc_error *err);
extern rc_status rc_scanner_watch(rc_scanner *scanner, int *fd, rc_error *err);
extern void rc_scanner_get_stats(const rc_scanner *scanner, rc_scanner_stats *stats);

/*
 * Frees the scanner without waiting.  An idle scanner on the server is closed
 * by a message that needs no answer.  With a call in flight: when `cancelled`
 * its connection is dropped, since only that stops the server's work; else
 * the answer is thrown away when it comes, and the scanner closed then.
 */
extern void rc_scanner_close(rc_scanner *scanner, bool cancelled);

/*
 * Many short reads of one table at a time: the first rows of each range of a
 * read (read->limit of them, 0: all; the last rows where it is reversed), with
 * several calls in flight.  Up to 100 rows of a range in one region are one
 * call.  The ranges must not be empty.
 */
typedef struct rc_probes rc_probes;

/* Makes them; no I/O.  in_flight: ranges that are read at a time. */
extern rc_status rc_probes_open(rc_client *client, const rc_read *read, int in_flight,
								rc_probes **probes, rc_error *err);

/*
 * The next row, and in which range it is (by its place in read->ranges), in the
 * order of the read; *row = NULL at the end.  Row and errors as those of
 * rc_scanner_next.
 */
extern rc_status rc_probes_next(rc_probes *probes, size_t *range, const rc_row **row,
								rc_error *err);
extern void rc_probes_get_stats(const rc_probes *probes, rc_scanner_stats *stats);

/* As rc_scanner_close; NULL is allowed. */
extern void rc_probes_close(rc_probes *probes, bool cancelled);

/*
 * What the active master says of tables.  Everything here is asked of it anew:
 * who wants to remember an answer keeps it.
 */

/* An attribute of a table or family, as HBase writes it: mostly text. */
typedef struct rc_attribute
{
	rc_bytes	name;
	rc_bytes	value;
} rc_attribute;

typedef enum rc_keep_deleted
{
	RC_KEEP_DELETED_FALSE,
	RC_KEEP_DELETED_TRUE,		/* deleted cells are kept as others are */
	RC_KEEP_DELETED_TTL			/* ... until they expire */
} rc_keep_deleted;

#define RC_TTL_FOREVER	INT32_MAX

/* A column family: how long the past is kept, and every attribute it has. */
typedef struct rc_family_desc
{
	rc_bytes	name;
	int32_t		max_versions;	/* VERSIONS kept of a column */
	int32_t		min_versions;	/* ... also when older than ttl */
	int32_t		ttl;			/* seconds, or RC_TTL_FOREVER */
	rc_keep_deleted keep_deleted;
	const rc_attribute *attributes;
	size_t		nattributes;
} rc_family_desc;

typedef struct rc_table_desc
{
	rc_bytes	name;			/* "table" or "namespace:table" */
	bool		enabled;
	const rc_family_desc *families;
	size_t		nfamilies;
	const rc_attribute *attributes;
	size_t		nattributes;
} rc_table_desc;

typedef struct rc_table_list
{
	const rc_bytes *names;		/* "table" or "namespace:table" */
	size_t		n;
} rc_table_list;

/*
 * Asks the master one question after the other.  After RC_INTERRUPTED only
 * the same question may follow, or rc_admin_close.  A master that fails over
 * or is not ready is waited for, up to operation_timeout and at most `timeout`
 * ms for each question (0: no such limit); as long as the cluster was never
 * reached, a master that is not there is an error after connect_timeout:
 * RC_MASTER_UNAVAILABLE or RC_CONNECT_FAILED.
 */
typedef struct rc_admin rc_admin;

extern rc_status rc_admin_open(rc_client *client, int timeout, rc_admin **admin, rc_error *err);

/*
 * The descriptor of a table, which may be disabled; the caller's until
 * rc_table_desc_free, also after the client is closed.  RC_TABLE_MISSING;
 * RC_ACCESS_DENIED: HBase's ACLs want ADMIN or CREATE on the table.
 */
extern rc_status rc_admin_describe_table(rc_admin *admin, rc_bytes table,
										 rc_table_desc **desc, rc_error *err);

/*
 * The tables of a namespace ("default" for those without), in no order; the
 * caller's until rc_table_list_free.  HBase's ACLs leave out tables on which
 * the user has no rights.  RC_NAMESPACE_MISSING.
 */
extern rc_status rc_admin_list_tables(rc_admin *admin, rc_bytes name_space,
									  rc_table_list **list, rc_error *err);

/* How far a truncation got. */
typedef enum rc_truncate_stage
{
	RC_TRUNCATE_UNTOUCHED,		/* nothing was asked for: the table is as it was */
	RC_TRUNCATE_DISABLING,		/* the table has its rows, but is disabled, or about to be */
	RC_TRUNCATE_EMPTYING,		/* asked for: the table is empty, or as it was, and disabled perhaps */
	RC_TRUNCATE_DONE			/* the table is empty, and enabled */
} rc_truncate_stage;

/*
 * Empties an enabled table: disables it and has the master make it anew, with
 * the same regions if preserve_splits, which enables it again.  *stage is set
 * whatever is returned, RC_INTERRUPTED too.  When emptying fails after the
 * table was disabled, it is enabled again first; *stage is then
 * RC_TRUNCATE_UNTOUCHED if that succeeded.  Closing the admin in between
 * (cancel) in stage RC_TRUNCATE_DISABLING asks for that too, without waiting.
 * RC_TABLE_MISSING, RC_TABLE_DISABLED: it was not enabled before;
 * RC_ACCESS_DENIED: HBase's ACLs want ADMIN or CREATE on the table.
 */
extern rc_status rc_admin_truncate_table(rc_admin *admin, rc_bytes table, bool preserve_splits,
										 rc_truncate_stage *stage, rc_error *err);

/* Frees it without waiting; what is in flight is thrown away.  NULL is allowed. */
extern void rc_admin_close(rc_admin *admin);

extern void rc_table_desc_free(rc_table_desc *desc);	/* NULL is allowed */
extern void rc_table_list_free(rc_table_list *list);

/*
 * A walk over the regions of a table in key order, from the first to the last.
 * Reads nothing of the table itself.
 */
typedef struct rc_regionwalk rc_regionwalk;

extern rc_status rc_regionwalk_open(rc_client *client, rc_bytes table,
									rc_regionwalk **walk, rc_error *err);

/*
 * Where the next region begins, valid until the next call; NULL at the end.
 * After an error other than RC_INTERRUPTED only rc_regionwalk_close may follow.
 */
extern rc_status rc_regionwalk_next(rc_regionwalk *walk, const rc_bytes **start, rc_error *err);

/* Goes to the region that holds the key, which is the next one given out. */
extern rc_status rc_regionwalk_seek(rc_regionwalk *walk, rc_bytes key, rc_error *err);

/* Frees it without waiting.  NULL is allowed. */
extern void rc_regionwalk_close(rc_regionwalk *walk);

/*
 * How large the regions of a table are.  Region servers tell it without reading
 * anything: in whole MB, what is in files as if it were not compressed, and
 * what is in memory still.  Of a region that has little of either the server
 * says 1 (or 0, older ones), and 0 where there is nothing.
 */
typedef struct rc_region_size
{
	rc_bytes	start;			/* where the region begins */
	bool		known;			/* its server told */
	uint64_t	stored_mb;
	uint64_t	memory_mb;
} rc_region_size;

typedef struct rc_sizing rc_sizing;

extern rc_status rc_sizing_open(rc_client *client, rc_bytes table, rc_sizing **sizing,
								rc_error *err);

/*
 * All regions in key order, valid until rc_sizing_close.  Each region server is
 * asked once, all at the same time, and at most 64 of them, whose regions are
 * spread over the table.  Those that do not answer, and the regions that moved
 * meanwhile, are not known; no answer at all is an error.  After an error other
 * than RC_INTERRUPTED only rc_sizing_close may follow.
 */
extern rc_status rc_sizing_read(rc_sizing *sizing, const rc_region_size **regions, size_t *n,
								rc_error *err);

/* Frees it without waiting; what is in flight is thrown away.  NULL is allowed. */
extern void rc_sizing_close(rc_sizing *sizing);

/*
 * Filters, encoded for rc_read.filter.  Constructors return NULL when out of
 * memory; a list owns its children.  Comparisons are "cell op constant" on
 * unsigned bytes.
 */
typedef struct rc_filter rc_filter;

typedef enum rc_compare			/* values as on the wire */
{
	RC_LESS = 0,
	RC_LESS_OR_EQUAL = 1,
	RC_EQUAL = 2,
	RC_NOT_EQUAL = 3,
	RC_GREATER_OR_EQUAL = 4,
	RC_GREATER = 5
} rc_compare;

extern rc_filter *rc_filter_first_key_only(const rc_host *host);
extern rc_filter *rc_filter_key_only(const rc_host *host);
extern rc_filter *rc_filter_family(const rc_host *host, rc_compare op, rc_bytes family);
extern rc_filter *rc_filter_qualifier(const rc_host *host, rc_compare op, rc_bytes qualifier);

/*
 * Whole rows, by the newest version of one column, which must be among the
 * columns of the read: "cell op value", or whether the row has such a cell.
 * Rows without the cell pass unless filter_if_missing.  In a list they come
 * before all filters that drop cells.
 */
extern rc_filter *rc_filter_column_value(const rc_host *host, rc_bytes family,
										 rc_bytes qualifier, rc_compare op, rc_bytes value,
										 bool filter_if_missing);
extern rc_filter *rc_filter_column_exists(const rc_host *host, rc_bytes family,
										  rc_bytes qualifier, bool exists);

/* Takes ownership of the children (freed also when NULL is returned); a NULL child gives NULL. */
extern rc_filter *rc_filter_list(const rc_host *host, bool must_pass_all,
								 rc_filter **children, size_t nchildren);

/* *encoded is memory of the host's alloc, to be freed by the caller. */
extern rc_status rc_filter_encode(const rc_filter *filter, rc_bytes *encoded);
extern void rc_filter_free(rc_filter *filter);

/* The other public parts. */
#include "encode.h"
#include "write.h"

#endif							/* REGIONCLIENT_H */
