/* modules/ssh/kexinit: what a server offers, read from its first packet (RFC 4253 6 and 7.1), which
 * libssh2 keeps to itself. Pure: no call to the host. */
#ifndef NINES_SSH_KEXINIT_H
#define NINES_SSH_KEXINIT_H

#include <stdbool.h>
#include <stddef.h>

/* List `number` of the packet: 0 key exchange, 1 host key, 2 and 3 cipher, 4 and 5 MAC. False: it
 * is not there, or not all of it. */
bool kexinit_list(const unsigned char *packet, size_t size, int number, const char **list,
		  size_t *length);
/* Does one of `names` stand between the commas of the list? */
bool kexinit_shares(const char *list, size_t length, const char *const *names, int count);

#endif
