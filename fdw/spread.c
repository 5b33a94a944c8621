/*
 * spread.c
 *		Where ANALYZE looks: places that have all rows of a table before them
 *		with about the same chance.
 *
 * HBase has no n-th row, so rows are found by keys that are guessed: between
 * two keys that are there, made of bytes that keys are made of.  How many rows
 * are between them is told by how close the rows are that were found.  Where
 * many seem to be, more places are looked at, and so on for some rounds: keys
 * that are crowded in a corner of what their bytes allow are found in one round
 * and looked at in the next.
 *
 * A random key is no way out of a corner that is a millionth of what keys could
 * be.  So in segments that seem to have more than their share the ends of what
 * begins like their rows are looked at too: behind user0000007 that is
 * user000001, user00001 and so on.
 *
 * The table is cut into spans (regions, or runs of them), and each span into
 * segments at the places that were looked at.
 */
#include "spread.h"

#include <math.h>

#include "common/pg_prng.h"

/* Spans; more regions than that are taken together. */
#define MAX_SPANS		256

/* Rows read at each place to see how close they are; fewer of large ones. */
#define CLUSTER_ROWS	8
#define LARGE_CLUSTER_ROWS	3
#define LARGE_ROW_BYTES	1024

/* Rows from which is told how large they are. */
#define FIRST_ROWS		4

/* Bytes of an answer besides its rows. */
#define ANSWER_BYTES	100

/* Rounds of looking, which share the places. */
#define ROUNDS			3

/* Segments are no shorter than this part of their span, however close their rows are. */
#define LEAST_LENGTH	1e-15

/* A random key is that many times as far from the next row as rows are from each other. */
#define CROWDED			3.0

/* ---- reading ---- */

static void
read_rows(HtableSpread *spread, rc_range *ranges, int n, int limit, bool reversed,
		  HtableProbeRow take)
{
	rc_read		read = *spread->read;
	rc_error	err;

	if (n == 0)
		return;
	read.ranges = ranges;
	read.nranges = n;
	read.limit = limit;
	read.reversed = reversed;
	if (htable_probe_rows(spread->connection, &read, take, spread, spread->stats, &err) != RC_OK)
		htable_host_raise(&err, htable_session_server_name(spread->connection),
						  spread->table_name);
}

static bool
take_size(void *arg, size_t range, const rc_row *row)
{
	HtableSpread *spread = arg;

	spread->sampled_rows++;
	spread->sampled_bytes += htable_probe_bytes(row);
	return true;
}

/* How large rows are, and so how many of them are read at a time. */
static void
read_some(HtableSpread *spread, const HtableMapping *mapping)
{
	HtableRegion all = {{(const uint8_t *) "", 0}, {(const uint8_t *) "", 0}};
	rc_range	range;

	if (htable_probe_range(mapping, &all, &range))
		read_rows(spread, &range, 1, FIRST_ROWS, false, take_size);
	spread->cluster = spread->sampled_bytes > LARGE_ROW_BYTES * spread->sampled_rows
		? LARGE_CLUSTER_ROWS : CLUSTER_ROWS;
}

/* ---- spans ---- */

static void
add_span(HtableSpread *spread, const HtableMapping *mapping, const HtableRegion *whole)
{
	HtableSpan *span = &spread->spans[spread->nspans];

	memset(span, 0, sizeof(*span));
	if (!htable_probe_range(mapping, whole, &span->range))
		return;
	span->bytes = Max(whole->bytes, 1);
	spread->nspans++;
}

/* What one look costs. */
static double
bytes_of_look(const HtableSpread *spread)
{
	return spread->cluster * spread->sampled_bytes / Max(spread->sampled_rows, 1) + ANSWER_BYTES;
}

/* Runs of regions, about as many in each. */
static void
make_spans(HtableSpread *spread, const HtableMapping *mapping, const HtableRegion *regions,
		   int nregions)
{
	/* the ends of all take a third of what may be read at most */
	double		most = spread->budget / 3 / bytes_of_look(spread);
	int			n = Min(nregions, (int) Max(Min(most, MAX_SPANS), 1));

	spread->spans = palloc(sizeof(HtableSpan) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		int			first = (int) ((int64) i * nregions / n);
		int			behind = (int) ((int64) (i + 1) * nregions / n);
		HtableRegion whole = regions[first];

		whole.end = regions[behind - 1].end;
		for (int j = first + 1; j < behind; j++)
			whole.bytes += regions[j].bytes;
		add_span(spread, mapping, &whole);
	}
}

/* ---- segments ---- */

static HtableKeySpan
keys_of(const HtableSpread *spread, const HtableSpan *span)
{
	return (HtableKeySpan) {span->first, span->last};
}

/* Where in its span a key is: 0 to 1. */
static double
place_of(HtableSpread *spread, const HtableSpan *span, HtableBytes key)
{
	return htable_keyspace_part(spread->space, keys_of(spread, span), key);
}

/* Where the rows of a segment end. */
static HtableBytes
end_of(const HtableSpread *spread, int i)
{
	const HtableSegment *segment = &spread->segments[i];

	if (i + 1 < spread->nsegments && spread->segments[i + 1].span == segment->span)
		return spread->segments[i + 1].lower;
	return spread->spans[segment->span].last;
}

/* How far the rows of a cluster are from each other, on average; 0: there is one row only. */
static double
distance_in(HtableSpread *spread, const HtableSegment *segment)
{
	const HtableSpan *span = &spread->spans[segment->span];
	double		length;

	if (segment->n < 2)
		return 0;
	length = place_of(spread, span, segment->last) - place_of(spread, span, segment->first);
	return Max(length, LEAST_LENGTH) / (segment->n - 1);
}

/* Rows of a segment, by how close its first ones are. */
static double
rows_in(HtableSpread *spread, int i)
{
	const HtableSegment *segment = &spread->segments[i];
	const HtableSpan *span = &spread->spans[segment->span];
	double		distance = distance_in(spread, segment);
	double		left;

	if (segment->n < spread->cluster || distance == 0)
		return segment->n;
	left = place_of(spread, span, end_of(spread, i)) - place_of(spread, span, segment->last);
	return segment->n + Max(left, 0) / distance;
}

/*
 * What segments count among each other.  By bytes: the segments of a span share
 * what it has of the table's bytes.
 */
static void
weigh(HtableSpread *spread, bool by_bytes)
{
	double	   *rows = palloc0(sizeof(double) * Max(spread->nspans, 1));

	spread->rows = 0;
	for (int i = 0; i < spread->nsegments; i++)
	{
		HtableSegment *segment = &spread->segments[i];

		segment->weight = rows_in(spread, i);
		rows[segment->span] += segment->weight;
		spread->rows += segment->weight;
	}
	spread->weight = 0;
	for (int i = 0; i < spread->nsegments; i++)
	{
		HtableSegment *segment = &spread->segments[i];

		if (by_bytes && rows[segment->span] > 0)
			segment->weight *= spread->spans[segment->span].bytes / rows[segment->span];
		spread->weight += segment->weight;
	}
	pfree(rows);
}

/* ---- segments, read ---- */

static bool
take_segment(void *arg, size_t range, const rc_row *row)
{
	HtableSpread *spread = arg;
	HtableSegment *segment = &spread->found[range];

	if (segment->n++ == 0)
		segment->first = htable_bytes_copy(row->key);
	segment->last = htable_bytes_copy(row->key);
	htable_keyspace_learn(spread->space, row->key);
	spread->sampled_rows++;
	spread->sampled_bytes += htable_probe_bytes(row);
	return true;
}

static bool
take_end(void *arg, size_t range, const rc_row *row)
{
	HtableSpread *spread = arg;

	spread->spans[range].last = htable_bytes_copy(row->key);
	htable_keyspace_learn(spread->space, row->key);
	return true;
}

/* The first rows of each span, and its last one. */
static void
read_ends(HtableSpread *spread)
{
	rc_range   *ranges = palloc(sizeof(rc_range) * Max(spread->nspans, 1));

	spread->found = palloc0(sizeof(HtableSegment) * Max(spread->nspans, 1));
	for (int i = 0; i < spread->nspans; i++)
	{
		ranges[i] = spread->spans[i].range;
		spread->found[i].span = i;
		spread->found[i].lower = spread->spans[i].range.start;
	}
	read_rows(spread, ranges, spread->nspans, spread->cluster, false, take_segment);
	read_rows(spread, ranges, spread->nspans, 1, true, take_end);
	spread->segments = palloc(sizeof(HtableSegment) * Max(spread->nspans, 1));
	for (int i = 0; i < spread->nspans; i++)
	{
		if (spread->found[i].n == 0 || spread->spans[i].last.data == NULL)
			continue;
		spread->spans[i].first = spread->found[i].first;
		spread->segments[spread->nsegments++] = spread->found[i];
	}
}

/* ---- places ---- */

static int
compare_places(const void *a, const void *b)
{
	return htable_bytes_compare(((const HtablePlace *) a)->key, ((const HtablePlace *) b)->key);
}

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y;
}

/* A random key of a segment; behind its cluster if `beyond`.  False: there is none. */
static bool
random_key(HtableSpread *spread, int i, bool beyond, HtableBytes *key)
{
	const HtableSegment *segment = &spread->segments[i];
	HtableBytes end = end_of(spread, i);
	HtableKeySpan keys = {beyond ? segment->last : segment->first, end};
	StringInfoData buf;

	if (beyond && segment->n < spread->cluster)
		return false;
	if (htable_bytes_compare(keys.lower, keys.upper) >= 0)
	{
		*key = keys.lower;
		return !beyond && segment->n > 0;
	}
	initStringInfo(&buf);
	htable_keyspace_key(spread->space, keys, pg_prng_double(&pg_global_prng_state), &buf);
	*key = (HtableBytes) {(uint8_t *) buf.data, buf.len};
	if (htable_bytes_compare(*key, keys.lower) <= 0)
		*key = keys.lower;
	return htable_bytes_compare(*key, keys.lower) > (beyond ? 0 : -1) &&
		htable_bytes_compare(*key, end) < 0;
}

static size_t
same_head(HtableBytes a, HtableBytes b)
{
	size_t		n = Min(a.len, b.len);
	size_t		i = 0;

	while (i < n && a.data[i] == b.data[i])
		i++;
	return i;
}

/* The first key behind those that begin as this one; false: it ends in FF. */
static bool
behind_head(HtableBytes key, size_t len, HtableBytes *behind)
{
	HtableBytes copy = htable_bytes_copy((HtableBytes) {key.data, len});

	if (copy.data[len - 1] == 0xFF)
		return false;
	((uint8_t *) copy.data)[len - 1]++;
	*behind = copy;
	return true;
}

/* Adds the ends of what begins like the rows of a segment; so many places there are then. */
static int
add_ladder(HtableSpread *spread, int i, HtablePlace *places, int n, int room)
{
	const HtableSegment *segment = &spread->segments[i];
	HtableBytes end = end_of(spread, i);
	size_t		len;

	if (segment->n < spread->cluster)
		return n;
	for (len = same_head(segment->last, end) + 1;
		 len <= same_head(segment->first, segment->last) && n < room; len++)
	{
		places[n].segment = i;
		if (behind_head(segment->last, len, &places[n].key) &&
			htable_bytes_compare(places[n].key, end) < 0)
			n++;
	}
	return n;
}

static int
compare_weights(const void *a, const void *b, void *arg)
{
	const HtableSegment *segments = arg;
	double		x = segments[*(const int *) a].weight;
	double		y = segments[*(const int *) b].weight;

	return x > y ? -1 : x < y;
}

/* Ladders of the segments that seem to have more than their share, the heaviest first. */
static int
add_ladders(HtableSpread *spread, HtablePlace *places, int n, int room)
{
	int		   *order = palloc(sizeof(int) * Max(spread->nsegments, 1));

	for (int i = 0; i < spread->nsegments; i++)
		order[i] = i;
	qsort_arg(order, spread->nsegments, sizeof(int), compare_weights, spread->segments);
	for (int i = 0; i < spread->nsegments && n < room &&
		 spread->segments[order[i]].weight * room > spread->weight; i++)
		n = add_ladder(spread, order[i], places, n, room);
	pfree(order);
	return n;
}

/*
 * So many places, in order and each once, random ones as likely as segments
 * weigh.  `beyond`: to look at what is behind clusters.
 */
static HtablePlace *
choose_places(HtableSpread *spread, int wanted, bool beyond, int *n)
{
	int			room = wanted + 2;
	HtablePlace *places = palloc(sizeof(HtablePlace) * room);
	double	   *draws = palloc(sizeof(double) * Max(wanted, 1));
	double		before = 0;
	int			at = 0;
	int			found = 0;

	/* both ends of the table are taken in any case: so statistics tell where keys end */
	if (!beyond && spread->nsegments > 0)
	{
		int			last = spread->nsegments - 1;

		places[found++] = (HtablePlace) {spread->segments[0].first, 0};
		places[found++] = (HtablePlace) {spread->spans[spread->segments[last].span].last, last};
	}
	if (beyond)
	{
		found = add_ladders(spread, places, 0, wanted / 2);
		wanted -= found;
	}
	for (int i = 0; i < wanted; i++)
		draws[i] = pg_prng_double(&pg_global_prng_state) * spread->weight;
	qsort(draws, wanted, sizeof(double), compare_doubles);
	for (int i = 0; i < spread->nsegments; i++)
	{
		before += spread->segments[i].weight;
		for (; at < wanted && draws[at] < before; at++)
		{
			places[found].segment = i;
			if (random_key(spread, i, beyond, &places[found].key))
				found++;
		}
	}
	qsort(places, found, sizeof(HtablePlace), compare_places);
	*n = 0;
	for (int i = 0; i < found; i++)
	{
		if (*n == 0 || compare_places(&places[*n - 1], &places[i]) != 0)
			places[(*n)++] = places[i];
	}
	pfree(draws);
	return places;
}

/* The range from a place to the next one of its span, or of the segment behind it. */
static rc_range
range_from(const HtableSpread *spread, const HtablePlace *places, int n, int i, bool cut)
{
	const HtableSegment *segment = &spread->segments[places[i].segment];
	const HtableSpan *span = &spread->spans[segment->span];
	int			next = places[i].segment + 1;
	rc_range	range = {.start = places[i].key,.start_inclusive = true};

	range.stop = span->range.stop;
	range.stop_inclusive = span->range.stop_inclusive;
	if (cut && next < spread->nsegments && spread->segments[next].span == segment->span)
	{
		range.stop = spread->segments[next].lower;
		range.stop_inclusive = false;
	}
	if (i + 1 < n && spread->segments[places[i + 1].segment].span == segment->span &&
		(range.stop.len == 0 || htable_bytes_compare(places[i + 1].key, range.stop) < 0))
	{
		range.stop = places[i + 1].key;
		range.stop_inclusive = false;
	}
	return range;
}

/* Takes new segments in between the others. */
static void
merge_segments(HtableSpread *spread, int n)
{
	HtableSegment *all = palloc(sizeof(HtableSegment) * Max(spread->nsegments + n, 1));
	int			a = 0;
	int			b = 0;

	while (a < spread->nsegments || b < n)
	{
		if (b == n || (a < spread->nsegments &&
					   htable_bytes_compare(spread->segments[a].lower, spread->found[b].lower) <= 0))
		{
			all[a + b] = spread->segments[a];
			a++;
		}
		else
		{
			all[a + b] = spread->found[b];
			b++;
		}
	}
	spread->segments = all;
	spread->nsegments = a + b;
}

/* Are rows crowded: is the next row farther from a random key than rows are from each other? */
static bool
are_crowded(HtableSpread *spread, int n)
{
	double		to_next = 0;
	double		between = 0;

	for (int i = 0; i < n; i++)
	{
		const HtableSegment *segment = &spread->found[i];
		const HtableSpan *span = &spread->spans[segment->span];

		if (segment->n < spread->cluster)
			continue;
		to_next += place_of(spread, span, segment->first) - place_of(spread, span, segment->lower);
		between += distance_in(spread, segment);
	}
	return to_next > CROWDED * between;
}

static void
look_around(HtableSpread *spread, int wanted)
{
	int			n;
	HtablePlace *places = choose_places(spread, wanted, true, &n);
	rc_range   *ranges = palloc(sizeof(rc_range) * Max(n, 1));

	spread->found = palloc0(sizeof(HtableSegment) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		ranges[i] = range_from(spread, places, n, i, true);
		spread->found[i].span = spread->segments[places[i].segment].span;
		spread->found[i].lower = places[i].key;
	}
	read_rows(spread, ranges, n, spread->cluster, false, take_segment);
	spread->crowded = are_crowded(spread, n);
	merge_segments(spread, n);
}

/* ---- for analyze.c ---- */

/*
 * Looks at some places, `most` at most.  Then spread->rows is how many rows there
 * seem to be, unless they are crowded.
 */
void
htable_spread_look(HtableSpread *spread, const HtableMapping *mapping,
				   const HtableRegion *regions, int nregions, int most)
{
	int			places;

	spread->space = palloc0(sizeof(HtableKeySpace));
	read_some(spread, mapping);
	make_spans(spread, mapping, regions, nregions);
	read_ends(spread);
	places = (int) Min(spread->budget * 2 / 3 / bytes_of_look(spread), most);
	for (int round = 0; round < ROUNDS; round++)
	{
		weigh(spread, true);
		look_around(spread, places / ROUNDS);
	}
	/* crowded rows say nothing about those that were not seen */
	weigh(spread, spread->crowded);
}

/* So many ranges, in order, at whose beginnings any row of the table is as likely as any other. */
rc_range *
htable_spread_ranges(HtableSpread *spread, int wanted, int *n)
{
	HtablePlace *places = choose_places(spread, wanted, false, n);
	rc_range   *ranges = palloc(sizeof(rc_range) * Max(*n, 1));

	for (int i = 0; i < *n; i++)
		ranges[i] = range_from(spread, places, *n, i, false);
	return ranges;
}
