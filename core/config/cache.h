/* config/cache: the last good descriptor of every module, beside the store.
 *
 * A module that is refused today keeps what it was: its checks stay configured and become unknown,
 * the rest runs. Written by the loader after a load without a problem, put in place in one
 * go. A cache that is missing, damaged or of another owner is no cache. */
#ifndef NINES_CONFIG_CACHE_H
#define NINES_CONFIG_CACHE_H

#include "../module/descriptor.h"

/* Gives refused modules their last good head; adds modules whose file is gone, refused. */
void cache_apply(struct descriptors *, const char *store);
void cache_write(const struct descriptors *, const char *store);

#endif
