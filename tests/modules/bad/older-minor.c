/* tests/modules/bad/older-minor: is of an older minor version: its descriptor ends before
 * standard_every, and it works. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

struct older {
	struct module_head head;
	void (*run)(struct probe *, const void *);
	char next[16];
};

static void run(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "work");
}

MODULE_EXPORT extern const struct older module_entry;
const struct older module_entry = {
	.head = {.abi = MODULE_ABI, .size = offsetof(struct older, next), .kind = MODULE_CHECK,
		 .name = "older-minor", .summary = "of an older minor version", .option = option,
		 .options_size = sizeof(struct none)},
	.run = run,
	.next = "not the host's",
};
