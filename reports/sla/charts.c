/* reports/sla/charts.c: the pictures of the report: days, incidents and maintenance on a time line,
 * what was left of the error budget. All from page_days() and page_figures(). See sla.h. */
#include "sla.h"

#include <stdio.h>

static const struct page_value nothing;

static size_t least(size_t a, int64_t b)
{
	return a < (size_t)b ? a : (size_t)b;
}

static struct page_chart chart_of(const struct page_figures *f, enum page_chart_kind kind,
				  const char *title)
{
	return (struct page_chart){.kind = kind,
				   .type = PAGE_SECONDS,
				   .title = title,
				   .from_us = f->from_us,
				   .to_us = f->to_us,
				   .zone = f->zone};
}

static void add_days(struct page *p, const struct page_day *day, size_t days)
{
	for (size_t i = 0; i < days; i++)
		page_chart_point(p, &(struct page_point){day[i].from_us, day[i].to_us,
							 day[i].counted_down_us, day[i].state});
}

/* ---- of all ---- */

/* In JSON within the rows; the charts show the same. */
static void list_days(struct page *p, size_t most)
{
	static const struct page_column column[] = {
		{"from", "", 0}, {"to", "", 0}, {"state", "", 0}, {"counted_down_s", "", 0},
		{"budget_left_s", "", 0}};
	size_t days;

	page_table(p, "days", column, COUNT(column), PAGE_DATA);
	page_within(p, "rows");
	for (size_t i = 0; i < most; i++) {
		const struct page_figures *f = page_figures(p, i);
		const struct page_day *day = page_days(p, i, f->from_us, f->to_us, &days);

		for (size_t n = 0; n < days; n++) {
			page_row_of(p, i);
			page_cell(p, "from", page_value(PAGE_TIME, day[n].from_us));
			page_cell(p, "to", page_value(PAGE_TIME, day[n].to_us));
			page_cell(p, "state", page_text(page_state_name(day[n].state)));
			page_cell(p, "counted_down_s",
				  page_value(PAGE_SECONDS, day[n].counted_down_us));
			if (f->target_micro >= 0)
				page_cell(p, "budget_left_s",
					  page_value(PAGE_SECONDS, day[n].budget_us));
		}
	}
}

static void draw_bars(struct page *p, size_t most)
{
	const struct page_period *period = page_period(p);
	const struct page_chart chart = {.kind = PAGE_BARS,
					 .type = PAGE_SECONDS,
					 .title = "Days, and what of the known time was not down",
					 .from_us = period->from_us,
					 .to_us = period->to_us};
	size_t days;

	page_chart(p, &chart);
	for (size_t i = 0; i < most; i++) {
		const struct page_figures *f = page_figures(p, i);
		const struct page_day *day = page_days(p, i, f->from_us, f->to_us, &days);

		page_chart_series(p, f->name, page_known(PAGE_PERCENT, f->known_micro));
		add_days(p, day, days);
	}
}

void charts_add_all(struct page *p, size_t targets, const struct options *o)
{
	size_t most = least(targets, o->charts);

	list_days(p, most);
	if (targets > 1 && most)
		draw_bars(p, most);
	if (targets > 1 && most && most < targets)
		page_note(p, "Drawn are the first %zu of %zu: charts=%zu draws all.", most, targets,
			  targets);
}

/* ---- of one ---- */

static bool has_spans(const struct page_figures *f)
{
	for (size_t i = 0; i < f->incident_count; i++)
		if (f->incident[i].counted_us)
			return true;
	return f->maintenance_count;
}

/* What was left out as a whole stands in the list: drawn, there were more than are counted. */
static void add_incidents(struct page *p, const struct page_figures *f, bool confirmed)
{
	bool has_begun = false;

	for (size_t i = 0; i < f->incident_count; i++) {
		const struct page_incident *n = &f->incident[i];

		if (n->is_confirmed != confirmed || !n->counted_us)
			continue;
		if (!has_begun)
			page_chart_series(p, confirmed ? "outages" : "blips", nothing);
		has_begun = true;
		page_chart_point(p, &(struct page_point){n->from_us, n->from_us + n->lasted_us,
							 PAGE_UNKNOWN, PAGE_STATE_DOWN});
	}
}

static void add_windows(struct page *p, const struct page_figures *f)
{
	if (f->maintenance_count)
		page_chart_series(p, "maintenance", nothing);
	for (size_t i = 0; i < f->maintenance_count; i++) {
		const struct page_maintenance *m = &f->maintenance[i];
		int64_t to_us = m->to_us < 0 ? f->to_us : m->to_us;

		page_chart_point(p, &(struct page_point){m->from_us,
							 to_us > m->from_us ? to_us : m->from_us,
							 PAGE_UNKNOWN, PAGE_STATE_MAINTENANCE});
	}
}

static void draw_spans(struct page *p, const struct page_figures *f)
{
	const struct page_chart chart = chart_of(f, PAGE_SPANS, "When it was");

	page_chart(p, &chart);
	add_incidents(p, f, true);
	add_incidents(p, f, false);
	add_windows(p, f);
}

/* From the whole budget down, as far as the time has come. */
static void draw_budget(struct page *p, const struct page_figures *f, const struct page_day *day,
			size_t days)
{
	const struct page_chart chart =
		chart_of(f, PAGE_BURN, "What was left of the time it may be down");
	int64_t now_us = page_period(p)->now_us, to_come_us = f->span_left_us - f->budget_us;
	struct page_point at = {f->from_us, f->from_us, f->span_budget_us, 0};

	page_chart(p, &chart);
	page_chart_series(p, f->name, nothing);
	page_chart_point(p, &at);
	for (size_t i = 0; i < days && day[i].from_us < now_us; i++) {
		at.from_us = day[i].from_us;
		at.to_us = day[i].to_us < now_us ? day[i].to_us : now_us;
		at.value = day[i].budget_us + to_come_us;
		page_chart_point(p, &at);
	}
}

void charts_add(struct page *p, size_t target, const struct options *o)
{
	const struct page_figures *f = page_figures(p, target);
	const struct page_chart chart = chart_of(f, PAGE_CALENDAR, "Day by day");
	const struct page_day *day;
	size_t days;

	if (target >= (size_t)o->charts)
		return;
	day = page_days(p, target, f->from_us, f->to_us, &days);
	page_chart(p, &chart);
	page_chart_series(p, f->name, nothing);
	add_days(p, day, days);
	if (has_spans(f))
		draw_spans(p, f);
	if (f->target_micro >= 0 && f->agreed_us > 0)
		draw_budget(p, f, day, days);
}
