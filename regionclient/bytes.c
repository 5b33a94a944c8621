/*
 * bytes.c
 *		Bounded readers and writers over bytes, and the filling of rc_error.
 *
 * Invariants: a buffer that failed holds its memory until rc_buf_free and
 * takes nothing more; a reader that failed stands still and gives zeros.
 * Varints are protobuf's (as in Java's CodedInputStream, CodedOutputStream).
 */
#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* First allocation of a buffer: most requests fit, so they need only one. */
#define BUF_FIRST_SIZE	256

/* A 64-bit varint has at most ten bytes of 7 bits. */
#define MAX_VARINT	10

void
rc_buf_init(rc_buf *buf, const rc_host *host)
{
	memset(buf, 0, sizeof(*buf));
	buf->host = host;
}

void
rc_buf_reset(rc_buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

void
rc_buf_free(rc_buf *buf)
{
	buf->host->free(buf->host->ctx, buf->data);
	rc_buf_init(buf, buf->host);
}

/*
 * Makes room for `more` bytes after the contents and returns where they go;
 * the caller adds to len what it wrote.  NULL when there is no memory.
 */
uint8_t *
rc_buf_reserve(rc_buf *buf, size_t more)
{
	size_t		cap = buf->cap;
	uint8_t    *data;

	if (buf->failed)
		return NULL;
	if (buf->data != NULL && more <= buf->cap - buf->len)
		return buf->data + buf->len;
	if (more > SIZE_MAX / 2 - buf->len)
	{
		buf->failed = true;
		return NULL;
	}
	if (cap < BUF_FIRST_SIZE)
		cap = BUF_FIRST_SIZE;
	while (cap < buf->len + more)
		cap *= 2;
	data = buf->host->realloc(buf->host->ctx, buf->data, cap);
	if (data == NULL)
	{
		buf->failed = true;
		return NULL;
	}
	buf->data = data;
	buf->cap = cap;
	return data + buf->len;
}

void
rc_buf_put(rc_buf *buf, const void *data, size_t len)
{
	uint8_t    *to = rc_buf_reserve(buf, len);

	if (to == NULL || len == 0)
		return;
	memcpy(to, data, len);
	buf->len += len;
}

void
rc_buf_put_u8(rc_buf *buf, uint8_t v)
{
	rc_buf_put(buf, &v, 1);
}

void
rc_buf_put_u16(rc_buf *buf, uint16_t v)
{
	uint8_t		b[2];

	rc_store_u16(b, v);
	rc_buf_put(buf, b, sizeof(b));
}

void
rc_buf_put_u32(rc_buf *buf, uint32_t v)
{
	uint8_t		b[4];

	rc_store_u32(b, v);
	rc_buf_put(buf, b, sizeof(b));
}

void
rc_buf_put_u64(rc_buf *buf, uint64_t v)
{
	uint8_t		b[8];

	rc_store_u64(b, v);
	rc_buf_put(buf, b, sizeof(b));
}

void
rc_buf_put_varint(rc_buf *buf, uint64_t v)
{
	uint8_t		b[MAX_VARINT];
	size_t		n = 0;

	while (v >= 0x80)
	{
		b[n++] = (uint8_t) (v | 0x80);
		v >>= 7;
	}
	b[n++] = (uint8_t) v;
	rc_buf_put(buf, b, n);
}

void
rc_reader_init(rc_reader *r, rc_bytes in)
{
	r->at = in.data;
	r->end = in.len > 0 ? in.data + in.len : in.data;
	r->failed = false;
}

size_t
rc_reader_left(const rc_reader *r)
{
	return (size_t) (r->end - r->at);
}

/* The next len bytes, or an empty view and failed. */
rc_bytes
rc_reader_bytes(rc_reader *r, size_t len)
{
	rc_bytes	view = {r->at, 0};

	if (r->failed || len > rc_reader_left(r))
	{
		r->failed = true;
		return view;
	}
	if (len > 0)
		r->at += len;
	view.len = len;
	return view;
}

uint8_t
rc_reader_u8(rc_reader *r)
{
	rc_bytes	b = rc_reader_bytes(r, 1);

	return b.len == 1 ? b.data[0] : 0;
}

uint16_t
rc_reader_u16(rc_reader *r)
{
	rc_bytes	b = rc_reader_bytes(r, 2);

	return b.len == 2 ? rc_load_u16(b.data) : 0;
}

uint32_t
rc_reader_u32(rc_reader *r)
{
	rc_bytes	b = rc_reader_bytes(r, 4);

	return b.len == 4 ? rc_load_u32(b.data) : 0;
}

uint64_t
rc_reader_u64(rc_reader *r)
{
	rc_bytes	b = rc_reader_bytes(r, 8);

	return b.len == 8 ? rc_load_u64(b.data) : 0;
}

/* Bits beyond the 64th are thrown away, as protobuf does. */
uint64_t
rc_reader_varint(rc_reader *r)
{
	uint64_t	v = 0;

	for (int i = 0; i < MAX_VARINT; i++)
	{
		uint8_t		b = rc_reader_u8(r);

		if (r->failed)
			return 0;
		v |= (uint64_t) (b & 0x7f) << (7 * i);
		if ((b & 0x80) == 0)
			return v;
	}
	r->failed = true;
	return 0;
}

rc_bytes
rc_reader_delimited(rc_reader *r)
{
	uint64_t	len = rc_reader_varint(r);

	/* before a size_t of 32 bits could cut it */
	if (len > rc_reader_left(r))
		r->failed = true;
	return rc_reader_bytes(r, (size_t) len);
}

rc_bytes
rc_bytes_cstr(const char *s)
{
	return rc_bytes_of(s, strlen(s));
}

/* An empty copy takes no memory: its data is NULL. */
bool
rc_bytes_copy(const rc_host *host, rc_bytes in, rc_bytes *out)
{
	uint8_t    *data;

	*out = rc_bytes_of(NULL, 0);
	if (in.len == 0)
		return true;
	data = host->alloc(host->ctx, in.len);
	if (data == NULL)
		return false;
	memcpy(data, in.data, in.len);
	*out = rc_bytes_of(data, in.len);
	return true;
}

/*
 * Length of the UTF-8 character at the head of text, 0 when there is none:
 * overlong forms, surrogates and code points above U+10FFFF are none.
 */
static size_t
utf8_length(rc_bytes text)
{
	const uint8_t *p = text.data;
	size_t		len;

	if (p[0] < 0x80)
		return 1;
	len = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	if (len == 0 || len > text.len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

void
rc_text_copy(char *out, size_t size, rc_bytes text)
{
	size_t		at = 0;

	while (text.len > 0)
	{
		size_t		len = utf8_length(text);
		size_t		take = len == 0 ? 1 : len;

		if (take >= size - at)
			break;
		if (len == 0)
			out[at] = '?';
		else if (text.data[0] < 0x20 || text.data[0] == 0x7f)
			out[at] = ' ';
		else
			memcpy(out + at, text.data, take);
		at += take;
		text.data += take;
		text.len -= take;
	}
	out[at] = '\0';
}

rc_status
rc_error_set(rc_error *err, rc_status status, const char *message,...)
{
	char		text[sizeof(err->message)];
	va_list		args;

	if (err == NULL)
		return status;
	va_start(args, message);
	vsnprintf(text, sizeof(text), message, args);
	va_end(args);

	memset(err, 0, sizeof(*err));
	err->status = status;
	/* also cleans what vsnprintf cut in the middle of a character */
	rc_text_copy(err->message, sizeof(err->message), rc_bytes_cstr(text));
	return status;
}
