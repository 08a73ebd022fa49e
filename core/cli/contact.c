/* cli/contact: `nines contact VERB ...`: whom nines tells, and whether that works. */
#include <string.h>

#include "../module/option.h"
#include "cli.h"
#include "contact.h"

/* The first word that is no flag, nor the value of one. */
static const char *first_word(int argc, char **argv)
{
	static const char *const takes_value[] = {"--wait", "--socket", "--store", "--letter",
						  "--files", "-c"};

	for (int i = 0; i < argc; i++) {
		bool has_value = false;

		if (argv[i][0] != '-')
			return argv[i];
		for (size_t n = 0; n < sizeof takes_value / sizeof *takes_value; n++)
			has_value |= !strcmp(argv[i], takes_value[n]);
		i += has_value;
	}
	return "";
}

/* An address has a colon, a contact rather not. */
static int test(struct cli *cli, int argc, char **argv)
{
	const char *word = first_word(argc, argv);

	return *word && !strchr(word, ':') ? contact_send(cli, argc, argv)
					   : contact_test(cli, argc, argv);
}

static const struct {
	const char *name;
	int (*run)(struct cli *, int argc, char **argv);
} verb[] = {{"list", contact_list}, {"show", contact_show}, {"test", test}};

#define VERBS (sizeof verb / sizeof *verb)

/* What some verb takes, for the help of the command as a whole. */
struct words {
	bool json, trace;
	const char *letter, *files, *wait, *socket, *store;
};
static const struct cli_flag flag[] = {
	{"--json", NULL, "the answer as one JSON document", offsetof(struct words, json)},
	{"--trace", NULL, "NOTIFIER:ADDRESS: what was sent and received",
	 offsetof(struct words, trace)},
	{"--letter", "FILE", "NOTIFIER:ADDRESS: this letter instead: one `deliver` line",
	 offsetof(struct words, letter)},
	{"--files", "FOLDER", "NOTIFIER:ADDRESS: where the files of that letter are",
	 offsetof(struct words, files)},
	{"--wait", "TIME", "NAME: for the answers at most so long (default 90s)",
	 offsetof(struct words, wait)},
	{"--socket", "PATH", "NAME: the control socket (default: what the configuration says)",
	 offsetof(struct words, socket)},
	{"--store", "FILE", "NAME: the database (default: what the configuration says)",
	 offsetof(struct words, store)},
	{NULL, NULL, NULL, 0},
};

static int help(struct cli *cli, int argc, char **argv)
{
	struct words words = {0};
	int status = cli_flags(cli, flag, &words, &argc, argv);

	return status >= 0 ? status : cli_wrong("write: nines contact list, show or test");
}

int cli_contact(struct cli *cli, int argc, char **argv)
{
	const char *meant;

	if (!argc || argv[0][0] == '-')
		return help(cli, argc, argv);
	for (size_t i = 0; i < VERBS; i++)
		if (!strcmp(verb[i].name, argv[0]))
			return verb[i].run(cli, argc - 1, argv + 1);
	meant = option_nearest(argv[0], verb, VERBS, sizeof *verb);
	if (meant)
		return cli_wrong("nines contact knows no '%s': did you mean '%s'?", argv[0], meant);
	return cli_wrong("nines contact knows no '%s': see 'nines contact --help'", argv[0]);
}
