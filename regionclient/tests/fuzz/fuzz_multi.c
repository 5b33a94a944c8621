/*
 * fuzz_multi.c
 *		Answers to Multi and to Get, and of the master about procedures.
 */
#include "fuzz.h"

#include "multi_answer.h"
#include "procedure.h"

static void
look_at_result(const rc_multi_item *item)
{
	rc_reader	r;
	rc_cell		cell;
	size_t		cells = 0;

	rc_result_cells_begin(&r, item->result);
	while (rc_result_cell_next(&r, &cell))
		must(++cells <= item->result.len && cell.value.len <= item->result.len);
}

static void
look_at_loads(rc_bytes message)
{
	rc_multi_loads loads;
	rc_region_pressure pressure;
	rc_bytes	region;
	size_t		n = 0;

	rc_multi_loads_begin(&loads, message);
	while (rc_multi_loads_next(&loads, &region, &pressure))
		must(++n <= message.len && pressure.memstore <= 100 && pressure.heap <= 100 &&
			 pressure.compaction <= 100);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rc_bytes	message = rc_bytes_of(data, size);
	rc_multi_answer answer;
	uint64_t	ncells;
	size_t		items = 0;
	bool		ended;
	rc_error	err;

	rc_multi_answer_begin(&answer, message);
	while (rc_multi_answer_next(&answer))
	{
		const rc_multi_item *item = &answer.item;

		must(item->region < answer.nregions);
		/* each takes at least a byte of the message */
		must(++items <= size);
		if (item->failed)
			fuzz_check_error(&item->error, item->error.status);
		else if (item->has_result)
			look_at_result(item);
	}
	rc_multi_answer_good(&answer);
	look_at_loads(message);
	rc_procedure_parse_started(message, &ncells, &err);
	rc_procedure_parse_result(message, &ended, &err);
	rc_get_answer_parse(message, &ncells);
	return 0;
}
