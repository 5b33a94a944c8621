/*
 * write.h
 *		Writing: mutations of rows, some under conditions, many at a time.  Public.
 *
 * Comes with regionclient.h, which says the rules.
 */
#ifndef REGIONCLIENT_WRITE_H
#define REGIONCLIENT_WRITE_H

#include "regionclient.h"

/* Timestamp of a cell to be written: the server's clock, in ms, when it is applied. */
#define RC_TIMESTAMP_LATEST	INT64_MAX

typedef enum rc_mutation_kind
{
	RC_PUT,
	RC_DELETE,
	RC_INCREMENT
} rc_mutation_kind;

/*
 * A change of one row: at least one cell.  Of a cell its row is not looked at;
 * its type is looked at in an RC_DELETE only, where it is one of the four of
 * delete markers.  A marker RC_CELL_DELETE must have a timestamp, since without
 * one the server reads before it writes; of a family's marker the qualifier is
 * empty; markers have no values.  The values of an RC_INCREMENT are amounts,
 * 8 bytes as rc_binary_put_int64 writes them, and its timestamps are
 * RC_TIMESTAMP_LATEST.
 */
typedef struct rc_mutation
{
	rc_mutation_kind kind;
	const rc_cell *cells;
	size_t		ncells;
	int64_t		ttl;			/* RC_PUT, RC_INCREMENT: ms from the cells' timestamps; 0: none */
} rc_mutation;

typedef enum rc_condition_kind
{
	RC_CONDITION_NONE,
	RC_CONDITION_ABSENT,		/* the column has no cell, or its newest one is empty */
	RC_CONDITION_PRESENT,		/* the column's newest cell has a value that is not empty */
	RC_CONDITION_COMPARE,		/* "newest cell op value"; a missing cell passes no op */
	RC_CONDITION_FILTER			/* the row has a cell and passes the filter */
} rc_condition_kind;

/*
 * What must hold of the row, at the moment it is changed and under its lock.
 * HBase does not tell an empty value from none, so `value` must not be empty.
 */
typedef struct rc_condition
{
	rc_condition_kind kind;
	rc_bytes	family;			/* ABSENT, PRESENT, COMPARE */
	rc_bytes	qualifier;
	rc_compare	op;				/* COMPARE */
	rc_bytes	value;
	rc_bytes	filter;			/* FILTER: encoded by rc_filter_encode */
	int64_t		time_from;		/* cells with time_from <= timestamp < time_to count; */
	int64_t		time_to;		/* ... both 0: all */
} rc_condition;

/*
 * What is done to one row, as a whole or not at all.  Several mutations are
 * applied in their order at one moment (RowMutations), so that a Put survives
 * the marker before it.
 */
typedef struct rc_action
{
	rc_bytes	row;
	const rc_mutation *mutations;
	size_t		nmutations;		/* at least 1 */
	rc_condition condition;

	/*
	 * It may be applied twice with no other effect than once (explicit
	 * timestamps, no Increment): then it is sent again after a connection was
	 * cut or a call got no answer.  A condition is tested again, too, and says
	 * nothing when it is false then: RC_UNKNOWN.  An Increment alone in its
	 * action is sent again whatever this says, as long as its region was not
	 * opened anew: the server knows it by its nonce.
	 */
	bool		resend;
	bool		want_result;	/* rc_writer_next gives its result also when it was applied */
	uint64_t	tag;			/* the caller's, comes back with the result */
} rc_action;

/* Each action added has just one of these in the end. */
typedef enum rc_outcome
{
	RC_APPLIED,
	RC_REFUSED,					/* its condition did not hold: not applied */
	RC_FAILED,					/* an error; surely not applied */
	RC_UNKNOWN,					/* an error; applied or not, nobody knows */
	RC_NOT_SENT					/* rc_writer_halt came before; surely not applied */
} rc_outcome;

typedef struct rc_result
{
	uint64_t	tag;
	rc_bytes	row;
	rc_outcome	outcome;
	const rc_error *error;		/* of RC_FAILED and RC_UNKNOWN, else NULL */
	const rc_cell *cells;		/* what an Increment made of its cells, when RC_APPLIED */
	size_t		ncells;
} rc_result;

typedef enum rc_durability		/* values as on the wire */
{
	RC_DURABILITY_USE_DEFAULT = 0,	/* the table's */
	RC_DURABILITY_SKIP_WAL = 1,
	RC_DURABILITY_ASYNC_WAL = 2,
	RC_DURABILITY_SYNC_WAL = 3,
	RC_DURABILITY_FSYNC_WAL = 4
} rc_durability;

/* How a writer sends; 0 stands for the default of each number. */
typedef struct rc_writer_config
{
	rc_durability durability;
	size_t		batch_bytes;	/* of one Multi; 1 MiB */
	size_t		batch_actions;	/* of one Multi; 4000 (servers warn from 5000 on) */
	int			in_flight;		/* Multis at a time on one server; 4 */
	size_t		window_bytes;	/* actions without an outcome; 16 MiB */
	size_t		max_cell_size;	/* bytes of a whole cell; 10 MiB, as servers have it */
} rc_writer_config;

/*
 * A writer takes actions on one table, sends them as Multis to the servers of
 * their rows, several at a time, and tells what became of each.  Actions on
 * one row take effect in the order they were added, the next when the one
 * before has its outcome, whatever that is; those on different rows in any
 * order.  Failures that pass (regions that move, servers that are busy) are
 * tried again within operation_timeout, as long as it is sure that nothing was
 * applied, or as rc_action.resend allows.
 */
typedef struct rc_writer rc_writer;

/*
 * Actions, and always added = applied + refused + failed + unknown + not_sent
 * + in_flight + waiting.
 */
typedef struct rc_writer_stats
{
	uint64_t	added;
	uint64_t	applied;
	uint64_t	refused;
	uint64_t	failed;
	uint64_t	unknown;
	uint64_t	not_sent;
	uint64_t	in_flight;		/* sent, no outcome yet: unknown, were it to end now */
	uint64_t	waiting;		/* no outcome yet, and surely not applied */

	uint64_t	mutations;		/* of the actions applied */
	uint64_t	cells;			/* of the actions applied */
	uint64_t	rpcs;			/* Multis sent */
	uint64_t	retries;		/* Multis some of whose actions had to be sent again */
	uint64_t	bytes;			/* of requests */
} rc_writer_stats;

/* Makes the writer; no I/O.  Copies what it is given. */
extern rc_status rc_writer_open(rc_client *client, rc_bytes table, const rc_writer_config *config,
								rc_writer **writer, rc_error *err);

/*
 * Takes an action, copying it, and sends what is due.  Waits while the window
 * is full.  RC_OK: it was added, and what becomes of it is told by its result.
 * Anything else: it was not added.  RC_INTERRUPTED: call again with the same.
 * RC_INVALID, RC_TOO_LARGE: HBase takes no such row, cell or condition.
 * RC_NO_MEMORY.  The writer lives on after each of them.
 */
extern rc_status rc_writer_add(rc_writer *writer, const rc_action *action, rc_error *err);

/*
 * The next result that is there, without waiting; NULL: none now.  Valid until
 * the next call on the writer.  Given are all results but those of actions
 * that were applied and did not want one.  They are kept until they are taken.
 */
extern const rc_result *rc_writer_next(rc_writer *writer);

/*
 * Sends all that was added, and waits until each action has its outcome.
 * RC_OK, also when actions failed; RC_INTERRUPTED: call again to go on.
 */
extern rc_status rc_writer_flush(rc_writer *writer, rc_error *err);

/*
 * Nothing is sent any more: actions that wait are RC_NOT_SENT, or RC_UNKNOWN
 * when they were sent before; those in flight get their outcomes by a flush.
 * Only rc_writer_next, _flush, _get_stats and _close may follow.
 */
extern void rc_writer_halt(rc_writer *writer);

extern void rc_writer_get_stats(const rc_writer *writer, rc_writer_stats *stats);

/*
 * Frees the writer without waiting.  What waits is never sent; answers in
 * flight are thrown away, and when `cancelled` their connections are dropped.
 * NULL is allowed.
 */
extern void rc_writer_close(rc_writer *writer, bool cancelled);

#endif							/* REGIONCLIENT_WRITE_H */
