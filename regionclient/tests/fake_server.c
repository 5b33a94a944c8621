/*
 * fake_server.c
 *		A scripted region server on loopback (see fake_server.h).
 *
 * Only what regionclient asks for, and by the rules of HBase where they
 * matter: call sequence of scanners, flags of ScanResponse, WrongRegion.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE				/* accept4 */
#endif
#include "fake_write.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NOT_SERVING "org.apache.hadoop.hbase.NotServingRegionException"

void
fake_die(const char *what)
{
	printf("Bail out! fake server: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* ----- sending ----- */

void
fake_send(fake_conn *conn, const void *data, size_t len)
{
	const uint8_t *at = data;

	while (len > 0 && conn->fd >= 0)
	{
		ssize_t		n = send(conn->fd, at, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		at += n;
		len -= (size_t) n;
	}
}

/* Sends a frame, or gives it to the hook that asked for it. */
static void
deliver(fake_request *request, rc_buf *frame)
{
	if (request->answer != NULL)
		rc_buf_put(request->answer, frame->data, frame->len);
	else
		fake_send(request->conn, frame->data, frame->len);
	rc_buf_free(frame);
}

void
fake_reply(fake_request *request, const rc_buf *message, const rc_buf *cells)
{
	rc_buf		frame;

	fake_buf(&frame);
	fake_frame(&frame, request->call_id, message, cells);
	deliver(request, &frame);
}

static void
scanner_free(fake_server *server, fake_scanner *s)
{
	fake_filter_free(s->ranges);
	s->ranges = NULL;
	if (s->scan != NULL)
		htable__wire__scan__free_unpacked(s->scan, NULL);
	s->scan = NULL;
	s->id = 0;
	server->open_scanners--;
}

void
fake_lose_scanner(fake_server *server, uint64_t id)
{
	for (int i = 0; i < FAKE_MAX_SCANNERS; i++)
		if (server->scanners[i].id != 0 && (id == 0 || server->scanners[i].id == id))
			scanner_free(server, &server->scanners[i]);
}

void
fake_reply_bytes(fake_request *request, rc_bytes bytes)
{
	rc_buf		message;
	rc_buf		cells;

	fake_buf(&message);
	fake_buf(&cells);
	rc_buf_put(&message, bytes.data, bytes.len);
	fake_reply(request, &message, &cells);
	rc_buf_free(&message);
}

void
fake_fail(fake_request *request, const char *java_class, const char *text)
{
	rc_buf		frame;

	fake_buf(&frame);
	fake_exception_frame(&frame, request->call_id, java_class, text, false);
	deliver(request, &frame);
}

static void
conn_close(fake_conn *conn)
{
	if (conn->fd < 0)
		return;
	close(conn->fd);
	conn->fd = -1;
	conn->greeted = false;
	rc_buf_free(&conn->in);
}

/* What is not sent yet is lost. */
void
fake_reset(fake_conn *conn)
{
	struct linger at_once = {1, 0};

	if (conn->fd >= 0)
		setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	conn_close(conn);
}

/* Scanners of the connection live on, as in HBase. */
void
fake_hang_up(fake_server *server, fake_request *request)
{
	(void) server;
	conn_close(request->conn);
}

/* ----- the table ----- */

static void
row_key(int i, char *key)
{
	snprintf(key, 16, "r%04d", i);
}

static int
region_find(fake_server *server, const ProtobufCBinaryData *name)
{
	for (int i = 0; i < server->nregions; i++)
		if (!server->regions[i].split && strlen(server->regions[i].name) == name->len &&
			memcmp(server->regions[i].name, name->data, name->len) == 0)
			return i;
	return -1;
}

/* First row at or after the key (after it, when `beyond`). */
static int
row_at(fake_server *server, rc_bytes key, bool beyond)
{
	int			i;

	for (i = 0; i < server->nrows; i++)
	{
		char		row[16];
		int			cmp;

		row_key(i, row);
		cmp = rc_bytes_compare(rc_bytes_cstr(row), key);
		if (cmp > 0 || (cmp == 0 && !beyond))
			break;
	}
	return i;
}

void
fake_set_regions(fake_server *server, int nregions, int generation)
{
	server->nregions = nregions;
	server->generation = generation;
	memset(server->regions, 0, sizeof(server->regions));
	for (int i = 0; i < nregions; i++)
	{
		fake_region *r = &server->regions[i];
		char		start[16] = "";

		if (i > 0)
			row_key(server->nrows / nregions * i, start);
		strcpy(r->start, start);
		if (i < nregions - 1)
			row_key(server->nrows / nregions * (i + 1), r->end);
		snprintf(r->name, sizeof(r->name), "t,%s,%013d.%032d.", start, generation, i);
		r->state = "OPEN";
	}
}

/* ----- scans ----- */

static fake_scanner *
scanner_find(fake_server *server, uint64_t id)
{
	for (int i = 0; i < FAKE_MAX_SCANNERS; i++)
		if (id != 0 && server->scanners[i].id == id)
			return &server->scanners[i];
	return NULL;
}

static int
clip(int i, int low, int high)
{
	return i < low ? low : i > high ? high : i;
}

/* The rows of a scan within its region. */
static void
scanner_bounds(fake_server *server, fake_scanner *s, const Htable__Wire__Scan *scan)
{
	const fake_region *r = &server->regions[s->region];
	rc_bytes	start = rc_bytes_of(scan->start_row.data, scan->has_start_row ? scan->start_row.len : 0);
	rc_bytes	stop = rc_bytes_of(scan->stop_row.data, scan->has_stop_row ? scan->stop_row.len : 0);
	int			low = row_at(server, rc_bytes_cstr(r->start), false);
	int			high = r->end[0] ? row_at(server, rc_bytes_cstr(r->end), false) : server->nrows;

	if (!s->reversed)
	{
		s->at = clip(row_at(server, start, !scan->include_start_row), low, high);
		s->last = stop.len ? clip(row_at(server, stop, scan->include_stop_row), low, high) : high;
	}
	else
	{
		s->at = (start.len ? clip(row_at(server, start, scan->include_start_row), low, high) : high) - 1;
		s->last = clip(row_at(server, stop, !scan->include_stop_row), low, high) - 1;
	}
}

static bool
scanner_done(const fake_scanner *s)
{
	return s->reversed ? s->at <= s->last : s->at >= s->last;
}

/* What the store has of a row for the scanner; how many cells. */
static int
stored_row(const fake_scanner *s, const char *key, rc_buf *cells)
{
	rc_buf		unseen;
	int			n;

	fake_buf(&unseen);
	n = fake_store_read(key, s->scan->column, s->scan->n_column, cells != NULL ? cells : &unseen);
	rc_buf_free(&unseen);
	return n;
}

/* A copy of the scan, which lives as long as its scanner. */
static Htable__Wire__Scan *
copy_scan(const Htable__Wire__Scan *scan)
{
	size_t		len = htable__wire__scan__get_packed_size(scan);
	uint8_t    *packed = malloc(len);
	Htable__Wire__Scan *copy;

	htable__wire__scan__pack(scan, packed);
	copy = htable__wire__scan__unpack(NULL, len, packed);
	free(packed);
	return copy;
}

/* Goes on to a row that is there and that the filter keeps. */
static void
scanner_skip(fake_scanner *s)
{
	char		key[16];

	for (; !scanner_done(s); s->at += s->reversed ? -1 : 1)
	{
		row_key(s->at, key);
		if (fake_filter_keeps(s->ranges, key) && (s->scan == NULL || stored_row(s, key, NULL) > 0))
			return;
	}
}

static fake_scanner *
scanner_open(fake_server *server, fake_request *request)
{
	int			region = region_find(server, &request->scan->region->value);
	fake_scanner *s = NULL;

	for (int i = 0; i < FAKE_MAX_SCANNERS && s == NULL; i++)
		if (server->scanners[i].id == 0)
			s = &server->scanners[i];
	if (region < 0 || s == NULL)
		return NULL;
	memset(s, 0, sizeof(*s));
	/* above 2^63, as they often are */
	s->id = UINT64_C(0x8000000000000000) + server->next_scanner++;
	server->open_scanners++;
	s->region = region;
	s->reversed = request->scan->scan->reversed;
	scanner_bounds(server, s, request->scan->scan);
	s->ranges = fake_filter_ranges(request->scan->scan->filter);
	server->filtered += s->ranges != NULL;
	if (server->stored)
		s->scan = copy_scan(request->scan->scan);
	scanner_skip(s);
	return s;
}

static void
put_cell(const fake_scanner *s, int piece, rc_buf *cells)
{
	char		key[16];
	char		qualifier[16];

	row_key(s->at, key);
	snprintf(qualifier, sizeof(qualifier), piece == 0 ? "q" : "q%d", piece);
	fake_put_cell(cells, key, "f", qualifier, key, strlen(key));
}

/* One result: a row, or a piece of one (a cell) where the client takes pieces. */
static void
put_row(fake_server *server, fake_scanner *s, bool in_pieces, rc_buf *message, rc_buf *cells,
		bool *partial, int *rows)
{
	if (s->scan != NULL)
	{
		char		key[16];

		row_key(s->at, key);
		fake_put_number(message, 1, (uint64_t) stored_row(s, key, cells));
		*partial = false;
	}
	else if (in_pieces)
	{
		put_cell(s, s->piece, cells);
		fake_put_number(message, 1, 1);
		*partial = ++s->piece < server->pieces;
		if (*partial)
			return;
		*partial = server->duplicate_flags && server->pieces > 1;
	}
	else
	{
		for (int piece = 0; piece < server->pieces; piece++)
			put_cell(s, piece, cells);
		fake_put_number(message, 1, (uint64_t) server->pieces);
	}
	s->piece = 0;
	s->at += s->reversed ? -1 : 1;
	scanner_skip(s);
	(*rows)++;
}

static void
answer_scan(fake_server *server, fake_request *request)
{
	const Htable__Wire__ScanRequest *q = request->scan;
	fake_scanner *s = q->has_scanner_id ? scanner_find(server, q->scanner_id) : scanner_open(server, request);
	uint32_t	wanted = q->number_of_rows < (uint32_t) server->max_rows ? q->number_of_rows : (uint32_t) server->max_rows;
	bool		partial = false;
	int			rows = 0;
	int			results = 0;
	bool		over;
	rc_buf		message;
	rc_buf		cells;

	fake_buf(&message);
	fake_buf(&cells);
	while ((uint32_t) rows < wanted && !scanner_done(s) && !partial)
	{
		put_row(server, s, q->client_handles_partials, &message, &cells, &partial, &rows);
		results++;
	}
	over = q->has_limit_of_rows && !partial && (uint32_t) rows >= q->limit_of_rows;
	fake_put_number(&message, 2, s->id);
	fake_put_number(&message, 3, !over);
	for (int i = 0; i < results; i++)
		fake_put_number(&message, 7, partial && i == results - 1);
	fake_put_number(&message, 8, !over && !scanner_done(s));
	fake_reply(request, &message, &cells);
	if (over || scanner_done(s) || q->close_scanner)
		scanner_free(server, s);
	rc_buf_free(&message);
	rc_buf_free(&cells);
}

static void
serve_scan(fake_server *server, fake_request *request)
{
	const Htable__Wire__ScanRequest *q = request->scan;
	fake_scanner *s = scanner_find(server, q->scanner_id);

	if (q->has_scanner_id && s == NULL)
	{
		fake_fail(request, "org.apache.hadoop.hbase.UnknownScannerException", "unknown scanner");
		return;
	}
	if (q->has_scanner_id && q->next_call_seq != s->next_seq++)
	{
		fake_fail(request, "org.apache.hadoop.hbase.exceptions.OutOfOrderScannerNextException", "seq");
		return;
	}
	if (!q->has_scanner_id && region_find(server, &q->region->value) < 0)
	{
		fake_fail(request, NOT_SERVING, "t is not online");
		return;
	}
	answer_scan(server, request);
}

static void
serve_close(fake_server *server, fake_request *request)
{
	fake_scanner *s = scanner_find(server, request->scan->scanner_id);
	rc_buf		message;
	rc_buf		cells;

	if (s != NULL)
		scanner_free(server, s);
	fake_buf(&message);
	fake_buf(&cells);
	fake_put_number(&message, 2, request->scan->scanner_id);
	fake_reply(request, &message, &cells);
	rc_buf_free(&message);
}

/* ----- gets ----- */

/* The cells of a row; how many there are. */
static int
get_row(fake_server *server, const Htable__Wire__Get *get, rc_buf *cells)
{
	rc_bytes	key = rc_bytes_of(get->row.data, get->row.len);
	int			i = row_at(server, key, false);
	char		name[16];

	if (i >= server->nrows)
		return 0;
	row_key(i, name);
	if (!rc_bytes_equal(rc_bytes_cstr(name), key))
		return 0;
	if (server->stored)
		return fake_store_read(name, get->column, get->n_column, cells);
	fake_put_cell(cells, name, "f", "q", name, strlen(name));
	return 1;
}

static void
serve_get(fake_server *server, fake_request *request)
{
	rc_buf		message;
	rc_buf		cells;

	if (region_find(server, &request->get->region->value) < 0)
	{
		fake_fail(request, NOT_SERVING, "t is not online");
		return;
	}
	fake_buf(&message);
	fake_buf(&cells);
	fake_put_result(&message, 1, get_row(server, request->get->get, &cells));
	fake_reply(request, &message, &cells);
	rc_buf_free(&message);
	rc_buf_free(&cells);
}

static void
serve_multi(fake_server *server, fake_request *request)
{
	rc_buf		message;
	rc_buf		cells;

	fake_buf(&message);
	fake_buf(&cells);
	for (size_t i = 0; i < request->multi->n_region_action; i++)
	{
		const Htable__Wire__RegionAction *ra = request->multi->region_action[i];
		rc_buf		result;

		fake_buf(&result);
		if (region_find(server, &ra->region->value) < 0)
			fake_put_exception(&result, 2, NOT_SERVING, "fake");
		else
			for (size_t j = 0; j < ra->n_action; j++)
			{
				rc_buf		one;

				fake_buf(&one);
				fake_put_number(&one, 1, ra->action[j]->index);
				fake_put_result(&one, 2, get_row(server, ra->action[j]->get, &cells));
				fake_put_message(&result, 1, &one);
				rc_buf_free(&one);
			}
		fake_put_message(&message, 1, &result);
		rc_buf_free(&result);
	}
	fake_reply(request, &message, &cells);
	rc_buf_free(&message);
	rc_buf_free(&cells);
}

/* ----- requests ----- */

void
fake_serve(fake_server *server, fake_request *request)
{
	static void (*const serve[FAKE_KINDS]) (fake_server *, fake_request *) = {
		[FAKE_OPEN] = serve_scan,
		[FAKE_NEXT] = serve_scan,
		[FAKE_CLOSE] = serve_close,
		[FAKE_GET] = serve_get,
		[FAKE_MULTI] = serve_multi,
		[FAKE_META_SCAN] = fake_serve_meta_scan,
		[FAKE_META_STATE] = fake_serve_meta_state,
		[FAKE_MASTER] = fake_serve_master,
		[FAKE_REGISTRY] = fake_serve_registry,
		[FAKE_SIZES] = fake_serve_sizes,
		[FAKE_WRITE] = fake_serve_write,
	};

	serve[request->kind] (server, request);
}

void
fake_answer(fake_server *server, fake_request *request, rc_buf *frame)
{
	request->answer = frame;
	fake_serve(server, request);
	request->answer = NULL;
}

static bool
is_meta(const Htable__Wire__RegionSpecifier *region)
{
	return region->value.len > 10 && memcmp(region->value.data, "hbase:meta", 10) == 0;
}

static void
set_kind(fake_request *request, const char *method, rc_bytes param)
{
	if (strcmp(method, "Multi") == 0 && fake_is_write(param))
		request->kind = FAKE_WRITE;
	else if (strcmp(method, "Multi") == 0)
	{
		request->kind = FAKE_MULTI;
		request->multi = htable__wire__multi_request__unpack(NULL, param.len, param.data);
	}
	else if (strcmp(method, "Get") == 0)
	{
		request->get = htable__wire__get_request__unpack(NULL, param.len, param.data);
		request->kind = is_meta(request->get->region) ? FAKE_META_STATE : FAKE_GET;
	}
	else if (strcmp(method, "GetClusterId") == 0 || strcmp(method, "GetActiveMaster") == 0 ||
			 strcmp(method, "GetMetaRegionLocations") == 0)
		request->kind = FAKE_REGISTRY;
	else if (strcmp(method, "GetRegionLoad") == 0)
		request->kind = FAKE_SIZES;
	else if (strcmp(method, "Scan") != 0)
		request->kind = FAKE_MASTER;
	else
	{
		request->scan = htable__wire__scan_request__unpack(NULL, param.len, param.data);
		request->kind = FAKE_NEXT;
		if (request->scan->region != NULL)
			request->kind = is_meta(request->scan->region) ? FAKE_META_SCAN : FAKE_OPEN;
		else if (request->scan->close_scanner)
			request->kind = FAKE_CLOSE;
	}
}

static void
handle(fake_server *server, fake_conn *conn, rc_bytes frame)
{
	fake_request request = {0};
	Htable__Wire__RequestHeader *header;
	rc_reader	r;
	rc_bytes	part;

	rc_reader_init(&r, frame);
	part = rc_reader_bytes(&r, (size_t) rc_reader_varint(&r));
	header = htable__wire__request_header__unpack(NULL, part.len, part.data);
	part = rc_reader_bytes(&r, (size_t) rc_reader_varint(&r));
	request.conn = conn;
	request.call_id = header->call_id;
	request.method = header->method_name;
	request.param = part;
	request.cells = rc_reader_bytes(&r, rc_reader_left(&r));
	set_kind(&request, header->method_name, part);
	server->count[request.kind]++;
	if (server->hook == NULL || !server->hook(server, &request))
		fake_serve(server, &request);
	htable__wire__request_header__free_unpacked(header, NULL);
	if (request.scan)
		htable__wire__scan_request__free_unpacked(request.scan, NULL);
	if (request.get)
		htable__wire__get_request__free_unpacked(request.get, NULL);
	if (request.multi)
		htable__wire__multi_request__free_unpacked(request.multi, NULL);
}

/* Takes one request off the connection; false when there is no whole one. */
static bool
take_request(fake_server *server, fake_conn *conn)
{
	size_t		skip = conn->greeted ? 0 : 6;
	size_t		len;
	rc_buf		rest;

	if (conn->in.len < skip + 4)
		return false;
	len = rc_load_u32(conn->in.data + skip);
	if (conn->in.len < skip + 4 + len)
		return false;
	rest = conn->in;
	fake_buf(&conn->in);
	rc_buf_put(&conn->in, rest.data + skip + 4 + len, rest.len - skip - 4 - len);
	if (conn->greeted)
		handle(server, conn, rc_bytes_of(rest.data + 4, len));
	else
		conn->greeted = true;
	rc_buf_free(&rest);
	return conn->fd >= 0;
}

static bool
conn_read(fake_server *server, fake_conn *conn)
{
	uint8_t		bytes[65536];
	ssize_t		n = recv(conn->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0)
		return false;
	if (n == 0)
	{
		conn_close(conn);
		return true;
	}
	rc_buf_put(&conn->in, bytes, (size_t) n);
	if (server->cut_request > 0 && conn->in.len > server->cut_request)
	{
		server->cut_requests++;
		fake_reset(conn);
		return true;
	}
	while (take_request(server, conn))
		;
	return true;
}

static bool
accept_one(fake_server *server)
{
	int			on = 1;
	int			fd = server->listener < 0 ? -1 : accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return false;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	server->accepted++;
	for (int i = 0; i < FAKE_MAX_CONNS; i++)
		if (server->conns[i].fd < 0)
		{
			server->conns[i].fd = fd;
			fake_buf(&server->conns[i].in);
			return true;
		}
	fake_die("too many connections");
	return false;
}

bool
fake_serve_all(fake_server *server)
{
	bool		any = accept_one(server);

	for (int i = 0; i < FAKE_MAX_CONNS; i++)
		if (server->conns[i].fd >= 0 && conn_read(server, &server->conns[i]))
			any = true;
	return any;
}

/* ----- starting and stopping ----- */

void
fake_start(fake_server *server, int nrows, int nregions)
{
	memset(server, 0, sizeof(*server));
	server->listener = -1;
	for (int i = 0; i < FAKE_MAX_CONNS; i++)
		server->conns[i].fd = -1;
	server->nrows = nrows;
	server->max_rows = 50;
	server->pieces = 1;
	server->next_scanner = 1;
	server->clock = 1000000;
	fake_set_regions(server, nregions, 1);
	fake_refuse(server, false);
	fake_host(server);
}

void
fake_stop(fake_server *server)
{
	for (int i = 0; i < FAKE_MAX_CONNS; i++)
		conn_close(&server->conns[i]);
	fake_lose_scanner(server, 0);
	fake_refuse(server, true);
	unlink(server->program);
}
