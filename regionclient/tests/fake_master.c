/*
 * fake_master.c
 *		The master of a fake server, its ClientMetaService, and what it tells of
 *		the sizes of its regions (see fake_server.h).
 *
 * It knows one table, "t", in the namespace "default", with the state that the
 * server says and two families: "f" with every attribute that matters, "g"
 * with none.
 */
#include <string.h>

#include "fake_server.h"

static void
put_text(rc_buf *out, uint32_t number, const char *text)
{
	fake_put_string(out, number, text, strlen(text));
}

static void
put_pair(rc_buf *out, uint32_t number, const char *name, const char *value)
{
	rc_buf		pair;

	fake_buf(&pair);
	put_text(&pair, 1, name);
	put_text(&pair, 2, value);
	fake_put_message(out, number, &pair);
	rc_buf_free(&pair);
}

static void
put_table_name(rc_buf *out, uint32_t number)
{
	rc_buf		name;

	fake_buf(&name);
	put_text(&name, 1, "default");
	put_text(&name, 2, "t");
	fake_put_message(out, number, &name);
	rc_buf_free(&name);
}

static void
put_families(rc_buf *schema)
{
	rc_buf		family;

	fake_buf(&family);
	put_text(&family, 1, "f");
	put_pair(&family, 2, "VERSIONS", "3");
	put_pair(&family, 2, "MIN_VERSIONS", "1");
	put_pair(&family, 2, "TTL", "86400");
	put_pair(&family, 2, "KEEP_DELETED_CELLS", "ttl");
	fake_put_message(schema, 3, &family);
	rc_buf_reset(&family);
	put_text(&family, 1, "g");
	fake_put_message(schema, 3, &family);
	rc_buf_free(&family);
}

static void
put_schema(rc_buf *out, uint32_t number)
{
	rc_buf		schema;

	fake_buf(&schema);
	put_table_name(&schema, 1);
	put_families(&schema);
	/* behind the families: the order is the server's */
	put_pair(&schema, 2, "IS_META", "false");
	fake_put_message(out, number, &schema);
	rc_buf_free(&schema);
}

/*
 * Procedures: each changes the table's state at once, and runs for as many
 * questions as `procedure_runs` says.
 */
static void
serve_procedure(fake_server *server, fake_request *request, rc_buf *message)
{
	if (strcmp(request->method, "getProcedureResult") == 0)
	{
		fake_put_number(message, 1, server->procedure_asked++ < server->procedure_runs ? 1 : 2);
		return;
	}
	if (strcmp(request->method, "DisableTable") == 0)
		server->table_state = 1;
	else if (strcmp(request->method, "EnableTable") == 0)
		server->table_state = 0;
	else if (strcmp(request->method, "truncateTable") == 0)
	{
		server->table_state = 0;
		server->truncated++;
	}
	else
		fake_die(request->method);
	server->procedure_asked = 0;
	fake_put_number(message, 1, 77);
}

void
fake_serve_master(fake_server *server, fake_request *request)
{
	rc_buf		message;
	rc_buf		state;
	rc_buf		cells;

	fake_buf(&message);
	fake_buf(&state);
	fake_buf(&cells);
	if (strcmp(request->method, "GetTableState") == 0)
	{
		if (server->table_state < 0)
		{
			fake_fail(request, "org.apache.hadoop.hbase.TableNotFoundException", "t");
			return;
		}
		fake_put_number(&state, 1, (uint64_t) server->table_state);
		fake_put_message(&message, 1, &state);
	}
	else if (strcmp(request->method, "GetTableDescriptors") == 0)
	{
		if (server->table_state >= 0)
			put_schema(&message, 1);
	}
	else if (strcmp(request->method, "GetTableNames") == 0)
		put_table_name(&message, 1);
	else
		serve_procedure(server, request, &message);
	fake_reply(request, &message, &cells);
	rc_buf_free(&message);
	rc_buf_free(&state);
}

static void
put_server(fake_server *server, rc_buf *out, uint32_t number)
{
	rc_buf		name;

	fake_buf(&name);
	put_text(&name, 1, "127.0.0.1");
	fake_put_number(&name, 2, (uint64_t) server->port);
	fake_put_message(out, number, &name);
	rc_buf_free(&name);
}

/* Where a replica of hbase:meta is; all but the first are nowhere. */
static void
put_location(fake_server *server, rc_buf *out, int replica)
{
	rc_buf		location;
	rc_buf		info;

	fake_buf(&location);
	fake_buf(&info);
	fake_put_number(&info, 7, (uint64_t) replica);
	fake_put_message(&location, 1, &info);
	if (replica == 0)
		put_server(server, &location, 2);
	fake_put_message(out, 1, &location);
	rc_buf_free(&location);
	rc_buf_free(&info);
}

void
fake_serve_registry(fake_server *server, fake_request *request)
{
	rc_buf		message;
	rc_buf		cells;

	fake_buf(&message);
	fake_buf(&cells);
	if (strcmp(request->method, "GetClusterId") == 0)
		put_text(&message, 1, "fake-cluster");
	else if (strcmp(request->method, "GetActiveMaster") == 0)
	{
		if (!server->no_master)
			put_server(server, &message, 1);
	}
	else
	{
		put_location(server, &message, 1);
		put_location(server, &message, 0);
		put_location(server, &message, 2);
	}
	fake_reply(request, &message, &cells);
	rc_buf_free(&message);
}

void
fake_serve_sizes(fake_server *server, fake_request *request)
{
	rc_buf		message;
	rc_buf		load;
	rc_buf		name;
	rc_buf		cells;

	fake_buf(&message);
	fake_buf(&load);
	fake_buf(&name);
	fake_buf(&cells);
	/* in no order */
	for (int i = server->nregions - 1; i >= 0; i--)
	{
		rc_buf_reset(&name);
		rc_buf_reset(&load);
		fake_put_number(&name, 1, 1);
		put_text(&name, 2, server->regions[i].name);
		fake_put_message(&load, 1, &name);
		fake_put_number(&load, 4, (uint64_t) (10 * (i + 1)));
		fake_put_number(&load, 6, 1);
		fake_put_message(&message, 1, &load);
	}
	fake_reply(request, &message, &cells);
	rc_buf_free(&message);
	rc_buf_free(&load);
	rc_buf_free(&name);
}
