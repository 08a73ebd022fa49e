/* fiber/policy: which addresses a probe may be led to.
 *
 * A pure function of addresses, decided on the address that is then dialled, never on a spelling: a
 * name, 0x7f000001 and ::ffff:127.0.0.1 are all judged as what they become (F40, F48). Addresses
 * embedded in IPv6 (mapped, compatible, 6to4, NAT64) are judged as the IPv4 address they reach.
 * Called by http.c for each hop of a redirect; whoever else follows a foreign server's word to an
 * address asks here too. */
#ifndef NINES_FIBER_POLICY_H
#define NINES_FIBER_POLICY_H

#include <stdbool.h>
#include <sys/socket.h>

enum address_kind {
	ADDRESS_PUBLIC,
	ADDRESS_PRIVATE, /* RFC 1918, RFC 6598, unique local fc00::/7 */
	ADDRESS_LOOPBACK, /* 127/8, ::1, and 0/8 and :: which reach this host */
	ADDRESS_LINK_LOCAL, /* 169.254/16 and fe80::/10: cloud metadata lives here */
	ADDRESS_METADATA, /* fd00:ec2::254 */
	ADDRESS_SPECIAL, /* multicast, broadcast, reserved, no internet address */
};

enum address_kind address_kind(const struct sockaddr *);
/* "a public", "a private", "a loopback", ...: fits before "address". */
const char *address_kind_text(enum address_kind);

/* May a probe dial `kind` when the first address it dialled was of the kind `first`? For the first
 * itself give the same twice. */
bool policy_allows(enum address_kind first, enum address_kind kind);

/* Every spelling of an address that some library takes for one: dotted, decimal, octal,
 * hexadecimal, short IPv4 (inet_aton), IPv6 with or without brackets. False: a name. The port is
 * left 0. */
bool address_of_text(const char *text, struct sockaddr_storage *);

#endif
