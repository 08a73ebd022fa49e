/* fiber/icmp_packet: the bytes of ICMP and ICMPv6 echo (RFC 792, RFC 4443), and the socket filter
 * that lets only ours in.
 *
 * Pure: reads and writes memory, knows no socket. The reader trusts nobody, works inside the given
 * bytes and is fuzzed. */
#ifndef NINES_FIBER_ICMP_PACKET_H
#define NINES_FIBER_ICMP_PACKET_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICMP_HEAD_BYTES  8
#define ICMP_NONCE_BYTES 16
/* The ids of one process: a range of so many, aligned, so that one mask tells them. */
#define ICMP_IDS 64

struct icmp_reading {
	uint16_t id, sequence;
	const unsigned char
		*nonce; /* 16 bytes; NULL when an error quoted too little of our packet */
	const char *trouble; /* NULL: an echo reply; else what an error says: "host unreachable" */
	const unsigned char *to; /* with an error: the address our packet went to, 4 or 16 bytes;
				    NULL: not quoted */
};

/* True when the packet is an echo reply or an error that quotes an echo request. `has_ip_head`: it
 * begins with its IPv4 header (raw IPv4 sockets). A reply's checksum is judged where the kernel has
 * not done so and the whole packet is there. */
bool icmp_read(struct icmp_reading *, int family, bool has_ip_head, bool is_whole,
	       const unsigned char *at, size_t size);
/* The trouble of an ICMP error, "unreachable" for types it does not know. */
const char *icmp_trouble(int family, int type, int code);

/* Writes header and nonce of an echo request (24 bytes) that is followed by zeros only. */
void icmp_write(unsigned char *to, int family, uint16_t id, uint16_t sequence,
		const unsigned char *nonce);

/* A classic BPF program for a raw socket: passes replies to, and errors about, ids first ... first
 * + ICMP_IDS - 1. Instructions used, at most ICMP_FILTER_MOST. */
#define ICMP_FILTER_MOST 32
size_t icmp_filter(struct sock_filter *, int family, uint16_t first);

#endif
