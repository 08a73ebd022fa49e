/* fiber/http_url: where a request goes (RFC 3986), and what of it may go on to the place a redirect
 * names. Pure. See http.h.
 *
 * Every spelling of an IPv4 address becomes the one, as browsers do it; spaces and what is not
 * ASCII in a path are encoded, in a host refused. */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "http.h"
#include "policy.h"

static const char *const scheme[] = {"http", "https"};
static const char invalid[] = "no valid address", no_memory[] = "no memory";

/* A part of a text. */
struct part {
	const char *at;
	size_t size;
};

static size_t skip_alnum(const char *text, const char *more)
{
	size_t size = 0;

	while (isalnum((unsigned char)text[size]) || (text[size] && strchr(more, text[size])))
		size++;
	return size;
}

/* A port of 1 to 65535 with nothing behind it; "" is `standard`; 0: it is none. */
static int64_t port_of(struct part digits, int64_t standard)
{
	int64_t port = 0;

	for (size_t i = 0; i < digits.size; i++)
		if (!isdigit((unsigned char)digits.at[i]) || port > 65535)
			return 0;
		else
			port = port * 10 + (digits.at[i] - '0');
	return !digits.size ? standard : port > 65535 ? 0 : port;
}

int64_t http_url_standard_port(const struct http_url *url)
{
	return url->scheme == scheme[1] ? 443 : 80;
}

/* ---- the host ---- */

static const char *spell_address(struct arena *arena, const struct sockaddr_storage *a)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr, text, sizeof text);
	return arena_copy(arena, text, strlen(text));
}

static const char *take_host(struct arena *arena, struct http_url *url, struct part host)
{
	struct sockaddr_storage address;
	struct in_addr plain;
	const char *last;

	for (size_t i = 0; i < host.size; i++)
		if ((unsigned char)host.at[i] > 127) /* RFC 3986 3.2.2 */
			return "its host is not ASCII: internationalised names are written xn--...";
	url->host = arena_copy(arena, host.at, host.size);
	if (!url->host)
		return no_memory;
	if (*url->host == '[')
		return address_of_text(url->host, &address) ? NULL : invalid;
	if (!host.size || skip_alnum(url->host, "-._") != host.size)
		return invalid;
	last = strrchr(url->host, '.');
	last = last ? last + 1 : url->host;
	if (isalpha((unsigned char)*last) || inet_pton(AF_INET, url->host, &plain) == 1 ||
	    !address_of_text(url->host, &address))
		return NULL;
	url->host = spell_address(arena, &address);
	return url->host ? NULL : no_memory;
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* "a%20b" as "a b". */
static const char *decode(struct arena *arena, struct part coded)
{
	char *text = arena_copy(arena, coded.at, coded.size), *to = text;

	for (const char *at = text; at && *at; at++) {
		bool is_coded = *at == '%' && isxdigit((unsigned char)at[1]) &&
				isxdigit((unsigned char)at[2]);

		*to++ = is_coded ? (char)(hex(at[1]) * 16 + hex(at[2])) : *at;
		at += is_coded ? 2 : 0;
	}
	if (to)
		*to = '\0';
	return text;
}

/* "user:password@host:port". */
static const char *take_authority(struct arena *arena, struct http_url *url, struct part all)
{
	const char *at = memrchr(all.at, '@', all.size), *colon;
	struct part user = {all.at, at ? (size_t)(at - all.at) : 0}, host = all, port = {0};

	if (at) {
		colon = memchr(user.at, ':', user.size);
		host = (struct part){at + 1, all.size - user.size - 1};
		if (colon)
			url->password = decode(
				arena, (struct part){colon + 1, (size_t)(at - colon - 1)});
		url->user = decode(arena, (struct part){user.at, colon ? (size_t)(colon - user.at)
								      : user.size});
	}
	colon = memrchr(host.at, ':', host.size);
	at = memrchr(host.at, ']', host.size);
	if (colon && (!at || colon > at)) {
		port = (struct part){colon + 1, host.size - (size_t)(colon + 1 - host.at)};
		host.size = (size_t)(colon - host.at);
	}
	url->port = port_of(port, http_url_standard_port(url));
	return url->port ? take_host(arena, url, host) : invalid;
}

/* ---- path and query ---- */

/* Takes "." and ".." out of a path that begins with a slash (RFC 3986 5.2.4); its new size. */
static size_t remove_dots(char *path, size_t size)
{
	size_t to = 0;

	for (size_t at = 0; at < size;) {
		const char *next = memchr(path + at + 1, '/', size - at - 1);
		size_t segment = next ? (size_t)(next - path) - at : size - at;
		bool is_dot = segment == 2 && path[at + 1] == '.';
		bool is_up = segment == 3 && path[at + 1] == '.' && path[at + 2] == '.';

		if (is_up)
			while (to && path[--to] != '/')
				;
		if (!is_dot && !is_up) {
			memmove(path + to, path + at, segment);
			to += segment;
		} else if (!next) {
			path[to++] = '/';
		}
		at += segment;
	}
	return to;
}

static char *encode(char *to, const char *at, size_t size)
{
	static const char digit[] = "0123456789ABCDEF";

	for (const char *end = at + size; at < end; at++) {
		unsigned char c = (unsigned char)*at;

		if (c > ' ' && c < 127) {
			*to++ = *at;
			continue;
		}
		*to++ = '%';
		*to++ = digit[c >> 4];
		*to++ = digit[c & 15];
	}
	return to;
}

/* scheme://host[:port]target, `target` from the path `before` (that of a base, up to its last
 * slash) on. */
static const char *compose(struct arena *arena, struct http_url *url, struct part before,
			   struct part path, struct part query)
{
	size_t room = before.size + path.size + 2, size = 0, front;
	char *whole = arena_alloc(arena, room), *text, *at;

	if (!whole)
		return no_memory;
	if (!before.size && (!path.size || *path.at != '/'))
		whole[size++] = '/';
	memcpy(whole + size, before.at, before.size);
	memcpy(whole + size + before.size, path.at, path.size);
	size = remove_dots(whole, size + before.size + path.size);
	text = url->port == http_url_standard_port(url)
		       ? arena_text(arena, "%s://%s", url->scheme, url->host)
		       : arena_text(arena, "%s://%s:%lld", url->scheme, url->host,
				    (long long)url->port);
	front = text ? strlen(text) : 0;
	at = text ? arena_alloc(arena, front + 3 * (size + query.size) + 1) : NULL;
	if (!at)
		return no_memory;
	memcpy(at, text, front);
	encode(encode(at + front, whole, size), query.at, query.size);
	url->text = at;
	url->target = at + front;
	return NULL;
}

/* ---- the whole ---- */

/* "http://host[:port]/path" of ordinary characters, as nearly all are: it stays as it is. */
static bool parse_plain(struct arena *arena, struct http_url *url, const char *text)
{
	size_t i = strncmp(text, "https:", 6) == 0, size;
	const char *host = text + strlen(scheme[i]) + 3, *path;
	struct part digits;

	if (strncmp(text, scheme[i], strlen(scheme[i])) != 0 || strncmp(host - 3, "://", 3) != 0)
		return false;
	url->scheme = scheme[i];
	size = skip_alnum(host, "-.");
	path = host + size;
	digits = (struct part){path + (*path == ':'), 0};
	if (*path == ':')
		path += 1 + (digits.size = strspn(digits.at, "0123456789"));
	url->port = port_of(digits, http_url_standard_port(url));
	if (*path != '/' || path[-1] == ':' || !size || !url->port || strchr(path, '#') ||
	    strstr(path, "/."))
		return false;
	for (const char *at = path; *at; at++)
		if (*at <= ' ' || *at > '~')
			return false;
	url->text = text;
	url->target = path;
	return !take_host(arena, url, (struct part){host, size}) &&
	       !strncmp(url->host, host, size) && !url->host[size];
}

/* How many bytes of `text` are a scheme with its colon; 0: it has none. */
static size_t scheme_size(const char *text)
{
	size_t size = isalpha((unsigned char)*text) ? skip_alnum(text, "+-.") : 0;

	return text[size] == ':' && size ? size + 1 : 0;
}

static const char *take_scheme(struct arena *arena, struct http_url *url, const char *text,
			       size_t size)
{
	char *name = arena_copy(arena, text, size - 1);

	for (char *c = name; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	for (size_t i = 0; name && i < 2; i++)
		if (!strcmp(name, scheme[i]))
			url->scheme = scheme[i];
	url->foreign = url->scheme ? NULL : name;
	return url->scheme ? NULL : "no http or https address";
}

/* Behind the scheme: an authority, or what is relative to the base's. */
static const char *resolve(struct arena *arena, struct http_url *url, const struct http_url *base,
			   const char *text)
{
	struct part path, query, before = {"", 0};
	bool has_authority = !strncmp(text, "//", 2);
	const char *wrong = NULL;

	if (has_authority) {
		path = (struct part){text + 2, strcspn(text + 2, "/?#")};
		wrong = take_authority(arena, url, path);
		text = path.at + path.size;
	} else {
		url->host = base->host;
		url->port = base->port;
	}
	path = (struct part){text, strcspn(text, "?#")};
	query = (struct part){text + path.size, strcspn(text + path.size, "#")};
	if (!has_authority && !path.size) {
		path = (struct part){base->target, strcspn(base->target, "?")};
		if (!query.size)
			query.size = strlen(query.at = base->target + path.size);
	} else if (!has_authority && *path.at != '/') {
		before = (struct part){base->target, strcspn(base->target, "?")};
		while (before.at[before.size - 1] != '/')
			before.size--;
	}
	return wrong ? wrong : compose(arena, url, before, path, query);
}

const char *http_url_parse(struct arena *arena, struct http_url *url, const struct http_url *base,
			   const char *text)
{
	size_t size;

	*url = (struct http_url){0};
	if (strlen(text) > HTTP_URL_BYTES)
		return "an address of more than 8 KB";
	if (parse_plain(arena, url, text))
		return NULL;
	*url = (struct http_url){.scheme = base ? base->scheme : NULL};
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < ' ' || *c == 127)
			return "a control character in the address";
	size = scheme_size(text);
	if (size) {
		url->scheme = NULL;
		if (take_scheme(arena, url, text, size))
			return "no http or https address";
		if (strncmp(text + size, "//", 2) != 0)
			return invalid;
	}
	return url->scheme ? resolve(arena, url, base, text + size) : invalid;
}

bool http_url_is_same_origin(const struct http_url *a, const struct http_url *b)
{
	return a->scheme == b->scheme && !strcasecmp(a->host, b->host) && a->port == b->port;
}

/* Which requests become a GET without a body (RFC 9110 15.4.2 to 15.4.4). */
static bool becomes_get(int status, const char *method)
{
	if (status == 303)
		return strcmp(method, "HEAD") != 0;
	return (status == 301 || status == 302) && !strcmp(method, "POST");
}

bool http_leads_on(int status, const char **method, const char **body)
{
	if (status < 301 || status > 308 || (status > 303 && status < 307))
		return false;
	if (becomes_get(status, *method)) {
		*method = "GET";
		*body = NULL;
	}
	return true;
}
