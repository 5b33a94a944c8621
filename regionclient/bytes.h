/*
 * bytes.h
 *		Bounded readers and writers over bytes.
 *
 * A reader that would pass its end, and a writer that gets no memory, set a
 * sticky flag and then do nothing more: callers check once, at the end.
 * Fixed-width integers are big-endian, varints are protobuf's.
 */
#ifndef RC_BYTES_H
#define RC_BYTES_H

#include "regionclient.h"

/* A growing buffer in host memory. */
typedef struct rc_buf
{
	const rc_host *host;
	uint8_t    *data;
	size_t		len;
	size_t		cap;
	bool		failed;			/* out of memory, or above a limit: contents are useless */
} rc_buf;

/* Big-endian loads and stores; compilers make one instruction of each. */
static inline uint16_t
rc_load_u16(const uint8_t *p)
{
	return (uint16_t) (p[0] << 8 | p[1]);
}

static inline uint32_t
rc_load_u32(const uint8_t *p)
{
	return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16 |
		(uint32_t) p[2] << 8 | (uint32_t) p[3];
}

static inline uint64_t
rc_load_u64(const uint8_t *p)
{
	return (uint64_t) rc_load_u32(p) << 32 | rc_load_u32(p + 4);
}

static inline void
rc_store_u16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t) (v >> 8);
	p[1] = (uint8_t) v;
}

static inline void
rc_store_u32(uint8_t *p, uint32_t v)
{
	rc_store_u16(p, (uint16_t) (v >> 16));
	rc_store_u16(p + 2, (uint16_t) v);
}

static inline void
rc_store_u64(uint8_t *p, uint64_t v)
{
	rc_store_u32(p, (uint32_t) (v >> 32));
	rc_store_u32(p + 4, (uint32_t) v);
}

extern void rc_buf_init(rc_buf *buf, const rc_host *host);
extern void rc_buf_reset(rc_buf *buf);	/* len = 0, keeps memory, clears failed */
extern void rc_buf_free(rc_buf *buf);
extern uint8_t *rc_buf_reserve(rc_buf *buf, size_t more);	/* room for `more`, len unchanged; NULL on failure */
extern void rc_buf_put(rc_buf *buf, const void *data, size_t len);
extern void rc_buf_put_u8(rc_buf *buf, uint8_t v);
extern void rc_buf_put_u16(rc_buf *buf, uint16_t v);
extern void rc_buf_put_u32(rc_buf *buf, uint32_t v);
extern void rc_buf_put_u64(rc_buf *buf, uint64_t v);
extern void rc_buf_put_varint(rc_buf *buf, uint64_t v);

/* A cursor over received bytes. */
typedef struct rc_reader
{
	const uint8_t *at;
	const uint8_t *end;
	bool		failed;			/* something lay beyond the end */
} rc_reader;

extern void rc_reader_init(rc_reader *r, rc_bytes in);
extern size_t rc_reader_left(const rc_reader *r);
extern uint8_t rc_reader_u8(rc_reader *r);
extern uint16_t rc_reader_u16(rc_reader *r);
extern uint32_t rc_reader_u32(rc_reader *r);
extern uint64_t rc_reader_u64(rc_reader *r);
extern uint64_t rc_reader_varint(rc_reader *r); /* at most 10 bytes */
extern rc_bytes rc_reader_bytes(rc_reader *r, size_t len);
extern rc_bytes rc_reader_delimited(rc_reader *r);	/* varint length, then so many bytes */

static inline rc_bytes
rc_bytes_of(const void *data, size_t len)
{
	rc_bytes	b = {(const uint8_t *) data, len};

	return b;
}

extern rc_bytes rc_bytes_cstr(const char *s);

/*
 * HBase's order (Bytes.compareTo): unsigned bytes, a prefix first.  Keys of a
 * scan are compared for every row, and are mostly of one length.
 */
static inline int
rc_bytes_compare(rc_bytes a, rc_bytes b)
{
	size_t		len = a.len < b.len ? a.len : b.len;
	int			cmp = 0;

	if (len >= 8 && a.len == b.len)
	{
		uint64_t	x = 0;
		uint64_t	y = 0;

		for (size_t i = 0; i + 8 <= len && x == y; i += 8)
		{
			x = rc_load_u64(a.data + i);
			y = rc_load_u64(b.data + i);
		}
		if (x == y)
		{
			x = rc_load_u64(a.data + len - 8);
			y = rc_load_u64(b.data + len - 8);
		}
		return (x > y) - (x < y);
	}
	if (len > 0)
		cmp = memcmp(a.data, b.data, len);
	return cmp != 0 ? cmp : (a.len > b.len) - (a.len < b.len);
}

extern bool rc_bytes_copy(const rc_host *host, rc_bytes in, rc_bytes *out); /* false: no memory */

/*
 * Copies text of the server's into a string of `size` bytes.  What is not
 * printable is replaced (controls by blanks, bytes that are not UTF-8 by '?'),
 * and a cut never splits a character.
 */
extern void rc_text_copy(char *out, size_t size, rc_bytes text);

/*
 * Fills err and returns status; err may be NULL.  `message` is printf's and
 * may refer to err itself.  The other fields are cleared.
 */
extern rc_status rc_error_set(rc_error *err, rc_status status, const char *message,...)
			__attribute__((format(printf, 3, 4)));

#endif							/* RC_BYTES_H */
