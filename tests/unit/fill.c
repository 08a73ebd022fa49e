/* Templates of notifiers: what a value becomes in JSON, addresses, headers and plain text, where it
 * is cut, and what a template is refused for. */
#include <nines/fill.h>

#include "../lib/tap.h"

static const char *value;

static const char *find(const void *with, const char *name)
{
	(void)with;
	return !strcmp(name, "v") ? value : !strcmp(name, "none") ? "" : NULL;
}

static const struct {
	enum fill_in in;
	const char *template, *value, *text; /* text NULL: the template is wrong */
} fill_case[] = {
	{FILL_PLAIN, "", "x", ""},
	{FILL_PLAIN, "plain } { text", "x", "plain } { text"},
	{FILL_PLAIN, "a{{v}}b", "x", "axb"},
	{FILL_PLAIN, "{{v}}{{v}}", "x", "xx"},
	{FILL_PLAIN, "{{v}}", "{{v}}", "{{v}}"},
	{FILL_PLAIN, "{{v}}", "a\r\nb\rc\x01\x7f\x1b", "a\nb c   "},
	{FILL_JSON, "{\"a\":\"{{v}}\"}", "\"\\\n\t/", "{\"a\":\"\\\"\\\\\\n\\t/\"}"},
	{FILL_JSON, "{{v}}", "a\x7f", "a "},
	{FILL_JSON, "{{v}}", "\xc3\xa9\xf0\x9f\x98\x80", "\xc3\xa9\xf0\x9f\x98\x80"},
	{FILL_URL, "/x?y={{v}}", "a b&c=d/é:~", "/x?y=a%20b%26c%3Dd%2F%C3%A9:~"},
	{FILL_LINE, "X: {{v}}", "a\r\nEvil: 1\tb", "X: a Evil: 1 b"},
	/* what is no UTF-8: a lone byte, a cut character, a surrogate, an overlong form */
	{FILL_PLAIN, "{{v}}", "\xff", "\xef\xbf\xbd"},
	{FILL_PLAIN, "{{v}}", "a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd"},
	{FILL_PLAIN, "{{v}}", "\xed\xa0\x80",
	 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	{FILL_PLAIN, "{{v}}", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
	{FILL_PLAIN, "{{v}}", "\xf4\x90\x80\x80",
	 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	/* cuts */
	{FILL_PLAIN, "{{v|cut:5}}", "12345", "12345"},
	{FILL_PLAIN, "{{v|cut:5}}", "123456", "12..."},
	{FILL_PLAIN, "{{v|cut:2}}", "123456", "..."},
	{FILL_PLAIN, "{{v|cut:5}}", "ééééé", "ééééé"},
	{FILL_PLAIN, "{{v|cut:5}}", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
	 "\xf0\x9f\x98\x80\xf0\x9f\x98\x80"},
	{FILL_PLAIN, "{{v|cut:6}}",
	 "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
	 "\xf0\x9f\x98\x80..."},
	{FILL_PLAIN, "{{v|bytes:8}}", "ééééé", "éé..."},
	{FILL_PLAIN, "{{v|bytes:10}}", "ééééé", "ééééé"},
	{FILL_PLAIN, "{{v|cut:4|entities}}", "&&&&", "&amp;&amp;&amp;&amp;"},
	/* filters */
	{FILL_PLAIN, "{{v|entities}}", "<b>&\"", "&lt;b&gt;&amp;\""},
	{FILL_PLAIN, "{{v|line}}", "a\nb\r\nc", "a b c"},
	{FILL_PLAIN, "{{v|code}}", "`a```\n\n", "'a'''"},
	{FILL_PLAIN, "{{v|markdown}}", "-a *b* -c\n+d [e](f)",
	 "\\-a \\*b\\* -c\n\\+d \\[e\\]\\(f\\)"},
	{FILL_PLAIN, "{{v|mentions}}", "@all a@b (@c)",
	 "@\xe2\x80\x8b" "all a@b (@\xe2\x80\x8b" "c)"},
	{FILL_PLAIN, "{{v|noformat}}", "{noformat}", "{\xe2\x80\x8bnoformat}"},
	{FILL_PLAIN, "{{v|apart}}", "a\nb\n\nc", "a\n\nb\n\nc"},
	{FILL_JSON, "{{v|markdown|line}}", "a\n*", "a \\\\*"},
	/* sections */
	{FILL_PLAIN, "a{{#v}}({{v}}){{/v}}b", "x", "a(x)b"},
	{FILL_PLAIN, "a{{#none}}({{v}}){{/none}}b", "x", "ab"},
	{FILL_PLAIN, "a{{^none}}({{v}}){{/none}}b", "x", "a(x)b"},
	{FILL_PLAIN, "{{#none}}{{#v}}x{{/v}}{{^v}}y{{/v}}{{/none}}z", "x", "z"},
	{FILL_PLAIN, "{{#v}}{{#none}}x{{/none}}y{{/v}}", "x", "y"},
	{FILL_PLAIN, "{{#none}}{{nobody}}{{/none}}", "x", ""},
	/* wrong */
	{FILL_PLAIN, "{{", "x", NULL},
	{FILL_PLAIN, "a {{v", "x", NULL},
	{FILL_PLAIN, "{{}}", "x", NULL},
	{FILL_PLAIN, "{{ v }}", "x", NULL},
	{FILL_PLAIN, "{{nobody}}", "x", NULL},
	{FILL_PLAIN, "{{v|}}", "x", NULL},
	{FILL_PLAIN, "{{v|loud}}", "x", NULL},
	{FILL_PLAIN, "{{v|cut:}}", "x", NULL},
	{FILL_PLAIN, "{{v|cut:-1}}", "x", NULL},
	{FILL_PLAIN, "{{v|cut:1x}}", "x", NULL},
	{FILL_PLAIN, "{{#v}}", "x", NULL},
	{FILL_PLAIN, "{{/v}}", "x", NULL},
	{FILL_PLAIN, "{{#v}}{{/none}}", "x", NULL},
	{FILL_PLAIN, "{{#}}{{/}}", "x", NULL},
};

/* Every room that is too small is kept to, and the size is always that of all of it. */
static void fill_in(size_t i)
{
	struct fill f = {.find = find, .in = fill_case[i].in};
	char text[200];
	size_t size;

	value = fill_case[i].value;
	if (!fill_text(&f, fill_case[i].template)) {
		ok(!fill_case[i].text && f.wrong, "case %zu: %s", i, fill_case[i].template);
		return;
	}
	size = f.size;
	for (size_t room = 0; room < sizeof text - 1; room++) {
		memset(text, '#', sizeof text);
		f.at = text;
		f.room = room;
		fill_text(&f, fill_case[i].template);
		if (f.size != size || text[room] != '#')
			ok(false, "case %zu in %zu bytes", i, room);
	}
	text[size] = '\0';
	same(text, fill_case[i].text ? fill_case[i].text : "refused", fill_case[i].template);
}

int main(void)
{
	for (size_t i = 0; i < sizeof fill_case / sizeof *fill_case; i++)
		fill_in(i);
	return done_testing();
}
