/* report/host: the readers of figures that <nines/report.h> promises to modules. See host.h. */
#include "host.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "words.h"


void host_release(struct host *h)
{
	read_close(h->read);
	for (size_t i = 0; i < h->spans; i++)
		zone_close(h->all_spans[i].zone);
	for (size_t i = 0; i < h->source.windows; i++)
		zone_close((struct zone *)h->source.window[i].when.zone);
	free(h->all_spans);
	free(h->policy);
	free(h->target);
	free(h->method);
	text_release(&h->unreadable);
	arena_release(&h->arena);
	*h = (struct host){0};
}

static struct host *host_of(const struct page *p)
{
	struct host *h = p->host;

	assert(p->magic == PAGE_MAGIC && h && h->magic == HOST_MAGIC);
	return h;
}

size_t page_targets(struct page *p)
{
	const struct host *h = host_of(p);

	if (h->unreadable.size)
		page_refuse(p, "%s", text_get(&h->unreadable));
	return h->targets;
}

bool page_is_chosen(const struct page *p)
{
	const struct report_order *o = host_of(p)->order;

	return o->check || o->service || o->customer || o->sla;
}

struct figures_order host_order(const struct host_target *t)
{
	return (struct figures_order){
		.name = t->name,
		.from_us = t->span->period.from_us,
		.to_us = t->span->period.to_us,
		.now_us = t->span->period.now_us,
		.policy = t->policy,
		.zone = t->span->zone,
	};
}

/* On a terminal somebody waits: say how far it is. */
void host_tell(const struct host *h, size_t number)
{
	struct progress *progress = h->order->progress;
	struct text name = {0};

	if (!progress || !progress_is_due(progress))
		return;
	text_add_safe(&name, h->target[number].name, strlen(h->target[number].name), 40);
	progress_show(progress, "%s: %zu of %zu: %s", h->order->name, number + 1, h->targets,
		      text_get(&name));
	text_release(&name);
}

void host_end_reading(struct host *h)
{
	if (h->read)
		read_linger(h->read, false);
}

const struct page_figures *page_figures(struct page *p, size_t number)
{
	struct host *h = host_of(p);
	struct host_target *t = number < h->targets ? &h->target[number] : NULL;
	struct page_figures *f;

	if (!t || t->figures)
		return t ? t->figures : NULL;
	struct figures_order order = host_order(t);
	struct text wrong = {0};

	host_tell(h, number);
	order.with_detail = true;
	f = arena_alloc(&h->arena, sizeof *f);
	if (f && figures_compute(&h->source, &h->arena, &order, f, &wrong))
		t->figures = f;
	else
		page_refuse(p, "%s", f ? text_get(&wrong) : "the figures need too much memory");
	text_release(&wrong);
	return t->figures;
}

const struct page_figures *page_figures_between(struct page *p, size_t number, int64_t from_us,
						int64_t to_us)
{
	struct host *h = host_of(p);
	struct page_figures *f = arena_alloc(&h->arena, sizeof *f);
	struct text wrong = {0};
	struct figures_order order;
	bool is_fine;

	if (number >= h->targets)
		return NULL;
	host_tell(h, number);
	order = host_order(&h->target[number]);
	order.from_us = from_us;
	order.to_us = to_us;
	order.with_reasons = true;
	is_fine = f && figures_compute(&h->source, &h->arena, &order, f, &wrong);
	if (!is_fine)
		page_refuse(p, "%s", f ? text_get(&wrong) : "the figures need too much memory");
	text_release(&wrong);
	return is_fine ? f : NULL;
}

const struct page_policy *page_policy(struct page *p, size_t number)
{
	struct host *h = host_of(p);
	const struct host_target *t = number < h->targets ? &h->target[number] : NULL;

	return t ? words_policy(&h->arena, t->policy, t->span->zone) : NULL;
}

int64_t page_day_us(const struct page *p, int64_t at_us, int days)
{
	return figures_day_us(p->zone, at_us, days);
}

const char *page_date(struct page *p, int64_t at_us)
{
	struct civil c = zone_civil(p->zone, at_us / CLOCK_SECOND);
	const char *date = arena_text(&host_of(p)->arena, "%04" PRId64 "-%02d-%02d", c.year,
				      c.month, c.day);

	return date ? date : "";
}

const char *page_clock(struct page *p, int64_t at_us)
{
	struct civil c = zone_civil(p->zone, at_us / CLOCK_SECOND);
	const char *clock = arena_text(&host_of(p)->arena, "%02d:%02d:%02d", c.hour, c.minute,
				       c.second);

	return clock ? clock : "";
}

const char *page_method(const struct page *p)
{
	struct host *h = host_of(p);
	struct text first = {0}, other = {0};

	if (h->method)
		return h->method;
	if (!h->targets)
		figures_add_method(&first, &h->standard, h->span->period.zone);
	for (size_t i = 0; i < h->targets; i++) {
		const struct host_target *t = &h->target[i];

		text_clear(&other);
		figures_add_method(i ? &other : &first, t->policy, t->span->period.zone);
		if (!i)
			continue;
		if (strcmp(first.at, other.at)) {
			text_release(&first);
			break;
		}
	}
	h->method = first.at;
	text_release(&other);
	return h->method;
}
