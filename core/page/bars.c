/* page/bars: see bars.h. */
#include "bars.h"

#include <string.h>

#include "../web/assets.h"
#include "shown.h"
#include "words.h"

#define UNITS 10 /* the width of a day; one of them is a gap */
#define TOLD  30 /* days with something to tell, for who cannot see them */

/* Letters of page_glance(): how a day looks, its top and its height; and how it is called. */
static const struct look {
	char letter;
	const char *class, *say;
	int top, height;
} look[] = {
	{'u', "up", "day-u", 8, 26},       {'g', "degraded", "day-g", 4, 30},
	{'P', "down", "day-P", 0, 34},     {'D', "down", "day-D", 0, 34},
	{'?', "unknown", "day-q", 22, 12}, {'m', "maintenance", "day-m", 14, 20},
	{'-', "none", "day-n", 30, 4},
};
#define LOOKS (sizeof look / sizeof *look)

static const struct look *look_of(char letter)
{
	for (size_t i = 0; i < LOOKS; i++)
		if (look[i].letter == letter)
			return &look[i];
	return &look[LOOKS - 1];
}

static bool is_plain(const struct figure_day *d)
{
	return d->letter == 'u' && d->known_micro == INT64_C(100000000);
}

/* "2026-11-02: down for a part, 98.2 %, down 26m" */
static void add_day(struct text *t, const struct figure_day *d)
{
	text_printf(t, "%s: ", d->date);
	say(t, look_of(d->letter)->say);
	if (d->known_micro >= 0) {
		text_puts(t, ", ");
		shown_percent(t, d->known_micro);
	}
	if (d->down_us > 0) {
		text_puts(t, ", ");
		say(t, "down-for");
		text_putc(t, ' ');
		text_add_duration(t, d->down_us);
	}
}

static bool is_alike(const struct figure_day *a, const struct figure_day *b)
{
	return a->letter == b->letter && (!strchr("gPD", a->letter)) &&
	       a->known_micro == b->known_micro;
}

static void add_bar(struct text *t, const struct figure_day *d, size_t at, size_t days)
{
	const struct look *l = look_of(d->letter);
	struct text title = {0};

	add_day(&title, d);
	if (days > 1) {
		text_clear(&title);
		text_printf(&title, "%s – %s: ", d->date, d[days - 1].date);
		say(&title, l->say);
	}
	text_printf(t, "<rect class=\"%s\" x=\"%zu\" y=\"%d\" width=\"%zu\" height=\"%d\"><title>",
		    l->class, at * UNITS, l->top, days * UNITS - 1, l->height);
	html_add(t, text_get(&title));
	text_puts(t, "</title></rect>");
	text_release(&title);
}

static void add_rects(struct text *t, const struct figure_day *day, size_t days, bool each)
{
	size_t n;

	for (size_t i = 0; i < days; i += n) {
		n = 1;
		while (!each && i + n < days && is_alike(&day[i], &day[i + n]))
			n++;
		add_bar(t, &day[i], i, n);
	}
}

static bool is_bad(const struct figure_day *d)
{
	return strchr("gPD", d->letter) != NULL;
}

/* "2026-11-02 – 2026-11-09: not known": of days alike the first and the last. */
static void add_run(struct text *t, const struct figure_day *first, size_t days)
{
	if (days < 2) {
		add_day(t, first);
		return;
	}
	text_printf(t, "%s – %s: ", first->date, first[days - 1].date);
	say(t, look_of(first->letter)->say);
}

/* What is to be told of them in one text: each day with an outage, the last one first, and then
 * spans of days that are neither. */
static void add_label(struct text *t, const struct figure_day *day, size_t days)
{
	size_t told = 0, plain = 0, measured = 0, n;

	for (size_t i = 0; i < days; i++) {
		plain += is_plain(&day[i]);
		measured += day[i].letter != '-';
	}
	say_count(t, "days", (int64_t)days);
	text_puts(t, ", ");
	if (measured < days) {
		say_count(t, "days-measured", (int64_t)measured);
		text_puts(t, ", ");
	}
	say_count(t, "days-up", (int64_t)plain);
	for (size_t i = days; i-- && told < TOLD;)
		if (is_bad(&day[i])) {
			text_puts(t, told++ ? "; " : ". ");
			add_day(t, &day[i]);
		}
	for (size_t i = days; i && told < 2 * TOLD; i -= n) {
		for (n = 1; n < i && is_alike(&day[i - n - 1], &day[i - 1]); n++)
			continue;
		if (is_bad(&day[i - 1]) || is_plain(&day[i - 1]) || day[i - 1].letter == '-')
			continue;
		text_puts(t, told++ ? "; " : ". ");
		add_run(t, &day[i - n], n);
	}
}

static void add_share(struct text *t, const struct figure *f, size_t days)
{
	enum figure_span span = days == 7 ? SPAN_7D : days == 30 ? SPAN_30D : SPAN_90D;
	struct words w = {0};

	if (f->window[span].to_us <= 0 || f->window[span].known_micro < 0)
		return;
	shown_percent(word(&w, "uptime"), f->window[span].known_micro);
	word_text(&w, "span", figure_span_label[span]);
	words_piece(t, web_status, "share", &w);
}

void bars_add(struct text *t, const struct page *p, const struct figure *f, bool each)
{
	int64_t wanted = 0;
	size_t days;
	struct words w = {0};

	if (!f || !f->days)
		return;
	if (!text_to_int(page_get(p, "bars-days"), &wanted) || wanted < 1)
		wanted = FIGURE_DAYS;
	days = f->days < (size_t)wanted ? f->days : (size_t)wanted;
	word_int(&w, "width", (int64_t)(days * UNITS));
	word_int(&w, "days", (int64_t)days);
	add_label(word(&w, "text"), &f->day[f->days - days], days);
	add_rects(word(&w, "bars"), &f->day[f->days - days], days, each);
	add_share(word(&w, "share"), f, days);
	words_piece(t, web_status, "bars", &w);
}
