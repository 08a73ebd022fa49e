/* tests/modules/bad/sleeper: waits in a system call, without the host. */
#include <nines/check.h>
#include <unistd.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	(void)options;
	probe_step(p, "sleep");
	for (;;)
		sleep(1000);
}

CHECK_MODULE("sleeper", "waits without the host", struct none, option, run);
