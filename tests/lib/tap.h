/* tests/lib/tap.h: what a unit test in C prints (TAP: one `ok` or `not ok` line a case, the plan at
 * the end). */
#ifndef NINES_TESTS_TAP_H
#define NINES_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_cases, tap_failures;

__attribute__((format(printf, 2, 3), unused)) static bool ok(bool is_fine, const char *format, ...)
{
	va_list ap;

	printf("%s %d - ", is_fine ? "ok" : "not ok", ++tap_cases);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	printf("\n");
	tap_failures += !is_fine;
	return is_fine;
}

/* As ok(), and shows both texts when they differ. */
__attribute__((unused)) static bool same(const char *got, const char *wanted, const char *name)
{
	bool is_fine = ok(got && wanted && !strcmp(got, wanted), "%s", name);

	if (!is_fine)
		printf("# wanted: %s\n#    got: %s\n", wanted ? wanted : "NULL",
		       got ? got : "NULL");
	return is_fine;
}

/* The last line of main(). */
__attribute__((unused)) static int done_testing(void)
{
	printf("1..%d\n", tap_cases);
	return tap_failures != 0;
}

#endif
