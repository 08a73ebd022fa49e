/* tests/unit/chart: charts of every kind and extreme, drawn: nothing beyond the edge, no labels
 * over each other, the same shapes in SVG and in the lines for the printer; axes; refusals.
 *
 * `chart FORM [SAMPLE]` writes the samples as html, lines, text, csv or json instead, for
 * tests/report/test_charts.py and for people who want to look. */
#include <inttypes.h>
#include <stdlib.h>

#include "../../core/render/axis.h"
#include "../../core/render/draw.h"
#include "../../core/render/page.h"
#include "../lib/tap.h"
#include "../lib/charts.h"

static void open_page(struct page *p)
{
	const struct page_period period = {
		AUGUST, AUGUST + 31 * DAY, AUGUST + 31 * DAY, "Europe/Berlin", "2026-08", true,
		false,	365 * DAY};

	page_init(p, "charts", berlin, &period);
	page_title(p, "Charts of every kind");
}

static bool fill(struct page *p, const char *wanted)
{
	bool is_found = false;

	open_page(p);
	for (size_t i = 0; i < SAMPLES; i++)
		if (!wanted || !strcmp(wanted, sample[i].name)) {
			seed = i + 1;
			page_heading(p, sample[i].name);
			sample[i].fill(p);
			is_found = true;
		}
	return is_found;
}

static int print(const char *form, const char *wanted)
{
	const struct render_format *f = render_find(strcmp(form, "lines") ? form : "pdf");
	const struct render_order order = {.has_utf8 = true};
	struct text t = {0}, wrong = {0};
	struct page p;

	if (!f || !fill(&p, wanted) || p.wrong.size || !f->render(&t, &p, &order, &wrong)) {
		fprintf(stderr, "chart: %s%s\n", text_get(&p.wrong), text_get(&wrong));
		return 2;
	}
	fwrite(t.at, 1, t.size, stdout);
	page_release(&p);
	text_release(&t);
	return 0;
}

/* ---- drawings ---- */

static bool is_inside(const struct drawing *d, const struct shape *s)
{
	double wide = s->kind == SHAPE_TEXT ? drawing_width(s->text, s->size / 100.0) * 100 : s->w;
	double x = s->x - (s->anchor == SHAPE_END      ? wide
			   : s->anchor == SHAPE_MIDDLE ? wide / 2
						       : 0);

	for (size_t i = 0; i < s->points; i++) {
		const int32_t *at = d->place[s->first + i];

		if (at[0] < 0 || at[0] > d->width || at[1] < 0 || at[1] > d->height)
			return false;
	}
	if (s->points)
		return true;
	return x >= -1 && x + wide <= d->width + 1 && s->y >= 0 && s->y + s->h <= d->height &&
	       s->w >= 0 && s->h >= 0;
}

static bool is_over(const struct shape *a, const struct shape *b)
{
	const struct shape *s[2] = {a, b};
	double from[2], to[2];

	for (int i = 0; i < 2; i++) {
		double wide = drawing_width(s[i]->text, s[i]->size / 100.0) * 100;

		from[i] = s[i]->x - (s[i]->anchor == SHAPE_END      ? wide
				     : s[i]->anchor == SHAPE_MIDDLE ? wide / 2
								    : 0);
		to[i] = from[i] + wide;
	}
	return abs(a->y - b->y) < 700 && from[0] < to[1] && from[1] < to[0];
}

static bool is_within(const struct drawing *d, const struct shape *area, double x, double y)
{
	bool within = false;

	for (size_t i = 0, k = area->points - 1; i < area->points; k = i++) {
		const int32_t *a = d->place[area->first + i], *b = d->place[area->first + k];

		if ((a[1] > y) != (b[1] > y) &&
		    x < (double)(b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0])
			within = !within;
	}
	return within;
}

/* Dark letters on what is as dark as they are. */
static bool is_lost(const struct drawing *d, const struct shape *s)
{
	double wide = drawing_width(s->text, s->size / 100.0) * 80;
	double x = s->x - (s->anchor == SHAPE_END      ? wide
			   : s->anchor == SHAPE_MIDDLE ? wide / 2
						       : 0);

	for (size_t i = 0; s->ink != SHAPE_PAPER && i < d->shapes; i++)
		for (int k = 0; k <= 8 && d->shape[i].kind == SHAPE_AREA; k++)
			if (d->shape[i].ink == SHAPE_DOWN &&
			    is_within(d, &d->shape[i], x + wide * k / 8, s->y - 300))
				return true;
	return false;
}

static bool is_handsome(const struct page_picture *c, const char *of)
{
	bool inside = true, apart = true, seen = true;

	for (size_t part = 0; part < draw_parts(c); part++) {
		struct drawing d = {0};

		draw_chart(&d, c, part);
		for (size_t i = 0; i < d.shapes; i++) {
			if (!is_inside(&d, &d.shape[i]) && inside) {
				inside = false;
				printf("# %s: shape %zu '%s' at %d,%d\n", of, i,
				       d.shape[i].text ? d.shape[i].text : "", d.shape[i].x,
				       d.shape[i].y);
			}
			if (seen && d.shape[i].kind == SHAPE_TEXT && is_lost(&d, &d.shape[i])) {
				seen = false;
				printf("# %s: '%s' cannot be seen\n", of, d.shape[i].text);
			}
			for (size_t k = 0; k < i && d.shape[i].kind == SHAPE_TEXT; k++)
				if (d.shape[k].kind == SHAPE_TEXT && apart &&
				    is_over(&d.shape[i], &d.shape[k])) {
					apart = false;
					printf("# %s: '%s' over '%s'\n", of, d.shape[i].text,
					       d.shape[k].text);
				}
		}
		if (d.shapes > 20000)
			inside = false;
		drawing_release(&d);
	}
	return inside && apart && seen;
}

static void drawings(void)
{
	struct page p;

	for (size_t i = 0; i < SAMPLES; i++) {
		bool fine = true;

		fill(&p, sample[i].name);
		for (const struct page_piece *b = p.first; b; b = b->next)
			if (b->kind == PIECE_CHART)
				fine = is_handsome(&b->picture, sample[i].name) && fine;
		ok(fine && !p.wrong.size,
		   "%s: inside its edges, no text over another or on what is as dark",
		   sample[i].name);
		page_release(&p);
	}
}

/* ---- any chart at all ---- */

static int64_t any_value(void)
{
	static const int64_t value[] = {0, 1, -1, PAGE_UNKNOWN, PAGE_CHART_MOST, -PAGE_CHART_MOST,
					3600 * S, -90 * S, 999, 12345678};

	return below(2) ? below(1000000) : value[below(10)];
}

static int64_t any_time(void)
{
	return below(20) ? AUGUST + (below(80) - 20) * DAY + below(86400) * S
	       : below(2) ? PAGE_CHART_MOST
			  : -PAGE_CHART_MOST + below(1000);
}

static void any_chart(struct page *p)
{
	int64_t from_us = any_time(), to_us = any_time();
	struct page_chart c = {.kind = (uint32_t)below(PAGE_BURN + 1),
			       .type = below(2) ? PAGE_ELAPSED : PAGE_PERCENT,
			       .title = name[below(NAMES)],
			       .key = "any",
			       .from_us = from_us < to_us ? from_us : to_us,
			       .to_us = from_us < to_us ? to_us : from_us};

	page_chart(p, &c);
	for (int64_t i = below(30); i >= 0; i--) {
		int64_t points = below(3) ? below(9) : below(900), at_us = any_time();

		page_chart_series(p, name[below(NAMES)], page_value(c.type, any_value()));
		for (int64_t n = 0; n < points; n++) {
			struct page_point at = {at_us, at_us + below(3) * below(3) * DAY / 2,
						any_value(), (uint32_t)below(7)};

			if (at.to_us > PAGE_CHART_MOST)
				at.to_us = PAGE_CHART_MOST;
			page_chart_point(p, &at);
			at_us += c.kind == PAGE_CALENDAR ? (1 + below(3)) * 26 * 3600 * S
							 : below(2) * below(3 * 86400) * S;
			at_us = at_us > PAGE_CHART_MOST ? PAGE_CHART_MOST : at_us;
		}
		if (c.kind == PAGE_CALENDAR || c.kind == PAGE_BURN)
			break;
	}
}

static void any_charts(void)
{
	const struct render_order order = {0};
	struct text wrong = {0};
	bool fine = true;

	seed = 1;
	for (int round = 0; round < 400 && fine; round++) {
		struct page p;

		open_page(&p);
		any_chart(&p);
		fine = !p.wrong.size && is_handsome(&p.first->picture, "any");
		for (const struct render_format *f = render_format; f->name && fine; f++) {
			struct text t = {0};

			fine = f->render(&t, &p, &order, &wrong);
			text_release(&t);
		}
		if (!fine)
			printf("# round %d: %s\n", round, text_get(&p.wrong));
		page_release(&p);
	}
	ok(fine, "400 random charts, hostile ones too: drawn inside their edges, in every form");
}

/* ---- the same in both ---- */

static size_t count(const struct text *t, const char *word)
{
	size_t n = 0;

	for (const char *at = text_get(t); (at = strstr(at, word)); at += strlen(word))
		n++;
	return n;
}

static void same_shapes(void)
{
	const struct render_order order = {0};
	struct text html = {0}, lines = {0}, wrong = {0};
	struct page p;

	fill(&p, NULL);
	ok(render_html(&html, &p, &order, &wrong) && render_lines(&lines, &p, &order, &wrong),
	   "every sample as HTML and as lines");
	ok(count(&html, "<rect x=") == count(&lines, "shape rect"), "as many rectangles");
	ok(count(&html, "<polyline") == count(&lines, "shape line"), "as many lines");
	ok(count(&html, "<polygon") == count(&lines, "shape area"), "as many areas");
	ok(count(&html, "<text ") == count(&lines, "shape text"), "as many texts");
	ok(count(&html, "<svg ") == count(&lines, "\nchart ") + 1, "as many charts");
	page_release(&p);
	text_release(&html);
	text_release(&lines);
}

/* ---- axes ---- */

static void ticks(const char *zone, int64_t from_s, int64_t to_s, double length, const char *wanted,
		  const char *about)
{
	struct text wrong = {0}, got = {0};
	struct zone *z = zone_open(zone, &wrong);
	struct axis a;

	axis_of_time(&a, z, from_s * S, to_s * S, length, 9);
	for (size_t i = 0; i < a.ticks; i++)
		text_printf(&got, "%s%s", i ? " | " : "", a.tick[i].label);
	same(text_get(&got), wanted, about);
	text_release(&got);
	zone_close(z);
}

static void values(enum page_type type, int64_t least, int64_t most, bool is_log,
		   const char *wanted)
{
	struct text got = {0};
	struct axis a;

	axis_of_values(&a, type, least, most, is_log, 5);
	for (size_t i = 0; i < a.ticks; i++)
		text_printf(&got, "%s%s", i ? " | " : "", a.tick[i].label);
	same(text_get(&got), wanted, wanted);
	text_release(&got);
}

static void said(enum page_type type, int64_t value, const char *wanted)
{
	struct text got = {0};

	axis_add_value(&got, type, value);
	same(text_get(&got), wanted, wanted);
	text_release(&got);
}

static void axes(void)
{
	ticks("Europe/Berlin", 1785535200, 1788213600, 500,
	      "3 Aug | 10 Aug | 17 Aug | 24 Aug | 31 Aug", "a month has its Mondays");
	ticks("Europe/Berlin", 1785535200, 1785621600, 500,
	      "1 Aug | 03:00 | 06:00 | 09:00 | 12:00 | 15:00 | 18:00 | 21:00 | 2 Aug",
	      "a day its hours");
	ticks("Europe/Berlin", 1774738800, 1774821600, 500,
	      "29 Mar | 03:00 | 06:00 | 09:00 | 12:00 | 15:00 | 18:00 | 21:00 | 30 Mar",
	      "a day of 23 hours");
	ticks("Europe/Berlin", 1774738800, 1774753200, 500,
	      "29 Mar | 00:30 | 01:00 | 01:30 | 03:00 | 03:30 | 04:00 | 04:30 | 05:00",
	      "its hour that is skipped has no tick");
	ticks("America/Sao_Paulo", 1767236400, 1798772400, 500,
	      "2026 | Feb | Mar | Apr | May | Jun | Jul | Aug | Sep | Oct | Nov | Dec | 2027",
	      "a year its months");
	ticks("UTC", 0, 1767225600, 300, "1970 | 1980 | 1990 | 2000 | 2010 | 2020",
	      "half a century its decades");
	ticks("UTC", 5, 5, 300, "00:00:05", "no time at all");
	values(PAGE_ELAPSED, 1000, 187000, false, "0 | 50ms | 100ms | 150ms | 200ms");
	values(PAGE_ELAPSED, 42000, 9000000, true,
	       "10ms | 20ms | 50ms | 100ms | 200ms | 500ms | 1s | 2s | 5s | 10s");
	values(PAGE_ELAPSED, 42000, 2000 * S, true,
	       "10ms | 100ms | 1s | 10s | 1m | 10m | 1h");
	values(PAGE_ELAPSED, 8 * S, 500 * S, true,
	       "1s | 2s | 5s | 10s | 20s | 1m | 2m | 5m | 10m");
	values(PAGE_ELAPSED, 20 * S, 9 * 3600 * S, true,
	       "10s | 1m | 10m | 1h | 10h");
	values(PAGE_SECONDS, -600 * S, 2678 * S, false, "-15m | 0 | 15m | 30m | 45m");
	values(PAGE_PERCENT, 99950000, 100000000, false,
	       "99.95 % | 99.96 % | 99.97 % | 99.98 % | 99.99 % | 100 %");
	values(PAGE_INT, 0, 3, false, "0 | 1 | 2 | 3");
	values(PAGE_ELAPSED, 0, 0, false, "0 | 200us | 400us | 600us | 800us | 1ms");
	said(PAGE_PERCENT, 99999999, "99.9999 %");
	said(PAGE_PERCENT, 99949999, "99.9499 %");
	said(PAGE_PERCENT, 100000000, "100 %");
	said(PAGE_SECONDS, -90 * S, "-1m 30s");
	said(PAGE_SECONDS, 5 * 3600 * S, "5h");
	said(PAGE_ELAPSED, 1234, "1.2ms");
	said(PAGE_ELAPSED, 999999999, "16m 39s");
}

/* ---- mistakes ---- */

static void refused(void (*mistake)(struct page *), const char *wanted)
{
	struct page p;

	open_page(&p);
	mistake(&p);
	same(text_get(&p.wrong), wanted, wanted);
	page_release(&p);
}

static void point_first(struct page *p)
{
	page_chart_point(p, &(struct page_point){0});
}

static void too_large(struct page *p)
{
	page_chart(p, &(struct page_chart){.title = "x", .to_us = 10});
	page_chart_series(p, "a", none);
	page_chart_point(p, &(struct page_point){.value = INT64_MAX});
}

static void no_series(struct page *p)
{
	page_chart(p, &(struct page_chart){.title = "x"});
	page_chart_point(p, &(struct page_point){0});
}

static void backwards(struct page *p)
{
	page_chart(p, &(struct page_chart){.title = "x", .to_us = 10});
	page_chart_series(p, "a", none);
	page_chart_point(p, &(struct page_point){.from_us = 5, .to_us = 6});
	page_chart_point(p, &(struct page_point){.from_us = 4, .to_us = 6});
}

static void no_state(struct page *p)
{
	page_chart(p, &(struct page_chart){.title = "x", .to_us = 10});
	page_chart_series(p, "a", none);
	page_chart_point(p, &(struct page_point){.state = 7});
}

static void two_series(struct page *p)
{
	page_chart(p, &(struct page_chart){.kind = PAGE_BURN, .title = "x", .to_us = 10});
	page_chart_series(p, "a", none);
	page_chart_series(p, "b", none);
}

static void no_kind(struct page *p)
{
	page_chart(p, &(struct page_chart){.kind = 99, .title = "x"});
}

static void after_a_table(struct page *p)
{
	static const struct page_column column[] = {{"a", "a", 0}};

	page_chart(p, &(struct page_chart){.title = "x"});
	page_table(p, "t", column, 1, 0);
	page_chart_series(p, "a", none);
}

static void mistakes(void)
{
	refused(point_first, "the report adds to a chart before it began one");
	refused(no_series, "the report adds a point to 'x' before it began a series");
	refused(backwards, "a point of the chart 'x' comes before the one before it");
	refused(no_state, "a point of the chart 'x' has no state that there is");
	refused(too_large, "a point of the chart 'x' is too large to be drawn");
	refused(two_series, "the chart 'x' is of a kind with one series");
	refused(no_kind, "a chart 'x' is of no kind or ends before it begins");
	refused(after_a_table, "the report adds to a chart before it began one");
}

int main(int argc, char **argv)
{
	struct text wrong = {0};
	int status;

	berlin = zone_open("Europe/Berlin", &wrong);
	if (argc > 1) {
		status = print(argv[1], argc > 2 ? argv[2] : NULL);
		zone_close(berlin);
		return status;
	}
	drawings();
	any_charts();
	same_shapes();
	axes();
	mistakes();
	zone_close(berlin);
	return done_testing();
}
