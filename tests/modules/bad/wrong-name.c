/* tests/modules/bad/wrong-name: calls itself otherwise than its file. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("somebody", "calls itself otherwise", struct none, option, run);
