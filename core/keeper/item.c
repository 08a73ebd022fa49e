/* keeper/item: see item.h. */
#include "item.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

#define SEPARATORS "\n"

struct range {
	int family; /* 0: a text */
	unsigned char address[16];
	size_t count;
	char *text;
};

struct items {
	size_t count, ranges;
	struct range *range;
};

void items_free(struct items *it)
{
	if (!it)
		return;
	for (size_t i = 0; i < it->ranges; i++)
		free(it->range[i].text);
	free(it->range);
	free(it);
}

size_t items_count(const struct items *it)
{
	return it->count;
}

/* Clears the host's bits of the address. */
static void mask(unsigned char *address, int bits, int width)
{
	for (int i = bits; i < width; i++)
		address[i / 8] &= (unsigned char)~(0x80 >> (i % 8));
}

/* A block of at most ITEMS_MOST addresses; any larger one counts as ITEMS_MOST + 1. False: no
 * block. */
static bool take_block(struct range *r, const char *entry)
{
	char address[64];
	const char *slash = strchr(entry, '/');
	int64_t bits;
	int width;

	if (!slash || (size_t)(slash - entry) >= sizeof address || !text_to_int(slash + 1, &bits))
		return false;
	memcpy(address, entry, (size_t)(slash - entry));
	address[slash - entry] = '\0';
	r->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	width = r->family == AF_INET ? 32 : 128;
	if (bits < 0 || bits > width || inet_pton(r->family, address, r->address) != 1)
		return false;
	r->count = width - bits > 16 ? ITEMS_MOST + 1 : (size_t)1 << (width - bits);
	mask(r->address, (int)bits, width);
	return true;
}

static void add_entry(struct items *it, const char *entry)
{
	struct range *r;

	it->range = memory_resize(it->range, (it->ranges + 1) * sizeof *it->range);
	r = &it->range[it->ranges++];
	*r = (struct range){0};
	if (!take_block(r, entry))
		*r = (struct range){.count = 1, .text = memory_text(entry)};
	it->count += r->count;
}

struct items *items_new(const char *list, const char **wrong)
{
	struct items *it = memory_new(sizeof *it);
	char *copy = memory_text(list), *rest = copy, *entry;

	while ((entry = strsep(&rest, SEPARATORS)) && it->count <= ITEMS_MOST) {
		entry += strspn(entry, " \t");
		if (*entry)
			add_entry(it, entry);
	}
	free(copy);
	*wrong = !it->count ? "no items" : it->count > ITEMS_MOST ? "more than 65536 items" : NULL;
	if (!*wrong)
		return it;
	items_free(it);
	return NULL;
}

void items_add(struct text *t, const struct items *it, size_t number)
{
	const struct range *r = it->range;
	unsigned char address[16];
	char shown[INET6_ADDRSTRLEN];
	size_t more;

	for (; number >= r->count; r++)
		number -= r->count;
	if (!r->family) {
		text_puts(t, r->text);
		return;
	}
	memcpy(address, r->address, sizeof address);
	more = number;
	for (int i = r->family == AF_INET ? 3 : 15; i >= 0 && more; i--, more >>= 8) {
		more += address[i];
		address[i] = (unsigned char)more;
	}
	text_puts(t, inet_ntop(r->family, address, shown, sizeof shown));
}
