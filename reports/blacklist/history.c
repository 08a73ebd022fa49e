/* reports/blacklist/history: see history.h. Lists, addresses and what the one knows of the other
 * are found in trees: a block of 65,536 addresses on ten lists is looked at like one address. */
#include "history.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAP 3 /* intervals that a probe may speak for */

const char *const change_word[] = {"listed", "delisted", "not to be believed", "believed again"};

/* What a list says of an address. */
enum saying { ABSENT, SAID_LISTED, SAID_UNUSABLE };

struct node {
	const struct address *address;
	const struct list *list;
	struct listing *open; /* NULL: it is not listed */
	bool is_seen_absent;
};

/* ---- memory: it ends with the process ---- */

static void *room_for(struct history *h, size_t size)
{
	void *at = calloc(1, size);

	h->is_full |= !at;
	return at;
}

static const char *keep(struct history *h, const char *text, size_t size)
{
	char *at = strndup(text, size);

	h->is_full |= !at;
	return at ? at : "";
}

/* ---- what is known by name ---- */

static int by_address(const void *one, const void *two)
{
	const struct address *a = one, *b = two;
	int order = strcmp(a->check, b->check);

	order = order ? order : strcmp(a->address, b->address);
	return order ? order : strcmp(a->location, b->location);
}

static struct address *find_address(struct history *h, const struct page_result *r)
{
	struct address wanted = {.check = h->check, .address = r->item, .location = r->location};
	struct address **found = tfind(&wanted, &h->known, by_address), *made;

	if (found)
		return *found;
	made = room_for(h, sizeof *made);
	if (!made)
		return NULL;
	*made = (struct address){.check = h->check,
				 .address = keep(h, r->item, strlen(r->item)),
				 .location = keep(h, r->location, strlen(r->location)),
				 .first_us = r->at_us};
	if (!tsearch(made, &h->known, by_address))
		h->is_full = true;
	h->has_locations |= h->address && strcmp(h->address->location, made->location);
	*h->last_address = made;
	h->last_address = &made->next;
	h->addresses++;
	return made;
}

static struct list *find_list(struct history *h, const char *zone, size_t size)
{
	struct list *made;

	for (struct list *l = h->list; l; l = l->next)
		if (!strcmp(l->check, h->check) && strlen(l->zone) == size &&
		    !memcmp(l->zone, zone, size))
			return l;
	made = room_for(h, sizeof *made);
	if (!made)
		return NULL;
	*made = (struct list){
		.check = h->check, .zone = keep(h, zone, size), .trouble_us = -1, .trouble = ""};
	*h->last_list = made;
	h->last_list = &made->next;
	h->lists++;
	return made;
}

static int by_pair(const void *one, const void *two)
{
	const struct node *a = one, *b = two;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->list == b->list ? 0 : a->list < b->list ? -1 : 1;
}

static struct node *find_node(struct history *h, const struct address *a, const struct list *l)
{
	struct node wanted = {.address = a, .list = l}, **found, *made;

	found = tfind(&wanted, &h->node, by_pair);
	if (found)
		return *found;
	made = room_for(h, sizeof *made);
	if (!made)
		return NULL;
	*made = wanted;
	if (!tsearch(made, &h->node, by_pair))
		h->is_full = true;
	return made;
}

/* ---- what changes ---- */

static bool is_within(const struct history *h, int64_t at_us)
{
	return at_us >= h->from_us && at_us < h->to_us;
}

/* Of [from, to) what lies in the period. */
static int64_t part_of(const struct history *h, int64_t from_us, int64_t to_us)
{
	from_us = from_us > h->from_us ? from_us : h->from_us;
	to_us = to_us < h->to_us ? to_us : h->to_us;
	return to_us > from_us ? to_us - from_us : 0;
}

static void add_change(struct history *h, enum change what, const struct address *a,
		       const struct list *l, int64_t at_us, const char *detail)
{
	struct change_of *c = is_within(h, at_us) ? room_for(h, sizeof *c) : NULL;

	if (!c)
		return;
	*c = (struct change_of){.at_us = at_us,
				.change = what,
				.address = a,
				.list = l,
				.check = h->check,
				.detail = keep(h, detail, strlen(detail))};
	*h->last_change = c;
	h->last_change = &c->next;
	h->changes++;
}

/* How long a probe of this check speaks when the next one comes so much later. */
static int64_t speaks_for(const struct history *h, int64_t gap_us)
{
	return h->interval_us > 0 && gap_us > GAP * h->interval_us ? h->interval_us : gap_us;
}

static struct listing *begin(struct history *h, struct address *a, struct list *l,
			     const struct node *n, const struct page_result *r)
{
	struct listing *made = room_for(h, sizeof *made);

	if (!made)
		return NULL;
	*made = (struct listing){.address = a,
				 .list = l,
				 .since_us = r->at_us,
				 .until_us = -1,
				 .is_since_known = n->is_seen_absent,
				 .answer = "",
				 .text = ""};
	*h->last_listing = made;
	h->last_listing = &made->next;
	h->listings++;
	made->next_open = a->open;
	a->open = made;
	if (is_within(h, r->at_us) && n->is_seen_absent) {
		a->listings++;
		l->listings++;
	}
	return made;
}

/* What the list says of its reasons: "ZONE: text; ZONE: text" in the order of the lists. */
static const char *text_of(struct history *h, const struct page_result *r, const char *zone)
{
	const char *all = "", *at, *end;
	size_t n = strlen(zone);

	for (size_t i = 0; i < r->facts; i++)
		if (!strcmp(r->fact[i].name, "texts"))
			all = r->fact[i].text;
	for (at = all; *at; at = strstr(at, "; ") ? strstr(at, "; ") + 2 : at + strlen(at))
		if (!strncmp(at, zone, n) && !strncmp(at + n, ": ", 2))
			break;
	if (!*at)
		return "";
	at += n + 2;
	for (end = strstr(at, "; "); end; end = strstr(end + 2, "; "))
		for (const struct list *l = h->list; l; l = l->next)
			if (!strncmp(end + 2, l->zone, strlen(l->zone)) &&
			    !strncmp(end + 2 + strlen(l->zone), ": ", 2))
				return keep(h, at, (size_t)(end - at));
	return keep(h, at, strlen(at));
}

/* ---- what one probe says of one list ---- */

static void replace(struct history *h, const char **kept, const char *text, size_t size)
{
	if (size && (strlen(*kept) != size || memcmp(*kept, text, size)))
		*kept = keep(h, text, size);
}

static void take_listed(struct history *h, struct address *a, struct list *l, struct node *n,
			const struct page_result *r, const char *detail, size_t size)
{
	const char *text = text_of(h, r, l->zone);

	l->listed += is_within(h, r->at_us);
	if (!n->open) {
		n->open = begin(h, a, l, n, r);
		if (!n->open)
			return;
		replace(h, &n->open->answer, detail, size);
		if (n->is_seen_absent)
			add_change(h, LISTED, a, l, r->at_us, n->open->answer);
	}
	n->open->probes++;
	n->open->last_us = r->at_us;
	n->open->is_asked = true;
	replace(h, &n->open->answer, detail, size);
	replace(h, &n->open->text, text, strlen(text));
}

static void close_listing(struct address *a, const struct listing *ended)
{
	struct listing **at = &a->open;

	while (*at && *at != ended)
		at = &(*at)->next_open;
	if (*at)
		*at = ended->next_open;
}

static void take_absent(struct history *h, struct address *a, struct list *l, struct node *n,
			const struct page_result *r)
{
	if (n->open) {
		n->open->until_us = r->at_us;
		close_listing(a, n->open);
		add_change(h, DELISTED, a, l, r->at_us, n->open->answer);
	}
	n->open = NULL;
	n->is_seen_absent = true;
}

static void take_trouble(struct history *h, struct list *l, const struct page_result *r,
			 const char *why, size_t size)
{
	if (l->trouble_us < 0) {
		const char *reason = keep(h, why, size);

		l->trouble_us = r->at_us;
		l->troubles += is_within(h, r->at_us);
		add_change(h, UNUSABLE, NULL, l, r->at_us, reason);
	}
	if (is_within(h, r->at_us))
		replace(h, &l->trouble, why, size);
	l->unusable += is_within(h, r->at_us);
}

static void take_saying(struct history *h, struct address *a, const struct page_result *r,
			const char *zone, size_t zone_size, const char *rest, size_t size)
{
	struct list *l = find_list(h, zone, zone_size);
	struct node *n = l ? find_node(h, a, l) : NULL;
	bool is_listed = !strncmp(rest, "listed ", 7), is_absent = !strncmp(rest, "absent", 6);

	if (!n || (!is_listed && !is_absent && strncmp(rest, "unusable ", 9)))
		return;
	l->asked += is_within(h, r->at_us);
	if (!is_listed && !is_absent) {
		if (n->open)
			n->open->is_asked = true;
		take_trouble(h, l, r, rest + 9, size - 9);
		return;
	}
	if (l->trouble_us >= 0)
		add_change(h, USABLE, NULL, l, r->at_us, "");
	l->trouble_us = -1;
	if (is_listed)
		take_listed(h, a, l, n, r, rest + 7, size - 7);
	else
		take_absent(h, a, l, n, r);
	a->is_listed |= is_listed;
}

/* "ZONE: absent; ZONE: listed 127.0.0.2, 127.0.0.4; ZONE: unusable answers SERVFAIL" */
static void take_sayings(struct history *h, struct address *a, const struct page_result *r,
			 const char *at)
{
	const char *end, *colon;

	for (; *at; at = end + (*end ? 2 : 0)) {
		end = strstr(at, "; ");
		end = end ? end : at + strlen(at);
		colon = strstr(at, ": ");
		if (colon && colon < end)
			take_saying(h, a, r, at, (size_t)(colon - at), colon + 2,
				    (size_t)(end - colon) - 2);
	}
}

/* ---- a probe ---- */

/* Until now counted what the probe before said. */
static void settle(struct history *h, struct address *a, int64_t now_us)
{
	int64_t us = part_of(h, a->last_us, a->last_us + speaks_for(h, now_us - a->last_us));

	if (a->last_us && a->is_listed)
		a->listed_us += us;
	for (struct listing *l = a->open; l; l = l->next_open)
		if (l->last_us == a->last_us)
			l->listed_us += us;
}

static bool take(struct page *p, const struct page_result *r, void *with)
{
	struct history *h = with;
	struct address *a = r->is_event ? NULL : find_address(h, r);
	bool does_say = false;

	(void)p;
	if (!a)
		return !h->is_full;
	settle(h, a, r->at_us);
	for (struct listing *l = a->open; l; l = l->next_open)
		l->is_asked = false;
	a->is_listed = false;
	a->last_us = r->at_us;
	for (size_t i = 0; i < r->facts; i++)
		if (!strcmp(r->fact[i].name, "lists") || !strncmp(r->fact[i].name, "lists_", 6)) {
			does_say = true;
			take_sayings(h, a, r, r->fact[i].text);
		}
	h->probes += is_within(h, r->at_us);
	h->mute += is_within(h, r->at_us) && !does_say && strcmp(r->verdict, "unknown");
	return !h->is_full;
}

/* ---- the whole ---- */

static void end_address(struct history *h, struct address *a)
{
	settle(h, a, h->to_us);
	a->is_watched = h->interval_us <= 0 || h->to_us - a->last_us <= GAP * h->interval_us;
	for (const struct listing *l = a->open; l && a->is_watched; l = l->next_open)
		a->listed_by += l->is_asked;
}

bool history_read(struct page *p, struct history *h, size_t target, int64_t read_from_us)
{
	const struct page_about *about = page_about(p, target);
	const struct page_figures *f = page_figures_between(p, target, read_from_us, h->to_us);

	if (!about || !f)
		return false;
	if (!h->last_list) {
		h->last_list = &h->list;
		h->last_address = &h->address;
		h->last_listing = &h->listing;
		h->last_change = &h->change;
	}
	h->check = about->name;
	h->interval_us = f->interval_us;
	if (!page_results(p, target, read_from_us, h->to_us, take, h))
		return false;
	for (struct address *a = h->address; a; a = a->next)
		if (!strcmp(a->check, h->check))
			end_address(h, a);
	return !h->is_full;
}
