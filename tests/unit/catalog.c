/* tests/unit/catalog: what pages know of the configuration: all or nothing, and what a page shows.
 */
#include "../../core/web/catalog.h"

#include "../../core/web/template.h"
#include "../lib/tap.h"

static bool take(struct catalog_book *b, const char *source)
{
	static char at[65536];
	static struct line l;
	bool is_new = false;

	for (const char *end; *source; source = end + 1) {
		end = strchr(source, '\n');
		snprintf(at, sizeof at, "%.*s", (int)(end - source), source);
		if (line_parse(&l, at, strlen(at)) || !catalog_take(b, &l))
			continue;
		catalog_change(b);
		is_new = true;
	}
	return is_new;
}

#define TARGETS                                                                           \
	"target a module=tcp title=Anna category=Post every_us=5\ntarget b module=icmp\n" \
	"target shop/1 module=https\ntarget shop/2 module=https category=Till\n"          \
	"target - name=\"a b\" module=tcp standing=retired\n"                             \
	"target Mail members=\"a\\na b\" need=2 role=gate feeds=All\n"                    \
	"target All members=\"Mail\\nb\" category=Till\n"
#define SOME "pages 1\n" TARGETS

static const struct {
	const char *options, *shown; /* of a b shop/1 shop/2 "a b" Mail All, and one unknown */
} page[] = {
	{"", "11111111"},
	{"show=b", "01000000"},
	{"show=Mail", "10001100"},
	{"show=All", "11001110"},
	{"show=\"shop/*\"", "00110000"},
	{"show=\"b\\nshop/2\"", "01010000"},
	{"categories=Till", "11011110"},
	{"categories=Post show=b", "11000000"},
	{"categories=Nothing", "00000000"},
	{"show=none", "00000000"},
	{"show=\"*\"", "11111110"},
};

static void shows(struct catalog_book *b, const char *options, const char *wanted)
{
	static const char *const name[] = {"a", "b", "shop/1", "shop/2", "a b", "Mail", "All", "x"};
	char got[9] = "";
	struct text t = {0};

	text_printf(&t, "%spage p%s%s\npages-end 1\n", SOME, *options ? " " : "", options);
	take(b, text_get(&t));
	for (int i = 0; i < 8; i++)
		got[i] = page_shows(catalog_get(b), catalog_page(catalog_get(b), "p"), name[i])
				 ? '1'
				 : '0';
	same(got, wanted, *options ? options : "a page without show");
	text_release(&t);
}

static void lists(struct catalog_book *b)
{
	const struct catalog *c;
	const struct page *p;

	take(b, SOME "page p show=Mail\npages-end 1\n");
	c = catalog_get(b);
	p = catalog_page(c, "p");
	ok(page_shows_all(c, p, "a\nMail") && !page_shows_all(c, p, "a\nb") &&
		   !page_shows_all(c, p, ""),
	   "all of a list are shown");
	ok(page_shows_any(c, p, "b\na") && !page_shows_any(c, p, "b") && page_shows_any(c, p, ""),
	   "one of a list is shown, or it is of everything");
}

static void targets(const struct catalog *c)
{
	const struct target *t = catalog_find(c, "a"), *mail = catalog_find(c, "Mail");

	ok(c->targets == 7 && !strcmp(c->target[3].name, "shop/2"), "in the order of the files");
	same(t->title, "Anna", "a title");
	same(catalog_find(c, "b")->title, "b", "without one it is the name");
	ok(!t->is_service && t->every_us == 5 && mail->is_service && mail->need == 2,
	   "checks and services");
	same(mail->module, "service", "what a service is");
	same(mail->role, "gate", "its role");
	same(t->standing, "in-service", "in service where nothing is said");
	same(catalog_find(c, "a b")->standing, "retired", "else what is said");
	ok(!catalog_find(c, "none"), "no such target");
}

static void files(struct catalog_book *b)
{
	const struct page *p;
	const struct page_file *f;

	take(b, "pages 2\npage p title=Shop host=\"a\\nb\"\n"
		"part p key=logo type=image/png bytes=\"\\x89P\\x00\"\n"
		"part p key=logo type=image/png bytes=NG\n"
		"part p key=templates type=text/html bytes=\"<!-- piece one -->\\nmine\\n\"\n"
		"page q\npart q key=logo type=image/gif bytes=GIF8\npages-end 2\n");
	p = catalog_page(catalog_get(b), "p");
	f = page_file(p, "logo");
	ok(f && f->size == 5 && !memcmp(f->bytes, "\x89P\0NG", 5),
	   "parts are joined, byte by byte");
	same(f->type, "image/png", "the type of a file");
	same(page_get(p, "host"), "a\nb", "an option");
	same(page_get(p, "none"), "", "an option that is not given");
	ok(!page_file(p, "style"), "a file that is not given");
	ok(page_file(catalog_page(catalog_get(b), "q"), "logo")->size == 4,
	   "another page has its own");
}

static void dress(const struct page *p)
{
	static const char source[] = "<!-- piece one -->\ntheirs {{x}}\n<!-- piece two -->\ntwo\n";
	const struct template_word none[] = {{NULL, NULL}};
	struct text t = {0};

	template_wear(p->dress);
	template_add(&t, source, "one", none);
	template_add(&t, source, "two", none);
	same(text_get(&t), "mine\ntwo\n", "a piece of the page's own takes the place of one");
	template_wear(NULL);
	text_clear(&t);
	template_add(&t, source, "one", none);
	same(text_get(&t), "theirs \n", "and no longer");
	text_release(&t);
}

static void all_or_nothing(struct catalog_book *b)
{
	uint64_t before = catalog_get(b)->generation;

	ok(!take(b, "pages 3\npage z\npart y key=logo bytes=x\npages-end 3\n"),
	   "a part that belongs to no page");
	ok(catalog_page(catalog_get(b), "p") && !catalog_page(catalog_get(b), "z"),
	   "the set before stays");
	ok(!take(b, "page z\ntarget x\npages-end 3\n"), "lines outside of a set say nothing");
	ok(!take(b, "pages 4\npage z\n"), "a set without an end");
	ok(take(b, "pages 5\npage w\npages-end 5\n") && catalog_page(catalog_get(b), "w") &&
		   !catalog_page(catalog_get(b), "z"),
	   "the next one is whole");
	ok(catalog_get(b)->generation == before + 1, "what comes into force is counted");
	ok(!take(b, "pages 6\npage w\npages-end 6\n"), "the same again is nothing new");
}

int main(void)
{
	struct catalog_book b = {0};

	ok(catalog_get(&b)->pages == 1 && page_is(catalog_get(&b)->page, "details") &&
		   page_shows(catalog_get(&b), catalog_get(&b)->page, "x"),
	   "before anything is told there is one page that shows everything");
	for (size_t i = 0; i < sizeof page / sizeof *page; i++)
		shows(&b, page[i].options, page[i].shown);
	targets(catalog_get(&b));
	lists(&b);
	files(&b);
	dress(catalog_page(catalog_get(&b), "p"));
	all_or_nothing(&b);
	take(&b, SOME "pages-end 7\n");
	same(catalog_get(&b)->page[0].name, "status",
	     "without a section there is the page 'status'");
	catalog_release(&b);
	return done_testing();
}
