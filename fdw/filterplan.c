/*
 * filterplan.c
 *		Conditions on cells -> a filter that the region servers run.
 *
 * In shape row a test compares the bytes of a column's newest cell, or of a
 * member of a map.  It passes exactly the rows for which its condition is true: an absent cell is NULL and passes none
 * but IS NULL.  Tests are joined by AND and OR only, so that the whole is true
 * where SQL's three-valued logic says true; NOT is in the operators.
 *
 * Cells that do not decode, such as those of another length, may pass or not.
 * Whatever passes is decoded, so the scan then raises the error that it raises
 * without the test, or, where on_bad_value reads such cells as NULL, the clause
 * is checked again.  What does not pass is not looked at.
 *
 * In shape cells tests are on the family and the qualifier of each cell, which
 * is sent or not by itself.
 *
 * First a tree of tests is made in palloc's memory, where errors may be
 * raised; then the client's filters are made of it, where none may.
 */
#include "plan.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

typedef enum TestKind
{
	TEST_NOTHING,				/* no row passes */
	TEST_EVERYTHING,			/* every row passes */
	TEST_COMPARE,				/* cell op value */
	TEST_EXISTS,				/* the row has the cell */
	TEST_MISSING,				/* it has not */
	TEST_ALL,					/* all members pass */
	TEST_ONE					/* one of them does */
} TestKind;

struct HtableTest
{
	TestKind	kind;
	const HtableColumn *column;
	rc_compare	op;				/* TEST_COMPARE */
	rc_bytes	value;			/* TEST_COMPARE */
	int			nmembers;		/* TEST_ALL, TEST_ONE */
	HtableTest **members;
	rc_filter **filters;		/* room for as many, when they are made */
};

/* ---- what may be tested, for clause.c ---- */

/* Every byte string is a value of the column. */
static bool
decodes_always(const HtableColumn *column)
{
	return column->typid == BYTEAOID;
}

/* The bytes of a value, and nothing else, pass for "=", and they decode. */
static bool
equals_only_values(const HtableColumn *column)
{
	if (getBaseType(column->typid) != column->typid)
		return false;			/* the domain may forbid the value */
	switch (column->codec->key_order)
	{
		case HTABLE_KEY_SIGNED:
			return true;
		case HTABLE_KEY_BYTES:
			return column->typmod < 0;	/* no length that the value exceeds */
		default:
			return false;		/* NaN and true have many forms */
	}
}

const char *
htable_filterplan_refusal(const HtableColumn *column)
{
	if (column->codec->key_order == HTABLE_KEY_OPAQUE)
		return "the cell's encoding has no usable order for this type";
	if (column->codec->encoding == HTABLE_ENCODING_ORDERED)
		return "cells of encoding \"ordered\" are compared here";
	return NULL;
}

HtableClauseState
htable_filterplan_compare_state(const HtableColumn *column, bool equality)
{
	if (column->on_bad == HTABLE_ON_BAD_ERROR || decodes_always(column) ||
		(equality && equals_only_values(column)))
		return HTABLE_CLAUSE_EXACT;
	return HTABLE_CLAUSE_SUPERSET;
}

HtableClauseState
htable_filterplan_null_state(const HtableColumn *column, bool is_null)
{
	bool		may_be_null = column->codec->null_form.data != NULL ||
		(column->on_bad != HTABLE_ON_BAD_ERROR && !decodes_always(column));

	if (!may_be_null)
		return HTABLE_CLAUSE_EXACT;
	/* a cell that is read as NULL is there all the same */
	return is_null ? HTABLE_CLAUSE_LOCAL : HTABLE_CLAUSE_SUPERSET;
}

/* ---- making tests ---- */

static HtableTest *
test_make(TestKind kind, const HtableColumn *column)
{
	HtableTest *test = palloc0(sizeof(HtableTest));

	test->kind = kind;
	test->column = column;
	return test;
}

static HtableTest *
test_compare(const HtableColumn *column, rc_compare op, rc_bytes value)
{
	HtableTest *test = test_make(TEST_COMPARE, column);

	test->op = op;
	test->value = value;
	return test;
}

/*
 * Joins tests by AND or OR.  What decides alone (nothing in an AND, everything
 * in an OR) is the result; what decides nothing is left out.
 */
static HtableTest *
test_join(TestKind kind, List *tests)
{
	TestKind	deciding = kind == TEST_ALL ? TEST_NOTHING : TEST_EVERYTHING;
	TestKind	neutral = kind == TEST_ALL ? TEST_EVERYTHING : TEST_NOTHING;
	HtableTest *whole = test_make(kind, NULL);
	ListCell   *lc;

	whole->members = palloc(sizeof(HtableTest *) * Max(list_length(tests), 1));
	foreach(lc, tests)
	{
		HtableTest *test = lfirst(lc);

		if (test->kind == deciding)
			return test;
		if (test->kind != neutral)
			whole->members[whole->nmembers++] = test;
	}
	if (whole->nmembers == 0)
		return test_make(neutral, NULL);
	if (whole->nmembers == 1)
		return whole->members[0];
	whole->filters = palloc(sizeof(rc_filter *) * whole->nmembers);
	return whole;
}

static rc_bytes
wire_bytes(HtableBytes bytes)
{
	rc_bytes	wire = {bytes.data, bytes.len};

	return wire;
}

/* Cells in one of the byte ranges, whose bounds are all given and inclusive. */
static HtableTest *
test_ranges(const HtableColumn *column, const HtableRangeSet *set)
{
	List	   *tests = NIL;

	for (int i = 0; i < set->nranges; i++)
	{
		const HtableRange *range = &set->ranges[i];
		HtableTest *lower;
		HtableTest *upper;

		Assert(range->has_upper && range->lower_inclusive && range->upper_inclusive);
		if (htable_range_is_point(range))
		{
			tests = lappend(tests, test_compare(column, RC_EQUAL, wire_bytes(range->lower)));
			continue;
		}
		lower = test_compare(column, RC_GREATER_OR_EQUAL, wire_bytes(range->lower));
		upper = test_compare(column, RC_LESS_OR_EQUAL, wire_bytes(range->upper));
		tests = lappend(tests, test_join(TEST_ALL, list_make2(lower, upper)));
	}
	return test_join(TEST_ONE, tests);
}

/* The bytes that a value has in cells of the column. */
static rc_bytes
encoded_value(const HtableColumn *column, Datum value)
{
	StringInfoData buf;
	rc_bytes	bytes;

	initStringInfo(&buf);
	column->codec->encode(column->codec, value, &buf);
	bytes.data = (const uint8_t *) buf.data;
	bytes.len = buf.len;
	return bytes;
}

static rc_compare
wire_compare(HtableCompare op)
{
	switch (op)
	{
		case HTABLE_LT:
			return RC_LESS;
		case HTABLE_LE:
			return RC_LESS_OR_EQUAL;
		case HTABLE_EQ:
			return RC_EQUAL;
		case HTABLE_GE:
			return RC_GREATER_OR_EQUAL;
		case HTABLE_GT:
			break;
	}
	return RC_GREATER;
}

/* cell op value */
static HtableTest *
test_value(const HtableColumn *column, HtableCompare op, Datum value, Oid type)
{
	if (column->codec->key_order == HTABLE_KEY_BYTES)
		return test_compare(column, wire_compare(op), encoded_value(column, value));
	return test_ranges(column, htable_pushdown_compare(column, op, value, type));
}

/* cell <> value: none of the byte strings that equal the value, else below or above it */
static HtableTest *
test_differs(const HtableColumn *column, Datum value, Oid type)
{
	HtableRangeSet *equal;
	List	   *tests = list_make1(test_make(TEST_EXISTS, column));

	if (column->codec->key_order == HTABLE_KEY_BYTES)
		return test_compare(column, RC_NOT_EQUAL, encoded_value(column, value));
	equal = htable_pushdown_compare(column, HTABLE_EQ, value, type);
	for (int i = 0; i < equal->nranges; i++)
	{
		HtableRange *range = &equal->ranges[i];

		if (!htable_range_is_point(range))
			return test_join(TEST_ONE,
							 list_make2(test_value(column, HTABLE_LT, value, type),
										test_value(column, HTABLE_GT, value, type)));
		if (i == 0)
			tests = NIL;		/* such a test needs the cell as well */
		tests = lappend(tests, test_compare(column, RC_NOT_EQUAL, wire_bytes(range->lower)));
	}
	return test_join(TEST_ALL, tests);
}

/* Cells that begin with the prefix. */
static HtableTest *
test_prefix(const HtableColumn *column, rc_bytes prefix)
{
	HtableTest *lower = test_compare(column, RC_GREATER_OR_EQUAL, prefix);
	rc_bytes	end = prefix;
	uint8_t    *copy;

	if (prefix.len == 0)
		return test_make(column->kind == HTABLE_COLUMN_CELL ? TEST_EXISTS : TEST_EVERYTHING, column);
	/* the first string after all of them: the last byte below FF increased, the rest cut off */
	while (end.len > 0 && end.data[end.len - 1] == 0xFF)
		end.len--;
	if (end.len == 0)
		return lower;
	copy = palloc(end.len);
	memcpy(copy, end.data, end.len);
	copy[end.len - 1]++;
	end.data = copy;
	return test_join(TEST_ALL, list_make2(lower, test_compare(column, RC_LESS, end)));
}

/* The literal head of a LIKE pattern; the whole pattern is literal: that string. */
static HtableTest *
test_like(const HtableColumn *column, Datum pattern)
{
	StringInfoData head;
	bool		literal;
	rc_bytes	bytes;

	initStringInfo(&head);
	literal = htable_pushdown_like_head(pattern, &head);
	bytes.data = (const uint8_t *) head.data;
	bytes.len = head.len;
	return literal ? test_compare(column, RC_EQUAL, bytes) : test_prefix(column, bytes);
}

/* cell op ANY (array), or cell <> ALL (array) */
static HtableTest *
test_array(const HtableColumn *column, bool none, HtableCompare op, Datum array)
{
	Oid			type;
	Datum	   *elements;
	bool	   *nulls;
	int			n = htable_pushdown_elements(array, &type, &elements, &nulls);
	List	   *tests = NIL;

	for (int i = 0; i < n; i++)
	{
		if (nulls[i] && none)
			return test_make(TEST_NOTHING, NULL);
		if (nulls[i])
			continue;
		if (list_length(tests) == HTABLE_FILTER_VALUES_MAX)
			return test_make(TEST_EVERYTHING, NULL);	/* the clause is checked again */
		tests = lappend(tests, none ? test_differs(column, elements[i], type)
						: test_value(column, op, elements[i], type));
	}
	return test_join(none ? TEST_ALL : TEST_ONE, tests);
}

static HtableTest *eval_cond(List *cond, const HtableMapping *mapping, const HtableValues *values);

/* Members `first` and on of a list of conditions. */
static HtableTest *
eval_list(TestKind kind, List *conds, int first, const HtableMapping *mapping,
		  const HtableValues *values)
{
	List	   *tests = NIL;

	for (int i = first; i < list_length(conds); i++)
		tests = lappend(tests, eval_cond(list_nth(conds, i), mapping, values));
	return test_join(kind, tests);
}

static HtableTest *
eval_cond(List *cond, const HtableMapping *mapping, const HtableValues *values)
{
	HtableCondTag tag = intVal(linitial(cond));
	const HtableColumn *column;
	int			place;

	if (tag == HTABLE_COND_AND || tag == HTABLE_COND_OR)
		return eval_list(tag == HTABLE_COND_AND ? TEST_ALL : TEST_ONE, cond, 1, mapping, values);
	column = mapping->columns[intVal(lsecond(cond)) - 1];
	if (column->kind != HTABLE_COLUMN_CELL &&
		(tag == HTABLE_COND_CELL_NULL || tag == HTABLE_COND_CELL_NOT_NULL))
		return test_make(tag == HTABLE_COND_CELL_NULL ? TEST_NOTHING : TEST_EVERYTHING, NULL);
	if (tag == HTABLE_COND_CELL_NULL)
		return test_make(TEST_MISSING, column);
	if (tag == HTABLE_COND_CELL_NOT_NULL)
		return test_make(TEST_EXISTS, column);

	place = intVal(llast(cond));
	if (values->nulls[place])
		return test_make(TEST_NOTHING, NULL);
	switch (tag)
	{
		case HTABLE_COND_CELL_COMPARE:
			return test_value(column, intVal(lthird(cond)), values->values[place],
							  values->types[place]);
		case HTABLE_COND_CELL_DIFFERS:
			return test_differs(column, values->values[place], values->types[place]);
		case HTABLE_COND_CELL_ANY:
			return test_array(column, false, intVal(lthird(cond)), values->values[place]);
		case HTABLE_COND_CELL_NONE:
			return test_array(column, true, HTABLE_EQ, values->values[place]);
		case HTABLE_COND_CELL_PREFIX:
			return test_prefix(column, encoded_value(column, values->values[place]));
		case HTABLE_COND_CELL_LIKE:
			return test_like(column, values->values[place]);
		default:
			elog(ERROR, "a condition that is not on cells was pushed as a filter");
	}
}

HtableTest *
htable_filterplan_make(List *conds, const HtableMapping *mapping, const HtableValues *values,
					   bool *nothing)
{
	HtableTest *test = eval_list(TEST_ALL, conds, 0, mapping, values);

	*nothing = test->kind == TEST_NOTHING;
	return *nothing || test->kind == TEST_EVERYTHING ? NULL : test;
}

/* ---- shape cells: families and qualifiers by name ---- */

/* Is the test passed by the bytes it names and no others?  Then they are added. */
static bool
collect_names(const HtableTest *test, HtableColumnKind kind, List **names)
{
	if (test->kind == TEST_COMPARE)
	{
		if (test->column->kind != kind || test->op != RC_EQUAL)
			return false;
		*names = lappend(*names, unconstify(rc_bytes *, &test->value));
		return true;
	}
	if (test->kind != TEST_ONE)
		return false;
	for (int i = 0; i < test->nmembers; i++)
	{
		if (!collect_names(test->members[i], kind, names))
			return false;
	}
	return true;
}

/* The members of an AND but one. */
static const HtableTest *
test_without(const HtableTest *all, int left_out)
{
	List	   *tests = NIL;

	for (int i = 0; i < all->nmembers; i++)
	{
		if (i != left_out)
			tests = lappend(tests, all->members[i]);
	}
	return test_join(TEST_ALL, tests);
}

List *
htable_filterplan_names(const HtableTest *test, HtableColumnKind kind, const HtableTest **rest)
{
	List	   *names = NIL;

	*rest = test;
	if (test == NULL)
		return NIL;
	if (collect_names(test, kind, &names))
	{
		*rest = NULL;
		return names;
	}
	for (int i = 0; test->kind == TEST_ALL && i < test->nmembers; i++)
	{
		names = NIL;
		if (collect_names(test->members[i], kind, &names))
		{
			*rest = test_without(test, i);
			return names;
		}
	}
	return NIL;
}

/* ---- filters of tests ---- */

/* column op value: of a cell, or of where it is */
static rc_filter *
build_compare(const HtableTest *test, const rc_host *host)
{
	switch (test->column->kind)
	{
		case HTABLE_COLUMN_FAMILY:
			return rc_filter_family(host, test->op, test->value);
		case HTABLE_COLUMN_QUALIFIER:
			return rc_filter_qualifier(host, test->op, test->value);
		default:
			return rc_filter_column_value(host, test->column->family, test->column->qualifier,
										  test->op, test->value, true);
	}
}

rc_filter *
htable_filterplan_build(const HtableTest *test, const rc_host *host)
{
	switch (test->kind)
	{
		case TEST_COMPARE:
			return build_compare(test, host);
		case TEST_EXISTS:
		case TEST_MISSING:
			return rc_filter_column_exists(host, test->column->family, test->column->qualifier,
										   test->kind == TEST_EXISTS);
		case TEST_ALL:
		case TEST_ONE:
			for (int i = 0; i < test->nmembers; i++)
				test->filters[i] = htable_filterplan_build(test->members[i], host);
			return rc_filter_list(host, test->kind == TEST_ALL, test->filters, test->nmembers);
		case TEST_NOTHING:
		case TEST_EVERYTHING:
			break;
	}
	return NULL;				/* the tree holds none of these */
}
