/* reports/statistics: who was up: everything that is watched, by category, over today, 7, 30 and 90
 * days and 12 months: a bar of days, rank and trend, outages, how long it takes to answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gather.h"

#define FORM 48 /* of a short text */

static const char nameless[] = "Without a category";

static const struct module_option option[] = {
	OPTION_LIST(struct options, categories, "", "only these; none named: all"),
	OPTION_LIST(struct options, periods, "",
		    "only these of today, 7d, 30d, 90d, 12m; none named: all"),
	OPTION_INT(struct options, days, 30, "1..92",
		   "so many days, today among them, in the bar and for rank, trend, outages and "
		   "times"),
	OPTION_INT(struct options, chart, 90, "0..366",
		   "draw so many days of each category; 0: none"),
	OPTION_INT(struct options, rows, 100, "1..1000000",
		   "list at most so many of a category for people; CSV and JSON have all"),
	OPTION_END,
};

/* ---- cells ---- */

static const char *trend_name(enum page_trend t)
{
	static const char *const name[] = {NULL, "same", "better", "worse"};

	return name[t];
}

static struct page_value trend_of(const struct page_figures *now, const struct page_figures *before)
{
	static const enum page_tone tone[] = {PAGE_PLAIN, PAGE_PLAIN, PAGE_GOOD, PAGE_BAD};
	enum page_trend t = page_trend(now, before);

	return page_toned(page_text(trend_name(t)), tone[t]);
}

static struct page_value uptime_of(const struct page_figures *f)
{
	return page_toned(page_known(PAGE_PERCENT, f->known_micro),
			  f->counted_down_us ? PAGE_BAD : PAGE_PLAIN);
}

/* "2/5"; nothing without a rank. */
static struct page_value rank_of(char into[FORM], size_t rank, size_t of)
{
	snprintf(into, FORM, "%zu/%zu", rank, of);
	return page_text(rank ? into : NULL);
}

static struct page_value count_of(size_t n)
{
	return n ? page_value(PAGE_INT, (int64_t)n) : page_value(PAGE_NONE, 0);
}

/* To the minute, in the document's zone. */
static struct page_value minute_of(struct page *p, char into[FORM], int64_t at_us)
{
	snprintf(into, FORM, "%s %.5s", page_date(p, at_us), page_clock(p, at_us));
	return page_text(into);
}

static struct page_value given(const char *text)
{
	return page_text(*text ? text : NULL);
}

static struct page_value time_of(const struct page_times *t, int64_t us)
{
	return t ? page_value(PAGE_ELAPSED, us) : page_value(PAGE_NONE, 0);
}

/* ---- for programs ---- */

static void add_last(struct page *p, const struct thing *t)
{
	const struct page_incident *n = t->last;

	if (!n)
		return;
	page_cell(p, "last_outage", page_value(PAGE_TIME, n->from_us));
	page_cell(p, "last_lasted_s", page_value(PAGE_SECONDS, n->lasted_us));
	page_cell(p, "up_since", page_known(PAGE_TIME, n->to_us));
}

static void add_times(struct page *p, const struct thing *t)
{
	if (t->total) {
		page_cell(p, "p50_us", page_value(PAGE_ELAPSED, t->total->p50_us));
		page_cell(p, "p95_us", page_value(PAGE_ELAPSED, t->total->p95_us));
		page_cell(p, "p99_us", page_value(PAGE_ELAPSED, t->total->p99_us));
	}
	if (t->slowest) {
		page_cell(p, "slowest_step", page_text(t->slowest->step));
		page_cell(p, "slowest_p50_us", page_value(PAGE_ELAPSED, t->slowest->p50_us));
		page_cell(p, "slowest_p95_us", page_value(PAGE_ELAPSED, t->slowest->p95_us));
		page_cell(p, "slowest_p99_us", page_value(PAGE_ELAPSED, t->slowest->p99_us));
	}
}

static void add_rows(struct page *p, const struct statistics *s)
{
	static const struct page_column column[] = {
		{"name", "", 0},
		{"kind", "", 0},
		{"category", "", 0},
		{"module", "", 0},
		{"bar", "", 0},
		{"uptime_known", "", 0},
		{"coverage", "", 0},
		{"down_s", "", 0},
		{"outages", "", 0},
		{"longest_s", "", 0},
		{"last_outage", "", 0},
		{"last_lasted_s", "", 0},
		{"up_since", "", 0},
		{"trend", "", 0},
		{"place", "", 0},
		{"place_of", "", 0},
		{"rank", "", 0},
		{"rank_of", "", 0},
		{"p50_us", "", 0},
		{"p95_us", "", 0},
		{"p99_us", "", 0},
		{"slowest_step", "", 0},
		{"slowest_p50_us", "", 0},
		{"slowest_p95_us", "", 0},
		{"slowest_p99_us", "", 0},
		{"method", "", 0},
		{"resolution_percent", "", 0},
		{"so_far", "", 0},
	};

	page_table(p, "rows", column, COUNT(column), PAGE_DATA);
	for (const struct thing *t = s->thing; t < s->thing + s->things; t++) {
		page_row(p);
		page_cell(p, "name", page_text(t->about->name));
		page_cell(p, "kind", page_text(t->about->kind));
		page_cell(p, "category", given(t->about->category));
		page_cell(p, "module", given(t->about->module));
		page_cell(p, "bar", page_bar(t->bar));
		page_cell(p, "uptime_known", page_known(PAGE_PERCENT, t->main->known_micro));
		page_cell(p, "coverage", page_known(PAGE_PERCENT, t->main->coverage_micro));
		page_cell(p, "down_s", page_value(PAGE_SECONDS, t->main->down_us));
		page_cell(p, "outages", page_value(PAGE_INT, t->main->incidents));
		page_cell(p, "longest_s", page_value(PAGE_SECONDS, t->main->longest_us));
		page_cell(p, "trend", page_text(trend_name(page_trend(t->main, t->before))));
		page_cell(p, "place", count_of(t->place));
		page_cell(p, "place_of", count_of(t->place_of));
		page_cell(p, "rank", count_of(t->rank));
		page_cell(p, "rank_of", count_of(t->rank_of));
		page_cell(p, "method", page_text(t->main->method));
		page_cell(p, "resolution_percent",
			  page_known(PAGE_PERCENT, t->main->known_exact_micro));
		page_cell(p, "so_far", page_value(PAGE_BOOL, s->is_running));
		add_last(p, t);
		add_times(p, t);
	}
}

static void add_period_row(struct page *p, const struct statistics *s, const struct thing *t,
			   size_t i)
{
	const struct page_figures *now = t->now[i], *was = t->was[i];

	page_row_of(p, (size_t)(t - s->thing));
	page_cell(p, "period", page_text(period_word[i]));
	page_cell(p, "begin", page_value(PAGE_TIME, now->from_us));
	page_cell(p, "end", page_value(PAGE_TIME, now->to_us));
	page_cell(p, "so_far", page_value(PAGE_BOOL, s->is_running));
	page_cell(p, "uptime_known", page_known(PAGE_PERCENT, now->known_micro));
	page_cell(p, "coverage", page_known(PAGE_PERCENT, now->coverage_micro));
	page_cell(p, "down_s", page_value(PAGE_SECONDS, now->down_us));
	page_cell(p, "outages", page_value(PAGE_INT, now->incidents));
	page_cell(p, "resolution_s", page_value(PAGE_SECONDS, now->resolution_us));
	page_cell(p, "before_begin", page_value(PAGE_TIME, was->from_us));
	page_cell(p, "before_end", page_value(PAGE_TIME, was->to_us));
	page_cell(p, "before_known", page_known(PAGE_PERCENT, was->known_micro));
	page_cell(p, "trend", page_text(trend_name(page_trend(now, was))));
	page_cell(p, "resolution_percent", page_known(PAGE_PERCENT, now->known_exact_micro));
}

static void add_periods(struct page *p, const struct statistics *s)
{
	static const struct page_column column[] = {
		{"period", "", 0},       {"begin", "", 0},        {"end", "", 0},
		{"so_far", "", 0},       {"uptime_known", "", 0}, {"coverage", "", 0},
		{"down_s", "", 0},       {"outages", "", 0},      {"resolution_s", "", 0},
		{"before_begin", "", 0}, {"before_end", "", 0},   {"before_known", "", 0},
		{"trend", "", 0},        {"resolution_percent", "", 0},
	};

	page_table(p, "periods", column, COUNT(column), PAGE_DATA);
	page_within(p, "rows");
	for (const struct thing *t = s->thing; t < s->thing + s->things; t++)
		for (size_t i = 0; i < PERIODS; i++)
			if (s->period[i].is_wanted)
				add_period_row(p, s, t, i);
}

static void add_day_rows(struct page *p, const struct statistics *s)
{
	static const struct page_column column[] = {{"date", "", 0},         {"begin", "", 0},
						    {"end", "", 0},          {"state", "", 0},
						    {"uptime_known", "", 0}, {"down_s", "", 0}};

	page_table(p, "days", column, COUNT(column), PAGE_DATA);
	page_within(p, "rows");
	for (const struct thing *t = s->thing; t < s->thing + s->things; t++)
		for (size_t i = 0; i < t->days; i++) {
			const struct page_day *d = &t->day[i];
			char state[] = {page_glance(d), '\0'};

			page_row_of(p, (size_t)(t - s->thing));
			page_cell(p, "date", page_text(page_date(p, d->from_us)));
			page_cell(p, "begin", page_value(PAGE_TIME, d->from_us));
			page_cell(p, "end", page_value(PAGE_TIME, d->to_us));
			page_cell(p, "state", page_text(state));
			page_cell(p, "uptime_known", page_known(PAGE_PERCENT, d->known_micro));
			page_cell(p, "down_s", page_value(PAGE_SECONDS, d->down_us));
		}
}

/* ---- categories ---- */

/* Those of one category: they stand together. */
static size_t category_end(const struct statistics *s, size_t first)
{
	size_t end = first;

	while (end < s->things &&
	       !strcmp(s->thing[end].about->category, s->thing[first].about->category))
		end++;
	return end;
}

static void add_category(struct page *p, const struct statistics *s, size_t first, size_t end,
			 const char *none)
{
	const char *name = s->thing[first].about->category;
	int64_t best = -1, worst = -1, fine = 0, down = 0;

	for (const struct thing *t = s->thing + first; t < s->thing + end; t++) {
		int64_t micro = t->main->known_micro;

		fine += micro >= 0 && !t->main->counted_down_us;
		down += t->last && t->last->to_us < 0;
		best = micro > best ? micro : best;
		worst = micro >= 0 && (worst < 0 || micro < worst) ? micro : worst;
	}
	page_row(p);
	page_cell(p, "category", page_text(*name ? name : none));
	page_cell(p, "listed", page_value(PAGE_INT, (int64_t)(end - first)));
	page_cell(p, "never_down", page_value(PAGE_INT, fine));
	page_cell(p, "down_now",
		  page_toned(page_value(PAGE_INT, down), down ? PAGE_BAD : PAGE_PLAIN));
	page_cell(p, "best_known", page_known(PAGE_PERCENT, best));
	page_cell(p, "worst_known", page_known(PAGE_PERCENT, worst));
}

static void add_categories(struct page *p, const struct statistics *s, const char *key,
			   uint32_t flags)
{
	const struct page_column column[] = {
		{"category", "category", 0},
		{"listed", "listed", PAGE_RIGHT},
		{"never_down", "never down", PAGE_RIGHT},
		{"down_now", s->is_running ? "down now" : "down at the end", PAGE_RIGHT},
		{"best_known", "best %", PAGE_RIGHT},
		{"worst_known", "worst %", PAGE_RIGHT},
	};

	page_table(p, key, column, COUNT(column), flags);
	for (size_t first = 0, end; first < s->things; first = end) {
		end = category_end(s, first);
		add_category(p, s, first, end, key ? NULL : nameless);
	}
}

/* ---- for people: the tables of a category ---- */

static void show_glance(struct page *p, const struct statistics *s, const struct thing *t,
			const struct thing *end)
{
	const struct page_column column[] = {
		{"name", "who", 0},
		{"bar", s->main.label, 0},
		{"uptime", "uptime %", PAGE_RIGHT},
		{"trend", "trend", 0},
		{"place", "rank", PAGE_RIGHT},
		{"rank", "of all", PAGE_RIGHT},
	};
	char form[FORM];

	page_table(p, NULL, column, COUNT(column), 0);
	for (; t < end; t++) {
		page_row(p);
		page_cell(p, "name", page_text(t->about->name));
		page_cell(p, "bar", page_bar(t->bar));
		page_cell(p, "uptime", uptime_of(t->main));
		page_cell(p, "trend", trend_of(t->main, t->before));
		page_cell(p, "place", rank_of(form, t->place, t->place_of));
		page_cell(p, "rank", rank_of(form, t->rank, t->rank_of));
	}
}

static void draw_days(struct page *p, const struct statistics *s, const struct thing *t,
		      const struct thing *end)
{
	char title[FORM];
	const struct page_chart chart = {.kind = PAGE_BARS,
					 .type = PAGE_SECONDS,
					 .title = title,
					 .from_us = s->chart.at.from_us,
					 .to_us = s->chart.at.to_us};

	if (!s->options->chart)
		return;
	snprintf(title, sizeof title, "%d day%s, a bar each", (int)s->options->chart,
		 s->options->chart == 1 ? "" : "s");
	page_chart(p, &chart);
	for (; t < end; t++) {
		page_chart_series(p, t->about->name,
				  page_known(PAGE_PERCENT, t->drawn->known_micro));
		for (size_t i = 0; i < t->days; i++)
			if (t->day[i].to_us > s->chart.at.from_us)
				page_chart_point(p, &(struct page_point){t->day[i].from_us,
									 t->day[i].to_us,
									 t->day[i].counted_down_us,
									 t->day[i].state});
	}
}

static void show_periods(struct page *p, const struct statistics *s, const struct thing *t,
			 const struct thing *end)
{
	struct page_column column[PERIODS + 1] = {{"name", "uptime %", 0}};
	size_t columns = 1;

	for (size_t i = 0; i < PERIODS; i++)
		if (s->period[i].is_wanted)
			column[columns++] = (struct page_column){period_word[i], s->period[i].label,
								 PAGE_RIGHT};
	page_table(p, NULL, column, columns, 0);
	for (; t < end; t++) {
		page_row(p);
		page_cell(p, "name", page_text(t->about->name));
		for (size_t i = 0; i < PERIODS; i++)
			if (s->period[i].is_wanted)
				page_cell(p, period_word[i], uptime_of(t->now[i]));
	}
}

static void show_last(struct page *p, const struct statistics *s, const struct page_incident *n)
{
	char form[FORM];

	page_cell(p, "last", minute_of(p, form, n->from_us));
	page_cell(p, "lasted", page_value(PAGE_SECONDS, n->lasted_us));
	if (n->to_us >= 0)
		page_cell(p, "since", minute_of(p, form, n->to_us));
	else
		page_cell(p, "since",
			  page_toned(page_text(s->is_running ? "still down" : "open"), PAGE_BAD));
}

static void show_outages(struct page *p, const struct statistics *s, const struct thing *t,
			 const struct thing *end)
{
	static const struct page_column column[] = {
		{"name", "outages", 0},
		{"count", "count", PAGE_RIGHT},
		{"longest", "longest", PAGE_RIGHT},
		{"last", "last one", PAGE_RIGHT},
		{"lasted", "lasted", PAGE_RIGHT},
		{"since", "up since", PAGE_RIGHT},
	};

	page_table(p, NULL, column, COUNT(column), 0);
	for (; t < end; t++) {
		page_row(p);
		page_cell(p, "name", page_text(t->about->name));
		page_cell(p, "count", page_value(PAGE_INT, t->main->incidents));
		page_cell(p, "longest", page_value(PAGE_SECONDS, t->main->longest_us));
		if (t->last)
			show_last(p, s, t->last);
	}
}

static bool has_times(const struct thing *t, const struct thing *end)
{
	while (t < end && !t->total && !t->slowest)
		t++;
	return t < end;
}

static void show_times(struct page *p, const struct thing *t, const struct thing *end)
{
	static const struct page_column column[] = {
		{"name", "response", 0},    {"p50", "p50", PAGE_RIGHT},  {"p95", "p95", PAGE_RIGHT},
		{"p99", "p99", PAGE_RIGHT}, {"step", "slowest step", 0}, {"s50", "p50", PAGE_RIGHT},
		{"s95", "p95", PAGE_RIGHT}, {"s99", "p99", PAGE_RIGHT},
	};

	if (!has_times(t, end))
		return;
	page_table(p, NULL, column, COUNT(column), 0);
	for (; t < end; t++) {
		const struct page_times *all = t->total, *slow = t->slowest;

		if (!all && !slow)
			continue;
		page_row(p);
		page_cell(p, "name", page_text(t->about->name));
		page_cell(p, "p50", time_of(all, all ? all->p50_us : 0));
		page_cell(p, "p95", time_of(all, all ? all->p95_us : 0));
		page_cell(p, "p99", time_of(all, all ? all->p99_us : 0));
		page_cell(p, "step", page_text(slow ? slow->step : NULL));
		page_cell(p, "s50", time_of(slow, slow ? slow->p50_us : 0));
		page_cell(p, "s95", time_of(slow, slow ? slow->p95_us : 0));
		page_cell(p, "s99", time_of(slow, slow ? slow->p99_us : 0));
	}
}

static void show_category(struct page *p, const struct statistics *s, size_t first, size_t end)
{
	const struct thing *t = s->thing + first, *stop = s->thing + end;
	size_t most = (size_t)s->options->rows;

	page_heading(p, *t->about->category ? t->about->category : nameless);
	if (end - first > most)
		stop = t + most;
	show_glance(p, s, t, stop);
	draw_days(p, s, t, stop);
	show_periods(p, s, t, stop);
	show_outages(p, s, t, stop);
	show_times(p, t, stop);
	if (end - first > most)
		page_note(p, "%zu more are in the JSON form.", end - first - most);
}

/* ---- how to read it ---- */

static void add_legend(struct page *p)
{
	static const struct {
		const char *letter, *meaning;
	} row[] = {{"u", "up all day"},          {"g", "degraded for some of it"},
		   {"P", "down for part of it"}, {"D", "down for half of it or more"},
		   {"?", "not known"},           {"m", "maintenance, or outside the service hours"},
		   {"-", "not monitored"}};
	static const struct page_column column[] = {{"day", "day", 0}, {"meaning", "means", 0}};

	page_table(p, NULL, column, COUNT(column), 0);
	for (size_t i = 0; i < COUNT(row); i++) {
		page_row(p);
		page_cell(p, "day", page_bar(row[i].letter));
		page_cell(p, "meaning", page_text(row[i].meaning));
	}
}

static void add_rules(struct page *p, const struct statistics *s)
{
	page_heading(p, "How to read it");
	add_legend(p);
	page_note(p,
		  "Days are those of the zone, the last one %s: it counts as one of the days of "
		  "each span. Uptime is the share of known time that was not down.",
		  s->is_running ? "is today, as far as it has come" : "ends with the span");
	page_note(p, "Trend compares with as many days before, up to the same hour: better or "
		     "worse only where the shares of downtime differ by more than both "
		     "measurements are exact (an interval for each outage), else the same; none "
		     "where less than half of either span is known.");
	page_note(p, "Rank is by that uptime, within the category and among all that are listed; "
		     "equals share one. It is for those of which half of the days is known. The "
		     "last outage is that of the last 12 months; times are of probes that passed, "
		     "the slowest step is that with the greatest p95.");
}

/* ---- the whole ---- */

static void add_head(struct page *p, const struct statistics *s)
{
	char title[120];

	snprintf(title, sizeof title, "Statistics of %s up to %s%s", s->main.label,
		 page_date(p, s->main.at.to_us - 1), s->is_running ? ", today so far" : "");
	page_title(p, title);
	page_fact(p, NULL, "from", page_value(PAGE_TIME, s->main.at.from_us));
	page_fact(p, NULL, "to", page_value(PAGE_TIME, s->main.at.to_us));
	page_fact(p, "so_far", NULL, page_value(PAGE_BOOL, s->is_running));
	page_fact(p, NULL, "zone", page_text(page_period(p)->zone));
	page_fact(p, "listed", "checks and services", page_value(PAGE_INT, (int64_t)s->things));
	if (s->things && page_method(p))
		page_fact(p, NULL, "method", page_text(page_method(p)));
}

static void show_all(struct page *p, const struct statistics *s)
{
	bool has_category = s->things && *s->thing[0].about->category;

	if (!s->things) {
		page_note(p, "The record has no check and no service yet.");
		return;
	}
	if (has_category)
		add_categories(p, s, NULL, 0);
	else
		page_note(p, "Nothing has a category yet: `category = \"Payment\"` in the section "
			     "of a check or a service lists it under that heading.");
	for (size_t first = 0, end; first < s->things; first = end) {
		end = category_end(s, first);
		show_category(p, s, first, end);
	}
	add_rules(p, s);
}

static void fill(struct page *p, const void *options)
{
	struct statistics s = {.options = options};

	if (gather(p, &s)) {
		add_head(p, &s);
		add_rows(p, &s);
		add_periods(p, &s);
		add_day_rows(p, &s);
		add_categories(p, &s, "categories", PAGE_DATA);
		show_all(p, &s);
	}
	free(s.thing);
}

REPORT_MODULE("statistics", "who was up: everything by category, over a day to 12 months",
	      struct options, option, fill);
