/* page/detail: what those who run it read of a check or a service: its module, since when, the
 * reason and its step, what was found out, the steps of the last probe; and the monitor's own
 * health. In the words of the machine: it is for who may look (permit.h). Pure. */
#ifndef NINES_PAGE_DETAIL_H
#define NINES_PAGE_DETAIL_H

#include "scene.h"

/* `full`: with the steps of the last probe. */
void detail_add(struct text *, const struct part *, int64_t at_us, bool full);
void detail_add_monitor(struct text *, const struct overview *, bool is_stale);

#endif
