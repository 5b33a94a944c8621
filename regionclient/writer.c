/*
 * writer.c
 *		Opens and closes writers, takes actions and gives out results.
 *
 * Nothing moves but in the caller's own calls: rc_writer_add looks for answers
 * from time to time and waits only while the window is full; rc_writer_flush
 * waits for all.  See writer.h for the parts.
 * Upstream: BufferedMutatorImpl, AsyncProcess.
 */
#include "writer.h"

#include <string.h>
#include <sys/random.h>

#include "cells.h"
#include "client.h"
#include "mutation.h"
#include "registry.h"

#define BATCH_BYTES		((size_t) 1024 * 1024)
#define BATCH_ACTIONS	4000
#define IN_FLIGHT		4
#define WINDOW_BYTES	((size_t) 16 * 1024 * 1024)
#define MAX_CELL_SIZE	((size_t) 10 * 1024 * 1024)

/* hbase.rpc.rows.warning.threshold: servers warn above, and may refuse. */
#define MOST_ACTIONS	5000

/* Arrivals are looked at whenever so many bytes were added. */
#define POLL_BYTES		((size_t) 64 * 1024)

/* Time that passed outside of calls is not counted against actions, from this on (ms). */
#define PAUSE_NOTICED	50

static rc_status
no_memory(rc_error *err)
{
	return rc_error_set(err, RC_NO_MEMORY, "out of memory");
}

/* ----- going on ----- */

/* The result that was given out last has been looked at. */
static void
drop_given(rc_writer *writer)
{
	if (writer->given != NULL)
		rc_write_action_free(writer, writer->given);
	writer->given = NULL;
}

/* Before answers and clocks are looked at: since the last look the host was away. */
static void
resume(rc_writer *writer)
{
	int64_t		now = rc_client_now(writer->client);

	if (writer->left_at != 0 && now - writer->left_at >= PAUSE_NOTICED)
		rc_write_pause(writer, now - writer->left_at);
	writer->left_at = now;
}

static void
leave(rc_writer *writer)
{
	writer->left_at = rc_client_now(writer->client);
}

/* Does all that can be done without waiting. */
static void
advance(rc_writer *writer, bool push)
{
	do
	{
		rc_write_take_answers(writer);
		rc_write_wake(writer);
		rc_write_locate(writer);
	} while (rc_write_send(writer, push));
}

/* Says until when nothing will happen by itself. */
static void
want(rc_writer *writer)
{
	rc_client  *client = writer->client;
	int64_t		now = rc_client_now(client);

	for (write_target *target = writer->targets; target != NULL; target = target->next)
	{
		if (target->n == 0 || target->calls >= target->most_calls)
			continue;
		if (target->wake > now)
			rc_client_want(client, target->wake, RC_WAIT_BACKOFF);
		for (write_lane *lane = target->ready; lane != NULL && target->wake <= now; lane = lane->next_ready)
			rc_client_want(client, lane->wake, RC_WAIT_BACKOFF);
	}
	if (writer->flying != NULL)
		rc_client_want(client, INT64_MAX, rc_call_wait_kind(writer->flying->call, RC_WAIT_WRITE));
}

static rc_status
wait(rc_writer *writer, rc_error *err)
{
	want(writer);
	return rc_client_wait(writer->client, err);
}

/* Lets in what has come, without waiting, when there is reason to look. */
static void
look(rc_writer *writer)
{
	if (writer->unpolled < POLL_BYTES && !writer->due)
		return;
	writer->unpolled = 0;
	resume(writer);
	rc_client_look(writer->client);
	advance(writer, false);
	leave(writer);
}

/* ----- adding ----- */

/* What is to be allocated for an action besides its struct. */
typedef struct action_sizes
{
	size_t		ncells;
	size_t		cells;
	size_t		mutations;
	size_t		condition;
	size_t		nresults;
	size_t		total;			/* with the struct */
} action_sizes;

/* How many cells an Increment's answer has. */
static size_t
results_wanted(const rc_action *action)
{
	size_t		n = 0;

	for (size_t i = 0; i < action->nmutations && action->want_result; i++)
		if (action->mutations[i].kind == RC_INCREMENT)
			n += action->mutations[i].ncells;
	return n;
}

/*
 * Increments that the server knows again by their nonces: those alone in their
 * action.  In RowMutations it mixes up the nonces of different clients.
 */
static bool
has_nonce(const rc_action *action)
{
	return action->nmutations == 1 && action->mutations[0].kind == RC_INCREMENT;
}

/* Makes the messages in the scratch buffer, and measures. */
static rc_status
measure(rc_writer *writer, const rc_action *action, action_sizes *sizes, rc_error *err)
{
	rc_buf	   *out = &writer->scratch;
	uint64_t	nonce = has_nonce(action) ? ++writer->nonce : 0;

	rc_buf_reset(out);
	rc_action_put_mutations(out, action, writer->config.durability, nonce);
	sizes->mutations = out->len;
	rc_action_put_condition(out, action);
	if (out->failed)
		return no_memory(err);
	sizes->condition = out->len - sizes->mutations;
	sizes->ncells = rc_action_cells(action, &sizes->cells);
	sizes->nresults = results_wanted(action);
	sizes->total = sizeof(write_action) + sizes->nresults * (sizeof(rc_cell) + RC_AMOUNT) +
		sizes->cells + out->len;
	/* a frame must hold it */
	if (sizes->cells > RC_MAX_REQUEST / 2)
		return rc_error_set(err, RC_TOO_LARGE, "the cells of a row exceed %zu bytes", RC_MAX_REQUEST / 2);
	return RC_OK;
}

/* The next part of the memory behind the struct. */
static uint8_t *
carve(uint8_t **at, size_t size)
{
	uint8_t    *part = *at;

	*at += size;
	return part;
}

/* A copy of the action; its messages are in the scratch buffer. */
static write_action *
pack(rc_writer *writer, const rc_action *action, const action_sizes *sizes)
{
	rc_host    *host = &writer->client->host;
	write_action *new = host->alloc(host->ctx, sizes->total);
	uint8_t    *at = (uint8_t *) (new + 1);

	if (new == NULL)
		return NULL;
	memset(new, 0, sizeof(*new));
	new->size = sizes->total;
	new->tag = action->tag;
	new->conditional = action->condition.kind != RC_CONDITION_NONE;
	new->resend = action->resend;
	new->nonce = has_nonce(action);
	new->want_result = action->want_result;
	new->nmutations = (uint32_t) action->nmutations;
	new->ncells = (uint32_t) sizes->ncells;
	new->most_results = (uint32_t) sizes->nresults;
	if (sizes->nresults > 0)
		new->results = (rc_cell *) carve(&at, sizes->nresults * sizeof(rc_cell));
	new->amounts = carve(&at, sizes->nresults * RC_AMOUNT);
	new->cells = rc_bytes_of(carve(&at, sizes->cells), sizes->cells);
	rc_action_write_cells(action, (uint8_t *) new->cells.data);
	memcpy(at, writer->scratch.data, sizes->mutations + sizes->condition);
	new->mutations = rc_bytes_of(carve(&at, sizes->mutations), sizes->mutations);
	new->condition = rc_bytes_of(at, sizes->condition);
	new->row = rc_bytes_of(new->cells.data + CELL_ROW_AT, action->row.len);
	new->hash = rc_write_row_hash(new->row);
	return new;
}

static rc_status
enter_row(rc_writer *writer, write_action *action, rc_error *err)
{
	write_action *before = rc_write_rows_find(&writer->rows, action->row, action->hash);

	if (before == NULL && !rc_write_rows_put(writer, action))
	{
		rc_client_free(writer->client, action);
		return no_memory(err);
	}
	writer->stats.added++;
	writer->open++;
	writer->open_bytes += action->size;
	writer->unpolled += action->size;
	if (before != NULL)
		write_list_put(&before->held, action);
	else
		rc_write_place(writer, action);
	return RC_OK;
}

static bool
has_room(const rc_writer *writer, size_t size)
{
	return writer->open == 0 || writer->open_bytes + size <= writer->config.window_bytes;
}

/* Waits until the window has room for so many bytes. */
static rc_status
make_room(rc_writer *writer, size_t size, rc_error *err)
{
	rc_status	status = RC_OK;

	if (has_room(writer, size))
		return RC_OK;
	resume(writer);
	while (status == RC_OK)
	{
		advance(writer, true);
		if (has_room(writer, size))
			break;
		status = wait(writer, err);
	}
	leave(writer);
	return status;
}

static rc_status
add(rc_writer *writer, const rc_action *action, rc_error *err)
{
	action_sizes sizes;
	write_action *new;
	size_t		cells;
	rc_status	status;

	if (writer->halted)
		return rc_error_set(err, RC_INVALID, "the writer is halted");
	status = rc_action_check(action, writer->config.max_cell_size, err);
	if (status == RC_OK)
	{
		rc_action_cells(action, &cells);
		status = make_room(writer, sizeof(write_action) + cells, err);
	}
	if (status == RC_OK)
		status = measure(writer, action, &sizes, err);
	if (status != RC_OK)
		return status;
	new = pack(writer, action, &sizes);
	if (new == NULL)
		return no_memory(err);
	status = enter_row(writer, new, err);
	if (status == RC_OK)
		look(writer);
	return status;
}

rc_status
rc_writer_add(rc_writer *writer, const rc_action *action, rc_error *err)
{
	drop_given(writer);
	return add(writer, action, err);
}

/* ----- results ----- */

const rc_result *
rc_writer_next(rc_writer *writer)
{
	rc_result  *result = &writer->result;
	write_action *action;

	drop_given(writer);
	action = writer->given = write_list_take(&writer->done);
	if (action == NULL)
		return NULL;
	memset(result, 0, sizeof(*result));
	result->tag = action->tag;
	result->row = action->row;
	result->outcome = action->outcome;
	if (action->outcome == RC_FAILED || action->outcome == RC_UNKNOWN)
		result->error = action->why != NULL ? &action->why->error : &writer->no_memory;
	if (action->outcome == RC_APPLIED)
	{
		result->cells = action->results;
		result->ncells = action->nresults;
	}
	return result;
}

rc_status
rc_writer_flush(rc_writer *writer, rc_error *err)
{
	rc_status	status = RC_OK;

	drop_given(writer);
	resume(writer);
	for (;;)
	{
		advance(writer, true);
		if (writer->open == 0)
			break;
		status = wait(writer, err);
		if (status != RC_OK)
			break;
	}
	leave(writer);
	return status;
}

/* Ends an action that will not be sent. */
static void
not_sent(rc_writer *writer, write_action *action)
{
	rc_write_finish(writer, action, action->doubtful ? RC_UNKNOWN : RC_NOT_SENT, action->why);
}

/* Those that wait behind others of their rows; the others need not be ended first. */
static void
halt_held(rc_writer *writer)
{
	for (size_t i = 0; i < writer->rows.nbuckets; i++)
		for (write_action *action = writer->rows.buckets[i]; action != NULL; action = action->next_in_bucket)
		{
			write_list_join(&writer->unplaced, &action->held);
			memset(&action->held, 0, sizeof(action->held));
		}
}

void
rc_writer_halt(rc_writer *writer)
{
	write_action *action;

	drop_given(writer);
	writer->halted = true;
	rc_locate_reset(&writer->locate);
	halt_held(writer);
	while ((action = rc_write_lanes_drain(writer)) != NULL)
		write_list_put(&writer->unplaced, action);
	for (write_retry *retry = writer->retries; retry != NULL; retry = retry->next)
	{
		write_list_join(&writer->unplaced, &retry->resting);
		memset(&retry->resting, 0, sizeof(retry->resting));
	}
	while ((action = write_list_take(&writer->unplaced)) != NULL)
		not_sent(writer, action);
}

void
rc_writer_get_stats(const rc_writer *writer, rc_writer_stats *stats)
{
	*stats = writer->stats;
	stats->waiting = writer->open - stats->in_flight;
}

/* ----- opening and closing ----- */

static void
list_free(rc_writer *writer, write_list *list)
{
	write_action *action;

	while ((action = write_list_take(list)) != NULL)
		rc_write_action_free(writer, action);
}

/* Everything that waits; what is held is not in the lists. */
static void
actions_free(rc_writer *writer)
{
	write_action *action;

	halt_held(writer);
	list_free(writer, &writer->unplaced);
	list_free(writer, &writer->done);
	while ((action = rc_write_lanes_drain(writer)) != NULL)
		rc_write_action_free(writer, action);
	for (write_retry *retry = writer->retries, *next; retry != NULL; retry = next)
	{
		/* it ends with the last of its actions */
		write_list	resting = retry->resting;

		next = retry->next;
		list_free(writer, &resting);
	}
}

static void
writer_free(rc_writer *writer, bool cancelled)
{
	rc_client  *client = writer->client;

	if (writer->given != NULL)
		rc_write_action_free(writer, writer->given);
	rc_locate_reset(&writer->locate);
	actions_free(writer);
	rc_write_batches_free(writer, cancelled);
	rc_write_lanes_free(writer);
	rc_client_free(client, writer->rows.buckets);
	rc_buf_free(&writer->scratch);
	rc_client_free(client, (void *) writer->table.data);
	rc_client_disown(&writer->child);
	rc_client_free(client, writer);
	rc_link_trim(client);
}

static void
writer_close_child(rc_child *child)
{
	writer_free((rc_writer *) child, false);
}

void
rc_writer_close(rc_writer *writer, bool cancelled)
{
	if (writer == NULL)
		return;
	if (writer->locate.phase == RC_LOCATE_META)
		rc_registry_stop(writer->client->registry);
	writer_free(writer, cancelled);
}

static void
set_config(rc_writer *writer, const rc_writer_config *config)
{
	rc_writer_config *c = &writer->config;

	*c = *config;
	if (c->batch_bytes == 0)
		c->batch_bytes = BATCH_BYTES;
	if (c->batch_bytes > RC_MAX_REQUEST / 2)
		c->batch_bytes = RC_MAX_REQUEST / 2;
	if (c->batch_actions == 0)
		c->batch_actions = BATCH_ACTIONS;
	if (c->batch_actions > MOST_ACTIONS)
		c->batch_actions = MOST_ACTIONS;
	if (c->in_flight <= 0)
		c->in_flight = IN_FLIGHT;
	if (c->window_bytes == 0)
		c->window_bytes = WINDOW_BYTES;
	if (c->max_cell_size == 0)
		c->max_cell_size = MAX_CELL_SIZE;
	/* lengths of cells are Java ints */
	if (c->max_cell_size > RC_MAX_REQUEST / 2)
		c->max_cell_size = RC_MAX_REQUEST / 2;
}

/* The server tells clients apart by it. */
static void
set_nonce_group(rc_writer *writer)
{
	rc_client  *client = writer->client;

	if (getrandom(&writer->nonce_group, sizeof(writer->nonce_group), GRND_NONBLOCK) != sizeof(writer->nonce_group))
		writer->nonce_group = (uint64_t) rc_client_random(client) << 32 | rc_client_random(client);
}

rc_status
rc_writer_open(rc_client *client, rc_bytes table, const rc_writer_config *config,
			   rc_writer **writer, rc_error *err)
{
	rc_writer  *new = rc_client_alloc(client, sizeof(rc_writer));

	*writer = NULL;
	if (new == NULL)
		return no_memory(err);
	if (!rc_bytes_copy(&client->host, table, &new->table))
	{
		rc_client_free(client, new);
		return no_memory(err);
	}
	new->client = client;
	set_config(new, config);
	set_nonce_group(new);
	rc_retry_init(&new->retry, client);
	rc_locate_init(&new->locate, client);
	rc_buf_init(&new->scratch, &client->host);
	rc_error_set(&new->no_memory, RC_NO_MEMORY, "out of memory");
	new->child.close = writer_close_child;
	rc_client_adopt(client, &new->child);
	*writer = new;
	return RC_OK;
}
