/* fiber/icmp_packet: see icmp_packet.h. */
#include "icmp_packet.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#define IP4_HEAD_BYTES 20
#define IP6_HEAD_BYTES 40

/* What differs between the two protocols; IPv6 extension headers never stand before our own
 * requests. */
struct dialect {
	int family;
	unsigned char request, reply, protocol;
	size_t address_bytes, destination_at, protocol_at;
};

static const struct dialect dialect[] = {
	{AF_INET, 8, 0, 1, 4, 16, 9},
	{AF_INET6, 128, 129, 58, 16, 24, 6},
};

static const struct {
	int family, type, code; /* code -1: any */
	const char *trouble;
} error[] = {
	{AF_INET, 3, 0, "network unreachable"},
	{AF_INET, 3, 1, "host unreachable"},
	{AF_INET, 3, 2, "protocol unreachable"},
	{AF_INET, 3, 4, "packet too big for the path"},
	{AF_INET, 3, 9, "network prohibited"},
	{AF_INET, 3, 10, "host prohibited"},
	{AF_INET, 3, 13, "prohibited by a filter"},
	{AF_INET, 3, -1, "destination unreachable"},
	{AF_INET, 11, -1, "time to live exceeded on the way"},
	{AF_INET6, 1, 0, "network unreachable"},
	{AF_INET6, 1, 1, "prohibited by a filter"},
	{AF_INET6, 1, 3, "host unreachable"},
	{AF_INET6, 1, -1, "destination unreachable"},
	{AF_INET6, 2, -1, "packet too big for the path"},
	{AF_INET6, 3, -1, "hop limit exceeded on the way"},
	{0, 0, 0, NULL},
};

static const char *find_trouble(int family, int type, int code)
{
	for (int i = 0; error[i].trouble; i++)
		if (error[i].family == family && error[i].type == type &&
		    (error[i].code == code || error[i].code < 0))
			return error[i].trouble;
	return NULL;
}

const char *icmp_trouble(int family, int type, int code)
{
	const char *trouble = find_trouble(family, type, code);

	return trouble ? trouble : "unreachable";
}

static uint16_t get16(const unsigned char *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void put16(unsigned char *at, uint16_t n)
{
	at[0] = (unsigned char)(n >> 8);
	at[1] = (unsigned char)n;
}

/* RFC 1071; 0 over bytes that contain their right checksum. The sum is the same in any order of
 * bytes (its section 2 B), so it is taken four at a time. */
static uint16_t checksum(const unsigned char *at, size_t size)
{
	unsigned char last[4] = {0};
	uint64_t sum = 0;
	uint32_t word;

	for (; size >= sizeof word; at += sizeof word, size -= sizeof word) {
		memcpy(&word, at, sizeof word);
		sum += word;
	}
	memcpy(last, at, size);
	memcpy(&word, last, sizeof word);
	sum += word;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ntohs((uint16_t)~sum);
}

/* Bytes of the IPv4 header at `at`, 0 when there is none. */
static size_t ip4_head(const unsigned char *at, size_t size)
{
	size_t head = size ? (size_t)(at[0] & 15) * 4 : 0;

	return size >= IP4_HEAD_BYTES && at[0] >> 4 == 4 && head >= IP4_HEAD_BYTES && head <= size
		       ? head
		       : 0;
}

static void read_echo(struct icmp_reading *r, const unsigned char *at, size_t size)
{
	r->id = get16(at + 4);
	r->sequence = get16(at + 6);
	r->nonce = size >= ICMP_HEAD_BYTES + ICMP_NONCE_BYTES ? at + ICMP_HEAD_BYTES : NULL;
}

/* `at` is the quoted packet, its IP header first. */
static bool read_quote(struct icmp_reading *r, const struct dialect *d, const unsigned char *at,
		       size_t size)
{
	size_t head = d->family == AF_INET ? ip4_head(at, size) : IP6_HEAD_BYTES;

	if (!head || size < head + ICMP_HEAD_BYTES)
		return false;
	if (at[d->protocol_at] != d->protocol || at[head] != d->request)
		return false;
	r->to = at + d->destination_at;
	read_echo(r, at + head, size - head);
	return true;
}

bool icmp_read(struct icmp_reading *r, int family, bool has_ip_head, bool is_whole,
	       const unsigned char *at, size_t size)
{
	const struct dialect *d = &dialect[family == AF_INET6];
	size_t head = has_ip_head ? ip4_head(at, size) : 0;

	*r = (struct icmp_reading){0};
	if (has_ip_head && !head)
		return false;
	at += head;
	size -= head;
	if (size < ICMP_HEAD_BYTES || (has_ip_head && is_whole && checksum(at, size)))
		return false;
	if (at[0] == d->reply && !at[1]) {
		read_echo(r, at, size);
		return r->nonce != NULL;
	}
	r->trouble = find_trouble(family, at[0], at[1]);
	return r->trouble && read_quote(r, d, at + ICMP_HEAD_BYTES, size - ICMP_HEAD_BYTES);
}

void icmp_write(unsigned char *to, int family, uint16_t id, uint16_t sequence,
		const unsigned char *nonce)
{
	to[0] = dialect[family == AF_INET6].request;
	to[1] = to[2] = to[3] = 0;
	put16(to + 4, id);
	put16(to + 6, sequence);
	memcpy(to + ICMP_HEAD_BYTES, nonce, ICMP_NONCE_BYTES);
	if (family == AF_INET) /* the kernel fills in the one of IPv6, which covers its addresses */
		put16(to + 2, checksum(to, ICMP_HEAD_BYTES + ICMP_NONCE_BYTES));
}

#define PASS BPF_STMT(BPF_RET | BPF_K, 0xffffffff)
#define DROP BPF_STMT(BPF_RET | BPF_K, 0)
#define MASK (0xffff & ~(ICMP_IDS - 1))

/* X is where the ICMP header begins, behind IPv4's. Errors quote a header of their own length. */
static size_t filter4(struct sock_filter *to, uint16_t first)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 14, 0), /* a reply: to its id */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 3, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 11, 0, 15), /* else drop */
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 8 + 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 13),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 8),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 15),
		BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 2),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 8),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 8, 0, 5),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, MASK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, first, 1, 0),
		DROP,
		PASS,
	};

	memcpy(to, program, sizeof program);
	return sizeof program / sizeof *program;
}

static size_t filter6(struct sock_filter *to, uint16_t first)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 129, 8, 0), /* a reply: to its id */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 4, 10, 0), /* 1 to 3 are errors, else drop */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 9, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 8 + 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 58, 0, 7),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 48),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 128, 0, 5),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 52),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, MASK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, first, 1, 0),
		DROP,
		PASS,
	};

	memcpy(to, program, sizeof program);
	return sizeof program / sizeof *program;
}

size_t icmp_filter(struct sock_filter *to, int family, uint16_t first)
{
	return family == AF_INET ? filter4(to, first) : filter6(to, first);
}
