/*
 * frame.h
 *		HBase RPC frames: bytes in, views out; requests in, bytes out.  No I/O.
 *
 * Request: [4-byte total] delimited RequestHeader, delimited param, cell block.
 * Response: [4-byte total] delimited ResponseHeader, delimited message, cell
 * block; with an exception neither message nor cell block follow.
 */
#ifndef RC_FRAME_H
#define RC_FRAME_H

#include <protobuf-c/protobuf-c.h>

#include "bytes.h"

#define RC_PRIORITY_NORMAL	0
#define RC_PRIORITY_SYSTEM	200 /* meta look-ups and scanner closes: own handlers and queue */

/* call_id of answers to the preamble (fatal errors), as a signed varint on the wire */
#define RC_PREAMBLE_CALL_ID	(-1)

/* Preamble (SIMPLE) and ConnectionHeader, to be sent once per connection. */
extern void rc_frame_put_preamble(rc_buf *out, const char *user, const char *service);

typedef struct rc_request
{
	uint32_t	call_id;		/* 0 .. 2^31 - 1 */
	const char *method;			/* "Get", "Scan", "Multi", ... */
	const ProtobufCMessage *param;	/* NULL: `packed` */
	rc_bytes	packed;			/* the message, serialized already */
	const rc_bytes *cells;		/* parts of the cell block */
	size_t		ncells;
	uint32_t	priority;
	uint32_t	timeout;		/* ms the server may take, 0 = not sent */
	bool		once;			/* for link.c: not to be sent any more once its call is given up */
} rc_request;

/*
 * The server refuses, and then resets the connection, above this
 * (hbase.ipc.max.request.size, default 256 MiB).
 */
#define RC_MAX_REQUEST		((size_t) 256 * 1024 * 1024)

/* Appends a serialized message, without a length in front. */
extern void rc_frame_put_message(rc_buf *out, const ProtobufCMessage *message);

/* Appends a whole request frame; above RC_MAX_REQUEST out->failed is set. */
extern void rc_frame_put_request(rc_buf *out, const rc_request *request);

typedef struct rc_response
{
	int32_t		call_id;
	bool		failed;			/* the exception_* fields are set, nothing else */
	rc_bytes	exception_class;
	rc_bytes	exception_text; /* as sent: "class: message\n\tat ..." or the bare message */
	rc_bytes	exception_host; /* set for RegionMoved */
	uint32_t	exception_port;
	bool		do_not_retry;
	bool		overloaded;
	rc_bytes	message;		/* the serialized response message, may be empty */
	rc_bytes	cells;			/* cell block, empty when there is none */
} rc_response;

/*
 * Splits one frame (without its 4 length bytes) into views.  Parses the
 * header by hand, no allocation.  RC_PROTOCOL when lengths do not add up.
 */
extern rc_status rc_frame_parse(rc_bytes frame, rc_response *response, rc_error *err);

/*
 * Turns an exception into err: status by class (status.c), first line of the
 * text, and in err->server the server a region moved to.  For the exceptions
 * of a Multi set exception_class and exception_text only.
 */
extern rc_status rc_frame_exception(const rc_response *response, rc_error *err);

/*
 * First line of a Java exception text without the class in front; a view.
 */
extern rc_bytes rc_frame_exception_message(rc_bytes java_class, rc_bytes text);

/* An allocator for protobuf-c over the host's memory. */
extern ProtobufCAllocator rc_protobuf_allocator(const rc_host *host);

#endif							/* RC_FRAME_H */
