/* cli/contact_send: `nines contact test NAME`: a test letter by each path of a contact, through the
 * running ninesd: its keeper, its record, its couriers, as an alert would go.
 *
 * Handed in by the control socket; what becomes of the letters is read from the record, so this
 * says "delivered" only of what would be known after a crash. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../letter/letter.h"
#include "../store/read.h"
#include "../web/json.h"
#include "contact.h"
#include "contact_list.h"
#include "control.h"

#define LOOK_MS 200
#define PATHS 64
#define WAIT_US (90 * CLOCK_SECOND)

struct sent {
	const struct contact_path *path;
	char id[32]; /* "": the keeper did not take it */
	const char *outcome; /* of the last attempt; NULL: none yet */
	struct text reason;
	int64_t elapsed_us, next_us;
};

struct send {
	bool json;
	const char *socket, *store, *wait;
	const struct cli *cli;
	struct contact_list all;
	const struct contact_one *contact;
	struct sent sent[PATHS];
	size_t count;
	int64_t wait_us;
	struct sent *reading; /* whose attempts are being read */
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "one JSON document", offsetof(struct send, json)},
	{"--wait", "TIME", "for the answers at most so long (default 90s)",
	 offsetof(struct send, wait)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct send, socket)},
	{"--store", "FILE", "the database (default: what the configuration says)",
	 offsetof(struct send, store)},
	{NULL, NULL, NULL, 0},
};

/* By how bad they are. */
static const struct {
	const char *name;
	enum tone tone;
	int status;
} outcome[] = {
	{"delivered", TONE_GOOD, EXIT_DONE},
	{"gave-up", TONE_BAD, EXIT_FAILED},
	{"expired", TONE_BAD, EXIT_FAILED},
	{"later", TONE_WARN, EXIT_CANNOT_TELL},
};
#define OUTCOMES (sizeof outcome / sizeof *outcome)

static const char *keep_outcome(const char *name)
{
	for (size_t i = 0; i < OUTCOMES; i++)
		if (!strcmp(outcome[i].name, name))
			return outcome[i].name;
	return NULL;
}

/* ---- handing in ---- */

static void take_answer(const struct line *l, void *with)
{
	struct sent *s = with;
	const char *id = line_get(l, "letter");
	size_t size = strlen(id);

	if (!strcmp(l->verb, "end") && size < sizeof s->id)
		memcpy(s->id, id, size + 1);
}

static void write_letter(const struct send *c, const struct sent *s, struct text *line)
{
	struct text wrong = {0};
	struct zone *zone = zone_open(c->contact->zone, &wrong);
	struct letter_facts f = {.form = LETTER_FORM_TEST,
				 .contact = c->contact->name,
				 .to = s->path->to,
				 .zone = zone,
				 .location = c->all.location,
				 .now_us = clock_wall_us(),
				 .next = "Somebody asked for it: nines contact test."};
	struct letter_said said = {.items = 0};

	letter_say(&f, NULL, &said);
	line_begin(line, "letter", "-");
	line_add(line, "kind", "test");
	line_add(line, "contact", f.contact);
	line_add(line, "to", f.to);
	line_add(line, "subject", text_get(&said.subject));
	line_add(line, "text", text_get(&said.text));
	line_add(line, "short", text_get(&said.brief));
	letter_add_words(line, &f);
	line_end(line);
	letter_said_release(&said);
	zone_close(zone);
	text_release(&wrong);
}

/* The first refusal ends it, when no keeper is there at all. */
static int hand_in(struct send *c)
{
	struct text line = {0};
	int status = EXIT_DONE;

	for (const struct contact_path *p = c->contact->path; p && c->count < PATHS; p = p->next) {
		struct sent *s = &c->sent[c->count++];

		s->path = p;
		text_clear(&line);
		write_letter(c, s, &line);
		status = control_ask(c->cli, &(struct control_request){c->socket, &line,
								       take_answer, s});
		if (*s->id)
			continue;
		s->outcome = "gave-up";
		text_puts(&s->reason, "the running ninesd did not take it");
		if (status == EXIT_CANNOT_TELL)
			break;
	}
	text_release(&line);
	return status == EXIT_CANNOT_TELL ? status : EXIT_DONE;
}

/* ---- what became of them ---- */

static bool take_attempt(const struct read_attempt *t, void *with)
{
	struct sent *s = ((struct send *)with)->reading;

	s->outcome = keep_outcome(t->outcome);
	s->elapsed_us = t->elapsed_us;
	s->next_us = t->next_us;
	text_clear(&s->reason);
	text_puts(&s->reason, t->reason);
	return true;
}

/* False: the record cannot be read, *wrong says why. */
static bool look(struct send *c, const char *store, struct text *wrong)
{
	struct read *r = cli_read(store, wrong);
	bool is_fine = r && read_begin(r);

	for (size_t i = 0; i < c->count && is_fine; i++) {
		c->reading = &c->sent[i];
		if (*c->sent[i].id)
			is_fine = read_attempts(r, c->sent[i].id, take_attempt, c);
	}
	if (!is_fine && r)
		text_puts(wrong, read_wrong(r));
	read_close(r);
	return is_fine;
}

static bool are_answered(const struct send *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (!c->sent[i].outcome)
			return false;
	return true;
}

/* A ninesd that has just begun may not have made its record yet: that too is waited for. */
static int wait_for_answers(struct send *c)
{
	struct text path = {0}, wrong = {0};
	const char *store = cli_store(c->cli, c->store, &path);
	int64_t until_us = clock_mono_us() + c->wait_us;
	bool is_fine;

	while (!(is_fine = look(c, store, &wrong)) || !are_answered(c)) {
		if (clock_mono_us() >= until_us)
			break;
		poll(NULL, 0, LOOK_MS);
		text_clear(&wrong);
	}
	if (!is_fine)
		cli_fail(EXIT_CANNOT_TELL, "%s", text_get(&wrong));
	text_release(&wrong);
	text_release(&path);
	return is_fine ? EXIT_DONE : EXIT_CANNOT_TELL;
}

/* ---- the answer ---- */

static const char *name_of(const struct sent *s)
{
	return s->outcome ? s->outcome : "waiting";
}

static enum tone tone_of(const char *name)
{
	for (size_t i = 0; i < OUTCOMES; i++)
		if (!strcmp(outcome[i].name, name))
			return outcome[i].tone;
	return TONE_WARN;
}

static int status_of(const struct send *c)
{
	int status = EXIT_DONE;

	for (size_t n = 0; n < c->count; n++) {
		int own = EXIT_CANNOT_TELL;

		for (size_t i = 0; i < OUTCOMES; i++)
			if (!strcmp(outcome[i].name, name_of(&c->sent[n])))
				own = outcome[i].status;
		if (status == EXIT_DONE || own == EXIT_FAILED)
			status = own;
	}
	return status;
}

static void add_text(const struct send *c, struct text *t)
{
	const struct screen *screen = &c->cli->screen;

	for (size_t i = 0; i < c->count; i++) {
		const struct sent *s = &c->sent[i];

		screen_tone(screen, t, tone_of(name_of(s)));
		screen_field(screen, t, name_of(s), 10);
		screen_tone(screen, t, TONE_PLAIN);
		screen_safe(screen, t, s->path->to, 256);
		if (s->outcome && s->elapsed_us) {
			text_puts(t, " in ");
			text_add_duration(t, s->elapsed_us);
		}
		if (s->reason.size) {
			text_puts(t, ": ");
			screen_safe(screen, t, text_get(&s->reason), 700);
		}
		if (s->next_us) {
			text_puts(t, "; tried again ");
			clock_add_utc(t, s->next_us, 0);
		}
		text_putc(t, '\n');
	}
}

static void add_json(const struct send *c, struct text *t)
{
	json_t *list = json_array(), *j;

	for (size_t i = 0; i < c->count; i++) {
		const struct sent *s = &c->sent[i];

		j = json_object();
		json_object_set_new(j, "to", json_safe(s->path->to));
		json_object_set_new(j, "letter", *s->id ? json_safe(s->id) : json_null());
		json_object_set_new(j, "outcome", json_safe(name_of(s)));
		json_object_set_new(j, "reason", json_safe(text_get(&s->reason)));
		json_object_set_new(j, "elapsed_us", json_integer(s->elapsed_us));
		json_object_set_new(j, "next", json_time(s->next_us));
		json_array_append_new(list, j);
	}
	json_write(t, json_pack("{soso}", "contact", json_safe(c->contact->name), "paths", list));
}

static int run(struct send *c, const char *name)
{
	struct text t = {0};
	int status = contact_list_read(c->cli, &c->all);

	if (status != EXIT_DONE)
		return status;
	c->contact = contact_list_find(&c->all, name);
	if (!c->contact)
		return EXIT_FAILED;
	if (!c->contact->path)
		return cli_fail(EXIT_FAILED, "contact '%s' has no path", name);
	status = hand_in(c);
	if (status == EXIT_DONE)
		status = wait_for_answers(c);
	if (status != EXIT_DONE)
		return status;
	if (c->json)
		add_json(c, &t);
	else
		add_text(c, &t);
	return cli_print(&t, status_of(c));
}

int contact_send(struct cli *cli, int argc, char **argv)
{
	struct send *c = memory_new(sizeof *c);
	int status = cli_flags(cli, flag, c, &argc, argv);

	c->cli = cli;
	c->wait_us = WAIT_US;
	if (status < 0 && c->wait && !text_duration(c->wait, &c->wait_us))
		status = cli_wrong("--wait: '%s' is no time: write 30s or 2m", c->wait);
	if (status < 0 && argc != 1)
		status = cli_wrong("write: nines contact test NAME");
	if (status < 0)
		status = run(c, argv[0]);
	for (size_t i = 0; i < c->count; i++)
		text_release(&c->sent[i].reason);
	contact_list_release(&c->all);
	free(c);
	return status;
}
