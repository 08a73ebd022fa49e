/* The reader and writer of ICMP packets: replies, errors that quote us, and what must count as
 * nothing. */
#include "../../core/fiber/icmp_packet.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "../lib/tap.h"

static const unsigned char nonce[] = "0123456789abcdef";

struct packet {
	unsigned char at[256];
	size_t size;
};

static void add(struct packet *p, const void *from, size_t size)
{
	memcpy(p->at + p->size, from, size);
	p->size += size;
}

static void add_ip4(struct packet *p, unsigned char protocol, const char *to)
{
	unsigned char head[20] = {0x45, [8] = 64, [9] = protocol};

	memcpy(head + 16, to, 4);
	add(p, head, sizeof head);
}

static void add_ip6(struct packet *p, unsigned char next, unsigned char to)
{
	unsigned char head[40] = {0x60, [6] = next, [39] = to};

	add(p, head, sizeof head);
}

/* A request of ours, or with another type its reply; the checksum of IPv4 stays right. */
static void add_echo(struct packet *p, int family, int type)
{
	unsigned char echo[24];
	unsigned sum;

	icmp_write(echo, family, 0x1234, 7, nonce);
	if (type >= 0) {
		sum = (unsigned)(echo[2] << 8 | echo[3]) + ((unsigned)echo[0] << 8) -
		      ((unsigned)type << 8);
		sum = (sum & 0xffff) + (sum >> 16);
		echo[0] = (unsigned char)type;
		echo[2] = (unsigned char)(sum >> 8);
		echo[3] = (unsigned char)sum;
	}
	add(p, echo, sizeof echo);
}

static void fix_checksum(unsigned char *at, size_t size)
{
	unsigned sum = 0;

	at[2] = at[3] = 0;
	for (size_t i = 0; i + 1 < size; i += 2)
		sum += (unsigned)(at[i] << 8 | at[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	at[2] = (unsigned char)(~sum >> 8);
	at[3] = (unsigned char)~sum;
}

static void test_replies(void)
{
	struct packet p = {.size = 0};
	struct icmp_reading r;

	add_ip4(&p, 1, "\x0a\0\0\1");
	add_echo(&p, AF_INET, 0);
	ok(icmp_read(&r, AF_INET, true, true, p.at, p.size) && r.id == 0x1234 && r.sequence == 7 &&
		   !r.trouble && !memcmp(r.nonce, nonce, 16),
	   "a reply of IPv4");
	p.at[p.size - 1] ^= 1;
	ok(!icmp_read(&r, AF_INET, true, true, p.at, p.size), "a wrong checksum");
	ok(icmp_read(&r, AF_INET, true, false, p.at, p.size),
	   "no judgement of a checksum whose bytes are not all there");
	ok(!icmp_read(&r, AF_INET, true, false, p.at, p.size - 1), "no whole nonce");
	p.at[0] = 0x4f;
	ok(!icmp_read(&r, AF_INET, true, false, p.at, p.size),
	   "an IP header that runs over the end");

	p.size = 0;
	add_echo(&p, AF_INET6, 129);
	ok(icmp_read(&r, AF_INET6, false, true, p.at, p.size) && r.id == 0x1234 && !r.trouble,
	   "a reply of IPv6");
	p.at[1] = 1;
	ok(!icmp_read(&r, AF_INET6, false, true, p.at, p.size), "a reply with a code");
	p.size = 0;
	add_echo(&p, AF_INET6, -1);
	ok(!icmp_read(&r, AF_INET6, false, true, p.at, p.size), "a request is no reply");
}

static void test_errors(void)
{
	struct packet p = {.size = 0};
	struct icmp_reading r;

	add_ip4(&p, 1, "\x0a\0\0\1");
	add(&p, "\3\1\0\0\0\0\0\0", 8);
	add_ip4(&p, 1, "\x0a\0\0\2");
	add_echo(&p, AF_INET, -1);
	fix_checksum(p.at + 20, p.size - 20);
	ok(icmp_read(&r, AF_INET, true, true, p.at, p.size) && r.sequence == 7 &&
		   !memcmp(r.to, "\x0a\0\0\2", 4),
	   "an error that quotes our packet");
	same(r.trouble, "host unreachable", "what it says");
	ok(icmp_read(&r, AF_INET, true, false, p.at, p.size - 16) && !r.nonce,
	   "a short quote (RFC 792: 8 bytes)");
	ok(!icmp_read(&r, AF_INET, true, false, p.at, p.size - 17),
	   "a shorter quote tells nothing");
	p.at[28 + 9] = 6;
	ok(!icmp_read(&r, AF_INET, true, false, p.at, p.size), "a quote of another protocol");

	p.size = 0;
	add(&p, "\1\3\0\0\0\0\0\0", 8);
	add_ip6(&p, 58, 9);
	add_echo(&p, AF_INET6, -1);
	ok(icmp_read(&r, AF_INET6, false, true, p.at, p.size) && r.to[15] == 9, "an error of IPv6");
	same(r.trouble, "host unreachable", "what it says");
	p.at[8 + 6] = 17;
	ok(!icmp_read(&r, AF_INET6, false, true, p.at, p.size), "a quote of another protocol");
}

static void test_every_length(void)
{
	struct packet p = {.size = 0};
	struct icmp_reading r;
	int seen = 0;

	add_ip4(&p, 1, "\x0a\0\0\1");
	add(&p, "\3\1\0\0\0\0\0\0", 8);
	add_ip4(&p, 1, "\x0a\0\0\2");
	add_echo(&p, AF_INET, -1);
	for (size_t size = 0; size <= p.size; size++) {
		unsigned char *copy = malloc(size + 1);

		memcpy(copy, p.at, size);
		for (int how = 0; how < 4; how++)
			seen += icmp_read(&r, how & 1 ? AF_INET6 : AF_INET, how & 2, false, copy,
					  size);
		free(copy);
	}
	ok(seen > 0, "every length of a packet is read inside its bytes");
}

int main(void)
{
	test_replies();
	test_errors();
	test_every_length();
	return done_testing();
}
