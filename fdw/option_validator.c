/*
 * option_validator.c
 *		What CREATE and ALTER let in, and htable_fdw_options().
 */
#include "option.h"

#include "access/reloptions.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

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
	{HTABLE_IMPORT_CONTEXT, "import", "IMPORT FOREIGN SCHEMA"},
};

PG_FUNCTION_INFO_V1(htable_fdw_validator);
PG_FUNCTION_INFO_V1(htable_fdw_options);

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
	for (int i = 0; i < htable_noptions; i++)
	{
		const HtableOption *option = &htable_options[i];

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
	DefElem    *column = htable_option_given(given, "column");
	const char *word = column ? defGetString(column) : "";
	const char *reason = NULL;
	const char *hint = NULL;

	if (context == ForeignServerRelationId)
		htable_option_resolve(context, given, &server);
	if (context == ForeignTableRelationId)
		htable_option_resolve(context, given, &table);

	if (htable_option_given(given, "fetch_bytes") && server.fetch_bytes > server.max_response_size)
		reason = "\"fetch_bytes\" must not be greater than \"max_response_size\"";
	else if (htable_option_given(given, "bootstrap") && htable_option_given(given, "quorum"))
	{
		reason = "\"quorum\" and \"bootstrap\" exclude each other";
		hint = "Each is a way to find the cluster: use DROP for one and ADD for the other in the same ALTER SERVER.";
	}
	else if (htable_option_given(given, "bootstrap") && htable_option_given(given, "znode_parent"))
		reason = "\"znode_parent\" has no meaning with \"bootstrap\"";
	else if (htable_option_given(given, "max_versions") && table.shape == HTABLE_SHAPE_ROW)
		reason = "\"max_versions\" needs \"shape\" to be \"versions\" or \"cells\"";
	else if (table.raw && table.shape != HTABLE_SHAPE_CELLS)
		reason = "\"raw\" needs \"shape\" to be \"cells\"";
	else if (htable_option_given(given, "row_marker") && table.shape == HTABLE_SHAPE_CELLS)
		reason = "\"row_marker\" has no meaning with \"shape\" \"cells\"";
	else if (htable_option_given(given, "encoding") && !word_has_encoding(word))
		reason = psprintf("\"encoding\" has no meaning for \"%s\"", word);
	else if (htable_option_given(given, "order") && !word_has_encoding(word))
		reason = psprintf("\"order\" has no meaning for \"%s\"", word);
	else if (context == AttributeRelationId && htable_option_given(given, "map_encoding") &&
			 !word_is_map(word))
		reason = "\"map_encoding\" is for maps, \"family:\" or \"family:prefix*\"";
	else if (htable_option_given(given, "length") && strcmp(word, ":key") != 0)
		reason = "\"length\" needs \"column\" to be \":key\"";
	else if (htable_option_given(given, "terminator") && strcmp(word, ":key") != 0)
		reason = "\"terminator\" needs \"column\" to be \":key\"";
	else if (htable_option_given(given, "on_bad_value") && !word_has_bad_values(word))
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
		const HtableOption *option = htable_option_find(context, def->defname);
		union
		{
			HtableServerOptions server;
			HtableTableOptions table;
			HtableColumnOptions column;
		}			scratch;	/* the value is of no interest, but whether it is one */

		if (option == NULL)
			reject_option(context, def->defname);
		if (option->superuser_only && !superuser())
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("only superuser can set the option \"%s\"", option->name),
					 errdetail("HBase believes the name it is told, so the name must not be the role's choice.")));
		htable_option_store(option, defGetString(def), &scratch);
	}
	check_together(context, given);
	PG_RETURN_VOID();
}

HtableImportOptions *
htable_import_options(List *given)
{
	HtableImportOptions *options = palloc0(sizeof(HtableImportOptions));
	ListCell   *lc;

	foreach(lc, given)
	{
		DefElem    *def = lfirst_node(DefElem, lc);

		if (htable_option_find(HTABLE_IMPORT_CONTEXT, def->defname) == NULL)
			reject_option(HTABLE_IMPORT_CONTEXT, def->defname);
		if (htable_option_given(given, def->defname) != def)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_OBJECT),
					 errmsg("option \"%s\" provided more than once", def->defname)));
	}
	htable_option_resolve(HTABLE_IMPORT_CONTEXT, given, options);
	if (htable_option_given(given, "columns") && options->shape == HTABLE_SHAPE_CELLS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"columns\" has no meaning with \"shape\" \"cells\"")));
	return options;
}

/* ---- htable_fdw_options() ---- */

static const char *
type_name(const HtableOption *option)
{
	static const char *const names[] = {
		[HTABLE_OPTION_STRING] = "string",[HTABLE_OPTION_BOOLEAN] = "boolean",[HTABLE_OPTION_INTEGER] = "integer",
		[HTABLE_OPTION_TIME] = "time",[HTABLE_OPTION_SIZE] = "size"
	};

	return option->kind == HTABLE_OPTION_CHOICE ? htable_option_choices(option, "") : names[option->kind];
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
		for (int i = 0; i < htable_noptions; i++)
		{
			const HtableOption *option = &htable_options[i];
			const char *unit = option->kind == HTABLE_OPTION_TIME ? "ms" :
				option->kind == HTABLE_OPTION_SIZE ? "B" : NULL;
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
