/* tests/unit/letter: every kind of letter beside its golden file in tests/letter, and what must
 * hold of each letter whatever its facts are: widths, sizes, one SMS, no control character (F44,
 * F52).
 *
 * GOLDEN=write writes what is said now; a person reads it before it is committed. */
#include "../../core/letter/letter.h"

#include <stdlib.h>

#include "../../core/letter/inside.h"
#include "../lib/tap.h"

static const struct letter_item item[] = {
	{"mail-1", NULL, "down", "wanted 220, got '554 go away'", 1795309353000000, 0, NULL},
	{"mail-2", "Mail, second server", "down", "connection refused", 1795309363000000, 0, NULL},
	{"shop", NULL, "degraded", "first-byte took 4.20s", 1795305600000000, 0, NULL},
	{"a check whose name is longer than the column of names in a summary is", NULL, "down",
	 "no answer within 10s\r\nBcc: everybody@example.org \x1b[31m and much more of it to cut",
	 1795309364000000, 0, NULL},
	{"fileserver-\xc3\xbc\xe6\x9d\xb1\xe4\xba\xac", NULL, "down", NULL, 1795309365000000, 0,
	 NULL},
	{"dns-1", NULL, "up", NULL, 1795305600000000, 1795309200000000, NULL},
};

static const struct {
	const char *golden, *zone;
	struct letter_facts facts;
} letter[] = {
	{"alert",
	 "UTC",
	 {.form = LETTER_FORM_ALERT,
	  .contact = "ops",
	  .to = "email:ops@example.org",
	  .location = "london",
	  .name = "mail-1",
	  .module = "smtp",
	  .target = "mail1.example.org:25",
	  .address = "192.0.2.25",
	  .verdict = "down",
	  .reason = "wanted 220, got '554 go away'",
	  .step = "banner",
	  .steps = "resolve:812,connect:24310,banner:981250!",
	  .incident = "01KB0XJ3V7",
	  .detected_us = 1795309353000000,
	  .confirmed_us = 1795309413000000,
	  .passed_us = 1795309293000000,
	  .number = 1,
	  .cap = 4,
	  .next_us = 1795311453000000,
	  .now_us = 1795309653000000}},
	{"alert-full",
	 "Europe/Berlin",
	 {.form = LETTER_FORM_ALERT,
	  .contact = "Nachtwache",
	  .to = "sms:+491234567",
	  .location = "Frankfurt",
	  .name = "shop",
	  .title = "Schuh-Gesch\xc3\xa4"
		   "ft K\xc3\xb6ln",
	  .module = "https",
	  .target = "https://shop.example.org/warenkorb?kunde=4711&sprache=de&ansicht=komplett&x=1",
	  .address = "2001:db8::80",
	  .verdict = "down",
	  .reason = "status 503 of GET /warenkorb, wanted 100-399, and the body said 'Service "
		    "Unavailable: no backend is left that could answer this request'",
	  .step = "first-byte",
	  .steps = "resolve:53000,connect:341000,tls:981000,request:982000,first-byte@1:1494000!",
	  .incident = "01KB0XJ3V8",
	  .detected_us = 1795309353000000,
	  .confirmed_us = 1795309413000000,
	  .passed_us = 1795309293000000,
	  .number = 4,
	  .cap = 4,
	  .now_us = 1795309653000000,
	  .affected = "Web\nShops\nKassen",
	  .cause = "router-1",
	  .owner = "Web-Gruppe <web@example.org>",
	  .owners = "business: Ann\nproduct: Bob",
	  .url = "https://wiki.example.org/shop",
	  .page = "https://status.example.org/#shop",
	  .next = "1. Is the backend up? ssh web-1 systemctl status shop\n2. Call the provider.",
	  .diagnosis =
		  "address 2001:db8::80: no answer, 192.0.2.80: connected in 24ms\n"
		  "route: 1 gateway 0.4ms, 2 2001:db8:1::1 4.1ms, 3 no answer, 4 no answer, 5 no "
		  "answer\n"}},
	{"alert-service",
	 "Asia/Kathmandu",
	 {.form = LETTER_FORM_ALERT,
	  .contact = "ops",
	  .to = "email:ops@example.org",
	  .location = "here",
	  .name = "Mail",
	  .is_service = true,
	  .verdict = "down",
	  .need = 2,
	  .up = 1,
	  .of = 3,
	  .members = "mail-1\nmail-2",
	  .incident = "01KB0XJ3V9",
	  .reason = "1 of 3 members up, 2 needed",
	  .detected_us = 1795309353000000,
	  .number = 2,
	  .cap = 4,
	  .next_us = 1795311453000000,
	  .now_us = 1795309653000000}},
	{"recovery",
	 "America/St_Johns",
	 {.form = LETTER_FORM_RECOVERY,
	  .contact = "ops",
	  .to = "email:ops@example.org",
	  .location = "london",
	  .name = "mail-1",
	  .module = "smtp",
	  .target = "mail1.example.org:25",
	  .verdict = "up",
	  .reason = "wanted 220, got '554 go away'",
	  .step = "banner",
	  .steps = "resolve:812,connect:24310,banner:31250,quit:40000",
	  .incident = "01KB0XJ3V7",
	  .detected_us = 1795309353000000,
	  .ended_us = 1795313013000000,
	  .told = 2,
	  .now_us = 1795313013000000}},
	{"recovery-gone",
	 "UTC",
	 {.form = LETTER_FORM_RECOVERY,
	  .contact = "ops",
	  .to = "email:ops@example.org",
	  .location = "london",
	  .name = "mail-1",
	  .module = "smtp",
	  .target = "mail1.example.org:25",
	  .verdict = "not-monitored",
	  .reason = "wanted 220, got '554 go away'",
	  .step = "banner",
	  .gone = "paused: new disks",
	  .incident = "01KB0XJ3V7",
	  .detected_us = 1795309353000000,
	  .ended_us = 1795313013000000,
	  .told = 2,
	  .now_us = 1795313013000000}},
	{"note",
	 "Europe/London",
	 {.form = LETTER_FORM_NOTE,
	  .contact = "ops",
	  .to = "email:ops@example.org",
	  .location = "london",
	  .name = "mail-2",
	  .module = "smtp",
	  .target = "mail2.example.org:25",
	  .verdict = "down",
	  .reason = "connection refused",
	  .step = "connect",
	  .steps = "resolve:812,connect:1490!",
	  .members = "Mail",
	  .incident = "01KB0XJ3VA",
	  .detected_us = 1782000000000000,
	  .confirmed_us = 1782000060000000,
	  .now_us = 1782000300000000}},
	{"summary",
	 "Europe/Berlin",
	 {.form = LETTER_FORM_SUMMARY,
	  .contact = "ops",
	  .to = "email:ops@example.org",
	  .location = "london",
	  .detected_us = 1795305600000000,
	  .now_us = 1795309653000000,
	  .item = item,
	  .items = sizeof item / sizeof *item,
	  .number = 1,
	  .cap = 4,
	  .part = 2,
	  .page = "https://status.example.org/",
	  .next = "See whether the rack has power."}},
	{"flapping",
	 "UTC",
	 {.form = LETTER_FORM_FLAPPING,
	  .contact = "ops",
	  .location = "london",
	  .name = "dns-1",
	  .module = "dns",
	  .target = "192.0.2.53",
	  .verdict = "down",
	  .reason = "no answer",
	  .steps = "query:5000000!",
	  .detected_us = 1795309353000000,
	  .changes = 7,
	  .change_percent = 35.4,
	  .incident = "01KB0XJ3VB",
	  .now_us = 1795309653000000}},
	{"steady",
	 "Asia/Tokyo",
	 {.form = LETTER_FORM_STEADY,
	  .contact = "ops",
	  .location = "london",
	  .name = "dns-1",
	  .title = "\xe6\x9d\xb1\xe4\xba\xac\xe3\x81\xae"
		   "DNS",
	  .module = "dns",
	  .target = "192.0.2.53",
	  .verdict = "up",
	  .detected_us = 1795309353000000,
	  .ended_us = 1795402953000000,
	  .now_us = 1795402953000000}},
	{"confirmation",
	 "UTC",
	 {.form = LETTER_FORM_CONFIRMATION,
	  .contact = "guest",
	  .to = "email:guest@example.net",
	  .location = "london",
	  .name = "Mail",
	  .is_service = true,
	  .url = "https://status.example.org/yes/4f1c5e2a7b904d3f8a6c0e9d1b2a3f4c5d6e7f80",
	  .code = "4711-0815",
	  .now_us = 1795309353000000}},
	{"test",
	 "Europe/Berlin",
	 {.form = LETTER_FORM_TEST,
	  .contact = "ops",
	  .to = "email:ops@example.org",
	  .location = "london",
	  .now_us = 1795309353000000}},
	{"monitor",
	 "UTC",
	 {.form = LETTER_FORM_MONITOR,
	  .contact = "ops",
	  .to = "email:ops@example.org",
	  .location = "london",
	  .reason = "the store cannot be written: no space left on device",
	  .incident = "01KB0XJ3VC",
	  .detected_us = 1795309353000000,
	  .number = 1,
	  .cap = 4,
	  .next = "Make room on the disk of /var/lib/nines; results wait in memory meanwhile.",
	  .now_us = 1795309353000000}},
	{"monitor-over",
	 "Europe/Berlin",
	 {.form = LETTER_FORM_MONITOR_OVER,
	  .contact = "ops",
	  .to = "email:ops@example.org",
	  .location = "london",
	  .reason = "the store cannot be written: no space left on device",
	  .detected_us = 1795309353000000,
	  .ended_us = 1795309393000000,
	  .told = 1,
	  .now_us = 1795309393000000}},
	{"burning",
	 "UTC",
	 {.form = LETTER_FORM_BURNING,
	  .contact = "ops",
	  .to = "email:ops@example.org",
	  .location = "london",
	  .name = "web",
	  .is_service = true,
	  .verdict = "up",
	  .reason = "burns its error budget 14.4 times too fast: 2 % of 30 days in the last hour",
	  .incident = "01KB0XJ3VD",
	  .detected_us = 1795309353000000,
	  .now_us = 1795309393000000}},
	{"burning-over",
	 "Europe/Berlin",
	 {.form = LETTER_FORM_BURNING_OVER,
	  .contact = "ops",
	  .to = "email:ops@example.org",
	  .location = "london",
	  .name = "web",
	  .is_service = true,
	  .verdict = "up",
	  .reason = "burns its error budget 14.4 times too fast: 2 % of 30 days in the last hour",
	  .incident = "01KB0XJ3VD",
	  .detected_us = 1795309353000000,
	  .ended_us = 1795309953000000,
	  .now_us = 1795309953000000}},
	{"hostile",
	 "UTC",
	 {.form = LETTER_FORM_ALERT,
	  .contact = "ops\r\nBcc: all",
	  .to = "email:ops@example.org",
	  .location = "lon\tdon",
	  .name = "m\r\n.\r\nQUIT",
	  .title = "\xe2\x80\xaegnp.exe\xff",
	  .module = "smtp",
	  .target = "a\nb",
	  .verdict = "down",
	  .reason = "wanted 220, got '\x1b[2J\x9b%n%s\r\n\r\nDear customer' and "
		    "averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryverylong-"
		    "word",
	  .step = "ban\nner",
	  .steps = "resolve:812,connect:x,\n",
	  .incident = "-rf",
	  .owner = "{{title}}",
	  .detected_us = 1795309353000000,
	  .number = 1,
	  .cap = 4,
	  .diagnosis = "\r\n\r\nline\x07\r\n",
	  .next = "\n\n"}},
};
#define LETTERS (sizeof letter / sizeof *letter)

static void show(struct text *t, const struct letter_said *s)
{
	text_printf(t, "Subject: %s\nShort: %s\n\n%s", text_get(&s->subject), text_get(&s->brief),
		    text_get(&s->text));
}

static bool is_harmless(const struct text *t, bool has_lines)
{
	struct text safe = {0};
	bool is_fine;

	for (const char *at = text_get(t); *at; at++)
		if (*at != '\n' || !has_lines)
			text_putc(&safe, *at);
	is_fine = !safe.size;
	if (safe.size) {
		struct text again = {0};

		text_add_safe(&again, safe.at, safe.size, SIZE_MAX / 2);
		is_fine = !strcmp(text_get(&again), safe.at);
		text_release(&again);
	}
	text_release(&safe);
	return is_fine;
}

static size_t widest(const struct text *t)
{
	size_t most = 0, n;

	for (const char *at = text_get(t); *at; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		most = letter_columns(at, n) > most ? letter_columns(at, n) : most;
	}
	return most;
}

static size_t characters(const struct text *t)
{
	size_t n = 0;

	for (const char *at = text_get(t); *at; at++)
		n += ((unsigned char)*at & 0xc0) != 0x80;
	return n;
}

static void check_bounds(const char *name, const struct letter_said *s)
{
	ok(widest(&s->text) <= LETTER_COLUMNS, "%s: %zu columns", name, widest(&s->text));
	ok(letter_escaped(text_get(&s->text), s->text.size) <= LETTER_TEXT_BYTES, "%s: fits a line",
	   name);
	ok(s->subject.size && s->subject.size <= LETTER_SUBJECT_BYTES, "%s: the subject", name);
	ok(s->brief.size && characters(&s->brief) <= LETTER_SHORT, "%s: one SMS", name);
	ok(is_harmless(&s->text, true) && is_harmless(&s->subject, false) &&
		   is_harmless(&s->brief, false),
	   "%s: nothing that misleads", name);
}

static void compare(const char *name, const struct letter_said *s)
{
	struct text path = {0}, got = {0}, wanted = {0};
	FILE *file;
	int c;

	text_printf(&path, "tests/letter/%s.txt", name);
	show(&got, s);
	if (getenv("GOLDEN") && (file = fopen(text_get(&path), "w"))) {
		fputs(text_get(&got), file);
		fclose(file);
	}
	file = fopen(text_get(&path), "r");
	while (file && (c = fgetc(file)) != EOF)
		text_putc(&wanted, (char)c);
	if (file)
		fclose(file);
	same(text_get(&got), text_get(&wanted), text_get(&path));
	text_release(&path);
	text_release(&got);
	text_release(&wanted);
}

static void check_golden(void)
{
	struct letter_said said = {.items = 0};
	struct text wrong = {0};

	for (size_t i = 0; i < LETTERS; i++) {
		struct letter_facts f = letter[i].facts;
		struct zone *zone = zone_open(letter[i].zone, &wrong);

		f.zone = zone;
		letter_say(&f, NULL, &said);
		compare(letter[i].golden, &said);
		check_bounds(letter[i].golden, &said);
		zone_close(zone);
	}
	letter_said_release(&said);
	text_release(&wrong);
}

/* Every text that is given is as long as a line can hold, in characters that take most room. */
static void check_huge(void)
{
	static char flood[60001], names[60001];
	static struct letter_item many[5000];
	struct letter_said said = {.items = 0};
	struct text line = {0};
	struct line *parsed = malloc(sizeof *parsed);

	for (size_t i = 0; i < 20000; i++)
		memcpy(flood + 3 * i, i % 50 ? "\xe6\x9d\xb1" : "\n\x1b ", 3);
	for (size_t i = 0; i < 60000; i++)
		names[i] = i % 20 ? 'x' : '\n';
	for (size_t i = 0; i < 5000; i++)
		many[i] = (struct letter_item){.name = flood, .state = flood, .reason = flood,
					       .since_us = 1795309353000000};
	for (size_t i = 0; i < LETTER_FORMS; i++) {
		struct letter_facts f = {.form = (enum letter_form)i,
					 .contact = flood,
					 .to = flood,
					 .location = flood,
					 .name = flood,
					 .title = flood,
					 .module = flood,
					 .target = flood,
					 .verdict = flood,
					 .reason = flood,
					 .step = flood,
					 .steps = flood,
					 .address = flood,
					 .members = names,
					 .incident = flood,
					 .affected = names,
					 .cause = flood,
					 .owner = flood,
					 .url = flood,
					 .page = flood,
					 .next = flood,
					 .code = flood,
					 .diagnosis = flood,
					 .item = many,
					 .items = 5000,
					 .detected_us = INT64_MIN / 2,
					 .ended_us = INT64_MAX / 2,
					 .number = INT64_MAX,
					 .cap = INT64_MIN,
					 .told = INT64_MAX,
					 .changes = INT64_MAX,
					 .change_percent = 1e300,
					 .next_us = 1};

		letter_say(&f, NULL, &said);
		check_bounds(letter_form_name(f.form), &said);
		text_clear(&line);
		text_puts(&line, "letter x");
		letter_add_words(&line, &f);
		ok(line.size <= 16000 && !line_parse(parsed, line.at, line.size),
		   "%s: %zu bytes of words", letter_form_name(f.form), line.size);
		f = (struct letter_facts){.form = (enum letter_form)i};
		letter_say(&f, NULL, &said);
		ok(widest(&said.text) <= LETTER_COLUMNS, "%s of nothing", letter_form_name(f.form));
	}
	text_release(&line);
	free(parsed);
	letter_said_release(&said);
}

/* 5,000 at once: each is named once, over as many letters as it takes. */
static void check_storm(void)
{
	static char name[5000][16];
	static struct letter_item many[5000];
	struct letter_said said = {.items = 0};
	struct letter_facts f = {.form = LETTER_FORM_SUMMARY, .contact = "ops", .part = 1};
	size_t letters = 0, told = 0, named = 0;

	for (size_t i = 0; i < 5000; i++) {
		snprintf(name[i], sizeof *name, "shop/%04zu", i);
		many[i] = (struct letter_item){name[i], NULL, "down", "connection refused",
					       1795309353000000 + (int64_t)i, 0, NULL};
	}
	for (; told < 5000; told += said.items, letters++, f.part++) {
		f.item = many + told;
		f.items = 5000 - told;
		letter_say(&f, NULL, &said);
		for (size_t i = 0; i < said.items; i++)
			named += strstr(text_get(&said.text), name[told + i]) != NULL;
		if (!said.items)
			break;
	}
	ok(told == 5000 && named == 5000, "each of 5,000 is named (%zu)", named);
	ok(letters <= 12, "in %zu letters", letters);
	letter_said_release(&said);
}

static const struct {
	const char *in, *out;
} brief[] = {
	{"plain", "plain"},
	{"Schuh-Gesch\xc3\xa4"
	 "ft `K\xc3\xb6ln`",
	 "Schuh-Gesch\xc3\xa4"
	 "ft 'K\xc3\xb6ln'"},
	{"\xc5\x81\xc3\xb3"
	 "d\xc5\xba \xe2\x80\x93 \xc4\x8d\xc3\xad\xc5\xa1lo",
	 "Lod\x7a - \x63\x69slo"},
	{"\xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0", "Moskva"},
	{"\xce\x91\xce\xb8\xce\xae\xce\xbd\xce\xb1", "Athina"},
	{"\xe6\x9d\xb1\xe4\xba\xac down", "\xe6\x9d\xb1\xe4\xba\xac down"},
	{"12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	 "01234"
	 "567890123456789012345678901234567890123456789012345678901234567890",
	 "12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	 "01234"
	 "567890123456789012345678901234567890123456789012345678901234567890"},
	{"12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	 "01234"
	 "5678901234567890123456789012345678901234567890123456789012345678[0",
	 "12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	 "01234"
	 "567890123456789012345678901234567890123456789012345678901234567..."},
	{"\xe6\x9d\xb1 1234567890123456789012345678901234567890123456789012345678901234567890",
	 "\xe6\x9d\xb1 12345678901234567890123456789012345678901234567890123456789012345..."},
};

static void check_short(void)
{
	for (size_t i = 0; i < sizeof brief / sizeof *brief; i++) {
		struct text t = {0};

		letter_add_short(&t, brief[i].in, strlen(brief[i].in), NULL);
		same(text_get(&t), brief[i].out, brief[i].in);
		text_release(&t);
	}
}

static const struct {
	const char *in;
	size_t indent;
	const char *out;
} fold[] = {
	{"", 0, "\n"},
	{"short", 4, "short\n"},
	{"aaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbb ccccccccccccccccccc ddddddddddddddddddd e", 4,
	 "aaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbb ccccccccccccccccccc\n    ddddddddddddddddddd "
	 "e\n"},
	{"See:    "
	 "https://example.org/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	 8,
	 "See:\nhttps://example.org/"
	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"},
	{"01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
	 "90",
	 2,
	 "0123456789012345678901234567890123456789012345678901234567890123456789012345\n"
	 "  678901234567890\n"},
};

static void check_fold(void)
{
	for (size_t i = 0; i < sizeof fold / sizeof *fold; i++) {
		struct text t = {0};

		letter_add_folded(&t, fold[i].in, strlen(fold[i].in), fold[i].indent);
		same(text_get(&t), fold[i].out, "folded");
		text_release(&t);
	}
}

static const struct {
	const char *source, *out;
} filled[] = {
	{"{{title}}", "mail-1\n"},
	{"a {{title}} b {{owner}} c", "a mail-1 b  c\n"},
	{"a\n{{owner}}{{url}}\nb", "a\nb\n"},
	{"a\n\n{{owner}}\n\nb\n\n\n", "a\n\nb\n"},
	{"Next:\n{{owner}}\n{{next}}\n\nOwner:\n{{owner}}\n{{url}}\n\nb", "Next:\none\ntwo\n\nb\n"},
	{"Owner:\n{{owner}}\nTitle:\n{{title}}\nEnd:", "Title:\nmail-1\nEnd:\n"},
	{"  next: {{next}}", "  next: one\n        two\n"},
	{"{{title", "{{title\n"},
	{"{title}", "{title}\n"},
	{"{{next}} {{title}}", "one\ntwo mail-1\n"},
};

static void check_filled(void)
{
	struct letter_facts f = {.name = "mail-1", .next = "one\ntwo"};
	struct letter_values v;

	letter_values_fill(&v, &f);
	for (size_t i = 0; i < sizeof filled / sizeof *filled; i++) {
		struct text t = {0};

		letter_add_filled(&t, filled[i].source, &v);
		same(text_get(&t), filled[i].out, "filled");
		text_release(&t);
	}
	letter_values_release(&v);
}

static const struct {
	const char *source;
	int line;
	const char *wrong, *word;
} judged[] = {
	{"{{title}} is\n{{verdict}}", 3, NULL, ""},
	{"a\n{{titel}}", 2, "there is no word {{titel}}", "titel"},
	{"a\nb {{title", 2, "a '{{' without its '}}'", ""},
	{"{{items}}\n{{items}}", 2, "{{items}} stands twice", ""},
	{"a\rb", 1, "a control character (\\x0d)", ""},
};

static void check_judge(void)
{
	char word[LETTER_WORD_BYTES], *huge = malloc(7001);
	struct text wrong = {0};
	int line;

	for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
		bool is_fine = letter_template_judge(judged[i].source, &line, &wrong, word);

		ok(is_fine == !judged[i].wrong && !strcmp(word, judged[i].word) &&
			   (is_fine || line == judged[i].line),
		   "judged as %s", judged[i].wrong ? judged[i].wrong : "good");
		same(text_get(&wrong), judged[i].wrong ? judged[i].wrong : "", "and said");
		text_clear(&wrong);
	}
	memset(huge, 'x', 7000);
	huge[7000] = '\0';
	ok(!letter_template_judge(huge, &line, &wrong, word), "a template without end");
	free(huge);
	text_release(&wrong);
	for (size_t i = 0; i < LETTER_FORMS; i++)
		ok(letter_template_judge(letter_wording[i].text, &line, &wrong, word) &&
			   letter_template_judge(letter_wording[i].subject, &line, &wrong, word) &&
			   letter_template_judge(letter_wording[i].brief, &line, &wrong, word),
		   "the built-in %s", letter_wording[i].name);
}

static void check_own(void)
{
	char good[] = "template alert subject=\"!! {{title}}\" text=\"{{title}}: {{reason}}\"",
	     bad[] = "template alert text=\"{{nobody}}\"", none[] = "template allert text=\"x\"";
	struct letter_facts f = {.name = "a", .reason = "b", .verdict = "down",
				 .detected_us = 1795309353000000};
	struct letter_templates own = {0};
	struct letter_said said = {.items = 0};
	struct text wrong = {0};
	struct line *l = malloc(sizeof *l);

	ok(!line_parse(l, good, strlen(good)) && letter_templates_take(&own, l, &wrong), "taken");
	ok(!line_parse(l, bad, strlen(bad)) && !letter_templates_take(&own, l, &wrong), "refused");
	ok(!line_parse(l, none, strlen(none)) && !letter_templates_take(&own, l, &wrong), "none");
	letter_say(&f, &own, &said);
	same(text_get(&said.subject), "!! a", "an admin's subject");
	same(text_get(&said.text), "a: b\n", "an admin's text");
	same(text_get(&said.brief), "DOWN a since 11-22 01:02 UTC: b", "the built-in short form");
	letter_templates_release(&own);
	letter_said_release(&said);
	text_release(&wrong);
	free(l);
}

int main(void)
{
	check_golden();
	check_huge();
	check_storm();
	check_short();
	check_fold();
	check_filled();
	check_judge();
	check_own();
	return done_testing();
}
