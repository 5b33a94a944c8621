/*
 * cells.h
 *		KeyValue cell blocks (org.apache.hadoop.hbase.codec.KeyValueCodec).
 *
 * A cell: 4-byte total, 4-byte key length, 4-byte value length, 2-byte row
 * length, row, 1-byte family length, family, qualifier, 8-byte timestamp,
 * 1-byte type, value; `total` may exceed the parts (tags): step by it.
 */
#ifndef RC_CELLS_H
#define RC_CELLS_H

#include "bytes.h"

#define RC_TIMESTAMP_LATEST	INT64_MAX	/* in a mutation: the server sets the time */

/*
 * Reads the cell at *block and moves *block past it.  Every length is checked
 * against what is left; false = the block lies.
 */
extern bool rc_cell_read(rc_bytes *block, rc_cell *cell);

/* May a read be answered with a cell of this type?  Only raw ones with delete markers. */
static inline bool
rc_cell_type_fits(uint8_t type, bool raw)
{
	return type == RC_CELL_PUT ||
		(raw && (type == RC_CELL_DELETE || type == RC_CELL_DELETE_FAMILY_VERSION ||
				 type == RC_CELL_DELETE_COLUMN || type == RC_CELL_DELETE_FAMILY));
}

/* Appends a cell (used by tests and by mutations). */
extern void rc_cell_put(rc_buf *out, const rc_cell *cell);

#endif							/* RC_CELLS_H */
