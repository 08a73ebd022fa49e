/* web/proxy: which proxies are believed about who asks, and what they say.
 *
 * Invariant: a header is believed only from an address on the list, and of the addresses that it
 * names only as far as the ones behind are on the list, too: the right-most that is not is the
 * visitor. Pure. */
#ifndef NINES_WEB_PROXY_H
#define NINES_WEB_PROXY_H

#include <stdbool.h>
#include <stddef.h>

#define PROXY_MOST          64
#define PROXY_ADDRESS_BYTES 64

struct proxy_net {
	unsigned char bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
	int bits;
};

struct proxies {
	struct proxy_net net[PROXY_MOST];
	size_t count;
};

/* An address or a network, "10.0.0.0/8". False: it is none, or there are too many. */
bool proxy_add(struct proxies *, const char *net);
bool proxy_is(const struct proxies *, const char *address);
/* Writes the visitor's address, from the one that is connected; `list` is what
 * X-Forwarded-For says, "" where it says nothing. */
void proxy_visitor(const struct proxies *, const char *connected, const char *list,
		   char visitor[PROXY_ADDRESS_BYTES]);

#endif
