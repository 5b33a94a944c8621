/*
 * multi_answer.h
 *		The answers to Get and Multi, taken apart without allocation.  Pure.
 */
#ifndef RC_MULTI_ANSWER_H
#define RC_MULTI_ANSWER_H

#include "bytes.h"

/* What happened to one action, or to all actions of a region. */
typedef struct rc_multi_item
{
	size_t		region;			/* number of the RegionAction it answers */
	bool		whole_region;	/* the region failed: index says nothing */
	uint64_t	index;			/* of the action, as it was given */
	bool		failed;			/* error says why */
	bool		has_result;		/* else: there is a result, with ... */
	uint64_t	ncells;			/* ... so many cells of the cell block */
	bool		in_message;		/* ... or with cells in `result`, see rc_result_cell_next */
	rc_bytes	result;			/* serialized */
	rc_error	error;
} rc_multi_item;

typedef struct rc_multi_answer
{
	rc_reader	regions;		/* RegionActionResults to come */
	rc_reader	results;		/* of the current one: ResultOrExceptions to come */
	size_t		nregions;		/* begun so far */
	bool		has_processed;	/* the current one says whether its condition held: */
	bool		processed;
	rc_multi_item item;
} rc_multi_answer;

extern void rc_multi_answer_begin(rc_multi_answer *answer, rc_bytes message);

/* The next item, in the order of the cell block; false at the end, or when malformed. */
extern bool rc_multi_answer_next(rc_multi_answer *answer);

/*
 * The same in two levels: goes to the next region, of which all is known but
 * its items; and to the next item of that.
 */
extern bool rc_multi_answer_next_region(rc_multi_answer *answer);
extern bool rc_multi_answer_next_in_region(rc_multi_answer *answer);

/* The cells of a result that has them in the message: the server's other way to put a Result. */
extern void rc_result_cells_begin(rc_reader *r, rc_bytes result);
extern bool rc_result_cell_next(rc_reader *r, rc_cell *cell);	/* false: the end, or r->failed */

/* How loaded a region is, each from 0 to 100. */
typedef struct rc_region_pressure
{
	uint32_t	memstore;
	uint32_t	heap;
	uint32_t	compaction;
} rc_region_pressure;

/* What the answer tells of that, where the server has hbase.client.backpressure.enabled. */
typedef struct rc_multi_loads
{
	rc_reader	regions;
	rc_reader	loads;
} rc_multi_loads;

extern void rc_multi_loads_begin(rc_multi_loads *loads, rc_bytes message);
extern bool rc_multi_loads_next(rc_multi_loads *loads, rc_bytes *region, rc_region_pressure *pressure);

/* After the end: was the message well-formed? */
extern bool rc_multi_answer_good(const rc_multi_answer *answer);

/* GetResponse: how many cells its result has; false when it is malformed or has none. */
extern bool rc_get_answer_parse(rc_bytes message, uint64_t *ncells);

#endif							/* RC_MULTI_ANSWER_H */
