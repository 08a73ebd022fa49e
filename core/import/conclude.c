/* import/conclude: what a history does not say but shows: how often was checked, and what single
 * checks found of which only the sum over an hour or a day is left. See import.h.
 *
 * Where all checks of a sum found the same they are spread evenly over its span. Where they did
 * not, the results that were kept (each change of the state is) must explain the sum to a check for
 * each change; a sum that they do not explain stays unknown. */
#include <stdlib.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "import.h"

#define HOUR_US (3600 * CLOCK_SECOND)

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Of records [from, to): the median of what lies between them, in whole seconds; 0: there are too
 * few to tell. */
static int64_t usual_gap(const struct import *im, size_t from, size_t to)
{
	size_t gaps = to - from - 1;
	int64_t *gap_us, usual_us;

	if (gaps < 2)
		return 0;
	gap_us = memory_new(gaps * sizeof *gap_us);
	for (size_t i = 0; i < gaps; i++)
		gap_us[i] = im->record[from + i + 1].at_us - im->record[from + i].at_us;
	qsort(gap_us, gaps, sizeof *gap_us, by_size);
	usual_us = (gap_us[gaps / 2] + CLOCK_SECOND / 2) / CLOCK_SECOND * CLOCK_SECOND;
	free(gap_us);
	return usual_us > CLOCK_SECOND ? usual_us : CLOCK_SECOND;
}

void import_find_intervals(struct import *im)
{
	size_t from = 0;

	for (size_t i = 1; i <= im->records; i++)
		if (i == im->records || im->record[i].target != im->record[from].target) {
			struct import_target *t = &im->target[im->record[from].target];

			if (!t->interval_us)
				t->interval_us = usual_gap(im, from, i);
			from = i;
		}
}

/* ---- sums ---- */

struct spreading {
	struct import *im;
	size_t results;  /* that were there before; those of the sum's target: */
	size_t from, to;
	uint8_t *state;  /* of its checks, and behind them of what was kept next */
};

static int by_target_and_time(const void *a, const void *b)
{
	const struct import_sum *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

/* A sum that does not say what its span is: a day, where more checks are in it than an hour holds
 * and none of the next hours has one; it then ends where the next begins (days of local time). */
static int64_t end_of(const struct import *im, const struct import_sum *s,
		      const struct import_sum *next)
{
	int64_t interval_us = im->interval_us ? im->interval_us : im->target[s->target].interval_us,
		gap_us = next ? next->from_us - s->from_us : INT64_MAX;

	if (gap_us < 23 * HOUR_US || interval_us * (s->up + s->down) < 3 * HOUR_US / 2)
		return s->from_us + HOUR_US;
	return s->from_us + (gap_us <= 25 * HOUR_US ? gap_us : 24 * HOUR_US);
}

/* Spread evenly. */
static int64_t check_at(const struct import_sum *s, uint32_t i)
{
	int64_t checks = (int64_t)s->up + s->down;

	return s->from_us + (s->to_us - s->from_us) * (2 * (int64_t)i + 1) / (2 * checks);
}

/* The first of the target's results that is not before that time. */
static size_t result_at(const struct spreading *p, int64_t at_us)
{
	size_t low = p->from, high = p->to;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->im->record[middle].at_us < at_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The state that was kept last before each check, and the next one if that is as near as retries
 * are; false: of one of them nothing is known. */
static bool recall(const struct spreading *p, const struct import_sum *s)
{
	const struct import_record *r = p->im->record;
	uint32_t checks = s->up + s->down;
	int64_t step_us = (s->to_us - s->from_us) / checks;
	size_t at = result_at(p, s->from_us);

	for (uint32_t i = 0; i < checks; i++) {
		while (at < p->to && r[at].at_us <= check_at(s, i))
			at++;
		if (at == p->from || (r[at - 1].state != SLA_UP && r[at - 1].state != SLA_DOWN))
			return false;
		p->state[i] = r[at - 1].state;
	}
	p->state[checks] = p->state[checks - 1];
	if (at < p->to && r[at].at_us < s->to_us + step_us * (s->retries + 1))
		p->state[checks] = r[at].state;
	return true;
}

static uint32_t count_down(const struct spreading *p, const struct import_sum *s)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < s->up + s->down; i++)
		count += p->state[i] == SLA_DOWN;
	return count;
}

/* Failures that were tried again count as such, but the change is kept of the one that was tried
 * often enough: the others lie before it. */
static void add_retries(const struct spreading *p, const struct import_sum *s)
{
	uint32_t known = count_down(p, s), begun = 0, each;

	for (uint32_t i = 1; i <= s->up + s->down; i++)
		begun += p->state[i - 1] == SLA_UP && p->state[i] == SLA_DOWN;
	if (!begun || known >= s->down)
		return;
	each = (s->down - known + begun - 1) / begun;
	each = each < s->retries ? each : s->retries;
	for (uint32_t i = 1; i <= s->up + s->down; i++)
		if (p->state[i - 1] == SLA_UP && p->state[i] == SLA_DOWN)
			for (uint32_t k = 1; k <= each && k <= i; k++)
				p->state[i - k] = SLA_DOWN;
}

/* As many failures as the sum says, but for one at each change: where within the time between two
 * checks it fell is not known. */
static bool is_explained(const struct spreading *p, const struct import_sum *s)
{
	uint32_t known = count_down(p, s), changes = 0;

	for (uint32_t i = 1; i < s->up + s->down; i++)
		changes += p->state[i] != p->state[i - 1];
	return (known > s->down ? known - s->down : s->down - known) <= changes;
}

/* Sums and results are in order of target. */
static void find_results(struct spreading *p, const struct import_sum *s)
{
	const struct import_record *r = p->im->record;

	for (p->from = p->to; p->from < p->results && r[p->from].target < s->target;)
		p->from++;
	for (p->to = p->from; p->to < p->results && r[p->to].target == s->target;)
		p->to++;
}

static bool find_states(const struct spreading *p, const struct import_sum *s)
{
	if (s->up && s->down) {
		if (!recall(p, s))
			return false;
		add_retries(p, s);
		return is_explained(p, s);
	}
	for (uint32_t i = 0; i < s->up + s->down; i++)
		p->state[i] = s->up ? SLA_UP : SLA_DOWN;
	return true;
}

static void add_checks(const struct spreading *p, const struct import_sum *s)
{
	struct import *im = p->im;

	for (uint32_t i = 0; i < s->up + s->down; i++) {
		int64_t at_us = check_at(s, i);
		size_t kept = result_at(p, at_us);

		if (kept < p->to && im->record[kept].at_us == at_us)
			continue;
		im->line = s->line;
		import_add(im, s->target, at_us, (enum sla_state)p->state[i], SLA_NO_CAUSE, -1);
		im->record[im->records - 1].file = s->file;
	}
}

/* Where most of its checks are left they say it better; what is not over is not whole. */
static bool is_of_use(const struct spreading *p, const struct import_sum *s)
{
	size_t kept = result_at(p, s->to_us) - result_at(p, s->from_us);

	return s->up + s->down && kept * 2 < (size_t)s->up + s->down &&
	       (!p->im->now_us || s->to_us <= p->im->now_us);
}

void import_spread_sums(struct import *im)
{
	struct spreading p = {im, .results = im->records};

	p.state = memory_new(IMPORT_SUM_CHECKS + 1);
	qsort(im->sum, im->sums, sizeof *im->sum, by_target_and_time);
	for (size_t i = 0; i < im->sums; i++) {
		struct import_sum *s = &im->sum[i], *next = s + 1;

		if (!i || s->target != s[-1].target)
			find_results(&p, s);
		if (!s->to_us)
			s->to_us = end_of(im, s,
					  i + 1 < im->sums && next->target == s->target ? next
											: NULL);
		if (is_of_use(&p, s) && find_states(&p, s))
			add_checks(&p, s);
	}
	free(p.state);
}
