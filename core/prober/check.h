/* prober/check: a check as a prober knows it: its module and its options, ready to run.
 *
 * Made from a `check` line of the keeper. A line that cannot be used makes a check all the same,
 * one that carries its refusal: each of its probes answers unknown with it. Options and name lie
 * behind the struct in one piece of memory, for there are 10,000 of them. A check that is replaced
 * or forgotten stays until its last probe has ended. Used by prober.c alone. */
#ifndef NINES_PROBER_CHECK_H
#define NINES_PROBER_CHECK_H

#include "../base/arena.h"
#include "../base/line.h"
#include "../base/map.h"
#include "../module/load.h"

#define PROBER_CHECK_MAGIC 0x63686563u

/* A module as it was handed over. */
struct prober_module {
	char *name, *build;
	int fd; /* until it is opened; -1 */
	struct module *module; /* NULL: refused */
	char *refusal;
};

struct prober_check {
	uint32_t magic;
	unsigned users; /* the prober's map and each probe */
	const char *name; /* in the arena */
	char *refusal;    /* NULL: it can run */
	const struct check_module *module;
	void *options;
	int64_t timeout_us, slow_us;
	const struct limit *limit;
	size_t limits;
	int address_family;
	struct arena arena; /* lent: what follows the struct */
};

/* `module` NULL: there is none of that name. `secrets` is by number, of texts. One user: the
 * caller. */
struct prober_check *prober_check_new(const struct line *, const struct prober_module *module,
				      const struct map *secrets);
void prober_check_leave(struct prober_check *);

#endif
