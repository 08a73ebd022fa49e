/* keeper/cycle: the probes of one due time, from being handed out to the cycle's verdict. Every
 * result passes through cast_vote(): counted, recorded, then judged when it was the last one of its
 * cycle. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "alert.h"
#include "resume.h"

#define NO_ANSWER    "no answer from the prober"
#define LATE_MOST_US (86400 * KEEPER_SECOND)

const char *const vote_name[VOTES] = {"up", "degraded", "down", "unknown"};

/* What the keeper itself reads of a result; the rest goes on to the recorder unread. */
struct result {
	const char *verdict, *reason, *step, *address, *steps, *values, *memory;
	const char *http_version, *tls_version;
	const char *start_us, *late_us, *elapsed_us, *expect_us;
	uint64_t goes_on[LINE_WORDS / 64]; /* bits: the words for the recorder */
};

static const struct {
	const char *key;
	int at; /* offset in struct result, -1: not kept */
	bool goes_on; /* to the recorder */
} result_word[] = {
	{"verdict", offsetof(struct result, verdict), true},
	{"reason", offsetof(struct result, reason), true},
	{"step", offsetof(struct result, step), true},
	{"address", offsetof(struct result, address), true},
	{"start_us", offsetof(struct result, start_us), true},
	{"late_us", offsetof(struct result, late_us), true},
	{"elapsed_us", offsetof(struct result, elapsed_us), true},
	{"steps", offsetof(struct result, steps), true},
	{"values", offsetof(struct result, values), true},
	{"fact.http_version", offsetof(struct result, http_version), true},
	{"fact.tls_version", offsetof(struct result, tls_version), true},
	{"expect_us", offsetof(struct result, expect_us), false},
	{"memory", offsetof(struct result, memory), false},
	/* the keeper's own words, which a prober cannot say */
	{"location", -1, false},
	{"due_at_us", -1, false},
	{"interval_us", -1, false},
	{"item", -1, false},
	{"missed", -1, false},
	{"ends", -1, false},
	{"cause", -1, false},
	{"n", -1, false},
	{"name", -1, false},
};
#define RESULT_WORDS (sizeof result_word / sizeof *result_word)

/* RESULT_WORDS: not there, it goes on. A prober's words come in the order of the table: the search
 * begins where the last one ended. */
static size_t word_of(const char *key, size_t from)
{
	size_t i = from;

	for (size_t n = 0; n < RESULT_WORDS; n++, i++) {
		i = i < RESULT_WORDS ? i : 0;
		if (result_word[i].key[0] == key[0] && !strcmp(result_word[i].key, key))
			return i;
	}
	return RESULT_WORDS;
}

static int64_t number_of(const char *text, int64_t otherwise)
{
	int64_t n;

	return text && text_to_int(text, &n) ? n : otherwise;
}

static void set_text(struct text *t, const char *s)
{
	if (!*s && !t->size)
		return; /* most reasons are empty: no memory is touched */
	text_clear(t);
	text_puts(t, s);
}

/* ---- flights ---- */

static struct flight *flight_new(struct keeper *k, struct cycle *y, uint16_t place)
{
	struct flight *f = k->free_flight;

	if (f)
		k->free_flight = f->next;
	else
		f = memory_new(sizeof *f);
	*f = (struct flight){.entry.kind = DUE_FLIGHT,
			     .cycle = y,
			     .place = place,
			     .location = y->check->location[place]};
	f->sibling = y->flights;
	y->flights = f;
	flight_number(&k->flights, f);
	return f;
}

static void flight_end(struct keeper *k, struct flight *f)
{
	struct flight **at = &f->cycle->flights;

	while (*at != f)
		at = &(*at)->sibling;
	*at = f->sibling;
	pool_remove(k, f);
	schedule_stop(&k->schedule, &f->entry);
	flight_forget(&k->flights, f);
	f->next = k->free_flight;
	k->free_flight = f;
}

static void cycle_release(struct keeper *k, struct cycle *y)
{
	free(y->event);
	y->event = NULL;
	y->next = k->free_cycle;
	k->free_cycle = y;
}

void cycle_forget(struct keeper *k, struct cycle *y)
{
	while (y->flights)
		flight_end(k, y->flights);
	cycle_release(k, y);
}

static struct cycle *cycle_new(struct keeper *k, struct check *c, int64_t due_us)
{
	struct cycle *y = k->free_cycle;
	struct text reason = {0};

	if (y) {
		k->free_cycle = y->next;
		reason = y->reason;
	} else {
		y = memory_new(sizeof *y);
	}
	*y = (struct cycle){.check = c,
			    .due_us = due_us,
			    .item = -1,
			    .told = VOTES,
			    .due_wall_us = keeper_wall_of(k, due_us),
			    .next = c->cycles,
			    .reason = reason};
	text_clear(&y->reason);
	c->cycles = y;
	return y;
}

/* All locations at once. The last of them may end the cycle before this returns. */
static void send_all(struct keeper *k, struct cycle *y)
{
	struct check *c = y->check;
	uint16_t count = c->is_passive ? 1 : c->locations;

	y->pending = count;
	for (uint16_t i = 0; i < count; i++)
		pool_send(k, flight_new(k, y, i));
}

void cycle_start(struct keeper *k, struct check *c, int64_t due_us, const char *event)
{
	struct cycle *y = cycle_new(k, c, due_us);

	y->event = event ? memory_text(event) : NULL;
	send_all(k, y);
}

/* ---- items ---- */

void round_free(struct keeper *k, struct round *r)
{
	schedule_stop(&k->schedule, &r->entry);
	free(r->only);
	free(r->down);
	text_release(&r->names);
	text_release(&r->reason);
	free(r);
}

static int64_t item_due(const struct round *r)
{
	return r->from_us + (r->end_us - r->from_us) / (int64_t)(r->count - r->from) *
				    (int64_t)(r->index - r->from);
}

/* The items that are left, over the time that is left. */
static void spread_rest(struct keeper *k, struct round *r)
{
	int64_t rest_us = r->end_us - k->now_us;

	r->from = r->index;
	r->from_us = k->now_us;
	if (rest_us < r->check->recheck_us)
		r->end_us = k->now_us + (r->check->every_us < r->check->recheck_us
						 ? r->check->every_us
						 : r->check->recheck_us);
}

void round_is_due(struct keeper *k, struct round *r)
{
	struct cycle *y;
	int64_t due_us;
	size_t i, count = r->count;

	if (k->now_us - item_due(r) >= KEEPER_LATE_US)
		spread_rest(k, r);
	while ((due_us = item_due(r)) <= k->now_us) {
		i = r->index++;
		y = cycle_new(k, r->check, due_us);
		y->round = r;
		y->item = r->only ? r->only[i] : (int32_t)i;
		r->pending++;
		if (i + 1 == count) { /* the round may end with this one */
			send_all(k, y);
			return;
		}
		send_all(k, y);
	}
	schedule_set(&k->schedule, &r->entry, due_us);
}

void round_start(struct keeper *k, struct check *c, int64_t due_us, bool is_recheck)
{
	struct round *r = memory_new(sizeof *r), **last = &c->rounds;

	r->entry.kind = DUE_ROUND;
	r->check = c;
	r->count = items_count(c->items);
	r->told = VOTES;
	r->due_us = r->from_us = due_us;
	r->end_us = due_us + c->every_us;
	if (is_recheck && c->recheck_item_count) {
		r->count = c->recheck_item_count;
		r->only = c->recheck_items;
		c->recheck_items = NULL;
		c->recheck_item_count = 0;
		if (c->recheck_us < c->every_us)
			r->end_us = due_us + c->recheck_us;
	}
	while (*last)
		last = &(*last)->next;
	*last = r;
	round_is_due(k, r);
}

#define NAMES_SHOWN 8

static void name_item(struct round *r, const struct cycle *y)
{
	if (r->named++ < NAMES_SHOWN) {
		text_puts(&r->names, r->named > 1 ? ", " : "");
		items_add(&r->names, r->check->items, (size_t)y->item);
	} else if (r->named == NAMES_SHOWN + 1) {
		text_puts(&r->names, ", ...");
	}
}

static const uint8_t weight[VOTES + 1] = {
	[VOTE_UNKNOWN] = 1, [VOTE_UP] = 2, [VOTE_DEGRADED] = 3, [VOTE_DOWN] = 4, [VOTES] = 0};

/* The worst of the items is the round's verdict; unknown ones do not vote unless all are. */
static void round_vote(struct round *r, struct cycle *y, enum vote verdict)
{
	if (verdict == VOTE_DOWN) {
		r->down = memory_resize(r->down, (r->vote[VOTE_DOWN] + 1) * sizeof *r->down);
		r->down[r->vote[VOTE_DOWN]] = y->item;
	}
	r->vote[verdict]++;
	if (weight[verdict] > weight[r->told]) {
		r->told = (uint8_t)verdict;
		text_clear(&r->names);
		r->named = 0;
		set_text(&r->reason, text_get(&y->reason));
		keeper_copy(r->step, sizeof r->step, y->step);
		keeper_copy(r->address, sizeof r->address, y->address);
		r->told_location = y->told_location;
		r->cause = y->cause;
		r->sent_us = y->sent_us;
		r->start_wall_us = y->start_wall_us;
	}
	if (verdict == r->told)
		name_item(r, y);
}

static void keep_recheck_items(struct check *c, struct round *r)
{
	if (!r->down)
		return;
	free(c->recheck_items);
	c->recheck_items = r->down;
	c->recheck_item_count = r->vote[VOTE_DOWN];
	r->down = NULL;
}

static void round_end(struct keeper *k, struct round *r)
{
	struct check *c = r->check;
	struct round **at = &c->rounds;
	struct outcome o = {.verdict = r->told,
			    .cause = r->cause,
			    .due_us = r->due_us,
			    .start_us = r->sent_us,
			    .start_wall_us = r->start_wall_us,
			    .step = r->step,
			    .address = r->address,
			    .location = r->told_location ? r->told_location->name : ""};

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	if (r->told == VOTE_DOWN || r->told == VOTE_DEGRADED) {
		text_clear(&r->reason);
		text_printf(&r->reason, "%zu of %zu items %s: %s", r->vote[r->told], r->count,
			    vote_name[r->told], text_get(&r->names));
	}
	o.reason = text_get(&r->reason);
	o.is_void = r->told == VOTE_UNKNOWN && r->cause && !strcmp(r->cause, "void-cycle");
	keep_recheck_items(c, r);
	state_take(k, c, &o);
	round_free(k, r);
}

/* ---- votes ---- */

/* At least one location that passed carries the cycle; unknown ones do not vote unless all are. */
static enum vote verdict_of(const struct cycle *y)
{
	static const enum vote first[] = {VOTE_UP, VOTE_DEGRADED, VOTE_DOWN};

	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		if (y->vote[first[i]])
			return first[i];
	return VOTE_UNKNOWN;
}

/* Keeps the reason of what will be the verdict: of the first location in the check's order that
 * said so. */
static void tell(struct cycle *y, const struct flight *f, enum vote vote, const char *cause,
		 const struct result *got)
{
	if (vote > y->told || (vote == y->told && f->place > y->told_place))
		return;
	y->told = (uint8_t)vote;
	y->told_place = f->place;
	y->told_location = f->location;
	y->cause = cause;
	set_text(&y->reason, got->reason ? got->reason : "");
	keeper_copy(y->step, sizeof y->step, got->step ? got->step : "");
	keeper_copy(y->address, sizeof y->address, got->address ? got->address : "");
}

/* A start that the prober's wall clock and ours agree on, else ours. */
static int64_t start_of(const struct keeper *k, const struct flight *f, const struct result *got)
{
	int64_t sent_us = f->sent_us ? keeper_wall_of(k, f->sent_us) : k->wall_us;
	int64_t start_us = number_of(got->start_us, sent_us);

	return start_us < sent_us - KEEPER_SECOND || start_us > k->wall_us + KEEPER_SECOND
		       ? sent_us
		       : start_us;
}

static void keep_last(struct keeper *k, struct flight *f, enum vote vote, const struct result *got,
		      int64_t start_us)
{
	struct check *c = f->cycle->check;
	int64_t sent_us = f->sent_us ? f->sent_us : k->now_us;
	int64_t late_us = number_of(got->late_us, sent_us - f->cycle->due_us);

	c->has_last = true;
	c->last_vote = vote;
	c->last_start_wall_us = start_us;
	c->last_due_us = f->cycle->due_us;
	c->last_elapsed_us = number_of(got->elapsed_us, 0);
	c->last_late_us = late_us < 0 || late_us > LATE_MOST_US ? 0 : late_us;
	c->last_ended_us = k->now_us;
	c->last_location = f->location;
	set_text(&c->last_steps, got->steps ? got->steps : "");
	set_text(&c->last_reason, got->reason ? got->reason : "");
	set_text(&c->last_values, got->values ? got->values : "");
	keeper_copy(c->last_http, sizeof c->last_http, got->http_version ? got->http_version : "");
	keeper_copy(c->last_tls, sizeof c->last_tls, got->tls_version ? got->tls_version : "");
	keeper_copy(c->last_step, sizeof c->last_step, got->step ? got->step : "");
	keeper_copy(c->last_address, sizeof c->last_address, got->address ? got->address : "");
	health_add(&k->health, k->now_us, c->last_late_us);
}

/* Of its item and location. */
static size_t slot_of(const struct flight *f)
{
	const struct cycle *y = f->cycle;

	return (y->item < 0 ? 0 : (size_t)y->item * y->check->locations) + f->place;
}

/* True: it is another than before. */
static bool remember(struct check *c, const struct flight *f, const char *memory)
{
	size_t slots = (c->items ? items_count(c->items) : 1) * c->locations;
	size_t slot = slot_of(f);

	if (!memory || strnlen(memory, KEEPER_MEMORY_BYTES + 1) > KEEPER_MEMORY_BYTES)
		return false;
	if (!c->memory)
		c->memory = memory_new(slots * sizeof *c->memory);
	if (c->memory[slot] && !strcmp(c->memory[slot], memory))
		return false;
	free(c->memory[slot]);
	c->memory[slot] = memory_text(memory);
	return true;
}

const char *cycle_memory(const struct flight *f)
{
	const struct check *c = f->cycle->check;
	size_t slot = slot_of(f);

	return c->memory && c->memory[slot] ? c->memory[slot] : "";
}

static bool goes_on(const struct result *got, size_t word)
{
	return got->goes_on[word / 64] >> (word % 64) & 1;
}

static void add_words(struct text *t, const struct line *l, const struct result *got)
{
	size_t first, end;

	for (first = 0; first < l->words; first = end + 1) {
		for (end = first; end < l->words && goes_on(got, end);)
			end++;
		line_add_range(t, l, first, end);
	}
}

/* How long the sample speaks: of a passive check until it wants to hear again. */
static int64_t interval_of(const struct check *c, const struct result *got)
{
	int64_t within_us = c->is_passive ? number_of(got->expect_us, 0) : 0;

	return within_us > c->every_us ? within_us : c->every_us;
}

static void add_own_words(struct text *t, const struct flight *f, const struct result *got)
{
	const struct cycle *y = f->cycle;
	struct check *c = y->check;

	line_add(t, "location", f->location->name);
	line_add_int(t, "due_at_us", y->due_wall_us);
	line_add_int(t, "interval_us", interval_of(c, got));
	if (y->item >= 0) {
		struct text item = {0};

		items_add(&item, c->items, (size_t)y->item);
		line_add(t, "item", item.at);
		text_release(&item);
	}
	if (c->missed)
		line_add_int(t, "missed", c->missed);
	c->missed = 0;
}

/* `from` NULL: the keeper's own verdict. `ends` NULL: the cycle goes on. */
static void record(struct keeper *k, struct flight *f, const struct line *from,
		   const struct result *got, int64_t start_us, const char *ends, const char *cause)
{
	struct text *t = spool_begin(&k->spool);

	line_begin_name(t, "result", f->cycle->check->name);
	if (from) {
		add_words(t, from, got);
	} else {
		line_add(t, "verdict", got->verdict);
		line_add(t, "reason", got->reason);
		line_add_int(t, "start_us", start_us);
		line_add_int(t, "elapsed_us", 0);
	}
	add_own_words(t, f, got);
	if (ends)
		line_add(t, "ends", ends);
	if (cause)
		line_add(t, "cause", cause);
	spool_end(&k->spool);
}

static void cycle_end(struct keeper *k, struct cycle *y, enum vote verdict, bool is_void)
{
	struct check *c = y->check;
	struct round *r = y->round;
	struct cycle **at = &c->cycles;
	struct outcome o = {.verdict = verdict,
			    .cause = y->cause,
			    .is_void = is_void,
			    .due_us = y->due_us,
			    .start_us = y->sent_us,
			    .start_wall_us = y->start_wall_us,
			    .reason = text_get(&y->reason),
			    .step = y->step,
			    .address = y->address,
			    .location = y->told_location->name};

	while (*at != y)
		at = &(*at)->next;
	*at = y->next;
	if (r) {
		round_vote(r, y, verdict);
		cycle_release(k, y);
		if (!--r->pending && r->index == r->count)
			round_end(k, r);
		return;
	}
	state_take(k, c, &o);
	cycle_release(k, y);
	check_has_ended_cycle(k, c);
}

/* A passive check says itself when it wants to hear next; one that came to no verdict is asked
 * again. */
static void expect(struct keeper *k, const struct flight *f, enum vote vote,
		   const struct result *got)
{
	int64_t within_us = number_of(got->expect_us, 0);
	struct check *c = f->cycle->check;
	bool is_new = remember(c, f, got->memory);

	if (!c->is_passive)
		return;
	if (within_us > 0)
		check_expect(k, c, within_us);
	else if (vote == VOTE_UNKNOWN && !c->next_us)
		check_expect(k, c, c->recheck_us);
	if (is_new || within_us > 0)
		resume_note(k, c, slot_of(f));
}

/* What is out of service is probed and shown, and its time is nobody's. */
static const char *counted_as(const struct check *c, enum vote verdict)
{
	return subject_is_out(c->subject) ? state_name[STATE_NOT_MONITORED] : vote_name[verdict];
}

static void cast_vote(struct keeper *k, struct flight *f, enum vote vote, const char *cause,
		      const struct result *got, const struct line *from)
{
	struct cycle *y = f->cycle;
	int64_t start_us = start_of(k, f, got);
	bool is_last = !--y->pending, is_void;
	enum vote verdict;

	y->vote[vote]++;
	tell(y, f, vote, cause, got);
	if (!y->sent_us || (f->sent_us && f->sent_us < y->sent_us))
		y->sent_us = f->sent_us ? f->sent_us : k->now_us;
	if (!y->start_wall_us || start_us < y->start_wall_us)
		y->start_wall_us = start_us;
	keep_last(k, f, vote, got, start_us);
	verdict = verdict_of(y);
	is_void = is_last && state_is_void(k, y->check, verdict, y->due_us);
	if (is_void) {
		verdict = VOTE_UNKNOWN;
		y->cause = "void-cycle";
	}
	alert_probe(k, vote, got->reason, got->steps);
	record(k, f, from, got, start_us, is_last ? counted_as(y->check, verdict) : NULL,
	       is_last && verdict == VOTE_UNKNOWN ? y->cause : cause);
	expect(k, f, vote, got);
	flight_end(k, f);
	if (is_last)
		cycle_end(k, y, verdict, is_void);
}

void flight_give_up(struct keeper *k, struct flight *f, const char *cause, const char *reason)
{
	struct result got = {.verdict = vote_name[VOTE_UNKNOWN], .reason = reason};

	cast_vote(k, f, VOTE_UNKNOWN, cause, &got, NULL);
}

/* Its time is over. After the keeper stood still the result may be there, unread. */
void flight_is_due(struct keeper *k, struct flight *f)
{
	if (k->now_us < k->grace_until_us)
		schedule_set(&k->schedule, &f->entry, k->grace_until_us);
	else if (f->prober)
		flight_give_up(k, f, "agent-lost", NO_ANSWER);
	else
		flight_give_up(k, f, "agent-lost", "no prober");
}

static void read_result(struct result *got, const struct line *l)
{
	size_t found = 0, word;

	for (size_t i = 0; i < l->words; i++) {
		word = word_of(l->word[i].key, found);
		if (word == RESULT_WORDS || result_word[word].goes_on)
			got->goes_on[i / 64] |= UINT64_C(1) << (i % 64);
		if (word == RESULT_WORDS)
			continue;
		found = word + 1;
		if (result_word[word].at >= 0)
			*(const char **)((char *)got + result_word[word].at) = l->word[i].value;
	}
}

void cycle_take_result(struct keeper *k, int64_t prober, const struct line *l)
{
	int64_t id = line_number(l);
	struct flight *f = flight_find(&k->flights, id);
	struct result got = {0};
	int v = 0;

	if (!f || !f->prober || f->prober->number != prober) {
		k->health.ignored++;
		return;
	}
	flight_fetch(&k->flights, id);
	read_result(&got, l);
	while (v < VOTES && (!got.verdict || strcmp(got.verdict, vote_name[v])))
		v++;
	if (v == VOTES)
		flight_give_up(k, f, "agent-lost", "the prober's answer makes no sense");
	else
		cast_vote(k, f, (enum vote)v, NULL, &got, l);
}
