/* modules/ftp: greeting, TLS if asked, login, then a listing or a file over a data connection that
 * the server opens (RFC 959, 2428, 3659, 4217).
 *
 * The data connection goes to the address of the control connection, whatever the server names
 * (F47). Nothing is kept of what comes over it but its size. */
#include <nines/check.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST_BYTES (1 << 20) /* of a listing; a file is read no further */

enum tls_use { TLS_NONE, TLS_STARTTLS, TLS_IMPLICIT };
enum connection { CONTROL, DATA };

struct ftp {
	const char *host, *user, *password, *path;
	int64_t port, tls_use;
	struct tls_options tls;
};

static const struct module_option option[] = {
	OPTION_HOST(struct ftp, host, "name or address to connect to"),
	OPTION_(struct ftp, port, "port", OPTION_TYPE_INT, "0", "0..65535", 0,
		"TCP port; 0: 21, or 990 when tls is implicit"),
	OPTION_(struct ftp, tls_use, "tls", OPTION_TYPE_CHOICE, "none", "none|starttls|implicit", 0,
		"AUTH TLS after the greeting, or TLS from the first byte"),
	OPTION_LINE(struct ftp, user, "anonymous", "who logs in"),
	OPTION_(struct ftp, password, "password", OPTION_TYPE_TEXT, "", NULL,
		OPTION_IS_SECRET | OPTION_IS_LINE, "password, if the server asks for one"),
	OPTION_LINE(struct ftp, path, "",
		    "what to fetch: a file, or with '/' at its end a folder's listing"),
	OPTIONS_TLS(struct ftp, tls),
	OPTION_END};

/* "(|||6446|)", RFC 2428 3. 0: there is no port in it. */
static int64_t extended_port(const char *text)
{
	const char *at = strchr(text, '(');
	char *end;
	long port;

	if (!at || !at[1] || at[2] != at[1] || at[3] != at[1] || !isdigit((unsigned char)at[4]))
		return 0;
	port = strtol(at + 4, &end, 10);
	return *end == at[1] && port <= 65535 ? port : 0;
}

/* "h1,h2,h3,h4,p1,p2", with brackets or without (RFC 1123 4.1.2.6). The address is not believed. */
static int64_t plain_port(const char *text)
{
	unsigned n[6];

	text += strcspn(text, "0123456789");
	if (sscanf(text, "%3u,%3u,%3u,%3u,%3u,%3u", n, n + 1, n + 2, n + 3, n + 4, n + 5) != 6)
		return 0;
	return n[4] <= 255 && n[5] <= 255 ? (int64_t)n[4] * 256 + n[5] : 0;
}

/* The port the server has opened for data. PASV, for servers older than EPSV, knows only IPv4. */
static int64_t ask_port(struct probe *p)
{
	bool may_be_old = !strchr(probe_address(p), ':');
	int64_t port;

	probe_print(p, "EPSV\r\n");
	if (probe_reply(p, 0) / 100 == 5 && may_be_old) {
		probe_print(p, "PASV\r\n");
		probe_reply(p, 227);
		port = plain_port(probe_reply_text(p));
	} else {
		probe_want_reply(p, 229);
		port = extended_port(probe_reply_text(p));
	}
	if (!port)
		probe_fail(p, "wanted a port for data, got '%s'",
			   probe_shown(p, probe_reply_text(p)));
	return port;
}

static void open_data(struct probe *p, bool is_private)
{
	int64_t port;

	probe_step(p, "data");
	if (is_private) {
		probe_print(p, "PBSZ 0\r\n");
		probe_reply(p, 2);
		probe_print(p, "PROT P\r\n");
		probe_reply(p, 2);
	}
	probe_print(p, "TYPE I\r\n");
	probe_reply(p, 2);
	port = ask_port(p);
	probe_use(p, DATA);
	probe_dial_beside(p, port);
	probe_use(p, CONTROL);
}

/* Takes what the command on its way sends, MOST_BYTES or little more; `tls` NULL: it comes plain.
 * The server says first whether anything comes, and only then shakes hands. */
static int64_t take_data(struct probe *p, const struct probe_tls *tls)
{
	char bytes[4096];
	int64_t taken = 0;
	size_t n;

	probe_reply(p, 1);
	probe_use(p, DATA);
	if (tls)
		probe_start_tls(p, tls);
	do {
		n = probe_read(p, bytes, sizeof bytes);
		taken += (int64_t)n;
	} while (n && taken < MOST_BYTES);
	probe_hangup(p);
	probe_use(p, CONTROL);
	return taken;
}

/* CWD first: of a folder that is not there many servers send an empty list. */
static void list(struct probe *p, const char *path, const struct probe_tls *tls)
{
	int64_t taken;

	probe_step(p, "list");
	probe_print(p, "CWD %s\r\n", path);
	probe_reply(p, 2);
	probe_print(p, "LIST\r\n");
	taken = take_data(p, tls);
	if (taken >= MOST_BYTES)
		probe_fail(p, "too long: a listing of %d bytes or more", MOST_BYTES);
	probe_reply(p, 2);
	probe_value(p, "size", (double)taken, "B");
}

/* SIZE is an extension (RFC 3659 4): where it does not answer, the file alone counts. False: we
 * hung up on the rest of the file, and what the server makes of that (proftpd with TLS may hang up
 * on us, too) says nothing of it. */
static bool fetch(struct probe *p, const char *path, const struct probe_tls *tls)
{
	int64_t size = 0, taken;

	probe_step(p, "fetch");
	probe_print(p, "SIZE %s\r\n", path);
	if (probe_reply(p, 0) == 213)
		size = strtoll(probe_reply_text(p), NULL, 10);
	probe_print(p, "RETR %s\r\n", path);
	taken = take_data(p, tls);
	probe_value(p, "size", (double)(taken < size ? size : taken), "B");
	if (taken >= MOST_BYTES)
		return false;
	probe_reply(p, 2);
	if (taken < size)
		probe_fail(p, "wanted %lld bytes, as SIZE says, got %lld", (long long)size,
			   (long long)taken);
	return true;
}

static void log_in(struct probe *p, const struct ftp *o)
{
	bool is_anonymous = !*o->password && !strcmp(o->user, "anonymous");

	probe_step(p, "auth");
	probe_print(p, "USER %s\r\n", o->user);
	if (probe_reply(p, 0) == 331) {
		probe_print(p, "PASS %s\r\n", is_anonymous ? "nines@" : o->password);
		probe_reply(p, 0);
	}
	probe_want_reply(p, 2);
}

static void run(struct probe *p, const void *options)
{
	const struct ftp *o = options;
	struct probe_tls judged = probe_tls_of(&o->tls), *tls = o->tls_use ? &judged : NULL;
	size_t length = strlen(o->path);

	probe_dial(p, o->host, o->port ? o->port : o->tls_use == TLS_IMPLICIT ? 990 : 21);
	if (o->tls_use == TLS_IMPLICIT)
		probe_start_tls(p, tls);
	probe_step(p, "banner");
	probe_reply(p, 220);
	if (o->tls_use == TLS_STARTTLS) {
		probe_step(p, "starttls");
		probe_print(p, "AUTH TLS\r\n");
		probe_reply(p, 234);
		probe_start_tls(p, tls);
	}
	log_in(p, o);
	if (length)
		open_data(p, tls);
	if (length && o->path[length - 1] == '/')
		list(p, o->path, tls);
	else if (length && !fetch(p, o->path, tls))
		return;
	probe_step(p, "quit");
	probe_print(p, "QUIT\r\n");
	probe_reply(p, 2);
}

CHECK_MODULE("ftp", "logs in to an FTP server, lists a folder or fetches a file", struct ftp,
	     option, run);
