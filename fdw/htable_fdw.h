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
#include "keyrange.h"
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
	bool		keep_connections;
	HtableFullScan full_scan;	/* unless the table says otherwise */
	HtablePastReads past_reads;	/* likewise */
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
	HtableFullScan full_scan;
	HtablePastReads past_reads;
	HtableMapEncoding map_encoding;
	HtableOnBad on_bad_value;
	HtableOnBad on_bad_key;
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
	HtableFullScan full_scan;
	HtablePastReads past_reads;
	HtableOnBad on_bad_key;		/* error or skip */
} HtableMapping;

/*
 * Reads the declaration of a foreign table, in the current memory context.
 * Errors: 22023, HV004, HV00J for declarations that make no sense together
 * (a part of the key that has no end, no family for a column).
 */
extern HtableMapping *htable_mapping_make(Oid relid);

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

/* ---- codec_map.c: families as json ---- */

extern bool htable_map_decode(const HtableColumn *column, const rc_row *row, Datum *value,
							  int64 *bad);

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

/* past.c's own: what it knows of tables, and the memory that lives as long as the connection. */
extern List **htable_session_pasts(HtableConnection *connection);
extern MemoryContext htable_session_context(const HtableConnection *connection);
extern void htable_session_init(void);

/* ---- master.c: questions to the active master ---- */

/*
 * What HBase says of a table ("table" or "namespace:table", UTF-8).  Takes at
 * most operation_timeout, and at most `timeout` ms unless that is 0.  The
 * answer is memory of the connection's: free it with rc_table_desc_free before
 * the connection is released, or copy it.  Errors as of a scan; 42501 when
 * HBase's ACLs give the user neither ADMIN nor CREATE on the table.
 */
extern rc_table_desc *htable_master_describe(HtableConnection *connection,
											 const char *table_name, int timeout);

/* The same, but NULL where HBase's ACLs do not let the user see the descriptor. */
extern rc_table_desc *htable_master_describe_if_allowed(HtableConnection *connection,
														const char *table_name);

/* The tables of a namespace, to be freed by rc_table_list_free.  HV00Q: there is none. */
extern rc_table_list *htable_master_tables(HtableConnection *connection, const char *name_space);

/* ---- keyrange_part.c: byte ranges of the parts of a key ---- */

/*
 * The byte strings of a part (terminator included where it is terminated) for
 * whose values `value op b`, or which begin with a prefix: of parts whose
 * bytes are the value's own.
 */
extern HtableRangeSet *htable_ranges_part_compare(const HtableKeyPart *part, HtableCompare op,
												  HtableBytes b);
extern HtableRangeSet *htable_ranges_part_prefix(const HtableKeyPart *part, HtableBytes prefix);

/* ---- mapuse.c: which members of maps a query uses ---- */

typedef enum HtableMapUse
{
	HTABLE_MAPUSE_NONE,
	HTABLE_MAPUSE_TEXT,			/* map->>'key' */
	HTABLE_MAPUSE_JSON,			/* map->'key', map['key'] */
	HTABLE_MAPUSE_EXISTS		/* map ? 'key' */
} HtableMapUse;

/* Is the node such a use, of which map and with what key? */
extern HtableMapUse htable_mapuse_match(Node *node, Index relid, const HtableMapping *mapping,
										HtableColumn **column, char **key);
extern List *htable_mapuse_find(PlannerInfo *root, RelOptInfo *rel,
								const HtableMapping *mapping, List *clauses);
extern void htable_mapuse_apply(HtableMapping *mapping, List *uses);
extern HtableColumn *htable_mapuse_member(HtableMapping *mapping, const HtableColumn *map,
										  const char *key);
extern List *htable_mapuse_members(const HtableMapping *mapping);
extern void htable_mapuse_restore(HtableMapping *mapping, List *members);

/* ---- clause.c: one clause -> exact / superset / local, with the reason ---- */

/*
 * A condition on the row key, on the timestamp or on cells, as plain nodes for
 * the plan: a List whose first member is an Integer of this enum.
 */
typedef enum HtableCondTag
{
	HTABLE_COND_AND,			/* conditions */
	HTABLE_COND_OR,				/* conditions */
	HTABLE_COND_COMPARE,		/* HtableCompare, place of the right side in fdw_exprs */
	HTABLE_COND_ANY,			/* HtableCompare, place of an array in fdw_exprs */
	HTABLE_COND_PREFIX,			/* place of the prefix */
	HTABLE_COND_LIKE,			/* place of the pattern */
	HTABLE_COND_NOTHING,		/* never true */
	HTABLE_COND_PART,			/* part of the key, condition on it alone */
	HTABLE_COND_NULL,			/* the part is the null of OrderedBytes */
	HTABLE_COND_NOT_NULL,

	/* on cells; the second member is the column's attribute number */
	HTABLE_COND_CELL_COMPARE,	/* HtableCompare, place of the right side */
	HTABLE_COND_CELL_DIFFERS,	/* place: cell <> value */
	HTABLE_COND_CELL_ANY,		/* HtableCompare, place of an array */
	HTABLE_COND_CELL_NONE,		/* place of an array: cell <> ALL (array) */
	HTABLE_COND_CELL_PREFIX,	/* place of the prefix */
	HTABLE_COND_CELL_LIKE,		/* place of the pattern */
	HTABLE_COND_CELL_NULL,
	HTABLE_COND_CELL_NOT_NULL
} HtableCondTag;

/* What a condition is about: never several of them at once. */
typedef enum HtableTarget
{
	HTABLE_TARGET_KEY,
	HTABLE_TARGET_TIME,			/* ':timestamp' */
	HTABLE_TARGET_AS_OF,		/* ':as_of' */
	HTABLE_TARGET_CELLS			/* shape cells: on family and qualifier of each cell */
} HtableTarget;

typedef enum HtableClauseState
{
	HTABLE_CLAUSE_EXACT,		/* HBase returns what the clause asks for: dropped here */
	HTABLE_CLAUSE_SUPERSET,		/* narrows the scan, and is checked here again */
	HTABLE_CLAUSE_LOCAL			/* checked here only */
} HtableClauseState;

typedef struct HtableClause
{
	HtableClauseState state;
	HtableTarget target;
	List	   *cond;			/* NIL when local */
	const char *reason;			/* a few words for EXPLAIN */
} HtableClause;

typedef struct HtableClauseContext
{
	PlannerInfo *root;
	RelOptInfo *rel;
	HtableMapping *mapping;
	List	   *exprs;			/* right sides met so far: becomes fdw_exprs */

	/* clause.c's own */
	bool		as_cells;		/* conditions on cells are looked for, else those on the rest */
	int			depth;			/* of the AND and OR around */
} HtableClauseContext;

/* What becomes of clauses that must all hold. */
typedef struct HtableClauses
{
	HtableClause *clauses;		/* one for each */
	double		keys;			/* so many keys, about; 0: no such bound */
	bool	   *single;			/* by part of the key: it has one value, in one form */
} HtableClauses;

extern HtableClauses htable_clauses_classify(HtableClauseContext *cx, List *rinfos);

/* The evaluated right sides of a scan. */
typedef struct HtableValues
{
	int			n;
	Datum	   *values;
	bool	   *nulls;
	Oid		   *types;
} HtableValues;

/* ---- asof.c: as of which moment a scan reads ---- */

typedef struct HtableAsOf
{
	int64		time_to;		/* cells before this are read, ms; PG_INT64_MAX: all */
	Datum		shown;			/* in the column ':as_of' */
	bool		given;			/* some moment is asked for */
} HtableAsOf;

extern void htable_asof_init(void);
extern void htable_asof_check(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping);
extern bool htable_asof_clause(HtableClauseContext *cx, Node *clause, HtableClause *found);
extern HtableAsOf htable_asof_declared(const HtableMapping *mapping);
extern bool htable_asof_resolve(List *conds, const HtableMapping *mapping,
								const HtableValues *values, HtableAsOf *as_of);

/* ---- past.c: whether HBase still knows a past that is asked for ---- */

extern void htable_past_check(HtableConnection *connection, const HtableMapping *mapping,
							  const HtableAsOf *as_of);

/* ---- pushdown.c: conditions and their values -> byte ranges, time range ---- */

/* The byte strings with "bytes op value" true, of a column whose values have one length. */
extern HtableRangeSet *htable_pushdown_compare(const HtableColumn *column, HtableCompare op,
											   Datum value, Oid type);

/* The bytes that a value is compared by. */
extern HtableBytes htable_pushdown_bytes(const HtableColumn *column, Datum value);

/* The elements of an array: their type and number, values and nulls. */
extern int	htable_pushdown_elements(Datum array, Oid *type, Datum **elements, bool **nulls);

/*
 * Appends the literal head of a LIKE pattern; true: the pattern is nothing else.
 * (The clause saw to it that the database is UTF8.)
 */
extern bool htable_pushdown_like_head(Datum pattern, StringInfo head);

/* The first cell time (ms) for which every condition may hold; false: there is none. */
extern bool htable_pushdown_times(List *conds, const HtableColumn *timestamp,
								  const HtableValues *values, int64 *from);

/* ---- pushdown_key.c: conditions on the parts of the key -> key ranges ---- */

/* More ranges than these are not made of lists on several parts: later ones are left. */
#define HTABLE_KEY_RANGES_MAX	10000

/* Keys for which every condition of the list may hold. */
extern HtableRangeSet *htable_pushdown_ranges(List *conds, const HtableMapping *mapping,
											  const HtableValues *values);

/* Are these all the keys of the foreign table? */
extern bool htable_pushdown_is_all(const HtableRangeSet *set, const HtableMapping *mapping);

/* The parts that conditions are about. */
extern Bitmapset *htable_pushdown_parts(List *conds);

/* ---- filterplan.c: conditions on cells -> a filter that region servers run ---- */

/*
 * The most values one condition compares a cell with.  The server tries them
 * one by one on each row, some 80 ns each: a long list is cheaper to check here.
 */
#define HTABLE_FILTER_VALUES_MAX	32

/* AND and OR inside each other; a filter may be some 30 levels deep, a condition takes a few more. */
#define HTABLE_FILTER_DEPTH_MAX		16

/* NULL when cells of the column can be compared with values, else why not. */
extern const char *htable_filterplan_refusal(const HtableColumn *column);

/* What a test "cell op value" of a column is: exact or superset. */
extern HtableClauseState htable_filterplan_compare_state(const HtableColumn *column,
														 bool equality);

/* What a test for an absent (or present) cell is; local: there is none. */
extern HtableClauseState htable_filterplan_null_state(const HtableColumn *column, bool is_null);

/* What a row must pass, with the values of this (re)scan; in shape cells, what a cell must. */
typedef struct HtableTest HtableTest;

/* The conjunction of conditions, NULL when every row passes; *nothing: none does. */
extern HtableTest *htable_filterplan_make(List *conds, const HtableMapping *mapping,
										  const HtableValues *values, bool *nothing);

/*
 * Shape cells: the families (or qualifiers, by kind) of which a cell must have
 * one, as a List of rc_bytes *; *rest: what it must pass besides.  NIL: any.
 */
extern List *htable_filterplan_names(const HtableTest *test, HtableColumnKind kind,
									 const HtableTest **rest);

/* The filter in memory of the host; never raises; NULL: out of memory. */
extern rc_filter *htable_filterplan_build(const HtableTest *test, const rc_host *host);

/* ---- columnset.c: the columns and the filter of a read ---- */

/* How a scan sees every row although it wants few columns (docs/architecture.md). */
typedef enum HtableMarkerRule
{
	HTABLE_MARKER_FAMILIES,		/* whole families are read */
	HTABLE_MARKER_CLAUSE,		/* a wanted column is tested by a clause that is not true for NULL */
	HTABLE_MARKER_COLUMN,		/* a NOT NULL column or row_marker is read along */
	HTABLE_MARKER_FIRST_CELL,	/* no column is wanted: the first cell of each row */
	HTABLE_MARKER_FILTER,		/* the first cell of each row, and the wanted columns */
	HTABLE_MARKER_DECLARED,		/* shape versions: every declared column is read */
	HTABLE_MARKER_CELLS			/* shape cells: each cell is a row of its own */
} HtableMarkerRule;

/*
 * The columns and the filter of a read; memory in the current context.  `test`
 * is what rows must pass, NULL for none.
 */
extern void htable_columnset_fill(rc_read *read, const HtableMapping *mapping,
								  HtableMarkerRule rule, Bitmapset *attnos,
								  AttrNumber marker_attno, const HtableTest *test,
								  HtableHost *host);

/*
 * The same in shape cells, where rows are cells: only what the query wants of
 * them.  `by_name`: families that the test names are asked for by name, and
 * true comes back; HBase then refuses those that the table has not.
 */
extern bool htable_columnset_fill_cells(rc_read *read, const HtableMapping *mapping,
										Bitmapset *attnos, const HtableTest *test,
										bool by_name, HtableHost *host);

/* Shape cells: must HBase send values, or only where cells are? */
extern bool htable_columnset_wants_values(const HtableMapping *mapping, Bitmapset *attnos);

/* ---- order.c: the order that a scan gives for free ---- */

/* The leading part of the query's order that is the order of the keys, in either direction. */
extern List *htable_order_of_query(PlannerInfo *root, RelOptInfo *rel,
								   HtableMapping *mapping, const bool *single,
								   bool *reversed);

/* Is this sort key the column, compared in the way its bytes are? */
extern bool htable_order_pathkey_is_column(PathKey *pathkey, RelOptInfo *rel,
										   const HtableColumn *column);

/* The same for merge joins, where the query itself asks for none. */
extern List *htable_order_for_joins(PlannerInfo *root, RelOptInfo *rel,
									const HtableMapping *mapping, bool *reversed);

/* ---- plan.c: sizes, paths, costs, the plan's private list ---- */

/* Places in ForeignScan.fdw_private: plain nodes only, nothing user-specific. */
typedef enum HtablePrivate
{
	HTABLE_PRIVATE_KEY_CONDS,	/* List of conditions, all must hold */
	HTABLE_PRIVATE_TIME_CONDS,	/* likewise */
	HTABLE_PRIVATE_CELL_CONDS,	/* likewise */
	HTABLE_PRIVATE_ATTNOS,		/* IntList: columns to decode */
	HTABLE_PRIVATE_MARKER,		/* Integer HtableMarkerRule */
	HTABLE_PRIVATE_MARKER_ATTNO,	/* Integer: NOT NULL column read along, or 0 for row_marker */
	HTABLE_PRIVATE_REVERSED,	/* Boolean */
	HTABLE_PRIVATE_LIMIT,		/* IntList: places of LIMIT and OFFSET in fdw_exprs, or NIL */
	HTABLE_PRIVATE_PUSHED_REASONS,	/* Strings, one for each of fdw_recheck_quals */
	HTABLE_PRIVATE_LOCAL_REASONS,	/* Strings, one for each of plan.qual */
	HTABLE_PRIVATE_AS_OF_CONDS,	/* List of conditions, at most one */
	HTABLE_PRIVATE_MAP_KEYS,	/* Lists of htable_mapuse_find */
	HTABLE_PRIVATE_MAP_MEMBERS	/* ... and of htable_mapuse_members */
} HtablePrivate;

extern void htableGetForeignRelSize(PlannerInfo *root, RelOptInfo *rel, Oid relid);
extern void htableGetForeignPaths(PlannerInfo *root, RelOptInfo *rel, Oid relid);
extern ForeignScan *htableGetForeignPlan(PlannerInfo *root, RelOptInfo *rel, Oid relid,
										 ForeignPath *path, List *tlist, List *clauses,
										 Plan *outer_plan);

/* ---- cellorder.c: the order of cells inside a row, shape cells ---- */

extern int	htable_cellorder_extend(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping,
									List *wanted, int n);
/* ---- fetch.c: the rows of a read ---- */

typedef struct HtableFetch
{
	HtableConnection *connection;	/* set by the owner, as is the next */
	const char *table_name;
	bool		open;			/* rows can be asked for */
	rc_scanner *scanner;		/* of the rows that are handed out */
	rc_scanner_stats total;		/* of scanners that have ended */

	/*
	 * Set by the owner after opening: what is read instead when the table lacks
	 * a family of the read (no ranges: nothing); NULL: that is an error.
	 */
	const rc_read *otherwise;

	/* rows found by time */
	rc_scanner *finder;			/* of their keys; NULL: none is needed */
	rc_read		whole;			/* how such rows are read */
	rc_range   *keys;
	MemoryContext keys_context;
	int			batch;			/* rows to find before they are read */
} HtableFetch;

extern void htable_fetch_open(HtableFetch *fetch, const rc_read *read, bool found_by_time);
extern const rc_row *htable_fetch_next(HtableFetch *fetch);
extern void htable_fetch_close(HtableFetch *fetch, bool cancelled);
extern void htable_fetch_get_stats(const HtableFetch *fetch, rc_scanner_stats *stats);

/* ---- scan.c: begin / iterate / rescan / end ---- */

/* One column to decode, in the order in which HBase sends cells. */
typedef struct HtableWanted
{
	HtableColumn *column;
	int			index;			/* attnum - 1 */
} HtableWanted;

typedef struct HtableScan
{
	/* what the plan says */
	HtableMapping *mapping;
	List	   *private;
	List	   *exprs;			/* ExprStates of the right sides */
	Oid		   *expr_types;

	Bitmapset  *attnos;			/* columns to decode */
	HtableWanted *wanted;		/* cells to decode, sorted by family and qualifier */
	int			nwanted;
	HtableWanted *maps;
	int			nmaps;
	bool	   *want_part;		/* by part of the key: decode it */
	bool		want_key;		/* keys are looked at */
	bool		want_timestamp;
	bool		want_as_of;

	/* running */
	HtableFetch fetch;
	bool		begun;
	MemoryContext range_context;	/* ranges and read of the current (re)scan */
	HtableRangeSet *ranges;
	int64		time_from;		/* cells from this time on, ms */
	HtableAsOf	as_of;
	const rc_row *row;			/* current row, NULL at the end */

	/* shape versions: the current row's cells by timestamp, newest first */
	struct HtableVersion *versions;
	int			nversions;
	int			max_versions;	/* allocated */
	int			next_version;

	/* shape cells */
	size_t		next_cell;		/* of the current row */
	Datum		type_words[5];	/* texts of ':type', made when first met; 0: not yet */

	/* bad cells and keys let pass by on_bad_value and on_bad_key */
	int64		bad_values;
	int64		bad_keys;
	bool		in_row;			/* errors from now on are about the current row */
	const HtableColumn *decoding;	/* ... and this column */

	bool		full_scan_warned;
} HtableScan;

/* An item of the plan's private list. */
static inline Node *
htable_scan_private(const HtableScan *scan, HtablePrivate place)
{
	return list_nth(scan->private, place);
}

extern void htableBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *htableIterateForeignScan(ForeignScanState *node);
extern void htableReScanForeignScan(ForeignScanState *node);
extern void htableEndForeignScan(ForeignScanState *node);

/* ---- shape_row.c, shape_versions.c, shape_cells.c: cells -> slots ---- */

/*
 * Decodes the current row into the slot's values.  False: the key does not
 * decode and on_bad_key says to leave the row out.
 */
extern bool htable_shape_row_store(HtableScan *scan, TupleTableSlot *slot);

/* Takes in a new current row; then one slot per timestamp until false. */
extern void htable_shape_versions_load(HtableScan *scan);
extern bool htable_shape_versions_store(HtableScan *scan, TupleTableSlot *slot);

/* Takes in a new current row; then one slot per cell until false. */
extern void htable_shape_cells_load(HtableScan *scan);
extern bool htable_shape_cells_store(HtableScan *scan, TupleTableSlot *slot);

/* Shared by the shapes. */
extern bool htable_shape_decode_key(HtableScan *scan, TupleTableSlot *slot);
extern void htable_shape_decode_cell(HtableScan *scan, const HtableWanted *wanted,
									 const rc_cell *cell, TupleTableSlot *slot);
extern int	htable_shape_find(const HtableScan *scan, const rc_cell *cell, int guess);
extern void htable_shape_store_as_of(const HtableScan *scan, TupleTableSlot *slot);

/* ---- explain.c ---- */

extern void htableExplainForeignScan(ForeignScanState *node, ExplainState *es);

/* ---- import.c: IMPORT FOREIGN SCHEMA ---- */

extern List *htableImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverid);

/* ---- htable_fdw.c: settings ---- */

extern bool htable_enable_key_range;
extern bool htable_enable_time_range;
extern bool htable_enable_value_filter;
extern bool htable_enable_projection;
extern bool htable_enable_limit;
extern bool htable_enable_key_order;

#endif							/* HTABLE_FDW_H */
