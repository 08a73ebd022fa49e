/* cli/contact: `nines contact VERB ...`: whom nines tells, and whether that works. */
#include <string.h>

#include "../module/option.h"
#include "cli.h"
#include "contact.h"

static const struct {
	const char *name;
	int (*run)(struct cli *, int argc, char **argv);
} verb[] = {{"list", contact_list}, {"show", contact_show}, {"test", contact_test}};

#define VERBS (sizeof verb / sizeof *verb)

int cli_contact(struct cli *cli, int argc, char **argv)
{
	const char *meant;

	if (!argc || argv[0][0] == '-')
		return contact_test(cli, argc, argv);
	for (size_t i = 0; i < VERBS; i++)
		if (!strcmp(verb[i].name, argv[0]))
			return verb[i].run(cli, argc - 1, argv + 1);
	meant = option_nearest(argv[0], verb, VERBS, sizeof *verb);
	if (meant)
		return cli_wrong("nines contact knows no '%s': did you mean '%s'?", argv[0], meant);
	return cli_wrong("nines contact knows no '%s': see 'nines contact --help'", argv[0]);
}
