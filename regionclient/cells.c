/*
 * cells.c
 *		KeyValue cell blocks in both directions.
 *
 * This is the hot path of every scan: a cell costs five comparisons and no
 * copy.  Views point into the block and live as long as it does.  Upstream:
 * org.apache.hadoop.hbase.codec.KeyValueCodec and KeyValue.
 */
#include "cells.h"

#include <string.h>

/* Lengths of a cell: total, key, value (4 bytes each). */
#define LENGTHS		12

/* What a key holds besides row, family and qualifier: two lengths, timestamp, type. */
#define KEY_FIXED	(2 + 1 + 8 + 1)

/* A row key is at least a byte and at most Short.MAX_VALUE bytes (HConstants.MAX_ROW_LENGTH). */
#define MAX_ROW		32767

bool
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

static uint8_t *
append(uint8_t *to, rc_bytes part)
{
	if (part.len > 0)
		memcpy(to, part.data, part.len);
	return to + part.len;
}

/* The caller keeps row and family within 32767 and 127 bytes; more sets failed. */
void
rc_cell_put(rc_buf *out, const rc_cell *cell)
{
	uint64_t	key_len = (uint64_t) KEY_FIXED + cell->row.len +
		cell->family.len + cell->qualifier.len;
	uint64_t	total = 8 + key_len + cell->value.len;
	uint8_t    *to;

	/* lengths are Java ints, a family's is a Java byte */
	if (cell->row.len > MAX_ROW || cell->family.len > INT8_MAX ||
		cell->qualifier.len > INT32_MAX || cell->value.len > INT32_MAX ||
		total > INT32_MAX)
	{
		out->failed = true;
		return;
	}
	to = rc_buf_reserve(out, 4 + (size_t) total);
	if (to == NULL)
		return;
	rc_store_u32(to, (uint32_t) total);
	rc_store_u32(to + 4, (uint32_t) key_len);
	rc_store_u32(to + 8, (uint32_t) cell->value.len);
	rc_store_u16(to + LENGTHS, (uint16_t) cell->row.len);
	to = append(to + LENGTHS + 2, cell->row);
	*to++ = (uint8_t) cell->family.len;
	to = append(to, cell->family);
	to = append(to, cell->qualifier);
	rc_store_u64(to, cell->timestamp);
	to[8] = cell->type;
	append(to + 9, cell->value);
	out->len += 4 + (size_t) total;
}
