/* fiber/icmp_host: the sockets, batches and matching behind probe_echo(); used by icmp.c alone.
 *
 * An icmp_packet is its owner's memory: from icmp_send() until it is answered or icmp_forget() it
 * is known here. Owners are told by callbacks from the loop's own stack, never while they call in.
 */
#ifndef NINES_FIBER_ICMP_HOST_H
#define NINES_FIBER_ICMP_HOST_H

#include <netinet/in.h>

#include "../base/loop.h"
#include "../base/map.h"
#include "icmp.h"
#include "icmp_packet.h"

#define ICMP_BATCH 32

union icmp_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct icmp_packet;

/* One socket: all echo requests of a family. */
struct icmp_socket {
	struct loop_watch watch; /* first: a socket is its watch; fd -1: not open */
	struct icmp_host *host;
	int family;
	bool is_plain; /* an unprivileged ping socket: the kernel owns the id */
	bool is_blocked; /* waits for EPOLLOUT */
	bool is_whole; /* set so that no packet is cut into fragments */
	uint16_t first_id, sequence;
	uint32_t dropped; /* replies the kernel could not queue for us (SO_RXQ_OVFL) */
	struct map waiting; /* key of a packet -> packet */
	struct icmp_packet *first, *last; /* asked, not yet sent */
};

/* What a router, or the target's host, said instead of a reply. */
struct icmp_refusal {
	const char *trouble;
	const union icmp_address *by;
	int64_t at_us;
};

struct icmp_target {
	union icmp_address to, from; /* from.any.sa_family AF_UNSPEC: the kernel chooses */
	size_t size_bytes; /* of the payload */
	uint16_t id;
	/* The packet could not be sent (errno), or a reply came, or an error of the network that
	 * quotes it. */
	void (*unsent)(struct icmp_packet *, int error);
	void (*answered)(struct icmp_packet *, int64_t at_us);
	void (*refused)(struct icmp_packet *, const struct icmp_refusal *);
};

struct icmp_packet {
	struct icmp_target *target; /* of all packets of an echo */
	uint32_t key;
	uint8_t hops; /* time to live (IPv4), hop limit (IPv6); 0: the system's */
	bool is_queued, is_waiting;
	struct icmp_packet *previous, *next; /* in the queue */
	int64_t sent_us; /* monotonic; 0: not sent */
	unsigned char nonce[ICMP_NONCE_BYTES];
};

/* The open socket of a family, or NULL with what is missing in *why (a constant). */
struct icmp_socket *icmp_socket_get(struct icmp_host *, int family, const char **why);
/* An id for the packets of one echo: another each time, for firewalls that remember one that
 * failed. */
uint16_t icmp_new_id(struct icmp_socket *);
/* Queues the packet; it leaves at the end of this turn of the loop. False: no id and sequence are
 * free, or no random bytes. */
bool icmp_send(struct icmp_socket *, struct icmp_packet *, struct icmp_target *);
void icmp_forget(struct icmp_socket *, struct icmp_packet *);

#endif
