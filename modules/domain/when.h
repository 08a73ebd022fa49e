/* modules/domain/when: dates as registries write them, of which every one has its own way.
 *
 * Pure. `2027-05-31T10:00:00Z`, `31-May-2027`, `31.05.2027`, `2027/05/31 (JST)`, `20270531` and
 * their kin; between 31/05 and 05/31 the day comes first unless it cannot. */
#ifndef NINES_DOMAIN_WHEN_H
#define NINES_DOMAIN_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds since 1970 UTC; of a date without a time the end of that day: it is valid until then.
 * False: no date. */
bool when_read(const char *text, int64_t *s);

#endif
