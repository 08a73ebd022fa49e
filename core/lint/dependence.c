/* lint/dependence: see dependence.h. */
#include "dependence.h"

#include <arpa/inet.h>
#include <string.h>

#define WAYS_TOLD 3
#define NETWORK_4 24
#define NETWORK_6 48

bool lint_address_parse(const char *text, int port, struct lint_address *a)
{
	char bare[64];
	size_t size = strlen(text);

	*a = (struct lint_address){.port = port};
	if (*text == '[' && size > 2 && text[size - 1] == ']') {
		text++;
		size -= 2;
	}
	if (size >= sizeof bare)
		return false;
	memcpy(bare, text, size);
	bare[size] = '\0';
	bare[strcspn(bare, "%")] = '\0'; /* fe80::1%eth0 */
	a->bits = inet_pton(AF_INET, bare, a->bytes) == 1    ? 32
		  : inet_pton(AF_INET6, bare, a->bytes) == 1 ? 128
							     : 0;
	return a->bits != 0;
}

static bool is_loopback(const struct lint_address *a)
{
	static const uint8_t loopback[16] = {[15] = 1};

	return a->bits == 32 ? a->bytes[0] == 127 : !memcmp(a->bytes, loopback, 16);
}

static bool share(const struct lint_address *a, const struct lint_address *b, int bits)
{
	return a->bits == b->bits && !memcmp(a->bytes, b->bytes, (size_t)bits / 8);
}

static int network_bits(const struct lint_address *a)
{
	return a->bits == 32 ? NETWORK_4 : NETWORK_6;
}

/* Of the target: what this one falls with. NULL: it stands. *is_same: it is the same host. */
static const struct lint_address *fall_of(const struct lint_address *a,
					  const struct lint_target *t, bool *is_same)
{
	const struct lint_address *near = NULL;

	*is_same = true;
	for (size_t i = 0; i < t->addresses; i++) {
		const struct lint_address *b = &t->address[i];

		if (is_loopback(a) || is_loopback(b)) {
			if (is_loopback(a) && is_loopback(b) && a->port && a->port == b->port)
				return b;
		} else if (share(a, b, a->bits)) {
			return b;
		} else if (share(a, b, network_bits(a))) {
			near = b;
		}
	}
	*is_same = false;
	return near;
}

static void add_address(struct text *t, const struct lint_address *a)
{
	char shown[INET6_ADDRSTRLEN];

	text_puts(t, inet_ntop(a->bits == 32 ? AF_INET : AF_INET6, a->bytes, shown, sizeof shown)
			     ? shown
			     : "?");
}

static void add_network(struct text *t, const struct lint_address *a)
{
	struct lint_address first = *a;
	int bits = network_bits(a);

	memset(first.bytes + bits / 8, 0, sizeof first.bytes - (size_t)bits / 8);
	add_address(t, &first);
	text_printf(t, "/%d", bits);
}

static enum lint_fate stage_fate(const struct lint_stage *s, const struct lint_target *t,
				 struct text *why)
{
	const struct lint_address *with = NULL;
	bool is_same = false;

	if (s->trouble || !s->addresses) {
		text_printf(why, ": %s: %s", s->what, s->trouble ? s->trouble : "no address");
		return LINT_CANNOT_TELL;
	}
	for (size_t i = 0; i < s->addresses; i++) {
		with = fall_of(&s->address[i], t, &is_same);
		if (!with)
			return LINT_STANDS;
	}
	text_printf(why, " through %s, ", s->what);
	add_address(why, &s->address[s->addresses - 1]);
	if (is_same) {
		text_puts(why, ", which is what it watches");
		return LINT_FALLS;
	}
	text_puts(why, ", in the network ");
	add_network(why, with);
	text_puts(why, " of what it watches, ");
	add_address(why, with);
	return LINT_FALLS;
}

/* What becomes of the way while the target is down; *why (what it falls by, or what is not known)
 * follows the way's name: " through 192.0.2.5, which is what it watches". */
static enum lint_fate lint_way_fate(const struct lint_way *w, const struct lint_target *t,
				    struct text *why)
{
	struct text unknown = {0};
	enum lint_fate fate, all = LINT_STANDS;

	for (size_t i = 0; i < w->stages && all != LINT_FALLS; i++) {
		struct text one = {0};

		fate = stage_fate(&w->stage[i], t, &one);
		if (fate == LINT_FALLS || (fate == LINT_CANNOT_TELL && all == LINT_STANDS)) {
			text_clear(&unknown);
			text_puts(&unknown, text_get(&one));
			all = fate;
		}
		text_release(&one);
	}
	if (all == LINT_STANDS && w->stages && t->trouble) {
		text_printf(&unknown, ": %s '%s': %s", t->what, t->name, t->trouble);
		all = LINT_CANNOT_TELL;
	}
	text_puts(why, text_get(&unknown));
	text_release(&unknown);
	return all;
}

static void add_way(struct text *said, size_t fallen, const struct lint_way *w, const char *why)
{
	if (fallen > WAYS_TOLD)
		return;
	text_printf(said, "%s%s%s", fallen > 1 ? "; by " : "", w->to, why);
}

enum lint_fate lint_target_fate(const struct lint_target *t, const struct lint_way *const *way,
				size_t ways, struct text *said)
{
	struct text fallen = {0}, unknown = {0}, why = {0};
	enum lint_fate fate, all = ways ? LINT_FALLS : LINT_STANDS;
	size_t falls = 0;

	for (size_t i = 0; i < ways && all != LINT_STANDS; i++) {
		text_clear(&why);
		fate = lint_way_fate(way[i], t, &why);
		if (fate == LINT_FALLS)
			add_way(&fallen, ++falls, way[i], text_get(&why));
		else
			all = fate;
		if (fate == LINT_CANNOT_TELL && !unknown.size)
			text_printf(&unknown, "%s%s", way[i]->to, text_get(&why));
	}
	if (all == LINT_CANNOT_TELL)
		text_puts(said, text_get(&unknown));
	if (all == LINT_FALLS)
		text_printf(said, "%s '%s' is told only by %s", t->what, t->name,
			    text_get(&fallen));
	if (all == LINT_FALLS && falls > WAYS_TOLD)
		text_printf(said, "; and by %zu more alike", falls - WAYS_TOLD);
	text_release(&fallen);
	text_release(&unknown);
	text_release(&why);
	return all;
}
