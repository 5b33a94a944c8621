/*
 * tablesize.c
 *		Sizes of tables that were never analyzed.
 *
 * Region servers tell how large the regions are, in whole MB; a few rows from
 * the beginning and the end of some regions tell how large a row is, where keys
 * begin and end, and of what bytes they are made.  Tables that are too small
 * for MB are counted, up to some thousand rows.
 *
 * It is for estimates only: it may take a second, its failure is no error, and
 * what came of it is kept for a while, failures too.
 */
#include "option.h"
#include "statistics.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/pg_user_mapping.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

/* ms that the planning of one statement may take for it. */
#define PATIENCE		1000

/* ms for which an answer is good enough, and after which a failed question is asked again. */
#define LIFETIME		60000
#define FAILURE_LIFETIME	30000

/* Regions from whose beginnings rows are read, and so many rows of each. */
#define PEEK_REGIONS	3
#define PEEK_ROWS		16

/* Rows that are counted of a table that is too small for MB. */
#define COUNTED_ROWS	4096

/* Keys of these that are kept. */
#define COUNTED_LANDMARKS	64

/* What is remembered of a foreign table. */
typedef struct SizeEntry
{
	Oid			relid;
	char	   *table_name;
	HtableShape shape;
	MemoryContext context;		/* of all that the entry has */
	int64		until;			/* ms of the connection's clock */
	HtableTableSize *size;		/* NULL: could not be found out */
} SizeEntry;

typedef struct HtableTableSizes
{
	List	   *entries;
	int64		unreachable_until;	/* the cluster gave no answer */
	TimestampTz statement;		/* start of the one that asked last */
	int64		spent;			/* ms that its planning has taken for it */
} HtableTableSizes;

/* A question in progress. */
typedef struct Asking
{
	HtableConnection *connection;
	const HtableMapping *mapping;
	HtableTableSize *size;
	HtableRegion *regions;
	int			nregions;
	rc_range   *ranges;			/* keys of the foreign table in the regions that are looked into */
	int		   *looked;			/* which regions these are */
	int			nranges;

	/* seen so far */
	double		rows;
	double		sql_rows;
	double		bytes;
	HtableBytes *first;			/* of each range; NULL data: it has no rows */
	HtableBytes last;			/* of the last range, likewise */

	/* counting */
	HtableBytes *keys;
	int			nkeys;
} Asking;

/* ---- looking into regions ---- */

static void
init_read(const Asking *asking, rc_read *read)
{
	const HtableMapping *mapping = asking->mapping;

	memset(read, 0, sizeof(*read));
	read->table.data = (const uint8_t *) mapping->table_name;
	read->table.len = strlen(mapping->table_name);
	read->time_to = PG_INT64_MAX;
	read->max_versions = mapping->max_versions;
	read->raw = mapping->raw;
	read->cache_blocks = mapping->cache_blocks;
	read->ranges = asking->ranges;
	read->nranges = asking->nranges;
}

/* Which regions of the foreign table are looked into: at equal distances. */
static void
choose_ranges(Asking *asking)
{
	rc_range   *all = palloc(sizeof(rc_range) * asking->nregions);
	int		   *regions = palloc(sizeof(int) * asking->nregions);
	int			n = 0;

	for (int i = 0; i < asking->nregions; i++)
	{
		if (htable_probe_range(asking->mapping, &asking->regions[i], &all[n]))
			regions[n++] = i;
		else
			asking->regions[i].least = asking->regions[i].most = asking->regions[i].bytes = 0;
	}
	asking->nranges = Min(n, PEEK_REGIONS);
	asking->ranges = palloc(sizeof(rc_range) * PEEK_REGIONS);
	asking->looked = palloc(sizeof(int) * PEEK_REGIONS);
	for (int i = 0; i < asking->nranges; i++)
	{
		/* the first one and the last one are among them */
		int			at = asking->nranges > 1 ? (int) ((int64) i * (n - 1) / (asking->nranges - 1)) : 0;

		asking->ranges[i] = all[at];
		asking->looked[i] = regions[at];
	}
	asking->first = palloc0(sizeof(HtableBytes) * PEEK_REGIONS);
}

static bool
take_first(void *arg, size_t range, const rc_row *row)
{
	Asking	   *asking = arg;

	if (asking->first[range].data == NULL)
		asking->first[range] = htable_bytes_copy(row->key);
	asking->rows++;
	asking->sql_rows += htable_probe_sql_rows(asking->mapping, row);
	asking->bytes += htable_probe_bytes(row);
	htable_keyspace_learn(asking->size->space, row->key);
	return true;
}

static bool
take_last(void *arg, size_t range, const rc_row *row)
{
	Asking	   *asking = arg;

	asking->last = htable_bytes_copy(row->key);
	htable_keyspace_learn(asking->size->space, row->key);
	return true;
}

/* The keys alone, of rows that the foreign table has. */
static void
init_key_read(const Asking *asking, rc_read *read)
{
	init_read(asking, read);
	read->max_versions = 1;
	htable_columnset_fill(read, asking->mapping, HTABLE_MARKER_FIRST_CELL, NULL, 0, NULL,
						  htable_session_host(asking->connection));
}

static bool
take_key(void *arg, size_t range, const rc_row *row)
{
	Asking	   *asking = arg;

	asking->keys[asking->nkeys++] = htable_bytes_copy(row->key);
	htable_keyspace_learn(asking->size->space, row->key);
	return asking->nkeys < COUNTED_ROWS;
}

/* The last key of the last region; of the inner ones it is known where they end. */
static rc_status
read_last(Asking *asking, rc_scanner_stats *stats, rc_error *err)
{
	rc_read		read;

	init_key_read(asking, &read);
	read.ranges = &asking->ranges[asking->nranges - 1];
	read.nranges = 1;
	read.limit = 1;
	read.reversed = true;
	return htable_probe_rows(asking->connection, &read, take_last, asking, stats, err);
}

/* ---- putting it together ---- */

static void
add_landmark(HtableTableSize *size, HtableBytes key, double rows)
{
	HtableLandmark *last = size->nlandmarks > 0 ? &size->landmarks[size->nlandmarks - 1] : NULL;

	/* what moved while it was looked at is left out */
	if (last != NULL && htable_bytes_compare(last->key, key) >= 0)
	{
		last->rows = Max(last->rows, rows);
		return;
	}
	size->landmarks[size->nlandmarks++] = (HtableLandmark) {key, rows};
}

/* Every so many of the counted keys is a landmark, and the last. */
static void
landmarks_of_keys(Asking *asking)
{
	HtableTableSize *size = asking->size;
	int			step = Max(asking->nkeys / COUNTED_LANDMARKS, 1);

	size->landmarks = palloc(sizeof(HtableLandmark) *
							 (asking->nkeys / step + asking->nregions + 3));
	for (int i = 0; i < asking->nkeys; i += step)
		add_landmark(size, asking->keys[i], i);
	if (asking->nkeys > 0)
		add_landmark(size, asking->keys[asking->nkeys - 1], asking->nkeys);
	size->keys = asking->nkeys;
}

/* Behind the counted keys are so many more, in regions that may be alike. */
static void
landmarks_behind_keys(Asking *asking, double more)
{
	HtableTableSize *size = asking->size;
	HtableBytes counted = asking->keys[asking->nkeys - 1];
	double		left = 0;
	double		passed = 0;

	for (int i = 0; i < asking->nregions; i++)
	{
		HtableRegion *region = &asking->regions[i];

		/* it ends before */
		if (region->end.len > 0 && htable_bytes_compare(region->end, counted) <= 0)
			region->most = 0;
		left += region->most;
	}
	for (int i = 0; i < asking->nregions && left > 0; i++)
	{
		HtableRegion *region = &asking->regions[i];

		if (region->most > 0 && htable_bytes_compare(region->start, counted) > 0)
			add_landmark(size, region->start, asking->nkeys + more * passed / left);
		passed += region->most;
	}
	size->keys = asking->nkeys + more;
	if (asking->last.data != NULL)
		add_landmark(size, asking->last, size->keys);
}

/* Where regions begin and end, in keys if they were looked into, and in rows by their bytes. */
static void
landmarks_of_regions(Asking *asking)
{
	HtableTableSize *size = asking->size;
	int			at = 0;
	double		rows = 0;

	size->landmarks = palloc(sizeof(HtableLandmark) * (asking->nregions * 2 + 2));
	for (int i = 0; i < asking->nregions; i++)
	{
		HtableRegion *region = &asking->regions[i];
		double		here = region->bytes / size->bytes;
		bool		looked = at < asking->nranges && asking->looked[at] == i;

		if (region->bytes == 0)
		{
			at += looked;
			continue;
		}
		if (looked && asking->first[at].data != NULL)
			add_landmark(size, asking->first[at], rows);
		else if (region->start.len > 0 && !looked)
			add_landmark(size, region->start, rows);
		rows += here;
		at += looked;
	}
	size->keys = rows;
	if (asking->last.data != NULL)
		add_landmark(size, asking->last, rows);
}

static void
sum_bytes(const Asking *asking, double *least, double *most)
{
	*least = *most = 0;
	for (int i = 0; i < asking->nregions; i++)
	{
		*least += asking->regions[i].least;
		*most += asking->regions[i].most;
	}
}

/*
 * What region servers call small may have a few rows or many: counts them, not
 * for long.  More than are counted: something between that and what there may be.
 */
static rc_status
count_small(Asking *asking, double least, double most, rc_error *err)
{
	rc_scanner_stats stats = {0};
	HtableRegion all = {{(const uint8_t *) "", 0}, {(const uint8_t *) "", 0}};
	rc_range	range;
	rc_read		read;
	rc_status	status;
	double		counted;

	if (!htable_probe_range(asking->mapping, &all, &range))
		return RC_OK;
	init_key_read(asking, &read);
	read.ranges = &range;
	read.nranges = 1;
	read.limit = COUNTED_ROWS;
	asking->keys = palloc(sizeof(HtableBytes) * COUNTED_ROWS);
	status = htable_probe_rows(asking->connection, &read, take_key, asking, &stats, err);
	if (status != RC_OK)
		return status;
	landmarks_of_keys(asking);
	if (asking->nkeys < COUNTED_ROWS)
		return RC_OK;
	status = read_last(asking, &stats, err);
	if (status != RC_OK)
		return status;
	counted = asking->nkeys * asking->size->bytes;
	least = Max(least, counted);
	most = Max(most, least);
	landmarks_behind_keys(asking, (sqrt(least * most) - counted) / asking->size->bytes);
	return RC_OK;
}

static rc_status
ask(Asking *asking, rc_error *err)
{
	HtableTableSize *size = asking->size;
	rc_scanner_stats stats = {0};
	rc_read		read;
	rc_status	status;
	double		least;
	double		most;

	asking->regions = htable_probe_regions(asking->connection, asking->mapping->table_name,
										   &asking->nregions, err);
	if (asking->regions == NULL)
		return err->status;
	choose_ranges(asking);
	if (asking->nranges == 0)
		return RC_OK;
	init_read(asking, &read);
	read.limit = PEEK_ROWS;
	status = htable_probe_rows(asking->connection, &read, take_first, asking, &stats, err);
	if (status != RC_OK)
		return status;
	size->bytes = asking->rows > 0 ? asking->bytes / asking->rows : 1;
	size->sql_rows = asking->rows > 0 ? asking->sql_rows / asking->rows : 1;
	sum_bytes(asking, &least, &most);
	if (most > 4 * least)
		return count_small(asking, least, most, err);

	status = read_last(asking, &stats, err);
	if (status != RC_OK)
		return status;
	landmarks_of_regions(asking);
	return RC_OK;
}

/* ---- what is remembered ---- */

static int64
now_of(HtableConnection *connection)
{
	const rc_host *host = htable_host_hooks(htable_session_host(connection));

	return host->now(host->ctx);
}

static HtableTableSizes *
sizes_of(HtableConnection *connection)
{
	HtableTableSizes **sizes = htable_session_sizes(connection);

	if (*sizes == NULL)
		*sizes = MemoryContextAllocZero(htable_session_context(connection),
										sizeof(HtableTableSizes));
	return *sizes;
}

static SizeEntry *
find_entry(HtableTableSizes *sizes, const HtableMapping *mapping)
{
	ListCell   *lc;

	foreach(lc, sizes->entries)
	{
		SizeEntry  *entry = lfirst(lc);

		if (entry->relid == mapping->relid && entry->shape == mapping->shape &&
			strcmp(entry->table_name, mapping->table_name) == 0)
			return entry;
	}
	return NULL;
}

/* Keeps what came of a question: takes the context over. */
static void
remember(HtableConnection *connection, const HtableMapping *mapping, MemoryContext context,
		 HtableTableSize *size)
{
	HtableTableSizes *sizes = sizes_of(connection);
	SizeEntry  *entry = find_entry(sizes, mapping);
	MemoryContext caller = MemoryContextSwitchTo(htable_session_context(connection));

	if (entry == NULL)
	{
		entry = palloc0(sizeof(SizeEntry));
		entry->relid = mapping->relid;
		entry->shape = mapping->shape;
		entry->table_name = pstrdup(mapping->table_name);
		sizes->entries = lappend(sizes->entries, entry);
	}
	if (entry->context != NULL)
		MemoryContextDelete(entry->context);
	MemoryContextSetParent(context, htable_session_context(connection));
	entry->context = context;
	entry->size = size;
	entry->until = now_of(connection) + (size != NULL ? LIFETIME : FAILURE_LIFETIME);
	MemoryContextSwitchTo(caller);
}

/* Is the cluster the reason, so that asking of other tables would take as long? */
static bool
is_about_table(rc_status status)
{
	return status == RC_TABLE_MISSING || status == RC_TABLE_DISABLED ||
		status == RC_ACCESS_DENIED || status == RC_FAMILY_MISSING || status == RC_TOO_LARGE;
}

static HtableTableSize *
find_out(HtableConnection *connection, const HtableMapping *mapping)
{
	HtableTableSizes *sizes = sizes_of(connection);
	int64		began = now_of(connection);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "htable_fdw table size",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Asking	   *asking = palloc0(sizeof(Asking));
	HtableTableSize *size = palloc0(sizeof(HtableTableSize));
	rc_error	err;
	rc_status	status;

	size->space = palloc0(sizeof(HtableKeySpace));
	size->sql_rows = 1;
	asking->connection = connection;
	asking->mapping = mapping;
	asking->size = size;
	htable_session_hurry(connection, (int) (PATIENCE - sizes->spent));
	status = ask(asking, &err);
	htable_session_set_deadline(connection);
	sizes->spent += now_of(connection) - began;
	MemoryContextSwitchTo(caller);
	if (status != RC_OK)
	{
		ereport(DEBUG1,
				(errmsg_internal("htable_fdw: no size of HBase table \"%s\": %s",
								 mapping->table_name, htable_host_text(err.message))));
		if (!is_about_table(status))
			sizes->unreachable_until = now_of(connection) + FAILURE_LIFETIME;
		size = NULL;
	}
	remember(connection, mapping, context, size);
	return size;
}

/* A role without a mapping, or a server without servers, is told so by the scan. */
static bool
can_connect(Oid userid, Oid serverid)
{
	List	   *options = GetForeignServer(serverid)->options;

	return (htable_option_given(options, "quorum") != NULL ||
			htable_option_given(options, "bootstrap") != NULL) &&
		(SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(userid),
							   ObjectIdGetDatum(serverid)) ||
		 SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(InvalidOid),
							   ObjectIdGetDatum(serverid)));
}

/* A statement may be about many tables. */
static bool
has_time(HtableTableSizes *sizes)
{
	if (sizes->statement != GetCurrentStatementStartTimestamp())
	{
		sizes->statement = GetCurrentStatementStartTimestamp();
		sizes->spent = 0;
	}
	return sizes->spent < PATIENCE;
}

HtableTableSize *
htable_tablesize_get(const HtableMapping *mapping, Oid userid)
{
	HtableTableSize *volatile size = NULL;
	HtableConnection *connection;

	if (!can_connect(userid, mapping->serverid))
		return NULL;
	connection = htable_session_acquire(mapping->serverid, userid);
	PG_TRY();
	{
		HtableTableSizes *sizes = sizes_of(connection);
		SizeEntry  *entry = find_entry(sizes, mapping);
		int64		now = now_of(connection);

		if (entry != NULL && now < entry->until)
			size = entry->size;
		else if (now >= sizes->unreachable_until && has_time(sizes))
			size = find_out(connection, mapping);
	}
	PG_FINALLY();
	{
		htable_session_release(connection);
	}
	PG_END_TRY();
	return size;
}

/* ---- from statistics ---- */

static int
compare_keys(const void *a, const void *b)
{
	return htable_bytes_compare(*(const HtableBytes *) a, *(const HtableBytes *) b);
}

HtableTableSize *
htable_tablesize_of_keys(HtableBytes *keys, int n, double rows)
{
	HtableTableSize *size = palloc0(sizeof(HtableTableSize));

	size->keys = rows;
	size->sql_rows = 1;
	size->space = palloc0(sizeof(HtableKeySpace));
	size->landmarks = palloc(sizeof(HtableLandmark) * n);
	qsort(keys, n, sizeof(HtableBytes), compare_keys);
	for (int i = 0; i < n; i++)
	{
		add_landmark(size, keys[i], rows * i / (n - 1));
		htable_keyspace_learn(size->space, keys[i]);
	}
	return size;
}

/* ---- using it ---- */

/* Rows with keys below this one. */
static double
rows_below(const HtableTableSize *size, HtableBytes key)
{
	int			low = 0;
	int			high = size->nlandmarks;
	const HtableLandmark *a;
	const HtableLandmark *b;
	HtableKeySpan span;

	/* the first landmark above the key */
	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (htable_bytes_compare(size->landmarks[middle].key, key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return 0;
	if (low == size->nlandmarks)
		return size->keys;
	a = &size->landmarks[low - 1];
	b = &size->landmarks[low];
	span.lower = a->key;
	span.upper = b->key;
	return a->rows + (b->rows - a->rows) * htable_keyspace_part(size->space, span, key);
}

double
htable_tablesize_part(const HtableTableSize *size, const HtableRangeSet *ranges)
{
	double		rows = 0;

	if (size->keys <= 0 || size->nlandmarks == 0)
		return 1;
	for (int i = 0; i < ranges->nranges; i++)
	{
		const HtableRange *range = &ranges->ranges[i];
		double		some;

		if (htable_range_is_point(range))
			some = 1;
		else
			some = (range->has_upper ? rows_below(size, range->upper) : size->keys) -
				rows_below(size, range->lower);
		/* a range that is asked for is likely to hold a row */
		rows += Max(some, 1);
	}
	return Min(rows / size->keys, 1);
}
