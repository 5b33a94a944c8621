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

/* Lengths of a cell: total, key, value (4 bytes each). */
#define LENGTHS		12

/* What a key holds besides row, family and qualifier: two lengths, timestamp, type. */
#define KEY_FIXED	(2 + 1 + 8 + 1)

/* A row key is at least a byte and at most Short.MAX_VALUE bytes (HConstants.MAX_ROW_LENGTH). */
#define MAX_ROW		32767

/*
 * Reads the cell at *block and moves *block past it.  Every length is checked
 * against what is left; false = the block lies.  This is the hot path of every
 * scan: a cell costs five comparisons and no copy.  Views point into the block
 * and live as long as it does.
 */
static inline __attribute__((always_inline)) bool
rc_cell_read(rc_bytes *block, rc_cell *cell)
{
	const uint8_t *p = block->data;
	const uint8_t *key;
	uint64_t	total;
	uint64_t	key_len;
	uint64_t	value_len;
	uint32_t	row_len;
	uint32_t	family_len;

	if (block->len < LENGTHS + KEY_FIXED)
		return false;
	/* 64 bits hold every sum of these 32-bit lengths */
	total = rc_load_u32(p);
	key_len = rc_load_u32(p + 4);
	value_len = rc_load_u32(p + 8);
	key = p + LENGTHS;
	row_len = rc_load_u16(key);
	if (total > block->len - 4 || 8 + key_len + value_len > total)
		return false;
	/* one comparison for both ends: an empty row wraps around */
	if (row_len - 1 >= MAX_ROW || key_len < KEY_FIXED + row_len)
		return false;
	family_len = key[2 + row_len];
	if (key_len < KEY_FIXED + row_len + family_len)
		return false;

	cell->row = rc_bytes_of(key + 2, row_len);
	cell->family = rc_bytes_of(key + 3 + row_len, family_len);
	cell->qualifier = rc_bytes_of(key + 3 + row_len + family_len,
								  key_len - KEY_FIXED - row_len - family_len);
	cell->timestamp = rc_load_u64(key + key_len - 9);
	cell->type = key[key_len - 1];
	cell->value = rc_bytes_of(key + key_len, value_len);
	block->data = p + 4 + total;
	block->len -= 4 + total;
	return true;
}

/* May a read be answered with a cell of this type?  Only raw ones with delete markers. */
static inline bool
rc_cell_type_fits(uint8_t type, bool raw)
{
	return type == RC_CELL_PUT ||
		(raw && (type == RC_CELL_DELETE || type == RC_CELL_DELETE_FAMILY_VERSION ||
				 type == RC_CELL_DELETE_COLUMN || type == RC_CELL_DELETE_FAMILY));
}

/*
 * Writing.  A row has at most MAX_ROW bytes, a family INT8_MAX, and a cell as a
 * whole INT32_MAX, whoever calls.
 */
#define MAX_FAMILY	INT8_MAX

static inline size_t
rc_cell_size(const rc_cell *cell)
{
	return LENGTHS + KEY_FIXED + cell->row.len + cell->family.len + cell->qualifier.len + cell->value.len;
}

/* Where the row is in a cell that was written. */
#define CELL_ROW_AT	(LENGTHS + 2)

/* Writes a cell of rc_cell_size bytes; returns where it ends. */
extern uint8_t *rc_cell_write(uint8_t *to, const rc_cell *cell);

/* Appends a cell, failing when its parts are too long. */
extern void rc_cell_put(rc_buf *out, const rc_cell *cell);

#endif							/* RC_CELLS_H */
