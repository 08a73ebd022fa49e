/* cli/export: the two forms. See export.h. */
#include <math.h>
#include <string.h>

#include "../base/clock.h"
#include "../store/result.h"
#include "export.h"

/* A spreadsheet takes a cell that begins so for a formula (CWE-1236). */
#define FORMULA "=+-@\t\r|%"

static const char *state(uint8_t number)
{
	return number < SLA_STATES ? sla_state_name[number] : sla_state_name[SLA_UNKNOWN];
}

static void add_json_text(struct text *t, const char *s)
{
	struct text safe = {0};

	text_add_safe(&safe, s, strlen(s), SIZE_MAX / 2);
	text_putc(t, '"');
	for (const char *at = text_get(&safe); *at; at++) {
		if (*at == '"' || *at == '\\')
			text_putc(t, '\\');
		if ((unsigned char)*at < ' ')
			text_printf(t, "\\u%04x", *at);
		else
			text_putc(t, *at);
	}
	text_putc(t, '"');
	text_release(&safe);
}

static void add_word(struct text *t, const char *key, const char *value)
{
	text_puts(t, ", \"");
	text_puts(t, key);
	text_puts(t, "\": ");
	add_json_text(t, value);
}

static void add_number(struct text *t, const char *key, int64_t value)
{
	text_puts(t, ", \"");
	text_puts(t, key);
	text_puts(t, "\": ");
	text_int(t, value);
}

static void add_time(struct text *t, const char *key, int64_t us)
{
	text_puts(t, ", \"");
	text_puts(t, key);
	text_puts(t, "\": \"");
	clock_add_utc(t, us, 6);
	text_putc(t, '"');
}

static void add_double(struct text *t, double value)
{
	if (isfinite(value))
		text_printf(t, "%.17g", value);
	else
		text_puts(t, "null");
}

static void add_steps(struct text *t, const struct block_result *r)
{
	int64_t from_us = 0;

	text_puts(t, ", \"steps\": [");
	for (size_t i = 0; i < r->steps; i++) {
		const struct block_step *s = &r->step[i];

		text_puts(t, i ? ", {\"name\": " : "{\"name\": ");
		add_json_text(t, s->name);
		if (s->hop)
			add_number(t, "hop", s->hop);
		add_number(t, "from_us", from_us);
		add_number(t, "to_us", s->end_us);
		text_puts(t, s->has_failed ? ", \"ok\": false}" : ", \"ok\": true}");
		from_us = s->end_us;
	}
	text_putc(t, ']');
}

static void add_values(struct text *t, const struct block_result *r)
{
	text_puts(t, ", \"values\": {");
	for (size_t i = 0; i < r->values; i++) {
		text_puts(t, i ? ", " : "");
		add_json_text(t, r->value[i].name);
		text_puts(t, ": {\"value\": ");
		add_double(t, r->value[i].value);
		add_word(t, "unit", r->value[i].unit);
		text_putc(t, '}');
	}
	text_putc(t, '}');
}

static void add_facts(struct text *t, const struct block_result *r)
{
	bool is_first = true;

	text_puts(t, ", \"facts\": {");
	for (size_t i = 0; i < r->facts; i++) {
		if (*r->fact[i].name == '.')
			continue;
		text_puts(t, is_first ? "" : ", ");
		is_first = false;
		add_json_text(t, r->fact[i].name);
		text_puts(t, ": ");
		add_json_text(t, r->fact[i].text);
	}
	text_putc(t, '}');
}

static const char *own_fact(const struct block_result *r, const char *name)
{
	for (size_t i = 0; i < r->facts; i++)
		if (!strcmp(r->fact[i].name, name))
			return r->fact[i].text;
	return NULL;
}

static void add_rest(struct text *t, const struct block_result *r)
{
	const char *missed = own_fact(r, ".missed"), *transcript = own_fact(r, ".transcript");
	int64_t n;

	if (missed && text_to_int(missed, &n))
		add_number(t, "missed", n);
	if (transcript)
		add_word(t, "transcript", transcript);
	if (r->flags & BLOCK_IS_STALLED)
		text_puts(t, ", \"stalled\": true");
	if (r->flags & BLOCK_IS_EVENT)
		text_puts(t, ", \"event\": true");
	text_puts(t, "}\n");
}

void export_add_json(struct text *t, const struct read_result *x)
{
	const struct block_result *r = x->result;

	text_puts(t, "{\"name\": ");
	add_json_text(t, x->target->name);
	add_word(t, "location", x->location);
	add_time(t, "due", r->due_us);
	add_time(t, "started", r->start_us);
	add_number(t, "interval_us", r->interval_us);
	add_number(t, "elapsed_us", r->elapsed_us);
	add_word(t, "verdict", state(r->verdict));
	if (r->ends)
		add_word(t, "cycle", state((uint8_t)(r->ends - 1)));
	if (r->cause && r->cause < SLA_CAUSES)
		add_word(t, "cause", sla_cause_name[r->cause]);
	add_word(t, "reason", r->reason);
	add_word(t, "step", result_step(r));
	add_word(t, "address", r->address);
	if (*r->item)
		add_word(t, "item", r->item);
	add_steps(t, r);
	add_values(t, r);
	add_facts(t, r);
	add_rest(t, r);
}

/* ---- CSV: RFC 4180 ---- */

static void add_cell(struct text *t, const char *value)
{
	struct text safe = {0};
	const char *at;

	text_add_safe(&safe, value, strlen(value), SIZE_MAX / 2);
	at = text_get(&safe);
	text_puts(t, ",\"");
	if (*at && strchr(FORMULA, *at))
		text_putc(t, '\'');
	for (; *at; at++) {
		if (*at == '"')
			text_putc(t, '"');
		text_putc(t, *at);
	}
	text_putc(t, '"');
	text_release(&safe);
}

void export_begin_csv(struct text *t)
{
	text_puts(t, "started,due,name,location,interval_us,elapsed_us,verdict,cycle,cause,reason,"
		     "step,address,item,steps,values\r\n");
}

static void add_steps_cell(struct text *t, const struct block_result *r)
{
	struct text cell = {0};

	for (size_t i = 0; i < r->steps; i++) {
		text_puts(&cell, i ? " " : "");
		text_puts(&cell, r->step[i].name);
		if (r->step[i].hop)
			text_printf(&cell, "@%d", r->step[i].hop);
		text_printf(&cell, ":%lld%s", (long long)r->step[i].end_us,
			    r->step[i].has_failed ? "!" : "");
	}
	add_cell(t, text_get(&cell));
	text_release(&cell);
}

static void add_values_cell(struct text *t, const struct block_result *r)
{
	struct text cell = {0};

	for (size_t i = 0; i < r->values; i++) {
		text_printf(&cell, "%s%s=", i ? " " : "", r->value[i].name);
		add_double(&cell, r->value[i].value);
		text_puts(&cell, r->value[i].unit);
	}
	add_cell(t, text_get(&cell));
	text_release(&cell);
}

void export_add_csv(struct text *t, const struct read_result *x)
{
	const struct block_result *r = x->result;

	clock_add_utc(t, r->start_us, 6);
	text_putc(t, ',');
	clock_add_utc(t, r->due_us, 6);
	add_cell(t, x->target->name);
	add_cell(t, x->location);
	text_putc(t, ',');
	text_int(t, r->interval_us);
	text_putc(t, ',');
	text_int(t, r->elapsed_us);
	add_cell(t, state(r->verdict));
	add_cell(t, r->ends ? state((uint8_t)(r->ends - 1)) : "");
	add_cell(t, r->cause < SLA_CAUSES ? sla_cause_name[r->cause] : "");
	add_cell(t, r->reason);
	add_cell(t, result_step(r));
	add_cell(t, r->address);
	add_cell(t, r->item);
	add_steps_cell(t, r);
	add_values_cell(t, r);
	text_puts(t, "\r\n");
}
