/* modules/tls: what a server shows when it is asked for TLS: the certificates as presented, for how
 * long, by whom; and whether it still accepts what nobody should. Manual: tls.md. */
#include <nines/check.h>

#include <stdio.h>

#include "dialogue.h"

#define DAY	  INT64_C(86400000000)
#define PLACES	  10 /* of certificates */
#define OFFER_US  3000000
#define SHA256	  64 /* hexadecimal digits */
#define VERSIONS  "1.0|1.1|1.2|1.3"
#define OLD_FROM  "1.0"
#define OLD_TO	  "1.1"

enum weak { WEAK_ALLOW, WEAK_DEGRADED, WEAK_DOWN };

struct tls {
	const char *host, *issuer;
	int64_t port, starttls, min_version, weak;
	const char *const *fingerprint;
	struct tls_options tls;
};

static const struct module_option option[] = {
	OPTION_HOST(struct tls, host, "name or address to connect to"),
	OPTION_(struct tls, port, "port", OPTION_TYPE_INT, "0", "0..65535", 0,
		"TCP port; 0: that of the protocol, 443 without starttls"),
	OPTION_CHOICE(struct tls, starttls, "none", DIALOGUES,
		      "the protocol to ask for TLS in; none: TLS from the first byte"),
	OPTION_LINE(struct tls, issuer, "", "text that must stand in the name of the issuer"),
	OPTION_LIST(struct tls, fingerprint, "",
		    "SHA-256 of the certificate or of its public key: one of these it must be"),
	OPTION_(struct tls, min_version, "min-version", OPTION_TYPE_CHOICE, "1.2", VERSIONS, 0,
		"down when the server speaks no TLS as new"),
	OPTION_CHOICE(struct tls, weak, "degraded", "allow|degraded|down",
		      "what TLS 1.0 and 1.1, SHA-1 and short keys are"),
	OPTIONS_TLS(struct tls, tls),
	OPTION_END};

static const char *server_name(const struct tls *o)
{
	return *o->tls.server_name ? o->tls.server_name : o->host;
}

static struct probe_tls tls_of(const struct tls *o)
{
	static const char *const version[] = {"1.0", "1.1", "1.2", "1.3"};
	struct probe_tls tls = probe_tls_of(&o->tls);

	tls.min_version = version[o->min_version];
	tls.server_name = server_name(o);
	return tls;
}

/* ---- the certificates ---- */

static const char *date(struct probe *p, int64_t wall_us)
{
	return probe_text(p, "%.10s", probe_time_text(p, "UTC", wall_us));
}

static void show(struct probe *p)
{
	const struct probe_certificate *c;

	for (int i = 0; i < PLACES && (c = probe_certificate(p, i)); i++)
		probe_fact(p, probe_text(p, "certificate_%d", i),
			   probe_text(p, "%s; issuer %s; %s to %s; %s, %s; sha256 %s", c->subject,
				      c->issuer, date(p, c->from_us), date(p, c->to_us), c->key,
				      c->signature, c->fingerprint));
	c = probe_certificate(p, 0);
	probe_fact(p, "certificate_fingerprint", c ? c->fingerprint : NULL);
	probe_fact(p, "key_fingerprint", c ? c->key_fingerprint : NULL);
}

/* Colons and capitals are as people paste them. False: it is no SHA-256. */
static bool plain(const char *given, char to[SHA256 + 1])
{
	size_t n = 0;

	for (; *given; given++) {
		char c = *given >= 'A' && *given <= 'F' ? *given + 32 : *given;

		if (c == ':')
			continue;
		if (n == SHA256 || !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		to[n++] = c;
	}
	to[n] = '\0';
	return n == SHA256;
}

static bool is_one_of(const char *const *given, const struct probe_certificate *c)
{
	char wanted[SHA256 + 1];

	for (; *given; given++)
		if (plain(*given, wanted) &&
		    (!strcmp(wanted, c->fingerprint) || !strcmp(wanted, c->key_fingerprint)))
			return true;
	return false;
}

static void judge_identity(struct probe *p, const struct tls *o)
{
	const struct probe_certificate *c = probe_certificate(p, 0);

	if (!c)
		return;
	if (!strstr(c->issuer, o->issuer))
		probe_fail(p, "wanted a certificate of issuer '%s', got one of '%s'", o->issuer,
			   c->issuer);
	if (*o->fingerprint && !is_one_of(o->fingerprint, c))
		probe_fail(p, "another certificate than wanted: its SHA-256 is %s, its key's %s",
			   c->fingerprint, c->key_fingerprint);
}

static void warn_chain_expiry(struct probe *p, const struct tls *o)
{
	const struct probe_certificate *c;
	int64_t left;

	for (int i = 1; i < PLACES && o->tls.verify && (c = probe_certificate(p, i)); i++) {
		left = (c->to_us - probe_wall_us(p)) / DAY;
		if (left < o->tls.warn_expiry)
			probe_degrade(p, "certificate of issuer '%s' expires in %lld days",
				      c->subject, (long long)left);
	}
}

/* ---- weaknesses ---- */

static void weak(struct probe *p, const struct tls *o, const char *what)
{
	if (o->weak == WEAK_DOWN)
		probe_fail(p, "%s", what);
	else if (o->weak == WEAK_DEGRADED)
		probe_degrade(p, "%s", what);
}

static void judge_strength(struct probe *p, const struct tls *o)
{
	const struct probe_certificate *c;

	for (int i = 0; i < PLACES && (c = probe_certificate(p, i)); i++) {
		if (c->has_weak_key)
			weak(p, o, probe_text(p, "weak key: %s of '%s'", c->key, c->subject));
		if (c->has_weak_signature)
			weak(p, o, probe_text(p, "weak signature: %s of '%s'", c->signature,
					      c->subject));
	}
}

static void dial(struct probe *p, const struct tls *o, const char *host)
{
	probe_dial(p, host, o->port ? o->port : dialogue_port(o->starttls));
	dialogue_hold(p, o->starttls, server_name(o));
}

/* On a connection of its own, to the same address. */
static void offer_old_versions(struct probe *p, const struct tls *o)
{
	struct probe_tls tls = tls_of(o);
	const char *address = probe_text(p, "%s", probe_address(p)), *accepted;
	int64_t wait_us;

	tls.min_version = OLD_FROM;
	probe_hangup(p);
	probe_hop(p, 1);
	dial(p, o, address);
	probe_step(p, "tls");
	wait_us = probe_left_us(p) / 2;
	accepted = probe_offer_tls(p, &tls, OLD_TO, wait_us < OFFER_US ? wait_us : OFFER_US);
	if (*accepted)
		weak(p, o, probe_text(p, "weak protocol: the server accepts %s", accepted));
}

static bool is_sane(const void *options, struct check_judgement *j)
{
	const struct tls *o = options;
	char unused[SHA256 + 1];

	for (j->item = 0; o->fingerprint[j->item]; j->item++)
		if (!plain(o->fingerprint[j->item], unused)) {
			j->option = "fingerprint";
			snprintf(j->why, sizeof j->why,
				 "wanted the 64 hexadecimal digits of a SHA-256");
			return false;
		}
	return true;
}

static void run(struct probe *p, const void *options)
{
	const struct tls *o = options;
	struct probe_tls tls = tls_of(o);
	struct check_judgement sanity = {0};

	if (!is_sane(o, &sanity))
		probe_unknown(p, "%s: %s", sanity.option, sanity.why);
	dial(p, o, o->host);
	probe_shake_tls(p, &tls);
	show(p);
	probe_judge_tls(p, &tls);
	judge_identity(p, o);
	warn_chain_expiry(p, o);
	judge_strength(p, o);
	if (o->weak != WEAK_ALLOW && probe_ok(p))
		offer_old_versions(p, o);
}

CHECK_MODULE("tls", "judges the certificate and the TLS of a server", struct tls, option, run,
	     .judge = is_sane);
