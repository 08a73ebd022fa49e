/* cli/contact_list: the contacts of a configuration, for the commands that show or use them. */
#ifndef NINES_CLI_CONTACT_LIST_H
#define NINES_CLI_CONTACT_LIST_H

#include "../base/arena.h"
#include "cli.h"

struct contact_path {
	const char *to; /* "NOTIFIER:ADDRESS" */
	const char *hours, *kinds; /* lines */
	const char *zone, *fallback;
	int64_t after_us, repeat_us, cap, expires_us, test_us;
	struct contact_path *next;
};

struct contact_one {
	const char *name, *services, *zone; /* services: lines; "": all */
	bool monitor;
	struct contact_path *path, **last;
	struct contact_one *next;
};

/* Zero-initialise. */
struct contact_list {
	struct arena arena;
	const char *location; /* the vantage point's name */
	struct contact_one *first, **last;
};

/* Reads the configuration. EXIT_DONE, else what was wrong has been said. */
int contact_list_read(const struct cli *, struct contact_list *);
void contact_list_release(struct contact_list *);
/* NULL: there is none, and that was said. */
const struct contact_one *contact_list_find(const struct contact_list *, const char *name);

#endif
