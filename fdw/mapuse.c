/*
 * mapuse.c
 *		Which members of a map a query uses: map->'key', map->>'key', map ? 'key'
 *		with a constant key.
 *
 * Where these are all the uses of a map, only the cells of its members are
 * read, and the map that is made of them is one that nobody sees whole.  A row
 * without these cells has NULL for the map instead of an object: -> and ->> make
 * no difference of that, ? does, except where a condition asks.  Any other use,
 * and any that this file cannot follow, is of the whole map.
 *
 * A member that a condition tests is like a text column of its own.
 */
#include "plan.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/restrictinfo.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* ---- members ---- */

/* The function that an operator or a call is, with its two arguments; else invalid. */
static Oid
called_function(Node *node, Node **left, Node **right)
{
	List	   *args = NIL;
	Oid			function = InvalidOid;

	if (IsA(node, OpExpr))
	{
		args = ((OpExpr *) node)->args;
		function = get_opcode(((OpExpr *) node)->opno);
	}
	else if (IsA(node, FuncExpr))
	{
		args = ((FuncExpr *) node)->args;
		function = ((FuncExpr *) node)->funcid;
	}
	if (list_length(args) != 2)
		return InvalidOid;
	*left = linitial(args);
	*right = lsecond(args);
	return function;
}

/* map['key'] is map->'key' */
static bool
is_subscript(Node *node, Node **left, Node **right)
{
	SubscriptingRef *ref = (SubscriptingRef *) node;

	if (!IsA(node, SubscriptingRef) || ref->refcontainertype != JSONBOID ||
		ref->refassgnexpr != NULL || ref->reflowerindexpr != NIL ||
		list_length(ref->refupperindexpr) != 1)
		return false;
	*left = (Node *) ref->refexpr;
	*right = linitial(ref->refupperindexpr);
	return true;
}

HtableMapUse
htable_mapuse_match(Node *node, Index relid, const HtableMapping *mapping,
					HtableColumn **column, char **key)
{
	HtableMapUse use = HTABLE_MAPUSE_NONE;
	Node	   *left;
	Node	   *right;
	Var		   *var;

	switch (called_function(node, &left, &right))
	{
		case F_JSONB_OBJECT_FIELD_TEXT:
		case F_JSON_OBJECT_FIELD_TEXT:
			use = HTABLE_MAPUSE_TEXT;
			break;
		case F_JSONB_OBJECT_FIELD:
		case F_JSON_OBJECT_FIELD:
			use = HTABLE_MAPUSE_JSON;
			break;
		case F_JSONB_EXISTS:
			use = HTABLE_MAPUSE_EXISTS;
			break;
		default:
			if (is_subscript(node, &left, &right))
				use = HTABLE_MAPUSE_JSON;
			break;
	}
	if (use == HTABLE_MAPUSE_NONE || !IsA(left, Var) || !IsA(right, Const) ||
		((Const *) right)->consttype != TEXTOID || ((Const *) right)->constisnull)
		return HTABLE_MAPUSE_NONE;
	var = (Var *) left;
	if (var->varno != (int) relid || var->varlevelsup != 0 ||
		var->varattno <= 0 || var->varattno > mapping->natts)
		return HTABLE_MAPUSE_NONE;
	*column = mapping->columns[var->varattno - 1];
	if (*column == NULL || (*column)->kind != HTABLE_COLUMN_MAP)
		return HTABLE_MAPUSE_NONE;
	*key = TextDatumGetCString(((Const *) right)->constvalue);
	return use;
}

/* ---- the uses of a query ---- */

typedef struct UseContext
{
	Index		relid;
	const HtableMapping *mapping;
	Bitmapset  *whole;			/* attribute numbers of maps that are used whole */
	List	  **keys;			/* of the others, by attribute number: Strings */
} UseContext;

static void
add_key(UseContext *cx, const HtableColumn *column, char *key)
{
	List	  **keys = &cx->keys[column->attnum];

	if (!list_member(*keys, makeString(key)))
		*keys = lappend(*keys, makeString(key));
}

static bool
find_uses(Node *node, UseContext *cx)
{
	HtableColumn *column;
	char	   *key;

	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) node;

		if (var->varno == (int) cx->relid && var->varlevelsup == 0)
		{
			if (var->varattno > 0)
				cx->whole = bms_add_member(cx->whole, var->varattno);
			else
				cx->whole = bms_add_range(cx->whole, 1, Max(cx->mapping->natts, 1));
		}
		return false;
	}
	switch (htable_mapuse_match(node, cx->relid, cx->mapping, &column, &key))
	{
		case HTABLE_MAPUSE_TEXT:
		case HTABLE_MAPUSE_JSON:
			add_key(cx, column, key);
			return false;
		case HTABLE_MAPUSE_EXISTS:
		case HTABLE_MAPUSE_NONE:
			break;
	}
	return expression_tree_walker(node, find_uses, cx);
}

/* A condition, for which NULL is as good as false. */
static void
find_in_condition(Node *node, UseContext *cx)
{
	HtableColumn *column;
	char	   *key;

	if (node != NULL && IsA(node, List))
	{
		ListCell   *lc;

		foreach(lc, (List *) node)
			find_in_condition(lfirst(lc), cx);
	}
	else if (node != NULL &&
			 htable_mapuse_match(node, cx->relid, cx->mapping, &column, &key) == HTABLE_MAPUSE_EXISTS)
		add_key(cx, column, key);
	else
		find_uses(node, cx);
}

static void
find_in_joins(Node *node, UseContext *cx)
{
	ListCell   *lc;

	if (node == NULL)
		return;
	if (IsA(node, FromExpr))
	{
		foreach(lc, ((FromExpr *) node)->fromlist)
			find_in_joins(lfirst(lc), cx);
		find_in_condition(((FromExpr *) node)->quals, cx);
	}
	else if (IsA(node, JoinExpr))
	{
		find_in_joins(((JoinExpr *) node)->larg, cx);
		find_in_joins(((JoinExpr *) node)->rarg, cx);
		find_in_condition(((JoinExpr *) node)->quals, cx);
	}
}

static void
find_in_query(PlannerInfo *root, RelOptInfo *rel, List *clauses, UseContext *cx)
{
	ListCell   *lc;

	find_uses((Node *) root->processed_tlist, cx);
	find_in_joins((Node *) root->parse->jointree, cx);
	find_uses(root->parse->havingQual, cx);
	find_uses((Node *) root->parse->returningList, cx);
	find_uses((Node *) root->parse->mergeActionList, cx);
	foreach(lc, root->placeholder_list)
		find_uses((Node *) lfirst_node(PlaceHolderInfo, lc)->ph_var, cx);
	foreach(lc, rel->baserestrictinfo)
		find_in_condition((Node *) lfirst_node(RestrictInfo, lc)->clause, cx);
	foreach(lc, rel->joininfo)
		find_in_condition((Node *) lfirst_node(RestrictInfo, lc)->clause, cx);
	foreach(lc, clauses)
		find_in_condition((Node *) lfirst_node(RestrictInfo, lc)->clause, cx);
}

/*
 * Of each map of which only members are used a List: the attribute number, then
 * the keys as Strings.  The uses are looked for in the whole query, since what a
 * relation must deliver says Var for a map of which the query shows a member.
 */
List *
htable_mapuse_find(PlannerInfo *root, RelOptInfo *rel, const HtableMapping *mapping,
				   List *clauses)
{
	UseContext	cx = {rel->relid, mapping};
	List	   *found = NIL;

	/* elsewhere Vars of this relation may have another number, or be out of sight */
	if (rel->reloptkind != RELOPT_BASEREL || !bms_is_empty(rel->lateral_referencers))
		return NIL;
	cx.keys = palloc0(sizeof(List *) * (mapping->natts + 1));
	find_in_query(root, rel, clauses, &cx);
	for (int i = 0; i < mapping->natts; i++)
	{
		if (mapping->columns[i] != NULL && mapping->columns[i]->kind == HTABLE_COLUMN_MAP &&
			!bms_is_member(i + 1, cx.whole))
			found = lappend(found, lcons(makeInteger(i + 1), cx.keys[i + 1]));
	}
	return found;
}

/* Tells the mapping's maps what is used of them, as found while planning. */
void
htable_mapuse_apply(HtableMapping *mapping, List *uses)
{
	ListCell   *lc;

	foreach(lc, uses)
	{
		List	   *use = lfirst(lc);
		HtableColumn *column = mapping->columns[intVal(linitial(use)) - 1];

		column->nkeys = 0;
		column->keys = palloc(sizeof(rc_bytes) * list_length(use));
		for (int i = 1; i < list_length(use); i++)
		{
			rc_bytes	key = htable_mapping_name(strVal(list_nth(use, i)));

			if (htable_map_has(column, key))
				column->keys[column->nkeys++] = key;
		}
	}
}

/* ---- members as columns ---- */

/*
 * The column that a member of a map is to conditions; its number is beyond
 * those of the table.  NULL: the key lies outside the map, so it is no cell.
 */
HtableColumn *
htable_mapuse_member(HtableMapping *mapping, const HtableColumn *map, const char *key)
{
	MemoryContext caller = MemoryContextSwitchTo(GetMemoryChunkContext(mapping));
	rc_bytes	qualifier = htable_mapping_name(key);
	HtableColumn *member = NULL;

	for (int i = 0; i < mapping->nmembers && member == NULL; i++)
	{
		HtableColumn *column = mapping->columns[mapping->natts + i];

		if (column->map == map && htable_bytes_compare(column->qualifier, qualifier) == 0)
			member = column;
	}
	if (member == NULL && htable_map_has(map, qualifier))
	{
		member = palloc0(sizeof(HtableColumn));
		member->kind = HTABLE_COLUMN_CELL;
		member->attnum = mapping->natts + ++mapping->nmembers;
		member->name = map->name;
		member->typid = TEXTOID;
		member->typmod = -1;
		member->collation = DEFAULT_COLLATION_OID;
		member->family = map->family;
		member->qualifier = qualifier;
		member->map = map;
		member->key = pstrdup(key);
		member->on_bad = map->on_bad;
		member->codec = htable_codec_make(HTABLE_ENCODING_TEXT, false, TEXTOID, -1, map->name);
		if (map->map_encoding == HTABLE_MAP_HEX)
		{
			/* every cell has a value, but not the one that its bytes are */
			member->on_bad = HTABLE_ON_BAD_ERROR;
			member->codec->key_order = HTABLE_KEY_OPAQUE;
		}
		mapping->columns = repalloc(mapping->columns,
									sizeof(HtableColumn *) * (mapping->natts + mapping->nmembers));
		mapping->columns[member->attnum - 1] = member;
	}
	MemoryContextSwitchTo(caller);
	return member;
}

/* The members, for the plan: attribute number of the map and key, one after the other. */
List *
htable_mapuse_members(const HtableMapping *mapping)
{
	List	   *members = NIL;

	for (int i = 0; i < mapping->nmembers; i++)
	{
		const HtableColumn *member = mapping->columns[mapping->natts + i];

		members = lappend(members, makeInteger(member->map->attnum));
		members = lappend(members, makeString(member->key));
	}
	return members;
}

/* Makes them again, under the same numbers. */
void
htable_mapuse_restore(HtableMapping *mapping, List *members)
{
	for (int i = 0; i < list_length(members); i += 2)
		htable_mapuse_member(mapping, mapping->columns[intVal(list_nth(members, i)) - 1],
							 strVal(list_nth(members, i + 1)));
}
