/* tests/unit/base_loop: timers in order, watches that change each other, turns, and no timer that
 * holds the loop. */
#include "../../core/base/loop.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../core/base/clock.h"
#include "../lib/tap.h"

#define TIMERS 500

static struct loop *loop;
static int fired;
static int64_t last_at_us;
static bool in_order;

static void note(struct loop_timer *t)
{
	in_order = in_order && t->at_us >= last_at_us;
	last_at_us = t->at_us;
	fired++;
}

static void check_timers(void)
{
	static struct loop_timer timer[TIMERS];
	int64_t now = loop_now(loop);
	int stopped = 0;

	srandom(5);
	in_order = true;
	for (int i = 0; i < TIMERS; i++) {
		timer[i].fire = note;
		loop_set(loop, &timer[i], now - random() % 1000000);
	}
	for (int i = 0; i < TIMERS; i += 3)
		loop_set(loop, &timer[i], now - random() % 1000000);
	for (int i = 0; i < TIMERS; i += 7, stopped++)
		loop_stop_timer(loop, &timer[i]);
	loop_stop_timer(loop, &timer[0]);
	loop_once(loop, 0);
	ok(in_order, "timers fire in the order of their times");
	ok(fired == TIMERS - stopped, "each once, moved or not, but for the stopped ones");
}

static void again(struct loop_timer *t)
{
	fired++;
	loop_set(loop, t, 0);
}

static void check_timer_that_is_always_due(void)
{
	struct loop_timer t = {.fire = again};

	fired = 0;
	loop_set(loop, &t, 0);
	loop_once(loop, 0);
	ok(fired == 1, "a timer that sets itself to the past waits for the next turn");
	loop_once(loop, loop_now(loop) + CLOCK_SECOND);
	ok(fired == 2, "and fires then");
	loop_stop_timer(loop, &t);
}

struct peer {
	struct loop_watch watch;
	struct peer *other;
	int seen;
};

/* Whoever comes first takes the other out: it must not be called from the same batch. */
static void take_other_out(struct loop_watch *w, uint32_t events)
{
	struct peer *p = (struct peer *)w;

	(void)events;
	p->seen++;
	loop_remove(loop, &p->other->watch);
}

static void check_watches(void)
{
	struct peer a = {.watch.ready = take_other_out},
		    b = {.watch.ready = take_other_out, .other = &a};
	int one[2], two[2];

	a.other = &b;
	if (pipe(one) || pipe(two) || write(one[1], "x", 1) != 1 || write(two[1], "x", 1) != 1)
		return;
	ok(loop_add(loop, &a.watch, one[0], EPOLLIN) && loop_add(loop, &b.watch, two[0], EPOLLIN),
	   "watches are added");
	loop_once(loop, loop_now(loop) + CLOCK_SECOND);
	ok(a.seen + b.seen == 1, "a watch removed by another is not called");
	loop_remove(loop, &a.watch);
	loop_remove(loop, &b.watch);
	ok(!loop_add(loop, &a.watch, 9999, EPOLLIN), "a descriptor that is not open is refused");
	for (int i = 0; i < 2; i++) {
		close(one[i]);
		close(two[i]);
	}
}

static int turns, beats;

static void turned(struct loop_turn *t)
{
	(void)t;
	turns++;
}

static void beat(int64_t busy_since_us, void *with)
{
	beats += busy_since_us ? 1 : -1;
	*(int *)with += 1;
}

static void end_loop(struct loop_timer *t)
{
	(void)t;
	loop_end(loop);
}

int main(void)
{
	struct loop_turn turn = {.turn = turned};
	struct loop_timer end = {.fire = end_loop};
	int told = 0;

	loop = loop_new();
	check_timers();
	check_timer_that_is_always_due();
	check_watches();
	loop_each_turn(loop, &turn);
	loop_heartbeat(loop, beat, &told);
	loop_set(loop, &end, loop_now(loop) + 1000);
	loop_run(loop);
	ok(turns >= 1, "each turn is told");
	ok(!beats && told >= 2, "the heartbeat ends with a sleeping loop");
	loop_free(loop);
	return done_testing();
}
