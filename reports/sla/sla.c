/* reports/sla: what was measured of checks and services in a month, beside what was agreed.
 *
 * On top the verdict, then a summary of several, then a part for each; below the rules in words.
 * Computes no figure: see sla.h for what is where. */
#include "sla.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct module_option option[] = {
	OPTION_INT(struct options, incidents, 1000, "0..1000000",
		   "list at most so many incidents of each check or service for people"),
	OPTION_INT(struct options, charts, 20, "0..1000",
		   "draw the days of at most so many checks and services, the first"),
	OPTION_END,
};

static void add_head(struct page *p)
{
	const struct page_period *period = page_period(p);
	const struct page_figures *only = page_targets(p) == 1 ? page_figures(p, 0) : NULL;
	char title[160];

	snprintf(title, sizeof title, "%sAvailability %.100s", page_what_if(p) ? "What if: " : "",
		 period->name);
	page_title(p, title);
	if (only) /* of several each has a heading */
		page_fact(p, NULL, only->kind, page_text(only->name));
	page_fact(p, NULL, "from", page_value(PAGE_TIME, period->from_us));
	page_fact(p, NULL, "to", page_value(PAGE_TIME, period->to_us));
	if (period->is_running)
		page_fact(p, NULL, "so far", page_value(PAGE_TIME, period->now_us));
	page_fact(p, NULL, "zone", page_text(period->zone));
	page_fact(p, "method", "method", page_text(page_method(p)));
	verdict_of_customer(p);
}

/* ---- of several: what was agreed ---- */

static void add_agreement(struct page *p, const struct page_figures *f)
{
	page_row(p);
	page_cell(p, "name", page_text(f->name));
	page_cell(p, "verdict", verdict_shown(verdict_of(p, f)));
	page_cell(p, "judged", page_known(PAGE_PERCENT, f->judged_micro));
	page_cell(p, "exact", page_known(PAGE_PERCENT, judged_exact_micro(f)));
	page_cell(p, "target", page_value(PAGE_PERCENT, f->target_micro));
	page_cell(p, "left",
		  page_toned(page_value(PAGE_SECONDS, f->budget_us),
			     f->budget_us < 0 ? PAGE_BAD : PAGE_PLAIN));
	if (page_period(p)->is_running)
		page_cell(p, "span_left",
			  page_toned(page_value(PAGE_SECONDS, f->span_left_us),
				     f->span_left_us < 0 ? PAGE_BAD : PAGE_PLAIN));
	page_cell(p, "credit",
		  page_toned(page_known(PAGE_PERCENT, f->credit_micro),
			     f->credit_micro > 0 ? PAGE_BAD : PAGE_PLAIN));
}

static void add_agreements(struct page *p, size_t targets)
{
	static const struct page_column column[] = {
		{"name", "name", 0},
		{"verdict", "verdict", 0},
		{"judged", "judged %", PAGE_RIGHT},
		{"exact", PLUS_MINUS " %", PAGE_RIGHT},
		{"target", "target %", PAGE_RIGHT},
		{"left", "left", PAGE_RIGHT},
		{"credit", "credit %", PAGE_RIGHT},
		{"span_left", "in all left", PAGE_RIGHT},
	};
	size_t columns = COUNT(column) - !page_period(p)->is_running, rows = 0;

	for (size_t i = 0; i < targets; i++) {
		if (page_figures(p, i)->target_micro < 0)
			continue;
		if (!rows++) {
			page_heading(p, "Agreed");
			page_table(p, NULL, column, columns, 0);
		}
		add_agreement(p, page_figures(p, i));
	}
}

/* ---- the rules ---- */

static void add_policy(struct page *p, const struct page_policy *policy)
{
	for (size_t i = 0; policy && i < policy->sentences; i++) {
		page_row(p);
		page_cell(p, "sla", said(policy->name));
		page_cell(p, "method", page_text(policy->method));
		page_cell(p, "number", page_value(PAGE_INT, (int64_t)i + 1));
		page_cell(p, "sentence", page_text(policy->sentence[i]));
	}
}

static bool is_told(struct page *p, const size_t *told, size_t count, size_t target)
{
	const struct page_figures *f = page_figures(p, target);

	for (size_t i = 0; i < count; i++)
		if (!strcmp(page_figures(p, told[i])->method, f->method) &&
		    !strcmp(page_figures(p, told[i])->sla, f->sla))
			return true;
	return false;
}

/* Each policy once, however many are judged by it. */
static void add_policies(struct page *p, size_t targets)
{
	static const struct page_column column[] = {{"sla", "", PAGE_DATA},
						    {"method", "", PAGE_DATA},
						    {"number", "", PAGE_RIGHT},
						    {"sentence", "what decides the figures", 0}};
	size_t *told = calloc(targets + 1, sizeof *told), count = 0;
	char heading[400];

	for (size_t i = 0; told && i < targets; i++)
		if (!is_told(p, told, count, i))
			told[count++] = i;
	page_table(p, "policies", column, COUNT(column), PAGE_DATA);
	for (size_t i = 0; i < count; i++)
		add_policy(p, page_policy(p, told[i]));
	for (size_t i = 0; i < count; i++) {
		const struct page_policy *policy = page_policy(p, told[i]);

		snprintf(heading, sizeof heading, "The rules%s%.300s",
			 policy && *policy->name ? ": " : " where no sla is agreed",
			 policy ? policy->name : "");
		page_heading(p, heading);
		page_table(p, NULL, column, COUNT(column), 0);
		add_policy(p, policy);
	}
	free(told);
	page_note(p, "Agreed time is what the period has within the hours, less what is left out "
		     "(maintenance, excluded) and what was not monitored; known time is that "
		     "less unknown time. known %% = (known time - down) / known time; period %% "
		     "= (known time - down) / agreed time; coverage %% = known time / agreed "
		     "time; down as it counts by the rules above. Truncated, never rounded up; "
		     "what stands behind " PLUS_MINUS " is rounded up.");
	page_note(p, "An incident counts in the period in which the first of its time counts, its "
		     "seconds in each. MTTR is the mean length of the incidents that ended, MTBF "
		     "time up / incidents, MTTF the mean time up from one outage to the next; "
		     "MTBF / (MTBF + MTTR), the %% by both, should be about known %%, apart by "
		     "blips and by outages that reach over the period's ends or into time that "
		     "is not agreed. Percentiles are known to 1.6 %%.");
}

static bool has_all(struct page *p, size_t targets)
{
	for (size_t i = 0; i < targets; i++)
		if (!page_figures(p, i))
			return false;
	return true;
}

static void fill(struct page *p, const void *options)
{
	size_t targets = page_targets(p);
	bool are_many = targets > 1;

	add_head(p);
	if (!has_all(p, targets))
		return;
	what_if_add(p, targets);
	if (!targets)
		page_note(p, "The record has no check and no service yet.");
	if (are_many)
		add_agreements(p, targets);
	if (are_many)
		page_heading(p, "Measured");
	data_add_rows(p, targets, are_many);
	data_add_lists(p, targets);
	charts_add_all(p, targets, options);
	for (size_t i = 0; i < targets; i++)
		part_add(p, i, are_many, options);
	if (targets)
		add_policies(p, targets);
}

REPORT_MODULE("sla", "uptime of checks and services in a month, beside what was agreed",
	      struct options, option, fill);
