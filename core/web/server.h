/* web/server: the HTTP side, on libmicrohttpd in our own loop, without threads.
 *
 * Answers GET and HEAD for the routes of one table; everything else is refused before a body is
 * read. What is sent is rendered once for each answer of the keeper and shared by all who read
 * it. Invariant: one client can hold neither the loop nor the memory: connections, headers,
 * waiting and the whole life of a request are limited. */
#ifndef NINES_WEB_SERVER_H
#define NINES_WEB_SERVER_H

#include "feed.h"

#define SERVER_CONNECTIONS 256
#define SERVER_CONNECTIONS_EACH 64 /* from one address: a proxy in front is one */
#define SERVER_HEADER_BYTES 16384
#define SERVER_IDLE_SECONDS 10
#define SERVER_HEAD_SECONDS 10    /* for the whole head of a request, however it comes */
#define SERVER_ANSWER_SECONDS 60  /* for reading the answer */

struct server;

/* Takes over the listening socket. NULL: libmicrohttpd refused it. */
struct server *server_open(struct loop *, int listen_fd, struct feed *);
void server_close(struct server *);

#endif
