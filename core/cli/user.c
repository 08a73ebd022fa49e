/* cli/user: `nines user`: who may sign in at the pages. Passwords are hashed here and go nowhere.
 */
#include <string.h>

#include "../base/clock.h"
#include "../board/user.h"
#include "../web/json.h"
#include "../web/secret.h"
#include "cli.h"
#include "control.h"
#include "listing.h"
#include "password.h"

struct asked {
	bool json;
	const char *socket, *role, *owner;
};

static const struct cli_flag flag[] = {
	{"--role", "ROLE", "viewer, operator, editor or admin", offsetof(struct asked, role)},
	{"--owner", "OWNER", "reaches only what this owner has, and what nobody owns",
	 offsetof(struct asked, owner)},
	{"--json", NULL, "the list as one JSON document", offsetof(struct asked, json)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct asked, socket)},
	{NULL, NULL, NULL, 0},
};

/* ---- the list ---- */

static void take(const struct line *l, void *with)
{
	struct listing *list = with;

	if (strcmp(l->verb, "user"))
		return;
	screen_field(&list->cli->screen, &list->text, l->id, 24);
	text_puts(&list->text, "  ");
	screen_field(&list->cli->screen, &list->text, line_get(l, "role"), 10);
	text_puts(&list->text, "  since ");
	clock_add_utc(&list->text, line_int(l, "since_us", 0), 0);
	if (*line_get(l, "owner")) {
		text_puts(&list->text, "  owner ");
		screen_safe(&list->cli->screen, &list->text, line_get(l, "owner"), 200);
	}
	text_putc(&list->text, '\n');
	json_array_append_new(list->all,
			      json_pack("{so, so, so, so, so}", "name", json_safe(l->id), "role",
					json_safe(line_get(l, "role")), "owner",
					json_safe(line_get(l, "owner")), "since",
					json_time(line_int(l, "since_us", 0)), "changed",
					json_time(line_int(l, "changed_us", 0))));
}

static int show(const struct cli *cli, const void *asked, char **word)
{
	struct listing list = {.cli = cli, .all = json_array()};
	const struct asked *a = asked;

	(void)word;
	return listing_end(&list, "users",
			   "nobody may sign in: 'nines user add NAME --role ROLE'\n", a->json,
			   listing_ask(&list, a->socket, "users", take));
}

/* ---- changes ---- */

static int add_hash(struct text *line, const char *name)
{
	char password[PASSWORD_MOST + 2], hash[128];
	int status = password_ask(password, name);

	if (status == EXIT_DONE && (!secret_start() || !secret_hash_password(hash, password)))
		status = cli_fail(EXIT_FAILED, "no memory to hash the password: it takes 64 MiB");
	if (status == EXIT_DONE)
		line_add(line, "hash", hash);
	explicit_bzero(password, sizeof password);
	return status;
}

static int change(const struct cli *cli, const struct asked *a, const char *verb,
		  const char *name, bool has_password)
{
	struct text line = {0};
	int status = EXIT_DONE;

	line_begin(&line, verb, name);
	if (a->role)
		line_add(&line, "role", a->role);
	if (a->owner)
		line_add(&line, "owner", a->owner);
	control_add_user(&line, NULL);
	if (has_password)
		status = add_hash(&line, name);
	line_end(&line);
	if (status == EXIT_DONE)
		status = control_say(cli, a->socket, &line);
	text_release(&line);
	return status;
}

static int add(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;

	if (user_wrong_name(word[1]))
		return cli_wrong("'%.80s': %s", word[1], user_wrong_name(word[1]));
	if (!a->role)
		return cli_wrong("--role is missing: viewer, operator, editor or admin");
	if (!user_is_role(a->role))
		return cli_wrong("--role '%.60s' is none of viewer, operator, editor, admin",
				 a->role);
	return change(cli, a, "user-add", word[1], true);
}

static int set_role(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;

	if (!a->role && !a->owner)
		return cli_wrong("what is changed is missing: --role ROLE or --owner OWNER");
	return change(cli, a, "user-change", word[1], false);
}

static int set_password(const struct cli *cli, const void *asked, char **word)
{
	const struct asked *a = asked;

	if (a->role || a->owner)
		return cli_wrong("'nines user role' changes role and owner");
	return change(cli, a, "user-change", word[1], true);
}

static int take_away(const struct cli *cli, const void *asked, char **word)
{
	return change(cli, asked, "user-remove", word[1], false);
}

static const struct cli_word known[] = {
	{"list", NULL, 0, show},
	{"add", "NAME", 1, add},
	{"password", "NAME", 1, set_password},
	{"role", "NAME", 1, set_role},
	{"remove", "NAME", 1, take_away},
	{NULL, NULL, 0, NULL},
};

int cli_user(struct cli *cli, int argc, char **argv)
{
	return cli_words(cli, flag, known, &(struct asked){0}, argc, argv);
}
