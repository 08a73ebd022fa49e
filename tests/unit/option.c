/* Options: each type read, each refusal worded; forms of hosts and URLs; guesses. */
#include <string.h>

#include "../../core/module/common.h"
#include "../../core/module/form.h"
#include "../../core/module/option.h"
#include "../lib/tap.h"

struct all {
	const char *text, *line, *host, *url, *page, *file, *secret, *cron, *zone;
	int64_t port, wait, mode;
	double share;
	bool verify;
	const char *const *list;
};

static const struct module_option option[] = {
	OPTION_TEXT(struct all, text, "standard", "a text"),
	OPTION_LINE(struct all, line, "", "a text within a line"),
	OPTION_HOST(struct all, host, "a host"),
	OPTION_URL(struct all, url, "a URL"),
	OPTION_(struct all, page, "page", OPTION_TYPE_URL, NULL, "http|https", 0, "a page"),
	OPTION_(struct all, file, "file", OPTION_TYPE_FILE, "", NULL, 0, "a file"),
	OPTION_SECRET(struct all, secret, "a secret"),
	OPTION_(struct all, cron, "cron", OPTION_TYPE_CRON, "", NULL, 0, "a job's times"),
	OPTION_(struct all, zone, "zone", OPTION_TYPE_ZONE, "UTC", NULL, 0, "a zone"),
	OPTION_PORT(struct all, port, 25, "a port"),
	OPTION_DURATION(struct all, wait, "5s", "1s..1h", "a time"),
	OPTION_CHOICE(struct all, mode, "none", "none|starttls|implicit", "a choice"),
	OPTION_(struct all, share, "share", OPTION_TYPE_NUMBER, "0.5", "0..1", 0, "a number"),
	OPTION_BOOL(struct all, verify, true, "a switch"),
	OPTION_LIST(struct all, list, "", "a list"),
	OPTION_END,
};
static const struct module_head head = {.kind = MODULE_CHECK, .name = "all", .option = option,
					.options_size = sizeof(struct all)};

static struct all all;
static struct arena arena;

static const struct {
	const char *name, *value, *wrong; /* wrong NULL: it is taken */
} set_case[] = {
	{"text", "anything at all\n", NULL},
	{"line", "tab\tor\nnewline", "line: 'tab\\x09or\\x0anewline' has a control character"},
	{"line", "\xc3\xa9t\xc3\xa9 with blanks", NULL},
	{"cron", "5 4 * * mon-fri", NULL},
	{"cron", "", NULL},
	{"cron", "5 4 * *",
	 "cron: '5 4 * *' is no crontab time: wanted five fields: minute, hour, day of the month, "
	 "month, day of the week"},
	{"zone", "Europe/Berlin", NULL},
	{"zone", "../passwd",
	 "zone: '../passwd' cannot be used: '../passwd' is no name of a time zone: write one like "
	 "Europe/London"},
	{"port", "1", NULL},
	{"port", "65535", NULL},
	{"port", "70000", "port: '70000' is not within 1..65535"},
	{"port", "0", "port: '0' is not within 1..65535"},
	{"port", "25x", "port: '25x' is no whole number"},
	{"port", "", "port: '' is no whole number"},
	{"port", "99999999999999999999", "port: '99999999999999999999' is no whole number"},
	{"prot", "1", "unknown option 'prot' of module 'all': did you mean 'port'?"},
	{"zzzzzz", "1", "unknown option 'zzzzzz' of module 'all'"},
	{"wait", "250ms", "wait: '250ms' is not within 1s..1h"},
	{"wait", "2h", "wait: '2h' is not within 1s..1h"},
	{"wait", "30", NULL},
	{"wait", "soon", "wait: 'soon' is no time: write 10s, 5m, 4h, 1d or 250ms"},
	{"mode", "implicit", NULL},
	{"mode", "impl", "mode: 'impl' is none of none|starttls|implicit"},
	{"mode", "", "mode: '' is none of none|starttls|implicit"},
	{"mode", "none|starttls", "mode: 'none|starttls' is none of none|starttls|implicit"},
	{"share", "0.25", NULL},
	{"share", "1.5", "share: '1.5' is not within 0..1"},
	{"share", "nan", "share: 'nan' is no number"},
	{"share", "0x1p-1", "share: '0x1p-1' is no number"},
	{"verify", "off", NULL},
	{"verify", "maybe", "verify: 'maybe' is neither true nor false"},
	{"host", "", "host: '' is empty"},
	{"host", "a b", "host: 'a b' is neither a host name nor an address"},
	{"host", "a\nb", "host: 'a\\x0ab' has a control character"},
	{"file", "a\rb", "file: 'a\\x0db' has a control character"},
	{"list", "a\nb\nc", NULL},
	{"list", "a\rb", "list: 'a\\x0db' has a control character"},
	{"url", "example.org", "url: 'example.org' is no URL: write scheme://host"},
	{"page", "https://example.org/", NULL},
	{"page", "", NULL},
	{"page", "http", "page: 'http' is no URL: write scheme://host"},
	{"page", "htt://example.org/",
	 "page: 'htt://example.org/' does not begin with http:// or https://"},
	{"page", "ftp://example.org/",
	 "page: 'ftp://example.org/' does not begin with http:// or https://"},
	{"secret", "s3cret", NULL},
};

static const struct {
	const char *host, *wrong;
} host_case[] = {
	{"example.org", NULL},
	{"example.org.", NULL},
	{"localhost", NULL},
	{"_sip._tcp.example.org", NULL},
	{"xn--bcher-kva.example", NULL},
	{"127.0.0.1", NULL},
	{"::1", NULL},
	{"fe80::1%eth0", NULL},
	{"::ffff:127.0.0.1", NULL},
	{"4chan.org", NULL},
	{"a.0x", NULL},
	{"[::1]", "must be written without brackets"},
	{"http://x", "is a URL, wanted only the host"},
	{"example.org:80", "is no IPv6 address; a port is an option of its own"},
	{"::g", "is no IPv6 address; a port is an option of its own"},
	{"fe80::1%", "is no IPv6 address; a port is an option of its own"},
	{"127.1", "is no complete address"},
	{"2130706433", "is no complete address"},
	{"0x7f000001", "is no complete address"},
	{"0177.0.0.1.", "is no complete address"},
	{"999.1.1.1", "is no complete address"},
	{"a..b", "has an empty label"},
	{".", "has an empty label"},
	{"-x.org", "has a label that begins or ends with '-'"},
	{"b\xc3\xbc" "cher.example", "is no name of the DNS: write it in its xn-- form"},
	{"a/b", "is neither a host name nor an address"},
	{"a\x7f", "has a control character"},
};

static const struct {
	const char *url, *wrong;
} url_case[] = {
	{"http://example.org", NULL},
	{"https://example.org:8443/a?b=c#d", NULL},
	{"http://user:pass@example.org/", NULL},
	{"http://[::1]:80/", NULL},
	{"http://127.0.0.1/", NULL},
	{"", "is empty"},
	{"http://", "has no host"},
	{"http:///path", "has no host"},
	{"http://user@/", "has no host"},
	{"http://:80/", "has no host"},
	{"http://a b/", "has a space or a control character"},
	{"http://a\r\nX: y/", "has a space or a control character"},
	{"HTTP://a/", "is no URL: write scheme://host"},
	{"//a/", "is no URL: write scheme://host"},
	{"http://a:0/", "has a port that is not within 1..65535"},
	{"http://a:70000/", "has a port that is not within 1..65535"},
	{"http://a:/", "has a port that is not within 1..65535"},
	{"http://a:8x/", "has a port that is not within 1..65535"},
	{"http://[::1/", "has an address whose bracket is not closed"},
	{"http://[1.2.3.4]/", "has no IPv6 address in its brackets"},
	{"http://[::1]x/", "has a port that is not within 1..65535"},
	{"http://0x7f.1/", "has a host that is neither a name nor an address"},
};

static void test_set(void)
{
	struct text wrong = {0};

	for (size_t i = 0; i < sizeof set_case / sizeof *set_case; i++) {
		bool is_fine;

		text_clear(&wrong);
		is_fine = option_set(&head, &all, &arena, set_case[i].name, set_case[i].value,
				     &wrong);
		if (set_case[i].wrong)
			same(text_get(&wrong), set_case[i].wrong, set_case[i].wrong);
		else
			ok(is_fine, "%s = %s is taken", set_case[i].name, set_case[i].value);
		ok(is_fine == !set_case[i].wrong, "... and the answer says so");
	}
	text_release(&wrong);
	ok(all.port == 65535, "a refused value leaves what was");
	ok(all.wait == 30 * 1000000, "a bare number is seconds");
	ok(all.mode == 2 && all.share == 0.25 && !all.verify, "choice, number and switch");
	ok(!strcmp(all.list[0], "a") && !strcmp(all.list[2], "c") && !all.list[3],
	   "a list of three");
}

static void test_defaults(void)
{
	struct text wrong = {0};

	ok(option_defaults(&head, &all, &arena, &wrong), "the defaults parse");
	same(all.text, "standard", "a text's default");
	same(all.host, "", "a required text is empty, not NULL");
	ok(all.port == 25 && all.wait == 5000000 && all.verify && all.mode == 0,
	   "numbers by default");
	ok(all.list && !all.list[0], "a list is empty, not NULL");
	text_release(&wrong);
}

static void test_complete(void)
{
	static const char *const none[] = {NULL}, *const both[] = {"url", "host", NULL};
	struct text wrong = {0};

	ok(!option_complete(&head, &all, none, &wrong), "a required option is missed");
	same(text_get(&wrong), "host: module 'all' cannot do without it (a host)", "... by name");
	ok(option_complete(&head, &all, both, &wrong), "and not when it is given");
	text_release(&wrong);
}

static void test_secret(void)
{
	static const struct module_option one[] = {
		OPTION_(struct all, port, "pin", OPTION_TYPE_INT, "0", NULL, OPTION_IS_SECRET,
			"a number"),
		OPTION_END,
	};
	static const struct module_head secretive = {
		.name = "s", .option = one, .options_size = sizeof all};
	struct text wrong = {0};

	option_set(&secretive, &all, &arena, "pin", "hunter2", &wrong);
	same(text_get(&wrong), "pin: the secret is no whole number",
	     "a secret is not shown in a refusal");
	text_release(&wrong);
}

static void test_room(void)
{
	static char value[OPTION_VALUE_BYTES + 2];
	struct text wrong = {0};
	struct arena small;

	memset(value, 'a', sizeof value - 1);
	ok(!option_set(&head, &all, &arena, "text", value, &wrong), "a value has a cap");
	text_clear(&wrong);
	arena_init(&small, NULL, 0, 100);
	value[5000] = '\0';
	ok(!option_set(&head, &all, &small, "text", value, &wrong),
	   "an arena that is full is said");
	arena_release(&small);
	text_release(&wrong);
}

static void test_common(void)
{
	struct common_options common;
	struct text wrong = {0};

	ok(option_defaults(&common_head, &common, &arena, &wrong),
	   "the common options' defaults parse");
	ok(common.every == 60000000 && common.timeout == 10000000 && common.recheck == 60000000,
	   "a minute, ten seconds");
	ok(!option_set(&common_head, &common, &arena, "every", "500ms", &wrong),
	   "no check runs more than once a second");
	same(text_get(&wrong), "every: '500ms' is not within 1s..31d", "... and is told so");
	ok(common_is_core_word("service") && common_is_core_word("notify-email") &&
		   !common_is_core_word("smtp"),
	   "words of the core");
	text_release(&wrong);
}

int main(void)
{
	arena_init(&arena, NULL, 0, 1 << 20);
	test_defaults();
	test_set();
	test_complete();
	test_secret();
	test_room();
	test_common();
	for (size_t i = 0; i < sizeof host_case / sizeof *host_case; i++) {
		const char *wrong = form_host_wrong(host_case[i].host);

		same(wrong ? wrong : "", host_case[i].wrong ? host_case[i].wrong : "",
		     host_case[i].host);
	}
	for (size_t i = 0; i < sizeof url_case / sizeof *url_case; i++) {
		const char *wrong = form_url_wrong(url_case[i].url);

		same(wrong ? wrong : "", url_case[i].wrong ? url_case[i].wrong : "", "a URL");
	}
	ok(!form_name_wrong("Mail, inbound") && form_name_wrong("") && form_name_wrong(" x") &&
		   form_name_wrong("a\nb"),
	   "names of checks");
	arena_release(&arena);
	return done_testing();
}
