/* parent/table: see table.h. */
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"

#define STATE_COLUMNS 9
#define TIME_COLUMNS 8
#define MODULE_COLUMNS 9
#define NAME_MOST 40
#define SAFE_BYTES 512

/* What is worst stands on top. */
static const char *const order[] = {"down", "unconfirmed", "degraded", "unknown"};

static size_t rank(const char *state)
{
	size_t i = 0;

	while (i < sizeof order / sizeof *order && strcmp(order[i], state))
		i++;
	return i;
}

static int worst_first(const void *a, const void *b)
{
	const struct overview_check *x = *(const struct overview_check *const *)a;
	const struct overview_check *y = *(const struct overview_check *const *)b;
	size_t m = rank(x->state), n = rank(y->state);

	return m != n ? (m < n ? -1 : 1) : strcmp(x->name, y->name);
}

static void cut(const struct screen *s, struct text *t, int columns)
{
	while (t->size && screen_width(s, t->at) > columns) {
		do
			t->size--;
		while (t->size && (t->at[t->size] & 0xc0) == 0x80);
		t->at[t->size] = '\0';
	}
}

/* Foreign text in exactly so many columns: padded, or cut at a character with a mark, for "430us"
 * must not read "43". */
static void add_cell(const struct screen *s, struct text *t, const char *text, int columns)
{
	struct text safe = {0};

	screen_safe(s, &safe, text, SAFE_BYTES);
	if (columns > 0 && screen_width(s, text_get(&safe)) > columns) {
		cut(s, &safe, columns - 1);
		text_puts(&safe, s->has_utf8 ? "\xe2\x80\xa6" : "~");
	}
	cut(s, &safe, columns);
	text_puts(t, text_get(&safe));
	screen_spaces(t, columns - screen_width(s, text_get(&safe)));
	text_release(&safe);
}

static void add_time(const struct screen *s, struct text *t, int64_t us)
{
	struct text shown = {0};

	if (us >= 60 * CLOCK_SECOND) /* whole seconds are enough for what moves by the second */
		text_add_duration(&shown, us - us % CLOCK_SECOND);
	else if (us >= CLOCK_SECOND)
		text_printf(&shown, "%ds", (int)(us / CLOCK_SECOND));
	else if (us >= 0)
		text_puts(&shown, "now");
	add_cell(s, t, text_get(&shown), TIME_COLUMNS);
	text_release(&shown);
}

static void add_elapsed(const struct screen *s, struct text *t, const struct overview_check *c)
{
	struct text shown = {0};

	if (c->start_us > 0)
		text_add_duration(&shown, c->elapsed_us);
	add_cell(s, t, text_get(&shown), TIME_COLUMNS);
	text_release(&shown);
}

static void add_slowest(const struct overview_check *c, struct text *t)
{
	const struct steps_one *slowest = NULL;

	for (size_t i = 0; i < c->steps; i++) {
		const struct steps_one *at = &c->steps_at[i];

		if (!slowest || at->to_us - at->from_us > slowest->to_us - slowest->from_us)
			slowest = at;
	}
	if (!slowest)
		return;
	text_printf(t, "%s ", slowest->name);
	text_add_duration(t, slowest->to_us - slowest->from_us);
}

/* While it works the slowest step, else what is wrong. */
static void add_last(const struct screen *s, struct text *t, const struct overview_check *c,
		     int columns)
{
	struct text shown = {0};

	if (!*c->reason)
		add_slowest(c, &shown);
	else if (*c->step)
		text_printf(&shown, "%s: %s", c->step, c->reason);
	else
		text_puts(&shown, c->reason);
	add_cell(s, t, text_get(&shown), columns);
	text_release(&shown);
}

static void add_check(const struct table_window *w, struct text *t, const struct overview_check *c,
		      int name, int rest)
{
	const struct screen *s = w->screen;

	add_cell(s, t, c->name, name);
	text_puts(t, "  ");
	screen_tone(s, t, screen_tone_of(c->state));
	add_cell(s, t, c->state, STATE_COLUMNS);
	screen_tone(s, t, TONE_PLAIN);
	add_time(s, t, c->since_us > 0 ? w->wall_us - c->since_us : -1);
	add_elapsed(s, t, c);
	add_time(s, t, c->next_us > w->wall_us ? c->next_us - w->wall_us : 0);
	screen_tone(s, t, TONE_DIM);
	add_cell(s, t, c->module, MODULE_COLUMNS);
	add_last(s, t, c, rest);
	screen_tone(s, t, TONE_PLAIN);
}

static void add_counts(const struct table_window *w, struct text *t, const struct overview *o)
{
	static const char *const state[] = {"up", "degraded", "unconfirmed", "down", "unknown"};
	struct text line = {0};

	text_printf(&line, "nines  %zu checks", o->checks);
	for (size_t i = 0; i < sizeof state / sizeof *state; i++)
		if (overview_count(o, state[i]))
			text_printf(&line, "  %zu %s", overview_count(o, state[i]), state[i]);
	if (*w->page)
		text_printf(&line, "  %s", w->page);
	screen_tone(w->screen, t, TONE_BOLD);
	add_cell(w->screen, t, text_get(&line), w->screen->columns - 1);
	screen_tone(w->screen, t, TONE_PLAIN);
	text_release(&line);
}

static void add_heading(const struct table_window *w, struct text *t, int name, int rest)
{
	struct text line = {0};

	screen_field(w->screen, &line, "check", name + 2);
	screen_field(w->screen, &line, "state", STATE_COLUMNS);
	screen_field(w->screen, &line, "since", TIME_COLUMNS);
	screen_field(w->screen, &line, "last", TIME_COLUMNS);
	screen_field(w->screen, &line, "next", TIME_COLUMNS);
	screen_field(w->screen, &line, "module", MODULE_COLUMNS);
	if (rest >= 12)
		text_puts(&line, "slowest step");
	text_putc(t, '\n');
	screen_tone(w->screen, t, TONE_DIM);
	add_cell(w->screen, t, line.at, w->screen->columns - 1);
	screen_tone(w->screen, t, TONE_PLAIN);
	text_release(&line);
}

static int name_columns(const struct table_window *w, const struct overview *o)
{
	int most = 8;

	for (size_t i = 0; i < o->checks; i++) {
		int columns = screen_width(w->screen, o->check[i].name);

		if (columns > most)
			most = columns;
	}
	if (most > w->screen->columns / 3)
		most = w->screen->columns / 3;
	return most > NAME_MOST ? NAME_MOST : most;
}

static void add_checks(const struct table_window *w, struct text *t, const struct overview *o,
		       size_t rows)
{
	const struct overview_check **sorted = memory_new((o->checks + 1) * sizeof *sorted);
	int name = name_columns(w, o);
	int rest = w->screen->columns - 1 - name - 2 - STATE_COLUMNS - 3 * TIME_COLUMNS -
		   MODULE_COLUMNS;
	size_t shown = o->checks <= rows ? o->checks : rows ? rows - 1 : 0;

	for (size_t i = 0; i < o->checks; i++)
		sorted[i] = &o->check[i];
	qsort(sorted, o->checks, sizeof *sorted, worst_first);
	add_heading(w, t, name, rest);
	for (size_t i = 0; i < shown; i++) {
		text_putc(t, '\n');
		add_check(w, t, sorted[i], name, rest > 0 ? rest : 0);
	}
	if (shown < o->checks && rows)
		text_printf(t, "\n... and %zu more", o->checks - shown);
	free(sorted);
}

void table_draw(struct text *t, const struct table_window *w, const struct overview *o)
{
	int rows = w->rows - 3 - (int)w->messages;

	add_counts(w, t, o);
	add_checks(w, t, o, rows > 0 ? (size_t)rows : 0);
	for (size_t i = 0; i < w->messages; i++) {
		text_putc(t, '\n');
		add_cell(w->screen, t, w->said[i], w->screen->columns - 1);
	}
}
