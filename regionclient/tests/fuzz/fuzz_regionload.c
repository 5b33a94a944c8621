/*
 * fuzz_regionload.c
 *		What region servers say of the sizes of regions.
 */
#include "fuzz.h"

#include "regionload.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rc_bytes	message = golden_exact(rc_bytes_of(data, size));
	rc_region_load load;
	rc_reader	r;
	size_t		regions = 0;

	rc_reader_init(&r, message);
	while (rc_region_load_next(&r, &load))
	{
		/* each takes at least a byte of the message */
		must(++regions <= size);
		must(load.name.len > 0);
		must(load.stored_mb <= INT32_MAX && load.memory_mb <= INT32_MAX);
		fuzz_touch(load.name);
	}
	golden_free(message);
	return 0;
}
