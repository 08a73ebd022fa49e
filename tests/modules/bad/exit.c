/* tests/modules/bad/exit: ends the process that runs it. */
#include <nines/check.h>
#include <stdlib.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "leave");
	exit(3);
}

CHECK_MODULE("exit", "ends the process that runs it", struct none, option, run);
