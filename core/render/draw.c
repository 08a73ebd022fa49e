/* render/draw: see draw.h: what all kinds share, and the calendar. */
#include "draw.h"

#include <inttypes.h>
#include <stdio.h>

#include "axis.h"

#define MINUTE INT64_C(60000000)
#define LITTLE (5 * MINUTE) /* down: filled to a third, two thirds, the whole */
#define MUCH (60 * MINUTE)

const char *const draw_state_word[] = {
	[PAGE_STATE_NONE] = "not monitored", [PAGE_STATE_OUTSIDE] = "outside the hours",
	[PAGE_STATE_UNKNOWN] = "unknown",    [PAGE_STATE_MAINTENANCE] = "maintenance",
	[PAGE_STATE_UP] = "up",              [PAGE_STATE_DEGRADED] = "degraded",
	[PAGE_STATE_DOWN] = "down",
};
const char *const draw_state_mark[] = {
	[PAGE_STATE_NONE] = "-",        [PAGE_STATE_OUTSIDE] = "o", [PAGE_STATE_UNKNOWN] = "?",
	[PAGE_STATE_MAINTENANCE] = "M", [PAGE_STATE_UP] = ".",      [PAGE_STATE_DEGRADED] = "~",
	[PAGE_STATE_DOWN] = "X",
};

enum shape_ink draw_state_ink(uint32_t state)
{
	return (enum shape_ink)(SHAPE_NONE + state);
}

void draw_add_value(struct text *t, uint32_t type, int64_t value)
{
	const struct page_value v = page_value((enum page_type)type, value);

	page_add_shown(t, NULL, &v); /* the page is asked for zones of times alone */
	text_puts(t, type == PAGE_PERCENT ? " %" : "");
}

/* ---- states ---- */

static int level_of(const struct page_point *at)
{
	if (at->value == PAGE_UNKNOWN || at->value >= MUCH)
		return 3;
	return at->value >= LITTLE ? 2 : 1;
}

void draw_state(struct drawing *d, const struct page_point *at, double x, double y, double w,
		double h, const char *hint)
{
	double filled = h * level_of(at) / 3;

	if (at->state != PAGE_STATE_DOWN) {
		drawing_rect(d, draw_state_ink(at->state), x, y, w, h, hint);
		return;
	}
	if (filled < h)
		drawing_rect(d, SHAPE_UP, x, y, w, h - filled, hint);
	drawing_rect(d, SHAPE_DOWN, x, y + h - filled, w, filled, hint);
}

int64_t draw_sum(int64_t a, int64_t b)
{
	int64_t sum = a + b; /* neither is near the end of its type */

	return sum > PAGE_CHART_MOST ? PAGE_CHART_MOST
	       : sum < -PAGE_CHART_MOST ? -PAGE_CHART_MOST
					: sum;
}

struct page_point draw_merged(const struct page_series *s, size_t i, size_t end, bool is_sum)
{
	struct page_point all = s->point[i];

	for (i++; i < end; i++) {
		const struct page_point *at = &s->point[i];

		all.to_us = at->to_us;
		all.state = at->state > all.state ? at->state : all.state;
		if (at->value == PAGE_UNKNOWN)
			continue;
		if (all.value == PAGE_UNKNOWN || (!is_sum && at->value > all.value))
			all.value = at->value;
		else if (is_sum)
			all.value = draw_sum(all.value, at->value);
	}
	return all;
}

/* ---- legends ---- */

static double put_label(struct drawing *d, double x, double y, const char *label)
{
	drawing_text(d, SHAPE_DIM, SHAPE_START, x, y + 8.5, DRAW_SMALL, 150, label);
	return x + drawing_width(d->shape[d->shapes - 1].text, DRAW_SMALL) + 14;
}

double draw_legend(struct drawing *d, double y, const enum shape_ink *ink,
		   const char *const *label, size_t labels)
{
	double x = 0;

	for (size_t i = 0; i < labels; i++) {
		double width = drawing_width(label[i], DRAW_SMALL);

		if (x > 0 && x + 16 + (width < 150 ? width : 150) > DRAWING_WIDTH) {
			x = 0;
			y += 15;
		}
		drawing_rect(d, ink[i], x, y, 10, 10, NULL);
		x = put_label(d, x + 15, y, *label[i] ? label[i] : "-");
	}
	return y + 15;
}

double draw_state_legend(struct drawing *d, const struct page_picture *c, double y)
{
	static const struct {
		int64_t down_us;
		const char *label;
	} level[] = {{0, "down under 5 min"}, {LITTLE, "under 1 h"}, {MUCH, "1 h and more"}};
	bool is_filled = c->chart.kind == PAGE_CALENDAR || c->chart.kind == PAGE_BARS;
	enum shape_ink ink[8];
	const char *label[8];
	size_t n = 0;
	bool has[PAGE_STATE_DOWN + 1] = {false};
	double x = 0;

	for (size_t i = 0; i < c->count; i++)
		for (size_t k = 0; k < c->series[i].points; k++)
			has[c->series[i].point[k].state] = true;
	for (int i = 0; is_filled && has[PAGE_STATE_DOWN] && i < 3; i++) {
		const struct page_point at = {.value = level[i].down_us, .state = PAGE_STATE_DOWN};

		draw_state(d, &at, x, y, 10, 10, NULL);
		x = put_label(d, x + 15, y, level[i].label);
	}
	y += x > 0 ? 15 : 0;
	for (int i = PAGE_STATE_DOWN; i >= 0; i--)
		if (has[i] && (i != PAGE_STATE_DOWN || !is_filled)) {
			ink[n] = draw_state_ink((uint32_t)i);
			label[n++] = draw_state_word[i];
		}
	return n ? draw_legend(d, y, ink, label, n) : y;
}

/* ---- the axis below ---- */

double draw_at(const struct page_picture *c, int64_t at_us, double x0, double x1)
{
	const struct axis a = {.from = c->chart.from_us, .to = c->chart.to_us};

	return x0 + (x1 - x0) * axis_place(&a, at_us);
}

double draw_time_axis(struct drawing *d, const struct page_picture *c, double x0, double x1,
		      double top, double y)
{
	struct axis a;
	double end = -1;

	if (c->chart.kind == PAGE_WATERFALL)
		axis_of_values(&a, PAGE_ELAPSED, 0, c->chart.to_us, false, 8);
	else
		axis_of_time(&a, c->zone, c->chart.from_us, c->chart.to_us, x1 - x0, DRAW_SMALL);
	drawing_line(d, SHAPE_DIM, x0, y, x1, y);
	for (size_t i = 0; i < a.ticks && a.tick[i].at <= c->chart.to_us; i++) {
		double x = draw_at(c, a.tick[i].at, x0, x1),
		       half = drawing_width(a.tick[i].label, DRAW_SMALL) / 2;

		drawing_line(d, SHAPE_GRID, x, top, x, y + 4);
		if (x - half < end || x + half > DRAWING_WIDTH)
			continue;
		drawing_text(d, SHAPE_DIM, SHAPE_MIDDLE, x, y + 13, DRAW_SMALL, 0, a.tick[i].label);
		end = x + half + 4;
	}
	return y + 20;
}

/* ---- the calendar ---- */

#define DAY_LEFT 54.0
#define DAY_PITCH 18.9
#define DAY_SIDE 17.0

int64_t draw_month_of(const struct page_picture *c, const struct page_point *at, int *day)
{
	struct civil civil = zone_civil(c->zone, at->from_us / 1000000 - (at->from_us < 0));

	*day = civil.day;
	return civil.year * 12 + civil.month - 1;
}

static void put_day(struct drawing *d, const struct page_picture *c, const struct page_point *at,
		    double x, double y)
{
	struct text hint = {0};
	bool is_dark = at->state == PAGE_STATE_DOWN && level_of(at) > 1;

	axis_add_instant(&hint, c->zone, at->from_us, false);
	text_printf(&hint, ": %s", draw_state_word[at->state]);
	if (at->state == PAGE_STATE_DOWN && at->value != PAGE_UNKNOWN) {
		text_putc(&hint, ' ');
		draw_add_value(&hint, PAGE_SECONDS, at->value);
	}
	if (at->state == PAGE_STATE_UP)
		text_clear(&hint);
	draw_state(d, at, x, y, DAY_SIDE, DAY_SIDE, text_get(&hint));
	if (at->state == PAGE_STATE_DOWN)
		drawing_text(d, is_dark ? SHAPE_PAPER : SHAPE_INK, SHAPE_MIDDLE, x + DAY_SIDE / 2,
			     y + 12.5, DRAW_SIZE, 0, draw_state_mark[at->state]);
	text_release(&hint);
}

static double put_month(struct drawing *d, int64_t month, double y)
{
	char name[32];

	snprintf(name, sizeof name, "%04" PRId64 "-%02d", month / 12, (int)(month % 12) + 1);
	drawing_text(d, SHAPE_INK, SHAPE_START, 0, y + 12.5, DRAW_SIZE, 0, name);
	return y;
}

static double draw_calendar(struct drawing *d, const struct page_picture *c, size_t part, double y)
{
	const struct page_series *s = &c->series[0];
	int64_t shown = INT64_MIN, months = -1;
	char number[16];
	int day;

	for (day = 1; day <= 31; day++) {
		snprintf(number, sizeof number, "%d", day);
		drawing_text(d, SHAPE_DIM, SHAPE_MIDDLE,
			     DAY_LEFT + (day - 1) * DAY_PITCH + DAY_SIDE / 2, y, DRAW_SMALL, 0,
			     number);
	}
	y += 5 - DAY_PITCH;
	for (size_t i = 0; i < s->points; i++) {
		int64_t month = draw_month_of(c, &s->point[i], &day);
		bool is_new = month != shown;

		shown = month;
		months += is_new;
		if (months / DRAW_PART != (int64_t)part)
			continue;
		if (is_new)
			y = put_month(d, month, y + DAY_PITCH);
		put_day(d, c, &s->point[i], DAY_LEFT + (day - 1) * DAY_PITCH, y);
	}
	return draw_state_legend(d, c, y + DAY_PITCH + 6);
}

/* ---- the whole ---- */

static bool is_empty(const struct page_picture *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->series[i].points)
			return false;
	return c->chart.kind != PAGE_SPANS || !c->count;
}

size_t draw_parts(const struct page_picture *c)
{
	size_t rows = c->count;
	int64_t shown = INT64_MIN;
	int day;

	if (c->chart.kind >= PAGE_BAND || is_empty(c))
		return 1;
	if (c->chart.kind == PAGE_CALENDAR)
		rows = 0;
	for (size_t i = 0; c->chart.kind == PAGE_CALENDAR && i < c->series[0].points; i++) {
		int64_t month = draw_month_of(c, &c->series[0].point[i], &day);

		rows += month != shown;
		shown = month;
	}
	return (rows + DRAW_PART - 1) / DRAW_PART;
}

static void put_title(struct drawing *d, const struct page_picture *c)
{
	const char *zone = c->chart.kind == PAGE_WATERFALL ? "" : zone_name(c->zone);
	double room = DRAWING_WIDTH - drawing_width(zone, DRAW_SMALL) - 16;

	drawing_text(d, SHAPE_INK, SHAPE_START, 0, 12, 12, room / 1.1, c->chart.title);
	drawing_bold(d);
	drawing_text(d, SHAPE_DIM, SHAPE_END, DRAWING_WIDTH, 12, DRAW_SMALL, 0, zone);
}

void draw_chart(struct drawing *d, const struct page_picture *c, size_t part)
{
	double y = DRAW_TOP;

	d->title = c->chart.title;
	d->width = (int32_t)(DRAWING_WIDTH * 100);
	put_title(d, c);
	if (is_empty(c)) {
		drawing_text(d, SHAPE_DIM, SHAPE_START, 0, y + 4, DRAW_SIZE, 0,
			     "There is nothing to draw of this span.");
		y += 12;
	} else if (c->chart.kind == PAGE_CALENDAR) {
		y = draw_calendar(d, c, part, y);
	} else if (c->chart.kind <= PAGE_WATERFALL) {
		y = draw_rows(d, c, part, y);
	} else {
		y = draw_plot(d, c, y);
	}
	d->height = (int32_t)((y + 2) * 100);
}
