/*
 * test_nomem.c
 *		Whichever allocation fails: an error, no crash, nothing left behind.
 */
#include <stdlib.h>

#include "write_check.h"

static fake_server server;
static long calls;
static long fail_at;
static long live;

static bool
refuse(void)
{
	return calls++ == fail_at;
}

static void *
counting_alloc(void *ctx, size_t size)
{
	(void) ctx;
	if (refuse())
		return NULL;
	live++;
	return malloc(size);
}

static void *
counting_realloc(void *ctx, void *ptr, size_t size)
{
	(void) ctx;
	if (refuse())
		return NULL;
	live += ptr == NULL;
	return realloc(ptr, size);
}

static void
counting_free(void *ctx, void *ptr)
{
	(void) ctx;
	live -= ptr != NULL;
	free(ptr);
}

/* One read with a client of its own; the status. */
static rc_status
attempt(const rc_read *read)
{
	rc_client  *client;
	rc_error	err;
	rc_status	status;
	check		c;

	calls = 0;
	status = rc_client_open(&server.host, &server.config, &client, &err);
	if (status != RC_OK)
		return status;
	check_scan(&c, client, read, read->reversed ? 199 : 0, -1);
	rc_client_close(client);
	if (c.status == RC_OK && (c.rows != 200 || !c.in_order))
		return RC_PROTOCOL;		/* silently short */
	return c.status;
}

/* Describes the table, with a client of its own. */
static rc_status
attempt_describe(void)
{
	rc_client  *client;
	rc_admin   *admin = NULL;
	rc_table_desc *desc = NULL;
	rc_error	err;
	rc_status	status;

	calls = 0;
	status = rc_client_open(&server.host, &server.config, &client, &err);
	if (status != RC_OK)
		return status;
	status = rc_admin_open(client, 0, &admin, &err);
	if (status == RC_OK)
		status = rc_admin_describe_table(admin, rc_bytes_cstr("t"), &desc, &err);
	rc_table_desc_free(desc);
	rc_admin_close(admin);
	rc_client_close(client);
	return status;
}

/* Truncates the table, likewise. */
static rc_status
attempt_truncate(void)
{
	rc_client  *client;
	rc_admin   *admin = NULL;
	rc_truncate_stage stage;
	rc_error	err;
	rc_status	status;

	calls = 0;
	server.table_state = 0;
	status = rc_client_open(&server.host, &server.config, &client, &err);
	if (status != RC_OK)
		return status;
	status = rc_admin_open(client, 0, &admin, &err);
	if (status == RC_OK)
		status = rc_admin_truncate_table(admin, rc_bytes_cstr("t"), true, &stage, &err);
	if (status == RC_OK && stage != RC_TRUNCATE_DONE)
		status = RC_PROTOCOL;
	rc_admin_close(admin);
	rc_client_close(client);
	return status;
}

/*
 * Writes rows of all kinds, of two regions, with a failure that passes and one
 * that does not.  Whatever fails, each action has an outcome, and only what was
 * applied is called so.
 */
static rc_status
write_all(rc_writer *writer)
{
	static char rows[40][8];
	written		w = {0};
	one			o;
	rc_status	status = RC_OK;
	int			wrong = 0;

	for (int i = 0; i < 40; i++)
	{
		rc_action  *action;
		rc_status	added;

		snprintf(rows[i], sizeof(rows[i]), "r%04d", i * 5);
		action = i % 3 == 0 ? one_put(&o, rows[i], "v") : i % 3 == 1 ? one_absent(&o, rows[i], "v") :
			one_increment(&o, rows[i], 5);
		action->want_result = i % 2 == 0;
		added = write_add(&w, writer, action);
		if (added != RC_OK)
			status = added;
		if (i % 4 == 0)
			write_add(&w, writer, action);
	}
	write_flush(&w, writer);
	for (int i = 0; i < 40; i++)
		wrong += fake_write_find(rows[i], "f:q")->times > 2;
	if (w.invalid > 0 || wrong > 0)
		return RC_PROTOCOL;
	if (status == RC_OK && w.outcomes[RC_FAILED] + w.outcomes[RC_UNKNOWN] > 0)
		status = w.status;
	return status;
}

static rc_status
attempt_write(void)
{
	rc_writer_config config = {.batch_actions = 12};
	rc_client  *client;
	rc_writer  *writer;
	rc_error	err;
	rc_status	status;

	calls = 0;
	fake_write_reset();
	fake_written.fault = FAULT_REGION_EXCEPTION;
	fake_written.times = 1;
	fake_written.java_class = "org.apache.hadoop.hbase.RegionTooBusyException";
	fake_written.text = "memstore";
	status = rc_client_open(&server.host, &server.config, &client, &err);
	if (status != RC_OK)
		return status;
	status = rc_writer_open(client, rc_bytes_cstr("t"), &config, &writer, &err);
	if (status == RC_OK)
		status = write_all(writer);
	rc_writer_close(writer, false);
	rc_client_close(client);
	return status;
}

/* What is tried: a read, or ... */
static rc_status
attempt_any(const rc_read *read, rc_status (*other) (void))
{
	return read != NULL ? attempt(read) : other();
}

static void
every_failure(const char *name, const rc_read *read, rc_status (*other) (void), int pieces)
{
	long		worst = 0;
	long		leaks = 0;
	long		n;
	long		total;

	fake_start(&server, 200, 2);
	server.pieces = pieces;
	server.host.alloc = counting_alloc;
	server.host.realloc = counting_realloc;
	server.host.free = counting_free;
	fail_at = -1;
	ok(attempt_any(read, other) == RC_OK && live == 0, "%s: without failures", name);
	total = calls;
	for (n = 0; n < total; n++)
	{
		rc_status	status;

		fail_at = n;
		fake_lose_scanner(&server, 0);
		status = attempt_any(read, other);
		if (status != RC_OK && status != RC_NO_MEMORY && status != RC_INVALID)
		{
			worst = n + 1;
			printf("# %s at %ld\n", rc_status_name(status), n);
		}
		leaks += live;
		live = 0;
	}
	ok(worst == 0, "%s: any of %ld allocations may fail (%ld)", name, total, worst);
	ok(leaks == 0, "... and nothing is left behind (%ld)", leaks);
	fake_stop(&server);
}

int
main(void)
{
	static char keys[200][16];
	static rc_range points[200];
	static rc_range pairs[100];
	rc_range	all = check_range("", true, "", false);
	rc_column	columns[3] = {{rc_bytes_cstr("f"), rc_bytes_cstr("q"), false},
	{rc_bytes_cstr("f"), rc_bytes_cstr("q1"), false}, {rc_bytes_cstr("g"), rc_bytes_cstr(""), true}};
	rc_read		read = check_read(&all, 1);
	rc_read		gets = check_read(points, 200);
	rc_read		ranges = check_read(pairs, 100);

	ranges.filter_ranges = true;
	ranges.scan_window = 16 << 20;
	ranges.scan_concurrency = 4;
	for (int i = 0; i < 200; i++)
	{
		snprintf(keys[i], sizeof(keys[i]), "r%04d", i);
		points[i] = check_range(keys[i], true, keys[i], true);
		if (i % 2 == 1)
			pairs[i / 2] = check_range(keys[i - 1], true, keys[i], true);
	}
	read.columns = columns;
	read.ncolumns = 3;
	every_failure("a scan", &read, NULL, 1);
	every_failure("a scan of rows in pieces", &read, NULL, 2);
	read.reversed = true;
	every_failure("a reversed scan", &read, NULL, 1);
	every_failure("Gets", &gets, NULL, 1);
	every_failure("a list read by scans", &ranges, NULL, 1);
	every_failure("a description", NULL, attempt_describe, 1);
	every_failure("a truncation", NULL, attempt_truncate, 1);
	every_failure("writes", NULL, attempt_write, 1);
	return tap_done();
}
