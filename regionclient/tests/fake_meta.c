/*
 * fake_meta.c
 *		hbase:meta on the fake server: where the regions are, and the table's state.
 */
#include "fake_server.h"

#include <stdio.h>
#include <string.h>

static int
put_region_row(fake_server *server, rc_buf *cells, const fake_region *r)
{
	char		address[32];
	uint8_t		seqnum[8];
	rc_buf		info;
	rc_buf		table;

	fake_buf(&info);
	fake_buf(&table);
	fake_put_string(&table, 1, "default", 7);
	fake_put_string(&table, 2, "t", 1);
	rc_buf_put(&info, "PBUF", 4);
	fake_put_number(&info, 1, 1);
	fake_put_message(&info, 2, &table);
	fake_put_string(&info, 3, r->start, strlen(r->start));
	fake_put_string(&info, 4, r->end, strlen(r->end));
	fake_put_number(&info, 5, r->split);
	fake_put_number(&info, 6, r->split);
	fake_put_cell(cells, r->name, "info", "regioninfo", info.data, info.len);
	snprintf(address, sizeof(address), "127.0.0.1:%d", server->port);
	rc_store_u64(seqnum, (uint64_t) server->generation + 1);
	fake_put_cell(cells, r->name, "info", "seqnumDuringOpen", seqnum, 8);
	fake_put_cell(cells, r->name, "info", "server", address, strlen(address));
	fake_put_cell(cells, r->name, "info", "state", r->state, strlen(r->state));
	rc_buf_free(&info);
	rc_buf_free(&table);
	return 4;
}

/* "t,<key>,<id>": the key between the first and the last comma. */
static rc_bytes
meta_key(const ProtobufCBinaryData *row)
{
	size_t		end = row->len;

	while (end > 2 && row->data[end - 1] != ',')
		end--;
	return rc_bytes_of(row->data + 2, end > 2 ? end - 3 : 0);
}

/* Does the region come at or after the start of the scan? */
static bool
meta_wanted(const Htable__Wire__Scan *scan, const fake_region *r)
{
	rc_bytes	start = rc_bytes_of(scan->start_row.data, scan->start_row.len);
	rc_bytes	key;
	int			cmp;

	if (r->hidden)
		return false;
	if (!scan->include_start_row)
		return rc_bytes_compare(rc_bytes_cstr(r->name), start) * (scan->reversed ? -1 : 1) > 0;
	if (start.len < 3)			/* "t\0": before the end of the table */
		return true;
	key = meta_key(&scan->start_row);
	cmp = rc_bytes_compare(rc_bytes_cstr(r->start), key);
	if (!scan->reversed)
		return cmp >= 0;
	return cmp < 0 || (cmp == 0 && start.data[start.len - 1] == '9');
}

void
fake_serve_meta_scan(fake_server *server, fake_request *request)
{
	const Htable__Wire__Scan *scan = request->scan->scan;
	uint32_t	wanted = request->scan->number_of_rows;
	uint32_t	n = 0;
	rc_buf		message;
	rc_buf		cells;

	fake_buf(&message);
	fake_buf(&cells);
	for (int k = 0; k < server->nregions && n < wanted; k++)
	{
		const fake_region *r = &server->regions[scan->reversed ? server->nregions - 1 - k : k];

		if (server->table_state >= 0 && meta_wanted(scan, r))
		{
			fake_put_number(&message, 1, (uint64_t) put_region_row(server, &cells, r));
			n++;
		}
	}
	fake_put_number(&message, 2, 1);
	fake_put_number(&message, 3, 1);
	fake_put_number(&message, 8, n == wanted);
	fake_reply(request, &message, &cells);
	rc_buf_free(&message);
	rc_buf_free(&cells);
}

void
fake_serve_meta_state(fake_server *server, fake_request *request)
{
	uint8_t		state[2] = {0x08, (uint8_t) server->table_state};
	rc_buf		message;
	rc_buf		cells;

	fake_buf(&message);
	fake_buf(&cells);
	if (server->table_state >= 0)
		fake_put_cell(&cells, "t", "table", "state", state, 2);
	fake_put_result(&message, 1, server->table_state >= 0);
	fake_reply(request, &message, &cells);
	rc_buf_free(&message);
	rc_buf_free(&cells);
}
