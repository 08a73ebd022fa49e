/* lint/lint: the paths of all contacts against what they report on (features row 54).
 *
 * Fed with the loader's lines, it looks up every host and mail domain that matters, and says which
 * checks and services nobody would hear of while they are down. Used by `nines config check`, and
 * by the role `lint`, which the parent starts when a configuration has come into force and once a
 * day: a mail server that moves makes a good path bad without anybody touching a file. */
#ifndef NINES_LINT_LINT_H
#define NINES_LINT_LINT_H

#include "../base/line.h"

#define LINT_SECONDS 20
#define LINT_FINDINGS 20 /* the rest is counted */

struct lint;

struct lint_sink {
	/* A finding, of the check or service `name`; "" when it is of more than one. */
	void (*find)(void *with, const char *name, const char *text, const char *remedy);
	/* Something that could not be told, and why. */
	void (*note)(void *with, const char *text, const char *remedy);
	void *with;
};

struct lint *lint_new(void);
void lint_free(struct lint *);

/* module, option, define, service, notifier, contact and path count, others are passed over. */
void lint_take(struct lint *, const struct line *);

/* Waits for the network, at most LINT_SECONDS; looks nothing up when no path depends on anything.
 */
void lint_run(struct lint *, const struct lint_sink *);

/* The role's process: control link on `control_fd`. Returns the exit status. */
int lint_main(int control_fd);

#endif
