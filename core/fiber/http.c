/* fiber/http: probe_http(), the hops of a request and the policy each of them passes. See http.h.
 */
#include "http.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http_exchange.h"
#include "net.h"
#include "policy.h"

/* One call of probe_http(): what stays from hop to hop. */
struct talk {
	struct probe *probe;
	const struct probe_http *request;
	struct http_url first, later;
	const struct http_url *here; /* one of the two */
	const char *method, *body, *user, *password;
	enum address_kind first_kind;
	struct http_ask ask;
	struct http_exchange *exchange; /* of this hop */
	int hop;
};

/* ---- what is asked ---- */

static bool is_token(const char *text)
{
	const char *at = text;

	while (isalpha((unsigned char)*at) || *at == '-')
		at++;
	return at > text && !*at;
}

static bool starts_with(const char *text, const char *start)
{
	return !strncasecmp(text, start, strlen(start));
}

static bool is_safe_header(const char *header)
{
	for (const unsigned char *c = (const unsigned char *)header; *c; c++)
		if ((*c < ' ' && *c != '\t') || *c == 127)
			return false;
	return strcspn(header, ":;") > 0 && strpbrk(header, ":;");
}

static bool add_header(struct talk *t, const char *header)
{
	struct curl_slist *more;

	if (!is_safe_header(header))
		return probe_unknown(
			t->probe, "header '%s' is not of the form 'Name: value'", header);
	if (starts_with(header, "Accept-Encoding:")) {
		t->ask.encoding = header + strlen("Accept-Encoding:");
		t->ask.encoding += strspn(t->ask.encoding, " \t");
		return true;
	}
	more = curl_slist_append(t->ask.header, header);
	if (!more)
		return probe_unknown(t->probe, "no memory for a header");
	t->ask.header = more;
	return true;
}

/* server-name stands for the first URL's host only; asking for it by another name needs a Host of
 * its own. */
static bool add_headers(struct talk *t, bool is_home, bool is_renamed)
{
	const char *const *header = t->request->header;
	long long port = t->here->port;

	if (is_renamed &&
		!add_header(t, probe_text(t->probe, "Host: %s:%lld", t->here->host, port)))
		return false;
	for (; header && *header; header++)
		if ((is_home || http_header_travels(*header)) && !add_header(t, *header))
			return false;
	return true;
}

/* libcurl takes the name for TLS from the URL. */
static bool rename_host(struct talk *t, const char *name)
{
	t->ask.renamed = http_url_open(t->here);
	if (!t->ask.renamed)
		return probe_unknown(t->probe, "no memory for an address");
	if (curl_url_set(t->ask.renamed, CURLUPART_HOST, name, 0))
		return probe_unknown(t->probe, "server-name '%s' is no host", name);
	return true;
}

static void forget_request(struct talk *t)
{
	curl_slist_free_all(t->ask.header);
	t->ask.header = NULL;
	t->ask.encoding = NULL;
	curl_url_cleanup(t->ask.renamed);
	t->ask.renamed = NULL;
}

static bool make_ask(struct talk *t)
{
	const struct probe_http *r = t->request;
	bool is_home = http_url_is_same_origin(&t->first, t->here);
	const char *name = is_home && r->tls.server_name ? r->tls.server_name : "";
	bool is_renamed = *name && !strcmp(t->here->scheme, "https");

	forget_request(t);
	if (!add_headers(t, is_home, is_renamed))
		return false;
	t->ask.method = t->method;
	t->ask.body = t->body;
	t->ask.user = is_home && *t->user ? t->user : NULL;
	t->ask.password = t->password;
	t->ask.url = t->here->text;
	t->ask.host = is_renamed ? name : t->here->host;
	return is_renamed ? rename_host(t, name) : true;
}

/* ---- where it goes ---- */

static bool is_allowed(struct talk *t, const char *address)
{
	enum address_kind kind = address_kind((struct sockaddr *)&t->ask.to);

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

static bool find_address(struct talk *t)
{
	struct probe *p = t->probe;
	struct resolve_address a;

	if (!net_find_address(p, t->here->host, &a))
		return false;
	net_set_port(&a, t->here->port);
	net_name(&a, t->here->port, t->ask.name, sizeof t->ask.name);
	t->ask.to = a.at;
	t->ask.to_size = a.size;
	memcpy(p->address, a.text, sizeof p->address);
	return is_allowed(t, a.text);
}

static struct http_host *host_of(struct probe *p)
{
	if (!p->host->http)
		p->host->http = http_host_new(p->host->loop);
	if (!p->host->http)
		probe_unknown(p, "no memory for libcurl");
	return p->host->http;
}

static bool make_hop(struct talk *t)
{
	struct probe *p = t->probe;
	struct http_host *host = host_of(p);

	if (!host || !find_address(t) || !make_ask(t))
		return false;
	t->exchange = probe_alloc(p, sizeof *t->exchange);
	if (!t->exchange)
		return false;
	t->exchange->probe = p;
	t->exchange->ask = &t->ask;
	return http_run(host, t->exchange);
}

/* ---- redirects ---- */

static bool refuse_target(struct talk *t, const struct http_url *to, const char *wrong)
{
	const char *at = t->exchange->location;
	int size = (int)strcspn(at, ":/?#");

	if (!to->scheme && to->foreign)
		return probe_fail(t->probe, "redirect to scheme '%s' refused", to->foreign);
	if (!to->scheme && at[size] == ':' && !starts_with(at, "http:") &&
		!starts_with(at, "https:"))
		return probe_fail(t->probe, "redirect to scheme '%.*s' refused", size, at);
	return probe_fail(t->probe, "redirect to '%s': %s", at, wrong);
}

static bool follow(struct talk *t)
{
	struct http_url to;
	const char *wrong;

	if (t->hop >= t->request->follow)
		return probe_fail(
			t->probe, "more than %lld redirects", (long long)t->request->follow);
	wrong = http_url_parse(&to, t->here, t->exchange->location);
	if (wrong) {
		refuse_target(t, &to, wrong);
		http_url_release(&to);
		return false;
	}
	probe_note(t->probe, "redirect to %s", to.text);
	if (!strcmp(t->here->scheme, "https") && !strcmp(to.scheme, "http"))
		probe_fact(t->probe, "downgrade",
			probe_text(t->probe, "%s to %s", t->here->text, to.text));
	http_url_release(&t->later);
	t->later = to;
	t->here = &t->later;
	probe_hop(t->probe, ++t->hop);
	probe_fact(t->probe, probe_text(t->probe, "hop_%d", t->hop), t->here->text);
	return true;
}

static bool leads_on(struct talk *t)
{
	const struct http_exchange *x = t->exchange;

	return t->request->follow > 0 && x->location && *x->location &&
		http_leads_on(x->status, &t->method, &t->body);
}

/* ---- the call ---- */

static void release(void *with)
{
	struct talk *t = with;

	forget_request(t);
	http_url_release(&t->first);
	http_url_release(&t->later);
}

static const char *first_of(const char *a, const char *b)
{
	return a && *a ? a : b ? b : "";
}

static bool begin(struct talk *t)
{
	const struct probe_http *r = t->request;
	const char *wrong = http_url_parse(&t->first, NULL, r->url ? r->url : "");

	if (wrong)
		return probe_unknown(t->probe, "url '%s': %s", r->url ? r->url : "", wrong);
	t->here = &t->first;
	t->body = r->body;
	t->method = r->method && *r->method ? r->method : r->body ? "POST" : "GET";
	if (!is_token(t->method))
		return probe_unknown(t->probe, "'%s' is no method", t->method);
	t->user = first_of(r->user, t->first.user);
	t->password = first_of(r->password, t->first.password);
	t->ask.tls = &r->tls;
	t->ask.follows = r->follow > 0;
	t->ask.body_most = r->body_most_bytes > 0 ? (size_t)r->body_most_bytes : HTTP_BODY_BYTES;
	return true;
}

static void answer(const struct talk *t, struct probe_http_answer *a)
{
	const struct http_exchange *x = t->exchange;

	a->status = x->status;
	a->head = x->head.at ? x->head.at : "";
	a->body = x->body.at ? x->body.at : "";
	a->body_bytes = x->body_bytes;
	a->body_kept = x->body.size;
	a->url = probe_text(t->probe, "%s", t->here->text);
	a->hops = t->hop;
	probe_fact(t->probe, "url", a->url);
	if (x->version)
		probe_fact(t->probe, "http_version", x->version);
	if (x->body.size < x->body_bytes)
		probe_fact(t->probe, "body_truncated", "true");
}

bool probe_http(struct probe *p, const struct probe_http *request, struct probe_http_answer *a)
{
	struct talk *t;

	*a = (struct probe_http_answer){.head = "", .body = "", .url = ""};
	t = probe_alloc(p, sizeof *t);
	if (!t)
		return false;
	t->probe = p;
	t->request = request;
	probe_defer(p, release, t);
	for (bool goes_on = begin(t); goes_on;) {
		if (!make_hop(t))
			return false;
		if (!leads_on(t))
			break;
		goes_on = follow(t);
	}
	if (probe_ok(p))
		answer(t, a);
	return probe_ok(p);
}
