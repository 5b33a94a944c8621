/*
 * locate.c
 *		Finding regions: the cache, then hbase:meta.
 *
 * hbase:meta is one region whose rows are region names,
 * "<table>,<start key>,<id>.<md5>.".  A key's region is found by a reversed
 * scan of one round trip from "<table>,<key>,99999999999999"; the region
 * before a key by the same from id 0; the following ones by a forward scan.
 *
 * Invariants: a region is handed out, or cached, only when it is open, has a
 * server, and (AT, BEFORE) lies where the key says: regions scanned one after
 * the other are contiguous because of that.  A region that is not open makes
 * us look at the table's state before any pause.
 * Upstream: AsyncNonMetaRegionLocator, ClientMetaTableAccessor, CatalogFamilyFormat.
 */
#include "locate.h"

#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "meta_row.h"
#include "registry.h"
#include "status.h"
#include "wire.pb-c.h"

#define SERVICE			"ClientService"
#define META_TABLE		"hbase:meta"
#define META_REGION		"hbase:meta,,1"

/* Ids of regions are times in ms: 13 digits now, so these are below and above all. */
#define LOWEST_ID		"00000000000000"
#define HIGHEST_ID		"99999999999999"

/* HConstants.MAX_ROW_LENGTH, for rows of hbase:meta too. */
#define MAX_ROW			32767

/*
 * Rows asked for: a split parent or two may stand before the region in
 * question; scans want the regions that follow in their direction too.
 */
#define POINT_ROWS		3
#define BEFORE_ROWS		16
#define RUN_ROWS		64

/* Times a hole in hbase:meta is looked at again until it counts as one: some 8 s. */
#define HOLE_TRIES		11

/* The arguments of rc_locate_step, for the functions below it. */
typedef struct look
{
	rc_locate  *l;
	rc_bytes	table;
	rc_bytes	key;
	rc_locate_mode mode;
	rc_retry   *retry;
	rc_region **region;
	bool	   *wait;			/* set: RC_AGAIN means wait, else look again at once */
} look;

/* ----- what rows of hbase:meta mean here ----- */

static bool
is(rc_bytes a, const char *b)
{
	return rc_bytes_equal(a, rc_bytes_cstr(b));
}

static bool
is_open(const rc_meta_row *row)
{
	return row->region.server.port != 0 && (row->state.len == 0 || is(row->state, "OPEN"));
}

/* Does the region lie where the look-up wants it? */
static bool
fits(const look *k, const rc_region *region)
{
	bool		before = k->mode == RC_LOCATE_BEFORE;
	int			cmp;

	if (before && k->key.len == 0)
		return region->end.len == 0;
	cmp = rc_bytes_compare(region->start, k->key);
	if (cmp > 0 || (cmp == 0 && before))
		return false;
	if (region->end.len == 0)
		return true;
	cmp = rc_bytes_compare(k->key, region->end);
	return cmp < 0 || (cmp == 0 && before);
}

/* ----- requests ----- */

static ProtobufCBinaryData
binary(rc_bytes b)
{
	ProtobufCBinaryData data = {b.len, (uint8_t *) b.data};

	return data;
}

static void
put_meta_row(rc_buf *out, rc_bytes table, const char *middle, rc_bytes key, const char *end)
{
	size_t		room = MAX_ROW - table.len - 2 - (sizeof(HIGHEST_ID) - 1);

	rc_buf_put(out, table.data, table.len);
	rc_buf_put(out, middle, strlen(middle));
	rc_buf_put(out, key.data, key.len < room ? key.len : room);
	rc_buf_put(out, end, strlen(end));
}

/* The row a scan of hbase:meta starts at. */
static void
put_start(rc_buf *out, const look *k)
{
	if (k->l->from.len > 0)
		rc_buf_put(out, k->l->from.data, k->l->from.len);
	else if (k->l->mode == RC_LOCATE_RUN)
		put_meta_row(out, k->table, ",", k->key, ",");
	else if (k->l->mode == RC_LOCATE_AT)
		put_meta_row(out, k->table, ",", k->key, "," HIGHEST_ID);
	else if (k->key.len > 0)
		put_meta_row(out, k->table, ",", k->key, "," LOWEST_ID);
	else
	{
		/* past all regions of the table, before those of any other */
		rc_buf_put(out, k->table.data, k->table.len);
		rc_buf_put_u8(out, 0);
	}
}

static rc_status
send_to_meta(const look *k, const char *method, const ProtobufCMessage *param, rc_error *err)
{
	rc_request	request = {0};
	rc_link    *link;
	rc_status	status;

	status = rc_link_get(k->l->client, k->l->server.host, k->l->server.port, SERVICE, &link, err);
	if (status != RC_OK)
		return status;
	request.method = method;
	request.param = param;
	request.priority = RC_PRIORITY_SYSTEM;
	return rc_link_send(link, &request, rc_retry_call_expires(k->retry), &k->l->call, err);
}

static rc_status
send_scan(const look *k, rc_error *err)
{
	Htable__Wire__ScanRequest request = HTABLE__WIRE__SCAN_REQUEST__INIT;
	Htable__Wire__RegionSpecifier region = HTABLE__WIRE__REGION_SPECIFIER__INIT;
	Htable__Wire__Scan scan = HTABLE__WIRE__SCAN__INIT;
	Htable__Wire__Column column = HTABLE__WIRE__COLUMN__INIT;
	Htable__Wire__Column *columns[] = {&column};
	bool		run = k->l->mode == RC_LOCATE_RUN;
	rc_buf		start;
	rc_buf		stop;
	rc_status	status = RC_NO_MEMORY;

	rc_buf_init(&start, &k->l->client->host);
	rc_buf_init(&stop, &k->l->client->host);
	put_start(&start, k);
	/* a blank sorts before all that a table name may go on with */
	put_meta_row(&stop, k->table, run ? " ," : ",", rc_bytes_of(NULL, 0), ",");
	region.type = HTABLE__WIRE__REGION_SPECIFIER__TYPE__REGION_NAME;
	region.value = binary(rc_bytes_cstr(META_REGION));
	column.family = binary(rc_bytes_cstr("info"));
	scan.n_column = 1;
	scan.column = columns;
	scan.has_start_row = scan.has_stop_row = true;
	scan.start_row = binary(rc_bytes_of(start.data, start.len));
	scan.stop_row = binary(rc_bytes_of(stop.data, stop.len));
	scan.has_include_start_row = scan.has_include_stop_row = true;
	scan.include_start_row = k->l->from.len == 0;
	scan.include_stop_row = !run;
	scan.has_reversed = scan.reversed = !run;
	scan.has_read_type = true;
	scan.read_type = HTABLE__WIRE__SCAN__READ_TYPE__PREAD;
	request.region = &region;
	request.scan = &scan;
	request.has_number_of_rows = true;
	request.number_of_rows = run ? RUN_ROWS : k->l->mode == RC_LOCATE_BEFORE ? BEFORE_ROWS : POINT_ROWS;
	request.has_close_scanner = request.close_scanner = true;
	/* whole rows only: what is cut off could not be asked for */
	request.has_client_handles_partials = request.has_client_handles_heartbeats = true;
	if (start.failed || stop.failed)
		rc_error_set(err, RC_NO_MEMORY, "out of memory");
	else
		status = send_to_meta(k, "Scan", &request.base, err);
	rc_buf_free(&start);
	rc_buf_free(&stop);
	k->l->client->stats.meta_lookups++;
	return status;
}

/* Get of the table's state: row = table name, column table:state. */
static rc_status
send_state(const look *k, rc_error *err)
{
	Htable__Wire__GetRequest request = HTABLE__WIRE__GET_REQUEST__INIT;
	Htable__Wire__RegionSpecifier region = HTABLE__WIRE__REGION_SPECIFIER__INIT;
	Htable__Wire__Get get = HTABLE__WIRE__GET__INIT;
	Htable__Wire__Column column = HTABLE__WIRE__COLUMN__INIT;
	Htable__Wire__Column *columns[] = {&column};
	ProtobufCBinaryData qualifier = binary(rc_bytes_cstr("state"));

	region.type = HTABLE__WIRE__REGION_SPECIFIER__TYPE__REGION_NAME;
	region.value = binary(rc_bytes_cstr(META_REGION));
	column.family = binary(rc_bytes_cstr("table"));
	column.n_qualifier = 1;
	column.qualifier = &qualifier;
	get.row = binary(k->table);
	get.n_column = 1;
	get.column = columns;
	request.region = &region;
	request.get = &get;
	return send_to_meta(k, "Get", &request.base, err);
}

/* ----- failures ----- */

/* Ends the attempt; RC_AGAIN when there is to be another. */
static rc_status
attempt_failed(const look *k, const rc_error *why, bool cluster, rc_error *err)
{
	rc_error	copy = *why;

	rc_call_free(k->l->call);
	k->l->call = NULL;
	k->l->phase = RC_LOCATE_BEGIN;
	rc_buf_reset(&k->l->from);
	k->l->state_known = false;
	k->l->check_state = false;
	return cluster ? rc_retry_cluster_failed(k->retry, &copy, err) :
		rc_retry_failed(k->retry, &copy, err);
}

/* Does this failure say that the region may be elsewhere? */
static bool
casts_doubt(const rc_client *client, const rc_error *why, rc_retry *retry)
{
	if (why->status == RC_RPC_TIMEOUT && rc_client_now(client) >= rc_retry_deadline(retry))
		return false;
	return why->status == RC_REGION_MOVED || rc_status_lookup(why->status)->action == RC_RELOCATE;
}

void
rc_locate_learn(const rc_region *region, const rc_error *why, rc_retry *retry)
{
	rc_client  *client = region->client;

	if (!casts_doubt(client, why, retry))
		return;
	if (region->meta)
		rc_registry_forget_meta(client->registry, &region->server);
	else if (why->status == RC_REGION_MOVED)
		rc_regions_move(client->regions, region, why->server);
	else
		rc_regions_evict(client->regions, region);
}

/* A call to hbase:meta failed. */
static rc_status
meta_failed(const look *k, const rc_error *why, rc_error *err)
{
	if (casts_doubt(k->l->client, why, k->retry))
		rc_registry_forget_meta(k->l->client->registry, &k->l->server);
	return attempt_failed(k, why, true, err);
}

/* hbase:meta holds no region for the key, or one that does not reach it. */
static rc_status
hole(const look *k, const char *what, rc_error *err)
{
	rc_error	why;

	rc_error_set(&why, RC_NOT_SERVING, "%s", what);
	if (k->retry->holes++ < HOLE_TRIES)
		return attempt_failed(k, &why, false, err);
	why.status = RC_BAD_REGION_INFO;
	return rc_retry_failed(k->retry, &why, err);
}

static rc_status
not_open(const look *k, const rc_meta_row *row, rc_error *err)
{
	rc_error	why;

	/* the state of the table first: it may be disabled */
	if (!k->l->state_known)
	{
		k->l->check_state = true;
		k->l->phase = RC_LOCATE_META;
		return RC_AGAIN;
	}
	rc_error_set(&why, RC_NOT_SERVING, "region \"%.*s\" is not open (%.*s)",
				 (int) row->region.name.len, (const char *) row->region.name.data,
				 (int) row->state.len, (const char *) row->state.data);
	return attempt_failed(k, &why, false, err);
}

static rc_status
no_region(const look *k, rc_error *err)
{
	if (k->l->state_known)
		return hole(k, "hbase:meta has no region for the key", err);
	k->l->check_state = true;
	k->l->phase = RC_LOCATE_META;
	return RC_AGAIN;
}

/* ----- answers ----- */

static rc_status
no_memory(rc_error *err)
{
	return rc_error_set(err, RC_NO_MEMORY, "out of memory");
}

/* Takes a region into the cache; a reference for the caller, or NULL: no memory. */
static rc_region *
learn(const look *k, const rc_meta_row *row)
{
	rc_region  *region = rc_region_create(k->l->client, &row->region);

	if (region != NULL && !rc_regions_insert(k->l->client->regions, region))
	{
		rc_region_unref(region);
		return NULL;
	}
	return region;
}

/* Is this row of hbase:meta a region that can be asked? */
static bool
usable(const rc_meta_row *row)
{
	return row->has_info && !row->gone && is_open(row);
}

/* Two regions in use, in the order of the look-up: has a key both of them? */
static bool
overlap(const look *k, const rc_meta_row *one, const rc_meta_row *next)
{
	bool		run = k->l->mode == RC_LOCATE_RUN;
	const rc_region *low = run ? &one->region : &next->region;
	const rc_region *high = run ? &next->region : &one->region;

	return low->end.len == 0 || rc_bytes_compare(low->end, high->start) > 0;
}

/* Takes in the regions from the i-th result on, which follow `last` if there is one. */
static rc_status
learn_rest(const look *k, rc_bytes block, size_t i, const rc_meta_row *last, rc_error *err)
{
	rc_scan_answer *answer = &k->l->answer;
	rc_meta_row before;
	rc_meta_row row;

	if (last != NULL)
		before = *last;
	for (; i < answer->nresults; i++)
	{
		rc_status	status = rc_meta_row_parse(k->table, &block, answer->cells[i], &row, err);
		rc_region  *region;

		if (status != RC_OK)
			return status;
		if (!usable(&row))
			continue;
		if (last != NULL && overlap(k, &before, &row))
		{
			rc_regions_evict(k->l->client->regions, &before.region);
			return hole(k, "regions in hbase:meta overlap", err);
		}
		before = row;
		last = &before;
		region = learn(k, &row);
		if (region == NULL)
			return no_memory(err);
		rc_region_unref(region);
	}
	return RC_OK;
}

static rc_status
found(const look *k, const rc_meta_row *row, rc_error *err)
{
	rc_region  *region = learn(k, row);

	if (region == NULL)
		return no_memory(err);
	*k->region = region;
	k->l->phase = RC_LOCATE_BEGIN;
	rc_buf_reset(&k->l->from);
	k->l->state_known = false;
	return RC_OK;
}

/* The rows of a point look-up: the first that is a region in use counts. */
static rc_status
take_point(const look *k, rc_bytes block, rc_error *err)
{
	rc_scan_answer *answer = &k->l->answer;
	rc_status	status;
	rc_meta_row row;

	for (size_t i = 0; i < answer->nresults; i++)
	{
		status = rc_meta_row_parse(k->table, &block, answer->cells[i], &row, err);
		if (status != RC_OK)
			return status;
		if (!row.has_info || row.gone)
			continue;
		if (!fits(k, &row.region))
			return hole(k, "regions in hbase:meta are not contiguous", err);
		if (!is_open(&row))
			return not_open(k, &row, err);
		/* the regions before it, which a reversed scan wants next */
		status = learn_rest(k, block, i + 1, &row, err);
		return status == RC_OK ? found(k, &row, err) : status;
	}
	if (!answer->more_in_region || !answer->more_results)
		return no_region(k, err);
	if (answer->nresults == 0)
		return hole(k, "hbase:meta does not answer with any row", err);
	/* only regions no longer in use: go on after them */
	rc_buf_reset(&k->l->from);
	rc_buf_put(&k->l->from, row.region.name.data, row.region.name.len);
	k->l->phase = RC_LOCATE_META;
	return k->l->from.failed ? no_memory(err) : RC_AGAIN;
}

/* The rows of a run: takes in what is good; what is not will be looked up alone. */
static rc_status
take_run(const look *k, rc_bytes block, rc_error *err)
{
	rc_status	status = learn_rest(k, block, 0, NULL, err);

	if (status != RC_OK)
		return status;
	/* the next round finds the key in the cache, or asks for it alone */
	k->l->mode = RC_LOCATE_AT;
	k->l->phase = RC_LOCATE_BEGIN;
	return RC_AGAIN;
}

static rc_status
take_scan(const look *k, rc_call *call, rc_error *err)
{
	rc_status	status;

	status = rc_scan_answer_parse(&k->l->answer, call->response.message,
								  call->response.cells.len, err);
	if (status != RC_OK)
		return status;
	if (k->l->mode == RC_LOCATE_RUN)
		return take_run(k, call->response.cells, err);
	return take_point(k, call->response.cells, err);
}

static rc_status
take_state(const look *k, rc_call *call, rc_error *err)
{
	rc_bytes	block = call->response.cells;
	rc_cell		cell;
	uint64_t	state;

	if (block.len == 0)
		return rc_error_set(err, RC_TABLE_MISSING, "table \"%.*s\" does not exist",
							(int) k->table.len, (const char *) k->table.data);
	if (!rc_cell_read(&block, &cell))
		return rc_error_set(err, RC_PROTOCOL, "malformed cell block of hbase:meta");
	if (!rc_meta_state_parse(cell.value, &state))
		return rc_error_set(err, RC_BAD_REGION_INFO, "malformed table state in hbase:meta");
	if (state == HTABLE__WIRE__TABLE_STATE__STATE__DISABLED ||
		state == HTABLE__WIRE__TABLE_STATE__STATE__DISABLING)
		return rc_error_set(err, RC_TABLE_DISABLED, "table \"%.*s\" is disabled",
							(int) k->table.len, (const char *) k->table.data);
	k->l->state_known = true;
	k->l->check_state = false;
	k->l->phase = RC_LOCATE_META;
	return RC_AGAIN;
}

static rc_status
take_answer(const look *k, rc_error *err)
{
	rc_call    *call = k->l->call;
	rc_status	status;

	if (call->status != RC_OK)
		return meta_failed(k, &call->error, err);
	k->l->client->cluster_seen = true;
	/* these free k->l->call when they end the attempt; it is ours until then */
	k->l->call = NULL;
	status = k->l->phase == RC_LOCATE_STATE ? take_state(k, call, err) : take_scan(k, call, err);
	rc_call_free(call);
	if (status == RC_PROTOCOL || status == RC_BAD_REGION_INFO)
		rc_link_blame(k->l->client, k->l->server.host, k->l->server.port, err);
	return status;
}

/* ----- the steps ----- */

/* hbase:meta itself: one region over all keys. */
static rc_status
meta_itself(const look *k, rc_error *err)
{
	rc_region	region = {0};

	region.meta = true;
	region.table = rc_bytes_cstr(META_TABLE);
	region.name = rc_bytes_cstr(META_REGION);
	region.server = k->l->server;
	*k->region = rc_region_create(k->l->client, &region);
	k->l->phase = RC_LOCATE_BEGIN;
	return *k->region != NULL ? RC_OK : no_memory(err);
}

/* The cache, unless the table's state has to be looked at first. */
static rc_status
step_begin(const look *k, rc_error *err)
{
	rc_regions *regions = k->l->client->regions;
	rc_region  *region;
	rc_status	status = rc_retry_ready(k->retry, err);

	*k->wait = status == RC_AGAIN;
	if (status != RC_OK)
		return status;
	k->l->check_state = k->retry->not_serving >= 2 && !k->l->state_known;
	if (!k->l->check_state)
	{
		region = k->mode == RC_LOCATE_BEFORE ? rc_regions_before(regions, k->table, k->key) :
			rc_regions_at(regions, k->table, k->key);
		if (region != NULL)
		{
			*k->region = rc_region_ref(region);
			k->l->state_known = false;
			return RC_OK;
		}
	}
	k->l->phase = RC_LOCATE_META;
	return RC_AGAIN;
}

static rc_status
step_meta(const look *k, rc_error *err)
{
	rc_error	why;
	rc_status	status = rc_retry_ready(k->retry, err);

	*k->wait = status == RC_AGAIN;
	if (status != RC_OK)
		return status;
	status = rc_registry_meta_step(k->l->client->registry, &k->l->registry_run, &k->l->server, &why);
	*k->wait = status == RC_AGAIN;
	if (status == RC_AGAIN)
	{
		rc_client_want_also(k->l->client, rc_retry_deadline(k->retry));
		return RC_AGAIN;
	}
	if (status != RC_OK)
		return attempt_failed(k, &why, true, err);
	if (is(k->table, META_TABLE))
		return meta_itself(k, err);
	status = k->l->check_state ? send_state(k, &why) : send_scan(k, &why);
	if (status != RC_OK)
		return meta_failed(k, &why, err);
	k->l->phase = k->l->check_state ? RC_LOCATE_STATE : RC_LOCATE_REGION;
	return RC_AGAIN;
}

static rc_status
step_call(const look *k, rc_error *err)
{
	if (k->l->call->done)
		return take_answer(k, err);
	rc_client_want(k->l->client, rc_retry_deadline(k->retry),
				   rc_call_wait_kind(k->l->call, RC_WAIT_META));
	*k->wait = true;
	return RC_AGAIN;
}

rc_status
rc_locate_step(rc_locate *locate, rc_bytes table, rc_bytes key,
			   rc_locate_mode mode, rc_retry *retry,
			   rc_region **region, rc_error *err)
{
	bool		wait = false;
	look		k = {locate, table, key, mode, retry, region, &wait};
	rc_status	status;

	*region = NULL;
	if (locate->phase == RC_LOCATE_BEGIN)
		locate->mode = mode;
	do
	{
		if (locate->phase == RC_LOCATE_BEGIN)
			status = step_begin(&k, err);
		else if (locate->phase == RC_LOCATE_META)
			status = step_meta(&k, err);
		else
			status = step_call(&k, err);
	} while (status == RC_AGAIN && !wait);
	return status;
}

void
rc_locate_init(rc_locate *locate, rc_client *client)
{
	memset(locate, 0, sizeof(*locate));
	locate->client = client;
	rc_buf_init(&locate->from, &client->host);
	rc_scan_answer_init(&locate->answer, &client->host);
}

void
rc_locate_reset(rc_locate *locate)
{
	rc_call_abandon(locate->call, NULL);
	rc_buf_free(&locate->from);
	rc_scan_answer_free(&locate->answer);
	rc_locate_init(locate, locate->client);
}
