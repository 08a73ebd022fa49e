/* cli/letters: `nines letters`: what nines has told and to whom, what waits, each attempt. Reads
 * the record itself, with ninesd running or not. */
#include <stdio.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../store/read.h"
#include "../web/json.h"
#include "cli.h"

#define DAYS 7
#define DAY_US (86400 * CLOCK_SECOND)
#define REFUSALS 5 /* OUTBOX_REFUSALS of core/alert/outbox.h */

struct asked {
	bool json;
	const char *store, *days;
	const char *word; /* NULL: all */
	const struct cli *cli;
	struct read *read;
	struct text text;
	json_t *list, *off, *attempts;
	size_t found, tries;
	struct text last; /* the last attempt's reason */
	struct text way;  /* and where it went; before any: the first of the ways */
	int64_t next_us;
	bool is_one;
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "one JSON document", offsetof(struct asked, json)},
	{"--days", "N", "so many days back (default 7)", offsetof(struct asked, days)},
	{"--store", "FILE", "the database (default: what the configuration says)",
	 offsetof(struct asked, store)},
	{NULL, NULL, NULL, 0},
};

static const char *outcome_of(const struct read_letter *l)
{
	return *l->outcome ? l->outcome : "waiting";
}

static enum tone tone_of(const char *outcome)
{
	return !strcmp(outcome, "delivered")   ? TONE_GOOD
	       : !strcmp(outcome, "withdrawn") ? TONE_DIM
	       : !strcmp(outcome, "waiting") || !strcmp(outcome, "later") ? TONE_WARN
									  : TONE_BAD;
}

/* ---- JSON ---- */

static void add_attempt_json(struct asked *a, const struct read_attempt *t)
{
	json_t *j = json_object();

	json_object_set_new(j, "number", json_integer(t->number));
	json_object_set_new(j, "at", json_time(t->at_us));
	json_object_set_new(j, "to", json_safe(t->to));
	json_object_set_new(j, "outcome", json_safe(t->outcome));
	json_object_set_new(j, "reason", json_safe(t->reason));
	json_object_set_new(j, "next", json_time(t->next_us));
	json_object_set_new(j, "elapsed_us", json_integer(t->elapsed_us));
	json_array_append_new(a->attempts, j);
}

static void add_letter_json(struct asked *a, const struct read_letter *l)
{
	json_t *j = json_object();

	json_object_set_new(j, "id", json_safe(l->id));
	json_object_set_new(j, "kind", json_safe(l->kind));
	json_object_set_new(j, "contact", json_safe(l->contact));
	json_object_set_new(j, "ways", json_lines(l->ways));
	json_object_set_new(j, "name", json_safe(l->name));
	json_object_set_new(j, "incidents", json_lines(l->incidents));
	json_object_set_new(j, "subject", json_safe(l->subject));
	json_object_set_new(j, "short", json_safe(l->brief));
	if (a->is_one)
		json_object_set_new(j, "text", json_safe(l->text));
	json_object_set_new(j, "created", json_time(l->created_us));
	json_object_set_new(j, "expires", json_time(l->expires_us));
	json_object_set_new(j, "outcome", json_safe(outcome_of(l)));
	json_object_set_new(j, "ended", json_time(l->ended_us));
	json_object_set_new(j, "next", json_time(*l->outcome ? 0 : a->next_us));
	json_object_set(j, "attempts", a->attempts);
	json_array_append_new(a->list, j);
}

/* ---- for people ---- */

static void add_attempt_text(struct asked *a, const struct read_attempt *t)
{
	const struct screen *s = &a->cli->screen;

	text_puts(&a->text, "    ");
	clock_add_utc(&a->text, t->at_us, 0);
	text_printf(&a->text, "  %lld  ", (long long)t->number);
	screen_tone(s, &a->text, tone_of(t->outcome));
	screen_field(s, &a->text, t->outcome, 10);
	screen_tone(s, &a->text, TONE_PLAIN);
	screen_safe(s, &a->text, t->to, 200);
	if (*t->reason) {
		text_puts(&a->text, ": ");
		screen_safe(s, &a->text, t->reason, 700);
	}
	if (t->next_us) {
		text_puts(&a->text, "; next ");
		clock_add_utc(&a->text, t->next_us, 0);
	}
	text_putc(&a->text, '\n');
}

static void add_letter_text(struct asked *a, const struct read_letter *l)
{
	const struct screen *s = &a->cli->screen;

	clock_add_utc(&a->text, l->created_us, 0);
	text_puts(&a->text, "  ");
	screen_tone(s, &a->text, tone_of(outcome_of(l)));
	screen_field(s, &a->text, outcome_of(l), 10);
	screen_tone(s, &a->text, TONE_PLAIN);
	screen_safe(s, &a->text, l->id, 24);
	text_puts(&a->text, "  ");
	screen_safe(s, &a->text, text_get(&a->way), 200);
	text_puts(&a->text, "  ");
	screen_safe(s, &a->text, l->subject, 250);
	if (strcmp(outcome_of(l), "delivered") && a->last.size) {
		text_puts(&a->text, ": ");
		screen_safe(s, &a->text, text_get(&a->last), 400);
	}
	text_putc(&a->text, '\n');
}

/* Line by line, for screen_safe() takes newlines out. */
static void add_body(struct asked *a, const char *text)
{
	struct text line = {0};

	text_putc(&a->text, '\n');
	while (text_next_line(&text, &line)) {
		text_puts(&a->text, line.size ? "  " : "");
		screen_safe(&a->cli->screen, &a->text, line.at, 1100);
		text_putc(&a->text, '\n');
	}
	text_putc(&a->text, '\n');
}

/* ---- both ---- */

static bool note_attempt(const struct read_attempt *t, void *with)
{
	struct asked *a = with;

	a->tries++;
	a->next_us = t->next_us;
	text_clear(&a->last);
	text_puts(&a->last, t->reason);
	text_clear(&a->way);
	text_puts(&a->way, t->to);
	if (a->json)
		add_attempt_json(a, t);
	return true;
}

static bool show_attempt(const struct read_attempt *t, void *with)
{
	add_attempt_text(with, t);
	return true;
}

static bool take(const struct read_letter *l, void *with)
{
	struct asked *a = with;

	a->found++;
	a->tries = 0;
	a->next_us = 0;
	a->is_one = a->word && !strcmp(l->id, a->word);
	text_clear(&a->last);
	text_clear(&a->way);
	text_printf(&a->way, "%.*s", (int)strcspn(l->ways, "\n"), l->ways);
	a->attempts = json_array();
	read_attempts(a->read, l->id, note_attempt, a);
	if (a->json)
		add_letter_json(a, l);
	else
		add_letter_text(a, l);
	if (!a->json && a->is_one) {
		add_body(a, l->text);
		read_attempts(a->read, l->id, show_attempt, a);
	}
	json_decref(a->attempts);
	return true;
}

static bool take_refusal(const char *to, int64_t refusals, const char *reason, void *with)
{
	struct asked *a = with;
	const struct screen *s = &a->cli->screen;

	if (a->json) {
		json_array_append_new(a->off,
				      json_pack("{sosIso}", "to", json_safe(to), "refusals",
						(json_int_t)refusals, "reason", json_safe(reason)));
		return true;
	}
	screen_toned(s, &a->text, TONE_BAD, "switched off");
	text_puts(&a->text, "  ");
	screen_safe(s, &a->text, to, 200);
	text_printf(&a->text, ": %lld letters refused in a row, the last: ", (long long)refusals);
	screen_safe(s, &a->text, reason, 400);
	text_putc(&a->text, '\n');
	return true;
}

static int show(struct asked *a, int64_t from_us)
{
	if (!read_begin(a->read) ||
	    !read_letters(a->read, a->word, from_us, INT64_MAX, take, a) ||
	    (!a->word && !read_refusals(a->read, REFUSALS, take_refusal, a)))
		return cli_fail(EXIT_FAILED, "%s", read_wrong(a->read));
	read_end(a->read);
	if (a->json)
		json_write(&a->text,
			   json_pack("{sOsO}", "letters", a->list, "switched_off", a->off));
	else if (!a->found)
		text_puts(&a->text, "no letters\n");
	return cli_print(&a->text, EXIT_DONE);
}

int cli_letters(struct cli *cli, int argc, char **argv)
{
	struct asked a = {.cli = cli};
	struct text path = {0}, wrong = {0};
	int64_t days = DAYS;
	int status = cli_flags(cli, flag, &a, &argc, argv);

	if (status >= 0)
		return status;
	if (argc > 1 || (a.days && (!text_to_int(a.days, &days) || days < 1 || days > 36500)))
		return cli_wrong("write: nines letters [ID|NAME] [--days N]");
	a.word = argc ? argv[0] : NULL;
	a.list = json_array();
	a.off = json_array();
	a.read = cli_read(cli_store(cli, a.store, &path), &wrong);
	status = a.read ? show(&a, clock_wall_us() - days * DAY_US)
			: cli_fail(EXIT_FAILED, "%s", text_get(&wrong));
	read_close(a.read);
	json_decref(a.list);
	json_decref(a.off);
	text_release(&a.last);
	text_release(&a.way);
	text_release(&path);
	text_release(&wrong);
	return status;
}
