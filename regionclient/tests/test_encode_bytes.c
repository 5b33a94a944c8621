/*
 * test_encode_bytes.c
 *		Promises of encode_bytes.c.
 *
 * encodings.tsv holds what org.apache.hadoop.hbase.util.Bytes itself printed:
 * family, type, order, input, hex.
 */
#include "regionclient.h"

#include <math.h>
#include <string.h>

#include "bytes.h"
#include "golden.h"
#include "tap.h"

static bool
decimal_is(rc_bytes in, const char *expected)
{
	char	   *text = NULL;
	bool		same = rc_binary_decimal_to_text(&test_host, in, &text) == RC_OK &&
		strcmp(text, expected) == 0;

	test_host.free(NULL, text);
	return same;
}

static bool
decimal_makes(const char *text, rc_bytes expected)
{
	rc_bytes	out = {NULL, 0};
	bool		same = rc_binary_decimal_from_text(&test_host, text, &out) == RC_OK &&
		rc_bytes_equal(out, expected);

	test_host.free(NULL, (void *) out.data);
	return same;
}

static bool
decimal_refused(const char *text)
{
	rc_bytes	out;

	return rc_binary_decimal_from_text(&test_host, text, &out) == RC_INVALID;
}

static bool
bytes_refused(const char *hex)
{
	rc_bytes	in = golden_exact(golden_hex(hex));
	char	   *text;
	bool		refused = rc_binary_decimal_to_text(&test_host, in, &text) == RC_INVALID;

	golden_free(in);
	return refused;
}

/* Both directions of one row; types that regionclient leaves to its host are not known here. */
static bool
row_holds(const char *type, const char *input, rc_bytes b, bool *known)
{
	uint8_t		out[8] = {0};
	int16_t		i16;
	int32_t		i32;
	int64_t		i64;
	float		f;
	double		d;

	*known = true;
	if (strcmp(type, "short") == 0)
	{
		rc_binary_put_int16(out, (int16_t) atoi(input));
		return rc_binary_get_int16(b, &i16) && i16 == atoi(input) && memcmp(out, b.data, 2) == 0;
	}
	if (strcmp(type, "int") == 0)
	{
		rc_binary_put_int32(out, (int32_t) atoll(input));
		return rc_binary_get_int32(b, &i32) && i32 == atoll(input) && memcmp(out, b.data, 4) == 0;
	}
	if (strcmp(type, "long") == 0)
	{
		rc_binary_put_int64(out, atoll(input));
		return rc_binary_get_int64(b, &i64) && i64 == atoll(input) && memcmp(out, b.data, 8) == 0;
	}
	if (strcmp(type, "float") == 0)
	{
		rc_binary_put_float(out, strtof(input, NULL));
		return rc_binary_get_float(b, &f) && f == strtof(input, NULL) &&
			signbit(f) == signbit(strtof(input, NULL)) && memcmp(out, b.data, 4) == 0;
	}
	if (strcmp(type, "double") == 0)
	{
		rc_binary_put_double(out, atof(input));
		return rc_binary_get_double(b, &d) && d == atof(input) &&
			signbit(d) == signbit(atof(input)) && memcmp(out, b.data, 8) == 0;
	}
	if (strcmp(type, "bigdecimal") == 0)
	{
		/* the one with a negative scale, which text cannot say */
		if (strcmp(input, "1E+3") == 0)
			return decimal_is(b, "1000");
		return decimal_is(b, input) && decimal_makes(input, b);
	}
	*known = false;
	return true;
}

static void
test_vectors(void)
{
	FILE	   *f = fopen(golden_path("encodings.tsv"), "r");
	char		line[1000];
	int			rows = 0;

	if (f == NULL)
		bail_out("cannot open %s", golden_path("encodings.tsv"));
	while (fgets(line, sizeof(line), f) != NULL)
	{
		const char *family = strtok(line, "\t\n");
		const char *type = strtok(NULL, "\t\n");
		const char *order = strtok(NULL, "\t\n");
		const char *input = strtok(NULL, "\t\n");
		const char *hex = strtok(NULL, "\t\n");
		bool		known;
		bool		good;

		if (hex == NULL || strcmp(family, "bytes") != 0 || strcmp(order, "-") != 0)
			continue;
		good = row_holds(type, input, golden_hex(hex), &known);
		if (known)
			ok(good, "%s %s is %s both ways", type, input, hex);
		rows += known;
	}
	fclose(f);
	ok(rows >= 40, "the vectors are all there");
}

static void
test_lengths(void)
{
	uint8_t		zeros[9] = {0};
	int16_t		i16;
	int32_t		i32;
	int64_t		i64;
	float		f;
	double		d;
	bool		good = true;

	for (size_t len = 0; len <= 9; len++)
	{
		rc_bytes	in = golden_exact(rc_bytes_of(zeros, len));

		good = good && rc_binary_get_int16(in, &i16) == (len == 2) &&
			rc_binary_get_int32(in, &i32) == (len == 4) &&
			rc_binary_get_int64(in, &i64) == (len == 8) &&
			rc_binary_get_float(in, &f) == (len == 4) &&
			rc_binary_get_double(in, &d) == (len == 8);
		golden_free(in);
	}
	ok(good, "a scalar of another length is refused");
}

static void
test_not_a_number(void)
{
	uint8_t		out[8];
	float		f;
	double		d;

	rc_binary_put_float(out, NAN);
	ok(rc_binary_get_float(rc_bytes_of(out, 4), &f) && isnan(f), "a float NaN stays one");
	rc_binary_put_double(out, -INFINITY);
	ok(rc_binary_get_double(rc_bytes_of(out, 8), &d) && isinf(d) && d < 0,
	   "infinity stays infinite");
}

static void
test_decimal_forms(void)
{
	ok(decimal_is(golden_hex("00000003 05"), "0.005"), "zeros follow the point");
	ok(decimal_is(golden_hex("00000001 fb"), "-0.5"), "a whole part is always there");
	ok(decimal_is(golden_hex("ffffffff 00"), "0"), "zero has no zeros behind it");
	ok(decimal_is(golden_hex("fffffffe f4"), "-1200"), "a negative scale writes its zeros");
	ok(decimal_is(golden_hex("00000000 000000000000000005"), "5") &&
	   decimal_is(golden_hex("00000000 fffffffffffffffffb"), "-5"), "longer forms are read");
	ok(decimal_is(golden_hex("00000000 8000000000000000"), "-9223372036854775808") &&
	   decimal_is(golden_hex("00000000 ffffffff00000000"), "-4294967296"),
	   "powers of two are read with either sign");
	ok(decimal_makes("-9223372036854775808", golden_hex("00000000 8000000000000000")) &&
	   decimal_makes("9223372036854775808", golden_hex("00000000 008000000000000000")) &&
	   decimal_makes("-4294967296", golden_hex("00000000 ff00000000")),
	   "powers of two take the fewest bytes");
	ok(decimal_makes("-0.00", golden_hex("00000002 00")) && decimal_makes("0", golden_hex("00000000 00")),
	   "zero is one byte and has no sign");
	ok(decimal_makes("007.50", golden_hex("00000002 02ee")), "leading zeros do not count");
}

static void
test_decimal_refusals(void)
{
	ok(bytes_refused("") && bytes_refused("00000000"), "bytes without a value are refused");
	ok(bytes_refused("00004000 01") && bytes_refused("ffffc000 01") &&
	   bytes_refused("80000000 01") && bytes_refused("7fffffff 01"),
	   "a scale beyond numeric's is refused");
	ok(decimal_refused("") && decimal_refused("-") && decimal_refused(".") &&
	   decimal_refused("1.") && decimal_refused(".5") && decimal_refused("1e3") &&
	   decimal_refused("NaN") && decimal_refused("Infinity") && decimal_refused(" 1") &&
	   decimal_refused("1 ") && decimal_refused("+1") && decimal_refused("--1") &&
	   decimal_refused("1.2.3"), "text that is no plain decimal number is refused");
}

/* [-]whole digits[.fraction digits] of a fixed pattern; to be freed. */
static char *
long_decimal(size_t whole, size_t fraction, bool negative)
{
	char	   *text = malloc(whole + fraction + 3);
	char	   *at = text;

	if (negative)
		*at++ = '-';
	for (size_t i = 0; i < whole; i++)
		*at++ = (char) ('1' + (i * 7 + whole) % 9);
	if (fraction > 0)
		*at++ = '.';
	for (size_t i = 0; i < fraction; i++)
		*at++ = (char) ('0' + (i * 3 + fraction) % 10);
	*at = '\0';
	return text;
}

static bool
returns(size_t whole, size_t fraction, bool negative)
{
	char	   *text = long_decimal(whole, fraction, negative);
	rc_bytes	out = {NULL, 0};
	bool		same = rc_binary_decimal_from_text(&test_host, text, &out) == RC_OK &&
		decimal_is(out, text);

	test_host.free(NULL, (void *) out.data);
	free(text);
	return same;
}

static void
test_decimal_sizes(void)
{
	bool		good = true;
	char	   *text;

	for (size_t whole = 1; whole < 60; whole++)
		for (size_t fraction = 0; fraction < 40; fraction++)
			good = good && returns(whole, fraction, fraction % 2 == 0);
	ok(good, "decimals of every size come back as they were");
	ok(returns(131072, 16383, true), "numeric's largest comes back as it was");
	text = long_decimal(131073, 0, false);
	ok(decimal_refused(text), "a larger one is refused");
	free(text);
	text = long_decimal(1, 16384, false);
	ok(decimal_refused(text), "a finer one is refused");
	free(text);
}

static void
test_too_many_bytes(void)
{
	uint8_t    *data = calloc(1, 100000);
	char	   *text;

	ok(rc_binary_decimal_to_text(&test_host, rc_bytes_of(data, 100000), &text) == RC_INVALID,
	   "more bytes than numeric can hold are refused");
	free(data);
}

static void
test_no_memory(void)
{
	bool		good = true;
	long		n;

	for (n = 0; n < 3; n++)
	{
		char	   *text = NULL;
		rc_status	status;

		test_host_fail(n);
		status = rc_binary_decimal_to_text(&test_host, golden_hex("00000003 3039"), &text);
		good = good && status == RC_NO_MEMORY && test_host_live == 0;
	}
	for (n = 0; n < 2; n++)
	{
		rc_bytes	out = {NULL, 0};
		rc_status	status;

		test_host_fail(n);
		status = rc_binary_decimal_from_text(&test_host, "12.345", &out);
		good = good && status == RC_NO_MEMORY && test_host_live == 0;
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
	test_lengths();
	test_not_a_number();
	test_decimal_forms();
	test_decimal_refusals();
	test_decimal_sizes();
	test_too_many_bytes();
	test_no_memory();
	return tap_done();
}
