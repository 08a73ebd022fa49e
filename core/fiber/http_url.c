/* fiber/http_url: where a request goes, and what of it may go on to the place a redirect names.
 * Pure. */
#include "http_exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char *part(CURLU *u, CURLUPart what, unsigned flags)
{
	char *text = NULL;

	return curl_url_get(u, what, &text, flags) ? NULL : text;
}

static const char *take_parts(struct http_url *url)
{
	CURLU *u = url->parsed;
	char *port;

	url->scheme = part(u, CURLUPART_SCHEME, 0);
	if (!url->scheme || (strcmp(url->scheme, "http") && strcmp(url->scheme, "https")))
		return "no http or https address";
	url->user = part(u, CURLUPART_USER, CURLU_URLDECODE);
	url->password = part(u, CURLUPART_PASSWORD, CURLU_URLDECODE);
	curl_url_set(u, CURLUPART_USER, NULL, 0);
	curl_url_set(u, CURLUPART_PASSWORD, NULL, 0);
	curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
	url->host = part(u, CURLUPART_HOST, CURLU_PUNYCODE);
	url->text = part(u, CURLUPART_URL, CURLU_PUNYCODE);
	port = part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	url->port = port ? strtol(port, NULL, 10) : 0;
	curl_free(port);
	if (!url->host || !url->text || url->port < 1 || url->port > 65535)
		return "no host in the address";
	return NULL;
}

const char *http_url_parse(struct http_url *url, const struct http_url *base, const char *text)
{
	CURLUcode code;

	memset(url, 0, sizeof *url);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < ' ' || *c == 127)
			return "a control character in the address";
	url->parsed = base ? curl_url_dup(base->parsed) : curl_url();
	if (!url->parsed)
		return "no memory";
	code = curl_url_set(
		url->parsed, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE);
	return code ? "no valid address" : take_parts(url);
}

void http_url_release(struct http_url *url)
{
	curl_free(url->text);
	curl_free(url->scheme);
	curl_free(url->host);
	curl_free(url->user);
	curl_free(url->password);
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
