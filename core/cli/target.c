/* cli/target: see target.h. */
#include "target.h"

#include <ctype.h>
#include <string.h>

#include "../base/memory.h"

static bool is_name(const char *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!islower((unsigned char)at[i]) && !isdigit((unsigned char)at[i]) &&
		    at[i] != '-' && at[i] != '_')
			return false;
	return size > 0;
}

static void add(struct target *t, const char *name, const char *value)
{
	if (!value)
		memory_end();
	t->option[t->options++] = (struct target_option){name, value};
}

static int hex(int c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

/* Takes %XX out (RFC 3986 2.1), as a password with '@' or '/' in it needs, or a path with '?'. */
static const char *decoded(struct arena *a, const char *from, size_t size)
{
	char *to = arena_copy(a, from, size), *at = to;

	if (!to)
		memory_end();
	for (size_t i = 0; i < size; i++)
		if (from[i] == '%' && i + 2 < size && hex((unsigned char)from[i + 1]) >= 0 &&
		    hex((unsigned char)from[i + 2]) >= 0) {
			*at++ = (char)(hex((unsigned char)from[i + 1]) << 4 |
				       hex((unsigned char)from[i + 2]));
			i += 2;
		} else {
			*at++ = from[i];
		}
	*at = '\0';
	return to;
}

static void take_user(struct target *t, struct arena *a, const char *user, size_t size)
{
	const char *colon = memchr(user, ':', size);

	add(t, "user", decoded(a, user, colon ? (size_t)(colon - user) : size));
	if (colon)
		add(t, "password", decoded(a, colon + 1, size - (size_t)(colon - user) - 1));
}

/* host, host:port, [address]:port. */
static const char *take_host(struct target *t, struct arena *a, const char *host, size_t size)
{
	const char *end = host + size, *close, *colon;

	if (size && *host == '[') {
		close = memchr(host, ']', size);
		if (!close)
			return "a bracket is not closed: write [address]:port";
		add(t, "host", arena_copy(a, host + 1, (size_t)(close - host) - 1));
		colon = close + 1;
		if (colon < end && *colon != ':')
			return "only a port can follow the bracket";
	} else {
		colon = memchr(host, ':', size);
		colon = colon ? colon : end;
		if (memchr(colon, ':', (size_t)(end - colon)) &&
		    memchr(colon + 1, ':', (size_t)(end - colon - 1)))
			return "an IPv6 address goes in brackets: MODULE://[address]:port";
		add(t, "host", arena_copy(a, host, (size_t)(colon - host)));
	}
	if (!*t->option[t->options - 1].value)
		return "the host is missing: MODULE://host";
	if (colon < end)
		add(t, "port", arena_copy(a, colon + 1, (size_t)(end - colon) - 1));
	return colon + 1 == end ? "the port is missing behind ':'" : NULL;
}

/* Where the words of a URL mean something else: of dns (RFC 4501) the server and the name asked
 * for, of dnsbl what is looked for, with the length of a block behind it. */
static const struct {
	const char *module, *host, *path;
} meaning[] = {{"dns", "server", "name"}, {"dnsbl", "subject", NULL}};

static const char *take_meant(
	struct target *t, struct arena *a, size_t m, const char *host, const char *end)
{
	const char *path = end;
	bool has_bracket;

	if (host == end)
		return "the host is missing: MODULE://host";
	if (!strcmp(end, "/"))
		path = "";
	if (meaning[m].path) {
		add(t, meaning[m].host, arena_copy(a, host, (size_t)(end - host)));
		if (*path)
			add(t, meaning[m].path, decoded(a, path + 1, strlen(path + 1)));
	} else {
		has_bracket = *host == '[' && *(end - 1) == ']';
		add(t, meaning[m].host,
		    arena_text(a, "%.*s%s", (int)(end - host) - 2 * has_bracket,
			       host + has_bracket, path));
	}
	return NULL;
}

static bool takes_url(const char *module)
{
	return !strcmp(module, "http") || !strcmp(module, "https");
}

static void show(struct target *t, struct arena *a, const char *scheme, size_t user_bytes,
		 const char *host)
{
	const char *colon = user_bytes ? memchr(host - user_bytes, ':', user_bytes) : NULL;
	int user = colon ? (int)(colon - (host - user_bytes)) : (int)user_bytes - 1;

	t->shown = !user_bytes ? arena_text(a, "%s://%s", scheme, host)
			       : arena_text(a, "%s://%.*s%s@%s", scheme, user, host - user_bytes,
					    colon ? ":***" : "", host);
}

static const char *take_url(struct target *t, struct arena *a, const char *word,
			    const char *slashes)
{
	const char *at = slashes + 3, *end = at + strcspn(at, "/?#"),
		   *host = memrchr(at, '@', (size_t)(end - at));
	const char *wrong;

	host = host ? host + 1 : at;
	t->module = arena_copy(a, word, (size_t)(slashes - word));
	if (!t->module)
		memory_end();
	show(t, a, t->module, (size_t)(host - at), host);
	if (host > at)
		take_user(t, a, at, (size_t)(host - at) - 1);
	if (takes_url(t->module)) {
		add(t, "url", arena_text(a, "%s://%s", t->module, host));
		return host == end ? "the host is missing: MODULE://host" : NULL;
	}
	for (size_t m = 0; m < sizeof meaning / sizeof *meaning; m++)
		if (!strcmp(meaning[m].module, t->module))
			return take_meant(t, a, m, host, end);
	wrong = take_host(t, a, host, (size_t)(end - host));
	if (!wrong && *end && strcmp(end, "/"))
		add(t, "path", decoded(a, end, strlen(end)));
	return wrong;
}

bool target_parse(struct target *t, struct arena *a, const char *word, const char **wrong)
{
	const char *slashes = strstr(word, "://");

	*t = (struct target){.shown = word};
	*wrong = NULL;
	if (slashes && is_name(word, (size_t)(slashes - word)))
		*wrong = take_url(t, a, word, slashes);
	else if (strchr(word, '/'))
		t->path = word;
	else if (is_name(word, strlen(word)))
		t->module = word;
	else
		*wrong = "it is no MODULE://host, MODULE or ./module.so";
	return !*wrong;
}
