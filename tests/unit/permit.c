/* tests/unit/permit: who may see how much of a page: each way in, alone and with the others, and
 * what somebody says who has none. */
#include "../../core/web/permit.h"

#include "../lib/tap.h"

#define NETS "visitors=\"192.0.2.0/24\\n2001:db8::/32\\n198.51.100.7\""

/* of `viewer`: V a session, T a token; N: of a user without a role */
static const struct {
	const char *page, *address, *told, *proof;
	char user;
	bool is_inside;
} row[] = {
	{"", "203.0.113.9", "", "", 0, true}, /* public */
	{"sign-in=no", "203.0.113.9", "", "", 0, true},
	{NETS, "192.0.2.0", "", "", 0, true},
	{NETS, "192.0.2.255", "", "", 0, true},
	{NETS, "192.0.3.0", "", "", 0, false},
	{NETS, "192.0.1.255", "", "", 0, false},
	{NETS, "::ffff:192.0.2.9", "", "", 0, true},
	{NETS, "2001:db8:ffff::1", "", "", 0, true},
	{NETS, "2001:db9::1", "", "", 0, false},
	{NETS, "198.51.100.7", "", "", 0, true},
	{NETS, "198.51.100.8", "", "", 0, false},
	{NETS, "", "", "", 0, false},
	{NETS, "192.0.2", "", "", 0, false},
	{NETS, "192.0.2.1, 203.0.113.9", "", "", 0, false},
	{"visitors=\"192.0.2.0/33\"", "192.0.2.1", "", "", 0, false}, /* read wrong: nobody */
	{NETS, "203.0.113.9", "root", "hash", 'V', false}, /* other ways are not given */
	{NETS, "203.0.113.9", "", "", 'T', true},
	{"password=hash", "203.0.113.9", "", "hash", 0, true},
	{"password=hash", "203.0.113.9", "", "hash2", 0, false},
	{"password=hash", "203.0.113.9", "", "has", 0, false},
	{"password=hash", "203.0.113.9", "", "", 0, false},
	{"sign-in=yes", "203.0.113.9", "", "", 'V', true},
	{"sign-in=yes", "203.0.113.9", "", "", 'N', false},
	{"sign-in=yes", "203.0.113.9", "root", "hash", 0, false},
	{"sso-header=X-Remote-User", "203.0.113.9", "ann", "", 0, true},
	{"sso-header=X-Remote-User", "203.0.113.9", "", "", 0, false},
	{"sso-header=X-Remote-User password=hash", "203.0.113.9", "", "hash", 0, true},
	{NETS " sign-in=yes", "203.0.113.9", "", "", 'V', true},
	{NETS " sign-in=yes", "192.0.2.1", "", "", 0, true},
	{NETS " sign-in=yes", "203.0.113.9", "", "", 0, false},
};

static const struct page *page_with(struct catalog_book *b, const char *options)
{
	static char at[4096];
	static struct line l;
	struct text t = {0};
	const char *source, *end;

	text_printf(&t,
		    "pages 1\ntarget a module=tcp\npage p title=Innermost contact=x%s%s\n"
		    "pages-end 1\n",
		    *options ? " " : "", options);
	for (source = text_get(&t); *source; source = end + 1) {
		end = strchr(source, '\n');
		snprintf(at, sizeof at, "%.*s", (int)(end - source), source);
		if (!line_parse(&l, at, strlen(at)) && catalog_take(b, &l))
			catalog_change(b);
	}
	text_release(&t);
	return catalog_page(catalog_get(b), "p");
}

static const struct card *user_of(struct board *b, char kind)
{
	static const char viewer[] = "card v kind=user version=1 at_us=1 first_us=1 role=viewer",
			  none[] = "card n kind=user version=1 at_us=1 first_us=1 role=king";
	static struct line l;
	char at[128];

	if (!kind)
		return NULL;
	snprintf(at, sizeof at, "%s", kind == 'N' ? none : viewer);
	line_parse(&l, at, strlen(at));
	board_take(b, &l);
	return board_find(b, "user", kind == 'N' ? "n" : "v");
}

static void test_ways(void)
{
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct catalog_book book = {0};
		struct board *board = board_new();
		const struct page *p = page_with(&book, row[i].page);
		struct permit_caller who = {.user = user_of(board, row[i].user),
					    .is_program = row[i].user == 'T',
					    .address = row[i].address,
					    .told = row[i].told,
					    .proof = row[i].proof};
		enum permit_sight wanted =
			row[i].is_inside ? PERMIT_SEES_PAGE : PERMIT_SEES_NOTHING;

		ok(permit_sight(p, PERMIT_READ, &who) == wanted &&
			   permit_sight(p, PERMIT_SUBSCRIBE, &who) == wanted,
		   "'%s' is %s to %s", row[i].page, row[i].is_inside ? "open" : "closed",
		   row[i].address);
		ok(permit_sight(p, PERMIT_OPEN, &who) ==
				   (row[i].is_inside ? PERMIT_SEES_PAGE : PERMIT_SEES_DOOR) &&
			   permit_sight(p, PERMIT_LOOK, &who) == PERMIT_SEES_PAGE,
		   "what is open to all, and what needs a role, is not closed");
		board_free(board);
		catalog_release(&book);
	}
}

static void test_door(void)
{
	struct catalog_book book = {0};
	const struct page *p = page_with(&book, "password=hash sso-header=X");

	ok(p->door && p->door != p && p->door->door == p->door, "a private page has a door");
	same(p->door->name, "p", "of its name");
	ok(strcmp(p->door->title, "Innermost") && !*page_get(p->door, "contact"),
	   "and nothing else");
	ok(!page_shows(catalog_get(&book), p->door, "a") && page_shows(catalog_get(&book), p, "a"),
	   "no check is behind it");
	ok(!page_with(&book, "")->door, "a public one has none");
	catalog_release(&book);
}

int main(void)
{
	test_ways();
	test_door();
	return done_testing();
}
