/* tests/modules/bad/no-run: has no function. */
#include <nines/check.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};


CHECK_MODULE("no-run", "has no function", struct none, option, NULL);
