/* notifiers/email: a letter by mail, through a relay or straight to the recipient's own servers.
 *
 * Delivered means: the server has answered the recipient with a 2xx and, after the final dot, the
 * message too. What it refuses for good (5xx) of this sender, recipient or message is given up;
 * everything else, our own trouble and a connection lost behind the final dot included, is tried
 * again with the same Message-ID. It speaks SMTP by the host's own calls and not by libesmtp, which
 * takes what a server has smuggled in before STARTTLS for replies to what follows
 * (CVE-2011-0411). */
#include <nines/notifier.h>
#include <nines/smtp.h>

#include <stdlib.h>

#include "message.h"

#define MX_MOST 16
#define TYPE_MX 15

struct email {
	struct mail mail;
	const char *ehlo, *from, *name, *reply_to, *form, *resolver;
	bool is_direct, is_brief;
};

enum { TLS_AUTO = MAIL_TLS_IMPLICIT + 1 };

static const struct module_option option[] = {
	OPTION_(struct email, mail.host, "host", OPTION_TYPE_HOST, "localhost", NULL, 0,
		"the relay: name or address"),
	OPTION_(struct email, mail.tls_use, "tls", OPTION_TYPE_CHOICE, "auto",
		"none|starttls|implicit|auto", 0,
		"TLS never, once the server has agreed, or from the first byte; auto: starttls, "
		"but none for localhost, and direct what the server offers"),
	OPTIONS_MAIL_SESSION(struct email, mail, "25, with tls=implicit 465",
			     "any|plain|login|cram-md5"),
	OPTION_LINE(struct email, ehlo, "", "name to greet with; without it this machine's"),
	OPTION_LINE(struct email, from, "",
		    "the sender's address; without it nines@ and the name to greet with"),
	OPTION_LINE(struct email, name, "nines", "the sender's name"),
	OPTION_(struct email, reply_to, "reply-to", OPTION_TYPE_TEXT, "", NULL, OPTION_IS_LINE,
		"address for answers"),
	OPTION_(struct email, is_direct, "direct", OPTION_TYPE_BOOL, "false", NULL, 0,
		"no relay: straight to the mail servers (MX) of the recipient's domain"),
	OPTION_(struct email, is_brief, "brief", OPTION_TYPE_BOOL, "false", NULL, 0,
		"for a telephone: at most 160 characters and no subject"),
	OPTION_LINE(struct email, form, "",
		    "makes an address of what stands in the path, in place of %n: "
		    "%n@sms.example.net"),
	OPTION_LINE(struct email, resolver, "",
		    "name server for direct, host[:port]; without it the system's"),
	OPTION_END};

/* ---- whereto ---- */

struct mx {
	int preference;
	const char *host;
};

static int by_preference(const void *a, const void *b)
{
	const struct mx *x = a, *y = b;
	int less = (x->preference > y->preference) - (x->preference < y->preference);

	return less ? less : strcmp(x->host, y->host);
}

static size_t read_mx(const struct probe_dns_answer *a, struct mx list[MX_MOST])
{
	size_t n = 0;

	for (size_t i = 0; i < a->records && n < MX_MOST; i++) {
		char *host;
		long preference = strtol(a->record[i].text, &host, 10);

		if (a->record[i].type == TYPE_MX && *host == ' ')
			list[n++] = (struct mx){(int)preference, host + 1};
	}
	qsort(list, n, sizeof *list, by_preference);
	return n;
}

/* The server of this attempt: those of the domain in turn, the best first, so that one that is dead
 * costs a minute and not the letter. *is_final: there will never be one. */
static const char *find_exchange(struct letter *l, const struct email *o, const char *domain,
				 bool *is_final)
{
	struct probe *p = letter_probe(l);
	struct probe_dns_question q = {.server = o->resolver, .name = domain, .type = TYPE_MX};
	struct probe_dns_answer a = {0};
	struct mx list[MX_MOST];
	size_t n;

	if (!probe_dns_ask(p, &q, 1, 0, &a))
		return "";
	*is_final = a.rcode == 3;
	if (a.rcode) {
		probe_fail(p, "no mail servers of '%s' were found: %s", domain, a.rcode_name);
		return "";
	}
	n = read_mx(&a, list);
	if (!n)
		return domain; /* RFC 5321 5.1: its own address is meant */
	if (n == 1 && (!*list[0].host || !strcmp(list[0].host, "."))) {
		*is_final = true; /* RFC 7505 */
		probe_fail(p, "'%s' says that it takes no mail", domain);
		return "";
	}
	return list[(size_t)(letter_attempt(l) - 1) % n].host;
}

static bool is_this_machine(const char *host)
{
	return !strcmp(host, "localhost") || !strcmp(host, "::1") || !strncmp(host, "127.", 4);
}

/* ---- the conversation ---- */

struct envelope {
	struct mail mail;
	const char *from, *to;
	bool is_refused; /* for good */
	bool takes_what_is_offered;
};

/* Of the last reply: a 5xx to what concerns this letter alone is final. */
static bool judge(struct probe *p, struct envelope *e, int got, int code)
{
	if (probe_ok(p) && got >= 500)
		e->is_refused = true;
	return probe_want_reply(p, code) != 0 && probe_ok(p);
}

static bool wants(struct probe *p, struct envelope *e, int code)
{
	return judge(p, e, probe_reply(p, 0), code);
}

/* Between mail servers a certificate that nobody can verify is better than none (RFC 7435). */
static const char *open_direct(struct probe *p, struct envelope *e, const struct email *o)
{
	const char *offers;

	probe_step(p, "banner");
	probe_reply(p, 220);
	offers = smtp_greet(p, o->ehlo);
	if (!mail_line(offers, "STARTTLS"))
		return offers;
	e->mail.tls.verify = false;
	return smtp_start_tls(p, &e->mail, o->ehlo, offers);
}

static void offer(struct probe *p, struct envelope *e, const char *offers)
{
	bool is_ascii = message_is_ascii(e->from) && message_is_ascii(e->to);

	probe_step(p, "mail");
	if (!is_ascii && !mail_line(offers, "SMTPUTF8")) {
		e->is_refused = true;
		probe_fail(p, "the server takes no address with letters beyond ASCII");
	}
	probe_print(p, "MAIL FROM:<%s>%s\r\n", e->from, is_ascii ? "" : " SMTPUTF8");
	wants(p, e, 2);
	probe_step(p, "rcpt");
	probe_print(p, "RCPT TO:<%s>\r\n", e->to);
	wants(p, e, 2);
}

static const char *first_line(struct probe *p, const char *text)
{
	return probe_text(p, "%.*s", (int)strcspn(text, "\r\n"), text);
}

/* A letter without its files is better than none. */
static void leave_files(struct letter *l, struct message *m, const char *why)
{
	m->lacks = probe_text(letter_probe(l),
			      "The files that belong to this letter are left out: the mail server\n"
			      "%s\n%s",
			      why, letter_word(l, "where"));
	m->files = 0;
}

/* False: with its files it was refused for good, so it goes without them. */
static bool hand_over(struct letter *l, struct envelope *e, struct message *m)
{
	struct probe *p = letter_probe(l);
	const char *message;
	int got;

	if (!probe_ok(p))
		return true; /* to write it all would be too many calls behind a failure */
	message = message_write(l, m);
	probe_step(p, "message");
	probe_print(p, "DATA\r\n");
	wants(p, e, 354);
	probe_send(p, message, strlen(message));
	message_send_files(l, m);
	got = probe_reply(p, 0);
	if (probe_ok(p) && got >= 500 && m->files) {
		leave_files(l, m,
			    probe_text(p, "refused it with them: %d %.50s.", got,
				       first_line(p, probe_reply_text(p))));
		return false;
	}
	if (judge(p, e, got, 2))
		letter_taken(l);
	probe_step(p, "quit");
	probe_print(p, "QUIT\r\n");
	probe_reply(p, 221);
	return true;
}

/* What the server says that it takes (RFC 1870). */
static void fit(struct letter *l, struct message *m, const char *offers)
{
	const char *said = mail_line(offers, "SIZE");
	long long most = said ? strtoll(said, NULL, 10) : 0;

	if (!m->files || most <= 0 || (size_t)most >= message_bytes(l, m))
		return;
	leave_files(l, m,
		    probe_text(letter_probe(l), "takes no message of more than %lld bytes.", most));
}

static bool talk(struct letter *l, const struct email *o, struct envelope *e, struct message *m)
{
	struct probe *p = letter_probe(l);
	const char *offers;

	mail_dial(p, &e->mail, 25, 465);
	offers = e->takes_what_is_offered ? open_direct(p, e, o) : smtp_open(p, &e->mail, o->ehlo);
	offer(p, e, offers);
	fit(l, m, offers);
	return hand_over(l, e, m);
}

/* Some servers hang up behind a message that is too large: the second time is a new call. */
static void converse(struct letter *l, const struct email *o, struct envelope *e)
{
	struct message m = {.from = e->from,
			    .name = o->name,
			    .to = e->to,
			    .reply_to = o->reply_to,
			    .is_brief = o->is_brief};

	m.file = letter_attachments(l, &m.files);
	if (o->is_brief)
		m.files = 0;
	if (talk(l, o, e, &m))
		return;
	probe_hangup(letter_probe(l));
	talk(l, o, e, &m);
}

/* ---- the letter ---- */

static const char *address_of(struct probe *p, const struct email *o, const char *to)
{
	const char *mark = strstr(o->form, "%n");

	if (!mark)
		return to;
	return probe_text(p, "%.*s%s%s", (int)(mark - o->form), o->form, to, mark + 2);
}

static bool is_sane(struct letter *l, const struct email *o, const struct envelope *e)
{
	const char *why = message_judge_address(e->to);

	if (*o->form && !strstr(o->form, "%n"))
		letter_reason(l, "form: '%s' lacks %%n, the place of the number", why = o->form);
	else if (why)
		letter_reason(l, "'%s' is no mail address: %s", e->to, why);
	else if ((why = message_judge_address(e->from)))
		letter_reason(l, "the sender '%s' is no mail address: %s", e->from, why);
	else if (*o->reply_to && (why = message_judge_address(o->reply_to)))
		letter_reason(l, "reply-to: '%s' is no mail address: %s", o->reply_to, why);
	return !why;
}

static enum letter_outcome deliver(struct letter *l, const void *options)
{
	const struct email *o = options;
	struct probe *p = letter_probe(l);
	struct envelope e = {.mail = o->mail, .to = address_of(p, o, letter_to(l))};
	bool is_auto = o->mail.tls_use == TLS_AUTO;

	e.from = *o->from ? o->from : probe_text(p, "nines@%s", smtp_own_name(p, o->ehlo));
	if (!is_sane(l, o, &e))
		return LETTER_GIVE_UP;
	if (o->is_direct)
		e.mail.host = find_exchange(l, o, strrchr(e.to, '@') + 1, &e.is_refused);
	if (is_auto)
		e.mail.tls_use = o->is_direct || is_this_machine(e.mail.host) ? MAIL_TLS_NONE
									      : MAIL_TLS_STARTTLS;
	e.takes_what_is_offered = is_auto && o->is_direct;
	converse(l, o, &e);
	return e.is_refused ? LETTER_GIVE_UP : LETTER_TRY_LATER;
}

NOTIFIER_MODULE("email", "sends letters by mail (SMTP)", struct email, option, deliver,
		.head.flags = MODULE_TAKES_FILES);
