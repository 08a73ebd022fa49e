/* tests/modules/bad/constructor-crash: crashes while it is loaded. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

__attribute__((constructor)) static void begin(void)
{
	volatile int *volatile nowhere = NULL;

	*nowhere = 1;
}

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("constructor-crash", "crashes while it is loaded", struct none, option, run);
