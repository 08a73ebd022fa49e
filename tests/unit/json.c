/* What admins write of JSON documents: which conditions there are, what each says of a document,
 * and the reason where it does not hold. Any bytes: tests/fuzz/fuzz_json.c. */
#include "../../core/json/condition.h"

#include <stdlib.h>

#include "../../core/json/document.h"
#include "../lib/tap.h"

static const char page[] =
	"{\"status\": \"degraded\", \"ok\": true, \"none\": null, \"length\": 7, \"n\": 10,"
	" \"half\": 0.5, \"text\": \"42.5\", \"word\": \"\\u00e4rgerlich\", \"big\": "
	"9007199254740993,"
	" \"a b\": {\"$c\": 1}, \"nul\": \"a\\u0000b\", \"empty\": [], \"void\": {},"
	" \"data\": {\"items\": [{\"price\": 12}, {\"price\": 9.5}], \"tags\": [\"x\", \"y\"], "
	"\"q\": [1, 2, 3],"
	" \"c\": 1, \"d\": 2, \"e\": 3, \"f\": 4}}";

/* NULL: it holds; "": it is refused; else the reason. */
static const struct {
	const char *written, *wanted;
} row[] = {
	{"status == \"degraded\"", NULL},
	{"  status==\"degraded\"  ", NULL},
	{"$.status == \"degraded\"", NULL},
	{"[\"status\"] == \"degraded\"", NULL},
	{"status == \"ok\"", "wanted status == \"ok\", got \"degraded\""},
	{"status != \"ok\"", NULL},
	{"status != \"degraded\"", "wanted status != \"degraded\", got \"degraded\""},
	{"status > 5", "wanted status > 5, got \"degraded\", which is no number"},
	{"status >= \"d\"", NULL},
	{"status < \"c\"", "wanted status < \"c\", got \"degraded\""},
	{"n < \"c\"", "wanted n < \"c\", got 10, which is no text"},
	{"n == 10.0", NULL},
	{"n == \"10\"", "wanted n == \"10\", got 10"},
	{"n <= 10", NULL},
	{"n >= 10", NULL},
	{"n < 10", "wanted n < 10, got 10"},
	{"n > 1e1", "wanted n > 1e1, got 10"},
	{"half < 1", NULL},
	{"big > 9007199254740992", NULL},
	{"big == 9007199254740993", NULL},
	{"big < 99999999999999999999", NULL},
	{"ok == true", NULL},
	{"ok == false", "wanted ok == false, got true"},
	{"none == null", NULL},
	{"none exists", NULL},
	{"none missing", "wanted none missing, got null"},
	{"other missing", NULL},
	{"other.more missing", NULL},
	{"other exists", "wanted other exists, but the document is an object with 'status', 'ok', "
			 "'none', 'length', 'n' and 9 more"},
	{"data.items[0].price == 12", NULL},
	{"data.items[-1].price < 10", NULL},
	{"data.items[2].price > 1",
	 "wanted data.items[2].price > 1, but 'data.items' is an array of 2 items"},
	{"data.items[-3] exists", "wanted data.items[-3] exists, but 'data.items' is an array of 2 "
				  "items"},
	{"data.items[0].cost > 1",
	 "wanted data.items[0].cost > 1, but 'data.items[0]' is an object "
	 "with 'price'"},
	{"data.items.price > 1", "wanted data.items.price > 1, but 'data.items' is an array of 2 "
				 "items"},
	{"n.x exists", "wanted n.x exists, but 'n' is 10"},
	{"empty[0] exists", "wanted empty[0] exists, but 'empty' is an empty array"},
	{"void.x == 1", "wanted void.x == 1, but 'void' is an empty object"},
	{"data.items == 2", "wanted data.items == 2, got an array of 2 items"},
	{"data.items.length == 2", NULL},
	{"data.length == 7", NULL},
	{"$.length == 14", NULL},
	{"length == 7", NULL},
	{"[\"length\"] == 7", NULL},
	{"word.length == 9", NULL},
	{"empty.length == 0", NULL},
	{"n.length == 1", "wanted n.length == 1, but 'n' is 10, which has no length"},
	{"data[\"length\"] missing", NULL},
	{"[\"a b\"][\"$c\"] == 1", NULL},
	{"[\"a b\"].$c == 1", ""},
	{"nul == \"a\\u0000b\"", NULL},
	{"nul.length == 3", NULL},
	{"status contains \"grad\"", NULL},
	{"status contains \"up\"", "wanted status contains \"up\", got \"degraded\""},
	{"status contains 4", "wanted status contains 4, got \"degraded\""},
	{"data.tags contains \"y\"", NULL},
	{"data.q contains 2.0", NULL},
	{"data.q contains \"2\"", "wanted data.q contains \"2\", got an array of 3 items"},
	{"data contains \"items\"", NULL},
	{"data contains \"q\"", NULL},
	{"n contains 1", "wanted n contains 1, got 10"},
	{"data.q == [1, 2, 3.0]", NULL},
	{"data.q != [1, 2]", NULL},
	{"data.items[0] == {\"price\": 12}", NULL},
	{"data.items[0] == {\"price\": 12, \"x\": 1}",
	 "wanted data.items[0] == {\"price\": 12, \"x\": 1}, got an object with 'price'"},
	{"\xc3\xa4 missing", NULL},
	{"$ exists", NULL},
	{"$ == 1", "wanted $ == 1, got an object with 'status', 'ok', 'none', 'length', 'n' and 9 "
		   "more"},
	{"", ""},
	{" ", ""},
	{"status", ""},
	{"status =", ""},
	{"status = 1", ""},
	{"status === 1", ""},
	{"status ==", ""},
	{"status == ok", ""},
	{"status == 'ok'", ""},
	{"status == \"ok", ""},
	{"status == \"ok\" and n == 10", ""},
	{"status is \"ok\"", ""},
	{"status contain \"ok\"", ""},
	{"status containsx", ""},
	{"status exists 1", ""},
	{"status missing x", ""},
	{"status < true", ""},
	{"status < null", ""},
	{"status > [1]", ""},
	{"data..items == 1", ""},
	{"data. == 1", ""},
	{".status == \"degraded\"", NULL},
	{"data.0.price == 1", ""},
	{"0 == 1", ""},
	{"-a == 1", ""},
	{"data.items[] == 1", ""},
	{"data.items[x] == 1", ""},
	{"data.items[-0] == 1", ""},
	{"data.items[0 == 1", ""},
	{"data.items[1234567890] == 1", ""},
	{"data[\"items == 1", ""},
	{"data[\"it\\qems\"] == 1", ""},
	{"data[\"items\" == 1", ""},
	{"a b == 1", ""},
};

static const struct {
	/* name NULL: refused; wanted: number or reason */
	const char *written, *name, *unit, *wanted;
} value[] = {
	{"queue = data.items.length", "queue", "", "2"},
	{"age:s=half", "age", "s", "0.5"},
	{" size:MB = text ", "size", "MB", "42.5"},
	{"n = status", "n", "", "wanted a number at status, got \"degraded\""},
	{"n = ok", "n", "", "wanted a number at ok, got true"},
	{"n = data.x", "n", "", "wanted a number at data.x, but 'data' is an object with 'items', "
				"'tags', 'q', 'c', 'd' and 2 more"},
	{"n = ", NULL, NULL, NULL},
	{"= n", NULL, NULL, NULL},
	{"n", NULL, NULL, NULL},
	{"N = n", NULL, NULL, NULL},
	{"n: = n", NULL, NULL, NULL},
	{"n:muchtoolong = n", NULL, NULL, NULL},
	{"a_name_of_more_than_thirty_one_letters = n", NULL, NULL, NULL},
	{"n = n > 1", NULL, NULL, NULL},
	{"n = n m", NULL, NULL, NULL},
};

static const struct {
	const char *text, *wanted; /* NULL: it is a document */
} document[] = {
	{"1", NULL},
	{"\"x\"", NULL},
	{"\xef\xbb\xbf{}", NULL},
	{" [] ", NULL},
	{"99999999999999999999", NULL},
	{"{\"a\": 1, \"a\": 2}", NULL},
	{"", "line 1, column 0: unexpected token near end of file"},
	{"<html>", "line 1, column 1: invalid token near '<'"},
	{"{\"a\": 1,\n \"b\": }", "line 2, column 7: unexpected token near '}'"},
	{"[1, 2", "line 1, column 5: ']' expected near end of file"},
	{"[1] 2", "line 1, column 5: end of file expected near '2'"},
	{"{'a': 1}", NULL},
	{"[1e999]", NULL},
	{"\"\xff\"", NULL},
};

static void judge(json_t *root, const char *written, const char *wanted)
{
	struct json_condition c;
	struct arena arena;
	struct text why = {0};

	arena_init(&arena, NULL, 0, 65536);
	if (!json_condition_read(&c, &arena, written, &why))
		ok(wanted && !*wanted && why.size, "'%s' is refused: %s", written, text_get(&why));
	else if (json_condition_holds(&c, root, &why))
		ok(!wanted, "%s", written);
	else
		same(text_get(&why), wanted, written);
	json_condition_release(&c);
	arena_release(&arena);
	text_release(&why);
}

static void find(json_t *root, size_t i)
{
	struct json_value v;
	struct arena arena;
	struct text why = {0};
	double number;

	arena_init(&arena, NULL, 0, 65536);
	if (!json_value_read(&v, &arena, value[i].written, &why)) {
		ok(!value[i].name && why.size, "'%s' is refused: %s", value[i].written,
		   text_get(&why));
	} else {
		if (json_value_find(&v, root, &number, &why))
			text_printf(&why, "%g", number);
		same(text_get(&why), value[i].wanted, value[i].written);
		same(v.name, value[i].name, "its name");
		same(v.unit, value[i].unit, "its unit");
	}
	arena_release(&arena);
	text_release(&why);
}

static enum json_trouble read_text(const char *text, size_t size, struct text *why)
{
	json_t *root;
	enum json_trouble trouble = json_read(text, size, &root, why);

	json_decref(root);
	return trouble;
}

static void read_documents(void)
{
	for (size_t i = 0; i < sizeof document / sizeof *document; i++) {
		struct text why = {0};
		enum json_trouble trouble =
			read_text(document[i].text, strlen(document[i].text), &why);

		if (document[i].wanted && trouble)
			same(text_get(&why), document[i].wanted, document[i].text);
		else
			ok(i >= 11 ? trouble == JSON_WRONG : !trouble, "document '%s' %s",
			   document[i].text, text_get(&why));
		text_release(&why);
	}
}

/* Bytes again and again, and as many others behind them. */
static char *repeat(const char *one, const char *other, size_t times, size_t *size)
{
	size_t m = strlen(one), n = strlen(other);
	char *all = malloc(times * (m + n) + 1);

	for (size_t i = 0; all && i < times; i++) {
		memcpy(all + i * m, one, m);
		memcpy(all + times * m + i * n, other, n);
	}
	*size = times * (m + n);
	return all;
}

static void read_large(void)
{
	static const struct {
		const char *one, *other;
		size_t times;
		enum json_trouble wanted;
	} large[] = {{"[", "]", JSON_LEVELS, JSON_FINE},
		     {"[", "]", JSON_LEVELS + 1, JSON_TOO_LARGE},
		     {"{\"a\":", "}", 1000000, JSON_TOO_LARGE},
		     {"[", "", 1000000, JSON_TOO_LARGE}};

	for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
		struct text why = {0};
		size_t size;
		char *text = repeat(large[i].one, large[i].other, large[i].times, &size);

		ok(read_text(text, size, &why) == large[i].wanted, "%zu times '%s': %s",
		   large[i].times, large[i].one, text_get(&why));
		free(text);
		text_release(&why);
	}
}

/* Three bytes of text a value, a hundred of memory. */
static void read_dense(void)
{
	size_t size;
	char *text = repeat("[],", "", 333333, &size);
	struct text why = {0};

	text[0] = '[';
	text[1] = ' ';
	text[2] = ' ';
	memcpy(text + size - 3, "[]]", 3);
	ok(read_text(text, size, &why) == JSON_TOO_LARGE, "a megabyte of empty arrays");
	same(text_get(&why), "of more than 16 MiB in memory", "and it is said");
	text_clear(&why);
	ok(read_text("[1]", 3, &why) == JSON_FINE, "the next document has its own room");
	free(text);
	text_release(&why);
}

int main(void)
{
	struct text why = {0};
	json_t *root;

	if (!ok(!json_read(page, sizeof page - 1, &root, &why), "the page is JSON"))
		printf("# %s\n", text_get(&why));
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		judge(root, row[i].written, row[i].wanted);
	for (size_t i = 0; i < sizeof value / sizeof *value; i++)
		find(root, i);
	read_documents();
	read_large();
	read_dense();
	json_decref(root);
	text_release(&why);
	return done_testing();
}
