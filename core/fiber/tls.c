/* fiber/tls: see tls.h. This file is the handshake and the encrypted connection. */
#include "tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../prober/probe.h"
#include "net.h"

#define CONTEXTS 64 /* then the oldest goes */
#define FILES 3

/* Which file, and which content of it. */
struct file {
	char *path;
	struct stat seen;
};

struct context {
	SSL_CTX *ssl;
	struct file file[FILES]; /* authorities, certificate, key */
	struct context *next;
};

struct tls_host {
	struct context *contexts; /* the newest first */
};

static const char *const file_option[FILES] = {"ca-file", "client-cert", "client-key"};

static void context_free(struct context *c)
{
	for (int i = 0; i < FILES; i++)
		free(c->file[i].path);
	SSL_CTX_free(c->ssl);
	free(c);
}

void tls_host_free(struct tls_host *h)
{
	struct context *next;

	for (struct context *c = h ? h->contexts : NULL; c; c = next) {
		next = c->next;
		context_free(c);
	}
	free(h);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool look_at_files(struct probe *p, const char *const path[FILES], struct file file[FILES])
{
	for (int i = 0; i < FILES; i++) {
		file[i].path = (char *)(path[i] ? path[i] : "");
		if (*file[i].path && stat(file[i].path, &file[i].seen) != 0)
			return probe_unknown(p, "%s '%s': %s", file_option[i], path[i],
					     log_errno(errno));
	}
	return true;
}

static bool matches(const struct context *c, const struct file file[FILES])
{
	for (int i = 0; i < FILES; i++)
		if (strcmp(c->file[i].path, file[i].path) != 0 ||
		    !is_same_file(&c->file[i].seen, &file[i].seen))
			return false;
	return true;
}

static struct context *find_context(struct tls_host *h, const struct file file[FILES])
{
	size_t n = 0;
	struct context *found;

	for (struct context **c = &h->contexts; (found = *c); c = &found->next) {
		if (n++ == CONTEXTS) {
			*c = NULL;
			context_free(found);
			return NULL;
		}
		if (!matches(found, file))
			continue;
		*c = found->next;
		found->next = h->contexts;
		h->contexts = found;
		return found;
	}
	return NULL;
}

static bool refuse_file(struct probe *p, int which, const char *path)
{
	unsigned long error = ERR_peek_error();
	const char *words = ERR_SYSTEM_ERROR(error) ? log_errno(ERR_GET_REASON(error))
						    : ERR_reason_error_string(error);
	char why[128];

	ERR_error_string_n(error, why, sizeof why);
	ERR_clear_error();
	return probe_unknown(p, "%s '%s' cannot be used: %s", file_option[which], path,
			     words ? words : why);
}

/* Nobody is there to be asked for a password. */
static bool use_key(SSL_CTX *ssl, const char *path)
{
	char password[] = "";
	BIO *file = BIO_new_file(path, "r");
	EVP_PKEY *key = file ? PEM_read_bio_PrivateKey(file, NULL, NULL, password) : NULL;
	bool is_used = key && SSL_CTX_use_PrivateKey(ssl, key) == 1;

	EVP_PKEY_free(key);
	BIO_free(file);
	return is_used;
}

static bool use_client(struct probe *p, SSL_CTX *ssl, const char *certificate, const char *key)
{
	if (!*certificate)
		return true;
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ssl, certificate) != 1)
		return refuse_file(p, 1, certificate);
	key = *key ? key : certificate;
	return use_key(ssl, key) || refuse_file(p, 2, key);
}

static bool load(struct probe *p, SSL_CTX *ssl, const struct file file[FILES])
{
	ERR_clear_error();
	if (!tls_trust(SSL_CTX_get_cert_store(ssl), file[0].path))
		return refuse_file(p, 0, file[0].path);
	return use_client(p, ssl, file[1].path, file[2].path);
}

static SSL_CTX *make_ssl(struct probe *p, const struct file file[FILES])
{
	uint64_t lacks = memory_lacks();
	SSL_CTX *ssl = SSL_CTX_new_ex(tls_library(), NULL, TLS_client_method());

	if (ssl) {
		SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
					      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
		SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
		SSL_CTX_set_verify(ssl, SSL_VERIFY_NONE, NULL);
	}
	if (ssl && load(p, ssl, file) && memory_lacks() == lacks)
		return ssl;
	if (memory_lacks() != lacks || !ssl)
		probe_unknown(p, "no memory left for TLS");
	SSL_CTX_free(ssl);
	return NULL;
}

static SSL_CTX *get_context(struct probe *p, const struct probe_tls *o)
{
	const char *const path[FILES] = {o->ca_file, o->client_cert, o->client_key};
	struct tls_host *h = p->host->tls;
	struct file file[FILES] = {0};
	struct context *c;
	SSL_CTX *ssl;

	if (!h)
		h = p->host->tls = memory_new(sizeof *h);
	if (!look_at_files(p, path, file))
		return NULL;
	c = find_context(h, file);
	if (c)
		return c->ssl;
	ssl = make_ssl(p, file);
	if (!ssl)
		return NULL;
	c = memory_new(sizeof *c);
	c->ssl = ssl;
	memcpy(c->file, file, sizeof file);
	for (int i = 0; i < FILES; i++)
		c->file[i].path = memory_text(file[i].path);
	c->next = h->contexts;
	h->contexts = c;
	return ssl;
}

static const struct {
	const char *name;
	int number;
} version[] = {{"1.0", TLS1_VERSION},
	       {"1.1", TLS1_1_VERSION},
	       {"1.2", TLS1_2_VERSION},
	       {"1.3", TLS1_3_VERSION}};

int tls_version(const char *name)
{
	for (size_t i = 0; i < sizeof version / sizeof *version; i++)
		if (!strcmp(version[i].name, name))
			return version[i].number;
	return 0;
}

static bool set_version(struct probe *p, SSL *ssl, const char *name)
{
	int number = tls_version(name && *name ? name : "1.2");

	if (!number)
		return probe_unknown(p, "no such TLS version: '%s'", name);
	if (number < TLS1_2_VERSION)
		/* SHA-1 signatures: OpenSSL refuses old versions otherwise */
		SSL_set_security_level(ssl, 0);
	return SSL_set_min_proto_version(ssl, number) == 1;
}

bool *tls_wants(struct connection *c, int error)
{
	bool *flag = error == SSL_ERROR_WANT_READ    ? &c->can_read
		     : error == SSL_ERROR_WANT_WRITE ? &c->can_write
						     : NULL;

	if (flag)
		*flag = false;
	return flag;
}

/* False: it does not wait, or the probe has failed. */
static bool await_again(struct connection *c, int error)
{
	bool *flag = tls_wants(c, error);

	return flag && net_await(c, flag);
}

static const struct {
	int reason;
	const char *text;
} handshake[] = {
	{SSL_R_WRONG_VERSION_NUMBER, "no TLS: the server answers in another protocol"},
	{SSL_R_HTTP_REQUEST, "no TLS: the server answers in another protocol"},
	{SSL_R_HTTPS_PROXY_REQUEST, "no TLS: the server answers in another protocol"},
	{SSL_R_PACKET_LENGTH_TOO_LONG, "no TLS: the server answers in another protocol"},
	{SSL_R_RECORD_LENGTH_MISMATCH, "no TLS: the server answers in another protocol"},
	{SSL_R_UNSUPPORTED_PROTOCOL, "weak protocol: the server speaks nothing as new as TLS %s"},
	{SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
	 "weak protocol: the server speaks nothing as new as TLS %s"},
	{SSL_R_VERSION_TOO_LOW, "weak protocol: the server speaks nothing as new as TLS %s"},
	{SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
	 "TLS handshake refused by the server: nothing in common"},
	{SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "the server wants a client certificate"},
	{SSL_R_TLSV1_UNRECOGNIZED_NAME, "the server does not know this server-name"},
	{SSL_R_DH_KEY_TOO_SMALL, "weak key: the server's Diffie-Hellman key is too small"},
	{SSL_R_EE_KEY_TOO_SMALL, "weak key: the certificate's key is too small"},
};

const char *tls_handshake_reason(const char *min_version, char *to, size_t room)
{
	unsigned long error = ERR_peek_error();
	const char *words = error ? ERR_reason_error_string(error) : NULL;

	ERR_clear_error();
	if (!error)
		return NULL;
	for (size_t i = 0;
	     i < sizeof handshake / sizeof *handshake && ERR_GET_LIB(error) == ERR_LIB_SSL; i++)
		if (handshake[i].reason == ERR_GET_REASON(error)) {
			snprintf(to, room, handshake[i].text,
				 min_version && *min_version ? min_version : "1.2");
			return to;
		}
	snprintf(to, room, "TLS handshake failed: %s", words ? words : "unknown error");
	return to;
}

static bool is_end(int error)
{
	return error == SSL_ERROR_ZERO_RETURN || (error == SSL_ERROR_SYSCALL && !errno) ||
	       (error == SSL_ERROR_SSL &&
		ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING);
}

static bool say_broken(struct connection *c, int error, int number, const char *when)
{
	char why[TLS_REASON_BYTES];

	if (is_end(error)) {
		ERR_clear_error();
		return probe_fail(c->probe, "connection closed by %s%s", c->name, when);
	}
	if (error == SSL_ERROR_SYSCALL)
		return net_judge_broken(c, number, when);
	return probe_fail(c->probe, "TLS with %s broke%s: %s", c->name, when,
			  tls_handshake_reason(NULL, why, sizeof why) ? why : "unknown error");
}

static bool shake_hands(struct connection *c, const struct probe_tls *o)
{
	char why[TLS_REASON_BYTES];
	int got, error;

	for (;;) {
		ERR_clear_error();
		errno = 0;
		got = SSL_connect(c->ssl);
		if (got == 1)
			return true;
		error = SSL_get_error(c->ssl, got);
		if (await_again(c, error))
			continue;
		if (c->probe->has_failed)
			return false;
		if (error == SSL_ERROR_SSL && !is_end(error) &&
		    tls_handshake_reason(o->min_version, why, sizeof why))
			return probe_fail(c->probe, "%s", why);
		return say_broken(c, error, errno, " in the TLS handshake");
	}
}

/* The control connection's, for a data connection (RFC 4217 10.1): servers take it as proof that
 * both are the same client's. */
static void offer_session(struct connection *c)
{
	SSL *first = c->beside ? c->beside->ssl : NULL;
	SSL_SESSION *session = first ? SSL_get1_session(first) : NULL;

	if (session && SSL_set_session(c->ssl, session) != 1)
		ERR_clear_error();
	SSL_SESSION_free(session);
}

bool tls_set_up(struct connection *c, const struct probe_tls *o, const char *name)
{
	struct resolve_address literal;
	SSL_CTX *context = get_context(c->probe, o);

	if (!context)
		return false;
	c->ssl = SSL_new(context);
	if (!c->ssl)
		return probe_unknown(c->probe, "no memory left for TLS");
	offer_session(c);
	if (!SSL_set_fd(c->ssl, c->watch.fd) ||
	    (!resolve_literal(name, &literal) && !SSL_set_tlsext_host_name(c->ssl, name)))
		return probe_unknown(c->probe, "server-name '%s' cannot be used", name);
	if (c->protocol && SSL_set_alpn_protos(c->ssl, (const unsigned char *)c->protocol,
					       (unsigned)strlen(c->protocol)))
		return probe_unknown(c->probe, "no memory left for TLS");
	return set_version(c->probe, c->ssl, o->min_version);
}

static void show_facts(struct connection *c)
{
	X509 *leaf = SSL_get0_peer_certificate(c->ssl);

	if (c->shows_nothing)
		return;
	probe_fact(c->probe, "tls_version", SSL_get_version(c->ssl));
	probe_fact(c->probe, "tls_cipher", SSL_get_cipher_name(c->ssl));
	if (leaf)
		tls_show_certificate(c->probe, leaf, SSL_get_peer_cert_chain(c->ssl));
}

static bool judge(struct connection *c, const struct probe_tls *o)
{
	X509 *leaf = SSL_get0_peer_certificate(c->ssl);
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(c->ssl);
	struct probe *p = c->probe;
	char why[TLS_REASON_BYTES];

	if (o->no_verify)
		return true;
	if (!leaf)
		return probe_fail(p, "the server shows no certificate");
	if (tls_verify_reason(SSL_get_verify_result(c->ssl), leaf, chain, tls_name(c, o),
			      clock_wall_us(), why, sizeof why))
		return probe_fail(p, "%s", why);
	tls_warn_expiry(p, leaf, o->warn_expiry_days);
	return true;
}

static bool refuse_plaintext(struct connection *c)
{
	char said[64];
	long n;
	struct text t = {0};

	if (!net_has_input(c))
		return true;
	n = c->to > c->from ? (long)(c->to - c->from) : net_receive(c, said, sizeof said);
	if (n > 0)
		text_add_safe(&t, c->to > c->from ? c->in + c->from : said, (size_t)n, sizeof said);
	probe_fail(c->probe, "plain text before TLS: '%s'", text_get(&t));
	text_release(&t);
	return false;
}

const char *tls_name(const struct connection *c, const struct probe_tls *o)
{
	return o->server_name && *o->server_name ? o->server_name : c->host;
}

static bool shake(struct probe *p, const struct probe_tls *o, bool is_lenient)
{
	struct connection *c = p->connection[p->in_use];

	if (!c || !c->beside)
		probe_step(p, "tls");
	c = net_get(p);
	if (!c)
		return false;
	if (c->ssl)
		return probe_unknown(p, "module asked for TLS twice");
	if (!refuse_plaintext(c))
		return false;
	net_make_prompt(c);
	if (!tls_set_up(c, o, tls_name(c, o)))
		return false;
	if (is_lenient)
		SSL_set_security_level(c->ssl, 0);
	if (!shake_hands(c, o))
		return false;
	show_facts(c);
	return probe_ok(p);
}

bool probe_shake_tls(struct probe *p, const struct probe_tls *o)
{
	return shake(p, o, true);
}

bool probe_judge_tls(struct probe *p, const struct probe_tls *o)
{
	struct connection *c = net_get(p);

	if (!c)
		return false;
	if (!c->ssl)
		return probe_unknown(p, "module asked for a judgement before TLS");
	return judge(c, o);
}

bool probe_start_tls(struct probe *p, const struct probe_tls *o)
{
	if (!shake(p, o, false) || !probe_judge_tls(p, o))
		return false;
	if (!net_get(p)->beside)
		probe_end_step(p);
	return true;
}

struct probe_tls probe_tls_of(const struct tls_options *o)
{
	return (struct probe_tls){.no_verify = !o->verify,
				  .server_name = o->server_name,
				  .ca_file = o->ca_file,
				  .client_cert = o->client_cert,
				  .client_key = o->client_key,
				  .warn_expiry_days = o->warn_expiry};
}

/* What SSL_read() and SSL_write() came to that moved no byte. */
static long come_to(struct connection *c, int error, int number)
{
	c->wants = tls_wants(c, error);
	if (c->wants)
		return NET_LATER;
	if (!c->probe->has_failed)
		say_broken(c, error, number, c->when);
	return NET_BROKEN;
}

long tls_read(struct connection *c, void *into, size_t room)
{
	int n, error;

	ERR_clear_error();
	errno = 0;
	n = SSL_read(c->ssl, into, room > INT32_MAX ? INT32_MAX : (int)room);
	if (n > 0)
		return n;
	error = SSL_get_error(c->ssl, n);
	if (is_end(error))
		return ERR_clear_error(), 0;
	return come_to(c, error, errno);
}

long tls_write(struct connection *c, const void *bytes, size_t size)
{
	int n;

	ERR_clear_error();
	errno = 0;
	n = SSL_write(c->ssl, bytes, size > INT32_MAX ? INT32_MAX : (int)size);
	return n > 0 ? n : come_to(c, SSL_get_error(c->ssl, n), errno);
}

bool tls_has_input(struct connection *c)
{
	char byte;

	ERR_clear_error();
	return SSL_peek(c->ssl, &byte, 1) > 0;
}

void tls_close(struct connection *c)
{
	ERR_clear_error();
	if (SSL_is_init_finished(c->ssl))
		SSL_shutdown(c->ssl);
	ERR_clear_error();
	SSL_free(c->ssl);
	c->ssl = NULL;
}

/* OpenSSL tells where in its source it asks. */
static void *crypto_try(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return memory_try(size);
}

static void *crypto_try_resize(void *old, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	if (size)
		return memory_try_resize(old, size);
	free(old);
	return NULL;
}

static void crypto_free(void *old, const char *file, int line)
{
	(void)file, (void)line;
	free(old);
}

void tls_begin(void)
{
	CRYPTO_set_mem_functions(crypto_try, crypto_try_resize, crypto_free);
	SSL_CTX_free(SSL_CTX_new_ex(tls_library(), NULL, TLS_client_method()));
	if (memory_lacks()) /* it never makes up for what it then missed */
		memory_end();
}
