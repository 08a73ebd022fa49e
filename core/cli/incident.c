/* cli/incident: `nines incident`: what has failed, and of one incident what was found out when it
 * began. Reads the record itself, with ninesd running or not. */
#include <string.h>

#include "../base/clock.h"
#include "../base/memory.h"
#include "../store/read.h"
#include "../web/json.h"
#include "cli.h"

#define DAYS 30
#define DAY_US (86400 * CLOCK_SECOND)

struct asked {
	bool json;
	const char *store, *days;
	const char *word; /* an incident's id or a check's name; NULL: all */
	const struct cli *cli;
	struct read *read;
	struct text text;
	json_t *list;
	int64_t now_us;
	size_t found;
	bool is_one; /* by its id: with its diagnosis */
};

static const struct cli_flag flag[] = {
	{"--json", NULL, "one JSON document", offsetof(struct asked, json)},
	{"--days", "N", "so many days back (default 30)", offsetof(struct asked, days)},
	{"--store", "FILE", "the database (default: what the configuration says)",
	 offsetof(struct asked, store)},
	{NULL, NULL, NULL, 0},
};

static const char *phase_of(const struct read_incident *i)
{
	return i->is_open ? (i->is_confirmed ? "open" : "provisional")
			  : (i->is_confirmed ? "closed" : "blip");
}

static int64_t lasted_us(const struct asked *a, const struct read_incident *i)
{
	return (i->end_us < a->now_us ? i->end_us : a->now_us) - i->start_us;
}

static void add_document(struct asked *a, const struct read_incident *i, const struct text *found,
			 int64_t at_us)
{
	json_t *one = json_object();

	json_object_set_new(one, "id", json_safe(i->id));
	json_object_set_new(one, "check", json_safe(i->name));
	json_object_set_new(one, "phase", json_string(phase_of(i)));
	json_object_set_new(one, "start", json_time(i->start_us));
	json_object_set_new(one, "end", json_time(i->is_open ? 0 : i->end_us));
	json_object_set_new(one, "lasted_us", json_integer(lasted_us(a, i)));
	json_object_set_new(one, "reason", json_safe(i->reason));
	json_object_set_new(one, "step", json_safe(i->step));
	json_object_set_new(one, "location", json_safe(i->location));
	json_object_set_new(one, "address", json_safe(i->address));
	if (found->size) {
		json_object_set_new(one, "diagnosis", json_safe(text_get(found)));
		json_object_set_new(one, "diagnosis_at", json_time(at_us));
	}
	json_array_append_new(a->list, one);
}

static void add_line(struct asked *a, const struct read_incident *i)
{
	const struct screen *s = &a->cli->screen;
	struct text took = {0};

	clock_add_utc(&a->text, i->start_us, 0);
	text_puts(&a->text, "  ");
	screen_tone(s, &a->text, i->is_open ? TONE_BAD : TONE_DIM);
	screen_field(s, &a->text, phase_of(i), 12);
	screen_tone(s, &a->text, TONE_PLAIN);
	text_add_duration(&took, lasted_us(a, i));
	screen_field(s, &a->text, text_get(&took), 9);
	screen_safe(s, &a->text, i->id, 24);
	text_puts(&a->text, "  ");
	screen_safe(s, &a->text, i->name, 200);
	text_puts(&a->text, ": ");
	screen_safe(s, &a->text, i->reason, 1000);
	text_putc(&a->text, '\n');
	text_release(&took);
}

static bool take(const struct read_incident *i, void *with)
{
	struct asked *a = with;
	struct text found = {0};
	int64_t at_us = 0;

	if (a->is_one && strcmp(i->id, a->word))
		return true;
	a->found++;
	if (a->is_one)
		read_diagnosis(a->read, i->id, &at_us, &found);
	if (a->json)
		add_document(a, i, &found, at_us);
	else
		add_line(a, i);
	if (!a->json && a->is_one && found.size) {
		text_puts(&a->text, "\nfound out at ");
		clock_add_utc(&a->text, at_us, 0);
		text_puts(&a->text, ":\n");
		screen_lines(&a->cli->screen, &a->text, "  ", text_get(&found), 1100);
	} else if (!a->json && a->is_one) {
		text_puts(&a->text, "no diagnosis was kept\n");
	}
	text_release(&found);
	return !a->is_one;
}

/* By id first, whatever its age, then by name. */
static bool look(struct asked *a, int64_t from_us)
{
	bool is_fine = true;

	if (a->word) {
		a->is_one = true;
		is_fine = read_incidents(a->read, NULL, 0, INT64_MAX, take, a);
		a->is_one = false;
	}
	if (is_fine && !a->found)
		is_fine = read_incidents(a->read, a->word, from_us, INT64_MAX, take, a);
	return is_fine;
}

static int show(struct asked *a, int64_t from_us)
{
	if (!look(a, from_us))
		return cli_fail(EXIT_FAILED, "%s", read_wrong(a->read));
	if (a->word && !a->found && !read_find(a->read, a->word))
		return cli_fail(EXIT_FAILED, "no incident and no check is called '%s'", a->word);
	if (a->json)
		json_write(&a->text, json_pack("{sO}", "incidents", a->list));
	else if (!a->found)
		text_puts(&a->text, "no incident\n");
	return cli_print(&a->text, EXIT_DONE);
}

int cli_incident(struct cli *cli, int argc, char **argv)
{
	struct asked a = {.cli = cli, .now_us = clock_wall_us()};
	struct text path = {0}, wrong = {0};
	int64_t days = DAYS;
	int status = cli_flags(cli, flag, &a, &argc, argv);

	if (status >= 0)
		return status;
	if (argc > 1 || (a.days && (!text_to_int(a.days, &days) || days < 1 || days > 36500)))
		return cli_wrong("write: nines incident [ID|NAME] [--days N]");
	a.word = argc ? argv[0] : NULL;
	a.list = json_array();
	a.read = cli_read(cli_store(cli, a.store, &path), &wrong);
	status = a.read ? show(&a, a.now_us - days * DAY_US)
			: cli_fail(EXIT_FAILED, "%s", text_get(&wrong));
	read_close(a.read);
	json_decref(a.list);
	text_release(&path);
	text_release(&wrong);
	return status;
}
