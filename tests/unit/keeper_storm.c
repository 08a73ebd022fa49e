/* 5,000 checks that fail at once while a reference target answers (F21): each is named in exactly
 * one open letter to each destination, letters are few and within the rate, the first goes within a
 * minute of being due, recoveries likewise; memory is bounded. */
#include <malloc.h>

#include "../../core/alert/storm.h"
#include "../../core/base/map.h"
#include "../lib/keeper.h"

#define CHECKS 5000
#define DESTINATIONS 2
#define LETTERS_MOST 40 /* of one kind to one destination: 5,000 names at 40 bytes and more */

struct storm {
	struct world *w;
	size_t seen;
	struct map named[DESTINATIONS][2]; /* incidents in alerts, in recoveries: to a count */
	int letters[DESTINATIONS][2], twice, unnamed, too_long;
	int64_t at[DESTINATIONS][400]; /* of each letter */
	int count[DESTINATIONS];
	size_t largest;
};

static int destination_of(const struct line *l)
{
	return !strncmp(line_get(l, "to"), "sms:", 4);
}

static const char *check_of(struct storm *s, const char *id, char *name, size_t room)
{
	static struct map names; /* incident to name, as told */
	static size_t seen;
	char found[24], of[32];
	const char *line;

	for (; (line = strstr(s->w->log.at + seen, " incident "));
	     seen = (size_t)(line - s->w->log.at) + 10)
		if (sscanf(line, " incident %23s check=%31s event=open", found, of) == 2 &&
		    !map_find_text(&names, found))
			map_put_text(&names, found, strdup(of));
	line = map_find_text(&names, id);
	snprintf(name, room, "%s", line ? line : "?");
	return line;
}

static void take_letter(struct storm *s, const struct line *l, double at)
{
	int d = destination_of(l), kind = !strcmp(line_get(l, "of"), "recovery");
	static char ids[65536];
	char name[40], *rest = ids, *id;
	struct map *named = &s->named[d][kind];

	snprintf(ids, sizeof ids, "%s", line_get(l, "incident"));
	s->letters[d][kind]++;
	s->at[d][s->count[d]++ % 400] = (int64_t)(at * 1e6);
	while ((id = strsep(&rest, "\n"))) {
		if (map_find_text(named, id))
			s->twice++;
		else
			map_put_text(named, id, s);
		check_of(s, id, name, sizeof name);
		s->unnamed += !strstr(line_get(l, "text"), name);
	}
}

static void read_log(struct storm *s)
{
	const char *newline;
	struct text copy = {0};
	struct line l;
	double at;
	int n;

	while ((newline = memchr(s->w->log.at + s->seen, '\n', s->w->log.size - s->seen))) {
		size_t size = (size_t)(newline - s->w->log.at) - s->seen;

		text_clear(&copy);
		text_add(&copy, s->w->log.at + s->seen, size);
		s->seen += size + 1;
		if (!strstr(copy.at, " letter ") || sscanf(copy.at, "%lf %n", &at, &n) != 1)
			continue;
		s->largest = size > s->largest ? size : s->largest;
		if (!line_parse(&l, copy.at + n, copy.size - (size_t)n) &&
		    !strcmp(l.verb, "letter"))
			take_letter(s, &l, at);
	}
	text_release(&copy);
}

static void deliver(struct world *w)
{
	struct text lines, answer = {0};
	struct line l;
	char *newline;

	for (int n = 1; n <= DESTINATIONS; n++) {
		lines = w->to[END_COURIER][n];
		w->to[END_COURIER][n] = (struct text){0};
		for (char *at = lines.at; at && (newline = strchr(at, '\n')); at = newline + 1) {
			if (line_parse(&l, at, (size_t)(newline - at)))
				ok(false, "a line to a courier parses");
			text_clear(&answer);
			text_printf(&answer, "outcome %s outcome=delivered", l.id);
			world_say(w, END_COURIER, n, answer.at);
		}
		text_release(&lines);
	}
	text_release(&answer);
}

static void pass(struct storm *s, int64_t until)
{
	for (int64_t at = s->w->now - START; at < until;) {
		at += SECOND;
		world_run(s->w, at);
		deliver(s->w);
		read_log(s);
	}
}

static const char *storm(struct world *w, const struct order *o)
{
	int64_t at = w->now - START;

	if (*o->name != 'r' && at >= 10 * MINUTE && at < 40 * MINUTE)
		return "verdict=down reason=\"connection refused by 192.0.2.1:25\" step=connect "
		       "elapsed_us=900 steps=connect:900!";
	return always_up(w, o);
}

static void configure(struct world *w)
{
	world_tell(w, END_PARENT, "begin 1");
	world_tell(w, END_PARENT, "module tcp build=1");
	world_tell(w, END_PARENT, "channel log module=log at_once=99 per_minute=999");
	world_tell(w, END_PARENT, "channel sms module=log at_once=99 per_minute=999");
	for (int i = 0; i < CHECKS; i++)
		world_tell(w, END_PARENT, "define c%04d.example.org module=tcp every_us=60000000",
			   i);
	world_tell(w, END_PARENT, "define reference module=tcp every_us=5000000 reference=1");
	world_tell(w, END_PARENT, "contact ops");
	world_tell(w, END_PARENT, "path ops notifier=log address=ops after_us=300000000");
	world_tell(w, END_PARENT, "path ops notifier=sms address=1 after_us=300000000");
	world_tell(w, END_PARENT, "end 1 problems=0");
	world_tell(w, END_PARENT, "courier log number=1");
	world_tell(w, END_PARENT, "courier sms number=2");
}

/* The most letters within any minute. */
static int most_a_minute(const struct storm *s, int d)
{
	int most = 0;

	for (int i = 0; i < s->count[d]; i++) {
		int n = 0;

		for (int j = i;
		     j < s->count[d] && s->at[d][j] - s->at[d][i] < STORM_MINUTE_US - SECOND; j++)
			n++;
		most = n > most ? n : most;
	}
	return most;
}

static void judge(const struct storm *s, int d)
{
	for (int kind = 0; kind < 2; kind++) {
		ok(s->named[d][kind].size == CHECKS, "destination %d: %zu of %d in %s", d,
		   s->named[d][kind].size, CHECKS, kind ? "recoveries" : "alerts");
		ok(s->letters[d][kind] <= LETTERS_MOST, "in %d letters", s->letters[d][kind]);
	}
	ok(most_a_minute(s, d) <= STORM_LETTERS, "at most %d a minute: %d", STORM_LETTERS,
	   most_a_minute(s, d));
	ok(s->at[d][0] >= 15 * MINUTE && s->at[d][0] <= 16 * MINUTE + SECOND,
	   "the first within a minute of being due: %g s", (double)s->at[d][0] / 1e6);
}

/* In use, but for what the test itself keeps of it. */
static int64_t memory(const struct world *w)
{
	return (int64_t)(mallinfo2().uordblks + mallinfo2().hblkhd - w->log.room);
}

int main(void)
{
	struct storm s = {.w = world_new()};
	int64_t before, during;

	s.w->answer = storm;
	configure(s.w);
	world_run(s.w, 9 * MINUTE);
	before = memory(s.w);
	pass(&s, 30 * MINUTE);
	during = memory(s.w);
	pass(&s, 60 * MINUTE);
	for (int d = 0; d < DESTINATIONS; d++)
		judge(&s, d);
	ok(!s.twice, "none stands in two letters: %d", s.twice);
	ok(!s.unnamed, "each is named in its letter's text: %d are not", s.unnamed);
	ok(s.largest < LINE_BYTES, "each letter is one line: %zu bytes at most", s.largest);
	ok(during < before + CHECKS * 2000, "memory is bounded: %lld bytes a check that fails",
	   (long long)(during - before) / CHECKS);
	for (int d = 0; d < DESTINATIONS; d++)
		for (int kind = 0; kind < 2; kind++)
			map_release(&s.named[d][kind]);
	world_free(s.w);
	return done_testing();
}
