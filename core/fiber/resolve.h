/* fiber/resolve: names to addresses for probes, with c-ares on the loop.
 *
 * One channel a process, no cache: each probe asks anew, so that a dead name server shows.
 * /etc/hosts is honoured. A name that does not exist is the target's fault (down); a resolver that
 * is silent, refuses or cannot be reached is ours (unknown, F18). NINES_RESOLVER (host:port,
 * numeric) overrides resolv.conf, which is read again when it changes. Used by net.c, http.c,
 * icmp.c. */
#ifndef NINES_FIBER_RESOLVE_H
#define NINES_FIBER_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../base/loop.h"

struct probe;
struct resolver;

struct resolve_address {
	struct sockaddr_storage at; /* port 0 */
	socklen_t size;
	char text[48];
};

struct resolver *resolver_new(struct loop *);
void resolver_free(struct resolver *);

/* True when `host` is an address ("127.0.0.1", "::1", "[::1]"): *out is filled in, no query is
 * needed. */
bool resolve_literal(const char *host, struct resolve_address *out);
/* False: such an address is not of the family asked for, the probe has failed. */
bool resolve_judge_literal(struct probe *, const char *host, int family,
			   const struct resolve_address *);

/* The first address of `host` of that family (AF_UNSPEC: any). Parks, opens no step. False: the
 * probe has failed. */
bool resolve_host(struct probe *, const char *host, int family, struct resolve_address *out);

#endif
