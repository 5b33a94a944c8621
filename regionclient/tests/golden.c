/*
 * golden.c
 *		What unit tests share: captured exchanges, hex, and a host that can run
 *		out of memory.
 *
 * frames.txt: "## name" begins an exchange, '>', '<' and '=' begin a line of
 * hex, two blanks continue one, '#' is a comment.
 */
#include "golden.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINES	200
#define MAX_TEXT	16384

static struct
{
	char		exchange[80];
	char		direction;
	rc_bytes	bytes;
}			lines[MAX_LINES];
static size_t nlines;
static const char *directory = "regionclient/tests/vectors";

static void
die(const char *what, const char *which)
{
	printf("Bail out! %s: %s\n", what, which);
	exit(2);
}

static int
nibble(char c)
{
	return isdigit((unsigned char) c) ? c - '0' : (tolower((unsigned char) c) - 'a') + 10;
}

rc_bytes
golden_hex(const char *hex)
{
	static struct kept
	{
		struct kept *next;		/* so that a leak checker finds them all */
		uint8_t		data[];
	}		   *all;
	struct kept *kept = malloc(sizeof(*kept) + strlen(hex) / 2 + 1);
	uint8_t    *data = kept->data;
	size_t		len = 0;

	kept->next = all;
	all = kept;
	for (const char *p = hex; *p != '\0'; p++)
	{
		if (isspace((unsigned char) *p))
			continue;
		if (!isxdigit((unsigned char) p[0]) || !isxdigit((unsigned char) p[1]))
			die("bad hex", hex);
		data[len++] = (uint8_t) (nibble(p[0]) << 4 | nibble(p[1]));
		p++;
	}
	return (rc_bytes){data, len};
}

/* Turns the text gathered for the last line into its bytes. */
static void
finish_line(char *hex)
{
	if (hex[0] != '\0')
		lines[nlines - 1].bytes = golden_hex(hex);
	hex[0] = '\0';
}

static void
load(FILE *f)
{
	static char text[MAX_TEXT];
	static char hex[MAX_TEXT * 4];
	char		exchange[sizeof(lines[0].exchange)] = "";

	while (fgets(text, sizeof(text), f) != NULL)
	{
		text[strcspn(text, "\n")] = '\0';
		if (strncmp(text, "  ", 2) == 0)
		{
			strcat(hex, text + 2);
			continue;
		}
		if (strncmp(text, "## ", 3) == 0)
			snprintf(exchange, sizeof(exchange), "%.79s", text + 3);
		if (text[0] == '\0' || strchr("<>=", text[0]) == NULL)
			continue;
		finish_line(hex);
		if (nlines == MAX_LINES)
			die("too many lines", "frames.txt");
		strcpy(lines[nlines].exchange, exchange);
		lines[nlines++].direction = text[0];
		strcpy(hex, text + 1);
	}
	finish_line(hex);
}

void
golden_init(int argc, char **argv)
{
	FILE	   *f;

	if (argc > 1)
		directory = argv[1];
	else if (getenv("HTABLE_TEST_VECTORS") != NULL)
		directory = getenv("HTABLE_TEST_VECTORS");
	f = fopen(golden_path("frames.txt"), "r");
	if (f == NULL)
		die("cannot open", golden_path("frames.txt"));
	load(f);
	fclose(f);
}

const char *
golden_path(const char *file)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	return path;
}

rc_bytes
golden_line(const char *exchange, char direction, int index)
{
	for (size_t i = 0; i < nlines; i++)
		if (lines[i].direction == direction &&
			strcmp(lines[i].exchange, exchange) == 0 && index-- == 0)
			return lines[i].bytes;
	die("no such line", exchange);
	return (rc_bytes){NULL, 0};
}

bool
golden_next(char direction, size_t *position, rc_bytes *line)
{
	while (*position < nlines)
	{
		size_t		i = (*position)++;

		if (lines[i].direction != direction)
			continue;
		*line = lines[i].bytes;
		return true;
	}
	return false;
}

rc_bytes
golden_exact(rc_bytes in)
{
	uint8_t    *data = malloc(in.len);

	if (in.len > 0)
		memcpy(data, in.data, in.len);
	return (rc_bytes){data, in.len};
}

void
golden_free(rc_bytes exact)
{
	free((void *) exact.data);
}

long		test_host_fail_at = -1;
long		test_host_calls;
long		test_host_live;

void
test_host_fail(long n)
{
	test_host_fail_at = n;
	test_host_calls = 0;
}

static void *
host_realloc(void *ctx, void *ptr, size_t size)
{
	void	   *block;

	(void) ctx;
	if (test_host_fail_at >= 0 && test_host_calls >= test_host_fail_at)
		return NULL;
	test_host_calls++;
	block = realloc(ptr, size);
	if (ptr == NULL)
		test_host_live++;
	return block;
}

static void *
host_alloc(void *ctx, size_t size)
{
	return host_realloc(ctx, NULL, size);
}

static void
host_free(void *ctx, void *ptr)
{
	(void) ctx;
	if (ptr != NULL)
		test_host_live--;
	free(ptr);
}

rc_host		test_host = {
	.alloc = host_alloc,
	.realloc = host_realloc,
	.free = host_free,
};
