/* tests/modules/bad/liar: goes on calling after its failure, for ever. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "lie");
	probe_fail(p, "it failed");
	for (;;)
		probe_line(p);
}

CHECK_MODULE("liar", "goes on calling after its failure", struct none, option, run);
