/*
 * test_locate.c
 *		Regions are found, remembered, and never taken for what they are not.
 */
#include <stdlib.h>
#include <unistd.h>

#include "locate.h"
#include "quorum_run.h"
#include "scan_check.h"

static fake_server server;
static rc_range all;

/* ----- the cache ----- */

static rc_client *client;

static void
insert(const char *start, const char *end, uint64_t seqnum, uint16_t port)
{
	char		name[64];
	rc_region	from = {0};
	rc_region  *region;

	snprintf(name, sizeof(name), "t,%s,%s.", start, end);
	from.table = rc_bytes_cstr("t");
	from.name = rc_bytes_cstr(name);
	from.start = rc_bytes_cstr(start);
	from.end = rc_bytes_cstr(end);
	from.seqnum = seqnum;
	strcpy(from.server.host, "h");
	from.server.port = port;
	region = rc_region_create(client, &from);
	rc_regions_insert(client->regions, region);
	rc_region_unref(region);
}

/* The start of the region found, "-" when there is none. */
static const char *
found(rc_region *region)
{
	static char start[32];

	if (region == NULL)
		return "-";
	snprintf(start, sizeof(start), "%.*s", (int) region->start.len, (const char *) region->start.data);
	return start;
}

static bool
at(const char *key, const char *start)
{
	return strcmp(found(rc_regions_at(client->regions, rc_bytes_cstr("t"), rc_bytes_cstr(key))), start) == 0;
}

static bool
before(const char *key, const char *start)
{
	return strcmp(found(rc_regions_before(client->regions, rc_bytes_cstr("t"), rc_bytes_cstr(key))), start) == 0;
}

/* A server that tells of regions without end. */
static void
full_cache(void)
{
	char		start[16];
	char		end[16];
	bool		known = true;

	fake_start(&server, 1, 1);
	client = check_open(&server);
	for (int i = 0; i < RC_REGIONS_MAX + 2; i++)
	{
		snprintf(start, sizeof(start), "k%06d", i);
		snprintf(end, sizeof(end), "k%06d", i + 1);
		insert(start, end, 1, 1);
		known = known && at(start, start);
		if (i == RC_REGIONS_MAX - 1)
			ok(at("k000000", "k000000"), "as many regions as that are known together");
	}
	ok(known, "the last region told of is always known");
	ok(at("k000000", "-") && at("k065535", "-") && at("k065536", "k065536"), "a full cache begins anew");
	rc_client_close(client);
	fake_stop(&server);
}

static void
cache(void)
{
	rc_region  *old;

	fake_start(&server, 1, 1);
	client = check_open(&server);
	ok(at("a", "-") && before("a", "-"), "an empty cache knows nothing");
	insert("", "b", 1, 1);
	insert("b", "d", 1, 1);
	insert("f", "", 1, 1);
	ok(at("", "") && at("a", "") && at("b", "b") && at("c", "b") && at("f", "f") && at("z", "f"),
	   "a key belongs to the region that starts at or before it");
	ok(at("d", "-") && at("e", "-"), "a gap is not known");
	ok(before("b", "") && before("a", "") && before("bb", "b") && before("d", "b") && before("", "f") &&
	   before("f", "-") && before("g", "f"), "the keys before a key");
	insert("b", "c", 2, 1);
	insert("c", "d", 2, 1);
	ok(at("b", "b") && at("c", "c"), "daughters replace their parent");
	insert("", "f", 3, 1);
	ok(at("c", "") && at("e", "") && at("f", "f"), "a merged region replaces its parents");
	insert("", "f", 2, 9);
	ok(rc_regions_at(client->regions, rc_bytes_cstr("t"), rc_bytes_cstr("c"))->server.port == 1,
	   "an older location does not replace a newer one");
	old = rc_region_ref(rc_regions_at(client->regions, rc_bytes_cstr("t"), rc_bytes_cstr("c")));
	rc_regions_move(client->regions, old, "other:16020");
	ok(rc_regions_at(client->regions, rc_bytes_cstr("t"), rc_bytes_cstr("c"))->server.port == 16020,
	   "a moved region is taken where it went");
	rc_regions_evict(client->regions, old);
	ok(at("c", ""), "a stale failure does not evict the new location");
	rc_region_unref(old);
	old = rc_region_ref(rc_regions_at(client->regions, rc_bytes_cstr("t"), rc_bytes_cstr("c")));
	rc_regions_move(client->regions, old, "nonsense");
	ok(at("c", "-") && at("g", "f"), "a move to nowhere only evicts");
	rc_region_unref(old);
	rc_client_close(client);
	fake_stop(&server);
}

/* ----- znodes ----- */

static rc_status
znode(const char *bytes, size_t len)
{
	rc_server_name name;

	return rc_quorum_parse_meta(rc_bytes_of(bytes, len), &name, NULL);
}

#define ZNODE(bytes) znode(bytes, sizeof(bytes) - 1)

static void
znodes(void)
{
	ok(ZNODE("PBUF\x0a\x05\x0a\x01h\x10\x01") == RC_OK, "a znode without envelope");
	ok(ZNODE("\xff\0\0\0\1mPBUF\x0a\x05\x0a\x01h\x10\x01") == RC_OK, "a znode with envelope");
	ok(ZNODE("") == RC_NO_HBASE && ZNODE("\xff\0\0\0\1m") == RC_NO_HBASE, "an empty znode: not there yet");
	ok(ZNODE("\xff\0\0\0\x7fm") == RC_BAD_REGION_INFO, "an envelope that is cut off");
	ok(ZNODE("PBUX\x0a\x05\x0a\x01h\x10\x01") == RC_BAD_REGION_INFO, "no magic");
	ok(ZNODE("PBUF\x0a\x03\x0a\x01h") == RC_BAD_REGION_INFO, "no port");
	ok(ZNODE("PBUF\x0a\x06\x0a\x01h\x10\x80\x80\x04") == RC_BAD_REGION_INFO, "a malformed message");
	ok(ZNODE("PBUF") == RC_BAD_REGION_INFO, "no server");
}

/* ----- hbase:meta ----- */

static void
scan_fails(const char *name, rc_status status, int most_ms)
{
	rc_read		read = check_read(&all, 1);
	int64_t		start = server.clock;
	check		c;

	check_fresh(&c, &server, &read, 0);
	ok(c.status == status && server.clock - start <= most_ms, "%s: %s after %d ms (%s)", name,
	   c.status == RC_OK ? "no error" : rc_status_name(c.status), (int) (server.clock - start), c.err.message);
	fake_stop(&server);
}

static void
tables(void)
{
	fake_start(&server, 100, 2);
	server.table_state = -1;
	scan_fails("a table that is not there", RC_TABLE_MISSING, 0);

	fake_start(&server, 100, 2);
	server.table_state = 1;
	server.regions[0].state = server.regions[1].state = "CLOSED";
	scan_fails("a disabled table", RC_TABLE_DISABLED, 0);

	fake_start(&server, 100, 2);
	server.regions[1].hidden = true;
	scan_fails("a hole in hbase:meta", RC_BAD_REGION_INFO, 15000);

	fake_start(&server, 100, 3);
	strcpy(server.regions[0].end, "r0010");
	scan_fails("regions that do not meet", RC_BAD_REGION_INFO, 15000);

	fake_start(&server, 100, 3);
	strcpy(server.regions[1].end, "r0070");
	scan_fails("regions that overlap", RC_BAD_REGION_INFO, 15000);

	fake_start(&server, 100, 3);
	strcpy(server.regions[1].start, "r0010");
	scan_fails("a region that does not start where its name says", RC_BAD_REGION_INFO, 0);

	fake_start(&server, 100, 2);
	strcpy(server.regions[0].end, "");
	strcpy(server.regions[0].start, "r0020");
	strcpy(server.regions[1].end, "r0000");
	scan_fails("a region that ends before it starts", RC_BAD_REGION_INFO, 15000);
}

/* Opens after the second try. */
static bool
opening(fake_server *s, fake_request *r)
{
	if (r->kind == FAKE_META_SCAN && s->count[FAKE_META_SCAN] == 3)
		s->regions[0].state = "OPEN";
	return false;
}

static bool
disabled_meanwhile(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_NEXT)
		return false;
	s->table_state = 1;
	for (int i = 0; i < s->nregions; i++)
		s->regions[i].split = false;
	fake_set_regions(s, 2, 7);
	s->regions[0].state = s->regions[1].state = "CLOSED";
	fake_lose_scanner(s, 0);
	fake_fail(r, "org.apache.hadoop.hbase.NotServingRegionException", "closing");
	return true;
}

/* Its row of hbase:meta is missing once, when it has been opening for long. */
static bool
opening_long(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_META_SCAN)
		return false;
	s->step++;
	s->regions[0].hidden = s->step == 30;
	if (s->step > 30)
		s->regions[0].state = "OPEN";
	return false;
}

static void
transitions(void)
{
	rc_read		read = check_read(&all, 1);
	int64_t		start;
	check		c;

	fake_start(&server, 100, 2);
	server.regions[0].state = "OPENING";
	server.hook = opening;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 100 && c.in_order, "a region that opens is waited for");
	fake_stop(&server);

	fake_start(&server, 100, 2);
	server.config.operation_timeout = 120000;
	server.regions[0].state = "OPENING";
	server.hook = opening_long;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 100 && server.step > 30,
	   "a hole seen after a long wait is looked at again (%s)", c.status == RC_OK ? "no error" : c.err.message);
	fake_stop(&server);

	fake_start(&server, 100, 1);
	server.hook = disabled_meanwhile;
	start = server.clock;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_TABLE_DISABLED && server.clock - start < 1000,
	   "a table disabled while it is read: an error within a second (%d ms)", (int) (server.clock - start));
	fake_stop(&server);

	/* the parent's row stays for a while, before its daughters' */
	fake_start(&server, 100, 1);
	fake_set_regions(&server, 2, 2);
	server.regions[2] = server.regions[1];
	server.regions[1] = server.regions[0];
	server.nregions = 3;
	server.regions[0].split = true;
	server.regions[0].end[0] = '\0';
	server.regions[0].state = "CLOSED";
	strcpy(server.regions[0].name, "t,,0000000000001.parent.");
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 100 && c.in_order, "a split parent is passed over");
	read.reversed = true;
	check_fresh(&c, &server, &read, 99);
	ok(c.status == RC_OK && c.rows == 100 && c.in_order, "... also reversed");
	fake_stop(&server);
}

static void
remembered(void)
{
	rc_read		read = check_read(&all, 1);
	uint64_t	lookups;
	check		c;

	fake_start(&server, 1000, 10);
	client = check_open(&server);
	check_scan(&c, client, &read, 0, -1);
	lookups = c.client_stats.meta_lookups;
	ok(lookups <= 2, "ten regions take two look-ups (%d)", (int) lookups);
	check_scan(&c, client, &read, 0, -1);
	ok(c.client_stats.meta_lookups == lookups && c.client_stats.registry_reads == 1, "... and no more after that");
	rc_client_close(client);
	client = check_open(&server);
	read.reversed = true;
	check_scan(&c, client, &read, 999, -1);
	ok(c.client_stats.meta_lookups <= 2, "the same reversed (%d)", (int) c.client_stats.meta_lookups);
	rc_client_close(client);
	fake_stop(&server);
}

/* hbase:meta moves: the connection ends, and htable_quorum knows the new place. */
static bool
meta_hangs_up(fake_server *s, fake_request *r)
{
	if (r->kind != FAKE_META_SCAN || s->step++ > 0)
		return false;
	fake_hang_up(s, r);
	return true;
}

/* ----- htable_quorum ----- */

static void
program(const char *name, const char *script, rc_status status)
{
	rc_read		read = check_read(&all, 1);
	FILE	   *f;
	check		c;

	fake_start(&server, 10, 1);
	f = fopen(server.program, "w");
	if (f == NULL)
		bail_out("could not write %s", server.program);
	fprintf(f, "#!/bin/sh\n%s\n", script);
	fclose(f);
	check_fresh(&c, &server, &read, 0);
	ok(c.status == status, "%s: %s (%s)", name, c.status == RC_OK ? "no error" : rc_status_name(c.status),
	   c.err.message);
	fake_stop(&server);
}

static void
programs(void)
{
	rc_read		read = check_read(&all, 1);
	check		c;

	program("no quorum", "echo error unreachable nobody there; echo end", RC_NO_ZOOKEEPER);
	program("no HBase", "echo error nohbase nothing; echo end", RC_NO_HBASE);
	program("another failure", "echo error failed strangely; echo end", RC_HELPER_FAILED);
	program("no answer", "exit 3", RC_HELPER_FAILED);
	program("ended by a signal", "kill -9 $$", RC_HELPER_FAILED);
	program("half a line", "printf meta-region", RC_HELPER_FAILED);
	program("no hex", "echo meta-region-server xyz; echo end", RC_HELPER_FAILED);
	program("a malformed znode", "echo meta-region-server 5042; echo end", RC_BAD_REGION_INFO);
	program("an empty znode", "echo 'meta-region-server '; echo end", RC_NO_HBASE);
	program("too much", "yes", RC_HELPER_FAILED);
	program("a program that hangs", "exec sleep 1000", RC_NO_ZOOKEEPER);
	program("open descriptors", "test -e /proc/$$/fd/3 && exit 5; echo error nohbase none; echo end", RC_NO_HBASE);

	fake_start(&server, 10, 1);
	unlink(server.program);
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_HELPER_FAILED, "a program that is not there: %s", c.err.message);
	fake_stop(&server);

	fake_start(&server, 100, 2);
	server.hook = meta_hangs_up;
	check_fresh(&c, &server, &read, 0);
	ok(c.status == RC_OK && c.rows == 100 && c.client_stats.registry_reads == 2,
	   "a failed call to hbase:meta asks ZooKeeper again");
	fake_stop(&server);
}

/* ----- what rc_client_open refuses ----- */

static rc_status
open_with(const char *quorum, const char *hosts)
{
	rc_client  *c;
	rc_error	err;
	rc_status	status;

	server.config.quorum = quorum;
	server.config.hosts = hosts;
	status = rc_client_open(&server.host, &server.config, &c, &err);
	if (status == RC_OK)
		rc_client_close(c);
	return status;
}

static void
configs(void)
{
	fake_start(&server, 1, 1);
	ok(open_with("a", NULL) == RC_OK && open_with("a:1,b:2, c", NULL) == RC_OK &&
	   open_with("[::1]:2181", "a=1.2.3.4") == RC_OK && open_with("a", "a=1.2.3.4,b=::1") == RC_OK,
	   "quorums and host maps");
	ok(open_with("", NULL) == RC_INVALID && open_with("a,", NULL) == RC_INVALID &&
	   open_with("a:", NULL) == RC_INVALID && open_with("a:0", NULL) == RC_INVALID &&
	   open_with("a:70000", NULL) == RC_INVALID && open_with("a/b", NULL) == RC_INVALID &&
	   open_with("a b", NULL) == RC_INVALID && open_with(":1", NULL) == RC_INVALID, "malformed quorums");
	ok(open_with("a", "a") == RC_INVALID && open_with("a", "=b") == RC_INVALID &&
	   open_with("a", "a=") == RC_INVALID, "malformed host maps");
	fake_stop(&server);
}

/* ----- walks over regions ----- */

/* How many regions there are, -1 when they do not begin where they should, or on an error. */
static int
walk(rc_client *c, int *interrupts, rc_error *err)
{
	rc_regionwalk *w;
	const rc_bytes *start;
	rc_status	status;
	int			n = 0;

	if (rc_regionwalk_open(c, rc_bytes_cstr("t"), &w, err) != RC_OK)
		return -1;
	for (;;)
	{
		status = rc_regionwalk_next(w, &start, err);
		if (status == RC_INTERRUPTED)
		{
			(*interrupts)++;
			continue;
		}
		if (status != RC_OK || start == NULL)
			break;
		if (!rc_bytes_equal(*start, rc_bytes_cstr(server.regions[n++].start)))
			status = RC_PROTOCOL;
	}
	rc_regionwalk_close(w);
	return status == RC_OK ? n : -1;
}

/* Does region number n come next? */
static bool
next_starts(rc_regionwalk *w, int n)
{
	const rc_bytes *start;
	rc_error	err;

	return rc_regionwalk_next(w, &start, &err) == RC_OK && start != NULL &&
		rc_bytes_equal(*start, rc_bytes_cstr(server.regions[n].start));
}

static bool
next_ends(rc_regionwalk *w)
{
	const rc_bytes *start;
	rc_error	err;

	return rc_regionwalk_next(w, &start, &err) == RC_OK && start == NULL;
}

static void
walks(void)
{
	rc_client_stats stats;
	const rc_bytes *start;
	rc_regionwalk *w;
	rc_error	err = {0};
	int			interrupts = 0;
	int			n;

	fake_start(&server, 100, 10);
	server.interrupt_every = 2;
	client = check_open(&server);
	n = walk(client, &interrupts, &err);
	rc_client_get_stats(client, &stats);
	ok(n == 10 && interrupts > 0 && stats.meta_lookups <= 2,
	   "all regions of a table, with %d look-ups and %d interrupts", (int) stats.meta_lookups, interrupts);
	rc_client_close(client);
	server.interrupt_every = 1;
	client = check_open(&server);
	ok(rc_regionwalk_open(client, rc_bytes_cstr("t"), &w, &err) == RC_OK &&
	   rc_regionwalk_next(w, &start, &err) == RC_INTERRUPTED, "a walk that is given up");
	rc_regionwalk_close(w);
	server.interrupt_every = 0;
	rc_client_close(client);
	client = check_open(&server);
	ok(rc_regionwalk_open(client, rc_bytes_cstr("t"), &w, &err) == RC_OK &&
	   rc_regionwalk_seek(w, rc_bytes_cstr("r0075"), &err) == RC_OK &&
	   next_starts(w, 7) && next_starts(w, 8) && next_starts(w, 9) && next_ends(w), "a walk from a key on");
	ok(rc_regionwalk_seek(w, rc_bytes_cstr("r0020"), &err) == RC_OK && next_starts(w, 2) && next_starts(w, 3),
	   "... and from another, which begins a region");
	ok(rc_regionwalk_seek(w, rc_bytes_cstr(""), &err) == RC_OK && next_starts(w, 0) && next_starts(w, 1),
	   "... and from the first");
	rc_regionwalk_close(w);
	rc_client_close(client);
	server.table_state = -1;
	client = check_open(&server);
	ok(walk(client, &interrupts, &err) == -1 && err.status == RC_TABLE_MISSING, "of a table that is not there");
	rc_client_close(client);
	fake_stop(&server);
}

int
main(void)
{
	all = check_range("", true, "", false);
	full_cache();
	cache();
	znodes();
	tables();
	transitions();
	remembered();
	programs();
	configs();
	walks();
	return tap_done();
}
