/* tests/modules/bad/option-outside: has an option outside of its struct. */
#include <nines/check.h>

struct none {
	int64_t first, second;
};

static const struct module_option option[] = {
	{.name = "first", .help = "outside", .type = OPTION_TYPE_INT, .offset = 4000},
	OPTION_END,
};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("option-outside", "has an option outside of its struct", struct none, option, run);
