/* tests/lib/alerts.h: the keeper's alerts in the world of keeper.h: checks that fail by a plan, two
 * couriers (log, sms) that answer, and the letters that were made, as one text. */
#ifndef NINES_TESTS_ALERTS_H
#define NINES_TESTS_ALERTS_H

#include "keeper.h"

#define SETTING                                                                              \
	"begin 1\nmodule tcp build=1\nchannel log module=log at_once=99 per_minute=9999\n" \
	"channel sms module=log at_once=99 per_minute=9999\n"
#define CHECK(name) "define " name " module=tcp every_us=60000000 "
#define OPS "contact ops\npath ops notifier=log address=ops "
#define OPS_5 OPS "after_us=300000000\n"
#define OPS_0 OPS "after_us=0\n"
#define BOSS_0 "contact boss\npath boss notifier=sms address=1 after_us=0\n"
#define BOSS_30 "contact boss\npath boss notifier=sms address=1 after_us=1800000000\n"

struct plan {
	struct world *w;
	const char *down;
	struct text letters;
	size_t seen; /* of the log */
	bool waits, refuses; /* refuses: the first courier */
};

__attribute__((unused)) static const char *by_plan(struct world *w, const struct order *o)
{
	const struct plan *p = w->with;
	double minute = (double)(w->now - START) / MINUTE, from, to;
	char name[16];
	int n;

	if (strchr(p->down, '!'))
		return "verdict=unknown reason=\"no descriptors\"";
	for (const char *at = p->down; sscanf(at, " %15s %lf-%lf%n", name, &from, &to, &n) == 3;
	     at += n + (at[n] == ','))
		if (!strcmp(name, o->name) && minute >= from && minute < to)
			return "verdict=down reason=\"connection refused\" step=connect "
			       "elapsed_us=900 steps=connect:900!";
	return always_up(w, o);
}

__attribute__((unused)) static void say(struct plan *p, double at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

__attribute__((unused)) static void say(struct plan *p, double at, const char *format, ...)
{
	va_list ap;

	text_printf(&p->letters, "%s%.1f ", p->letters.size ? ", " : "", at / 60);
	va_start(ap, format);
	text_vprintf(&p->letters, format, ap);
	va_end(ap);
}

/* Names of a letter: of incidents by their ids, told before in the log. */
__attribute__((unused)) static void add_names(struct plan *p, const char *ids)
{
	char id[24], find[64], *at;
	const char *sign = " ";
	int n;

	for (; sscanf(ids, "%23[^\n]%n", id, &n) == 1; ids += n + (ids[n] == '\n')) {
		snprintf(find, sizeof find, " incident %s check=", id);
		at = strstr(p->w->log.at, find);
		if (at) {
			at += strlen(find);
		} else { /* of flapping: `standing NAME ... incident=ID` */
			snprintf(find, sizeof find, " incident=%s", id);
			at = strstr(p->w->log.at, " standing ");
			while (at && !memmem(at, strcspn(at, "\n"), find, strlen(find)))
				at = strstr(at + 1, " standing ");
			at = at ? at + 10 : NULL;
		}
		text_puts(&p->letters, sign);
		text_add(&p->letters, at ? at : id, strcspn(at ? at : id, " "));
		sign = ",";
	}
}

/* What the two couriers have been handed. */
__attribute__((unused)) static void deliver(struct plan *p)
{
	struct text lines, answer = {0};
	struct line l;
	char *newline;

	for (int n = 1; n <= 2; n++) {
		lines = p->w->to[END_COURIER][n];
		p->w->to[END_COURIER][n] = (struct text){0};
		for (char *at = lines.at; at && (newline = strchr(at, '\n')); at = newline + 1) {
			if (line_parse(&l, at, (size_t)(newline - at)))
				ok(false, "a line to a courier that does not parse");
			text_clear(&answer);
			text_printf(&answer, "outcome %s outcome=%s after_us=60000000", l.id,
				    p->waits               ? "later"
				    : p->refuses && n == 1 ? "gave-up"
							   : "delivered");
			world_say(p->w, END_COURIER, n, answer.at);
		}
		text_release(&lines);
	}
	text_release(&answer);
}

/* A line of the log: "SECONDS verb id words". */
__attribute__((unused)) static void take_line(struct plan *p, const char *line, size_t size)
{
	struct text copy = {0};
	struct line l;
	double at;
	int n;

	text_add(&copy, line, size);
	if (sscanf(copy.at, "%lf %n", &at, &n) != 1 ||
	    line_parse(&l, copy.at + n, copy.size - (size_t)n))
		ok(false, "a line of the log: %s", copy.at);
	else if (!strcmp(l.verb, "letter")) {
		say(p, at, "%s%s %s", strcmp(line_get(&l, "kind"), "summary") ? "" : "summary ",
		    *line_get(&l, "of") ? line_get(&l, "of") : line_get(&l, "kind"),
		    line_get(&l, "contact"));
		add_names(p, line_get(&l, "incident"));
	} else if (!strcmp(l.verb, "attempt") &&
		   !strcmp(line_get(&l, "outcome"), "withdrawn")) {
		say(p, at, "withdrawn");
	}
	text_release(&copy);
}

/* Minute by minute in small steps, so that letters are delivered when they are made. */
__attribute__((unused)) static void pass_until(struct plan *p, int64_t at)
{
	const char *newline;

	for (int64_t now = p->w->now - START; now <= at;) {
		now += SECOND / 10;
		world_run(p->w, now < at ? now : at);
		deliver(p);
		while (p->seen < p->w->log.size &&
		       (newline = strchr(p->w->log.at + p->seen, '\n'))) {
			size_t from = p->seen;

			p->seen = (size_t)(newline - p->w->log.at) + 1;
			take_line(p, p->w->log.at + from, p->seen - 1 - from);
		}
	}
}

__attribute__((unused)) static void parent_lines(struct world *w, const char *lines)
{
	char *copy = strdup(lines), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			world_tell(w, END_PARENT, "%s", line);
	free(copy);
}

__attribute__((unused)) static void configure(struct world *w, const char *config)
{
	parent_lines(w, SETTING);
	parent_lines(w, config);
	parent_lines(w, "end 1 problems=0\n");
}

__attribute__((unused)) static void new_paths(struct world *w, const char *config,
					      const char *paths)
{
	char *checks = strdup(config);

	*strstr(checks, "contact") = '\0';
	parent_lines(w, SETTING);
	parent_lines(w, checks);
	parent_lines(w, paths);
	parent_lines(w, "end 1 problems=0\n");
	free(checks);
}

__attribute__((unused)) static void happen(struct plan *p, const char *config, const char *event)
{
	if (*event == '!') {
		new_paths(p->w, config, event + 1);
	} else if (*event == '-') {
		configure(p->w, strchr(config, '\n') + 1); /* without the first check */
	} else if (!strcmp(event, "wait")) {
		p->waits = true;
	} else if (!strcmp(event, "deliver")) {
		p->waits = p->refuses = false;
	} else if (!strcmp(event, "refuse")) {
		p->refuses = true;
	} else if (!strstr(world_ask(p->w, event), "end - text=")) {
		ok(false, "%s: %s", event, text_get(&p->w->to[END_CLIENT][1]));
	}
}

/* The configuration is in force. */
__attribute__((unused)) static void play_on(struct plan *p, const char *config, const char *events,
					    int minutes)
{
	char *copy = strdup(events), *rest = copy, *event, *word;

	world_tell(p->w, END_PARENT, "courier log number=1");
	world_tell(p->w, END_PARENT, "courier sms number=2");
	while ((event = strsep(&rest, ";"))) {
		double at = strtod(event, &word);

		if (word == event)
			break;
		pass_until(p, (int64_t)(at * MINUTE));
		happen(p, config, word + 1);
	}
	pass_until(p, minutes * MINUTE);
	free(copy);
}

__attribute__((unused)) static void play(struct plan *p, const char *config, const char *events,
					 int minutes)
{
	configure(p->w, config);
	play_on(p, config, events, minutes);
}

#endif
