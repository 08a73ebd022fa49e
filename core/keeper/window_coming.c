/* keeper/window_coming: the spans of windows that lie ahead or go on, as pages announce them. See
 * window.h. */
#include "../base/clock.h"
#include "window_inside.h"

#define AHEAD_US (INT64_C(14) * 86400 * CLOCK_SECOND)
#define KEPT_US \
	(INT64_C(3600) * CLOCK_SECOND) /* pages ask each second; a line of crontab is work */

/* One that comes once may have been ended meanwhile. */
static bool is_kept(const struct window *w, int64_t now_us)
{
	return w->when.is_again && now_us >= w->coming_us && now_us - w->coming_us < KEPT_US &&
	       (!w->comings || w->coming[0].to_us > now_us);
}

static void find(struct window *w, int64_t now_us)
{
	struct window_span s;
	int64_t at_us = now_us;

	w->comings = 0;
	w->coming_us = now_us;
	while (w->comings < WINDOW_COMING && recur_next(&w->when, at_us, &s.from_us, &s.to_us) &&
	       s.from_us < now_us + AHEAD_US) {
		w->coming[w->comings++] = s;
		if (!w->when.is_again)
			break;
		at_us = s.to_us;
	}
}

static void add_span(struct text *t, const struct window *w, const struct window_span *s)
{
	line_begin_name(t, "window", w->id);
	line_add(t, "services", window_word_of(w, "services"));
	line_add(t, "impact", window_impact_name[w->impact]);
	line_add(t, "text", window_word_of(w, "text"));
	line_add_int(t, "from_us", s->from_us);
	line_add_int(t, "to_us", s->to_us);
	if (w->announced_us)
		line_add_int(t, "announced_us", w->announced_us);
	line_end(t);
}

/* Found anew where that is due; how many there are to tell. */
static size_t look(struct window *w, int64_t now_us)
{
	if (w->is_cancelled || w->announced_us > now_us)
		return 0;
	if (!is_kept(w, now_us))
		find(w, now_us);
	return w->comings;
}

bool window_tell_coming(struct keeper *k, int64_t client, struct window_place *place)
{
	struct window *w = k->windows;
	struct text *t;

	for (size_t i = 0; w && i < place->window; i++)
		w = w->next;
	for (; w; w = w->next, place->window++, place->span = 0)
		for (size_t spans = look(w, k->wall_us); place->span < spans; place->span++) {
			t = keeper_line(k, END_CLIENT, client);
			if (!t)
				return false;
			add_span(t, w, &w->coming[place->span]);
		}
	return true;
}
