/* courier/notifier: a notifier as its courier knows it: its module and its options, ready to
 * deliver.
 *
 * Made from the `notifier` line of the parent. One that cannot be used is made all the same, with
 * its refusal: each of its letters is `later` with it. Used by courier.c alone. */
#ifndef NINES_COURIER_NOTIFIER_H
#define NINES_COURIER_NOTIFIER_H

#include "../base/arena.h"
#include "../base/line.h"
#include "../base/map.h"
#include "../module/load.h"

struct notifier {
	char *refusal; /* NULL: it can deliver */
	struct module *module;
	void *options;
	int64_t timeout_us;
	int address_family;
	struct arena arena;
};

/* Opens the module from `fd` (taken; -1: there is none, `refusal` says why). `secrets` is by
 * number, of texts. */
void notifier_open(struct notifier *, const struct line *, int fd, const struct map *secrets);

#endif
