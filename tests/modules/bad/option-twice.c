/* tests/modules/bad/option-twice: declares an option twice. */
#include <nines/check.h>

struct none {
	int64_t first, second;
};

static const struct module_option option[] = {
	OPTION_INT(struct none, first, 1, NULL, "once"),
	OPTION_(struct none, second, "first", OPTION_TYPE_INT, "1", NULL, 0, "twice"),
	OPTION_END,
};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("option-twice", "declares an option twice", struct none, option, run);
