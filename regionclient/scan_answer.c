/*
 * scan_answer.c
 *		ScanResponse, read without allocation but for one array that is reused.
 *
 * An answer may hold 100 000 results, so the two repeated fields
 * (cells_per_result, partial_flag_per_result) are read in one pass.  Upstream:
 * ScanResponse of Client.proto, RSRpcServices.scan, ResponseConverter.getResults.
 */
#include "scan_answer.h"

#include <string.h>

#include "field.h"

/* Field numbers of ScanResponse. */
#define CELLS_PER_RESULT		1
#define SCANNER_ID				2
#define MORE_RESULTS			3
#define RESULTS					5
#define PARTIAL_FLAG_PER_RESULT	7
#define MORE_RESULTS_IN_REGION	8
#define HEARTBEAT_MESSAGE		9
#define CURSOR					12

/* The smallest cell: lengths, and a key with a row of one byte. */
#define MIN_CELL				(12 + 12 + 1)

void
rc_scan_answer_init(rc_scan_answer *answer, const rc_host *host)
{
	memset(answer, 0, sizeof(*answer));
	answer->host = host;
}

void
rc_scan_answer_free(rc_scan_answer *answer)
{
	answer->host->free(answer->host->ctx, answer->cells);
	rc_scan_answer_init(answer, answer->host);
}

static bool
grow(rc_scan_answer *answer)
{
	size_t		cap = answer->cap < 64 ? 64 : answer->cap * 2;
	uint32_t   *cells = answer->host->realloc(answer->host->ctx, answer->cells, cap * sizeof(uint32_t));

	if (cells == NULL)
		return false;
	answer->cells = cells;
	answer->cap = cap;
	return true;
}

/* One more result; *left is how many cells the cell block may still have. */
static rc_status
add_result(rc_scan_answer *answer, uint64_t ncells, size_t *left)
{
	/* a result has cells, so the cell block bounds the array */
	if (ncells == 0 || ncells > *left)
		return RC_PROTOCOL;
	*left -= (size_t) ncells;
	if (answer->nresults == answer->cap && !grow(answer))
		return RC_NO_MEMORY;
	answer->cells[answer->nresults++] = (uint32_t) ncells;
	return RC_OK;
}

static rc_status
add_packed_results(rc_scan_answer *answer, rc_bytes packed, size_t *left)
{
	rc_reader	r;
	rc_status	status = RC_OK;

	rc_reader_init(&r, packed);
	while (status == RC_OK && rc_reader_left(&r) > 0)
	{
		uint64_t	ncells = rc_field_varint(&r);

		status = r.failed ? RC_PROTOCOL : add_result(answer, ncells, left);
	}
	return status;
}

/* Partial flags: only the last result's may be set. */
typedef struct flags
{
	size_t		n;
	size_t		set;			/* how many are true */
	bool		last;
} flags;

static void
add_flag(flags *fl, bool value)
{
	fl->n++;
	fl->set += value;
	fl->last = value;
}

static rc_bytes
cursor_row(rc_reader *outer, rc_bytes message)
{
	rc_reader	r;
	rc_field	f;
	rc_bytes	row = {NULL, 0};

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			row = f.bytes;
	if (r.failed)
		outer->failed = true;
	return row;
}

/* The two repeated fields, which come packed or one by one. */
static rc_status
repeated(rc_scan_answer *answer, const rc_field *f, flags *fl, size_t *left)
{
	if (f->number == CELLS_PER_RESULT)
		return f->type == RC_FIELD_VARINT ? add_result(answer, f->value, left) :
			add_packed_results(answer, f->bytes, left);
	if (f->type == RC_FIELD_VARINT)
		add_flag(fl, f->value != 0);
	else
		for (size_t i = 0; i < f->bytes.len; i++)
			add_flag(fl, f->bytes.data[i] != 0);
	return RC_OK;
}

static void
single(rc_scan_answer *answer, rc_reader *r, const rc_field *f)
{
	if (f->number == CURSOR)
	{
		if (rc_field_is(r, f, RC_FIELD_BYTES))
			answer->cursor = cursor_row(r, f->bytes);
		return;
	}
	if (f->number != SCANNER_ID && f->number != MORE_RESULTS &&
		f->number != MORE_RESULTS_IN_REGION && f->number != HEARTBEAT_MESSAGE)
		return;
	if (!rc_field_is(r, f, RC_FIELD_VARINT))
		return;
	if (f->number == SCANNER_ID)
	{
		answer->has_scanner_id = true;
		answer->scanner_id = f->value;
	}
	else if (f->number == MORE_RESULTS)
		answer->more_results = f->value != 0;
	else if (f->number == MORE_RESULTS_IN_REGION)
		answer->more_in_region = f->value != 0;
	else
		answer->heartbeat = f->value != 0;
}

static rc_status
malformed(rc_status status, rc_error *err)
{
	if (status == RC_NO_MEMORY)
		return rc_error_set(err, status, "out of memory");
	return rc_error_set(err, RC_PROTOCOL, "malformed response to Scan");
}

rc_status
rc_scan_answer_parse(rc_scan_answer *answer, rc_bytes message, size_t cells_len, rc_error *err)
{
	rc_reader	r;
	rc_field	f;
	flags		fl = {0, 0, false};
	size_t		left = cells_len / MIN_CELL;
	rc_status	status = RC_OK;

	answer->nresults = 0;
	answer->has_scanner_id = false;
	answer->more_results = true;
	answer->more_in_region = true;
	answer->heartbeat = false;
	answer->cursor = rc_bytes_of(NULL, 0);
	rc_reader_init(&r, message);
	while (status == RC_OK && rc_field_next(&r, &f))
	{
		if (f.number == CELLS_PER_RESULT || f.number == PARTIAL_FLAG_PER_RESULT)
			status = repeated(answer, &f, &fl, &left);
		else if (f.number == RESULTS)
			return rc_error_set(err, RC_PROTOCOL, "response to Scan has rows outside of the cell block");
		else
			single(answer, &r, &f);
	}
	if (status != RC_OK || r.failed)
		return malformed(status, err);
	if (fl.n > answer->nresults || fl.set > 1 || (fl.set == 1 && !fl.last) ||
		(fl.set == 1 && fl.n < answer->nresults))
		return rc_error_set(err, RC_PROTOCOL, "response to Scan marks a row as partial that is not the last");
	answer->partial = fl.set == 1;
	return RC_OK;
}
