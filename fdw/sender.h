/*
 * sender.h
 *		Sends what a statement writes.  Statements make actions; what becomes of
 *		them is the sender's business.
 */
#ifndef HTABLE_SENDER_H
#define HTABLE_SENDER_H

#include "htable_fdw.h"

/*
 * The sender of a statement for one HBase table: whatever relations of the
 * statement write to it share it, so that actions on a row take effect in the
 * order in which they were made.
 */
typedef struct HtableSender HtableSender;

/*
 * Who makes actions, and hears of those whose results are not just that they
 * were applied.  `number` is what the action was sent with.
 */
typedef struct HtableListener
{
	void	   *ctx;

	/*
	 * The condition of an action did not hold: true: as foreseen, the statement
	 * goes on.  False: it fails, and `raise` says with which ERROR, once all
	 * that was sent has its outcome.  May not raise.
	 */
	bool		(*refused) (void *ctx, uint64 number, rc_bytes row);
	void		(*raise) (void *ctx, uint64 number, rc_bytes row);

	/* The result of an action that wanted one (rc_action.want_result).  May not raise. */
	void		(*applied) (void *ctx, uint64 number, const rc_result *result);
} HtableListener;

/*
 * The sender of the query that `owner` (its es_query_cxt) belongs to; makes one
 * when needed (no I/O).  It is released by htable_sender_end or, when the
 * query dies, by the reset of `owner`, which then warns of what stays written.
 */
extern HtableSender *htable_sender_begin(MemoryContext owner, const HtableMapping *mapping,
										 Oid userid);

/* Each relation that began ends it.  The last sends the rest, waits for all outcomes, and releases. */
extern void htable_sender_end(HtableSender *sender);

extern HtableConnection *htable_sender_connection(const HtableSender *sender);

/*
 * Adds an action (copied).  Its tag is set here: `number` is below 2^48.  Waits
 * while much is on its way, and raises what became of earlier actions: of the
 * listeners' own ERRORs, 40003, or the error of HBase.
 */
extern void htable_sender_send(HtableSender *sender, const HtableListener *listener,
							   uint64 number, rc_action *action);

/*
 * Waits until every action that was sent has its outcome, and until the delete
 * markers among them are older than whatever is put next.
 */
extern void htable_sender_flush(HtableSender *sender);

/*
 * To be called before an ERROR of the caller's own about rows that HBase has:
 * nothing further is sent, and what was sent gets its outcome, so that it is
 * known what stays written.  40003 where an outcome is not known.
 */
extern void htable_sender_halt(HtableSender *sender);

/* Totals of the sender, for EXPLAIN ANALYZE; valid after its end, too, as long as the owner. */
extern void htable_sender_get_stats(const HtableSender *sender, rc_writer_stats *stats);

#endif							/* HTABLE_SENDER_H */
