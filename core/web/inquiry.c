/* web/inquiry: see inquiry.h. */
#include "inquiry.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../report/report.h"
#include "../report/uptime.h"

#define STEP_US	    5000 /* of work, then */
#define PAUSE_US    20000 /* others have their turn */
#define ARENA_BYTES (16u << 20) /* of one target */
#define KEPT_BYTES  (4u << 20) /* texts of the answer */

struct inquiry {
	struct inquiry *next;
	struct inquiry_order order;
	inquiry_ended *ended;
	void *with;
	int64_t enough_us; /* monotonic: a list ends */
	/* all below is made anew when the rules change */
	struct uptime *open;
	size_t at; /* the target whose turn it is */
	bool is_behind; /* behind order.after */
	struct figures_question *question; /* NULL: none is open */
	struct arena arena, kept;
	struct page_figures figures, *list;
	size_t count, room;
	struct text wrong;
};

struct inquiries {
	struct loop *loop;
	struct loop_timer timer;
	const char *const *store;
	const struct rules *rules;
	struct inquiry *first;
	size_t count;
};

/* ---- one inquiry ---- */

static void let_go(struct inquiry *i)
{
	figures_end(i->question);
	uptime_close(i->open);
	arena_release(&i->arena);
	arena_release(&i->kept);
	free(i->list);
	text_release(&i->wrong);
	i->question = NULL;
	i->open = NULL;
	i->list = NULL;
	i->at = i->count = i->room = 0;
	i->is_behind = false;
}

static const char *kept(struct inquiry *i, const char *text)
{
	const char *at = text ? arena_copy(&i->kept, text, strlen(text)) : NULL;

	return at ? at : "";
}

/* The sums: all lists of theirs are let go of. */
static void keep(struct inquiry *i)
{
	struct page_figures *f;

	if (i->count == i->room) {
		i->room = i->room ? 2 * i->room : 16;
		i->list = memory_resize(i->list, i->room * sizeof *i->list);
	}
	f = &i->list[i->count++];
	*f = i->figures;
	f->name = kept(i, f->name);
	f->kind = kept(i, f->kind);
	f->method = kept(i, f->method);
	f->sla = kept(i, f->sla);
	f->zone = kept(i, f->zone);
	f->resolution = kept(i, f->resolution);
	f->incident = NULL;
	f->cause = NULL;
	f->step = NULL;
	f->maintenance = NULL;
	f->reclassification = NULL;
	f->before = NULL;
	f->incident_count = f->cause_count = f->step_count = f->maintenance_count =
		f->reclassification_count = 0;
}

static bool is_list(const struct inquiry *i)
{
	return !i->order.check && !i->order.service;
}

static unsigned open_it(struct inquiries *q, struct inquiry *i)
{
	static const unsigned status[] = {[UPTIME_OPEN] = 0,
					  [UPTIME_WRONG_SPAN] = 400,
					  [UPTIME_NOT_THERE] = 404,
					  [UPTIME_UNREADABLE] = 503};
	const struct inquiry_order *o = &i->order;
	const int64_t now_us = clock_wall_us();

	arena_init(&i->kept, NULL, 0, KEPT_BYTES);
	i->is_behind = !o->after;
	return status[uptime_open_order(
		&i->open,
		&(struct report_order){.store = *q->store ? *q->store : "",
				       .policies = rules_get(q->rules),
				       .check = o->check,
				       .service = o->service,
				       .sla = o->sla,
				       .month = o->month,
				       .quarter = o->quarter,
				       .year = o->year,
				       .from = o->from,
				       .to = o->to,
				       .now_us = now_us - now_us % CLOCK_SECOND},
		&i->wrong)];
}

/* Is the target whose turn it is part of the answer? */
static bool is_wanted(struct inquiry *i)
{
	const struct inquiry_order *o = &i->order;
	const char *name = uptime_asked(i->open, i->at).name;
	bool was_behind = i->is_behind;

	if (!is_list(i))
		return true;
	i->is_behind = i->is_behind || !strcmp(name, o->after);
	return was_behind && o->wants(o->with, name);
}

static bool is_full(const struct inquiry *i)
{
	return is_list(i) && i->count &&
	       (i->count >= i->order.limit || clock_mono_us() >= i->enough_us);
}

static unsigned answer_question(struct inquiry *i)
{
	enum figures_step is = figures_step(i->question);

	if (is == FIGURES_MORE)
		return 0;
	figures_end(i->question);
	i->question = NULL;
	if (is == FIGURES_DONE)
		keep(i);
	arena_release(&i->arena);
	i->at++;
	return is == FIGURES_DONE ? 0 : 503;
}

/* The status once it is over, else 0. *next: where a list that is not whole goes on. */
static unsigned step(struct inquiries *q, struct inquiry *i, const char **next)
{
	struct figures_order order;

	if (!i->open)
		return open_it(q, i);
	if (i->question)
		return answer_question(i);
	if (i->at == uptime_targets(i->open))
		return 200;
	if (!is_wanted(i)) {
		i->at++;
		return 0;
	}
	if (is_full(i)) {
		*next = i->list[i->count - 1].name;
		return 200;
	}
	arena_init(&i->arena, NULL, 0, ARENA_BYTES);
	order = uptime_asked(i->open, i->at);
	i->question = figures_begin(uptime_source(i->open), &i->arena, &order, &i->figures,
				    &i->wrong);
	return 0;
}

/* ---- all of them ---- */

static void take_out(struct inquiries *q, struct inquiry *i)
{
	struct inquiry **at = &q->first;

	while (*at != i)
		at = &(*at)->next;
	*at = i->next;
	q->count--;
}

static void finish(struct inquiries *q, struct inquiry *i, unsigned status, const char *next)
{
	take_out(q, i);
	i->ended(&(struct inquiry_answer){status, text_get(&i->wrong), i->list, i->count, next},
		 i->with);
	let_go(i);
	free(i);
}

static void fire(struct loop_timer *t)
{
	struct inquiries *q = (struct inquiries *)((char *)t - offsetof(struct inquiries, timer));
	const int64_t until_us = clock_mono_us() + STEP_US;
	const char *next = NULL;
	unsigned status = 0;

	while (q->first && !status && clock_mono_us() < until_us)
		status = step(q, q->first, &next);
	if (q->first && q->first->open)
		read_linger(uptime_source(q->first->open)->read, false);
	if (status)
		finish(q, q->first, status, next);
	if (q->first)
		loop_set(q->loop, &q->timer, clock_mono_us() + PAUSE_US);
}

struct inquiries *inquiries_new(struct loop *loop, const char *const *store,
				const struct rules *rules)
{
	struct inquiries *q = memory_new(sizeof *q);

	q->loop = loop;
	q->timer.fire = fire;
	q->store = store;
	q->rules = rules;
	return q;
}

void inquiries_free(struct inquiries *q)
{
	struct inquiry *i;

	if (!q)
		return;
	loop_stop_timer(q->loop, &q->timer);
	while ((i = q->first)) {
		q->first = i->next;
		let_go(i);
		free(i);
	}
	free(q);
}

bool inquiries_put(struct inquiries *q, const struct inquiry_order *order, inquiry_ended *ended,
		   void *with)
{
	struct inquiry **at = &q->first, *i;

	if (q->count == INQUIRIES)
		return false;
	while (*at)
		at = &(*at)->next;
	i = memory_new(sizeof *i);
	i->order = *order;
	i->ended = ended;
	i->with = with;
	i->enough_us = clock_mono_us() + INQUIRY_LIST_US;
	*at = i;
	if (!q->count++)
		loop_set(q->loop, &q->timer, clock_mono_us());
	return true;
}

void inquiries_forget(struct inquiries *q, const void *with)
{
	struct inquiry *next;

	for (struct inquiry *i = q->first; i; i = next) {
		next = i->next;
		if (i->with != with)
			continue;
		take_out(q, i);
		let_go(i);
		free(i);
	}
}

void inquiries_restart(struct inquiries *q)
{
	for (struct inquiry *i = q->first; i; i = i->next)
		let_go(i);
}
