/* report/exclusion: see exclusion.h. */
#include "exclusion.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "words.h"

struct exclusion_window {
	int64_t from_us, to_us, announced_us, cancelled_us; /* 0: not written down; not cancelled */
	const char *text, *by;
	bool is_recorded;
	int64_t own_us; /* of it that no window before it covers */
	int64_t kept_us; /* of that what the allowance leaves */
	int64_t reclassified_us; /* of that what was said to be something else */
	struct sla_windows kept;
	struct sla_windows up; /* taken out of what was kept: it was up, which counts */
};

struct gathering {
	const struct figures_order *order;
	struct exclusion *into;
	struct arena *arena;
	bool is_full;
};

static void release_window(struct exclusion_window *w)
{
	sla_windows_release(&w->kept);
	sla_windows_release(&w->up);
}

void exclusion_release(struct exclusion *x)
{
	for (size_t i = 0; i < x->windows; i++)
		release_window(&x->window[i]);
	free(x->window);
	sla_windows_release(&x->left_out);
	sla_windows_release(&x->excluded);
	*x = (struct exclusion){0};
}

/* ---- which windows there are ---- */

static void add_window(struct exclusion *x, const struct exclusion_window *w)
{
	if (x->windows == x->room) {
		x->room = x->room ? x->room * 2 : 16;
		x->window = memory_resize(x->window, x->room * sizeof *x->window);
	}
	x->window[x->windows++] = *w;
}

static const char *keep(struct gathering *g, const char *text)
{
	const char *at = *text ? arena_copy(g->arena, text, strlen(text)) : "";

	g->is_full |= !at;
	return at ? at : "";
}

static bool take_window(const struct read_window *w, void *with)
{
	struct gathering *g = with;
	struct exclusion_window one = {.from_us = w->from_us,
				       .to_us = w->to_us,
				       .announced_us = w->announced_us,
				       .cancelled_us = w->cancelled_us,
				       .text = keep(g, w->text),
				       .by = keep(g, w->owner),
				       .is_recorded = true};

	add_window(g->into, &one);
	return !g->is_full;
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
static void add_declared(struct gathering *g, const struct figures_window *w, int64_t at_us)
{
	struct exclusion_window one = {.announced_us = w->announced_us, .text = w->text, .by = ""};

	for (;
	     recur_next(&w->when, at_us, &one.from_us, &one.to_us) && one.from_us < g->order->to_us;
	     at_us = one.to_us)
		add_window(g->into, &one);
}

/* The keeper writes down each occurrence of a declared one: then that stands for both. */
static int by_start(const void *a, const void *b)
{
	const struct exclusion_window *x = a, *y = b;

	if (x->from_us != y->from_us)
		return x->from_us < y->from_us ? -1 : 1;
	if (x->to_us != y->to_us)
		return x->to_us < y->to_us ? -1 : 1;
	return y->is_recorded - x->is_recorded;
}

static void drop_twice(struct exclusion *x)
{
	size_t kept = 0;

	if (!x->windows)
		return;
	qsort(x->window, x->windows, sizeof *x->window, by_start);
	for (size_t i = 1; i < x->windows; i++) {
		const struct exclusion_window *last = &x->window[kept], *w = &x->window[i];

		if (w->is_recorded || !last->is_recorded || w->from_us != last->from_us ||
		    w->to_us != last->to_us)
			x->window[++kept] = *w;
	}
	x->windows = kept + 1;
}

/* ---- which of them are left out ---- */

/* A window whose announcement nobody recorded (an import, a declaration in a file) was announced.
 */
static bool is_in_time(const struct figures_policy *p, const struct exclusion_window *w)
{
	return !w->announced_us || w->from_us - w->announced_us >= p->notice_us;
}

/* What the policy leaves of a month, the earliest first. */
struct allowance {
	const struct figures_order *order;
	int64_t month_us, next_us, left_us;
};

static int64_t draw(struct allowance *a, int64_t at_us, int64_t *until_us)
{
	int64_t granted_us;

	if (!a->order->policy->allowance_us)
		return *until_us - at_us;
	if (at_us < a->month_us || at_us >= a->next_us) {
		a->month_us = figures_month_us(a->order->zone, at_us, 0);
		a->next_us = figures_month_us(a->order->zone, at_us, 1);
		a->left_us = a->order->policy->allowance_us;
	}
	*until_us = *until_us < a->next_us ? *until_us : a->next_us;
	granted_us = *until_us - at_us < a->left_us ? *until_us - at_us : a->left_us;
	a->left_us -= granted_us;
	return granted_us;
}

static void keep_part(struct allowance *a, struct exclusion_window *w, int64_t at_us, int64_t to_us)
{
	int64_t until_us, granted_us;

	w->own_us = at_us < to_us ? to_us - at_us : 0;
	for (; at_us < to_us; at_us = until_us) {
		until_us = to_us;
		granted_us = draw(a, at_us, &until_us);
		w->kept_us += granted_us;
		sla_windows_add(&w->kept, at_us, at_us + granted_us);
	}
}

/* Each moment belongs to the first window that has it. */
static void share(const struct figures_order *o, struct exclusion *x)
{
	struct allowance a = {o, INT64_MIN, INT64_MIN, 0};
	int64_t covered_us = INT64_MIN;

	for (size_t i = 0; i < x->windows; i++) {
		struct exclusion_window *w = &x->window[i];
		/* an open one ends where nobody looks any further */
		int64_t to_us = w->to_us < o->to_us ? w->to_us : o->to_us;

		if (w->cancelled_us || !is_in_time(o->policy, w))
			continue;
		keep_part(&a, w, w->from_us > covered_us ? w->from_us : covered_us, to_us);
		covered_us = to_us > covered_us ? to_us : covered_us;
	}
}

/* The first span that ends behind the moment: windows may be many, and so may spans. */
static size_t span_at(const struct sla_line *line, int64_t at_us)
{
	size_t low = 0, high = line->spans;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (line->span[middle].to_us <= at_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Where the contract says so, what was up stays up time, and is not left out: *up gets it. Nothing
 * is up that has not been yet. */
static void give_back(const struct figures_order *o, const struct sla_line *line,
		      struct sla_windows *kept, struct sla_windows *up)
{
	if (!o->policy->maintenance_up_counts)
		return;
	for (size_t k = 0; k < kept->windows; k++) {
		const struct sla_window *w = &kept->window[k];

		for (size_t i = span_at(line, w->from_us);
		     i < line->spans && line->span[i].from_us < w->to_us; i++) {
			const struct sla_span *s = &line->span[i];

			if (s->state == SLA_UP)
				sla_windows_add(up, later(s->from_us, w->from_us),
						earlier(s->to_us, w->to_us));
		}
	}
	sla_windows_settle(up);
	sla_windows_subtract(kept, up);
}

static void add_all(struct sla_windows *into, const struct sla_windows *more)
{
	for (size_t i = 0; i < more->windows; i++)
		sla_windows_add(into, more->window[i].from_us, more->window[i].to_us);
}

/* What was said of a time afterwards is neither left out nor counted because of a window. */
static void obey(const struct figures_order *o, const struct track *track, struct exclusion *x)
{
	const struct said *said = &track->said;
	struct sla_windows all = {0}, claimed = {0}, up = {0};

	sla_windows_of_claims(&all, said->claim, &said->pieces, SLA_AS);
	for (size_t i = 0; i < x->windows; i++) {
		struct exclusion_window *w = &x->window[i];

		sla_windows_settle(&w->kept);
		w->reclassified_us = sla_windows_length_us(&w->kept, &all, w->from_us, w->to_us);
		sla_windows_subtract(&w->kept, &all);
		give_back(o, &track->line, &w->kept, &w->up);
		add_all(&x->left_out, &w->kept);
	}
	sla_windows_of_claims(&claimed, said->claim, &said->pieces, SLA_AS_MAINTENANCE);
	give_back(o, &track->line, &claimed, &up);
	add_all(&x->left_out, &claimed);
	sla_windows_settle(&x->left_out);
	sla_windows_of_claims(&x->excluded, said->claim, &said->pieces, SLA_AS_EXCLUDED);
	sla_windows_release(&all);
	sla_windows_release(&claimed);
	sla_windows_release(&up);
}

bool exclusion_get(const struct figures_source *s, const struct figures_order *o,
		   struct arena *arena, const struct track *track, struct exclusion *into,
		   struct text *wrong)
{
	struct gathering g = {o, into, arena, false};
	int64_t from_us = figures_month_us(o->zone, o->from_us, 0);

	if (!read_maintenance(s->read, o->name, from_us, o->to_us, take_window, &g) || g.is_full) {
		text_puts(wrong, g.is_full ? FIGURES_TOO_MUCH : read_wrong(s->read));
		return false;
	}
	for (size_t i = 0; i < s->windows; i++)
		if (concerns(&s->window[i], o->name))
			add_declared(&g, &s->window[i], from_us);
	drop_twice(into);
	share(o, into);
	obey(o, track, into);
	return true;
}

/* ---- telling ---- */

struct telling {
	const struct exclusion *all;
	const struct figures_order *order;
	const struct sla_line *line;
	const struct sla_windows *hours;
	int64_t end_us;
};

static void begin_sentence(struct text *t)
{
	text_puts(t, t->size ? "; " : "");
}

static void say_cancelled(struct text *t, const struct telling *x, const struct exclusion_window *w)
{
	begin_sentence(t);
	text_puts(t, "cancelled at ");
	words_add_time(t, x->order->zone, w->cancelled_us);
}

static void say_late(struct text *t, const struct telling *x, const struct exclusion_window *w)
{
	int64_t ahead_us = w->from_us - w->announced_us;

	begin_sentence(t);
	text_puts(t, "announced ");
	words_add_length(t, ahead_us < 0 ? -ahead_us : ahead_us);
	text_puts(t, ahead_us < 0 ? " after it had begun" : " before it began");
	if (x->order->policy->notice_us) {
		text_puts(t, ", ");
		words_add_length(t, x->order->policy->notice_us);
		text_puts(t, " are agreed");
	}
}

static void say_used_up(struct text *t, const struct telling *x, const struct exclusion_window *w)
{
	begin_sentence(t);
	text_puts(t, "the allowance of ");
	words_add_length(t, x->order->policy->allowance_us);
	text_puts(t, " a month was used up");
	if (w->kept_us) {
		text_puts(t, " after ");
		words_add_length(t, w->kept_us);
		text_puts(t, " of it");
	}
}

static void say_part(struct text *t, int64_t us, const char *what)
{
	begin_sentence(t);
	words_add_length(t, us);
	text_puts(t, what);
}

/* Of what is left out nothing is said but what went wrong. */
static void say_why(struct text *t, const struct telling *x, const struct exclusion_window *w,
		    const struct page_maintenance *m)
{
	int64_t to_us = w->to_us < x->order->to_us ? w->to_us : x->order->to_us;

	if (w->cancelled_us) {
		say_cancelled(t, x, w);
		return;
	}
	if (!is_in_time(x->order->policy, w)) {
		say_late(t, x, w);
		return;
	}
	if (to_us - w->from_us > w->own_us)
		say_part(t, to_us - w->from_us - w->own_us, " of it lies in a window before it");
	if (w->own_us > w->kept_us)
		say_used_up(t, x, w);
	if (w->reclassified_us)
		say_part(t, w->reclassified_us, " of it was reclassified");
	if (m->up_us)
		say_part(t, m->up_us, " of it was up, and counts as that");
	if (m->over_us)
		say_part(t, m->over_us,
			 " of downtime went on behind its announced end, and counts");
}

/* Down without a break from the window's end on; 0 where another window goes on. */
static int64_t over_of(const struct telling *x, const struct exclusion_window *w)
{
	int64_t at_us = w->to_us;

	for (size_t i = span_at(x->line, at_us); i < x->line->spans && at_us < x->end_us; i++) {
		const struct sla_span *s = &x->line->span[i];

		if (s->from_us > at_us || (s->state != SLA_DOWN && s->state != SLA_UNCONFIRMED))
			break;
		at_us = s->to_us < x->end_us ? s->to_us : x->end_us;
	}
	if (at_us <= w->to_us || sla_windows_length_us(&x->all->left_out, NULL, w->to_us, at_us))
		return 0;
	return at_us - w->to_us;
}

static bool tell(const struct telling *x, const struct exclusion_window *w, struct arena *arena,
		 struct page_maintenance *into)
{
	const struct figures_order *o = x->order;
	struct sla_windows whole = {0};
	struct text why = {0};

	sla_windows_add(&whole, w->from_us, w->to_us);
	*into = (struct page_maintenance){
		.from_us = w->from_us,
		.to_us = w->to_us == INT64_MAX ? -1 : w->to_us,
		.announced_us = w->announced_us ? w->announced_us : -1,
		.cancelled_us = w->cancelled_us ? w->cancelled_us : -1,
		.counted_us = sla_windows_length_us(&whole, x->hours, o->from_us, o->to_us),
		.excluded_us = sla_windows_length_us(&w->kept, x->hours, o->from_us, o->to_us),
		.up_us = sla_windows_length_us(&w->up, x->hours, o->from_us, o->to_us),
		.over_us = w->kept_us ? over_of(x, w) : 0,
		.text = w->text,
		.by = w->by,
	};
	say_why(&why, x, w, into);
	into->why = arena_copy(arena, text_get(&why), why.size);
	text_release(&why);
	sla_windows_release(&whole);
	return into->why != NULL;
}

bool exclusion_tell(const struct exclusion *all, const struct figures_order *o, struct arena *arena,
		    const struct sla_line *line, const struct sla_windows *hours, int64_t end_us,
		    struct page_figures *into)
{
	const struct telling x = {all, o, line, hours, end_us};
	struct page_maintenance *list = arena_alloc(arena, (all->windows + 1) * sizeof *list);

	for (size_t i = 0; list && i < all->windows; i++) {
		const struct exclusion_window *w = &all->window[i];

		if (w->to_us > o->from_us && w->from_us < o->to_us &&
		    !tell(&x, w, arena, &list[into->maintenance_count++]))
			return false;
	}
	into->maintenance = list;
	return list != NULL;
}
