/*
 * htable_fdw.h
 *		Shared declarations of the PostgreSQL side of htable_fdw, grouped by the
 *		file that holds them.
 *
 * The fdw knows HBase only through regionclient/regionclient.h.  Lower groups
 * may use upper ones, never the other way round (docs/architecture.md).
 */
#ifndef HTABLE_FDW_H
#define HTABLE_FDW_H

#include "postgres.h"

#include "commands/explain.h"
#include "fmgr.h"
#include "foreign/fdwapi.h"
#include "foreign/foreign.h"
#include "lib/stringinfo.h"
#include "nodes/pathnodes.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "regionclient/regionclient.h"

/* ---- bytes, for all ---- */

/* As HBase compares row keys, families and qualifiers: unsigned, a prefix first. */
static inline int
htable_bytes_compare(rc_bytes a, rc_bytes b)
{
	int			cmp = memcmp(a.data, b.data, Min(a.len, b.len));

	if (cmp != 0)
		return cmp;
	return a.len < b.len ? -1 : (a.len > b.len ? 1 : 0);
}

/* A copy in the current memory context; never of no memory, so that data is not NULL. */
static inline rc_bytes
htable_bytes_copy(rc_bytes bytes)
{
	uint8_t    *copy = palloc(Max(bytes.len, 1));

	if (bytes.len > 0)
		memcpy(copy, bytes.data, bytes.len);
	return (rc_bytes) {copy, bytes.len};
}

/* ---- option.c, option_*.c: the table of all options, the validator, resolved options ---- */

typedef enum HtableShape
{
	HTABLE_SHAPE_ROW,			/* one SQL row per HBase row */
	HTABLE_SHAPE_VERSIONS,		/* one SQL row per row key and timestamp */
	HTABLE_SHAPE_CELLS			/* one SQL row per cell */
} HtableShape;

typedef enum HtableEncoding
{
	HTABLE_ENCODING_TEXT,		/* UTF-8 of PostgreSQL's text form, fixed settings */
	HTABLE_ENCODING_BINARY,		/* HBase Bytes */
	HTABLE_ENCODING_ORDERED		/* HBase OrderedBytes */
} HtableEncoding;

/* Of what sorts by itself: encoding "ordered". */
typedef enum HtableOrder
{
	HTABLE_ORDER_NONE,			/* not given */
	HTABLE_ORDER_ASC,
	HTABLE_ORDER_DESC
} HtableOrder;

typedef enum HtableFullScan
{
	HTABLE_FULL_SCAN_ALLOW,
	HTABLE_FULL_SCAN_WARN,
	HTABLE_FULL_SCAN_ERROR
} HtableFullScan;

/* What a read of the past gets where the families may not know it any more. */
typedef enum HtablePastReads
{
	HTABLE_PAST_READS_WARN,
	HTABLE_PAST_READS_ERROR,
	HTABLE_PAST_READS_ALLOW
} HtablePastReads;

/* What INSERT does where the row is there already. */
typedef enum HtableInsertMode
{
	HTABLE_INSERT_MODE_INSERT,	/* 23505 */
	HTABLE_INSERT_MODE_UPSERT	/* it is overwritten, column by column */
} HtableInsertMode;

/* What to do with a cell (or key) that does not decode. */
typedef enum HtableOnBad
{
	HTABLE_ON_BAD_ERROR,
	HTABLE_ON_BAD_NULL,			/* cells: NULL, and one WARNING per scan */
	HTABLE_ON_BAD_SKIP			/* keys: leave the row out, and one WARNING per scan */
} HtableOnBad;

/* What the values of a map are made of. */
typedef enum HtableMapEncoding
{
	HTABLE_MAP_TEXT,			/* the cell's text */
	HTABLE_MAP_HEX				/* its bytes in hexadecimal */
} HtableMapEncoding;

/* Server and user mapping options, resolved with their defaults; palloc'd strings. */
typedef struct HtableServerOptions
{
	char	   *server_name;
	char	   *quorum;			/* NULL: bootstrap is given */
	char	   *bootstrap;		/* NULL: quorum is given */
	char	   *znode_parent;
	char	   *hosts;			/* NULL: none */
	char	   *user;			/* HBase user of the mapping, or the role's name */
	int			connect_timeout;	/* ms */
	int			rpc_timeout;	/* ms */
	int			operation_timeout;	/* ms */
	Size		max_response_size;	/* bytes */
	Size		fetch_bytes;	/* bytes */
	Size		scan_window;	/* bytes; unless the table says otherwise */
	int			scan_concurrency;	/* likewise */
	bool		keep_connections;
	HtableFullScan full_scan;	/* unless the table says otherwise */
	HtablePastReads past_reads;	/* likewise */
	bool		async_capable;	/* likewise */
	bool		use_remote_estimate;	/* likewise */
	Size		analyze_size;	/* bytes; likewise */
	bool		updatable;		/* likewise */
	bool		truncatable;	/* likewise */
	int			batch_size;		/* rows; likewise */
} HtableServerOptions;

/* Errors: 42704-class when there is no user mapping (core's own). */
extern HtableServerOptions *htable_server_options(Oid serverid, Oid userid);

/* Options of a foreign table, resolved with the server's and the defaults; palloc'd strings. */
typedef struct HtableTableOptions
{
	char	   *table_name;
	char	   *family;			/* NULL: none */
	HtableShape shape;
	int			max_versions;
	bool		raw;
	char	   *as_of;			/* NULL: none */
	HtableEncoding encoding;
	char	   *key_prefix;		/* with escapes; NULL: none */
	char	   *row_marker;		/* "family:qualifier", NULL: none */
	bool		cache_blocks;
	Size		scan_window;	/* bytes */
	int			scan_concurrency;
	HtableFullScan full_scan;
	HtablePastReads past_reads;
	bool		use_remote_estimate;
	Size		analyze_size;	/* bytes */
	HtableMapEncoding map_encoding;
	HtableOnBad on_bad_value;
	HtableOnBad on_bad_key;
	int			parallel_workers;	/* -1: not given */
	bool		async_capable;
	bool		updatable;
	bool		truncatable;
	HtableInsertMode insert_mode;
	rc_durability durability;
	int			batch_size;		/* rows */
} HtableTableOptions;

/* Options of one column, resolved with the table's. */
typedef struct HtableColumnOptions
{
	char	   *column;			/* NULL: not given */
	HtableEncoding encoding;
	HtableOrder order;
	HtableMapEncoding map_encoding;
	int			length;			/* 0: not given */
	char	   *terminator;		/* with escapes; NULL: not given */
	HtableOnBad on_bad_value;
} HtableColumnOptions;

/* What an imported table shows of the families of HBase's. */
typedef enum HtableImportColumns
{
	HTABLE_IMPORT_QUALIFIERS,	/* a column for each qualifier that was seen */
	HTABLE_IMPORT_MAPS			/* a map for each family */
} HtableImportColumns;

/* Options of IMPORT FOREIGN SCHEMA. */
typedef struct HtableImportOptions
{
	int			sample_rows;
	HtableShape shape;
	HtableImportColumns columns;
} HtableImportOptions;

/* Errors: HV00D, 22023, 42710. */
extern HtableImportOptions *htable_import_options(List *given);

/* Is this the name of an HBase table?  Errors: 22023. */
extern void htable_option_check_table_name(const char *value);

/* Why the option `column` cannot be this, or NULL. */
extern const char *htable_option_refuses_column(const char *value);

extern HtableTableOptions *htable_table_options(Oid relid);
extern HtableColumnOptions *htable_column_options(Oid relid, AttrNumber attnum,
												  const HtableTableOptions *table);

/* The bytes that an option writes with escapes (\xNN, \\), in UTF-8. */
extern rc_bytes htable_option_bytes(const char *value);

/* ---- codec.c, codec_*.c: cells and keys <-> Datums ---- */

/* How key bytes compare, as far as ranges on them may be pushed down. */
typedef enum HtableKeyOrder
{
	HTABLE_KEY_OPAQUE,			/* several byte strings for one value, or no order: no ranges */
	HTABLE_KEY_BYTES,			/* memcmp order is the type's order (text: under collation C) */
	HTABLE_KEY_SIGNED,			/* big-endian two's complement: negatives after positives */
	HTABLE_KEY_FLOAT,			/* big-endian IEEE 754 */
	HTABLE_KEY_BOOL,			/* 00 is false, every other byte true: no key, but cells */
	HTABLE_KEY_ORDERED,			/* OrderedBytes that end themselves: as HTABLE_KEY_BYTES */
	HTABLE_KEY_ORDERED_INTEGER, /* OrderedBytes of integers or of milliseconds */
	HTABLE_KEY_ORDERED_FLOAT,	/* OrderedBytes of IEEE 754: two zeros, one NaN */
	HTABLE_KEY_ORDERED_BLOB		/* OrderedBytes of two kinds without order: equality only */
} HtableKeyOrder;

/* Why a value did not decode. */
typedef struct HtableBadValue
{
	int			sqlerrcode;
	char	   *message;		/* in the current memory context; "" for none */
} HtableBadValue;

typedef struct HtableCodec HtableCodec;

struct HtableCodec
{
	HtableEncoding encoding;
	Oid			typid;
	int32		typmod;
	bool		canonical;		/* one value, one byte string: equality may go to the server */
	HtableKeyOrder key_order;
	bool		descending;		/* keys sort the other way round */
	int			width;			/* bytes of every value, or 0 when it varies */

	/* The bytes that stand for NULL, which decode does not take; data NULL: none do */
	rc_bytes	null_form;
	bool		never_empty;	/* every value has bytes */

	/*
	 * Decodes len bytes into *value (memory in the current context).  Returns
	 * false and fills *bad when they do not decode; `bad` may be NULL, then it
	 * raises an error instead (the caller's error context callback names
	 * column and key).
	 */
	bool		(*decode) (HtableCodec *codec, const char *data, Size len,
						   Datum *value, HtableBadValue *bad);

	/* Appends the bytes of a non-NULL value.  Errors: 22003, 22P05, ... */
	void		(*encode) (HtableCodec *codec, Datum value, StringInfo out);

	/*
	 * The same for a bound: parts keys below the value from keys above it also
	 * where `encode` would round.
	 */
	void		(*encode_bound) (HtableCodec *codec, Datum value, StringInfo out);

	FmgrInfo	typinput;		/* text encoding of types without a decoder of their own */
	FmgrInfo	typoutput;
	Oid			typioparam;
};

/*
 * The codec of a column, in the current memory context.  Errors: HV004 naming
 * column, type and encoding when the encoding does not define the type.
 */
extern HtableCodec *htable_codec_make(HtableEncoding encoding, bool descending, Oid typid,
									  int32 typmod, const char *column_name);

/* Decodes a row key, which is never NULL: the bytes that stand for it are bad (22004). */
extern bool htable_codec_decode_key(HtableCodec *codec, rc_bytes in, Datum *value,
									HtableBadValue *bad);

/* Are these the bytes that stand for NULL? */
static inline bool
htable_codec_is_null(const HtableCodec *codec, rc_bytes in)
{
	return unlikely(codec->null_form.data != NULL) && in.len == codec->null_form.len &&
		memcmp(in.data, codec->null_form.data, in.len) == 0;
}

/* ---- mapping.c: what a foreign table declares ---- */

typedef enum HtableColumnKind
{
	HTABLE_COLUMN_KEY,			/* :key */
	HTABLE_COLUMN_CELL,			/* family:qualifier */
	HTABLE_COLUMN_MAP,			/* family: or family:prefix*, as one json object */
	HTABLE_COLUMN_TIMESTAMP,	/* :timestamp */
	HTABLE_COLUMN_AS_OF,		/* :as_of, a parameter of the scan */
	HTABLE_COLUMN_TTL,			/* :ttl, how long written cells live; reads as NULL */

	/* shape cells: what a cell is made of */
	HTABLE_COLUMN_FAMILY,		/* :family */
	HTABLE_COLUMN_QUALIFIER,	/* :qualifier */
	HTABLE_COLUMN_VALUE,		/* :value */
	HTABLE_COLUMN_TYPE			/* :type */
} HtableColumnKind;

typedef struct HtableColumn
{
	AttrNumber	attnum;
	char	   *name;			/* of the SQL column */
	HtableColumnKind kind;
	Oid			typid;
	int32		typmod;
	Oid			collation;
	bool		not_null;
	rc_bytes	family;			/* UTF-8 bytes as HBase has them; cells and maps */
	rc_bytes	qualifier;		/* maps: the prefix, empty for all */
	HtableMapEncoding map_encoding;
	int			nkeys;			/* maps: members that the query uses, -1: all */
	rc_bytes   *keys;
	const struct HtableColumn *map; /* of what a member of a map is, else NULL */
	char	   *key;			/* of a member */
	HtableOnBad on_bad;			/* error or null */
	HtableCodec *codec;			/* NULL for maps, :timestamp, :as_of and :type */
	int			part;			/* of the row key: its place in mapping->keys */
} HtableColumn;

/* How a part of the row key ends. */
typedef enum HtablePartEnd
{
	HTABLE_PART_REST,			/* it is the rest of the key */
	HTABLE_PART_WIDTH,			/* after `length` bytes */
	HTABLE_PART_PADDED,			/* likewise; the value is filled with zero bytes */
	HTABLE_PART_TERMINATED,		/* where the first terminator begins */
	HTABLE_PART_ORDERED			/* OrderedBytes end themselves */
} HtablePartEnd;

/* A part of the row key: the bytes of one column, and the literal bytes behind it. */
typedef struct HtableKeyPart
{
	HtableColumn *column;
	HtablePartEnd end;
	int			length;
	rc_bytes	terminator;		/* len 0: none */
	bool		nullable;		/* it may hold the null of OrderedBytes */
	bool		keeps_order;	/* the terminator's bytes sort below all others */
} HtableKeyPart;

typedef struct HtableMapping
{
	Oid			relid;
	Oid			serverid;
	char	   *relname;		/* of the foreign table */
	char	   *table_name;		/* "table" or "namespace:table" in UTF-8 */
	HtableShape shape;
	int			natts;
	HtableColumn **columns;		/* [attnum - 1], NULL where dropped; then members of maps */
	int			nmembers;		/* that conditions test */
	HtableKeyPart *keys;		/* parts of the row key, the ':key' columns in order */
	int			nkeys;
	rc_bytes	key_prefix;		/* of every row key of the table; len 0: none */
	HtableColumn *timestamp;	/* NULL when no column is ':timestamp' */
	HtableColumn *as_of;		/* NULL when no column is ':as_of' */
	HtableColumn *ttl;			/* NULL when no column is ':ttl' */
	int64		as_of_option;	/* ms since 1970, -1: none */
	HtableColumn *family;		/* shape cells: ':family' and so on, NULL when not declared */
	HtableColumn *qualifier;
	HtableColumn *type;
	rc_bytes   *families;		/* declared families, sorted, each once; none: all */
	int			nfamilies;
	bool		has_marker;		/* option row_marker */
	rc_bytes	marker_family;
	rc_bytes	marker_qualifier;
	int			max_versions;	/* kept versions read, RC_ALL_VERSIONS = all; shape row: 1 */
	bool		raw;			/* shape cells: delete markers and what they hide are read */
	bool		cache_blocks;
	Size		scan_window;	/* bytes */
	int			scan_concurrency;
	HtableFullScan full_scan;
	HtablePastReads past_reads;
	bool		use_remote_estimate;
	Size		analyze_size;	/* bytes */
	HtableOnBad on_bad_key;		/* error or skip */
	int			parallel_workers;	/* of a scan; -1: as its size says */
	bool		async_capable;	/* an Append may wait for it and others together */
	HtableInsertMode insert_mode;
	rc_durability durability;
	int			batch_size;		/* rows that are written together */
} HtableMapping;

/*
 * Reads the declaration of a foreign table, in the current memory context.
 * Errors: 22023, HV004, HV00J for declarations that make no sense together
 * (a part of the key that has no end, no family for a column).
 */
extern HtableMapping *htable_mapping_make(Oid relid);

/* May bad cells or keys pass, by on_bad_value or on_bad_key? */
extern bool htable_mapping_lets_bad_pass(const HtableMapping *mapping);

/* The bytes that HBase has for a name: UTF-8, zero-terminated for the sake of char pointers. */
extern rc_bytes htable_mapping_name(const char *name);

/* May a cell with this qualifier be in the map? */
static inline bool
htable_map_has(const HtableColumn *map, rc_bytes qualifier)
{
	return qualifier.len >= map->qualifier.len &&
		memcmp(qualifier.data, map->qualifier.data, map->qualifier.len) == 0;
}

/* ---- keypart.c: where the parts of a row key end ---- */

/* Completes a part from its column's options; the last one may be the rest of the key.  22023. */
extern void htable_keypart_init(HtableKeyPart *part, const HtableMapping *mapping,
								const HtableColumnOptions *options, bool last);

/*
 * Takes the part from the head of *rest, its terminator too: *value is what
 * the codec decodes.  False (and *bad), or an error: it is not there (22P03).
 */
extern bool htable_keypart_take(const HtableKeyPart *part, rc_bytes *rest, rc_bytes *value,
								HtableBadValue *bad);

/* Reports the bytes that are left over behind the last part (22P03). */
extern bool htable_keypart_left_over(rc_bytes rest, HtableBadValue *bad);

/* ---- instant.c: moments, in ms since 1970 ---- */

/* Moments that timestamptz has not are shown as infinity: the first of them. */
#define HTABLE_EPOCH_SHIFT_MS \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY * 1000)
#define HTABLE_FIRST_INFINITE_MS	(END_TIMESTAMP / 1000 + HTABLE_EPOCH_SHIFT_MS)

extern const char *htable_instant_parse(const char *text, int64 *ms);
extern int64 htable_instant_floor(TimestampTz moment);
extern Datum htable_instant_show(const HtableColumn *column, int64 ms);
extern int64 htable_instant_of(const HtableColumn *column, Datum value);

/* ---- codec_map.c: families as json ---- */

extern bool htable_map_decode(const HtableColumn *column, const rc_row *row, Datum *value,
							  int64 *bad);

/*
 * The members of a map's value, one after the other: qualifiers as the names of
 * fields, values as bytes of the cells, both appended to `out`.  False: there
 * are no more.  Errors: 22023 for what is no object of strings, or in no part of
 * the family that the map shows.
 */
typedef struct HtableMapReader HtableMapReader;
extern HtableMapReader *htable_map_read(const HtableColumn *column, Datum value);
extern bool htable_map_next(HtableMapReader *reader, StringInfo qualifier, StringInfo value);

/* ---- shared.c: what the sessions of this server share ---- */

/*
 * The key under which the options of a server share what is known of its
 * cluster, palloc'd; NULL: nothing is shared.
 */
extern char *htable_shared_key(const HtableServerOptions *options);

/* As rc_host's hooks: raise nothing, wait for nothing. */
extern rc_shared htable_shared_look(const char *key, uint64 stale, rc_cluster *cluster,
									uint64 *generation);
extern void htable_shared_publish(const char *key, const rc_cluster *cluster, uint64 *generation);

/* ---- host.c: hooks for regionclient, rc_error -> ereport ---- */

typedef struct HtableHost HtableHost;

/* shared_key: of htable_shared_key, lives as long as the host. */
extern HtableHost *htable_host_make(MemoryContext context, const char *shared_key);
extern const rc_host *htable_host_hooks(HtableHost *host);
extern void htable_host_free(HtableHost *host);

/* Waits until a time of the hooks' clock.  Errors: those of interrupts. */
extern void htable_host_pause(HtableHost *host, int64 until);

/*
 * Where sessions share nothing (before PostgreSQL 17), a parallel worker is told
 * by its leader where the cluster is.  get: false when this process has not
 * asked itself, or shares what it knows.
 */
extern void htable_host_set_cluster(HtableHost *host, const rc_cluster *cluster);
extern bool htable_host_get_cluster(const HtableHost *host, rc_cluster *cluster);

/*
 * The filter's bytes in the current context; frees the filter, of which NULL is
 * one that there was no memory for.  Errors: 53200.
 */
extern rc_bytes htable_host_filter_encode(rc_filter *filter, HtableHost *host);

/* Text of a server's as it can be shown: palloc'd, bytes that are no text here replaced. */
extern char *htable_host_text(const char *text);

/* Raises err as an ERROR with the SQLSTATE and words of docs/problems.md. */
extern void htable_host_raise(const rc_error *err, const char *server_name,
							  const char *table_name) pg_attribute_noreturn();

/* ---- session.c: connections of this backend ---- */

typedef struct HtableConnection HtableConnection;

/*
 * The connection of a server for a role; makes one when needed (no I/O).  It
 * stays valid until htable_session_release.  In shape of a reference count:
 * ALTER SERVER during a scan leaves the scan its connection.
 */
extern HtableConnection *htable_session_acquire(Oid serverid, Oid userid);
extern void htable_session_release(HtableConnection *connection);
extern rc_client *htable_session_client(HtableConnection *connection);
extern HtableHost *htable_session_host(HtableConnection *connection);
extern const char *htable_session_server_name(HtableConnection *connection);
extern int	htable_session_connect_timeout(const HtableConnection *connection);	/* ms */
extern void htable_session_set_deadline(HtableConnection *connection);

/* What begins now takes so many ms at most, until the next htable_session_set_deadline. */
extern void htable_session_hurry(HtableConnection *connection, int timeout);

/* past.c's own: what it knows of tables, and the memory that lives as long as the connection. */
extern List **htable_session_pasts(HtableConnection *connection);
extern struct HtableTableSizes **htable_session_sizes(HtableConnection *connection);	/* tablesize.c's */
extern MemoryContext htable_session_context(const HtableConnection *connection);
extern void htable_session_init(void);

/* ---- master.c: questions to the active master ---- */

/*
 * What HBase says of a table ("table" or "namespace:table", UTF-8); NULL and
 * *err where it does not.  Takes at most operation_timeout, and at most
 * `timeout` ms unless that is 0.  The answer is memory of the connection's:
 * free it with rc_table_desc_free before the connection is released.
 */
extern rc_table_desc *htable_master_try_describe(HtableConnection *connection,
												 const char *table_name, int timeout,
												 rc_error *err);

/*
 * The same, but NULL only where HBase's ACLs do not let the user see the
 * descriptor.  Other failures are raised, as errors of the table.
 */
extern rc_table_desc *htable_master_describe_if_allowed(HtableConnection *connection,
														const char *table_name);

/* The tables of a namespace, to be freed by rc_table_list_free.  HV00Q: there is none. */
extern rc_table_list *htable_master_tables(HtableConnection *connection, const char *name_space);

/*
 * Empties a table, which keeps its regions.  When that fails the error is about
 * the table, and a WARNING says what has become of it.
 */
extern void htable_master_truncate(HtableConnection *connection, const char *table_name);

/* ---- import.c: IMPORT FOREIGN SCHEMA ---- */

extern List *htableImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverid);

/* ---- htable_fdw.c: settings ---- */

extern bool htable_enable_key_range;
extern bool htable_enable_time_range;
extern bool htable_enable_value_filter;
extern bool htable_enable_projection;
extern bool htable_enable_limit;
extern bool htable_enable_key_order;
extern bool htable_enable_parallel;
extern bool htable_enable_overlap;
extern bool htable_enable_any_order;
extern bool htable_enable_range_filter;
extern bool htable_enable_increment;

#endif							/* HTABLE_FDW_H */
