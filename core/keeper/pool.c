/* keeper/pool: who probes. A check stays with one prober of its pool (the highest of the hashes of
 * both), so that a prober that goes or comes moves only its own share. Probes that nobody can take
 * wait, at most their own timeout. A module under which probers die is quarantined, the other
 * probes of a dead prober start again at once. */
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "inside.h"

#define TRIES 3

static const char *const pool_name[POOLS] = {"general", "blocking", "exec"};

static void flights_add(struct flights *list, struct flight *f)
{
	f->next = NULL;
	f->prev = list->last;
	*(list->last ? &list->last->next : &list->first) = f;
	list->last = f;
	list->count++;
}

static void flights_remove(struct flights *list, struct flight *f)
{
	*(f->prev ? &f->prev->next : &list->first) = f->next;
	*(f->next ? &f->next->prev : &list->last) = f->prev;
	f->next = f->prev = NULL;
	list->count--;
}

static struct pool *pool_of(struct keeper *k, const struct flight *f)
{
	return &k->pool[f->cycle->check->pool];
}

bool module_is_blocked(const struct module_record *m, struct text *why)
{
	if (m->refused)
		text_puts(why, m->refused); /* a sentence of its own: it names the module's file */
	else if (m->is_quarantined)
		text_printf(why, "module '%s' is quarantined after %d crashes", m->name,
			    KEEPER_DEATHS);
	return why->size > 0;
}

static struct prober *prober_find(struct keeper *k, int64_t number)
{
	struct prober *p = k->probers;

	while (p && p->number != number)
		p = p->next;
	return p;
}

static bool may_take(const struct keeper *k, const struct prober *p)
{
	size_t most = k->pool[p->pool].most;

	return !p->is_retired && !p->is_closed && !p->is_outdated && p->generation <= k->applied &&
	       (!most || p->flights.count < most);
}

static uint64_t mixed(uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ b) * UINT64_C(0x9e3779b97f4a7c15);

	return h ^ h >> 29;
}

/* In a pool whose probers take any number the choice holds until the pool changes. */
static struct prober *pick(struct keeper *k, struct check *c)
{
	struct pool *pool = &k->pool[c->pool];
	struct prober *best = NULL;

	if (c->pin && c->pin_epoch == pool->epoch && !pool->most)
		return c->pin;
	for (struct prober *p = k->probers; p; p = p->next)
		if (p->pool == c->pool && may_take(k, p) &&
		    (!best || mixed(p->salt, c->hash) > mixed(best->salt, c->hash)))
			best = p;
	c->pin = best;
	c->pin_epoch = pool->epoch;
	return best;
}

static bool knows(const struct prober *p, int64_t number)
{
	size_t word = (size_t)number / 64;

	return word < p->known_words && p->known[word] >> (number % 64) & 1;
}

static void learn(struct prober *p, int64_t number)
{
	size_t word = (size_t)number / 64, words;
	uint64_t *wider;

	if (word >= p->known_words) {
		words = word * 2 + 16;
		wider = memory_new(words * sizeof *wider);
		if (p->known_words)
			memcpy(wider, p->known, p->known_words * sizeof *wider);
		free(p->known);
		p->known = wider;
		p->known_words = words;
	}
	p->known[word] |= UINT64_C(1) << (number % 64);
}

static void add_probe(struct text *t, const struct flight *f)
{
	const struct cycle *y = f->cycle;
	const struct check *c = y->check;
	const char *memory = cycle_memory(f);

	line_begin_number(t, "probe", f->id);
	line_add_int(t, "check", c->number);
	if (c->locations > 1)
		line_add(t, "location", f->location->name);
	if (*f->location->source)
		line_add(t, "source", f->location->source);
	line_add_int(t, "due_us", y->due_us);
	if (y->item >= 0) {
		struct text item = {0};

		items_add(&item, c->items, (size_t)y->item);
		line_add(t, "item", item.at);
		text_release(&item);
	}
	if (y->event)
		line_add(t, "event", y->event);
	if (*memory)
		line_add(t, "memory", memory);
	if (c->incident.phase == INCIDENT_PROVISIONAL || c->intense_us)
		line_add(t, "transcript", "1");
	line_end(t);
}

/* NULL: no prober can take it now. */
static struct text *line_for(struct keeper *k, struct check *c, struct prober **to)
{
	struct prober *p = pick(k, c);
	struct text *t = p ? keeper_line(k, END_PROBER, p->number) : NULL;

	*to = p;
	if (!t || knows(p, c->number))
		return t;
	line_begin_number(t, "check", c->number);
	text_puts(t, c->words);
	line_end(t);
	learn(p, c->number);
	return t;
}

struct text *pool_ask(struct keeper *k, struct check *c, int64_t *prober)
{
	struct prober *p;
	struct text *t = line_for(k, c, &p);

	*prober = t ? p->number : 0;
	return t;
}

static bool hand_over(struct keeper *k, struct flight *f)
{
	struct check *c = f->cycle->check;
	struct prober *p;
	struct text *t = line_for(k, c, &p);

	if (!t)
		return false;
	add_probe(t, f);
	f->prober = p;
	f->sent_us = k->now_us > f->cycle->due_us ? k->now_us : f->cycle->due_us;
	flights_add(&p->flights, f);
	p->young = p->young ? p->young : f;
	schedule_stop(&k->schedule, &f->entry);
	return true;
}

/* False: it came to its end at once, because its check cannot run. */
static bool may_run(struct keeper *k, struct flight *f)
{
	struct check *c = f->cycle->check;
	struct text why = {0};
	bool is_fine = false;

	if (c->broken)
		text_puts(&why, c->broken);
	else
		is_fine = !module_is_blocked(c->module, &why);
	if (!is_fine)
		flight_give_up(k, f, "module", why.at);
	text_release(&why);
	return is_fine;
}

void pool_send(struct keeper *k, struct flight *f)
{
	if (!may_run(k, f) || hand_over(k, f))
		return;
	flights_add(&pool_of(k, f)->waiting, f);
	schedule_set(&k->schedule, &f->entry, k->now_us + f->cycle->check->timeout_us);
}

void pool_remove(struct keeper *k, struct flight *f)
{
	struct prober *p = f->prober;
	struct text *t;

	if (!p) {
		if (f->prev || f->next || pool_of(k, f)->waiting.first == f)
			flights_remove(&pool_of(k, f)->waiting, f);
		return;
	}
	p->young = p->young == f ? f->next : p->young;
	flights_remove(&p->flights, f);
	f->prober = NULL;
	if (!p->is_retired || p->flights.count)
		return;
	t = keeper_line(k, END_PARENT, 0);
	if (t) {
		line_begin_number(t, "drained", p->number);
		line_end(t);
	}
}

void pool_watch(struct keeper *k)
{
	for (struct prober *p = k->probers; p; p = p->next)
		for (; p->young && p->young->sent_us <= k->now_us - KEEPER_SECOND;
		     p->young = p->young->next)
			schedule_set(&k->schedule, &p->young->entry,
				     p->young->sent_us + p->young->cycle->check->timeout_us +
					     KEEPER_NO_ANSWER_US);
}

static void serve(struct keeper *k, struct pool *pool)
{
	struct flight *f, *next;

	for (f = pool->waiting.first; f; f = next) {
		next = f->next;
		flights_remove(&pool->waiting, f);
		if (hand_over(k, f))
			continue;
		f->next = next; /* back to its place */
		f->prev = next ? next->prev : pool->waiting.last;
		*(f->prev ? &f->prev->next : &pool->waiting.first) = f;
		*(next ? &next->prev : &pool->waiting.last) = f;
		pool->waiting.count++;
		if (pool->most)
			return;
	}
}

void pool_serve(struct keeper *k)
{
	for (int i = 0; i < POOLS && k->probers; i++)
		if (k->pool[i].waiting.count)
			serve(k, &k->pool[i]);
}

void pool_serve_blocking(struct keeper *k)
{
	if (k->pool[POOL_BLOCKING].waiting.count)
		serve(k, &k->pool[POOL_BLOCKING]);
}

void pool_forget_check(struct keeper *k, const struct check *c)
{
	struct text *t;

	for (struct prober *p = k->probers; p; p = p->next) {
		if (!knows(p, c->number) || !(t = keeper_line(k, END_PROBER, p->number)))
			continue;
		line_begin_number(t, "forget", c->number);
		line_end(t);
		p->known[c->number / 64] &= ~(UINT64_C(1) << (c->number % 64));
	}
}

/* ---- probers come and go ---- */

static enum pool_kind pool_named(const char *name)
{
	for (int i = 0; i < POOLS; i++)
		if (!strcmp(name, pool_name[i]))
			return (enum pool_kind)i;
	return POOL_GENERAL;
}

void pool_take_prober(struct keeper *k, const struct line *l)
{
	int64_t number = line_number(l);
	struct prober *p, **at = &k->probers;

	if (number < 0 || prober_find(k, number))
		return;
	p = memory_new(sizeof *p);
	p->number = number;
	p->pool = pool_named(line_get(l, "pool"));
	p->generation = line_int(l, "generation", 0);
	p->salt = map_hash(&number, sizeof number);
	while (*at && (*at)->number < number)
		at = &(*at)->next;
	p->next = *at;
	*at = p;
	k->prober_count++;
	k->pool[p->pool].epoch++;
	serve(k, &k->pool[p->pool]);
}

void pool_take_retire(struct keeper *k, const struct line *l)
{
	struct prober *p = prober_find(k, line_number(l));
	struct text *t;

	if (!p)
		return;
	p->is_retired = true;
	k->pool[p->pool].epoch++;
	if (!p->flights.count && (t = keeper_line(k, END_PARENT, 0))) {
		line_begin_number(t, "drained", p->number);
		line_end(t);
	}
}

void pool_take_closed(struct keeper *k, int64_t number)
{
	struct prober *p = prober_find(k, number);

	if (!p)
		return;
	p->is_closed = true;
	k->pool[p->pool].epoch++;
}

static void tell_quarantine(struct keeper *k, const struct module_record *m, const char *event,
			    const char *said)
{
	struct text *t = keeper_line(k, END_PARENT, 0);

	if (t) {
		line_begin_name(t, "quarantine", m->name);
		line_add_int(t, "deaths", (int64_t)m->deaths);
		line_add(t, "text", said);
		if (*event)
			line_add(t, "event", event);
		line_end(t);
	}
	t = keeper_marker(k, "quarantine");
	line_add(t, "module", m->name);
	line_add(t, "event", *event ? event : "begin");
	line_add(t, "text", said);
	spool_end(&k->spool);
}

static void count_death(struct keeper *k, struct module_record *m)
{
	struct text said = {0};

	m->death_us[m->deaths++ % KEEPER_DEATHS] = k->now_us;
	if (m->is_quarantined || m->deaths < KEEPER_DEATHS ||
	    k->now_us - m->death_us[m->deaths % KEEPER_DEATHS] > KEEPER_DEATHS_WITHIN_US)
		return;
	m->is_quarantined = true;
	module_is_blocked(m, &said);
	tell_quarantine(k, m, "", text_get(&said));
	text_release(&said);
}

void module_release(struct keeper *k, struct module_record *m)
{
	m->deaths = 0;
	if (!m->is_quarantined)
		return;
	m->is_quarantined = false;
	tell_quarantine(k, m, "released", "runs again");
}

static void describe_death(struct text *t, const struct module_record *m, const struct prober *p,
		const struct line *l)
{
	const char *hung = line_get(l, "hung"), *step = line_get(l, "step");
	int64_t signal = line_int(l, "signal", 0);

	text_printf(t, "module '%s' ", m->name);
	if (*hung && strcmp(hung, "0"))
		text_puts(t, p->pool == POOL_BLOCKING ? "held its prober past the deadline"
						      : "held the loop for 5s");
	else if (signal)
		text_printf(t, "crashed (signal %d)", (int)signal);
	else
		text_printf(t, "ended the process (exit %d)", (int)line_int(l, "exit", 0));
	if (*step)
		text_printf(t, " in step '%s'", step);
}

/* The page the prober left may be overwritten: what it says of a probe in flight is checked against
 * what was handed out. */
static struct module_record *blamed_module(struct keeper *k, const struct flight *blamed,
					   const struct line *l)
{
	const char *name = line_get(l, "module");

	if (blamed)
		return blamed->cycle->check->module;
	return *name ? map_find_text(&k->modules, name) : NULL;
}

static struct flight *blamed_flight(struct prober *p, const struct line *l)
{
	int64_t id = line_int(l, "probe", 0);
	struct flight *f = p->flights.first;

	if (!*line_get(l, "module"))
		return NULL;
	while (f && f->id != id)
		f = f->next;
	return f;
}

static void prober_free(struct keeper *k, struct prober *p)
{
	struct prober **at = &k->probers;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	k->prober_count--;
	k->pool[p->pool].epoch++;
	free(p->known);
	free(p);
}

void pool_take_gone(struct keeper *k, const struct line *l)
{
	struct prober *p = prober_find(k, line_number(l));
	struct flight *blamed = p ? blamed_flight(p, l) : NULL, *f;
	struct module_record *m = p ? blamed_module(k, blamed, l) : NULL;
	struct text reason = {0};

	if (!p)
		return;
	if (!p->is_retired || p->flights.first) /* who was retired and is drained ends in order */
		k->prober_deaths++;
	p->is_closed = true;
	p->is_retired = false;
	k->pool[p->pool].epoch++;
	if (m) {
		describe_death(&reason, m, p, l);
		count_death(k, m);
	}
	if (blamed)
		flight_give_up(k, blamed, "module", reason.at);
	p->young = NULL;
	while ((f = p->flights.first)) {
		flights_remove(&p->flights, f);
		f->prober = NULL;
		if (f->sent_us > k->now_us || ++f->tries < TRIES)
			pool_send(k, f);
		else
			flight_give_up(k, f, "agent-lost", "its prober died three times");
	}
	prober_free(k, p);
	text_release(&reason);
}

static bool has_current(const struct keeper *k, enum pool_kind pool)
{
	for (const struct prober *p = k->probers; p; p = p->next)
		if (p->pool == pool && p->generation == k->applied)
			return true;
	return false;
}

void pool_follow(struct keeper *k)
{
	for (struct prober *p = k->probers; p; p = p->next)
		if (p->generation < k->applied && has_current(k, p->pool))
			p->is_outdated = true;
	for (int i = 0; i < POOLS; i++)
		k->pool[i].epoch++;
}

void pool_release(struct keeper *k)
{
	while (k->probers)
		prober_free(k, k->probers);
}
