/*
 * cellorder.c
 *		The order that cells have inside a row, as far as a query can use it:
 *		shape cells.
 *
 * HBase sends the cells of a row by family, by qualifier and from the newest to
 * the oldest, also in a scan that takes the rows from the last to the first.
 */
#include "plan.h"

#include "catalog/pg_type.h"
#include "optimizer/paths.h"

/* Do the column's values sort as its bytes do, and is none of them NULL? */
static bool
sorts_as_bytes(const HtableColumn *column)
{
	return column->codec->key_order == HTABLE_KEY_BYTES &&
		(column->on_bad == HTABLE_ON_BAD_ERROR || column->typid == BYTEAOID);
}

/* Does a clause fix the column to one value? */
static bool
has_single_value(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping,
				 const HtableColumn *column)
{
	HtableClauseContext cx = {root, rel, mapping, NIL};
	HtableClauses result = htable_clauses_classify(&cx, rel->baserestrictinfo);

	for (int i = 0; i < list_length(rel->baserestrictinfo); i++)
	{
		HtableClause clause = result.clauses[i];

		if (clause.state != HTABLE_CLAUSE_LOCAL && clause.target == HTABLE_TARGET_CELLS &&
			intVal(linitial(clause.cond)) == HTABLE_COND_CELL_COMPARE &&
			intVal(lsecond(clause.cond)) == column->attnum &&
			intVal(lthird(clause.cond)) == HTABLE_EQ)
			return true;
	}
	return false;
}

/* How many of the wanted sort keys a scan gives, when it gives the first n of them. */
int
htable_cellorder_extend(PlannerInfo *root, RelOptInfo *rel, HtableMapping *mapping,
						List *wanted, int n)
{
	const HtableColumn *parts[] = {mapping->family, mapping->qualifier, mapping->timestamp};

	for (int i = 0; i < lengthof(parts) && n < list_length(wanted); i++)
	{
		const HtableColumn *part = parts[i];
		bool		is_time = part != NULL && part == mapping->timestamp;
		PathKey    *pathkey = list_nth(wanted, n);

		if (part != NULL && (is_time || sorts_as_bytes(part)) &&
			compat_pathkey_is_ascending(pathkey) == !is_time &&
			htable_order_pathkey_is_column(pathkey, rel, part))
		{
			n++;
			continue;
		}
		/* what all rows have alike does not disturb what follows */
		if (i == 0 && mapping->nfamilies == 1)
			continue;
		if (part == NULL || is_time || !has_single_value(root, rel, mapping, part))
			break;
	}
	return n;
}
