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

static bool prepare(struct uptime *u, const char *store, struct text *wrong)
{
	struct host *h = &u->host;

	arena_init(&h->arena, NULL, 0, HOST_BYTES);
	h->magic = HOST_MAGIC;
	h->order = &u->order;
	if (!host_read_policies(h, wrong) || !host_find_period(h, wrong))
		return false;
	h->read = read_open(store, wrong);
	if (!h->read || !host_find_targets(h, wrong))
		return false;
	for (size_t i = 0; i < h->targets; i++)
		map_put_text(&u->by_name, h->target[i].name, &h->target[i]);
	return true;
}

struct uptime *uptime_open(const char *store, const struct config_policies *policies,
			   int64_t now_us, struct text *wrong)
{
	struct uptime *u = memory_new(sizeof *u);

	u->order = (struct report_order){.policies = policies ? policies : &u->none,
					 .now_us = now_us};
	if (prepare(u, store, wrong))
		return u;
	uptime_close(u);
	return NULL;
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
