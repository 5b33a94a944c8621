/*
 * scanrows.h
 *		The answers of a region scan that have come, and the rows in them.  No I/O.
 *
 * Answers wait here until their rows are asked for, so that the server can be
 * at work on later ones.  What a row must fulfil is checked as it is given out.
 */
#ifndef RC_SCANROWS_H
#define RC_SCANROWS_H

#include "link.h"
#include "readspec.h"
#include "regions.h"
#include "rowreader.h"

/* One answer. */
typedef struct rc_scanrows_item
{
	struct rc_scanrows_item *next;
	rc_call    *call;
	rc_region  *region;			/* which it is of */
	rc_scan_answer answer;		/* its message */
	bool		ends;			/* the scanner has no more after it */
} rc_scanrows_item;

typedef struct rc_scanrows
{
	const rc_readspec *spec;
	const rc_range *range;		/* rows must lie in it */
	rc_scanner_stats *stats;	/* rows and cells are counted there */
	rc_scanrows_item *items;	/* the first is being read once `begun` */
	rc_scanrows_item **items_end;
	uint32_t   *spare;			/* memory for the counts of another answer, or NULL */
	size_t		spare_cap;		/* 0 when there is none */
	bool		begun;
	bool		fresh;			/* none of its rows has been given out */
	size_t		waiting_bytes;	/* of answers not begun */
	uint64_t	waiting_rows;	/* whole rows not given out yet */
	bool		tail_partial;	/* the last answer may have ended within a row */
	rc_rowreader reader;
	bool		has_last;
	rc_bytes	last;			/* key of the last row given out */
	rc_buf		last_copy;
} rc_scanrows;

/* spec, range and stats must live as long as this. */
extern void rc_scanrows_init(rc_scanrows *rows, const rc_readspec *spec,
							 const rc_range *range, rc_scanner_stats *stats);
extern void rc_scanrows_free(rc_scanrows *rows);

/*
 * Takes over a call that was answered, and the counts of its message `parsed`,
 * which gets the memory of earlier ones.  False: out of memory, the call stays
 * the caller's.
 */
extern bool rc_scanrows_push(rc_scanrows *rows, rc_call *call, rc_region *region,
							 rc_scan_answer *parsed, bool ends);

/*
 * The next row, valid until the next call here; NULL: the answer at hand has
 * no more (rc_scanrows_turn), or there is none.
 */
extern rc_status rc_scanrows_next(rc_scanrows *rows, const rc_row **row, rc_error *err);

/*
 * Goes on to the next answer, freeing the one that was read.  RC_AGAIN: none
 * is here; RC_NO_MEMORY.
 */
extern rc_status rc_scanrows_turn(rc_scanrows *rows, rc_error *err);

/* The beginning of a row that will be read again as a whole is forgotten. */
extern void rc_scanrows_drop_partial(rc_scanrows *rows);

/* The region of the answer at hand, or NULL. */
static inline const rc_region *
rc_scanrows_region(const rc_scanrows *rows)
{
	return rows->items != NULL ? rows->items->region : NULL;
}

/* Are there answers whose rows have not been asked for? */
static inline bool
rc_scanrows_waiting(const rc_scanrows *rows)
{
	return rows->items != NULL && (!rows->begun || rows->items->next != NULL);
}

#endif							/* RC_SCANROWS_H */
