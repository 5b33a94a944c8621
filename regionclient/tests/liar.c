/*
 * liar.c
 *		A region server that lies, for tests through SQL (t/lies.pl, t/cancel.pl).
 *
 * Prints the port it listens on, on loopback.  It is the only server of the
 * table "t" (see fake_server.h) and of hbase:meta; ZooKeeper's part is the
 * test's.  Each line on standard input is a command, answered by one line:
 *
 *		table ROWS REGIONS		tells the truth about so many
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

static bool
set_table(const char *arguments)
{
	int			rows;
	int			regions;

	if (sscanf(arguments, "%d %d", &rows, &regions) != 2 || regions < 1 || regions > FAKE_MAX_REGIONS)
		return false;
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
		;
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
