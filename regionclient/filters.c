/*
 * filters.c
 *		Filter trees, and their bytes on the wire.
 *
 * On the wire every filter is an envelope {Java class, bytes of the filter's
 * own message}; the filters of a list are envelopes within its message.  A
 * filter owns its operand and its children.  Comparisons keep a cell when
 * "cell op constant", on unsigned bytes.  Upstream:
 * org.apache.hadoop.hbase.filter, Filter.proto, Comparator.proto.
 */
#include "filters.h"

#include <string.h>

#include "frame.h"

#define JAVA_FILTER(name)	"org.apache.hadoop.hbase.filter." name
#define RANGES_CLASS		JAVA_FILTER("MultiRowRangeFilter")

/*
 * The server unpacks a filter by recursion on a stack of unknown size; 30
 * levels have been seen to work, and no plan comes near.
 */
#define MAX_DEPTH	30

typedef enum filter_kind
{
	FIRST_KEY_ONLY,
	KEY_ONLY,
	FAMILY,
	QUALIFIER,
	COLUMN_VALUE,
	COLUMN_EXISTS,
	LIST
} filter_kind;

static const char *const java_classes[] = {
	[FIRST_KEY_ONLY] = JAVA_FILTER("FirstKeyOnlyFilter"),
	[KEY_ONLY] = JAVA_FILTER("KeyOnlyFilter"),
	[FAMILY] = JAVA_FILTER("FamilyFilter"),
	[QUALIFIER] = JAVA_FILTER("QualifierFilter"),
	[COLUMN_VALUE] = JAVA_FILTER("SingleColumnValueFilter"),
	[COLUMN_EXISTS] = JAVA_FILTER("SingleColumnValueFilter"),
	[LIST] = JAVA_FILTER("FilterList"),
};

struct rc_filter
{
	const rc_host *host;
	filter_kind kind;
	rc_compare	op;				/* FAMILY, QUALIFIER, COLUMN_* */
	rc_bytes	operand;		/* FAMILY, QUALIFIER, COLUMN_VALUE; our copy */
	rc_bytes	family;			/* COLUMN_*; our copy */
	rc_bytes	qualifier;		/* COLUMN_*; our copy */
	bool		filter_if_missing;	/* COLUMN_* */
	bool		must_pass_all;	/* LIST */
	rc_filter **children;		/* LIST; NULL when there are none */
	size_t		nchildren;
};

static rc_filter *
filter_new(const rc_host *host, filter_kind kind)
{
	rc_filter  *filter = host->alloc(host->ctx, sizeof(*filter));

	if (filter == NULL)
		return NULL;
	memset(filter, 0, sizeof(*filter));
	filter->host = host;
	filter->kind = kind;
	return filter;
}

rc_filter *
rc_filter_first_key_only(const rc_host *host)
{
	return filter_new(host, FIRST_KEY_ONLY);
}

rc_filter *
rc_filter_key_only(const rc_host *host)
{
	return filter_new(host, KEY_ONLY);
}

static rc_filter *
compare_new(const rc_host *host, filter_kind kind, rc_compare op, rc_bytes operand)
{
	rc_filter  *filter = filter_new(host, kind);

	if (filter == NULL)
		return NULL;
	filter->op = op;
	if (rc_bytes_copy(host, operand, &filter->operand))
		return filter;
	rc_filter_free(filter);
	return NULL;
}

rc_filter *
rc_filter_family(const rc_host *host, rc_compare op, rc_bytes family)
{
	return compare_new(host, FAMILY, op, family);
}

rc_filter *
rc_filter_qualifier(const rc_host *host, rc_compare op, rc_bytes qualifier)
{
	return compare_new(host, QUALIFIER, op, qualifier);
}

static rc_filter *
column_new(const rc_host *host, filter_kind kind, rc_bytes family, rc_bytes qualifier,
		   rc_compare op, rc_bytes value, bool filter_if_missing)
{
	rc_filter  *filter = compare_new(host, kind, op, value);

	if (filter == NULL)
		return NULL;
	filter->filter_if_missing = filter_if_missing;
	if (rc_bytes_copy(host, family, &filter->family) &&
		rc_bytes_copy(host, qualifier, &filter->qualifier))
		return filter;
	rc_filter_free(filter);
	return NULL;
}

rc_filter *
rc_filter_column_value(const rc_host *host, rc_bytes family, rc_bytes qualifier,
					   rc_compare op, rc_bytes value, bool filter_if_missing)
{
	return column_new(host, COLUMN_VALUE, family, qualifier, op, value, filter_if_missing);
}

/* NullComparator equals no cell: "cell <> null" holds for all there are. */
rc_filter *
rc_filter_column_exists(const rc_host *host, rc_bytes family, rc_bytes qualifier, bool exists)
{
	return column_new(host, COLUMN_EXISTS, family, qualifier,
					  exists ? RC_NOT_EQUAL : RC_EQUAL, rc_bytes_of(NULL, 0), exists);
}

/* Copies the children into the list, or says that it cannot and leaves them alone. */
static bool
adopt(rc_filter *list, rc_filter **children, size_t nchildren)
{
	if (nchildren == 0)
		return true;
	for (size_t i = 0; i < nchildren; i++)
		if (children[i] == NULL)
			return false;
	list->children = list->host->alloc(list->host->ctx, nchildren * sizeof(*children));
	if (list->children == NULL)
		return false;
	memcpy(list->children, children, nchildren * sizeof(*children));
	list->nchildren = nchildren;
	return true;
}

rc_filter *
rc_filter_list(const rc_host *host, bool must_pass_all,
			   rc_filter **children, size_t nchildren)
{
	rc_filter  *list = filter_new(host, LIST);

	if (list != NULL)
	{
		list->must_pass_all = must_pass_all;
		if (adopt(list, children, nchildren))
			return list;
		rc_filter_free(list);
	}
	for (size_t i = 0; i < nchildren; i++)
		rc_filter_free(children[i]);
	return NULL;
}

void
rc_filter_free(rc_filter *filter)
{
	const rc_host *host;

	if (filter == NULL)
		return;
	host = filter->host;
	for (size_t i = 0; i < filter->nchildren; i++)
		rc_filter_free(filter->children[i]);
	host->free(host->ctx, filter->children);
	host->free(host->ctx, (void *) filter->operand.data);
	host->free(host->ctx, (void *) filter->family.data);
	host->free(host->ctx, (void *) filter->qualifier.data);
	host->free(host->ctx, filter);
}

static ProtobufCBinaryData
binary(rc_bytes b)
{
	ProtobufCBinaryData data = {b.len, (uint8_t *) b.data};

	return data;
}

/* Bytes of a BinaryComparator for the filter's operand. */
static void
put_operand(const rc_filter *filter, rc_buf *out)
{
	Htable__Wire__BinaryComparator constant = HTABLE__WIRE__BINARY_COMPARATOR__INIT;
	Htable__Wire__ByteArrayComparable comparable = HTABLE__WIRE__BYTE_ARRAY_COMPARABLE__INIT;

	comparable.has_value = true;
	comparable.value = binary(filter->operand);
	constant.comparable = &comparable;
	rc_frame_put_message(out, &constant.base);
}

/* FamilyFilter and QualifierFilter: CompareFilter{op, comparator}. */
static void
put_cell_filter(const rc_filter *filter, Htable__Wire__Comparator *comparator, rc_buf *body)
{
	Htable__Wire__ComparingFilter message = HTABLE__WIRE__COMPARING_FILTER__INIT;
	Htable__Wire__CompareFilter compare = HTABLE__WIRE__COMPARE_FILTER__INIT;

	compare.compare_op = (Htable__Wire__CompareType) filter->op;
	compare.comparator = comparator;
	message.compare_filter = &compare;
	rc_frame_put_message(body, &message.base);
}

/* Of several versions the newest decides: without that flag an older one may pass. */
static void
put_column_filter(const rc_filter *filter, Htable__Wire__Comparator *comparator, rc_buf *body)
{
	Htable__Wire__SingleColumnValueFilter message = HTABLE__WIRE__SINGLE_COLUMN_VALUE_FILTER__INIT;

	message.has_column_family = message.has_column_qualifier = true;
	message.column_family = binary(filter->family);
	message.column_qualifier = binary(filter->qualifier);
	message.compare_op = (Htable__Wire__CompareType) filter->op;
	message.comparator = comparator;
	message.has_filter_if_missing = true;
	message.filter_if_missing = filter->filter_if_missing;
	message.has_latest_version_only = message.latest_version_only = true;
	rc_frame_put_message(body, &message.base);
}

/* A filter with a comparator: BinaryComparator{operand}, or NullComparator. */
static void
put_comparing(const rc_filter *filter, rc_buf *body)
{
	Htable__Wire__Comparator comparator = HTABLE__WIRE__COMPARATOR__INIT;
	rc_buf		inner;

	rc_buf_init(&inner, filter->host);
	comparator.name = JAVA_FILTER("NullComparator");
	if (filter->kind != COLUMN_EXISTS)
	{
		comparator.name = JAVA_FILTER("BinaryComparator");
		put_operand(filter, &inner);
	}
	comparator.has_serialized_comparator = true;
	comparator.serialized_comparator = binary(rc_bytes_of(inner.data, inner.len));
	if (inner.failed)
		body->failed = true;
	else if (filter->kind == COLUMN_VALUE || filter->kind == COLUMN_EXISTS)
		put_column_filter(filter, &comparator, body);
	else
		put_cell_filter(filter, &comparator, body);
	rc_buf_free(&inner);
}

static rc_status put_filter(const rc_filter *filter, rc_buf *out, int depth);

/* The FilterList message by hand: its filters are written straight into it. */
static rc_status
put_list(const rc_filter *list, rc_buf *body, int depth)
{
	Htable__Wire__FilterList head = HTABLE__WIRE__FILTER_LIST__INIT;
	rc_status	status = RC_OK;
	rc_buf		child;

	head.operator_ = list->must_pass_all ?
		HTABLE__WIRE__FILTER_LIST__OPERATOR__MUST_PASS_ALL :
		HTABLE__WIRE__FILTER_LIST__OPERATOR__MUST_PASS_ONE;
	rc_frame_put_message(body, &head.base);
	rc_buf_init(&child, list->host);
	for (size_t i = 0; i < list->nchildren && status == RC_OK; i++)
	{
		rc_buf_reset(&child);
		status = put_filter(list->children[i], &child, depth + 1);
		rc_buf_put_varint(body, 2 << 3 | 2);	/* FilterList.filters, delimited */
		rc_buf_put_varint(body, child.len);
		rc_buf_put(body, child.data, child.len);
	}
	rc_buf_free(&child);
	return status;
}

/* Appends the envelope of a filter. */
static rc_status
put_filter(const rc_filter *filter, rc_buf *out, int depth)
{
	Htable__Wire__Filter envelope = HTABLE__WIRE__FILTER__INIT;
	Htable__Wire__KeyOnlyFilter key_only = HTABLE__WIRE__KEY_ONLY_FILTER__INIT;
	rc_status	status = RC_OK;
	rc_buf		body;

	if (depth > MAX_DEPTH)
		return RC_INVALID;
	rc_buf_init(&body, filter->host);
	switch (filter->kind)
	{
		case FIRST_KEY_ONLY:
			break;				/* no fields */
		case KEY_ONLY:
			key_only.len_as_val = false;
			rc_frame_put_message(&body, &key_only.base);
			break;
		case FAMILY:
		case QUALIFIER:
		case COLUMN_VALUE:
		case COLUMN_EXISTS:
			put_comparing(filter, &body);
			break;
		case LIST:
			status = put_list(filter, &body, depth);
			break;
	}
	if (status == RC_OK && body.failed)
		status = RC_NO_MEMORY;
	if (status == RC_OK)
	{
		envelope.name = (char *) java_classes[filter->kind];
		envelope.has_serialized_filter = true;
		envelope.serialized_filter = binary(rc_bytes_of(body.data, body.len));
		rc_frame_put_message(out, &envelope.base);
		status = out->failed ? RC_NO_MEMORY : RC_OK;
	}
	rc_buf_free(&body);
	return status;
}

rc_status
rc_filter_encode(const rc_filter *filter, rc_bytes *encoded)
{
	rc_buf		out;
	rc_status	status;

	rc_buf_init(&out, filter->host);
	status = put_filter(filter, &out, 1);
	if (status == RC_OK)
		*encoded = rc_bytes_of(out.data, out.len);
	else
		rc_buf_free(&out);
	return status;
}

/* ----- ranges of row keys ----- */

static void
fill_envelope(Htable__Wire__Filter *envelope, const char *java_class, const rc_buf *body)
{
	htable__wire__filter__init(envelope);
	envelope->name = (char *) java_class;
	envelope->has_serialized_filter = true;
	envelope->serialized_filter = binary(rc_bytes_of(body->data, body->len));
}

/* The MultiRowRangeFilter message by hand: a long list takes no memory but its bytes. */
static void
put_ranges(rc_buf *body, const rc_range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		Htable__Wire__RowRange range = HTABLE__WIRE__ROW_RANGE__INIT;

		/* all four always: what is missing is exclusive to the server */
		range.has_start_row = range.has_start_row_inclusive = true;
		range.has_stop_row = range.has_stop_row_inclusive = true;
		range.start_row = binary(ranges[i].start);
		range.start_row_inclusive = ranges[i].start_inclusive;
		range.stop_row = binary(ranges[i].stop);
		range.stop_row_inclusive = ranges[i].stop_inclusive;
		rc_buf_put_varint(body, 1 << 3 | 2);	/* row_range_list, delimited */
		rc_buf_put_varint(body, htable__wire__row_range__get_packed_size(&range));
		rc_frame_put_message(body, &range.base);
	}
}

static void
put_member(rc_buf *list, const Htable__Wire__Filter *filter)
{
	rc_buf_put_varint(list, 2 << 3 | 2);	/* FilterList.filters, delimited */
	rc_buf_put_varint(list, htable__wire__filter__get_packed_size(filter));
	rc_frame_put_message(list, &filter->base);
}

/*
 * The ranges come first.  So the server jumps from one to the next, where else
 * the other filter may drop a row between them, and have every one looked at.
 */
bool
rc_filter_of_ranges(const rc_range *ranges, size_t n, const Htable__Wire__Filter *also,
					rc_buf *body, Htable__Wire__Filter *filter)
{
	Htable__Wire__FilterList head = HTABLE__WIRE__FILTER_LIST__INIT;
	rc_buf		first;

	if (also == NULL)
	{
		put_ranges(body, ranges, n);
		fill_envelope(filter, RANGES_CLASS, body);
		return !body->failed;
	}
	rc_buf_init(&first, body->host);
	put_ranges(&first, ranges, n);
	fill_envelope(filter, RANGES_CLASS, &first);
	head.operator_ = HTABLE__WIRE__FILTER_LIST__OPERATOR__MUST_PASS_ALL;
	rc_frame_put_message(body, &head.base);
	put_member(body, filter);
	put_member(body, also);
	if (first.failed)
		body->failed = true;
	rc_buf_free(&first);
	fill_envelope(filter, java_classes[LIST], body);
	return !body->failed;
}
