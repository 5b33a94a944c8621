/*
 * async.c
 *		Scans below an asynchronous Append, which lets them wait together.
 *
 * A request for a row runs the scan with fetches that do not wait.  When there
 * is nothing yet the request is pending, and Append waits for the descriptors of
 * all pending scans.  Scans of one server share a descriptor of the client's,
 * which a wait event set takes once only, so each scan has a duplicate, kept until
 * the scan ends.
 *
 * An Append waits only when no scan has a row.  As long as one has, the others are
 * looked after now and then, so that their servers work too.
 *
 * Of an Append with many partitions only some scans run at a time, since each
 * holds answers in memory; the next one begins when one has ended.
 */
#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "executor/execAsync.h"
#include "miscadmin.h"
#include "storage/fd.h"

/* Scans of one Append that run at a time. */
#define MOST_SCANS	8

/* Rows of some scans after which the others are looked at. */
#define ROWS_IN_A_ROW	64

bool
htableIsForeignPathAsyncCapable(ForeignPath *path)
{
	HtableRelInfo *info = path->path.parent->fdw_private;

	return info->mapping->async_capable;
}

static HtableScan *
scan_of(const AsyncRequest *areq)
{
	return castNode(ForeignScanState, areq->requestee)->fdw_state;
}

/* The next scan of ours below the same Append, NULL: there are no more.  *i is -1 at first. */
static HtableScan *
next_scan(const AsyncRequest *areq, int *i)
{
	AppendState *append = castNode(AppendState, areq->requestor);

	while ((*i = bms_next_member(append->as_asyncplans, *i)) >= 0)
	{
		AsyncRequest *other = append->as_asyncrequests[*i];

		if (castNode(ForeignScanState, other->requestee)->fdwroutine->ForeignAsyncRequest ==
			htableForeignAsyncRequest)
			return scan_of(other);
	}
	return NULL;
}

/* May another scan of the same Append begin? */
static bool
may_begin(const AsyncRequest *areq)
{
	HtableScan *scan;
	int			running = 0;
	int			i = -1;

	while ((scan = next_scan(areq, &i)) != NULL)
		running += scan->fetch.open;
	return running < MOST_SCANS;
}

static void
look_after_others(const AsyncRequest *areq)
{
	static int	rows;
	HtableScan *scan;
	int			i = -1;

	if (++rows % ROWS_IN_A_ROW != 0)
		return;
	while ((scan = next_scan(areq, &i)) != NULL)
		htable_fetch_peek(&scan->fetch);
}

/* The next row, which quals and projection have been applied to, the end, or nothing yet. */
static void
produce(AsyncRequest *areq)
{
	HtableScan *scan = scan_of(areq);
	TupleTableSlot *slot;

	scan->fetch.no_wait = true;
	slot = areq->requestee->ExecProcNodeReal(areq->requestee);
	scan->fetch.no_wait = false;
	if (TupIsNull(slot) && scan->fetch.awaited != NULL)
		ExecAsyncRequestPending(areq);
	else
		ExecAsyncRequestDone(areq, slot);
}

void
htableForeignAsyncRequest(AsyncRequest *areq)
{
	if (!scan_of(areq)->begun && !may_begin(areq))
		ExecAsyncRequestPending(areq);
	else
		produce(areq);
	look_after_others(areq);
}

/* The descriptor that Append is to wait for. */
static int
watch(HtableScan *scan)
{
	int			fd;
	rc_error	err;

	if (rc_scanner_watch(scan->fetch.awaited, &fd, &err) != RC_OK)
		htable_host_raise(&err, htable_session_server_name(scan->fetch.connection),
						  scan->mapping->table_name);
	if (scan->async_fd >= 0)
		return scan->async_fd;
	if (!AcquireExternalFD())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
				 errmsg("out of file descriptors for foreign table \"%s\"", scan->mapping->relname)));
	scan->async_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (scan->async_fd < 0)
	{
		int			error = errno;

		ReleaseExternalFD();
		errno = error;
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
				 errmsg("could not duplicate a file descriptor for foreign table \"%s\": %m",
						scan->mapping->relname)));
	}
	return scan->async_fd;
}

/* Raises nothing. */
void
htable_async_end(HtableScan *scan)
{
	if (scan->async_fd < 0)
		return;
	close(scan->async_fd);
	ReleaseExternalFD();
	scan->async_fd = -1;
}

/* Begins a scan that had to wait for its turn; false: it has a row, or none, and need not wait. */
static bool
begin_late(AsyncRequest *areq)
{
	Instrumentation *instrument = areq->requestee->instrument;

	areq->callback_pending = false;
	produce(areq);
	if (areq->callback_pending)
		return true;
	ExecAsyncResponse(areq);
	/* our caller counts no rows */
	if (instrument != NULL)
		InstrUpdateTupleCount(instrument, TupIsNull(areq->result) ? 0.0 : 1.0);
	return false;
}

void
htableForeignAsyncConfigureWait(AsyncRequest *areq)
{
	HtableScan *scan = scan_of(areq);
	AppendState *append = castNode(AppendState, areq->requestor);

	if (!scan->begun && (!may_begin(areq) || !begin_late(areq)))
		return;
	/* what was peeked at has arrived since, so the descriptor is readable at once */
	AddWaitEventToSet(append->as_eventset, WL_SOCKET_READABLE, watch(scan), NULL, areq);
}

void
htableForeignAsyncNotify(AsyncRequest *areq)
{
	produce(areq);
}
