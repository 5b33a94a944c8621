/*
 * tablename.h
 *		The name of a table as requests hold it.
 */
#ifndef RC_TABLENAME_H
#define RC_TABLENAME_H

#include <string.h>

#include "bytes.h"
#include "readspec.h"

/* "table" or "namespace:table"; the message points into it. */
static inline void
rc_table_name_set(Htable__Wire__TableName *message, rc_bytes table)
{
	const uint8_t *colon = table.len > 0 ? memchr(table.data, ':', table.len) : NULL;
	size_t		len = colon ? (size_t) (colon - table.data) : 0;

	htable__wire__table_name__init(message);
	message->has_namespace_ = message->has_qualifier = true;
	message->namespace_ = rc_binary_data(colon ? rc_bytes_of(table.data, len) : rc_bytes_cstr("default"));
	message->qualifier = rc_binary_data(colon ? rc_bytes_of(colon + 1, table.len - len - 1) : table);
}

#endif							/* RC_TABLENAME_H */
