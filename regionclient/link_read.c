/*
 * link_read.c
 *		The reading half of a connection: bytes to frames, frames to their calls.
 */
#include "link_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "trouble.h"

static rc_call *
call_find(rc_link *link, int32_t id)
{
	rc_call    *call = link->calls;

	while (call != NULL && (int32_t) call->id != id)
		call = call->next;
	return call;
}

/* An answer to the preamble: the server refuses us. */
static void
link_refused(rc_link *link, const rc_response *response)
{
	rc_error	err;

	if (!response->failed)
	{
		rc_link_fail_with(link, RC_PROTOCOL, "response to no call");
		return;
	}
	rc_frame_exception(response, &err);
	snprintf(err.server, sizeof(err.server), "%s", link->name);
	rc_link_fail(link, &err);
}

/* Gives an answer to its call, which then owns the frame; or throws it away. */
static void
answer_deliver(rc_link *link, const rc_response *response, rc_chunk *frame, size_t len)
{
	rc_call    *call = call_find(link, response->call_id);
	rc_error	err;

	if (call == NULL)			/* given up meanwhile */
		return;
	call->chunk = *frame;
	*frame = (rc_chunk) {NULL, 0};
	call->size = len + 4;
	call->response = *response;
	if (!response->failed)
	{
		rc_link_finish_call(link, call, RC_OK);
		return;
	}
	rc_frame_exception(response, &err);
	if (err.status != RC_REGION_MOVED)
		err.server[0] = '\0';	/* rc_link_fail_call puts this server */
	rc_link_fail_call(link, call, &err);
}

static void
frame_deliver(rc_link *link, rc_chunk *frame, size_t len)
{
	rc_response response;
	rc_error	err;

	if (rc_frame_parse(rc_bytes_of(frame->data, len), &response, &err) != RC_OK)
		rc_link_fail_with(link, RC_PROTOCOL, err.message);
	else if (response.call_id == RC_PREAMBLE_CALL_ID)
		link_refused(link, &response);
	else
		answer_deliver(link, &response, frame, len);
	rc_client_chunk_give(link->client, frame);
}

/*
 * An answer that is not to be taken.  Its call gets that as the error; the
 * connection ends, since the rest is not worth reading.
 */
static void
frame_refuse(rc_link *link, size_t len)
{
	rc_error	err;
	rc_call    *call = NULL;
	int32_t		id;

	if (len > INT32_MAX)
	{
		rc_link_fail_with(link, RC_PROTOCOL, "invalid length of a response");
		return;
	}
	if (rc_inbox_call_id(&link->in, &id))
		call = call_find(link, id);
	if (call != NULL)
	{
		rc_error_set(&err, RC_TOO_LARGE, "response of %zu bytes exceeds max_response_size of %zu bytes",
					 len, link->client->config.max_response_size);
		rc_link_fail_call(link, call, &err);
	}
	rc_link_fail_with(link, RC_DISCONNECTED, "connection dropped because of a response too large");
}

/* Takes all frames that are complete. */
static void
take_frames(rc_link *link)
{
	while (link->state == LINK_UP)
	{
		rc_chunk	frame;
		size_t		len;
		rc_status	status = rc_inbox_take(&link->in, &frame, &len);

		if (status == RC_AGAIN)
			return;
		if (status == RC_OK)
			frame_deliver(link, &frame, len);
		else if (status == RC_TOO_LARGE)
			frame_refuse(link, len);
		else
			rc_link_fail_with(link, RC_NO_MEMORY, "out of memory");
	}
}

/* Reads once.  False: nothing more to read now, or the link is dead. */
static bool
read_some(rc_link *link, bool *drained)
{
	uint8_t    *to;
	size_t		room;
	ssize_t		n;

	if (*drained)
		return false;
	if (!rc_inbox_target(&link->in, &to, &room))
	{
		rc_link_fail_with(link, RC_NO_MEMORY, "out of memory");
		return false;
	}
	do
		n = recv(link->source.fd, to, room, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return false;
	if (n <= 0)
	{
		rc_link_ended(link, n < 0 ? errno : 0);
		return false;
	}
	if (!link->heard)
	{
		link->heard = true;
		rc_trouble_forget(link->client, link->name);
	}
	link->heard_at = rc_client_now(link->client);
	rc_inbox_added(&link->in, (size_t) n);
	link->client->stats.bytes_received += (uint64_t) n;
	*drained = (size_t) n < room;
	return true;
}

void
rc_link_read(rc_link *link)
{
	bool		drained = false;

	do
		take_frames(link);
	while (link->state == LINK_UP && read_some(link, &drained));
}
