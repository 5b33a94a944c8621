/*
 * regionload.h
 *		What region servers say of the load of their regions.  Pure.
 */
#ifndef RC_REGIONLOAD_H
#define RC_REGIONLOAD_H

#include "bytes.h"

/* RegionLoad, as far as sizes go; all in whole MB. */
typedef struct rc_region_load
{
	rc_bytes	name;			/* of the region, a view into the answer */
	uint64_t	stored_mb;		/* in files, uncompressed */
	uint64_t	memory_mb;		/* not yet in files */
} rc_region_load;

/*
 * The next region of a GetRegionLoadResponse, which `r` was begun with; false
 * at the end, or when it is malformed (r->failed).
 */
extern bool rc_region_load_next(rc_reader *r, rc_region_load *load);

#endif							/* RC_REGIONLOAD_H */
