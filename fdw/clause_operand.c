/*
 * clause_operand.c
 *		The two sides and the operator of a clause: which column of ours is
 *		compared, by what comparison, and whether bytes can decide it.
 *
 * Rules kept here:
 *	- The right side holds no column of this relation and nothing volatile; it
 *	  is evaluated at each (re)scan.
 *	- Byte order must be the operator's order: the operator's collation says
 *	  whether text compares by bytes.
 */
#include "clause.h"

#include "access/stratnum.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* The place of expr among the right sides, as a node for a condition. */
Node *
htable_operand_place(HtableClauseContext *cx, Expr *expr)
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

HtableOperand
htable_operand_match(HtableClauseContext *cx, Node *node)
{
	HtableOperand operand = {NULL, exprType(node)};
	HtableColumn *map;
	char	   *key;
	Var		   *var;

	if (IsA(node, FuncExpr) && is_exact_cast(((FuncExpr *) node)->funcid))
		node = linitial(((FuncExpr *) node)->args);
	while (IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	if (htable_mapuse_match(node, cx->rel->relid, cx->mapping, &map, &key) == HTABLE_MAPUSE_TEXT)
		operand.column = htable_mapuse_member(cx->mapping, map, key);
	if (!IsA(node, Var))
		return operand;
	var = (Var *) node;
	if (var->varno != (int) cx->rel->relid || var->varlevelsup != 0 ||
		var->varattno <= 0 || var->varattno > cx->mapping->natts)
		return operand;
	operand.column = cx->mapping->columns[var->varattno - 1];
	return operand;
}

const char *
htable_operand_right_refusal(HtableClauseContext *cx, Node *expr)
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
bool
htable_operand_compare(Oid opno, Oid operand_type, bool *by_bytes, HtableCompare *compare)
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

/* Is the operator the "<>" of its types?  Then *equality is their "=". */
bool
htable_operand_inequality(Oid opno, Oid operand_type, Oid *equality)
{
	HtableCompare compare;
	bool		by_bytes;

	*equality = get_negator(opno);
	return OidIsValid(*equality) &&
		htable_operand_compare(*equality, operand_type, &by_bytes, &compare) && compare == HTABLE_EQ;
}

/* NULL when the collation lets bytes decide, else why not. */
const char *
htable_operand_collation_refusal(Oid operand_type, Oid collation, HtableCompare compare,
								 bool by_bytes)
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
const char *
htable_operand_refusal(HtableOperand operand, Oid opno, Oid collation, HtableCompare compare,
					   bool by_bytes)
{
	Oid			ltype;
	Oid			rtype;

	op_input_types(opno, &ltype, &rtype);
	if (!type_fits(operand.column, operand.type, rtype))
		return "the types have no common range";
	return htable_operand_collation_refusal(operand.type, collation, compare, by_bytes);
}

/* The number of an array's elements as far as the plan knows it, else -1. */
int
htable_operand_array_length(Node *array)
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

/* What a constant LIKE pattern is: a prefix and nothing else, a plain string, or more. */
bool
htable_operand_pattern_is_exact(Node *pattern)
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
