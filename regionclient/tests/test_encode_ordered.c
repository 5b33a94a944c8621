/*
 * test_encode_ordered.c
 *		Promises of encode_ordered.c.
 *
 * encodings.tsv holds what org.apache.hadoop.hbase.util.OrderedBytes itself
 * printed: family, type, order, input, hex.
 */
#include "regionclient.h"

#include <math.h>
#include <string.h>

#include "bytes.h"
#include "golden.h"
#include "tap.h"

#define MAX_SMALL	200
#define PAIRS		20000

/* A fixed sequence, the same on every run. */
static uint64_t random_state = 88172645463325252;

static uint64_t
next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* ---- numerics, through the host's memory ---- */

static rc_bytes
numeric_bytes(const char *text, size_t max_digits)
{
	rc_bytes	out;

	if (rc_ordered_numeric_from_text(&test_host, text, max_digits, &out) != RC_OK)
		return rc_bytes_of(NULL, 0);
	return out;
}

static void
release(rc_bytes b)
{
	test_host.free(NULL, (void *) b.data);
}

static bool
numeric_makes(const char *text, rc_bytes expected)
{
	rc_bytes	out = numeric_bytes(text, RC_ORDERED_DIGITS);
	bool		same = out.len > 0 && rc_bytes_equal(out, expected);

	release(out);
	return same;
}

static bool
numeric_reads(rc_bytes in, const char *expected)
{
	char	   *text = NULL;
	bool		same = rc_ordered_numeric_to_text(&test_host, in, &text) == RC_OK &&
		strcmp(text, expected) == 0;

	test_host.free(NULL, text);
	return same;
}

static rc_status
numeric_status(rc_bytes in)
{
	char	   *text = NULL;
	rc_status	status = rc_ordered_numeric_to_text(&test_host, in, &text);

	if (status == RC_OK)
		test_host.free(NULL, text);
	return status;
}

/* ---- one value of any type ---- */

/* Does any reader take these bytes? */
static bool
is_read(rc_bytes in, bool descending)
{
	uint8_t    *blob = malloc(in.len + 1);
	size_t		len;
	int8_t		i8;
	int16_t		i16;
	int32_t		i32;
	int64_t		i64;
	float		f;
	double		d;
	rc_bytes	view;
	bool		taken;

	taken = rc_ordered_get_int8(in, &i8) || rc_ordered_get_int16(in, &i16) ||
		rc_ordered_get_int32(in, &i32) || rc_ordered_get_int64(in, &i64) ||
		rc_ordered_get_float(in, &f) || rc_ordered_get_double(in, &d) ||
		rc_ordered_get_string(in, &view) || rc_ordered_get_blob(in, blob, &len) ||
		rc_ordered_get_blob_copy(in, descending, &view) ||
		numeric_status(in) != RC_INVALID ||
		(in.len == 1 && in.data[0] == RC_ORDERED_NULL);
	free(blob);
	return taken;
}

static bool
same_float(double a, double b)
{
	return isnan(a) ? isnan(b) : a == b && signbit(a) == signbit(b);
}

/* "1E+20" of a BigDecimal as plain digits. */
static const char *
plain_digits(const char *input)
{
	static char text[1000];
	const char *e = strchr(input, 'E');
	bool		negative = input[0] == '-';
	int			zeros;

	if (e == NULL)
		return input;
	zeros = atoi(e + 1);
	if (zeros >= 0)
		snprintf(text, sizeof(text), "%.*s%0*d", (int) (e - input), input, zeros, 0);
	else
		snprintf(text, sizeof(text), "%s0.%0*d%c", negative ? "-" : "", -zeros - 1, 0,
				 input[negative]);
	return text;
}

static bool
blob_holds(const char *type, const char *input, bool descending, rc_bytes b)
{
	uint8_t		out[MAX_SMALL];
	rc_bytes	blob = golden_hex(input + 1);
	rc_bytes	view;
	size_t		len;

	if (strcmp(type, "blobcopy") == 0)
		return rc_ordered_get_blob_copy(b, descending, &view) && rc_bytes_equal(view, blob);
	return rc_ordered_get_blob(b, out, &len) && rc_bytes_equal(rc_bytes_of(out, len), blob) &&
		rc_ordered_blob_size(blob.len) == b.len &&
		rc_ordered_put_blob(out, blob) == b.len && memcmp(out, b.data, b.len) == 0;
}

/* Both directions of one row, whose bytes are in ascending order. */
static bool
row_holds(const char *type, const char *input, bool descending, rc_bytes b)
{
	uint8_t		out[MAX_SMALL] = {0};
	int8_t		i8;
	int16_t		i16;
	int32_t		i32;
	int64_t		i64;
	float		f;
	double		d;
	rc_bytes	view;

	if (strcmp(type, "null") == 0)
		return b.len == 1 && b.data[0] == RC_ORDERED_NULL;
	if (strcmp(type, "int8") == 0)
	{
		rc_ordered_put_int8(out, (int8_t) atoi(input));
		return rc_ordered_get_int8(b, &i8) && i8 == atoi(input) && memcmp(out, b.data, 2) == 0;
	}
	if (strcmp(type, "int16") == 0)
	{
		rc_ordered_put_int16(out, (int16_t) atoi(input));
		return rc_ordered_get_int16(b, &i16) && i16 == atoi(input) && memcmp(out, b.data, 3) == 0;
	}
	if (strcmp(type, "int32") == 0)
	{
		rc_ordered_put_int32(out, atoi(input));
		return rc_ordered_get_int32(b, &i32) && i32 == atoi(input) && memcmp(out, b.data, 5) == 0;
	}
	if (strcmp(type, "int64") == 0)
	{
		rc_ordered_put_int64(out, strtoll(input, NULL, 10));
		return rc_ordered_get_int64(b, &i64) && i64 == strtoll(input, NULL, 10) &&
			memcmp(out, b.data, 9) == 0;
	}
	if (strcmp(type, "float32") == 0)
	{
		rc_ordered_put_float(out, strtof(input, NULL));
		return rc_ordered_get_float(b, &f) && same_float(f, strtof(input, NULL)) &&
			memcmp(out, b.data, 5) == 0;
	}
	if (strcmp(type, "float64") == 0)
	{
		rc_ordered_put_double(out, strtod(input, NULL));
		return rc_ordered_get_double(b, &d) && same_float(d, strtod(input, NULL)) &&
			memcmp(out, b.data, 9) == 0;
	}
	if (strcmp(type, "numeric") == 0)
		return numeric_reads(b, plain_digits(input)) && numeric_makes(plain_digits(input), b);
	if (strcmp(type, "string") == 0)
		return rc_ordered_put_string(out, rc_bytes_cstr(input)) &&
			memcmp(out, b.data, b.len) == 0 &&
			rc_ordered_get_string(b, &view) && rc_bytes_equal(view, rc_bytes_cstr(input));
	return blob_holds(type, input, descending, b);
}

/* No part of a value is a value, and nothing may follow one. */
static bool
only_whole(rc_bytes b, bool is_copy, bool descending)
{
	bool		good = true;
	uint8_t    *longer;

	for (size_t len = 0; len < b.len; len++)
	{
		rc_bytes	part = golden_exact(rc_bytes_of(b.data, len));

		/* in ascending order a copied blob ends where the value does */
		good = good && is_read(part, descending) == (is_copy && !descending && len > 0);
		golden_free(part);
	}
	for (int after = 0; after < 256; after++)
	{
		longer = malloc(b.len + 1);
		memcpy(longer, b.data, b.len);
		longer[b.len] = (uint8_t) after;
		good = good && is_read(rc_bytes_of(longer, b.len + 1), descending) ==
			(is_copy && !descending);
		free(longer);
	}
	return good;
}

/* As a part of a key: a value ends where it does whatever follows it, and not before. */
static bool
ends_itself(rc_bytes b, bool is_copy, bool descending)
{
	uint8_t    *longer = malloc(b.len + 1);
	bool		good = true;

	memcpy(longer, b.data, b.len);
	if (descending)
		rc_ordered_flip(longer, b.len);
	for (int after = 0; after < 256; after++)
	{
		longer[b.len] = (uint8_t) after;
		good = good && rc_ordered_length(rc_bytes_of(longer, b.len + 1), descending) ==
			(is_copy && !descending ? 0 : b.len);
	}
	for (size_t len = 0; len < b.len; len++)
	{
		rc_bytes	part = golden_exact(rc_bytes_of(longer, len));

		good = good && rc_ordered_length(part, descending) == 0;
		golden_free(part);
	}
	free(longer);
	return good;
}

static void
test_vectors(void)
{
	FILE	   *f = fopen(golden_path("encodings.tsv"), "r");
	char		line[1000];
	int			rows = 0;
	bool		whole = true;
	bool		ends = true;

	if (f == NULL)
		bail_out("cannot open %s", golden_path("encodings.tsv"));
	while (fgets(line, sizeof(line), f) != NULL)
	{
		char	   *next = line;
		const char *field[5];
		rc_bytes	b;
		bool		descending;

		/* strtok would skip the empty string */
		line[strcspn(line, "\n")] = '\0';
		for (int i = 0; i < 5; i++)
			field[i] = strsep(&next, "\t");
		if (field[4] == NULL || strcmp(field[0], "ordered") != 0)
			continue;
		descending = strcmp(field[2], "desc") == 0;
		b = golden_exact(golden_hex(field[4]));
		if (descending)
			rc_ordered_flip((uint8_t *) b.data, b.len);
		ok(row_holds(field[1], field[3], descending, b), "%s '%s' %s is %s both ways",
		   field[1], field[3], field[2], field[4]);
		whole = whole && only_whole(b, strcmp(field[1], "blobcopy") == 0, descending);
		ends = ends && ends_itself(b, strcmp(field[1], "blobcopy") == 0, descending);
		golden_free(b);
		rows++;
	}
	fclose(f);
	ok(rows == 176, "the vectors are all there");
	ok(whole, "a cut value is refused, and so is a longer one");
	ok(ends, "where a value ends shows in its bytes, whatever follows");
}

/* ---- forms that OrderedBytes does not write ---- */

static bool
refused(const char *hex)
{
	rc_bytes	in = golden_exact(golden_hex(hex));
	bool		taken = is_read(in, false);

	golden_free(in);
	return !taken;
}

static void
test_second_forms(void)
{
	ok(refused("") && refused("00") && refused("ff") && refused("40 01"),
	   "no value and unknown headers are refused");
	ok(refused("30 ffc00001") && refused("30 00000000") && refused("30 003fffff") &&
	   refused("31 fff8000000000001") && refused("31 0000000000000000"),
	   "a NaN that Java does not write is refused");
	ok(refused("34 61 00 62 00") && refused("34 61 00 00"), "a zero byte in a string is refused");
	ok(refused("37 ff 41") && refused("37 ff 7f") && refused("37 80 01") && refused("37 01"),
	   "bits behind a blob are refused");
	ok(refused("37 ff ff ff ff ff ff ff ff 00") && refused("37 ff ff") && refused("37 ff 00 40"),
	   "a blob with a group too many or no last one is refused");
	ok(refused("17 02") && refused("13 fd"), "an exponent without a header is refused");
	ok(refused("22 0a 02") && refused("08 f5 fd"), "a small exponent written as a large one is refused");
	ok(refused("18 00") && refused("18 01 02") && refused("18 03 00") && refused("18 c8") &&
	   refused("18 c9 02") && refused("18 02 02") && refused("16 ff c8") && refused("12 ff"),
	   "zeros at an end of the mantissa, and digits beyond 99, are refused");
	ok(refused("22 f9 0000") && refused("22 fa 000000 02") && refused("22 fb 00 10ffff 02") &&
	   refused("22 f9") && refused("22 ff ffffff") && refused("22") && refused("16"),
	   "a varuint that is cut or too long is refused");
}

static void
test_names(void)
{
	static const struct
	{
		uint8_t		header;
		const char *name;
	}			names[] = {
		{0x05, "null"}, {0x07, "numeric"}, {0x15, "numeric"}, {0x26, "numeric"},
		{0x29, "int8"}, {0x2a, "int16"}, {0x2b, "int32"}, {0x2c, "int64"},
		{0x30, "float32"}, {0x31, "float64"}, {0x34, "string"},
		{0x37, "blobvar"}, {0x38, "blobcopy"},
	};
	bool		good = true;
	bool		descending;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		good = good &&
			strcmp(rc_ordered_name(names[i].header, &descending), names[i].name) == 0 && !descending &&
			strcmp(rc_ordered_name((uint8_t) ~names[i].header, &descending), names[i].name) == 0 &&
			descending;
	ok(good, "a header names its type in either order");
	ok(rc_ordered_name(0x00, &descending) == NULL && rc_ordered_name(0x25, &descending) == NULL &&
	   rc_ordered_name('a', &descending) == NULL, "other bytes are no header");
}

static void
test_strings(void)
{
	uint8_t		out[8];

	ok(!rc_ordered_put_string(out, rc_bytes_of("a\0b", 3)), "a zero byte cannot be written in a string");
	ok(rc_ordered_put_string(out, rc_bytes_of(NULL, 0)) && memcmp(out, "\x34", 2) == 0,
	   "the empty string is header and end");
}

static void
test_special_floats(void)
{
	uint8_t		a[9];
	uint8_t		b[9];
	float		f;
	double		d;

	rc_ordered_put_double(a, copysign(NAN, -1));
	rc_ordered_put_double(b, NAN);
	ok(memcmp(a, b, 9) == 0 && rc_ordered_get_double(rc_bytes_of(a, 9), &d) && isnan(d),
	   "every double NaN is one");
	rc_ordered_put_float(a, copysignf(NAN, -1));
	rc_ordered_put_float(b, NAN);
	ok(memcmp(a, b, 5) == 0 && rc_ordered_get_float(rc_bytes_of(a, 5), &f) && isnan(f),
	   "every float NaN is one");
	rc_ordered_put_double(b, INFINITY);
	rc_ordered_put_double(a, NAN);
	ok(memcmp(b, a, 9) < 0, "NaN sorts behind infinity");
	rc_ordered_put_double(a, -0.0);
	rc_ordered_put_double(b, 0.0);
	ok(memcmp(a, b, 9) < 0, "the zeros are two, the negative one first");
}

/* ---- numerics of every size ---- */

static void
test_numeric_forms(void)
{
	char	   *text;

	ok(numeric_makes("1.00", golden_hex("1802")) && numeric_makes("001", golden_hex("1802")),
	   "zeros at either end do not count");
	ok(numeric_makes("0.00", golden_hex("15")) && numeric_makes("-0", golden_hex("15")),
	   "zero is one byte and has no sign");
	ok(numeric_reads(golden_hex("1814"), "10") && numeric_reads(golden_hex("16ff14"), "0.1") &&
	   numeric_reads(golden_hex("18194564"), "12.345"), "no zeros come back behind the last digit");
	ok(numeric_makes("9999999999999999999999999999999.4",
					 golden_hex("2210 13c7c7c7c7c7c7c7c7c7c7c7c7c7c7c6")),
	   "the 32nd digit is cut when below a half");
	ok(numeric_makes("9999999999999999999999999999999.5", golden_hex("2210 14")),
	   "a half rounds up, through every digit");
	ok(numeric_makes("-0.99999999999999999999999999999995", golden_hex("12fd")),
	   "rounding up to one takes the header of one");
	ok(numeric_makes("1.00000000000000000000000000000049", golden_hex("1802")),
	   "zeros that rounding leaves behind are cut");

	text = malloc(40);
	strcpy(text, "1.2345678901234567890123456789012345");
	{
		rc_bytes	all = numeric_bytes(text, 0);

		ok(numeric_reads(all, text), "a bound keeps every digit");
		release(all);
	}
	free(text);
}

static rc_status
from_text_status(const char *text)
{
	rc_bytes	out;
	rc_status	status = rc_ordered_numeric_from_text(&test_host, text, RC_ORDERED_DIGITS, &out);

	release(out);
	return status;
}

static void
test_numeric_refusals(void)
{
	static const char *const texts[] = {
		"", "-", ".", "1.", ".5", "1e3", "nan", "inf", "-NaN", " 1", "1 ", "+1", "--1", "1.2.3", "1x",
	};
	bool		good = true;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		good = good && from_text_status(texts[i]) == RC_INVALID;
	ok(good, "text that is no plain decimal number is refused");
}

/* A number of so many digits on either side of the point. */
static char *
long_decimal(size_t whole, size_t fraction)
{
	char	   *text = malloc(whole + fraction + 3);
	char	   *at = text;

	if (whole == 0)
		*at++ = '0';
	for (size_t i = 0; i < whole; i++)
		*at++ = (char) ('1' + (i * 7 + whole) % 9);
	if (fraction > 0)
		*at++ = '.';
	for (size_t i = 0; i < fraction; i++)
		*at++ = (char) ('1' + (i * 3 + fraction) % 9);
	*at = '\0';
	return text;
}

static bool
returns(size_t whole, size_t fraction)
{
	char	   *text = long_decimal(whole, fraction);
	rc_bytes	b = numeric_bytes(text, 0);
	bool		good = numeric_reads(b, text);

	release(b);
	free(text);
	return good;
}

static rc_status
size_status(size_t whole, size_t fraction)
{
	char	   *text = long_decimal(whole, fraction);
	rc_status	status = from_text_status(text);

	free(text);
	return status;
}

static void
test_numeric_sizes(void)
{
	bool		good = true;

	for (size_t whole = 0; whole < 60; whole++)
		for (size_t fraction = whole == 0 ? 1 : 0; fraction < 40; fraction++)
			good = good && returns(whole, fraction);
	ok(good, "numbers of every size come back as they were");
	ok(returns(480, 0) && returns(482, 1) && returns(4574, 0) && returns(4576, 0) &&
	   returns(4578, 3), "so do those at the steps of varuint");
	ok(returns(131072, 16383), "and numeric's largest");
	ok(size_status(131073, 0) == RC_TOO_LARGE && size_status(0, 16384) == RC_TOO_LARGE,
	   "larger and finer ones are refused as text");
	/* 100 ^ 65536 and one digit too fine */
	ok(numeric_status(golden_hex("22 f9 f710 02")) == RC_OK &&
	   numeric_status(golden_hex("22 f9 f711 02")) == RC_TOO_LARGE &&
	   numeric_status(golden_hex("22 ff ffffffffffffffff 02")) == RC_TOO_LARGE &&
	   numeric_status(golden_hex("16 00 0000000000000000 02")) == RC_TOO_LARGE &&
	   numeric_status(golden_hex("14 ff ffffffffffffffff fd")) == RC_TOO_LARGE,
	   "and as bytes");
}

/* ---- order ---- */

static int
sign_of(int cmp)
{
	return (cmp > 0) - (cmp < 0);
}

static void
test_integer_order(void)
{
	bool		good = true;
	bool		flipped = true;

	for (int i = 0; i < PAIRS; i++)
	{
		/* of every size */
		int64_t		a = (int64_t) next_random() >> (next_random() % 64);
		int64_t		b = next_random() % 8 == 0 ? a : (int64_t) next_random() >> (next_random() % 64);
		uint8_t		x[9];
		uint8_t		y[9];

		rc_ordered_put_int64(x, a);
		rc_ordered_put_int64(y, b);
		good = good && sign_of(memcmp(x, y, 9)) == (a > b) - (a < b);
		rc_ordered_flip(x, 9);
		rc_ordered_flip(y, 9);
		flipped = flipped && sign_of(memcmp(x, y, 9)) == (a < b) - (a > b);
		rc_ordered_put_int32(x, (int32_t) a);
		rc_ordered_put_int32(y, (int32_t) b);
		good = good && sign_of(memcmp(x, y, 5)) == ((int32_t) a > (int32_t) b) - ((int32_t) a < (int32_t) b);
		rc_ordered_put_int16(x, (int16_t) a);
		rc_ordered_put_int16(y, (int16_t) b);
		good = good && sign_of(memcmp(x, y, 3)) == ((int16_t) a > (int16_t) b) - ((int16_t) a < (int16_t) b);
		rc_ordered_put_int8(x, (int8_t) a);
		rc_ordered_put_int8(y, (int8_t) b);
		good = good && sign_of(memcmp(x, y, 2)) == ((int8_t) a > (int8_t) b) - ((int8_t) a < (int8_t) b);
	}
	ok(good, "integers sort as their bytes do");
	ok(flipped, "and the other way round when flipped");
}

static double
random_double(void)
{
	uint64_t	bits = next_random();
	double		d;

	memcpy(&d, &bits, sizeof(d));
	return isnan(d) || next_random() % 2 == 0 ? (double) (int64_t) bits / 1e17 : d;
}

static void
test_float_order(void)
{
	bool		good = true;

	for (int i = 0; i < PAIRS; i++)
	{
		double		a = random_double();
		double		b = next_random() % 8 == 0 ? a : random_double();
		uint8_t		x[9];
		uint8_t		y[9];

		rc_ordered_put_double(x, a);
		rc_ordered_put_double(y, b);
		good = good && sign_of(memcmp(x, y, 9)) == (a > b) - (a < b);
		/* the two zeros have their own test */
		if ((float) a == 0 || (float) b == 0)
			continue;
		rc_ordered_put_float(x, (float) a);
		rc_ordered_put_float(y, (float) b);
		good = good && sign_of(memcmp(x, y, 5)) == ((float) a > (float) b) - ((float) a < (float) b);
	}
	ok(good, "floats sort as their bytes do");
}

/* Up to 6 bytes of few kinds, so that many are prefixes of others. */
static rc_bytes
random_blob(uint8_t *data, bool zeros)
{
	static const uint8_t some[] = {0x01, 0x00, 0x7f, 0x80, 0xff};
	size_t		len = next_random() % 7;

	for (size_t i = 0; i < len; i++)
	{
		data[i] = some[next_random() % 5];
		if (data[i] == 0 && !zeros)
			data[i] = 0xfe;
	}
	return rc_bytes_of(data, len);
}

static void
test_bytes_order(void)
{
	bool		strings = true;
	bool		blobs = true;
	bool		flipped = true;
	bool		returned = true;

	uint8_t		data[2][8];

	for (int i = 0; i < PAIRS; i++)
	{
		uint8_t		x[16];
		uint8_t		y[16];
		uint8_t		back[16];
		size_t		len;
		rc_bytes	a = random_blob(data[0], true);
		rc_bytes	b = random_blob(data[1], true);
		int			cmp = sign_of(rc_bytes_compare(a, b));
		rc_bytes	p = rc_bytes_of(x, rc_ordered_put_blob(x, a));
		rc_bytes	q = rc_bytes_of(y, rc_ordered_put_blob(y, b));

		returned = returned && rc_ordered_get_blob(p, back, &len) &&
			rc_bytes_equal(rc_bytes_of(back, len), a);
		blobs = blobs && rc_bytes_equal(p, q) == (cmp == 0);

		a = random_blob(data[0], false);
		b = random_blob(data[1], false);
		cmp = sign_of(rc_bytes_compare(a, b));
		p = rc_bytes_of(x, a.len + 2);
		q = rc_bytes_of(y, b.len + 2);
		strings = strings && rc_ordered_put_string(x, a) && rc_ordered_put_string(y, b) &&
			sign_of(rc_bytes_compare(p, q)) == cmp;
		rc_ordered_flip(x, p.len);
		rc_ordered_flip(y, q.len);
		flipped = flipped && sign_of(rc_bytes_compare(p, q)) == -cmp;
	}
	ok(strings, "strings sort as their bytes do");
	ok(flipped, "and the other way round when flipped");
	ok(blobs, "blobs are equal when their bytes are");
	ok(returned, "and come back as they were");
	ok(rc_ordered_put_blob(data[0], rc_bytes_of("\x01", 1)) == 3 &&
	   rc_ordered_put_blob(data[1], rc_bytes_of("\x00\x80", 2)) == 4 &&
	   memcmp(data[0], data[1], 3) < 0, "but do not sort as their bytes do");
}

/* A decimal of at most 9 + 9 digits; its value times 10^9 in *units. */
static void
random_decimal(char *text, int64_t *units)
{
	static const int64_t powers[] = {1, 10, 1000, 1000000, 1000000000, 1000000000000, 1000000000000000};
	int64_t		number = (int64_t) (next_random() % 1000) * powers[next_random() % 7] / 10;

	if (next_random() % 2 == 0)
		number += (int64_t) (next_random() % 1000000000);
	*units = next_random() % 2 == 0 ? number : -number;
	snprintf(text, 64, "%s%lld.%09lld", *units < 0 ? "-" : "", (long long) (number / 1000000000),
			 (long long) (number % 1000000000));
}

static void
test_numeric_order(void)
{
	bool		good = true;
	bool		flipped = true;

	for (int i = 0; i < PAIRS; i++)
	{
		char		text[2][64];
		int64_t		a;
		int64_t		b;
		rc_bytes	x;
		rc_bytes	y;

		random_decimal(text[0], &a);
		random_decimal(text[1], &b);
		x = numeric_bytes(text[0], RC_ORDERED_DIGITS);
		y = numeric_bytes(text[1], RC_ORDERED_DIGITS);
		good = good && x.len > 0 && y.len > 0 &&
			sign_of(rc_bytes_compare(x, y)) == (a > b) - (a < b) && numeric_status(x) == RC_OK;
		rc_ordered_flip((uint8_t *) x.data, x.len);
		rc_ordered_flip((uint8_t *) y.data, y.len);
		flipped = flipped && sign_of(rc_bytes_compare(x, y)) == (a < b) - (a > b);
		release(x);
		release(y);
	}
	ok(good, "numerics sort as their bytes do");
	ok(flipped, "and the other way round when flipped");
}

static void
test_numeric_ladder(void)
{
	static const char *const ladder[] = {
		"-Infinity", "-1000000000000000000000000", "-10000000000000000000000", "-100.5", "-100", "-99.99",
		"-1", "-0.99", "-0.1", "-0.01", "-0.001", "0", "0.0001", "0.01", "0.0101", "0.1", "0.99", "1",
		"1.0000000000000000000000000000000000001", "1.5", "9.99", "10", "99", "99.5", "100",
		"10000000000", "100000000000000000000", "100000000000000000000.5", "1000000000000000000000000",
		"Infinity", "NaN",
	};
	bool		good = true;

	for (size_t i = 1; i < sizeof(ladder) / sizeof(ladder[0]); i++)
	{
		rc_bytes	x = numeric_bytes(ladder[i - 1], 0);
		rc_bytes	y = numeric_bytes(ladder[i], 0);

		good = good && x.len > 0 && rc_bytes_compare(x, y) < 0;
		release(x);
		release(y);
	}
	ok(good, "every class of numerics sorts in its place, NaN last");
}

static void
test_lengths(void)
{
	ok(rc_ordered_length(golden_hex("41"), false) == 0 &&
	   rc_ordered_length(golden_hex("fe"), true) == 0, "unknown headers have no end");
	ok(rc_ordered_length(golden_hex("340061"), true) == 0 &&
	   rc_ordered_length(golden_hex("cb00ff"), false) == 0, "nor have those of the other order");
	ok(rc_ordered_length(golden_hex("22fbffff"), false) == 0, "nor has a number cut in its exponent");
}

static void
test_no_memory(void)
{
	bool		good = true;
	long		n;

	for (n = 0; n < 1; n++)
	{
		char	   *text = NULL;

		test_host_fail(n);
		good = good &&
			rc_ordered_numeric_to_text(&test_host, golden_hex("18194564"), &text) == RC_NO_MEMORY &&
			rc_ordered_numeric_to_text(&test_host, golden_hex("26"), &text) == RC_NO_MEMORY &&
			test_host_live == 0;
	}
	for (n = 0; n < 2; n++)
	{
		rc_bytes	out = {NULL, 0};

		test_host_fail(n);
		good = good && rc_ordered_numeric_from_text(&test_host, "12.345", 0, &out) == RC_NO_MEMORY &&
			out.data == NULL && test_host_live == 0;
	}
	test_host_fail(-1);
	ok(good, "any failing allocation is reported and nothing leaks");
	ok(test_host_live == 0, "all memory was given back");
}

int
main(int argc, char **argv)
{
	golden_init(argc, argv);
	test_vectors();
	test_second_forms();
	test_names();
	test_strings();
	test_special_floats();
	test_numeric_forms();
	test_numeric_refusals();
	test_numeric_sizes();
	test_integer_order();
	test_float_order();
	test_bytes_order();
	test_numeric_order();
	test_numeric_ladder();
	test_lengths();
	test_no_memory();
	return tap_done();
}
