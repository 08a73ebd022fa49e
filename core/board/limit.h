/* board/limit: how often something was let through: at most so many times within a span, for each
 * of many keys.
 *
 * Exact: the times themselves are kept, at most LIMIT_TIMES a key, and a key whose times have
 * passed is forgotten. Bounded: with LIMIT_KEYS of them everything is refused until some have
 * passed. Pure. */
#ifndef NINES_BOARD_LIMIT_H
#define NINES_BOARD_LIMIT_H

#include "../base/map.h"
#include "../base/text.h"

#define LIMIT_KEYS  100000
#define LIMIT_TIMES 20

/* Set `most` (at most LIMIT_TIMES) and `within_us`, the rest zero. */
struct limit {
	int most;
	int64_t within_us;
	struct map keys;
};

void limit_release(struct limit *);
/* Would one more be too many? */
bool limit_allows(struct limit *, const char *key, int64_t now_us);
/* One that was let through then: in any order. */
void limit_count(struct limit *, const char *key, int64_t at_us);
/* Forgets what has passed; to be called now and then. */
void limit_sweep(struct limit *, int64_t now_us);

/* The net that an address belongs to, as one who may have many of them has it: the first 24 bits of
 * an IPv4 address, 48 of an IPv6 one. What is no address is all one net. */
void limit_net(struct text *, const char *address);

#endif
