/*
 * pushdown_key.c
 *		Conditions on the parts of the row key, with the values of this (re)scan
 *		-> key ranges.
 *
 * What must hold together is collected by part, as strings that the part may
 * be; these are chained to keys from the first part on, as long as every part
 * is single strings, and the first that is not ends the chain with ranges.  An
 * OR of conditions on several parts is the union of its arms, each together
 * with all that holds around it.  clause_parts.c foresees what comes of that:
 * the two must agree on where a chain ends.
 */
#include "plan.h"

#include "miscadmin.h"
#include "utils/builtins.h"

/* Of one scan. */
typedef struct Scope
{
	const HtableMapping *mapping;
	const HtableValues *values;
} Scope;

/* ---- one part ---- */

static HtableRangeSet *
compare_ranges(const HtableKeyPart *part, HtableCompare op, Datum value, Oid type)
{
	if (part->column->codec->key_order == HTABLE_KEY_BYTES)
		return htable_ranges_part_compare(part, op, htable_pushdown_bytes(part->column, value));
	return htable_pushdown_compare(part->column, op, value, type);
}

static HtableRangeSet *
any_ranges(const HtableKeyPart *part, HtableCompare op, Datum array)
{
	Oid			type;
	Datum	   *elements;
	bool	   *nulls;
	int			n = htable_pushdown_elements(array, &type, &elements, &nulls);
	List	   *sets = NIL;

	for (int i = 0; i < n; i++)
	{
		if (!nulls[i])
			sets = lappend(sets, compare_ranges(part, op, elements[i], type));
	}
	return htable_ranges_union(sets);
}

/* A prefix in HBase's encoding (the clause saw to it that the database is UTF8). */
static HtableRangeSet *
prefix_ranges(const HtableKeyPart *part, Datum value)
{
	HtableBytes prefix = htable_pushdown_bytes(part->column, value);

	/* without the byte that ends a string */
	if (part->column->codec->key_order == HTABLE_KEY_ORDERED)
		prefix.len--;
	return htable_ranges_part_prefix(part, prefix);
}

/* What begins with the literal head; the whole pattern is literal: a point. */
static HtableRangeSet *
like_ranges(const HtableKeyPart *part, Datum value)
{
	StringInfoData head;
	bool		literal;

	initStringInfo(&head);
	literal = htable_pushdown_like_head(value, &head);
	value = PointerGetDatum(cstring_to_text_with_len(head.data, head.len));
	if (literal)
		return compare_ranges(part, HTABLE_EQ, value, part->column->typid);
	return prefix_ranges(part, value);
}

/* Nulls of OrderedBytes are before all else, behind all else where descending. */
static HtableRangeSet *
null_ranges(const HtableKeyPart *part, bool is_null)
{
	HtableBytes null = part->column->codec->null_form;

	if (is_null)
		return htable_ranges_point(null);
	return htable_ranges_compare(part->column->codec->descending ? HTABLE_LT : HTABLE_GT, null);
}

static HtableRangeSet *eval_part(const HtableKeyPart *part, List *cond, const HtableValues *values);

static HtableRangeSet *
eval_members(const HtableKeyPart *part, List *cond, bool any, const HtableValues *values)
{
	HtableRangeSet *set = htable_ranges_all();
	List	   *sets = NIL;

	for (int i = 1; i < list_length(cond); i++)
	{
		HtableRangeSet *one = eval_part(part, list_nth(cond, i), values);

		sets = lappend(sets, one);
		if (!any)
			set = htable_ranges_intersect(set, one);
	}
	return any ? htable_ranges_union(sets) : set;
}

/* The strings that the part may be, by a condition on it alone. */
static HtableRangeSet *
eval_part(const HtableKeyPart *part, List *cond, const HtableValues *values)
{
	HtableCondTag tag = intVal(linitial(cond));
	int			place;

	switch (tag)
	{
		case HTABLE_COND_AND:
			return eval_members(part, cond, false, values);
		case HTABLE_COND_OR:
			return eval_members(part, cond, true, values);
		case HTABLE_COND_NOTHING:
			return htable_ranges_none();
		case HTABLE_COND_NULL:
		case HTABLE_COND_NOT_NULL:
			return null_ranges(part, tag == HTABLE_COND_NULL);
		case HTABLE_COND_COMPARE:
		case HTABLE_COND_ANY:
		case HTABLE_COND_PREFIX:
		case HTABLE_COND_LIKE:
			break;
		default:
			elog(ERROR, "a condition of another kind was pushed as a range of keys");
	}
	place = intVal(llast(cond));
	if (values->nulls[place])
		return htable_ranges_none();
	if (tag == HTABLE_COND_PREFIX)
		return prefix_ranges(part, values->values[place]);
	if (tag == HTABLE_COND_LIKE)
		return like_ranges(part, values->values[place]);
	if (tag == HTABLE_COND_ANY)
		return any_ranges(part, intVal(lsecond(cond)), values->values[place]);
	return compare_ranges(part, intVal(lsecond(cond)), values->values[place], values->types[place]);
}

/* ---- all parts ---- */

/* Heads of keys, each with every string of the set and what follows the part. */
static HtableBytes *
lengthen(const HtableBytes *heads, int *nheads, const HtableRangeSet *set, HtableBytes behind)
{
	HtableBytes *longer = palloc(sizeof(HtableBytes) * *nheads * set->nranges);
	int			n = 0;

	for (int h = 0; h < *nheads; h++)
	{
		for (int i = 0; i < set->nranges; i++)
		{
			HtableBytes head = htable_bytes_join(heads[h], set->ranges[i].lower);

			longer[n++] = behind.len > 0 ? htable_bytes_join(head, behind) : head;
		}
	}
	*nheads = n;
	return longer;
}

static HtableRangeSet *
unite_heads(const HtableBytes *heads, int nheads, HtableRangeSet *(*make) (HtableBytes head))
{
	List	   *sets = NIL;

	for (int h = 0; h < nheads; h++)
		sets = lappend(sets, make(heads[h]));
	return htable_ranges_union(sets);
}

/* The keys whose parts are strings of the sets (NULL: of any), as far as ranges can say it. */
static HtableRangeSet *
chain(const HtableMapping *mapping, HtableRangeSet **sets)
{
	HtableBytes *heads = palloc(sizeof(HtableBytes));
	int			nheads = 1;

	heads[0] = mapping->key_prefix;
	for (int i = 0; i < mapping->nkeys && sets[i] != NULL; i++)
	{
		const HtableKeyPart *part = &mapping->keys[i];
		bool		last = i == mapping->nkeys - 1;
		HtableBytes behind = {NULL, 0};

		/* a terminated part's strings hold their terminator */
		if (part->end != HTABLE_PART_TERMINATED)
			behind = part->terminator;
		if (sets[i]->nranges == 0)
			return htable_ranges_none();
		if (nheads > 1 && (double) nheads * sets[i]->nranges > HTABLE_KEY_RANGES_MAX)
			break;
		if (!htable_ranges_are_points(sets[i]))
		{
			List	   *all = NIL;

			for (int h = 0; h < nheads; h++)
				all = lappend(all, htable_ranges_behind(heads[h], sets[i],
														!last || behind.len > 0));
			return htable_ranges_union(all);
		}
		heads = lengthen(heads, &nheads, sets[i], behind);
		if (last)
			return unite_heads(heads, nheads, htable_ranges_point);
	}
	return unite_heads(heads, nheads, htable_ranges_prefix);
}

static HtableRangeSet *eval_all(const Scope *scope, HtableRangeSet **around, List *conds);

/* Narrows the sets by the conditions on one part; puts the others into *several.  False: no key. */
static bool
collect(const Scope *scope, HtableRangeSet **sets, List *conds, List **several)
{
	ListCell   *lc;

	foreach(lc, conds)
	{
		List	   *cond = lfirst(lc);
		int			part;
		HtableRangeSet *set;

		switch ((HtableCondTag) intVal(linitial(cond)))
		{
			case HTABLE_COND_NOTHING:
				return false;
			case HTABLE_COND_AND:
				if (!collect(scope, sets, list_copy_tail(cond, 1), several))
					return false;
				break;
			case HTABLE_COND_PART:
				part = intVal(lsecond(cond));
				set = eval_part(&scope->mapping->keys[part], lthird(cond), scope->values);
				sets[part] = sets[part] != NULL ? htable_ranges_intersect(sets[part], set) : set;
				break;
			default:
				*several = lappend(*several, cond);
				break;
		}
	}
	return true;
}

static HtableRangeSet *
eval_or(const Scope *scope, HtableRangeSet **around, List *cond)
{
	List	   *sets = NIL;

	for (int i = 1; i < list_length(cond); i++)
		sets = lappend(sets, eval_all(scope, around, list_make1(list_nth(cond, i))));
	return htable_ranges_union(sets);
}

/* Keys for which the conditions and what holds around them may be true. */
static HtableRangeSet *
eval_all(const Scope *scope, HtableRangeSet **around, List *conds)
{
	Size		size = sizeof(HtableRangeSet *) * Max(scope->mapping->nkeys, 1);
	HtableRangeSet **sets = palloc(size);
	HtableRangeSet *keys = NULL;
	List	   *several = NIL;
	ListCell   *lc;

	check_stack_depth();
	memcpy(sets, around, size);
	if (!collect(scope, sets, conds, &several))
		return htable_ranges_none();
	foreach(lc, several)
	{
		HtableRangeSet *one = eval_or(scope, sets, lfirst(lc));

		keys = keys != NULL ? htable_ranges_intersect(keys, one) : one;
	}
	return keys != NULL ? keys : chain(scope->mapping, sets);
}

HtableRangeSet *
htable_pushdown_ranges(List *conds, const HtableMapping *mapping, const HtableValues *values)
{
	Scope		scope = {mapping, values};
	HtableRangeSet **all = palloc0(sizeof(HtableRangeSet *) * Max(mapping->nkeys, 1));

	return htable_ranges_keys(eval_all(&scope, all, conds));
}

bool
htable_pushdown_is_all(const HtableRangeSet *set, const HtableMapping *mapping)
{
	return htable_ranges_same(set, htable_ranges_keys(htable_ranges_prefix(mapping->key_prefix)));
}

Bitmapset *
htable_pushdown_parts(List *conds)
{
	Bitmapset  *parts = NULL;
	ListCell   *lc;

	foreach(lc, conds)
	{
		List	   *cond = lfirst(lc);

		if (intVal(linitial(cond)) == HTABLE_COND_PART)
			parts = bms_add_member(parts, intVal(lsecond(cond)));
		else
			parts = bms_add_members(parts, htable_pushdown_parts(list_copy_tail(cond, 1)));
	}
	return parts;
}
