/* page/enter_routes: /enter/...: the form that asks for the password of a private page, and leads
 * on to the address behind /enter. It stands also in place of whatever is not shown to who is
 * outside (web/enter.h). See route.h. */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../web/enter.h"
#include "../web/secret.h"
#include "../web/sign.h"
#include "admin_page.h"

static void add_ways(struct text *t, const struct request *r)
{
	bool has_password = *page_get(r->page, "password"), signs_in = page_is(r->page, "sign-in");
	const struct template_word word[] = {
		{"base", r->base}, {"to", enter_wanted(r)}, {NULL, NULL}};

	if (has_password)
		admin_add(t, "enter", word);
	if (signs_in)
		admin_add(t, "enter-signed", word);
	if (!has_password && !signs_in)
		admin_add(t, "enter-elsewhere", word);
}

static void refuse(struct answer *a, const struct request *r, unsigned status, const char *wrong)
{
	struct text ways = {0};

	add_ways(&ways, r);
	admin_page(a, r, &(struct admin_page){"This page is private", NULL, wrong, &ways});
	a->status = status;
	text_release(&ways);
}

/* 403 in place of another page; what was asked for is in its place, so is the status. */
static void show(const struct site *s, const struct request *r, struct answer *a)
{
	(void)s;
	if (r->page->door == r->page)
		refuse(a, r, 403, NULL);
	else
		answer_see(a, "%s", enter_wanted(r));
}

/* ---- the password was tried ---- */

static void tried(const struct site *s, const struct request *r, struct answer *a,
		  const struct line *end, void *state)
{
	const char *hash = state;

	if (!end) {
		enter_forgive(r, r->page->name); /* it was no try */
		a->retry_after_s = 5;
		refuse(a, r, 503, "Too many people enter at this moment. Try again in a moment.");
	} else if (!line_int(end, "good", 0) || strcmp(hash, page_get(r->page, "password"))) {
		refuse(a, r, 403, "The password is wrong.");
	} else {
		enter_forgive(r, r->page->name);
		enter_cookie(r, &a->cookie, s->now_us);
		answer_see(a, "%s", enter_wanted(r));
	}
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

static void enter(const struct site *s, const struct request *r, struct answer *a)
{
	const char *password = request_field(r, "password"), *hash = page_get(r->page, "password");
	int64_t wait_us;

	if (r->page->door != r->page) {
		show(s, r, a);
		return;
	}
	if (sign_is_foreign(r)) {
		refuse(a, r, 403, "This form was sent from another site. Enter the password here.");
		return;
	}
	if (!*hash || !*password || strlen(password) > SECRET_PASSWORD_BYTES) {
		refuse(a, r, 403, "The password is wrong.");
		return;
	}
	wait_us = enter_count(r, r->page->name);
	if (wait_us)
		refuse_early(a, r, wait_us);
	else
		route_ask_password(r, password, hash, tried, memory_text(hash));
}

extern const struct route enter_routes[];
const struct route enter_routes[] = {
	{.method = "GET",
	 .path = "/enter/",
	 .shows = SHOWS_REQUEST,
	 .act = PERMIT_OPEN,
	 .answer = show,
	 .is_live = true},
	{.method = "GET",
	 .path = "/enter/*",
	 .shows = SHOWS_REQUEST,
	 .act = PERMIT_OPEN,
	 .answer = show,
	 .is_live = true},
	{.method = "POST",
	 .path = "/enter/",
	 .shows = SHOWS_REQUEST,
	 .act = PERMIT_OPEN,
	 .answer = enter,
	 .is_live = true,
	 .most_bytes = 8192},
	{.method = "POST",
	 .path = "/enter/*",
	 .shows = SHOWS_REQUEST,
	 .act = PERMIT_OPEN,
	 .answer = enter,
	 .is_live = true,
	 .most_bytes = 8192},
	{0},
};
