/*
 * condition.c
 *		That a row which is to be changed is as it was read.
 *
 * Compared are the stored bytes of the columns that the statement reads: values
 * encoded again might be other bytes of the same value.  HBase's plain condition
 * takes one column, and does not tell an empty value from none; everything else
 * is a filter, which a row without a cell does not pass.
 */
#include "change.h"

/* ---- rows that are there ---- */

rc_bytes
htable_condition_exists(const HtableModify *modify)
{
	const HtableMapping *mapping = modify->mapping;
	HtableHost *host = htable_session_host(htable_sender_connection(modify->sender));
	const rc_host *hooks = htable_host_hooks(host);
	rc_filter **families = palloc(sizeof(rc_filter *) * Max(mapping->nfamilies, 1));
	rc_filter  *both[2];

	if (mapping->nfamilies == 0)
		return htable_host_filter_encode(rc_filter_first_key_only(hooks), host);
	for (int i = 0; i < mapping->nfamilies; i++)
		families[i] = rc_filter_family(hooks, RC_EQUAL, mapping->families[i]);
	both[0] = rc_filter_list(hooks, false, families, mapping->nfamilies);
	both[1] = rc_filter_first_key_only(hooks);
	return htable_host_filter_encode(rc_filter_list(hooks, true, both, 2), host);
}

/* ---- columns that are as they were ---- */

/* A column that is compared: its bytes, or none. */
typedef struct Compared
{
	rc_bytes	family;
	rc_bytes	qualifier;
	rc_bytes	value;			/* data NULL: there is no such cell */
} Compared;

static bool
is_column(const HtableTargetRel *target, const rc_cell *cell)
{
	for (int i = 0; i < target->ncells; i++)
	{
		if (rc_bytes_equal(target->cells[i].qualifier, cell->qualifier) &&
			rc_bytes_equal(target->cells[i].family, cell->family))
			return target->cells[i].compared;
	}
	return false;
}

/* The declared columns, then the members of maps that the row has. */
static int
collect(const HtableTargetRel *target, const HtableStoredRow *row, Compared *found)
{
	int			n = 0;

	for (int i = 0; i < target->ncells; i++)
	{
		const HtableTargetCell *column = &target->cells[i];
		const rc_cell *cell;

		if (!column->compared)
			continue;
		cell = htable_rowstore_cell(row, column->family, column->qualifier);
		found[n++] = (Compared) {column->family, column->qualifier,
			cell != NULL ? cell->value : (rc_bytes) {NULL, 0}
		};
	}
	for (int i = 0; i < row->ncells; i++)
	{
		const rc_cell *cell = &row->cells[i];

		if (cell->value.data != NULL && !is_column(target, cell))
			found[n++] = (Compared) {cell->family, cell->qualifier, cell->value};
	}
	return n;
}

/* From the first filter made to the last freed nothing may raise: they are not in palloc's memory. */
static rc_bytes
filter_of(const HtableModify *modify, const Compared *found, int n)
{
	HtableHost *host = htable_session_host(htable_sender_connection(modify->sender));
	const rc_host *hooks = htable_host_hooks(host);
	rc_filter **arms = palloc(sizeof(rc_filter *) * n);

	for (int i = 0; i < n; i++)
	{
		if (found[i].value.data != NULL)
			arms[i] = rc_filter_column_value(hooks, found[i].family, found[i].qualifier, RC_EQUAL,
											 found[i].value, true);
		else
			arms[i] = rc_filter_column_exists(hooks, found[i].family, found[i].qualifier, false);
	}
	return htable_host_filter_encode(n == 1 ? arms[0] : rc_filter_list(hooks, true, arms, n), host);
}

rc_condition
htable_condition_make(const HtableModify *modify, const HtableStoredRow *row, int64 time)
{
	const HtableTargetRel *target = modify->change->target;
	Compared   *found = palloc(sizeof(Compared) * (target->ncells + row->ncells + 1));
	int			n = collect(target, row, found);
	rc_condition condition = {.kind = RC_CONDITION_FILTER};

	if (time >= 0)
	{
		condition.time_from = time;
		condition.time_to = time + 1;
	}
	if (n == 0)
		condition.filter = modify->change->exists;
	else if (n == 1 && found[0].value.len > 0)
	{
		condition.kind = RC_CONDITION_COMPARE;
		condition.op = RC_EQUAL;
		condition.family = found[0].family;
		condition.qualifier = found[0].qualifier;
		condition.value = found[0].value;
	}
	else
		condition.filter = filter_of(modify, found, n);
	return condition;
}
