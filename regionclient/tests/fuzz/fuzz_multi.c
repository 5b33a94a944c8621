/*
 * fuzz_multi.c
 *		Answers to Multi and to Get.
 */
#include "fuzz.h"

#include "multi_answer.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rc_bytes	message = rc_bytes_of(data, size);
	rc_multi_answer answer;
	uint64_t	ncells;
	size_t		items = 0;

	rc_multi_answer_begin(&answer, message);
	while (rc_multi_answer_next(&answer))
	{
		const rc_multi_item *item = &answer.item;

		must(item->region < answer.nregions);
		/* each takes at least a byte of the message */
		must(++items <= size);
		if (item->failed)
			fuzz_check_error(&item->error, item->error.status);
	}
	rc_multi_answer_good(&answer);
	rc_get_answer_parse(message, &ncells);
	return 0;
}
