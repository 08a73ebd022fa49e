/* cli/post: `nines post`: incidents, maintenance and news of status pages, written while ninesd
 * runs. The keeper holds them and decides (core/keeper/post.h). */
#include "post.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/log.h"
#include "../board/post.h"
#include "../web/json.h"
#include "control.h"

static const struct cli_flag flag[] = {
	{"--text", "TEXT", "what people read; - reads it from standard input",
	 offsetof(struct post_asked, text)},
	{"--title", "TITLE", "another title", offsetof(struct post_asked, title)},
	{"--state", "STATE", "what it is at: investigating, identified, monitoring, resolved ...",
	 offsetof(struct post_asked, state)},
	{"--impact", "IMPACT", "none minor major critical; of a maintenance none degraded outage",
	 offsetof(struct post_asked, impact)},
	{"--start", "TIME", "when it began or is to begin, RFC 3339 (default: now)",
	 offsetof(struct post_asked, start)},
	{"--end", "TIME", "when it ended or is to end", offsetof(struct post_asked, end)},
	{"--for", "TIME", "how long it lasts: 2h", offsetof(struct post_asked, length)},
	{"--at", "TIME", "when what the text tells of happened (default: now)",
	 offsetof(struct post_asked, at)},
	{"--until", "TIME", "and until when, where it is a span",
	 offsetof(struct post_asked, until)},
	{"--cause", "CLASS", "hardware software network power provider capacity attack ...",
	 offsetof(struct post_asked, cause)},
	{"--page", "NAME,...", "only on these pages (default: each that shows a component)",
	 offsetof(struct post_asked, pages)},
	{"--audience", "GROUP,...", "only these groups of subscribers are told",
	 offsetof(struct post_asked, audiences)},
	{"--remind", "TIME", "so long before a maintenance (default: 1h; 0: not)",
	 offsetof(struct post_asked, remind)},
	{"--draft", NULL, "kept for those who write, to be published later",
	 offsetof(struct post_asked, draft)},
	{"--quiet", NULL, "no subscriber is told", offsetof(struct post_asked, quiet)},
	{"--tell", NULL, "subscribers are told that an update is corrected or withdrawn",
	 offsetof(struct post_asked, tell)},
	{"--update", "ID", "which update is corrected or withdrawn",
	 offsetof(struct post_asked, update)},
	{"--all", NULL, "lists those that were withdrawn, too", offsetof(struct post_asked, all)},
	{"--by", "NAME", "who says so (default: who you are)", offsetof(struct post_asked, by)},
	{"--json", NULL, "as one JSON document", offsetof(struct post_asked, json)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct post_asked, socket)},
	{NULL, NULL, NULL, 0},
};

/* ---- words of the request ---- */

/* A newline at the end is the terminal's. False: it is no text, which was said. */
static bool read_input(struct text *t)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, piece, sizeof piece)) > 0) {
		text_add(t, piece, (size_t)n);
		if (t->size > 2 * POST_BODY_BYTES)
			break; /* the keeper says how long it may be */
	}
	if (n < 0)
		cli_fail(EXIT_FAILED, "cannot read standard input: %s", log_errno(errno));
	else if (t->size && memchr(t->at, '\0', t->size))
		cli_fail(EXIT_FAILED, "standard input is no text: it holds a NUL");
	else
		while (t->size && t->at[t->size - 1] == '\n')
			t->at[--t->size] = '\0';
	return n >= 0 && !(t->size && memchr(t->at, '\0', t->size));
}

static bool add_text(struct text *line, const struct post_asked *a)
{
	struct text input = {0};
	bool is_fine = true;

	if (a->text && strcmp(a->text, "-"))
		line_add(line, "body", a->text);
	else if (a->text && (is_fine = read_input(&input)))
		line_add(line, "body", text_get(&input));
	text_release(&input);
	return is_fine;
}

static bool add_time(struct text *line, const char *key, const char *name, const char *value)
{
	int64_t at_us;

	if (!value)
		return true;
	if (!clock_parse_utc(value, &at_us)) {
		cli_wrong("%s '%.60s' is no time: write 2026-12-24T22:00:00+01:00", name, value);
		return false;
	}
	line_add_int(line, key, at_us);
	return true;
}

/* --for counts from --start, or from now. */
static bool add_length(struct text *line, const struct post_asked *a)
{
	int64_t from_us = clock_wall_us(), for_us;

	if (!a->length)
		return true;
	if (a->end) {
		cli_wrong("write --end or --for, one of them");
		return false;
	}
	if (!text_duration(a->length, &for_us) || for_us <= 0) {
		cli_wrong("--for '%.60s' is no time: write 30m or 2h", a->length);
		return false;
	}
	if (a->start)
		clock_parse_utc(a->start, &from_us);
	else
		line_add_int(line, "start_us", from_us);
	line_add_int(line, "end_us", from_us + for_us);
	return true;
}

static bool add_remind(struct text *line, const char *value)
{
	int64_t before_us;

	if (!value)
		return true;
	if (!text_duration(value, &before_us) || before_us < 0) {
		cli_wrong("--remind '%.60s' is no time: write 1h, or 0 for none", value);
		return false;
	}
	line_add_int(line, "remind_us", before_us);
	return true;
}

static const char *const claim[] = {"operational",  "degraded_performance", "partial_outage",
				    "major_outage", "under_maintenance",    NULL};

/* NAME=STATE: the state behind the last `=`, where it is one; a name may hold that sign. */
static const char *claim_of(const char *word)
{
	const char *sign = strrchr(word, '=');

	for (size_t i = 0; sign && claim[i]; i++)
		if (!strcmp(claim[i], sign + 1))
			return sign;
	return NULL;
}

static void add_components(struct text *line, char **word)
{
	struct text names = {0}, states = {0};
	const char *sign;

	for (int i = 0; word[i]; i++) {
		sign = claim_of(word[i]);
		text_puts(&names, i ? "\n" : "");
		text_puts(&states, i ? "\n" : "");
		text_add(&names, word[i], sign ? (size_t)(sign - word[i]) : strlen(word[i]));
		text_puts(&states, sign ? sign + 1 : "");
	}
	if (*word) {
		line_add(line, "components", text_get(&names));
		line_add(line, "states", text_get(&states));
	}
	text_release(&names);
	text_release(&states);
}

static void add_names(struct text *line, const char *key, const char *names)
{
	struct text list = {0};

	if (!names)
		return;
	text_puts(&list, names);
	for (size_t i = 0; i < list.size; i++)
		if (list.at[i] == ',')
			list.at[i] = '\n';
	line_add(line, key, text_get(&list));
	text_release(&list);
}

/* All that flags say; false: what is wrong was said. */
static bool add_flags(struct text *line, const struct post_asked *a)
{
	const struct {
		const char *key, *value;
	} word[] = {{"title", a->title},
		    {"impact", a->impact},
		    {"state", a->state},
		    {"cause", a->cause},
		    {"update", a->update}};

	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (word[i].value)
			line_add(line, word[i].key, word[i].value);
	if (a->draft)
		line_add_int(line, "draft", 1);
	if (a->quiet)
		line_add_int(line, "quiet", 1);
	if (a->tell)
		line_add_int(line, "tell", 1);
	add_names(line, "pages", a->pages);
	add_names(line, "audiences", a->audiences);
	control_add_user(line, a->by);
	return add_time(line, "start_us", "--start", a->start) &&
	       add_time(line, "end_us", "--end", a->end) &&
	       add_time(line, "event_us", "--at", a->at) &&
	       add_time(line, "until_us", "--until", a->until) && add_length(line, a) &&
	       add_remind(line, a->remind) && add_text(line, a);
}

/* ---- the answer ---- */

struct answer {
	struct text text, id;
};

static void take(const struct line *l, void *with)
{
	struct answer *a = with;

	if (strcmp(l->verb, "end"))
		return;
	text_puts(&a->text, line_get(l, "text"));
	text_puts(&a->id, line_get(l, "id"));
}

static int send(const struct cli *cli, const struct post_asked *a, struct text *line)
{
	struct answer answer = {0};
	struct text out = {0};
	int status;

	line_end(line);
	status = line->size > LINE_BYTES
			 ? cli_fail(EXIT_FAILED,
				    "the text is longer than %d bytes (what is not ASCII counts "
				    "four times)",
				    POST_BODY_BYTES)
			 : control_ask(cli,
				       &(struct control_request){a->socket, line, take, &answer});
	if (status == EXIT_DONE && a->json)
		json_write(&out, json_pack("{so, so}", "id", json_safe(text_get(&answer.id)),
					   "text", json_safe(text_get(&answer.text))));
	else if (status == EXIT_DONE)
		text_printf(&out, "%s: %s\n", text_get(&answer.id), text_get(&answer.text));
	if (status == EXIT_DONE && (a->json || !cli->is_quiet))
		status = cli_print(&out, status);
	text_release(&out);
	text_release(&answer.text);
	text_release(&answer.id);
	return status;
}

/* ---- what can be done ---- */

static int add(const struct cli *cli, const void *asked, char **word)
{
	const char *sort = strcmp(word[0], "add") ? word[0] : "incident";
	struct text line = {0};
	int status = EXIT_WRONG_USAGE;

	if (!word[1])
		return cli_wrong("the title is missing: nines post %s TITLE [COMPONENT ...] --text "
				 "TEXT",
				 word[0]);
	line_begin(&line, "post", "-");
	line_add(&line, "sort", sort);
	line_add(&line, "title", word[1]);
	add_components(&line, word + 2);
	if (add_flags(&line, asked))
		status = send(cli, asked, &line);
	text_release(&line);
	return status;
}

static int change(const struct cli *cli, const void *asked, char **word)
{
	struct text line = {0};
	int status = EXIT_WRONG_USAGE;

	if (!word[1])
		return cli_wrong("the id of the post is missing: 'nines post' lists them");
	line_begin(&line, "post", word[1]);
	line_add(&line, "act", word[0]);
	add_components(&line, word + 2);
	if (add_flags(&line, asked))
		status = send(cli, asked, &line);
	text_release(&line);
	return status;
}

static const struct cli_word known[] = {
	{"list", NULL, 0, post_list},
	{"show", "ID", 1, post_list},
	{"add", NULL, CLI_ANY, add},
	{"maintenance", NULL, CLI_ANY, add},
	{"news", NULL, CLI_ANY, add},
	{"update", NULL, CLI_ANY, change},
	{"correct", NULL, CLI_ANY, change},
	{"publish", NULL, CLI_ANY, change},
	{"withdraw", NULL, CLI_ANY, change},
	{NULL, NULL, 0, NULL},
};

int cli_post(struct cli *cli, int argc, char **argv)
{
	return cli_words(cli, flag, known, &(struct post_asked){0}, argc, argv);
}
