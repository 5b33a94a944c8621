/*
 * status.c
 *		Names and handling of statuses, and the status of each Java exception.
 *
 * Two tables say it all: what the client does about a status, and which
 * status an exception class has.  do_not_retry false on the wire does not mean
 * that a retry helps, and true comes with exceptions that a reopened scanner
 * cures; so the class decides first.  Upstream: DoNotRetryIOException and its
 * subclasses, ClientExceptionsUtil, RpcThrottlingException.
 */
#include "status.h"

#include <string.h>

#include "bytes.h"

#define ROW(status, action, slow, untouched) \
	[status] = {status, #status, action, slow, untouched}

static const rc_status_info infos[] = {
	/* status, action, slow, untouched */
	ROW(RC_OK, RC_SURFACE, false, false),
	ROW(RC_AGAIN, RC_SURFACE, false, false),
	ROW(RC_INTERRUPTED, RC_SURFACE, false, false),
	ROW(RC_NO_MEMORY, RC_SURFACE, false, false),
	ROW(RC_NO_DESCRIPTORS, RC_SURFACE, false, true),
	ROW(RC_INVALID, RC_SURFACE, false, true),
	/* the server may be dead and its regions elsewhere by now */
	ROW(RC_CONNECT_FAILED, RC_RELOCATE, false, true),
	ROW(RC_DISCONNECTED, RC_RELOCATE, false, false),
	ROW(RC_OPERATION_TIMEOUT, RC_SURFACE, false, false),
	/* closing the connection is the only thing that stops the server's work */
	ROW(RC_RPC_TIMEOUT, RC_RELOCATE, false, false),
	ROW(RC_PROTOCOL, RC_SURFACE, false, false),
	/* the rest of the answer is not worth reading */
	ROW(RC_TOO_LARGE, RC_SURFACE, false, false),
	ROW(RC_NO_ZOOKEEPER, RC_SURFACE, false, true),
	ROW(RC_NO_REGISTRY, RC_SURFACE, false, true),
	ROW(RC_NO_HBASE, RC_SURFACE, false, true),
	ROW(RC_BAD_REGION_INFO, RC_SURFACE, false, true),
	ROW(RC_HELPER_FAILED, RC_SURFACE, false, true),

	ROW(RC_TABLE_MISSING, RC_SURFACE, false, true),
	ROW(RC_NAMESPACE_MISSING, RC_SURFACE, false, true),
	ROW(RC_TABLE_DISABLED, RC_SURFACE, false, true),
	ROW(RC_FAMILY_MISSING, RC_SURFACE, false, true),
	ROW(RC_ACCESS_DENIED, RC_SURFACE, false, true),
	ROW(RC_NOT_SERVING, RC_RELOCATE, false, true),
	ROW(RC_REGION_MOVED, RC_RETRY_NOW, false, true),
	ROW(RC_REGION_OPENING, RC_RETRY_HERE, false, true),
	ROW(RC_WRONG_REGION, RC_RELOCATE, false, true),
	ROW(RC_SERVER_STOPPING, RC_RELOCATE, false, true),
	ROW(RC_SERVER_STARTING, RC_RELOCATE, false, true),
	ROW(RC_MASTER_UNAVAILABLE, RC_RELOCATE, false, true),
	ROW(RC_REGION_BUSY, RC_RETRY_HERE, false, true),
	ROW(RC_QUEUE_FULL, RC_RETRY_HERE, true, true),
	ROW(RC_THROTTLED, RC_RETRY_HERE, false, true),	/* for rc_throttle_wait */
	ROW(RC_QUOTA, RC_SURFACE, false, true),
	ROW(RC_RESULT_TOO_LARGE, RC_RETRY_NOW, false, true),
	ROW(RC_REQUEST_TOO_LARGE, RC_SURFACE, false, true), /* the server resets it anyway */
	ROW(RC_SCANNER_UNKNOWN, RC_REOPEN, false, false),
	ROW(RC_SCANNER_RESET, RC_REOPEN, false, false),
	ROW(RC_SCANNER_OUT_OF_ORDER, RC_REOPEN, false, false),
	ROW(RC_SCANNER_LEASE, RC_REOPEN, false, false),
	/* as our own time-out: whether a next was consumed is unknown, so never RC_RETRY_HERE */
	ROW(RC_SERVER_TIMEOUT, RC_RELOCATE, false, false),
	ROW(RC_SERVER_IO, RC_FEW_TRIES, false, false),
	ROW(RC_NO_SUCH_SERVICE, RC_SURFACE, false, true),
	ROW(RC_CONNECTION_REFUSED_BY_SERVER, RC_SURFACE, false, true),
	ROW(RC_SERVER_FINAL, RC_SURFACE, false, true),
	ROW(RC_SERVER_UNKNOWN, RC_RELOCATE, false, false),	/* as Java's client */
};

#define NINFOS	(sizeof(infos) / sizeof(infos[0]))

/* A number that is no status is handled as a server exception unknown to us. */
const rc_status_info *
rc_status_lookup(rc_status status)
{
	if ((size_t) status >= NINFOS || infos[status].name == NULL)
		return &infos[RC_SERVER_UNKNOWN];
	return &infos[status];
}

const char *
rc_status_name(rc_status status)
{
	return rc_status_lookup(status)->name;
}

/*
 * Exception classes by the last part of their names: HBase moved some of them
 * between packages, and has none twice.  Those that mean only "do not retry"
 * must be here too, since Multi's answers have no flag for it.
 */
static const struct
{
	const char *name;
	rc_status	status;
}			classes[] = {
	{"NotServingRegionException", RC_NOT_SERVING},
	{"RegionMovedException", RC_REGION_MOVED},
	{"RegionOpeningException", RC_REGION_OPENING},
	{"WrongRegionException", RC_WRONG_REGION},
	{"RegionServerStoppedException", RC_SERVER_STOPPING},
	{"RegionServerAbortedException", RC_SERVER_STOPPING},
	{"ServerNotRunningYetException", RC_SERVER_STARTING},
	{"PleaseHoldException", RC_MASTER_UNAVAILABLE},
	{"MasterStoppedException", RC_MASTER_UNAVAILABLE},
	{"MasterNotRunningException", RC_MASTER_UNAVAILABLE},
	{"NotAllMetaRegionsOnlineException", RC_MASTER_UNAVAILABLE},
	{"RegionTooBusyException", RC_REGION_BUSY},
	{"CallQueueTooBigException", RC_QUEUE_FULL},
	{"CallDroppedException", RC_QUEUE_FULL},
	{"RpcThrottlingException", RC_THROTTLED},
	{"SpaceLimitingException", RC_QUOTA},
	{"QuotaExceededException", RC_QUOTA},
	{"ThrottlingException", RC_QUOTA},
	{"RetryImmediatelyException", RC_RESULT_TOO_LARGE},
	{"MultiActionResultTooLarge", RC_RESULT_TOO_LARGE},
	{"RequestTooBigException", RC_REQUEST_TOO_LARGE},
	{"UnknownScannerException", RC_SCANNER_UNKNOWN},
	{"ScannerResetException", RC_SCANNER_RESET},
	{"OutOfOrderScannerNextException", RC_SCANNER_OUT_OF_ORDER},
	{"LeaseException", RC_SCANNER_LEASE},
	{"TimeoutIOException", RC_SERVER_TIMEOUT},
	{"TableNotFoundException", RC_TABLE_MISSING},
	{"NamespaceNotFoundException", RC_NAMESPACE_MISSING},
	{"TableNotEnabledException", RC_TABLE_DISABLED},
	{"NoSuchColumnFamilyException", RC_FAMILY_MISSING},
	{"AccessDeniedException", RC_ACCESS_DENIED},
	{"UnknownProtocolException", RC_NO_SUCH_SERVICE},

	/* org.apache.hadoop.hbase.ipc: handshakes */
	{"FatalConnectionException", RC_CONNECTION_REFUSED_BY_SERVER},
	{"WrongVersionException", RC_CONNECTION_REFUSED_BY_SERVER},
	{"BadAuthException", RC_CONNECTION_REFUSED_BY_SERVER},
	{"EmptyServiceNameException", RC_CONNECTION_REFUSED_BY_SERVER},
	{"UnknownServiceException", RC_CONNECTION_REFUSED_BY_SERVER},
	{"UnsupportedCellCodecException", RC_CONNECTION_REFUSED_BY_SERVER},
	{"UnsupportedCompressionCodecException", RC_CONNECTION_REFUSED_BY_SERVER},
	{"UnsupportedCryptoException", RC_CONNECTION_REFUSED_BY_SERVER},

	/* a retry gives the same again; WrongRowIOException says otherwise and lies */
	{"ConcurrentTableModificationException", RC_SERVER_FINAL},
	{"ConstraintException", RC_SERVER_FINAL},
	{"CoprocessorException", RC_SERVER_FINAL},
	{"CorruptHFileException", RC_SERVER_FINAL},
	{"DoNotRetryIOException", RC_SERVER_FINAL},
	{"DoNotRetryRegionException", RC_SERVER_FINAL},
	{"FailedSanityCheckException", RC_SERVER_FINAL},
	{"HBaseSnapshotException", RC_SERVER_FINAL},
	{"CorruptedSnapshotException", RC_SERVER_FINAL},
	{"ExportSnapshotException", RC_SERVER_FINAL},
	{"RestoreSnapshotException", RC_SERVER_FINAL},
	{"SnapshotCreationException", RC_SERVER_FINAL},
	{"SnapshotDoesNotExistException", RC_SERVER_FINAL},
	{"SnapshotExistsException", RC_SERVER_FINAL},
	{"SnapshotTTLExpiredException", RC_SERVER_FINAL},
	{"UnknownSnapshotException", RC_SERVER_FINAL},
	{"InvalidFamilyOperationException", RC_SERVER_FINAL},
	{"InvalidLabelException", RC_SERVER_FINAL},
	{"MergeRegionException", RC_SERVER_FINAL},
	{"NamespaceExistException", RC_SERVER_FINAL},
	{"RowTooBigException", RC_SERVER_FINAL},
	{"TableExistsException", RC_SERVER_FINAL},
	{"TableNotDisabledException", RC_SERVER_FINAL},
	{"UnknownRegionException", RC_SERVER_FINAL},
	{"WrongRowIOException", RC_SERVER_FINAL},
};

static bool
contains(rc_bytes text, const char *part)
{
	size_t		len = strlen(part);

	for (size_t i = 0; i + len <= text.len; i++)
		if (memcmp(text.data + i, part, len) == 0)
			return true;
	return false;
}

static bool
starts_with(rc_bytes text, const char *head)
{
	return text.len >= strlen(head) && memcmp(text.data, head, strlen(head)) == 0;
}

static rc_bytes
simple_name(rc_bytes java_class)
{
	for (size_t i = java_class.len; i > 0; i--)
		if (java_class.data[i - 1] == '.')
			return rc_bytes_of(java_class.data + i, java_class.len - i);
	return java_class;
}

rc_status
rc_status_from_java(rc_bytes java_class, rc_bytes message, bool do_not_retry)
{
	rc_bytes	name = simple_name(java_class);
	/* Java's own classes may share a simple name with HBase's: java.nio.file.AccessDeniedException */
	bool		foreign = starts_with(java_class, "java.") ||
		starts_with(java_class, "javax.") || contains(java_class, ".protobuf.");

	/* the write-ahead log rolls or its server is aborting: AbstractFSWAL */
	if (rc_bytes_equal(java_class, rc_bytes_cstr("java.io.IOException")) &&
		contains(message, "Cannot append; log is closed"))
		return RC_NOT_SERVING;
	/* RSRpcServices.rejectLargeRows: hbase.rpc.rows.size.threshold.reject */
	if (contains(message, "Rejecting large batch operation"))
		return RC_REQUEST_TOO_LARGE;
	/* HRegion.getRowLockInternal, of either class: nothing was done yet */
	if (starts_with(message, "Timed out waiting for lock for row"))
		return RC_REGION_BUSY;
	if (!foreign)
		for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
			if (rc_bytes_equal(name, rc_bytes_cstr(classes[i].name)))
				return classes[i].status;
	if (do_not_retry)
		return RC_SERVER_FINAL;
	return foreign ? RC_SERVER_IO : RC_SERVER_UNKNOWN;
}

/* Units of RpcThrottlingException: "1hrs, 2mins, 3sec" and "250ms"; singular forms too. */
static const struct
{
	const char *name;
	int64_t		ms;
}			units[] = {
	{"ms", 1},
	{"sec", 1000},
	{"min", 60 * 1000},
	{"hr", 60 * 60 * 1000},
};

/* No wait is longer: keeps sums of four parts far from overflow. */
#define MAX_WAIT	INT32_MAX

/* Reads one "12min" at *s and moves past it and its plural s; -1 when it is none. */
static int64_t
wait_part(const char **s)
{
	int64_t		n = 0;
	const char *p = *s;

	if (*p < '0' || *p > '9')
		return -1;
	for (; *p >= '0' && *p <= '9'; p++)
		n = n > MAX_WAIT ? n : n * 10 + (*p - '0');
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
	{
		if (strncmp(p, units[i].name, strlen(units[i].name)) != 0)
			continue;
		p += strlen(units[i].name);
		*s = *p == 's' ? p + 1 : p;
		return n > MAX_WAIT / units[i].ms ? MAX_WAIT : n * units[i].ms;
	}
	return -1;
}

int64_t
rc_throttle_wait(const char *message)
{
	const char *at = NULL;
	int64_t		wait = 0;

	/* the last one: the text in front holds user and table names */
	for (const char *p = strstr(message, "wait "); p != NULL; p = strstr(at, "wait "))
		at = p + strlen("wait ");
	if (at == NULL)
		return -1;
	for (;;)
	{
		int64_t		part = wait_part(&at);

		if (part < 0)
			return -1;
		wait += part;
		if (strncmp(at, ", ", 2) != 0)
			return wait;
		at += 2;
	}
}
