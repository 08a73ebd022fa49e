/* What libconfuse reads in place of a file: comments gone, quotes safe, sections marked, lines
 * kept. */
#include "../../core/config/prepare.h"
#include "../lib/tap.h"

static const struct {
	const char *name, *from, *to;
	int unclosed;
} prepared[] = {
	{"nothing", "", "", 0},
	{"an option", "a = b\n", "a = b\n", 0},
	{"a comment to the end of its line", "a = b # c\nd = e", "a = b \nd = e", 0},
	{"a comment of the other kind", "a = b // c\n", "a = b \n", 0},
	{"a comment over lines keeps them", "a = /* b\nc */ d\n", "a = \n d\n", 0},
	{"a comment that never ends", "a = b /* c", "a = b ", 0},
	{"no comment in a word", "u = http://b/c\n", "u = http://b/c\n", 0},
	{"no comment in quotes", "a = \"# b /* c */ // d\"", "a = \"# b /* c */ // d\"", 0},
	{"a dollar in double quotes", "a = \"${b}\"", "a = \"\\${b}\"", 0},
	{"an escaped dollar", "a = \"\\${b}\"", "a = \"\\${b}\"", 0},
	{"a dollar in single quotes", "a = '${b}'", "a = '${b}'", 0},
	{"an escaped quote", "a = \"b\\\"c # d\"", "a = \"b\\\"c # d\"", 0},
	{"a section", "s \"t\" { a = b }", "s~  { line-=1 title-=\"t\"  a = b }", 0},
	{"a section without a title", "s { }", "s~ { line-=1  }", 0},
	{"a section in a section", "s x { p y { } }",
	 "s~  { line-=1 title-=x  p~  { line-=2 title-=y  } }", 0},
	{"a list is no section", "a = { b, c }\nd += {e}", "a = { b, c }\nd += {e}", 0},
	{"one word for both", "s = 1\ns \"t\" { }", "s = 1\ns~  { line-=1 title-=\"t\"  }", 0},
	{"a brace on the next line", "s \"t\"\n{ }", "s~ \n{ line-=1 title-=\"t\"  }", 0},
	{"a call", "include(\"x\")\na = b", "include(\"x\")\na = b", 0},
	{"a section never closed", "\ns \"t\" {\n a = b\n",
	 "\ns~  { line-=1 title-=\"t\" \n a = b\n", 2},
	{"a quote never closed", "a = \"b", "a = \"b", 0},
	{"a backslash at the end", "a = \"b\\", "a = \"b", 0},
	{"our own words are nobody else's", "s { line- = 5 title-=x }",
	 "s~ { line-=1  line-~ = 5 title-~=x }", 0},
	{"braces without a word", "} { }", "} { }", 0},
};

static size_t count(const struct shape *level)
{
	size_t n = 0;

	for (const struct shape *w = level->child; w; w = w->next)
		n++;
	return n;
}

static void test_shape(void)
{
	static const char text[] =
		"a = 1\nb = 2\na = 3\ns \"x\" { c = 1 }\ns \"y\" { d = 1 c = 2 }\n";
	struct shape root = {.word = ""}, *last;
	struct text to = {0};
	struct arena arena;

	arena_init(&arena, NULL, 0, 1 << 20);
	prepare(&arena, text, sizeof text - 1, &root, &to);
	ok(count(&root) == 3, "each word of a level once");
	for (last = root.child; last->next; last = last->next)
		;
	ok(last->is_section && count(last) == 2, "sections of one word share their words");
	arena_release(&arena);
	text_release(&to);
}

/* Deeper than anybody nests, and more words than anybody has: nothing is written out of bounds. */
static void test_caps(void)
{
	struct shape root = {.word = ""};
	struct text from = {0}, to = {0};
	struct arena arena;

	arena_init(&arena, NULL, 0, 1 << 20);
	for (int i = 0; i < 1000; i++)
		text_puts(&from, "s { ");
	ok(prepare(&arena, from.at, from.size, &root, &to) == 1,
	   "a thousand levels end at the cap");
	text_clear(&from);
	for (int i = 0; i < 20000; i++)
		text_printf(&from, "w%d = 1\n", i);
	root.child = NULL;
	text_clear(&to);
	ok(prepare(&arena, from.at, from.size, &root, &to) == 0 && count(&root) < 20000,
	   "twenty thousand words end at the cap");
	arena_release(&arena);
	text_release(&from);
	text_release(&to);
}

int main(void)
{
	for (size_t i = 0; i < sizeof prepared / sizeof *prepared; i++) {
		struct shape root = {.word = ""};
		struct text to = {0};
		struct arena arena;
		int unclosed;

		arena_init(&arena, NULL, 0, 1 << 20);
		unclosed = prepare(&arena, prepared[i].from, strlen(prepared[i].from), &root, &to);
		same(text_get(&to), prepared[i].to, prepared[i].name);
		ok(unclosed == prepared[i].unclosed, "... and what is not closed");
		arena_release(&arena);
		text_release(&to);
	}
	test_shape();
	test_caps();
	return done_testing();
}
