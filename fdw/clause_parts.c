/*
 * clause_parts.c
 *		Clauses on the parts of the row key together: which of them decide on the
 *		ranges that are read.
 *
 * Keys begin with their first part, so a condition on a part counts only where
 * all parts before it are fixed to single strings, by equality, IN or IS NULL:
 * pushdown_key.c chains them at run time, and here the same is done with what
 * is known of the conditions alone.  There are three answers: a condition
 * surely decides, it may decide (lists of unknown length may prove too long),
 * or it never does.  The first keeps the clause what it is by itself, the
 * second makes it a superset, the third leaves it to PostgreSQL.
 */
#include "clause.h"

#include <math.h>

#include "miscadmin.h"

typedef enum Decides
{
	DECIDES_NEVER,
	DECIDES_PERHAPS,
	DECIDES_SURELY
} Decides;

/* What is known of the strings that a part may be. */
typedef struct PartShape
{
	bool		limited;		/* by some condition */
	bool		fixed;			/* to single strings */
	bool		surely_fixed;	/* whatever the values are */
	bool		single;			/* to one value, which has one string */
	double		ranges;			/* at most; infinity: not known */
	double		estimate;		/* single strings, about */
} PartShape;

/* What is known of keys. */
typedef struct KeyShape
{
	Decides    *decides;		/* by part: do conditions on it? */
	int			fixed;			/* so many parts from the first on are */
	double		estimate;		/* where all are fixed: keys, about */
} KeyShape;

static KeyShape shape_of_all(HtableClauseContext *cx, const PartShape *around, List *conds,
							 Decides *decide);

/* ---- one part ---- */

/* One value of a list, or one bound. */
static PartShape
shape_of_compare(const HtableKeyPart *part, HtableCompare compare)
{
	const HtableCodec *codec = part->column->codec;
	PartShape	shape = {.limited = true,.estimate = 1,.ranges = 1};

	switch (codec->key_order)
	{
		case HTABLE_KEY_FLOAT:
			/* two zeros; NaNs are ranges on either side */
			shape.ranges = 4;
			break;
		case HTABLE_KEY_SIGNED:
			shape.ranges = compare == HTABLE_EQ ? 1 : 2;
			break;
		case HTABLE_KEY_ORDERED_FLOAT:
		case HTABLE_KEY_ORDERED_BLOB:
			/* two zeros, two forms of a blob */
			shape.ranges = 2;
			break;
		default:
			break;
	}
	if (compare != HTABLE_EQ)
	{
		if (!part->keeps_order)
			shape.ranges = INFINITY;
		return shape;
	}
	shape.fixed = true;
	shape.surely_fixed = codec->key_order != HTABLE_KEY_FLOAT;
	shape.single = codec->canonical;
	return shape;
}

static PartShape
shape_of_any(HtableClauseContext *cx, const HtableKeyPart *part, List *cond)
{
	PartShape	shape = shape_of_compare(part, intVal(lsecond(cond)));
	Node	   *array = list_nth(cx->exprs, intVal(llast(cond)));
	int			length = htable_operand_array_length(array);

	shape.ranges *= length >= 0 ? length : INFINITY;
	shape.estimate = compat_estimate_array_length(cx->root, array);
	shape.single = false;
	return shape;
}

/* Both hold. */
static PartShape
both_shapes(PartShape a, PartShape b)
{
	PartShape	shape = a;

	if (!a.limited || !b.limited)
		return a.limited ? a : b;
	shape.fixed = a.fixed || b.fixed;
	shape.surely_fixed = a.surely_fixed || b.surely_fixed;
	shape.single = a.single || b.single;
	shape.ranges = a.ranges + b.ranges;
	if (a.surely_fixed)
		shape.ranges = Min(shape.ranges, a.ranges);
	if (b.surely_fixed)
		shape.ranges = Min(shape.ranges, b.ranges);
	if (!a.fixed)
		shape.estimate = b.estimate;
	else if (b.fixed)
		shape.estimate = Min(a.estimate, b.estimate);
	return shape;
}

/* One of both holds. */
static PartShape
either_shape(PartShape a, PartShape b)
{
	PartShape	shape = {0};

	shape.limited = a.limited && b.limited;
	shape.fixed = a.fixed && b.fixed;
	shape.surely_fixed = a.surely_fixed && b.surely_fixed;
	shape.ranges = a.ranges + b.ranges;
	shape.estimate = a.estimate + b.estimate;
	return shape;
}

static PartShape
shape_of_part(HtableClauseContext *cx, const HtableKeyPart *part, List *cond)
{
	PartShape	shape = {.limited = true,.ranges = 1,.estimate = 1};
	HtableCondTag tag = intVal(linitial(cond));

	check_stack_depth();
	switch (tag)
	{
		case HTABLE_COND_COMPARE:
			return shape_of_compare(part, intVal(lsecond(cond)));
		case HTABLE_COND_ANY:
			return shape_of_any(cx, part, cond);
		case HTABLE_COND_AND:
		case HTABLE_COND_OR:
			shape = shape_of_part(cx, part, lsecond(cond));
			for (int i = 2; i < list_length(cond); i++)
			{
				PartShape	other = shape_of_part(cx, part, list_nth(cond, i));

				shape = tag == HTABLE_COND_AND ? both_shapes(shape, other)
					: either_shape(shape, other);
			}
			return shape;
		case HTABLE_COND_NULL:
			shape.fixed = shape.surely_fixed = true;
			return shape;
		default:
			return shape;
	}
}

/* ---- all parts ---- */

/* As chain() in pushdown_key.c will go, by the number of ranges that there may be. */
static KeyShape
chain_shapes(const HtableMapping *mapping, const PartShape *parts)
{
	KeyShape	shape = {palloc0(sizeof(Decides) * Max(mapping->nkeys, 1)), 0, 1};
	double		heads = 1;
	bool		surely = true;

	for (int i = 0; i < mapping->nkeys && parts[i].limited; i++)
	{
		if (heads > 1 && !(heads * parts[i].ranges <= HTABLE_KEY_RANGES_MAX))
			surely = false;
		shape.decides[i] = surely ? DECIDES_SURELY : DECIDES_PERHAPS;
		if (!parts[i].fixed)
			break;
		surely = surely && parts[i].surely_fixed;
		heads *= Max(parts[i].ranges, 1);
		shape.estimate *= Max(parts[i].estimate, 1);
		shape.fixed++;
	}
	return shape;
}

/* An OR: what decides in every arm does.  *decide: what the whole of it does. */
static KeyShape
shape_of_or(HtableClauseContext *cx, const PartShape *around, List *cond, Decides *decide)
{
	int			nkeys = cx->mapping->nkeys;
	KeyShape	shape = {NULL, nkeys, 0};

	*decide = DECIDES_SURELY;
	for (int i = 1; i < list_length(cond); i++)
	{
		Decides		arm_decides;
		KeyShape	arm = shape_of_all(cx, around, list_make1(list_nth(cond, i)), &arm_decides);

		*decide = Min(*decide, arm_decides);
		for (int part = 0; part < nkeys && shape.decides != NULL; part++)
			arm.decides[part] = Min(arm.decides[part], shape.decides[part]);
		shape.decides = arm.decides;
		shape.fixed = Min(shape.fixed, arm.fixed);
		shape.estimate += arm.estimate;
	}
	return shape;
}

/* The conditions on one part, and the others. */
static void
sort_out(HtableClauseContext *cx, List *conds, PartShape *parts, List **alone, List **several)
{
	ListCell   *lc;

	foreach(lc, conds)
	{
		List	   *cond = lfirst(lc);
		HtableCondTag tag = intVal(linitial(cond));

		if (tag == HTABLE_COND_AND)
			sort_out(cx, list_copy_tail(cond, 1), parts, alone, several);
		else if (tag == HTABLE_COND_PART)
		{
			int			part = intVal(lsecond(cond));

			parts[part] = both_shapes(parts[part],
									  shape_of_part(cx, &cx->mapping->keys[part], lthird(cond)));
			*alone = lappend_int(*alone, part);
		}
		else if (tag == HTABLE_COND_OR)
			*several = lappend(*several, cond);
	}
}

/*
 * Conditions that hold together, with what holds around them.  *decide: what
 * they do themselves, perhaps or surely when at least one counts, surely only
 * when each surely does.
 */
static KeyShape
shape_of_all(HtableClauseContext *cx, const PartShape *around, List *conds, Decides *decide)
{
	int			nkeys = cx->mapping->nkeys;
	PartShape  *parts = palloc(sizeof(PartShape) * Max(nkeys, 1));
	List	   *alone = NIL;
	List	   *several = NIL;
	Decides		least = DECIDES_SURELY;
	Decides		most = DECIDES_NEVER;
	KeyShape	shape;
	ListCell   *lc;

	check_stack_depth();
	memcpy(parts, around, sizeof(PartShape) * nkeys);
	sort_out(cx, conds, parts, &alone, &several);
	shape = chain_shapes(cx->mapping, parts);
	foreach(lc, several)
	{
		Decides		one;
		KeyShape	other = shape_of_or(cx, parts, lfirst(lc), &one);

		least = Min(least, one);
		most = Max(most, one);
		for (int part = 0; part < nkeys; part++)
			shape.decides[part] = Max(shape.decides[part], other.decides[part]);
		if (other.fixed > shape.fixed ||
			(other.fixed == shape.fixed && other.estimate < shape.estimate))
		{
			shape.fixed = other.fixed;
			shape.estimate = other.estimate;
		}
	}
	foreach(lc, alone)
	{
		least = Min(least, shape.decides[lfirst_int(lc)]);
		most = Max(most, shape.decides[lfirst_int(lc)]);
	}
	if (alone == NIL && several == NIL)
		most = DECIDES_SURELY;	/* true or false of every key */
	*decide = most == DECIDES_NEVER ? DECIDES_NEVER
		: least == DECIDES_SURELY ? DECIDES_SURELY : DECIDES_PERHAPS;
	return shape;
}

/* ---- the clauses of a scan ---- */

/* What a clause does among all; `parts`: all that holds of single parts. */
static Decides
clause_decides(HtableClauseContext *cx, const PartShape *parts, const KeyShape *shape, List *cond)
{
	Decides		decide;

	if (intVal(linitial(cond)) == HTABLE_COND_PART)
		return shape->decides[intVal(lsecond(cond))];
	shape_of_all(cx, parts, list_make1(cond), &decide);
	return decide;
}

/* Weakens clauses on parts of the key that the others do not reach.  True: some are left out. */
static bool
settle(HtableClauseContext *cx, HtableClauses *result, int n)
{
	int			nkeys = cx->mapping->nkeys;
	PartShape  *parts = palloc0(sizeof(PartShape) * Max(nkeys, 1));
	PartShape  *none = palloc0(sizeof(PartShape) * Max(nkeys, 1));
	List	   *conds = NIL;
	List	   *alone = NIL;
	List	   *several = NIL;
	bool		left_out = false;
	KeyShape	shape;
	Decides		ignored;

	for (int i = 0; i < n; i++)
	{
		if (result->clauses[i].state != HTABLE_CLAUSE_LOCAL &&
			result->clauses[i].target == HTABLE_TARGET_KEY)
			conds = lappend(conds, result->clauses[i].cond);
	}
	if (conds == NIL)
		return false;
	sort_out(cx, conds, parts, &alone, &several);
	shape = shape_of_all(cx, none, conds, &ignored);
	for (int i = 0; i < n; i++)
	{
		HtableClause *clause = &result->clauses[i];

		if (clause->state == HTABLE_CLAUSE_LOCAL || clause->target != HTABLE_TARGET_KEY)
			continue;
		switch (clause_decides(cx, parts, &shape, clause->cond))
		{
			case DECIDES_SURELY:
				break;
			case DECIDES_PERHAPS:
				clause->state = HTABLE_CLAUSE_SUPERSET;
				break;
			case DECIDES_NEVER:
				*clause = htable_clause_local("the parts of the key before it are not fixed");
				left_out = true;
				break;
		}
	}
	for (int i = 0; i < nkeys; i++)
		result->single[i] = parts[i].single;
	if (nkeys > 0 && shape.fixed == nkeys)
		result->keys = shape.estimate;
	return left_out;
}

/*
 * What becomes of restriction and join clauses in a scan of cx->rel, all of
 * which must hold.  Right sides of what is pushed are appended to cx->exprs.
 */
HtableClauses
htable_clauses_classify(HtableClauseContext *cx, List *rinfos)
{
	HtableClauses result = {0};
	List	   *before = list_copy(cx->exprs);
	int			n = list_length(rinfos);

	result.clauses = palloc(sizeof(HtableClause) * Max(n, 1));
	result.single = palloc0(sizeof(bool) * Max(cx->mapping->nkeys, 1));
	for (int i = 0; i < n; i++)
		result.clauses[i] = htable_clause_classify(cx, list_nth(rinfos, i));
	if (!settle(cx, &result, n))
		return result;

	/* once more, without the right sides of what was left out */
	cx->exprs = before;
	for (int i = 0; i < n; i++)
	{
		if (result.clauses[i].state != HTABLE_CLAUSE_LOCAL)
			result.clauses[i].cond = htable_clause_classify(cx, list_nth(rinfos, i)).cond;
	}
	return result;
}
