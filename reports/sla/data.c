/* reports/sla/data.c: the tables for programs: docs/cli promises their keys. The first columns of
 * the rows are also the summary that people see of several. See sla.h. */
#include "sla.h"

#include <string.h>

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
	{"exact", PLUS_MINUS " %", PAGE_RIGHT | PAGE_PEOPLE},
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
	{"verdict", "verdict", PAGE_DATA},
	{"resolution", "resolution", PAGE_DATA},
	{"acknowledged", "acknowledged", PAGE_DATA},
	{"to_acknowledge_s", "to acknowledge", PAGE_DATA},
	{"acknowledged_to_end_s", "from there to the end", PAGE_DATA},
	{"reclassified_s", "reclassified", PAGE_DATA},
	{"reclassified_at", "reclassified at", PAGE_DATA},
	{"uptime_known_before", "known % before", PAGE_DATA},
	{"mttf_s", "mttf", PAGE_DATA},
	{"availability_check", "mtbf / (mtbf + mttr) %", PAGE_DATA},
	{"resolution_percent", "known % known to", PAGE_DATA},
	{"resolution_period_percent", "period % known to", PAGE_DATA},
	{"span_budget_s", "in all may be down", PAGE_DATA},
	{"span_left_s", "in all left", PAGE_DATA},
};

/* ---- the rows ---- */

static struct page_value is_met(const struct page_figures *f)
{
	if (f->target_micro < 0 || f->judged_micro < 0)
		return page_value(PAGE_NONE, 0);
	return page_value(PAGE_BOOL, f->is_met);
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

static void add_judgement(struct page *p, const struct page_figures *f)
{
	page_cell(p, "uptime_known", page_known(PAGE_PERCENT, f->known_micro));
	page_cell(p, "exact", page_known(PAGE_PERCENT, f->known_exact_micro));
	page_cell(p, "resolution_percent", page_known(PAGE_PERCENT, f->known_exact_micro));
	page_cell(p, "resolution_period_percent", page_known(PAGE_PERCENT, f->period_exact_micro));
	page_cell(p, "uptime_period", page_known(PAGE_PERCENT, f->period_micro));
	page_cell(p, "coverage", page_known(PAGE_PERCENT, f->coverage_micro));
	page_cell(p, "target", page_known(PAGE_PERCENT, f->target_micro));
	page_cell(p, "met", is_met(f));
	page_cell(p, "judged", page_known(PAGE_PERCENT, f->judged_micro));
	page_cell(p, "counted_down_s", page_value(PAGE_SECONDS, f->counted_down_us));
	if (f->target_micro >= 0) {
		page_cell(p, "budget_left_s", page_value(PAGE_SECONDS, f->budget_us));
		page_cell(p, "span_budget_s", page_value(PAGE_SECONDS, f->span_budget_us));
		page_cell(p, "span_left_s", page_value(PAGE_SECONDS, f->span_left_us));
	}
	page_cell(p, "credit", page_known(PAGE_PERCENT, f->credit_micro));
	if (f->credit_micro > 0)
		page_cell(p, "credit_below", page_value(PAGE_PERCENT, f->credit_below_micro));
	page_cell(p, "verdict", page_text(verdict_key(verdict_of(p, f))));
}

static void add_incidents(struct page *p, const struct page_figures *f)
{
	page_cell(p, "incidents", page_value(PAGE_INT, f->incidents));
	page_cell(p, "blips", page_value(PAGE_INT, f->blips));
	page_cell(p, "longest_s", page_value(PAGE_SECONDS, f->longest_us));
	page_cell(p, "mttr_s", page_known(PAGE_SECONDS, f->mttr_us));
	page_cell(p, "mtbf_s", page_known(PAGE_SECONDS, f->mtbf_us));
	page_cell(p, "mttf_s", page_known(PAGE_SECONDS, f->mttf_us));
	page_cell(p, "availability_check", page_known(PAGE_PERCENT, f->check_micro));
	page_cell(p, "acknowledged", page_value(PAGE_INT, f->acked));
	page_cell(p, "to_acknowledge_s", page_known(PAGE_SECONDS, f->to_ack_us));
	page_cell(p, "acknowledged_to_end_s", page_known(PAGE_SECONDS, f->ack_to_end_us));
}

static void add_origin(struct page *p, const struct page_figures *f)
{
	page_cell(p, "agreed_s", page_value(PAGE_SECONDS, f->agreed_us));
	page_cell(p, "interval_s", page_value(PAGE_SECONDS, f->interval_us));
	page_cell(p, "resolution_s", page_value(PAGE_SECONDS, f->resolution_us));
	page_cell(p, "resolution", said(f->resolution));
	page_cell(p, "sla", said(f->sla));
	page_cell(p, "method", page_text(f->method));
	page_cell(p, "span_from", page_value(PAGE_TIME, f->from_us));
	page_cell(p, "span_to", page_value(PAGE_TIME, f->to_us));
	page_cell(p, "span_zone", page_text(f->zone));
	page_cell(p, "reclassified_s", page_value(PAGE_SECONDS, f->reclassified_us));
	page_cell(p, "reclassified_at", page_known(PAGE_TIME, f->reclassified_at_us));
	if (f->before)
		page_cell(p, "uptime_known_before",
			  page_known(PAGE_PERCENT, f->before->known_micro));
}

void data_add_rows(struct page *p, size_t targets, bool is_shown)
{
	page_table(p, "rows", row, COUNT(row), is_shown ? 0 : PAGE_DATA);
	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		page_row(p);
		page_cell(p, "name", page_text(f->name));
		page_cell(p, "kind", page_text(f->kind));
		add_sums(p, f);
		add_incidents(p, f);
		add_judgement(p, f);
		add_origin(p, f);
	}
}

/* ---- what explains them ---- */

static void add_steps(struct page *p, size_t target, const struct page_figures *f)
{
	for (size_t s = 0; s < f->step_count; s++) {
		page_row_of(p, target);
		page_cell(p, "step", page_text(f->step[s].step));
		page_cell(p, "p50_us", page_value(PAGE_ELAPSED, f->step[s].p50_us));
		page_cell(p, "p95_us", page_value(PAGE_ELAPSED, f->step[s].p95_us));
		page_cell(p, "p99_us", page_value(PAGE_ELAPSED, f->step[s].p99_us));
		page_cell(p, "count", page_value(PAGE_INT, f->step[s].count));
	}
}

static void add_causes(struct page *p, size_t target, const struct page_figures *f)
{
	for (size_t c = 0; c < f->cause_count; c++) {
		page_row_of(p, target);
		page_cell(p, "cause", page_text(f->cause[c].cause));
		page_cell(p, "unknown_s", page_value(PAGE_SECONDS, f->cause[c].us));
	}
}

static const char *class_of(const struct page_incident *i)
{
	if (!i->is_confirmed)
		return "blip";
	return i->is_counted ? "confirmed" : i->counted_us ? "began before" : "excluded";
}

static void add_incident_list(struct page *p, size_t target, const struct page_figures *f)
{
	for (size_t n = 0; n < f->incident_count; n++) {
		const struct page_incident *i = &f->incident[n];

		page_row_of(p, target);
		page_cell(p, "start", page_value(PAGE_TIME, i->from_us));
		page_cell(p, "end", page_known(PAGE_TIME, i->to_us));
		page_cell(p, "lasted_s", page_value(PAGE_SECONDS, i->lasted_us));
		page_cell(p, "counted_s", page_value(PAGE_SECONDS, i->counted_us));
		page_cell(p, "class", page_text(class_of(i)));
		page_cell(p, "step", said(i->step));
		page_cell(p, "reason", said(i->reason));
		page_cell(p, "id", said(i->id));
		page_cell(p, "diagnosis", said(i->diagnosis));
		page_cell(p, "acknowledged", page_known(PAGE_TIME, i->acked_us));
		page_cell(p, "acknowledged_by", said(i->acked_by));
	}
}

static void add_maintenance(struct page *p, size_t target, const struct page_figures *f)
{
	for (size_t n = 0; n < f->maintenance_count; n++) {
		const struct page_maintenance *m = &f->maintenance[n];

		page_row_of(p, target);
		page_cell(p, "start", page_value(PAGE_TIME, m->from_us));
		page_cell(p, "end", page_known(PAGE_TIME, m->to_us));
		page_cell(p, "announced", page_known(PAGE_TIME, m->announced_us));
		page_cell(p, "cancelled", page_known(PAGE_TIME, m->cancelled_us));
		page_cell(p, "counted_s", page_value(PAGE_SECONDS, m->counted_us));
		page_cell(p, "excluded_s", page_value(PAGE_SECONDS, m->excluded_us));
		page_cell(p, "up_s", page_value(PAGE_SECONDS, m->up_us));
		page_cell(p, "over_s", page_value(PAGE_SECONDS, m->over_us));
		page_cell(p, "text", said(m->text));
		page_cell(p, "by", said(m->by));
		page_cell(p, "why", said(m->why));
	}
}

static void add_reclassifications(struct page *p, size_t target, const struct page_figures *f)
{
	for (size_t n = 0; n < f->reclassification_count; n++) {
		const struct page_reclassification *r = &f->reclassification[n];

		page_row_of(p, target);
		page_cell(p, "id", page_text(r->id));
		page_cell(p, "name", page_text(r->name));
		page_cell(p, "as", page_text(r->as));
		page_cell(p, "start", page_value(PAGE_TIME, r->from_us));
		page_cell(p, "end", page_value(PAGE_TIME, r->to_us));
		page_cell(p, "at", page_value(PAGE_TIME, r->at_us));
		page_cell(p, "by", said(r->by));
		page_cell(p, "reason", said(r->reason));
		page_cell(p, "incident", said(r->incident));
		page_cell(p, "in_force_s", page_value(PAGE_SECONDS, r->in_force_us));
		page_cell(p, "undone", page_known(PAGE_TIME, r->undone_us));
		page_cell(p, "undone_by", said(r->undone_by));
		page_cell(p, "undone_reason", said(r->undone_reason));
	}
}

static void add_makeups(struct page *p, size_t target, const struct page_figures *f)
{
	for (size_t n = 0; n < f->makeup_count; n++) {
		const struct page_makeup *m = &f->makeup[n];

		page_row_of(p, target);
		page_cell(p, "start", page_value(PAGE_TIME, m->from_us));
		page_cell(p, "end", page_value(PAGE_TIME, m->to_us));
		page_cell(p, "need", page_value(PAGE_INT, m->need));
		page_cell(p, "weight", page_value(PAGE_INT, m->weight));
		page_cell(p, "members", page_text(m->names));
	}
}

static const struct page_column step[] = {
	{"step", "", 0}, {"p50_us", "", 0}, {"p95_us", "", 0}, {"p99_us", "", 0}, {"count", "", 0}};
static const struct page_column cause[] = {{"cause", "", 0}, {"unknown_s", "", 0}};
static const struct page_column incident[] = {{"start", "", 0},          {"end", "", 0},
					      {"lasted_s", "", 0},       {"counted_s", "", 0},
					      {"class", "", 0},          {"step", "", 0},
					      {"reason", "", 0},         {"id", "", 0},
					      {"diagnosis", "", 0},      {"acknowledged", "", 0},
					      {"acknowledged_by", "", 0}};
static const struct page_column maintenance[] = {
	{"start", "", 0},     {"end", "", 0},        {"announced", "", 0}, {"cancelled", "", 0},
	{"counted_s", "", 0}, {"excluded_s", "", 0}, {"over_s", "", 0},    {"text", "", 0},
	{"by", "", 0},        {"why", "", 0},        {"up_s", "", 0}};
static const struct page_column reclassification[] = {
	{"id", "", 0},           {"name", "", 0},       {"as", "", 0},     {"start", "", 0},
	{"end", "", 0},          {"at", "", 0},         {"by", "", 0},     {"reason", "", 0},
	{"incident", "", 0},     {"in_force_s", "", 0}, {"undone", "", 0}, {"undone_by", "", 0},
	{"undone_reason", "", 0}};
static const struct page_column makeup[] = {
	{"start", "", 0}, {"end", "", 0}, {"need", "", 0}, {"weight", "", 0}, {"members", "", 0}};

static const struct {
	const char *key;
	const struct page_column *column;
	size_t columns;
	uint32_t flags;
	void (*add)(struct page *, size_t target, const struct page_figures *);
} list[] = {
	{"steps", step, COUNT(step), PAGE_KEYED, add_steps},
	{"unknown_causes", cause, COUNT(cause), PAGE_KEYED, add_causes},
	{"incident_list", incident, COUNT(incident), 0, add_incident_list},
	{"maintenance", maintenance, COUNT(maintenance), 0, add_maintenance},
	{"reclassifications", reclassification, COUNT(reclassification), 0, add_reclassifications},
	{"made_of", makeup, COUNT(makeup), 0, add_makeups},
};

/* Told where there is more to say of a service than how many of its members it needs. */
static bool is_special(struct page *p, size_t targets)
{
	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		if (f->makeup_count > 1 || (f->makeup_count && f->makeup->is_weighted))
			return true;
	}
	return false;
}

void data_add_lists(struct page *p, size_t targets)
{
	for (size_t n = 0; n < COUNT(list); n++) {
		if (list[n].add == add_makeups && !is_special(p, targets))
			continue;
		page_table(p, list[n].key, list[n].column, list[n].columns,
			   list[n].flags | PAGE_DATA);
		page_within(p, "rows");
		for (size_t i = 0; i < targets; i++)
			list[n].add(p, i, page_figures(p, i));
	}
}
