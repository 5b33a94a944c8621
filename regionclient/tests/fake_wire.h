/*
 * fake_wire.h
 *		What a server writes: fields, cells and frames of responses.
 */
#ifndef FAKE_WIRE_H
#define FAKE_WIRE_H

#include "bytes.h"

extern void fake_buf(rc_buf *buf);	/* an empty one, on malloc */

/* Fields of a message. */
extern void fake_put_number(rc_buf *out, uint32_t number, uint64_t value);
extern void fake_put_string(rc_buf *out, uint32_t number, const void *data, size_t len);
extern void fake_put_message(rc_buf *out, uint32_t number, const rc_buf *message);

/* NameBytesPair of an exception. */
extern void fake_put_exception(rc_buf *out, uint32_t number, const char *java_class, const char *text);

/* A message behind its length. */
extern void fake_put_delimited(rc_buf *out, const rc_buf *message);

/* A cell of timestamp 1. */
extern void fake_put_cell(rc_buf *out, const char *row, const char *family, const char *qualifier,
						  const void *value, size_t len);

/* A Result whose cells, so many, stand in the block. */
extern void fake_put_result(rc_buf *out, uint32_t number, int ncells);

/* Fills in the length in front of a frame that begins at `start` with 4 bytes for it. */
extern void fake_close_frame(rc_buf *out, size_t start);

/* A response frame: message and cells may be empty. */
extern void fake_frame(rc_buf *out, uint32_t call_id, const rc_buf *message, const rc_buf *cells);
extern void fake_exception_frame(rc_buf *out, uint32_t call_id, const char *java_class,
								 const char *text, bool do_not_retry);

#endif							/* FAKE_WIRE_H */
