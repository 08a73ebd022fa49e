/* tests/unit/copy_page: links of a page led to the files of its copy, or to the live page. */
#include "../../core/web/copy_page.h"
#include "../../core/base/zone.h"

#include "../lib/tap.h"

static const char *const copied[] = {"/",         "/style.css", "/incident/A/", "/monitor/a b/c/",
				     "/history/", "/news.atom", "/monitor/x:y/"};

static const struct {
	const char *path, *html, *led;
} row[] = {
	{"/", "<a href=\"/incident/A/\">x</a>", "<a href=\"incident/A/index.html\">x</a>"},
	{"/incident/A/", "<a href=\"/\">x</a>", "<a href=\"../../index.html\">x</a>"},
	{"/incident/A/", "<link rel=stylesheet href=/style.css>",
	 "<link rel=stylesheet href=../../style.css>"},
	{"/incident/A/", "<a href='/incident/A/#u1'>", "<a href='../../incident/A/index.html#u1'>"},
	{"/", "<link href=\"/style.css?v=3\">", "<link href=\"style.css\">"},
	{"/", "<a href=\"/history/?page=2\">", "<a href=\"https://l/p/history/?page=2\">"},
	{"/", "<a href=\"/subscribe/\">", "<a href=\"https://l/p/subscribe/\">"},
	{"/", "<form method=post action=\"/subscribe/\">",
	 "<form method=post action=\"https://l/p/subscribe/\">"},
	{"/", "<a href=\"/monitor/a%20b/c/\">", "<a href=\"monitor/a%20b/c/index.html\">"},
	{"/history/", "<a href=\"/monitor/x:y/\">", "<a href=\"../monitor/x%3Ay/index.html\">"},
	{"/", "<a href=\"/x?a=1&amp;b=2\">", "<a href=\"https://l/p/x?a=1&amp;b=2\">"},
	{"/", "<a href=\"//evil.example/\">", "<a href=\"//evil.example/\">"},
	{"/", "<a href=\"https://e.example/x\">", "<a href=\"https://e.example/x\">"},
	{"/", "<a href=\"#top\"><img src=\"data:,\">", "<a href=\"#top\"><img src=\"data:,\">"},
	{"/", "a < b href=\"/\" <!-- <a href=\"/\"> --> <p>href=\"/\"",
	 "a < b href=\"/\" <!-- <a href=\"/\"> --> <p>href=\"/\""},
	{"/", "<a\n class=x\n HREF = \"/\" >", "<a\n class=x\n HREF = \"index.html\" >"},
	{"/", "<a title=\"href=/\" data-href=\"/\">", "<a title=\"href=/\" data-href=\"/\">"},
	{"/", "<a href=\"/", "<a href=\"index.html"},
	{"/", "<a href", "<a href"},
	{"/", "<a href=", "<a href="},
	{"/", "<", "<"},
	{"/", "<a href=\"/../../etc/passwd\">", "<a href=\"https://l/p/../../etc/passwd\">"},
};

static const struct {
	const char *path, *file; /* NULL: none */
} name[] = {
	{"/", "index.html"},
	{"/a/b/", "a/b/index.html"},
	{"/status.json", "status.json"},
	{"/monitor/caf\xc3\xa9 <1>/", "monitor/caf\xc3\xa9 <1>/index.html"},
	{"", NULL},
	{"a", NULL},
	{"//", NULL},
	{"/a//b", NULL},
	{"/../x", NULL},
	{"/a/../../x", NULL},
	{"/.ssh/x", NULL},
	{"/a/.", NULL},
	{"/a\nb", NULL},
	{"/a\\b", NULL},
};

static void zoned(struct text *t, struct copy_page p)
{
	struct text wrong = {0};
	struct zone *zone = zone_open("Asia/Tokyo", &wrong);
	const struct page page = {.name = "p", .zone = zone};

	p.page = &page;
	copy_page_stamp(t, "<html><head></head><body></body></html>", &p, INT64_C(1792000000000000),
			INT64_C(1792000600000000));
	zone_close(zone);
	text_release(&wrong);
}

static void stamps(const struct map *paths)
{
	const struct copy_page p = {"/a/", paths, "https://l/p", NULL};
	struct text t = {0};

	copy_page_stamp(&t,
			"<html><head><title>x</title></head><body class=\"y\"><p>z</body></html>",
			&p, INT64_C(1792000000000000), INT64_C(1792000600000000));
	ok(strstr(t.at, "was made at <time datetime=\"2026-10-14T17:46:40Z\"") &&
		   strstr(t.at, "due by <time datetime=\"2026-10-14T17:56:40Z\"") &&
		   strstr(t.at, "src=\"../copy.js\"") && strstr(t.at, "href=\"https://l/p/\""),
	   "a page says when it was made, by when the next is due, and where the live one is");
	ok(strstr(t.at, "<body class=\"y\">") < strstr(t.at, "<aside") &&
		   strstr(t.at, "<aside") < strstr(t.at, "<p>z"),
	   "first of all");
	text_clear(&t);
	zoned(&t, p);
	ok(strstr(t.at, "<time datetime=\"2026-10-14T17:46:40Z\">15 Oct 2026, 02:46 JST</time>") &&
		   strstr(t.at, "<time datetime=\"2026-10-14T17:56:40Z\">15 Oct 2026, 02:56 JST"),
	   "by the clock of the page's zone: %s", t.at);
	text_clear(&t);
	copy_page_stamp(&t, "no page", &p, 1, 2);
	same(text_get(&t), "no page", "what is no page is left alone");
	text_release(&t);
}

int main(void)
{
	struct map paths = {0};
	struct text t = {0};

	for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
		map_put_text(&paths, copied[i], &paths);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		text_clear(&t);
		copy_page_link(&t, row[i].html,
			       &(struct copy_page){row[i].path, &paths, "https://l/p", NULL});
		same(text_get(&t), row[i].led, row[i].html);
	}
	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		bool is_fine;

		text_clear(&t);
		is_fine = copy_page_file(&t, name[i].path);
		ok(is_fine == (name[i].file != NULL) &&
			   (!is_fine || !strcmp(text_get(&t), name[i].file)),
		   "the file of '%s'", name[i].path);
	}
	stamps(&paths);
	map_release(&paths);
	text_release(&t);
	return done_testing();
}
