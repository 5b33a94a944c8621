/*
 * regions.h
 *		Where the regions of tables are: a region, and the cache of them.
 *
 * A region's name and bounds never change; when it moves, another rc_region
 * takes its place.  Regions are counted by reference: operations hold on to
 * the one they use while the cache may have dropped it.
 */
#ifndef RC_REGIONS_H
#define RC_REGIONS_H

#include "core.h"

typedef struct rc_region
{
	rc_client  *client;
	int			refs;
	bool		meta;			/* hbase:meta itself */
	rc_bytes	table;
	rc_bytes	name;			/* as the server wants it */
	rc_bytes	start;			/* inclusive; empty: the first region */
	rc_bytes	end;			/* exclusive; empty: the last region */
	rc_server_name server;
	uint64_t	seqnum;			/* seqnumDuringOpen: the newer location has the greater */
} rc_region;

/* A region with copies of all; one reference, the caller's.  NULL: out of memory. */
extern rc_region *rc_region_create(rc_client *client, const rc_region *from);
extern rc_region *rc_region_ref(rc_region *region);
extern void rc_region_unref(rc_region *region); /* NULL is fine */

typedef struct rc_regions rc_regions;

/* The most regions that are known at a time, some 30 MB; then all are forgotten. */
#define RC_REGIONS_MAX	65536

extern rc_regions *rc_regions_create(rc_client *client);
extern void rc_regions_destroy(rc_regions *regions);	/* NULL is fine */

/*
 * Look-ups; NULL when the cache does not know, else a view (no reference).
 *	- at: the region that holds the key.
 *	- before: the region with the greatest start below the key, that is the one
 *	  that holds the keys just before it; an empty key means past the end.
 */
extern rc_region *rc_regions_at(rc_regions *regions, rc_bytes table, rc_bytes key);
extern rc_region *rc_regions_before(rc_regions *regions, rc_bytes table, rc_bytes key);

/* Takes in a region, dropping what it overlaps; false: out of memory. */
extern bool rc_regions_insert(rc_regions *regions, rc_region *region);

/*
 * This region did not serve: drops it, unless the cache has another one in its
 * place already.
 */
extern void rc_regions_evict(rc_regions *regions, const rc_region *region);

/* The region moved to "host:port"; evicted when that does not parse. */
extern void rc_regions_move(rc_regions *regions, const rc_region *region, const char *target);

#endif							/* RC_REGIONS_H */
