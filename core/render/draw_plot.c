/* render/draw_plot: charts of values over time: percentiles, stacked means, what is left of a
 * budget. See draw.h. */
#include <stdio.h>
#include <stdlib.h>

#include "../base/memory.h"
#include "axis.h"
#include "draw.h"

#define LEFT 52.0
#define RIGHT 590.0
#define HEIGHT 160.0
#define FAR 60 /* so many times the least: logarithmic */
#define LABELS 8

/* A table of what is drawn: a column for each place of time, a row for each series. */
struct plot {
	struct drawing *d;
	const struct page_picture *c;
	size_t rows, columns;
	int64_t *from_us, *to_us, *value; /* value: rows * columns, PAGE_UNKNOWN: a gap */
	struct axis axis;
	double top;
};

static int64_t *at(const struct plot *p, size_t row, size_t column)
{
	return &p->value[row * p->columns + column];
}

static double x_of(const struct plot *p, size_t column)
{
	int64_t from_us = p->from_us[column];

	return draw_at(p->c, from_us + (p->to_us[column] - from_us) / 2, LEFT, RIGHT);
}

static double y_of(const struct plot *p, int64_t value)
{
	return p->top + HEIGHT * (1 - axis_place(&p->axis, value));
}

/* ---- what is drawn ---- */

static struct page_point column_of(const struct plot *p, size_t row, size_t first, size_t end)
{
	const struct page_series *s = &p->c->series[row];
	struct page_point all = {.value = PAGE_UNKNOWN};

	end = end < s->points ? end : s->points;
	if (first < end)
		all = draw_merged(s, first, end, false);
	if (first < end && p->c->chart.kind == PAGE_BURN)
		all.value = s->point[end - 1].value; /* what was left when they ended */
	return all;
}

/* As many columns as the longest series has points, but no more than there are units of width:
 * the greatest stands for all that come together. */
static void gather(struct plot *p)
{
	size_t most = 0, together, longest = 0;

	for (size_t i = 0; i < p->c->count; i++)
		if (p->c->series[i].points > most)
			most = p->c->series[longest = i].points;
	together = most / (size_t)(RIGHT - LEFT) + 1;
	p->columns = (most + together - 1) / together;
	p->rows = p->c->count;
	p->from_us = memory_new((p->columns + 1) * sizeof *p->from_us);
	p->to_us = memory_new((p->columns + 1) * sizeof *p->to_us);
	p->value = memory_new((p->columns * p->rows + 1) * sizeof *p->value);
	for (size_t i = 0; i < p->rows; i++)
		for (size_t k = 0; k < p->columns; k++) {
			struct page_point all = column_of(p, i, k * together, (k + 1) * together);

			*at(p, i, k) = all.value;
			if (i == longest) {
				p->from_us[k] = all.from_us;
				p->to_us[k] = all.to_us;
			}
		}
}

static void bounds(const struct plot *p, int64_t *least, int64_t *most)
{
	*least = INT64_MAX;
	*most = INT64_MIN;
	for (size_t i = 0; i < p->rows * p->columns; i++)
		if (p->value[i] != PAGE_UNKNOWN) {
			*least = p->value[i] < *least ? p->value[i] : *least;
			*most = p->value[i] > *most ? p->value[i] : *most;
		}
	if (*least > *most)
		*least = *most = 0;
}

static void set_axis(struct plot *p)
{
	int64_t least, most;
	bool is_log;

	bounds(p, &least, &most);
	is_log = p->c->chart.kind == PAGE_BAND && p->c->chart.type != PAGE_PERCENT && least > 0 &&
		 most / FAR > least;
	axis_of_values(&p->axis, (enum page_type)p->c->chart.type, least, most, is_log, 5);
}

static double put_axes(const struct plot *p)
{
	const struct axis *a = &p->axis;

	for (size_t i = 0; i < a->ticks; i++) {
		double y = y_of(p, a->tick[i].at);

		drawing_line(p->d, SHAPE_GRID, LEFT, y, RIGHT, y);
		drawing_text(p->d, SHAPE_DIM, SHAPE_END, LEFT - 6, y + 3, DRAW_SMALL, LEFT - 6,
			     a->tick[i].label);
	}
	if (a->is_log)
		drawing_text(p->d, SHAPE_DIM, SHAPE_START, LEFT, p->top - 6, DRAW_SMALL, 0,
			     "logarithmic: each line is a multiple of the one below");
	return draw_time_axis(p->d, p->c, LEFT, RIGHT, p->top + HEIGHT, p->top + HEIGHT);
}

/* The end of the columns from `first` on that the row knows; first itself: it does not. */
static size_t run_end(const struct plot *p, size_t row, size_t first)
{
	while (first < p->columns && *at(p, row, first) != PAGE_UNKNOWN)
		first++;
	return first;
}

/* ---- a band ---- */

static const struct {
	double width;
	enum shape_dash dash;
} strokes[] = {{1.8, SHAPE_SOLID}, {1.3, SHAPE_DASHED}, {1.3, SHAPE_DOTTED}, {0.7, SHAPE_SOLID}};
#define STROKES (sizeof strokes / sizeof *strokes)

/* A column that stands alone is as wide as its time. */
static void put_stroke(const struct plot *p, size_t row, size_t first, size_t end)
{
	drawing_begin(p->d, SHAPE_LINE, SHAPE_A, strokes[row % STROKES].width,
		      strokes[row % STROKES].dash);
	if (end - first == 1) {
		double x0 = draw_at(p->c, p->from_us[first], LEFT, RIGHT),
		       x1 = draw_at(p->c, p->to_us[first], LEFT, RIGHT);

		drawing_to(p->d, x0, y_of(p, *at(p, row, first)));
		drawing_to(p->d, x1 > x0 + 2 ? x1 : x0 + 2, y_of(p, *at(p, row, first)));
	}
	for (size_t k = first; end - first > 1 && k < end; k++)
		drawing_to(p->d, x_of(p, k), y_of(p, *at(p, row, k)));
}

static void put_row(const struct plot *p, size_t row)
{
	for (size_t k = 0, end; k < p->columns; k = end > k ? end : k + 1) {
		end = run_end(p, row, k);
		if (end > k)
			put_stroke(p, row, k, end);
	}
}

/* Between the first series and the last, where both are known. */
static void put_between(const struct plot *p, size_t low, size_t high)
{
	for (size_t k = 0, end; k < p->columns; k = end > k ? end : k + 1) {
		size_t other = run_end(p, low, k);

		end = run_end(p, high, k);
		end = other < end ? other : end;
		if (end < k + 2)
			continue;
		drawing_begin(p->d, SHAPE_AREA, SHAPE_C, 0, SHAPE_SOLID);
		for (size_t i = k; i < end; i++)
			drawing_to(p->d, x_of(p, i), y_of(p, *at(p, high, i)));
		for (size_t i = end; i-- > k;)
			drawing_to(p->d, x_of(p, i), y_of(p, *at(p, low, i)));
	}
}

struct label {
	const char *name;
	double y;
};

static int lower_first(const void *a, const void *b)
{
	const struct label *x = a, *y = b;

	return x->y < y->y ? 1 : x->y > y->y ? -1 : 0;
}

/* Up where they would overlap, and down again from the upper edge. */
static void spread(const struct plot *p, struct label *label, size_t n)
{
	double y = 1e9;

	qsort(label, n, sizeof *label, lower_first);
	for (size_t i = 0; i < n; i++) {
		y = label[i].y < y - DRAW_SIZE ? label[i].y : y - DRAW_SIZE;
		label[i].y = y;
	}
	y = p->top + 3 - DRAW_SIZE;
	for (size_t i = n; i-- > 0;) {
		y = label[i].y > y + DRAW_SIZE ? label[i].y : y + DRAW_SIZE;
		label[i].y = y;
	}
}

/* Behind the lines' ends. */
static void put_names(const struct plot *p)
{
	struct label label[LABELS];
	size_t n = 0;

	for (size_t i = 0; i < p->rows && n < LABELS; i++)
		for (size_t k = p->columns; k-- > 0;)
			if (*at(p, i, k) != PAGE_UNKNOWN) {
				label[n++] = (struct label){p->c->series[i].name,
							    y_of(p, *at(p, i, k)) + 3};
				break;
			}
	spread(p, label, n);
	for (size_t i = 0; i < n; i++)
		drawing_text(p->d, SHAPE_INK, SHAPE_START, RIGHT + 5, label[i].y, DRAW_SMALL,
			     DRAWING_WIDTH - RIGHT - 5, label[i].name);
}

static double put_band(const struct plot *p, double y)
{
	if (p->rows > 1)
		put_between(p, 0, p->rows - 1);
	for (size_t i = 0; i < p->rows; i++)
		put_row(p, i);
	put_names(p);
	return y;
}

/* ---- a stack ---- */

/* What there are no inks for is one with the last. */
static void fold(struct plot *p)
{
	for (size_t i = SHAPE_SERIES; i < p->rows; i++)
		for (size_t k = 0; k < p->columns; k++) {
			int64_t *last = at(p, SHAPE_SERIES - 1, k), more = *at(p, i, k);

			if (more != PAGE_UNKNOWN)
				*last = *last == PAGE_UNKNOWN ? more : draw_sum(*last, more);
		}
	p->rows = p->rows > SHAPE_SERIES ? SHAPE_SERIES : p->rows;
}

/* Each row becomes the sum of those up to it; a column without any stays unknown. */
static void pile(struct plot *p)
{
	fold(p);
	for (size_t k = 0; k < p->columns; k++) {
		int64_t sum = 0;
		bool is_known = false;

		for (size_t i = 0; i < p->rows; i++)
			is_known |= *at(p, i, k) != PAGE_UNKNOWN;
		for (size_t i = 0; i < p->rows && is_known; i++) {
			sum = draw_sum(sum, *at(p, i, k) == PAGE_UNKNOWN ? 0 : *at(p, i, k));
			*at(p, i, k) = sum;
		}
	}
}

static void put_layer(const struct plot *p, size_t row, size_t first, size_t end)
{
	double edge[2] = {draw_at(p->c, p->from_us[first], LEFT, RIGHT),
			  draw_at(p->c, p->to_us[end - 1], LEFT, RIGHT)};

	drawing_begin(p->d, SHAPE_AREA, (enum shape_ink)(SHAPE_A + row), 0, SHAPE_SOLID);
	drawing_to(p->d, edge[0], y_of(p, *at(p, row, first)));
	for (size_t k = first; k < end; k++)
		drawing_to(p->d, x_of(p, k), y_of(p, *at(p, row, k)));
	drawing_to(p->d, edge[1], y_of(p, *at(p, row, end - 1)));
	drawing_to(p->d, edge[1], y_of(p, row ? *at(p, row - 1, end - 1) : 0));
	for (size_t k = end; k-- > first;)
		drawing_to(p->d, x_of(p, k), y_of(p, row ? *at(p, row - 1, k) : 0));
	drawing_to(p->d, edge[0], y_of(p, row ? *at(p, row - 1, first) : 0));
}

static double put_stack(const struct plot *p, double y)
{
	enum shape_ink ink[SHAPE_SERIES];
	const char *label[SHAPE_SERIES];
	char others[48];

	for (size_t i = 0; i < p->rows; i++) {
		for (size_t k = 0, end; k < p->columns; k = end > k ? end : k + 1) {
			end = run_end(p, i, k);
			if (end > k)
				put_layer(p, i, k, end);
		}
		ink[i] = (enum shape_ink)(SHAPE_A + i);
		label[i] = p->c->series[i].name;
	}
	if (p->c->count > p->rows) {
		snprintf(others, sizeof others, "%zu others", p->c->count - p->rows + 1);
		label[p->rows - 1] = others;
	}
	return draw_legend(p->d, y + 4, ink, label, p->rows);
}

/* ---- a budget ---- */

static double end_of(const struct plot *p, size_t column)
{
	return draw_at(p->c, p->to_us[column], LEFT, RIGHT);
}

/* Where the line from one column's end to the next one's crosses nothing. */
static double crossing(const struct plot *p, size_t column)
{
	double x0 = end_of(p, column), from = (double)*at(p, 0, column),
	       to = (double)*at(p, 0, column + 1);

	return x0 + (end_of(p, column + 1) - x0) * (from / (from - to));
}

static void begin_side(const struct plot *p, bool is_over, double x)
{
	drawing_begin(p->d, SHAPE_AREA, is_over ? SHAPE_DOWN : SHAPE_UP, 0, SHAPE_SOLID);
	drawing_to(p->d, x, y_of(p, 0));
}

/* An area for each stretch that is left or overdrawn. */
static void put_sides(const struct plot *p, size_t end)
{
	bool is_over = *at(p, 0, 0) < 0;

	begin_side(p, is_over, end_of(p, 0));
	for (size_t k = 0; k < end; k++) {
		drawing_to(p->d, end_of(p, k), y_of(p, *at(p, 0, k)));
		if (k + 1 < end && (*at(p, 0, k + 1) < 0) != is_over) {
			double x = crossing(p, k);

			drawing_to(p->d, x, y_of(p, 0));
			is_over = !is_over;
			begin_side(p, is_over, x);
		}
	}
	drawing_to(p->d, end_of(p, end - 1), y_of(p, 0));
}

/* The greatest value, nothing at least, of the columns up to this one that reach beyond x. */
static int64_t highest(const struct plot *p, size_t column, double x)
{
	int64_t most = *at(p, 0, column) < 0 ? 0 : *at(p, 0, column);

	for (size_t k = column; k-- > 0 && end_of(p, k + 1) > x;)
		most = *at(p, 0, k) > most ? *at(p, 0, k) : most;
	return most;
}

/* Behind the end of the line, or, where it would not fit, before it and above all that is there. */
static void put_left(const struct plot *p, size_t column, const char *left)
{
	double x = end_of(p, column), wide = drawing_width(left, DRAW_SMALL);
	bool has_room = wide < DRAWING_WIDTH - x - 4;
	int64_t value = has_room ? *at(p, 0, column) : highest(p, column, x - 4 - wide);

	drawing_text(p->d, SHAPE_INK, has_room ? SHAPE_START : SHAPE_END, has_room ? x + 4 : x - 4,
		     y_of(p, value) - 4, DRAW_SMALL, has_room ? 0 : x - 8, left);
}

static double put_burn(const struct plot *p, double y)
{
	size_t end = run_end(p, 0, 0);
	struct text left = {0};

	if (end)
		put_sides(p, end);
	drawing_begin(p->d, SHAPE_LINE, SHAPE_INK, 1.5, SHAPE_SOLID);
	for (size_t k = 0; k < end; k++)
		drawing_to(p->d, end_of(p, k), y_of(p, *at(p, 0, k)));
	drawing_begin(p->d, SHAPE_LINE, SHAPE_INK, 0.8, SHAPE_DASHED);
	drawing_to(p->d, LEFT, y_of(p, 0));
	drawing_to(p->d, RIGHT, y_of(p, 0));
	if (!end)
		return y;
	draw_add_value(&left, p->c->chart.type, *at(p, 0, end - 1));
	put_left(p, end - 1, text_get(&left));
	text_release(&left);
	return y;
}

double draw_plot(struct drawing *d, const struct page_picture *c, double y)
{
	struct plot p = {.d = d, .c = c, .top = y + 4};

	gather(&p);
	if (c->chart.kind == PAGE_STACK)
		pile(&p);
	set_axis(&p);
	y = put_axes(&p);
	if (c->chart.kind == PAGE_BAND)
		y = put_band(&p, y);
	else if (c->chart.kind == PAGE_STACK)
		y = put_stack(&p, y);
	else
		y = put_burn(&p, y);
	free(p.from_us);
	free(p.to_us);
	free(p.value);
	return y;
}
