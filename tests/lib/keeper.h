/* tests/lib/keeper.h: a world for the keeper: a clock, a fake prober, a recorder that keeps what it
 * is told. Nothing here waits. */
#ifndef NINES_TESTS_KEEPER_H
#define NINES_TESTS_KEEPER_H

#include <stdlib.h>

#include "../../core/base/text.h"
#include "../../core/keeper/keeper.h"
#include "tap.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define START INT64_C(1000000000)             /* monotonic */
#define WALL INT64_C(1795290000000000)        /* 2026-11-21 */
#define PROBERS 8

struct world;

struct order {
	char id[24], name[64], location[32], item[64], event[64], memory[1100];
	int64_t due_us;
	int prober;
};

struct world {
	struct keeper *k;
	struct keeper_out out;
	int64_t now, wall_ahead; /* wall - monotonic */
	struct text to[6][PROBERS + 1];
	bool is_gone[6][PROBERS + 1];
	char *name[65536]; /* of check numbers */
	/* The answer of the fake prober: words of a result, or NULL for silence. */
	const char *(*answer)(struct world *, const struct order *);
	void (*seen)(struct world *, const struct order *);
	struct text log;      /* recorder lines but results: "SECONDS line" */
	struct text told;     /* the parent's */
	struct text results;  /* the recorder's results */
	bool keeps_results, is_committing;
	long probes, records, diagnoses;
	bool diagnoses_at_once; /* the fake prober answers each request for a diagnosis */
	char diagnose[256];	/* the last such line */
	char inspect[256];	/* the last line of a claim's site: "ID site code" */
	const char *verdict;
	int64_t down_from, down_to;
	void *with;
};

__attribute__((unused)) static struct text *world_line(void *with, struct keeper_end to)
{
	struct world *w = with;
	bool has_number = to.kind == END_PROBER || to.kind == END_CLIENT || to.kind == END_COURIER;
	int n = has_number ? (int)to.number : 0;

	return n > PROBERS || w->is_gone[to.kind][n] ? NULL : &w->to[to.kind][n];
}

__attribute__((unused)) static const char *always_up(struct world *w, const struct order *o)
{
	(void)w, (void)o;
	return "verdict=up address=192.0.2.1 elapsed_us=1000 steps=connect:1000";
}

/* Down while the clock is in [down_from, down_to), relative to START. */
__attribute__((unused)) static const char *down_for_a_while(struct world *w, const struct order *o)
{
	if (w->now - START >= w->down_from && w->now - START < w->down_to)
		return "verdict=down reason=\"connection refused\" step=connect elapsed_us=900 "
		       "steps=connect:900!";
	return always_up(w, o);
}

__attribute__((noinline)) static void world_say(struct world *w, enum keeper_end_kind kind,
						int64_t number, const char *line)
{
	struct text copy = {0};
	struct line l;

	text_puts(&copy, line);
	while (copy.size && copy.at[copy.size - 1] == ' ')
		copy.at[--copy.size] = '\0';
	if (line_parse(&l, copy.at, copy.size))
		ok(false, "the test's own line: %s", line);
	else
		keeper_take(w->k, w->now, w->now + w->wall_ahead, (struct keeper_end){kind, number},
			    &l);
	text_release(&copy);
}

__attribute__((format(printf, 3, 4), unused)) static void world_tell(struct world *w,
								     enum keeper_end_kind kind,
								     const char *format, ...)
{
	struct text t = {0};
	va_list ap;

	va_start(ap, format);
	text_vprintf(&t, format, ap);
	va_end(ap);
	world_say(w, kind, kind == END_PROBER || kind == END_CLIENT ? 1 : 0, t.at);
	text_release(&t);
}

__attribute__((noinline)) static void world_order(struct world *w, int prober, const struct line *l)
{
	struct order o = {.due_us = line_int(l, "due_us", 0), .prober = prober};
	struct text t = {0};
	const char *answer;

	snprintf(o.id, sizeof o.id, "%s", l->id);
	snprintf(o.name, sizeof o.name, "%s", w->name[line_int(l, "check", 0) & 65535]);
	snprintf(o.location, sizeof o.location, "%s", line_get(l, "location"));
	snprintf(o.item, sizeof o.item, "%s", line_get(l, "item"));
	snprintf(o.event, sizeof o.event, "%s",
		 line_find(l, "event") ? line_get(l, "event") : "(none)");
	snprintf(o.memory, sizeof o.memory, "%s", line_get(l, "memory"));
	w->probes++;
	if (w->seen)
		w->seen(w, &o);
	answer = w->answer(w, &o);
	if (!answer)
		return;
	text_printf(&t, "result %s start_us=%lld late_us=%lld %s", o.id,
		    (long long)(w->now + w->wall_ahead), (long long)(w->now - o.due_us), answer);
	world_say(w, END_PROBER, prober, t.at);
	text_release(&t);
}

__attribute__((noinline)) static void world_diagnose(struct world *w, int prober, const char *id)
{
	struct text t = {0};

	text_printf(&t, "diagnosis %s text=\"looked\"", id);
	world_say(w, END_PROBER, prober, t.at);
	text_release(&t);
}

__attribute__((noinline)) static void world_prober_line(struct world *w, int prober,
							const struct line *l)
{
	char **name = &w->name[line_number(l) & 65535];

	if (!strcmp(l->verb, "check")) {
		free(*name);
		*name = strdup(line_get(l, "name"));
	} else if (!strcmp(l->verb, "probe")) {
		world_order(w, prober, l);
	} else if (!strcmp(l->verb, "inspect")) {
		snprintf(w->inspect, sizeof w->inspect, "%s %s %s", l->id, line_get(l, "site"),
			 line_get(l, "code"));
	} else if (!strcmp(l->verb, "diagnose")) {
		w->diagnoses++;
		snprintf(w->diagnose, sizeof w->diagnose, "%s check=%s address=%s probe=%s", l->id,
			 w->name[line_int(l, "check", 0) & 65535], line_get(l, "address"),
			 line_get(l, "probe"));
		if (w->diagnoses_at_once)
			world_diagnose(w, prober, l->id);
	}
}

__attribute__((noinline)) static void world_recorder_line(struct world *w, const char *text,
							  const struct line *l)
{
	bool is_result = !strcmp(l->verb, "result");
	struct text *to = is_result ? &w->results : &w->log;
	const char *n = strstr(text, " n="), *end = text + strlen(text);

	w->records++;
	if (is_result && !w->keeps_results)
		return;
	if (!is_result)
		text_printf(to, "%g ", (double)(w->now - START) / 1e6);
	text_add(to, text, (size_t)((n ? n : end) - text));
	text_putc(to, '\n');
}

/* Takes what the keeper wrote for one end, line by line; answering may bring more. */
__attribute__((noinline)) static void world_drain(struct world *w, enum keeper_end_kind kind,
						  int number)
{
	struct text *to = &w->to[kind][number], lines = *to;
	char *newline, *copy;
	struct line l;

	*to = (struct text){0};
	for (char *at = lines.at; at && *at; at = newline + 1) {
		newline = strchr(at, '\n');
		*newline = '\0';
		copy = strdup(at);
		if (line_parse(&l, at, strlen(at)))
			ok(false, "a line that does not parse: %s", copy);
		else if (kind == END_PROBER)
			world_prober_line(w, number, &l);
		else if (kind == END_RECORDER)
			world_recorder_line(w, copy, &l);
		else if (kind == END_PARENT && strcmp(l.verb, "alive"))
			text_printf(&w->told, "%s\n", copy);
		if (kind == END_RECORDER && w->is_committing && line_int(&l, "n", 0))
			world_tell(w, END_RECORDER, "committed %lld",
				   (long long)line_int(&l, "n", 0));
		free(copy);
	}
	text_release(&lines);
}

__attribute__((unused)) static void world_settle(struct world *w)
{
	for (int again = 1; again;) {
		again = 0;
		for (int n = 1; n <= PROBERS; n++)
			if (w->to[END_PROBER][n].size) {
				world_drain(w, END_PROBER, n);
				again = 1;
			}
	}
	world_drain(w, END_RECORDER, 0);
	world_drain(w, END_PARENT, 0);
}

/* Lets the time pass until `at` (since START), tick by tick as the keeper asks for it. */
__attribute__((unused)) static void world_run(struct world *w, int64_t at)
{
	int64_t next;

	world_settle(w);
	while ((next = keeper_next_us(w->k)) <= START + at) {
		if (next > w->now)
			w->now = next;
		keeper_tick(w->k, w->now, w->now + w->wall_ahead);
		world_settle(w);
	}
	w->now = START + at;
}

__attribute__((unused)) static struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof *w);

	w->out = (struct keeper_out){.line = world_line, .with = w};
	w->k = keeper_new(&w->out);
	w->now = START;
	w->wall_ahead = WALL - START;
	w->answer = always_up;
	w->is_committing = true;
	for (int n = 2; n <= PROBERS; n++)
		w->is_gone[END_PROBER][n] = true;
	keeper_tick(w->k, w->now, w->now + w->wall_ahead);
	world_tell(w, END_PARENT, "recorder -");
	world_tell(w, END_PARENT, "prober 1 pool=general");
	world_settle(w);
	return w;
}

__attribute__((unused)) static void world_free(struct world *w)
{
	keeper_free(w->k);
	for (int kind = 0; kind < 6; kind++)
		for (int n = 0; n <= PROBERS; n++)
			text_release(&w->to[kind][n]);
	for (int i = 0; i < 65536; i++)
		free(w->name[i]);
	text_release(&w->log);
	text_release(&w->told);
	text_release(&w->results);
	free(w);
}

/* One check named `a` with these words, and nothing else. */
__attribute__((unused)) static void world_configure(struct world *w, const char *words)
{
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "module tcp build=1");
	world_tell(w, END_PARENT, "define a module=tcp %s", words);
	world_tell(w, END_PARENT, "end 1 problems=0");
}

/* The incident events in the log, as "open@0 confirmed@60 ...". */
__attribute__((unused)) static const char *world_incidents(struct world *w)
{
	static char said[4096];
	size_t size = 0;

	said[0] = '\0';
	for (const char *at = w->log.at; at && *at; at = strchr(at, '\n') + 1) {
		const char *space = strchr(at, ' '), *event = strstr(at, " event="),
			   *end = strchr(at, '\n');

		if (strncmp(space, " incident ", 10) || !event || event > end ||
		    size > sizeof said - 64)
			continue;
		event += 7;
		size += (size_t)snprintf(said + size, sizeof said - size, "%s%.*s@%.*s",
					 size ? " " : "", (int)strcspn(event, " \n"), event,
					 (int)(space - at), at);
	}
	return said;
}

/* How often `what` stands in the text. */
__attribute__((unused)) static int count_of(const struct text *t, const char *what)
{
	int n = 0;

	for (const char *at = text_get(t); (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* What the keeper answers to a request of client 1. */
__attribute__((unused)) static const char *world_ask(struct world *w, const char *request)
{
	static struct text answer;

	text_clear(&w->to[END_CLIENT][1]);
	world_tell(w, END_CLIENT, "%s", request);
	world_settle(w);
	while (!strstr(text_get(&w->to[END_CLIENT][1]), "end -"))
		world_run(w, w->now - START + 10000);
	text_clear(&answer);
	text_puts(&answer, text_get(&w->to[END_CLIENT][1]));
	return answer.at;
}

#endif
