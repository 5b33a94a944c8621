/*
 * meta_row.c
 *		Rows of hbase:meta: what a region is and where, and whether a table is
 *		enabled.  Pure: no I/O, no allocation.
 *
 * Upstream: CatalogFamilyFormat, HBase.proto (RegionInfo, TableState).
 */
#include "meta_row.h"

#include <string.h>

#include "cells.h"
#include "field.h"

static bool
is(rc_bytes a, const char *b)
{
	return rc_bytes_equal(a, rc_bytes_cstr(b));
}

/* RegionInfo, with its magic in front. */
static bool
parse_region_info(rc_bytes value, rc_meta_row *row)
{
	rc_reader	r;
	rc_field	f;

	if (value.len < 4 || memcmp(value.data, "PBUF", 4) != 0)
		return false;
	rc_reader_init(&r, rc_bytes_of(value.data + 4, value.len - 4));
	while (rc_field_next(&r, &f))
	{
		if (f.number == 3 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			row->region.start = f.bytes;
		else if (f.number == 4 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			row->region.end = f.bytes;
		else if ((f.number == 5 || f.number == 6) && rc_field_is(&r, &f, RC_FIELD_VARINT))
			row->gone |= f.value != 0;	/* offline, split */
	}
	row->has_info = true;
	return !r.failed;
}

/* "host:port"; empty while the region has no server. */
static bool
parse_server(rc_bytes value, rc_server_name *server)
{
	size_t		colon = value.len;
	unsigned	port = 0;

	if (value.len == 0)
		return true;
	while (colon > 0 && value.data[colon - 1] != ':')
		colon--;
	if (colon < 2 || colon > sizeof(server->host) || memchr(value.data, '\0', value.len) != NULL)
		return false;
	for (size_t i = colon; i < value.len && port <= UINT16_MAX; i++)
	{
		if (value.data[i] < '0' || value.data[i] > '9')
			return false;
		port = port * 10 + (unsigned) (value.data[i] - '0');
	}
	if (port < 1 || port > UINT16_MAX)
		return false;
	memcpy(server->host, value.data, colon - 1);
	server->host[colon - 1] = '\0';
	server->port = (uint16_t) port;
	return true;
}

static bool
parse_meta_cell(const rc_cell *cell, rc_meta_row *row)
{
	if (!is(cell->family, "info"))
		return true;
	if (is(cell->qualifier, "regioninfo"))
		return parse_region_info(cell->value, row);
	if (is(cell->qualifier, "server"))
		return parse_server(cell->value, &row->region.server);
	if (is(cell->qualifier, "state"))
		row->state = cell->value;
	else if (is(cell->qualifier, "seqnumDuringOpen"))
	{
		if (cell->value.len != 8)
			return false;
		row->region.seqnum = rc_load_u64(cell->value.data);
	}
	return true;
}

/* The start key in "<table>,<start key>,<id>.<md5>."; the key may hold commas too. */
static rc_bytes
start_in_name(rc_bytes name, size_t table_len)
{
	size_t		from = table_len + 1;
	size_t		to = name.len;

	while (to > from && name.data[to - 1] != ',')
		to--;
	return rc_bytes_of(name.data + from, to > from ? to - 1 - from : 0);
}

rc_status
rc_meta_row_parse(rc_bytes table, rc_bytes *block, uint32_t ncells, rc_meta_row *row,
				  rc_error *err)
{
	rc_cell		cell;

	memset(row, 0, sizeof(*row));
	for (uint32_t i = 0; i < ncells; i++)
	{
		if (!rc_cell_read(block, &cell))
			return rc_error_set(err, RC_PROTOCOL, "malformed cell block of hbase:meta");
		if (!parse_meta_cell(&cell, row))
			return rc_error_set(err, RC_BAD_REGION_INFO, "malformed %.*s in hbase:meta",
								(int) cell.qualifier.len, (const char *) cell.qualifier.data);
	}
	if (cell.row.len <= table.len || cell.row.data[table.len] != ',' ||
		memcmp(cell.row.data, table.data, table.len) != 0)
		return rc_error_set(err, RC_BAD_REGION_INFO, "hbase:meta answers with a region of another table");
	if (row->has_info && row->region.end.len > 0 &&
		rc_bytes_compare(row->region.start, row->region.end) >= 0)
		return rc_error_set(err, RC_BAD_REGION_INFO, "hbase:meta has a region that ends before it starts");
	row->region.table = table;
	row->region.name = cell.row;
	if (row->has_info && !rc_bytes_equal(row->region.start, start_in_name(cell.row, table.len)))
		return rc_error_set(err, RC_BAD_REGION_INFO, "hbase:meta has a region that does not start where its name says");
	return RC_OK;
}

bool
rc_meta_state_parse(rc_bytes value, uint64_t *state)
{
	rc_reader	r;
	rc_field	f;

	*state = 0;
	rc_reader_init(&r, value);
	while (rc_field_next(&r, &f))
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_VARINT))
			*state = f.value;
	return !r.failed;
}
