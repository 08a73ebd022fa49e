/* fiber/tls_offer: asks a server whether it would speak old versions of TLS (probe_offer_tls() of
 * check.h).
 *
 * The answer is the server's alone: what the policy of this machine forbids is offered all the
 * same, and a library that cannot is told from a server that will not. */
#include <errno.h>
#include <openssl/err.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../prober/probe.h"
#include "net.h"
#include "tls.h"

struct patience {
	struct loop_timer timer;
	struct connection *connection;
	bool is_over;
};

static void end_patience(struct loop_timer *timer)
{
	struct patience *patience = (struct patience *)timer;

	patience->is_over = true;
	probe_wake(patience->connection->probe);
}

static bool await(struct connection *c, const bool *flag, const struct patience *patience)
{
	bool is_fine = true;

	c->is_waiting = true;
	while (!*flag && !patience->is_over && is_fine)
		is_fine = probe_park(c->probe);
	c->is_waiting = false;
	return is_fine && !patience->is_over;
}

/* Of our own doing, before a byte was sent. */
static bool is_ours(unsigned long error)
{
	int reason = ERR_GET_REASON(error);

	return ERR_GET_LIB(error) == ERR_LIB_SSL &&
	       (reason == SSL_R_NO_PROTOCOLS_AVAILABLE || reason == SSL_R_NO_CIPHERS_AVAILABLE ||
		reason == SSL_R_UNSUPPORTED_SSL_VERSION || reason == ERR_R_INTERNAL_ERROR);
}

static bool cannot_offer(struct probe *p)
{
	ERR_clear_error();
	return probe_unknown(p, "our TLS library cannot offer such old versions");
}

static bool shake_hands(struct connection *c, const struct patience *patience)
{
	const bool *flag;
	int got;

	for (;;) {
		ERR_clear_error();
		got = SSL_connect(c->ssl);
		if (got == 1)
			return true;
		flag = tls_wants(c, SSL_get_error(c->ssl, got));
		if (flag && await(c, flag, patience))
			continue;
		if (!c->probe->has_failed && is_ours(ERR_peek_error()))
			return cannot_offer(c->probe);
		if (memory_lacks() != c->probe->lacks)
			probe_unknown(c->probe, "no memory left for TLS");
		ERR_clear_error();
		return false;
	}
}

static bool limit(struct connection *c, const char *max_version)
{
	int version = tls_version(max_version);

	SSL_set_security_level(c->ssl, 0);
	if (!version)
		return probe_unknown(c->probe, "no such TLS version: '%s'", max_version);
	if (SSL_set_max_proto_version(c->ssl, version) != 1 ||
	    SSL_set_cipher_list(c->ssl, "ALL:@SECLEVEL=0") != 1)
		return cannot_offer(c->probe);
	return true;
}

const char *probe_offer_tls(struct probe *p, const struct probe_tls *o, const char *max_version,
			    int64_t wait_us)
{
	struct connection *c = net_get(p);
	struct patience patience = {.timer.fire = end_patience, .connection = c};
	const char *accepted = "";

	if (!c)
		return accepted;
	if (c->ssl) {
		probe_unknown(p, "module asked for TLS twice");
		return accepted;
	}
	net_make_prompt(c);
	if (!tls_set_up(c, o, tls_name(c, o)) || !limit(c, max_version))
		return accepted;
	loop_set(p->host->loop, &patience.timer, clock_mono_us() + wait_us);
	if (shake_hands(c, &patience))
		accepted = SSL_get_version(c->ssl);
	loop_stop_timer(p->host->loop, &patience.timer);
	return accepted;
}
