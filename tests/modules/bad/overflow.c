/* tests/modules/bad/overflow: runs over the end of its stack. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static int deeper(volatile char *above, int depth)
{
	volatile char here[512];

	here[0] = above ? above[0] : 0;
	return depth > 100000000 ? here[0] : deeper(here, depth + 1) + here[0];
}

static void run(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "dig");
	probe_value(p, "depth", deeper(NULL, 0), "");
}

CHECK_MODULE("overflow", "runs over the end of its stack", struct none, option, run);
