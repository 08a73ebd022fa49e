/* cli/outcome: the form for people: the verdict, a waterfall of the steps on one time axis,
 * values and facts.
 *
 * Each step is a row: its name, what it took, when it ended, and a bar from its start to its
 * end. Blocks of an eighth of a column where the terminal has them, '#' elsewhere. The axis is
 * as long as the probe. */
#include <stdlib.h>
#include <string.h>

#include "outcome.h"

#define EIGHTHS 8
#define LEAST_BAR 12
#define MOST_BAR 120
#define FIELD 9 /* columns of a duration */

struct waterfall {
	const struct outcome *o;
	const struct screen *s;
	struct text *t;
	int name_columns, bar_columns;
	int64_t whole_us;
};

static void measure(struct waterfall *w)
{
	w->name_columns = (int)strlen("step");
	w->whole_us = w->o->elapsed_us;
	for (size_t i = 0; i < w->o->steps; i++) {
		int n = (int)strlen(w->o->steps_at[i].name);

		w->name_columns = n > w->name_columns ? n : w->name_columns;
		if (w->o->steps_at[i].to_us > w->whole_us)
			w->whole_us = w->o->steps_at[i].to_us;
	}
	w->whole_us += !w->whole_us;
	w->bar_columns = w->s->columns - 4 - w->name_columns - 2 * (FIELD + 1) - 3;
	if (w->bar_columns < LEAST_BAR)
		w->bar_columns = LEAST_BAR;
	if (w->bar_columns > MOST_BAR)
		w->bar_columns = MOST_BAR;
}

static void add_time(struct text *t, int64_t us, int columns)
{
	struct text shown = {0};

	text_add_duration(&shown, us);
	screen_spaces(t, columns - (int)shown.size);
	text_puts(t, text_get(&shown));
	text_release(&shown);
}

/* 0, the middle and the end of the axis above the bars. */
static void add_axis(const struct waterfall *w)
{
	struct text middle = {0};
	int half = w->bar_columns / 2;

	text_add_duration(&middle, w->whole_us / 2);
	screen_tone(w->s, w->t, TONE_DIM);
	text_puts(w->t, "    step");
	screen_spaces(w->t, w->name_columns - 4 + FIELD + 1 - 4);
	text_puts(w->t, "took");
	screen_spaces(w->t, FIELD + 1 - 5);
	text_puts(w->t, "ended   0");
	if (w->bar_columns > 40) {
		screen_spaces(w->t, half - 1 - (int)middle.size / 2);
		text_puts(w->t, text_get(&middle));
		half += (int)middle.size - (int)middle.size / 2;
	} else {
		half = 1;
	}
	add_time(w->t, w->whole_us, w->bar_columns - half);
	screen_tone(w->s, w->t, TONE_PLAIN);
	text_putc(w->t, '\n');
	text_release(&middle);
}

static void add_ascii_bar(struct text *t, int64_t from, int64_t to)
{
	screen_spaces(t, (int)(from / EIGHTHS));
	for (int64_t at = from / EIGHTHS; at == from / EIGHTHS || at < (to + EIGHTHS - 1) / EIGHTHS;
	     at++)
		text_putc(t, '#');
}

/* A column that is only partly the bar's: from its left edge by eighths, or its right half. */
static void add_block_bar(struct text *t, int64_t from, int64_t to)
{
	static const char *const left[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
	int64_t at = from / EIGHTHS, last = to / EIGHTHS;

	screen_spaces(t, (int)at);
	if (at == last) {
		text_puts(t, from % EIGHTHS >= EIGHTHS / 2 ? "▐" : left[to - at * EIGHTHS]);
		return;
	}
	text_puts(t, from % EIGHTHS >= EIGHTHS / 2 ? "▐" : "█");
	while (++at < last)
		text_puts(t, "█");
	text_puts(t, left[to % EIGHTHS]);
}

static void add_bar(const struct waterfall *w, const struct steps_one *one)
{
	int64_t most = (int64_t)w->bar_columns * EIGHTHS;
	int64_t from = (int64_t)((double)one->from_us / (double)w->whole_us * (double)most);
	int64_t to = (int64_t)((double)one->to_us / (double)w->whole_us * (double)most);

	from = from >= most ? most - 1 : from;
	to = to <= from ? from + 1 : to;
	if (!w->s->has_utf8)
		add_ascii_bar(w->t, from, to);
	else
		add_block_bar(w->t, from, to);
}

static void add_row(const struct waterfall *w, const struct steps_one *one)
{
	enum tone tone = one->ok ? TONE_PLAIN : screen_tone_of(w->o->verdict);

	screen_tone(w->s, w->t, tone);
	text_puts(w->t, one->ok ? "    " : w->s->has_utf8 ? "  ✗ " : "  x ");
	screen_field(w->s, w->t, one->name, w->name_columns);
	text_putc(w->t, ' ');
	add_time(w->t, one->to_us - one->from_us, FIELD);
	text_putc(w->t, ' ');
	screen_tone(w->s, w->t, TONE_DIM);
	add_time(w->t, one->to_us, FIELD);
	screen_tone(w->s, w->t, TONE_PLAIN);
	text_puts(w->t, "   ");
	screen_tone(w->s, w->t, one->ok ? screen_tone_of("up") : tone);
	add_bar(w, one);
	screen_tone(w->s, w->t, TONE_PLAIN);
	text_putc(w->t, '\n');
	if (one->ok || !*w->o->reason)
		return;
	screen_spaces(w->t, 4);
	screen_tone(w->s, w->t, tone);
	screen_safe(w->s, w->t, w->o->reason, 1000);
	screen_tone(w->s, w->t, TONE_PLAIN);
	text_putc(w->t, '\n');
}

/* The URL of a hop, kept by the host as the fact hop_N. */
static void add_hop(const struct waterfall *w, int hop)
{
	char name[24] = "hop_";
	struct text number = {0};
	const char *url;

	text_int(&number, hop);
	memcpy(name + 4, text_get(&number), number.size + 1 < 20 ? number.size + 1 : 0);
	text_release(&number);
	url = outcome_find(w->o, name);
	screen_tone(w->s, w->t, TONE_BOLD);
	text_printf(w->t, "  %s %d", w->s->has_utf8 ? "→ redirect" : "> redirect", hop);
	if (url) {
		text_puts(w->t, "  ");
		screen_safe(w->s, w->t, url, 300);
	}
	screen_tone(w->s, w->t, TONE_PLAIN);
	text_putc(w->t, '\n');
}

static void add_waterfall(const struct outcome *o, const struct screen *s, struct text *t)
{
	struct waterfall w = {.o = o, .s = s, .t = t};
	int hop = 0;

	measure(&w);
	text_putc(t, '\n');
	add_axis(&w);
	for (size_t i = 0; i < o->steps; i++) {
		if (o->steps_at[i].hop != hop)
			add_hop(&w, o->steps_at[i].hop);
		hop = o->steps_at[i].hop;
		add_row(&w, &o->steps_at[i]);
	}
}

static bool marks_failure(const struct outcome *o)
{
	for (size_t i = 0; i < o->steps; i++)
		if (!o->steps_at[i].ok)
			return true;
	return false;
}

static void add_reason(const struct outcome *o, const struct screen *s, struct text *t)
{
	screen_tone(s, t, screen_tone_of(o->verdict));
	if (*o->step) {
		screen_safe(s, t, o->step, STEPS_NAME);
		text_puts(t, ": ");
	}
	screen_safe(s, t, o->reason, 1000);
	screen_tone(s, t, TONE_PLAIN);
}

static void add_verdict(const struct outcome *o, const struct screen *s, struct text *t)
{
	screen_tone(s, t, TONE_BOLD);
	screen_toned(s, t, screen_tone_of(o->verdict), o->verdict);
	text_puts(t, "  ");
	screen_safe(s, t, o->target, 400);
	text_puts(t, "  ");
	text_add_duration(t, o->elapsed_us);
}

/* "certificate_days" reads as "certificate days". */
static void add_label(const struct screen *s, struct text *t, const char *name, int columns)
{
	struct text label = {0};

	text_puts(&label, name);
	for (size_t i = 0; i < label.size; i++)
		if (label.at[i] == '_')
			label.at[i] = ' ';
	screen_tone(s, t, TONE_DIM);
	text_puts(t, "    ");
	screen_field(s, t, text_get(&label), columns);
	screen_tone(s, t, TONE_PLAIN);
	text_puts(t, "  ");
	text_release(&label);
}

/* A value in microseconds reads as a duration, any other as it stands. */
static void add_value(const struct screen *s, struct text *t, const char *value)
{
	char *unit;
	double n = strtod(value, &unit);

	if (unit != value && !strcmp(unit, " us"))
		text_add_duration(t, (int64_t)n);
	else
		screen_safe(s, t, value, 1000);
	text_putc(t, '\n');
}

static bool is_hop(const struct outcome_word *w)
{
	return !strncmp(w->name, "hop_", 4);
}

static int widest(const struct outcome_word *w, size_t n, int columns)
{
	for (size_t i = 0; i < n; i++)
		if (!is_hop(&w[i]) && (int)strlen(w[i].name) > columns)
			columns = (int)strlen(w[i].name);
	return columns;
}

static void add_words(const struct outcome *o, const struct screen *s, struct text *t)
{
	int columns =
		widest(o->fact, o->facts, widest(o->value, o->values, (int)strlen("address")));

	if (!*o->address && !o->values && !o->facts)
		return;
	text_putc(t, '\n');
	if (*o->address) {
		add_label(s, t, "address", columns);
		screen_safe(s, t, o->address, 64);
		text_putc(t, '\n');
	}
	for (size_t i = 0; i < o->values + o->facts; i++) {
		const struct outcome_word *w =
			i < o->values ? &o->value[i] : &o->fact[i - o->values];

		if (is_hop(w))
			continue;
		add_label(s, t, w->name, columns);
		add_value(s, t, w->text);
	}
}

void outcome_add_text(const struct outcome *o, const struct screen *s, struct text *t,
		      bool is_brief)
{
	add_verdict(o, s, t);
	if (*o->reason && (is_brief || !marks_failure(o))) {
		text_puts(t, is_brief ? "  " : "\n    ");
		add_reason(o, s, t);
	}
	text_putc(t, '\n');
	if (is_brief)
		return;
	if (o->steps)
		add_waterfall(o, s, t);
	add_words(o, s, t);
}

void outcome_add_transcript(const struct outcome *o, const struct screen *s, struct text *t)
{
	if (*o->transcript)
		text_putc(t, '\n');
	screen_lines(s, t, "    ", o->transcript, 4096);
}
