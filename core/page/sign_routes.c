/* page/sign_routes: signing in and out.
 *
 * A name that nobody has costs what a wrong password costs: one round of argon2id (desk.h) and the
 * same words (F55). See route.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../board/user.h"
#include "admin_page.h"
#include "../web/assets.h"
#include "../web/secret.h"
#include "../web/sign.h"
#include "../web/throttle.h"
#include "../web/tried.h"

/* A try under way. */
struct trying {
	char name[USER_NAME_BYTES + 1], net[64];
	char secret[SECRET_BYTES + 1]; /* of the session that is to be */
};

static void show_form(struct answer *a, const struct request *r, const char *wrong)
{
	struct text form = {0};

	admin_add(&form, "sign-in",
		  (const struct template_word[]){
			  {"base", r->base}, {"name", request_field(r, "name")}, {NULL, NULL}});
	admin_page(a, r, &(struct admin_page){"Sign in", NULL, wrong, &form});
	text_release(&form);
}

static void show_sign_in(const struct site *s, const struct request *r, struct answer *a)
{
	(void)s;
	if (r->user && *request_form(r))
		answer_see(a, "/admin/");
	else
		show_form(a, r, NULL);
}

static void refuse(struct answer *a, const struct request *r, unsigned status, const char *wrong)
{
	a->status = status;
	show_form(a, r, wrong);
}

/* ---- the session is opened ---- */

static void opened(const struct site *s, const struct request *r, struct answer *a,
		   const struct line *end, void *state)
{
	struct trying *t = state;

	(void)s;
	if (!end || line_find(end, "wrong")) {
		refuse(a, r, 503, "The monitor cannot open a session now. Try again in a moment.");
	} else {
		sign_cookie(r, &a->cookie, t->secret);
		answer_see(a, "/admin/");
	}
	secret_forget(t->secret);
}

static void open_session(const struct site *s, const struct request *r, struct trying *t)
{
	char hash[SECRET_HASH_BYTES + 1], id[USER_ID_BYTES + 1] = "";
	struct text line = {0};

	secret_make(t->secret);
	secret_hash(hash, t->secret);
	memcpy(id, hash, USER_ID_BYTES);
	line_begin(&line, "session-open", id);
	line_add(&line, "user", t->name);
	line_add(&line, "hash", hash);
	line_add(&line, "net", t->net);
	line_add_int(&line, "seen_us", s->now_us);
	line_add(&line, "by", t->name);
	line_end(&line);
	route_ask(r, text_get(&line), opened, t);
	text_release(&line);
}

/* ---- the password was tried ---- */

static void answered(const struct site *s, const struct request *r, struct answer *a,
		  const struct line *end, void *state)
{
	struct trying *t = state, *next;

	if (!end) {
		throttle_forgive(tried(TRIED_SIGN_IN), t->name, t->net); /* it was no try */
		a->retry_after_s = 5;
		refuse(a, r, 503, "Too many people sign in at this moment. Try again in a moment.");
		return;
	}
	if (!line_int(end, "good", 0) || !board_find(s->board, "user", t->name)) {
		refuse(a, r, 403, "The name or the password is wrong.");
		return;
	}
	throttle_forgive(tried(TRIED_SIGN_IN), t->name, t->net);
	next = memory_new(sizeof *next);
	*next = *t;
	open_session(s, r, next);
}

static void refuse_early(struct answer *a, const struct request *r, int64_t wait_us)
{
	struct text t = {0};

	a->retry_after_s = wait_us / CLOCK_SECOND + 1;
	text_printf(&t, "Too many tries have failed. Wait %lld s, then try again.",
		    (long long)a->retry_after_s);
	refuse(a, r, 429, text_get(&t));
	text_release(&t);
}

static void sign_in(const struct site *s, const struct request *r, struct answer *a)
{
	const char *name = request_field(r, "name"), *password = request_field(r, "password");
	const struct card *user;
	struct trying *t;
	char net[64];
	int64_t wait_us;

	if (sign_is_foreign(r)) {
		refuse(a, r, 403, "This form was sent from another site. Sign in here instead.");
		return;
	}
	if (!s->has_board) {
		a->retry_after_s = 1;
		refuse(a, r, 503, "Who may sign in is still being read. Try again in a moment.");
		return;
	}
	if (user_wrong_name(name) || !*password || strlen(password) > SECRET_PASSWORD_BYTES) {
		refuse(a, r, 403, "The name or the password is wrong.");
		return;
	}
	throttle_net(net, r->address);
	wait_us = throttle_try(tried(TRIED_SIGN_IN), name, net, clock_mono_us());
	if (wait_us) {
		refuse_early(a, r, wait_us);
		return;
	}
	t = memory_new(sizeof *t);
	memcpy(t->name, name, strlen(name));
	memcpy(t->net, net, sizeof net);
	user = board_find(s->board, "user", name);
	route_ask_password(r, password, user ? card_get(user, "hash") : "", answered, t);
}

/* ---- signing out ---- */

static void closed(const struct site *s, const struct request *r, struct answer *a,
		   const struct line *end, void *state)
{
	(void)s, (void)state;
	if (!end) {
		answer_text(a, 503,
			    "the monitor cannot end the session now: try again in a moment");
		return;
	}
	sign_cookie(r, &a->cookie, "");
	answer_see(a, "/sign-in/");
}

static void sign_out(const struct site *s, const struct request *r, struct answer *a)
{
	struct text line = {0};

	(void)s;
	if (!r->visit || !r->visit->session) {
		answer_text(a, 400, "a token has no session to end: remove it with 'nines token'");
		return;
	}
	line_begin(&line, "session-close", r->visit->session->id);
	line_add(&line, "by", r->user->id);
	line_end(&line);
	route_ask(r, text_get(&line), closed, NULL);
	text_release(&line);
}

static void show_style(const struct site *s, const struct request *r, struct answer *a)
{
	(void)s, (void)r;
	text_puts(&a->body, web_admin_style);
	a->type = "text/css; charset=utf-8";
}

extern const struct route sign_routes[];
const struct route sign_routes[] = {
	{.method = "GET",
	 .path = "/sign-in/",
	 .shows = SHOWS_REQUEST,
	 .act = PERMIT_OPEN,
	 .answer = show_sign_in,
	 .is_live = true},
	{.method = "POST",
	 .path = "/sign-in/",
	 .shows = SHOWS_REQUEST,
	 .act = PERMIT_OPEN,
	 .answer = sign_in,
	 .is_live = true,
	 .most_bytes = 8192},
	{.method = "POST",
	 .path = "/sign-out/",
	 .shows = SHOWS_REQUEST,
	 .act = PERMIT_LOOK,
	 .answer = sign_out,
	 .is_live = true,
	 .most_bytes = 8192},
	{.method = "GET",
	 .path = "/admin.css",
	 .shows = SHOWS_NOTHING,
	 .act = PERMIT_OPEN,
	 .answer = show_style,
	 .is_live = true},
	{0},
};
