/*
 * sender.c
 *		Sends what a statement writes: feeds a writer of regionclient, takes the
 *		results, and makes of them what the statement ends with.
 *
 * An ERROR waits until everything that was sent has its outcome, so that it can
 * say what stays written: ROLLBACK does not undo it.  A statement that fails
 * elsewhere ends in the reset of its memory context, where nothing may wait or
 * raise; there the counts are those known so far.
 */
#include "sender.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define MAX_NUMBER		(UINT64CONST(1) << 48)

/*
 * A delete marker has the timestamp of what it deletes, and hides what is put
 * at the same one.  When that has just been written, its millisecond must be
 * over before anything follows.  Clocks may differ by so many ms.
 */
#define SETTLE_MS		2
#define FRESH_MS		10000

struct HtableSender
{
	HtableSender *next;			/* of this backend */
	MemoryContext owner;
	HtableConnection *connection;
	rc_writer  *writer;			/* NULL: ended */
	rc_durability durability;
	char	   *table_name;
	int			references;
	int			nlisteners;
	int			max_listeners;
	const HtableListener **listeners;
	rc_writer_stats stats;		/* when it ended */
	int64		settled_at;		/* when all markers are older than what follows, by the host's clock */

	/* the first thing that makes the statement fail */
	bool		failed;
	rc_error	error;			/* HBase's; status RC_OK: refused */
	const HtableListener *refused;
	uint64		refused_number;
	rc_bytes	refused_row;
	bool		not_taken;		/* it is about an action that the writer did not take */
	bool		reported;		/* an ERROR has told what stays written */
};

static HtableSender *senders = NULL;

/* ---- owners ---- */

/* What stays written of a statement that fails.  Memory is not asked for. */
static void
warn_of_leftovers(const HtableSender *sender)
{
	rc_writer_stats stats;

	rc_writer_get_stats(sender->writer, &stats);
	if (sender->reported || stats.applied + stats.unknown + stats.in_flight == 0)
		return;
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("the failed statement has written to HBase table \"%s\"", sender->table_name),
			 errdetail("Rows written: %llu, unknown: %llu. They are not rolled back.",
					   (unsigned long long) stats.applied,
					   (unsigned long long) (stats.unknown + stats.in_flight))));
}

/* Ends the sender without waiting; raises nothing. */
static void
release(HtableSender *sender, bool cancelled)
{
	HtableSender **link = &senders;

	while (*link != NULL && *link != sender)
		link = &(*link)->next;
	if (*link != NULL)
		*link = sender->next;
	if (sender->writer != NULL)
	{
		rc_writer_get_stats(sender->writer, &sender->stats);
		rc_writer_close(sender->writer, cancelled);
		sender->writer = NULL;
	}
	if (sender->connection != NULL)
		htable_session_release(sender->connection);
	sender->connection = NULL;
}

/* Reset of the query's memory: after the last htable_sender_end there is nothing left to do. */
static void
release_failed(void *arg)
{
	HtableSender *sender = arg;

	if (sender->connection == NULL)
		return;
	if (sender->writer != NULL)
		warn_of_leftovers(sender);
	release(sender, true);
}

static HtableSender *
find_sender(MemoryContext owner, HtableConnection *connection, const HtableMapping *mapping)
{
	for (HtableSender *sender = senders; sender != NULL; sender = sender->next)
	{
		if (sender->owner == owner && sender->connection == connection &&
			sender->durability == mapping->durability &&
			strcmp(sender->table_name, mapping->table_name) == 0)
			return sender;
	}
	return NULL;
}

static void
open_writer(HtableSender *sender)
{
	rc_writer_config config = {.durability = sender->durability};
	rc_bytes	table = {(const uint8_t *) sender->table_name, strlen(sender->table_name)};
	rc_error	err;

	if (rc_writer_open(htable_session_client(sender->connection), table, &config,
					   &sender->writer, &err) != RC_OK)
		htable_host_raise(&err, htable_session_server_name(sender->connection),
						  sender->table_name);
}

HtableSender *
htable_sender_begin(MemoryContext owner, const HtableMapping *mapping, Oid userid)
{
	MemoryContext caller = MemoryContextSwitchTo(owner);
	HtableConnection *connection = htable_session_acquire(mapping->serverid, userid);
	HtableSender *sender = find_sender(owner, connection, mapping);

	if (sender != NULL)
		htable_session_release(connection);
	else
	{
		MemoryContextCallback *callback;

		PG_TRY();
		{
			sender = palloc0(sizeof(HtableSender));
			callback = palloc0(sizeof(MemoryContextCallback));
			sender->table_name = pstrdup(mapping->table_name);
		}
		PG_CATCH();
		{
			htable_session_release(connection);
			PG_RE_THROW();
		}
		PG_END_TRY();
		sender->owner = owner;
		sender->connection = connection;
		sender->durability = mapping->durability;
		sender->next = senders;
		senders = sender;
		callback->func = release_failed;
		callback->arg = sender;
		MemoryContextRegisterResetCallback(owner, callback);
		open_writer(sender);
	}
	sender->references++;
	MemoryContextSwitchTo(caller);
	return sender;
}

HtableConnection *
htable_sender_connection(const HtableSender *sender)
{
	return sender->connection;
}

void
htable_sender_get_stats(const HtableSender *sender, rc_writer_stats *stats)
{
	if (sender->writer != NULL)
		rc_writer_get_stats(sender->writer, stats);
	else
		*stats = sender->stats;
}

/* ---- results ---- */

static void
fail(HtableSender *sender, const rc_error *err)
{
	if (!sender->failed)
		sender->error = *err;
	sender->failed = true;
}

static void
take_refusal(HtableSender *sender, const HtableListener *listener, const rc_result *result)
{
	uint64		number = result->tag & (MAX_NUMBER - 1);
	uint8_t    *copy;

	if (listener->refused != NULL && listener->refused(listener->ctx, number, result->row))
		return;
	if (sender->failed)
		return;
	sender->failed = true;
	sender->error.status = RC_OK;
	sender->refused = listener;
	sender->refused_number = number;
	copy = MemoryContextAlloc(sender->owner, Max(result->row.len, 1));
	memcpy(copy, result->row.data, result->row.len);
	sender->refused_row = (rc_bytes) {copy, result->row.len};
}

/* Takes the results that are there. */
static void
take_results(HtableSender *sender)
{
	const rc_result *result;

	while ((result = rc_writer_next(sender->writer)) != NULL)
	{
		const HtableListener *listener = sender->listeners[result->tag / MAX_NUMBER];

		switch (result->outcome)
		{
			case RC_APPLIED:
				if (listener->applied != NULL)
					listener->applied(listener->ctx, result->tag & (MAX_NUMBER - 1), result);
				break;
			case RC_REFUSED:
				take_refusal(sender, listener, result);
				break;
			case RC_FAILED:
			case RC_UNKNOWN:
				fail(sender, result->error);
				break;
			case RC_NOT_SENT:
				break;
		}
	}
}

/* Waits for the outcomes of all actions; results are taken. */
static void
await_all(HtableSender *sender)
{
	rc_error	err;
	rc_status	status;

	htable_session_set_deadline(sender->connection);
	while ((status = rc_writer_flush(sender->writer, &err)) == RC_INTERRUPTED)
	{
		take_results(sender);
		CHECK_FOR_INTERRUPTS();
	}
	take_results(sender);
	if (status != RC_OK)
		fail(sender, &err);
}

/* An action's outcome is not known: what is known of all. */
static void
raise_unknown(HtableSender *sender, const rc_writer_stats *stats)
{
	sender->reported = true;
	ereport(ERROR,
			(errcode(ERRCODE_T_R_STATEMENT_COMPLETION_UNKNOWN),
			 errmsg("it is not known whether all rows were written to HBase table \"%s\"",
					sender->table_name),
			 errdetail("Rows acknowledged: %llu, unknown: %llu, not written: %llu.%s%s%s%s",
					   (unsigned long long) stats->applied,
					   (unsigned long long) (stats->unknown + stats->in_flight),
					   (unsigned long long) (stats->refused + stats->failed + stats->not_sent +
											 stats->waiting),
					   sender->error.status != RC_OK ? " " : "",
					   sender->error.server,
					   sender->error.server[0] != '\0' ? ": " : "",
					   sender->error.status != RC_OK ? htable_host_text(sender->error.message) : ""),
			 errhint("Read the rows to see what has become of them. What was written is not rolled back.")));
}

/* Nothing further is sent; what was sent gets its outcome.  40003 if there is one that is not known. */
void
htable_sender_halt(HtableSender *sender)
{
	rc_writer_stats stats;

	rc_writer_halt(sender->writer);
	await_all(sender);
	rc_writer_get_stats(sender->writer, &stats);
	if (stats.unknown + stats.in_flight > 0)
		raise_unknown(sender, &stats);
}

/* Ends a statement some action of which was refused or failed, or was not taken. */
static void
raise_failure(HtableSender *sender)
{
	htable_sender_halt(sender);
	if (sender->not_taken &&
		(sender->error.status == RC_TOO_LARGE || sender->error.status == RC_INVALID))
		ereport(ERROR,
				(errcode(sender->error.status == RC_TOO_LARGE ? ERRCODE_PROGRAM_LIMIT_EXCEEDED
						 : ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("HBase table \"%s\" cannot take a row", sender->table_name),
				 errdetail_internal("%s", htable_host_text(sender->error.message))));
	if (sender->error.status != RC_OK)
		htable_host_raise(&sender->error, htable_session_server_name(sender->connection),
						  sender->table_name);
	sender->refused->raise(sender->refused->ctx, sender->refused_number, sender->refused_row);
	elog(ERROR, "a refused write was let pass");
}

/* ---- sending ---- */

static bool
has_fresh_marker(const rc_action *action)
{
	int64		fresh = -1;

	for (size_t i = 0; i < action->nmutations; i++)
	{
		const rc_mutation *mutation = &action->mutations[i];

		if (mutation->kind != RC_DELETE)
			continue;
		if (fresh < 0)
			fresh = htable_instant_floor(GetCurrentTimestamp()) - FRESH_MS;
		for (size_t j = 0; j < mutation->ncells; j++)
		{
			if ((int64) mutation->cells[j].timestamp >= fresh)
				return true;
		}
	}
	return false;
}

static void
settle(HtableSender *sender)
{
	if (sender->settled_at != 0)
		htable_host_pause(htable_session_host(sender->connection), sender->settled_at);
	sender->settled_at = 0;
}

/* The listener's place in the upper bits of tags. */
static uint64
place_of(HtableSender *sender, const HtableListener *listener)
{
	for (int i = sender->nlisteners - 1; i >= 0; i--)
	{
		if (sender->listeners[i] == listener)
			return (uint64) i;
	}
	if (sender->nlisteners == sender->max_listeners)
	{
		int			max = Max(2 * sender->max_listeners, 4);
		const HtableListener **more = MemoryContextAlloc(sender->owner, max * sizeof(*more));

		if (sender->nlisteners > 0)
			memcpy(more, sender->listeners, sender->nlisteners * sizeof(*more));
		sender->listeners = more;
		sender->max_listeners = max;
	}
	sender->listeners[sender->nlisteners] = listener;
	return (uint64) sender->nlisteners++;
}

void
htable_sender_send(HtableSender *sender, const HtableListener *listener, uint64 number,
				   rc_action *action)
{
	rc_error	err;
	rc_status	status;

	Assert(number < MAX_NUMBER);
	if (has_fresh_marker(action))
	{
		const rc_host *host = htable_host_hooks(htable_session_host(sender->connection));

		sender->settled_at = host->now(host->ctx) + SETTLE_MS;
	}
	action->tag = place_of(sender, listener) * MAX_NUMBER + number;
	htable_session_set_deadline(sender->connection);
	while ((status = rc_writer_add(sender->writer, action, &err)) == RC_INTERRUPTED)
		CHECK_FOR_INTERRUPTS();
	if (unlikely(status != RC_OK))
	{
		sender->not_taken = !sender->failed;
		fail(sender, &err);
	}
	take_results(sender);
	if (unlikely(sender->failed))
		raise_failure(sender);
}

void
htable_sender_flush(HtableSender *sender)
{
	await_all(sender);
	if (sender->failed)
		raise_failure(sender);
	settle(sender);
}

void
htable_sender_end(HtableSender *sender)
{
	if (sender->references == 1)
	{
		htable_sender_flush(sender);
		release(sender, false);
	}
	sender->references--;
}
