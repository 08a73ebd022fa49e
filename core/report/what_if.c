/* report/what_if: figures as they would be with another need or another interval: what was typed,
 * and the readers that <nines/report.h> promises. See host.h.
 *
 * Everything is computed from the members' recorded lines by the same engine; only a service's need
 * or the distance between probes is another one. What was not probed cannot be supposed: a denser
 * interval than the recorded one has no figures. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "host.h"

#define LONGEST_US (86400 * CLOCK_SECOND)

/* What is known of the service of that name, as figures have it. */
static struct figures_service service_of(const struct host *h, const char *name)
{
	const struct read_target *known = h->read ? read_find(h->read, name) : NULL;

	for (size_t i = 0; i < h->source.services; i++)
		if (!strcmp(h->source.service[i].name, name))
			return h->source.service[i];
	return known ? (struct figures_service){known->name, known->member, known->weight,
						known->members, known->need}
		     : (struct figures_service){0};
}

/* All there is to need: of members that weigh 1 each their number. */
static int64_t weight_of(const struct figures_service *s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < s->members; i++)
		sum += s->weight ? s->weight[i] : 1;
	return sum;
}

static void refuse_need(const struct page_what_if *w, const char *typed, struct text *wrong)
{
	if (w->weight)
		text_printf(wrong,
			    "--need %s is more than the members of service '%s' weigh: %" PRId64
			    " together",
			    typed, w->service, w->weight);
	else
		text_printf(wrong,
			    "--need %s is more than service '%s' has: %" PRId64 " member%s", typed,
			    w->service, w->members, w->members == 1 ? "" : "s");
}

static bool read_need(struct host *h, const char *typed, struct text *wrong)
{
	struct page_what_if *w = &h->what_if;
	const char *service = h->order->service;
	struct figures_service is;
	int64_t all;
	char *end;

	if (!service && h->order->check)
		text_printf(wrong,
			    "--need is how many members of a service must be up: '%s' is a "
			    "check and has none",
			    h->order->check);
	else if (!service)
		text_puts(wrong, "--need is how many members of a service must be up: name it with "
				 "--service NAME");
	if (wrong->size)
		return false;
	is = service_of(h, service);
	all = weight_of(&is);
	w->service = service;
	w->members = (int64_t)is.members;
	w->weight = is.weight ? all : 0;
	w->need_before = is.need < all ? is.need : all;
	w->need = !strcmp(typed, "all") ? all : strtoll(typed, &end, 10);
	if (strcmp(typed, "all") != 0 && (!*typed || *end || w->need < 1))
		text_printf(wrong, "--need: '%s' is no whole number from 1 on, nor all", typed);
	else if (w->need > all)
		refuse_need(w, typed, wrong);
	return !wrong->size;
}

static bool read_interval(struct host *h, const char *typed, struct text *wrong)
{
	if (!text_duration(typed, &h->what_if.interval_us) || h->what_if.interval_us <= 0)
		text_printf(wrong, "--interval: '%s' is no time such as 10s, 5m, 1h", typed);
	else if (h->what_if.interval_us > LONGEST_US)
		text_printf(wrong, "--interval: '%s' is longer than a day", typed);
	return !wrong->size;
}

bool host_read_what_if(struct host *h, struct text *wrong)
{
	const struct report_order *o = h->order;

	h->has_what_if = o->need || o->interval;
	if (h->unreadable.size)
		return true;
	if ((o->need && !read_need(h, o->need, wrong)) ||
	    (o->interval && !read_interval(h, o->interval, wrong)))
		return false;
	h->supposed = (struct figures_what_if){h->what_if.service, h->what_if.need,
					       h->what_if.interval_us};
	return true;
}

void host_judge_what_if(const struct host *h, struct page *p)
{
	if (h->has_what_if && !h->knows_what_if && !p->wrong.size)
		page_wrong_order(p,
				 "the report '%s' supposes nothing: --need and --interval are "
				 "for 'nines report sla'",
				 h->order->name);
}

static struct host *host_of(const struct page *p)
{
	struct host *h = p->host;

	assert(p->magic == PAGE_MAGIC && h && h->magic == HOST_MAGIC);
	return h;
}

const struct page_what_if *page_what_if(struct page *p)
{
	struct host *h = host_of(p);

	h->knows_what_if = true;
	return h->has_what_if && !h->unreadable.size ? &h->what_if : NULL;
}

const struct page_figures *page_figures_supposed(struct page *p, size_t number)
{
	struct host *h = host_of(p);
	const struct page_figures *real = page_figures(p, number);
	struct page_figures *f = arena_alloc(&h->arena, sizeof *f);
	struct figures_order order;
	struct text wrong = {0};

	if (!real || !h->has_what_if ||
	    (h->supposed.interval_us && h->supposed.interval_us < real->interval_us))
		return NULL;
	order = host_order(&h->target[number]);
	order.with_reasons = true;
	order.what_if = &h->supposed;
	if (!f || !figures_compute(&h->source, &h->arena, &order, f, &wrong))
		page_refuse(p, "%s", f ? text_get(&wrong) : "the figures need too much memory");
	text_release(&wrong);
	return p->wrong.size ? NULL : f;
}
