/* tests/unit/metrics: there are never more samples than promised, and what is left out is counted;
 * which format is liked better. */
#include "../../core/api/metrics.h"

#include <stdlib.h>

#include "../../core/base/memory.h"
#include "../lib/tap.h"

#define CHECKS 4000
#define VALUES 60

static struct overview *many(void)
{
	static char values[VALUES * 8], c[] = "c", tcp[] = "tcp", up[] = "up", none[] = "";
	static struct overview o;
	size_t size = 0;

	for (int i = 0; i < VALUES; i++)
		size += (size_t)snprintf(values + size, sizeof values - size, "v%d:1,", i);
	o = (struct overview){.check = memory_new(CHECKS * sizeof *o.check), .checks = CHECKS};
	for (size_t i = 0; i < CHECKS; i++)
		o.check[i] = (struct overview_check){.name = c,
						     .module = tcp,
						     .state = up,
						     .verdict = up,
						     .address = none,
						     .incident = none,
						     .values = values};
	return &o;
}

static size_t lines(const char *at, size_t *samples)
{
	size_t all = 0;

	for (*samples = 0; *at; at = strchr(at, '\n') + 1, all++)
		*samples += *at != '#';
	return all;
}

static void bounded(void)
{
	struct overview *o = many();
	struct site s = {.overview = o, .location = "here"};
	struct text t = {0};
	size_t samples;

	metrics_add(&t, &(struct metrics_view){.site = &s, .has_details = true});
	lines(text_get(&t), &samples);
	ok(samples == METRICS_SAMPLES + 1, "at most that many samples, and one more: %zu", samples);
	ok(strstr(t.at, "\nnines_metrics_left_out ") != NULL, "what was left out is counted");
	ok(strstr(t.at, "\nnines_healthy ") != NULL, "nines' own figures are there all the same");
	text_release(&t);
	free(o->check);
}

static const struct {
	const char *accept;
	bool is_open;
} row[] = {
	{"", false},
	{"*/*", false},
	{"text/plain", false},
	{"application/openmetrics-text", true},
	{"application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
	 true},
	{"text/plain;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4", false},
	{"application/openmetrics-text;q=0", false},
	{"APPLICATION/OPENMETRICS-TEXT;Q=0.7", true},
	{"application/openmetrics-text;q=x", false},
};

int main(void)
{
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		ok(metrics_is_open(row[i].accept) == row[i].is_open, "Accept: %s", row[i].accept);
	bounded();
	return done_testing();
}
