/* cli/contact_test: `nines contact test NOTIFIER:ADDRESS [option=value ...]`: delivers one letter
 * right here, without a daemon and without a configuration, and shows how it went. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/arena.h"
#include "../base/clock.h"
#include "../base/log.h"
#include "../base/memory.h"
#include "../module/load.h"
#include "../web/json.h"
#include "contact.h"
#include "find.h"
#include "outcome.h"
#include "run.h"

#define ARENA_BYTES (1u << 20)

struct contact {
	bool json, trace;
	const char *letter_file, *files;
	const char *shown, *notifier, *address; /* "log:ops", "log", "ops" */
	struct arena arena;
	struct find_list modules;
	struct run_order order;
	struct line letter;
	struct text bytes; /* behind `letter` */
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "the outcome as one JSON document", offsetof(struct contact, json)},
	{"--trace", NULL, "what was sent and received", offsetof(struct contact, trace)},
	{"--letter", "FILE", "delivers this letter instead: one `deliver` line",
	 offsetof(struct contact, letter_file)},
	{"--files", "FOLDER", "where the files of that letter are, each named by its SHA-256",
	 offsetof(struct contact, files)},
	{NULL, NULL, NULL, 0},
};

static const struct {
	const char *name;
	int status;
} outcome[] = {{"delivered", EXIT_DONE}, {"gave-up", EXIT_FAILED}, {"later", EXIT_CANNOT_TELL}};

#define LATER 2

static int row_of(const char *name)
{
	for (int i = 0; i < LATER; i++)
		if (!strcmp(outcome[i].name, name))
			return i;
	return LATER;
}

/* ---- the words of the command ---- */

/* The arena gives NULL where there is no memory. */
static const char *kept(const char *text)
{
	if (!text)
		memory_end();
	return text;
}

/* "./notifier.so:ADDRESS": the path ends with the first ".so:". -1 to go on. */
static int take_path(struct contact *c, const char *word)
{
	const char *end = strstr(word, ".so:");
	char name[64];

	if (!end)
		return cli_wrong("'%s' is no NOTIFIER:ADDRESS: write ./notifier.so:ADDRESS", word);
	c->order.path = kept(arena_copy(&c->arena, word, (size_t)(end + 3 - word)));
	c->address = end + 4;
	if (!module_name_of(c->order.path, name))
		return cli_wrong("'%s' is no module: its file is called NAME.so", c->order.path);
	c->notifier = kept(arena_text(&c->arena, "%s", name));
	c->shown = kept(arena_text(&c->arena, "%s:%s", name, c->address));
	return -1;
}

static int take_name(struct contact *c, const struct cli *cli, const char *word)
{
	const char *colon = strchr(word, ':'), *meant = NULL;
	const struct find_module *found;

	if (!colon || colon == word)
		return cli_wrong("'%s' is no NOTIFIER:ADDRESS, such as email:ops@example.org",
				 word);
	c->notifier = kept(arena_copy(&c->arena, word, (size_t)(colon - word)));
	c->address = colon + 1;
	c->shown = word;
	find_modules(cli, MODULE_NOTIFIER, &c->modules);
	found = find_named(&c->modules, c->notifier, &meant);
	if (!found && meant)
		return cli_wrong("unknown notifier '%s': did you mean '%s'?", c->notifier, meant);
	if (!found)
		return cli_wrong("unknown notifier '%s': 'nines modules' lists them", c->notifier);
	c->order.path = found->path;
	return -1;
}

static int read_words(struct contact *c, const struct cli *cli, int argc, char **argv)
{
	bool is_path;
	int status;

	if (!argc)
		return cli_wrong("a path is missing: nines contact test NOTIFIER:ADDRESS");
	is_path = strcspn(argv[0], "/") < strcspn(argv[0], ":");
	status = is_path ? take_path(c, argv[0]) : take_name(c, cli, argv[0]);
	if (status >= 0)
		return status;
	for (int i = 1; i < argc; i++)
		if (!strchr(argv[i], '=') || argv[i][0] == '=')
			return cli_wrong("'%s' is no option: write name=value", argv[i]);
	c->order.module = c->notifier;
	c->order.option = argv + 1;
	c->order.options = argc - 1;
	c->order.wants_transcript = c->trace;
	c->order.files = c->files;
	return -1;
}

/* ---- the letter ---- */

static void write_letter(struct contact *c)
{
	struct text text = {0}, at = {0}, id = {0};
	char host[65] = "";
	int64_t now_us = clock_wall_us();

	if (gethostname(host, sizeof host - 1))
		host[0] = '\0';
	clock_add_utc(&at, now_us, 0);
	text_printf(&id, "test-%lld", (long long)now_us);
	line_begin(&c->bytes, "deliver", text_get(&id));
	line_add(&c->bytes, "kind", "test");
	text_printf(&text, "Test letter of nines to %s", c->shown);
	line_add(&c->bytes, "subject", text_get(&text));
	text_clear(&text);
	text_printf(&text, "This is a test letter.\n\nWritten:  %s\nOn:       %s\nBy:       nines "
		    "contact test\n\nWho reads this can be told by nines: this path works.\n",
		    text_get(&at), host);
	line_add(&c->bytes, "text", text_get(&text));
	text_clear(&text);
	text_printf(&text, "Test letter of nines, %s: this path works", text_get(&at));
	line_add(&c->bytes, "short", text_get(&text));
	line_add(&c->bytes, "word.title", "Test letter");
	line_add_int(&c->bytes, "word.at_us", now_us);
	text_release(&text);
	text_release(&at);
	text_release(&id);
}

/* The first line of the file, but for its address. -1 to go on. */
static int read_letter(struct contact *c)
{
	static const char *const but[] = {"address", NULL};
	struct line *given = memory_new(sizeof *given);
	char *bytes = memory_new(LINE_BYTES + 1);
	int fd = open(c->letter_file, O_RDONLY | O_CLOEXEC), status = -1;
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, LINE_BYTES);
	const char *wrong = n < 0 ? NULL : line_parse(given, bytes, strcspn(bytes, "\n"));

	if (n < 0)
		status = cli_wrong("%s: %s", c->letter_file, log_errno(errno));
	else if (wrong || strcmp(given->verb, "deliver"))
		status = cli_wrong("%s: it is no `deliver` line: %s", c->letter_file,
				   wrong ? wrong : "see docs/architecture.md");
	else
		line_begin(&c->bytes, "deliver", given->id);
	if (status < 0)
		line_add_words(&c->bytes, given, but);
	if (fd >= 0)
		close(fd);
	free(bytes);
	free(given);
	return status;
}

static int make_letter(struct contact *c)
{
	int status = -1;

	if (c->letter_file)
		status = read_letter(c);
	else
		write_letter(c);
	if (status >= 0)
		return status;
	line_add(&c->bytes, "address", c->address);
	if (c->bytes.size >= LINE_BYTES || line_parse(&c->letter, c->bytes.at, c->bytes.size))
		return cli_wrong("the letter to '%s' is too long", c->shown);
	c->order.letter = &c->letter;
	return -1;
}

/* ---- the answer ---- */

static void add_json(const struct contact *c, const struct outcome *o, const struct line *l,
		     struct text *t)
{
	json_t *j = json_object();

	json_object_set_new(j, "notifier", json_safe(c->notifier));
	json_object_set_new(j, "to", json_safe(c->address));
	json_object_set_new(j, "letter", json_safe(c->letter.id));
	json_object_set_new(j, "outcome", json_safe(o->verdict));
	json_object_set_new(j, "reason", json_safe(o->reason));
	json_object_set_new(j, "step", json_safe(o->step));
	json_object_set_new(j, "retry_after_us", json_integer(line_int(l, "after_us", 0)));
	json_object_set_new(j, "address", json_safe(o->address));
	json_object_set_new(j, "started", json_time(o->start_us));
	json_object_set_new(j, "elapsed_us", json_integer(o->elapsed_us));
	json_object_set_new(j, "steps", json_steps(o->steps_at, o->steps));
	if (c->trace)
		json_object_set_new(j, "transcript", json_safe(o->transcript));
	json_write(t, j);
}

static int show(const struct contact *c, const struct cli *cli, const struct line *l)
{
	struct outcome *o = memory_new(sizeof *o);
	int row = row_of(line_get(l, "outcome"));
	struct text t = {0};

	o->module = c->notifier;
	o->target = c->shown;
	outcome_read(o, l);
	o->verdict = outcome[row].name;
	if (c->json) {
		add_json(c, o, l, &t);
	} else {
		outcome_add_text(o, &cli->screen, &t, cli->is_quiet);
		if (c->trace)
			outcome_add_transcript(o, &cli->screen, &t);
	}
	free(o);
	return cli_print(&t, outcome[row].status);
}

static int deliver(struct contact *c, const struct cli *cli)
{
	struct line *l = memory_new(sizeof *l);
	struct text answer = {0};
	int status;

	run_probe(&c->order, &answer);
	if (!answer.size || line_parse(l, answer.at, strcspn(answer.at, "\n")))
		status = cli_fail(EXIT_CANNOT_TELL, "notifier '%s' gave no readable answer",
				  c->notifier);
	else if (!strcmp(l->verb, "wrong"))
		status = cli_wrong("%s", line_get(l, "text"));
	else
		status = show(c, cli, l);
	text_release(&answer);
	free(l);
	return status;
}

int contact_test(struct cli *cli, int argc, char **argv)
{
	struct contact *c = memory_new(sizeof *c);
	int status = cli_flags(cli, flag, c, &argc, argv);

	arena_init(&c->arena, NULL, 0, ARENA_BYTES);
	if (status < 0)
		status = read_words(c, cli, argc, argv);
	if (status < 0)
		status = make_letter(c);
	if (status < 0)
		status = deliver(c, cli);
	find_release(&c->modules);
	arena_release(&c->arena);
	text_release(&c->bytes);
	free(c);
	return status;
}
