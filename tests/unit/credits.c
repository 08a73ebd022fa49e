/* Tiers of service credits: what is read, what is due at and around each threshold. */
#include "../../core/base/credits.h"
#include "../lib/tap.h"

static const char *const tiers[] = {"99.99:10", "99.0:30", "95:100"};

static const struct {
	int64_t judged_micro, credit_micro, below_micro;
} due[] = {
	{100000000, 0, 0},	      {99990000, 0, 0},	       {99989999, 10000000, 99990000},
	{99000000, 10000000, 99990000}, {98999999, 30000000, 99000000},
	{95000000, 30000000, 99000000}, {94999999, 100000000, 95000000}, {0, 100000000, 95000000},
};

static const char *const broken[] = {"",	"99",	 "99:",	   ":10",    "99.9:1x",	 "101:10",
				     "99:101",	"-1:10", "99:-1",  "99,9:1", "99.1234567:1", "a:b",
				     "99.9 :10", "99.9:10:1"};

static void test_due(void)
{
	struct credits c = {0};
	struct text wrong = {0};

	for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++)
		ok(credits_add(&c, tiers[i], &wrong), "'%s' is read", tiers[i]);
	for (size_t i = 0; i < sizeof due / sizeof *due; i++) {
		int64_t below, credit = credits_due(&c, due[i].judged_micro, &below);

		ok(credit == due[i].credit_micro && below == due[i].below_micro,
		   "at %lld: %lld below %lld", (long long)due[i].judged_micro, (long long)credit,
		   (long long)below);
	}
	ok(!credits_add(&c, "96:100", &wrong) && !credits_add(&c, "90:50", &wrong),
	   "a tier must be lower and give more");
	text_release(&wrong);
}

static void test_broken(void)
{
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct credits c = {0};
		struct text wrong = {0};

		ok(!credits_add(&c, broken[i], &wrong) && wrong.size && !c.tiers,
		   "'%s' is refused: %s", broken[i], text_get(&wrong));
		text_release(&wrong);
	}
}

int main(void)
{
	test_due();
	test_broken();
	return done_testing();
}
