/* tests/modules/bad/hang: never gives the processor back. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "spin");
	for (volatile int i = 0;; i++)
		;
}

CHECK_MODULE("hang", "never gives the processor back", struct none, option, run);
