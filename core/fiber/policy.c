/* fiber/policy: see policy.h. The ranges are those of RFC 6890 and its registry. */
#include "policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct range4 {
	uint32_t net;
	int bits;
	enum address_kind kind;
};

static const struct range4 range4[] = {
	{0x00000000, 8, ADDRESS_LOOPBACK}, /* 0/8: Linux takes it for this host */
	{0x7f000000, 8, ADDRESS_LOOPBACK}, /* 127/8 */
	{0x0a000000, 8, ADDRESS_PRIVATE}, /* 10/8 */
	{0x64400000, 10, ADDRESS_PRIVATE}, /* 100.64/10 */
	{0xac100000, 12, ADDRESS_PRIVATE}, /* 172.16/12 */
	{0xc0a80000, 16, ADDRESS_PRIVATE}, /* 192.168/16 */
	{0xa9fe0000, 16, ADDRESS_LINK_LOCAL}, /* 169.254/16 */
	{0xc0000000, 24, ADDRESS_PRIVATE}, /* 192.0.0/24: protocol assignments */
	{0xc6120000, 15, ADDRESS_PRIVATE}, /* 198.18/15: benchmarks */
	{0xe0000000, 4, ADDRESS_SPECIAL}, /* multicast */
	{0xf0000000, 4, ADDRESS_SPECIAL}, /* reserved and broadcast */
};

struct range6 {
	uint8_t net[16];
	int bits;
	enum address_kind kind;
};

static const struct range6 range6[] = {
	{{0}, 128, ADDRESS_LOOPBACK}, /* :: */
	{{[15] = 1}, 128, ADDRESS_LOOPBACK}, /* ::1 */
	{{0xfd, 0, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54}, 128, ADDRESS_METADATA},
	{{0xfe, 0x80}, 10, ADDRESS_LINK_LOCAL},
	{{0xfe, 0xc0}, 10, ADDRESS_PRIVATE}, /* site-local, deprecated but routed */
	{{0xfc}, 7, ADDRESS_PRIVATE},
	{{0xff}, 8, ADDRESS_SPECIAL},
};

/* Where an IPv6 address carries the IPv4 address it reaches. */
struct carrier {
	uint8_t net[16];
	int bits, at;
};

static const struct carrier carrier[] = {
	{{[10] = 0xff, [11] = 0xff}, 96, 12}, /* ::ffff:0:0/96 mapped */
	{{[8] = 0xff, [9] = 0xff}, 96, 12}, /* ::ffff:0:0:0/96 translated (RFC 2765) */
	{{0, 0x64, 0xff, 0x9b}, 96, 12}, /* 64:ff9b::/96 NAT64 (RFC 6052) */
	{{0, 0x64, 0xff, 0x9b, 0, 1}, 96,
		12}, /* 64:ff9b:1::/48 local NAT64, its usual /96 (RFC 8215) */
	{{0x20, 0x02}, 16, 2}, /* 2002::/16 6to4 */
	{{0}, 96, 12}, /* ::/96 compatible */
};

static bool is_within(const uint8_t *address, const uint8_t *net, int bits)
{
	int whole = bits / 8, rest = bits % 8;

	return !memcmp(address, net, whole) &&
		(!rest || !((address[whole] ^ net[whole]) >> (8 - rest)));
}

static enum address_kind kind4(uint32_t address)
{
	for (size_t i = 0; i < sizeof range4 / sizeof *range4; i++)
		if (!((address ^ range4[i].net) >> (32 - range4[i].bits)))
			return range4[i].kind;
	return ADDRESS_PUBLIC;
}

static enum address_kind kind6(const uint8_t *address)
{
	uint32_t inner;

	for (size_t i = 0; i < sizeof range6 / sizeof *range6; i++)
		if (is_within(address, range6[i].net, range6[i].bits))
			return range6[i].kind;
	for (size_t i = 0; i < sizeof carrier / sizeof *carrier; i++) {
		if (!is_within(address, carrier[i].net, carrier[i].bits))
			continue;
		memcpy(&inner, address + carrier[i].at, sizeof inner);
		return kind4(ntohl(inner));
	}
	return ADDRESS_PUBLIC;
}

enum address_kind address_kind(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET)
		return kind4(ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr));
	if (a->sa_family == AF_INET6)
		return kind6(((const struct sockaddr_in6 *)a)->sin6_addr.s6_addr);
	return ADDRESS_SPECIAL;
}

const char *address_kind_text(enum address_kind kind)
{
	static const char *const text[] = {
		[ADDRESS_PUBLIC] = "a public",
		[ADDRESS_PRIVATE] = "a private",
		[ADDRESS_LOOPBACK] = "a loopback",
		[ADDRESS_LINK_LOCAL] = "a link-local",
		[ADDRESS_METADATA] = "a metadata",
		[ADDRESS_SPECIAL] = "a special",
	};

	return text[kind];
}

bool policy_allows(enum address_kind first, enum address_kind kind)
{
	switch (kind) {
	case ADDRESS_PUBLIC:
		return true;
	case ADDRESS_PRIVATE:
	case ADDRESS_LOOPBACK:
		return first != ADDRESS_PUBLIC;
	default:
		return false;
	}
}

static bool text_to_6(const char *text, struct sockaddr_in6 *to)
{
	char bare[INET6_ADDRSTRLEN];
	size_t size = strlen(text);

	if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
		text++;
		size -= 2;
	}
	if (size >= sizeof bare)
		return false;
	memcpy(bare, text, size);
	bare[size] = '\0';
	to->sin6_family = AF_INET6;
	return inet_pton(AF_INET6, bare, &to->sin6_addr) == 1;
}

/* inet_aton() takes anything behind white space; a host does not. */
static bool text_to_4(const char *text, struct sockaddr_in *to)
{
	to->sin_family = AF_INET;
	return text[0] && strspn(text, "0123456789abcdefxABCDEFX.") == strlen(text) &&
		inet_aton(text, &to->sin_addr);
}

bool address_of_text(const char *text, struct sockaddr_storage *to)
{
	memset(to, 0, sizeof *to);
	return text_to_4(text, (struct sockaddr_in *)to) ||
		text_to_6(text, (struct sockaddr_in6 *)to);
}
