/*
 * fake_write.h
 *		Multis of mutations on the fake server: a small store, and faults.
 *
 * The store keeps the newest value of each column and counts how often it was
 * written, so that a test sees what was applied twice or not at all.
 */
#ifndef FAKE_WRITE_H
#define FAKE_WRITE_H

#include "fake_server.h"

typedef struct fake_cell
{
	char		row[40];
	char		column[40];		/* "f:q" */
	uint8_t		value[64];
	size_t		len;
	bool		present;
	int			times;			/* written, or deleted */
} fake_cell;

typedef enum fake_fault
{
	FAULT_NONE,

	/* of the whole call; nothing is applied unless it says so */
	FAULT_EXCEPTION,			/* java_class, text */
	FAULT_CUT,
	FAULT_CUT_APPLIED,
	FAULT_CUT_ANSWER,			/* applied; the first `cut` bytes of the answer come */
	FAULT_SILENCE,
	FAULT_SILENCE_APPLIED,
	FAULT_TOO_BIG,				/* RequestTooBigException above `most` actions */

	/* of the answer */
	FAULT_REGION_EXCEPTION,		/* of each region; nothing is applied */
	FAULT_ODD_EXCEPTION,		/* of every second action, which is not applied */
	FAULT_TAIL_EXCEPTION,		/* of all but the first action, likewise */
	FAULT_ODD_AND_MISSING,		/* like FAULT_ODD_EXCEPTION, and no result for the last one */

	/* all is applied, and the answer about the first region action lies */
	FAULT_MISSING,				/* no result for its last action */
	FAULT_TWICE,				/* two for its last action, if that is a plain one */
	FAULT_INDEX,				/* its last action's index is that of none */
	FAULT_NEITHER,				/* neither result nor exception for its last action */
	FAULT_NO_PROCESSED,			/* a condition without an answer */
	FAULT_NO_REGION,			/* the last region has no result */
	FAULT_EXTRA_REGION,
	FAULT_EXTRA_CELLS,
	FAULT_SHORT_AMOUNT,			/* an Increment's value of 7 bytes */
	FAULT_GARBAGE
} fake_fault;

typedef struct fake_store
{
	fake_cell	cells[4096];
	size_t		n;
	fake_fault	fault;
	int			times;			/* requests that it befalls; negative: all */
	size_t		nth;			/* of the actions of the request that is served, from 0 */
	const char *java_class;
	const char *text;
	size_t		cut;
	size_t		most;
	bool		loads;			/* tell of half full memory */
	int			delivered;		/* Multis that came whole */
	size_t		most_actions;	/* the most in one of them */
	bool		row_twice;		/* a row was in one Multi twice */
	uint64_t	nonces[4096];	/* of the Increments applied */
	uint64_t	groups[4096];
	size_t		nnonces;
} fake_store;

/* One store: of the server that runs. */
extern fake_store fake_written;

extern void fake_write_reset(void);

/* The column of a row; one that was never written has times 0. */
extern const fake_cell *fake_write_find(const char *row, const char *column);
extern bool fake_write_is(const char *row, const char *column, const char *value);
extern int64_t fake_write_number(const char *row, const char *column);

/* The store itself (fake_store.c): a column of a row, made when there is none. */
extern fake_cell *fake_store_cell(const char *row, const char *column);
extern bool fake_store_has(const char *row);

/* A value that was there before: not counted. */
extern void fake_store_put(const char *row, const char *column, const void *value, size_t len);

/* The row's cells in the columns (none: in all), in their order; how many. */
extern int	fake_store_read(const char *row, Htable__Wire__Column *const *columns, size_t n,
							rc_buf *cells);

/* A fault by its name; FAULT_NONE: there is none of that name. */
extern fake_fault fake_fault_find(const char *name);

/* Is the request one of mutations? */
extern bool fake_is_write(rc_bytes param);
extern void fake_serve_write(fake_server *server, fake_request *request);

#endif							/* FAKE_WRITE_H */
