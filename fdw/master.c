/*
 * master.c
 *		Questions to the active master of HBase.
 *
 * Each opens an rc_admin, asks until there is an answer, letting interrupts in
 * meanwhile, and closes it on every way out.
 */
#include "htable_fdw.h"

#include "miscadmin.h"

/* One try to get an answer, which ends with RC_INTERRUPTED when the backend is wanted. */
typedef rc_status (*question) (rc_admin *admin, rc_bytes name, void *answer, rc_error *err);

static rc_status
describe(rc_admin *admin, rc_bytes name, void *answer, rc_error *err)
{
	return rc_admin_describe_table(admin, name, answer, err);
}

static rc_status
list(rc_admin *admin, rc_bytes name, void *answer, rc_error *err)
{
	return rc_admin_list_tables(admin, name, answer, err);
}

/* How the question ends: RC_OK, or what *err tells. */
static rc_status
ask(HtableConnection *connection, question q, const char *name, int timeout, void *answer,
	rc_error *err)
{
	rc_bytes	bytes = {(const uint8_t *) name, strlen(name)};
	rc_admin   *admin;
	rc_status	status;

	htable_session_set_deadline(connection);
	status = rc_admin_open(htable_session_client(connection), timeout, &admin, err);
	if (status != RC_OK)
		return status;
	PG_TRY();
	{
		while ((status = q(admin, bytes, answer, err)) == RC_INTERRUPTED)
			CHECK_FOR_INTERRUPTS();
	}
	PG_FINALLY();
	{
		rc_admin_close(admin);
	}
	PG_END_TRY();
	return status;
}

rc_table_desc *
htable_master_try_describe(HtableConnection *connection, const char *table_name, int timeout,
						   rc_error *err)
{
	rc_table_desc *desc = NULL;

	return ask(connection, describe, table_name, timeout, &desc, err) == RC_OK ? desc : NULL;
}

rc_table_desc *
htable_master_describe_if_allowed(HtableConnection *connection, const char *table_name)
{
	rc_error	err;
	rc_table_desc *desc = htable_master_try_describe(connection, table_name, 0, &err);

	if (desc == NULL && err.status != RC_ACCESS_DENIED)
		htable_host_raise(&err, htable_session_server_name(connection), table_name);
	return desc;
}

rc_table_list *
htable_master_tables(HtableConnection *connection, const char *name_space)
{
	rc_table_list *tables = NULL;
	rc_error	err;

	if (ask(connection, list, name_space, 0, &tables, &err) != RC_OK)
		htable_host_raise(&err, htable_session_server_name(connection), name_space);
	return tables;
}

/* What a truncation that did not end well leaves behind. */
static void
warn_of_stage(rc_truncate_stage stage, const char *table_name)
{
	const char *detail = NULL;

	switch (stage)
	{
		case RC_TRUNCATE_UNTOUCHED:
			return;
		case RC_TRUNCATE_DISABLING:
			detail = "It has its rows, but may be disabled.";
			break;
		case RC_TRUNCATE_EMPTYING:
			detail = "It may be empty, and may be disabled until HBase is done.";
			break;
		case RC_TRUNCATE_DONE:
			detail = "It is empty.";
			break;
	}
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("HBase table \"%s\" is not as it was", table_name),
			 errdetail_internal("%s", detail)));
}

void
htable_master_truncate(HtableConnection *connection, const char *table_name)
{
	rc_bytes	bytes = {(const uint8_t *) table_name, strlen(table_name)};
	volatile rc_truncate_stage stage = RC_TRUNCATE_UNTOUCHED;
	rc_admin   *admin;
	rc_error	err;
	rc_status	status;

	htable_session_set_deadline(connection);
	status = rc_admin_open(htable_session_client(connection), 0, &admin, &err);
	if (status != RC_OK)
		htable_host_raise(&err, htable_session_server_name(connection), table_name);
	PG_TRY();
	{
		rc_truncate_stage now = RC_TRUNCATE_UNTOUCHED;

		while ((status = rc_admin_truncate_table(admin, bytes, true, &now, &err)) == RC_INTERRUPTED)
		{
			stage = now;
			CHECK_FOR_INTERRUPTS();
		}
		stage = now;
		if (status != RC_OK)
			htable_host_raise(&err, htable_session_server_name(connection), table_name);
	}
	PG_CATCH();
	{
		rc_admin_close(admin);
		warn_of_stage(stage, table_name);
		PG_RE_THROW();
	}
	PG_END_TRY();
	rc_admin_close(admin);
}
