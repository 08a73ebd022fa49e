/* reports/statistics/gather: see gather.h. */
#include "gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const period_word[PERIODS] = {"today", "7d", "30d", "90d", "12m"};

/* ---- spans ---- */

static struct span span_of(const struct page *p, int64_t end_us, int days)
{
	return (struct span){.at = page_span(p, end_us, days)};
}

static bool is_word(const char *const *words, const char *word)
{
	while (*words && strcmp(*words, word))
		words++;
	return *words;
}

static bool judge_periods(struct page *p, const struct options *o)
{
	for (const char *const *w = o->periods; *w; w++) {
		size_t i = 0;

		while (i < PERIODS && strcmp(*w, period_word[i]))
			i++;
		if (i < PERIODS)
			continue;
		page_wrong_order(p, "periods: '%s' is none of today, 7d, 30d, 90d, 12m", *w);
		return false;
	}
	return true;
}

static void set_spans(struct page *p, struct statistics *s)
{
	static const char *const label[PERIODS] = {"", "7 days", "30 days", "90 days", "12 months"};
	const struct page_period *asked = page_period(p);
	int64_t end_us = asked->is_running ? asked->now_us - asked->now_us % 1000000 : asked->to_us;
	static const int days[PERIODS] = {1, 7, 30, 90, 0};

	s->is_running = asked->is_running;
	for (size_t i = 0; i < PERIODS; i++) {
		struct span *x = &s->period[i];

		*x = span_of(p, end_us, days[i]);
		x->is_wanted =
			!*s->options->periods || is_word(s->options->periods, period_word[i]);
		snprintf(x->label, sizeof x->label, "%s", label[i]);
	}
	snprintf(s->period[TODAY].label, LABEL, "%.20s",
		 s->is_running ? "today so far" : page_date(p, end_us - 1));
	s->main = span_of(p, end_us, (int)s->options->days);
	snprintf(s->main.label, LABEL, "%d day%s", (int)s->options->days,
		 s->options->days == 1 ? "" : "s");
	if (s->options->chart)
		s->chart = span_of(p, end_us, (int)s->options->chart);
	page_cover(p, s->main.at.from_us, end_us);
}

/* ---- figures of one ---- */

/* Those that were read already are not read again: the days of the bar are often 30. */
static const struct page_figures *figures_of(struct page *p, const struct thing *t, int64_t from_us,
					     int64_t to_us)
{
	for (size_t i = 0; i < PERIODS; i++) {
		if (t->now[i] && t->now[i]->from_us == from_us && t->now[i]->to_us == to_us)
			return t->now[i];
		if (t->was[i] && t->was[i]->from_us == from_us && t->was[i]->to_us == to_us)
			return t->was[i];
	}
	return page_figures_between(p, t->target, from_us, to_us);
}

/* That of 12 months tells the last outage, too. */
static bool read_periods(struct page *p, const struct statistics *s, struct thing *t)
{
	for (size_t i = 0; i < PERIODS; i++) {
		const struct span *x = &s->period[i];

		if (!x->is_wanted && i != YEAR)
			continue;
		t->now[i] = page_figures_between(p, t->target, x->at.from_us, x->at.to_us);
		if (t->now[i] && x->is_wanted)
			t->was[i] = page_figures_between(p, t->target, x->at.before_from_us,
							 x->at.before_to_us);
		if (!t->now[i] || (x->is_wanted && !t->was[i]))
			return false;
	}
	return true;
}

static bool read_spans(struct page *p, const struct statistics *s, struct thing *t)
{
	const struct span *m = &s->main;
	bool is_chart_longer = s->options->chart > s->options->days;
	int64_t first_us = is_chart_longer ? s->chart.at.from_us : m->at.from_us;

	if (!read_periods(p, s, t))
		return false;
	t->main = figures_of(p, t, m->at.from_us, m->at.to_us);
	t->before = t->main ? figures_of(p, t, m->at.before_from_us, m->at.before_to_us) : NULL;
	t->day = t->before ? page_days(p, t->target, first_us, m->at.to_us, &t->days) : NULL;
	if (t->day && s->options->chart)
		t->drawn = figures_of(p, t, s->chart.at.from_us, s->chart.at.to_us);
	return t->day && (t->drawn || !s->options->chart);
}

static void set_bar(const struct statistics *s, struct thing *t)
{
	size_t most = (size_t)s->options->days, first = t->days > most ? t->days - most : 0;

	for (size_t i = first; i < t->days && i - first < DAYS_MOST; i++)
		t->bar[i - first] = page_glance(&t->day[i]);
}

static void set_last(struct thing *t)
{
	const struct page_figures *f = t->now[YEAR];

	for (size_t i = f->incident_count; i && !t->last; i--)
		if (f->incident[i - 1].is_confirmed && f->incident[i - 1].counted_us)
			t->last = &f->incident[i - 1];
}

static bool read_times(struct page *p, const struct statistics *s, struct thing *t)
{
	size_t count;
	const struct page_times *list =
		page_times(p, t->target, s->main.at.from_us, s->main.at.to_us, &count);

	for (size_t i = 0; list && i < count; i++) {
		const struct page_times *x = &list[i];

		if (!strcmp(x->step, "total"))
			t->total = x;
		else if (!t->slowest || x->p95_us > t->slowest->p95_us)
			t->slowest = x;
	}
	return list;
}

static bool read_thing(struct page *p, const struct statistics *s, struct thing *t)
{
	if (!read_spans(p, s, t) || !read_times(p, s, t))
		return false;
	set_bar(s, t);
	set_last(t);
	return true;
}

/* ---- order ---- */

/* The better first; what is not known well enough stands last. */
static int by_uptime(const struct thing *a, const struct thing *b)
{
	return page_rank(a->main, b->main);
}

static int by_rank(const void *one, const void *two)
{
	const struct thing *a = one, *b = two;
	int order = by_uptime(a, b);

	return order ? order : strcmp(a->about->name, b->about->name);
}

static int by_category(const void *one, const void *two)
{
	const struct thing *a = one, *b = two;
	const char *x = a->about->category, *y = b->about->category;

	if (!*x != !*y)
		return *x ? -1 : 1;
	return strcmp(x, y) ? strcmp(x, y) : by_rank(one, two);
}

/* The same uptime has the same rank. */
static void number(struct thing *list, size_t count, bool is_of_all)
{
	size_t ranked = 0, rank = 0;

	while (ranked < count && page_is_ranked(list[ranked].main))
		ranked++;
	for (size_t i = 0; i < ranked; i++) {
		if (!i || by_uptime(&list[i - 1], &list[i]))
			rank = i + 1;
		*(is_of_all ? &list[i].rank : &list[i].place) = rank;
		*(is_of_all ? &list[i].rank_of : &list[i].place_of) = ranked;
	}
}

static void sort(struct statistics *s)
{
	size_t first = 0;

	qsort(s->thing, s->things, sizeof *s->thing, by_rank);
	number(s->thing, s->things, true);
	qsort(s->thing, s->things, sizeof *s->thing, by_category);
	for (size_t i = 1; i <= s->things; i++)
		if (i == s->things ||
		    strcmp(s->thing[i].about->category, s->thing[first].about->category)) {
			number(s->thing + first, i - first, false);
			first = i;
		}
}

/* ---- the whole ---- */

static bool has_category(struct page *p, size_t targets, const char *category)
{
	const struct page_about *a = NULL;

	for (size_t i = 0; i < targets && (a = page_about(p, i)); i++)
		if (!strcmp(a->category, category))
			return true;
	return false;
}

/* Those there are, each once, as far as a sentence goes. */
static void refuse_category(struct page *p, size_t targets, const char *category)
{
	char known[600] = "";
	size_t used = 0;

	for (size_t i = 0; i < targets && used < sizeof known; i++) {
		const struct page_about *a = page_about(p, i);

		if (a && *a->category && !has_category(p, i, a->category))
			used += (size_t)snprintf(known + used, sizeof known - used, "%s'%.60s'",
						 used ? ", " : ": there are ", a->category);
	}
	page_wrong_order(p, "no check and no service has the category '%.200s'%s", category, known);
}

/* False: the report ends with a sentence. */
static bool judge_categories(struct page *p, const struct options *o, size_t targets)
{
	for (const char *const *c = o->categories; *c; c++)
		if (!has_category(p, targets, *c)) {
			refuse_category(p, targets, *c);
			return false;
		}
	return true;
}

/* What is gone is only listed of a time in which it was there. */
static bool is_listed(const struct statistics *s, const struct page_about *a)
{
	if (a->is_removed && s->is_running)
		return false;
	return !*s->options->categories || is_word(s->options->categories, a->category);
}

bool gather(struct page *p, struct statistics *s)
{
	size_t targets = page_targets(p);

	s->thing = calloc(targets + 1, sizeof *s->thing);
	if (!s->thing || !judge_periods(p, s->options) || !judge_categories(p, s->options, targets))
		return false;
	set_spans(p, s);
	for (size_t i = 0; i < targets; i++) {
		struct thing *t = &s->thing[s->things];

		t->target = i;
		t->about = page_about(p, i);
		if (!t->about)
			return false;
		if (!is_listed(s, t->about))
			continue;
		if (!read_thing(p, s, t))
			return false;
		s->things++;
	}
	sort(s);
	return true;
}
