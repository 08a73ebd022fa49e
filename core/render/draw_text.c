/* render/draw_text: a chart in characters, 76 columns wide. See draw.h.
 *
 * Days, bars and spans are a mark each (. up, X down, ~ degraded, ? unknown, M maintenance, o
 * outside the hours, - not monitored), values a line of blocks, or of digits where there is no
 * UTF-8. */
#include <inttypes.h>

#include "axis.h"
#include "draw.h"

#define NAME 18
#define ROW 40 /* characters of a row */
#define LINE 54 /* of a line and what stands behind it */
#define LINE_MOST 36
#define LEVELS 8
#define LEGEND 5 /* marks on one line */

struct sketch {
	struct text *out;
	const struct page_picture *c;
	bool has_utf8;
	void (*safe)(struct text *, const char *name, int columns, const void *with);
	const void *with;
};

static void add_name(const struct sketch *s, const char *name)
{
	s->safe(s->out, name, NAME, s->with);
	text_puts(s->out, "  ");
}

static void add_legend(const struct sketch *s)
{
	bool has[PAGE_STATE_DOWN + 1] = {false};

	for (size_t i = 0; i < s->c->count; i++)
		for (size_t k = 0; k < s->c->series[i].points; k++)
			has[s->c->series[i].point[k].state] = true;
	for (int i = PAGE_STATE_DOWN, n = 0; i >= 0; i--)
		if (has[i]) {
			text_puts(s->out, n == LEGEND ? ",\n  " : n ? ", " : "  ");
			text_printf(s->out, "%s %s", draw_state_mark[i], draw_state_word[i]);
			n++;
		}
	text_putc(s->out, '\n');
}

/* ---- days ---- */

static void add_days(const struct sketch *s)
{
	const struct page_series *one = &s->c->series[0];
	int64_t month, shown = INT64_MIN;
	int day, next = 0;

	text_puts(s->out, "           1   5    10   15   20   25   30");
	for (size_t i = 0; i < one->points; i++) {
		month = draw_month_of(s->c, &one->point[i], &day);
		if (month != shown) {
			text_printf(s->out, "\n  %04" PRId64 "-%02d  ", month / 12,
				    (int)(month % 12) + 1);
			next = 1;
		}
		for (shown = month; next < day; next++)
			text_putc(s->out, ' ');
		text_puts(s->out, draw_state_mark[one->point[i].state]);
		next++;
	}
	text_putc(s->out, '\n');
	add_legend(s);
}

/* ---- rows ---- */

static int place(const struct page_chart *c, int64_t at_us)
{
	const struct axis a = {.from = c->from_us, .to = c->to_us};
	int n = (int)(axis_place(&a, at_us) * ROW);

	return n < ROW ? n : ROW - 1;
}

/* The last character of a span that ends at `to_us`, which it does not hold. */
static int last_place(const struct page_chart *c, const struct page_point *at)
{
	return place(c, at->to_us > at->from_us ? at->to_us - 1 : at->to_us);
}

/* A bar is a character while there are so many. */
static void take_bars(const struct page_series *one, int state[ROW])
{
	size_t together = (one->points + ROW - 1) / ROW, end;

	for (size_t i = 0, n = 0; i < one->points; i = end) {
		end = i + together < one->points ? i + together : one->points;
		state[n++] = (int)draw_merged(one, i, end, true).state;
	}
}

static void take_spans(const struct page_chart *c, const struct page_series *one, int state[ROW])
{
	for (size_t i = 0; i < one->points; i++) {
		const struct page_point *at = &one->point[i];
		int last = last_place(c, at);

		for (int n = place(c, at->from_us); n <= last; n++)
			if ((int)at->state > state[n])
				state[n] = (int)at->state;
	}
}

static void add_row(const struct sketch *s, const struct page_series *one)
{
	bool is_probe = s->c->chart.kind == PAGE_WATERFALL;
	int state[ROW];

	for (int i = 0; i < ROW; i++)
		state[i] = -1;
	if (s->c->chart.kind == PAGE_BARS)
		take_bars(one, state);
	else
		take_spans(&s->c->chart, one, state);
	text_puts(s->out, "  ");
	add_name(s, one->name);
	for (int i = 0; i < ROW; i++)
		if (state[i] < 0)
			text_putc(s->out, ' ');
		else
			text_puts(s->out, is_probe && state[i] == PAGE_STATE_UP
						  ? "="
						  : draw_state_mark[state[i]]);
	if (one->value.type != PAGE_NONE)
		text_puts(s->out, "  ");
	if (one->value.type == PAGE_TEXT)
		s->safe(s->out, one->value.text, 0, s->with);
	else if (one->value.type != PAGE_NONE)
		draw_add_value(s->out, one->value.type, one->value.number);
	while (s->out->at[s->out->size - 1] == ' ')
		s->out->at[--s->out->size] = '\0';
	text_putc(s->out, '\n');
}

static void add_rows(const struct sketch *s)
{
	for (size_t i = 0; i < s->c->count; i++)
		add_row(s, &s->c->series[i]);
	if (s->c->chart.kind != PAGE_WATERFALL)
		add_legend(s);
}

/* ---- values ---- */

static void add_level(const struct sketch *s, int64_t value, int64_t least, int64_t most)
{
	static const char *const block[LEVELS] = {
		"\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84",
		"\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88"};
	int level = 0;

	if (value != PAGE_UNKNOWN && most > least)
		level = (int)((double)(value - least) / (double)(most - least) * (LEVELS - 1));
	if (value == PAGE_UNKNOWN)
		text_putc(s->out, ' ');
	else if (s->has_utf8)
		text_puts(s->out, block[level]);
	else
		text_putc(s->out, (char)('1' + level));
}

static void add_levels(const struct sketch *s, const struct page_series *one, int64_t least,
		       int64_t most, size_t room)
{
	size_t together = (one->points + room - 1) / room, end;

	for (size_t i = 0; i < one->points; i = end) {
		end = i + together < one->points ? i + together : one->points;
		add_level(s, draw_merged(one, i, end, false).value, least, most);
	}
	text_puts(s->out, "  ");
}

static void add_line(const struct sketch *s, const struct page_series *one)
{
	enum page_type type = (enum page_type)s->c->chart.type;
	int64_t least = INT64_MAX, most = INT64_MIN;
	size_t known = 0, room;
	struct text span = {0};

	for (size_t i = 0; i < one->points; i++)
		if (one->point[i].value != PAGE_UNKNOWN) {
			least = one->point[i].value < least ? one->point[i].value : least;
			most = one->point[i].value > most ? one->point[i].value : most;
			known++;
		}
	text_puts(s->out, "  ");
	add_name(s, one->name);
	if (known)
		draw_add_value(&span, type, least);
	if (least < most) {
		text_puts(&span, " to ");
		draw_add_value(&span, type, most);
	}
	room = span.size + 2 < LINE ? LINE - 2 - span.size : 1;
	if (known > 1)
		add_levels(s, one, least, most, room < LINE_MOST ? room : LINE_MOST);
	text_printf(s->out, "%s\n", known ? text_get(&span) : "-");
	text_release(&span);
}

void draw_characters(struct text *t, const struct page_picture *c, bool has_utf8,
		     void (*safe)(struct text *, const char *, int, const void *),
		     const void *with)
{
	const struct sketch s = {t, c, has_utf8, safe, with};
	size_t points = 0;

	for (size_t i = 0; i < c->count; i++)
		points += c->series[i].points;
	if (!points)
		return;
	if (c->chart.kind == PAGE_CALENDAR)
		add_days(&s);
	else if (c->chart.kind <= PAGE_WATERFALL)
		add_rows(&s);
	else
		for (size_t i = 0; i < c->count; i++)
			add_line(&s, &c->series[i]);
}
