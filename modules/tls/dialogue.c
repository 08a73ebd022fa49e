/* modules/tls/dialogue: see dialogue.h. A line says something (or nothing), then waits for one
 * answer: a reply with a code; a line that begins with `want`, after lines that begin with `skip`;
 * text up to `until` in which `want` stands; or the one byte `want`. */
#include "dialogue.h"

#define ANSWER_BYTES 65536
#define LINES	     100
#define LDAP_BYTES   4096
#define LDAP_OID     "1.3.6.1.4.1.1466.20037"

struct line {
	const char *step, *say;
	size_t size; /* of `say` when it has NULs */
	int code;
	const char *want, *skip, *until;
	bool is_ldap;
};

static const struct {
	int64_t port;
	struct line line[4];
} dialogue[] = {
	{443, {{.step = NULL}}},
	/* RFC 3207 */
	{25,
	 {{"banner", NULL, .code = 220},
	  {"ehlo", "EHLO nines.invalid\r\n", .code = 250},
	  {"starttls", "STARTTLS\r\n", .code = 220}}},
	/* RFC 9051 6.2.1 */
	{143,
	 {{"banner", NULL, .want = "* OK"},
	  {"starttls", "a STARTTLS\r\n", .want = "a OK", .skip = "*"}}},
	/* RFC 2595 4 */
	{110, {{"banner", NULL, .want = "+OK"}, {"starttls", "STLS\r\n", .want = "+OK"}}},
	/* RFC 4217 */
	{21, {{"banner", NULL, .code = 220}, {"starttls", "AUTH TLS\r\n", .code = 234}}},
	/* RFC 4642 */
	{119, {{"banner", NULL, .code = 2}, {"starttls", "STARTTLS\r\n", .code = 382}}},
	/* RFC 5804 2.2 */
	{4190,
	 {{"banner", NULL, .want = "OK", .skip = "\""},
	  {"starttls", "STARTTLS\r\n", .want = "OK"}}},
	/* RFC 6120 5.4 */
	{5222,
	 {{"banner",
	   "<?xml version='1.0'?><stream:stream to='%s' version='1.0' xmlns='jabber:client' "
	   "xmlns:stream='http://etherx.jabber.org/streams'>",
	   .want = "<starttls", .until = "</stream:features>"},
	  {"starttls", "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", .want = "<proceed",
	   .until = "/>"}}},
	/* PostgreSQL's SSLRequest */
	{5432, {{"starttls", "\0\0\0\x08\x04\xd2\x16\x2f", .size = 8, .want = "S"}}},
	/* RFC 4511 4.14: an ExtendedRequest, message 1 */
	{389,
	 {{"starttls", "\x30\x1d\x02\x01\x01\x77\x18\x80\x16" LDAP_OID,
	   .size = 9 + sizeof LDAP_OID - 1, .is_ldap = true}}},
};

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static void await_line(struct probe *p, const struct line *l)
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

static void await_text(struct probe *p, const struct line *l)
{
	const char *text = probe_until(p, l->until, ANSWER_BYTES);

	if (!strstr(text, l->want))
		probe_fail(p, "wanted '%s', got '%s'", l->want, probe_shown(p, text));
}

static void await_byte(struct probe *p, const struct line *l)
{
	const char *byte = probe_take(p, 1);

	if (*byte != *l->want)
		probe_fail(p, "wanted consent to TLS, '%s', got '%s'", l->want,
			   probe_shown_bytes(p, byte, 1));
}

/* An ExtendedResponse of BER: its length, in one byte or behind the count of its bytes, then
 * somewhere the result, an ENUMERATED of one byte. */
static void await_ldap(struct probe *p)
{
	const unsigned char *head = (const unsigned char *)probe_take(p, 2), *more;
	size_t size = probe_ok(p) && head[0] == 0x30 ? head[1] : 0, count = size & 0x7f;
	const char *body, *result;

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
		if (l->code)
			probe_reply(p, l->code);
		else if (l->until)
			await_text(p, l);
		else if (l->is_ldap)
			await_ldap(p);
		else if (l->size)
			await_byte(p, l);
		else
			await_line(p, l);
	}
}
