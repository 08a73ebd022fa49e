/* The rules of subscriptions: addresses of strangers, choices, who hears of what; keys and limits.
 */
#include "../../core/base/clock.h"
#include "../../core/board/key.h"
#include "../../core/board/limit.h"
#include "../../core/board/subscriber.h"
#include "../lib/tap.h"

#include <stdlib.h>

#define HOUR (INT64_C(3600) * CLOCK_SECOND)

static const struct {
	const char *module, *in, *out, *wrong; /* out NULL: refused, and so it is said */
} address[] = {
	{"email", "ann@example.org", "ann@example.org", NULL},
	{"email", "  Ann.B+tag@EXAMPLE.org ", "Ann.B+tag@example.org", NULL},
	{"email", "a@b", NULL, "no dot"},
	{"email", "a@b.", NULL, "no domain"},
	{"email", "a@@example.org", NULL, "cannot stand there"},
	{"email", "@example.org", NULL, "nothing in front"},
	{"email", "ann", NULL, "has an @"},
	{"email", "", NULL, "write an address"},
	{"email", "ann@example.org\r\nBcc: all@example.org", NULL, "line end"},
	{"email", "ann@example.org\x7f", NULL, "line end"},
	{"email", "\"ann b\"@example.org", NULL, "quotes"},
	{"email", "ann b@example.org", NULL, "cannot stand there"},
	{"email", "ann<x>@example.org", NULL, "cannot stand there"},
	{"email", "a,b@example.org", NULL, "cannot stand there"},
	{"email", ".ann@example.org", NULL, "edge"},
	{"email", "a..b@example.org", NULL, "side by side"},
	{"email", "ann@[192.0.2.1]", NULL, "IP address"},
	{"email", "ann@ex_ample.org", NULL, "no domain"},
	{"email", "ann@-example.org", NULL, "no domain"},
	{"email", "ann@m\xc3\xbcnchen.example", NULL, "xn--"},
	{"email", "j\xc3\xb6rg@example.org", NULL, "xn--"},
	{"email", "ann@xn--mnchen-3ya.example", "ann@xn--mnchen-3ya.example", NULL},
	{"sms", "+49 171 / 123-4567", "+491711234567", NULL},
	{"sms", "0171 1234567", NULL, "begins with +"},
	{"sms", "+49171x", NULL, "digits"},
	{"sms", "+12345", NULL, "7 to 15"},
	{"sms", "+1234567890123456", NULL, "7 to 15"},
	{"sms", "+0123456789", NULL, "7 to 15"},
	{"webhook", "HTTPS://Hooks.Example.org/A?b=1", "https://hooks.example.org/A?b=1", NULL},
	{"webhook", "ftp://example.org/", NULL, "https://"},
	{"webhook", "https://", NULL, "https://"},
	{"webhook", "https://a:b@example.org/", NULL, "password"},
	{"webhook", "https://example.org/#x", NULL, "#"},
	{"webhook", "https://example.org/a b", NULL, "%XX"},
	{"webhook", "https://example.org/\"", NULL, "%XX"},
	{"chat", "#ops", "#ops", NULL},
	{"chat", "a room", NULL, "letters, digits"},
	{"exec", "rm", NULL, "nobody"},
	{"log", "x", NULL, "nobody"},
};

static void test_addresses(void)
{
	char long_one[600];
	struct text out = {0}, wrong = {0};

	for (size_t i = 0; i < sizeof address / sizeof *address; i++) {
		bool is_fine = subscriber_address(address[i].module, address[i].in, &out, &wrong);

		ok(is_fine == (address[i].out != NULL) &&
			   (is_fine ? !strcmp(text_get(&out), address[i].out)
				    : strstr(text_get(&wrong), address[i].wrong) != NULL),
		   "address %zu: '%s' '%s'", i, text_get(&out), text_get(&wrong));
		text_clear(&wrong);
	}
	memset(long_one, 'a', sizeof long_one);
	memcpy(long_one + 290, "@example.org", 13);
	ok(!subscriber_address("email", long_one, &out, &wrong) && strstr(wrong.at, "254"),
	   "one that is too long: %s", text_get(&wrong));
	text_clear(&wrong);
	memcpy(long_one + 65, "@example.org", 13);
	ok(!subscriber_address("email", long_one, &out, &wrong) && strstr(wrong.at, "64"),
	   "one whose first part is: %s", text_get(&wrong));
	text_clear(&wrong);
	memset(long_one, 'a', 599);
	long_one[599] = '\0';
	ok(!subscriber_address("webhook", long_one, &out, &wrong) && strstr(wrong.at, "too long"),
	   "and a very long one");
	text_release(&out);
	text_release(&wrong);
}

static void test_mailboxes(void)
{
	static const char *const same[][2] = {
		{"email:Ann+1@example.org", "email:ann@example.org"},
		{"email:ann+x+y@example.org", "email:ann@example.org"},
		{"webhook:https://example.org/a?1", "webhook:https://example.org/a"},
		{"sms:+4917", "sms:+4917"},
	};

	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		struct text t = {0};

		subscriber_mailbox(&t, same[i][0]);
		ok(!strcmp(text_get(&t), same[i][1]), "%s counts as %s", same[i][0], t.at);
		text_release(&t);
	}
}

static struct line *line_of(const char *text)
{
	static struct line l;
	static char copy[4000];

	snprintf(copy, sizeof copy, "%s", text);
	ok(!line_parse(&l, copy, strlen(copy)), "the test's own line");
	return &l;
}

static const struct {
	const char *asked, *wrong;
} choice[] = {
	{"x - all=1 kinds=incidents", NULL},
	{"x - components=a kinds=\"incidents\\nalerts\" after_us=300000000", NULL},
	{"x - all=1", "at least one kind"},
	{"x - kinds=news", "everything, or at least one"},
	{"x - all=1 kinds=gossip", "nothing else"},
	{"x - all=1 kinds=alerts", "of chosen components"},
	{"x - components=a kinds=alerts after_us=7", "5, 15 or 60"},
	{"x - components=\"a\\x07b\" kinds=news", "at most 64"},
};

static void test_choices(void)
{
	struct text card = {0}, wrong = {0};

	for (size_t i = 0; i < sizeof choice / sizeof *choice; i++) {
		bool is_fine = subscriber_choose(&card, line_of(choice[i].asked), &wrong);

		ok(choice[i].wrong ? !is_fine && !card.size && strstr(wrong.at, choice[i].wrong)
				   : is_fine && card.size,
		   "%s: %s", choice[i].asked, text_get(&wrong));
		text_clear(&card);
		text_clear(&wrong);
	}
	text_release(&card);
	text_release(&wrong);
}

/* `mail` has the members smtp and `store`, which has imap. */
static bool is_in(void *with, const char *whole, const char *part)
{
	(void)with;
	return (!strcmp(whole, "mail") && strstr("smtp store imap", part)) ||
	       (!strcmp(whole, "store") && !strcmp(part, "imap"));
}

static const struct {
	const char *card; /* words beside page=A state=confirmed */
	struct subscriber_news news;
	bool wants;
	const char *why;
} table[] = {
	{"all=1 kinds=incidents",
	 {"", SUBSCRIBER_INCIDENTS, "smtp", "", 0, 0, 0},
	 true,
	 "everything"},
	{"all=1 kinds=incidents", {"A", SUBSCRIBER_INCIDENTS, "", "", 0, 0, 0}, true, "its page"},
	{"all=1 kinds=incidents",
	 {"B", SUBSCRIBER_INCIDENTS, "", "", 0, 0, 0},
	 false,
	 "another page"},
	{"all=1 kinds=incidents",
	 {"B\nA", SUBSCRIBER_INCIDENTS, "", "", 0, 0, 0},
	 true,
	 "both pages"},
	{"all=1 kinds=news", {"", SUBSCRIBER_INCIDENTS, "", "", 0, 0, 0}, false, "another kind"},
	{"components=smtp kinds=incidents",
	 {"", SUBSCRIBER_INCIDENTS, "smtp", "", 0, 0, 0},
	 true,
	 "the component"},
	{"components=web kinds=incidents",
	 {"", SUBSCRIBER_INCIDENTS, "smtp", "", 0, 0, 0},
	 false,
	 "another component"},
	{"components=mail kinds=maintenance",
	 {"", SUBSCRIBER_MAINTENANCE, "imap", "", 1, 0, 0},
	 true,
	 "a member of a service of a chosen service"},
	{"components=imap kinds=maintenance",
	 {"", SUBSCRIBER_MAINTENANCE, "mail", "", 1, 0, 0},
	 true,
	 "the service that a chosen component is in"},
	{"components=imap kinds=incidents",
	 {"", SUBSCRIBER_INCIDENTS, "", "", 0, 0, 0},
	 true,
	 "a post of the page as a whole"},
	{"components=imap kinds=incidents",
	 {"", SUBSCRIBER_INCIDENTS, "web\nimap", "", 0, 0, 0},
	 true,
	 "one of several"},
	{"all=1 kinds=maintenance maintenance=outage",
	 {"", SUBSCRIBER_MAINTENANCE, "", "", false, 0, 0},
	 false,
	 "maintenance that takes nothing down"},
	{"all=1 kinds=maintenance maintenance=outage",
	 {"", SUBSCRIBER_MAINTENANCE, "", "", true, 0, 0},
	 true,
	 "maintenance that does"},
	{"all=1 kinds=maintenance maintenance=all",
	 {"", SUBSCRIBER_MAINTENANCE, "", "", false, 0, 0},
	 true,
	 "all maintenance"},
	{"all=1 kinds=news audiences=admins",
	 {"", SUBSCRIBER_NEWS, "", "users", 0, 0, 0},
	 false,
	 "another audience"},
	{"all=1 kinds=news audiences=\"admins\\nusers\"",
	 {"", SUBSCRIBER_NEWS, "", "users", 0, 0, 0},
	 true,
	 "its audience"},
	{"all=1 kinds=news",
	 {"", SUBSCRIBER_NEWS, "", "users", 0, 0, 0},
	 false,
	 "in no audience at all"},
	{"all=1 kinds=news audiences=admins",
	 {"", SUBSCRIBER_NEWS, "", "", 0, 0, 0},
	 true,
	 "for everybody"},
	{"components=mail kinds=alerts after_us=0",
	 {"", SUBSCRIBER_ALERTS, "mail", "", 0, 0, -1},
	 true,
	 "an alert of what is followed"},
	{"components=mail kinds=alerts after_us=0",
	 {"", SUBSCRIBER_ALERTS, "smtp", "", 0, 0, -1},
	 false,
	 "of a member: its service hears of itself"},
	{"components=mail kinds=alerts after_us=300000000",
	 {"", SUBSCRIBER_ALERTS, "mail", "", 0, 0, -1},
	 false,
	 "too early for it"},
	{"components=mail kinds=alerts after_us=300000000",
	 {"", SUBSCRIBER_ALERTS, "mail", "", 0, 300000000, 0},
	 true,
	 "its time has come"},
	{"components=mail kinds=alerts after_us=0",
	 {"", SUBSCRIBER_ALERTS, "mail", "", 0, 300000000, 0},
	 false,
	 "it was told before"},
	{"state=paused all=1 kinds=news", {"", SUBSCRIBER_NEWS, "", "", 0, 0, 0}, false, "paused"},
	{"state=pending all=1 kinds=news",
	 {"", SUBSCRIBER_NEWS, "", "", 0, 0, 0},
	 false,
	 "not confirmed"},
};

static void test_wants(void)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct board *b = board_new();
		struct text t = {0};

		text_printf(&t, "card X kind=subscriber version=1 page=A %s state=confirmed",
			    table[i].card);
		ok(board_take(b, line_of(t.at)), "a card");
		ok(subscriber_wants(board_find(b, "subscriber", "X"), &table[i].news, is_in,
				    NULL) == table[i].wants,
		   "%s hears: %s: %d", table[i].card, table[i].why, table[i].wants);
		text_release(&t);
		board_free(b);
	}
}

/* Each of 22 letters of 10,000 keys is one of 64 about equally often (the last one has four values:
 * two bits), and no two keys are the same. */
static void test_keys(void)
{
	static int seen[KEY_LETTERS][128];
	static char key[10000][KEY_TEXT];
	struct map all = {0};
	bool is_even = true;
	char id[KEY_ID], hash[KEY_SECRET], code[KEY_CODE];
	int digit[10] = {0};

	for (int i = 0; i < 10000; i++) {
		key_make(key[i], "0abc");
		map_put_text(&all, key[i], key);
		for (int at = 0; at < KEY_LETTERS; at++)
			seen[at][(int)key[i][5 + at]]++;
	}
	for (int at = 0; at < KEY_LETTERS; at++)
		for (int c = 0; c < 128; c++) {
			double wanted = at == KEY_LETTERS - 1 ? 2500 : 156.25;

			is_even &= !seen[at][c] ||
				   (seen[at][c] > wanted * 0.6 && seen[at][c] < wanted * 1.5);
		}
	ok(all.size == 10000 && is_even, "10,000 keys: all different, each letter as often");
	map_release(&all);
	ok(key_id(key[0], id) && !strcmp(id, "0abc"), "the id stands in front");
	key_hash(hash, key[0]);
	ok(strlen(hash) == 64 && !strstr(hash, key[0] + 5), "a hash says nothing of it");
	ok(!key_id("0abc", id) && !key_id("0abc.short", id) && !key_id(".", id) &&
		   !key_id("a b.aaaaaaaaaaaaaaaaaaaaaa", id) &&
		   !key_id("a.aaaaaaaaaaaaaaaaaaaaa\n", id),
	   "what has not its form is none");
	for (int i = 0; i < 2000; i++) {
		key_code(code);
		digit[code[0] - '0']++;
	}
	ok(strlen(code) == 8 && digit[0] > 120 && digit[9] > 120, "codes begin with any digit");
}

static void test_derived_keys(void)
{
	char a[KEY_TEXT], b[KEY_TEXT], secret[KEY_SECRET], mask[KEY_TEXT];

	key_secret(secret);
	key_derive(a, secret, "manage", "0abc");
	key_derive(b, secret, "manage", "0abc");
	ok(key_is_same(a, b), "the same whenever it is asked for");
	key_derive(b, secret, "manage", "0abd");
	ok(!key_is_same(a + 5, b + 5), "another one for another card");
	key_derive(b, secret, "other", "0abc");
	ok(!key_is_same(a, b), "and for another use");
	key_derive(b, "x", "manage", "0abc");
	ok(!key_is_same(a, b), "and of another secret");
	ok(!key_is_same("a", "ab") && !key_is_same("", "a") && key_is_same("", ""),
	   "lengths count");
	key_mask(mask, "0abc");
	ok(strlen(mask) == strlen(a) && !strncmp(mask, "0abc.***", 8), "a mask is as long");
}

static void test_limits(void)
{
	struct limit l = {.most = 3, .within_us = 24 * HOUR};
	int let = 0;

	for (int i = 0; i < 100; i++)
		if (limit_allows(&l, "a", i * HOUR / 10)) {
			limit_count(&l, "a", i * HOUR / 10);
			let++;
		}
	ok(let == 3, "3 of 100 within ten hours");
	ok(limit_allows(&l, "b", 0), "another key has its own");
	ok(!limit_allows(&l, "a", 23 * HOUR), "not within the day");
	ok(limit_allows(&l, "a", 24 * HOUR), "one more as soon as the first has passed");
	limit_count(&l, "a", 24 * HOUR);
	ok(!limit_allows(&l, "a", 24 * HOUR), "exactly one: there is no fresh start at midnight");
	limit_sweep(&l, 90 * HOUR);
	ok(!l.keys.size, "what has passed is forgotten");
	limit_release(&l);
}

static void test_nets(void)
{
	static const char *const net[][2] = {
		{"192.0.2.77", "192.0.2.0/24"},
		{"::ffff:192.0.2.77", "192.0.2.0/24"},
		{"2001:db8:1:2::3", "2001:0db8:0001::/48"},
		{"2001:db8:1:ffff:1::", "2001:0db8:0001::/48"},
		{"2001:db8:2::", "2001:0db8:0002::/48"},
		{"", "elsewhere"},
		{"unix", "elsewhere"},
	};

	for (size_t i = 0; i < sizeof net / sizeof *net; i++) {
		struct text t = {0};

		limit_net(&t, net[i][0]);
		ok(!strcmp(text_get(&t), net[i][1]), "'%s' is of %s", net[i][0], t.at);
		text_release(&t);
	}
}

/* What another process counted comes in any order. */
static void test_limit_order(void)
{
	struct limit l = {.most = 2, .within_us = 100};

	limit_count(&l, "a", 50);
	limit_count(&l, "a", 10);
	ok(!limit_allows(&l, "a", 109) && limit_allows(&l, "b", 109), "two of two, of that key");
	ok(limit_allows(&l, "a", 110), "the older one has passed, though it was told later");
	limit_count(&l, "a", 110);
	ok(!limit_allows(&l, "a", 149) && limit_allows(&l, "a", 150), "and then the other");
	limit_release(&l);
}

int main(void)
{
	test_limit_order();
	test_addresses();
	test_mailboxes();
	test_choices();
	test_wants();
	test_keys();
	test_derived_keys();
	test_limits();
	test_nets();
	return done_testing();
}
