/* api/metrics_nines: the families of services, of their figures, and of how nines itself fares. See
 * metrics_family.h. */
#include <math.h>
#include <nines/report.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../web/figures.h"
#include "metrics_family.h"

/* ---- services, figures ---- */

static void service_states(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;

	for (size_t i = 0; i < o->services; i++)
		if (metrics_shows(s, o->service[i].name))
			metrics_sample(s, f,
				       &(struct labels){{"service", o->service[i].name, "state",
							 o->service[i].state, NULL}},
				       1);
}

static void service_members(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;

	for (size_t i = 0; i < o->services; i++)
		if (metrics_shows(s, o->service[i].name))
			metrics_sample(s, f,
				       &(struct labels){{"service", o->service[i].name, NULL}},
				       (double)o->service[i].up);
}

double metrics_ratio(const struct figure_window *w)
{
	return w->to_us && w->known_micro >= 0 ? (double)w->known_micro / 1e8 : NAN;
}

/* What is left of what the sla lets be down; less than 0: too much was. */
static double budget_left(const struct figure_window *w)
{
	int64_t allowed_us = page_allowed_us(w->target_micro, w->known_us + w->unknown_us);

	if (!w->to_us || w->target_micro <= 0 || w->known_micro < 0 || allowed_us <= 0)
		return NAN;
	return (double)w->budget_us / (double)allowed_us;
}

static void each_span(struct sheet *s, const struct family *f, const enum figure_span *span,
		      size_t spans, double (*of)(const struct figure_window *))
{
	struct site_figures *all = s->view->site->figures;

	for (size_t i = 0; all && i < figures_count(all); i++) {
		const struct figure *g = figures_at(all, i);

		for (size_t n = 0; metrics_shows(s, g->name) && n < spans; n++) {
			double value = of(&g->window[span[n]]);

			if (!isnan(value))
				metrics_sample(s, f,
					       &(struct labels){{"target", g->name, "sla",
								 g->sla ? g->sla : "", "period",
								 figure_span_word[span[n]], NULL}},
					       value);
		}
	}
}

static void ratios(struct sheet *s, const struct family *f)
{
	static const enum figure_span span[] = {SPAN_TODAY, SPAN_24H, SPAN_7D,
						SPAN_30D,   SPAN_90D, SPAN_MONTH};

	each_span(s, f, span, sizeof span / sizeof *span, metrics_ratio);
}

static void budgets(struct sheet *s, const struct family *f)
{
	static const enum figure_span span[] = {SPAN_7D, SPAN_30D, SPAN_90D, SPAN_MONTH};

	each_span(s, f, span, sizeof span / sizeof *span, budget_left);
}

/* ---- nines itself ---- */

static void notify_failed(struct sheet *s, const struct family *f)
{
	char *copy = memory_text(overview_word(s->view->site->overview, "notify_failed"));
	char *rest = copy, *row, *count;

	while ((row = strsep(&rest, "\n"))) {
		count = strrchr(row, ' ');
		if (!count)
			continue;
		*count = '\0';
		metrics_sample(s, f, &(struct labels){{"notifier", row, NULL}},
			       strtod(count + 1, NULL));
	}
	free(copy);
}

/* What the keeper says of itself, times in microseconds. */
static void health(struct sheet *s, const struct family *f, const char *word)
{
	int64_t n;

	if (text_to_int(overview_word(s->view->site->overview, word), &n))
		metrics_sample(s, f, &(struct labels){{NULL}}, (double)n / (f->unit ? SECOND : 1));
}

static void incidents_open(struct sheet *s, const struct family *f)
{
	const struct overview_check *c;
	size_t n = 0;

	for (size_t i = 0; (c = metrics_next(s, &i));)
		n += *c->incident != '\0';
	metrics_sample(s, f, &(struct labels){{NULL}}, (double)n);
}

static void healthy(struct sheet *s, const struct family *f)
{
	const struct site *site = s->view->site;

	metrics_sample(s, f, &(struct labels){{NULL}},
		       site->overview->is_ok && site->is_linked && !site->is_stale);
}

static void build(struct sheet *s, const struct family *f)
{
	metrics_sample(
		s, f,
		&(struct labels){{"version", overview_word(s->view->site->overview, "version"),
				  "location", s->view->site->location, NULL}},
		1);
}

static void answered(struct sheet *s, const struct family *f)
{
	metrics_sample(s, f, &(struct labels){{NULL}},
		       (double)s->view->site->overview->at_us / SECOND);
}

#define HEALTH(name_, word_)                                       \
	static void name_(struct sheet *s, const struct family *f) \
	{                                                          \
		health(s, f, word_);                               \
	}
HEALTH(queue_depth, "letters")
HEALTH(void_cycles, "void")
HEALTH(results, "results")
HEALTH(in_flight, "in_flight")
HEALTH(late_99, "late_us")
HEALTH(probers, "probers")
HEALTH(deaths, "prober_deaths")
HEALTH(store_queue, "queue")
HEALTH(store_dropped, "dropped")
HEALTH(started, "started_us")

static const struct family family[] = {
	{"nines_service_state", NULL, GAUGE, PUBLIC, service_states, NULL,
	 "1 for the state that is believed of a service."},
	{"nines_service_members_up", NULL, GAUGE, PUBLIC, service_members, NULL,
	 "Members of a service that pass."},
	{"nines_sla_ratio", NULL, GAUGE, PUBLIC, ratios, NULL,
	 "Availability of the time that is known, by the rules of the sla."},
	{"nines_error_budget_remaining_ratio", NULL, GAUGE, DETAILS, budgets, NULL,
	 "Part of the downtime that the sla allows of the time so far that is left; less than 0: "
	 "too much was down."},
	{"nines_incidents_open", NULL, GAUGE, PUBLIC, incidents_open, NULL, "Incidents that last."},
	{"nines_healthy", NULL, GAUGE, OWN, healthy, NULL, "Whether nines itself is well."},
	{"nines_build_info", NULL, GAUGE, OWN, build, NULL, "Which nines this is."},
	{"nines_start_timestamp_seconds", "seconds", GAUGE, OWN, started, NULL,
	 "When the keeper began."},
	{"nines_answered_timestamp_seconds", "seconds", GAUGE, OWN, answered, NULL,
	 "From when these figures are."},
	{"nines_lateness_p99_seconds", "seconds", GAUGE, OWN, late_99, NULL,
	 "How much later than due probes begin, 99 of 100."},
	{"nines_notify_queue_depth", NULL, GAUGE, OWN, queue_depth, NULL, "Letters that wait."},
	{"nines_notify_failed", NULL, COUNTER, OWN, notify_failed, NULL,
	 "Attempts to deliver a letter that failed."},
	{"nines_void_cycles", NULL, COUNTER, OWN, void_cycles, NULL,
	 "Cycles that do not count because too much failed at once."},
	{"nines_results", NULL, COUNTER, OWN, results, NULL, "Probes that ended."},
	{"nines_probes_in_flight", NULL, GAUGE, OWN, in_flight, NULL, "Probes under way."},
	{"nines_probers", NULL, GAUGE, OWN, probers, NULL, "Processes that probe."},
	{"nines_prober_deaths", NULL, COUNTER, OWN, deaths, NULL, "Probers that crashed or hung."},
	{"nines_store_queue_depth", NULL, GAUGE, OWN, store_queue, NULL,
	 "Lines that wait to be recorded."},
	{"nines_store_dropped", NULL, COUNTER, OWN, store_dropped, NULL,
	 "Lines that could not be recorded."},
};

const struct families families_nines = {family, sizeof family / sizeof *family};
