/* reports/sla/verdict: was the agreement kept, in words. The figures are the host's; here is only
 * which sentence they make. See sla.h. */
#include "sla.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MILLION INT64_C(1000000)

static const struct {
	const char *key, *shown;
	enum page_tone tone;
} word[] = {
	[VERDICT_NONE] = {"no-target", "no target", PAGE_DIM},
	[VERDICT_NOT_KNOWN] = {"not-known", "not known", PAGE_WARN},
	[VERDICT_NOT_YET] = {"not-yet-known", "not yet known", PAGE_PLAIN},
	[VERDICT_MET] = {"met", "met", PAGE_GOOD},
	[VERDICT_NOT_MET] = {"not-met", "not met", PAGE_BAD},
};

struct page_value said(const char *text)
{
	return page_text(*text ? text : NULL);
}

enum verdict verdict_of(struct page *p, const struct page_figures *f)
{
	bool is_running = page_period(p)->now_us < f->to_us;

	if (f->target_micro < 0)
		return VERDICT_NONE;
	if (is_running && (f->judged_micro < 0 || f->span_left_us >= 0))
		return VERDICT_NOT_YET;
	if (f->judged_micro < 0)
		return VERDICT_NOT_KNOWN;
	return f->is_met ? VERDICT_MET : VERDICT_NOT_MET;
}

const char *verdict_key(enum verdict v)
{
	return word[v].key;
}

struct page_value verdict_shown(enum verdict v)
{
	return page_toned(page_text(word[v].shown), word[v].tone);
}

static void add_percent(char *to, size_t room, int64_t micro)
{
	snprintf(to, room, "%" PRId64 ".%06" PRId64 " %%", micro / MILLION, micro % MILLION);
}

int64_t judged_exact_micro(const struct page_figures *f)
{
	return f->judged_micro == f->known_micro ? f->known_exact_micro : f->period_exact_micro;
}

struct page_value exact_percent(int64_t micro, int64_t exact_micro, char room[EXACT_BYTES])
{
	if (micro < 0 || exact_micro < 0)
		return page_known(PAGE_PERCENT, micro);
	snprintf(room, EXACT_BYTES,
		 "%" PRId64 ".%06" PRId64 " " PLUS_MINUS " %" PRId64 ".%06" PRId64, micro / MILLION,
		 micro % MILLION, exact_micro / MILLION, exact_micro % MILLION);
	return page_text(room);
}

/* "99.826388 % +- 0.002241 %" */
static void add_judged(char *to, size_t room, const struct page_figures *f)
{
	int64_t exact_micro = judged_exact_micro(f);
	char more[40] = "";

	add_percent(to, room, f->judged_micro < 0 ? 0 : f->judged_micro);
	if (exact_micro < 0)
		return;
	add_percent(more, sizeof more, exact_micro);
	snprintf(to + strlen(to), room - strlen(to), " " PLUS_MINUS " %s", more);
}

/* A reader must know that another record of the same time might have said otherwise. */
static const char *closeness(const struct page_figures *f)
{
	int64_t apart_micro = f->judged_micro - f->target_micro,
		exact_micro = judged_exact_micro(f);

	if (exact_micro < 0 || apart_micro >= exact_micro || -apart_micro >= exact_micro)
		return "";
	return ", which is closer than the measurement is exact";
}

void verdict_say(struct page *p, const struct page_figures *f, char sentence[SENTENCE_BYTES])
{
	enum verdict v = verdict_of(p, f);
	const char *of = f->judged_micro == f->known_micro ? "known" : "agreed";
	char judged[100], target[40];

	add_judged(judged, sizeof judged, f);
	add_percent(target, sizeof target, f->target_micro < 0 ? 0 : f->target_micro);
	if (v == VERDICT_NONE)
		snprintf(sentence, SENTENCE_BYTES, "no target is agreed, the figures stand alone");
	else if (f->judged_micro < 0)
		snprintf(sentence, SENTENCE_BYTES, "%s: nothing was measured, %s is agreed",
			 word[v].shown, target);
	else if (v == VERDICT_NOT_YET)
		snprintf(sentence, SENTENCE_BYTES,
			 "not yet known, the period is not over: so far %s of the %s time was up, "
			 "%s is agreed%s",
			 judged, of, target, closeness(f));
	else
		snprintf(sentence, SENTENCE_BYTES, "%s: %s of the %s time was up, %s is agreed%s",
			 word[v].shown, judged, of, target, closeness(f));
}

/* Not met before the period is over: only when what is lost already cannot be won back. */
static bool has_lost_one(struct page *p)
{
	for (size_t i = 0; i < page_targets(p); i++) {
		const struct page_figures *f = page_figures(p, i);

		if (f && verdict_of(p, f) == VERDICT_NOT_MET)
			return true;
	}
	return false;
}

static enum verdict customer_verdict(struct page *p, const struct page_customer *c)
{
	if (page_period(p)->is_running)
		return has_lost_one(p) ? VERDICT_NOT_MET : VERDICT_NOT_YET;
	if (!c->is_decided)
		return VERDICT_NOT_KNOWN;
	return c->is_met ? VERDICT_MET : VERDICT_NOT_MET;
}

void verdict_of_customer(struct page *p)
{
	const struct page_customer *c = page_customer(p);
	enum verdict v;
	char counted[80];

	if (!c)
		return;
	v = customer_verdict(p, c);
	page_fact(p, "customer", "customer", page_text(c->name));
	page_fact(p, "customer_sla", "its sla", said(c->sla));
	page_fact(p, "customer_verdict", NULL, page_text(verdict_key(v)));
	page_fact(p, NULL, "verdict", verdict_shown(v));
	snprintf(counted, sizeof counted, "%zu of %zu that are judged", c->met, c->judged);
	page_fact(p, NULL, "met", page_text(counted));
}
