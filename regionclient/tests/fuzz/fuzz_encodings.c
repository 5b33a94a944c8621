/*
 * fuzz_encodings.c
 *		Values of cells and keys: Bytes and OrderedBytes.
 *
 * OrderedBytes has one form of each value: what a reader takes, the writer
 * makes of the value again.
 */
#include "fuzz.h"

/* Longer decimals are read but not written again: that takes most of the time. */
#define MAX_TEXT	1000

static void
check_binary(rc_bytes in)
{
	int16_t		i16;
	int32_t		i32;
	int64_t		i64;
	float		f;
	double		d;
	char	   *text;
	rc_bytes	out;
	char	   *again;

	rc_binary_get_int16(in, &i16);
	rc_binary_get_int32(in, &i32);
	rc_binary_get_int64(in, &i64);
	rc_binary_get_float(in, &f);
	rc_binary_get_double(in, &d);
	if (rc_binary_decimal_to_text(&test_host, in, &text) != RC_OK)
		return;
	if (strlen(text) <= MAX_TEXT)
	{
		must(rc_binary_decimal_from_text(&test_host, text, &out) == RC_OK);
		must(rc_binary_decimal_to_text(&test_host, out, &again) == RC_OK);
		must(strcmp(text, again) == 0);
		test_host.free(NULL, again);
		test_host.free(NULL, (void *) out.data);
	}
	test_host.free(NULL, text);
}

static void
check_scalars(rc_bytes in)
{
	uint8_t		out[9];
	int8_t		i8;
	int16_t		i16;
	int32_t		i32;
	int64_t		i64;
	float		f;
	double		d;
	size_t		len = 0;

	if (rc_ordered_get_int8(in, &i8))
		rc_ordered_put_int8(out, i8), len = 2;
	if (rc_ordered_get_int16(in, &i16))
		rc_ordered_put_int16(out, i16), len = 3;
	if (rc_ordered_get_int32(in, &i32))
		rc_ordered_put_int32(out, i32), len = 5;
	if (rc_ordered_get_int64(in, &i64))
		rc_ordered_put_int64(out, i64), len = 9;
	if (rc_ordered_get_float(in, &f))
		rc_ordered_put_float(out, f), len = 5;
	if (rc_ordered_get_double(in, &d))
		rc_ordered_put_double(out, d), len = 9;
	must(len == 0 || (in.len == len && memcmp(out, in.data, len) == 0));
}

static void
check_bytes(rc_bytes in)
{
	uint8_t    *blob = malloc(in.len + 1);
	uint8_t    *out = malloc(in.len + 1);
	rc_bytes	text;
	size_t		len;

	if (rc_ordered_get_string(in, &text))
	{
		must(text.len + 2 == in.len && rc_ordered_put_string(out, text));
		must(memcmp(out, in.data, in.len) == 0);
	}
	if (rc_ordered_get_blob(in, blob, &len))
	{
		must(rc_ordered_blob_size(len) == in.len);
		must(rc_ordered_put_blob(out, rc_bytes_of(blob, len)) == in.len);
		must(memcmp(out, in.data, in.len) == 0);
	}
	for (int descending = 0; descending < 2; descending++)
	{
		must(rc_ordered_length(in, descending) <= in.len);
		if (rc_ordered_get_blob_copy(in, descending, &text))
			fuzz_touch(text);
	}
	free(out);
	free(blob);
}

static void
check_numeric(rc_bytes in)
{
	char	   *text;
	rc_bytes	out;

	if (rc_ordered_numeric_to_text(&test_host, in, &text) != RC_OK)
		return;
	if (strlen(text) <= MAX_TEXT)
	{
		must(rc_ordered_numeric_from_text(&test_host, text, 0, &out) == RC_OK);
		must(rc_bytes_equal(in, out));
		test_host.free(NULL, (void *) out.data);
	}
	test_host.free(NULL, text);
}

static void
check_text(rc_bytes in)
{
	char	   *text = malloc(in.len + 1);
	rc_bytes	out;

	if (in.len > 0)
		memcpy(text, in.data, in.len);
	text[in.len] = '\0';
	if (rc_binary_decimal_from_text(&test_host, text, &out) == RC_OK)
		test_host.free(NULL, (void *) out.data);
	if (rc_ordered_numeric_from_text(&test_host, text, RC_ORDERED_DIGITS, &out) == RC_OK)
	{
		check_numeric(out);
		test_host.free(NULL, (void *) out.data);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rc_bytes	in = golden_exact(rc_bytes_of(data, size));
	bool		descending;

	check_binary(in);
	check_text(in);
	if (size > 0)
		rc_ordered_name(data[0], &descending);
	for (int order = 0; order < 2; order++)
	{
		check_scalars(in);
		check_bytes(in);
		check_numeric(in);
		rc_ordered_flip((uint8_t *) in.data, in.len);
	}
	golden_free(in);
	must(test_host_live == 0);
	return 0;
}
