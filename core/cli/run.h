/* cli/run: one probe, or one letter's delivery, in a child of its own, so that a module that
 * crashes or hangs still gives a verdict.
 *
 * The child loads the module, gives it its options and runs the probe on a loop; it sends lines
 * back through a pipe. The parent never runs a module's code: it waits, and when the child dies
 * or stands still it reads from the shared page who is to blame. */
#ifndef NINES_CLI_RUN_H
#define NINES_CLI_RUN_H

#include "../base/line.h"
#include "target.h"

struct run_order {
	const struct target *target;
	const char *module, *path; /* name, shared object */
	char *const *option;       /* "name=value", as typed */
	int options;
	const char *files; /* the folder of the letter's files; NULL: none */
	bool wants_transcript;
	const struct line *letter; /* a `deliver` line for a notifier; NULL: a probe of a check */
};

/* Appends one line: `result - ...` (see docs/architecture.md), of a letter `outcome ID ...` unless
 * the module gave none, or `wrong - text=` when the
 * order cannot be carried out as it was typed. Waits at most for the probe's timeout and a
 * little. */
void run_probe(const struct run_order *, struct text *line);

#endif
