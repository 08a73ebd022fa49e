/* base/loop: see loop.h. */
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "memory.h"

#define EVENTS 256

struct loop {
	int epoll;
	bool ended, is_firing;
	bool counts_ms; /* no epoll_pwait2: valgrind 3.19 */
	int64_t now_us;
	struct loop_timer **heap; /* heap[1] is due first */
	size_t timers, room;
	struct loop_turn *turns;
	struct epoll_event event[EVENTS];
	int events, next_event; /* of the batch being delivered */
	void (*beat)(int64_t, void *);
	void *beat_with;
};

struct loop *loop_new(void)
{
	struct loop *l = memory_new(sizeof *l);

	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0) {
		free(l);
		return NULL;
	}
	l->now_us = clock_mono_us();
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	close(l->epoll);
	free(l->heap);
	free(l);
}

bool loop_add(struct loop *l, struct loop_watch *w, int fd, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = w};

	w->fd = fd;
	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) == 0;
}

bool loop_change(struct loop *l, struct loop_watch *w, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = w};

	return epoll_ctl(l->epoll, EPOLL_CTL_MOD, w->fd, &e) == 0;
}

static void drop_events(struct loop *l, const struct loop_watch *w)
{
	for (int i = l->next_event; i < l->events; i++)
		if (l->event[i].data.ptr == w)
			l->event[i].data.ptr = NULL;
}

void loop_remove(struct loop *l, struct loop_watch *w)
{
	epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	drop_events(l, w);
}

void loop_close(struct loop *l, struct loop_watch *w)
{
	close(w->fd);
	w->fd = -1;
	drop_events(l, w);
}

static void place(struct loop *l, size_t at, struct loop_timer *t)
{
	l->heap[at] = t;
	t->place = at;
}

static void sift_up(struct loop *l, size_t at, struct loop_timer *t)
{
	for (; at > 1 && l->heap[at / 2]->at_us > t->at_us; at /= 2)
		place(l, at, l->heap[at / 2]);
	place(l, at, t);
}

static void sift_down(struct loop *l, size_t at, struct loop_timer *t)
{
	for (size_t child = at * 2; child <= l->timers; child = at * 2) {
		if (child < l->timers && l->heap[child + 1]->at_us < l->heap[child]->at_us)
			child++;
		if (l->heap[child]->at_us >= t->at_us)
			break;
		place(l, at, l->heap[child]);
		at = child;
	}
	place(l, at, t);
}

static void reseat(struct loop *l, size_t at, struct loop_timer *t)
{
	if (at > 1 && l->heap[at / 2]->at_us > t->at_us)
		sift_up(l, at, t);
	else
		sift_down(l, at, t);
}

void loop_set(struct loop *l, struct loop_timer *t, int64_t at_us)
{
	/* A timer set by a timer waits for the next turn, else one that is always due would hold
	 * the loop. */
	t->at_us = l->is_firing && at_us <= l->now_us ? l->now_us + 1 : at_us;
	if (t->place) {
		reseat(l, t->place, t);
		return;
	}
	if (l->timers + 2 > l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->heap = memory_resize(l->heap, l->room * sizeof *l->heap);
	}
	sift_up(l, ++l->timers, t);
}

void loop_stop_timer(struct loop *l, struct loop_timer *t)
{
	struct loop_timer *last;
	size_t at = t->place;

	if (!at)
		return;
	t->place = 0;
	last = l->heap[l->timers--];
	if (last != t)
		reseat(l, at, last);
}

void loop_each_turn(struct loop *l, struct loop_turn *turn)
{
	turn->next = l->turns;
	l->turns = turn;
}

int64_t loop_now(const struct loop *l)
{
	return l->now_us;
}

static void fire_due(struct loop *l)
{
	l->is_firing = true;
	while (l->timers && l->heap[1]->at_us <= l->now_us && !l->ended) {
		struct loop_timer *t = l->heap[1];

		loop_stop_timer(l, t);
		t->fire(t);
	}
	l->is_firing = false;
}

static void deliver(struct loop *l)
{
	struct loop_watch *w;
	uint32_t events;

	for (l->next_event = 0; l->next_event < l->events;) {
		w = l->event[l->next_event].data.ptr;
		events = l->event[l->next_event++].events;
		if (w)
			w->ready(w, events);
	}
	l->events = 0;
}

static int in_ms(int64_t at_us, int64_t left_us)
{
	if (at_us == CLOCK_NEVER)
		return -1;
	return left_us <= 0                    ? 0
	       : left_us > 1000 * CLOCK_SECOND ? 1000000
					       : (int)((left_us + 999) / 1000);
}

static void wait_for_events(struct loop *l, int64_t until_us)
{
	int64_t at_us = l->timers && l->heap[1]->at_us < until_us ? l->heap[1]->at_us : until_us;
	int64_t left_us = at_us - clock_mono_us();
	struct timespec wait = {0};

	if (left_us > 0) {
		wait.tv_sec = left_us / CLOCK_SECOND;
		wait.tv_nsec = left_us % CLOCK_SECOND * 1000;
	}
	if (!l->counts_ms)
		l->events = epoll_pwait2(l->epoll, l->event, EVENTS,
					 at_us == CLOCK_NEVER ? NULL : &wait, NULL);
	if (l->events < 0 && errno == ENOSYS)
		l->counts_ms = true;
	if (l->counts_ms)
		l->events = epoll_wait(l->epoll, l->event, EVENTS, in_ms(at_us, left_us));
	if (l->events < 0)
		l->events = 0; /* EINTR: a signal; the next turn waits again */
}

static void beat(struct loop *l, int64_t busy_since_us)
{
	if (l->beat)
		l->beat(busy_since_us, l->beat_with);
}

void loop_once(struct loop *l, int64_t until_us)
{
	struct loop_turn *next;

	wait_for_events(l, until_us);
	l->now_us = clock_mono_us();
	beat(l, l->now_us);
	deliver(l);
	fire_due(l);
	for (struct loop_turn *t = l->turns; t; t = next) {
		next = t->next;
		t->turn(t);
	}
	beat(l, 0);
}

void loop_run(struct loop *l)
{
	for (l->ended = false; !l->ended;)
		loop_once(l, CLOCK_NEVER);
}

void loop_end(struct loop *l)
{
	l->ended = true;
}

void loop_heartbeat(struct loop *l, void (*tell)(int64_t, void *), void *with)
{
	l->beat = tell;
	l->beat_with = with;
}
