/* tests/modules/bad/hog: takes memory that nobody frees, 64 MiB a probe. */
#include <nines/check.h>
#include <stdlib.h>
#include <string.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	char *at = malloc(64 << 20);

	(void)options;
	probe_step(p, "eat");
	if (at)
		memset(at, 1, 64 << 20);
	probe_value(p, "eaten", at != NULL, "");
}

CHECK_MODULE("hog", "takes 64 MiB a probe", struct none, option, run);
