/* web/sign: see sign.h. */
#include "sign.h"

#include <string.h>
#include <strings.h>

#include "../board/user.h"
#include "respond.h"
#include "secret.h"

static bool is_https(const struct request *r)
{
	return !strcmp(r->scheme, "https");
}

/* No other host can set a cookie of the first name, nor anybody read it on the way. */
static const char *cookie_name(const struct request *r)
{
	return is_https(r) ? "__Host-nines" : "nines";
}

void sign_cookie(const struct request *r, struct text *t, const char *secret)
{
	text_printf(t, "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%ld%s", cookie_name(r),
		    secret, *secret ? (long)(SESSION_LIFE_US / 1000000) : 0,
		    is_https(r) ? "; Secure" : "");
}

/* ---- who asks ---- */

static const char *bearer_of(const struct request *r)
{
	const char *at = request_header(r, "Authorization");

	size_t size = strncasecmp(at, "OAuth ", 6) ? 7 : 6; /* as Statuspage's API has it */

	if (size == 7 && strncasecmp(at, "Bearer ", 7))
		return "";
	return at + size + strspn(at + size, " ");
}

static void read_session(struct visit *v, const struct site *s)
{
	const char *secret = request_cookie(&v->request, cookie_name(&v->request));
	char hash[SECRET_HASH_BYTES + 1];

	if (strlen(secret) != SECRET_BYTES)
		return;
	secret_hash(hash, secret);
	v->request.user = user_of_session(s->board, hash, s->now_us, &v->session);
	if (!v->request.user)
		return;
	v->secret = secret;
	secret_form(hash, secret);
	v->form = arena_copy(&v->memory, hash, SECRET_HASH_BYTES);
	v->form = v->form ? v->form : "";
}

void sign_read(struct visit *v, const struct site *s)
{
	const char *bearer = bearer_of(&v->request);
	char hash[SECRET_HASH_BYTES + 1];

	v->request.user = v->session = NULL;
	v->secret = v->form = "";
	if (!*bearer) {
		read_session(v, s);
		return;
	}
	secret_hash(hash, bearer);
	v->request.user = user_of_token(s->board, hash, s->now_us);
}

/* ---- forms ---- */

static bool only_reads(const char *method)
{
	return !strcmp(method, "GET") || !strcmp(method, "HEAD") || !strcmp(method, "OPTIONS");
}

/* Where a browser says nothing there is no browser, or the form's field alone decides. */
bool sign_is_foreign(const struct request *r)
{
	const char *origin = request_header(r, "Origin");
	const char *from = request_header(r, "Sec-Fetch-Site");
	size_t scheme = strlen(r->scheme);

	if (*from && strcasecmp(from, "same-origin") && strcasecmp(from, "none"))
		return true;
	if (!*origin)
		return false;
	return strncmp(origin, r->scheme, scheme) || strncmp(origin + scheme, "://", 3) ||
	       strcasecmp(origin + scheme + 3, r->host);
}

const char *sign_wrong_form(const struct visit *v)
{
	const struct request *r = &v->request;

	/* A token is sent by a program that means to; what everybody may do is nobody's session. */
	if (only_reads(r->method) || !*v->secret || permit(NULL, r->route->act, ""))
		return NULL;
	if (sign_is_foreign(r))
		return "this form was sent from another site: nothing was changed";
	if (!secret_same(v->form, request_field(r, "form")))
		return "this form is not from this session: open the page again and send it from "
		       "there; nothing was changed";
	return NULL;
}

enum MHD_Result sign_refuse(struct visit *v, const struct site *s)
{
	const struct request *r = &v->request;

	if (!s->has_board && (*bearer_of(r) || *request_cookie(r, cookie_name(r))))
		return respond_refusal(v, MHD_HTTP_SERVICE_UNAVAILABLE,
				       "who may sign in is still being read: try again in a moment",
				       NULL);
	if (r->user)
		return respond_refusal(v, MHD_HTTP_FORBIDDEN, "your role does not allow this",
				       NULL);
	if (!only_reads(r->method) || *bearer_of(r) || !strncmp(r->path, "/api/", 5))
		return respond_refusal(v, MHD_HTTP_UNAUTHORIZED,
				       "sign in first, or send a token that is good", NULL);
	answer_see(&v->answer, "/sign-in/");
	return respond(v);
}
