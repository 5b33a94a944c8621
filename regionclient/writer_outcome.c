/*
 * writer_outcome.c
 *		What becomes of a writer's actions: outcomes, and failures that are tried
 *		again.
 *
 * A failure is tried again when it may pass (status.c, retry.c) and either
 * nothing was applied for sure, or applying it twice does no harm.  Whether an
 * action that was not applied now has been by an earlier try is remembered: it
 * is doubtful, and can no longer fail, only be applied or unknown.
 */
#include "writer.h"

#include <string.h>

#include "status.h"

/* ----- errors ----- */

void
rc_write_error_set(rc_writer *writer, write_error **to, write_error *error)
{
	write_error *old = *to;

	if (error != NULL)
		error->refs++;
	*to = error;
	if (old != NULL && --old->refs == 0)
		rc_client_free(writer->client, old);
}

static bool
same_error(const rc_error *a, const rc_error *b)
{
	return a->status == b->status && strcmp(a->message, b->message) == 0 &&
		strcmp(a->server, b->server) == 0 && strcmp(a->java_class, b->java_class) == 0;
}

write_error *
rc_write_error(rc_writer *writer, const rc_error *err, write_failures *failures)
{
	write_error *new;

	if (failures->last != NULL && same_error(&failures->last->error, err))
		return failures->last;
	new = rc_client_alloc(writer->client, sizeof(write_error));
	if (new != NULL)
		new->error = *err;
	rc_write_error_set(writer, &failures->last, new);
	return new;
}

/* ----- retries ----- */

rc_retry *
rc_write_retry_of(rc_writer *writer, const write_action *action)
{
	return action->retry != NULL ? &action->retry->retry : &writer->retry;
}

static write_retry *
retry_create(rc_writer *writer)
{
	write_retry *retry = rc_client_alloc(writer->client, sizeof(write_retry));

	if (retry == NULL)
		return NULL;
	rc_retry_init(&retry->retry, writer->client);
	retry->next = writer->retries;
	retry->link = &writer->retries;
	if (retry->next != NULL)
		retry->next->link = &retry->next;
	writer->retries = retry;
	return retry;
}

static void
retry_drop(rc_writer *writer, write_retry **to)
{
	write_retry *retry = *to;

	*to = NULL;
	if (retry == NULL || --retry->refs > 0)
		return;
	*retry->link = retry->next;
	if (retry->next != NULL)
		retry->next->link = retry->link;
	rc_write_error_set(writer, &retry->error, NULL);
	rc_client_free(writer->client, retry);
}

/* The action's retry, at its first failure a new one, shared by those of the same answer. */
static write_retry *
retry_get(rc_writer *writer, write_action *action, write_failures *failures)
{
	if (action->retry != NULL)
		return action->retry;
	if (failures->fresh == NULL)
	{
		failures->fresh = retry_create(writer);
		if (failures->fresh == NULL)
			return NULL;
		failures->fresh->refs++;
	}
	action->retry = failures->fresh;
	action->retry->refs++;
	return action->retry;
}

/* Counts a failure, once for each answer. */
static rc_status
retry_count(rc_writer *writer, write_retry *retry, const rc_error *why, write_failures *failures)
{
	rc_error	err;

	if (retry->answer == writer->answer)
		return retry->verdict;
	retry->answer = writer->answer;
	retry->verdict = rc_retry_failed(&retry->retry, why, &err);
	if (retry->verdict != RC_AGAIN)
		rc_write_error_set(writer, &retry->error, rc_write_error(writer, &err, failures));
	return retry->verdict;
}

void
rc_write_failures_end(rc_writer *writer, write_failures *failures)
{
	writer->stats.retries += failures->again;
	retry_drop(writer, &failures->fresh);
	rc_write_error_set(writer, &failures->last, NULL);
}

/* ----- outcomes ----- */

void
rc_write_expose(rc_writer *writer, write_action *action, bool exposed)
{
	/* what may have been applied stays so */
	if (action->exposed == exposed || (!exposed && action->doubtful))
		return;
	action->exposed = exposed;
	writer->stats.in_flight += exposed ? 1 : (uint64_t) -1;
}

static void
count(rc_writer *writer, const write_action *action)
{
	rc_writer_stats *stats = &writer->stats;

	switch (action->outcome)
	{
		case RC_APPLIED:
			stats->applied++;
			stats->mutations += action->nmutations;
			stats->cells += action->ncells;
			break;
		case RC_REFUSED:
			stats->refused++;
			break;
		case RC_FAILED:
			stats->failed++;
			break;
		case RC_UNKNOWN:
			stats->unknown++;
			break;
		case RC_NOT_SENT:
			stats->not_sent++;
			break;
	}
}

/* The next action of its row takes its place. */
static void
release_held(rc_writer *writer, write_action *action)
{
	write_action *next;

	if (!action->entered)
		return;
	rc_write_rows_remove(&writer->rows, action);
	next = write_list_take(&action->held);
	if (next == NULL)
		return;
	next->held = action->held;
	memset(&action->held, 0, sizeof(action->held));
	rc_write_rows_put(writer, next);
	rc_write_place(writer, next);
}

void
rc_write_action_free(rc_writer *writer, write_action *action)
{
	retry_drop(writer, &action->retry);
	rc_write_error_set(writer, &action->why, NULL);
	rc_write_error_set(writer, &action->said_why, NULL);
	rc_client_free(writer->client, action);
}

void
rc_write_finish(rc_writer *writer, write_action *action, rc_outcome outcome, write_error *why)
{
	if (outcome == RC_APPLIED && action->retry != NULL)
		rc_retry_progress(&action->retry->retry);
	rc_write_error_set(writer, &action->why, outcome == RC_FAILED || outcome == RC_UNKNOWN ? why : NULL);
	action->doubtful = false;
	rc_write_expose(writer, action, false);
	action->outcome = outcome;
	count(writer, action);
	writer->open--;
	writer->open_bytes -= action->size;
	release_held(writer, action);
	retry_drop(writer, &action->retry);
	if (outcome == RC_APPLIED && !action->want_result)
		rc_write_action_free(writer, action);
	else
		write_list_put(&writer->done, action);
}

void
rc_write_give_up(rc_writer *writer, write_action *action, write_error *why)
{
	rc_write_finish(writer, action, action->doubtful ? RC_UNKNOWN : RC_FAILED, why);
}

/* Once its failure left open whether it was applied: may it be sent again? */
static bool
may_resend(const write_action *action)
{
	return action->resend || action->nonce;
}

void
rc_write_failed(rc_writer *writer, write_action *action, const rc_error *why, bool untouched,
				write_failures *failures)
{
	write_error *error = rc_write_error(writer, why, failures);
	write_retry *retry;

	if (!untouched && !may_resend(action))
	{
		rc_write_finish(writer, action, RC_UNKNOWN, error);
		return;
	}
	if (!untouched && !action->doubtful)
	{
		action->doubtful = true;
		rc_write_error_set(writer, &action->why, error);
	}
	if (writer->halted || rc_status_lookup(why->status)->action == RC_SURFACE)
	{
		rc_write_give_up(writer, action, error);
		return;
	}
	retry = retry_get(writer, action, failures);
	if (retry == NULL)
		rc_write_give_up(writer, action, NULL);
	else if (retry_count(writer, retry, why, failures) != RC_AGAIN)
		rc_write_give_up(writer, action, retry->error);
	else
	{
		failures->again = true;
		rc_write_expose(writer, action, false);
		write_list_put(&retry->resting, action);
	}
}

/* ----- pauses ----- */

static void
wake(rc_writer *writer, write_retry *retry)
{
	write_failures failures = {0};
	write_list	resting = retry->resting;
	write_error *why = NULL;
	write_action *action;
	rc_error	err;
	rc_status	status = rc_retry_ready(&retry->retry, &err);

	if (status == RC_AGAIN)
		return;
	if (status != RC_OK)
		why = rc_write_error(writer, &err, &failures);
	memset(&retry->resting, 0, sizeof(retry->resting));
	while ((action = write_list_take(&resting)) != NULL)
	{
		if (status == RC_OK)
			rc_write_place(writer, action);
		else
			rc_write_give_up(writer, action, why);
	}
	rc_write_failures_end(writer, &failures);
}

void
rc_write_wake(rc_writer *writer)
{
	write_retry *next;

	for (write_retry *retry = writer->retries; retry != NULL; retry = next)
	{
		/* it ends with the last of its actions */
		retry->refs++;
		if (retry->resting.n > 0)
			wake(writer, retry);
		next = retry->next;
		retry_drop(writer, &(write_retry *) {retry});
	}
}

static void
shift(int64_t *moment, int64_t ms)
{
	if (*moment != 0)
		*moment += ms;
}

static void
pause_retry(rc_retry *retry, int64_t ms)
{
	if (!retry->begun)
		return;
	retry->started += ms;
	retry->deadline += ms;
	shift(&retry->wake, ms);
}

void
rc_write_pause(rc_writer *writer, int64_t ms)
{
	pause_retry(&writer->retry, ms);
	for (write_retry *retry = writer->retries; retry != NULL; retry = retry->next)
		pause_retry(&retry->retry, ms);
}
