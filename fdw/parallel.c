/*
 * parallel.c
 *		One scan by several processes, each reading pieces of its ranges.
 *
 * The leader alone decides what is read: it evaluates the conditions on the key,
 * cuts the ranges into pieces (pieces.c), and lists these in memory of the query
 * that all processes share.  Each claims the next piece when it needs one, in the
 * order of the scan, so what a process reads is in that order too, and Gather
 * Merge can put it together.  Rows found by time are found in pieces likewise.
 *
 * The shared memory is gone when the Gather above has shut down, which may be
 * before the scan's end: everything of it is left in ShutdownForeignScan.
 */
#include "scan.h"

#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/spin.h"
#include "utils/dsa.h"

/* Pieces for each process: the last ones to end are small parts of the work. */
#define PIECES_PER_PROCESS	4

/* A piece; its keys lie behind all pieces, at these offsets. */
typedef struct SharedPiece
{
	uint32		lower_len;
	uint32		upper_len;
	Size		lower;
	Size		upper;
	bool		lower_inclusive;
	bool		has_upper;
	bool		upper_inclusive;
} SharedPiece;

/* What the processes of a scan share. */
struct HtableShared
{
	int			processes;		/* planned, the leader included */

	/* of this (re)scan, by the leader before any process runs */
	dsa_pointer pieces;			/* array of SharedPiece; none: InvalidDsaPointer */
	uint32		npieces;
	int			nranges;		/* that the pieces were cut from */
	bool		found_by_time;
	bool		has_cluster;
	rc_cluster	cluster;

	pg_atomic_uint32 claimed;	/* pieces so far */

	/* of processes that have ended */
	slock_t		mutex;
	bool		collected;		/* the leader has taken the sums and will not look again */
	rc_scanner_stats stats;		/* of workers */
	int64		bad_values;
	int64		bad_keys;
};

/* How a process claims pieces. */
struct HtableClaims
{
	HtableShared *shared;
	const SharedPiece *pieces;
	SharedPiece *own_list;		/* the same, where nothing can be shared; else NULL */
	bool		reversed;
	uint32	   *mine;			/* pieces claimed by this process */
	uint32		nmine;
	uint32		given;			/* of these, to the scanner that reads now */
};

/* ---- claims ---- */

static bool
claim(HtableClaims *claims)
{
	HtableShared *shared = claims->shared;
	uint32		next;

	/* the counter does not run on without end */
	if (pg_atomic_read_u32(&shared->claimed) >= shared->npieces)
		return false;
	next = pg_atomic_fetch_add_u32(&shared->claimed, 1);
	if (next >= shared->npieces)
		return false;
	claims->mine[claims->nmine++] = claims->reversed ? shared->npieces - 1 - next : next;
	return true;
}

static rc_bytes
key_at(const HtableClaims *claims, Size offset, uint32 len)
{
	return (rc_bytes) {(const uint8_t *) claims->pieces + offset, len};
}

/* rc_read.more_ranges: raises nothing. */
static bool
next_piece(void *ctx, rc_range *range)
{
	HtableClaims *claims = ctx;
	const SharedPiece *piece;

	if (claims->given == claims->nmine && !claim(claims))
		return false;
	piece = &claims->pieces[claims->mine[claims->given++]];
	range->start = key_at(claims, piece->lower, piece->lower_len);
	range->start_inclusive = piece->lower_inclusive;
	range->stop = key_at(claims, piece->upper, piece->upper_len);
	range->stop_inclusive = piece->has_upper && piece->upper_inclusive;
	return true;
}

void
htable_parallel_fill(HtableScan *scan, rc_read *read)
{
	read->ranges = NULL;
	read->nranges = 0;
	read->more_ranges = next_piece;
	read->more_ctx = scan->claims;
	/* what a process has in flight others cannot claim */
	read->scan_concurrency = Max(read->scan_concurrency / scan->shared->processes, 1);
	scan->nranges = scan->shared->nranges;
}

/* Another scanner reads again what this process has claimed. */
void
htable_parallel_restart(HtableClaims *claims)
{
	claims->given = 0;
}

bool
htable_parallel_found_by_time(const HtableScan *scan)
{
	return scan->shared->found_by_time;
}

static void
free_claims(HtableScan *scan)
{
	if (scan->claims != NULL)
	{
		if (scan->claims->own_list != NULL)
			pfree(scan->claims->own_list);
		pfree(scan->claims->mine);
		pfree(scan->claims);
	}
	scan->claims = NULL;
}

static void
make_claims(ForeignScanState *node, const SharedPiece *pieces)
{
	HtableScan *scan = node->fdw_state;
	MemoryContext context = node->ss.ps.state->es_query_cxt;
	HtableClaims *claims = MemoryContextAllocZero(context, sizeof(HtableClaims));

	free_claims(scan);
	claims->shared = scan->shared;
	claims->pieces = pieces;
	claims->reversed = boolVal(htable_scan_private(scan, HTABLE_PRIVATE_REVERSED));
	claims->mine = MemoryContextAllocHuge(context,
										  sizeof(uint32) * Max((Size) scan->shared->npieces, 1));
	scan->claims = claims;
}

/* ---- the list ---- */

static Size
size_of_list(const HtableRangeSet *set)
{
	Size		size = mul_size(sizeof(SharedPiece), set->nranges);

	for (int i = 0; i < set->nranges; i++)
		size = add_size(size, set->ranges[i].lower.len + set->ranges[i].upper.len);
	return size;
}

static Size
put_key(SharedPiece *list, Size at, rc_bytes key)
{
	if (key.len > 0)
		memcpy((char *) list + at, key.data, key.len);
	return at + key.len;
}

static void
write_list(SharedPiece *list, const HtableRangeSet *set)
{
	Size		at = sizeof(SharedPiece) * set->nranges;

	for (int i = 0; i < set->nranges; i++)
	{
		const HtableRange *range = &set->ranges[i];
		rc_bytes	upper = {NULL, 0};

		if (range->has_upper)
			upper = range->upper;
		list[i].lower_inclusive = range->lower_inclusive;
		list[i].has_upper = range->has_upper;
		list[i].upper_inclusive = range->upper_inclusive;
		list[i].lower_len = range->lower.len;
		list[i].lower = at;
		at = put_key(list, at, range->lower);
		list[i].upper_len = upper.len;
		list[i].upper = at;
		at = put_key(list, at, upper);
	}
}

/* Lists the pieces where all processes see them; without workers there may be no such place. */
static void
share_list(ForeignScanState *node, const HtableRangeSet *set)
{
	HtableScan *scan = node->fdw_state;
	dsa_area   *area = node->ss.ps.state->es_query_dsa;
	Size		size = size_of_list(set);
	SharedPiece *list = NULL;

	scan->shared->npieces = set->nranges;
	if (set->nranges > 0 && area != NULL)
	{
		scan->shared->pieces = dsa_allocate_extended(area, size, DSA_ALLOC_HUGE);
		list = dsa_get_address(area, scan->shared->pieces);
	}
	else if (set->nranges > 0)
		list = MemoryContextAllocHuge(node->ss.ps.state->es_query_cxt, size);
	if (list != NULL)
		write_list(list, set);
	make_claims(node, list);
	if (!DsaPointerIsValid(scan->shared->pieces))
		scan->claims->own_list = list;
}

/* What the leader decides for this (re)scan. */
static void
begin_scan(ForeignScanState *node)
{
	HtableScan *scan = node->fdw_state;
	HtableShared *shared = scan->shared;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "htable_fdw pieces",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	HtableRangeSet *set = htable_scan_decide(node, &shared->found_by_time);

	shared->nranges = set->nranges;
	if (set->nranges > 0)
		set = htable_pieces_make(scan->fetch.connection, scan->mapping, set,
								 shared->processes * PIECES_PER_PROCESS);
	share_list(node, set);
	shared->has_cluster = htable_host_get_cluster(htable_session_host(scan->fetch.connection),
												  &shared->cluster);
	pg_atomic_write_u32(&shared->claimed, 0);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* ---- sums ---- */

void
htable_parallel_count_bad(HtableScan *scan)
{
	HtableShared *shared = scan->shared;
	bool		counted;

	SpinLockAcquire(&shared->mutex);
	counted = !shared->collected;
	if (counted)
	{
		shared->bad_values += scan->bad_values;
		shared->bad_keys += scan->bad_keys;
	}
	SpinLockRelease(&shared->mutex);
	/* else nobody would tell */
	if (!counted)
		return;
	scan->bad_values = 0;
	scan->bad_keys = 0;
}

/* The leader takes, and reports, the bad cells and keys that were counted; `last`: and the rest. */
static void
collect(HtableScan *scan, bool last)
{
	HtableShared *shared = scan->shared;

	SpinLockAcquire(&shared->mutex);
	scan->bad_values += shared->bad_values;
	scan->bad_keys += shared->bad_keys;
	shared->bad_values = 0;
	shared->bad_keys = 0;
	if (last)
	{
		htable_stats_add(&scan->others, &shared->stats);
		shared->collected = true;
	}
	SpinLockRelease(&shared->mutex);
	htable_scan_report_bad(scan);
}

static void
give_sums(HtableScan *scan)
{
	rc_scanner_stats stats;

	htable_fetch_get_stats(&scan->fetch, &stats);
	SpinLockAcquire(&scan->shared->mutex);
	htable_stats_add(&scan->shared->stats, &stats);
	SpinLockRelease(&scan->shared->mutex);
	htable_parallel_count_bad(scan);
}

/* ---- callbacks ---- */

bool
htableIsForeignScanParallelSafe(PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte)
{
	return htable_enable_parallel;
}

Size
htableEstimateDSMForeignScan(ForeignScanState *node, ParallelContext *pcxt)
{
	return sizeof(HtableShared);
}

void
htableInitializeDSMForeignScan(ForeignScanState *node, ParallelContext *pcxt, void *coordinate)
{
	HtableScan *scan = node->fdw_state;
	HtableShared *shared = coordinate;

	memset(shared, 0, sizeof(HtableShared));
	shared->processes = pcxt->nworkers + 1;
	shared->pieces = InvalidDsaPointer;
	pg_atomic_init_u32(&shared->claimed, 0);
	SpinLockInit(&shared->mutex);
	scan->shared = shared;
	begin_scan(node);
}

void
htableReInitializeDSMForeignScan(ForeignScanState *node, ParallelContext *pcxt, void *coordinate)
{
	HtableScan *scan = node->fdw_state;

	collect(scan, false);
	if (DsaPointerIsValid(scan->shared->pieces))
		dsa_free(node->ss.ps.state->es_query_dsa, scan->shared->pieces);
	scan->shared->pieces = InvalidDsaPointer;
	begin_scan(node);
}

void
htableInitializeWorkerForeignScan(ForeignScanState *node, shm_toc *toc, void *coordinate)
{
	HtableScan *scan = node->fdw_state;
	const SharedPiece *list = NULL;

	scan->shared = coordinate;
	if (DsaPointerIsValid(scan->shared->pieces))
		list = dsa_get_address(node->ss.ps.state->es_query_dsa, scan->shared->pieces);
	make_claims(node, list);
	if (scan->shared->has_cluster)
		htable_host_set_cluster(htable_session_host(scan->fetch.connection), &scan->shared->cluster);
}

/* No more rows are wanted before a rescan, which shares anew. */
void
htableShutdownForeignScan(ForeignScanState *node)
{
	HtableScan *scan = node->fdw_state;

	if (scan->shared == NULL)
		return;
	htable_fetch_close(&scan->fetch, false);
	scan->row = NULL;
	scan->begun = true;
	scan->nranges = scan->shared->nranges;
	if (IsParallelWorker())
		give_sums(scan);
	else
	{
		htable_parallel_count_bad(scan);
		collect(scan, true);
	}
	scan->shared = NULL;
	free_claims(scan);
}
