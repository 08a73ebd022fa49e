/* tests/modules/bad/option-default: has a default that is none. */
#include <nines/check.h>

struct none {
	int64_t first, second;
};

static const struct module_option option[] = {
	OPTION_(struct none, first, "first", OPTION_TYPE_INT, "many", NULL, 0, "a number"),
	OPTION_END,
};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("option-default", "has a default that is none", struct none, option, run);
