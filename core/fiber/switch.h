/* fiber/switch: leaves one stack and goes on where another was left.
 *
 * glibc's swapcontext() also changes the signal mask, a system call at each switch that nobody here
 * needs: a probe that waits twice would pay six of them. On x86-64 a switch is therefore a dozen
 * instructions of our own (System V ABI: the callee-saved registers and the control words of
 * floating point); elsewhere it is swapcontext(). gdb/fibers.py knows the layout that is left on a
 * stack. Used by fiber.c only. */
#ifndef NINES_FIBER_SWITCH_H
#define NINES_FIBER_SWITCH_H

#include <stddef.h>

#ifdef __x86_64__

struct switch_context {
	void *sp;
};

#else

#include <ucontext.h>

struct switch_context {
	ucontext_t saved;
};

#endif

/* The next switch to `c` calls enter() on the stack of `bytes` from `low` up; enter() must never
 * return. */
void switch_prepare(struct switch_context *c, void *low, size_t bytes, void (*enter)(void));

/* Comes back when somebody switches to `from`. */
void switch_swap(struct switch_context *from, struct switch_context *to);

#endif
