/* base/loop: the event loop of every process: descriptors, timers, and a chance to flush before
 * sleeping.
 *
 * Watches and timers are embedded in what they belong to and never allocated here. All times are
 * monotonic microseconds (clock.h). One loop a process; nothing here blocks except loop_run() while
 * there is nothing to do. A callback may add, change or remove any watch or timer, its own
 * included. */
#ifndef NINES_BASE_LOOP_H
#define NINES_BASE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

struct loop;

struct loop_watch {
	/* EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP */
	void (*ready)(struct loop_watch *, uint32_t events);
	int fd;
};

struct loop_timer {
	void (*fire)(struct loop_timer *);
	int64_t at_us;
	size_t place; /* in the heap, 1-based; 0: not set */
};

/* Runs at the end of every turn, before the loop sleeps. */
struct loop_turn {
	void (*turn)(struct loop_turn *);
	struct loop_turn *next;
};

/* NULL without descriptors or memory in the kernel (errno). */
struct loop *loop_new(void);
void loop_free(struct loop *);

/* `events` as for epoll (EPOLLET allowed). False with errno when the kernel refuses. */
bool loop_add(struct loop *, struct loop_watch *, int fd, uint32_t events);
bool loop_change(struct loop *, struct loop_watch *, uint32_t events);
/* Must come before the descriptor is closed; the watch is not called again. */
void loop_remove(struct loop *, struct loop_watch *);
/* Closes the descriptor of a watch, at one system call less than loop_remove() and close(). Only
 * where nobody has a copy of it: epoll forgets what nobody holds any more. */
void loop_close(struct loop *, struct loop_watch *);

/* Sets or moves a timer. */
void loop_set(struct loop *, struct loop_timer *, int64_t at_us);
void loop_stop_timer(struct loop *, struct loop_timer *);

void loop_each_turn(struct loop *, struct loop_turn *);

/* Monotonic time as of the start of this turn: cheap. */
int64_t loop_now(const struct loop *);

/* Runs until loop_end(). loop_once() does one turn and waits at most until `until_us`. */
void loop_run(struct loop *);
void loop_once(struct loop *, int64_t until_us);
void loop_end(struct loop *);

/* What hangs on a turn tells a watcher: called with the time when a turn begins to work, 0 when it
 * sleeps. */
void loop_heartbeat(struct loop *, void (*beat)(int64_t busy_since_us, void *with), void *with);

#endif
