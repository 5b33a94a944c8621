/*
 * import.c
 *		IMPORT FOREIGN SCHEMA: the tables of an HBase namespace.
 *
 * PostgreSQL runs nothing but the CREATE FOREIGN TABLE commands that come from
 * here, so what a column's type was decided by cannot be left as its comment:
 * htable_describe() shows it.  Tables that cannot be sampled are passed over
 * with a notice: one of them must not keep all others out.
 */
#include "sample.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/memutils.h"

/* Left-out cells that a notice names. */
#define SHOWN_LEFT_OUT	5

typedef struct ImportContext
{
	ImportForeignSchemaStmt *stmt;
	HtableImportOptions *options;
	HtableConnection *connection;
	MemoryContext context;		/* of the result */
	List	   *commands;
} ImportContext;

/* Says which columns of a table are not there, and why. */
static void
report_left_out(const HtableDeclaration *declaration, const char *table_name)
{
	StringInfoData names;
	int			shown = 0;

	if (declaration->nleft_out == 0)
		return;
	initStringInfo(&names);
	for (int i = 0; i < declaration->ncolumns && shown < SHOWN_LEFT_OUT; i++)
	{
		const HtableDeclaredColumn *column = &declaration->columns[i];

		if (column->left_out != NULL)
			appendStringInfo(&names, "%s\"%s\": %s", shown++ > 0 ? "; " : "",
							 htable_declare_cell_name(&column->sampled->name), column->left_out);
	}
	if (shown < declaration->nleft_out)
		appendStringInfoString(&names, "; ...");
	ereport(NOTICE,
			(errmsg_plural("left out %d column of HBase table \"%s\"",
						   "left out %d columns of HBase table \"%s\"",
						   declaration->nleft_out, declaration->nleft_out, table_name),
			 errdetail_internal("%s", names.data)));
}

static void
report_skipped(const char *table_name, const char *reason)
{
	ereport(NOTICE,
			(errmsg("skipped HBase table \"%s\": %s", table_name, reason)));
}

static const char *
words_of(rc_status status)
{
	switch (status)
	{
		case RC_TABLE_DISABLED:
			return "it is disabled";
		case RC_TABLE_MISSING:
			return "it was dropped meanwhile";
		default:
			return "permission denied by HBase";
	}
}

/* Declares each family as a map, also those of which the sample has no cell, if HBase tells them. */
static void
declare_maps(ImportContext *cx, HtableDeclaration *declaration, const char *table_name)
{
	rc_table_desc *desc = htable_master_describe_if_allowed(cx->connection, table_name);

	PG_TRY();
	{
		htable_declare_maps(declaration, desc);
	}
	PG_FINALLY();
	{
		rc_table_desc_free(desc);
	}
	PG_END_TRY();
}

/* Adds the command for one table. */
static void
import_table(ImportContext *cx, const char *name, const char *table_name)
{
	const char *server_name = htable_session_server_name(cx->connection);
	HtableSample *sample;
	HtableDeclaration *declaration;
	char	   *command;
	rc_error	err;

	if (strlen(name) >= NAMEDATALEN)
	{
		report_skipped(table_name, psprintf("its name is longer than %d bytes", NAMEDATALEN - 1));
		return;
	}
	sample = htable_sample_make(cx->connection, table_name, cx->options->sample_rows, &err);
	if (sample == NULL)
	{
		report_skipped(table_name, words_of(err.status));
		return;
	}
	declaration = htable_declare(sample, cx->options->shape);
	if (cx->options->columns == HTABLE_IMPORT_MAPS)
		declare_maps(cx, declaration, table_name);
	else if (cx->options->shape != HTABLE_SHAPE_CELLS)
	{
		if (sample->rows == 0)
			ereport(NOTICE,
					(errmsg("HBase table \"%s\" has no rows: only its key is declared", table_name)));
		report_left_out(declaration, table_name);
	}
	command = htable_declare_table(declaration, name, table_name, server_name);
	MemoryContextSwitchTo(cx->context);
	cx->commands = lappend(cx->commands, pstrdup(command));
}

/* The name of a table inside its namespace. */
static const char *
local_name(const char *table_name)
{
	const char *colon = strchr(table_name, ':');

	return colon ? colon + 1 : table_name;
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/* Names of the tables that the command asks for, sorted. */
static List *
wanted_tables(ImportContext *cx)
{
	const char *schema = cx->stmt->remote_schema;
	char	   *name_space = pg_server_to_any(schema, strlen(schema), PG_UTF8);
	rc_table_list *list = htable_master_tables(cx->connection, name_space);
	List	   *names = NIL;

	PG_TRY();
	{
		for (size_t i = 0; i < list->n; i++)
		{
			/* HBase takes ASCII only, but is not to be trusted */
			char	   *name = htable_host_text(pnstrdup((const char *) list->names[i].data,
														 list->names[i].len));

			if (IsImportableForeignTable(local_name(name), cx->stmt))
				names = lappend(names, name);
		}
	}
	PG_FINALLY();
	{
		rc_table_list_free(list);
	}
	PG_END_TRY();
	list_sort(names, compare_names);
	return names;
}

static void
import_tables(ImportContext *cx)
{
	MemoryContext table_context = AllocSetContextCreate(CurrentMemoryContext, "htable_fdw import",
														ALLOCSET_DEFAULT_SIZES);
	ListCell   *lc;

	foreach(lc, wanted_tables(cx))
	{
		MemoryContext caller = MemoryContextSwitchTo(table_context);

		import_table(cx, local_name(lfirst(lc)), lfirst(lc));
		MemoryContextSwitchTo(caller);
		MemoryContextReset(table_context);
	}
}

List *
htableImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverid)
{
	ImportContext *cx = palloc0(sizeof(ImportContext));

	cx->stmt = stmt;
	cx->context = CurrentMemoryContext;
	cx->options = htable_import_options(stmt->options);
	cx->connection = htable_session_acquire(serverid, GetUserId());
	PG_TRY();
	{
		import_tables(cx);
	}
	PG_FINALLY();
	{
		htable_session_release(cx->connection);
	}
	PG_END_TRY();
	return cx->commands;
}
