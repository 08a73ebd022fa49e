/* base/holidays: days that have no agreed hours, or hours of their own, as people write them:
 *
 *	2026-12-25 Christmas Day          a date
 *	12-25                             each year; 02-29 in leap years alone
 *	12-24 to 01-01 closed             a span, of dates or of each year
 *	12-24 08:00-12:00 Christmas Eve   with hours of its own; 22:00-02:00 ends on the next day
 *
 * Civil days of a zone that is named elsewhere. The one parser: the loader judges with it, figures
 * are computed by it. Pure. */
#ifndef NINES_BASE_HOLIDAYS_H
#define NINES_BASE_HOLIDAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define HOLIDAYS_MOST   500
#define HOLIDAYS_HOURS  4
#define HOLIDAYS_REMEDY "write 2026-12-25, 12-25, \"12-24 to 01-01\" or \"12-24 08:00-12:00\""

struct holiday_date {
	int year, month, day; /* year 0: of each */
};

struct holiday {
	struct holiday_date first, last; /* both have a year, or none */
	struct {
		int from_minute, to_minute; /* to may be behind 24:00 */
	} hours[HOLIDAYS_HOURS];
	size_t hour_count; /* 0: none are agreed */
	char name[40]; /* "", cut where it is longer */
};

/* Zero-initialise. */
struct holidays {
	size_t days;
	struct holiday day[HOLIDAYS_MOST];
};

/* Adds one text. False: *wrong says why. */
bool holidays_add(struct holidays *, const char *text, struct text *wrong);

/* Calls `take` for each stretch of days that reaches into [from_day, to_day], numbers since
 * 1970-01-01, both ends belong to it. */
void holidays_each(const struct holidays *, int64_t from_day, int64_t to_day,
		   void (*take)(const struct holiday *, int64_t first_day, int64_t last_day,
				void *with),
		   void *with);

/* As people read one: "12-24 to 12-26 Christmas, 08:00-12:00". */
void holidays_add_words(struct text *, const struct holiday *);

/* As they decide figures: for the method id. */
void holidays_add_text(struct text *, const struct holidays *);

#endif
