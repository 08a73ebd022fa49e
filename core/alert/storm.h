/* alert/storm: how many letters one destination gets when much fails at once (F21).
 *
 * What becomes due for a destination is gathered: while more may join, for at most the window;
 * then one letter names it all. At most STORM_LETTERS letters go within a minute, what is due
 * meanwhile joins the next. Pure; zero-initialised it is empty. */
#ifndef NINES_ALERT_STORM_H
#define NINES_ALERT_STORM_H

#include <stdbool.h>
#include <stdint.h>

#define STORM_WINDOW_US (30 * INT64_C(1000000))
#define STORM_DOUBT_US (60 * INT64_C(1000000)) /* so long while it may all be our own fault */
#define STORM_LETTERS 6 /* a minute */
#define STORM_MINUTE_US (60 * INT64_C(1000000))

/* Of one destination. */
struct storm_rate {
	int64_t sent_us[STORM_LETTERS]; /* a ring, the oldest at `next`; 0: never */
	unsigned next;
};

/* When what is gathered goes. `first_us`: since when something is due. */
int64_t storm_goes_us(const struct storm_rate *, int64_t first_us, bool more_may_join);

/* One letter has gone. */
void storm_sent(struct storm_rate *, int64_t now_us);

#endif
