/*
 * test_admin.c
 *		The master is found, asked, waited for, and not believed blindly.
 */
#include <string.h>

#include "descriptor.h"
#include "fake_server.h"
#include "field.h"
#include "golden.h"
#include "procedure.h"
#include "tap.h"

#define HBASE "org.apache.hadoop.hbase."

static fake_server server;
static rc_client *client;
static rc_admin *admin;
static rc_error err;
static int	interrupts;

static void
begin(void)
{
	fake_start(&server, 1, 1);
	interrupts = 0;
}

static void
open_admin(int timeout)
{
	if (rc_client_open(&server.host, &server.config, &client, &err) != RC_OK ||
		rc_admin_open(client, timeout, &admin, &err) != RC_OK)
		bail_out("open: %s", err.message);
}

static void
end(void)
{
	rc_admin_close(admin);
	rc_client_close(client);
	fake_stop(&server);
}

static rc_status
describe(rc_table_desc **desc)
{
	rc_status	status;

	while ((status = rc_admin_describe_table(admin, rc_bytes_cstr("t"), desc, &err)) == RC_INTERRUPTED)
		interrupts++;
	return status;
}

/* Describes the table once with a client of its own; how it ended. */
static rc_status
describe_once(int timeout)
{
	rc_table_desc *desc;
	rc_status	status;

	open_admin(timeout);
	status = describe(&desc);
	rc_table_desc_free(desc);
	return status;
}

static bool
is(rc_bytes a, const char *b)
{
	return rc_bytes_equal(a, rc_bytes_cstr(b));
}

/* ----- what is read ----- */

static bool
f_is_right(const rc_family_desc *f)
{
	return is(f->name, "f") && f->max_versions == 3 && f->min_versions == 1 && f->ttl == 86400 &&
		f->keep_deleted == RC_KEEP_DELETED_TTL && f->nattributes == 4 &&
		is(f->attributes[2].name, "TTL") && is(f->attributes[2].value, "86400");
}

static bool
g_is_right(const rc_family_desc *g)
{
	return is(g->name, "g") && g->max_versions == 1 && g->min_versions == 0 &&
		g->ttl == RC_TTL_FOREVER && g->keep_deleted == RC_KEEP_DELETED_FALSE && g->nattributes == 0;
}

static bool
desc_is_right(const rc_table_desc *desc)
{
	return is(desc->name, "t") && desc->nattributes == 1 && is(desc->attributes[0].name, "IS_META") &&
		desc->nfamilies == 2 && f_is_right(&desc->families[0]) && g_is_right(&desc->families[1]);
}

static void
answers(void)
{
	rc_table_desc *desc;
	rc_table_list *list;

	begin();
	open_admin(0);
	ok(describe(&desc) == RC_OK && desc->enabled && desc_is_right(desc),
	   "a descriptor has families, attributes, and HBase's defaults for what is not said");
	rc_admin_close(admin);
	rc_client_close(client);
	ok(desc_is_right(desc), "... and outlives the client");
	rc_table_desc_free(desc);

	server.table_state = 1;
	open_admin(0);
	ok(describe(&desc) == RC_OK && !desc->enabled, "a disabled table can be described");
	rc_table_desc_free(desc);
	server.table_state = -1;
	ok(describe(&desc) == RC_TABLE_MISSING && desc == NULL, "a table that is not there");
	ok(rc_admin_list_tables(admin, rc_bytes_cstr("default"), &list, &err) == RC_OK && list->n == 1 &&
	   is(list->names[0], "t"), "the tables of a namespace; \"default\" is not shown");
	rc_table_list_free(list);
	ok(rc_admin_list_tables(admin, rc_bytes_cstr(""), &list, &err) == RC_NAMESPACE_MISSING,
	   "no namespace has an empty name");
	end();
}

static void
interrupted(void)
{
	rc_table_desc *desc;
	rc_status	status;

	begin();
	server.interrupt_every = 2;
	open_admin(0);
	status = describe(&desc);
	ok(status == RC_OK && interrupts > 1 && desc_is_right(desc) && server.count[FAKE_MASTER] == 2,
	   "interrupts lose no call in flight (%d interrupts, %d calls)", interrupts, server.count[FAKE_MASTER]);
	rc_table_desc_free(desc);
	server.interrupt_every = 1;
	ok(rc_admin_describe_table(admin, rc_bytes_cstr("t"), &desc, &err) == RC_INTERRUPTED,
	   "closing in the middle of a question");
	end();
}

/* ----- masters that are not ready ----- */

static bool
holds_twice(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_MASTER || s->step++ >= 2)
		return false;
	fake_fail(r, HBASE "PleaseHoldException", "Master is initializing");
	return true;
}

static bool
holds(fake_server *s, fake_request *r)
{
	(void) s;
	fake_fail(r, HBASE "PleaseHoldException", "Master is initializing");
	return true;
}

/* The first master ends its connections, as one that fails over. */
static bool
fails_over(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_MASTER || s->step++ > 0)
		return false;
	fake_hang_up(s, r);
	return true;
}

static bool
denies(fake_server *s, fake_request *r)
{
	(void) s;
	if (strcmp(r->method, "GetTableDescriptors") != 0)
		return false;
	fake_fail(r, HBASE "security.AccessDeniedException", "Insufficient permissions");
	return true;
}

static bool
comes_back(fake_server *s, fake_request *r)
{
	if (r->kind == FAKE_META_STATE)
		return false;
	if (s->step++ == 0)
	{
		s->no_master = true;
		fake_write_program(s);
		fake_hang_up(s, r);
		return true;
	}
	return false;
}

static void
not_ready(void)
{
	rc_client_stats stats;
	rc_table_desc *desc;
	rc_status	status;
	int64_t		start;

	begin();
	server.hook = holds_twice;
	ok(describe_once(0) == RC_OK, "a master that starts is waited for");
	end();

	begin();
	server.hook = holds;
	start = server.clock;
	status = describe_once(0);
	ok(status == RC_OPERATION_TIMEOUT && server.clock - start == 60000,
	   "... up to operation_timeout (%d ms: %s)", (int) (server.clock - start), err.message);
	ok(server.count[FAKE_MASTER] <= 65, "... with pauses of up to a second (%d calls)", server.count[FAKE_MASTER]);
	end();

	begin();
	server.hook = holds;
	start = server.clock;
	status = describe_once(2000);
	ok(status == RC_OPERATION_TIMEOUT && server.clock - start == 2000,
	   "... or less, when less is asked for (%d ms)", (int) (server.clock - start));
	end();

	begin();
	server.hook = fails_over;
	ok(describe_once(0) == RC_OK, "a master that fails over");
	rc_client_get_stats(client, &stats);
	ok(stats.registry_reads == 2, "... is looked up again (%d)", (int) stats.registry_reads);
	end();

	begin();
	server.hook = denies;
	start = server.clock;
	ok(describe_once(0) == RC_ACCESS_DENIED && server.clock == start, "a refusal is final");
	end();

	begin();
	server.no_master = true;
	fake_write_program(&server);
	start = server.clock;
	status = describe_once(0);
	ok(status == RC_MASTER_UNAVAILABLE && server.clock - start <= 11000,
	   "no master at all: an error after connect_timeout (%d ms: %s)", (int) (server.clock - start), err.message);
	end();

	begin();
	fake_refuse(&server, true);
	start = server.clock;
	status = describe_once(0);
	ok(status == RC_CONNECT_FAILED && server.clock - start <= 11000,
	   "a master that refuses connections likewise (%d ms: %s)", (int) (server.clock - start), err.message);
	end();

	begin();
	open_admin(0);
	if (describe(&desc) != RC_OK)
		bail_out("describe: %s", err.message);
	rc_table_desc_free(desc);
	server.hook = comes_back;
	start = server.clock;
	status = describe(&desc);
	ok(status == RC_OPERATION_TIMEOUT && server.clock - start == 60000,
	   "a cluster seen before gets operation_timeout to find a master (%d ms: %s)",
	   (int) (server.clock - start), err.message);
	end();
}

/* ----- masters that lie ----- */

/* Answers with the bytes of a test. */
static rc_bytes lie;
static const char *lie_method;

static bool
lies(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind != FAKE_MASTER || strcmp(r->method, lie_method) != 0)
		return false;
	fake_reply_bytes(r, lie);
	return true;
}

static void
lied_to(const char *name, const char *method, const char *bytes, size_t len, rc_status status)
{
	rc_status	got;

	begin();
	server.hook = lies;
	lie = rc_bytes_of(bytes, len);
	lie_method = method;
	got = describe_once(0);
	ok(got == status, "%s: %s (%s)", name, rc_status_name(got), err.message);
	if (status == RC_PROTOCOL)
	{
		server.hook = NULL;
		rc_admin_close(admin);
		rc_client_close(client);
		ok(describe_once(0) == RC_OK, "... and the next question is answered");
	}
	end();
}

#define LIE(name, method, bytes, status) lied_to(name, method, bytes, sizeof(bytes) - 1, status)

/* The start of a GetTableDescriptorsResponse of one table "t" with so many bytes more. */
#define T(more)	"\x0a" more "\x0a\x0c\x0a\x07" "default\x12\x01t"

static void
lying(void)
{
	LIE("a state that is cut off", "GetTableState", "\x0a\x02\x08", RC_PROTOCOL);
	LIE("no state", "GetTableState", "\x0a\x00", RC_PROTOCOL);
	LIE("another table", "GetTableDescriptors", "\x0a\x05\x0a\x03\x12\x01u", RC_PROTOCOL);
	LIE("two tables", "GetTableDescriptors", "\x0a\x05\x0a\x03\x12\x01t\x0a\x05\x0a\x03\x12\x01t", RC_PROTOCOL);
	LIE("no table", "GetTableDescriptors", "", RC_TABLE_MISSING);
	LIE("a family without a name", "GetTableDescriptors", T("\x10") "\x1a\x00", RC_PROTOCOL);
	LIE("VERSIONS that is no number", "GetTableDescriptors",
		T("\x1f") "\x1a\x0f\x0a\x01" "f\x12\x0a\x0a\x08VERSIONS", RC_PROTOCOL);
	LIE("an attribute longer than its message", "GetTableDescriptors", T("\x12") "\x12\x02\x0a\x7f", RC_PROTOCOL);
}

static void
large(void)
{
	rc_buf		message;
	rc_bytes	table = rc_bytes_cstr("t");
	rc_table_desc *desc;
	rc_status	status;
	rc_buf		schema;

	fake_buf(&message);
	fake_buf(&schema);
	rc_buf_put(&schema, "\x0a\x03\x12\x01t", 5);
	for (int i = 0; i < 10000; i++)
		rc_buf_put(&schema, "\x12\x00", 2);
	fake_put_message(&message, 1, &schema);
	test_host_fail(-1);
	status = rc_descriptor_parse(&test_host, 100000, table, rc_bytes_of(message.data, message.len),
								 &desc, &err);
	ok(status == RC_TOO_LARGE && test_host_calls == 0,
	   "an answer that would take more memory than max_response_size takes none: %s", err.message);
	rc_buf_free(&message);
	rc_buf_free(&schema);
}

/* As a real one answers. */
static void
golden(void)
{
	rc_bytes	frame = golden_line("MasterService.GetTableDescriptors", '<', 0);
	rc_response response;
	rc_table_desc *desc = NULL;

	test_host_fail(-1);
	ok(rc_frame_parse(rc_bytes_of(frame.data + 4, frame.len - 4), &response, &err) == RC_OK &&
	   rc_descriptor_parse(&test_host, frame.len * 10, rc_bytes_cstr("t1"), response.message, &desc, &err) == RC_OK &&
	   desc->nfamilies == 2 && is(desc->families[1].name, "g") && desc->families[1].max_versions == 1 &&
	   desc->families[1].ttl == RC_TTL_FOREVER && desc->nattributes == 2,
	   "the descriptor of a live table");
	rc_table_desc_free(desc);
}

/* ----- truncation ----- */

static char asked[1024];		/* methods, as "D", "T", "E", "p", "s" */
static uint64_t nonces[64];

static void
note(const fake_request *request)
{
	static const char *const methods[] = {"GetTableState", "DisableTable", "truncateTable", "EnableTable", "getProcedureResult"};
	static const char letters[] = "sDTEp";
	size_t		n = strlen(asked);

	for (int i = 0; i < 5; i++)
		if (strcmp(request->method, methods[i]) == 0 && n + 1 < sizeof(asked))
		{
			rc_bytes	param = request->param;
			uint32_t	number = i == 2 ? 4 : 3;
			rc_reader	r;
			rc_field	f;

			asked[n] = letters[i];
			asked[n + 1] = '\0';
			rc_reader_init(&r, param);
			while (rc_field_next(&r, &f))
				if (f.number == number && n < 64)
					nonces[n] = f.value;
		}
}

/* `step` says what goes wrong: a letter of `asked`, in lower case when the answer is lost only. */
static bool
master_hook(fake_server *s, fake_request *request)
{
	size_t		before = strlen(asked);
	char		last;

	if (request->kind != FAKE_MASTER)
		return false;
	note(request);
	last = strlen(asked) > before ? asked[before] : ' ';
	if (last == s->step)
	{
		fake_fail(request, HBASE "DoNotRetryIOException", "no");
		return true;
	}
	if (last != ' ' && last != 'p' && last + ('a' - 'A') == s->step)
	{
		rc_buf		frame;

		s->step = 0;
		rc_buf_init(&frame, &rc_host_standalone);
		fake_answer(s, request, &frame);
		rc_buf_free(&frame);
		fake_hang_up(s, request);
		return true;
	}
	/* 'F': the procedure behind truncateTable fails */
	if (last == 'p' && s->step == 'F' && before > 0 && strchr(asked, 'T') != NULL && strchr(asked, 'E') == NULL)
	{
		rc_bytes	message = {(const uint8_t *) "\x08\x02\x2a\x1b\x12\x19\x0a\x13java.io.IOException\x12\x02no", 31};

		fake_reply_bytes(request, message);
		return true;
	}
	return false;
}

static rc_truncate_stage stage;

static rc_status
truncate_table(void)
{
	rc_status	status;

	asked[0] = '\0';
	server.hook = master_hook;
	while ((status = rc_admin_truncate_table(admin, rc_bytes_cstr("t"), true, &stage, &err)) == RC_INTERRUPTED)
		interrupts++;
	return status;
}

static void
truncation(void)
{
	rc_status	status;

	begin();
	server.procedure_runs = 3;
	open_admin(0);
	status = truncate_table();
	ok(status == RC_OK && stage == RC_TRUNCATE_DONE && server.truncated == 1 && server.table_state == 0 &&
	   strcmp(asked, "sDppppTpppp") == 0, "a table is disabled and truncated, and each step waited for (%s)", asked);
	server.table_state = 1;
	ok(truncate_table() == RC_TABLE_DISABLED && stage == RC_TRUNCATE_UNTOUCHED && strcmp(asked, "s") == 0,
	   "a disabled table is left alone");
	server.table_state = -1;
	ok(truncate_table() == RC_TABLE_MISSING && stage == RC_TRUNCATE_UNTOUCHED, "no table");
	server.table_state = 0;
	server.interrupt_every = 2;
	ok(truncate_table() == RC_OK && interrupts > 3 && server.truncated == 2 && strcmp(asked, "sDppppTpppp") == 0,
	   "interrupts repeat nothing (%d, %s)", interrupts, asked);
	end();
}

static void
broken_truncation(void)
{
	rc_status	status;

	begin();
	open_admin(0);
	server.step = 'D';
	ok(truncate_table() == RC_SERVER_FINAL && stage == RC_TRUNCATE_UNTOUCHED && strcmp(asked, "sD") == 0,
	   "when the first step is refused nothing has happened (%s)", asked);
	server.step = 'T';
	ok(truncate_table() == RC_SERVER_FINAL && stage == RC_TRUNCATE_UNTOUCHED && server.table_state == 0 &&
	   strcmp(asked, "sDpTEp") == 0, "when the second is, the table is enabled again (%s)", asked);
	server.step = 'F';
	status = truncate_table();
	ok(status == RC_SERVER_FINAL && stage == RC_TRUNCATE_EMPTYING && server.table_state == 0 &&
	   strcmp(asked, "sDpTpEp") == 0 && strcmp(err.message, "no") == 0,
	   "... also when its procedure fails, but then it may be empty (%s: %s)", asked, err.message);
	server.step = 't';
	ok(truncate_table() == RC_OK && stage == RC_TRUNCATE_DONE && strcmp(asked, "sDpTTp") == 0 && nonces[3] == nonces[4] &&
	   nonces[1] != nonces[3], "a request whose answer is lost is sent again with its nonce (%s)", asked);
	end();
}

static void
closed_truncation(void)
{
	begin();
	server.procedure_runs = 1000000;
	open_admin(0);
	asked[0] = '\0';
	server.hook = master_hook;
	server.interrupt_every = 30;
	while (rc_admin_truncate_table(admin, rc_bytes_cstr("t"), true, &stage, &err) == RC_INTERRUPTED &&
		   strstr(asked, "Dp") == NULL)
		;
	ok(stage == RC_TRUNCATE_DISABLING && server.table_state == 1, "an interrupt tells how far it got");
	rc_admin_close(admin);
	fake_serve_all(&server);
	ok(server.table_state == 0 && strchr(asked, 'E') != NULL, "when it is given up then, the table is enabled again (%s)",
	   asked + (strlen(asked) > 5 ? strlen(asked) - 5 : 0));
	rc_client_close(client);
	fake_stop(&server);
}

/* The question and the answer of a live master. */
static void
golden_procedure(void)
{
	rc_bytes	frame = golden_line("MasterService.getProcedureResult", '<', 0);
	rc_response response;
	bool		ended = false;

	ok(rc_frame_parse(rc_bytes_of(frame.data + 4, frame.len - 4), &response, &err) == RC_OK &&
	   rc_procedure_parse_result(response.message, &ended, &err) == RC_OK && ended,
	   "a procedure that the master does not know any more has ended");
	ok(rc_procedure_parse_result(golden_hex("0801"), &ended, &err) == RC_OK && !ended, "... and one that runs has not");
	ok(rc_procedure_parse_result(golden_hex(""), &ended, &err) == RC_PROTOCOL, "no state is no answer");
}

int
main(int argc, char **argv)
{
	golden_init(argc, argv);
	golden();
	golden_procedure();
	large();
	answers();
	interrupted();
	not_ready();
	lying();
	truncation();
	broken_truncation();
	closed_truncation();
	return tap_done();
}
