/* base/burn: see burn.h. */
#include "burn.h"

#define MICRO_OF_ALL INT64_C(100000000) /* 100 % in millionths of a percent */
#define MINUTE       (60 * INT64_C(1000000))
#define HOUR         (60 * MINUTE)

/* The shares are of the budget of 30 days: rate by long window by 30 days. */
const struct burn_pair burn_pair[BURN_PAIRS] = {
	{BURN_PAGE, 14400, HOUR, 5 * MINUTE, "14.4x in 1h and 5m",
	 "burns its error budget 14.4 times too fast: 2 % of 30 days in the last hour"},
	{BURN_PAGE, 6000, 6 * HOUR, 30 * MINUTE, "6x in 6h and 30m",
	 "burns its error budget 6 times too fast: 5 % of 30 days in the last 6 hours"},
	{BURN_TICKET, 3000, 24 * HOUR, 2 * HOUR, "3x in 24h and 2h",
	 "burns its error budget 3 times too fast: 10 % of 30 days in the last 24 hours"},
	{BURN_TICKET, 1000, 72 * HOUR, 6 * HOUR, "1x in 3d and 6h",
	 "burns all of its error budget: 10 % of 30 days in the last 3 days"},
};

int64_t burn_milli(int64_t down_us, int64_t known_us, int64_t target_micro)
{
	__int128 allowed = (__int128)(MICRO_OF_ALL - target_micro) * known_us, milli;

	if (known_us <= 0 || down_us < 0 || target_micro < 0)
		return -1;
	if (allowed <= 0)
		return down_us ? INT64_MAX : 0;
	milli = (__int128)down_us * MICRO_OF_ALL * 1000 / allowed;
	return milli > INT64_MAX ? INT64_MAX : (int64_t)milli;
}

bool burn_can_tell(const struct burn_pair *p, int64_t interval_us, int64_t target_micro)
{
	int64_t one = burn_milli(interval_us, p->long_us, target_micro);

	return one >= 0 && one < p->rate_milli;
}

int64_t burn_enough_us(const struct burn_pair *p, int64_t target_micro)
{
	return (int64_t)((__int128)(MICRO_OF_ALL - target_micro) * p->long_us / MICRO_OF_ALL *
			 p->rate_milli / 1000);
}
