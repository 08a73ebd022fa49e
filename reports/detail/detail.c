/* reports/detail: one check over a span: every probe with the time of each of its steps. */
#include <nines/report.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define STEPS_MOST 40 /* columns; what one probe had beyond them is in its elapsed time */
#define STEPS_SHOWN 6 /* of them to people, the first hop's first: more do not fit a page */
#define KEY_BYTES 96
#define PARTS 100 /* of the span, in charts over time */

enum times { TIMES_CUMULATIVE, TIMES_OWN };

struct options {
	int64_t rows, times;
};

static const struct module_option option[] = {
	OPTION_INT(struct options, rows, 1000, "0..1000000",
		   "list at most so many probes for people; CSV and JSON have all"),
	OPTION_CHOICE(struct options, times, "cumulative", "cumulative|own",
		      "of a step: when it ended since the probe began, or how long it took itself"),
	OPTION_END,
};

/* The table of probes; its columns depend on the steps that occur. */
struct table {
	const struct options *options;
	const struct page_probes *probes;
	size_t steps, rows, most;
	char key[STEPS_MOST][KEY_BYTES];
	struct page_column column[STEPS_MOST + 12];
	size_t columns, left_out; /* steps that people do not see */
	const char *key_of_rows;  /* NULL: for people, a table for each day */
	int64_t day_end_us;
};

/* ---- the summary ---- */

static void add_head(struct page *p, const struct page_figures *f)
{
	const struct page_period *period = page_period(p);
	struct page_value name = page_text(f->name);
	char title[400];

	snprintf(title, sizeof title, "Probes of %.300s, %s", f->name, period->name);
	page_title(p, title);
	page_fact(p, "check", "check", name);
	page_fact(p, NULL, "from", page_value(PAGE_TIME, period->from_us));
	page_fact(p, NULL, "to", page_value(PAGE_TIME, period->to_us));
	if (period->is_running)
		page_fact(p, NULL, "so far", page_value(PAGE_TIME, period->now_us));
	page_fact(p, NULL, "zone", page_text(period->zone));
	page_fact(p, "uptime_known", "known %", page_known(PAGE_PERCENT, f->known_micro));
	page_fact(p, "method", "method", page_text(f->method));
}

static void add_counts(struct page *p, const struct page_probes *n)
{
	page_fact(p, "probes", "probes", page_value(PAGE_INT, n->probes));
	page_fact(p, "passed", "passed", page_value(PAGE_INT, n->passed));
	page_fact(p, "degraded", "of them degraded", page_value(PAGE_INT, n->degraded));
	page_fact(p, "failed", "failed",
		  page_toned(page_value(PAGE_INT, n->failed), n->failed ? PAGE_BAD : PAGE_PLAIN));
	page_fact(p, "unknown", "unknown", page_value(PAGE_INT, n->unknown));
	page_fact(p, "slowest_us", "slowest probe", page_known(PAGE_ELAPSED, n->slowest_us));
	page_fact(p, "slowest_at", "at", page_known(PAGE_TIME, n->slowest_at_us));
	if (n->location_count == 1)
		page_fact(p, NULL, "location", page_text(n->location[0]));
}

static void add_spreads(struct page *p, const struct page_probes *n, const char *key,
			uint32_t flags)
{
	static const struct page_column column[] = {
		{"step", "step", 0},
		{"min_us", "min", PAGE_RIGHT},
		{"average_us", "average", PAGE_RIGHT},
		{"p50_us", "p50", PAGE_RIGHT},
		{"p95_us", "p95", PAGE_RIGHT},
		{"p99_us", "p99", PAGE_RIGHT},
		{"max_us", "max", PAGE_RIGHT},
		{"count", "probes", PAGE_RIGHT},
	};

	page_table(p, key, column, COUNT(column), flags);
	for (size_t i = 0; i < n->step_count; i++) {
		const struct page_spread *s = &n->step[i];

		page_row(p);
		page_cell(p, "step", page_text(s->step));
		page_cell(p, "min_us", page_known(PAGE_ELAPSED, s->min_us));
		page_cell(p, "average_us", page_known(PAGE_ELAPSED, s->average_us));
		page_cell(p, "p50_us", page_known(PAGE_ELAPSED, s->p50_us));
		page_cell(p, "p95_us", page_known(PAGE_ELAPSED, s->p95_us));
		page_cell(p, "p99_us", page_known(PAGE_ELAPSED, s->p99_us));
		page_cell(p, "max_us", page_known(PAGE_ELAPSED, s->max_us));
		page_cell(p, "count", page_value(PAGE_INT, s->count));
	}
}

/* ---- charts ---- */

static const struct page_value nothing;

static void add_points(struct page *p, const struct page_course *c, size_t value_at)
{
	for (size_t i = 0; i < c->part_count; i++) {
		const struct page_part *part = &c->part[i];
		const int64_t value[] = {part->p50_us, part->p95_us, part->p99_us};
		struct page_point at = {part->from_us, part->to_us, value[value_at], 0};

		at.value = at.value < 0 ? PAGE_UNKNOWN : at.value;
		page_chart_point(p, &at);
	}
}

static void draw_times(struct page *p, const struct page_course *c, struct page_chart chart)
{
	static const char *const name[] = {"p50", "p95", "p99"};

	chart.kind = PAGE_BAND;
	chart.title = "How long probes that passed took";
	chart.key = "times";
	page_chart(p, &chart);
	for (size_t i = 0; i < COUNT(name); i++) {
		page_chart_series(p, name[i], nothing);
		add_points(p, c, i);
	}
}

static void draw_steps(struct page *p, const struct page_course *c, struct page_chart chart)
{
	chart.kind = PAGE_STACK;
	chart.title = "What each step took of that, on average";
	chart.key = "mean_steps";
	page_chart(p, &chart);
	for (size_t s = 0; s < c->step_count; s++) {
		page_chart_series(p, c->step[s], nothing);
		for (size_t i = 0; i < c->part_count; i++) {
			int64_t us = c->mean_us[i * c->step_count + s];
			const struct page_point at = {c->part[i].from_us, c->part[i].to_us,
						      us < 0 ? PAGE_UNKNOWN : us, 0};

			page_chart_point(p, &at);
		}
	}
}

/* The first that began then; the table has its figures. */
static bool draw_probe(struct page *p, const struct page_result *r, void *with)
{
	struct page_chart chart = {.kind = PAGE_WATERFALL, .type = PAGE_ELAPSED};
	char title[120];
	int64_t begin_us = 0;

	(void)with;
	if (r->is_event || !r->steps)
		return true;
	snprintf(title, sizeof title, "The slowest probe that passed, %s %s",
		 page_date(p, r->at_us), page_clock(p, r->at_us));
	chart.title = title;
	chart.to_us = r->elapsed_us > r->step[r->steps - 1].end_us ? r->elapsed_us
								    : r->step[r->steps - 1].end_us;
	page_chart(p, &chart);
	for (size_t i = 0; i < r->steps; begin_us = r->step[i++].end_us) {
		const struct page_step *s = &r->step[i];
		const struct page_point at = {
			begin_us, s->end_us, PAGE_UNKNOWN,
			s->has_failed ? PAGE_STATE_DOWN : PAGE_STATE_UP};

		page_chart_series(p, s->name, page_value(PAGE_ELAPSED, s->own_us));
		page_chart_point(p, &at);
	}
	return false;
}

static void draw(struct page *p, const struct page_figures *f, const struct page_probes *n)
{
	const struct page_period *period = page_period(p);
	int64_t to_us = period->is_running ? period->now_us : period->to_us;
	const struct page_chart chart = {.type = PAGE_ELAPSED,
					 .value_key = "value_us",
					 .from_us = period->from_us,
					 .to_us = to_us,
					 .zone = f->zone};
	const struct page_course *c = page_course(p, 0, period->from_us, to_us, PARTS);

	if (!c)
		return;
	draw_times(p, c, chart);
	if (c->step_count > 1)
		draw_steps(p, c, chart);
	if (n->slowest_at_us >= 0)
		page_results(p, 0, n->slowest_at_us, n->slowest_at_us + 1, draw_probe, NULL);
}

/* ---- the probes ---- */

static void add_column(struct table *t, const char *key, const char *label, uint32_t flags)
{
	t->column[t->columns++] = (struct page_column){key, label, flags};
}

static bool is_hop(const char *step)
{
	return strchr(step, '@');
}

/* Steps of the first hop go first. */
static bool is_shown(const struct page_probes *n, size_t step)
{
	size_t before = 0;

	for (size_t i = 0; i < n->step_count; i++)
		before += strcmp(n->step[i].step, "total") &&
			  (is_hop(n->step[i].step) == is_hop(n->step[step].step)
				   ? i < step
				   : is_hop(n->step[step].step));
	return before < STEPS_SHOWN;
}

static void set_columns(struct table *t)
{
	const struct page_probes *n = t->probes;

	add_column(t, "at", "", PAGE_DATA);
	add_column(t, "clock", "time", PAGE_PEOPLE | PAGE_RIGHT); /* never in two lines */
	add_column(t, "due", "due", PAGE_DATA);
	add_column(t, "verdict", "verdict", 0);
	add_column(t, "elapsed_us", "elapsed", PAGE_RIGHT);
	for (size_t i = 0; i < n->step_count && t->steps < STEPS_MOST; i++) {
		if (!strcmp(n->step[i].step, "total") || !strcmp(n->step[i].step, "elapsed"))
			continue; /* there is such a column */
		snprintf(t->key[t->steps], KEY_BYTES, "%.80s_us", n->step[i].step);
		add_column(t, t->key[t->steps++], n->step[i].step,
			   PAGE_RIGHT | (is_shown(n, i) ? 0 : PAGE_DATA));
		t->left_out += !is_shown(n, i);
	}
	add_column(t, "slowest", "", PAGE_DATA);
	add_column(t, "failed", "failed", PAGE_DATA);
	add_column(t, "location", "location", n->location_count > 1 ? 0 : PAGE_DATA);
	add_column(t, "address", "address", PAGE_DATA);
	add_column(t, "item", "item", PAGE_DATA);
	add_column(t, "reason", "", PAGE_DATA);
	add_column(t, "why", "reason, or slowest", PAGE_PEOPLE);
}

static enum page_tone tone_of(const char *verdict)
{
	return !strcmp(verdict, "down")       ? PAGE_BAD
	       : !strcmp(verdict, "degraded") ? PAGE_WARN
	       : !strcmp(verdict, "unknown")  ? PAGE_DIM
					      : PAGE_PLAIN;
}

static bool has_column(const struct table *t, const char *key)
{
	for (size_t i = 0; i < t->steps; i++)
		if (!strcmp(t->key[i], key))
			return true;
	return false;
}

static void add_step(struct page *p, const struct table *t, const struct page_step *s)
{
	char key[KEY_BYTES];
	int64_t us = t->options->times == TIMES_OWN ? s->own_us : s->end_us;

	snprintf(key, sizeof key, "%.80s_us", s->name);
	if (has_column(t, key))
		page_cell(p, key,
			  page_toned(page_value(PAGE_ELAPSED, us),
				     s->has_failed ? PAGE_BAD : PAGE_PLAIN));
}

static void add_steps(struct page *p, const struct table *t, const struct page_result *r)
{
	const struct page_step *slowest = NULL;

	for (size_t i = 0; i < r->steps; i++) {
		const struct page_step *s = &r->step[i];

		add_step(p, t, s);
		slowest = slowest && slowest->own_us >= s->own_us ? slowest : s;
		if (s->has_failed)
			page_cell(p, "failed", page_text(s->name));
	}
	page_cell(p, "slowest", page_text(slowest ? slowest->name : NULL));
	page_cell(p, "why", page_text(*r->reason ? r->reason : slowest ? slowest->name : NULL));
}

static struct page_value said(const char *text)
{
	return page_text(*text ? text : NULL);
}

/* People read the date once. */
static void begin_day(struct page *p, struct table *t, int64_t at_us)
{
	if (t->key_of_rows || at_us < t->day_end_us)
		return;
	t->day_end_us = page_day_us(p, at_us, 1);
	page_subheading(p, page_date(p, at_us));
	page_table(p, NULL, t->column, t->columns, 0);
}

static bool add_probe(struct page *p, const struct page_result *r, void *with)
{
	struct table *t = with;

	if (r->is_event)
		return true;
	if (t->rows++ >= t->most)
		return false;
	begin_day(p, t, r->at_us);
	page_row(p);
	page_cell(p, "at", page_value(PAGE_TIME, r->at_us));
	if (!t->key_of_rows)
		page_cell(p, "clock", page_text(page_clock(p, r->at_us)));
	page_cell(p, "due", page_value(PAGE_TIME, r->due_us));
	page_cell(p, "verdict", page_toned(page_text(r->verdict), tone_of(r->verdict)));
	page_cell(p, "elapsed_us", page_value(PAGE_ELAPSED, r->elapsed_us));
	add_steps(p, t, r);
	page_cell(p, "location", said(r->location));
	page_cell(p, "address", said(r->address));
	page_cell(p, "item", said(r->item));
	page_cell(p, "reason", said(r->reason));
	return true;
}

/* Once for programs, with all; once for people, with as many as they asked for. */
static void list(struct page *p, struct table *t, const char *key, size_t most)
{
	const struct page_period *period = page_period(p);

	t->most = most;
	t->rows = 0;
	t->key_of_rows = key;
	if (key)
		page_table(p, key, t->column, t->columns, PAGE_DATA);
	page_results(p, 0, period->from_us, period->to_us, add_probe, t);
}

static void add_probes(struct page *p, struct table *t)
{
	size_t most = (size_t)t->options->rows, all = (size_t)t->probes->probes;

	list(p, t, "rows", SIZE_MAX);
	if (!all)
		page_note(p, "The record has no single probe of this span: results are there as "
			     "long as 'retention' keeps them.");
	if (!most || !all)
		return;
	page_heading(p, "Probes");
	page_note(p, t->options->times == TIMES_OWN
			     ? "Beside each probe how long each of its steps took."
			     : "Beside each probe when each of its steps ended since it began.");
	if (t->left_out)
		page_note(p, "%zu further step%s in the CSV and JSON forms.", t->left_out,
			  t->left_out == 1 ? " is" : "s are");
	list(p, t, NULL, most);
	if (all > most)
		page_note(p, "%zu more are in the CSV and JSON forms.", all - most);
}

static const struct page_figures *find_check(struct page *p)
{
	const struct page_figures *f = page_targets(p) == 1 && page_is_chosen(p)
					       ? page_figures(p, 0)
					       : NULL;

	if (f && !strcmp(f->kind, "check"))
		return f;
	page_wrong_order(p, "the report 'detail' is about one check: name it with --check NAME");
	return NULL;
}

static void fill(struct page *p, const void *options)
{
	const struct page_figures *f = find_check(p);
	const struct page_period *period = page_period(p);
	struct table *t = calloc(1, sizeof *t);

	if (f && t) {
		t->options = options;
		t->probes = page_probes(p, 0, period->from_us, period->to_us);
	}
	if (f && t && t->probes) {
		set_columns(t);
		add_head(p, f);
		add_counts(p, t->probes);
		if (t->probes->step_count) {
			page_heading(p, "How long each step took");
			add_spreads(p, t->probes, NULL, 0);
			page_note(p, "Percentiles are known to 1.6 %%.");
			draw(p, f, t->probes);
		}
		add_probes(p, t);
		add_spreads(p, t->probes, "steps", PAGE_DATA);
	} else if (f && !t) {
		page_note(p, "There is no memory for the list of probes.");
	}
	free(t);
}

REPORT_MODULE("detail", "every probe of a check: the time of each of its steps, and why it failed",
	      struct options, option, fill);
