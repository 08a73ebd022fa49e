/* base/steps: the steps of one probe as they stand in a line,
 * `resolve:812,connect@1:1490,tls@1:4100!`.
 *
 * A name, `@` and the hop of a redirect, `:` and the cumulative end in microseconds, `!` on the
 * step that failed. A step begins where the one before it ended. Read by whoever shows a
 * result; the text comes from another process and is not trusted. */
#ifndef NINES_BASE_STEPS_H
#define NINES_BASE_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STEPS_MOST 64
#define STEPS_NAME 32

struct steps_one {
	char name[STEPS_NAME];
	int64_t from_us, to_us;
	int hop;
	bool ok;
};

/* Reads at most `most` steps and returns how many; whatever is malformed ends the list. */
size_t steps_parse(const char *text, struct steps_one *into, size_t most);

#endif
