/* cli/check: `nines check TARGET [option=value ...]`: one probe, shown to a person or handed to
 * a program. */
#include <stdlib.h>
#include <string.h>

#include "../base/arena.h"
#include "../base/memory.h"
#include "../module/load.h"
#include "cli.h"
#include "find.h"
#include "outcome.h"
#include "run.h"

#define ARENA_BYTES (1u << 20)

struct check {
	bool json, nagios, trace;
	struct arena arena;
	struct target target;
	struct run_order order;
	struct find_list modules;
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "the result as one JSON document", offsetof(struct check, json)},
	{"--nagios", NULL, "one line for Nagios, Icinga, Checkmk", offsetof(struct check, nagios)},
	{"--trace", NULL, "what was sent and received", offsetof(struct check, trace)},
	{NULL, NULL, NULL, 0},
};

/* Nagios shows only standard output and takes 64 as unknown. */
static int wrong(const struct check *c, const char *text)
{
	struct text t = {0};

	if (c->nagios) {
		text_puts(&t, "UNKNOWN - ");
		text_add_safe(&t, text, strlen(text), 900);
		text_putc(&t, '\n');
		cli_print(&t, 0);
	}
	return cli_wrong("%s", text);
}

static int wrong_usage(struct check *c, const char *format, const char *a, const char *b)
	__attribute__((format(printf, 2, 0)));

static int wrong_usage(struct check *c, const char *format, const char *a, const char *b)
{
	const char *text = arena_text(&c->arena, format, a, b);

	return wrong(c, text ? text : "too long");
}

/* The shared object of the target's module; -1 to go on. */
static int find_module(struct check *c, const struct cli *cli)
{
	const struct find_module *found;
	const char *meant = NULL, *name = c->target.module;
	char own_name[64];

	if (c->target.path) {
		c->order.path = c->target.path;
		if (!module_name_of(c->target.path, own_name))
			return wrong_usage(c, "'%s' is no module: its file is called NAME.so%s",
					   c->target.path, "");
		c->order.module = arena_text(&c->arena, "%s", own_name);
		return -1;
	}
	find_modules(cli, MODULE_CHECK, &c->modules);
	found = find_named(&c->modules, name, &meant);
	if (!found && meant)
		return wrong_usage(c, "unknown module '%s': did you mean '%s'?", name, meant);
	if (!found)
		return wrong_usage(c, "unknown module '%s': 'nines modules' lists them%s", name,
				   "");
	c->order.module = found->name;
	c->order.path = found->path;
	return -1;
}

static int read_words(struct check *c, const struct cli *cli, int argc, char **argv)
{
	const char *why;

	if (!argc)
		return wrong_usage(c, "a target is missing: nines check MODULE://host%s%s", "", "");
	if (c->json && c->nagios)
		return wrong_usage(c, "--json and --nagios exclude each other%s%s", "", "");
	if (!target_parse(&c->target, &c->arena, argv[0], &why))
		return wrong_usage(c, "'%s' is no target: %s", argv[0], why);
	for (int i = 1; i < argc; i++)
		if (!strchr(argv[i], '=') || argv[i][0] == '=')
			return wrong_usage(c, "'%s' is no option: write name=value%s", argv[i], "");
	c->order.target = &c->target;
	c->order.option = argv + 1;
	c->order.options = argc - 1;
	c->order.wants_transcript = c->trace;
	return find_module(c, cli);
}

static int show(const struct check *c, const struct cli *cli, const struct outcome *o)
{
	struct text t = {0};

	if (c->json) {
		outcome_add_json(o, &t, c->trace);
	} else if (c->nagios) {
		outcome_add_nagios(o, &t);
	} else {
		outcome_add_text(o, &cli->screen, &t, cli->is_quiet);
		if (c->trace)
			outcome_add_transcript(o, &cli->screen, &t);
	}
	return cli_print(&t, outcome_status(o));
}

/* One line and its newline; whatever else came is no answer of ours. */
static int show_answer(struct check *c, const struct cli *cli, struct text *answer, struct line *l)
{
	struct outcome *o;
	int status;

	if (!answer->size || line_parse(l, answer->at, strcspn(answer->at, "\n")))
		return cli_fail(EXIT_CANNOT_TELL, "module '%s' gave no readable result",
				c->order.module);
	if (!strcmp(l->verb, "wrong"))
		return wrong(c, line_get(l, "text"));
	o = memory_new(sizeof *o);
	o->module = c->order.module;
	o->target = c->target.shown;
	outcome_read(o, l);
	status = show(c, cli, o);
	free(o);
	return status;
}

static int run_and_show(struct check *c, const struct cli *cli)
{
	struct line *l = memory_new(sizeof *l);
	struct text answer = {0};
	int status;

	if (cli->is_verbose)
		cli_fail(0, "module '%s' from %s", c->order.module, c->order.path);
	run_probe(&c->order, &answer);
	status = show_answer(c, cli, &answer, l);
	text_release(&answer);
	free(l);
	return status;
}

int cli_check(struct cli *cli, int argc, char **argv)
{
	struct check c = {0};
	int status = cli_flags(cli, flag, &c, &argc, argv);

	if (status >= 0)
		return status;
	arena_init(&c.arena, NULL, 0, ARENA_BYTES);
	status = read_words(&c, cli, argc, argv);
	if (status < 0)
		status = run_and_show(&c, cli);
	find_release(&c.modules);
	arena_release(&c.arena);
	return status;
}
