/* reports/capacity: the monitor itself: how late its probes began, what it missed, when it stood
 * still, how large its database is. */
#include <nines/report.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define MINUTE INT64_C(60000000)
#define MILLION INT64_C(1000000)

struct options {
	int64_t rows;
};

static const struct module_option option[] = {
	OPTION_INT(struct options, rows, 20, "0..1000000",
		   "list at most so many checks and happenings for people; CSV and JSON have all"),
	OPTION_END,
};

/* ---- figures of a day, of a check ---- */

static struct page_value megabytes(char into[32], int64_t bytes)
{
	snprintf(into, 32, "%.1f MB", (double)bytes / 1e6);
	return bytes < 0 ? page_value(PAGE_NONE, 0) : page_text(into);
}

/* Results a minute, as PAGE_DECIMAL shows it. */
static struct page_value rate_of(const struct page_load *l)
{
	int64_t us = l->to_us - l->from_us;

	return us > 0 ? page_value(PAGE_DECIMAL,
				   (int64_t)((double)l->results * (double)MINUTE /
					     (double)us * (double)MILLION))
		      : page_value(PAGE_NONE, 0);
}

static struct page_value count_of(int64_t n)
{
	return page_toned(page_value(PAGE_INT, n), n ? PAGE_WARN : PAGE_PLAIN);
}

static void add_load(struct page *p, const struct page_load *l)
{
	page_cell(p, "results", page_value(PAGE_INT, l->results));
	page_cell(p, "late_p50_us", page_known(PAGE_ELAPSED, l->late_p50_us));
	page_cell(p, "late_p95_us", page_known(PAGE_ELAPSED, l->late_p95_us));
	page_cell(p, "late_p99_us", page_known(PAGE_ELAPSED, l->late_p99_us));
	page_cell(p, "late_max_us", page_known(PAGE_ELAPSED, l->late_max_us));
	page_cell(p, "missed", count_of(l->missed));
	page_cell(p, "missed_off", count_of(l->missed_off));
	page_cell(p, "void_cycles", count_of(l->void_cycles));
	page_cell(p, "overload_cycles", count_of(l->overload_cycles));
	page_cell(p, "tainted", page_value(PAGE_INT, l->tainted));
}

static void add_days(struct page *p, const struct page_monitor *m)
{
	static const struct page_column column[] = {
		{"date", "date", PAGE_RIGHT},
		{"from", "", PAGE_DATA},
		{"to", "", PAGE_DATA},
		{"results", "results", PAGE_RIGHT},
		{"rate", "a minute", PAGE_RIGHT | PAGE_PEOPLE},
		{"late_p50_us", "late p50", PAGE_RIGHT},
		{"late_p95_us", "p95", PAGE_RIGHT},
		{"late_p99_us", "p99", PAGE_RIGHT},
		{"late_max_us", "max", PAGE_RIGHT},
		{"missed", "missed", PAGE_RIGHT},
		{"missed_off", "off", PAGE_RIGHT},
		{"void_cycles", "void", PAGE_RIGHT},
		{"overload_cycles", "", PAGE_DATA},
		{"tainted", "", PAGE_DATA},
	};

	page_heading(p, "Days");
	page_table(p, "rows", column, COUNT(column), 0);
	for (size_t i = 0; i < m->day_count; i++) {
		const struct page_load *l = &m->day[i];

		page_row(p);
		page_cell(p, "date", page_text(page_date(p, l->from_us)));
		page_cell(p, "from", page_value(PAGE_TIME, l->from_us));
		page_cell(p, "to", page_value(PAGE_TIME, l->to_us));
		page_cell(p, "rate", rate_of(l));
		add_load(p, l);
	}
}

static void draw_lateness(struct page *p, const struct page_monitor *m)
{
	static const char *const name[] = {"p50", "p95", "p99"};
	const struct page_chart chart = {.kind = PAGE_BAND,
					 .type = PAGE_ELAPSED,
					 .title = "How late probes began, each day",
					 .from_us = m->all.from_us,
					 .to_us = page_period(p)->to_us};

	page_chart(p, &chart); /* its points are in the table above */
	for (size_t s = 0; s < COUNT(name); s++) {
		page_chart_series(p, name[s], page_value(PAGE_NONE, 0));
		for (size_t i = 0; i < m->day_count; i++) {
			const struct page_load *l = &m->day[i];
			const int64_t us[] = {l->late_p50_us, l->late_p95_us, l->late_p99_us};
			const struct page_point at = {
				l->from_us, l->to_us, us[s] < 0 ? PAGE_UNKNOWN : us[s], 0};

			page_chart_point(p, &at);
		}
	}
}

/* ---- what it took ---- */

static struct page_value parts(int64_t micro, int64_t each)
{
	return page_known(PAGE_INT, micro < 0 ? -1 : micro / each);
}

static void add_effort(struct page *p, const struct page_effort *e)
{
	char memory[32];

	page_cell(p, "quarters", page_value(PAGE_INT, e->quarters));
	page_cell(p, "cpu", page_known(PAGE_DECIMAL, e->cpu_micro));
	page_cell(p, "cpu_most", page_known(PAGE_DECIMAL, e->cpu_most_micro));
	page_cell(p, "cpu_ppm", parts(e->cpu_micro, 100));
	page_cell(p, "cpu_most_ppm", parts(e->cpu_most_micro, 100));
	page_cell(p, "in_flight_milli", parts(e->in_flight_micro, 1000));
	page_cell(p, "memory_most_bytes", page_known(PAGE_INT, e->memory_most_bytes));
	page_cell(p, "memory", megabytes(memory, e->memory_most_bytes));
	page_cell(p, "in_flight", page_known(PAGE_DECIMAL, e->in_flight_micro));
	page_cell(p, "in_flight_most", page_known(PAGE_INT, e->in_flight_most));
	page_cell(p, "waiting_most", page_known(PAGE_INT, e->waiting_most));
	page_cell(p, "queue_most", page_known(PAGE_INT, e->queue_most));
	page_cell(p, "letters_most", page_known(PAGE_INT, e->letters_most));
}

static void add_efforts(struct page *p, const struct page_monitor *m)
{
	static const struct page_column column[] = {
		{"date", "date", PAGE_RIGHT},
		{"from", "", PAGE_DATA},
		{"to", "", PAGE_DATA},
		{"quarters", "", PAGE_DATA},
		{"cpu_ppm", "", PAGE_DATA},
		{"cpu_most_ppm", "", PAGE_DATA},
		{"cpu", "CPU %", PAGE_RIGHT | PAGE_PEOPLE},
		{"cpu_most", "max", PAGE_RIGHT | PAGE_PEOPLE},
		{"memory", "memory", PAGE_RIGHT | PAGE_PEOPLE},
		{"memory_most_bytes", "", PAGE_DATA},
		{"in_flight_milli", "", PAGE_DATA},
		{"in_flight", "probes", PAGE_RIGHT | PAGE_PEOPLE},
		{"in_flight_most", "max", PAGE_RIGHT},
		{"waiting_most", "waiting", PAGE_RIGHT},
		{"queue_most", "lines", PAGE_RIGHT},
		{"letters_most", "letters", PAGE_RIGHT},
	};
	const bool is_known = m->effort.quarters > 0;

	if (is_known)
		page_heading(p, "What it took");
	page_table(p, "load", column, COUNT(column), is_known ? 0 : PAGE_DATA);
	for (size_t i = 0; i < m->day_count; i++) {
		const struct page_effort *e = &m->day_effort[i];

		if (!e->quarters)
			continue;
		page_row(p);
		page_cell(p, "date", page_text(page_date(p, e->from_us)));
		page_cell(p, "from", page_value(PAGE_TIME, e->from_us));
		page_cell(p, "to", page_value(PAGE_TIME, e->to_us));
		add_effort(p, e);
	}
	if (is_known)
		page_note(p, "Of all its processes together: CPU of one core, on average and in "
			     "the busiest quarter of an hour; the most memory; probes under way on "
			     "average and at most; and the most that waited: probes for a prober, "
			     "lines for the recorder, letters.");
}

/* ---- checks ---- */

static const struct page_column check_column[] = {
	{"name", "name", 0},
	{"results", "results", PAGE_RIGHT},
	{"late_p50_us", "late p50", PAGE_RIGHT},
	{"late_p95_us", "p95", PAGE_RIGHT | PAGE_DATA},
	{"late_p99_us", "p99", PAGE_RIGHT},
	{"late_max_us", "max", PAGE_RIGHT},
	{"missed", "missed", PAGE_RIGHT},
	{"missed_off", "off", PAGE_RIGHT},
	{"void_cycles", "void", PAGE_RIGHT},
	{"overload_cycles", "", PAGE_DATA},
	{"tainted", "", PAGE_DATA},
};

static void add_check(struct page *p, const struct page_load *l)
{
	page_row(p);
	page_cell(p, "name", page_text(l->name));
	add_load(p, l);
}

/* What missed most first, then what was latest, then by name. */
static int compare(const void *one, const void *two)
{
	const struct page_load *a = *(const struct page_load *const *)one,
			       *b = *(const struct page_load *const *)two;

	if (a->missed != b->missed)
		return a->missed < b->missed ? 1 : -1;
	if (a->late_p99_us != b->late_p99_us)
		return a->late_p99_us < b->late_p99_us ? 1 : -1;
	return strcmp(a->name, b->name);
}

static void show_checks(struct page *p, const struct page_monitor *m, size_t most)
{
	const struct page_load **list = calloc(m->check_count + 1, sizeof *list);

	for (size_t i = 0; i < m->check_count && list; i++)
		list[i] = &m->check[i];
	if (list)
		qsort(list, m->check_count, sizeof *list, compare);
	page_heading(p, "Checks, the worst first");
	page_table(p, NULL, check_column, COUNT(check_column), 0);
	for (size_t i = 0; i < m->check_count && i < most && list; i++)
		add_check(p, list[i]);
	if (m->check_count > most)
		page_note(p, "%zu more are in the JSON form.", m->check_count - most);
	free(list);
}

static void add_checks(struct page *p, const struct page_monitor *m)
{
	page_table(p, "checks", check_column, COUNT(check_column), PAGE_DATA);
	for (size_t i = 0; i < m->check_count; i++)
		add_check(p, &m->check[i]);
}

/* ---- what happened ---- */

static void add_markers(struct page *p, const struct page_monitor *m, const char *key,
			uint32_t flags, size_t most)
{
	static const struct page_column column[] = {{"at", "time", PAGE_RIGHT},
						    {"kind", "what", 0},
						    {"lasted_s", "lasted", PAGE_RIGHT},
						    {"text", "more", 0}};

	page_table(p, key, column, COUNT(column), flags);
	for (size_t i = 0; i < m->marker_count && i < most; i++) {
		const struct page_marker *n = &m->marker[i];

		page_row(p);
		page_cell(p, "at", page_value(PAGE_TIME, n->at_us));
		page_cell(p, "kind", page_text(n->kind));
		page_cell(p, "lasted_s", page_known(PAGE_SECONDS, n->lasted_us));
		page_cell(p, "text", page_text(*n->text ? n->text : NULL));
	}
}

static void show_markers(struct page *p, const struct page_monitor *m, size_t most)
{
	if (!m->marker_count)
		return;
	page_heading(p, "What happened");
	add_markers(p, m, NULL, 0, most);
	if (m->marker_count > most)
		page_note(p, "%zu more are in the JSON form.", m->marker_count - most);
}

/* ---- the whole ---- */

static void add_size(struct page *p, const struct page_monitor *m)
{
	char size[80];

	snprintf(size, sizeof size, "%.1f MB, %.1f MB of it free", (double)m->store_bytes / 1e6,
		 (double)m->store_free_bytes / 1e6);
	page_fact(p, NULL, "database now", page_text(size));
	page_fact(p, "store_bytes", NULL, page_value(PAGE_INT, m->store_bytes));
	page_fact(p, "store_free_bytes", NULL, page_value(PAGE_INT, m->store_free_bytes));
}

static void add_head(struct page *p, const struct page_monitor *m)
{
	const struct page_period *period = page_period(p);
	const struct page_load *l = &m->all;
	char title[128];

	snprintf(title, sizeof title, "The monitor itself, %s", period->name);
	page_title(p, title);
	page_fact(p, NULL, "from", page_value(PAGE_TIME, l->from_us));
	page_fact(p, NULL, "to", page_value(PAGE_TIME, l->to_us));
	page_fact(p, "checks", "checks", page_value(PAGE_INT, (int64_t)m->check_count));
	page_fact(p, "results", "results", page_value(PAGE_INT, l->results));
	page_fact(p, NULL, "results a minute", rate_of(l));
	page_fact(p, "late_p50_us", "late, half", page_known(PAGE_ELAPSED, l->late_p50_us));
	page_fact(p, "late_p95_us", "late, 95 %", page_known(PAGE_ELAPSED, l->late_p95_us));
	page_fact(p, "late_p99_us", "late, 99 %", page_known(PAGE_ELAPSED, l->late_p99_us));
	page_fact(p, "late_max_us", "late, at most", page_known(PAGE_ELAPSED, l->late_max_us));
	page_fact(p, "missed", "missed slots", count_of(l->missed));
	page_fact(p, "missed_off", "missed while off", count_of(l->missed_off));
	page_fact(p, "void_cycles", "void cycles", count_of(l->void_cycles));
	page_fact(p, "overload_cycles", "overload cycles", count_of(l->overload_cycles));
	page_fact(p, "tainted", "times not counted", page_value(PAGE_INT, l->tainted));
	page_fact(p, NULL, "CPU % of a core", page_known(PAGE_DECIMAL, m->effort.cpu_micro));
	page_fact(p, "cpu_ppm", NULL, parts(m->effort.cpu_micro, 100));
	page_fact(p, "memory_most_bytes", NULL,
		  page_known(PAGE_INT, m->effort.memory_most_bytes));
	page_fact(p, NULL, "probes under way",
		  page_known(PAGE_DECIMAL, m->effort.in_flight_micro));
	page_fact(p, "in_flight_milli", NULL, parts(m->effort.in_flight_micro, 1000));
	page_fact(p, "starts", "starts", page_value(PAGE_INT, m->starts));
	page_fact(p, "interruptions", "interruptions", count_of(m->interruptions));
	page_fact(p, "interrupted_s", "together", page_value(PAGE_SECONDS, m->interrupted_us));
	add_size(p, m);
}

static void fill(struct page *p, const void *options)
{
	const struct options *o = options;
	const struct page_monitor *m = page_monitor(p);

	if (!m)
		return;
	add_head(p, m);
	page_note(p, "Late: from when a probe was due to when it began; percentiles are known to "
		     "1.6 %%. A missed slot is one in a check's rhythm that nobody probed. Times "
		     "are not counted of probes during which the monitor stood still.");
	add_days(p, m);
	if (m->all.results)
		draw_lateness(p, m);
	add_efforts(p, m);
	add_checks(p, m);
	if (m->check_count && o->rows)
		show_checks(p, m, (size_t)o->rows);
	add_markers(p, m, "markers", PAGE_DATA, SIZE_MAX);
	if (o->rows)
		show_markers(p, m, (size_t)o->rows);
}

REPORT_MODULE("capacity",
	      "the monitor itself: how late it was, what it missed, when it stood still",
	      struct options, option, fill);
