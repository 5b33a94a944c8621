/*
 * mutation.c
 *		Actions as messages.
 *
 * Written by hand, straight into the buffer: a load makes a message for each
 * row.  Cells never are in the messages; the server takes
 * associated_cell_count of them off the cell block, and trusts the number: one
 * too low drops cells silently.
 * Upstream: ProtobufUtil.toMutationNoData, toCondition, RequestConverter, Client.proto.
 */
#include "mutation.h"

#include <string.h>

#include "cells.h"
#include "field.h"

/* MutationProto */
#define MUTATION_ROW			1
#define MUTATION_TYPE			2
#define MUTATION_ATTRIBUTE		5
#define MUTATION_DURABILITY		6
#define MUTATION_CELL_COUNT		8
#define MUTATION_NONCE			9

/* MutationProto.MutationType */
#define TYPE_INCREMENT			1
#define TYPE_PUT				2
#define TYPE_DELETE				3

/* Condition */
#define CONDITION_ROW			1
#define CONDITION_FAMILY		2
#define CONDITION_QUALIFIER		3
#define CONDITION_COMPARE_TYPE	4
#define CONDITION_COMPARATOR	5
#define CONDITION_TIME_RANGE	6
#define CONDITION_FILTER		7

/* RegionAction, Action, MultiRequest, RegionSpecifier, NameBytesPair, TimeRange */
#define MULTI_REGION_ACTION		1
#define MULTI_NONCE_GROUP		2
#define REGION_ACTION_REGION	1
#define REGION_ACTION_ATOMIC	2
#define REGION_ACTION_ACTION	3
#define REGION_ACTION_CONDITION	4
#define ACTION_INDEX			1
#define ACTION_MUTATION			2
#define SPECIFIER_TYPE			1
#define SPECIFIER_VALUE			2
#define REGION_NAME				1
#define PAIR_NAME				1
#define PAIR_VALUE				2
#define RANGE_FROM				1
#define RANGE_TO				2

#define COMPARATOR_CLASS	"org.apache.hadoop.hbase.filter.BinaryComparator"

/* Mutation.OP_ATTRIBUTE_TTL, Mutation.RETURN_RESULTS */
#define ATTRIBUTE_TTL		"_ttl"
#define ATTRIBUTE_RESULTS	"_rr_"

/* ----- checks ----- */

static bool
is_marker(uint8_t type)
{
	return type == RC_CELL_DELETE || type == RC_CELL_DELETE_FAMILY_VERSION ||
		type == RC_CELL_DELETE_COLUMN || type == RC_CELL_DELETE_FAMILY;
}

static rc_status
invalid(rc_error *err, const char *what)
{
	return rc_error_set(err, RC_INVALID, "%s", what);
}

static rc_status
check_marker(const rc_cell *cell, rc_error *err)
{
	bool		of_family = cell->type == RC_CELL_DELETE_FAMILY ||
		cell->type == RC_CELL_DELETE_FAMILY_VERSION;

	if (!is_marker(cell->type) || cell->value.len > 0 || (of_family && cell->qualifier.len > 0))
		return invalid(err, "invalid delete marker");
	if (cell->type == RC_CELL_DELETE && cell->timestamp == RC_TIMESTAMP_LATEST)
		return invalid(err, "a delete marker for one version needs a timestamp");
	return RC_OK;
}

static rc_status
check_cell(const rc_action *action, const rc_mutation *mutation, const rc_cell *cell,
		   size_t max_size, rc_error *err)
{
	size_t		size;

	if (cell->family.len == 0 || cell->family.len > MAX_FAMILY)
		return invalid(err, "invalid length of a column family");
	if (cell->timestamp > INT64_MAX)
		return invalid(err, "invalid timestamp");
	if (cell->qualifier.len > max_size || cell->value.len > max_size)
		size = SIZE_MAX;
	else
		size = rc_cell_size(cell) - cell->row.len + action->row.len;
	if (size > max_size)
		return rc_error_set(err, RC_TOO_LARGE, "a cell is larger than the %zu bytes that HBase takes",
							max_size);
	if (mutation->kind == RC_DELETE)
		return check_marker(cell, err);
	if (mutation->kind == RC_INCREMENT &&
		(cell->value.len != RC_AMOUNT || cell->timestamp != RC_TIMESTAMP_LATEST))
		return invalid(err, "invalid amount of an Increment");
	return RC_OK;
}

static rc_status
check_mutation(const rc_action *action, const rc_mutation *mutation, size_t max_size, rc_error *err)
{
	if (mutation->ncells == 0 || mutation->ncells > INT32_MAX)
		return invalid(err, "a mutation without cells");
	if (mutation->ttl < 0 || (mutation->ttl > 0 && mutation->kind == RC_DELETE))
		return invalid(err, "invalid time to live");
	for (size_t i = 0; i < mutation->ncells; i++)
	{
		rc_status	status = check_cell(action, mutation, &mutation->cells[i], max_size, err);

		if (status != RC_OK)
			return status;
	}
	return RC_OK;
}

static rc_status
check_condition(const rc_condition *c, rc_error *err)
{
	if (c->kind == RC_CONDITION_NONE)
		return RC_OK;
	if (c->time_from < 0 || c->time_to < c->time_from)
		return invalid(err, "invalid time range of a condition");
	if (c->kind == RC_CONDITION_FILTER)
		return c->filter.len > 0 ? RC_OK : invalid(err, "a condition without a filter");
	if (c->family.len == 0 || c->family.len > MAX_FAMILY)
		return invalid(err, "invalid length of a column family");
	/* the server would take it for "absent" */
	if (c->kind == RC_CONDITION_COMPARE && c->value.len == 0)
		return invalid(err, "a condition that compares with no value");
	return RC_OK;
}

rc_status
rc_action_check(const rc_action *action, size_t max_cell_size, rc_error *err)
{
	rc_status	status;

	if (action->row.len == 0 || action->row.len > MAX_ROW)
		return rc_error_set(err, RC_INVALID, "a row key has 1 to %d bytes", MAX_ROW);
	if (action->nmutations == 0)
		return invalid(err, "an action without mutations");
	for (size_t i = 0; i < action->nmutations; i++)
	{
		status = check_mutation(action, &action->mutations[i], max_cell_size, err);
		if (status != RC_OK)
			return status;
	}
	return check_condition(&action->condition, err);
}

/* ----- cells ----- */

size_t
rc_action_cells(const rc_action *action, size_t *bytes)
{
	size_t		n = 0;

	*bytes = 0;
	for (size_t i = 0; i < action->nmutations; i++)
	{
		const rc_mutation *m = &action->mutations[i];

		n += m->ncells;
		for (size_t j = 0; j < m->ncells; j++)
			*bytes += rc_cell_size(&m->cells[j]) - m->cells[j].row.len + action->row.len;
	}
	return n;
}

void
rc_action_write_cells(const rc_action *action, uint8_t *to)
{
	for (size_t i = 0; i < action->nmutations; i++)
	{
		const rc_mutation *m = &action->mutations[i];

		for (size_t j = 0; j < m->ncells; j++)
		{
			rc_cell		cell = m->cells[j];

			cell.row = action->row;
			if (m->kind != RC_DELETE)
				cell.type = RC_CELL_PUT;
			to = rc_cell_write(to, &cell);
		}
	}
}

/* ----- mutations ----- */

static void
put_attribute(rc_buf *out, const char *name, const void *value, size_t len)
{
	size_t		begin = rc_field_begin(out, MUTATION_ATTRIBUTE);

	rc_field_put_bytes(out, PAIR_NAME, rc_bytes_cstr(name));
	rc_field_put_bytes(out, PAIR_VALUE, rc_bytes_of(value, len));
	rc_field_end(out, begin);
}

static void
put_attributes(rc_buf *out, const rc_mutation *mutation, bool want_result)
{
	uint8_t		ttl[8];
	uint8_t		no = 0;

	if (mutation->ttl > 0)
	{
		rc_store_u64(ttl, (uint64_t) mutation->ttl);
		put_attribute(out, ATTRIBUTE_TTL, ttl, sizeof(ttl));
	}
	if (mutation->kind == RC_INCREMENT && !want_result)
		put_attribute(out, ATTRIBUTE_RESULTS, &no, 1);
}

static uint64_t
wire_type(rc_mutation_kind kind)
{
	return kind == RC_PUT ? TYPE_PUT : kind == RC_DELETE ? TYPE_DELETE : TYPE_INCREMENT;
}

void
rc_action_put_mutations(rc_buf *out, const rc_action *action,
						rc_durability durability, uint64_t nonce)
{
	for (size_t i = 0; i < action->nmutations; i++)
	{
		const rc_mutation *m = &action->mutations[i];
		size_t		begin = out->len;

		rc_field_put_bytes(out, MUTATION_ROW, action->row);
		rc_field_put_varint(out, MUTATION_TYPE, wire_type(m->kind));
		put_attributes(out, m, action->want_result);
		if (durability != RC_DURABILITY_USE_DEFAULT)
			rc_field_put_varint(out, MUTATION_DURABILITY, durability);
		rc_field_put_varint(out, MUTATION_CELL_COUNT, m->ncells);
		if (m->kind == RC_INCREMENT && nonce != 0)
			rc_field_put_varint(out, MUTATION_NONCE, nonce);
		rc_field_end(out, begin);
	}
}

/* ----- conditions ----- */

/* The server tests "value op cell". */
static rc_compare
reversed(rc_compare op)
{
	switch (op)
	{
		case RC_LESS:
			return RC_GREATER;
		case RC_LESS_OR_EQUAL:
			return RC_GREATER_OR_EQUAL;
		case RC_GREATER_OR_EQUAL:
			return RC_LESS_OR_EQUAL;
		case RC_GREATER:
			return RC_LESS;
		default:
			return op;
	}
}

/* Comparator{BinaryComparator{ByteArrayComparable{value}}} */
static void
put_comparator(rc_buf *out, rc_bytes value)
{
	size_t		comparator = rc_field_begin(out, CONDITION_COMPARATOR);
	size_t		serialized;
	size_t		comparable;

	rc_field_put_bytes(out, 1, rc_bytes_cstr(COMPARATOR_CLASS));
	serialized = rc_field_begin(out, 2);
	comparable = rc_field_begin(out, 1);
	rc_field_put_bytes(out, 1, value);
	rc_field_end(out, comparable);
	rc_field_end(out, serialized);
	rc_field_end(out, comparator);
}

static void
put_column_condition(rc_buf *out, const rc_condition *c)
{
	static const rc_bytes nothing = {NULL, 0};
	rc_compare	op = c->kind == RC_CONDITION_COMPARE ? reversed(c->op) :
		c->kind == RC_CONDITION_ABSENT ? RC_EQUAL : RC_NOT_EQUAL;

	rc_field_put_bytes(out, CONDITION_FAMILY, c->family);
	rc_field_put_bytes(out, CONDITION_QUALIFIER, c->qualifier);
	rc_field_put_varint(out, CONDITION_COMPARE_TYPE, op);
	put_comparator(out, c->kind == RC_CONDITION_COMPARE ? c->value : nothing);
}

void
rc_action_put_condition(rc_buf *out, const rc_action *action)
{
	const rc_condition *c = &action->condition;

	if (c->kind == RC_CONDITION_NONE)
		return;
	rc_field_put_bytes(out, CONDITION_ROW, action->row);
	if (c->kind != RC_CONDITION_FILTER)
		put_column_condition(out, c);
	if (c->time_to > 0)
	{
		size_t		range = rc_field_begin(out, CONDITION_TIME_RANGE);

		rc_field_put_varint(out, RANGE_FROM, (uint64_t) c->time_from);
		rc_field_put_varint(out, RANGE_TO, (uint64_t) c->time_to);
		rc_field_end(out, range);
	}
	if (c->kind == RC_CONDITION_FILTER)
		rc_field_put_bytes(out, CONDITION_FILTER, c->filter);
}

/* ----- requests ----- */

size_t
rc_region_action_begin(rc_buf *out, rc_bytes region, bool atomic)
{
	size_t		begin = rc_field_begin(out, MULTI_REGION_ACTION);
	size_t		specifier = rc_field_begin(out, REGION_ACTION_REGION);

	rc_field_put_varint(out, SPECIFIER_TYPE, REGION_NAME);
	rc_field_put_bytes(out, SPECIFIER_VALUE, region);
	rc_field_end(out, specifier);
	if (atomic)
		rc_field_put_varint(out, REGION_ACTION_ATOMIC, true);
	return begin;
}

void
rc_region_action_put(rc_buf *out, rc_bytes mutations, uint32_t *index)
{
	rc_reader	r;

	rc_reader_init(&r, mutations);
	while (rc_reader_left(&r) > 0)
	{
		const uint8_t *from = r.at;
		size_t		action = rc_field_begin(out, REGION_ACTION_ACTION);

		rc_reader_delimited(&r);
		rc_field_put_varint(out, ACTION_INDEX, (*index)++);
		rc_buf_put_varint(out, ACTION_MUTATION << 3 | RC_FIELD_BYTES);
		rc_buf_put(out, from, (size_t) (r.at - from));
		rc_field_end(out, action);
	}
}

void
rc_region_action_end(rc_buf *out, size_t begin, rc_bytes condition)
{
	if (condition.len > 0)
		rc_field_put_bytes(out, REGION_ACTION_CONDITION, condition);
	rc_field_end(out, begin);
}

void
rc_multi_request_end(rc_buf *out, uint64_t nonce_group)
{
	rc_field_put_varint(out, MULTI_NONCE_GROUP, nonce_group);
}
