/* tests/modules/bad/crash: crashes in its step. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	volatile int *volatile nowhere = NULL;

	(void)options;
	probe_step(p, "fall");
	*nowhere = 1;
}

CHECK_MODULE("crash", "crashes in its step", struct none, option, run);
