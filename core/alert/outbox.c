/* alert/outbox: see outbox.h. */
#include "outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

#define SECOND_US INT64_C(1000000)
#define AFTER_LEAST_US (5 * SECOND_US)
#define AFTER_MOST_US (60 * OUTBOX_MINUTE_US)
#define COURIER_WAIT_US OUTBOX_MINUTE_US /* for one that is just being started */
#define ANSWER_WAIT_US OUTBOX_MINUTE_US	 /* past the attempt's own deadline */
#define AGAIN_US SECOND_US		 /* a courier's link was full */

const char *const outbox_outcome_name[OUTBOX_OUTCOMES] = {"later", "delivered", "gave-up",
							   "expired", "withdrawn"};

static const int delay_minutes[] = {1, 2, 5, 10, 20, 40, 60};
#define DELAYS (int)(sizeof delay_minutes / sizeof *delay_minutes)

/* What was told of trouble; nothing yet: a keeper before us may have. */
enum told { TOLD_NOTHING, TOLD_WELL, TOLD_TROUBLE };

struct channel {
	char *name;
	int64_t at_once, per_minute, timeout_us, in_flight;
	bool is_configured, is_up;
	char *broken; /* why; NULL: it works */
	int64_t broken_until_us;
	enum told told;
};

struct outbox_destination {
	char *to;
	struct channel *channel;
	int64_t failing_since_us; /* 0: the last attempt went well */
	int64_t hold_until_us;	  /* the other side asked for it */
	int64_t paid_us; /* by the rate: the next letter may go from then on, less a minute */
	int64_t failed_us; /* its last attempt that went wrong */
	int refusals;
	char *reason; /* of that, or of the last refusal */
	enum told told;
	bool is_busy, was_just_switched_off;
	bool is_ours; /* some letter for it was not foreign */
	bool is_on_record; /* so was one of a keeper before us */
	size_t letters; /* so many hold it */
};

struct outbox {
	const struct outbox_sink *sink;
	struct map letters, channels, destinations; /* by id, by name, by `to` */
	struct outbox_letter *first, *last;
	size_t count;
	int64_t next_us;
};

struct outbox *outbox_new(const struct outbox_sink *sink)
{
	struct outbox *o = memory_new(sizeof *o);

	o->sink = sink;
	o->next_us = OUTBOX_NEVER;
	return o;
}

/* A stranger's address is known for as long as there is a letter for it. */
static void destination_release(struct outbox *o, struct outbox_destination *d)
{
	if (--d->letters || d->is_ours || d->is_on_record)
		return;
	map_take_text(&o->destinations, d->to);
	free(d->to);
	free(d->reason);
	free(d);
}

static void letter_free(struct outbox *o, struct outbox_letter *l)
{
	for (unsigned i = 0; i < l->ways; i++)
		destination_release(o, l->way[i]);
	free(l->id);
	free(l);
}

static void unlink_letter(struct outbox *o, struct outbox_letter *l)
{
	*(l->prev ? &l->prev->next : &o->first) = l->next;
	*(l->next ? &l->next->prev : &o->last) = l->prev;
	map_take_text(&o->letters, l->id);
	o->count--;
}

void outbox_free(struct outbox *o, void (*forget)(struct outbox_letter *))
{
	struct outbox_destination *d;
	struct outbox_letter *l;
	struct channel *c;

	while ((l = o->first)) {
		unlink_letter(o, l);
		forget(l);
		letter_free(o, l);
	}
	for (size_t at = 0; (d = map_next(&o->destinations, &at)); free(d)) {
		free(d->to);
		free(d->reason);
	}
	for (size_t at = 0; (c = map_next(&o->channels, &at)); free(c)) {
		free(c->name);
		free(c->broken);
	}
	map_release(&o->letters);
	map_release(&o->destinations);
	map_release(&o->channels);
	free(o);
}

const char *outbox_way(const struct outbox_letter *l)
{
	return l->way[l->at]->to;
}

const char *outbox_channel_of(const struct outbox_letter *l)
{
	return l->way[l->at]->channel->name;
}

size_t outbox_count(const struct outbox *o)
{
	return o->count;
}

size_t outbox_foreign(const struct outbox *o, size_t *untried)
{
	size_t count = 0;

	*untried = 0;
	for (const struct outbox_letter *l = o->first; l; l = l->next) {
		count += l->is_foreign;
		*untried += l->is_foreign && !l->number;
	}
	return count;
}

struct outbox_letter *outbox_first(const struct outbox *o)
{
	return o->first;
}

struct outbox_letter *outbox_letter_find(const struct outbox *o, const char *id)
{
	return map_find_text(&o->letters, id);
}

int64_t outbox_next_us(const struct outbox *o)
{
	return o->next_us;
}

void outbox_shift(struct outbox *o, int64_t by_us)
{
	for (struct outbox_letter *l = o->first; l; l = l->next) {
		l->created_us -= by_us;
		l->expires_us -= by_us;
		l->next_us -= by_us;
		l->sent_us -= by_us;
	}
	o->next_us = 0;
}

static void wake_by(struct outbox *o, int64_t at_us)
{
	if (at_us < o->next_us)
		o->next_us = at_us;
}

/* ---- channels and destinations ---- */

static struct channel *channel_get(struct outbox *o, const char *name)
{
	struct channel *c = map_find_text(&o->channels, name);

	if (c)
		return c;
	c = memory_new(sizeof *c);
	c->name = memory_text(name);
	c->at_once = c->per_minute = 1;
	map_put_text(&o->channels, name, c);
	return c;
}

static struct outbox_destination *destination_get(struct outbox *o, const char *to)
{
	struct outbox_destination *d = map_find_text(&o->destinations, to);
	size_t size = strcspn(to, ":");
	char *name;

	if (d)
		return d;
	d = memory_new(sizeof *d);
	d->to = memory_text(to);
	name = memory_new(size + 1);
	memcpy(name, to, size);
	d->channel = channel_get(o, name);
	free(name);
	map_put_text(&o->destinations, to, d);
	return d;
}

void outbox_channels_begin(struct outbox *o)
{
	struct channel *c;

	for (size_t at = 0; (c = map_next(&o->channels, &at));)
		c->is_configured = false;
}

void outbox_channel_put(struct outbox *o, const struct outbox_channel *put)
{
	struct channel *c = channel_get(o, put->name);

	if (c->told == TOLD_NOTHING)
		c->told = TOLD_TROUBLE; /* as far as we know */
	c->is_configured = true;
	c->at_once = put->at_once > 0 ? put->at_once : 1;
	c->per_minute = put->per_minute > 0 ? put->per_minute : 1;
	c->timeout_us = put->timeout_us;
	free(c->broken);
	c->broken = NULL;
}

void outbox_channels_end(struct outbox *o)
{
	wake_by(o, 0);
}

void outbox_channel_is_up(struct outbox *o, const char *name, bool is_up)
{
	channel_get(o, name)->is_up = is_up;
	wake_by(o, 0);
}

void outbox_channel_break(struct outbox *o, const char *name, const char *reason, int64_t until_us)
{
	struct channel *c = channel_get(o, name);

	free(c->broken);
	c->broken = memory_text(reason);
	c->broken_until_us = until_us;
	wake_by(o, 0);
}

void outbox_refusals_put(struct outbox *o, const char *to, int refusals)
{
	struct outbox_destination *d = destination_get(o, to);

	d->refusals = refusals;
	d->is_on_record = true;
}

bool outbox_was_just_switched_off(const struct outbox *o, const char *to)
{
	const struct outbox_destination *d = map_find_text(&o->destinations, to);

	return d && d->was_just_switched_off;
}

/* ---- letters ---- */

static unsigned way_next(const struct outbox_letter *l, unsigned but)
{
	unsigned i = 0;

	while (i < l->ways && (but >> i & 1))
		i++;
	return i;
}

static void mark_refused(struct outbox_letter *l, const char *const *refused)
{
	for (; refused && *refused; refused++)
		for (unsigned i = 0; i < l->ways; i++)
			if (!strcmp(l->way[i]->to, *refused))
				l->refused |= 1u << i;
	l->at = way_next(l, l->refused);
	if (l->at == l->ways) { /* the record knows better: it has not ended */
		l->refused = 0;
		l->at = 0;
	}
}

struct outbox_letter *outbox_letter_add(struct outbox *o, const struct outbox_order *order)
{
	struct outbox_letter *l;

	if (o->count >= OUTBOX_MOST || outbox_letter_find(o, order->id) || !order->way[0])
		return NULL;
	l = memory_new(sizeof *l);
	l->id = memory_text(order->id);
	l->with = order->with;
	for (; l->ways < OUTBOX_WAYS && order->way[l->ways]; l->ways++) {
		l->way[l->ways] = destination_get(o, order->way[l->ways]);
		l->way[l->ways]->letters++;
		l->way[l->ways]->is_ours |= !order->is_foreign;
	}
	l->created_us = order->created_us;
	l->expires_us = order->expires_us ? order->expires_us
					  : order->created_us + OUTBOX_EXPIRES_US;
	l->next_us = order->next_us ? order->next_us : order->created_us;
	l->is_test = order->is_test;
	l->is_foreign = order->is_foreign;
	l->number = l->round = order->number;
	mark_refused(l, order->refused);
	l->prev = o->last;
	*(o->last ? &o->last->next : &o->first) = l;
	o->last = l;
	map_put_text(&o->letters, l->id, l);
	o->count++;
	wake_by(o, l->expires_us);
	return l;
}

void outbox_letter_allow(struct outbox *o, struct outbox_letter *l)
{
	l->is_allowed = true;
	wake_by(o, l->next_us);
}

static void note(struct outbox *o, struct outbox_letter *l, enum outbox_outcome outcome,
		 const char *reason, int64_t now_us)
{
	const struct outbox_attempt a = {.at_us = now_us,
					 .number = l->number,
					 .to = outbox_way(l),
					 .reason = reason,
					 .outcome = outcome,
					 .next_us = l->next_us};

	o->sink->note(o->sink->with, l, &a);
}

static void end(struct outbox *o, struct outbox_letter *l, enum outbox_outcome outcome,
		const char *reason, int64_t now_us)
{
	l->next_us = 0;
	unlink_letter(o, l);
	note(o, l, outcome, reason, now_us);
	letter_free(o, l);
}

/* Up to a quarter more, always the same for one letter and round: letters that failed together are
 * spread. */
static int64_t delay_us(const struct outbox_letter *l)
{
	int row = l->round < 1 ? 0 : l->round > DELAYS ? DELAYS - 1 : l->round - 1;
	uint64_t luck = map_hash(l->id, strlen(l->id)) * (uint64_t)(2 * l->round + 1) >> 54;

	return delay_minutes[row] * OUTBOX_MINUTE_US +
	       delay_minutes[row] * OUTBOX_MINUTE_US / 4 * (int64_t)luck / 1024;
}

static bool has_failed_long(const struct outbox_destination *d, int64_t now_us)
{
	return d->failing_since_us && now_us - d->failing_since_us >= OUTBOX_PATIENCE_US;
}

static void fail(struct outbox *o, struct outbox_letter *l, const char *reason, int64_t after_us,
		 bool is_hopeless, int64_t now_us)
{
	struct outbox_destination *d = l->way[l->at];
	char *kept = memory_text(reason);
	unsigned other, was = l->at;

	l->tried |= 1u << l->at;
	other = way_next(l, l->tried | l->refused);
	if (after_us)
		after_us = after_us < AFTER_LEAST_US  ? AFTER_LEAST_US
			   : after_us > AFTER_MOST_US ? AFTER_MOST_US
						      : after_us;
	if (other < l->ways &&
	    (is_hopeless || after_us >= OUTBOX_PATIENCE_US || has_failed_long(d, now_us))) {
		l->next_us = now_us;
	} else {
		l->round++;
		l->tried = 0;
		other = way_next(l, l->refused);
		l->next_us = now_us + (after_us ? after_us : delay_us(l));
	}
	l->at = was;
	note(o, l, OUTBOX_LATER, kept, now_us);
	l->at = other;
	wake_by(o, l->next_us);
	free(kept);
}

static void refuse(struct outbox *o, struct outbox_letter *l, const char *reason, int64_t now_us)
{
	unsigned other;

	l->refused |= 1u << l->at;
	other = way_next(l, l->refused | l->tried);
	if (other == l->ways)
		other = way_next(l, l->refused);
	if (other == l->ways) {
		end(o, l, OUTBOX_GAVE_UP, reason, now_us);
		return;
	}
	l->next_us = now_us;
	note(o, l, OUTBOX_GAVE_UP, reason, now_us);
	l->at = other;
	wake_by(o, now_us);
}

void outbox_letter_withdraw(struct outbox *o, struct outbox_letter *l, const char *reason,
			    int64_t now_us)
{
	l->is_withdrawn = true;
	if (!l->is_flying)
		end(o, l, OUTBOX_WITHDRAWN, reason, now_us);
}

static void land(struct outbox *o, struct outbox_letter *l)
{
	struct outbox_destination *d = l->way[l->at];

	l->is_flying = false;
	d->is_busy = false;
	d->channel->in_flight--;
	wake_by(o, 0);
}

static void set_reason(struct outbox_destination *d, const char *reason)
{
	free(d->reason);
	d->reason = memory_text(reason);
}

static void take_later(struct outbox *o, struct outbox_letter *l, const char *reason,
		       int64_t after_us, int64_t now_us)
{
	struct outbox_destination *d = l->way[l->at];

	if (!d->failing_since_us)
		d->failing_since_us = l->sent_us;
	d->failed_us = now_us;
	set_reason(d, reason);
	if (after_us > 0)
		d->hold_until_us = now_us + (after_us < AFTER_MOST_US ? after_us : AFTER_MOST_US);
	if (l->is_withdrawn)
		end(o, l, OUTBOX_WITHDRAWN, reason, now_us);
	else
		fail(o, l, reason, after_us, false, now_us);
}

void outbox_letter_take(struct outbox *o, const char *id, enum outbox_outcome outcome,
			const char *reason, int64_t after_us, int64_t now_us)
{
	struct outbox_letter *l = outbox_letter_find(o, id);
	struct outbox_destination *d;

	if (!l || !l->is_flying)
		return;
	d = l->way[l->at];
	d->letters++; /* held until the end of this */
	land(o, l);
	if (outcome == OUTBOX_DELIVERED) {
		d->failing_since_us = d->hold_until_us = 0;
		d->refusals = 0;
		if (d->told == TOLD_NOTHING)
			d->told = TOLD_TROUBLE; /* as far as we know: so that its end is told */
		end(o, l, OUTBOX_DELIVERED, reason, now_us);
	} else if (outcome == OUTBOX_GAVE_UP) {
		d->failing_since_us = 0;
		d->was_just_switched_off = ++d->refusals == OUTBOX_REFUSALS;
		set_reason(d, reason);
		if (l->is_withdrawn)
			end(o, l, OUTBOX_WITHDRAWN, reason, now_us);
		else
			refuse(o, l, reason, now_us);
		d->was_just_switched_off = false;
	} else {
		take_later(o, l, reason, after_us, now_us);
	}
	destination_release(o, d);
}

/* ---- trouble ---- */

static bool is_broken(const struct channel *c, int64_t now_us)
{
	return c->broken && now_us < c->broken_until_us;
}

static bool is_in_trouble(const struct outbox_destination *d)
{
	return d->is_ours && d->channel->is_configured &&
	       (d->refusals >= OUTBOX_REFUSALS ||
		(d->failing_since_us && d->failed_us - d->failing_since_us >= OUTBOX_PATIENCE_US));
}

static bool is_news(enum told *told, bool is_on)
{
	if (is_on ? *told == TOLD_TROUBLE : *told != TOLD_TROUBLE)
		return false;
	*told = is_on ? TOLD_TROUBLE : TOLD_WELL;
	return true;
}

bool outbox_trouble_take(struct outbox *o, struct outbox_trouble *t, int64_t now_us)
{
	struct outbox_destination *d;
	struct channel *c;

	for (size_t at = 0; (c = map_next(&o->channels, &at));) {
		*t = (struct outbox_trouble){c->name, c->broken, is_broken(c, now_us)};
		if (is_news(&c->told, t->is_on))
			return true;
	}
	for (size_t at = 0; (d = map_next(&o->destinations, &at));) {
		*t = (struct outbox_trouble){d->to, d->reason, is_in_trouble(d)};
		if (is_news(&d->told, t->is_on))
			return true;
	}
	return false;
}

/* ---- what is due ---- */

/* So many a minute, all of a minute's at once if they come so. */
static int64_t rate_opens_us(const struct outbox_destination *d)
{
	int64_t each_us = OUTBOX_MINUTE_US / d->channel->per_minute;

	return d->paid_us + each_us - OUTBOX_MINUTE_US;
}

static void pay(struct outbox_destination *d, int64_t now_us)
{
	int64_t each_us = OUTBOX_MINUTE_US / d->channel->per_minute;

	d->paid_us = (d->paid_us > now_us ? d->paid_us : now_us) + each_us;
}

/* So many may be under way at once: an alert finds a place whatever is told to strangers. */
static int64_t places_of(const struct outbox_letter *l, const struct channel *c)
{
	return l->is_foreign && c->at_once > 1 ? c->at_once - 1 : c->at_once;
}

/* Why the letter cannot go now although its time has come; 0: it can. The time to look again,
 * OUTBOX_NEVER: something will happen first. */
static int64_t waits_until_us(const struct outbox_letter *l, int64_t now_us)
{
	const struct outbox_destination *d = l->way[l->at];
	int64_t opens_us = d->hold_until_us;

	if (d->is_busy || d->channel->in_flight >= places_of(l, d->channel))
		return OUTBOX_NEVER;
	if (rate_opens_us(d) > opens_us)
		opens_us = rate_opens_us(d);
	return opens_us > now_us ? opens_us : 0;
}

static void send(struct outbox *o, struct outbox_letter *l, int64_t now_us)
{
	struct outbox_destination *d = l->way[l->at];

	l->number++;
	if (!o->sink->deliver(o->sink->with, l, now_us - l->created_us)) {
		l->number--;
		wake_by(o, now_us + AGAIN_US);
		return;
	}
	l->is_flying = d->is_busy = true;
	l->sent_us = now_us;
	d->channel->in_flight++;
	pay(d, now_us);
	wake_by(o, now_us + d->channel->timeout_us + ANSWER_WAIT_US);
}

/* A courier that is just being started gets a minute. */
static void wait_for_courier(struct outbox *o, struct outbox_letter *l, int64_t now_us)
{
	if (now_us - l->next_us >= COURIER_WAIT_US)
		fail(o, l, "its notifier does not run", 0, true, now_us);
	else
		wake_by(o, l->next_us + COURIER_WAIT_US);
}

static void try_now(struct outbox *o, struct outbox_letter *l, int64_t now_us)
{
	struct outbox_destination *d = l->way[l->at];
	int64_t wait_us;

	if (d->refusals >= OUTBOX_REFUSALS && !l->is_test) {
		refuse(o, l, "switched off: it has refused five letters in a row", now_us);
	} else if (!d->channel->is_configured) {
		fail(o, l, "there is no such notifier any more", 0, true, now_us);
	} else if (is_broken(d->channel, now_us)) {
		fail(o, l, d->channel->broken, 0, true, now_us);
	} else if (!d->channel->is_up) {
		wait_for_courier(o, l, now_us);
	} else {
		wait_us = waits_until_us(l, now_us);
		if (wait_us)
			wake_by(o, wait_us);
		else
			send(o, l, now_us);
	}
}

static void look_at_flight(struct outbox *o, struct outbox_letter *l, int64_t now_us)
{
	int64_t until_us = l->sent_us + l->way[l->at]->channel->timeout_us + ANSWER_WAIT_US;

	if (now_us >= until_us)
		outbox_letter_take(o, l->id, OUTBOX_LATER, "its notifier gave no answer", 0,
				   now_us);
	else
		wake_by(o, until_us);
}

static void look_at(struct outbox *o, struct outbox_letter *l, int64_t now_us)
{
	if (l->is_flying) {
		look_at_flight(o, l, now_us);
	} else if (now_us >= l->expires_us) {
		end(o, l, OUTBOX_EXPIRED, "its time was over", now_us);
	} else {
		wake_by(o, l->expires_us);
		if (l->is_allowed && now_us >= l->next_us)
			try_now(o, l, now_us);
		else if (l->is_allowed)
			wake_by(o, l->next_us);
	}
}

static void look_at_all(struct outbox *o, bool is_foreign, int64_t now_us)
{
	struct outbox_letter *next;

	for (struct outbox_letter *l = o->first; l; l = next) {
		next = l->next;
		if (l->is_foreign == is_foreign)
			look_at(o, l, now_us);
	}
}

/* What a look changes (a letter that goes on another way) may make more due: again until nothing
 * is, at most once for each way. */
void outbox_serve(struct outbox *o, int64_t now_us)
{
	for (int pass = 0; pass <= OUTBOX_WAYS && o->next_us <= now_us; pass++) {
		o->next_us = OUTBOX_NEVER;
		look_at_all(o, false, now_us);
		look_at_all(o, true, now_us);
	}
	if (o->next_us <= now_us)
		o->next_us = now_us + AGAIN_US;
}
