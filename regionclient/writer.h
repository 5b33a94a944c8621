/*
 * writer.h
 *		What the parts of a writer share.
 *
 * The way of an action: rc_writer_add packs it (mutation.h) and enters its row
 * (rows).  If an earlier action of that row has no outcome yet, it is held
 * behind that; else it is placed (lanes): into the lane of its region, or
 * among those whose region is to be located.  Each server is a target, whose
 * lanes are emptied into batches, one Multi each (batch).  An answer, or the
 * lack of one, gives each action its outcome or sends it to rest until it is
 * tried again (outcome).
 *
 * Invariants:
 *	- An action without an outcome is in just one place: held, a list (of a
 *	  lane, of those to be located, of those that rest), or a batch in flight.
 *	- Of the actions of one row at most one is not held.
 *	- All that an outcome needs was allocated with the action, so no lack of
 *	  memory loses one.
 */
#ifndef RC_WRITER_H
#define RC_WRITER_H

#include "link.h"
#include "locate.h"
#include "multi_answer.h"
#include "retry.h"

typedef struct write_action write_action;
typedef struct write_target write_target;

/* First in, first out. */
typedef struct write_list
{
	write_action *first;
	write_action *last;
	size_t		n;
	size_t		bytes;
} write_list;

/* An error that several actions have. */
typedef struct write_error
{
	int			refs;
	rc_error	error;
} write_error;

/* Actions that failed together, and are tried again under one clock. */
typedef struct write_retry
{
	struct write_retry *next;
	struct write_retry **link;	/* what points here */
	int			refs;
	rc_retry	retry;
	uint64_t	answer;			/* the last one whose failure was counted */
	rc_status	verdict;		/* of that: RC_AGAIN, or final: */
	write_error *error;
	write_list	resting;
} write_retry;

/* What an answer says of an action. */
typedef enum write_said
{
	SAID_NOTHING,
	SAID_APPLIED,
	SAID_REFUSED,
	SAID_FAILED,				/* said_why */
	SAID_NONSENSE				/* twice, or what cannot be */
} write_said;

struct write_action
{
	write_action *next;			/* in a list */
	write_error *said_why;		/* of SAID_FAILED; NULL: no memory for it */
	write_action *next_in_bucket;	/* rows */
	write_list	held;			/* actions of the same row, behind this one */
	uint64_t	hash;			/* of the row */
	size_t		size;			/* bytes of all this */
	write_retry *retry;			/* NULL: never failed */
	write_error *why;			/* of its outcome, or the first one that cast doubt */
	write_target *sent_to;		/* of a doubtful one: where, and which opening of the region */
	uint64_t	sent_seqnum;
	uint64_t	tag;
	rc_outcome	outcome;
	write_said	said;
	bool		entered;		/* in the table of rows */
	bool		conditional;
	bool		resend;			/* as in rc_action */
	bool		nonce;			/* the server knows it again */
	bool		want_result;
	bool		exposed;		/* counted as in flight */
	bool		doubtful;		/* an earlier try of it may have been carried out */
	uint32_t	nmutations;
	uint32_t	ncells;
	rc_bytes	row;
	rc_bytes	cells;
	rc_bytes	mutations;
	rc_bytes	condition;
	rc_cell    *results;		/* room for most_results, or NULL */
	uint32_t	most_results;	/* what its Increments have to give back */
	uint32_t	nresults;
	uint8_t    *amounts;		/* ... and for their values */
};

/* What waits for one region. */
typedef struct write_lane
{
	rc_region  *region;
	write_target *target;
	write_list	list;
	bool		ready;			/* among the target's */
	struct write_lane *next_ready;
	int64_t		wake;			/* nothing is sent before */
} write_lane;

/* A server. */
struct write_target
{
	write_target *next;
	rc_server_name server;
	write_lane *ready;			/* lanes with actions */
	write_lane **ready_end;
	size_t		n;				/* actions in them */
	size_t		bytes;
	size_t		atomic;			/* actions that are RegionActions of their own */
	int			calls;			/* in flight */
	int			most_calls;		/* shrinks when the server has too much to do */
	int64_t		wake;
};

/* Members of a batch that are one RegionAction. */
typedef struct write_part
{
	rc_region  *region;
	size_t		first;
	size_t		n;
	bool		atomic;			/* one action, with a condition or several mutations */
} write_part;

/* One Multi. */
typedef struct write_batch
{
	struct write_batch *next;
	write_target *target;
	rc_call    *call;			/* NULL: send_error says why */
	rc_error	send_error;
	size_t		cap;
	size_t		n;
	size_t		bytes;
	write_action **actions;
	size_t		nparts;
	write_part *parts;
	rc_bytes   *blocks;			/* cells of each action */
} write_batch;

/* The rows of actions without an outcome. */
typedef struct write_rows
{
	write_action **buckets;
	size_t		nbuckets;		/* a power of two */
	size_t		n;
} write_rows;

struct rc_writer
{
	rc_child	child;			/* first member: the client may be closed first */
	rc_client  *client;
	rc_bytes	table;
	rc_writer_config config;
	uint64_t	nonce_group;
	uint64_t	nonce;			/* the last one given */
	rc_retry	retry;			/* of look-ups for actions that never failed */
	bool		halted;
	int64_t		left_at;		/* when answers and clocks were last looked at */
	size_t		unpolled;		/* bytes added since arrivals were looked at */

	write_rows	rows;
	size_t		open;			/* actions without an outcome */
	size_t		open_bytes;

	rc_locate	locate;
	write_list	unplaced;		/* their regions are to be located */
	size_t		nlanes;
	size_t		lanes_cap;
	write_lane **lanes;			/* by where their regions start */
	write_lane *last_lane;
	write_target *targets;
	bool		due;			/* a target has a full batch */
	write_retry *retries;
	write_batch *flying;
	write_batch *spare;			/* batches for reuse */
	uint64_t	answer;			/* answers, and failures to get one, so far */

	write_list	done;			/* results to be given out */
	write_action *given;		/* the last one that was */
	rc_result	result;
	rc_error	no_memory;		/* stands for an error that there was no memory for */
	rc_buf		scratch;		/* a MultiRequest, or parts of an action */
	rc_writer_stats stats;
};

/* Is it a RegionAction of its own? */
static inline bool
write_is_atomic(const write_action *action)
{
	return action->conditional || action->nmutations > 1;
}

/* What it adds to a request, about. */
static inline size_t
write_wire_bytes(const write_action *action)
{
	return action->cells.len + action->mutations.len + action->condition.len;
}

static inline void
write_list_put(write_list *list, write_action *action)
{
	action->next = NULL;
	if (list->first == NULL)
		list->first = action;
	else
		list->last->next = action;
	list->last = action;
	list->n++;
	list->bytes += write_wire_bytes(action);
}

/* Appends all of another list, which is then to be emptied. */
static inline void
write_list_join(write_list *list, const write_list *other)
{
	if (other->first == NULL)
		return;
	if (list->first == NULL)
		list->first = other->first;
	else
		list->last->next = other->first;
	list->last = other->last;
	list->n += other->n;
	list->bytes += other->bytes;
}

/* NULL when it is empty. */
static inline write_action *
write_list_take(write_list *list)
{
	write_action *action = list->first;

	if (action == NULL)
		return NULL;
	list->first = action->next;
	list->n--;
	list->bytes -= write_wire_bytes(action);
	return action;
}

/* ----- rows: writer_rows.c ----- */
extern uint64_t rc_write_row_hash(rc_bytes row);
extern write_action *rc_write_rows_find(const write_rows *rows, rc_bytes row, uint64_t hash);
extern bool rc_write_rows_put(rc_writer *writer, write_action *action);	/* false: no memory */
extern void rc_write_rows_remove(write_rows *rows, write_action *action);

/* ----- lanes: writer_lanes.c ----- */

/* Into its lane, or among those to be located. */
extern void rc_write_place(rc_writer *writer, write_action *action);

/* Locates regions as far as that goes without waiting. */
extern void rc_write_locate(rc_writer *writer);

/* Its region did not serve: what waits there is placed anew, if the cache says so now. */
extern void rc_write_lane_doubt(rc_writer *writer, const rc_region *region);

/* Nothing is sent to the region before. */
extern void rc_write_lane_rest(rc_writer *writer, rc_bytes region, int64_t wake);

/* For batches: the first action of a lane, or NULL; and that the lane has none left. */
extern write_action *rc_write_lane_take(write_lane *lane);
extern void rc_write_lane_unready(write_lane *lane);

/* Everything that waits in lanes, one after the other; NULL: there is no more. */
extern write_action *rc_write_lanes_drain(rc_writer *writer);
extern void rc_write_lanes_free(rc_writer *writer);

/* ----- batches: writer_batch.c ----- */

/* Does what waits for the server make a batch? */
extern bool rc_write_is_full(const rc_writer *writer, const write_target *target);

/* Sends what is due; all that may be sent when `push`.  True: something was. */
extern bool rc_write_send(rc_writer *writer, bool push);

/* Takes in the answers that have come.  True: there were some. */
extern bool rc_write_take_answers(rc_writer *writer);
extern void rc_write_batches_free(rc_writer *writer, bool cancelled);

/* ----- outcomes: writer_outcome.c ----- */

/* Ends an action; `why` is that of RC_FAILED and RC_UNKNOWN, NULL: no memory for it. */
extern void rc_write_finish(rc_writer *writer, write_action *action, rc_outcome outcome,
							write_error *why);

/* It failed, and is not tried again: failed, or unknown when it is doubtful. */
extern void rc_write_give_up(rc_writer *writer, write_action *action, write_error *why);


/* Failures of one answer: what their actions share. */
typedef struct write_failures
{
	write_retry *fresh;			/* of those that failed for the first time */
	write_error *last;			/* the last error that was made */
	bool		again;			/* some are to be sent again */
} write_failures;

/* A copy, or the last one if that is the same; no reference.  NULL: out of memory. */
extern write_error *rc_write_error(rc_writer *writer, const rc_error *err, write_failures *failures);

/* Sets a pointer to an error, which is counted. */
extern void rc_write_error_set(rc_writer *writer, write_error **to, write_error *error);

/* The action failed: it rests, or ends.  untouched: it was surely not applied. */
extern void rc_write_failed(rc_writer *writer, write_action *action, const rc_error *why,
							bool untouched, write_failures *failures);
extern void rc_write_failures_end(rc_writer *writer, write_failures *failures);

/* The retry under which the action's calls are made. */
extern rc_retry *rc_write_retry_of(rc_writer *writer, const write_action *action);

/* Places those whose pause is over, ends those whose time is. */
extern void rc_write_wake(rc_writer *writer);

/* Counts it as in flight, or no longer. */
extern void rc_write_expose(rc_writer *writer, write_action *action, bool exposed);

/* The host was away for so long: that is not the servers' time. */
extern void rc_write_pause(rc_writer *writer, int64_t ms);
extern void rc_write_action_free(rc_writer *writer, write_action *action);

#endif							/* RC_WRITER_H */
