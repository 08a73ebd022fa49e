/* modules/smtp: asks a mail server whether it would take a message: greeting, EHLO, STARTTLS, AUTH,
 * MAIL and RCPT as asked for, never DATA. RFC 5321, 3207 (STARTTLS), 4954 (AUTH). */
#include <nines/mail.h>

#include <limits.h>
#include <unistd.h>

struct smtp {
	struct mail mail;
	const char *ehlo, *from, *to;
};

static const struct module_option option[] = {
	OPTIONS_MAIL(struct smtp, mail, "25, with tls=implicit 465", "any|plain|login|cram-md5"),
	OPTION_LINE(struct smtp, ehlo, "", "name to greet with; without it this machine's"),
	OPTION_LINE(struct smtp, from, "", "offer a message of this sender"),
	OPTION_LINE(struct smtp, to, "", "offer a message to this recipient"),
	OPTION_END};

/* The lines in which the server says what it offers; none from one that knows only HELO. */
static const char *greet(struct probe *p, const struct smtp *o)
{
	char host[HOST_NAME_MAX + 1] = "";
	const char *name = *o->ehlo ? o->ehlo : host;
	int code;

	gethostname(host, sizeof host - 1);
	probe_step(p, "ehlo");
	probe_print(p, "EHLO %s\r\n", *name ? name : "localhost");
	code = probe_reply(p, 0);
	if (code == 250)
		return probe_reply_text(p);
	if (code < 500 || code > 504) /* the five that say: no such command, RFC 5321 4.2.2 */
		probe_want_reply(p, 250);
	probe_print(p, "HELO %s\r\n", *name ? name : "localhost");
	probe_reply(p, 250);
	return "";
}

static void log_in(struct probe *p, const struct mail *m, const char *offers)
{
	const char *list = mail_line(offers, "AUTH"), *way;
	const bool offered[] = {mail_word(list, "PLAIN"), mail_word(list, "LOGIN"),
				mail_word(list, "CRAM-MD5")};

	probe_step(p, "auth");
	way = mail_choose(p, m, offered, list);
	probe_print(p, "AUTH %s\r\n", way);
	for (int i = 0; i < (strcmp(way, "LOGIN") ? 1 : 2); i++) {
		probe_reply(p, 334);
		probe_print(p, "%s\r\n",
			    probe_sasl(p, way, i, probe_reply_text(p), m->user, m->password));
	}
	probe_reply(p, 235);
}

static void offer_message(struct probe *p, const struct smtp *o)
{
	probe_step(p, "mail");
	probe_print(p, "MAIL FROM:<%s>\r\n", o->from);
	probe_reply(p, 250);
	if (*o->to) {
		probe_step(p, "rcpt");
		probe_print(p, "RCPT TO:<%s>\r\n", o->to);
		probe_reply(p, 2);
	}
	probe_step(p, "rset");
	probe_print(p, "RSET\r\n");
	probe_reply(p, 250);
}

static void run(struct probe *p, const void *options)
{
	const struct smtp *o = options;
	const char *offers;

	mail_dial(p, &o->mail, 25, 465);
	probe_step(p, "banner");
	probe_reply(p, 220);
	offers = greet(p, o);
	if (o->mail.tls_use == MAIL_TLS_STARTTLS) {
		probe_step(p, "starttls");
		if (!mail_line(offers, "STARTTLS"))
			probe_fail(p, "the server does not offer STARTTLS");
		probe_print(p, "STARTTLS\r\n");
		probe_reply(p, 220);
		mail_start_tls(p, &o->mail);
		offers = greet(p, o); /* what was said before TLS is forgotten: RFC 3207 4.2 */
	}
	if (*o->mail.user)
		log_in(p, &o->mail, offers);
	if (*o->from || *o->to)
		offer_message(p, o);
	probe_step(p, "quit");
	probe_print(p, "QUIT\r\n");
	probe_reply(p, 221);
}

CHECK_MODULE("smtp", "asks a mail server whether it takes mail (SMTP)", struct smtp, option, run,
	     .judge = mail_judge);
