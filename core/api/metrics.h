/* api/metrics: what Prometheus reads: the last probe of each check by the names of
 * blackbox_exporter, what nines believes, and how nines itself fares. Text format 0.0.4 or
 * OpenMetrics 1.0.
 *
 * Labels are names of the configuration and words of ours, never what a server said, but for
 * versions of HTTP and TLS. At most METRICS_SAMPLES are written; `nines_metrics_left_out` counts
 * those beyond. Pure. */
#ifndef NINES_API_METRICS_H
#define NINES_API_METRICS_H

#include "../web/site.h"

#define METRICS_SAMPLES 200000

/* Whose names are written: ours and blackbox_exporter's, or those of another monitor instead. */
enum metrics_names { METRICS_OURS, METRICS_KUMA, METRICS_GATUS, METRICS_NAMES };
extern const char *const metrics_names_word[METRICS_NAMES]; /* "" "kuma" "gatus" */

struct metrics_view {
	enum metrics_names names;
	const struct site *site;
	const struct page *page; /* whose checks and services; NULL: all, and nines' own figures */
	const char *only; /* one check, without labels that name it, as /probe has it; NULL */
	bool has_details; /* else states and figures alone */
	bool is_open; /* OpenMetrics */
};

extern const char metrics_text_type[], metrics_open_type[]; /* of the answer */
/* Which of the two an Accept header likes better. */
bool metrics_is_open(const char *accept);
void metrics_add(struct text *, const struct metrics_view *);

#endif
