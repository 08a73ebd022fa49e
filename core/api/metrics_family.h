/* api/metrics_family: what the files of metrics share: families, which are rows of tables, and how
 * their samples are written. Checks: metrics_check.c; services, figures and nines itself:
 * metrics_nines.c; the names of other monitors: metrics_names.c. */
#ifndef NINES_API_METRICS_FAMILY_H
#define NINES_API_METRICS_FAMILY_H

#include "metrics.h"

#define SECOND 1e6
#define LABELS 4

struct figure_window; /* web/figures.h */

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

struct families {
	const struct family *at;
	size_t count;
};
extern const struct families families_check, families_nines, families_kuma, families_gatus;

void metrics_sample(struct sheet *, const struct family *, const struct labels *, double value);
bool metrics_shows(const struct sheet *, const char *name);
/* The next check that is shown, from 0 on; NULL: none. */
const struct overview_check *metrics_next(const struct sheet *, size_t *at);

/* Of the last probe, NAN: none. */
double metrics_success(const struct overview_check *);
double metrics_duration(const struct overview_check *);
double metrics_value(const struct overview_check *, const char *name);
/* Availability of a span, NAN: it is not known. */
double metrics_ratio(const struct figure_window *);

#endif
