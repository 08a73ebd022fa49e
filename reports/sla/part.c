/* reports/sla/part.c: what people read of one check or service: the verdict, the figures, then what
 * explains them. Tables that have nothing to say are left out. See sla.h. */
#include "sla.h"

#include <stdio.h>
#include <string.h>

#define HEADING_BYTES 420

struct part {
	struct page *page;
	const struct page_figures *figures;
	bool is_one_of_many;
};

/* Of many each heading says whose it is. */
static void add_heading(const struct part *p, const char *what)
{
	char heading[HEADING_BYTES];

	if (!p->is_one_of_many) {
		page_heading(p->page, what);
		return;
	}
	snprintf(heading, sizeof heading, "%.300s: %s", p->figures->name, what);
	page_subheading(p->page, heading);
}

/* ---- facts ---- */

static void say(const struct part *p, const char *label, struct page_value v)
{
	page_fact(p->page, NULL, label, v);
}

static struct page_value seconds(int64_t us)
{
	return page_value(PAGE_SECONDS, us);
}

/* Left out where it is nothing and nobody would miss it. */
static void say_some(const struct part *p, const char *label, int64_t us)
{
	if (us)
		say(p, label, seconds(us));
}

static enum page_tone tone_of(enum verdict v)
{
	return (enum page_tone)verdict_shown(v).tone;
}

static void say_left(const struct part *p, int64_t us, const char *left, const char *over)
{
	if (us < 0)
		say(p, over, page_toned(page_value(PAGE_EXACT, -us), PAGE_BAD));
	else
		say(p, left, seconds(us));
}

static void add_verdict(const struct part *p)
{
	const struct page_figures *f = p->figures;
	char sentence[SENTENCE_BYTES];
	int64_t allowed_us;

	verdict_say(p->page, f, sentence);
	say(p, "verdict", page_toned(page_text(sentence), tone_of(verdict_of(p->page, f))));
	if (*f->sla)
		say(p, "sla", page_text(f->sla));
	if (f->target_micro < 0)
		return;
	allowed_us = page_allowed_us(f->target_micro, f->agreed_us);
	say(p, "may be down", page_value(PAGE_EXACT, allowed_us));
	/* held against known time it was missed, and nobody would see by what */
	if (f->judged_micro >= 0 && !f->is_met && f->budget_us >= 0)
		say_some(p, "of it for unknown", page_allowed_us(f->target_micro, f->unknown_us));
	say(p, "counts as down", seconds(f->counted_down_us));
	say_some(p, "so does unknown", allowed_us - f->budget_us - f->counted_down_us);
	say_left(p, f->budget_us, "left", "over by");
	if (page_period(p->page)->now_us < f->to_us) { /* so far; but there is more to come */
		say(p, "in all may be down", page_value(PAGE_EXACT, f->span_budget_us));
		say_left(p, f->span_left_us, "in all left", "in all over by");
	}
	if (f->credit_micro >= 0)
		say(p, "credit %",
		    page_toned(page_value(PAGE_PERCENT, f->credit_micro),
			       f->credit_micro ? PAGE_BAD : PAGE_PLAIN));
	if (f->credit_micro > 0)
		say(p, "for less than %", page_value(PAGE_PERCENT, f->credit_below_micro));
}

static void add_percentages(const struct part *p)
{
	const struct page_figures *f = p->figures;

	char room[EXACT_BYTES];

	say(p, "known %", exact_percent(f->known_micro, f->known_exact_micro, room));
	say(p, "period %", exact_percent(f->period_micro, f->period_exact_micro, room));
	say(p, "coverage %", page_known(PAGE_PERCENT, f->coverage_micro));
}

/* They make up agreed time: up, degraded, down, unknown; and the period: the others. */
static void add_times(const struct part *p)
{
	const struct page_figures *f = p->figures;

	say(p, "agreed time", seconds(f->agreed_us));
	say(p, "known time", seconds(f->known_us));
	say(p, "up", seconds(f->up_us));
	say_some(p, "degraded", f->degraded_us);
	say(p, "down", page_toned(seconds(f->down_us), f->down_us ? PAGE_BAD : PAGE_PLAIN));
	say_some(p, "of it blips", f->blip_us);
	say_some(p, "unknown", f->unknown_us);
	say_some(p, "maintenance", f->maintenance_us);
	say_some(p, "excluded", f->excluded_us);
	say_some(p, "outside hours", f->outside_hours_us);
	say_some(p, "not monitored", f->not_monitored_us);
}

static void add_means(const struct part *p)
{
	const struct page_figures *f = p->figures;

	say(p, "incidents", page_value(PAGE_INT, f->incidents));
	if (f->incidents) {
		say(p, "longest", seconds(f->longest_us));
		say(p, "MTTR", page_known(PAGE_SECONDS, f->mttr_us));
		say(p, "MTBF", page_known(PAGE_SECONDS, f->mtbf_us));
		say(p, "MTTF", page_known(PAGE_SECONDS, f->mttf_us));
		say(p, "by MTBF, MTTR %", page_known(PAGE_PERCENT, f->check_micro));
	}
	if (f->acked) {
		say(p, "acknowledged", page_value(PAGE_INT, f->acked));
		say(p, "to that, mean", seconds(f->to_ack_us));
		say(p, "then to the end", seconds(f->ack_to_end_us));
	}
	if (f->blips)
		say(p, "blips", page_value(PAGE_INT, f->blips));
}

/* People read the sign itself where programs have always read "+-". */
static struct page_value exactness(const struct page_figures *f, char sentence[SENTENCE_BYTES])
{
	const char *sign = strstr(f->resolution, "+-");

	if (!sign)
		return said(f->resolution);
	snprintf(sentence, SENTENCE_BYTES, "%.*s" PLUS_MINUS "%s", (int)(sign - f->resolution),
		 f->resolution, sign + 2);
	return page_text(sentence);
}

/* What of a service has to be up; when that was changed meanwhile, a table says what when. */
static void add_makeup(const struct part *p)
{
	const struct page_figures *f = p->figures;
	char what[1100];

	if (f->makeup_count != 1)
		return;
	snprintf(what, sizeof what, "%.100s: %.950s", f->makeup->says, f->makeup->names);
	say(p, "up while", page_text(what));
}

static void add_makeups(const struct part *p)
{
	static const struct page_column column[] = {{"start", "from", 0},
						    {"end", "to", 0},
						    {"says", "up while", 0},
						    {"members", "members", 0}};

	if (p->figures->makeup_count < 2)
		return;
	add_heading(p, "What it was made of");
	page_table(p->page, NULL, column, COUNT(column), 0);
	for (size_t n = 0; n < p->figures->makeup_count; n++) {
		const struct page_makeup *m = &p->figures->makeup[n];

		page_row(p->page);
		page_cell(p->page, "start", page_value(PAGE_TIME, m->from_us));
		page_cell(p->page, "end", page_value(PAGE_TIME, m->to_us));
		page_cell(p->page, "says", page_text(m->says));
		page_cell(p->page, "members", page_text(m->names));
	}
	page_note(p->page, "It was changed in this time: each moment is judged by what was in "
			   "force then.");
}

static void add_origin(const struct part *p)
{
	const struct page_figures *f = p->figures;
	const char *of_all = page_method(p->page);
	char room[EXACT_BYTES], sentence[SENTENCE_BYTES];

	if (strcmp(f->zone, page_period(p->page)->zone)) {
		say(p, "zone", page_text(f->zone));
		say(p, "from", page_value(PAGE_TIME, f->from_us));
		say(p, "to", page_value(PAGE_TIME, f->to_us));
	}
	if (f->reclassified_us)
		say(p, "reclassified", seconds(f->reclassified_us));
	if (f->before)
		say(p, "without that %",
		    exact_percent(f->before->known_micro, f->before->known_exact_micro, room));
	if (f->reclassified_at_us >= 0) /* a month that was over has other figures since */
		say(p, "figures changed", page_value(PAGE_TIME, f->reclassified_at_us));
	say(p, "known to", exactness(f, sentence));
	if (!of_all || strcmp(f->method, of_all))
		say(p, "method", page_text(f->method));
}

/* ---- lists ---- */

/* What sets it apart from the others of the list. */
static const char *class_of(const struct page_incident *i)
{
	if (!i->counted_us)
		return "(left out) ";
	if (i->is_confirmed && !i->is_counted)
		return i->to_us < 0 ? "(open, began before) " : "(began before) ";
	return i->to_us < 0 ? "(open) " : "";
}

static void add_incident(const struct part *p, const struct page_incident *i)
{
	char why[700];

	page_row(p->page);
	page_cell(p->page, "start", page_value(PAGE_TIME, i->from_us));
	page_cell(p->page, "lasted", seconds(i->lasted_us));
	page_cell(p->page, "counted", seconds(i->counted_us));
	snprintf(why, sizeof why, "%s%.80s%s%.400s", class_of(i), i->step,
		 *i->step && *i->reason ? ": " : "", i->reason);
	page_cell(p->page, "why", said(why));
}

static bool is_listed(const struct page_incident *i, bool confirmed)
{
	return i->is_confirmed == confirmed;
}

/* Outages, or blips apart from them, which no count has. */
static void add_incidents(const struct part *p, bool confirmed, size_t most)
{
	static const struct page_column column[] = {{"start", "start", 0},
						    {"lasted", "lasted", PAGE_RIGHT},
						    {"counted", "of it here", PAGE_RIGHT},
						    {"why", "step and reason", 0}};
	const struct page_figures *f = p->figures;
	size_t rows = 0;

	for (size_t n = 0; n < f->incident_count; n++) {
		if (!is_listed(&f->incident[n], confirmed) || rows++ >= most)
			continue;
		if (rows == 1) {
			add_heading(p, confirmed ? "Incidents" : "Blips, cleared by the recheck");
			page_table(p->page, NULL, column, COUNT(column), 0);
		}
		add_incident(p, &f->incident[n]);
	}
	if (most && rows > most)
		page_note(p->page, "%zu more are in the CSV and JSON forms.", rows - most);
}

/* What was found out, a row a line; the first has the incident's time. */
static void add_lines(const struct part *p, const struct page_incident *i)
{
	char line[500];

	for (const char *at = i->diagnosis; *at;) {
		size_t n = strcspn(at, "\n");

		snprintf(line, sizeof line, "%.*s", (int)(n < 480 ? n : 480), at);
		page_row(p->page);
		page_cell(p->page, "start",
			  at == i->diagnosis ? page_value(PAGE_TIME, i->from_us) : page_text(""));
		page_cell(p->page, "found", page_text(line));
		at += n + (at[n] == '\n');
	}
}

static void add_diagnoses(const struct part *p, size_t most)
{
	static const struct page_column column[] = {{"start", "start", 0},
						    {"found", "found out then", 0}};
	bool has_begun = false;

	for (size_t n = 0; n < p->figures->incident_count && most; n++) {
		const struct page_incident *i = &p->figures->incident[n];

		if (!*i->diagnosis || !i->is_confirmed)
			continue;
		if (!has_begun) {
			add_heading(p, "Diagnosis when they began");
			page_table(p->page, NULL, column, COUNT(column), 0);
		}
		has_begun = true;
		most--;
		add_lines(p, i);
	}
}

static void add_window(const struct part *p, const struct page_maintenance *m)
{
	char what[700];

	page_row(p->page);
	page_cell(p->page, "start", page_value(PAGE_TIME, m->from_us));
	page_cell(p->page, "counted", page_value(PAGE_SECONDS, m->counted_us));
	page_cell(p->page, "excluded", page_value(PAGE_SECONDS, m->excluded_us));
	snprintf(what, sizeof what, "%.200s%s%.400s", m->text, *m->text ? ": " : "",
		 *m->why ? m->why : "left out");
	page_cell(p->page, "what", page_text(what));
}

static void add_maintenance(const struct part *p)
{
	static const struct page_column column[] = {{"start", "start", 0},
						    {"counted", "of the period", PAGE_RIGHT},
						    {"excluded", "left out", PAGE_RIGHT},
						    {"what", "what became of it", 0}};

	if (!p->figures->maintenance_count)
		return;
	add_heading(p, "Maintenance");
	page_table(p->page, NULL, column, COUNT(column), 0);
	for (size_t n = 0; n < p->figures->maintenance_count; n++)
		add_window(p, &p->figures->maintenance[n]);
}

static void add_causes(const struct part *p)
{
	static const struct page_column column[] = {{"cause", "unknown because of", 0},
						    {"time", "time", PAGE_RIGHT}};

	if (!p->figures->cause_count)
		return;
	add_heading(p, "Unknown time");
	page_table(p->page, NULL, column, COUNT(column), 0);
	for (size_t n = 0; n < p->figures->cause_count; n++) {
		page_row(p->page);
		page_cell(p->page, "cause", page_text(p->figures->cause[n].cause));
		page_cell(p->page, "time", seconds(p->figures->cause[n].us));
	}
}

static void add_said(const struct part *p, const struct page_reclassification *r)
{
	char why[900];

	page_row(p->page);
	page_cell(p->page, "start", page_value(PAGE_TIME, r->from_us));
	page_cell(p->page, "length", seconds(r->to_us - r->from_us));
	page_cell(p->page, "as", page_text(r->as));
	snprintf(why, sizeof why, "%.100s: %.300s%s%.100s%s%.300s", r->by, r->reason,
		 r->undone_us < 0 ? "" : "; undone by ", r->undone_us < 0 ? "" : r->undone_by,
		 r->undone_us < 0 ? "" : ": ", r->undone_us < 0 ? "" : r->undone_reason);
	page_cell(p->page, "why", page_text(why));
}

static void add_reclassifications(const struct part *p)
{
	static const struct page_column column[] = {{"start", "start", 0},
						    {"length", "length", PAGE_RIGHT},
						    {"as", "counts as", 0},
						    {"why", "said by, and why", 0}};

	if (!p->figures->reclassification_count)
		return;
	add_heading(p, "Said afterwards");
	page_table(p->page, NULL, column, COUNT(column), 0);
	for (size_t n = 0; n < p->figures->reclassification_count; n++)
		add_said(p, &p->figures->reclassification[n]);
}

static void add_steps(const struct part *p)
{
	static const struct page_column column[] = {
		{"step", "step", 0},
		{"p50", "p50", PAGE_RIGHT},
		{"p95", "p95", PAGE_RIGHT},
		{"p99", "p99", PAGE_RIGHT},
		{"count", "probes", PAGE_RIGHT},
	};
	const struct page_figures *f = p->figures;

	if (!f->step_count)
		return;
	add_heading(p, "Times of steps");
	page_table(p->page, NULL, column, COUNT(column), 0);
	for (size_t n = 0; n < f->step_count; n++) {
		page_row(p->page);
		page_cell(p->page, "step", page_text(f->step[n].step));
		page_cell(p->page, "p50", page_value(PAGE_ELAPSED, f->step[n].p50_us));
		page_cell(p->page, "p95", page_value(PAGE_ELAPSED, f->step[n].p95_us));
		page_cell(p->page, "p99", page_value(PAGE_ELAPSED, f->step[n].p99_us));
		page_cell(p->page, "count", page_value(PAGE_INT, f->step[n].count));
	}
}

void part_add(struct page *page, size_t target, bool is_one_of_many, const struct options *o)
{
	const struct part p = {page, page_figures(page, target), is_one_of_many};
	size_t most = (size_t)o->incidents;

	page_heading(page, is_one_of_many ? p.figures->name : "Verdict and figures");
	add_verdict(&p);
	add_percentages(&p);
	add_times(&p);
	add_means(&p);
	add_makeup(&p);
	add_origin(&p);
	charts_add(page, target, o);
	add_incidents(&p, true, most);
	add_diagnoses(&p, most);
	add_incidents(&p, false, most);
	add_maintenance(&p);
	add_makeups(&p);
	add_reclassifications(&p);
	add_causes(&p);
	add_steps(&p);
}
