/*
 * regionwalk.c
 *		The regions of a table, one after the other.
 *
 * Regions are found as scans find them, through the cache, which learns many at
 * a time from hbase:meta.  Each begins where the one before ended, so a table
 * that is split or merged meanwhile is still walked without a gap.
 */
#include "regionwalk.h"

#include <string.h>

#include "client.h"
#include "locate.h"
#include "registry.h"

struct rc_regionwalk
{
	rc_child	child;			/* first member: the client may be closed first */
	rc_client  *client;
	rc_buf		table;
	rc_buf		cursor;			/* where the next region begins */
	bool		ended;
	bool		sought;			/* the cursor may be inside a region */
	bool		interrupted;	/* the last call was */
	rc_retry	retry;
	rc_locate	locate;
	rc_region  *region;			/* given out last */
};

static void
walk_free(rc_child *child)
{
	rc_regionwalk *walk = (rc_regionwalk *) child;

	rc_locate_reset(&walk->locate);
	rc_region_unref(walk->region);
	rc_buf_free(&walk->table);
	rc_buf_free(&walk->cursor);
	rc_client_disown(&walk->child);
	rc_client_free(walk->client, walk);
}

rc_status
rc_regionwalk_open(rc_client *client, rc_bytes table, rc_regionwalk **walk, rc_error *err)
{
	rc_regionwalk *new = rc_client_alloc(client, sizeof(rc_regionwalk));

	*walk = NULL;
	if (new == NULL)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	new->client = client;
	rc_buf_init(&new->table, &client->host);
	rc_buf_init(&new->cursor, &client->host);
	rc_retry_init(&new->retry, client);
	rc_locate_init(&new->locate, client);
	new->child.close = walk_free;
	rc_client_adopt(client, &new->child);
	rc_buf_put(&new->table, table.data, table.len);
	if (new->table.failed)
	{
		walk_free(&new->child);
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	}
	*walk = new;
	return RC_OK;
}

/* Finds the region at the cursor. */
static rc_status
find(rc_regionwalk *walk, rc_region **region, rc_error *err)
{
	rc_bytes	table = rc_bytes_of(walk->table.data, walk->table.len);
	rc_bytes	cursor = rc_bytes_of(walk->cursor.data, walk->cursor.len);
	rc_status	status;

	if (!walk->interrupted)
		rc_retry_restart(&walk->retry);
	while ((status = rc_locate_step(&walk->locate, table, cursor,
									walk->sought ? RC_LOCATE_AT : RC_LOCATE_RUN, &walk->retry,
									region, err)) == RC_AGAIN)
	{
		status = rc_client_wait(walk->client, err);
		if (status != RC_OK)
			break;
	}
	walk->interrupted = status == RC_INTERRUPTED;
	return status;
}

rc_status
rc_regionwalk_next(rc_regionwalk *walk, const rc_bytes **start, rc_error *err)
{
	rc_region  *region;
	rc_status	status;

	*start = NULL;
	if (walk->ended)
		return RC_OK;
	status = find(walk, &region, err);
	if (status != RC_OK)
		return status;
	rc_retry_progress(&walk->retry);
	rc_region_unref(walk->region);
	walk->region = region;
	walk->ended = region->end.len == 0;
	walk->sought = false;
	rc_buf_reset(&walk->cursor);
	rc_buf_put(&walk->cursor, region->end.data, region->end.len);
	if (walk->cursor.failed)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	*start = &region->start;
	return RC_OK;
}

rc_status
rc_regionwalk_seek(rc_regionwalk *walk, rc_bytes key, rc_error *err)
{
	rc_locate_reset(&walk->locate);
	walk->ended = false;
	walk->sought = key.len > 0;
	walk->interrupted = false;
	rc_buf_reset(&walk->cursor);
	rc_buf_put(&walk->cursor, key.data, key.len);
	if (walk->cursor.failed)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	return RC_OK;
}

rc_region *
rc_regionwalk_region(const rc_regionwalk *walk)
{
	return walk->region;
}

void
rc_regionwalk_close(rc_regionwalk *walk)
{
	if (walk == NULL)
		return;
	if (walk->interrupted)
		rc_registry_stop(walk->client->registry);
	walk_free(&walk->child);
}
