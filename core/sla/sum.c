/* sla/sum: from a time line, windows and a policy to sums and percentages. See sla.h. */
#include "sla.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../base/map.h"
#include "../base/memory.h"

#define METHOD_VERSION 1
#define MICRO_OF_ALL INT64_C(100000000) /* 100 % in millionths of a percent */

void sla_windows_release(struct sla_windows *w)
{
	free(w->window);
	*w = (struct sla_windows){0};
}

void sla_windows_add(struct sla_windows *w, int64_t from_us, int64_t to_us)
{
	if (from_us >= to_us)
		return;
	if (w->windows == w->room) {
		w->room = w->room ? w->room * 2 : 8;
		w->window = memory_resize(w->window, w->room * sizeof *w->window);
	}
	w->window[w->windows++] = (struct sla_window){from_us, to_us};
}

static int by_start(const void *a, const void *b)
{
	const struct sla_window *x = a, *y = b;

	return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

void sla_windows_settle(struct sla_windows *w)
{
	size_t kept = 0;

	if (!w->windows)
		return;
	qsort(w->window, w->windows, sizeof *w->window, by_start);
	for (size_t i = 1; i < w->windows; i++) {
		if (w->window[i].from_us > w->window[kept].to_us)
			w->window[++kept] = w->window[i];
		else if (w->window[i].to_us > w->window[kept].to_us)
			w->window[kept].to_us = w->window[i].to_us;
	}
	w->windows = kept + 1;
}

/* Walks settled windows along with growing times. */
struct walk {
	const struct sla_windows *windows;
	size_t at;
	bool otherwise; /* what is_inside answers when there are no windows at all */
};

/* To the first window that ends behind the time. The next one it is as a rule; a walk that begins
 * may have far to go. */
static void go_on(struct walk *w, int64_t at_us)
{
	const struct sla_window *window = w->windows->window;
	size_t high = w->windows->windows;

	for (int i = 0; i < 2 && w->at < high && window[w->at].to_us <= at_us; i++)
		w->at++;
	if (w->at == high || window[w->at].to_us > at_us)
		return;
	while (w->at < high) {
		size_t middle = w->at + (high - w->at) / 2;

		if (window[middle].to_us <= at_us)
			w->at = middle + 1;
		else
			high = middle;
	}
}

static bool is_inside(struct walk *w, int64_t at_us, int64_t *until_us)
{
	const struct sla_window *x;

	if (!w->windows)
		return w->otherwise;
	go_on(w, at_us);
	if (w->at == w->windows->windows)
		return false;
	x = &w->windows->window[w->at];
	if (x->from_us > at_us) {
		*until_us = x->from_us < *until_us ? x->from_us : *until_us;
		return false;
	}
	*until_us = x->to_us < *until_us ? x->to_us : *until_us;
	return true;
}

static void add_state(struct sla_sums *sums, const struct sla_span *s, int64_t us)
{
	int64_t *const sum[SLA_STATES] = {
		[SLA_NOT_MONITORED] = &sums->not_monitored_us, [SLA_UNKNOWN] = &sums->unknown_us,
		[SLA_UP] = &sums->up_us,                       [SLA_DEGRADED] = &sums->degraded_us,
		[SLA_UNCONFIRMED] = &sums->down_us,            [SLA_DOWN] = &sums->down_us,
	};

	*sum[s->state] += us;
	if (s->state == SLA_UNCONFIRMED)
		sums->blip_us += us;
	if (s->state == SLA_UNKNOWN)
		sums->unknown_by_cause_us[s->cause] += us;
}

/* a * b / c without overflow, truncated. */
static int64_t scale(int64_t a, int64_t b, int64_t c)
{
	return (int64_t)((__int128)a * b / c);
}

int64_t sla_part_up(int64_t a, int64_t b, int64_t c)
{
	return (int64_t)(((__int128)a * b + c - 1) / c);
}

static void derive(struct sla_sums *s, const struct sla_policy *p)
{
	s->agreed_us = s->span_us - s->outside_hours_us - s->excluded_us - s->maintenance_us -
		       s->not_monitored_us;
	s->known_us = s->agreed_us - s->unknown_us;
	s->counted_down_us = s->down_us - (p->blips_are_up ? s->blip_us : 0) +
			     sla_part_up(s->degraded_us, p->degraded_weight_ppm, 1000000);
}

/* What of a line's time is no agreed time, the first that holds. */
enum layer { LAYER_NONE, LAYER_OUTSIDE, LAYER_EXCLUDED, LAYER_MAINTENANCE };

/* Calls `take` for each piece of [from, to) that is of one state under one layer, in order. */
static void each_piece(const struct sla_line *line, int64_t from_us, int64_t to_us,
		       const struct sla_layers *over,
		       void (*take)(const struct sla_span *, enum layer, int64_t us, void *with),
		       void *with)
{
	struct walk in_hours = {over->hours, 0, true}, in_excluded = {over->excluded, 0, false},
		    in_maintenance = {over->maintenance, 0, false};
	struct sla_line part = {0};

	sla_line_cut(&part, line, from_us, to_us);
	for (size_t i = 0; i < part.spans; i++)
		for (int64_t at_us = part.span[i].from_us, until_us; at_us < part.span[i].to_us;
		     at_us = until_us) {
			until_us = part.span[i].to_us;
			bool agreed = is_inside(&in_hours, at_us, &until_us);
			bool excluded = is_inside(&in_excluded, at_us, &until_us);
			bool maintained = is_inside(&in_maintenance, at_us, &until_us);

			take(&part.span[i],
			     !agreed      ? LAYER_OUTSIDE
			     : excluded   ? LAYER_EXCLUDED
			     : maintained ? LAYER_MAINTENANCE
					  : LAYER_NONE,
			     until_us - at_us, with);
		}
	sla_line_release(&part);
}

static void add_piece(const struct sla_span *s, enum layer layer, int64_t us, void *with)
{
	struct sla_sums *sums = with;
	int64_t *const sum[] = {[LAYER_OUTSIDE] = &sums->outside_hours_us,
				[LAYER_EXCLUDED] = &sums->excluded_us,
				[LAYER_MAINTENANCE] = &sums->maintenance_us};

	if (layer == LAYER_NONE)
		add_state(sums, s, us);
	else
		*sum[layer] += us;
}

struct sla_sums sla_sum(const struct sla_line *line, int64_t from_us, int64_t to_us,
			const struct sla_layers *over, const struct sla_policy *policy)
{
	struct sla_sums sums = {.span_us = to_us > from_us ? to_us - from_us : 0};

	each_piece(line, from_us, to_us, over, add_piece, &sums);
	derive(&sums, policy);
	return sums;
}

struct stretching {
	uint32_t of, until;
	bool is_inside;
	int64_t count;
};

static void take_stretch(const struct sla_span *s, enum layer layer, int64_t us, void *with)
{
	struct stretching *x = with;

	(void)us;
	if (layer != LAYER_NONE)
		return;
	if (x->of & 1u << s->state) {
		x->count += !x->is_inside;
		x->is_inside = true;
	} else if (x->until & 1u << s->state) {
		x->is_inside = false;
	}
}

int64_t sla_stretches(const struct sla_line *line, int64_t from_us, int64_t to_us,
		      const struct sla_layers *over, uint32_t of, uint32_t until)
{
	struct stretching x = {of, until, false, 0};

	each_piece(line, from_us, to_us, over, take_stretch, &x);
	return x.count;
}

/* Every member is a time, whatever is added to them one day. */
void sla_sums_add(struct sla_sums *into, const struct sla_sums *more, const struct sla_policy *p)
{
	int64_t *sum = (int64_t *)into;
	const int64_t *us = (const int64_t *)more;

	for (size_t i = 0; i < sizeof *into / sizeof *sum; i++)
		sum[i] += us[i];
	derive(into, p);
}

int64_t sla_windows_length_us(const struct sla_windows *w, const struct sla_windows *other,
			      int64_t from_us, int64_t to_us)
{
	struct walk first = {w, 0, true}, second = {other, 0, true};
	int64_t length_us = 0;

	for (int64_t at_us = from_us, until_us; at_us < to_us; at_us = until_us) {
		until_us = to_us;
		bool is_first = is_inside(&first, at_us, &until_us);
		bool is_second = is_inside(&second, at_us, &until_us);

		if (is_first && is_second)
			length_us += until_us - at_us;
	}
	return length_us;
}

void sla_windows_subtract(struct sla_windows *from, const struct sla_windows *what)
{
	struct walk out = {what, 0, false};
	struct sla_windows rest = {0};

	for (size_t i = 0; i < from->windows; i++)
		for (int64_t at_us = from->window[i].from_us, until_us;
		     at_us < from->window[i].to_us; at_us = until_us) {
			until_us = from->window[i].to_us;
			if (!is_inside(&out, at_us, &until_us))
				sla_windows_add(&rest, at_us, until_us);
		}
	sla_windows_release(from);
	*from = rest;
	sla_windows_settle(from);
}

int64_t sla_percent_micro(int64_t part_us, int64_t whole_us)
{
	return whole_us > 0 ? scale(part_us, MICRO_OF_ALL, whole_us) : -1;
}

int64_t sla_judged_micro(const struct sla_sums *s, const struct sla_policy *p)
{
	int64_t good_us = s->known_us - s->counted_down_us;

	if (p->unknown == SLA_UNKNOWN_APART)
		return sla_percent_micro(good_us, s->known_us);
	return sla_percent_micro(p->unknown == SLA_UNKNOWN_UP ? good_us + s->unknown_us : good_us,
				 s->agreed_us);
}

int64_t sla_percent_up_micro(int64_t part_us, int64_t whole_us)
{
	return whole_us > 0 ? sla_part_up(part_us, MICRO_OF_ALL, whole_us) : -1;
}

bool sla_is_met(const struct sla_sums *s, const struct sla_policy *p)
{
	int64_t micro = sla_judged_micro(s, p);

	return p->target_micro && micro >= p->target_micro;
}

int64_t sla_used_us(const struct sla_sums *s, const struct sla_policy *p)
{
	return s->counted_down_us + (p->unknown == SLA_UNKNOWN_DOWN ? s->unknown_us : 0);
}

void sla_add_method(struct text *t, const struct sla_policy *p, const char *zone)
{
	struct text all = {0};

	text_printf(&all,
		    "%d target=%" PRId64 " degraded=%" PRId64
		    " unknown=%d blips=%d start=%d zone=%s",
		    METHOD_VERSION, p->target_micro, p->degraded_weight_ppm, (int)p->unknown,
		    (int)p->blips_are_up, (int)p->start, zone);
	text_printf(t, "nines-%d:%012" PRIx64, METHOD_VERSION, map_hash(all.at, all.size) >> 16);
	text_release(&all);
}
