/*
 * test_sizing.c
 *		The sizes of regions are read, matched with the regions, and not waited
 *		for too long.
 */
#include <string.h>

#include "golden.h"
#include "regionload.h"
#include "scan_check.h"

static fake_server server;
static rc_client *client;
static rc_error err;
static int	interrupts;
static const rc_region_size *sizes;
static size_t nsizes;

/* ----- the answer ----- */

static rc_bytes
golden_message(void)
{
	rc_bytes	frame = golden_line("GetRegionLoad", '<', 0);

	/* total length, header (delimited), then the message, delimited in two bytes */
	frame.data += 4 + 1 + frame.data[4] + 2;
	frame.len -= 4 + 1 + 2 + 2;
	return frame;
}

static void
captured(void)
{
	rc_bytes	message = golden_message();
	rc_region_load load;
	rc_reader	r;
	bool		first;
	bool		second;

	rc_reader_init(&r, message);
	first = rc_region_load_next(&r, &load) && load.stored_mb == 0 && load.memory_mb == 0 &&
		load.name.len == 54 && memcmp(load.name.data, "gold,m,", 7) == 0;
	second = rc_region_load_next(&r, &load) && load.stored_mb == 0 && load.memory_mb == 1 &&
		load.name.len == 53 && memcmp(load.name.data, "gold,,", 6) == 0;
	ok(first && second && !rc_region_load_next(&r, &load) && !r.failed,
	   "a captured answer holds two regions, of which one has something in memory");
}

static void
truncated(void)
{
	rc_bytes	message = golden_message();
	size_t		good = 0;

	for (size_t len = 0; len < message.len; len++)
	{
		rc_bytes	exact = golden_exact(rc_bytes_of(message.data, len));
		rc_region_load load;
		rc_reader	r;
		int			n = 0;

		rc_reader_init(&r, exact);
		while (rc_region_load_next(&r, &load))
			n++;
		good += r.failed || n < 2;
		golden_free(exact);
	}
	ok(good == message.len, "what is cut off is malformed or has fewer regions");
}

static void
malformed(void)
{
	static const char *const answers[] = {
		"0a 02 1000",			/* no region */
		"0a 06 0a04 0801 1200",	/* without a name */
		"0a 07 0a05 0802 120161",	/* an encoded name */
		"0a 0d 0a05 0801 120161 20ffffffff0f",	/* 2^32 - 1 MB */
		"0a 0a 0a05 0801 120161 220161",	/* a size in bytes */
		"0d 00000000",			/* a region of another type */
	};
	size_t		good = 0;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
	{
		rc_region_load load;
		rc_reader	r;

		rc_reader_init(&r, golden_hex(answers[i]));
		good += !rc_region_load_next(&r, &load) && r.failed;
	}
	ok(good == sizeof(answers) / sizeof(answers[0]), "a size that cannot be is no size");
}

/* ----- asking ----- */

static void
begin(int nregions)
{
	fake_start(&server, 100, nregions);
	interrupts = 0;
	client = check_open(&server);
}

static void
end(rc_sizing *sizing)
{
	rc_sizing_close(sizing);
	rc_client_close(client);
	fake_stop(&server);
}

static rc_status
read_sizes(rc_sizing **sizing)
{
	rc_status	status = rc_sizing_open(client, rc_bytes_cstr("t"), sizing, &err);

	if (status != RC_OK)
		return status;
	while ((status = rc_sizing_read(*sizing, &sizes, &nsizes, &err)) == RC_INTERRUPTED)
		interrupts++;
	return status;
}

/* The n regions in order, with the sizes of the fake server but for those unknown. */
static bool
are_right(size_t n, size_t unknown)
{
	size_t		missing = 0;

	if (nsizes != n)
		return false;
	for (size_t i = 0; i < n; i++)
	{
		if (!rc_bytes_equal(sizes[i].start, rc_bytes_cstr(server.regions[i].start)))
			return false;
		if (!sizes[i].known)
			missing++;
		else if (sizes[i].stored_mb != 10 * (i + 1) || sizes[i].memory_mb != 1)
			return false;
	}
	return missing == unknown;
}

static void
asked(void)
{
	rc_sizing  *sizing;
	rc_status	status;

	begin(4);
	ok(read_sizes(&sizing) == RC_OK && are_right(4, 0) && server.count[FAKE_SIZES] == 1,
	   "regions are in key order, each with its size; a server is asked once");
	ok(server.count[FAKE_OPEN] == 0, "... and reads nothing for it");
	end(sizing);

	begin(4);
	server.interrupt_every = 2;
	status = read_sizes(&sizing);
	ok(status == RC_OK && are_right(4, 0) && interrupts > 1 && server.count[FAKE_SIZES] == 1,
	   "interrupts lose no call in flight (%d interrupts)", interrupts);
	end(sizing);

	begin(4);
	server.interrupt_every = 1;
	rc_sizing_open(client, rc_bytes_cstr("t"), &sizing, &err);
	ok(rc_sizing_read(sizing, &sizes, &nsizes, &err) == RC_INTERRUPTED, "closing in the middle of it");
	end(sizing);

	begin(1);
	server.table_state = -1;
	server.nregions = 0;
	ok(read_sizes(&sizing) == RC_TABLE_MISSING, "a table that is not there");
	end(sizing);
}

/* ----- servers that do not tell ----- */

static bool
is_silent(fake_server *s, fake_request *r)
{
	(void) s;
	return r->kind == FAKE_SIZES;
}

static bool
refuses(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind != FAKE_SIZES)
		return false;
	fake_fail(r, "org.apache.hadoop.hbase.security.AccessDeniedException", "no");
	return true;
}

static bool
lies(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind != FAKE_SIZES)
		return false;
	fake_reply_bytes(r, golden_hex("0a 02 1000"));
	return true;
}

/* Of the regions only the first two are here still. */
static bool
has_two(fake_server *s, fake_request *r)
{
	int			n = s->nregions;

	if (r->kind != FAKE_SIZES)
		return false;
	s->nregions = 2;
	fake_serve(s, r);
	s->nregions = n;
	return true;
}

static void
not_told(void)
{
	rc_sizing  *sizing;
	rc_status	status;
	int64_t		before;

	begin(4);
	server.hook = has_two;
	ok(read_sizes(&sizing) == RC_OK && are_right(4, 2), "regions that moved away are not known");
	end(sizing);

	begin(4);
	server.hook = is_silent;
	before = server.clock;
	rc_client_set_deadline(client, before + 1000);
	status = read_sizes(&sizing);
	ok(status == RC_RPC_TIMEOUT && server.clock - before <= 1001,
	   "a silent server is not waited for beyond the deadline (%lld ms)",
	   (long long) (server.clock - before));
	end(sizing);

	begin(4);
	server.hook = refuses;
	ok(read_sizes(&sizing) == RC_ACCESS_DENIED && server.count[FAKE_SIZES] == 1,
	   "a server that refuses is not asked again");
	end(sizing);

	begin(4);
	server.hook = lies;
	ok(read_sizes(&sizing) == RC_PROTOCOL && err.server[0] != '\0', "a malformed answer is no size");
	end(sizing);
}

int
main(int argc, char **argv)
{
	golden_init(argc, argv);
	captured();
	truncated();
	malformed();
	asked();
	not_told();
	return tap_done();
}
