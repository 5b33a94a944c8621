/*
 * test_rowreader.c
 *		Answers of scanners are taken apart into whole rows, or refused.
 */
#include <string.h>

#include "cells.h"
#include "rowreader.h"
#include "tap.h"

static rc_buf block;
static rc_scan_answer answer;
static rc_rowreader reader;
static rc_error err;
static const rc_row *row;

static void
cell(const char *key, const char *qualifier)
{
	rc_cell		c = {rc_bytes_cstr(key), rc_bytes_cstr("f"), rc_bytes_cstr(qualifier),
		rc_bytes_cstr("v"), 1, RC_CELL_PUT};

	rc_cell_put(&block, &c);
}

/* Feeds an answer of so many cells per result. */
static void
feed(const char *counts, bool partial, bool heartbeat, bool region_ends)
{
	static uint32_t cells[16];

	answer.cells = cells;
	answer.nresults = strlen(counts);
	for (size_t i = 0; i < answer.nresults; i++)
		cells[i] = (uint32_t) (counts[i] - '0');
	answer.partial = partial;
	answer.heartbeat = heartbeat;
	rc_rowreader_feed(&reader, &answer, rc_bytes_of(block.data, block.len), region_ends);
}

static bool
next_is(const char *key, size_t ncells)
{
	return rc_rowreader_next(&reader, &row, &err) == RC_OK && row != NULL &&
		rc_bytes_equal(row->key, rc_bytes_cstr(key)) && row->ncells == ncells;
}

static bool
nothing(void)
{
	return rc_rowreader_next(&reader, &row, &err) == RC_OK && row == NULL;
}

static bool
refused(rc_status status)
{
	return rc_rowreader_next(&reader, &row, &err) == status && row == NULL;
}

static void
fresh(size_t max_row)
{
	rc_rowreader_free(&reader);
	rc_rowreader_init(&reader, &rc_host_standalone, max_row);
	rc_buf_reset(&block);
}

static void
whole_rows(void)
{
	fresh(1000);
	ok(nothing(), "a reader that was never fed has no row");
	cell("a", "1");
	cell("a", "2");
	cell("b", "1");
	feed("21", false, false, false);
	ok(next_is("a", 2) && next_is("b", 1) && nothing() && nothing(), "whole rows, then none");
}

static void
pieces(void)
{
	fresh(1000);
	cell("a", "1");
	cell("b", "1");
	feed("11", true, false, false);
	ok(next_is("a", 1) && nothing(), "the last result may be a piece: it is kept");
	rc_buf_reset(&block);
	cell("b", "2");
	feed("1", true, false, false);
	ok(nothing(), "... together with the next piece");
	rc_buf_reset(&block);
	feed("", false, true, false);
	ok(nothing(), "... over a heartbeat without rows");
	cell("b", "3");
	cell("c", "1");
	feed("11", false, false, false);
	ok(next_is("b", 3) && next_is("c", 1) && nothing(), "... until the last piece completes it");
}

static void
ends_of_pieces(void)
{
	fresh(1000);
	cell("a", "1");
	feed("1", true, false, false);
	ok(nothing(), "a piece");
	rc_buf_reset(&block);
	cell("b", "1");
	feed("1", true, false, false);
	ok(next_is("a", 1) && nothing(), "another row's beginning completes the one before");
	rc_buf_reset(&block);
	feed("", false, false, false);
	ok(next_is("b", 1) && nothing(), "an empty answer that is no heartbeat completes a row");
	cell("c", "1");
	feed("1", true, false, true);
	ok(next_is("c", 1) && nothing(), "the end of the region completes a row");
	feed("1", true, false, false);
	ok(nothing(), "a piece");
	rc_rowreader_drop_pending(&reader);
	feed("1", false, false, false);
	ok(next_is("c", 1) && nothing(), "a dropped piece leaves nothing behind");
}

static void
lies(void)
{
	fresh(1000);
	cell("a", "1");
	feed("2", false, false, false);
	ok(refused(RC_PROTOCOL), "fewer cells than promised");
	fresh(1000);
	cell("a", "1");
	cell("a", "2");
	feed("1", false, false, false);
	ok(next_is("a", 1) && refused(RC_PROTOCOL), "more cells than promised");
	fresh(1000);
	cell("a", "1");
	cell("b", "1");
	feed("2", false, false, false);
	ok(refused(RC_PROTOCOL), "cells of two rows in one");
	fresh(1000);
	cell("a", "1");
	block.len--;
	feed("1", false, false, false);
	ok(refused(RC_PROTOCOL), "a cell that is cut off");
	fresh(40);
	cell("a", "1");
	feed("1", true, false, false);
	ok(nothing(), "a piece below the limit");
	feed("1", true, false, false);
	ok(refused(RC_TOO_LARGE), "a row in pieces that grows above the limit");
}

/* ----- ScanResponse ----- */

static rc_status
parse(const char *message, size_t len, size_t cells_len)
{
	rc_scan_answer a;
	rc_status	status;

	rc_scan_answer_init(&a, &rc_host_standalone);
	status = rc_scan_answer_parse(&a, rc_bytes_of(message, len), cells_len, &err);
	answer = a;
	if (status != RC_OK)
		rc_scan_answer_free(&a);
	return status;
}

#define PARSE(message, cells_len) parse(message, sizeof(message) - 1, cells_len)

static void
scan_answers(void)
{
	ok(PARSE("", 0) == RC_OK && answer.nresults == 0 && answer.more_results && answer.more_in_region,
	   "an empty message says: more");
	rc_scan_answer_free(&answer);
	ok(PARSE("\x08\x02\x08\x01\x38\x00\x38\x01\x18\x00\x40\x00", 100) == RC_OK && answer.nresults == 2 &&
	   answer.cells[0] == 2 && answer.partial && !answer.more_results && !answer.more_in_region,
	   "counts and flags one by one");
	rc_scan_answer_free(&answer);
	ok(PARSE("\x0a\x02\x02\x01\x3a\x02\x00\x01\x48\x01", 100) == RC_OK && answer.nresults == 2 &&
	   answer.cells[1] == 1 && answer.partial && answer.heartbeat, "counts and flags packed");
	rc_scan_answer_free(&answer);
	ok(PARSE("\x08\x05", 100) == RC_PROTOCOL, "more cells than the block can hold");
	ok(PARSE("\x08\x00", 100) == RC_PROTOCOL, "a result without cells");
	ok(PARSE("\x08\x01\x08\x01\x38\x01\x38\x00", 100) == RC_PROTOCOL, "a piece that is not the last result");
	ok(PARSE("\x38\x01", 100) == RC_PROTOCOL, "a flag without a result");
	ok(PARSE("\x2a\x00", 100) == RC_PROTOCOL, "results outside of the cell block");
	ok(PARSE("\x12\x01\x00", 100) == RC_PROTOCOL, "a scanner id of another type");
	ok(PARSE("\x08", 100) == RC_PROTOCOL, "a message that is cut off");
	ok(PARSE("\x62\x05\x0a\x03xyz", 0) == RC_OK && answer.cursor.len == 3, "a cursor");
	rc_scan_answer_free(&answer);
	ok(PARSE("\x62\x02\x0a\x05", 0) == RC_PROTOCOL, "a cursor that is cut off");
}

/* Cells of each type, in a reader that is raw or not. */
static void
types(void)
{
	static const uint8_t known[] = {RC_CELL_PUT, RC_CELL_DELETE, RC_CELL_DELETE_FAMILY_VERSION,
	RC_CELL_DELETE_COLUMN, RC_CELL_DELETE_FAMILY};

	for (int raw = 0; raw < 2; raw++)
	{
		int			read = 0;

		for (int type = 0; type < 256; type++)
		{
			rc_cell		c = {.row = rc_bytes_cstr("a"), .family = rc_bytes_cstr("f"), .type = (uint8_t) type};

			fresh(1000);
			reader.raw = raw == 1;
			rc_cell_put(&block, &c);
			feed("1", false, false, false);
			if (rc_rowreader_next(&reader, &row, &err) == RC_OK)
				read += memchr(known, type, sizeof(known)) != NULL ? 1 : 1000;
		}
		ok(read == (raw ? 5 : 1), "a read that is %s takes %s", raw ? "raw" : "not raw",
		   raw ? "delete markers of every kind and nothing unknown" : "no delete marker");
	}
}

int
main(void)
{
	rc_buf_init(&block, &rc_host_standalone);
	rc_rowreader_init(&reader, &rc_host_standalone, 0);
	rc_scan_answer_init(&answer, &rc_host_standalone);
	whole_rows();
	pieces();
	ends_of_pieces();
	lies();
	types();
	rc_rowreader_free(&reader);
	rc_buf_free(&block);
	scan_answers();
	return tap_done();
}
