/*
 * fuzz.h
 *		What the fuzz targets share.
 *
 * A target is one file: libFuzzer calls LLVMFuzzerTestOneInput with bytes as
 * an untrusted server might send them.  AddressSanitizer and UBSan see wrong
 * reads; promises beyond "does not crash" are checked by must().
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "../golden.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise; when it is broken the fuzzer keeps the input. */
#define must(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

/*
 * The next piece of an input, in memory of its own, so that reading past its
 * end is seen: a length of 2 bytes, then so many bytes or what is left.  To be
 * freed by golden_free.
 */
static inline rc_bytes
fuzz_piece(rc_reader *in)
{
	size_t		len = rc_reader_left(in) >= 2 ? rc_reader_u16(in) : 1;

	if (len > rc_reader_left(in))
		len = rc_reader_left(in);
	return golden_exact(rc_reader_bytes(in, len));
}

/* Every byte of a view can be read, so it lies inside what was given. */
static inline unsigned
fuzz_touch(rc_bytes b)
{
	unsigned	sum = 0;

	for (size_t i = 0; i < b.len; i++)
		sum += b.data[i];
	return sum;
}

/* The strings of an error end, and its message has no control characters. */
static inline void
fuzz_check_error(const rc_error *err, rc_status status)
{
	must(err->status == status);
	must(memchr(err->message, '\0', sizeof(err->message)) != NULL);
	must(memchr(err->server, '\0', sizeof(err->server)) != NULL);
	must(memchr(err->java_class, '\0', sizeof(err->java_class)) != NULL);
	for (const char *p = err->message; *p != '\0'; p++)
		must((unsigned char) *p >= 0x20 && *p != 0x7f);
}

#endif							/* FUZZ_H */
