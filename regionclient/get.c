/*
 * get.c
 *		Reads single rows by their keys: Get for one, Multi for many.
 *
 * Keys are read in windows.  For a window: locate every key, send a few
 * batches per server side by side, and when all are answered, send again what
 * was not; then give the rows out in the order of their keys.  So memory is
 * bounded by the window, whose size follows the size of the rows.
 *
 * Invariants: an answer to a key is taken once and only from the region that
 * was asked; a key without an answer is an error or is asked again, never "no
 * such row".
 * Upstream: AsyncBatchRpcRetryingCaller, RSRpcServices.multi.
 */
#include "get.h"

#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "link.h"
#include "locate.h"
#include "multi_answer.h"
#include "status.h"

#define SERVICE			"ClientService"

/* Keys in a window.  A server refuses Multis of some 1600 Gets (64 KiB of block each). */
#define FIRST_WINDOW	256
#define MAX_WINDOW		1000
#define MIN_WINDOW		16

/* Bytes of answers a window should have: so many times fetch_bytes. */
#define WINDOW_FETCHES	4

/* A server works on one Multi in one thread: a window is split, but not into crumbs. */
#define BATCHES			4
#define MIN_BATCH		64

typedef struct get_key
{
	rc_bytes	key;
	size_t		place;			/* in the window */
	rc_region  *region;			/* where it is being asked for */
	bool		answered;
	bool		failed;			/* in this round: to be asked again */
	rc_bytes	cells;			/* its part of a cell block; none: no such row */
	uint32_t	ncells;
} get_key;

/* One Get or Multi: members `first` .. first + n - 1 of run->asked. */
typedef struct get_batch
{
	size_t		first;
	size_t		n;
	rc_call    *call;			/* NULL: send_error says why */
	rc_error	send_error;
} get_batch;

typedef enum get_phase
{
	GET_WINDOW,					/* take the next keys */
	GET_LOCATE,
	GET_WAIT,
	GET_GIVE
} get_phase;

struct rc_getrun
{
	rc_client  *client;
	const rc_readspec *spec;
	rc_scanner_stats *stats;
	const rc_range *points;
	size_t		n;
	size_t		taken;			/* of them, into windows so far */
	bool		limited;
	uint64_t	left;

	get_phase	phase;
	size_t		window_size;	/* for the next window */
	size_t		max_batch;		/* keys; shrinks when answers are too large */
	size_t		nkeys;
	get_key    *keys;			/* of the window; room for min(n, MAX_WINDOW), as in asked */
	size_t		at;				/* next key to locate, or to give out */
	size_t		nasked;
	get_key   **asked;			/* by server, then in order */
	size_t		nbatches;
	size_t		batch_cap;
	get_batch  *batches;
	rc_locate	locate;
	rc_call    *kept;			/* answers that hold rows of the window */
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

/* ----- windows ----- */

static void
window_free(rc_getrun *run)
{
	for (size_t i = 0; i < run->nkeys; i++)
		rc_region_unref(run->keys[i].region);
	run->nkeys = 0;
	while (run->kept != NULL)
	{
		rc_call    *call = run->kept;

		run->kept = call->next;
		rc_call_free(call);
	}
	run->kept_bytes = 0;
}

/* The window after this one, by the size of this one's rows. */
static void
window_adapt(rc_getrun *run)
{
	size_t		wish = run->client->config.fetch_bytes * WINDOW_FETCHES;
	size_t		size = MAX_WINDOW;

	if (run->nkeys == 0)
		return;
	if (run->kept_bytes > run->nkeys)
		size = wish / (run->kept_bytes / run->nkeys);
	if (size < MIN_WINDOW)
		size = MIN_WINDOW;
	run->window_size = size < MAX_WINDOW ? size : MAX_WINDOW;
}

static void
window_take(rc_getrun *run)
{
	size_t		size = run->window_size;

	window_adapt(run);
	if (run->nkeys > 0)
		size = run->window_size;
	window_free(run);
	if (run->limited && run->left < size)
		size = run->left > MIN_WINDOW ? (size_t) run->left : MIN_WINDOW;
	while (run->nkeys < size && run->taken < run->n)
	{
		get_key    *k = &run->keys[run->nkeys];
		size_t		i = run->spec->reversed ? run->n - 1 - run->taken : run->taken;

		memset(k, 0, sizeof(*k));
		k->key = run->points[i].start;
		k->place = run->nkeys++;
		run->taken++;
	}
	run->at = 0;
	run->phase = GET_LOCATE;
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
locate_keys(rc_getrun *run, rc_retry *retry, rc_error *err)
{
	rc_region  *last = NULL;

	for (; run->at < run->nkeys; run->at++)
	{
		get_key    *k = &run->keys[run->at];
		rc_status	status = RC_OK;

		if (k->answered)
			continue;
		rc_region_unref(k->region);
		k->region = NULL;
		if (last != NULL && holds(last, k->key))
			k->region = rc_region_ref(last);
		else
			status = rc_locate_step(&run->locate, run->spec->table, k->key, RC_LOCATE_AT,
									retry, &k->region, err);
		if (status != RC_OK)
			return status;
		last = k->region;
	}
	return RC_OK;
}

/* ----- requests ----- */

static void
fill_get(const rc_getrun *run, Htable__Wire__Get *get, const get_key *k)
{
	const rc_readspec *spec = run->spec;

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
send_request(rc_getrun *run, get_batch *batch, rc_retry *retry,
			 const char *method, const ProtobufCMessage *param)
{
	const rc_region *region = run->asked[batch->first]->region;
	rc_request	request = {0};
	rc_link    *link;
	rc_status	status;

	request.method = method;
	request.param = param;
	request.priority = region->meta ? RC_PRIORITY_SYSTEM : RC_PRIORITY_NORMAL;
	status = rc_link_get(run->client, region->server.host, region->server.port, SERVICE,
						 &link, &batch->send_error);
	if (status == RC_OK)
		status = rc_link_send(link, &request, rc_retry_call_expires(retry), &batch->call,
							  &batch->send_error);
	if (status == RC_OK)
		run->stats->rpcs++;
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
send_get(rc_getrun *run, get_batch *batch, rc_retry *retry)
{
	Htable__Wire__GetRequest request = HTABLE__WIRE__GET_REQUEST__INIT;
	Htable__Wire__RegionSpecifier region;
	Htable__Wire__Get get;
	const get_key *k = run->asked[batch->first];

	fill_region(&region, k->region);
	fill_get(run, &get, k);
	request.region = &region;
	request.get = &get;
	run->stats->regions++;
	return send_request(run, batch, retry, "Get", &request.base);
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
fill_multi(rc_getrun *run, const get_batch *batch, multi_arrays *m)
{
	size_t		nregions = 0;
	Htable__Wire__RegionAction *ra = NULL;

	for (size_t i = 0; i < batch->n; i++)
	{
		const get_key *k = run->asked[batch->first + i];
		multi_parts *p = &m->parts[i];

		if (i == 0 || !same_region(run->asked[batch->first + i - 1]->region, k->region))
		{
			ra = &p->region_action;
			htable__wire__region_action__init(ra);
			fill_region(&p->region, k->region);
			ra->region = &p->region;
			ra->action = &m->actions[i];
			m->region_actions[nregions++] = ra;
		}
		fill_get(run, &p->get, k);
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
send_multi(rc_getrun *run, get_batch *batch, rc_retry *retry)
{
	Htable__Wire__MultiRequest request = HTABLE__WIRE__MULTI_REQUEST__INIT;
	multi_arrays m;
	rc_status	status;

	m.parts = rc_client_alloc(run->client, batch->n * (sizeof(multi_parts) + 2 * sizeof(void *)));
	if (m.parts == NULL)
		return no_memory(&batch->send_error);
	m.actions = (Htable__Wire__Action **) (m.parts + batch->n);
	m.region_actions = (Htable__Wire__RegionAction **) (m.actions + batch->n);
	request.n_region_action = fill_multi(run, batch, &m);
	request.region_action = m.region_actions;
	run->stats->regions += request.n_region_action;
	status = send_request(run, batch, retry, "Multi", &request.base);
	rc_client_free(run->client, m.parts);
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
batch_add(rc_getrun *run, size_t first, size_t n)
{
	if (run->nbatches == run->batch_cap)
	{
		size_t		cap = run->batch_cap < 8 ? 8 : run->batch_cap * 2;
		rc_host    *host = &run->client->host;
		get_batch  *more = host->realloc(host->ctx, run->batches, cap * sizeof(get_batch));

		if (more == NULL)
			return false;
		run->batches = more;
		run->batch_cap = cap;
	}
	run->batches[run->nbatches].first = first;
	run->batches[run->nbatches].n = n;
	run->batches[run->nbatches].call = NULL;
	run->nbatches++;
	return true;
}

/* Cuts the keys of one server into batches. */
static bool
split_server(rc_getrun *run, size_t first, size_t n)
{
	size_t		size = (n + BATCHES - 1) / BATCHES;

	if (size < MIN_BATCH)
		size = MIN_BATCH;
	if (size > run->max_batch)
		size = run->max_batch;
	for (size_t done = 0; done < n; done += size)
		if (!batch_add(run, first + done, n - done < size ? n - done : size))
			return false;
	return true;
}

static bool
make_batches(rc_getrun *run)
{
	size_t		first = 0;

	run->nasked = 0;
	run->nbatches = 0;
	for (size_t i = 0; i < run->nkeys; i++)
	{
		run->keys[i].failed = false;
		if (!run->keys[i].answered)
			run->asked[run->nasked++] = &run->keys[i];
	}
	qsort(run->asked, run->nasked, sizeof(get_key *), compare_asked);
	for (size_t i = 1; i <= run->nasked; i++)
	{
		if (i < run->nasked && compare_server(run->asked[first]->region, run->asked[i]->region) == 0)
			continue;
		if (!split_server(run, first, i - first))
			return false;
		first = i;
	}
	return true;
}

static rc_status
send_batches(rc_getrun *run, rc_retry *retry, rc_error *err)
{
	if (!make_batches(run))
		return no_memory(err);
	run->progress = false;
	run->has_failure = false;
	run->phase = GET_WAIT;
	for (size_t i = 0; i < run->nbatches; i++)
	{
		get_batch  *batch = &run->batches[i];

		if (batch->n == 1)
			send_get(run, batch, retry);
		else
			send_multi(run, batch, retry);
	}
	return RC_OK;
}

/* ----- failures ----- */

/* Keeps the failure of this round that decides: a final one before others. */
static void
note_failure(rc_getrun *run, const rc_error *why)
{
	if (run->has_failure &&
		(rc_status_lookup(run->failure.status)->action == RC_SURFACE ||
		 rc_status_lookup(why->status)->action != RC_SURFACE))
		return;
	run->has_failure = true;
	run->failure = *why;
}

/* The whole batch failed. */
static void
batch_failed(rc_getrun *run, const get_batch *batch, const rc_error *why, rc_retry *retry)
{
	const rc_region *last = NULL;

	/* rows larger than thought: ask for fewer at a time */
	if (why->status == RC_TOO_LARGE && batch->n > 1)
	{
		run->max_batch = batch->n / 2;
		run->progress = true;
		return;
	}
	note_failure(run, why);
	for (size_t i = 0; i < batch->n; i++)
	{
		const rc_region *region = run->asked[batch->first + i]->region;

		if (region != last)
			rc_locate_learn(region, why, retry);
		last = region;
	}
}

/* ----- answers ----- */

/* Takes the cells of one row off the block. */
static rc_status
take_cells(rc_getrun *run, get_key *k, rc_bytes *block, uint64_t count, rc_error *err)
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
		if (!rc_cell_type_fits(cell.type, run->spec->is_raw) ||
			!rc_readspec_wants(run->spec, cell.family))
			return rc_error_set(err, RC_PROTOCOL, "response to Get has a cell that was not asked for");
	}
	k->answered = true;
	k->ncells = (uint32_t) count;
	k->cells = rc_bytes_of(from, (size_t) (block->data - from));
	run->progress = true;
	return RC_OK;
}

static rc_status
malformed(const char *method, rc_error *err)
{
	return rc_error_set(err, RC_PROTOCOL, "malformed response to %s", method);
}

static rc_status
take_get(rc_getrun *run, get_batch *batch, rc_error *err)
{
	const rc_response *response = &batch->call->response;
	rc_bytes	block = response->cells;
	uint64_t	ncells;
	rc_status	status;

	if (!rc_get_answer_parse(response->message, &ncells))
		return malformed("Get", err);
	status = take_cells(run, run->asked[batch->first], &block, ncells, err);
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
next_part(const rc_getrun *run, const get_batch *batch, region_part part)
{
	region_part next = {part.first + part.n, 0};

	while (next.first + next.n < batch->n &&
		   same_region(run->asked[batch->first + next.first]->region,
					   run->asked[batch->first + next.first + next.n]->region))
		next.n++;
	return next;
}

/* One action, or all of a region, failed. */
static rc_status
take_failure(rc_getrun *run, const get_batch *batch, region_part part, const rc_multi_item *item,
			 rc_retry *retry, rc_error *err)
{
	size_t		first = item->whole_region ? part.first : (size_t) item->index;
	size_t		n = item->whole_region ? part.n : 1;

	note_failure(run, &item->error);
	rc_locate_learn(run->asked[batch->first + first]->region, &item->error, retry);
	for (size_t i = first; i < first + n; i++)
	{
		get_key    *k = run->asked[batch->first + i];

		if (k->answered || k->failed)
			return rc_error_set(err, RC_PROTOCOL, "a row was answered twice");
		k->failed = true;
	}
	return RC_OK;
}

static rc_status
take_item(rc_getrun *run, const get_batch *batch, region_part part, const rc_multi_item *item,
		  rc_bytes *block, rc_retry *retry, rc_error *err)
{
	if (!item->whole_region && (item->index < part.first || item->index >= part.first + part.n))
		return malformed("Multi", err);
	if (item->failed)
		return take_failure(run, batch, part, item, retry, err);
	if (!item->has_result)
		return malformed("Multi", err);
	return take_cells(run, run->asked[batch->first + item->index], block, item->ncells, err);
}

/* Every member must have been spoken of. */
static bool
all_answered(const rc_getrun *run, const get_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++)
		if (!run->asked[batch->first + i]->answered && !run->asked[batch->first + i]->failed)
			return false;
	return true;
}

static rc_status
take_multi(rc_getrun *run, get_batch *batch, rc_retry *retry, rc_error *err)
{
	const rc_response *response = &batch->call->response;
	rc_bytes	block = response->cells;
	region_part part = next_part(run, batch, (region_part) {0, 0});
	size_t		at = 0;			/* the region that `part` is about */
	rc_multi_answer answer;

	rc_multi_answer_begin(&answer, response->message);
	while (rc_multi_answer_next(&answer))
	{
		rc_status	status;

		for (; at < answer.item.region && part.n > 0; at++)
			part = next_part(run, batch, part);
		if (part.n == 0)
			return malformed("Multi", err);
		status = take_item(run, batch, part, &answer.item, &block, retry, err);
		if (status != RC_OK)
			return status;
	}
	if (!rc_multi_answer_good(&answer) || !all_answered(run, batch) || block.len > 0)
		return malformed("Multi", err);
	return RC_OK;
}

static rc_status
take_batch(rc_getrun *run, get_batch *batch, rc_retry *retry, rc_error *err)
{
	rc_call    *call = batch->call;
	const rc_server_name *server = &run->asked[batch->first]->region->server;
	rc_status	status;

	if (call == NULL || call->status != RC_OK)
	{
		batch_failed(run, batch, call != NULL ? &call->error : &batch->send_error, retry);
		rc_call_free(call);
		batch->call = NULL;
		return RC_OK;
	}
	status = batch->n == 1 ? take_get(run, batch, err) : take_multi(run, batch, retry, err);
	/* the keys hold views into it */
	call->next = run->kept;
	run->kept = call;
	batch->call = NULL;
	run->kept_bytes += call->size;
	run->stats->bytes += call->size;
	if (status == RC_PROTOCOL)
		rc_link_blame(run->client, server->host, server->port, err);
	return status;
}

/* All batches are done: gives out, or asks again for what has no answer. */
static rc_status
end_round(rc_getrun *run, rc_retry *retry, rc_error *err)
{
	rc_status	status;

	for (size_t i = 0; i < run->nbatches; i++)
	{
		status = take_batch(run, &run->batches[i], retry, err);
		if (status != RC_OK)
			return status;
	}
	run->nbatches = 0;
	run->at = 0;
	run->phase = GET_GIVE;
	for (size_t i = 0; i < run->nkeys; i++)
		if (!run->keys[i].answered)
			run->phase = GET_LOCATE;
	if (run->progress)
		rc_retry_progress(retry);
	if (run->phase == GET_GIVE)
		return RC_OK;
	run->stats->retries++;
	if (!run->has_failure)
		return RC_OK;
	status = rc_retry_failed(retry, &run->failure, err);
	return status == RC_AGAIN ? RC_OK : status;
}

/* ----- rows ----- */

static bool
cells_reserve(rc_getrun *run, size_t n)
{
	rc_host    *host = &run->client->host;
	size_t		cap = run->cells_cap < 16 ? 16 : run->cells_cap;
	rc_cell    *cells;

	if (n <= run->cells_cap)
		return true;
	while (cap < n)
		cap *= 2;
	cells = host->realloc(host->ctx, run->cells, cap * sizeof(rc_cell));
	if (cells == NULL)
		return false;
	run->cells = cells;
	run->cells_cap = cap;
	return true;
}

static rc_status
give(rc_getrun *run, get_key *k, const rc_row **row, rc_error *err)
{
	rc_bytes	block = k->cells;

	if (!cells_reserve(run, k->ncells))
		return no_memory(err);
	/* they have been read once */
	for (uint32_t i = 0; i < k->ncells; i++)
		rc_cell_read(&block, &run->cells[i]);
	run->row.key = run->cells[0].row;
	run->row.cells = run->cells;
	run->row.ncells = k->ncells;
	*row = &run->row;
	run->stats->rows++;
	run->stats->cells += k->ncells;
	if (run->limited)
		run->left--;
	return RC_OK;
}

static rc_status
step_wait(rc_getrun *run, rc_retry *retry, rc_error *err)
{
	for (size_t i = 0; i < run->nbatches; i++)
		if (run->batches[i].call != NULL && !run->batches[i].call->done)
		{
			rc_client_want(run->client, rc_retry_deadline(retry),
						   rc_call_wait_kind(run->batches[i].call, RC_WAIT_GET));
			return RC_AGAIN;
		}
	return end_round(run, retry, err);
}

/* A round begins; `at` keeps the place while a look-up is waited for. */
static rc_status
step_locate(rc_getrun *run, rc_retry *retry, rc_error *err)
{
	rc_status	status = rc_retry_ready(retry, err);

	if (status == RC_OK)
		status = locate_keys(run, retry, err);
	return status == RC_OK ? send_batches(run, retry, err) : status;
}

static bool
at_end(const rc_getrun *run)
{
	return (run->limited && run->left == 0) ||
		(run->phase == GET_WINDOW && run->taken == run->n);
}

rc_status
rc_getrun_step(rc_getrun *run, rc_retry *retry, const rc_row **row, rc_error *err)
{
	rc_status	status = RC_OK;

	*row = NULL;
	while (status == RC_OK && *row == NULL && !at_end(run))
	{
		if (run->phase == GET_WINDOW)
			window_take(run);
		else if (run->phase == GET_LOCATE)
			status = step_locate(run, retry, err);
		else if (run->phase == GET_WAIT)
			status = step_wait(run, retry, err);
		else if (run->at == run->nkeys)
			run->phase = GET_WINDOW;
		else if (run->keys[run->at++].ncells > 0)
			status = give(run, &run->keys[run->at - 1], row, err);
	}
	return status;
}

/* ----- making and closing ----- */

rc_getrun *
rc_getrun_create(const rc_readspec *spec, const rc_range *points, size_t n,
				 uint64_t limit, rc_scanner_stats *stats)
{
	/* one block: a single Get must not pay for a window of a thousand */
	size_t		room = n < MAX_WINDOW ? n : MAX_WINDOW;
	rc_getrun  *run = rc_client_alloc(spec->client, sizeof(rc_getrun) +
									  room * (sizeof(get_key) + sizeof(get_key *)));

	if (run == NULL)
		return NULL;
	run->keys = (get_key *) (run + 1);
	run->asked = (get_key **) (run->keys + room);
	run->client = spec->client;
	run->spec = spec;
	run->stats = stats;
	run->points = points;
	run->n = n;
	run->limited = limit > 0;
	run->left = limit;
	run->window_size = FIRST_WINDOW;
	run->max_batch = MAX_WINDOW;
	rc_locate_init(&run->locate, run->client);
	return run;
}

void
rc_getrun_close(rc_getrun *run)
{
	if (run == NULL)
		return;
	for (size_t i = 0; i < run->nbatches; i++)
		rc_call_abandon(run->batches[i].call, NULL);
	window_free(run);
	rc_locate_reset(&run->locate);
	rc_client_free(run->client, run->batches);
	rc_client_free(run->client, run->cells);
	rc_client_free(run->client, run);
}
