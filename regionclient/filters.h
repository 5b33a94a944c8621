/*
 * filters.h
 *		Filters that the library adds to a read by itself.
 */
#ifndef RC_FILTERS_H
#define RC_FILTERS_H

#include "bytes.h"
#include "wire.pb-c.h"

/*
 * Keeps the rows of n bounded ranges, ascending and disjoint, and of those only
 * what `also` keeps, unless that is NULL.  *filter lives as long as *body,
 * which must be empty.  False: out of memory.
 */
extern bool rc_filter_of_ranges(const rc_range *ranges, size_t n, const Htable__Wire__Filter *also,
								rc_buf *body, Htable__Wire__Filter *filter);

#endif							/* RC_FILTERS_H */
