/* fiber/http: probe_http(), the hops of a request and the policy each of them passes. See http.h.
 */
#include "http.h"

#include <ctype.h>
#include <string.h>

#include "net.h"
#include "policy.h"

#define PROTOCOL "\x08http/1.1" /* RFC 7301 3.1 */

/* One call of probe_http(): what stays from hop to hop. */
struct talk {
	struct probe *probe;
	const struct probe_http *asked;
	struct http_url first, later;
	const struct http_url *here; /* one of the two */
	struct http_request request;
	enum address_kind first_kind;
	struct http_answer answer; /* of this hop */
	bool is_shown;		   /* the facts of a certificate were */
	int hop;
};

/* ---- where it goes ---- */

static bool is_allowed(void *with, enum address_kind kind, const char *address)
{
	struct talk *t = with;

	if (!t->hop)
		t->first_kind = kind;
	if (policy_allows(t->first_kind, kind))
		return true;
	if (!t->hop)
		return probe_unknown(t->probe, "%s address, '%s', is never asked",
				     address_kind_text(kind), address);
	return probe_fail(t->probe, "redirect to %s address, '%s', refused",
			  address_kind_text(kind), address);
}

static bool is_secure(const struct http_url *url)
{
	return !strcmp(url->scheme, "https");
}

/* server-name stands for the first URL's host only; the facts are those of the first certificate.
 */
static bool start_tls(struct talk *t)
{
	struct probe_tls tls = probe_tls_of(&t->asked->tls);
	struct connection *c = net_get(t->probe);

	if (!t->request.is_home)
		tls.server_name = NULL;
	c->protocol = PROTOCOL;
	c->shows_nothing = t->is_shown;
	t->is_shown = true;
	return probe_start_tls(t->probe, &tls);
}

static void clear_answer(struct talk *t)
{
	const struct probe_http *r = t->asked;
	struct http_bytes head = t->answer.head;

	head.size = 0;
	t->answer = (struct http_answer){
		.probe = t->probe,
		.has_no_body = !strcmp(t->request.method, "HEAD"),
		.follows = r->follow > 0,
		.decodes = http_request_decodes(&t->request),
		.body_most = r->body_most_bytes > 0 ? (size_t)r->body_most_bytes : HTTP_BODY_BYTES,
		.head = head,
	};
}

static bool make_hop(struct talk *t)
{
	struct probe *p = t->probe;
	bool is_fine;

	t->request.url = t->here;
	t->request.is_home = http_url_is_same_origin(&t->first, t->here);
	clear_answer(t);
	is_fine = net_dial(p, t->here->host, t->here->port, is_allowed, t) &&
		  (!is_secure(t->here) || start_tls(t)) &&
		  http_exchange(p, &t->request, &t->answer);
	probe_hangup(p);
	return is_fine;
}

/* ---- redirects ---- */

static bool refuse_target(struct talk *t, const struct http_url *to, const char *wrong)
{
	if (!to->scheme && to->foreign)
		return probe_fail(t->probe, "redirect to scheme '%s' refused", to->foreign);
	return probe_fail(t->probe, "redirect to '%s': %s", t->answer.location, wrong);
}

static bool follow(struct talk *t)
{
	struct probe *p = t->probe;
	struct http_url to;
	const char *wrong;

	if (t->hop >= t->asked->follow)
		return probe_fail(p, "more than %lld redirects", (long long)t->asked->follow);
	wrong = http_url_parse(&p->arena, &to, t->here, t->answer.location);
	if (wrong)
		return refuse_target(t, &to, wrong);
	probe_note(p, "redirect to %s", to.text);
	if (is_secure(t->here) && !is_secure(&to))
		probe_fact(p, "downgrade", probe_text(p, "%s to %s", t->here->text, to.text));
	t->later = to;
	t->here = &t->later;
	probe_hop(p, ++t->hop);
	probe_fact(p, probe_text(p, "hop_%d", t->hop), t->here->text);
	return true;
}

static bool leads_on(struct talk *t)
{
	const struct http_answer *a = &t->answer;

	return t->asked->follow > 0 && a->location && *a->location &&
	       http_leads_on(a->status, &t->request.method, &t->request.body);
}

/* ---- the call ---- */

static bool is_token(const char *text)
{
	const char *at = text;

	while (isalpha((unsigned char)*at) || *at == '-')
		at++;
	return at > text && !*at;
}

static const char *first_of(const char *a, const char *b)
{
	return a && *a ? a : b ? b : "";
}

static bool are_sane(struct probe *p, const char *const *header)
{
	const char *wrong;

	for (; header && *header; header++) {
		wrong = http_header_fault(*header);
		if (wrong)
			return probe_unknown(p, wrong, *header);
	}
	return true;
}

static bool begin(struct talk *t)
{
	const struct probe_http *r = t->asked;
	const char *url = r->url ? r->url : "", *wrong;

	url = arena_copy(&t->probe->arena, url, strlen(url));
	wrong = url ? http_url_parse(&t->probe->arena, &t->first, NULL, url) : "no memory";

	if (wrong)
		return probe_unknown(t->probe, "url '%s': %s", r->url ? r->url : "", wrong);
	t->here = &t->first;
	t->request = (struct http_request){
		.method = r->method && *r->method ? r->method : r->body ? "POST" : "GET",
		.body = r->body,
		.header = r->header,
		.user = first_of(r->user, t->first.user),
		.password = first_of(r->password, t->first.password),
	};
	if (!strcmp(t->request.method, "HEAD"))
		t->request.body = NULL;
	if (!is_token(t->request.method))
		return probe_unknown(t->probe, "'%s' is no method", t->request.method);
	return are_sane(t->probe, r->header);
}

static void answer(const struct talk *t, struct probe_http_answer *to)
{
	const struct http_answer *a = &t->answer;

	to->status = a->status;
	to->head = a->head.at;
	to->body = a->body.at ? a->body.at : "";
	to->body_bytes = a->body_bytes;
	to->body_kept = a->body.size;
	to->url = t->here->text;
	to->hops = t->hop;
	probe_fact(t->probe, "url", to->url);
	probe_fact(t->probe, "http_version", a->version);
	if (a->body.size < a->body_bytes)
		probe_fact(t->probe, "body_truncated", "true");
}

bool probe_http(struct probe *p, const struct probe_http *request, struct probe_http_answer *a)
{
	struct talk t = {.probe = p, .asked = request};

	*a = (struct probe_http_answer){.head = "", .body = "", .url = ""};
	if (!probe_may_go_on(p) || !begin(&t))
		return false;
	do
		if (!make_hop(&t))
			return false;
	while (leads_on(&t) && follow(&t));
	if (probe_ok(p))
		answer(&t, a);
	return probe_ok(p);
}
