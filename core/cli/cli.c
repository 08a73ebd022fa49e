/* cli/cli: see cli.h. */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "../base/log.h"
#include "../base/spool.h"
#include "../module/option.h"

/* The flags that every command takes, in front of its name or behind it. */
static const struct cli_flag common_flag[] = {
	{"-c", "FILE", "the configuration (default: $NINES_CONF, else /etc/nines/nines.conf)",
	 offsetof(struct cli, config)},
	{"-q", NULL, "say less", offsetof(struct cli, is_quiet)},
	{"-v", NULL, "say more", offsetof(struct cli, is_verbose)},
	{NULL, NULL, NULL, 0},
};

static void say_safe(const char *format, va_list ap)
{
	struct text raw = {0}, safe = {0};

	text_vprintf(&raw, format, ap);
	text_add_safe(&safe, text_get(&raw), raw.size, 900);
	log_say("%s", text_get(&safe));
	text_release(&raw);
	text_release(&safe);
}

int cli_wrong(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say_safe(format, ap);
	va_end(ap);
	return EXIT_WRONG_USAGE;
}

int cli_fail(int status, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say_safe(format, ap);
	va_end(ap);
	return status;
}

int cli_print(struct text *t, int status)
{
	bool is_written = spool_write(STDOUT_FILENO, text_get(t), t->size);

	text_release(t);
	return is_written ? status : EXIT_CANNOT_TELL;
}

static void add_flags(struct text *t, const struct cli_flag *f)
{
	for (; f && f->name; f++) {
		int n = (int)strlen(f->name) + (f->value ? 1 + (int)strlen(f->value) : 0);

		text_printf(t, "  %s%s%s", f->name, f->value ? " " : "", f->value ? f->value : "");
		screen_spaces(t, 22 - n);
		text_printf(t, "  %s\n", f->help);
	}
}

static void help(const struct cli_command *c, const struct cli_flag *own)
{
	struct text t = {0};

	text_printf(&t, "usage: nines [-c FILE] [-q|-v] %s%s%s\n\n%s.\n", c->name,
		    *c->arguments ? " " : "", c->arguments, c->summary);
	if (c->help)
		text_printf(&t, "\n%s", c->help);
	text_puts(&t, "\n");
	add_flags(&t, own);
	add_flags(&t, common_flag);
	text_puts(&t, "  --help                  this text\n");
	cli_print(&t, EXIT_DONE);
}

/* The flag that `word` is, alone or as `--name=value` (then *value is set); NULL: none. */
static const struct cli_flag *find(const struct cli_flag *f, const char *word, const char **value)
{
	for (; f && f->name; f++) {
		size_t n = strlen(f->name);

		if (strncmp(word, f->name, n))
			continue;
		*value = f->value && n > 2 && word[n] == '=' ? word + n + 1 : NULL;
		if (!word[n] || *value)
			return f;
	}
	return NULL;
}

static int unknown_flag(const struct cli *cli, const struct cli_flag *own, const char *word)
{
	const char *meant;
	size_t n = 0;

	while (own && own[n].name)
		n++;
	meant = option_nearest(word, own, n, sizeof *own);
	return meant ? cli_wrong("unknown option '%s': did you mean '%s'?", word, meant)
		     : cli_wrong("unknown option '%s': see 'nines %s --help'", word,
				 cli->command->name);
}

static void set(const struct cli_flag *f, void *into, const char *value)
{
	char *at = (char *)into + f->offset;

	if (f->value)
		*(const char **)(void *)at = value;
	else
		*(bool *)(void *)at = true;
}

/* Takes the flag at argv[*at] (its value may be the next word); -1 to go on. */
static int take(struct cli *cli, const struct cli_flag *own, void *into, int *at, char **argv)
{
	const char *word = argv[*at], *value = NULL;
	const struct cli_flag *f = find(own, word, &value);

	if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
		help(cli->command, own);
		return EXIT_DONE;
	}
	if (!f) {
		f = find(common_flag, word, &value);
		into = cli;
	}
	if (!f)
		return unknown_flag(cli, own, word);
	if (f->value && !value)
		value = argv[++*at];
	if (f->value && !value)
		return cli_wrong("%s needs a value: %s %s", word, word, f->value);
	set(f, into, value);
	if (into == cli && f->value)
		cli->config_given = true;
	return -1;
}

/* One that was named and is not there must not become the standard one; 'config' says so itself. */
static int config_missing(const struct cli *cli)
{
	if (!cli->config_given || !strcmp(cli->command->name, "config") ||
	    access(cli->config, R_OK) == 0)
		return -1;
	return cli_fail(EXIT_FAILED, "%s: %s: give the path of a configuration with -c",
			cli->config, log_errno(errno));
}

int cli_flags(struct cli *cli, const struct cli_flag *own, void *into, int *argc, char **argv)
{
	int words = 0, status;

	for (int i = 0; i < *argc; i++) {
		if (argv[i][0] != '-' || !argv[i][1]) {
			argv[words++] = argv[i];
			continue;
		}
		status = take(cli, own, into, &i, argv);
		if (status >= 0)
			return status;
	}
	*argc = words;
	argv[words] = NULL;
	return config_missing(cli);
}

static int unknown_word(const struct cli_word *known, const char *word)
{
	struct text names = {0};
	int status;

	for (const struct cli_word *w = known; w->word; w++)
		text_printf(&names, "%s%s", w == known ? "" : w[1].word ? ", " : " and ", w->word);
	status = cli_wrong("'%.60s' is none of %s", word, text_get(&names));
	text_release(&names);
	return status;
}

int cli_words(struct cli *cli, const struct cli_flag *flag, const struct cli_word *known,
	      void *asked, int argc, char **argv)
{
	const struct cli_word *w = known;
	int status = cli_flags(cli, flag, asked, &argc, argv);

	if (status >= 0)
		return status;
	while (argc && w->word && strcmp(w->word, argv[0]))
		w++;
	if (!w->word)
		return unknown_word(known, argv[0]);
	if (argc && w->words != CLI_ANY && argc != w->words + 1)
		return cli_wrong("write: nines %s %s%s%s", cli->command->name, w->word,
				 w->words ? " " : "", w->words ? w->of : "");
	return w->run(cli, asked, argv);
}
