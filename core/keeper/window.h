/* keeper/window: maintenance: planned spans, declared in the configuration or added by command,
 * once or again and again.
 *
 * In a window with the impact `outage` nobody is alerted of its checks and services (alert.h); they
 * are probed and recorded as ever, so a window decides no state and no figure here. Shortly before
 * it ends what still fails is checked once more, so that nobody is told of what works again; what
 * fails behind its end counts and is told. The record learns of each occurrence as it begins, and
 * again when it ends at another time than announced: figures stay what they are when the
 * configuration no longer has it.
 *
 * Windows go by the wall clock. Called by keeper.c, configure.c, status.c and resume.c. */
#ifndef NINES_KEEPER_WINDOW_H
#define NINES_KEEPER_WINDOW_H

#include "inside.h"

/* `pending` holds the loader's lines, whole: its `zone` and `maintenance` lines replace the
 * declared windows. Before the checks and services change. */
void window_configure(struct keeper *, const struct text *pending);
/* Behind it, when checks and services are in place. */
void window_follow(struct keeper *);
void window_watch(struct keeper *); /* each second */
void window_release(struct keeper *);

/* `resume-maintenance ID ...`, the words of a `maintenance` line. */
void window_resume(struct keeper *, const struct line *);

/* `maintenance-add -`, `maintenance-cancel ID`: true when done, *said tells so; else why not. */
bool window_add(struct keeper *, const struct line *, struct text *said);
bool window_cancel(struct keeper *, const char *id, struct text *said);
/* It was added by command, and not cancelled. */
bool window_is_planned(const struct keeper *, const char *id);
/* One `window ID` line for each, to a client, as many as it has room for. */
void window_list(struct keeper *, int64_t client);
/* For pages, behind what `status -` tells of checks: a line `window ID` for each span of an
 * announced window that goes on or begins within 14 days. *place: what was told, zero at first.
 * False: the client has no room for more now. */
struct window_place {
	size_t window, span;
};
bool window_tell_coming(struct keeper *, int64_t client, struct window_place *place);
/* Until when (wall clock) this check or service is in maintenance that may take it down; 0: it is
 * not. */
int64_t window_until_us(const struct keeper *, const char *name);

#endif
