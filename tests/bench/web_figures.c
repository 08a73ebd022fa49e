/* tests/bench/web_figures: how long the web's figures hold its loop, and what they cost.
 *
 *     web_figures FILE
 *
 * FILE is a store by year_store: of each of its checks, and of a service of all of them, all
 * figures are computed once, as in the first round of a web that begins then (core/web/figures.h);
 * what is told is the CPU of the longest step, behind which
 * visitors have their turn. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../core/base/clock.h"
#include "../../core/base/memory.h"
#include "../../core/web/figures_inside.h"
#include "../../core/web/rules.h"

#define DAY (86400 * CLOCK_SECOND)
#define END (INT64_C(19723 + 378) * DAY + 600 * CLOCK_SECOND) /* of that record */

static struct text wrong;

/* Of this process alone: the machine may be busy with others. */
static int64_t cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * CLOCK_SECOND + t.tv_nsec / 1000;
}

static struct uptime *open_record(const char *path, const struct config_policies *policies)
{
	struct uptime *u = uptime_open(path, policies, END, &wrong);

	if (u)
		return u;
	fprintf(stderr, "web_figures: %s\n", text_get(&wrong));
	exit(1);
}

static void tell(struct rules *rules, const char *line, size_t size)
{
	char *at = memory_copy(line, size);
	struct line *l = memory_new(sizeof *l);

	if (!line_parse(l, at, size) && rules_take(rules, l))
		rules_change(rules);
	free(l);
	free(at);
}

/* A service of all there is, of which so many must be up. */
static void tell_service(struct rules *rules, const char *path)
{
	struct uptime *u = open_record(path, NULL);
	struct text members = {0}, line = {0};

	for (size_t i = 0; i < uptime_targets(u); i++)
		text_printf(&members, "%s%s", i ? "\n" : "", uptime_about(u, i).name);
	line_begin(&line, "service", "all");
	line_add(&line, "members", text_get(&members));
	line_add_int(&line, "need", (int64_t)uptime_targets(u));
	line_end(&line);
	tell(rules, "begin 1", 7);
	tell(rules, line.at, line.size - 1);
	tell(rules, "end 1", 5);
	uptime_close(u);
	text_release(&members);
	text_release(&line);
}

static int by_length(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Every step of the figures of `targets` from the first. */
static void measure(const char *what, struct computing *with, size_t first, size_t targets)
{
	int64_t before_us = cpu_us();
	size_t steps = 0, room = 0;
	int64_t *took_us = NULL;

	for (size_t i = first; i < first + targets; i++) {
		const struct page_about about = uptime_about(with->open, i);
		struct figure_entry *e = memory_new(sizeof *e);
		bool is_done = false;

		e->target = i;
		e->shown.name = memory_text(about.name);
		while (!is_done) {
			int64_t from_us = cpu_us();

			is_done = entry_step(e, with);
			if (steps == room) {
				room = room ? 2 * room : 1024;
				took_us = memory_resize(took_us, room * sizeof *took_us);
			}
			took_us[steps++] = cpu_us() - from_us;
		}
		entry_release(e);
		free(e);
	}
	qsort(took_us, steps, sizeof *took_us, by_length);
	printf("  %s: %zu steps, %.2f s of CPU; a step p50 %.2f, p99.9 %.2f, longest %.2f ms\n",
	       what, steps, (double)(cpu_us() - before_us) / 1e6, (double)took_us[steps / 2] / 1000,
	       (double)took_us[steps - 1 - steps / 1000] / 1000, (double)took_us[steps - 1] / 1000);
	free(took_us);
}

int main(int argc, char **argv)
{
	struct rules rules = {0};
	struct computing with = {.end_us = END, .wrong = &wrong};
	int64_t from_us;

	if (argc != 2) {
		fprintf(stderr, "usage: web_figures FILE\n");
		return 2;
	}
	tell_service(&rules, argv[1]);
	from_us = cpu_us();
	with.open = open_record(argv[1], rules_get(&rules));
	printf("  a record with %zu targets opened in %.2f ms\n", uptime_targets(with.open),
	       (double)(cpu_us() - from_us) / 1000);
	read_linger(uptime_source(with.open)->read, true);
	measure("the service", &with, 0, 1);
	measure("each check", &with, 1, uptime_targets(with.open) - 1);
	if (wrong.size)
		fprintf(stderr, "web_figures: %s\n", wrong.at);
	uptime_close(with.open);
	rules_release(&rules);
	text_release(&wrong);
	return 0;
}
