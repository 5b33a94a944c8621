/*
 * procedure.c
 *		What the master says of its procedures.
 *
 * A procedure that the master does not know (any more) has ended well some time
 * ago: those that failed are told for as long as anyone may ask.
 * Upstream: MasterProtos.GetProcedureResultResponse, ErrorHandlingProtos,
 * RawAsyncHBaseAdmin.getProcedureResult.
 */
#include "procedure.h"

#include <string.h>

#include "field.h"
#include "frame.h"

/* GetProcedureResultResponse.State */
#define STATE_RUNNING	1

#define RESULT_STATE		1
#define RESULT_EXCEPTION	5

/* ForeignExceptionMessage, GenericExceptionMessage */
#define FOREIGN_GENERIC		2
#define GENERIC_CLASS		1
#define GENERIC_MESSAGE		2

static rc_status
malformed(rc_error *err)
{
	return rc_error_set(err, RC_PROTOCOL, "malformed response of the master about a procedure");
}

rc_status
rc_procedure_parse_started(rc_bytes message, uint64_t *procedure, rc_error *err)
{
	rc_reader	r;
	rc_field	f;
	bool		found = false;

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_VARINT))
		{
			*procedure = f.value;
			found = true;
		}
	return r.failed || !found ? malformed(err) : RC_OK;
}

/* The last field of type bytes with this number; false: malformed. */
static bool
find_bytes(rc_bytes message, uint32_t number, rc_bytes *bytes)
{
	rc_reader	r;
	rc_field	f;

	*bytes = rc_bytes_of(NULL, 0);
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
		if (f.number == number && rc_field_is(&r, &f, RC_FIELD_BYTES))
			*bytes = f.bytes;
	return !r.failed;
}

/* Why it failed. */
static rc_status
parse_exception(rc_bytes message, rc_error *err)
{
	rc_response response;
	rc_bytes	generic;

	memset(&response, 0, sizeof(response));
	if (!find_bytes(message, FOREIGN_GENERIC, &generic) ||
		!find_bytes(generic, GENERIC_CLASS, &response.exception_class) ||
		!find_bytes(generic, GENERIC_MESSAGE, &response.exception_text))
		return malformed(err);
	response.do_not_retry = true;
	return rc_frame_exception(&response, err);
}

rc_status
rc_procedure_parse_result(rc_bytes message, bool *ended, rc_error *err)
{
	uint64_t	state = 0;
	bool		has_state = false;
	bool		failed = false;
	rc_bytes	exception;
	rc_reader	r;
	rc_field	f;

	*ended = false;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == RESULT_STATE && rc_field_is(&r, &f, RC_FIELD_VARINT))
		{
			state = f.value;
			has_state = true;
		}
		failed |= f.number == RESULT_EXCEPTION;
	}
	if (r.failed || !has_state || !find_bytes(message, RESULT_EXCEPTION, &exception))
		return malformed(err);
	*ended = state != STATE_RUNNING;
	return *ended && failed ? parse_exception(exception, err) : RC_OK;
}
