/* fiber/http_url: where a request goes, and what of it may go on to the place a redirect names.
 * Pure. libcurl's own memory is malloc's (http_engine.c sees to that), so free() frees both. */
#include "http_exchange.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../base/memory.h"

static char *part(CURLU *u, CURLUPart what, unsigned flags)
{
	char *text = NULL;

	return curl_url_get(u, what, &text, flags) ? NULL : text;
}

static const char *known_scheme(const char *text)
{
	static const char *const known[] = {"http", "https"};

	for (size_t i = 0; text && i < sizeof known / sizeof *known; i++)
		if (!strcmp(text, known[i]))
			return known[i];
	return NULL;
}

static bool is_ascii(const char *text)
{
	while (*text && (unsigned char)*text < 128)
		text++;
	return !*text;
}

static const char *take_parts(struct http_url *url)
{
	CURLU *u = url->parsed;
	char *port;

	url->foreign = part(u, CURLUPART_SCHEME, 0);
	url->scheme = known_scheme(url->foreign);
	if (!url->scheme)
		return "no http or https address";
	url->user = part(u, CURLUPART_USER, CURLU_URLDECODE);
	url->password = part(u, CURLUPART_PASSWORD, CURLU_URLDECODE);
	curl_url_set(u, CURLUPART_USER, NULL, 0);
	curl_url_set(u, CURLUPART_PASSWORD, NULL, 0);
	curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
	url->host = part(u, CURLUPART_HOST, 0);
	if (url->host && !is_ascii(url->host)) /* RFC 3986 3.2.2 */
		return "its host is not ASCII: internationalised names are written xn--...";
	url->text = part(u, CURLUPART_URL, 0);
	port = part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	url->port = port ? strtol(port, NULL, 10) : 0;
	curl_free(port);
	if (!url->host || !url->text || url->port < 1 || url->port > 65535)
		return "no host in the address";
	return NULL;
}

/* Is the host a name or a dotted quad, in no spelling that libcurl would have to turn into another?
 */
static bool is_plain_host(const char *host)
{
	const char *last = strrchr(host, '.');
	struct in_addr address;

	last = last ? last + 1 : host;
	return isalpha((unsigned char)*last) || inet_pton(AF_INET, host, &address) == 1;
}

/* "http://host[:port]/path" of ordinary characters, as nearly all are: a third of libcurl's time
 * and little of the fiber's stack. False: let libcurl look at it. */
static bool parse_plain(struct http_url *url, const char *text)
{
	const char *host, *path;
	size_t host_size;

	url->scheme = !strncmp(text, "http://", 7) ? "http"
		: !strncmp(text, "https://", 8)	   ? "https"
						   : NULL;
	if (!url->scheme)
		return false;
	host = text + strlen(url->scheme) + 3;
	for (path = host; isalnum((unsigned char)*path) || *path == '.' || *path == '-';)
		path++;
	host_size = (size_t)(path - host);
	url->port = strcmp(url->scheme, "http") ? 443 : 80;
	if (*path == ':')
		for (path++, url->port = 0; isdigit((unsigned char)*path) && url->port < 65536;)
			url->port = url->port * 10 + (*path++ - '0');
	if (*path != '/' || !host_size || url->port < 1 || url->port > 65535 || strchr(path, '#') ||
		strstr(path, "/."))
		return false;
	for (const char *at = path; *at; at++)
		if (*at <= ' ' || *at > '~')
			return false;
	url->host = memory_new(host_size + 1);
	memcpy(url->host, host, host_size);
	url->text = memory_text(text);
	return is_plain_host(url->host);
}

CURLU *http_url_open(const struct http_url *url)
{
	CURLU *u = url->parsed ? curl_url_dup(url->parsed) : curl_url();

	if (u && !url->parsed && curl_url_set(u, CURLUPART_URL, url->text, 0)) {
		curl_url_cleanup(u);
		return NULL;
	}
	return u;
}

const char *http_url_parse(struct http_url *url, const struct http_url *base, const char *text)
{
	CURLUcode code;

	memset(url, 0, sizeof *url);
	if (parse_plain(url, text))
		return NULL;
	http_url_release(url);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < ' ' || *c == 127)
			return "a control character in the address";
	url->parsed = base ? http_url_open(base) : curl_url();
	if (!url->parsed)
		return "no memory";
	code = curl_url_set(
		url->parsed, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE);
	if (code)
		return "no valid address";
	return take_parts(url);
}

void http_url_release(struct http_url *url)
{
	free(url->text);
	free(url->foreign);
	free(url->host);
	free(url->user);
	free(url->password);
	curl_url_cleanup(url->parsed);
	memset(url, 0, sizeof *url);
}

bool http_url_is_same_origin(const struct http_url *a, const struct http_url *b)
{
	return !strcmp(a->scheme, b->scheme) && !strcasecmp(a->host, b->host) && a->port == b->port;
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

/* A list of what is harmless: any other header may carry a key. */
bool http_header_travels(const char *header)
{
	static const char *const harmless[] = {
		"accept",
		"accept-charset",
		"accept-encoding",
		"accept-language",
		"cache-control",
		"content-language",
		"content-type",
		"if-modified-since",
		"if-none-match",
		"pragma",
		"range",
		"user-agent",
	};
	size_t size = strcspn(header, ":; \t");

	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		if (strlen(harmless[i]) == size && !strncasecmp(header, harmless[i], size))
			return true;
	return false;
}
