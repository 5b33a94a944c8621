/*
 * mutation.h
 *		Actions as messages: MutationProto, Condition, RegionAction, and their
 *		cells.  Pure.
 */
#ifndef RC_MUTATION_H
#define RC_MUTATION_H

#include "bytes.h"

/* Bytes of each cell of an Increment's answer (KeyValues of other lengths are refused). */
#define RC_AMOUNT	8

/* RC_OK, or why HBase would not take it: RC_INVALID, RC_TOO_LARGE. */
extern rc_status rc_action_check(const rc_action *action, size_t max_cell_size, rc_error *err);

/* Cells of all its mutations, and the bytes of them. */
extern size_t rc_action_cells(const rc_action *action, size_t *bytes);

/* Writes them; `to` has room for those bytes. */
extern void rc_action_write_cells(const rc_action *action, uint8_t *to);

/*
 * Appends its mutations as MutationProtos, each behind its length.  Increments
 * carry the nonce (0: none), and results are not sent back unless wanted.
 */
extern void rc_action_put_mutations(rc_buf *out, const rc_action *action,
									rc_durability durability, uint64_t nonce);

/* Appends its condition as a Condition; nothing when it has none. */
extern void rc_action_put_condition(rc_buf *out, const rc_action *action);

/*
 * A RegionAction of a MultiRequest.  Between begin, which returns what end
 * wants, and end come mutations as rc_action_put_mutations made them, one
 * after the other, numbered from *index on.
 */
extern size_t rc_region_action_begin(rc_buf *out, rc_bytes region, bool atomic);
extern void rc_region_action_put(rc_buf *out, rc_bytes mutations, uint32_t *index);
extern void rc_region_action_end(rc_buf *out, size_t begin, rc_bytes condition);

/* The end of a MultiRequest. */
extern void rc_multi_request_end(rc_buf *out, uint64_t nonce_group);

#endif							/* RC_MUTATION_H */
