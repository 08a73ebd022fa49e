/* alert/storm: see storm.h. */
#include "storm.h"

int64_t storm_goes_us(const struct storm_rate *r, int64_t first_us, bool more_may_join)
{
	int64_t oldest_us = r->sent_us[r->next],
		goes_us = first_us + (more_may_join ? STORM_WINDOW_US : 0);

	if (oldest_us && oldest_us + STORM_MINUTE_US > goes_us)
		goes_us = oldest_us + STORM_MINUTE_US;
	return goes_us;
}

void storm_sent(struct storm_rate *r, int64_t now_us)
{
	r->sent_us[r->next] = now_us;
	r->next = (r->next + 1) % STORM_LETTERS;
}
