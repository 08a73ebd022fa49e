/* Limits on values: what is one, and when it is crossed. */
#include "../../core/module/limit.h"
#include "../lib/tap.h"

static const struct {
	const char *text;
	double value;
	const char *unit;
	enum limit_result is;
} judged[] = {
	{"loss > 5 %", 5, "%", LIMIT_HELD},
	{"loss > 5 %", 5.1, "%", LIMIT_CROSSED},
	{"loss>5%", 6, "%", LIMIT_CROSSED},
	{"loss > 5", 6, "%", LIMIT_CROSSED},
	{"  loss >= 5 ", 5, "", LIMIT_CROSSED},
	{"certificate_days < 14", 13, "d", LIMIT_CROSSED},
	{"certificate_days < 14 d", 14, "d", LIMIT_HELD},
	{"certificate_days < 2 h", 0.05, "d", LIMIT_CROSSED},
	{"rtt_avg > 200 ms", 200001, "us", LIMIT_CROSSED},
	{"rtt_avg > 200 ms", 200000, "us", LIMIT_HELD},
	{"rtt_avg > 0.2s", 200001, "us", LIMIT_CROSSED},
	{"size < 1 KiB", 1023, "B", LIMIT_CROSSED},
	{"size < 1 KiB", 1024, "B", LIMIT_HELD},
	{"size > 2 MB", 2.1, "MB", LIMIT_CROSSED},
	{"size > 2 MB", 3, "ms", LIMIT_OTHER_UNIT},
	{"loss > 5 %", 6, "", LIMIT_OTHER_UNIT},
	{"x > 5 jobs", 6, NULL, LIMIT_OTHER_UNIT},
	{"x <= -1.5e3", -1500, NULL, LIMIT_CROSSED},
	{"x = 0", 0, NULL, LIMIT_CROSSED},
	{"x != 0", 0, NULL, LIMIT_HELD},
	{"x != 0", 1, NULL, LIMIT_CROSSED},
};

static const char *const wrong[] = {
	"", " ", "loss", "loss 5", "loss >", "> 5", "loss > five", "loss > 5 % now", "loss => 5",
	"loss > nan", "loss > inf", "loss > 0x5", "loss == 5", "loss > 5 averyveryverylongunit",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa > 1",
};

static void test_lists(void)
{
	const char *many[LIMITS_MOST + 2] = {NULL}, *one[] = {"b < 2", NULL};
	const char *bad[] = {"b", NULL};
	const struct limit *list;
	struct text why = {0};
	struct arena arena;
	size_t count;

	arena_init(&arena, NULL, 0, 1 << 20);
	ok(limits_make(&arena, NULL, NULL, &list, &count, &why) && !count, "none");
	for (int i = 0; i < LIMITS_MOST - 1; i++)
		many[i] = "a > 1";
	ok(limits_make(&arena, many, one, &list, &count, &why) && count == LIMITS_MOST, "all");
	ok(list[0].is_crit && !list[1].is_crit && !strcmp(list[0].text, "< 2"), "crit first");
	many[LIMITS_MOST - 1] = "a > 1";
	ok(!limits_make(&arena, many, one, &list, &count, &why), "one too many: %s",
	   text_get(&why));
	text_clear(&why);
	ok(!limits_make(&arena, NULL, bad, &list, &count, &why) &&
		   !strncmp(why.at, "crit: 'b' has none of", 21),
	   "which one is wrong: %s", text_get(&why));
	text_release(&why);
	arena_release(&arena);
}

int main(void)
{
	struct limit l;

	for (size_t i = 0; i < sizeof judged / sizeof *judged; i++)
		ok(!limit_parse(&l, judged[i].text) &&
			   limit_judge(&l, judged[i].value, judged[i].unit) == judged[i].is,
		   "%s: %g %s", judged[i].text, judged[i].value,
		   judged[i].unit ? judged[i].unit : "-");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ok(limit_parse(&l, wrong[i]) != NULL, "no limit: '%s'", wrong[i]);
	test_lists();
	return done_testing();
}
