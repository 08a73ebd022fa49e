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
#include "how.h"
#include "site.h"

#define SERVER_ASK_SECONDS 10 /* for the keeper's answer to a question */
/* For the desk's: it gives way to probes, so on a busy machine a password takes seconds. */
#define SERVER_PASSWORD_SECONDS 30
#define SERVER_FIGURES_SECONDS	30 /* a list ends before: inquiry.h */

struct server;

/* Serves whoever comes by the sockets. The site is brought up to date from the feed before each
 * handler reads it. NULL: libmicrohttpd refused, or the certificate is bad. */
struct server *server_open(struct loop *, struct listeners *, struct feed *, struct desk *,
			   struct site *, const struct how *);
/* Something else is said about serving. False: the certificate or its key is refused, all stays as
 * it was. */
bool server_change(struct server *, const struct how *);
void server_close(struct server *);
/* Something else is configured: nothing that was made of the catalog before is sent any more. */
void server_forget(struct server *);

#endif
