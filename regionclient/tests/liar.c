/*
 * liar.c
 *		A region server that lies, for tests through SQL (t/lies.pl,
 *		t/writefaults.pl, t/cancel.pl).
 *
 * Prints the port it listens on, on loopback.  It is the only server of the
 * table "t" (see fake_server.h) and of hbase:meta; ZooKeeper's part is the
 * test's.  Each line on standard input is a command, answered by one line:
 *
 *		table ROWS REGIONS		tells the truth about so many
 *		store ROWS REGIONS N	the same, but takes what is written; the first N rows
 *								are there: f:_ (x), f:n (0) and f:q (old)
 *		move REGIONS			has so many regions from now on, opened anew
 *		fault NAME TIMES [NUMBER [CLASS [TEXT]]]
 *								befalls so many requests that write (fake_write.h);
 *								the number is where an answer is cut, or how many
 *								actions are not too many
 *		cut BYTES TIMES			closes the connection once so much of a request is there
 *		stored					KEY=TIMES,N,Q of each row that was written or is there:
 *								how often one of its cells was, at most; - for no cell
 *		lie NAME KIND TIMES [ARGUMENT]
 *								answers so many requests of a kind so (-1: all);
 *								kinds: open next close get multi meta state
 *								master registry, scan (open and next), any
 *		hide N					region N is not in hbase:meta
 *		overlap N				region N - 1 ends where region N does
 *		misplace N				region N begins where the one before it does, but not in its name
 *		mute					takes no bytes any more, on any connection
 *		asked					how many requests of each kind since the last table
 *
 * It ends with its standard input.
 */
#include "lies.h"

#include "fake_write.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[FAKE_KINDS] = {
	[FAKE_OPEN] = "open",
	[FAKE_NEXT] = "next",
	[FAKE_CLOSE] = "close",
	[FAKE_GET] = "get",
	[FAKE_MULTI] = "multi",
	[FAKE_META_SCAN] = "meta",
	[FAKE_META_STATE] = "state",
	[FAKE_MASTER] = "master",
	[FAKE_SIZES] = "sizes",
	[FAKE_WRITE] = "write",
	[FAKE_REGISTRY] = "registry",
};

static liar l;
static bool mute;
static char java_class[128];
static char text[128];
static int	cuts;

static bool
set_table(const char *arguments)
{
	int			rows;
	int			regions;

	if (sscanf(arguments, "%d %d", &rows, &regions) != 2 || regions < 1 || regions > FAKE_MAX_REGIONS)
		return false;
	fake_write_reset();
	l.server.stored = false;
	l.server.cut_request = 0;
	l.lie = NULL;
	l.told = 0;
	mute = false;
	fake_lose_scanner(&l.server, 0);
	memset(l.server.count, 0, sizeof(l.server.count));
	l.server.accepted = 0;
	l.server.nrows = rows;
	fake_set_regions(&l.server, regions, 1);
	return true;
}

static bool
set_store(const char *arguments)
{
	static const uint8_t zero[8];
	int			rows;
	int			regions;
	int			there;
	int			generation;

	if (sscanf(arguments, "%d %d %d", &rows, &regions, &there) != 3 || there > rows)
		return false;
	generation = l.server.generation + (regions != l.server.nregions || rows != l.server.nrows);
	if (!set_table(arguments))
		return false;
	/* other regions have other names */
	fake_set_regions(&l.server, regions, generation);
	l.server.stored = true;
	for (int i = 0; i < there; i++)
	{
		char		key[16];

		snprintf(key, sizeof(key), "r%04d", i);
		fake_store_put(key, "f:_", "x", 1);
		fake_store_put(key, "f:n", zero, 8);
		fake_store_put(key, "f:q", "old", 3);
	}
	return true;
}

static bool
move_regions(const char *arguments)
{
	int			regions = atoi(arguments);

	if (regions < 1 || regions > FAKE_MAX_REGIONS)
		return false;
	fake_set_regions(&l.server, regions, l.server.generation + 1);
	return true;
}

static bool
set_fault(const char *arguments)
{
	char		name[32];
	long long	number = 0;

	java_class[0] = text[0] = '\0';
	if (sscanf(arguments, "%31s %d %lld %127s %127[^\n]", name, &fake_written.times, &number,
			   java_class, text) < 2)
		return false;
	fake_written.fault = fake_fault_find(name);
	fake_written.java_class = java_class;
	fake_written.text = text;
	fake_written.cut = fake_written.most = (size_t) number;
	return fake_written.fault != FAULT_NONE;
}

static bool
set_cut(const char *arguments)
{
	l.server.cut_requests = 0;
	return sscanf(arguments, "%zu %d", &l.server.cut_request, &cuts) == 2;
}

/* 0: there is no such kind. */
static unsigned
kinds_of(const char *name)
{
	for (int i = 0; i < FAKE_KINDS; i++)
		if (strcmp(kinds[i], name) == 0)
			return LIE_KIND(i);
	return strcmp(name, "scan") == 0 ? LIE_SCAN : strcmp(name, "any") == 0 ? LIE_ANY : 0;
}

static bool
set_lie(const char *arguments)
{
	char		name[64];
	char		kind[16];
	long long	times;
	int			used = 0;

	if (sscanf(arguments, "%63s %15s %lld%n", name, kind, &times, &used) != 3)
		return false;
	l.lie = lie_find(name);
	l.kinds = kinds_of(kind);
	if (l.lie == NULL || l.kinds == 0)
		return false;
	arguments += used + (arguments[used] == ' ');
	snprintf(l.text, sizeof(l.text), "%s", arguments);
	l.number = strtoll(arguments, NULL, 0);
	l.left = times;
	return true;
}

/* A region by its number, or NULL. */
static fake_region *
region(const char *arguments)
{
	int			i = atoi(arguments);

	return i >= 0 && i < l.server.nregions ? &l.server.regions[i] : NULL;
}

/* Makes two neighbours share keys. */
static bool
overlap(const char *arguments, bool by_start)
{
	fake_region *r = region(arguments);

	if (r == NULL || r == l.server.regions)
		return false;
	if (by_start)
		memcpy(r->start, r[-1].start, sizeof(r->start));
	else
		memcpy(r[-1].end, r->end, sizeof(r->end));
	return true;
}

static void
print_asked(void)
{
	printf("accepted=%d", l.server.accepted);
	for (int i = 0; i < FAKE_KINDS; i++)
		printf(" %s=%d", kinds[i], l.server.count[i]);
	printf("\n");
}

static void
print_stored(void)
{
	for (int i = 0; i < l.server.nrows; i++)
	{
		char		key[16];
		int			times = 0;
		const fake_cell *q;

		snprintf(key, sizeof(key), "r%04d", i);
		for (size_t j = 0; j < fake_written.n; j++)
			if (strcmp(fake_written.cells[j].row, key) == 0 && fake_written.cells[j].times > times)
				times = fake_written.cells[j].times;
		if (times == 0 && !fake_store_has(key))
			continue;
		q = fake_write_find(key, "f:q");
		printf("%s=%d,%lld,%.*s ", key, times, (long long) fake_write_number(key, "f:n"),
			   q->present ? (int) q->len : 1, q->present ? (const char *) q->value : "-");
	}
	printf("\n");
}

static void
obey(char *line)
{
	char	   *arguments;
	bool		done = true;

	line[strcspn(line, "\n")] = '\0';
	arguments = line + strcspn(line, " ");
	if (*arguments != '\0')
		*arguments++ = '\0';
	if (strcmp(line, "table") == 0)
		done = set_table(arguments);
	else if (strcmp(line, "lie") == 0)
		done = set_lie(arguments);
	else if (strcmp(line, "store") == 0)
		done = set_store(arguments);
	else if (strcmp(line, "move") == 0)
		done = move_regions(arguments);
	else if (strcmp(line, "fault") == 0)
		done = set_fault(arguments);
	else if (strcmp(line, "cut") == 0)
		done = set_cut(arguments);
	else if (strcmp(line, "hide") == 0 && region(arguments) != NULL)
		region(arguments)->hidden = true;
	else if (strcmp(line, "overlap") == 0)
		done = overlap(arguments, false);
	else if (strcmp(line, "misplace") == 0)
		done = overlap(arguments, true);
	else if (strcmp(line, "mute") == 0)
		mute = true;
	else if (strcmp(line, "asked") == 0)
	{
		print_asked();
		return;
	}
	else if (strcmp(line, "stored") == 0)
	{
		print_stored();
		return;
	}
	else
		done = false;
	printf(done ? "ok\n" : "not understood: %s %s\n", line, arguments);
}

/* Waits until there is something to do; false: standard input has ended. */
static bool
work(void)
{
	struct pollfd fds[FAKE_MAX_CONNS + 2] = {{0, POLLIN, 0}, {l.server.listener, POLLIN, 0}};
	nfds_t		n = mute ? 1 : 2;
	char		line[512];

	for (int i = 0; i < FAKE_MAX_CONNS && !mute; i++)
		if (l.server.conns[i].fd >= 0)
			fds[n++] = (struct pollfd) {l.server.conns[i].fd, POLLIN, 0};
	if (poll(fds, n, -1) < 0)
		return true;
	if (fds[0].revents != 0)
	{
		if (fgets(line, sizeof(line), stdin) == NULL)
			return false;
		obey(line);
		fflush(stdout);
	}
	while (!mute && fake_serve_all(&l.server))
		if (l.server.cut_requests >= cuts)
			l.server.cut_request = 0;
	return true;
}

int
main(void)
{
	fake_start(&l.server, 10, 1);
	l.server.hook = lie_hook;
	/* commands are read one by one, with poll in between */
	setvbuf(stdin, NULL, _IONBF, 0);
	printf("%d\n", l.server.port);
	fflush(stdout);
	while (work())
		;
	fake_stop(&l.server);
	return 0;
}
