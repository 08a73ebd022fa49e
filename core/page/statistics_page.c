/* page/statistics_page: the pages of statistics as HTML. See statistics.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../web/assets.h"
#include "shown.h"
#include "statistics.h"
#include "words.h"

#define PIECE(...) ((const struct template_word[]){__VA_ARGS__, {NULL, NULL}})
#define EXTREMES   5 /* best and worst */
#define METHODS    8

static const char *shown_category(const char *category)
{
	return *category ? category : STATISTICS_NAMELESS;
}

static const struct figure_window *main_of(const struct listed *l)
{
	return &l->monitor.figure->window[SPAN_30D];
}

static bool is_down(const struct listed *l)
{
	return l->monitor.is_down;
}

static void add_head(struct text *head, const struct listed *list, size_t count)
{
	struct text listed = {0}, down = {0};
	int64_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += is_down(&list[i]);
	text_int(&listed, (int64_t)count);
	text_int(&down, n);
	template_add(head, web_figures, "statistics-head",
		     PIECE({"listed", text_get(&listed)}, {"down", text_get(&down)}));
	text_release(&listed);
	text_release(&down);
}

/* ---- how to read it ---- */

static bool is_told(const struct listed *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (list[k].monitor.figure->method &&
		    !strcmp(list[k].monitor.figure->method, list[i].monitor.figure->method))
			return true;
	return false;
}

static void add_method(struct text *main, const char *base, const struct listed *list,
		       size_t count)
{
	struct text methods = {0};
	size_t n = 0;

	for (size_t i = 0; i < count && n < METHODS; i++) {
		const struct figure *f = list[i].monitor.figure;

		if (!f->method || is_told(list, i))
			continue;
		text_printf(&methods, "%s%s (%s, days of %s)", n++ ? ", " : "", f->method,
			    *f->sla ? f->sla : "the standard rules", f->zone);
	}
	template_add(main, web_figures, "statistics-method",
		     PIECE({"base", base},
			   {"methods", n ? text_get(&methods) : "not known yet"}));
	text_release(&methods);
}

/* ---- by category ---- */

static void add_category(struct text *rows, const struct request *r, const struct listed *list,
			 size_t count)
{
	enum { LINK, LISTED, NEVER, DOWN, BEST, WORST, TEXTS };
	struct text x[TEXTS] = {{0}};
	int64_t best = -1, worst = -1, fine = 0, down = 0;

	for (const struct listed *l = list; l < list + count; l++) {
		int64_t micro = main_of(l)->known_micro;

		fine += micro >= 0 && !main_of(l)->counted_down_us;
		down += is_down(l);
		best = micro > best ? micro : best;
		worst = micro >= 0 && (worst < 0 || micro < worst) ? micro : worst;
	}
	statistics_link(&x[LINK], r->base, list->category, statistics_order, 0);
	text_int(&x[LISTED], (int64_t)count);
	text_int(&x[NEVER], fine);
	text_int(&x[DOWN], down);
	shown_percent(&x[BEST], best);
	shown_percent(&x[WORST], worst);
	template_add(rows, web_figures, "statistics-category",
		     PIECE({"link", text_get(&x[LINK])},
			   {"category", shown_category(list->category)},
			   {"listed", text_get(&x[LISTED])}, {"never-down", text_get(&x[NEVER])},
			   {"down", text_get(&x[DOWN])}, {"best", text_get(&x[BEST])},
			   {"worst", text_get(&x[WORST])}));
	for (size_t i = 0; i < TEXTS; i++)
		text_release(&x[i]);
}

static void add_categories(struct text *main, const struct request *r, const struct statistics *s)
{
	struct text rows = {0};

	for (size_t first = 0, end; first < s->count; first = end) {
		end = statistics_end(s, first);
		add_category(&rows, r, s->list + first, end - first);
	}
	template_add(main, web_figures, "statistics-categories", PIECE({"rows", text_get(&rows)}));
	text_release(&rows);
}

static void add_one(struct text *rows, const struct request *r, const struct listed *l)
{
	enum { LINK, UPTIME, DOWN, OUTAGES, TEXTS };
	struct text x[TEXTS] = {{0}};

	monitor_link(&x[LINK], r, l->monitor.name);
	shown_percent(&x[UPTIME], main_of(l)->known_micro);
	shown_length(&x[DOWN], main_of(l)->down_us);
	text_int(&x[OUTAGES], main_of(l)->incidents);
	template_add(rows, web_figures, "statistics-one",
		     PIECE({"link", text_get(&x[LINK])}, {"title", l->monitor.title},
			   {"category", shown_category(l->category)},
			   {"uptime", text_get(&x[UPTIME])}, {"down", text_get(&x[DOWN])},
			   {"outages", text_get(&x[OUTAGES])}));
	for (size_t i = 0; i < TEXTS; i++)
		text_release(&x[i]);
}

/* The first or the last of those that have a rank. */
static void add_extreme(struct text *main, const struct request *r, const struct listed *by_rank,
			size_t ranked, bool is_worst)
{
	const size_t half = is_worst ? ranked / 2 : (ranked + 1) / 2; /* none is in both lists */
	struct text rows = {0};

	for (size_t i = 0; i < half && i < EXTREMES; i++) {
		const struct listed *l = &by_rank[is_worst ? ranked - 1 - i : i];

		if (!is_worst || main_of(l)->counted_down_us)
			add_one(&rows, r, l);
	}
	if (rows.size)
		template_add(
			main, web_figures, "statistics-extreme",
			PIECE({"id", is_worst ? "worst" : "best"},
			      {"title", is_worst ? "The worst of 30 days" : "The best of 30 days"},
			      {"rows", text_get(&rows)}));
	text_release(&rows);
}

static void add_extremes(struct text *main, const struct request *r, const struct statistics *s)
{
	struct listed *all = malloc((s->count + 1) * sizeof *all);
	size_t ranked = 0;

	if (!all)
		return;
	memcpy(all, s->list, s->count * sizeof *all);
	qsort(all, s->count, sizeof *all, statistics_order->compare);
	while (ranked < s->count && all[ranked].rank)
		ranked++;
	add_extreme(main, r, all, ranked, true);
	add_extreme(main, r, all, ranked, false);
	free(all);
}

void statistics_show(struct answer *a, const struct site *site, const struct request *r,
		     const struct statistics *s)
{
	struct text main = {0}, head = {0};

	monitor_add_notice(&main, site, r);
	add_head(&head, s->list, s->count);
	if (s->count) {
		add_categories(&main, r, s);
		add_extremes(&main, r, s);
		add_method(&main, r->base, s->list, s->count);
	} else {
		template_add(&main, web_figures, "statistics-missing", PIECE({"", ""}));
	}
	monitor_add_page(a, site, r, "Statistics", "/statistics/", text_get(&head), "plain",
			 text_get(&main));
	text_release(&main);
	text_release(&head);
}

/* ---- one category ---- */

static void add_cell(struct text *cells, const char *value)
{
	template_add(cells, web_figures, "statistics-cell", PIECE({"value", value}));
}

static void add_uptime(struct text *cells, const struct figure_window *w)
{
	struct text value = {0}, from = {0}, to = {0};

	shown_percent(&value, w->known_micro);
	clock_add_utc(&from, w->from_us, 0);
	clock_add_utc(&to, w->to_us, 0);
	template_add(cells, web_figures, w->to_us ? "statistics-span" : "statistics-cell",
		     PIECE({"value", text_get(&value)}, {"from", text_get(&from)},
			   {"to", text_get(&to)}));
	text_release(&value);
	text_release(&from);
	text_release(&to);
}

static void add_rank(struct text *cells, size_t rank, size_t of)
{
	char shown[48] = "-";

	if (rank)
		snprintf(shown, sizeof shown, "%zu of %zu", rank, of);
	add_cell(cells, shown);
}

static void add_length(struct text *cells, int64_t us)
{
	struct text value = {0};

	shown_length(&value, us);
	add_cell(cells, text_get(&value));
	text_release(&value);
}

static void add_elapsed(struct text *cells, const struct figure_times *t, int64_t us)
{
	struct text value = {0};

	shown_elapsed(&value, t->count ? us : -1);
	add_cell(cells, text_get(&value));
	text_release(&value);
}

static void add_number(struct text *cells, int64_t number)
{
	struct text value = {0};

	text_int(&value, number);
	add_cell(cells, text_get(&value));
	text_release(&value);
}

static void end_row(struct text *rows, const struct request *r, const struct listed *l,
		    struct text *cells)
{
	struct text link = {0};

	monitor_link(&link, r, l->monitor.name);
	template_add(rows, web_figures, "statistics-row",
		     PIECE({"link", text_get(&link)}, {"title", l->monitor.title},
			   {"cells", text_get(cells)}));
	text_release(&link);
	text_release(cells);
}

static void add_uptimes(struct text *rows, const struct request *r, const struct listed *l)
{
	static const enum figure_span span[] = {SPAN_TODAY, SPAN_7D, SPAN_30D, SPAN_90D, SPAN_12M};
	struct text cells = {0}, state = {0};

	say(&state, l->monitor.word);
	add_cell(&cells, text_get(&state));
	for (size_t i = 0; i < sizeof span / sizeof *span; i++)
		add_uptime(&cells, &l->monitor.figure->window[span[i]]);
	add_cell(&cells, shown_trend(main_of(l)->trend));
	add_rank(&cells, l->place, l->place_of);
	add_rank(&cells, l->rank, l->rank_of);
	end_row(rows, r, l, &cells);
	text_release(&state);
}

static void add_outages(struct text *rows, const struct request *r, const struct listed *l)
{
	const struct figure_window *w = main_of(l);
	struct text cells = {0};

	add_number(&cells, w->incidents);
	add_length(&cells, w->down_us);
	add_length(&cells, w->longest_us);
	add_elapsed(&cells, &w->total, w->total.p50_us);
	add_elapsed(&cells, &w->total, w->total.p95_us);
	add_elapsed(&cells, &w->total, w->total.p99_us);
	end_row(rows, r, l, &cells);
}

static const struct sheet {
	const char *id, *title;
	const char *column[12]; /* NULL at the end */
	void (*add)(struct text *, const struct request *, const struct listed *);
} sheet[] = {
	{"list",
	 "Uptime",
	 {"Monitor", "State", "Today", "7 days", "30 days", "90 days", "12 months", "Trend", "Rank",
	  "Of all"},
	 add_uptimes},
	{"outages",
	 "Outages and response times of 30 days",
	 {"Monitor", "Outages", "Down", "Longest", "p50", "p95", "p99"},
	 add_outages},
};

static void add_columns(struct text *heads, const struct sheet *t,
			const struct statistics_order *order)
{
	for (const char *const *column = t->column; *column; column++)
		template_add(heads, web_figures,
			     strcmp(*column, order->column) ? "statistics-column"
							    : "statistics-column-ordered",
			     PIECE({"column", *column},
				   {"sort", order->is_falling ? "descending" : "ascending"}));
}

static void add_sheet(struct text *main, const struct request *r, const struct sheet *t,
		      const struct listed *list, size_t count, const struct statistics_order *order)
{
	struct text heads = {0}, rows = {0};

	add_columns(&heads, t, order);
	for (size_t i = 0; i < count; i++)
		t->add(&rows, r, &list[i]);
	template_add(main, web_figures, "statistics-table",
		     PIECE({"id", t->id}, {"title", t->title}, {"heads", text_get(&heads)},
			   {"rows", text_get(&rows)}));
	text_release(&heads);
	text_release(&rows);
}

static void add_orders(struct text *main, const struct request *r, const char *category,
		       const struct statistics_order *now)
{
	struct text orders = {0};

	for (const struct statistics_order *o = statistics_order; o->word; o++) {
		struct text link = {0};

		statistics_link(&link, r->base, category, o, 0);
		template_add(&orders, web_figures,
			     o == now ? "statistics-order-now" : "statistics-order",
			     PIECE({"link", text_get(&link)}, {"order", o->label}));
		text_release(&link);
	}
	template_add(main, web_figures, "statistics-orders", PIECE({"orders", text_get(&orders)}));
	text_release(&orders);
}

static void add_parts(struct text *main, const struct request *r, const char *category,
		      const struct statistics_order *order, size_t count, size_t now)
{
	struct text parts = {0};

	for (size_t part = 0; part * STATISTICS_ROWS < count; part++) {
		struct text link = {0};
		char label[64];

		snprintf(label, sizeof label, "%zu to %zu", part * STATISTICS_ROWS + 1,
			 count < (part + 1) * STATISTICS_ROWS ? count
							      : (part + 1) * STATISTICS_ROWS);
		statistics_link(&link, r->base, category, order, part);
		template_add(&parts, web_figures,
			     part == now ? "statistics-order-now" : "statistics-order",
			     PIECE({"link", text_get(&link)}, {"order", label}));
		text_release(&link);
	}
	if (count > STATISTICS_ROWS)
		template_add(main, web_figures, "statistics-parts",
			     PIECE({"parts", text_get(&parts)}));
	text_release(&parts);
}

void statistics_show_category(struct answer *a, const struct site *site, const struct request *r,
			      struct listed *list, size_t count,
			      const struct statistics_order *order, size_t part)
{
	const char *category = list->category;
	size_t first = part * STATISTICS_ROWS, rest = count - first;
	struct text main = {0}, head = {0};

	qsort(list, count, sizeof *list, order->compare);
	monitor_add_notice(&main, site, r);
	add_head(&head, list, count);
	add_orders(&main, r, category, order);
	for (size_t i = 0; i < sizeof sheet / sizeof *sheet; i++)
		add_sheet(&main, r, &sheet[i], list + first,
			  rest < STATISTICS_ROWS ? rest : STATISTICS_ROWS, order);
	add_parts(&main, r, category, order, count, part);
	add_method(&main, r->base, list, count);
	monitor_add_page(a, site, r, shown_category(category), "/statistics/", text_get(&head),
			 "plain", text_get(&main));
	text_release(&main);
	text_release(&head);
}
