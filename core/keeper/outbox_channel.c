/* keeper/outbox_channel: the channels of the configuration and the couriers that serve them: who is
 * there, what they answer, how they die. See outbox.h. */
#include <stdlib.h>
#include <string.h>

#include "../alert/outbox.h"
#include "../base/lines.h"
#include "../base/memory.h"
#include "outbox_inside.h"

#define QUARANTINE_US (600 * KEEPER_SECOND)
#define SOON_US	      (5 * KEEPER_SECOND)

static struct channel *channel_get(struct letters *s, const char *name)
{
	struct channel *c = map_find_text(&s->channels, name);

	if (c)
		return c;
	c = memory_new(sizeof *c);
	c->name = memory_text(name);
	c->module = memory_text(name);
	map_put_text(&s->channels, name, c);
	return c;
}

static void forget_fallbacks(struct letters *s)
{
	char *to;

	for (size_t at = 0; (to = map_next(&s->fallbacks, &at));)
		free(to);
	map_release(&s->fallbacks);
}

void channels_release(struct letters *s)
{
	struct channel *c;

	for (size_t at = 0; (c = map_next(&s->channels, &at)); free(c)) {
		free(c->name);
		free(c->module);
	}
	map_release(&s->channels);
	forget_fallbacks(s);
}

/* ---- configuration ---- */

static void put_channel(struct letters *s, const struct line *l)
{
	struct channel *c = channel_get(s, line_name(l));
	const char *refused = line_find(l, "refused");
	struct outbox_channel put = {
		.name = c->name,
		.at_once = line_int(l, "blocks", 0) ? 1 : line_int(l, "at_once", 1),
		.per_minute = line_int(l, "per_minute", 10),
		.timeout_us = line_int(l, "timeout_us", 30 * KEEPER_SECOND),
	};

	free(c->module);
	c->module = memory_text(line_get(l, "module"));
	c->is_direct = !strcmp(c->module, "webhook");
	if (!c->is_direct)
		text_to_bool(line_get(l, "opt.direct"), &c->is_direct);
	outbox_channel_put(s->outbox, &put);
	if (refused)
		outbox_channel_break(s->outbox, c->name, refused, OUTBOX_NEVER);
}

static void put_path(struct letters *s, const struct line *l)
{
	struct text key = {0};

	text_printf(&key, "%s\n%s:%s", line_name(l), line_get(l, "notifier"),
		    line_get(l, "address"));
	if (line_find(l, "fallback") && !map_find_text(&s->fallbacks, text_get(&key)))
		map_put_text(&s->fallbacks, text_get(&key), memory_text(line_get(l, "fallback")));
	text_release(&key);
}

void outbox_configure(struct keeper *k, const struct text *pending)
{
	struct letters *s = k->letters;
	struct lines *channels = lines_new(pending), *paths = lines_new(pending);
	const struct line *l;

	forget_fallbacks(s);
	outbox_channels_begin(s->outbox);
	while ((l = lines_next(channels, "channel")))
		put_channel(s, l);
	while ((l = lines_next(paths, "path")))
		put_path(s, l);
	outbox_channels_end(s->outbox);
	lines_free(channels);
	lines_free(paths);
}

/* ---- couriers ---- */

void outbox_take_courier(struct keeper *k, const struct line *l)
{
	struct channel *c = channel_get(k->letters, line_name(l));

	c->courier = line_int(l, "number", 0);
	outbox_channel_is_up(k->letters->outbox, c->name, c->courier != 0);
}

static struct channel *channel_of(struct keeper *k, int64_t courier)
{
	struct channel *c = NULL;

	for (size_t at = 0; (c = map_next(&k->letters->channels, &at));)
		if (c->courier == courier && courier)
			return c;
	return NULL;
}

void outbox_take_closed(struct keeper *k, int64_t courier)
{
	struct channel *c = channel_of(k, courier);

	if (!c)
		return;
	c->courier = 0;
	outbox_channel_is_up(k->letters->outbox, c->name, false);
}

void outbox_take_outcome(struct keeper *k, int64_t courier, const struct line *l)
{
	struct outbox *o = k->letters->outbox;
	struct outbox_letter *letter = outbox_letter_find(o, l->id);
	struct letter_kept *kept = letter ? letter->with : NULL;
	const char *said = line_get(l, "outcome");
	enum outbox_outcome outcome = OUTBOX_LATER;

	if (!letter || !letter->is_flying || kept->courier != courier)
		return;
	if (!strcmp(said, outbox_outcome_name[OUTBOX_DELIVERED]))
		outcome = OUTBOX_DELIVERED;
	else if (!strcmp(said, outbox_outcome_name[OUTBOX_GAVE_UP]))
		outcome = OUTBOX_GAVE_UP;
	kept->elapsed_us = line_int(l, "elapsed_us", 0);
	outbox_letter_take(o, l->id, outcome, line_get(l, "reason"), line_int(l, "after_us", 0),
			   k->now_us);
}

/* ---- deaths ---- */

static void describe(struct text *t, const struct channel *c, const struct line *l)
{
	const char *step = line_get(l, "step");

	text_printf(t, "notifier '%s' ", c->module);
	if (line_int(l, "hung", 0))
		text_puts(t, "hung");
	else if (line_int(l, "signal", 0))
		text_printf(t, "crashed (signal %d)", (int)line_int(l, "signal", 0));
	else
		text_printf(t, "ended the process (exit %d)", (int)line_int(l, "exit", 0));
	if (*step)
		text_printf(t, " in step '%s'", step);
}

static void say_quarantine(struct keeper *k, const struct channel *c, const char *reason)
{
	struct text said = {0};

	text_printf(&said, "%s, three times: letters by '%s' wait for ten minutes or go another "
		    "way", reason, c->name);
	keeper_say(k, text_get(&said));
	line_add(keeper_marker(k, "quarantine"), "text", text_get(&said));
	spool_end(&k->spool);
	text_release(&said);
}

/* Unlike a check's module it comes back by itself: letters are worth another try. */
static void count_death(struct keeper *k, struct channel *c, const char *reason)
{
	c->death_us[c->deaths++ % KEEPER_DEATHS] = k->now_us;
	if (c->deaths < KEEPER_DEATHS ||
	    k->now_us - c->death_us[c->deaths % KEEPER_DEATHS] > KEEPER_DEATHS_WITHIN_US)
		return;
	c->deaths = 0;
	outbox_channel_break(k->letters->outbox, c->name, reason, k->now_us + QUARANTINE_US);
	say_quarantine(k, c, reason);
}

/* The letter that ran is blamed and waits its time, as for any failure; those beside it, whose
 * answers nobody heard, go again soon. */
void outbox_take_gone(struct keeper *k, const struct line *l)
{
	struct channel *c = channel_get(k->letters, line_name(l));
	int64_t courier = line_int(l, "number", 0);
	const char *blamed = line_get(l, "letter");
	struct outbox_letter *next;
	struct text reason = {0};

	describe(&reason, c, l);
	outbox_take_closed(k, courier);
	for (struct outbox_letter *one = outbox_first(k->letters->outbox); one; one = next) {
		const struct letter_kept *kept = one->with;
		bool is_blamed = !strcmp(blamed, one->id);

		next = one->next;
		if (one->is_flying && kept->courier == courier)
			outbox_letter_take(k->letters->outbox, one->id, OUTBOX_LATER,
					   is_blamed ? text_get(&reason) : "its courier ended",
					   is_blamed ? 0 : SOON_US, k->now_us);
	}
	if (line_find(l, "module"))
		count_death(k, c, text_get(&reason));
	text_release(&reason);
}
