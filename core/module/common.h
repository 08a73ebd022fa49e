/* module/common: the options that every check has, and those that every notifier has, whatever its
 * module.
 *
 * Two tables, read by the loader, `nines check` and the manual. To add one: a member, a row in
 * common.c. A module's own option may not take one of these names. */
#ifndef NINES_MODULE_COMMON_H
#define NINES_MODULE_COMMON_H

#include <nines/check.h>

#include "about.h"

struct common_options {
	/* microseconds; slow 0: never degraded for its time */
	int64_t every, timeout, recheck, slow;
	const char *const *warn, *const *crit; /* limits on values (limit.h) */
	const char *const *locations;          /* empty: all */
	int64_t address_family;                /* the place in common_family */
	bool reference, when_healthy;
	struct about_options about;
};

/* Works with option_set() and option_defaults() like a module's own head. */
extern const struct module_head common_head;

/* The same of every notifier: what a section `notify-NAME` may say beside its module's options. */
struct notifier_options {
	int64_t timeout;    /* microseconds: of one attempt to deliver a letter */
	int64_t at_once;    /* letters being delivered at a time */
	int64_t per_minute; /* letters to one address in a minute */
	int64_t address_family;
};
extern const struct module_head notifier_head;

/* "any" "4" "6" and AF_UNSPEC AF_INET AF_INET6: both by the value of address_family. */
extern const char *const common_family[];
extern const int common_family_number[];
/* The number of one of those names; AF_UNSPEC for any other. */
int common_family_of(const char *name);

/* Words that no option of a check module and no check module may take as its name
 * (NULL-terminated). */
extern const char *const common_core_words[];
bool common_is_core_word(const char *);

/* The defaults of `module` (its standard_every and standard_timeout, may be NULL) over the common
 * ones. */
const char *common_standard(const struct module_option *, const char *standard_every,
			    const char *standard_timeout);

#endif
