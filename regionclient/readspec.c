/*
 * readspec.c
 *		A private copy of an rc_read, with the parts that requests are made of.
 *
 * Ranges that cannot hold a row are left out here, and keys longer than HBase
 * allows are replaced by what is the same for all keys it can have, so that
 * nobody further down has to think of them.
 */
#include "readspec.h"

#include <string.h>

#include "frame.h"

/* HConstants.MAX_ROW_LENGTH */
#define MAX_ROW			32767

/* Smallest block of memory. */
#define BLOCK			((size_t) 4096)

/* Memory that is given out piece by piece and freed as a whole. */
typedef struct rc_memory
{
	struct rc_memory *next;
	size_t		used;
	size_t		size;
	uint64_t	data[];			/* aligned for all */
} rc_memory;

/* Zeroed; NULL when out of memory. */
static void *
take(rc_readspec *spec, size_t size)
{
	rc_memory  *m = spec->memory;
	void	   *ptr;

	size = (size + 7) & ~(size_t) 7;
	if (m == NULL || m->size - m->used < size)
	{
		size_t		block = size > BLOCK ? size : BLOCK;

		m = rc_client_alloc(spec->client, sizeof(rc_memory) + block);
		if (m == NULL)
			return NULL;
		m->size = block;
		m->next = spec->memory;
		spec->memory = m;
	}
	ptr = (uint8_t *) m->data + m->used;
	m->used += size;
	return ptr;
}

static bool
take_copy(rc_readspec *spec, rc_bytes in, rc_bytes *out)
{
	uint8_t    *copy = take(spec, in.len + 1);

	if (copy == NULL)
		return false;
	if (in.len > 0)
		memcpy(copy, in.data, in.len);
	*out = rc_bytes_of(copy, in.len);
	return true;
}

static rc_status
no_memory(rc_error *err)
{
	return rc_error_set(err, RC_NO_MEMORY, "out of memory");
}

/* ----- the table's name ----- */

/* TableName allows letters, digits, "_-." and one colon; we refuse what would break a key of hbase:meta. */
static bool
legal_table(rc_bytes name)
{
	size_t		colons = 0;

	for (size_t i = 0; i < name.len; i++)
	{
		if (name.data[i] <= ' ' || name.data[i] == ',' || name.data[i] == '/')
			return false;
		colons += name.data[i] == ':';
	}
	return name.len > 0 && name.len < 1000 && colons <= 1;
}

static rc_status
copy_table(rc_readspec *spec, rc_bytes name, rc_error *err)
{
	static const char prefix[] = "default:";

	if (!legal_table(name))
		return rc_error_set(err, RC_INVALID, "invalid HBase table name \"%.*s\"",
							(int) (name.len < 200 ? name.len : 200), (const char *) name.data);
	if (name.len > strlen(prefix) && memcmp(name.data, prefix, strlen(prefix)) == 0)
		name = rc_bytes_of(name.data + strlen(prefix), name.len - strlen(prefix));
	spec->meta = rc_bytes_equal(name, rc_bytes_cstr("hbase:meta"));
	return take_copy(spec, name, &spec->table) ? RC_OK : no_memory(err);
}

/* ----- columns: grouped by family, as the messages have them ----- */

static Htable__Wire__Column *
family_find(rc_readspec *spec, rc_bytes family)
{
	for (size_t i = 0; i < spec->ncolumns; i++)
	{
		const ProtobufCBinaryData *f = &spec->columns[i]->family;

		if (rc_bytes_equal(rc_bytes_of(f->data, f->len), family))
			return spec->columns[i];
	}
	return NULL;
}

static Htable__Wire__Column *
family_add(rc_readspec *spec, rc_bytes family, size_t max_qualifiers)
{
	Htable__Wire__Column *column = take(spec, sizeof(Htable__Wire__Column));
	rc_bytes	copy;

	if (column == NULL || !take_copy(spec, family, &copy))
		return NULL;
	htable__wire__column__init(column);
	column->family = rc_binary_data(copy);
	column->qualifier = take(spec, max_qualifiers * sizeof(ProtobufCBinaryData));
	if (column->qualifier == NULL)
		return NULL;
	spec->columns[spec->ncolumns++] = column;
	return column;
}

/* Does somebody want the whole of this family? */
static bool
wants_all(const rc_read *read, rc_bytes family)
{
	for (size_t i = 0; i < read->ncolumns; i++)
		if (read->columns[i].any_qualifier && rc_bytes_equal(read->columns[i].family, family))
			return true;
	return false;
}

static size_t
count_qualifiers(const rc_read *read, rc_bytes family)
{
	size_t		n = 0;

	for (size_t i = 0; i < read->ncolumns; i++)
		n += rc_bytes_equal(read->columns[i].family, family);
	return n;
}

static bool
copy_columns(rc_readspec *spec, const rc_read *read)
{
	spec->columns = take(spec, read->ncolumns * sizeof(Htable__Wire__Column *) + 1);
	if (spec->columns == NULL)
		return false;
	for (size_t i = 0; i < read->ncolumns; i++)
	{
		const rc_column *c = &read->columns[i];
		Htable__Wire__Column *column = family_find(spec, c->family);
		rc_bytes	qualifier;

		if (column == NULL)
			column = family_add(spec, c->family, count_qualifiers(read, c->family));
		if (column == NULL)
			return false;
		if (wants_all(read, c->family))
			continue;			/* no qualifier: the whole family */
		if (!take_copy(spec, c->qualifier, &qualifier))
			return false;
		column->qualifier[column->n_qualifier++] = rc_binary_data(qualifier);
	}
	return true;
}

/* ----- ranges ----- */

bool
rc_range_is_point(const rc_range *range)
{
	return range->start.len > 0 && range->start_inclusive && range->stop_inclusive &&
		rc_bytes_equal(range->start, range->stop);
}

/* No row lies in it. */
static bool
is_empty(const rc_range *range)
{
	int			cmp;

	if (range->stop.len == 0)
		return false;
	cmp = rc_bytes_compare(range->start, range->stop);
	return cmp > 0 || (cmp == 0 && !(range->start_inclusive && range->stop_inclusive));
}

/*
 * A key longer than any row's lies just after its longest legal prefix, and no
 * row lies between the two.
 */
static void
cut_keys(rc_range *range)
{
	if (range->start.len > MAX_ROW)
	{
		range->start.len = MAX_ROW;
		range->start_inclusive = false;
	}
	if (range->stop.len > MAX_ROW)
	{
		range->stop.len = MAX_ROW;
		range->stop_inclusive = true;
	}
}

bool
rc_range_prepare(rc_range *range)
{
	cut_keys(range);
	return !is_empty(range);
}

static bool
copy_ranges(rc_readspec *spec, const rc_read *read)
{
	spec->ranges = take(spec, read->nranges * sizeof(rc_range) + 1);
	if (spec->ranges == NULL)
		return false;
	for (size_t i = 0; i < read->nranges; i++)
	{
		rc_range   *to = &spec->ranges[spec->nranges];
		rc_range	range = read->ranges[i];
		bool		point;

		if (!rc_range_prepare(&range))
			continue;
		point = rc_range_is_point(&range);
		*to = range;
		if (!take_copy(spec, range.start, &to->start))
			return false;
		to->stop = to->start;
		if (!point && !take_copy(spec, range.stop, &to->stop))
			return false;
		spec->nranges++;
	}
	return true;
}

/* ----- all of it ----- */

static rc_status
copy_filter(rc_readspec *spec, rc_bytes filter, rc_error *err)
{
	ProtobufCAllocator allocator = rc_protobuf_allocator(&spec->client->host);

	spec->filtered = filter.len > 0;
	if (!spec->filtered)
		return RC_OK;
	spec->filter = htable__wire__filter__unpack(&allocator, filter.len, filter.data);
	return spec->filter != NULL ? RC_OK : rc_error_set(err, RC_INVALID, "malformed filter");
}

/* Scan.setRaw: Bytes.toBytes(true) under this name. */
static void
set_raw(rc_readspec *spec)
{
	static uint8_t on[] = {0xFF};

	htable__wire__name_bytes_pair__init(&spec->raw);
	spec->raw.name = (char *) "_raw_";
	spec->raw.has_value = true;
	spec->raw.value = rc_binary_data(rc_bytes_of(on, sizeof(on)));
	spec->attributes[spec->nattributes++] = &spec->raw;
}

rc_status
rc_readspec_init(rc_readspec *spec, rc_client *client, const rc_read *read, rc_error *err)
{
	rc_status	status;

	memset(spec, 0, sizeof(*spec));
	spec->client = client;
	spec->more_ranges = read->more_ranges;
	spec->more_ctx = read->more_ctx;
	spec->reversed = read->reversed;
	spec->limit = read->limit;
	spec->whole = read->whole;
	spec->dense = read->dense;
	spec->any_order = read->any_order;
	spec->scan_window = read->scan_window;
	spec->scan_concurrency = read->scan_concurrency > 0 ? read->scan_concurrency : 1;
	spec->max_versions = read->max_versions > 0 ? (uint32_t) read->max_versions : 1;
	spec->cache_blocks = read->cache_blocks;
	spec->is_raw = read->raw;
	spec->filter_ranges = read->filter_ranges;
	if (read->raw)
		set_raw(spec);
	htable__wire__time_range__init(&spec->time_range);
	spec->has_time_range = read->time_from > 0 || read->time_to < INT64_MAX;
	spec->time_range.has_from = spec->time_range.has_to = true;
	spec->time_range.from = (uint64_t) read->time_from;
	spec->time_range.to = (uint64_t) read->time_to;
	status = copy_table(spec, read->table, err);
	if (status == RC_OK && (!copy_columns(spec, read) || !copy_ranges(spec, read)))
		status = no_memory(err);
	if (status == RC_OK)
		status = copy_filter(spec, read->filter, err);
	if (status != RC_OK)
		rc_readspec_free(spec);
	return status;
}

void
rc_readspec_free(rc_readspec *spec)
{
	ProtobufCAllocator allocator = rc_protobuf_allocator(&spec->client->host);

	if (spec->filter != NULL)
		htable__wire__filter__free_unpacked(spec->filter, &allocator);
	spec->filter = NULL;
	while (spec->memory != NULL)
	{
		rc_memory  *m = spec->memory;

		spec->memory = m->next;
		rc_client_free(spec->client, m);
	}
}

bool
rc_readspec_wants(const rc_readspec *spec, rc_bytes family)
{
	for (size_t i = 0; i < spec->ncolumns; i++)
		if (rc_bytes_equal(rc_bytes_of(spec->columns[i]->family.data, spec->columns[i]->family.len), family))
			return true;
	return spec->ncolumns == 0;
}
