/* fiber/fiber: straight-line code that waits without holding its process.
 *
 * A fiber is a function on a stack of its own (64 KiB, mmapped, a guard page below), switched with
 * switch.h; annotated so that ASan and valgrind follow. It runs when fiber_start() or
 * fiber_resume() is called from the loop's own stack, until it parks or ends. Stacks are pooled; of
 * a pooled stack only its top page stays in memory. Fibers know nothing of probes;
 * core/prober/probe.h puts deadlines on top. */
#ifndef NINES_FIBER_FIBER_H
#define NINES_FIBER_FIBER_H

#include <stddef.h>

#define FIBER_STACK_BYTES 65536

struct fiber;

/* Starts `run(with)` at once and comes back when it parks or has ended. `spare_bytes` at the top of
 * the stack are lent to the caller (fiber_spare) so that a small probe needs no other memory. NULL:
 * no memory for a stack. */
struct fiber *fiber_new(size_t spare_bytes);
void *fiber_spare(struct fiber *); /* aligned to 16; valid until fiber_free() */
void fiber_start(struct fiber *, void (*run)(void *), void *with);
/* Only from the loop's own stack, only for a parked fiber. */
void fiber_resume(struct fiber *);
/* Only from inside a fiber. */
void fiber_park(void);
/* Only from inside a fiber: ends it without going back to run(); its stack is forgotten. */
void fiber_end(void) __attribute__((noreturn));
/* NULL on the loop's own stack. */
struct fiber *fiber_running(void);
/* Has run() returned? */
int fiber_has_ended(const struct fiber *);
/* Gives the stack back to the pool; only when ended or never started. */
void fiber_free(struct fiber *);

#endif
