/* modules/imap: asks an IMAP server for its greeting, what it offers and, with a user, how much is
 * in a mailbox, which it opens to read only. RFC 3501, 2595 (STARTTLS and LOGINDISABLED). */
#include <nines/mail.h>

#include <stdlib.h>

#define LINES 100 /* of one answer */

struct imap {
	struct mail mail;
	const char *mailbox;
};

static const struct module_option option[] = {
	OPTIONS_MAIL(struct imap, mail, "143, with tls=implicit 993", "any|plain|login|cram-md5"),
	OPTION_(struct imap, mailbox, "mailbox", OPTION_TYPE_TEXT, "INBOX", NULL,
		OPTION_IS_LINE | OPTION_IS_PATH, "mailbox to count the messages of"),
	OPTION_END};

/* What the server has said in lines of its own, that begin with '*'. */
struct said {
	const char *offers; /* the words behind CAPABILITY */
	int64_t messages;   /* -1: not said */
	bool may_leave;
};

static void take_untagged(struct probe *p, struct said *s, const char *line)
{
	char *end;
	int64_t number = strtoll(line, &end, 10);

	if (mail_begins(line, "CAPABILITY"))
		s->offers = line + strlen("CAPABILITY");
	else if (end > line && mail_begins(end, " EXISTS"))
		s->messages = number;
	else if (mail_begins(line, "BYE") && !s->may_leave)
		probe_fail(p, "the server says goodbye: '%s'", probe_shown(p, line));
}

/* The next line that is tagged or asks to go on. */
static const char *next(struct probe *p, struct said *s)
{
	const char *line = "";

	for (int i = 0; i < LINES && probe_ok(p); i++) {
		line = probe_line(p);
		if (strncmp(line, "* ", 2) != 0)
			return line;
		take_untagged(p, s, line + 2);
	}
	probe_fail(p, "answer too long: more than %d lines", LINES);
	return "";
}

/* Reads up to a line that begins with `word`, and takes no other. */
static const char *answer(struct probe *p, struct said *s, const char *word)
{
	const char *line = next(p, s);

	if (!mail_begins(line, word))
		probe_fail(p, "wanted '%s', got '%s'", word, probe_shown(p, line));
	return line;
}

/* Any text as a literal, which is the one form that needs no quoting: RFC 3501 4.3. */
static void send_text(struct probe *p, struct said *s, const char *text)
{
	probe_print(p, " {%zu}\r\n", strlen(text));
	answer(p, s, "+");
	probe_print(p, "%s", text);
}

static const char *ask_offers(struct probe *p, struct said *s, const char *tag)
{
	probe_step(p, "capabilities");
	s->offers = "";
	probe_print(p, "%s CAPABILITY\r\n", tag);
	answer(p, s, probe_text(p, "%s OK", tag));
	if (!*s->offers)
		probe_fail(p, "the server does not say what it offers");
	return s->offers;
}

static void log_in(struct probe *p, struct said *s, const struct mail *m, const char *offers)
{
	const bool offered[] = {mail_word(offers, "AUTH=PLAIN"),
				!mail_word(offers, "LOGINDISABLED"),
				mail_word(offers, "AUTH=CRAM-MD5")};
	const char *way, *line;

	probe_step(p, "auth");
	way = mail_choose(p, m, offered, offers);
	if (!strcmp(way, "LOGIN")) {
		probe_print(p, "login LOGIN");
		send_text(p, s, m->user);
		send_text(p, s, m->password);
		probe_print(p, "\r\n");
	} else {
		probe_print(p, "login AUTHENTICATE %s\r\n", way);
		line = strchrnul(answer(p, s, "+"), ' ');
		probe_print(p, "%s\r\n", probe_sasl(p, way, 0, line, m->user, m->password));
	}
	answer(p, s, "login OK");
}

/* EXAMINE is SELECT that changes nothing, not even which messages are recent. */
static void count(struct probe *p, struct said *s, const char *mailbox)
{
	probe_step(p, "mailbox");
	s->messages = -1;
	probe_print(p, "examine EXAMINE");
	send_text(p, s, mailbox);
	probe_print(p, "\r\n");
	answer(p, s, "examine OK");
	if (s->messages < 0)
		probe_fail(p, "the server does not say how many messages there are");
	probe_value(p, "messages", (double)s->messages, "");
}

static void run(struct probe *p, const void *options)
{
	const struct imap *o = options;
	const char *line, *offers;
	struct said said = {0};

	mail_dial(p, &o->mail, 143, 993);
	probe_step(p, "banner");
	line = probe_line(p);
	if (!mail_begins(line, "* OK"))
		probe_fail(p, "wanted '* OK', got '%s'", probe_shown(p, line));
	offers = ask_offers(p, &said, "capability");
	if (o->mail.tls_use == MAIL_TLS_STARTTLS) {
		probe_step(p, "starttls");
		if (!mail_word(offers, "STARTTLS"))
			probe_fail(p, "the server does not offer STARTTLS");
		probe_print(p, "starttls STARTTLS\r\n");
		answer(p, &said, "starttls OK");
		mail_start_tls(p, &o->mail);
		offers = ask_offers(p, &said, "again"); /* forget the first: RFC 2595 3.1 */
	}
	if (*o->mail.user) {
		log_in(p, &said, &o->mail, offers);
		count(p, &said, o->mailbox);
	}
	probe_step(p, "quit");
	said.may_leave = true;
	probe_print(p, "logout LOGOUT\r\n");
	answer(p, &said, "logout OK");
}

CHECK_MODULE("imap", "asks an IMAP server for its mailbox", struct imap, option, run,
	     .judge = mail_judge);
