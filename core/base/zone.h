/* base/zone: time zones without the process-global TZ.
 *
 * Reads the system's zone files (TZif, RFC 8536), the footer rule included, so that the years after
 * the file's last transition follow the rule for ever. A zone is immutable after zone_open(); all
 * times are seconds since 1970 UTC, 64 bits. The calendar is the proleptic Gregorian one. Used by
 * the availability engine and every report; never touches TZ or localtime. */
#ifndef NINES_BASE_ZONE_H
#define NINES_BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct zone;

/* A civil time; month 1 to 12, day 1 to 31. Fields out of range are carried (month 13 is January of
 * the next year). */
struct civil {
	int64_t year;
	int month, day, hour, minute, second;
};

/* `name` is an IANA name ("Europe/Berlin") or "UTC". NULL: one sentence in *wrong. Waits for the
 * disk. */
struct zone *zone_open(const char *name, struct text *wrong);
/* The same from the bytes of its file, which may be anything: for a process that opens none. */
struct zone *zone_of_bytes(const char *name, const void *bytes, size_t size, struct text *wrong);
/* Those bytes; of UTC there are none. */
const void *zone_bytes(const struct zone *, size_t *size);
void zone_close(struct zone *);
const char *zone_name(const struct zone *);

/* Seconds east of UTC at that instant; *abbreviation (may be NULL) lives as long as the zone. */
int32_t zone_offset(const struct zone *, int64_t utc_s, const char **abbreviation);

struct civil zone_civil(const struct zone *, int64_t utc_s);

/* The instant of a civil time. One that a change of the clock skipped means the same distance
 * behind the change; one that happened twice means the first. */
int64_t zone_instant(const struct zone *, struct civil);
/* All instants of a civil time, the first one first: none that a change of the clock skipped, two
 * that happened twice. */
int zone_instants(const struct zone *, struct civil, int64_t utc_s[2]);

/* Days since 1970-01-01 of a date, carried as above, and back. */
int64_t zone_days(int64_t year, int64_t month, int64_t day);
struct civil zone_date(int64_t days);

#endif
