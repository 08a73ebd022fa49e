/* report/child: the child of a report. See report.h; called by run.c alone. */
#ifndef NINES_REPORT_CHILD_H
#define NINES_REPORT_CHILD_H

#include "report.h"

/* Writes the document, or the sentence that says what is wrong, to `out` and ends the process with
 * an enum report_result. */
void report_child(const struct report_order *, int out) __attribute__((noreturn));

#endif
