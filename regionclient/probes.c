/*
 * probes.c
 *		rc_probes: the first rows of many ranges, several ranges at a time.
 *
 * A ring of scans, each of one range: a scan is begun as soon as there is room,
 * and stepped until its first row is there; rows are handed out from the oldest.
 * A range is one call where its rows are in one region, so many calls are on
 * their way while the rows of one are looked at.
 */
#include <string.h>

#include "client.h"
#include "overlap.h"
#include "readspec.h"
#include "registry.h"

#define MAX_IN_FLIGHT	64

typedef struct probe
{
	rc_overlap *scan;
	const rc_range *range;		/* NULL once the scan has it */
	bool		fresh;			/* its clock begins anew */
	const rc_row *row;			/* the first, until it is handed out */
	bool		ready;			/* ... or there is none */
} probe;

struct rc_probes
{
	rc_child	child;			/* first member: the client closes it by this */
	rc_client  *client;
	rc_readspec spec;
	int			room;			/* probes at a time */
	size_t		at;				/* probes handed out whole; at % room is the oldest's place */
	size_t		begun;
	probe		ring[MAX_IN_FLIGHT];
	bool		interrupted;	/* the last call was */
	bool		failed;			/* only closing is left */
	bool		cancelled;
	rc_scanner_stats stats;
};

static probe *
probe_at(rc_probes *probes, size_t i)
{
	return &probes->ring[i % (size_t) probes->room];
}

/* The place in the ranges of the i-th in the order of the read. */
static size_t
range_of(const rc_probes *probes, size_t i)
{
	return probes->spec.reversed ? probes->spec.nranges - 1 - i : i;
}

static void
probes_free(rc_child *child)
{
	rc_probes  *probes = (rc_probes *) child;

	for (size_t i = probes->at; i < probes->begun; i++)
		rc_overlap_close(probe_at(probes, i)->scan, probes->cancelled);
	rc_client_disown(&probes->child);
	rc_readspec_free(&probes->spec);
	rc_client_free(probes->client, probes);
}

rc_status
rc_probes_open(rc_client *client, const rc_read *read, int in_flight, rc_probes **probes,
			   rc_error *err)
{
	rc_probes  *new = rc_client_alloc(client, sizeof(rc_probes));
	rc_status	status;

	*probes = NULL;
	if (new == NULL)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	status = rc_readspec_init(&new->spec, client, read, err);
	if (status != RC_OK)
	{
		rc_client_free(client, new);
		return status;
	}
	new->client = client;
	new->room = in_flight < 1 ? 1 : in_flight > MAX_IN_FLIGHT ? MAX_IN_FLIGHT : in_flight;
	new->child.close = probes_free;
	rc_client_adopt(client, &new->child);
	*probes = new;
	return RC_OK;
}

static bool
feed(void *ctx, rc_range *range)
{
	probe	   *one = ctx;

	if (one->range == NULL)
		return false;
	*range = *one->range;
	one->range = NULL;
	return true;
}

static rc_status
begin(rc_probes *probes, size_t i, rc_error *err)
{
	const rc_readspec *spec = &probes->spec;
	probe	   *new = probe_at(probes, i);

	memset(new, 0, sizeof(*new));
	new->range = &spec->ranges[range_of(probes, i)];
	new->fresh = true;
	new->scan = rc_overlap_create(spec, feed, new, spec->limit, &probes->stats);
	return new->scan != NULL ? RC_OK : rc_error_set(err, RC_NO_MEMORY, "out of memory");
}

/* Begins what there is room for, and moves all on.  RC_AGAIN: the oldest is not ready. */
static rc_status
step_all(rc_probes *probes, rc_error *err)
{
	while (probes->begun < probes->spec.nranges && probes->begun - probes->at < (size_t) probes->room)
	{
		rc_status	status = begin(probes, probes->begun, err);

		if (status != RC_OK)
			return status;
		probes->begun++;
	}
	for (size_t i = probes->at; i < probes->begun; i++)
	{
		probe	   *one = probe_at(probes, i);
		rc_status	status;

		if (one->ready)
			continue;
		status = rc_overlap_step(one->scan, one->fresh, &one->row, err);
		one->fresh = false;
		if (status != RC_OK && status != RC_AGAIN)
			return status;
		one->ready = status == RC_OK;
	}
	return probe_at(probes, probes->at)->ready ? RC_OK : RC_AGAIN;
}

/* Every clock starts anew: the host may have taken long to come back for rows. */
static void
restart_all(rc_probes *probes)
{
	for (size_t i = probes->at; i < probes->begun; i++)
		probe_at(probes, i)->fresh = true;
}

/*
 * All are moved on until nothing moves any more: a scan may let bytes in while
 * it is stepped, which are an answer to one that was stepped before.
 */
static rc_status
settle(rc_probes *probes, rc_error *err)
{
	uint64_t	arrivals;
	rc_status	status;

	do
	{
		arrivals = probes->client->arrivals;
		status = step_all(probes, err);
	} while (status == RC_AGAIN && arrivals != probes->client->arrivals);
	return status;
}

static rc_status
wait_for_oldest(rc_probes *probes, rc_error *err)
{
	rc_status	status;

	while ((status = settle(probes, err)) == RC_AGAIN)
	{
		status = rc_client_wait(probes->client, err);
		if (status != RC_OK)
			break;
	}
	return status;
}

/* What the oldest has next, waiting for it if need be; *row = NULL: no more. */
static rc_status
next_of_oldest(rc_probes *probes, const rc_row **row, rc_error *err)
{
	probe	   *oldest = probe_at(probes, probes->at);
	rc_status	status = RC_OK;

	if (probes->begun == probes->at || !oldest->ready)
		status = wait_for_oldest(probes, err);
	if (status != RC_OK)
		return status;
	*row = oldest->row;
	oldest->row = NULL;
	oldest->ready = *row == NULL;
	return RC_OK;
}

rc_status
rc_probes_next(rc_probes *probes, size_t *range, const rc_row **row, rc_error *err)
{
	rc_status	status = RC_OK;

	*row = NULL;
	if (probes->failed)
		return rc_error_set(err, RC_INVALID, "the reads have failed before");
	if (!probes->interrupted)
		restart_all(probes);
	probes->interrupted = false;
	while (probes->at < probes->spec.nranges)
	{
		status = next_of_oldest(probes, row, err);
		if (status != RC_OK || *row != NULL)
			break;
		rc_overlap_close(probe_at(probes, probes->at)->scan, false);
		probes->at++;
	}
	*range = range_of(probes, probes->at);
	probes->interrupted = status == RC_INTERRUPTED;
	probes->failed = status != RC_OK && status != RC_INTERRUPTED;
	return status;
}

void
rc_probes_get_stats(const rc_probes *probes, rc_scanner_stats *stats)
{
	*stats = probes->stats;
}

void
rc_probes_close(rc_probes *probes, bool cancelled)
{
	if (probes == NULL)
		return;
	if (cancelled)
		rc_registry_stop(probes->client->registry);
	probes->cancelled = cancelled;
	probes_free(&probes->child);
}
