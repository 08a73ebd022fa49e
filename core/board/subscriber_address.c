/* board/subscriber_address: the addresses that strangers may have us write to: what is one, and in
 * which form it is kept. See subscriber.h.
 *
 * Stricter than the notifiers are: what is sent here comes from anybody, so that only what no mail
 * server, gateway or log could misread is taken (F52, F53). */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "subscriber.h"

#define MAIL_BYTES  254 /* RFC 5321 4.5.3.1.3, without the brackets */
#define LOCAL_BYTES 64
#define LABEL_BYTES 63

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool say(struct text *wrong, const char *what)
{
	text_puts(wrong, what);
	return false;
}

static void add_lower(struct text *t, const char *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		text_putc(t, from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] + 32) : from[i]);
}

/* ---- mail ---- */

static bool is_ascii(const char *s)
{
	while (*s && (unsigned char)*s < 0x80)
		s++;
	return !*s;
}

/* RFC 5322 3.2.3, a dot-atom; no quoted one: hardly anybody has such an address, and many programs
 * read it wrongly. */
static bool judge_local(const char *s, size_t size, struct text *wrong)
{
	static const char atom[] = LOWER UPPER DIGITS "!#$%&'*+-/=?^_`{|}~.";

	if (!size)
		return say(wrong, "there is nothing in front of the @");
	if (size > LOCAL_BYTES)
		return say(wrong, "the part in front of the @ is longer than 64 characters");
	if (*s == '"')
		return say(wrong, "addresses in quotes are not taken");
	if (strspn(s, atom) < size)
		return say(wrong, "a character in front of the @ cannot stand there");
	if (*s == '.' || s[size - 1] == '.')
		return say(wrong, "a dot stands at the edge of the part in front of the @");
	for (size_t i = 1; i < size; i++)
		if (s[i] == '.' && s[i - 1] == '.')
			return say(wrong, "two dots stand side by side");
	return true;
}

static bool judge_label(const char *s, size_t size, struct text *wrong)
{
	if (!size || size > LABEL_BYTES)
		return say(wrong, "the part behind the @ is no domain");
	if (strspn(s, LOWER UPPER DIGITS "-") < size || *s == '-' || s[size - 1] == '-')
		return say(wrong, "the part behind the @ is no domain");
	return true;
}

static bool judge_domain(const char *s, struct text *wrong)
{
	size_t labels = 0, n;

	if (*s == '[')
		return say(wrong, "an IP address in place of a domain is not taken");
	for (;; s += n + 1, labels++) {
		n = strcspn(s, ".");
		if (!judge_label(s, n, wrong))
			return false;
		if (!s[n])
			break;
	}
	if (!labels)
		return say(wrong, "the domain behind the @ has no dot");
	if (strspn(s, DIGITS) == strlen(s))
		return say(wrong, "the part behind the @ is no domain");
	return true;
}

static bool take_mail(const char *s, struct text *normal, struct text *wrong)
{
	const char *at = strrchr(s, '@');

	if (strlen(s) > MAIL_BYTES)
		return say(wrong, "a mail address has at most 254 characters");
	if (!is_ascii(s))
		return say(wrong, "it has letters beyond ASCII: write the domain in its form for "
				  "mail servers (xn--...)");
	if (!at)
		return say(wrong, "a mail address has an @");
	if (!judge_local(s, (size_t)(at - s), wrong) || !judge_domain(at + 1, wrong))
		return false;
	text_add(normal, s, (size_t)(at - s));
	add_lower(normal, at, strlen(at));
	return true;
}

/* ---- telephones ---- */

static bool take_number(const char *s, struct text *normal, struct text *wrong)
{
	if (*s != '+')
		return say(wrong, "a number begins with + and the country's code");
	text_putc(normal, '+');
	for (s++; *s; s++)
		if (strchr(DIGITS, *s))
			text_putc(normal, *s);
		else if (!strchr(" .-/()", *s))
			return say(wrong, "a number is made of digits");
	if (normal->size < 8 || normal->size > 16 || normal->at[1] == '0')
		return say(wrong, "a number has 7 to 15 digits, the first of them no 0");
	return true;
}

/* ---- webhooks ---- */

static bool take_url(const char *s, struct text *normal, struct text *wrong)
{
	static const char plain[] = LOWER UPPER DIGITS "-._~:/?#[]@!$&()*+,;=%";
	size_t scheme = !strncasecmp(s, "https://", 8)	? 8
			: !strncasecmp(s, "http://", 7) ? 7
							: 0,
	       host = scheme ? strcspn(s + scheme, "/?#") : 0;

	if (!scheme || !host)
		return say(wrong, "an address of a webhook begins with https://");
	if (strspn(s, plain) < strlen(s))
		return say(wrong, "a character cannot stand in a web address: write it as %XX");
	if (memchr(s + scheme, '@', host))
		return say(wrong, "a name or password in the address is not taken");
	if (strchr(s, '#'))
		return say(wrong, "what stands behind # is never sent: leave it out");
	add_lower(normal, s, scheme + host);
	text_puts(normal, s + scheme + host);
	return true;
}

/* ---- rooms ---- */

static bool take_room(const char *s, struct text *normal, struct text *wrong)
{
	static const char plain[] = LOWER UPPER DIGITS "_#@!:.+-/=";

	if (strlen(s) > 100 || strspn(s, plain) < strlen(s))
		return say(wrong, "a room has at most 100 letters, digits and _#@!:.+-/=");
	text_puts(normal, s);
	return true;
}

static const struct {
	const char *module;
	bool types_code;
	bool (*take)(const char *, struct text *normal, struct text *wrong);
} modules[] = {
	{"email", false, take_mail},
	{"sms", true, take_number},
	{"webhook", false, take_url},
	{"chat", false, take_room},
};
#define MODULES (sizeof modules / sizeof *modules)

static size_t find(const char *module)
{
	size_t i = 0;

	while (i < MODULES && strcmp(modules[i].module, module) != 0)
		i++;
	return i;
}

bool subscriber_module_is_known(const char *module)
{
	return find(module) < MODULES;
}

bool subscriber_types_code(const char *module)
{
	return find(module) < MODULES && modules[find(module)].types_code;
}

static size_t trimmed(const char **s)
{
	size_t size;

	*s += strspn(*s, " \t");
	size = strlen(*s);
	while (size && strchr(" \t", (*s)[size - 1]))
		size--;
	return size;
}

bool subscriber_address(const char *module, const char *address, struct text *normal,
			struct text *wrong)
{
	size_t i = find(module), size = trimmed(&address);
	char copy[SUBSCRIBER_ADDRESS + 1];

	text_clear(normal);
	if (i == MODULES)
		return say(wrong, "nobody can subscribe by that");
	if (!size)
		return say(wrong, "write an address");
	if (size > SUBSCRIBER_ADDRESS)
		return say(wrong, "the address is too long");
	memcpy(copy, address, size);
	copy[size] = '\0';
	for (size_t n = 0; n < size; n++)
		if ((unsigned char)copy[n] < ' ' || copy[n] == 0x7f)
			return say(wrong,
				   "the address holds a line end or another control character");
	return modules[i].take(copy, normal, wrong);
}

/* Without case, and without what stands behind a + of a mail address or ? of a web address: many
 * servers take all of these for one. */
void subscriber_mailbox(struct text *t, const char *to)
{
	const char *address = strchr(to, ':') ? strchr(to, ':') + 1 : to,
		   *at = strrchr(address, '@'),
		   *plus = at ? memchr(address, '+', (size_t)(at - address)) : NULL;

	add_lower(t, to, (size_t)(address - to));
	add_lower(t, address, plus ? (size_t)(plus - address) : strcspn(address, "?"));
	if (plus)
		add_lower(t, at, strlen(at));
}
