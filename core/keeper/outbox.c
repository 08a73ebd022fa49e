/* keeper/outbox: see outbox.h. Letters in, lines for couriers and the recorder out. */
#include "outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../alert/outbox.h"
#include "../base/memory.h"
#include "alert.h"
#include "delivery.h"
#include "outbox_inside.h"
#include "subscriber.h"

#define GATE_US (10 * KEEPER_SECOND) /* a recorder that is not there is waited for so long */

/* ---- the fate of letters, told when nobody is in the middle of something ---- */

static void add_news(struct letters *s, const char *id, enum alert_outcome outcome, int64_t at_us)
{
	struct letter_news *n;

	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->news = memory_resize(s->news, s->room * sizeof *s->news);
	}
	n = &s->news[s->count++];
	keeper_copy(n->id, sizeof n->id, id);
	n->outcome = outcome;
	n->at_us = at_us;
}

/* Who is told may add letters and withdraw others, which is news again. */
static void tell_news(struct keeper *k)
{
	struct letters *s = k->letters;

	for (size_t i = 0; i < s->count; i++) {
		struct letter_news n = s->news[i];

		if (s->heard)
			s->heard(k, n.id, n.outcome, keeper_wall_of(k, n.at_us));
	}
	s->count = 0;
}

void outbox_listen(struct keeper *k, void (*heard)(struct keeper *, const char *id,
						   enum alert_outcome, int64_t at_wall_us))
{
	k->letters->heard = heard;
}

/* ---- what the outbox wants done ---- */

static bool deliver(void *with, struct outbox_letter *l, int64_t delayed_us)
{
	struct keeper *k = with;
	struct letter_kept *kept = l->with;
	const struct channel *c = map_find_text(&k->letters->channels, outbox_channel_of(l));
	struct text *t = c && c->courier ? keeper_line(k, END_COURIER, c->courier) : NULL;

	if (!t)
		return false;
	kept->courier = c->courier;
	line_begin(t, "deliver", l->id);
	line_add(t, "address", strchr(outbox_way(l), ':') + 1);
	line_add_int(t, "number", l->number);
	line_add_int(t, "delayed_us", delayed_us);
	if (kept->is_unrecorded)
		line_add_int(t, "unrecorded", 1);
	text_add(t, kept->words.at, kept->words.size);
	if (*kept->subscription)
		subscriber_fill(k, kept->subscription, t->at + t->size - kept->words.size,
				kept->words.size);
	line_end(t);
	add_news(k->letters, l->id, ALERT_FLYING, k->now_us);
	return true;
}

/* The attempt that switched it off, once. */
static void tell_switched_off(struct keeper *k, const struct outbox_attempt *a)
{
	struct text said = {0};

	if (a->outcome != OUTBOX_GAVE_UP ||
	    !outbox_was_just_switched_off(k->letters->outbox, a->to))
		return;
	text_printf(&said, "'%s' has refused %d letters in a row and is switched off: %s", a->to,
		    OUTBOX_REFUSALS, a->reason);
	keeper_say(k, text_get(&said));
	text_release(&said);
}

static void count_failed(struct letters *s, const struct outbox_attempt *a)
{
	struct text name = {0};
	struct channel *c;

	if (a->outcome == OUTBOX_DELIVERED || a->outcome == OUTBOX_WITHDRAWN)
		return;
	text_add(&name, a->to, strcspn(a->to, ":"));
	c = map_find_text(&s->channels, text_get(&name));
	if (c)
		c->failed++;
	text_release(&name);
}

static void kept_free(struct letters *s, struct letter_kept *kept)
{
	s->bytes -= kept->words.size;
	s->held -= !kept->is_on_disk;
	text_release(&kept->words);
	free(kept);
}

static void note(void *with, struct outbox_letter *l, const struct outbox_attempt *a)
{
	static const enum alert_outcome fate[OUTBOX_OUTCOMES] = {
		[OUTBOX_LATER] = ALERT_WAITING,	     [OUTBOX_DELIVERED] = ALERT_DELIVERED,
		[OUTBOX_GAVE_UP] = ALERT_LOST,	     [OUTBOX_EXPIRED] = ALERT_LOST,
		[OUTBOX_WITHDRAWN] = ALERT_WITHDRAWN,
	};
	struct keeper *k = with;
	struct letter_kept *kept = l->with;
	struct text *t = spool_begin(&k->spool);

	line_begin(t, "attempt", l->id);
	line_add_int(t, "at_us", keeper_wall_of(k, a->at_us));
	line_add_int(t, "number", a->number);
	line_add(t, "to", a->to);
	line_add(t, "outcome", outbox_outcome_name[a->outcome]);
	line_add(t, "reason", a->reason);
	if (a->next_us)
		line_add_int(t, "next_us", keeper_wall_of(k, a->next_us));
	if (kept->elapsed_us)
		line_add_int(t, "elapsed_us", kept->elapsed_us);
	spool_end(&k->spool);
	kept->elapsed_us = 0;
	tell_switched_off(k, a);
	count_failed(k->letters, a);
	add_news(k->letters, l->id, a->next_us ? ALERT_WAITING : fate[a->outcome], a->at_us);
	if (!a->next_us) {
		delivery_letter_ended(k, &kept->words, a->outcome, a->to, a->reason);
		subscriber_letter_ended(k, kept->subscription, a->outcome);
		kept_free(k->letters, kept);
	}
}

/* ---- letters come in ---- */

/* The ways of a letter: its path's own, then the fallbacks, each once. */
struct ways {
	const char *way[OUTBOX_WAYS + 1];
	size_t count;
};

static bool has_way(const struct ways *w, const char *to)
{
	for (size_t i = 0; i < w->count; i++)
		if (!strcmp(w->way[i], to))
			return true;
	return false;
}

static const char *fallback_of(const struct letters *s, const char *contact, const char *to)
{
	struct text key = {0};
	const char *found;

	text_printf(&key, "%s\n%s", contact, to);
	found = map_find_text(&s->fallbacks, text_get(&key));
	text_release(&key);
	return found;
}

static void find_ways(struct ways *w, const struct letters *s, const char *contact, const char *to)
{
	while (to && strchr(to, ':') && w->count < OUTBOX_WAYS && !has_way(w, to)) {
		w->way[w->count++] = to;
		to = fallback_of(s, contact, to);
	}
	w->way[w->count] = NULL;
}

/* Newline-joined, in place. */
static void split_ways(struct ways *w, char *list)
{
	char *one;

	while (w->count < OUTBOX_WAYS && (one = strsep(&list, "\n")))
		if (strchr(one, ':'))
			w->way[w->count++] = one;
	w->way[w->count] = NULL;
}

static void add_if(struct text *t, const char *key, const char *value)
{
	if (value && *value)
		line_add(t, key, value);
}

static void add_said(struct text *t, const struct letter_new *n)
{
	line_add(t, "kind", n->kind);
	add_if(t, "subscription", n->subscription);
	add_if(t, "subject", n->subject);
	add_if(t, "text", n->text);
	add_if(t, "short", n->brief);
	if (n->words && n->words->size)
		text_add(t, n->words->at, n->words->size);
}

/* The line for the recorder; its number. */
static int64_t record(struct keeper *k, const char *id, const struct letter_new *n,
		      const struct ways *w)
{
	struct text *t = spool_begin(&k->spool), list = {0};

	for (size_t i = 0; i < w->count; i++)
		text_printf(&list, "%s%s", i ? "\n" : "", w->way[i]);
	line_begin(t, "letter", id);
	add_if(t, "of", n->of);
	add_if(t, "contact", n->contact);
	line_add(t, "to", text_get(&list));
	add_if(t, "incident", n->incidents);
	add_if(t, "check", n->check);
	line_add_int(t, "created_us", n->created_us);
	if (n->expires_us)
		line_add_int(t, "expires_us", n->expires_us);
	add_said(t, n);
	spool_end(&k->spool);
	text_release(&list);
	return k->spool.next_number - 1;
}

/* False: too many wait, and it is not kept. */
static bool keep(struct keeper *k, const struct outbox_order *order)
{
	struct letters *s = k->letters;
	struct letter_kept *kept = order->with;
	struct outbox_letter *l = NULL;

	if (s->bytes + kept->words.size <= LETTERS_BYTES)
		l = outbox_letter_add(s->outbox, order);
	s->bytes += kept->words.size;
	s->held += !kept->is_on_disk;
	if (!l) {
		kept_free(s, kept);
		return false;
	}
	if (kept->is_on_disk)
		outbox_letter_allow(s->outbox, l);
	return true;
}

static void record_loss(struct keeper *k, const char *id, const char *to)
{
	struct text *t = spool_begin(&k->spool);

	line_begin(t, "attempt", id);
	line_add_int(t, "at_us", k->wall_us);
	line_add_int(t, "number", 0);
	line_add(t, "to", to);
	line_add(t, "outcome", outbox_outcome_name[OUTBOX_EXPIRED]);
	line_add(t, "reason", "too many letters wait already");
	spool_end(&k->spool);
	add_news(k->letters, id, ALERT_LOST, k->now_us);
}

void outbox_add(struct keeper *k, const struct letter_new *n, char *id, size_t room)
{
	struct letter_kept *kept = memory_new(sizeof *kept);
	struct ways w = {0};
	struct outbox_order order = {.id = id,
				     .way = w.way,
				     .created_us = n->created_us - k->offset_us,
				     .is_test = !strcmp(n->kind, "test"),
				     .is_foreign = n->subscription != NULL,
				     .with = kept};

	keeper_copy(kept->subscription, sizeof kept->subscription,
		    n->subscription ? n->subscription : "");
	keeper_stamp(k, id, room);
	find_ways(&w, k->letters, n->contact && !order.is_test ? n->contact : "", n->to);
	if (n->expires_us)
		order.expires_us = n->expires_us - k->offset_us;
	add_said(&kept->words, n);
	kept->line = record(k, id, n, &w);
	if (!keep(k, &order))
		record_loss(k, id, n->to);
	else if (k->recorder_fails)
		outbox_take_failing(k);
}

void outbox_withdraw(struct keeper *k, const char *id, const char *reason)
{
	struct outbox_letter *l = outbox_letter_find(k->letters->outbox, id);

	if (l)
		outbox_letter_withdraw(k->letters->outbox, l, reason, k->now_us);
}

void outbox_withdraw_foreign(struct keeper *k, const char *subscription, const char *reason)
{
	struct outbox_letter *next;

	for (struct outbox_letter *l = outbox_first(k->letters->outbox); l; l = next) {
		const struct letter_kept *kept = l->with;

		next = l->next;
		if (!strcmp(kept->subscription, subscription))
			outbox_letter_withdraw(k->letters->outbox, l, reason, k->now_us);
	}
}

/* ---- from the record ---- */

static bool is_ours(const struct keeper *k, const struct line *l)
{
	return line_int(l, "created_us", INT64_MAX) >= k->start_wall_us ||
	       map_find_text(&k->letters->seen, l->id) ||
	       outbox_letter_find(k->letters->outbox, l->id);
}

/* Not before its time, not much later than that either, whatever the wall clock did meanwhile. */
static int64_t next_of(const struct keeper *k, const struct line *l)
{
	int64_t next_us = line_int(l, "next_us", 0) - k->offset_us,
		most_us = k->now_us + 60 * OUTBOX_MINUTE_US;

	return !line_find(l, "next_us") || next_us < k->now_us ? k->now_us
	       : next_us > most_us			       ? most_us
							       : next_us;
}

/* A letter of a keeper before us that has not ended. The record may be told late, or again: what we
 * have made or taken over ourselves we know better. */
void outbox_resume_letter(struct keeper *k, const struct line *l)
{
	static const char *const but[] = {"to",	      "contact",    "incident", "check", "of",
					  "created_us", "expires_us", "number",   "next_us",
					  "refused",  NULL};
	char *to = memory_text(line_get(l, "to")), *refused = memory_text(line_get(l, "refused"));
	struct ways w = {0}, no = {0};
	struct letter_kept *kept;
	struct outbox_order order = {.id = l->id, .way = w.way, .refused = no.way};

	split_ways(&w, to);
	split_ways(&no, refused);
	if (!line_find(l, "outcome") && !is_ours(k, l) && w.count) {
		kept = memory_new(sizeof *kept);
		kept->is_on_disk = true;
		line_add_words(&kept->words, l, but);
		order.created_us = line_int(l, "created_us", 0) - k->offset_us;
		order.expires_us = line_find(l, "expires_us")
					   ? line_int(l, "expires_us", 0) - k->offset_us
					   : 0;
		order.is_test = !strcmp(line_get(l, "kind"), "test");
		order.is_foreign = line_find(l, "subscription") != NULL;
		keeper_copy(kept->subscription, sizeof kept->subscription,
			    line_get(l, "subscription"));
		order.number = (int)line_int(l, "number", 0);
		order.next_us = next_of(k, l);
		order.with = kept;
		map_put_text(&k->letters->seen, l->id, k->letters);
		keep(k, &order);
	}
	free(to);
	free(refused);
}

void outbox_resume_destination(struct keeper *k, const struct line *l)
{
	if (k->resume.is_awaited)
		outbox_refusals_put(k->letters->outbox, line_name(l),
				    (int)line_int(l, "refusals", 0));
}

/* ---- the gate: on disk, or not to be had ---- */

static void open_gate(struct keeper *k, bool (*may_go)(const struct keeper *, struct letter_kept *,
						       const struct outbox_letter *, int64_t),
		      int64_t with)
{
	struct letters *s = k->letters;

	for (struct outbox_letter *l = s->held ? outbox_first(s->outbox) : NULL; l; l = l->next) {
		struct letter_kept *kept = l->with;

		if (kept->is_on_disk || !may_go(k, kept, l, with))
			continue;
		kept->is_on_disk = true; /* or as good as that */
		s->held--;
		outbox_letter_allow(s->outbox, l);
	}
}

static bool is_committed(const struct keeper *k, struct letter_kept *kept,
			 const struct outbox_letter *l, int64_t number)
{
	(void)k, (void)l;
	return kept->line <= number;
}

static bool goes_unrecorded(const struct keeper *k, struct letter_kept *kept,
			    const struct outbox_letter *l, int64_t waited_us)
{
	if (strstr(text_get(&kept->words), " delivery="))
		return false; /* a report without a record would go again after a restart */
	kept->is_unrecorded = k->now_us - l->created_us >= waited_us;
	return kept->is_unrecorded;
}

void outbox_take_committed(struct keeper *k, int64_t number)
{
	open_gate(k, is_committed, number);
}

void outbox_take_failing(struct keeper *k)
{
	open_gate(k, goes_unrecorded, INT64_MIN);
}

/* People hear of it by their other paths. */
static void tell_troubles(struct keeper *k)
{
	struct outbox_trouble t;
	struct text name = {0}, said = {0};

	while (outbox_trouble_take(k->letters->outbox, &t, k->now_us)) {
		text_clear(&name);
		text_clear(&said);
		text_printf(&name, "channel %s", t.name);
		text_printf(&said, "letters by '%s' do not arrive: %s", t.name,
			    t.reason ? t.reason : "it has refused too many");
		alert_trouble(k, text_get(&name), t.is_on, text_get(&said));
	}
	text_release(&name);
	text_release(&said);
}

void outbox_watch(struct keeper *k)
{
	if (k->applied)
		tell_troubles(k);
	open_gate(k, goes_unrecorded, k->recorder_fails ? INT64_MIN : GATE_US);
}

/* ---- time ---- */

void outbox_run(struct keeper *k)
{
	struct letters *s = k->letters;

	if (!k->applied)
		return;
	for (int turns = 0; turns < 8; turns++) {
		outbox_serve(s->outbox, k->now_us);
		if (!s->count)
			return;
		tell_news(k);
	}
}

int64_t outbox_wanted_us(const struct keeper *k)
{
	if (!k->applied)
		return OUTBOX_NEVER;
	return k->letters->count ? k->now_us : outbox_next_us(k->letters->outbox);
}

void outbox_slept(struct keeper *k, int64_t for_us)
{
	outbox_shift(k->letters->outbox, for_us);
}

size_t outbox_waiting(const struct keeper *k)
{
	return outbox_count(k->letters->outbox);
}

/* ---- beginning and end ---- */

struct letters *letters_new(struct keeper *k)
{
	struct letters *s = memory_new(sizeof *s);

	s->sink = (struct outbox_sink){deliver, note, k};
	s->outbox = outbox_new(&s->sink);
	return s;
}

static void forget(struct outbox_letter *l)
{
	struct letter_kept *kept = l->with;

	text_release(&kept->words);
	free(kept);
}

void letters_free(struct keeper *k)
{
	struct letters *s = k->letters;

	outbox_free(s->outbox, forget);
	channels_release(s);
	map_release(&s->seen);
	free(s->news);
	free(s);
}
