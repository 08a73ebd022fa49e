/* prober/probe_step: the steps of a probe and its verdict.
 *
 * Invariant: after the first failure nothing here changes any more. Offsets only grow. */
#include "probe.h"

#include <stdio.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "blame.h"

/* Unnamed time that is shorter, or in which nothing was waited for, belongs to the step that
 * follows: it is our own. */
#define UNNAMED_US 1000
#define REASON_BYTES 1024

const char *const verdict_name[] = {"up", "degraded", "down", "unknown"};

static int64_t offset_now(const struct probe *p)
{
	return clock_mono_us() - p->start_us;
}

static bool grow(struct probe *p)
{
	size_t room = p->steps_room ? p->steps_room * 2 : 8;
	struct probe_step *more;

	if (room > PROBE_STEPS)
		return false;
	more = arena_alloc(&p->arena, room * sizeof *more);
	if (!more)
		return false;
	if (p->steps)
		memcpy(more, p->step, p->steps * sizeof *more);
	p->step = more;
	p->steps_room = room;
	return true;
}

/* Past the cap, the last step takes the time in: the sum stays true. */
static void record(struct probe *p, const char *name, int64_t end_us, bool is_fine)
{
	struct probe_step *s;

	if (end_us < p->open_us)
		end_us = p->open_us;
	p->open_us = end_us;
	p->has_waited = false;
	if (p->steps == p->steps_room && !grow(p)) {
		if (p->steps) {
			p->step[p->steps - 1].end_us = end_us;
			p->step[p->steps - 1].ok &= is_fine;
		}
		return;
	}
	s = &p->step[p->steps++];
	*s = (struct probe_step){
		.name = name, .end_us = end_us, .hop = (short)p->hop, .ok = is_fine};
}

static bool is_other(const struct probe *p, int64_t end_us)
{
	bool may_wait = p->has_waited || p->order.module->head.flags & MODULE_BLOCKS;

	return may_wait && end_us - p->open_us >= UNNAMED_US;
}

static void end_open(struct probe *p, int64_t end_us, bool is_fine)
{
	if (p->open_step)
		record(p, p->open_step, end_us, is_fine);
	else if (!is_fine || is_other(p, end_us))
		record(p, "other", end_us, is_fine);
	p->open_step = NULL;
}

void probe_end_step(struct probe *p)
{
	if (!p->has_failed)
		end_open(p, offset_now(p), true);
}

void probe_end_step_at(struct probe *p, int64_t end_us)
{
	if (!p->has_failed)
		end_open(p, end_us, true);
}

void probe_step(struct probe *p, const char *name)
{
	if (!probe_may_go_on(p))
		return;
	end_open(p, offset_now(p), true);
	p->open_step = name && *name ? name : "other";
	blame_step(p->host->blame, p->open_step);
}

void probe_hop(struct probe *p, int hop)
{
	if (!probe_may_go_on(p))
		return;
	end_open(p, offset_now(p), true);
	p->hop = hop < 0 ? 0 : hop > 99 ? 99 : hop;
}

bool probe_ok(const struct probe *p)
{
	return !p->has_failed;
}

bool probe_may_go_on(struct probe *p)
{
	if (!p->has_failed)
		return true;
	if (++p->calls_after_failure >= PROBE_CALLS_AFTER_FAILURE && fiber_running() == p->fiber)
		fiber_end();
	return false;
}

static const char *reason_text(struct probe *p, const char *format, va_list ap)
{
	struct text text = {0};
	const char *kept;

	text_vprintf(&text, format, ap);
	probe_strike_secrets(p, text.at, text.size);
	kept = arena_copy(&p->arena, text_get(&text),
			  text.size < REASON_BYTES ? text.size : REASON_BYTES - 1);
	text_release(&text);
	return kept ? kept : "failed, and no memory is left to say how";
}

void probe_asks_others(struct probe *p, bool does)
{
	if (probe_may_go_on(p))
		p->asks_others = does;
}

static enum verdict verdict_for(const struct probe *p, enum verdict verdict)
{
	return verdict == VERDICT_DOWN && p->asks_others ? VERDICT_UNKNOWN : verdict;
}

bool probe_judge(struct probe *p, enum verdict verdict, const char *format, va_list ap)
{
	if (!probe_may_go_on(p))
		return false;
	p->reason = reason_text(p, format, ap);
	p->failed_step = p->open_step ? p->open_step : "other";
	end_open(p, offset_now(p), false);
	p->verdict = verdict_for(p, verdict);
	p->has_failed = true;
	return false;
}

bool probe_fail(struct probe *p, const char *format, ...)
{
	va_list ap;

	/* A library without memory says many things of its target, none of them to be believed. */
	if (memory_lacks() != p->lacks)
		return probe_unknown(p, "no memory left");
	va_start(ap, format);
	probe_judge(p, VERDICT_DOWN, format, ap);
	va_end(ap);
	return false;
}

/* The place of the last step of this name in the present hop; p->steps when there is none. */
static size_t last_named(const struct probe *p, const char *name)
{
	for (size_t i = p->steps; i-- > 0 && p->step[i].hop == p->hop;)
		if (!strcmp(p->step[i].name, name))
			return i;
	return p->steps;
}

static void fail_at(struct probe *p, size_t at, const char *format, va_list ap)
{
	p->reason = reason_text(p, format, ap);
	end_open(p, offset_now(p), true);
	p->step[at].ok = false;
	p->failed_step = p->step[at].name;
	p->verdict = verdict_for(p, VERDICT_DOWN);
	p->has_failed = true;
}

bool probe_fail_in(struct probe *p, const char *step, const char *format, ...)
{
	size_t at = last_named(p, step);
	va_list ap;

	if (memory_lacks() != p->lacks)
		return probe_unknown(p, "no memory left");
	va_start(ap, format);
	if (p->has_failed || at == p->steps)
		probe_judge(p, VERDICT_DOWN, format, ap);
	else
		fail_at(p, at, format, ap);
	va_end(ap);
	return false;
}

bool probe_unknown(struct probe *p, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	probe_judge(p, VERDICT_UNKNOWN, format, ap);
	va_end(ap);
	return false;
}

void probe_degrade(struct probe *p, const char *format, ...)
{
	va_list ap;

	if (!probe_may_go_on(p) || p->verdict != VERDICT_UP)
		return;
	va_start(ap, format);
	p->reason = reason_text(p, format, ap);
	va_end(ap);
	p->failed_step = p->open_step ? p->open_step : "";
	p->verdict = VERDICT_DEGRADED;
}
