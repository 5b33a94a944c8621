/*
 * lies.h
 *		Lies of a region server: true answers of the fake one, made false.
 */
#ifndef LIES_H
#define LIES_H

#include "fake_server.h"

/* A true answer taken apart, to be put together wrongly. */
typedef struct lie_parts
{
	fake_request *request;
	uint32_t	call_id;
	rc_buf		header;			/* ResponseHeader */
	rc_buf		message;
	rc_buf		cells;
	rc_buf		frame;			/* what is sent instead of the parts, unless empty */
} lie_parts;

typedef struct liar liar;

typedef struct lie
{
	const char *name;
	void		(*tell) (liar *l, lie_parts *parts);
} lie;

struct liar
{
	fake_server server;
	const lie  *lie;			/* NULL: the truth */
	unsigned	kinds;			/* of the requests it answers: LIE_KIND(), ored */
	int64_t		number;			/* argument of the lie */
	char		text[256];		/* the same as text */
	int64_t		left;			/* how many times more it lies */
	bool		reset;			/* set by a lie: reset the connection after the answer */
	bool		silent;			/* set by a lie: no answer */
	uint64_t	told;
};

#define LIE_KIND(kind)	(1u << (kind))
#define LIE_SCAN		(LIE_KIND(FAKE_OPEN) | LIE_KIND(FAKE_NEXT))
#define LIE_ANY			(LIE_KIND(FAKE_KINDS) - 1)

extern const lie *lie_find(const char *name);

/* The hook of the fake server. */
extern bool lie_hook(fake_server *server, fake_request *request);

#endif							/* LIES_H */
