/* modules/tcp: connects to a port; if asked, speaks TLS, sends a text and looks for another in what
 * comes back.
 *
 * A NUL byte can neither be looked for nor seen: what a server sends has spaces in place. */
#include <nines/check.h>

#include <string.h>

#define ANSWER_BYTES 65536

enum tls_use { TLS_NONE, TLS_IMPLICIT };

struct tcp {
	const char *host, *send, *expect;
	int64_t port, tls_use;
	struct tls_options tls;
};

static const struct module_option option[] = {
	OPTION_HOST(struct tcp, host, "name or address to connect to"),
	OPTION_PORT(struct tcp, port, 0, "TCP port"),
	OPTION_TEXT(struct tcp, send, "",
		    "text to send; \\r \\n \\t \\\\ and \\xNN stand for bytes"),
	OPTION_TEXT(struct tcp, expect, "", "text that must come back; escapes as in send"),
	OPTION_(struct tcp, tls_use, "tls", OPTION_TYPE_CHOICE, "none", "none|implicit", 0,
		"speak TLS from the first byte"),
	OPTIONS_TLS(struct tcp, tls),
	OPTION_END};

static int digit(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;
	int n = found ? (int)(found - digits) : -1;

	return n > 15 ? n - 6 : n;
}

static const struct {
	char letter, meaning;
} escape[] = {{'r', '\r'}, {'n', '\n'}, {'t', '\t'}, {'\\', '\\'}};

/* The byte that the escape behind a backslash means; *at moves behind it. -1: it is none. */
static int take_escape(const char **at)
{
	const char *a = *at;

	if (a[0] == 'x' && digit(a[1]) >= 0 && digit(a[2]) >= 0) {
		*at = a + 3;
		return digit(a[1]) << 4 | digit(a[2]);
	}
	for (size_t i = 0; i < sizeof escape / sizeof *escape; i++)
		if (escape[i].letter == *a) {
			*at = a + 1;
			return (unsigned char)escape[i].meaning;
		}
	return -1;
}

/* The bytes that `text` stands for; NULL after a failure. */
static char *plain(struct probe *p, const char *name, const char *text, size_t *size)
{
	char *bytes = probe_alloc(p, strlen(text) + 1);
	const char *at = text;
	int c;

	for (*size = 0; bytes && *at; bytes[(*size)++] = (char)c) {
		c = (unsigned char)*at++;
		if (c != '\\')
			continue;
		c = take_escape(&at);
		if (c < 0) {
			probe_unknown(p, "%s: no such escape in '%s'", name, text);
			return NULL;
		}
	}
	return bytes;
}

static void run(struct probe *p, const void *options)
{
	const struct tcp *o = options;
	struct probe_tls tls = probe_tls_of(&o->tls);
	size_t send_bytes = 0, expect_bytes = 0;
	char *send = *o->send ? plain(p, "send", o->send, &send_bytes) : NULL;
	char *expect = *o->expect ? plain(p, "expect", o->expect, &expect_bytes) : NULL;

	if (memchr(expect ? expect : "", '\0', expect_bytes))
		probe_unknown(p, "expect: a NUL byte cannot be looked for");
	probe_dial(p, o->host, o->port);
	if (o->tls_use == TLS_IMPLICIT)
		probe_start_tls(p, &tls);
	if (send) {
		probe_step(p, "request");
		probe_send(p, send, send_bytes);
	}
	if (expect) {
		probe_step(p, "first-byte");
		probe_until(p, expect, ANSWER_BYTES);
	}
}

CHECK_MODULE("tcp", "connects to a TCP port, sends and expects text", struct tcp, option, run);
