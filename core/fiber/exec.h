/* fiber/exec: runs a program for a probe (probe_exec() of check.h).
 *
 * No shell: argv as given, standard input empty or a file in memory, nothing inherited but three
 * descriptors. The program gets a process group of its own that is killed whole when the program
 * ends, the probe ends or its deadline is over, and what has left the group after it
 * (exec_process.h). Invariant: no child outlives its probe unreaped, and no wait for a child ever
 * holds the loop. Trouble in starting it (fork, pipes, exec) is unknown. */
#ifndef NINES_FIBER_EXEC_H
#define NINES_FIBER_EXEC_H

#include <stddef.h>

#include "../base/text.h"

#define EXEC_OUTPUT_BYTES 8192

struct exec_host;

/* Kills what programs have left behind. May be NULL. */
void exec_host_free(struct exec_host *);

/* Appends bytes as valid UTF-8, broken sequences and NULs as U+FFFD: at most `most` bytes, never
 * half a character. */
void exec_add_utf8(struct text *, const char *bytes, size_t size, size_t most);

#endif
