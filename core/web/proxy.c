/* web/proxy: see proxy.h. */
#include "proxy.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../base/text.h"

static bool read_address(const char *text, unsigned char bytes[16], bool *is_v4)
{
	*is_v4 = inet_pton(AF_INET, text, bytes + 12) == 1;
	if (!*is_v4)
		return inet_pton(AF_INET6, text, bytes) == 1;
	memset(bytes, 0, 10);
	memset(bytes + 10, 0xff, 2);
	return true;
}

bool proxy_add(struct proxies *p, const char *net)
{
	struct proxy_net *n = &p->net[p->count];
	const char *slash = strchr(net, '/');
	char address[PROXY_ADDRESS_BYTES];
	int64_t bits = -1;
	bool is_v4;

	snprintf(address, sizeof address, "%.*s", slash ? (int)(slash - net) : 63, net);
	if (p->count == PROXY_MOST || !read_address(address, n->bytes, &is_v4) ||
	    (slash && !text_to_int(slash + 1, &bits)) || bits > (is_v4 ? 32 : 128) ||
	    (slash && bits < 0))
		return false;
	n->bits = bits < 0 ? 128 : (int)bits + (is_v4 ? 96 : 0);
	p->count++;
	return true;
}

static bool is_in(const struct proxy_net *n, const unsigned char bytes[16])
{
	int whole = n->bits / 8, rest = n->bits % 8;
	unsigned char mask = (unsigned char)(0xff00 >> rest);

	if (memcmp(n->bytes, bytes, (size_t)whole))
		return false;
	return !rest || !((n->bytes[whole] ^ bytes[whole]) & mask);
}

bool proxy_is(const struct proxies *p, const char *address)
{
	unsigned char bytes[16];
	bool is_v4;

	if (!read_address(address, bytes, &is_v4))
		return false;
	for (size_t i = 0; i < p->count; i++)
		if (is_in(&p->net[i], bytes))
			return true;
	return false;
}

/* The last address of the list, without brackets and port; the list ends before it then. */
static bool take_last(const char *list, size_t *size, char address[PROXY_ADDRESS_BYTES])
{
	size_t end = *size, from;
	unsigned char bytes[16];
	bool is_v4;
	char *colon;

	while (end && strchr(" \t,", list[end - 1]))
		end--;
	for (from = end; from && list[from - 1] != ','; from--)
		;
	*size = from;
	while (from < end && strchr(" \t", list[from]))
		from++;
	snprintf(address, PROXY_ADDRESS_BYTES, "%.*s", (int)(end - from), list + from);
	if (*address == '[') {
		memmove(address, address + 1, strlen(address));
		address[strcspn(address, "]")] = '\0';
	} else if ((colon = strchr(address, ':')) && !strchr(colon + 1, ':')) {
		*colon = '\0';
	}
	return read_address(address, bytes, &is_v4);
}

void proxy_visitor(const struct proxies *p, const char *connected, const char *list,
		   char visitor[PROXY_ADDRESS_BYTES])
{
	char before[PROXY_ADDRESS_BYTES];
	size_t size = strlen(list);

	snprintf(visitor, PROXY_ADDRESS_BYTES, "%s", connected);
	while (size && proxy_is(p, visitor)) {
		if (!take_last(list, &size, before))
			return; /* what cannot be read says nothing of what stands before it */
		memcpy(visitor, before, sizeof before);
	}
}
