/*
 * describe.c
 *		htable_describe(): what HBase says of a table, what a sample of its rows
 *		shows, and how that may be declared.
 */
#include "sample.h"

#include "catalog/pg_foreign_server.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"

#include "codec.h"

#define DESCRIBE_COLUMNS	6

PG_FUNCTION_INFO_V1(htable_describe);

typedef struct Describer
{
	ReturnSetInfo *result;
	HtableConnection *connection;
	const char *table_name;		/* as HBase has it */
	int			sample_rows;
	rc_table_desc *desc;		/* NULL: HBase does not let the user see it */
} Describer;

/* ---- values ---- */

static Datum
text_datum(const char *string, bool *null)
{
	*null = string == NULL;
	return string ? CStringGetTextDatum(string) : (Datum) 0;
}

/* Bytes of HBase that are mostly text. */
static const char *
shown(rc_bytes bytes)
{
	HtableBadValue bad = {0};
	Size		len;
	const char *text = htable_text_to_server((const char *) bytes.data, bytes.len, &len, &bad);

	return text ? pnstrdup(text, len) : htable_show_bytes((const char *) bytes.data, bytes.len);
}

static Datum
attributes_datum(const rc_attribute *attributes, size_t n)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	for (size_t i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoChar(&json, ',');
		escape_json(&json, shown(attributes[i].name));
		appendStringInfoChar(&json, ':');
		escape_json(&json, shown(attributes[i].value));
	}
	appendStringInfoChar(&json, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

/* ---- rows ---- */

static void
put(Describer *describer, const char *part, const char *family, const char *qualifier,
	const char *declaration, const char *evidence, const rc_attribute *attributes, size_t nattributes)
{
	Datum		values[DESCRIBE_COLUMNS];
	bool		nulls[DESCRIBE_COLUMNS];

	values[0] = text_datum(part, &nulls[0]);
	values[1] = text_datum(family, &nulls[1]);
	values[2] = text_datum(qualifier, &nulls[2]);
	values[3] = text_datum(declaration, &nulls[3]);
	values[4] = text_datum(evidence, &nulls[4]);
	nulls[5] = attributes == NULL;
	values[5] = attributes ? attributes_datum(attributes, nattributes) : (Datum) 0;
	tuplestore_putvalues(describer->result->setResult, describer->result->setDesc, values, nulls);
}

/* How long a family keeps the past. */
static const char *
retention(const rc_family_desc *family)
{
	StringInfoData words;

	initStringInfo(&words);
	if (family->max_versions == INT_MAX)
		appendStringInfoString(&words, "keeps all versions");
	else if (family->max_versions == 1)
		appendStringInfoString(&words, "keeps 1 version");
	else
		appendStringInfo(&words, "keeps %d versions", family->max_versions);
	if (family->ttl != RC_TTL_FOREVER)
	{
		appendStringInfo(&words, " for %d seconds", family->ttl);
		if (family->min_versions > 0)
			appendStringInfo(&words, ", but %d for ever", family->min_versions);
	}
	if (family->keep_deleted != RC_KEEP_DELETED_FALSE)
		appendStringInfoString(&words, family->keep_deleted == RC_KEEP_DELETED_TRUE ?
							   ", also of deleted cells" : ", also of deleted cells until they expire");
	return words.data;
}

static void
put_descriptor(Describer *describer)
{
	const rc_table_desc *desc = describer->desc;

	if (desc == NULL)
	{
		put(describer, "table", NULL, NULL, NULL, "HBase does not let this user see the descriptor", NULL, 0);
		return;
	}
	put(describer, "table", NULL, NULL, NULL, desc->enabled ? "enabled" : "disabled",
		desc->attributes, desc->nattributes);
	for (size_t i = 0; i < desc->nfamilies; i++)
		put(describer, "family", shown(desc->families[i].name), NULL, NULL,
			retention(&desc->families[i]), desc->families[i].attributes, desc->families[i].nattributes);
}

static void
put_sample(Describer *describer)
{
	HtableDeclaration *declaration;
	HtableSample *sample;
	rc_error	err;

	sample = htable_sample_make(describer->connection, describer->table_name, describer->sample_rows, &err);
	if (sample == NULL)
		htable_host_raise(&err, htable_session_server_name(describer->connection), describer->table_name);
	declaration = htable_declare(sample, HTABLE_SHAPE_ROW);
	put(describer, "key", NULL, NULL, htable_declare_key(declaration),
		htable_sample_words(&sample->key, "key"), NULL, 0);
	for (int i = 0; i < sample->ncolumns; i++)
	{
		const HtableDeclaredColumn *column = &declaration->columns[i];
		const char *evidence = htable_sample_words(&column->sampled->evidence, "cell");

		if (column->left_out != NULL)
			evidence = psprintf("%s; left out: %s", evidence, column->left_out);
		put(describer, "column", shown(column->sampled->name.family), shown(column->sampled->name.qualifier),
			column->name ? htable_declare_column(declaration, i) : NULL, evidence, NULL, 0);
	}
}

static void
describe(Describer *describer)
{
	describer->desc = htable_master_describe_if_allowed(describer->connection, describer->table_name);
	put_descriptor(describer);
	if (describer->desc == NULL || describer->desc->enabled)
		put_sample(describer);
}

/*
 * htable_describe(server_name, table_name, sample_rows): rows for the table,
 * its families, its key and the columns found in a sample.  Errors: 42704 for
 * an unknown server or user mapping, 42501 without USAGE on the server, those
 * of reading.
 */
Datum
htable_describe(PG_FUNCTION_ARGS)
{
	char	   *server_name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *table_name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	ForeignServer *server = GetForeignServerByName(server_name, false);
	AclResult	acl = compat_foreign_server_aclcheck(server->serverid, GetUserId(), ACL_USAGE);
	Describer  *describer = palloc0(sizeof(Describer));

	if (acl != ACLCHECK_OK)
		aclcheck_error(acl, OBJECT_FOREIGN_SERVER, server_name);
	htable_option_check_table_name(table_name);
	describer->sample_rows = PG_GETARG_INT32(2);
	if (describer->sample_rows < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must be greater than 0", "sample_rows")));
	InitMaterializedSRF(fcinfo, 0);
	describer->result = (ReturnSetInfo *) fcinfo->resultinfo;
	describer->table_name = pg_server_to_any(table_name, strlen(table_name), PG_UTF8);
	describer->connection = htable_session_acquire(server->serverid, GetUserId());
	PG_TRY();
	{
		describe(describer);
	}
	PG_FINALLY();
	{
		rc_table_desc_free(describer->desc);
		htable_session_release(describer->connection);
	}
	PG_END_TRY();
	return (Datum) 0;
}
