/* What registries write: dates, each in its own way, and answers of WHOIS servers as different as
 * they are. Any bytes: tests/fuzz/fuzz_whois.c. */
#include "../../modules/domain/registration.c"
#include "../../modules/domain/when.c"

#include "../lib/tap.h"

/* `wanted` in UTC, NULL: no date. */
static const struct {
	const char *written, *wanted;
} date[] = {
	{"2027-05-31T10:00:00Z", "2027-05-31 10:00:00"},
	{"2027-05-31T10:00:00.0Z", "2027-05-31 10:00:00"},
	{"2027-05-31T10:00:00.123456Z", "2027-05-31 10:00:00"},
	{"2027-05-31t10:00:00z", "2027-05-31 10:00:00"},
	{"2027-05-31T10:00:00+02:00", "2027-05-31 08:00:00"},
	{"2027-05-31T10:00:00+0200", "2027-05-31 08:00:00"},
	{"2027-05-31T10:00:00-05:30", "2027-05-31 15:30:00"},
	{"2027-05-31T10:00:00", "2027-05-31 10:00:00"},
	{"2027-05-31 10:00:00", "2027-05-31 10:00:00"},
	{"2027-05-31 10:00:00 UTC", "2027-05-31 10:00:00"},
	{"2027-05-31 10:00:00 (UTC+8)", "2027-05-31 02:00:00"},
	{"2027-05-31 10:00:00+03", "2027-05-31 07:00:00"},
	{"2027-05-31 10:00", "2027-05-31 10:00:00"},
	{"2027-05-31 24:00:00", "2027-06-01 00:00:00"},
	{"2027-05-31", "2027-05-31 23:59:59"},
	{"2027-5-1", "2027-05-01 23:59:59"},
	{"2027-05-31 (YYYY-MM-DD)", "2027-05-31 23:59:59"},
	{"2027/05/31", "2027-05-31 23:59:59"},
	{"2027/05/31 10:00:00 (JST)", "2027-05-31 01:00:00"},
	{"2027.05.31", "2027-05-31 23:59:59"},
	{"2027. 05. 31.", "2027-05-31 23:59:59"},
	{"2027.05.31 10:00:00", "2027-05-31 10:00:00"},
	{"31-May-2027", "2027-05-31 23:59:59"},
	{"31-may-2027 10:00:00", "2027-05-31 10:00:00"},
	{"31-May-2027 10:00:00 UTC", "2027-05-31 10:00:00"},
	{"31-May-27", "2027-05-31 23:59:59"},
	{"2027-May-31.", "2027-05-31 23:59:59"},
	{"31 May 2027", "2027-05-31 23:59:59"},
	{"31st May 2027", "2027-05-31 23:59:59"},
	{"May 31 2027", "2027-05-31 23:59:59"},
	{"May 31, 2027", "2027-05-31 23:59:59"},
	{"1 September 2027", "2027-09-01 23:59:59"},
	{"Mon May 31 2027", "2027-05-31 23:59:59"},
	{"Mon May 31 10:00:00 2027", "2027-05-31 10:00:00"},
	{"Mon, 31 May 2027 10:00:00 +0200", "2027-05-31 10:00:00"},
	{"Mon May 31 23:59:59 GMT 2027", "2027-05-31 23:59:59"},
	{"31.05.2027", "2027-05-31 23:59:59"},
	{"31.5.2027 10:00:00", "2027-05-31 10:00:00"},
	{"31/05/2027", "2027-05-31 23:59:59"},
	{"31-05-2027", "2027-05-31 23:59:59"},
	{"05/31/2027", "2027-05-31 23:59:59"},
	{"05/06/2027", "2027-06-05 23:59:59"},
	{"20270531", "2027-05-31 23:59:59"},
	{"20270531 #12345678", "2027-05-31 23:59:59"},
	{"20270531100000", "2027-05-31 10:00:00"},
	{"2028-02-29", "2028-02-29 23:59:59"},
	{"2100-03-01", "2100-03-01 23:59:59"},
	{"9999-12-31T00:00:00Z", "9999-12-31 00:00:00"},
	{"", NULL},
	{"never", NULL},
	{"N/A", NULL},
	{"2027", NULL},
	{"2027-05", NULL},
	{"May 2027", NULL},
	{"2027-02-29", NULL},
	{"2100-02-29", NULL},
	{"2027-13-01", NULL},
	{"2027-00-10", NULL},
	{"2027-05-32", NULL},
	{"0000-00-00", NULL},
	{"1970-12-31", NULL},
	{"1971-01-01", "1971-01-01 23:59:59"},
	{"99999999", NULL},
	{"2027-05-31 25:00:00", NULL},
	{"2027-05-31 10:61:00", NULL},
	{"20270531990000", NULL},
	{"123456789012345678901234567890", NULL},
};

static const struct {
	/* state|expires|registrar|statuses|servers|bad|refer|said */
	const char *title, *answer, *wanted;
} answer[] = {
	{"a registry of generic domains",
	 "   Domain Name: EXAMPLE.COM\r\n   Registrar WHOIS Server: whois.registrar.test\r\n"
	 "   Registrar URL: http://registrar.test\r\n   Updated Date: 2026-05-01T00:00:00Z\r\n"
	 "   Creation Date: 1995-08-14T04:00:00Z\r\n   Registry Expiry Date: "
	 "2027-08-13T04:00:00Z\r\n"
	 "   Registrar: Registrar, Inc.\r\n"
	 "   Domain Status: clientDeleteProhibited https://icann.org/epp#clientDeleteProhibited\r\n"
	 "   Domain Status: clientHold https://icann.org/epp#clientHold\r\n"
	 "   Name Server: A.NS.TEST\r\n   Name Server: B.NS.TEST\r\n   Name Server: a.ns.test\r\n"
	 ">>> Last update of whois database: 2026-11-22T02:00:00Z <<<\r\n"
	 "NOTICE: The expiration date displayed in this record is the date it was not found too "
	 "many\r\n",
	 "found|2027-08-13 04:00:00|Registrar, Inc.|clientDeleteProhibited, clientHold|a.ns.test, "
	 "b.ns.test|"
	 "clientHold|whois.registrar.test"},
	{"values on the lines behind, as in .uk",
	 "    Domain name:\n        example.com\n\n    Registrar:\n        Example Ltd [Tag = EX]\n"
	 "        URL: https://registrar.test\n\n    Relevant dates:\n        Registered on: "
	 "26-Nov-1996\n"
	 "        Expiry date:  21-Feb-2027\n\n    Registration status:\n        Registered until "
	 "expiry date.\n\n"
	 "    Name servers:\n        ns1.test.  192.0.2.1\n        ns2.test  2001:db8::1\n\n    "
	 "WHOIS lookup made at 10:00:00 22-Nov-2026\n",
	 "found|2027-02-21 23:59:59|Example Ltd [Tag = EX]||ns1.test, ns2.test||"},
	{"the registrar's name behind its key, as in .eu",
	 "% terms: no data found here\nDomain: example.com\n\nRegistrar:\n        Name: Example "
	 "GmbH\n        Website: https://x.test\n\n"
	 "Name servers:\n        ns1.test (192.0.2.1)\n        ns2.test\n\nPlease visit www.test "
	 "for more info.\n",
	 "found||Example GmbH||ns1.test, ns2.test||"},
	{"keys filled up with dots, as in .fi",
	 "domain.............: example.com\nstatus.............: Registered\nexpires............: "
	 "31.8.2027 12:00:00\n"
	 "nserver............: ns1.test [OK]\nregistrar..........: Example Oy\n",
	 "found|2027-08-31 12:00:00|Example Oy|Registered|ns1.test||"},
	{"keys in brackets, as in .jp",
	 "[ JPRS database provides information ]\n[Domain Name]                   "
	 "EXAMPLE.COM\n[Name Server]                   ns1.test\n"
	 "[Expires on]                    2027/05/31\n[Status]                        Active\n",
	 "found|2027-05-31 23:59:59||Active|ns1.test||"},
	{"several statuses in one line, as in .ru",
	 "domain:        EXAMPLE.COM\nnserver:       ns1.test.\nstate:         REGISTERED, "
	 "DELEGATED, UNVERIFIED\n"
	 "registrar:     R01\npaid-till:     2027-05-31T21:00:00Z\nfree-date:     2027-07-02\n",
	 "found|2027-05-31 21:00:00|R01|REGISTERED, DELEGATED, UNVERIFIED|ns1.test||"},
	{"the registrar's date when the registry's is missing, the registry's when both are there",
	 "Domain Name: example.com\nRegistrar Registration Expiration Date: 2027-01-01T00:00:00Z\n",
	 "found|2027-01-01 00:00:00|||||"},
	{"the registry's date wins",
	 "Domain Name: example.com\nRegistry Expiry Date: 2027-02-02T00:00:00Z\nRegistrar "
	 "Registration Expiration Date: 2027-01-01T00:00:00Z\n",
	 "found|2027-02-02 00:00:00|||||"},
	{"a domain in redemption",
	 "Domain Name: example.com\nRegistrar: X\nDomain Status: redemptionPeriod (it was "
	 "deleted)\n",
	 "found||X|redemptionPeriod||redemptionPeriod|"},
	{"words with spaces and capitals",
	 "Domain Name: example.com\nRegistrar: X\nStatus: PENDING DELETE\n",
	 "found||X|PENDING DELETE||PENDING DELETE|"},
	{"the root, which refers to the registry",
	 "% IANA WHOIS server\n% This query returned 1 object\n\nrefer:        "
	 "whois.nic.test\n\ndomain:       COM\nnserver: A.NIC.TEST 192.0.2.1\n",
	 "unclear||||||whois.nic.test|% IANA WHOIS server"},
	{"a referral with scheme and port", "ReferralServer: whois://whois.nic.test:4343/\n",
	 "unclear||||||whois.nic.test:4343|ReferralServer: "
	 "whois://whois.nic.test:4343/"},
	{"a referral to nonsense", "refer: a b c\n", "unclear|||||||refer: a b c"},
	{"com: none",
	 "No match for domain \"EXAMPLE.COM\".\r\n>>> Last update of whois database <<<\r\n",
	 "none"},
	{"org: none", "Domain not found.\n", "none"},
	{"at: none", "% Copyright (c)\n\n% nothing found\n", "none"},
	{"cz: none", "%ERROR:101: no entries found\n%\n% No entries found.\n", "none"},
	{"de: none", "Domain: example.com\nStatus: free\n", "none"},
	{"be: none", "Domain:\texample.com\nStatus:\tAVAILABLE\n", "none"},
	{"ch: none", "We do not have an entry in our database matching your query.\n", "none"},
	{"jp: none", "No match!!\n", "none"},
	{"fr: none", "%% NOT FOUND\n", "none"},
	{"another domain's data beside",
	 "Registrar: X\nName Server: ns1.other.test\nDomain Name: other.test\n",
	 "unclear|||||||Registrar: X"},
	{"too often", "% Quota exceeded: try again later\n",
	 "limited|||||||% Quota exceeded: try again later"},
	{"too often, in many words", "Number of allowed queries exceeded.\n",
	 "limited|||||||Number of allowed queries exceeded."},
	{"a legal notice is no answer",
	 "This service may be withdrawn when it is used too often; excessive use, and whatever "
	 "else is not found to be fair, will be blocked by us\n",
	 "unclear|||||||This service may be withdrawn when it is used too often; excessive use, "
	 "and whatever else is not found to be fair, "
	 "will be blocked by us"},
	{"a line cut short has no value",
	 "Domain Name: example.com\nRegistrar: X\nRegistry Expiry Date: 2027-08-1", "found||X||||"},
	{"another protocol", "220 mail.test ESMTP\r\n", "unclear|||||||220 mail.test ESMTP"},
	{"nothing", "", "unclear|||||||"},
	{"line ends alone", "\r\n\r\n", "unclear|||||||"},
};

static void show_time(char *to, size_t room, int64_t s)
{
	time_t t = (time_t)s;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(to, room, "%Y-%m-%d %H:%M:%S", &tm);
}

static void read_dates(void)
{
	char shown[64];
	int64_t s;

	for (size_t i = 0; i < sizeof date / sizeof *date; i++) {
		bool is_read = when_read(date[i].written, &s);

		if (is_read)
			show_time(shown, sizeof shown, s);
		if (date[i].wanted)
			same(is_read ? shown : NULL, date[i].wanted, date[i].written);
		else
			ok(!is_read, "'%s' is no date", date[i].written);
	}
}

static void show(char *to, size_t room, const struct registration *r)
{
	static const char *const state[] = {"unclear", "found", "none", "limited"};
	char expires[64] = "";

	if (r->expires_s)
		show_time(expires, sizeof expires, r->expires_s);
	if (r->state == REGISTRATION_NONE)
		snprintf(to, room, "none");
	else if (r->state == REGISTRATION_FOUND)
		snprintf(to, room, "found|%s|%s|%s|%s|%s|%s", expires, r->registrar, r->statuses,
			 r->servers, r->bad_status, r->refer);
	else
		snprintf(to, room, "%s||||||%s|%s", state[r->state], r->refer, r->said);
}

static void read_answers(void)
{
	char shown[2048];

	for (size_t i = 0; i < sizeof answer / sizeof *answer; i++) {
		struct registration r = {.state = REGISTRATION_UNCLEAR};

		registration_read(&r, "example.com", answer[i].answer);
		show(shown, sizeof shown, &r);
		same(shown, answer[i].wanted, answer[i].title);
	}
}

/* Lists stay whole: what does not fit is left out. */
static void fill(void)
{
	struct registration r = {.state = REGISTRATION_UNCLEAR};
	char word[40];

	for (int i = 0; i < 100; i++) {
		snprintf(word, sizeof word, "status-%d-%020d", i, i);
		registration_add_status(&r, word);
	}
	ok(strlen(r.statuses) < sizeof r.statuses && r.statuses[strlen(r.statuses) - 1] != ' ',
	   "a list of many statuses fits");
}

int main(void)
{
	read_dates();
	read_answers();
	fill();
	return done_testing();
}
