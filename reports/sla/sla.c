/* reports/sla: what was measured of checks and services in a month, beside what was agreed. */
#include <nines/report.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define COUNT(a) (sizeof(a) / sizeof *(a))

struct options {
	int64_t incidents;
};

static const struct module_option option[] = {
	OPTION_INT(struct options, incidents, 1000, "0..1000000",
		   "list at most so many incidents of each check or service for people"),
	OPTION_END,
};

static const struct page_column row[] = {
	{"name", "name", 0},
	{"kind", "kind", PAGE_DATA},
	{"up_s", "up", PAGE_RIGHT | PAGE_DATA},
	{"degraded_s", "degraded", PAGE_RIGHT | PAGE_DATA},
	{"down_s", "down", PAGE_RIGHT},
	{"blip_s", "blips", PAGE_RIGHT | PAGE_DATA},
	{"unknown_s", "unknown", PAGE_RIGHT | PAGE_DATA},
	{"not_monitored_s", "not monitored", PAGE_RIGHT | PAGE_DATA},
	{"maintenance_s", "maintenance", PAGE_RIGHT | PAGE_DATA},
	{"outside_hours_s", "outside hours", PAGE_RIGHT | PAGE_DATA},
	{"excluded_s", "excluded", PAGE_RIGHT | PAGE_DATA},
	{"incidents", "incidents", PAGE_RIGHT},
	{"blips", "blips", PAGE_RIGHT | PAGE_DATA},
	{"longest_s", "longest", PAGE_RIGHT | PAGE_DATA},
	{"mttr_s", "mttr", PAGE_RIGHT | PAGE_DATA},
	{"mtbf_s", "mtbf", PAGE_RIGHT | PAGE_DATA},
	{"uptime_known", "known %", PAGE_RIGHT},
	{"uptime_period", "period %", PAGE_RIGHT},
	{"coverage", "coverage %", PAGE_RIGHT},
	{"target", "target %", PAGE_RIGHT | PAGE_DATA},
	{"met", "met", PAGE_DATA},
	{"judged", "judged %", PAGE_RIGHT | PAGE_DATA},
	{"counted_down_s", "counts as down", PAGE_RIGHT | PAGE_DATA},
	{"budget_left_s", "budget left", PAGE_RIGHT | PAGE_DATA},
	{"credit", "credit %", PAGE_RIGHT | PAGE_DATA},
	{"credit_below", "credit below %", PAGE_RIGHT | PAGE_DATA},
	{"agreed_s", "agreed", PAGE_RIGHT | PAGE_DATA},
	{"interval_s", "interval", PAGE_RIGHT | PAGE_DATA},
	{"resolution_s", "known to", PAGE_RIGHT | PAGE_DATA},
	{"sla", "sla", PAGE_DATA},
	{"method", "method", PAGE_DATA},
	{"span_from", "from", PAGE_DATA},
	{"span_to", "to", PAGE_DATA},
	{"span_zone", "zone", PAGE_DATA},
};

static struct page_value verdict(const struct page_figures *f)
{
	if (f->target_micro < 0 || f->judged_micro < 0)
		return page_value(PAGE_NONE, 0);
	return page_toned(page_value(PAGE_BOOL, f->is_met), f->is_met ? PAGE_GOOD : PAGE_BAD);
}

static struct page_value down_of(const struct page_figures *f)
{
	return page_toned(page_value(PAGE_SECONDS, f->down_us), f->down_us ? PAGE_BAD : PAGE_PLAIN);
}

static void add_sums(struct page *p, const struct page_figures *f)
{
	page_cell(p, "up_s", page_value(PAGE_SECONDS, f->up_us));
	page_cell(p, "degraded_s", page_value(PAGE_SECONDS, f->degraded_us));
	page_cell(p, "down_s", down_of(f));
	page_cell(p, "blip_s", page_value(PAGE_SECONDS, f->blip_us));
	page_cell(p, "unknown_s", page_value(PAGE_SECONDS, f->unknown_us));
	page_cell(p, "not_monitored_s", page_value(PAGE_SECONDS, f->not_monitored_us));
	page_cell(p, "maintenance_s", page_value(PAGE_SECONDS, f->maintenance_us));
	page_cell(p, "outside_hours_s", page_value(PAGE_SECONDS, f->outside_hours_us));
	page_cell(p, "excluded_s", page_value(PAGE_SECONDS, f->excluded_us));
}

static void add_row(struct page *p, const struct page_figures *f)
{
	page_row(p);
	page_cell(p, "name", page_text(f->name));
	page_cell(p, "kind", page_text(f->kind));
	add_sums(p, f);
	page_cell(p, "incidents", page_value(PAGE_INT, f->incidents));
	page_cell(p, "blips", page_value(PAGE_INT, f->blips));
	page_cell(p, "longest_s", page_value(PAGE_SECONDS, f->longest_us));
	page_cell(p, "mttr_s", page_known(PAGE_SECONDS, f->mttr_us));
	page_cell(p, "mtbf_s", page_known(PAGE_SECONDS, f->mtbf_us));
	page_cell(p, "uptime_known", page_known(PAGE_PERCENT, f->known_micro));
	page_cell(p, "uptime_period", page_known(PAGE_PERCENT, f->period_micro));
	page_cell(p, "coverage", page_known(PAGE_PERCENT, f->coverage_micro));
	page_cell(p, "target", page_known(PAGE_PERCENT, f->target_micro));
	page_cell(p, "met", verdict(f));
	page_cell(p, "judged", page_known(PAGE_PERCENT, f->judged_micro));
	page_cell(p, "counted_down_s", page_value(PAGE_SECONDS, f->counted_down_us));
	if (f->target_micro >= 0)
		page_cell(p, "budget_left_s", page_value(PAGE_SECONDS, f->budget_us));
	page_cell(p, "credit", page_known(PAGE_PERCENT, f->credit_micro));
	if (f->credit_micro > 0)
		page_cell(p, "credit_below", page_value(PAGE_PERCENT, f->credit_below_micro));
	page_cell(p, "agreed_s", page_value(PAGE_SECONDS, f->agreed_us));
	page_cell(p, "interval_s", page_value(PAGE_SECONDS, f->interval_us));
	page_cell(p, "resolution_s", page_value(PAGE_SECONDS, f->resolution_us));
	page_cell(p, "sla", page_text(*f->sla ? f->sla : NULL));
	page_cell(p, "method", page_text(f->method));
	page_cell(p, "span_from", page_value(PAGE_TIME, f->from_us));
	page_cell(p, "span_to", page_value(PAGE_TIME, f->to_us));
	page_cell(p, "span_zone", page_text(f->zone));
}

static void add_causes(struct page *p, size_t targets)
{
	static const struct page_column column[] = {{"cause", "cause", 0},
						    {"unknown_s", "unknown", PAGE_RIGHT}};

	page_table(p, "unknown_causes", column, COUNT(column), PAGE_KEYED | PAGE_DATA);
	page_within(p, "rows");
	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		for (size_t c = 0; c < f->cause_count; c++) {
			page_row_of(p, i);
			page_cell(p, "cause", page_text(f->cause[c].cause));
			page_cell(p, "unknown_s", page_value(PAGE_SECONDS, f->cause[c].us));
		}
	}
}

/* ---- for people: what the first table has no room for ---- */

/* An sla's month is that of its own zone. */
static void add_zones(struct page *p, size_t targets)
{
	static const struct page_column column[] = {
		{"name", "name", 0}, {"zone", "zone", 0}, {"from", "from", 0}, {"to", "to", 0}};
	size_t rows = 0;

	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		if (!strcmp(f->zone, page_period(p)->zone))
			continue;
		if (!rows++) {
			page_heading(p, "In the zone of their sla");
			page_table(p, NULL, column, COUNT(column), 0);
		}
		page_row(p);
		page_cell(p, "name", page_text(f->name));
		page_cell(p, "zone", page_text(f->zone));
		page_cell(p, "from", page_value(PAGE_TIME, f->from_us));
		page_cell(p, "to", page_value(PAGE_TIME, f->to_us));
	}
}

static void add_agreements(struct page *p, size_t targets)
{
	static const struct page_column column[] = {
		{"name", "name", 0},
		{"sla", "sla", 0},
		{"target", "target %", PAGE_RIGHT},
		{"judged", "judged %", PAGE_RIGHT},
		{"met", "met", 0},
		{"allowed", "allowed", PAGE_RIGHT},
		{"down", "down", PAGE_RIGHT},
		{"left", "left", PAGE_RIGHT},
		{"credit", "credit %", PAGE_RIGHT},
	};
	size_t rows = 0;

	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		if (f->target_micro < 0)
			continue;
		if (!rows++) {
			page_heading(p, "Agreed");
			page_table(p, NULL, column, COUNT(column), 0);
		}
		page_row(p);
		page_cell(p, "name", page_text(f->name));
		page_cell(p, "sla", page_text(f->sla));
		page_cell(p, "target", page_value(PAGE_PERCENT, f->target_micro));
		page_cell(p, "judged", page_known(PAGE_PERCENT, f->judged_micro));
		page_cell(p, "met", verdict(f));
		page_cell(p, "allowed",
			  page_value(PAGE_EXACT, page_allowed_us(f->target_micro, f->agreed_us)));
		page_cell(p, "down", page_value(PAGE_SECONDS, f->counted_down_us));
		page_cell(p, "left",
			  page_toned(page_value(PAGE_SECONDS, f->budget_us),
				     f->budget_us < 0 ? PAGE_BAD : PAGE_PLAIN));
		page_cell(p, "credit",
			  page_toned(page_known(PAGE_PERCENT, f->credit_micro),
				     f->credit_micro > 0 ? PAGE_BAD : PAGE_PLAIN));
	}
}

static void add_times(struct page *p, size_t targets)
{
	static const struct page_column column[] = {
		{"name", "name", 0},
		{"up", "up", PAGE_RIGHT},
		{"degraded", "degraded", PAGE_RIGHT},
		{"unknown", "unknown", PAGE_RIGHT},
		{"maintenance", "maintenance", PAGE_RIGHT},
		{"not_monitored", "not monitored", PAGE_RIGHT},
	};

	page_heading(p, "Time");
	page_table(p, NULL, column, COUNT(column), 0);
	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		page_row(p);
		page_cell(p, "name", page_text(f->name));
		page_cell(p, "up", page_value(PAGE_SECONDS, f->up_us));
		page_cell(p, "degraded", page_value(PAGE_SECONDS, f->degraded_us));
		page_cell(p, "unknown", page_value(PAGE_SECONDS, f->unknown_us));
		page_cell(p, "maintenance", page_value(PAGE_SECONDS, f->maintenance_us));
		page_cell(p, "not_monitored", page_value(PAGE_SECONDS, f->not_monitored_us));
	}
}

/* Why time is unknown, and how much of the downtime no recheck confirmed. */
static void add_explanations(struct page *p, size_t targets)
{
	static const struct page_column column[] = {{"name", "name", 0},
						    {"what", "what", 0},
						    {"time", "time", PAGE_RIGHT},
						    {"count", "count", PAGE_RIGHT}};
	char what[64];

	page_heading(p, "Unknown and unconfirmed time");
	page_table(p, NULL, column, COUNT(column), 0);
	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		for (size_t c = 0; c < f->cause_count; c++) {
			snprintf(what, sizeof what, "unknown: %s", f->cause[c].cause);
			page_row(p);
			page_cell(p, "name", page_text(f->name));
			page_cell(p, "what", page_text(what));
			page_cell(p, "time", page_value(PAGE_SECONDS, f->cause[c].us));
		}
		if (!f->blips)
			continue;
		page_row(p);
		page_cell(p, "name", page_text(f->name));
		page_cell(p, "what", page_text("blips: down, cleared by the recheck"));
		page_cell(p, "time", page_value(PAGE_SECONDS, f->blip_us));
		page_cell(p, "count", page_value(PAGE_INT, f->blips));
	}
}

static bool has_explanations(struct page *p, size_t targets)
{
	for (size_t i = 0; i < targets; i++)
		if (page_figures(p, i)->cause_count || page_figures(p, i)->blips)
			return true;
	return false;
}

/* ---- incidents ---- */

static const char *class_of(const struct page_incident *i)
{
	if (!i->is_confirmed)
		return "blip";
	return i->is_counted ? "confirmed" : i->counted_us ? "began before" : "excluded";
}

static void add_incident(struct page *p, const struct page_incident *i)
{
	page_cell(p, "start", page_value(PAGE_TIME, i->from_us));
	page_cell(p, "end", page_known(PAGE_TIME, i->to_us));
	page_cell(p, "lasted_s", page_value(PAGE_SECONDS, i->lasted_us));
	page_cell(p, "counted_s", page_value(PAGE_SECONDS, i->counted_us));
	page_cell(p, "class", page_text(class_of(i)));
	page_cell(p, "step", page_text(*i->step ? i->step : NULL));
	page_cell(p, "reason", page_text(*i->reason ? i->reason : NULL));
}

static void list_for_programs(struct page *p, size_t targets)
{
	static const struct page_column column[] = {
		{"start", "", 0}, {"end", "", 0},  {"lasted_s", "", 0}, {"counted_s", "", 0},
		{"class", "", 0}, {"step", "", 0}, {"reason", "", 0},
	};

	page_table(p, "incident_list", column, COUNT(column), PAGE_DATA);
	page_within(p, "rows");
	for (size_t i = 0; i < targets; i++)
		for (size_t n = 0; n < page_figures(p, i)->incident_count; n++) {
			page_row_of(p, i);
			add_incident(p, &page_figures(p, i)->incident[n]);
		}
}

static void list_for_people(struct page *p, size_t targets, size_t most)
{
	static const struct page_column column[] = {
		{"start", "start", 0},
		{"lasted_s", "lasted", PAGE_RIGHT},
		{"counted_s", "counted", PAGE_RIGHT | PAGE_DATA},
		{"end", "end", PAGE_DATA},
		{"class", "kind", 0},
		{"step", "step", PAGE_DATA},
		{"reason", "reason", PAGE_DATA},
		{"why", "step and reason", 0},
	};
	char heading[320], why[600];

	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		if (!f->incident_count || !most)
			continue;
		snprintf(heading, sizeof heading, "Incidents: %.300s", f->name);
		page_heading(p, heading);
		page_table(p, NULL, column, COUNT(column), 0);
		for (size_t n = 0; n < f->incident_count && n < most; n++) {
			const struct page_incident *one = &f->incident[n];

			page_row(p);
			add_incident(p, one);
			snprintf(why, sizeof why, "%s%.80s%s%.400s",
				 one->to_us < 0 ? "(open) " : "", one->step,
				 *one->step && *one->reason ? ": " : "", one->reason);
			page_cell(p, "why", page_text(*why ? why : NULL));
		}
		if (f->incident_count > most)
			page_note(p, "%zu more are in the JSON form.", f->incident_count - most);
	}
}

/* ---- steps ---- */

static void add_steps(struct page *p, size_t targets, const char *key, uint32_t flags)
{
	static const struct page_column column[] = {
		{"name", "name", PAGE_PEOPLE},       {"step", "step", 0},
		{"p50_us", "p50", PAGE_RIGHT},       {"p95_us", "p95", PAGE_RIGHT},
		{"p99_us", "p99", PAGE_RIGHT},       {"count", "probes", PAGE_RIGHT},
	};

	page_table(p, key, column, COUNT(column), flags);
	if (key)
		page_within(p, "rows");
	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		for (size_t s = 0; s < f->step_count; s++) {
			if (key)
				page_row_of(p, i);
			else
				page_row(p);
			page_cell(p, "name", page_text(s ? "" : f->name));
			page_cell(p, "step", page_text(f->step[s].step));
			page_cell(p, "p50_us", page_value(PAGE_ELAPSED, f->step[s].p50_us));
			page_cell(p, "p95_us", page_value(PAGE_ELAPSED, f->step[s].p95_us));
			page_cell(p, "p99_us", page_value(PAGE_ELAPSED, f->step[s].p99_us));
			page_cell(p, "count", page_value(PAGE_INT, f->step[s].count));
		}
	}
}

static bool has_steps(struct page *p, size_t targets)
{
	for (size_t i = 0; i < targets; i++)
		if (page_figures(p, i)->step_count)
			return true;
	return false;
}

/* ---- how exact it is ---- */

static bool has_histories(struct page *p, size_t targets)
{
	for (size_t i = 0; i < targets; i++)
		if (!page_figures(p, i)->interval_us && page_figures(p, i)->known_us)
			return true;
	return false;
}

static void add_resolution(struct page *p, size_t targets)
{
	static const struct page_column column[] = {
		{"name", "name", 0},
		{"down", "measured down", PAGE_RIGHT},
		{"resolution", "more or less", PAGE_RIGHT},
		{"interval", "may miss shorter than", PAGE_RIGHT},
	};

	page_heading(p, "How exact this is");
	page_note(p, "The length of each outage is known to one interval of its check; an outage "
		     "shorter than that may be missed.%s",
		  has_histories(p, targets) ? " Histories of state changes are taken at their "
					      "word (0)."
					    : "");
	page_table(p, NULL, column, COUNT(column), 0);
	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		page_row(p);
		page_cell(p, "name", page_text(f->name));
		page_cell(p, "down", page_value(PAGE_SECONDS, f->down_us));
		page_cell(p, "resolution", page_value(PAGE_SECONDS, f->resolution_us));
		page_cell(p, "interval", page_value(PAGE_SECONDS, f->interval_us));
	}
	page_note(p, "known %% = (known time - down) / known time; period %% = (known time - down) "
		     "/ (agreed time - maintenance - not monitored); coverage %% = known time / "
		     "the same. Truncated, never rounded up. Unknown time is neither up nor down.");
}

static void add_head(struct page *p)
{
	const struct page_period *period = page_period(p);
	char title[128];

	snprintf(title, sizeof title, "Availability %s", period->name);
	page_title(p, title);
	page_fact(p, NULL, "from", page_value(PAGE_TIME, period->from_us));
	page_fact(p, NULL, "to", page_value(PAGE_TIME, period->to_us));
	if (period->is_running)
		page_fact(p, NULL, "so far", page_value(PAGE_TIME, period->now_us));
	page_fact(p, NULL, "zone", page_text(period->zone));
	page_fact(p, "method", "method", page_text(page_method(p)));
}

static void fill(struct page *p, const void *options)
{
	const struct options *o = options;
	size_t targets = page_targets(p);

	add_head(p);
	for (size_t i = 0; i < targets; i++)
		if (!page_figures(p, i))
			return;
	page_table(p, "rows", row, COUNT(row), 0);
	for (size_t i = 0; i < targets; i++)
		add_row(p, page_figures(p, i));
	if (!targets)
		page_note(p, "The record has no check and no service yet.");
	add_steps(p, targets, "steps", PAGE_KEYED | PAGE_DATA);
	add_causes(p, targets);
	list_for_programs(p, targets);
	if (!targets)
		return;
	add_zones(p, targets);
	add_agreements(p, targets);
	add_times(p, targets);
	if (has_explanations(p, targets))
		add_explanations(p, targets);
	list_for_people(p, targets, (size_t)o->incidents);
	if (has_steps(p, targets)) {
		page_heading(p, "Times of steps");
		add_steps(p, targets, NULL, 0);
	}
	add_resolution(p, targets);
}

REPORT_MODULE("sla", "uptime of checks and services in a month, beside what was agreed",
	      struct options, option, fill);
