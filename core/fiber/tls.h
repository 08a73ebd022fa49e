/* fiber/tls: TLS on a probe's connection, and the one text for each way a certificate can be bad.
 *
 * One SSL_CTX for each set of (authorities, client certificate, key), shared by all probes: parsing
 * the CA bundle for each would cost 24 ms. No session cache: a probe measures a full handshake. The
 * certificate is judged after the handshake, so that its facts are shown even when it is bad. tls.c
 * is the connection, certificate.c judges and shows, tls_library.c is what OpenSSL works with. */
#ifndef NINES_FIBER_TLS_H
#define NINES_FIBER_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe;
struct probe_tls;
struct connection;
struct tls_host;

#define TLS_REASON_BYTES 512

void tls_host_free(struct tls_host *);

/* Why the certificate is not good, or NULL: exactly one reason, written to `to`. `verify_result` as
 * of SSL_get_verify_result() (one that did or did not check the name); `chain` as the server sent
 * it (leaf first, may be NULL); `host` a name or an address. */
const char *tls_verify_reason(long verify_result, X509 *leaf, STACK_OF(X509) *chain,
			      const char *host, int64_t wall_us, char *to, size_t room);

/* The value certificate_days and the facts certificate_subject, certificate_issuer,
 * certificate_chain. */
void tls_show_certificate(struct probe *, X509 *leaf, STACK_OF(X509) *chain);
/* Degrades the probe when the certificate has fewer days left; 0: never. */
void tls_warn_expiry(struct probe *, X509 *leaf, int64_t warn_expiry_days);

/* Trusts the authorities of a PEM file, or those of the system (""). False: OpenSSL's queue says
 * why. */
bool tls_trust(X509_STORE *, const char *ca_file);

/* What the first error of OpenSSL's queue says about a failed handshake, in our words; empties the
 * queue. NULL: it is empty. */
const char *tls_handshake_reason(const char *min_version, char *to, size_t room);

/* Makes c->ssl, ready for a handshake that may agree on o->min_version or newer. False: the probe
 * is unknown. */
bool tls_set_up(struct connection *, const struct probe_tls *, const char *name);
/* The name to ask and verify for. */
const char *tls_name(const struct connection *, const struct probe_tls *);
/* OpenSSL's number for "1.0" ... "1.3"; 0: there is no such version. */
int tls_version(const char *name);
/* What SSL_read() and its kin wait for: the flag of the connection, lowered, or NULL: they do not.
 */
bool *tls_wants(struct connection *, int error);

/* For net.c, without parking: > 0 bytes, 0 at the end of the stream, NET_LATER, NET_BROKEN: the
 * probe has failed. */
long tls_read(struct connection *, void *into, size_t room);
long tls_write(struct connection *, const void *bytes, size_t size);
bool tls_has_input(struct connection *);
/* Says goodbye without waiting and frees c->ssl. */
void tls_close(struct connection *);

/* What an SSL_CTX of ours is made from, for good. It reads no private keys. NULL: OpenSSL's own. */
OSSL_LIB_CTX *tls_library(void);

/* Before anything else of OpenSSL: its allocations are memory_try() from then on. It reads its own
 * files now, not while a first probe is timed; without the memory for it the process ends. */
void tls_begin(void);

#endif
