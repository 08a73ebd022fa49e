/* Histograms: percentiles near the true ones, nothing lost by packing and adding up, any bytes
 * survived. */
#include <stdlib.h>

#include "../../core/store/histogram.h"
#include "../lib/tap.h"

static uint64_t seed = 11;

static int64_t below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((seed >> 20) % (uint64_t)n);
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void percentiles(void)
{
	static const int64_t share[] = {1, 10000, 500000, 950000, 990000, 999000, 1000000};
	static int64_t value[5000];
	bool is_near = true, has_mean = true;

	for (int round = 0; round < 200; round++) {
		struct histogram h = {0};
		size_t n = 1 + (size_t)below(5000);
		int64_t sum = 0, off_us;

		for (size_t i = 0; i < n; i++) {
			value[i] = below(INT64_C(1) << (4 + below(32)));
			histogram_add(&h, value[i]);
			sum += value[i];
		}
		off_us = llabs(histogram_mean(&h) - sum / (int64_t)n);
		has_mean = has_mean && off_us * 1000 <= sum / (int64_t)n * 16 + 1000;
		qsort(value, n, sizeof *value, ascending);
		for (size_t i = 0; i < sizeof share / sizeof *share; i++) {
			int64_t rank = ((int64_t)n * share[i] + 999999) / 1000000,
				is = value[rank - 1], got = histogram_percentile(&h, share[i]);

			if (llabs(got - is) * 1000 > is * 16)
				is_near = false;
		}
		histogram_release(&h);
	}
	ok(is_near, "each percentile is within 1.6 %% of the true one");
	ok(has_mean, "and so is the mean");
}

static bool is_equal(const struct histogram *a, const struct histogram *b)
{
	struct text x = {0}, y = {0};
	bool same_bytes;

	histogram_pack(&x, a);
	histogram_pack(&y, b);
	same_bytes = x.size == y.size && !memcmp(x.at, y.at, x.size) && a->count == b->count;
	text_release(&x);
	text_release(&y);
	return same_bytes;
}

static void adding(void)
{
	struct histogram all = {0}, sum = {0}, packed = {0};
	struct text t = {0};
	const unsigned char *at;
	bool is_fine = true;

	for (int part = 0; part < 50; part++) {
		struct histogram h = {0};

		for (int i = 0; i < 300; i++) {
			int64_t us = below(INT64_C(1) << below(45));

			histogram_add(&all, us);
			histogram_add(&h, us);
		}
		histogram_merge(&sum, &h);
		text_clear(&t);
		histogram_pack(&t, &h);
		at = (const unsigned char *)t.at;
		is_fine = histogram_unpack(&packed, &at, at + t.size) && is_fine;
		is_fine = is_fine && at == (const unsigned char *)t.at + t.size;
		histogram_release(&h);
	}
	ok(is_fine, "what was packed is read to its end");
	ok(is_equal(&all, &sum), "the sum of parts is the whole");
	ok(is_equal(&all, &packed), "so is that of packed parts");
	text_release(&t);
	histogram_release(&all);
	histogram_release(&sum);
	histogram_release(&packed);
}

static void borders(void)
{
	struct histogram h = {0};
	int64_t from_us, to_us, before_us = 0;
	bool is_whole = true;

	ok(histogram_percentile(&h, 500000) == -1 && histogram_mean(&h) == -1,
	   "an empty one has no percentile and no mean");
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++, before_us = to_us) {
		histogram_bucket(i, &from_us, &to_us);
		is_whole = is_whole && from_us == before_us && to_us > from_us;
	}
	ok(is_whole, "buckets lie side by side");
	histogram_add(&h, -5);
	histogram_add(&h, INT64_MAX);
	ok(h.count == 2 && histogram_percentile(&h, 1) == 0,
	   "the smallest and the largest find a place");
	histogram_release(&h);
}

static void hostile(void)
{
	unsigned char bytes[64];
	const unsigned char *at;

	for (int round = 0; round < 20000; round++) {
		struct histogram h = {0};

		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (unsigned char)below(below(2) ? 256 : 8);
		at = bytes;
		histogram_unpack(&h, &at, bytes + below(65));
		histogram_release(&h);
	}
	ok(true, "any bytes are survived");
}

int main(void)
{
	percentiles();
	adding();
	borders();
	hostile();
	return done_testing();
}
