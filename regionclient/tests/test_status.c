/*
 * test_status.c
 *		Promises of status.c.
 */
#include "status.h"

#include <string.h>

#include "bytes.h"
#include "golden.h"
#include "tap.h"

#define HBASE	"org.apache.hadoop.hbase."

static rc_status
of(const char *java_class, const char *message, bool do_not_retry)
{
	return rc_status_from_java(rc_bytes_cstr(java_class), rc_bytes_cstr(message), do_not_retry);
}

static void
test_every_status(void)
{
	bool		complete = true;

	for (int s = RC_OK; s <= RC_SERVER_UNKNOWN; s++)
	{
		const rc_status_info *info = rc_status_lookup((rc_status) s);

		complete = complete && info->status == (rc_status) s &&
			strncmp(info->name, "RC_", 3) == 0;
	}
	ok(complete, "every status has its row");
	ok(strcmp(rc_status_name(RC_OK), "RC_OK") == 0 &&
	   strcmp(rc_status_name(RC_SCANNER_OUT_OF_ORDER), "RC_SCANNER_OUT_OF_ORDER") == 0,
	   "a status is named as in the header");
	ok(rc_status_lookup((rc_status) 9999)->status == RC_SERVER_UNKNOWN &&
	   rc_status_lookup((rc_status) -1)->status == RC_SERVER_UNKNOWN,
	   "a number that is no status is an unknown one");
}

static bool
acts(rc_status status, rc_remedy action, bool slow)
{
	const rc_status_info *info = rc_status_lookup(status);

	return info->action == action && info->slow == slow;
}

static void
test_actions(void)
{
	ok(acts(RC_NOT_SERVING, RC_RELOCATE, false) &&
	   acts(RC_WRONG_REGION, RC_RELOCATE, false), "a region elsewhere is located again");
	ok(acts(RC_REGION_MOVED, RC_RETRY_NOW, false), "a move with its target is followed at once");
	ok(acts(RC_QUEUE_FULL, RC_RETRY_HERE, true), "an overloaded server gets a longer pause");
	ok(acts(RC_SCANNER_UNKNOWN, RC_REOPEN, false) &&
	   acts(RC_SCANNER_RESET, RC_REOPEN, false) &&
	   acts(RC_SCANNER_OUT_OF_ORDER, RC_REOPEN, false) &&
	   acts(RC_SCANNER_LEASE, RC_REOPEN, false), "a lost scanner is opened again");
	ok(acts(RC_RPC_TIMEOUT, RC_RELOCATE, false) &&
	   acts(RC_DISCONNECTED, RC_RELOCATE, false) &&
	   acts(RC_CONNECT_FAILED, RC_RELOCATE, false),
	   "a silent server loses its connection and its location");
	ok(rc_status_lookup(RC_SERVER_TIMEOUT)->action != RC_RETRY_HERE,
	   "a time-out is never answered by sending the same again");
	ok(acts(RC_PROTOCOL, RC_SURFACE, false), "a protocol violation ends the connection");
	ok(acts(RC_OPERATION_TIMEOUT, RC_SURFACE, false) &&
	   acts(RC_INTERRUPTED, RC_SURFACE, false),
	   "the host's deadline and interrupt leave connections alone");
	ok(acts(RC_SERVER_IO, RC_FEW_TRIES, false), "server trouble is tried a few times");
}

static const struct
{
	const char *name;
	rc_status	status;
}			known[] = {
	{HBASE "NotServingRegionException", RC_NOT_SERVING},
	{HBASE "exceptions.RegionMovedException", RC_REGION_MOVED},
	{HBASE "exceptions.RegionOpeningException", RC_REGION_OPENING},
	{HBASE "regionserver.WrongRegionException", RC_WRONG_REGION},
	{HBASE "regionserver.RegionServerStoppedException", RC_SERVER_STOPPING},
	{HBASE "regionserver.RegionServerAbortedException", RC_SERVER_STOPPING},
	{HBASE "ipc.ServerNotRunningYetException", RC_SERVER_STARTING},
	{HBASE "PleaseHoldException", RC_MASTER_UNAVAILABLE},
	{HBASE "exceptions.MasterStoppedException", RC_MASTER_UNAVAILABLE},
	{HBASE "MasterNotRunningException", RC_MASTER_UNAVAILABLE},
	{HBASE "NotAllMetaRegionsOnlineException", RC_MASTER_UNAVAILABLE},
	{HBASE "RegionTooBusyException", RC_REGION_BUSY},
	{HBASE "CallQueueTooBigException", RC_QUEUE_FULL},
	{HBASE "CallDroppedException", RC_QUEUE_FULL},
	{HBASE "quotas.RpcThrottlingException", RC_THROTTLED},
	{HBASE "quotas.SpaceLimitingException", RC_QUOTA},
	{HBASE "quotas.QuotaExceededException", RC_QUOTA},
	{HBASE "quotas.ThrottlingException", RC_QUOTA},
	{HBASE "RetryImmediatelyException", RC_RESULT_TOO_LARGE},
	{HBASE "MultiActionResultTooLarge", RC_RESULT_TOO_LARGE},
	{HBASE "exceptions.RequestTooBigException", RC_REQUEST_TOO_LARGE},
	{HBASE "UnknownScannerException", RC_SCANNER_UNKNOWN},
	{HBASE "exceptions.ScannerResetException", RC_SCANNER_RESET},
	{HBASE "exceptions.OutOfOrderScannerNextException", RC_SCANNER_OUT_OF_ORDER},
	{HBASE "regionserver.LeaseException", RC_SCANNER_LEASE},
	{HBASE "exceptions.TimeoutIOException", RC_SERVER_TIMEOUT},
	{HBASE "TableNotFoundException", RC_TABLE_MISSING},
	{HBASE "NamespaceNotFoundException", RC_NAMESPACE_MISSING},
	{HBASE "TableNotEnabledException", RC_TABLE_DISABLED},
	{HBASE "regionserver.NoSuchColumnFamilyException", RC_FAMILY_MISSING},
	{HBASE "security.AccessDeniedException", RC_ACCESS_DENIED},
	{HBASE "exceptions.UnknownProtocolException", RC_NO_SUCH_SERVICE},
	{HBASE "ipc.FatalConnectionException", RC_CONNECTION_REFUSED_BY_SERVER},
	{HBASE "ipc.WrongVersionException", RC_CONNECTION_REFUSED_BY_SERVER},
	{HBASE "ipc.BadAuthException", RC_CONNECTION_REFUSED_BY_SERVER},
};

/* A Multi says of none of these that they are final. */
static const char *const final[] = {
	"DoNotRetryIOException", "DoNotRetryRegionException", "ConcurrentTableModificationException",
	"constraint.ConstraintException", "coprocessor.CoprocessorException",
	"io.hfile.CorruptHFileException", "exceptions.FailedSanityCheckException",
	"snapshot.HBaseSnapshotException", "snapshot.SnapshotDoesNotExistException",
	"InvalidFamilyOperationException", "security.visibility.InvalidLabelException",
	"exceptions.MergeRegionException", "NamespaceExistException", "client.RowTooBigException",
	"TableExistsException", "TableNotDisabledException", "UnknownRegionException",
	"client.WrongRowIOException",
};

static void
test_classes(void)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		ok(of(known[i].name, "", false) == known[i].status &&
		   of(known[i].name, "", true) == known[i].status,
		   "%s is %s", strrchr(known[i].name, '.') + 1, rc_status_name(known[i].status));
	for (size_t i = 0; i < sizeof(final) / sizeof(final[0]); i++)
	{
		char		name[200];

		snprintf(name, sizeof(name), HBASE "%s", final[i]);
		ok(of(name, "", false) == RC_SERVER_FINAL, "%s is final without its flag", final[i]);
	}
}

static void
test_other_classes(void)
{
	ok(of("moved.elsewhere.NotServingRegionException", "", false) == RC_NOT_SERVING &&
	   of("NotServingRegionException", "", false) == RC_NOT_SERVING, "the package does not matter");
	ok(of(HBASE "NotServingRegionExceptionX", "", false) == RC_SERVER_UNKNOWN &&
	   of(HBASE "XNotServingRegionException", "", false) == RC_SERVER_UNKNOWN,
	   "the whole name matters");
	ok(of("java.nio.file.AccessDeniedException", "/data", false) == RC_SERVER_IO,
	   "a Java class with the name of HBase's is not HBase's");
	ok(of("java.io.IOException", "x: Cannot append; log is closed, regionName = r", false) == RC_NOT_SERVING,
	   "a closed log is a region on its way");
	ok(of("java.io.IOException", "Timed out waiting for lock for row: r in region t", false) == RC_REGION_BUSY &&
	   of(HBASE "exceptions.TimeoutIOException", "Timed out waiting for lock for row: r", false) == RC_REGION_BUSY,
	   "a row that others lock is busy");
	ok(of("java.io.IOException", "Rejecting large batch operation for current batch", false) == RC_REQUEST_TOO_LARGE,
	   "too many actions are a request too large");
	ok(of("java.io.IOException", "Failed to get sync result", false) == RC_SERVER_IO &&
	   of("org.apache.hbase.thirdparty.com.google.protobuf.InvalidProtocolBufferException", "", false) == RC_SERVER_IO &&
	   of("java.lang.IllegalArgumentException", "", false) == RC_SERVER_IO,
	   "Java's and protobuf's exceptions are server trouble");
	ok(of("java.io.IOException", "", true) == RC_SERVER_FINAL &&
	   of("com.example.Unheard", "", true) == RC_SERVER_FINAL, "an unknown class may say that it is final");
	ok(of("com.example.Unheard", "", false) == RC_SERVER_UNKNOWN &&
	   of("", "", false) == RC_SERVER_UNKNOWN && of("...", "", false) == RC_SERVER_UNKNOWN,
	   "any other class is unknown");
}

static void
test_throttle(void)
{
	ok(rc_throttle_wait("read size limit exceeded - wait 282ms") == 282, "a wait in ms");
	ok(rc_throttle_wait("number of requests exceeded - wait 1min, 1sec, 250ms") == 61250,
	   "a wait of several units");
	ok(rc_throttle_wait("x - wait 1hr, 2min") == 3720000 &&
	   rc_throttle_wait("x - wait 2hrs, 3mins, 4sec") == 7384000, "units in singular and plural");
	ok(rc_throttle_wait("please wait for wait 5sec") == 5000, "the last wait counts");
	ok(rc_throttle_wait("wait 99999999999999999999hrs") == INT32_MAX, "a huge wait is capped");
	ok(rc_throttle_wait("") == -1 && rc_throttle_wait("wait ") == -1 &&
	   rc_throttle_wait("wait a ms") == -1 && rc_throttle_wait("wait 5 days") == -1 &&
	   rc_throttle_wait("wait 1sec, ") == -1, "a text without a wait has none");
}

/* Which failures say that a mutation was not applied. */
static void
untouched(void)
{
	static const rc_status open[] = {RC_DISCONNECTED, RC_RPC_TIMEOUT, RC_SERVER_TIMEOUT, RC_SERVER_IO,
	RC_SERVER_UNKNOWN, RC_PROTOCOL, RC_TOO_LARGE, RC_NO_MEMORY, RC_OPERATION_TIMEOUT};
	static const rc_status sure[] = {RC_CONNECT_FAILED, RC_NOT_SERVING, RC_REGION_MOVED, RC_REGION_BUSY,
	RC_QUEUE_FULL, RC_THROTTLED, RC_WRONG_REGION, RC_FAMILY_MISSING, RC_SERVER_FINAL, RC_RESULT_TOO_LARGE};
	bool		good = true;

	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		good = good && !rc_status_lookup(open[i])->untouched;
	ok(good, "what leaves open whether a mutation was applied is not taken for a refusal");
	for (size_t i = 0; i < sizeof(sure) / sizeof(sure[0]); i++)
		good = good && rc_status_lookup(sure[i])->untouched;
	ok(good, "what the server refused was not applied");
}

int
main(int argc, char **argv)
{
	golden_init(argc, argv);
	test_every_status();
	test_actions();
	test_classes();
	test_other_classes();
	test_throttle();
	untouched();
	return tap_done();
}
