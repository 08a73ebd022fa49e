/* tests/modules/bad/option-endless: has an option table without an end. */
#include <nines/check.h>

struct none {
	int64_t first[300];
};

#define ONE(n) {.name = names[n], .help = "one of many", .type = OPTION_TYPE_INT, .offset = 8 * (n)}
#define TEN(n) ONE(n), ONE(n + 1), ONE(n + 2), ONE(n + 3), ONE(n + 4), ONE(n + 5), ONE(n + 6), \
	ONE(n + 7), ONE(n + 8), ONE(n + 9)
#define FIFTY(n) TEN(n), TEN(n + 10), TEN(n + 20), TEN(n + 30), TEN(n + 40)

static char names[250][8];
static const struct module_option option[] = {FIFTY(0), FIFTY(50), FIFTY(100), FIFTY(150),
					      FIFTY(200)};

__attribute__((constructor)) static void fill_names(void)
{
	for (int i = 0; i < 250; i++)
		for (int digit = 0, rest = i; digit < 3; digit++, rest /= 10)
			names[i][2 - digit] = (char)('a' + rest % 10);
}

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("option-endless", "has an option table without an end", struct none, option, run);
