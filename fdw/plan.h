/*
 * plan.h
 *		Shared declarations of what is pushed down: how conditions are
 *		classified, what the plan holds of them, and what becomes of them with
 *		the values of a scan.  Grouped by file, as htable_fdw.h is.
 */
#ifndef HTABLE_PLAN_H
#define HTABLE_PLAN_H

#include "htable_fdw.h"
#include "keyrange.h"

/* ---- keyrange_part.c: byte ranges of the parts of a key ---- */

/*
 * The byte strings of a part (terminator included where it is terminated) for
 * whose values `value op b`, or which begin with a prefix: of parts whose
 * bytes are the value's own.
 */
extern HtableRangeSet *htable_ranges_part_compare(const HtableKeyPart *part, HtableCompare op,
												  HtableBytes b);
extern HtableRangeSet *htable_ranges_part_prefix(const HtableKeyPart *part, HtableBytes prefix);

/* ---- mapuse.c: which members of maps a query uses ---- */

typedef enum HtableMapUse
{
	HTABLE_MAPUSE_NONE,
	HTABLE_MAPUSE_TEXT,			/* map->>'key' */
	HTABLE_MAPUSE_JSON,			/* map->'key', map['key'] */
	HTABLE_MAPUSE_EXISTS		/* map ? 'key' */
} HtableMapUse;

/* Is the node such a use, of which map and with what key? */
extern HtableMapUse htable_mapuse_match(Node *node, Index relid, const HtableMapping *mapping,
										HtableColumn **column, char **key);
extern List *htable_mapuse_find(PlannerInfo *root, RelOptInfo *rel,
								const HtableMapping *mapping, List *clauses);
extern void htable_mapuse_apply(HtableMapping *mapping, List *uses);
extern HtableColumn *htable_mapuse_member(HtableMapping *mapping, const HtableColumn *map,
										  const char *key);
extern List *htable_mapuse_members(const HtableMapping *mapping);
extern void htable_mapuse_restore(HtableMapping *mapping, List *members);

/* ---- clause.c: one clause -> exact / superset / local, with the reason ---- */

/*
 * A condition on the row key, on the timestamp or on cells, as plain nodes for
 * the plan: a List whose first member is an Integer of this enum.
 */
typedef enum HtableCondTag
{
	HTABLE_COND_AND,			/* conditions */
	HTABLE_COND_OR,				/* conditions */
	HTABLE_COND_COMPARE,		/* HtableCompare, place of the right side in fdw_exprs */
	HTABLE_COND_ANY,			/* HtableCompare, place of an array in fdw_exprs */
	HTABLE_COND_PREFIX,			/* place of the prefix */
	HTABLE_COND_LIKE,			/* place of the pattern */
	HTABLE_COND_NOTHING,		/* never true */
	HTABLE_COND_PART,			/* part of the key, condition on it alone */
	HTABLE_COND_NULL,			/* the part is the null of OrderedBytes */
	HTABLE_COND_NOT_NULL,

	/* on cells; the second member is the column's attribute number */
	HTABLE_COND_CELL_COMPARE,	/* HtableCompare, place of the right side */
	HTABLE_COND_CELL_DIFFERS,	/* place: cell <> value */
	HTABLE_COND_CELL_ANY,		/* HtableCompare, place of an array */
	HTABLE_COND_CELL_NONE,		/* place of an array: cell <> ALL (array) */
	HTABLE_COND_CELL_PREFIX,	/* place of the prefix */
	HTABLE_COND_CELL_LIKE,		/* place of the pattern */
	HTABLE_COND_CELL_NULL,
	HTABLE_COND_CELL_NOT_NULL
} HtableCondTag;

/* What a condition is about: never several of them at once. */
typedef enum HtableTarget
{
	HTABLE_TARGET_KEY,
	HTABLE_TARGET_TIME,			/* ':timestamp' */
	HTABLE_TARGET_AS_OF,		/* ':as_of' */
	HTABLE_TARGET_CELLS			/* shape cells: on family and qualifier of each cell */
} HtableTarget;

typedef enum HtableClauseState
{
	HTABLE_CLAUSE_EXACT,		/* HBase returns what the clause asks for: dropped here */
	HTABLE_CLAUSE_SUPERSET,		/* narrows the scan, and is checked here again */
	HTABLE_CLAUSE_LOCAL			/* checked here only */
} HtableClauseState;

typedef struct HtableClause
{
	HtableClauseState state;
	HtableTarget target;
	List	   *cond;			/* NIL when local */
	const char *reason;			/* a few words for EXPLAIN */
} HtableClause;

typedef struct HtableClauseContext
{
	PlannerInfo *root;
	RelOptInfo *rel;
	HtableMapping *mapping;
	List	   *exprs;			/* right sides met so far: becomes fdw_exprs */

	/* clause.c's own */
	bool		as_cells;		/* conditions on cells are looked for, else those on the rest */
	int			depth;			/* of the AND and OR around */
} HtableClauseContext;

/* What becomes of clauses that must all hold. */
typedef struct HtableClauses
{
	HtableClause *clauses;		/* one for each */
	double		keys;			/* so many keys, about; 0: no such bound */
	bool	   *single;			/* by part of the key: it has one value, in one form */
} HtableClauses;

extern HtableClauses htable_clauses_classify(HtableClauseContext *cx, List *rinfos);

/* The evaluated right sides of a scan. */
typedef struct HtableValues
{
	int			n;
	Datum	   *values;
	bool	   *nulls;
	Oid		   *types;
} HtableValues;

/* ---- asof.c: as of which moment a scan reads ---- */

typedef struct HtableAsOf
{
	int64		time_to;		/* cells before this are read, ms; PG_INT64_MAX: all */
	Datum		shown;			/* in the column ':as_of' */
	bool		given;			/* some moment is asked for */
} HtableAsOf;

extern void htable_asof_init(void);
extern void htable_asof_check(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping);
extern bool htable_asof_clause(HtableClauseContext *cx, Node *clause, HtableClause *found);
extern HtableAsOf htable_asof_declared(const HtableMapping *mapping);
extern bool htable_asof_resolve(List *conds, const HtableMapping *mapping,
								const HtableValues *values, HtableAsOf *as_of);

/* ---- past.c: whether HBase still knows a past that is asked for ---- */

extern void htable_past_check(HtableConnection *connection, const HtableMapping *mapping,
							  const HtableAsOf *as_of);

/* ---- pushdown.c: conditions and their values -> byte ranges, time range ---- */

/* The byte strings with "bytes op value" true, of a column whose values have one length. */
extern HtableRangeSet *htable_pushdown_compare(const HtableColumn *column, HtableCompare op,
											   Datum value, Oid type);

/* The bytes that a value is compared by. */
extern HtableBytes htable_pushdown_bytes(const HtableColumn *column, Datum value);

/* The elements of an array: their type and number, values and nulls. */
extern int	htable_pushdown_elements(Datum array, Oid *type, Datum **elements, bool **nulls);

/*
 * Appends the literal head of a LIKE pattern; true: the pattern is nothing else.
 * (The clause saw to it that the database is UTF8.)
 */
extern bool htable_pushdown_like_head(Datum pattern, StringInfo head);

/* The first cell time (ms) for which every condition may hold; false: there is none. */
extern bool htable_pushdown_times(List *conds, const HtableColumn *timestamp,
								  const HtableValues *values, int64 *from);

/* ---- pushdown_key.c: conditions on the parts of the key -> key ranges ---- */

/* More ranges than these are not made of lists on several parts: later ones are left. */
#define HTABLE_KEY_RANGES_MAX	10000

/* Keys for which every condition of the list may hold. */
extern HtableRangeSet *htable_pushdown_ranges(List *conds, const HtableMapping *mapping,
											  const HtableValues *values);

/* Are these all the keys of the foreign table? */
extern bool htable_pushdown_is_all(const HtableRangeSet *set, const HtableMapping *mapping);

/* The parts that conditions are about. */
extern Bitmapset *htable_pushdown_parts(List *conds);

/* ---- filterplan.c: conditions on cells -> a filter that region servers run ---- */

/*
 * The most values one condition compares a cell with.  The server tries them
 * one by one on each row, some 80 ns each: a long list is cheaper to check here.
 */
#define HTABLE_FILTER_VALUES_MAX	32

/* AND and OR inside each other; a filter may be some 30 levels deep, a condition takes a few more. */
#define HTABLE_FILTER_DEPTH_MAX		16

/* NULL when cells of the column can be compared with values, else why not. */
extern const char *htable_filterplan_refusal(const HtableColumn *column);

/* What a test "cell op value" of a column is: exact or superset. */
extern HtableClauseState htable_filterplan_compare_state(const HtableColumn *column,
														 bool equality);

/* What a test for an absent (or present) cell is; local: there is none. */
extern HtableClauseState htable_filterplan_null_state(const HtableColumn *column, bool is_null);

/* What a row must pass, with the values of this (re)scan; in shape cells, what a cell must. */
typedef struct HtableTest HtableTest;

/* The conjunction of conditions, NULL when every row passes; *nothing: none does. */
extern HtableTest *htable_filterplan_make(List *conds, const HtableMapping *mapping,
										  const HtableValues *values, bool *nothing);

/*
 * Shape cells: the families (or qualifiers, by kind) of which a cell must have
 * one, as a List of rc_bytes *; *rest: what it must pass besides.  NIL: any.
 */
extern List *htable_filterplan_names(const HtableTest *test, HtableColumnKind kind,
									 const HtableTest **rest);

/* The filter in memory of the host; never raises; NULL: out of memory. */
extern rc_filter *htable_filterplan_build(const HtableTest *test, const rc_host *host);

/* ---- columnset.c: the columns and the filter of a read ---- */

/* How a scan sees every row although it wants few columns (docs/architecture.md). */
typedef enum HtableMarkerRule
{
	HTABLE_MARKER_FAMILIES,		/* whole families are read */
	HTABLE_MARKER_TIMES,		/* ... but no values */
	HTABLE_MARKER_CLAUSE,		/* a wanted column is tested by a clause that is not true for NULL */
	HTABLE_MARKER_COLUMN,		/* a NOT NULL column or row_marker is read along */
	HTABLE_MARKER_FIRST_CELL,	/* no column is wanted: the first cell of each row */
	HTABLE_MARKER_FIRST_KEY,	/* ... without its value */
	HTABLE_MARKER_FILTER,		/* the first cell of each row, and the wanted columns */
	HTABLE_MARKER_DECLARED,		/* shape versions: every declared column is read */
	HTABLE_MARKER_CELLS			/* shape cells: each cell is a row of its own */
} HtableMarkerRule;

/*
 * The columns and the filter of a read; memory in the current context.  `test`
 * is what rows must pass, NULL for none.
 */
extern void htable_columnset_fill(rc_read *read, const HtableMapping *mapping,
								  HtableMarkerRule rule, Bitmapset *attnos,
								  AttrNumber marker_attno, const HtableTest *test,
								  HtableHost *host);

/*
 * The same in shape cells, where rows are cells: only what the query wants of
 * them.  `by_name`: families that the test names are asked for by name, and
 * true comes back; HBase then refuses those that the table has not.
 */
extern bool htable_columnset_fill_cells(rc_read *read, const HtableMapping *mapping,
										Bitmapset *attnos, const HtableTest *test,
										bool by_name, HtableHost *host);

/* Shape cells: must HBase send values, or only where cells are? */
extern bool htable_columnset_wants_values(const HtableMapping *mapping, Bitmapset *attnos);

/* ---- order.c: the order that a scan gives for free ---- */

/* The leading part of the query's order that is the order of the keys, in either direction. */
extern List *htable_order_of_query(PlannerInfo *root, RelOptInfo *rel,
								   HtableMapping *mapping, const bool *single,
								   bool *reversed);

/* Is this sort key the column, compared in the way its bytes are? */
extern bool htable_order_pathkey_is_column(PathKey *pathkey, RelOptInfo *rel,
										   const HtableColumn *column);

/* The same for merge joins, where the query itself asks for none. */
extern List *htable_order_for_joins(PlannerInfo *root, RelOptInfo *rel,
									const HtableMapping *mapping, bool *reversed);

/* ---- cost.c: sizes of relations, rows and costs of their scans ---- */

/* rel->fdw_private */
typedef struct HtableRelInfo
{
	HtableMapping *mapping;
	bool		analyzed;		/* PostgreSQL has statistics */
	struct HtableTableSize *size;	/* what is known of keys (statistics.h), or NULL */
	bool		looked_up;		/* ... where analyzed: it was looked for */
} HtableRelInfo;

extern void htableGetForeignRelSize(PlannerInfo *root, RelOptInfo *rel, Oid relid);

/* Of the scan by the restrictions of the relation, and by those of param_info unless it is NULL. */
extern void htable_cost_scan(PlannerInfo *root, RelOptInfo *rel, ParamPathInfo *param_info,
							 double *rows, Cost *startup, Cost *total);

/* How many workers may help with the scan, 0: it is too small; and what each process then has. */
extern int	htable_cost_workers(PlannerInfo *root, RelOptInfo *rel);
extern void htable_cost_shared_scan(PlannerInfo *root, RelOptInfo *rel, int workers,
									double *rows, Cost *startup, Cost *total);

/* Average bytes of a column's cells. */
extern int	htable_cost_cell_bytes(const HtableMapping *mapping, const HtableColumn *column);

/*
 * Of the first cell of a row: known of its column after ANALYZE; before, whole
 * rows are known.  0: neither is.
 */
extern double htable_cost_first_cell_bytes(const HtableRelInfo *info);

/* ---- plan.c: paths, the plan's private list ---- */

/* Places in ForeignScan.fdw_private: plain nodes only, nothing user-specific. */
typedef enum HtablePrivate
{
	HTABLE_PRIVATE_KEY_CONDS,	/* List of conditions, all must hold */
	HTABLE_PRIVATE_TIME_CONDS,	/* likewise */
	HTABLE_PRIVATE_CELL_CONDS,	/* likewise */
	HTABLE_PRIVATE_ATTNOS,		/* IntList: columns to decode */
	HTABLE_PRIVATE_MARKER,		/* Integer HtableMarkerRule */
	HTABLE_PRIVATE_MARKER_ATTNO,	/* Integer: NOT NULL column read along, or 0 for row_marker */
	HTABLE_PRIVATE_REVERSED,	/* Boolean */
	HTABLE_PRIVATE_LIMIT,		/* IntList: places of LIMIT and OFFSET in fdw_exprs, or NIL */
	HTABLE_PRIVATE_PUSHED_REASONS,	/* Strings, one for each of fdw_recheck_quals */
	HTABLE_PRIVATE_LOCAL_REASONS,	/* Strings, one for each of plan.qual */
	HTABLE_PRIVATE_AS_OF_CONDS,	/* List of conditions, at most one */
	HTABLE_PRIVATE_MAP_KEYS,	/* Lists of htable_mapuse_find */
	HTABLE_PRIVATE_MAP_MEMBERS, /* ... and of htable_mapuse_members */
	HTABLE_PRIVATE_WHOLE,		/* Boolean: the query takes all rows */
	HTABLE_PRIVATE_ANY_ORDER,	/* Boolean: ... in any order */
	HTABLE_PRIVATE_TARGET,		/* List of htable_target_plan: its rows are changed, or NIL */
	HTABLE_PRIVATE_POINTS,		/* Boolean: conditions fix the row keys */
	HTABLE_PRIVATE_INCREMENT	/* HtableIncrementPlan: rows are incremented instead of read, or NIL */
} HtablePrivate;

extern void htableGetForeignPaths(PlannerInfo *root, RelOptInfo *rel, Oid relid);
extern ForeignScan *htableGetForeignPlan(PlannerInfo *root, RelOptInfo *rel, Oid relid,
										 ForeignPath *path, List *tlist, List *clauses,
										 Plan *outer_plan);

/* ---- cellorder.c: the order of cells inside a row, shape cells ---- */

extern int	htable_cellorder_extend(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping,
									List *wanted, int n);

#endif							/* HTABLE_PLAN_H */
