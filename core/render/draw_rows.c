/* render/draw_rows: charts with a row for each series: bars, spans of time, a waterfall. See
 * draw.h. */
#include "axis.h"
#include "draw.h"

#define NAME_WIDTH 150.0
#define TRACK_LEFT 156.0
#define VALUE_WIDTH 92.0
#define PITCH 22.0
#define HEIGHT 15.0
#define NARROWEST 1.6 /* what is shorter is drawn so wide */
#define NEAR 0.3 /* spans of a state that are so near are drawn as one */

struct rows {
	struct drawing *d;
	const struct page_picture *c;
	double x0, x1;
};

static bool has_values(const struct page_picture *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->series[i].value.type != PAGE_NONE)
			return true;
	return false;
}

/* When, what, how long; of what was up nobody asks. */
static void add_hint(struct text *t, const struct rows *r, const struct page_point *at)
{
	bool is_bar = r->c->chart.kind == PAGE_BARS;

	if (r->c->chart.kind == PAGE_WATERFALL) {
		draw_add_value(t, PAGE_ELAPSED, at->to_us - at->from_us);
		return;
	}
	if (at->state == PAGE_STATE_UP)
		return;
	axis_add_instant(t, r->c->zone, at->from_us, !is_bar);
	text_printf(t, " %s", draw_state_word[at->state]);
	if (!is_bar || (at->state == PAGE_STATE_DOWN && at->value != PAGE_UNKNOWN))
		text_putc(t, ' ');
	if (!is_bar)
		draw_add_value(t, PAGE_SECONDS, at->to_us - at->from_us);
	else if (at->state == PAGE_STATE_DOWN && at->value != PAGE_UNKNOWN)
		draw_add_value(t, PAGE_SECONDS, at->value);
}

/* ---- bars ---- */

static void put_bars(const struct rows *r, const struct page_series *s, double y)
{
	size_t most = (size_t)(r->x1 - r->x0) / 3, together = s->points / most + 1;
	struct text hint = {0};

	for (size_t i = 0; i < s->points; i += together) {
		size_t end = i + together < s->points ? i + together : s->points;
		struct page_point at = draw_merged(s, i, end, true);
		double x = draw_at(r->c, at.from_us, r->x0, r->x1),
		       next = draw_at(r->c, at.to_us, r->x0, r->x1),
		       gap = next - x > 4 ? 1 : 0.4;

		text_clear(&hint);
		add_hint(&hint, r, &at);
		if (next > x)
			draw_state(r->d, &at, x, y, next - x > gap ? next - x - gap : next - x,
				   HEIGHT, text_get(&hint));
	}
	text_release(&hint);
}

/* ---- spans ---- */

struct pending {
	struct page_point at;
	double x, end;
	bool is_set;
};

static void flush(const struct rows *r, struct pending *p, double y)
{
	bool is_step = r->c->chart.kind == PAGE_WATERFALL && p->at.state == PAGE_STATE_UP;
	struct text hint = {0};

	if (!p->is_set)
		return;
	add_hint(&hint, r, &p->at);
	drawing_rect(r->d, is_step ? SHAPE_A : draw_state_ink(p->at.state), p->x, y, p->end - p->x,
		     HEIGHT, text_get(&hint));
	text_release(&hint);
	p->is_set = false;
}

static void put_state(const struct rows *r, const struct page_series *s, uint32_t state, double y)
{
	struct pending p = {.is_set = false};

	for (size_t i = 0; i < s->points; i++) {
		const struct page_point *at = &s->point[i];
		double x = draw_at(r->c, at->from_us, r->x0, r->x1),
		       end = draw_at(r->c, at->to_us, r->x0, r->x1);

		if (at->state != state || at->from_us > r->c->chart.to_us ||
		    at->to_us < r->c->chart.from_us)
			continue;
		x = x > r->x1 - NARROWEST ? r->x1 - NARROWEST : x;
		end = end < x + NARROWEST ? x + NARROWEST : end;
		if (p.is_set && x <= p.end + NEAR) {
			p.end = end > p.end ? end : p.end;
			p.at.to_us = at->to_us > p.at.to_us ? at->to_us : p.at.to_us;
			continue;
		}
		flush(r, &p, y);
		p = (struct pending){*at, x, end, true};
	}
	flush(r, &p, y);
}

/* The worse is drawn over the better: a short outage between long spans is never hidden. */
static void put_spans(const struct rows *r, const struct page_series *s, double y)
{
	drawing_line(r->d, SHAPE_GRID, r->x0, y + HEIGHT / 2, r->x1, y + HEIGHT / 2);
	for (uint32_t state = 0; state <= PAGE_STATE_DOWN; state++)
		put_state(r, s, state, y);
}

/* ---- the whole ---- */

/* A step that failed is told by words, too. */
static void put_name(const struct rows *r, const struct page_series *s, double y)
{
	bool has_failed = r->c->chart.kind == PAGE_WATERFALL && s->points &&
			  s->point[s->points - 1].state == PAGE_STATE_DOWN;

	drawing_text(r->d, SHAPE_INK, SHAPE_START, 0, y + 11.5, DRAW_SIZE,
		     has_failed ? NAME_WIDTH - 40 : NAME_WIDTH, s->name);
	if (has_failed)
		drawing_text(r->d, SHAPE_DOWN, SHAPE_END, NAME_WIDTH, y + 11.5, DRAW_SMALL, 0,
			     "failed");
}

static void put_value(const struct rows *r, const struct page_series *s, double y)
{
	struct text t = {0};

	if (s->value.type == PAGE_NONE)
		return;
	if (s->value.type == PAGE_TEXT)
		text_puts(&t, s->value.text);
	else
		draw_add_value(&t, s->value.type, s->value.number);
	drawing_text(r->d, SHAPE_INK, SHAPE_END, DRAWING_WIDTH, y + 11.5, DRAW_SIZE,
		     VALUE_WIDTH - 6, text_get(&t));
	text_release(&t);
}

double draw_rows(struct drawing *d, const struct page_picture *c, size_t part, double y)
{
	const struct rows r = {d, c, TRACK_LEFT,
			       DRAWING_WIDTH - (has_values(c) ? VALUE_WIDTH : 4)};
	size_t end = (part + 1) * DRAW_PART < c->count ? (part + 1) * DRAW_PART : c->count;
	double top;

	y -= 8;
	top = y;
	y = draw_time_axis(d, c, r.x0, r.x1, top, y + (double)(end - part * DRAW_PART) * PITCH);
	for (size_t i = part * DRAW_PART; i < end; i++, top += PITCH) {
		const struct page_series *s = &c->series[i];

		put_name(&r, s, top);
		if (c->chart.kind == PAGE_BARS)
			put_bars(&r, s, top);
		else
			put_spans(&r, s, top);
		put_value(&r, s, top);
	}
	if (c->chart.kind == PAGE_WATERFALL)
		return y;
	return draw_state_legend(d, c, y + 4);
}
