/* modules/dns: asks a name server and judges what it answers: code, flags, the set of records, and
 * whether all name servers of a zone have the same serial. Manual: dns.md. */
#include <nines/check.h>

#include <stdio.h>
#include <stdlib.h>

#define SERVERS 32
#define ANSWERS 256
#define TYPE_NS  2
#define TYPE_SOA 6
#define REFUSED  5

enum serials { SERIALS_IGNORE, SERIALS_DEGRADED, SERIALS_DOWN };

struct dns {
	const char *name, *type, *server;
	const char *const *expect_answer, *const *name_servers;
	int64_t expect_rcode, serials;
	bool recursion, expect_aa, expect_ad;
};

static const struct module_option option[] = {
	OPTION_(struct dns, name, "name", OPTION_TYPE_TEXT, NULL, NULL, OPTION_IS_REQUIRED,
		"name to ask for"),
	OPTION_TEXT(struct dns, type, "A", "type of the records: A, MX, TLSA, TYPE65 ..."),
	OPTION_TEXT(struct dns, server, "", "host[:port] to ask; the system's resolver"),
	OPTION_(struct dns, expect_answer, "expect-answer", OPTION_TYPE_LIST, "", NULL, 0,
		"the records that must come, in any order, and no others"),
	OPTION_(struct dns, expect_rcode, "expect-rcode", OPTION_TYPE_CHOICE, "NOERROR",
		"NOERROR|FORMERR|SERVFAIL|NXDOMAIN|NOTIMP|REFUSED", 0, "the code of the answer"),
	OPTION_(struct dns, expect_aa, "expect-aa", OPTION_TYPE_BOOL, "false", NULL, 0,
		"the answer must be authoritative (flag AA)"),
	OPTION_(struct dns, expect_ad, "expect-ad", OPTION_TYPE_BOOL, "false", NULL, 0,
		"the resolver must have validated the answer (flag AD)"),
	OPTION_BOOL(struct dns, recursion, true, "ask the server to ask others"),
	OPTION_CHOICE(struct dns, serials, "ignore", "ignore|degraded|down",
		      "what it is when the zone's name servers differ in their SOA serial"),
	OPTION_(struct dns, name_servers, "name-servers", OPTION_TYPE_LIST, "", NULL, 0,
		"host[:port] of the servers to compare instead of those in the zone's NS records"),
	OPTION_END};

/* "a, b": appends to a list. */
static const char *join(struct probe *p, const char *list, const char *more)
{
	return *list ? probe_text(p, "%s, %s", list, more) : more;
}

static bool has_record(const struct probe_dns_answer *a, const char *text)
{
	for (size_t i = 0; i < a->records; i++)
		if (!strcmp(a->record[i].text, text))
			return true;
	return false;
}

/* Both as sets: what is wanted and missing, what is there and not wanted. */
static void judge_set(struct probe *p, const struct dns *o, const struct probe_dns_answer *a,
		      int type)
{
	const char *wanted[ANSWERS], *missing = "", *unwanted = "";
	size_t wants = 0, w;

	for (; o->expect_answer[wants]; wants++) {
		if (wants == ANSWERS) {
			probe_unknown(p, "expect-answer: more than %d records", ANSWERS);
			return;
		}
		wanted[wants] = probe_dns_text(p, type, o->expect_answer[wants]);
		if (!wanted[wants])
			probe_unknown(p, "expect-answer: '%s' is no %s", o->expect_answer[wants],
				      o->type);
		else if (!has_record(a, wanted[wants]))
			missing = join(p, missing, wanted[wants]);
		if (!probe_ok(p))
			return;
	}
	for (size_t i = 0; i < a->records && wants; i++) {
		for (w = 0; w < wants && strcmp(wanted[w], a->record[i].text) != 0; w++)
			;
		if (w == wants)
			unwanted = join(p, unwanted, a->record[i].text);
	}
	if (*missing && *unwanted)
		probe_fail(p, "%s of '%s' lacks '%s', has '%s' instead", o->type, o->name, missing,
			   unwanted);
	else if (*missing)
		probe_fail(p, "%s of '%s' lacks '%s'", o->type, o->name, missing);
	else if (*unwanted)
		probe_fail(p, "%s of '%s' has '%s' too", o->type, o->name, unwanted);
}

static void judge(struct probe *p, const struct dns *o, const struct probe_dns_answer *a, int type)
{
	static const char *const code[] = {"NOERROR",  "FORMERR", "SERVFAIL",
					   "NXDOMAIN", "NOTIMP",  "REFUSED"};

	if (a->rcode == REFUSED && o->expect_rcode != REFUSED && !*o->server)
		probe_unknown(p, "resolver failing: it refused the query for '%s'", o->name);
	if (a->rcode != o->expect_rcode)
		probe_fail(p, "wanted %s, got %s for %s of '%s'", code[o->expect_rcode],
			   a->rcode_name, o->type, o->name);
	if (o->expect_aa && !a->is_authoritative)
		probe_fail(p, "%s is not authoritative for '%s'", a->server, o->name);
	if (o->expect_ad && !a->is_authentic)
		probe_fail(p, "%s has not validated the answer for '%s'", a->server, o->name);
	if (!a->records && !o->expect_rcode)
		probe_fail(p, "'%s' has no %s", o->name, o->type);
	judge_set(p, o, a, type);
}

static void tell(struct probe *p, const struct probe_dns_answer *a)
{
	const char *all = "";
	int64_t ttl_s = a->records ? a->record[0].ttl_s : 0;

	for (size_t i = 0; i < a->records; i++) {
		all = i < 16 ? join(p, all, a->record[i].text) : all;
		ttl_s = a->record[i].ttl_s < ttl_s ? a->record[i].ttl_s : ttl_s;
	}
	probe_value(p, "answers", (double)a->records, "");
	if (a->records)
		probe_value(p, "ttl", (double)ttl_s, "s");
	probe_fact(p, "answer", all);
	probe_fact(p, "rcode", a->rcode_name);
}

/* ---- serials ---- */

/* The servers to compare: those configured, or those of the zone's NS records. */
static size_t find_servers(struct probe *p, const struct dns *o, struct probe_dns_question *q)
{
	struct probe_dns_question ns = {.server = o->server, .name = o->name, .type = TYPE_NS};
	struct probe_dns_answer a;
	size_t n = 0;

	for (; n < SERVERS && o->name_servers[n]; n++)
		q[n].server = o->name_servers[n];
	if (n || !probe_dns_ask(p, &ns, 1, 0, &a))
		return n;
	for (; n < SERVERS && n < a.records; n++)
		q[n].server = a.record[n].text;
	if (!n)
		probe_fail(p, "'%s' has no name servers: it is no zone", o->name);
	return n;
}

/* False: *why says what is wrong with the answer. */
static bool read_serial(struct probe *p, const struct dns *o, const struct probe_dns_question *q,
			const struct probe_dns_answer *a, uint32_t *serial, const char **why)
{
	unsigned long number;

	*why = "";
	if (*a->trouble)
		*why = a->trouble;
	else if (a->rcode || !a->records)
		*why = probe_text(p, "'%s' answers %s, no SOA of '%s'", q->server, a->rcode_name,
				  o->name);
	else if (!a->is_authoritative)
		*why = probe_text(p, "'%s' is not authoritative for '%s'", q->server, o->name);
	else if (sscanf(a->record[0].text, "%*s %*s %lu", &number) == 1)
		*serial = (uint32_t)number;
	else
		*why = probe_text(p, "'%s' has the SOA '%s'", q->server, a->record[0].text);
	return !**why;
}

/* Serials wrap around: newer is what is less than half the circle ahead (RFC 1982 3.2). */
static void compare_serials(struct probe *p, const struct dns *o)
{
	struct probe_dns_question q[SERVERS] = {{.server = NULL}};
	struct probe_dns_answer a[SERVERS];
	uint32_t serial[SERVERS] = {0};
	const char *why, *wrong = "";
	size_t servers = find_servers(p, o, q), newest = SERVERS;

	for (size_t i = 0; i < servers; i++) {
		q[i].name = o->name;
		q[i].type = TYPE_SOA;
		q[i].no_recursion = true;
	}
	probe_hop(p, 1);
	if (!probe_dns_ask(p, q, servers, probe_left_us(p) / 2, a))
		return;
	for (size_t i = 0; i < servers; i++) {
		if (!read_serial(p, o, &q[i], &a[i], &serial[i], &why)) {
			wrong = join(p, wrong, why);
			a[i].records = 0;
		} else if (newest == SERVERS || (int32_t)(serial[i] - serial[newest]) > 0) {
			newest = i;
		}
	}
	for (size_t i = 0; i < servers; i++)
		if (a[i].records && serial[i] != serial[newest])
			wrong = join(p, wrong,
				     probe_text(p, "'%s' lags: serial %u, '%s' has %u", q[i].server,
						serial[i], q[newest].server, serial[newest]));
	if (newest < SERVERS)
		probe_value(p, "serial", serial[newest], "");
	probe_value(p, "servers", (double)servers, "");
	if (*wrong && o->serials == SERIALS_DOWN)
		probe_fail(p, "%s", wrong);
	else if (*wrong)
		probe_degrade(p, "%s", wrong);
}

static void run(struct probe *p, const void *options)
{
	const struct dns *o = options;
	struct probe_dns_question q = {.server = o->server,
				       .name = o->name,
				       .type = probe_dns_type(o->type),
				       .no_recursion = !o->recursion,
				       .wants_ad = o->expect_ad};
	struct probe_dns_answer a;

	if (!q.type)
		probe_unknown(p, "type: there is no '%s'", o->type);
	if (!probe_dns_ask(p, &q, 1, 0, &a))
		return;
	tell(p, &a);
	judge(p, o, &a, q.type);
	if (o->serials)
		compare_serials(p, o);
}

static bool is_sane(const void *options, struct check_judgement *j)
{
	const struct dns *o = options;
	int type = probe_dns_type(o->type);
	bool is_fine = true;
	size_t i = 0;

	if (!type)
		is_fine = check_wrong(j, "type", 0, "there is no '%.60s'", o->type);
	for (; o->expect_answer[i] && i < ANSWERS; i++)
		if (type && !probe_dns_is_text(type, o->expect_answer[i]))
			is_fine = check_wrong(j, "expect-answer", i, "'%.150s' is no %s",
					      o->expect_answer[i], o->type);
	if (o->expect_answer[i])
		is_fine = check_wrong(j, "expect-answer", i, "more than %d records", ANSWERS);
	return is_fine;
}

CHECK_MODULE("dns", "asks a name server and judges its answer", struct dns, option, run,
	     .judge = is_sane);
