/* tests/modules/bad/option-shared: has two options in one member. */
#include <nines/check.h>

struct none {
	int64_t first, second;
};

static const struct module_option option[] = {
	OPTION_INT(struct none, first, 1, NULL, "once"),
	OPTION_(struct none, first, "second", OPTION_TYPE_INT, "1", NULL, 0, "again"),
	OPTION_END,
};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("option-shared", "has two options in one member", struct none, option, run);
