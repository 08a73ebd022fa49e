/* cli/run_child: the child of `nines check` and `nines contact test`: loads the module, sets its
 * options, runs the probe or delivers the letter. See run.h. */
#ifndef NINES_CLI_RUN_CHILD_H
#define NINES_CLI_RUN_CHILD_H

#include "run.h"

struct blame;

/* Writes `begin - timeout_us= blocks=` and `result ...` or `outcome ...`, or `wrong - text=`, to
 * `out` and ends the process. */
void run_child(const struct run_order *, struct blame *, int out) __attribute__((noreturn));

#endif
