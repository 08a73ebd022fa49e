/* tests/unit/steps: the steps of a result line, well-formed and not. */
#include "../../core/base/steps.h"
#include "../../core/base/text.h"
#include "../lib/tap.h"

static const struct {
	const char *given, *read; /* name[@hop] from-to, ! when it failed */
} row[] = {
	{"", ""},
	{"connect:12", "connect 0-12"},
	{"resolve:812,connect:1490,tls:4100!", "resolve 0-812 connect 812-1490 tls 1490-4100!"},
	{"connect:5,connect@1:9,body@12:9", "connect 0-5 connect@1 5-9 body@12 9-9"},
	{"a:1,b:0", "a 0-1"},
	{"a:1,b", "a 0-1"},
	{"a:1,,b:2", "a 0-1"},
	{"a:1 b:2", ""},
	{":1", ""},
	{"a:", ""},
	{"a:-1", ""},
	{"a@:1", ""},
	{"a@-1:1", ""},
	{"a@1001:1", ""},
	{"a:99999999999999999999", ""},
	{"a:1!!", ""},
	{"a:9223372036854775807", "a 0-9223372036854775807"},
	{"0123456789012345678901234567890:1", "0123456789012345678901234567890 0-1"},
	{"01234567890123456789012345678901:1", ""},
};

static void show(struct text *t, const struct steps_one *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		text_printf(t, "%s%s", i ? " " : "", s[i].name);
		if (s[i].hop)
			text_printf(t, "@%d", s[i].hop);
		text_printf(t, " %lld-%lld%s", (long long)s[i].from_us, (long long)s[i].to_us,
			    s[i].ok ? "" : "!");
	}
}

static void limits(void)
{
	struct steps_one step[2];

	ok(steps_parse("a:1,b:2,c:3", step, 2) == 2, "no more than there is room for");
	ok(steps_parse("a:1", step, 0) == 0, "no room");
}

int main(void)
{
	struct steps_one step[8];
	struct text t = {0};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		text_clear(&t);
		show(&t, step, steps_parse(row[i].given, step, 8));
		same(text_get(&t), row[i].read, row[i].given);
	}
	limits();
	text_release(&t);
	return done_testing();
}
