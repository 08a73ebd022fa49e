/* page/monitor_page: what the page of one monitor shows. See monitor_page.h. */
#include "monitor_page.h"

#include <string.h>

#include "../base/clock.h"
#include "../board/claim.h"
#include "../web/assets.h"
#include "bars.h"
#include "chart.h"
#include "notice.h"
#include "shown.h"
#include "subscribe.h"
#include "when.h"
#include "words.h"

#define POSTS_SHOWN 10
#define PIECE(...) ((const struct template_word[]){__VA_ARGS__, {NULL, NULL}})

const struct monitor_file monitor_file[] = {
	{"days.svg", CHART_DAYS, COURSES, "Days of %s"},
	{"response-24h.svg", CHART_RESPONSE, COURSE_24H, "How long %s took, 24 hours"},
	{"steps-24h.svg", CHART_STEPS, COURSE_24H,
	 "What each step of %s took on average, 24 hours"},
	{"response-7d.svg", CHART_RESPONSE, COURSE_7D, "How long %s took, 7 days"},
	{"steps-7d.svg", CHART_STEPS, COURSE_7D, "What each step of %s took on average, 7 days"},
	{"response-30d.svg", CHART_RESPONSE, COURSE_30D, "How long %s took, 30 days"},
	{"steps-30d.svg", CHART_STEPS, COURSE_30D, "What each step of %s took on average, 30 days"},
	{"steps.svg", CHART_STEPS, COURSE_24H, "What each step of %s took on average, 24 hours"},
	{NULL, CHART_DAYS, COURSES, NULL},
};

/* What a page is being made of. */
struct making {
	const struct site *site;
	const struct request *request;
	const struct monitor *monitor;
	struct text main;
};

/* A number of texts that live as long as one piece is made. */
#define TEXTS 9
struct texts {
	struct text at[TEXTS];
};

static void texts_release(struct texts *t)
{
	for (size_t i = 0; i < TEXTS; i++)
		text_release(&t->at[i]);
}

/* ---- charts ---- */

static void order_of(const struct site *s, const struct monitor *m, const struct monitor_file *file,
		     struct figure_parts *parts, struct text *title, struct chart_order *o)
{
	if (file->course < COURSES)
		*parts = figure_course(s->figures, m->name, file->course);
	text_printf(title, file->title, m->title);
	*o = (struct chart_order){.kind = file->kind,
				  .title = text_get(title),
				  .figure = m->figure,
				  .parts = parts,
				  .zone = figures_zone(s->figures, m->name)};
}

void monitor_add_file(struct text *t, const struct site *s, const struct monitor *m,
		      const struct monitor_file *file)
{
	struct figure_parts parts = {0};
	struct text title = {0};
	struct chart_order order;

	order_of(s, m, file, &parts, &title, &order);
	chart_add(t, &order);
	text_release(&title);
}

static void add_chart(struct making *w, struct text *into, const struct monitor_file *file)
{
	struct figure_parts parts = {0};
	struct text title = {0}, says = {0}, src = {0};
	struct chart_order order;

	order_of(w->site, w->monitor, file, &parts, &title, &order);
	chart_says(&says, &order);
	monitor_link(&src, w->request, w->monitor->name);
	text_puts(&src, file->name);
	template_add(into, web_figures, "monitor-chart",
		     PIECE({"title", text_get(&title)}, {"src", text_get(&src)},
			   {"says", text_get(&says)}));
	text_release(&title);
	text_release(&says);
	text_release(&src);
}

/* ---- availability ---- */

static void add_window(struct text *rows, const struct figure_window *w, enum figure_span span)
{
	struct texts x = {0};

	shown_percent(&x.at[0], w->known_micro);
	shown_percent(&x.at[1], w->coverage_micro);
	shown_length(&x.at[2], w->down_us);
	text_int(&x.at[3], w->incidents);
	shown_length(&x.at[4], w->longest_us);
	clock_add_utc(&x.at[5], w->from_us, 0);
	clock_add_utc(&x.at[6], w->to_us, 0);
	template_add(rows, web_figures, "monitor-window",
		     PIECE({"span", figure_span_label[span]}, {"uptime", text_get(&x.at[0])},
			   {"known", text_get(&x.at[1])}, {"down", text_get(&x.at[2])},
			   {"outages", text_get(&x.at[3])}, {"longest", text_get(&x.at[4])},
			   {"trend", shown_trend(w->trend)}, {"from", text_get(&x.at[5])},
			   {"to", text_get(&x.at[6])}));
	texts_release(&x);
}

static void add_windows(struct making *w)
{
	static const enum figure_span order[] = {SPAN_TODAY, SPAN_24H, SPAN_7D,   SPAN_30D,
						 SPAN_90D,   SPAN_12M, SPAN_MONTH};
	const struct figure *f = w->monitor->figure;
	struct text rows = {0}, sla = {0};

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (f->window[order[i]].to_us)
			add_window(&rows, &f->window[order[i]], order[i]);
	text_puts(&sla, *f->sla ? f->sla : "the standard ones");
	template_add(&w->main, web_figures, "monitor-windows",
		     PIECE({"rows", text_get(&rows)}, {"sla", text_get(&sla)},
			   {"method", f->method ? f->method : ""}, {"zone", f->zone}));
	text_release(&rows);
	text_release(&sla);
}

static void add_day(struct text *rows, const struct figure_day *d)
{
	struct texts x = {0};

	shown_percent(&x.at[0], d->known_micro);
	shown_length(&x.at[1], d->down_us);
	shown_length(&x.at[2], d->degraded_us);
	shown_length(&x.at[3], d->unknown_us);
	shown_length(&x.at[4], d->maintenance_us);
	shown_length(&x.at[5], d->not_monitored_us);
	text_int(&x.at[6], d->incidents);
	template_add(rows, web_figures, "monitor-day",
		     PIECE({"date", d->date}, {"word", shown_letter(d->letter)},
			   {"uptime", text_get(&x.at[0])}, {"down", text_get(&x.at[1])},
			   {"degraded", text_get(&x.at[2])}, {"unknown", text_get(&x.at[3])},
			   {"maintenance", text_get(&x.at[4])},
			   {"not-monitored", text_get(&x.at[5])}, {"outages", text_get(&x.at[6])}));
	texts_release(&x);
}

static void add_days(struct making *w)
{
	const struct figure *f = w->monitor->figure;
	struct text rows = {0}, chart = {0}, days = {0}, bars = {0};

	for (size_t i = f->days; i; i--)
		add_day(&rows, &f->day[i - 1]);
	add_chart(w, &chart, &monitor_file[0]);
	bars_add(&bars, w->request->page, f, true);
	text_int(&days, (int64_t)f->days);
	if (f->days)
		template_add(&w->main, web_figures, "monitor-days",
			     PIECE({"days", text_get(&days)}, {"bars", text_get(&bars)},
				   {"chart", text_get(&chart)}, {"rows", text_get(&rows)}));
	text_release(&rows);
	text_release(&chart);
	text_release(&days);
	text_release(&bars);
}

/* ---- outages ---- */

static void add_incident(struct making *w, struct text *rows, const struct figure_incident *i)
{
	struct texts x = {0};

	shown_time(&x.at[0], w->request->page->zone, i->from_us);
	if (i->to_us >= 0)
		shown_time(&x.at[1], w->request->page->zone, i->to_us);
	shown_length(&x.at[2], i->lasted_us);
	if (page_is(w->request->page, "details"))
		template_add(&x.at[3], web_figures, "monitor-reason", PIECE({"reason", i->reason}));
	template_add(rows, web_figures, "monitor-incident",
		     PIECE({"began", text_get(&x.at[0])},
			   {"ended", i->to_us >= 0 ? text_get(&x.at[1]) : "still down"},
			   {"lasted", text_get(&x.at[2])}, {"step", *i->step ? i->step : "-"},
			   {"reason", text_get(&x.at[3])}));
	texts_release(&x);
}

static void add_incidents(struct making *w)
{
	const struct figure *f = w->monitor->figure;
	struct text rows = {0}, head = {0};

	for (size_t i = 0; i < f->incidents; i++)
		add_incident(w, &rows, &f->incident[i]);
	if (page_is(w->request->page, "details"))
		template_add(&head, web_figures, "monitor-reason-head", PIECE({"", ""}));
	if (f->days)
		template_add(&w->main, web_figures,
			     f->incidents ? "monitor-incidents" : "monitor-no-incident",
			     PIECE({"rows", text_get(&rows)}, {"reason", text_get(&head)}));
	text_release(&rows);
	text_release(&head);
}

/* ---- times ---- */

static const struct figure_times *times_of(const struct figure_window *w, const char *step)
{
	if (!strcmp(step, "total"))
		return w->total.count ? &w->total : NULL;
	for (size_t i = 0; i < w->steps; i++)
		if (!strcmp(w->step[i].step, step))
			return &w->step[i];
	return NULL;
}

static void add_cell(struct text *cells, const struct figure_times *t, int64_t us)
{
	struct text value = {0};

	shown_elapsed(&value, t ? us : -1);
	template_add(cells, web_figures, "monitor-cell", PIECE({"value", text_get(&value)}));
	text_release(&value);
}

static void add_time(struct text *rows, const struct figure *f, const char *step, const char *name)
{
	static const enum figure_span span[] = {SPAN_24H, SPAN_7D, SPAN_30D};
	struct text cells = {0};

	for (size_t i = 0; i < sizeof span / sizeof *span; i++) {
		const struct figure_times *t = times_of(&f->window[span[i]], step);

		add_cell(&cells, t, t ? t->p50_us : -1);
		add_cell(&cells, t, t ? t->p95_us : -1);
		add_cell(&cells, t, t ? t->p99_us : -1);
	}
	template_add(rows, web_figures, "monitor-time",
		     PIECE({"step", name}, {"cells", text_get(&cells)}));
	text_release(&cells);
}

/* The steps of the last 30 days, and none of those that have gone. */
static void add_times(struct making *w)
{
	const struct figure *f = w->monitor->figure;
	const struct figure_window *m = &f->window[SPAN_30D];
	struct text rows = {0}, charts = {0};

	if (!m->total.count && !m->steps)
		return;
	add_time(&rows, f, "total", "whole probe");
	for (size_t i = 0; i < m->steps; i++)
		add_time(&rows, f, m->step[i].step, m->step[i].step);
	for (size_t i = 1; i < 7; i++)
		add_chart(w, &charts, &monitor_file[i]);
	template_add(&w->main, web_figures, "monitor-times",
		     PIECE({"rows", text_get(&rows)}, {"charts", text_get(&charts)}));
	text_release(&rows);
	text_release(&charts);
}

/* ---- the whole ---- */

/* Nobody claims what somebody has claimed. */
static void add_claim(struct making *w, struct text *t, const char *name)
{
	const struct target *one = catalog_find(w->site->catalog, w->monitor->name);

	if (one && *one->site && claim_is_offered(w->request->page) &&
	    !owner_find(w->site->board, one->name))
		template_add(t, web_figures, "monitor-claim",
			     PIECE({"base", w->request->base}, {"name", name}));
}

static void add_links(struct making *w)
{
	struct text link = {0}, badge = {0}, name = {0}, response = {0}, follow = {0};

	monitor_link(&link, w->request, w->monitor->name);
	shown_url(&name, w->monitor->name);
	text_printf(&badge, "%s/badge/%s/", w->request->base, text_get(&name));
	if (!w->monitor->figure || !w->monitor->figure->is_service)
		template_add(&response, web_figures, "monitor-response-badge",
			     PIECE({"link", text_get(&link)}, {"badge", text_get(&badge)}));
	if (*page_get(w->request->page, "subscribe"))
		template_add(&follow, web_figures, "monitor-follow",
			     PIECE({"base", w->request->base}, {"name", text_get(&name)}));
	add_claim(w, &follow, text_get(&name));
	template_add(&w->main, web_figures, "monitor-links",
		     PIECE({"base", w->request->base}, {"follow", text_get(&follow)},
			   {"link", text_get(&link)}, {"badge", text_get(&badge)},
			   {"response", text_get(&response)}));
	text_release(&link);
	text_release(&badge);
	text_release(&name);
	text_release(&response);
	text_release(&follow);
}

struct posts_told {
	const char *base;
	struct text *into;
};

static void add_post(const struct notice *n, void *with)
{
	const struct posts_told *told = with;
	struct words w = {0};

	word_text(&w, "base", told->base);
	url_add(word(&w, "id"), n->post.card->id);
	word_text(&w, "title", n->post.title);
	words_piece(told->into, web_figures, "monitor-post", &w);
}

/* What people write of it just now. */
static void add_posts(struct text *t, const struct making *w)
{
	const struct notice_query open = {.site = w->site,
					  .page = w->request->page,
					  .component = w->monitor->name,
					  .sorts = 1 << POST_INCIDENT | 1 << POST_MAINTENANCE,
					  .most = POSTS_SHOWN,
					  .is_wanted = post_is_current};

	notices(&open, add_post, &(struct posts_told){w->request->base, t});
}

static void add_head(const struct making *w, struct text *head)
{
	struct words words = {0}, since = {0};

	word_text(&words, "class", w->monitor->class);
	word_say(&words, "state", w->monitor->word);
	when_piece(word(&since, "since"), w->request->page, w->monitor->since_us);
	if (w->monitor->since_us > 0)
		words_piece(word(&words, "since"), web_figures, "monitor-since", &since);
	add_posts(word(&words, "posts"), w);
	words_piece(head, web_figures, "monitor-head", &words);
}

void monitor_show(struct answer *a, const struct site *s, const struct request *r,
		  const struct monitor *m)
{
	struct making w = {.site = s, .request = r, .monitor = m};
	struct text head = {0};

	add_head(&w, &head);
	monitor_add_notice(&w.main, s, r);
	if (m->figure) {
		add_windows(&w);
		add_days(&w);
		add_incidents(&w);
		add_times(&w);
	} else {
		template_add(&w.main, web_figures, "figures-missing",
			     PIECE({"text", "Nothing is recorded of it yet."}));
	}
	add_links(&w);
	monitor_add_page(a, s, r, m->title, "", text_get(&head), m->class, text_get(&w.main));
	text_release(&head);
	text_release(&w.main);
}
