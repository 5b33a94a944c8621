/*
 * admin.c
 *		Questions to the active master (MasterService).
 *
 * One question is one call, sent again as long as its failure may pass: to
 * whoever ZooKeeper names as the master then.  Describing a table takes two
 * questions, of which the first (the state) wants no permission and tells best
 * that there is no such table.
 * Upstream: RawAsyncHBaseAdmin, AsyncMasterRequestRpcRetryingCaller, MasterProtos.
 */
#include "admin.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "client.h"
#include "descriptor.h"
#include "registry.h"
#include "status.h"
#include "tablename.h"

/* ----- one question ----- */

static void
drop_call(rc_admin *admin)
{
	rc_call_abandon(admin->call, NULL);
	admin->call = NULL;
}

/* May another server be the master now?  Our own deadline says nothing about that. */
static bool
casts_doubt(rc_admin *admin, const rc_error *why)
{
	if (why->status == RC_RPC_TIMEOUT &&
		rc_client_now(admin->client) >= rc_retry_deadline(&admin->retry))
		return false;
	return rc_status_lookup(why->status)->action == RC_RELOCATE;
}

static rc_status
failed(rc_admin *admin, const rc_error *why, rc_error *err)
{
	rc_error	copy = *why;

	drop_call(admin);
	if (casts_doubt(admin, &copy))
		rc_registry_forget_master(admin->client->registry, &admin->server);
	return rc_retry_cluster_failed(&admin->retry, &copy, err);
}

static rc_status
send_question(rc_admin *admin, const rc_question *q, rc_error *err)
{
	rc_request	request = {0};
	rc_link    *link;
	rc_status	status;

	status = rc_link_get(admin->client, admin->server.host, admin->server.port, RC_MASTER_SERVICE, &link, err);
	if (status != RC_OK)
		return status;
	request.method = q->method;
	request.param = q->param;
	return rc_link_send(link, &request, rc_retry_call_expires(&admin->retry), &admin->call, err);
}

/* Finds the master and asks it.  RC_OK: the question is on its way. */
static rc_status
step_ask(rc_admin *admin, const rc_question *q, bool *wait, rc_error *err)
{
	rc_error	why;
	rc_status	status = rc_retry_ready(&admin->retry, err);

	*wait = status == RC_AGAIN;
	if (status != RC_OK)
		return status;
	status = rc_registry_master_step(admin->client->registry, &admin->registry_run, &admin->server, &why);
	*wait = status == RC_AGAIN;
	if (status == RC_AGAIN)
	{
		rc_client_want_also(admin->client, rc_retry_deadline(&admin->retry));
		return RC_AGAIN;
	}
	if (status == RC_OK)
		status = send_question(admin, q, &why);
	return status == RC_OK ? RC_OK : failed(admin, &why, err);
}

/* RC_OK: the answer is in admin->call.  RC_AGAIN: wait if *wait, and step again. */
static rc_status
step(rc_admin *admin, const rc_question *q, bool *wait, rc_error *err)
{
	rc_status	status;

	*wait = false;
	if (admin->call == NULL)
	{
		status = step_ask(admin, q, wait, err);
		if (status != RC_OK)
			return status;
	}
	if (!admin->call->done)
	{
		rc_client_want(admin->client, rc_retry_deadline(&admin->retry),
					   rc_call_wait_kind(admin->call, RC_WAIT_MASTER));
		*wait = true;
		return RC_AGAIN;
	}
	if (admin->call->status != RC_OK)
		return failed(admin, &admin->call->error, err);
	admin->client->cluster_seen = true;
	return RC_OK;
}

rc_status
rc_admin_ask(rc_admin *admin, const rc_question *q, rc_error *err)
{
	rc_status	status;
	bool		wait;

	while ((status = step(admin, q, &wait, err)) == RC_AGAIN)
	{
		if (wait)
			status = rc_client_wait(admin->client, err);
		if (status == RC_INTERRUPTED)
			return status;
	}
	return status;
}

rc_status
rc_admin_answered(rc_admin *admin, rc_status status, admin_phase phase, rc_error *err)
{
	drop_call(admin);
	if (status == RC_PROTOCOL)
		rc_link_blame(admin->client, admin->server.host, admin->server.port, err);
	if (status == RC_OK && phase != ADMIN_IDLE)
		rc_retry_progress(&admin->retry);
	admin->phase = status == RC_OK ? phase : ADMIN_IDLE;
	return status;
}

void
rc_admin_begin(rc_admin *admin, admin_phase phase)
{
	if (admin->phase != ADMIN_IDLE)
		return;
	admin->phase = phase;
	admin->registry_run = 0;
	rc_retry_progress(&admin->retry);
}

rc_status
rc_admin_unanswered(rc_admin *admin, rc_status status)
{
	if (status != RC_INTERRUPTED)
	{
		drop_call(admin);
		admin->phase = ADMIN_IDLE;
	}
	return status;
}

/* ----- the operations ----- */

rc_status
rc_admin_ask_state(rc_admin *admin, rc_bytes table, admin_phase phase, rc_error *err)
{
	Htable__Wire__GetTableStateRequest request = HTABLE__WIRE__GET_TABLE_STATE_REQUEST__INIT;
	Htable__Wire__TableName name;
	rc_question	q = {"GetTableState", &request.base};
	rc_status	status;

	rc_table_name_set(&name, table);
	request.table_name = &name;
	status = rc_admin_ask(admin, &q, err);
	if (status != RC_OK)
		return rc_admin_unanswered(admin, status);
	status = rc_descriptor_parse_state(admin->call->response.message, &admin->enabled, err);
	return rc_admin_answered(admin, status, phase, err);
}

static rc_status
ask_descriptor(rc_admin *admin, rc_bytes table, rc_table_desc **desc, rc_error *err)
{
	Htable__Wire__GetTableDescriptorsRequest request = HTABLE__WIRE__GET_TABLE_DESCRIPTORS_REQUEST__INIT;
	Htable__Wire__TableName name;
	Htable__Wire__TableName *names[] = {&name};
	rc_question	q = {"GetTableDescriptors", &request.base};
	rc_status	status;

	rc_table_name_set(&name, table);
	request.n_table_names = 1;
	request.table_names = names;
	status = rc_admin_ask(admin, &q, err);
	if (status != RC_OK)
		return rc_admin_unanswered(admin, status);
	status = rc_descriptor_parse(&admin->client->host, admin->client->config.max_response_size,
								 table, admin->call->response.message, desc, err);
	if (status == RC_OK)
		(*desc)->enabled = admin->enabled;
	return rc_admin_answered(admin, status, ADMIN_IDLE, err);
}

rc_status
rc_admin_describe_table(rc_admin *admin, rc_bytes table, rc_table_desc **desc, rc_error *err)
{
	rc_status	status = RC_OK;

	*desc = NULL;
	rc_admin_begin(admin, ADMIN_STATE);
	if (admin->phase == ADMIN_STATE)
		status = rc_admin_ask_state(admin, table, ADMIN_DESCRIPTOR, err);
	return status == RC_OK ? ask_descriptor(admin, table, desc, err) : status;
}

rc_status
rc_admin_list_tables(rc_admin *admin, rc_bytes name_space, rc_table_list **list, rc_error *err)
{
	Htable__Wire__GetTableNamesRequest request = HTABLE__WIRE__GET_TABLE_NAMES_REQUEST__INIT;
	rc_question	q = {"GetTableNames", &request.base};
	char		text[256];
	rc_status	status;

	*list = NULL;
	if (name_space.len == 0 || name_space.len >= sizeof(text) ||
		memchr(name_space.data, '\0', name_space.len) != NULL)
		return rc_error_set(err, RC_NAMESPACE_MISSING, "HBase has no such namespace");
	memcpy(text, name_space.data, name_space.len);
	text[name_space.len] = '\0';
	request.namespace_ = text;
	request.has_include_sys_tables = request.include_sys_tables = true;
	rc_admin_begin(admin, ADMIN_NAMES);
	status = rc_admin_ask(admin, &q, err);
	if (status != RC_OK)
		return rc_admin_unanswered(admin, status);
	status = rc_descriptor_parse_names(&admin->client->host, admin->client->config.max_response_size,
									   admin->call->response.message, list, err);
	return rc_admin_answered(admin, status, ADMIN_IDLE, err);
}

/* ----- opening and closing ----- */

static void
admin_free(rc_child *child)
{
	rc_admin   *admin = (rc_admin *) child;

	rc_truncate_abandon(admin);
	drop_call(admin);
	rc_client_free(admin->client, (void *) admin->table.data);
	rc_client_disown(&admin->child);
	rc_client_free(admin->client, admin);
}

rc_status
rc_admin_open(rc_client *client, int timeout, rc_admin **admin, rc_error *err)
{
	rc_admin   *new = rc_client_alloc(client, sizeof(rc_admin));

	*admin = NULL;
	if (new == NULL)
		return rc_error_set(err, RC_NO_MEMORY, "out of memory");
	new->client = client;
	rc_retry_init(&new->retry, client);
	new->retry.patience = timeout;
	if (getrandom(&new->nonce_group, sizeof(new->nonce_group), GRND_NONBLOCK) != sizeof(new->nonce_group))
		new->nonce_group = (uint64_t) rc_client_random(client) << 32 | rc_client_random(client);
	new->child.close = admin_free;
	rc_client_adopt(client, &new->child);
	*admin = new;
	return RC_OK;
}

void
rc_admin_close(rc_admin *admin)
{
	if (admin == NULL)
		return;
	if (admin->phase != ADMIN_IDLE)
		rc_registry_stop(admin->client->registry);
	admin_free(&admin->child);
}
