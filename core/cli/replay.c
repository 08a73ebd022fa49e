/* cli/replay: `nines replay FILE`: what was recorded goes through a keeper of our own, by the
 * configuration as it is now, and the letters that would have gone are printed.
 *
 * The keeper is a function of time and lines (core/keeper/keeper.h): here time is the history's,
 * the prober answers with what was found then, the recorder commits at once and each courier
 * delivers. Nothing is probed, written or sent. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/progress.h"
#include "../base/lines.h"
#include "../base/memory.h"
#include "../config/config.h"
#include "../keeper/keeper.h"
#include "../web/json.h"
#include "history.h"

#define PROBERS     3 /* one of each pool */

struct asked {
	bool is_full, json;
	const char *from, *to, *speed, *format;
};

static const struct cli_flag flag[] = {
	{"--format", "FORMAT",
	 "csv (the default), nagios, kuma, gatus, upptime; our own needs none",
	 offsetof(struct asked, format)},
	{"--from", "TIME", "leave out what came before it (RFC 3339 or a date, UTC)",
	 offsetof(struct asked, from)},
	{"--to", "TIME", "leave out what came at or behind it", offsetof(struct asked, to)},
	{"--speed", "N", "N times as fast as it happened (default: as fast as it goes)",
	 offsetof(struct asked, speed)},
	{"--full", NULL, "whole letters, not one line each", offsetof(struct asked, is_full)},
	{"--json", NULL, "the letters as one JSON document", offsetof(struct asked, json)},
	{NULL, NULL, NULL, 0},
};

struct world {
	const struct cli *cli;
	const struct asked *asked;
	struct history history;
	struct keeper *keeper;
	struct keeper_out out;
	struct text to_prober[PROBERS], to_recorder, to_parent, *to_courier, nowhere;
	size_t couriers;
	struct history_track **checks; /* by the keeper's number; NULL: nothing is known of it */
	size_t check_room;
	int64_t now_us;
	uint64_t letters;
	bool is_unread; /* nobody takes what is printed */
	struct text said;
	json_t *all;
};

static struct text *line_for(void *with, struct keeper_end to)
{
	struct world *w = with;

	if (to.kind == END_PROBER && to.number >= 1 && to.number <= PROBERS)
		return &w->to_prober[to.number - 1];
	if (to.kind == END_COURIER && to.number >= 1 && to.number <= (int64_t)w->couriers)
		return &w->to_courier[to.number - 1];
	if (to.kind == END_RECORDER)
		return &w->to_recorder;
	return to.kind == END_PARENT ? &w->to_parent : &w->nowhere;
}

static void tell(struct world *w, enum keeper_end_kind kind, int64_t number, const char *line,
		 size_t size)
{
	struct line *l = memory_new(sizeof *l);
	struct text copy = {0};

	text_add(&copy, line, size);
	if (!line_parse(l, copy.at, copy.size))
		keeper_take(w->keeper, w->now_us, w->now_us, (struct keeper_end){kind, number}, l);
	text_release(&copy);
	free(l);
}

static void say(struct world *w, enum keeper_end_kind kind, int64_t number, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
static void say(struct world *w, enum keeper_end_kind kind, int64_t number, const char *format, ...)
{
	struct text t = {0};
	va_list ap;

	va_start(ap, format);
	text_vprintf(&t, format, ap);
	va_end(ap);
	tell(w, kind, number, t.at, t.size);
	text_release(&t);
}

/* ---- the prober ---- */

static void learn_check(struct world *w, const struct line *l)
{
	int64_t number = line_number(l);
	size_t room = w->check_room;

	if (number < 0 || number > 10000000)
		return;
	if ((size_t)number >= room) {
		w->check_room = 2 * (size_t)number + 64;
		w->checks = memory_resize(w->checks, w->check_room * sizeof(*w->checks));
		memset(w->checks + room, 0, (w->check_room - room) * sizeof(*w->checks));
	}
	w->checks[number] = map_find_text(&w->history.by_name, line_get(l, "name"));
}

/* As a result came then. Nothing known: unknown, which alerts nobody. */
static void answer(struct world *w, int64_t prober, const struct line *l)
{
	static const char *const verdict[SLA_STATES] = {[SLA_UP] = "up",
							[SLA_DEGRADED] = "degraded",
							[SLA_DOWN] = "down",
							[SLA_UNCONFIRMED] = "down"};
	int64_t number = line_int(l, "check", -1);
	struct history_track *t =
		number >= 0 && number < (int64_t)w->check_room ? w->checks[number] : NULL;
	const struct history_sample *s = t ? history_at(&w->history, t, w->now_us) : NULL;
	const char *found = s ? verdict[s->state] : NULL;
	struct text line = {0};

	if (t)
		t->asked++;
	line_begin(&line, "result", l->id);
	line_add(&line, "verdict", found ? found : "unknown");
	line_add_int(&line, "start_us", w->now_us);
	line_add_int(&line, "late_us", 0);
	if (s && s->words)
		text_puts(&line, s->words);
	else if (!found)
		line_add(&line, "reason", "nothing is recorded of this time");
	else if (s->state != SLA_UP)
		line_add(&line, "reason", "as recorded");
	tell(w, END_PROBER, prober, line.at, line.size);
	text_release(&line);
}

static void take_of_prober(struct world *w, int64_t number, const struct line *l)
{
	if (!strcmp(l->verb, "check"))
		learn_check(w, l);
	else if (!strcmp(l->verb, "probe"))
		answer(w, number, l);
	else if (!strcmp(l->verb, "diagnose"))
		say(w, END_PROBER, number, "diagnosis %s text=\"\"", l->id);
}

/* ---- letters ---- */

static void add_shown(struct world *w, const struct line *l)
{
	clock_add_utc(&w->said, w->now_us, 0);
	text_puts(&w->said, "  ");
	screen_safe(&w->cli->screen, &w->said, line_get(l, "kind"), 20);
	text_puts(&w->said, "  ");
	screen_safe(&w->cli->screen, &w->said, line_get(l, "contact"), 100);
	text_puts(&w->said, " ");
	screen_safe(&w->cli->screen, &w->said, line_get(l, "to"), 200);
	text_puts(&w->said, "  ");
	screen_safe(&w->cli->screen, &w->said, line_get(l, "subject"), 250);
	text_putc(&w->said, '\n');
}

/* The letter's own lines, set in. */
static void add_text(struct world *w, const char *text)
{
	struct text row = {0};

	while (text_next_line(&text, &row)) {
		text_puts(&w->said, row.size ? "    " : "");
		screen_safe(&w->cli->screen, &w->said, row.at, 1000);
		text_putc(&w->said, '\n');
	}
	text_putc(&w->said, '\n');
}

static void take_letter(struct world *w, const struct line *l)
{
	w->letters++;
	if (w->asked->json) {
		json_array_append_new(w->all, json_pack("{so, so, so, so, so, so, so}", "at",
							json_time(w->now_us), "kind",
							json_safe(line_get(l, "kind")), "contact",
							json_safe(line_get(l, "contact")), "to",
							json_safe(line_get(l, "to")), "check",
							json_safe(line_get(l, "check")), "subject",
							json_safe(line_get(l, "subject")), "text",
							json_safe(line_get(l, "text"))));
		return;
	}
	add_shown(w, l);
	if (w->asked->is_full)
		add_text(w, line_get(l, "text"));
	if (!w->is_unread)
		w->is_unread = cli_print(&w->said, EXIT_DONE) != EXIT_DONE;
	text_clear(&w->said);
}

static void take_of_recorder(struct world *w, const struct line *l)
{
	int64_t n = line_int(l, "n", 0);

	if (!strcmp(l->verb, "letter"))
		take_letter(w, l);
	if (n)
		say(w, END_RECORDER, 0, "committed %" PRId64, n);
}

/* ---- time ---- */

/* Takes what the keeper wrote for one end; answering brings more. */
static bool drain(struct world *w, struct text *from, enum keeper_end_kind kind, int64_t number)
{
	struct text taken = *from;
	const struct line *l;
	struct lines *r;

	if (!taken.size)
		return false;
	*from = (struct text){0};
	r = lines_new(&taken);
	while ((l = lines_next(r, NULL)))
		if (kind == END_PROBER)
			take_of_prober(w, number, l);
		else if (kind == END_RECORDER)
			take_of_recorder(w, l);
		else if (!strcmp(l->verb, "deliver"))
			say(w, END_COURIER, number, "outcome %s outcome=delivered elapsed_us=0",
			    l->id);
	lines_free(r);
	text_release(&taken);
	return true;
}

static void settle(struct world *w)
{
	bool is_busy = true;

	while (is_busy) {
		is_busy = drain(w, &w->to_recorder, END_RECORDER, 0);
		for (int i = 0; i < PROBERS; i++)
			is_busy |= drain(w, &w->to_prober[i], END_PROBER, i + 1);
		for (size_t i = 0; i < w->couriers; i++)
			is_busy |= drain(w, &w->to_courier[i], END_COURIER, (int64_t)i + 1);
	}
	text_clear(&w->to_parent);
	text_clear(&w->nowhere);
}

struct pace {
	double speed; /* 0: none */
	int64_t begun_us, from_us, to_us;
	struct progress progress;
};

static void keep_pace(struct pace *p, int64_t next_us)
{
	int64_t due_us, now_us = clock_mono_us();
	struct text t = {0};

	if (progress_is_due(&p->progress)) {
		clock_add_utc(&t, next_us, 0);
		progress_show(&p->progress, "replaying %s", text_get(&t));
		text_release(&t);
	}
	if (!(p->speed > 0))
		return;
	due_us = p->begun_us + (int64_t)((double)(next_us - p->from_us) / p->speed);
	if (due_us > now_us)
		nanosleep(&(struct timespec){(due_us - now_us) / CLOCK_SECOND,
					     (due_us - now_us) % CLOCK_SECOND * 1000},
			  NULL);
}

static void run(struct world *w, struct pace *p)
{
	int64_t next_us;

	settle(w);
	while (!w->is_unread && (next_us = keeper_next_us(w->keeper)) < p->to_us) {
		keep_pace(p, next_us);
		w->now_us = next_us > w->now_us ? next_us : w->now_us;
		keeper_tick(w->keeper, w->now_us, w->now_us);
		settle(w);
	}
	progress_clear(&p->progress);
}

/* ---- the configuration ---- */

/* A notifier is a channel whose courier delivers at once. */
static void add_channel(struct world *w, const struct line *l, struct text *later)
{
	struct text t = {0};

	line_begin_name(&t, "channel", line_name(l));
	line_add(&t, "module", line_get(l, "module"));
	tell(w, END_PARENT, 0, t.at, t.size);
	text_release(&t);
	w->to_courier = memory_resize(w->to_courier, (w->couriers + 1) * sizeof(*w->to_courier));
	w->to_courier[w->couriers++] = (struct text){0};
	line_begin_name(later, "courier", line_name(l));
	line_add_int(later, "number", (int64_t)w->couriers);
	line_end(later);
}

/* All lines of a text, as the parent says them. */
static void tell_all(struct world *w, const struct text *t)
{
	const char *newline;

	for (const char *at = text_get(t); (newline = strchr(at, '\n')); at = newline + 1)
		tell(w, END_PARENT, 0, at, (size_t)(newline - at));
}

/* What a keeper has no use for it passes over. */
static void configure(struct world *w, struct config *c)
{
	struct text lines = {0}, couriers = {0};
	const struct line *l;
	struct lines *r;

	config_add_lines(c, &lines);
	r = lines_new(&lines);
	say(w, END_PARENT, 0, "begin 1");
	tell_all(w, &lines);
	while ((l = lines_next(r, "notifier")))
		add_channel(w, l, &couriers);
	say(w, END_PARENT, 0, "end 1 problems=0");
	tell_all(w, &couriers);
	lines_free(r);
	text_release(&lines);
	text_release(&couriers);
}

static void begin(struct world *w)
{
	static const char *const pool[PROBERS] = {"general", "blocking", "exec"};

	w->out = (struct keeper_out){.line = line_for, .with = w};
	w->keeper = keeper_new(&w->out);
	keeper_tick(w->keeper, w->now_us, w->now_us);
	say(w, END_PARENT, 0, "recorder -");
	for (int i = 0; i < PROBERS; i++)
		say(w, END_PARENT, 0, "prober %d pool=%s", i + 1, pool[i]);
}

static void world_release(struct world *w)
{
	keeper_free(w->keeper);
	for (int i = 0; i < PROBERS; i++)
		text_release(&w->to_prober[i]);
	for (size_t i = 0; i < w->couriers; i++)
		text_release(&w->to_courier[i]);
	text_release(&w->to_recorder);
	text_release(&w->to_parent);
	text_release(&w->nowhere);
	text_release(&w->said);
	free(w->to_courier);
	free(w->checks);
	json_decref(w->all);
	history_release(&w->history);
}

/* ---- the command ---- */

/* Those of the history that are no check now are told, not silently left out. */
static int tell_strangers(const struct world *w)
{
	size_t strangers = 0;

	for (size_t i = 0; i < w->history.tracks; i++)
		strangers += !w->history.track[i]->asked;
	for (size_t i = 0, told = 0; i < w->history.tracks && told < 5; i++)
		if (!w->history.track[i]->asked) {
			told++;
			cli_fail(0, "'%s' is no check of the configuration: left out",
				 w->history.track[i]->name);
		}
	if (strangers > 5)
		cli_fail(0, "and %zu more were left out", strangers - 5);
	return strangers < w->history.tracks
		       ? EXIT_DONE
		       : cli_fail(EXIT_FAILED, "no check of the configuration is in that history");
}

static int finish(struct world *w)
{
	int status = w->is_unread ? EXIT_CANNOT_TELL : tell_strangers(w);
	struct text t = {0};

	if (w->asked->json)
		json_write(&t, json_pack("{sO}", "letters", w->all));
	else if (!w->letters && status == EXIT_DONE)
		text_puts(&t, "no letter would have gone\n");
	return t.size ? cli_print(&t, status) : status;
}

static int judge(const struct asked *a, const struct import_format **f, struct pace *p)
{
	char *end = NULL;

	for (*f = import_format; (*f)->name && strcmp((*f)->name, a->format ? a->format : "csv");)
		++*f;
	if (!(*f)->name || (*f)->is_asked)
		return cli_wrong("unknown format '%s': csv, nagios, kuma, gatus and upptime can be "
				 "replayed",
				 a->format);
	if (a->from && !clock_parse_utc(a->from, &p->from_us))
		return cli_wrong("--from '%s' is no time: write 2026-11-21T18:00:00Z or a date",
				 a->from);
	if (a->to && !clock_parse_utc(a->to, &p->to_us))
		return cli_wrong("--to '%s' is no time: write 2026-11-21T18:00:00Z or a date",
				 a->to);
	p->speed = a->speed ? strtod(a->speed, &end) : 0;
	if (a->speed && (end == a->speed || *end || !(p->speed > 0)))
		return cli_wrong("--speed '%s' is no number above 0", a->speed);
	return -1;
}

static int replay(struct world *w, struct config *c, struct pace *p)
{
	if (config_wrong(c))
		return cli_fail(EXIT_FAILED, "%s: %d problems: see 'nines config check'",
				w->cli->config, config_wrong(c));
	if (!w->history.last_us)
		return cli_fail(EXIT_FAILED, "nothing is recorded in that time");
	p->from_us = w->history.first_us;
	p->to_us = w->history.last_us + 60 * CLOCK_SECOND;
	p->begun_us = clock_mono_us();
	progress_open(&p->progress, !isatty(STDOUT_FILENO) && !w->cli->is_quiet);
	w->now_us = p->from_us;
	begin(w);
	configure(w, c);
	run(w, p);
	return finish(w);
}

int cli_replay(struct cli *cli, int argc, char **argv)
{
	struct asked a = {0};
	struct pace p = {.from_us = INT64_MIN, .to_us = INT64_MAX};
	struct world w = {.cli = cli, .asked = &a, .all = json_array()};
	const struct import_format *f;
	struct config *c;
	bool is_read = false;
	int status = cli_flags(cli, flag, &a, &argc, argv);

	if (status >= 0) {
		world_release(&w);
		return status;
	}
	if (argc < 1)
		status = cli_wrong("write: nines replay FILE...");
	if (status < 0)
		status = judge(&a, &f, &p);
	if (status < 0) {
		status = history_read(cli, &w.history, f, argc, argv, p.from_us, p.to_us);
		is_read = status == EXIT_DONE;
	}
	if (is_read) {
		c = config_read(cli->config, false);
		status = replay(&w, c, &p);
		config_free(c);
	}
	world_release(&w);
	return status;
}
