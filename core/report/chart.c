/* report/chart: the arithmetic of nines that <nines/report.h> promises to modules: what a
 * percentage allows, what a downtime leaves, what redundancy gives in theory. */
#include <nines/report.h>

#include "../base/burn.h"

#define MICRO_OF_ALL INT64_C(100000000)        /* 100 % in millionths of a percent */
#define PICO_OF_ALL INT64_C(100000000000000)   /* in 1e-12 of a percent */
#define ROUNDING 1e-4L                         /* what 64 bits of mantissa may leave of a whole */

int64_t page_allowed_us(int64_t micro, int64_t span_us)
{
	return (int64_t)((__int128)(MICRO_OF_ALL - micro) * span_us / MICRO_OF_ALL);
}

int64_t page_burn_milli(int64_t down_us, int64_t known_us, int64_t target_micro)
{
	return burn_milli(down_us, known_us, target_micro);
}

int64_t page_percent_micro(int64_t down_us, int64_t span_us)
{
	if (span_us <= 0 || down_us < 0)
		return -1;
	if (down_us > span_us)
		down_us = span_us;
	return (int64_t)((__int128)(span_us - down_us) * MICRO_OF_ALL / span_us);
}

/* The chance that fewer than `need` of `members` are up: a binomial sum. */
static long double failure(long double up, int64_t members, int64_t need)
{
	long double sum = 0, term;

	for (int64_t k = 0; k < need; k++) {
		term = 1;
		for (int64_t i = 0; i < k; i++)
			term = term * (long double)(members - i) / (long double)(i + 1) * up;
		for (int64_t i = k; i < members; i++)
			term *= 1 - up;
		sum += term;
	}
	return sum;
}

int64_t page_redundant(int64_t micro, int64_t members, int64_t need)
{
	long double lost = failure((long double)micro / MICRO_OF_ALL, members, need) * PICO_OF_ALL;
	int64_t whole = (int64_t)lost;

	/* Up to the next whole, but not for what only the binary fraction added. */
	return PICO_OF_ALL - (lost - (long double)whole > ROUNDING ? whole + 1 : whole);
}
