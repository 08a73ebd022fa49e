/* tests/modules/bad/option-common: takes the name of an option of every check. */
#include <nines/check.h>

struct none {
	int64_t first, second;
};

static const struct module_option option[] = {
	OPTION_(struct none, first, "timeout", OPTION_TYPE_INT, "1", NULL, 0, "its own"),
	OPTION_END,
};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("option-common", "takes the name of an option of every check", struct none, option,
	     run);
