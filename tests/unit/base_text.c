/* tests/unit/base_text: growing texts, numbers, durations, and what of a stranger's bytes reaches a
 * terminal (F44). */
#include "../../core/base/text.h"

#include <stdlib.h>

#include "../lib/tap.h"

static void check_growing(void)
{
	struct text t = {0};

	same(text_get(&t), "", "an empty text");
	for (int i = 0; i < 1000; i++)
		text_printf(&t, "%03d", i);
	ok(t.size == 3000 && strlen(t.at) == 3000, "grows");
	text_cut(&t, 2997);
	same(text_get(&t), "999", "cut");
	text_cut(&t, 10);
	same(text_get(&t), "", "cut away");
	text_int(&t, INT64_MIN);
	text_putc(&t, ' ');
	text_int(&t, 0);
	same(text_get(&t), "-9223372036854775808 0", "numbers");
	text_release(&t);
}

static const struct {
	const char *in;
	size_t most;
	const char *out;
} safe[] = {
	{"plain", 99, "plain"},
	{"gr\xc3\xbc\xc3\x9f", 99, "gr\xc3\xbc\xc3\x9f"},
	{"a\x1b[31mred", 99, "a\\x1b[31mred"},
	{"a\r\nb\tc", 99, "a\\x0d\\x0ab\\x09c"},
	{"\x7f", 99, "\\x7f"},
	{"a\xff" "b", 99, "a\\xff" "b"},
	{"\xc0\xaf", 99, "\\xc0\\xaf"},                          /* overlong */
	{"\xed\xa0\x80", 99, "\\xed\\xa0\\x80"},                 /* a surrogate */
	{"\xf4\x90\x80\x80", 99, "\\xf4\\x90\\x80\\x80"},        /* past U+10FFFF */
	{"x\xe2\x80\xaegnp.exe", 99, "x\xef\xbf\xbdgnp.exe"},    /* right-to-left override */
	{"\xc2\x9b" "31m", 99, "\xef\xbf\xbd" "31m"},            /* C1: CSI */
	{"\xe2\x80\x8b", 99, "\xef\xbf\xbd"},                    /* zero width */
	{"\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", 99,
	 "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae"}, /* Persian */
	{"\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", 8, "\xd9\x85\xdb\x8c"}, /* never a joiner last */
	{"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", 99,
	 "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9"}, /* two in one sign */
	{"a\xe2\x80\x8d" "b", 99, "a\xef\xbf\xbd" "b"},      /* the same, to hide */
	{"\xd8\xae\xe2\x80\x8d", 99, "\xd8\xae\xef\xbf\xbd"},
	{"\xd8\xae\xe2\x80\x8d\xe2\x80\x8d\xd8\xae", 99,
	 "\xd8\xae\xef\xbf\xbd\xef\xbf\xbd\xd8\xae"},
	{"abcdef", 3, "abc"},
	{"ab\xc3\xbc", 3, "ab"},
	{"", 0, ""},
};

static void check_safe(void)
{
	for (size_t i = 0; i < sizeof safe / sizeof *safe; i++) {
		struct text t = {0};

		text_add_safe(&t, safe[i].in, strlen(safe[i].in), safe[i].most);
		same(text_get(&t), safe[i].out, safe[i].out);
		text_release(&t);
	}
}

/* Whatever comes in: within the limit, no control byte, and safe text stays as it is. */
static void check_safe_always(void)
{
	int failed = 0;

	srandom(2);
	for (int round = 0; round < 20000; round++) {
		char in[40];
		struct text once = {0}, twice = {0};
		size_t n = (size_t)random() % sizeof in, most = (size_t)random() % 60;

		for (size_t i = 0; i < n; i++)
			in[i] = (char)(random() % 256);
		text_add_safe(&once, in, n, most);
		text_add_safe(&twice, text_get(&once), once.size, 1000);
		failed += once.size > most || strcmp(text_get(&once), text_get(&twice)) != 0;
		for (size_t i = 0; i < once.size; i++)
			failed += (unsigned char)once.at[i] < 0x20 || once.at[i] == 0x7f;
		text_release(&once);
		text_release(&twice);
	}
	ok(!failed, "20000 random texts come out harmless and within their limit, %d did not",
	   failed);
}

static const struct {
	const char *in;
	int64_t us; /* -1: refused */
} duration[] = {
	{"10", 10000000},
	{"10s", 10000000},
	{"250ms", 250000},
	{"7us", 7},
	{"5m", 300000000},
	{"4h", 14400000000},
	{"1d", 86400000000},
	{"2w", 1209600000000},
	{"0", 0},
	{"", -1},
	{"s", -1},
	{"-1s", -1},
	{" 1s", -1},
	{"1 s", -1},
	{"1s ", -1},
	{"1.5s", -1},
	{"1S", -1},
	{"9999999999999999d", -1},
	{"99999999999999999999", -1},
};

static const struct {
	int64_t us;
	const char *out;
} shown[] = {
	{0, "0us"},          {999, "999us"},        {1000, "1.00ms"},
	{12345, "12.3ms"},   {123456, "123ms"},     {1500000, "1.50s"},
	{61000000, "1m 1s"}, {7260000000, "2h 1m"}, {90000000000, "1d 1h"},
};

static void check_durations(void)
{
	struct text t = {0};
	int64_t us;

	for (size_t i = 0; i < sizeof duration / sizeof *duration; i++) {
		us = -1;
		if (!text_duration(duration[i].in, &us))
			us = -1;
		ok(us == duration[i].us, "duration '%s'", duration[i].in);
	}
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		text_clear(&t);
		text_add_duration(&t, shown[i].us);
		same(text_get(&t), shown[i].out, shown[i].out);
	}
	text_release(&t);
}

static const struct {
	const char *in;
	int64_t n;
	bool is_number;
} number[] = {
	{"0", 0, true},
	{"-5", -5, true},
	{"9223372036854775807", INT64_MAX, true},
	{"9223372036854775808", 0, false},
	{"", 0, false},
	{"-", 0, false},
	{"+1", 0, false},
	{" 1", 0, false},
	{"1x", 0, false},
	{"0x10", 0, false},
};

static void test_words(void)
{
	static const struct {
		const char *word;
		int means; /* -1: nothing */
	} word[] = {{"true", 1}, {"yes", 1}, {"on", 1},  {"1", 1}, {"false", 0}, {"no", 0},
		    {"off", 0},  {"0", 0},   {"Yes", -1}, {"", -1}, {"yess", -1}};
	bool is_true;

	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		ok(text_to_bool(word[i].word, &is_true) ? is_true == word[i].means
							 : word[i].means < 0,
		   "'%s' is %d", word[i].word, word[i].means);
	ok(text_lists("a\nbc", "a") && text_lists("a\nbc", "bc") && !text_lists("a\nbc", "b") &&
		   !text_lists("a\nbc", "a\nbc") && !text_lists("", ""),
	   "a list has its lines and nothing else");
	ok(text_lists_bytes("a\nbc", "bcd", 2) && !text_lists_bytes("a\nbc", "bc", 1),
	   "by its first bytes, where so many are meant");
	ok(text_lists_some("a\nbc", "x\nbc") && !text_lists_some("a\nbc", "b\nc") &&
		   !text_lists_some("", "a") && !text_lists_some("a", ""),
	   "two lists meet in a line that both have");
}

static void check_lines(void)
{
	static const struct {
		const char *list, *lines;
	} row[] = {{NULL, ""}, {"", ""}, {"a", "[a]"}, {"a\nbc", "[a][bc]"}, {"a\n", "[a]"},
		   {"\n\nb", "[][][b]"}};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct text got = {0}, line = {0};
		const char *at = row[i].list;

		while (text_next_line(&at, &line))
			text_printf(&got, "[%s]", line.at);
		ok(!strcmp(text_get(&got), row[i].lines) && !line.at, "lines %zu: %s", i,
		   text_get(&got));
		text_release(&got);
	}
}

int main(void)
{
	int64_t n;

	test_words();
	check_growing();
	check_lines();
	check_safe();
	check_safe_always();
	check_durations();
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		ok(text_to_int(number[i].in, &n) == number[i].is_number &&
			   (!number[i].is_number || n == number[i].n),
		   "number '%s'", number[i].in);
	return done_testing();
}
