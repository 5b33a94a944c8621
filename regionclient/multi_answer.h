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
	rc_error	error;
} rc_multi_item;

typedef struct rc_multi_answer
{
	rc_reader	regions;		/* RegionActionResults to come */
	rc_reader	results;		/* of the current one: ResultOrExceptions to come */
	size_t		nregions;		/* begun so far */
	rc_multi_item item;
} rc_multi_answer;

extern void rc_multi_answer_begin(rc_multi_answer *answer, rc_bytes message);

/* The next item, in the order of the cell block; false at the end, or when malformed. */
extern bool rc_multi_answer_next(rc_multi_answer *answer);

/* After the end: was the message well-formed? */
extern bool rc_multi_answer_good(const rc_multi_answer *answer);

/* GetResponse: how many cells its result has; false when it is malformed or has none. */
extern bool rc_get_answer_parse(rc_bytes message, uint64_t *ncells);

#endif							/* RC_MULTI_ANSWER_H */
