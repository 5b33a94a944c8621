/*
 * descriptor.h
 *		What the master says of tables: descriptors, states, lists of names.
 *
 * Pure: answers in, objects out.  What is made lies in one block of the host's
 * memory and is never larger than the limit given, whatever the answer holds.
 */
#ifndef RC_DESCRIPTOR_H
#define RC_DESCRIPTOR_H

#include "bytes.h"

/*
 * Reads a GetTableDescriptorsResponse about one table.  RC_TABLE_MISSING when
 * it holds none; RC_PROTOCOL when it is malformed or about others;
 * RC_TOO_LARGE.
 */
extern rc_status rc_descriptor_parse(const rc_host *host, size_t limit, rc_bytes table,
									 rc_bytes message, rc_table_desc **desc, rc_error *err);

/* Reads a GetTableStateResponse: is the table enabled, or about to be? */
extern rc_status rc_descriptor_parse_state(rc_bytes message, bool *enabled, rc_error *err);

/* Reads a GetTableNamesResponse. */
extern rc_status rc_descriptor_parse_names(const rc_host *host, size_t limit, rc_bytes message,
										   rc_table_list **list, rc_error *err);

#endif							/* RC_DESCRIPTOR_H */
