/* tests/modules/bad/bad-pointer: has a descriptor whose pointers lead nowhere. */
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
	.head = {.abi = MODULE_ABI, .size = sizeof(struct check_module), .kind = MODULE_CHECK,
		 .name = (const char *)64, .summary = "nowhere", .option = option,
		 .options_size = sizeof(struct none)},
	.run = run,
};
