/* lint/take: the loader's lines as hosts, targets and paths. */
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "../base/memory.h"
#include "../base/quorum.h"
#include "inside.h"

#define ARENA_BYTES ((size_t)1 << 30)

/* An option that names a host. */
struct place {
	const char *name, *standard;
	bool is_url;
	struct place *next;
};

void *lint_alloc(struct lint *l, size_t size)
{
	void *got = arena_alloc(&l->arena, size);

	if (!got)
		memory_end();
	return got;
}

const char *lint_keep(struct lint *l, const char *text)
{
	size_t size = strlen(text);
	char *copy = lint_alloc(l, size + 1);

	memcpy(copy, text, size);
	return copy;
}

struct lint *lint_new(void)
{
	struct lint *l = memory_new(sizeof *l);

	arena_init(&l->arena, NULL, 0, ARENA_BYTES);
	l->kind = "";
	l->last_target = &l->target;
	l->last_path = &l->path;
	return l;
}

void lint_free(struct lint *l)
{
	if (!l)
		return;
	for (struct contact *c = l->contact; c; c = c->next)
		map_release(&c->heard);
	map_release(&l->modules);
	map_release(&l->hosts);
	map_release(&l->domains);
	map_release(&l->targets);
	map_release(&l->channels);
	map_release(&l->contacts);
	arena_release(&l->arena);
	free(l);
}

struct host *lint_host(struct lint *l, const char *name, size_t size)
{
	struct text key = {0};
	struct host *h;

	for (size_t i = 0; i < size; i++)
		text_putc(&key, name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 32) : name[i]);
	h = map_find_text(&l->hosts, text_get(&key));
	if (!h) {
		h = lint_alloc(l, sizeof *h);
		h->name = lint_keep(l, text_get(&key));
		h->is_literal = lint_address_parse(h->name, 0, &h->address[0]);
		h->addresses = h->is_literal;
		h->next = l->host;
		l->host = h;
		map_put_text(&l->hosts, h->name, h);
	}
	text_release(&key);
	return h;
}

static struct domain *get_domain(struct lint *l, const char *name)
{
	struct domain *d = map_find_text(&l->domains, name);

	if (d)
		return d;
	d = lint_alloc(l, sizeof *d);
	d->name = lint_keep(l, name);
	d->next = l->domain;
	l->domain = d;
	map_put_text(&l->domains, d->name, d);
	return d;
}

/* ---- what names a host ---- */

static void add_use(struct lint *l, struct use **to, const char *name, size_t size, int port)
{
	struct use *u;

	if (!size || *name == '@')
		return; /* none, or a secret */
	u = lint_alloc(l, sizeof *u);
	*u = (struct use){.host = lint_host(l, name, size), .port = port, .next = *to};
	*to = u;
}

static int port_of(const char *text, int otherwise)
{
	int64_t port;
	struct text digits = {0};

	text_add(&digits, text, strspn(text, "0123456789"));
	if (!text_to_int(text_get(&digits), &port) || port < 1 || port > 65535)
		port = otherwise;
	text_release(&digits);
	return (int)port;
}

/* scheme://[user@]host[:port][/...] */
static void add_url(struct lint *l, struct use **to, const char *url)
{
	const char *host = strstr(url, "://"), *end, *at, *colon;
	int port = !strncmp(url, "https:", 6) ? 443 : !strncmp(url, "http:", 5) ? 80 : 0;

	if (!host)
		return;
	host += 3;
	end = host + strcspn(host, "/?#");
	for (at = host; (at = memchr(at, '@', (size_t)(end - at))); host = ++at)
		continue;
	colon = *host == '[' ? memchr(host, ']', (size_t)(end - host)) : host;
	colon = colon ? memchr(colon, ':', (size_t)(end - colon)) : NULL;
	if (colon)
		port = port_of(colon + 1, port);
	add_use(l, to, host, (size_t)((colon ? colon : end) - host), port);
}

static struct place **places_of(struct lint *l, const char *kind, const char *module)
{
	struct text key = {0};
	struct place **first;

	text_printf(&key, "%s %s", kind, module);
	first = map_find_text(&l->modules, text_get(&key));
	if (!first) {
		first = lint_alloc(l, sizeof *first);
		map_put_text(&l->modules, lint_keep(l, text_get(&key)), first);
	}
	text_release(&key);
	return first;
}

static void take_module(struct lint *l, const struct line *line)
{
	l->kind = lint_keep(l, line_get(line, "kind"));
}

static void take_option(struct lint *l, const struct line *line)
{
	const char *type = line_get(line, "type");
	struct place **first = places_of(l, l->kind, line_get(line, "module")), *p;

	if (strcmp(type, "host") && strcmp(type, "url") && strcmp(line->id, "port"))
		return;
	p = lint_alloc(l, sizeof *p);
	*p = (struct place){.name = lint_keep(l, line->id),
			    .standard = lint_keep(l, line_get(line, "default")),
			    .is_url = !strcmp(type, "url"),
			    .next = *first};
	*first = p;
}

static const char *value_of(const struct line *line, const struct place *p)
{
	char key[64];
	const char *given;
	size_t n = strlen(p->name);

	if (n + 5 > sizeof key)
		return p->standard;
	memcpy(key, "opt.", 4);
	memcpy(key + 4, p->name, n + 1);
	given = line_find(line, key);
	return given ? given : p->standard;
}

/* All hosts that the options of this line name. */
static void add_uses(struct lint *l, struct use **to, const struct line *line, const char *kind)
{
	struct place *first = *places_of(l, kind, line_get(line, "module"));
	int port = 0;

	for (const struct place *p = first; p; p = p->next)
		if (!strcmp(p->name, "port"))
			port = port_of(value_of(line, p), 0);
	for (const struct place *p = first; p; p = p->next) {
		const char *value = value_of(line, p);

		if (p->is_url)
			add_url(l, to, value);
		else if (strcmp(p->name, "port") != 0)
			add_use(l, to, value, strlen(value), port);
	}
}

/* ---- targets ---- */

static struct target *add_target(struct lint *l, const struct line *line)
{
	struct target *t = lint_alloc(l, sizeof *t);

	t->name = lint_keep(l, line_name(line));
	*l->last_target = t;
	l->last_target = &t->next;
	map_put_text(&l->targets, t->name, t);
	return t;
}

static bool is_in_service(const struct line *line)
{
	const char *standing = line_find(line, "standing");

	return !standing || !strcmp(standing, "in-service");
}

static void take_define(struct lint *l, const struct line *line)
{
	struct target *t;

	if (line_find(line, "passive") || !is_in_service(line))
		return;
	t = add_target(l, line);
	add_uses(l, &t->use, line, "check");
}

static void take_service(struct lint *l, const struct line *line)
{
	struct target *t;

	if (!is_in_service(line))
		return;
	t = add_target(l, line);
	t->is_service = true;
	t->members = lint_keep(l, line_get(line, "members"));
	t->weights = lint_keep(l, line_get(line, "weights"));
	if (!quorum_need(line_get(line, "need"), &t->need))
		t->need = 1;
}

/* ---- paths ---- */

static void take_notifier(struct lint *l, const struct line *line)
{
	struct channel *c = lint_alloc(l, sizeof *c);

	c->name = lint_keep(l, line_name(line));
	c->form = lint_keep(l, line_get(line, "opt.form"));
	c->is_mail = !strcmp(line_get(line, "module"), "email");
	text_to_bool(line_get(line, "opt.direct"), &c->is_direct);
	if (!c->is_mail || !c->is_direct)
		add_uses(l, &c->use, line, "notifier");
	map_put_text(&l->channels, c->name, c);
}

static void take_contact(struct lint *l, const struct line *line)
{
	struct contact *c = lint_alloc(l, sizeof *c);

	c->name = lint_keep(l, line_name(line));
	c->services = lint_keep(l, line_get(line, "services"));
	c->next = l->contact;
	l->contact = c;
	map_put_text(&l->contacts, c->name, c);
}

static bool tells_alerts(const struct line *line)
{
	const char *kinds = line_get(line, "kinds");

	return !*kinds || strstr(kinds, "alerts");
}

/* "Ops <ops@example.org>" and "ops@example.org" alike. */
static struct domain *domain_of(struct lint *l, const char *address)
{
	const char *at = strrchr(address, '@');
	struct text name = {0};
	struct domain *d = NULL;

	if (at)
		text_add(&name, at + 1, strcspn(at + 1, "> \t,;?"));
	if (name.size && name.at[0] != '[')
		d = get_domain(l, name.at);
	text_release(&name);
	return d;
}

static void take_path(struct lint *l, const struct line *line)
{
	struct contact *c = map_find_text(&l->contacts, line_name(line));
	struct channel *n = map_find_text(&l->channels, line_get(line, "notifier"));
	const char *address = line_get(line, "address");
	struct path *p;
	struct text to = {0};

	if (!c || !n || !tells_alerts(line))
		return;
	p = lint_alloc(l, sizeof *p);
	text_printf(&to, "%s:%s", n->name, address);
	p->contact = c;
	p->channel = n;
	p->to = lint_keep(l, text_get(&to));
	if (n->is_mail)
		p->domain = domain_of(l, *n->form ? n->form : address);
	else
		add_url(l, &p->use, address);
	*l->last_path = p;
	l->last_path = &p->next;
	text_release(&to);
}

void lint_take(struct lint *l, const struct line *line)
{
	static const struct {
		const char *verb;
		void (*take)(struct lint *, const struct line *);
	} table[] = {
		{"module", take_module},     {"option", take_option},   {"define", take_define},
		{"service", take_service},   {"notifier", take_notifier},
		{"contact", take_contact},   {"path", take_path},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (!strcmp(table[i].verb, line->verb))
			table[i].take(l, line);
}
