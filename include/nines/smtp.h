/* nines/smtp.h: an SMTP session up to the point at which mail may be offered: greeting, EHLO,
 * STARTTLS, AUTH. RFC 5321, 3207 (STARTTLS), 4954 (AUTH). For the check smtp and the notifier
 * email; the options are those of nines/mail.h. */
#ifndef NINES_SMTP_H
#define NINES_SMTP_H

#include <limits.h>
#include <nines/mail.h>
#include <unistd.h>

/* The name to greet with: `ehlo`, or this machine's. */
static inline const char *smtp_own_name(struct probe *p, const char *ehlo)
{
	char host[HOST_NAME_MAX + 1] = "";

	gethostname(host, sizeof host - 1);
	return probe_text(p, "%s", *ehlo ? ehlo : *host ? host : "localhost");
}

/* Step `ehlo`. The lines in which the server says what it offers; none from one that knows only
 * HELO. */
static inline const char *smtp_greet(struct probe *p, const char *ehlo)
{
	const char *name = smtp_own_name(p, ehlo);
	int code;

	probe_step(p, "ehlo");
	probe_print(p, "EHLO %s\r\n", name);
	code = probe_reply(p, 0);
	if (code == 250)
		return probe_reply_text(p);
	if (code < 500 || code > 504) /* the five that say: no such command, RFC 5321 4.2.2 */
		probe_want_reply(p, 250);
	probe_print(p, "HELO %s\r\n", name);
	probe_reply(p, 250);
	return "";
}

/* Step `auth`. */
static inline void smtp_log_in(struct probe *p, const struct mail *m, const char *offers)
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

/* Steps `starttls`, `tls` and `ehlo`: what was said before TLS is forgotten (RFC 3207 4.2). Fails
 * when the server does not offer it: nothing goes without. */
static inline const char *smtp_start_tls(struct probe *p, const struct mail *m, const char *ehlo,
					 const char *offers)
{
	probe_step(p, "starttls");
	if (!mail_line(offers, "STARTTLS"))
		probe_fail(p, "the server does not offer STARTTLS");
	probe_print(p, "STARTTLS\r\n");
	probe_reply(p, 220);
	mail_start_tls(p, m);
	return smtp_greet(p, ehlo);
}

/* From the greeting to the login, on a connection that mail_dial() has opened. Returns what the
 * server offers. */
static inline const char *smtp_open(struct probe *p, const struct mail *m, const char *ehlo)
{
	const char *offers;

	probe_step(p, "banner");
	probe_reply(p, 220);
	offers = smtp_greet(p, ehlo);
	if (m->tls_use == MAIL_TLS_STARTTLS)
		offers = smtp_start_tls(p, m, ehlo, offers);
	if (*m->user)
		smtp_log_in(p, m, offers);
	return offers;
}

#endif
