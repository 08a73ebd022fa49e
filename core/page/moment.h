/* page/moment: what was believed of checks and services at one time: now, as the keeper says, or
 * then, as the record has it.
 *
 * Reads the record, bounded in time; what cannot be read is not known, and `wrong` says why. Used
 * by the infrastructure view. */
#ifndef NINES_PAGE_MOMENT_H
#define NINES_PAGE_MOMENT_H

#include "../base/map.h"
#include "../web/site.h"

#define MOMENT_MOST 2000 /* names that are looked up in the record */

struct moment_state {
	char state[16]; /* as the keeper names it; "": not known */
	int64_t lasts_us; /* for how long it has been down, or else has not; -1: not known */
	bool is_in_maintenance, is_paused;
};

struct moment {
	int64_t at_us;
	bool is_past;
	int64_t off_from_us, off_to_us; /* nothing was watched then; 0: it was */
	int64_t before_us, after_us; /* the changes next to it; 0: none */
	struct text wrong;
	struct map by_name; /* struct moment_state */
};

/* Zero-initialise. `names`: what is to be known, lines. */
void moment_now(struct moment *, const struct site *, const char *names);
void moment_then(struct moment *, const struct site *, const char *names, int64_t at_us);
void moment_release(struct moment *);
/* Never NULL. */
const struct moment_state *moment_get(const struct moment *, const char *name);

#endif
