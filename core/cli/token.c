/* cli/token: `nines token`: tokens for programs that use the API. A token is made here and shown
 * once; nines keeps its hash. */
#include <string.h>

#include "../base/clock.h"
#include "../board/user.h"
#include "../web/json.h"
#include "../web/secret.h"
#include "cli.h"
#include "control.h"
#include "listing.h"

struct asked {
	bool json;
	const char *socket, *role, *owner, *duration;
};

static const struct cli_flag flag[] = {
	{"--role", "ROLE", "viewer, operator, editor or admin", offsetof(struct asked, role)},
	{"--owner", "OWNER", "reaches only what this owner has, and what nobody owns",
	 offsetof(struct asked, owner)},
	{"--for", "TIME", "how long it is good (default: until it is removed)",
	 offsetof(struct asked, duration)},
	{"--json", NULL, "as one JSON document", offsetof(struct asked, json)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct asked, socket)},
	{NULL, NULL, NULL, 0},
};

/* ---- the list ---- */

static void take(const struct line *l, void *with)
{
	struct listing *list = with;
	int64_t until_us = line_int(l, "until_us", 0);

	if (strcmp(l->verb, "token"))
		return;
	screen_field(&list->cli->screen, &list->text, l->id, 24);
	text_puts(&list->text, "  ");
	screen_field(&list->cli->screen, &list->text, line_get(l, "role"), 10);
	text_puts(&list->text, "  by ");
	screen_safe(&list->cli->screen, &list->text, line_get(l, "by"), 60);
	if (until_us) {
		text_puts(&list->text, "  until ");
		clock_add_utc(&list->text, until_us, 0);
	}
	text_putc(&list->text, '\n');
	json_array_append_new(
		list->all,
		json_pack("{so, so, so, so, so, so}", "name", json_safe(l->id), "role",
			  json_safe(line_get(l, "role")), "owner", json_safe(line_get(l, "owner")),
			  "by", json_safe(line_get(l, "by")), "since",
			  json_time(line_int(l, "since_us", 0)), "until", json_time(until_us)));
}

static int show(const struct cli *cli, const void *asked, char **word)
{
	struct listing list = {.cli = cli, .all = json_array()};
	const struct asked *a = asked;

	(void)word;
	return listing_end(&list, "tokens",
			   "there are no tokens: 'nines token add NAME --role ROLE'\n", a->json,
			   listing_ask(&list, a->socket, "tokens", take));
}

/* ---- a new one ---- */

static void write_request(struct text *line, const struct asked *a, const char *name,
			  const char *secret, int64_t for_us)
{
	char hash[SECRET_HASH_BYTES + 1], id[USER_ID_BYTES + 1] = "";

	secret_hash(hash, secret);
	memcpy(id, hash, USER_ID_BYTES);
	line_begin(line, "token-add", id);
	line_add(line, "name", name);
	line_add(line, "role", a->role);
	line_add(line, "owner", a->owner);
	line_add(line, "hash", hash);
	if (for_us)
		line_add_int(line, "until_us", clock_wall_us() + for_us);
	control_add_user(line, NULL);
	line_end(line);
}

static int print(const struct asked *a, const char *name, const char *secret)
{
	struct text t = {0};

	if (a->json)
		json_write(&t, json_pack("{so, ss}", "name", json_safe(name), "token", secret));
	else
		text_printf(&t, "%s\n", secret);
	return cli_print(&t, EXIT_DONE);
}

static int add(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;
	const char *name = word[1];
	char secret[SECRET_BYTES + 1];
	struct text line = {0};
	int64_t for_us = 0;
	int status;

	if (user_wrong_name(name))
		return cli_wrong("'%.80s': %s", name, user_wrong_name(name));
	if (!a->role || !user_is_role(a->role))
		return cli_wrong("--role is one of viewer, operator, editor, admin");
	if (a->duration && (!text_duration(a->duration, &for_us) || for_us <= 0))
		return cli_wrong("--for '%.60s' is no time: write 90d or 8h", a->duration);
	if (!secret_start())
		return cli_fail(EXIT_FAILED, "libsodium does not work here");
	secret_make(secret);
	write_request(&line, a, name, secret, for_us);
	status = control_ask(cli, &(struct control_request){a->socket, &line, NULL, NULL});
	if (status == EXIT_DONE)
		status = print(a, name, secret);
	secret_forget(secret);
	text_release(&line);
	return status;
}

static int take_away(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;
	struct text line = {0};
	int status;

	line_begin_name(&line, "token-remove", word[1]);
	control_add_user(&line, NULL);
	line_end(&line);
	status = control_say(cli, a->socket, &line);
	text_release(&line);
	return status;
}

static const struct cli_word known[] = {
	{"list", NULL, 0, show},
	{"add", "NAME --role ROLE", 1, add},
	{"remove", "NAME", 1, take_away},
	{NULL, NULL, 0, NULL},
};

int cli_token(struct cli *cli, int argc, char **argv)
{
	return cli_words(cli, flag, known, &(struct asked){0}, argc, argv);
}
