/*
 * golden.h
 *		What unit tests share: captured exchanges, hex, and a host that can run
 *		out of memory.
 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "regionclient.h"

/* Where the vectors are: argv[1], HTABLE_TEST_VECTORS, or the source tree. */
extern void golden_init(int argc, char **argv);

/* The path of a file of vectors; valid until the next call. */
extern const char *golden_path(const char *file);

/*
 * The index-th line that begins with `direction` ('>', '<' or '=') of an
 * exchange in frames.txt.  The test ends when there is none.
 */
extern rc_bytes golden_line(const char *exchange, char direction, int index);

/* All lines of a direction, one after the other; false when there are no more. */
extern bool golden_next(char direction, size_t *position, rc_bytes *line);

/* Bytes of a hex string (blanks are skipped); never freed before the end. */
extern rc_bytes golden_hex(const char *hex);

/* The same bytes in a block of exactly their size, so that ASan sees any overrun; to be freed. */
extern rc_bytes golden_exact(rc_bytes in);
extern void golden_free(rc_bytes exact);

/*
 * A host on malloc whose allocation number fail_at (from 0 on; negative =
 * none) and all later ones give NULL.  `live` counts blocks not yet freed.
 */
extern rc_host test_host;
extern long test_host_fail_at;
extern long test_host_calls;
extern long test_host_live;

/* Fail from the n-th allocation on; and start counting anew. */
extern void test_host_fail(long n);

#endif							/* GOLDEN_H */
