/*
 * mapping.c
 *		What a foreign table declares: which columns are the key, which are cells
 *		or the timestamp, and in which families.
 *
 * Names go to HBase as UTF-8, whatever the database encoding is.  A declared
 * family is one that some column reads; the table's option `family` counts
 * only where a column uses it, or where no column reads a cell at all.
 * Virtual generated columns are computed by PostgreSQL: like dropped columns
 * they have no entry.
 */
#include "htable_fdw.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

/* The UTF-8 bytes of a name, zero-terminated for the sake of char pointers. */
static rc_bytes
utf8_name(const char *name, Size len)
{
	char	   *copy = pnstrdup(name, len);
	char	   *utf8 = pg_server_to_any(copy, len, PG_UTF8);
	rc_bytes	bytes;

	bytes.data = (const uint8_t *) utf8;
	bytes.len = strlen(utf8);
	return bytes;
}

rc_bytes
htable_mapping_name(const char *name)
{
	return utf8_name(name, strlen(name));
}

/* Splits "family:qualifier" at its first colon. */
static void
split_cell(const char *cell, rc_bytes *family, rc_bytes *qualifier)
{
	const char *colon = strchr(cell, ':');

	*family = utf8_name(cell, colon - cell);
	*qualifier = utf8_name(colon + 1, strlen(colon + 1));
}

/* Where the cells of a column are: from its option `column`, or from its name. */
static void
place_cell(HtableColumn *column, const char *given, const HtableMapping *mapping,
		   const HtableTableOptions *table)
{
	const char *qualifier = given ? given : column->name;

	/* a colon in the SQL name of a column is part of the qualifier */
	if (given != NULL && strchr(given, ':') != NULL)
	{
		split_cell(given, &column->family, &column->qualifier);
		return;
	}
	if (table->family == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OPTION_NAME_NOT_FOUND),
				 errmsg("column \"%s\" of foreign table \"%s\" has no column family",
						column->name, mapping->relname),
				 errhint("Set the option \"family\" of the foreign table, or the option \"column\" of the column to \"family:qualifier\".")));
	column->family = utf8_name(table->family, strlen(table->family));
	column->qualifier = utf8_name(qualifier, strlen(qualifier));
}

/* The ':key' columns are the parts of the row key, in their order. */
static void
add_key_part(HtableMapping *mapping, HtableColumn *column)
{
	if (mapping->keys == NULL)
		mapping->keys = palloc0(mapping->natts * sizeof(HtableKeyPart));
	column->part = mapping->nkeys;
	mapping->keys[mapping->nkeys++].column = column;
}

static void
complete_keys(HtableMapping *mapping, const HtableTableOptions *table)
{
	mapping->key_prefix = utf8_name("", 0);
	if (table->key_prefix != NULL)
		mapping->key_prefix = htable_option_bytes(table->key_prefix);
	for (int i = 0; i < mapping->nkeys; i++)
	{
		HtableKeyPart *part = &mapping->keys[i];

		htable_keypart_init(part, mapping,
							htable_column_options(mapping->relid, part->column->attnum, table),
							i == mapping->nkeys - 1);
	}
}

/* The one column that shows a moment of this kind, in *place. */
static void
set_moment(HtableMapping *mapping, HtableColumn **place, HtableColumn *column, const char *word)
{
	if (*place != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("only one column can be the \"%s\"", word),
				 errdetail("Columns \"%s\" and \"%s\" of foreign table \"%s\" are.",
						   (*place)->name, column->name, mapping->relname)));
	if (column->typid != TIMESTAMPTZOID && column->typid != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
				 errmsg("\"%s\" column \"%s\" must be of type timestamp with time zone or bigint",
						word, column->name),
				 errdetail("It is of type %s.", format_type_be(column->typid))));
	*place = column;
}

/* How long written cells live; milliseconds where it is a number. */
static void
set_ttl(HtableMapping *mapping, HtableColumn *column)
{
	if (mapping->ttl != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("only one column can be the \"%s\"", ":ttl"),
				 errdetail("Columns \"%s\" and \"%s\" of foreign table \"%s\" are.",
						   mapping->ttl->name, column->name, mapping->relname)));
	if (column->typid != INTERVALOID && column->typid != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
				 errmsg("\"%s\" column \"%s\" must be of type interval or bigint",
						":ttl", column->name),
				 errdetail("It is of type %s.", format_type_be(column->typid))));
	mapping->ttl = column;
}

/* ---- maps ---- */

/* Is the column a family, or a part of one?  Errors: 22023, HV004. */
static bool
make_map(HtableMapping *mapping, HtableColumn *column, const HtableColumnOptions *options)
{
	const char *colon = options->column != NULL ? strchr(options->column, ':') : NULL;
	bool		is_part = colon != NULL && colon[strlen(colon) - 1] == '*';

	if (colon == NULL || colon == options->column || (colon[1] != '\0' && !is_part))
		return false;
	if (column->typid != JSONBOID && column->typid != JSONOID)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
				 errmsg("column \"%s\" for \"%s\" must be of type jsonb or json",
						column->name, options->column),
				 errdetail("It is of type %s.", format_type_be(column->typid))));
	if (mapping->shape != HTABLE_SHAPE_ROW)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" for \"%s\" needs \"shape\" to be \"row\"",
						column->name, options->column),
				 errhint("Shape \"cells\" shows the versions of every cell.")));
	column->kind = HTABLE_COLUMN_MAP;
	column->nkeys = -1;
	column->map_encoding = options->map_encoding;
	split_cell(options->column, &column->family, &column->qualifier);
	if (is_part)
		column->qualifier.len--;
	return true;
}

/* ---- shape cells ---- */

/* The kinds of columns that show a part of a cell. */
static const struct
{
	const char *word;
	HtableColumnKind kind;
	Oid			types[3];		/* none: any type */
	const char *type_names;
}			cell_words[] = {
	{":family", HTABLE_COLUMN_FAMILY, {TEXTOID, VARCHAROID}, "text"},
	{":qualifier", HTABLE_COLUMN_QUALIFIER, {TEXTOID, VARCHAROID, BYTEAOID}, "text or bytea"},
	{":value", HTABLE_COLUMN_VALUE},
	{":type", HTABLE_COLUMN_TYPE, {TEXTOID, VARCHAROID}, "text"},
};

/* Where the mapping keeps the one column of a kind; NULL: there may be several. */
static HtableColumn **
cell_column_place(HtableMapping *mapping, HtableColumnKind kind)
{
	switch (kind)
	{
		case HTABLE_COLUMN_FAMILY:
			return &mapping->family;
		case HTABLE_COLUMN_QUALIFIER:
			return &mapping->qualifier;
		case HTABLE_COLUMN_TYPE:
			return &mapping->type;
		default:
			return NULL;
	}
}

static void
set_cell_part(HtableMapping *mapping, HtableColumn *column, int word)
{
	HtableColumn **place = cell_column_place(mapping, cell_words[word].kind);
	bool		fits = cell_words[word].type_names == NULL;

	if (mapping->shape != HTABLE_SHAPE_CELLS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" needs \"shape\" to be \"cells\"", cell_words[word].word),
				 errdetail("Column \"%s\" of foreign table \"%s\" is one.",
						   column->name, mapping->relname)));
	if (place != NULL && *place != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("only one column can be the \"%s\"", cell_words[word].word),
				 errdetail("Columns \"%s\" and \"%s\" of foreign table \"%s\" are.",
						   (*place)->name, column->name, mapping->relname)));
	for (int i = 0; i < lengthof(cell_words[word].types) && !fits; i++)
		fits = cell_words[word].types[i] == column->typid;
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
				 errmsg("\"%s\" column \"%s\" must be of type %s", cell_words[word].word,
						column->name, cell_words[word].type_names),
				 errdetail("It is of type %s.", format_type_be(column->typid))));
	if (place != NULL)
		*place = column;
	column->kind = cell_words[word].kind;
}

/* Is the column a part of cells?  Errors: 22023, HV004. */
static bool
make_cell_part(HtableMapping *mapping, HtableColumn *column, const char *given)
{
	if (given != NULL && strcmp(given, ":key") == 0)
		return false;
	for (int i = 0; i < lengthof(cell_words); i++)
	{
		if (given != NULL && strcmp(given, cell_words[i].word) == 0)
		{
			set_cell_part(mapping, column, i);
			return true;
		}
	}
	if (mapping->shape == HTABLE_SHAPE_CELLS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" of foreign table \"%s\" is not part of every cell",
						column->name, mapping->relname),
				 errdetail("With \"shape\" \"cells\" no column stands for one family and qualifier."),
				 errhint("Set the option \"column\" to \":key\", \":family\", \":qualifier\", \":timestamp\", \":value\" or \":type\".")));
	return false;
}

/* ---- columns ---- */

static HtableColumn *
make_column(HtableMapping *mapping, const HtableTableOptions *table, Relation rel, int i)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Form_pg_attribute att = TupleDescAttr(desc, i);
	HtableColumnOptions *options = htable_column_options(mapping->relid, att->attnum, table);
	HtableColumn *column = palloc0(sizeof(HtableColumn));

	column->attnum = att->attnum;
	column->name = pstrdup(NameStr(att->attname));
	column->typid = att->atttypid;
	column->typmod = att->atttypmod;
	column->collation = att->attcollation;
	column->not_null = compat_attribute_not_null(desc, i);
	column->on_bad = options->on_bad_value;

	if (options->column != NULL && strcmp(options->column, ":timestamp") == 0)
	{
		column->kind = HTABLE_COLUMN_TIMESTAMP;
		set_moment(mapping, &mapping->timestamp, column, ":timestamp");
		return column;
	}
	if (options->column != NULL && strcmp(options->column, ":as_of") == 0)
	{
		column->kind = HTABLE_COLUMN_AS_OF;
		set_moment(mapping, &mapping->as_of, column, ":as_of");
		return column;
	}
	if (options->column != NULL && strcmp(options->column, ":ttl") == 0)
	{
		column->kind = HTABLE_COLUMN_TTL;
		set_ttl(mapping, column);
		return column;
	}
	if (make_map(mapping, column, options))
		return column;
	if (options->column != NULL && strcmp(options->column, ":key") == 0)
	{
		column->kind = HTABLE_COLUMN_KEY;
		add_key_part(mapping, column);
	}
	else if (!make_cell_part(mapping, column, options->column))
	{
		column->kind = HTABLE_COLUMN_CELL;
		place_cell(column, options->column, mapping, table);
	}
	if (options->order != HTABLE_ORDER_NONE && options->encoding != HTABLE_ENCODING_ORDERED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"order\" needs \"encoding\" to be \"ordered\""),
				 errdetail("Column \"%s\" of foreign table \"%s\" has another encoding.",
						   column->name, mapping->relname)));
	if (column->kind == HTABLE_COLUMN_TYPE)
		return column;
	/* names are UTF-8, whatever the encoding of values is */
	if (column->kind == HTABLE_COLUMN_FAMILY || column->kind == HTABLE_COLUMN_QUALIFIER)
		options->encoding = HTABLE_ENCODING_TEXT;
	column->codec = htable_codec_make(options->encoding, options->order == HTABLE_ORDER_DESC,
									  column->typid, column->typmod, column->name);
	return column;
}

static int
compare_bytes(const void *a, const void *b)
{
	return htable_bytes_compare(*(const rc_bytes *) a, *(const rc_bytes *) b);
}

static void
collect_families(HtableMapping *mapping, const HtableTableOptions *table)
{
	rc_bytes   *families = palloc((mapping->natts + 1) * sizeof(rc_bytes));
	int			found = 0;

	for (int i = 0; i < mapping->natts; i++)
	{
		HtableColumn *column = mapping->columns[i];

		if (column != NULL && (column->kind == HTABLE_COLUMN_CELL ||
							   column->kind == HTABLE_COLUMN_MAP))
			families[found++] = column->family;
	}
	if (found == 0 && table->family != NULL)
		families[found++] = utf8_name(table->family, strlen(table->family));

	qsort(families, found, sizeof(rc_bytes), compare_bytes);
	mapping->families = families;
	for (int i = 0; i < found; i++)
	{
		if (i == 0 || compare_bytes(&families[i], &families[mapping->nfamilies - 1]) != 0)
			families[mapping->nfamilies++] = families[i];
	}
}

HtableMapping *
htable_mapping_make(Oid relid)
{
	HtableMapping *mapping = palloc0(sizeof(HtableMapping));
	HtableTableOptions *table = htable_table_options(relid);
	Relation	rel = table_open(relid, NoLock);
	TupleDesc	desc = RelationGetDescr(rel);

	mapping->relid = relid;
	mapping->serverid = GetForeignTable(relid)->serverid;
	mapping->relname = pstrdup(RelationGetRelationName(rel));
	mapping->table_name = (char *) utf8_name(table->table_name, strlen(table->table_name)).data;
	mapping->shape = table->shape;
	mapping->raw = table->raw;
	mapping->max_versions = table->shape == HTABLE_SHAPE_ROW ? 1 : table->max_versions;
	mapping->as_of_option = -1;
	if (table->as_of != NULL)
		htable_instant_parse(table->as_of, &mapping->as_of_option);
	mapping->cache_blocks = table->cache_blocks;
	mapping->scan_window = table->scan_window;
	mapping->scan_concurrency = table->scan_concurrency;
	mapping->full_scan = table->full_scan;
	mapping->past_reads = table->past_reads;
	mapping->use_remote_estimate = table->use_remote_estimate;
	mapping->analyze_size = table->analyze_size;
	mapping->on_bad_key = table->on_bad_key;
	mapping->parallel_workers = table->parallel_workers;
	mapping->async_capable = table->async_capable;
	mapping->insert_mode = table->insert_mode;
	mapping->durability = table->durability;
	mapping->batch_size = table->batch_size;
	if (table->row_marker != NULL)
	{
		mapping->has_marker = true;
		split_cell(table->row_marker, &mapping->marker_family, &mapping->marker_qualifier);
	}

	mapping->natts = desc->natts;
	mapping->columns = palloc0(desc->natts * sizeof(HtableColumn *));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && !compat_attribute_is_virtual(att))
			mapping->columns[i] = make_column(mapping, table, rel, i);
	}
	complete_keys(mapping, table);
	collect_families(mapping, table);
	table_close(rel, NoLock);
	return mapping;
}

bool
htable_mapping_lets_bad_pass(const HtableMapping *mapping)
{
	for (int i = 0; i < mapping->natts; i++)
	{
		if (mapping->columns[i] != NULL && mapping->columns[i]->on_bad == HTABLE_ON_BAD_NULL)
			return true;
	}
	return mapping->on_bad_key == HTABLE_ON_BAD_SKIP;
}
