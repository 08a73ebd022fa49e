/* fiber/hosts: the names of /etc/hosts (hosts(5)), kept in memory.
 *
 * c-ares would open and read the file for each probe. It is looked at again at most once a second
 * and read again when it has changed. Only resolve.c uses this; the file is trusted, its size is
 * capped. */
#ifndef NINES_FIBER_HOSTS_H
#define NINES_FIBER_HOSTS_H

#include <stdbool.h>

#include "resolve.h"

struct hosts;

/* `path` must stay. */
struct hosts *hosts_new(const char *path);
void hosts_free(struct hosts *);

/* The first address of `name` in that family (AF_UNSPEC: any); localhost is known even when the
 * file does not say so (RFC 6761 6.3). */
bool hosts_find(struct hosts *, const char *name, int family, struct resolve_address *out);

#endif
