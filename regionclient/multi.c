/*
 * multi.c
 *		Rows by their keys, by Get and Multi.
 *
 * In rounds: locate every key, send to each server what it has, side by side,
 * and when all have answered, send again what has no answer; then give the rows
 * out in the order of their keys, as views into the answers.
 *
 * Invariants: an answer to a key is taken once and only from the region that
 * was asked; a key without an answer is an error or is asked again, never "no
 * such row".
 * Upstream: AsyncBatchRpcRetryingCaller, RSRpcServices.multi.
 */
#include "multi.h"

#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "link.h"
#include "locate.h"
#include "multi_answer.h"
#include "status.h"

#define SERVICE			"ClientService"

typedef struct get_key
{
	rc_bytes	key;
	size_t		place;			/* in the order they are given out */
	rc_region  *region;			/* where it is being asked for */
	bool		answered;
	bool		failed;			/* in this round: to be asked again */
	rc_bytes	cells;			/* its part of a cell block; none: no such row */
	uint32_t	ncells;
} get_key;

/* One Get or Multi of a round: members `first` .. first + n - 1 of `asked`. */
typedef struct get_batch
{
	size_t		first;
	size_t		n;
	rc_call    *call;			/* NULL: send_error says why */
	rc_error	send_error;
} get_batch;

typedef enum multi_phase
{
	MULTI_LOCATE,
	MULTI_WAIT,
	MULTI_GIVE
} multi_phase;

struct rc_multi
{
	rc_client  *client;
	const rc_readspec *spec;
	rc_scanner_stats *stats;

	multi_phase phase;
	size_t		max_batch;		/* keys; shrinks when answers are too large */
	size_t		nkeys;
	get_key    *keys;
	size_t		at;				/* next key to locate, or to give out */
	size_t		nasked;
	get_key   **asked;			/* by server, then in order */
	size_t		nbatches;
	size_t		batch_cap;
	get_batch  *batches;
	rc_locate	locate;
	rc_call    *kept;			/* answers, which hold the rows */
	size_t		kept_bytes;
	bool		progress;		/* the round brought an answer */
	bool		has_failure;	/* ... and a failure */
	rc_error	failure;

	rc_cell    *cells;
	size_t		cells_cap;
	rc_row		row;
};

static rc_status
no_memory(rc_error *err)
{
	return rc_error_set(err, RC_NO_MEMORY, "out of memory");
}

/* ----- locating ----- */

static bool
holds(const rc_region *region, rc_bytes key)
{
	return rc_bytes_compare(region->start, key) <= 0 &&
		(region->end.len == 0 || rc_bytes_compare(key, region->end) < 0);
}

/* Finds the region of every key not answered yet. */
static rc_status
locate_keys(rc_multi *multi, rc_retry *retry, rc_error *err)
{
	rc_region  *last = NULL;

	for (; multi->at < multi->nkeys; multi->at++)
	{
		get_key    *k = &multi->keys[multi->at];
		rc_status	status = RC_OK;

		if (k->answered)
			continue;
		rc_region_unref(k->region);
		k->region = NULL;
		if (last != NULL && holds(last, k->key))
			k->region = rc_region_ref(last);
		else
			status = rc_locate_step(&multi->locate, multi->spec->table, k->key, RC_LOCATE_AT,
									retry, &k->region, err);
		if (status != RC_OK)
			return status;
		last = k->region;
	}
	return RC_OK;
}

/* ----- requests ----- */

static void
fill_get(const rc_multi *multi, Htable__Wire__Get *get, const get_key *k)
{
	const rc_readspec *spec = multi->spec;

	htable__wire__get__init(get);
	get->row = rc_binary_data(k->key);
	get->n_column = spec->ncolumns;
	get->column = spec->columns;
	get->n_attribute = spec->nattributes;
	get->attribute = (Htable__Wire__NameBytesPair **) spec->attributes;
	get->filter = spec->filter;
	get->time_range = spec->has_time_range ? (Htable__Wire__TimeRange *) &spec->time_range : NULL;
	get->has_max_versions = true;
	get->max_versions = spec->max_versions;
	get->has_cache_blocks = true;
	get->cache_blocks = spec->cache_blocks;
	/* as for scans: rows whole */
	get->has_load_column_families_on_demand = spec->filtered;
}

static rc_status
send_request(rc_multi *multi, get_batch *batch, rc_retry *retry,
			 const char *method, const ProtobufCMessage *param)
{
	const rc_region *region = multi->asked[batch->first]->region;
	rc_request	request = {0};
	rc_link    *link;
	rc_status	status;

	request.method = method;
	request.param = param;
	request.priority = region->meta ? RC_PRIORITY_SYSTEM : RC_PRIORITY_NORMAL;
	status = rc_link_get(multi->client, region->server.host, region->server.port, SERVICE,
						 &link, &batch->send_error);
	if (status == RC_OK)
		status = rc_link_send(link, &request, rc_retry_call_expires(retry), &batch->call,
							  &batch->send_error);
	if (status == RC_OK)
		multi->stats->rpcs++;
	return status;
}

static void
fill_region(Htable__Wire__RegionSpecifier *specifier, const rc_region *region)
{
	htable__wire__region_specifier__init(specifier);
	specifier->type = HTABLE__WIRE__REGION_SPECIFIER__TYPE__REGION_NAME;
	specifier->value = rc_binary_data(region->name);
}

static rc_status
send_get(rc_multi *multi, get_batch *batch, rc_retry *retry)
{
	Htable__Wire__GetRequest request = HTABLE__WIRE__GET_REQUEST__INIT;
	Htable__Wire__RegionSpecifier region;
	Htable__Wire__Get get;
	const get_key *k = multi->asked[batch->first];

	fill_region(&region, k->region);
	fill_get(multi, &get, k);
	request.region = &region;
	request.get = &get;
	multi->stats->regions++;
	return send_request(multi, batch, retry, "Get", &request.base);
}

/* What a Multi of n Gets needs; there are at most as many regions as Gets. */
typedef struct multi_parts
{
	Htable__Wire__Action action;
	Htable__Wire__Get get;
	Htable__Wire__RegionAction region_action;
	Htable__Wire__RegionSpecifier region;
} multi_parts;

typedef struct multi_arrays
{
	multi_parts *parts;
	Htable__Wire__Action **actions;
	Htable__Wire__RegionAction **region_actions;
} multi_arrays;

static bool
same_region(const rc_region *a, const rc_region *b)
{
	return a == b || rc_bytes_equal(a->name, b->name);
}

/* Fills in the actions of a batch; the number of regions. */
static size_t
fill_multi(rc_multi *multi, const get_batch *batch, multi_arrays *m)
{
	size_t		nregions = 0;
	Htable__Wire__RegionAction *ra = NULL;

	for (size_t i = 0; i < batch->n; i++)
	{
		const get_key *k = multi->asked[batch->first + i];
		multi_parts *p = &m->parts[i];

		if (i == 0 || !same_region(multi->asked[batch->first + i - 1]->region, k->region))
		{
			ra = &p->region_action;
			htable__wire__region_action__init(ra);
			fill_region(&p->region, k->region);
			ra->region = &p->region;
			ra->action = &m->actions[i];
			m->region_actions[nregions++] = ra;
		}
		fill_get(multi, &p->get, k);
		htable__wire__action__init(&p->action);
		p->action.has_index = true;
		p->action.index = (uint32_t) i;
		p->action.get = &p->get;
		m->actions[i] = &p->action;
		ra->n_action++;
	}
	return nregions;
}

static rc_status
send_multi(rc_multi *multi, get_batch *batch, rc_retry *retry)
{
	Htable__Wire__MultiRequest request = HTABLE__WIRE__MULTI_REQUEST__INIT;
	multi_arrays m;
	rc_status	status;

	m.parts = rc_client_alloc(multi->client, batch->n * (sizeof(multi_parts) + 2 * sizeof(void *)));
	if (m.parts == NULL)
		return no_memory(&batch->send_error);
	m.actions = (Htable__Wire__Action **) (m.parts + batch->n);
	m.region_actions = (Htable__Wire__RegionAction **) (m.actions + batch->n);
	request.n_region_action = fill_multi(multi, batch, &m);
	request.region_action = m.region_actions;
	multi->stats->regions += request.n_region_action;
	status = send_request(multi, batch, retry, "Multi", &request.base);
	rc_client_free(multi->client, m.parts);
	return status;
}

/* ----- batches ----- */

static int
compare_server(const rc_region *a, const rc_region *b)
{
	int			cmp = strcmp(a->server.host, b->server.host);

	return cmp != 0 ? cmp : (int) a->server.port - (int) b->server.port;
}

static int
compare_asked(const void *a, const void *b)
{
	const get_key *x = *(get_key *const *) a;
	const get_key *y = *(get_key *const *) b;
	int			cmp = compare_server(x->region, y->region);

	return cmp != 0 ? cmp : (x->place > y->place) - (x->place < y->place);
}

static bool
batch_add(rc_multi *multi, size_t first, size_t n)
{
	if (multi->nbatches == multi->batch_cap)
	{
		size_t		cap = multi->batch_cap < 8 ? 8 : multi->batch_cap * 2;
		rc_host    *host = &multi->client->host;
		get_batch  *more = host->realloc(host->ctx, multi->batches, cap * sizeof(get_batch));

		if (more == NULL)
			return false;
		multi->batches = more;
		multi->batch_cap = cap;
	}
	multi->batches[multi->nbatches].first = first;
	multi->batches[multi->nbatches].n = n;
	multi->batches[multi->nbatches].call = NULL;
	multi->nbatches++;
	return true;
}

/* Cuts the keys of one server into batches. */
static bool
split_server(rc_multi *multi, size_t first, size_t n)
{
	size_t		size = multi->max_batch;

	for (size_t done = 0; done < n; done += size)
		if (!batch_add(multi, first + done, n - done < size ? n - done : size))
			return false;
	return true;
}

static bool
make_batches(rc_multi *multi)
{
	size_t		first = 0;

	multi->nasked = 0;
	multi->nbatches = 0;
	for (size_t i = 0; i < multi->nkeys; i++)
	{
		multi->keys[i].failed = false;
		if (!multi->keys[i].answered)
			multi->asked[multi->nasked++] = &multi->keys[i];
	}
	qsort(multi->asked, multi->nasked, sizeof(get_key *), compare_asked);
	for (size_t i = 1; i <= multi->nasked; i++)
	{
		if (i < multi->nasked && compare_server(multi->asked[first]->region, multi->asked[i]->region) == 0)
			continue;
		if (!split_server(multi, first, i - first))
			return false;
		first = i;
	}
	return true;
}

static rc_status
send_batches(rc_multi *multi, rc_retry *retry, rc_error *err)
{
	if (!make_batches(multi))
		return no_memory(err);
	multi->progress = false;
	multi->has_failure = false;
	multi->phase = MULTI_WAIT;
	for (size_t i = 0; i < multi->nbatches; i++)
	{
		get_batch  *batch = &multi->batches[i];

		if (batch->n == 1)
			send_get(multi, batch, retry);
		else
			send_multi(multi, batch, retry);
	}
	return RC_OK;
}

/* ----- failures ----- */

/* Keeps the failure of this round that decides: a final one before others. */
static void
note_failure(rc_multi *multi, const rc_error *why)
{
	if (multi->has_failure &&
		(rc_status_lookup(multi->failure.status)->action == RC_SURFACE ||
		 rc_status_lookup(why->status)->action != RC_SURFACE))
		return;
	multi->has_failure = true;
	multi->failure = *why;
}

/* The whole batch failed. */
static void
batch_failed(rc_multi *multi, const get_batch *batch, const rc_error *why, rc_retry *retry)
{
	const rc_region *last = NULL;

	/* rows larger than thought: ask for fewer at a time */
	if (why->status == RC_TOO_LARGE && batch->n > 1)
	{
		multi->max_batch = batch->n / 2;
		multi->progress = true;
		return;
	}
	note_failure(multi, why);
	for (size_t i = 0; i < batch->n; i++)
	{
		const rc_region *region = multi->asked[batch->first + i]->region;

		if (region != last)
			rc_locate_learn(region, why, retry);
		last = region;
	}
}

/* ----- answers ----- */

/* Takes the cells of one row off the block. */
static rc_status
take_cells(rc_multi *multi, get_key *k, rc_bytes *block, uint64_t count, rc_error *err)
{
	const uint8_t *from = block->data;
	rc_cell		cell;

	if (k->answered || k->failed)
		return rc_error_set(err, RC_PROTOCOL, "a row was answered twice");
	for (uint64_t i = 0; i < count; i++)
	{
		if (!rc_cell_read(block, &cell) || !rc_bytes_equal(cell.row, k->key))
			return rc_error_set(err, RC_PROTOCOL,
								"cell block of a response to Get does not agree with its counts");
		if (!rc_cell_type_fits(cell.type, multi->spec->is_raw) ||
			!rc_readspec_wants(multi->spec, cell.family))
			return rc_error_set(err, RC_PROTOCOL, "response to Get has a cell that was not asked for");
	}
	k->answered = true;
	k->ncells = (uint32_t) count;
	k->cells = rc_bytes_of(from, (size_t) (block->data - from));
	multi->progress = true;
	return RC_OK;
}

static rc_status
malformed(const char *method, rc_error *err)
{
	return rc_error_set(err, RC_PROTOCOL, "malformed response to %s", method);
}

static rc_status
take_get(rc_multi *multi, get_batch *batch, rc_error *err)
{
	const rc_response *response = &batch->call->response;
	rc_bytes	block = response->cells;
	uint64_t	ncells;
	rc_status	status;

	if (!rc_get_answer_parse(response->message, &ncells))
		return malformed("Get", err);
	status = take_cells(multi, multi->asked[batch->first], &block, ncells, err);
	return status == RC_OK && block.len > 0 ? malformed("Get", err) : status;
}

/* Members of a batch that were sent to one region, as one RegionAction. */
typedef struct region_part
{
	size_t		first;			/* within the batch */
	size_t		n;
} region_part;

/* The part after `part`; n = 0 when there is none. */
static region_part
next_part(const rc_multi *multi, const get_batch *batch, region_part part)
{
	region_part next = {part.first + part.n, 0};

	while (next.first + next.n < batch->n &&
		   same_region(multi->asked[batch->first + next.first]->region,
					   multi->asked[batch->first + next.first + next.n]->region))
		next.n++;
	return next;
}

/* One action, or all of a region, failed. */
static rc_status
take_failure(rc_multi *multi, const get_batch *batch, region_part part, const rc_multi_item *item,
			 rc_retry *retry, rc_error *err)
{
	size_t		first = item->whole_region ? part.first : (size_t) item->index;
	size_t		n = item->whole_region ? part.n : 1;

	note_failure(multi, &item->error);
	rc_locate_learn(multi->asked[batch->first + first]->region, &item->error, retry);
	for (size_t i = first; i < first + n; i++)
	{
		get_key    *k = multi->asked[batch->first + i];

		if (k->answered || k->failed)
			return rc_error_set(err, RC_PROTOCOL, "a row was answered twice");
		k->failed = true;
	}
	return RC_OK;
}

static rc_status
take_item(rc_multi *multi, const get_batch *batch, region_part part, const rc_multi_item *item,
		  rc_bytes *block, rc_retry *retry, rc_error *err)
{
	if (!item->whole_region && (item->index < part.first || item->index >= part.first + part.n))
		return malformed("Multi", err);
	if (item->failed)
		return take_failure(multi, batch, part, item, retry, err);
	/* cells outside of the cell block: not with the codec we ask for */
	if (!item->has_result || item->in_message)
		return malformed("Multi", err);
	return take_cells(multi, multi->asked[batch->first + item->index], block, item->ncells, err);
}

/* Every member must have been spoken of. */
static bool
all_answered(const rc_multi *multi, const get_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++)
		if (!multi->asked[batch->first + i]->answered && !multi->asked[batch->first + i]->failed)
			return false;
	return true;
}

static rc_status
take_multi(rc_multi *multi, get_batch *batch, rc_retry *retry, rc_error *err)
{
	const rc_response *response = &batch->call->response;
	rc_bytes	block = response->cells;
	region_part part = next_part(multi, batch, (region_part) {0, 0});
	size_t		at = 0;			/* the region that `part` is about */
	rc_multi_answer answer;

	rc_multi_answer_begin(&answer, response->message);
	while (rc_multi_answer_next(&answer))
	{
		rc_status	status;

		for (; at < answer.item.region && part.n > 0; at++)
			part = next_part(multi, batch, part);
		if (part.n == 0)
			return malformed("Multi", err);
		status = take_item(multi, batch, part, &answer.item, &block, retry, err);
		if (status != RC_OK)
			return status;
	}
	if (!rc_multi_answer_good(&answer) || !all_answered(multi, batch) || block.len > 0)
		return malformed("Multi", err);
	return RC_OK;
}

static rc_status
take_batch(rc_multi *multi, get_batch *batch, rc_retry *retry, rc_error *err)
{
	rc_call    *call = batch->call;
	const rc_server_name *server = &multi->asked[batch->first]->region->server;
	rc_status	status;

	if (call == NULL || call->status != RC_OK)
	{
		batch_failed(multi, batch, call != NULL ? &call->error : &batch->send_error, retry);
		rc_call_free(call);
		batch->call = NULL;
		return RC_OK;
	}
	status = batch->n == 1 ? take_get(multi, batch, err) : take_multi(multi, batch, retry, err);
	/* the keys hold views into it */
	call->next = multi->kept;
	multi->kept = call;
	batch->call = NULL;
	multi->kept_bytes += call->size;
	multi->stats->bytes += call->size;
	if (status == RC_PROTOCOL)
		rc_link_blame(multi->client, server->host, server->port, err);
	return status;
}

/* All batches are done: gives out, or asks again for what has no answer. */
static rc_status
end_round(rc_multi *multi, rc_retry *retry, rc_error *err)
{
	rc_status	status;

	for (size_t i = 0; i < multi->nbatches; i++)
	{
		status = take_batch(multi, &multi->batches[i], retry, err);
		if (status != RC_OK)
			return status;
	}
	multi->nbatches = 0;
	multi->at = 0;
	multi->phase = MULTI_GIVE;
	for (size_t i = 0; i < multi->nkeys; i++)
		if (!multi->keys[i].answered)
			multi->phase = MULTI_LOCATE;
	if (multi->progress)
		rc_retry_progress(retry);
	if (multi->phase == MULTI_GIVE)
		return RC_OK;
	multi->stats->retries++;
	if (!multi->has_failure)
		return RC_OK;
	status = rc_retry_failed(retry, &multi->failure, err);
	return status == RC_AGAIN ? RC_OK : status;
}

/* ----- rows ----- */

static bool
cells_reserve(rc_multi *multi, size_t n)
{
	rc_host    *host = &multi->client->host;
	size_t		cap = multi->cells_cap < 16 ? 16 : multi->cells_cap;
	rc_cell    *cells;

	if (n <= multi->cells_cap)
		return true;
	while (cap < n)
		cap *= 2;
	cells = host->realloc(host->ctx, multi->cells, cap * sizeof(rc_cell));
	if (cells == NULL)
		return false;
	multi->cells = cells;
	multi->cells_cap = cap;
	return true;
}

static rc_status
give(rc_multi *multi, get_key *k, const rc_row **row, rc_error *err)
{
	rc_bytes	block = k->cells;

	if (!cells_reserve(multi, k->ncells))
		return no_memory(err);
	/* they have been read once */
	for (uint32_t i = 0; i < k->ncells; i++)
		rc_cell_read(&block, &multi->cells[i]);
	multi->row.key = multi->cells[0].row;
	multi->row.cells = multi->cells;
	multi->row.ncells = k->ncells;
	*row = &multi->row;
	multi->stats->rows++;
	multi->stats->cells += k->ncells;
	return RC_OK;
}

static rc_status
step_wait(rc_multi *multi, rc_retry *retry, rc_error *err)
{
	for (size_t i = 0; i < multi->nbatches; i++)
		if (multi->batches[i].call != NULL && !multi->batches[i].call->done)
		{
			rc_client_want(multi->client, rc_retry_deadline(retry),
						   rc_call_wait_kind(multi->batches[i].call, RC_WAIT_GET));
			return RC_AGAIN;
		}
	return end_round(multi, retry, err);
}

/* A round begins; `at` keeps the place while a look-up is waited for. */
static rc_status
step_locate(rc_multi *multi, rc_retry *retry, rc_error *err)
{
	rc_status	status = rc_retry_ready(retry, err);

	if (status == RC_OK)
		status = locate_keys(multi, retry, err);
	return status == RC_OK ? send_batches(multi, retry, err) : status;
}

rc_status
rc_multi_step(rc_multi *multi, rc_retry *retry, const rc_row **row, rc_error *err)
{
	rc_status	status = RC_OK;

	*row = NULL;
	while (status == RC_OK && *row == NULL)
	{
		if (multi->phase == MULTI_LOCATE)
			status = step_locate(multi, retry, err);
		else if (multi->phase == MULTI_WAIT)
			status = step_wait(multi, retry, err);
		else if (multi->at == multi->nkeys)
			break;
		else if (multi->keys[multi->at++].ncells > 0)
			status = give(multi, &multi->keys[multi->at - 1], row, err);
	}
	return status;
}

size_t
rc_multi_bytes(const rc_multi *multi)
{
	return multi->kept_bytes;
}

/* ----- making and closing ----- */

rc_multi *
rc_multi_create(const rc_readspec *spec, const rc_range *points, size_t n,
				rc_scanner_stats *stats)
{
	rc_multi   *multi = rc_client_alloc(spec->client, sizeof(rc_multi) +
										n * (sizeof(get_key) + sizeof(get_key *)));

	if (multi == NULL)
		return NULL;
	multi->keys = (get_key *) (multi + 1);
	multi->asked = (get_key **) (multi->keys + n);
	multi->nkeys = n;
	for (size_t i = 0; i < n; i++)
	{
		multi->keys[i].key = points[spec->reversed ? n - 1 - i : i].start;
		multi->keys[i].place = i;
	}
	multi->client = spec->client;
	multi->spec = spec;
	multi->stats = stats;
	multi->max_batch = RC_MULTI_MAX;
	rc_locate_init(&multi->locate, multi->client);
	return multi;
}

void
rc_multi_close(rc_multi *multi)
{
	if (multi == NULL)
		return;
	for (size_t i = 0; i < multi->nbatches; i++)
		rc_call_abandon(multi->batches[i].call, NULL);
	for (size_t i = 0; i < multi->nkeys; i++)
		rc_region_unref(multi->keys[i].region);
	while (multi->kept != NULL)
	{
		rc_call    *call = multi->kept;

		multi->kept = call->next;
		rc_call_free(call);
	}
	rc_locate_reset(&multi->locate);
	rc_client_free(multi->client, multi->batches);
	rc_client_free(multi->client, multi->cells);
	rc_client_free(multi->client, multi);
}
