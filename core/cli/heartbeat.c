/* cli/heartbeat: `nines heartbeat`: the secret addresses by which jobs and other monitors say how
 * passive checks fare. The keeper makes them. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "../base/log.h"
#include "../board/address.h"
#include "../web/json.h"
#include "cli.h"
#include "control.h"

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
	json_t *checks;
	char shared[ADDRESS_BYTES];
};

static void add_one(struct list *list, const struct line *l)
{
	const char *path = strcmp(line_get(l, "module"), "inbound") ? "ping" : "hook";
	const char *address = line_get(l, "address");

	screen_field(&list->cli->screen, &list->text, line_name(l), 24);
	text_printf(&list->text, "  /%s/%s\n", path, address);
	json_array_append_new(list->checks,
			      json_pack("{so, so, so, so, so}", "check", json_safe(line_name(l)),
					"module", json_safe(line_get(l, "module")), "address",
					json_safe(address), "path",
					json_sprintf("/%s/%s", path, address), "slug",
					json_safe(line_get(l, "slug"))));
}

static void take(const struct line *l, void *with)
{
	struct list *list = with;

	if (!strcmp(l->verb, "address"))
		add_one(list, l);
	else if (!strcmp(l->verb, "shared"))
		snprintf(list->shared, sizeof list->shared, "%s", line_get(l, "address"));
}

static int print(struct list *list, const struct asked *a)
{
	if (a->json) {
		text_clear(&list->text);
		json_write(&list->text,
			   json_pack("{ss, sO}", "key", list->shared, "checks", list->checks));
	} else if (!list->text.size) {
		text_puts(&list->text, "no check takes lines: a section 'heartbeat' or 'inbound' "
				       "makes one\n");
	} else {
		text_printf(&list->text, "\nall heartbeats by name: /ping/%s/SLUG\n", list->shared);
	}
	return cli_print(&list->text, EXIT_DONE);
}

static bool add_request(struct text *line, bool is_anew)
{
	unsigned char random[ADDRESS_KEY_BYTES / 2];
	struct text key = {0};

	if (getrandom(random, sizeof random, 0) != sizeof random)
		return false;
	for (size_t i = 0; i < sizeof random; i++)
		text_printf(&key, "%02x", random[i]);
	line_begin(line, "addresses", "-");
	line_add(line, "key", text_get(&key));
	if (is_anew)
		line_add_int(line, "renew", 1);
	control_add_user(line, NULL);
	line_end(line);
	explicit_bzero(key.at, key.size);
	text_release(&key);
	return true;
}

static int ask(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;
	struct list list = {.cli = cli, .checks = json_array()};
	struct text line = {0};
	int status;

	if (!add_request(&line, word[0] && !strcmp(word[0], "renew")))
		return cli_fail(EXIT_FAILED, "no random bytes: %s", log_errno(errno));
	status = control_ask(cli, &(struct control_request){a->socket, &line, take, &list});
	if (status == EXIT_DONE)
		status = print(&list, a);
	text_release(&line);
	text_release(&list.text);
	json_decref(list.checks);
	return status;
}

static const struct cli_word known[] = {
	{"list", NULL, 0, ask},
	{"renew", NULL, 0, ask},
	{NULL, NULL, 0, NULL},
};

int cli_heartbeat(struct cli *cli, int argc, char **argv)
{
	return cli_words(cli, flag, known, &(struct asked){0}, argc, argv);
}
