/* web/page: see page.h. */
#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../report/uptime.h"
#include "assets.h"
#include "template.h"

#define MOST_ROWS 5000
#define BAR_UNITS 1000 /* the width of a waterfall's drawing */
#define LEAST_UNITS 4 /* of a step, so that it can be seen */

struct state_word {
	const char *state, *headline_one, *headline_many;
};

/* From the worst; whatever else a keeper says is shown as unknown. */
static const struct state_word state_word[] = {
	{"down", "check is down", "checks are down"},
	{"unconfirmed", "check has failed once and is tested again",
	 "checks have failed once and are tested again"},
	{"degraded", "check is degraded", "checks are degraded"},
	{"unknown", "check is unknown", "checks are unknown"},
	{"not-monitored", "check waits for its first probe", "checks wait for their first probe"},
	{"up", "check is up", "checks are up"},
};
#define STATES (sizeof state_word / sizeof *state_word)
#define UNKNOWN 3

static size_t rank(const char *state)
{
	size_t i = 0;

	while (i < STATES && strcmp(state_word[i].state, state))
		i++;
	return i == STATES ? UNKNOWN : i;
}

/* A class name of ours, never a foreign word. */
static const char *class_of(const char *state)
{
	return state_word[rank(state)].state;
}

/* The colour of a step: names that mean alike look alike. */
static const struct {
	const char *step, *class;
} step_class[] = {
	{"resolve", "a"}, {"connect", "b"}, {"tls", "c"},  {"starttls", "c"}, {"kex", "c"},
	{"banner", "d"},  {"ehlo", "e"},    {"auth", "f"}, {"request", "e"},  {"first-byte", "d"},
	{"body", "g"},    {"query", "d"},   {"echo", "d"}, {"exec", "d"},
};

static const char *class_of_step(const char *name)
{
	for (size_t i = 0; i < sizeof step_class / sizeof *step_class; i++)
		if (!strcmp(step_class[i].step, name))
			return step_class[i].class;
	return "h";
}

static void add_span(struct text *t, int64_t us)
{
	if (us < CLOCK_SECOND)
		text_puts(t, "a moment");
	else if (us < 60 * CLOCK_SECOND)
		text_printf(t, "%d s", (int)(us / CLOCK_SECOND));
	else
		text_add_duration(t, us);
}

/* A piece whose words were gathered one by one; values live until the end. */
struct words {
	struct template_word at[24];
	struct text value[24];
	size_t count;
};

static struct text *word(struct words *w, const char *key)
{
	w->at[w->count].key = key;
	return &w->value[w->count++];
}

static void word_text(struct words *w, const char *key, const char *value)
{
	text_puts(word(w, key), value);
}

static void word_time(struct words *w, const char *key, int64_t wall_us)
{
	struct text *t = word(w, key);

	if (wall_us > 0)
		clock_add_utc(t, wall_us, 0);
}

/* 2026-11-21 18:00:00 UTC */
static void add_shown_time(struct text *t, int64_t wall_us)
{
	struct text utc = {0};

	clock_add_utc(&utc, wall_us, 0);
	text_printf(t, "%.10s %.8s UTC", text_get(&utc), utc.size > 11 ? utc.at + 11 : "");
	text_release(&utc);
}

static void add_piece(struct text *t, const char *piece, struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		w->at[i].value = text_get(&w->value[i]);
	w->at[w->count].key = NULL;
	template_add(t, web_page, piece, w->at);
	for (size_t i = 0; i < w->count; i++)
		text_release(&w->value[i]);
}

static int64_t units(int64_t us, int64_t whole_us)
{
	return (int64_t)((double)us / (double)whole_us * BAR_UNITS);
}

static void add_bar(struct text *t, const struct overview_check *c)
{
	int64_t whole = c->elapsed_us, from, width;

	for (size_t i = 0; i < c->steps; i++)
		whole = c->steps_at[i].to_us > whole ? c->steps_at[i].to_us : whole;
	for (size_t i = 0; i < c->steps; i++) {
		const struct steps_one *s = &c->steps_at[i];

		from = units(s->from_us, whole ? whole : 1);
		width = units(s->to_us, whole ? whole : 1) - from;
		if (from > BAR_UNITS - LEAST_UNITS)
			from = BAR_UNITS - LEAST_UNITS;
		text_printf(t, "<rect class=\"%s\" x=\"%d\" width=\"%d\" height=\"10\"/>",
			    s->ok ? class_of_step(s->name) : "bad", (int)from,
			    (int)(width < LEAST_UNITS ? LEAST_UNITS : width));
	}
}

static void add_legend(struct text *t, const struct overview_check *c)
{
	struct words w;

	for (size_t i = 0; i < c->steps; i++) {
		const struct steps_one *s = &c->steps_at[i];

		memset(&w, 0, sizeof w);
		word_text(&w, "class", s->ok ? class_of_step(s->name) : "bad");
		word_text(&w, "step", s->name);
		text_add_duration(word(&w, "took"), s->to_us - s->from_us);
		add_piece(t, "step", &w);
	}
}

static void add_probe(struct text *t, const struct overview_check *c)
{
	struct words w = {0};

	if (!c->start_us)
		return;
	add_bar(word(&w, "bar"), c);
	add_legend(word(&w, "legend"), c);
	text_add_duration(word(&w, "elapsed"), c->elapsed_us);
	word_time(&w, "started", c->start_us);
	word_text(&w, "address", c->address);
	add_piece(t, "probe", &w);
}

static void add_since(struct text *t, int64_t since_us, int64_t at_us)
{
	struct words w = {0};

	if (since_us <= 0)
		return;
	word_time(&w, "since", since_us);
	add_span(word(&w, "for"), at_us - since_us);
	add_piece(t, "since", &w);
}

static void add_month(struct text *t, int64_t micro)
{
	struct words w = {0};

	if (micro < 0)
		return;
	uptime_add(word(&w, "uptime"), micro);
	add_piece(t, "uptime", &w);
}

static void add_reason(struct text *t, const struct overview_check *c)
{
	struct words w = {0};
	struct text *reason = word(&w, "reason");

	if (!*c->reason)
		return;
	if (*c->step)
		text_printf(reason, "%s: ", c->step);
	text_puts(reason, c->reason);
	add_piece(t, "reason", &w);
}

static void add_intense(struct text *t, const struct overview_check *c)
{
	struct words w = {0};

	if (!c->intense_until_us)
		return;
	text_add_duration(word(&w, "every"), c->interval_us);
	clock_add_utc(word(&w, "until"), c->intense_until_us, 0);
	add_piece(t, "intense", &w);
}

static void add_finding(struct text *t, const struct overview_check *c)
{
	struct words w = {0};

	if (!c->finding || !*c->finding)
		return;
	text_puts(word(&w, "finding"), c->finding);
	add_piece(t, "finding", &w);
}

static void add_check(struct text *t, const struct overview_check *c, int64_t at_us)
{
	struct words w = {0};

	word_text(&w, "class", class_of(c->state));
	word_text(&w, "state", *c->state ? c->state : "unknown");
	word_text(&w, "name", c->name);
	word_text(&w, "module", c->module);
	add_since(word(&w, "since"), c->since_us, at_us);
	add_month(word(&w, "uptime"), c->uptime_micro);
	if (strcmp(c->state, "up"))
		add_reason(word(&w, "reason"), c);
	else
		word(&w, "reason");
	add_intense(word(&w, "intense"), c);
	add_finding(word(&w, "finding"), c);
	add_probe(word(&w, "probe"), c);
	add_piece(t, "check", &w);
}

static int worst_first(const void *a, const void *b)
{
	const struct overview_check *x = *(const struct overview_check *const *)a;
	const struct overview_check *y = *(const struct overview_check *const *)b;
	size_t m = rank(x->state), n = rank(y->state);

	return m != n ? (m < n ? -1 : 1) : strcmp(x->name, y->name);
}

static void add_checks(struct text *t, const struct overview *o)
{
	const struct overview_check **sorted = memory_new((o->checks + 1) * sizeof *sorted);
	struct words w = {0};

	for (size_t i = 0; i < o->checks; i++)
		sorted[i] = &o->check[i];
	qsort(sorted, o->checks, sizeof *sorted, worst_first);
	for (size_t i = 0; i < o->checks && i < MOST_ROWS; i++)
		add_check(t, sorted[i], o->at_us);
	free(sorted);
	if (o->checks > MOST_ROWS) {
		text_int(word(&w, "more"), (int64_t)(o->checks - MOST_ROWS));
		add_piece(t, "more", &w);
	}
}

static void add_services(struct text *t, const struct overview *o)
{
	struct words all = {0}, w;

	for (size_t i = 0; i < o->services && i < MOST_ROWS; i++) {
		const struct overview_service *s = &o->service[i];

		memset(&w, 0, sizeof w);
		word_text(&w, "class", class_of(s->state));
		word_text(&w, "state", *s->state ? s->state : "unknown");
		word_text(&w, "name", s->name);
		add_since(word(&w, "since"), s->since_us, o->at_us);
		add_month(word(&w, "uptime"), s->uptime_micro);
		text_int(word(&w, "up"), s->up);
		text_int(word(&w, "need"), s->need);
		if (!all.count)
			word(&all, "services");
		add_piece(&all.value[0], "service", &w);
	}
	if (all.count)
		add_piece(t, "services", &all);
}

/* "late_us 767" reads "late 767us", "started_us" is a time. */
static void add_fact(struct text *t, const struct overview_word *o)
{
	struct words w = {0};
	struct text *key = word(&w, "key"), *value = word(&w, "value");
	size_t n = strlen(o->key);
	bool is_us = n > 3 && !strcmp(o->key + n - 3, "_us");
	int64_t us;

	if (is_us && text_to_int(o->value, &us)) {
		text_add(key, o->key, n - 3);
		if (!strcmp(o->key, "started_us"))
			clock_add_utc(value, us, 0);
		else
			text_add_duration(value, us);
	} else {
		text_puts(key, o->key);
		text_puts(value, o->value);
	}
	for (char *at = key->at; at && *at; at++)
		*at = *at == '_' ? ' ' : *at;
	add_piece(t, "fact", &w);
}

static void add_health(struct text *t, const struct overview *o)
{
	for (size_t i = 0; i < o->words; i++)
		if (*o->word[i].value)
			add_fact(t, &o->word[i]);
}

static void add_notice(struct text *t, const char *class, const char *text)
{
	struct words w = {0};

	word_text(&w, "class", class);
	word_text(&w, "text", text);
	add_piece(t, "notice", &w);
}

static void add_notices(struct text *t, const struct page_view *v)
{
	const struct overview *o = v->overview;
	struct text said = {0};

	if (v->is_stale && !o->at_us) {
		text_puts(&said, "Nothing is known: the monitor's core does not answer.");
	} else if (v->is_stale) {
		text_puts(&said, "This page is old: the monitor's core ");
		text_puts(&said, v->is_linked ? "does not answer. " : "is gone. ");
		text_puts(&said, "What you see was true ");
		add_span(&said, v->now_us - o->at_us);
		text_puts(&said, " ago and may have changed since.");
	}
	if (said.size)
		add_notice(t, "down", text_get(&said));
	for (const char *at = o->trouble ? o->trouble : ""; *at; at += strspn(at, "\n")) {
		text_clear(&said);
		text_puts(&said, "The monitor itself: ");
		text_add(&said, at, strcspn(at, "\n"));
		add_notice(t, "degraded", text_get(&said));
		at += strcspn(at, "\n");
	}
	text_release(&said);
}

/* The worst state that a check is in. */
static size_t worst(const struct overview *o)
{
	size_t found = STATES - 1;

	for (size_t i = 0; i < o->checks; i++)
		if (rank(o->check[i].state) < found)
			found = rank(o->check[i].state);
	return found;
}

static size_t count_of(const struct overview *o, size_t wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < o->checks; i++)
		n += rank(o->check[i].state) == wanted;
	return n;
}

static void add_headline(struct text *t, const struct overview *o)
{
	size_t state = worst(o), n = count_of(o, state);

	if (!o->checks)
		text_puts(t, "Nothing is checked yet");
	else if (state == STATES - 1)
		text_puts(t, n == 1 ? "The one check is up" : "All checks are up");
	else
		text_printf(t, "%zu %s", n,
			    n == 1 ? state_word[state].headline_one
				   : state_word[state].headline_many);
}

static void add_counts(struct text *t, const struct overview *o)
{
	struct words w;
	size_t n;

	for (size_t i = 0; i < STATES; i++) {
		n = count_of(o, i);
		if (!n)
			continue;
		memset(&w, 0, sizeof w);
		word_text(&w, "class", state_word[i].state);
		text_int(word(&w, "count"), (int64_t)n);
		word_text(&w, "state", state_word[i].state);
		add_piece(t, "count", &w);
	}
}

void page_add(struct text *t, const struct page_view *v)
{
	const struct overview *o = v->overview;
	struct words w = {0};

	word_text(&w, "class",
		  v->is_stale ? "stale"
		  : o->checks ? state_word[worst(o)].state
			      : "unknown");
	add_headline(word(&w, "headline"), o);
	add_counts(word(&w, "counts"), o);
	add_notices(word(&w, "notices"), v);
	add_services(word(&w, "services"), o);
	add_checks(word(&w, "checks"), o);
	add_health(word(&w, "health"), o);
	word_text(&w, "monitor",
		  !o->has_health ? "unknown"
		  : v->is_stale  ? "old"
		  : o->is_ok     ? "ok"
				 : "in trouble");
	word_text(&w, "monitor-class",
		  v->is_stale || !o->has_health ? "unknown"
		  : o->is_ok                    ? "up"
						: "down");
	word_time(&w, "at", o->at_us);
	add_shown_time(word(&w, "at-shown"), o->at_us);
	add_piece(t, "page", &w);
}
