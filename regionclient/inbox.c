/*
 * inbox.c
 *		The receiving half of a connection: bytes in, whole frames out.
 *
 * Invariants: a frame's length is checked against max_response_size before
 * memory is taken for it, and memory grows only with what has arrived.
 */
#include "inbox.h"

#include <string.h>

/* First memory of a frame whose end is not there yet. */
#define FIRST_CHUNK		((size_t) 256 * 1024)

/* A frame may exceed max_response_size by its headers. */
#define FRAME_SLACK		((size_t) 64 * 1024)

/* Bytes of a frame that must be there to find its call: length, two varints, a tag. */
#define HEAD_NEEDED		(4 + 5 + 1 + 5)

/* ResponseHeader begins with its call_id: field 1, varint. */
#define CALL_ID_TAG		0x08

void
rc_inbox_init(rc_inbox *inbox, rc_client *client)
{
	/* not the staging area: it holds nothing yet */
	inbox->client = client;
	inbox->staged = inbox->staging_at = 0;
	inbox->in_frame = false;
	inbox->chunk = (rc_chunk) {NULL, 0};
}

void
rc_inbox_free(rc_inbox *inbox)
{
	rc_client_chunk_give(inbox->client, &inbox->chunk);
}

static size_t
staged_left(const rc_inbox *inbox)
{
	return inbox->staged - inbox->staging_at;
}

/* Makes room in the frame's memory for more of it. */
static bool
grow(rc_inbox *inbox)
{
	rc_host    *host = &inbox->client->host;
	size_t		cap = inbox->chunk.cap * 2;
	uint8_t    *data;

	if (inbox->frame_have < inbox->chunk.cap)
		return true;
	if (cap > inbox->frame_len)
		cap = inbox->frame_len;
	data = host->realloc(host->ctx, inbox->chunk.data, cap);
	if (data == NULL)
		return false;
	inbox->chunk = (rc_chunk) {data, cap};
	return true;
}

bool
rc_inbox_target(rc_inbox *inbox, uint8_t **to, size_t *room)
{
	if (inbox->in_frame)
	{
		if (!grow(inbox))
			return false;
		*to = inbox->chunk.data + inbox->frame_have;
		*room = inbox->chunk.cap < inbox->frame_len ? inbox->chunk.cap : inbox->frame_len;
		*room -= inbox->frame_have;
		return true;
	}
	inbox->staged = staged_left(inbox);
	memmove(inbox->staging, inbox->staging + inbox->staging_at, inbox->staged);
	inbox->staging_at = 0;
	*to = inbox->staging + inbox->staged;
	*room = RC_INBOX_STAGING - inbox->staged;
	return true;
}

void
rc_inbox_added(rc_inbox *inbox, size_t n)
{
	if (inbox->in_frame)
		inbox->frame_have += n;
	else
		inbox->staged += n;
}

static rc_status
begin_frame(rc_inbox *inbox, size_t *len)
{
	size_t		first;

	if (staged_left(inbox) < 4)
		return RC_AGAIN;
	*len = rc_load_u32(inbox->staging + inbox->staging_at);
	if (*len > inbox->client->config.max_response_size + FRAME_SLACK)
		return staged_left(inbox) >= HEAD_NEEDED ? RC_TOO_LARGE : RC_AGAIN;
	first = *len < FIRST_CHUNK ? *len : FIRST_CHUNK;
	if (!rc_client_chunk_take(inbox->client, first, *len, &inbox->chunk))
		return RC_NO_MEMORY;
	inbox->staging_at += 4;
	inbox->in_frame = true;
	inbox->frame_len = *len;
	inbox->frame_have = 0;
	return RC_OK;
}

/* Moves staged bytes into the frame. */
static void
fill_frame(rc_inbox *inbox)
{
	size_t		n = staged_left(inbox);

	if (n > inbox->frame_len - inbox->frame_have)
		n = inbox->frame_len - inbox->frame_have;
	if (n > inbox->chunk.cap - inbox->frame_have)
		n = inbox->chunk.cap - inbox->frame_have;
	if (n > 0)
		memcpy(inbox->chunk.data + inbox->frame_have, inbox->staging + inbox->staging_at, n);
	inbox->staging_at += n;
	inbox->frame_have += n;
}

rc_status
rc_inbox_take(rc_inbox *inbox, rc_chunk *chunk, size_t *len)
{
	if (!inbox->in_frame)
	{
		rc_status	status = begin_frame(inbox, len);

		if (status != RC_OK)
			return status;
	}
	fill_frame(inbox);
	if (inbox->frame_have < inbox->frame_len)
		return RC_AGAIN;
	*chunk = inbox->chunk;
	*len = inbox->frame_len;
	inbox->chunk = (rc_chunk) {NULL, 0};
	inbox->in_frame = false;
	return RC_OK;
}

bool
rc_inbox_call_id(const rc_inbox *inbox, int32_t *id)
{
	rc_reader	r;

	rc_reader_init(&r, rc_bytes_of(inbox->staging + inbox->staging_at + 4, staged_left(inbox) - 4));
	rc_reader_varint(&r);		/* length of the header */
	if (rc_reader_u8(&r) != CALL_ID_TAG)
		return false;
	*id = (int32_t) rc_reader_varint(&r);
	return !r.failed;
}
