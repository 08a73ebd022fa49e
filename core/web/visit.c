/* web/visit: see visit.h. */
#include "visit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/memory.h"
#include "framing.h"
#include "secret.h"

#define MEMORY_BYTES (8u << 20) /* for one request's texts; bodies are limited by their route */

struct visit *visit_new(struct server *server, const char *target)
{
	struct visit *v = memory_new(sizeof *v);

	v->server = server;
	v->request.visit = v;
	v->request.method = v->request.path = v->request.tail = v->request.base = "";
	v->request.host = v->request.address = "";
	v->request.scheme = "http";
	v->request.body = v->request.type = v->query_text = "";
	v->secret = v->form = "";
	arena_init(&v->memory, NULL, 0, MEMORY_BYTES);
	v->target = arena_copy(&v->memory, target, strlen(target));
	return v;
}

static void forget_question(struct visit *v)
{
	if (v->password)
		secret_forget(v->password);
	free(v->password);
	free(v->asked);
	free(v->state);
	v->password = v->asked = NULL;
	v->state = NULL;
	v->wants_figures = false;
}

void visit_free(struct visit *v)
{
	answer_release(&v->answer);
	text_release(&v->body);
	arena_release(&v->memory);
	forget_question(v);
	free(v);
}

/* ---- targets, queries and forms ---- */

static int digit_of(char c)
{
	static const char all[] = "0123456789abcdef";
	const char *at = c ? strchr(all, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return at ? (int)(at - all) : -1;
}

bool visit_decode(struct text *t, const char *from, size_t size, bool is_query)
{
	for (size_t i = 0; i < size; i++) {
		int high, low;

		if (from[i] != '%') {
			text_putc(t, is_query && from[i] == '+' ? ' ' : from[i]);
			continue;
		}
		high = i + 1 < size ? digit_of(from[i + 1]) : -1;
		low = i + 2 < size ? digit_of(from[i + 2]) : -1;
		if (high < 0 || low < 0 || !(high | low))
			return false;
		text_putc(t, (char)(high << 4 | low));
		i += 2;
	}
	return true;
}

static const char *decoded(struct arena *a, const char *from, size_t size, bool is_query)
{
	struct text t = {0};
	const char *kept = NULL;

	if (visit_decode(&t, from, size, is_query))
		kept = arena_copy(a, text_get(&t), t.size);
	text_release(&t);
	return kept;
}

static size_t count_of(const char *text, size_t size, char c)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += text[i] == c;
	return count;
}

static bool add_pair(struct arena *a, const char *at, size_t size, struct visit_pairs *to)
{
	const char *is = memchr(at, '=', size);
	size_t key = is ? (size_t)(is - at) : size;
	struct visit_pair *p = &to->at[to->count];

	if (!size)
		return true;
	p->key = decoded(a, at, key, true);
	p->value = is ? decoded(a, is + 1, size - key - 1, true) : "";
	if (!p->key || !p->value)
		return false;
	to->count++;
	return true;
}

bool visit_split(struct arena *a, const char *text, size_t size, struct visit_pairs *to)
{
	size_t pairs = count_of(text, size, '&') + 1;
	const char *end = text + size;

	if (pairs > VISIT_PAIRS || memchr(text, '\0', size))
		return false;
	to->at = arena_alloc(a, pairs * sizeof *to->at);
	if (!to->at)
		return false;
	while (text < end) {
		const char *stop = memchr(text, '&', (size_t)(end - text));

		stop = stop ? stop : end;
		if (!add_pair(a, text, (size_t)(stop - text), to))
			return false;
		text = stop + 1;
	}
	return true;
}

static const char *find_pair(const struct visit_pairs *in, const char *key)
{
	for (size_t i = 0; i < in->count; i++)
		if (!strcmp(in->at[i].key, key))
			return in->at[i].value;
	return "";
}

/* ---- the head ---- */

static const char *header_of(const struct visit *v, const char *name)
{
	const char *found =
		v->connection ? MHD_lookup_connection_value(v->connection, MHD_HEADER_KIND, name)
			      : NULL;

	return found ? found : "";
}

static bool is_host(const char *host)
{
	return strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    ".-_:[]") == strlen(host) &&
	       strlen(host) < 300;
}

/* `http://host/path` names the host itself; another than the header's is refused. */
static const char *read_absolute(struct visit *v, const char **target)
{
	const char *at = strstr(*target, "://"), *path;

	if (!at || (strncasecmp(*target, "http:", 5) && strncasecmp(*target, "https:", 6)))
		return "the target is no path";
	at += 3;
	path = at + strcspn(at, "/?");
	if ((size_t)(path - at) != strlen(v->request.host) ||
	    strncasecmp(at, v->request.host, (size_t)(path - at)))
		return "the target names another host than the header";
	*target = *path == '/' ? path : "/";
	return NULL;
}

static bool is_plain(const char *path)
{
	for (const char *at = path; (at = strchr(at, '/')); at++)
		if (!strncmp(at, "/../", 4) || !strcmp(at, "/..") || !strncmp(at, "/./", 3) ||
		    !strcmp(at, "/."))
			return false;
	return true;
}

static const char *read_target(struct visit *v, unsigned *status)
{
	const char *target = v->target, *query, *path, *wrong;

	for (const char *c = target; *c; c++)
		if (*c <= ' ' || *c == 0x7f || *c == '#')
			return "the target holds a byte that no target has";
	if (*target != '/' && (wrong = read_absolute(v, &target)))
		return wrong;
	query = strchr(target, '?');
	v->query_text = query ? query + 1 : "";
	path = decoded(&v->memory, target, query ? (size_t)(query - target) : strlen(target),
		       false);
	if (!path || !visit_split(&v->memory, v->query_text, strlen(v->query_text), &v->query))
		return "the target is badly written";
	v->request.path = path;
	/* A path is not tidied up: who writes one in another way does not mean well. */
	if (!is_plain(v->request.path) ||
	    (strstr(target, "//") && (!query || strstr(target, "//") < query))) {
		*status = MHD_HTTP_NOT_FOUND;
		return "there is no such page";
	}
	return NULL;
}

/* `a=b; c=d`: values stay as they are. */
static bool read_cookies(struct visit *v)
{
	const char *at = header_of(v, "Cookie");
	char *text = arena_copy(&v->memory, at, strlen(at));
	size_t most = count_of(at, strlen(at), ';') + 1;

	v->cookie.at =
		most <= VISIT_PAIRS ? arena_alloc(&v->memory, most * sizeof *v->cookie.at) : NULL;
	if (!v->cookie.at || !text)
		return false;
	for (char *one; (one = strsep(&text, ";"));) {
		char *is = strchr(one, '=');

		if (!is)
			continue;
		*is = '\0';
		one += strspn(one, " \t");
		v->cookie.at[v->cookie.count++] = (struct visit_pair){one, is + 1};
	}
	return true;
}

const char *visit_read_head(struct visit *v, struct MHD_Connection *c, const char *method,
			    const char *version, unsigned *status)
{
	const char *wrong;

	v->connection = c;
	*status = MHD_HTTP_BAD_REQUEST;
	wrong = framing_wrong(c, method, v->target, version);
	if (wrong)
		return wrong;
	method = arena_copy(&v->memory, method, strlen(method));
	v->request.host = header_of(v, "Host");
	v->request.type = header_of(v, "Content-Type");
	if (!is_host(v->request.host))
		return "the host is no name";
	if (!v->target || !method || !read_cookies(v)) {
		*status = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
		return "the head is too large";
	}
	v->request.method = method;
	return read_target(v, status);
}

/* ---- who asks ---- */

static const char *address_of(struct visit *v)
{
	const union MHD_ConnectionInfo *i =
		MHD_get_connection_info(v->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *at = i ? i->client_addr : NULL;
	char text[INET6_ADDRSTRLEN] = "";

	if (at && at->sa_family == AF_INET6) {
		const struct in6_addr *v6 =
			&((const struct sockaddr_in6 *)(const void *)at)->sin6_addr;

		/* a socket for both families gives IPv4 this way */
		if (IN6_IS_ADDR_V4MAPPED(v6))
			inet_ntop(AF_INET, &v6->s6_addr[12], text, sizeof text);
		else
			inet_ntop(AF_INET6, v6, text, sizeof text);
	} else if (at && at->sa_family == AF_INET) {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)at)->sin_addr, text,
			  sizeof text);
	}
	return arena_text(&v->memory, "%s", text);
}

struct counted {
	const char *name;
	unsigned count;
};

static enum MHD_Result count_value(void *with, enum MHD_ValueKind kind, const char *key,
				   const char *value)
{
	struct counted *c = with;

	(void)kind, (void)value;
	c->count += !strcasecmp(key, c->name);
	return MHD_YES;
}

unsigned visit_count_header(const struct visit *v, const char *name)
{
	struct counted c = {.name = name};

	if (v->connection)
		MHD_get_connection_values(v->connection, MHD_HEADER_KIND, count_value, &c);
	return c.count;
}

/* Several headers of that name are one list; a proxy that adds a second one is not understood. */
static const char *forwarded_for(const struct visit *v)
{
	return visit_count_header(v, "X-Forwarded-For") == 1 ? header_of(v, "X-Forwarded-For") : "";
}

void visit_find_visitor(struct visit *v, const struct proxies *proxies, bool is_tls)
{
	struct request *r = &v->request;
	const char *connected = address_of(v), *host, *proto;
	char visitor[PROXY_ADDRESS_BYTES];

	v->is_tls = is_tls;
	r->scheme = is_tls ? "https" : "http";
	r->address = connected ? connected : "";
	if (!proxy_is(proxies, r->address))
		return;
	proxy_visitor(proxies, r->address, forwarded_for(v), visitor);
	v->is_proxied = true;
	v->is_unnamed = proxy_is(proxies, visitor);
	r->address = arena_text(&v->memory, "%s", visitor);
	proto = header_of(v, "X-Forwarded-Proto");
	host = header_of(v, "X-Forwarded-Host");
	if (!strcmp(proto, "https") || !strcmp(proto, "http"))
		r->scheme = proto;
	if (*host && is_host(host))
		r->host = host;
}

/* ---- the page ---- */

static bool is_host_of(const struct page *page, const char *host, size_t size)
{
	const char *at = page_get(page, "host");

	for (; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strcspn(at, "\n") == size && !strncasecmp(at, host, size))
			return true;
	return false;
}

static size_t name_size(const char *host)
{
	const char *bracket = *host == '[' ? strchr(host, ']') : NULL;

	return bracket ? (size_t)(bracket + 1 - host) : strcspn(host, ":");
}

static const struct page *page_of_host(const struct catalog *of, const char *host)
{
	for (size_t i = 0; i < of->pages; i++)
		if (is_host_of(&of->page[i], host, name_size(host)))
			return &of->page[i];
	return of->pages ? &of->page[0] : NULL;
}

bool visit_is_by_name(const struct visit *v, const struct catalog *of)
{
	const char *host = v->request.host;
	size_t size = name_size(host);

	if (!*page_get(v->request.page, "host") || *host == '[' ||
	    strspn(host, "0123456789.") >= size)
		return true;
	for (size_t i = 0; i < of->pages; i++)
		if (is_host_of(&of->page[i], host, size))
			return true;
	return false;
}

void visit_choose_page(struct visit *v, const struct catalog *of)
{
	struct request *r = &v->request;
	const char *name, *slash;

	r->page = page_of_host(of, r->host);
	if (strncmp(r->path, "/pages/", 7))
		return;
	slash = strchr(r->path + 7, '/');
	name = slash ? arena_copy(&v->memory, r->path + 7, (size_t)(slash - r->path - 7)) : NULL;
	if (!name || !catalog_page(of, name))
		return;
	r->page = catalog_page(of, name);
	r->base = arena_text(&v->memory, "/pages/%s", name);
	r->path = slash;
}

void visit_find_page(struct visit *v, const struct catalog *of)
{
	const char *name = *v->request.base ? v->request.base + strlen("/pages/") : "";

	v->request.page = catalog_page(of, name);
	if (!v->request.page)
		v->request.page = page_of_host(of, v->request.host);
}

/* ---- the body ---- */

static bool is_form(const struct visit *v)
{
	static const char form[] = "application/x-www-form-urlencoded";
	size_t size = sizeof form - 1;

	return !strncasecmp(v->request.type, form, size) &&
	       (!v->request.type[size] || strchr("; \t", v->request.type[size]));
}

const char *visit_read_body(struct visit *v)
{
	v->request.body = text_get(&v->body);
	v->request.body_size = v->body.size;
	if (!v->request.route->is_raw && is_form(v) &&
	    !visit_split(&v->memory, v->request.body, v->body.size, &v->field))
		return "the form is badly written";
	return NULL;
}

/* ---- what handlers ask ---- */

const char *request_query(const struct request *r, const char *key)
{
	if (!r->visit)
		return "";
	r->visit->reads |= VISIT_READS_QUERY;
	return find_pair(&r->visit->query, key);
}

const char *request_field(const struct request *r, const char *key)
{
	return r->visit ? find_pair(&r->visit->field, key) : "";
}

const char *request_header(const struct request *r, const char *name)
{
	return r->visit ? header_of(r->visit, name) : "";
}

const char *request_cookie(const struct request *r, const char *name)
{
	return r->visit ? find_pair(&r->visit->cookie, name) : "";
}

void request_fields(const struct request *r, const char *key, struct text *t)
{
	size_t before = t->size;

	for (size_t i = 0; r->visit && i < r->visit->field.count; i++) {
		if (strcmp(r->visit->field.at[i].key, key))
			continue;
		if (t->size > before)
			text_putc(t, '\n');
		text_puts(t, r->visit->field.at[i].value);
	}
}

void request_base(const struct request *r, struct text *t)
{
	if (r->visit)
		r->visit->reads |= VISIT_READS_BASE;
	text_printf(t, "%s://%s%s", r->scheme, r->host, r->base);
}

static void put_question(struct visit *v, const char *text, route_then *then, void *state)
{
	forget_question(v);
	v->asked = memory_text(text);
	v->then = then;
	v->state = state;
}

void route_ask(const struct request *r, const char *line, route_then *then, void *state)
{
	put_question(r->visit, line, then, state);
}

void route_ask_password(const struct request *r, const char *password, const char *hash,
			route_then *then, void *state)
{
	put_question(r->visit, hash, then, state);
	r->visit->password = memory_text(password);
	r->visit->wants_hash = false;
}

void route_hash_password(const struct request *r, const char *password, route_then *then,
			 void *state)
{
	route_ask_password(r, password, "", then, state);
	r->visit->wants_hash = true;
}

void route_ask_figures(const struct request *r, const struct inquiry_order *order,
		       route_sees *sees, route_then *then, void *state)
{
	put_question(r->visit, "", then, state);
	r->visit->inquiry = *order;
	r->visit->sees = sees;
	r->visit->wants_figures = true;
}

const struct inquiry_answer *request_figures(const struct request *r)
{
	return r->visit ? r->visit->figures : NULL;
}

const char *request_form(const struct request *r)
{
	return r->visit ? r->visit->form : "";
}
