/* keeper/intensify: one check probed every 1 to 10 s for a limited time, to catch a fault that
 * comes and goes. By a client's request; ends by itself.
 *
 * The interval in force goes with each result, so figures stay right; the probes carry their
 * transcripts. A new configuration changes nothing of it, and the record brings it through a
 * restart: as the memory of the check at a place that no probe has. */
#include <stdlib.h>
#include <string.h>

#include "resume.h"

#define MOST 20 /* at a time */
#define LEAST_US KEEPER_SECOND
#define SLOWEST_US (10 * KEEPER_SECOND)
#define SHORTEST_US (60 * KEEPER_SECOND)
#define LONGEST_US (86400 * KEEPER_SECOND)

static void note(struct keeper *k, const struct check *c)
{
	struct text *t = spool_begin(&k->spool);

	line_begin_name(t, "memory", c->name);
	line_add_int(t, "place", RESUME_INTENSE);
	line_add_int(t, "text", c->intense_us);
	line_add_int(t, "due_us", c->intense_us ? keeper_wall_of(k, c->intense_until_us) : 0);
	spool_end(&k->spool);
}

static void say(struct keeper *k, const struct check *c, const char *how)
{
	struct text said = {0};

	text_add_safe(&said, c->name, strlen(c->name), 200);
	text_puts(&said, how);
	text_add_duration(&said, c->every_us);
	keeper_say(k, said.at);
	text_release(&said);
}

void intensify_apply(struct check *c)
{
	bool may = !c->is_passive && !c->items && c->intense_us < c->normal_us;

	c->every_us = c->intense_us && may ? c->intense_us : c->normal_us;
}

/* A probe at once, so that no interval that is over leaves a gap, then the new grid. */
static void follow(struct keeper *k, struct check *c)
{
	intensify_apply(c);
	check_regrid(k, c);
}

static void end(struct keeper *k, struct check *c)
{
	c->intense_us = c->intense_until_us = 0;
	k->intense--;
	note(k, c);
	follow(k, c);
	say(k, c, ": no longer intensified, probed every ");
}

static bool refuse(struct text *wrong, const char *why)
{
	text_puts(wrong, why);
	return false;
}

bool intensify_begin(struct keeper *k, struct check *c, int64_t every_us, int64_t for_us,
		     struct text *wrong)
{
	if (c->is_passive || c->items)
		return refuse(wrong,
			      c->items ? "this check has many targets: give that one a check"
				       : "this check is passive: nothing is probed");
	if (every_us < LEAST_US || every_us > SLOWEST_US)
		return refuse(wrong, "the interval must be 1s to 10s");
	if (for_us < SHORTEST_US || for_us > LONGEST_US)
		return refuse(wrong, "the time must be 1m to 1d");
	if (every_us >= c->normal_us)
		return refuse(wrong, "this check is probed as often already");
	if (!c->intense_us && k->intense >= MOST)
		return refuse(wrong, "20 checks are intensified already: cancel one");
	k->intense += !c->intense_us;
	c->intense_us = every_us;
	c->intense_until_us = k->now_us + for_us;
	note(k, c);
	follow(k, c);
	say(k, c, ": intensified, probed every ");
	return true;
}

bool intensify_cancel(struct keeper *k, struct check *c)
{
	if (!c->intense_us)
		return false;
	end(k, c);
	return true;
}

void intensify_resume(struct keeper *k, struct check *c, const char *text, int64_t until_us)
{
	int64_t every_us;

	if (!text_to_int(text, &every_us) || every_us < LEAST_US || every_us > SLOWEST_US ||
	    until_us <= k->now_us || until_us > k->now_us + LONGEST_US || c->intense_us)
		return;
	c->intense_us = every_us;
	c->intense_until_us = until_us;
	k->intense++;
	intensify_apply(c);
}

void intensify_forget(struct keeper *k, const struct check *c)
{
	k->intense -= c->intense_us != 0;
}

void intensify_watch(struct keeper *k)
{
	for (size_t i = 0; k->intense && i < k->checks; i++)
		if (k->check[i]->intense_us && k->check[i]->intense_until_us <= k->now_us)
			end(k, k->check[i]);
}
