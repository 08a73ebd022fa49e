/* cli/target: what the first word of `nines check` means: which module, and options that the
 * word already gives.
 *
 * MODULE://[user[:password]@]host[:port][/path], MODULE, or the path of a shared object. For
 * http and https the whole URL (without its user and password) is the option `url`; else host,
 * port and path are. Pure: no file is looked at. */
#ifndef NINES_CLI_TARGET_H
#define NINES_CLI_TARGET_H

#include <stdbool.h>

#include "../base/arena.h"

struct target_option {
	const char *name, *value;
};

struct target {
	const char *module; /* its name, NULL when `path` is given */
	const char *path;   /* of the shared object */
	const char *shown;  /* the target without a password */
	struct target_option option[8];
	int options;
};

/* Everything lives in the arena. False: *wrong is a constant text that says why it is no
 * target. */
bool target_parse(struct target *, struct arena *, const char *word, const char **wrong);

#endif
