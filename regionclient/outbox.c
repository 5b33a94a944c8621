/*
 * outbox.c
 *		The sending half of a connection.
 *
 * Requests wait in one buffer.  It is emptied from the front, and what is left
 * is moved there only when that is the smaller part: a connection that always
 * has something to send would else grow without end.
 */
#include "outbox.h"

#include <string.h>

/* Memory that is kept between requests. */
#define RESTING		((size_t) 64 * 1024)

void
rc_outbox_init(rc_outbox *outbox, const rc_host *host)
{
	rc_buf_init(&outbox->buf, host);
	outbox->at = 0;
	outbox->sent = 0;
}

void
rc_outbox_free(rc_outbox *outbox)
{
	rc_buf_free(&outbox->buf);
}

rc_bytes
rc_outbox_pending(const rc_outbox *outbox)
{
	return rc_bytes_of(outbox->buf.data + outbox->at, outbox->buf.len - outbox->at);
}

uint64_t
rc_outbox_end(const rc_outbox *outbox)
{
	return outbox->sent + rc_outbox_pending(outbox).len;
}

bool
rc_outbox_put(rc_outbox *outbox, const rc_request *request)
{
	rc_bytes	pending = rc_outbox_pending(outbox);
	size_t		len;

	if (outbox->at > pending.len)
	{
		memmove(outbox->buf.data, pending.data, pending.len);
		outbox->buf.len = pending.len;
		outbox->at = 0;
	}
	len = outbox->buf.len;
	rc_frame_put_request(&outbox->buf, request);
	if (!outbox->buf.failed)
		return true;
	/* the other requests in the buffer are whole */
	outbox->buf.len = len;
	outbox->buf.failed = false;
	return false;
}

void
rc_outbox_sent(rc_outbox *outbox, size_t n)
{
	outbox->at += n;
	outbox->sent += n;
	if (outbox->at < outbox->buf.len)
		return;
	rc_buf_reset(&outbox->buf);
	outbox->at = 0;
}

void
rc_outbox_trim(rc_outbox *outbox)
{
	if (outbox->buf.len == 0 && outbox->buf.cap > RESTING)
		rc_buf_free(&outbox->buf);
}
