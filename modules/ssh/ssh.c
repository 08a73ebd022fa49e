/* modules/ssh: the server's banner, the key exchange and the host key; if asked a login and a
 * command (RFC 4251 to 4254). libssh2 speaks the protocol: session.h. */
#include "ssh.h"

#define LINES	     50 /* before the banner */
#define DIGEST_BYTES 32 /* SHA-256 */

static const struct module_option option[] = {
	OPTION_HOST(struct ssh, host, "name or address to connect to"),
	OPTION_PORT(struct ssh, port, 22, "TCP port"),
	OPTION_LIST(struct ssh, fingerprint, "",
		    "the host key must be one of these, SHA256:... as ssh-keygen -l prints it"),
	OPTION_LINE(struct ssh, user, "", "who logs in; none: nobody does"),
	OPTION_SECRET(struct ssh, password, "password to log in with"),
	OPTION_SECRET(struct ssh, key, "private key to log in with, as ssh-keygen writes it"),
	OPTION_SECRET(struct ssh, passphrase, "of the private key"),
	OPTION_TEXT(struct ssh, command, "", "command to run there after the login"),
	OPTION_TEXT(struct ssh, expect, "", "text that the command must write"),
	OPTION_(struct ssh, expect_status, "expect-status", OPTION_TYPE_INT, "0", "0..255", 0,
		"exit status that the command must have"),
	OPTION_END};

/* Lines may come before the banner (RFC 4253 4.2), but these come in its place: OpenSSH's apologies
 * and the greetings of other protocols. */
static bool is_instead(const char *line)
{
	static const char *const start[] = {"Exceeded MaxStartups", "Not allowed at this time",
					    "220", "HTTP/", "+OK", "* OK", "RFB "};

	for (size_t i = 0; i < sizeof start / sizeof *start; i++)
		if (!strncmp(line, start[i], strlen(start[i])))
			return true;
	return false;
}

static const char *read_banner(struct probe *p)
{
	const char *line = "";

	probe_step(p, "banner");
	for (int i = 0; i < LINES && probe_ok(p) && strncmp(line, "SSH-", 4) != 0; i++) {
		line = probe_line(p);
		if (is_instead(line))
			break;
	}
	if (strncmp(line, "SSH-2.0-", 8) != 0 && strncmp(line, "SSH-1.99-", 9) != 0)
		probe_fail(p, "wanted 'SSH-2.0', got '%s'", probe_shown(p, line));
	probe_fact(p, "server", line);
	return line;
}

static void exchange_keys(struct session *s, struct probe *p)
{
	int result;

	if (!s->ssh)
		return;
	probe_step(p, "kex");
	do
		result = libssh2_session_handshake(s->ssh, probe_fd(p));
	while (session_again(s, result));
	session_judge(s, result, "key exchange");
	session_refuse_ed25519(s);
}

/* "SHA256:" and base64 without padding, as ssh-keygen -l prints it. */
static const char *fingerprint(struct session *s)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *hash = libssh2_hostkey_hash(s->ssh, LIBSSH2_HOSTKEY_HASH_SHA256);
	char text[DIGEST_BYTES * 4 / 3 + 2] = "";
	unsigned bits = 0, held = 0;
	size_t n = 0;

	for (int i = 0; hash && i <= DIGEST_BYTES; i++) {
		bits = bits << 8 | (i < DIGEST_BYTES ? (unsigned char)hash[i] : 0);
		for (held += 8; held >= 6 && n < sizeof text - 1; held -= 6)
			text[n++] = digit[bits >> (held - 6) & 63];
	}
	return probe_text(s->probe, "SHA256:%s", text);
}

static void judge_host_key(struct session *s, const char *const *wanted)
{
	const char *kind, *seen, *first = *wanted;

	if (!probe_ok(s->probe))
		return;
	kind = libssh2_session_methods(s->ssh, LIBSSH2_METHOD_HOSTKEY);
	seen = fingerprint(s);
	probe_fact(s->probe, "host_key", probe_text(s->probe, "%s %s", kind ? kind : "", seen));
	while (*wanted && strcmp(*wanted, seen) != 0)
		wanted++;
	if (first && !*wanted)
		probe_fail(s->probe, "wanted host key '%s', got %s '%s'", first, kind ? kind : "",
			   seen);
}

static bool judge(const void *options, struct check_judgement *wrong)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const struct ssh *o = options;

	*wrong = (struct check_judgement){.option = "user",
					  .why = "missing, but a command needs a login"};
	if (*o->command && !*o->user)
		return false;
	*wrong = (struct check_judgement){
		.option = "fingerprint",
		.why = "wanted SHA256: and 43 letters, as ssh-keygen -l -f KEY.pub prints it"};
	for (const char *const *f = o->fingerprint; *f; f++, wrong->item++)
		if (strncmp(*f, "SHA256:", 7) != 0 || strspn(*f + 7, digits) != 43 || (*f)[50])
			return false;
	return true;
}

static void run(struct probe *p, const void *options)
{
	const struct ssh *o = options;
	struct session *s = probe_alloc(p, sizeof *s);
	struct check_judgement wrong;

	if (!s)
		return;
	if (!judge(o, &wrong))
		probe_unknown(p, "%s: %s", wrong.option, wrong.why);
	probe_dial(p, o->host, o->port);
	session_open(s, p, read_banner(p));
	exchange_keys(s, p);
	judge_host_key(s, o->fingerprint);
	if (*o->user && s->ssh)
		ssh_log_in(s, o);
	if (*o->command && s->ssh)
		ssh_run_command(s, o);
	probe_step(p, "quit");
	if (probe_ok(p))
		libssh2_session_disconnect(s->ssh, "bye");
}

CHECK_MODULE("ssh", "exchanges keys with an SSH server, logs in, runs a command", struct ssh,
	     option, run, .judge = judge);
