/*
 * scan_answer.h
 *		ScanResponse, read without allocation but for one array that is reused.
 */
#ifndef RC_SCAN_ANSWER_H
#define RC_SCAN_ANSWER_H

#include "bytes.h"

typedef struct rc_scan_answer
{
	const rc_host *host;
	uint32_t   *cells;			/* cells of each result */
	size_t		nresults;
	size_t		cap;			/* entries that fit in `cells` */
	bool		partial;		/* the last result may go on in the next answer */
	bool		has_scanner_id;
	uint64_t	scanner_id;
	bool		more_results;	/* false: the whole scan is over */
	bool		more_in_region; /* false: this region is done */
	bool		heartbeat;
	rc_bytes	cursor;			/* row the scan stands at, or empty */
} rc_scan_answer;

extern void rc_scan_answer_init(rc_scan_answer *answer, const rc_host *host);
extern void rc_scan_answer_free(rc_scan_answer *answer);

/*
 * Reads the message of an answer whose cell block has cells_len bytes.
 * RC_PROTOCOL, RC_NO_MEMORY.  Whether the counts agree with the cell block
 * shows when the cells are read.
 */
extern rc_status rc_scan_answer_parse(rc_scan_answer *answer, rc_bytes message,
									  size_t cells_len, rc_error *err);

#endif							/* RC_SCAN_ANSWER_H */
