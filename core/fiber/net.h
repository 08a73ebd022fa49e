/* fiber/net: a probe's TCP connections: dial, send, read, lines, replies.
 *
 * One epoll registration a connection, edge-triggered: what is known to be readable or writable is
 * kept in flags, so that a hanging probe has no buffer and costs no system call. The input buffer
 * comes with the first byte and is small; everything a server may send has a cap (F38). Modules see
 * check.h. Files: net.c the connection, net_bytes.c what goes over it, by way of tls.c or as it is,
 * net_read.c lines and replies made of it; the end of a probe calls net_close_all(). */
#ifndef NINES_FIBER_NET_H
#define NINES_FIBER_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "../base/loop.h"
#include "policy.h"
#include "resolve.h"

struct probe;

#define NET_LINE_BYTES 4096
#define NET_REPLY_BYTES 65536
#define NET_REPLY_LINES 100
#define NET_IN_BYTES (NET_LINE_BYTES + 64)

#define NET_BROKEN (-1L)
#define NET_LATER (-2L) /* only when the flag `wants` has risen */

struct connection {
	struct loop_watch watch; /* first: a connection is its watch */
	struct probe *probe;
	const char *host; /* as dialled */
	enum address_kind kind;
	bool can_read, can_write;
	bool is_hung_up; /* the other side has sent its end: it may still have to be read */
	bool has_ended;  /* it was read */
	bool is_prompt;  /* TCP_NODELAY and TCP_QUICKACK are set */
	bool is_udp;
	bool is_waiting;
	bool is_quiet; /* not for the transcript */
	bool shows_nothing; /* another connection has shown the facts of its certificate */
	/* can_read or can_write: what the last call wanted that came to NET_LATER */
	const bool *wants;
	/* errno of the last that came to NET_BROKEN in sending, where it is plain */
	int broken;
	/* words behind its name in the reason when it breaks: " in its answer" */
	const char *when;
	const char *protocol; /* to agree on in TLS, in the form of RFC 7301 3.1; NULL: none */
	void *ssl;       /* SSL *; NULL: plain */
	bool is_lent;    /* the module has its descriptor, and may have made copies of it */
	char *in;        /* heap, NULL until something came */
	size_t from, to; /* the unread part of `in` */
	size_t at_once_bytes; /* read without parking */
	const char *reply;    /* text of the last reply */
	int reply_code;       /* -1: it had none */
	const struct connection *beside; /* whose data connection this is; NULL: nobody's */
	char name[72];        /* "127.0.0.1:25", "[::1]:25", "data port 127.0.0.1:2000" */
};

/* The connection in use; NULL when the probe has failed or now fails: there is none. */
struct connection *net_get(struct probe *);
/* Parks until *flag, one of the connection's can_read and can_write. False: it has failed. */
bool net_await(struct connection *, const bool *flag);
bool net_await_either(struct connection *, const bool *flag, const bool *other);
/* Small packets at once, and acknowledge at once: else a first reply waits 20 ms (TLS 1.3). Asked
 * for before the first bytes go out. */
void net_make_prompt(struct connection *);
void net_close_all(struct probe *);

/* Plain reads and writes, parking as needed. > 0 bytes, 0 at the end of the stream, -1: the probe
 * has failed. */
long net_receive(struct connection *, void *into, size_t room);
bool net_send_all(struct connection *, const void *bytes, size_t size);
/* The same of what goes at once, without parking: > 0 bytes, 0 at the end of the stream, NET_LATER,
 * NET_BROKEN: the probe has failed, but where sending on a plain connection did: `broken` says why,
 * and what the other side said before may still be there. What is sent is not noted for the
 * transcript. */
long net_receive_some(struct connection *, void *into, size_t room);
long net_send_some(struct connection *, const void *bytes, size_t size);
/* After so many bytes that came without a wait: a fast sender neither outruns the deadline (false:
 * the probe has failed) nor keeps the other probes from their turn. */
bool net_may_read_on(struct connection *, size_t bytes);
/* True when bytes were sent that nobody has read. */
bool net_has_input(struct connection *);

/* May the probe dial this address? False: it has failed. */
typedef bool (*net_policy)(void *with, enum address_kind, const char *address);
/* As probe_dial(), to an address that may(with) lets pass. */
bool net_dial(struct probe *, const char *host, int64_t port, net_policy may, void *with);
void net_set_port(struct resolve_address *, int64_t port);
void net_name(const struct resolve_address *, int64_t port, char *to, size_t room);
/* Judges why a socket could not be made, bound or connected: down, or unknown when the lack is
 * ours. `is_local`: the kernel said so without asking the network. Returns false. */
bool net_judge_errno(struct probe *, int number, bool is_local, const char *name);
/* The same of a connection that stood and can no longer be read or written. `when`: "", or words
 * behind its name. */
bool net_judge_broken(struct connection *, int number, const char *when);
/* Is it the network, or the other side by way of it, that ends a connection with this errno? */
bool net_is_told(int number);
/* The same without a verdict: why, in the probe's memory, and whether the lack is ours. */
const char *net_explain_errno(struct probe *, int number, bool is_local, const char *name,
			      bool *is_ours);

#endif
