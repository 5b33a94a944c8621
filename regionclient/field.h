/*
 * field.h
 *		A walk over the fields of a serialized protobuf message, and writing them.
 *
 * Answers are read with this instead of protobuf-c: nothing is copied or
 * allocated, so neither a big answer nor a lying one costs memory.  A field
 * that has another wire type than the reader of a message expects is a
 * malformed message: ask rc_field_is_* before looking at the contents.
 */
#ifndef RC_FIELD_H
#define RC_FIELD_H

#include "bytes.h"

/* Wire types of protobuf; groups (3, 4) are not in use and fail. */
#define RC_FIELD_VARINT		0
#define RC_FIELD_FIXED64	1
#define RC_FIELD_BYTES		2
#define RC_FIELD_FIXED32	5

typedef struct rc_field
{
	uint32_t	number;
	uint32_t	type;
	uint64_t	value;			/* RC_FIELD_VARINT */
	rc_bytes	bytes;			/* RC_FIELD_BYTES: a view */
} rc_field;

static inline uint64_t
rc_field_varint(rc_reader *r)
{
	if (r->at < r->end && *r->at < 0x80)
		return *r->at++;
	return rc_reader_varint(r);
}

/* The next field; false at the end of the message or when it is malformed (r->failed). */
static inline bool
rc_field_next(rc_reader *r, rc_field *f)
{
	uint64_t	tag;

	if (r->failed || r->at >= r->end)
		return false;
	tag = rc_field_varint(r);
	f->number = (uint32_t) (tag >> 3);
	f->type = (uint32_t) (tag & 7);
	f->value = 0;
	f->bytes = rc_bytes_of(NULL, 0);
	if (f->number == 0 || tag > UINT32_MAX)
		r->failed = true;
	else if (f->type == RC_FIELD_VARINT)
		f->value = rc_field_varint(r);
	else if (f->type == RC_FIELD_BYTES)
		f->bytes = rc_reader_delimited(r);
	else if (f->type == RC_FIELD_FIXED64)
		rc_reader_bytes(r, 8);
	else if (f->type == RC_FIELD_FIXED32)
		rc_reader_bytes(r, 4);
	else
		r->failed = true;
	return !r->failed;
}

/* The field's type must be this one; else the message is malformed. */
static inline bool
rc_field_is(rc_reader *r, const rc_field *f, uint32_t type)
{
	if (f->type != type)
		r->failed = true;
	return f->type == type;
}

/* Fields of a message that is written by hand, in the order of their numbers. */
static inline void
rc_field_put_varint(rc_buf *out, uint32_t number, uint64_t value)
{
	rc_buf_put_varint(out, number << 3 | RC_FIELD_VARINT);
	rc_buf_put_varint(out, value);
}

static inline void
rc_field_put_bytes(rc_buf *out, uint32_t number, rc_bytes bytes)
{
	rc_buf_put_varint(out, number << 3 | RC_FIELD_BYTES);
	rc_buf_put_varint(out, bytes.len);
	rc_buf_put(out, bytes.data, bytes.len);
}

/*
 * A message whose length is not known yet: the fields put between begin and
 * end become one of type bytes.  Moves them by the length of their length.
 */
static inline size_t
rc_field_begin(rc_buf *out, uint32_t number)
{
	rc_buf_put_varint(out, number << 3 | RC_FIELD_BYTES);
	return out->len;
}

static inline void
rc_field_end(rc_buf *out, size_t begin)
{
	size_t		len = out->len - begin;

	/* as much room as its length takes; it is put in front then */
	rc_buf_put_varint(out, len);
	if (!out->failed)
	{
		uint8_t		length[10];
		size_t		n = out->len - begin - len;

		memcpy(length, out->data + begin + len, n);
		memmove(out->data + begin + n, out->data + begin, len);
		memcpy(out->data + begin, length, n);
	}
}

#endif							/* RC_FIELD_H */
