/* base/burn: how fast a window burns an error budget, and which pairs of windows alerts go by.
 *
 * The one arithmetic of the report, of the loader, which refuses what the sampling cannot carry,
 * and of the engine of core/alert/burn.h. Pure. */
#ifndef NINES_BASE_BURN_H
#define NINES_BASE_BURN_H

#include <stdbool.h>
#include <stdint.h>

#define BURN_PAIRS 4

enum burn_level { BURN_PAGE, BURN_TICKET, BURN_LEVELS };

/* Google's SRE workbook: both windows burn at least at the rate. `words` say it to people. */
struct burn_pair {
	enum burn_level level;
	int64_t rate_milli, long_us, short_us;
	const char *name, *words;
};
extern const struct burn_pair burn_pair[BURN_PAIRS];

/* page_burn_milli() of include/nines/report.h. */
int64_t burn_milli(int64_t down_us, int64_t known_us, int64_t target_micro);
/* One failed probe, which is worth its interval, does not alone reach the rate. */
bool burn_can_tell(const struct burn_pair *, int64_t interval_us, int64_t target_micro);
/* The interval below which that is so. */
int64_t burn_enough_us(const struct burn_pair *, int64_t target_micro);

#endif
