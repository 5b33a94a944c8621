/*
 * writer_scene.h
 *		A fake server and a writer that writes to it, for the tests of the writer.
 *
 * Static functions, as in write_check.h.
 */
#ifndef WRITER_SCENE_H
#define WRITER_SCENE_H

#include "write_check.h"

static fake_server server;
static rc_writer_config config;
static rc_client *client;
static rc_writer *writer;
static written w;

static inline void
begin(int nregions)
{
	fake_start(&server, 200, nregions);
	fake_write_reset();
	memset(&w, 0, sizeof(w));
	client = write_open(&server, &config, &writer);
}

static inline void
end(void)
{
	ok(w.invalid == 0, "... and each result is whole, and the counts add up");
	write_close(client, writer);
	fake_stop(&server);
}

static inline void
fault(fake_fault which, int times)
{
	fake_written.fault = which;
	fake_written.times = times;
}

static inline void
exception(fake_fault which, int times, const char *java_class, const char *text)
{
	fault(which, times);
	fake_written.java_class = java_class;
	fake_written.text = text;
}

static inline const char *
key(int i)
{
	static char name[16];

	snprintf(name, sizeof(name), "r%04d", i);
	return name;
}

/* Adds n rows with results, or without. */
static inline void
put_rows(int n, bool resend)
{
	for (int i = 0; i < n; i++)
	{
		one			o;
		rc_action  *action = one_put(&o, key(i), "v");

		action->resend = resend;
		action->want_result = true;
		write_add(&w, writer, action);
	}
}

/* Lets the client find all regions. */
static inline void
warm(void)
{
	one			o;

	for (int i = 0; i < server.nregions; i++)
		write_add(&w, writer, one_put(&o, server.regions[i].start[0] ? server.regions[i].start : "a", "warm"));
	write_flush(&w, writer);
	fake_write_reset();
}

/* How many of n rows are there, and how often each was written at most. */
static inline int
count_rows(int n, int *most)
{
	int			rows = 0;

	*most = 0;
	for (int i = 0; i < n; i++)
	{
		const fake_cell *c = fake_write_find(key(i), "f:q");

		rows += c->present;
		if (c->times > *most)
			*most = c->times;
	}
	return rows;
}

static inline bool
outcomes(int applied, int refused, int failed, int unknown)
{
	return w.outcomes[RC_APPLIED] == applied && w.outcomes[RC_REFUSED] == refused &&
		w.outcomes[RC_FAILED] == failed && w.outcomes[RC_UNKNOWN] == unknown;
}

static inline const char *
shown(void)
{
	static char text[700];

	snprintf(text, sizeof(text), "%d applied, %d refused, %d failed, %d unknown, %d not sent: %s %s",
			 w.outcomes[RC_APPLIED], w.outcomes[RC_REFUSED], w.outcomes[RC_FAILED],
			 w.outcomes[RC_UNKNOWN], w.outcomes[RC_NOT_SENT], rc_status_name(w.status), w.message);
	return text;
}

#endif							/* WRITER_SCENE_H */
