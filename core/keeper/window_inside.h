/* keeper/window_inside: what window.c, which follows windows, and window_words.c, which makes them
 * of lines, share. See window.h. */
#ifndef NINES_KEEPER_WINDOW_INSIDE_H
#define NINES_KEEPER_WINDOW_INSIDE_H

#include "../base/recur.h"
#include "window.h"

#define WINDOW_WORDS  10
#define WINDOW_COMING 32 /* spans of one window that pages announce at a time */

enum impact { IMPACT_NONE, IMPACT_DEGRADED, IMPACT_OUTAGE, IMPACTS };

struct window {
	struct window *next;
	char *id; /* of a declared one its section's title */
	bool is_declared, is_cancelled;
	char *word[WINDOW_WORDS]; /* by window_word: as they came, the record gets them back */
	enum impact impact;
	struct zone *zone;
	struct recur when;
	int64_t announced_us; /* 0: nobody said when */
	bool is_on, is_rechecked;
	int64_t from_us, to_us; /* of the occurrence that is on */
	/* looked for at `looked_us`: none begins before it; a line of crontab may be years away */
	int64_t looked_us, next_us;
	/* of one that comes again, what pages announce: found at `coming_us` (window_coming.c) */
	int64_t coming_us;
	struct window_span {
		int64_t from_us, to_us;
	} coming[WINDOW_COMING];
	size_t comings;
};
extern const char *const window_word[WINDOW_WORDS];
extern const char *const window_impact_name[IMPACTS]; /* none degraded outage */

/* Made of a line's words. `zone`: the line of its zone, or NULL when its own brings the bytes.
 * NULL: *wrong says why. */
struct window *window_new(const char *id, const struct line *, const struct line *zone,
			  struct text *wrong);
void window_free(struct window *);
const char *window_word_of(const struct window *, const char *name);
/* Announced then: one that comes once begins no earlier. */
void window_announce(struct window *, int64_t wall_us);
/* One that comes once ends then. */
void window_cut(struct window *, int64_t wall_us);
/* The `maintenance` lines of a configuration that is to come, each with its zone. */
struct window *window_read_declared(const struct text *pending);

#endif
