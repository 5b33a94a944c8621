/*
 * sizing.c
 *		The sizes of a table's regions, asked of the servers that hold them.
 *
 * The regions are walked first, so each answer is matched by the names of
 * regions and a server need not be believed about what it holds.  A server that
 * does not answer leaves its regions unknown: nothing is tried again, since
 * sizes are for estimates and late ones are of no use.
 * Upstream: AdminProtos.AdminService.GetRegionLoad.
 */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "link.h"
#include "regionload.h"
#include "regionwalk.h"
#include "registry.h"
#include "retry.h"
#include "tablename.h"

#define SERVICE			"AdminService"

#define MAX_SERVERS		64

typedef struct sized_region
{
	rc_region  *region;
	size_t		place;			/* in key order */
} sized_region;

/* A server that is asked, and which regions are said to be there. */
typedef struct asked_server
{
	size_t		first;
	size_t		n;
	rc_call    *call;			/* in flight, or NULL */
} asked_server;

struct rc_sizing
{
	rc_child	child;			/* first member: the client may be closed first */
	rc_client  *client;
	rc_buf		table;
	rc_retry	retry;			/* for the deadline alone */
	rc_regionwalk *walk;
	bool		interrupted;	/* the last call was */
	sized_region *regions;		/* in key order, later by server and name */
	rc_region_size *sizes;		/* in key order */
	size_t		n;
	size_t		allocated;
	asked_server servers[MAX_SERVERS];
	size_t		nservers;
	bool		asked;
	bool		answered;		/* by one server at least */
	rc_error	error;			/* the last of those that did not */
};

static rc_status
no_memory(rc_error *err)
{
	return rc_error_set(err, RC_NO_MEMORY, "out of memory");
}

static void
sizing_free(rc_child *child)
{
	rc_sizing  *sizing = (rc_sizing *) child;

	for (size_t i = 0; i < sizing->nservers; i++)
		rc_call_abandon(sizing->servers[i].call, NULL);
	for (size_t i = 0; i < sizing->n; i++)
		rc_region_unref(sizing->regions[i].region);
	rc_client_free(sizing->client, sizing->regions);
	rc_client_free(sizing->client, sizing->sizes);
	rc_buf_free(&sizing->table);
	rc_client_disown(&sizing->child);
	rc_client_free(sizing->client, sizing);
}

rc_status
rc_sizing_open(rc_client *client, rc_bytes table, rc_sizing **sizing, rc_error *err)
{
	rc_sizing  *new = rc_client_alloc(client, sizeof(rc_sizing));
	rc_status	status;

	*sizing = NULL;
	if (new == NULL)
		return no_memory(err);
	new->client = client;
	rc_buf_init(&new->table, &client->host);
	rc_retry_init(&new->retry, client);
	new->child.close = sizing_free;
	rc_client_adopt(client, &new->child);
	rc_buf_put(&new->table, table.data, table.len);
	status = new->table.failed ? no_memory(err) : rc_regionwalk_open(client, table, &new->walk, err);
	if (status != RC_OK)
		sizing_free(&new->child);
	else
		*sizing = new;
	return status;
}

/* ----- the regions ----- */

static bool
add_region(rc_sizing *sizing, rc_region *region)
{
	if (sizing->n == sizing->allocated)
	{
		size_t		more = sizing->allocated > 0 ? sizing->allocated * 2 : 64;
		const rc_host *host = &sizing->client->host;
		sized_region *grown = host->realloc(host->ctx, sizing->regions, more * sizeof(sized_region));

		if (grown == NULL)
			return false;
		sizing->regions = grown;
		sizing->allocated = more;
	}
	sizing->regions[sizing->n].region = rc_region_ref(region);
	sizing->regions[sizing->n].place = sizing->n;
	sizing->n++;
	return true;
}

static rc_status
walk_regions(rc_sizing *sizing, rc_error *err)
{
	for (;;)
	{
		const rc_bytes *start;
		rc_status	status = rc_regionwalk_next(sizing->walk, &start, err);

		if (status != RC_OK)
			return status;
		if (start == NULL)
			break;
		if (!add_region(sizing, rc_regionwalk_region(sizing->walk)))
			return no_memory(err);
	}
	sizing->sizes = rc_client_alloc(sizing->client, sizing->n * sizeof(rc_region_size));
	if (sizing->sizes == NULL)
		return no_memory(err);
	for (size_t i = 0; i < sizing->n; i++)
		sizing->sizes[i].start = sizing->regions[i].region->start;
	rc_regionwalk_close(sizing->walk);
	sizing->walk = NULL;
	return RC_OK;
}

/* ----- the servers ----- */

static int
compare_servers(const rc_server_name *a, const rc_server_name *b)
{
	int			cmp = strcmp(a->host, b->host);

	return cmp != 0 ? cmp : (int) a->port - (int) b->port;
}

static int
compare_regions(const void *a, const void *b)
{
	const rc_region *x = ((const sized_region *) a)->region;
	const rc_region *y = ((const sized_region *) b)->region;
	int			cmp = compare_servers(&x->server, &y->server);

	return cmp != 0 ? cmp : rc_bytes_compare(x->name, y->name);
}

/* One past the regions of the server that holds the region at `first`. */
static size_t
end_of_server(const rc_sizing *sizing, size_t first)
{
	size_t		i = first + 1;

	while (i < sizing->n && compare_servers(&sizing->regions[i].region->server,
											&sizing->regions[first].region->server) == 0)
		i++;
	return i;
}

/* Groups the regions by server, and chooses which of these to ask. */
static void
choose_servers(rc_sizing *sizing)
{
	size_t		all = 0;
	size_t		at = 0;

	qsort(sizing->regions, sizing->n, sizeof(sized_region), compare_regions);
	for (size_t first = 0; first < sizing->n; first = end_of_server(sizing, first))
		all++;
	for (size_t first = 0; first < sizing->n; first = end_of_server(sizing, first), at++)
	{
		size_t		want = all < MAX_SERVERS ? all : MAX_SERVERS;

		if (at * want / all != sizing->nservers)
			continue;
		sizing->servers[sizing->nservers].first = first;
		sizing->servers[sizing->nservers].n = end_of_server(sizing, first) - first;
		sizing->nservers++;
	}
}

static rc_status
ask(rc_sizing *sizing, asked_server *asked, rc_error *err)
{
	const rc_server_name *server = &sizing->regions[asked->first].region->server;
	Htable__Wire__GetRegionLoadRequest param = HTABLE__WIRE__GET_REGION_LOAD_REQUEST__INIT;
	Htable__Wire__TableName name;
	rc_request	request = {0};
	rc_link    *link;
	rc_status	status;

	rc_table_name_set(&name, rc_bytes_of(sizing->table.data, sizing->table.len));
	param.table_name = &name;
	request.method = "GetRegionLoad";
	request.param = &param.base;
	status = rc_link_get(sizing->client, server->host, server->port, SERVICE, &link, err);
	if (status != RC_OK)
		return status;
	return rc_link_send(link, &request, rc_retry_call_expires(&sizing->retry), &asked->call, err);
}

static void
ask_all(rc_sizing *sizing)
{
	sizing->asked = true;
	choose_servers(sizing);
	for (size_t i = 0; i < sizing->nservers; i++)
		ask(sizing, &sizing->servers[i], &sizing->error);
}

/* ----- the answers ----- */

static void
take_load(rc_sizing *sizing, const asked_server *asked, const rc_region_load *load)
{
	size_t		low = asked->first;
	size_t		high = asked->first + asked->n;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;
		const sized_region *found = &sizing->regions[middle];
		int			cmp = rc_bytes_compare(load->name, found->region->name);

		if (cmp == 0)
		{
			rc_region_size *size = &sizing->sizes[found->place];

			size->known = true;
			size->stored_mb = load->stored_mb;
			size->memory_mb = load->memory_mb;
			return;
		}
		if (cmp < 0)
			high = middle;
		else
			low = middle + 1;
	}
}

static void
take_answer(rc_sizing *sizing, asked_server *asked)
{
	const rc_server_name *server = &sizing->regions[asked->first].region->server;
	rc_call    *call = asked->call;
	rc_region_load load;
	rc_reader	r;

	asked->call = NULL;
	if (call->status != RC_OK)
		sizing->error = call->error;
	else
	{
		rc_reader_init(&r, call->response.message);
		while (rc_region_load_next(&r, &load))
			take_load(sizing, asked, &load);
		if (r.failed)
		{
			rc_error_set(&sizing->error, RC_PROTOCOL, "malformed sizes of regions");
			rc_link_blame(sizing->client, server->host, server->port, &sizing->error);
		}
		else
			sizing->answered = true;
	}
	rc_call_free(call);
}

/* RC_AGAIN: answers are missing, and there is time to wait for them. */
static rc_status
collect(rc_sizing *sizing, rc_error *err)
{
	bool		late = rc_client_now(sizing->client) >= rc_retry_deadline(&sizing->retry);
	bool		waits = false;

	for (size_t i = 0; i < sizing->nservers; i++)
	{
		asked_server *asked = &sizing->servers[i];

		if (asked->call != NULL && asked->call->done)
			take_answer(sizing, asked);
		if (asked->call == NULL)
			continue;
		if (late)
		{
			rc_error_set(&sizing->error, RC_OPERATION_TIMEOUT, "no answer in time");
			rc_call_abandon(asked->call, NULL);
			asked->call = NULL;
			continue;
		}
		rc_client_want(sizing->client, rc_retry_deadline(&sizing->retry),
					   rc_call_wait_kind(asked->call, RC_WAIT_SIZES));
		waits = true;
	}
	if (waits)
		return RC_AGAIN;
	if (!sizing->answered && err != &sizing->error)
		*err = sizing->error;
	return sizing->answered ? RC_OK : sizing->error.status;
}

rc_status
rc_sizing_read(rc_sizing *sizing, const rc_region_size **regions, size_t *n, rc_error *err)
{
	rc_status	status = RC_OK;

	if (!sizing->interrupted)
		rc_retry_restart(&sizing->retry);
	sizing->interrupted = false;
	if (sizing->walk != NULL)
		status = walk_regions(sizing, err);
	if (status == RC_OK && !sizing->asked)
		ask_all(sizing);
	while (status == RC_OK && (status = collect(sizing, err)) == RC_AGAIN)
		status = rc_client_wait(sizing->client, err);
	sizing->interrupted = status == RC_INTERRUPTED;
	*regions = sizing->sizes;
	*n = sizing->n;
	return status;
}

void
rc_sizing_close(rc_sizing *sizing)
{
	if (sizing == NULL)
		return;
	rc_regionwalk_close(sizing->walk);
	sizing_free(&sizing->child);
}
