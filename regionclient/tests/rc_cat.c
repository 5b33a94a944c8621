/*
 * rc_cat.c
 *		Prints rows of an HBase table: for trying regionclient by hand and live.
 *
 *		rc_cat QUORUM TABLE [START [STOP]] [options]
 *
 *		--reversed  --limit N  --versions N  --count  --stats  --cache
 *		--family F  --column F:Q    (may be repeated)
 *		--keys K1,K2,...            rows by key, sorted by the caller
 *		--fetch-bytes N  --max-response N
 *		--connect-timeout MS  --rpc-timeout MS  --operation-timeout MS
 *		--pause-ms MS  --pause-every N    sleeps after every N-th row
 *		--first-key-only            with the filter of that name
 *		--raw                       delete markers too, with the types of cells
 *		--sizes                     the regions and their sizes instead of rows
 *		--user NAME  --hosts MAP  --parent ZNODE  --program PATH  --log
 *
 * Bytes that are not printable ASCII are written as \xHH.  The exit code is 0,
 * or 1 with the error on standard error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../bytes.h"
#include "rc_tool.h"

#define MAX_COLUMNS		64

typedef struct options
{
	rc_config	config;
	rc_read		read;
	rc_column	columns[MAX_COLUMNS];
	char	   *keys;
	rc_range   *ranges;
	size_t		nranges;
	bool		count;
	bool		stats;
	bool		log;
	bool		first_key_only;
	bool		sizes;
	long		pause_ms;
	long		pause_every;
	const char *words[4];
	int			nwords;
} options;

static void
print_bytes(rc_bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] > ' ' && b.data[i] < 0x7f && b.data[i] != '\\')
			putchar(b.data[i]);
		else
			printf("\\x%02x", b.data[i]);
}

static void
print_row(const rc_row *row)
{
	print_bytes(row->key);
	for (size_t i = 0; i < row->ncells; i++)
	{
		const rc_cell *c = &row->cells[i];

		printf(" ");
		print_bytes(c->family);
		printf(":");
		print_bytes(c->qualifier);
		printf("@%llu", (unsigned long long) c->timestamp);
		if (c->type != RC_CELL_PUT)
			printf("(%u)", c->type);
		printf("=");
		print_bytes(c->value);
	}
	printf("\n");
}

static void
add_column(options *o, char *text, bool family_only)
{
	rc_column  *c = &o->columns[o->read.ncolumns++];
	char	   *colon = family_only ? NULL : strchr(text, ':');

	if (o->read.ncolumns > MAX_COLUMNS)
		exit(2);
	if (colon != NULL)
		*colon = '\0';
	c->family = rc_bytes_cstr(text);
	c->any_qualifier = colon == NULL;
	c->qualifier = rc_bytes_cstr(colon != NULL ? colon + 1 : "");
	o->read.columns = o->columns;
}

/* Options with a value; false when this is none of them. */
static bool
option_value(options *o, const char *name, char *value)
{
	long		n = strtol(value, NULL, 10);

	if (strcmp(name, "--limit") == 0)
		o->read.limit = (uint64_t) n;
	else if (strcmp(name, "--versions") == 0)
		o->read.max_versions = (int32_t) n;
	else if (strcmp(name, "--family") == 0)
		add_column(o, value, true);
	else if (strcmp(name, "--column") == 0)
		add_column(o, value, false);
	else if (strcmp(name, "--keys") == 0)
		o->keys = value;
	else if (strcmp(name, "--fetch-bytes") == 0)
		o->config.fetch_bytes = (size_t) n;
	else if (strcmp(name, "--max-response") == 0)
		o->config.max_response_size = (size_t) n;
	else if (strcmp(name, "--connect-timeout") == 0)
		o->config.connect_timeout = (int) n;
	else if (strcmp(name, "--rpc-timeout") == 0)
		o->config.rpc_timeout = (int) n;
	else if (strcmp(name, "--operation-timeout") == 0)
		o->config.operation_timeout = (int) n;
	else if (strcmp(name, "--pause-ms") == 0)
		o->pause_ms = n;
	else if (strcmp(name, "--pause-every") == 0)
		o->pause_every = n;
	else if (strcmp(name, "--user") == 0)
		o->config.user = value;
	else if (strcmp(name, "--hosts") == 0)
		o->config.hosts = value;
	else if (strcmp(name, "--parent") == 0)
		o->config.znode_parent = value;
	else if (strcmp(name, "--program") == 0)
		o->config.quorum_program = value;
	else
		return false;
	return true;
}

static bool
option_flag(options *o, const char *name)
{
	if (strcmp(name, "--reversed") == 0)
		o->read.reversed = true;
	else if (strcmp(name, "--count") == 0)
		o->count = true;
	else if (strcmp(name, "--stats") == 0)
		o->stats = true;
	else if (strcmp(name, "--cache") == 0)
		o->read.cache_blocks = true;
	else if (strcmp(name, "--log") == 0)
		o->log = true;
	else if (strcmp(name, "--first-key-only") == 0)
		o->first_key_only = true;
	else if (strcmp(name, "--raw") == 0)
		o->read.raw = true;
	else if (strcmp(name, "--sizes") == 0)
		o->sizes = true;
	else
		return false;
	return true;
}

static void
parse_options(options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
	{
		if (strncmp(argv[i], "--", 2) != 0 && o->nwords < 4)
			o->words[o->nwords++] = argv[i];
		else if (option_flag(o, argv[i]))
			continue;
		else if (i + 1 < argc && option_value(o, argv[i], argv[i + 1]))
			i++;
		else
		{
			fprintf(stderr, "rc_cat: unknown option %s\n", argv[i]);
			exit(2);
		}
	}
	if (o->nwords < 2)
	{
		fprintf(stderr, "usage: rc_cat QUORUM TABLE [START [STOP]] [options]\n");
		exit(2);
	}
}

static void
set_ranges(options *o)
{
	size_t		n = 1;

	for (const char *p = o->keys; p != NULL && *p != '\0'; p++)
		n += *p == ',';
	o->ranges = calloc(n, sizeof(rc_range));
	if (o->ranges == NULL)
		exit(2);
	o->nranges = n;
	if (o->keys == NULL)
	{
		o->ranges[0].start = rc_bytes_cstr(o->nwords > 2 ? o->words[2] : "");
		o->ranges[0].stop = rc_bytes_cstr(o->nwords > 3 ? o->words[3] : "");
		o->ranges[0].start_inclusive = true;
	}
	else
		for (size_t i = 0; i < n; i++)
		{
			char	   *key = i == 0 ? strtok(o->keys, ",") : strtok(NULL, ",");

			o->ranges[i].start = o->ranges[i].stop = rc_bytes_cstr(key ? key : "");
			o->ranges[i].start_inclusive = o->ranges[i].stop_inclusive = true;
		}
	o->read.ranges = o->ranges;
	o->read.nranges = n;
}

static void
sleep_ms(long ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&ts, NULL);
}

static void
print_stats(const rc_client *client, const rc_scanner *scanner)
{
	rc_scanner_stats s;

	rc_scanner_get_stats(scanner, &s);
	fprintf(stderr, "scanner: regions %llu rpcs %llu rows %llu cells %llu bytes %llu retries %llu\n",
			(unsigned long long) s.regions, (unsigned long long) s.rpcs, (unsigned long long) s.rows,
			(unsigned long long) s.cells, (unsigned long long) s.bytes, (unsigned long long) s.retries);
	tool_print_stats(client);
}

static int
print_sizes(const options *o, rc_client *client, rc_error *err)
{
	rc_sizing  *sizing;
	const rc_region_size *regions;
	size_t		n;
	rc_status	status = rc_sizing_open(client, o->read.table, &sizing, err);

	if (status == RC_OK)
		status = rc_sizing_read(sizing, &regions, &n, err);
	for (size_t i = 0; status == RC_OK && i < n; i++)
	{
		print_bytes(regions[i].start);
		if (regions[i].known)
			printf(" stored %llu MB, memory %llu MB\n", (unsigned long long) regions[i].stored_mb,
				   (unsigned long long) regions[i].memory_mb);
		else
			printf(" not known\n");
	}
	rc_sizing_close(sizing);
	return status == RC_OK ? 0 : tool_failed("rc_cat", err);
}

static int
run(const options *o, rc_client *client, rc_error *err)
{
	rc_scanner *scanner;
	const rc_row *row;
	unsigned long long rows = 0;
	rc_status	status;

	if (rc_scanner_open(client, &o->read, &scanner, err) != RC_OK)
		return tool_failed("rc_cat", err);
	while ((status = rc_scanner_next(scanner, &row, err)) == RC_OK && row != NULL)
	{
		rows++;
		if (!o->count)
			print_row(row);
		if (o->pause_ms > 0 && rows % (unsigned long long) o->pause_every == 0)
			sleep_ms(o->pause_ms);
	}
	if (o->count)
		printf("%llu\n", rows);
	if (o->stats)
		print_stats(client, scanner);
	rc_scanner_close(scanner, false);
	return status == RC_OK ? 0 : tool_failed("rc_cat", err);
}

int
main(int argc, char **argv)
{
	options		o = {0};
	rc_host		host = rc_host_standalone;
	rc_client  *client;
	rc_error	err;
	int			code;

	tool_defaults(&o.config, "rc_cat");
	o.read.max_versions = 1;
	o.read.time_to = INT64_MAX;
	o.pause_every = 1;
	parse_options(&o, argc, argv);
	o.config.quorum = o.words[0];
	o.read.table = rc_bytes_cstr(o.words[1]);
	set_ranges(&o);
	if (o.first_key_only)
		rc_filter_encode(rc_filter_first_key_only(&host), &o.read.filter);
	if (o.log)
		host.log = tool_log;
	if (rc_client_open(&host, &o.config, &client, &err) != RC_OK)
		code = tool_failed("rc_cat", &err);
	else
		code = o.sizes ? print_sizes(&o, client, &err) : run(&o, client, &err);
	rc_client_close(client);
	free((void *) o.read.filter.data);
	free(o.ranges);
	return code;
}
