/* tests/modules/bad/wrong-kind: a report where a check is wanted. */
#include <nines/report.h>

struct none { char unused; };

static const struct module_option option[] = {OPTION_END};

static void fill(struct page *page, const void *options)
{
	(void)page;
	(void)options;
}

REPORT_MODULE("wrong-kind", "a report where a check is wanted", struct none, option, fill);
