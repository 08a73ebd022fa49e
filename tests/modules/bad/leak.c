/* tests/modules/bad/leak: opens a descriptor a probe and never closes it. */
#include <nines/check.h>
#include <unistd.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "open");
	if (dup(2) < 0)
		probe_unknown(p, "no descriptors left");
}

CHECK_MODULE("leak", "leaks a descriptor a probe", struct none, option, run);
