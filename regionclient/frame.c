/*
 * frame.c
 *		HBase RPC frames: bytes in, views out; requests in, bytes out.
 *
 * Invariants: nothing is read outside the frame handed in, whatever its
 * lengths say; parsing allocates nothing, so every view lives as long as the
 * frame.  Upstream: org.apache.hadoop.hbase.ipc.RpcConnection (client),
 * ServerRpcConnection and ServerCall (server), RPC.proto.
 */
#include "frame.h"

#include <stdio.h>
#include <string.h>

#include "field.h"
#include "status.h"
#include "wire.pb-c.h"

/* HConstants.RPC_HEADER, RPC_CURRENT_VERSION, and AuthMethod.SIMPLE of the preamble. */
static const uint8_t preamble[] = {'H', 'B', 'a', 's', 0, 80};

#define CELL_CODEC	"org.apache.hadoop.hbase.codec.KeyValueCodec"

/*
 * The version we claim (VersionInfoUtil.hasMinimumVersion): from 1.2 the
 * server cuts a Multi that grows too large, from 1.3 Get answers use the cell
 * block, from 1.4 scanners are reset by ScannerResetException.
 */
#define CLAIM_VERSION	"2.6.4"
#define CLAIM_MAJOR		2
#define CLAIM_MINOR		6

/* ResponseHeader of RPC.proto */
#define HEADER_CALL_ID			1
#define HEADER_EXCEPTION		2
#define HEADER_CELL_BLOCK_META	3

/* CellBlockMeta of RPC.proto */
#define META_LENGTH				1

/* ExceptionResponse of RPC.proto */
#define EXCEPTION_CLASS			1
#define EXCEPTION_TEXT			2
#define EXCEPTION_HOST			3
#define EXCEPTION_PORT			4
#define EXCEPTION_DO_NOT_RETRY	5
#define EXCEPTION_OVERLOADED	6

static void
put_delimited(rc_buf *out, const ProtobufCMessage *message)
{
	rc_buf_put_varint(out, protobuf_c_message_get_packed_size(message));
	rc_frame_put_message(out, message);
}

void
rc_frame_put_message(rc_buf *out, const ProtobufCMessage *message)
{
	size_t		size = protobuf_c_message_get_packed_size(message);
	uint8_t    *to = rc_buf_reserve(out, size);

	if (to != NULL)
		out->len += protobuf_c_message_pack(message, to);
}

/* Fills in the length word at `start` for all that was appended after it. */
static void
close_frame(rc_buf *out, size_t start)
{
	size_t		len;

	if (out->failed)
		return;
	len = out->len - start - 4;
	if (len > RC_MAX_REQUEST)
		out->failed = true;
	else
		rc_store_u32(out->data + start, (uint32_t) len);
}

void
rc_frame_put_preamble(rc_buf *out, const char *user, const char *service)
{
	Htable__Wire__ConnectionHeader header = HTABLE__WIRE__CONNECTION_HEADER__INIT;
	Htable__Wire__UserInformation info = HTABLE__WIRE__USER_INFORMATION__INIT;
	Htable__Wire__VersionInfo version = HTABLE__WIRE__VERSION_INFO__INIT;
	size_t		start;

	info.effective_user = (char *) user;
	/* HBase requires the strings, but reads only the version */
	version.version = CLAIM_VERSION;
	version.url = "";
	version.revision = "";
	version.user = "";
	version.date = "";
	version.src_checksum = "";
	version.has_version_major = true;
	version.version_major = CLAIM_MAJOR;
	version.has_version_minor = true;
	version.version_minor = CLAIM_MINOR;
	header.user_info = &info;
	header.service_name = (char *) service;
	header.cell_block_codec_class = CELL_CODEC;
	header.version_info = &version;

	rc_buf_put(out, preamble, sizeof(preamble));
	start = out->len;
	rc_buf_put_u32(out, 0);
	rc_frame_put_message(out, &header.base);	/* not delimited */
	close_frame(out, start);
}

void
rc_frame_put_request(rc_buf *out, const rc_request *request)
{
	Htable__Wire__RequestHeader header = HTABLE__WIRE__REQUEST_HEADER__INIT;
	Htable__Wire__CellBlockMeta meta = HTABLE__WIRE__CELL_BLOCK_META__INIT;
	size_t		start = out->len;
	size_t		cells = 0;

	for (size_t i = 0; i < request->ncells; i++)
		cells += request->cells[i].len;
	if (cells > RC_MAX_REQUEST)
	{
		out->failed = true;
		return;
	}
	header.has_call_id = true;
	header.call_id = request->call_id;
	header.method_name = (char *) request->method;
	/* also for an empty message, else DoNotRetryIOException */
	header.has_request_param = true;
	header.request_param = true;
	if (cells > 0)
	{
		meta.has_length = true;
		meta.length = (uint32_t) cells;
		header.cell_block_meta = &meta;
	}
	header.has_priority = request->priority != RC_PRIORITY_NORMAL;
	header.priority = request->priority;
	header.has_timeout = request->timeout > 0;
	header.timeout = request->timeout;

	rc_buf_put_u32(out, 0);
	put_delimited(out, &header.base);
	if (request->param != NULL)
		put_delimited(out, request->param);
	else
	{
		rc_buf_put_varint(out, request->packed.len);
		rc_buf_put(out, request->packed.data, request->packed.len);
	}
	rc_buf_reserve(out, cells);
	for (size_t i = 0; i < request->ncells; i++)
		rc_buf_put(out, request->cells[i].data, request->cells[i].len);
	close_frame(out, start);
}

static bool
parse_exception(rc_bytes message, rc_response *response)
{
	rc_reader	r;
	rc_field	f;

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number <= EXCEPTION_OVERLOADED)
			rc_field_is(&r, &f, f.number >= EXCEPTION_PORT ? RC_FIELD_VARINT : RC_FIELD_BYTES);
		switch (f.number)
		{
			case EXCEPTION_CLASS:
				response->exception_class = f.bytes;
				break;
			case EXCEPTION_TEXT:
				response->exception_text = f.bytes;
				break;
			case EXCEPTION_HOST:
				response->exception_host = f.bytes;
				break;
			case EXCEPTION_PORT:
				response->exception_port = (uint32_t) f.value;
				break;
			case EXCEPTION_DO_NOT_RETRY:
				response->do_not_retry = f.value != 0;
				break;
			case EXCEPTION_OVERLOADED:
				response->overloaded = f.value != 0;
				break;
		}
	}
	return !r.failed;
}

static bool
parse_cell_block_meta(rc_bytes message, uint64_t *cells_len)
{
	rc_reader	r;
	rc_field	f;

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number != META_LENGTH)
			continue;
		rc_field_is(&r, &f, RC_FIELD_VARINT);
		*cells_len = f.value;
	}
	return !r.failed;
}

/* The call id is required: without it nobody knows whose answer this is. */
static bool
parse_header(rc_bytes message, rc_response *response, uint64_t *cells_len)
{
	rc_reader	r;
	rc_field	f;
	bool		have_call_id = false;

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		switch (f.number)
		{
			case HEADER_CALL_ID:
				rc_field_is(&r, &f, RC_FIELD_VARINT);
				/* 5 or 10 bytes for a negative one */
				response->call_id = (int32_t) (uint32_t) f.value;
				have_call_id = true;
				break;
			case HEADER_EXCEPTION:
				rc_field_is(&r, &f, RC_FIELD_BYTES);
				response->failed = true;
				if (!parse_exception(f.bytes, response))
					return false;
				break;
			case HEADER_CELL_BLOCK_META:
				rc_field_is(&r, &f, RC_FIELD_BYTES);
				if (!parse_cell_block_meta(f.bytes, cells_len))
					return false;
				break;
		}
	}
	return !r.failed && have_call_id;
}

rc_status
rc_frame_parse(rc_bytes frame, rc_response *response, rc_error *err)
{
	rc_reader	r;
	rc_bytes	header;
	uint64_t	cells_len = 0;

	memset(response, 0, sizeof(*response));
	rc_reader_init(&r, frame);
	header = rc_reader_delimited(&r);
	if (r.failed || !parse_header(header, response, &cells_len))
		return rc_error_set(err, RC_PROTOCOL, "malformed response header");
	/* nothing belongs after an exception; the exception is worth more than that */
	if (response->failed)
		return RC_OK;
	/* always there: an empty message is a zero byte */
	response->message = rc_reader_delimited(&r);
	if (r.failed || rc_reader_left(&r) != cells_len)
		return rc_error_set(err, RC_PROTOCOL,
							"response of %zu bytes does not hold its message and cell block",
							frame.len);
	response->cells = rc_reader_bytes(&r, (size_t) cells_len);
	return RC_OK;
}

static bool
starts_with(rc_bytes text, rc_bytes head)
{
	return text.len >= head.len &&
		rc_bytes_equal(rc_bytes_of(text.data, head.len), head);
}

static rc_bytes
skip(rc_bytes text, size_t len)
{
	return rc_bytes_of(text.data + len, text.len - len);
}

rc_bytes
rc_frame_exception_message(rc_bytes java_class, rc_bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\n' || text.data[i] == '\r')
			text.len = i;
	if (java_class.len == 0 || !starts_with(text, java_class))
		return text;
	/* the class alone: Java's text of an exception without a message */
	if (text.len == java_class.len)
		return skip(text, text.len);
	if (starts_with(skip(text, java_class.len), rc_bytes_of(": ", 2)))
		return skip(text, java_class.len + 2);
	return text;
}

/* The text between `before` and the next blank or comma; empty when there is none. */
static rc_bytes
word_after(rc_bytes text, const char *before)
{
	rc_bytes	key = rc_bytes_cstr(before);
	size_t		len = 0;

	while (text.len > 0 && !starts_with(text, key))
		text = skip(text, 1);
	if (text.len == 0)
		return text;
	text = skip(text, key.len);
	while (len < text.len && text.data[len] != ' ' && text.data[len] != ',')
		len++;
	return rc_bytes_of(text.data, len);
}

/*
 * Where a region went, as "host:port"; left empty when the exception does not
 * say.  Multi's exceptions have no fields for it, but RegionMovedException's
 * text does: "Region moved to: hostname=H port=P startCode=S. As of ...".
 */
static void
moved_to(const rc_response *response, rc_bytes message, char *server, size_t size)
{
	rc_bytes	host = response->exception_host;
	uint32_t	port = response->exception_port;

	if (host.len == 0 || port == 0)
	{
		rc_bytes	digits = word_after(message, "port=");

		host = word_after(message, "hostname=");
		port = 0;
		for (size_t i = 0; i < digits.len && port <= UINT16_MAX; i++)
		{
			if (digits.data[i] < '0' || digits.data[i] > '9')
				return;
			port = port * 10 + (uint32_t) (digits.data[i] - '0');
		}
	}
	/* a name cut short would be another server's */
	if (host.len == 0 || host.len > size - sizeof(":65535") || port == 0 || port > UINT16_MAX)
		return;
	rc_text_copy(server, size, host);
	snprintf(server + strlen(server), size - strlen(server), ":%u", port);
}

rc_status
rc_frame_exception(const rc_response *response, rc_error *err)
{
	rc_bytes	java_class = response->exception_class;
	rc_bytes	message = rc_frame_exception_message(java_class, response->exception_text);
	rc_status	status = rc_status_from_java(java_class, message, response->do_not_retry);

	/* overload without a class of ours (HBaseServerException's other children) */
	if (status == RC_SERVER_UNKNOWN && response->overloaded)
		status = RC_QUEUE_FULL;
	if (err == NULL)
		return status;
	memset(err, 0, sizeof(*err));
	err->status = status;
	rc_text_copy(err->java_class, sizeof(err->java_class), java_class);
	rc_text_copy(err->message, sizeof(err->message), message.len > 0 ? message : java_class);
	if (status == RC_REGION_MOVED)
		moved_to(response, message, err->server, sizeof(err->server));
	return status;
}

static void *
allocator_alloc(void *data, size_t size)
{
	const rc_host *host = data;

	return host->alloc(host->ctx, size);
}

static void
allocator_free(void *data, void *pointer)
{
	const rc_host *host = data;

	host->free(host->ctx, pointer);
}

ProtobufCAllocator
rc_protobuf_allocator(const rc_host *host)
{
	ProtobufCAllocator allocator = {
		.alloc = allocator_alloc,
		.free = allocator_free,
		.allocator_data = (void *) host,
	};

	return allocator;
}
