/* reports/digest: the last days of everything in one plain text of 76 columns: of each check and
 * day the uptime and when each step had ended; least, mean and greatest; every outage. */
#include <nines/report.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define DAYS_MOST 31
#define WIDTH 76
#define FIRST_WIDTH 22 /* date and uptime */
#define TIME_WIDTH 6   /* 12.345 */
#define AT_ONCE 8      /* columns of times in one table: more do not fit */

struct options {
	const char *contact;
	int64_t days;
};

static const struct module_option option[] = {
	OPTION_LINE(struct options, contact, "", "only what this contact hears of"),
	OPTION_INT(struct options, days, 7, "1..31",
		   "so many whole days, up to the end of the span"),
	OPTION_END,
};

struct digest {
	const struct options *options;
	int64_t day_us[DAYS_MOST + 1]; /* midnights; the last one ends the span */
	size_t days, targets, listed;
};

/* One check or service. */
struct one {
	size_t target, row;
	const struct page_figures *span, *day[DAYS_MOST];
	const struct page_probes *probes, *day_probes[DAYS_MOST]; /* NULL: a service */
};

/* A column of times: what people call it, and the step whose end it is. */
struct timing {
	const char *label, *step;
};

/* ---- what is listed ---- */

static bool is_listed(struct page *p, const struct digest *d, size_t target)
{
	return !*d->options->contact || page_is_heard(p, d->options->contact, target);
}

/* False: the report ends with the reason. */
static bool read_one(struct page *p, const struct digest *d, struct one *o)
{
	bool is_check;

	o->probes = NULL;
	o->span = page_figures_between(p, o->target, d->day_us[0], d->day_us[d->days]);
	is_check = o->span && !strcmp(o->span->kind, "check");
	if (is_check)
		o->probes = page_probes(p, o->target, d->day_us[0], d->day_us[d->days]);
	for (size_t i = 0; i < d->days && o->span; i++) {
		o->day[i] = page_figures_between(p, o->target, d->day_us[i], d->day_us[i + 1]);
		o->day_probes[i] = is_check ? page_probes(p, o->target, d->day_us[i],
							  d->day_us[i + 1])
					    : NULL;
		if (!o->day[i] || (is_check && !o->day_probes[i]))
			return false;
	}
	return o->span && (!is_check || o->probes);
}

static const struct page_spread *find_step(const struct page_probes *n, const char *step)
{
	for (size_t i = 0; n && i < n->step_count; i++)
		if (!strcmp(n->step[i].step, step))
			return &n->step[i];
	return NULL;
}

/* What maintenance or the service hours excuse is listed, and does not count. */
static const char *kind_of(const struct page_incident *i)
{
	return !i->counted_us ? "excluded" : i->is_confirmed ? "outage" : "blip";
}

static int64_t count_of(const struct page_figures *f, const char *kind)
{
	int64_t n = 0;

	for (size_t i = 0; i < f->incident_count; i++)
		n += !strcmp(kind_of(&f->incident[i]), kind);
	return n;
}

/* ---- for people ---- */

/* Of http the five that the field has always had; else the steps that occur. */
static size_t list_timings(const struct page_probes *n, struct timing *into, size_t room)
{
	static const struct timing http[] = {{"dns", "resolve"},
					     {"connect", "connect"},
					     {"request", "request"},
					     {"ttfb", "first-byte"},
					     {"ttlb", "total"}};
	size_t count = 0;

	if (find_step(n, "first-byte")) {
		memcpy(into, http, sizeof http);
		return COUNT(http);
	}
	for (size_t i = 0; i < n->step_count && count < room; i++)
		if (n->step[i].end_average_us >= 0)
			into[count++] = (struct timing){n->step[i].step, n->step[i].step};
	return count;
}

static size_t width_of(const struct timing *t)
{
	size_t wide = strlen(t->label);

	return 1 + (wide > TIME_WIDTH ? wide : TIME_WIDTH);
}

/* How many of them stand beside a date. */
static size_t fitting(const struct timing *t, size_t count)
{
	size_t wide = FIRST_WIDTH, n = 0;

	while (n < count && n < AT_ONCE && (!n || wide + width_of(&t[n]) <= WIDTH))
		wide += width_of(&t[n++]);
	return n;
}

static void begin_days(struct page *p, const struct timing *t, size_t count)
{
	struct page_column column[AT_ONCE + 2] = {{"date", "date", 0},
						  {"uptime", "uptime %", PAGE_RIGHT}};

	for (size_t i = 0; i < count; i++)
		column[i + 2] = (struct page_column){t[i].step, t[i].label, PAGE_RIGHT};
	page_table(p, NULL, column, count + 2, 0);
}

static void add_ends(struct page *p, const struct page_probes *n, const struct timing *t,
		     size_t count, size_t at)
{
	for (size_t i = 0; i < count; i++) {
		const struct page_spread *s = find_step(n, t[i].step);
		int64_t us = -1;

		if (s)
			memcpy(&us, (const char *)s + at, sizeof us);
		page_cell(p, t[i].step, page_known(PAGE_DECIMAL, us));
	}
}

/* The worst and the best day; -1: no day is known. */
static int64_t uptime_of_days(const struct digest *d, const struct one *o, bool is_best)
{
	int64_t found = -1;

	for (size_t i = 0; i < d->days; i++) {
		int64_t micro = o->day[i]->known_micro;

		if (micro >= 0 && (found < 0 || (is_best ? micro > found : micro < found)))
			found = micro;
	}
	return found;
}

static void add_line(struct page *p, const char *label, int64_t micro)
{
	page_row(p);
	page_cell(p, "date", page_text(label));
	page_cell(p, "uptime", page_known(PAGE_PERCENT, micro));
}

static void add_lines(struct page *p, const struct digest *d, const struct one *o,
		      const struct timing *t, size_t count)
{
	add_line(p, "minimum", uptime_of_days(d, o, false));
	add_ends(p, o->probes, t, count, offsetof(struct page_spread, end_min_us));
	add_line(p, "average", o->span->known_micro);
	add_ends(p, o->probes, t, count, offsetof(struct page_spread, end_average_us));
	add_line(p, "maximum", uptime_of_days(d, o, true));
	add_ends(p, o->probes, t, count, offsetof(struct page_spread, end_max_us));
}

static void add_days(struct page *p, const struct digest *d, const struct one *o,
		     const struct timing *t, size_t count)
{
	begin_days(p, t, count);
	for (size_t i = 0; i < d->days; i++) {
		int64_t known = o->day[i]->known_micro;

		page_row(p);
		page_cell(p, "date", page_text(page_date(p, d->day_us[i])));
		page_cell(p, "uptime",
			  page_toned(page_known(PAGE_PERCENT, known),
				     o->day[i]->down_us ? PAGE_BAD : PAGE_PLAIN));
		add_ends(p, o->day_probes[i], t, count,
			 offsetof(struct page_spread, end_average_us));
	}
	add_lines(p, d, o, t, count);
}

static void add_outages(struct page *p, const struct one *o)
{
	static const struct page_column column[] = {{"start", "down from", PAGE_RIGHT},
						    {"lasted", "lasted", PAGE_RIGHT},
						    {"kind", "kind", 0},
						    {"why", "step and reason", 0}};
	char why[600];

	if (o->span->incident_count)
		page_table(p, NULL, column, COUNT(column), 0);

	for (size_t i = 0; i < o->span->incident_count; i++) {
		const struct page_incident *n = &o->span->incident[i];

		snprintf(why, sizeof why, "%s%.80s%s%.400s", n->to_us < 0 ? "(open) " : "", n->step,
			 *n->step && *n->reason ? ": " : "", n->reason);
		page_row(p);
		page_cell(p, "start", page_value(PAGE_TIME, n->from_us));
		page_cell(p, "lasted", page_value(PAGE_SECONDS, n->lasted_us));
		page_cell(p, "kind", page_text(kind_of(n)));
		page_cell(p, "why", page_text(*why ? why : NULL));
	}
}

static void show(struct page *p, const struct digest *d, const struct one *o)
{
	struct timing timing[64], *t = timing;
	size_t count = o->probes ? list_timings(o->probes, timing, COUNT(timing)) : 0, n;

	page_heading(p, o->span->name);
	do {
		n = fitting(t, count);
		add_days(p, d, o, t, n);
		t += n;
		count -= n;
	} while (count);
	add_outages(p, o);
}

/* ---- for programs ---- */

static const struct page_column row_column[] = {
	{"name", "", 0},    {"kind", "", 0},          {"uptime_known", "", 0}, {"coverage", "", 0},
	{"down_s", "", 0},  {"outages", "", 0},       {"blips", "", 0},        {"probes", "", 0},
	{"passed", "", 0},  {"min_us", "", 0},        {"average_us", "", 0},   {"max_us", "", 0},
	{"method", "", 0},
};

static void add_row(struct page *p, const struct one *o)
{
	const struct page_spread *s = find_step(o->probes, "total");
	const struct page_value none = page_value(PAGE_NONE, 0);
	page_row(p);
	page_cell(p, "name", page_text(o->span->name));
	page_cell(p, "kind", page_text(o->span->kind));
	page_cell(p, "uptime_known", page_known(PAGE_PERCENT, o->span->known_micro));
	page_cell(p, "coverage", page_known(PAGE_PERCENT, o->span->coverage_micro));
	page_cell(p, "down_s", page_value(PAGE_SECONDS, o->span->down_us));
	page_cell(p, "outages", page_value(PAGE_INT, count_of(o->span, "outage")));
	page_cell(p, "blips", page_value(PAGE_INT, count_of(o->span, "blip")));
	page_cell(p, "probes", o->probes ? page_value(PAGE_INT, o->probes->probes) : none);
	page_cell(p, "passed", o->probes ? page_value(PAGE_INT, o->probes->passed) : none);
	page_cell(p, "min_us", s ? page_known(PAGE_ELAPSED, s->end_min_us) : none);
	page_cell(p, "average_us", s ? page_known(PAGE_ELAPSED, s->end_average_us) : none);
	page_cell(p, "max_us", s ? page_known(PAGE_ELAPSED, s->end_max_us) : none);
	page_cell(p, "method", page_text(o->span->method));
}

static void add_day_rows(struct page *p, const struct digest *d, const struct one *all)
{
	static const struct page_column column[] = {
		{"date", "", 0},   {"from", "", 0},         {"to", "", 0},
		{"down_s", "", 0}, {"uptime_known", "", 0}, {"coverage", "", 0},
	};

	page_table(p, "days", column, COUNT(column), PAGE_DATA);
	page_within(p, "rows");
	for (const struct one *o = all; o < all + d->listed; o++)
		for (size_t i = 0; i < d->days; i++) {
			page_row_of(p, o->row);
			page_cell(p, "date", page_text(page_date(p, d->day_us[i])));
			page_cell(p, "from", page_value(PAGE_TIME, d->day_us[i]));
			page_cell(p, "to", page_value(PAGE_TIME, d->day_us[i + 1]));
			page_cell(p, "down_s", page_value(PAGE_SECONDS, o->day[i]->down_us));
			page_cell(p, "uptime_known",
				  page_known(PAGE_PERCENT, o->day[i]->known_micro));
			page_cell(p, "coverage",
				  page_known(PAGE_PERCENT, o->day[i]->coverage_micro));
		}
}

static void add_times_of(struct page *p, const struct one *o, const char *date,
			 const struct page_probes *n)
{
	for (size_t i = 0; n && i < n->step_count; i++) {
		const struct page_spread *s = &n->step[i];

		page_row_of(p, o->row);
		page_cell(p, "date", page_text(date));
		page_cell(p, "step", page_text(s->step));
		page_cell(p, "min_us", page_known(PAGE_ELAPSED, s->end_min_us));
		page_cell(p, "average_us", page_known(PAGE_ELAPSED, s->end_average_us));
		page_cell(p, "max_us", page_known(PAGE_ELAPSED, s->end_max_us));
	}
}

/* Of each day, then of all: no date. */
static void add_time_rows(struct page *p, const struct digest *d, const struct one *all)
{
	static const struct page_column column[] = {{"date", "", 0},
						    {"step", "", 0},
						    {"min_us", "", 0},
						    {"average_us", "", 0},
						    {"max_us", "", 0}};

	page_table(p, "times", column, COUNT(column), PAGE_DATA);
	page_within(p, "rows");
	for (const struct one *o = all; o < all + d->listed; o++) {
		for (size_t i = 0; i < d->days; i++)
			add_times_of(p, o, page_date(p, d->day_us[i]), o->day_probes[i]);
		add_times_of(p, o, NULL, o->probes);
	}
}

static void add_outage_rows(struct page *p, const struct digest *d, const struct one *all)
{
	static const struct page_column column[] = {
		{"start", "", 0}, {"end", "", 0},  {"lasted_s", "", 0}, {"counted_s", "", 0},
		{"kind", "", 0},  {"step", "", 0}, {"reason", "", 0}};

	page_table(p, "outage_list", column, COUNT(column), PAGE_DATA);
	page_within(p, "rows");
	for (const struct one *o = all; o < all + d->listed; o++)
		for (size_t i = 0; i < o->span->incident_count; i++) {
			const struct page_incident *n = &o->span->incident[i];

			page_row_of(p, o->row);
			page_cell(p, "start", page_value(PAGE_TIME, n->from_us));
			page_cell(p, "end", page_known(PAGE_TIME, n->to_us));
			page_cell(p, "lasted_s", page_value(PAGE_SECONDS, n->lasted_us));
			page_cell(p, "counted_s", page_value(PAGE_SECONDS, n->counted_us));
			page_cell(p, "kind", page_text(kind_of(n)));
			page_cell(p, "step", page_text(*n->step ? n->step : NULL));
			page_cell(p, "reason", page_text(*n->reason ? n->reason : NULL));
		}
}

/* ---- the whole ---- */

/* Whole days that are over: yesterday is the last one, unless the span ends before. */
static void set_days(struct page *p, struct digest *d)
{
	const struct page_period *period = page_period(p);
	int64_t end_us = period->to_us < period->now_us ? period->to_us : period->now_us;

	d->days = (size_t)d->options->days;
	for (size_t i = 0; i <= d->days; i++)
		d->day_us[i] = page_day_us(p, end_us, (int)i - (int)d->days);
	page_cover(p, d->day_us[0], d->day_us[d->days]);
}

static void add_head(struct page *p, const struct digest *d, const struct one *all)
{
	int64_t outages = 0, down = 0;
	char title[120];

	snprintf(title, sizeof title, "Digest %s to %s", page_date(p, d->day_us[0]),
		 page_date(p, d->day_us[d->days - 1]));
	page_title(p, title);
	for (const struct one *o = all; o < all + d->listed; o++) {
		int64_t own = count_of(o->span, "outage") + count_of(o->span, "blip");

		outages += own;
		down += own > 0;
	}
	page_fact(p, NULL, "zone", page_text(page_period(p)->zone));
	if (*d->options->contact)
		page_fact(p, "contact", "contact", page_text(d->options->contact));
	page_fact(p, NULL, "checks and services",
		  page_value(PAGE_INT, (int64_t)d->listed));
	page_fact(p, NULL, "of them were down", page_value(PAGE_INT, down));
	page_fact(p, "outages", "outages and blips", page_value(PAGE_INT, outages));
}

static void add_all(struct page *p, const struct digest *d, const struct one *all)
{
	add_head(p, d, all);
	page_table(p, "rows", row_column, COUNT(row_column), PAGE_DATA);
	for (const struct one *o = all; o < all + d->listed; o++)
		add_row(p, o);
	add_day_rows(p, d, all);
	add_time_rows(p, d, all);
	add_outage_rows(p, d, all);
	if (!d->listed)
		page_note(p, *d->options->contact
				     ? "The contact hears of nothing that the record has."
				     : "The record has no check and no service yet.");
	else
		page_note(p, "Times are seconds from the begin of a probe to the end of each step, "
			     "of probes that passed: the mean of the day; below them the least, "
			     "the mean and the greatest of all days, beside the uptime of the "
			     "worst day, of all and of the best.");
	for (const struct one *o = all; o < all + d->listed; o++)
		show(p, d, o);
}

static void fill(struct page *p, const void *options)
{
	struct digest d = {.options = options, .targets = page_targets(p)};
	struct one *all = calloc(d.targets + 1, sizeof *all);
	bool is_fine = all;

	set_days(p, &d);
	for (size_t i = 0; i < d.targets && is_fine; i++) {
		if (!is_listed(p, &d, i))
			continue;
		all[d.listed].target = i;
		all[d.listed].row = d.listed;
		is_fine = read_one(p, &d, &all[d.listed]);
		d.listed++;
	}
	if (is_fine)
		add_all(p, &d, all);
	free(all);
}

REPORT_MODULE("digest", "the last seven days of everything, a line a day, and every outage",
	      struct options, option, fill);
