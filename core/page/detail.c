/* page/detail: see detail.h. */
#include "detail.h"

#include <string.h>

#include "../base/clock.h"
#include "../web/assets.h"
#include "when.h"
#include "words.h"

#define BAR_UNITS   1000 /* the width of a waterfall's drawing */
#define LEAST_UNITS 4 /* of a step, so that it can be seen */

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
		words_piece(t, web_page, "step", &w);
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
	clock_add_utc(word(&w, "started"), c->start_us, 0);
	word_text(&w, "address", c->address);
	words_piece(t, web_page, "probe", &w);
}

static void add_since(struct text *t, int64_t since_us, int64_t at_us)
{
	struct words w = {0};

	if (since_us <= 0)
		return;
	clock_add_utc(word(&w, "since"), since_us, 0);
	when_lasted(word(&w, "for"), at_us - since_us);
	words_piece(t, web_page, "since", &w);
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
	words_piece(t, web_page, "reason", &w);
}

static void add_intense(struct text *t, const struct overview_check *c)
{
	struct words w = {0};

	if (!c->intense_until_us)
		return;
	text_add_duration(word(&w, "every"), c->interval_us);
	clock_add_utc(word(&w, "until"), c->intense_until_us, 0);
	words_piece(t, web_page, "intense", &w);
}

static void add_finding(struct text *t, const struct overview_check *c)
{
	struct words w = {0};
	struct text line = {0}, *lines;
	const char *found = c->finding;

	if (!found || !*found)
		return;
	lines = word(&w, "finding");
	while (text_next_line(&found, &line)) {
		html_add(lines, line.at);
		text_putc(lines, '\n');
	}
	words_piece(t, web_page, "finding", &w);
}

static void add_check(struct text *t, const struct overview_check *c, int64_t at_us, bool full)
{
	struct words w = {0};

	word_text(&w, "module", c->module);
	word_text(&w, "state", *c->state ? c->state : "unknown");
	add_since(word(&w, "since"), c->since_us, at_us);
	if (strcmp(c->state, "up"))
		add_reason(word(&w, "reason"), c);
	add_intense(word(&w, "intense"), c);
	add_finding(word(&w, "finding"), c);
	if (full)
		add_probe(word(&w, "probe"), c);
	words_piece(t, web_page, "detail-check", &w);
}

static void add_service(struct text *t, const struct overview_service *s, int64_t at_us)
{
	struct words w = {0};

	word_text(&w, "state", *s->state ? s->state : "unknown");
	add_since(word(&w, "since"), s->since_us, at_us);
	word_int(&w, "up", s->up);
	word_int(&w, "need", s->need);
	if (s->of)
		word_int(&w, "of", s->of);
	words_piece(t, web_page, s->of ? "detail-weighted" : "detail-service", &w);
}

void detail_add(struct text *t, const struct part *p, int64_t at_us, bool full)
{
	if (p->check)
		add_check(t, p->check, at_us, full);
	else
		add_service(t, p->service, at_us);
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
	words_piece(t, web_page, "fact", &w);
}

void detail_add_monitor(struct text *t, const struct overview *o, bool is_stale)
{
	struct words w = {0};
	struct text *facts = word(&w, "facts");

	for (size_t i = 0; i < o->words; i++)
		if (*o->word[i].value)
			add_fact(facts, &o->word[i]);
	word_text(&w, "monitor",
		  !o->has_health ? "unknown"
		  : is_stale     ? "old"
		  : o->is_ok     ? "ok"
				 : "in trouble");
	word_text(&w, "class", is_stale || !o->has_health ? "unknown" : o->is_ok ? "up" : "down");
	words_piece(t, web_page, "monitor", &w);
}
