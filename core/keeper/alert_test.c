/* keeper/alert_test: the periodic self-test of paths: a test letter every so often, so that a pager
 * that died is found out before it is needed (features row 69).
 *
 * A path's letters are due by the calendar, not by when the keeper started: of whole days at 10:00
 * of the path's zone, else at multiples of the period, spread over paths by their names; within the
 * path's hours. A letter that is not delivered is trouble of nines itself, told by other paths; the
 * path is then tested daily until a letter arrives. Only the path itself is tried, no fallback. */
#include <string.h>

#include "alert_inside.h"
#include "outbox.h"

#define DAY_US (86400 * KEEPER_SECOND)
#define HOUR_OF_DAY 10
#define DAYS_MOST 366

static void add_name(struct text *t, const struct route *r)
{
	text_printf(t, "path %s %s", r->contact->name, r->to);
}

bool test_is_about(const struct route *r, const struct subject *trouble)
{
	struct text name = {0};
	bool is_same;

	add_name(&name, r);
	is_same = !strcmp(name.at, trouble->name);
	text_release(&name);
	return is_same;
}

static uint64_t phase_of(const struct route *r)
{
	struct text name = {0};
	uint64_t phase;

	add_name(&name, r);
	phase = map_hash(name.at, name.size);
	text_release(&name);
	return phase;
}

static int64_t seconds(int64_t wall_us)
{
	return wall_us / KEEPER_SECOND;
}

/* 10:00 of the first day, from that of `wall_us` on, that is the path's and is not over. */
static int64_t day_from(const struct route *r, int64_t days, int64_t wall_us)
{
	const struct zone *z = r->rule.zone;
	int64_t s = seconds(wall_us), first = s / 86400, at_us;
	struct civil c;

	if (z) {
		c = zone_civil(z, s);
		first = zone_days(c.year, c.month, c.day);
	}
	for (int64_t d = first; d <= first + days; d++) {
		if ((int64_t)(((uint64_t)d + phase_of(r)) % (uint64_t)days))
			continue;
		c = zone_date(d);
		c.hour = HOUR_OF_DAY;
		at_us = (z ? zone_instant(z, c) : d * 86400 + HOUR_OF_DAY * 3600) * KEEPER_SECOND;
		if (at_us > wall_us)
			return at_us;
	}
	return wall_us + days * DAY_US; /* not reached: the loop covers a whole period */
}

static int64_t next_due(const struct route *r, int64_t period_us, int64_t wall_us)
{
	int64_t days = period_us / DAY_US, due_us, within_us;

	if (days > DAYS_MOST)
		days = DAYS_MOST;
	if (days)
		due_us = day_from(r, days, wall_us);
	else
		due_us = (wall_us / period_us + 1) * period_us +
			 (int64_t)(phase_of(r) % (uint64_t)period_us);
	within_us = alert_hours_from(&r->rule.hours, r->rule.zone, due_us);
	return within_us == ALERT_NEVER ? due_us : within_us;
}

static void say_next(struct text *t, const struct route *r)
{
	struct civil c = r->contact->zone ? zone_civil(r->contact->zone, seconds(r->test.due_us))
					  : zone_date(seconds(r->test.due_us) / 86400);

	text_printf(t, "The next one comes on %04lld-%02d-%02d. Should it not, ask for it.",
		    (long long)c.year, c.month, c.day);
}

void test_letter(struct keeper *k, const struct route *r, const char *next, char *id, size_t room)
{
	struct text words = {0};
	struct letter_said said = {.items = 0};
	struct letter_facts f = {.form = LETTER_FORM_TEST,
				 .contact = r->contact->name,
				 .to = r->to,
				 .zone = r->contact->zone,
				 .location = k->own_location,
				 .now_us = k->wall_us,
				 .next = next};
	struct letter_new new = {.kind = "test",
				 .contact = r->contact->name,
				 .to = r->to,
				 .created_us = k->wall_us,
				 .expires_us = r->expires_us ? k->wall_us + r->expires_us : 0,
				 .words = &words};

	letter_say(&f, &k->alerts->templates, &said);
	letter_add_words(&words, &f);
	new.subject = text_get(&said.subject);
	new.text = text_get(&said.text);
	new.brief = text_get(&said.brief);
	outbox_add(k, &new, id, room);
	letter_said_release(&said);
	text_release(&words);
}

static void send(struct keeper *k, struct route *r)
{
	struct text next = {0};

	say_next(&next, r);
	test_letter(k, r, text_get(&next), r->test.id, sizeof r->test.id);
	text_release(&next);
}

/* Of paths that are no longer tested nothing is known. */
static void forget_troubles(struct keeper *k)
{
	struct alerts *a = k->alerts;
	struct subject *s;
	size_t at = 0, i;

	while ((s = map_next(&a->troubles, &at))) {
		if (!s->incident || strncmp(s->name, "path ", 5) != 0)
			continue;
		for (i = 0; i < a->route_count; i++)
			if (a->route[i]->test.period_us && test_is_about(a->route[i], s))
				break;
		if (i == a->route_count)
			alert_trouble(k, s->name, false, "");
	}
}

void test_watch(struct keeper *k)
{
	struct alerts *a = k->alerts;

	forget_troubles(k);
	for (size_t i = 0; i < a->route_count; i++) {
		struct route *r = a->route[i];

		if (r->test.period_us && !r->test.due_us)
			r->test.due_us = next_due(r, r->test.period_us, k->wall_us);
		if (!r->test.period_us || k->wall_us < r->test.due_us)
			continue;
		r->test.due_us = next_due(r, r->test.period_us, k->wall_us);
		send(k, r);
	}
}

void test_follow(struct route *r, int64_t period_us)
{
	if (r->test.period_us != period_us)
		r->test.due_us = 0;
	r->test.period_us = period_us;
}

static void tell(struct keeper *k, struct route *r, bool is_lost)
{
	struct text name = {0}, reason = {0};

	add_name(&name, r);
	text_printf(&reason,
		    "the test letter to '%s' by %s was not delivered: nines letters %s says why",
		    r->contact->name, r->to, r->test.id);
	alert_trouble(k, text_get(&name), is_lost, text_get(&reason));
	if (is_lost && r->test.period_us > DAY_US) {
		int64_t soon_us = next_due(r, DAY_US, k->wall_us);

		r->test.due_us = soon_us < r->test.due_us ? soon_us : r->test.due_us;
	}
	text_release(&name);
	text_release(&reason);
}

void test_letter_is(struct keeper *k, const char *id, enum alert_outcome outcome)
{
	struct alerts *a = k->alerts;

	for (size_t i = 0; i < a->route_count; i++) {
		struct route *r = a->route[i];

		if (!*r->test.id || strcmp(r->test.id, id) != 0)
			continue;
		if (outcome == ALERT_DELIVERED || outcome == ALERT_LOST)
			tell(k, r, outcome == ALERT_LOST);
		return;
	}
}
