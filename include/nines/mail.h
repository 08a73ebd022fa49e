/* nines/mail.h: what the modules smtp, pop3 and imap share: the options of a mail server's check
 * and what they mean for a conversation: which port, when TLS begins, which way to log in.
 *
 * Include it in a check module, begin its options struct with a struct mail and their table with
 * OPTIONS_MAIL, the conversation with mail_dial(). Invariant: no password goes over a connection
 * without TLS unless allow-plaintext says so (CRAM-MD5 does not send it). */
#ifndef NINES_MAIL_H
#define NINES_MAIL_H

#include <nines/check.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum mail_tls { MAIL_TLS_NONE, MAIL_TLS_STARTTLS, MAIL_TLS_IMPLICIT };
/* The places of the option `mechanism`; MAIL_LOGIN is the protocol's own, older way. */
enum mail_mechanism { MAIL_ANY, MAIL_PLAIN, MAIL_LOGIN, MAIL_CRAM_MD5 };

struct mail {
	const char *host, *user, *password;
	int64_t port, tls_use, mechanism;
	bool allow_plaintext;
	struct tls_options tls;
};

#define OPTIONS_MAIL(s, m, ports, mechanisms)                                                 \
	OPTION_(s, m.host, "host", OPTION_TYPE_HOST, NULL, NULL, OPTION_IS_REQUIRED,          \
		"name or address of the server"),                                             \
		OPTION_(s, m.tls_use, "tls", OPTION_TYPE_CHOICE, "none",                      \
			"none|starttls|implicit", 0,                                          \
			"TLS never, once the server has agreed, or from the first byte"),     \
		OPTIONS_MAIL_SESSION(s, m, ports, mechanisms)

/* The same but for where the server is and when TLS begins. */
#define OPTIONS_MAIL_SESSION(s, m, ports, mechanisms)                                         \
	OPTION_(s, m.port, "port", OPTION_TYPE_INT, NULL, "1..65535", 0,              \
			"TCP port; without it " ports),                                       \
		OPTION_(s, m.user, "user", OPTION_TYPE_TEXT, "", NULL, OPTION_IS_LINE,        \
			"log in as"),                                                         \
		OPTION_(s, m.password, "password", OPTION_TYPE_TEXT, "", NULL,                \
			OPTION_IS_SECRET | OPTION_IS_LINE, "the user's password"),            \
		OPTION_(s, m.mechanism, "mechanism", OPTION_TYPE_CHOICE, "any", mechanisms,   \
			0, "how to log in"),                                                  \
		OPTION_(s, m.allow_plaintext, "allow-plaintext", OPTION_TYPE_BOOL, "false",   \
			NULL, 0, "send the password without TLS too"),                        \
		OPTIONS_TLS(s, m.tls)

/* Step `tls`. */
static inline void mail_start_tls(struct probe *p, const struct mail *m)
{
	struct probe_tls tls = probe_tls_of(&m->tls);

	probe_start_tls(p, &tls);
}

/* For CHECK_MODULE: the options begin with their struct mail. */
static inline bool mail_judge(const void *options, struct check_judgement *j)
{
	const struct mail *m = options;

	if (!*m->user || m->tls_use != MAIL_TLS_NONE || m->mechanism == MAIL_CRAM_MD5 ||
	    m->allow_plaintext)
		return true;
	j->option = "user";
	snprintf(j->why, sizeof j->why, "%s",
		 "the password would go in clear text: set tls to starttls or implicit, or "
		 "allow-plaintext to true");
	return false;
}

/* Nothing is dialled when the options contradict each other. */
static inline bool mail_is_sane(struct probe *p, const struct mail *m)
{
	struct check_judgement j = {0};

	if (*m->password && !*m->user)
		return probe_unknown(p, "password is given without user");
	if (*m->user && !*m->password)
		return probe_unknown(p, "user '%s' is given without password", m->user);
	return mail_judge(m, &j) || probe_unknown(p, "%s", j.why);
}

/* Steps `resolve`, `connect` and, with tls=implicit, `tls`. */
static inline void mail_dial(struct probe *p, const struct mail *m, int64_t port, int64_t tls_port)
{
	int64_t standard = m->tls_use == MAIL_TLS_IMPLICIT ? tls_port : port;

	if (!mail_is_sane(p, m))
		return;
	probe_dial(p, m->host, m->port ? m->port : standard);
	if (m->tls_use == MAIL_TLS_IMPLICIT)
		mail_start_tls(p, m);
}

/* Does `line` begin with this word? */
static inline bool mail_begins(const char *line, const char *word)
{
	size_t n = strlen(word);

	return !strncasecmp(line, word, n) && (!line[n] || line[n] == ' ' || line[n] == '\n');
}

/* What stands behind `word` in the line that begins with it; NULL: there is no such line. */
static inline const char *mail_line(const char *lines, const char *word)
{
	for (const char *end; *lines; lines = end + (*end == '\n')) {
		end = strchrnul(lines, '\n');
		if (mail_begins(lines, word))
			return lines + strlen(word);
	}
	return NULL;
}

/* Is this one of the line's words? NULL reads as a line without any. */
static inline bool mail_word(const char *line, const char *word)
{
	while (line && *line && *line != '\n') {
		if (mail_begins(line, word))
			return true;
		line += strcspn(line, " \n");
		line += strspn(line, " ");
	}
	return false;
}

/* The way to log in, the first that is offered and that the options allow, as SASL spells it; ""
 * after a failure. `said`: what the server offers, for the reason. */
static inline const char *mail_choose(struct probe *p, const struct mail *m, const bool offered[],
				      const char *said)
{
	static const char *const name[] = {"PLAIN", "LOGIN", "CRAM-MD5"};
	const char *words = said ? said + strspn(said, " ") : "";

	for (int i = 0; i < 3; i++)
		if (offered[i] && (m->mechanism == MAIL_ANY || m->mechanism == i + 1))
			return name[i];
	words = probe_text(p, "%.*s", (int)strcspn(words, "\n"), words);
	if (!*words)
		probe_fail(p, "the server offers no way to log in%s",
			   m->tls_use == MAIL_TLS_NONE ? " without TLS" : "");
	else if (m->mechanism == MAIL_ANY)
		probe_fail(p, "the server offers no way to log in that is known here: '%s'",
			   probe_shown(p, words));
	else
		probe_fail(p, "the server does not offer the mechanism asked for: '%s'",
			   probe_shown(p, words));
	return "";
}

#endif
