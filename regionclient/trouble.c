/*
 * trouble.c
 *		What is remembered of servers that gave trouble when they were connected to.
 *
 * A short list: servers that answer are not in it.  Upstream: FailedServers.
 */
#include "trouble.h"

#include <stdio.h>
#include <string.h>

rc_trouble *
rc_trouble_find(rc_client *client, const char *name)
{
	rc_trouble *t = client->troubles;

	while (t != NULL && strcmp(t->name, name) != 0)
		t = t->next;
	return t;
}

rc_trouble *
rc_trouble_get(rc_client *client, const char *name)
{
	rc_trouble *t = rc_trouble_find(client, name);

	if (t != NULL)
		return t;
	t = rc_client_alloc(client, sizeof(rc_trouble));
	if (t == NULL)
		return NULL;
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->next = client->troubles;
	client->troubles = t;
	return t;
}

void
rc_trouble_forget(rc_client *client, const char *name)
{
	for (rc_trouble **at = &client->troubles; *at != NULL; at = &(*at)->next)
		if (strcmp((*at)->name, name) == 0)
		{
			rc_trouble *gone = *at;

			*at = gone->next;
			rc_client_free(client, gone);
			return;
		}
}
