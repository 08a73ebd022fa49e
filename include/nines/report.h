/* nines/report.h: all that a report module may use.
 *
 * A report fills a document (facts, tables, notes) from figures that the host computed; the host
 * renders any document as text, HTML, CSV and JSON. A report only reads, and computes no figure:
 * what it shows of availability comes from page_figures() and from the functions beside it. It runs
 * in a short-lived child of its own that can neither write nor talk to anybody. */
#ifndef NINES_REPORT_H
#define NINES_REPORT_H

#include <nines/module.h>

#pragma GCC visibility push(default)

struct page;

struct report_module {
	struct module_head head;
	void (*fill)(struct page *, const void *options);
};

#define REPORT_MODULE(name_, summary_, options_, option_, fill_, ...)               \
	MODULE_EXPORT extern const struct report_module module_entry;               \
	const struct report_module module_entry = {                                 \
		.head = {.abi = MODULE_ABI, .size = sizeof(struct report_module),   \
			 .kind = MODULE_REPORT, .name = name_, .summary = summary_, \
			 .option = option_, .options_size = sizeof(options_)},      \
		.fill = fill_, __VA_ARGS__}

/* ---- values: what a cell or a fact holds; each rendering writes them its own way ---- */

enum page_type {
	PAGE_NONE, /* not known, does not apply: "-", null */
	PAGE_TEXT,
	PAGE_INT,
	PAGE_BOOL,
	/* microseconds, shown as whole seconds, truncated: 4:27 of an hour; an integer in JSON */
	PAGE_SECONDS,
	PAGE_ROUNDED, /* the same, rounded to the nearest second and always "days hh:mm:ss" */
	PAGE_CLOCK, /* the same without the days */
	/* microseconds, shown to the millisecond, truncated: 26.784 s, 4:27.840; an integer in JSON
	 */
	PAGE_EXACT,
	PAGE_ELAPSED, /* microseconds of a step: 812us, 1.20s; an integer in JSON */
	PAGE_DECIMAL, /* the same as seconds with three decimals, rounded: 0.053 */
	PAGE_PERCENT, /* millionths of a percent, six places, never rounded */
	PAGE_NINES, /* 1e-12 of a percent, as many places as it has */
	/* microseconds since 1970 UTC; shown in the report's zone, in UTC in JSON and CSV */
	PAGE_TIME,
	/* a letter of page_glance() for each part of a span (`text`, page_bar()): shown as a bar of
	   blocks, as the letters where there are none, in CSV and in JSON */
	PAGE_BAR,
};

enum page_tone { PAGE_PLAIN, PAGE_GOOD, PAGE_WARN, PAGE_BAD, PAGE_DIM };

struct page_value {
	uint32_t type, tone;
	int64_t number;
	const char *text; /* of PAGE_TEXT and PAGE_BAR, copied */
};

static inline struct page_value page_value(enum page_type type, int64_t number)
{
	return (struct page_value){.type = (uint32_t)type, .number = number};
}

/* NULL is PAGE_NONE. */
static inline struct page_value page_text(const char *text)
{
	return (struct page_value){.type = text ? PAGE_TEXT : PAGE_NONE, .text = text};
}

static inline struct page_value page_bar(const char *letters)
{
	return (struct page_value){.type = letters ? PAGE_BAR : PAGE_NONE, .text = letters};
}

/* Figures that may be undefined are -1 then. */
static inline struct page_value page_known(enum page_type type, int64_t number)
{
	return page_value(number < 0 ? PAGE_NONE : type, number);
}

static inline struct page_value page_toned(struct page_value v, enum page_tone tone)
{
	v.tone = (uint32_t)tone;
	return v;
}

/* ---- the document, from top to bottom ---- */

void page_title(struct page *, const char *text);
void page_heading(struct page *, const char *text);
/* Of a part of what the last page_heading() began. */
void page_subheading(struct page *, const char *text);
/* A paragraph for people; not in CSV and JSON. */
void page_note(struct page *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "label: value" for people (NULL label: not shown), `key` in JSON (NULL: not there). */
void page_fact(struct page *, const char *key, const char *label, struct page_value);

enum page_column_flags {
	PAGE_RIGHT = 1,  /* aligned at the right */
	PAGE_DATA = 2,   /* for programs: only in CSV and JSON */
	PAGE_PEOPLE = 4, /* for people: not in CSV and JSON */
};

struct page_column {
	const char *key, *label;
	uint32_t flags;
};

enum page_table_flags {
	/* in JSON an object of the first column's values instead of a list; with two columns its
	   values stand bare */
	PAGE_KEYED = 8,
};

/* Begins a table. `key` names it in JSON and as a choice for CSV (NULL: for people only); `flags`
 * of columns (PAGE_DATA, PAGE_PEOPLE) hold for the whole table too. */
void page_table(struct page *, const char *key, const struct page_column *, size_t columns,
		uint32_t flags);
/* Begins a row of the last table; its cells are PAGE_NONE until they are set by the key of their
 * column. */
void page_row(struct page *);
void page_cell(struct page *, const char *column, struct page_value);
/* How lists belong to the rows they explain: in JSON the last table stands within the rows of the
 * table `key`, which came before it, each of its rows (page_row_of) in that one, 0 the first. */
void page_within(struct page *, const char *key);
void page_row_of(struct page *, size_t row);

/* ---- charts: data like tables; the host draws them, the same in HTML and PDF ---- */

/* What a span of time is called in a chart: the worst of it that counts. */
enum page_state {
	PAGE_STATE_NONE, /* not monitored, or not come yet */
	PAGE_STATE_OUTSIDE, /* outside the service hours, or excluded */
	PAGE_STATE_UNKNOWN,
	PAGE_STATE_MAINTENANCE,
	PAGE_STATE_UP,
	PAGE_STATE_DEGRADED,
	PAGE_STATE_DOWN,
};

/* "down": its name in JSON and CSV; "" for none of them. */
const char *page_state_name(uint32_t state);

enum page_chart_kind {
	/* One series, a square for each point, which is a day; a row for each month. */
	PAGE_CALENDAR,
	/* A row for each series, a bar for each point. Of both: the point's state, and the
	 * microseconds of it that were down: the bar is filled to a third under five minutes, to
	 * two under an hour. */
	PAGE_BARS,
	/* A row for each series: its points are spans with a state; between them is nothing. */
	PAGE_SPANS,
	/* A row for each series, its points spans of one probe: microseconds since it began, from 0
	 * to the chart's to_us. State down: the step failed. */
	PAGE_WATERFALL,
	/* Lines over time, in the order of their size: p50, p95, p99. */
	PAGE_BAND,
	/* Values of all series, one upon another; they have points of the same spans. */
	PAGE_STACK,
	/* One series: what is left at the end of each point. Less than nothing is overdrawn. */
	PAGE_BURN,
};

#define PAGE_UNKNOWN INT64_MIN /* of a point: its value is not known; a gap */

struct page_chart {
	uint32_t kind;
	uint32_t type; /* of the values: PAGE_ELAPSED, PAGE_SECONDS, PAGE_PERCENT, PAGE_INT */
	const char *title; /* what it is: "Days of web" */
	/* What it shows, in words, for those who do not see it; NULL: the host says it. */
	const char *says;
	/* Names its data in JSON and as a choice for CSV, one row a point; NULL: a table has them.
	 */
	const char *key;
	const char *value_key; /* the name of the values there: "down_s"; NULL: "value" */
	int64_t from_us, to_us; /* the time that it shows; of a waterfall 0 and its length */
	const char *zone; /* of its days and ticks, one of the targets'; NULL: the document's */
};

struct page_point {
	int64_t from_us, to_us; /* from <= to; in order of time within a series */
	int64_t value;
	uint32_t state; /* enum page_state */
};

/* Begins a chart. Texts are copied, may be anybody's and of any length. One without points says so.
 */
void page_chart(struct page *, const struct page_chart *);
/* Begins a series; a calendar and a burn-down have one. The value stands behind the row of bars,
 * spans, a waterfall (PAGE_NONE: nothing does). */
void page_chart_series(struct page *, const char *name, struct page_value);
void page_chart_point(struct page *, const struct page_point *);

/* ---- what the host knows and has computed ---- */

struct page_period {
	int64_t from_us, to_us, now_us; /* [from, to) */
	const char *zone;               /* IANA name */
	const char *name;               /* "2026-08", or "2026-08-01 to 2026-08-10" */
	/* a calendar month; not over yet (then to_us is its end all the same) */
	bool is_month, is_running;
	/* the calendar year that `from` is in: 365 or 366 days, and DST */
	int64_t year_us;
};
const struct page_period *page_period(const struct page *);

struct page_incident {
	int64_t from_us, to_us; /* whole, not cut to the period; to_us -1: still open */
	int64_t lasted_us;      /* so far when it is open */
	/* of it inside the period, outside maintenance and within the service hours */
	int64_t counted_us;
	/* "" when not recorded. Of a service `step` is those of the members that failed, and of
	 * `diagnosis` each member's part begins with its name, step and reason */
	const char *step, *reason;
	bool is_confirmed;      /* else a blip */
	/* among `incidents`: confirmed, and the first of its time that counts is of the period */
	bool is_counted;
	const char *id;         /* "" when not recorded, as of a service */
	const char *diagnosis;  /* what was found out when it began, in lines; "" */
	int64_t acked_us;       /* -1: nobody acknowledged it */
	const char *acked_by;   /* "" */
};

struct page_times {
	const char *step;
	int64_t count, p50_us, p95_us, p99_us;
};

struct page_cause {
	const char *cause;
	int64_t us;
};

/* A window of maintenance, each occurrence of one that comes again. */
struct page_maintenance {
	int64_t from_us, to_us; /* as announced, whole; to_us -1: no end was */
	int64_t announced_us;   /* -1: nobody wrote down when, which counts as in time */
	int64_t cancelled_us;   /* -1: it was not */
	int64_t counted_us;     /* of it inside the period and the service hours */
	int64_t excluded_us;    /* of that what is left out of the agreed time */
	int64_t over_us;        /* down without a break behind its end, which counts; 0: was not */
	const char *text, *by;  /* "" when not recorded */
	/* why what is not left out was not, a sentence for each reason ("announced 3 h before it
	 * began, 48 h are agreed"); "": nothing was, and nothing went wrong */
	const char *why;
	int64_t up_us; /* of what is counted: was up, and counts, as the contract has it */
};

/* What somebody said afterwards of a span of time: figures count it so, the record stays. */
struct page_reclassification {
	const char *id;         /* `nines reclassify --list` and `--undo` know it by that */
	const char *name;       /* of the check or service it was said of: this one, or a member */
	const char *as;         /* "up", "down", "degraded", "unknown", "maintenance", "excluded" */
	const char *by, *reason;
	int64_t from_us, to_us; /* whole, not cut to the period */
	int64_t at_us;          /* when it was said */
	const char *incident;   /* the id of the incident that it is about; "": of a span */
	int64_t in_force_us;    /* of the period: not undone, and nothing later said of it */
	int64_t undone_us;      /* -1: it was not */
	const char *undone_by, *undone_reason; /* "" */
};

/* What a service was made of for a part of the period. */
struct page_makeup {
	int64_t from_us, to_us;
	int64_t need, weight; /* so much of what its members weigh together must be up */
	int64_t members;
	bool is_weighted;  /* not all of them weigh 1 */
	const char *says;  /* "at least 1 of 2 members is up" */
	const char *names; /* of members, behind one that weighs more its weight: "a, b (2)" */
};

/* A check or a service over the period. Percentages in millionths of a percent, truncated, -1:
 * undefined. */
struct page_figures {
	const char *name, *kind; /* "check", "service" */
	const char *method;      /* "nines-1:...": a hash of all that decided the figures */
	const char *sla;         /* the policy's name, "" the default one */
	int64_t span_us, agreed_us, known_us;
	int64_t up_us, degraded_us, down_us, blip_us, unknown_us, not_monitored_us, maintenance_us,
		outside_hours_us, counted_down_us;
	int64_t known_micro, period_micro, coverage_micro;
	int64_t judged_micro, target_micro; /* target -1: none */
	bool is_met;
	int64_t blips, incidents, longest_us, mttr_us, mtbf_us; /* longest 0, the others -1: none */
	int64_t interval_us;   /* 0: events, known to the second */
	int64_t resolution_us; /* the measured downtime is known to so much more or less */
	const struct page_incident *incident; /* in order of time, blips too */
	const struct page_cause *cause;       /* of unknown time, those that occur */
	const struct page_times *step;        /* in the order of a probe */
	size_t incident_count, cause_count, step_count;
	/* what the figures are about: the period as this zone has it, that of the sla unless the
	 * order named one */
	const char *zone;
	int64_t from_us, to_us;
	/* what may still be down, less than 0: too much was; of no target 0 */
	int64_t budget_us;
	/* what the sla gives back (-1: it names no credits), and the tier's threshold (0: none) */
	int64_t credit_micro, credit_below_micro;
	/* left out of the agreed time because somebody said so afterwards ("excluded"); of the sums
	 * that make up the span */
	int64_t excluded_us;
	/* every window of maintenance that reaches into the period, in order of time, and what
	 * became of it: what they exclude adds up to maintenance_us, but for what was reclassified
	 * as maintenance */
	const struct page_maintenance *maintenance;
	size_t maintenance_count;
	/* what was said afterwards of time of the period, oldest first, undone ones too */
	const struct page_reclassification *reclassification;
	size_t reclassification_count;
	int64_t reclassified_us;    /* time of the period that one of them is in force for */
	int64_t reclassified_at_us; /* when the newest was said or undone; -1: there is none */
	/* the same figures without any of them: what they were before; NULL: there is none. Has no
	 * steps, no maintenance and no reclassifications of its own */
	const struct page_figures *before;
	/* "measured downtime 6:00 +- 1:00; outages shorter than 1:00 may be missed" */
	const char *resolution;
	/* counted incidents that ended and were acknowledged; of those, on average from the first
	 * failure to the acknowledgement, and from there to the end; -1: none */
	int64_t acked, to_ack_us, ack_to_end_us;
	/* the mean stretch of time that was up, from one outage to the next: outages alone end
	 * one. -1: nothing was up */
	int64_t mttf_us;
	/* MTBF / (MTBF + MTTR), truncated, to hold beside known_micro: apart where outages reach
	 * over the period's ends or into time that is not agreed, and by blips. -1: no outage */
	int64_t check_micro;
	/* to so much more or less known_micro and period_micro are known, rounded up; one interval
	 * at least. -1: the figure is not known, or taken at another's word (events) */
	int64_t known_exact_micro, period_exact_micro;
	/* of a service: what it was made of over the period, in order of time; more than one where
	 * that was changed meanwhile, each moment is judged by what was in force then */
	const struct page_makeup *makeup;
	size_t makeup_count;
	/* what the target allows of the whole period, supposing that all of it that is to come is
	 * up, and what is left of that, less than 0: it cannot be met any more; of one that is over
	 * as budget_us has it, of no target 0 */
	int64_t span_budget_us, span_left_us;
};

/* What was asked for: services and checks in order, each kind by name. 0 also when the record
 * cannot be read; the report ends with the reason then. */
size_t page_targets(struct page *);
/* Did the order name a check, a service, a customer or an sla? */
bool page_is_chosen(const struct page *);
/* NULL: it could not be read; the report ends with the reason. Stays until the report ends. */
const struct page_figures *page_figures(struct page *, size_t target);
/* The policy's hash that all figures share; NULL when there are several, each with its own. */
const char *page_method(const struct page *);

/* All that decides the figures of a target beside the record, in words: a sentence each, without a
 * full stop, in this order: the target, the zone, the hours and the holidays among them, what
 * maintenance is left out, what unknown time counts as, where an outage begins, what blips and
 * degraded time count as, the credits. */
struct page_policy {
	const char *name, *method; /* as in page_figures */
	const char *const *sentence;
	size_t sentences;
};
/* NULL: there is no such target, or too little memory. Stays until the report ends. */
const struct page_policy *page_policy(struct page *, size_t target);

/* The customer that was asked for: the targets are what it is served, each judged apart by the
 * customer's sla (by its own where the customer names none). The customer's agreement is met when
 * every one of them that has a target met it; no figure is ever made of several. */
struct page_customer {
	const char *name, *sla; /* "": it names none */
	const char *const *contact;
	size_t contact_count;
	size_t judged, met; /* of the targets: with a target and something known; of those: met */
	/* one was missed: false whatever the others say. None was, but one that has a target could
	 * not be judged: is_decided is false */
	bool is_met, is_decided;
};
/* NULL: none was asked for, or figures could not be read; then the report ends with the reason. */
const struct page_customer *page_customer(struct page *);

/* The figures of a part of the period, without times of steps; NULL as above. */
const struct page_figures *page_figures_between(struct page *, size_t target, int64_t from_us,
						int64_t to_us);

/* ---- what if ---- */

/* What the order supposes instead of what was: `--need`, `--interval`. */
struct page_what_if {
	const char *service; /* whose need is another one; NULL: nobody's */
	int64_t need, need_before, members;
	int64_t interval_us; /* probes so far apart; 0: as they were */
	int64_t weight; /* of all members together, where they weigh differently; 0: each 1 */
};
/* NULL: nothing is supposed. A report that never asks refuses such an order. */
const struct page_what_if *page_what_if(struct page *);
/* The figures as they would be, with a method of their own, computed from the members' recorded
 * lines; without times of steps. NULL: nothing is supposed, or the record cannot tell, because
 * probes were made less often (interval_us of page_figures()); or as above. */
const struct page_figures *page_figures_supposed(struct page *, size_t target);

/* A day of a target, or as much of it as lies in the span: the same sums as in page_figures. */
struct page_day {
	int64_t from_us, to_us;
	uint32_t state; /* enum page_state; unknown: more of it than was up */
	int64_t up_us, degraded_us, down_us, blip_us, unknown_us, not_monitored_us, maintenance_us,
		outside_hours_us, agreed_us, known_us, counted_down_us;
	int64_t known_micro; /* -1: undefined */
	/* what of the whole span's budget is left when the day ends, less than 0: too much was
	 * down; of no target 0. On the last day that of page_figures_between() */
	int64_t budget_us;
	int64_t excluded_us;
};

/* The days of [from, to) in the zone of the target's figures: of a year no slower than the figures
 * of that year. NULL as above. Stays until the report ends. */
const struct page_day *page_days(struct page *, size_t target, int64_t from_us, int64_t to_us,
				 size_t *days);

/* What is known of a target beside its figures. Texts are "" where there is none. */
struct page_about {
	const char *name, *kind;     /* "check", "service" */
	const char *module;          /* of a check */
	const char *owner, *category; /* as last configured; the owner as a claim has it since */
	int64_t first_us, last_us;   /* of a check's results; 0: there are none */
	bool is_removed;             /* no longer configured */
};
/* NULL: there is no such target, or it could not be read; then the report ends with the reason. */
const struct page_about *page_about(struct page *, size_t target);

/* How long the steps of a check took in a part of the period ("total": whole probes that passed),
 * as in page_figures().step; *count of them. From days as they are kept, not from each result: of a
 * year at once. NULL: it could not be read; the report ends with the reason. */
const struct page_times *page_times(struct page *, size_t target, int64_t from_us, int64_t to_us,
				    size_t *count);

/* A day in a letter, for a bar (page_bar()): 'u' up, 'g' degraded for some of it, 'P' down for part
 * of it, 'D' down for half of what is known or more, '?' unknown, 'm' maintenance or outside the
 * service hours, '-' not monitored, or not come yet. */
char page_glance(const struct page_day *);

/* Is `now` better than `before`, a span of about the same length? By the share of known time that
 * counts as down: they differ when the shares are further apart than both measurements together are
 * exact (resolution_us over known time each); else it is the same. Not known where either is known
 * for less than half of its span. */
enum page_trend { PAGE_TREND_UNKNOWN, PAGE_TREND_SAME, PAGE_TREND_BETTER, PAGE_TREND_WORSE };
enum page_trend page_trend(const struct page_figures *now, const struct page_figures *before);

/* Whoever is known for half of the span has a rank by uptime_known: less than 0: `a` is before `b`,
 * 0: they share one. What has none comes last. Looks at known_micro, known_us and span_us alone. */
int page_rank(const struct page_figures *a, const struct page_figures *b);
bool page_is_ranked(const struct page_figures *);

/* So many whole days of the document's zone, the last of them as far as `end_us`, and as many
 * before it up to the same hour. `days` 0: 12 months, from the day after the same date a year
 * before. */
struct page_span {
	int64_t from_us, to_us, before_from_us, before_to_us;
};
struct page_span page_span(const struct page *, int64_t end_us, int days);

/* Midnight of the day of an instant in the document's zone, so many days later (or earlier). */
int64_t page_day_us(const struct page *, int64_t at_us, int days);
/* "2026-08-01" in that zone; stays until the report ends. */
const char *page_date(struct page *, int64_t at_us);
/* "17:04:59" of it, the same way. */
const char *page_clock(struct page *, int64_t at_us);
/* Does the contact hear of it: by name, by a pattern, as a member of a service (whoever names none
 * hears of all)? A contact that is not configured ends the report with a sentence that says so. */
bool page_is_heard(struct page *, const char *contact, size_t target);
/* The document is about [from, to) of what was asked for; its `name` for people is the caller's
 * business. */
void page_cover(struct page *, int64_t from_us, int64_t to_us);
/* The order lacks what this report needs, or has too much: it ends with that sentence. */
void page_wrong_order(struct page *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- single probes: as long as the results are kept (`retention`) ---- */

struct page_step {
	const char *name; /* as in page_times: "connect", "connect@1" behind a redirect */
	int64_t end_us;   /* since the probe began */
	int64_t own_us;   /* since the step before it ended */
	bool has_failed;
};

struct page_named {
	const char *name, *text;
};

struct page_result {
	int64_t due_us, at_us, elapsed_us;
	const char *verdict; /* "up", "degraded", "down", "unknown" */
	const char *location, *address, *item, *reason; /* "" when there is none */
	bool is_event;   /* a change of state of an imported history, not a probe */
	bool is_tainted; /* the monitor itself stood still meanwhile: its times count nowhere */
	const struct page_step *step;
	size_t steps;
	const struct page_named *fact; /* what the module told by probe_fact() */
	size_t facts;
};

/* Calls `take` for each result of a check that started in [from, to), in order of start; *result
 * lasts until it returns, false from it ends the reading (and is no failure). Says on a terminal
 * how far it is. False: it could not be read; the report ends with the reason. */
bool page_results(struct page *, size_t target, int64_t from_us, int64_t to_us,
		  bool (*take)(struct page *, const struct page_result *, void *with), void *with);

/* How long a step took, of probes whose timing counts (not of those during which the monitor itself
 * stood still), in which it did not fail; `end_`: when it ended since the probe began, of those of
 * them that passed, so that a later step's is never the smaller. -1: there are none. */
struct page_spread {
	const char *step; /* "total": whole probes, of those that passed */
	int64_t count, min_us, average_us, max_us;
	/* those of page_figures() over the same span, but never beside min_us and max_us, which are
	 * exact: percentiles are known to 1.6 % */
	int64_t p50_us, p95_us, p99_us;
	int64_t end_min_us, end_average_us, end_max_us;
};

struct page_probes {
	int64_t probes, passed, degraded, failed, unknown; /* passed: the degraded too */
	int64_t slowest_us, slowest_at_us; /* of those that passed; -1: none */
	const struct page_spread *step;    /* in the order of a probe, "total" last */
	size_t step_count;
	const char *const *location; /* where they were made */
	size_t location_count;
};

/* The probes of a check in [from, to); events are none. NULL as above. */
const struct page_probes *page_probes(struct page *, size_t target, int64_t from_us,
				      int64_t to_us);

/* How long probes took over time: a span in equal parts by the clock of the target's zone (minutes,
 * hours, days), as figures of each part alone would say it. */
struct page_part {
	int64_t from_us, to_us;
	int64_t count;                  /* probes that passed and whose timing counts */
	int64_t p50_us, p95_us, p99_us; /* of those as a whole; -1: there are none */
};

struct page_course {
	const struct page_part *part;
	size_t part_count;
	const char *const *step; /* as they first came, without the whole */
	size_t step_count;
	/* how long step s took on average (known to 1.6 %) in part p: mean_us[p * step_count + s],
	 * -1: there is none */
	const int64_t *mean_us;
};

/* The probes of a check in [from, to) in at most so many parts (1 to 1000); a service has none.
 * Where the record keeps only the sums of days, a part has those of its days. NULL as above. */
const struct page_course *page_course(struct page *, size_t target, int64_t from_us, int64_t to_us,
				      size_t most);

/* ---- the monitor itself ---- */

/* How well probes were made: of a check, of a day, of all. Lateness: start minus due; -1: of none.
 * A missed slot is one that the check's rhythm had and nobody probed. */
struct page_load {
	const char *name; /* of the check; NULL: of all */
	int64_t from_us, to_us;
	int64_t results, tainted; /* tainted: the monitor stood still meanwhile */
	int64_t late_p50_us, late_p95_us, late_p99_us, late_max_us;
	int64_t missed, missed_off; /* while it ran; while it was off or stood still */
	int64_t void_cycles, overload_cycles;
};

struct page_marker {
	const char *kind, *text; /* "start", "monitor-off", "gap", "clock-step", ... */
	int64_t at_us, lasted_us; /* lasted: of an interruption, -1: it is none */
};

/* What the monitor itself took, of the quarters of an hour that were recorded; -1: not known. */
struct page_effort {
	int64_t from_us, to_us;
	int64_t quarters, cpu_quarters; /* those of which CPU time is known */
	int64_t cpu_micro, cpu_most_micro; /* of one core, in millionths of a percent */
	int64_t memory_most_bytes;
	int64_t in_flight_micro; /* probes, on average, in millionths; PAGE_DECIMAL */
	/* at most: probes under way, that wait for a prober; lines that wait for the recorder;
	 * letters that wait */
	int64_t in_flight_most, waiting_most, queue_most, letters_most;
};

struct page_monitor {
	struct page_load all;
	const struct page_load *check, *day; /* in order of name, of time */
	size_t check_count, day_count;
	const struct page_marker *marker; /* in order of time */
	size_t marker_count;
	int64_t starts, interruptions, interrupted_us;
	int64_t store_bytes, store_free_bytes; /* now */
	struct page_effort effort;
	const struct page_effort *day_effort; /* of each day */
};

/* Of the checks among the targets, in the period up to now, a day at a time of the document's zone.
 * NULL as above. */
const struct page_monitor *page_monitor(struct page *);

/* How much of a span may be down at so many millionths of a percent, and the other way round
 * (truncated; -1: undefined). */
int64_t page_allowed_us(int64_t percent_micro, int64_t span_us);
int64_t page_percent_micro(int64_t down_us, int64_t span_us);
/* A burn rate in thousandths, truncated: the share of a window that was down, by the share that the
 * target allows. -1: nothing is known, or there is no target. A target of 100 % allows nothing: 0
 * while nothing was down, else INT64_MAX. */
int64_t page_burn_milli(int64_t down_us, int64_t known_us, int64_t target_micro);
/* In theory: `need` of `members` that fail independently, each available for so many millionths of
 * a percent; in 1e-12 of a percent (PAGE_NINES), rounded down. */
int64_t page_redundant(int64_t percent_micro, int64_t members, int64_t need);

#pragma GCC visibility pop

#endif
