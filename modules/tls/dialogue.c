/* modules/tls/dialogue: see dialogue.h. A line says something (or nothing), then waits for one
 * answer: a reply with a code; a line that begins with `want`, after lines that begin with `skip`;
 * text up to `until` in which `want` stands; or the one byte `want`. */
#include "dialogue.h"

#define ANSWER_BYTES 65536
#define LINES	     100

struct line {
	const char *step, *say;
	size_t size; /* of `say` when it has NULs */
	int code;
	const char *want, *skip, *until;
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
		else if (l->size)
			await_byte(p, l);
		else
			await_line(p, l);
	}
}
