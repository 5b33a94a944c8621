/*
 * fuzz_frame.c
 *		Frames of answers, and the exceptions in them.
 */
#include "fuzz.h"

#include "frame.h"
#include "status.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rc_response response;
	rc_error	err;
	rc_status	status = rc_frame_parse(rc_bytes_of(data, size), &response, &err);

	if (status != RC_OK)
	{
		fuzz_check_error(&err, status);
		return 0;
	}
	if (response.failed)
	{
		fuzz_touch(rc_frame_exception_message(response.exception_class, response.exception_text));
		status = rc_frame_exception(&response, &err);
		must(status != RC_OK);
		fuzz_check_error(&err, status);
		must(rc_throttle_wait(err.message) >= -1);
		return 0;
	}
	fuzz_touch(response.message);
	fuzz_touch(response.cells);
	return 0;
}
