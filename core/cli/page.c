/* cli/page: `nines page`: the status pages as configured, and a static copy of one made now. The
 * list is read from the files; the copy is made by the running ninesd. */
#include <string.h>

#include "../base/line.h"
#include "../config/config.h"
#include "../web/json.h"
#include "cli.h"
#include "control.h"
#include "listing.h"

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

/* ---- list ---- */

static void add_word(struct listing *list, const char *before, const char *text)
{
	if (!*text)
		return;
	text_puts(&list->text, before);
	screen_safe(&list->cli->screen, &list->text, text, 1000);
}

static void add_one(struct listing *list, const struct line *l)
{
	const char *name = line_name(l), *copy = line_get(l, "copy");

	screen_field(&list->cli->screen, &list->text, name, 16);
	add_word(list, "  ", line_get(l, "title"));
	add_word(list, "  ", line_get(l, "url"));
	add_word(list, "  copy in ", copy);
	text_putc(&list->text, '\n');
	json_array_append_new(list->all, json_pack("{so, so, so, so}", "name", json_safe(name),
						     "title", json_safe(line_get(l, "title")),
						     "url", json_safe(line_get(l, "url")), "copy",
						     *copy ? json_safe(copy) : json_null()));
}

static void add_pages(struct listing *list, char *at)
{
	static struct line l; /* too large for a stack frame */
	char *one;

	while (at && (one = strsep(&at, "\n")))
		if (!strncmp(one, "page ", 5) && !line_parse(&l, one, strlen(one)))
			add_one(list, &l);
}

/* Without a section there is one page all the same. */
static void add_standard(struct listing *list)
{
	text_puts(&list->text, "no section 'page': one page, 'status', shows everything\n");
	json_array_append_new(list->all, json_pack("{ss, ss, ss, sn}", "name", "status", "title",
						   "", "url", "", "copy"));
}

static int show(const struct cli *cli, const void *asked, char **word)
{
	struct listing list = {.cli = cli, .all = json_array()};
	struct config *c = config_read(cli->config, false);
	const struct asked *a = asked;
	struct text lines = {0};
	int status = EXIT_DONE;

	(void)word;
	config_add_lines(c, &lines);
	if (config_wrong(c))
		status = cli_fail(EXIT_FAILED,
				  "the configuration has problems: 'nines config check' "
				  "shows them");
	else
		add_pages(&list, lines.at);
	if (!json_array_size(list.all))
		add_standard(&list);
	config_free(c);
	text_release(&lines);
	return listing_end(&list, "pages", "", a->json, status);
}

/* ---- copy ---- */

static int copy(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;
	struct text line = {0};
	int status;

	line_begin_name(&line, "copy", word[1]);
	line_end(&line);
	status = control_say_within(cli, a->socket, &line, COPY_SECONDS);
	text_release(&line);
	return status;
}

static const struct cli_word known[] = {
	{"list", NULL, 0, show},
	{"copy", "NAME", 1, copy},
	{NULL, NULL, 0, NULL},
};

int cli_page(struct cli *cli, int argc, char **argv)
{
	return cli_words(cli, flag, known, &(struct asked){0}, argc, argv);
}
