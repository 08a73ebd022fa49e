/* tests/modules/bad/option-type: has an option of an unknown type. */
#include <nines/check.h>

struct none {
	int64_t first, second;
};

static const struct module_option option[] = {
	OPTION_(struct none, first, "first", 99, "1", NULL, 0, "of what type"),
	OPTION_END,
};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("option-type", "has an option of an unknown type", struct none, option, run);
