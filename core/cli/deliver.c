/* cli/deliver: `nines deliver`: the reports that send themselves: what they are and when, one now,
 * or what it would be. The keeper knows the former and does the second; the last is made here, of
 * the configuration as it stands in its file, and goes nowhere. */
#include <stdlib.h>
#include <string.h>

#include "../alert/period.h"
#include "../base/clock.h"
#include "../base/lines.h"
#include "../base/memory.h"
#include "../config/config.h"
#include "../module/option.h"
#include "../reporter/reporter.h"
#include "../web/json.h"
#include "cli.h"
#include "control.h"
#include "listing.h"

struct asked {
	bool json, is_dry;
	const char *socket, *year, *quarter, *month, *week, *day, *store;
	const char *period; /* the one of them that was given, NULL: none was */
};

static const struct cli_flag flag[] = {
	{"--month", "YYYY-MM", "NAME: of that month (default: the last period that is over)",
	 offsetof(struct asked, month)},
	{"--quarter", "YYYY-QN", "NAME: of that quarter", offsetof(struct asked, quarter)},
	{"--year", "YYYY", "NAME: of that year", offsetof(struct asked, year)},
	{"--week", "YYYY-WNN", "NAME: of that week (ISO 8601)", offsetof(struct asked, week)},
	{"--day", "YYYY-MM-DD", "NAME: of the day, week, month, quarter or year that holds it",
	 offsetof(struct asked, day)},
	{"--dry-run", NULL, "NAME: shows what would be sent, and sends nothing",
	 offsetof(struct asked, is_dry)},
	{"--json", NULL, "the list as one JSON document", offsetof(struct asked, json)},
	{"--socket", "PATH", "the control socket (default: what the configuration says)",
	 offsetof(struct asked, socket)},
	{"--store", "FILE", "--dry-run: the database (default: what the configuration says)",
	 offsetof(struct asked, store)},
	{NULL, NULL, NULL, 0},
};

/* ---- the list ---- */

static void add_time(struct text *t, const struct line *l, const char *before, const char *word)
{
	if (!line_int(l, word, 0))
		return;
	text_puts(t, before);
	clock_add_utc(t, line_int(l, word, 0), 0);
}

static void add_list(struct text *t, const char *lines)
{
	for (; *lines; lines++)
		text_add(t, *lines == '\n' ? ", " : lines, *lines == '\n' ? 2 : 1);
}

static void add_one(struct listing *list, const struct line *l)
{
	const struct screen *s = &list->cli->screen;
	struct text *t = &list->text, to = {0};
	const char *state = line_get(l, "state");

	screen_tone(s, t, TONE_BOLD);
	screen_safe(s, t, line_name(l), 200);
	screen_tone(s, t, TONE_PLAIN);
	text_printf(t, "  %s each %s (%s)\n", line_get(l, "report"), line_get(l, "every"),
		    line_get(l, "zone"));
	add_list(&to, line_get(l, "to"));
	text_puts(t, "  to    ");
	screen_safe(s, t, to.size ? to.at : "nobody", 2000);
	if (*line_get(l, "folder")) {
		text_puts(t, "; ");
		screen_safe(s, t, line_get(l, "folder"), 1000);
	}
	text_printf(t, "\n  last  %s", *line_get(l, "last") ? line_get(l, "last") : "none yet");
	text_printf(t, *line_get(l, "last") ? ": %s" : "%s", line_get(l, "outcome"));
	add_time(t, l, " ", "last_us");
	if (*line_get(l, "late")) {
		text_puts(t, "\n  late  ");
		add_list(t, line_get(l, "late"));
	}
	text_printf(t, "\n  next  %s", line_get(l, "next"));
	add_time(t, l, ": due ", "next_us");
	text_putc(t, '\n');
	if (!strcmp(state, "failing")) {
		screen_tone(s, t, TONE_BAD);
		text_puts(t, "  fails ");
		screen_safe(s, t, line_get(l, "reason"), 1000);
		screen_tone(s, t, TONE_PLAIN);
		add_time(t, l, "; again at ", "again_us");
		text_putc(t, '\n');
	} else if (strcmp(state, "waiting") != 0) {
		text_printf(t, "  is    %s\n", state);
	}
	text_release(&to);
}

static json_t *text_or_null(const struct line *l, const char *word)
{
	return *line_get(l, word) ? json_safe(line_get(l, word)) : json_null();
}

static void take(const struct line *l, void *with)
{
	static const char *const text[] = {"report", "every",   "zone",   "folder", "state",
					   "last",   "outcome", "reason", "next"};
	static const char *const time[] = {"last_us", "next_us", "again_us"};
	static const char *const time_name[] = {"last_at", "next_due", "again"};
	struct listing *list = with;
	json_t *j;

	if (strcmp(l->verb, "delivery") != 0)
		return;
	add_one(list, l);
	j = json_pack("{so, so, so}", "name", json_safe(line_name(l)), "to",
		      json_lines(line_get(l, "to")), "late", json_lines(line_get(l, "late")));
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		json_object_set_new(j, text[i], text_or_null(l, text[i]));
	for (size_t i = 0; i < sizeof time / sizeof *time; i++)
		json_object_set_new(j, time_name[i], json_time(line_int(l, time[i], 0)));
	json_array_append_new(list->all, j);
}

static int show(const struct cli *cli, const struct asked *a)
{
	struct listing list = {.cli = cli, .all = json_array()};

	return listing_end(&list, "deliveries", "no report sends itself: add a section deliver\n",
			   a->json, listing_ask(&list, a->socket, "deliveries", take));
}

/* ---- one now ---- */

/* NULL: the last one. */
static const char *period_asked(const struct asked *a, int *count)
{
	const char *const all[] = {a->year, a->quarter, a->month, a->week, a->day}, *one = NULL;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		*count += all[i] != NULL;
		one = all[i] ? all[i] : one;
	}
	return one;
}

static int say(const struct cli *cli, const struct asked *a, const char *name)
{
	struct text line = {0};
	int status;

	line_begin_name(&line, "deliver", name);
	if (a->period)
		line_add(&line, "period", a->period);
	line_end(&line);
	status = control_say(cli, a->socket, &line);
	text_release(&line);
	return status;
}

/* ---- what it would be ---- */

struct dry {
	const struct cli *cli;
	const struct asked *asked;
	struct text lines; /* of the configuration */
	struct line deliver;
	struct text copy; /* behind `deliver` */
	struct period_rule rule;
	struct zone *zone;
	struct period period;
	struct text out;
};

static int refuse_name(const struct dry *d, const char *name)
{
	const char *all[256], *meant;
	struct lines *lines = lines_new(&d->lines);
	const struct line *l;
	size_t n = 0;
	int status;

	while (n < 256 && (l = lines_next(lines, "deliver")))
		all[n++] = memory_text(line_name(l));
	meant = option_nearest(name, all, n, sizeof *all);
	if (meant)
		status = cli_fail(EXIT_FAILED, "there is no delivery '%s': did you mean '%s'?",
				  name, meant);
	else
		status = cli_fail(EXIT_FAILED, "there is no delivery '%s': %s", name,
				  n ? "'nines deliver' lists them" : "the configuration has none");
	while (n)
		free((void *)(uintptr_t)all[--n]);
	lines_free(lines);
	return status;
}

static bool find(struct dry *d, const char *name)
{
	struct lines *lines = lines_new(&d->lines);
	const struct line *l;

	while ((l = lines_next(lines, "deliver")) && strcmp(line_name(l), name))
		continue;
	if (l) {
		line_begin(&d->copy, l->verb, l->id);
		line_add_words(&d->copy, l, NULL);
	}
	lines_free(lines);
	return d->copy.size && !line_parse(&d->deliver, d->copy.at, d->copy.size);
}

static int find_period(struct dry *d)
{
	const char *asked = d->asked->period;
	struct text wrong = {0};

	d->zone = zone_open(line_get(&d->deliver, "zone"), &wrong);
	if (!d->zone)
		return cli_fail(EXIT_FAILED, "%s", text_get(&wrong));
	d->rule = (struct period_rule){period_every_of(line_get(&d->deliver, "every")),
				       period_minute(line_get(&d->deliver, "at")), d->zone};
	d->period = period_of(&d->rule, clock_wall_us());
	if (!asked)
		d->period = period_step(&d->rule, &d->period, -1);
	else if (!period_read(&d->rule, asked, &d->period))
		return cli_wrong("'%s' is no period of it: write %s", asked,
				 period_form[d->rule.every]);
	return EXIT_DONE;
}

static void add_make(struct text *t, const struct dry *d, const char *contact)
{
	int64_t now_us = clock_wall_us(), settled_us = d->period.to_us + PERIOD_SETTLE_US;

	line_begin(t, "make", "1");
	line_add(t, "name", line_name(&d->deliver));
	text_puts(t, " label=");
	period_add_label(t, &d->rule, &d->period);
	text_puts(t, " first=");
	period_add_date(t, &d->rule, d->period.from_us);
	text_puts(t, " behind=");
	period_add_date(t, &d->rule, d->period.to_us);
	line_add_int(t, "now_us", settled_us < now_us ? settled_us : now_us);
	if (*contact)
		line_add(t, "contact", contact);
	line_end(t);
}

static void feed(struct reporter *r, const struct text *all, struct text *wrong)
{
	struct lines *lines = lines_new(all);
	const struct line *l;

	while ((l = lines_next(lines, NULL)) && !wrong->size)
		reporter_take(r, l, wrong);
	lines_free(lines);
}

static void add_addresses(struct dry *d, const char *contact)
{
	const char *at = line_get(&d->deliver, "to");
	struct text to = {0};

	for (size_t n; *at; at += n + (at[n] == '\n')) {
		const char *tab = memchr(at, '\t', strcspn(at, "\n"));

		n = strcspn(at, "\n");
		if (tab && (!*contact || (strlen(contact) == (size_t)(at + n - tab - 1) &&
					  !strncmp(tab + 1, contact, strlen(contact)))))
			text_printf(&to, "%s%.*s", to.size ? ", " : "", (int)(tab - at), at);
	}
	text_puts(&d->out, "To:      ");
	screen_safe(&d->cli->screen, &d->out, to.size ? to.at : "nobody", 4000);
	text_putc(&d->out, '\n');
	text_release(&to);
}

static void add_made(struct dry *d, const struct reporter *r, const struct line *made,
		     const char *contact)
{
	const struct screen *s = &d->cli->screen;
	struct text *t = &d->out;

	text_puts(t, t->size ? "\n" : "");
	add_addresses(d, contact);
	text_puts(t, "Subject: ");
	screen_safe(s, t, line_get(made, "subject"), 1000);
	text_puts(t, "\nDue:     ");
	clock_add_utc(t, d->period.due_us, 0);
	text_puts(t, "\nShort:   ");
	screen_safe(s, t, line_get(made, "short"), 1000);
	text_putc(t, '\n');
	for (size_t i = 0; i < r->files; i++)
		text_printf(t, "%s %s, %zu bytes\n", i ? "        " : "Files:  ", r->file[i].name,
			    r->file[i].size);
	if (*line_get(&d->deliver, "folder")) {
		text_puts(t, "Folder:  ");
		screen_safe(s, t, line_get(&d->deliver, "folder"), 1000);
		text_putc(t, '\n');
	}
	text_putc(t, '\n');
	text_puts(t, line_get(made, "text"));
}

static int make(struct dry *d, const char *store, const char *location, const char *contact)
{
	struct text start = {0}, wrong = {0}, said = {0};
	struct line *made = memory_new(sizeof *made);
	struct reporter r;
	int status = EXIT_FAILED;

	reporter_init(&r);
	line_begin(&start, "start", "reporter");
	line_add(&start, "store", store);
	line_add(&start, "location", location);
	line_end(&start);
	add_make(&start, d, contact);
	feed(&r, &start, &wrong);
	feed(&r, &d->lines, &wrong);
	if (!wrong.size && reporter_render(&r, &wrong)) {
		line_begin(&said, "made", "-");
		reporter_say(&r, &said, "", "", *line_get(&d->deliver, "folder") != '\0');
		status = line_parse(made, said.at, said.size) ? EXIT_FAILED : EXIT_DONE;
		add_made(d, &r, made, contact);
	} else {
		cli_fail(status, "%s", text_get(&wrong));
	}
	reporter_release(&r);
	text_release(&start);
	text_release(&wrong);
	text_release(&said);
	free(made);
	return status;
}

/* For each contact where it is made for each. */
static int make_all(struct dry *d, const char *store, const char *location)
{
	const char *at = line_get(&d->deliver, "to"), *tab;
	struct text contact = {0}, before = {0};
	int status = EXIT_DONE;

	if (!line_int(&d->deliver, "for_each", 0) || !*at)
		return make(d, store, location, "");
	for (size_t n; *at && status == EXIT_DONE; at += n + (at[n] == '\n')) {
		n = strcspn(at, "\n");
		tab = memchr(at, '\t', n);
		text_clear(&contact);
		text_add(&contact, tab + 1, (size_t)(at + n - tab - 1));
		if (strcmp(text_get(&contact), text_get(&before)) != 0)
			status = make(d, store, location, text_get(&contact));
		text_clear(&before);
		text_puts(&before, text_get(&contact));
	}
	text_release(&contact);
	text_release(&before);
	return status;
}

static int refuse_config(const struct config *c)
{
	const struct problem *p = config_problems(c);

	while (p && p->is_lint)
		p = p->next;
	if (!p)
		return EXIT_DONE;
	return cli_fail(EXIT_FAILED, "%s:%d: %s%s%s", p->file, p->line, p->text,
			*p->remedy ? ": " : "", p->remedy);
}

static int try(struct dry *d, const char *name)
{
	struct config *c = config_read(d->cli->config, false);
	const char *store = d->asked->store ? d->asked->store : config_settings(c)->store;
	int status = refuse_config(c);

	if (status == EXIT_DONE)
		config_add_lines(c, &d->lines);
	if (status == EXIT_DONE && !find(d, name))
		status = refuse_name(d, name);
	if (status == EXIT_DONE)
		status = find_period(d);
	if (status == EXIT_DONE)
		status = make_all(d, store, config_settings(c)->location);
	if (status == EXIT_DONE)
		status = cli_print(&d->out, status);
	zone_close(d->zone);
	text_release(&d->lines);
	text_release(&d->copy);
	text_release(&d->out);
	config_free(c);
	return status;
}

int cli_deliver(struct cli *cli, int argc, char **argv)
{
	struct asked asked = {0};
	struct dry *dry;
	int status = cli_flags(cli, flag, &asked, &argc, argv), periods = 0;

	if (status >= 0)
		return status;
	asked.period = period_asked(&asked, &periods);
	if (argc > 1 || (!argc && (asked.period || asked.is_dry)))
		return cli_wrong("write: nines deliver [NAME [--month YYYY-MM] [--dry-run]]");
	if (periods > 1)
		return cli_wrong("--month, --quarter, --year, --week and --day exclude each other");
	if (!argc)
		return show(cli, &asked);
	if (!asked.is_dry)
		return say(cli, &asked, argv[0]);
	dry = memory_new(sizeof *dry);
	dry->cli = cli;
	dry->asked = &asked;
	status = try(dry, argv[0]);
	free(dry);
	return status;
}
