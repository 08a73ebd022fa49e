/* web/listeners: the sockets at which visitors knock, as the parent hands them over.
 *
 * Lets connections in one by one and knows nothing of what is said on them: the door does
 * (door.h). Invariant: a socket is listened at only while it is listed and the door has room. Used
 * by web.c, which hears of them, and by door.c. */
#ifndef NINES_WEB_LISTENERS_H
#define NINES_WEB_LISTENERS_H

#include <sys/socket.h>

#include "../base/loop.h"
#include "../base/text.h"

struct listener {
	struct loop_watch watch;
	struct listener *next;
	struct listeners *all;
	int64_t number; /* the parent's, never given twice */
	bool is_listed, is_tls, is_watched;
};

/* Who lets in, with `with`. */
struct listeners_calls {
	/* A connection, which is the callee's. */
	void (*enter)(void *with, const struct listener *, int fd, const struct sockaddr *,
		      socklen_t);
	/* It is gone, or serves otherwise from now on. */
	void (*left)(void *with, const struct listener *);
	void *with;
};

struct listeners {
	struct loop *loop;
	struct listener *first;
	struct listeners_calls calls;
	bool is_open, is_held;
};

void listeners_init(struct listeners *, struct loop *);
void listeners_release(struct listeners *);
/* Takes over a listening socket, until it is listed unused. */
void listeners_take(struct listeners *, int64_t number, int fd);
/* From now on it is these: lines of a number, those with TLS with " tls" behind it. All others are
 * closed. */
void listeners_list(struct listeners *, const char *lines);
bool listeners_is_any(const struct listeners *); /* listed */
/* Where the page can be opened, a line each: "http://127.0.0.1:8080/". */
void listeners_add_urls(const struct listeners *, struct text *);

/* Begins to let in; ends it. */
void listeners_open(struct listeners *, const struct listeners_calls *);
void listeners_close(struct listeners *);
/* Lets nobody in until it is said otherwise: whoever knocks waits. */
void listeners_hold(struct listeners *, bool is_held);

#endif
