/*
 * regionwalk.h
 *		What a walk over the regions of a table shows the library besides.
 */
#ifndef RC_REGIONWALK_H
#define RC_REGIONWALK_H

#include "regions.h"

/* The region given out last; the walk's, until the next one. */
extern rc_region *rc_regionwalk_region(const rc_regionwalk *walk);

#endif							/* RC_REGIONWALK_H */
