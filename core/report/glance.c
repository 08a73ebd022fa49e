/* report/glance: what <nines/report.h> promises to reports that list many: what a target is, a day
 * of it in one letter, whether it got better, how long steps took over years. See host.h.
 *
 * page_glance() and page_trend() are pure: they judge figures that figures.c has computed. */
#include <assert.h>
#include <string.h>

#include "host.h"
#include "times.h"

char page_glance(const struct page_day *d)
{
	static const char letter[] = {[PAGE_STATE_NONE] = '-',    [PAGE_STATE_OUTSIDE] = 'm',
				      [PAGE_STATE_UNKNOWN] = '?', [PAGE_STATE_MAINTENANCE] = 'm',
				      [PAGE_STATE_UP] = 'u',      [PAGE_STATE_DEGRADED] = 'g',
				      [PAGE_STATE_DOWN] = 'P'};

	if (d->state == PAGE_STATE_DOWN && d->counted_down_us * 2 >= d->known_us)
		return 'D';
	return d->state < sizeof letter ? letter[d->state] : '-';
}

static bool is_known(const struct page_figures *f)
{
	return f->known_us > 0 && f->known_us * 2 >= f->span_us;
}

/* Shares are compared as fractions: a year in microseconds squared has 90 bits. */
enum page_trend page_trend(const struct page_figures *now, const struct page_figures *before)
{
	__int128 worse, unsure;

	if (!is_known(now) || !is_known(before))
		return PAGE_TREND_UNKNOWN;
	worse = (__int128)now->counted_down_us * before->known_us -
		(__int128)before->counted_down_us * now->known_us;
	unsure = (__int128)now->resolution_us * before->known_us +
		 (__int128)before->resolution_us * now->known_us;
	if (worse > unsure)
		return PAGE_TREND_WORSE;
	return -worse > unsure ? PAGE_TREND_BETTER : PAGE_TREND_SAME;
}

bool page_is_ranked(const struct page_figures *f)
{
	return f->known_micro >= 0 && f->known_us * 2 >= f->span_us;
}

int page_rank(const struct page_figures *a, const struct page_figures *b)
{
	if (page_is_ranked(a) != page_is_ranked(b))
		return page_is_ranked(a) ? -1 : 1;
	if (page_is_ranked(a) && a->known_micro != b->known_micro)
		return a->known_micro > b->known_micro ? -1 : 1;
	return 0;
}

struct page_span page_span(const struct page *p, int64_t end_us, int days)
{
	return figures_span(p->zone, end_us, days);
}

static struct host *host_of(const struct page *p, size_t target)
{
	struct host *h = p->host;

	assert(p->magic == PAGE_MAGIC && h && h->magic == HOST_MAGIC);
	return target < h->targets ? h : NULL;
}

/* NULL with nothing wrong: a service that the configuration has and the record not yet. */
static const struct read_target *find(struct page *p, struct host *h, size_t target)
{
	const struct read_target *t = read_find(h->read, h->target[target].name);

	if (!t && *read_wrong(h->read))
		page_refuse(p, "%s", read_wrong(h->read));
	return t;
}

static const struct config_service *configured(const struct host *h, const char *name)
{
	const struct config_service *c = h->order->policies->service;

	while (c && strcmp(c->name, name))
		c = c->next;
	return c;
}

static const char *keep(struct host *h, const char *text)
{
	const char *at = text ? arena_copy(&h->arena, text, strlen(text)) : NULL;

	return at ? at : "";
}

void host_about(const struct host *h, const char *name, const struct read_target *t,
		struct page_about *a)
{
	const struct config_service *c = configured(h, name);

	*a = (struct page_about){
		.name = name,
		.kind = c || (t && t->kind == READ_SERVICE) ? "service" : "check",
		.module = t && !c ? t->module : "",
		.owner = c   ? c->about.owner
			 : t ? t->owner
			     : "",
		.category = c   ? c->about.category
			    : t ? t->category
				: "",
		.first_us = t ? t->first_us : 0,
		.last_us = t ? t->last_us : 0,
		.is_removed = t && !c && t->removed_us,
	};
}

const struct page_about *page_about(struct page *p, size_t target)
{
	struct host *h = host_of(p, target);
	struct page_about *a = h ? arena_alloc(&h->arena, sizeof *a) : NULL;
	const struct read_target *t = a ? find(p, h, target) : NULL;

	if (!a || p->wrong.size)
		return NULL;
	host_about(h, h->target[target].name, t, a);
	a->module = keep(h, a->module);
	a->owner = keep(h, a->owner);
	a->category = keep(h, a->category);
	return a;
}

const struct page_times *page_times(struct page *p, size_t target, int64_t from_us, int64_t to_us,
				    size_t *count)
{
	struct host *h = host_of(p, target);
	const struct read_target *t = h ? find(p, h, target) : NULL;
	const struct page_times *list = NULL;
	struct text wrong = {0};

	*count = 0;
	if (h && !p->wrong.size &&
	    !times_read(h->read, t, &h->arena, from_us, to_us, &list, count, &wrong))
		page_refuse(p, "%s", text_get(&wrong));
	text_release(&wrong);
	return p->wrong.size ? NULL : list;
}
