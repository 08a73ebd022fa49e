/* tests/unit/web_proxy: who is a proxy, and which address of what they say is the visitor's. */
#include "../../core/web/proxy.h"

#include "../lib/tap.h"

int main(void)
{
	static const struct {
		const char *net;
		bool is_good;
	} nets[] = {{"10.0.0.0/8", true},     {"127.0.0.1", true},
		    {"fd00::/8", true},       {"2001:db8::1", true},
		    {"192.0.2.0/31", true},   {"10.0.0.0/33", false},
		    {"10.0.0.0/-1", false},   {"10.0.0/8", false},
		    {"proxy.example", false}, {"", false},
		    {"10.0.0.1/", false},     {"::/129", false}};
	static const struct {
		const char *connected, *list, *visitor;
	} row[] = {
		{"203.0.113.5", "198.51.100.1", "203.0.113.5"}, /* no proxy: not believed */
		{"10.1.2.3", "198.51.100.1", "198.51.100.1"},
		{"10.1.2.3", "", "10.1.2.3"},
		{"10.1.2.3", "6.6.6.6, 198.51.100.1", "198.51.100.1"}, /* the right-most */
		{"10.1.2.3", "6.6.6.6, 198.51.100.1, 10.9.9.9", "198.51.100.1"},
		{"10.1.2.3", "6.6.6.6,198.51.100.1 ,\t10.9.9.9, 127.0.0.1", "198.51.100.1"},
		{"10.1.2.3", "10.0.0.1, 10.0.0.2", "10.0.0.1"}, /* proxies all the way */
		{"10.1.2.3", "unknown", "10.1.2.3"},
		{"10.1.2.3", "198.51.100.1, <script>", "10.1.2.3"},
		{"10.1.2.3", "198.51.100.1, _hidden, 10.0.0.2", "10.0.0.2"},
		{"10.1.2.3", "198.51.100.1:4711", "198.51.100.1"},
		{"10.1.2.3", "[2001:db8::7]:4711", "2001:db8::7"},
		{"10.1.2.3", "2001:db8::7", "2001:db8::7"},
		{"10.1.2.3", ",,, 198.51.100.1,,", "198.51.100.1"},
		{"10.1.2.3", "::ffff:10.0.0.9, 10.0.0.2", "::ffff:10.0.0.9"},
		{"fd12::1", "198.51.100.1", "198.51.100.1"},
		{"192.0.2.1", "1.1.1.1", "1.1.1.1"},
		{"192.0.2.2", "1.1.1.1", "192.0.2.2"},
		{"2001:db8::1", "1.1.1.1", "1.1.1.1"},
		{"2001:db8::2", "1.1.1.1", "2001:db8::2"},
		{"127.0.0.2", "1.1.1.1", "127.0.0.2"},
		{"::ffff:127.0.0.1", "1.1.1.1", "1.1.1.1"},
		{"", "1.1.1.1", ""},
	};
	struct proxies p = {0};
	char visitor[PROXY_ADDRESS_BYTES];

	for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
		ok(proxy_add(&p, nets[i].net) == nets[i].is_good, "'%s' is %s", nets[i].net,
		   nets[i].is_good ? "a network" : "none");
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		proxy_visitor(&p, row[i].connected, row[i].list, visitor);
		same(visitor, row[i].visitor, row[i].list);
	}
	while (proxy_add(&p, "10.0.0.1"))
		;
	ok(p.count == PROXY_MOST, "there is an end to how many");
	return done_testing();
}
