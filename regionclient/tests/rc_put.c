/*
 * rc_put.c
 *		Writes to an HBase table: for trying regionclient by hand and live.
 *
 *		rc_put QUORUM TABLE [options] <actions
 *
 *		--truncate  --preserve-splits   empties the table instead
 *		--load N  --cells N             writes so many rows of so many cells instead
 *		--conditional                   ... each if f:c0 is absent
 *		--scatter                       ... in no order
 *		--in-flight N  --batch-bytes N  --batch-actions N  --window N
 *		--durability N  --stats  --log
 *		--rpc-timeout MS  --operation-timeout MS  --program PATH
 *
 * A line of the input is one action:
 *
 *		ROW [if CONDITION] [resend] [result] MUTATION ...
 *
 *		CONDITION  absent F:Q | present F:Q | cell F:Q OP VALUE   (OP: < <= = != >= >)
 *		           | row      (it has a cell)
 *		MUTATION   put [ttl=MS] F:Q=VALUE[@TS] ... | increment F:Q=N ...
 *		           | delete family=F[@TS] column=F:Q[@TS] version=F:Q@TS
 *		             familyversion=F@TS ...
 *
 * or "flush" or "halt".  \xHH stands for a byte.  Printed is each result, in
 * the order of the outcomes, at a flush.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bytes.h"
#include "rc_tool.h"

#define MOST_WORDS	256

typedef struct options
{
	rc_config	config;
	rc_writer_config writer;
	bool		truncate;
	bool		preserve;
	bool		conditional;
	bool		scatter;
	bool		stats;
	bool		log;
	long		load;
	long		cells;
	const char *words[2];
	int			nwords;
} options;

/* One line, taken apart. */
typedef struct line
{
	char	   *words[MOST_WORDS];
	int			n;
	int			at;
	rc_mutation mutations[MOST_WORDS];
	rc_cell		cells[MOST_WORDS];
	size_t		ncells;
	uint8_t		amounts[MOST_WORDS][8];
} line;

static void __attribute__((noreturn))
usage(const char *what)
{
	fprintf(stderr, "rc_put: %s\n", what);
	exit(2);
}

static void
print_bytes(rc_bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] > ' ' && b.data[i] < 0x7f && b.data[i] != '\\')
			putchar(b.data[i]);
		else
			printf("\\x%02x", b.data[i]);
}

/* Replaces \xHH in place. */
static rc_bytes
unescape(char *text)
{
	char	   *to = text;
	unsigned	byte;

	for (char *p = text; *p != '\0';)
		if (sscanf(p, "\\x%2x", &byte) == 1)
		{
			*to++ = (char) byte;
			p += 4;
		}
		else
			*to++ = *p++;
	return rc_bytes_of(text, (size_t) (to - text));
}

static const char *
peek(const line *l)
{
	return l->at < l->n ? l->words[l->at] : "";
}

static char *
next(line *l)
{
	if (l->at == l->n)
		usage("a line ends early");
	return l->words[l->at++];
}

static bool
accept(line *l, const char *word)
{
	bool		is = strcmp(peek(l), word) == 0;

	l->at += is;
	return is;
}

/* Splits "F:Q". */
static void
set_column(char *text, rc_bytes *family, rc_bytes *qualifier)
{
	char	   *colon = strchr(text, ':');

	if (colon == NULL)
		usage("expected F:Q");
	*colon = '\0';
	*family = unescape(text);
	*qualifier = unescape(colon + 1);
}

static void
parse_condition(line *l, rc_condition *c)
{
	static const char *const ops[] = {"<", "<=", "=", "!=", ">=", ">"};
	const char *word = next(l);

	if (strcmp(word, "row") == 0)
	{
		rc_filter  *filter = rc_filter_first_key_only(&rc_host_standalone);

		c->kind = RC_CONDITION_FILTER;
		rc_filter_encode(filter, &c->filter);
		rc_filter_free(filter);
		return;
	}
	c->kind = strcmp(word, "absent") == 0 ? RC_CONDITION_ABSENT :
		strcmp(word, "present") == 0 ? RC_CONDITION_PRESENT : RC_CONDITION_COMPARE;
	set_column(next(l), &c->family, &c->qualifier);
	if (c->kind != RC_CONDITION_COMPARE)
		return;
	word = next(l);
	for (int i = 0; i < 6; i++)
		if (strcmp(word, ops[i]) == 0)
			c->op = (rc_compare) i;
	c->value = unescape(next(l));
}

/* Cuts "@TS" off the end. */
static uint64_t
cut_timestamp(char *text)
{
	char	   *at = strrchr(text, '@');

	if (at == NULL)
		return RC_TIMESTAMP_LATEST;
	*at = '\0';
	return strtoull(at + 1, NULL, 10);
}

static void
parse_cell(line *l, const rc_mutation *m, rc_cell *cell)
{
	static const struct
	{
		const char *name;
		uint8_t		type;
	}			markers[] = {{"family=", RC_CELL_DELETE_FAMILY}, {"column=", RC_CELL_DELETE_COLUMN},
	{"version=", RC_CELL_DELETE}, {"familyversion=", RC_CELL_DELETE_FAMILY_VERSION}};
	char	   *word = next(l);
	char	   *equals = strchr(word, '=');

	if (equals == NULL)
		usage("expected a cell");
	cell->timestamp = cut_timestamp(word);
	for (int i = 0; m->kind == RC_DELETE && i < 4; i++)
		if (strncmp(word, markers[i].name, strlen(markers[i].name)) == 0)
			cell->type = markers[i].type;
	*equals = '\0';
	if (m->kind == RC_DELETE && strchr(equals + 1, ':') == NULL)
		cell->family = unescape(equals + 1);
	else
		set_column(m->kind == RC_DELETE ? equals + 1 : word, &cell->family, &cell->qualifier);
	if (m->kind == RC_PUT)
		cell->value = unescape(equals + 1);
	if (m->kind == RC_INCREMENT)
	{
		uint8_t    *amount = l->amounts[l->ncells];

		rc_binary_put_int64(amount, strtoll(equals + 1, NULL, 10));
		cell->value = rc_bytes_of(amount, 8);
	}
}

static bool
is_kind(const char *word)
{
	return strcmp(word, "put") == 0 || strcmp(word, "delete") == 0 || strcmp(word, "increment") == 0;
}

static void
parse_mutation(line *l, rc_mutation *m)
{
	const char *kind = next(l);

	memset(m, 0, sizeof(*m));
	if (!is_kind(kind))
		usage("expected put, delete or increment");
	m->kind = kind[0] == 'p' ? RC_PUT : kind[0] == 'd' ? RC_DELETE : RC_INCREMENT;
	m->cells = &l->cells[l->ncells];
	if (strncmp(peek(l), "ttl=", 4) == 0)
		m->ttl = atoll(next(l) + 4);
	for (; l->at < l->n && !is_kind(peek(l)); l->ncells++)
	{
		memset(&l->cells[l->ncells], 0, sizeof(rc_cell));
		parse_cell(l, m, &l->cells[l->ncells]);
		m->ncells++;
	}
}

static void
parse_action(line *l, rc_action *action)
{
	memset(action, 0, sizeof(*action));
	l->ncells = 0;
	action->row = unescape(next(l));
	action->mutations = l->mutations;
	if (accept(l, "if"))
		parse_condition(l, &action->condition);
	action->resend = accept(l, "resend");
	action->want_result = accept(l, "result");
	while (l->at < l->n)
		parse_mutation(l, &l->mutations[action->nmutations++]);
}

/* ----- running ----- */

static void
print_results(rc_writer *writer)
{
	static const char *const names[] = {"applied", "refused", "failed", "unknown", "not sent"};
	const rc_result *r;

	while ((r = rc_writer_next(writer)) != NULL)
	{
		print_bytes(r->row);
		printf(" %s", names[r->outcome]);
		if (r->error != NULL)
			printf(": %s: %.150s", rc_status_name(r->error->status), r->error->message);
		for (size_t i = 0; i < r->ncells; i++)
		{
			int64_t		n = 0;

			rc_binary_get_int64(r->cells[i].value, &n);
			printf(" ");
			print_bytes(r->cells[i].family);
			printf(":");
			print_bytes(r->cells[i].qualifier);
			printf("=%lld", (long long) n);
		}
		printf("\n");
	}
}

static void
print_stats(const rc_writer *writer)
{
	rc_writer_stats s;

	fflush(stdout);
	rc_writer_get_stats(writer, &s);
	fprintf(stderr, "added %llu applied %llu refused %llu failed %llu unknown %llu not_sent %llu "
			"mutations %llu cells %llu rpcs %llu retries %llu bytes %llu\n",
			(unsigned long long) s.added, (unsigned long long) s.applied,
			(unsigned long long) s.refused, (unsigned long long) s.failed,
			(unsigned long long) s.unknown, (unsigned long long) s.not_sent,
			(unsigned long long) s.mutations, (unsigned long long) s.cells,
			(unsigned long long) s.rpcs, (unsigned long long) s.retries,
			(unsigned long long) s.bytes);
}

/* One line of input. */
static rc_status
obey(rc_writer *writer, char *text, rc_error *err)
{
	static line l;
	rc_action	action;
	rc_status	status;

	l.n = l.at = 0;
	for (char *word = strtok(text, " \n"); word != NULL && l.n < MOST_WORDS; word = strtok(NULL, " \n"))
		l.words[l.n++] = word;
	if (l.n == 0)
		return RC_OK;
	if (accept(&l, "halt"))
	{
		rc_writer_halt(writer);
		return RC_OK;
	}
	if (accept(&l, "flush"))
	{
		status = rc_writer_flush(writer, err);
		print_results(writer);
		return status;
	}
	parse_action(&l, &action);
	status = rc_writer_add(writer, &action, err);
	free((void *) action.condition.filter.data);
	return status;
}

/* Rows of cells f:c0, f:c1 ... */
static rc_status
load(const options *o, rc_writer *writer, rc_error *err)
{
	char		row[32];
	char		value[32];
	char		names[16][4];
	rc_cell		cells[16] = {0};
	rc_mutation put = {RC_PUT, cells, (size_t) o->cells, 0};
	rc_action	action = {.mutations = &put, .nmutations = 1};

	for (int i = 0; i < 16; i++)
	{
		snprintf(names[i], sizeof(names[i]), "c%d", i);
		cells[i].family = rc_bytes_cstr("f");
		cells[i].qualifier = rc_bytes_cstr(names[i]);
		cells[i].timestamp = RC_TIMESTAMP_LATEST;
	}
	if (o->conditional)
		action.condition = (rc_condition) {.kind = RC_CONDITION_ABSENT, .family = cells[0].family,
			.qualifier = cells[0].qualifier};
	for (long i = 0; i < o->load; i++)
	{
		/* each number once, unless there are as many as this prime or a multiple of it */
		long		n = o->scatter ? (long) ((long long) i * 7919 % o->load) : i;
		rc_status	status;

		action.row = rc_bytes_of(row, (size_t) snprintf(row, sizeof(row), "r%09ld", n));
		for (long c = 0; c < o->cells; c++)
			cells[c].value = rc_bytes_of(value, (size_t) snprintf(value, sizeof(value), "value %016ld", n));
		status = rc_writer_add(writer, &action, err);
		if (status != RC_OK)
			return status;
	}
	return RC_OK;
}

static int
run(const options *o, rc_client *client, rc_error *err)
{
	static char text[1 << 16];
	rc_writer  *writer;
	rc_status	status = rc_writer_open(client, rc_bytes_cstr(o->words[1]), &o->writer, &writer, err);

	if (status == RC_OK && o->load > 0)
		status = load(o, writer, err);
	while (status == RC_OK && o->load == 0 && fgets(text, sizeof(text), stdin) != NULL)
		status = obey(writer, text, err);
	if (status == RC_OK)
		status = rc_writer_flush(writer, err);
	if (writer != NULL)
	{
		print_results(writer);
		if (o->stats)
			print_stats(writer);
	}
	rc_writer_close(writer, false);
	return status == RC_OK ? 0 : tool_failed("rc_put", err);
}

static int
truncate_table(const options *o, rc_client *client, rc_error *err)
{
	static const char *const stages[] = {"untouched", "disabling", "emptying", "done"};
	rc_truncate_stage stage = RC_TRUNCATE_UNTOUCHED;
	rc_admin   *admin;
	rc_status	status = rc_admin_open(client, 0, &admin, err);

	if (status == RC_OK)
		status = rc_admin_truncate_table(admin, rc_bytes_cstr(o->words[1]), o->preserve, &stage, err);
	printf("%s\n", stages[stage]);
	rc_admin_close(admin);
	return status == RC_OK ? 0 : tool_failed("rc_put", err);
}

/* ----- options ----- */

static bool
option_flag(options *o, const char *name)
{
	if (strcmp(name, "--truncate") == 0)
		o->truncate = true;
	else if (strcmp(name, "--preserve-splits") == 0)
		o->preserve = true;
	else if (strcmp(name, "--conditional") == 0)
		o->conditional = true;
	else if (strcmp(name, "--scatter") == 0)
		o->scatter = true;
	else if (strcmp(name, "--stats") == 0)
		o->stats = true;
	else if (strcmp(name, "--log") == 0)
		o->log = true;
	else
		return false;
	return true;
}

static bool
option_value(options *o, const char *name, const char *value)
{
	long		n = atol(value);

	if (strcmp(name, "--load") == 0)
		o->load = n;
	else if (strcmp(name, "--cells") == 0)
		o->cells = n < 16 ? n : 16;
	else if (strcmp(name, "--in-flight") == 0)
		o->writer.in_flight = (int) n;
	else if (strcmp(name, "--batch-bytes") == 0)
		o->writer.batch_bytes = (size_t) n;
	else if (strcmp(name, "--batch-actions") == 0)
		o->writer.batch_actions = (size_t) n;
	else if (strcmp(name, "--window") == 0)
		o->writer.window_bytes = (size_t) n;
	else if (strcmp(name, "--durability") == 0)
		o->writer.durability = (rc_durability) n;
	else if (strcmp(name, "--rpc-timeout") == 0)
		o->config.rpc_timeout = (int) n;
	else if (strcmp(name, "--operation-timeout") == 0)
		o->config.operation_timeout = (int) n;
	else if (strcmp(name, "--program") == 0)
		o->config.quorum_program = value;
	else
		return false;
	return true;
}

static void
parse_options(options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (argv[i][0] != '-' && o->nwords < 2)
			o->words[o->nwords++] = argv[i];
		else if (!option_flag(o, argv[i]) && (i + 1 == argc || !option_value(o, argv[i], argv[i + 1])))
			usage("unknown option, or one without its value");
		else
			i += !option_flag(o, argv[i]);
	if (o->nwords < 2)
		usage("usage: rc_put QUORUM TABLE [options]");
}

int
main(int argc, char **argv)
{
	options		o = {0};
	rc_host		host = rc_host_standalone;
	rc_client  *client;
	rc_error	err;
	int			code;

	tool_defaults(&o.config, "rc_put");
	o.cells = 4;
	parse_options(&o, argc, argv);
	o.config.quorum = o.words[0];
	if (o.log)
		host.log = tool_log;
	if (rc_client_open(&host, &o.config, &client, &err) != RC_OK)
		code = tool_failed("rc_put", &err);
	else
		code = o.truncate ? truncate_table(&o, client, &err) : run(&o, client, &err);
	rc_client_close(client);
	return code;
}
