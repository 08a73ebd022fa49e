/* web/server: the HTTP side, on libmicrohttpd in our own loop, without threads.
 *
 * Finds the route of each request and sends what it answers; what is asked for by many is rendered
 * once for each change of the site. Whatever is ambiguous about a request is refused before a route
 * is looked for. Invariant: one client can hold neither the loop nor the memory: connections,
 * headers, bodies, waiting and the whole life of a request are limited. */
#ifndef NINES_WEB_SERVER_H
#define NINES_WEB_SERVER_H

#include "desk.h"
#include "feed.h"
#include "proxy.h"
#include "site.h"

#define SERVER_CONNECTIONS      256
#define SERVER_CONNECTIONS_EACH 64 /* from one address: a proxy in front is one */
#define SERVER_HEADER_BYTES     16384
#define SERVER_IDLE_SECONDS     10
#define SERVER_HEAD_SECONDS     10 /* for the whole head of a request, however it comes */
#define SERVER_ANSWER_SECONDS   60 /* for reading the answer */
#define SERVER_ASK_SECONDS      10 /* for the keeper's answer to a question */

struct server;

/* What the configuration says about serving. */
struct server_how {
	struct proxies proxies; /* who is believed about visitors */
};

/* Takes over the listening socket. The site is brought up to date from the feed before each handler
 * reads it. NULL: libmicrohttpd refused the socket. */
struct server *server_open(struct loop *, int listen_fd, struct feed *, struct desk *,
			   struct site *, const struct server_how *);
void server_close(struct server *);
/* Something else is configured: nothing that was made of the catalog before is sent any more. */
void server_forget(struct server *);

#endif
