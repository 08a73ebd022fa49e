/* keeper/user: who may sign in: requests that change cards of users, sessions and tokens.
 *
 * Secrets never come here, only their hashes; board/user.h says what is good. Sessions are opened
 * and closed by the web alone, for whoever has shown his password. Sessions and tokens that are
 * over are removed. See board.h. */
#include "../board/user.h"

#include <stdarg.h>
#include <string.h>

#include "board.h"
#include "user.h"

#define OWNER_BYTES 200

static void refuse(struct keeper *k, int64_t client, const char *why)
{
	status_end(k, client, "wrong", why);
}

/* The next version of a card: the words of the line in place of those it had. */
static const struct card *change(struct keeper *k, const char *kind, const struct card *old,
				 const char *id, const struct line *l, const char *const *key)
{
	struct text *t = board_begin(k, kind, id, line_get(l, "by"));

	for (size_t i = 0; key[i]; i++) {
		const char *value = line_find(l, key[i]);

		value = value ? value : old ? card_get(old, key[i]) : "";
		if (*value)
			line_add(t, key[i], value);
	}
	return board_end(k);
}

static void say(struct keeper *k, int64_t client, const char *id, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void say(struct keeper *k, int64_t client, const char *id, const char *format, ...)
{
	struct text t = {0};
	va_list ap;

	va_start(ap, format);
	text_vprintf(&t, format, ap);
	va_end(ap);
	board_answer(k, client, text_get(&t), id);
	text_release(&t);
}

/* ---- users ---- */

static const char *const user_key[] = {"role", "owner", "hash", NULL};

static const char *wrong_user(const struct line *l, bool is_new)
{
	const char *role = line_find(l, "role"), *hash = line_find(l, "hash");

	if (is_new && user_wrong_name(l->id))
		return user_wrong_name(l->id);
	if ((is_new && !role) || (role && !user_is_role(role)))
		return "a role is one of viewer, operator, editor and admin";
	if ((is_new && !hash) || (hash && !user_is_password_hash(hash)))
		return "the password's hash is none of argon2id";
	return strlen(line_get(l, "owner")) > OWNER_BYTES ? "the owner's name is too long" : NULL;
}

static void add_user(struct keeper *k, int64_t client, const struct line *l)
{
	const char *wrong = wrong_user(l, true);

	if (!wrong && board_find(k->board, "user", l->id))
		wrong = "there is a user of that name: 'nines user password' and 'nines user role' "
			"change one";
	if (!wrong && board_count(k->board, "user") >= USER_MOST)
		wrong = "there are as many users as there may be";
	if (!wrong && !change(k, "user", NULL, l->id, l, user_key))
		wrong = "the user's words are too long";
	if (wrong)
		refuse(k, client, wrong);
	else
		say(k, client, l->id, "%s may sign in as %s", l->id, line_get(l, "role"));
}

/* Ends what a user has open: its password is another, or the user is gone. */
static void close_sessions(struct keeper *k, const char *user, const char *by)
{
	for (size_t i = board_count(k->board, "session"); i-- > 0;) {
		const struct card *c = board_at(k->board, "session", i);

		if (!strcmp(card_get(c, "user"), user))
			board_remove(k, "session", c->id, by);
	}
}

static void change_user(struct keeper *k, int64_t client, const struct line *l)
{
	const struct card *old = board_find(k->board, "user", l->id);
	const char *wrong = !old ? "there is no user of that name" : wrong_user(l, false);

	if (!wrong && !change(k, "user", old, l->id, l, user_key))
		wrong = "the user's words are too long";
	if (wrong) {
		refuse(k, client, wrong);
		return;
	}
	if (line_find(l, "hash"))
		close_sessions(k, l->id, line_get(l, "by"));
	say(k, client, l->id, "%s has %s", l->id,
	    line_find(l, "hash") ? "a new password, and is signed out everywhere" : "a new role");
}

static void remove_user(struct keeper *k, int64_t client, const struct line *l)
{
	if (!board_find(k->board, "user", l->id)) {
		refuse(k, client, "there is no user of that name");
		return;
	}
	close_sessions(k, l->id, line_get(l, "by"));
	board_remove(k, "user", l->id, line_get(l, "by"));
	say(k, client, l->id, "%s is no user any more", l->id);
}

static void list_users(struct keeper *k, int64_t client, const struct line *l)
{
	(void)l;
	for (size_t i = 0; i < board_count(k->board, "user"); i++) {
		const struct card *c = board_at(k->board, "user", i);
		struct text *t = keeper_line(k, END_CLIENT, client);

		if (!t)
			break;
		line_begin(t, "user", c->id);
		line_add(t, "role", card_get(c, "role"));
		line_add(t, "owner", card_get(c, "owner"));
		line_add_int(t, "since_us", c->first_us);
		line_add_int(t, "changed_us", c->at_us);
		line_end(t);
	}
	status_end(k, client, NULL, NULL);
}

/* ---- sessions ---- */

static const char *const session_key[] = {"user", "hash", "net", "seen_us", NULL};

static void close_oldest(struct keeper *k, const char *user)
{
	const struct card *oldest = NULL;
	int count = 0;

	for (size_t i = 0; i < board_count(k->board, "session"); i++) {
		const struct card *c = board_at(k->board, "session", i);

		if (strcmp(card_get(c, "user"), user))
			continue;
		count++;
		oldest = !oldest || c->first_us < oldest->first_us ? c : oldest;
	}
	if (count >= USER_SESSIONS)
		board_remove(k, "session", oldest->id, user);
}

static void open_session(struct keeper *k, int64_t client, const struct line *l)
{
	const char *hash = line_get(l, "hash"), *user = line_get(l, "user");

	if (!client_is_web(client) || !user_is_hash(hash) || strncmp(hash, l->id, USER_ID_BYTES) ||
	    strlen(l->id) != USER_ID_BYTES) {
		refuse(k, client, "sessions are opened by the web");
		return;
	}
	if (!board_find(k->board, "user", user)) {
		refuse(k, client, "there is no user of that name");
		return;
	}
	close_oldest(k, user);
	if (change(k, "session", NULL, l->id, l, session_key))
		say(k, client, l->id, "%s is signed in", user);
	else
		refuse(k, client, "the session's words are too long");
}

static void see_session(struct keeper *k, int64_t client, const struct line *l)
{
	const struct card *old = board_find(k->board, "session", l->id);
	struct text *t;

	if (!client_is_web(client) || !old) {
		refuse(k, client, "there is no such session");
		return;
	}
	t = board_begin(k, "session", l->id, "");
	line_add(t, "user", card_get(old, "user"));
	line_add(t, "hash", card_get(old, "hash"));
	line_add(t, "net", card_get(old, "net"));
	line_add_int(t, "seen_us", k->wall_us);
	board_end(k);
	board_answer(k, client, NULL, l->id);
}

static void close_session(struct keeper *k, int64_t client, const struct line *l)
{
	if (!client_is_web(client) || !board_find(k->board, "session", l->id)) {
		refuse(k, client, "there is no such session");
		return;
	}
	board_remove(k, "session", l->id, line_get(l, "by"));
	board_answer(k, client, NULL, l->id);
}

/* ---- tokens ---- */

static const char *const token_key[] = {"name", "role", "owner", "hash", "until_us", NULL};

static const struct card *find_token(const struct keeper *k, const char *name)
{
	for (size_t i = 0; i < board_count(k->board, "token"); i++) {
		const struct card *c = board_at(k->board, "token", i);

		if (!strcmp(card_get(c, "name"), name))
			return c;
	}
	return NULL;
}

static const char *wrong_token(const struct keeper *k, const struct line *l)
{
	const char *name = line_get(l, "name");

	if (user_wrong_name(name))
		return user_wrong_name(name);
	if (!user_is_role(line_get(l, "role")))
		return "a role is one of viewer, operator, editor and admin";
	if (!user_is_hash(line_get(l, "hash")) || strlen(l->id) != USER_ID_BYTES ||
	    strncmp(line_get(l, "hash"), l->id, USER_ID_BYTES))
		return "the token's hash is none";
	if (find_token(k, name))
		return "there is a token of that name: 'nines token remove' it first";
	if (line_find(l, "until_us") && line_int(l, "until_us", 0) <= k->wall_us)
		return "the token would be over before it begins";
	return board_count(k->board, "token") >= USER_MOST
		       ? "there are as many tokens as there may be"
		       : NULL;
}

static void add_token(struct keeper *k, int64_t client, const struct line *l)
{
	const char *wrong = wrong_token(k, l);

	if (!wrong && !change(k, "token", NULL, l->id, l, token_key))
		wrong = "the token's words are too long";
	if (wrong)
		refuse(k, client, wrong);
	else
		board_answer(k, client, NULL, l->id);
}

static void remove_token(struct keeper *k, int64_t client, const struct line *l)
{
	const struct card *c = find_token(k, line_name(l));

	if (!c) {
		refuse(k, client, "there is no token of that name");
		return;
	}
	board_remove(k, "token", c->id, line_get(l, "by"));
	say(k, client, NULL, "the token %s opens nothing any more", line_name(l));
}

static void list_tokens(struct keeper *k, int64_t client, const struct line *l)
{
	(void)l;
	for (size_t i = 0; i < board_count(k->board, "token"); i++) {
		const struct card *c = board_at(k->board, "token", i);
		struct text *t = keeper_line(k, END_CLIENT, client);

		if (!t)
			break;
		line_begin(t, "token", card_get(c, "name"));
		line_add(t, "role", card_get(c, "role"));
		line_add(t, "owner", card_get(c, "owner"));
		line_add(t, "by", c->by);
		line_add_int(t, "since_us", c->first_us);
		line_add_int(t, "until_us", card_int(c, "until_us", 0));
		line_end(t);
	}
	status_end(k, client, NULL, NULL);
}

/* ---- the kind's part ---- */

static void remove_over(struct keeper *k, const char *kind,
			bool (*is_good)(const struct card *, int64_t))
{
	for (size_t i = board_count(k->board, kind); i-- > 0;) {
		const struct card *c = board_at(k->board, kind, i);

		if (!is_good(c, k->wall_us))
			board_remove(k, kind, c->id, "");
	}
}

static const struct board_request request[] = {
	{"user-add", add_user},           {"user-change", change_user},
	{"user-remove", remove_user},     {"users", list_users},
	{"session-open", open_session},   {"session-seen", see_session},
	{"session-close", close_session}, {"token-add", add_token},
	{"token-remove", remove_token},   {"tokens", list_tokens},
};

void users_ask(struct keeper *k, int64_t client, const struct line *l)
{
	for (size_t i = 0; i < sizeof request / sizeof *request; i++)
		if (!strcmp(request[i].verb, l->verb))
			request[i].ask(k, client, l);
}

void users_second(struct keeper *k)
{
	remove_over(k, "session", session_is_good);
	remove_over(k, "token", token_is_good);
}
