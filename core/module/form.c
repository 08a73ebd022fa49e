/* module/form: see form.h. */
#include "form.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "../base/text.h"

#define HOST_BYTES 253
#define URL_BYTES 2048
#define NAME_BYTES 200

bool form_is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

bool form_has_control(const char *s)
{
	for (; *s; s++)
		if (form_is_control((unsigned char)*s))
			return true;
	return false;
}

bool form_is_address(const char *s)
{
	unsigned char into[16];
	char bare[64];
	size_t n = strcspn(s, "%");

	if (inet_pton(AF_INET, s, into) == 1)
		return true;
	if (n >= sizeof bare || !strchr(s, ':'))
		return false;
	memcpy(bare, s, n);
	bare[n] = '\0';
	if (s[n] && !(isalnum((unsigned char)s[n + 1]) && strlen(s + n) < 17))
		return false;
	return inet_pton(AF_INET6, bare, into) == 1;
}

bool form_is_network(const char *s)
{
	const char *slash = strchr(s, '/');
	char address[64] = "";
	int64_t bits = 0;

	if (strlen(s) >= sizeof address || strchr(s, '%'))
		return false;
	memcpy(address, s, slash ? (size_t)(slash - s) : strlen(s));
	if (!form_is_address(address))
		return false;
	return !slash || (text_to_int(slash + 1, &bits) && bits >= 0 &&
			  bits <= (strchr(address, ':') ? 128 : 32));
}

static const char *label_wrong(const char *label, size_t n)
{
	if (!n)
		return "has an empty label";
	if (n > 63)
		return "has a label longer than 63 bytes";
	if (label[0] == '-' || label[n - 1] == '-')
		return "has a label that begins or ends with '-'";
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)label[i] >= 0x80)
			return "is no name of the DNS: write it in its xn-- form";
		if (!isalnum((unsigned char)label[i]) && label[i] != '-' && label[i] != '_')
			return "is neither a host name nor an address";
	}
	return NULL;
}

/* "127.1" and "0x7f000001" are addresses to some libraries and names to others: refused. */
static bool looks_like_number(const char *label, size_t n)
{
	size_t i = n > 2 && label[0] == '0' && (label[1] | 32) == 'x' ? 2 : 0;

	for (; i < n; i++)
		if (!isdigit((unsigned char)label[i]) &&
		    !(label[1] == 'x' && isxdigit((unsigned char)label[i])))
			return false;
	return true;
}

static const char *name_wrong(const char *s, size_t size)
{
	const char *at = s, *end = s + size, *wrong = NULL;
	size_t n = 0;

	if (size > 1 && end[-1] == '.')
		end--; /* the root, said aloud */
	while (!wrong) {
		const char *dot = memchr(at, '.', (size_t)(end - at));

		n = (size_t)((dot ? dot : end) - at);
		wrong = label_wrong(at, n);
		if (!dot || wrong)
			break;
		at = dot + 1;
	}
	return !wrong && looks_like_number(at, n) ? "is no complete address" : wrong;
}

const char *form_host_wrong(const char *s)
{
	if (!*s)
		return "is empty";
	if (form_has_control(s))
		return "has a control character";
	if (form_is_address(s))
		return NULL;
	if (*s == '[')
		return "must be written without brackets";
	if (strstr(s, "://"))
		return "is a URL, wanted only the host";
	if (strchr(s, ':'))
		return "is no IPv6 address; a port is an option of its own";
	return strlen(s) > HOST_BYTES ? "is longer than 253 bytes" : name_wrong(s, strlen(s));
}

static const char *port_wrong(const char *at, size_t n)
{
	char digits[8] = "";
	int64_t port;

	if (!n)
		return NULL;
	if (n < 2 || n > 6)
		return "has a port that is not within 1..65535";
	memcpy(digits, at + 1, n - 1);
	return *at == ':' && text_to_int(digits, &port) && port >= 1 && port <= 65535 ?
		       NULL :
		       "has a port that is not within 1..65535";
}

/* `at` is host[:port], `n` bytes. */
static const char *authority_wrong(const char *at, size_t n)
{
	char host[HOST_BYTES + 1];
	const char *colon, *close = *at == '[' ? memchr(at, ']', n) : NULL, *wrong;
	size_t size;

	if (*at == '[' && !close)
		return "has an address whose bracket is not closed";
	colon = close ? close + 1 : memchr(at, ':', n);
	size = close ? (size_t)(close - at - 1) : colon ? (size_t)(colon - at) : n;
	if (!size)
		return "has no host";
	if (size > HOST_BYTES)
		return "has a host longer than 253 bytes";
	memcpy(host, at + (close != NULL), size);
	host[size] = '\0';
	if (close)
		wrong = strchr(host, ':') && form_is_address(host)
				? NULL
				: "has no IPv6 address in its brackets";
	else
		wrong = form_is_address(host) ? NULL : name_wrong(host, size);
	if (wrong && !close)
		wrong = "has a host that is neither a name nor an address";
	return wrong || !colon ? wrong : port_wrong(colon, n - (size_t)(colon - at));
}

const char *form_url_wrong(const char *s)
{
	const char *host = strstr(s, "://"), *sign;
	size_t n;

	if (!*s)
		return "is empty";
	if (strlen(s) > URL_BYTES)
		return "is longer than 2048 bytes";
	if (form_has_control(s) || strchr(s, ' '))
		return "has a space or a control character";
	if (!host || host == s)
		return "is no URL: write scheme://host";
	for (const char *p = s; p < host; p++)
		if (!islower((unsigned char)*p) &&
		    !(p > s && (isdigit((unsigned char)*p) || strchr("+.-", *p))))
			return "is no URL: write scheme://host";
	host += 3;
	n = strcspn(host, "/?#");
	sign = memrchr(host, '@', n);
	if (sign) {
		n -= (size_t)(sign + 1 - host);
		host = sign + 1;
	}
	return n ? authority_wrong(host, n) : "has no host";
}

const char *form_name_wrong(const char *s)
{
	size_t n = strlen(s);

	if (!n)
		return "is empty";
	if (n > NAME_BYTES)
		return "is longer than 200 bytes";
	if (form_has_control(s))
		return "has a control character";
	return s[0] == ' ' || s[n - 1] == ' ' ? "begins or ends with a space" : NULL;
}

bool form_is_word(const char *s, unsigned most)
{
	size_t n = 0;

	for (; s[n]; n++)
		if (n >= most || (!islower((unsigned char)s[n]) &&
				  !(n && (isdigit((unsigned char)s[n]) || s[n] == '-'))))
			return false;
	return n > 0;
}
