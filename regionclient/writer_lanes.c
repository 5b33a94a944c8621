/*
 * writer_lanes.c
 *		Where the actions of a writer wait: a lane for each region, a target for
 *		each server.
 *
 * Lanes are sorted by the starts of their regions and do not overlap.  A lane
 * lives as long as its region is thought to be where it was; then its actions
 * are located anew.  Targets live as long as the writer.
 */
#include "writer.h"

#include <string.h>

/* ----- targets ----- */

static write_target *
target_get(rc_writer *writer, const rc_server_name *server)
{
	write_target *target = writer->targets;

	while (target != NULL && (target->server.port != server->port ||
							  strcmp(target->server.host, server->host) != 0))
		target = target->next;
	if (target != NULL)
		return target;
	target = rc_client_alloc(writer->client, sizeof(write_target));
	if (target == NULL)
		return NULL;
	target->server = *server;
	target->ready_end = &target->ready;
	target->most_calls = writer->config.in_flight;
	target->next = writer->targets;
	writer->targets = target;
	return target;
}

/* ----- lanes ----- */

/* How many lanes start at the key or below it. */
static size_t
rank(const rc_writer *writer, rc_bytes key)
{
	size_t		low = 0;
	size_t		high = writer->nlanes;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (rc_bytes_compare(writer->lanes[middle]->region->start, key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
holds(const rc_region *region, rc_bytes key)
{
	return rc_bytes_compare(region->start, key) <= 0 &&
		(region->end.len == 0 || rc_bytes_compare(key, region->end) < 0);
}

/* The lane of the key's region; NULL when there is none. */
static write_lane *
lane_find(rc_writer *writer, rc_bytes key)
{
	size_t		n;

	if (writer->last_lane != NULL && holds(writer->last_lane->region, key))
		return writer->last_lane;
	n = rank(writer, key);
	if (n == 0 || !holds(writer->lanes[n - 1]->region, key))
		return NULL;
	writer->last_lane = writer->lanes[n - 1];
	return writer->last_lane;
}

static void
count_in(write_target *target, const write_action *action)
{
	target->n++;
	target->bytes += write_wire_bytes(action);
	target->atomic += write_is_atomic(action);
}

static void
lane_put(rc_writer *writer, write_lane *lane, write_action *action)
{
	write_target *target = lane->target;

	write_list_put(&lane->list, action);
	count_in(target, action);
	if (!lane->ready)
	{
		lane->ready = true;
		lane->next_ready = NULL;
		*target->ready_end = lane;
		target->ready_end = &lane->next_ready;
	}
	writer->due |= target->calls < target->most_calls && rc_write_is_full(writer, target);
}

write_action *
rc_write_lane_take(write_lane *lane)
{
	write_action *action = write_list_take(&lane->list);
	write_target *target = lane->target;

	if (action == NULL)
		return NULL;
	target->n--;
	target->bytes -= write_wire_bytes(action);
	target->atomic -= write_is_atomic(action);
	return action;
}

void
rc_write_lane_unready(write_lane *lane)
{
	write_target *target = lane->target;
	write_lane **at = &target->ready;

	if (!lane->ready)
		return;
	while (*at != lane)
		at = &(*at)->next_ready;
	*at = lane->next_ready;
	if (target->ready_end == &lane->next_ready)
		target->ready_end = at;
	lane->ready = false;
}

/* Takes out the i-th lane; what waited in it is located anew. */
static void
lane_remove(rc_writer *writer, size_t i)
{
	write_lane *lane = writer->lanes[i];
	write_action *action;

	while ((action = rc_write_lane_take(lane)) != NULL)
		write_list_put(&writer->unplaced, action);
	rc_write_lane_unready(lane);
	writer->nlanes--;
	memmove(writer->lanes + i, writer->lanes + i + 1, (writer->nlanes - i) * sizeof(write_lane *));
	if (writer->last_lane == lane)
		writer->last_lane = NULL;
	rc_region_unref(lane->region);
	rc_client_free(writer->client, lane);
}

static bool
same_place(const rc_region *a, const rc_region *b)
{
	return a == b || (rc_bytes_equal(a->name, b->name) && a->seqnum == b->seqnum &&
					  a->server.port == b->server.port && strcmp(a->server.host, b->server.host) == 0);
}

/* Lanes of regions that are no longer, as this one is in their place. */
static void
remove_overlapped(rc_writer *writer, const rc_region *region)
{
	size_t		i = rank(writer, region->start);

	/* the one before may reach into it */
	if (i > 0 && holds(writer->lanes[i - 1]->region, region->start))
		lane_remove(writer, --i);
	while (i < writer->nlanes &&
		   (region->end.len == 0 || rc_bytes_compare(writer->lanes[i]->region->start, region->end) < 0))
		lane_remove(writer, i);
}

static bool
reserve_lane(rc_writer *writer)
{
	rc_host    *host = &writer->client->host;
	size_t		cap = writer->lanes_cap < 16 ? 16 : writer->lanes_cap * 2;
	write_lane **more;

	if (writer->nlanes < writer->lanes_cap)
		return true;
	more = host->realloc(host->ctx, writer->lanes, cap * sizeof(write_lane *));
	if (more == NULL)
		return false;
	writer->lanes = more;
	writer->lanes_cap = cap;
	return true;
}

/* The lane of a region, made if need be; NULL: out of memory. */
static write_lane *
lane_get(rc_writer *writer, rc_region *region)
{
	size_t		i = rank(writer, region->start);
	write_lane *lane;

	if (i > 0 && same_place(writer->lanes[i - 1]->region, region))
		return writer->lanes[i - 1];
	remove_overlapped(writer, region);
	lane = rc_client_alloc(writer->client, sizeof(write_lane));
	if (lane != NULL)
		lane->target = target_get(writer, &region->server);
	if (lane == NULL || lane->target == NULL || !reserve_lane(writer))
	{
		rc_client_free(writer->client, lane);
		return NULL;
	}
	lane->region = rc_region_ref(region);
	i = rank(writer, region->start);
	memmove(writer->lanes + i + 1, writer->lanes + i, (writer->nlanes - i) * sizeof(write_lane *));
	writer->lanes[i] = lane;
	writer->nlanes++;
	return lane;
}

/* ----- placing ----- */

void
rc_write_place(rc_writer *writer, write_action *action)
{
	write_lane *lane = NULL;

	/* what has failed may have to look at the table first: rc_locate_step */
	if (action->retry == NULL)
	{
		lane = lane_find(writer, action->row);
		if (lane == NULL)
		{
			rc_region  *region = rc_regions_at(writer->client->regions, writer->table, action->row);

			lane = region != NULL ? lane_get(writer, region) : NULL;
		}
	}
	if (lane != NULL)
		lane_put(writer, lane, action);
	else
		write_list_put(&writer->unplaced, action);
}

/*
 * The server knows a nonce only as long as the region is open there: elsewhere
 * an Increment that may have been carried out would be carried out again.
 */
static bool
nonce_is_lost(const write_action *action, const write_lane *lane)
{
	return action->doubtful && !action->resend &&
		(action->sent_to != lane->target || action->sent_seqnum != lane->region->seqnum);
}

/* Does the failed look-up of one row's region say the same of all rows? */
static bool
concerns_all(rc_status status)
{
	return status != RC_BAD_REGION_INFO && status != RC_OPERATION_TIMEOUT && status != RC_NO_MEMORY;
}

static void
locate_failed(rc_writer *writer, const write_retry *retry, const rc_error *err)
{
	write_failures failures = {0};
	write_error *why = rc_write_error(writer, err, &failures);
	write_list	rest = writer->unplaced;
	write_action *action;
	bool		first = true;

	writer->unplaced = (write_list) {0};
	rc_locate_reset(&writer->locate);
	rc_retry_progress(&writer->retry);
	while ((action = write_list_take(&rest)) != NULL)
	{
		if (first || concerns_all(err->status) || (err->status != RC_NO_MEMORY && action->retry == retry))
			rc_write_give_up(writer, action, why);
		else
			write_list_put(&writer->unplaced, action);
		first = false;
	}
	rc_write_failures_end(writer, &failures);
}

/* The first of the unplaced ones has a region. */
static void
located(rc_writer *writer, rc_region *region)
{
	write_action *action = writer->unplaced.first;
	write_lane *lane = lane_get(writer, region);
	rc_error	err;

	rc_region_unref(region);
	if (lane == NULL)
	{
		rc_error_set(&err, RC_NO_MEMORY, "out of memory");
		locate_failed(writer, action->retry, &err);
		return;
	}
	if (action->retry == NULL)
		rc_retry_progress(&writer->retry);
	write_list_take(&writer->unplaced);
	if (nonce_is_lost(action, lane))
		rc_write_finish(writer, action, RC_UNKNOWN, action->why);
	else
		lane_put(writer, lane, action);
}

void
rc_write_locate(rc_writer *writer)
{
	while (writer->unplaced.first != NULL)
	{
		write_action *action = writer->unplaced.first;
		rc_region  *region;
		rc_error	err;
		rc_status	status;

		status = rc_locate_step(&writer->locate, writer->table, action->row, RC_LOCATE_AT,
								rc_write_retry_of(writer, action), &region, &err);
		if (status == RC_AGAIN)
			return;
		if (status == RC_OK)
			located(writer, region);
		else
			locate_failed(writer, action->retry, &err);
	}
}

/* ----- what answers say of regions ----- */

/* The place of the lane of a region; nlanes when there is none. */
static size_t
lane_index(const rc_writer *writer, rc_bytes name)
{
	size_t		i = 0;

	while (i < writer->nlanes && !rc_bytes_equal(writer->lanes[i]->region->name, name))
		i++;
	return i;
}

void
rc_write_lane_doubt(rc_writer *writer, const rc_region *region)
{
	size_t		i = lane_index(writer, region->name);
	rc_region  *known;

	if (i == writer->nlanes)
		return;
	known = rc_regions_at(writer->client->regions, writer->table, region->start);
	if (known == NULL || !same_place(known, writer->lanes[i]->region))
		lane_remove(writer, i);
}

void
rc_write_lane_rest(rc_writer *writer, rc_bytes region, int64_t wake)
{
	size_t		i = lane_index(writer, region);

	if (i < writer->nlanes && writer->lanes[i]->wake < wake)
		writer->lanes[i]->wake = wake;
}

/* ----- the end ----- */

write_action *
rc_write_lanes_drain(rc_writer *writer)
{
	for (write_target *target = writer->targets; target != NULL; target = target->next)
		while (target->ready != NULL)
		{
			write_action *action = rc_write_lane_take(target->ready);

			if (action != NULL)
				return action;
			rc_write_lane_unready(target->ready);
		}
	return NULL;
}

void
rc_write_lanes_free(rc_writer *writer)
{
	for (size_t i = 0; i < writer->nlanes; i++)
	{
		rc_region_unref(writer->lanes[i]->region);
		rc_client_free(writer->client, writer->lanes[i]);
	}
	rc_client_free(writer->client, writer->lanes);
	while (writer->targets != NULL)
	{
		write_target *target = writer->targets;

		writer->targets = target->next;
		rc_client_free(writer->client, target);
	}
}
