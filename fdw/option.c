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
#include "htable_fdw.h"

#include <arpa/inet.h>

#include "access/reloptions.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#define MAX_PORT		65535

/* A response must hold at least one block of the usual size. */
#define MIN_RESPONSE	(64 * 1024)

/* A cell of this size still fits a PostgreSQL value, which ends below 1 GB. */
#define MAX_RESPONSE	(1023 * 1024 * 1024)

#define MIN_FETCH		(16 * 1024)

/* Enough to meet rare columns; who wants to know all of them scans the table. */
#define MAX_SAMPLE_ROWS	1000000

typedef enum OptionKind
{
	OPTION_STRING,				/* char *, NULL when not given */
	OPTION_BOOLEAN,				/* bool */
	OPTION_INTEGER,				/* int */
	OPTION_TIME,				/* int, ms; units as in postgresql.conf */
	OPTION_SIZE,				/* Size, bytes; units as in postgresql.conf */
	OPTION_CHOICE				/* an enum */
} OptionKind;

/*
 * Says in words why a string value is malformed, or returns NULL.  *must is
 * what the value must be, and completes the sentence `"option" must be ...`.
 */
typedef const char *(*OptionCheck) (const char *value, const char **must);

typedef struct HtableOption
{
	Oid			context;		/* catalogue of the object it belongs to */
	const char *name;
	OptionKind	kind;
	const char *default_value;	/* NULL: none, or what the description says */
	Size		offset;			/* of its field in the resolved struct */
	const char *description;
	int			min;			/* OPTION_INTEGER, OPTION_TIME, OPTION_SIZE */
	int			max;
	const struct config_enum_entry *choices;	/* OPTION_CHOICE */
	OptionCheck check;			/* OPTION_STRING */
	bool		superuser_only;
} HtableOption;

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

static const char *check_servers(const char *value, const char **must);
static const char *check_znode_parent(const char *value, const char **must);
static const char *check_hosts(const char *value, const char **must);
static const char *check_user(const char *value, const char **must);
static const char *check_table_name(const char *value, const char **must);
static const char *check_family(const char *value, const char **must);
static const char *check_row_marker(const char *value, const char **must);
static const char *check_as_of(const char *value, const char **must);
static const char *check_column(const char *value, const char **must);

#define IN_SERVER(field)	offsetof(HtableServerOptions, field)
#define IN_TABLE(field)		offsetof(HtableTableOptions, field)
#define IN_COLUMN(field)	offsetof(HtableColumnOptions, field)
#define IN_IMPORT(field)	offsetof(HtableImportOptions, field)

/* Stands for IMPORT FOREIGN SCHEMA, whose options core does not let us validate. */
#define IMPORT_CONTEXT		NamespaceRelationId

/* Grouped by context, in the order of the reference page. */
static const HtableOption all_options[] = {
	{ForeignServerRelationId, "quorum", OPTION_STRING, NULL, IN_SERVER(quorum),
		"the ZooKeeper servers of the cluster, host[:port],...; needed, unless bootstrap is given; port 2181 unless given",
	.check = check_servers},
	{ForeignServerRelationId, "bootstrap", OPTION_STRING, NULL, IN_SERVER(bootstrap),
		"in place of quorum: masters and region servers of the cluster, host[:port],...; port 16000 unless given",
	.check = check_servers},
	{ForeignServerRelationId, "znode_parent", OPTION_STRING, "/hbase", IN_SERVER(znode_parent),
		"with quorum: the znode under which HBase keeps its state",
	.check = check_znode_parent},
	{ForeignServerRelationId, "hosts", OPTION_STRING, NULL, IN_SERVER(hosts),
		"addresses of host names, name=address,...; used instead of name resolution",
	.check = check_hosts},
	{ForeignServerRelationId, "connect_timeout", OPTION_TIME, "10s", IN_SERVER(connect_timeout),
		"longest time to connect to a server, to ZooKeeper, or to get an answer of a bootstrap server",
	.min = 1, .max = INT_MAX},
	{ForeignServerRelationId, "rpc_timeout", OPTION_TIME, "60s", IN_SERVER(rpc_timeout),
		"longest time to wait for the answer of one call, which is then tried again",
	.min = 1, .max = INT_MAX},
	{ForeignServerRelationId, "operation_timeout", OPTION_TIME, "120s", IN_SERVER(operation_timeout),
		"longest time for one step of a scan with all its retries, after which the query fails",
	.min = 1, .max = INT_MAX},
	{ForeignServerRelationId, "max_response_size", OPTION_SIZE, "128MB", IN_SERVER(max_response_size),
		"largest answer, row or cell that is accepted",
	.min = MIN_RESPONSE, .max = MAX_RESPONSE},
	{ForeignServerRelationId, "fetch_bytes", OPTION_SIZE, "2MB", IN_SERVER(fetch_bytes),
		"size of the answers a scan asks for; at most max_response_size",
	.min = MIN_FETCH, .max = MAX_RESPONSE},
	{ForeignServerRelationId, "keep_connections", OPTION_BOOLEAN, "on", IN_SERVER(keep_connections),
	"keep connections open between transactions"},
	{ForeignServerRelationId, "full_scan", OPTION_CHOICE, "allow", IN_SERVER(full_scan),
		"what a query gets that must read a whole table",
	.choices = full_scan_choices},
	{ForeignServerRelationId, "past_reads", OPTION_CHOICE, "warn", IN_SERVER(past_reads),
		"what a read as of a moment gets where HBase may have forgotten it",
	.choices = past_reads_choices},

	{UserMappingRelationId, "user", OPTION_STRING, NULL, IN_SERVER(user),
		"the HBase user to act as; without it the name of the PostgreSQL role",
	.check = check_user,.superuser_only = true},

	{ForeignTableRelationId, "table_name", OPTION_STRING, NULL, IN_TABLE(table_name),
		"the HBase table, as namespace:table outside the default namespace; without it the name of the foreign table",
	.check = check_table_name},
	{ForeignTableRelationId, "family", OPTION_STRING, NULL, IN_TABLE(family),
		"the column family of columns that name none",
	.check = check_family},
	{ForeignTableRelationId, "shape", OPTION_CHOICE, "row", IN_TABLE(shape),
		"row: one row for each HBase row; versions: one for each row key and timestamp; cells: one for each cell",
	.choices = shape_choices},
	{ForeignTableRelationId, "max_versions", OPTION_INTEGER, NULL, IN_TABLE(max_versions),
		"with shapes versions and cells: how many versions of each cell are read, newest first; without it all",
	.min = 1, .max = INT_MAX},
	{ForeignTableRelationId, "as_of", OPTION_STRING, NULL, IN_TABLE(as_of),
		"the moment as of which the table is read: a date and time with its zone, or milliseconds since 1970",
	.check = check_as_of},
	{ForeignTableRelationId, "raw", OPTION_BOOLEAN, "off", IN_TABLE(raw),
	"with shape cells: show delete markers too, and what is deleted or outdated but still there"},
	{ForeignTableRelationId, "encoding", OPTION_CHOICE, "text", IN_TABLE(encoding),
		"the encoding of columns that name none",
	.choices = encoding_choices},
	{ForeignTableRelationId, "row_marker", OPTION_STRING, NULL, IN_TABLE(row_marker),
		"a cell that every row has, family:qualifier; makes reading few columns cheaper",
	.check = check_row_marker},
	{ForeignTableRelationId, "cache_blocks", OPTION_BOOLEAN, "off", IN_TABLE(cache_blocks),
	"let scans fill the region servers' block cache"},
	{ForeignTableRelationId, "full_scan", OPTION_CHOICE, NULL, IN_TABLE(full_scan),
		"what a query gets that must read the whole table; without it the server's option",
	.choices = full_scan_choices},
	{ForeignTableRelationId, "past_reads", OPTION_CHOICE, NULL, IN_TABLE(past_reads),
		"what a read as of a moment gets where HBase may have forgotten it; without it the server's option",
	.choices = past_reads_choices},
	{ForeignTableRelationId, "map_encoding", OPTION_CHOICE, "text", IN_TABLE(map_encoding),
		"what the values of maps are: the text of cells, or their bytes in hexadecimal",
	.choices = map_encoding_choices},
	{ForeignTableRelationId, "on_bad_value", OPTION_CHOICE, "error", IN_TABLE(on_bad_value),
		"what a cell gives that does not decode: an error, or NULL and a warning for each scan",
	.choices = bad_value_choices},
	{ForeignTableRelationId, "on_bad_key", OPTION_CHOICE, "error", IN_TABLE(on_bad_key),
		"what a row gives whose key does not decode: an error, or nothing and a warning for each scan",
	.choices = bad_key_choices},

	{AttributeRelationId, "column", OPTION_STRING, NULL, IN_COLUMN(column),
		":key, :timestamp, :as_of, family:qualifier, a qualifier, or as a map family: or family:prefix*; with shape cells :key, :family, :qualifier, :timestamp, :value or :type; without it the column's name is the qualifier",
	.check = check_column},
	{AttributeRelationId, "encoding", OPTION_CHOICE, NULL, IN_COLUMN(encoding),
		"how the bytes are read; without it the table's option",
	.choices = encoding_choices},
	{AttributeRelationId, "order", OPTION_CHOICE, NULL, IN_COLUMN(order),
		"with encoding ordered: the order in which the bytes sort; without it asc",
	.choices = order_choices},
	{AttributeRelationId, "map_encoding", OPTION_CHOICE, NULL, IN_COLUMN(map_encoding),
		"as the table's option, for this column",
	.choices = map_encoding_choices},
	{AttributeRelationId, "on_bad_value", OPTION_CHOICE, NULL, IN_COLUMN(on_bad_value),
		"as the table's option, for this column",
	.choices = bad_value_choices},

	{IMPORT_CONTEXT, "sample_rows", OPTION_INTEGER, "100", IN_IMPORT(sample_rows),
		"rows of each table that are looked at to find its columns",
	.min = 1, .max = MAX_SAMPLE_ROWS},
	{IMPORT_CONTEXT, "shape", OPTION_CHOICE, "row", IN_IMPORT(shape),
		"the shape of the foreign tables",
	.choices = shape_choices},
	{IMPORT_CONTEXT, "columns", OPTION_CHOICE, "qualifiers", IN_IMPORT(columns),
		"a column for each qualifier that was seen, or a map for each family",
	.choices = import_columns_choices},
};

/* What the contexts are called, in messages and by htable_fdw_options(). */
static const struct
{
	Oid			context;
	const char *name;
	const char *words;			/* with an article */
}			contexts[] = {
	{ForeignServerRelationId, "server", "a foreign server"},
	{UserMappingRelationId, "user mapping", "a user mapping"},
	{ForeignTableRelationId, "table", "a foreign table"},
	{AttributeRelationId, "column", "a column of a foreign table"},
	{IMPORT_CONTEXT, "import", "IMPORT FOREIGN SCHEMA"},
};

PG_FUNCTION_INFO_V1(htable_fdw_validator);
PG_FUNCTION_INFO_V1(htable_fdw_options);

static const HtableOption *
find_option(Oid context, const char *name)
{
	for (int i = 0; i < lengthof(all_options); i++)
	{
		if (all_options[i].context == context && strcmp(all_options[i].name, name) == 0)
			return &all_options[i];
	}
	return NULL;
}

static DefElem *
find_given(List *given, const char *name)
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

/* ---- checks of strings ---- */

static bool
is_host_name(const char *name, Size len)
{
	for (Size i = 0; i < len; i++)
	{
		unsigned char c = name[i];

		if (IS_HIGHBIT_SET(c) || (!isalnum(c) && strchr(".-_", c) == NULL))
			return false;
	}
	return len > 0;
}

static bool
is_numeric_address(const char *address)
{
	struct in6_addr ignored;

	return inet_pton(AF_INET, address, &ignored) == 1 ||
		inet_pton(AF_INET6, address, &ignored) == 1;
}

/* Why a member of a list of servers is malformed, or NULL. */
static const char *
check_member(char *member)
{
	char	   *port = strrchr(member, ':');
	char	   *end;
	long		number;

	if (strchr(member, '/') != NULL)
		return psprintf("A path like \"%s\" belongs in the option \"znode_parent\".",
						strchr(member, '/'));
	if (member[0] == '[')
	{
		end = strchr(member, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return psprintf("\"%s\" is not an address in brackets and a port.", member);
		*end = '\0';
		if (!is_numeric_address(member + 1))
			return psprintf("\"%s\" is not a numeric address.", member + 1);
		port = end[1] == ':' ? end + 1 : NULL;
	}
	else if (!is_host_name(member, port ? port - member : strlen(member)))
		return psprintf("\"%s\" is not a host name and a port.", member);
	if (port == NULL)
		return NULL;
	errno = 0;
	number = strtol(port + 1, &end, 10);
	if (!isdigit((unsigned char) port[1]) || *end != '\0' || errno != 0 ||
		number < 1 || number > MAX_PORT)
		return psprintf("The port \"%s\" is not an integer between 1 and %d.", port + 1, MAX_PORT);
	return NULL;
}

static const char *
check_servers(const char *value, const char **must)
{
	char	   *next = pstrdup(value);

	*must = "a list of \"host[:port]\" separated by commas";
	while (next != NULL)
	{
		char	   *member = strsep(&next, ",");
		const char *reason = check_member(member);

		if (reason != NULL)
			return reason;
	}
	return NULL;
}

static const char *
check_hosts(const char *value, const char **must)
{
	char	   *next = pstrdup(value);
	List	   *names = NIL;

	*must = "a list of \"name=address\" separated by commas";
	while (next != NULL)
	{
		char	   *entry = strsep(&next, ",");
		char	   *address = strchr(entry, '=');

		if (address == NULL || !is_host_name(entry, address - entry))
			return psprintf("\"%s\" is not a host name, \"=\" and an address.", entry);
		*address++ = '\0';
		if (!is_numeric_address(address))
			return psprintf("\"%s\" is not a numeric IPv4 or IPv6 address.", address);
		if (list_member(names, makeString(entry)))
			return psprintf("\"%s\" has two addresses.", entry);
		names = lappend(names, makeString(entry));
	}
	return NULL;
}

static const char *
check_znode_parent(const char *value, const char **must)
{
	*must = "a ZooKeeper path like \"/hbase\"";
	if (value[0] != '/')
		return "The value does not begin with \"/\".";
	if (value[strlen(value) - 1] == '/')
		return "The value ends with \"/\".";
	if (strstr(value, "//") != NULL)
		return "The value has an empty part.";
	return NULL;
}

static const char *
check_user(const char *value, const char **must)
{
	*must = "the name of an HBase user";
	return value[0] == '\0' ? "The value is empty." : NULL;
}

/* Namespaces and tables: letters, digits and a few signs (org.apache.hadoop.hbase.TableName). */
static const char *
check_table_part(const char *part, Size len, const char *signs)
{
	if (len == 0)
		return "The name or its namespace is empty.";
	if (part[0] == '.' || part[0] == '-')
		return psprintf("A name must not begin with \"%c\".", part[0]);
	for (Size i = 0; i < len; i++)
	{
		unsigned char c = part[i];

		if (!IS_HIGHBIT_SET(c) && !isalnum(c) && strchr(signs, c) == NULL)
			return psprintf("A name must not hold \"%c\".", c);
	}
	return NULL;
}

static const char *
check_table_name(const char *value, const char **must)
{
	const char *colon = strchr(value, ':');
	const char *reason = NULL;

	*must = "the name of an HBase table, \"table\" or \"namespace:table\"";
	if (colon != NULL)
		reason = check_table_part(value, colon - value, "_");
	if (reason == NULL)
	{
		const char *table = colon ? colon + 1 : value;

		reason = check_table_part(table, strlen(table), "_-.");
	}
	return reason;
}

/* Why bytes name no family (ColumnFamilyDescriptorBuilder.isLegalColumnFamilyName), or NULL. */
static const char *
check_family_name(const char *family, Size len)
{
	if (len == 0)
		return "The column family is empty.";
	if (family[0] == '.')
		return "A column family must not begin with \".\".";
	for (Size i = 0; i < len; i++)
	{
		if (iscntrl((unsigned char) family[i]) || strchr(":/\\", family[i]) != NULL)
			return "A column family must not hold \":\", \"/\", \"\\\" or control characters.";
	}
	return NULL;
}

static const char *
check_family(const char *value, const char **must)
{
	*must = "the name of a column family";
	return check_family_name(value, strlen(value));
}

static const char *
check_row_marker(const char *value, const char **must)
{
	const char *colon = strchr(value, ':');

	*must = "\"family:qualifier\"";
	if (colon == NULL)
		return "The value has no \":\".";
	if (colon[1] == '\0')
		return "The qualifier is empty.";
	return check_family_name(value, colon - value);
}

static const char *
check_as_of(const char *value, const char **must)
{
	int64		ms;

	*must = "a date and time with its zone, as \"2024-05-31 12:00:00+02\", or milliseconds since 1970";
	return htable_instant_parse(value, &ms);
}

static const char *
check_column(const char *value, const char **must)
{
	const char *colon = strchr(value, ':');

	*must = "\":key\", \":timestamp\", \":as_of\", \":family\", \":qualifier\", \":value\", \":type\", \"family:qualifier\", \"family:\", \"family:prefix*\" or a qualifier";
	if (value[0] == '\0')
		return "The value is empty.";
	if (value[0] == ':')
	{
		static const char *const words[] = {
			":key", ":timestamp", ":as_of", ":family", ":qualifier", ":value", ":type"
		};

		for (int i = 0; i < lengthof(words); i++)
		{
			if (strcmp(value, words[i]) == 0)
				return NULL;
		}
		return psprintf("\"%s\" is not supported.", value);
	}
	return colon != NULL ? check_family_name(value, colon - value) : NULL;
}

/* ---- parsing ---- */

/* The choices in words, each between two of `quote`. */
static char *
list_choices(const HtableOption *option, const char *quote)
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
	if (option->kind == OPTION_TIME)
		return psprintf("%d ms", number);
	if (option->kind == OPTION_SIZE && number % (1024 * 1024) == 0)
		return psprintf("%d MB", number / (1024 * 1024));
	if (option->kind == OPTION_SIZE)
		return psprintf("%d kB", number / 1024);
	return psprintf("%d", number);
}

static int
parse_number(const HtableOption *option, const char *value)
{
	const char *hint = NULL;
	int			flags = option->kind == OPTION_TIME ? GUC_UNIT_MS :
		option->kind == OPTION_SIZE ? GUC_UNIT_BYTE : 0;
	int			number;

	if (!parse_int(value, &number, flags, &hint) || number < option->min || number > option->max)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must be %s between %s and %s", option->name,
						option->kind == OPTION_TIME ? "a time" :
						option->kind == OPTION_SIZE ? "a size" : "an integer",
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
			 errmsg("\"%s\" must be %s", option->name, list_choices(option, "\""))));
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
static void
store_value(const HtableOption *option, const char *value, void *result)
{
	char	   *field = (char *) result + option->offset;
	bool		boolean;

	switch (option->kind)
	{
		case OPTION_STRING:
			check_string(option, value);
			*(char **) field = pstrdup(value);
			break;
		case OPTION_BOOLEAN:
			if (!parse_bool(value, &boolean))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("\"%s\" must be a Boolean value", option->name)));
			*(bool *) field = boolean;
			break;
		case OPTION_INTEGER:
		case OPTION_TIME:
			*(int *) field = parse_number(option, value);
			break;
		case OPTION_SIZE:
			*(Size *) field = parse_number(option, value);
			break;
		case OPTION_CHOICE:
			StaticAssertStmt(sizeof(HtableShape) == sizeof(int), "enums are stored as int");
			*(int *) field = parse_choice(option, value);
			break;
	}
}

/*
 * Fills the fields of a context's options: what is given, else the default.
 * Fields of options with neither are left as they are.
 */
static void
resolve(Oid context, List *given, void *result)
{
	for (int i = 0; i < lengthof(all_options); i++)
	{
		const HtableOption *option = &all_options[i];
		DefElem    *def;

		if (option->context != context)
			continue;
		def = find_given(given, option->name);
		if (def != NULL)
			store_value(option, defGetString(def), result);
		else if (option->default_value != NULL)
			store_value(option, option->default_value, result);
	}
}

/* ---- the validator ---- */

/* Unknown here: name the closest match, or all that is valid here. */
static void
reject_option(Oid context, const char *name)
{
	const char *belongs = NULL;
	const char *closest;
	ClosestMatchState match;
	StringInfoData valid;

	initClosestMatch(&match, name, 4);
	initStringInfo(&valid);
	for (int i = 0; i < lengthof(all_options); i++)
	{
		const HtableOption *option = &all_options[i];

		if (option->context == context)
		{
			updateClosestMatch(&match, option->name);
			appendStringInfo(&valid, "%s%s", valid.len > 0 ? ", " : "", option->name);
		}
		else if (strcmp(option->name, name) == 0 && belongs == NULL)
		{
			for (int c = 0; c < lengthof(contexts); c++)
			{
				if (contexts[c].context == option->context)
					belongs = contexts[c].words;
			}
		}
	}
	closest = belongs ? NULL : getClosestMatch(&match);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("invalid option \"%s\"", name),
			 belongs ? errdetail("It is an option of %s.", belongs) : 0,
			 closest ? errhint("Perhaps you meant the option \"%s\".", closest) :
			 valid.len > 0 ? errhint("Valid options in this context are: %s.", valid.data) :
			 errhint("There are no valid options in this context.")));
}

/* Is it "family:" or "family:prefix*"? */
static bool
word_is_map(const char *word)
{
	const char *colon = strchr(word, ':');

	return colon != NULL && colon != word &&
		(colon[1] == '\0' || word[strlen(word) - 1] == '*');
}

/* Do the bytes of what a column shows have an encoding? */
static bool
word_has_encoding(const char *word)
{
	if (word_is_map(word))
		return false;
	return word[0] != ':' || strcmp(word, ":key") == 0 || strcmp(word, ":value") == 0;
}

/* May what a column shows be no value of its type, and then NULL? */
static bool
word_has_bad_values(const char *word)
{
	return word[0] != ':' || strcmp(word, ":value") == 0 ||
		strcmp(word, ":family") == 0 || strcmp(word, ":qualifier") == 0;
}

/* Options that hold alone but not together.  Errors: 22023. */
static void
check_together(Oid context, List *given)
{
	HtableServerOptions server = {0};
	HtableTableOptions table = {0};
	DefElem    *column = find_given(given, "column");
	const char *word = column ? defGetString(column) : "";
	const char *reason = NULL;
	const char *hint = NULL;

	if (context == ForeignServerRelationId)
		resolve(context, given, &server);
	if (context == ForeignTableRelationId)
		resolve(context, given, &table);

	if (find_given(given, "fetch_bytes") && server.fetch_bytes > server.max_response_size)
		reason = "\"fetch_bytes\" must not be greater than \"max_response_size\"";
	else if (find_given(given, "bootstrap") && find_given(given, "quorum"))
	{
		reason = "\"quorum\" and \"bootstrap\" exclude each other";
		hint = "Each is a way to find the cluster: use DROP for one and ADD for the other in the same ALTER SERVER.";
	}
	else if (find_given(given, "bootstrap") && find_given(given, "znode_parent"))
		reason = "\"znode_parent\" has no meaning with \"bootstrap\"";
	else if (find_given(given, "max_versions") && table.shape == HTABLE_SHAPE_ROW)
		reason = "\"max_versions\" needs \"shape\" to be \"versions\" or \"cells\"";
	else if (table.raw && table.shape != HTABLE_SHAPE_CELLS)
		reason = "\"raw\" needs \"shape\" to be \"cells\"";
	else if (find_given(given, "row_marker") && table.shape == HTABLE_SHAPE_CELLS)
		reason = "\"row_marker\" has no meaning with \"shape\" \"cells\"";
	else if (find_given(given, "encoding") && !word_has_encoding(word))
		reason = psprintf("\"encoding\" has no meaning for \"%s\"", word);
	else if (context == AttributeRelationId && find_given(given, "map_encoding") &&
			 !word_is_map(word))
		reason = "\"map_encoding\" is for maps, \"family:\" or \"family:prefix*\"";
	else if (find_given(given, "order") && !word_has_encoding(word))
		reason = psprintf("\"order\" has no meaning for \"%s\"", word);
	else if (find_given(given, "on_bad_value") && !word_has_bad_values(word))
	{
		reason = psprintf("\"on_bad_value\" has no meaning for \"%s\"", word);
		if (strcmp(word, ":key") == 0)
			hint = "Use the option \"on_bad_key\" of the foreign table.";
	}
	if (reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg_internal("%s", reason),
				 hint ? errhint("%s", hint) : 0));
}

Datum
htable_fdw_validator(PG_FUNCTION_ARGS)
{
	List	   *given = untransformRelOptions(PG_GETARG_DATUM(0));
	Oid			context = PG_GETARG_OID(1);
	ListCell   *lc;

	foreach(lc, given)
	{
		DefElem    *def = lfirst_node(DefElem, lc);
		const HtableOption *option = find_option(context, def->defname);
		HtableServerOptions scratch;

		StaticAssertStmt(sizeof(scratch) >= sizeof(HtableTableOptions), "scratch is too small");
		StaticAssertStmt(sizeof(scratch) >= sizeof(HtableColumnOptions), "scratch is too small");

		if (option == NULL)
			reject_option(context, def->defname);
		if (option->superuser_only && !superuser())
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("only superuser can set the option \"%s\"", option->name),
					 errdetail("HBase believes the name it is told, so the name must not be the role's choice.")));
		store_value(option, defGetString(def), &scratch);
	}
	check_together(context, given);
	PG_RETURN_VOID();
}

/* ---- resolved options ---- */

HtableServerOptions *
htable_server_options(Oid serverid, Oid userid)
{
	ForeignServer *server = GetForeignServer(serverid);
	UserMapping *mapping = GetUserMapping(userid, serverid);
	HtableServerOptions *options = palloc0(sizeof(HtableServerOptions));

	options->server_name = server->servername;
	resolve(ForeignServerRelationId, server->options, options);
	resolve(UserMappingRelationId, mapping->options, options);
	if (options->quorum == NULL && options->bootstrap == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("foreign server \"%s\" has neither option \"quorum\" nor \"bootstrap\"", server->servername),
				 errdetail("One of them must name the servers through which HBase is found."),
				 errhint("Use ALTER SERVER %s OPTIONS (ADD quorum 'host[:port],...').",
						 quote_identifier(server->servername))));
	/* only the default can be greater: see check_server */
	options->fetch_bytes = Min(options->fetch_bytes, options->max_response_size);
	if (options->user == NULL)
		options->user = GetUserNameFromId(userid, false);
	return options;
}

HtableImportOptions *
htable_import_options(List *given)
{
	HtableImportOptions *options = palloc0(sizeof(HtableImportOptions));
	ListCell   *lc;

	foreach(lc, given)
	{
		DefElem    *def = lfirst_node(DefElem, lc);

		if (find_option(IMPORT_CONTEXT, def->defname) == NULL)
			reject_option(IMPORT_CONTEXT, def->defname);
		if (find_given(given, def->defname) != def)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_OBJECT),
					 errmsg("option \"%s\" provided more than once", def->defname)));
	}
	resolve(IMPORT_CONTEXT, given, options);
	if (find_given(given, "columns") && options->shape == HTABLE_SHAPE_CELLS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"columns\" has no meaning with \"shape\" \"cells\"")));
	return options;
}

void
htable_option_check_table_name(const char *value)
{
	check_string(find_option(ForeignTableRelationId, "table_name"), value);
}

const char *
htable_option_refuses_column(const char *value)
{
	const char *ignored;

	return check_column(value, &ignored);
}

HtableTableOptions *
htable_table_options(Oid relid)
{
	ForeignTable *table = GetForeignTable(relid);
	ForeignServer *server = GetForeignServer(table->serverid);
	HtableServerOptions server_options = {0};
	HtableTableOptions *options = palloc0(sizeof(HtableTableOptions));

	resolve(ForeignServerRelationId, server->options, &server_options);
	options->full_scan = server_options.full_scan;
	options->past_reads = server_options.past_reads;
	options->max_versions = RC_ALL_VERSIONS;
	resolve(ForeignTableRelationId, table->options, options);
	if (options->table_name == NULL)
		store_value(find_option(ForeignTableRelationId, "table_name"),
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
	resolve(AttributeRelationId, GetForeignColumnOptions(relid, attnum), options);
	return options;
}

/* ---- htable_fdw_options() ---- */

static const char *
type_name(const HtableOption *option)
{
	static const char *const names[] = {
		[OPTION_STRING] = "string",[OPTION_BOOLEAN] = "boolean",[OPTION_INTEGER] = "integer",
		[OPTION_TIME] = "time",[OPTION_SIZE] = "size"
	};

	return option->kind == OPTION_CHOICE ? list_choices(option, "") : names[option->kind];
}

static Datum
text_or_null(const char *string, bool *isnull)
{
	*isnull = string == NULL;
	return string ? CStringGetTextDatum(string) : (Datum) 0;
}

Datum
htable_fdw_options(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int c = 0; c < lengthof(contexts); c++)
	{
		for (int i = 0; i < lengthof(all_options); i++)
		{
			const HtableOption *option = &all_options[i];
			const char *unit = option->kind == OPTION_TIME ? "ms" :
				option->kind == OPTION_SIZE ? "B" : NULL;
			Datum		values[7];
			bool		nulls[7] = {false};

			if (option->context != contexts[c].context)
				continue;
			values[0] = CStringGetTextDatum(contexts[c].name);
			values[1] = CStringGetTextDatum(option->name);
			values[2] = CStringGetTextDatum(type_name(option));
			values[3] = text_or_null(unit, &nulls[3]);
			values[4] = text_or_null(option->default_value, &nulls[4]);
			values[5] = BoolGetDatum(option->superuser_only);
			values[6] = CStringGetTextDatum(option->description);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}
