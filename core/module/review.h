/* module/review: a module's own judgement of what the configuration makes of it.
 *
 * Runs the module's judge(), so only the child of module_review() (load.h) calls it. Reads `define
 * NAME` lines of checks or `channel NAME` lines of notifiers (`address=` where it is one that is
 * judged), those of other modules are passed over; adds a line `wrong NAME option= item= text=` for
 * each mistake. Secrets stay with the loader: a check sees "", a notifier "*". */
#ifndef NINES_MODULE_REVIEW_H
#define NINES_MODULE_REVIEW_H

#include "load.h"

#define REVIEW_SILENT "the module refuses the options and does not say why"

void review_checks(const struct module *, const struct text *defines, struct text *lines);

#endif
