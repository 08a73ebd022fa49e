/* store/daily: what one day of a target comes to: the rows of `day`, the digest of its results;
 * and the row of a month from its days.
 *
 * The one computation behind the rollups and behind what verifies them: the same bytes from the
 * same results, however those are packed. A day's results are digested in the order of their
 * recording, so that those that come late stand behind what was there: an older digest stays that
 * of the first results. Inside one snapshot or transaction; writes nothing. */
#ifndef NINES_STORE_DAILY_H
#define NINES_STORE_DAILY_H

#include "digest.h"
#include "source.h"

#define DAILY_US (INT64_C(86400) * 1000000)

/* One series of the target. */
struct daily_part {
	int64_t series, location;
	const char *place; /* the location's name */
	const struct text *open; /* its open block */
	/* found: */
	struct text row; /* of its steps; empty: there was no result */
	uint64_t results;
	struct digest_run digest;
};

/* Zero-initialise, give the parts; daily_release(). */
struct daily {
	struct daily_part *part;
	size_t parts;
	/* called with each result; may be NULL */
	void (*see)(struct daily_part *, void *with);
	void *with;
	/* found: */
	struct text row; /* of the cycle samples; empty: there was none */
	size_t damaged;
};

/* False: the database failed. */
bool daily_compute(struct sql *, struct daily *, int64_t day);
void daily_release(struct daily *); /* what was found; not `part` */

/* The row of the month that begins with the day `month`; *row stays empty when it has no days. */
bool daily_month(struct sql *, int64_t target, int64_t location, int64_t month, struct text *row);
/* The first day of the month of a day, and of the month behind that. */
int64_t daily_month_of(int64_t day);
int64_t daily_month_behind(int64_t month);

#endif
