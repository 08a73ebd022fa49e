/* api/metrics_names: the families of Uptime Kuma and Gatus, for dashboards made for those. See
 * metrics_family.h. */
#include <math.h>
#include <string.h>

#include "../web/figures.h"
#include "metrics_family.h"

#define DAY_S 86400.0

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
	return metrics_value(c, "certificate_days");
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
	const struct overview_check *c;

	for (size_t i = 0; (c = metrics_next(s, &i));)
		if (!isnan(f->of(c)))
			metrics_sample(s, f,
				       &(struct labels){{"monitor_name", c->name, "monitor_type",
							 c->module, NULL}},
				       f->of(c));
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

		for (size_t n = 0; metrics_shows(s, g->name) && n < sizeof of / sizeof *of; n++)
			if (!isnan(metrics_ratio(&g->window[of[n].span])))
				metrics_sample(s, f,
					       &(struct labels){{"monitor_name", g->name, "window",
								 of[n].window, NULL}},
					       metrics_ratio(&g->window[of[n].span]));
	}
}

/* As Gatus makes keys: small letters, and dashes for what an address cannot have. */
static void add_key(struct text *t, const char *part)
{
	for (; *part; part++)
		text_putc(t, strchr(" /_,.#+&", *part)      ? '-'
			     : *part >= 'A' && *part <= 'Z' ? *part - 'A' + 'a'
							    : *part);
}

static void each_gatus(struct sheet *s, const struct family *f)
{
	const struct overview_check *c;
	struct text key = {0};

	for (size_t i = 0; (c = metrics_next(s, &i));) {
		const struct target *t = catalog_find(s->view->site->catalog, c->name);
		const char *group = t ? t->category : "";

		if (isnan(f->of(c)))
			continue;
		text_clear(&key);
		add_key(&key, group);
		text_putc(&key, '_');
		add_key(&key, c->name);
		metrics_sample(s, f,
			       &(struct labels){{"key", text_get(&key), "group", group, "name",
						 c->name, "type", c->module, NULL}},
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
	{"gatus_results_endpoint_success", NULL, GAUGE, DETAILS, each_gatus, metrics_success,
	 "Whether the last probe passed; none while it is unknown."},
	{"gatus_results_duration_seconds", "seconds", GAUGE, DETAILS, each_gatus, metrics_duration,
	 "How long the last probe took."},
	{"gatus_results_certificate_expiration_seconds", "seconds", GAUGE, DETAILS, each_gatus,
	 certificate_seconds, "How long the certificate is good, in whole days from the probe."},
};

const struct families families_kuma = {kuma, sizeof kuma / sizeof *kuma};
const struct families families_gatus = {gatus, sizeof gatus / sizeof *gatus};
