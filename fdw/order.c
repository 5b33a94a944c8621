/*
 * order.c
 *		The order that a scan gives for free: that of the row keys, in either
 *		direction.
 *
 * Keys sort by their parts as long as the bytes of each sort as its values do,
 * all in the direction of the scan or all against it.  A part that has one
 * value in all rows sorts as one likes.  Where two strings are one value (0.0
 * and -0.0), what follows starts anew with the second: nothing follows there.
 */
#include "plan.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* The Var of a column, for this scan. */
static Expr *
column_var(RelOptInfo *rel, const HtableColumn *column)
{
	return (Expr *) makeVar(rel->relid, column->attnum, column->typid, column->typmod,
							column->collation, 0);
}

/* Is this sort key the column, compared in the way its bytes are? */
bool
htable_order_pathkey_is_column(PathKey *pathkey, RelOptInfo *rel, const HtableColumn *column)
{
	EquivalenceClass *ec = pathkey->pk_eclass;
	TypeCacheEntry *entry = lookup_type_cache(getBaseType(column->typid),
											  TYPECACHE_BTREE_OPFAMILY);
	bool		is_text = entry->btree_opf != InvalidOid && type_is_collatable(entry->type_id);
	ListCell   *lc;

	if (pathkey->pk_opfamily != entry->btree_opf &&
		pathkey->pk_opfamily != lookup_type_cache(TEXTOID, TYPECACHE_BTREE_OPFAMILY)->btree_opf)
		return false;
	if (ec->ec_has_volatile || (is_text && !compat_collate_is_c(ec->ec_collation)))
		return false;
	foreach(lc, ec->ec_members)
	{
		EquivalenceMember *em = lfirst(lc);
		Node	   *expr = (Node *) em->em_expr;

		while (IsA(expr, RelabelType))
			expr = (Node *) ((RelabelType *) expr)->arg;
		if (!em->em_is_const && !em->em_is_child && IsA(expr, Var) &&
			bms_equal(em->em_relids, rel->relids) &&
			((Var *) expr)->varno == (int) rel->relid &&
			((Var *) expr)->varattno == column->attnum)
			return true;
	}
	return false;
}

/* Does the scan's relation have all it takes to compute this sort key? */
static bool
pathkey_is_local(PathKey *pathkey, RelOptInfo *rel)
{
	ListCell   *lc;

	if (pathkey->pk_eclass->ec_has_volatile)
		return false;
	foreach(lc, pathkey->pk_eclass->ec_members)
	{
		EquivalenceMember *em = lfirst(lc);

		if (!em->em_is_const && !em->em_is_child && bms_equal(em->em_relids, rel->relids))
			return true;
	}
	return false;
}

static bool
part_gives_order(const HtableKeyPart *part)
{
	switch (part->column->codec->key_order)
	{
		case HTABLE_KEY_BYTES:
		case HTABLE_KEY_ORDERED:
		case HTABLE_KEY_ORDERED_INTEGER:
		case HTABLE_KEY_ORDERED_FLOAT:
			return part->keeps_order;
		case HTABLE_KEY_OPAQUE:
		case HTABLE_KEY_SIGNED:
		case HTABLE_KEY_FLOAT:
		case HTABLE_KEY_BOOL:
		case HTABLE_KEY_ORDERED_BLOB:
			break;
	}
	return false;
}

static bool
pathkey_is_newest_first(PathKey *pathkey, RelOptInfo *rel, const HtableMapping *mapping)
{
	return mapping->timestamp != NULL && !compat_pathkey_is_ascending(pathkey) &&
		htable_order_pathkey_is_column(pathkey, rel, mapping->timestamp);
}

/*
 * Is this sort key the order of the part's bytes, scanned forward or, where
 * *reversed says so, backward?  The first one (*n is 0) decides which.
 */
static bool
pathkey_is_part(PathKey *pathkey, RelOptInfo *rel, const HtableKeyPart *part, int n,
				bool *reversed)
{
	bool		ascending = compat_pathkey_is_ascending(pathkey);
	bool		backward = ascending == part->column->codec->descending;

	if (!part_gives_order(part) || !htable_order_pathkey_is_column(pathkey, rel, part->column))
		return false;
	/* the null of OrderedBytes is its least value, in either order */
	if (part->nullable && pathkey->pk_nulls_first != ascending)
		return false;
	if (n > 0 && backward != *reversed)
		return false;
	*reversed = backward;
	return true;
}

/*
 * In shape row the key is unique, so whatever follows all of its parts is
 * ordered too; in shape versions the timestamps of a key come newest first, in
 * shape cells its cells in their order.
 */
List *
htable_order_of_query(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping,
					  const bool *single, bool *reversed)
{
	List	   *wanted = root->query_pathkeys;
	int			n = 0;
	int			i;

	*reversed = false;
	if (wanted == NIL || !htable_enable_key_order)
		return NIL;
	for (i = 0; i < mapping->nkeys && n < list_length(wanted); i++)
	{
		const HtableKeyPart *part = &mapping->keys[i];

		if (pathkey_is_part(list_nth(wanted, n), rel, part, n, reversed))
			n++;
		else if (!single[i])
			break;
		if (!part->column->codec->canonical && !single[i])
			return list_copy_head(wanted, n);
	}
	while (i < mapping->nkeys && single[i])
		i++;
	if (mapping->nkeys == 0 || i < mapping->nkeys)
		return list_copy_head(wanted, n);
	if (mapping->shape == HTABLE_SHAPE_VERSIONS)
	{
		if (n < list_length(wanted) && pathkey_is_newest_first(list_nth(wanted, n), rel, mapping))
			n++;
	}
	else if (mapping->shape == HTABLE_SHAPE_CELLS)
		n = htable_cellorder_extend(root, rel, mapping, wanted, n);
	else
	{
		while (n > 0 && n < list_length(wanted) && pathkey_is_local(list_nth(wanted, n), rel))
			n++;
	}
	return list_copy_head(wanted, n);
}

/* The type's own ascending order, with nulls last, as a merge join wants it. */
static bool
part_merges(const HtableKeyPart *part, const TypeCacheEntry *entry)
{
	const HtableColumn *column = part->column;

	if (!part_gives_order(part) || part->nullable)
		return false;
	if (type_is_collatable(entry->type_id) && !compat_collate_is_c(column->collation))
		return false;
	/* the planner compares others through a cast */
	return getBaseType(column->typid) == column->typid && column->typid != VARCHAROID;
}

List *
htable_order_for_joins(PlannerInfo *root, RelOptInfo *rel, const HtableMapping *mapping,
					   bool *reversed)
{
	List	   *order = NIL;

	*reversed = false;
	if (!htable_enable_key_order || !(rel->has_eclass_joins || rel->joininfo != NIL))
		return NIL;
	for (int i = 0; i < mapping->nkeys; i++)
	{
		const HtableKeyPart *part = &mapping->keys[i];
		const HtableColumn *column = part->column;
		TypeCacheEntry *entry = lookup_type_cache(getBaseType(column->typid), TYPECACHE_LT_OPR);
		List	   *one;

		if (!part_merges(part, entry) || (i > 0 && column->codec->descending != *reversed))
			break;
		one = compat_build_expression_pathkey(root, column_var(rel, column), entry->lt_opr,
											  rel->relids);
		if (one == NIL)
			break;
		*reversed = column->codec->descending;
		order = list_concat(order, one);
		if (!column->codec->canonical)
			break;
	}
	return order;
}
