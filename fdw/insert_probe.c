/*
 * insert_probe.c
 *		What HBase has of rows that are to be inserted: whether they are there,
 *		by whichever program they came, and what delete markers they have, which
 *		would hide a cell with an older timestamp.
 *
 * Markers are shown to raw reads only, and such a read shows what they hide,
 * too.  Of each column the newest entry decides; where a marker may hide
 * single versions only, the row is read once more as HBase shows it.
 */
#include "insert.h"

#include "scan.h"

typedef struct Probe
{
	const HtableModify *modify;
	const HtableRows *rows;
	const HtableEncoder *encoder;
	HtableKnown *known;
	int		   *unclear;		/* places of rows to be read once more */
	int			nunclear;
} Probe;

/* ---- reading rows by their keys ---- */

static void
fill_read(const HtableModify *modify, const HtableRows *rows, const int *order, int n,
		  bool raw, int max_versions, rc_read *read)
{
	const HtableMapping *mapping = modify->mapping;
	rc_column  *columns = palloc0(sizeof(rc_column) * Max(mapping->nfamilies, 1));
	rc_range   *ranges = palloc(sizeof(rc_range) * n);

	for (int i = 0; i < mapping->nfamilies; i++)
	{
		columns[i].family = mapping->families[i];
		columns[i].any_qualifier = true;
	}
	for (int i = 0; i < n; i++)
	{
		rc_bytes	key = rows->rows[order[i]].key;

		ranges[i] = (rc_range) {key, key, true, true};
	}
	read->table = (rc_bytes) {(const uint8_t *) mapping->table_name, strlen(mapping->table_name)};
	read->columns = columns;
	read->ncolumns = mapping->nfamilies;
	read->time_to = INT64_MAX;
	read->max_versions = max_versions;
	read->raw = raw;
	read->cache_blocks = mapping->cache_blocks;
	read->scan_window = mapping->scan_window;
	read->scan_concurrency = mapping->scan_concurrency;
	read->whole = true;
	read->ranges = ranges;
	read->nranges = n;
}

/* Hands each row that comes to `take`, with its place. */
static void
take_rows(HtableFetch *fetch, const HtableRows *rows, const int *order, int n, HtableTakeRow take,
		  void *ctx)
{
	const rc_row *row;
	int			at = 0;

	while ((row = htable_fetch_next(fetch)) != NULL)
	{
		while (at < n && !rc_bytes_equal(rows->rows[order[at]].key, row->key))
			at++;
		if (at < n)
			take(ctx, order[at], row);
	}
}

static void
look_up(HtableModify *modify, const HtableRows *rows, const int *order, int n, bool raw,
		int max_versions, HtableTakeRow take, void *ctx)
{
	HtableFetch fetch = {0};
	rc_read		read = {0};

	if (n == 0)
		return;
	fetch.connection = htable_sender_connection(modify->sender);
	fetch.table_name = modify->mapping->table_name;
	fill_read(modify, rows, order, n, raw, max_versions, &read);
	read.filter = htable_fetch_no_values_filter(fetch.connection);
	PG_TRY();
	{
		htable_fetch_open(&fetch, &read, false);
		take_rows(&fetch, rows, order, n, take, ctx);
	}
	PG_FINALLY();
	{
		htable_fetch_close(&fetch, true);
	}
	PG_END_TRY();
	htable_stats_add(&modify->probed, &fetch.total);
}

/* ---- what a raw row says ---- */

static bool
is_new_column(const rc_row *row, size_t i)
{
	return i == 0 || !rc_bytes_equal(row->cells[i].qualifier, row->cells[i - 1].qualifier) ||
		!rc_bytes_equal(row->cells[i].family, row->cells[i - 1].family);
}

/*
 * Is a cell of the row to be seen?  Entries are in HBase's order, so a family's
 * own markers come before all of its columns, in one without a name.
 */
static bool
has_visible_cell(const rc_row *row, bool *unclear)
{
	int64		family_deleted = -1;
	int64		column_deleted = -1;

	*unclear = false;
	for (size_t i = 0; i < row->ncells; i++)
	{
		const rc_cell *cell = &row->cells[i];

		if (i == 0 || !rc_bytes_equal(cell->family, row->cells[i - 1].family))
			family_deleted = -1;
		if (is_new_column(row, i))
			column_deleted = -1;
		switch (cell->type)
		{
			case RC_CELL_DELETE_FAMILY:
				family_deleted = Max(family_deleted, (int64) cell->timestamp);
				break;
			case RC_CELL_DELETE_COLUMN:
				column_deleted = Max(column_deleted, (int64) cell->timestamp);
				break;
			case RC_CELL_PUT:
				if ((int64) cell->timestamp > family_deleted &&
					(int64) cell->timestamp > column_deleted && !*unclear)
					return true;
				break;
			default:
				*unclear = true;
				break;
		}
	}
	return false;
}

static int64
newest_marker(const rc_row *row)
{
	int64		newest = -1;

	for (size_t i = 0; i < row->ncells; i++)
	{
		if (row->cells[i].type != RC_CELL_PUT)
			newest = Max(newest, (int64) row->cells[i].timestamp);
	}
	return newest;
}

/* Markers for the columns that the row to be written removes. */
static void
collect_deletes(const Probe *probe, int place, const rc_row *row)
{
	HtableKnown *known = &probe->known[place];

	known->deletes = palloc(sizeof(rc_cell) * row->ncells);
	for (size_t i = 0; i < row->ncells; i++)
	{
		const rc_cell *cell = &row->cells[i];
		rc_cell    *delete = &known->deletes[known->ndeletes];

		if (!is_new_column(row, i) || cell->type == RC_CELL_DELETE_COLUMN ||
			cell->type == RC_CELL_DELETE_FAMILY || cell->type == RC_CELL_DELETE_FAMILY_VERSION ||
			!htable_encoder_removes(probe->encoder, &probe->rows->rows[place], cell))
			continue;
		memset(delete, 0, sizeof(*delete));
		delete->family = htable_bytes_copy(cell->family);
		delete->qualifier = htable_bytes_copy(cell->qualifier);
		delete->timestamp = cell->timestamp;
		delete->type = RC_CELL_DELETE_COLUMN;
		known->ndeletes++;
	}
}

static void
take_raw(void *ctx, int place, const rc_row *row)
{
	Probe	   *probe = ctx;
	bool		unclear;

	probe->known[place].exists = has_visible_cell(row, &unclear);
	probe->known[place].newest_marker = newest_marker(row);
	if (unclear && !probe->known[place].exists)
		probe->unclear[probe->nunclear++] = place;
	if (probe->encoder != NULL)
		collect_deletes(probe, place, row);
}

static void
take_shown(void *ctx, int place, const rc_row *row)
{
	((Probe *) ctx)->known[place].exists = true;
}

void
htable_insert_probe(HtableModify *modify, const HtableRows *rows, const int *order, int n,
					const HtableEncoder *encoder, HtableKnown *known)
{
	Probe		probe = {modify, rows, encoder, known};

	probe.unclear = palloc(sizeof(int) * Max(n, 1));
	for (int i = 0; i < n; i++)
		known[order[i]] = (HtableKnown) {false, -1, NULL, 0};
	look_up(modify, rows, order, n, true, 1, take_raw, &probe);
	look_up(modify, rows, probe.unclear, probe.nunclear, false, 1, take_shown, &probe);
}

void
htable_insert_look_up(HtableModify *modify, const HtableRows *rows, const int *order, int n,
					  HtableTakeRow take, void *ctx)
{
	look_up(modify, rows, order, n, true, RC_ALL_VERSIONS, take, ctx);
}
