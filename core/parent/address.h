/* parent/address: an entry of `listen`: where the page is served, and how.
 *
 * "ADDRESS:PORT", "[IPV6]:PORT", ":PORT" and "*:PORT" (both families), with `tls` or `plain` behind
 * it. The configuration judges by the same functions by which the parent listens, so what is
 * accepted can be listened on. */
#ifndef NINES_PARENT_ADDRESS_H
#define NINES_PARENT_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "../base/text.h"

#define ADDRESS_MOST        32  /* entries */
#define ADDRESS_ENTRY_BYTES 128

enum address_way {
	ADDRESS_AS_EVER, /* with TLS if there is a certificate */
	ADDRESS_PLAIN,
	ADDRESS_TLS,
};

struct address {
	struct sockaddr_storage at;
	socklen_t size;
	enum address_way way;
	bool is_both;	 /* every address of IPv4 and IPv6 */
	bool is_v6_only; /* address_separate() found IPv4 beside it */
};

/* False: it is no such entry. */
bool address_read(const char *entry, struct address *);
/* "" and "none": there is no page. */
bool address_is_none(const char *entry);
/* [::] without anything beside it takes IPv4, too; where IPv4 has an entry of its own at the port
 * it does not. */
void address_separate(struct address *, size_t count);
/* Once they are separate: nobody could listen on both. */
bool address_overlap(const struct address *, const struct address *);
bool address_is_same(const struct address *, const struct address *);
/* As a program on this machine reaches it: "127.0.0.1:9999" where it is every address. */
void address_add_near(const struct address *, struct text *);

/* A socket that listens; -1 with errno. */
int address_listen(const struct address *);
/* Without listening: 0, or the errno with which nobody could now. `any_port`: at whatever port. */
int address_wrong(const struct address *, bool any_port);
/* Why not, by errno, and what to do, each in a few words. */
const char *address_why(int number);
const char *address_remedy(int number);

#endif
