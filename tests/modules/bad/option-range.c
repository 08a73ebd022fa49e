/* tests/modules/bad/option-range: has a default outside of its range. */
#include <nines/check.h>

struct none {
	int64_t first, second;
};

static const struct module_option option[] = {
	OPTION_INT(struct none, first, 70000, "1..65535", "a port"),
	OPTION_END,
};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("option-range", "has a default outside of its range", struct none, option, run);
