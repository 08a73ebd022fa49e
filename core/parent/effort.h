/* parent/effort: what all processes of nines take together: CPU and memory, as /proc tells them.
 *
 * Goes from one process down to all that it started, and adds what ended ones have used: the CPU
 * time only ever grows. Memory is what each has for itself (resident less shared). Opens files of
 * /proc and nothing else; what cannot be read is not known, and never 0. Used by parent.c. */
#ifndef NINES_PARENT_EFFORT_H
#define NINES_PARENT_EFFORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define EFFORT_EVERY_TICKS 10 /* so often the keeper is told */

struct effort {
	int64_t cpu_us, memory_bytes, processes;
};

/* False: this machine does not tell. */
bool effort_read(pid_t, struct effort *);

#endif
