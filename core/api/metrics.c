/* api/metrics: see metrics.h. Families are tables (metrics_family.h); this writes them. */
#include "metrics_family.h"

#include <stdlib.h>
#include <string.h>

const char metrics_text_type[] = "text/plain; version=0.0.4; charset=utf-8";
const char metrics_open_type[] = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const char *const metrics_names_word[METRICS_NAMES] = {"", "kuma", "gatus"};

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

void metrics_sample(struct sheet *s, const struct family *f, const struct labels *l, double value)
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

bool metrics_shows(const struct sheet *s, const char *name)
{
	const struct metrics_view *v = s->view;

	if (v->only)
		return !strcmp(v->only, name);
	return !v->page || page_shows(v->site->catalog, v->page, name);
}

const struct overview_check *metrics_next(const struct sheet *s, size_t *at)
{
	const struct overview *o = s->view->site->overview;

	while (*at < o->checks && !metrics_shows(s, o->check[*at].name))
		++*at;
	return *at < o->checks ? &o->check[(*at)++] : NULL;
}

static const struct families *const families[METRICS_NAMES][3] = {
	[METRICS_OURS] = {&families_check, &families_nines},
	[METRICS_KUMA] = {&families_kuma},
	[METRICS_GATUS] = {&families_gatus},
};

static const struct family left_out = {"nines_metrics_left_out",
				       NULL,
				       GAUGE,
				       DETAILS,
				       NULL,
				       NULL,
				       "Samples that were left out here, as there are too many."};

static void write_families(struct sheet *s, enum reader from, enum reader to)
{
	for (const struct families *const *all = families[s->view->names]; *all; all++)
		for (const struct family *f = (*all)->at; f < (*all)->at + (*all)->count; f++)
			if (f->reader >= from && f->reader <= to) {
				head(s, f);
				f->write(s, f);
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
		metrics_sample(&s, &left_out, &(struct labels){{NULL}}, (double)s.left_out);
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
