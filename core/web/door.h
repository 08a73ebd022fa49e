/* web/door: what comes through the listening sockets: libmicrohttpd in our own loop, and how many
 * clients are let in and how long each may take, whichever socket they came by.
 *
 * One daemon of libmicrohttpd has those without TLS, another those with it. With another
 * certificate new connections are let in by another daemon; those that are there end with the old
 * one. Knows nothing of routes. Used by server.c. */
#ifndef NINES_WEB_DOOR_H
#define NINES_WEB_DOOR_H

#include <microhttpd.h>

#include "listeners.h"

#define DOOR_CONNECTIONS      256
#define DOOR_SPARE            64 /* of them: who takes one makes the slowest client go */
#define DOOR_CONNECTIONS_EACH 64 /* from one address: a proxy in front is one */
#define DOOR_HEADER_BYTES     16384
#define DOOR_IDLE_SECONDS     10
#define DOOR_HEAD_SECONDS     10 /* for the whole head of a request, however it comes */
#define DOOR_ANSWER_SECONDS   60 /* for reading the answer */
#define DOOR_OLD_SECONDS      60 /* for what was begun with another certificate or socket */

struct door;

/* PEM; "" both: none. */
struct door_keys {
	const char *certificate, *key;
};

/* What libmicrohttpd calls, with `with`. */
struct door_calls {
	MHD_AccessHandlerCallback answer;
	void *(*target)(void *with, const char *target, struct MHD_Connection *);
	MHD_RequestCompletedCallback completed;
	void *with;
};

/* Lets in from now on. NULL: libmicrohttpd refused it, or the certificate. */
struct door *door_open(struct loop *, struct listeners *, const struct door_keys *,
		       const struct door_calls *);
/* New connections with TLS are made with these. False: they are refused, all stays as it was. */
bool door_renew(struct door *, const struct door_keys *);
/* No connection may be suspended. */
void door_close(struct door *);
/* A connection was resumed: it goes on before the loop sleeps. */
void door_resumed(struct door *);
/* The client sends a request, or takes the answer. */
void door_phase(struct door *, struct MHD_Connection *, bool is_answered);
bool door_is_tls(struct MHD_Connection *);

#endif
