/* prober/blame: the page a prober shares with the parent, so that a death can be blamed on a module and a step.
 *
 * The prober writes before it enters foreign code, the parent reads after the prober died or while it stands still. Plain stores to
 * one mapped page: what counts is what stood there when the process stopped. The parent trusts none of it: texts are bounded and checked. */
#ifndef NINES_PROBER_BLAME_H
#define NINES_PROBER_BLAME_H

#include <stdint.h>

#define BLAME_MAGIC 0x626c616du
#define BLAME_TEXT 48

struct blame {
	uint32_t magic;
	volatile int64_t busy_since_us; /* monotonic; 0: the loop sleeps */
	volatile uint64_t turns;        /* loop turns done: progress */
	volatile int64_t probe;         /* id of the probe that runs, 0: none */
	volatile char module[BLAME_TEXT], step[BLAME_TEXT], check[BLAME_TEXT];
};

#endif
