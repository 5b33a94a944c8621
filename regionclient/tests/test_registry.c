/*
 * test_registry.c
 *		What one client found out, the others need not ask; what is wrong is
 *		asked again, by one of them.
 */
#include <string.h>

#include "registry.h"
#include "scan_check.h"

/* What the clients of a test share, as the host would keep it. */
typedef struct store
{
	bool		known;
	bool		claimed;
	rc_cluster	cluster;
	uint64_t	generation;
	int			looks;
	int			pending_looks;	/* so many looks find another client at work; negative: all */
	int			given_up;		/* times a claim was given back */
} store;

static store shared;
static fake_server server;
static rc_range all;

static rc_shared
look(void *ctx, uint64_t stale, rc_cluster *cluster, uint64_t *generation)
{
	(void) ctx;
	shared.looks++;
	if (shared.known && shared.generation != stale)
	{
		*cluster = shared.cluster;
		*generation = shared.generation;
		return RC_SHARED_KNOWN;
	}
	if (shared.pending_looks != 0)
	{
		shared.pending_looks -= shared.pending_looks > 0;
		return RC_SHARED_PENDING;
	}
	shared.claimed = true;
	return RC_SHARED_UNKNOWN;
}

static void
publish(void *ctx, const rc_cluster *cluster, uint64_t *generation)
{
	(void) ctx;
	shared.claimed = false;
	if (cluster == NULL)
	{
		shared.given_up++;
		return;
	}
	shared.known = true;
	shared.cluster = *cluster;
	*generation = ++shared.generation;
}

static void
begin(void)
{
	memset(&shared, 0, sizeof(shared));
	fake_start(&server, 100, 2);
	server.host.shared_look = look;
	server.host.shared_publish = publish;
}

/* Reads everything with a client of its own. */
static uint64_t
asked(check *c)
{
	rc_read		read = check_read(&all, 1);

	check_fresh(c, &server, &read, 0);
	return c->client_stats.registry_reads;
}

static bool
good(const check *c)
{
	return c->status == RC_OK && c->rows == 100 && c->in_order;
}

static void
shares(void)
{
	uint64_t	first;
	uint64_t	second;
	check		c;

	begin();
	first = asked(&c);
	ok(good(&c) && first == 1 && shared.generation == 1 && !shared.claimed, "the first client asks and tells");
	second = asked(&c);
	ok(good(&c) && second == 0, "the second one does not ask");
	fake_bootstrap(&server, "127.0.0.1:1");
	second = asked(&c);
	ok(good(&c) && second == 0, "... whichever way it would");
	fake_stop(&server);
}

static void
waits(void)
{
	int64_t		start;
	uint64_t	n;
	check		c;

	begin();
	asked(&c);
	shared.known = false;
	shared.pending_looks = 3;
	n = asked(&c);
	ok(good(&c) && n == 1, "who waited for another client that gave up asks");

	start = server.clock;
	shared.known = false;
	shared.pending_looks = -1;
	n = asked(&c);
	ok(good(&c) && n == 1 && server.clock - start >= 10000 && server.clock - start < 10200,
	   "nobody is waited for longer than connect_timeout (%d ms)", (int) (server.clock - start));
	fake_stop(&server);
}

/* A client with an answer that is no longer true; the table cannot be read by it. */
static void
stale(void)
{
	rc_read		read = check_read(&all, 1);
	rc_client  *client;
	rc_client  *other;
	check		c;

	begin();
	client = check_open(&server);
	other = check_open(&server);
	check_scan(&c, client, &read, 0, 1);
	check_scan(&c, other, &read, 0, 1);
	ok(c.client_stats.registry_reads == 0, "two clients, one question");

	/* the region server is another one now */
	fake_refuse(&server, true);
	server.port = 0;
	for (int i = 0; i < FAKE_MAX_CONNS; i++)
		if (server.conns[i].fd >= 0)
			fake_hang_up(&server, &(fake_request) {.conn = &server.conns[i]});
	fake_refuse(&server, false);
	fake_write_program(&server);
	check_scan(&c, client, &read, 0, -1);
	ok(good(&c) && c.client_stats.registry_reads == 2 && shared.generation == 2,
	   "an answer that proves wrong is asked anew, and told");
	check_scan(&c, other, &read, 0, -1);
	ok(good(&c) && c.client_stats.registry_reads == 0, "who notices later takes that over");
	rc_client_close(client);
	rc_client_close(other);
	fake_stop(&server);
}

static void
gives_up(void)
{
	rc_read		read = check_read(&all, 1);
	rc_scanner *scanner;
	rc_client  *client;
	const rc_row *row;
	rc_error	err;
	check		c;

	begin();
	server.interrupt_every = 1;
	client = check_open(&server);
	rc_scanner_open(client, &read, &scanner, &err);
	ok(rc_scanner_next(scanner, &row, &err) == RC_INTERRUPTED && shared.claimed, "a client is asking");
	rc_scanner_close(scanner, true);
	ok(!shared.claimed && shared.given_up == 1, "... and is cancelled: others may ask");
	rc_scanner_open(client, &read, &scanner, &err);
	ok(rc_scanner_next(scanner, &row, &err) == RC_INTERRUPTED && shared.claimed, "it asks again");
	rc_client_close(client);
	ok(!shared.claimed && shared.given_up == 2, "... and is closed: others may ask");
	server.interrupt_every = 0;
	strcpy(server.program, "/nonexistent");
	asked(&c);
	ok(c.status == RC_HELPER_FAILED && !shared.claimed && shared.given_up == 3, "asking cannot begin: others may try");
	fake_stop(&server);

	begin();
	fake_bootstrap(&server, "127.0.0.1:1");
	asked(&c);
	ok(c.status == RC_NO_REGISTRY && !shared.claimed && shared.given_up == 1, "no answer: others may ask");
	fake_stop(&server);
}

static void
masters(void)
{
	rc_table_desc *desc;
	rc_client  *client;
	rc_admin   *admin;
	rc_client_stats stats;
	rc_status	status;
	rc_error	err;
	check		c;

	begin();
	server.no_master = true;
	fake_write_program(&server);
	asked(&c);
	server.no_master = false;
	fake_write_program(&server);
	client = check_open(&server);
	rc_admin_open(client, 0, &admin, &err);
	status = rc_admin_describe_table(admin, rc_bytes_cstr("t"), &desc, &err);
	rc_client_get_stats(client, &stats);
	ok(status == RC_OK && stats.registry_reads == 1 && shared.generation == 2,
	   "an answer without a master is asked anew by who needs one");
	rc_table_desc_free(desc);
	rc_admin_close(admin);
	rc_client_close(client);
	fake_stop(&server);
}

int
main(void)
{
	all = check_range("", true, "", false);
	shares();
	waits();
	stale();
	gives_up();
	masters();
	return tap_done();
}
