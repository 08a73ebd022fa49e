/* reports/burn: what is left of each error budget, how fast it burns, and whether the sampling can
 * tell.
 *
 * Windows and rates are those of the SRE workbook's alerts on burn rates. Where one failed probe
 * alone reaches a rate, that pair of windows says nothing, and the report says what to change. */
#include <nines/report.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECOND     INT64_C(1000000)
#define COUNT(a)   (sizeof(a) / sizeof *(a))
#define MILLI_TEXT 24

struct options {
	bool all;
};

static const struct module_option option[] = {
	OPTION_BOOL(struct options, all, false, "also what has no target, which has no budget"),
	OPTION_END,
};

/* Both windows burn at least at the rate: the long one so that it matters, the short one so that it
 * is over soon behind its end. */
static const struct pair {
	const char *name, *for_whom;
	int64_t rate_milli, long_us, short_us;
} pair[] = {
	{"14.4x in 1h and 5m", "page", 14400, 3600 * SECOND, 300 * SECOND},
	{"6x in 6h and 30m", "page", 6000, 6 * 3600 * SECOND, 1800 * SECOND},
	{"3x in 24h and 2h", "ticket", 3000, 24 * 3600 * SECOND, 2 * 3600 * SECOND},
	{"1x in 3d and 6h", "ticket", 1000, 3 * 86400 * SECOND, 6 * 3600 * SECOND},
};

struct burn {
	int64_t long_milli, short_milli, one_milli; /* -1: nothing is known; one failed probe */
	bool is_burning, can_tell;
};

static int64_t end_of(const struct page *p)
{
	const struct page_period *period = page_period(p);

	return period->is_running ? period->now_us : period->to_us;
}

/* False: figures could not be read. */
static bool rate(struct page *p, size_t target, int64_t window_us, int64_t *milli)
{
	int64_t end_us = end_of(p);
	const struct page_figures *f = page_figures_between(p, target, end_us - window_us, end_us);

	if (f)
		*milli = page_burn_milli(f->counted_down_us, f->known_us, f->target_micro);
	return f != NULL;
}

static bool measure(struct page *p, size_t target, const struct pair *of, struct burn *b)
{
	const struct page_figures *f = page_figures(p, target);

	if (!f || !rate(p, target, of->long_us, &b->long_milli) ||
	    !rate(p, target, of->short_us, &b->short_milli))
		return false;
	b->one_milli = page_burn_milli(f->interval_us, of->long_us, f->target_micro);
	b->can_tell = b->one_milli >= 0 && b->one_milli < of->rate_milli;
	b->is_burning = b->long_milli >= of->rate_milli && b->short_milli >= of->rate_milli;
	return true;
}

/* Truncated: a rate is never shown as one that it did not reach. */
static const char *shown(char text[MILLI_TEXT], int64_t milli)
{
	if (milli < 0 || milli == INT64_MAX)
		return milli < 0 ? NULL : "endless";
	snprintf(text, MILLI_TEXT, "%" PRId64 ".%02" PRId64, milli / 1000, milli % 1000 / 10);
	return text;
}

static const struct page_column column[] = {
	{"name", "name", 0},
	{"windows", "windows", 0},
	{"for", "for", PAGE_DATA},
	{"long", "long", PAGE_RIGHT},
	{"short", "short", PAGE_RIGHT},
	{"one_probe", "one probe", PAGE_RIGHT},
	{"burning", "burning", PAGE_DATA},
	{"can_tell", "can tell", PAGE_DATA},
	{"says", "says", PAGE_PEOPLE},
};

static struct page_value say(const struct burn *b, const struct pair *of)
{
	char text[48];

	if (!b->can_tell)
		return page_toned(page_text("cannot tell"), PAGE_DIM);
	if (b->long_milli < 0)
		return page_toned(page_text("nothing known"), PAGE_DIM);
	if (!b->is_burning)
		return page_toned(page_text("fine"), PAGE_GOOD);
	snprintf(text, sizeof text, "burning: %s", of->for_whom);
	return page_toned(page_text(text), PAGE_BAD);
}

static void add_row(struct page *p, const char *name, const struct pair *of, const struct burn *b)
{
	char text[MILLI_TEXT];

	page_row(p);
	page_cell(p, "name", page_text(name));
	page_cell(p, "windows", page_text(of->name));
	page_cell(p, "for", page_text(of->for_whom));
	page_cell(p, "long", page_text(shown(text, b->long_milli)));
	page_cell(p, "short", page_text(shown(text, b->short_milli)));
	page_cell(p, "one_probe", page_text(shown(text, b->one_milli)));
	page_cell(p, "burning", page_value(PAGE_BOOL, b->can_tell && b->is_burning));
	page_cell(p, "can_tell", page_value(PAGE_BOOL, b->can_tell));
	page_cell(p, "says", say(b, of));
}

static bool is_wanted(const struct page_figures *f)
{
	return f->target_micro >= 0;
}

/* False also when a figure cannot be read: then add_burns() ends the report. */
static bool has_budgets(struct page *p, size_t targets)
{
	for (size_t i = 0; i < targets; i++)
		if (page_figures(p, i) && is_wanted(page_figures(p, i)))
			return true;
	return false;
}

static bool add_burns(struct page *p, size_t targets, uint32_t flags)
{
	struct burn b = {0};

	page_table(p, "rows", column, COUNT(column), flags);
	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);

		if (!f)
			return false;
		for (size_t n = 0; is_wanted(f) && n < COUNT(pair); n++) {
			if (!measure(p, i, &pair[n], &b))
				return false;
			add_row(p, f->name, &pair[n], &b);
		}
	}
	return true;
}

/* An interval below which one failed probe no longer reaches the rate. */
static void add_remedies(struct page *p, size_t targets)
{
	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);
		const struct pair *fast = &pair[0];
		int64_t one = page_burn_milli(f->interval_us, fast->long_us, f->target_micro);
		int64_t enough_us =
			page_allowed_us(f->target_micro, fast->long_us) * fast->rate_milli / 1000;

		if (!is_wanted(f) || !f->interval_us || one < fast->rate_milli)
			continue;
		if (one == INT64_MAX) {
			page_note(p,
				  "%s: a target of 100 %% allows nothing: it has no budget to "
				  "burn.",
				  f->name);
			continue;
		}
		page_note(p,
			  "%s: one failed probe is a burn rate of %" PRId64 ".%02" PRId64
			  " in an hour: probe more often than every %" PRId64 ".%03" PRId64
			  " s, agree on a lower target, or rely on the alerts of "
			  "incidents.",
			  f->name, one / 1000, one % 1000 / 10, enough_us / SECOND,
			  enough_us % SECOND / 1000);
	}
}

static void add_budgets(struct page *p, size_t targets, bool all, uint32_t flags)
{
	/* of a period that is over they say nothing new to people */
	const uint32_t in_all = PAGE_RIGHT | (page_period(p)->is_running ? 0 : PAGE_DATA);
	const struct page_column budget[] = {
		{"name", "name", 0},
		{"target", "target %", PAGE_RIGHT},
		{"budget_s", "budget", PAGE_RIGHT},
		{"used_s", "used", PAGE_RIGHT},
		{"left_s", "left", PAGE_RIGHT},
		{"span_budget_s", "in all", in_all},
		{"span_left_s", "in all left", in_all},
	};

	if (!flags)
		page_heading(p, "Error budgets");
	page_table(p, "budgets", budget, COUNT(budget), flags);
	for (size_t i = 0; i < targets; i++) {
		const struct page_figures *f = page_figures(p, i);
		int64_t allowed_us = page_allowed_us(f->target_micro, f->agreed_us);

		if (!is_wanted(f) && !all)
			continue;
		page_row(p);
		page_cell(p, "name", page_text(f->name));
		page_cell(p, "target", page_known(PAGE_PERCENT, f->target_micro));
		page_cell(p, "used_s",
			  page_value(PAGE_SECONDS, is_wanted(f) ? allowed_us - f->budget_us
								: f->counted_down_us));
		if (!is_wanted(f))
			continue;
		page_cell(p, "budget_s", page_value(PAGE_SECONDS, allowed_us));
		page_cell(p, "left_s",
			  page_toned(page_value(PAGE_SECONDS, f->budget_us),
				     f->budget_us < 0 ? PAGE_BAD : PAGE_PLAIN));
		page_cell(p, "span_budget_s", page_value(PAGE_SECONDS, f->span_budget_us));
		page_cell(p, "span_left_s",
			  page_toned(page_value(PAGE_SECONDS, f->span_left_us),
				     f->span_left_us < 0 ? PAGE_BAD : PAGE_PLAIN));
	}
}

static void fill(struct page *p, const void *options)
{
	const struct options *o = options;
	size_t targets = page_targets(p);
	bool is_any = has_budgets(p, targets);
	char title[128];

	snprintf(title, sizeof title, "Error budgets %s", page_period(p)->name);
	page_title(p, title);
	page_fact(p, "as_of", "burn rates as of", page_value(PAGE_TIME, end_of(p)));
	if (!add_burns(p, targets, is_any ? 0 : PAGE_DATA))
		return;
	if (!is_any)
		page_note(p, "Nothing here has an sla with a target: there is no error budget.");
	else
		page_note(p, "A burn rate of 1 uses the budget up in exactly the time that it is "
			     "for. 'one "
			     "probe' is what a single failed probe is worth in the long window: at "
			     "the rate "
			     "of its row or above, that row cannot tell a failure from an outage.");
	add_remedies(p, targets);
	add_budgets(p, targets, o->all, is_any || o->all ? 0 : PAGE_DATA);
}

REPORT_MODULE("burn", "what is left of error budgets, and how fast they burn", struct options,
	      option, fill);
