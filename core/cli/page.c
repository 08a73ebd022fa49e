/* cli/page: `nines page`: the status pages as configured, and a static copy of one made now. The
 * list is read from the files; the copy is made by the running ninesd. */
#include <string.h>

#include "../base/line.h"
#include "../config/config.h"
#include "../web/json.h"
#include "cli.h"
#include "control.h"

#define COPY_SECONDS 330 /* the hook has 300 */

struct asked {
	bool json;
	const char *socket;
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "the list as one JSON document", offsetof(struct asked, json)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct asked, socket)},
	{NULL, NULL, NULL, 0},
};

struct list {
	const struct cli *cli;
	struct text text;
	json_t *pages;
};

/* ---- list ---- */

static void add_word(struct list *list, const char *before, const char *text)
{
	if (!*text)
		return;
	text_puts(&list->text, before);
	screen_safe(&list->cli->screen, &list->text, text, 1000);
}

static void add_one(struct list *list, const struct line *l)
{
	const char *name = line_name(l), *copy = line_get(l, "copy");

	screen_field(&list->cli->screen, &list->text, name, 16);
	add_word(list, "  ", line_get(l, "title"));
	add_word(list, "  ", line_get(l, "url"));
	add_word(list, "  copy in ", copy);
	text_putc(&list->text, '\n');
	json_array_append_new(list->pages, json_pack("{so, so, so, so}", "name", json_safe(name),
						     "title", json_safe(line_get(l, "title")),
						     "url", json_safe(line_get(l, "url")), "copy",
						     *copy ? json_safe(copy) : json_null()));
}

static void add_pages(struct list *list, char *at)
{
	static struct line l; /* too large for a stack frame */
	char *one;

	while (at && (one = strsep(&at, "\n")))
		if (!strncmp(one, "page ", 5) && !line_parse(&l, one, strlen(one)))
			add_one(list, &l);
}

static int print(struct list *list, const struct asked *a)
{
	if (!json_array_size(list->pages)) {
		text_puts(&list->text, "no section 'page': one page, 'status', shows everything\n");
		json_array_append_new(list->pages, json_pack("{ss, ss, ss, sn}", "name", "status",
							     "title", "", "url", "", "copy"));
	}
	if (a->json) {
		text_clear(&list->text);
		json_write(&list->text, json_pack("{sO}", "pages", list->pages));
	}
	return cli_print(&list->text, EXIT_DONE);
}

static int show(struct cli *cli, const struct asked *a)
{
	struct list list = {.cli = cli, .pages = json_array()};
	struct config *c = config_read(cli->config, false);
	struct text lines = {0};
	int status;

	config_add_lines(c, &lines);
	if (config_wrong(c)) {
		status = cli_fail(EXIT_FAILED,
				  "the configuration has problems: 'nines config check' "
				  "shows them");
	} else {
		add_pages(&list, lines.at);
		status = print(&list, a);
	}
	config_free(c);
	json_decref(list.pages);
	text_release(&lines);
	text_release(&list.text);
	return status;
}

/* ---- copy ---- */

static int copy(struct cli *cli, const struct asked *a, const char *name)
{
	struct text line = {0};
	int status;

	line_begin_name(&line, "copy", name);
	line_end(&line);
	status = control_say_within(cli, a->socket, &line, COPY_SECONDS);
	text_release(&line);
	return status;
}

int cli_page(struct cli *cli, int argc, char **argv)
{
	struct asked a = {0};
	int status = cli_flags(cli, flag, &a, &argc, argv);

	if (status >= 0)
		return status;
	if (argc == 0 || (argc == 1 && !strcmp(argv[0], "list")))
		return show(cli, &a);
	if (argc == 2 && !strcmp(argv[0], "copy"))
		return copy(cli, &a, argv[1]);
	return cli_wrong("write: nines page list, or nines page copy NAME");
}
