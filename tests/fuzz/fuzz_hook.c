/* tests/fuzz/fuzz_hook: any bytes as what another monitor sends (behind the first newline), with
 * the signature it bears (before it). What comes of it is heard by the module `inbound`, as is the
 * body itself, as `nines beat` would hand it over; the first line is what the module remembers,
 * too.
 *
 * A refusal has a reason. An event fits and is a document or lines that the module understands.
 * What a check makes of an event it says again when it is asked without one, as after a restart. */
#include <stdint.h>
#include <stdlib.h>

#include "../../core/api/hook.h"
#include "../../core/base/clock.h"
#include "../../core/prober/probe.h"
#include "../../modules/inbound/inbound.c"

#define MEMORY_BYTES 1024

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

/* ---- what is taken of a body ---- */

static void need(bool is_so)
{
	if (!is_so)
		abort();
}

/* "set KEY WORD TEXT" */
static void judge_line(const char *at, const char *end)
{
	char word[WORD_BYTES];

	for (int i = 0; i < 3; i++) {
		at = take_word(at, end, word);
		need(*word && (i || !strcmp(word, "set")));
	}
}

static void judge_event(const struct text *event)
{
	const char *at = event->at, *end;

	need(event->size && event->size <= HOOK_EVENT_BYTES);
	need(strlen(at) == event->size);
	for (size_t i = 0; i < event->size; i++)
		need((unsigned char)at[i] >= ' ' || at[i] == '\n');
	if (!strncmp(at, "json ", 5)) {
		need(!strchr(at, '\n'));
		return;
	}
	for (; *at; at = end + (*end == '\n')) {
		end = at + strcspn(at, "\n");
		judge_line(at, end);
	}
}

/* ---- what the module makes of it ---- */

struct outcome {
	char verdict[16], memory[MEMORY_BYTES + 1];
	bool is_over;
};

static void note_outcome(struct probe *p, const struct text *result, void *with)
{
	struct outcome *o = with;
	struct text copy = {0};
	struct line line;

	(void)p;
	text_add(&copy, result->at, result->size - 1);
	need(!line_parse(&line, copy.at, copy.size));
	snprintf(o->verdict, sizeof o->verdict, "%s", line_get(&line, "verdict"));
	if (line_find(&line, "memory")) {
		need(strlen(line_get(&line, "memory")) <= MEMORY_BYTES);
		snprintf(o->memory, sizeof o->memory, "%s", line_get(&line, "memory"));
	}
	o->is_over = true;
	text_release(&copy);
}

/* Nothing here waits, so the probe is over when it has begun. */
static void hear(const char *event, struct outcome *o)
{
	static const char *const warnings[] = {NULL};
	static const struct inbound options = {.down = "status == \"alerting\"",
					       .degraded = "level > 3",
					       .up = "status == \"ok\"",
					       .text = "alert.title",
					       .time = "date",
					       .warnings = warnings};
	static struct probe_host host;
	struct outcome now = {0};
	struct probe_order order = {.module = &module_entry,
				    .options = &options,
				    .id = "1",
				    .check = "fuzz",
				    .event = event,
				    .memory = o->memory,
				    .timeout_us = 5 * CLOCK_SECOND,
				    .done = note_outcome,
				    .with = &now};

	if (!host.loop) {
		host = (struct probe_host){.loop = loop_new(), .icmp4_fd = -1, .icmp6_fd = -1};
		need(host.loop && probe_host_open(&host));
	}
	probe_begin(&host, &order);
	need(now.is_over);
	if (!*now.memory)
		memcpy(now.memory, o->memory, sizeof now.memory);
	*o = now;
}

static void judge_module(const char *event, const char *remembered)
{
	struct outcome o = {0};
	char verdict[sizeof o.verdict], memory[sizeof o.memory];

	snprintf(o.memory, sizeof o.memory, "%s", remembered);
	hear(event, &o);
	if (!strcmp(o.verdict, "unknown") || !strcmp(o.memory, remembered))
		return;
	memcpy(verdict, o.verdict, sizeof verdict);
	memcpy(memory, o.memory, sizeof memory);
	hear("", &o);
	need(!strcmp(o.verdict, verdict) && !strcmp(o.memory, memory));
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const uint8_t *newline = memchr(input, '\n', size);
	size_t used = newline ? (size_t)(newline - input) : size;
	char *head = strndup((const char *)input, used);
	const char *body = (const char *)input + used + (newline != NULL);
	size_t rest = (size_t)((const char *)input + size - body);
	char *said = strndup(body, rest);
	struct text event = {0}, wrong = {0};

	hook_verify(head, "key", body, rest, 1800000000 * CLOCK_SECOND);
	if (hook_add(&event, body, rest, &wrong)) {
		judge_event(&event);
		judge_module(event.at, head);
	} else {
		need(wrong.size);
	}
	judge_module(said, head);
	text_release(&event);
	text_release(&wrong);
	free(head);
	free(said);
	return 0;
}
