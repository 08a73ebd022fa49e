/* prober/probe: the life of a probe: begin, park, wake, deadline, end. See probe.h.
 *
 * struct probe and its first arena block lie in the spare area of the fiber's stack, so a small
 * probe allocates nothing. */
#include "probe.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../fiber/exec.h"
#include "../fiber/net.h"
#include "../fiber/resolve.h"
#include "../fiber/tls.h"
#include "blame.h"

#define SPARE_BYTES 1600
#define NUMBERS_KEPT 1024

_Static_assert(sizeof(struct probe) + 512 < SPARE_BYTES,
	       "the first arena block of a probe is too small");

static void blame(const struct probe *p)
{
	const struct probe_order *o = &p->order;

	blame_enter(p->host->blame, p->number, o->module->head.name, o->check,
		    p->open_step ? p->open_step : "other");
}

/* For how long others held the loop while this probe was in flight. The turn that runs counts from
 * the probe's start on. */
static int64_t stalled_us(const struct probe *p, int64_t now_us)
{
	int64_t turn_us = loop_now(p->host->loop),
		held_us = p->host->stalled_us - p->stalled_before_us;
	int64_t now_held_us = now_us - (turn_us > p->start_us ? turn_us : p->start_us);

	return now_held_us > PROBE_STALL_US ? held_us + now_held_us : held_us;
}

/* What the loop's own delay explains is not the target's slowness. */
static void judge_slowness(struct probe *p, int64_t elapsed_us, int64_t held_us)
{
	struct text reason = {0};

	if (p->verdict != VERDICT_UP || !p->order.slow_us ||
	    elapsed_us - held_us <= p->order.slow_us)
		return;
	text_puts(&reason, "slow: ");
	text_add_duration(&reason, elapsed_us);
	text_puts(&reason, ", limit ");
	text_add_duration(&reason, p->order.slow_us);
	probe_degrade(p, "%s", text_get(&reason));
	text_release(&reason);
}

/* done() may begin another probe, which may end at once: the line must not be shared. */
static void hand_over(struct probe *p, int64_t end_us)
{
	struct probe_host *h = p->host;
	struct text line = h->line;

	h->line = (struct text){0};
	text_clear(&line);
	probe_add_result(p, &line, end_us);
	p->order.done(p, &line, p->order.with);
	if (h->line.at)
		text_release(&line);
	else
		h->line = line;
}

static void free_text(struct text *t)
{
	if (t)
		text_release(t);
	free(t);
}

/* Most probes measure as much as the one before. */
static void keep_room(struct text *kept, struct text *given)
{
	if (kept->at || given->room > NUMBERS_KEPT) {
		text_release(given);
		return;
	}
	text_clear(given);
	*kept = *given;
}

static void finish(struct probe *p)
{
	struct probe_host *h = p->host;
	struct fiber *f = p->fiber;
	int64_t end_us = clock_mono_us(), held_us = stalled_us(p, end_us);

	loop_stop_timer(h->loop, &p->deadline);
	probe_end_step_at(p, end_us - p->start_us);
	p->is_stalled = held_us > 0;
	judge_slowness(p, end_us - p->start_us, held_us);
	probe_judge_limits(p);
	probe_release_deferred(p);
	net_close_all(p);
	blame_leave(h->blame);
	h->in_flight--;
	hand_over(p, end_us);
	keep_room(&h->numbers, &p->numbers);
	text_release(&p->words);
	free_text(p->transcript);
	arena_release(&p->arena);
	p->magic = 0;
	fiber_free(f);
}

static void run(void *with)
{
	struct probe *p = with;

	p->order.module->run(p, p->order.options);
}

static void after_switch(struct probe *p)
{
	if (fiber_has_ended(p->fiber))
		finish(p);
	else
		blame_leave(p->host->blame);
}

static void resume(struct probe *p)
{
	assert(p->magic == PROBE_MAGIC && p->is_parked);
	p->is_parked = false;
	blame(p);
	fiber_resume(p->fiber);
	after_switch(p);
}

void probe_wake(struct probe *p)
{
	assert(p->magic == PROBE_MAGIC);
	if (p->is_parked)
		resume(p);
}

static struct probe *probe_of(struct loop_timer *deadline)
{
	return (struct probe *)((char *)deadline - offsetof(struct probe, deadline));
}

static void fire(struct loop_timer *deadline)
{
	struct probe *p = probe_of(deadline);

	p->is_late = true;
	if (p->is_parked)
		resume(p);
}

static const char *time_out_text(struct probe *p, char *to, size_t room)
{
	int64_t us = p->order.timeout_us;

	if (us % CLOCK_SECOND)
		snprintf(to, room, "timeout after %lldms", (long long)(us / 1000));
	else
		snprintf(to, room, "timeout after %llds", (long long)(us / CLOCK_SECOND));
	return to;
}

/* Not the target's fault when the resolver kept silent or when this process itself stood still past
 * the deadline. */
bool probe_time_out(struct probe *p)
{
	char text[64];
	int64_t now_us = clock_mono_us(), held_us = now_us - p->deadline_us + stalled_us(p, now_us);

	p->is_late = true;
	time_out_text(p, text, sizeof text);
	if (p->lacks_resolver)
		return probe_unknown(p, "resolver failing: no answer, %s", text);
	if (held_us > p->order.timeout_us / 4 && held_us > PROBE_STALL_US)
		return probe_unknown(p, "%s, but the prober itself stood still", text);
	return probe_fail(p, "%s", text);
}

bool probe_park(struct probe *p)
{
	assert(p->magic == PROBE_MAGIC && fiber_running() == p->fiber);
	if (p->has_failed)
		return false;
	if (clock_mono_us() >= p->deadline_us)
		return probe_time_out(p);
	p->is_parked = p->has_waited = true;
	fiber_park();
	if (p->is_late)
		return probe_time_out(p);
	return true;
}

static void set_up(struct probe *p, struct probe_host *h, const struct probe_order *order)
{
	*p = (struct probe){.magic = PROBE_MAGIC,
			    .host = h,
			    .order = *order,
			    .reason = "",
			    .failed_step = "",
			    .stalled_before_us = h->stalled_us};
	p->start_us = clock_mono_us();
	p->lacks = memory_lacks();
	p->start_wall_us = clock_wall_us();
	p->deadline_us = p->start_us + order->timeout_us;
	if (order->id)
		text_to_int(order->id, &p->number);
	if (!p->order.due_us)
		p->order.due_us = p->start_us;
}

/* Without memory for a stack there is still a result. */
static void refuse(struct probe_host *h, const struct probe_order *order)
{
	struct probe p;

	set_up(&p, h, order);
	arena_init(&p.arena, NULL, 0, 0);
	p.has_failed = true;
	p.verdict = VERDICT_UNKNOWN;
	p.reason = "no memory for another probe";
	p.failed_step = "other";
	hand_over(&p, p.start_us);
}

void probe_begin(struct probe_host *h, const struct probe_order *order)
{
	struct fiber *f = fiber_new(SPARE_BYTES);
	struct probe *p;

	if (!f) {
		refuse(h, order);
		return;
	}
	p = fiber_spare(f);
	set_up(p, h, order);
	p->fiber = f;
	arena_init(&p->arena, p + 1, SPARE_BYTES - sizeof *p, PROBE_ARENA_BYTES);
	p->deadline.fire = fire;
	loop_set(h->loop, &p->deadline, p->deadline_us);
	h->in_flight++;
	if (h->blame)
		h->blame->probes++;
	blame(p);
	fiber_start(f, run, p);
	after_switch(p);
}

static void turn_ended(struct loop_turn *turn)
{
	struct probe_host *h =
		(struct probe_host *)((char *)turn - offsetof(struct probe_host, turn));
	int64_t now_us = clock_mono_us();

	if (now_us - loop_now(h->loop) > PROBE_STALL_US)
		h->stalled_us += now_us - loop_now(h->loop);
}

bool probe_host_open(struct probe_host *h)
{
	signal(SIGPIPE, SIG_IGN);
	tls_begin();
	h->turn.turn = turn_ended;
	loop_each_turn(h->loop, &h->turn);
	h->resolver = resolver_new(h->loop);
	return h->resolver != NULL;
}

void probe_host_close(struct probe_host *h)
{
	resolver_free(h->resolver);
	tls_host_free(h->tls);
	exec_host_free(h->exec);
	text_release(&h->line);
	text_release(&h->numbers);
	h->resolver = NULL;
	h->tls = NULL;
	h->exec = NULL;
}
