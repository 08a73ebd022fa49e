/* modules/smtp: asks a mail server whether it would take a message: greeting, EHLO, STARTTLS, AUTH,
 * MAIL and RCPT as asked for, never DATA. RFC 5321, 3207 (STARTTLS), 4954 (AUTH). */
#include <nines/smtp.h>

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

	mail_dial(p, &o->mail, 25, 465);
	smtp_open(p, &o->mail, o->ehlo);
	if (*o->from || *o->to)
		offer_message(p, o);
	probe_step(p, "quit");
	probe_print(p, "QUIT\r\n");
	probe_reply(p, 221);
}

CHECK_MODULE("smtp", "asks a mail server whether it takes mail (SMTP)", struct smtp, option, run,
	     .judge = mail_judge);
