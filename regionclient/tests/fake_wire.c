/*
 * fake_wire.c
 *		What a server writes (see fake_wire.h).
 */
#include "fake_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "field.h"

void
fake_buf(rc_buf *buf)
{
	rc_buf_init(buf, &rc_host_standalone);
}

void
fake_put_exception(rc_buf *out, uint32_t number, const char *java_class, const char *text)
{
	rc_buf		pair;

	fake_buf(&pair);
	fake_put_string(&pair, 1, java_class, strlen(java_class));
	fake_put_string(&pair, 2, text, strlen(text));
	fake_put_message(out, number, &pair);
	rc_buf_free(&pair);
}

void
fake_put_delimited(rc_buf *out, const rc_buf *message)
{
	rc_buf_put_varint(out, message->len);
	rc_buf_put(out, message->data, message->len);
}

static void
put_tag(rc_buf *out, uint32_t number, uint32_t type)
{
	rc_buf_put_varint(out, number << 3 | type);
}

void
fake_put_number(rc_buf *out, uint32_t number, uint64_t value)
{
	put_tag(out, number, RC_FIELD_VARINT);
	rc_buf_put_varint(out, value);
}

void
fake_put_string(rc_buf *out, uint32_t number, const void *data, size_t len)
{
	put_tag(out, number, RC_FIELD_BYTES);
	rc_buf_put_varint(out, len);
	rc_buf_put(out, data, len);
}

void
fake_put_message(rc_buf *out, uint32_t number, const rc_buf *message)
{
	fake_put_string(out, number, message->data, message->len);
}

void
fake_put_cell(rc_buf *out, const char *row, const char *family, const char *qualifier,
			  const void *value, size_t len)
{
	rc_cell		cell = {rc_bytes_cstr(row), rc_bytes_cstr(family), rc_bytes_cstr(qualifier),
		rc_bytes_of(value, len), 1, RC_CELL_PUT};

	rc_cell_put(out, &cell);
}

void
fake_put_result(rc_buf *message, uint32_t number, int ncells)
{
	rc_buf		result;

	fake_buf(&result);
	fake_put_number(&result, 2, (uint64_t) ncells);
	fake_put_message(message, number, &result);
	rc_buf_free(&result);
}

void
fake_close_frame(rc_buf *out, size_t start)
{
	rc_store_u32(out->data + start, (uint32_t) (out->len - start - 4));
}

void
fake_frame(rc_buf *out, uint32_t call_id, const rc_buf *message, const rc_buf *cells)
{
	size_t		start = out->len;
	rc_buf		header;

	fake_buf(&header);
	fake_put_number(&header, 1, call_id);
	if (cells->len > 0)
	{
		rc_buf		meta;

		fake_buf(&meta);
		fake_put_number(&meta, 1, cells->len);
		fake_put_message(&header, 3, &meta);
		rc_buf_free(&meta);
	}
	rc_buf_put_u32(out, 0);
	fake_put_delimited(out, &header);
	fake_put_delimited(out, message);
	rc_buf_put(out, cells->data, cells->len);
	fake_close_frame(out, start);
	rc_buf_free(&header);
}

void
fake_exception_frame(rc_buf *out, uint32_t call_id, const char *java_class, const char *text,
					 bool do_not_retry)
{
	static const char at[] = "\n\tat fake(Server.java:1)\n";
	size_t		start = out->len;
	rc_buf		trace;
	rc_buf		exception;
	rc_buf		header;

	fake_buf(&trace);
	fake_buf(&exception);
	fake_buf(&header);
	rc_buf_put(&trace, java_class, strlen(java_class));
	rc_buf_put(&trace, ": ", 2);
	rc_buf_put(&trace, text, strlen(text));
	rc_buf_put(&trace, at, sizeof(at) - 1);
	fake_put_string(&exception, 1, java_class, strlen(java_class));
	fake_put_message(&exception, 2, &trace);
	if (do_not_retry)
		fake_put_number(&exception, 5, 1);
	fake_put_number(&header, 1, call_id);
	fake_put_message(&header, 2, &exception);
	rc_buf_put_u32(out, 0);
	fake_put_delimited(out, &header);
	fake_close_frame(out, start);
	rc_buf_free(&trace);
	rc_buf_free(&exception);
	rc_buf_free(&header);
}
