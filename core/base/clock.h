/* base/clock: the two clocks, and nothing that confuses them.
 *
 * Every duration and deadline is CLOCK_MONOTONIC in microseconds; the wall clock only labels. The
 * keeper never calls these: its time is passed in, so that a test can be any day. */
#ifndef NINES_BASE_CLOCK_H
#define NINES_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_NEVER INT64_MAX

int64_t clock_mono_us(void); /* CLOCK_MONOTONIC */
int64_t clock_wall_us(void); /* microseconds since 1970 UTC */
int64_t clock_boot_us(void); /* CLOCK_BOOTTIME: also counts suspend */

/* RFC 3339 in UTC: 2026-11-21T18:00:00.123456Z (digits: 0, 3 or 6 of the fraction). */
void clock_add_utc(struct text *, int64_t wall_us, int digits);

/* Reads RFC 3339 with any offset ("2026-11-21T18:00:00Z", "... 18:00:00.5+01:00"), or a date alone,
 * which is its midnight in UTC. A leap second (:60) reads as the second after it. False: no such
 * time. */
bool clock_parse_utc(const char *, int64_t *wall_us);

#endif
