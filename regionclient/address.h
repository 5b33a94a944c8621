/*
 * address.h
 *		Host names to socket addresses.
 */
#ifndef RC_ADDRESS_H
#define RC_ADDRESS_H

#include <sys/socket.h>

#include "regionclient.h"

/* More addresses of one name than this are not tried. */
#define RC_MAX_ADDRESSES	8

typedef struct rc_address
{
	struct sockaddr_storage sa;
	socklen_t	len;
} rc_address;

typedef struct rc_addresses
{
	int			n;
	rc_address	address[RC_MAX_ADDRESSES];
} rc_addresses;

/*
 * Numeric addresses are taken as they are.  A name is resolved by
 * getaddrinfo, which blocks: the one exception to the rule that only
 * rc_host.wait waits.
 */
extern rc_status rc_address_resolve(const char *host, uint16_t port,
									rc_addresses *addresses, rc_error *err);

#endif							/* RC_ADDRESS_H */
