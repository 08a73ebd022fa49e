/* api/metrics_check: the families of checks: their last probes by the names of blackbox_exporter,
 * and what is believed of them. See metrics_family.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/values.h"
#include "metrics_family.h"

#define DAY_S 86400.0

static void sample_check(struct sheet *s, const struct family *f, const struct overview_check *c,
			 const char *key, const char *word, double value)
{
	struct labels l = {{"check", c->name, "module", c->module, key, word, NULL}};

	if (s->view->only)
		l = (struct labels){{key, word, NULL}};
	metrics_sample(s, f, &l, value);
}

static void each_check(struct sheet *s, const struct family *f)
{
	const struct overview_check *c;
	double value;

	for (size_t i = 0; (c = metrics_next(s, &i));) {
		value = f->of(c);
		if (!isnan(value))
			sample_check(s, f, c, NULL, NULL, value);
	}
}

double metrics_value(const struct overview_check *c, const char *name)
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
double metrics_success(const struct overview_check *c)
{
	if (!strcmp(c->verdict, "up") || !strcmp(c->verdict, "degraded"))
		return 1;
	return strcmp(c->verdict, "down") ? NAN : 0;
}

double metrics_duration(const struct overview_check *c)
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
	return is_http(c) ? metrics_value(c, "status") : NAN;
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
	return (double)(c->start_us / 1000000) + DAY_S * metrics_value(c, "certificate_days");
}

static double serial(const struct overview_check *c)
{
	return strcmp(c->module, "dns") ? NAN : metrics_value(c, "serial");
}

static double answers(const struct overview_check *c)
{
	return strcmp(c->module, "dns") ? NAN : metrics_value(c, "answers");
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
	const struct overview_check *c;

	for (size_t i = 0; (c = metrics_next(s, &i));) {
		if (strncmp(c->module, module, strlen(module)))
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

/* A step that comes again, behind a redirect, counts where it comes first. */
static bool is_first(const struct overview_check *c, size_t n)
{
	for (size_t m = 0; m < n; m++)
		if (!strcmp(c->steps_at[m].name, c->steps_at[n].name))
			return false;
	return true;
}

static void each_step(struct sheet *s, const struct family *f)
{
	const struct overview_check *c;

	for (size_t i = 0; (c = metrics_next(s, &i));)
		for (size_t n = 0; n < c->steps; n++)
			if (is_first(c, n))
				sample_check(s, f, c, "step", c->steps_at[n].name,
					     step_s(c, c->steps_at[n].name));
}

static void each_value(struct sheet *s, const struct family *f)
{
	const struct overview_check *c;
	struct values_one v;

	for (size_t i = 0; (c = metrics_next(s, &i));) {
		char *copy = memory_text(c->values ? c->values : ""), *at = copy;

		while (values_take(&at, &v))
			sample_check(s, f, c, "value", v.name, strtod(v.text, NULL));
		free(copy);
	}
}

static void tls_versions(struct sheet *s, const struct family *f)
{
	const struct overview_check *c;

	for (size_t i = 0; (c = metrics_next(s, &i));)
		if (c->tls_version && *c->tls_version)
			sample_check(s, f, c, "version", c->tls_version, 1);
}

static void states(struct sheet *s, const struct family *f)
{
	const struct overview_check *c;

	for (size_t i = 0; (c = metrics_next(s, &i));)
		sample_check(s, f, c, "state", c->state, 1);
}

static const struct family family[] = {
	{"probe_success", NULL, GAUGE, DETAILS, each_check, metrics_success,
	 "Whether the last probe passed; none while it is unknown."},
	{"probe_duration_seconds", "seconds", GAUGE, DETAILS, each_check, metrics_duration,
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
};

const struct families families_check = {family, sizeof family / sizeof *family};
