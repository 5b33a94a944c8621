/*
 * declare.c
 *		From a sample of rows to the declaration of a foreign table.
 *
 * Types are what cannot fail on what was seen: text where every value is text,
 * else bytea, whose bytes a user may give a better type once he knows it.
 * Names are the qualifiers; where they clash, family_qualifier.  The table's
 * option `family` is the family that most columns are in; in a whole table the
 * option `column` is left out where that and the name say the same.  That reads
 * well, and core needs seconds for a thousand columns with options.
 */
#include "sample.h"

#include "access/htup_details.h"
#include "catalog/heap.h"
#include "nodes/pg_list.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "codec.h"

/* Names of the columns that are no cells. */
#define KEY_NAME		"id"
#define TIMESTAMP_NAME	"timestamp"

/* Cells that are declared at most; the key and the timestamp come on top. */
#define MAX_CELLS		(MaxHeapAttributeNumber - 2)

/* ---- names ---- */

/* UTF-8 bytes as a string of the database; NULL when they are no text here. */
static char *
to_server(rc_bytes bytes)
{
	HtableBadValue bad = {0};
	Size		len;
	const char *text = htable_text_to_server((const char *) bytes.data, bytes.len, &len, &bad);

	return text ? pnstrdup(text, len) : NULL;
}

char *
htable_declare_cell_name(const HtableCellName *name)
{
	return psprintf("%s:%s",
					htable_show_bytes((const char *) name->family.data, name->family.len),
					htable_show_bytes((const char *) name->qualifier.data, name->qualifier.len));
}

/* Why a cell cannot be declared as a column, or NULL. */
static const char *
refusal(const HtableCellName *name)
{
	char	   *family = to_server(name->family);
	char	   *qualifier = to_server(name->qualifier);

	if (qualifier != NULL && qualifier[0] == '\0')
		return "the qualifier is empty";
	if (family == NULL || qualifier == NULL)
		return "the name is not text";
	/* the option `column` means a part of a family by that */
	if (qualifier[strlen(qualifier) - 1] == '*')
		return "the qualifier ends with \"*\"";
	return htable_option_refuses_column(psprintf("%s:%s", family, qualifier));
}

static bool
is_taken(const HtableDeclaration *declaration, const char *name, int before)
{
	if (strcmp(name, KEY_NAME) == 0 || SystemAttributeByName(name) != NULL ||
		(declaration->shape == HTABLE_SHAPE_VERSIONS && strcmp(name, TIMESTAMP_NAME) == 0))
		return true;
	for (int i = 0; i < before; i++)
	{
		const char *other = declaration->columns[i].name;

		if (other != NULL && strcmp(other, name) == 0)
			return true;
	}
	return false;
}

/* Cuts a name to what PostgreSQL can hold, leaving room for more. */
static char *
clip(const char *name, int room)
{
	return pnstrdup(name, pg_mbcliplen(name, strlen(name), NAMEDATALEN - 1 - room));
}

/* Do other families have this qualifier too? */
static bool
is_ambiguous(const HtableDeclaration *declaration, int i)
{
	rc_bytes	qualifier = declaration->columns[i].sampled->name.qualifier;

	for (int k = 0; k < declaration->ncolumns; k++)
	{
		rc_bytes	other = declaration->columns[k].sampled->name.qualifier;

		if (k != i && declaration->columns[k].left_out == NULL &&
			htable_bytes_compare(qualifier, other) == 0)
			return true;
	}
	return false;
}

static char *
choose_name(const HtableDeclaration *declaration, int i)
{
	const HtableCellName *cell = &declaration->columns[i].sampled->name;
	char	   *name = clip(to_server(cell->qualifier), 0);
	char	   *full;

	if (!is_ambiguous(declaration, i) && !is_taken(declaration, name, i))
		return name;
	full = psprintf("%s_%s", to_server(cell->family), to_server(cell->qualifier));
	name = clip(full, 0);
	for (int n = 2; is_taken(declaration, name, i); n++)
	{
		char	   *number = psprintf("_%d", n);

		name = psprintf("%s%s", clip(full, strlen(number)), number);
	}
	return name;
}

/* ---- which ones ---- */

static int
compare_frequency(const void *a, const void *b)
{
	const HtableDeclaredColumn *one = *(HtableDeclaredColumn *const *) a;
	const HtableDeclaredColumn *other = *(HtableDeclaredColumn *const *) b;

	if (one->sampled->evidence.values != other->sampled->evidence.values)
		return one->sampled->evidence.values > other->sampled->evidence.values ? -1 : 1;
	return one < other ? -1 : 1;
}

/* A foreign table has room for so many columns: the rarest are left out. */
static void
leave_out_surplus(HtableDeclaration *declaration)
{
	HtableDeclaredColumn **kept = palloc(Max(declaration->ncolumns, 1) * sizeof(*kept));
	int			n = 0;

	for (int i = 0; i < declaration->ncolumns; i++)
	{
		if (declaration->columns[i].left_out == NULL)
			kept[n++] = &declaration->columns[i];
	}
	if (n <= MAX_CELLS)
		return;
	qsort(kept, n, sizeof(*kept), compare_frequency);
	for (int i = MAX_CELLS; i < n; i++)
		kept[i]->left_out = "a foreign table cannot have more columns";
}

/* A cell of the family that has the most declared columns; they are in order of families. */
static const HtableCellName *
common_family(const HtableDeclaration *declaration)
{
	const HtableCellName *common = NULL;
	const HtableCellName *current = NULL;
	int			most = 0;
	int			n = 0;

	for (int i = 0; i < declaration->ncolumns; i++)
	{
		const HtableDeclaredColumn *column = &declaration->columns[i];

		if (column->name == NULL)
			continue;
		if (current == NULL || htable_bytes_compare(current->family, column->sampled->name.family) != 0)
			n = 0;
		current = &column->sampled->name;
		if (++n > most)
		{
			most = n;
			common = current;
		}
	}
	return common;
}

HtableDeclaration *
htable_declare(const HtableSample *sample, HtableShape shape)
{
	HtableDeclaration *declaration = palloc0(sizeof(HtableDeclaration));

	declaration->sample = sample;
	declaration->shape = shape;
	declaration->ncolumns = sample->ncolumns;
	declaration->columns = palloc0(Max(sample->ncolumns, 1) * sizeof(HtableDeclaredColumn));
	for (int i = 0; i < sample->ncolumns; i++)
	{
		declaration->columns[i].sampled = sample->columns[i];
		declaration->columns[i].left_out = refusal(&sample->columns[i]->name);
	}
	leave_out_surplus(declaration);
	for (int i = 0; i < sample->ncolumns; i++)
	{
		if (declaration->columns[i].left_out != NULL)
			declaration->nleft_out++;
		else
			declaration->columns[i].name = choose_name(declaration, i);
	}
	declaration->common = common_family(declaration);
	return declaration;
}

/* ---- maps ---- */

static HtableDeclaredFamily *
find_family(const HtableDeclaration *declaration, rc_bytes name)
{
	ListCell   *lc;

	foreach(lc, declaration->families)
	{
		HtableDeclaredFamily *family = lfirst(lc);

		if (htable_bytes_compare(family->name, name) == 0)
			return family;
	}
	return NULL;
}

static HtableDeclaredFamily *
add_family(HtableDeclaration *declaration, rc_bytes name)
{
	HtableDeclaredFamily *family = palloc0(sizeof(HtableDeclaredFamily));
	uint8	   *copy = palloc(name.len);

	memcpy(copy, name.data, name.len);
	family->name.data = copy;
	family->name.len = name.len;
	declaration->families = lappend(declaration->families, family);
	return family;
}

static int
compare_families(const ListCell *a, const ListCell *b)
{
	return htable_bytes_compare(((HtableDeclaredFamily *) lfirst(a))->name,
								((HtableDeclaredFamily *) lfirst(b))->name);
}

void
htable_declare_maps(HtableDeclaration *declaration, const rc_table_desc *desc)
{
	const HtableSample *sample = declaration->sample;

	for (int i = 0; i < sample->ncolumns; i++)
	{
		const HtableSampledColumn *column = sample->columns[i];
		HtableDeclaredFamily *family = find_family(declaration, column->name.family);

		if (family == NULL)
		{
			family = add_family(declaration, column->name.family);
			family->text = true;
		}
		family->text = family->text && column->evidence.text;
	}
	for (size_t i = 0; desc != NULL && i < desc->nfamilies; i++)
	{
		if (find_family(declaration, desc->families[i].name) == NULL)
			add_family(declaration, desc->families[i].name);
	}
	list_sort(declaration->families, compare_families);
}

/* A family is named as it is, but for the names of other columns. */
static char *
map_name(const HtableDeclaration *declaration, const char *family)
{
	char	   *name = clip(family, 0);

	return is_taken(declaration, name, 0) ? psprintf("%s_map", clip(family, strlen("_map"))) : name;
}

static void
append_maps(StringInfo sql, const HtableDeclaration *declaration)
{
	ListCell   *lc;

	foreach(lc, declaration->families)
	{
		const HtableDeclaredFamily *family = lfirst(lc);
		char	   *name = to_server(family->name);

		if (name == NULL)
		{
			ereport(NOTICE,
					(errmsg("left out a column family whose name is not text: \"%s\"",
							htable_show_bytes((const char *) family->name.data, family->name.len))));
			continue;
		}
		appendStringInfo(sql, ",\n  %s jsonb OPTIONS (column %s%s)",
						 quote_identifier(map_name(declaration, name)),
						 quote_literal_cstr(psprintf("%s:", name)),
						 family->text ? "" : ", map_encoding 'hex'");
	}
}

/* ---- SQL ---- */

char *
htable_declare_key(const HtableDeclaration *declaration)
{
	if (declaration->sample->key.text && declaration->sample->key.values > 0)
		return pstrdup(KEY_NAME " text OPTIONS (column ':key') COLLATE pg_catalog.\"C\"");
	return pstrdup(KEY_NAME " bytea OPTIONS (column ':key')");
}

static char *
name_and_type(const HtableDeclaredColumn *column)
{
	return psprintf("%s %s", quote_identifier(column->name),
					column->sampled->evidence.text ? "text" : "bytea");
}

char *
htable_declare_column(const HtableDeclaration *declaration, int i)
{
	const HtableDeclaredColumn *column = &declaration->columns[i];
	const HtableCellName *cell = &column->sampled->name;

	return psprintf("%s OPTIONS (column %s)", name_and_type(column),
					quote_literal_cstr(psprintf("%s:%s", to_server(cell->family),
												to_server(cell->qualifier))));
}

/* Do the option `family` of the table and the column's name say where the cell is? */
static bool
name_says_all(const HtableDeclaration *declaration, const HtableDeclaredColumn *column)
{
	const HtableCellName *cell = &column->sampled->name;

	return htable_bytes_compare(cell->family, declaration->common->family) == 0 &&
		strcmp(column->name, to_server(cell->qualifier)) == 0;
}

static void
append_columns(StringInfo sql, const HtableDeclaration *declaration)
{
	for (int i = 0; i < declaration->ncolumns; i++)
	{
		const HtableDeclaredColumn *column = &declaration->columns[i];

		if (column->name != NULL)
			appendStringInfo(sql, ",\n  %s",
							 name_says_all(declaration, column) ? name_and_type(column) :
							 htable_declare_column(declaration, i));
	}
}

/* Is everything of one kind that was seen text, and was there something? */
static const char *
type_of_all(const HtableSample *sample, bool qualifiers)
{
	for (int i = 0; i < sample->ncolumns; i++)
	{
		const HtableSampledColumn *column = sample->columns[i];

		if (qualifiers ? to_server(column->name.qualifier) == NULL : !column->evidence.text)
			return "bytea";
	}
	return sample->ncolumns > 0 ? "text" : "bytea";
}

/* What a cell is made of. */
static void
append_cell_parts(StringInfo sql, const HtableSample *sample)
{
	appendStringInfo(sql, ",\n  family text OPTIONS (column ':family') COLLATE pg_catalog.\"C\""
					 ",\n  qualifier %s OPTIONS (column ':qualifier')"
					 ",\n  \"" TIMESTAMP_NAME "\" timestamp with time zone OPTIONS (column ':timestamp')"
					 ",\n  value %s OPTIONS (column ':value')",
					 type_of_all(sample, true), type_of_all(sample, false));
}

static const char *
shape_option(HtableShape shape)
{
	switch (shape)
	{
		case HTABLE_SHAPE_VERSIONS:
			return ", shape 'versions'";
		case HTABLE_SHAPE_CELLS:
			return ", shape 'cells'";
		default:
			return "";
	}
}

char *
htable_declare_table(const HtableDeclaration *declaration, const char *name,
					 const char *table_name, const char *server_name)
{
	HtableShape shape = declaration->shape;
	bool		by_name = shape != HTABLE_SHAPE_CELLS && declaration->families == NIL;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE FOREIGN TABLE %s (\n  %s", quote_identifier(name),
					 htable_declare_key(declaration));
	if (shape == HTABLE_SHAPE_VERSIONS)
		appendStringInfoString(&sql, ",\n  \"" TIMESTAMP_NAME "\" timestamp with time zone OPTIONS (column ':timestamp')");
	if (shape == HTABLE_SHAPE_CELLS)
		append_cell_parts(&sql, declaration->sample);
	else if (by_name)
		append_columns(&sql, declaration);
	else
		append_maps(&sql, declaration);
	appendStringInfo(&sql, "\n) SERVER %s OPTIONS (table_name %s", quote_identifier(server_name),
					 quote_literal_cstr(table_name));
	if (by_name && declaration->common != NULL)
		appendStringInfo(&sql, ", family %s", quote_literal_cstr(to_server(declaration->common->family)));
	appendStringInfo(&sql, "%s)", shape_option(shape));
	return sql.data;
}
