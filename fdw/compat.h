/*
 * compat.h
 *		Every difference between PostgreSQL versions that the project meets.
 *		No other file tests PG_VERSION_NUM.
 */
#ifndef HTABLE_COMPAT_H
#define HTABLE_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "htable_fdw needs PostgreSQL 15 or later"
#endif

#include "commands/vacuum.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"
#include "optimizer/clauses.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "storage/buffile.h"
#include "storage/latch.h"
#include "catalog/pg_foreign_server.h"
#include "utils/acl.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/selfuncs.h"
#include "utils/pg_locale.h"
#include "utils/wait_event.h"

/*
 * 16: extensions are built with hidden visibility, so what PostgreSQL loads is
 * marked.  Before, the marks were empty and functions had none.
 */
#if PG_VERSION_NUM < 160000
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#undef PG_FUNCTION_INFO_V1
#define PG_FUNCTION_INFO_V1(funcname) \
extern PGDLLEXPORT Datum funcname(PG_FUNCTION_ARGS); \
extern PGDLLEXPORT const Pg_finfo_record *CppConcat(pg_finfo_, funcname) (void); \
const Pg_finfo_record * \
CppConcat(pg_finfo_, funcname) (void) \
{ \
	static const Pg_finfo_record info = {1}; \
	return &info; \
} \
extern int	no_such_variable
#endif

/* 18: pg_noreturn goes before the declaration instead */
#if PG_VERSION_NUM >= 180000
#define pg_attribute_noreturn() __attribute__((noreturn))
#endif

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"

/* input functions report bad values without an error */
#define HTABLE_HAVE_SOFT_INPUT 1
#endif
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/varlena.h"

#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

/* 16: PG_RETURN in SRFs and InitMaterializedSRF were renamed from SetSingleFuncCall */
#if PG_VERSION_NUM < 160000
#define InitMaterializedSRF(fcinfo, flags) SetSingleFuncCall(fcinfo, flags)
#endif

/* 17: extensions name their own wait events */
static inline uint32
compat_wait_event(const char *name)
{
#if PG_VERSION_NUM >= 170000
	return WaitEventExtensionNew(name);
#else
	(void) name;
	return PG_WAIT_EXTENSION;
#endif
}

/* 17: wait event sets belong to a resource owner (NULL: the session) */
static inline WaitEventSet *
compat_create_wait_event_set(int nevents)
{
#if PG_VERSION_NUM >= 170000
	return CreateWaitEventSet(NULL, nevents);
#else
	return CreateWaitEventSet(TopMemoryContext, nevents);
#endif
}

/* 16: a repalloc that returns NULL when memory is short */
static inline void *
compat_repalloc_no_oom(MemoryContext context, void *ptr, Size size)
{
#if PG_VERSION_NUM >= 160000
	(void) context;
	return repalloc_extended(ptr, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
#else
	Size		old = GetMemoryChunkSpace(ptr);
	void	   *bigger;

	/* the chunk's space counts its header: never copy more than was asked for */
	bigger = MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
	if (bigger == NULL)
		return NULL;
	memcpy(bigger, ptr, Min(old - MAXIMUM_ALIGNOF, size));
	pfree(ptr);
	return bigger;
#endif
}

/* 16: what a setting's check hook leaves behind has an allocator of its own; NULL: out of memory */
static inline void *
compat_guc_alloc(Size size)
{
#if PG_VERSION_NUM >= 160000
	return guc_malloc(LOG, size);
#else
	return malloc(size);
#endif
}

/* 16: DecodeDateTime tells more of what is wrong */
static inline int
compat_decode_date_time(char **field, int *ftype, int nf, int *dtype, struct pg_tm *tm,
						fsec_t *fsec, int *zone)
{
#if PG_VERSION_NUM >= 160000
	DateTimeErrorExtra extra;

	return DecodeDateTime(field, ftype, nf, dtype, tm, fsec, zone, &extra);
#else
	return DecodeDateTime(field, ftype, nf, dtype, tm, fsec, zone);
#endif
}

/* 18: locale objects say it themselves */
static inline bool
compat_collate_is_c(Oid collation)
{
#if PG_VERSION_NUM >= 180000
	return pg_newlocale_from_collation(collation)->collate_is_c;
#else
	return lc_collate_is_c(collation);
#endif
}

/* 16: who runs the scan is in the plan node, before it was in the range table */
static inline Oid
compat_scan_user(ForeignScanState *node)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
#if PG_VERSION_NUM >= 160000
	Oid			user = plan->checkAsUser;
#else
	Oid			user = exec_rt_fetch(plan->scan.scanrelid, node->ss.ps.state)->checkAsUser;
#endif

	return OidIsValid(user) ? user : GetUserId();
}

/* 16: likewise for what is written */
static inline Oid
compat_result_user(ResultRelInfo *relinfo, EState *estate)
{
#if PG_VERSION_NUM >= 160000
	Oid			user = ExecGetResultRelCheckAsUser(relinfo, estate);
#else
	Index		rti = relinfo->ri_RangeTableIndex;
	Oid			user;

	if (rti == 0)
		rti = relinfo->ri_RootResultRelInfo->ri_RangeTableIndex;
	user = exec_rt_fetch(rti, estate)->checkAsUser;
#endif

	return OidIsValid(user) ? user : GetUserId();
}

/* 17: an estimate that looks at statistics too */
static inline double
compat_estimate_array_length(PlannerInfo *root, Node *array)
{
#if PG_VERSION_NUM >= 170000
	return estimate_array_length(root, array);
#else
	(void) root;
	return estimate_array_length(array);
#endif
}

/* 16: one object_aclcheck for every catalogue */
static inline AclResult
compat_foreign_server_aclcheck(Oid serverid, Oid roleid, AclMode mode)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ForeignServerRelationId, serverid, roleid, mode);
#else
	return pg_foreign_server_aclcheck(serverid, roleid, mode);
#endif
}

/* 17: fdw_restrictinfo; 18: disabled_nodes */
static inline ForeignPath *
compat_create_foreignscan_path(PlannerInfo *root, RelOptInfo *rel, double rows,
							   Cost startup_cost, Cost total_cost, List *pathkeys,
							   Relids required_outer)
{
#if PG_VERSION_NUM >= 180000
	return create_foreignscan_path(root, rel, NULL, rows, 0, startup_cost, total_cost,
								   pathkeys, required_outer, NULL, NIL, NIL);
#elif PG_VERSION_NUM >= 170000
	return create_foreignscan_path(root, rel, NULL, rows, startup_cost, total_cost,
								   pathkeys, required_outer, NULL, NIL, NIL);
#else
	return create_foreignscan_path(root, rel, NULL, rows, startup_cost, total_cost,
								   pathkeys, required_outer, NULL, NIL);
#endif
}

/* 16: nullable_relids went away */
static inline List *
compat_build_expression_pathkey(PlannerInfo *root, Expr *expr, Oid opno, Relids rel)
{
#if PG_VERSION_NUM >= 160000
	return build_expression_pathkey(root, expr, opno, rel, false);
#else
	return build_expression_pathkey(root, expr, NULL, opno, rel, false);
#endif
}

/* 18: a sort key holds the comparison type, before it was btree's strategy */
static inline bool
compat_pathkey_is_ascending(PathKey *pathkey)
{
#if PG_VERSION_NUM >= 180000
	return pathkey->pk_cmptype == COMPARE_LT;
#else
	return pathkey->pk_strategy == BTLessStrategyNumber;
#endif
}

/*
 * 16: find_nonnullable_vars returns sets of attribute numbers instead of Vars.
 * Is column attno of relation relid one that makes the clauses not true when
 * it is NULL?
 */
static inline bool
compat_clauses_reject_null(List *clauses, Index relid, AttrNumber attno)
{
	List	   *found = find_nonnullable_vars((Node *) clauses);
#if PG_VERSION_NUM >= 160000
	Bitmapset  *attnos;

	if ((int) relid >= list_length(found))
		return false;
	attnos = list_nth(found, relid);
	return bms_is_member(attno - FirstLowInvalidHeapAttributeNumber, attnos);
#else
	ListCell   *lc;

	foreach(lc, found)
	{
		Var		   *var = lfirst_node(Var, lc);

		if (var->varno == (int) relid && var->varattno == attno)
			return true;
	}
	return false;
#endif
}

/* 16: the closest match for a hint, as core's own */
#if PG_VERSION_NUM < 160000
typedef struct ClosestMatchState
{
	const char *source;
	int			min_d;			/* distance of the best match, -1 for none */
	int			max_d;
	const char *match;
} ClosestMatchState;

static inline void
initClosestMatch(ClosestMatchState *state, const char *source, int max_d)
{
	state->source = source;
	state->min_d = -1;
	state->max_d = max_d;
	state->match = NULL;
}

static inline void
updateClosestMatch(ClosestMatchState *state, const char *candidate)
{
	int			dist;

	/* what varstr_levenshtein takes at most, checked first because it raises */
	if (state->source[0] == '\0' || strlen(state->source) > 255)
		return;
	dist = varstr_levenshtein_less_equal(state->source, strlen(state->source),
										 candidate, strlen(candidate), 1, 1, 1,
										 state->max_d, true);
	if (dist <= state->max_d && dist <= (int) strlen(state->source) / 2 &&
		(state->min_d == -1 || dist < state->min_d))
	{
		state->min_d = dist;
		state->match = candidate;
	}
}

static inline const char *
getClosestMatch(ClosestMatchState *state)
{
	return state->match;
}
#endif

/* 17: domain checks that report without an error */
#if PG_VERSION_NUM >= 170000
#define HTABLE_HAVE_SOFT_DOMAIN 1
#endif

/* ... before, what may fail runs in a subtransaction, which parallel queries cannot have */
#define COMPAT_SOFT_ERRORS_IN_PARALLEL (PG_VERSION_NUM >= 170000)

/* 18: a NOT NULL that is NOT VALID promises nothing yet */
static inline bool
compat_attribute_not_null(TupleDesc desc, int i)
{
#if PG_VERSION_NUM >= 180000
	return TupleDescCompactAttr(desc, i)->attnullability == ATTNULLABLE_VALID;
#else
	return TupleDescAttr(desc, i)->attnotnull;
#endif
}

/* 18: generated columns that are computed when read, and stored nowhere */
static inline bool
compat_attribute_is_virtual(Form_pg_attribute att)
{
#if PG_VERSION_NUM >= 180000
	return att->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL;
#else
	(void) att;
	return false;
#endif
}

/*
 * 17: memory that all sessions share can be had without preloading.  Errors:
 * out of memory.  19: the initializer has another argument, and tranches of
 * locks are named when they are made.
 */
#if PG_VERSION_NUM >= 170000
#include "storage/dsm_registry.h"
#include "storage/lwlock.h"

#define COMPAT_HAVE_SHARED_SEGMENTS true

#if PG_VERSION_NUM >= 190000
static inline void
compat_segment_init(void *ptr, void *init)
{
	((void (*) (void *)) init) (ptr);
}
#endif

static inline void *
compat_shared_segment(const char *name, Size size, void (*init) (void *ptr))
{
	bool		found;

#if PG_VERSION_NUM >= 190000
	return GetNamedDSMSegment(name, size, compat_segment_init, &found, (void *) init);
#else
	return GetNamedDSMSegment(name, size, init, &found);
#endif
}

/* For the initializer, then for each session. */
static inline void
compat_lwlock_init(LWLock *lock, const char *name)
{
#if PG_VERSION_NUM >= 190000
	LWLockInitialize(lock, LWLockNewTrancheId(name));
#else
	LWLockInitialize(lock, LWLockNewTrancheId());
#endif
}

static inline void
compat_lwlock_attach(LWLock *lock, const char *name)
{
#if PG_VERSION_NUM < 190000
	LWLockRegisterTranche(lock->tranche, name);
#endif
}
#else
#include "storage/lwlock.h"

#define COMPAT_HAVE_SHARED_SEGMENTS false

static inline void *
compat_shared_segment(const char *name, Size size, void (*init) (void *ptr))
{
	return NULL;
}

static inline void
compat_lwlock_init(LWLock *lock, const char *name)
{
}

static inline void
compat_lwlock_attach(LWLock *lock, const char *name)
{
}
#endif

/* 19: values of jsonb are put together in one struct */
#if PG_VERSION_NUM >= 190000
typedef JsonbInState CompatJsonbState;
#else
typedef struct CompatJsonbState
{
	JsonbValue *result;
	JsonbParseState *parse_state;
} CompatJsonbState;
#endif

static inline void
compat_jsonb_push(CompatJsonbState *state, JsonbIteratorToken token, JsonbValue *value)
{
#if PG_VERSION_NUM >= 190000
	pushJsonbValue(state, token, value);
#else
	state->result = pushJsonbValue(&state->parse_state, token, value);
#endif
}

/* 16: reading a temporary file to the last byte asked for, or an error */
static inline void
compat_buffile_read(BufFile *file, void *into, size_t len)
{
#if PG_VERSION_NUM >= 160000
	BufFileReadExact(file, into, len);
#else
	if (BufFileRead(file, into, len) != len)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read from temporary file: %m")));
#endif
}

/* 18: it is said whether VACUUM or ANALYZE is to be delayed */
static inline void
compat_analyze_delay_point(void)
{
#if PG_VERSION_NUM >= 180000
	vacuum_delay_point(true);
#else
	vacuum_delay_point();
#endif
}

#endif							/* HTABLE_COMPAT_H */
