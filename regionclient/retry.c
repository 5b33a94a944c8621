/*
 * retry.c
 *		Deadlines, pauses, and which failure is tried again.
 *
 * Pauses grow as in Java's client (HConstants.RETRY_BACKOFF), but to 1 s only,
 * and with more jitter: whoever waits for a region that moves away from a dead
 * server asks hbase:meta once a second, and is back within that.  There is no
 * limit of tries but the deadline, except for statuses that promise little
 * (RC_FEW_TRIES, RC_REOPEN): a failure that comes again and again without any
 * progress is the server's answer.
 */
#include "retry.h"

#include <string.h>

#include "status.h"

/* First pause (ms), and that of an overloaded server; hbase.client.pause is 100. */
#define PAUSE			100
#define PAUSE_SLOW		500

/* Tries of statuses that promise little. */
#define FEW				5

/* Moves of a region followed at once; then pauses begin: it may go to and fro. */
#define MOVES			3

/* Java's goes on to 200; nobody wants to wait 20 s for a server that is back. */
static const int growth[] = {1, 2, 3, 5, 10};

/* ... but one that says it has too much to do gets the time: up to 25 s. */
static const int growth_slow[] = {1, 2, 3, 5, 10, 20, 40, 50};

#define LENGTH(a) ((int) (sizeof(a) / sizeof((a)[0])))

void
rc_retry_init(rc_retry *retry, rc_client *client)
{
	memset(retry, 0, sizeof(*retry));
	retry->client = client;
}

void
rc_retry_restart(rc_retry *retry)
{
	retry->begun = false;
}

static void
begin(rc_retry *retry)
{
	if (retry->begun)
		return;
	retry->begun = true;
	retry->started = rc_client_now(retry->client);
	retry->deadline = rc_client_deadline(retry->client, retry->started);
	if (retry->patience > 0 && retry->deadline - retry->started > retry->patience)
		retry->deadline = retry->started + retry->patience;
}

int64_t
rc_retry_deadline(rc_retry *retry)
{
	begin(retry);
	return retry->deadline;
}

int64_t
rc_retry_call_expires(rc_retry *retry)
{
	int64_t		expires = rc_client_now(retry->client) + retry->client->config.rpc_timeout;

	begin(retry);
	return expires < retry->deadline ? expires : retry->deadline;
}

void
rc_retry_alive(rc_retry *retry)
{
	retry->begun = false;
}

void
rc_retry_progress(rc_retry *retry)
{
	retry->begun = false;
	retry->wake = 0;
	retry->tries = 0;
	retry->few = 0;
	retry->moves = 0;
	retry->not_serving = 0;
	retry->holes = 0;
}

static rc_status
timed_out(rc_retry *retry, int64_t now, rc_error *err)
{
	const rc_error *last = &retry->last;

	if (retry->tries > 0)
	{
		rc_error_set(err, RC_OPERATION_TIMEOUT, "last error: %.400s", last->message);
		memcpy(err->server, last->server, sizeof(err->server));
		memcpy(err->java_class, last->java_class, sizeof(err->java_class));
	}
	else
		rc_error_set(err, RC_OPERATION_TIMEOUT, "no answer in time");
	err->elapsed = now - retry->started;
	return RC_OPERATION_TIMEOUT;
}

rc_status
rc_retry_ready(rc_retry *retry, rc_error *err)
{
	int64_t		now = rc_client_now(retry->client);

	begin(retry);
	if (now >= retry->deadline)
		return timed_out(retry, now, err);
	if (now >= retry->wake)
		return RC_OK;
	rc_client_want(retry->client, retry->wake < retry->deadline ? retry->wake : retry->deadline,
				   RC_WAIT_BACKOFF);
	return RC_AGAIN;
}

/* The pause after the n-th failure in a row (ms), with up to a fourth of jitter. */
static int64_t
pause_after(rc_retry *retry, int n, bool slow)
{
	const int  *factors = slow ? growth_slow : growth;
	int			most = slow ? LENGTH(growth_slow) : LENGTH(growth);
	int64_t		pause = slow ? PAUSE_SLOW : PAUSE;

	pause *= factors[(n < most ? n : most) - 1];
	return pause + rc_client_random(retry->client) % (uint32_t) (pause / 4);
}

static rc_status
surface(rc_retry *retry, const rc_error *why, rc_error *err)
{
	int64_t		now = rc_client_now(retry->client);

	begin(retry);
	if (err != why)
		*err = *why;
	err->elapsed = now - retry->started;
	return err->status;
}

/* Counts the failure; true when it is one too many of its kind. */
static bool
hopeless(rc_retry *retry, rc_remedy action)
{
	return (action == RC_FEW_TRIES || action == RC_REOPEN) && ++retry->few >= FEW;
}

/* Sets when to go on after a failure. */
static void
set_wake(rc_retry *retry, const rc_error *why, const rc_status_info *info)
{
	int64_t		now = rc_client_now(retry->client);
	int64_t		wait = -1;

	if (why->status == RC_THROTTLED)
		wait = rc_throttle_wait(why->message);
	if (wait < 0)
	{
		bool		at_once = (info->action == RC_RETRY_NOW && ++retry->moves <= MOVES) ||
			(info->action == RC_REOPEN && retry->tries == 1);

		wait = at_once ? 0 : pause_after(retry, retry->tries, info->slow);
	}
	retry->wake = now + wait;
}

rc_status
rc_retry_failed(rc_retry *retry, const rc_error *why, rc_error *err)
{
	const rc_status_info *info = rc_status_lookup(why->status);

	begin(retry);
	if (info->action == RC_SURFACE)
		return surface(retry, why, err);
	if (retry->tries++ == 0)
		retry->first = *why;
	if (&retry->last != why)
		retry->last = *why;
	retry->retries++;
	if (why->status == RC_NOT_SERVING)
		retry->not_serving++;
	if (hopeless(retry, info->action))
		return surface(retry, &retry->first, err);
	set_wake(retry, why, info);
	/* a quota's wait beyond the deadline is the better message */
	if (why->status == RC_THROTTLED && retry->wake > retry->deadline)
		return surface(retry, why, err);
	rc_client_log(retry->client, RC_LOG_DEBUG, "try %d failed with %s (%s), next in %lld ms",
				  retry->tries, rc_status_name(why->status), why->message,
				  (long long) (retry->wake - rc_client_now(retry->client)));
	return RC_AGAIN;
}

/* May a cluster that was reached before come back after this? */
static bool
may_come_back(rc_status status)
{
	return status == RC_NO_ZOOKEEPER || status == RC_NO_REGISTRY || status == RC_NO_HBASE;
}

/* Did nothing answer that was said to be there?  (A server that is not ready says so itself.) */
static bool
is_absent(const rc_error *why)
{
	return why->status == RC_CONNECT_FAILED || why->status == RC_DISCONNECTED ||
		(why->status == RC_MASTER_UNAVAILABLE && why->java_class[0] == '\0');
}

rc_status
rc_retry_cluster_failed(rc_retry *retry, const rc_error *why, rc_error *err)
{
	rc_client  *client = retry->client;
	rc_error	other = *why;
	int64_t		patience;
	rc_status	status;

	begin(retry);
	patience = retry->started + client->config.connect_timeout;
	if (!client->cluster_seen &&
		(may_come_back(why->status) ||
		 (is_absent(why) && rc_client_now(client) >= patience)))
		return surface(retry, why, err);
	/* retried like a lost connection, whatever the table says of it */
	if (may_come_back(why->status))
		other.status = RC_CONNECT_FAILED;
	status = rc_retry_failed(retry, &other, err);
	if (status != RC_AGAIN)
		return status;
	retry->last = *why;
	/* the last try of a cluster never reached is not later than it must be */
	if (!client->cluster_seen && retry->wake > patience && rc_client_now(client) < patience)
		retry->wake = patience;
	return RC_AGAIN;
}
