/* modules/ssh/lookout: reads along what a server says before there are keys (RFC 4253 6), for what
 * libssh2 1.10 takes unseen: of an ed25519 host key it copies 32 bytes, however short the key is,
 * and so reads beyond it. Pure: no call to the host. */
#ifndef NINES_SSH_LOOKOUT_H
#define NINES_SSH_LOOKOUT_H

#include <stdbool.h>
#include <stddef.h>

#define LOOKOUT_HEAD_BYTES 29 /* of a packet: up to the length of the key in its host key */

/* Zeroed at the beginning of the first packet. */
struct lookout {
	unsigned char head[LOOKOUT_HEAD_BYTES];
	size_t have_bytes, left_bytes; /* of the head; of the packet, once its length is known */
	bool is_over;		       /* what follows is encrypted */
};

/* Takes what came next, in pieces of any size. False: among it is an ed25519 host key that is none,
 * and libssh2 must not see these bytes. */
bool lookout_take(struct lookout *, const void *bytes, size_t size);

#endif
