/* modules/ssh/login: who we are, by key, password or answers (RFC 4252, 4256). See ssh.h. */
#include "ssh.h"

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

void ssh_log_in(struct session *s, const struct ssh *o)
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
