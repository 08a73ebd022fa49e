/* base/recur: a planned span of time: once, or again and again by a line of crontab(5).
 *
 * Maintenance windows are such spans; the loader judges with this, the keeper follows it and
 * figures are computed by it, so that all three mean the same. A span that comes again begins when
 * its line is due by the clock of its zone and lasts as long as it says, 25 hours of a day being 25
 * hours. Pure. */
#ifndef NINES_BASE_RECUR_H
#define NINES_BASE_RECUR_H

#include "cron.h"

#define RECUR_LONGEST_US (INT64_C(31) * 86400 * 1000000)

/* As it is written; "" or NULL where it is not. */
struct recur_words {
	const char *start, *end;   /* RFC 3339; of one that comes again: not before, not behind */
	const char *cron, *length; /* "0 2 * * sun", "2h" */
};

/* Times are microseconds since 1970 UTC. */
struct recur {
	int64_t start_us, end_us; /* of the one span, or the bounds of all: INT64_MIN, INT64_MAX */
	bool is_again;
	struct cron cron;
	int64_t length_us;
	const struct zone *zone; /* borrowed; its clock decides when the line is due */
};

/* False: *wrong says why, and *option which word it is about. */
bool recur_parse(struct recur *, const struct recur_words *, const struct zone *,
		 const char **option, struct text *wrong);

/* The first span that ends behind at_us: [*from_us, *to_us). False: there is none. */
bool recur_next(const struct recur *, int64_t at_us, int64_t *from_us, int64_t *to_us);

#endif
