/* modules/pop3: asks a POP3 server for its greeting, what it offers and, with a user, how much is
 * in the mailbox; nothing is read or deleted. RFC 1939, 2449 (CAPA), 2595 (STLS), 5034 (AUTH). */
#include <nines/mail.h>

#include <stdlib.h>

#define OFFERS_BYTES 16384

struct pop3 {
	struct mail mail;
};

static const struct module_option option[] = {
	OPTIONS_MAIL(struct pop3, mail, "110, with tls=implicit 995", "any|plain|user|cram-md5"),
	OPTION_END};

/* What stands behind `word`, with which the next line must begin. */
static const char *answer(struct probe *p, const char *word)
{
	const char *line = probe_line(p);
	size_t n = strlen(word);

	if (!mail_begins(line, word)) {
		probe_fail(p, "wanted %s, got '%s'", word, probe_shown(p, line));
		return "";
	}
	return line + n + strspn(line + n, " ");
}

/* The lines in which the server says what it offers; none from one that does not know CAPA. */
static const char *ask_offers(struct probe *p)
{
	char *lines = probe_alloc(p, OFFERS_BYTES), *at = lines;
	const char *line;

	probe_step(p, "capabilities");
	probe_print(p, "CAPA\r\n");
	line = probe_line(p);
	if (mail_begins(line, "-ERR"))
		return "";
	if (!mail_begins(line, "+OK"))
		probe_fail(p, "wanted +OK, got '%s'", probe_shown(p, line));
	for (line = probe_line(p); probe_ok(p) && strcmp(line, "."); line = probe_line(p)) {
		if (at + strlen(line) + 2 > lines + OFFERS_BYTES)
			probe_fail(p, "answer too long: more than %d bytes", OFFERS_BYTES);
		else
			at = stpcpy(stpcpy(at, line), "\n");
	}
	return probe_ok(p) ? lines : "";
}

/* The password is right; but another session has the mailbox, or it was asked too soon after the
 * last one: RFC 2449 8.1. */
static bool is_busy(const char *line)
{
	return mail_begins(line, "-ERR [IN-USE]") || mail_begins(line, "-ERR [LOGIN-DELAY]");
}

/* True when the mailbox can be asked about. */
static bool log_in(struct probe *p, const struct mail *m, const char *offers)
{
	const char *list = mail_line(offers, "SASL"), *way, *line;
	const bool offered[] = {mail_word(list, "PLAIN"),
				!*offers || mail_line(offers, "USER") != NULL,
				mail_word(list, "CRAM-MD5")};

	probe_step(p, "auth");
	way = mail_choose(p, m, offered, list);
	if (!strcmp(way, "LOGIN")) {
		probe_print(p, "USER %s\r\n", m->user);
		answer(p, "+OK");
		probe_print(p, "PASS %s\r\n", m->password);
	} else {
		probe_print(p, "AUTH %s\r\n", way);
		line = answer(p, "+");
		probe_print(p, "%s\r\n", probe_sasl(p, way, 0, line, m->user, m->password));
	}
	line = probe_line(p);
	if (is_busy(line))
		probe_degrade(p, "the mailbox is busy: '%s'", probe_shown(p, line));
	else if (!mail_begins(line, "+OK"))
		probe_fail(p, "wanted +OK, got '%s'", probe_shown(p, line));
	return mail_begins(line, "+OK");
}

/* "+OK 2 320": messages and their bytes. */
static void count(struct probe *p)
{
	const char *said;
	char *end;
	double messages, bytes;

	probe_step(p, "mailbox");
	probe_print(p, "STAT\r\n");
	said = answer(p, "+OK");
	messages = (double)strtoull(said, &end, 10);
	if (end == said || *end != ' ')
		probe_fail(p, "wanted two numbers, got '%s'", probe_shown(p, said));
	bytes = (double)strtoull(end, NULL, 10);
	probe_value(p, "messages", messages, "");
	probe_value(p, "mailbox_bytes", bytes, "B");
}

static void run(struct probe *p, const void *options)
{
	const struct pop3 *o = options;
	const char *offers;

	mail_dial(p, &o->mail, 110, 995);
	probe_step(p, "banner");
	answer(p, "+OK");
	offers = ask_offers(p);
	if (o->mail.tls_use == MAIL_TLS_STARTTLS) {
		probe_step(p, "starttls");
		if (!mail_line(offers, "STLS"))
			probe_fail(p, "the server does not offer STLS");
		probe_print(p, "STLS\r\n");
		answer(p, "+OK");
		mail_start_tls(p, &o->mail);
		offers = ask_offers(p); /* what was said before TLS is forgotten: RFC 2595 4 */
	}
	if (*o->mail.user && log_in(p, &o->mail, offers))
		count(p);
	probe_step(p, "quit");
	probe_print(p, "QUIT\r\n");
	answer(p, "+OK");
}

CHECK_MODULE("pop3", "asks a POP3 server for its mailbox", struct pop3, option, run,
	     .judge = mail_judge);
