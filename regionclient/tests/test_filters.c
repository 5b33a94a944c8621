/*
 * test_filters.c
 *		Promises of filters.c.
 */
#include "regionclient.h"

#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "filters.h"
#include "golden.h"
#include "tap.h"
#include "wire.pb-c.h"

#define PACKAGE		"org.apache.hadoop.hbase.filter."

/* Appends tag, length and bytes of a delimited field. */
static void
put_field(rc_buf *buf, int number, rc_bytes value)
{
	rc_buf_put_varint(buf, (uint64_t) number << 3 | 2);
	rc_buf_put_varint(buf, value.len);
	rc_buf_put(buf, value.data, value.len);
}

/* The envelope around a filter's own bytes; to be freed by rc_buf_free. */
static rc_buf
envelope(const char *name, rc_bytes body)
{
	char		java_class[100];
	rc_buf		buf;

	snprintf(java_class, sizeof(java_class), PACKAGE "%s", name);
	rc_buf_init(&buf, &test_host);
	put_field(&buf, 1, rc_bytes_cstr(java_class));
	put_field(&buf, 2, body);
	return buf;
}

static rc_bytes
bytes_of(const rc_buf *buf)
{
	return rc_bytes_of(buf->data, buf->len);
}

/* Encodes and frees the filter; is it the expected envelope?  Frees that too. */
static bool
encodes_to(rc_filter *filter, rc_buf expected)
{
	rc_bytes	encoded = {NULL, 0};
	bool		same = filter != NULL && rc_filter_encode(filter, &encoded) == RC_OK &&
		rc_bytes_equal(encoded, bytes_of(&expected));

	test_host.free(NULL, (void *) encoded.data);
	rc_filter_free(filter);
	rc_buf_free(&expected);
	return same;
}

/*
 * The body of a comparing filter, from a captured request: RowFilter,
 * compare_op EQUAL, BinaryComparator "zz".
 */
static rc_bytes
captured_comparison(void)
{
	rc_bytes	request = golden_line("heartbeat with cursor", '>', 0);
	rc_bytes	head = rc_bytes_cstr(PACKAGE "RowFilter");
	size_t		at = 0;

	while (at + head.len < request.len && memcmp(request.data + at, head.data, head.len) != 0)
		at++;
	/* after the name: tag, length, body */
	return rc_bytes_of(request.data + at + head.len + 2, request.data[at + head.len + 1]);
}

static void
test_leaves(void)
{
	rc_bytes	zz = rc_bytes_cstr("zz");

	ok(encodes_to(rc_filter_first_key_only(&test_host),
				  envelope("FirstKeyOnlyFilter", rc_bytes_of(NULL, 0))),
	   "FirstKeyOnlyFilter has no fields");
	ok(encodes_to(rc_filter_key_only(&test_host), envelope("KeyOnlyFilter", golden_hex("0800"))),
	   "KeyOnlyFilter empties the values");
	ok(encodes_to(rc_filter_family(&test_host, RC_EQUAL, zz),
				  envelope("FamilyFilter", captured_comparison())),
	   "FamilyFilter compares as the captured filter does");
	ok(encodes_to(rc_filter_qualifier(&test_host, RC_EQUAL, zz),
				  envelope("QualifierFilter", captured_comparison())),
	   "QualifierFilter compares as the captured filter does");
}

/* Comparator{name, bytes}, as the field of a filter's message. */
static void
put_comparator(rc_buf *buf, int field, const char *name, rc_bytes body)
{
	rc_buf		comparator = envelope(name, body);

	put_field(buf, field, bytes_of(&comparator));
	rc_buf_free(&comparator);
}

/* f:q <op> "v", where the message of "=" begins 0a0166 120171 1802 and ends 2801 3001. */
static rc_buf
column_bytes(const char *comparator, const char *constant, int op, const char *tail)
{
	rc_buf		body;
	rc_buf		whole;
	rc_bytes	end = golden_hex(tail);

	rc_buf_init(&body, &test_host);
	rc_buf_put(&body, "\x0a\x01" "f" "\x12\x01" "q" "\x18", 7);
	rc_buf_put_u8(&body, (uint8_t) op);
	put_comparator(&body, 4, comparator, golden_hex(constant));
	rc_buf_put(&body, end.data, end.len);
	whole = envelope("SingleColumnValueFilter", bytes_of(&body));
	rc_buf_free(&body);
	return whole;
}

static void
test_columns(void)
{
	rc_bytes	f = rc_bytes_cstr("f");
	rc_bytes	q = rc_bytes_cstr("q");
	rc_bytes	v = rc_bytes_cstr("v");
	rc_buf		fifty_six = envelope("BinaryComparator", golden_hex("0a030a0176"));

	ok(fifty_six.len == 56, "the comparator of one byte takes 56");
	rc_buf_free(&fifty_six);
	ok(encodes_to(rc_filter_column_value(&test_host, f, q, RC_EQUAL, v, true),
				  column_bytes("BinaryComparator", "0a030a0176", 2, "28013001")),
	   "a column's value: rows without it are left out, the newest version decides");
	ok(encodes_to(rc_filter_column_value(&test_host, f, q, RC_GREATER, v, false),
				  column_bytes("BinaryComparator", "0a030a0176", 5, "28003001")),
	   "rows without the column may be kept");
	ok(encodes_to(rc_filter_column_value(&test_host, f, q, RC_LESS_OR_EQUAL, rc_bytes_of(NULL, 0), true),
				  column_bytes("BinaryComparator", "0a020a00", 1, "28013001")),
	   "the value may be empty");
	ok(encodes_to(rc_filter_column_exists(&test_host, f, q, false),
				  column_bytes("NullComparator", "", 2, "28003001")),
	   "a column that is missing equals null, and rows without it are kept");
	ok(encodes_to(rc_filter_column_exists(&test_host, f, q, true),
				  column_bytes("NullComparator", "", 3, "28013001")),
	   "a column that is there differs from null, and rows without it are left out");
}

/* FilterList{ONE, [FirstKeyOnly, FilterList{ALL, [Family = zz, Qualifier = zz]}]} */
static rc_filter *
marker_tree(void)
{
	rc_bytes	zz = rc_bytes_cstr("zz");
	rc_filter  *pair[2];
	rc_filter  *either[2];

	pair[0] = rc_filter_family(&test_host, RC_EQUAL, zz);
	pair[1] = rc_filter_qualifier(&test_host, RC_EQUAL, zz);
	either[0] = rc_filter_first_key_only(&test_host);
	either[1] = rc_filter_list(&test_host, true, pair, 2);
	return rc_filter_list(&test_host, false, either, 2);
}

static rc_buf
marker_bytes(void)
{
	rc_buf		first = envelope("FirstKeyOnlyFilter", rc_bytes_of(NULL, 0));
	rc_buf		family = envelope("FamilyFilter", captured_comparison());
	rc_buf		qualifier = envelope("QualifierFilter", captured_comparison());
	rc_buf		inner;
	rc_buf		all;
	rc_buf		outer;
	rc_buf		one;

	rc_buf_init(&inner, &test_host);
	rc_buf_put(&inner, "\x08\x01", 2);	/* MUST_PASS_ALL */
	put_field(&inner, 2, bytes_of(&family));
	put_field(&inner, 2, bytes_of(&qualifier));
	all = envelope("FilterList", bytes_of(&inner));
	rc_buf_init(&outer, &test_host);
	rc_buf_put(&outer, "\x08\x02", 2);	/* MUST_PASS_ONE */
	put_field(&outer, 2, bytes_of(&first));
	put_field(&outer, 2, bytes_of(&all));
	one = envelope("FilterList", bytes_of(&outer));
	rc_buf_free(&first);
	rc_buf_free(&family);
	rc_buf_free(&qualifier);
	rc_buf_free(&inner);
	rc_buf_free(&all);
	rc_buf_free(&outer);
	return one;
}

static void
test_lists(void)
{
	ok(encodes_to(marker_tree(), marker_bytes()), "lists nest, and keep their order");
	ok(encodes_to(rc_filter_list(&test_host, true, NULL, 0),
				  envelope("FilterList", golden_hex("0801"))), "a list may be empty");
}

/* What protobuf reads back: operators and operands, empty and with zeros. */
static void
test_operands(void)
{
	rc_bytes	zeros = rc_bytes_of("a\0b", 3);
	bool		good = true;

	for (int op = RC_LESS; op <= RC_GREATER; op++)
	{
		rc_filter  *filter = rc_filter_qualifier(&test_host, (rc_compare) op, zeros);
		rc_bytes	encoded = {NULL, 0};
		Htable__Wire__Filter *f = NULL;
		Htable__Wire__ComparingFilter *c = NULL;

		if (rc_filter_encode(filter, &encoded) == RC_OK)
			f = htable__wire__filter__unpack(NULL, encoded.len, encoded.data);
		if (f != NULL)
			c = htable__wire__comparing_filter__unpack(NULL, f->serialized_filter.len,
													   f->serialized_filter.data);
		good = good && c != NULL && (int) c->compare_filter->compare_op == op &&
			c->compare_filter->comparator->serialized_comparator.len == 2 + 2 + 3;
		if (c != NULL)
			htable__wire__comparing_filter__free_unpacked(c, NULL);
		if (f != NULL)
			htable__wire__filter__free_unpacked(f, NULL);
		test_host.free(NULL, (void *) encoded.data);
		rc_filter_free(filter);
	}
	ok(good, "operators have HBase's numbers and operands may hold zeros");
}

static rc_filter *
nested(int depth)
{
	rc_filter  *filter = rc_filter_first_key_only(&test_host);

	while (--depth > 0)
		filter = rc_filter_list(&test_host, true, &filter, 1);
	return filter;
}

static void
test_depth(void)
{
	rc_filter  *deep = nested(30);
	rc_filter  *deeper = nested(31);
	rc_bytes	encoded = {NULL, 0};

	ok(rc_filter_encode(deep, &encoded) == RC_OK && encoded.len > 30 * 40,
	   "filters nest thirty deep");
	test_host.free(NULL, (void *) encoded.data);
	ok(rc_filter_encode(deeper, &encoded) == RC_INVALID, "deeper ones are refused");
	rc_filter_free(deep);
	rc_filter_free(deeper);
}

static void
test_ownership(void)
{
	rc_filter  *children[2];
	char		operand[] = "zz";
	rc_filter  *filter = rc_filter_family(&test_host, RC_EQUAL, rc_bytes_cstr(operand));

	operand[0] = '!';
	ok(encodes_to(filter, envelope("FamilyFilter", captured_comparison())), "a filter owns its operand");
	children[0] = rc_filter_key_only(&test_host);
	children[1] = NULL;
	ok(rc_filter_list(&test_host, true, children, 2) == NULL && test_host_live == 0,
	   "a list with a missing child is none, and frees the others");
	rc_filter_free(NULL);
	ok(test_host_live == 0, "freed filters hold no memory");
}

/* FilterList{ALL, [f:q = "v", f:q is missing]} */
static rc_filter *
column_tree(void)
{
	rc_bytes	f = rc_bytes_cstr("f");
	rc_bytes	q = rc_bytes_cstr("q");
	rc_filter  *both[2];

	both[0] = rc_filter_column_value(&test_host, f, q, RC_EQUAL, rc_bytes_cstr("v"), true);
	both[1] = rc_filter_column_exists(&test_host, f, q, false);
	return rc_filter_list(&test_host, true, both, 2);
}

static void
test_no_memory(rc_filter *(*make) (void), const char *name)
{
	rc_status	status = RC_NO_MEMORY;
	bool		good = true;
	long		n;

	for (n = 0; status != RC_OK && n < 1000; n++)
	{
		rc_filter  *filter;
		rc_bytes	encoded = {NULL, 0};

		test_host_fail(n);
		filter = make();
		if (filter != NULL)
		{
			status = rc_filter_encode(filter, &encoded);
			good = good && (status == RC_OK || status == RC_NO_MEMORY);
			test_host.free(NULL, (void *) encoded.data);
			rc_filter_free(filter);
		}
		good = good && test_host_live == 0;
	}
	test_host_fail(-1);
	ok(good && n > 10 && n < 1000, name);
}

/* Is it what HBase's own classes write? */
static void
test_ranges(void)
{
	rc_range	ranges[3] = {
		{rc_bytes_cstr("a"), rc_bytes_cstr("a"), true, true},
		{rc_bytes_cstr("b"), rc_bytes_cstr("cc"), false, true},
		{rc_bytes_cstr("d"), rc_bytes_cstr("e"), true, false}};
	rc_bytes	body = golden_hex("0a0a0a016110011a016120010a0b0a016210001a02636320010a0a0a016410011a01652000");
	rc_buf		first = envelope("MultiRowRangeFilter", body);
	rc_buf		other = envelope("FirstKeyOnlyFilter", rc_bytes_of(NULL, 0));
	Htable__Wire__Filter *also = htable__wire__filter__unpack(NULL, other.len, other.data);
	Htable__Wire__Filter filter;
	rc_buf		both;
	rc_buf		buf;

	rc_buf_init(&buf, &test_host);
	ok(rc_filter_of_ranges(ranges, 3, NULL, &buf, &filter) &&
	   strcmp(filter.name, PACKAGE "MultiRowRangeFilter") == 0 &&
	   rc_bytes_equal(rc_bytes_of(filter.serialized_filter.data, filter.serialized_filter.len), body),
	   "ranges of rows, with what they include");
	rc_buf_reset(&buf);
	rc_buf_init(&both, &test_host);
	rc_buf_put(&both, "\x08\x01", 2);
	put_field(&both, 2, bytes_of(&first));
	put_field(&both, 2, bytes_of(&other));
	ok(rc_filter_of_ranges(ranges, 3, also, &buf, &filter) &&
	   strcmp(filter.name, PACKAGE "FilterList") == 0 &&
	   rc_bytes_equal(rc_bytes_of(filter.serialized_filter.data, filter.serialized_filter.len), bytes_of(&both)),
	   "... and of these rows what another filter keeps");
	htable__wire__filter__free_unpacked(also, NULL);
	rc_buf_free(&buf);
	rc_buf_free(&both);
	rc_buf_free(&other);
	rc_buf_free(&first);
}

int
main(int argc, char **argv)
{
	golden_init(argc, argv);
	test_leaves();
	test_columns();
	test_lists();
	test_operands();
	test_depth();
	test_ownership();
	test_no_memory(marker_tree, "any failing allocation is reported and nothing leaks");
	test_no_memory(column_tree, "... and none of a filter on columns");
	test_ranges();
	return tap_done();
}
