/* modules/ssh/session: see session.h. */
#include "session.h"

#include <errno.h>
#include <stdlib.h>

#include "kexinit.h"

#define MOST_BYTES (1 << 20) /* of all that a server sends */
#define BLOCK_MOST_BYTES (128 << 10) /* libssh2 needs 61 KiB for itself, 40 for a packet */
#define VERSION_RSA_SHA2 0x010b00
/* The newest first, as OpenSSH does. libssh2 1.10 trips over names that it does not know. */
#define ED25519	      "ssh-ed25519,"
#define ECDSA	      "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
#define HOST_KEYS_OLD ECDSA "ssh-rsa"
#define HOST_KEYS     ECDSA "rsa-sha2-512,rsa-sha2-256,ssh-rsa"

/* ---- what libssh2 calls ---- */

/* libssh2 believes the lengths that a server tells: it asks for so much, and copies so much. */
static bool is_too_much(struct session *s, size_t count)
{
	if (count <= BLOCK_MOST_BYTES)
		return false;
	if (!s->is_over)
		probe_fail(s->probe, "too long: the server tells of %zu bytes at once", count);
	return true;
}

static LIBSSH2_ALLOC_FUNC(take_memory)
{
	struct session *s = *abstract;
	void *taken;

	if (is_too_much(s, count))
		return NULL;
	taken = malloc(count);
	s->lacks |= !taken && count;
	return taken;
}

static LIBSSH2_REALLOC_FUNC(resize_memory)
{
	struct session *s = *abstract;
	void *taken;

	if (is_too_much(s, count))
		return NULL;
	taken = realloc(ptr, count);
	s->lacks |= !taken && count;
	return taken;
}

static LIBSSH2_FREE_FUNC(free_memory)
{
	(void)abstract;
	free(ptr);
}

static size_t read_banner_again(struct session *s, void *into, size_t room)
{
	size_t n = s->banner_bytes < room ? s->banner_bytes : room;

	memcpy(into, s->banner + strlen(s->banner) - s->banner_bytes, n);
	s->banner_bytes -= n;
	return n;
}

static void keep_packet(struct session *s, const void *bytes, size_t size)
{
	size_t room = sizeof s->packet - s->packet_bytes;

	if (size > room)
		size = room;
	memcpy(s->packet + s->packet_bytes, bytes, size);
	s->packet_bytes += size;
}

static LIBSSH2_RECV_FUNC(receive)
{
	struct session *s = *abstract;
	size_t n;

	(void)socket, (void)flags;
	if (s->is_over || !probe_ok(s->probe))
		return -ECONNRESET;
	if (s->banner_bytes)
		return (ssize_t)read_banner_again(s, buffer, length);
	if (!s->may_read && !probe_has_input(s->probe))
		return -EAGAIN;
	s->may_read = false;
	n = probe_read(s->probe, buffer, length);
	if (!lookout_take(&s->lookout, buffer, n))
		probe_fail(s->probe, "key exchange: the server's ed25519 host key is malformed");
	keep_packet(s, buffer, n);
	s->bytes += n;
	s->has_ended = !n;
	if (s->bytes > MOST_BYTES)
		probe_fail(s->probe, "too long: more than %d bytes from the server", MOST_BYTES);
	return probe_ok(s->probe) ? (ssize_t)n : -ECONNRESET;
}

static LIBSSH2_SEND_FUNC(transmit)
{
	struct session *s = *abstract;

	(void)socket, (void)flags;
	if (s->is_over || !probe_send(s->probe, buffer, length))
		return -ECONNRESET;
	s->sent_bytes += length;
	return (ssize_t)length;
}

static LIBSSH2_DISCONNECT_FUNC(hear_goodbye)
{
	struct session *s = *abstract;

	(void)session, (void)reason, (void)language, (void)language_len;
	if (!s->is_over && message_len > 0)
		s->goodbye = probe_text(s->probe, "%.*s", message_len, message);
}

/* Whatever is asked (RFC 4256), the password is the answer. libssh2 frees it. */
LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(session_answer)
{
	struct session *s = *abstract;

	(void)name, (void)name_len, (void)instruction, (void)instruction_len, (void)prompts;
	for (int i = 0; i < num_prompts; i++) {
		responses[i].text = strdup(s->password);
		s->lacks |= !responses[i].text;
		responses[i].length = responses[i].text ? (unsigned)strlen(s->password) : 0;
	}
}

static void end(void *thing)
{
	struct session *s = thing;

	s->is_over = true; /* no fiber runs now that could wait */
	libssh2_session_free(s->ssh);
}

bool session_open(struct session *s, struct probe *p, const char *banner)
{
	s->probe = p;
	if (!probe_ok(p))
		return false;
	s->banner = probe_text(p, "%s\r\n", banner);
	s->banner_bytes = strlen(s->banner);
	s->ssh = libssh2_session_init_ex(take_memory, free_memory, resize_memory, s);
	if (!s->ssh)
		return probe_unknown(p, "no memory left");
	probe_defer(p, end, s);
	libssh2_session_set_blocking(s->ssh, 0);
	libssh2_session_callback_set(s->ssh, LIBSSH2_CALLBACK_RECV, (void *)receive);
	libssh2_session_callback_set(s->ssh, LIBSSH2_CALLBACK_SEND, (void *)transmit);
	libssh2_session_callback_set(s->ssh, LIBSSH2_CALLBACK_DISCONNECT, (void *)hear_goodbye);
	libssh2_session_method_pref(s->ssh, LIBSSH2_METHOD_HOSTKEY,
				    libssh2_version(VERSION_RSA_SHA2) ? ED25519 HOST_KEYS
								      : ED25519 HOST_KEYS_OLD);
	return true;
}

void session_refuse_ed25519(struct session *s)
{
	libssh2_session_method_pref(s->ssh, LIBSSH2_METHOD_HOSTKEY,
				    libssh2_version(VERSION_RSA_SHA2) ? HOST_KEYS : HOST_KEYS_OLD);
}

/* ---- how its answers are taken ---- */

bool session_again(struct session *s, long result)
{
	if (s->lacks)
		return probe_unknown(s->probe, "no memory left");
	if (result != LIBSSH2_ERROR_EAGAIN)
		return false;
	s->may_read = probe_wait(s->probe, probe_fd(s->probe), PROBE_READ);
	return s->may_read;
}

bool session_again_for(struct session *s, const void *got)
{
	return session_again(s, got ? 0 : libssh2_session_last_errno(s->ssh));
}

/* Nothing in common is our lack, not the server's: it may be newer than our library. */
static void judge_lack(struct session *s)
{
	static const char *const kind[] = {"key exchange", "kind of host key", "cipher",
					   "cipher",	   "MAC",	       "MAC"};
	const char **known, *list;
	size_t length;
	int count;

	for (int i = 0; i < (int)(sizeof kind / sizeof *kind); i++) {
		if (!kexinit_list(s->packet, s->packet_bytes, i, &list, &length))
			return;
		count = libssh2_session_supported_algs(s->ssh, i, &known);
		if (count <= 0)
			continue;
		if (!kexinit_shares(list, length, known, count))
			probe_unknown(s->probe,
				      "our library (libssh2 %s) lacks every %s of the server: '%s'",
				      libssh2_version(0), kind[i],
				      probe_shown(s->probe, probe_text(s->probe, "%.*s",
								       (int)length, list)));
		libssh2_free(s->ssh, known);
	}
}

bool session_judge(struct session *s, long result, const char *what)
{
	char *words = NULL;

	if (result >= 0 || !probe_ok(s->probe))
		return probe_ok(s->probe);
	if (result == LIBSSH2_ERROR_ALLOC)
		return probe_unknown(s->probe, "no memory left");
	if (result == LIBSSH2_ERROR_KEX_FAILURE || result == LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE)
		judge_lack(s);
	if (s->goodbye)
		return probe_fail(s->probe, "%s: the server hung up, '%s'", what,
				  probe_shown(s->probe, s->goodbye));
	if (s->has_ended || result == LIBSSH2_ERROR_SOCKET_DISCONNECT)
		return probe_fail(s->probe, "%s: connection closed by the server", what);
	libssh2_session_last_error(s->ssh, &words, NULL, 0);
	return probe_fail(s->probe, "%s failed: %s", what,
			  words && *words ? words : "the server refused");
}
