/* store/histogram: how long something took, thousands of times, in a few bytes.
 *
 * Buckets grow with the value: below 64 us each holds one value, above it 32 lie between a power of
 * two and the next. A percentile is the middle of the bucket that holds it: at most 1.6 % from the
 * true one (nearest rank). Histograms add up without loss, so those of days give that of a year.
 * Packed as varints. Written by the rollups, read by reports; pure. */
#ifndef NINES_STORE_HISTOGRAM_H
#define NINES_STORE_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/text.h"

#define HISTOGRAM_BUCKETS 1024 /* the last holds everything from 69 hours on */

/* Zero-initialise; histogram_release(). */
struct histogram {
	uint32_t *bucket; /* from the first that was used */
	size_t first, buckets, room;
	uint64_t count;
};

void histogram_release(struct histogram *);
void histogram_add(struct histogram *, int64_t us); /* a negative time counts as 0 */
void histogram_merge(struct histogram *, const struct histogram *from);

/* The time that `share_ppm` of all do not exceed: 500000 is the median. -1 when it is empty. */
int64_t histogram_percentile(const struct histogram *, int64_t share_ppm);

/* The mean, as exact as a percentile. -1 when it is empty. */
int64_t histogram_mean(const struct histogram *);

/* How much time the bucket spans, for drawing. */
void histogram_bucket(size_t bucket, int64_t *from_us, int64_t *to_us);

void histogram_pack(struct text *, const struct histogram *);
/* Adds what histogram_pack() wrote; *at moves behind it. False: damaged. */
bool histogram_unpack(struct histogram *, const unsigned char **at, const unsigned char *end);

#endif
