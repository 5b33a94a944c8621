/*
 * encode.h
 *		Values as HBase's Bytes and OrderedBytes write them.  Public.
 *
 * Comes with regionclient.h, which says the rules.
 */
#ifndef REGIONCLIENT_ENCODE_H
#define REGIONCLIENT_ENCODE_H

#include "regionclient.h"

/*
 * Scalars of HBase's Bytes (encoding "binary"), big-endian.  Readers return
 * false when the length is not the type's.
 */
extern void rc_binary_put_int16(uint8_t *out, int16_t value);	/* 2 bytes */
extern void rc_binary_put_int32(uint8_t *out, int32_t value);	/* 4 bytes */
extern void rc_binary_put_int64(uint8_t *out, int64_t value);	/* 8 bytes */
extern void rc_binary_put_float(uint8_t *out, float value); /* 4 bytes */
extern void rc_binary_put_double(uint8_t *out, double value);	/* 8 bytes */
extern bool rc_binary_get_int16(rc_bytes in, int16_t *value);
extern bool rc_binary_get_int32(rc_bytes in, int32_t *value);
extern bool rc_binary_get_int64(rc_bytes in, int64_t *value);
extern bool rc_binary_get_float(rc_bytes in, float *value);
extern bool rc_binary_get_double(rc_bytes in, double *value);

/*
 * BigDecimal: 4-byte scale, then the unscaled value in two's complement, the
 * shortest form.  The decimal text is [-]digits[.digits]; with a negative
 * scale the zeros are written out.  Memory of *text / *out is the host's.
 * RC_INVALID: too short to be one, a scale beyond +-16383 (no PostgreSQL
 * numeric has more), or text that is no plain decimal number.
 */
extern rc_status rc_binary_decimal_to_text(const rc_host *host, rc_bytes in, char **text);
extern rc_status rc_binary_decimal_from_text(const rc_host *host, const char *text,
											 rc_bytes *out);

/*
 * OrderedBytes (encoding "ordered"): a header byte, then a body that ends
 * itself, all but blob copies.  Readers take just what OrderedBytes writes in
 * ascending order and return false for anything else: another header, too few
 * bytes, bytes after the end, a second form of the same value.
 */
#define RC_ORDERED_NULL			0x05	/* the whole value is this one byte */
#define RC_ORDERED_INT8			0x29
#define RC_ORDERED_INT16		0x2a
#define RC_ORDERED_INT32		0x2b
#define RC_ORDERED_INT64		0x2c
#define RC_ORDERED_FLOAT		0x30
#define RC_ORDERED_DOUBLE		0x31
#define RC_ORDERED_STRING		0x34
#define RC_ORDERED_BLOB_VAR		0x37
#define RC_ORDERED_BLOB_COPY	0x38

/* Numerics have a header for each class of size, between these. */
#define RC_ORDERED_NUMERIC_FIRST	0x07
#define RC_ORDERED_NUMERIC_LAST		0x26

/* What a header announces, as "int32", and in which order; NULL when nothing. */
extern const char *rc_ordered_name(uint8_t header, bool *descending);

/*
 * Descending order is the complement of every byte, header included: turns
 * either into the other, in place.
 */
extern void rc_ordered_flip(uint8_t *data, size_t len);

/*
 * Where the value at the beginning of `in` ends, whatever follows it: its
 * length, which says nothing about the rest of its form.  0: it has no end
 * there, as an ascending blob copy never has.
 */
extern size_t rc_ordered_length(rc_bytes in, bool descending);

extern void rc_ordered_put_int8(uint8_t *out, int8_t value);	/* 2 bytes */
extern void rc_ordered_put_int16(uint8_t *out, int16_t value);	/* 3 bytes */
extern void rc_ordered_put_int32(uint8_t *out, int32_t value);	/* 5 bytes */
extern void rc_ordered_put_int64(uint8_t *out, int64_t value);	/* 9 bytes */
extern void rc_ordered_put_float(uint8_t *out, float value);	/* 5 bytes; every NaN is one */
extern void rc_ordered_put_double(uint8_t *out, double value);	/* 9 bytes; likewise */
extern bool rc_ordered_get_int8(rc_bytes in, int8_t *value);
extern bool rc_ordered_get_int16(rc_bytes in, int16_t *value);
extern bool rc_ordered_get_int32(rc_bytes in, int32_t *value);
extern bool rc_ordered_get_int64(rc_bytes in, int64_t *value);
extern bool rc_ordered_get_float(rc_bytes in, float *value);
extern bool rc_ordered_get_double(rc_bytes in, double *value);

/*
 * Strings: out has room for len + 2 bytes.  False: the text holds a zero byte,
 * which cannot be written.  *text is a view into `in`; UTF-8 is not looked at.
 */
extern bool rc_ordered_put_string(uint8_t *out, rc_bytes text);
extern bool rc_ordered_get_string(rc_bytes in, rc_bytes *text);

/*
 * Blobs of 7 bits a byte ("BlobVar").  out has room for rc_ordered_blob_size
 * bytes, and the reader's for in.len; both return bytes written, the reader in
 * *len.
 */
extern size_t rc_ordered_blob_size(size_t len);
extern size_t rc_ordered_put_blob(uint8_t *out, rc_bytes blob);
extern bool rc_ordered_get_blob(rc_bytes in, uint8_t *out, size_t *len);

/*
 * Blobs as they are ("BlobCopy"), to the end of the value; a descending one
 * (flipped already) ends in a zero byte and holds no other.  *blob is a view.
 */
extern bool rc_ordered_get_blob_copy(rc_bytes in, bool descending, rc_bytes *blob);

/*
 * Numerics <-> [-]digits[.digits], "NaN", "Infinity" or "-Infinity".  At most
 * max_digits significant digits are written, half rounded up: HBase writes
 * RC_ORDERED_DIGITS; 0 writes them all, which gives bounds that part stored
 * values exactly.  No zeros at the end come back.  Memory of *text / *out is
 * the host's.  RC_INVALID: not what OrderedBytes writes, or text that is no
 * plain decimal number.  RC_TOO_LARGE: more digits before or behind the point
 * than a PostgreSQL numeric has.
 */
#define RC_ORDERED_DIGITS	31
extern rc_status rc_ordered_numeric_to_text(const rc_host *host, rc_bytes in, char **text);
extern rc_status rc_ordered_numeric_from_text(const rc_host *host, const char *text,
											  size_t max_digits, rc_bytes *out);

#endif							/* REGIONCLIENT_ENCODE_H */
