/* tests/modules/bad/hog: takes memory that nobody frees, 16 MiB a probe. */
#include <nines/check.h>
#include <stdlib.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	volatile char *at = malloc(16 << 20);

	(void)options;
	probe_step(p, "eat");
	for (size_t i = 0; at && i < 16 << 20; i += 4096)
		at[i] = 1; /* a memset() of what nobody reads would be left out */
	probe_value(p, "eaten", at != NULL, "");
}

CHECK_MODULE("hog", "takes 16 MiB a probe", struct none, option, run);
