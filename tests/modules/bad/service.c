/* tests/modules/bad/service: takes a word of nines' own as its name. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void run(struct probe *p, const void *options)
{
	(void)options;
	(void)p;
}

CHECK_MODULE("service", "takes a word of nines' own", struct none, option, run);
