/* prober/diagnosis: see diagnosis.h. Names and route are probes of two small modules of our own,
 * one after the other; what they find out is their transcript. */
#include "diagnosis.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/steps.h"
#include "../base/values.h"
#include "../fiber/resolve.h"
#include "../fiber/route.h"

#define DIAGNOSIS_MAGIC 0x64696167u
#define NAMES_WAIT_US 2000000
#define CUT "[...]\n"

struct diagnosis {
	uint32_t magic;
	struct probe_host *host;
	struct diagnosis_order order;
	struct probe_order probe;
	struct diagnosis *self; /* the options of our own modules */
	char *id, *check, *source, *name;
	char address[48]; /* where the route leads to */
	size_t part;
	struct text report;
};

static void keep_address(struct diagnosis *d, const char *address)
{
	if (*address && strlen(address) < sizeof d->address)
		memcpy(d->address, address, strlen(address) + 1);
}

struct diagnosis *diagnosis_new(struct probe_host *h, const struct diagnosis_order *o)
{
	struct diagnosis *d = memory_new(sizeof *d);

	d->magic = DIAGNOSIS_MAGIC;
	d->host = h;
	d->order = *o;
	d->self = d;
	d->id = memory_text(o->id);
	d->check = memory_text(o->check);
	d->source = memory_text(o->source);
	d->name = memory_text(o->host);
	keep_address(d, o->address);
	return d;
}

/* Lines that fit as a whole. */
static void add_lines(struct text *t, const char *lines, size_t most)
{
	size_t n;

	for (; *lines; lines += n) {
		n = strcspn(lines, "\n");
		n += lines[n] == '\n';
		if (t->size + n > most) {
			text_puts(t, CUT);
			return;
		}
		text_add(t, lines, n);
	}
}

static void add_safe(struct text *t, const char *value, size_t most)
{
	text_add_safe(t, value, strlen(value), most);
}

/* ---- the conversation ---- */

static void add_steps(struct text *t, const char *steps)
{
	struct steps_one *step = memory_new(PROBE_STEPS * sizeof *step);
	size_t n = steps_parse(steps, step, PROBE_STEPS);

	for (size_t i = 0; i < n; i++) {
		text_puts(t, i ? ", " : "steps: ");
		text_printf(t, "%s ", step[i].name);
		text_add_duration(t, step[i].to_us - step[i].from_us);
		text_puts(t, step[i].ok ? "" : " failed");
	}
	text_puts(t, n ? "\n" : "");
	free(step);
}

static void add_fact(struct text *t, const char *name, const char *text)
{
	add_safe(t, name, 40);
	text_puts(t, ": ");
	add_safe(t, text, 200);
	text_putc(t, '\n');
}

static void add_values(struct text *t, char *list)
{
	struct values_one v;

	while (values_take(&list, &v))
		add_fact(t, v.name, v.text);
}

static void add_facts(struct text *t, const struct line *l)
{
	for (size_t i = 0; i < l->words; i++) {
		const struct line_word *w = &l->word[i];

		if (!strcmp(w->key, "values"))
			add_values(t, (char *)w->value);
		else if (!strncmp(w->key, "fact.", 5))
			add_fact(t, w->key + 5, w->value);
	}
}

void diagnosis_take_probe(struct diagnosis *d, const struct text *result)
{
	struct line *l = memory_new(sizeof *l);
	char *copy = memory_text(text_get(result));
	struct text *t = &d->report;
	const char *address;

	if (!line_parse(l, copy, strcspn(copy, "\n"))) {
		text_printf(t, "probed again: %s", line_get(l, "verdict"));
		if (*line_get(l, "reason"))
			text_puts(t, ": ");
		add_safe(t, line_get(l, "reason"), 600);
		text_putc(t, '\n');
		add_steps(t, line_get(l, "steps"));
		address = line_get(l, "address");
		keep_address(d, address);
		if (*address)
			text_printf(t, "address: %.47s\n", address);
		add_facts(t, l);
		add_lines(t, line_get(l, "transcript"), DIAGNOSIS_PROBE_BYTES);
	}
	free(copy);
	free(l);
}

/* ---- names and route: probes of our own ---- */

static void look_up(struct probe *p, const void *options)
{
	struct diagnosis *d = *(struct diagnosis *const *)options;
	struct probe_dns_question question[2] = {{.server = "", .name = d->name},
						 {.server = "", .name = d->name}};
	struct probe_dns_answer answer[2] = {{.trouble = ""}, {.trouble = ""}};

	question[0].type = probe_dns_type("A");
	question[1].type = probe_dns_type("AAAA");
	if (!probe_dns_ask(p, question, 2, NAMES_WAIT_US, answer))
		return;
	for (int i = 0; i < 2; i++) {
		if (*answer[i].trouble)
			probe_note(p, "%s: %s", i ? "AAAA" : "A", answer[i].trouble);
		if (!*d->address && answer[i].records)
			keep_address(d, answer[i].record->text);
	}
}

static void trace(struct probe *p, const void *options)
{
	struct diagnosis *d = *(struct diagnosis *const *)options;

	route_trace(p, d->address);
}

static const struct module_option none[] = {OPTION_END};

static const struct {
	const char *title;
	struct check_module module;
	int64_t timeout_us;
} part[] = {
	{"names", {.head = {.name = "names", .option = none}, .run = look_up}, 5000000},
	{"route", {.head = {.name = "route", .option = none}, .run = trace}, 8000000},
};
#define PARTS (sizeof part / sizeof *part)

/* Nothing to look up, or nowhere to go. */
static bool is_idle(const struct diagnosis *d)
{
	struct resolve_address literal;

	return d->part == 0 ? !*d->name || resolve_literal(d->name, &literal) : !*d->address;
}

/* Notes carry no mark: all of them are ours. */
static void add_notes(struct text *t, const char *lines)
{
	struct text plain = {0};
	size_t n;

	for (; *lines; lines += n) {
		n = strcspn(lines, "\n");
		n += lines[n] == '\n';
		if (lines[0] == '*' && lines[1] == ' ')
			text_add(&plain, lines + 2, n - 2);
	}
	add_lines(t, text_get(&plain), DIAGNOSIS_BYTES - sizeof CUT);
	text_release(&plain);
}

static void take_part(struct probe *p, const struct text *result, void *with)
{
	struct diagnosis *d = with;
	struct line *l = memory_new(sizeof *l);
	char *copy = memory_text(text_get(result));
	struct text *t = &d->report;

	(void)p;
	assert(d->magic == DIAGNOSIS_MAGIC);
	if (!line_parse(l, copy, strcspn(copy, "\n"))) {
		add_notes(t, line_get(l, "transcript"));
		if (*line_get(l, "reason") && t->size < DIAGNOSIS_BYTES - 400) {
			add_safe(t, line_get(l, "reason"), 300);
			text_putc(t, '\n');
		}
	}
	free(copy);
	free(l);
	d->part++;
	diagnosis_go_on(d);
}

static void finish(struct diagnosis *d)
{
	d->order.done(d->id, &d->report, d->order.with);
	d->magic = 0;
	text_release(&d->report);
	free(d->id);
	free(d->check);
	free(d->source);
	free(d->name);
	free(d);
}

void diagnosis_go_on(struct diagnosis *d)
{
	assert(d->magic == DIAGNOSIS_MAGIC);
	while (d->part < PARTS && is_idle(d))
		d->part++;
	if (d->part == PARTS || d->report.size > DIAGNOSIS_BYTES - 400) {
		finish(d);
		return;
	}
	text_printf(&d->report, "%s%s%s\n", part[d->part].title, d->part ? " to " : " of ",
		    d->part ? d->address : d->name);
	d->probe = (struct probe_order){.module = &part[d->part].module,
					.options = &d->self,
					.id = d->id,
					.check = d->check,
					.source = d->source,
					.item = "", .event = "", .memory = "",
					.address_family = d->order.address_family,
					.timeout_us = part[d->part].timeout_us,
					.done = take_part,
					.with = d,
					.wants_transcript = true};
	probe_begin(d->host, &d->probe);
}
