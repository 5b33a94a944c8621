/*
 * meta_row.h
 *		Rows of hbase:meta: what a region is and where, and whether a table is
 *		enabled.
 */
#ifndef RC_META_ROW_H
#define RC_META_ROW_H

#include "regions.h"

/* What one row of hbase:meta says. */
typedef struct rc_meta_row
{
	rc_region	region;			/* views into the answer */
	bool		has_info;
	bool		gone;			/* a split parent, or offline */
	rc_bytes	state;			/* empty: not said, so open */
} rc_meta_row;

/*
 * Reads the next ncells cells (at least 1) of a block as a row of the table's, and moves
 * *block past them.  RC_PROTOCOL when the block is malformed,
 * RC_BAD_REGION_INFO when the cells are.
 */
extern rc_status rc_meta_row_parse(rc_bytes table, rc_bytes *block, uint32_t ncells,
								   rc_meta_row *row, rc_error *err);

/* The state of a table; it stands in its cell without a magic.  False: malformed. */
extern bool rc_meta_state_parse(rc_bytes value, uint64_t *state);

#endif							/* RC_META_ROW_H */
