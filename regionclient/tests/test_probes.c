/*
 * test_probes.c
 *		Many short reads at a time: in order, each limited, and none lost.
 */
#include <stdio.h>
#include <string.h>

#include "golden.h"
#include "scan_check.h"

#define NRANGES		20

static fake_server server;
static rc_client *client;
static rc_error err;
static rc_range ranges[NRANGES];
static char keys[NRANGES + 1][8];

/* What came back. */
static int	rows;
static int	interrupts;
static bool right;
static rc_scanner_stats stats;

/* Every tenth of 200 rows begins a range. */
static void
begin(int nregions)
{
	fake_start(&server, NRANGES * 10, nregions);
	for (int i = 0; i <= NRANGES; i++)
		snprintf(keys[i], sizeof(keys[i]), "r%04d", i * 10);
	for (int i = 0; i < NRANGES; i++)
		ranges[i] = check_range(keys[i], true, keys[i + 1], false);
	client = check_open(&server);
}

static void
end(void)
{
	rc_client_close(client);
	fake_stop(&server);
}

/* Is it the n-th row that a read of so many rows of each range gives? */
static bool
is_row(const rc_row *row, size_t range, int n, int limit, bool reversed)
{
	char		key[8];
	size_t		at = (size_t) (reversed ? NRANGES - 1 - n / limit : n / limit);

	snprintf(key, sizeof(key), "r%04d", (int) at * 10 + (reversed ? 9 - n % limit : n % limit));
	return range == at && rc_bytes_equal(row->key, rc_bytes_cstr(key));
}

static rc_status
probe(int limit, int in_flight, bool reversed)
{
	rc_read		read = check_read(ranges, NRANGES);
	rc_probes  *probes;
	const rc_row *row;
	size_t		range;
	rc_status	status;

	read.limit = (uint64_t) limit;
	read.reversed = reversed;
	rows = interrupts = 0;
	right = true;
	status = rc_probes_open(client, &read, in_flight, &probes, &err);
	while (status == RC_OK)
	{
		status = rc_probes_next(probes, &range, &row, &err);
		if (status == RC_INTERRUPTED)
		{
			interrupts++;
			status = RC_OK;
			continue;
		}
		if (status != RC_OK || row == NULL)
			break;
		right = right && is_row(row, range, rows++, limit, reversed);
	}
	if (probes != NULL)
		rc_probes_get_stats(probes, &stats);
	rc_probes_close(probes, status != RC_OK);
	return status;
}

static void
in_order(void)
{
	begin(3);
	ok(probe(3, 8, false) == RC_OK && rows == 60 && right,
	   "the first rows of each range, in order");
	ok(server.open_scanners == 0 && server.count[FAKE_NEXT] == 0 && server.count[FAKE_CLOSE] == 0,
	   "a range in one region is one call");
	ok(probe(2, 8, true) == RC_OK && rows == 40 && right, "the last rows, from the last range on");
	ok(probe(10, 3, false) == RC_OK && rows == 200 && right, "whole ranges");
	ok(probe(1, 1, false) == RC_OK && rows == 20 && right && stats.rows == 20, "one at a time");
	ok(probe(1, 1000, false) == RC_OK && rows == 20 && right, "all at a time");
	end();

	begin(3);
	server.interrupt_every = 2;
	ok(probe(3, 8, false) == RC_OK && rows == 60 && right && interrupts > 1, "interrupts lose nothing");
	end();
}

static void
at_a_time(void)
{
	rc_status	status;

	begin(1);
	probe(1, 4, false);
	server.waits = 0;
	server.interrupt_every = 1000;	/* waits are counted */
	status = probe(1, 4, false);
	ok(status == RC_OK && right && server.waits <= NRANGES / 2,
	   "several calls are answered in one wait (%d waits)", server.waits);
	end();
}

static int	failures;

static bool
moves(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind != FAKE_OPEN || failures == 0)
		return false;
	failures--;
	fake_fail(r, "org.apache.hadoop.hbase.NotServingRegionException", "away");
	return true;
}

static bool
denies(fake_server *s, fake_request *r)
{
	(void) s;
	if (r->kind != FAKE_OPEN || ++s->step < 5)
		return false;
	fake_fail(r, "org.apache.hadoop.hbase.security.AccessDeniedException", "no");
	return true;
}

static void
failing(void)
{
	begin(3);
	failures = 5;
	server.hook = moves;
	ok(probe(3, 8, false) == RC_OK && rows == 60 && right && stats.retries >= 5,
	   "regions that are away for a while cost time, no rows");
	end();

	begin(3);
	server.hook = denies;
	ok(probe(3, 8, false) == RC_ACCESS_DENIED && right, "a final failure is one of the whole");
	end();
}

int
main(int argc, char **argv)
{
	golden_init(argc, argv);
	in_order();
	at_a_time();
	failing();
	return tap_done();
}
