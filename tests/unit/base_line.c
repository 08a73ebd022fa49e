/* tests/unit/base_line: the line format: what is refused, what is read, and that whatever was
 * written is read back. */
#include <stdlib.h>

#include "../../core/base/line.h"
#include "../lib/tap.h"

static const struct {
	const char *in, *wrong; /* NULL: well-formed */
} form[] = {
	{"probe 7", NULL},
	{"probe 7 check=3", NULL},
	{"probe - check=\"a b\" check=c", NULL},
	{"state \"Web shop\" to=down", NULL},
	{"state \"\" to=down", "no id"},
	{"state \"a\"b to=down", "no id"},
	{"state \"a", "a quote is not closed"},
	{"", "no verb and id"},
	{"probe", "no verb and id"},
	{" probe 7", "no verb and id"},
	{"probe ", "no id"},
	{"probe 7 ", "a word is no key=value"},
	{"probe 7  a=b", "a word is no key=value"},
	{"probe 7 a", "a word is no key=value"},
	{"probe 7 =b", "a word is no key=value"},
	{"probe 7 A=b", "a word is no key=value"},
	{"probe 7 a=", NULL},
	{"probe 7 a=\"", "a quote is not closed"},
	{"probe 7 a=\"b\\\"", "a quote is not closed"},
	{"probe 7 a=\"b\"c=d", "a value is not ended by a space"},
	{"probe 7 a=b\"c", "a value is not ended by a space"},
	{"probe 7 a=\"\\q\"", "an unknown escape"},
	{"probe 7 a=\"\\x1\"", "an unknown escape"},
	{"probe 7 a=\"\\xAB\"", "an unknown escape"},
	{"probe 7 a=\"\x01\"", "a raw control byte in a value"},
	{"probe 7 a=\"\x80\"", "a raw control byte in a value"},
};

static void check_forms(void)
{
	struct line l;
	char room[256];
	const char *wrong;

	for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
		snprintf(room, sizeof room, "%s", form[i].in);
		wrong = line_parse(&l, room, strlen(form[i].in));
		same(wrong ? wrong : "fine", form[i].wrong ? form[i].wrong : "fine", form[i].in);
	}
}

static void check_reading(void)
{
	static const char in[] =
		"result 42 a=1 b=\"x\\n\\t\\\"\\\\\\x00y\" a=2 n=-9 big=99999999999999999999";
	struct line l;
	char room[256];

	snprintf(room, sizeof room, "%s", in);
	ok(!line_parse(&l, room, strlen(in)), "a line with escapes parses");
	same(l.verb, "result", "its verb");
	ok(line_number(&l) == 42, "its id as a number");
	same(line_get(&l, "a"), "1", "the first of two values");
	ok(l.word[1].size == 7 && !memcmp(l.word[1].value, "x\n\t\"\\\0y", 7),
	   "escapes and a NUL inside");
	ok(!line_find(&l, "c") && !*line_get(&l, "c"), "a missing key");
	ok(line_int(&l, "n", 3) == -9 && line_int(&l, "big", 3) == 3 && line_int(&l, "c", 3) == 3,
	   "numbers");
}

static void check_caps(void)
{
	struct text t = {0};
	struct line l;

	line_begin(&t, "v", NULL);
	for (int i = 0; i <= LINE_WORDS; i++)
		line_add(&t, "k", "v");
	same(line_parse(&l, t.at, t.size), "too many words", "a word over the limit");
	text_clear(&t);
	text_reserve(&t, LINE_BYTES + 1);
	memset(t.at, 'a', LINE_BYTES);
	same(line_parse(&l, t.at, LINE_BYTES), "too long", "a line over the limit");
	text_release(&t);
}

static bool reads_back(const char *id, const char *value, size_t size)
{
	struct text t = {0};
	struct line l;
	bool is_same;

	line_begin(&t, "verb", id);
	line_add_bytes(&t, "k", value, size);
	line_add_int(&t, "n", (int64_t)size);
	line_end(&t);
	is_same = t.at[t.size - 1] == '\n' && !memchr(t.at, '\n', t.size - 1) &&
		  !line_parse(&l, t.at, t.size - 1) && !strcmp(l.id, *id ? id : "-") &&
		  l.words == 2 && l.word[0].size == size && !memcmp(l.word[0].value, value, size) &&
		  line_int(&l, "n", -1) == (int64_t)size;
	text_release(&t);
	return is_same;
}

static void check_round_trips(void)
{
	char id[24], value[400];
	int failed = 0;
	size_t n;

	srandom(1);
	for (int round = 0; round < 20000; round++) {
		n = (size_t)random() % sizeof id;
		for (size_t i = 0; i < n; i++)
			id[i] = (char)(1 + random() % 255);
		id[n ? n - 1 : 0] = '\0';
		n = (size_t)random() % sizeof value;
		for (size_t i = 0; i < n; i++)
			value[i] = (char)(round % 2 ? random() % 256 : 'a' + random() % 26);
		failed += !reads_back(id, value, n);
	}
	ok(!failed, "20000 random ids and values are read back as written, %d were not", failed);
}

static void check_copying(void)
{
	static const char *const but[] = {"b", NULL};
	struct text t = {0};
	struct line l;
	char room[] = "v 1 a=1 b=2 c=\"3 4\"";

	ok(!line_parse(&l, room, strlen(room)), "a line to copy from");
	line_add_words(&t, &l, but);
	same(text_get(&t), " a=1 c=\"3 4\"", "words are copied but for one");
	text_release(&t);
}

/* Every range of words is copied as words one by one are, and neither changes the line. */
static void check_ranges(void)
{
	static const char *const none[] = {NULL};
	static const char line[] = "v 1 a=1 bc=2.5:x d= e=\"3 4\" f=\"\\n\" g=+ h=\"\" i=9 j=k";
	struct text range = {0}, all = {0};
	static struct line l, part; /* too large for a stack frame */
	char room[sizeof line];
	size_t wrong = 0;

	memcpy(room, line, sizeof line);
	ok(!line_parse(&l, room, strlen(room)), "a line of all kinds of words");
	for (size_t first = 0; first <= l.words; first++)
		for (size_t end = first; end <= l.words; end++) {
			part = l;
			part.words = end - first;
			memmove(part.word, l.word + first, part.words * sizeof *part.word);
			text_clear(&range), text_clear(&all);
			line_add_range(&range, &l, first, end);
			line_add_words(&all, &part, none);
			wrong += strcmp(text_get(&range), text_get(&all)) != 0;
		}
	ok(!wrong && l.words == 9, "ranges are copied as words are: %zu are not", wrong);
	text_clear(&range);
	line_add_range(&range, &l, 0, l.words);
	same(text_get(&range),
	     " a=1 bc=2.5:x d=\"\" e=\"3 4\" f=\"\\n\" g=+ h=\"\" i=9 j=k", "all of them");
	text_release(&range);
	text_release(&all);
}

int main(void)
{
	check_forms();
	check_reading();
	check_caps();
	check_round_trips();
	check_copying();
	check_ranges();
	return done_testing();
}
