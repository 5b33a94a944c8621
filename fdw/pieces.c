/*
 * pieces.c
 *		The ranges of a scan, cut into pieces that several processes can share.
 *
 * First at the boundaries of regions, so that the servers work side by side.
 * When that gives too few, also in between, at keys that are guessed from those
 * at both ends: boundaries of regions are keys of the table's, and where a piece
 * begins or ends otherwise the first or the last row is asked for.  A wrong
 * guess costs balance, never rows: the pieces are the ranges, whatever happens to
 * regions and rows.
 */
#include "scan.h"

#include "miscadmin.h"

/* Ends of pieces that are asked for at most. */
#define MOST_PROBES		4

typedef struct Piece
{
	HtableRange range;
	bool		lower_typical;	/* like keys of the table */
	bool		upper_typical;
} Piece;

typedef struct Cutter
{
	HtableConnection *connection;
	const HtableMapping *mapping;
	Piece	   *pieces;
	int			npieces;
	int			max_pieces;
	int			probes;			/* made */
	rc_bytes	key_filter;		/* of probes */

	/* to be closed */
	rc_regionwalk *walk;
	rc_scanner *scanner;
} Cutter;

static rc_bytes
copy_bytes(rc_bytes bytes)
{
	uint8_t    *copy = palloc(Max(bytes.len, 1));

	memcpy(copy, bytes.data, bytes.len);
	return (rc_bytes) {copy, bytes.len};
}

static void
add_piece(Cutter *cutter, const Piece *piece)
{
	if (cutter->npieces == cutter->max_pieces)
	{
		cutter->max_pieces = Max(cutter->max_pieces * 2, 64);
		cutter->pieces = cutter->pieces == NULL ?
			palloc(sizeof(Piece) * cutter->max_pieces) :
			repalloc_huge(cutter->pieces, sizeof(Piece) * (Size) cutter->max_pieces);
	}
	cutter->pieces[cutter->npieces++] = *piece;
}

/* The two pieces on both sides of a key, which is the second's. */
static void
cut_off(Cutter *cutter, Piece *piece, rc_bytes key, bool typical)
{
	Piece		first = *piece;

	first.range.upper = key;
	first.range.has_upper = true;
	first.range.upper_inclusive = false;
	first.upper_typical = typical;
	add_piece(cutter, &first);
	piece->range.lower = key;
	piece->range.lower_inclusive = true;
	piece->lower_typical = typical;
}

static void
raise_error(const Cutter *cutter, const rc_error *err)
{
	htable_host_raise(err, htable_session_server_name(cutter->connection),
					  cutter->mapping->table_name);
}

static rc_bytes
table_of(const Cutter *cutter)
{
	const char *name = cutter->mapping->table_name;

	return (rc_bytes) {(const uint8_t *) name, strlen(name)};
}

/* ---- at regions ---- */

static const rc_bytes *
next_region(Cutter *cutter)
{
	const rc_bytes *start;
	rc_status	status;
	rc_error	err;

	while ((status = rc_regionwalk_next(cutter->walk, &start, &err)) == RC_INTERRUPTED)
		CHECK_FOR_INTERRUPTS();
	if (status != RC_OK)
		raise_error(cutter, &err);
	return start;
}

static void
cut_at_regions(Cutter *cutter, const HtableRange *range)
{
	Piece		rest = {*range};
	const rc_bytes *start;
	rc_error	err;

	if (htable_range_is_point(range))
	{
		add_piece(cutter, &rest);
		return;
	}
	if (rc_regionwalk_seek(cutter->walk, range->lower, &err) != RC_OK)
		raise_error(cutter, &err);
	while ((start = next_region(cutter)) != NULL)
	{
		int			cmp = range->has_upper ? htable_bytes_compare(*start, range->upper) : -1;

		if (htable_bytes_compare(*start, rest.range.lower) <= 0)
		{
			rest.lower_typical = start->len > 0 &&
				htable_bytes_compare(*start, rest.range.lower) == 0;
			continue;
		}
		rest.upper_typical = cmp == 0;
		if (cmp >= 0)
			break;
		cut_off(cutter, &rest, copy_bytes(*start), true);
	}
	add_piece(cutter, &rest);
}

/* ---- between keys ---- */

/* The key of the first or last row in a range, *found false: it has none. */
static rc_bytes
probe(Cutter *cutter, const HtableRange *range, bool last, bool *found)
{
	const HtableMapping *mapping = cutter->mapping;
	rc_column  *columns = palloc(sizeof(rc_column) * Max(mapping->nfamilies, 1));
	HtableRangeSet set = {1, (HtableRange *) range};
	rc_read		read = {0};
	const rc_row *row = NULL;
	rc_bytes	key = {NULL, 0};
	rc_status	status;
	rc_error	err;

	for (int i = 0; i < mapping->nfamilies; i++)
		columns[i] = (rc_column) {mapping->families[i], {NULL, 0}, true};
	cutter->probes++;
	read.table = table_of(cutter);
	read.columns = columns;
	read.ncolumns = mapping->nfamilies;
	read.filter = cutter->key_filter;
	read.time_to = PG_INT64_MAX;
	read.max_versions = 1;
	read.ranges = htable_fetch_ranges(&set);
	read.nranges = 1;
	read.reversed = last;
	read.limit = 1;
	status = rc_scanner_open(htable_session_client(cutter->connection), &read, &cutter->scanner, &err);
	while (status == RC_OK &&
		   (status = rc_scanner_next(cutter->scanner, &row, &err)) == RC_INTERRUPTED)
	{
		CHECK_FOR_INTERRUPTS();
		status = RC_OK;
	}
	/* a family that the table has not is for the scan to report */
	if (status != RC_OK && status != RC_FAMILY_MISSING)
		raise_error(cutter, &err);
	*found = status == RC_OK && row != NULL;
	if (*found)
		key = copy_bytes(row->key);
	rc_scanner_close(cutter->scanner, false);
	cutter->scanner = NULL;
	return key;
}

/* Keys like those at the ends of the piece; false: nothing is known of them. */
static bool
typical_ends(Cutter *cutter, const Piece *piece, rc_bytes *lower, rc_bytes *upper)
{
	bool		found = true;

	*lower = piece->range.lower;
	*upper = piece->range.upper;
	if (!piece->lower_typical && cutter->probes < MOST_PROBES)
		*lower = probe(cutter, &piece->range, false, &found);
	if (found && !piece->upper_typical && cutter->probes < MOST_PROBES)
		*upper = probe(cutter, &piece->range, true, &found);
	else if (!piece->range.has_upper)
		found = false;
	return found;
}

static void
cut_between(Cutter *cutter, Piece *piece, int n)
{
	rc_bytes	lower;
	rc_bytes	upper;
	rc_bytes   *cuts = palloc(sizeof(rc_bytes) * n);
	int			ncuts;

	if (!htable_range_is_point(&piece->range) && typical_ends(cutter, piece, &lower, &upper))
	{
		ncuts = htable_keycut(lower, upper, n, cuts);
		for (int i = 0; i < ncuts; i++)
			cut_off(cutter, piece, cuts[i], false);
	}
	add_piece(cutter, piece);
}

/* Cuts pieces further until there are about as many as are wanted. */
static void
cut_more(Cutter *cutter, int wanted)
{
	Piece	   *pieces = cutter->pieces;
	int			npieces = cutter->npieces;
	int			cuttable = 0;

	for (int i = 0; i < npieces; i++)
		cuttable += !htable_range_is_point(&pieces[i].range);
	if (npieces >= wanted || cuttable == 0)
		return;
	cutter->pieces = NULL;
	cutter->npieces = cutter->max_pieces = 0;
	cutter->key_filter = htable_fetch_key_filter(cutter->connection);
	for (int i = 0; i < npieces; i++)
		cut_between(cutter, &pieces[i], (wanted + cuttable - 1) / cuttable);
}

/* ---- for all ---- */

/*
 * The same keys in the same order, in about `wanted` pieces or more.  Asks the
 * servers.  All is in the current memory context.
 */
HtableRangeSet *
htable_pieces_make(HtableConnection *connection, const HtableMapping *mapping,
				   const HtableRangeSet *ranges, int wanted)
{
	Cutter	   *cutter = palloc0(sizeof(Cutter));
	HtableRangeSet *set = palloc(sizeof(HtableRangeSet));

	cutter->connection = connection;
	cutter->mapping = mapping;
	htable_session_set_deadline(connection);
	PG_TRY();
	{
		rc_error	err;

		if (rc_regionwalk_open(htable_session_client(connection), table_of(cutter),
							   &cutter->walk, &err) != RC_OK)
			raise_error(cutter, &err);
		for (int i = 0; i < ranges->nranges; i++)
			cut_at_regions(cutter, &ranges->ranges[i]);
		cut_more(cutter, wanted);
	}
	PG_FINALLY();
	{
		rc_regionwalk_close(cutter->walk);
		rc_scanner_close(cutter->scanner, true);
	}
	PG_END_TRY();

	set->nranges = cutter->npieces;
	set->ranges = palloc_extended(sizeof(HtableRange) * Max((Size) cutter->npieces, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < cutter->npieces; i++)
		set->ranges[i] = cutter->pieces[i].range;
	return set;
}
