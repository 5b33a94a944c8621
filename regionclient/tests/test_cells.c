/*
 * test_cells.c
 *		Promises of cells.c.
 */
#include "cells.h"

#include <string.h>

#include "golden.h"
#include "tap.h"

/* row r1, f:q, timestamp 1, Put "v"; printed by HBase's own code */
#define PUT_HEX	"00000019 00000010 00000001 0002 7231 01 66 71 0000000000000001 04 76"
/* the same with a TTL tag of 5 ms (KeyValueCodecWithTags) */
#define TAG_HEX	"00000026 00000010 00000001 0002 7231 01 66 71 0000000000000001 04 76" \
	"000b 0009 08 0000000000000005"
/* DeleteFamily r1 f, timestamp 2 */
#define DELETE_HEX	"00000017 0000000f 00000000 0002 7231 01 66 0000000000000002 0e"

static bool
is(rc_bytes b, const char *text)
{
	return rc_bytes_equal(b, rc_bytes_cstr(text));
}

/* The cell of hex, read from a block of exactly its size. */
static bool
read_hex(const char *hex, rc_cell *cell, rc_bytes *rest)
{
	*rest = golden_exact(golden_hex(hex));
	return rc_cell_read(rest, cell);
}

/* Reads hex, and forgets it. */
static bool
accepts(const char *hex)
{
	rc_bytes	in = golden_exact(golden_hex(hex));
	rc_bytes	block = in;
	rc_cell		cell;
	bool		read = rc_cell_read(&block, &cell);

	golden_free(in);
	return read;
}

static void
test_read(void)
{
	rc_bytes	rest;
	rc_cell		cell;

	ok(read_hex(PUT_HEX PUT_HEX, &cell, &rest) && is(cell.row, "r1") && is(cell.family, "f") &&
	   is(cell.qualifier, "q") && is(cell.value, "v") && cell.timestamp == 1 &&
	   cell.type == RC_CELL_PUT, "a Put is read");
	ok(rest.len == 29 && rc_cell_read(&rest, &cell) && is(cell.value, "v") && rest.len == 0,
	   "a block is read cell by cell to its end");
	ok(!rc_cell_read(&rest, &cell), "the end holds no cell");
	golden_free(rc_bytes_of(rest.data - 58, 0));

	ok(read_hex(DELETE_HEX, &cell, &rest) && is(cell.row, "r1") && is(cell.family, "f") &&
	   cell.qualifier.len == 0 && cell.value.len == 0 && cell.timestamp == 2 &&
	   cell.type == RC_CELL_DELETE_FAMILY, "a delete marker without qualifier and value is read");
	golden_free(rc_bytes_of(rest.data - 27, 0));

	ok(read_hex(TAG_HEX PUT_HEX, &cell, &rest) && is(cell.value, "v") && rest.len == 29,
	   "surplus bytes of a cell are stepped over");
	golden_free(rc_bytes_of(rest.data - 42, 0));
}

static void
test_lies(void)
{
	ok(!accepts("0000001a 00000010 00000001 0002 7231 01 66 71 0000000000000001 04 76"),
	   "a cell longer than its block is refused");
	ok(!accepts("ffffffff 00000010 00000001 0002 7231 01 66 71 0000000000000001 04 76"),
	   "a cell of 4 GiB is refused");
	ok(!accepts("00000018 00000010 00000001 0002 7231 01 66 71 0000000000000001 04 76"),
	   "a cell shorter than its parts is refused");
	ok(!accepts("00000019 00000011 00000001 0002 7231 01 66 71 0000000000000001 04 76"),
	   "a key that leaves no room for the value is refused");
	ok(!accepts("00000019 ffffffff 00000001 0002 7231 01 66 71 0000000000000001 04 76") &&
	   !accepts("00000019 00000010 ffffffff 0002 7231 01 66 71 0000000000000001 04 76") &&
	   !accepts("00000019 ffffffff ffffffff 0002 7231 01 66 71 0000000000000001 04 76") &&
	   !accepts("00000019 fffffff0 00000021 0002 7231 01 66 71 0000000000000001 04 76"),
	   "lengths whose sum overflows are refused");
	ok(!accepts("00000019 00000010 00000001 0006 7231 01 66 71 0000000000000001 04 76") &&
	   !accepts("00000019 00000010 00000001 7fff 7231 01 66 71 0000000000000001 04 76") &&
	   !accepts("00000019 00000010 00000001 ffff 7231 01 66 71 0000000000000001 04 76"),
	   "a row longer than its key is refused");
	ok(!accepts("00000019 00000010 00000001 0002 7231 03 66 71 0000000000000001 04 76") &&
	   !accepts("00000019 00000010 00000001 0002 7231 ff 66 71 0000000000000001 04 76"),
	   "a family longer than its key is refused");
	ok(!accepts("00000017 0000000e 00000001 0000 01 66 71 0000000000000001 04 76"),
	   "an empty row key is refused");
	ok(!accepts("00000019 00000000 00000001 0002 7231 01 66 71 0000000000000001 04 76"),
	   "an empty key is refused");
}

static void
test_truncations(void)
{
	rc_bytes	whole = golden_hex(PUT_HEX);
	bool		good = true;

	for (size_t len = 0; len < whole.len; len++)
	{
		rc_bytes	cut = golden_exact(rc_bytes_of(whole.data, len));
		rc_bytes	block = cut;
		rc_cell		cell;

		good = good && !rc_cell_read(&block, &cell) && block.len == len;
		golden_free(cut);
	}
	ok(good, "a cell cut anywhere is refused and the block stays where it is");
}

/* Any single byte changed to any value: what is read lies within the block. */
static void
test_every_byte_changed(void)
{
	rc_bytes	whole = golden_exact(golden_hex(PUT_HEX));
	uint8_t    *data = (uint8_t *) whole.data;
	unsigned	sum = 0;
	bool		good = true;

	for (size_t at = 0; at < whole.len; at++)
		for (int value = 0; value < 256; value++)
		{
			uint8_t		saved = data[at];
			rc_bytes	block = whole;
			rc_cell		cell;

			data[at] = (uint8_t) value;
			if (rc_cell_read(&block, &cell))
			{
				good = good && cell.row.len > 0 && cell.value.data + cell.value.len <= data + whole.len;
				/* ASan looks at these */
				sum += cell.row.data[cell.row.len - 1];
				for (size_t i = 0; i < cell.qualifier.len; i++)
					sum += cell.qualifier.data[i];
				for (size_t i = 0; i < cell.value.len; i++)
					sum += cell.value.data[i];
			}
			data[at] = saved;
		}
	ok(good && sum > 0, "no corrupt byte makes a view leave the block");
	golden_free(whole);
}

static void
test_write(void)
{
	rc_cell		put = {rc_bytes_cstr("r1"), rc_bytes_cstr("f"), rc_bytes_cstr("q"),
	rc_bytes_cstr("v"), 1, RC_CELL_PUT};
	rc_cell		marker = {rc_bytes_cstr("r1"), rc_bytes_cstr("f"), {NULL, 0}, {NULL, 0}, 2,
	RC_CELL_DELETE_FAMILY};
	rc_cell		long_row = put;
	rc_buf		buf;
	uint8_t    *row = calloc(1, 32768);

	rc_buf_init(&buf, &test_host);
	rc_cell_put(&buf, &put);
	rc_cell_put(&buf, &marker);
	ok(rc_bytes_equal(rc_bytes_of(buf.data, buf.len), golden_hex(PUT_HEX DELETE_HEX)),
	   "cells are written as HBase writes them");
	rc_buf_reset(&buf);
	long_row.row = rc_bytes_of(row, 32767);
	rc_cell_put(&buf, &long_row);
	rc_bytes	block = rc_bytes_of(buf.data, buf.len);
	rc_cell		cell;

	ok(rc_cell_read(&block, &cell) && rc_bytes_equal(cell.row, long_row.row) && block.len == 0,
	   "the longest row key goes both ways");
	long_row.row = rc_bytes_of(row, 32768);
	rc_cell_put(&buf, &long_row);
	ok(buf.failed, "a longer one is refused");
	rc_buf_free(&buf);
	test_host_fail(0);
	rc_cell_put(&buf, &put);
	ok(buf.failed && test_host_live == 0, "a cell without memory fails");
	test_host_fail(-1);
	free(row);
}

int
main(int argc, char **argv)
{
	golden_init(argc, argv);
	test_read();
	test_lies();
	test_truncations();
	test_every_byte_changed();
	test_write();
	return tap_done();
}
