/* tests/unit/address: entries of `listen`: which are read as what, and which get into each other's
 * way. */
#include "../../core/parent/address.h"

#include <errno.h>
#include <string.h>

#include "../lib/tap.h"

static const struct {
	const char *entry;
	int family; /* 0: refused */
	enum address_way way;
	bool is_both;
} entries[] = {
	{"127.0.0.1:80", AF_INET, ADDRESS_AS_EVER, false},
	{"localhost:80", AF_INET, ADDRESS_AS_EVER, false},
	{"127.0.0.1:0", AF_INET, ADDRESS_AS_EVER, false},
	{" 127.0.0.1:80 \t plain ", AF_INET, ADDRESS_PLAIN, false},
	{"[::1]:443 tls", AF_INET6, ADDRESS_TLS, false},
	{"[::]:65535", AF_INET6, ADDRESS_AS_EVER, false},
	{":80", AF_INET6, ADDRESS_AS_EVER, true},
	{"*:80 tls", AF_INET6, ADDRESS_TLS, true},
	{"127.0.0.1", 0, 0, false},
	{"127.0.0.1:", 0, 0, false},
	{"127.0.0.1:65536", 0, 0, false},
	{"127.0.0.1:-1", 0, 0, false},
	{"127.0.0.1:http", 0, 0, false},
	{"example.org:80", 0, 0, false},
	{"[::1:80", 0, 0, false},
	{"[]:80", 0, 0, false},
	{"[127.0.0.1]:80 tls plain", 0, 0, false},
	{"127.0.0.1:80 TLS", 0, 0, false},
	{"127.0.0.1 :80", 0, 0, false},
	{"", 0, 0, false},
	{"none", 0, 0, false},
};

static const struct {
	const char *a, *b;
	bool overlap;
} pairs[] = {
	{"127.0.0.1:80", "127.0.0.1:80 tls", true}, {"127.0.0.1:80", "127.0.0.1:81", false},
	{"127.0.0.1:80", "127.0.0.2:80", false},    {"0.0.0.0:80", "127.0.0.2:80", true},
	{"[::]:80", "0.0.0.0:80", false},	    {"[::]:80", "127.0.0.1:80", false},
	{"[::]:80", "[::1]:80", true},		    {"[::1]:80", "127.0.0.1:80", false},
	{":80", "127.0.0.1:80", true},		    {":80", "[::1]:80", true},
	{":80", ":81", false},			    {"127.0.0.1:0", "127.0.0.1:0", false},
};

static void read_all(void)
{
	struct address a;

	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
		bool is_read = address_read(entries[i].entry, &a);

		ok(is_read == (entries[i].family != 0) &&
			   (!is_read ||
			    (a.at.ss_family == entries[i].family && a.way == entries[i].way &&
			     a.is_both == entries[i].is_both)),
		   "'%.40s' is %s", entries[i].entry, entries[i].family ? "read" : "refused");
	}
}

/* Either first. */
static void pair_all(void)
{
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct address a[2], b[2];

		address_read(pairs[i].a, &a[0]);
		address_read(pairs[i].b, &a[1]);
		b[0] = a[1];
		b[1] = a[0];
		address_separate(a, 2);
		address_separate(b, 2);
		ok(address_overlap(&a[0], &a[1]) == pairs[i].overlap &&
			   address_overlap(&b[0], &b[1]) == pairs[i].overlap,
		   "'%s' and '%s' %s", pairs[i].a, pairs[i].b,
		   pairs[i].overlap ? "overlap" : "go together");
	}
}

static void separate_changes(void)
{
	struct address alone, beside[2];

	address_read("[::]:80", &alone);
	address_read("[::]:80", &beside[0]);
	address_read("0.0.0.0:80", &beside[1]);
	address_separate(&alone, 1);
	address_separate(beside, 2);
	ok(!alone.is_v6_only && beside[0].is_v6_only && !address_is_same(&alone, &beside[0]),
	   "[::] takes IPv4 where nobody else does, and is another socket where somebody does");
}

static const char *const near[][2] = {
	{"127.0.0.1:80", "127.0.0.1:80"},   {"192.0.2.1:80 plain", "192.0.2.1:80"},
	{"localhost:8080", "127.0.0.1:8080"}, {":80", "127.0.0.1:80"},
	{"*:80", "127.0.0.1:80"},	    {"0.0.0.0:80", "127.0.0.1:80"},
	{"[::1]:80", "[::1]:80"},	    {"[::]:80", "[::]:80"},
};

static void add_near(void)
{
	for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
		struct text shown = {0};
		struct address a;

		address_read(near[i][0], &a);
		address_add_near(&a, &shown);
		same(text_get(&shown), near[i][1], near[i][0]);
		text_release(&shown);
	}
}

int main(void)
{
	char wide[4000] = "";
	struct address a;

	memset(wide, '0', sizeof wide - 1);
	memcpy(wide + sizeof wide - 4, ":80", 4);
	ok(!address_read(wide, &a), "what is longer than any address is refused");
	read_all();
	pair_all();
	separate_changes();
	add_near();
	address_read("192.0.2.1:80", &a);
	ok(address_wrong(&a, true) == EADDRNOTAVAIL, "an address of documentation is nobody's");
	return done_testing();
}
