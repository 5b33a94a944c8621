/*
 * fuzz_meta.c
 *		Rows of hbase:meta.  The first byte of an input says how many cells a
 *		row has; the name of the table follows, then the cell block.
 */
#include "fuzz.h"

#include "meta_row.h"

static void
check_row(const rc_meta_row *row, rc_bytes table)
{
	const rc_region *region = &row->region;

	must(memchr(region->server.host, '\0', sizeof(region->server.host)) != NULL);
	must(region->name.len > table.len);
	must(!row->has_info || region->end.len == 0 ||
		 rc_bytes_compare(region->start, region->end) < 0);
	fuzz_touch(region->name);
	fuzz_touch(region->start);
	fuzz_touch(region->end);
	fuzz_touch(row->state);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rc_reader	in;
	uint32_t	ncells;
	rc_bytes	table;
	rc_bytes	block;
	rc_bytes	rest;
	rc_meta_row row;
	rc_error	err;
	rc_status	status = RC_OK;
	uint64_t	state;

	rc_reader_init(&in, rc_bytes_of(data, size));
	ncells = 1 + rc_reader_u8(&in);
	table = fuzz_piece(&in);
	block = golden_exact(rc_reader_bytes(&in, rc_reader_left(&in)));
	rest = block;
	while (status == RC_OK && rest.len > 0)
	{
		status = rc_meta_row_parse(table, &rest, ncells, &row, &err);
		if (status == RC_OK)
			check_row(&row, table);
		else
			fuzz_check_error(&err, status);
	}
	rc_meta_state_parse(block, &state);
	golden_free(table);
	golden_free(block);
	return 0;
}
