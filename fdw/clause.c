/*
 * clause.c
 *		One clause -> exact, superset or local, with the reason.
 *
 * A clause goes to HBase as a range of row keys or of timestamps.  It is
 * exact when the rows that HBase then returns are just those for which the
 * clause is true (it is dropped here), superset when they are those and
 * perhaps more (it stays as a filter), else local.
 *
 * Rules kept here:
 *	- The right side holds no column of this relation and nothing volatile; it
 *	  is evaluated at each (re)scan.
 *	- Byte order must be the operator's order: the codec says how key bytes
 *	  compare, the operator's collation whether text compares by bytes.
 *	- A clause is not moved before a security barrier that it might leak from.
 *	- In an OR every arm must be pushed, else none is.
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

static HtableClause
clause_local(const char *reason)
{
	HtableClause c = {HTABLE_CLAUSE_LOCAL, false, NIL, reason, 0};

	return c;
}

static HtableClause
clause_pushed(HtableClauseState state, const HtableColumn *column, List *cond, double points)
{
	HtableClause c = {state, column->kind == HTABLE_COLUMN_TIMESTAMP, cond, NULL, points};

	c.reason = c.on_time ? "time range" : "key range";
	return c;
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
	switch (column->kind)
	{
		case HTABLE_COLUMN_KEY:
			if (!htable_enable_key_range)
				return "htable_fdw.enable_key_range is off";
			if (column->codec->key_order == HTABLE_KEY_OPAQUE)
				return "the key's encoding has no usable order for this type";
			return NULL;
		case HTABLE_COLUMN_TIMESTAMP:
			if (cx->mapping->shape != HTABLE_SHAPE_VERSIONS)
				return "the newest timestamp of a row is known only here";
			if (!htable_enable_time_range)
				return "htable_fdw.enable_time_range is off";
			return NULL;
		case HTABLE_COLUMN_CELL:
			break;
	}
	return "not a condition on the row key";
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
		default:
			return !on_time && type == operand_type;
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

/* Column op expression, for OpExpr and the arrays of ScalarArrayOpExpr. */
static HtableClause
classify_compare(HtableClauseContext *cx, Operand operand, Oid opno, Oid collation,
				 Node *right, bool is_array)
{
	HtableCompare compare;
	bool		by_bytes;
	const char *refusal;
	Oid			ltype;
	Oid			rtype;
	HtableClauseState state = HTABLE_CLAUSE_EXACT;
	double		points = 0;

	if ((refusal = column_refusal(cx, operand.column)) != NULL ||
		(refusal = rightside_refusal(cx, right)) != NULL)
		return clause_local(refusal);
	if (!compare_of(opno, operand.type, &by_bytes, &compare))
		return clause_local("the operator is no range of keys");
	if (compare != HTABLE_EQ && operand.column->kind == HTABLE_COLUMN_KEY &&
		operand.column->codec->key_order == HTABLE_KEY_ORDERED_BLOB)
		return clause_local("the key's encoding does not keep the order of blobs");
	if (is_array && operand.column->kind == HTABLE_COLUMN_TIMESTAMP)
		return clause_local("a scan takes one time range");
	op_input_types(opno, &ltype, &rtype);
	if (!type_fits(operand.column, operand.type, rtype))
		return clause_local("the types have no common range");
	if ((refusal = collation_refusal(operand.type, collation, compare, by_bytes)) != NULL)
		return clause_local(refusal);

	if (operand.column->kind == HTABLE_COLUMN_TIMESTAMP)
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
	return clause_pushed(state, operand.column,
						 cond_make(is_array ? HTABLE_COND_ANY : HTABLE_COND_COMPARE,
								   list_make2(makeInteger(compare), expr_place(cx, (Expr *) right))),
						 points);
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

/* key LIKE pattern, key ^@ prefix, starts_with(key, prefix): safe under any deterministic collation. */
static HtableClause
classify_prefix(HtableClauseContext *cx, Node *left, Node *right, Oid collation, bool is_like)
{
	Operand		operand = match_operand(cx, left);
	const char *refusal;
	HtableClauseState state = HTABLE_CLAUSE_EXACT;

	if (operand.column == NULL)
		return clause_local("not a condition on the row key");
	if ((refusal = column_refusal(cx, operand.column)) != NULL ||
		(refusal = rightside_refusal(cx, right)) != NULL)
		return clause_local(refusal);
	if (operand.type != TEXTOID || operand.column->kind != HTABLE_COLUMN_KEY)
		return clause_local("the operator is no range of keys");
	if ((refusal = collation_refusal(TEXTOID, collation, HTABLE_LT, true)) != NULL)
		return clause_local(refusal);

	if (is_like && !pattern_is_exact(right))
		state = HTABLE_CLAUSE_SUPERSET;
	return clause_pushed(state, operand.column,
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
		return clause_local("not a condition on the row key");
	if (!OidIsValid(opno))
		return clause_local("the operator has no commutator");
	return classify_compare(cx, operand, opno, op->inputcollid, right, false);
}

static HtableClause
classify_array(HtableClauseContext *cx, ScalarArrayOpExpr *op)
{
	Operand		operand = match_operand(cx, linitial(op->args));

	if (operand.column == NULL)
		return clause_local("not a condition on the row key");
	if (!op->useOr)
		return clause_local("an ALL comparison");
	return classify_compare(cx, operand, op->opno, op->inputcollid, lsecond(op->args), true);
}

/* IS NULL of what is never NULL. */
static HtableClause
classify_null_test(HtableClauseContext *cx, NullTest *test)
{
	Operand		operand = match_operand(cx, (Node *) test->arg);
	const char *refusal;

	if (operand.column == NULL || test->argisrow)
		return clause_local("not a condition on the row key");
	if ((refusal = column_refusal(cx, operand.column)) != NULL)
		return clause_local(refusal);
	return clause_pushed(HTABLE_CLAUSE_EXACT, operand.column,
						 cond_make(test->nulltesttype == IS_NULL
								   ? HTABLE_COND_NOTHING : HTABLE_COND_AND, NIL), 0);
}

/* All arms are conditions on the same thing, or the whole stays here. */
static HtableClause
classify_or(HtableClauseContext *cx, BoolExpr *expr)
{
	List	   *saved = list_copy(cx->exprs);
	List	   *conds = NIL;
	HtableClause whole = {HTABLE_CLAUSE_EXACT, false, NIL, NULL, 0};
	bool		bounded = true;
	ListCell   *lc;

	foreach(lc, expr->args)
	{
		HtableClause arm = classify(cx, lfirst(lc));

		if (arm.state == HTABLE_CLAUSE_LOCAL ||
			(conds != NIL && arm.on_time != whole.on_time))
		{
			cx->exprs = saved;
			return clause_local("an arm of OR is not a range of keys");
		}
		if (arm.state == HTABLE_CLAUSE_SUPERSET)
			whole.state = HTABLE_CLAUSE_SUPERSET;
		whole.on_time = arm.on_time;
		whole.reason = arm.reason;
		whole.points += arm.points;
		bounded = bounded && arm.points > 0;
		conds = lappend(conds, arm.cond);
	}
	if (whole.on_time)
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
	HtableClause whole = {HTABLE_CLAUSE_EXACT, false, NIL, "key range", 0};
	ListCell   *lc;

	foreach(lc, expr->args)
	{
		List	   *saved = list_copy(cx->exprs);
		HtableClause part = classify(cx, lfirst(lc));

		if (part.state != HTABLE_CLAUSE_EXACT || part.on_time)
			whole.state = HTABLE_CLAUSE_SUPERSET;
		if (part.state == HTABLE_CLAUSE_LOCAL || part.on_time)
		{
			cx->exprs = saved;
			continue;
		}
		if (part.points > 0 && (whole.points == 0 || part.points < whole.points))
			whole.points = part.points;
		conds = lappend(conds, part.cond);
	}
	if (conds == NIL)
		return clause_local("not a condition on the row key");
	whole.cond = cond_make(HTABLE_COND_AND, conds);
	return whole;
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
			if (((BoolExpr *) clause)->boolop == OR_EXPR)
				return classify_or(cx, (BoolExpr *) clause);
			if (((BoolExpr *) clause)->boolop == AND_EXPR)
				return classify_and(cx, (BoolExpr *) clause);
			break;
		default:
			break;
	}
	return clause_local("not a condition on the row key");
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
	return classify(cx, (Node *) rinfo->clause);
}
