/*
 * overlap.c
 *		Reads ranges of keys with several regions in flight.
 *
 * A range is cut at the borders of the regions that are known; each piece is a
 * lane, read by a region scan of its own (regionscan.c), which copes with
 * whatever regions do.  Lanes stand in the order of the read.  Rows are given
 * out from the first, while answers of the others wait; how many bytes may
 * wait, and be on their way, is the window.  The lane that is being given out
 * may always have one answer on its way: a window of nothing is no overlap.
 *
 * With big regions the window fills, and only the first lane goes on.  A read
 * that takes rows in any order then begins to give out rows of whichever lane
 * has some ("drifting"); until then rows come in the order of their keys.
 *
 * A lane's error stands behind its rows: it is handed out when the lane is
 * first and has no more.
 */
#include "overlap.h"

#include <string.h>

#include "client.h"
#include "locate.h"
#include "regionscan.h"
#include "retry.h"

/* More lanes than this bring nothing, whatever the window. */
#define MOST_LANES		64

/* With a limit up to this, regions are read one after the other: the first may have enough. */
#define SMALL_LIMIT		10000

typedef struct lane
{
	rc_regionscan *scan;
	rc_retry	retry;
	rc_region  *borders[2];		/* their keys bound the range; NULL: none */
	rc_server_name server;		/* where the region was when the lane began */
	bool		failed;
	rc_error	error;
} lane;

struct rc_overlap
{
	rc_client  *client;
	const rc_readspec *spec;
	rc_scanner_stats *stats;
	uint64_t	limit;
	uint64_t	left;			/* rows still wanted, when limited */
	bool		cuts;			/* ranges are cut; else each is one lane */

	/* what is not cut yet */
	bool		(*feed) (void *ctx, rc_range *range);
	void	   *feed_ctx;
	bool		fed;			/* the last range was given */
	bool		has_rest;
	rc_range	rest;
	bool		rest_is_cut;	/* it begins where a region does */
	rc_region  *border;			/* whose key rest begins with, or NULL */
	rc_region  *found;			/* holds the beginning of rest, or NULL: not looked up */
	rc_locate	locate;
	rc_retry	retry;			/* of looking up */
	bool		failed;
	rc_error	error;

	lane	   *lanes[MOST_LANES];
	size_t		n;
	size_t		width;			/* lanes allowed for now */
	lane	   *current;		/* whose rows are given out; NULL: none */
	bool		drifting;
};

/* ----- the window ----- */

static size_t
load_of_all(const rc_overlap *o)
{
	size_t		load = 0;

	for (size_t i = 0; i < o->n; i++)
		load += rc_regionscan_load(o->lanes[i]->scan);
	return load;
}

/* Is there room for one more answer? */
static bool
has_room(const rc_overlap *o)
{
	return load_of_all(o) + o->client->config.fetch_bytes <= o->spec->scan_window;
}

/* May the lane ask for one more? */
static bool
may_ask(const rc_overlap *o, const lane *l)
{
	if (l == (o->current != NULL ? o->current : o->lanes[0]) && rc_regionscan_load(l->scan) == 0)
		return true;
	return has_room(o);
}

/* ----- lanes ----- */

static void
lane_free(rc_overlap *o, lane *l, bool cancelled)
{
	rc_regionscan_close(l->scan, cancelled);
	rc_region_unref(l->borders[0]);
	rc_region_unref(l->borders[1]);
	rc_client_free(o->client, l);
}

static void
lane_remove(rc_overlap *o, size_t i)
{
	if (o->current == o->lanes[i])
		o->current = NULL;
	lane_free(o, o->lanes[i], false);
	o->n--;
	memmove(&o->lanes[i], &o->lanes[i + 1], (o->n - i) * sizeof(lane *));
}

/* Makes a lane of a range; `border` bounds its end, the overlap's its beginning.  Takes no reference. */
static bool
lane_add(rc_overlap *o, const rc_range *range, rc_region *border)
{
	lane	   *l = rc_client_alloc(o->client, sizeof(lane));

	if (l == NULL)
		return false;
	l->scan = rc_regionscan_create(o->spec, range, o->cuts ? 0 : o->left, o->width > 1, o->stats);
	if (l->scan == NULL)
	{
		rc_client_free(o->client, l);
		return false;
	}
	rc_retry_init(&l->retry, o->client);
	if (o->border != NULL)
		l->borders[0] = rc_region_ref(o->border);
	if (border != NULL)
	{
		l->borders[1] = rc_region_ref(border);
		l->server = border->server;
	}
	o->lanes[o->n++] = l;
	return true;
}

/* Does the server have as many lanes at work as it may? */
static bool
is_busy(const rc_overlap *o, const rc_server_name *server)
{
	int			busy = 0;

	for (size_t i = 0; i < o->n; i++)
	{
		const lane *l = o->lanes[i];

		busy += rc_regionscan_working(l->scan) && !l->failed &&
			l->server.port == server->port && strcmp(l->server.host, server->host) == 0;
	}
	return busy >= o->spec->scan_concurrency;
}

/* ----- cutting ----- */

/* Which part of the rest lies in the region; true: all of it. */
static bool
cut_at(const rc_overlap *o, const rc_region *region, rc_range *piece)
{
	const rc_range *rest = &o->rest;
	int			cmp;

	*piece = *rest;
	if (o->spec->reversed)
	{
		if (region->start.len == 0 || rc_bytes_compare(region->start, rest->start) <= 0)
			return true;
		piece->start = region->start;
		piece->start_inclusive = true;
		return false;
	}
	if (region->end.len == 0)
		return true;
	cmp = rest->stop.len == 0 ? -1 : rc_bytes_compare(region->end, rest->stop);
	if (cmp > 0 || (cmp == 0 && !rest->stop_inclusive))
		return true;
	piece->stop = region->end;
	piece->stop_inclusive = false;
	return false;
}

/* What is left of the rest behind the region. */
static void
go_behind(rc_overlap *o, rc_region *region)
{
	rc_region_unref(o->border);
	o->border = rc_region_ref(region);
	o->rest_is_cut = true;
	if (o->spec->reversed)
	{
		o->rest.stop = region->start;
		o->rest.stop_inclusive = false;
	}
	else
	{
		o->rest.start = region->end;
		o->rest.start_inclusive = true;
	}
}

static void
end_rest(rc_overlap *o)
{
	o->has_rest = false;
	rc_region_unref(o->border);
	o->border = NULL;
}

/* Looks up the region at the beginning of the rest. */
static rc_status
find_region(rc_overlap *o, rc_error *err)
{
	const rc_range *rest = &o->rest;
	rc_locate_mode mode = RC_LOCATE_AT;

	if (o->spec->reversed && (rest->stop.len == 0 || !rest->stop_inclusive))
		mode = RC_LOCATE_BEFORE;
	else if (!o->spec->reversed && (o->rest_is_cut || (rest->start.len == 0 && o->spec->whole)))
		mode = RC_LOCATE_RUN;
	return rc_locate_step(&o->locate, o->spec->table, o->spec->reversed ? rest->stop : rest->start,
						  mode, &o->retry, &o->found, err);
}

static rc_status
cut(rc_overlap *o, rc_error *err)
{
	rc_range	piece;
	bool		all = true;
	bool		added;

	if (o->found == NULL && o->cuts)
	{
		rc_status	status = find_region(o, err);

		if (status != RC_OK)
			return status;
		/* the next look-up is another operation, however long the scan is */
		rc_retry_progress(&o->retry);
	}
	if (o->cuts && o->n > 0 && is_busy(o, &o->found->server))
		return RC_AGAIN;
	piece = o->rest;
	if (o->cuts)
		all = cut_at(o, o->found, &piece);
	added = lane_add(o, &piece, o->found);
	if (all)
		end_rest(o);
	else
		go_behind(o, o->found);
	rc_region_unref(o->found);
	o->found = NULL;
	return added ? RC_OK : rc_error_set(err, RC_NO_MEMORY, "out of memory");
}

/* Adds lanes as long as there are ranges and room. */
static void
add_lanes(rc_overlap *o)
{
	while (!o->failed && o->n < o->width && (o->n == 0 || has_room(o)))
	{
		rc_status	status;

		if (!o->has_rest)
		{
			o->fed = o->fed || !o->feed(o->feed_ctx, &o->rest);
			if (o->fed)
				return;
			o->has_rest = true;
			o->rest_is_cut = false;
		}
		status = cut(o, &o->error);
		if (status == RC_AGAIN)
			return;
		o->failed = status != RC_OK;
		/* its first call counts for the room that the next lane finds */
		if (!o->failed && o->n > 0)
		{
			lane	   *l = o->lanes[o->n - 1];

			status = rc_regionscan_advance(l->scan, &l->retry, true, &l->error);
			l->failed = status != RC_OK && status != RC_AGAIN;
		}
	}
}

/* ----- all lanes ----- */

static void
lane_advance(rc_overlap *o, lane *l)
{
	rc_status	status;

	do
		status = rc_regionscan_advance(l->scan, &l->retry, may_ask(o, l), &l->error);
	while (status == RC_OK && rc_regionscan_can_ask(l->scan) && may_ask(o, l));
	l->failed = status != RC_OK && status != RC_AGAIN;
}

/* Takes what has come, and asks for what there is room for: first lanes first. */
static void
advance_all(rc_overlap *o)
{
	size_t		n = o->n;
	rc_wait_kind kind = o->client->want_kind;

	for (size_t i = 0; i < n; i++)
	{
		if (!o->lanes[i]->failed)
			lane_advance(o, o->lanes[i]);
		if (i == 0)
			kind = o->client->want_kind;
	}
	add_lanes(o);
	/* whatever else is under way, the first lane is what is waited for */
	if (n > 0)
		o->client->want_kind = kind;
}

static void
restart_clocks(rc_overlap *o)
{
	rc_retry_restart(&o->retry);
	for (size_t i = 0; i < o->n; i++)
		rc_retry_restart(&o->lanes[i]->retry);
}

/* Lanes that are done go, out of the middle only when rows come in any order.  True: some went. */
static bool
remove_ended(rc_overlap *o)
{
	size_t		n = o->n;

	for (size_t i = 0; i < o->n && (i == 0 || o->drifting);)
	{
		if (rc_regionscan_ended(o->lanes[i]->scan))
			lane_remove(o, i);
		else
			i++;
	}
	return o->n < n;
}

/* Do answers of other lanes than the first fill the window, all but what is on its way? */
static bool
is_full(const rc_overlap *o)
{
	size_t		waiting = 2 * o->client->config.fetch_bytes;

	for (size_t i = 1; i < o->n; i++)
		waiting += rc_regionscan_waiting(o->lanes[i]->scan);
	return waiting > o->spec->scan_window;
}

/* A lane to give rows out of, NULL: none has any that may be given out. */
static lane *
choose(rc_overlap *o)
{
	if (o->n > 0 && rc_regionscan_has_rows(o->lanes[0]->scan))
		return o->lanes[0];
	if (!o->drifting && o->spec->any_order && o->n > 1)
		o->drifting = is_full(o);
	for (size_t i = 1; o->drifting && i < o->n; i++)
		if (rc_regionscan_has_rows(o->lanes[i]->scan))
			return o->lanes[i];
	return NULL;
}

/* ----- rows ----- */

/* The answer at hand is used up: the next one's first row. */
static rc_status
next_answer(rc_overlap *o, const rc_row **row, rc_error *err)
{
	rc_status	status = rc_regionscan_turn(o->current->scan, err);

	if (status != RC_OK)
		return status;
	if (o->cuts && o->width < MOST_LANES)
		o->width *= 2;
	/* while these rows are read the servers are to be at work */
	rc_client_pump(o->client);
	advance_all(o);
	return rc_regionscan_row(o->current->scan, row, err);
}

static rc_status
find_row(rc_overlap *o, const rc_row **row, rc_error *err)
{
	for (;;)
	{
		rc_status	status;

		if (o->current != NULL)
		{
			status = next_answer(o, row, err);
			if (status == RC_OK && *row == NULL)
			{
				/* answers without rows may come for ever: the host is to have a look */
				rc_client_want(o->client, 0, o->client->want_kind);
				return RC_AGAIN;
			}
			if (status != RC_AGAIN)
				return status;
			o->current = NULL;
		}
		advance_all(o);
		if (remove_ended(o))
			continue;			/* room for others */
		o->current = choose(o);
		if (o->current != NULL)
			continue;
		if (o->n > 0 && !o->lanes[0]->failed)
			return RC_AGAIN;
		if (o->n > 0 || o->failed)
		{
			*err = o->n > 0 ? o->lanes[0]->error : o->error;
			return err->status;
		}
		return o->fed && !o->has_rest ? RC_OK : RC_AGAIN;
	}
}

rc_status
rc_overlap_step(rc_overlap *o, bool fresh, const rc_row **row, rc_error *err)
{
	rc_status	status = RC_OK;

	*row = NULL;
	if (o->limit > 0 && o->left == 0)
		return RC_OK;
	if (o->current != NULL)
		status = rc_regionscan_row(o->current->scan, row, err);
	if (status == RC_OK && *row == NULL)
	{
		if (fresh)
			restart_clocks(o);
		status = find_row(o, row, err);
	}
	if (*row != NULL && o->limit > 0)
		o->left--;
	return status;
}

/* ----- making and closing ----- */

rc_overlap *
rc_overlap_create(const rc_readspec *spec, bool (*feed) (void *ctx, rc_range *range),
				  void *feed_ctx, uint64_t limit, rc_scanner_stats *stats)
{
	rc_client  *client = spec->client;
	rc_overlap *o = rc_client_alloc(client, sizeof(rc_overlap));

	if (o == NULL)
		return NULL;
	o->client = client;
	o->spec = spec;
	o->stats = stats;
	o->feed = feed;
	o->feed_ctx = feed_ctx;
	o->limit = o->left = limit;
	o->cuts = !spec->meta && (limit == 0 || limit > SMALL_LIMIT);
	/* a lane that keeps to the limit must be the only one */
	o->width = o->cuts && spec->whole ? MOST_LANES : 1;
	rc_locate_init(&o->locate, client);
	rc_retry_init(&o->retry, client);
	return o;
}

void
rc_overlap_close(rc_overlap *o, bool cancelled)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->n; i++)
		lane_free(o, o->lanes[i], cancelled);
	rc_locate_reset(&o->locate);
	rc_region_unref(o->border);
	rc_region_unref(o->found);
	rc_client_chunks_trim(o->client);
	rc_client_free(o->client, o);
}
