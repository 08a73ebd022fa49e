/* reports/sla/what_if.c: figures as they would be with another need or interval, beside the real
 * ones. See sla.h; what can be supposed is the host's to say. */
#include "sla.h"

#include <stdio.h>

static const struct page_column column[] = {
	{"name", "name", 0},
	{"real_down_s", "down", PAGE_RIGHT},
	{"down_s", "what if", PAGE_RIGHT},
	{"real_incidents", "incidents", PAGE_RIGHT},
	{"incidents", "what if", PAGE_RIGHT},
	{"real_uptime_known", "known %", PAGE_RIGHT},
	{"uptime_known", "what if", PAGE_RIGHT},
	{"need", "", PAGE_DATA},
	{"interval_s", "", PAGE_DATA},
	{"uptime_period", "", PAGE_DATA},
	{"coverage", "", PAGE_DATA},
	{"longest_s", "", PAGE_DATA},
	{"judged", "", PAGE_DATA},
	{"verdict", "", PAGE_DATA},
	{"counted_down_s", "", PAGE_DATA},
	{"unknown_s", "", PAGE_DATA},
	{"method", "", PAGE_DATA},
	{"resolution_s", "", PAGE_DATA},
};

static struct page_value down(int64_t us)
{
	return page_toned(page_value(PAGE_SECONDS, us), us ? PAGE_BAD : PAGE_PLAIN);
}

static void add_supposed(struct page *p, const struct page_figures *f)
{
	page_cell(p, "down_s", down(f->down_us));
	page_cell(p, "incidents", page_value(PAGE_INT, f->incidents));
	page_cell(p, "uptime_known", page_known(PAGE_PERCENT, f->known_micro));
	page_cell(p, "uptime_period", page_known(PAGE_PERCENT, f->period_micro));
	page_cell(p, "coverage", page_known(PAGE_PERCENT, f->coverage_micro));
	page_cell(p, "longest_s", page_value(PAGE_SECONDS, f->longest_us));
	page_cell(p, "judged", page_known(PAGE_PERCENT, f->judged_micro));
	page_cell(p, "verdict", page_text(verdict_key(verdict_of(p, f))));
	page_cell(p, "counted_down_s", page_value(PAGE_SECONDS, f->counted_down_us));
	page_cell(p, "unknown_s", page_value(PAGE_SECONDS, f->unknown_us));
	page_cell(p, "method", page_text(f->method));
	page_cell(p, "resolution_s", page_value(PAGE_SECONDS, f->resolution_us));
}

/* How exact it would be is known even where the figures are not: each outage to one interval. */
static int64_t resolution_us(const struct page_what_if *w, const struct page_figures *real)
{
	return real->interval_us ? real->resolution_us / real->interval_us * w->interval_us : 0;
}

static bool add_row(struct page *p, size_t target, const struct page_what_if *w)
{
	const struct page_figures *real = page_figures(p, target),
				  *supposed = page_figures_supposed(p, target);

	page_row(p);
	page_cell(p, "name", page_text(real->name));
	page_cell(p, "real_down_s", down(real->down_us));
	page_cell(p, "real_incidents", page_value(PAGE_INT, real->incidents));
	page_cell(p, "real_uptime_known", page_known(PAGE_PERCENT, real->known_micro));
	if (w->need)
		page_cell(p, "need", page_value(PAGE_INT, w->need));
	if (w->interval_us)
		page_cell(p, "interval_s", page_value(PAGE_SECONDS, w->interval_us));
	if (supposed)
		add_supposed(p, supposed);
	else
		page_cell(p, "resolution_s", page_value(PAGE_SECONDS, resolution_us(w, real)));
	return supposed;
}

/* Of one in words: the verdict, what would be left, or at least how exact it would be. */
static void add_verdict(struct page *p, const struct page_what_if *w)
{
	const struct page_figures *real = page_figures(p, 0), *f = page_figures_supposed(p, 0);
	char sentence[SENTENCE_BYTES];

	if (!f) {
		page_fact(p, NULL, "then known to", page_value(PAGE_EXACT, resolution_us(w, real)));
		return;
	}
	if (f->target_micro >= 0) {
		verdict_say(p, real, sentence);
		page_fact(p, NULL, "as it is", page_text(sentence));
		verdict_say(p, f, sentence);
		page_fact(p, NULL, "what if", page_text(sentence));
		page_fact(p, NULL, "then left", page_value(PAGE_SECONDS, f->budget_us));
		if (page_period(p)->now_us < f->to_us)
			page_fact(p, NULL, "then in all left",
				  page_value(PAGE_SECONDS, f->span_left_us));
	}
	if (f->credit_micro >= 0)
		page_fact(p, NULL, "then credit %", page_value(PAGE_PERCENT, f->credit_micro));
	page_fact(p, NULL, "its method", page_text(f->method));
}

/* As it is typed: 90s, 5m, 2h. */
static void add_interval(char *to, size_t room, int64_t us)
{
	int64_t s = us / 1000000;

	if (us % 1000000)
		snprintf(to, room, "%lldms", (long long)(us / 1000));
	else if (s % 60)
		snprintf(to, room, "%llds", (long long)s);
	else
		snprintf(to, room, s % 3600 ? "%lldm" : "%lldh",
			 (long long)(s % 3600 ? s / 60 : s / 3600));
}

static void say_need(const struct page_what_if *w, char *to, size_t room)
{
	snprintf(to, room,
		 w->weight ? "service '%.200s' needed a weight of %lld of the %lld of its members "
			     "instead of %lld"
			   : "service '%.200s' needed %lld of its %lld members instead of %lld",
		 w->service, (long long)w->need, (long long)(w->weight ? w->weight : w->members),
		 (long long)w->need_before);
}

static void say_what(const struct page_what_if *w, char what[SENTENCE_BYTES])
{
	char interval[40] = "", need[400] = "";

	if (w->need)
		say_need(w, need, sizeof need);
	if (w->interval_us)
		add_interval(interval, sizeof interval, w->interval_us);
	snprintf(what, SENTENCE_BYTES, "%s%s%s%s%s", need, *need && *interval ? ", and " : "",
		 *interval ? "probes were " : "", interval, *interval ? " apart" : "");
}

static void say_limits(struct page *p, const struct page_what_if *w, size_t unknowable)
{
	if (w->interval_us)
		page_note(p, "A supposed probe finds what the record says of its moment; slots are "
			     "multiples of the interval in UTC, and a failure that begins an "
			     "incident is rechecked after 60 s.");
	if (unknowable)
		page_note(p,
			  "%zu %s probed less often than that: what denser probes would have "
			  "found cannot be known from the record. Only how exact they would be "
			  "is: each outage that was seen to one interval, and outages shorter "
			  "than one could still be missed.",
			  unknowable, unknowable == 1 ? "was" : "were");
}

void what_if_add(struct page *p, size_t targets)
{
	const struct page_what_if *w = page_what_if(p);
	char what[SENTENCE_BYTES];
	size_t unknowable = 0;

	if (!w)
		return;
	say_what(w, what);
	page_heading(p, "What if");
	page_note(p,
		  "This is a what-if, not what was agreed or measured: the figures in the "
		  "columns 'what if' are recomputed from the recorded history as if %s. The "
		  "real figures stand beside them and below.",
		  what);
	page_fact(p, "supposed", NULL, page_text(what));
	if (targets == 1)
		add_verdict(p, w);
	page_table(p, "what_if", column, COUNT(column), 0);
	for (size_t i = 0; i < targets; i++)
		unknowable += !add_row(p, i, w);
	say_limits(p, w, unknowable);
}
