/* api/metrics: see metrics.h. A table of families: what it is called, and who writes its samples.
 */
#include "metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/values.h"
#include "../web/figures.h"

#define SECOND 1e6
#define DAY_S  86400.0
#define LABELS 4

const char metrics_text_type[] = "text/plain; version=0.0.4; charset=utf-8";
const char metrics_open_type[] = "application/openmetrics-text; version=1.0.0; charset=utf-8";

struct sheet {
	struct text *out;
	const struct metrics_view *view;
	size_t samples, left_out;
};

/* Key, value, ... NULL. */
struct labels {
	const char *pair[2 * LABELS + 1];
};

enum kind { GAUGE, COUNTER };

/* Who reads: whoever sees the page; who sees its details, too, and /probe; who sees all, which is
 * how nines itself fares. */
enum reader { PUBLIC, DETAILS, OWN };

struct family {
	const char *name; /* of a counter without "_total" */
	const char *unit; /* with which the name ends; NULL: none */
	enum kind kind;
	enum reader reader; /* from which on it is written */
	void (*write)(struct sheet *, const struct family *);
	double (*of)(const struct overview_check *); /* NAN: no sample */
	const char *help;
};

/* ---- the text ---- */

static void add_label(struct text *t, const char *value)
{
	struct text safe = {0};

	text_add_safe(&safe, value, strlen(value), 1000);
	for (const char *at = text_get(&safe); *at; at++) {
		if (strchr("\\\"\n", *at))
			text_putc(t, '\\');
		text_putc(t, *at == '\n' ? 'n' : *at);
	}
	text_release(&safe);
}

static void sample(struct sheet *s, const struct family *f, const struct labels *l, double value)
{
	struct text *t = s->out;

	if (s->samples++ >= METRICS_SAMPLES) {
		s->left_out++;
		return;
	}
	text_printf(t, "%s%s", f->name, f->kind == COUNTER ? "_total" : "");
	for (size_t i = 0; l->pair[i]; i += 2) {
		text_printf(t, "%s%s=\"", i ? "," : "{", l->pair[i]);
		add_label(t, l->pair[i + 1]);
		text_putc(t, '"');
	}
	text_printf(t, "%s %.15g\n", l->pair[0] ? "}" : "", value);
}

static void head(struct sheet *s, const struct family *f)
{
	const char *suffix = f->kind == COUNTER && !s->view->is_open ? "_total" : "";

	text_printf(s->out, "# HELP %s%s %s\n", f->name, suffix, f->help);
	text_printf(s->out, "# TYPE %s%s %s\n", f->name, suffix,
		    f->kind == COUNTER ? "counter" : "gauge");
	if (s->view->is_open && f->unit)
		text_printf(s->out, "# UNIT %s %s\n", f->name, f->unit);
}

/* ---- checks ---- */

static bool is_shown(const struct sheet *s, const char *name)
{
	const struct metrics_view *v = s->view;

	if (v->only)
		return !strcmp(v->only, name);
	return !v->page || page_shows(v->site->catalog, v->page, name);
}

static void sample_check(struct sheet *s, const struct family *f, const struct overview_check *c,
			 const char *key, const char *word, double value)
{
	struct labels l = {{"check", c->name, "module", c->module, key, word, NULL}};

	if (s->view->only)
		l = (struct labels){{key, word, NULL}};
	sample(s, f, &l, value);
}

static void each_check(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;
	double value;

	for (size_t i = 0; i < o->checks; i++) {
		value = f->of(&o->check[i]);
		if (!isnan(value) && is_shown(s, o->check[i].name))
			sample_check(s, f, &o->check[i], NULL, NULL, value);
	}
}

/* A value that the last probe measured, NAN: none. */
static double value_of(const struct overview_check *c, const char *name)
{
	char *copy = memory_text(c->values ? c->values : ""), *at = copy;
	struct values_one v;
	double found = NAN;

	while (isnan(found) && values_take(&at, &v))
		if (!strcmp(v.name, name))
			found = strtod(v.text, NULL);
	free(copy);
	return found;
}

/* An unknown verdict is our own trouble: it says nothing of the target. */
static double success(const struct overview_check *c)
{
	if (!strcmp(c->verdict, "up") || !strcmp(c->verdict, "degraded"))
		return 1;
	return strcmp(c->verdict, "down") ? NAN : 0;
}

static double duration(const struct overview_check *c)
{
	return c->start_us ? (double)c->elapsed_us / SECOND : NAN;
}

static double step_s(const struct overview_check *c, const char *name)
{
	double sum = NAN;

	for (size_t i = 0; i < c->steps; i++)
		if (!strcmp(c->steps_at[i].name, name))
			sum = (isnan(sum) ? 0 : sum) +
			      (double)(c->steps_at[i].to_us - c->steps_at[i].from_us) / SECOND;
	return sum;
}

static double lookup(const struct overview_check *c)
{
	return step_s(c, "resolve");
}

static double protocol(const struct overview_check *c)
{
	return *c->address ? (strchr(c->address, ':') ? 6 : 4) : NAN;
}

static bool is_http(const struct overview_check *c)
{
	return !strncmp(c->module, "http", 4);
}

static double http_status(const struct overview_check *c)
{
	return is_http(c) ? value_of(c, "status") : NAN;
}

static double http_version(const struct overview_check *c)
{
	return c->http_version && *c->http_version ? strtod(c->http_version, NULL) : NAN;
}

static double redirects(const struct overview_check *c)
{
	return is_http(c) && c->steps ? c->steps_at[c->steps - 1].hop : NAN;
}

/* In whole days from the probe, as the check measures it: never later than the certificate says. */
static double expiry(const struct overview_check *c)
{
	return (double)(c->start_us / 1000000) + DAY_S * value_of(c, "certificate_days");
}

static double serial(const struct overview_check *c)
{
	return strcmp(c->module, "dns") ? NAN : value_of(c, "serial");
}

static double answers(const struct overview_check *c)
{
	return strcmp(c->module, "dns") ? NAN : value_of(c, "answers");
}

static double probed(const struct overview_check *c)
{
	return c->start_us ? (double)c->start_us / SECOND : NAN;
}

static double since(const struct overview_check *c)
{
	return (double)c->since_us / SECOND;
}

static double incident(const struct overview_check *c)
{
	return *c->incident != '\0';
}

static double missed(const struct overview_check *c)
{
	return (double)c->missed;
}

static double late(const struct overview_check *c)
{
	return c->start_us ? (double)c->late_us / SECOND : NAN;
}

static const struct phase {
	const char *step, *phase;
} http_phase[] = {{"resolve", "resolve"},       {"connect", "connect"}, {"tls", "tls"},
		  {"first-byte", "processing"}, {"body", "transfer"},   {NULL, NULL}},
  icmp_phase[] = {{"resolve", "resolve"}, {"echo", "rtt"}, {NULL, NULL}};

static void each_phase(struct sheet *s, const struct family *f, const struct phase *phase,
		       const char *module)
{
	const struct overview *o = s->view->site->overview;

	for (size_t i = 0; i < o->checks; i++) {
		const struct overview_check *c = &o->check[i];

		if (strncmp(c->module, module, strlen(module)) || !is_shown(s, c->name))
			continue;
		for (const struct phase *p = phase; p->step; p++)
			if (!isnan(step_s(c, p->step)))
				sample_check(s, f, c, "phase", p->phase, step_s(c, p->step));
	}
}

static void http_phases(struct sheet *s, const struct family *f)
{
	each_phase(s, f, http_phase, "http");
}

static void icmp_phases(struct sheet *s, const struct family *f)
{
	each_phase(s, f, icmp_phase, "ping");
}

static void each_step(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;
	const struct steps_one *one;
	bool is_first;

	for (size_t i = 0; i < o->checks; i++)
		for (size_t n = 0; is_shown(s, o->check[i].name) && n < o->check[i].steps; n++) {
			one = &o->check[i].steps_at[n];
			is_first = true;
			for (size_t m = 0; m < n; m++)
				is_first &= strcmp(o->check[i].steps_at[m].name, one->name) != 0;
			if (is_first)
				sample_check(s, f, &o->check[i], "step", one->name,
					     step_s(&o->check[i], one->name));
		}
}

static void each_value(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;
	struct values_one v;

	for (size_t i = 0; i < o->checks; i++) {
		char *copy = memory_text(o->check[i].values ? o->check[i].values : ""), *at = copy;

		while (is_shown(s, o->check[i].name) && values_take(&at, &v))
			sample_check(s, f, &o->check[i], "value", v.name, strtod(v.text, NULL));
		free(copy);
	}
}

static void tls_versions(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;

	for (size_t i = 0; i < o->checks; i++)
		if (o->check[i].tls_version && *o->check[i].tls_version &&
		    is_shown(s, o->check[i].name))
			sample_check(s, f, &o->check[i], "version", o->check[i].tls_version, 1);
}

static void states(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;

	for (size_t i = 0; i < o->checks; i++)
		if (is_shown(s, o->check[i].name))
			sample_check(s, f, &o->check[i], "state", o->check[i].state, 1);
}

/* ---- services, figures ---- */

static void service_states(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;

	for (size_t i = 0; i < o->services; i++)
		if (is_shown(s, o->service[i].name))
			sample(s, f,
			       &(struct labels){{"service", o->service[i].name, "state",
						 o->service[i].state, NULL}},
			       1);
}

static void service_members(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;

	for (size_t i = 0; i < o->services; i++)
		if (is_shown(s, o->service[i].name))
			sample(s, f, &(struct labels){{"service", o->service[i].name, NULL}},
			       (double)o->service[i].up);
}

static void ratios(struct sheet *s, const struct family *f)
{
	static const enum figure_span span[] = {SPAN_TODAY, SPAN_24H, SPAN_7D,
						SPAN_30D,   SPAN_90D, SPAN_MONTH};
	struct site_figures *all = s->view->site->figures;

	for (size_t i = 0; all && i < figures_count(all); i++) {
		const struct figure *g = figures_at(all, i);

		for (size_t n = 0; is_shown(s, g->name) && n < sizeof span / sizeof *span; n++)
			if (g->window[span[n]].to_us && g->window[span[n]].known_micro >= 0)
				sample(s, f,
				       &(struct labels){{"target", g->name, "sla",
							 g->sla ? g->sla : "", "period",
							 figure_span_word[span[n]], NULL}},
				       (double)g->window[span[n]].known_micro / 1e8);
	}
}

/* What is left of what the sla lets be down; less than 0: too much was. */
static double budget_left(const struct figure_window *w)
{
	int64_t allowed_us = w->budget_us + w->counted_down_us;

	if (!w->to_us || w->target_micro <= 0 || w->known_micro < 0 || allowed_us <= 0)
		return NAN;
	return (double)w->budget_us / (double)allowed_us;
}

static void budgets(struct sheet *s, const struct family *f)
{
	static const enum figure_span span[] = {SPAN_7D, SPAN_30D, SPAN_90D, SPAN_MONTH};
	struct site_figures *all = s->view->site->figures;

	for (size_t i = 0; all && i < figures_count(all); i++) {
		const struct figure *g = figures_at(all, i);

		for (size_t n = 0; is_shown(s, g->name) && n < sizeof span / sizeof *span; n++) {
			double left = budget_left(&g->window[span[n]]);

			if (!isnan(left))
				sample(s, f,
				       &(struct labels){{"target", g->name, "sla",
							 g->sla ? g->sla : "", "period",
							 figure_span_word[span[n]], NULL}},
				       left);
		}
	}
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
		sample(s, f, &(struct labels){{"notifier", row, NULL}}, strtod(count + 1, NULL));
	}
	free(copy);
}

static void one(struct sheet *s, const struct family *f, const char *word, double unit)
{
	const struct overview *o = s->view->site->overview;
	int64_t n;

	if (text_to_int(overview_word(o, word), &n))
		sample(s, f, &(struct labels){{NULL}}, (double)n / unit);
}

static void incidents_open(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;
	size_t n = 0;

	for (size_t i = 0; i < o->checks; i++)
		n += *o->check[i].incident && is_shown(s, o->check[i].name);
	sample(s, f, &(struct labels){{NULL}}, (double)n);
}

static void healthy(struct sheet *s, const struct family *f)
{
	const struct site *site = s->view->site;

	sample(s, f, &(struct labels){{NULL}},
	       site->overview->is_ok && site->is_linked && !site->is_stale);
}

static void build(struct sheet *s, const struct family *f)
{
	sample(s, f,
	       &(struct labels){{"version", overview_word(s->view->site->overview, "version"),
				 "location", s->view->site->location, NULL}},
	       1);
}

static void answered(struct sheet *s, const struct family *f)
{
	sample(s, f, &(struct labels){{NULL}}, (double)s->view->site->overview->at_us / SECOND);
}

#define HEALTH(name_, word_, unit_)                                \
	static void name_(struct sheet *s, const struct family *f) \
	{                                                          \
		one(s, f, word_, unit_);                           \
	}
HEALTH(queue_depth, "letters", 1)
HEALTH(void_cycles, "void", 1)
HEALTH(results, "results", 1)
HEALTH(in_flight, "in_flight", 1)
HEALTH(late_99, "late_us", SECOND)
HEALTH(probers, "probers", 1)
HEALTH(deaths, "prober_deaths", 1)
HEALTH(store_queue, "queue", 1)
HEALTH(store_dropped, "dropped", 1)
HEALTH(started, "started_us", SECOND)

static const struct family family[] = {
	{"probe_success", NULL, GAUGE, DETAILS, each_check, success,
	 "Whether the last probe passed; none while it is unknown."},
	{"probe_duration_seconds", "seconds", GAUGE, DETAILS, each_check, duration,
	 "How long the last probe took."},
	{"probe_dns_lookup_time_seconds", "seconds", GAUGE, DETAILS, each_check, lookup,
	 "How long the name took to resolve."},
	{"probe_ip_protocol", NULL, GAUGE, DETAILS, each_check, protocol,
	 "4 or 6: the address that was asked."},
	{"probe_http_status_code", NULL, GAUGE, DETAILS, each_check, http_status,
	 "Status of the last answer."},
	{"probe_http_version", NULL, GAUGE, DETAILS, each_check, http_version,
	 "Version of HTTP that was answered."},
	{"probe_http_redirects", NULL, GAUGE, DETAILS, each_check, redirects,
	 "Redirects that were followed."},
	{"probe_http_duration_seconds", "seconds", GAUGE, DETAILS, http_phases, NULL,
	 "How long each phase took, over all redirects."},
	{"probe_icmp_duration_seconds", "seconds", GAUGE, DETAILS, icmp_phases, NULL,
	 "How long each phase of a ping took."},
	{"probe_ssl_earliest_cert_expiry", NULL, GAUGE, DETAILS, each_check, expiry,
	 "When the certificate expires, in whole days from the probe, as unix time."},
	{"probe_tls_version_info", NULL, GAUGE, DETAILS, tls_versions, NULL,
	 "Version of TLS that was agreed on."},
	{"probe_dns_serial", NULL, GAUGE, DETAILS, each_check, serial,
	 "Serial number of the zone."},
	{"probe_dns_answer_rrs", NULL, GAUGE, DETAILS, each_check, answers,
	 "Records in the answer."},
	{"nines_step_duration_seconds", "seconds", GAUGE, DETAILS, each_step, NULL,
	 "How long each step of the last probe took, over all redirects."},
	{"nines_value", NULL, GAUGE, DETAILS, each_value, NULL,
	 "What the last probe measured beside its times; units are those of the check."},
	{"nines_check_state", NULL, GAUGE, PUBLIC, states, NULL,
	 "1 for the state that is believed of a check."},
	{"nines_check_since_timestamp_seconds", "seconds", GAUGE, PUBLIC, each_check, since,
	 "Since when that is its state."},
	{"nines_check_incident", NULL, GAUGE, PUBLIC, each_check, incident,
	 "Whether an incident lasts."},
	{"nines_check_probed_timestamp_seconds", "seconds", GAUGE, DETAILS, each_check, probed,
	 "When the last probe began."},
	{"nines_check_late_seconds", "seconds", GAUGE, DETAILS, each_check, late,
	 "How much later than due it began."},
	{"nines_check_missed", NULL, COUNTER, DETAILS, each_check, missed,
	 "Slots in which a check was not probed."},
	{"nines_service_state", NULL, GAUGE, PUBLIC, service_states, NULL,
	 "1 for the state that is believed of a service."},
	{"nines_service_members_up", NULL, GAUGE, PUBLIC, service_members, NULL,
	 "Members of a service that pass."},
	{"nines_sla_ratio", NULL, GAUGE, PUBLIC, ratios, NULL,
	 "Availability of the time that is known, by the rules of the sla."},
	{"nines_error_budget_remaining_ratio", NULL, GAUGE, DETAILS, budgets, NULL,
	 "Part of the sla's downtime that is left; less than 0: too much was down."},
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

/* ---- names of other monitors ---- */

const char *const metrics_names_word[METRICS_NAMES] = {"", "kuma", "gatus"};

/* 1 up, 0 down, 2 pending, 3 maintenance; a check that nothing is known of has none. */
static double kuma_status(const struct overview_check *c)
{
	static const struct {
		const char *state;
		int status;
	} of[] = {{"up", 1}, {"degraded", 1}, {"down", 0}, {"unconfirmed", 2}};

	if (c->is_in_maintenance || c->is_paused)
		return 3;
	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		if (!strcmp(of[i].state, c->state))
			return of[i].status;
	return NAN;
}

static double milliseconds(const struct overview_check *c)
{
	return c->start_us ? (double)c->elapsed_us / 1000 : NAN;
}

static double certificate_days(const struct overview_check *c)
{
	return value_of(c, "certificate_days");
}

static double certificate_is_valid(const struct overview_check *c)
{
	return isnan(certificate_days(c)) ? NAN : certificate_days(c) >= 0;
}

static double certificate_seconds(const struct overview_check *c)
{
	return DAY_S * certificate_days(c);
}

static void each_kuma(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;

	for (size_t i = 0; i < o->checks; i++) {
		const struct overview_check *c = &o->check[i];

		if (is_shown(s, c->name) && !isnan(f->of(c)))
			sample(s, f,
			       &(struct labels){{"monitor_name", c->name, "monitor_type", c->module,
						 NULL}},
			       f->of(c));
	}
}

static void kuma_ratios(struct sheet *s, const struct family *f)
{
	static const struct {
		enum figure_span span;
		const char *window;
	} of[] = {{SPAN_24H, "1d"}, {SPAN_30D, "30d"}, {SPAN_12M, "365d"}};
	struct site_figures *all = s->view->site->figures;

	for (size_t i = 0; all && i < figures_count(all); i++) {
		const struct figure *g = figures_at(all, i);

		for (size_t n = 0; is_shown(s, g->name) && n < sizeof of / sizeof *of; n++)
			if (g->window[of[n].span].to_us && g->window[of[n].span].known_micro >= 0)
				sample(s, f,
				       &(struct labels){{"monitor_name", g->name, "window",
							 of[n].window, NULL}},
				       (double)g->window[of[n].span].known_micro / 1e8);
	}
}

/* As Gatus makes keys: small letters, and dashes for what an address cannot have. */
static void add_key(struct text *t, const char *part)
{
	for (; *part; part++)
		text_putc(t, strchr(" /_,.#+&", *part)           ? '-'
			     : *part >= 'A' && *part <= 'Z' ? *part - 'A' + 'a'
							    : *part);
}

static void each_gatus(struct sheet *s, const struct family *f)
{
	const struct overview *o = s->view->site->overview;
	struct text key = {0};

	for (size_t i = 0; i < o->checks; i++) {
		const struct overview_check *c = &o->check[i];
		const struct target *t = catalog_find(s->view->site->catalog, c->name);
		const char *group = t ? t->category : "";

		if (!is_shown(s, c->name) || isnan(f->of(c)))
			continue;
		text_clear(&key);
		add_key(&key, group);
		text_putc(&key, '_');
		add_key(&key, c->name);
		sample(s, f,
		       &(struct labels){{"key", text_get(&key), "group", group, "name", c->name,
					 "type", c->module, NULL}},
		       f->of(c));
	}
	text_release(&key);
}

static const struct family kuma[] = {
	{"monitor_status", NULL, GAUGE, PUBLIC, each_kuma, kuma_status,
	 "1 up, 0 down, 2 pending, 3 maintenance or paused."},
	{"monitor_uptime_ratio", NULL, GAUGE, PUBLIC, kuma_ratios, NULL,
	 "Availability of the time that is known, by the rules of the sla."},
	{"monitor_response_time", NULL, GAUGE, DETAILS, each_kuma, milliseconds,
	 "How long the last probe took, in ms."},
	{"monitor_cert_days_remaining", NULL, GAUGE, DETAILS, each_kuma, certificate_days,
	 "Whole days until the certificate expires."},
	{"monitor_cert_is_valid", NULL, GAUGE, DETAILS, each_kuma, certificate_is_valid,
	 "Whether the certificate has not expired."},
};

static const struct family gatus[] = {
	{"gatus_results_endpoint_success", NULL, GAUGE, DETAILS, each_gatus, success,
	 "Whether the last probe passed; none while it is unknown."},
	{"gatus_results_duration_seconds", "seconds", GAUGE, DETAILS, each_gatus, duration,
	 "How long the last probe took."},
	{"gatus_results_certificate_expiration_seconds", "seconds", GAUGE, DETAILS, each_gatus,
	 certificate_seconds, "How long the certificate is good, in whole days from the probe."},
};

static const struct {
	const struct family *family;
	size_t count;
} names[METRICS_NAMES] = {[METRICS_OURS] = {family, sizeof family / sizeof *family},
			  [METRICS_KUMA] = {kuma, sizeof kuma / sizeof *kuma},
			  [METRICS_GATUS] = {gatus, sizeof gatus / sizeof *gatus}};

static const struct family left_out = {"nines_metrics_left_out",
				       NULL,
				       GAUGE,
				       DETAILS,
				       NULL,
				       NULL,
				       "Samples that were left out here, as there are too many."};

static void write_families(struct sheet *s, enum reader from, enum reader to)
{
	const struct family *f = names[s->view->names].family;

	for (size_t i = 0; i < names[s->view->names].count; i++)
		if (f[i].reader >= from && f[i].reader <= to) {
			head(s, &f[i]);
			f[i].write(s, &f[i]);
		}
}

void metrics_add(struct text *t, const struct metrics_view *view)
{
	struct sheet s = {.out = t, .view = view};

	if (view->only) {
		write_families(&s, DETAILS, DETAILS);
	} else {
		if (!view->page)
			write_families(&s, OWN, OWN); /* first: they are never left out */
		write_families(&s, PUBLIC, view->has_details ? DETAILS : PUBLIC);
	}
	if (s.left_out) {
		s.samples = 0;
		head(&s, &left_out);
		sample(&s, &left_out, &(struct labels){{NULL}}, (double)s.left_out);
	}
	if (view->is_open)
		text_puts(t, "# EOF\n");
}

/* As Prometheus asks: the type that is named with the greater q, the first of equal ones. */
static double liking(const char *accept, const char *type)
{
	const char *at = strcasestr(accept, type), *end, *q;

	if (!at)
		return 0;
	end = strchrnul(at, ',');
	q = strcasestr(at, "q=");
	return q && q < end ? strtod(q + 2, NULL) : 1;
}

bool metrics_is_open(const char *accept)
{
	double open = liking(accept, "application/openmetrics-text");

	return open > 0 && open >= liking(accept, "text/plain");
}
