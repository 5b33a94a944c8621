/*
 * option.c
 *		All options of htable_fdw: one table, from which the validator, its
 *		hints, the resolved structs and htable_fdw_options() come.
 *
 * An option has a row here when the code obeys it, never before.  Values are
 * stored in the catalogues as text; the same parser checks them at DDL time
 * and reads them at use, so what the validator let in always resolves.
 * Defaults are written as text too, as a user would write them.
 */
#include "option.h"

#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "postmaster/bgworker_internals.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* A response must hold at least one block of the usual size. */
#define MIN_RESPONSE	(64 * 1024)

/* A cell of this size still fits a PostgreSQL value, which ends below 1 GB. */
#define MAX_RESPONSE	(1023 * 1024 * 1024)

/* Region scanners of one scan on a region server; it has 30 handlers by default. */
#define MAX_CONCURRENCY	64

#define MIN_FETCH		(16 * 1024)

/* Region servers warn of calls with more than 5000 mutations. */
#define MAX_BATCH		4000

/* HConstants.MAX_ROW_LENGTH */
#define MAX_KEY			32767

/* Enough to meet rare columns; who wants to know all of them scans the table. */
#define MAX_SAMPLE_ROWS	1000000

static const struct config_enum_entry shape_choices[] = {
	{"row", HTABLE_SHAPE_ROW},
	{"versions", HTABLE_SHAPE_VERSIONS},
	{"cells", HTABLE_SHAPE_CELLS},
	{NULL}
};

static const struct config_enum_entry import_columns_choices[] = {
	{"qualifiers", HTABLE_IMPORT_QUALIFIERS},
	{"maps", HTABLE_IMPORT_MAPS},
	{NULL}
};

static const struct config_enum_entry encoding_choices[] = {
	{"text", HTABLE_ENCODING_TEXT},
	{"binary", HTABLE_ENCODING_BINARY},
	{"ordered", HTABLE_ENCODING_ORDERED},
	{NULL}
};

static const struct config_enum_entry order_choices[] = {
	{"asc", HTABLE_ORDER_ASC},
	{"desc", HTABLE_ORDER_DESC},
	{NULL}
};

static const struct config_enum_entry full_scan_choices[] = {
	{"allow", HTABLE_FULL_SCAN_ALLOW},
	{"warn", HTABLE_FULL_SCAN_WARN},
	{"error", HTABLE_FULL_SCAN_ERROR},
	{NULL}
};

static const struct config_enum_entry past_reads_choices[] = {
	{"warn", HTABLE_PAST_READS_WARN},
	{"error", HTABLE_PAST_READS_ERROR},
	{"allow", HTABLE_PAST_READS_ALLOW},
	{NULL}
};

static const struct config_enum_entry insert_mode_choices[] = {
	{"insert", HTABLE_INSERT_MODE_INSERT},
	{"upsert", HTABLE_INSERT_MODE_UPSERT},
	{NULL}
};

static const struct config_enum_entry durability_choices[] = {
	{"table", RC_DURABILITY_USE_DEFAULT},
	{"skip_wal", RC_DURABILITY_SKIP_WAL},
	{"async_wal", RC_DURABILITY_ASYNC_WAL},
	{"sync_wal", RC_DURABILITY_SYNC_WAL},
	{"fsync_wal", RC_DURABILITY_FSYNC_WAL},
	{NULL}
};

static const struct config_enum_entry map_encoding_choices[] = {
	{"text", HTABLE_MAP_TEXT},
	{"hex", HTABLE_MAP_HEX},
	{NULL}
};

static const struct config_enum_entry bad_value_choices[] = {
	{"error", HTABLE_ON_BAD_ERROR},
	{"null", HTABLE_ON_BAD_NULL},
	{NULL}
};

static const struct config_enum_entry bad_key_choices[] = {
	{"error", HTABLE_ON_BAD_ERROR},
	{"skip", HTABLE_ON_BAD_SKIP},
	{NULL}
};

#define IN_SERVER(field)	offsetof(HtableServerOptions, field)
#define IN_TABLE(field)		offsetof(HtableTableOptions, field)
#define IN_COLUMN(field)	offsetof(HtableColumnOptions, field)
#define IN_IMPORT(field)	offsetof(HtableImportOptions, field)

/* Grouped by context, in the order of the reference page. */
const HtableOption htable_options[] = {
	{ForeignServerRelationId, "quorum", HTABLE_OPTION_STRING, NULL, IN_SERVER(quorum),
		"the ZooKeeper servers of the cluster, host[:port],...; needed, unless bootstrap is given; port 2181 unless given",
	.check = htable_check_servers},
	{ForeignServerRelationId, "bootstrap", HTABLE_OPTION_STRING, NULL, IN_SERVER(bootstrap),
		"in place of quorum: masters and region servers of the cluster, host[:port],...; port 16000 unless given",
	.check = htable_check_servers},
	{ForeignServerRelationId, "znode_parent", HTABLE_OPTION_STRING, "/hbase", IN_SERVER(znode_parent),
		"with quorum: the znode under which HBase keeps its state",
	.check = htable_check_znode_parent},
	{ForeignServerRelationId, "hosts", HTABLE_OPTION_STRING, NULL, IN_SERVER(hosts),
		"addresses of host names, name=address,...; used instead of name resolution",
	.check = htable_check_hosts},
	{ForeignServerRelationId, "connect_timeout", HTABLE_OPTION_TIME, "10s", IN_SERVER(connect_timeout),
		"longest time to connect to a server, to ZooKeeper, or to get an answer of a bootstrap server",
	.min = 1, .max = INT_MAX},
	{ForeignServerRelationId, "rpc_timeout", HTABLE_OPTION_TIME, "60s", IN_SERVER(rpc_timeout),
		"longest time to wait for the answer of one call, which is then tried again",
	.min = 1, .max = INT_MAX},
	{ForeignServerRelationId, "operation_timeout", HTABLE_OPTION_TIME, "120s", IN_SERVER(operation_timeout),
		"longest time for one step of a scan with all its retries, after which the query fails",
	.min = 1, .max = INT_MAX},
	{ForeignServerRelationId, "max_response_size", HTABLE_OPTION_SIZE, "128MB", IN_SERVER(max_response_size),
		"largest answer, row or cell that is accepted",
	.min = MIN_RESPONSE, .max = MAX_RESPONSE},
	{ForeignServerRelationId, "fetch_bytes", HTABLE_OPTION_SIZE, "2MB", IN_SERVER(fetch_bytes),
		"size of the answers a scan asks for; at most max_response_size",
	.min = MIN_FETCH, .max = MAX_RESPONSE},
	{ForeignServerRelationId, "scan_window", HTABLE_OPTION_SIZE, "8MB", IN_SERVER(scan_window),
		"how much of a scan may wait for its turn, or be on its way, while several regions are read at a time; less than fetch_bytes: one region after the other",
	.min = 0, .max = MAX_RESPONSE},
	{ForeignServerRelationId, "scan_concurrency", HTABLE_OPTION_INTEGER, "4", IN_SERVER(scan_concurrency),
		"regions that a scan reads at a time on each region server, at most",
	.min = 1, .max = MAX_CONCURRENCY},
	{ForeignServerRelationId, "keep_connections", HTABLE_OPTION_BOOLEAN, "on", IN_SERVER(keep_connections),
	"keep connections open between transactions"},
	{ForeignServerRelationId, "full_scan", HTABLE_OPTION_CHOICE, "allow", IN_SERVER(full_scan),
		"what a query gets that must read a whole table",
	.choices = full_scan_choices},
	{ForeignServerRelationId, "past_reads", HTABLE_OPTION_CHOICE, "warn", IN_SERVER(past_reads),
		"what a read as of a moment gets where HBase may have forgotten it",
	.choices = past_reads_choices},
	{ForeignServerRelationId, "async_capable", HTABLE_OPTION_BOOLEAN, "on", IN_SERVER(async_capable),
	"scans of partitions wait together, not one after the other"},
	{ForeignServerRelationId, "use_remote_estimate", HTABLE_OPTION_BOOLEAN, "on", IN_SERVER(use_remote_estimate),
	"ask region servers for sizes when a query on a table is planned that was never analyzed"},
	{ForeignServerRelationId, "analyze_size", HTABLE_OPTION_SIZE, "8MB", IN_SERVER(analyze_size),
		"the most that ANALYZE reads of a table",
	.min = MIN_RESPONSE, .max = MAX_RESPONSE},
	{ForeignServerRelationId, "updatable", HTABLE_OPTION_BOOLEAN, "on", IN_SERVER(updatable),
	"tables may be written to"},
	{ForeignServerRelationId, "truncatable", HTABLE_OPTION_BOOLEAN, "off", IN_SERVER(truncatable),
	"TRUNCATE may empty tables of HBase, with all of their families, for good"},
	{ForeignServerRelationId, "batch_size", HTABLE_OPTION_INTEGER, "1000", IN_SERVER(batch_size),
		"rows that INSERT and COPY look for and write together",
	.min = 1, .max = MAX_BATCH},

	{UserMappingRelationId, "user", HTABLE_OPTION_STRING, NULL, IN_SERVER(user),
		"the HBase user to act as; without it the name of the PostgreSQL role",
	.check = htable_check_user,.superuser_only = true},

	{ForeignTableRelationId, "table_name", HTABLE_OPTION_STRING, NULL, IN_TABLE(table_name),
		"the HBase table, as namespace:table outside the default namespace; without it the name of the foreign table",
	.check = htable_check_table_name},
	{ForeignTableRelationId, "family", HTABLE_OPTION_STRING, NULL, IN_TABLE(family),
		"the column family of columns that name none",
	.check = htable_check_family},
	{ForeignTableRelationId, "shape", HTABLE_OPTION_CHOICE, "row", IN_TABLE(shape),
		"row: one row for each HBase row; versions: one for each row key and timestamp; cells: one for each cell",
	.choices = shape_choices},
	{ForeignTableRelationId, "max_versions", HTABLE_OPTION_INTEGER, NULL, IN_TABLE(max_versions),
		"with shapes versions and cells: how many versions of each cell are read, newest first; without it all",
	.min = 1, .max = INT_MAX},
	{ForeignTableRelationId, "as_of", HTABLE_OPTION_STRING, NULL, IN_TABLE(as_of),
		"the moment as of which the table is read: a date and time with its zone, or milliseconds since 1970",
	.check = htable_check_as_of},
	{ForeignTableRelationId, "raw", HTABLE_OPTION_BOOLEAN, "off", IN_TABLE(raw),
	"with shape cells: show delete markers too, and what is deleted or outdated but still there"},
	{ForeignTableRelationId, "encoding", HTABLE_OPTION_CHOICE, "text", IN_TABLE(encoding),
		"the encoding of columns that name none",
	.choices = encoding_choices},
	{ForeignTableRelationId, "key_prefix", HTABLE_OPTION_STRING, NULL, IN_TABLE(key_prefix),
		"bytes at which every row key of the table begins; rows of other keys are not of it; \\xNN is a byte",
	.check = htable_check_bytes},
	{ForeignTableRelationId, "row_marker", HTABLE_OPTION_STRING, NULL, IN_TABLE(row_marker),
		"a cell that every row has, family:qualifier; makes reading few columns cheaper and INSERT exact, which writes it",
	.check = htable_check_row_marker},
	{ForeignTableRelationId, "cache_blocks", HTABLE_OPTION_BOOLEAN, "off", IN_TABLE(cache_blocks),
	"let scans fill the region servers' block cache"},
	{ForeignTableRelationId, "scan_window", HTABLE_OPTION_SIZE, NULL, IN_TABLE(scan_window),
		"as the server's option, for this table",
	.min = 0, .max = MAX_RESPONSE},
	{ForeignTableRelationId, "scan_concurrency", HTABLE_OPTION_INTEGER, NULL, IN_TABLE(scan_concurrency),
		"as the server's option, for this table",
	.min = 1, .max = MAX_CONCURRENCY},
	{ForeignTableRelationId, "full_scan", HTABLE_OPTION_CHOICE, NULL, IN_TABLE(full_scan),
		"what a query gets that must read the whole table; without it the server's option",
	.choices = full_scan_choices},
	{ForeignTableRelationId, "past_reads", HTABLE_OPTION_CHOICE, NULL, IN_TABLE(past_reads),
		"what a read as of a moment gets where HBase may have forgotten it; without it the server's option",
	.choices = past_reads_choices},
	{ForeignTableRelationId, "use_remote_estimate", HTABLE_OPTION_BOOLEAN, NULL, IN_TABLE(use_remote_estimate),
	"as the server's option, for this table"},
	{ForeignTableRelationId, "analyze_size", HTABLE_OPTION_SIZE, NULL, IN_TABLE(analyze_size),
		"as the server's option, for this table",
	.min = MIN_RESPONSE, .max = MAX_RESPONSE},
	{ForeignTableRelationId, "map_encoding", HTABLE_OPTION_CHOICE, "text", IN_TABLE(map_encoding),
		"what the values of maps are: the text of cells, or their bytes in hexadecimal",
	.choices = map_encoding_choices},
	{ForeignTableRelationId, "on_bad_value", HTABLE_OPTION_CHOICE, "error", IN_TABLE(on_bad_value),
		"what a cell gives that does not decode: an error, or NULL and a warning for each scan",
	.choices = bad_value_choices},
	{ForeignTableRelationId, "on_bad_key", HTABLE_OPTION_CHOICE, "error", IN_TABLE(on_bad_key),
		"what a row gives whose key does not decode: an error, or nothing and a warning for each scan",
	.choices = bad_key_choices},
	{ForeignTableRelationId, "parallel_workers", HTABLE_OPTION_INTEGER, NULL, IN_TABLE(parallel_workers),
		"how many workers a parallel scan may have, 0: it is never parallel; without it as the table's size says",
	.min = 0, .max = MAX_PARALLEL_WORKER_LIMIT},
	{ForeignTableRelationId, "async_capable", HTABLE_OPTION_BOOLEAN, NULL, IN_TABLE(async_capable),
	"scans of the partition wait together with others; without it the server's option"},
	{ForeignTableRelationId, "updatable", HTABLE_OPTION_BOOLEAN, NULL, IN_TABLE(updatable),
	"as the server's option, for this table"},
	{ForeignTableRelationId, "truncatable", HTABLE_OPTION_BOOLEAN, NULL, IN_TABLE(truncatable),
	"as the server's option, for this table"},
	{ForeignTableRelationId, "insert_mode", HTABLE_OPTION_CHOICE, "insert", IN_TABLE(insert_mode),
		"what INSERT and COPY do where a row is there already: insert: an error; upsert: overwrite it, column by column, without looking",
	.choices = insert_mode_choices},
	{ForeignTableRelationId, "durability", HTABLE_OPTION_CHOICE, "table", IN_TABLE(durability),
		"what a region server does with its log before a write counts as done; table: as the HBase table says",
	.choices = durability_choices},
	{ForeignTableRelationId, "batch_size", HTABLE_OPTION_INTEGER, NULL, IN_TABLE(batch_size),
		"as the server's option, for this table",
	.min = 1, .max = MAX_BATCH},

	{AttributeRelationId, "column", HTABLE_OPTION_STRING, NULL, IN_COLUMN(column),
		":key, :timestamp, :as_of, :ttl, family:qualifier, a qualifier, or as a map family: or family:prefix*; with shape cells :key, :family, :qualifier, :timestamp, :ttl, :value or :type; without it the column's name is the qualifier",
	.check = htable_check_column},
	{AttributeRelationId, "encoding", HTABLE_OPTION_CHOICE, NULL, IN_COLUMN(encoding),
		"how the bytes are read; without it the table's option",
	.choices = encoding_choices},
	{AttributeRelationId, "order", HTABLE_OPTION_CHOICE, NULL, IN_COLUMN(order),
		"with encoding ordered: the order in which the bytes sort; without it asc",
	.choices = order_choices},
	{AttributeRelationId, "map_encoding", HTABLE_OPTION_CHOICE, NULL, IN_COLUMN(map_encoding),
		"as the table's option, for this column",
	.choices = map_encoding_choices},
	{AttributeRelationId, "length", HTABLE_OPTION_INTEGER, NULL, IN_COLUMN(length),
		"of a part of the row key: its number of bytes; shorter text is filled with zero bytes",
	.min = 1, .max = MAX_KEY},
	{AttributeRelationId, "terminator", HTABLE_OPTION_STRING, NULL, IN_COLUMN(terminator),
		"of a part of the row key: the bytes that follow it, and end it where nothing else does; \\xNN is a byte",
	.check = htable_check_bytes},
	{AttributeRelationId, "on_bad_value", HTABLE_OPTION_CHOICE, NULL, IN_COLUMN(on_bad_value),
		"as the table's option, for this column",
	.choices = bad_value_choices},

	{HTABLE_IMPORT_CONTEXT, "sample_rows", HTABLE_OPTION_INTEGER, "100", IN_IMPORT(sample_rows),
		"rows of each table that are looked at to find its columns",
	.min = 1, .max = MAX_SAMPLE_ROWS},
	{HTABLE_IMPORT_CONTEXT, "shape", HTABLE_OPTION_CHOICE, "row", IN_IMPORT(shape),
		"the shape of the foreign tables",
	.choices = shape_choices},
	{HTABLE_IMPORT_CONTEXT, "columns", HTABLE_OPTION_CHOICE, "qualifiers", IN_IMPORT(columns),
		"a column for each qualifier that was seen, or a map for each family",
	.choices = import_columns_choices},
};

const int htable_noptions = lengthof(htable_options);

const HtableOption *
htable_option_find(Oid context, const char *name)
{
	for (int i = 0; i < htable_noptions; i++)
	{
		if (htable_options[i].context == context && strcmp(htable_options[i].name, name) == 0)
			return &htable_options[i];
	}
	return NULL;
}

DefElem *
htable_option_given(List *given, const char *name)
{
	ListCell   *lc;

	foreach(lc, given)
	{
		DefElem    *def = lfirst_node(DefElem, lc);

		if (strcmp(def->defname, name) == 0)
			return def;
	}
	return NULL;
}

/* ---- parsing ---- */

/* The choices in words, each between two of `quote`. */
char *
htable_option_choices(const HtableOption *option, const char *quote)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (const struct config_enum_entry *choice = option->choices; choice->name; choice++)
	{
		if (choice != option->choices)
			appendStringInfoString(&buf, choice[1].name ? ", " : " or ");
		appendStringInfo(&buf, "%s%s%s", quote, choice->name, quote);
	}
	return buf.data;
}

/* A bound of an option as a user would write it. */
static char *
write_number(const HtableOption *option, int number)
{
	if (option->kind == HTABLE_OPTION_TIME)
		return psprintf("%d ms", number);
	if (option->kind == HTABLE_OPTION_SIZE && number % (1024 * 1024) == 0)
		return psprintf("%d MB", number / (1024 * 1024));
	if (option->kind == HTABLE_OPTION_SIZE)
		return psprintf("%d kB", number / 1024);
	return psprintf("%d", number);
}

static int
parse_number(const HtableOption *option, const char *value)
{
	const char *hint = NULL;
	int			flags = option->kind == HTABLE_OPTION_TIME ? GUC_UNIT_MS :
		option->kind == HTABLE_OPTION_SIZE ? GUC_UNIT_BYTE : 0;
	int			number;

	if (!parse_int(value, &number, flags, &hint) || number < option->min || number > option->max)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must be %s between %s and %s", option->name,
						option->kind == HTABLE_OPTION_TIME ? "a time" :
						option->kind == HTABLE_OPTION_SIZE ? "a size" : "an integer",
						write_number(option, option->min), write_number(option, option->max)),
				 hint ? errhint("%s", _(hint)) : 0));
	return number;
}

static int
parse_choice(const HtableOption *option, const char *value)
{
	for (const struct config_enum_entry *choice = option->choices; choice->name; choice++)
	{
		if (pg_strcasecmp(choice->name, value) == 0)
			return choice->val;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" must be %s", option->name, htable_option_choices(option, "\""))));
}

static void
check_string(const HtableOption *option, const char *value)
{
	const char *must;
	const char *reason = option->check(value, &must);

	if (reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must be %s", option->name, must),
				 errdetail_internal("%s", reason)));
}

/* Parses a value into the option's field of *result.  Errors: 22023. */
void
htable_option_store(const HtableOption *option, const char *value, void *result)
{
	char	   *field = (char *) result + option->offset;
	bool		boolean;

	switch (option->kind)
	{
		case HTABLE_OPTION_STRING:
			check_string(option, value);
			*(char **) field = pstrdup(value);
			break;
		case HTABLE_OPTION_BOOLEAN:
			if (!parse_bool(value, &boolean))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("\"%s\" must be a Boolean value", option->name)));
			*(bool *) field = boolean;
			break;
		case HTABLE_OPTION_INTEGER:
		case HTABLE_OPTION_TIME:
			*(int *) field = parse_number(option, value);
			break;
		case HTABLE_OPTION_SIZE:
			*(Size *) field = parse_number(option, value);
			break;
		case HTABLE_OPTION_CHOICE:
			StaticAssertStmt(sizeof(HtableShape) == sizeof(int), "enums are stored as int");
			*(int *) field = parse_choice(option, value);
			break;
	}
}

/*
 * Fills the fields of a context's options: what is given, else the default.
 * Fields of options with neither are left as they are.
 */
void
htable_option_resolve(Oid context, List *given, void *result)
{
	for (int i = 0; i < htable_noptions; i++)
	{
		const HtableOption *option = &htable_options[i];
		DefElem    *def;

		if (option->context != context)
			continue;
		def = htable_option_given(given, option->name);
		if (def != NULL)
			htable_option_store(option, defGetString(def), result);
		else if (option->default_value != NULL)
			htable_option_store(option, option->default_value, result);
	}
}

/* ---- resolved options ---- */

HtableServerOptions *
htable_server_options(Oid serverid, Oid userid)
{
	ForeignServer *server = GetForeignServer(serverid);
	UserMapping *mapping = GetUserMapping(userid, serverid);
	HtableServerOptions *options = palloc0(sizeof(HtableServerOptions));

	options->server_name = server->servername;
	htable_option_resolve(ForeignServerRelationId, server->options, options);
	htable_option_resolve(UserMappingRelationId, mapping->options, options);
	if (options->quorum == NULL && options->bootstrap == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("foreign server \"%s\" has neither option \"quorum\" nor \"bootstrap\"", server->servername),
				 errdetail("One of them must name the servers through which HBase is found."),
				 errhint("Use ALTER SERVER %s OPTIONS (ADD quorum 'host[:port],...').",
						 quote_identifier(server->servername))));
	/* only the default can be greater: see check_together */
	options->fetch_bytes = Min(options->fetch_bytes, options->max_response_size);
	if (options->user == NULL)
		options->user = GetUserNameFromId(userid, false);
	return options;
}

void
htable_option_check_table_name(const char *value)
{
	check_string(htable_option_find(ForeignTableRelationId, "table_name"), value);
}

const char *
htable_option_refuses_column(const char *value)
{
	const char *ignored;

	return htable_check_column(value, &ignored);
}

HtableTableOptions *
htable_table_options(Oid relid)
{
	ForeignTable *table = GetForeignTable(relid);
	ForeignServer *server = GetForeignServer(table->serverid);
	HtableServerOptions server_options = {0};
	HtableTableOptions *options = palloc0(sizeof(HtableTableOptions));

	htable_option_resolve(ForeignServerRelationId, server->options, &server_options);
	options->full_scan = server_options.full_scan;
	options->past_reads = server_options.past_reads;
	options->async_capable = server_options.async_capable;
	options->use_remote_estimate = server_options.use_remote_estimate;
	options->analyze_size = server_options.analyze_size;
	options->updatable = server_options.updatable;
	options->truncatable = server_options.truncatable;
	options->batch_size = server_options.batch_size;
	options->scan_window = server_options.scan_window;
	options->scan_concurrency = server_options.scan_concurrency;
	options->max_versions = RC_ALL_VERSIONS;
	options->parallel_workers = -1;
	htable_option_resolve(ForeignTableRelationId, table->options, options);
	if (options->table_name == NULL)
		htable_option_store(htable_option_find(ForeignTableRelationId, "table_name"),
					get_rel_name(relid), options);
	return options;
}

HtableColumnOptions *
htable_column_options(Oid relid, AttrNumber attnum, const HtableTableOptions *table)
{
	HtableColumnOptions *options = palloc0(sizeof(HtableColumnOptions));

	options->encoding = table->encoding;
	options->map_encoding = table->map_encoding;
	options->on_bad_value = table->on_bad_value;
	htable_option_resolve(AttributeRelationId, GetForeignColumnOptions(relid, attnum), options);
	return options;
}
