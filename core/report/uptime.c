/* report/uptime: see uptime.h. */
#include "uptime.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../base/map.h"
#include "../base/memory.h"
#include "host.h"

#define FIGURES_BYTES (16u << 20)

struct uptime {
	struct report_order order;
	struct config_policies none;
	struct host host;
	struct map by_name;
};

static enum uptime_opened prepare(struct uptime *u, struct text *wrong)
{
	struct host *h = &u->host;

	arena_init(&h->arena, NULL, 0, HOST_BYTES);
	h->magic = HOST_MAGIC;
	h->order = &u->order;
	if (!host_read_policies(h, wrong))
		return UPTIME_NOT_THERE;
	if (!host_find_period(h, wrong))
		return UPTIME_WRONG_SPAN;
	if (h->unreadable.size) {
		text_puts(wrong, text_get(&h->unreadable));
		return UPTIME_WRONG_SPAN;
	}
	h->read = read_open(u->order.store, wrong);
	if (!h->read)
		return UPTIME_UNREADABLE;
	if (!host_find_targets(h, wrong))
		return *read_wrong(h->read) ? UPTIME_UNREADABLE : UPTIME_NOT_THERE;
	for (size_t i = 0; i < h->targets; i++)
		map_put_text(&u->by_name, h->target[i].name, &h->target[i]);
	return UPTIME_OPEN;
}

enum uptime_opened uptime_open_order(struct uptime **opened, const struct report_order *order,
				     struct text *wrong)
{
	struct uptime *u = memory_new(sizeof *u);
	enum uptime_opened is;

	u->order = *order;
	u->order.policies = order->policies ? order->policies : &u->none;
	is = prepare(u, wrong);
	if (is != UPTIME_OPEN) {
		uptime_close(u);
		u = NULL;
	}
	*opened = u;
	return is;
}

struct uptime *uptime_open(const char *store, const struct config_policies *policies,
			   int64_t now_us, struct text *wrong)
{
	struct uptime *u;

	uptime_open_order(&u,
			  &(struct report_order){
				  .store = store, .policies = policies, .now_us = now_us},
			  wrong);
	return u;
}

void uptime_close(struct uptime *u)
{
	if (!u)
		return;
	map_release(&u->by_name);
	host_release(&u->host);
	free(u);
}

int64_t uptime_known_micro(struct uptime *u, const char *name)
{
	const struct host_target *t = map_find_text(&u->by_name, name);
	struct page_figures figures;
	struct arena arena;
	struct text wrong = {0};
	bool is_fine;

	if (!t)
		return -1;
	const struct figures_order order = host_order(t);

	arena_init(&arena, NULL, 0, FIGURES_BYTES);
	is_fine = figures_compute(&u->host.source, &arena, &order, &figures, &wrong);
	arena_release(&arena);
	text_release(&wrong);
	return is_fine ? figures.known_micro : -1;
}

void uptime_add(struct text *t, int64_t micro)
{
	if (micro >= 0)
		text_printf(t, "%" PRId64 ".%06" PRId64, micro / 1000000, micro % 1000000);
}

size_t uptime_targets(const struct uptime *u)
{
	return u->host.targets;
}

struct page_about uptime_about(const struct uptime *u, size_t target)
{
	const char *name = u->host.target[target].name;
	struct page_about about;

	host_about(&u->host, name, read_find(u->host.read, name), &about);
	return about;
}

struct figures_order uptime_order(const struct uptime *u, size_t target, int64_t from_us,
				  int64_t to_us)
{
	struct figures_order order = host_order(&u->host.target[target]);

	order.from_us = from_us;
	order.to_us = to_us;
	return order;
}

struct figures_order uptime_asked(const struct uptime *u, size_t target)
{
	return host_order(&u->host.target[target]);
}

const struct figures_source *uptime_source(const struct uptime *u)
{
	return &u->host.source;
}

static bool count_claim(const struct read_reclassification *r, void *with)
{
	*(int64_t *)with += 1 + (r->undone_us != 0);
	return true;
}

bool uptime_marks(const struct uptime *u, struct uptime_marks *marks)
{
	struct read_evidence evidence = {0};

	*marks = (struct uptime_marks){0};
	if (!read_evidence(u->host.read, &evidence) ||
	    !read_reclassifications(u->host.read, NULL, 0, INT64_MAX, count_claim, &marks->claims))
		return false;
	marks->links = evidence.links;
	return true;
}
