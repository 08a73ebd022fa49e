/* tests/modules/bad/option-name: has an option whose name is no word. */
#include <nines/check.h>

struct none {
	int64_t first, second;
};

static const struct module_option option[] = {
	OPTION_(struct none, first, "First One", OPTION_TYPE_INT, "1", NULL, 0, "a number"),
	OPTION_END,
};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("option-name", "has an option whose name is no word", struct none, option, run);
