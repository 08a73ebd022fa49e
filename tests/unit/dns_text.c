/* What people write as a record's data comes into the form in which answers are shown; what is no
 * data of its type is refused. The way from bytes to text: tests/fuzz/fuzz_dns.c, modules/dns. */
#include "../../core/fiber/dns_text.h"

#include "../lib/tap.h"

static const struct {
	const char *type, *written, *wanted; /* NULL: refused */
} row[] = {
	{"A", " 192.0.2.1 ", "192.0.2.1"},
	{"A", "192.0.2", NULL},
	{"A", "192.0.2.1 192.0.2.2", NULL},
	{"A", "2001:db8::1", NULL},
	{"A", "", NULL},
	{"AAAA", "2001:0DB8:0:0:0:0:0:1", "2001:db8::1"},
	{"AAAA", "192.0.2.1", NULL},
	{"NS", "NS1.Example.ORG.", "ns1.example.org"},
	{"NS", ".", "."},
	{"NS", "a\\.b.test", "a\\.b.test"},
	{"NS", "a\\046b.\\065.test.", "a\\.b.a.test"},
	{"NS", "a b", NULL},
	{"NS", "a..b", NULL},
	{"NS", ".a", NULL},
	{"NS", "a..", NULL},
	{"MX", "10mx.test", NULL},
	{"MX", "010\tmx.test.", "10 mx.test"},
	{"MX", "mx.test", NULL},
	{"MX", "65536 mx.test", NULL},
	{"MX", "-1 mx.test", NULL},
	{"MX", "10", NULL},
	{"TXT", "v=spf1 -all", "v=spf1 -all"},
	{"TXT", "\"v=spf1 \" \"-all\"", "v=spf1 -all"},
	{"TXT", "\"open", NULL},
	{"TXT", "\"a\" b", NULL},
	{"TXT", "say \"hi\"", "say \\\"hi\\\""},
	{"TXT", "\xc3\xa4\\\\", "\\195\\164\\\\"},
	{"TXT", "", ""},
	{"SRV", "1 2 443 h.test.", "1 2 443 h.test"},
	{"SRV", "1 2 443", NULL},
	{"CAA", "0 issue ca.test", "0 issue \"ca.test\""},
	{"CAA", "128 issuewild \";\"", "128 issuewild \";\""},
	{"CAA", "256 issue ca.test", NULL},
	{"TLSA", "3 1 1 AB CD ef", "3 1 1 abcdef"},
	{"TLSA", "3 1 1 abc", NULL},
	{"TLSA", "3 1 1 xy", NULL},
	{"DNSKEY", "257 3 13 mds w==", "257 3 13 mdsw=="},
	{"SOA", "NS.test. h.test. 7 1 2 3 4294967295", "ns.test h.test 7 1 2 3 4294967295"},
	{"SOA", "ns.test h.test 7 1 2 3 4294967296", NULL},
	{"RRSIG", "a 13 2 60 1 2 7 test. s ig", "A 13 2 60 1 2 7 test sig"},
	{"HTTPS", "1 . alpn=h2", NULL},
	{"HTTPS", "\\# 3 00 0100", "\\# 3 000100"},
	{"TYPE65280", "\\# 0", "\\# 0"},
	{"TYPE65280", "\\# 2 0A0B", "\\# 2 0a0b"},
	{"TYPE65280", "\\# 3 0A0B", NULL},
	{"TYPE65280", "\\# x", NULL},
	{"TYPE65280", "\\#", NULL},
};

static const struct {
	const char *name;
	int type;
} types[] = {{"A", 1},        {"aaaa", 28},   {"TYPE1", 1},       {"type65535", 65535},
	     {"TYPE65536", 0}, {"TYPE0", 0},  {"TYPE-1", 0},      {"TYPE", 0},
	     {"TYPE1x", 0},    {"", 0},       {"QUUX", 0},        {"CAA", 257}};

int main(void)
{
	struct text t = {0};
	bool is_fine;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		text_clear(&t);
		is_fine = dns_add_written(&t, dns_type(row[i].type), row[i].written);
		ok(is_fine == (row[i].wanted != NULL), "%s '%s' is%s one", row[i].type,
		   row[i].written, row[i].wanted ? "" : " not");
		if (row[i].wanted)
			same(text_get(&t), row[i].wanted, row[i].written);
	}
	text_release(&t);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		ok(dns_type(types[i].name) == types[i].type, "the type '%s'", types[i].name);
	same(dns_rcode(3), "NXDOMAIN", "a code");
	ok(!dns_rcode(12) && !dns_rcode(-1) && !dns_rcode(4095), "codes without names");
	return done_testing();
}
