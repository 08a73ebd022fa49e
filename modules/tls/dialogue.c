/* modules/tls/dialogue: see dialogue.h. A line says something (or nothing), then hears one answer
 * (or none): a reply with a code; a line that begins with `want`, after lines that begin with
 * `skip`; text up to `until` in which `want` stands; the one byte `want`; or what is no text. */
#include "dialogue.h"

#define ANSWER_BYTES 65536
#define LINES	     100
#define LDAP_BYTES   4096
#define LDAP_OID     "1.3.6.1.4.1.1466.20037"
#define MYSQL_FILLER "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define MYSQL_BYTES  4096
#define MYSQL_SSL    0x08 /* CLIENT_SSL, of the second byte of a server's capabilities */
/* Behind the version's end: connection, salt, filler, capabilities. */
#define MYSQL_CAPABILITIES (1 + 4 + 8 + 1)

struct line {
	const char *step, *say;
	size_t size; /* of `say` when it has NULs */
	void (*hear)(struct probe *, const struct line *);
	int code;
	const char *want, *skip, *until;
};

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static void hear_reply(struct probe *p, const struct line *l)
{
	probe_reply(p, l->code);
}

static void hear_line(struct probe *p, const struct line *l)
{
	const char *line = probe_line(p);
	int lines = 1;

	while (l->skip && begins(line, l->skip) && probe_ok(p) && lines++ < LINES)
		line = probe_line(p);
	if (lines > LINES)
		probe_fail(p, "too long: no '%s' in the first %d lines", l->want, LINES);
	if (!begins(line, l->want))
		probe_fail(p, "wanted '%s', got '%s'", l->want, probe_shown(p, line));
}

static void hear_text(struct probe *p, const struct line *l)
{
	const char *text = probe_until(p, l->until, ANSWER_BYTES);

	if (!strstr(text, l->want))
		probe_fail(p, "wanted '%s', got '%s'", l->want, probe_shown(p, text));
}

static void hear_byte(struct probe *p, const struct line *l)
{
	const char *byte = probe_take(p, 1);

	if (*byte != *l->want)
		probe_fail(p, "wanted consent to TLS, '%s', got '%s'", l->want,
			   probe_shown_bytes(p, byte, 1));
}

/* An ExtendedResponse of BER: its length, in one byte or behind the count of its bytes, then
 * somewhere the result, an ENUMERATED of one byte. */
static void hear_ldap(struct probe *p, const struct line *l)
{
	const unsigned char *head = (const unsigned char *)probe_take(p, 2), *more;
	size_t size = probe_ok(p) && head[0] == 0x30 ? head[1] : 0, count = size & 0x7f;
	const char *body, *result;

	(void)l;
	if (size > 0x7f) {
		count = count > 4 ? 0 : count;
		more = (const unsigned char *)probe_take(p, count);
		size = 0;
		for (size_t i = 0; i < count && probe_ok(p); i++)
			size = size << 8 | more[i];
	}
	if (!size || size > LDAP_BYTES)
		probe_fail(p, "no LDAP: the server answers in another protocol");
	body = probe_take(p, size);
	result = probe_ok(p) ? memmem(body, size - 1, "\x0a\x01", 2) : NULL;
	if (!result)
		probe_fail(p, "no LDAP: the answer has no result");
	else if (result[2])
		probe_fail(p, "wanted consent to TLS, result 0, got %d", result[2]);
}

/* The greeting of MySQL and MariaDB, protocol 10: a packet that says whether TLS is spoken. In its
 * place may stand why nobody is let in. */
static void hear_mysql(struct probe *p, const struct line *l)
{
	const unsigned char *head = (const unsigned char *)probe_take(p, 4);
	size_t size = probe_ok(p) ? head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 : 0;
	const char *body, *end;

	(void)l;
	if (size < 4 || size > MYSQL_BYTES)
		probe_fail(p, "no MySQL: the server answers in another protocol");
	body = probe_take(p, size);
	if (!probe_ok(p))
		return;
	end = memchr(body, '\0', size);
	if (*body == '\xff')
		probe_fail(p, "the server refuses: '%s'",
			   probe_shown_bytes(p, body + 3, size - 3));
	else if (*body != 10 || !end || size - (size_t)(end - body) < MYSQL_CAPABILITIES + 2)
		probe_fail(p, "no MySQL: the server answers in another protocol");
	else if (!(end[MYSQL_CAPABILITIES + 1] & MYSQL_SSL))
		probe_fail(p, "wanted TLS, which the server does not offer");
}

static const struct {
	int64_t port;
	struct line line[4];
} dialogue[] = {
	{443, {{.step = NULL}}},
	/* RFC 3207 */
	{25,
	 {{"banner", NULL, .hear = hear_reply, .code = 220},
	  {"ehlo", "EHLO nines.invalid\r\n", .hear = hear_reply, .code = 250},
	  {"starttls", "STARTTLS\r\n", .hear = hear_reply, .code = 220}}},
	/* RFC 9051 6.2.1 */
	{143,
	 {{"banner", NULL, .hear = hear_line, .want = "* OK"},
	  {"starttls", "a STARTTLS\r\n", .hear = hear_line, .want = "a OK", .skip = "*"}}},
	/* RFC 2595 4 */
	{110,
	 {{"banner", NULL, .hear = hear_line, .want = "+OK"},
	  {"starttls", "STLS\r\n", .hear = hear_line, .want = "+OK"}}},
	/* RFC 4217 */
	{21,
	 {{"banner", NULL, .hear = hear_reply, .code = 220},
	  {"starttls", "AUTH TLS\r\n", .hear = hear_reply, .code = 234}}},
	/* RFC 4642 */
	{119,
	 {{"banner", NULL, .hear = hear_reply, .code = 2},
	  {"starttls", "STARTTLS\r\n", .hear = hear_reply, .code = 382}}},
	/* RFC 5804 2.2 */
	{4190,
	 {{"banner", NULL, .hear = hear_line, .want = "OK", .skip = "\""},
	  {"starttls", "STARTTLS\r\n", .hear = hear_line, .want = "OK"}}},
	/* RFC 6120 5.4 */
	{5222,
	 {{"banner",
	   "<?xml version='1.0'?><stream:stream to='%s' version='1.0' xmlns='jabber:client' "
	   "xmlns:stream='http://etherx.jabber.org/streams'>",
	   .hear = hear_text, .want = "<starttls", .until = "</stream:features>"},
	  {"starttls", "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
	   .hear = hear_text, .want = "<proceed", .until = "/>"}}},
	/* PostgreSQL's SSLRequest */
	{5432,
	 {{"starttls", "\0\0\0\x08\x04\xd2\x16\x2f", .size = 8, .hear = hear_byte,
	   .want = "S"}}},
	/* RFC 4511 4.14: an ExtendedRequest, message 1 */
	{389,
	 {{"starttls", "\x30\x1d\x02\x01\x01\x77\x18\x80\x16" LDAP_OID,
	   .size = 9 + sizeof LDAP_OID - 1, .hear = hear_ldap}}},
	/* An SSLRequest, packet 1: protocol 4.1, TLS, packets up to 16 MiB. Nothing answers it. */
	{3306,
	 {{"banner", NULL, .hear = hear_mysql},
	  {"starttls", "\x20\0\0\x01\x00\x8a\0\0\0\0\0\x01\x21" MYSQL_FILLER,
	   .size = 36}}},
};

int64_t dialogue_port(int64_t n)
{
	return dialogue[n].port;
}

void dialogue_hold(struct probe *p, int64_t n, const char *name)
{
	for (const struct line *l = dialogue[n].line; l->step && probe_ok(p); l++) {
		probe_step(p, l->step);
		if (l->size)
			probe_send(p, l->say, l->size);
		else if (l->say)
			probe_print(p, l->say, name);
		if (l->hear)
			l->hear(p, l);
	}
}
