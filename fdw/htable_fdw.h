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

#include "compat.h"
#include "regionclient/regionclient.h"

/* ---- option.c: the table of all options, the validator, resolved options ---- */

typedef enum HtableShape
{
	HTABLE_SHAPE_ROW,			/* one SQL row per HBase row */
	HTABLE_SHAPE_VERSIONS		/* one SQL row per row key and timestamp */
} HtableShape;

typedef enum HtableEncoding
{
	HTABLE_ENCODING_TEXT,		/* UTF-8 of PostgreSQL's text form, fixed settings */
	HTABLE_ENCODING_BINARY		/* HBase Bytes */
} HtableEncoding;

typedef enum HtableFullScan
{
	HTABLE_FULL_SCAN_ALLOW,
	HTABLE_FULL_SCAN_WARN,
	HTABLE_FULL_SCAN_ERROR
} HtableFullScan;

/* What to do with a cell (or key) that does not decode. */
typedef enum HtableOnBad
{
	HTABLE_ON_BAD_ERROR,
	HTABLE_ON_BAD_NULL,			/* cells: NULL, and one WARNING per scan */
	HTABLE_ON_BAD_SKIP			/* keys: leave the row out, and one WARNING per scan */
} HtableOnBad;

/* Server and user mapping options, resolved with their defaults; palloc'd strings. */
typedef struct HtableServerOptions
{
	char	   *server_name;
	char	   *quorum;
	char	   *znode_parent;
	char	   *hosts;			/* NULL: none */
	char	   *user;			/* HBase user of the mapping, or the role's name */
	int			connect_timeout;	/* ms */
	int			rpc_timeout;	/* ms */
	int			operation_timeout;	/* ms */
	Size		max_response_size;	/* bytes */
	Size		fetch_bytes;	/* bytes */
	bool		keep_connections;
} HtableServerOptions;

/* Errors: 42704-class when there is no user mapping (core's own). */
extern HtableServerOptions *htable_server_options(Oid serverid, Oid userid);

/* ---- codec.c, codec_*.c: cells and keys <-> Datums ---- */

/* How key bytes compare, as far as ranges on them may be pushed down. */
typedef enum HtableKeyOrder
{
	HTABLE_KEY_OPAQUE,			/* several byte strings for one value, or no order: no ranges */
	HTABLE_KEY_BYTES,			/* memcmp order is the type's order (text: under collation C) */
	HTABLE_KEY_SIGNED,			/* big-endian two's complement: negatives after positives */
	HTABLE_KEY_FLOAT			/* big-endian IEEE 754 */
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
	int			width;			/* bytes of every value, or 0 when it varies */

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

	FmgrInfo	typinput;		/* text encoding of types without a decoder of their own */
	FmgrInfo	typoutput;
	Oid			typioparam;
};

/*
 * The codec of a column, in the current memory context.  Errors: HV004 naming
 * column, type and encoding when the encoding does not define the type.
 */
extern HtableCodec *htable_codec_make(HtableEncoding encoding, Oid typid, int32 typmod,
									  const char *column_name);

/* ---- mapping.c: what a foreign table declares ---- */

typedef enum HtableColumnKind
{
	HTABLE_COLUMN_KEY,			/* :key */
	HTABLE_COLUMN_CELL,			/* family:qualifier */
	HTABLE_COLUMN_TIMESTAMP		/* :timestamp */
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
	rc_bytes	family;			/* UTF-8 bytes as HBase has them; cells only */
	rc_bytes	qualifier;
	HtableOnBad on_bad;			/* error or null */
	HtableCodec *codec;			/* NULL for :timestamp */
} HtableColumn;

typedef struct HtableMapping
{
	Oid			relid;
	Oid			serverid;
	char	   *relname;		/* of the foreign table */
	char	   *table_name;		/* "table" or "namespace:table" in UTF-8 */
	HtableShape shape;
	int			natts;
	HtableColumn **columns;		/* [attnum - 1], NULL where dropped */
	HtableColumn *key;			/* NULL when no column is ':key' */
	HtableColumn *timestamp;	/* NULL when no column is ':timestamp' */
	rc_bytes   *families;		/* declared families, sorted, each once; none: all */
	int			nfamilies;
	bool		has_marker;		/* option row_marker */
	rc_bytes	marker_family;
	rc_bytes	marker_qualifier;
	int			max_versions;	/* shape versions: kept versions read, RC_ALL_VERSIONS = all */
	bool		cache_blocks;
	HtableFullScan full_scan;
	HtableOnBad on_bad_key;		/* error or skip */
} HtableMapping;

/*
 * Reads the declaration of a foreign table, in the current memory context.
 * Errors: HV00D, 22023, HV004, HV005 ... for declarations that make no sense
 * together (two ':key' columns, a system column name, no family for a column).
 */
extern HtableMapping *htable_mapping_make(Oid relid);

/* ---- host.c: hooks for regionclient, rc_error -> ereport ---- */

typedef struct HtableHost HtableHost;

extern HtableHost *htable_host_make(MemoryContext context);
extern const rc_host *htable_host_hooks(HtableHost *host);
extern void htable_host_free(HtableHost *host);

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
extern const char *htable_session_server_name(HtableConnection *connection);
extern void htable_session_set_deadline(HtableConnection *connection);
extern void htable_session_init(void);

/* ---- keyrange.c: pure algebra of byte ranges ---- */

typedef struct HtableBytes
{
	const uint8_t *data;
	Size		len;
} HtableBytes;

/* Keys k with lower <(=) k and, when has_upper, k <(=) upper. */
typedef struct HtableRange
{
	HtableBytes lower;			/* empty and inclusive: from the first key */
	HtableBytes upper;
	bool		lower_inclusive;
	bool		has_upper;
	bool		upper_inclusive;
} HtableRange;

/* A sorted list of disjoint, non-empty ranges; none: no keys. */
typedef struct HtableRangeSet
{
	int			nranges;
	HtableRange *ranges;
} HtableRangeSet;

extern HtableRangeSet *htable_ranges_all(void);
extern HtableRangeSet *htable_ranges_none(void);
extern HtableRangeSet *htable_ranges_point(HtableBytes key);
extern HtableRangeSet *htable_ranges_prefix(HtableBytes prefix);
extern HtableRangeSet *htable_ranges_between(const HtableBytes *lower, bool lower_inclusive,
											 const HtableBytes *upper, bool upper_inclusive);
extern HtableRangeSet *htable_ranges_intersect(const HtableRangeSet *a, const HtableRangeSet *b);
extern HtableRangeSet *htable_ranges_union(List *sets);
extern bool htable_ranges_is_all(const HtableRangeSet *set);
extern bool htable_range_is_point(const HtableRange *range);

/* The two (or more) byte ranges of one range over numbers, by codec width. */
extern HtableRangeSet *htable_ranges_signed(int width, bool has_lower, int64 lower,
											bool has_upper, int64 upper);	/* both inclusive */

typedef enum HtableCompare
{
	HTABLE_LT, HTABLE_LE, HTABLE_EQ, HTABLE_GE, HTABLE_GT
} HtableCompare;

extern HtableRangeSet *htable_ranges_float(int width, HtableCompare op, double value);

#endif							/* HTABLE_FDW_H */
