/* fiber/dns_written: the part of dns_text.h that reads what a person wrote. */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "dns_form.h"
#include "dns_text.h"

#define SPACES " \t"

/* The next byte of a text with escapes (\. \032); *is_plain tells that it was not escaped. */
static unsigned char take_byte(const char **at, bool *is_plain)
{
	const unsigned char *a = (const unsigned char *)*at;
	int number;

	*is_plain = a[0] != '\\' || !a[1];
	if (*is_plain) {
		++*at;
		return a[0];
	}
	number = isdigit(a[1]) && isdigit(a[2]) && isdigit(a[3])
			 ? (a[1] - '0') * 100 + (a[2] - '0') * 10 + a[3] - '0'
			 : 256;
	*at += number < 256 ? 4 : 2;
	return number < 256 ? (unsigned char)number : a[1];
}

/* Up to `end`, which is not escaped: a space, a quote or (NUL) the end of all. */
static void add_until(struct text *t, const char **at, char end, const char *escaped)
{
	bool is_plain;

	while (**at && **at != end)
		dns_add_byte(t, take_byte(at, &is_plain), escaped);
}

static bool is_end(const char *at)
{
	return !*at || strchr(SPACES, *at);
}

/* False when a label is empty; the root alone is ".". */
static bool add_name(struct text *t, const char **at)
{
	size_t label = t->size;
	bool is_plain;
	unsigned char c;

	if (**at == '.' && is_end(*at + 1)) {
		text_puts(t, ".");
		++*at;
		return true;
	}
	while (!is_end(*at)) {
		c = take_byte(at, &is_plain);
		if (!is_plain || c != '.') {
			dns_add_byte(t, (unsigned char)tolower(c), dns_escaped_in_names);
			continue;
		}
		if (t->size == label)
			return false;
		if (!is_end(*at))
			text_puts(t, ".");
		label = t->size;
	}
	return true;
}

void dns_add_written_name(struct text *t, const char *written)
{
	add_name(t, &written);
}

static bool add_number(struct text *t, const char **at, int64_t most)
{
	int64_t n = 0;

	if (!isdigit((unsigned char)**at))
		return false;
	for (; isdigit((unsigned char)**at) && n <= most; ++*at)
		n = n * 10 + **at - '0';
	text_int(t, n);
	return n <= most;
}

static bool add_address(struct text *t, const char **at, int family)
{
	size_t size = strcspn(*at, SPACES);
	char word[INET6_ADDRSTRLEN + 1], shown[INET6_ADDRSTRLEN];
	unsigned char address[16];

	if (size >= sizeof word)
		return false;
	memcpy(word, *at, size);
	word[size] = '\0';
	*at += size;
	if (inet_pton(family, word, address) != 1)
		return false;
	text_puts(t, inet_ntop(family, address, shown, sizeof shown));
	return true;
}

static bool add_type(struct text *t, const char **at)
{
	size_t size = strcspn(*at, SPACES);
	char word[32];

	if (size >= sizeof word)
		return false;
	memcpy(word, *at, size);
	word[size] = '\0';
	*at += size;
	if (!dns_type(word))
		return false;
	dns_add_type(t, dns_type(word));
	return true;
}

/* With quotes or, as one word, without. */
static bool add_quoted(struct text *t, const char **at, const char *quote, const char *escaped)
{
	bool has_quotes = **at == '"';

	*at += has_quotes;
	text_puts(t, quote);
	if (has_quotes)
		add_until(t, at, '"', escaped);
	else
		add_until(t, at, ' ', escaped);
	text_puts(t, quote);
	if (has_quotes && **at != '"')
		return false;
	*at += has_quotes;
	return true;
}

/* Pieces in quotes are joined; a text without quotes is one piece, whatever is in it. */
static bool add_joined(struct text *t, const char **at)
{
	if (**at != '"') {
		add_until(t, at, '\0', dns_escaped_in_texts);
		return true;
	}
	while (**at == '"') {
		if (!add_quoted(t, at, "", dns_escaped_in_texts))
			return false;
		*at += strspn(*at, SPACES);
	}
	return true;
}

/* The rest, spaces left out: hex digits in pairs (`digits`), or anything. */
static bool add_digits(struct text *t, const char **at, const char *digits)
{
	size_t number = 0;
	char c;

	for (; **at; ++*at) {
		if (strchr(SPACES, **at))
			continue;
		c = digits ? (char)tolower((unsigned char)**at) : **at;
		if (digits && !strchr(digits, c))
			return false;
		text_add(t, &c, 1);
		number++;
	}
	return !digits || number % 2 == 0;
}

static bool add_field(struct text *t, const char **at, char kind)
{
	switch (kind) {
	case 'b':
		return add_number(t, at, 255);
	case 'h':
		return add_number(t, at, 65535);
	case 'l':
		return add_number(t, at, 4294967295);
	case '4':
		return add_address(t, at, AF_INET);
	case '6':
		return add_address(t, at, AF_INET6);
	case 'n':
		return add_name(t, at);
	case 'T':
		return add_type(t, at);
	case 'w':
		return add_quoted(t, at, "", dns_escaped_in_names);
	case 's':
	case 't':
		return add_quoted(t, at, "\"", dns_escaped_in_texts);
	case 'S':
		return add_joined(t, at);
	default:
		return add_digits(t, at, kind == 'x' ? "0123456789abcdef" : NULL);
	}
}

/* RFC 3597 5: \# 4 0a000001. */
static bool add_generic(struct text *t, const char *at)
{
	int64_t bytes = 0;
	size_t before;

	at += strspn(at, SPACES);
	text_puts(t, "\\# ");
	before = t->size;
	if (!add_number(t, &at, 65535) || !text_to_int(t->at + before, &bytes))
		return false;
	if (bytes)
		text_puts(t, " ");
	before = t->size;
	return add_digits(t, &at, "0123456789abcdef") && t->size - before == 2 * (size_t)bytes;
}

bool dns_add_written(struct text *t, int type, const char *written)
{
	const char *form = dns_form(type), *at = written;

	if (!strncmp(at, "\\#", 2))
		return add_generic(t, at + 2);
	for (size_t i = 0; form && form[i]; i++) {
		if (i && !is_end(at))
			return false;
		if (i)
			text_puts(t, " ");
		if (form[i] != 'S')
			at += strspn(at, SPACES);
		if ((!*at && !strchr("SxB", form[i])) || !add_field(t, &at, form[i]))
			return false;
	}
	at += strspn(at, SPACES);
	return form && !*at;
}
