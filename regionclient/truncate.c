/*
 * truncate.c
 *		Emptying a table through the master.
 *
 * The table is disabled, truncated, and is enabled by that.  Each step starts a
 * procedure of the master, which is asked for until it has ended.  Requests
 * carry nonces, so one whose answer got lost starts no second procedure.  When
 * a step fails after the first the table is enabled again.
 * Upstream: HMaster.truncateTable, TruncateTableProcedure, MasterProtos.
 */
#include <string.h>

#include "admin.h"
#include "client.h"
#include "procedure.h"
#include "tablename.h"

/* Pauses between two questions for a procedure (ms): it takes 0.05 to 0.5 s in most cases. */
#define FIRST_PAUSE		20
#define MOST_PAUSE		1000

/* ----- requests ----- */

static rc_status
ask_table(rc_admin *admin, const char *method, rc_error *err)
{
	Htable__Wire__TableRequest request = HTABLE__WIRE__TABLE_REQUEST__INIT;
	Htable__Wire__TableName name;
	rc_question q = {method, &request.base};

	rc_table_name_set(&name, admin->table);
	request.table_name = &name;
	request.has_nonce_group = request.has_nonce = true;
	request.nonce_group = admin->nonce_group;
	request.nonce = admin->nonce;
	return rc_admin_ask(admin, &q, err);
}

static rc_status
ask_empty(rc_admin *admin, bool preserve_splits, rc_error *err)
{
	Htable__Wire__TruncateTableRequest request = HTABLE__WIRE__TRUNCATE_TABLE_REQUEST__INIT;
	Htable__Wire__TableName name;
	rc_question q = {"truncateTable", &request.base};

	rc_table_name_set(&name, admin->table);
	request.table_name = &name;
	request.has_preserve_splits = true;
	request.preserve_splits = preserve_splits;
	request.has_nonce_group = request.has_nonce = true;
	request.nonce_group = admin->nonce_group;
	request.nonce = admin->nonce;
	return rc_admin_ask(admin, &q, err);
}

static rc_status
ask_procedure(rc_admin *admin, rc_error *err)
{
	Htable__Wire__GetProcedureResultRequest request = HTABLE__WIRE__GET_PROCEDURE_RESULT_REQUEST__INIT;
	rc_question q = {"getProcedureResult", &request.base};

	request.proc_id = admin->procedure;
	return rc_admin_ask(admin, &q, err);
}

/*
 * Asks for the table to be enabled again without waiting for an answer: the
 * master does that behind what it is doing.
 */
static void
enable_unheard(rc_admin *admin)
{
	Htable__Wire__TableRequest request = HTABLE__WIRE__TABLE_REQUEST__INIT;
	Htable__Wire__TableName name;
	rc_request	frame = {0};
	rc_call    *call;
	rc_link    *link;
	rc_error	err;

	link = rc_link_find(admin->client, admin->server.host, admin->server.port, RC_MASTER_SERVICE);
	if (link == NULL)
		return;
	rc_table_name_set(&name, admin->table);
	request.table_name = &name;
	request.has_nonce_group = request.has_nonce = true;
	request.nonce_group = admin->nonce_group;
	request.nonce = ++admin->nonce;
	frame.method = "EnableTable";
	frame.param = &request.base;
	if (rc_link_send(link, &frame, rc_client_now(admin->client) + admin->client->config.rpc_timeout,
					 &call, &err) == RC_OK)
		rc_call_abandon(call, NULL);
}

/* ----- steps ----- */

/* The next request is a new one to the master. */
static void
go_on(rc_admin *admin, admin_phase phase)
{
	admin->phase = phase;
	admin->nonce++;
	rc_retry_progress(&admin->retry);
}

/* A request was answered with the number of its procedure, which is then waited for. */
static rc_status
started(rc_admin *admin, rc_status status, admin_phase phase, rc_error *err)
{
	if (status != RC_OK)
		return status;
	status = rc_procedure_parse_started(admin->call->response.message, &admin->procedure, err);
	admin->pause = FIRST_PAUSE;
	admin->ask_at = rc_client_now(admin->client) + admin->pause;
	return rc_admin_answered(admin, status, phase, err);
}

/* Waits for the procedure to end; RC_OK, or why it failed. */
static rc_status
procedure_end(rc_admin *admin, rc_error *err)
{
	admin_phase phase = admin->phase;
	bool		ended = false;
	rc_status	status = RC_OK;

	while (!ended)
	{
		while (admin->call == NULL && rc_client_now(admin->client) < admin->ask_at)
		{
			rc_client_want(admin->client, admin->ask_at, RC_WAIT_MASTER);
			status = rc_client_wait(admin->client, err);
			if (status != RC_OK)
				return status;
		}
		status = ask_procedure(admin, err);
		if (status != RC_OK)
			return status;
		status = rc_procedure_parse_result(admin->call->response.message, &ended, err);
		status = rc_admin_answered(admin, status, phase, err);
		if (status != RC_OK)
			return status;
		admin->pause = admin->pause * 2 < MOST_PAUSE ? admin->pause * 2 : MOST_PAUSE;
		admin->ask_at = rc_client_now(admin->client) + admin->pause;
	}
	return RC_OK;
}

/* The operation is over. */
static rc_status
end(rc_admin *admin, rc_truncate_stage stage, rc_status status)
{
	rc_admin_unanswered(admin, status);
	admin->stage = stage;
	rc_client_free(admin->client, (void *) admin->table.data);
	admin->table = rc_bytes_of(NULL, 0);
	return status;
}

/* A step failed: the table, which may be disabled, is enabled again. */
static void
fall_back(rc_admin *admin, const rc_error *err)
{
	admin->why = *err;
	rc_admin_unanswered(admin, err->status);
	go_on(admin, ADMIN_ENABLE);
}

/* Was the request refused, so that no procedure was started? */
static bool
refused(const rc_error *err)
{
	return err->java_class[0] != '\0' && err->status != RC_OPERATION_TIMEOUT;
}

static rc_status
step_state(rc_admin *admin, rc_error *err)
{
	rc_status	status = rc_admin_ask_state(admin, admin->table, ADMIN_DISABLE, err);

	if (status == RC_OK && !admin->enabled)
		status = rc_error_set(err, RC_TABLE_DISABLED, "table is disabled");
	if (status == RC_INTERRUPTED)
		return status;
	if (status != RC_OK)
		return end(admin, RC_TRUNCATE_UNTOUCHED, status);
	go_on(admin, ADMIN_DISABLE);
	admin->stage = RC_TRUNCATE_DISABLING;
	return RC_OK;
}

static rc_status
step_disable(rc_admin *admin, rc_error *err)
{
	rc_status	status = ask_table(admin, "DisableTable", err);

	status = started(admin, status, ADMIN_DISABLING, err);
	if (status == RC_OK || status == RC_INTERRUPTED)
		return status;
	if (refused(err))
		return end(admin, RC_TRUNCATE_UNTOUCHED, status);
	fall_back(admin, err);
	return RC_OK;
}

static rc_status
step_disabling(rc_admin *admin, rc_error *err)
{
	rc_status	status = procedure_end(admin, err);

	if (status == RC_INTERRUPTED)
		return status;
	if (status == RC_OK)
	{
		go_on(admin, ADMIN_EMPTY);
		admin->stage = RC_TRUNCATE_EMPTYING;
	}
	else
		fall_back(admin, err);
	return RC_OK;
}

static rc_status
step_empty(rc_admin *admin, bool preserve_splits, rc_error *err)
{
	rc_status	status = ask_empty(admin, preserve_splits, err);

	status = started(admin, status, ADMIN_EMPTYING, err);
	if (status == RC_OK || status == RC_INTERRUPTED)
		return status;
	if (refused(err))
		admin->stage = RC_TRUNCATE_DISABLING;
	fall_back(admin, err);
	return RC_OK;
}

static rc_status
step_emptying(rc_admin *admin, rc_error *err)
{
	rc_status	status = procedure_end(admin, err);

	if (status == RC_INTERRUPTED)
		return status;
	if (status == RC_OK)
		return end(admin, RC_TRUNCATE_DONE, RC_OK);
	fall_back(admin, err);
	return RC_OK;
}

static rc_status
step_enable(rc_admin *admin, rc_error *err)
{
	rc_status	status = ask_table(admin, "EnableTable", err);

	status = started(admin, status, ADMIN_ENABLING, err);
	if (status == RC_OK || status == RC_INTERRUPTED)
		return status;
	/* our time may be over, the master's is not */
	if (status == RC_OPERATION_TIMEOUT)
		enable_unheard(admin);
	*err = admin->why;
	return end(admin, admin->stage, err->status);
}

static rc_status
step_enabling(rc_admin *admin, rc_error *err)
{
	rc_status	status = procedure_end(admin, err);
	bool		untouched = admin->stage == RC_TRUNCATE_DISABLING;

	if (status == RC_INTERRUPTED)
		return status;
	*err = admin->why;
	return end(admin, status == RC_OK && untouched ? RC_TRUNCATE_UNTOUCHED : admin->stage, err->status);
}

rc_status
rc_admin_truncate_table(rc_admin *admin, rc_bytes table, bool preserve_splits,
						rc_truncate_stage *stage, rc_error *err)
{
	rc_status	status = RC_OK;

	*stage = admin->stage = admin->phase == ADMIN_IDLE ? RC_TRUNCATE_UNTOUCHED : admin->stage;
	if (admin->phase == ADMIN_IDLE && !rc_bytes_copy(&admin->client->host, table, &admin->table))
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	rc_admin_begin(admin, ADMIN_TRUNCATE_STATE);
	while (status == RC_OK && admin->phase != ADMIN_IDLE)
	{
		switch (admin->phase)
		{
			case ADMIN_TRUNCATE_STATE:
				status = step_state(admin, err);
				break;
			case ADMIN_DISABLE:
				status = step_disable(admin, err);
				break;
			case ADMIN_DISABLING:
				status = step_disabling(admin, err);
				break;
			case ADMIN_EMPTY:
				status = step_empty(admin, preserve_splits, err);
				break;
			case ADMIN_EMPTYING:
				status = step_emptying(admin, err);
				break;
			case ADMIN_ENABLE:
				status = step_enable(admin, err);
				break;
			default:
				status = step_enabling(admin, err);
		}
		*stage = admin->stage;
	}
	return status;
}

/*
 * Once the truncation was asked for the table is enabled by that; before, and
 * after a failure, somebody has to ask.
 */
void
rc_truncate_abandon(rc_admin *admin)
{
	if (admin->phase == ADMIN_DISABLE || admin->phase == ADMIN_DISABLING || admin->phase == ADMIN_ENABLE ||
		(admin->phase == ADMIN_EMPTY && admin->call == NULL))
		enable_unheard(admin);
}
