/* modules/domain: is a domain registered, in order, and for how long? Asks its registry with RDAP,
 * or with WHOIS where there is no RDAP. Manual: domain.md.
 *
 * A registry that does not answer says nothing of the domain: that is unknown, never downtime. */
#include "domain.h"

#include <ctype.h>
#include <stdlib.h>

#define DAY_S 86400

static const struct module_option option[] = {
	OPTION_HOST(struct domain, domain, "the domain, as it is registered: example.org"),
	OPTION_(struct domain, warn_expiry, "warn-expiry", OPTION_TYPE_INT, "30", "0..3650", 0,
		"degraded when it has fewer days left"),
	OPTION_(struct domain, expect_expiry, "expect-expiry", OPTION_TYPE_BOOL, "true", NULL, 0,
		"unknown when the registry tells no date"),
	OPTION_CHOICE(struct domain, protocol, "auto", "auto|rdap|whois",
		      "how to ask; auto: WHOIS where no RDAP server is known"),
	OPTION_(struct domain, server, "server", OPTION_TYPE_URL, "", "http|https", 0,
		"the registry's RDAP server, in place of the bootstrap's"),
	OPTION_(struct domain, bootstrap, "bootstrap", OPTION_TYPE_FILE, "", NULL, 0,
		"a newer list of RDAP servers (JSON of RFC 9224) than the one built in"),
	OPTION_LINE(struct domain, whois, "whois.iana.org",
		    "host[:port] of the WHOIS server that is asked first"),
	OPTION_BOOL(struct domain, verify, true, "judge the RDAP server's certificate"),
	OPTION_(struct domain, ca_file, "ca-file", OPTION_TYPE_FILE, "", NULL, 0,
		"trust these authorities only (PEM)"),
	OPTION_END};

/* In small letters, without a final dot. */
static const char *name_of(struct probe *p, const char *written)
{
	size_t size = strlen(written);
	char *name = probe_alloc(p, size + 1);

	for (size_t i = 0; name && i < size; i++)
		name[i] = (char)tolower((unsigned char)written[i]);
	if (name && size && name[size - 1] == '.')
		name[size - 1] = '\0';
	return name ? name : "";
}

/* ---- what is asked ---- */

static const char *ask(struct probe *p, const struct domain *o, const char *name,
		       struct registration *r)
{
	const char *base = o->server;

	if (o->protocol != PROTOCOL_WHOIS && !*base)
		base = bootstrap_find(p, o->bootstrap, name);
	if (o->protocol == PROTOCOL_RDAP && !base)
		probe_unknown(p, "no RDAP server is known for '%s': give one with server", name);
	if (o->protocol == PROTOCOL_WHOIS || !base)
		return whois_ask(p, o, name, r);
	return rdap_ask(p, o, base, name, r);
}

/* ---- what it means ---- */

static const char *date_of(struct probe *p, const struct registration *r)
{
	return probe_text(p, "%.10s", probe_time_text(p, "UTC", r->expires_s * 1000000));
}

static int64_t days_until(int64_t s, int64_t now_s)
{
	int64_t left_s = s - now_s;

	return left_s >= 0 ? left_s / DAY_S : -((-left_s + DAY_S - 1) / DAY_S);
}

static void tell(struct probe *p, const struct registration *r, int64_t days)
{
	if (r->expires_s) {
		probe_value(p, "expiry_days", (double)days, "d");
		probe_fact(p, "expires", date_of(p, r));
	}
	if (*r->registrar)
		probe_fact(p, "registrar", probe_shown(p, r->registrar));
	if (*r->statuses)
		probe_fact(p, "statuses", probe_shown(p, r->statuses));
	if (*r->servers)
		probe_fact(p, "name_servers", probe_shown(p, r->servers));
}

static void judge(struct probe *p, const struct domain *o, const struct registration *r,
		  const char *name, const char *step)
{
	int64_t now_s = probe_wall_us(p) / 1000000, days = days_until(r->expires_s, now_s);

	if (!probe_ok(p))
		return;
	if (r->state == REGISTRATION_NONE)
		probe_fail_in(p, step, "domain '%s' is not registered", name);
	tell(p, r, days);
	if (*r->bad_status)
		probe_fail_in(p, step, "domain '%s' is in status '%s'", name, r->bad_status);
	else if (!r->expires_s && o->expect_expiry)
		probe_unknown(p, "the registry tells no date of expiry of '%s'", name);
	else if (r->expires_s && r->expires_s <= now_s)
		probe_fail_in(p, step, "domain '%s' has expired on %s", name, date_of(p, r));
	else if (r->expires_s && days < o->warn_expiry)
		probe_degrade(p, "domain '%s' expires in %s, on %s", name,
			      !days	  ? "less than a day"
			      : days == 1 ? "1 day"
					  : probe_text(p, "%lld days", (long long)days),
			      date_of(p, r));
}

static void run(struct probe *p, const void *options)
{
	const struct domain *o = options;
	const char *name = name_of(p, o->domain), *step;
	struct registration r = {.state = REGISTRATION_UNCLEAR};

	probe_asks_others(p, true);
	step = ask(p, o, name, &r);
	probe_asks_others(p, false);
	judge(p, o, &r, name, step);
}

/* ---- what options can be ---- */

static bool is_address(const char *name)
{
	return strchr(name, ':') || !name[strspn(name, "0123456789.")];
}

static bool is_sane(const void *options, struct check_judgement *j)
{
	const struct domain *o = options;
	const char *dot = strchr(o->domain, '.');
	bool is_fine = true;

	for (const char *c = o->domain; *c; c++)
		if ((unsigned char)*c >= 0x80)
			return check_wrong(j, "domain", 0, "write it in its ASCII form: xn--...");
	if (is_address(o->domain) || !dot || !dot[1])
		is_fine = check_wrong(j, "domain", 0, "wanted a domain such as example.org");
	if (o->protocol == PROTOCOL_WHOIS && *o->server)
		is_fine = check_wrong(j, "server", 0, "is for RDAP: leave it out with whois");
	if (!*o->whois || strchr(o->whois, ' ') || strchr(o->whois, '/'))
		is_fine = check_wrong(j, "whois", 0, "wanted host or host:port");
	return is_fine;
}

CHECK_MODULE("domain", "asks a registry whether a domain is in order, and for how long",
	     struct domain, option, run, .standard_every = "1d", .standard_timeout = "30s",
	     .judge = is_sane);
