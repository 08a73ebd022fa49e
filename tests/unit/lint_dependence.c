/* tests/unit/lint_dependence: which paths fall with what they report on, case by case. */
#include "../../core/lint/dependence.h"

#include <stdlib.h>

#include "../lib/tap.h"

#define MOST 4

/* Stages are separated by spaces, alternatives by commas; "?" is one that is not known. A way of no
 * stage is "". */
static const struct {
	const char *name;
	const char *target; /* its addresses */
	const char *way[MOST];
	enum lint_fate fate;
	const char *said;
} row[] = {
	{"a relay that is what is watched",
	 "192.0.2.5:25",
	 {"192.0.2.5:25"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage1, 192.0.2.5, which is what it watches"},
	{"another service of the same host",
	 "192.0.2.5:443",
	 {"192.0.2.5:25"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage1, 192.0.2.5, which is what it watches"},
	{"the same network",
	 "192.0.2.5",
	 {"192.0.2.99"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage1, 192.0.2.99, in the network 192.0.2.0/24 "
	 "of "
	 "what it watches, 192.0.2.5"},
	{"another network", "192.0.2.5", {"192.0.3.5"}, LINT_STANDS, ""},
	{"the same IPv6 address",
	 "2001:db8::5",
	 {"2001:db8::5"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage1, 2001:db8::5, which is what it watches"},
	{"the same IPv6 network",
	 "2001:db8:1::5",
	 {"2001:db8:1:ffff::1"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage1, 2001:db8:1:ffff::1, in the network "
	 "2001:db8:1::/48 of what it watches, 2001:db8:1::5"},
	{"another IPv6 network", "2001:db8:1::5", {"2001:db8:2::5"}, LINT_STANDS, ""},
	{"IPv4 and IPv6 have no network together", "2001:db8:1::5", {"192.0.2.5"}, LINT_STANDS, ""},
	{"a second mail server elsewhere",
	 "192.0.2.5",
	 {"192.0.2.5,198.51.100.5"},
	 LINT_STANDS,
	 ""},
	{"two mail servers, both with it",
	 "192.0.2.5",
	 {"192.0.2.6,192.0.2.5"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage1, 192.0.2.5, which is what it watches"},
	{"a second stage that falls",
	 "192.0.2.5",
	 {"198.51.100.5 192.0.2.5"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage2, 192.0.2.5, which is what it watches"},
	{"a path that needs nothing", "192.0.2.5", {"192.0.2.5", ""}, LINT_STANDS, ""},
	{"a second path that stands", "192.0.2.5", {"192.0.2.5", "198.51.100.5"}, LINT_STANDS, ""},
	{"two paths that fall",
	 "192.0.2.5",
	 {"192.0.2.5", "192.0.2.7"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage1, 192.0.2.5, which is what it watches; by "
	 "way2 "
	 "through stage1, 192.0.2.7, in the network 192.0.2.0/24 of what it watches, 192.0.2.5"},
	{"four paths that fall",
	 "192.0.2.5",
	 {"192.0.2.5", "192.0.2.5", "192.0.2.5", "192.0.2.5"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage1, 192.0.2.5, which is what it watches; by "
	 "way2 "
	 "through stage1, 192.0.2.5, which is what it watches; by way3 through stage1, 192.0.2.5, "
	 "which is what it watches; and by 1 more alike"},
	{"nobody is told", "192.0.2.5", {NULL}, LINT_STANDS, ""},
	{"a relay of this machine", "192.0.2.5", {"127.0.0.1:25"}, LINT_STANDS, ""},
	{"the relay of this machine is watched",
	 "127.0.0.1:25",
	 {"127.0.0.1:25"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage1, 127.0.0.1, which is what it watches"},
	{"the same by IPv6", "::1:25", {"::1:25"}, LINT_FALLS,
	 "check 'c' is told only by way1 through stage1, ::1, which is what it watches"},
	{"another service of this machine", "127.0.0.1:6379", {"127.0.0.1:25"}, LINT_STANDS, ""},
	{"this machine's network is no network",
	 "127.0.0.1:25",
	 {"127.0.0.2:25"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage1, 127.0.0.2, which is what it watches"},
	{"names cannot be looked up",
	 "192.0.2.5",
	 {"?"},
	 LINT_CANNOT_TELL,
	 "way1: stage1: no answer"},
	{"a stage that falls is certain",
	 "192.0.2.5",
	 {"? 192.0.2.5"},
	 LINT_FALLS,
	 "check 'c' is told only by way1 through stage2, 192.0.2.5, which is what it watches"},
	{"one falls, one is not known",
	 "192.0.2.5",
	 {"192.0.2.5", "?"},
	 LINT_CANNOT_TELL,
	 "way2: stage1: no answer"},
	{"one is not known, one stands", "192.0.2.5", {"?", "198.51.100.1"}, LINT_STANDS, ""},
	{"what is watched is not known",
	 "?",
	 {"192.0.2.5"},
	 LINT_CANNOT_TELL,
	 "way1: check 'c': no answer"},
	{"what is watched is not known and the path needs nothing", "?", {""}, LINT_STANDS, ""},
};

struct room {
	struct lint_address address[8];
	size_t addresses;
};

/* "192.0.2.5:25", "2001:db8::5" */
static void add_address(struct room *r, const char *at, size_t size)
{
	char copy[64];
	char *colon;
	int port = 0;

	memcpy(copy, at, size);
	copy[size] = '\0';
	colon = strrchr(copy, ':');
	if (colon && (strchr(copy, ':') == colon || !strncmp(copy, "::1:", 4))) {
		port = (int)strtol(colon + 1, NULL, 10);
		*colon = '\0';
	}
	if (!lint_address_parse(copy, port, &r->address[r->addresses++]))
		printf("Bail out! '%s' is no address\n", copy);
}

static bool add_addresses(struct room *r, const char *list, size_t size)
{
	const char *end = list + size;

	if (*list == '?')
		return false;
	for (size_t n; list < end; list += n + (list + n < end)) {
		n = 0;
		while (list + n < end && list[n] != ',')
			n++;
		add_address(r, list, n);
	}
	return true;
}

struct made {
	struct room room[MOST][MOST];
	struct lint_stage stage[MOST][MOST];
	struct lint_way way[MOST];
	const struct lint_way *list[MOST];
	size_t ways;
};

static void make_way(struct made *m, size_t w, const char *stages)
{
	static const char *const stage_name[] = {"stage1", "stage2", "stage3", "stage4"};
	static const char *const way_name[] = {"way1", "way2", "way3", "way4"};
	size_t count = 0;

	for (size_t n; *stages; stages += n + (stages[n] == ' '), count++) {
		struct room *r = &m->room[w][count];

		n = strcspn(stages, " ");
		m->stage[w][count] = (struct lint_stage){.what = stage_name[count]};
		if (!add_addresses(r, stages, n))
			m->stage[w][count].trouble = "no answer";
		m->stage[w][count].address = r->address;
		m->stage[w][count].addresses = r->addresses;
	}
	m->way[w] = (struct lint_way){way_name[w], m->stage[w], count};
	m->list[w] = &m->way[w];
}

static void check(size_t i)
{
	static const char *const fate[] = {"stands", "falls", "cannot tell"};
	struct room watched = {.addresses = 0};
	struct lint_target target = {.name = "c", .what = "check"};
	struct made m;
	struct text said = {0};
	enum lint_fate got;

	memset(&m, 0, sizeof m);
	if (!add_addresses(&watched, row[i].target, strlen(row[i].target)))
		target.trouble = "no answer";
	target.address = watched.address;
	target.addresses = watched.addresses;
	for (; m.ways < MOST && row[i].way[m.ways]; m.ways++)
		make_way(&m, m.ways, row[i].way[m.ways]);
	got = lint_target_fate(&target, m.list, m.ways, &said);
	ok(got == row[i].fate, "%s: %s", row[i].name, fate[got]);
	same(text_get(&said), row[i].said, row[i].name);
	text_release(&said);
}

int main(void)
{
	struct lint_address a;

	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		check(i);
	ok(lint_address_parse("[2001:db8::1]", 0, &a) && a.bits == 128, "brackets");
	ok(lint_address_parse("fe80::1%eth0", 0, &a), "with its interface");
	ok(!lint_address_parse("example.org", 0, &a), "a name");
	ok(!lint_address_parse("", 0, &a), "nothing");
	return done_testing();
}
