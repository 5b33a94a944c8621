/*
 * columnset.c
 *		The columns and the filter of a read: what HBase sends of each row, and
 *		which rows.
 *
 * A row exists when it has any cell in the declared families; the marker rule
 * that the planner chose sees to it that the columns asked for do not decide
 * that.  Inside a list of filters those that decide on rows come first, those
 * that drop cells last: other orders lose rows.
 */
#include "plan.h"

static rc_column
column_of(rc_bytes family, rc_bytes qualifier)
{
	rc_column	c = {family, qualifier, false};

	return c;
}

/* No row is left out by what it must pass, or by the times of its cells. */
static bool
takes_every_row(const rc_read *read, const HtableTest *test)
{
	return test == NULL && read->time_from == 0 && read->time_to == PG_INT64_MAX;
}

static void
read_families(rc_read *read, const HtableMapping *mapping)
{
	rc_column  *columns = palloc0(sizeof(rc_column) * Max(mapping->nfamilies, 1));

	for (int i = 0; i < mapping->nfamilies; i++)
	{
		columns[i].family = mapping->families[i];
		columns[i].any_qualifier = true;
	}
	read->columns = columns;
	read->ncolumns = mapping->nfamilies;
}

/* The most cells that can be asked for one by one. */
static int
count_cells(const HtableMapping *mapping)
{
	int			n = mapping->natts;

	for (int i = 0; i < mapping->natts; i++)
	{
		if (mapping->columns[i] != NULL && mapping->columns[i]->kind == HTABLE_COLUMN_MAP)
			n += Max(mapping->columns[i]->nkeys, 0);
	}
	return n;
}

/* The wanted cells one by one, and the one that every row has. */
static void
read_listed(rc_read *read, const HtableMapping *mapping, HtableMarkerRule rule,
			Bitmapset *attnos, AttrNumber marker_attno)
{
	rc_column  *columns = palloc(sizeof(rc_column) * (count_cells(mapping) + 1));
	int			n = 0;

	for (int i = 0; i < mapping->natts; i++)
	{
		HtableColumn *column = mapping->columns[i];

		if (column != NULL && column->kind == HTABLE_COLUMN_MAP && bms_is_member(column->attnum, attnos))
		{
			for (int j = 0; j < column->nkeys; j++)
				columns[n++] = column_of(column->family, column->keys[j]);
		}
		if (column == NULL || column->kind != HTABLE_COLUMN_CELL)
			continue;
		if (rule == HTABLE_MARKER_DECLARED || bms_is_member(column->attnum, attnos) ||
			(rule == HTABLE_MARKER_COLUMN && column->attnum == marker_attno))
			columns[n++] = column_of(column->family, column->qualifier);
	}
	if (rule == HTABLE_MARKER_COLUMN && marker_attno == 0)
		columns[n++] = column_of(mapping->marker_family, mapping->marker_qualifier);
	if (n == 0)
		read_families(read, mapping);	/* no cell declared: any cell counts */
	else
	{
		read->columns = columns;
		read->ncolumns = n;
	}
}

static rc_filter *
filter_cell(const rc_host *host, rc_bytes family, rc_bytes qualifier)
{
	rc_filter  *pair[2];

	pair[0] = rc_filter_family(host, RC_EQUAL, family);
	pair[1] = rc_filter_qualifier(host, RC_EQUAL, qualifier);
	return rc_filter_list(host, true, pair, 2);
}

/*
 * ONE of FirstKeyOnly and the wanted columns: keeps a cell of every row.
 * `arms` has room for all columns and one more.
 */
static rc_filter *
filter_first_or_wanted(const HtableMapping *mapping, Bitmapset *attnos, rc_filter **arms,
					   const rc_host *host)
{
	int			n = 0;

	arms[n++] = rc_filter_first_key_only(host);
	for (int i = 0; i < mapping->natts; i++)
	{
		HtableColumn *column = mapping->columns[i];

		if (column == NULL || !bms_is_member(column->attnum, attnos))
			continue;
		if (column->kind == HTABLE_COLUMN_CELL)
			arms[n++] = filter_cell(host, column->family, column->qualifier);
		else if (column->kind == HTABLE_COLUMN_MAP)
		{
			for (int j = 0; j < column->nkeys; j++)
				arms[n++] = filter_cell(host, column->family, column->keys[j]);
		}
	}
	return rc_filter_list(host, false, arms, n);
}

/*
 * What rows must pass, then what is left of them: the server does not show a
 * filter the cells that one before it has dropped.  From the first filter made
 * to the last freed nothing here may raise: they are not in palloc's memory.
 */
static void
read_filtered(rc_read *read, const HtableMapping *mapping, HtableMarkerRule rule,
			  Bitmapset *attnos, const HtableTest *test, HtableHost *host)
{
	const rc_host *hooks = htable_host_hooks(host);
	rc_filter **arms = palloc(sizeof(rc_filter *) * (count_cells(mapping) + 1));
	rc_filter  *all[3];
	int			n = 0;

	if (test != NULL)
		all[n++] = htable_filterplan_build(test, hooks);
	if (rule == HTABLE_MARKER_FIRST_CELL || rule == HTABLE_MARKER_FIRST_KEY)
		all[n++] = rc_filter_first_key_only(hooks);
	if (rule == HTABLE_MARKER_FIRST_KEY || rule == HTABLE_MARKER_TIMES)
		all[n++] = rc_filter_key_only(hooks);
	else if (rule == HTABLE_MARKER_FILTER)
		all[n++] = filter_first_or_wanted(mapping, attnos, arms, hooks);
	if (n > 0)
		read->filter = htable_host_filter_encode(n == 1 ? all[0]
												 : rc_filter_list(hooks, true, all, n), host);
}

/* ---- shape cells ---- */

/* ColumnFamilyDescriptor: a family's name is at most Byte.MAX_VALUE bytes. */
#define FAMILY_MAX	127

/* Families and qualifiers are asked for by name while there are at most so many columns. */
#define COLUMNS_MAX 1000

/* Whole families, or each with the qualifiers. */
static void
read_named(rc_read *read, List *families, List *qualifiers)
{
	int			n = list_length(families) * Max(list_length(qualifiers), 1);
	rc_column  *column = palloc0(sizeof(rc_column) * Max(n, 1));
	ListCell   *f;
	ListCell   *q;

	read->columns = column;
	foreach(f, families)
	{
		if (qualifiers == NIL)
			*column++ = (rc_column) {*(rc_bytes *) lfirst(f), {NULL, 0}, true};
		foreach(q, qualifiers)
			*column++ = column_of(*(rc_bytes *) lfirst(f), *(rc_bytes *) lfirst(q));
	}
	read->ncolumns = column - read->columns;
}

/* The families that the test names, without what can be no family's name. */
static List *
named_families(const HtableTest *test, const HtableTest **rest)
{
	List	   *names = htable_filterplan_names(test, HTABLE_COLUMN_FAMILY, rest);
	ListCell   *lc;

	foreach(lc, names)
	{
		size_t		len = ((rc_bytes *) lfirst(lc))->len;

		if (len == 0 || len > FAMILY_MAX)
			names = foreach_delete_current(names, lc);
	}
	if (names == NIL)
		*rest = test;			/* the filter finds that no cell is in such a family */
	return names;
}

bool
htable_columnset_wants_values(const HtableMapping *mapping, Bitmapset *attnos)
{
	for (int i = 0; i < mapping->natts; i++)
	{
		if (mapping->columns[i] != NULL && mapping->columns[i]->kind == HTABLE_COLUMN_VALUE &&
			bms_is_member(i + 1, attnos))
			return true;
	}
	return !htable_enable_projection;
}

bool
htable_columnset_fill_cells(rc_read *read, const HtableMapping *mapping, Bitmapset *attnos,
							const HtableTest *test, bool by_name, HtableHost *host)
{
	const rc_host *hooks = htable_host_hooks(host);
	const HtableTest *rest = test;
	const HtableTest *others;
	List	   *families = NIL;
	List	   *qualifiers;
	rc_filter  *both[2];
	bool		named = false;
	int			n = 0;

	read->columns = NULL;
	read->ncolumns = 0;
	read->filter = (rc_bytes) {NULL, 0};
	if (mapping->nfamilies > 0)
		families = list_make1(&mapping->families[0]);
	else if (by_name)
	{
		families = named_families(test, &rest);
		named = families != NIL;
	}
	qualifiers = htable_filterplan_names(rest, HTABLE_COLUMN_QUALIFIER, &others);
	/* raw reads take no qualifiers */
	if (families == NIL || mapping->raw ||
		list_length(families) * list_length(qualifiers) > COLUMNS_MAX)
		qualifiers = NIL;
	if (qualifiers != NIL)
		rest = others;
	read_named(read, families, qualifiers);

	if (rest != NULL)
		both[n++] = htable_filterplan_build(rest, hooks);
	if (!htable_columnset_wants_values(mapping, attnos))
		both[n++] = rc_filter_key_only(hooks);
	if (n > 0)
		read->filter = htable_host_filter_encode(n == 1 ? both[0]
												 : rc_filter_list(hooks, true, both, n), host);
	read->dense = takes_every_row(read, test);
	return named;
}

/* ---- the other shapes ---- */

void
htable_columnset_fill(rc_read *read, const HtableMapping *mapping, HtableMarkerRule rule,
						Bitmapset *attnos, AttrNumber marker_attno, const HtableTest *test,
						HtableHost *host)
{
	switch (rule)
	{
		case HTABLE_MARKER_CLAUSE:
		case HTABLE_MARKER_COLUMN:
		case HTABLE_MARKER_DECLARED:
			read_listed(read, mapping, rule, attnos, marker_attno);
			break;
		case HTABLE_MARKER_FAMILIES:
		case HTABLE_MARKER_TIMES:
		case HTABLE_MARKER_FIRST_CELL:
		case HTABLE_MARKER_FIRST_KEY:
		case HTABLE_MARKER_FILTER:
			read_families(read, mapping);
			break;
		case HTABLE_MARKER_CELLS:
			Assert(false);		/* htable_columnset_fill_cells */
			break;
	}
	read_filtered(read, mapping, rule, attnos, test, host);
	/* a column that every row has, or any cell, of which the first will do */
	read->dense = takes_every_row(read, test) &&
		rule != HTABLE_MARKER_CLAUSE && rule != HTABLE_MARKER_DECLARED;
}
