/* tests/unit/user: who may sign in: the keeper's judgement of changes, and what opens what. */
#include "../../core/board/user.h"

#include "../../core/keeper/board.h"
#include "../lib/keeper.h"

#define HASH  "\"$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA\""
#define ONE   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdee"
#define ID    "0123456789abcdef0123456789abcdef"

static struct text web;

static struct text *web_line(void *with, struct keeper_end to)
{
	return to.kind == END_CLIENT && to.number == KEEPER_WEB + 1 ? &web : world_line(with, to);
}

static struct world *begin(void)
{
	struct world *w = world_new();

	w->out.line = web_line;
	world_configure(w, "");
	return w;
}

static const char *ask(struct world *w, bool is_web, const char *request)
{
	static char at[4096];
	static struct line l;
	struct text *answer = is_web ? &web : &w->to[END_CLIENT][1];

	text_clear(answer);
	snprintf(at, sizeof at, "%s", request);
	if (line_parse(&l, at, strlen(at)))
		return "no line";
	keeper_take(w->k, w->now, w->now + w->wall_ahead,
		    (struct keeper_end){END_CLIENT, is_web ? KEEPER_WEB + 1 : 1}, &l);
	return text_get(answer);
}

static void refusals(void)
{
	static const struct {
		const char *request, *wanted;
	} row[] = {
		{"user-add ann role=admin hash=" HASH, "may sign in"},
		{"user-add ann role=admin hash=" HASH, "there is a user"},
		{"user-add bob role=king hash=" HASH, "a role is one of"},
		{"user-add bob hash=" HASH, "a role is one of"},
		{"user-add bob role=admin hash=secret", "none of argon2id"},
		{"user-add bob role=admin", "none of argon2id"},
		{"user-add \"two words\" role=admin hash=" HASH, "a name is made of"},
		{"user-add \"<b>\" role=admin hash=" HASH, "a name is made of"},
		{"user-add .. role=admin hash=" HASH, "begins with"},
		{"user-change bob role=viewer", "there is no user"},
		{"user-change ann role=king", "a role is one of"},
		{"user-change ann hash=plain", "none of argon2id"},
		{"user-change ann role=editor", "a new role"},
		{"user-remove bob", "there is no user"},
		{"session-open " ID " user=ann hash=" ONE, "by the web"},
		{"session-close " ID, "no such session"},
		{"token-add " ID " name=ci role=viewer hash=" ONE, "end -"},
		{"token-add " ID " name=ci role=viewer hash=" ONE, "there is a token"},
		{"token-add " ID " name=cd role=viewer hash=short", "hash is none"},
		{"token-add X name=cd role=viewer hash=" ONE, "hash is none"},
		{"token-add " ID " name=cd role=viewer hash=" ONE " until_us=5", "over before"},
		{"token-remove cd", "there is no token"},
		{"token-remove ci", "opens nothing"},
		{"user-remove ann", "no user any more"},
	};
	struct world *w = begin();

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		const char *got = ask(w, false, row[i].request);

		ok(strstr(got, row[i].wanted) != NULL, "%s: %s", row[i].request, got);
	}
	ok(!board_count(w->k->board, "user") && !board_count(w->k->board, "token") &&
		   !board_count(w->k->board, "session"),
	   "nothing is left");
	world_free(w);
}

static int64_t wall(const struct world *w)
{
	return w->now + w->wall_ahead;
}

static void pass(struct world *w, int64_t us)
{
	w->now += us;
	keeper_tick(w->k, w->now, wall(w));
}

static void open_one(struct world *w)
{
	ask(w, false, "user-add ann role=editor hash=" HASH);
	ask(w, true, "session-open " ID " user=ann hash=" ONE " net=192.0.2.0/24");
}

static void sessions(void)
{
	struct world *w = begin();
	const struct board *b = w->k->board;
	const struct card *s;

	open_one(w);
	ok(user_of_session(b, ONE, wall(w), &s) && !strcmp(card_get(s, "user"), "ann"),
	   "the secret's hash opens the session");
	ok(!user_of_session(b, OTHER, wall(w), NULL), "one that differs at its end does not");
	ok(!user_of_session(b, "", wall(w), NULL) && !user_of_session(b, ID, wall(w), NULL) &&
		   !user_of_token(b, ONE, wall(w)),
	   "nor nothing, nor its id; and it is no token");
	ok(!user_of_session(b, ONE, wall(w) + SESSION_IDLE_US, NULL), "one that idles is over");
	for (int i = 0; i < 13; i++) {
		pass(w, SESSION_IDLE_US - SECOND);
		ask(w, true, "session-seen " ID);
	}
	ok(user_of_session(b, ONE, wall(w), NULL) != NULL, "one that is used is not");
	pass(w, SESSION_LIFE_US - 13 * (SESSION_IDLE_US - SECOND));
	ok(!user_of_session(b, ONE, wall(w), NULL), "until its life is over");
	pass(w, SECOND);
	ok(!board_count(b, "session"), "then its card is removed");
	world_free(w);
}

static void ends(void)
{
	struct world *w = begin();
	char request[400];

	open_one(w);
	ask(w, false, "user-change ann role=viewer");
	same(card_get(user_of_session(w->k->board, ONE, wall(w), NULL), "role"), "viewer",
	     "a role counts from now on");
	ask(w, false, "user-change ann hash=" HASH);
	ok(!board_count(w->k->board, "session"), "another password ends all sessions");
	ask(w, true, "session-open " ID " user=ann hash=" ONE);
	ask(w, false, "user-remove ann");
	ok(!board_count(w->k->board, "session"), "so does the end of the user");
	open_one(w);
	for (int i = 0; i < USER_SESSIONS + 5; i++) {
		pass(w, SECOND);
		snprintf(request, sizeof request, "session-open %032x user=ann hash=%032x%032x", i,
			 i, i);
		ask(w, true, request);
	}
	ok(board_count(w->k->board, "session") == USER_SESSIONS &&
		   !board_find(w->k->board, "session", ID),
	   "of too many sessions the oldest ends");
	world_free(w);
}

static void tokens(void)
{
	struct world *w = begin();
	char request[400];

	snprintf(request, sizeof request,
		 "token-add " ID " name=ci role=operator hash=" ONE " until_us=%lld",
		 (long long)(wall(w) + 10 * SECOND));
	ask(w, false, request);
	same(card_get(user_of_token(w->k->board, ONE, wall(w)), "role"), "operator",
	     "a token has a role of its own");
	ok(!user_of_token(w->k->board, OTHER, wall(w)) &&
		   !user_of_session(w->k->board, ONE, wall(w), NULL),
	   "another secret does not open it, and it is no session");
	ok(!strstr(ask(w, false, "tokens -"), ONE) && strstr(ask(w, false, "tokens -"), "token ci"),
	   "the list shows no hash");
	ok(!user_of_token(w->k->board, ONE, wall(w) + 10 * SECOND), "it ends when it was said to");
	pass(w, 11 * SECOND);
	ok(!board_count(w->k->board, "token"), "and is removed then");
	world_free(w);
}

int main(void)
{
	refusals();
	sessions();
	ends();
	tokens();
	text_release(&web);
	return done_testing();
}
