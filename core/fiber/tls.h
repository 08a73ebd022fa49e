/* fiber/tls: TLS on a probe's connection, and the one text for each way a certificate can be bad.
 *
 * One SSL_CTX for each set of (authorities, client certificate, key), shared by all probes: parsing the CA bundle for each would cost
 * 24 ms. No session cache: a probe measures a full handshake. The certificate is judged after the handshake, so that its facts are
 * shown even when it is bad. http.c judges curl's connections by the same function. */
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

void tls_host_free(struct tls_host *);

/* Why the certificate is not good, or NULL: exactly one reason, written to `to`. `verify_result` as of SSL_get_verify_result() of
 * a handshake that checked no name; `chain` as the server sent it (leaf first, may be NULL); `host` a name or an address. */
const char *tls_verify_reason(long verify_result, X509 *leaf, STACK_OF(X509) *chain, const char *host, int64_t wall_us,
			      char *to, size_t room);

/* The values and facts of a certificate: certificate_days, certificate_subject, certificate_issuer, certificate_chain. Degrades when fewer days
 * than `warn_expiry_days` are left. */
void tls_show_certificate(struct probe *, X509 *leaf, STACK_OF(X509) *chain, int64_t warn_expiry_days);

/* For net.c. As recv() and send(): >= 0 bytes; -1 with *waits_for_read or *waits_for_write set, or neither after the probe failed. */
long tls_read(struct connection *, void *into, size_t room);
long tls_write(struct connection *, const void *bytes, size_t size);
void tls_close(struct connection *);

#endif
