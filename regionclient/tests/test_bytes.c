/*
 * test_bytes.c
 *		Promises of bytes.c.
 */
#include "bytes.h"

#include <string.h>

#include "golden.h"
#include "tap.h"

static bool
holds(const rc_buf *buf, const char *hex)
{
	return rc_bytes_equal(rc_bytes_of(buf->data, buf->len), golden_hex(hex));
}

static void
test_writer(void)
{
	rc_buf		buf;
	uint8_t		big[1000];

	memset(big, 'x', sizeof(big));
	rc_buf_init(&buf, &test_host);
	rc_buf_put_u8(&buf, 0x01);
	rc_buf_put_u16(&buf, 0x0203);
	rc_buf_put_u32(&buf, 0x04050607);
	rc_buf_put_u64(&buf, UINT64_C(0x08090a0b0c0d0e0f));
	rc_buf_put(&buf, NULL, 0);
	ok(holds(&buf, "0102030405060708090a0b0c0d0e0f"), "integers are written big-endian");

	rc_buf_reset(&buf);
	rc_buf_put_varint(&buf, 0);
	rc_buf_put_varint(&buf, 127);
	rc_buf_put_varint(&buf, 128);
	rc_buf_put_varint(&buf, UINT64_MAX);
	ok(holds(&buf, "00 7f 8001 ffffffffffffffffff01"), "varints are written as protobuf's");

	rc_buf_reset(&buf);
	for (int i = 0; i < 50; i++)
		rc_buf_put(&buf, big, sizeof(big));
	ok(!buf.failed && buf.len == 50000 && buf.data[49999] == 'x', "a buffer grows");
	ok(rc_buf_reserve(&buf, SIZE_MAX - 100) == NULL && buf.failed,
	   "a reservation beyond all memory fails without overflow");
	rc_buf_put_u8(&buf, 1);
	ok(buf.len == 50000, "a failed buffer takes nothing more");
	rc_buf_reset(&buf);
	rc_buf_put_u8(&buf, 1);
	ok(!buf.failed && buf.len == 1, "a reset buffer works again");
	rc_buf_free(&buf);
	ok(test_host_live == 0, "a freed buffer holds no memory");

	test_host_fail(0);
	rc_buf_put_u32(&buf, 1);
	ok(buf.failed && buf.len == 0, "a buffer without memory says so");
	test_host_fail(-1);
	rc_buf_free(&buf);
}

static void
test_reader(void)
{
	rc_bytes	in = golden_exact(golden_hex("01 0203 04050607 08090a0b0c0d0e0f 8001 616263 0264"));
	rc_reader	r;
	rc_bytes	view;

	rc_reader_init(&r, in);
	ok(rc_reader_u8(&r) == 1 && rc_reader_u16(&r) == 0x0203 &&
	   rc_reader_u32(&r) == 0x04050607 &&
	   rc_reader_u64(&r) == UINT64_C(0x08090a0b0c0d0e0f), "integers are read big-endian");
	ok(rc_reader_varint(&r) == 128, "a varint of two bytes is read");
	view = rc_reader_bytes(&r, 3);
	ok(view.len == 3 && view.data == in.data + 17, "bytes are read as a view");
	ok(rc_reader_left(&r) == 2 && !r.failed, "what is left is known");
	view = rc_reader_delimited(&r);
	ok(r.failed && view.len == 0, "a length beyond the end fails");
	ok(rc_reader_u8(&r) == 0 && rc_reader_u64(&r) == 0 && r.failed, "a failed reader gives zeros");
	golden_free(in);

	rc_reader_init(&r, rc_bytes_of(NULL, 0));
	ok(rc_reader_bytes(&r, 0).len == 0 && !r.failed, "nothing can be read from nothing");
	ok(rc_reader_varint(&r) == 0 && r.failed, "a varint needs a byte");
	rc_reader_init(&r, golden_hex("ffffffffffffffffff01"));
	ok(rc_reader_varint(&r) == UINT64_MAX && !r.failed, "the largest varint is read");
	rc_reader_init(&r, golden_hex("ffffffffffffffffffff01"));
	rc_reader_varint(&r);
	ok(r.failed, "a varint of eleven bytes fails");
	rc_reader_init(&r, golden_hex("ffffffffffffffffff01 00"));
	ok(rc_reader_delimited(&r).len == 0 && r.failed, "a huge length fails");
}

/* Every fixed-size read at every distance from the end. */
static void
test_reader_bounds(void)
{
	bool		good = true;

	for (size_t len = 0; len < 8; len++)
	{
		rc_bytes	in = golden_exact(rc_bytes_of("\1\1\1\1\1\1\1\1", len));
		rc_reader	r;

		rc_reader_init(&r, in);
		rc_reader_u64(&r);
		good = good && r.failed;
		rc_reader_init(&r, in);
		rc_reader_u32(&r);
		good = good && r.failed == (len < 4);
		rc_reader_init(&r, in);
		rc_reader_u16(&r);
		good = good && r.failed == (len < 2);
		golden_free(in);
	}
	ok(good, "a number cut short fails and is not read");
}

static void
test_order(void)
{
	rc_bytes	a = rc_bytes_cstr("a");
	rc_bytes	ab = rc_bytes_cstr("ab");
	rc_bytes	high = rc_bytes_of("\xff", 1);
	rc_bytes	empty = rc_bytes_of(NULL, 0);

	ok(rc_bytes_compare(a, ab) < 0 && rc_bytes_compare(ab, a) > 0, "a prefix sorts first");
	ok(rc_bytes_compare(ab, high) < 0, "bytes compare unsigned");
	ok(rc_bytes_compare(empty, a) < 0 && rc_bytes_compare(empty, empty) == 0,
	   "the empty string sorts before all");
	ok(rc_bytes_equal(empty, empty) && !rc_bytes_equal(a, ab) &&
	   rc_bytes_equal(a, rc_bytes_of("ab", 1)), "equality is of length and bytes");
}

static void
test_copy(void)
{
	rc_bytes	out;

	ok(rc_bytes_copy(&test_host, rc_bytes_cstr("abc"), &out) &&
	   rc_bytes_equal(out, rc_bytes_cstr("abc")), "a copy holds the same bytes");
	test_host.free(NULL, (void *) out.data);
	ok(rc_bytes_copy(&test_host, rc_bytes_of(NULL, 0), &out) && out.len == 0,
	   "nothing can be copied");
	test_host_fail(0);
	ok(!rc_bytes_copy(&test_host, rc_bytes_cstr("abc"), &out) && out.len == 0,
	   "a copy without memory says so");
	test_host_fail(-1);
	ok(test_host_live == 0, "a failed copy holds no memory");
}

static bool
copies_to(const char *in, size_t size, const char *expected)
{
	char	   *out = malloc(size);
	bool		same;

	rc_text_copy(out, size, rc_bytes_cstr(in));
	same = strcmp(out, expected) == 0;
	free(out);
	return same;
}

static void
test_text(void)
{
	ok(copies_to("plain", 10, "plain") && copies_to("plain", 6, "plain"), "text is copied whole");
	ok(copies_to("plain", 5, "plai") && copies_to("plain", 1, ""), "text is cut at the size");
	ok(copies_to("a\xc3\xa9", 3, "a") && copies_to("a\xc3\xa9", 4, "a\xc3\xa9"),
	   "a cut never splits a character");
	ok(copies_to("a\tb\nc\x7f", 10, "a b c "), "controls become blanks");
	ok(copies_to("\xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80|\xe2\x82", 20, "??????????|??"),
	   "bytes that are not UTF-8 become question marks");
	ok(copies_to("\xe2\x82\xac\xf0\x9f\x98\x80", 8, "\xe2\x82\xac\xf0\x9f\x98\x80"),
	   "characters of three and four bytes stay");
}

static void
test_error(void)
{
	rc_error	err;
	char		words[2000];

	strcpy(err.server, "old");
	strcpy(err.java_class, "old");
	ok(rc_error_set(&err, RC_PROTOCOL, "%d apples", 3) == RC_PROTOCOL &&
	   err.status == RC_PROTOCOL && strcmp(err.message, "3 apples") == 0 &&
	   err.server[0] == '\0' && err.java_class[0] == '\0',
	   "an error holds its status and its words only");
	rc_error_set(&err, RC_INVALID, "no %s", err.message);
	ok(strcmp(err.message, "no 3 apples") == 0, "an error may quote itself");
	memset(words, 'w', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	rc_error_set(&err, RC_INVALID, "%s", words);
	ok(strlen(err.message) == sizeof(err.message) - 1, "a long message is cut");
	for (size_t i = 1; i + 2 < sizeof(words); i += 2)
		memcpy(words + i, "\xc3\xa9", 2);
	words[sizeof(words) - 1] = '\0';
	rc_error_set(&err, RC_INVALID, "w%s", words);
	ok(strchr(err.message, '\xc3') != NULL && err.message[strlen(err.message) - 1] != '\xc3',
	   "a cut message ends with a whole character");
	ok(rc_error_set(NULL, RC_INVALID, "x") == RC_INVALID, "an error needs no place");
}

int
main(int argc, char **argv)
{
	golden_init(argc, argv);
	test_writer();
	test_reader();
	test_reader_bounds();
	test_order();
	test_copy();
	test_text();
	test_error();
	return tap_done();
}
