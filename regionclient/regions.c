/*
 * regions.c
 *		Where the regions of tables are: a region, and the cache of them.
 *
 * Per table one array of regions in the order of their start keys, not of
 * their names: names hold commas and ids.  The regions of an array never
 * overlap; between two there may be a gap of regions not known.
 * Upstream: AsyncNonMetaRegionLocator's TableCache.
 */
#include "regions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct table_cache
{
	struct table_cache *next;
	rc_bytes	name;
	rc_region **regions;
	size_t		n;
	size_t		cap;
} table_cache;

struct rc_regions
{
	rc_client  *client;
	table_cache *tables;
	size_t		n;				/* of all tables */
};

/* ----- regions ----- */

static rc_bytes
put_bytes(uint8_t **at, rc_bytes in)
{
	rc_bytes	out = rc_bytes_of(*at, in.len);

	if (in.len > 0)
		memcpy(*at, in.data, in.len);
	*at += in.len;
	return out;
}

rc_region *
rc_region_create(rc_client *client, const rc_region *from)
{
	size_t		len = from->table.len + from->name.len + from->start.len + from->end.len;
	rc_region  *region = rc_client_alloc(client, sizeof(rc_region) + len);
	uint8_t    *at;

	if (region == NULL)
		return NULL;
	*region = *from;
	region->client = client;
	region->refs = 1;
	at = (uint8_t *) (region + 1);
	region->table = put_bytes(&at, from->table);
	region->name = put_bytes(&at, from->name);
	region->start = put_bytes(&at, from->start);
	region->end = put_bytes(&at, from->end);
	return region;
}

rc_region *
rc_region_ref(rc_region *region)
{
	region->refs++;
	return region;
}

void
rc_region_unref(rc_region *region)
{
	if (region != NULL && --region->refs == 0)
		rc_client_free(region->client, region);
}

/* ----- the cache ----- */

rc_regions *
rc_regions_create(rc_client *client)
{
	rc_regions *regions = rc_client_alloc(client, sizeof(rc_regions));

	if (regions != NULL)
		regions->client = client;
	return regions;
}

/* Knows nothing any more. */
static void
forget_all(rc_regions *regions)
{
	while (regions->tables != NULL)
	{
		table_cache *t = regions->tables;

		regions->tables = t->next;
		for (size_t i = 0; i < t->n; i++)
			rc_region_unref(t->regions[i]);
		rc_client_free(regions->client, t->regions);
		rc_client_free(regions->client, t);
	}
	regions->n = 0;
}

void
rc_regions_destroy(rc_regions *regions)
{
	if (regions == NULL)
		return;
	forget_all(regions);
	rc_client_free(regions->client, regions);
}

static table_cache *
table_find(rc_regions *regions, rc_bytes table)
{
	table_cache *t = regions->tables;

	while (t != NULL && !rc_bytes_equal(t->name, table))
		t = t->next;
	return t;
}

static table_cache *
table_get(rc_regions *regions, rc_bytes table)
{
	table_cache *t = table_find(regions, table);
	uint8_t    *at;

	if (t != NULL)
		return t;
	t = rc_client_alloc(regions->client, sizeof(table_cache) + table.len);
	if (t == NULL)
		return NULL;
	at = (uint8_t *) (t + 1);
	t->name = put_bytes(&at, table);
	t->next = regions->tables;
	regions->tables = t;
	return t;
}

/* How many regions start at or before the key (before it, when `below`). */
static size_t
rank(const table_cache *t, rc_bytes key, bool below)
{
	size_t		low = 0;
	size_t		high = t->n;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;
		int			cmp = rc_bytes_compare(t->regions[middle]->start, key);

		if (cmp < 0 || (cmp == 0 && !below))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

rc_region *
rc_regions_at(rc_regions *regions, rc_bytes table, rc_bytes key)
{
	table_cache *t = table_find(regions, table);
	size_t		n = t != NULL ? rank(t, key, false) : 0;
	rc_region  *region = n > 0 ? t->regions[n - 1] : NULL;

	if (region == NULL || (region->end.len > 0 && rc_bytes_compare(key, region->end) >= 0))
		return NULL;
	return region;
}

rc_region *
rc_regions_before(rc_regions *regions, rc_bytes table, rc_bytes key)
{
	table_cache *t = table_find(regions, table);
	size_t		n = 0;
	rc_region  *region;

	if (t != NULL)
		n = key.len > 0 ? rank(t, key, true) : t->n;
	region = n > 0 ? t->regions[n - 1] : NULL;
	if (region == NULL || region->end.len == 0)
		return region;
	return key.len > 0 && rc_bytes_compare(key, region->end) <= 0 ? region : NULL;
}

static void
remove_at(rc_regions *regions, table_cache *t, size_t i)
{
	regions->n--;
	rc_region_unref(t->regions[i]);
	t->n--;
	memmove(t->regions + i, t->regions + i + 1, (t->n - i) * sizeof(rc_region *));
}

/* Does a region that starts at or after `start` begin before `end`? */
static bool
starts_before(const rc_region *region, rc_bytes end)
{
	return end.len == 0 || rc_bytes_compare(region->start, end) < 0;
}

static void
remove_overlapped(rc_regions *regions, table_cache *t, const rc_region *region)
{
	size_t		i = rank(t, region->start, true);

	if (i > 0 && (t->regions[i - 1]->end.len == 0 ||
				  rc_bytes_compare(t->regions[i - 1]->end, region->start) > 0))
		remove_at(regions, t, --i);
	while (i < t->n && starts_before(t->regions[i], region->end))
		remove_at(regions, t, i);
}

bool
rc_regions_insert(rc_regions *regions, rc_region *region)
{
	table_cache *t;
	size_t		i;

	/* what is asked for again is looked up again: a server may tell of regions without end */
	if (regions->n >= RC_REGIONS_MAX)
		forget_all(regions);
	t = table_get(regions, region->table);
	if (t == NULL)
		return false;
	i = rank(t, region->start, true);
	/* of two locations of a region the newer one stays */
	if (i < t->n && rc_bytes_equal(t->regions[i]->name, region->name) &&
		t->regions[i]->seqnum > region->seqnum)
		return true;
	remove_overlapped(regions, t, region);
	if (t->n == t->cap)
	{
		size_t		cap = t->cap < 16 ? 16 : t->cap * 2;
		rc_host    *host = &regions->client->host;
		rc_region **more = host->realloc(host->ctx, t->regions, cap * sizeof(rc_region *));

		if (more == NULL)
			return false;
		t->regions = more;
		t->cap = cap;
	}
	i = rank(t, region->start, true);
	memmove(t->regions + i + 1, t->regions + i, (t->n - i) * sizeof(rc_region *));
	t->regions[i] = rc_region_ref(region);
	t->n++;
	regions->n++;
	return true;
}

void
rc_regions_evict(rc_regions *regions, const rc_region *region)
{
	table_cache *t = table_find(regions, region->table);
	size_t		i = t != NULL ? rank(t, region->start, true) : 0;

	if (t == NULL || i >= t->n || !rc_bytes_equal(t->regions[i]->name, region->name))
		return;
	/* another operation may have learned better already */
	if (t->regions[i]->seqnum > region->seqnum ||
		t->regions[i]->server.port != region->server.port ||
		strcmp(t->regions[i]->server.host, region->server.host) != 0)
		return;
	remove_at(regions, t, i);
}

/* Splits "host:port" at the last colon. */
static bool
parse_server(const char *text, rc_server_name *server)
{
	const char *colon = strrchr(text, ':');
	long		port = colon != NULL ? strtol(colon + 1, NULL, 10) : 0;
	size_t		len = colon != NULL ? (size_t) (colon - text) : 0;

	if (len == 0 || len >= sizeof(server->host) || port < 1 || port > UINT16_MAX)
		return false;
	memcpy(server->host, text, len);
	server->host[len] = '\0';
	server->port = (uint16_t) port;
	return true;
}

void
rc_regions_move(rc_regions *regions, const rc_region *region, const char *target)
{
	rc_region	moved = *region;
	rc_region  *copy;

	if (!parse_server(target, &moved.server))
	{
		rc_regions_evict(regions, region);
		return;
	}
	copy = rc_region_create(regions->client, &moved);
	/* without memory the next look-up finds it */
	if (copy == NULL || !rc_regions_insert(regions, copy))
		rc_regions_evict(regions, region);
	rc_region_unref(copy);
}
