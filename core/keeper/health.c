/* keeper/health: see health.h. */
#include "health.h"

#include <string.h>

static void move_on(struct health *h, int64_t now_us)
{
	int64_t now = now_us / HEALTH_SLICE_US;

	if (now - h->slice > HEALTH_SLICES || now < h->slice)
		h->slice = now > HEALTH_SLICES ? now - HEALTH_SLICES : -1;
	while (h->slice < now) {
		h->slice++;
		memset(h->late[h->slice % HEALTH_SLICES], 0, sizeof h->late[0]);
		h->results[h->slice % HEALTH_SLICES] = 0;
	}
}

/* Two bands for each power of two. */
static int band_of(int64_t us)
{
	int top;

	if (us < 2)
		return us > 0;
	top = 63 - __builtin_clzll((uint64_t)us);
	top = 2 * top + (int)(us >> (top - 1) & 1);
	return top < HEALTH_BANDS ? top : HEALTH_BANDS - 1;
}

static int64_t end_of(int band)
{
	if (band < 2)
		return band;
	return (INT64_C(1) << (band / 2)) + (INT64_C(1) << (band / 2 - 1)) * (band % 2 + 1) - 1;
}

void health_add(struct health *h, int64_t now_us, int64_t late_us)
{
	move_on(h, now_us);
	h->late[h->slice % HEALTH_SLICES][band_of(late_us)]++;
	h->results[h->slice % HEALTH_SLICES]++;
	h->results_ever++;
}

uint64_t health_results(struct health *h, int64_t now_us)
{
	uint64_t sum = 0;

	move_on(h, now_us);
	for (int i = 0; i < HEALTH_SLICES; i++)
		sum += h->results[i];
	return sum;
}

int64_t health_late_us(struct health *h, int64_t now_us, int percent)
{
	uint64_t all = health_results(h, now_us), seen = 0;

	for (int band = 0; all && band < HEALTH_BANDS; band++) {
		for (int i = 0; i < HEALTH_SLICES; i++)
			seen += h->late[i][band];
		if (seen * 100 >= all * (uint64_t)percent)
			return end_of(band);
	}
	return 0;
}
