/* reports/nines: how much may fail: the chart of nines, for any month and any target, the way back
 * from a downtime, and what redundancy gives in theory. */
#include <nines/report.h>
#include <inttypes.h>
#include <stdio.h>

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define MICRO 1000000
#define PLACES 48
#define COUNT(a) (sizeof(a) / sizeof *(a))

struct options {
	double target, member_uptime;
	int64_t downtime_us, members, need;
};

static const struct module_option option[] = {
	OPTION_(struct options, target, "target", OPTION_TYPE_NUMBER, "0", "0..100", 0,
		"a percentage to show for every span; 0: none"),
	OPTION_(struct options, downtime_us, "downtime", OPTION_TYPE_DURATION, "0", "0..366d", 0,
		"the way back: what is left after so much downtime"),
	OPTION_(struct options, member_uptime, "member-uptime", OPTION_TYPE_NUMBER, "99.9",
		"0..100", 0, "redundancy: how available each member is"),
	OPTION_INT(struct options, members, 2, "1..64", "redundancy: how many members there are"),
	OPTION_INT(struct options, need, 1, "1..64", "redundancy: how many of them are needed"),
	OPTION_END,
};

/* As an operator once published it: these percentages, a year of 365 days, a month of 31, rounded
 * to whole seconds. */
static const int64_t published[] = {99999000, 99990000, 99900000, 99000000, 98000000,
				    97000000, 96000000, 95000000, 94000000, 93000000,
				    92000000, 91000000, 90000000};
static const int64_t finer[] = {99999900, 99999000, 99995000, 99990000, 99950000, 99900000,
				99500000, 99000000, 98000000, 95000000, 90000000};

/* "99.9990": percentages of a chart have four places. */
static struct page_value four_places(char into[PLACES], int64_t micro)
{
	snprintf(into, PLACES, "%" PRId64 ".%04" PRId64, micro / MICRO, micro % MICRO / 100);
	return page_text(into);
}

static void add_published(struct page *p)
{
	static const struct page_column column[] = {
		{"uptime", "uptime %", PAGE_RIGHT},
		{"year_s", "year: days hh:mm:ss", PAGE_RIGHT},
		{"month_s", "month: days hh:mm:ss", PAGE_RIGHT},
		{"day_s", "day: hh:mm:ss", PAGE_RIGHT},
	};
	char uptime[PLACES];

	page_heading(p, "Downtime that a percentage allows");
	page_note(p, "A year of 365 days, a month of 31 days, rounded to whole seconds.");
	page_table(p, "chart", column, COUNT(column), 0);
	for (size_t i = 0; i < COUNT(published); i++) {
		int64_t micro = published[i];

		page_row(p);
		page_cell(p, "uptime", four_places(uptime, micro));
		page_cell(p, "year_s", page_value(PAGE_ROUNDED, page_allowed_us(micro, 365 * DAY)));
		page_cell(p, "month_s", page_value(PAGE_ROUNDED, page_allowed_us(micro, 31 * DAY)));
		page_cell(p, "day_s", page_value(PAGE_CLOCK, page_allowed_us(micro, DAY)));
	}
}

static void add_span(struct page *p)
{
	static const struct page_column column[] = {
		{"uptime", "uptime %", PAGE_RIGHT},
		{"span_us", "may be down", PAGE_RIGHT},
		{"year_us", "in its year", PAGE_RIGHT},
	};
	const struct page_period *period = page_period(p);
	int64_t span_us = period->to_us - period->from_us;
	char title[128], uptime[PLACES];

	snprintf(title, sizeof title, "%s (%s)", period->name, period->zone);
	page_heading(p, title);
	page_fact(p, "span_s", "length", page_value(PAGE_SECONDS, span_us));
	page_fact(p, "year_s", "its year", page_value(PAGE_SECONDS, period->year_us));
	page_table(p, "span", column, COUNT(column), 0);
	for (size_t i = 0; i < COUNT(finer); i++) {
		page_row(p);
		page_cell(p, "uptime", four_places(uptime, finer[i]));
		page_cell(p, "span_us", page_value(PAGE_EXACT, page_allowed_us(finer[i], span_us)));
		page_cell(p, "year_us",
			  page_value(PAGE_EXACT, page_allowed_us(finer[i], period->year_us)));
	}
}

/* The spans that a target and a downtime are shown for. */
struct span {
	const char *name;
	int64_t us;
};

static size_t spans_of(const struct page_period *period, struct span span[8])
{
	const struct span all[] = {
		{period->name, period->to_us - period->from_us},
		{"its year", period->year_us},
		{"year (365 days)", 365 * DAY},
		{"quarter (90 days)", 90 * DAY},
		{"month (31 days)", 31 * DAY},
		{"week", 7 * DAY},
		{"day", DAY},
	};

	for (size_t i = 0; i < COUNT(all); i++)
		span[i] = all[i];
	return COUNT(all);
}

static void add_target(struct page *p, int64_t micro)
{
	static const struct page_column column[] = {{"span", "span", 0},
						    {"allowed_us", "may be down", PAGE_RIGHT}};
	struct span span[8];
	size_t spans = spans_of(page_period(p), span);

	page_heading(p, "The target");
	page_fact(p, "target", "target %", page_value(PAGE_PERCENT, micro));
	page_table(p, "target_spans", column, COUNT(column), 0);
	for (size_t i = 0; i < spans; i++) {
		page_row(p);
		page_cell(p, "span", page_text(span[i].name));
		page_cell(p, "allowed_us",
			  page_value(PAGE_EXACT, page_allowed_us(micro, span[i].us)));
	}
}

static void add_downtime(struct page *p, int64_t us)
{
	static const struct page_column column[] = {{"span", "span", 0},
						    {"uptime", "uptime %", PAGE_RIGHT}};
	struct span span[8];
	size_t spans = spans_of(page_period(p), span);

	page_heading(p, "What a downtime leaves");
	page_fact(p, "downtime_us", "downtime", page_value(PAGE_EXACT, us));
	page_table(p, "downtime_spans", column, COUNT(column), 0);
	for (size_t i = 0; i < spans; i++) {
		page_row(p);
		page_cell(p, "span", page_text(span[i].name));
		page_cell(p, "uptime",
			  page_known(PAGE_PERCENT, page_percent_micro(us, span[i].us)));
	}
}

static void add_redundant_row(struct page *p, int64_t micro, int64_t members, int64_t need)
{
	page_row(p);
	page_cell(p, "members", page_value(PAGE_INT, members));
	page_cell(p, "need", page_value(PAGE_INT, need));
	page_cell(p, "uptime", page_value(PAGE_NINES, page_redundant(micro, members, need)));
}

static void add_redundancy(struct page *p, const struct options *o)
{
	static const struct page_column column[] = {
		{"members", "members", PAGE_RIGHT},
		{"need", "needed", PAGE_RIGHT},
		{"uptime", "uptime %, in theory", PAGE_RIGHT},
	};
	static const struct {
		int64_t members, need;
	} usual[] = {{1, 1}, {2, 1}, {3, 1}, {3, 2}, {2, 2}};
	int64_t micro = (int64_t)(o->member_uptime * MICRO + 0.5);
	bool is_usual = false;

	page_heading(p, "Redundancy");
	page_fact(p, "member_uptime", "each member %", page_value(PAGE_PERCENT, micro));
	page_table(p, "redundancy", column, COUNT(column), 0);
	for (size_t i = 0; i < COUNT(usual); i++) {
		add_redundant_row(p, micro, usual[i].members, usual[i].need);
		is_usual |= usual[i].members == o->members && usual[i].need == o->need;
	}
	if (!is_usual && o->need <= o->members)
		add_redundant_row(p, micro, o->members, o->need);
	page_note(p, "In theory: members that fail independently of each other. Real members "
		     "share networks, rooms and mistakes; what counts for a service is the time "
		     "that its members were measured to be down together.");
}

static void add_measured(struct page *p)
{
	static const struct page_column column[] = {
		{"name", "name", 0},
		{"uptime_known", "measured %", PAGE_RIGHT},
		{"down_s", "down", PAGE_RIGHT},
		{"target", "target %", PAGE_RIGHT},
		{"allowed_us", "may be down", PAGE_RIGHT},
	};

	page_heading(p, "Measured");
	page_table(p, "measured", column, COUNT(column), 0);
	for (size_t i = 0; i < page_targets(p); i++) {
		const struct page_figures *f = page_figures(p, i);

		if (!f)
			return;
		page_row(p);
		page_cell(p, "name", page_text(f->name));
		page_cell(p, "uptime_known", page_known(PAGE_PERCENT, f->known_micro));
		page_cell(p, "down_s", page_value(PAGE_SECONDS, f->counted_down_us));
		page_cell(p, "target", page_known(PAGE_PERCENT, f->target_micro));
		if (f->target_micro >= 0)
			page_cell(p, "allowed_us",
				  page_value(PAGE_EXACT,
					     page_allowed_us(f->target_micro, f->agreed_us)));
	}
}

static void add_resolution(struct page *p)
{
	int64_t micro = page_percent_micro(60 * SECOND, 31 * DAY) + 50;

	page_note(p,
		  "One failed sample of a check that runs every minute brings a month of 31 days "
		  "down to %" PRId64 ".%04" PRId64
		  " %%: to assert 99.999 %% takes samples every 10 "
		  "seconds or rechecks as quick as that, and outages counted from the middle "
		  "between two samples.",
		  micro / MICRO, micro % MICRO / 100);
}

static void fill(struct page *p, const void *options)
{
	const struct options *o = options;

	page_title(p, "Nines: what a percentage of uptime means");
	add_published(p);
	add_resolution(p);
	add_span(p);
	if (o->target > 0)
		add_target(p, (int64_t)(o->target * MICRO + 0.5));
	if (o->downtime_us)
		add_downtime(p, o->downtime_us);
	add_redundancy(p, o);
	if (page_is_chosen(p))
		add_measured(p);
}

REPORT_MODULE("nines", "how much downtime a percentage allows, and the way back", struct options,
	      option, fill);
