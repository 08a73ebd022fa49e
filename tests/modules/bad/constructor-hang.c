/* tests/modules/bad/constructor-hang: loops while it is loaded. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

__attribute__((constructor)) static void begin(void)
{
	for (volatile int i = 0;; i++)
		;
}

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("constructor-hang", "loops while it is loaded", struct none, option, run);
