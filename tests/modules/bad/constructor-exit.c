/* tests/modules/bad/constructor-exit: ends the process while it is loaded. */
#include <nines/check.h>
#include <unistd.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

__attribute__((constructor)) static void begin(void)
{
	_exit(0);
}

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("constructor-exit", "ends the process while it is loaded", struct none, option, run);
