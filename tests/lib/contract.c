/* A report that shows all that <nines/report.h> tells of a contract: tests/report/test_contract.py.
 */
#include <nines/report.h>

#include <stdio.h>

struct options {
	bool before;
};

static const struct module_option option[] = {
	OPTION_BOOL(struct options, before, false, "the figures as they were before"),
	OPTION_END,
};

static const struct page_column row[] = {
	{"name", "", 0},
	{"up_s", "", 0},
	{"degraded_s", "", 0},
	{"down_s", "", 0},
	{"unknown_s", "", 0},
	{"not_monitored_s", "", 0},
	{"maintenance_s", "", 0},
	{"outside_hours_s", "", 0},
	{"excluded_s", "", 0},
	{"span_s", "", 0},
	{"incidents", "", 0},
	{"longest_s", "", 0},
	{"blip_s", "", 0},
	{"reclassified_s", "", 0},
	{"reclassified_at", "", 0},
	{"resolution", "", 0},
	{"judged", "", 0},
	{"met", "", 0},
	{"owner", "", 0},
};

static void add_row(struct page *p, const struct page_figures *f)
{
	page_row(p);
	page_cell(p, "name", page_text(f->name));
	page_cell(p, "up_s", page_value(PAGE_SECONDS, f->up_us));
	page_cell(p, "degraded_s", page_value(PAGE_SECONDS, f->degraded_us));
	page_cell(p, "down_s", page_value(PAGE_SECONDS, f->down_us));
	page_cell(p, "unknown_s", page_value(PAGE_SECONDS, f->unknown_us));
	page_cell(p, "not_monitored_s", page_value(PAGE_SECONDS, f->not_monitored_us));
	page_cell(p, "maintenance_s", page_value(PAGE_SECONDS, f->maintenance_us));
	page_cell(p, "outside_hours_s", page_value(PAGE_SECONDS, f->outside_hours_us));
	page_cell(p, "excluded_s", page_value(PAGE_SECONDS, f->excluded_us));
	page_cell(p, "span_s", page_value(PAGE_SECONDS, f->span_us));
	page_cell(p, "incidents", page_value(PAGE_INT, f->incidents));
	page_cell(p, "longest_s", page_value(PAGE_SECONDS, f->longest_us));
	page_cell(p, "blip_s", page_value(PAGE_SECONDS, f->blip_us));
	page_cell(p, "reclassified_s", page_value(PAGE_SECONDS, f->reclassified_us));
	page_cell(p, "reclassified_at", page_known(PAGE_TIME, f->reclassified_at_us));
	page_cell(p, "resolution", page_text(f->resolution));
	page_cell(p, "judged", page_known(PAGE_PERCENT, f->judged_micro));
	page_cell(p, "met", page_value(PAGE_BOOL, f->is_met));
}

static void add_maintenance(struct page *p, size_t targets)
{
	static const struct page_column column[] = {{"from", "", 0},      {"to", "", 0},
						    {"announced", "", 0}, {"cancelled", "", 0},
						    {"counted_s", "", 0}, {"excluded_s", "", 0},
						    {"over_s", "", 0},    {"text", "", 0},
						    {"by", "", 0},        {"why", "", 0}};

	page_table(p, "maintenance", column, 10, 0);
	page_within(p, "rows");
	for (size_t i = 0; i < targets; i++)
		for (size_t n = 0; n < page_figures(p, i)->maintenance_count; n++) {
			const struct page_maintenance *m = &page_figures(p, i)->maintenance[n];

			page_row_of(p, i);
			page_cell(p, "from", page_value(PAGE_TIME, m->from_us));
			page_cell(p, "to", page_known(PAGE_TIME, m->to_us));
			page_cell(p, "announced", page_known(PAGE_TIME, m->announced_us));
			page_cell(p, "cancelled", page_known(PAGE_TIME, m->cancelled_us));
			page_cell(p, "counted_s", page_value(PAGE_SECONDS, m->counted_us));
			page_cell(p, "excluded_s", page_value(PAGE_SECONDS, m->excluded_us));
			page_cell(p, "over_s", page_value(PAGE_SECONDS, m->over_us));
			page_cell(p, "text", page_text(m->text));
			page_cell(p, "by", page_text(m->by));
			page_cell(p, "why", page_text(m->why));
		}
}

static void add_reclassifications(struct page *p, size_t targets)
{
	static const struct page_column column[] = {
		{"id", "", 0},         {"name", "", 0},         {"as", "", 0},
		{"by", "", 0},         {"from", "", 0},         {"reason", "", 0},
		{"in_force_s", "", 0}, {"incident", "", 0},     {"undone", "", 0},
		{"undone_by", "", 0},  {"undone_reason", "", 0}};

	page_table(p, "reclassifications", column, 11, 0);
	page_within(p, "rows");
	for (size_t i = 0; i < targets; i++)
		for (size_t n = 0; n < page_figures(p, i)->reclassification_count; n++) {
			const struct page_reclassification *c =
				&page_figures(p, i)->reclassification[n];

			page_row_of(p, i);
			page_cell(p, "id", page_text(c->id));
			page_cell(p, "name", page_text(c->name));
			page_cell(p, "as", page_text(c->as));
			page_cell(p, "by", page_text(c->by));
			page_cell(p, "from", page_value(PAGE_TIME, c->from_us));
			page_cell(p, "reason", page_text(c->reason));
			page_cell(p, "in_force_s", page_value(PAGE_SECONDS, c->in_force_us));
			page_cell(p, "incident", page_text(c->incident));
			page_cell(p, "undone", page_known(PAGE_TIME, c->undone_us));
			page_cell(p, "undone_by", page_text(c->undone_by));
			page_cell(p, "undone_reason", page_text(c->undone_reason));
		}
}

static void add_policies(struct page *p, size_t targets)
{
	static const struct page_column column[] = {{"sentence", "", 0}};

	page_table(p, "policy", column, 1, 0);
	page_within(p, "rows");
	for (size_t i = 0; i < targets; i++) {
		const struct page_policy *y = page_policy(p, i);

		for (size_t n = 0; y && n < y->sentences; n++) {
			page_row_of(p, i);
			page_cell(p, "sentence", page_text(y->sentence[n]));
		}
	}
}

static void add_customer(struct page *p)
{
	const struct page_customer *c = page_customer(p);

	if (!c)
		return;
	page_fact(p, "customer", "customer", page_text(c->name));
	page_fact(p, "customer_sla", "sla", page_text(c->sla));
	page_fact(p, "contacts", "contacts", page_value(PAGE_INT, (int64_t)c->contact_count));
	if (c->contact_count)
		page_fact(p, "contact", "contact", page_text(c->contact[0]));
	page_fact(p, "judged", "judged", page_value(PAGE_INT, (int64_t)c->judged));
	page_fact(p, "met", "met", page_value(PAGE_INT, (int64_t)c->met));
	page_fact(p, "is_met", "is met", page_value(PAGE_BOOL, c->is_met));
	page_fact(p, "is_decided", "is decided", page_value(PAGE_BOOL, c->is_decided));
}

/* Of the row that was added last. */
static bool add_owner(struct page *p, size_t target)
{
	const struct page_about *about = page_about(p, target);

	if (about)
		page_cell(p, "owner", page_text(about->owner));
	return about;
}

static void fill(struct page *p, const void *options)
{
	const struct options *o = options;
	size_t targets = page_targets(p);

	page_title(p, "contract");
	add_customer(p);
	page_table(p, "rows", row, sizeof row / sizeof *row, 0);
	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		if (!f)
			return;
		add_row(p, o->before && f->before ? f->before : f);
		if (!add_owner(p, i))
			return;
	}
	add_maintenance(p, targets);
	add_reclassifications(p, targets);
	add_policies(p, targets);
}

REPORT_MODULE("contract", "what decides figures", struct options, option, fill);
