/* tests/unit/target: what the first word of `nines check` means. */
#include "../../core/cli/target.h"
#include "../../core/base/text.h"
#include "../lib/tap.h"

static const struct {
	const char *word, *read; /* module or path, what is shown, options */
} row[] = {
	{"tcp", "tcp tcp"},
	{"./banner.so", "./banner.so ./banner.so"},
	{"/usr/lib/x.so", "/usr/lib/x.so /usr/lib/x.so"},
	{"tcp://h:1", "tcp tcp://h:1 host=h port=1"},
	{"tcp://h", "tcp tcp://h host=h"},
	{"ftp://h/", "ftp ftp://h/ host=h"},
	{"ftp://h/a/b", "ftp ftp://h/a/b host=h path=/a/b"},
	{"ftp://h?x", "ftp ftp://h?x host=h path=?x"},
	{"ftp://u@h", "ftp ftp://u@h user=u host=h"},
	{"ftp://u:p@h:2/x", "ftp ftp://u:***@h:2/x user=u password=p host=h port=2 path=/x"},
	{"ftp://u:@h", "ftp ftp://u:***@h user=u password= host=h"},
	{"ftp://u:a@b@h", "ftp ftp://u:***@h user=u password=a@b host=h"},
	{"ftp://u%40x:%2f%zz%4@h", "ftp ftp://u%40x:***@h user=u@x password=/%zz%4 host=h"},
	{"tcp://[::1]", "tcp tcp://[::1] host=::1"},
	{"tcp://[::1]:5", "tcp tcp://[::1]:5 host=::1 port=5"},
	{"tcp://h/a@b", "tcp tcp://h/a@b host=h path=/a@b"},
	{"http://h/x?y#z", "http http://h/x?y#z url=http://h/x?y#z"},
	{"https://u:p@h:1/", "https https://u:***@h:1/ user=u password=p url=https://h:1/"},
	{"http://u:p@[::1]:1", "http http://u:***@[::1]:1 user=u password=p url=http://[::1]:1"},
	{"dns://h", "dns dns://h server=h"},
	{"dns://h:5/", "dns dns://h:5/ server=h:5"},
	{"dns://[::1]:5/a%20b", "dns dns://[::1]:5/a%20b server=[::1]:5 name=a b"},
	{"dns:///x", "the host is missing: MODULE://host"},
	{"dnsbl://example.org", "dnsbl dnsbl://example.org subject=example.org"},
	{"dnsbl://192.0.2.0/24", "dnsbl dnsbl://192.0.2.0/24 subject=192.0.2.0/24"},
	{"dnsbl://[2001:db8::]/120", "dnsbl dnsbl://[2001:db8::]/120 subject=2001:db8::/120"},
	{"dnsbl://192.0.2.1/", "dnsbl dnsbl://192.0.2.1/ subject=192.0.2.1"},
	{"tcp://", "the host is missing: MODULE://host"},
	{"http:///x", "the host is missing: MODULE://host"},
	{"tcp://:5", "the host is missing: MODULE://host"},
	{"tcp://[]:5", "the host is missing: MODULE://host"},
	{"tcp://u@", "the host is missing: MODULE://host"},
	{"tcp://h:", "the port is missing behind ':'"},
	{"tcp://[::1]:", "the port is missing behind ':'"},
	{"tcp://[::1", "a bracket is not closed: write [address]:port"},
	{"tcp://[::1]5", "only a port can follow the bracket"},
	{"tcp://::1", "an IPv6 address goes in brackets: MODULE://[address]:port"},
	{"", "it is no MODULE://host, MODULE or ./module.so"},
	{"Tcp", "it is no MODULE://host, MODULE or ./module.so"},
	{"a b", "it is no MODULE://host, MODULE or ./module.so"},
};

static void show(struct text *t, const struct target *g)
{
	text_printf(t, "%s %s", g->module ? g->module : g->path, g->shown);
	for (int i = 0; i < g->options; i++)
		text_printf(t, " %s=%s", g->option[i].name, g->option[i].value);
}

int main(void)
{
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct arena a;
		struct target g;
		struct text t = {0};
		const char *wrong;

		arena_init(&a, NULL, 0, 1 << 16);
		if (target_parse(&g, &a, row[i].word, &wrong))
			show(&t, &g);
		else
			text_puts(&t, wrong);
		same(text_get(&t), row[i].read, row[i].word);
		text_release(&t);
		arena_release(&a);
	}
	return done_testing();
}
