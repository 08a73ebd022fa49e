/* keeper/window_words: windows made of lines: of a configuration, of a command, of the record. See
 * window_inside.h. */
#include "window_inside.h"

#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/lines.h"
#include "../base/memory.h"

const char *const window_impact_name[IMPACTS] = {"none", "degraded", "outage"};

const char *const window_word[WINDOW_WORDS] = {"services", "start",  "end",  "cron", "for",
					       "zone",     "impact", "text", "by",   "announced"};

const char *window_word_of(const struct window *w, const char *name)
{
	for (size_t i = 0; i < WINDOW_WORDS; i++)
		if (!strcmp(window_word[i], name))
			return w->word[i];
	return "";
}

void window_free(struct window *w)
{
	for (size_t i = 0; i < WINDOW_WORDS; i++)
		free(w->word[i]);
	zone_close(w->zone);
	free(w->id);
	free(w);
}

/* ---- from words ---- */

static struct zone *zone_for(const struct line *l, const struct line *zone, struct text *wrong)
{
	const struct line_word *bytes = zone ? zone->word : l->word;
	size_t words = zone ? zone->words : l->words;
	const char *name = line_get(l, "zone");

	if (!*name || !strcmp(name, "UTC"))
		return zone_open("UTC", wrong);
	for (size_t i = 0; i < words; i++)
		if (!strcmp(bytes[i].key, zone ? "bytes" : "zone_bytes"))
			return zone_of_bytes(name, bytes[i].value, bytes[i].size, wrong);
	text_printf(wrong, "the bytes of its zone '%.60s' were not told", name);
	return NULL;
}

static bool read_impact(struct window *w, const char *name, struct text *wrong)
{
	w->impact = IMPACT_OUTAGE;
	for (int i = 0; i < IMPACTS; i++)
		if (!strcmp(window_impact_name[i], name)) {
			w->impact = (enum impact)i;
			return true;
		}
	if (*name)
		text_printf(wrong, "impact '%.60s' is none of none, degraded, outage", name);
	return !*name;
}

static bool read_when(struct window *w, struct text *wrong)
{
	struct recur_words words = {window_word_of(w, "start"), window_word_of(w, "end"),
				    window_word_of(w, "cron"), window_word_of(w, "for")};
	const char *option, *announced = window_word_of(w, "announced");
	struct text why = {0};
	bool is_fine = recur_parse(&w->when, &words, w->zone, &option, &why);

	if (!is_fine)
		text_printf(wrong, "%s: %s", option, text_get(&why));
	text_release(&why);
	if (is_fine && *announced && !clock_parse_utc(announced, &w->announced_us)) {
		text_printf(wrong, "announced: '%.60s' is no RFC 3339 time", announced);
		return false;
	}
	return is_fine;
}

/* `zone`: the line of its zone, or NULL when the window's own line brings it. */
struct window *window_new(const char *id, const struct line *l, const struct line *zone,
			  struct text *wrong)
{
	struct window *w = memory_new(sizeof *w);

	w->id = memory_text(id);
	for (size_t i = 0; i < WINDOW_WORDS; i++)
		w->word[i] = memory_text(line_get(l, window_word[i]));
	w->zone = zone_for(l, zone, wrong);
	if (w->zone && read_when(w, wrong) && read_impact(w, window_word_of(w, "impact"), wrong))
		return w;
	window_free(w);
	return NULL;
}

static void set_time(struct window *w, const char *name, int64_t wall_us)
{
	struct text at = {0};
	size_t place = 0;

	while (strcmp(window_word[place], name))
		place++;
	clock_add_utc(&at, wall_us, 6);
	free(w->word[place]);
	w->word[place] = memory_text(text_get(&at));
	text_release(&at);
}

void window_announce(struct window *w, int64_t wall_us)
{
	set_time(w, "announced", wall_us);
	w->announced_us = wall_us;
	if (w->when.is_again || w->when.start_us >= wall_us)
		return;
	set_time(w, "start", wall_us);
	w->when.start_us = wall_us;
}

void window_cut(struct window *w, int64_t wall_us)
{
	set_time(w, "end", wall_us);
	w->when.end_us = wall_us;
}

/* ---- of a configuration ---- */

/* NULL: there is none of that name. The lines stay at it. */
static const struct line *find_zone(struct lines *r, const char *name)
{
	const struct line *l;

	while ((l = lines_next(r, "zone")) && strcmp(line_name(l), name))
		continue;
	return l;
}

static struct window *read_declared(const struct text *pending, const struct line *l)
{
	struct lines *zones = lines_new(pending);
	const struct line *zone = find_zone(zones, line_get(l, "zone"));
	struct text wrong = {0};
	struct window *w = window_new(line_name(l), l, zone, &wrong);

	if (w)
		w->is_declared = true; /* else the loader would have refused it */
	lines_free(zones);
	text_release(&wrong);
	return w;
}

struct window *window_read_declared(const struct text *pending)
{
	struct lines *r = lines_new(pending);
	struct window *first = NULL, *w;
	const struct line *l;

	while ((l = lines_next(r, "maintenance"))) {
		w = read_declared(pending, l);
		if (!w)
			continue;
		w->next = first;
		first = w;
	}
	lines_free(r);
	return first;
}
