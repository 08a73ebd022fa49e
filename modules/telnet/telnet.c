/* modules/telnet: waits for a prompt, if asked logs in and waits for the one behind it (RFC 854).
 *
 * Every option the server offers or asks for is refused, once each in both directions: so no
 * negotiation goes on for ever (RFC 1143), whatever the other side does. */
#include <nines/check.h>

#define SAID_BYTES 16384 /* of text without what is waited for */
#define MOST_BYTES 65536 /* of text and commands, in all */
#define NEEDS_EXPECT "missing, and nothing else tells a login that worked"

enum { SE = 240, SB = 250, WILL = 251, WONT = 252, DO = 253, DONT = 254, IAC = 255 };
enum state { TEXT, COMMAND, OPTION, SUBNEGOTIATION, ITS_COMMAND };

struct telnet {
	const char *host, *expect, *user, *password, *login_prompt, *password_prompt;
	int64_t port;
};

struct talk {
	struct probe *probe;
	enum state state;
	unsigned char verb; /* in front of the option */
	bool was_asked[2][256]; /* by WILL, by DO */
	const char *asked; /* the line that first asked who we are, "": none yet */
	size_t bytes, size;
	char said[SAID_BYTES + 1]; /* text since the last prompt; lines end in one LF */
};

static const struct module_option option[] = {
	OPTION_HOST(struct telnet, host, "name or address to connect to"),
	OPTION_PORT(struct telnet, port, 23, "TCP port"),
	OPTION_TEXT(struct telnet, expect, "",
		    "text that must come; with user or password: after the login"),
	OPTION_LINE(struct telnet, user, "", "who logs in"),
	OPTION_(struct telnet, password, "password", OPTION_TYPE_TEXT, "", NULL,
		OPTION_IS_SECRET | OPTION_IS_LINE, "password"),
	OPTION_(struct telnet, login_prompt, "login-prompt", OPTION_TYPE_TEXT, "ogin:", NULL, 0,
		"text that asks for the user"),
	OPTION_(struct telnet, password_prompt, "password-prompt", OPTION_TYPE_TEXT, "assword:",
		NULL, 0, "text that asks for the password"),
	OPTION_END};

static size_t refuse_option(struct talk *t, unsigned char what, unsigned char *answer)
{
	bool *was_asked = &t->was_asked[t->verb == DO][what];

	if (*was_asked || (t->verb != WILL && t->verb != DO))
		return 0;
	*was_asked = true;
	answer[0] = IAC;
	answer[1] = t->verb == WILL ? DONT : WONT;
	answer[2] = what;
	return 3;
}

static enum state after_command(struct talk *t, unsigned char c)
{
	t->verb = c;
	return c == SB ? SUBNEGOTIATION : c >= WILL && c <= DONT ? OPTION : TEXT;
}

/* CR LF, CR NUL and a bare CR all begin a line, once. */
static void keep(struct talk *t, unsigned char c)
{
	char kept = c == '\r' ? '\n' : (char)c;
	bool is_empty = kept == '\n' && t->size && t->said[t->size - 1] == '\n';

	if (c && !is_empty && t->size < SAID_BYTES)
		t->said[t->size++] = kept;
}

/* What was said, in one line, for a reason. */
static const char *told(struct talk *t)
{
	char *line = t->said + strspn(t->said, " \n");

	for (char *end = line; (end = strchr(end, '\n'));)
		*end = ' ';
	return probe_shown(t->probe, line);
}

/* One byte; the bytes of an answer that it needs. */
static size_t take(struct talk *t, unsigned char c, unsigned char *answer)
{
	switch (t->state) {
	case TEXT:
		if (c == IAC)
			t->state = COMMAND;
		else
			keep(t, c);
		return 0;
	case COMMAND:
		t->state = after_command(t, c);
		if (c == IAC) /* twice: the byte itself */
			keep(t, c);
		return 0;
	case OPTION:
		t->state = TEXT;
		return refuse_option(t, c, answer);
	case SUBNEGOTIATION:
		t->state = c == IAC ? ITS_COMMAND : SUBNEGOTIATION;
		return 0;
	case ITS_COMMAND:
		t->state = c == SE ? TEXT : SUBNEGOTIATION;
		return 0;
	}
	return 0;
}

/* What comes next, its commands answered. */
static void hear(struct talk *t, const char *wanted)
{
	unsigned char bytes[1024], answer[sizeof bytes + 2];
	size_t n = probe_read(t->probe, bytes, sizeof bytes), size = 0;

	for (size_t i = 0; i < n; i++)
		size += take(t, bytes[i], answer + size);
	t->said[t->size] = '\0';
	t->bytes += n;
	if (size)
		probe_send(t->probe, answer, size);
	if (!n)
		probe_fail(t->probe, "wanted '%s', got '%s' and the end of the stream", wanted,
			   told(t));
	if (t->size == SAID_BYTES || t->bytes > MOST_BYTES)
		probe_fail(t->probe,
			   "too long: no '%s' in %d bytes of text, %d with commands, got '%s'",
			   wanted, SAID_BYTES, MOST_BYTES, told(t));
}

/* The line that `end` stands in, up to there and without the spaces before it. */
static const char *line_to(struct talk *t, const char *end)
{
	const char *line = end;

	while (end > t->said && end[-1] == ' ')
		end--;
	while (line > t->said && line[-1] != '\n')
		line--;
	return end > line ? probe_text(t->probe, "%.*s", (int)(end - line), line) : "";
}

/* Did the line that first asked who we are come again? Then our answer was not good. ("Last login:
 * yesterday" is another line.) */
static bool is_refused(struct talk *t)
{
	return *t->asked && !strcmp(line_to(t, t->said + t->size), t->asked);
}

/* Reads until `wanted` has come, forgets all up to there and returns that line. */
static const char *await(struct talk *t, const char *wanted)
{
	const char *found, *line;

	while (!(found = strstr(t->said, wanted)) && probe_ok(t->probe) && !is_refused(t))
		hear(t, wanted);
	if (!found)
		probe_fail(t->probe, "login refused: wanted '%s', got '%s'", wanted, told(t));
	if (!probe_ok(t->probe))
		return "";
	found += strlen(wanted);
	line = line_to(t, found);
	t->size -= (size_t)(found - t->said);
	memmove(t->said, found, t->size + 1);
	return line;
}

static void answer(struct talk *t, const char *prompt, const char *text)
{
	const char *line = await(t, prompt);

	if (!*t->asked) {
		t->asked = line;
		probe_step(t->probe, "auth");
	}
	probe_print(t->probe, "%s\r\n", text);
}

/* The password is not known yet here. */
static bool judge(const void *options, struct check_judgement *wrong)
{
	const struct telnet *o = options;

	if (!*o->user || *o->expect)
		return true;
	*wrong = (struct check_judgement){.option = "expect", .why = NEEDS_EXPECT};
	return false;
}

static void run(struct probe *p, const void *options)
{
	const struct telnet *o = options;
	struct talk *t = probe_alloc(p, sizeof *t);
	struct check_judgement wrong;

	if (!judge(o, &wrong) || (*o->password && !*o->expect))
		probe_unknown(p, "expect: " NEEDS_EXPECT);
	probe_dial(p, o->host, o->port);
	probe_step(p, "banner");
	if (!t)
		return;
	t->probe = p;
	t->asked = "";
	if (*o->user)
		answer(t, o->login_prompt, o->user);
	if (*o->password)
		answer(t, o->password_prompt, o->password);
	if (*o->expect)
		await(t, o->expect);
	else
		hear(t, "anything");
}

CHECK_MODULE("telnet", "waits for a prompt, logs in over TELNET", struct telnet, option, run,
	     .judge = judge);
