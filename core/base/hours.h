/* base/hours: hours of the week as people write them, "Mon-Fri 08:00-18:00".
 *
 * Civil time of a zone that is named elsewhere: a day with a change of the clock has them by the
 * wall. An end at or before the start belongs to the next day ("Mon-Sun 22:00-07:00"), 24:00 is
 * midnight. The one parser: the loader judges with it, figures are computed by it. Pure. */
#ifndef NINES_BASE_HOURS_H
#define NINES_BASE_HOURS_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

#define HOURS_RULES 32
#define HOURS_REMEDY "write Mon-Fri 08:00-18:00"

struct hours_rule {
	unsigned days; /* bit 0: Monday */
	int from_minute, to_minute; /* to may be behind 24:00 */
};

/* Zero-initialise. */
struct hours {
	struct hours_rule rule[HOURS_RULES];
	size_t rules;
};

/* Adds one text. False: *wrong says why. */
bool hours_add(struct hours *, const char *text, struct text *wrong);

/* Takes "08:00-18:00" off the text; ends behind 24:00 as told above. False: there is none, and *at
 * stays. */
bool hours_take_range(const char **at, int *from_minute, int *to_minute);

/* As it decides figures: for the method id. */
void hours_add_text(struct text *, const struct hours *);

#endif
