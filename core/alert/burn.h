/* alert/burn: does a target burn its error budget too fast: the pairs of windows of base/burn.h,
 * evaluated once a minute, from the states that it is told. Pure; zero-initialised but for
 * target_micro it knows nothing, and time of which it knows nothing is neither up nor down.
 *
 * A pair begins when both of its windows reach the rate even if all that is not known of them were
 * up, and ends when the short one does not even if all that were down: what nobody saw, as the time
 * before a restart, begins and ends nothing. Time is counted by minutes for windows of up to six
 * hours, beyond that by ten minutes: those begin up to ten minutes late. */
#ifndef NINES_ALERT_BURN_H
#define NINES_ALERT_BURN_H

#include "../base/burn.h"

#define BURN_MINUTE_US (60 * INT64_C(1000000))
#define BURN_BUCKETS   440 /* six hours of minutes; three days of ten */

enum burn_time {
	BURN_NEITHER, /* unknown, not monitored, maintenance */
	BURN_GOOD,
	BURN_BAD,
	BURN_OPEN, /* an unconfirmed failure: bad once it is one or a blip; neither if withdrawn */
};

struct burn_ring {
	int64_t newest; /* number of its last bucket */
	struct {
		uint32_t bad_us, known_us;
	} bucket[BURN_BUCKETS];
};

struct burn {
	int64_t target_micro;
	bool blips_are_up;
	enum burn_time time; /* since then, not yet in the rings */
	int64_t since_us;
	bool is_on[BURN_PAIRS];
	struct burn_ring fine, coarse;
};

/* From here on. Earlier than what was told before it counts from there. */
void burn_set(struct burn *, enum burn_time, int64_t at_us);
/* Evaluates the whole minutes up to now. */
void burn_look(struct burn *, int64_t now_us);
/* The first pair of that level that burns; NULL: none does. */
const struct burn_pair *burn_of(const struct burn *, enum burn_level);

#endif
