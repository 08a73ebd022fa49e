/* web/month: see month.h. */
#include "month.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../report/uptime.h"

struct figure {
	int64_t micro;
};

static struct month *month_of(struct loop_timer *t)
{
	return (struct month *)((char *)t - offsetof(struct month, timer));
}

static const char *name_at(const struct overview *o, size_t i)
{
	return i < o->checks                 ? o->check[i].name
	       : i < o->checks + o->services ? o->service[i - o->checks].name
					     : NULL;
}

static void keep(struct month *m, const char *name, int64_t micro)
{
	struct figure *f = map_find_text(&m->known, name);

	if (!f) {
		f = memory_new(sizeof *f);
		map_put_text(&m->known, name, f);
	}
	f->micro = micro;
}

static void end_round(struct month *m)
{
	uptime_close(m->open);
	m->open = NULL;
	m->at = 0;
	loop_set(m->loop, &m->timer, clock_mono_us() + MONTH_EVERY_US);
}

/* The overview may be another one at each step: a name that moved is computed in the next round. */
static void step(struct loop_timer *t)
{
	struct month *m = month_of(t);
	int64_t until_us = clock_mono_us() + MONTH_STEP_US;
	struct text wrong = {0};
	const char *name = NULL;

	if (!m->open)
		m->open = uptime_open(m->store, rules_get(&m->rules), clock_wall_us(), &wrong);
	while (m->open && (name = name_at(m->names, m->at)) && clock_mono_us() < until_us) {
		keep(m, name, uptime_known_micro(m->open, name));
		m->at++;
	}
	text_release(&wrong);
	if (name)
		loop_set(m->loop, &m->timer, clock_mono_us() + MONTH_PAUSE_US);
	else
		end_round(m);
}

void month_init(struct month *m, struct loop *loop, const struct overview *names)
{
	*m = (struct month){
		.loop = loop, .timer.fire = step, .names = names, .is_idle = true};
}

void month_start(struct month *m, const char *store)
{
	free(m->store);
	m->store = memory_text(store);
}

static void forget(struct month *m)
{
	size_t at = 0;
	struct figure *f;

	loop_stop_timer(m->loop, &m->timer);
	uptime_close(m->open);
	m->open = NULL;
	m->at = 0;
	while ((f = map_next(&m->known, &at)))
		free(f);
	map_release(&m->known);
	m->known = (struct map){0};
}

void month_take(struct month *m, const struct line *l)
{
	if (!rules_take(&m->rules, l))
		return;
	forget(m);
	rules_change(&m->rules);
	if (!m->is_idle)
		loop_set(m->loop, &m->timer, clock_mono_us());
}

void month_release(struct month *m)
{
	forget(m);
	rules_release(&m->rules);
	free(m->store);
}

void month_put(struct month *m, struct overview *o)
{
	const struct figure *f;

	if (m->is_idle && m->store && *m->store) {
		m->is_idle = false;
		loop_set(m->loop, &m->timer, clock_mono_us());
	}
	for (size_t i = 0; i < o->checks; i++)
		if ((f = map_find_text(&m->known, o->check[i].name)))
			o->check[i].uptime_micro = f->micro;
	for (size_t i = 0; i < o->services; i++)
		if ((f = map_find_text(&m->known, o->service[i].name)))
			o->service[i].uptime_micro = f->micro;
}
