/*
 * rowreader.h
 *		Rows out of the answers of a region scanner.  Pure: no I/O.
 *
 * Wide rows come in pieces over several answers; they are put together here.
 */
#ifndef RC_ROWREADER_H
#define RC_ROWREADER_H

#include "scan_answer.h"

typedef struct rc_rowreader
{
	const rc_host *host;
	size_t		max_row;		/* bytes of a row put together from pieces */
	bool		raw;			/* set by the owner: delete markers may come */
	const rc_scan_answer *answer;
	rc_bytes	block;			/* what is left of the answer's cells */
	size_t		at;				/* next result */
	bool		ends;			/* a row still incomplete after this answer is complete */
	bool		pending;		/* `pieces` holds the beginning of a row */
	bool		from_pieces;	/* the last row handed out lies in `pieces` */
	uint32_t	pending_cells;
	rc_buf		pieces;
	rc_cell    *cells;			/* of the last row */
	size_t		cap;
	rc_row		row;
} rc_rowreader;

extern void rc_rowreader_init(rc_rowreader *reader, const rc_host *host, size_t max_row);
extern void rc_rowreader_free(rc_rowreader *reader);

/*
 * The next answer, once all rows of the one before are handed out.  Answer and
 * block must live until then.  region_ends: the scanner has nothing more.
 */
extern void rc_rowreader_feed(rc_rowreader *reader, const rc_scan_answer *answer,
							  rc_bytes block, bool region_ends);

/*
 * The next complete row, valid until the next call, or NULL when the answer
 * holds no more.  RC_PROTOCOL when counts and cells disagree, RC_TOO_LARGE,
 * RC_NO_MEMORY.
 */
extern rc_status rc_rowreader_next(rc_rowreader *reader, const rc_row **row, rc_error *err);

/* Forgets the beginning of a row: it will be read again as a whole. */
extern void rc_rowreader_drop_pending(rc_rowreader *reader);

#endif							/* RC_ROWREADER_H */
