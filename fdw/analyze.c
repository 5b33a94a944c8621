/*
 * analyze.c
 *		ANALYZE: a sample of the rows of a table.
 *
 * A small table is read whole.  Of others some thousand places are looked at,
 * so that any row has about the same chance (spread.c), and one row of HBase is
 * taken from each: rows next to each other are alike, and would make a column
 * seem to have fewer values than it has.  What is read is bounded in bytes.
 *
 * Rows are decoded as scans do it, with the same errors.
 */
#include "scan.h"
#include "spread.h"

#include <math.h>

#include "common/pg_prng.h"
#include "executor/tuptable.h"
#include "utils/memutils.h"
#include "utils/sampling.h"

/* The part of a table that is read unless the whole is. */
#define PART			0.05

/* ... but so many bytes in any case. */
#define LEAST_BUDGET	(512 * 1024)

/* Places that are looked at to see how rows are spread, and from which rows are taken. */
#define LOOK_PLACES		800
#define TAKE_PLACES		4000

/* Rows read at each of these, of which one is taken: any, since the first is the one behind a gap. */
#define TAKE_ROWS		4
#define TAKE_ROWS_BYTES	2048	/* of larger rows the first is taken */

/* Rows of the first answer when all are read. */
#define FIRST_ROWS		100

/* Bytes of an answer besides its cells. */
#define ANSWER_BYTES	100

/* Parts of the budget that looking around and taking may use. */
#define LOOK_SHARE		0.3
#define TAKE_SHARE		0.65

typedef struct Sample
{
	/* what is wanted */
	Relation	relation;
	HtableScan *scan;			/* decodes rows */
	TupleTableSlot *slot;
	HeapTuple  *rows;
	int			target;
	rc_read		read;
	rc_scanner_stats stats;
	Size		budget;			/* bytes */
	MemoryContext row_context;	/* of the values of one row */

	/* what there is */
	int			n;
	double		keys;			/* rows of HBase met */
	double		sql_rows;		/* rows of SQL of these */
	double		bytes;			/* of these, as HBase stores them */

	/* reading the whole: which of all rows were taken */
	ReservoirStateData reservoir;
	double		skip;
	double	   *places;
	double		step_end;		/* rows of HBase after which more are asked for */
	StringInfoData last_key;

	/* reading places */
	size_t		range;			/* of the row before */
	int			places_met;
	int			row_of_range;	/* rows met of it */
	int			rows_here;		/* so many of them are taken */
	int			wanted_row;		/* of them */
	int			first;			/* row of SQL of the range */
	int			rows_each;
	bool		crowded;		/* see spread.h */
	double		more;			/* chance of a second row of SQL of the same row of HBase */
	int		   *siblings;		/* by row of SQL: how many its row of HBase has */
} Sample;

/* ---- rows of SQL ---- */

static bool
next_slot(Sample *sample, int i)
{
	HtableScan *scan = sample->scan;

	ExecClearTuple(sample->slot);
	switch (scan->mapping->shape)
	{
		case HTABLE_SHAPE_ROW:
			return i == 0 && htable_shape_row_store(scan, sample->slot);
		case HTABLE_SHAPE_VERSIONS:
			return htable_shape_versions_store(scan, sample->slot);
		case HTABLE_SHAPE_CELLS:
			return htable_shape_cells_store(scan, sample->slot);
	}
	return false;
}

static void
load_row(HtableScan *scan, const rc_row *row)
{
	scan->row = row;
	scan->in_row = true;
	if (scan->mapping->shape == HTABLE_SHAPE_VERSIONS)
		htable_shape_versions_load(scan);
	else if (scan->mapping->shape == HTABLE_SHAPE_CELLS)
		htable_shape_cells_load(scan);
}

typedef void (*TakeSlot) (Sample *sample, int i);

/* Gives each row of SQL of a row to `take`; the number of them. */
static int
decode_row(Sample *sample, const rc_row *row, TakeSlot take)
{
	MemoryContext caller = MemoryContextSwitchTo(sample->row_context);
	ErrorContextCallback callback;
	int			n = 0;

	callback.callback = htable_scan_decode_context;
	callback.arg = sample->scan;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	load_row(sample->scan, row);
	while (next_slot(sample, n))
	{
		MemoryContextSwitchTo(caller);
		take(sample, n++);
		MemoryContextSwitchTo(sample->row_context);
	}
	sample->scan->in_row = false;
	error_context_stack = callback.previous;
	MemoryContextSwitchTo(caller);
	MemoryContextReset(sample->row_context);
	return n;
}

static HeapTuple
form_tuple(Sample *sample)
{
	return heap_form_tuple(RelationGetDescr(sample->relation), sample->slot->tts_values,
						   sample->slot->tts_isnull);
}

static void
keep(Sample *sample, int place)
{
	if (place < sample->n)
		heap_freetuple(sample->rows[place]);
	else
		sample->n++;
	sample->rows[place] = form_tuple(sample);
}

static void
count_row(Sample *sample, const rc_row *row, int sql_rows)
{
	sample->keys++;
	sample->sql_rows += sql_rows;
	sample->bytes += htable_probe_bytes(row);
}

/* ---- the whole table ---- */

/* Any of all rows with the same chance, as PostgreSQL samples its own. */
static void
take_any(Sample *sample, int i)
{
	double		at = sample->sql_rows + i;

	if (sample->n < sample->target)
	{
		sample->places[sample->n] = at;
		keep(sample, sample->n);
		return;
	}
	if (sample->skip < 0)
		sample->skip = reservoir_get_next_S(&sample->reservoir, at, sample->target);
	if (sample->skip <= 0)
	{
		int			place = (int) (sample->target *
								   sampler_random_fract(&sample->reservoir.randstate));

		sample->places[place] = at;
		keep(sample, place);
	}
	sample->skip -= 1;
}

static bool
take_whole_row(void *arg, size_t range, const rc_row *row)
{
	Sample	   *sample = arg;

	compat_analyze_delay_point();
	count_row(sample, row, decode_row(sample, row, take_any));
	if (sample->keys == sample->step_end)
	{
		resetStringInfo(&sample->last_key);
		appendBinaryStringInfo(&sample->last_key, (const char *) row->key.data, (int) row->key.len);
	}
	return sample->bytes <= sample->budget;
}

typedef struct Placed
{
	HeapTuple	row;
	double		place;
} Placed;

static int
compare_placed(const void *a, const void *b)
{
	double		x = ((const Placed *) a)->place;
	double		y = ((const Placed *) b)->place;

	return x < y ? -1 : x > y;
}

/* In the order of keys, by which correlation is told. */
static void
sort_rows(Sample *sample)
{
	Placed	   *placed = palloc(sizeof(Placed) * Max(sample->n, 1));

	for (int i = 0; i < sample->n; i++)
		placed[i] = (Placed) {sample->rows[i], sample->places[i]};
	qsort(placed, sample->n, sizeof(Placed), compare_placed);
	for (int i = 0; i < sample->n; i++)
		sample->rows[i] = placed[i].row;
	pfree(placed);
}

static void
read_ranges(Sample *sample, rc_range *ranges, int n, HtableProbeRow take)
{
	HtableConnection *connection = sample->scan->fetch.connection;
	rc_error	err;

	if (n == 0)
		return;
	sample->read.ranges = ranges;
	sample->read.nranges = n;
	if (htable_probe_rows(connection, &sample->read, take, sample, &sample->stats, &err) != RC_OK)
		htable_host_raise(&err, htable_session_server_name(connection),
						  sample->scan->mapping->table_name);
}

/*
 * Reads all rows; false: these are too many bytes, and *sample is as before.
 * After a few rows it asks for as many as there may be, so that answers do not
 * bring more than that.
 */
static bool
read_whole(Sample *sample)
{
	HtableRegion all = {{(const uint8_t *) "", 0}, {(const uint8_t *) "", 0}};
	double		rows = FIRST_ROWS;
	rc_range	range;

	sample->places = palloc(sizeof(double) * Max(sample->target, 1));
	sample->skip = -1;
	reservoir_init_selection_state(&sample->reservoir, sample->target);
	initStringInfo(&sample->last_key);
	if (!htable_probe_range(sample->scan->mapping, &all, &range))
		return true;
	while (rows >= 1)
	{
		sample->step_end = sample->keys + floor(rows);
		sample->read.limit = (uint64) rows;
		read_ranges(sample, &range, 1, take_whole_row);
		rows = (sample->budget - sample->bytes) / (sample->bytes / Max(sample->keys, 1));
		if (sample->bytes <= sample->budget && sample->keys < sample->step_end)
		{
			sort_rows(sample);
			return true;
		}
		range.start = (HtableBytes) {(uint8_t *) sample->last_key.data, sample->last_key.len};
		range.start_inclusive = false;
	}
	for (int i = 0; i < sample->n; i++)
		heap_freetuple(sample->rows[i]);
	sample->n = 0;
	sample->keys = sample->sql_rows = sample->bytes = 0;
	return false;
}

/* ---- places ---- */

static double
random_fraction(void)
{
	return pg_prng_double(&pg_global_prng_state);
}

/* One row of SQL of a row of HBase, any, and rarely a second. */
static void
take_one(Sample *sample, int i)
{
	if (i == 0)
		keep(sample, sample->n);
	else if (random_fraction() < sample->more && sample->n < sample->target)
		keep(sample, sample->n);
	else if (random_fraction() * (i + 1) < 1)
		keep(sample, sample->n - 1);
}

/*
 * Where rows are crowded, several places may be in one gap, of which only the
 * last has a row in its range.  Taking as many rows there keeps it as frequent
 * as it is that a row is met again.
 */
static int
rows_of_place(const Sample *sample, size_t range)
{
	size_t		missed = sample->places_met > 0 ? range - sample->range - 1 : range;

	return sample->crowded ? (int) Min(missed + 1, (size_t) sample->rows_each) : 1;
}

/*
 * Of each range the first row is taken, and the wanted one in its place if it
 * comes.
 */
static bool
take_place(void *arg, size_t range, const rc_row *row)
{
	Sample	   *sample = arg;
	int			sql_rows;

	compat_analyze_delay_point();
	if (sample->places_met == 0 || range != sample->range)
	{
		if (sample->n >= sample->target)
			return false;
		sample->rows_here = rows_of_place(sample, range);
		sample->places_met++;
		sample->range = range;
		sample->row_of_range = 0;
		sample->wanted_row = (int) (random_fraction() * sample->rows_each);
		sample->first = sample->n;
	}
	if (sample->n >= sample->target)
		return true;
	if (++sample->row_of_range <= sample->rows_here)
		sample->first = sample->n;
	else
	{
		if (sample->crowded || sample->row_of_range - 1 != sample->wanted_row)
			return true;
		while (sample->n > sample->first)
			heap_freetuple(sample->rows[--sample->n]);
	}
	sql_rows = decode_row(sample, row, take_one);
	count_row(sample, row, sql_rows);
	for (int i = sample->first; i < sample->n; i++)
		sample->siblings[i] = sql_rows;
	return true;
}

/* Rows of SQL of which HBase's row has many are taken as often as they are there. */
static void
thin_out(Sample *sample)
{
	int			most = 1;
	int			n = 0;

	for (int i = 0; i < sample->n; i++)
		most = Max(most, sample->siblings[i]);
	for (int i = 0; i < sample->n; i++)
	{
		if (random_fraction() * most < sample->siblings[i])
			sample->rows[n++] = sample->rows[i];
		else
			heap_freetuple(sample->rows[i]);
	}
	sample->n = n;
}

/* How many places what is left of a budget is good for. */
static int
affordable(double budget, double bytes_each, int most)
{
	return (int) Max(Min(budget / bytes_each, most), 1);
}

/* Rows at random places; *keys: how many rows HBase has. */
static void
read_places(Sample *sample, const HtableRegion *regions, int nregions, double bytes, double *keys)
{
	HtableScan *scan = sample->scan;
	HtableSpread spread = {0};
	double		row_bytes;
	rc_range   *ranges;
	int			places;
	int			n;

	spread.connection = scan->fetch.connection;
	spread.table_name = scan->mapping->table_name;
	spread.read = &sample->read;
	spread.stats = &sample->stats;
	spread.budget = LOOK_SHARE * sample->budget;
	htable_spread_look(&spread, scan->mapping, regions, nregions, LOOK_PLACES);
	row_bytes = spread.sampled_bytes / Max(spread.sampled_rows, 1);
	*keys = spread.crowded && row_bytes > 0 && bytes > 0 ? bytes / row_bytes : spread.rows;

	sample->rows_each = row_bytes > TAKE_ROWS_BYTES ? 1 : TAKE_ROWS;
	sample->crowded = spread.crowded;
	sample->more = sample->target / (2 * Max(*keys, sample->target));
	sample->siblings = palloc(sizeof(int) * (sample->target + 1));
	/* with some room for both ends of the table, and second rows of SQL */
	places = affordable(TAKE_SHARE * sample->budget, sample->rows_each * row_bytes + ANSWER_BYTES,
						TAKE_PLACES);
	ranges = htable_spread_ranges(&spread, (int) Max(Min(places, sample->target * 0.95 - 2), 1), &n);
	sample->read.limit = sample->rows_each;
	read_ranges(sample, ranges, n, take_place);
	if (scan->mapping->shape != HTABLE_SHAPE_ROW)
		thin_out(sample);
}

/* ---- the callbacks ---- */

/* Regions with what is known of their sizes; where that is nothing, one region of no size. */
static HtableRegion *
regions_of(HtableConnection *connection, const char *table_name, int *n)
{
	HtableRegion *regions;
	rc_error	err;

	htable_session_set_deadline(connection);
	regions = htable_probe_regions(connection, table_name, n, &err);
	if (regions != NULL)
		return regions;
	if (err.status == RC_TABLE_MISSING || err.status == RC_TABLE_DISABLED)
		htable_host_raise(&err, htable_session_server_name(connection), table_name);
	*n = 1;
	regions = palloc0(sizeof(HtableRegion));
	regions->start = regions->end = (HtableBytes) {(const uint8_t *) "", 0};
	return regions;
}

static void
sum_bytes(const HtableRegion *regions, int n, double *least, double *bytes, double *most)
{
	*least = *bytes = *most = 0;
	for (int i = 0; i < n; i++)
	{
		*least += regions[i].least;
		*bytes += regions[i].bytes;
		*most += regions[i].most;
	}
}

/* Reads the whole where that surely is allowed; where it may be, half of what is allowed is for that. */
static void
sample_table(Sample *sample, double *total)
{
	HtableMapping *mapping = sample->scan->mapping;
	double		limit = mapping->analyze_size;
	double		least;
	double		bytes;
	double		most;
	double		keys;
	int			nregions;
	HtableRegion *regions = regions_of(sample->scan->fetch.connection, mapping->table_name, &nregions);

	sum_bytes(regions, nregions, &least, &bytes, &most);
	if (most > limit || most == 0)
		limit /= 2;
	sample->budget = limit;
	if (least <= limit && read_whole(sample))
	{
		*total = sample->sql_rows;
		return;
	}
	if (least > limit)
		limit = mapping->analyze_size;
	sample->budget = Min(limit, Max(PART * bytes, LEAST_BUDGET));
	read_places(sample, regions, nregions, bytes, &keys);
	*total = sample->keys > 0 ? keys * sample->sql_rows / sample->keys : 0;
}

static void
init_sample(Sample *sample, Relation relation, HeapTuple *rows, int target)
{
	HtableScan *scan = palloc0(sizeof(HtableScan));
	HtableMapping *mapping = htable_mapping_make(RelationGetRelid(relation));
	List	   *attnos = NIL;

	sample->relation = relation;
	sample->rows = rows;
	sample->target = target;
	sample->scan = scan;
	sample->slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsVirtual);
	sample->row_context = AllocSetContextCreate(CurrentMemoryContext, "htable_fdw sampled row",
												ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < mapping->natts; i++)
	{
		if (mapping->columns[i] != NULL)
			attnos = lappend_int(attnos, i + 1);
	}
	scan->mapping = mapping;
	scan->as_of = htable_asof_declared(mapping);
	htable_scan_choose_columns(scan, attnos);
}

/* What is read of each row: all that the foreign table has. */
static void
init_read(Sample *sample)
{
	HtableScan *scan = sample->scan;
	HtableMapping *mapping = scan->mapping;
	HtableHost *host = htable_session_host(scan->fetch.connection);
	rc_read    *read = &sample->read;

	read->table.data = (const uint8_t *) mapping->table_name;
	read->table.len = strlen(mapping->table_name);
	read->time_to = scan->as_of.time_to;
	read->max_versions = mapping->max_versions;
	read->raw = mapping->raw;
	read->cache_blocks = mapping->cache_blocks;
	if (mapping->shape == HTABLE_SHAPE_CELLS)
		htable_columnset_fill_cells(read, mapping, scan->attnos, NULL, true, host);
	else
		htable_columnset_fill(read, mapping, mapping->shape == HTABLE_SHAPE_ROW
							  ? HTABLE_MARKER_FAMILIES : HTABLE_MARKER_DECLARED,
							  scan->attnos, 0, NULL, host);
}

static int
acquire_rows(Relation relation, int elevel, HeapTuple *rows, int target, double *total, double *dead)
{
	Sample		sample = {0};
	HtableScan *scan;

	init_sample(&sample, relation, rows, target);
	scan = sample.scan;
	scan->fetch.connection = htable_session_acquire(scan->mapping->serverid,
													relation->rd_rel->relowner);
	PG_TRY();
	{
		init_read(&sample);
		htable_past_check(scan->fetch.connection, scan->mapping, &scan->as_of);
		sample_table(&sample, total);
	}
	PG_FINALLY();
	{
		htable_session_release(scan->fetch.connection);
	}
	PG_END_TRY();
	*dead = 0;
	ExecDropSingleTupleTableSlot(sample.slot);
	htable_scan_report_bad(scan);
	ereport(elevel,
			(errmsg("\"%s\": read %.0f bytes of HBase table \"%s\" in %.0f calls; %d rows in sample, %.0f estimated total rows",
					RelationGetRelationName(relation), (double) sample.stats.bytes,
					scan->mapping->table_name, (double) sample.stats.rpcs, sample.n, *total)));
	return sample.n;
}

/* Pages are what region servers say, in the size of PostgreSQL's. */
bool
htableAnalyzeForeignTable(Relation relation, AcquireSampleRowsFunc *acquire, BlockNumber *pages)
{
	ForeignTable *table = GetForeignTable(RelationGetRelid(relation));
	HtableTableOptions *options = htable_table_options(RelationGetRelid(relation));
	HtableConnection *connection = htable_session_acquire(table->serverid,
														  relation->rd_rel->relowner);
	double		bytes = 0;

	PG_TRY();
	{
		double		least;
		double		most;
		int			n;
		HtableRegion *regions = regions_of(connection, options->table_name, &n);

		sum_bytes(regions, n, &least, &bytes, &most);
	}
	PG_FINALLY();
	{
		htable_session_release(connection);
	}
	PG_END_TRY();
	*acquire = acquire_rows;
	/* not 0, which would leave a partition out of the sample of its parent */
	*pages = (BlockNumber) Min(Max(bytes / BLCKSZ, 1), MaxBlockNumber);
	return true;
}
