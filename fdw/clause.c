/*
 * clause.c
 *		One clause -> exact, superset or local, with the reason.
 *
 * A clause goes to HBase as a range of row keys, as a range of timestamps or
 * as a filter on cells.  It is exact when the rows that HBase then returns are
 * just those for which the clause is true (it is dropped here), superset when
 * they are those and perhaps more (it stays as a filter here), else local.
 *
 * Rules kept here:
 *	- The right side holds no column of this relation and nothing volatile; it
 *	  is evaluated at each (re)scan.
 *	- Byte order must be the operator's order: the codec says how key bytes
 *	  compare, the operator's collation whether text compares by bytes.
 *	- A clause is not moved before a security barrier that it might leak from.
 *	- In an OR every arm must be pushed, and all as the same kind, else none is.
 *	  So a clause is tried twice: as a range, and as a filter on cells.
 */
#include "htable_fdw.h"

#include "access/stratnum.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* The side of a comparison that is a column of ours. */
typedef struct Operand
{
	HtableColumn *column;		/* NULL: it is none */
	Oid			type;			/* after a cast that keeps value and order */
} Operand;

static HtableClause classify(HtableClauseContext *cx, Node *clause);

/* The reason of what is no condition of the kind that is looked for. */
static const char not_ours[] = "no condition on the row key or a cell";
static const char mixed_arms[] = "the arms of OR are not all key ranges, nor all value filters";

static const char *const target_names[] = {
	[HTABLE_TARGET_KEY] = "key range",
	[HTABLE_TARGET_TIME] = "time range",
	[HTABLE_TARGET_CELLS] = "value filter"
};

static HtableClause
clause_local(const char *reason)
{
	HtableClause c = {HTABLE_CLAUSE_LOCAL, HTABLE_TARGET_KEY, NIL, reason, 0};

	return c;
}

static HtableClause
clause_pushed(HtableClauseState state, HtableTarget target, List *cond, double points)
{
	HtableClause c = {state, target, cond, target_names[target], points};

	return c;
}

static HtableTarget
target_of(const HtableColumn *column)
{
	switch (column->kind)
	{
		case HTABLE_COLUMN_KEY:
			return HTABLE_TARGET_KEY;
		case HTABLE_COLUMN_TIMESTAMP:
			return HTABLE_TARGET_TIME;
		case HTABLE_COLUMN_CELL:
			break;
	}
	return HTABLE_TARGET_CELLS;
}

static List *
cond_make(HtableCondTag tag, List *rest)
{
	return lcons(makeInteger(tag), rest);
}

/* The place of expr among the right sides, as a node for a condition. */
static Node *
expr_place(HtableClauseContext *cx, Expr *expr)
{
	cx->exprs = lappend(cx->exprs, expr);
	return (Node *) makeInteger(list_length(cx->exprs) - 1);
}

/* Casts that keep every value and the order. */
static bool
is_exact_cast(Oid funcid)
{
	switch (funcid)
	{
		case F_INT4_INT2:
		case F_INT8_INT2:
		case F_INT8_INT4:
		case F_NUMERIC_INT2:
		case F_NUMERIC_INT4:
		case F_NUMERIC_INT8:
		case F_FLOAT8_INT2:
		case F_FLOAT8_INT4:
		case F_FLOAT8_FLOAT4:
			return true;
		default:
			return false;
	}
}

static Operand
match_operand(HtableClauseContext *cx, Node *node)
{
	Operand		operand = {NULL, exprType(node)};
	Var		   *var;

	if (IsA(node, FuncExpr) && is_exact_cast(((FuncExpr *) node)->funcid))
		node = linitial(((FuncExpr *) node)->args);
	while (IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	if (!IsA(node, Var))
		return operand;
	var = (Var *) node;
	if (var->varno != (int) cx->rel->relid || var->varlevelsup != 0 ||
		var->varattno <= 0 || var->varattno > cx->mapping->natts)
		return operand;
	operand.column = cx->mapping->columns[var->varattno - 1];
	return operand;
}

/* NULL when conditions on the column may be pushed, else why not. */
static const char *
column_refusal(HtableClauseContext *cx, const HtableColumn *column)
{
	if (cx->as_cells != (column->kind == HTABLE_COLUMN_CELL))
		return not_ours;
	switch (column->kind)
	{
		case HTABLE_COLUMN_KEY:
			if (!htable_enable_key_range)
				return "htable_fdw.enable_key_range is off";
			if (column->codec->key_order == HTABLE_KEY_OPAQUE ||
				column->codec->key_order == HTABLE_KEY_BOOL)
				return "the key's encoding has no usable order for this type";
			break;
		case HTABLE_COLUMN_TIMESTAMP:
			if (cx->mapping->shape != HTABLE_SHAPE_VERSIONS)
				return "the newest timestamp of a row is known only here";
			if (!htable_enable_time_range)
				return "htable_fdw.enable_time_range is off";
			break;
		case HTABLE_COLUMN_CELL:
			if (cx->mapping->shape != HTABLE_SHAPE_ROW)
				return "a filter tests only the newest cells of a row";
			if (!htable_enable_value_filter)
				return "htable_fdw.enable_value_filter is off";
			break;
	}
	return NULL;
}

static const char *
rightside_refusal(HtableClauseContext *cx, Node *expr)
{
	if (bms_is_member(cx->rel->relid, pull_varnos(cx->root, expr)))
		return "both sides are columns of this table";
	if (contain_volatile_functions(expr))
		return "the other side is volatile";
	return NULL;
}

/* Can values of `type` be turned into bounds for the column? */
static bool
type_fits(const HtableColumn *column, Oid operand_type, Oid type)
{
	bool		on_time = column->kind == HTABLE_COLUMN_TIMESTAMP;
	Oid			base = getBaseType(column->typid);

	switch (base)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return type == INT2OID || type == INT4OID || type == INT8OID ||
				type == NUMERICOID || type == FLOAT4OID || type == FLOAT8OID;
		case FLOAT4OID:
		case FLOAT8OID:
			return type == FLOAT4OID || type == FLOAT8OID;
		case TIMESTAMPTZOID:
			return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID;
		case TIMESTAMPOID:
			return type == TIMESTAMPOID || type == DATEOID;
		case VARCHAROID:
			return operand_type == TEXTOID && type == TEXTOID;
		default:
			/* a cast may change how values compare: text to bpchar or citext */
			return !on_time && operand_type == base && type == operand_type;
	}
}

/* The comparison an operator makes in the order of the operand's type; false: none. */
static bool
compare_of(Oid opno, Oid operand_type, bool *by_bytes, HtableCompare *compare)
{
	TypeCacheEntry *entry = lookup_type_cache(operand_type, TYPECACHE_BTREE_OPFAMILY);
	int			strategy = 0;

	*by_bytes = false;
	if (OidIsValid(entry->btree_opf))
		strategy = get_op_opfamily_strategy(opno, entry->btree_opf);
	if (strategy == 0 && operand_type == TEXTOID)
	{
		/* ~<~ and its kin compare text by bytes, whatever the collation */
		strategy = get_op_opfamily_strategy(opno, TEXT_PATTERN_BTREE_FAM_OID);
		*by_bytes = true;
	}
	switch (strategy)
	{
		case BTLessStrategyNumber:
			*compare = HTABLE_LT;
			return true;
		case BTLessEqualStrategyNumber:
			*compare = HTABLE_LE;
			return true;
		case BTEqualStrategyNumber:
			*compare = HTABLE_EQ;
			return true;
		case BTGreaterEqualStrategyNumber:
			*compare = HTABLE_GE;
			return true;
		case BTGreaterStrategyNumber:
			*compare = HTABLE_GT;
			return true;
		default:
			return false;
	}
}

/* NULL when the collation lets bytes decide, else why not. */
static const char *
collation_refusal(Oid operand_type, Oid collation, HtableCompare compare, bool by_bytes)
{
	if (operand_type != TEXTOID)
		return NULL;
	if (!OidIsValid(collation) || !get_collation_isdeterministic(collation))
		return "the collation is not deterministic";
	if (compare == HTABLE_EQ)
		return NULL;
	if (GetDatabaseEncoding() != PG_UTF8)
		return "the database encoding is not UTF8";
	if (!by_bytes && !compat_collate_is_c(collation))
		return "the collation is not \"C\"";
	return NULL;
}

/* NULL when bytes can decide on column op value, else why not. */
static const char *
compare_refusal(Operand operand, Oid opno, Oid collation, HtableCompare compare, bool by_bytes)
{
	Oid			ltype;
	Oid			rtype;

	op_input_types(opno, &ltype, &rtype);
	if (!type_fits(operand.column, operand.type, rtype))
		return "the types have no common range";
	return collation_refusal(operand.type, collation, compare, by_bytes);
}

/* Key or timestamp op expression. */
static HtableClause
classify_range(HtableClauseContext *cx, Operand operand, Oid opno, Oid collation,
			   Node *right, bool is_array)
{
	bool		on_time = operand.column->kind == HTABLE_COLUMN_TIMESTAMP;
	HtableClauseState state = HTABLE_CLAUSE_EXACT;
	HtableCompare compare;
	bool		by_bytes;
	const char *refusal;
	double		points = 0;

	if (!compare_of(opno, operand.type, &by_bytes, &compare))
		return clause_local("the operator is no range of keys");
	if (compare != HTABLE_EQ && operand.column->kind == HTABLE_COLUMN_KEY &&
		operand.column->codec->key_order == HTABLE_KEY_ORDERED_BLOB)
		return clause_local("the key's encoding does not keep the order of blobs");
	if (is_array && on_time)
		return clause_local("a scan takes one time range");
	if ((refusal = compare_refusal(operand, opno, collation, compare, by_bytes)) != NULL)
		return clause_local(refusal);

	if (on_time)
	{
		/*
		 * HBase counts a column's versions inside the time range.  From a time
		 * on, they are the newest ones, as without a range; up to a time, older
		 * versions that are no longer counted but not yet compacted away would
		 * come back.  So only the lower end goes to the server.
		 */
		if (compare == HTABLE_LT || compare == HTABLE_LE)
			return clause_local("up to a time HBase shows versions it no longer counts");
		if (compare == HTABLE_EQ)
			state = HTABLE_CLAUSE_SUPERSET;
	}
	else if (compare == HTABLE_EQ)
		points = is_array ? compat_estimate_array_length(cx->root, right) : 1;
	return clause_pushed(state, target_of(operand.column),
						 cond_make(is_array ? HTABLE_COND_ANY : HTABLE_COND_COMPARE,
								   list_make2(makeInteger(compare), expr_place(cx, (Expr *) right))),
						 points);
}

/* Is the operator the "<>" of its types?  Then *equality is their "=". */
static bool
is_inequality(Oid opno, Oid operand_type, Oid *equality)
{
	HtableCompare compare;
	bool		by_bytes;

	*equality = get_negator(opno);
	return OidIsValid(*equality) &&
		compare_of(*equality, operand_type, &by_bytes, &compare) && compare == HTABLE_EQ;
}

/* The number of an array's elements as far as the plan knows it, else -1. */
static int
known_length(Node *array)
{
	if (IsA(array, ArrayExpr) && !((ArrayExpr *) array)->multidims)
		return list_length(((ArrayExpr *) array)->elements);
	if (IsA(array, Const) && !((Const *) array)->constisnull)
	{
		ArrayType  *values = DatumGetArrayTypeP(((Const *) array)->constvalue);

		return ArrayGetNItems(ARR_NDIM(values), ARR_DIMS(values));
	}
	return -1;
}

/*
 * A test of a cell, as the plan holds it.  An array of unknown length may prove
 * too long for a filter, and is then checked here.
 */
static HtableClause
cell_clause(HtableClauseContext *cx, const HtableColumn *column, HtableCondTag tag,
			HtableCompare compare, Node *right)
{
	bool		equality = compare == HTABLE_EQ &&
		(tag == HTABLE_COND_CELL_COMPARE || tag == HTABLE_COND_CELL_ANY);
	HtableClauseState state = htable_filterplan_compare_state(column, equality);
	List	   *rest = list_make1(expr_place(cx, (Expr *) right));

	if (tag == HTABLE_COND_CELL_COMPARE || tag == HTABLE_COND_CELL_ANY)
		rest = lcons(makeInteger(compare), rest);
	if ((tag == HTABLE_COND_CELL_ANY || tag == HTABLE_COND_CELL_NONE) && known_length(right) < 0)
		state = HTABLE_CLAUSE_SUPERSET;
	return clause_pushed(state, HTABLE_TARGET_CELLS,
						 cond_make(tag, lcons(makeInteger(column->attnum), rest)), 0);
}

/* Cell op expression; of arrays ANY, or "<>" with ALL. */
static HtableClause
classify_cell(HtableClauseContext *cx, Operand operand, Oid opno, Oid collation,
			  Node *right, bool is_array, bool any)
{
	HtableCompare compare = HTABLE_EQ;
	bool		by_bytes = false;
	bool		differs;
	Oid			equality;
	const char *refusal;
	HtableCondTag tag;

	if ((refusal = htable_filterplan_refusal(operand.column)) != NULL)
		return clause_local(refusal);
	differs = is_inequality(opno, operand.type, &equality);
	if (!differs && !compare_of(opno, operand.type, &by_bytes, &compare))
		return clause_local("the operator is no comparison of bytes");
	if ((refusal = compare_refusal(operand, opno, collation, compare, by_bytes)) != NULL)
		return clause_local(refusal);
	if (is_array && any == differs)
		return clause_local(any ? "an inequality with ANY" : "an ALL comparison");
	if (is_array && known_length(right) > HTABLE_FILTER_VALUES_MAX)
		return clause_local("too many values for a filter");
	if (is_array)
		tag = any ? HTABLE_COND_CELL_ANY : HTABLE_COND_CELL_NONE;
	else
		tag = differs ? HTABLE_COND_CELL_DIFFERS : HTABLE_COND_CELL_COMPARE;
	return cell_clause(cx, operand.column, tag, compare, right);
}

/* Column op expression, for OpExpr and the arrays of ScalarArrayOpExpr. */
static HtableClause
classify_compare(HtableClauseContext *cx, Operand operand, Oid opno, Oid collation,
				 Node *right, bool is_array, bool any)
{
	const char *refusal;

	if ((refusal = column_refusal(cx, operand.column)) != NULL ||
		(refusal = rightside_refusal(cx, right)) != NULL)
		return clause_local(refusal);
	if (operand.column->kind == HTABLE_COLUMN_CELL)
		return classify_cell(cx, operand, opno, collation, right, is_array, any);
	if (is_array && !any)
		return clause_local("an ALL comparison");
	return classify_range(cx, operand, opno, collation, right, is_array);
}

/* What a constant LIKE pattern is: a prefix and nothing else, a plain string, or more. */
static bool
pattern_is_exact(Node *pattern)
{
	Const	   *constant = (Const *) pattern;
	char	   *literal;
	bool		ended = false;

	if (!IsA(pattern, Const) || constant->constisnull)
		return false;
	literal = TextDatumGetCString(constant->constvalue);
	for (char *p = literal; *p != '\0'; p++)
	{
		if (*p == '\\' || *p == '_' || (ended && *p != '%'))
			return false;
		ended = ended || *p == '%';
	}
	return true;
}

/* A test for a prefix, as the plan holds it; what passes need not decode. */
static HtableClause
cell_prefix_clause(HtableClauseContext *cx, const HtableColumn *column, HtableClauseState state,
				   Node *right, bool is_like)
{
	if (htable_filterplan_compare_state(column, false) == HTABLE_CLAUSE_SUPERSET)
		state = HTABLE_CLAUSE_SUPERSET;
	return clause_pushed(state, HTABLE_TARGET_CELLS,
						 cond_make(is_like ? HTABLE_COND_CELL_LIKE : HTABLE_COND_CELL_PREFIX,
								   list_make2(makeInteger(column->attnum),
											  expr_place(cx, (Expr *) right))), 0);
}

/* text LIKE pattern, ^@ prefix, starts_with(text, prefix): safe under any deterministic collation. */
static HtableClause
classify_prefix(HtableClauseContext *cx, Node *left, Node *right, Oid collation, bool is_like)
{
	Operand		operand = match_operand(cx, left);
	const char *refusal;
	HtableClauseState state = HTABLE_CLAUSE_EXACT;

	if (operand.column == NULL)
		return clause_local(not_ours);
	if ((refusal = column_refusal(cx, operand.column)) != NULL ||
		(refusal = rightside_refusal(cx, right)) != NULL)
		return clause_local(refusal);
	if (operand.column->kind == HTABLE_COLUMN_CELL &&
		(refusal = htable_filterplan_refusal(operand.column)) != NULL)
		return clause_local(refusal);
	if (operand.type != TEXTOID || operand.column->kind == HTABLE_COLUMN_TIMESTAMP)
		return clause_local("the operator is no range of keys");
	if ((refusal = collation_refusal(TEXTOID, collation, HTABLE_LT, true)) != NULL)
		return clause_local(refusal);

	if (is_like && !pattern_is_exact(right))
		state = HTABLE_CLAUSE_SUPERSET;
	if (operand.column->kind == HTABLE_COLUMN_CELL)
		return cell_prefix_clause(cx, operand.column, state, right, is_like);
	return clause_pushed(state, HTABLE_TARGET_KEY,
						 cond_make(is_like ? HTABLE_COND_LIKE : HTABLE_COND_PREFIX,
								   list_make1(expr_place(cx, (Expr *) right))), 0);
}

static HtableClause
classify_op(HtableClauseContext *cx, OpExpr *op)
{
	Operand		operand;
	Node	   *left;
	Node	   *right;
	Oid			opno = op->opno;
	RegProcedure code;

	if (list_length(op->args) != 2)
		return clause_local("not a comparison");
	left = linitial(op->args);
	right = lsecond(op->args);
	code = get_opcode(opno);
	if (code == F_TEXTLIKE || code == F_STARTS_WITH)
		return classify_prefix(cx, left, right, op->inputcollid, code == F_TEXTLIKE);

	operand = match_operand(cx, left);
	if (operand.column == NULL)
	{
		operand = match_operand(cx, right);
		right = left;
		opno = get_commutator(opno);
	}
	if (operand.column == NULL)
		return clause_local(not_ours);
	if (!OidIsValid(opno))
		return clause_local("the operator has no commutator");
	return classify_compare(cx, operand, opno, op->inputcollid, right, false, false);
}

static HtableClause
classify_array(HtableClauseContext *cx, ScalarArrayOpExpr *op)
{
	Operand		operand = match_operand(cx, linitial(op->args));

	if (operand.column == NULL)
		return clause_local(not_ours);
	return classify_compare(cx, operand, op->opno, op->inputcollid, lsecond(op->args), true,
							op->useOr);
}

/* IS [NOT] NULL of a cell. */
static HtableClause
cell_null_clause(const HtableColumn *column, bool is_null)
{
	HtableClauseState state = htable_filterplan_null_state(column, is_null);

	if (state == HTABLE_CLAUSE_LOCAL)
		return clause_local("a cell may be there and be read as NULL");
	return clause_pushed(state, HTABLE_TARGET_CELLS,
						 cond_make(is_null ? HTABLE_COND_CELL_NULL : HTABLE_COND_CELL_NOT_NULL,
								   list_make1(makeInteger(column->attnum))), 0);
}

/* IS NULL of what is never NULL, or of a cell. */
static HtableClause
classify_null_test(HtableClauseContext *cx, NullTest *test)
{
	Operand		operand = match_operand(cx, (Node *) test->arg);
	const char *refusal;

	if (operand.column == NULL || test->argisrow)
		return clause_local(not_ours);
	if ((refusal = column_refusal(cx, operand.column)) != NULL)
		return clause_local(refusal);
	if (operand.column->kind == HTABLE_COLUMN_CELL)
		return cell_null_clause(operand.column, test->nulltesttype == IS_NULL);
	return clause_pushed(HTABLE_CLAUSE_EXACT, target_of(operand.column),
						 cond_make(test->nulltesttype == IS_NULL
								   ? HTABLE_COND_NOTHING : HTABLE_COND_AND, NIL), 0);
}

/* A boolean column as a condition of its own: column, NOT column, column IS TRUE or FALSE. */
static HtableClause
classify_bool(HtableClauseContext *cx, Node *node, bool value)
{
	Operand		operand = match_operand(cx, node);
	const char *refusal;

	if (operand.column == NULL || getBaseType(operand.column->typid) != BOOLOID)
		return clause_local(not_ours);
	if ((refusal = column_refusal(cx, operand.column)) != NULL)
		return clause_local(refusal);
	if (operand.column->kind != HTABLE_COLUMN_CELL)
		return clause_local(not_ours);
	if ((refusal = htable_filterplan_refusal(operand.column)) != NULL)
		return clause_local(refusal);
	return cell_clause(cx, operand.column, HTABLE_COND_CELL_COMPARE, HTABLE_EQ,
					   makeBoolConst(value, false));
}

/* All arms are conditions on the same thing, or the whole stays here. */
static HtableClause
classify_or(HtableClauseContext *cx, BoolExpr *expr)
{
	List	   *saved = list_copy(cx->exprs);
	List	   *conds = NIL;
	HtableClause whole = {HTABLE_CLAUSE_EXACT, HTABLE_TARGET_KEY, NIL, NULL, 0};
	bool		bounded = true;
	ListCell   *lc;

	if (cx->as_cells && list_length(expr->args) > HTABLE_FILTER_VALUES_MAX)
		return clause_local("too many values for a filter");
	foreach(lc, expr->args)
	{
		HtableClause arm = classify(cx, lfirst(lc));

		if (arm.state == HTABLE_CLAUSE_LOCAL ||
			(conds != NIL && arm.target != whole.target))
		{
			cx->exprs = saved;
			return clause_local(mixed_arms);
		}
		if (arm.state == HTABLE_CLAUSE_SUPERSET)
			whole.state = HTABLE_CLAUSE_SUPERSET;
		whole.target = arm.target;
		whole.reason = arm.reason;
		whole.points += arm.points;
		bounded = bounded && arm.points > 0;
		conds = lappend(conds, arm.cond);
	}
	if (whole.target == HTABLE_TARGET_TIME)
	{
		/* a scan has one time range: the hull of the arms would not be exact */
		cx->exprs = saved;
		return clause_local("a scan takes one time range");
	}
	if (!bounded)
		whole.points = 0;
	whole.cond = cond_make(HTABLE_COND_OR, conds);
	return whole;
}

/* An AND inside an OR: what can be pushed narrows it, the rest makes it a superset. */
static HtableClause
classify_and(HtableClauseContext *cx, BoolExpr *expr)
{
	List	   *conds = NIL;
	HtableTarget target = cx->as_cells ? HTABLE_TARGET_CELLS : HTABLE_TARGET_KEY;
	HtableClause whole = {HTABLE_CLAUSE_EXACT, target, NIL, target_names[target], 0};
	ListCell   *lc;

	foreach(lc, expr->args)
	{
		List	   *saved = list_copy(cx->exprs);
		HtableClause part = classify(cx, lfirst(lc));

		if (part.state != HTABLE_CLAUSE_EXACT || part.target != target)
			whole.state = HTABLE_CLAUSE_SUPERSET;
		if (part.state == HTABLE_CLAUSE_LOCAL || part.target != target)
		{
			cx->exprs = saved;
			continue;
		}
		if (part.points > 0 && (whole.points == 0 || part.points < whole.points))
			whole.points = part.points;
		conds = lappend(conds, part.cond);
	}
	if (conds == NIL)
		return clause_local(not_ours);
	whole.cond = cond_make(HTABLE_COND_AND, conds);
	return whole;
}

static HtableClause
classify_bool_expr(HtableClauseContext *cx, BoolExpr *expr)
{
	HtableClause clause;

	if (expr->boolop == NOT_EXPR)
		return classify_bool(cx, linitial(expr->args), false);
	if (cx->as_cells && cx->depth == HTABLE_FILTER_DEPTH_MAX)
		return clause_local("nested too deeply for a filter");
	cx->depth++;
	clause = expr->boolop == OR_EXPR ? classify_or(cx, expr) : classify_and(cx, expr);
	cx->depth--;
	return clause;
}

static HtableClause
classify(HtableClauseContext *cx, Node *clause)
{
	switch (nodeTag(clause))
	{
		case T_OpExpr:
			return classify_op(cx, (OpExpr *) clause);
		case T_ScalarArrayOpExpr:
			return classify_array(cx, (ScalarArrayOpExpr *) clause);
		case T_NullTest:
			return classify_null_test(cx, (NullTest *) clause);
		case T_FuncExpr:
			{
				FuncExpr   *func = (FuncExpr *) clause;

				if (func->funcid == F_STARTS_WITH)
					return classify_prefix(cx, linitial(func->args), lsecond(func->args),
										   func->inputcollid, false);
				break;
			}
		case T_BoolExpr:
			return classify_bool_expr(cx, (BoolExpr *) clause);
		case T_BooleanTest:
			{
				BooleanTest *test = (BooleanTest *) clause;

				if (test->booltesttype == IS_TRUE || test->booltesttype == IS_FALSE)
					return classify_bool(cx, (Node *) test->arg, test->booltesttype == IS_TRUE);
				break;
			}
		case T_Var:
		case T_RelabelType:
			return classify_bool(cx, clause, true);
		default:
			break;
	}
	return clause_local(not_ours);
}

/* As a range of keys or times, else as a filter on cells. */
static HtableClause
classify_either(HtableClauseContext *cx, Node *clause)
{
	HtableClause range;
	HtableClause cells;

	cx->as_cells = false;
	range = classify(cx, clause);
	if (range.state != HTABLE_CLAUSE_LOCAL)
		return range;
	cx->as_cells = true;
	cells = classify(cx, clause);
	if (cells.state != HTABLE_CLAUSE_LOCAL)
		return cells;
	/* the reason that tells more */
	return cells.reason == not_ours || (cells.reason == mixed_arms && range.reason != not_ours)
		? range : cells;
}

/*
 * What becomes of a restriction or join clause in a scan of cx->rel.  Right
 * sides of what is pushed are appended to cx->exprs.
 */
HtableClause
htable_clause_classify(HtableClauseContext *cx, RestrictInfo *rinfo)
{
	if (rinfo->pseudoconstant)
		return clause_local("decided before the scan");
	if (!restriction_is_securely_promotable(rinfo, cx->rel))
		return clause_local("may not run before a security barrier");
	return classify_either(cx, (Node *) rinfo->clause);
}
