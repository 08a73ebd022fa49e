/* tests/unit/prose: what people wrote becomes paragraphs, lists and links, and never markup of
 * theirs (F44, F49). */
#include "../../core/page/prose.h"

#include "../lib/tap.h"

static const struct {
	const char *prose, *html;
} row[] = {
	{"", ""},
	{"\n\n \n", ""},
	{"one", "<p>one</p>\n"},
	{"one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>\n"},
	{"one  \r\ntwo\t", "<p>one<br>\ntwo</p>\n"},
	{"- a\n- b\nmore\n\nc", "<ul>\n<li>a</li>\n<li>b more</li>\n</ul>\n<p>c</p>\n"},
	{"x\n* a", "<p>x</p>\n<ul>\n<li>a</li>\n</ul>\n"},
	{"-a\n-", "<p>-a<br>\n-</p>\n"},
	{"# A\ntext", "<h3>A</h3>\n<p>text</p>\n"},
	{"### <A>", "<h3>&lt;A&gt;</h3>\n"},
	{"#1 is down", "<p>#1 is down</p>\n"},
	{"#", "<p>#</p>\n"},
	{"<b>&\"'", "<p>&lt;b&gt;&amp;&quot;&#39;</p>\n"},
	{"https://a.org/?b=c&d=e.",
	 "<p><a href=\"https://a.org/?b=c&amp;d=e\" rel=\"nofollow noopener\">"
	 "https://a.org/?b=c&amp;d=e</a>.</p>\n"},
	{"(http://a.org), x",
	 "<p>(<a href=\"http://a.org\" rel=\"nofollow noopener\">http://a.org</a>), x</p>\n"},
	{"https://a.org/\"onclick=\"x",
	 "<p><a href=\"https://a.org/\" rel=\"nofollow noopener\">https://a.org/</a>"
	 "&quot;onclick=&quot;x</p>\n"},
	{"https://a.org/<script>",
	 "<p><a href=\"https://a.org/\" rel=\"nofollow noopener\">https://a.org/</a>"
	 "&lt;script&gt;</p>\n"},
	{"https:// http://", "<p>https:// http://</p>\n"},
	{"javascript:alert(1) data:text/html,x //a.org",
	 "<p>javascript:alert(1) data:text/html,x //a.org</p>\n"},
	{"HTTPS://A.ORG", "<p>HTTPS://A.ORG</p>\n"},
	{"a\x1b[31mb", "<p>a\\x1b[31mb</p>\n"},
	{"\xe2\x80\xae\xff", "<p>\xef\xbf\xbd\\xff</p>\n"},
};

static const struct {
	const char *contact, *html;
} contact[] = {
	{"a@b.org", "<a href=\"mailto:a@b.org\">a@b.org</a>"},
	{"a@b.org?cc=c", "a@b.org?cc=c"},
	{"a@b.org\nBcc: c@d.org", "a@b.org\\x0aBcc: c@d.org"},
	{"a@b@c.org", "a@b@c.org"},
	{"a@b", "a@b"},
	{"ask <Anna>", "ask &lt;Anna&gt;"},
	{"https://a.org/",
	 "<a href=\"https://a.org/\" rel=\"nofollow noopener\">https://a.org/</a>"},
};

int main(void)
{
	struct text t = {0};
	char name[40];

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		text_clear(&t);
		prose_add(&t, row[i].prose, 3);
		snprintf(name, sizeof name, "prose %zu", i);
		same(text_get(&t), row[i].html, name);
	}
	text_clear(&t);
	prose_add(&t, "# A", 0);
	same(text_get(&t), "<p># A</p>\n", "where there are no headings a sign is text");
	for (size_t i = 0; i < sizeof contact / sizeof *contact; i++) {
		text_clear(&t);
		prose_add_contact(&t, contact[i].contact);
		snprintf(name, sizeof name, "contact %zu", i);
		same(text_get(&t), contact[i].html, name);
	}
	text_release(&t);
	return done_testing();
}
