/* fiber/http_request: what is sent: the request line, our own fields unless the caller has some of
 * the same name, the caller's, the body (RFC 9112 3). See http.h.
 *
 * A caller's field "Name:" without a value takes ours of that name away, "Name;" is sent without a
 * value. Where the message ends is ours alone to say: a Content-Length asks for one, whatever it
 * is. */
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#include "http.h"

#define AGENT "nines/1"
#define ALL_CODINGS "gzip, deflate, br, zstd"
#define SMALL_BYTES 4096 /* of a body: it goes out with the head */

/* Counts only while `at` is NULL: what is written is made twice. */
struct writer {
	char *at;
	size_t size;
};

static void put_bytes(struct writer *w, const char *bytes, size_t size)
{
	if (w->at)
		memcpy(w->at + w->size, bytes, size);
	w->size += size;
}

static void put(struct writer *w, const char *text)
{
	put_bytes(w, text, strlen(text));
}

static void put_number(struct writer *w, uint64_t number)
{
	char digit[20], *first = digit + sizeof digit;

	do
		*--first = (char)('0' + number % 10);
	while (number /= 10);
	put_bytes(w, first, (size_t)(digit + sizeof digit - first));
}

/* ---- the caller's fields ---- */

static size_t name_size(const char *header)
{
	return strcspn(header, ":; \t");
}

static bool is_named(const char *header, const char *name)
{
	size_t size = strlen(name);

	return name_size(header) == size && !strncasecmp(header, name, size);
}

static const char *value_of(const char *header)
{
	const char *value = header + strcspn(header, ":;");

	value += *value != '\0';
	return value + strspn(value, " \t");
}

const char *http_header_fault(const char *header)
{
	for (const unsigned char *c = (const unsigned char *)header; *c; c++)
		if ((*c < ' ' && *c != '\t') || *c == 127)
			return "header '%s' has a control character";
	if (!name_size(header) || !strchr(":;", header[name_size(header)]) ||
	    !header[name_size(header)])
		return "header '%s' is not of the form 'Name: value'";
	if (is_named(header, "Transfer-Encoding"))
		return "header '%s': a body is sent whole, with its length";
	return NULL;
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

	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		if (is_named(header, harmless[i]))
			return true;
	return false;
}

/* The caller's field of this name that goes to this place; NULL: none. */
static const char *find(const struct http_request *r, const char *name)
{
	for (const char *const *header = r->header; header && *header; header++)
		if (is_named(*header, name) && (r->is_home || http_header_travels(*header)))
			return *header;
	return NULL;
}

bool http_request_decodes(const struct http_request *r)
{
	return find(r, "Accept-Encoding");
}

static void put_headers(struct writer *w, const struct http_request *r)
{
	for (const char *const *header = r->header; header && *header; header++) {
		const char *value = value_of(*header);
		size_t size = name_size(*header);

		if (!r->is_home && !http_header_travels(*header))
			continue;
		if (is_named(*header, "Accept-Encoding") && !*value)
			value = ALL_CODINGS;
		if ((!*value && (*header)[size] != ';') || is_named(*header, "Content-Length"))
			continue;
		put_bytes(w, *header, size);
		put(w, *value ? ": " : ":");
		put(w, value);
		put(w, "\r\n");
	}
}

/* ---- ours ---- */

static void put_own(struct writer *w, const struct http_request *r, const char *name,
		    const char *value)
{
	if (find(r, name))
		return;
	put(w, name);
	put(w, ": ");
	put(w, value);
	put(w, "\r\n");
}

static void put_host(struct writer *w, const struct http_request *r)
{
	if (find(r, "Host"))
		return;
	put(w, "Host: ");
	put(w, r->url->host);
	if (r->url->port != http_url_standard_port(r->url)) {
		put(w, ":");
		put_number(w, (uint64_t)r->url->port);
	}
	put(w, "\r\n");
}

static void put_length(struct writer *w, const struct http_request *r)
{
	bool has_length = r->body || !strcmp(r->method, "POST");

	if (has_length || find(r, "Content-Length")) {
		put(w, "Content-Length: ");
		put_number(w, r->body ? strlen(r->body) : 0);
		put(w, "\r\n");
	}
	if (has_length)
		put_own(w, r, "Content-Type", "application/x-www-form-urlencoded");
}

/* RFC 7617. */
static const char *basic(struct probe *p, const struct http_request *r)
{
	const char *both = probe_text(p, "%s:%s", r->user, r->password);
	size_t size = strlen(both);
	char *coded = probe_alloc(p, sizeof "Basic " + 4 * (size / 3 + 1));

	if (!coded)
		return NULL;
	memcpy(coded, "Basic ", 6);
	EVP_EncodeBlock(
		(unsigned char *)coded + 6, (const unsigned char *)both, (int)size);
	return coded;
}

static void put_head(struct writer *w, const struct http_request *r, const char *authorization)
{
	put(w, r->method);
	put(w, " ");
	put(w, r->url->target);
	put(w, " HTTP/1.1\r\n");
	put_host(w, r);
	if (authorization)
		put_own(w, r, "Authorization", authorization);
	put_own(w, r, "User-Agent", AGENT);
	put_own(w, r, "Accept", "*/*");
	put_headers(w, r);
	put_length(w, r);
	put(w, "\r\n");
}

const char *http_request_write(struct probe *p, const struct http_request *r, size_t *size,
			       size_t *body_size)
{
	size_t body = r->body ? strlen(r->body) : 0;
	const char *authorization = r->is_home && *r->user ? basic(p, r) : NULL;
	struct writer w = {0};

	put_head(&w, r, authorization);
	*body_size = body > SMALL_BYTES ? body : 0;
	w.at = probe_alloc(p, w.size + (*body_size ? 0 : body) + 1);
	if (!w.at || !probe_ok(p))
		return NULL;
	w.size = 0;
	put_head(&w, r, authorization);
	if (!*body_size)
		put_bytes(&w, r->body ? r->body : "", body);
	*size = w.size;
	return w.at;
}
