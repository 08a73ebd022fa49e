/* tests/modules/bad/short-struct: has a descriptor that lacks its function. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};


MODULE_EXPORT extern const struct module_head module_entry;
const struct module_head module_entry = {
	.abi = MODULE_ABI, .size = sizeof(struct module_head), .kind = MODULE_CHECK,
	.name = "short-struct", .summary = "lacks its function", .option = option,
	.options_size = sizeof(struct none),
};
