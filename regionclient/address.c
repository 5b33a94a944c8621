/*
 * address.c
 *		Host names to socket addresses.
 */
#include "address.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"

static rc_status
resolve(const char *host, const char *port, int flags, struct addrinfo **list, int *error)
{
	struct addrinfo hints;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = flags;
	*error = getaddrinfo(host, port, &hints, list);
	return *error == 0 ? RC_OK : RC_CONNECT_FAILED;
}

rc_status
rc_address_resolve(const char *host, uint16_t port, rc_addresses *addresses, rc_error *err)
{
	struct addrinfo *list = NULL;
	char		service[8];
	int			error;

	addresses->n = 0;
	snprintf(service, sizeof(service), "%u", port);
	/* the numeric form first: it never asks a name server */
	if (resolve(host, service, AI_NUMERICHOST | AI_NUMERICSERV, &list, &error) != RC_OK &&
		resolve(host, service, AI_NUMERICSERV | AI_ADDRCONFIG, &list, &error) != RC_OK)
		return rc_error_set(err, error == EAI_MEMORY ? RC_NO_MEMORY : RC_CONNECT_FAILED,
							"could not resolve host name \"%s\": %s", host, gai_strerror(error));
	for (struct addrinfo *ai = list; ai != NULL && addresses->n < RC_MAX_ADDRESSES; ai = ai->ai_next)
	{
		rc_address *a = &addresses->address[addresses->n];

		if (ai->ai_addrlen > sizeof(a->sa))
			continue;
		memcpy(&a->sa, ai->ai_addr, ai->ai_addrlen);
		a->len = ai->ai_addrlen;
		addresses->n++;
	}
	freeaddrinfo(list);
	return RC_OK;
}
