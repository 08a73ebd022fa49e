/* modules/domain/registration: see registration.h.
 *
 * A line of WHOIS is `Key: value`, `[Key] value` or, with the value on the next line, `Key:`. Keys
 * are compared in lower case with the dots that some fill up with left out. */
#include "registration.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "when.h"

#define KEY_BYTES   48
#define VALUE_BYTES 256
#define SHORT_LINE  120 /* longer ones are legal notices, not answers */

enum field { EXPIRES, REGISTRAR_EXPIRES, REGISTRAR, STATUS, SERVER, REFER };

static const struct {
	const char *key;
	enum field field;
} known[] = {
	{"registry expiry date", EXPIRES},
	{"expiry date", EXPIRES},
	{"expiration date", EXPIRES},
	{"expiration time", EXPIRES},
	{"expiration", EXPIRES},
	{"expires", EXPIRES},
	{"expires on", EXPIRES},
	{"expires at", EXPIRES},
	{"expire date", EXPIRES},
	{"expire", EXPIRES},
	{"expiry", EXPIRES},
	{"exp date", EXPIRES},
	{"domain expires", EXPIRES},
	{"domain expiration date", EXPIRES},
	{"record expires on", EXPIRES},
	{"paid-till", EXPIRES},
	{"paid till", EXPIRES},
	{"renewal date", EXPIRES},
	{"renewal", EXPIRES},
	{"valid until", EXPIRES},
	{"valid-date", EXPIRES},
	{"validity", EXPIRES},
	{"domain_datebilleduntil", EXPIRES},
	{"registrar registration expiration date", REGISTRAR_EXPIRES},
	{"registrar", REGISTRAR},
	{"registrar name", REGISTRAR},
	{"sponsoring registrar", REGISTRAR},
	{"current registrar", REGISTRAR},
	{"domain status", STATUS},
	{"status", STATUS},
	{"state", STATUS},
	{"eppstatus", STATUS},
	{"name server", SERVER},
	{"name servers", SERVER},
	{"nameserver", SERVER},
	{"nameservers", SERVER},
	{"domain nameservers", SERVER},
	{"nserver", SERVER},
	{"host name", SERVER},
	{"refer", REFER},
	{"whois", REFER},
	{"whois server", REFER},
	{"registrar whois server", REFER},
	{"referralserver", REFER},
};

/* What a line says where there is no such domain. */
static const char *const none[] = {
	"no match",
	"not found",
	"no entries found",
	"no data found",
	"nothing found",
	"no object found",
	"no such domain",
	"no information available about domain",
	"no record found",
	"not registered",
	"not been registered",
	"object does not exist",
	"domain unknown",
	"is free",
	"is available for",
	"available for registration",
	"status: free",
	"status: available",
	"do not have an entry",
	"returned 0 objects",
};

static const char *const limited[] = {
	"limit exceeded", "limit reached",  "exceeded the",	 "quota exceeded",
	"queries exceeded", "query rate",   "too many",	 "try again later",
	"access denied",  "access control", "blacklisted", "blocked",
	"temporarily",	  "excessive",
};

/* In a normal form: small letters alone. */
static const char *const bad[] = {
	"clienthold",	 "serverhold",	   "hold",	"redemption", "redemptionperiod",
	"pendingdelete", "pendingrestore", "quarantine", "suspended",  "expired",
	"tobedeleted",	 "deleted",
};

/* ---- texts ---- */

static bool has_word(const char *list, const char *word)
{
	size_t size = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += size)
		if ((at == list || !strncmp(at - 2, ", ", 2)) &&
		    (!at[size] || !strncmp(at + size, ", ", 2)))
			return true;
	return false;
}

void registration_add(char *list, size_t room, const char *word)
{
	size_t used = strlen(list);

	if (!*word || has_word(list, word) || used + strlen(word) + 3 > room)
		return;
	snprintf(list + used, room - used, "%s%s", used ? ", " : "", word);
}

/* "client hold", "clientHold" and "CLIENT_HOLD" are one. */
static void make_normal(char *to, size_t room, const char *from)
{
	size_t n = 0;

	for (; *from && n + 1 < room; from++)
		if (isalpha((unsigned char)*from))
			to[n++] = (char)tolower((unsigned char)*from);
	to[n] = '\0';
}

static void take_status(struct registration *r, const char *status)
{
	char normal[64];

	registration_add(r->statuses, sizeof r->statuses, status);
	make_normal(normal, sizeof normal, status);
	for (size_t i = 0; i < sizeof bad / sizeof *bad && !*r->bad_status; i++)
		if (!strcmp(bad[i], normal))
			snprintf(r->bad_status, sizeof r->bad_status, "%s", status);
}

/* One status, or several with commas: "REGISTERED, DELEGATED". What stands behind it in brackets or
 * is a URL explains it. */
void registration_add_status(struct registration *r, const char *status)
{
	char text[VALUE_BYTES], *rest = text, *one, *end;

	snprintf(text, sizeof text, "%s", status);
	while ((one = strsep(&rest, ","))) {
		one += strspn(one, " \t");
		end = one + strcspn(one, "(");
		if (strstr(one, "http") && strstr(one, "http") < end)
			end = strstr(one, "http");
		while (end > one && strchr(" \t-", end[-1]))
			end--;
		*end = '\0';
		take_status(r, one);
	}
}

/* ---- lines ---- */

struct line {
	char key[KEY_BYTES];
	char value[VALUE_BYTES];
};

/* The key in lower case, its fillers gone: "Expires............" */
static void take_key(struct line *l, const char *from, size_t size)
{
	size_t n = 0;

	while (size && strchr(" \t.*", *from)) {
		from++;
		size--;
	}
	while (size && strchr(" \t.", from[size - 1]))
		size--;
	for (; n < size && n + 1 < sizeof l->key; n++)
		l->key[n] = (char)tolower((unsigned char)from[n]);
	l->key[size < sizeof l->key ? n : 0] = '\0';
}

static void take_value(struct line *l, const char *from, size_t size)
{
	while (size && strchr(" \t.", *from)) {
		from++;
		size--;
	}
	while (size && strchr(" \t", from[size - 1]))
		size--;
	snprintf(l->value, sizeof l->value, "%.*s", (int)size, from);
}

/* "Key: value", "Key............: value", "[Key] value". Else the whole is the value. */
static void split(struct line *l, const char *at, size_t size)
{
	const char *close = size && *at == '[' ? memchr(at, ']', size) : NULL;
	const char *colon = memchr(at, ':', size), *key = close ? at + 1 : at,
		   *end = close ? close : colon;

	*l = (struct line){.key = ""};
	if (end)
		take_key(l, key, (size_t)(end - key));
	if (end && *l->key)
		take_value(l, end + 1, (size_t)(at + size - end) - 1);
	else
		take_value(l, at, size);
}

static int field_of(const char *key)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(known[i].key, key))
			return (int)known[i].field;
	return -1;
}

/* A server's name is the first word; behind it come its addresses. */
static void take_server(struct registration *r, const char *value)
{
	char name[128];
	size_t size = strcspn(value, " \t");

	for (size_t i = 0; i < size && i + 1 < sizeof name; i++)
		name[i] = (char)tolower((unsigned char)value[i]);
	size = size < sizeof name ? size : sizeof name - 1;
	while (size && name[size - 1] == '.')
		size--;
	name[size] = '\0';
	if (strchr(name, '.'))
		registration_add(r->servers, sizeof r->servers, name);
}

static void take_refer(struct registration *r, const char *value)
{
	const char *slashes = strstr(value, "://");
	size_t size;

	value = slashes ? slashes + 3 : value;
	size = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:");
	if (size && size < sizeof r->refer && !value[size + (value[size] == '/')] && !*r->refer)
		snprintf(r->refer, sizeof r->refer, "%.*s", (int)size, value);
}

/* The registry's own date before that of the registrar. */
static void take_expiry(struct registration *r, enum field field, const char *value)
{
	int64_t s;

	if ((field == EXPIRES || !r->expires_s) && when_read(value, &s))
		r->expires_s = s;
}

static void take(struct registration *r, enum field field, const char *value)
{
	if (field == EXPIRES || field == REGISTRAR_EXPIRES)
		take_expiry(r, field, value);
	else if (field == STATUS)
		registration_add_status(r, value);
	else if (field == SERVER)
		take_server(r, value);
	else if (field == REFER)
		take_refer(r, value);
	else if (!*r->registrar)
		snprintf(r->registrar, sizeof r->registrar, "%.127s", value);
}

/* ---- the whole ---- */

static bool says(const char *line, const char *const *phrase, size_t phrases)
{
	char low[SHORT_LINE + 1];
	size_t n = 0, spaces = 0;

	for (; *line && n < SHORT_LINE; line++) {
		spaces = *line == ' ' || *line == '\t' ? spaces + 1 : 0;
		if (spaces < 2)
			low[n++] = spaces ? ' ' : (char)tolower((unsigned char)*line);
	}
	low[n] = '\0';
	for (size_t i = 0; !*line && i < phrases; i++)
		if (strstr(low, phrase[i]))
			return true;
	return false;
}

struct reading {
	struct registration *r;
	enum registration_state told; /* by a sentence, of which `said` is the first */
	int open;		      /* the field whose values stand on the next lines; -1 */
};

static void read_sentence(struct reading *it, const char *line)
{
	enum registration_state told = REGISTRATION_UNCLEAR;

	if (says(line, none, sizeof none / sizeof *none))
		told = REGISTRATION_NONE;
	else if (says(line, limited, sizeof limited / sizeof *limited))
		told = REGISTRATION_LIMITED;
	if (*line && (!*it->r->said || (told && !it->told)))
		snprintf(it->r->said, sizeof it->r->said, "%.199s", line);
	if (told && it->told != REGISTRATION_NONE)
		it->told = told;
}

/* Of a line that is not whole, because the connection ended in it, the value is none. */
static void read_line(struct reading *it, const char *at, size_t size, bool is_whole)
{
	bool is_inside = size && strchr(" \t", *at);
	struct line l;
	char whole[VALUE_BYTES];
	int field;

	while (size && strchr(" \t", *at)) {
		at++;
		size--;
	}
	while (size && strchr(" \t", at[size - 1]))
		size--;
	snprintf(whole, sizeof whole, "%.*s", (int)size, at);
	read_sentence(it, whole);
	if (!size || !is_whole || strchr("%#>", *at)) {
		it->open = -1;
		return;
	}
	split(&l, at, size);
	field = field_of(l.key);
	if (field >= 0 && *l.value)
		take(it->r, (enum field)field, l.value);
	else if (field < 0 && it->open >= 0 && is_inside)
		take(it->r, (enum field)it->open, strcmp(l.key, "name") ? whole : l.value);
	if (field >= 0 || !is_inside)
		it->open = field >= 0 && !*l.value ? field : -1;
}

/* Of this domain, and not of the one above it, which some servers know better. */
static bool has_found(const struct registration *r, const char *domain, const char *answer)
{
	return (r->expires_s || *r->registrar || *r->servers) && strcasestr(answer, domain);
}

void registration_read(struct registration *r, const char *domain, const char *answer)
{
	struct reading it = {.r = r, .open = -1};
	size_t size;

	for (const char *at = answer; *at; at += size + (at[size] == '\n')) {
		size = strcspn(at, "\n");
		read_line(&it, at, size && at[size - 1] == '\r' ? size - 1 : size,
			  at[size] == '\n');
	}
	r->state = has_found(r, domain, answer) ? REGISTRATION_FOUND : it.told;
}
