/* tests/modules/bad/constructor-print: writes into every descriptor while it is loaded. */
#include <nines/check.h>
#include <unistd.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

__attribute__((constructor)) static void begin(void)
{
	for (int fd = 4; fd < 64; fd++)
		if (write(fd, "module good kind=check\n", 23) < 0)
			continue;
}

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("constructor-print", "writes into every descriptor while it is loaded", struct none,
	     option, run);
