/*
 * write_check.h
 *		Writes to a fake server, for the tests of the writer.
 */
#ifndef WRITE_CHECK_H
#define WRITE_CHECK_H

#include "fake_write.h"
#include "scan_check.h"

/* An action of one cell of column f:q, or of f:n for an Increment. */
typedef struct one
{
	rc_mutation mutation;
	rc_cell		cell;
	uint8_t		amount[8];
	rc_action	action;
} one;

static inline rc_action *
one_put(one *o, const char *row, const char *value)
{
	memset(o, 0, sizeof(*o));
	o->cell.family = rc_bytes_cstr("f");
	o->cell.qualifier = rc_bytes_cstr("q");
	o->cell.value = rc_bytes_cstr(value);
	o->cell.timestamp = RC_TIMESTAMP_LATEST;
	o->mutation.cells = &o->cell;
	o->mutation.ncells = 1;
	o->action.row = rc_bytes_cstr(row);
	o->action.mutations = &o->mutation;
	o->action.nmutations = 1;
	return &o->action;
}

static inline rc_action *
one_increment(one *o, const char *row, int64_t amount)
{
	one_put(o, row, "");
	rc_binary_put_int64(o->amount, amount);
	o->cell.qualifier = rc_bytes_cstr("n");
	o->cell.value = rc_bytes_of(o->amount, 8);
	o->mutation.kind = RC_INCREMENT;
	return &o->action;
}

static inline rc_action *
one_absent(one *o, const char *row, const char *value)
{
	one_put(o, row, value);
	o->action.condition.kind = RC_CONDITION_ABSENT;
	o->action.condition.family = o->cell.family;
	o->action.condition.qualifier = o->cell.qualifier;
	return &o->action;
}

/* What became of the actions. */
typedef struct written
{
	int			results;
	int			outcomes[RC_NOT_SENT + 1];
	int			interrupts;
	int			invalid;		/* results that cannot be */
	rc_status	status;			/* of the last FAILED or UNKNOWN one */
	char		message[512];
	int64_t		amount;			/* of the last Increment's result */
	rc_writer_stats stats;
} written;

static inline rc_client *
write_open(fake_server *server, const rc_writer_config *config, rc_writer **writer)
{
	rc_client  *client = check_open(server);
	rc_error	err;

	if (rc_writer_open(client, rc_bytes_cstr("t"), config, writer, &err) != RC_OK)
		bail_out("rc_writer_open: %s", err.message);
	return client;
}

static inline rc_status
write_add(written *w, rc_writer *writer, rc_action *action)
{
	rc_error	err;
	rc_status	status;

	while ((status = rc_writer_add(writer, action, &err)) == RC_INTERRUPTED)
		w->interrupts++;
	if (status != RC_OK)
		snprintf(w->message, sizeof(w->message), "%s", err.message);
	return status;
}

static inline void
write_take(written *w, rc_writer *writer)
{
	const rc_result *r;

	while ((r = rc_writer_next(writer)) != NULL)
	{
		bool		has_error = r->outcome == RC_FAILED || r->outcome == RC_UNKNOWN;

		w->results++;
		w->outcomes[r->outcome]++;
		w->invalid += has_error != (r->error != NULL) || r->row.len == 0;
		if (r->error != NULL)
		{
			w->status = r->error->status;
			snprintf(w->message, sizeof(w->message), "%s", r->error->message);
		}
		if (r->ncells > 0)
			rc_binary_get_int64(r->cells[0].value, &w->amount);
	}
	rc_writer_get_stats(writer, &w->stats);
}

static inline bool
write_counts_add_up(const rc_writer_stats *s)
{
	return s->added == s->applied + s->refused + s->failed + s->unknown + s->not_sent +
		s->in_flight + s->waiting;
}

/* Sends all, and takes the results. */
static inline void
write_flush(written *w, rc_writer *writer)
{
	rc_error	err;
	rc_status	status;

	while ((status = rc_writer_flush(writer, &err)) == RC_INTERRUPTED)
		w->interrupts++;
	if (status != RC_OK)
		bail_out("rc_writer_flush: %s", err.message);
	write_take(w, writer);
	w->invalid += !write_counts_add_up(&w->stats) || w->stats.in_flight > 0 || w->stats.waiting > 0;
}

static inline void
write_close(rc_client *client, rc_writer *writer)
{
	rc_writer_close(writer, false);
	rc_client_close(client);
}

#endif							/* WRITE_CHECK_H */
