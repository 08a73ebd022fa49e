/* report/days: see days.h; page_days() of <nines/report.h> is here too. */
#include "days.h"

#include <assert.h>

#include "host.h"

/* The spans that [from, to) touches; days come in order, so the search goes on where it stopped. */
static struct sla_line part_of(const struct sla_line *all, size_t *first, int64_t from_us,
			       int64_t to_us)
{
	size_t end;

	while (*first < all->spans && all->span[*first].to_us <= from_us)
		++*first;
	end = *first;
	while (end < all->spans && all->span[end].from_us < to_us)
		end++;
	return (struct sla_line){all->span + *first, end - *first, 0};
}

/* Windows may lie over a time long before anything was configured, or still to come. */
static bool is_watched(const struct sla_line *part)
{
	for (size_t i = 0; i < part->spans; i++)
		if (part->span[i].state != SLA_NOT_MONITORED)
			return true;
	return false;
}

/* The worst that counts; what nobody knows of most of a day is not called up. */
static enum page_state state_of(const struct sla_sums *s, const struct sla_policy *rule,
				const struct sla_line *part)
{
	if (s->down_us > (rule->blips_are_up ? s->blip_us : 0))
		return PAGE_STATE_DOWN;
	if (s->degraded_us)
		return PAGE_STATE_DEGRADED;
	if (s->unknown_us > s->up_us)
		return PAGE_STATE_UNKNOWN;
	if (s->up_us || s->down_us)
		return PAGE_STATE_UP;
	if (!is_watched(part))
		return PAGE_STATE_NONE;
	if (s->maintenance_us)
		return PAGE_STATE_MAINTENANCE;
	return s->outside_hours_us || s->excluded_us ? PAGE_STATE_OUTSIDE : PAGE_STATE_NONE;
}

static struct page_day day_of(const struct sla_sums *s, const struct sla_policy *rule,
			      const struct sla_line *part, int64_t from_us, int64_t to_us)
{
	return (struct page_day){
		.from_us = from_us,
		.to_us = to_us,
		.state = state_of(s, rule, part),
		.up_us = s->up_us,
		.degraded_us = s->degraded_us,
		.down_us = s->down_us,
		.blip_us = s->blip_us,
		.unknown_us = s->unknown_us,
		.not_monitored_us = s->not_monitored_us,
		.maintenance_us = s->maintenance_us,
		.outside_hours_us = s->outside_hours_us,
		.agreed_us = s->agreed_us,
		.known_us = s->known_us,
		.counted_down_us = s->counted_down_us,
		.excluded_us = s->excluded_us,
		.known_micro = sla_percent_micro(s->known_us - s->counted_down_us, s->known_us),
	};
}

static size_t count_days(const struct figures_order *o)
{
	int64_t at_us = o->from_us;
	size_t n = 0;

	for (; at_us < o->to_us; at_us = figures_day_us(o->zone, at_us, 1))
		n++;
	return n;
}

bool days_take(struct arena *arena, const struct figures_order *o, const struct sla_line *line,
	       const struct sla_layers *over)
{
	const struct sla_policy *rule = &o->policy->rule;
	struct figures_days *into = o->days;
	struct sla_sums so_far = {0};
	size_t first = 0;
	int64_t next_us;

	into->day = arena_alloc(arena, (count_days(o) + 1) * sizeof *into->day);
	if (!into->day)
		return false;
	for (int64_t at_us = o->from_us; at_us < o->to_us; at_us = next_us) {
		next_us = figures_day_us(o->zone, at_us, 1);
		next_us = next_us < o->to_us ? next_us : o->to_us;
		const struct sla_line part = part_of(line, &first, at_us, next_us);
		const struct sla_sums s = sla_sum(&part, at_us, next_us, over, rule);

		sla_sums_add(&so_far, &s, rule);
		into->day[into->days] = day_of(&s, rule, &part, at_us, next_us);
		into->day[into->days++].budget_us = -sla_used_us(&so_far, rule);
	}
	for (size_t i = 0; i < into->days; i++)
		into->day[i].budget_us =
			rule->target_micro ? into->day[i].budget_us +
						     page_allowed_us(rule->target_micro,
								     so_far.agreed_us)
					   : 0;
	return true;
}

const struct page_day *page_days(struct page *p, size_t number, int64_t from_us, int64_t to_us,
				 size_t *days)
{
	struct host *h = p->host;
	struct page_figures *f = arena_alloc(&h->arena, sizeof *f);
	struct figures_days list = {0};
	struct text wrong = {0};
	struct figures_order order;

	assert(p->magic == PAGE_MAGIC && h->magic == HOST_MAGIC);
	*days = 0;
	if (number >= h->targets)
		return NULL;
	order = host_order(&h->target[number]);
	order.from_us = from_us;
	order.to_us = to_us;
	order.days = &list;
	if (!f || !figures_compute(&h->source, &h->arena, &order, f, &wrong))
		page_refuse(p, "%s", f ? text_get(&wrong) : "the figures need too much memory");
	text_release(&wrong);
	*days = p->wrong.size ? 0 : list.days;
	return p->wrong.size ? NULL : list.day;
}
