/* tests/unit/base_clock: times for people. */
#include "../../core/base/clock.h"

#include "../lib/tap.h"

static const struct {
	int64_t us;
	int digits;
	const char *out;
} utc[] = {
	{0, 0, "1970-01-01T00:00:00Z"},
	{INT64_C(1795284000123456), 6, "2026-11-21T18:00:00.123456Z"},
	{INT64_C(1795284000123456), 3, "2026-11-21T18:00:00.123Z"},
	{INT64_C(1709164799999999), 6, "2024-02-28T23:59:59.999999Z"},
	{INT64_C(1709164800000000), 0, "2024-02-29T00:00:00Z"},
	{-1, 6, "1969-12-31T23:59:59.999999Z"},
};

int main(void)
{
	struct text t = {0};
	int64_t before = clock_mono_us();

	for (size_t i = 0; i < sizeof utc / sizeof *utc; i++) {
		text_clear(&t);
		clock_add_utc(&t, utc[i].us, utc[i].digits);
		same(text_get(&t), utc[i].out, utc[i].out);
	}
	text_release(&t);
	ok(clock_mono_us() >= before, "monotonic");
	ok(clock_boot_us() >= before, "boot time counts at least as much");
	ok(clock_wall_us() > INT64_C(1600000000000000), "the wall clock is past 2020");
	return done_testing();
}
