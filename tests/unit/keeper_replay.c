/* Golden replay: tests/replay/NAME.txt are whole conversations of the keeper. Lines that begin with
 * `>` go in at their time, lines that begin with `<` must come out, word for word; `@ TIME` lets
 * time pass. REPLAY_WRITE=1 writes what comes out back into the files. */
#include <dirent.h>

#include "../lib/keeper.h"

#define FOLDER "tests/replay"

static const char *const end_name[] = {"prober", "parent", "recorder", "client", "loop"};

static struct text said;
static struct text to[6][PROBERS + 1];
static int64_t now;

static struct text *line_for(void *with, struct keeper_end end)
{
	(void)with;
	return end.number <= PROBERS ? &to[end.kind][end.number] : NULL;
}

static void add_head(char direction, int64_t at, int kind, int number)
{
	text_printf(&said, "%c %.3f %s", direction, (double)(at - START) / 1e6, end_name[kind]);
	if (number)
		text_printf(&said, "-%d", number);
	text_putc(&said, ' ');
}

static void collect(void)
{
	for (int kind = 0; kind < 5; kind++)
		for (int number = 0; number <= PROBERS; number++) {
			struct text *t = &to[kind][number];
			const char *end;

			for (const char *at = text_get(t); *at; at = end + 1) {
				end = strchr(at, '\n');
				if (!strncmp(at, "alive ", 6))
					continue;
				add_head('<', now, kind, number);
				text_add(&said, at, (size_t)(end - at) + 1);
			}
			text_clear(t);
		}
}

static void run_until(struct keeper *k, int64_t until)
{
	while (keeper_next_us(k) <= until) {
		if (keeper_next_us(k) > now)
			now = keeper_next_us(k);
		keeper_tick(k, now, now + WALL - START);
		collect();
	}
	now = until;
}

static int end_named(const char *name, int64_t *number)
{
	for (int kind = 0; kind < 5; kind++)
		if (!strncmp(name, end_name[kind], strlen(end_name[kind]))) {
			*number = name[strlen(end_name[kind])] == '-'
					  ? atoi(name + strlen(end_name[kind]) + 1)
					  : 0;
			return kind;
		}
	return -1;
}

/* "> TIME END LINE" */
static void put_in(struct keeper *k, const char *input)
{
	char name[32] = "";
	struct text copy = {0};
	struct line l;
	int64_t number = 0;
	double at = 0;
	int skip = 0, kind;

	if (sscanf(input, "> %lf %31s %n", &at, name, &skip) < 2 ||
	    (kind = end_named(name, &number)) < 0) {
		ok(false, "no input line: %s", input);
		return;
	}
	run_until(k, START + (int64_t)(at * 1e6 + 0.5));
	text_printf(&said, "%s\n", input);
	text_puts(&copy, input + skip);
	if (line_parse(&l, copy.at, copy.size))
		ok(false, "this does not parse: %s", input);
	else
		keeper_take(k, now, now + WALL - START,
			    (struct keeper_end){(enum keeper_end_kind)kind, number}, &l);
	text_release(&copy);
	collect();
}

static void step(struct keeper *k, const char *input)
{
	if (*input == '>') {
		put_in(k, input);
	} else if (*input == '@') {
		run_until(k, START + (int64_t)(strtod(input + 1, NULL) * 1e6 + 0.5));
		text_printf(&said, "%s\n", input);
	} else if (*input != '<') {
		text_printf(&said, "%s\n", input);
	}
}

static void replay(const char *text)
{
	struct keeper_out out = {.line = line_for};
	struct keeper *k = keeper_new(&out);
	char *copy = strdup(text), *rest = copy, *line;

	text_clear(&said);
	now = START;
	keeper_tick(k, now, WALL);
	while ((line = strsep(&rest, "\n")))
		if (*line || rest)
			step(k, line);
	collect();
	free(copy);
	keeper_free(k);
}

static char *read_all(const char *path)
{
	FILE *f = fopen(path, "r");
	struct text t = {0};
	char block[4096];
	size_t n;

	while (f && (n = fread(block, 1, sizeof block, f)))
		text_add(&t, block, n);
	if (f)
		fclose(f);
	return t.at;
}

static void show_difference(const char *wanted, const char *got)
{
	while (*wanted && *wanted == *got && strchr(wanted, '\n')) {
		size_t line = strcspn(wanted, "\n") + 1;

		if (strncmp(wanted, got, line))
			break;
		wanted += line;
		got += line;
	}
	printf("# wanted: %.*s\n#    got: %.*s\n", (int)strcspn(wanted, "\n"), wanted,
	       (int)strcspn(got, "\n"), got);
}

static void test_file(const char *name)
{
	char path[300], *text;
	FILE *f;

	snprintf(path, sizeof path, FOLDER "/%s", name);
	text = read_all(path);
	if (!text)
		return;
	replay(text);
	if (getenv("REPLAY_WRITE") && (f = fopen(path, "w"))) {
		fputs(text_get(&said), f);
		fclose(f);
	}
	if (!ok(!strcmp(text, text_get(&said)), "%s", name))
		show_difference(text, text_get(&said));
	free(text);
}

int main(void)
{
	struct dirent **entry;
	int n = scandir(FOLDER, &entry, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (strstr(entry[i]->d_name, ".txt"))
			test_file(entry[i]->d_name);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	ok(tap_cases > 0, "there are conversations in " FOLDER);
	for (int kind = 0; kind < 5; kind++)
		for (int number = 0; number <= PROBERS; number++)
			text_release(&to[kind][number]);
	text_release(&said);
	return done_testing();
}
