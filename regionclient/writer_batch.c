/*
 * writer_batch.c
 *		Batches of a writer's actions: sent as one Multi, and its answer taken in.
 *
 * In a Multi each region has one RegionAction for its plain actions, and one
 * for each action that has a condition or several mutations.  An answer is
 * believed as far as it adds up: first it is noted what it says of each action,
 * and only when all of it has been read have they their outcomes.  What it says
 * twice, or not at all, nobody knows.
 * Upstream: AsyncRequestFutureImpl, RSRpcServices.multi, ResponseConverter.
 */
#include "writer.h"

#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "mutation.h"
#include "status.h"

#define SERVICE			"ClientService"

/*
 * One handler of the server does the atomic actions of a Multi one after the
 * other, so fewer of them go into one, and others get some too.
 */
#define MOST_ATOMIC		250
#define LEAST_ATOMIC	16

/*
 * A region's pause after an answer that tells its pressure p (0 to 1): 5 min x
 * p^4 as Java's ExponentialClientBackoffPolicy, but no longer than this (ms).
 */
#define LONGEST_PAUSE	5000
#define PAUSE_SCALE		300000.0

/* Heap occupancy counts from 95 % on, and from a tenth to all at 98 %. */
#define HEAP_LOW		95
#define HEAP_HIGH		98

/* ----- which actions go into a batch ----- */

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

bool
rc_write_is_full(const rc_writer *writer, const write_target *target)
{
	return target->bytes >= writer->config.batch_bytes ||
		target->n >= writer->config.batch_actions || target->atomic >= MOST_ATOMIC;
}

static write_batch *
batch_get(rc_writer *writer, size_t n)
{
	rc_host    *host = &writer->client->host;
	write_batch *batch = writer->spare;
	size_t		each = sizeof(write_action *) + sizeof(write_part) + sizeof(rc_bytes);

	if (batch != NULL)
		writer->spare = batch->next;
	if (batch != NULL && batch->cap < n)
	{
		host->free(host->ctx, batch);
		batch = NULL;
	}
	if (batch == NULL)
	{
		batch = host->alloc(host->ctx, sizeof(write_batch) + n * each);
		if (batch == NULL)
			return NULL;
		batch->cap = n;
		batch->parts = (write_part *) (batch + 1);
		batch->blocks = (rc_bytes *) (batch->parts + n);
		batch->actions = (write_action **) (batch->blocks + n);
	}
	batch->n = batch->nparts = batch->bytes = 0;
	batch->call = NULL;
	return batch;
}

static void
batch_recycle(rc_writer *writer, write_batch *batch)
{
	for (size_t i = 0; i < batch->nparts; i++)
		rc_region_unref(batch->parts[i].region);
	batch->next = writer->spare;
	writer->spare = batch;
}

static void
add_part(write_batch *batch, rc_region *region, size_t first, size_t n, bool atomic)
{
	batch->parts[batch->nparts++] = (write_part) {rc_region_ref(region), first, n, atomic};
}

/* What a batch that is being filled may still take. */
typedef struct room
{
	size_t		actions;
	size_t		atomic;
	size_t		bytes;
} room;

static bool
fits(const room *left, const write_batch *batch, const write_action *action)
{
	if (batch->n == 0)
		return true;
	return left->actions > 0 && write_wire_bytes(action) <= left->bytes &&
		(left->atomic > 0 || !write_is_atomic(action));
}

/* Takes actions of one lane into the batch: plain ones in front of the others. */
static void
take_lane(write_batch *batch, write_lane *lane, room *left)
{
	size_t		first = batch->n;
	size_t		plain = 0;

	while (lane->list.first != NULL && fits(left, batch, lane->list.first))
	{
		write_action *action = rc_write_lane_take(lane);
		bool		atomic = write_is_atomic(action);

		left->actions--;
		left->bytes -= smaller(left->bytes, write_wire_bytes(action));
		left->atomic -= atomic && left->atomic > 0;
		batch->bytes += write_wire_bytes(action);
		batch->actions[batch->n++] = action;
		if (!atomic)
		{
			batch->actions[batch->n - 1] = batch->actions[first + plain];
			batch->actions[first + plain++] = action;
		}
	}
	if (plain > 0)
		add_part(batch, lane->region, first, plain, false);
	for (size_t i = first + plain; i < batch->n; i++)
		add_part(batch, lane->region, i, 1, true);
}

/* How many atomic actions a batch takes: all that may be sent now get their share. */
static size_t
atomic_share(const write_target *target)
{
	size_t		calls = (size_t) (target->most_calls - target->calls);
	size_t		share = (target->atomic + calls - 1) / calls;

	return share < LEAST_ATOMIC ? LEAST_ATOMIC : smaller(share, MOST_ATOMIC);
}

/* Fills a batch from the lanes that do not rest; false when it stays empty. */
static bool
fill(rc_writer *writer, write_batch *batch, write_target *target, int64_t now)
{
	room		left = {batch->cap, atomic_share(target), writer->config.batch_bytes};
	write_lane *next;

	left.actions = smaller(left.actions, writer->config.batch_actions);
	for (write_lane *lane = target->ready; lane != NULL && left.actions > 0 && left.bytes > 0; lane = next)
	{
		next = lane->next_ready;
		if (lane->wake > now)
			continue;
		take_lane(batch, lane, &left);
		if (lane->list.first != NULL)
			break;
		rc_write_lane_unready(lane);
	}
	return batch->n > 0;
}

/* ----- sending ----- */

/* The Multi, into the writer's scratch. */
static void
put_request(rc_writer *writer, const write_batch *batch)
{
	rc_buf	   *out = &writer->scratch;
	bool		nonces = false;

	rc_buf_reset(out);
	for (size_t i = 0; i < batch->nparts; i++)
	{
		const write_part *part = &batch->parts[i];
		write_action *const *actions = &batch->actions[part->first];
		size_t		begin = rc_region_action_begin(out, part->region->name, part->atomic);
		uint32_t	index = 0;

		for (size_t j = 0; j < part->n; j++)
		{
			rc_region_action_put(out, actions[j]->mutations, &index);
			nonces |= actions[j]->nonce;
		}
		rc_region_action_end(out, begin, part->atomic ? actions[0]->condition : rc_bytes_of(NULL, 0));
	}
	if (nonces)
		rc_multi_request_end(out, writer->nonce_group);
}

/* When a call sent now is given up. */
static int64_t
call_expires(const rc_client *client)
{
	int64_t		now = rc_client_now(client);
	int64_t		expires = now + client->config.rpc_timeout;
	int64_t		deadline = rc_client_deadline(client, now);

	return expires < deadline ? expires : deadline;
}

static rc_status
send_batch(rc_writer *writer, write_batch *batch)
{
	write_target *target = batch->target;
	rc_request	request = {0};
	rc_link    *link;
	rc_status	status;

	put_request(writer, batch);
	if (writer->scratch.failed)
		return rc_error_set(&batch->send_error, RC_NO_MEMORY, "out of memory");
	for (size_t i = 0; i < batch->n; i++)
		batch->blocks[i] = batch->actions[i]->cells;
	request.method = "Multi";
	request.packed = rc_bytes_of(writer->scratch.data, writer->scratch.len);
	request.cells = batch->blocks;
	request.ncells = batch->n;
	request.once = true;
	status = rc_link_get(writer->client, target->server.host, target->server.port, SERVICE,
						 &link, &batch->send_error);
	if (status == RC_OK)
		status = rc_link_send(link, &request, call_expires(writer->client), &batch->call,
							  &batch->send_error);
	return status;
}

/* Notes where each action of the batch is, should the answer get lost. */
static void
batch_sent(rc_writer *writer, write_batch *batch)
{
	for (size_t i = 0; i < batch->nparts; i++)
		for (size_t j = 0; j < batch->parts[i].n; j++)
		{
			write_action *action = batch->actions[batch->parts[i].first + j];

			rc_write_expose(writer, action, true);
			if (action->doubtful)
				continue;
			action->sent_to = batch->target;
			action->sent_seqnum = batch->parts[i].region->seqnum;
		}
	writer->stats.rpcs++;
	writer->stats.bytes += batch->bytes;
}

/* No memory for a batch: what it would have held ends. */
static void
no_batch(rc_writer *writer, write_target *target)
{
	write_action *action;
	write_lane *lane = target->ready;

	rc_write_lane_unready(lane);
	while ((action = rc_write_lane_take(lane)) != NULL)
		rc_write_give_up(writer, action, NULL);
}

/* Sends one batch to the server; false when there is nothing to send to it. */
static bool
send_one(rc_writer *writer, write_target *target, int64_t now)
{
	write_batch *batch = batch_get(writer, smaller(target->n, writer->config.batch_actions));

	if (batch == NULL)
	{
		no_batch(writer, target);
		return true;
	}
	batch->target = target;
	if (!fill(writer, batch, target, now))
	{
		batch_recycle(writer, batch);
		return false;
	}
	batch->next = writer->flying;
	writer->flying = batch;
	target->calls++;
	if (send_batch(writer, batch) == RC_OK)
		batch_sent(writer, batch);
	return true;
}

bool
rc_write_send(rc_writer *writer, bool push)
{
	int64_t		now = rc_client_now(writer->client);
	bool		any = false;

	writer->due = false;
	for (write_target *target = writer->targets; target != NULL; target = target->next)
		while (target->n > 0 && target->calls < target->most_calls && target->wake <= now &&
			   (push || rc_write_is_full(writer, target)) && send_one(writer, target, now))
			any = true;
	return any;
}

/* ----- what an answer says ----- */

static void
say(write_action *action, write_said said)
{
	action->said = action->said == SAID_NOTHING ? said : SAID_NONSENSE;
}

static void
say_failed(rc_writer *writer, write_action *action, const rc_error *why, write_failures *failures)
{
	say(action, SAID_FAILED);
	rc_write_error_set(writer, &action->said_why, rc_write_error(writer, why, failures));
}

/* The column of the action that the cell is of, as the action has it. */
static bool
find_column(const write_action *action, const rc_cell *cell, rc_cell *column)
{
	rc_bytes	block = action->cells;

	while (rc_cell_read(&block, column))
		if (rc_bytes_equal(column->family, cell->family) && rc_bytes_equal(column->qualifier, cell->qualifier))
			return true;
	return false;
}

/* A cell of an Increment's answer. */
static void
take_cell(write_action *action, const rc_cell *cell)
{
	rc_cell    *to = &action->results[action->nresults];
	uint8_t    *amount;

	/* whoever did not want it, or what another mutation of the row made */
	if (action->results == NULL)
		return;
	if (action->nresults == action->most_results || cell->value.len != RC_AMOUNT ||
		!rc_bytes_equal(cell->row, action->row) || !find_column(action, cell, to))
	{
		action->said = SAID_NONSENSE;
		return;
	}
	amount = action->amounts + RC_AMOUNT * action->nresults++;
	memcpy(amount, cell->value.data, RC_AMOUNT);
	to->value = rc_bytes_of(amount, RC_AMOUNT);
	to->timestamp = cell->timestamp;
	to->type = RC_CELL_PUT;
}

/* The cells of a result: of the block, or of the message.  False: they are not what it says. */
static bool
take_cells(write_action *action, const rc_multi_item *item, rc_bytes *block)
{
	rc_cell		cell;
	rc_reader	r;

	for (uint64_t i = 0; i < item->ncells; i++)
	{
		if (!rc_cell_read(block, &cell))
			return false;
		take_cell(action, &cell);
	}
	if (!item->in_message)
		return true;
	rc_result_cells_begin(&r, item->result);
	while (rc_result_cell_next(&r, &cell))
		take_cell(action, &cell);
	return !r.failed;
}

/* All actions of a region failed. */
static void
take_region_failure(rc_writer *writer, const write_batch *batch, const write_part *part,
					const rc_error *why, write_failures *failures)
{
	for (size_t i = 0; i < part->n; i++)
		say_failed(writer, batch->actions[part->first + i], why, failures);
}

/* A RegionActionResult about plain actions. */
static bool
take_plain(rc_writer *writer, const write_batch *batch, const write_part *part,
		   rc_multi_answer *answer, rc_bytes *block, write_failures *failures)
{
	const rc_multi_item *item = &answer->item;

	while (rc_multi_answer_next_in_region(answer))
	{
		write_action *action;

		if (item->whole_region)
		{
			take_region_failure(writer, batch, part, &item->error, failures);
			continue;
		}
		if (item->index >= part->n)
			return false;
		action = batch->actions[part->first + item->index];
		if (item->failed)
			say_failed(writer, action, &item->error, failures);
		else
			say(action, item->has_result ? SAID_APPLIED : SAID_NONSENSE);
		if (!take_cells(action, item, block))
			return false;
	}
	return true;
}

/*
 * A RegionActionResult about one atomic action.  Its results are all in the
 * first; `processed` says whether the condition held, and is missing on
 * servers that tell an atomic action without a condition by its results alone.
 */
static bool
take_atomic(rc_writer *writer, write_action *action, rc_multi_answer *answer, rc_bytes *block,
			write_failures *failures)
{
	const rc_multi_item *item = &answer->item;
	bool		failed = false;
	bool		any = false;

	while (rc_multi_answer_next_in_region(answer))
	{
		if (item->failed && !failed)
			say_failed(writer, action, &item->error, failures);
		failed |= item->failed;
		any = true;
		if (!item->whole_region && item->index >= action->nmutations)
			return false;
		if (!take_cells(action, item, block))
			return false;
	}
	if (failed)
		return true;
	if (answer->has_processed)
		say(action, answer->processed ? SAID_APPLIED : action->conditional ? SAID_REFUSED : SAID_NONSENSE);
	else if (any && !action->conditional)
		say(action, SAID_APPLIED);
	return true;
}

/* Notes what the answer says of each action; false: it does not add up. */
static bool
read_answer(rc_writer *writer, write_batch *batch, write_failures *failures)
{
	const rc_response *response = &batch->call->response;
	rc_bytes	block = response->cells;
	rc_multi_answer answer;

	rc_multi_answer_begin(&answer, response->message);
	while (rc_multi_answer_next_region(&answer))
	{
		const write_part *part;
		bool		good;

		if (answer.nregions > batch->nparts)
			return false;
		part = &batch->parts[answer.nregions - 1];
		if (part->atomic)
			good = take_atomic(writer, batch->actions[part->first], &answer, &block, failures);
		else
			good = take_plain(writer, batch, part, &answer, &block, failures);
		if (!good)
			return false;
	}
	return rc_multi_answer_good(&answer) && block.len == 0;
}

/* ----- from what is said to outcomes ----- */

static void
unknown(rc_writer *writer, write_action *action, const char *what, write_failures *failures)
{
	const write_target *target = action->sent_to;
	rc_error	err;

	rc_error_set(&err, RC_PROTOCOL, "%s", what);
	snprintf(err.server, sizeof(err.server), "%s:%u", target->server.host, target->server.port);
	rc_write_finish(writer, action, RC_UNKNOWN, rc_write_error(writer, &err, failures));
}

static void
failed_as_said(rc_writer *writer, write_action *action, write_failures *failures)
{
	write_error *why = action->said_why;

	/* without memory for the reason nothing can be concluded from it */
	if (why == NULL)
	{
		rc_write_finish(writer, action, RC_UNKNOWN, NULL);
		return;
	}
	action->said_why = NULL;	/* the reference is ours */
	rc_write_failed(writer, action, &why->error, rc_status_lookup(why->error.status)->untouched, failures);
	rc_write_error_set(writer, &why, NULL);
}

static void
conclude(rc_writer *writer, write_action *action, write_failures *failures)
{
	write_said	said = action->said;

	if (said == SAID_APPLIED && action->nresults < action->most_results)
		said = SAID_NONSENSE;
	if (said == SAID_APPLIED)
		rc_write_finish(writer, action, RC_APPLIED, NULL);
	else if (said == SAID_REFUSED && action->doubtful)
		rc_write_finish(writer, action, RC_UNKNOWN, action->why);
	else if (said == SAID_REFUSED)
		rc_write_finish(writer, action, RC_REFUSED, NULL);
	else if (said == SAID_FAILED)
		failed_as_said(writer, action, failures);
	else
		unknown(writer, action, said == SAID_NOTHING ? "response to Multi has no result for a row" :
				"response to Multi has results for a row that cannot be", failures);
}

/* The first error that is said of the actions of a part. */
static const write_error *
part_error(const write_batch *batch, const write_part *part)
{
	for (size_t i = 0; i < part->n; i++)
		if (batch->actions[part->first + i]->said == SAID_FAILED)
			return batch->actions[part->first + i]->said_why;
	return NULL;
}

/* What a failure tells of the region and its server. */
static void
learn(rc_writer *writer, const write_batch *batch, const write_part *part, const rc_error *why)
{
	write_action *action = batch->actions[part->first];

	rc_locate_learn(part->region, why, rc_write_retry_of(writer, action));
	rc_write_lane_doubt(writer, part->region);
}

/* The end of the pause of those that failed so is the region's too. */
static void
rest_lane(rc_writer *writer, const write_part *part, const rc_error *why, const write_failures *failures)
{
	if (failures->fresh != NULL && (why->status == RC_REGION_BUSY || why->status == RC_THROTTLED ||
									why->status == RC_REGION_OPENING))
		rc_write_lane_rest(writer, part->region->name, failures->fresh->retry.wake);
}

static void
conclude_part(rc_writer *writer, write_batch *batch, const write_part *part, write_failures *failures)
{
	const write_error *why = part_error(batch, part);
	rc_error	copy;

	if (why != NULL)
	{
		copy = why->error;
		learn(writer, batch, part, &copy);
	}
	for (size_t i = 0; i < part->n; i++)
		conclude(writer, batch->actions[part->first + i], failures);
	if (why != NULL)
		rest_lane(writer, part, &copy, failures);
}

/* ----- pressure ----- */

static double
pressure_of(const rc_region_pressure *p)
{
	double		most = p->memstore > p->compaction ? p->memstore / 100.0 : p->compaction / 100.0;
	double		heap = 0;

	if (p->heap >= HEAP_HIGH)
		heap = 1;
	else if (p->heap >= HEAP_LOW)
		heap = 0.1 + 0.9 * (p->heap - HEAP_LOW) / (HEAP_HIGH - HEAP_LOW);
	return heap > most ? heap : most;
}

static void
take_loads(rc_writer *writer, rc_bytes message)
{
	int64_t		now = rc_client_now(writer->client);
	rc_multi_loads loads;
	rc_region_pressure pressure;
	rc_bytes	region;

	rc_multi_loads_begin(&loads, message);
	while (rc_multi_loads_next(&loads, &region, &pressure))
	{
		double		p = pressure_of(&pressure);
		double		pause = PAUSE_SCALE * p * p * p * p;

		if (pause >= 1)
			rc_write_lane_rest(writer, region, now + (int64_t) (pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE));
	}
}

/* ----- answers ----- */

/* Too much for one request: goes on in halves. */
static void
shrink(rc_writer *writer, write_batch *batch)
{
	writer->config.batch_actions = (batch->n + 1) / 2;
	writer->config.batch_bytes = (batch->bytes + 1) / 2;
	writer->stats.retries++;
	for (size_t i = 0; i < batch->n; i++)
	{
		rc_write_expose(writer, batch->actions[i], false);
		if (writer->halted)
			rc_write_finish(writer, batch->actions[i],
							batch->actions[i]->doubtful ? RC_UNKNOWN : RC_NOT_SENT, batch->actions[i]->why);
		else
			rc_write_place(writer, batch->actions[i]);
	}
}

/* The call failed as a whole. */
static void
batch_failed(rc_writer *writer, write_batch *batch, const rc_error *why, bool untouched,
			 write_failures *failures)
{
	write_target *target = batch->target;

	untouched |= rc_status_lookup(why->status)->untouched;
	if (why->status == RC_REQUEST_TOO_LARGE && batch->n > 1)
	{
		shrink(writer, batch);
		return;
	}
	for (size_t i = 0; i < batch->nparts; i++)
		learn(writer, batch, &batch->parts[i], why);
	for (size_t i = 0; i < batch->n; i++)
		rc_write_failed(writer, batch->actions[i], why, untouched, failures);
	if (why->status != RC_QUEUE_FULL)
		return;
	if (target->most_calls > 1)
		target->most_calls /= 2;
	if (failures->fresh != NULL)
		target->wake = failures->fresh->retry.wake;
}

static void
batch_answered(rc_writer *writer, write_batch *batch, write_failures *failures)
{
	write_target *target = batch->target;
	rc_error	err;

	if (target->most_calls < writer->config.in_flight)
		target->most_calls++;
	if (read_answer(writer, batch, failures))
	{
		take_loads(writer, batch->call->response.message);
		for (size_t i = 0; i < batch->nparts; i++)
			conclude_part(writer, batch, &batch->parts[i], failures);
		return;
	}
	for (size_t i = 0; i < batch->n; i++)
		unknown(writer, batch->actions[i], "malformed response to Multi", failures);
	rc_error_set(&err, RC_PROTOCOL, "malformed response to Multi");
	rc_link_blame(writer->client, target->server.host, target->server.port, &err);
}

static void
take_batch(rc_writer *writer, write_batch *batch)
{
	write_failures failures = {0};

	writer->answer++;
	batch->target->calls--;
	for (size_t i = 0; i < batch->n; i++)
	{
		batch->actions[i]->said = SAID_NOTHING;
		batch->actions[i]->nresults = 0;
	}
	if (batch->call == NULL)
		batch_failed(writer, batch, &batch->send_error, true, &failures);
	else if (batch->call->status != RC_OK)
		batch_failed(writer, batch, &batch->call->error, batch->call->undelivered, &failures);
	else
		batch_answered(writer, batch, &failures);
	rc_write_failures_end(writer, &failures);
	rc_call_free(batch->call);
	batch_recycle(writer, batch);
}

bool
rc_write_take_answers(rc_writer *writer)
{
	bool		any = false;

	for (write_batch **at = &writer->flying; *at != NULL;)
	{
		write_batch *batch = *at;

		if (batch->call != NULL && !batch->call->done)
		{
			at = &batch->next;
			continue;
		}
		*at = batch->next;
		take_batch(writer, batch);
		any = true;
	}
	return any;
}

void
rc_write_batches_free(rc_writer *writer, bool cancelled)
{
	rc_error	err;

	rc_error_set(&err, RC_DISCONNECTED, "closed to stop a write");
	while (writer->flying != NULL)
	{
		write_batch *batch = writer->flying;

		writer->flying = batch->next;
		if (cancelled && batch->call != NULL && batch->call->link != NULL)
			rc_link_fail(batch->call->link, &err);
		rc_call_abandon(batch->call, NULL);
		for (size_t i = 0; i < batch->n; i++)
			rc_write_action_free(writer, batch->actions[i]);
		batch_recycle(writer, batch);
	}
	while (writer->spare != NULL)
	{
		write_batch *batch = writer->spare;

		writer->spare = batch->next;
		rc_client_free(writer->client, batch);
	}
}
