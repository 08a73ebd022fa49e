/* tests/modules/bad/old-abi: is built for another ABI. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

MODULE_EXPORT extern const struct check_module module_entry;
const struct check_module module_entry = {
	.head = {.abi = MODULE_ABI + 41, .size = sizeof(struct check_module), .kind = MODULE_CHECK,
		 .name = "old-abi", .summary = "of another ABI", .option = option,
		 .options_size = sizeof(struct none)},
	.run = run,
};
