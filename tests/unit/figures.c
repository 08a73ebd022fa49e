/* tests/unit/figures: the rounds of web/figures over a known record: what is computed anew and
 * when, what counts as a change, courses, and that memory is bounded. Their figures are held
 * against reports by tests/web/test_figures.py. */
#include <stdlib.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../../core/base/memory.h"
#include "../../core/report/uptime.h"
#include "../../core/store/store.h"
#include "../../core/web/figures_inside.h"
#include "../../core/web/rules.h"
#include "../lib/tap.h"

#define HOUR  (3600 * CLOCK_SECOND)
#define HOURS 240 /* of the record, up to the last full hour but one */
#define TURNS 20000

static char path[] = "/tmp/nines-figures-XXXXXX/nines.db";
static struct store *store;
static struct loop *loop;
static struct site_figures *figures;
static uint64_t changes;
static int64_t end_us, numbers; /* end_us: of the record */

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *format, ...)
{
	static struct line line;
	struct text t = {0};
	va_list ap;

	va_start(ap, format);
	text_vprintf(&t, format, ap);
	va_end(ap);
	if (!line_parse(&line, t.at, t.size))
		store_take(store, &line, end_us);
	text_release(&t);
}

static void commit(const char *events)
{
	struct text wrong = {0}, all = {0};
	struct store_batch batch = {
		.events = &all, .keeper = "k", .last = ++numbers, .at_us = end_us};

	text_puts(&all, events);
	ok(store_commit(store, &batch, &wrong), "committed%s", text_get(&wrong));
	text_release(&all);
	text_release(&wrong);
}

static void probe(const char *name, int64_t at_us, const char *state, int64_t elapsed_us)
{
	tell("result %s verdict=%s location=here start_us=%lld due_at_us=%lld interval_us=%lld "
	     "ends=%s "
	     "elapsed_us=%lld steps=connect:%lld,first-byte:%lld",
	     name, state, (long long)at_us, (long long)at_us, (long long)HOUR, state,
	     (long long)elapsed_us, (long long)elapsed_us / 2, (long long)elapsed_us);
}

static void add_target(struct text *events, const char *name, const char *category)
{
	text_printf(events,
		    "target %s kind=check module=tcp interval_us=%lld category=%s seen_us=%lld "
		    "n=%lld\n",
		    name, (long long)HOUR, category, (long long)clock_wall_us(),
		    (long long)++numbers);
}

static void make_record(void)
{
	struct text events = {0}, wrong = {0};
	int64_t now_us = clock_wall_us();

	end_us = now_us - now_us % HOUR - HOUR;
	*strrchr(path, '/') = '\0';
	ok(mkdtemp(path) != NULL, "a folder");
	path[strlen(path)] = '/';
	store = store_open(path, &wrong);
	ok(store != NULL, "a store%s", text_get(&wrong));
	add_target(&events, "web", "Shop");
	add_target(&events, "mail", "Mail");
	commit(text_get(&events));
	for (int64_t i = HOURS; i > 0; i--) {
		probe("web", end_us - i * HOUR, i == 100 || i == 101 ? "down" : "up", 20000);
		probe("mail", end_us - i * HOUR, "up", 40000 + i);
	}
	commit("");
	text_release(&events);
	text_release(&wrong);
}

static void clear_folder(void)
{
	static const char *const ending[] = {"", "-wal", "-shm", ".lock"};
	char file[sizeof path + 8];

	for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
		snprintf(file, sizeof file, "%s%s", path, ending[i]);
		unlink(file);
	}
	*strrchr(path, '/') = '\0';
	rmdir(path);
}

/* Until the round that a renewal begins is over. */
static void go_round(void)
{
	struct figures_progress p;

	figures_renew(figures);
	for (int i = 0; i < TURNS; i++) {
		loop_once(loop, clock_mono_us() + 30000);
		p = figures_progress(figures);
		if (p.at_us && !p.is_round)
			return;
	}
	ok(false, "the round ends");
}

static const struct figure_window *window(const char *name, enum figure_span span)
{
	return &figures_find(figures, name)->window[span];
}

/* ---- tests ---- */

static void first(void)
{
	const struct figure *web;

	ok(figures_count(figures) == 0 && !figures_find(figures, "web"),
	   "nothing before it was asked");
	ok(figures_month_micro(figures, "web") == -1, "no month either");
	figures_ask(figures);
	go_round();
	web = figures_find(figures, "web");
	ok(figures_count(figures) == 2 && web && changes > 0, "both are there, and that is told");
	same(web->category, "Shop", "its category");
	same(web->zone, "UTC", "its zone");
	ok(web->days == FIGURE_DAYS, "90 days");
	ok(web->window[SPAN_30D].down_us == 2 * HOUR && web->window[SPAN_30D].incidents == 1,
	   "down for two hours, once");
	ok(web->incidents == 1 && web->incident[0].from_us == end_us - 101 * HOUR &&
		   web->incident[0].to_us == end_us - 99 * HOUR,
	   "the outage, to the microsecond");
	ok(web->window[SPAN_30D].total.p50_us >= 19600 &&
		   web->window[SPAN_30D].total.p50_us <= 20400,
	   "the median, to 1.6 %%");
	ok(web->window[SPAN_30D].steps == 2, "two steps");
	ok(web->last_us == web->incident[0].from_us && web->up_since_us == web->incident[0].to_us,
	   "the last outage, and up since");
}

static void quiet(void)
{
	uint64_t before = changes;

	go_round();
	ok(changes == before, "a round that finds the same changes nothing");
}

static void new_outage(void)
{
	uint64_t before = changes;

	probe("mail", end_us, "down", 1000);
	probe("mail", end_us + HOUR / 2, "down", 1000);
	end_us += HOUR;
	commit("");
	go_round();
	ok(changes > before, "an outage is a change");
	ok(window("mail", SPAN_30D)->down_us > 0 && window("mail", SPAN_12M)->down_us > 0 &&
		   figures_find(figures, "mail")->day[FIGURE_DAYS - 1].down_us +
				   figures_find(figures, "mail")->day[FIGURE_DAYS - 2].down_us >
			   0,
	   "and is in every span at once, not when the hour is over");
	ok(figures_find(figures, "mail")->incidents == 1, "and among the outages");
}

static void reclassified(void)
{
	static struct line line;
	struct text t = {0}, said = {0};
	int64_t was = window("web", SPAN_90D)->known_micro;

	text_printf(&t,
		    "reclassify 1 target=web from_us=%lld to_us=%lld as=up by=anna reason=router",
		    (long long)(end_us - 200 * HOUR), (long long)(end_us - 90 * HOUR));
	ok(!line_parse(&line, t.at, t.size) && store_reclassify(store, &line, end_us, &said),
	   "said: %s", text_get(&said));
	go_round();
	ok(was < 100000000 && window("web", SPAN_90D)->known_micro == 100000000 &&
		   !figures_find(figures, "web")->incidents,
	   "what is over is computed anew when somebody reclassifies");
	text_release(&t);
	text_release(&said);
}

static void late(void)
{
	int64_t was = window("web", SPAN_30D)->known_us;

	for (int64_t i = HOURS + 5; i > HOURS; i--)
		probe("web", end_us - (i + 1) * HOUR, "up", 20000);
	commit("");
	go_round();
	ok(window("web", SPAN_30D)->known_us == was, "what is over rests between two rounds");
}

static void courses(void)
{
	struct figure_parts p = figure_course(figures, "web", COURSE_7D);
	int64_t count = 0;

	ok(!p.parts && !p.is_complete, "no course before it was asked for");
	for (int i = 0; i < TURNS && !p.is_complete; i++) {
		loop_once(loop, clock_mono_us() + 30000);
		p = figure_course(figures, "web", COURSE_7D);
	}
	ok(p.is_complete && p.parts > 70 && p.parts <= 86 && p.steps == 2, "then its parts come");
	same(p.step[0], "connect", "with the steps in their order");
	for (size_t i = 0; i < p.parts; i++) {
		count += p.part[i].count;
		ok(!i || p.part[i].from_us == p.part[i - 1].to_us,
		   "part %zu follows the one before", i);
		ok((p.part[i].count > 0) == (p.part[i].p50_us >= 0) &&
			   (!p.part[i].count || p.part[i].mean_us[1] >= 0),
		   "part %zu has times where probes passed", i);
	}
	ok(count > 6 * 24 - 4 && count <= 7 * 24, "of a week of hours, those that passed");
	p = figure_course(figures, "nobody", COURSE_7D);
	ok(!p.parts && !p.is_complete, "nobody has no course");
}

static void gone(void)
{
	struct text events = {0};
	int64_t at_us = clock_wall_us();

	add_target(&events, "web", "Other");
	text_printf(&events, "targets - at_us=%lld n=%lld\n", (long long)at_us,
		    (long long)++numbers);
	commit(text_get(&events));
	go_round();
	ok(!figures_find(figures, "mail") && figures_count(figures) == 1,
	   "what is removed is forgotten");
	same(figures_find(figures, "web")->category, "Other", "what it is called now");
	text_release(&events);
}

static void other_rules(void)
{
	static const char *const told[] = {"begin 1", "sla s target=99 degraded-weight=0.5",
					   "end 1"};
	static struct line line;
	char at[100];

	for (size_t i = 0; i < 3; i++) {
		snprintf(at, sizeof at, "%s", told[i]);
		ok(!line_parse(&line, at, strlen(at)), "a line");
		figures_take(figures, &line);
	}
	ok(!figures_count(figures) && figures_progress(figures).is_first,
	   "figures by other rules are forgotten at once");
	go_round();
	ok(figures_count(figures) == 1, "and come again");
}

static void no_record(void)
{
	uint64_t told = 0;
	struct site_figures *f = figures_new(loop, &told);

	figures_start(f, "/nonexistent/nines.db");
	figures_ask(f);
	for (int i = 0; i < 3; i++)
		loop_once(loop, clock_mono_us() + 30000);
	ok(*figures_progress(f).wrong && figures_progress(f).is_first && !figures_count(f),
	   "without a record there are none, and it says why: %s", figures_progress(f).wrong);
	ok(figures_zone(f, "web") != NULL, "there is a zone all the same");
	figures_free(f);
}

/* ---- a service of many: more steps, not longer ones ---- */

#define FEW   8
#define MANY  40
#define SHIFT 10 /* hours back at which the first of them fails, then the second */

static void add_many(void)
{
	struct text events = {0};
	char name[16];

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "m-%d", i);
		add_target(&events, name, "Many");
	}
	commit(text_get(&events));
	for (int hour = SHIFT + 2 * MANY; hour > 0; hour--)
		for (int i = 0; i < MANY; i++) {
			snprintf(name, sizeof name, "m-%d", i);
			probe(name, end_us - hour * HOUR, hour / 2 == SHIFT / 2 + i ? "down" : "up",
			      1000);
		}
	commit("");
	text_release(&events);
}

static void tell_rule(struct rules *rules, struct text *t)
{
	static struct line line;

	ok(!line_parse(&line, t->at, t->size), "a line");
	if (rules_take(rules, &line))
		rules_change(rules);
	text_clear(t);
}

static void tell_service(struct rules *rules, const char *name, int members)
{
	struct text t = {0}, list = {0};

	for (int i = 0; i < members; i++)
		text_printf(&list, "%sm-%d", i ? "\n" : "", i);
	line_begin(&t, "service", name);
	line_add(&t, "members", text_get(&list));
	line_add_int(&t, "need", members);
	tell_rule(rules, &t);
	text_release(&t);
	text_release(&list);
}

static void tell_services(struct rules *rules)
{
	struct text t = {0};

	text_puts(&t, "begin 2");
	tell_rule(rules, &t);
	tell_service(rules, "few", FEW);
	tell_service(rules, "many", MANY);
	text_puts(&t, "end 2");
	tell_rule(rules, &t);
	text_release(&t);
}

static size_t place_of(const struct uptime *u, const char *name)
{
	size_t i = 0;

	while (i < uptime_targets(u) && strcmp(uptime_about(u, i).name, name))
		i++;
	return i;
}

static size_t count_steps(const struct uptime *u, const char *name)
{
	struct figures_order order =
		uptime_order(u, place_of(u, name), end_us - 150 * HOUR, end_us);
	struct page_figures in_steps, at_once;
	struct figures_question *q;
	enum figures_step is = FIGURES_MORE;
	struct text wrong = {0};
	struct arena arena;
	size_t steps = 0, n;

	order.now_us = end_us;
	order.with_reasons = true;
	arena_init(&arena, NULL, 0, 16u << 20);
	q = figures_begin(uptime_source(u), &arena, &order, &in_steps, &wrong);
	for (; is == FIGURES_MORE; steps++)
		is = figures_step(q);
	figures_end(q);
	ok(is == FIGURES_DONE &&
		   figures_compute(uptime_source(u), &arena, &order, &at_once, &wrong),
	   "'%s' is computed%s", name, text_get(&wrong));
	ok(in_steps.known_us == at_once.known_us && in_steps.down_us == at_once.down_us &&
		   in_steps.incident_count == at_once.incident_count && at_once.down_us > 0,
	   "in steps as at once: down for %lld us", (long long)at_once.down_us);
	for (n = 0; n < at_once.incident_count; n++)
		same(in_steps.incident[n].reason, at_once.incident[n].reason, "its reason");
	arena_release(&arena);
	text_release(&wrong);
	return steps;
}

/* Those of all that pages show of it. */
static size_t count_all_steps(struct figure_entry *e, struct computing *with)
{
	size_t steps = 1;

	while (!entry_step(e, with))
		steps++;
	return steps;
}

static struct figure_entry *new_entry(const struct uptime *u, const char *name)
{
	struct figure_entry *e = memory_new(sizeof *e);

	e->target = place_of(u, name);
	e->shown.name = memory_text(name);
	return e;
}

static void free_entry(struct figure_entry *e)
{
	entry_release(e);
	free(e);
}

static void wide(void)
{
	struct figure_entry *e;
	struct text wrong = {0};
	struct computing with = {.end_us = end_us, .wrong = &wrong};
	struct rules rules = {0};
	size_t steps;

	add_many();
	tell_services(&rules);
	with.open = uptime_open(path, rules_get(&rules), end_us, &wrong);
	ok(with.open != NULL, "the record%s", text_get(&wrong));
	ok(count_steps(with.open, "many") - count_steps(with.open, "few") >= MANY - FEW,
	   "each member of a service is read in a step of its own");
	e = new_entry(with.open, "few");
	for (int i = 0; i < 3 * FEW; i++)
		ok(!entry_step(e, &with), "step %d is not the last", i);
	entry_stop(&with);
	free_entry(e);
	e = new_entry(with.open, "many");
	steps = count_all_steps(e, &with);
	ok(steps > 14 * MANY, "so are they for pages: %zu steps for 14 questions", steps);
	ok(e->shown.days == FIGURE_DAYS && e->shown.window[SPAN_12M].down_us > 0 &&
		   e->shown.incidents > 0 && !wrong.size,
	   "from the first question, whatever was stopped half-way%s", text_get(&wrong));
	free_entry(e);
	uptime_close(with.open);
	rules_release(&rules);
	text_release(&wrong);
}

int main(void)
{
	make_record();
	loop = loop_new();
	figures = figures_new(loop, &changes);
	figures_start(figures, path);
	first();
	quiet();
	new_outage();
	reclassified();
	late();
	courses();
	gone();
	other_rules();
	no_record();
	figures_free(figures);
	wide();
	loop_free(loop);
	store_close(store);
	clear_folder();
	return done_testing();
}
