/* web/enter: see enter.h.
 *
 * A password in the head (HTTP Basic) comes with every request of a program, but is worked out
 * once: what was found good is known again by a hash that only this process can make. */
#include "enter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "problem.h"
#include "respond.h"
#include "secret.h"
#include "template.h"
#include "throttle.h"
#include "tried.h"

#define KNOWN        64
#define WANTED_BYTES 2000 /* of an address that the form leads on to */

/* Passwords that were good. Lost when the process ends. */
static char known[KNOWN][SECRET_HASH_BYTES + 1];
static unsigned next_known;

/* ---- tries ---- */

int64_t enter_count(const struct request *r, const char *page)
{
	char net[64];

	throttle_net(net, r->address);
	return throttle_try(tried(TRIED_PAGE), page, net, clock_mono_us());
}

void enter_forgive(const struct request *r, const char *page)
{
	char net[64];

	throttle_net(net, r->address);
	throttle_forgive(tried(TRIED_PAGE), page, net);
}

static bool is_known(const char *hash, const char *password)
{
	char one[SECRET_HASH_BYTES + 1];
	bool is_found = false;

	secret_known(one, hash, password);
	for (size_t i = 0; i < KNOWN; i++)
		is_found |= secret_same(known[i], one);
	return is_found;
}

/* ---- the cookie ---- */

static void cookie_name(struct text *t, const struct request *r)
{
	text_printf(t, "%snines-page-%s", strcmp(r->scheme, "https") ? "" : "__Host-",
		    r->page->name);
}

void enter_cookie(const struct request *r, struct text *t, int64_t now_us)
{
	int64_t until_s = now_us / CLOCK_SECOND + ENTER_SECONDS;
	char pass[SECRET_HASH_BYTES + 1];

	secret_pass(pass, page_get(r->page, "password"), until_s);
	cookie_name(t, r);
	text_printf(t, "=%lld.%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%d%s",
		    (long long)until_s, pass, ENTER_SECONDS,
		    strcmp(r->scheme, "https") ? "" : "; Secure");
}

static bool has_cookie(const struct request *r, const char *hash, int64_t now_us)
{
	struct text name = {0};
	char pass[SECRET_HASH_BYTES + 1], until[24] = "";
	const char *cookie, *dot;
	int64_t until_s;

	cookie_name(&name, r);
	cookie = request_cookie(r, text_get(&name));
	text_release(&name);
	dot = strchr(cookie, '.');
	if (!*hash || !dot || (size_t)(dot - cookie) >= sizeof until)
		return false;
	memcpy(until, cookie, (size_t)(dot - cookie));
	if (!text_to_int(until, &until_s) || until_s <= now_us / CLOCK_SECOND)
		return false;
	secret_pass(pass, hash, until_s);
	return secret_same(pass, dot + 1);
}

/* ---- the head ---- */

static const char *basic_of(const struct request *r)
{
	const char *at = request_header(r, "Authorization");

	return strncasecmp(at, "Basic ", 6) ? "" : at + 6 + strspn(at + 6, " ");
}

/* Once a visit. */
static void read_basic(struct visit *v, const char *hash)
{
	char password[SECRET_PASSWORD_BYTES + 1];

	if (!*hash || v->has_tried || !secret_of_basic(password, basic_of(&v->request)))
		return;
	v->has_tried = true;
	v->wait_us = enter_count(&v->request, v->request.page->name);
	if (!v->wait_us && is_known(hash, password)) {
		enter_forgive(&v->request, v->request.page->name);
		v->proof = arena_text(&v->memory, "%s", hash);
	} else if (!v->wait_us) {
		v->wants_try = true;
	}
	secret_forget(password);
}

/* Said twice, by the visitor and by the proxy, it is not believed. */
static const char *told_name(const struct visit *v)
{
	const char *name = page_get(v->request.page, "sso-header");

	return v->is_proxied && *name && visit_count_header(v, name) == 1
		       ? request_header(&v->request, name)
		       : "";
}

enum permit_sight enter_look(struct visit *v, const struct site *s)
{
	const struct request *r = &v->request;
	/* what is not there belongs to no page */
	enum permit_act act = r->route ? r->route->act : PERMIT_OPEN;
	const char *hash = r->page ? page_get(r->page, "password") : "";
	struct permit_caller who = {.user = r->user,
				    .is_program = r->user && !v->session,
				    .proof = v->proof ? v->proof : ""};

	if (!r->page || !r->page->door)
		return PERMIT_SEES_PAGE;
	who.address = v->is_unnamed || !visit_is_by_name(v, s->catalog) ? "" : r->address;
	who.told = told_name(v);
	if (has_cookie(r, hash, s->now_us))
		who.proof = hash;
	if (permit_sight(r->page, act, &who) == PERMIT_SEES_NOTHING && !v->proof) {
		read_basic(v, hash);
		who.proof = v->proof ? v->proof : "";
	}
	return permit_sight(r->page, act, &who);
}

/* ---- a password is worked out ---- */

static void add_challenge(struct answer *a)
{
	a->more_name = "WWW-Authenticate";
	a->more_value = "Basic realm=\"private page\", charset=\"UTF-8\"";
}

static void say_wait(struct answer *a, int64_t wait_us)
{
	a->retry_after_s = wait_us / CLOCK_SECOND + 1;
	answer_text(a, 429, "too many tries have failed: wait %lld s, then try again",
		    (long long)a->retry_after_s);
}

bool enter_wants_try(const struct visit *v)
{
	return v->wants_try;
}

static void answered(const struct site *s, const struct request *r, struct answer *a,
		  const struct line *end, void *state)
{
	struct visit *v = r->visit;
	char *hash = state, password[SECRET_PASSWORD_BYTES + 1];

	(void)s;
	if (!end) {
		enter_forgive(r, r->page->name); /* it was no try */
		a->retry_after_s = 5;
		answer_text(a, 503, "too many try at this moment: try again in a moment");
	} else if (!line_int(end, "good", 0) || !secret_of_basic(password, basic_of(r))) {
		add_challenge(a);
		answer_text(a, 401, "this page is private, and the password is wrong");
	} else {
		enter_forgive(r, r->page->name);
		secret_known(known[next_known++ % KNOWN], hash, password);
		secret_forget(password);
		v->proof = arena_text(&v->memory, "%s", hash);
		v->goes_on = true;
	}
}

void enter_try(struct visit *v)
{
	const struct request *r = &v->request;
	const char *hash = page_get(r->page, "password");
	char password[SECRET_PASSWORD_BYTES + 1];

	v->wants_try = false;
	if (!secret_of_basic(password, basic_of(r)))
		return;
	route_ask_password(r, password, hash, answered, memory_text(hash));
	secret_forget(password);
}

/* ---- who stays outside ---- */

const char *enter_wanted(const struct request *r)
{
	const char *at = r->visit ? r->visit->target : "/";
	size_t base = strlen(r->base);

	at += strncmp(at, r->base, base) ? strlen(at) : base;
	at += strncmp(at, "/enter/", 7) ? 0 : 6;
	/* what browsers take for another host's address, or no header can hold, leads nowhere */
	return *at == '/' && at[1] != '/' && at[1] != '\\' && strlen(at) < WANTED_BYTES ? at
											: "/";
}

/* Browsers would ask for a name and a password by a window of their own. */
static bool is_browser(const struct request *r)
{
	return *request_header(r, "Sec-Fetch-Dest") ||
	       strstr(request_header(r, "Accept"), "text/html");
}

static bool wants_form(const struct request *r)
{
	return (!strcmp(r->method, "GET") || !strcmp(r->method, "HEAD")) &&
	       strstr(request_header(r, "Accept"), "text/html") && !problem_is_wanted(r->path);
}

static enum MHD_Result show_door(struct visit *v, const struct site *s)
{
	const struct route *form = route_find("GET", "/enter/x", NULL, NULL);

	v->request.page = v->request.page->door;
	template_wear(NULL);
	form->answer(s, &v->request, &v->answer);
	return respond(v);
}

enum MHD_Result enter_refuse(struct visit *v, const struct site *s)
{
	const struct request *r = &v->request;
	bool has_password = *page_get(r->page, "password") != '\0';
	bool is_asked = has_password && !is_browser(r);

	if (v->wait_us) {
		say_wait(&v->answer, v->wait_us);
		return respond(v);
	}
	if (wants_form(r))
		return show_door(v, s);
	if (is_asked)
		add_challenge(&v->answer);
	return respond_refusal(v, is_asked ? MHD_HTTP_UNAUTHORIZED : MHD_HTTP_FORBIDDEN,
			       "this page is private", NULL);
}
