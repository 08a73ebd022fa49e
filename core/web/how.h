/* web/how: what the configuration says about serving: certificate, key, trusted proxies, as the
 * parent tells it: `fd certificate`, `fd key`, then `serve -`. */
#ifndef NINES_WEB_HOW_H
#define NINES_WEB_HOW_H

#include "../base/line.h"
#include "door.h"
#include "proxy.h"

#define HOW_BYTES (256u << 10) /* of a certificate with its chain, of a key */

struct how {
	struct proxies proxies; /* who is believed about visitors */
	struct door_keys keys; /* PEM; "" without TLS */
};

/* What is told, and what is in force. Zero-initialise. */
struct how_told {
	struct how now;
	char *certificate, *key; /* of `now`; NULL: none */
	char *next_certificate, *next_key;
};

void how_init(struct how_told *);
void how_release(struct how_told *);
/* A file that was handed over open: read, kept for the next `serve -`, closed. */
void how_take_file(struct how_told *, const char *name, int fd);
/* `serve -`. Fills *next, which becomes `now` by how_keep(), or is thrown away by how_drop().
 * Returns NULL, or why it cannot be. */
const char *how_take(struct how_told *, const struct line *, struct how *next);
void how_keep(struct how_told *, const struct how *next);
void how_drop(struct how_told *);

#endif
