/*
 * scanner.c
 *		rc_scanner: hands the ranges of a read to Gets and scans.
 *
 * Lists of keys, and of many ranges, go to get.c, other ranges to overlap.c;
 * both are state machines, driven here by the one loop that waits.
 *
 * A public call begins an operation: its clock starts when something has to be
 * sent or waited for.  A call that was interrupted is continued by the next
 * one, with the same clock.
 */
#include "client.h"
#include "get.h"
#include "overlap.h"
#include "registry.h"
#include "readspec.h"
#include "retry.h"

struct rc_scanner
{
	rc_child	child;			/* first member: the client closes it by this */
	rc_client  *client;
	rc_readspec spec;
	size_t		at;				/* ranges begun, in the order of the read */
	bool		has_more;		/* `more` came from more_ranges and is not begun */
	bool		no_more;		/* more_ranges has no other */
	rc_range	more;
	rc_range	point;			/* of gets, when it came from more_ranges */
	rc_overlap *scans;			/* the part in progress: one of the two, or none */
	rc_getrun  *gets;
	rc_retry	retry;
	bool		interrupted;	/* the last call was, or had nothing to hand out yet */
	int64_t		wake;			/* ... and is to be made again by then */
	uint64_t	arrivals;		/* of the client, then */
	bool		failed;			/* only closing is left */
	bool		cancelled;
	rc_scanner_stats stats;
};

static void
part_close(rc_scanner *scanner)
{
	rc_overlap_close(scanner->scans, scanner->cancelled);
	rc_getrun_close(scanner->gets, scanner->cancelled);
	scanner->scans = NULL;
	scanner->gets = NULL;
}

static void
scanner_free(rc_child *child)
{
	rc_scanner *scanner = (rc_scanner *) child;

	part_close(scanner);
	rc_client_disown(&scanner->child);
	rc_readspec_free(&scanner->spec);
	rc_client_free(scanner->client, scanner);
}

rc_status
rc_scanner_open(rc_client *client, const rc_read *read,
				rc_scanner **scanner, rc_error *err)
{
	rc_scanner *new = rc_client_alloc(client, sizeof(rc_scanner));
	rc_status	status;

	*scanner = NULL;
	if (new == NULL)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	status = rc_readspec_init(&new->spec, client, read, err);
	if (status != RC_OK)
	{
		rc_client_free(client, new);
		return status;
	}
	new->client = client;
	rc_retry_init(&new->retry, client);
	new->child.close = scanner_free;
	rc_client_adopt(client, &new->child);
	*scanner = new;
	return RC_OK;
}

/* The next range to begin with, or NULL. */
static const rc_range *
next_range(rc_scanner *scanner)
{
	const rc_readspec *spec = &scanner->spec;

	if (scanner->at < spec->nranges)
		return &spec->ranges[spec->reversed ? spec->nranges - 1 - scanner->at : scanner->at];
	while (!scanner->has_more && !scanner->no_more)
	{
		scanner->no_more = spec->more_ranges == NULL ||
			!spec->more_ranges(spec->more_ctx, &scanner->more);
		scanner->has_more = !scanner->no_more && rc_range_prepare(&scanner->more);
	}
	return scanner->has_more ? &scanner->more : NULL;
}

static void
begun(rc_scanner *scanner)
{
	if (scanner->at < scanner->spec.nranges)
		scanner->at++;
	else
		scanner->has_more = false;
}

/* How many ranges from the next one on are for get.c. */
static size_t
listed(const rc_scanner *scanner, const rc_range *next)
{
	if (scanner->has_more)
		return rc_range_is_point(next) ? 1 : 0;
	return rc_getrun_reach(&scanner->spec, scanner->at);
}

/* Ranges for overlap.c, up to the next list. */
static bool
feed(void *ctx, rc_range *range)
{
	rc_scanner *scanner = ctx;
	const rc_range *next = next_range(scanner);

	if (next == NULL || listed(scanner, next) > 0)
		return false;
	*range = *next;
	begun(scanner);
	return true;
}

/* Begins with a list of n ranges, of which `first` is the first in the order of the read. */
static rc_getrun *
begin_list(rc_scanner *scanner, const rc_range *first, size_t n, uint64_t left)
{
	const rc_readspec *spec = &scanner->spec;

	if (scanner->has_more)
	{
		scanner->point = *first;
		first = &scanner->point;
		scanner->has_more = false;
	}
	else
		scanner->at += n;
	return rc_getrun_create(spec, spec->reversed ? first - (n - 1) : first, n, left, &scanner->stats);
}

/* Begins with the next range, or the next run of them; none of both at the end. */
static rc_status
part_begin(rc_scanner *scanner, rc_error *err)
{
	const rc_readspec *spec = &scanner->spec;
	uint64_t	left = spec->limit > 0 ? spec->limit - scanner->stats.rows : 0;
	const rc_range *next = next_range(scanner);
	size_t		n;

	if (next == NULL)
		return RC_OK;
	n = listed(scanner, next);
	if (n > 0)
		scanner->gets = begin_list(scanner, next, n, left);
	else
		scanner->scans = rc_overlap_create(spec, feed, scanner, left, &scanner->stats);
	if (scanner->gets == NULL && scanner->scans == NULL)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	return RC_OK;
}

static bool
has_all(const rc_scanner *scanner)
{
	return scanner->spec.limit > 0 && scanner->stats.rows >= scanner->spec.limit;
}

static rc_status
scanner_step(rc_scanner *scanner, bool fresh, const rc_row **row, rc_error *err)
{
	for (;;)
	{
		rc_status	status = RC_OK;

		*row = NULL;
		if (scanner->scans == NULL && scanner->gets == NULL)
		{
			if (!has_all(scanner))
				status = part_begin(scanner, err);
			if (status != RC_OK || (scanner->scans == NULL && scanner->gets == NULL))
				return status;
		}
		if (scanner->scans != NULL)
			status = rc_overlap_step(scanner->scans, fresh, row, err);
		else
			status = rc_getrun_step(scanner->gets, &scanner->retry, row, err);
		if (status != RC_OK || *row != NULL)
			return status;
		part_close(scanner);
	}
}

/* Before a public call: its clock starts, unless it continues one. */
static rc_status
begin_call(rc_scanner *scanner, bool *fresh, const rc_row **row, rc_error *err)
{
	*row = NULL;
	if (scanner->failed)
		return rc_error_set(err, RC_INVALID, "the scanner has failed before");
	*fresh = !scanner->interrupted;
	if (*fresh)
		rc_retry_restart(&scanner->retry);
	scanner->interrupted = false;
	return RC_OK;
}

static rc_status
end_call(rc_scanner *scanner, rc_status status)
{
	scanner->interrupted = status == RC_INTERRUPTED || status == RC_AGAIN;
	scanner->failed = status != RC_OK && !scanner->interrupted;
	return status;
}

rc_status
rc_scanner_next(rc_scanner *scanner, const rc_row **row, rc_error *err)
{
	bool		fresh = true;
	rc_status	status = begin_call(scanner, &fresh, row, err);

	if (status != RC_OK)
		return status;
	while ((status = scanner_step(scanner, fresh, row, err)) == RC_AGAIN)
	{
		fresh = false;
		status = rc_client_wait(scanner->client, err);
		if (status != RC_OK)
			break;
	}
	return end_call(scanner, status);
}

rc_status
rc_scanner_poll(rc_scanner *scanner, const rc_row **row, rc_error *err)
{
	bool		fresh = true;
	rc_status	status = begin_call(scanner, &fresh, row, err);

	if (status != RC_OK)
		return status;
	status = scanner_step(scanner, fresh, row, err);
	if (status == RC_AGAIN)
	{
		rc_client_wanted(scanner->client);
		rc_client_pump(scanner->client);
		status = scanner_step(scanner, false, row, err);
	}
	if (status == RC_AGAIN)
	{
		scanner->wake = rc_client_wanted(scanner->client);
		scanner->arrivals = scanner->client->arrivals;
	}
	return end_call(scanner, status);
}

rc_status
rc_scanner_watch(rc_scanner *scanner, int *fd, rc_error *err)
{
	bool		arrived = scanner->arrivals != scanner->client->arrivals;

	*fd = scanner->client->epoll_fd;
	return rc_client_arm(scanner->client, arrived ? 0 : scanner->wake, err);
}

void
rc_scanner_get_stats(const rc_scanner *scanner, rc_scanner_stats *stats)
{
	*stats = scanner->stats;
}

void
rc_scanner_close(rc_scanner *scanner, bool cancelled)
{
	if (scanner == NULL)
		return;
	if (cancelled)
		rc_registry_stop(scanner->client->registry);
	scanner->cancelled = cancelled;
	scanner_free(&scanner->child);
}
