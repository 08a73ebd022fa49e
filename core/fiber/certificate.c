/* fiber/certificate: judges and shows certificates, the same for every protocol. See tls.h. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/clock.h"
#include "../base/text.h"
#include "../prober/probe.h"
#include "net.h"
#include "resolve.h"
#include "tls.h"

#define DAY_US (86400 * CLOCK_SECOND)
#define STRONG_BITS 112 /* NIST SP 800-57: RSA 2048, EC 224, SHA-224 */
#define NAMES 5 /* of a certificate that is for another host */

static int64_t time_of(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) * CLOCK_SECOND : 0;
}

static const char *day_of(int64_t wall_us, char to[16])
{
	time_t s = (time_t)(wall_us / CLOCK_SECOND);
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(to, 16, "%Y-%m-%d", &tm);
	return to;
}

/* Whatever a certificate says is a stranger's text. */
static void add_name(struct text *t, const X509_NAME *name)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *at;
	long size;

	if (!b)
		return;
	X509_NAME_print_ex(b, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	size = BIO_get_mem_data(b, &at);
	if (size > 0)
		text_add_safe(t, at, (size_t)size, 256);
	BIO_free(b);
}

static void add_san(struct text *t, const GENERAL_NAME *n)
{
	const ASN1_STRING *s = n->type == GEN_IPADD ? n->d.iPAddress : n->d.dNSName;
	struct resolve_address a = {0};

	if (n->type == GEN_IPADD) {
		struct text octets = {0};

		for (int i = 0; i < ASN1_STRING_length(s); i++)
			text_printf(&octets, ASN1_STRING_length(s) == 4 ? "%s%d" : "%s%02x",
				    !i ? "" : ASN1_STRING_length(s) == 4 ? "." : i % 2 ? "" : ":",
				    ASN1_STRING_get0_data(s)[i]);
		text_puts(t, resolve_literal(text_get(&octets), &a) ? a.text : text_get(&octets));
		text_release(&octets);
		return;
	}
	text_add_safe(t, (const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s),
		      100);
}

static void add_common_name(struct text *t, X509 *leaf)
{
	char name[256];
	int n = X509_NAME_get_text_by_NID(X509_get_subject_name(leaf), NID_commonName, name,
					  sizeof name);

	if (n > 0)
		text_add_safe(t, name, (size_t)n, 100);
}

/* The names that count: subjectAltName, or the common name of an old certificate without. */
static void add_hosts(struct text *t, X509 *leaf)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	int shown = 0;

	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(all, i);

		if (n->type != GEN_DNS && n->type != GEN_IPADD)
			continue;
		if (shown == NAMES) {
			text_puts(t, ", ...");
			break;
		}
		text_puts(t, shown++ ? ", " : "");
		add_san(t, n);
	}
	GENERAL_NAMES_free(all);
	if (!shown)
		add_common_name(t, leaf);
}

static bool is_for(X509 *leaf, const char *host)
{
	struct resolve_address literal;

	if (resolve_literal(host, &literal))
		return X509_check_ip_asc(leaf, literal.text, 0) == 1;
	return X509_check_host(leaf, host, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1;
}

static bool say_dates(struct text *t, X509 *cert, const char *whose, int64_t wall_us)
{
	int64_t from_us = time_of(X509_get0_notBefore(cert)),
		to_us = time_of(X509_get0_notAfter(cert));
	char day[16];

	if (wall_us > to_us)
		text_printf(t, "certificate%s expired on %s", whose, day_of(to_us, day));
	else if (wall_us < from_us)
		text_printf(t, "certificate%s is not yet valid, only from %s on", whose,
			    day_of(from_us, day));
	return t->size > 0;
}

static void say_issuer_dates(struct text *t, STACK_OF(X509) *chain, int64_t wall_us)
{
	struct text whose = {0};

	for (int i = 1; i < sk_X509_num(chain) && !t->size; i++) {
		text_clear(&whose);
		text_puts(&whose, " of issuer '");
		add_name(&whose, X509_get_subject_name(sk_X509_value(chain, i)));
		text_puts(&whose, "'");
		say_dates(t, sk_X509_value(chain, i), text_get(&whose), wall_us);
	}
	if (!t->size)
		text_puts(t, "certificate of an issuer is expired or not yet valid");
	text_release(&whose);
}

static void say_named(struct text *t, const char *before, const X509_NAME *name, const char *after)
{
	text_puts(t, before);
	add_name(t, name);
	text_puts(t, after);
}

static void say_chain(struct text *t, long result, X509 *leaf, STACK_OF(X509) *chain,
		      int64_t wall_us)
{
	X509 *top = sk_X509_num(chain) > 0 ? sk_X509_value(chain, sk_X509_num(chain) - 1) : leaf;

	switch (result) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		say_issuer_dates(t, chain, wall_us);
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		text_puts(t, "certificate is self-signed");
		break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		say_named(t, "certificate is from an unknown authority, '",
			  X509_get_issuer_name(top), "'");
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		say_named(t, "certificate chain incomplete: issuer '", X509_get_issuer_name(top),
			  "' is neither sent nor trusted here");
		break;
	default:
		text_printf(t, "certificate is not good: %s",
			    X509_verify_cert_error_string(result));
	}
}

static bool is_about_name(long result)
{
	return result == X509_V_OK || result == X509_V_ERR_HOSTNAME_MISMATCH ||
	       result == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

const char *tls_verify_reason(long verify_result, X509 *leaf, STACK_OF(X509) *chain,
			      const char *host, int64_t wall_us, char *to, size_t room)
{
	struct text t = {0};

	ERR_clear_error();
	if (!say_dates(&t, leaf, "", wall_us) && !is_about_name(verify_result))
		say_chain(&t, verify_result, leaf, chain, wall_us);
	if (!t.size && !is_for(leaf, host)) {
		text_puts(&t, "certificate is for '");
		add_hosts(&t, leaf);
		text_printf(&t, "', not '%s'", host);
	}
	ERR_clear_error();
	snprintf(to, room, "%s", text_get(&t));
	text_release(&t);
	return *to ? to : NULL;
}

/* The system's by the folder of hashed names, which is looked into when an authority is needed: its
 * one file of all of them takes 24 ms to parse and 2 MB. */
bool tls_trust(X509_STORE *store, const char *ca_file)
{
	if (*ca_file)
		return X509_STORE_load_file_ex(store, ca_file, tls_library(), NULL) == 1;
	if (getenv(X509_get_default_cert_file_env()))
		return X509_STORE_set_default_paths_ex(store, tls_library(), NULL) == 1;
	return X509_STORE_load_path(store, X509_get_default_cert_dir()) == 1;
}

static int64_t days_left(X509 *leaf)
{
	int64_t left_us = time_of(X509_get0_notAfter(leaf)) - clock_wall_us();

	return left_us >= 0 ? left_us / DAY_US : -((-left_us + DAY_US - 1) / DAY_US);
}

/* For the transcript: each certificate as it was shown, the leaf first. */
static void note_chain(struct probe *p, STACK_OF(X509) *chain)
{
	struct text t = {0};
	char day[16];

	for (int i = 0; i < sk_X509_num(chain) && i < 10; i++) {
		X509 *shown = sk_X509_value(chain, i);

		text_clear(&t);
		text_printf(&t, "certificate %d: ", i);
		add_name(&t, X509_get_subject_name(shown));
		text_puts(&t, ", issued by ");
		add_name(&t, X509_get_issuer_name(shown));
		text_printf(&t, ", from %s", day_of(time_of(X509_get0_notBefore(shown)), day));
		text_printf(&t, " to %s", day_of(time_of(X509_get0_notAfter(shown)), day));
		probe_note(p, "%s", text_get(&t));
	}
	text_release(&t);
}

void tls_show_certificate(struct probe *p, X509 *leaf, STACK_OF(X509) *chain)
{
	struct text t = {0};

	probe_value(p, "certificate_days", (double)days_left(leaf), "d");
	add_name(&t, X509_get_subject_name(leaf));
	probe_fact(p, "certificate_subject", text_get(&t));
	text_clear(&t);
	add_name(&t, X509_get_issuer_name(leaf));
	probe_fact(p, "certificate_issuer", text_get(&t));
	text_clear(&t);
	for (int i = 0; i < sk_X509_num(chain) && i < 10; i++) {
		text_puts(&t, i ? "; " : "");
		add_name(&t, X509_get_subject_name(sk_X509_value(chain, i)));
	}
	probe_fact(p, "certificate_chain", text_get(&t));
	text_release(&t);
	if (p->order.wants_transcript)
		note_chain(p, chain);
	ERR_clear_error();
}

void tls_warn_expiry(struct probe *p, X509 *leaf, int64_t warn_expiry_days)
{
	int64_t left = days_left(leaf);

	if (left >= warn_expiry_days)
		return;
	if (left < 1)
		probe_degrade(p, "certificate expires today");
	else
		probe_degrade(p, "certificate expires in %lld %s", (long long)left,
			      left == 1 ? "day" : "days");
}

/* ---- one certificate, for a module to look at ---- */

static const char *hex(struct probe *p, const unsigned char *bytes, unsigned size)
{
	char *text = probe_alloc(p, 2 * (size_t)size + 1);

	for (unsigned i = 0; text && i < size; i++)
		snprintf(text + 2 * (size_t)i, 3, "%02x", bytes[i]);
	return text ? text : "";
}

static const char *name_text(struct probe *p, const X509_NAME *name)
{
	struct text t = {0};
	const char *text;

	add_name(&t, name);
	text = probe_text(p, "%s", text_get(&t));
	text_release(&t);
	return text;
}

/* Of the SubjectPublicKeyInfo, as `openssl x509 -pubkey` writes it. */
static void key_fingerprint(X509 *shown, unsigned char *digest, unsigned *size)
{
	unsigned char *bytes = NULL;
	int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(shown), &bytes);

	if (length > 0)
		EVP_Digest(bytes, (size_t)length, digest, size, EVP_sha256(), NULL);
	OPENSSL_free(bytes);
}

static void look_at_key(struct probe *p, X509 *shown, struct probe_certificate *c)
{
	EVP_PKEY *key = X509_get0_pubkey(shown);
	int type = key ? EVP_PKEY_get_base_id(key) : 0;
	const char *name = key ? EVP_PKEY_get0_type_name(key) : NULL;

	if (type == EVP_PKEY_RSA || type == EVP_PKEY_EC || type == EVP_PKEY_DSA)
		c->key = probe_text(p, "%s %d", name, EVP_PKEY_get_bits(key));
	else
		c->key = probe_text(p, "%s", name ? name : "unknown");
	c->has_weak_key = key && EVP_PKEY_get_security_bits(key) < STRONG_BITS;
}

static void look_at_signature(X509 *shown, struct probe_certificate *c)
{
	const char *name = OBJ_nid2sn(X509_get_signature_nid(shown));
	bool is_own = !X509_NAME_cmp(X509_get_subject_name(shown), X509_get_issuer_name(shown));
	int bits = 0;

	c->signature = name ? name : "unknown";
	if (X509_get_signature_info(shown, NULL, NULL, &bits, NULL) != 1)
		bits = STRONG_BITS; /* one that we cannot judge */
	c->has_weak_signature = !is_own && bits < STRONG_BITS;
}

const struct probe_certificate *probe_certificate(struct probe *p, int place)
{
	struct connection *of = net_get(p);
	STACK_OF(X509) *chain = of && of->ssl ? SSL_get_peer_cert_chain(of->ssl) : NULL;
	X509 *shown = place >= 0 && place < sk_X509_num(chain) ? sk_X509_value(chain, place) : NULL;
	struct probe_certificate *c = shown ? probe_alloc(p, sizeof *c) : NULL;
	unsigned char digest[EVP_MAX_MD_SIZE], key_digest[EVP_MAX_MD_SIZE];
	unsigned size = 0, key_size = 0;

	if (!c)
		return NULL;
	c->subject = name_text(p, X509_get_subject_name(shown));
	c->issuer = name_text(p, X509_get_issuer_name(shown));
	c->from_us = time_of(X509_get0_notBefore(shown));
	c->to_us = time_of(X509_get0_notAfter(shown));
	X509_digest(shown, EVP_sha256(), digest, &size);
	c->fingerprint = hex(p, digest, size);
	key_fingerprint(shown, key_digest, &key_size);
	c->key_fingerprint = hex(p, key_digest, key_size);
	look_at_key(p, shown, c);
	look_at_signature(shown, c);
	ERR_clear_error();
	return probe_ok(p) ? c : NULL;
}
