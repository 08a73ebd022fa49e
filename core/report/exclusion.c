/* report/exclusion: see exclusion.h. */
#include "exclusion.h"

#include <string.h>

struct gathering {
	const struct figures_order *order;
	struct sla_windows *into;
};

/* A window whose announcement nobody recorded (an import, a declaration in a file) was announced.
 */
static bool is_in_time(const struct figures_policy *p, int64_t announced_us, int64_t from_us)
{
	return !announced_us || from_us - announced_us >= p->notice_us;
}

static bool take_window(const struct read_window *w, void *with)
{
	const struct gathering *g = with;

	if (!w->cancelled_us && is_in_time(g->order->policy, w->announced_us, w->from_us))
		sla_windows_add(g->into, w->from_us, w->to_us);
	return true;
}

static bool concerns(const struct figures_window *w, const char *name)
{
	if (!w->services || !*w->services)
		return true;
	for (const char *const *s = w->services; *s; s++)
		if (!strcmp(*s, name))
			return true;
	return false;
}

/* Every occurrence that reaches into the span from `at_us` on. */
static void add_declared(const struct figures_order *o, const struct figures_window *w,
			 int64_t at_us, struct sla_windows *into)
{
	int64_t from_us, to_us;

	for (; recur_next(&w->when, at_us, &from_us, &to_us) && from_us < o->to_us; at_us = to_us)
		if (is_in_time(o->policy, w->announced_us, from_us))
			sla_windows_add(into, from_us, to_us);
}

/* Keeps the first `allowance` of each calendar month. */
static void limit(const struct figures_order *o, struct sla_windows *all)
{
	struct sla_windows kept = {0};
	int64_t month_us = INT64_MIN, next_us = INT64_MIN, left_us = 0;

	for (size_t i = 0; i < all->windows; i++)
		for (int64_t at_us = all->window[i].from_us, to_us; at_us < all->window[i].to_us;
		     at_us = to_us) {
			to_us = all->window[i].to_us;
			if (at_us < month_us || at_us >= next_us) {
				month_us = figures_month_us(o->zone, at_us, 0);
				next_us = figures_month_us(o->zone, at_us, 1);
				left_us = o->policy->allowance_us;
			}
			to_us = to_us < next_us ? to_us : next_us;
			if (to_us - at_us > left_us)
				sla_windows_add(&kept, at_us, at_us + left_us);
			else
				sla_windows_add(&kept, at_us, to_us);
			left_us -= to_us - at_us < left_us ? to_us - at_us : left_us;
		}
	sla_windows_release(all);
	*all = kept;
}

bool exclusion_get(const struct figures_source *s, const struct figures_order *o,
		   struct sla_windows *into, struct text *wrong)
{
	struct gathering g = {o, into};
	int64_t from_us = figures_month_us(o->zone, o->from_us, 0);

	if (!read_maintenance(s->read, o->name, from_us, o->to_us, take_window, &g)) {
		text_puts(wrong, read_wrong(s->read));
		return false;
	}
	for (size_t i = 0; i < s->windows; i++)
		if (concerns(&s->window[i], o->name))
			add_declared(o, &s->window[i], from_us, into);
	/* An open window ends where nobody looks any further. */
	for (size_t i = 0; i < into->windows; i++)
		if (into->window[i].to_us > o->to_us)
			into->window[i].to_us = o->to_us;
	sla_windows_settle(into);
	if (o->policy->allowance_us)
		limit(o, into);
	return true;
}
