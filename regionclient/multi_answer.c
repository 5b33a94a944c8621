/*
 * multi_answer.c
 *		The answers to Get and Multi, taken apart without allocation.
 *
 * MultiResponse holds a RegionActionResult for each RegionAction, by position;
 * each holds either one exception or a ResultOrException per action.  Cells
 * stand in the cell block in the order of the results.
 * Upstream: ResponseConverter.getResults, Client.proto.
 */
#include "multi_answer.h"

#include <string.h>

#include "field.h"
#include "frame.h"

/* NameBytesPair of a Java exception. */
static bool
parse_exception(rc_bytes message, rc_error *why)
{
	rc_response response;
	rc_reader	r;
	rc_field	f;

	memset(&response, 0, sizeof(response));
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			response.exception_class = f.bytes;
		else if (f.number == 2 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			response.exception_text = f.bytes;
	}
	rc_frame_exception(&response, why);
	return !r.failed;
}

/* Result: how many cells it has in the cell block, or whether it has them in the message. */
static bool
parse_result(rc_bytes message, uint64_t *ncells, bool *in_message)
{
	rc_reader	r;
	rc_field	f;

	*ncells = 0;
	*in_message = false;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		*in_message |= f.number == 1;
		if (f.number == 2 && rc_field_is(&r, &f, RC_FIELD_VARINT))
			*ncells = f.value;
	}
	return !r.failed && !(*in_message && *ncells > 0);
}

/* ResultOrException. */
static bool
parse_item(rc_bytes message, rc_multi_item *item)
{
	rc_reader	r;
	rc_field	f;

	item->whole_region = item->failed = item->has_result = item->in_message = false;
	item->index = item->ncells = 0;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_VARINT))
			item->index = f.value;
		else if (f.number == 2 && rc_field_is(&r, &f, RC_FIELD_BYTES))
		{
			item->has_result = true;
			item->result = f.bytes;
			r.failed |= !parse_result(f.bytes, &item->ncells, &item->in_message);
		}
		else if (f.number == 3 && rc_field_is(&r, &f, RC_FIELD_BYTES))
		{
			item->failed = true;
			r.failed |= !parse_exception(f.bytes, &item->error);
		}
	}
	return !r.failed && !(item->failed && item->ncells > 0);
}

static bool
parse_region_exception(rc_bytes message, rc_multi_item *item)
{
	item->failed = item->whole_region = true;
	item->has_result = item->in_message = false;
	item->index = item->ncells = 0;
	return parse_exception(message, &item->error);
}

bool
rc_multi_answer_next_in_region(rc_multi_answer *answer)
{
	rc_multi_item *item = &answer->item;
	rc_field	f;

	while (rc_field_next(&answer->results, &f))
	{
		if ((f.number != 1 && f.number != 2) || !rc_field_is(&answer->results, &f, RC_FIELD_BYTES))
			continue;
		item->region = answer->nregions - 1;
		if (f.number == 1 ? parse_item(f.bytes, item) : parse_region_exception(f.bytes, item))
			return true;
		answer->results.failed = true;
	}
	/* one malformed part spoils the whole */
	answer->regions.failed |= answer->results.failed;
	return false;
}

void
rc_multi_answer_begin(rc_multi_answer *answer, rc_bytes message)
{
	rc_reader_init(&answer->regions, message);
	rc_reader_init(&answer->results, rc_bytes_of(NULL, 0));
	answer->nregions = 0;
}

/* RegionActionResult.processed, which stands behind the results. */
static bool
find_processed(rc_multi_answer *answer, rc_bytes message)
{
	rc_reader	r;
	rc_field	f;

	answer->has_processed = answer->processed = false;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
		if (f.number == 3 && rc_field_is(&r, &f, RC_FIELD_VARINT))
		{
			answer->has_processed = true;
			answer->processed = f.value != 0;
		}
	return !r.failed;
}

bool
rc_multi_answer_next_region(rc_multi_answer *answer)
{
	rc_field	f;

	do
		if (!rc_field_next(&answer->regions, &f))
			return false;
	while (f.number != 1);
	if (!rc_field_is(&answer->regions, &f, RC_FIELD_BYTES))
		return false;
	rc_reader_init(&answer->results, f.bytes);
	answer->nregions++;
	answer->regions.failed = !find_processed(answer, f.bytes);
	return !answer->regions.failed;
}

bool
rc_multi_answer_next(rc_multi_answer *answer)
{
	while (!rc_multi_answer_next_in_region(answer))
		if (!rc_multi_answer_next_region(answer))
			return false;
	return true;
}

bool
rc_multi_answer_good(const rc_multi_answer *answer)
{
	return !answer->regions.failed;
}

bool
rc_get_answer_parse(rc_bytes message, uint64_t *ncells)
{
	rc_reader	r;
	rc_field	f;
	bool		has_result = false;
	bool		in_message = false;

	*ncells = 0;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number != 1)
			continue;
		has_result = true;
		if (!rc_field_is(&r, &f, RC_FIELD_BYTES) || !parse_result(f.bytes, ncells, &in_message))
			r.failed = true;
	}
	/* cells outside of the cell block: not with the codec we ask for */
	return !r.failed && has_result && !in_message;
}

/* ----- cells in messages ----- */

/* Cell of Cell.proto. */
static bool
parse_cell(rc_bytes message, rc_cell *cell)
{
	rc_bytes   *const parts[] = {NULL, &cell->row, &cell->family, &cell->qualifier, NULL, NULL, &cell->value};
	rc_reader	r;
	rc_field	f;

	memset(cell, 0, sizeof(*cell));
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number < sizeof(parts) / sizeof(parts[0]) && parts[f.number] != NULL &&
			rc_field_is(&r, &f, RC_FIELD_BYTES))
			*parts[f.number] = f.bytes;
		else if (f.number == 4 && rc_field_is(&r, &f, RC_FIELD_VARINT))
			cell->timestamp = f.value;
		else if (f.number == 5 && rc_field_is(&r, &f, RC_FIELD_VARINT))
			cell->type = (uint8_t) f.value;
	}
	return !r.failed;
}

void
rc_result_cells_begin(rc_reader *r, rc_bytes result)
{
	rc_reader_init(r, result);
}

bool
rc_result_cell_next(rc_reader *r, rc_cell *cell)
{
	rc_field	f;

	while (rc_field_next(r, &f))
		if (f.number == 1)
		{
			if (rc_field_is(r, &f, RC_FIELD_BYTES) && parse_cell(f.bytes, cell))
				return true;
			r->failed = true;
		}
	return false;
}

/* ----- loads ----- */

/* MultiRegionLoadStats: region names and loads, side by side. */
void
rc_multi_loads_begin(rc_multi_loads *loads, rc_bytes message)
{
	rc_bytes	statistics = {NULL, 0};
	rc_reader	r;
	rc_field	f;

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
		if (f.number == 3 && f.type == RC_FIELD_BYTES)
			statistics = f.bytes;
	rc_reader_init(&loads->regions, statistics);
	loads->loads = loads->regions;
}

/* The next field of this number. */
static bool
next_numbered(rc_reader *r, uint32_t number, rc_bytes *bytes)
{
	rc_field	f;

	while (rc_field_next(r, &f))
		if (f.number == number && f.type == RC_FIELD_BYTES)
		{
			*bytes = f.bytes;
			return true;
		}
	return false;
}

bool
rc_multi_loads_next(rc_multi_loads *loads, rc_bytes *region, rc_region_pressure *pressure)
{
	uint32_t   *const numbers[] = {NULL, &pressure->memstore, &pressure->heap, &pressure->compaction};
	rc_bytes	specifier;
	rc_bytes	load;
	rc_reader	r;
	rc_field	f;

	memset(pressure, 0, sizeof(*pressure));
	if (!next_numbered(&loads->regions, 1, &specifier) || !next_numbered(&loads->loads, 2, &load))
		return false;
	rc_reader_init(&r, specifier);
	if (!next_numbered(&r, 2, region))
		return false;
	rc_reader_init(&r, load);
	while (rc_field_next(&r, &f))
		if (f.number >= 1 && f.number <= 3 && f.type == RC_FIELD_VARINT)
			*numbers[f.number] = f.value < 100 ? (uint32_t) f.value : 100;
	return !r.failed;
}
