/*
 * rowreader.c
 *		Rows out of the answers of a region scanner.
 *
 * An answer's last result may be the beginning of a row.  The next answer goes
 * on with it, or begins another row (then it was complete after all), or is
 * empty: complete too, unless that is a heartbeat.  Whole rows are read where
 * they lie; only rows in pieces are copied.
 * Upstream: CompleteScanResultCache.
 */
#include "rowreader.h"

#include <string.h>

#include "cells.h"

void
rc_rowreader_init(rc_rowreader *reader, const rc_host *host, size_t max_row)
{
	memset(reader, 0, sizeof(*reader));
	reader->host = host;
	reader->max_row = max_row;
	rc_buf_init(&reader->pieces, host);
}

void
rc_rowreader_free(rc_rowreader *reader)
{
	rc_buf_free(&reader->pieces);
	reader->host->free(reader->host->ctx, reader->cells);
	reader->cells = NULL;
	reader->cap = 0;
}

void
rc_rowreader_feed(rc_rowreader *reader, const rc_scan_answer *answer,
				  rc_bytes block, bool region_ends)
{
	reader->answer = answer;
	reader->block = block;
	reader->at = 0;
	reader->ends = region_ends || (answer->nresults == 0 && !answer->heartbeat);
}

void
rc_rowreader_drop_pending(rc_rowreader *reader)
{
	reader->pending = false;
	reader->answer = NULL;
}

static rc_status
row_too_large(size_t bytes, rc_error *err)
{
	return rc_error_set(err, RC_TOO_LARGE, "row of %zu bytes or more exceeds max_response_size", bytes);
}

static rc_status
bad_block(rc_error *err)
{
	return rc_error_set(err, RC_PROTOCOL, "cell block of a response to Scan does not agree with its counts");
}

static bool
cells_reserve(rc_rowreader *reader, size_t n)
{
	size_t		cap = reader->cap < 16 ? 16 : reader->cap;
	rc_cell    *cells;

	if (n <= reader->cap)
		return true;
	while (cap < n)
		cap *= 2;
	cells = reader->host->realloc(reader->host->ctx, reader->cells, cap * sizeof(rc_cell));
	if (cells == NULL)
		return false;
	reader->cells = cells;
	reader->cap = cap;
	return true;
}

/* Reads the cells of one row, which all must have its key. */
static rc_status
read_row(rc_rowreader *reader, rc_bytes *block, size_t ncells, rc_error *err)
{
	rc_bytes	rest = *block;	/* here, as nothing else can point to it */
	bool		raw = reader->raw;
	rc_bytes	row = {NULL, 0};
	rc_cell    *cell;

	if (!cells_reserve(reader, ncells))
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	cell = reader->cells;
	for (size_t i = 0; i < ncells; i++, cell++)
	{
		if (!rc_cell_read(&rest, cell))
			return bad_block(err);
		if (i == 0)
			row = cell->row;
		else if (!rc_bytes_equal(cell->row, row))
			return rc_error_set(err, RC_PROTOCOL, "a row of a response to Scan holds cells of another row");
		if (!rc_cell_type_fits(cell->type, raw))
			return rc_error_set(err, RC_PROTOCOL, "response to Scan has a cell that is no value");
	}
	*block = rest;
	reader->row.key = row;
	reader->row.cells = reader->cells;
	reader->row.ncells = ncells;
	return RC_OK;
}

/* Hands out the row in `pieces`. */
static rc_status
give_pending(rc_rowreader *reader, const rc_row **row, rc_error *err)
{
	rc_bytes	block = rc_bytes_of(reader->pieces.data, reader->pieces.len);
	rc_status	status = read_row(reader, &block, reader->pending_cells, err);

	reader->pending = false;
	reader->from_pieces = true;
	if (status == RC_OK)
		*row = &reader->row;
	return status;
}

/* Adds the cells of the current result to `pieces`. */
static rc_status
add_piece(rc_rowreader *reader, uint32_t ncells, rc_error *err)
{
	const uint8_t *from = reader->block.data;
	rc_cell		cell;

	if (!reader->pending)
	{
		rc_buf_reset(&reader->pieces);
		reader->pending_cells = 0;
	}
	for (uint32_t i = 0; i < ncells; i++)
		if (!rc_cell_read(&reader->block, &cell))
			return bad_block(err);
	rc_buf_put(&reader->pieces, from, (size_t) (reader->block.data - from));
	if (reader->pieces.failed)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	if (reader->pieces.len > reader->max_row)
		return row_too_large(reader->pieces.len, err);
	reader->pending_cells += ncells;
	reader->pending = true;
	reader->at++;
	return RC_OK;
}

/* Does the current result belong to the row in `pieces`? */
static bool
goes_on(const rc_rowreader *reader)
{
	rc_bytes	first = rc_bytes_of(reader->pieces.data, reader->pieces.len);
	rc_bytes	next = reader->block;
	rc_cell		a;
	rc_cell		b;

	return rc_cell_read(&first, &a) && rc_cell_read(&next, &b) && rc_bytes_equal(a.row, b.row);
}

/* One result: a whole row, or a piece of one (*row stays NULL). */
static rc_status
take_result(rc_rowreader *reader, const rc_row **row, rc_error *err)
{
	uint32_t	ncells = reader->answer->cells[reader->at];
	bool		piece = reader->answer->partial && reader->at + 1 == reader->answer->nresults;
	const uint8_t *from;
	rc_status	status;

	if (reader->pending)
	{
		if (!goes_on(reader))
			return give_pending(reader, row, err);
		status = add_piece(reader, ncells, err);
		return status == RC_OK && !piece ? give_pending(reader, row, err) : status;
	}
	if (piece)
		return add_piece(reader, ncells, err);
	reader->at++;
	reader->from_pieces = false;
	from = reader->block.data;
	status = read_row(reader, &reader->block, ncells, err);
	if (status != RC_OK)
		return status;
	if ((size_t) (reader->block.data - from) > reader->max_row)
		return row_too_large((size_t) (reader->block.data - from), err);
	*row = &reader->row;
	return RC_OK;
}

rc_status
rc_rowreader_next(rc_rowreader *reader, const rc_row **row, rc_error *err)
{
	rc_status	status = RC_OK;

	*row = NULL;
	if (reader->answer == NULL)
		return RC_OK;
	while (status == RC_OK && *row == NULL && reader->at < reader->answer->nresults)
		status = take_result(reader, row, err);
	if (status != RC_OK || *row != NULL)
		return status;
	if (reader->block.len > 0)
		return bad_block(err);
	if (reader->pending && reader->ends)
		return give_pending(reader, row, err);
	return RC_OK;
}
