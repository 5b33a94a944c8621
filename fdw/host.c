/*
 * host.c
 *		What regionclient gets from PostgreSQL (memory, waiting, the clock,
 *		descriptors), and the way back of its errors.
 *
 * The hooks never raise: memory is asked for without an error on failure, and
 * a set latch only makes the wait return RC_INTERRUPTED, so that
 * CHECK_FOR_INTERRUPTS runs in the caller's clean frame.
 */
#include "htable_fdw.h"

#include <limits.h>

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "storage/fd.h"
#include "storage/ipc.h"

struct HtableHost
{
	MemoryContext context;		/* session-long; all of the client's memory */
	rc_host		hooks;
	WaitEventSet *set;			/* latch, death of the postmaster, the client's epoll fd */
	int			set_fd;			/* the fd in it */
	const char *shared_key;		/* NULL: nothing is shared */
	bool		has_cluster;	/* ... but where it is was found, or told by another process */
	rc_cluster	cluster;
	uint64		generation;		/* of this knowledge */
};

static uint32 wait_events[RC_WAIT_KINDS];

static void
name_wait_events(void)
{
	if (wait_events[RC_WAIT_QUORUM] != 0)
		return;
	wait_events[RC_WAIT_CONNECT] = compat_wait_event("HtableConnect");
	wait_events[RC_WAIT_BOOTSTRAP] = compat_wait_event("HtableBootstrap");
	wait_events[RC_WAIT_SHARED] = compat_wait_event("HtableShared");
	wait_events[RC_WAIT_META] = compat_wait_event("HtableMeta");
	wait_events[RC_WAIT_MASTER] = compat_wait_event("HtableMaster");
	wait_events[RC_WAIT_SIZES] = compat_wait_event("HtableSizes");
	wait_events[RC_WAIT_SCAN_OPEN] = compat_wait_event("HtableScanOpen");
	wait_events[RC_WAIT_SCAN_NEXT] = compat_wait_event("HtableScanNext");
	wait_events[RC_WAIT_GET] = compat_wait_event("HtableGet");
	wait_events[RC_WAIT_WRITE] = compat_wait_event("HtableWrite");
	wait_events[RC_WAIT_BACKOFF] = compat_wait_event("HtableBackoff");
	wait_events[RC_WAIT_QUORUM] = compat_wait_event("HtableQuorum");
}

static void *
host_alloc(void *ctx, size_t size)
{
	HtableHost *host = ctx;

	if (!AllocHugeSizeIsValid(size))
		return NULL;
	return MemoryContextAllocExtended(host->context, Max(size, 1),
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void *
host_realloc(void *ctx, void *ptr, size_t size)
{
	HtableHost *host = ctx;

	if (ptr == NULL)
		return host_alloc(ctx, size);
	if (!AllocHugeSizeIsValid(size))
		return NULL;
	return compat_repalloc_no_oom(host->context, ptr, Max(size, 1));
}

static void
host_free(void *ctx, void *ptr)
{
	(void) ctx;
	if (ptr != NULL)
		pfree(ptr);
}

static int64_t
host_now(void *ctx)
{
	instr_time	now;

	(void) ctx;
	INSTR_TIME_SET_CURRENT(now);
	return (int64_t) INSTR_TIME_GET_MILLISEC(now);
}

static void
host_log(void *ctx, rc_log_level level, const char *message)
{
	(void) ctx;
	ereport(level == RC_LOG_INFO ? DEBUG1 : DEBUG2, (errmsg_internal("htable_fdw: %s", message)));
}

static bool
host_fd_acquire(void *ctx)
{
	(void) ctx;
	return AcquireExternalFD();
}

static void
host_fd_release(void *ctx)
{
	(void) ctx;
	ReleaseExternalFD();
}

/* The one place where the backend waits for HBase. */
static rc_status
host_wait(void *ctx, int fd, int64_t until, rc_wait_kind kind)
{
	HtableHost *host = ctx;
	WaitEvent	events[2];
	long		timeout = -1;
	int			n;

	if (until != INT64_MAX)
	{
		int64		left = until - host_now(ctx);

		timeout = left <= 0 ? 0 : (long) Min(left, INT_MAX);
	}
	if (host->set == NULL || host->set_fd != fd)
	{
		if (host->set != NULL)
			FreeWaitEventSet(host->set);
		host->set = compat_create_wait_event_set(3);
		AddWaitEventToSet(host->set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
		AddWaitEventToSet(host->set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL, NULL);
		AddWaitEventToSet(host->set, WL_SOCKET_READABLE, fd, NULL, NULL);
		host->set_fd = fd;
	}

	n = WaitEventSetWait(host->set, timeout, events, lengthof(events), wait_events[kind]);
	for (int i = 0; i < n; i++)
	{
		if (events[i].events & WL_LATCH_SET)
		{
			ResetLatch(MyLatch);
			return RC_INTERRUPTED;
		}
	}
	return RC_OK;
}

/* Waits until a time of the hooks' clock.  Errors: those of interrupts. */
void
htable_host_pause(HtableHost *host, int64 until)
{
	int64		left;

	while ((left = until - host_now(host)) > 0)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 (long) Min(left, INT_MAX), wait_events[RC_WAIT_BACKOFF]);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

static rc_shared
host_shared_look(void *ctx, uint64_t stale, rc_cluster *cluster, uint64_t *generation)
{
	HtableHost *host = ctx;
	uint64		found = 0;
	rc_shared	shared = RC_SHARED_UNKNOWN;

	if (host->shared_key != NULL)
		shared = htable_shared_look(host->shared_key, stale, cluster, &found);
	else if (host->has_cluster && host->generation != stale)
	{
		*cluster = host->cluster;
		found = host->generation;
		shared = RC_SHARED_KNOWN;
	}
	if (shared == RC_SHARED_KNOWN)
		*generation = found;
	return shared;
}

static void
host_shared_publish(void *ctx, const rc_cluster *cluster, uint64_t *generation)
{
	HtableHost *host = ctx;
	uint64		given = *generation;

	if (host->shared_key != NULL)
		htable_shared_publish(host->shared_key, cluster, &given);
	else if (cluster != NULL)
	{
		htable_host_set_cluster(host, cluster);
		given = host->generation;
	}
	*generation = given;
}

void
htable_host_set_cluster(HtableHost *host, const rc_cluster *cluster)
{
	host->has_cluster = true;
	host->cluster = *cluster;
	host->generation++;
}

bool
htable_host_get_cluster(const HtableHost *host, rc_cluster *cluster)
{
	if (host->has_cluster)
		*cluster = host->cluster;
	return host->has_cluster;
}

/* A host whose client's memory all lies in a child of `context`. */
HtableHost *
htable_host_make(MemoryContext context, const char *shared_key)
{
	HtableHost *host = MemoryContextAllocZero(context, sizeof(HtableHost));

	name_wait_events();
	host->context = context;
	host->set_fd = -1;
	host->hooks.ctx = host;
	host->hooks.alloc = host_alloc;
	host->hooks.realloc = host_realloc;
	host->hooks.free = host_free;
	host->hooks.wait = host_wait;
	host->hooks.now = host_now;
	host->hooks.log = host_log;
	host->hooks.fd_acquire = host_fd_acquire;
	host->hooks.fd_release = host_fd_release;
	host->shared_key = shared_key;
	host->hooks.shared_look = host_shared_look;
	host->hooks.shared_publish = host_shared_publish;
	return host;
}

const rc_host *
htable_host_hooks(HtableHost *host)
{
	return &host->hooks;
}

void
htable_host_free(HtableHost *host)
{
	if (host->set != NULL)
		FreeWaitEventSet(host->set);
	pfree(host);
}

/* ---- errors ---- */

/*
 * SQLSTATE of a status.  Nothing maps to XX000: what a server says without our
 * knowing it is HV000, with its class in the DETAIL.
 */
static int
sqlstate_of(rc_status status)
{
	switch (status)
	{
		case RC_NO_MEMORY:
			return ERRCODE_OUT_OF_MEMORY;
		case RC_NO_DESCRIPTORS:
			return ERRCODE_INSUFFICIENT_RESOURCES;
		case RC_INVALID:
			return ERRCODE_INVALID_PARAMETER_VALUE;
		case RC_CONNECT_FAILED:
		case RC_NO_ZOOKEEPER:
		case RC_NO_REGISTRY:
		case RC_NO_HBASE:
		case RC_MASTER_UNAVAILABLE:
		case RC_CONNECTION_REFUSED_BY_SERVER:
			return ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION;
		case RC_DISCONNECTED:
		case RC_OPERATION_TIMEOUT:
		case RC_RPC_TIMEOUT:
			return ERRCODE_CONNECTION_FAILURE;
		case RC_PROTOCOL:
			return ERRCODE_PROTOCOL_VIOLATION;
		case RC_TOO_LARGE:
		case RC_REQUEST_TOO_LARGE:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case RC_BAD_REGION_INFO:
			return ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION;
		case RC_HELPER_FAILED:
			return ERRCODE_SYSTEM_ERROR;
		case RC_TABLE_MISSING:
			return ERRCODE_FDW_TABLE_NOT_FOUND;
		case RC_NAMESPACE_MISSING:
			return ERRCODE_FDW_SCHEMA_NOT_FOUND;
		case RC_FAMILY_MISSING:
			return ERRCODE_FDW_COLUMN_NAME_NOT_FOUND;
		case RC_TABLE_DISABLED:
			return ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
		case RC_ACCESS_DENIED:
			return ERRCODE_INSUFFICIENT_PRIVILEGE;
		case RC_QUOTA:
		case RC_THROTTLED:
			return ERRCODE_CONFIGURATION_LIMIT_EXCEEDED;
		default:
			return ERRCODE_FDW_ERROR;
	}
}

/* Text of a server, which may be in any encoding: what is not ASCII is shown only when it is valid here. */
static void
append_foreign_text(StringInfo out, const char *text)
{
	bool		valid = pg_verifymbstr(text, strlen(text), true);

	for (; *text != '\0'; text++)
		appendStringInfoChar(out, valid || !IS_HIGHBIT_SET(*text) ? *text : '?');
}

/* The same as a string in the current memory context. */
char *
htable_host_text(const char *text)
{
	StringInfoData out;

	initStringInfo(&out);
	append_foreign_text(&out, text);
	return out.data;
}

/*
 * The family that NoSuchColumnFamilyException names, or NULL.  What it says
 * besides is the whole descriptor of the table.
 */
static char *
missing_family(const rc_error *err)
{
	static const char before[] = "Column family ";
	const char *name = strstr(err->message, before);
	const char *end = name ? strstr(name, " does not exist") : NULL;
	StringInfoData family;

	if (err->status != RC_FAMILY_MISSING || end == NULL)
		return NULL;
	name += strlen(before);
	initStringInfo(&family);
	append_foreign_text(&family, pnstrdup(name, end - name));
	return family.data;
}

/* The primary message, in PostgreSQL's style; the reason goes to the DETAIL. */
static char *
message_of(const rc_error *err, const char *server, const char *table)
{
	switch (err->status)
	{
		case RC_CONNECT_FAILED:
		case RC_NO_ZOOKEEPER:
		case RC_NO_REGISTRY:
		case RC_NO_HBASE:
		case RC_MASTER_UNAVAILABLE:
		case RC_CONNECTION_REFUSED_BY_SERVER:
			return psprintf("could not connect to HBase server \"%s\"", server);
		case RC_DISCONNECTED:
			return psprintf("lost the connection to HBase server \"%s\"", server);
		case RC_OPERATION_TIMEOUT:
		case RC_RPC_TIMEOUT:
			return psprintf("HBase operation timed out after " INT64_FORMAT " ms",
							(int64) err->elapsed);
		case RC_PROTOCOL:
			return psprintf("protocol violation by HBase server \"%s\"", server);
		case RC_TOO_LARGE:
			return psprintf("answer of HBase server \"%s\" is too large", server);
		case RC_BAD_REGION_INFO:
			return psprintf("invalid region information for HBase table \"%s\"", table);
		case RC_TABLE_MISSING:
			return psprintf("HBase table \"%s\" does not exist", table);
		case RC_NAMESPACE_MISSING:
			return psprintf("HBase namespace \"%s\" does not exist", table);
		case RC_FAMILY_MISSING:
			if (missing_family(err) != NULL)
				return psprintf("column family \"%s\" of HBase table \"%s\" does not exist",
								missing_family(err), table);
			return psprintf("column family of HBase table \"%s\" does not exist", table);
		case RC_TABLE_DISABLED:
			return psprintf("HBase table \"%s\" is disabled", table);
		case RC_ACCESS_DENIED:
			return psprintf("permission denied by HBase for table \"%s\"", table);
		case RC_NO_MEMORY:
			return pstrdup("out of memory");
		case RC_NO_DESCRIPTORS:
			return psprintf("out of file descriptors for HBase server \"%s\"", server);
		case RC_INVALID:
			return psprintf("invalid settings for HBase server \"%s\"", server);
		case RC_HELPER_FAILED:
			return pstrdup("could not run program \"htable_quorum\"");
		default:
			return psprintf("HBase server \"%s\" reported an error", server);
	}
}

static const char *
hint_of(rc_status status)
{
	switch (status)
	{
		case RC_TOO_LARGE:
			return "Raise the server option \"max_response_size\".";
		case RC_NO_HBASE:
			return "Check the server option \"znode_parent\", and that HBase is running.";
		case RC_NO_ZOOKEEPER:
			return "Check the server option \"quorum\".";
		case RC_NO_REGISTRY:
			return "Check the server option \"bootstrap\". Masters answer from HBase 2.3 on, region servers from 2.5 on.";
		case RC_OPERATION_TIMEOUT:
			return "The server option \"operation_timeout\" sets this limit.";
		default:
			return NULL;
	}
}

void
htable_host_raise(const rc_error *err, const char *server_name, const char *table_name)
{
	StringInfoData detail;
	const char *hint = hint_of(err->status);
	bool		repeats = (err->java_class[0] == '\0' || err->status == RC_NAMESPACE_MISSING) &&
		(err->status == RC_TABLE_MISSING || err->status == RC_TABLE_DISABLED ||
		 err->status == RC_NAMESPACE_MISSING);
	bool		mute = err->status == RC_NO_MEMORY || repeats || missing_family(err) != NULL;

	initStringInfo(&detail);
	if (err->server[0] != '\0')
		appendStringInfo(&detail, "%s: ", err->server);
	append_foreign_text(&detail, err->message);
	if (err->java_class[0] != '\0')
		appendStringInfo(&detail, " (%s)", err->java_class);
	if (err->elapsed > 0 && err->status != RC_OPERATION_TIMEOUT)
		appendStringInfo(&detail, " [" INT64_FORMAT " ms]", (int64) err->elapsed);

	ereport(ERROR,
			(errcode(sqlstate_of(err->status)),
			 errmsg("%s", message_of(err, server_name, table_name)),
			 mute || detail.len == 0 ? 0 : errdetail_internal("%s", detail.data),
			 hint == NULL ? 0 : errhint("%s", hint)));
	pg_unreachable();
}

/* The filter's bytes in the current context; frees the filter. */
rc_bytes
htable_host_filter_encode(rc_filter *filter, HtableHost *host)
{
	const rc_host *hooks = htable_host_hooks(host);
	rc_bytes	encoded = {NULL, 0};
	rc_bytes	copy = {NULL, 0};
	rc_status	status = RC_NO_MEMORY;

	if (filter != NULL)
		status = rc_filter_encode(filter, &encoded);
	rc_filter_free(filter);
	if (status == RC_OK)
		copy.data = palloc_extended(encoded.len, MCXT_ALLOC_NO_OOM);
	if (copy.data != NULL)
		memcpy((char *) copy.data, encoded.data, encoded.len);
	copy.len = encoded.len;
	hooks->free(hooks->ctx, (void *) encoded.data);
	if (status != RC_OK && status != RC_NO_MEMORY)
		elog(ERROR, "could not encode a filter: %s", rc_status_name(status));
	if (copy.data == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return copy;
}
