/*
 * fuzz_scan.c
 *		Answers of a region scanner: message and cell block, one after the other,
 *		and the rows put together from them.
 */
#include "fuzz.h"

#include "cells.h"
#include "rowreader.h"

/* Small, so that rows above it are found soon. */
#define MAX_ROW		2048

static void
check_row(const rc_row *row)
{
	must(row->ncells > 0);
	for (size_t i = 0; i < row->ncells; i++)
	{
		const rc_cell *cell = &row->cells[i];

		must(rc_bytes_equal(cell->row, row->key));
		fuzz_touch(cell->family);
		fuzz_touch(cell->qualifier);
		fuzz_touch(cell->value);
	}
}

/* A cell that was read is written with the same parts. */
static void
check_cells(rc_bytes block)
{
	rc_cell		cell;
	rc_cell		again;

	while (block.len > 0 && rc_cell_read(&block, &cell))
	{
		rc_buf		out;
		rc_bytes	written;

		rc_buf_init(&out, &test_host);
		rc_cell_put(&out, &cell);
		written = rc_bytes_of(out.data, out.len);
		must(!out.failed && rc_cell_read(&written, &again) && written.len == 0);
		must(rc_bytes_equal(cell.row, again.row) && rc_bytes_equal(cell.family, again.family) &&
			 rc_bytes_equal(cell.qualifier, again.qualifier) &&
			 rc_bytes_equal(cell.value, again.value) &&
			 cell.timestamp == again.timestamp && cell.type == again.type);
		rc_buf_free(&out);
	}
}

static rc_status
take_answer(rc_scan_answer *answer, rc_rowreader *reader, rc_bytes message, rc_bytes block)
{
	const rc_row *row = NULL;
	rc_error	err;
	rc_status	status = rc_scan_answer_parse(answer, message, block.len, &err);

	if (status == RC_OK)
	{
		fuzz_touch(answer->cursor);
		rc_rowreader_feed(reader, answer, block, !answer->more_in_region);
		while ((status = rc_rowreader_next(reader, &row, &err)) == RC_OK && row != NULL)
			check_row(row);
	}
	if (status != RC_OK)
		fuzz_check_error(&err, status);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rc_scan_answer answer;
	rc_rowreader reader;
	rc_reader	in;
	rc_status	status = RC_OK;

	rc_reader_init(&in, rc_bytes_of(data, size));
	rc_scan_answer_init(&answer, &test_host);
	rc_rowreader_init(&reader, &test_host, MAX_ROW);
	while (status == RC_OK && rc_reader_left(&in) > 0)
	{
		rc_bytes	message = fuzz_piece(&in);
		rc_bytes	block = fuzz_piece(&in);

		check_cells(block);
		status = take_answer(&answer, &reader, message, block);
		golden_free(message);
		golden_free(block);
	}
	rc_rowreader_free(&reader);
	rc_scan_answer_free(&answer);
	must(test_host_live == 0);
	return 0;
}
