/*
 * scan_check.h
 *		Reads from a fake server and compares with the rows it has.
 *
 * Static functions for the tests of scanner, link, locate and retry.
 */
#ifndef SCAN_CHECK_H
#define SCAN_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_server.h"
#include "tap.h"

typedef struct check
{
	rc_client  *client;
	rc_error	err;
	rc_status	status;
	int			rows;
	int			cells;
	int			interrupts;
	bool		in_order;		/* exactly the rows wanted, one by one; or each once, in any order */
	bool		reordered;		/* a row came before one with a lower number */
	rc_scanner_stats stats;
	rc_client_stats client_stats;
} check;

static inline rc_range
check_range(const char *start, bool start_inclusive, const char *stop, bool stop_inclusive)
{
	rc_range	range = {rc_bytes_cstr(start), rc_bytes_cstr(stop), start_inclusive, stop_inclusive};

	return range;
}

/* How regions are read: set for whole groups of tests. */
static struct
{
	size_t		window;
	int			concurrency;
	bool		whole;
	bool		any_order;
}			check_overlap;

static inline rc_read
check_read(const rc_range *ranges, size_t n)
{
	rc_read		read = {0};

	read.table = rc_bytes_cstr("t");
	read.time_to = INT64_MAX;
	read.max_versions = 1;
	read.ranges = ranges;
	read.nranges = n;
	read.scan_window = check_overlap.window;
	read.scan_concurrency = check_overlap.concurrency;
	read.whole = check_overlap.whole;
	read.any_order = check_overlap.any_order;
	return read;
}

static inline rc_client *
check_open(fake_server *server)
{
	rc_client  *client;
	rc_error	err;

	if (rc_client_open(&server->host, &server->config, &client, &err) != RC_OK)
		bail_out("rc_client_open: %s", err.message);
	return client;
}

/* Is row number n of the answer the one numbered `first` + n (or - n)? */
static inline bool
check_row(const rc_row *row, int first, int n, bool reversed)
{
	char		key[16];

	snprintf(key, sizeof(key), "r%04d", reversed ? first - n : first + n);
	return rc_bytes_equal(row->key, rc_bytes_cstr(key)) &&
		rc_bytes_equal(row->cells[0].value, rc_bytes_cstr(key));
}

/* The row is one that has not come yet, and its value is its own. */
static inline bool
check_new(check *c, const rc_row *row, bool *seen)
{
	static int	last;
	char		key[16] = "";
	int			n;

	if (row->key.len != 5 || !rc_bytes_equal(row->key, row->cells[0].value))
		return false;
	memcpy(key, row->key.data, 5);
	n = atoi(key + 1);
	c->reordered |= c->rows > 0 && n < last;
	last = n;
	if (seen[n])
		return false;
	seen[n] = true;
	return true;
}

/* Reads to the end, or `most` rows; the first must be number `first`. */
static inline void
check_scan(check *c, rc_client *client, const rc_read *read, int first, int most)
{
	rc_scanner *scanner;
	const rc_row *row;
	bool		seen[10000] = {false};

	memset(c, 0, sizeof(*c));
	c->client = client;
	c->in_order = true;
	c->status = rc_scanner_open(client, read, &scanner, &c->err);
	if (c->status != RC_OK)
		return;
	while (most < 0 || c->rows < most)
	{
		c->status = rc_scanner_next(scanner, &row, &c->err);
		if (c->status == RC_INTERRUPTED)
		{
			c->interrupts++;
			continue;
		}
		if (c->status != RC_OK || row == NULL)
			break;
		if (read->any_order ? !check_new(c, row, seen) :
			!check_row(row, first, c->rows, read->reversed))
			c->in_order = false;
		c->rows++;
		c->cells += (int) row->ncells;
	}
	rc_scanner_get_stats(scanner, &c->stats);
	rc_scanner_close(scanner, false);
	rc_client_get_stats(client, &c->client_stats);
}

/* The same with a client of its own. */
static inline void
check_fresh(check *c, fake_server *server, const rc_read *read, int first)
{
	rc_client  *client = check_open(server);

	check_scan(c, client, read, first, -1);
	rc_client_close(client);
	c->client = NULL;
}

#endif							/* SCAN_CHECK_H */
