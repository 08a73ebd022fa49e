/* prober/probe_memory: what lives as long as a probe: memory, deferred releases, values, time, what
 * it recalls. */
#include "probe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"

#define VALUES 64
#define FACTS 64
#define NAME_BYTES 64
#define NUMBER_BYTES 24
#define UNIT_BYTES 16
#define NUMBERS_USUAL 200 /* what most probes need is allocated once */
#define WORDS_BYTES 16384 /* of the result line; with the other caps it stays below LINE_BYTES */
#define FACT_BYTES 1024
#define REMEMBER_BYTES 1024

struct probe_defer {
	void (*release)(void *);
	void *thing;
	struct probe_defer *next;
};

void *probe_alloc(struct probe *p, size_t size)
{
	void *got;

	if (!probe_may_go_on(p))
		return NULL;
	got = arena_alloc(&p->arena, size);
	if (!got)
		probe_unknown(p, "probe used more than %u MiB", PROBE_ARENA_BYTES >> 20);
	return got;
}

const char *probe_text(struct probe *p, const char *format, ...)
{
	va_list ap;
	const char *got;

	if (!probe_may_go_on(p))
		return "";
	va_start(ap, format);
	got = arena_vtext(&p->arena, format, ap);
	va_end(ap);
	if (got)
		return got;
	probe_unknown(p, "probe used more than %u MiB", PROBE_ARENA_BYTES >> 20);
	return "";
}

/* Not asked whether the probe may go on: what the module got from its library must be given back on
 * every way out. */
void probe_defer(struct probe *p, void (*release)(void *), void *thing)
{
	struct probe_defer *d = thing ? arena_alloc(&p->arena, sizeof *d) : NULL;

	if (d) {
		*d = (struct probe_defer){.release = release, .thing = thing, .next = p->deferred};
		p->deferred = d;
		return;
	}
	if (thing)
		release(thing);
	if (thing)
		probe_unknown(p, "probe used more than %u MiB", PROBE_ARENA_BYTES >> 20);
}

void probe_release_deferred(struct probe *p)
{
	struct probe_defer *d;

	while ((d = p->deferred)) {
		p->deferred = d->next;
		d->release(d->thing);
	}
}

/* A name as a key of a line; returns its end. */
static char *put_name(char *to, const char *name)
{
	static const bool is_key[256] = {['a' ... 'z'] = true, ['0' ... '9'] = true, ['-'] = true};
	const char *end = to + NAME_BYTES;

	for (; *name && to < end; name++)
		*to++ = is_key[(unsigned char)*name] ? *name : '_';
	return to;
}

/* Whole numbers, which most are, without printf: it costs as much as half a ping. */
static char *put_number(char *to, double value)
{
	char digit[24], *at = digit + sizeof digit;
	int64_t rest;
	size_t size;

	if (!(value >= 0 && value < 1e15 && value == (double)(int64_t)value))
		return to + snprintf(to, NUMBER_BYTES, "%.15g", value);
	rest = (int64_t)value;
	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	size = (size_t)(digit + sizeof digit - at);
	memcpy(to, at, size);
	return to + size;
}

/* A comma would end it. */
static char *put_unit(char *to, const char *unit)
{
	for (int n = 0; unit[n] && n < UNIT_BYTES; n++)
		*to++ = unit[n] == ',' ? ';' : unit[n];
	return to;
}

static void watch(struct probe *p, const char *name, double value, const char *unit)
{
	char key[NAME_BYTES + 1];

	if (!p->order.limits)
		return;
	*put_name(key, name) = '\0';
	probe_watch_value(p, name, key, value, unit);
}

void probe_value(struct probe *p, const char *name, double value, const char *unit)
{
	struct text *t = &p->numbers;
	char *at;

	if (!probe_may_go_on(p) || !isfinite(value) || !name || !*name)
		return;
	if (!t->at) {
		*t = p->host->numbers;
		p->host->numbers = (struct text){0};
	}
	if (p->values++ < VALUES) {
		text_reserve(t, t->at ? NAME_BYTES + NUMBER_BYTES + UNIT_BYTES + 3 : NUMBERS_USUAL);
		at = t->at + t->size;
		if (t->size)
			*at++ = ',';
		at = put_name(at, name);
		*at++ = ':';
		at = put_number(at, value);
		if (unit && *unit)
			*at++ = ':', at = put_unit(at, unit);
		*at = '\0';
		t->size = (size_t)(at - t->at);
	}
	watch(p, name, value, unit);
}

static void add_fact(struct probe *p, const char *name, const char *text, size_t size)
{
	char key[sizeof "fact." + NAME_BYTES] = "fact.";
	size_t before = p->words.size;

	if (p->facts >= FACTS || !name)
		return;
	*put_name(key + strlen("fact."), name) = '\0';
	line_add_bytes(&p->words, key, text, size);
	if (p->words.size <= WORDS_BYTES) {
		p->facts++;
		return;
	}
	p->words.size = before;
	p->words.at[before] = '\0';
}

void probe_fact(struct probe *p, const char *name, const char *text)
{
	struct text fact = {0};

	if (!probe_may_go_on(p) || !text)
		return;
	text_puts(&fact, text);
	probe_strike_secrets(p, fact.at, fact.size);
	add_fact(p, name, text_get(&fact), strnlen(text_get(&fact), FACT_BYTES));
	text_release(&fact);
}

int64_t probe_now_us(const struct probe *p)
{
	(void)p;
	return clock_mono_us();
}

int64_t probe_wall_us(const struct probe *p)
{
	(void)p;
	return clock_wall_us();
}

int64_t probe_left_us(const struct probe *p)
{
	int64_t left_us = p->deadline_us - clock_mono_us();

	return left_us > 0 ? left_us : 0;
}

struct nap {
	struct loop_timer timer;
	struct probe *probe;
	bool is_over;
};

static void end_nap(struct loop_timer *timer)
{
	struct nap *nap = (struct nap *)timer;

	nap->is_over = true;
	probe_wake(nap->probe);
}

bool probe_sleep(struct probe *p, int64_t us)
{
	struct nap nap = {.timer.fire = end_nap, .probe = p};

	if (!probe_may_go_on(p))
		return false;
	loop_set(p->host->loop, &nap.timer, clock_mono_us() + (us > 0 ? us : 0));
	while (!nap.is_over && probe_park(p))
		;
	loop_stop_timer(p->host->loop, &nap.timer);
	return !p->has_failed;
}

const char *probe_item(const struct probe *p)
{
	return p->order.item ? p->order.item : "";
}

const char *probe_event(const struct probe *p)
{
	return p->order.event ? p->order.event : "";
}

const char *probe_recall(const struct probe *p)
{
	return p->order.memory ? p->order.memory : "";
}

void probe_expect_within(struct probe *p, int64_t us)
{
	if (probe_may_go_on(p) && us > 0)
		p->expect_us = us;
}

void probe_remember(struct probe *p, const char *text)
{
	const char *kept;

	if (!probe_may_go_on(p))
		return;
	kept = arena_copy(&p->arena, text ? text : "", text ? strnlen(text, REMEMBER_BYTES) : 0);
	if (kept)
		p->remembered = kept;
}
