/* cli/find: where the commands look for modules.
 *
 * In this order: $NINES_MODULES (folders separated by ':'), the configuration's folder when -c
 * was given, the folder beside the program (a build tree, or an installation that was moved), the
 * installed one. The first file of a name wins. Nothing is loaded here. */
#ifndef NINES_CLI_FIND_H
#define NINES_CLI_FIND_H

#include "../base/text.h"
#include "cli.h"

struct find_module {
	char name[64];
	char *path;
	int kind; /* enum module_kind, by the folder */
};

struct find_list {
	struct find_module *at;
	size_t count;
};

/* All modules of one kind (0: of every kind), each name once, in order of kind and name. */
void find_modules(const struct cli *, int kind, struct find_list *);
void find_release(struct find_list *);
/* NULL when there is none; *meant is then a similar name or NULL. Both belong to the list. */
const struct find_module *find_named(const struct find_list *, const char *name,
				     const char **meant);

#endif
