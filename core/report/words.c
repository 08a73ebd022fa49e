/* report/words: see words.h. */
#include "words.h"

#include <inttypes.h>
#include <string.h>

#include "../base/clock.h"

#define MICRO 1000000
#define SENTENCES 16
#define HOLIDAYS_NAMED 40

/* ---- small forms ---- */

void words_add_length(struct text *t, int64_t us)
{
	int64_t s = us / CLOCK_SECOND;
	size_t begin = t->size;

	if (s >= 3 * 86400 && us % (86400 * CLOCK_SECOND) == 0) {
		text_printf(t, "%" PRId64 "d", s / 86400);
		return;
	}
	if (s / 3600)
		text_printf(t, "%" PRId64 "h", s / 3600);
	if (s / 60 % 60)
		text_printf(t, "%s%" PRId64 "m", t->size > begin ? " " : "", s / 60 % 60);
	if (s % 60)
		text_printf(t, "%s%" PRId64 "s", t->size > begin ? " " : "", s % 60);
	if (t->size == begin && us >= 1000)
		text_printf(t, "%" PRId64 "ms", us / 1000);
	else if (t->size == begin)
		text_puts(t, us ? "less than 1ms" : "0s");
}

/* "99.95 %" of 99950000: as many places as it has. */
static void words_add_percent(struct text *t, int64_t micro)
{
	text_printf(t, "%" PRId64, micro / MICRO);
	if (micro % MICRO) {
		text_printf(t, ".%06" PRId64, micro % MICRO);
		while (t->at[t->size - 1] == '0')
			t->at[--t->size] = '\0';
	}
	text_puts(t, " %");
}

void words_add_time(struct text *t, const struct zone *zone, int64_t us)
{
	struct civil c = zone_civil(zone, us / CLOCK_SECOND);

	text_printf(t, "%04" PRId64 "-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour,
		    c.minute);
}

static void add_share(struct text *t, int64_t us, const struct page_figures *f, const char *of)
{
	if (f->known_us <= 0 || !us)
		return;
	text_puts(t, " (");
	words_add_percent(t, sla_percent_up_micro(us, f->known_us));
	text_printf(t, "%s)", of);
}

void words_add_resolution(struct text *t, const struct page_figures *f)
{
	text_puts(t, "measured downtime ");
	words_add_length(t, f->down_us);
	if (!f->interval_us) {
		text_puts(t, ", by changes of state that are taken at their word");
		return;
	}
	text_puts(t, " +- ");
	words_add_length(t, f->resolution_us);
	add_share(t, f->resolution_us, f, " of the known time");
	text_puts(t, "; outages shorter than ");
	words_add_length(t, f->interval_us);
	add_share(t, f->interval_us, f, "");
	text_puts(t, " may be missed");
}

/* ---- the policy ---- */

static void say_target(struct text *t, const struct figures_policy *p)
{
	if (!p->rule.target_micro) {
		text_puts(t, "there is no target: nothing is judged");
		return;
	}
	words_add_percent(t, p->rule.target_micro);
	text_puts(t, " of the agreed time is to be up");
	if (p->rule.target_micro < 100 * (int64_t)MICRO) {
		text_puts(t, ": of 30 days of it at most ");
		words_add_length(t, page_allowed_us(p->rule.target_micro,
						    30 * 86400 * CLOCK_SECOND));
		text_puts(t, " may be down");
	}
}

static void say_hours(struct text *t, const struct figures_policy *p)
{
	if (!p->hours) {
		text_puts(t, "every hour of every day is agreed time");
		return;
	}
	text_puts(t, "agreed are the hours");
	for (size_t i = 0; p->hours_written && p->hours_written[i]; i++) {
		text_puts(t, i ? ", " : " ");
		text_add_safe(t, p->hours_written[i], strlen(p->hours_written[i]), 60);
	}
	text_puts(t, " by the clock of that zone");
}

static void say_holidays(struct text *t, const struct figures_policy *p)
{
	if (!p->holidays)
		return;
	text_puts(t, "of holidays no time is agreed but the hours named:");
	for (size_t i = 0; i < p->holidays->days && i < HOLIDAYS_NAMED; i++) {
		text_puts(t, i ? "; " : " ");
		holidays_add_words(t, &p->holidays->day[i]);
	}
	if (p->holidays->days > HOLIDAYS_NAMED)
		text_printf(t, "; and %zu more", p->holidays->days - HOLIDAYS_NAMED);
}

static void say_maintenance(struct text *t, const struct figures_policy *p)
{
	text_puts(t, "maintenance is left out of the agreed time when it was announced ");
	if (p->notice_us) {
		text_puts(t, "at least ");
		words_add_length(t, p->notice_us);
		text_puts(t, " ");
	}
	text_puts(t, "before it began and was not cancelled");
	if (p->allowance_us) {
		text_puts(t, ", at most ");
		words_add_length(t, p->allowance_us);
		text_puts(t, " a month, the earliest first");
	}
	text_puts(t, "; time behind its announced end counts");
	if (p->maintenance_up_counts)
		text_puts(t, "; what was up in it is not left out and counts as up");
}

static void say_unknown(struct text *t, const struct figures_policy *p)
{
	static const char *const sentence[] = {
		[SLA_UNKNOWN_APART] = "unknown time is neither up nor down: the verdict is of the "
				      "time that is known",
		[SLA_UNKNOWN_DOWN] = "unknown time counts as down",
		[SLA_UNKNOWN_UP] = "unknown time counts as up",
	};

	text_puts(t, sentence[p->rule.unknown]);
}

static void say_start(struct text *t, const struct figures_policy *p)
{
	static const char *const sentence[] = {
		[SLA_START_FIRST_FAILURE] = "an outage begins with its first failed probe and ends "
					    "with the first that passes",
		[SLA_START_MIDPOINT] = "an outage begins in the middle between the last probe that "
				       "passed and the first that failed, and ends likewise",
		[SLA_START_CONFIRMED] = "an outage begins with the probe that confirmed it and "
					"ends with the first that passes",
	};

	text_puts(t, sentence[p->rule.start]);
}

static void say_blips(struct text *t, const struct figures_policy *p)
{
	text_printf(t, "a failure that its recheck cleared counts as %s",
		    p->rule.blips_are_up ? "up" : "down");
}

static void say_degraded(struct text *t, const struct figures_policy *p)
{
	if (!p->rule.degraded_weight_ppm) {
		text_puts(t, "degraded time counts as up");
		return;
	}
	words_add_percent(t, p->rule.degraded_weight_ppm * 100);
	text_puts(t, " of degraded time counts as down");
}

static void say_credits(struct text *t, const struct figures_policy *p)
{
	if (!p->credits) {
		text_puts(t, "no credits are agreed");
		return;
	}
	text_puts(t, "credits:");
	for (size_t i = 0; i < p->credits->tiers; i++) {
		text_puts(t, i ? ", below " : " below ");
		words_add_percent(t, p->credits->tier[i].below_micro);
		text_puts(t, " of up time ");
		words_add_percent(t, p->credits->tier[i].credit_micro);
	}
}

static const struct {
	void (*say)(struct text *, const struct figures_policy *);
} part[] = {{say_target},  {NULL /* the zone */}, {say_hours}, {say_holidays}, {say_maintenance},
	    {say_unknown}, {say_start},           {say_blips}, {say_degraded}, {say_credits}};

static const char *keep(struct arena *arena, const struct text *t)
{
	return arena_copy(arena, text_get(t), t->size);
}

const struct page_policy *words_policy(struct arena *arena, const struct figures_policy *p,
				       const struct zone *zone)
{
	struct page_policy *into = arena_alloc(arena, sizeof *into);
	const char **sentence = arena_alloc(arena, SENTENCES * sizeof *sentence);
	struct text t = {0};
	bool is_fine = into && sentence;

	figures_add_method(&t, p, zone_name(zone));
	if (is_fine)
		*into = (struct page_policy){p->name, keep(arena, &t), sentence, 0};
	for (size_t i = 0; is_fine && i < sizeof part / sizeof *part; i++) {
		text_clear(&t);
		if (part[i].say)
			part[i].say(&t, p);
		else
			text_printf(&t, "months and days are those of %s", zone_name(zone));
		if (!t.size)
			continue;
		sentence[into->sentences] = keep(arena, &t);
		is_fine = sentence[into->sentences++] != NULL;
	}
	text_release(&t);
	return is_fine && into->method ? into : NULL;
}
