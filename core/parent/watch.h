/* parent/watch: tells when a module was put into, replaced in or removed from a folder of modules
 * (inotify).
 *
 * Reports once, 300 ms after the last event, so that a copy of ten files is one report. A folder
 * that is missing is looked for again at each watch_folders(). Used by the parent only. */
#ifndef NINES_PARENT_WATCH_H
#define NINES_PARENT_WATCH_H

#include <stddef.h>

#include "../base/loop.h"

struct watch;

/* NULL (errno) when the kernel has no inotify left for us. */
struct watch *watch_new(struct loop *, void (*changed)(void *with), void *with);
void watch_free(struct watch *);
/* From now on these and no others; "" is none. */
void watch_folders(struct watch *, const char *const *folder, size_t folders);

#endif
