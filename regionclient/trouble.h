/*
 * trouble.h
 *		What is remembered of servers that gave trouble when they were connected to.
 */
#ifndef RC_TROUBLE_H
#define RC_TROUBLE_H

#include "core.h"

struct rc_trouble
{
	rc_trouble *next;
	char		name[280];		/* host:port */
	int64_t		until;			/* connecting is not tried before */
	int			early_ends;		/* connections ended without an answer, in a row */
	rc_error	error;			/* of the last try */
};

/* NULL when there is none. */
extern rc_trouble *rc_trouble_find(rc_client *client, const char *name);

/* The same, made if need be; NULL when out of memory: then nothing is remembered. */
extern rc_trouble *rc_trouble_get(rc_client *client, const char *name);

/* The server answers. */
extern void rc_trouble_forget(rc_client *client, const char *name);

#endif							/* RC_TROUBLE_H */
