/* prober/probe_memory: what lives as long as a probe: memory, deferred releases, values, time, what
 * it recalls. */
#include "probe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"

#define VALUES 64
#define WORDS_BYTES 16384 /* of the result line; with the other caps it stays below LINE_BYTES */
#define WORDS_USUAL 200 /* what most probes need is allocated once */
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

/* "kind." and the name, as a key of a line. */
static void make_key(char *to, size_t room, const char *kind, const char *name)
{
	size_t n = strlen(kind);

	memcpy(to, kind, n);
	to[n++] = '.';
	for (; *name && n + 1 < room; name++)
		to[n++] = (*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9') ||
					  *name == '_' || *name == '-'
				  ? *name
				  : '_';
	to[n] = '\0';
}

static void add_word(struct probe *p, const char *kind, const char *name, const char *text,
		     size_t size)
{
	char key[72];
	size_t before;

	if (p->values >= VALUES || !name)
		return;
	before = p->words.size;
	if (!p->words.at)
		text_reserve(&p->words, WORDS_USUAL);
	make_key(key, sizeof key, kind, name);
	line_add_bytes(&p->words, key, text, size);
	if (p->words.size > WORDS_BYTES) {
		p->words.size = before;
		p->words.at[before] = '\0';
		return;
	}
	p->values++;
}

/* Whole numbers, which most are, without printf: it costs as much as half a ping. */
static size_t write_number(char *to, size_t room, double value)
{
	char digit[24], *at = digit + sizeof digit;
	int64_t rest;
	size_t size;

	if (!(value >= 0 && value < 1e15 && value == (double)(int64_t)value))
		return (size_t)snprintf(to, room, "%.15g", value);
	rest = (int64_t)value;
	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	size = (size_t)(digit + sizeof digit - at);
	memcpy(to, at, size);
	return size;
}

static void watch(struct probe *p, const char *name, double value, const char *unit)
{
	char key[72];

	if (!p->order.limits || !name)
		return;
	make_key(key, sizeof key, "value", name);
	probe_watch_value(p, name, key + strlen("value."), value, unit);
}

void probe_value(struct probe *p, const char *name, double value, const char *unit)
{
	char text[96];
	size_t n, unit_bytes = unit ? strnlen(unit, 16) : 0;

	if (!probe_may_go_on(p) || !isfinite(value))
		return;
	n = write_number(text, sizeof text - 20, value);
	if (unit_bytes) {
		text[n++] = ' ';
		memcpy(text + n, unit, unit_bytes);
		n += unit_bytes;
	}
	add_word(p, "value", name, text, n);
	watch(p, name, value, unit);
}

void probe_fact(struct probe *p, const char *name, const char *text)
{
	struct text fact = {0};

	if (!probe_may_go_on(p) || !text)
		return;
	text_puts(&fact, text);
	probe_strike_secrets(p, fact.at, fact.size);
	add_word(p, "fact", name, text_get(&fact), strnlen(text_get(&fact), FACT_BYTES));
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
