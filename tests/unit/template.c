/* tests/unit/template: pieces with words put in, and text that wants to be markup (F44). */
#include "../../core/web/template.h"
#include "../lib/tap.h"

static const char source[] = "about this file {{a}}\n"
			     "<!-- piece one -->\n"
			     "<b title=\"{{a}}\">{{a}}</b>{{{b}}}{{none}}.\n"
			     "<!-- piece two -->\n"
			     "no words\n"
			     "<!-- piece empty -->\n";

static const struct {
	const char *text, *escaped;
} row[] = {
	{"", ""},
	{"plain", "plain"},
	{"<script>", "&lt;script&gt;"},
	{"\" onclick='x'", "&quot; onclick=&#39;x&#39;"},
	{"a & b &lt;", "a &amp; b &amp;lt;"},
	{"caf\xc3\xa9", "caf\xc3\xa9"},
	{"\xff<", "\\xff&lt;"},
	{"\x1b[2J\n", "\\x1b[2J\\x0a"},
	{"\xe2\x80\xae", "\xef\xbf\xbd"},
};

static void pieces(void)
{
	const struct template_word word[] = {{"a", "<&>"}, {"b", "<i>{{a}}</i>"}, {NULL, NULL}};
	struct text t = {0};

	ok(template_add(&t, source, "one", word), "a piece is found");
	same(text_get(&t), "<b title=\"&lt;&amp;&gt;\">&lt;&amp;&gt;</b><i>{{a}}</i>.\n",
	     "words are escaped, made pieces are not, neither is read again");
	text_clear(&t);
	ok(template_add(&t, source, "two", word), "a piece without words");
	same(text_get(&t), "no words\n", "ends at the next mark");
	text_clear(&t);
	ok(template_add(&t, source, "empty", word) && !t.size, "an empty piece");
	ok(!template_add(&t, source, "on", word), "the beginning of a name is no name");
	ok(!template_add(&t, source, "three", word), "no such piece");
	text_release(&t);
}

int main(void)
{
	struct text t = {0};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		text_clear(&t);
		html_add(&t, row[i].text);
		same(text_get(&t), row[i].escaped, row[i].escaped);
	}
	text_release(&t);
	pieces();
	return done_testing();
}
