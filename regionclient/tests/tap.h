/*
 * tap.h
 *		Test Anything Protocol for unit tests: ok(), then tap_done().
 *
 * A test's name is the promise it checks.  One program, one file: the counters
 * are static.
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int	tap_count;
static int	tap_failures;

/* One test; the name is printf's.  Returns what it was told. */
static inline bool __attribute__((format(printf, 2, 3)))
ok(bool passed, const char *name,...)
{
	va_list		args;

	tap_count++;
	if (!passed)
		tap_failures++;
	printf("%s %d - ", passed ? "ok" : "not ok", tap_count);
	va_start(args, name);
	vprintf(name, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	return passed;
}

/* Prints the plan; its result is main's. */
static inline int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures == 0 && tap_count > 0 ? 0 : 1;
}

/* Nothing further can be tested. */
static inline void __attribute__((noreturn, format(printf, 1, 2)))
bail_out(const char *reason,...)
{
	va_list		args;

	printf("Bail out! ");
	va_start(args, reason);
	vprintf(reason, args);
	va_end(args);
	printf("\n");
	exit(2);
}

#endif							/* TAP_H */
