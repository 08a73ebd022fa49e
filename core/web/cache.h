/* web/cache: answers as they were rendered, to be sent again as long as nothing has changed (F58).
 *
 * Bounded in bytes and in number; whatever was not asked for longest goes first. What is old is not
 * looked for here: the server compares `changes`. Used by server.c alone. */
#ifndef NINES_WEB_CACHE_H
#define NINES_WEB_CACHE_H

#include <microhttpd.h>

#include "../base/map.h"
#include "route.h"

#define CACHE_MOST  4096
#define CACHE_BYTES (64u << 20)

struct rendering {
	struct rendering *newer, *older;
	char *key;
	struct answer answer; /* its body is kept for the packed form */
	struct MHD_Response *plain, *packed; /* packed: NULL until somebody takes gzip */
	char etag[24], packed_etag[28];
	uint64_t changes; /* of the site that it shows */
	int64_t at_us; /* monotonic */
	unsigned reads; /* enum visit_reads: what its key was made of */
	size_t size;
	bool is_stale, is_incompressible;
};

struct cache {
	struct map by_key;
	struct rendering *newest, *oldest;
	size_t count, size;
};

void cache_release(struct cache *);
/* NULL: there is none. What is found is the newest from now on. */
struct rendering *cache_find(struct cache *, const char *key);
/* Takes the answer over and leaves it empty, in place of what had the key. The responses are the
 * caller's to make; `etag` is there. */
struct rendering *cache_put(struct cache *, const char *key, struct answer *);
/* Counts what was made since; forgets the oldest while there is too much, this one never. */
void cache_trim(struct cache *, struct rendering *, size_t more);

#endif
