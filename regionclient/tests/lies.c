/*
 * lies.c
 *		The lies by name (see lies.h).
 *
 * Every lie starts from the true answer, so that it is false in one thing
 * only.  Names say what is wrong; t/lies.pl says what must come of it.
 */
#include "lies.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "scan_answer.h"

#define MANY_RESULTS	64

/* The head of a function that tells one. */
#define LIE(name) \
static void \
name(liar *l __attribute__((unused)), lie_parts *parts __attribute__((unused)))

/* ----- frames, taken apart and put together ----- */

static void
parts_init(lie_parts *parts, fake_request *request)
{
	parts->request = request;
	parts->call_id = request->call_id;
	fake_buf(&parts->frame);
	fake_buf(&parts->header);
	fake_buf(&parts->message);
	fake_buf(&parts->cells);
}

static void
parts_free(lie_parts *parts)
{
	rc_buf_free(&parts->frame);
	rc_buf_free(&parts->header);
	rc_buf_free(&parts->message);
	rc_buf_free(&parts->cells);
}

static void
put(rc_buf *buf, rc_bytes bytes)
{
	rc_buf_put(buf, bytes.data, bytes.len);
}

static void
take_apart(const rc_buf *frame, lie_parts *parts)
{
	rc_reader	r;

	rc_reader_init(&r, rc_bytes_of(frame->data + 4, frame->len - 4));
	put(&parts->header, rc_reader_delimited(&r));
	if (rc_reader_left(&r) == 0)	/* an exception */
		return;
	put(&parts->message, rc_reader_delimited(&r));
	put(&parts->cells, rc_reader_bytes(&r, rc_reader_left(&r)));
}

static void
set_header(lie_parts *parts, uint64_t call_id, uint64_t cells_len)
{
	rc_buf		meta;

	fake_buf(&meta);
	rc_buf_reset(&parts->header);
	fake_put_number(&parts->header, 1, call_id);
	if (cells_len > 0)
	{
		fake_put_number(&meta, 1, cells_len);
		fake_put_message(&parts->header, 3, &meta);
	}
	rc_buf_free(&meta);
}

/* The header again, after the cell block has changed. */
static void
cells_changed(lie_parts *parts)
{
	set_header(parts, parts->call_id, parts->cells.len);
}

static void
put_together(lie_parts *parts)
{
	rc_buf	   *frame = &parts->frame;

	rc_buf_put_u32(frame, 0);
	fake_put_delimited(frame, &parts->header);
	fake_put_delimited(frame, &parts->message);
	rc_buf_put(frame, parts->cells.data, parts->cells.len);
	fake_close_frame(frame, 0);
}

/* ----- lies about frames ----- */

LIE(frame_length)
{
	put_together(parts);
	rc_store_u32(parts->frame.data, (uint32_t) l->number);
}

/* Longer or shorter than it is. */
LIE(frame_length_off)
{
	put_together(parts);
	rc_store_u32(parts->frame.data, rc_load_u32(parts->frame.data) + (uint32_t) l->number);
}

LIE(header_length)
{
	rc_buf_put_u32(&parts->frame, 0);
	rc_buf_put_varint(&parts->frame, (uint64_t) l->number);
	rc_buf_put(&parts->frame, parts->header.data, parts->header.len);
	fake_put_delimited(&parts->frame, &parts->message);
	rc_buf_put(&parts->frame, parts->cells.data, parts->cells.len);
	fake_close_frame(&parts->frame, 0);
}

/* A varint that has no end within its ten bytes. */
LIE(header_varint)
{
	rc_buf_put_u32(&parts->frame, 0);
	for (int i = 0; i < 11; i++)
		rc_buf_put_u8(&parts->frame, 0xFF);
	rc_buf_put(&parts->frame, parts->header.data, parts->header.len);
	fake_close_frame(&parts->frame, 0);
}

LIE(header_garbage)
{
	memset(parts->header.data, 0xFF, parts->header.len);
}

LIE(header_empty)
{
	rc_buf_reset(&parts->header);
}

LIE(call_id)
{
	set_header(parts, (uint64_t) l->number, parts->cells.len);
}

/* The answer to the call after this one. */
LIE(call_id_off)
{
	set_header(parts, (uint64_t) ((int64_t) parts->call_id + l->number), parts->cells.len);
}

LIE(answer_twice)
{
	put_together(parts);
	fake_send(parts->request->conn, parts->frame.data, parts->frame.len);
}

/* An answer to nobody's question first. */
LIE(answer_foreign_first)
{
	set_header(parts, parts->call_id + 1000, parts->cells.len);
	put_together(parts);
	fake_send(parts->request->conn, parts->frame.data, parts->frame.len);
	rc_buf_reset(&parts->frame);
	cells_changed(parts);
}

LIE(silence)
{
	l->silent = true;
}

/* The first bytes only, then a reset. */
LIE(reset_at)
{
	put_together(parts);
	if ((int64_t) parts->frame.len > l->number)
		parts->frame.len = (size_t) l->number;
	l->reset = true;
}

/* The first bytes only, then nothing. */
LIE(cut_at)
{
	put_together(parts);
	if ((int64_t) parts->frame.len > l->number)
		parts->frame.len = (size_t) l->number;
}

/* So many bytes of nothing in particular, under a length that is true. */
LIE(frame_garbage)
{
	rc_buf_put_u32(&parts->frame, 0);
	for (int64_t i = 0; i < l->number; i++)
		rc_buf_put_u8(&parts->frame, (uint8_t) (i * 131 + 7));
	fake_close_frame(&parts->frame, 0);
}

/* ----- lies about messages ----- */

LIE(message_length)
{
	rc_buf_put_u32(&parts->frame, 0);
	fake_put_delimited(&parts->frame, &parts->header);
	rc_buf_put_varint(&parts->frame, (uint64_t) l->number);
	rc_buf_put(&parts->frame, parts->message.data, parts->message.len);
	rc_buf_put(&parts->frame, parts->cells.data, parts->cells.len);
	fake_close_frame(&parts->frame, 0);
}

LIE(message_garbage)
{
	memset(parts->message.data, 0xFF, parts->message.len);
}

LIE(message_cut)
{
	parts->message.len--;
}

/* Neither result nor exception. */
LIE(message_empty)
{
	rc_buf_reset(&parts->message);
	rc_buf_reset(&parts->cells);
	cells_changed(parts);
}

/* ----- lies about exceptions ----- */

LIE(exception)
{
	fake_exception_frame(&parts->frame, parts->call_id, l->text, "fake", false);
}

LIE(exception_final)
{
	fake_exception_frame(&parts->frame, parts->call_id, l->text, "fake", true);
}

LIE(exception_huge)
{
	char	   *text = malloc((size_t) l->number + 1);

	memset(text, 'x', (size_t) l->number);
	text[l->number] = '\0';
	fake_exception_frame(&parts->frame, parts->call_id, "org.example.HugeException", text, true);
	free(text);
}

/* Not UTF-8, with controls and terminal escapes in it. */
LIE(exception_binary)
{
	fake_exception_frame(&parts->frame, parts->call_id, "org.example.\xFF\xFE", "\x1B[2J\x80\xC3(\x07", true);
}

LIE(exception_garbage)
{
	set_header(parts, parts->call_id, 0);
	fake_put_string(&parts->header, 2, "\xFF\xFF\xFF\xFF", 4);
	rc_buf_reset(&parts->cells);
}

/* ----- lies about cell blocks ----- */

LIE(cells_length)
{
	set_header(parts, parts->call_id, (uint64_t) l->number);
}

/* Shorter than its cells, while all the lengths around it agree. */
LIE(cells_cut)
{
	parts->cells.len -= (size_t) l->number;
	cells_changed(parts);
}

LIE(cells_extra)
{
	fake_put_cell(&parts->cells, "r9999", "f", "q", "extra", 5);
	cells_changed(parts);
}

/* As java.util.zip.Deflater begins; no codec was asked for. */
LIE(cells_compressed)
{
	for (size_t i = 0; i < parts->cells.len; i++)
		parts->cells.data[i] = i == 0 ? 0x78 : i == 1 ? 0x9C : (uint8_t) (i * 37);
}

/* Where the i-th cell begins. */
static uint8_t *
cell_at(lie_parts *parts, int i)
{
	uint8_t    *at = parts->cells.data;

	while (i-- > 0)
		at += 4 + rc_load_u32(at);
	return at;
}

LIE(cell_total)
{
	rc_store_u32(cell_at(parts, 0), (uint32_t) l->number);
}

LIE(cell_key)
{
	rc_store_u32(cell_at(parts, 0) + 4, (uint32_t) l->number);
}

LIE(cell_value)
{
	rc_store_u32(cell_at(parts, 0) + 8, (uint32_t) l->number);
}

LIE(cell_row)
{
	rc_store_u16(cell_at(parts, 0) + 12, (uint16_t) l->number);
}

LIE(cell_family)
{
	uint8_t    *cell = cell_at(parts, 0);

	cell[14 + rc_load_u16(cell + 12)] = (uint8_t) l->number;
}

/* The type of every cell: a delete marker, or none there is. */
LIE(cell_type)
{
	for (uint8_t *at = parts->cells.data; at < parts->cells.data + parts->cells.len; at += 4 + rc_load_u32(at))
		at[12 + rc_load_u32(at + 4) - 1] = (uint8_t) l->number;
}

/* Replaces the cells by one for each row named in the text, blank by blank. */
static void
put_rows(lie_parts *parts, const char *names, const char *family, const char *qualifier)
{
	char		copy[256];
	char	   *save = NULL;

	snprintf(copy, sizeof(copy), "%s", names);
	rc_buf_reset(&parts->cells);
	for (char *row = strtok_r(copy, " ", &save); row != NULL; row = strtok_r(NULL, " ", &save))
		fake_put_cell(&parts->cells, row, family, qualifier, row, strlen(row));
	cells_changed(parts);
}

LIE(rows)
{
	put_rows(parts, l->text, "f", "q");
}

/* Cells of a family that nobody asked for. */
LIE(other_family)
{
	put_rows(parts, l->text, "g", "q");
}

LIE(other_column)
{
	put_rows(parts, l->text, "f", "other");
}

/* ----- lies about scans ----- */

/* ScanResponse, as it is written. */
typedef struct scan_message
{
	uint64_t	id;				/* 0: none */
	bool		more;
	bool		in_region;
	bool		heartbeat;
	size_t		n;
	uint64_t	counts[MANY_RESULTS];
	bool		partial[MANY_RESULTS];
} scan_message;

static scan_message
read_scan(const lie_parts *parts)
{
	scan_message scan = {0};
	rc_scan_answer answer;

	rc_scan_answer_init(&answer, &rc_host_standalone);
	rc_scan_answer_parse(&answer, rc_bytes_of(parts->message.data, parts->message.len),
						 parts->cells.len, NULL);
	scan.id = answer.scanner_id;
	scan.more = answer.more_results;
	scan.in_region = answer.more_in_region;
	scan.n = answer.nresults < MANY_RESULTS ? answer.nresults : MANY_RESULTS;
	for (size_t i = 0; i < scan.n; i++)
		scan.counts[i] = answer.cells[i];
	rc_scan_answer_free(&answer);
	return scan;
}

static void
write_scan(lie_parts *parts, const scan_message *scan)
{
	rc_buf	   *out = &parts->message;

	rc_buf_reset(out);
	for (size_t i = 0; i < scan->n; i++)
		fake_put_number(out, 1, scan->counts[i]);
	if (scan->id != 0)
		fake_put_number(out, 2, scan->id);
	fake_put_number(out, 3, scan->more);
	for (size_t i = 0; i < scan->n; i++)
		fake_put_number(out, 7, scan->partial[i]);
	fake_put_number(out, 8, scan->in_region);
	fake_put_number(out, 9, scan->heartbeat);
}

LIE(scan_count)
{
	scan_message scan = read_scan(parts);

	scan.counts[0] = (uint64_t) l->number;
	write_scan(parts, &scan);
}

/* So many results without a cell. */
LIE(scan_empty_results)
{
	for (int64_t i = 0; i < l->number; i++)
		fake_put_number(&parts->message, 1, 0);
}

/* A million results of a cell each in a cell block of five. */
LIE(scan_many_results)
{
	for (int64_t i = 0; i < l->number; i++)
		fake_put_number(&parts->message, 1, 1);
}

/* Only the last may be partial. */
LIE(scan_partial_first)
{
	scan_message scan = read_scan(parts);

	scan.partial[0] = true;
	write_scan(parts, &scan);
}

LIE(scan_partial_flags)
{
	for (int64_t i = 0; i < l->number; i++)
		fake_put_number(&parts->message, 7, 0);
}

/* A row that never ends: each answer brings another piece of so many bytes. */
LIE(scan_endless_row)
{
	scan_message scan = read_scan(parts);
	char	   *value = calloc(1, (size_t) l->number);
	char		qualifier[32];

	snprintf(qualifier, sizeof(qualifier), "q%08llu", (unsigned long long) l->told);
	rc_buf_reset(&parts->cells);
	fake_put_cell(&parts->cells, "r0000", "f", qualifier, value, (size_t) l->number);
	free(value);
	cells_changed(parts);
	scan.id = parts->request->scan->has_scanner_id ? parts->request->scan->scanner_id : 1;
	scan.more = scan.in_region = true;
	scan.n = scan.counts[0] = 1;
	scan.partial[0] = true;
	write_scan(parts, &scan);
}

static void
no_rows(lie_parts *parts)
{
	rc_buf_reset(&parts->cells);
	cells_changed(parts);
}

/* Answers without rows, "still here": for ever. */
LIE(scan_heartbeats)
{
	scan_message scan = {.id = 1, .more = true, .in_region = true, .heartbeat = true};

	no_rows(parts);
	write_scan(parts, &scan);
}

/* The whole scan is over, in the middle of the table. */
LIE(scan_over)
{
	scan_message scan = {.id = 1, .more = false, .in_region = l->number != 0};

	no_rows(parts);
	write_scan(parts, &scan);
}

/* Over, and rows with it that no limit explains. */
LIE(scan_over_with_rows)
{
	scan_message scan = read_scan(parts);

	scan.more = false;
	scan.in_region = l->number != 0;
	write_scan(parts, &scan);
}

LIE(scan_without_id)
{
	scan_message scan = read_scan(parts);

	scan.id = 0;
	scan.in_region = true;
	write_scan(parts, &scan);
}

/* The scanner is gone as soon as it has answered. */
LIE(scan_vanishes)
{
	fake_lose_scanner(&l->server, 0);
}

/* Rows in the message, where they would be without a cell block codec. */
LIE(scan_rows_in_message)
{
	fake_put_string(&parts->message, 5, "", 0);
}

/* ----- lies about Get and Multi ----- */

/* MultiResponse of one region: parts of its RegionActionResult, told by `which`. */
typedef enum multi_lie
{
	MULTI_LAST_MISSING,
	MULTI_LAST_TWICE,
	MULTI_INDEX_BEYOND,
	MULTI_LAST_EMPTY,
	MULTI_REGION_MISSING,
	MULTI_REGION_EXTRA,
	MULTI_BOTH
} multi_lie;

static void
multi(lie_parts *parts, multi_lie which)
{
	rc_reader	r;
	rc_field	outer;
	rc_field	f;
	rc_field	last = {0};
	rc_buf		result;
	rc_buf		more;

	fake_buf(&result);
	fake_buf(&more);
	rc_reader_init(&r, rc_bytes_of(parts->message.data, parts->message.len));
	rc_field_next(&r, &outer);
	rc_reader_init(&r, outer.bytes);
	while (rc_field_next(&r, &f))
	{
		if (last.number != 0)
			fake_put_string(&result, last.number, last.bytes.data, last.bytes.len);
		last = f;
	}
	put(&more, last.bytes);
	if (which == MULTI_LAST_EMPTY)
		more.len = 2;			/* index, nothing else */
	else if (which == MULTI_INDEX_BEYOND)
		more.data[1] = 0x7F;
	else if (which == MULTI_BOTH)
		fake_put_string(&more, 3, "\x0A\x01x", 3);
	if (which != MULTI_LAST_MISSING)
		fake_put_message(&result, 1, &more);
	if (which == MULTI_LAST_TWICE)
		fake_put_message(&result, 1, &more);
	rc_buf_reset(&parts->message);
	if (which != MULTI_REGION_MISSING)
		fake_put_message(&parts->message, 1, &result);
	if (which == MULTI_REGION_EXTRA)
		fake_put_message(&parts->message, 1, &result);
	rc_buf_free(&result);
	rc_buf_free(&more);
}

#define MULTI(name, which) \
LIE(name) \
{ \
	multi(parts, which); \
}

MULTI(multi_missing, MULTI_LAST_MISSING)
MULTI(multi_twice, MULTI_LAST_TWICE)
MULTI(multi_beyond, MULTI_INDEX_BEYOND)
MULTI(multi_neither, MULTI_LAST_EMPTY)
MULTI(multi_region_missing, MULTI_REGION_MISSING)
MULTI(multi_region_extra, MULTI_REGION_EXTRA)
MULTI(multi_both, MULTI_BOTH)

LIE(get_count)
{
	rc_buf		result;

	fake_buf(&result);
	fake_put_number(&result, 2, (uint64_t) l->number);
	rc_buf_reset(&parts->message);
	fake_put_message(&parts->message, 1, &result);
	rc_buf_free(&result);
}

/* ----- lies of hbase:meta ----- */

/*
 * One row of hbase:meta: its name, and the cells of info that the text names,
 * "qualifier=value;..." with \xNN for any byte.
 */
static void
put_info(lie_parts *parts, const char *row, const char *text, uint64_t *ncells)
{
	char		qualifier[32];
	uint8_t		value[256];

	while (*text != '\0')
	{
		size_t		name = strcspn(text, "=");
		size_t		len = 0;

		snprintf(qualifier, sizeof(qualifier), "%.*s", (int) name, text);
		for (text += name + 1; *text != ';' && *text != '\0'; text++)
		{
			if (text[0] == '\\' && text[1] == 'x')
			{
				char		hex[3] = {text[2], text[3], '\0'};

				value[len++] = (uint8_t) strtoul(hex, NULL, 16);
				text += 3;
			}
			else
				value[len++] = (uint8_t) *text;
		}
		fake_put_cell(&parts->cells, row, "info", qualifier, value, len);
		(*ncells)++;
		if (*text == ';')
			text++;
	}
}

/* A single row of hbase:meta: "NAME qualifier=value;...". */
LIE(meta_row)
{
	scan_message scan = {.id = 1, .more = true, .in_region = true, .n = 1};
	char		name[128];
	size_t		len = strcspn(l->text, " ");

	snprintf(name, sizeof(name), "%.*s", (int) len, l->text);
	rc_buf_reset(&parts->cells);
	put_info(parts, name, l->text + len + 1, &scan.counts[0]);
	cells_changed(parts);
	write_scan(parts, &scan);
}

/* Regions without end: whatever is looked for, the region ends right behind it. */
LIE(meta_endless)
{
	const Htable__Wire__Scan *scan;
	scan_message message = {.id = 1, .more = true, .in_region = true, .n = 1};
	char		start[64];
	char		end[80];
	char		name[128];
	char		info[256];
	size_t		first = 0;
	size_t		last;

	if (parts->request->kind == FAKE_OPEN)	/* the regions are empty */
	{
		message.n = 0;
		message.in_region = false;
		no_rows(parts);
		write_scan(parts, &message);
		return;
	}
	scan = parts->request->scan->scan;
	last = scan->start_row.len;
	while (first < last && scan->start_row.data[first++] != ',')
		;
	while (last > first && scan->start_row.data[last - 1] != ',')
		last--;
	snprintf(start, sizeof(start), "%.*s", last > first ? (int) (last - first - 1) : 0,
			 (const char *) scan->start_row.data + first);
	/* the region of this look-up begins there and ends at the next number */
	snprintf(end, sizeof(end), "r%09d", start[0] == 'r' ? atoi(start + 1) + 1 : 0);
	snprintf(name, sizeof(name), "t,%s,0000000000009.00000000000000000000000000000000.", start);
	snprintf(info, sizeof(info), "regioninfo=PBUF\\x1A\\x%02zX%s\\x22\\x%02zX%s;server=127.0.0.1:%d",
			 strlen(start), start, strlen(end), end, l->server.port);
	rc_buf_reset(&parts->cells);
	put_info(parts, name, info, &message.counts[0]);
	cells_changed(parts);
	write_scan(parts, &message);
}

LIE(meta_state)
{
	rc_buf_reset(&parts->cells);
	fake_put_cell(&parts->cells, "t", "table", "state", l->text, strlen(l->text));
	cells_changed(parts);
}

/* ----- all of them ----- */

#define NAMED(name) {#name, name}

static const lie lies[] = {
	NAMED(frame_length), NAMED(frame_length_off), NAMED(header_length), NAMED(header_varint),
	NAMED(header_garbage), NAMED(header_empty), NAMED(call_id), NAMED(call_id_off),
	NAMED(answer_twice), NAMED(answer_foreign_first), NAMED(silence), NAMED(reset_at), NAMED(cut_at),
	NAMED(frame_garbage),
	NAMED(message_length), NAMED(message_garbage), NAMED(message_cut), NAMED(message_empty),
	NAMED(exception), NAMED(exception_final), NAMED(exception_huge), NAMED(exception_binary),
	NAMED(exception_garbage),
	NAMED(cells_length), NAMED(cells_cut), NAMED(cells_extra), NAMED(cells_compressed),
	NAMED(cell_total), NAMED(cell_key), NAMED(cell_value), NAMED(cell_row), NAMED(cell_family),
	NAMED(cell_type), NAMED(rows), NAMED(other_family), NAMED(other_column),
	NAMED(scan_count), NAMED(scan_empty_results), NAMED(scan_many_results), NAMED(scan_partial_first),
	NAMED(scan_partial_flags), NAMED(scan_endless_row), NAMED(scan_heartbeats), NAMED(scan_over),
	NAMED(scan_over_with_rows), NAMED(scan_without_id), NAMED(scan_vanishes), NAMED(scan_rows_in_message),
	NAMED(multi_missing), NAMED(multi_twice), NAMED(multi_beyond), NAMED(multi_neither),
	NAMED(multi_region_missing), NAMED(multi_region_extra), NAMED(multi_both), NAMED(get_count),
	NAMED(meta_row), NAMED(meta_endless), NAMED(meta_state),
};

const lie *
lie_find(const char *name)
{
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		if (strcmp(lies[i].name, name) == 0)
			return &lies[i];
	return NULL;
}

static void
tell(liar *l, fake_request *request)
{
	lie_parts	parts;
	rc_buf		truth;

	fake_buf(&truth);
	parts_init(&parts, request);
	fake_answer(&l->server, request, &truth);
	take_apart(&truth, &parts);
	l->reset = l->silent = false;
	l->lie->tell(l, &parts);
	if (parts.frame.len == 0 && !l->reset)
		put_together(&parts);
	if (!l->silent)
		fake_send(request->conn, parts.frame.data, parts.frame.len);
	if (l->reset)
		fake_reset(request->conn);
	l->told++;
	parts_free(&parts);
	rc_buf_free(&truth);
}

bool
lie_hook(fake_server *server, fake_request *request)
{
	liar	   *l = (liar *) ((char *) server - offsetof(liar, server));

	if (l->lie == NULL || l->left == 0 || (l->kinds & LIE_KIND(request->kind)) == 0)
		return false;
	l->left--;
	tell(l, request);
	return true;
}
