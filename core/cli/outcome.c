/* cli/outcome: see outcome.h. Reading the line, and the line for Nagios. */
#include "outcome.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../base/values.h"

static const struct {
	const char *verdict, *nagios;
	int status;
} verdict[] = {{"up", "OK", 0},
	       {"degraded", "WARNING", 1},
	       {"down", "CRITICAL", 2},
	       {"unknown", "UNKNOWN", 3}};

#define UNKNOWN 3

static int row_of(const char *name)
{
	for (int i = 0; i < UNKNOWN; i++)
		if (!strcmp(verdict[i].verdict, name))
			return i;
	return UNKNOWN;
}

static void take(struct outcome_word *into, size_t *n, const char *name, const char *text)
{
	if (*n < OUTCOME_WORDS)
		into[(*n)++] = (struct outcome_word){name, text};
}

static void take_values(struct outcome *o, char *list)
{
	struct values_one v;

	while (values_take(&list, &v))
		take(o->value, &o->values, v.name, v.text);
}

void outcome_read(struct outcome *o, const struct line *l)
{
	o->verdict = verdict[row_of(line_get(l, "verdict"))].verdict;
	o->reason = line_get(l, "reason");
	o->step = line_get(l, "step");
	o->address = line_get(l, "address");
	o->transcript = line_get(l, "transcript");
	o->start_us = line_int(l, "start_us", 0);
	o->elapsed_us = line_int(l, "elapsed_us", 0);
	o->steps = steps_parse(line_get(l, "steps"), o->steps_at, STEPS_MOST);
	o->values = o->facts = 0;
	for (size_t i = 0; i < l->words; i++)
		if (!strcmp(l->word[i].key, "values"))
			take_values(o, (char *)l->word[i].value);
		else if (!strncmp(l->word[i].key, "fact.", 5))
			take(o->fact, &o->facts, l->word[i].key + 5, l->word[i].value);
}

int outcome_status(const struct outcome *o)
{
	return verdict[row_of(o->verdict)].status;
}

static const char *find(const struct outcome_word *w, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(w[i].name, name))
			return w[i].text;
	return NULL;
}

const char *outcome_find(const struct outcome *o, const char *name)
{
	const char *found = find(o->value, o->values, name);

	return found ? found : find(o->fact, o->facts, name);
}

/* Safe, one line, and without the bar that would begin the performance data. */
static void add_plain(struct text *t, const char *from, size_t most)
{
	size_t begin = t->size;

	text_add_safe(t, from, strlen(from), most);
	for (size_t i = begin; i < t->size; i++)
		if (t->at[i] == '|')
			t->at[i] = '/';
}

/* A label in quotes; it may hold neither '=' nor a quote. */
static void add_label(struct text *t, const char *name, int hop)
{
	text_puts(t, " '");
	for (; *name; name++)
		text_putc(t, isalnum((unsigned char)*name) || strchr("._-", *name) ? *name : '_');
	if (hop)
		text_printf(t, ".%d", hop);
	text_puts(t, "'=");
}

static void add_seconds(struct text *t, int64_t us)
{
	text_printf(t, "%lld.%06llds", (long long)(us / 1000000), (long long)(us % 1000000));
}

static const struct {
	const char *unit, *uom;
	double factor;
} uom[] = {{"us", "s", 1e-6}, {"ms", "s", 1e-3}, {"s", "s", 1},
	   {"%", "%", 1},     {"B", "B", 1},     {"", "", 1}};

static void add_value(struct text *t, const struct outcome_word *w)
{
	char *unit;
	double n = strtod(w->text, &unit);
	const char *shown = "";

	if (unit == w->text)
		return;
	unit += strspn(unit, " ");
	for (size_t i = 0; i < sizeof uom / sizeof *uom; i++)
		if (!strcmp(uom[i].unit, unit)) {
			shown = uom[i].uom;
			n *= uom[i].factor;
		}
	add_label(t, w->name, 0);
	text_printf(t, "%.12g%s", n, shown);
}

static void add_performance(const struct outcome *o, struct text *t)
{
	text_puts(t, " |");
	add_label(t, "time", 0);
	add_seconds(t, o->elapsed_us);
	text_puts(t, ";;;0");
	for (size_t i = 0; i < o->steps; i++) {
		add_label(t, o->steps_at[i].name, o->steps_at[i].hop);
		add_seconds(t, o->steps_at[i].to_us - o->steps_at[i].from_us);
		text_puts(t, ";;;0");
	}
	for (size_t i = 0; i < o->values; i++)
		add_value(t, &o->value[i]);
}

void outcome_add_nagios(const struct outcome *o, struct text *t)
{
	const char *status = outcome_find(o, "status");

	for (const char *m = o->module; *m; m++)
		text_putc(t, (char)toupper((unsigned char)*m));
	text_printf(t, " %s - ", verdict[row_of(o->verdict)].nagios);
	if (*o->step)
		add_plain(t, o->step, 40), text_puts(t, ": ");
	if (*o->reason)
		add_plain(t, o->reason, 600), text_puts(t, ", ");
	else if (status)
		add_plain(t, status, 40), text_puts(t, ", ");
	add_plain(t, o->target, 300);
	text_puts(t, " in ");
	add_seconds(t, o->elapsed_us);
	add_performance(o, t);
	text_putc(t, '\n');
}
