/* prober/probe_result: the `result` line of docs/architecture.md. Its parts are capped so that it
 * never exceeds LINE_BYTES. */
#include "probe.h"

static void add_step_name(struct text *t, const char *name)
{
	for (int n = 0; name[n] && n < 32; n++)
		text_putc(t,
			  (name[n] >= 'a' && name[n] <= 'z') || (name[n] >= '0' && name[n] <= '9')
				  ? name[n]
				  : '-');
}

static void add_steps(struct text *t, const struct probe *p)
{
	if (!p->steps)
		return;
	text_puts(t, " steps=");
	for (size_t i = 0; i < p->steps; i++) {
		const struct probe_step *s = &p->step[i];

		if (i)
			text_putc(t, ',');
		add_step_name(t, s->name);
		if (s->hop) {
			text_putc(t, '@');
			text_int(t, s->hop);
		}
		text_putc(t, ':');
		text_int(t, s->end_us);
		if (!s->ok)
			text_putc(t, '!');
	}
}

static void add_text(struct text *t, const char *key, const char *value)
{
	if (value && *value)
		line_add(t, key, value);
}

void probe_add_result(const struct probe *p, struct text *t, int64_t end_us)
{
	int64_t late_us = p->start_us - p->order.due_us;

	line_begin(t, "result", p->order.id);
	line_add(t, "verdict", verdict_name[p->verdict]);
	add_text(t, "reason", p->reason);
	add_text(t, "step", p->failed_step);
	add_text(t, "address", p->address);
	line_add_int(t, "start_us", p->start_wall_us);
	line_add_int(t, "late_us", late_us > 0 ? late_us : 0);
	line_add_int(t, "elapsed_us", end_us - p->start_us);
	add_steps(t, p);
	if (p->numbers.size)
		line_add_bytes(t, "values", p->numbers.at, p->numbers.size);
	text_add(t, p->words.at, p->words.size);
	if (p->is_stalled)
		line_add_int(t, "stall", 1);
	if (p->expect_us)
		line_add_int(t, "expect_us", p->expect_us);
	if (p->remembered)
		line_add(t, "memory", p->remembered);
	if (p->transcript)
		line_add_bytes(t, "transcript", text_get(p->transcript), p->transcript->size);
	line_end(t);
}
