/*
 * procedure.h
 *		What the master says of its procedures.  Pure.
 */
#ifndef RC_PROCEDURE_H
#define RC_PROCEDURE_H

#include "bytes.h"

/* The answer to a request that starts one (DisableTableResponse and its like): its number. */
extern rc_status rc_procedure_parse_started(rc_bytes message, uint64_t *procedure, rc_error *err);

/*
 * GetProcedureResultResponse: has it ended?  The error is that of a procedure
 * that failed, or RC_PROTOCOL.
 */
extern rc_status rc_procedure_parse_result(rc_bytes message, bool *ended, rc_error *err);

#endif							/* RC_PROCEDURE_H */
