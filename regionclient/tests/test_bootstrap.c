/*
 * test_bootstrap.c
 *		HBase's own servers are asked where the cluster is, one after the other.
 */
#include <string.h>

#include "bootstrap.h"
#include "scan_check.h"

#define HBASE "org.apache.hadoop.hbase."

/* Nobody listens there. */
#define CLOSED	"127.0.0.1:1"

static fake_server server;
static rc_range all;

/* Reads everything, so many times, each with a client of its own. */
static int
reads(int times, check *c)
{
	rc_read		read = check_read(&all, 1);
	int			good = 0;

	for (int i = 0; i < times; i++)
	{
		check_fresh(c, &server, &read, 0);
		good += c->status == RC_OK && c->rows == 100 && c->in_order;
	}
	return good;
}

static void
begin(const char *servers)
{
	fake_start(&server, 100, 2);
	fake_bootstrap(&server, servers);
}

static void
found(void)
{
	rc_read		read = check_read(&all, 1);
	rc_client  *client;
	check		c;

	begin("127.0.0.1:%d");
	client = check_open(&server);
	ok(rc_client_cluster_id(client)[0] == '\0', "a cluster not asked for has no id");
	check_scan(&c, client, &read, 0, -1);
	ok(c.status == RC_OK && c.rows == 100 && c.in_order, "a table is read without ZooKeeper");
	ok(strcmp(rc_client_cluster_id(client), "fake-cluster") == 0, "the cluster's id is known then");
	check_scan(&c, client, &read, 0, -1);
	ok(c.client_stats.registry_reads == 1 && server.count[FAKE_REGISTRY] == 3, "the answer is kept");
	rc_client_close(client);
	fake_stop(&server);

	begin("127.0.0.1:%d");
	server.interrupt_every = 2;
	ok(reads(1, &c) == 1 && c.interrupts > 0 && server.count[FAKE_REGISTRY] == 3, "interrupts lose no answer");
	fake_stop(&server);

	begin(CLOSED ",127.0.0.1:%d,localhost:1");
	ok(reads(12, &c) == 12, "a server that is not there makes room for the next");
	fake_stop(&server);
}

static void
not_found(void)
{
	int64_t		start;
	check		c;

	begin(CLOSED ",127.0.0.1:2");
	start = server.clock;
	ok(reads(1, &c) == 0 && c.status == RC_NO_REGISTRY && server.clock == start,
	   "no server at all is an error at once");
	ok(strstr(c.err.message, "none of 2") != NULL && c.err.server[0] != '\0',
	   "... that names how many were asked, and the last: %s %s", c.err.server, c.err.message);
	fake_stop(&server);
}

/* ----- servers that do not help ----- */

static const char *exception;

static bool
fails(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind != FAKE_REGISTRY)
		return false;
	fake_fail(r, exception, "no");
	return true;
}

static bool
is_silent(fake_server *s, fake_request *r)
{
	(void) s;
	return r->kind == FAKE_REGISTRY;
}

static bool
hangs_up_once(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_REGISTRY || s->step++ > 0)
		return false;
	fake_hang_up(s, r);
	return true;
}

/* Answers to one question with the bytes of a test. */
static rc_bytes lie;
static const char *lie_method;

static bool
lies(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind != FAKE_REGISTRY || strcmp(r->method, lie_method) != 0)
		return false;
	fake_reply_bytes(r, lie);
	return true;
}

static void
lied_to(const char *name, const char *method, const char *bytes, size_t len, rc_status status)
{
	check		c;

	begin("127.0.0.1:%d");
	server.hook = lies;
	lie = rc_bytes_of(bytes, len);
	lie_method = method;
	reads(1, &c);
	ok(c.status == status, "%s: %s (%s)", name, rc_status_name(c.status), c.err.message);
	fake_stop(&server);
}

#define LIE(name, method, bytes, status) lied_to(name, method, bytes, sizeof(bytes) - 1, status)

static void
no_help(void)
{
	int64_t		start;
	check		c;

	begin("127.0.0.1:%d,localhost:%d");
	server.hook = fails;
	exception = HBASE "security.AccessDeniedException";
	reads(1, &c);
	ok(c.status == RC_ACCESS_DENIED, "what every server refuses for good is the error");
	exception = HBASE "ipc.ServerNotRunningYetException";
	reads(1, &c);
	ok(c.status == RC_NO_REGISTRY, "servers that only start are as good as none (%s)", rc_status_name(c.status));
	fake_stop(&server);

	begin("127.0.0.1:%d,localhost:%d");
	server.hook = is_silent;
	start = server.clock;
	reads(1, &c);
	ok(c.status == RC_NO_REGISTRY && server.clock - start == 20000,
	   "servers that do not answer take connect_timeout each (%d ms)", (int) (server.clock - start));
	fake_stop(&server);

	begin("127.0.0.1:%d,localhost:%d");
	server.hook = hangs_up_once;
	ok(reads(1, &c) == 1, "a server that closes the connection makes room for the next");
	fake_stop(&server);

	LIE("an empty answer", "GetMetaRegionLocations", "", RC_NO_REGISTRY);
	LIE("only replicas", "GetMetaRegionLocations", "\x0a\x0b\x0a\x02\x38\x01\x12\x05\x0a\x01h\x10\x01", RC_NO_REGISTRY);
	LIE("a location that is cut off", "GetMetaRegionLocations", "\x0a\x0b\x0a", RC_PROTOCOL);
	LIE("a server without a port", "GetMetaRegionLocations", "\x0a\x05\x12\x03\x0a\x01h", RC_PROTOCOL);
	LIE("a malformed master", "GetActiveMaster", "\x0a\x03\x0a\x01h", RC_PROTOCOL);
	LIE("no master", "GetActiveMaster", "", RC_OK);
	LIE("no id", "GetClusterId", "", RC_OK);
	LIE("an id that is too long", "GetClusterId",
		"\x0a\x40" "0123456789012345678901234567890123456789012345678901234567890123", RC_PROTOCOL);
}

/* ----- masters ----- */

static void
masters(void)
{
	rc_table_desc *desc;
	rc_client  *client;
	rc_admin   *admin;
	rc_status	status;
	rc_error	err;

	begin(CLOSED ",127.0.0.1:%d");
	client = check_open(&server);
	rc_admin_open(client, 0, &admin, &err);
	status = rc_admin_describe_table(admin, rc_bytes_cstr("t"), &desc, &err);
	ok(status == RC_OK && desc->nfamilies == 2, "the master is found without ZooKeeper, too");
	rc_table_desc_free(desc);
	rc_admin_close(admin);
	rc_client_close(client);

	server.no_master = true;
	client = check_open(&server);
	rc_admin_open(client, 0, &admin, &err);
	status = rc_admin_describe_table(admin, rc_bytes_cstr("t"), &desc, &err);
	ok(status == RC_MASTER_UNAVAILABLE, "... and that there is none (%s)", rc_status_name(status));
	server.interrupt_every = 1;
	status = rc_admin_describe_table(admin, rc_bytes_cstr("t"), &desc, &err);
	ok(status == RC_INTERRUPTED, "closing while the servers are asked");
	rc_admin_close(admin);
	rc_client_close(client);
	fake_stop(&server);
}

static void
settings(void)
{
	rc_client  *client;
	rc_error	err;

	begin("127.0.0.1:%d");
	server.config.quorum = "127.0.0.1";
	ok(rc_client_open(&server.host, &server.config, &client, &err) == RC_INVALID, "not both ways");
	server.config.quorum = server.config.bootstrap = NULL;
	ok(rc_client_open(&server.host, &server.config, &client, &err) == RC_INVALID, "nor none");
	server.config.bootstrap = "a,,b";
	ok(rc_client_open(&server.host, &server.config, &client, &err) == RC_INVALID, "nor a malformed list");
	fake_stop(&server);
}

int
main(void)
{
	all = check_range("", true, "", false);
	found();
	not_found();
	no_help();
	masters();
	settings();
	return tap_done();
}
