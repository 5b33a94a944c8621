/*
 * cells.c
 *		KeyValue cell blocks in both directions.
 *
 * Reading is in the header.  Upstream:
 * org.apache.hadoop.hbase.codec.KeyValueCodec and KeyValue.
 */
#include "cells.h"

#include <string.h>

static uint8_t *
append(uint8_t *to, rc_bytes part)
{
	if (part.len > 0)
		memcpy(to, part.data, part.len);
	return to + part.len;
}

uint8_t *
rc_cell_write(uint8_t *to, const rc_cell *cell)
{
	size_t		key_len = KEY_FIXED + cell->row.len + cell->family.len + cell->qualifier.len;

	rc_store_u32(to, (uint32_t) (8 + key_len + cell->value.len));
	rc_store_u32(to + 4, (uint32_t) key_len);
	rc_store_u32(to + 8, (uint32_t) cell->value.len);
	rc_store_u16(to + LENGTHS, (uint16_t) cell->row.len);
	to = append(to + CELL_ROW_AT, cell->row);
	*to++ = (uint8_t) cell->family.len;
	to = append(to, cell->family);
	to = append(to, cell->qualifier);
	rc_store_u64(to, cell->timestamp);
	to[8] = cell->type;
	return append(to + 9, cell->value);
}

void
rc_cell_put(rc_buf *out, const rc_cell *cell)
{
	uint8_t    *to;

	/* lengths are Java ints, a family's is a Java byte */
	if (cell->row.len > MAX_ROW || cell->family.len > MAX_FAMILY ||
		cell->qualifier.len > INT32_MAX || cell->value.len > INT32_MAX ||
		rc_cell_size(cell) > INT32_MAX)
	{
		out->failed = true;
		return;
	}
	to = rc_buf_reserve(out, rc_cell_size(cell));
	if (to == NULL)
		return;
	rc_cell_write(to, cell);
	out->len += rc_cell_size(cell);
}
