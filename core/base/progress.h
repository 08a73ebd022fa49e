/* base/progress: one line on the terminal that says what is being done and how far it is.
 *
 * On standard error, only where that is a terminal, never with -q; not in the first second, so that
 * what is quick flickers nothing; renewed five times a second at most; never wider than the
 * terminal, where it could not be taken back; gone before anything else is said. NINES_PROGRESS in
 * the environment: `never`, or `now`: from the first moment on, each step. Whoever shows it makes
 * foreign names safe. Used by the commands that may take long, and by the child of a report,
 * whose line the command takes back. */
#ifndef NINES_BASE_PROGRESS_H
#define NINES_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	int64_t due_us, renew_us; /* monotonic, when the next may be shown; due_us 0: never */
	int columns;
	bool stands; /* a line is there */
};

/* `is_wanted`: no -q. Nothing to release; zeroed without it: nothing is shown. */
void progress_open(struct progress *, bool is_wanted);
/* A line, when it is due: ask progress_is_due() before work that is for it alone. */
void progress_show(struct progress *, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool progress_is_due(const struct progress *);
/* Takes the line back. */
void progress_clear(struct progress *);
/* The same when a child with a copy of this showed it: there may be a line. */
void progress_clear_of_child(struct progress *);

#endif
