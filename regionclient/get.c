/*
 * get.c
 *		Reads lists of keys, and of small ranges.
 *
 * A list is read in parts, a few at a time.  A part is one of
 *	- a scan of the ranges that lie in one region, with a filter that jumps from
 *	  one to the next, where there are enough of them to be worth a scanner;
 *	- Gets of keys that are thin, of any regions;
 *	- a scan of one range that is neither.
 * Which one is decided when the part begins, by the bounds of regions; if these
 * change then, each kind still reads all of its ranges.
 *
 * Rows are given out part after part, so in order; parts behind the first are
 * only brought to their first row.  An error of such a part waits for its turn,
 * since with a LIMIT its turn may never come.  Parts are small at first, since
 * nobody may want more than the first rows, then grow as far as the size of the
 * rows allows: that and the number of parts bound the memory.
 */
#include "get.h"

#include <string.h>

#include "locate.h"
#include "multi.h"
#include "rangescan.h"

/* Parts in flight: each keeps one handler of a server busy. */
#define FIRST_PARTS		2
#define MOST_PARTS		4

/* Ranges in a part. */
#define FIRST_SIZE		64
#define MOST_SIZE		1000
#define LEAST_SIZE		16

/* Bytes of the ranges in one filter, which travels with each scanner that is opened. */
#define MOST_FILTER_BYTES	(1024 * 1024)

/*
 * Keys are dense when a region has so many of them, or would have, did it have
 * as many everywhere; but at least so many.  Thin keys are for Gets, which look
 * into the one file of a region that has the row, while a scan looks into all.
 */
#define DENSE_POINTS	500
#define LEAST_POINTS	50

/* Other ranges take a scanner anyway, so a few in a region are worth a filter. */
#define DENSE_RANGES	4

/* Fewer ranges than this, not counting keys, are not worth making a run of them. */
#define RUN_RANGES		8

typedef struct part
{
	bool		begun;			/* it is known how to read it */
	size_t		n;				/* ranges */
	rc_multi   *multi;			/* one of the two */
	rc_rangescan *scan;
	rc_retry	retry;
	bool		has_row;		/* `row` is still to be given out; NULL: the end */
	const rc_row *row;
	rc_status	status;			/* RC_OK, or error says why it failed */
	rc_error	error;
} part;

struct rc_getrun
{
	rc_client  *client;
	const rc_readspec *spec;
	rc_scanner_stats *stats;
	const rc_range *ranges;
	size_t		n;
	size_t		taken;			/* of them, into parts so far */
	bool		limited;
	uint64_t	left;

	rc_locate	locate;			/* for the part that is not begun yet */
	rc_region  *dense;			/* of the last part, when it went into a filter */
	size_t		size;			/* of the next part */
	size_t		most_size;
	size_t		most_parts;
	size_t		nparts;
	part	   *parts[MOST_PARTS];	/* in order; only the last one may not be begun */
};

static rc_status
no_memory(rc_error *err)
{
	return rc_error_set(err, RC_NO_MEMORY, "out of memory");
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What keeps to the bound of each server keeps to it on all of them. */
static size_t
most_parts(const rc_readspec *spec)
{
	return spec->scan_window > 0 ? smaller((size_t) spec->scan_concurrency, MOST_PARTS) : 1;
}

/* The i-th range that is not in a part yet, in the order of the run. */
static const rc_range *
next_range(const rc_getrun *run, size_t i)
{
	i += run->taken;
	return &run->ranges[run->spec->reversed ? run->n - 1 - i : i];
}

/* ----- what is read how ----- */

/* Where the run comes to the range. */
static rc_bytes
near_end(const rc_getrun *run, const rc_range *range, rc_locate_mode *mode)
{
	*mode = RC_LOCATE_AT;
	if (!run->spec->reversed)
		return range->start;
	if (!range->stop_inclusive)
		*mode = RC_LOCATE_BEFORE;
	return range->stop;
}

/* Does the range, whose near end is in the region or behind it, end within the region? */
static bool
ends_within(const rc_getrun *run, const rc_range *range, const rc_region *region)
{
	int			cmp;

	if (run->spec->reversed)
		return rc_bytes_compare(range->start, region->start) >= 0;
	if (region->end.len == 0)
		return true;
	cmp = rc_bytes_compare(range->stop, region->end);
	return cmp < 0 || (cmp == 0 && !range->stop_inclusive);
}

/* The ranges of one region. */
typedef struct cluster
{
	size_t		n;
	size_t		bytes;
	size_t		npoints;		/* of them */
	rc_bytes	low;
	rc_bytes	high;
} cluster;

/* Ranges from the i-th on that lie wholly in the region, at most `most`. */
static cluster
cluster_at(const rc_getrun *run, size_t i, size_t most, const rc_region *region)
{
	cluster		c = {0};

	while (c.n < most && run->taken + i + c.n < run->n)
	{
		const rc_range *range = next_range(run, i + c.n);

		c.bytes += range->start.len + range->stop.len;
		if (!ends_within(run, range, region) || c.bytes > MOST_FILTER_BYTES)
			break;
		if (c.n == 0 || run->spec->reversed)
			c.low = range->start;
		if (c.n == 0 || !run->spec->reversed)
			c.high = range->stop;
		c.npoints += rc_range_is_point(range);
		c.n++;
	}
	return c;
}

/* Eight bytes of the key from `skip` on, as a number. */
static double
number_at(rc_bytes key, size_t skip)
{
	double		number = 0;

	for (size_t i = skip; i < skip + 8; i++)
		number = number * 256 + (i < key.len ? key.data[i] : 0);
	return number;
}

/* Which part of the region's keys lies between the first and the last of the cluster, about. */
static double
share(const cluster *c, const rc_region *region)
{
	size_t		same = 0;
	double		whole;

	if (region->start.len == 0 || region->end.len == 0)
		return 1;
	while (same < region->start.len && same < region->end.len &&
		   region->start.data[same] == region->end.data[same])
		same++;
	whole = number_at(region->end, same) - number_at(region->start, same);
	return whole > 0 ? (number_at(c->high, same) - number_at(c->low, same)) / whole : 1;
}

/* Is the cluster worth a scan with a filter?  What is left of one that was, is too. */
static bool
is_dense(const rc_getrun *run, const cluster *c, const rc_region *region)
{
	if (c->n == 0)
		return false;
	if (region == run->dense || c->n - c->npoints >= DENSE_RANGES)
		return true;
	return c->npoints >= LEAST_POINTS && (double) c->npoints >= DENSE_POINTS * share(c, region);
}

/* May lists go into filters?  Keys of hbase:meta have an order of their own. */
static bool
may_filter(const rc_getrun *run)
{
	return run->spec->filter_ranges && !run->spec->meta;
}

/*
 * How many points from the first on are read by Gets: up to the next region that
 * has many, or that must be looked up to know.
 */
static size_t
thin_points(const rc_getrun *run, size_t most)
{
	size_t		region_end = may_filter(run) ? 0 : most;
	size_t		n = 0;

	while (n < most && rc_range_is_point(next_range(run, n)))
	{
		rc_region  *region;
		cluster		c;

		if (n < region_end || run->n - run->taken < LEAST_POINTS)
		{
			n++;
			continue;
		}
		region = rc_regions_at(run->client->regions, run->spec->table, next_range(run, n)->start);
		if (region == NULL && n > 0)
			break;
		region_end = n + 1;
		if (region == NULL)
			continue;
		c = cluster_at(run, n, DENSE_POINTS, region);
		if (n > 0 && is_dense(run, &c, region))
			break;
		if (c.n > 0)
			region_end = n + c.n;
	}
	return n;
}

/* How many ranges of the region that the run comes to go into a filter; RC_AGAIN while it is looked up. */
static rc_status
dense_ranges(rc_getrun *run, part *p, size_t most, size_t *n, rc_error *err)
{
	rc_locate_mode mode;
	rc_bytes	key = near_end(run, next_range(run, 0), &mode);
	rc_region  *region;
	cluster		c;
	bool		dense;
	rc_status	status;

	status = rc_locate_step(&run->locate, run->spec->table, key, mode, &p->retry, &region, err);
	if (status != RC_OK)
		return status;
	c = cluster_at(run, 0, most > DENSE_POINTS ? most : DENSE_POINTS, region);
	dense = is_dense(run, &c, region);
	*n = dense ? smaller(c.n, most) : 0;
	rc_region_unref(run->dense);
	run->dense = dense ? rc_region_ref(region) : NULL;
	rc_region_unref(region);
	return RC_OK;
}

/* Begins to scan n ranges.  Keys have no more rows than there are keys. */
static rc_rangescan *
begin_scan(rc_getrun *run, size_t n)
{
	uint64_t	limit = n;

	for (size_t i = 0; i < n && limit > 0; i++)
		if (!rc_range_is_point(next_range(run, i)))
			limit = 0;
	if (run->limited && (limit == 0 || run->left < limit))
		limit = run->left;
	return rc_rangescan_create(run->spec, next_range(run, run->spec->reversed ? n - 1 : 0), n,
							   limit, run->stats);
}

/* Decides how the part is read, and begins. */
static rc_status
part_begin(rc_getrun *run, part *p, rc_error *err)
{
	size_t		most = smaller(run->size, run->n - run->taken);
	size_t		dense = 0;

	if (may_filter(run) && run->n - run->taken >= DENSE_RANGES)
	{
		rc_status	status = dense_ranges(run, p, most, &dense, err);

		if (status != RC_OK)
			return status;
	}
	if (dense > 0 || !rc_range_is_point(next_range(run, 0)))
	{
		p->n = dense > 0 ? dense : 1;
		p->scan = begin_scan(run, p->n);
	}
	else
	{
		p->n = thin_points(run, most);
		p->multi = rc_multi_create(run->spec, next_range(run, run->spec->reversed ? p->n - 1 : 0), p->n,
								   run->stats);
	}
	if (p->scan == NULL && p->multi == NULL)
		return no_memory(err);
	p->begun = true;
	run->taken += p->n;
	run->size = smaller(run->size * 2, run->most_size);
	return RC_OK;
}

/* ----- parts ----- */

/* Brings the part to its next row, or to its end. */
static rc_status
part_step(rc_getrun *run, part *p)
{
	rc_status	status = p->status;

	if (p->has_row || status != RC_OK)
		return status;
	if (!p->begun)
		status = part_begin(run, p, &p->error);
	if (status == RC_OK)
		status = p->multi != NULL ? rc_multi_step(p->multi, &p->retry, &p->row, &p->error) :
			rc_rangescan_step(p->scan, &p->retry, &p->row, &p->error);
	if (status == RC_OK)
		p->has_row = true;
	else if (status != RC_AGAIN)
		p->status = status;
	return status;
}

static void
part_close(rc_getrun *run, part *p, bool cancelled)
{
	rc_multi_close(p->multi);
	rc_rangescan_close(p->scan, cancelled);
	rc_client_free(run->client, p);
}

/* Is another part to be asked for?  With a limit only what it surely needs. */
static bool
wants_part(const rc_getrun *run)
{
	size_t		asked = 0;

	if (run->taken == run->n || run->nparts == run->most_parts)
		return false;
	for (size_t i = 0; i < run->nparts; i++)
	{
		if (!run->parts[i]->begun || run->parts[i]->status != RC_OK)
			return false;
		asked += run->parts[i]->n;
	}
	return !run->limited || asked == 0 || asked < run->left;
}

/* Begins what is to be asked for; what becomes of it, the parts know. */
static rc_status
extend(rc_getrun *run, rc_error *err)
{
	while (wants_part(run))
	{
		part	   *p = rc_client_alloc(run->client, sizeof(part));

		if (p == NULL)
			return no_memory(err);
		rc_retry_init(&p->retry, run->client);
		run->parts[run->nparts++] = p;
		part_step(run, p);
	}
	return RC_OK;
}

/* The first part is done.  The size of its rows decides how many keys make a part. */
static void
first_done(rc_getrun *run)
{
	part	   *p = run->parts[0];
	size_t		bytes = p->multi != NULL ? rc_multi_bytes(p->multi) / p->n : 0;

	if (bytes > 0)
	{
		size_t		size = run->client->config.fetch_bytes / bytes;

		run->most_size = smaller(size > LEAST_SIZE ? size : LEAST_SIZE, MOST_SIZE);
		run->size = smaller(run->size, run->most_size);
	}
	part_close(run, p, false);
	run->nparts--;
	memmove(&run->parts[0], &run->parts[1], run->nparts * sizeof(part *));
	if (run->most_parts < most_parts(run->spec))
		run->most_parts++;
}

/* The next row of the first part; its end is the end of all. */
static rc_status
step(rc_getrun *run, const rc_row **row, rc_error *err)
{
	while (!run->limited || run->left > 0)
	{
		rc_status	status = extend(run, err);
		part	   *p = run->parts[0];

		if (status != RC_OK || run->nparts == 0)
			return status;
		status = part_step(run, p);
		if (status != RC_OK)
		{
			*err = p->error;
			return status;
		}
		p->has_row = false;
		*row = p->row;
		if (*row != NULL)
			break;
		first_done(run);
	}
	if (*row != NULL && run->limited)
		run->left--;
	return RC_OK;
}

rc_status
rc_getrun_step(rc_getrun *run, rc_retry *retry, const rc_row **row, rc_error *err)
{
	rc_wait_kind kind;
	rc_status	status;

	*row = NULL;
	/* in each public call all clocks start anew */
	for (size_t i = 0; i < run->nparts && !retry->begun; i++)
		rc_retry_restart(&run->parts[i]->retry);
	status = step(run, row, err);
	if (status != RC_AGAIN)
		return status;
	rc_retry_deadline(retry);	/* which the clock of the call tells from now on */
	kind = run->client->want_kind;
	for (size_t i = 1; i < run->nparts; i++)
		part_step(run, run->parts[i]);
	status = extend(run, err);
	/* whatever else is under way, the first part is what is waited for */
	run->client->want_kind = kind;
	return status == RC_OK ? RC_AGAIN : status;
}

/* ----- making and closing ----- */

size_t
rc_getrun_reach(const rc_readspec *spec, size_t at)
{
	size_t		npoints = 0;	/* before any other range */
	size_t		n = 0;
	size_t		others = 0;

	for (; at + n < spec->nranges; n++)
	{
		const rc_range *range = &spec->ranges[spec->reversed ? spec->nranges - 1 - at - n : at + n];
		bool		point = rc_range_is_point(range);

		if (range->start.len == 0 || range->stop.len == 0)
			break;
		if (!point && (!spec->filter_ranges || spec->meta))
			break;
		others += !point;
		npoints += point && others == 0;
	}
	return others >= RUN_RANGES ? n : npoints;
}

/* Some rows soon and no more than are wanted, or all as fast as can be. */
static void
begin_sizes(rc_getrun *run)
{
	run->size = FIRST_SIZE;
	run->most_size = MOST_SIZE;
	run->most_parts = smaller(FIRST_PARTS, most_parts(run->spec));
	if (run->limited && run->left < FIRST_SIZE)
		run->size = run->left > LEAST_SIZE ? (size_t) run->left : LEAST_SIZE;
	else if (!run->limited && run->spec->whole)
	{
		run->most_parts = most_parts(run->spec);
		run->size = smaller(run->n / (2 * MOST_PARTS), MOST_SIZE / 2);
		if (run->size < FIRST_SIZE)
			run->size = FIRST_SIZE;
	}
}

rc_getrun *
rc_getrun_create(const rc_readspec *spec, const rc_range *ranges, size_t n,
				 uint64_t limit, rc_scanner_stats *stats)
{
	rc_getrun  *run = rc_client_alloc(spec->client, sizeof(rc_getrun));

	if (run == NULL)
		return NULL;
	run->client = spec->client;
	run->spec = spec;
	run->stats = stats;
	run->ranges = ranges;
	run->n = n;
	run->limited = limit > 0;
	run->left = limit;
	begin_sizes(run);
	rc_locate_init(&run->locate, run->client);
	return run;
}

void
rc_getrun_close(rc_getrun *run, bool cancelled)
{
	if (run == NULL)
		return;
	for (size_t i = 0; i < run->nparts; i++)
		part_close(run, run->parts[i], cancelled);
	rc_locate_reset(&run->locate);
	rc_region_unref(run->dense);
	rc_client_free(run->client, run);
}
