/* store/histogram: see histogram.h. Packed: count of used buckets, then of each the distance to the
 * bucket before and its number, all varints. */
#include "histogram.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "varint.h"

#define EXACT 64 /* below it a bucket for each value */
#define PARTS 32 /* of a power of two above */
#define PART_BITS 5

static size_t bucket_of(int64_t us)
{
	unsigned shift;
	size_t at;

	if (us < EXACT)
		return us < 0 ? 0 : (size_t)us;
	shift = 63u - (unsigned)__builtin_clzll((uint64_t)us) - PART_BITS;
	at = (size_t)shift * PARTS + (size_t)(us >> shift);
	return at < HISTOGRAM_BUCKETS ? at : HISTOGRAM_BUCKETS - 1;
}

void histogram_bucket(size_t bucket, int64_t *from_us, int64_t *to_us)
{
	size_t shift = bucket < EXACT ? 0 : bucket / PARTS - 1;
	int64_t base = (int64_t)(bucket < EXACT ? bucket : PARTS + bucket % PARTS);

	*from_us = base << shift;
	*to_us = (base + 1) << shift;
}

void histogram_release(struct histogram *h)
{
	free(h->bucket);
	*h = (struct histogram){0};
}

/* Makes the used stretch reach over `at`, with some room beside it. */
static uint32_t *reach(struct histogram *h, size_t at)
{
	size_t first = h->buckets && h->first < at ? h->first : at,
	       end = h->buckets && h->first + h->buckets > at + 1 ? h->first + h->buckets : at + 1;

	if (end - first > h->room) {
		h->room = end - first + 16;
		h->bucket = memory_resize(h->bucket, h->room * sizeof *h->bucket);
	}
	if (!h->buckets) {
		memset(h->bucket, 0, (end - first) * sizeof *h->bucket);
	} else if (end - first != h->buckets) {
		size_t shift = h->first - first;

		memmove(h->bucket + shift, h->bucket, h->buckets * sizeof *h->bucket);
		memset(h->bucket, 0, shift * sizeof *h->bucket);
		memset(h->bucket + shift + h->buckets, 0,
		       (end - first - shift - h->buckets) * sizeof *h->bucket);
	}
	h->first = first;
	h->buckets = end - first;
	return &h->bucket[at - first];
}

static void add_many(struct histogram *h, size_t bucket, uint64_t count)
{
	uint32_t *at = reach(h, bucket);
	uint32_t more = count < UINT32_MAX - *at ? (uint32_t)count : UINT32_MAX - *at;

	*at += more;
	h->count += more;
}

void histogram_add(struct histogram *h, int64_t us)
{
	size_t at = bucket_of(us);

	if (at - h->first < h->buckets && h->bucket[at - h->first] < UINT32_MAX) {
		h->bucket[at - h->first]++;
		h->count++;
	} else {
		add_many(h, at, 1);
	}
}

void histogram_merge(struct histogram *h, const struct histogram *from)
{
	for (size_t i = 0; i < from->buckets; i++)
		if (from->bucket[i])
			add_many(h, from->first + i, from->bucket[i]);
}

int64_t histogram_percentile(const struct histogram *h, int64_t share_ppm)
{
	uint64_t share = (uint64_t)share_ppm, million = 1000000;
	uint64_t rank = h->count / million * share +
			(h->count % million * share + million - 1) / million;
	uint64_t seen = 0;
	int64_t from_us, to_us;

	if (!h->count)
		return -1;
	rank = rank ? rank : 1;
	for (size_t i = 0; i < h->buckets; i++) {
		seen += h->bucket[i];
		if (seen < rank)
			continue;
		histogram_bucket(h->first + i, &from_us, &to_us);
		return from_us + (to_us - from_us) / 2;
	}
	return -1;
}

int64_t histogram_mean(const struct histogram *h)
{
	double sum = 0;
	int64_t from_us, to_us;

	for (size_t i = 0; i < h->buckets; i++) {
		histogram_bucket(h->first + i, &from_us, &to_us);
		sum += (double)h->bucket[i] * (double)(from_us + (to_us - from_us) / 2);
	}
	return h->count ? (int64_t)(sum / (double)h->count + 0.5) : -1;
}

void histogram_pack(struct text *t, const struct histogram *h)
{
	size_t used = 0, before = 0;

	for (size_t i = 0; i < h->buckets; i++)
		used += h->bucket[i] != 0;
	varint_put(t, used);
	for (size_t i = 0; i < h->buckets; i++)
		if (h->bucket[i]) {
			varint_put(t, h->first + i - before);
			varint_put(t, h->bucket[i]);
			before = h->first + i;
		}
}

bool histogram_unpack(struct histogram *h, const unsigned char **at, const unsigned char *end)
{
	uint64_t used, step, count, bucket = 0;

	if (!varint_get(at, end, &used) || used > HISTOGRAM_BUCKETS)
		return false;
	for (; used; used--) {
		if (!varint_get(at, end, &step) || !varint_get(at, end, &count) ||
		    step >= HISTOGRAM_BUCKETS || (bucket += step) >= HISTOGRAM_BUCKETS)
			return false;
		add_many(h, (size_t)bucket, count);
	}
	return true;
}
