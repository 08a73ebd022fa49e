/* tests/modules/bad/option-paths: two options that both want the path of a target. */
#include <nines/check.h>

struct none {
	const char *first, *second;
};

static const struct module_option option[] = {
	OPTION_(struct none, first, "first", OPTION_TYPE_TEXT, "", NULL, OPTION_IS_PATH, "one"),
	OPTION_(struct none, second, "second", OPTION_TYPE_TEXT, "", NULL, OPTION_IS_PATH, "other"),
	OPTION_END,
};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("option-paths", "two options are the path", struct none, option, run);
