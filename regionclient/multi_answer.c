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

/* Result: how many cells it has in the cell block. */
static bool
parse_result(rc_bytes message, uint64_t *ncells)
{
	rc_reader	r;
	rc_field	f;
	bool		in_message = false;

	*ncells = 0;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		in_message |= f.number == 1;
		if (f.number == 2 && rc_field_is(&r, &f, RC_FIELD_VARINT))
			*ncells = f.value;
	}
	/* cells outside of the cell block: not with the codec we ask for */
	return !r.failed && !in_message;
}

/* ResultOrException. */
static bool
parse_item(rc_bytes message, rc_multi_item *item)
{
	rc_reader	r;
	rc_field	f;

	item->whole_region = item->failed = item->has_result = false;
	item->index = item->ncells = 0;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_VARINT))
			item->index = f.value;
		else if (f.number == 2 && rc_field_is(&r, &f, RC_FIELD_BYTES))
		{
			item->has_result = true;
			r.failed |= !parse_result(f.bytes, &item->ncells);
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
	item->has_result = false;
	item->index = item->ncells = 0;
	return parse_exception(message, &item->error);
}

/* The next item of the current region; false when it has no more. */
static bool
next_in_region(rc_multi_answer *answer)
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

bool
rc_multi_answer_next(rc_multi_answer *answer)
{
	rc_field	f;

	for (;;)
	{
		if (next_in_region(answer))
			return true;
		do
			if (!rc_field_next(&answer->regions, &f))
				return false;
		while (f.number != 1);
		if (!rc_field_is(&answer->regions, &f, RC_FIELD_BYTES))
			return false;
		rc_reader_init(&answer->results, f.bytes);
		answer->nregions++;
	}
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

	*ncells = 0;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number != 1)
			continue;
		has_result = true;
		if (!rc_field_is(&r, &f, RC_FIELD_BYTES) || !parse_result(f.bytes, ncells))
			r.failed = true;
	}
	return !r.failed && has_result;
}
