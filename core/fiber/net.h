/* fiber/net: a probe's TCP connections: dial, send, read, lines, replies.
 *
 * One epoll registration a connection, edge-triggered: what is known to be readable or writable is kept in flags, so that a
 * hanging probe has no buffer and costs no system call. Buffers come at the first byte and are small; everything a server may
 * send has a cap (F38). All memory but the input buffer is the probe's arena. Modules see check.h; tls.c uses this file;
 * the end of a probe calls net_close_all(). */
#ifndef NINES_FIBER_NET_H
#define NINES_FIBER_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../base/loop.h"

struct probe;

#define NET_LINE_BYTES 4096
#define NET_REPLY_BYTES 65536
#define NET_REPLY_LINES 100

struct connection {
	struct loop_watch watch; /* first: a connection is its watch */
	struct probe *probe;
	const char *host; /* as dialled */
	bool can_read, can_write, has_ended, is_waiting, is_watched;
	void *ssl;        /* SSL *; NULL: plain */
	char *in;         /* heap, NULL until something came */
	size_t from, to;  /* the unread part of `in` */
	size_t in_row_bytes; /* read since the probe last parked */
	const char *reply;   /* text of the last reply */
	char address[48];
};

/* The connection in use, or NULL after failing the probe ("no connection"). */
struct connection *net_get(struct probe *);
/* Parks until the kernel says that the connection can be read (or written); false: the probe has failed. */
bool net_await(struct connection *, bool *flag);
void net_close_all(struct probe *);

/* Names of addresses and errors, for reasons; `port` 0: left out. */
void net_name(const struct sockaddr_storage *, char *to, size_t room);
/* Judges why a socket could not be made, bound or connected: down, or unknown when the lack is ours. Returns false. */
bool net_judge_errno(struct probe *, int number, const char *address, int64_t port);

#endif
