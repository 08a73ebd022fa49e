/* report/hours: the agreed hours of an sla, "Mon-Fri 08:00-18:00", as windows of time.
 *
 * Hours are civil time of a zone: a day with a change of the clock has them by the wall. An end at
 * or before the start belongs to the next day ("Mon-Sun 22:00-07:00"), 24:00 is midnight. Pure. */
#ifndef NINES_REPORT_HOURS_H
#define NINES_REPORT_HOURS_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/text.h"
#include "../base/zone.h"
#include "../sla/sla.h"

#define HOURS_RULES 32

struct hours_rule {
	unsigned days; /* bit 0: Monday */
	int from_minute, to_minute; /* to may be behind 24:00 */
};

struct hours {
	struct hours_rule rule[HOURS_RULES];
	size_t rules;
};

/* Adds one text. False: *wrong says why. */
bool hours_add(struct hours *, const char *text, struct text *wrong);

/* The windows of [from, to), settled. */
void hours_windows(const struct hours *, const struct zone *, int64_t from_us, int64_t to_us,
		   struct sla_windows *into);

/* As it decides figures: for the method id. */
void hours_add_text(struct text *, const struct hours *);

#endif
