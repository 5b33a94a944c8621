/*
 * htable_fdw.c
 *		Module magic, settings, and the table of callbacks: wiring only.
 */
#include "increment.h"
#include "scan.h"
#include "statistics.h"
#include "target.h"

#include "utils/builtins.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(htable_fdw_handler);
PG_FUNCTION_INFO_V1(htable_fdw_version);

bool		htable_enable_key_range = true;
bool		htable_enable_time_range = true;
bool		htable_enable_value_filter = true;
bool		htable_enable_projection = true;
bool		htable_enable_limit = true;
bool		htable_enable_key_order = true;
bool		htable_enable_parallel = true;
bool		htable_enable_overlap = true;
bool		htable_enable_any_order = true;
bool		htable_enable_range_filter = true;
bool		htable_enable_increment = true;

static void
define_switch(const char *name, const char *description, bool *variable)
{
	DefineCustomBoolVariable(name, description, NULL, variable, true, PGC_USERSET, 0,
							 NULL, NULL, NULL);
}

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	define_switch("htable_fdw.enable_key_range",
				  "Turns conditions on the row key into ranges that HBase scans.",
				  &htable_enable_key_range);
	define_switch("htable_fdw.enable_time_range",
				  "Lets HBase choose cells by timestamp.", &htable_enable_time_range);
	define_switch("htable_fdw.enable_value_filter",
				  "Lets HBase test cells and send only the rows that pass.",
				  &htable_enable_value_filter);
	define_switch("htable_fdw.enable_projection",
				  "Asks HBase only for the columns a query needs.", &htable_enable_projection);
	define_switch("htable_fdw.enable_limit",
				  "Lets HBase stop after the rows of a LIMIT.", &htable_enable_limit);
	define_switch("htable_fdw.enable_key_order",
				  "Takes the order of row keys as the order of rows.", &htable_enable_key_order);
	define_switch("htable_fdw.enable_parallel",
				  "Lets parallel workers read from HBase, and share scans.", &htable_enable_parallel);
	define_switch("htable_fdw.enable_overlap",
				  "Reads several regions at a time.", &htable_enable_overlap);
	define_switch("htable_fdw.enable_any_order",
				  "Takes rows of big scans from whichever region has some, where their order does not matter.",
				  &htable_enable_any_order);
	define_switch("htable_fdw.enable_range_filter",
				  "Reads long lists of row keys and ranges by scans with a filter.",
				  &htable_enable_range_filter);
	define_switch("htable_fdw.enable_increment",
				  "Lets HBase add to numbers of rows whose keys an UPDATE fixes.",
				  &htable_enable_increment);
	htable_asof_init();
	MarkGUCPrefixReserved("htable_fdw");
	htable_session_init();
}

Datum
htable_fdw_handler(PG_FUNCTION_ARGS)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	routine->GetForeignRelSize = htableGetForeignRelSize;
	routine->GetForeignPaths = htableGetForeignPaths;
	routine->GetForeignPlan = htableGetForeignPlan;
	routine->BeginForeignScan = htableBeginForeignScan;
	routine->IterateForeignScan = htableIterateForeignScan;
	routine->ReScanForeignScan = htableReScanForeignScan;
	routine->EndForeignScan = htableEndForeignScan;
	routine->ExplainForeignScan = htableExplainForeignScan;
	routine->IsForeignScanParallelSafe = htableIsForeignScanParallelSafe;
	routine->EstimateDSMForeignScan = htableEstimateDSMForeignScan;
	routine->InitializeDSMForeignScan = htableInitializeDSMForeignScan;
	routine->ReInitializeDSMForeignScan = htableReInitializeDSMForeignScan;
	routine->InitializeWorkerForeignScan = htableInitializeWorkerForeignScan;
	routine->ShutdownForeignScan = htableShutdownForeignScan;
	routine->IsForeignPathAsyncCapable = htableIsForeignPathAsyncCapable;
	routine->ForeignAsyncRequest = htableForeignAsyncRequest;
	routine->ForeignAsyncConfigureWait = htableForeignAsyncConfigureWait;
	routine->ForeignAsyncNotify = htableForeignAsyncNotify;
	routine->IsForeignRelUpdatable = htableIsForeignRelUpdatable;
	routine->PlanForeignModify = htablePlanForeignModify;
	routine->BeginForeignModify = htableBeginForeignModify;
	routine->AddForeignUpdateTargets = htableAddForeignUpdateTargets;
	routine->ExecForeignUpdate = htableExecForeignUpdate;
	routine->ExecForeignDelete = htableExecForeignDelete;
	routine->PlanDirectModify = htablePlanDirectModify;
	routine->BeginDirectModify = htableBeginDirectModify;
	routine->IterateDirectModify = htableIterateDirectModify;
	routine->EndDirectModify = htableEndDirectModify;
	routine->ExplainDirectModify = htableExplainDirectModify;
	routine->ExecForeignInsert = htableExecForeignInsert;
	routine->ExecForeignBatchInsert = htableExecForeignBatchInsert;
	routine->GetForeignModifyBatchSize = htableGetForeignModifyBatchSize;
	routine->EndForeignModify = htableEndForeignModify;
	routine->BeginForeignInsert = htableBeginForeignInsert;
	routine->EndForeignInsert = htableEndForeignInsert;
	routine->ExplainForeignModify = htableExplainForeignModify;
	routine->ExecForeignTruncate = htableExecForeignTruncate;
	routine->AnalyzeForeignTable = htableAnalyzeForeignTable;
	routine->ImportForeignSchema = htableImportForeignSchema;
	PG_RETURN_POINTER(routine);
}

/* htable_fdw_version(): the version of the loaded library, as text. */
Datum
htable_fdw_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(HTABLE_FDW_VERSION));
}
