/* base/link: one end of a line connection between two processes of nines.
 *
 * A frame is 4 bytes length, 4 bytes link_checksum() of the rest, both little endian, then the
 * text of one or more lines (line.h). Whoever gets a frame that is too long, whose sum is wrong or
 * whose lines do not parse closes the link: the other side is broken and can harm only its own work
 * (F25). Sending never waits: what the kernel does not take stays in a queue of at most
 * `most_bytes`. A descriptor travels along with a frame (SCM_RIGHTS) whose length has its top bit
 * set, so that no other frame can get it. Used by every role; runs on loop.h. */
#ifndef NINES_BASE_LINK_H
#define NINES_BASE_LINK_H

#include <stdbool.h>

#include "line.h"
#include "loop.h"

#define LINK_FRAME_BYTES (1 << 20)
#define LINK_FDS 64 /* descriptors queued in one direction at most */

/* A descriptor that waits: to be sent with the byte at `at` of `out`, or received. */
struct link_fd {
	size_t at;
	int fd;
};

struct link {
	struct loop_watch watch; /* first: a link is its watch */
	struct loop *loop;
	const char *name; /* of the other side, for messages */
	/* Called for each line; `fd` is a descriptor that came with the frame (first line of it
	 * only; the callee owns it) or -1. Returns a text to close the link with, or NULL. */
	const char *(*take)(struct link *, const struct line *, int fd);
	/* Called once when the link is closed, by either side or by an error (`why`). It may free
	 * the link. */
	void (*closed)(struct link *, const char *why);
	void *with; /* the owner's */
	struct text out; /* frames not yet taken by the kernel */
	size_t sent;
	struct text next; /* lines of the frame being made */
	struct text in;
	struct link_fd *out_fd, *in_fd; /* made at first use */
	size_t out_fds, in_fds;
	size_t most_bytes;
	uint64_t dropped; /* lines not queued because the queue was full */
	bool is_blocked;  /* waits for EPOLLOUT */
};

/* Takes over the connected non-blocking stream socket `fd`. False with errno: the loop refused it.
 */
bool link_open(struct link *, struct loop *, int fd, size_t most_bytes);
void link_close(struct link *, const char *why); /* calls closed() */
/* Gives back what the link holds and leaves it open: at the very end of a role, whose parent takes
 * a link that closes before its process is gone for trouble. */
void link_forget(struct link *);
bool link_is_open(const struct link *);

/* The text to append a line to (line_begin ... line_end); it goes out with the next link_flush().
 */
struct text *link_line(struct link *);
/* True while less than most_bytes is queued: ask before link_line() where dropping is allowed. */
bool link_has_room(struct link *);
void link_flush(struct link *);
/* Sends `text` (whole lines, at most a frame) with a descriptor attached, behind what is queued.
 * The caller keeps and closes its fd. False when it cannot: the link is closed, or descriptors have
 * run out. */
bool link_send_fd(struct link *, const char *text, int fd);

/* What stands in a frame's head: eight bytes at a time, so that it costs little beside the copying.
 */
uint32_t link_checksum(const char *at, size_t size);

/* A pair of connected sockets for two ends, close-on-exec and non-blocking. False with errno. */
bool link_pair(int fd[2]);

#endif
