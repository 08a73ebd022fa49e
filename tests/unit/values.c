/* tests/unit/values: the values of a result line, well-formed and not. */
#include <stdio.h>

#include "../../core/base/text.h"
#include "../../core/base/values.h"
#include "../lib/tap.h"

static const struct {
	const char *given, *read; /* name=text */
} row[] = {
	{"", ""},
	{"loss:0:%", "loss=0 %"},
	{"loss:0:%,rtt:35:us,n:12", "loss=0 % rtt=35 us n=12"},
	{"a:-1.5e+20,b:2:b/s:x", "a=-1.5e+20 b=2 b/s:x"},
	{"a:1:,b:2", "a=1  b=2"},
	{"a:1,", "a=1"},
	{"a:1,,b:2", "a=1"},
	{"a:1,b", "a=1"},
	{"a:1,b:,c:3", "a=1"},
	{":1", ""},
	{"a", ""},
	{"a:", ""},
	{",", ""},
};

int main(void)
{
	struct values_one v;
	char list[64], *at;
	struct text t = {0};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		text_clear(&t);
		snprintf(list, sizeof list, "%s", row[i].given);
		for (at = list; values_take(&at, &v);)
			text_printf(&t, "%s%s=%s", t.size ? " " : "", v.name, v.text);
		same(text_get(&t), row[i].read, row[i].given);
	}
	text_release(&t);
	return done_testing();
}
