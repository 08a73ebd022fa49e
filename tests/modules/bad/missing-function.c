/* tests/modules/bad/missing-function: calls what no nines has. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

extern void probe_teleport(struct probe *) __attribute__((visibility("default")));

static void run(struct probe *p, const void *options)
{
	(void)options;
	probe_teleport(p);
}

CHECK_MODULE("missing-function", "calls what no nines has", struct none, option, run);
