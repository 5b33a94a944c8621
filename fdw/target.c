/*
 * target.c
 *		What an UPDATE or DELETE needs of the rows it changes.
 *
 * A row that somebody changed since it was read must not be changed by what was
 * read: columns whose values the statement reads are compared again, as bytes,
 * when the row is changed.  They are looked for in the whole query, since the
 * scan itself is asked for the whole row.
 */
#include "target.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

/* ---- junk columns ---- */

/* The row's place in the store; and of a DELETE the row, where it is to be returned. */
void
htableAddForeignUpdateTargets(PlannerInfo *root, Index rti, RangeTblEntry *rte, Relation rel)
{
	Var		   *place = makeVar(rti, SelfItemPointerAttributeNumber, TIDOID, -1, InvalidOid, 0);

	add_row_identity_var(root, place, rti, "ctid");
	if (root->parse->commandType == CMD_DELETE && root->parse->returningList != NIL)
		add_row_identity_var(root,
							 makeVar(rti, InvalidAttrNumber, RECORDOID, -1, InvalidOid, 0),
							 rti, "wholerow");
}

/* ---- what the statement reads ---- */

/* Adds attribute numbers of `relid` that sets of pull_varattnos stand for, under the names of `top`. */
static Bitmapset *
translate(Bitmapset *offsets, Oid top, Oid relid, int natts, Bitmapset *attnos)
{
	int			member = -1;

	while ((member = bms_next_member(offsets, member)) >= 0)
	{
		AttrNumber	attno = member + FirstLowInvalidHeapAttributeNumber;

		if (attno == 0)
			attnos = bms_add_range(attnos, 1, Max(natts, 1));
		else if (attno > 0)
			attnos = bms_add_member(attnos, top == relid ? attno :
									get_attnum(relid, get_attname(top, attno, false)));
	}
	return attnos;
}

/* Columns of the statement's own words, which know the relation or its ancestor. */
static Bitmapset *
read_by_query(PlannerInfo *root, Index top)
{
	Query	   *query = root->parse;
	Bitmapset  *offsets = NULL;
	ListCell   *lc;

	pull_varattnos((Node *) query->jointree, top, &offsets);
	pull_varattnos((Node *) query->returningList, top, &offsets);
	foreach(lc, query->withCheckOptions)
		pull_varattnos(lfirst_node(WithCheckOption, lc)->qual, top, &offsets);
	foreach(lc, root->processed_tlist)
	{
		TargetEntry *tle = lfirst_node(TargetEntry, lc);

		/* core's own wish for whole rows and their places */
		if (tle->resjunk && IsA(tle->expr, Var) && ((Var *) tle->expr)->varattno <= 0)
			continue;
		pull_varattnos((Node *) tle->expr, top, &offsets);
	}
	return offsets;
}

/* A ctid of the statement's own would show the places that rows have in the store. */
static void
refuse_place(Bitmapset *offsets, const HtableMapping *mapping)
{
	if (bms_is_member(SelfItemPointerAttributeNumber - FirstLowInvalidHeapAttributeNumber, offsets))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("rows of foreign table \"%s\" have no ctid", mapping->relname),
				 errhint("Use the row key.")));
}

/* Columns that decide on the relation's rows: conditions of views are among them. */
static Bitmapset *
read_by_clauses(PlannerInfo *root, Index rti)
{
	RelOptInfo *rel = find_base_rel(root, rti);
	Bitmapset  *offsets = NULL;
	ListCell   *lc;

	foreach(lc, rel->baserestrictinfo)
		pull_varattnos((Node *) lfirst_node(RestrictInfo, lc)->clause, rti, &offsets);
	foreach(lc, rel->joininfo)
		pull_varattnos((Node *) lfirst_node(RestrictInfo, lc)->clause, rti, &offsets);
	return offsets;
}

/* The columns of an expression of the relation, if it has one of those that are written. */
static Bitmapset *
read_along(Node *expr, Bitmapset *written, Oid relid, int natts, Bitmapset *attnos)
{
	Bitmapset  *offsets = NULL;
	Bitmapset  *found;

	pull_varattnos(expr, 1, &offsets);
	found = translate(offsets, relid, relid, natts, NULL);
	return bms_overlap(found, written) ? bms_add_members(attnos, found) : attnos;
}

/* Columns that CHECK constraints and generated columns read besides those that are written. */
static Bitmapset *
read_by_constraints(Relation rel, Bitmapset *written, Bitmapset *attnos)
{
	TupleDesc	desc = RelationGetDescr(rel);
	TupleConstr *constr = desc->constr;

	if (constr == NULL)
		return attnos;
	for (int i = 0; i < constr->num_check; i++)
		attnos = read_along(stringToNode(constr->check[i].ccbin), written,
							RelationGetRelid(rel), desc->natts, attnos);
	for (int i = 0; constr->has_generated_stored && i < constr->num_defval; i++)
	{
		if (TupleDescAttr(desc, constr->defval[i].adnum - 1)->attgenerated != '\0')
			attnos = read_along(stringToNode(constr->defval[i].adbin), written,
								RelationGetRelid(rel), desc->natts, attnos);
	}
	return attnos;
}

/* Columns that an UPDATE names, and those generated of them; all where a trigger may write any. */
static Bitmapset *
written_columns(PlannerInfo *root, Relation rel, Oid top)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Bitmapset  *offsets = NULL;
	Bitmapset  *written;
	ListCell   *lc;

	foreach(lc, root->update_colnos)
		offsets = bms_add_member(offsets, lfirst_int(lc) - FirstLowInvalidHeapAttributeNumber);
	written = translate(offsets, top, RelationGetRelid(rel), desc->natts, NULL);
	for (int i = 0; i < desc->natts; i++)
	{
		if (TupleDescAttr(desc, i)->attgenerated != '\0' ||
			(rel->trigdesc != NULL && rel->trigdesc->trig_update_before_row))
			written = bms_add_member(written, i + 1);
	}
	return written;
}

static bool
has_row_triggers(Relation rel, CmdType operation)
{
	const TriggerDesc *triggers = rel->trigdesc;

	if (triggers == NULL)
		return false;
	return operation == CMD_UPDATE
		? triggers->trig_update_before_row || triggers->trig_update_after_row
		: triggers->trig_delete_before_row || triggers->trig_delete_after_row;
}

static List *
list_of(const HtableMapping *mapping, Bitmapset *attnos)
{
	List	   *list = NIL;

	for (int i = 0; i < mapping->natts; i++)
	{
		const HtableColumn *column = mapping->columns[i];

		if (column != NULL && bms_is_member(i + 1, attnos))
			list = lappend_int(list, i + 1);
	}
	return list;
}

List *
htable_target_plan(PlannerInfo *root, Index rti, const HtableMapping *mapping)
{
	Query	   *query = root->parse;
	Index		top = query->resultRelation;
	Oid			top_relid;
	Relation	rel;
	Bitmapset  *by_query;
	Bitmapset  *compared;
	Bitmapset  *written = NULL;

	if ((query->commandType != CMD_UPDATE && query->commandType != CMD_DELETE) ||
		!bms_is_member(rti, root->all_result_relids))
		return NIL;
	top_relid = planner_rt_fetch(top, root)->relid;
	by_query = read_by_query(root, top);
	refuse_place(by_query, mapping);
	rel = table_open(mapping->relid, NoLock);
	compared = translate(by_query, top_relid, mapping->relid, mapping->natts, NULL);
	compared = translate(read_by_clauses(root, rti), mapping->relid, mapping->relid,
						 mapping->natts, compared);
	if (query->commandType == CMD_UPDATE)
	{
		written = written_columns(root, rel, top_relid);
		compared = read_by_constraints(rel, written, compared);
	}
	if (has_row_triggers(rel, query->commandType))
		compared = bms_add_range(compared, 1, Max(mapping->natts, 1));
	table_close(rel, NoLock);
	return list_make3(makeInteger(query->commandType), list_of(mapping, compared),
					  list_of(mapping, written));
}

bool
htable_target_wants_times_only(List *planned, Bitmapset *wanted, const HtableMapping *mapping)
{
	if (intVal(linitial(planned)) != CMD_DELETE)
		return false;
	for (int i = 0; i < mapping->natts; i++)
	{
		const HtableColumn *column = mapping->columns[i];

		if (column != NULL &&
			(column->kind == HTABLE_COLUMN_CELL || column->kind == HTABLE_COLUMN_MAP) &&
			(bms_is_member(i + 1, wanted) || list_member_int(lsecond(planned), i + 1)))
			return false;
	}
	return true;
}

/* ---- what is kept of each row ---- */

static int
compare_cells(const void *a, const void *b)
{
	const HtableTargetCell *x = a;
	const HtableTargetCell *y = b;
	int			cmp = htable_bytes_compare(x->family, y->family);

	return cmp != 0 ? cmp : htable_bytes_compare(x->qualifier, y->qualifier);
}

/* Columns that show one cell become one. */
static void
join_cells(HtableTargetRel *target)
{
	int			kept = 0;

	qsort(target->cells, target->ncells, sizeof(HtableTargetCell), compare_cells);
	for (int i = 0; i < target->ncells; i++)
	{
		HtableTargetCell *cell = &target->cells[i];
		HtableTargetCell *last = kept > 0 ? &target->cells[kept - 1] : NULL;

		if (last != NULL && compare_cells(last, cell) == 0)
		{
			last->compared = last->compared || cell->compared;
			last->written = last->written || cell->written;
		}
		else
			target->cells[kept++] = *cell;
	}
	target->ncells = kept;
}

static void
add_column(HtableTargetRel *target, const HtableColumn *column)
{
	HtableTargetCell cell = {column->family, column->qualifier, column,
		bms_is_member(column->attnum, target->compared),
	bms_is_member(column->attnum, target->written)};

	if (!cell.compared && !cell.written)
		return;
	if (column->kind == HTABLE_COLUMN_CELL)
		target->cells[target->ncells++] = cell;
	else if (column->kind == HTABLE_COLUMN_MAP)
		target->maps[target->nmaps++] = cell;
	else if (column->kind == HTABLE_COLUMN_VALUE)
		target->values = target->values || cell.compared;
}

HtableTargetRel *
htable_target_make(const HtableMapping *mapping, List *planned)
{
	HtableTargetRel *target = palloc0(sizeof(HtableTargetRel));
	ListCell   *lc;

	target->operation = intVal(linitial(planned));
	foreach(lc, (List *) lsecond(planned))
		target->compared = bms_add_member(target->compared, lfirst_int(lc));
	foreach(lc, (List *) lthird(planned))
		target->written = bms_add_member(target->written, lfirst_int(lc));
	target->cells = palloc(sizeof(HtableTargetCell) * (mapping->natts + 1));
	target->maps = palloc(sizeof(HtableTargetCell) * (mapping->natts + 1));
	for (int i = 0; i < mapping->natts; i++)
	{
		if (mapping->columns[i] != NULL)
			add_column(target, mapping->columns[i]);
	}
	if (mapping->has_marker && target->operation == CMD_UPDATE)
		target->cells[target->ncells++] = (HtableTargetCell)
		{
			mapping->marker_family, mapping->marker_qualifier, NULL, false, true
		};
	join_cells(target);
	return target;
}
