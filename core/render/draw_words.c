/* render/draw_words: what a chart shows, in words. See draw.h.
 *
 * For those who do not see it, below it for those who do; from the same points. */
#include "axis.h"
#include "draw.h"

#define NAMED 4 /* rows; of more their number is told */

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void add_state(struct text *t, size_t n, uint32_t state, const char **comma)
{
	if (!n)
		return;
	text_printf(t, "%s%zu %s", *comma, n, draw_state_word[state]);
	*comma = ", ";
}

/* ---- days and bars ---- */

static const struct page_point *worst_of(const struct page_series *s)
{
	const struct page_point *worst = NULL;

	for (size_t i = 0; i < s->points; i++) {
		const struct page_point *at = &s->point[i];

		if (at->state == PAGE_STATE_DOWN && at->value != PAGE_UNKNOWN &&
		    (!worst || at->value > worst->value))
			worst = at;
	}
	return worst;
}

static void say_days(struct text *t, const struct page_picture *c)
{
	const struct page_series *s = &c->series[0];
	const struct page_point *worst = worst_of(s);
	size_t count[PAGE_STATE_DOWN + 1] = {0};
	const char *comma = "";

	for (size_t i = 0; i < s->points; i++)
		count[s->point[i].state]++;
	text_printf(t, "%zu day%s: ", s->points, plural(s->points));
	for (uint32_t i = PAGE_STATE_DOWN + 1; i-- > 0;)
		add_state(t, count[i], i, &comma);
	if (worst) {
		text_puts(t, "; the worst was ");
		axis_add_instant(t, c->zone, worst->from_us, false);
		text_puts(t, ", down ");
		draw_add_value(t, PAGE_SECONDS, worst->value);
	}
	text_putc(t, '.');
}

static void say_bars(struct text *t, const struct page_picture *c)
{
	size_t without = 0, most = 0, which = 0;

	for (size_t i = 0; i < c->count; i++) {
		size_t down = 0, up = 0;

		for (size_t k = 0; k < c->series[i].points; k++) {
			uint32_t state = c->series[i].point[k].state;

			down += state == PAGE_STATE_DOWN;
			up += state == PAGE_STATE_UP || state == PAGE_STATE_DEGRADED;
		}
		without += up && !down;
		if (down > most) {
			most = down;
			which = i;
		}
	}
	text_printf(t, "%zu row%s, %zu of them measured and never down", c->count,
		    plural(c->count), without);
	if (most)
		text_printf(t, "; most often down was %s, in %zu of %zu bars",
			    c->series[which].name, most, c->series[which].points);
	text_putc(t, '.');
}

/* ---- spans ---- */

/* Few rows are named with how many they have, many summed by state. */
static void count_spans(struct text *t, const struct page_picture *c)
{
	size_t count[PAGE_STATE_DOWN + 1] = {0};
	const char *comma = ": ";

	for (size_t i = 0; i < c->count && c->count <= NAMED; i++)
		text_printf(t, "%s%s %zu", i ? ", " : "", c->series[i].name, c->series[i].points);
	if (c->count <= NAMED)
		return;
	for (size_t i = 0; i < c->count; i++)
		for (size_t k = 0; k < c->series[i].points; k++)
			count[c->series[i].point[k].state]++;
	text_printf(t, "%zu rows", c->count);
	for (uint32_t i = PAGE_STATE_DOWN + 1; i-- > 0;)
		add_state(t, count[i], i, &comma);
}

static void say_spans(struct text *t, const struct page_picture *c)
{
	const struct page_point *longest = NULL;
	size_t which = 0;

	for (size_t i = 0; i < c->count; i++)
		for (size_t k = 0; k < c->series[i].points; k++) {
			const struct page_point *at = &c->series[i].point[k];

			if (at->state == PAGE_STATE_DOWN &&
			    (!longest ||
			     at->to_us - at->from_us > longest->to_us - longest->from_us)) {
				longest = at;
				which = i;
			}
		}
	count_spans(t, c);
	if (!longest) {
		text_puts(t, ". Nothing was down.");
		return;
	}
	text_printf(t, ". Longest down: %s, for ", c->series[which].name);
	draw_add_value(t, PAGE_SECONDS, longest->to_us - longest->from_us);
	text_puts(t, " from ");
	axis_add_instant(t, c->zone, longest->from_us, true);
	text_puts(t, " on.");
}

static int64_t length_of(const struct page_series *s)
{
	return s->points ? s->point[s->points - 1].to_us - s->point[0].from_us : 0;
}

static void say_waterfall(struct text *t, const struct page_picture *c)
{
	size_t longest = 0, failed = c->count;

	for (size_t i = 0; i < c->count; i++) {
		longest = length_of(&c->series[i]) > length_of(&c->series[longest]) ? i : longest;
		for (size_t k = 0; k < c->series[i].points; k++)
			if (c->series[i].point[k].state == PAGE_STATE_DOWN)
				failed = i;
	}
	text_printf(t, "%zu step%s in ", c->count, plural(c->count));
	draw_add_value(t, PAGE_ELAPSED, c->chart.to_us);
	text_printf(t, "; the longest was %s, ", c->series[longest].name);
	draw_add_value(t, PAGE_ELAPSED, length_of(&c->series[longest]));
	if (failed < c->count)
		text_printf(t, "; %s failed", c->series[failed].name);
	text_putc(t, '.');
}

/* ---- values ---- */

static bool range_of(const struct page_series *s, const struct page_point **least,
		     const struct page_point **most)
{
	*least = *most = NULL;
	for (size_t i = 0; i < s->points; i++) {
		const struct page_point *at = &s->point[i];

		if (at->value == PAGE_UNKNOWN)
			continue;
		*least = !*least || at->value < (*least)->value ? at : *least;
		*most = !*most || at->value > (*most)->value ? at : *most;
	}
	return *most;
}

static void say_band(struct text *t, const struct page_picture *c)
{
	enum page_type type = (enum page_type)c->chart.type;
	const struct page_point *least, *most, *peak = NULL;
	const char *comma = "", *name = "";

	for (size_t i = 0; i < c->count; i++) {
		if (!range_of(&c->series[i], &least, &most))
			continue;
		text_printf(t, "%s%s ", comma, c->series[i].name);
		draw_add_value(t, type, least->value);
		if (most->value != least->value) {
			text_puts(t, " to ");
			draw_add_value(t, type, most->value);
		}
		comma = ", ";
		peak = most;
		name = c->series[i].name;
	}
	if (!peak) {
		text_puts(t, "No value of this span is known.");
		return;
	}
	text_printf(t, "; the highest %s is that of ", name);
	axis_add_instant(t, c->zone, peak->from_us, true);
	text_putc(t, '.');
}

static void say_stack(struct text *t, const struct page_picture *c)
{
	const struct page_point *least, *most, *peak = NULL;
	const char *name = "";

	for (size_t i = 0; i < c->count; i++)
		if (range_of(&c->series[i], &least, &most) &&
		    (!peak || most->value > peak->value)) {
			peak = most;
			name = c->series[i].name;
		}
	if (!peak) {
		text_puts(t, "No value of this span is known.");
		return;
	}
	text_printf(t, "%zu layer%s; the greatest value is %s, ", c->count, plural(c->count), name);
	draw_add_value(t, c->chart.type, peak->value);
	text_puts(t, ", that of ");
	axis_add_instant(t, c->zone, peak->from_us, true);
	text_putc(t, '.');
}

static void say_burn(struct text *t, const struct page_picture *c)
{
	const struct page_series *s = &c->series[0];
	enum page_type type = (enum page_type)c->chart.type;
	int64_t whole = s->point[0].value, left = s->point[s->points - 1].value;

	text_puts(t, "Of ");
	draw_add_value(t, type, whole);
	text_puts(t, " is left ");
	draw_add_value(t, type, left);
	if (left >= 0 && whole > 0)
		text_printf(t, ", %d %%", (int)((double)left / (double)whole * 100));
	for (size_t i = 0; i < s->points && left < 0; i++)
		if (s->point[i].value < 0) {
			text_puts(t, ", less than nothing since ");
			axis_add_instant(t, c->zone, s->point[i].from_us, false);
			break;
		}
	text_putc(t, '.');
}

void draw_says(struct text *t, const struct page_picture *c)
{
	static void (*const say[])(struct text *, const struct page_picture *) = {
		[PAGE_CALENDAR] = say_days, [PAGE_BARS] = say_bars,
		[PAGE_SPANS] = say_spans,   [PAGE_WATERFALL] = say_waterfall,
		[PAGE_BAND] = say_band,     [PAGE_STACK] = say_stack,
		[PAGE_BURN] = say_burn,
	};
	size_t points = 0;

	for (size_t i = 0; i < c->count; i++)
		points += c->series[i].points;
	if (c->chart.says)
		text_puts(t, c->chart.says);
	else if (points || (c->chart.kind == PAGE_SPANS && c->count))
		say[c->chart.kind](t, c);
	else
		text_puts(t, "There is nothing to draw of this span.");
}
