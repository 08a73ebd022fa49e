/* modules/domain/rdap: asks for a domain with RDAP (RFC 7480 for HTTP, RFC 9082 for the query, RFC
 * 9083 for the answer). */
#include "domain.h"
#include "when.h"

#define BODY_BYTES (512 << 10)
#define ENTITIES   32

enum { OK = 200, NOT_FOUND = 404, TOO_MANY = 429 };

/* "Content-Type: text/html" of the answer's head: a web site, no RDAP server. */
static bool is_web_page(const struct probe_http_answer *a)
{
	const char *type = strcasestr(a->head, "\ncontent-type:");

	return type && !strncasecmp(type + 14 + strspn(type + 14, " \t"), "text/html", 9);
}

static const char *status_text(struct probe *p, const struct probe_http_answer *a)
{
	const char *space = strchr(a->head, ' ');
	size_t size = space ? strcspn(space + 1, "\r\n") : 0;

	return probe_shown_bytes(p, space ? space + 1 : "", size);
}

/* "registrar expiration" is the registrar's own word, for want of the registry's. */
static void read_events(struct probe *p, const struct probe_json *d, struct registration *r)
{
	const struct probe_json *all = probe_json_find(p, d, "events"), *event;
	const char *action;
	int64_t s;

	for (size_t i = 0; i < probe_json_length(all); i++) {
		event = probe_json_find(p, all, "$[%zu]", i);
		action = probe_json_text(probe_json_find(p, event, "eventAction"));
		if (strcasecmp(action, "expiration") != 0 &&
		    (strcasecmp(action, "registrar expiration") != 0 || r->expires_s))
			continue;
		if (when_read(probe_json_text(probe_json_find(p, event, "eventDate")), &s))
			r->expires_s = s;
	}
}

static void read_statuses(struct probe *p, const struct probe_json *d, struct registration *r)
{
	const struct probe_json *all = probe_json_find(p, d, "status");

	for (size_t i = 0; i < probe_json_length(all); i++)
		registration_add_status(
			r, probe_json_text(probe_json_find(p, all, "$[%zu]", i)));
}

static void read_servers(struct probe *p, const struct probe_json *d, struct registration *r)
{
	const struct probe_json *all = probe_json_find(p, d, "nameservers");
	char name[256];

	for (size_t i = 0; i < probe_json_length(all); i++) {
		const char *text = probe_json_text(
			probe_json_find(p, all, "$[%zu].ldhName", i));
		size_t size = 0;

		for (; text[size] && size + 1 < sizeof name; size++)
			name[size] = text[size] >= 'A' && text[size] <= 'Z' ? text[size] | 32
									    : text[size];
		size -= size && name[size - 1] == '.';
		name[size] = '\0';
		registration_add(r->servers, sizeof r->servers, name);
	}
}

static bool has_role(struct probe *p, const struct probe_json *entity, const char *role)
{
	const struct probe_json *all = probe_json_find(p, entity, "roles");

	for (size_t i = 0; i < probe_json_length(all); i++)
		if (!strcasecmp(probe_json_text(probe_json_find(p, all, "$[%zu]", i)), role))
			return true;
	return false;
}

/* The name on the card (jCard, RFC 7095): ["fn", {}, "text", "Example Ltd"]. */
static const char *name_of(struct probe *p, const struct probe_json *entity)
{
	const struct probe_json *card = probe_json_find(p, entity, "vcardArray[1]");

	for (size_t i = 0; i < probe_json_length(card); i++)
		if (!strcasecmp(probe_json_text(probe_json_find(p, card, "$[%zu][0]", i)), "fn"))
			return probe_json_text(probe_json_find(p, card, "$[%zu][3]", i));
	return probe_json_text(probe_json_find(p, entity, "handle"));
}

static void read_registrar(struct probe *p, const struct probe_json *d, struct registration *r)
{
	const struct probe_json *all = probe_json_find(p, d, "entities"), *entity;

	for (size_t i = 0; i < probe_json_length(all) && i < ENTITIES && !*r->registrar; i++) {
		entity = probe_json_find(p, all, "$[%zu]", i);
		if (has_role(p, entity, "registrar"))
			snprintf(r->registrar, sizeof r->registrar, "%.127s", name_of(p, entity));
	}
}

static void read_answer(struct probe *p, const struct probe_http_answer *a, const char *domain,
			struct registration *r)
{
	const struct probe_json *d;
	const char *name, *class;

	if (a->body_kept < a->body_bytes)
		probe_fail(p, "too long: an answer of more than %d bytes", BODY_BYTES);
	d = probe_json(p, a->body, a->body_kept);
	class = probe_json_text(probe_json_find(p, d, "objectClassName"));
	name = probe_json_text(probe_json_find(p, d, "ldhName"));
	if (strcmp(class, "domain") != 0 || strncasecmp(name, domain, strlen(domain)) != 0 ||
	    (name[strlen(domain)] && strcmp(name + strlen(domain), ".") != 0))
		probe_fail(p, "wanted RDAP of the domain '%s', got '%s' of '%s'", domain,
			   probe_shown(p, class), probe_shown(p, name));
	if (!probe_ok(p))
		return;
	r->state = REGISTRATION_FOUND;
	read_events(p, d, r);
	read_statuses(p, d, r);
	read_servers(p, d, r);
	read_registrar(p, d, r);
}

const char *rdap_ask(struct probe *p, const struct domain *o, const char *base, const char *domain,
		     struct registration *r)
{
	static const char *const header[] = {"Accept: application/rdap+json, application/json",
					     NULL};
	size_t size = strlen(base);
	struct probe_http request = {
		.url = probe_text(p, "%s%sdomain/%s", base,
				  size && base[size - 1] == '/' ? "" : "/", domain),
		.header = header,
		.follow = 5,
		.body_most_bytes = BODY_BYTES,
		.tls = {.verify = o->verify,
			.ca_file = o->ca_file,
			.server_name = "",
			.client_cert = "",
			.client_key = ""},
	};
	struct probe_http_answer a;

	if (!probe_http(p, &request, &a))
		return "body";
	if (a.status == OK)
		read_answer(p, &a, domain, r);
	else if (a.status == NOT_FOUND && !is_web_page(&a))
		r->state = REGISTRATION_NONE;
	else if (a.status == TOO_MANY)
		probe_fail(p, "asked too often: '%s' from '%s'", status_text(p, &a), a.url);
	else
		probe_fail_in(p, "first-byte", "wanted RDAP, got '%s' from '%s'",
			      status_text(p, &a), a.url);
	return "body";
}
