/* tests/modules/bad/constructor-sleep: sleeps while it is loaded. */
#include <nines/check.h>
#include <unistd.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

__attribute__((constructor)) static void begin(void)
{
	for (;;)
		sleep(1000);
}

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("constructor-sleep", "sleeps while it is loaded", struct none, option, run);
