/* modules/ssh: the server's banner, the key exchange and the host key; if asked a login and a
 * command (RFC 4251 to 4254). libssh2 speaks the protocol: session.h. */
#include "session.h"

#include <stdio.h>

#define LINES	     50 /* before the banner */
#define OUTPUT_BYTES 65536
#define DIGEST_BYTES 32 /* SHA-256 */

struct ssh {
	const char *host, *user, *password, *key, *passphrase, *command, *expect;
	const char *const *fingerprint;
	int64_t port, expect_status;
};

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

/* libssh2 before 1.11 signs with an RSA key only by SHA-1, which servers refuse since OpenSSH 8.8.
 * How those keys begin when written. */
static bool is_beyond_us(const char *key)
{
	static const char *const mark[] = {"BEGIN RSA", "dzc2gtcn", "B3NzaC1yc2E"};

	for (size_t i = 0; i < sizeof mark / sizeof *mark; i++)
		if (strstr(key, mark[i]))
			return !libssh2_version(0x010b00);
	return false;
}

static void judge_login(struct session *s, const struct ssh *o, const char *by, int result)
{
	bool is_refused = result == LIBSSH2_ERROR_AUTHENTICATION_FAILED ||
			  result == LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;

	if (is_refused && !s->has_ended && !s->goodbye && is_beyond_us(o->key))
		probe_unknown(s->probe,
			      "our library (libssh2 %s) signs with RSA keys only by SHA-1, and the "
			      "server refused: use an ed25519 key",
			      libssh2_version(0));
	else if (is_refused && !s->has_ended && !s->goodbye)
		probe_fail(s->probe, "login of '%s' by %s refused", o->user, by);
	session_judge(s, result, "login");
}

static void log_in_by_key(struct session *s, const struct ssh *o)
{
	size_t user_bytes = strlen(o->user), key_bytes = strlen(o->key);
	size_t sent_bytes = s->sent_bytes;
	int result;

	do
		result = libssh2_userauth_publickey_frommemory(s->ssh, o->user, user_bytes, NULL, 0,
							       o->key, key_bytes, o->passphrase);
	while (session_again(s, result));
	if (result < 0 && s->sent_bytes == sent_bytes)
		probe_unknown(s->probe,
			      "key: our library (libssh2 %s) cannot read it, or its passphrase is "
			      "wrong",
			      libssh2_version(0));
	judge_login(s, o, "key", result);
}

static void log_in_by_password(struct session *s, const struct ssh *o)
{
	int result;

	do
		result = libssh2_userauth_password(s->ssh, o->user, o->password);
	while (session_again(s, result));
	judge_login(s, o, "password", result);
}

static void log_in_by_answers(struct session *s, const struct ssh *o)
{
	int result;

	s->password = o->password;
	do
		result = libssh2_userauth_keyboard_interactive(s->ssh, o->user, session_answer);
	while (session_again(s, result));
	judge_login(s, o, "keyboard-interactive", result);
}

/* The server says first what it takes. */
static void log_in(struct session *s, const struct ssh *o)
{
	const char *methods;

	probe_step(s->probe, "auth");
	if (!probe_ok(s->probe))
		return;
	do
		methods = libssh2_userauth_list(s->ssh, o->user, (unsigned)strlen(o->user));
	while (session_again_for(s, methods));
	if (!methods && !libssh2_userauth_authenticated(s->ssh))
		session_judge(s, libssh2_session_last_errno(s->ssh), "login");
	else if (methods && *o->key)
		log_in_by_key(s, o);
	else if (methods && *o->password && strstr(methods, "password"))
		log_in_by_password(s, o);
	else if (methods && *o->password && strstr(methods, "keyboard-interactive"))
		log_in_by_answers(s, o);
	else if (methods)
		probe_fail(s->probe, "the server wants a login by '%s'",
			   probe_shown(s->probe, methods));
}

struct output {
	size_t size, room;
	char *at;
};

static void add(struct output *o, const char *bytes, long n)
{
	size_t more = n < 0 ? 0 : (size_t)n;

	if (more > o->room - o->size)
		more = o->room - o->size;
	memcpy(o->at + o->size, bytes, more);
	o->size += more;
	o->at[o->size] = '\0';
}

/* The beginning, for a reason. */
static const char *shown(struct session *s, const struct output *o)
{
	size_t size = o->size;

	while (size && o->at[size - 1] == '\n')
		size--;
	return probe_shown(s->probe, probe_text(s->probe, "%.*s", (int)size, o->at));
}

/* All that the command writes, until it writes no more. */
static long hear(struct session *s, LIBSSH2_CHANNEL *channel, struct output *out,
		 struct output *error)
{
	char bytes[1024];
	long n, m;

	do {
		n = libssh2_channel_read(channel, bytes, sizeof bytes);
		add(out, bytes, n);
		m = libssh2_channel_read_stderr(channel, bytes, sizeof bytes);
		add(error, bytes, m);
	} while (n > 0 || m > 0 || (!libssh2_channel_eof(channel) && session_again(s, n)));
	return n == LIBSSH2_ERROR_EAGAIN ? 0 : n;
}

static LIBSSH2_CHANNEL *start(struct session *s, const char *command)
{
	LIBSSH2_CHANNEL *channel;
	long result;

	do
		channel = libssh2_channel_open_session(s->ssh);
	while (session_again_for(s, channel));
	if (!channel) {
		session_judge(s, libssh2_session_last_errno(s->ssh), "opening a channel");
		return NULL;
	}
	do
		result = libssh2_channel_exec(channel, command);
	while (session_again(s, result));
	return session_judge(s, result, "starting the command") ? channel : NULL;
}

static void judge_command(struct session *s, const struct ssh *o, LIBSSH2_CHANNEL *channel,
			  const struct output *out, const struct output *error)
{
	int status = libssh2_channel_get_exit_status(channel);
	char *signal = NULL;

	libssh2_channel_get_exit_signal(channel, &signal, NULL, NULL, NULL, NULL, NULL);
	if (signal)
		probe_fail(s->probe, "the command was ended by signal '%s'",
			   probe_shown(s->probe, signal));
	libssh2_free(s->ssh, signal);
	if (status != o->expect_status)
		probe_fail(s->probe, "wanted exit status %d, got %d: '%s'", (int)o->expect_status,
			   status, shown(s, error->size ? error : out));
	if (!strstr(out->at, o->expect))
		probe_fail(s->probe, "wanted '%s', got '%s'", o->expect, shown(s, out));
}

static void run_command(struct session *s, const struct ssh *o)
{
	struct output out = {.room = OUTPUT_BYTES, .at = probe_alloc(s->probe, OUTPUT_BYTES + 1)};
	struct output error = {.room = OUTPUT_BYTES, .at = probe_alloc(s->probe, OUTPUT_BYTES + 1)};
	LIBSSH2_CHANNEL *channel;
	long result;

	probe_step(s->probe, "exec");
	if (!probe_ok(s->probe))
		return;
	channel = start(s, o->command);
	if (!channel || !session_judge(s, hear(s, channel, &out, &error), "reading its output"))
		return;
	probe_note(s->probe, "the command wrote '%s'", shown(s, &out));
	do
		result = libssh2_channel_close(channel);
	while (session_again(s, result));
	if (session_judge(s, result, "ending the command"))
		judge_command(s, o, channel, &out, &error);
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
		log_in(s, o);
	if (*o->command && s->ssh)
		run_command(s, o);
	probe_step(p, "quit");
	if (probe_ok(p))
		libssh2_session_disconnect(s->ssh, "bye");
}

CHECK_MODULE("ssh", "exchanges keys with an SSH server, logs in, runs a command", struct ssh,
	     option, run, .judge = judge);
