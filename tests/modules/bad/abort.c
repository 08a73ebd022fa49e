/* tests/modules/bad/abort: calls abort() in its step. */
#include <nines/check.h>
#include <stdlib.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "fall");
	abort();
}

CHECK_MODULE("abort", "calls abort in its step", struct none, option, run);
