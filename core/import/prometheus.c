/* import/prometheus: see prometheus.h. */
#include "prometheus.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"

#define RESPONSE_MOST_S 86400.0
#define TIME_MOST_S 253402300800.0 /* the year 10000 */
#define SERIES_BYTES 65536	   /* all labels of one */

struct page {
	struct import *im;
	const json_t *seconds; /* the series by their labels, a JSON text: their values */
	struct map taken;      /* names */
	int64_t from_us, to_us;
};

/* Labels in order, but for the metric's name: NULL when there are none. */
static char *labels_of(const json_t *series)
{
	json_t *labels = json_copy(json_object_get(series, "metric"));
	char *text;

	json_object_del(labels, "__name__");
	text = json_is_object(labels) ? json_dumps(labels, JSON_SORT_KEYS | JSON_COMPACT) : NULL;
	json_decref(labels);
	return text;
}

/* A server that others feed (Thanos, remote read) answers with what it got when one of them was
 * away, and warns: half a history is none. */
static bool is_whole(struct import *im, const json_t *answer)
{
	const json_t *warnings = json_object_get(answer, "warnings");
	const char *first = json_string_value(json_array_get(warnings, 0));

	if (!json_array_size(warnings))
		return true;
	import_problem(im, "the server warns that its answer is not whole: '%s': try again once it "
			   "has all it needs",
		       first ? first : "");
	return false;
}

/* The list of series; NULL: the answer is none, told. */
static json_t *load(struct import *im, const struct text *answer)
{
	json_error_t wrong;
	json_t *whole = json_loadb(text_get(answer), answer->size, 0, &wrong), *list = NULL;
	const char *kind = NULL;

	if (whole)
		json_unpack(whole, "{s:{s:s,s:o}}", "data", "resultType", &kind, "result", &list);
	if (!kind || strcmp(kind, "matrix") || !json_is_array(list)) {
		import_problem(im, "the answer is no list of series: is this a Prometheus server?");
		list = NULL;
	} else if (!is_whole(im, whole)) {
		list = NULL;
	}
	json_incref(list);
	json_decref(whole);
	return list;
}

/* One of `[seconds, "value"]`. */
static bool read_value(const json_t *pair, int64_t *at_us, double *value)
{
	const char *text = json_string_value(json_array_get(pair, 1));
	double at_s = json_number_value(json_array_get(pair, 0));
	char *end;

	if (!text || !*text || !(at_s > 0 && at_s < TIME_MOST_S))
		return false;
	*at_us = (int64_t)(at_s * 1000 + 0.5) * 1000; /* it counts in milliseconds */
	*value = strtod(text, &end);
	return !*end;
}

/* Both lists are in the order of time. */
static int64_t response_at(const json_t *seconds, size_t *at, int64_t at_us)
{
	int64_t when_us = 0;
	double value = -1;

	for (; *at < json_array_size(seconds); ++*at)
		if (read_value(json_array_get(seconds, *at), &when_us, &value) && when_us >= at_us)
			break;
	if (when_us != at_us || !(value >= 0 && value <= RESPONSE_MOST_S))
		return -1;
	return (int64_t)(value * CLOCK_SECOND + 0.5);
}

static void take_values(struct page *p, uint32_t target, const json_t *values,
			const json_t *seconds)
{
	size_t at = 0;
	int64_t at_us;
	double value;

	for (size_t i = 0; i < json_array_size(values); i++) {
		if (!read_value(json_array_get(values, i), &at_us, &value) ||
		    (value != 0 && value != 1)) {
			import_problem(p->im, "'%s' has a value that is no moment with 0 or 1",
				       p->im->target[target].name);
			return;
		}
		if (at_us < p->from_us || at_us >= p->to_us || !import_time(p->im, at_us))
			continue;
		import_add(p->im, target, at_us, value != 0 ? SLA_UP : SLA_DOWN, SLA_NO_CAUSE,
			   response_at(seconds, &at, at_us));
		import_count(p->im, p->im->records);
	}
}

/* The values of the labels in im->labels, joined by slashes; false: one is missing, told. */
static bool add_name(struct import *im, struct text *name, const json_t *metric)
{
	struct text label = {0};
	bool is_fine = true;

	for (const char *at = im->labels; *at && is_fine; at += *at == ',') {
		size_t size = strcspn(at, ",");
		const char *value;

		text_clear(&label);
		text_add(&label, at, size);
		value = json_string_value(json_object_get(metric, label.at));
		is_fine = value;
		if (!is_fine)
			import_problem(im, "a series of probe_success has no label '%s': choose "
					   "others with --labels",
				       label.at);
		if (name->size && is_fine)
			text_putc(name, '/');
		text_puts(name, is_fine ? value : "");
		at += size;
	}
	text_release(&label);
	return is_fine;
}

static void take_series(struct page *p, const json_t *series)
{
	const json_t *metric = json_object_get(series, "metric");
	char *labels = labels_of(series);
	struct text name = {0};
	uint32_t target = UINT32_MAX;

	if (!labels || strlen(labels) > SERIES_BYTES)
		import_problem(p->im, "a series without labels, or with too many");
	else if (add_name(p->im, &name, metric))
		target = import_target(p->im, text_get(&name));
	if (target != UINT32_MAX && map_find_text(&p->taken, name.at)) {
		import_problem(p->im,
			       "two series would be called '%s': choose the labels that tell them "
			       "apart with --labels",
			       name.at);
	} else if (target != UINT32_MAX) {
		map_put_text(&p->taken, name.at, p);
		take_values(p, target, json_object_get(series, "values"),
			    json_object_get(p->seconds, labels));
	}
	text_release(&name);
	free(labels);
}

/* The values of each series, by its labels. */
static json_t *by_labels(const json_t *list)
{
	json_t *all = json_object();

	for (size_t i = 0; i < json_array_size(list); i++) {
		char *labels = labels_of(json_array_get(list, i));

		if (labels)
			json_object_set(all, labels,
					json_object_get(json_array_get(list, i), "values"));
		free(labels);
	}
	return all;
}

void prometheus_take(struct import *im, const struct text *success, const struct text *seconds,
		     int64_t from_us, int64_t to_us)
{
	struct page p = {.im = im, .from_us = from_us, .to_us = to_us};
	json_t *list = load(im, success), *times = list ? load(im, seconds) : NULL,
	       *all = by_labels(times);

	p.seconds = all;
	for (size_t i = 0; times && i < json_array_size(list); i++)
		take_series(&p, json_array_get(list, i));
	json_decref(list);
	json_decref(times);
	json_decref(all);
	map_release(&p.taken);
}
